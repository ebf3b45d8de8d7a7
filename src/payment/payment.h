/* Payment runs: what to pay when, proposed by one person and released by another, and the file that the bank gets.
 *
 * A run is of one of our bank accounts, one day and one currency. It holds payments: one a payee, or one a bill where the bill
 * asks for a structured reference (RF, betalingskenmerk) and there is no credit note to net. A payment pays parts: open items of
 * the ledger, each for what was open of it. A payee whose credit notes are worth as much as the bills gets no payment: it is
 * carried, shown in the run, and waits for the next one. Refunds to customers are payments too.
 *
 * Amounts are minor units of the run's currency; a part of a bill is positive, of a credit note negative.
 *
 *     proposed ── release ──→ released ── send ──→ sent ──┐
 *        │                      │  │                │     ├─ finish ──→ done
 *        └──── cancel ←─────────┘  └── accept ──→ accepted┘
 *              cancelled                    └──────┴─ reject ──→ rejected
 *
 * Never twice: an item stands in one run that goes on, by a unique index; a released item is settled in the ledger at once. Nobody
 * releases what he proposed, a bill he entered or an account he proposed; nothing is paid to an account that a second person has
 * not verified; what is released is, by its SHA-256, what was proposed. All of that is held by the schema too (0012_payment.sql).
 *
 * A part may be less than the bill, and a discount may be taken beside it: the bill is then settled for both. The discount is booked
 * as income with the VAT that goes with it taken back (Dr payables / Cr discounts taken, Cr deductible VAT), in the same entry.
 *
 * Released: Dr payables (or receivables) / Cr payments in transit, one entry a payment, which settles its items. Cancelled before
 * the bank has it, rejected or returned: that entry is reversed and the items are open again. */
#pragma once
#include "archive/archive.h"
#include "bank/bank.h"
#include "ledger/ledger.h"
#include "party/party.h"
#include "sepa/sepa.h"

typedef struct { int64_t n; } payment_run_id;
typedef struct { int64_t n; } payment_id;

enum run_state { RUN_PROPOSED = 1, RUN_RELEASED, RUN_SENT, RUN_ACCEPTED, RUN_DONE, RUN_CANCELLED, RUN_REJECTED };
enum { RUN_STATE_COUNT = RUN_REJECTED + 1 };
enum run_event { RUN_EDIT = 1, RUN_RELEASE, RUN_SEND, RUN_ACCEPT, RUN_REJECT, RUN_CANCEL, RUN_FINISH };
enum { RUN_EVENT_COUNT = RUN_FINISH + 1 };
enum run_state run_next(enum run_event event, enum run_state from); /* 0: refused */

enum paid_state { PAID_PROPOSED = 1, PAID_CARRIED, PAID_RELEASED, PAID_ACCEPTED, PAID_REJECTED, PAID_RETURNED, PAID_CANCELLED };
enum { PAID_STATE_COUNT = PAID_CANCELLED + 1 };
enum paid_event { PAID_RELEASE = 1, PAID_ACCEPT, PAID_REJECT, PAID_RETURN, PAID_CANCEL };
enum { PAID_EVENT_COUNT = PAID_CANCEL + 1 };
enum paid_state paid_next(enum paid_event event, enum paid_state from); /* 0: refused */

struct payment_run {
    payment_run_id id;
    int64_t number; /* 1, 2, … without gaps */
    bank_account_id bank_account_id;
    struct date execution_on;
    struct str currency;
    enum payment_kind kind;
    bool each_booked; /* the statement shows each payment; else one total */
    enum run_state state;
    struct str message_id;
    int64_t payment_count, carried_count, part_count, total_minor;
    struct str hash; /* SHA-256, hex, over account, day, payees, accounts, amounts and items: what is released */
    int64_t proposed_by;
    struct instant proposed_at;
    int64_t released_by;
    struct instant released_at;
    struct date released_on;
    struct str released_hash;
    document_id document_id; /* the pain.001 */
    struct instant sent_at;
    int64_t sent_by;
    struct instant ended_at;
    int64_t ended_by;
    struct str reason;
    int64_t version;
};
LIST_STRUCT(payment_runs, struct payment_run);
extern const struct record payment_run_record;

