#include "payment/payment_private.h"
#include "payment.sql.h"

const struct fault_type payment_nothing_due = { FAULT_CONFLICT, "payment.nothing_due",
                                                "There is nothing to pay: nothing is due, or all of it is blocked." };
const struct fault_type payment_blocked = { FAULT_CONFLICT, "payment.blocked",
                                            "{reference} of {party} can't be paid: {why}." };
const struct fault_type payment_day_past = { FAULT_INVALID, "payment.day_past",
                                             "{day} is in the past; choose {least} or later." };
const struct fault_type payment_day_closed = { FAULT_INVALID, "payment.day_closed",
                                               "Banks do not settle on {day}; the next day that they do is {next}." };
const struct fault_type payment_account_closed = { FAULT_CONFLICT, "payment.account_closed",
                                                   "Account {account} is closed; choose another one." };
const struct fault_type payment_not_open = { FAULT_CONFLICT, "payment.not_open",
                                             "{reference} has {open} open, and this run pays {amount} of it." };
const struct fault_type payment_not_there = { FAULT_MISSING, "payment.not_there",
                                              "There is nothing open to pay under number {id}." };
const struct fault_type payment_twice = { FAULT_CONFLICT, "payment.twice",
                                          "One of these items stands in another payment run already." };
const struct fault_type payment_too_many = { FAULT_LIMIT, "payment.too_many",
                                             "A run holds at most {limit} items; divide it." };
static const struct fault_type other_currency = { FAULT_INVALID, "payment.other_currency",
                                                  "{reference} is in {currency}; this run pays in {ours}." };
static const struct fault_type wrong_kind = { FAULT_INVALID, "payment.wrong_kind",
                                              "SEPA pays in euro only; for {currency} choose urgent or foreign." };

enum { PARTS_MAX = 200000 };

const struct fault_type payment_too_much = { FAULT_INVALID, "payment.too_much",
                                             "{reference} has {open} open; {amount} is not a part of that." };

RECORD(payment_item, {
    ID(struct payment_item, item_id),
    AMOUNT(struct payment_item, amount_minor, .currency = "currency", OPTIONAL,
           .about = "part of it, of the item's sign; left out: all, less a discount that is taken"),
    FIELD(struct payment_item, currency, .min = 3, .max = 3, OPTIONAL,
          .about = "needed where it has other than two digits behind the point"),
});
RECORD(payment_bill, { FIELD(struct payment_bill, bill_id, .min = 1, .max = EXACT_MAX) });
static const char *const kinds[] = { NULL, "sepa", "instant", "urgent", "foreign" };
RECORD(payment_proposal, {
    ID(struct payment_proposal, bank_account_id),
    FIELD(struct payment_proposal, execution_on, OPTIONAL,
          .about = "left out: today or the next day that banks settle"),
    FIELD(struct payment_proposal, until, OPTIONAL,
          .about = "everything due until this day; or name items or bills"),
    LIST(struct payment_proposal, items, payment_item, .max = PARTS_MAX, OPTIONAL),
    LIST(struct payment_proposal, bills, payment_bill, .max = PARTS_MAX, OPTIONAL),
    FIELD(struct payment_proposal, refunds, OPTIONAL,
          .about = "with until: what customers have to their credit too"),
    FIELD(struct payment_proposal, discounts, OPTIONAL,
          .about = "take a supplier's discount on what is paid in time for it"),
    FIELD(struct payment_proposal, discount_percent, OPTIONAL,
          .about = "only where it is worth at least so much a year; left out: any"),
    FIELD(struct payment_proposal, kind, CHOICES(kinds), OPTIONAL,
          .about = "left out: sepa for euro, foreign for another currency"),
    FIELD(struct payment_proposal, each_booked, OPTIONAL,
          .about = "ask the bank to show each payment on the statement"),
});
RECORD(payment_edit, {
    ID(struct payment_edit, id),
    LIST(struct payment_edit, items, payment_item, .max = PARTS_MAX, OPTIONAL),
    LIST(struct payment_edit, bills, payment_bill, .max = PARTS_MAX, OPTIONAL),
    FIELD(struct payment_edit, discounts, OPTIONAL,
          .about = "take a supplier's discount on what is added, as far as it is in time"),
    FIELD(struct payment_edit, version, .min = 1, .max = EXACT_MAX),
});
RECORD(payment_day, {
    ID(struct payment_day, id),
    FIELD(struct payment_day, execution_on, OPTIONAL, .about = "left out: today or the next day that banks settle"),
    FIELD(struct payment_day, version, .min = 1, .max = EXACT_MAX),
});
struct payment_until {
    struct date until;
};
RECORD(payment_until, { FIELD(struct payment_until, until, OPTIONAL) });
struct payment_payee {
    payment_run_id run_id;
    party_id party_id;
    account_id account_id;
};
RECORD(payment_payee,
       { ID(struct payment_payee, run_id), ID(struct payment_payee, party_id), ID(struct payment_payee, account_id) });

