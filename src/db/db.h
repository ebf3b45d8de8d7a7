/* The database: transactions and named statements. One text on SQLite and PostgreSQL; no way to run a string.
 *
 * Every :name in a statement is a field of what is given, except four that are bound from `work` and can't be passed:
 * :company_id :user_id (both as they are, 0 too) :today :now. Every column of a result is a field of what it is read into;
 * a name that is none is a mistake of ours and stops the process. What is absent is NULL, and a NULL is absent; a NULL for
 * a field that is not optional, an unknown choice, a value of another type are db_broken. On PostgreSQL a sum of bigints
 * (numeric) may be read into an integer.
 *
 * SQLite: WAL, synchronous=FULL. Readers have connections of their own. Writers take turns on one connection and share
 * a transaction: each works inside a savepoint, and one commit serves all that waited (group commit); db_commit returns
 * when what it did is on disk. PostgreSQL: readers in a read-only repeatable-read snapshot; writers read committed under
 * one advisory lock a company, taken first, so that on both engines a company's writers come one by one.
 *
 * After a refusal by the database itself (db_…) a transaction can only be rolled back, on both engines: every statement
 * and the commit repeat that refusal. The refusals of a room (when_missing, when_none, those of `each`) change nothing.
 * A thread has one writing transaction at a time. */
#pragma once
#include "db/work.h"
#include "record/record.h"

struct sql {                 /* lives as long as the program */
    const char *name, *text; /* $1, $2, … */
    const char *const *params;
    size_t param_count;
};

extern const struct fault_type db_broken;      /* our own mistake or a damaged file */
extern const struct fault_type db_retry;       /* a conflict of transactions: answered by running again */
extern const struct fault_type db_taken;       /* others write: to who is impatient; never an answer */
extern const struct fault_type db_unreachable; /* no server, no disk */
extern const struct fault_type db_duplicate;   /* a unique key; rooms say it in their own words */
extern const struct fault_type db_refused;     /* a check, a foreign key or a trigger of the schema */
extern const struct fault_type db_newer;       /* the books were written by a newer program */
extern const struct fault_type db_changed_migration;
extern const struct fault_type db_incomplete; /* a copy into these books was broken off */
extern const struct fault_type db_not_empty;  /* a copy goes into books without any row */
extern const struct fault_type db_copy_differs;
extern const struct fault_type db_stopped; /* broken off: the books are being closed, or nobody waits for it */
extern const struct fault_type db_crowded; /* more programs at once than there are node numbers */

/* ---- Books: opened once a process ---- */
struct books; /* an engine with its connections, the leased node number, the ids */
/* `where`: a directory (SQLite: florin.db inside; made when missing, for its owner only), ":memory:" (the same in a directory
 * of its own below /dev/shm, gone at books_close), or postgresql://… (`?options=-csearch_path%3Dname` chooses a schema). */
CHECKED struct fault *books_open(struct arena *arena, struct str where, struct books **out);
void books_close(struct books *books); /* no transaction may be open; NULL is fine */
/* Brings the schema up to the program's migrations; refuses a changed checksum, and books newer than the program. */
CHECKED struct fault *books_migrate(struct arena *arena, struct books *books);
/* The same; `told` hears of each step on books that are there before it begins, the first is 1: on a million rows they take their time. All of
 * them are one transaction: a program that is ended on the way leaves the books as they were. */
typedef void steps_told(void *context, int64_t step, int64_t steps, const char *name);
CHECKED struct fault *books_migrate_told(struct arena *arena, struct books *books, steps_told *told, void *context);
/* What would let others read or change the books beside the program; asked before serving: a folder or a file of SQLite that everybody
 * on the machine may write or read, a PostgreSQL on another machine whose connection nothing protects. Refuses db_open_…. */
CHECKED struct fault *books_safe(struct arena *arena, struct str where);
/* Before the books are closed while others may be at work on them: what reads is broken off (db_stopped) and nothing new may read; with
 * STOP_ALL what writes too. Nothing is kept by halves. */
