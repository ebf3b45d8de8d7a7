/* PostgreSQL through libpq: every value in binary, every parameter with its type. */
#include <libpq-fe.h>
#include <poll.h>
#include "db/engine.h"

enum { CONNECTIONS_MOST = 16, PIPELINE_BATCH = 200, FETCH_BYTES = 1 << 20, FETCH_MOST = 5000 };
enum oid {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_UNKNOWN = 705,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_NUMERIC = 1700
};
static const long long migration_lock = 0x466c6f72696eLL; /* "Florin" */

/* What hands out ids writes outside any transaction of a user, on a connection of its own. */
struct postgres { pthread_mutex_t keeper_lock; struct connection *keeper; };

static PGconn *handle(const struct connection *connection) { return connection->driver; }

/* ---- Refusals ---- */

/* PostgreSQL 15, appendix A; *discard: the connection's prepared statements no longer fit. */
static const struct fault_type *fault_type_of(const char *state, bool *discard)
{
    static const struct {
        const char *starts;
        const struct fault_type *type;
        bool discard;
    } table[] = {
        { "23505", &db_duplicate, false }, { "23", &db_refused, false },    { "P0001", &db_refused, false },
        { "40", &db_retry, false },        { "55P03", &db_retry, false },   { "0A000", &db_retry, true },
        { "26000", &db_retry, true },      { "08", &db_unreachable, true }, { "57P", &db_unreachable, true },
        { "53", &db_unreachable, false },  { "57014", &db_retry, false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        if (!strncmp(state, table[i].starts, strlen(table[i].starts))) {
            *discard = table[i].discard;
            return table[i].type;
        }
    *discard = false;
    return &db_broken;
}

/* The server's words may quote a value: they are for the log of those who run it, never for a stranger. */
static struct fault *refused(struct arena *arena, struct connection *connection, const PGresult *result,
                             const char *what)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    bool discard = true;
    const struct fault_type *type = &db_unreachable;
    if (state) type = fault_type_of(state, &discard);
    if (state && !strcmp(state, "57014") && connection_stops(connection)) type = &db_stopped;
    if (PQstatus(handle(connection)) == CONNECTION_BAD) type = &db_unreachable, discard = true;
    connection->broken |= discard;
    const char *constraint = result ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!message) message = PQerrorMessage(handle(connection));
    return db_fault(arena, type, "%s: %s [%s]%s%s", what, message, state ? state : "no answer",
                    constraint ? " constraint " : "", constraint ? constraint : "");
}

static bool is_done(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* The last answer to what was sent, as PQexec would give it; while none comes, it is asked now and then whether somebody still waits. */
enum { ASKED_MS = 250 };
static PGresult *answer(struct connection *connection, int sent)
{
    PGconn *conn = handle(connection);
    PGresult *last = NULL, *next = NULL;
    bool cancelled = false;
    char why[256];
    while (sent) {
        while (PQisBusy(conn)) {
            struct pollfd fd = { .fd = PQsocket(conn), .events = POLLIN };
            int ready = poll(&fd, 1, cancelled ? -1 : ASKED_MS);
            if (ready > 0 && !PQconsumeInput(conn)) break;
            if (ready || !connection_stops(connection)) continue;
            PGcancel *cancel = PQgetCancel(conn);
            cancelled = cancel && PQcancel(cancel, why, sizeof why);
            PQfreeCancel(cancel);
        }
        if (!(next = PQgetResult(conn))) break;
        PQclear(last);
        last = next;
        if (PQstatus(conn) == CONNECTION_BAD) break;
    }
    return last;
}

static struct fault *command(struct arena *arena, struct connection *connection, const char *text)
{
    PGresult *result = PQexec(handle(connection), text);
    struct fault *fault = is_done(result) ? NULL : refused(arena, connection, result, text);
    PQclear(result);
    return fault;
}

/* ---- Connections ---- */

static void quiet(void *context, const char *message) { (void)context, (void)message; }

static struct fault *postgres_connect(struct arena *arena, struct books *books, struct connection **out)
{
    /* What stands later wins: the URL may set any of these. */
    const char *const names[] = { "connect_timeout",  "keepalives_idle",  "keepalives_interval",
                                  "keepalives_count", "tcp_user_timeout", "application_name",
                                  "client_encoding",  "dbname",           NULL };
    const char *const values[] = { "5", "30", "10", "3", "60000", "florin", "UTF8", books->where.at, NULL };
    PGconn *conn = PQconnectdbParams(names, values, 1);
    ensure(conn);
    struct connection *connection = connection_new(books, conn);
    struct fault *fault = NULL;
    PQsetNoticeProcessor(conn, quiet, NULL);
    if (PQstatus(conn) != CONNECTION_OK) fault = db_fault(arena, &db_unreachable, "%s", PQerrorMessage(conn));
    else
        fault = command(arena, connection,
                        "set timezone = 'UTC'; set cursor_tuple_fraction = 1; set lock_timeout = '60s'; "
                        "set client_min_messages = warning; set synchronous_commit = on; set datestyle = 'ISO, YMD'; "
                        "set jit = off"); /* a page of a list would be compiled for seconds to run for milliseconds */
    *out = connection;
    if (!fault) return NULL;
    books->engine->disconnect(connection);
    *out = NULL;
    return fault;
}

static void postgres_disconnect(struct connection *connection)
{
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct statement *st = connection->buckets[b]; st; st = st->next) PQclear(st->prepared);
    PQfinish(handle(connection));
    connection_forget(connection);
}