enum name_check { NAME_MATCHES = 1, NAME_CLOSE, NAME_DIFFERS, NAME_UNKNOWN }; /* verification of payee */
struct run_payment {
    payment_id id;
    payment_run_id run_id;
    int64_t number; /* within the run */
    party_id party_id;
    account_id account_id; /* the control account that its items stand on */
    enum account_control control;
    party_bank_id party_bank_id; /* absent when it is carried and no account is known */
    struct str iban, bic, holder;
    struct str currency;
    int64_t amount_minor; /* 0 or less: carried */
    struct str end_to_end_id;
    enum reference_kind reference_kind;
    struct str reference;
    enum paid_state state;
    struct str last_iban; /* where this party was paid last; absent: never */
    bool is_changed;      /* another account than last time */
    bool is_first;        /* never paid before */
    entry_id entry_id;
    allocation_id allocation_id;
    enum name_check name_check;
    struct str name_known; /* as the bank knows it */
    struct str reason_code, reason;
    struct date ended_on;
};
LIST_STRUCT(run_payments, struct run_payment);
extern const struct record run_payment_record;

struct run_part {
    payment_id payment_id;
    payment_run_id run_id;
    item_id item_id;
    struct str source_kind; /* "bill", "invoice", … */
    int64_t source_id;
    struct str item_reference;
    int64_t amount_minor;   /* what leaves the bank for it */
    int64_t discount_minor; /* what the supplier lets us keep; both together are settled */
    struct str currency;
    bool is_live;
};
LIST_STRUCT(run_parts, struct run_part);
extern const struct record run_part_record;

/* What could be paid. `blocks`: words between spaces, absent when it can be paid now:
 * party_blocked, no_account, unverified, waiting (the account changed and its waiting period is not over), account_blocked,
 * in_run, on_hold, not_approved, owes_us (a customer who has open invoices, unless it was decided to give this back), duplicate (an undecided one, see the bill). */
struct payment_due {
    struct { int64_t n; } id; /* the open item */
    party_id party_id;
    struct str party_number, party_name;
    account_id account_id;
    enum account_control control;
    struct str item_kind, source_kind;
    int64_t source_id;
    struct str item_reference;
    struct date dated_on, due_on;
    struct str currency;
    int64_t amount_minor; /* positive: to pay */
    int64_t discount_minor;
    struct date discount_on;
    enum reference_kind reference_kind; /* 0: none asked for */
    struct str reference, asked_iban;
    party_bank_id party_bank_id;
    struct str iban, bic, holder, last_iban;
    bool is_changed, is_first;
    bool is_refund; /* somebody decided that it goes back, whatever else the customer owes */
    payment_run_id run_id; /* the run it stands in … */
    int64_t part_minor, taken_minor; /* … what that run pays of it, and the discount it takes. Chosen for a run: what it will pay */
    struct str hold_reason;
    struct date hold_until; /* absent: until somebody ends it */
    struct str blocks;
};
LIST_STRUCT(payment_dues, struct payment_due);
extern const struct record payment_due_record;

struct payment_shown {
    struct payment_run run;
    struct run_payments payments;
    struct run_parts parts;
    struct payment_dues left_out;
};
extern const struct record payment_shown_record;

/* ---- Proposing ---- */
struct payment_item { item_id item_id; int64_t amount_minor; struct str currency; }; /* an open item, or part of it (amount given) … */
struct payment_bill { int64_t bill_id; }; /* … or the bill that made it */
struct payment_proposal {
    bank_account_id bank_account_id;
    struct date execution_on; /* left out: today or the next day that banks settle */
    struct date until;        /* everything due until that day; or the items and bills named */
    LIST_OF(struct payment_item) items;
    LIST_OF(struct payment_bill) bills;
    bool refunds;             /* with `until`: what customers have to their credit too; what was decided to go back comes along anyway */
    bool discounts;           /* takes a supplier's discount on what is paid in time for it … */
    struct decimal discount_percent; /* … where it is worth at least so much a year (left out: any) */
    enum payment_kind kind;   /* left out: sepa for euro, foreign for another currency */
    bool each_booked;
};
extern const struct record payment_proposal_record;
/* Makes a run. Everything due: what is blocked is left out and named in `left_out`; items named: refuses payment_blocked for each
 * that is. Refuses payment_nothing_due, payment_day_past, payment_day_closed, payment_account_closed. */