/* ---- Choosing ---- */

struct block_text { const char *word, *text; };
#define T(text_) text_
static const struct block_text block_texts[] = {
    { "party_blocked", T("the supplier or customer is blocked") },
    { "no_account", T("no bank account is known") },
    { "unverified", T("its bank account has not been verified by a second person") },
    { "waiting", T("its bank account was changed and the waiting period is not over") },
    { "account_blocked", T("its bank account is blocked") },
    { "in_run", T("it stands in another payment run") },
    { "on_hold", T("it is on hold") },
    { "not_approved", T("it has not been approved") },
    { "owes_us", T("this customer has open invoices; settle them first") },
    { "duplicate", T("it may be a duplicate; decide that first") },
};

/* Why it can't be paid, in the reader's words; absent when it can. What stands in run `own` is no obstacle to that run. */
static struct str blocked_why(struct work *work, const struct payment_due *due, payment_run_id own)
{
    struct text why = text_new(work->arena);
    for (struct str rest = due->blocks; rest.length;) {
        struct str word = str_cut(rest, ' ', &rest);
        if (own.n && due->run_id.n == own.n && str_is(word, "in_run")) continue;
        for (size_t i = 0; i < ARRAY_LENGTH(block_texts); i++) {
            if (!str_is(word, block_texts[i].word)) continue;
            if (why.length) text_addz(&why, "; ");
            text_add(&why, translate(work->language, block_texts[i].text));
        }
    }
    return why.length ? text_str(&why) : (struct str){ 0 };
}

static struct fault *blocked_fault(struct work *work, const struct payment_due *due, struct str why)
{
    return FAULT(work->arena, &payment_blocked, "items", PARAM("reference", due->item_reference),
                 PARAM("party", due->party_name), PARAM("why", why));
}

/* Nothing to pay, and of what is due and blocked, why each is. */
static struct fault *nothing_left(struct work *work, const char *field, const struct payment_dues *left_out)
{
    enum { SAID_MOST = 50 };
    struct fault *faults = FAULT(work->arena, &payment_nothing_due, field);
    for (size_t i = 0; i < left_out->count && i < SAID_MOST; i++) {
        struct str why = blocked_why(work, &left_out->at[i], (payment_run_id){ 0 });
        if (why.length) faults = fault_join(faults, blocked_fault(work, &left_out->at[i], why));
    }
    return faults;
}

static struct fault *check_currency(struct work *work, const struct payment_due *due, struct str currency)
{
    if (str_equal(due->currency, currency)) return NULL;
    return FAULT(work->arena, &other_currency, "items", PARAM("reference", due->item_reference),
                 PARAM("currency", due->currency), PARAM("ours", currency));
}