static struct fault *postgres_open(struct arena *arena, struct books *books)
{
    struct postgres *p = calloc(1, sizeof *p);
    ensure(p);
    pthread_mutex_init(&p->keeper_lock, NULL);
    books->driver = p;
    books->pool_most = CONNECTIONS_MOST;
    struct connection *connection;
    TRY(pool_take(arena, books, &connection)); /* says now that the server is away, not later */
    pool_give(connection);
    return NULL;
}

static void postgres_close(struct books *books)
{
    struct postgres *p = books->driver;
    if (!p) return;
    if (p->keeper) postgres_disconnect(p->keeper);
    pthread_mutex_destroy(&p->keeper_lock);
    free(p);
}

/* ---- Transactions ---- */

static struct fault *keeper_reserve(struct work *work, struct books *books, struct connection **keeper)
{
    struct fault *fault = NULL;
    for (int attempt = 0; attempt < 2; attempt++) {
        if (!*keeper) TRY(postgres_connect(work->arena, books, keeper));
        (*keeper)->writing = true;
        struct db db = { .books = books, .connection = *keeper, .writing = true };
        struct work other = { .arena = work->arena, .now = work->now, .system = true, .db = &db };
        fault = ids_reserve(&other);
        if (!fault || !(*keeper)->broken) return fault;
        postgres_disconnect(*keeper);
        *keeper = NULL;
    }
    return fault;
}

static struct fault *reserve_in(struct work *work, struct books *books)
{
    struct postgres *p = books->driver;
    pthread_mutex_lock(&p->keeper_lock);
    struct fault *fault = ids_due(books, work->now) ? keeper_reserve(work, books, &p->keeper) : NULL;
    pthread_mutex_unlock(&p->keeper_lock);
    return fault;
}

static struct fault *postgres_reserve(struct work *work) { return reserve_in(work, work->db->books); }

/* A server that was restarted leaves dead connections in the pool: those are dropped and one new one is tried. */
static struct fault *postgres_begin(struct work *work, struct db *db)
{
    char text[160] = "begin isolation level repeatable read read only";
    if (db->migrating) /* another program may be at it for minutes, on large books */
        snprintf(
            text, sizeof text,
            "begin; set local lock_timeout = '15min'; select pg_advisory_xact_lock(%lld); set local lock_timeout = '60s'",
            migration_lock);
    else if (db->writing)
        snprintf(text, sizeof text, "begin; select pg_advisory_xact_lock(%lld)", (long long)work->company_id);
    if (db->writing && !db->migrating && ids_due(db->books, work->now)) TRY(reserve_in(work, db->books));
    struct fault *fault = NULL;
    for (int attempt = 0; attempt < 2; attempt++) {
        TRY(pool_take(work->arena, db->books, &db->connection));
        fault = command(work->arena, db->connection, text);
        if (!fault) return NULL;
        bool broken = db->connection->broken;
        db->connection->broken = true; /* in an open transaction: not for the pool */
        pool_give(db->connection);
        if (!broken) return fault;
        pool_empty(db->books);
    }
    return fault;
}

