/* Private to this room: what an engine (sqlite.c, postgres.c) does for db.c and books.c. */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include "db/db.h"

enum { PARAMS_MAX = 256, COLUMNS_MAX = 256 };

/* A value on its way to or from a statement. Texts are borrowed; what is formatted stands in `small`. */
enum value_kind { VALUE_INT = 1, VALUE_BOOL, VALUE_TEXT, VALUE_BYTES, VALUE_DATE };
struct value {
    bool null;
    int64_t number;  /* INT, BOOL; DATE: 20250131 */
    struct str text; /* TEXT, BYTES; never without bytes to point at */
    char small[32];
};
enum value_kind value_kind_of(enum field_type type);

enum source { FROM_FIELD = 1, FROM_COMPANY, FROM_USER, FROM_TODAY, FROM_NOW, FROM_EXTRA };
struct parameter { const struct field *field; enum source source; enum value_kind kind; };

/* A statement as one connection prepared it, with the fields its parameters and columns belong to. */
struct statement {
    struct statement *next; /* in its bucket */
    const void *sql;        /* NULL: composed, found by its text */
    const struct record *given, *into;
    uint64_t hash;
    char *text;
    const char *name;
    struct parameter *params;
    const struct field **columns; /* NULL inside: nobody reads it */
    enum value_kind *column_kinds;
    size_t param_count, column_count;
    void *prepared;  /* sqlite3_stmt; PostgreSQL's description of the columns */
    unsigned number; /* PostgreSQL: the statement is called s<number> */
    int64_t used_at; /* composed ones: the least recently used goes */
    bool busy;       /* rows of it are being read */
};
enum { BUCKETS = 512, COMPOSED_MAX = 128 };

struct connection {
    struct connection *next;
    struct books *books;
    void *driver; /* sqlite3, PGconn */
    bool broken;  /* not to be used again */
    bool writing; /* in the transaction at hand */
    const _Atomic bool *given_up;
    struct snapshot_note note;
    struct statement *buckets[BUCKETS];
    size_t composed;
    int64_t uses;
    unsigned made; /* statements, cursors */
};

/* One transaction of one struct work. */
struct db {
    struct books *books;
    struct connection *connection;
    bool writing, migrating;
    bool whole;                      /* SQLite: the first of its group, which needs no savepoint: rolled back with all of it */
    bool reserved;                   /* ids, inside this transaction: lost when it is rolled back */
    const struct fault_type *failed; /* a statement was refused: only a rollback is left */
};

/* Rows of a statement being read. */
struct rows {
    struct connection *connection;
    struct statement *statement;
    bool stream; /* many rows: keep memory flat */
    int64_t changed;
    void *result;
    int at, count;
    unsigned cursor;
};
typedef struct fault *fill_values(void *context, size_t index, struct value *values);

/* Every table of the rooms, in an order in which no row points at one that is still to come (tools/embed_tables.py). */
struct copy_column { const char *name; enum value_kind kind; };
struct copy_table { const char *name; const struct copy_column *columns; size_t count; };
/* Stands among the migrations from the first row of a copy until its last was proved: such books are opened by nobody. */
enum { COPYING = 999999 };

