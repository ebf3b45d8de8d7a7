#include "db/engine.h"
#include <time.h>
#include "db.sql.h"
#include "migrations.h"

const struct fault_type db_newer = {
    FAULT_CONFLICT, "db.newer",
    "These books were written by a newer Florin (step {number}; this one knows {known}). Use that version or a newer one."
};
const struct fault_type db_changed_migration = {
    FAULT_CONFLICT, "db.changed_migration",
    "Step {number} of these books ({name}) is not the one this Florin has. Use the version that made them."
};
const struct fault_type db_incomplete = {
    FAULT_CONFLICT, "db.incomplete",
    "A copy into these books was broken off, so they are not complete. Remove them, then copy again."
};
const struct fault_type db_stopped = {
    FAULT_UNREACHABLE, "db.stopped",
    "This was broken off: the server is stopping, or nobody waited for the answer any more. Ask again in a moment."
};
const struct fault_type db_crowded = { FAULT_LIMIT, "db.crowded",
                                       "{most} programs use these books at once. Close one, then try again." };

/* ---- Connections ---- */

enum { POOL_WAIT_S = 30 };

struct connection *connection_new(struct books *books, void *driver)
{
    struct connection *connection = calloc(1, sizeof *connection);
    ensure(connection);
    connection->books = books;
    connection->driver = driver;
    return connection;
}

bool connection_stops(const struct connection *connection)
{
    int ending = atomic_load_explicit(&connection->books->ending, memory_order_relaxed);
    if (connection->writing) return ending == STOP_ALL;
    return ending != STOP_NOTHING || (connection->given_up && atomic_load_explicit(connection->given_up, memory_order_relaxed));
}

void books_stop(struct books *books, enum books_stop what) { atomic_store(&books->ending, (int)what); }

/* Under the lock. false: waited too long. */
static bool pool_wait(struct books *books)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += POOL_WAIT_S;
    while (!books->pool && books->pool_open >= books->pool_most)
        if (pthread_cond_timedwait(&books->pool_free, &books->pool_lock, &until)) return false;
    return true;
}

struct fault *pool_take(struct arena *arena, struct books *books, struct connection **out)
{
    pthread_mutex_lock(&books->pool_lock);
    bool may = pool_wait(books);
    struct connection *found = may ? books->pool : NULL;
    if (found) books->pool = found->next;
    else if (may) books->pool_open++;
    pthread_mutex_unlock(&books->pool_lock);
    *out = found;
    if (found) return NULL;
    if (!may) return db_fault(arena, &db_unreachable, "all %zu connections are in use", books->pool_most);
    struct fault *fault = books->engine->connect(arena, books, out);
    if (!fault) return NULL;
    pthread_mutex_lock(&books->pool_lock);
    books->pool_open--;
    pthread_cond_signal(&books->pool_free);
    pthread_mutex_unlock(&books->pool_lock);
    return fault;
}

void pool_give(struct connection *connection)
{
    struct books *books = connection->books;
    bool broken = connection->broken;
    if (broken) books->engine->disconnect(connection);
    pthread_mutex_lock(&books->pool_lock);
    if (broken) books->pool_open--;
    else {
        connection->next = books->pool;
        books->pool = connection;
    }
    pthread_cond_signal(&books->pool_free);
    pthread_mutex_unlock(&books->pool_lock);
}

void pool_empty(struct books *books)
{
    pthread_mutex_lock(&books->pool_lock);
    struct connection *all = books->pool;
    books->pool = NULL;
    for (struct connection *c = all; c; c = c->next) books->pool_open--;
    pthread_mutex_unlock(&books->pool_lock);
    for (struct connection *c = all, *next; c; c = next) {
        next = c->next;
        books->engine->disconnect(c);
    }
}

/* ---- Open and close ---- */

struct fault *books_open(struct arena *arena, struct str where, struct books **out)
{
    struct books *books = calloc(1, sizeof *books);
    ensure(books);
    *out = NULL;
    bool postgres = str_starts(where, "postgresql://") || str_starts(where, "postgres://");
    books->engine = postgres ? &postgres_engine : &sqlite_engine;
    books->where = (struct str){ strndup(where.length ? where.at : "", where.length), where.length };
    ensure(books->where.at);
    pthread_mutex_init(&books->pool_lock, NULL);
    pthread_cond_init(&books->pool_free, NULL);
    ids_open(&books->ids);
    struct fault *fault = books->engine->open(arena, books);
    keys_open(books);
    if (fault) books_close(books);
    else *out = books;
    return fault;
}

void books_close(struct books *books)
{
    if (!books) return;
    struct arena *arena = arena_new((size_t)16 << 20);
    books_stop(books, STOP_NOTHING); /* the lease is given back */
    ids_release(arena, books);
    arena_free(arena);
    pool_empty(books);
    ensure(!books->pool_open); /* a transaction is still open */
    books->engine->close(books);
    pthread_mutex_destroy(&books->pool_lock);
    pthread_cond_destroy(&books->pool_free);
    pthread_mutex_destroy(&books->ids.lock);
    keys_close(books);
    free(books->directory);
    free((char *)(uintptr_t)books->where.at);
    free(books);
}

bool db_at_hand(const struct work *work) { return !books_are_postgres(work->db->books); }
bool books_are_postgres(const struct books *books) { return books->engine == &postgres_engine; }
struct str books_directory(const struct books *books) { return str_of(books->directory); }
void books_fail_at(struct books *books, int64_t nth) { atomic_store(&books->fail_at, nth); }
bool books_fail_waits(const struct books *books) { return atomic_load(&books->fail_at) > 0; }
int64_t books_statements(const struct books *books) { return atomic_load(&books->statements); }