static struct fault *postgres_commit(struct arena *arena, struct db *db)
{
    struct connection *connection = db->connection;
    PGresult *result = PQexec(handle(connection), "commit");
    struct fault *fault = NULL;
    if (!is_done(result)) fault = refused(arena, connection, result, "commit");
    else if (strcmp(PQcmdStatus(result), "COMMIT")) fault = db_fault(arena, &db_broken, "commit: was rolled back");
    PQclear(result);
    if (PQtransactionStatus(handle(connection)) != PQTRANS_IDLE) connection->broken = true;
    pool_give(connection);
    return fault;
}

static void postgres_rollback(struct db *db)
{
    struct connection *connection = db->connection;
    PGresult *result = PQexec(handle(connection), "rollback");
    PQclear(result);
    if (PQtransactionStatus(handle(connection)) != PQTRANS_IDLE) connection->broken = true;
    pool_give(connection);
}

static struct fault *postgres_script(struct arena *arena, struct connection *connection, const char *text)
{
    PGresult *result = PQexec(handle(connection), text);
    struct fault *fault = is_done(result) ? NULL : refused(arena, connection, result, "migration");
    PQclear(result);
    return fault;
}

/* ---- Statements ---- */

static Oid oid_of(enum value_kind kind)
{
    switch (kind) {
    case VALUE_INT: return OID_INT8;
    case VALUE_BOOL: return OID_BOOL;
    case VALUE_TEXT: return OID_TEXT;
    case VALUE_BYTES: return OID_BYTEA;
    case VALUE_DATE: return OID_DATE;
    }
    never("unknown kind of value");
}

static void types_of(const struct statement *st, Oid types[PARAMS_MAX])
{
    for (size_t i = 0; i < st->param_count; i++) types[i] = oid_of(st->params[i].kind);
}

static struct fault *postgres_prepare(struct arena *arena, struct connection *connection, struct statement *st)
{
    Oid types[PARAMS_MAX];
    char name[16];
    types_of(st, types);
    st->number = ++connection->made;
    snprintf(name, sizeof name, "s%u", st->number);
    PGresult *result = PQprepare(handle(connection), name, st->text, (int)st->param_count, types);
    struct fault *fault = is_done(result) ? NULL : refused(arena, connection, result, st->name);
    PQclear(result);
    if (fault) return fault;
    result = PQdescribePrepared(handle(connection), name);
    if (!is_done(result)) {
        fault = refused(arena, connection, result, st->name);
        PQclear(result);
        return fault;
    }
    st->prepared = result;
    st->column_count = (size_t)PQnfields(result);
    return NULL;
}

static struct str postgres_column_name(struct connection *connection, struct statement *st, size_t column)
{
    (void)connection;
    return str_of(PQfname(st->prepared, (int)column));
}

static void postgres_unprepare(struct connection *connection, struct statement *st)
{
    char text[32];
    snprintf(text, sizeof text, "deallocate s%u", st->number);
    PQclear(PQexec(handle(connection), text));
    PQclear(st->prepared);
}

/* ---- Values: big-endian; days since 2000-01-01 ---- */

enum { DAYS_TO_2000 = 10957 };

struct sent {
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX], formats[PARAMS_MAX];
    char small[PARAMS_MAX][8];
};

static int put_big_endian(char *at, uint64_t v, int bytes)
{
    for (int i = bytes; i-- > 0; v >>= 8) at[i] = (char)(v & 0xff);
    return bytes;
}

static int64_t get_big_endian(const char *at, int bytes)
{
    uint64_t v = (at[0] & 0x80) ? ~UINT64_C(0) : 0;
    for (int i = 0; i < bytes; i++) v = v << 8 | (unsigned char)at[i];
    return (int64_t)v;
}

