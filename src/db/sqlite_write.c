/* SQLite's writers. They queue for the turn on one connection. Who gets it finds the shared transaction open or opens
 * it, works inside a savepoint, and hands the turn on with the transaction still open as long as others wait; the last
 * one, or the one that reaches the bound, commits for all. Every member's db_commit returns after that commit. */
#include <unistd.h>
#include "db/sqlite_private.h"

enum {
    GROUP_MEMBERS = 256,     /* of one commit */
    GROUP_US = 5000,         /* from its begin until nobody more is let in */
    LONG_TURN_US = 1000000,
    HELD_NS = 50000000,      /* that readers may keep a snapshot which nobody asks for */
    GATHER_US = 300,         /* that a commit waits for those who took part in the last one */
    CHECKPOINT_PAGES = 1000, /* a quiet checkpoint every so many pages of log */
    LOG_PAGES = 2500,        /* then the one who commits finishes it, so that the log starts again: writing over what is
                              * there needs no new blocks of the file system, which makes fdatasync twice as quick */
};

static sqlite3 *handle(const struct sqlite *s) { return ((struct sqlite_connection *)s->writer->driver)->db; }

/* ---- Turns ---- */

/* Who is impatient gets it when nobody has it and the last commit served one alone; else he would wait, or make others wait. */
static bool turn_take(struct sqlite *s, bool impatient)
{
    pthread_mutex_lock(&s->lock);
    if (impatient && (s->taken || s->last_members > 1)) {
        pthread_mutex_unlock(&s->lock);
        return false;
    }
    ensure(!s->taken || !pthread_equal(s->holder, pthread_self())); /* else it waits for itself */
    if (s->taken) {
        struct waiter waiter = { 0 };
        pthread_cond_init(&waiter.turn_cond, NULL);
        if (s->last) s->last->next = &waiter;
        else s->first = &waiter;
        s->last = &waiter;
        pthread_cond_signal(&s->arrival);
        while (!waiter.has_turn) pthread_cond_wait(&waiter.turn_cond, &s->lock);
        pthread_cond_destroy(&waiter.turn_cond);
    }
    s->taken = true;
    s->holder = pthread_self();
    s->taken_us = clock_us();
    pthread_mutex_unlock(&s->lock);
    return true;
}

/* Under the lock. */
static void turn_hand_on(struct sqlite *s)
{
    struct waiter *next = s->first;
    int64_t took_us = clock_us() - s->taken_us;
    if (took_us > LONG_TURN_US) LOG(LOG_INFO, "db.long_turn", LOG_INT("took_us", took_us)); /* all who write have waited */
    s->taken = next != NULL;
    if (!next) return;
    s->first = next->next;
    if (!s->first) s->last = NULL;
    s->holder = (pthread_t){ 0 };
    next->has_turn = true;
    pthread_cond_signal(&next->turn_cond);
}

/* ---- The group: begun by who has the turn ---- */

static void group_unref(struct group *group) /* under the lock */
{
    if (--group->references) return;
    pthread_cond_destroy(&group->done_cond);
    free(group);
}

static void group_fail(struct group *group, const struct fault_type *type, const char *why)
{
    if (group->failed) return;
    group->failed = type;
    snprintf(group->why, sizeof group->why, "%s", why);
}

/* Under the lock, with the turn and no transaction open: hands the turn on, or lends it to the checkpointer first, so that nobody's answer
 * waits for it. A reader may keep the log from starting again: then the next try is later. */
static void turn_leave(struct sqlite *s)
{
    if (s->log_pages < s->checkpointed_pages) s->checkpointed_pages = 0, s->finish_pages = LOG_PAGES; /* it began again */
    if (s->log_pages >= s->finish_pages && !s->copying) {
        s->finishing = true;
        s->holder = s->checkpointer;
        pthread_cond_signal(&s->checkpoint_cond);
        return;
    }
    if (s->log_pages - s->checkpointed_pages >= CHECKPOINT_PAGES && !s->copying) {
        s->copy_due = true;
        pthread_cond_signal(&s->checkpoint_cond);
    }
    turn_hand_on(s);
}

/* Ends the transaction; under the lock on entry and on return. The turn is still ours. */
static void group_end(struct sqlite *s, struct group *group, bool keep)
{
    pthread_mutex_unlock(&s->lock);
    bool open = !sqlite3_get_autocommit(handle(s));
    if (!open) group_fail(group, &db_unreachable, "SQLite rolled the whole transaction back");
    if (open && keep && !group->failed) {
        if (s->full) log_gather(handle(s), true);
        int code = sqlite_control(s->writer, COMMIT);
        bool left = s->full && log_gather(handle(s), false);
        ensure(!left || code != SQLITE_OK); /* else what was told of would not be on disk */
        if (code != SQLITE_OK) group_fail(group, sqlite_fault_type(code), sqlite3_errmsg(handle(s)));
    }
    if (!sqlite3_get_autocommit(handle(s))) sqlite_control(s->writer, ROLLBACK);
    if (group->reserved && (!keep || group->failed)) ids_lost(s->writer->books);
    pthread_mutex_lock(&s->lock);
    group->done = true;
    s->group = NULL;
    s->last_members = group->members;
    pthread_cond_broadcast(&group->done_cond);
    group_unref(group);
}

