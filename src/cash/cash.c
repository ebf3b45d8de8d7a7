#include "cash/cash_private.h"
#include "cash.sql.h"

const struct fault_type cash_decided_already = { FAULT_CONFLICT, "cash.decided_already",
                                                 "This bank line has been decided already; take that back first." };
const struct fault_type cash_does_not_add_up = {
    FAULT_INVALID, "cash.does_not_add_up",
    "The parts make {parts}; the line is {line}. Say who holds the remaining {rest} on account, or change a part."
};
const struct fault_type cash_other_currency = { FAULT_INVALID, "cash.other_currency",
                                                "Item {reference} is in {currency}, the bank line in {line}." };
const struct fault_type cash_party_needed = { FAULT_INVALID, "cash.party_needed",
                                              "Say of which customer or supplier this is." };
const struct fault_type cash_missing = { FAULT_MISSING, "cash.missing",
                                         "There is no such decision, or it has been taken back." };
static const struct fault_type cash_unknown_difference = { FAULT_INVALID, "cash.unknown_difference",
                                                           "{kind} is no difference that can be booked." };
static const struct fault_type cash_not_settled = {
    FAULT_CONFLICT, "cash.not_settled", "Item {reference} has no settlement of {amount} that this could bring back."
};

RECORD(cash_share, { ID(struct cash_share, item_id),
                     FIELD(struct cash_share, amount_minor, .about = "minor units, with the item's own sign") });
RECORD(cash_given_up,
       { FIELD(struct cash_given_up, kind, .min = 1, .max = 30), FIELD(struct cash_given_up, amount_minor) });