enum books_stop { STOP_NOTHING, STOP_READS, STOP_ALL };
void books_stop(struct books *books, enum books_stop what);
bool books_are_postgres(const struct books *books);
bool db_at_hand(const struct work *work); /* the engine works in this process: a second statement costs no trip */
struct str books_directory(const struct books *books); /* where files beside the database go; absent on PostgreSQL and in memory */
/* A copy of SQLite books while they are in use (backup API): one snapshot, whole or not there, on disk when it returns. */
CHECKED struct fault *books_copy(struct arena *arena, struct books *books, const char *path);
/* Every row of every table of `from`, one snapshot, into `to`, which is migrated, has no row yet and is used by nobody else; of
 * whatever engine. Memory stays flat. A refusal, of `told` too, leaves `to` as it was. When it is done, and when the process is
 * killed on the way, books_migrate refuses `to` (db_incomplete) until books_copied says that what arrived was proved. */
typedef struct fault *books_told(void *context, int64_t done, int64_t total); /* rows; now and then */
CHECKED struct fault *books_copy_rows(struct arena *arena, struct books *from, struct books *to, books_told *told, void *context);
CHECKED struct fault *books_copied(struct arena *arena, struct books *to);
/* While a company is made that can be made again: commits no longer wait for the disk, until it is called with false, which
 * waits for all of them. No transaction may be open. PostgreSQL: no difference. */
CHECKED struct fault *books_relax(struct arena *arena, struct books *books, bool relaxed);
/* Tests: the nth statement from now fails, on whatever connection; 0: none. */
void books_fail_at(struct books *books, int64_t nth);
bool books_fail_waits(const struct books *books); /* one is to fail and hasn't yet */
int64_t books_statements(const struct books *books); /* how many ran so far */

/* ---- Transactions: begun and ended by operation_answer and by jobs only ---- */
/* Takes a connection; work->reading decides of which kind. */
CHECKED struct fault *db_begin(struct work *work, struct books *books);
CHECKED struct fault *db_commit(struct work *work); /* durable when it returns; the connection goes back */
void db_rollback(struct work *work);                /* the same, nothing kept */

/* What was read in a snapshot holds as long as the snapshot is what the books are, which on SQLite may be for many transactions that read: one
 * number, kept beside it (by room access: where people and their rights stand). NULL: nowhere to keep it. */
struct snapshot_note { bool known; int64_t number; };
struct snapshot_note *db_snapshot_note(const struct work *work);

/* ---- Statements ---- */
/* Exactly one row, or the refusal `when_missing`, whose {parameters} are filled by the fields of that name in `given`. */
CHECKED struct fault *db_one(struct work *work, const struct sql *sql, struct given given, struct into into,
                             const struct fault_type *when_missing);
CHECKED struct fault *db_find(struct work *work, const struct sql *sql, struct given given, struct into into, bool *found);
/* Any number of rows changed; _count tells how many. */
CHECKED struct fault *db_run(struct work *work, const struct sql *sql, struct given given);
CHECKED struct fault *db_run_count(struct work *work, const struct sql *sql, struct given given, int64_t *changed);
/* Exactly one row changed, or the refusal: optimistic locking (… where id = :id and version = :version). */
CHECKED struct fault *db_change(struct work *work, const struct sql *sql, struct given given, const struct fault_type *when_none);
/* The statement once for each of `count` structs of one type lying side by side; pipelined on PostgreSQL. */
CHECKED struct fault *db_run_each(struct work *work, const struct sql *sql, struct given first, size_t count);
/* All rows, appended to a LIST_OF(type). */
CHECKED struct fault *db_all(struct work *work, const struct sql *sql, struct given given, struct into_list into);
/* Row by row, memory flat: `row` points at a struct of `record` that the next row overwrites; its texts live for the call
 * only. A refusal of `each` ends the statement and is handed on. */
CHECKED struct fault *db_each(struct work *work, const struct sql *sql, struct given given, const struct record *record,
                              struct fault *(*each)(void *context, const void *row), void *context);