static bool group_full(const struct group *group)
{
    return group->members >= GROUP_MEMBERS || clock_us() - group->began_us > GROUP_US;
}

/* Those who took part in the last commit come back in a moment; without them each second commit would hold one. */
static void gather(struct sqlite *s, const struct group *group)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += GATHER_US * 1000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    if (s->last_members < 2 || group->members >= s->last_members) return;
    while (!s->first && !pthread_cond_timedwait(&s->arrival, &s->lock, &until)) {}
}

/* Under the lock, with the turn: hands it on, after the commit when the group is full or nobody waits. */
static void turn_end(struct sqlite *s, struct group *group)
{
    bool broken = sqlite3_get_autocommit(handle(s));
    if (!broken && !s->first && group->members) gather(s, group);
    if (!broken && s->first && !group_full(group)) {
        turn_hand_on(s);
        return;
    }
    group_end(s, group, group->members > 0);
    turn_leave(s);
}

/* A migration has its transaction for itself. Under the lock. */
static void migration_end(struct sqlite *s, struct group *group, bool keep)
{
    if (group) group_end(s, group, keep);
    sqlite_keys_on(s, handle(s));
    turn_hand_on(s);
}

static struct fault *taken(struct work *work) { return db_fault(work->arena, &db_taken, "others write"); }

static struct fault *group_open(struct work *work, struct sqlite *s, bool migrating)
{
    struct sqlite_connection *c = s->writer->driver;
    if (migrating) sqlite_keys_off(s, handle(s));
    c->impatient = work->impatient;
    int code = sqlite_control(s->writer, BEGIN_WRITE);
    c->impatient = false;
    if (code != SQLITE_OK) {
        bool other = work->impatient && (code & 0xff) == SQLITE_BUSY;
        struct fault *fault = other ? taken(work) : sqlite_fault(work->arena, handle(s), "begin");
        if (migrating) sqlite_keys_on(s, handle(s));
        return fault;
    }
    struct group *group = calloc(1, sizeof *group);
    ensure(group);
    pthread_cond_init(&group->done_cond, NULL);
    group->references = 1;
    group->began_us = clock_us();
    s->group = group;
    return NULL;
}

struct fault *sqlite_write_begin(struct work *work, struct db *db)
{
    struct sqlite *s = db->books->driver;
    struct fault *fault = NULL;
    if (!turn_take(s, work->impatient)) return taken(work);
    db->connection = s->writer;
    if (s->group && db->migrating) {
        pthread_mutex_lock(&s->lock);
        group_end(s, s->group, true);
        pthread_mutex_unlock(&s->lock);
    }
    if (!s->group) {
        fault = group_open(work, s, db->migrating);
        db->whole = !fault && !db->migrating;
    }
    if (!fault && !db->migrating && ids_due(db->books, work->now)) {
        fault = ids_reserve(work);
        s->group->reserved |= db->reserved;
        db->reserved = false;
    }
    if (!fault && !db->whole && sqlite_control(s->writer, SAVEPOINT) != SQLITE_OK)
        fault = sqlite_fault(work->arena, handle(s), "savepoint");
    if (!fault) return NULL;
    pthread_mutex_lock(&s->lock);
    if (db->migrating) migration_end(s, s->group, false);
    else if (s->group) turn_end(s, s->group);
    else turn_hand_on(s);
    pthread_mutex_unlock(&s->lock);
    return fault;
}

/* What would make the shared commit fail for all is found here, where it hurts one. */
static struct fault *member_check(struct arena *arena, struct sqlite *s, const struct db *db)
{
    int dangling = 0, unused;
    if (db->migrating) TRY(sqlite_keys_check(arena, s, handle(s)));
    sqlite3_db_status(handle(s), SQLITE_DBSTATUS_DEFERRED_FKS, &dangling, &unused, 0);
    if (dangling) return db_fault(arena, &db_refused, "commit: FOREIGN KEY constraint failed");
    if (!db->whole && sqlite_control(s->writer, RELEASE) != SQLITE_OK) return sqlite_fault(arena, handle(s), "commit");
    return NULL;
}

