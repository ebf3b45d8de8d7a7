#include "cash/cash_private.h"
#include "cash.sql.h"

const struct fault_type cash_decided_already = { FAULT_CONFLICT, "cash.decided_already",
                                                 "This bank line has been decided already; take that back first." };
const struct fault_type cash_does_not_add_up = {
    FAULT_INVALID, "cash.does_not_add_up",
    "The parts make {parts}; the line is {line}. Say who holds the remaining {rest} on account, or change a part."
};
const struct fault_type cash_party_needed = { FAULT_INVALID, "cash.party_needed",
                                              "Say of which customer or supplier this is." };
const struct fault_type cash_missing = { FAULT_MISSING, "cash.missing",
                                         "There is no such decision, or it has been taken back." };
static const struct fault_type cash_paid_back = {
    FAULT_CONFLICT, "cash.paid_back",
    "What this decision held for the customer has been paid back in a payment run; take that back first."
};

RECORD(
    cash_share,
    { ID(struct cash_share, item_id),
      FIELD(struct cash_share, amount_minor, .about = "minor units of the item's currency, with its own sign"),
      FIELD(struct cash_share, line_minor, OPTIONAL,
            .about =
                "when the item is in another currency: how much of the line pays it; left out: by the day's rate") });
RECORD(cash_given_up,
       { FIELD(struct cash_given_up, kind, .min = 1, .max = 30), FIELD(struct cash_given_up, amount_minor),
         ID(struct cash_given_up, item_id, OPTIONAL, .about = "left out: of all items in proportion") });
RECORD(cash_booking, {
    FIELD(struct cash_booking, account, .min = 1, .max = 20, .about = "number of a ledger account"),
    FIELD(struct cash_booking, amount_minor, .about = "minor units; what came in is positive"),
    FIELD(struct cash_booking, description, .max = 500, OPTIONAL),
});
RECORD(cash_decide, {
    ID(struct cash_decide, line_id),
    LIST(struct cash_decide, shares, cash_share, .max = 5000),
    LIST(struct cash_decide, differences, cash_given_up, .max = 100),
    LIST(struct cash_decide, bookings, cash_booking, .max = 100),
    ID(struct cash_decide, party_id, OPTIONAL, .about = "who holds what is left on account"),
    FIELD(struct cash_decide, note, .max = 1000, OPTIONAL),
});
RECORD(cash_decided, {
    ID(struct cash_decided, id, .sort = true),
    ID(struct cash_decided, bank_line_id, .filter = true),
    FIELD(struct cash_decided, category, .filter = true),
    ID(struct cash_decided, party_id, OPTIONAL, .filter = true),
    ID(struct cash_decided, entry_id),
    AMOUNT(struct cash_decided, amount_minor, .currency = "currency", .filter = true, .sort = true),
    FIELD(struct cash_decided, currency),
    FIELD(struct cash_decided, decided_at, .sort = true),
    FIELD(struct cash_decided, decided_by),
    FIELD(struct cash_decided, is_automatic, .filter = true),
    FIELD(struct cash_decided, probability_ppm),
    FIELD(struct cash_decided, model, OPTIONAL),
    JSON(struct cash_decided, parts),
    JSON(struct cash_decided, evidence, OPTIONAL),
    FIELD(struct cash_decided, note, OPTIONAL),
    ID(struct cash_decided, rest_item_id, OPTIONAL,
       .about = "what is held on account, where it was just decided"),
    FIELD(struct cash_decided, party_name, OPTIONAL),
    FIELD(struct cash_decided, taken_back_at, OPTIONAL, .about = "in a list: absent while the decision stands"),
    FIELD(struct cash_decided, taken_back, OPTIONAL, .about = "why"),
});
RECORD(cash_key, { FIELD(struct cash_key, id, .min = 1, .max = EXACT_MAX) });
struct undo { int64_t id, by; struct str reason; entry_id entry_id; };
RECORD(undo, { FIELD(struct undo, id), FIELD(struct undo, by), FIELD(struct undo, reason), ID(struct undo, entry_id) });

struct fault *cash_decision_of_line(struct work *work, bank_line_id line, struct cash_decided *decided, bool *found)
{
    return db_find(work, &sql_decision_of_line, CASH_KEY(line.n), INTO(cash_decided, decided), found);
}

/* ---- Taking back ---- */

static struct fault *check_not_paid_back(struct work *work, allocation_id id)
{
    struct settle_parts parts = { 0 };
    TRY(ledger_settlement_parts(work, id, &parts));
    for (size_t i = 0; i < parts.count; i++) {
        struct open_item other = { 0 };
        TRY(ledger_item_load(work, parts.at[i].item_id, &other));
        if (str_is(other.source_kind, "payment_run")) return FAULT(work->arena, &cash_paid_back, "id");
    }
    return NULL;
}

