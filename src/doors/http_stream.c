/* Tables that leave as files: a list as CSV, page after page, each an operation of its own in an arena that is emptied before
 * the next, so that memory stays flat however long the list is (between two pages the connection sleeps); the same as a
 * spreadsheet, which is a file without a name before its first byte leaves; and the rows of a report that is no list. */
#include "doors/http_private.h"
#include <unistd.h>

static const struct fault_type door_no_column = { FAULT_INVALID, "door.no_column",
                                                  "There is no column \"{name}\" here. Columns are: {known}." };

enum { SHEETS_MOST = 4 }; /* made at once: each writes temporary files */

struct stream {
    struct task task; /* first */
    struct exchange *exchange;
    struct request request;
    struct pair *pairs; /* the request's, with room for `after` and `limit` */
    size_t own_pairs;
    struct arena *page;
    char *cursor;
    struct any_list rows; /* of this page, in its arena, as is the text */
    struct str text;
    size_t sent;
    bool last, failed;
    int file; /* a spreadsheet that is ready; -1: none */
    int64_t file_bytes;
};

static const char *const media_types[] = { [EXPORT_CSV] = "text/csv; charset=utf-8; header=present",
                                           [EXPORT_XLSX] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
static const char *const suffixes[] = { [EXPORT_CSV] = "csv", [EXPORT_XLSX] = "xlsx" };

static void say_what(struct exchange *e, const char *name)
{
    e->status = 200;
    e->media_type = str_of(media_types[e->export]);
    exchange_header(e, "Content-Disposition", str_format(e->arena, "attachment; filename=\"%s.%s\"", name, suffixes[e->export]));
}

/* ---- Columns of a spreadsheet: all that are flat, or those asked for, "due_on:Due,rest:Open" ---- */

static struct fault *unknown_column(struct exchange *e, const struct record *row, struct str name)
{
    struct text known = text_new(e->arena);
    for (size_t i = 0; i < row->count; i++) {
        if (!record_is_flat(&row->fields[i])) continue;
        if (known.length) text_addz(&known, ", ");
        text_add(&known, field_json_name(&row->fields[i]));
    }
    return FAULT(e->arena, &door_no_column, "columns", PARAM("name", str_part(name, 0, 60)), PARAM("known", text_str(&known)));
}

static struct fault *columns_of(struct exchange *e, const struct record *row, struct sheet_columns *columns)
{
    for (size_t i = 0; i < row->count && !e->columns.length; i++)
        if (record_is_flat(&row->fields[i]))
            *LIST_ADD(e->arena, columns) = (struct sheet_column){ &row->fields[i], field_json_name(&row->fields[i]) };
    for (struct str rest = e->columns; rest.length;) {
        struct str label, one = str_cut(rest, ',', &rest), name = str_cut(one, ':', &label);
        const struct field *f = record_json_field(row, name);
        if (!f || !record_is_flat(f) || columns->count >= row->count) return unknown_column(e, row, name);
        *LIST_ADD(e->arena, columns) = (struct sheet_column){ f, label.length ? str_part(label, 0, 100) : name };
    }
    return NULL;
}

/* ---- Pages ---- */

static struct fault *page_read(struct stream *s)
{
    struct exchange *e = s->exchange;
    const struct doors *doors = e->http->doors;
    struct work work = e->work;
    struct answer answer;
    work.arena = s->page;
    s->request.pair_count = s->own_pairs;
    s->pairs[s->request.pair_count++] = (struct pair){ STR("limit"), STR("500") };
    if (s->cursor) s->pairs[s->request.pair_count++] = (struct pair){ STR("after"), str_of(s->cursor) };
    TRY(operation_answer(&work, doors->books, doors->operations, &s->request, &answer));
    s->rows = answer.rows;
    free(s->cursor);
    s->cursor = answer.next.at ? strndup(answer.next.at, answer.next.length) : NULL;
    s->last = !s->cursor;
    return NULL;
}

static void csv_add(struct text *text, const struct record *row, const struct any_list *rows)
{
    for (size_t i = 0; i < rows->count; i++) record_add_csv(text, (struct given){ row, rows->at + i * row->size });
}

static void page_to_csv(struct stream *s, bool first)
{
    const struct record *row = s->exchange->operation->list->row;
    struct text text = text_new(s->page);
    if (first) record_add_csv_head(&text, row);
    csv_add(&text, row, &s->rows);
    s->text = text_str(&text);
    s->sent = 0;
}

static struct fault *rows_to_sheet(struct arena *arena, struct xlsx *sheet, const struct sheet_columns *columns,
                                   const struct record *row, const struct any_list *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        TRY(record_add_sheet(arena, sheet, columns, (struct given){ row, rows->at + i * row->size }));
    return NULL;
}

/* All pages, on this worker; the connection sleeps. */
static struct fault *sheet_fill(struct stream *s, struct xlsx *sheet, const struct sheet_columns *columns)
{
    for (;;) {
        TRY(rows_to_sheet(s->page, sheet, columns, s->exchange->operation->list->row, &s->rows));
        if (s->last) return xlsx_end(s->exchange->arena, sheet, &s->file, &s->file_bytes);
        if (atomic_load(&s->exchange->http->stopping)) return FAULT(s->exchange->arena, &door_busy, NULL);
        arena_reset(s->page);
        TRY(page_read(s));
    }
}

static struct fault *sheet_make(struct stream *s)
{
    struct exchange *e = s->exchange;
    struct sheet_columns columns = { 0 };
    struct xlsx *sheet = NULL;
    TRY(columns_of(e, e->operation->list->row, &columns));
    if (atomic_fetch_add(&e->http->sheets, 1) >= SHEETS_MOST) {
        atomic_fetch_sub(&e->http->sheets, 1);
        return FAULT(e->arena, &door_busy, NULL);
    }
    struct fault *fault = record_sheet_begin(e->arena, &columns, str_of(e->operation->list->row->name), &sheet);
    if (!fault) fault = sheet_fill(s, sheet, &columns);
    xlsx_free(sheet);
    atomic_fetch_sub(&e->http->sheets, 1);
    return fault;
}

struct fault *stream_begin(struct exchange *e, const struct request *request)
{
    struct stream *s = calloc(1, sizeof *s);
    ensure(s);
    e->stream = s; /* from here on the exchange frees it */
    s->exchange = e;
    s->file = -1;
    s->page = arena_new((size_t)1 << 36);
    s->request = *request;
    s->request.as_rows = true;
    s->pairs = ARENA_ARRAY(e->arena, struct pair, request->pair_count + 2);
    for (size_t i = 0; i < request->pair_count; i++) /* pages are ours */
        if (!str_is(request->pairs[i].name, "limit") && !str_is(request->pairs[i].name, "after") &&
            !str_is(request->pairs[i].name, "count"))
            s->pairs[s->own_pairs++] = request->pairs[i];
    s->request.pairs = s->pairs;
    struct fault *fault = page_read(s);
    if (!fault && e->export == EXPORT_CSV) page_to_csv(s, true);
    else if (!fault) fault = sheet_make(s);
    if (fault) { /* said in the page's arena: make the problem before that goes */
        exchange_refuse(e, fault);
        e->stream = NULL;
        stream_free(s);
        return NULL;
    }
    say_what(e, e->operation->list->row->name);
    return NULL;
}

static void next_page(struct task *task)
{
    struct stream *s = (struct stream *)(void *)task;
    arena_reset(s->page);
    struct fault *fault = page_read(s);
    if (!fault) page_to_csv(s, false);
    if (fault) {
        LOG(LOG_ERROR, "csv_broken_off", LOG_TEXT("request_id", s->exchange->work.request_id),
            LOG_TEXT("code", str_of(fault->type->code)));
        s->failed = true;
    }
    MHD_resume_connection(s->exchange->connection);
}

static ssize_t stream_read(void *context, uint64_t position, char *buffer, size_t room)
{
    struct stream *s = context;
    (void)position;
    if (s->failed) return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t left = s->text.length - s->sent, n = left < room ? left : room;
    if (n) {
        memcpy(buffer, s->text.at + s->sent, n);
        s->sent += n;
        return (ssize_t)n;
    }
    if (s->last) return MHD_CONTENT_READER_END_OF_STREAM;
    s->task.run = next_page;
    MHD_suspend_connection(s->exchange->connection);
    if (!workers_add(s->exchange->http->workers, &s->task)) {
        s->failed = true;
        MHD_resume_connection(s->exchange->connection);
    }
    return 0;
}

struct MHD_Response *stream_response(struct exchange *e)
{
    struct stream *s = e->stream;
    if (s->file < 0) return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 32 * 1024, stream_read, s, NULL);
    struct MHD_Response *response = MHD_create_response_from_fd64((uint64_t)s->file_bytes, s->file);
    if (response) s->file = -1; /* the response closes it */
    return response;
}