/* Everything due; what is blocked goes to `left_out`. Credit notes come along with the bills of their payee, whenever they are due. */
static struct fault *choose_until(struct work *work, const struct payment_proposal *proposal, struct str currency,
                                  struct payment_dues *chosen, struct payment_dues *left_out)
{
    struct payment_dues all = { 0 }, credits = { 0 };
    const struct payment_until until = { proposal->until };
    TRY(db_all(work, &sql_due_until, GIVEN(payment_until, &until), INTO_LIST(payment_due, &all)));
    payment_dues_tell(work->arena, &all);
    for (size_t i = 0; i < all.count; i++) {
        const struct payment_due *due = &all.at[i];
        if (!str_equal(due->currency, currency) ||
            (due->control == CONTROL_RECEIVABLES && !proposal->refunds && !due->is_refund))
            continue;
        if (due->amount_minor < 0) *LIST_ADD(work->arena, due->blocks.length ? left_out : &credits) = *due;
        else *LIST_ADD(work->arena, due->blocks.length ? left_out : chosen) = *due;
    }
    struct { int64_t party, account; } *payees = arena_array(work->arena, 2 * chosen->count + 2, sizeof *payees);
    size_t room = 2 * chosen->count + 2, bills = chosen->count;
    for (size_t i = 0; i < bills; i++) {
        size_t at = (size_t)chosen->at[i].party_id.n % room;
        while (payees[at].party &&
               (payees[at].party != chosen->at[i].party_id.n || payees[at].account != chosen->at[i].account_id.n))
            at = (at + 1) % room;
        payees[at].party = chosen->at[i].party_id.n, payees[at].account = chosen->at[i].account_id.n;
    }
    for (size_t i = 0; i < credits.count; i++) {
        size_t at = (size_t)credits.at[i].party_id.n % room;
        while (payees[at].party &&
               (payees[at].party != credits.at[i].party_id.n || payees[at].account != credits.at[i].account_id.n))
            at = (at + 1) % room;
        if (payees[at].party) *LIST_ADD(work->arena, chosen) = credits.at[i];
    }
    return NULL;
}

static struct fault *choose_one(struct work *work, const struct sql *sql, int64_t id, struct payment_dues *found)
{
    size_t before = found->count;
    TRY(db_all(work, sql, PAYMENT_KEY(id), INTO_LIST(payment_due, found)));
    if (found->count == before) return FAULT(work->arena, &payment_not_there, "items", PARAM_INT(work->arena, "id", id));
    struct payment_dues added = { .at = found->at + before, .count = found->count - before };
    payment_dues_tell(work->arena, &added);
    return NULL;
}

static int compare_ids(const void *a, const void *b)
{
    const struct payment_due *x = a, *y = b;
    return (x->id.n > y->id.n) - (x->id.n < y->id.n);
}

/* The part that is named, where one is. */
static struct fault *take_part(struct work *work, struct payment_due *due, const struct payment_item *items, size_t count)
{
    due->part_minor = due->taken_minor = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t part = items[i].amount_minor, open = due->amount_minor;
        if (items[i].item_id.n != due->id.n || !part) continue;
        bool same = items[i].currency.at ? str_equal(items[i].currency, due->currency) : currency_digits(due->currency) == 2;
        if (!same || (open > 0 ? part < 0 || part > open : part > 0 || part < open)) {
            int digits = currency_digits(due->currency);
            return FAULT(work->arena, &payment_too_much, "items", PARAM("reference", due->item_reference),
                         PARAM("open", minor_format(work->arena, open, digits)),
                         PARAM("amount", minor_format(work->arena, part, digits)));
        }
        due->part_minor = part;
    }
    return NULL;
}

static bool names_part(const struct payment_item *items, size_t count, int64_t item)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].item_id.n == item && items[i].amount_minor) return true;
    return false;
}

/* Named items and bills, each once; everything that is wrong with them at once. `own`: the run they are for,
 * 0 for a new one; what stands in it may be named again to pay another part of it, or with its discount (`take_anew`). */