static void encode(const struct statement *st, const struct value *values, struct sent *sent)
{
    for (size_t i = 0; i < st->param_count; i++) {
        const struct value *v = &values[i];
        char *small = sent->small[i];
        sent->formats[i] = 1;
        sent->values[i] = v->null ? NULL : small;
        sent->lengths[i] = 0;
        if (v->null) continue;
        switch (st->params[i].kind) {
        case VALUE_INT: sent->lengths[i] = put_big_endian(small, (uint64_t)v->number, 8); break;
        case VALUE_BOOL: sent->lengths[i] = put_big_endian(small, v->number != 0, 1); break;
        case VALUE_DATE: {
            int32_t days = date_days((struct date){ (int32_t)v->number }) - DAYS_TO_2000;
            sent->lengths[i] = put_big_endian(small, (uint64_t)(int64_t)days, 4);
            break;
        }
        case VALUE_TEXT:
        case VALUE_BYTES:
            ensure(v->text.length <= INT32_MAX);
            sent->values[i] = v->text.at;
            sent->lengths[i] = (int)v->text.length;
            break;
        }
    }
}

/* A sum of bigints is numeric: digits of base 10000, `weight` + 1 of them before the point. false: not a whole int64. */
static bool get_numeric(const char *at, int length, int64_t *out)
{
    if (length < 8) return false;
    int64_t digits = get_big_endian(at, 2), weight = get_big_endian(at + 2, 2), v = 0;
    int64_t sign = get_big_endian(at + 4, 2) & 0xffff;
    if (digits < 0 || length < 8 + 2 * digits || (sign != 0 && sign != 0x4000)) return false;
    for (int64_t i = 0; i <= weight || i < digits; i++) {
        int64_t digit = i < digits ? get_big_endian(at + 8 + 2 * i, 2) : 0;
        if (i > weight && digit) return false;
        if (i > weight) continue;
        if (!int_mul(v, INT64_C(10000), &v) || !(sign ? int_sub(v, digit, &v) : int_add(v, digit, &v))) return false;
    }
    *out = v;
    return true;
}

static bool fetch(const PGresult *result, int row, int column, enum value_kind kind, struct value *v)
{
    const char *at = PQgetvalue(result, row, column);
    int length = PQgetlength(result, row, column);
    Oid type = PQftype(result, column);
    v->null = PQgetisnull(result, row, column);
    if (v->null) return true;
    switch (kind) {
    case VALUE_INT:
        if (type == OID_NUMERIC) return get_numeric(at, length, &v->number);
        v->number = length ? get_big_endian(at, length) : 0;
        return (type == OID_INT8 && length == 8) || (type == OID_INT4 && length == 4) ||
               (type == OID_INT2 && length == 2);
    case VALUE_BOOL: v->number = length == 1 && at[0]; return type == OID_BOOL;
    case VALUE_TEXT:
        v->text = (struct str){ at, (size_t)length };
        return type == OID_TEXT || type == OID_VARCHAR || type == OID_BPCHAR || type == OID_NAME || type == OID_JSON ||
               type == OID_UNKNOWN;
    case VALUE_BYTES: v->text = (struct str){ at, (size_t)length }; return type == OID_BYTEA;
    case VALUE_DATE: {
        if (type != OID_DATE || length != 4) return false;
        int64_t days = get_big_endian(at, 4) + DAYS_TO_2000;
        if (days < -25567 || days > 84005) return false; /* 1900…2199, as struct date */
        v->number = date_from_days((int32_t)days).ymd;
        return true;
    }
    }
    never("unknown kind of value");
}

/* ---- Rows ---- */

static bool starts_caseless(const char *text, const char *word) { return !strncasecmp(text, word, strlen(word)); }

