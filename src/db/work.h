/* All that one request, command or job may touch. No globals: what is not here is out of reach. */
#pragma once
#include "base/base.h"
#include "base/fault.h"
#include "record/record.h"

struct db;
struct books;
/* Who came in by a link of the portal: bound to one party of the company at hand, and to nothing else. */
struct guest { int64_t access_id, session_id, party_id; };
struct permissions { uint64_t bits[8]; }; /* by the number of the permission, see operation.h */

/* What an operation did to one thing, kept for the audit row that the operation's end writes. */
struct change {
    const char *kind; /* "bill" */
    int64_t id;
    struct str difference; /* JSON, from record_difference */
};

struct work {
    struct arena *arena;   /* freed when the answer has been sent */
    struct db *db;         /* inside the operation's transaction */
    int64_t company_id;    /* 0: none chosen; bound as :company_id, nobody can pass it */
    int64_t user_id;       /* who asks; bound as :user_id; 0: nobody, or the program itself */
    struct date today;     /* read once by the door; a test and a simulation choose it; bound as :today */
    struct instant now;    /* bound as :now */
    enum language language;
    struct permissions permissions; /* of this user in this company */
    bool system;           /* a job or the program itself: holds every permission */
    struct guest guest;    /* session_id 0: none. Never beside a user: what a guest may do is OPERATION_GUEST, and nothing else is */
    bool reading;          /* this operation only reads: the database refuses a write */
    bool sparing;          /* a simulation: what only people look at is made when somebody asks for it */
    struct instant stepped_up_at;   /* when this session last showed a second factor */
    int64_t session_id;
    struct str request_id, source;  /* source: "http", "portal", "cli", "job", "simulation" */
    struct str public_url;          /* where people reach this program, "https://florin.example.nl"; absent: nobody said */
    struct str address;             /* where from; for the audit trail only */
    LIST_OF(struct change) changes;
    /* What an operation leaves for behind its commit, so that nobody waits for it: begins and ends transactions of its own, may fill in
     * what the operation gives. It may never happen (the process dies), so a job must come after it; a refusal is logged. */
    struct fault *(*after)(struct work *work, struct books *books, int64_t id, void *gives);
    int64_t after_id;
    void *prepared;             /* what a job read and worked out before the transaction of this operation, whose own it is; NULL: nothing */
    const _Atomic bool *given_up; /* true once nobody waits for the answer any more: what reads is broken off. NULL: somebody always does */
    /* Who asks may be known from a request before (room access). Nobody has asked the database then, and `confirm` does so inside the
     * operation's transaction, before anything else there. What it refuses is no answer: who this is must be found out anew. */
    struct identities *identities; /* NULL: nobody is remembered */
    struct figures *figures;       /* what was worked out just now (room operation); NULL: nothing is kept */
    bool may_presume, confirmed;   /* the door will have it confirmed; it was */
    struct fault *(*confirm)(struct work *work);
    const void *presumed;
    bool impatient; /* db_begin refuses (db_taken) where a writer would have to wait for others */
};

/* Time-ordered, below 2^53, unique over every server of these books: milliseconds since 2020, a count, a node number
 * leased from the database. */
int64_t id_new(struct work *work);
int64_t id_before(struct instant at); /* no program whose clock is right makes one below it after that instant, but within what it does just then */

/* Remembers what changed for the audit trail; before.at NULL: made; after.at NULL: removed. Both of one record. */
void work_changed(struct work *work, const char *kind, int64_t id, struct given before, struct given after);
