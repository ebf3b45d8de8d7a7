/* A company's life under a simulated clock: what `florin demo` shows and what the random tests live through.
 *
 * A made-up Dutch wholesaler with customers and suppliers who behave as people do: they pay late, too little, twice, several
 * invoices at once, without a reference or with a wrong one. Everything goes through the operations, by five people with
 * roles of their own, so that permissions, duties, audit and transactions are those of the product. The simulation knows the
 * truth behind every bank line; a person of it decides by that truth, the program has to find out by itself.
 *
 * The same seed and settings give the same books: amounts, days, numbers and ids hang on the seed and on simulated time only,
 * so `ledger verify` gives the same hash, on both databases. Passwords and second factors are chance. */
#pragma once
#include "operation/operation.h"

struct simulation_settings {
    struct date from_on, until_on; /* the first and the last day that is lived */
    int64_t customers, suppliers;  /* 0: 60 and 40; at least 8 each */
    int64_t invoices_a_month;      /* 0: 175 */
    int64_t bills_a_month;         /* 0: 88 */
    int64_t open_days;             /* bank lines of the last so many days wait for a decision; 0: 14 */
    int64_t draw_days;             /* invoices of the last so many days get their PDF at once, older ones when asked; 0: all */
    bool without_passwords;        /* its people are invited only (tests: a password costs a tenth of a second) */
    bool rare;                     /* tests: what seldom happens happens all the time: batches, stornos, refunds that return, dollars, many accepted at once */
    bool trains;                   /* the program learns from its history twice a year (cash train) */
};

struct simulation_person { const char *role; struct str name, email, password, secret, uri; int64_t id; }; /* secret: base32 */
enum { SIMULATION_PEOPLE = 5 };

/* What happened so far. */
struct simulation_counts {
    int64_t days, operations, invoices, credit_notes, bills, duplicates, approved, refused, runs, paid, returned, statements;
    int64_t lines;           /* of the bank */
    int64_t expected, found; /* posted by the program: our own payments that came back, what others paid */
    int64_t wrong;           /* of `found`: not the truth; put right by a person the day after */
    /* When `rare`: many accepted at once and the lines of it, decisions taken back, refunds decided, pay-outs of a provider, collections, stornos of them, lines in dollars. */
    int64_t bulks, bulk_lines, undone, rethought, refunds, refunds_paid, refunds_returned, payouts, chargebacks,
        collections, stornos, dollars;
    int64_t by_hand, waiting; /* decided by a person; nobody decided yet */
};

struct simulation;
/* Makes the company, its people, customers, suppliers and bank accounts on settings->from_on. `arena` must outlive it. */
CHECKED struct fault *simulation_begin(struct arena *arena, struct books *books, const struct operations *operations,
                                       uint64_t seed, const struct simulation_settings *settings,
                                       struct simulation **out);
/* Lives the next day; *more: false when settings->until_on has been lived. */
CHECKED struct fault *simulation_day(struct simulation *sim, bool *more);
void simulation_end(struct simulation *sim); /* NULL is fine; the books stay as they are */

struct date simulation_today(const struct simulation *sim);
int64_t simulation_company(const struct simulation *sim);
const struct simulation_counts *simulation_counts(const struct simulation *sim);
const struct simulation_person *simulation_people(const struct simulation *sim); /* SIMULATION_PEOPLE of them */
/* Everything that must hold after each day: the ledger's proof, suspense account against undecided lines, each bank account
 * against its last statement, the ledger's open items against what the simulation knows. Refuses simulation_wrong. `hash`: the
 * ledger's. The audit chain is checked too when `audit`. */
CHECKED struct fault *simulation_check(struct simulation *sim, bool audit, struct str *hash);
/* The six digits of a secret at an instant (RFC 6238). Refuses simulation_secret when it is no base32. */
CHECKED struct fault *simulation_code(struct arena *arena, struct str secret, struct instant now, struct str *code);

extern const struct fault_type simulation_wrong, simulation_secret;
