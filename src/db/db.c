#include "db/engine.h"

const struct fault_type db_broken = {
    FAULT_BROKEN, "db.broken",
    "Florin made a mistake and kept nothing of this. Report it with the time at which it happened."
};
const struct fault_type db_retry = { FAULT_CONFLICT, "db.retry",
                                     "Somebody else changed the same things at this moment. Try again." };
const struct fault_type db_taken = { FAULT_CONFLICT, "db.taken", "Others are writing just now. Try again." };
const struct fault_type db_unreachable = {
    FAULT_UNREACHABLE, "db.unreachable",
    "The database can't be reached. Check that it runs and that its disk has room, then try again."
};
const struct fault_type db_duplicate = { FAULT_CONFLICT, "db.duplicate", "This exists already." };
const struct fault_type db_refused = { FAULT_CONFLICT, "db.refused", "The rules of the books do not allow this." };

struct fault *db_fault(struct arena *arena, const struct fault_type *type, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    struct fault *fault = fault_new(arena, type, NULL, NULL, 0);
    fault->detail = str_format_list(arena, format, list).at;
    va_end(list);
    return fault;
}

struct fault *db_failed(struct work *work, struct fault *fault)
{
    if (fault && work->db && !work->db->failed) work->db->failed = fault->type;
    return fault;
}

/* ---- Values ---- */

enum value_kind value_kind_of(enum field_type type)
{
    switch (type) {
    case FIELD_INT:
    case FIELD_ID:
    case FIELD_AMOUNT:
    case FIELD_INSTANT: return VALUE_INT;
    case FIELD_BOOL: return VALUE_BOOL;
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_DECIMAL:
    case FIELD_JSON: return VALUE_TEXT;
    case FIELD_DATE: return VALUE_DATE;
    case FIELD_BYTES: return VALUE_BYTES;
    case FIELD_RECORD:
    case FIELD_LIST: break;
    }
    never("a record or a list inside is not a value of SQL");
}

/* As decimal_format, without an arena. */
static struct str decimal_small(struct decimal d, char small[32])
{
    char digits[24];
    ensure(d.scale >= 0 && d.scale <= 18);
    uint64_t units = d.units < 0 ? (uint64_t)0 - (uint64_t)d.units : (uint64_t)d.units;
    int n = snprintf(digits, sizeof digits, "%0*llu", d.scale + 1, (unsigned long long)units), before = n - d.scale;
    int length =
        snprintf(small, 32, "%s%.*s%s%s", d.units < 0 ? "-" : "", before, digits, d.scale ? "." : "", digits + before);
    return (struct str){ small, (size_t)length };
}

/* Quick for what is ASCII, eight bytes at a time. */
static bool is_text(struct str s)
{
    const uint64_t high = UINT64_C(0x8080808080808080), one = UINT64_C(0x0101010101010101);
    size_t i = 0;
    for (uint64_t w; i + 8 <= s.length; i += 8) {
        memcpy(&w, s.at + i, 8);
        if ((w & high) || ((w - one) & ~w & high)) return str_is_utf8(s);
    }
    for (; i < s.length; i++)
        if ((signed char)s.at[i] <= 0) return str_is_utf8(s);
    return true;
}

