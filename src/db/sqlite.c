/* SQLite: connections, statements, values. Turns of the writers and the shared commit stand in sqlite_write.c. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wctype.h>
#include "db/sqlite_private.h"

enum {
    BUSY_MOST_S = 30,
    READERS_MOST = 32,
    STEPS_ASKED = 20000,
    SAVEPOINT_BYTES =
        0x1ffff /* of changed pages that a savepoint keeps in memory before it makes a file: a posting changes some 25.
                               * The most there can be: SQLite writes them to that file at once, and writes no more than this at once. */
};

static sqlite3 *handle(const struct connection *connection)
{
    return ((struct sqlite_connection *)connection->driver)->db;
}

/* ---- Refusals ---- */

const struct fault_type *sqlite_fault_type(int code)
{
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID)
        return &db_duplicate;
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT: return &db_refused;
    case SQLITE_INTERRUPT: return &db_stopped;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return &db_retry;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return &db_unreachable;
    default: return &db_broken;
    }
}

struct fault *sqlite_fault(struct arena *arena, sqlite3 *db, const char *what)
{
    int code = sqlite3_extended_errcode(db);
    return db_fault(arena, sqlite_fault_type(code), "%s: %s (%d)", what, sqlite3_errmsg(db), code);
}

/* ---- Caseless search: `contains_caseless(text, part)` ---- */

static size_t utf8_get(const unsigned char *p, size_t left, uint32_t *c)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (n > left) n = left;
    *c = n == 1 ? p[0] : p[0] & (0xFFU >> (n + 1));
    for (size_t i = 1; i < n; i++) *c = *c << 6 | (p[i] & 0x3F);
    return n;
}

static size_t utf8_put(uint32_t c, char *out)
{
    if (c < 0x80) return *out = (char)c, 1;
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; --i > 0; c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00U >> n & 0xFF) | c);
    return n;
}

/* Room for twice the length is enough: no letter of two bytes or more doubles when made small. */
static size_t fold(locale_t locale, const unsigned char *at, size_t length, char *out)
{
    size_t made = 0;
    for (size_t i = 0; i < length;) {
        uint32_t c;
        i += utf8_get(at + i, length - i, &c);
        if (c < 0x80) c = c >= 'A' && c <= 'Z' ? c + 32 : c;
        else c = (uint32_t)towlower_l((wint_t)c, locale);
        made += utf8_put(c, out + made);
    }
    return made;
}

static void contains_caseless(sqlite3_context *context, int count, sqlite3_value **words)
{
    (void)count;
    locale_t locale = sqlite3_user_data(context);
    const unsigned char *text = sqlite3_value_text(words[0]), *part = sqlite3_value_text(words[1]);
    if (!text || !part) return;
    size_t n = (size_t)sqlite3_value_bytes(words[0]), m = (size_t)sqlite3_value_bytes(words[1]);
    char *folded = malloc(2 * (n + m) + 16);
    if (!folded) return sqlite3_result_error_nomem(context);
    size_t text_length = fold(locale, text, n, folded), part_length = fold(locale, part, m, folded + text_length);
    bool has = !part_length || memmem(folded, text_length, folded + text_length, part_length);
    free(folded);
    sqlite3_result_int(context, has);
}

static void locale_free(void *locale) { freelocale(locale); }

/* ---- Connections ---- */

/* Another process writes: ask again soon, at most 30 s. */
static int on_busy(void *context, int count)
{
    struct sqlite_connection *c = context;
    if (c->impatient) return 0;
    if (!count) c->busy_since = clock_us();
    if (clock_us() - c->busy_since > BUSY_MOST_S * INT64_C(1000000)) return 0;
    usleep(count < 10 ? 200 : 1000);
    return 1;
}

/* Asked each STEPS_ASKED steps of a statement: nonzero ends it. */
static int on_progress(void *connection) { return connection_stops(connection); }

