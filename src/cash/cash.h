/* Cash application: what each bank line turned out to be. The engine (cash_engine.h) proposes with evidence; what it is certain
 * of is posted by itself, the rest waits as a queue of questions. Every decision can be explained and undone; its history stays.
 *
 * A decision splits the line's amount L (came in positive, went out negative) into parts, all with the ledger's signs:
 *     L = sum(allocations to open items) − sum(differences given up) + sum(ledger accounts) + on account of the party
 * and books it from the suspense account in one entry, settling the items with the evidence. */
#pragma once
#include "bank/bank.h"
#include "cash/cash_engine.h"
#include "party/party.h"

typedef struct { int64_t n; } cash_decision_id;

/* An item and how much of it is settled, in minor units of its own currency and with its own sign. For a line that comes
 * back (storno) an amount of the other sign reopens what was settled before. */
struct cash_share {
    item_id item_id;
    int64_t amount_minor; /* in the item's currency */
    int64_t line_minor;   /* when that is another one than the line's: how much of the line pays it; 0: by the day's rate */
};
/* kind: cash_difference_name, write_off or surcharge; positive: we receive less than the items. Of one item, or (absent) of all shares in
 * proportion. Kinds that leave the rest open (short, instalment, net_of_vat, typo, over, contra) are kept and book nothing. */
struct cash_given_up { struct str kind; int64_t amount_minor; item_id item_id; };
struct cash_booking { struct str account; int64_t amount_minor; struct str description; }; /* a ledger account's number */
struct cash_decide {
    bank_line_id line_id;
    LIST_OF(struct cash_share) shares;
    LIST_OF(struct cash_given_up) differences;
    LIST_OF(struct cash_booking) bookings;
    party_id party_id; /* who gets what is left on account; may be absent when nothing is */
    struct str note;
};
/* The same as a client says it (cash decide, cash request): amounts as text, a share's in the currency of its item. */
struct share_ask { item_id item_id; struct decimal amount, line_amount; };
struct given_up_ask { struct str kind; struct decimal amount; item_id item_id; };
struct booking_ask { struct str account; struct decimal amount; struct str description; };
struct decide_ask {
    bank_line_id line_id;
    LIST_OF(struct share_ask) shares;
    LIST_OF(struct given_up_ask) differences;
    LIST_OF(struct booking_ask) bookings;
    party_id party_id;
    struct str note;
};
extern const struct record share_ask_record, decide_ask_record;
CHECKED struct fault *cash_decide_said(struct work *work, const struct cash_decide *decide, struct decide_ask *ask);
extern const struct record cash_share_record, cash_given_up_record, cash_booking_record, cash_decide_record;

struct cash_decided {
    cash_decision_id id;
    bank_line_id bank_line_id;
    struct str category;
    party_id party_id;
    entry_id entry_id;
    int64_t amount_minor;
    struct str currency;
    struct instant decided_at;
    int64_t decided_by;
    bool is_automatic;
    int64_t probability_ppm;
    struct str model;
    struct str parts;    /* JSON of struct cash_decide */
    struct str evidence; /* JSON: what spoke for it, with the place in the text */
    struct str note;
    item_id rest_item_id; /* what is held on account; only where the decision was just made */
    struct str party_name, taken_back; /* in a list: whose; why it was taken back, when it was */
    struct instant taken_back_at;
};
LIST_STRUCT(cash_decideds, struct cash_decided);
extern const struct record cash_decided_record;

/* How it was found: by a person, or by the engine. */
struct cash_origin {
    bool automatic;
    const char *category;
    int64_t probability_ppm;
    struct str model, evidence;
    bool approved; /* by another person: no limit */
};
/* Books the decision. Refuses cash_decided_already, cash_does_not_add_up, cash_over_limit, and what ledger_post and
 * ledger_settle refuse, before it writes anything. When the line's period is closed it is booked today. */
CHECKED struct fault *cash_settle(struct work *work, const struct cash_decide *decide, const struct cash_origin *origin,
                                  struct cash_decided *decided);
/* Takes a decision back: settlements are taken back and the entry is reversed. */
CHECKED struct fault *cash_take_back(struct work *work, cash_decision_id id, struct str reason);

/* Something of ours that must show up on a statement (a payment run's batch, a refund): the line that brings it goes against
 * `account_id`. Matched by reference and amount, or by amount and account of the other side when only one fits. */
struct cash_expectation {
    int64_t id; /* out */
    struct str source_kind;
    int64_t source_id;
    int64_t whole_id;     /* the payment run that it is, or is a part of: once its whole is met, nothing else of it is expected; 0: none */
    struct str reference; /* message id, payment information id or end-to-end id */
    int64_t amount_minor; /* signed as on the statement */
    struct str currency, iban;
    account_id account_id;
    struct date expected_on;
};
CHECKED struct fault *cash_expect(struct work *work, struct cash_expectation *expectation);
CHECKED struct fault *cash_unexpect(struct work *work, const char *source_kind, int64_t source_id);

struct cash_run_result { int64_t lines, posted, proposed, unknown; };
extern const struct record cash_run_result_record;
/* Looks at every undecided line (at most `limit`, oldest first), posts what is certain, keeps proposals for the rest. */
CHECKED struct fault *cash_run(struct work *work, int64_t limit, struct cash_run_result *result);

/* The same for a job, on books of any size: in a transaction that reads, what is known is read and the engine built (minutes, of a million
 * invoices, in which others write); then `cash run` with work->prepared decides some of the lines, no longer than a moment. What was said
 * meanwhile is met when it is posted: a line that is decided is left, an item that is settled is refused. */
struct cash_running;
CHECKED struct fault *cash_run_read(struct work *work, int64_t limit, struct cash_running **out); /* NULL: no line to look at */
bool cash_run_more(struct cash_running *running); /* asked behind the commit */
void cash_run_end(struct cash_running *running);  /* NULL is fine */

/* Whether there are undecided lines that the engine has not looked at yet. */
CHECKED struct fault *cash_has_news(struct work *work, bool *news);

/* The same for `cash train`: what takes long is read and worked out in a transaction that reads; the operation keeps what came of it. */
struct cash_training;
CHECKED struct fault *cash_train_read(struct work *work, struct cash_training **out);

/* Whether so much was decided since it last learned that learning again is worth it. */
CHECKED struct fault *cash_has_lessons(struct work *work, bool *lessons);

/* Part of `florin verify`: the suspense account holds exactly the lines nobody has decided, in each currency and in base. */
struct cash_balance { struct str currency; int64_t suspense_minor, undecided_minor, suspense_base_minor, undecided_base_minor; };
LIST_STRUCT(cash_balances, struct cash_balance);
/* waiting_wrong: bank lines that wait and should not, or the other way round. */
struct cash_proof { bool holds, is_balanced; int64_t waiting_wrong; struct cash_balances balances; };
CHECKED struct fault *cash_verify(struct work *work, struct cash_proof *proof);

extern const struct fault_type cash_decided_already, cash_does_not_add_up, cash_party_needed, cash_missing,
    cash_over_limit;
extern const struct operation_table cash_runs, cash_learnings, cash_desk, cash_bulk, cash_questions, cash_limits, cash_batches,
    cash_settings_table;