CHECKED struct fault *payment_propose(struct work *work, const struct payment_proposal *proposal, struct payment_shown *shown);

struct payment_edit {
    payment_run_id id;
    LIST_OF(struct payment_item) items;
    LIST_OF(struct payment_bill) bills;
    bool discounts;
    int64_t version;
};
extern const struct record payment_edit_record;
CHECKED struct fault *payment_add(struct work *work, const struct payment_edit *edit, struct payment_shown *shown);
CHECKED struct fault *payment_drop(struct work *work, const struct payment_edit *edit, struct payment_shown *shown);
/* Another day for a run that waits: its own has passed, or is too early. Absent: the first day that banks settle. Who moves it has
 * proposed it, and can't release it. A discount that would be too late by then is told by the check. */
struct payment_day { payment_run_id id; struct date execution_on; int64_t version; };
extern const struct record payment_day_record;
CHECKED struct fault *payment_move_day(struct work *work, const struct payment_day *takes, struct payment_shown *shown);

CHECKED struct fault *payment_show(struct work *work, payment_run_id id, struct payment_shown *shown);

/* ---- Checking and releasing ---- */
struct payment_problem { bool stops; struct str code, field, text; payment_id payment_id; item_id item_id; };
LIST_STRUCT(payment_problems, struct payment_problem);
extern const struct record payment_problem_record;
struct payment_change { struct str field, before, after; }; /* a text as the bank gets it */
struct payment_checked { bool ready; struct payment_problems problems; LIST_OF(struct payment_change) changes; struct str hash; };
extern const struct record payment_checked_record;
/* Everything wrong with it at once, and what deserves a look though it stops nothing. */
CHECKED struct fault *payment_check(struct work *work, payment_run_id id, struct payment_checked *checked);

struct payment_release { payment_run_id id; struct str hash; int64_t version; };
extern const struct record payment_release_record;
/* Books it, settles the items, makes and keeps the file. Refuses everything payment_check finds, payment_other_hash when `hash` is
 * not of what stands there now, and access_duty_apart. */
CHECKED struct fault *payment_release(struct work *work, const struct payment_release *release, struct payment_run *run);
/* The pain.001 of a released run; from then on the bank may have it. */
CHECKED struct fault *payment_file(struct work *work, payment_run_id id, struct file_answer *file);
CHECKED struct fault *payment_cancel(struct work *work, payment_run_id id, struct str reason, int64_t version,
                                     struct payment_run *run);

/* ---- What the bank says ---- */
struct payment_status_read { payment_run_id run_id; int64_t accepted, rejected, pending, unknown; struct payment_run run; };
extern const struct record payment_status_read_record;
/* A pain.002: accepted or rejected a payment; the same again changes nothing. Refuses payment_not_ours, payment_differs. */
CHECKED struct fault *payment_status(struct work *work, struct str file_name, struct str content,
                                     struct payment_status_read *out);
/* Money that came back, by hand: the items are open again. */
CHECKED struct fault *payment_return(struct work *work, payment_id id, struct str reason, struct run_payment *payment);
/* The bank refused the whole run. */
CHECKED struct fault *payment_refuse(struct work *work, payment_run_id id, struct str reason, int64_t version,
                                     struct payment_run *run);
/* Runs of which the statements have shown everything are done. *count: how many became so. */
CHECKED struct fault *payment_sweep(struct work *work, int64_t *count);
CHECKED struct fault *payment_has_news(struct work *work, bool *news); /* whether payment_sweep would find any; only reads */

/* ---- Days ---- */
/* Whether TARGET is closed: no SEPA credit transfer is executed (data/target_days.txt). */
bool target_is_closed(struct date day);
struct date target_open_from(struct date day); /* that day or the next one it is open */
struct date easter_sunday(int year);           /* Gregorian */

extern const struct fault_type payment_missing, payment_changed, payment_wrong_state, payment_nothing_due,
    payment_blocked, payment_day_past, payment_day_closed, payment_account_closed, payment_other_hash, payment_edited,
    payment_twice, payment_not_ours, payment_differs, payment_bank_unusable, payment_not_open, payment_duplicate,
    payment_on_hold, payment_party_blocked, payment_met, payment_too_much, payment_discount_gone, payment_empty,
    payment_not_there, payment_too_many;
extern const struct operation_table payment_runs_table, payment_bank_table, payment_holds_table;
