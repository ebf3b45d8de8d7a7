/* SQLite's readers. A transaction that reads takes a lock, reads where the log ends, and gives the lock back: two calls of the system and more
 * work than the statements of a small answer. So its snapshot stays open behind it, and the next transaction goes on in it as long as nothing was
 * committed since: the head of the log's index, which every commit of any process writes before it is told of, is what it was as the snapshot began
 * (docs/decisions/0022). A snapshot that nobody uses ends within a moment, and before the log is copied. */
#include "db/sqlite_private.h"

enum { INDEX_BYTES = 32768, INDEX_VERSION = 3007000 }; /* the first piece of the index; its format (https://www.sqlite.org/walformat.html) */

static struct sqlite_connection *of(const struct connection *connection) { return connection->driver; }

/* The index is there once a connection has read. It stays where it is while the connection is open. */
static void index_find(struct sqlite_connection *c)
{
    sqlite3_file *file = NULL;
    void volatile *at = NULL;
    if (sqlite3_file_control(c->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file || !file->pMethods) return;
    if (file->pMethods->iVersion < 2 || !file->pMethods->xShmMap) return;
    if (file->pMethods->xShmMap(file, 0, INDEX_BYTES, 0, &at) != SQLITE_OK || !at) return;
    if (*(uint32_t volatile *)at == INDEX_VERSION) c->index = at;
}

/* Its head as it is now. A commit writes the second copy, then the first: where they differ one is on its way. */
static bool index_read(const struct sqlite_connection *c, uint64_t head[INDEX_WORDS])
{
    if (!c->index) return false;
    atomic_thread_fence(memory_order_seq_cst);
    for (size_t i = 0; i < INDEX_WORDS; i++) head[i] = c->index[i];
    atomic_thread_fence(memory_order_seq_cst);
    for (size_t i = 0; i < INDEX_WORDS; i++)
        if (c->index[INDEX_WORDS + i] != head[i]) return false;
    return true;
}

static bool index_unchanged(const struct sqlite_connection *c)
{
    uint64_t head[INDEX_WORDS];
    return index_read(c, head) && !memcmp(head, c->seen, sizeof head);
}

bool reader_release(struct connection *connection)
{
    struct sqlite_connection *c = of(connection);
    bool held = c->held;
    c->held = c->watched = false;
    return !held || sqlite_control(connection, COMMIT) == SQLITE_OK;
}

struct fault *sqlite_read_begin(struct work *work, struct db *db)
{
    struct sqlite *s = db->books->driver;
    TRY(pool_take(work->arena, db->books, &db->connection));
    struct sqlite_connection *c = of(db->connection);
    unsigned epoch = atomic_load(&s->epoch);
    if (c->held && c->epoch == epoch && index_unchanged(c)) return NULL;
    bool good = reader_release(db->connection);
    c->epoch = epoch;
    c->watched = index_read(c, c->seen); /* before the snapshot begins, which is with its first statement */
    db->connection->note.known = false;
    if (good && sqlite_control(db->connection, BEGIN) == SQLITE_OK) return NULL;
    struct fault *fault = sqlite_fault(work->arena, c->db, "begin");
    db->connection->broken = true;
    pool_give(db->connection);
    return fault;
}

/* Nothing was committed from before the snapshot began until now: so the snapshot is what the books are. */
static bool may_hold(const struct sqlite *s, const struct sqlite_connection *c)
{
    return c->watched && c->epoch == atomic_load(&s->epoch) && sqlite3_txn_state(c->db, "main") == SQLITE_TXN_READ &&
           index_unchanged(c);
}

void sqlite_read_end(struct db *db, enum control control)
{
    struct sqlite *s = db->books->driver;
    struct sqlite_connection *c = of(db->connection);
    if (!c->index) index_find(c);
    c->held = control == COMMIT && may_hold(s, c);
    if (!c->held && sqlite_control(db->connection, control) != SQLITE_OK) db->connection->broken = true;
    bool first = c->held && !atomic_load_explicit(&s->holding, memory_order_relaxed) && !atomic_exchange(&s->holding, true);
    pool_give(db->connection);
    if (!first) return;
    pthread_mutex_lock(&s->lock);
    pthread_cond_signal(&s->checkpoint_cond);
    pthread_mutex_unlock(&s->lock);
}

void readers_release(struct books *books, bool new_epoch)
{
    struct sqlite *s = books->driver;
    if (new_epoch) atomic_fetch_add(&s->epoch, 1);
    atomic_store(&s->holding, false);
    pthread_mutex_lock(&books->pool_lock);
    for (struct connection *c = books->pool; c; c = c->next)
        if (!reader_release(c)) c->broken = true;
    pthread_mutex_unlock(&books->pool_lock);
}