/* Many rows come through a cursor, some at a time; between them other statements may run. */
static struct fault *cursor_open(struct arena *arena, struct rows *rows, const struct sent *sent)
{
    struct statement *st = rows->statement;
    Oid types[PARAMS_MAX];
    types_of(st, types);
    rows->cursor = ++rows->connection->made;
    rows->count = 50;
    char *text = malloc(strlen(st->text) + 64);
    ensure(text);
    sprintf(text, "declare c%u no scroll cursor for %s", rows->cursor, st->text);
    PGresult *result =
        answer(rows->connection, PQsendQueryParams(handle(rows->connection), text, (int)st->param_count, types,
                                                   sent->values, sent->lengths, sent->formats, 1));
    free(text);
    struct fault *fault = is_done(result) ? NULL : refused(arena, rows->connection, result, st->name);
    PQclear(result);
    return fault;
}

static struct fault *cursor_fetch(struct arena *arena, struct rows *rows)
{
    char text[64];
    int many = rows->count;
    if (rows->result) {
        size_t bytes = PQresultMemorySize(rows->result) + 1;
        int64_t fit = (int64_t)PQntuples(rows->result) * FETCH_BYTES / (int64_t)bytes;
        many = fit < 1 ? 1 : fit > FETCH_MOST ? FETCH_MOST : (int)fit;
        PQclear(rows->result);
    }
    snprintf(text, sizeof text, "fetch forward %d from c%u", many, rows->cursor);
    rows->result =
        answer(rows->connection, PQsendQueryParams(handle(rows->connection), text, 0, NULL, NULL, NULL, NULL, 1));
    rows->at = 0;
    if (!is_done(rows->result)) return refused(arena, rows->connection, rows->result, rows->statement->name);
    rows->count = PQntuples(rows->result);
    return NULL;
}

static void rows_drop(struct rows *rows)
{
    char text[32];
    PQclear(rows->result);
    rows->result = NULL;
    if (!rows->cursor || PQtransactionStatus(handle(rows->connection)) != PQTRANS_INTRANS) return;
    snprintf(text, sizeof text, "close c%u", rows->cursor);
    PQclear(PQexec(handle(rows->connection), text));
}

static struct fault *postgres_rows_open(struct arena *arena, struct rows *rows, struct value *values)
{
    struct statement *st = rows->statement;
    struct sent sent;
    char name[16];
    encode(st, values, &sent);
    if (rows->stream && (starts_caseless(st->text, "select") || starts_caseless(st->text, "with"))) {
        TRY(cursor_open(arena, rows, &sent));
        struct fault *fault = cursor_fetch(arena, rows);
        if (fault) rows_drop(rows);
        return fault;
    }
    snprintf(name, sizeof name, "s%u", st->number);
    rows->result =
        answer(rows->connection, PQsendQueryPrepared(handle(rows->connection), name, (int)st->param_count, sent.values,
                                                     sent.lengths, sent.formats, 1));
    if (!is_done(rows->result)) {
        struct fault *fault = refused(arena, rows->connection, rows->result, st->name);
        rows_drop(rows);
        return fault;
    }
    rows->count = PQntuples(rows->result);
    const char *tuples = PQcmdTuples(rows->result);
    rows->changed = *tuples ? strtoll(tuples, NULL, 10) : 0;
    return NULL;
}

static struct fault *postgres_rows_next(struct arena *arena, struct rows *rows, struct value *values, bool *more)
{
    struct statement *st = rows->statement;
    if (rows->at == rows->count && rows->cursor && rows->count) TRY(cursor_fetch(arena, rows));
    *more = rows->at < rows->count;
    if (!*more) return NULL;
    for (size_t c = 0; c < st->column_count; c++)
        if (st->column_kinds[c] && !fetch(rows->result, rows->at, (int)c, st->column_kinds[c], &values[c]))
            return db_fault(arena, &db_broken, "%s: column %s holds another type (%u)", st->name,
                            PQfname(rows->result, (int)c), PQftype(rows->result, (int)c));
    rows->at++;
    return NULL;
}

/* ---- Many of one statement: two batches are on their way at any moment ---- */

