/* The life of an import: kept, recognised, mapped, looked at, written whole, taken back. */
#include "import/import_private.h"
#include "import.sql.h"

const struct fault_type import_missing = { FAULT_MISSING, "import.missing", "There is no such import." };
const struct fault_type import_changed = { FAULT_CONFLICT, "import.changed", "Somebody changed this import; read it again." };
const struct fault_type import_wrong_rows = {
    FAULT_INVALID, "import.wrong_rows",
    "{count} things are wrong in this file; nothing was written. Mend the file or its mapping and import it again."
};
const struct fault_type import_again = {
    FAULT_CONFLICT, "import.again", "This very file was imported as {kind} on {day}; take that import back first."
};
const struct fault_type import_not_waiting = { FAULT_CONFLICT, "import.not_waiting",
                                               "This import is {state}; that can't be done now." };
const struct fault_type import_in_use = {
    FAULT_CONFLICT, "import.in_use",
    "Something was built on this import ({count} of what it made); take that back first."
};
const struct fault_type import_no_kind = { FAULT_INVALID, "import.no_kind",
                                           "No heading in this file says what it holds; say so yourself." };
static const struct fault_type import_row_wrong = { FAULT_INVALID, "import.row_wrong",
                                                    "Row {row}, {column} \"{value}\": {what}" };

static const char *const states[] = { NULL, "uploaded", "committed", "undone" };
static const char *const day_orders[] = { NULL, "dmy", "mdy", "ymd" };
#define KINDS .choices = import_kind_names, .choice_count = IMPORT_KIND_COUNT
RECORD(import_file, {
    ID(struct import_file, id, .sort = true),
    FIELD(struct import_file, kind, KINDS, .filter = true),
    FIELD(struct import_file, state, CHOICES(states), .filter = true),
    ID(struct import_file, document_id),
    FIELD(struct import_file, file_name, .max = 255, .filter = true),
    FIELD(struct import_file, hash, .max = 64),
    FIELD(struct import_file, format),
    FIELD(struct import_file, encoding, OPTIONAL),
    FIELD(struct import_file, delimiter, OPTIONAL),
    FIELD(struct import_file, sheet, OPTIONAL),
    FIELD(struct import_file, decimal),
    FIELD(struct import_file, day_order, CHOICES(day_orders)),
    JSON(struct import_file, mapping),
    FIELD(struct import_file, dated_on, .about = "the day of the opening entries"),
    FIELD(struct import_file, skip_known),
    FIELD(struct import_file, row_count),
    FIELD(struct import_file, made_count),
    AMOUNT(struct import_file, total_minor),
    FIELD(struct import_file, created_at, .sort = true),
    FIELD(struct import_file, created_by),
    FIELD(struct import_file, committed_at, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct import_file, committed_by, OPTIONAL),
    FIELD(struct import_file, undone_at, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct import_file, undone_by, OPTIONAL),
    FIELD(struct import_file, version),
});
RECORD(import_error, {
    FIELD(struct import_error, row),
    FIELD(struct import_error, column, OPTIONAL),
    FIELD(struct import_error, field, OPTIONAL),
    FIELD(struct import_error, value, OPTIONAL),
    FIELD(struct import_error, code),
    FIELD(struct import_error, text),
});
RECORD(import_row,
       { FIELD(struct import_row, row), JSON(struct import_row, values), FIELD(struct import_row, is_wrong) });
