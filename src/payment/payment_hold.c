/* What somebody keeps from being paid, and where a bill stands on its way to being paid. */
#include "bill/bill.h"
#include "payment/payment_private.h"
#include "payment.sql.h"

static const struct fault_type hold_taken = { FAULT_CONFLICT, "payment.held_already", "This item is on hold already." };
static const struct fault_type hold_missing = { FAULT_MISSING, "payment.not_held", "This item is not on hold." };
static const struct fault_type hold_past = { FAULT_INVALID, "payment.hold_past",
                                             "A hold until {day} would be over already; choose today or later." };

struct payment_hold {
    item_id item_id;
    struct str reason;
    struct date until;
};
RECORD(payment_hold, {
    ID(struct payment_hold, item_id),
    FIELD(struct payment_hold, reason, .min = 3, .max = 500),
    FIELD(struct payment_hold, until, OPTIONAL, .about = "the last day of it; left out: until somebody ends it"),
});
struct payment_unhold {
    item_id item_id;
};
RECORD(payment_unhold, { ID(struct payment_unhold, item_id) });

static struct fault *item_hold(struct work *work, const struct payment_hold *takes, struct payment_hold *out)
{
    struct open_item item = { 0 };
    int64_t added;
    if (takes->until.ymd && takes->until.ymd < work->today.ymd)
        return FAULT(work->arena, &hold_past, "until", PARAM("day", date_text(work->arena, takes->until)));
    TRY(ledger_item_load(work, takes->item_id, &item));
    TRY(db_run_count(work, &sql_hold_add, GIVEN(payment_hold, takes), &added));
    if (!added) return FAULT(work->arena, &hold_taken, "item_id");
    *out = *takes;
    work_changed(work, "open_item", takes->item_id.n, (struct given){ &payment_hold_record, NULL }, GIVEN(payment_hold, takes));
    return NULL;
}
CALLABLE(item_hold, payment_hold, payment_hold);

static struct fault *item_unhold(struct work *work, const struct payment_unhold *takes, struct payment_unhold *out)
{
    TRY(db_change(work, &sql_hold_remove, GIVEN(payment_unhold, takes), &hold_missing));
    *out = *takes;
    work_changed(work, "open_item", takes->item_id.n, GIVEN(payment_unhold, takes),
                 (struct given){ &payment_unhold_record, NULL });
    return NULL;
}
CALLABLE(item_unhold, payment_unhold, payment_unhold);

/* ---- Where a bill stands ---- */

static const char *const run_states[] = { NULL,       "proposed", "released",  "sent",
                                          "accepted", "done",     "cancelled", "rejected" };
static const char *const paid_states[] = { NULL,       "proposed", "carried",  "released",
                                           "accepted", "rejected", "returned", "cancelled" };
struct payment_turn {
    struct { int64_t n; } id; /* the payment */
    payment_run_id run_id;
    int64_t run_number;
    enum run_state run_state;
    enum paid_state state;
    struct date execution_on;
    int64_t amount_minor, discount_minor;
    struct str currency, iban, reason;
};
LIST_STRUCT(payment_turns, struct payment_turn);
RECORD(payment_turn, {
    ID(struct payment_turn, id),
    ID(struct payment_turn, run_id),
    FIELD(struct payment_turn, run_number),
    FIELD(struct payment_turn, run_state, CHOICES(run_states)),
    FIELD(struct payment_turn, state, CHOICES(paid_states)),
    FIELD(struct payment_turn, execution_on),
    AMOUNT(struct payment_turn, amount_minor, .currency = "currency"),
    AMOUNT(struct payment_turn, discount_minor, .currency = "currency"),
    FIELD(struct payment_turn, currency),
    FIELD(struct payment_turn, iban, OPTIONAL),
    FIELD(struct payment_turn, reason, .max = 2000, OPTIONAL),
});
struct payment_standing { struct payment_dues due; struct payment_turns runs; };
RECORD(payment_standing, {
    LIST(struct payment_standing, due, payment_due, .about = "what is open of it, and what blocks it; none: nothing is open"),
    LIST(struct payment_standing, runs, payment_turn, .about = "newest first"),
});

static struct fault *standing(struct work *work, const struct payment_key *takes, struct payment_standing *out)
{
    struct bill bill = { 0 };
    TRY(bill_load(work, (bill_id){ takes->id }, &bill)); /* nobody else's, and there */
    TRY(db_all(work, &sql_due_bill, PAYMENT_KEY(takes->id), INTO_LIST(payment_due, &out->due)));
    return db_all(work, &sql_payment_of_bill, PAYMENT_KEY(takes->id), INTO_LIST(payment_turn, &out->runs));
}
CALLABLE(standing, payment_key, payment_standing);

static const struct operation operations[] = {
    { "payment hold", "POST", "/payments/hold", "payment.propose", 0, &item_hold_call, NULL,
      "Keep an open item from being paid, for a while or until somebody ends it" },
    { "payment unhold", "POST", "/payments/unhold", "payment.propose", 0, &item_unhold_call, NULL,
      "Let an open item be paid again" },
    { "payment of-bill", "GET", "/bills/{id}/payments", "payment.read", OPERATION_READS, &standing_call, NULL,
      "Show what is open of a bill, what blocks its payment and the runs it stands in" },
};
const struct operation_table payment_holds_table = { "payment", operations, ARRAY_LENGTH(operations) };