int sqlite_control(struct connection *connection, enum control control)
{
    static const char *const texts[CONTROLS] = { "begin",          "begin immediate",    "savepoint member",
                                                 "release member", "rollback to member", "commit",
                                                 "rollback" };
    struct sqlite_connection *c = connection->driver;
    if (!c->controls[control]) {
        int code =
            sqlite3_prepare_v3(c->db, texts[control], -1, SQLITE_PREPARE_PERSISTENT, &c->controls[control], NULL);
        if (code != SQLITE_OK) return sqlite3_extended_errcode(c->db);
    }
    int code = sqlite3_step(c->controls[control]);
    sqlite3_reset(c->controls[control]);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static struct fault *pragmas(struct arena *arena, sqlite3 *db, const char *text)
{
    for (int64_t began = clock_us();;) {
        int code = sqlite3_exec(db, text, NULL, NULL, NULL);
        if (code == SQLITE_OK) return NULL;
        /* Changing to WAL does not call the busy handler when another process does the same. */
        if ((code & 0xff) != SQLITE_BUSY || clock_us() - began > BUSY_MOST_S * INT64_C(1000000))
            return sqlite_fault(arena, db, text);
        usleep(1000);
    }
}

static struct fault *open_one(struct arena *arena, struct books *books, bool writer, struct connection **out)
{
    struct sqlite *s = books->driver;
    struct sqlite_connection *c = calloc(1, sizeof *c);
    ensure(c);
    *out = connection_new(books, c);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(s->path, &c->db, flags, writer ? s->log_layer.name : NULL) != SQLITE_OK) {
        ensure(c->db);
        struct fault *fault = sqlite_fault(arena, c->db, s->path);
        sqlite_disconnect(*out);
        *out = NULL;
        return fault;
    }
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_handler(c->db, on_busy, c);
    sqlite3_progress_handler(c->db, STEPS_ASKED, on_progress, *out);
    (*out)->writing = writer;
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    ensure(locale);
    sqlite3_create_function_v2(c->db, "contains_caseless", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, locale,
                               contains_caseless, NULL, NULL, locale_free);
    struct fault *fault = NULL;
    /* The writer's savepoint keeps the pages it changed in a sub-journal. In memory that is one linked list, walked to its end after every
     * statement: a long transaction would cost the square of its length. In a file (the system's own temporary one) it does not; that
     * file is made when the first SAVEPOINT_BYTES, one piece of memory, are full. */
    if (writer)
        fault = pragmas(arena, c->db,
                        s->memory ? "pragma journal_mode = wal; pragma synchronous = off"
                                  : "pragma journal_mode = wal; pragma synchronous = full");
    if (!fault)
        fault = pragmas(arena, c->db,
                        writer ? "pragma foreign_keys = on; pragma cache_size = -65536; pragma temp_store = file; "
                                 "pragma journal_size_limit = 67108864"
                               : "pragma query_only = on; pragma cache_size = -16384; pragma mmap_size = 2147418112; "
                                 "pragma temp_store = memory");
    if (!fault) return NULL;
    sqlite_disconnect(*out);
    *out = NULL; /* books_close comes next */
    return fault;
}

struct fault *sqlite_connect(struct arena *arena, struct books *books, struct connection **out)
{
    return open_one(arena, books, false, out);
}

void sqlite_disconnect(struct connection *connection)
{
    struct sqlite_connection *c = connection->driver;
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct statement *st = connection->buckets[b]; st; st = st->next) sqlite3_finalize(st->prepared);
    for (size_t i = 0; i < CONTROLS; i++) sqlite3_finalize(c->controls[i]);
    int code = sqlite3_close(c->db);
    ensure(code == SQLITE_OK);
    free(c);
    connection_forget(connection);
}

static struct fault *no_directory(struct arena *arena, const char *path)
{
    return db_fault(arena, &db_unreachable, "%s: %s", path, strerror(errno));
}

static struct fault *sqlite_open(struct arena *arena, struct books *books)
{
    struct sqlite *s = calloc(1, sizeof *s);
    char directory[3000] = "/dev/shm/florin-memory-XXXXXX";
    ensure(s);
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, SAVEPOINT_BYTES);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* counting what it allocates takes a lock each time; refused once SQLite is in use */
    books->driver = s;
    books->pool_most = READERS_MOST;
    s->memory = str_is(books->where, ":memory:");
    if (s->memory) {
        if (access("/dev/shm", W_OK)) snprintf(directory, sizeof directory, "/tmp/florin-memory-XXXXXX");
        if (!mkdtemp(directory)) return no_directory(arena, directory);
    } else {
        if (books->where.length >= sizeof directory)
            return db_fault(arena, &db_unreachable, "the name of the directory is too long");
        snprintf(directory, sizeof directory, "%.*s", STR_ARG(books->where));
        if (mkdir(directory, 0700) && errno != EEXIST) return no_directory(arena, directory);
        books->directory = strdup(directory);
        ensure(books->directory);
    }
    snprintf(s->path, sizeof s->path, "%s/florin.db", directory);
    if (!log_layer_start(&s->log_layer)) return db_fault(arena, &db_broken, "SQLite has no file system here");
    s->full = !s->memory;
    TRY(open_one(arena, books, true, &s->writer));
    return sqlite_write_open(arena, books);
}