struct engine {
    struct fault *(*open)(struct arena *arena, struct books *books);
    void (*close)(struct books *books); /* after the pool is empty */
    struct fault *(*connect)(struct arena *arena, struct books *books, struct connection **out); /* for the pool */
    void (*disconnect)(struct connection *connection);
    struct fault *(*begin)(struct work *work, struct db *db); /* takes the connection */
    struct fault *(*commit)(struct arena *arena, struct db *db);
    void (*rollback)(struct db *db);
    struct fault *(*prepare)(struct arena *arena, struct connection *connection, struct statement *statement);
    struct str (*column_name)(struct connection *connection, struct statement *statement, size_t column);
    void (*unprepare)(struct connection *connection, struct statement *statement);
    /* The values stay where they are until rows_close. */
    struct fault *(*rows_open)(struct arena *arena, struct rows *rows, struct value *values);
    struct fault *(*rows_next)(struct arena *arena, struct rows *rows, struct value *values, bool *more);
    void (*rows_close)(struct rows *rows);
    struct fault *(*run_each)(struct arena *arena, struct connection *connection, struct statement *statement,
                              size_t count, struct value *values, fill_values *fill, void *context);
    const char *statistics; /* a script behind each migration, that the planner may know what a company's key is worth; NULL: none */
    struct fault *(*relax)(struct arena *arena, struct books *books, bool relaxed); /* NULL: none */
    /* Several statements at once, as a migration has them; inside a transaction that was begun as `migrating`. */
    struct fault *(*script)(struct arena *arena, struct connection *connection, const char *text);
    /* Calls ids_reserve with a work that may write: the transaction itself, or another connection. */
    struct fault *(*reserve)(struct work *work);
    struct fault *(*copy)(struct arena *arena, struct books *books, const char *path);
    /* All triggers of these tables, off while rows are copied that passed them before; inside a migrating transaction. */
    struct fault *(*triggers)(struct arena *arena, struct connection *connection, const struct copy_table *tables,
                              size_t count, bool on);
    const struct sql *migrated; /* gives `count` 1 when the table of migrations is there */
    const char *contains_open, *contains_between, *contains_close; /* caseless: open x between $n close */
    const char *ids_open, *ids_close; /* behind an id: is one of the numbers in a text "1,2,3" */
    const char *no_index;    /* before a column whose index would only lead astray */
    const char *half_open, *half_close; /* around a condition that about half of the rows meet, whatever the figures of the tables say */
    const char *gather_open, *gather_close; /* around "select …": all its rows are found before they are put in order, never in that order */
    const char *text_order;  /* behind a text that is sorted or compared by order */
    const char *number_type; /* what decimal text is cast to for comparing */
};
extern const struct engine sqlite_engine, postgres_engine;

struct ids {
    pthread_mutex_t lock;
    int64_t node, last, high, block; /* node -1: none leased; `high` is the first counter that isn't ours */
    int64_t renewed_us;              /* clock_us() of the last renewal */
    char holder[40];
};
/* keys.c: what secrets are sealed with; the newest first. */
enum { RING = 32 };
struct seal_key { uint8_t bytes[32]; char id[17]; };
struct keys {
    pthread_mutex_t lock;
    char *path;
    bool loaded, in_memory;
    struct seal_key current; /* that the database names; id "": not asked yet */
    size_t count;
    struct seal_key ring[RING];
};
struct books {
    const struct engine *engine;
    struct str where;
    char *directory; /* NULL: none */
    void *driver;    /* what the engine keeps for all connections */
    pthread_mutex_t pool_lock;
    pthread_cond_t pool_free;
    struct connection *pool;
    size_t pool_open, pool_most;
    struct ids ids;
    atomic_llong statements, fail_at;
    atomic_int ending; /* enum books_stop */
    struct keys keys;
};
void keys_open(struct books *books); /* after the engine, which knows the directory */
void keys_close(struct books *books);

/* A connection of the pool; waits at most 30 s for one. */
CHECKED struct fault *pool_take(struct arena *arena, struct books *books, struct connection **out);
void pool_give(struct connection *connection);
void pool_empty(struct books *books); /* what is not in use */
struct connection *connection_new(struct books *books, void *driver);
bool connection_stops(const struct connection *connection); /* what runs on it is to be broken off; asked now and then while it runs */
void connection_forget(struct connection *connection); /* its statements and itself, after the driver's are gone */

/* ids.c. A node number is leased and a block of counters reserved before a transaction that may use them commits. */
void ids_open(struct ids *ids);
bool ids_due(struct books *books, struct instant now);
CHECKED struct fault *ids_reserve(struct work *work); /* by statements of work->db */
void ids_lost(struct books *books);                   /* what was reserved was rolled back */
void ids_release(struct arena *arena, struct books *books);

/* Faults of the database with a driver's words. */
PRINTF(3, 4)
CHECKED struct fault *db_fault(struct arena *arena, const struct fault_type *type, const char *format, ...);
/* Marks the transaction: only a rollback is left. Hands the fault on. */
struct fault *db_failed(struct work *work, struct fault *fault);

/* A statement composed at run time (db_list.c): parameters of `sql` first, then `extra`. */
struct composed { struct str text; const struct value *extra; const enum value_kind *extra_kinds; size_t extra_count; };
CHECKED struct fault *db_all_composed(struct work *work, const struct sql *sql, const struct composed *composed,
                                      struct given given, struct into_list into);
CHECKED struct fault *value_from_field(struct arena *arena, const struct field *field, const void *at,
                                       struct value *out);

/* A transaction for changing the schema, or all rows: alone, foreign keys looked at when it ends (SQLite). */
CHECKED struct fault *migration_begin(struct work *work, struct books *books);
struct migration;
CHECKED struct fault *books_migrate_with(struct arena *arena, struct books *books, const struct migration *list,
                                         size_t count);