/* Reads the answers to `count` statements and the mark behind them. */
static struct fault *drain(struct arena *arena, struct connection *connection, struct statement *st, size_t count)
{
    struct fault *fault = NULL;
    PGconn *conn = handle(connection);
    for (size_t i = 0; i <= count; i++) {
        PGresult *result = PQgetResult(conn);
        bool mark = result && PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        if (!fault && !mark && !is_done(result)) fault = refused(arena, connection, result, st->name);
        PQclear(result);
        if (mark) break;
        if (PQstatus(conn) == CONNECTION_BAD) break;
        while ((result = PQgetResult(conn))) PQclear(result); /* each answer ends in NULL */
    }
    return fault;
}

static struct fault *send_all(struct arena *arena, struct connection *connection, struct statement *st, size_t count,
                              struct value *values, fill_values *fill, void *context)
{
    struct fault *fault = NULL;
    struct sent sent;
    char name[16];
    size_t batches[2] = { 0 }; /* sent, not answered: the older, the newer */
    snprintf(name, sizeof name, "s%u", st->number);
    for (size_t i = 0; !fault && i < count;) {
        for (batches[1] = 0; !fault && i < count && batches[1] < PIPELINE_BATCH; i++) {
            if ((fault = fill(context, i, values))) break;
            encode(st, values, &sent);
            if (!PQsendQueryPrepared(handle(connection), name, (int)st->param_count, sent.values, sent.lengths,
                                     sent.formats, 1))
                fault = refused(arena, connection, NULL, st->name);
            else batches[1]++;
        }
        if (!PQpipelineSync(handle(connection))) return fault ? fault : refused(arena, connection, NULL, st->name);
        struct fault *answered = batches[0] ? drain(arena, connection, st, batches[0]) : NULL;
        if (!fault) fault = answered;
        batches[0] = batches[1];
        if (!batches[0]) break;
    }
    struct fault *answered = drain(arena, connection, st, batches[0]);
    return fault ? fault : answered;
}

static struct fault *postgres_run_each(struct arena *arena, struct connection *connection, struct statement *st,
                                       size_t count, struct value *values, fill_values *fill, void *context)
{
    if (!PQenterPipelineMode(handle(connection))) return refused(arena, connection, NULL, st->name);
    struct fault *fault = send_all(arena, connection, st, count, values, fill, context);
    if (!PQexitPipelineMode(handle(connection))) {
        connection->broken = true;
        if (!fault) fault = db_fault(arena, &db_broken, "%s: the pipeline did not end", st->name);
    }
    return fault;
}

/* Foreign keys stay on: `user` leaves out what PostgreSQL made itself. Undone with the transaction. */
static struct fault *postgres_triggers(struct arena *arena, struct connection *connection,
                                       const struct copy_table *tables, size_t count, bool on)
{
    char text[160];
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "alter table %s %s trigger user", tables[i].name, on ? "enable" : "disable");
        TRY(command(arena, connection, text));
    }
    return NULL;
}

static const struct sql migrated = {
    .name = "postgres_migrated",
    .text = "select cast(case when to_regclass('db_migration') is null then 0 else 1 end as bigint) as count",
};

const struct engine postgres_engine = {
    .open = postgres_open,
    .close = postgres_close,
    .connect = postgres_connect,
    .disconnect = postgres_disconnect,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .prepare = postgres_prepare,
    .column_name = postgres_column_name,
    .unprepare = postgres_unprepare,
    .rows_open = postgres_rows_open,
    .rows_next = postgres_rows_next,
    .rows_close = rows_drop,
    .run_each = postgres_run_each,
    .script = postgres_script,
    .reserve = postgres_reserve,
    .triggers = postgres_triggers,
    .migrated = &migrated,
    .contains_open = "strpos(lower(",
    .contains_between = "), lower(",
    .contains_close = ")) > 0",
    .no_index = "",
    .half_open = "coalesce(",
    .half_close = ", false)",
    .gather_open = "select q.id from (", /* `offset 0` is its fence; as a materialized part it would be written down whole first */
    .gather_close = " offset 0) q",
    .ids_open = " = any (cast('{' || ", /* not a set to be joined: an array is looked up in the index of the table, however many are joined */
    .ids_close = " || '}' as bigint[]))",
    .text_order = " collate \"C\"",
    .number_type = "numeric",
};