struct fault *value_from_field(struct arena *arena, const struct field *f, const void *at, struct value *v)
{
    const char *p = (const char *)at + f->offset;
    v->null = false;
    switch (f->type) {
    case FIELD_INT:
    case FIELD_AMOUNT: memcpy(&v->number, p, sizeof v->number); return NULL;
    case FIELD_ID:
    case FIELD_INSTANT:
        memcpy(&v->number, p, sizeof v->number);
        v->null = !v->number;
        return NULL;
    case FIELD_BOOL: v->number = *(const bool *)p; return NULL;
    case FIELD_DATE: {
        int32_t ymd;
        memcpy(&ymd, p, sizeof ymd);
        v->number = ymd;
        v->null = !ymd;
        return NULL;
    }
    case FIELD_TEXT:
    case FIELD_JSON:
    case FIELD_BYTES:
        memcpy(&v->text, p, sizeof v->text);
        v->null = !v->text.at;
        if (f->type != FIELD_BYTES && !v->null && !is_text(v->text))
            return db_fault(arena, &db_broken, "%s is not UTF-8 text", f->name);
        return NULL;
    case FIELD_CHOICE: {
        unsigned choice;
        memcpy(&choice, p, sizeof choice);
        ensure(choice < f->choice_count);
        v->null = !choice;
        v->text = str_of(choice ? f->choices[choice] : NULL);
        return NULL;
    }
    case FIELD_DECIMAL: {
        struct decimal d;
        memcpy(&d, p, sizeof d);
        v->null = !d.present;
        if (!v->null) v->text = decimal_small(d, v->small);
        return NULL;
    }
    case FIELD_RECORD:
    case FIELD_LIST: break;
    }
    never("a record or a list inside is not a value of SQL");
}

/* ---- Results into structs ---- */

static bool choice_of(const struct field *f, struct str name, unsigned *choice)
{
    for (unsigned i = 1; i < f->choice_count; i++)
        if (f->choices[i] && str_is(name, f->choices[i])) {
            *choice = i;
            return true;
        }
    return false;
}

/* Without an arena texts are borrowed. false: does not fit. */
static bool store(struct arena *arena, const struct field *f, const struct value *v, char *p)
{
    if (v->null) {
        memset(p, 0, f->size);
        return f->optional;
    }
    switch (f->type) {
    case FIELD_INT:
    case FIELD_ID:
    case FIELD_AMOUNT:
    case FIELD_INSTANT: memcpy(p, &v->number, sizeof v->number); return true;
    case FIELD_BOOL: *(bool *)p = v->number != 0; return v->number == 0 || v->number == 1;
    case FIELD_DATE: {
        int32_t ymd = (int32_t)v->number;
        memcpy(p, &ymd, sizeof ymd);
        return ymd != 0;
    }
    case FIELD_TEXT:
    case FIELD_JSON:
    case FIELD_BYTES: {
        struct str s = arena ? str_copy(arena, v->text.at, v->text.length) : v->text;
        memcpy(p, &s, sizeof s);
        return true;
    }
    case FIELD_CHOICE: {
        unsigned choice;
        if (!choice_of(f, v->text, &choice)) return false;
        memcpy(p, &choice, sizeof choice);
        return true;
    }
    case FIELD_DECIMAL: {
        struct decimal d;
        if (!decimal_parse(v->text, &d)) return false;
        memcpy(p, &d, sizeof d);
        return true;
    }
    case FIELD_RECORD:
    case FIELD_LIST: break;
    }
    never("a record or a list inside is not a value of SQL");
}

static struct fault *store_row(struct work *work, bool borrow, const struct statement *st, const struct value *values,
                               void *at)
{
    for (size_t c = 0; c < st->column_count; c++) {
        const struct field *f = st->columns[c];
        if (store(borrow ? NULL : work->arena, f, &values[c], (char *)at + f->offset)) continue;
        return db_fault(work->arena, &db_broken, "%s: column %s holds %s that doesn't fit", st->name, f->name,
                        values[c].null ? "a NULL" : "a value");
    }
    return NULL;
}

/* ---- Statements, prepared once a connection ---- */

static uint64_t hash_of(const struct sql *sql, const struct composed *composed, const struct record *given,
                        const struct record *into)
{
    uint64_t h = composed ? str_hash(composed->text) : (uint64_t)(uintptr_t)sql;
    h = (h ^ (uint64_t)(uintptr_t)given) * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ (h >> 29) ^ (uint64_t)(uintptr_t)into) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 32);
}

static _Noreturn void no_field(const char *statement, const char *what, struct str name, const struct record *record)
{
    fprintf(stderr, "statement %s: %s %.*s is not a field of %s\n", statement, what, STR_ARG(name), record->name);
    never("a statement does not fit its record");
}