void stream_free(struct stream *s)
{
    if (!s) return;
    if (s->file >= 0) close(s->file);
    arena_free(s->page);
    free(s->cursor);
    free(s);
}

/* ---- A report that is no list: the rows of its first list ---- */

const struct field *export_field(const struct operation *operation)
{
    const struct record *gives = operation->call ? operation->call->gives : NULL;
    if (!gives || strcmp(operation->method, "GET") || (operation->flags & OPERATION_FILE)) return NULL;
    for (size_t i = 0; i < gives->count; i++)
        if (gives->fields[i].type == FIELD_LIST && !gives->fields[i].secret) return &gives->fields[i];
    return NULL;
}

struct fault *export_answer(struct exchange *e, const struct answer *answer)
{
    const struct field *field = export_field(e->operation);
    const struct record *row = field->record;
    const struct any_list *rows = (const void *)((const char *)answer->gives.at + field->offset);
    struct sheet_columns columns = { 0 };
    struct xlsx *sheet = NULL;
    if (e->export == EXPORT_CSV) {
        struct text text = text_new(e->arena);
        record_add_csv_head(&text, row);
        csv_add(&text, row, rows);
        e->content = text_str(&text);
        say_what(e, answer->gives.record->name);
        return NULL;
    }
    TRY(columns_of(e, row, &columns));
    struct stream *s = calloc(1, sizeof *s);
    ensure(s);
    s->file = -1;
    e->stream = s;
    struct fault *fault = record_sheet_begin(e->arena, &columns, str_of(answer->gives.record->name), &sheet);
    if (!fault) fault = rows_to_sheet(e->arena, sheet, &columns, row, rows);
    if (!fault) fault = xlsx_end(e->arena, sheet, &s->file, &s->file_bytes);
    xlsx_free(sheet);
    if (!fault) say_what(e, answer->gives.record->name);
    else {
        e->stream = NULL;
        stream_free(s);
    }
    return fault;
}
