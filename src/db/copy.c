/* All rows of one database into another. The only statements in the house that are made while the program runs: "select columns
 * from table" and "insert into table", of the tables that the migrations make. Values go through as they are, NULL and 0 apart.
 *
 * Triggers are off on the side that is filled: they judge a change by what stood before, and these rows passed them when they
 * were written. Keys, checks and foreign keys are held. */
#include "db/engine.h"
#include "copy_tables.h"
#include "db.sql.h"

const struct fault_type db_not_empty = { FAULT_CONFLICT, "db.not_empty",
                                         "There are rows in {table} already. A copy goes into books that are empty." };
const struct fault_type db_copy_differs = {
    FAULT_BROKEN, "db.copy_differs", "Of {table} {count} rows arrived instead of {expected}. Nothing was kept of the copy."
};

enum { BATCH_ROWS = 1000, BATCH_BYTES = 1 << 20 };

struct copying {
    struct work from, to;
    struct arena *batch; /* texts of the rows that wait */
    const struct copy_table *table;
    struct statement *insert;
    struct value *values; /* of BATCH_ROWS rows */
    size_t waiting, bytes;
    int64_t done, total, counts[ARRAY_LENGTH(copy_tables)];
    books_told *told;
    void *context;
};

/* ---- Statements over one table, outside the connection's cache: each is used once ---- */

static struct statement *statement_for(struct arena *arena, const struct copy_table *table, struct str text, bool insert)
{
    struct statement *st = ARENA_NEW(arena, struct statement);
    st->text = (char *)(uintptr_t)text.at;
    st->name = table->name;
    st->columns = ARENA_ARRAY(arena, const struct field *, table->count);
    st->column_kinds = ARENA_ARRAY(arena, enum value_kind, table->count);
    st->params = ARENA_ARRAY(arena, struct parameter, table->count);
    if (insert) st->param_count = table->count;
    for (size_t i = 0; i < table->count; i++) {
        st->column_kinds[i] = table->columns[i].kind;
        st->params[i] = (struct parameter){ .source = FROM_EXTRA, .kind = table->columns[i].kind };
    }
    return st;
}

static struct str names_of(struct arena *arena, const struct copy_table *table)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < table->count; i++) text_addf(&text, "%s%s", i ? ", " : "", table->columns[i].name);
    return text_str(&text);
}

static struct statement *select_from(struct arena *arena, const struct copy_table *table)
{
    struct str names = names_of(arena, table);
    return statement_for(arena, table, str_format(arena, "select %.*s from %s", STR_ARG(names), table->name), false);
}

static struct statement *insert_into(struct arena *arena, const struct copy_table *table)
{
    struct text text = text_new(arena);
    struct str names = names_of(arena, table);
    text_addf(&text, "insert into %s (%.*s) values (", table->name, STR_ARG(names));
    for (size_t i = 0; i < table->count; i++) text_addf(&text, "%s$%zu", i ? ", " : "", i + 1);
    text_add_char(&text, ')');
    return statement_for(arena, table, text_str(&text), true);
}

/* ---- Counting ---- */

static struct fault *count_rows(struct work *work, const struct copy_table *table, int64_t *count)
{
    static const struct copy_column column[] = { { "count", VALUE_INT } };
    const struct copy_table one = { table->name, column, 1 };
    struct str text = str_format(work->arena, "select cast(count(*) as bigint) as count from %s", table->name);
    struct statement *st = statement_for(work->arena, &one, text, false);
    struct connection *connection = work->db->connection;
    const struct engine *engine = connection->books->engine;
    struct value value = { 0 };
    bool more = false;
    TRY(engine->prepare(work->arena, connection, st));
    struct rows rows = { .connection = connection, .statement = st };
    struct fault *fault = engine->rows_open(work->arena, &rows, NULL);
    if (!fault) {
        fault = engine->rows_next(work->arena, &rows, &value, &more);
        engine->rows_close(&rows);
    }
    engine->unprepare(connection, st);
    *count = value.number;
    return fault;
}

static struct fault *check_empty(struct work *work)
{
    for (size_t i = 0; i < ARRAY_LENGTH(copy_tables); i++) {
        int64_t count = 0;
        TRY(count_rows(work, &copy_tables[i], &count));
        if (count && strcmp(copy_tables[i].name, "db_node") != 0)
            return FAULT(work->arena, &db_not_empty, NULL, PARAM("table", str_of(copy_tables[i].name)));
    }
    return NULL;
}

/* ---- Rows ---- */

static struct fault *fill(void *context, size_t index, struct value *values)
{
    struct copying *c = context;
    memcpy(values, c->values + index * c->table->count, c->table->count * sizeof *values);
    return NULL;
}

static struct fault *flush(struct copying *c)
{
    struct value values[PARAMS_MAX];
    struct connection *connection = c->to.db->connection;
    size_t count = c->waiting;
    c->waiting = c->bytes = 0;
    if (count) TRY(connection->books->engine->run_each(c->to.arena, connection, c->insert, count, values, fill, c));
    arena_reset(c->batch);
    c->done += (int64_t)count;
    return count && c->told ? c->told(c->context, c->done, c->total) : NULL;
}

/* The lease of a node ends with the program that had it; what it may have used of its counters does not. */
static void end_lease(const struct copy_table *table, struct value *row)
{
    if (strcmp(table->name, "db_node") != 0) return;
    for (size_t i = 0; i < table->count; i++)
        if (!strcmp(table->columns[i].name, "expires_at")) row[i].number = 0;
}