RECORD(import_checked, {
    FIELD(struct import_checked, row_count),
    FIELD(struct import_checked, error_count),
    FIELD(struct import_checked, made_count, .about = "what would be made of the rows without an error"),
    AMOUNT(struct import_checked, total_minor,
           .about = "in the base currency; of balances what goes to the opening account"),
    LIST(struct import_checked, errors, import_error, .about = "the first thousand"),
    LIST(struct import_checked, rows, import_row, .about = "the first fifty, as they would become"),
});
RECORD(import_key, { FIELD(struct import_key, id, .min = 1, .max = EXACT_MAX) });
struct kept_mapping { unsigned kind; struct str mapping; };
RECORD(kept_mapping, { FIELD(struct kept_mapping, kind, KINDS), JSON(struct kept_mapping, mapping) });
struct made_row { int64_t id, import_id, row_number; struct str subject_kind; int64_t subject_id; };
LIST_STRUCT(made_rows, struct made_row);
RECORD(made_row, {
    FIELD_OF(FIELD_ID, int64_t, struct made_row, id, .sort = true),
    FIELD(struct made_row, import_id),
    FIELD(struct made_row, row_number, .sort = true),
    FIELD(struct made_row, subject_kind, .filter = true),
    FIELD(struct made_row, subject_id),
});
struct source_key {
    struct str subject_kind, source_key;
    int64_t subject_id, import_id;
};
RECORD(source_key, { FIELD(struct source_key, subject_kind), FIELD(struct source_key, source_key),
                     FIELD(struct source_key, subject_id), FIELD(struct source_key, import_id) });

struct fault *import_made_add(struct importing *im, const char *subject_kind, const int64_t *ids, const uint32_t *rows,
                              size_t count)
{
    struct made_row *made = ARENA_ARRAY(im->arena, struct made_row, count + 1);
    for (size_t i = 0; i < count; i++)
        made[i] = (struct made_row){ id_new(im->work), im->file->id.n, rows[i], str_of(subject_kind), ids[i] };
    return db_run_each(im->work, &sql_import_made_add, GIVEN(made_row, made), count);
}

struct fault *import_keys_add(struct importing *im, const char *subject_kind, const struct str *keys,
                              const int64_t *ids, size_t count)
{
    struct source_key *rows = ARENA_ARRAY(im->arena, struct source_key, count + 1);
    size_t given = 0;
    for (size_t i = 0; i < count; i++)
        if (keys[i].length) rows[given++] = (struct source_key){ str_of(subject_kind), keys[i], ids[i], im->file->id.n };
    return db_run_each(im->work, &sql_import_key_add, GIVEN(source_key, rows), given);
}

/* ---- Keeping and recognising ---- */

static struct fault *load(struct work *work, int64_t id, struct import_file *file)
{
    return db_one(work, &sql_import_file_by_id, IMPORT_KEY(id), INTO(import_file, file), &import_missing);
}

static struct fault *refuse_again(struct work *work, const struct import_file *file)
{
    struct import_file same = { 0 };
    bool found;
    TRY(db_find(work, &sql_import_file_same, GIVEN(import_file, file), INTO(import_file, &same), &found));
    if (!found) return NULL;
    return FAULT(work->arena, &import_again, "content", PARAM("kind", translate(work->language, import_kind_names[same.kind])),
                 PARAM("day", date_text(work->arena, instant_day(same.committed_at))));
}

/* As it was mapped the last time, where the columns still are as many and every field is found; else by the headings. */
static struct fault *mapping_of_last_time(struct importing *im)
{
    struct kept_mapping kept = { .kind = im->file->kind };
    bool found;
    TRY(db_find(im->work, &sql_import_mapping_find, GIVEN(kept_mapping, &kept), INTO(kept_mapping, &kept), &found));
    if (!found) return NULL;
    size_t proposed = 0, again = 0;
    bool fits = true;
    for (size_t i = 0; i < ARRAY_LENGTH(im->field_of); i++) proposed += im->field_of[i] != F_NONE;
    struct str by_headings = im->file->mapping;
    struct fault *unreadable = import_mapping_take(im, kept.mapping);
    for (size_t i = 0; i < ARRAY_LENGTH(im->field_of) && !unreadable; i++) {
        if (!im->field_of[i]) continue;
        again++;
        fits &= i < im->sheet.columns;
        enum import_field by_heading =
            i < im->sheet.rows.at[im->head].count
                ? import_field_of_heading(im->arena, im->file->kind, im->sheet.rows.at[im->head].cells[i].text)
                : F_NONE;
        fits &= !by_heading || by_heading == im->field_of[i] ||
                im->column_of[by_heading] != 0; /* a heading that means something else here */
    }
    if (unreadable || !fits || again < proposed) return import_mapping_take(im, by_headings);
    im->file->mapping = import_mapping_text(im);
    return NULL;
}

