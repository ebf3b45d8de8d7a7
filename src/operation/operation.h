/* One thing the product can do is one row. HTTP, command line, jobs, the permission screen, OpenAPI, TypeScript types and
 * the manual are readers of these tables. There are no handlers: decoding, permission, transaction, idempotency key,
 * retry, audit and answer happen once, in operation_answer; the function gets a checked struct. */
#pragma once
#include "db/db.h"

struct call {
    const struct record *takes, *gives;
    struct fault *(*run)(struct work *work, const void *takes, void *gives);
};
/* A page of a list. */
struct list_call {
    const struct record *takes,
        *row; /* takes: what stands in the path or the query beside the filters, e.g. { as_of } */
    struct fault *(*run)(struct work *work, const void *takes, const struct list_query *query, struct any_list *rows,
                         struct str *next);
};

enum operation_flags {
    OPERATION_READS = 1,      /* changes nothing: a read-only snapshot */
    OPERATION_STEP_UP = 2,    /* needs a second factor shown less than ten minutes ago */
    OPERATION_NO_COMPANY = 4, /* outside any company: sign in, list my companies */
    OPERATION_ANYONE = 8,     /* before sign-in */
    OPERATION_SLOW = 16,      /* more than some milliseconds: never on a thread that serves others */
    OPERATION_FILE = 32,      /* gives a struct file_answer: bytes with a type and a name */
    OPERATION_UPLOAD = 64,    /* takes bytes: the raw body goes into the field `content` */
    OPERATION_PAGE = 128,     /* with FILE: a page of our own making, shown in a frame, where nothing in it runs */
    OPERATION_FIGURES =
        512, /* what it gives hangs on the books of the company, the day and what it takes, on nothing of who asks and not on the
                              * hour: given again for as long as no operation changed anything (figures.c) */
    OPERATION_GUEST = 256,    /* asked by a session of the portal (work->guest) and by nobody else: no person, token or program */
};
struct operation {
    const char *command;       /* "bill approve" */
    const char *method, *path; /* "POST", "/bills/{id}/approve" (below /api/v1) */
    const char *needs;         /* the permission, "bill.approve"; NULL: anyone signed in (or ANYONE) */
    unsigned flags;
    const struct call *call; /* one of the two */
    const struct list_call *list;
    const char *summary; /* one sentence in English, imperative; its Dutch stands in po/nl.po */
};
struct operation_table { const char *room; const struct operation *operations; size_t count; };

/* What a FILE operation gives. */
struct file_answer { struct str name, media_type, content; };
extern const struct record file_answer_record;

/* Ties a function to the records of its two structs; a mismatch does not compile. */
#define CALLABLE(function, Takes, Gives)                                                   \
    static struct fault *function##_run(struct work *work, const void *takes, void *gives) \
    {                                                                                      \
        const struct Takes *in = takes;                                                    \
        struct Gives *out = gives;                                                         \
        return function(work, in, out);                                                    \
    }                                                                                      \
    static const struct call function##_call = { &Takes##_record, &Gives##_record, function##_run }
/* For: struct fault *bill_list(struct work *, const struct bill_list_takes *, const struct list_query *,
 * struct bill_rows *, struct str *next), where struct bill_rows is LIST_OF(struct bill_row) with that tag. */
#define LISTABLE(function, Takes, Row, Rows)                                                                  \
    static struct fault *function##_run(struct work *work, const void *takes, const struct list_query *query, \
                                        struct any_list *rows, struct str *next)                              \
    {                                                                                                         \
        const struct Takes *in = takes;                                                                       \
        struct Rows *out = (struct Rows *)(void *)rows;                                                       \
        static_assert(sizeof(struct Rows) == sizeof(struct any_list), "a list");                              \
        return function(work, in, query, out, next);                                                          \
    }                                                                                                         \
    static const struct list_call function##_list = { &Takes##_record, &Row##_record, function##_run }
/* struct NAME with the members of a LIST_OF(type), for headers. */
#define LIST_STRUCT(name, type) \
    struct name {               \
        type *at;               \
        size_t count, room;     \
    }

/* All tables of the program; made once in app, handed to every door. */
struct operation_index; /* a trie of paths and a hash of commands, private */
struct operations {
    const struct operation_table *tables;
    size_t table_count;
    const char *const *permissions; /* every `needs`, sorted, once each; the index is the permission's number */
    size_t permission_count;
    size_t count; /* of operations, over all tables */
    const struct operation_index *index;
};
/* The tables are a promise of our own: a mistake in them (operations_mistake says which) stops the program at its start. */
void operations_prepare(struct arena *arena, const struct operation_table *tables, size_t count,
                        struct operations *out);
/* What is wrong with the tables, in words for a programmer; absent when nothing is: a command or a path twice, neither or
 * both of call and list, a part of the path that is no field of what it takes, a GET that writes, … */