RECORD(cash_booking,
       {
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
RECORD(cash_decided,
       {
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
       });
RECORD(cash_key, { FIELD(struct cash_key, id, .min = 1, .max = EXACT_MAX) });
struct undo { int64_t id, by; struct str reason; entry_id entry_id; };
RECORD(undo, { FIELD(struct undo, id), FIELD(struct undo, by), FIELD(struct undo, reason), ID(struct undo, entry_id) });

struct fault *cash_decision_of_line(struct work *work, bank_line_id line, struct cash_decided *decided, bool *found)
{
    return db_find(work, &sql_decision_of_line, CASH_KEY(line.n), INTO(cash_decided, decided), found);
}

/* ---- Settling ---- */

/* The items of one party on one control account: one payment item against them. */
struct group { account_id account_id; party_id party_id; int64_t amount_minor; size_t line; bool reopens; };
struct settling {
    struct work *work;
    struct bank_line line;
    const struct cash_decide *decide;
    struct open_item *items; /* of the shares, side by side */
    LIST_OF(struct group) groups;
    LIST_OF(struct entry_line) lines;
    int64_t left_minor; /* of the line, after all parts */
    struct date on;
};

static struct group *group_for(struct settling *s, const struct open_item *item, bool reopens)
{
    for (size_t i = 0; i < s->groups.count; i++) {
        struct group *g = &s->groups.at[i];
        if (g->account_id.n == item->account_id.n && g->party_id.n == item->party_id.n && g->reopens == reopens) return g;
    }
    struct group *g = LIST_ADD(s->work->arena, &s->groups);
    *g = (struct group){ .account_id = item->account_id, .party_id = item->party_id, .reopens = reopens };
    return g;
}

static struct fault *load_shares(struct settling *s)
{
    const struct cash_decide *d = s->decide;
    s->items = ARENA_ARRAY(s->work->arena, struct open_item, d->shares.count + 1);
    for (size_t i = 0; i < d->shares.count; i++) {
        struct open_item *item = &s->items[i];
        int64_t amount = d->shares.at[i].amount_minor;
        TRY(ledger_item_load(s->work, d->shares.at[i].item_id, item));
        if (!str_equal(item->currency, s->line.currency))
            return FAULT(s->work->arena, &cash_other_currency, "shares", PARAM("reference", item->reference),
                         PARAM("currency", item->currency), PARAM("line", s->line.currency));
        bool reopens = (amount > 0) != (item->amount_minor > 0);
        struct group *g = group_for(s, item, reopens);
        if (!int_add(g->amount_minor, amount, &g->amount_minor) || !int_sub(s->left_minor, amount, &s->left_minor))
            return FAULT(s->work->arena, &ledger_too_large, "shares");
    }
    return NULL;
}

/* A settled item comes back: its settlement is taken back, and what had paid it is what this line takes away. */
static struct fault *reopen(struct settling *s, const struct open_item *item, int64_t amount_minor, struct settle_parts *freed)
{
    struct item_settlements settlements = { 0 };
    struct settle_parts parts = { 0 };
    size_t i = 0;
    TRY(ledger_item_settlements(s->work, item->id, &settlements));
    while (i < settlements.count && settlements.at[i].amount_minor != -amount_minor) i++;
    if (i == settlements.count)
        return FAULT(s->work->arena, &cash_not_settled, "shares", PARAM("reference", item->reference),
                     PARAM("amount", minor_format(s->work->arena, -amount_minor, currency_digits(item->currency))));
    TRY(ledger_settlement_parts(s->work, settlements.at[i].id, &parts));
    TRY(ledger_unsettle(s->work, settlements.at[i].id, s->on, STR("storno")));
    int64_t wanted = amount_minor; /* negative for a receivable: payments of that sign are freed up to it */
    for (size_t k = 0; k < parts.count && wanted; k++) {
        struct open_item other = { 0 };
        TRY(ledger_item_load(s->work, parts.at[k].item_id, &other));
        if (other.id.n == item->id.n || other.kind != ITEM_PAYMENT || (other.rest_minor > 0) != (wanted > 0) ||
            !other.rest_minor)
            continue;
        int64_t take = (wanted > 0) == (other.rest_minor > wanted) ? wanted : other.rest_minor;
        *LIST_ADD(s->work->arena, freed) = (struct settle_part){ other.id, take };
        wanted -= take;
    }
    if (wanted)
        return FAULT(s->work->arena, &cash_not_settled, "shares", PARAM("reference", item->reference),
                     PARAM("amount", minor_format(s->work->arena, -amount_minor, currency_digits(item->currency))));
    return NULL;
}

/* Where each difference is booked; amounts are what we receive less than the items were. */
static const char *purpose_of(struct str kind)
{
    static const struct {
        const char *kind, *received, *given;
    } places[] = {
        { "discount", FOR_DISCOUNT_GIVEN, FOR_DISCOUNT_TAKEN },
        { "discount_late", FOR_DISCOUNT_GIVEN, FOR_DISCOUNT_TAKEN },
        { "charge", FOR_BANK_CHARGES, FOR_BANK_CHARGES },
        { "provider_fee", FOR_BANK_CHARGES, FOR_BANK_CHARGES },
        { "rounding", FOR_ROUNDING, FOR_ROUNDING },
        { "deduction", FOR_DISCOUNT_GIVEN, FOR_DISCOUNT_TAKEN },
        { "write_off", FOR_WRITE_OFF, FOR_WRITE_OFF },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(places); i++)
        if (str_is(kind, places[i].kind)) return places[i].received;
    return NULL;
}

static void add_line(struct settling *s, account_id account, int64_t amount_minor, struct str description)
{
    *LIST_ADD(s->work->arena, &s->lines) = (struct entry_line){
        .account_id = account, .currency = s->line.currency, .amount_minor = amount_minor, .description = description
    };
}

static struct fault *book_differences(struct settling *s)
{
    const struct cash_decide *d = s->decide;
    for (size_t i = 0; i < d->differences.count; i++) {
        const struct cash_given_up *g = &d->differences.at[i];
        account_id account;
        const char *purpose = purpose_of(g->kind);
        if (!purpose) return FAULT(s->work->arena, &cash_unknown_difference, "differences", PARAM("kind", g->kind));
        if (s->line.amount_minor < 0 && !strcmp(purpose, FOR_DISCOUNT_GIVEN)) purpose = FOR_DISCOUNT_TAKEN;
        TRY(ledger_account_for(s->work, purpose, &account));
        add_line(s, account, g->amount_minor, g->kind);
        if (!int_add(s->left_minor, g->amount_minor, &s->left_minor))
            return FAULT(s->work->arena, &ledger_too_large, "differences");
    }
    for (size_t i = 0; i < d->bookings.count; i++) {
        const struct cash_booking *b = &d->bookings.at[i];
        struct account account = { 0 };
        TRY(ledger_account_by_number(s->work, b->account, &account));
        add_line(s, account.id, -b->amount_minor, b->description);
        if (!int_sub(s->left_minor, b->amount_minor, &s->left_minor)) return FAULT(s->work->arena, &ledger_too_large, "bookings");
    }
    return NULL;
}

static struct str reference_of(const struct bank_line *line)
{
    struct str text = line->reference.length ? line->reference : line->remittance.length ? line->remittance : line->name;
    return text.length ? str_utf8_clip(text, 60) : STR("bank");
}

static void add_item_line(struct settling *s, account_id account, party_id party, int64_t amount_minor)
{
    *LIST_ADD(s->work->arena, &s->lines) = (struct entry_line){
        .account_id = account,
        .currency = s->line.currency,
        .amount_minor = amount_minor,
        .party_id = party,
        .item_kind = ITEM_PAYMENT,
        .reference = reference_of(&s->line),
        .due_on = s->line.booked_on,
    };
}

/* What is left is held for the party: on receivables for a customer, on payables for who is a supplier only. */
static struct fault *book_rest(struct settling *s)
{
    struct party party = { 0 };
    account_id account;
    if (!s->left_minor) return NULL;
    int digits = currency_digits(s->line.currency);
    if (!s->decide->party_id.n)
        return FAULT(s->work->arena, &cash_does_not_add_up, "shares",
                     PARAM("parts", minor_format(s->work->arena, s->line.amount_minor - s->left_minor, digits)),
                     PARAM("line", minor_format(s->work->arena, s->line.amount_minor, digits)),
                     PARAM("rest", minor_format(s->work->arena, s->left_minor, digits)));
    TRY(party_load(s->work, s->decide->party_id, &party));
    TRY(ledger_account_for(s->work, party.is_customer ? FOR_RECEIVABLES : FOR_PAYABLES, &account));
    add_item_line(s, account, party.id, -s->left_minor);
    return NULL;
}

/* Base amounts by the day's rate; what rounding leaves goes to the first line, which is the suspense account's. */
static struct fault *fill_base(struct settling *s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->lines.count; i++) {
        struct entry_line *l = &s->lines.at[i];
        TRY(ledger_to_base(s->work, l->amount_minor, s->line.currency, s->line.booked_on, &l->base_minor));
        if (i && !int_add(sum, l->base_minor, &sum)) return FAULT(s->work->arena, &ledger_too_large, "shares");
    }
    s->lines.at[0].base_minor = -sum;
    return NULL;
}

static struct fault *settle_group(struct settling *s, const struct group *g, item_id payment, struct str evidence)
{
    const struct cash_decide *d = s->decide;
    struct settle_parts parts = { 0 };
    *LIST_ADD(s->work->arena, &parts) = (struct settle_part){ payment, -g->amount_minor };
    for (size_t i = 0; i < d->shares.count; i++) {
        const struct open_item *item = &s->items[i];
        int64_t amount = d->shares.at[i].amount_minor;
        bool reopens = (amount > 0) != (item->amount_minor > 0);
        if (item->account_id.n != g->account_id.n || item->party_id.n != g->party_id.n || reopens != g->reopens) continue;
        if (reopens) TRY(reopen(s, item, amount, &parts));
        else *LIST_ADD(s->work->arena, &parts) = (struct settle_part){ item->id, amount };
    }
    struct settlement settlement = { .effective_on = s->on,
                                     .reason = g->reopens ? STR("storno") : STR("bank"),
                                     .evidence = evidence };
    return ledger_settle(s->work, &settlement, parts.at, parts.count);
}

static struct fault *post(struct settling *s, struct cash_decided *out)
{
    account_id suspense;
    TRY(ledger_account_for(s->work, FOR_SUSPENSE, &suspense));
    add_line(s, suspense, s->line.amount_minor, (struct str){ 0 });
    TRY(load_shares(s));
    TRY(book_differences(s));
    for (size_t i = 0; i < s->groups.count; i++) {
        struct group *g = &s->groups.at[i];
        if (!g->amount_minor) continue; /* items that settle each other: invoice and credit note */
        g->line = s->lines.count;
        add_item_line(s, g->account_id, g->party_id, -g->amount_minor);
    }
    TRY(book_rest(s));
    TRY(fill_base(s));
    struct entry entry = { .journal = JOURNAL_BANK,
                           .dated_on = s->on,
                           .source_kind = STR("bank_line"),
                           .source_id = s->line.id.n,
                           .description = str_format(s->work->arena, "%.*s %.*s",
                                                     STR_ARG(s->line.name.length ? s->line.name : STR("-")),
                                                     STR_ARG(reference_of(&s->line))) };
    TRY(ledger_post(s->work, &entry, s->lines.at, s->lines.count));
    out->entry_id = entry.id;
    for (size_t i = 0; i < s->groups.count; i++) {
        const struct group *g = &s->groups.at[i];
        if (g->amount_minor) TRY(settle_group(s, g, s->lines.at[g->line].item_id, out->evidence));
    }
    return NULL;
}

/* A line whose period is closed is booked in the first open day: today. */
static struct fault *choose_day(struct settling *s)
{
    struct fault *closed = ledger_check_day(s->work, s->line.booked_on);
    s->on = closed ? s->work->today : s->line.booked_on;
    return closed && closed->type != &ledger_period_closed ? closed : NULL;
}

struct fault *cash_settle(struct work *work, const struct cash_decide *decide, const struct cash_origin *origin,
                          struct cash_decided *out)
{
    struct settling s = { .work = work, .decide = decide };
    bool found;
    TRY(bank_line_load(work, decide->line_id, &s.line));
    TRY(cash_decision_of_line(work, decide->line_id, out, &found));
    if (found) return FAULT(work->arena, &cash_decided_already, "line_id");
    *out = (struct cash_decided){
        .id = { id_new(work) },
        .bank_line_id = decide->line_id,
        .category = str_of(origin->category),
        .party_id = decide->party_id,
        .amount_minor = s.line.amount_minor,
        .currency = s.line.currency,
        .decided_at = work->now,
        .decided_by = origin->automatic ? 0 : work->user_id,
        .is_automatic = origin->automatic,
        .probability_ppm = origin->probability_ppm,
        .model = origin->model,
        .evidence = origin->evidence,
        .note = decide->note,
    };
    out->parts = record_to_json(work->arena, GIVEN(cash_decide, decide));
    s.left_minor = s.line.amount_minor;
    TRY(choose_day(&s));
    TRY(post(&s, out));
    TRY(db_run(work, &sql_decision_add, GIVEN(cash_decided, out)));
    work_changed(work, "cash_decision", out->id.n, (struct given){ &cash_decided_record, NULL }, GIVEN(cash_decided, out));
    return NULL;
}

/* ---- Taking back ---- */

/* What the entry's items settled comes apart, newest first, until the entry can be reversed. */
static struct fault *release_items(struct work *work, entry_id entry, struct date on, struct str reason)
{
    struct open_items items = { 0 };
    TRY(ledger_items_of_entry(work, entry, &items));
    for (size_t i = 0; i < items.count; i++) {
        struct item_settlements settlements = { 0 };
        TRY(ledger_item_settlements(work, items.at[i].id, &settlements));
        for (size_t k = 0; k < settlements.count; k++) TRY(ledger_unsettle(work, settlements.at[k].id, on, reason));
    }
    return NULL;
}

struct fault *cash_take_back(struct work *work, cash_decision_id id, struct str reason)
{
    struct cash_decided decided = { 0 };
    struct undo undo = { .id = id.n, .by = work->user_id, .reason = reason }, before = { 0 };
    struct entry reversal = { 0 };
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
    undo.entry_id = reversal.id;
    TRY(db_run(work, &sql_undo_add, GIVEN(undo, &undo)));
    TRY(db_run(work, &sql_expected_unmeet, CASH_KEY(id.n)));
    work_changed(work, "cash_decision", id.n, GIVEN(undo, &undo), (struct given){ &undo_record, NULL });
    return NULL;
}

/* ---- What is expected ---- */

RECORD(cash_expectation, {
    FIELD(struct cash_expectation, id),
    FIELD(struct cash_expectation, source_kind),
    FIELD(struct cash_expectation, source_id),
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

struct sum_row { int64_t amount_minor; };
RECORD(sum_row, { FIELD(struct sum_row, amount_minor) });

struct fault *cash_verify(struct work *work, int64_t *suspense_minor, int64_t *undecided_minor)
{
    struct sum_row sum = { 0 };
    account_id suspense;
    TRY(ledger_account_for(work, FOR_SUSPENSE, &suspense));
    TRY(ledger_account_balance(work, suspense, suspense_minor));
    TRY(db_one(work, &sql_undecided_sum, NONE, INTO(sum_row, &sum), &db_broken));
    *undecided_minor = sum.amount_minor;
    return NULL;
}