/* What the entry's items settled comes apart, newest first, until the entry can be reversed. */
static struct fault *release_items(struct work *work, entry_id entry, struct date on, struct str reason)
{
    struct open_items items = { 0 };
    TRY(ledger_items_of_entry(work, entry, &items));
    for (size_t i = 0; i < items.count; i++) {
        struct item_settlements settlements = { 0 };
        TRY(ledger_item_settlements(work, items.at[i].id, &settlements));
        for (size_t k = 0; k < settlements.count; k++) {
            TRY(check_not_paid_back(work, settlements.at[k].id));
            TRY(ledger_unsettle(work, settlements.at[k].id, on, reason));
        }
    }
    return NULL;
}

/* What a storno took apart is settled again as it was. */
static struct fault *settle_as_before(struct work *work, const struct reopened_row *row, struct date on, struct str reason)
{
    struct settle_parts parts = { 0 }, whole = { 0 };
    if (row->settled_again.n) TRY(ledger_unsettle(work, row->settled_again, on, reason));
    TRY(ledger_settlement_parts(work, row->allocation_id, &parts));
    for (size_t i = 0; i < parts.count; i++) /* what had no amount was its exchange difference: it is made anew */
        if (parts.at[i].amount_minor) *LIST_ADD(work->arena, &whole) = parts.at[i];
    struct settlement settlement = { .effective_on = on, .reason = reason };
    return ledger_settle(work, &settlement, whole.at, whole.count);
}

struct fault *cash_take_back(struct work *work, cash_decision_id id, struct str reason)
{
    struct cash_decided decided = { 0 };
    struct undo undo = { .id = id.n, .by = work->user_id, .reason = reason }, before = { 0 };
    struct entry reversal = { 0 };
    struct reopened_rows reopened = { 0 };
    bool found, undone;
    TRY(db_find(work, &sql_decision_by_id, CASH_KEY(id.n), INTO(cash_decided, &decided), &found));
    TRY(db_find(work, &sql_undo_find, CASH_KEY(id.n), INTO(undo, &before), &undone));
    if (!found || undone) return FAULT(work->arena, &cash_missing, "id");
    struct bank_line line = { 0 };
    TRY(bank_line_load(work, decided.bank_line_id, &line));
    struct fault *closed = ledger_check_day(work, line.booked_on);
    struct date on = closed ? work->today : line.booked_on;
    if (closed && closed->type != &ledger_period_closed) return closed;
    TRY(release_items(work, decided.entry_id, on, reason));
    TRY(ledger_reverse(work, decided.entry_id, on, reason, &reversal));
    TRY(db_all(work, &sql_reopened_of, CASH_KEY(id.n), INTO_LIST(reopened_row, &reopened)));
    for (size_t i = 0; i < reopened.count; i++) TRY(settle_as_before(work, &reopened.at[i], on, reason));
    undo.entry_id = reversal.id;
    TRY(db_run(work, &sql_undo_add, GIVEN(undo, &undo)));
    TRY(db_run(work, &sql_expected_unmeet, CASH_KEY(id.n)));
    TRY(cash_make_stale(
        work, &(struct settling){ .line = line, .decide = &(struct cash_decide){ .party_id = decided.party_id } }));
    work_changed(work, "cash_decision", id.n, GIVEN(undo, &undo), (struct given){ &undo_record, NULL });
    return NULL;
}

struct stale { bank_line_id bank_line_id; party_id party_id; };
RECORD(stale, { ID(struct stale, bank_line_id), ID(struct stale, party_id, OPTIONAL) });

struct fault *cash_make_stale(struct work *work, const struct settling *s)
{
    struct stale stale = { s->line.id, s->decide->party_id };
    TRY(db_run(work, &sql_proposal_stale, GIVEN(stale, &stale)));
    for (size_t i = 0; i < s->groups.count; i++) {
        if (s->groups.at[i].party_id.n == s->decide->party_id.n) continue;
        stale.party_id = s->groups.at[i].party_id;
        TRY(db_run(work, &sql_proposal_stale, GIVEN(stale, &stale)));
    }
    return NULL;
}

/* ---- What is expected ---- */