struct fault *import_add(struct work *work, struct str file_name, enum import_kind kind, struct str content,
                         struct import_file *file)
{
    struct document document = { .file_name = file_name, .source = DOCUMENT_UPLOAD, .subject_kind = STR("import") };
    struct importing *im = ARENA_NEW(work->arena, struct importing);
    *file = (struct import_file){ .id = { id_new(work) }, .kind = kind, .state = IMPORT_UPLOADED, .file_name = file_name,
                                  .dated_on = work->today, .created_at = work->now, .created_by = work->user_id, .version = 1 };
    document.subject_id = file->id.n;
    TRY(archive_keep(work, &document, content, NULL));
    file->document_id = document.id;
    file->hash = hex_text(work->arena, (const uint8_t *)document.hash.at, document.hash.length);
    TRY(import_open(im, work, file));
    if (im->sheet.rows.count < 1) return FAULT(work->arena, &import_no_rows, "content");
    file->format = im->sheet.format == SHEET_XLSX ? STR("xlsx") : STR("csv");
    file->encoding = im->sheet.encoding;
    if (im->sheet.delimiter)
        file->delimiter = im->sheet.delimiter == '\t' ? STR("tab") : str_copy(work->arena, &im->sheet.delimiter, 1);
    file->sheet = im->sheet.name;
    TRY(import_propose(im));
    TRY(mapping_of_last_time(im));
    TRY(refuse_again(work, file));
    TRY(db_run(work, &sql_import_file_add, GIVEN(import_file, file)));
    work_changed(work, "import", file->id.n, (struct given){ &import_file_record, NULL }, GIVEN(import_file, file));
    return NULL;
}

/* ---- Looking, writing, taking back ---- */

static struct fault *check_state(struct work *work, const struct import_file *file, enum import_state state)
{
    if (file->state == state) return NULL;
    return FAULT(work->arena, &import_not_waiting, NULL, PARAM("state", translate(work->language, states[file->state])));
}

static int64_t made_of(const struct importing *im)
{
    switch (im->file->kind) {
    case IMPORT_CUSTOMERS:
    case IMPORT_SUPPLIERS: return (int64_t)im->new_parties.count;
    case IMPORT_ACCOUNTS: return (int64_t)im->new_banks.count;
    case IMPORT_PAID_INVOICES: return (int64_t)im->past_items.count;
    case IMPORT_PAYMENTS: return (int64_t)im->past_lines.count;
    case IMPORT_RECEIVABLES:
    case IMPORT_PAYABLES:
    case IMPORT_BALANCES: break;
    }
    return (int64_t)im->lines.count;
}

enum { PREVIEW_ROWS = 50, SAID_MAX = 100 };
struct fault *import_check(struct work *work, struct import_file *file, struct import_checked *out)
{
    struct importing *im = ARENA_NEW(work->arena, struct importing);
    im->preview = &out->rows;
    im->preview_max = PREVIEW_ROWS;
    TRY(import_open(im, work, file));
    TRY(import_check_rows(im));
    out->row_count = im->row_count;
    out->error_count = im->error_count;
    out->made_count = made_of(im);
    out->total_minor = im->total_minor;
    out->errors = im->errors;
    return NULL;
}

/* How many there are, and the first hundred in words. */
static struct fault *wrong_rows(struct importing *im)
{
    struct arena *arena = im->arena;
    struct fault *all = FAULT(arena, &import_wrong_rows, "content", PARAM_INT(arena, "count", im->error_count));
    for (size_t i = im->errors.count < SAID_MAX ? im->errors.count : SAID_MAX; i-- > 0;) {
        const struct import_error *e = &im->errors.at[i];
        struct fault *one = FAULT(
            arena, &import_row_wrong, e->field.length ? e->field.at : NULL, PARAM_INT(arena, "row", e->row),
            PARAM("column", e->column.length ? e->column : e->field), PARAM("value", e->value), PARAM("what", e->text));
        one->next = all->next;
        all->next = one;
    }
    return all;
}