static struct fault *choose_named(struct work *work, const struct payment_item *items, size_t item_count,
                                  const struct payment_bill *bills, size_t bill_count, struct str currency,
                                  payment_run_id own, bool take_anew, struct payment_dues *chosen)
{
    struct fault *faults = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < item_count; i++)
        faults = fault_join(choose_one(work, &sql_due_item, items[i].item_id.n, chosen), faults);
    for (size_t i = 0; i < bill_count; i++)
        faults = fault_join(choose_one(work, &sql_due_bill, bills[i].bill_id, chosen), faults);
    if (chosen->count) qsort(chosen->at, chosen->count, sizeof *chosen->at, compare_ids);
    for (size_t i = 0; i < chosen->count; i++) {
        const struct payment_due due = chosen->at[i];
        if (kept && chosen->at[kept - 1].id.n == due.id.n) continue;
        chosen->at[kept++] = due;
        bool anew = take_anew || names_part(items, item_count, due.id.n);
        struct str why = blocked_why(work, &due, anew ? own : (payment_run_id){ 0 });
        if (why.at) faults = fault_join(blocked_fault(work, &due, why), faults);
        faults = fault_join(check_currency(work, &due, currency), faults);
        faults = fault_join(take_part(work, &chosen->at[kept - 1], items, item_count), faults);
    }
    chosen->count = kept;
    return faults;
}

/* A discount pays where it is worth at least `least` percent a year: what is kept over what is paid, for the days it is paid early. */
static bool is_worth_it(const struct payment_due *due, struct date pay_on, struct decimal least)
{
    int64_t days = date_days(due->due_on) - date_days(pay_on), paid = due->amount_minor - due->discount_minor;
    struct decimal kept, wanted;
    if (!least.present || days <= 0) return true;
    return decimal_mul(DECIMAL(due->discount_minor, 0), DECIMAL(36500, 0), &kept) &&
           decimal_mul(DECIMAL(paid, 0), least, &wanted) && decimal_mul(wanted, DECIMAL(days, 0), &wanted) &&
           decimal_compare(kept, wanted) >= 0;
}

/* Of what is paid whole and in time. */
static void take_discounts(const struct payment_run *run, struct decimal least, struct payment_dues *dues)
{
    for (size_t i = 0; i < dues->count; i++) {
        struct payment_due *due = &dues->at[i];
        bool in_time = due->discount_on.ymd && run->execution_on.ymd <= due->discount_on.ymd;
        if (due->part_minor || due->discount_minor <= 0 || due->discount_minor >= due->amount_minor || !in_time) continue;
        if (!is_worth_it(due, run->execution_on, least)) continue;
        due->taken_minor = due->discount_minor;
        due->part_minor = due->amount_minor - due->discount_minor;
    }
}

/* ---- Writing ---- */

static struct date first_day(struct work *work, const struct payment_run *run)
{
    return run->kind == PAYMENT_INSTANT ? work->today : target_open_from(work->today);
}

static struct fault *check_run_day(struct work *work, const struct payment_run *run)
{
    if (run->execution_on.ymd < work->today.ymd)
        return FAULT(work->arena, &payment_day_past, "execution_on",
                     PARAM("day", date_text(work->arena, run->execution_on)),
                     PARAM("least", date_text(work->arena, work->today)));
    if (run->kind != PAYMENT_INSTANT && str_is(run->currency, "EUR") && target_is_closed(run->execution_on))
        return FAULT(work->arena, &payment_day_closed, "execution_on", PARAM("day", date_text(work->arena, run->execution_on)),
                     PARAM("next", date_text(work->arena, target_open_from(run->execution_on))));
    return NULL;
}

static struct fault *fill_run(struct work *work, const struct payment_proposal *proposal,
                              const struct bank_account *ours, struct payment_run *run)
{
    bool euro = str_is(ours->currency, "EUR");
    *run = (struct payment_run){
        .id = { id_new(work) },
        .bank_account_id = ours->id,
        .currency = ours->currency,
        .execution_on = proposal->execution_on,
        .kind = proposal->kind ? proposal->kind
                : euro         ? PAYMENT_SEPA
                               : PAYMENT_FOREIGN,
        .each_booked = proposal->each_booked,
        .state = RUN_PROPOSED,
        .proposed_by = work->user_id,
        .proposed_at = work->now,
        .version = 1,
    };
    run->message_id = str_format(work->arena, "FLR%lld", (long long)run->id.n);
    if (!run->execution_on.ymd) run->execution_on = first_day(work, run);
    if (ours->is_closed) return FAULT(work->arena, &payment_account_closed, "bank_account_id", PARAM("account", ours->iban));
    if (!euro && (run->kind == PAYMENT_SEPA || run->kind == PAYMENT_INSTANT))
        return FAULT(work->arena, &wrong_kind, "kind", PARAM("currency", ours->currency));
    return check_run_day(work, run);
}