static struct fault *keep_row(struct copying *c, const struct value *values)
{
    struct value *row = c->values + c->waiting * c->table->count;
    memcpy(row, values, c->table->count * sizeof *row);
    for (size_t i = 0; i < c->table->count; i++) {
        enum value_kind kind = c->table->columns[i].kind;
        if (row[i].null || (kind != VALUE_TEXT && kind != VALUE_BYTES)) continue;
        row[i].text = str_copy(c->batch, values[i].text.at, values[i].text.length);
        c->bytes += values[i].text.length;
    }
    end_lease(c->table, row);
    return ++c->waiting == BATCH_ROWS || c->bytes >= BATCH_BYTES ? flush(c) : NULL;
}

static struct fault *read_rows(struct copying *c, struct rows *rows)
{
    const struct engine *engine = rows->connection->books->engine;
    struct value values[COLUMNS_MAX];
    for (bool more = true;;) {
        TRY(engine->rows_next(c->from.arena, rows, values, &more));
        if (!more) return flush(c);
        TRY(keep_row(c, values));
    }
}

static struct fault *copy_table(struct copying *c, const struct copy_table *table)
{
    struct connection *from = c->from.db->connection, *to = c->to.db->connection;
    const struct engine *reads = from->books->engine, *writes = to->books->engine;
    struct statement *select = select_from(c->from.arena, table);
    c->table = table;
    c->insert = insert_into(c->to.arena, table);
    TRY(reads->prepare(c->from.arena, from, select));
    struct fault *fault = writes->prepare(c->to.arena, to, c->insert);
    if (!fault) {
        struct rows rows = { .connection = from, .statement = select, .stream = true };
        fault = reads->rows_open(c->from.arena, &rows, NULL);
        if (!fault) {
            fault = read_rows(c, &rows);
            reads->rows_close(&rows);
        }
        writes->unprepare(to, c->insert);
    }
    reads->unprepare(from, select);
    return fault;
}

static struct fault *copy_all(struct copying *c)
{
    const size_t tables = ARRAY_LENGTH(copy_tables);
    struct connection *to = c->to.db->connection;
    for (size_t i = 0; i < tables; i++) {
        TRY(count_rows(&c->from, &copy_tables[i], &c->counts[i]));
        c->total += c->counts[i];
    }
    TRY(db_run(&c->to, &sql_db_nodes_clear, NONE)); /* of empty books: nobody took an id from them */
    TRY(to->books->engine->triggers(c->to.arena, to, copy_tables, tables, false));
    struct fault *fault = NULL;
    for (size_t i = 0; i < tables && !fault; i++) fault = copy_table(c, &copy_tables[i]);
    for (size_t i = 0; i < tables && !fault; i++) {
        int64_t arrived = 0;
        fault = count_rows(&c->to, &copy_tables[i], &arrived);
        if (!fault && arrived != c->counts[i])
            fault = FAULT(c->to.arena, &db_copy_differs, NULL, PARAM("table", str_of(copy_tables[i].name)),
                          PARAM_INT(c->to.arena, "count", arrived), PARAM_INT(c->to.arena, "expected", c->counts[i]));
    }
    /* SQLite's are the connection's, not the transaction's; on PostgreSQL a refused transaction takes it back itself. */
    struct fault *on = fault && books_are_postgres(to->books)
                           ? NULL
                           : to->books->engine->triggers(c->to.arena, to, copy_tables, tables, true);
    return fault ? fault : on;
}

/* ---- The mark, in a transaction of its own ---- */

struct copy_mark { int64_t number, applied_at; struct str name, checksum; };
RECORD(copy_mark, { FIELD(struct copy_mark, number), FIELD(struct copy_mark, applied_at), FIELD(struct copy_mark, name),
                    FIELD(struct copy_mark, checksum) });

static struct fault *set_mark(struct arena *arena, struct books *books, bool set)
{
    struct work work = { .arena = arena, .now = instant_now(), .system = true };
    const struct copy_mark mark = { COPYING, work.now.us, STR("copying"),
                                    STR("0000000000000000000000000000000000000000000000000000000000000000") };
    TRY(migration_begin(&work, books));
    struct fault *fault = set ? check_empty(&work) : NULL;
    if (!fault) fault = db_run(&work, set ? &sql_db_migration_add : &sql_db_migration_remove, GIVEN(copy_mark, &mark));
    if (!fault) return db_commit(&work);
    db_rollback(&work);
    return fault;
}

struct fault *books_copied(struct arena *arena, struct books *to) { return set_mark(arena, to, false); }

static struct fault *copy_under_mark(struct copying *c, struct books *from, struct books *to)
{
    TRY(db_begin(&c->from, from));
    struct fault *fault = migration_begin(&c->to, to);
    if (!fault) {
        fault = copy_all(c);
        if (fault) db_rollback(&c->to);
        else fault = db_commit(&c->to);
    }
    db_rollback(&c->from);
    return fault;
}

struct fault *books_copy_rows(struct arena *arena, struct books *from, struct books *to, books_told *told, void *context)
{
    struct copying *c = ARENA_NEW(arena, struct copying);
    c->from = (struct work){ .arena = arena, .now = instant_now(), .system = true, .reading = true };
    c->to = (struct work){ .arena = arena, .now = c->from.now, .system = true };
    size_t widest = 1;
    for (size_t i = 0; i < ARRAY_LENGTH(copy_tables); i++)
        if (copy_tables[i].count > widest) widest = copy_tables[i].count;
    c->values = ARENA_ARRAY(arena, struct value, BATCH_ROWS * widest);
    c->told = told;
    c->context = context;
    TRY(set_mark(arena, to, true));
    c->batch = arena_new((size_t)1 << 34);
    struct fault *fault = copy_under_mark(c, from, to);
    arena_free(c->batch);
    if (!fault) return NULL;
    struct fault *kept = set_mark(arena, to, false); /* nothing arrived: as empty as it was */
    return kept ? fault_join(fault, kept) : fault;
}