struct fault *books_copy(struct arena *arena, struct books *books, const char *path)
{
    ensure(books->engine->copy);
    return books->engine->copy(arena, books, path);
}

struct fault *books_relax(struct arena *arena, struct books *books, bool relaxed)
{
    return books->engine->relax ? books->engine->relax(arena, books, relaxed) : NULL;
}

/* ---- Migrations ---- */

struct db_applied { int64_t number, applied_at; struct str name, checksum; };
RECORD(db_applied, { FIELD(struct db_applied, number), FIELD(struct db_applied, applied_at),
                     FIELD(struct db_applied, name), FIELD(struct db_applied, checksum) });
struct db_count { int64_t count; };
RECORD(db_count, { FIELD(struct db_count, count) });

/* Inside one transaction: the first migration that these books don't have, and what they have checked. */
static struct fault *find_due(struct work *work, const struct migration *list, size_t count, size_t *due)
{
    struct db_count there = { 0 };
    LIST_OF(struct db_applied) applied = { 0 };
    TRY(db_one(work, work->db->books->engine->migrated, NONE, INTO(db_count, &there), &db_broken));
    if (there.count) TRY(db_all(work, &sql_db_migrations, NONE, INTO_LIST(db_applied, &applied)));
    for (size_t i = 0; i < applied.count; i++) {
        const struct db_applied *a = &applied.at[i];
        struct str number = str_from_int(work->arena, a->number);
        if (applied.at[applied.count - 1].number == COPYING) return FAULT(work->arena, &db_incomplete, NULL);
        if (i >= count || a->number > list[count - 1].number)
            return FAULT(work->arena, &db_newer, NULL,
                         PARAM("number", str_from_int(work->arena, applied.at[applied.count - 1].number)),
                         PARAM_INT(work->arena, "known", (int64_t)count));
        if (a->number != list[i].number || !str_is(a->checksum, list[i].checksum))
            return FAULT(work->arena, &db_changed_migration, NULL, PARAM("number", number), PARAM("name", a->name));
    }
    *due = applied.count;
    return NULL;
}

static struct fault *note_applied(struct work *work, const struct migration *m)
{
    const struct db_applied row = { .number = m->number, .name = str_of(m->name), .checksum = str_of(m->checksum),
                                    .applied_at = work->now.us };
    return db_run(work, &sql_db_migration_add, GIVEN(db_applied, &row));
}

static struct fault *apply(struct work *work, const struct migration *m)
{
    struct books *books = work->db->books;
    TRY(db_failed(work, books->engine->script(work->arena, work->db->connection,
                                              books_are_postgres(books) ? m->postgres : m->sqlite)));
    return note_applied(work, m);
}

/* New books on SQLite get what all steps leave (the build ran them) at once: step by step, SQLite would read its whole schema again for each
 * table that a later step altered. */
static struct fault *apply_whole(struct work *work, const char *whole)
{
    struct books *books = work->db->books;
    TRY(db_failed(work, books->engine->script(work->arena, work->db->connection, whole)));
    for (size_t i = 0; i < migration_count; i++) TRY(note_applied(work, &migrations[i]));
    return db_failed(work, books->engine->script(work->arena, work->db->connection, books->engine->statistics));
}

/* Behind a step on rows that are there, the next may need the figures; on new books once at the end is enough. */
static struct fault *apply_all(struct work *work, const struct migration *list, size_t due, size_t count,
                               steps_told *told, void *context)
{
    struct books *books = work->db->books;
    for (size_t i = due; i < count; i++) {
        if (told && due) told(context, (int64_t)(i - due) + 1, (int64_t)(count - due), list[i].name);
        TRY(apply(work, &list[i]));
        if (!books->engine->statistics || (!due && i + 1 < count)) continue;
        TRY(db_failed(work, books->engine->script(work->arena, work->db->connection, books->engine->statistics)));
    }
    return NULL;
}

struct fault *migration_begin(struct work *work, struct books *books)
{
    struct db *db = ARENA_NEW(work->arena, struct db);
    db->books = books;
    db->writing = db->migrating = true;
    work->db = db;
    struct fault *fault = books->engine->begin(work, db);
    if (fault) work->db = NULL;
    return fault;
}

/* All that are missing in one transaction, under a lock that lets one program migrate at a time: books are never half-way, and new ones
 * wait for the disk once. */
static struct fault *migrate(struct arena *arena, struct books *books, const struct migration *list, size_t count,
                             const char *whole, steps_told *told, void *context)
{
    struct work work = { .arena = arena, .now = instant_now(), .system = true };
    size_t due = 0;
    pool_empty(books); /* what was prepared may not fit the schema of tomorrow */
    TRY(migration_begin(&work, books));
    struct fault *fault = find_due(&work, list, count, &due);
    if (!fault && !due && whole) fault = apply_whole(&work, whole);
    else if (!fault && due < count) fault = apply_all(&work, list, due, count, told, context);
    if (fault || due == count) { /* nothing was due: nothing to commit */
        db_rollback(&work);
        return fault;
    }
    TRY(db_commit(&work));
    LOG(LOG_INFO, "db.migrated", LOG_INT("from", list[due].number), LOG_INT("to", list[count - 1].number));
    return NULL;
}

struct fault *books_migrate_with(struct arena *arena, struct books *books, const struct migration *list, size_t count)
{
    return migrate(arena, books, list, count, NULL, NULL, NULL);
}

struct fault *books_migrate_told(struct arena *arena, struct books *books, steps_told *told, void *context)
{
    return migrate(arena, books, migrations, migration_count, books_are_postgres(books) ? NULL : whole_sqlite, told, context);
}

struct fault *books_migrate(struct arena *arena, struct books *books)
{
    return books_migrate_told(arena, books, NULL, NULL);
}