/* Counts, total and hash of what is in it. */
static void sum_up(struct work *work, const struct bank_account *ours, struct run_content *content)
{
    struct payment_run *run = &content->run;
    run->payment_count = run->carried_count = run->total_minor = 0;
    run->part_count = (int64_t)content->parts.count;
    for (size_t i = 0; i < content->payments.count; i++) {
        const struct run_payment *p = &content->payments.at[i];
        if (p->state == PAID_CARRIED) run->carried_count++;
        else run->payment_count++, run->total_minor += p->amount_minor;
    }
    run->hash = payment_hash(work->arena, ours->iban, content);
}

static int compare_parts(const void *a, const void *b)
{
    const struct run_part *x = a, *y = b;
    return (x->item_id.n > y->item_id.n) - (x->item_id.n < y->item_id.n);
}

/* The plan as rows of the run, numbered from `first` on. */
static void rows_of(struct work *work, const struct plan *plan, payment_run_id run, int64_t first, struct run_content *content)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct planned *planned = &plan->at[i];
        planned->payment.run_id = run;
        planned->payment.number = first + (int64_t)i;
        *LIST_ADD(work->arena, &content->payments) = planned->payment;
        qsort(planned->parts.at, planned->parts.count, sizeof *planned->parts.at, compare_parts);
        for (size_t k = 0; k < planned->parts.count; k++) {
            planned->parts.at[k].run_id = run;
            *LIST_ADD(work->arena, &content->parts) = planned->parts.at[k];
        }
    }
}

static struct fault *add_rows(struct work *work, const struct run_content *content)
{
    if (content->payments.count)
        TRY(db_run_each(work, &sql_payment_add, GIVEN(run_payment, content->payments.at), content->payments.count));
    struct fault *fault = content->parts.count ? db_run_each(work, &sql_part_add, GIVEN(run_part, content->parts.at),
                                                             content->parts.count)
                                               : NULL;
    return fault && fault->type == &db_duplicate ? FAULT(work->arena, &payment_twice, "items") : fault;
}

struct fault *payment_propose(struct work *work, const struct payment_proposal *proposal, struct payment_shown *shown)
{
    struct bank_account ours = { 0 };
    struct payment_dues chosen = { 0 }, left_out = { 0 };
    struct plan plan = { 0 };
    struct run_content content = { 0 };
    bool named = proposal->items.count || proposal->bills.count;
    TRY(bank_account_load(work, proposal->bank_account_id, &ours));
    TRY(fill_run(work, proposal, &ours, &content.run));
    if (named)
        TRY(choose_named(work, proposal->items.at, proposal->items.count, proposal->bills.at, proposal->bills.count,
                         ours.currency, (payment_run_id){ 0 }, false, &chosen));
    else TRY(choose_until(work, proposal, ours.currency, &chosen, &left_out));
    if (proposal->discounts) take_discounts(&content.run, proposal->discount_percent, &chosen);
    if (chosen.count > PARTS_MAX)
        return FAULT(work->arena, &payment_too_many, "items", PARAM_INT(work->arena, "limit", PARTS_MAX));
    payment_plan(work, &chosen, &plan);
    rows_of(work, &plan, content.run.id, 1, &content);
    sum_up(work, &ours, &content);
    if (!content.run.payment_count && !content.run.carried_count)
        return nothing_left(work, named ? "items" : "until", &left_out);
    TRY(ledger_number_next(work, "payment_run", "payment_run", content.run.id.n, &content.run.number));
    TRY(db_run(work, &sql_run_add, GIVEN(payment_run, &content.run)));
    TRY(add_rows(work, &content));
    TRY(access_duty(work, "payment_run", content.run.id.n, "payment.propose"));
    work_changed(work, "payment_run", content.run.id.n, (struct given){ &payment_run_record, NULL },
                 GIVEN(payment_run, &content.run));
    *shown = (struct payment_shown){ content.run, content.payments, content.parts, left_out };
    return NULL;
}