static void remove_memory(struct sqlite *s)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    char path[sizeof s->path + 8];
    for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
        snprintf(path, sizeof path, "%s%s", s->path, ends[i]);
        unlink(path);
    }
    *strrchr(s->path, '/') = 0;
    rmdir(s->path);
}

static void sqlite_close(struct books *books)
{
    struct sqlite *s = books->driver;
    if (!s) return;
    sqlite_write_close(books);
    if (s->writer) sqlite_disconnect(s->writer);
    log_layer_end(&s->log_layer);
    if (s->memory && s->path[0]) remove_memory(s);
    free(s);
    books->driver = NULL;
}

/* ---- Transactions ---- */

static struct fault *sqlite_begin(struct work *work, struct db *db)
{
    return db->writing ? sqlite_write_begin(work, db) : sqlite_read_begin(work, db);
}

static struct fault *sqlite_commit(struct arena *arena, struct db *db)
{
    if (db->writing) return sqlite_write_commit(arena, db);
    sqlite_read_end(db, COMMIT);
    return NULL;
}

static void sqlite_rollback(struct db *db)
{
    if (db->writing) sqlite_write_rollback(db);
    else sqlite_read_end(db, ROLLBACK);
}

static struct fault *sqlite_script(struct arena *arena, struct connection *connection, const char *text)
{
    if (sqlite3_exec(handle(connection), text, NULL, NULL, NULL) == SQLITE_OK) return NULL;
    return sqlite_fault(arena, handle(connection), "migration");
}

/* A writer reserves inside its own transaction; a reader by one of its own. */
static struct fault *sqlite_reserve(struct work *work)
{
    if (work->db->writing) return ids_reserve(work);
    struct work other = { .arena = work->arena, .now = work->now, .system = true };
    TRY(db_begin(&other, work->db->books));
    struct fault *fault = ids_reserve(&other);
    if (!fault) return db_commit(&other);
    db_rollback(&other);
    return fault;
}

/* ---- Statements ---- */

static struct fault *sqlite_prepare(struct arena *arena, struct connection *connection, struct statement *st)
{
    sqlite3 *db = handle(connection);
    sqlite3_stmt *prepared;
    const char *rest;
    if (sqlite3_prepare_v3(db, st->text, -1, SQLITE_PREPARE_PERSISTENT, &prepared, &rest) != SQLITE_OK)
        return sqlite_fault(arena, db, st->name);
    ensure(prepared && !*rest);
    ensure(sqlite3_bind_parameter_count(prepared) == (int)st->param_count);
    for (int i = 1; i <= (int)st->param_count; i++) {
        const char *name = sqlite3_bind_parameter_name(prepared, i);
        ensure(name && name[0] == '$' && atoi(name + 1) == i); /* $n are numbered as they come */
    }
    st->prepared = prepared;
    st->column_count = (size_t)sqlite3_column_count(prepared);
    return NULL;
}

static struct str sqlite_column_name(struct connection *connection, struct statement *st, size_t column)
{
    (void)connection;
    return str_of(sqlite3_column_name(st->prepared, (int)column));
}

static void sqlite_unprepare(struct connection *connection, struct statement *st)
{
    (void)connection;
    sqlite3_finalize(st->prepared);
}