static struct fault *save(struct work *work, struct import_file *file, const struct import_file *before)
{
    TRY(db_change(work, &sql_import_file_save, GIVEN(import_file, file), &import_changed));
    file->version++;
    work_changed(work, "import", file->id.n, GIVEN(import_file, before), GIVEN(import_file, file));
    return NULL;
}

struct fault *import_commit(struct work *work, struct import_file *file)
{
    struct importing *im = ARENA_NEW(work->arena, struct importing);
    const struct import_file before = *file;
    TRY(check_state(work, file, IMPORT_UPLOADED));
    TRY(refuse_again(work, file));
    TRY(import_open(im, work, file));
    TRY(ledger_check_day(work, file->dated_on));
    TRY(import_check_rows(im));
    if (im->error_count) return wrong_rows(im);
    switch (file->kind) {
    case IMPORT_CUSTOMERS:
    case IMPORT_SUPPLIERS:
    case IMPORT_ACCOUNTS: TRY(import_parties_write(im)); break;
    case IMPORT_PAID_INVOICES:
    case IMPORT_PAYMENTS: TRY(import_past_write(im)); break;
    case IMPORT_RECEIVABLES:
    case IMPORT_PAYABLES:
    case IMPORT_BALANCES: TRY(import_items_write(im)); break;
    }
    const struct kept_mapping kept = { file->kind, file->mapping };
    TRY(db_run(work, &sql_import_mapping_keep, GIVEN(kept_mapping, &kept)));
    file->row_count = im->row_count;
    file->state = IMPORT_COMMITTED;
    file->committed_at = work->now;
    file->committed_by = work->user_id;
    return save(work, file, &before);
}

struct counted { int64_t count; };
RECORD(counted, { FIELD(struct counted, count) });

static struct fault *check_unused(struct work *work, const struct import_file *file, const struct sql *sql)
{
    struct counted counted = { 0 };
    TRY(db_one(work, sql, IMPORT_KEY(file->id.n), INTO(counted, &counted), &db_broken));
    return counted.count ? FAULT(work->arena, &import_in_use, NULL, PARAM_INT(work->arena, "count", counted.count)) : NULL;
}

static struct fault *reverse_entries(struct work *work, const struct import_file *file, struct str reason)
{
    struct made_rows entries = { 0 };
    const struct made_row of = { .id = file->id.n, .subject_kind = STR("entry") };
    struct fault *closed = ledger_check_day(work, file->dated_on);
    struct date on = closed ? work->today : file->dated_on;
    if (closed && closed->type != &ledger_period_closed) return closed;
    TRY(db_all(work, &sql_import_made_of, GIVEN(made_row, &of), INTO_LIST(made_row, &entries)));
    for (size_t i = 0; i < entries.count; i++) {
        struct entry reversal = { 0 };
        TRY(ledger_reverse(work, (entry_id){ entries.at[i].subject_id }, on, reason, &reversal));
    }
    return NULL;
}

struct fault *import_undo(struct work *work, struct import_file *file, struct str reason)
{
    const struct import_file before = *file;
    const struct given of = IMPORT_KEY(file->id.n);
    TRY(check_state(work, file, IMPORT_COMMITTED));
    switch (file->kind) {
    case IMPORT_CUSTOMERS:
    case IMPORT_SUPPLIERS:
        TRY(check_unused(work, file, &sql_party_built_on));
        TRY(db_run(work, &sql_made_party_bank_remove, of));
        TRY(db_run(work, &sql_made_party_remove, of));
        break;
    case IMPORT_ACCOUNTS:
        TRY(check_unused(work, file, &sql_bank_built_on));
        TRY(db_run(work, &sql_made_bank_remove, of));
        break;
    case IMPORT_PAID_INVOICES: TRY(check_unused(work, file, &sql_past_built_on)); break;
    case IMPORT_PAYMENTS: break;
    case IMPORT_RECEIVABLES:
    case IMPORT_PAYABLES:
    case IMPORT_BALANCES: TRY(reverse_entries(work, file, reason)); break;
    }
    TRY(cash_past_forget(work, file->id.n));
    TRY(db_run(work, &sql_import_key_forget, of));
    file->state = IMPORT_UNDONE;
    file->undone_at = work->now;
    file->undone_by = work->user_id;
    return save(work, file, &before);
}