/* ---- Editing: the payees concerned are planned anew ---- */

struct edit {
    struct run_content content;
    struct bank_account ours;
    struct payment_dues dues; /* all of the run */
    LIST_OF(struct payment_payee) payees;
};

static bool concerns(const struct edit *edit, const struct payment_due *due)
{
    for (size_t i = 0; i < edit->payees.count; i++)
        if (edit->payees.at[i].party_id.n == due->party_id.n && edit->payees.at[i].account_id.n == due->account_id.n) return true;
    return false;
}

static void concern(struct work *work, struct edit *edit, const struct payment_due *due)
{
    if (!concerns(edit, due))
        *LIST_ADD(work->arena, &edit->payees) =
            (struct payment_payee){ edit->content.run.id, due->party_id, due->account_id };
}

static struct fault *edit_begin(struct work *work, const struct payment_edit *takes, struct edit *edit)
{
    TRY(payment_run_load(work, takes->id, &edit->content.run));
    TRY(payment_move(work, &edit->content.run, RUN_EDIT));
    if (takes->version != edit->content.run.version) return FAULT(work->arena, &payment_changed, "version");
    TRY(access_duty(work, "payment_run", takes->id.n, "payment.propose"));
    TRY(bank_account_load(work, edit->content.run.bank_account_id, &edit->ours));
    TRY(db_all(work, &sql_due_of_run, PAYMENT_KEY(takes->id.n), INTO_LIST(payment_due, &edit->dues)));
    payment_dues_tell(work->arena, &edit->dues);
    return NULL;
}

/* `keep`: what the payees concerned are planned from. */
static struct fault *edit_end(struct work *work, struct edit *edit, const struct payment_dues *keep, struct payment_shown *shown)
{
    struct payment_run before = edit->content.run;
    struct plan plan = { 0 };
    struct run_content added = { 0 }, all = { 0 };
    struct fault *faults = NULL;
    int64_t last = 0;
    for (size_t i = 0; i < keep->count; i++) {
        struct str why = blocked_why(work, &keep->at[i], before.id);
        if (why.at) faults = fault_join(blocked_fault(work, &keep->at[i], why), faults);
    }
    if (faults) return faults;
    for (size_t i = 0; i < edit->payees.count; i++) {
        TRY(db_run(work, &sql_parts_of_party_clear, GIVEN(payment_payee, &edit->payees.at[i])));
        TRY(db_run(work, &sql_payments_of_party_clear, GIVEN(payment_payee, &edit->payees.at[i])));
    }
    TRY(payment_content_load(work, before.id, &all));
    for (size_t i = 0; i < all.payments.count; i++)
        if (all.payments.at[i].number > last) last = all.payments.at[i].number;
    payment_plan(work, keep, &plan);
    rows_of(work, &plan, before.id, last + 1, &added);
    TRY(add_rows(work, &added));
    TRY(payment_content_load(work, before.id, &all));
    sum_up(work, &edit->ours, &all);
    TRY(payment_run_keep(work, &before, &all.run));
    *shown = (struct payment_shown){ all.run, all.payments, all.parts, { 0 } };
    return NULL;
}