RECORD(cash_expectation, {
    FIELD(struct cash_expectation, id),
    FIELD(struct cash_expectation, source_kind),
    FIELD(struct cash_expectation, source_id),
    FIELD(struct cash_expectation, whole_id, OPTIONAL),
    FIELD(struct cash_expectation, reference),
    AMOUNT(struct cash_expectation, amount_minor, .currency = "currency"),
    FIELD(struct cash_expectation, currency),
    FIELD(struct cash_expectation, iban, OPTIONAL),
    ID(struct cash_expectation, account_id),
    FIELD(struct cash_expectation, expected_on),
});
LIST_STRUCT(cash_expectations, struct cash_expectation);
struct meeting { int64_t id, decision; };
RECORD(meeting, { FIELD(struct meeting, id), FIELD(struct meeting, decision) });

struct fault *cash_expect(struct work *work, struct cash_expectation *expectation)
{
    expectation->id = id_new(work);
    return db_run(work, &sql_expected_add, GIVEN(cash_expectation, expectation));
}

struct fault *cash_unexpect(struct work *work, const char *source_kind, int64_t source_id)
{
    const struct cash_expectation of = { .source_kind = str_of(source_kind), .source_id = source_id };
    return db_run(work, &sql_expected_withdraw, GIVEN(cash_expectation, &of));
}

static bool names(struct str text, struct str reference)
{
    return reference.length > 3 && str_find(text, reference.at) >= 0;
}

struct fault *cash_find_expected(struct work *work, const struct bank_line *line, struct cash_expectation *expected)
{
    struct cash_expectations all = { 0 };
    const struct cash_expectation like = { .amount_minor = line->amount_minor, .currency = line->currency };
    size_t by_account = 0;
    *expected = (struct cash_expectation){ 0 };
    TRY(db_all(work, &sql_expected_like, GIVEN(cash_expectation, &like), INTO_LIST(cash_expectation, &all)));
    for (size_t i = 0; i < all.count; i++) {
        const struct cash_expectation *e = &all.at[i];
        if (str_equal(e->reference, line->batch_id) || str_equal(e->reference, line->end_to_end_id) ||
            str_equal(e->reference, line->reference) || names(line->remittance, e->reference))
            return *expected = *e, NULL;
        bool near = date_between(e->expected_on, line->booked_on) >= 0 && date_between(e->expected_on, line->booked_on) <= 7;
        bool same_account = !e->iban.length || !line->iban.length || str_equal(e->iban, line->iban);
        if (near && same_account) by_account++, *expected = *e;
    }
    if (by_account != 1) *expected = (struct cash_expectation){ 0 }; /* two that fit are a question */
    return NULL;
}

struct fault *cash_meet(struct work *work, int64_t expected_id, cash_decision_id decision)
{
    const struct meeting meeting = { expected_id, decision.n };
    return db_change(work, &sql_expected_meet, GIVEN(meeting, &meeting), &cash_decided_already);
}

struct waiting_wrong { int64_t count; };
RECORD(waiting_wrong, { FIELD(struct waiting_wrong, count) });

struct fault *cash_verify(struct work *work, struct cash_proof *proof)
{
    struct account_amounts booked = { 0 }, undecided = { 0 };
    account_id suspense;
    *proof = (struct cash_proof){ .is_balanced = true };
    TRY(ledger_account_for(work, FOR_SUSPENSE, &suspense));
    TRY(ledger_account_amounts(work, suspense, &booked));
    TRY(db_all(work, &sql_undecided_sums, NONE, INTO_LIST(account_amount, &undecided)));
    for (size_t i = 0; i < booked.count; i++)
        *LIST_ADD(work->arena, &proof->balances) =
            (struct cash_balance){ .currency = booked.at[i].currency,
                                   .suspense_minor = booked.at[i].amount_minor,
                                   .suspense_base_minor = booked.at[i].base_minor };
    for (size_t i = 0; i < undecided.count; i++) {
        const struct account_amount *u = &undecided.at[i];
        size_t k = 0;
        while (k < proof->balances.count && !str_equal(proof->balances.at[k].currency, u->currency)) k++;
        if (k == proof->balances.count)
            *LIST_ADD(work->arena, &proof->balances) = (struct cash_balance){ .currency = u->currency };
        proof->balances.at[k].undecided_minor = u->amount_minor;
        proof->balances.at[k].undecided_base_minor = u->base_minor;
    }
    for (size_t i = 0; i < proof->balances.count; i++) {
        const struct cash_balance *b = &proof->balances.at[i];
        if (b->suspense_minor != -b->undecided_minor || b->suspense_base_minor != -b->undecided_base_minor)
            proof->is_balanced = false;
    }
    struct waiting_wrong wrong = { 0 };
    TRY(db_one(work, &sql_verify_waiting, NONE, INTO(waiting_wrong, &wrong), &db_broken));
    proof->waiting_wrong = wrong.count;
    proof->holds = proof->is_balanced && !wrong.count;
    return NULL;
}