/* ---- Operations ---- */

struct import_upload { struct str file_name; unsigned kind; struct str content; };
RECORD(import_upload, {
    FIELD(struct import_upload, file_name, .min = 1, .max = 255),
    FIELD(struct import_upload, kind, KINDS, OPTIONAL, .about = "what the rows are; left out: told from the headings"),
    BYTES(struct import_upload, content, .min = 1, .max = 64 << 20),
});
struct import_column { int64_t number; struct str heading, field, samples; };
LIST_STRUCT(import_columns, struct import_column);
RECORD(import_column, {
    FIELD(struct import_column, number),
    FIELD(struct import_column, heading, OPTIONAL),
    FIELD(struct import_column, field, OPTIONAL),
    JSON(struct import_column, samples, .about = "the first values in this column"),
});
struct import_takes { struct str name; bool is_needed, is_one_of; };
RECORD(import_takes, {
    FIELD(struct import_takes, name),
    FIELD(struct import_takes, is_needed),
    FIELD(struct import_takes, is_one_of, .about = "one of these must be there"),
});
struct import_shown { struct import_file file; struct import_columns columns; LIST_OF(struct import_takes) fields; };
RECORD(import_shown, {
    PART(struct import_shown, file, import_file),
    LIST(struct import_shown, columns, import_column, .max = 300),
    LIST(struct import_shown, fields, import_takes, .about = "of this kind"),
});

static bool among(const enum import_field *fields, size_t count, enum import_field field)
{
    for (size_t i = 0; i < count && fields[i]; i++)
        if (fields[i] == field) return true;
    return false;
}

static struct str samples_of(struct importing *im, size_t column)
{
    struct text t = text_new(im->arena);
    size_t count = 0;
    text_add_char(&t, '[');
    for (size_t i = im->head + 1; i < im->sheet.rows.count && i < im->head + 200 && count < 3; i++) {
        const struct sheet_row *r = &im->sheet.rows.at[i];
        if (column >= r->count || !r->cells[column].kind) continue;
        if (count++) text_add_char(&t, ',');
        json_add_text(&t, str_utf8_clip(r->cells[column].text, 60));
    }
    text_add_char(&t, ']');
    return text_str(&t);
}

static struct fault *fill_shown(struct work *work, struct import_shown *out)
{
    struct importing *im = ARENA_NEW(work->arena, struct importing);
    TRY(import_open(im, work, &out->file));
    const struct import_kind_spec *k = &import_kinds[out->file.kind];
    const struct sheet_row *head = im->sheet.rows.count ? &im->sheet.rows.at[im->head] : NULL;
    for (size_t i = 0; i < im->sheet.columns && i < ARRAY_LENGTH(im->field_of); i++)
        *LIST_ADD(work->arena, &out->columns) = (struct import_column){
            .number = (int64_t)i + 1,
            .heading = head && i < head->count && head->cells[i].kind ? str_utf8_clip(head->cells[i].text, 100)
                                                                      : (struct str){ 0 },
            .field = im->field_of[i] ? str_of(import_fields[im->field_of[i]].name) : (struct str){ 0 },
            .samples = samples_of(im, i) };
    for (const enum import_field *f = k->fields; *f; f++)
        *LIST_ADD(work->arena, &out->fields) =
            (struct import_takes){ str_of(import_fields[*f].name), among(k->needs, ARRAY_LENGTH(k->needs), *f),
                                   among(k->one_of, ARRAY_LENGTH(k->one_of), *f) };
    return NULL;
}

static struct fault *import_upload(struct work *work, const struct import_upload *takes, struct import_shown *out)
{
    TRY(import_add(work, takes->file_name, takes->kind, takes->content, &out->file));
    return fill_shown(work, out);
}
CALLABLE(import_upload, import_upload, import_shown);