static void look_up_params(struct statement *st, const struct sql *sql, const struct composed *composed)
{
    static const struct {
        const char *name;
        enum source source;
        enum value_kind kind;
    } own[] = {
        { "company_id", FROM_COMPANY, VALUE_INT },
        { "user_id", FROM_USER, VALUE_INT },
        { "today", FROM_TODAY, VALUE_DATE },
        { "now", FROM_NOW, VALUE_INT },
    };
    st->param_count = sql->param_count + (composed ? composed->extra_count : 0);
    ensure(st->param_count <= PARAMS_MAX);
    st->params = calloc(st->param_count + 1, sizeof *st->params);
    ensure(st->params);
    for (size_t i = 0; i < sql->param_count; i++) {
        struct parameter *p = &st->params[i];
        for (size_t o = 0; o < ARRAY_LENGTH(own); o++)
            if (!strcmp(sql->params[i], own[o].name)) p->source = own[o].source, p->kind = own[o].kind;
        if (p->source) continue;
        p->source = FROM_FIELD;
        p->field = record_field(st->given, str_of(sql->params[i]));
        if (!p->field) no_field(sql->name, "parameter", str_of(sql->params[i]), st->given);
        p->kind = value_kind_of(p->field->type);
    }
    for (size_t i = sql->param_count; i < st->param_count; i++)
        st->params[i] = (struct parameter){ .source = FROM_EXTRA, .kind = composed->extra_kinds[i - sql->param_count] };
}

static void look_up_columns(struct connection *connection, struct statement *st)
{
    ensure(st->column_count <= COLUMNS_MAX);
    st->columns = calloc(st->column_count + 1, sizeof *st->columns);
    st->column_kinds = calloc(st->column_count + 1, sizeof *st->column_kinds);
    ensure(st->columns && st->column_kinds);
    for (size_t c = 0; st->into && c < st->column_count; c++) {
        struct str name = connection->books->engine->column_name(connection, st, c);
        st->columns[c] = record_field(st->into, name);
        if (!st->columns[c]) no_field(st->name, "column", name, st->into);
        st->column_kinds[c] = value_kind_of(st->columns[c]->type);
    }
}

static void statement_free(struct statement *st)
{
    free(st->text);
    free(st->params);
    free(st->columns);
    free(st->column_kinds);
    free(st);
}

void connection_forget(struct connection *connection)
{
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct statement *st = connection->buckets[b], *next; st; st = next) {
            next = st->next;
            statement_free(st);
        }
    free(connection);
}

/* The least recently used of the composed ones makes room. */
static void evict(struct connection *connection)
{
    struct statement **oldest = NULL;
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct statement **at = &connection->buckets[b]; *at; at = &(*at)->next)
            if (!(*at)->sql && !(*at)->busy && (!oldest || (*at)->used_at < (*oldest)->used_at)) oldest = at;
    if (!oldest) return;
    struct statement *st = *oldest;
    *oldest = st->next;
    connection->books->engine->unprepare(connection, st);
    statement_free(st);
    connection->composed--;
}

static struct fault *statement_new(struct arena *arena, struct connection *connection, const struct sql *sql,
                                   const struct composed *composed, struct statement *like, struct statement **out)
{
    struct statement *st = calloc(1, sizeof *st);
    struct str text = composed ? composed->text : str_of(sql->text);
    ensure(st);
    *st = *like;
    st->text = malloc(text.length + 1);
    ensure(st->text);
    memcpy(st->text, text.at, text.length);
    st->text[text.length] = 0;
    look_up_params(st, sql, composed);
    if (composed && connection->composed >= COMPOSED_MAX) evict(connection);
    struct fault *fault = connection->books->engine->prepare(arena, connection, st);
    if (fault) {
        statement_free(st);
        return fault;
    }
    look_up_columns(connection, st);
    st->next = connection->buckets[st->hash % BUCKETS];
    connection->buckets[st->hash % BUCKETS] = st;
    connection->composed += composed != NULL;
    *out = st;
    return NULL;
}