struct str operations_mistake(struct arena *arena, const struct operation_table *tables, size_t count);
size_t operation_number(const struct operations *operations, const struct operation *operation); /* 0 … count - 1 */
const struct operation *operation_numbered(const struct operations *operations, size_t number);
int permission_number(const struct operations *operations, struct str name); /* -1: none such */
void permissions_allow(struct permissions *permissions, int number);
bool permissions_hold(const struct permissions *permissions, int number);

/* Finds by method and path (below /api/v1); parts of the path are appended to `pairs` (room for PATH_PARTS_MAX more),
 * still as they stand in the path (the door decodes %20). *other_method: the path exists with another method. */
enum { PATH_PARTS_MAX = 8 };
const struct operation *operation_by_path(const struct operations *operations, struct str method, struct str path,
                                          struct pair *pairs, size_t *pair_count, bool *other_method);
const struct operation *operation_by_command(const struct operations *operations, struct str noun, struct str verb);
const struct record *operation_takes(const struct operation *operation);
struct str operation_id(struct arena *arena, const struct operation *operation); /* "bill_approve" for OpenAPI */

/* What a door hands in. For a list the query's `field`, `field.lt`, `sort`, `after`, `limit` stand in the pairs. */
struct request {
    const struct operation *operation;
    const struct pair *pairs; /* flags; path parts and query */
    size_t pair_count;
    struct str body; /* JSON, or the raw bytes of an UPLOAD */
    /* Absent: none; else 1 … 255 visible ASCII characters. Within a day the same company, user, operation, key and
     * content get the same answer, done once; other content is refused (operation_key_reused). Only for who is known:
     * before sign-in a key means nothing. */
    struct str idempotency_key;
    bool as_rows; /* of a list: fill `rows` and `next`, write no JSON */
    bool as_struct; /* of a call: `gives` is wanted too, so that no answer from memory will do */
};
struct answer {
    struct str json;         /* of a call; of a list: {"items":[…],"next":"…"} */
    struct file_answer file; /* of a FILE */
    bool repeated;           /* answered from an idempotency key */
    struct given gives;      /* of a call that ran now: what it gave, secret fields too */
    struct any_list rows;    /* of a list */
    struct str next;         /* of a list: the cursor of the page behind this one */
};
/* The only place where a transaction of an operation begins and ends. In this order: signed in, company chosen,
 * permission, step-up, input, then in one transaction (run again up to five times on db_retry): idempotency key, the
 * operation, its audit row. Safe to run again: an operation touches nothing outside the database; mail and bank files
 * leave later, from the outbox. What an attempt took from the arena goes back before the next one. */
CHECKED struct fault *operation_answer(struct work *work, struct books *books, const struct operations *operations,
                                       const struct request *request, struct answer *answer);
/* Kept answers of before they were sealed are sealed, in all companies. */
CHECKED struct fault *operation_seal_answers(struct work *work);
/* What was worked out just now, for doors whose process lives on: one for a process, in work->figures. */
struct figures *figures_new(void);
void figures_free(struct figures *figures);
/* The same path with structs, as jobs, simulation and demo use it. `gives` may be NULL. */
CHECKED struct fault *operation_call(struct work *work, struct books *books, const struct operations *operations,
                                     const char *command, const void *takes, void *gives);

/* The audit chain of the company at hand (company 0: the installation's own), first row to last: each row's hash over its
 * content and the hash before. *count: rows checked; refuses audit_broken naming the first row that doesn't fit. */
CHECKED struct fault *audit_verify(struct work *work, int64_t *count);

/* Rows of the audit trail of the company at hand behind `after`, oldest first, 200 at most; and how many there are. */
struct audit_rows;
CHECKED struct fault *audit_since(struct work *work, int64_t after, struct audit_rows *rows);
CHECKED struct fault *audit_count(struct work *work, int64_t *count);

/* Whether the second factor was shown lately: what OPERATION_STEP_UP asks. */
bool operation_stepped_up(const struct work *work);

/* Tests may define it: told of every operation that is answered, refused ones too. */
__attribute__((weak)) void operation_was_called(const struct operation *operation);

extern const struct fault_type operation_unknown, operation_guests_only, operation_denied, operation_sign_in, operation_step_up,
    operation_company, operation_key_reused, operation_key_invalid, audit_broken;

/* ---- The audit trail ---- */

/* One writing operation that succeeded. Numbers are gapless within a company; `hash` is SHA-256 over the row's content
 * and `previous_hash` (see audit.c for the exact text). Rows are never changed or removed: the schema refuses it. */
struct audit_row {
    struct {
        int64_t n;
    } id; /* the number again: what a list sorts by */
    int64_t number;
    struct instant at;
    struct {
        int64_t n;
    } user_id;            /* absent: the program itself, or somebody before sign-in */
    struct str operation; /* "bill approve" */
    struct str request_id, source, address;
    struct str changes; /* [{"kind":"bill","id":7,"difference":{"state":["draft","approved"]}}] */
    struct str previous_hash, hash;
};
LIST_STRUCT(audit_rows, struct audit_row);
extern const struct record audit_row_record;
/* `audit list` (permission audit.read) and `audit verify`. */
extern const struct operation_table operation_operations_table;