static struct fault *import_shown(struct work *work, const struct import_key *takes, struct import_shown *out)
{
    TRY(load(work, takes->id, &out->file));
    return fill_shown(work, out);
}
CALLABLE(import_shown, import_key, import_shown);

struct import_map_change {
    int64_t id;
    unsigned kind;
    struct str mapping, decimal;
    unsigned day_order;
    struct date dated_on;
    bool skip_known;
    int64_t version;
};
RECORD(import_map_change, {
    FIELD(struct import_map_change, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct import_map_change, kind, KINDS, OPTIONAL,
          .about = "another kind: its columns are recognised anew where no mapping is given"),
    JSON(struct import_map_change, mapping, OPTIONAL, .max = 20000,
         .about = "[{\"column\":1,\"field\":\"number\"},…]"),
    FIELD(struct import_map_change, decimal, .min = 1, .max = 1, OPTIONAL,
          .about = "what stands before the cents: , or ."),
    FIELD(struct import_map_change, day_order, CHOICES(day_orders), OPTIONAL),
    FIELD(struct import_map_change, dated_on, OPTIONAL),
    FIELD(struct import_map_change, skip_known, OPTIONAL, .about = "leave rows out of what is here already"),
    FIELD(struct import_map_change, version, .min = 1, .max = EXACT_MAX),
});
static struct fault *import_map(struct work *work, const struct import_map_change *takes, struct import_shown *out)
{
    struct importing *im = ARENA_NEW(work->arena, struct importing);
    struct import_file *file = &out->file;
    TRY(load(work, takes->id, file));
    const struct import_file before = *file;
    TRY(check_state(work, file, IMPORT_UPLOADED));
    file->version = takes->version;
    TRY(import_open(im, work, file));
    if (takes->kind && takes->kind != file->kind) {
        file->kind = takes->kind;
        TRY(import_propose(im));
    }
    if (takes->mapping.length) {
        TRY(import_mapping_take(im, takes->mapping));
        file->mapping = import_mapping_text(im);
    }
    if (takes->decimal.length) file->decimal = str_is(takes->decimal, ".") ? STR(".") : STR(",");
    if (takes->day_order) file->day_order = takes->day_order;
    if (takes->dated_on.ymd) file->dated_on = takes->dated_on;
    file->skip_known = takes->skip_known;
    TRY(save(work, file, &before));
    return fill_shown(work, out);
}
CALLABLE(import_map, import_map_change, import_shown);

static struct fault *import_preview(struct work *work, const struct import_key *takes, struct import_checked *out)
{
    struct import_file file = { 0 };
    TRY(load(work, takes->id, &file));
    TRY(check_state(work, &file, IMPORT_UPLOADED));
    return import_check(work, &file, out);
}
CALLABLE(import_preview, import_key, import_checked);

struct import_version {
    int64_t id, version;
};
RECORD(import_version, { FIELD(struct import_version, id, .min = 1, .max = EXACT_MAX),
                         FIELD(struct import_version, version, .min = 1, .max = EXACT_MAX) });
static struct fault *import_commit_op(struct work *work, const struct import_version *takes, struct import_file *out)
{
    TRY(load(work, takes->id, out));
    if (out->version != takes->version) return FAULT(work->arena, &import_changed, "version");
    return import_commit(work, out);
}
CALLABLE(import_commit_op, import_version, import_file);

struct import_run {
    struct str file_name;
    unsigned kind;
    struct date dated_on;
    bool skip_known;
    struct str content;
};
RECORD(import_run, {
    FIELD(struct import_run, file_name, .min = 1, .max = 255),
    FIELD(struct import_run, kind, KINDS, OPTIONAL,
          .about = "what the rows are; left out: told from the headings"),
    FIELD(struct import_run, dated_on, OPTIONAL, .about = "the day of the opening entries; left out: today"),
    FIELD(struct import_run, skip_known, OPTIONAL, .about = "leave rows out of what is here already"),
    BYTES(struct import_run, content, .min = 1, .max = 64 << 20),
});
static struct fault *import_run(struct work *work, const struct import_run *takes, struct import_file *out)
{
    TRY(import_add(work, takes->file_name, takes->kind, takes->content, out));
    if (takes->dated_on.ymd) out->dated_on = takes->dated_on;
    out->skip_known = takes->skip_known;
    return import_commit(work, out);
}
CALLABLE(import_run, import_run, import_file);

