/* Private to sqlite.c and sqlite_write.c. */
#pragma once
#include <sqlite3.h>
#include "db/engine.h"

enum { INDEX_WORDS = 6 }; /* the head of the log's index: 48 bytes, there twice */
enum control { BEGIN, BEGIN_WRITE, SAVEPOINT, RELEASE, BACK, COMMIT, ROLLBACK, CONTROLS };
struct sqlite_connection {
    sqlite3 *db;
    sqlite3_stmt *controls[CONTROLS];
    int64_t busy_since; /* clock_us() */
    bool impatient;     /* does not wait for another process */
    /* Of a reader (sqlite_read.c). */
    const volatile uint64_t *index; /* of the log, shared by all connections; NULL: not looked for yet, or not as we know it */
    uint64_t seen[INDEX_WORDS];     /* its head as the snapshot began */
    unsigned epoch;                 /* when it began */
    bool watched, held;             /* the head was seen; the snapshot is open between two transactions */
};

/* A transaction that several members share: one commit, one fate. */
struct group {
    pthread_cond_t done_cond;
    size_t members, references;
    int64_t began_us;
    bool reserved, done;
    const struct fault_type *failed;
    char why[200];
};
/* sqlite_log.c: a layer over SQLite's file system for the log of the connection that writes. */
struct log_layer { sqlite3_vfs vfs; char name[40]; bool registered; };
struct waiter { struct waiter *next; pthread_cond_t turn_cond; bool has_turn; };

struct sqlite {
    char path[4096];
    struct log_layer log_layer;
    bool full;   /* each commit is on disk before it is told of (synchronous = full): then the log may be gathered */
    bool memory; /* a directory of its own below /dev/shm, gone with the books */
    struct connection *writer;
    struct touched *touched; /* by the migration at hand */
    pthread_mutex_t lock; /* of what follows */
    bool taken;           /* somebody has the turn */
    pthread_t holder;
    int64_t taken_us;     /* when it was taken */
    struct waiter *first, *last;
    pthread_cond_t arrival;
    struct group *group;    /* open: begun, not committed; only who has the turn touches its connection */
    size_t last_members;    /* of the group before */
    pthread_t checkpointer; /* copies the log into the database while nobody waits for it */
    pthread_cond_t checkpoint_cond;
    bool stop, running;
    bool copy_due, copying, finishing; /* the checkpointer is called; it is at it; it has the turn, to finish */
    int log_pages, checkpointed_pages, finish_pages; /* of the log: all, copied, when copying is forced */
    _Atomic bool holding;    /* a reader may hold a snapshot: the checkpointer looks again soon */
    _Atomic unsigned epoch;  /* snapshots that began in an earlier one are held no longer */
};

struct fault *sqlite_fault(struct arena *arena, sqlite3 *db, const char *what);
const struct fault_type *sqlite_fault_type(int code);
int sqlite_control(struct connection *connection, enum control control);
struct fault *sqlite_connect(struct arena *arena, struct books *books, struct connection **out);
void sqlite_disconnect(struct connection *connection);

/* sqlite_read.c */
CHECKED struct fault *sqlite_read_begin(struct work *work, struct db *db);
void sqlite_read_end(struct db *db, enum control control); /* COMMIT keeps the snapshot when nothing was committed meanwhile */
void readers_release(struct books *books, bool new_epoch); /* snapshots that no transaction uses are ended */
CHECKED bool reader_release(struct connection *connection);

/* sqlite_write.c */
struct fault *sqlite_write_open(struct arena *arena, struct books *books);
void sqlite_write_close(struct books *books);
struct fault *sqlite_write_begin(struct work *work, struct db *db);
struct fault *sqlite_write_commit(struct arena *arena, struct db *db);
void sqlite_write_rollback(struct db *db);

/* sqlite_log.c */
CHECKED bool log_layer_start(struct log_layer *layer);
void log_layer_end(struct log_layer *layer); /* no connection uses it any more */
/* Around a COMMIT with synchronous = full: what it writes to the log is written at once when it is synced. True: something was left. */
bool log_gather(sqlite3 *db, bool on);

/* sqlite_keys.c. A migration works with foreign keys off; what it touched is looked at when it ends. */
void sqlite_keys_off(struct sqlite *s, sqlite3 *db);
void sqlite_keys_on(struct sqlite *s, sqlite3 *db);
CHECKED struct fault *sqlite_keys_check(struct arena *arena, struct sqlite *s, sqlite3 *db);