/* ---- Secrets at rest (keys.c) ---- */
/* Sealed with the newest key, bound to what it is of and to its row; binary, about 60 bytes longer. Refuses db_key_lost, db_key_open. */
CHECKED struct fault *db_seal(struct work *work, const char *what, int64_t id, struct str plain, struct str *sealed);
/* What was never sealed (written before there were keys) comes back as it is. */
CHECKED struct fault *db_unseal(struct work *work, const char *what, int64_t id, struct str sealed, struct str *plain);
bool db_is_sealed(struct str value);
/* That the key is there; a writing transaction makes the first one. */
CHECKED struct fault *db_key_check(struct work *work);
/* A new key from now on; what was sealed before stays readable as long as its key stands in the file. */
CHECKED struct fault *db_key_new(struct work *work, struct str *id);
/* Where the file of keys is: beside SQLite's database, or the state folder of the service, or the home of who runs it. */
void books_key_file(struct books *books, struct str path);
struct str books_key_place(const struct books *books);
/* The keys of `from` into the file of `to` as well, for what was copied sealed. */
CHECKED struct fault *books_keys_bring(struct arena *arena, struct books *from, struct books *to);
extern const struct fault_type db_key_lost, db_key_open;

/* ---- Lists: a statement seen through filters, a sort and a keyset page ---- */
enum { LIST_LIMIT_MAX = 500, LIST_LIMIT_DEFAULT = 50, LIST_COUNT_MAX = 100000 };
enum list_compare { LIST_EQ = 1, LIST_NE, LIST_LT, LIST_LE, LIST_GT, LIST_GE, LIST_IN, LIST_HAS, LIST_ABSENT };
struct list_apart;
struct list_filter { struct str field; enum list_compare compare; struct str value; }; /* IN: values between commas; HAS: text contains, caseless */
struct list_query {
    LIST_OF(struct list_filter) filters;
    struct str sort;  /* "due_on" or "-due_on"; ties by id; absent: newest id first */
    struct str after; /* the cursor that the page before gave */
    int64_t limit;    /* 0: the default */
    int64_t *count;   /* given: how many rows there are on all pages, LIST_COUNT_MAX + 1 when there are more than that */
    bool is_among;    /* only rows with these ids, "1,2,3", come into question; never from outside */
    struct str among;
    struct str
        dense; /* ",state,kind,": filters that so many rows meet that an index of them only leads astray; never from outside */
    struct str
        common; /* ",control,": filters on a column of a small table that is joined, of which a server can't know how many rows meet them;
                        * never from outside */
    const struct list_apart *apart;
};
/* A field that is 0 for nearly all rows: sorted by it, those that are not 0 come from a statement of their own that shows only them. */
struct list_apart { const char *field; const struct sql *some; };
/* Only fields marked .filter or .sort of the row's record; a row must hold an `id`. *next is the cursor of the next page,
 * absent at the end. Values are parameters, never part of the statement's text. */
CHECKED struct fault *db_list(struct work *work, const struct sql *sql, struct given given, const struct list_query *query,
                              struct into_list into, struct str *next);
/* The ids of the rows of a page and one more, as "1,2,3", asked of `sql`, which shows whatever the list is filtered and sorted by and looks up
 * nothing else: the rows themselves are then read among these. Added behind what *ids holds. */
CHECKED struct fault *db_list_ids(struct work *work, const struct sql *sql, struct given given, const struct record *record,
                                  const struct list_query *query, struct str *ids);
/* The ids that `sql` shows, as "1,2,3", when there are no more than `most`; *few false when there are. */
CHECKED struct fault *db_few(struct work *work, const struct sql *sql, struct given given, size_t most, struct str *ids,
                             bool *few);
/* That all filters and the order are on these fields (ends with NULL), or on the id. */
bool db_list_is_on(const struct list_query *query, const char *const *fields);
/* The ids of the rows that meet the filters on one field, as "1,2,3", when there are no more than `most`; *few false when there are. `sql` shows
 * the plain columns of the table, so that an index of the field is all that is read. */
CHECKED struct fault *db_list_few(struct work *work, const struct sql *sql, const struct record *record,
                                  const struct list_query *query, struct str field, size_t most, struct str *ids, bool *few);
/* The ids of the rows of a page and one more, where every filter is on a field of `sql`, which shows the plain columns of the table: whatever meets
 * the filter on `field` is read from its index and put in order, up to `most`; *few false when more do. For a list that is filtered by one day and
 * sorted by another, whose order would lead through all that came before. */
CHECKED struct fault *db_list_ordered(struct work *work, const struct sql *sql, const struct record *record,
                                      const struct list_query *query, struct str field, size_t most, struct str *ids, bool *few);
extern const struct fault_type list_unknown_filter, list_unknown_sort, list_bad_cursor, list_bad_limit;