struct import_back { int64_t id; struct str reason; int64_t version; };
RECORD(import_back, {
    FIELD(struct import_back, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct import_back, reason, .min = 3, .max = 200),
    FIELD(struct import_back, version, .min = 1, .max = EXACT_MAX),
});
static struct fault *import_back(struct work *work, const struct import_back *takes, struct import_file *out)
{
    TRY(load(work, takes->id, out));
    if (out->version != takes->version) return FAULT(work->arena, &import_changed, "version");
    return import_undo(work, out, takes->reason);
}
CALLABLE(import_back, import_back, import_file);

static struct fault *import_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                 struct import_files *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_import_file_list, NONE, query, INTO_LIST(import_file, rows), next);
}
LISTABLE(import_list, nothing, import_file, import_files);

static struct fault *made_list(struct work *work, const struct import_key *takes, const struct list_query *query,
                               struct made_rows *rows, struct str *next)
{
    return db_list(work, &sql_import_made_list, GIVEN(import_key, takes), query, INTO_LIST(made_row, rows), next);
}
LISTABLE(made_list, import_key, made_row, made_rows);

struct example_key { unsigned kind; };
RECORD(example_key, { FIELD(struct example_key, kind, KINDS) });
static struct fault *import_example(struct work *work, const struct example_key *takes, struct file_answer *out)
{
    const struct import_kind_spec *k = &import_kinds[takes->kind];
    out->name = str_format(work->arena, "%s.csv", k->name);
    out->media_type = STR("text/csv");
    out->content = str_format(work->arena, "\xEF\xBB\xBF%s", k->example);
    return NULL;
}
CALLABLE(import_example, example_key, file_answer);

static const struct operation operations[] = {
    { "import add", "POST", "/imports", "import.write", OPERATION_UPLOAD | OPERATION_SLOW, &import_upload_call, NULL,
      "Keep a CSV or XLSX file to import and recognise its columns" },
    { "import run", "POST", "/imports/run", "import.write", OPERATION_UPLOAD | OPERATION_SLOW, &import_run_call, NULL,
      "Import a file at once, by the headings of its columns: all of it or nothing" },
    { "import list", "GET", "/imports", "import.read", OPERATION_READS, NULL, &import_list_list, "List the imports" },
    { "import show", "GET", "/imports/{id}", "import.read", OPERATION_READS | OPERATION_SLOW, &import_shown_call, NULL,
      "Show an import with its columns and what each gives" },
    { "import map", "POST", "/imports/{id}/map", "import.write", OPERATION_SLOW, &import_map_call, NULL,
      "Say what an import holds and which column gives which field" },
    { "import preview", "GET", "/imports/{id}/preview", "import.read", OPERATION_READS | OPERATION_SLOW,
      &import_preview_call, NULL, "Show the rows as they would become, and everything that is wrong" },
    { "import commit", "POST", "/imports/{id}/commit", "import.write", OPERATION_SLOW, &import_commit_op_call, NULL,
      "Write an import: all of it or nothing" },
    { "import undo", "POST", "/imports/{id}/undo", "import.write", OPERATION_SLOW, &import_back_call, NULL,
      "Take an import back, where nothing has been built on it" },
    { "import made", "GET", "/imports/{id}/made", "import.read", OPERATION_READS, NULL, &made_list_list,
      "List what the rows of an import became" },
    { "import example", "GET", "/import-examples/{kind}", "import.read", OPERATION_READS | OPERATION_FILE,
      &import_example_call, NULL, "Give an example file to fill in" },
};
const struct operation_table import_operations = { "import", operations, ARRAY_LENGTH(operations) };