/* One that nobody reads rows of; inside a loop over rows of the same statement that is a second one. */
static struct fault *statement_of(struct arena *arena, struct connection *connection, const struct sql *sql,
                                  const struct composed *composed, const struct record *given,
                                  const struct record *into, struct statement **out)
{
    struct statement like = { .sql = composed ? NULL : sql, .given = given, .into = into, .name = sql->name };
    like.hash = hash_of(sql, composed, given, into);
    like.used_at = ++connection->uses;
    for (struct statement *st = connection->buckets[like.hash % BUCKETS]; st; st = st->next) {
        if (st->hash != like.hash || st->sql != like.sql || st->given != given || st->into != into || st->busy) continue;
        if (composed && strcmp(st->text, composed->text.at)) continue; /* what is not composed is its struct sql */
        st->used_at = like.used_at;
        *out = st;
        return NULL;
    }
    return statement_new(arena, connection, sql, composed, &like, out);
}

/* ---- Running one ---- */

static struct fault *counted(struct work *work, struct books *books)
{
    atomic_fetch_add_explicit(&books->statements, 1, memory_order_relaxed);
    if (atomic_load_explicit(&books->fail_at, memory_order_relaxed) <= 0) return NULL;
    if (atomic_fetch_sub(&books->fail_at, 1) != 1) return NULL;
    return db_fault(work->arena, &db_broken, "made to fail by a test");
}

static struct fault *usable(struct work *work, const struct sql *sql)
{
    ensure(work->db);
    if (work->db->failed)
        return db_fault(work->arena, work->db->failed, "%s: the transaction has failed before this", sql->name);
    if (connection_stops(work->db->connection)) return db_fault(work->arena, &db_stopped, "%s", sql->name);
    return counted(work, work->db->books);
}

static struct fault *fill_params(struct work *work, const struct statement *st, const void *at, struct value *values)
{
    for (size_t i = 0; i < st->param_count; i++) {
        struct value *v = &values[i];
        switch (st->params[i].source) {
        case FROM_FIELD: TRY(value_from_field(work->arena, st->params[i].field, at, v)); break;
        case FROM_COMPANY: v->null = false, v->number = work->company_id; break;
        case FROM_USER: v->null = false, v->number = work->user_id; break;
        case FROM_TODAY: v->null = !work->today.ymd, v->number = work->today.ymd; break;
        case FROM_NOW: v->null = !work->now.us, v->number = work->now.us; break;
        case FROM_EXTRA: break;
        }
    }
    return NULL;
}

static struct fault *rows_start(struct work *work, struct rows *rows, const struct sql *sql,
                                const struct composed *composed, struct given given, const struct record *into,
                                bool stream, struct value values[PARAMS_MAX])
{
    struct connection *connection = work->db->connection;
    struct statement *st;
    TRY(statement_of(work->arena, connection, sql, composed, given.record, into, &st));
    for (size_t i = 0; composed && i < composed->extra_count; i++) values[sql->param_count + i] = composed->extra[i];
    TRY(fill_params(work, st, given.at, values));
    *rows = (struct rows){ .connection = connection, .statement = st, .stream = stream };
    TRY(connection->books->engine->rows_open(work->arena, rows, values));
    st->busy = true;
    return NULL;
}

static void rows_end(struct rows *rows)
{
    rows->statement->busy = false;
    rows->connection->books->engine->rows_close(rows);
}

/* Hands every row to `row`; what refuses ends it. */
struct reader {
    struct fault *(*row)(struct work *work, struct reader *reader, const struct statement *st,
                         const struct value *values);
    const struct record *into;
    bool stream;
    int64_t rows, changed;
    void *at;                                              /* one struct, or a list */
    struct fault *(*each)(void *context, const void *row); /* db_each */
    void *context;
};