struct fault *payment_add(struct work *work, const struct payment_edit *takes, struct payment_shown *shown)
{
    struct edit edit = { 0 };
    struct payment_dues keep = { 0 };
    TRY(edit_begin(work, takes, &edit));
    TRY(choose_named(work, takes->items.at, takes->items.count, takes->bills.at, takes->bills.count, edit.ours.currency,
                     takes->id, takes->discounts, &keep));
    if (takes->discounts) take_discounts(&edit.content.run, (struct decimal){ 0 }, &keep);
    if (!keep.count) return FAULT(work->arena, &payment_nothing_due, "items");
    if (edit.dues.count + keep.count > PARTS_MAX)
        return FAULT(work->arena, &payment_too_many, "items", PARAM_INT(work->arena, "limit", PARTS_MAX));
    size_t added = keep.count;
    for (size_t i = 0; i < added; i++) concern(work, &edit, &keep.at[i]);
    for (size_t i = 0; i < edit.dues.count; i++) {
        bool again = false;
        for (size_t k = 0; k < added && !again; k++) again = keep.at[k].id.n == edit.dues.at[i].id.n; /* a carried one, named again */
        if (!again && concerns(&edit, &edit.dues.at[i])) *LIST_ADD(work->arena, &keep) = edit.dues.at[i];
    }
    return edit_end(work, &edit, &keep, shown);
}

static bool is_named(const struct payment_edit *takes, const struct run_part *part)
{
    for (size_t i = 0; i < takes->items.count; i++)
        if (takes->items.at[i].item_id.n == part->item_id.n) return true;
    for (size_t i = 0; i < takes->bills.count; i++)
        if (str_is(part->source_kind, "bill") && takes->bills.at[i].bill_id == part->source_id) return true;
    return false;
}

struct fault *payment_drop(struct work *work, const struct payment_edit *takes, struct payment_shown *shown)
{
    struct edit edit = { 0 };
    struct run_content content = { 0 };
    struct payment_dues keep = { 0 };
    size_t dropped = 0;
    TRY(edit_begin(work, takes, &edit));
    TRY(payment_content_load(work, takes->id, &content));
    bool *gone = ARENA_ARRAY(work->arena, bool, content.parts.count + 1);
    for (size_t i = 0; i < content.parts.count; i++) dropped += gone[i] = is_named(takes, &content.parts.at[i]);
    if (!dropped)
        return FAULT(work->arena, &payment_not_there, "items",
                     PARAM_INT(work->arena, "id",
                               takes->items.count   ? takes->items.at[0].item_id.n
                               : takes->bills.count ? takes->bills.at[0].bill_id
                                                    : 0));
    for (size_t i = 0, p = 0; i < content.parts.count; i++) {
        while (content.payments.at[p].id.n != content.parts.at[i].payment_id.n)
            p++; /* both in the order of the payments' numbers */
        const struct payment_due of = { .party_id = content.payments.at[p].party_id,
                                        .account_id = content.payments.at[p].account_id };
        if (gone[i]) concern(work, &edit, &of);
    }
    for (size_t i = 0; i < edit.dues.count; i++) {
        bool keeps = concerns(&edit, &edit.dues.at[i]);
        for (size_t k = 0; k < content.parts.count && keeps; k++)
            keeps = !(gone[k] && content.parts.at[k].item_id.n == edit.dues.at[i].id.n);
        if (keeps) *LIST_ADD(work->arena, &keep) = edit.dues.at[i];
    }
    return edit_end(work, &edit, &keep, shown);
}

struct fault *payment_move_day(struct work *work, const struct payment_day *takes, struct payment_shown *shown)
{
    struct edit edit = { 0 };
    struct run_content all = { 0 };
    TRY(edit_begin(work, &(struct payment_edit){ .id = takes->id, .version = takes->version }, &edit));
    TRY(payment_content_load(work, takes->id, &all));
    const struct payment_run before = all.run;
    all.run.execution_on = takes->execution_on.ymd ? takes->execution_on : first_day(work, &all.run);
    TRY(check_run_day(work, &all.run));
    sum_up(work, &edit.ours, &all);
    TRY(payment_run_keep(work, &before, &all.run));
    *shown = (struct payment_shown){ all.run, all.payments, all.parts, { 0 } };
    return NULL;
}