static int bind_one(sqlite3_stmt *prepared, int i, enum value_kind kind, struct value *v)
{
    if (v->null) return sqlite3_bind_null(prepared, i);
    switch (kind) {
    case VALUE_INT:
    case VALUE_BOOL: return sqlite3_bind_int64(prepared, i, v->number);
    case VALUE_TEXT: return sqlite3_bind_text64(prepared, i, v->text.at, v->text.length, SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BYTES:
        if (!v->text.length) return sqlite3_bind_zeroblob(prepared, i, 0);
        return sqlite3_bind_blob64(prepared, i, v->text.at, v->text.length, SQLITE_STATIC);
    case VALUE_DATE:
        date_format((struct date){ (int32_t)v->number }, v->small);
        return sqlite3_bind_text(prepared, i, v->small, 10, SQLITE_STATIC);
    }
    never("unknown kind of value");
}

static struct fault *bind_all(struct arena *arena, struct connection *connection, struct statement *st,
                              struct value *values)
{
    for (size_t i = 0; i < st->param_count; i++)
        if (bind_one(st->prepared, (int)i + 1, st->params[i].kind, &values[i]) != SQLITE_OK)
            return sqlite_fault(arena, handle(connection), st->name);
    return NULL;
}

static struct fault *sqlite_rows_open(struct arena *arena, struct rows *rows, struct value *values)
{
    return bind_all(arena, rows->connection, rows->statement, values);
}

/* By the value itself, found once for a column: SQLite asks that of who uses a connection with one thread at a time, which we do. */
static bool fetch(sqlite3_stmt *prepared, int column, enum value_kind kind, struct value *v)
{
    sqlite3_value *at = sqlite3_column_value(prepared, column);
    int type = sqlite3_value_type(at);
    v->null = type == SQLITE_NULL;
    if (v->null) return true;
    switch (kind) {
    case VALUE_INT:
    case VALUE_BOOL: v->number = sqlite3_value_int64(at); return type == SQLITE_INTEGER;
    case VALUE_TEXT:
    case VALUE_DATE: {
        const void *text = sqlite3_value_text(at);
        v->text = (struct str){ text, (size_t)sqlite3_value_bytes(at) };
        if (type != SQLITE_TEXT) return false;
        struct date date;
        if (kind == VALUE_DATE && !date_parse(v->text, &date)) return false;
        if (kind == VALUE_DATE) v->number = date.ymd;
        return true;
    }
    case VALUE_BYTES: {
        const void *bytes = sqlite3_value_blob(at);
        v->text = (struct str){ bytes ? bytes : "", (size_t)sqlite3_value_bytes(at) };
        return type == SQLITE_BLOB;
    }
    }
    never("unknown kind of value");
}

static struct fault *sqlite_rows_next(struct arena *arena, struct rows *rows, struct value *values, bool *more)
{
    struct statement *st = rows->statement;
    int code = sqlite3_step(st->prepared);
    *more = code == SQLITE_ROW;
    if (code == SQLITE_DONE) {
        if (!sqlite3_stmt_readonly(st->prepared)) rows->changed = sqlite3_changes64(handle(rows->connection));
        return NULL;
    }
    if (code != SQLITE_ROW) return sqlite_fault(arena, handle(rows->connection), st->name);
    for (size_t c = 0; c < st->column_count; c++)
        if (st->column_kinds[c] && !fetch(st->prepared, (int)c, st->column_kinds[c], &values[c]))
            return db_fault(arena, &db_broken, "%s: column %s holds another type", st->name,
                            sqlite3_column_name(st->prepared, (int)c));
    return NULL;
}

static void sqlite_rows_close(struct rows *rows) { sqlite3_reset(rows->statement->prepared); }

static struct fault *sqlite_run_each(struct arena *arena, struct connection *connection, struct statement *st,
                                     size_t count, struct value *values, fill_values *fill, void *context)
{
    sqlite3_stmt *prepared = st->prepared;
    for (size_t i = 0; i < count; i++) {
        TRY(fill(context, i, values));
        TRY(bind_all(arena, connection, st, values));
        int code;
        while ((code = sqlite3_step(prepared)) == SQLITE_ROW) {}
        struct fault *fault = code == SQLITE_DONE ? NULL : sqlite_fault(arena, handle(connection), st->name);
        sqlite3_reset(prepared);
        if (fault) return fault;
    }
    return NULL;
}

/* ---- A copy while the books are in use ---- */

static struct fault *copy_into(struct arena *arena, sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup) return sqlite_fault(arena, to, "copy");
    int code = sqlite3_backup_step(backup, -1); /* one read snapshot; writers go on */
    int ended = sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE && ended == SQLITE_OK) return NULL;
    return db_fault(arena, sqlite_fault_type(ended ? ended : code), "copy: %s", sqlite3_errstr(ended ? ended : code));
}

static struct fault *sync_directory(struct arena *arena, const char *path)
{
    char directory[4096];
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    snprintf(slash ? slash + 1 : directory, 2, ".");
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && !fsync(fd);
    if (fd >= 0) close(fd);
    return done ? NULL : no_directory(arena, directory);
}