struct fault *sqlite_write_commit(struct arena *arena, struct db *db)
{
    struct sqlite *s = db->books->driver;
    struct group *group = s->group;
    struct fault *fault = member_check(arena, s, db);
    if (fault) {
        sqlite_write_rollback(db);
        return fault;
    }
    pthread_mutex_lock(&s->lock);
    group->members++;
    group->references++;
    group->reserved |= db->reserved;
    if (db->migrating) migration_end(s, group, true);
    else turn_end(s, group);
    while (!group->done) pthread_cond_wait(&group->done_cond, &s->lock);
    if (group->failed) fault = db_fault(arena, group->failed, "commit: %s", group->why);
    group_unref(group);
    pthread_mutex_unlock(&s->lock);
    return fault;
}

void sqlite_write_rollback(struct db *db)
{
    struct sqlite *s = db->books->driver;
    if (db->whole) sqlite_control(s->writer, ROLLBACK); /* SQLite may have done so */
    else if (!sqlite3_get_autocommit(handle(s))) {
        int back = sqlite_control(s->writer, BACK), released = sqlite_control(s->writer, RELEASE);
        if (back != SQLITE_OK || released != SQLITE_OK) {
            group_fail(s->group, &db_broken, sqlite3_errmsg(handle(s)));
            sqlite_control(s->writer, ROLLBACK);
        }
    }
    if (db->reserved) ids_lost(db->books);
    pthread_mutex_lock(&s->lock);
    if (db->migrating) migration_end(s, s->group, false);
    else turn_end(s, s->group);
    pthread_mutex_unlock(&s->lock);
}

/* ---- The log ---- */

static int on_log(void *context, sqlite3 *db, const char *name, int pages)
{
    struct sqlite *s = context;
    (void)db, (void)name;
    s->log_pages = pages;
    return SQLITE_OK;
}

/* Under the lock, until somebody calls. Snapshots that readers hold for longer than need be are ended meanwhile. */
static void checkpoint_wait(struct books *books, struct sqlite *s)
{
    struct timespec until;
    if (!atomic_load(&s->holding)) {
        pthread_cond_wait(&s->checkpoint_cond, &s->lock);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += HELD_NS;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    if (!pthread_cond_timedwait(&s->checkpoint_cond, &s->lock, &until)) return;
    pthread_mutex_unlock(&s->lock);
    readers_release(books, false);
    pthread_mutex_lock(&s->lock);
}

/* Copies the log into the database by a connection of its own; nobody waits for it. */
static void *checkpointer(void *context)
{
    struct books *books = context;
    struct sqlite *s = books->driver;
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK && !s->memory) sqlite3_exec(db, "pragma synchronous = full", NULL, NULL, NULL);
    if (code == SQLITE_OK && s->memory) sqlite3_exec(db, "pragma synchronous = off", NULL, NULL, NULL);
    pthread_mutex_lock(&s->lock);
    s->copying = code != SQLITE_OK; /* then nobody waits for it */
    while (!s->stop) {
        if (!s->finishing && !s->copy_due) {
            checkpoint_wait(books, s);
            continue;
        }
        if (code != SQLITE_OK || (s->stop && !s->finishing)) continue;
        bool finishing = s->finishing;
        s->copy_due = false;
        int pages = 0, copied = 0;
        s->copying = true;
        pthread_mutex_unlock(&s->lock);
        readers_release(books, true); /* a snapshot that is held keeps pages from being copied, and then the log from starting again */
        int result = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
        readers_release(books, true);
        pthread_mutex_lock(&s->lock);
        s->copying = false;
        if (result == SQLITE_OK) s->checkpointed_pages = pages;
        if (!finishing) continue;
        s->finish_pages = s->log_pages + LOG_PAGES; /* until it has begun again */
        s->finishing = false;
        turn_hand_on(s);
        pthread_cond_broadcast(&s->arrival);
    }
    pthread_mutex_unlock(&s->lock);
    sqlite3_close(db);
    return NULL;
}

struct fault *sqlite_write_open(struct arena *arena, struct books *books)
{
    struct sqlite *s = books->driver;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->lock, NULL);
    s->finish_pages = LOG_PAGES;
    pthread_cond_init(&s->arrival, &monotonic);
    pthread_cond_init(&s->checkpoint_cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sqlite3_wal_hook(handle(s), on_log, s);
    if (pthread_create(&s->checkpointer, NULL, checkpointer, books))
        return db_fault(arena, &db_broken, "no thread for the checkpoints");
    s->running = true;
    return NULL;
}

void sqlite_write_close(struct books *books)
{
    struct sqlite *s = books->driver;
    if (!s->running) return;
    pthread_mutex_lock(&s->lock);
    while (s->finishing) pthread_cond_wait(&s->arrival, &s->lock);
    ensure(!s->taken); /* a transaction is still open */
    s->stop = true;
    pthread_cond_signal(&s->checkpoint_cond);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->checkpointer, NULL);
    pthread_cond_destroy(&s->arrival);
    pthread_cond_destroy(&s->checkpoint_cond);
    pthread_mutex_destroy(&s->lock);
}
