/* A list as CSV, page after page: each page is an operation of its own in an arena that is emptied before the next, so
 * memory stays flat however long the list is. Between two pages the connection sleeps. */
#include "doors/http_private.h"

struct stream {
    struct task task; /* first */
    struct exchange *exchange;
    struct request request;
    struct pair *pairs; /* the request's, with room for `after` and `limit` */
    size_t own_pairs;
    struct arena *page;
    char *cursor;
    struct str text; /* of this page, in its arena */
    size_t sent;
    bool last, failed;
};

static struct fault *page_read(struct stream *s, bool first)
{
    struct exchange *e = s->exchange;
    const struct doors *doors = e->http->doors;
    const struct record *row = e->operation->list->row;
    struct work work = e->work;
    struct answer answer;
    work.arena = s->page;
    s->request.pair_count = s->own_pairs;
    s->pairs[s->request.pair_count++] = (struct pair){ STR("limit"), STR("500") };
    if (s->cursor) s->pairs[s->request.pair_count++] = (struct pair){ STR("after"), str_of(s->cursor) };
    struct fault *fault = operation_answer(&work, doors->books, doors->operations, &s->request, &answer);
    if (fault) return fault;
    struct text text = text_new(s->page);
    if (first) record_add_csv_head(&text, row);
    for (size_t i = 0; i < answer.rows.count; i++) record_add_csv(&text, (struct given){ row, answer.rows.at + i * row->size });
    s->text = text_str(&text);
    s->sent = 0;
    free(s->cursor);
    s->cursor = answer.next.at ? strndup(answer.next.at, answer.next.length) : NULL;
    s->last = !s->cursor;
    return NULL;
}

struct fault *stream_begin(struct exchange *e, const struct request *request)
{
    struct stream *s = calloc(1, sizeof *s);
    ensure(s);
    e->stream = s; /* from here on the exchange frees it */
    s->exchange = e;
    s->page = arena_new((size_t)1 << 36);
    s->request = *request;
    s->request.as_rows = true;
    s->pairs = ARENA_ARRAY(e->arena, struct pair, request->pair_count + 2);
    for (size_t i = 0; i < request->pair_count; i++) /* pages are ours */
        if (!str_is(request->pairs[i].name, "limit") && !str_is(request->pairs[i].name, "after"))
            s->pairs[s->own_pairs++] = request->pairs[i];
    s->request.pairs = s->pairs;
    struct fault *fault = page_read(s, true);
    if (fault) { /* said in the page's arena: make the problem before that goes */
        exchange_refuse(e, fault);
        e->stream = NULL;
        stream_free(s);
        return NULL;
    }
    e->status = 200;
    e->media_type = STR("text/csv; charset=utf-8; header=present");
    exchange_header(e, "Content-Disposition",
                    str_format(e->arena, "attachment; filename=\"%s.csv\"", e->operation->list->row->name));
    return NULL;
}

static void next_page(struct task *task)
{
    struct stream *s = (struct stream *)(void *)task;
    arena_reset(s->page);
    struct fault *fault = page_read(s, false);
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
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 32 * 1024, stream_read, e->stream, NULL);
}

void stream_free(struct stream *s)
{
    if (!s) return;
    arena_free(s->page);
    free(s->cursor);
    free(s);
}