static struct fault *sqlite_copy(struct arena *arena, struct books *books, const char *path)
{
    struct connection *connection;
    sqlite3 *to;
    const char *part = str_format(arena, "%s.part", path).at;
    unlink(part);
    TRY(pool_take(arena, books, &connection));
    connection->broken = !reader_release(connection); /* a copy is of now */
    struct fault *fault = NULL;
    if (sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        fault = sqlite_fault(arena, to, part);
    if (!fault) fault = copy_into(arena, handle(connection), to);
    if (!fault && sqlite3_exec(to, "pragma journal_mode = delete", NULL, NULL, NULL) != SQLITE_OK)
        fault = sqlite_fault(arena, to, part);
    sqlite3_close(to);
    pool_give(connection);
    if (!fault && rename(part, path)) fault = no_directory(arena, path);
    if (!fault) return sync_directory(arena, path);
    unlink(part);
    return fault;
}

static struct fault *sqlite_triggers(struct arena *arena, struct connection *connection,
                                     const struct copy_table *tables, size_t count, bool on)
{
    (void)tables, (void)count;
    if (sqlite3_db_config(handle(connection), SQLITE_DBCONFIG_ENABLE_TRIGGER, (int)on, NULL) == SQLITE_OK) return NULL;
    return sqlite_fault(arena, handle(connection), "triggers");
}

static struct fault *sqlite_relax(struct arena *arena, struct books *books, bool relaxed)
{
    struct sqlite *s = books->driver;
    sqlite3 *db = handle(s->writer);
    TRY(pragmas(arena, db, relaxed || s->memory ? "pragma synchronous = off" : "pragma synchronous = full"));
    s->full = !relaxed && !s->memory;
    if (!s->full) return NULL;
    readers_release(books, true);
    for (int64_t began = clock_us();;) { /* the log, then the database, to the disk */
        int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
        if (code == SQLITE_OK) return NULL;
        /* While our own checkpointer is at it, SQLite says busy at once and asks no busy handler. */
        if ((code & 0xff) != SQLITE_BUSY || clock_us() - began > BUSY_MOST_S * INT64_C(1000000))
            return sqlite_fault(arena, db, "checkpoint");
        usleep(1000);
    }
}

/* Without figures SQLite takes company_id alone for a good key (ten rows) and walks all rows of a company to save a sort. So it is
 * told what is true of every company that is worth measuring: many rows under company_id, few under what stands behind it
 * (https://www.sqlite.org/fileformat2.html#stat1tab: a program may write that table itself). */
static const char statistics[] =
    "analyze db_migration; delete from sqlite_stat1; "
    "insert into sqlite_stat1 (tbl, idx, stat) "
    "select m.name, l.name, '1000000' || (select group_concat(case when l.origin = 'pk' and i.seqno + 1 = (select count(*) from pragma_index_info(l.name)) then ' 1' "
    "when i.seqno = 0 then case when i.name = 'company_id' then ' 200000' else ' 20' end when i.seqno = 1 then case when l.origin = 'c' and l.\"unique\" then ' 40' else ' 30' end when i.seqno = 2 then ' 8' else ' 4' end, '') "
    "from (select * from pragma_index_info(l.name) order by seqno) i) "
    "from sqlite_schema m join pragma_index_list(m.name) l where m.type = 'table' and m.name not like 'sqlite_%'; "
    "analyze sqlite_schema";

static const struct sql migrated = {
    .name = "sqlite_migrated",
    .text = "select count(*) as count from sqlite_schema where name = 'db_migration'",
};

const struct engine sqlite_engine = {
    .open = sqlite_open,
    .close = sqlite_close,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .prepare = sqlite_prepare,
    .column_name = sqlite_column_name,
    .unprepare = sqlite_unprepare,
    .rows_open = sqlite_rows_open,
    .rows_next = sqlite_rows_next,
    .rows_close = sqlite_rows_close,
    .run_each = sqlite_run_each,
    .script = sqlite_script,
    .reserve = sqlite_reserve,
    .copy = sqlite_copy,
    .relax = sqlite_relax,
    .statistics = statistics,
    .triggers = sqlite_triggers,
    .migrated = &migrated,
    .contains_open = "contains_caseless(",
    .contains_between = ", ",
    .contains_close = ")",
    .no_index = "+",
    .half_open = "",
    .half_close = "",
    .gather_open = "with q as materialized (",
    .gather_close = ") select q.id from q",
    .ids_open = " in (select cast(value as integer) from json_each('[' || ",
    .ids_close = " || ']'))",
    .text_order = "",
    .number_type = "numeric",
};