static struct fault *read_rows(struct work *work, const struct sql *sql, const struct composed *composed,
                               struct given given, struct reader *reader)
{
    struct value params[PARAMS_MAX], values[COLUMNS_MAX];
    struct rows rows;
    TRY(db_failed(work, rows_start(work, &rows, sql, composed, given, reader->into, reader->stream, params)));
    const struct engine *engine = work->db->books->engine;
    struct fault *fault = NULL;
    for (bool more = true; !fault;) {
        fault = db_failed(work, engine->rows_next(work->arena, &rows, values, &more));
        if (fault || !more) break;
        reader->rows++;
        if (reader->row) fault = reader->row(work, reader, rows.statement, values);
    }
    reader->changed = rows.changed;
    rows_end(&rows);
    return fault;
}

static struct fault *query(struct work *work, const struct sql *sql, const struct composed *composed,
                           struct given given, struct reader *reader)
{
    TRY(db_failed(work, usable(work, sql)));
    return db_failed(work, read_rows(work, sql, composed, given, reader));
}

/* The refusal of a room, its {parameters} filled from what was given. */
static struct fault *refusal(struct work *work, const struct fault_type *type, struct given given)
{
    LIST_OF(struct param) params = { 0 };
    for (size_t i = 0; i < given.record->count; i++) {
        const struct field *f = &given.record->fields[i];
        if (f->type == FIELD_RECORD || f->type == FIELD_LIST || f->type == FIELD_BYTES || f->secret) continue;
        if (str_find(str_of(type->text), str_format(work->arena, "{%s}", f->name).at) < 0) continue;
        *LIST_ADD(work->arena, &params) = PARAM(f->name, field_to_text(work->arena, given.record, f, given.at));
    }
    return fault_new(work->arena, type, NULL, params.at, params.count);
}

static struct fault *row_single(struct work *work, struct reader *reader, const struct statement *st,
                                const struct value *values)
{
    if (reader->rows > 1) return db_fault(work->arena, &db_broken, "%s: more than one row", st->name);
    return store_row(work, false, st, values, reader->at);
}

struct fault *db_find(struct work *work, const struct sql *sql, struct given given, struct into into, bool *found)
{
    struct reader reader = { .row = row_single, .into = into.record, .at = into.at };
    TRY(query(work, sql, NULL, given, &reader));
    *found = reader.rows == 1;
    return NULL;
}

struct fault *db_one(struct work *work, const struct sql *sql, struct given given, struct into into,
                     const struct fault_type *when_missing)
{
    bool found;
    TRY(db_find(work, sql, given, into, &found));
    return found ? NULL : refusal(work, when_missing, given);
}

struct fault *db_run_count(struct work *work, const struct sql *sql, struct given given, int64_t *changed)
{
    struct reader reader = { 0 };
    TRY(query(work, sql, NULL, given, &reader));
    *changed = reader.changed;
    return NULL;
}

struct fault *db_run(struct work *work, const struct sql *sql, struct given given)
{
    int64_t changed;
    return db_run_count(work, sql, given, &changed);
}

struct fault *db_change(struct work *work, const struct sql *sql, struct given given,
                        const struct fault_type *when_none)
{
    int64_t changed;
    TRY(db_run_count(work, sql, given, &changed));
    if (changed == 1) return NULL;
    if (!changed) return refusal(work, when_none, given);
    return db_failed(work, db_fault(work->arena, &db_broken, "%s: more than one row changed", sql->name));
}

static struct fault *row_append(struct work *work, struct reader *reader, const struct statement *st,
                                const struct value *values)
{
    struct any_list *list = reader->at;
    size_t size = reader->into->size;
    if (list->count == list->room) list->at = arena_grow(work->arena, list->at, &list->room, size);
    char *at = list->at + list->count++ * size;
    memset(at, 0, size);
    return store_row(work, false, st, values, at);
}

struct fault *db_all(struct work *work, const struct sql *sql, struct given given, struct into_list into)
{
    struct reader reader = { .row = row_append, .into = into.record, .at = into.list };
    return query(work, sql, NULL, given, &reader);
}

struct fault *db_all_composed(struct work *work, const struct sql *sql, const struct composed *composed,
                              struct given given, struct into_list into)
{
    struct reader reader = { .row = row_append, .into = into.record, .at = into.list };
    return query(work, sql, composed, given, &reader);
}

static struct fault *row_hand_on(struct work *work, struct reader *reader, const struct statement *st,
                                 const struct value *values)
{
    TRY(db_failed(work, store_row(work, true, st, values, reader->at)));
    return reader->each(reader->context, reader->at);
}

/* A refusal of `each` is the caller's own: the transaction stays usable. */
struct fault *db_each(struct work *work, const struct sql *sql, struct given given, const struct record *record,
                      struct fault *(*each)(void *context, const void *row), void *context)
{
    struct reader reader = { .row = row_hand_on, .into = record, .stream = true, .each = each, .context = context };
    reader.at = arena_alloc(work->arena, record->size);
    TRY(db_failed(work, usable(work, sql)));
    return read_rows(work, sql, NULL, given, &reader);
}

struct filling { struct work *work; const struct statement *st; struct given first; };

static struct fault *fill_next(void *context, size_t index, struct value *values)
{
    struct filling *filling = context;
    if (index) TRY(counted(filling->work, filling->work->db->books));
    const char *at = (const char *)filling->first.at + index * filling->first.record->size;
    return fill_params(filling->work, filling->st, at, values);
}

struct fault *db_run_each(struct work *work, const struct sql *sql, struct given first, size_t count)
{
    struct value values[PARAMS_MAX];
    struct statement *st;
    if (!count) return NULL;
    TRY(db_failed(work, usable(work, sql)));
    struct connection *connection = work->db->connection;
    TRY(db_failed(work, statement_of(work->arena, connection, sql, NULL, first.record, NULL, &st)));
    struct filling filling = { work, st, first };
    return db_failed(
        work, connection->books->engine->run_each(work->arena, connection, st, count, values, fill_next, &filling));
}

/* ---- Transactions ---- */

struct fault *db_begin(struct work *work, struct books *books)
{
    ensure(!work->db);
    TRY(counted(work, books));
    bool given_up = work->reading && work->given_up && atomic_load_explicit(work->given_up, memory_order_relaxed);
    if (given_up || atomic_load_explicit(&books->ending, memory_order_relaxed) >= (work->reading ? STOP_READS : STOP_ALL))
        return db_fault(work->arena, &db_stopped, "begin");
    struct db *db = ARENA_NEW(work->arena, struct db);
    db->books = books;
    db->writing = !work->reading;
    work->db = db;
    struct fault *fault = books->engine->begin(work, db);
    if (fault) work->db = NULL;
    else {
        db->connection->writing = db->writing;
        if (!db->writing) db->connection->given_up = work->given_up;
    }
    return fault;
}

/* The connection goes back to the pool: nobody's wish to end goes with it. */
static void nobody_waits(struct db *db)
{
    if (!db->writing) db->connection->given_up = NULL;
}

struct fault *db_commit(struct work *work)
{
    struct db *db = work->db;
    ensure(db);
    struct fault *fault = counted(work, db->books);
    if (!fault && db->failed) fault = db_fault(work->arena, db->failed, "commit: a statement has failed before");
    if (fault) {
        db_rollback(work);
        return fault;
    }
    work->db = NULL;
    nobody_waits(db);
    return db->books->engine->commit(work->arena, db);
}

void db_rollback(struct work *work)
{
    struct db *db = work->db;
    if (!db) return;
    work->db = NULL;
    nobody_waits(db);
    db->books->engine->rollback(db);
}

struct snapshot_note *db_snapshot_note(const struct work *work)
{
    const struct db *db = work->db;
    return !db || db->writing || db->books->engine != &sqlite_engine ? NULL : &db->connection->note;
}
