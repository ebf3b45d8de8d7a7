#include "payment/payment_private.h"
#include "payment.sql.h"

const struct fault_type payment_empty = { FAULT_CONFLICT, "payment.empty", "There is nothing to pay in this run." };
const struct fault_type payment_edited = {
    FAULT_CONFLICT, "payment.edited", "What stands in this run is not what was proposed; cancel it and propose it anew."
};
const struct fault_type payment_bank_unusable = { FAULT_CONFLICT, "payment.bank_unusable",
                                                  "Payment {number}: account {iban} can't be paid to: {why}." };
const struct fault_type payment_duplicate = {
    FAULT_CONFLICT, "payment.duplicate", "{reference} may be the same as {other}; decide that at the bill, or drop it."
};
const struct fault_type payment_on_hold = { FAULT_CONFLICT, "payment.on_hold", "{reference} is on hold." };
const struct fault_type payment_party_blocked = { FAULT_CONFLICT, "payment.party_blocked",
                                                  "{party} is blocked; nothing is paid." };
const struct fault_type payment_discount_gone = {
    FAULT_CONFLICT, "payment.discount_gone",
    "{reference} allows no discount of {amount} when it is paid on {day}; pay all of it, or sooner."
};
static const struct fault_type not_approved = { FAULT_CONFLICT, "payment.not_approved",
                                                "{reference} is not approved any more." };
static const struct fault_type item_currency = { FAULT_CONFLICT, "payment.item_currency",
                                                 "{reference} is in {currency}; this run pays in {ours}." };
static const struct fault_type other_account_asked = {
    FAULT_CONFLICT, "payment.other_account_asked", "{reference} asks to be paid on {asked}; this run pays on {iban}."
};
static const struct fault_type not_in_live_run = { FAULT_CONFLICT, "payment.part_not_live",
                                                   "{reference} is no longer held by this run." };
static const struct fault_type changed_account = {
    FAULT_CONFLICT, "payment.account_changed",
    "{holder} is paid on {iban}; the last time it was {last}. Check that this is right."
};
static const struct fault_type other_name = {
    FAULT_CONFLICT, "payment.name_differs",
    "At the last payment the bank answered that {holder} on {iban} is not, or not quite, the name it knows ({known})."
};
static const struct fault_type first_payment = { FAULT_CONFLICT, "payment.first",
                                                 "{holder} is paid for the first time, on {iban}." };
static const struct fault_type carried_over = {
    FAULT_CONFLICT, "payment.carried",
    "{holder} gets nothing now: credit notes exceed the bills by {amount}; it is carried to the next run."
};

RECORD(payment_problem, {
    FIELD(struct payment_problem, stops, .about = "false: deserves a look, stops nothing"),
    FIELD(struct payment_problem, code),
    FIELD(struct payment_problem, field, OPTIONAL),
    FIELD(struct payment_problem, text, .max = 4000),
    ID(struct payment_problem, payment_id, OPTIONAL),
    ID(struct payment_problem, item_id, OPTIONAL),
});
RECORD(payment_change, {
    FIELD(struct payment_change, field),
    FIELD(struct payment_change, before, .max = 4000),
    FIELD(struct payment_change, after, .max = 4000),
});
RECORD(payment_checked, {
    FIELD(struct payment_checked, ready, .about = "it can be released"),
    LIST(struct payment_checked, problems, payment_problem, .max = 1000000),
    LIST(struct payment_checked, changes, payment_change, .max = 1000000, .about = "names and texts as the bank gets them"),
    FIELD(struct payment_checked, hash, .about = "what to release"),
});

static const char *const bank_states[] = { NULL, "proposed", "verified", "blocked" };
static const char *const name_checks[] = { NULL, "matches", "close", "differs", "unknown" };
static const char *const paid_states[] = { NULL,       "proposed", "carried",  "released",
                                           "accepted", "rejected", "returned", "cancelled" };

struct payment_part_state {
    payment_id payment_id;
    item_id item_id;
    int64_t number;
    struct str item_reference;
    int64_t amount_minor, discount_minor, allowed_minor;
    struct date discount_on;
    struct str currency;
    int64_t open_minor;
    struct str item_currency;
    account_id account_id;
    bool party_blocked;
    struct str party_name;
    bool is_live, on_hold, not_approved;
    struct str asked_iban, iban;
    enum paid_state state;
};
LIST_STRUCT(part_states, struct payment_part_state);
RECORD(
    payment_part_state,
    {
        ID(struct payment_part_state, payment_id),        ID(struct payment_part_state, item_id),
        FIELD(struct payment_part_state, number),         FIELD(struct payment_part_state, item_reference),
        AMOUNT(struct payment_part_state, amount_minor),  AMOUNT(struct payment_part_state, discount_minor),
        AMOUNT(struct payment_part_state, allowed_minor), FIELD(struct payment_part_state, discount_on, OPTIONAL),
        FIELD(struct payment_part_state, currency),       AMOUNT(struct payment_part_state, open_minor),
        FIELD(struct payment_part_state, item_currency),  ID(struct payment_part_state, account_id),
        FIELD(struct payment_part_state, party_blocked),  FIELD(struct payment_part_state, party_name),
        FIELD(struct payment_part_state, is_live),        FIELD(struct payment_part_state, on_hold),
        FIELD(struct payment_part_state, not_approved),   FIELD(struct payment_part_state, asked_iban, OPTIONAL),
        FIELD(struct payment_part_state, iban, OPTIONAL), FIELD(struct payment_part_state, state, CHOICES(paid_states)),
    });
struct payment_account_state {
    payment_id id;
    int64_t number;
    struct str iban, bank_iban;
    enum bank_state state;
    struct date usable_from;
    party_id bank_party_id, party_id;
    struct str bic, bank_bic, holder, bank_holder;
    enum name_check name_check; /* what the bank said of this account the last time */
    struct str name_known;
};
LIST_STRUCT(account_states, struct payment_account_state);
RECORD(payment_account_state, {
    ID(struct payment_account_state, id),
    FIELD(struct payment_account_state, number),
    FIELD(struct payment_account_state, iban, OPTIONAL),
    FIELD(struct payment_account_state, bank_iban, OPTIONAL),
    FIELD(struct payment_account_state, state, CHOICES(bank_states), OPTIONAL),
    FIELD(struct payment_account_state, usable_from, OPTIONAL),
    ID(struct payment_account_state, bank_party_id, OPTIONAL),
    ID(struct payment_account_state, party_id),
    FIELD(struct payment_account_state, bic, OPTIONAL),
    FIELD(struct payment_account_state, bank_bic, OPTIONAL),
    FIELD(struct payment_account_state, holder),
    FIELD(struct payment_account_state, bank_holder, OPTIONAL),
    FIELD(struct payment_account_state, name_check, CHOICES(name_checks), OPTIONAL),
    FIELD(struct payment_account_state, name_known, OPTIONAL),
});
struct payment_twin {
    payment_id payment_id;
    item_id item_id;
    struct str item_reference, other_reference;
    int64_t run_number;
};
LIST_STRUCT(duplicates, struct payment_twin);
RECORD(payment_twin, {
    ID(struct payment_twin, payment_id),
    ID(struct payment_twin, item_id),
    FIELD(struct payment_twin, item_reference),
    FIELD(struct payment_twin, other_reference, OPTIONAL),
    FIELD(struct payment_twin, run_number),
});

/* ---- The batch ---- */

static struct sepa_address address_of(struct str street, struct str post_code, struct str town, struct str country)
{
    if (!town.length || country.length != 2)
        return (struct sepa_address){ 0 }; /* half an address is refused since 15 November 2026 */
    return (struct sepa_address){ .street = str_utf8_clip(street, 70),
                                  .post_code = str_utf8_clip(post_code, 16),
                                  .town = str_utf8_clip(town, 35),
                                  .country = country };
}

/* Outside the EEA a payee's address travels along; inside it isn't asked for. */
static struct fault *fill_address(struct work *work, const struct run_payment *p, struct payment *payment)
{
    struct party party = { 0 };
    if (payment->kind != PAYMENT_FOREIGN && payment->kind != PAYMENT_URGENT && iban_area(p->iban) == IBAN_EEA) return NULL;
    TRY(party_load(work, p->party_id, &party));
    payment->creditor.address = address_of(party.street, party.postal_code, party.city, party.country);
    return NULL;
}

struct fault *payment_batch_of(struct work *work, const struct run_content *content, const struct bank_account *ours,
                               struct run_batch *out)
{
    struct company company = { 0 };
    const struct payment_run *run = &content->run;
    struct payment *payments = ARENA_ARRAY(work->arena, struct payment, content->payments.count + 1);
    TRY(access_company_load(work, &company));
    *out = (struct run_batch){ .payments = ARENA_ARRAY(work->arena, struct run_payment *, content->payments.count + 1) };
    out->account = (struct payment_account){
        .party = { .name = ours->holder,
                   .address = address_of(company.street, company.postal_code, company.city, company.country) },
        .iban = ours->iban,
        .bic = ours->bic,
        .currency = ours->currency,
        .each_booked = run->each_booked,
    };
    out->batch = (struct payment_batch){ .message_id = run->message_id,
                                         .created_at = work->now,
                                         .initiator = { .name = ours->holder },
                                         .accounts = &out->account,
                                         .account_count = 1,
                                         .payments = payments };
    for (size_t i = 0; i < content->payments.count; i++) {
        const struct run_payment *p = &content->payments.at[i];
        struct payment *payment = &payments[out->batch.payment_count];
        if (p->state == PAID_CARRIED) continue;
        *payment = (struct payment){
            .end_to_end_id = p->end_to_end_id,
            .kind = run->kind,
            .charges = CHARGES_SHARED,
            .requested_on = run->execution_on,
            .amount_minor = p->amount_minor,
            .currency = p->currency,
            .creditor = { .name = p->holder },
            .creditor_iban = p->iban,
            .creditor_bic = p->bic,
            .reference = { p->reference_kind, p->reference },
        };
        TRY(fill_address(work, p, payment));
        out->payments[out->batch.payment_count++] = &content->payments.at[i];
    }
    return NULL;
}

/* ---- What is wrong ---- */

static void found(struct work *work, struct findings *findings, bool stops, payment_id payment, item_id item, struct fault *fault)
{
    *LIST_ADD(work->arena, findings) = (struct finding){ fault, stops, payment, item };
}

static struct str money(struct work *work, int64_t minor, struct str currency)
{
    return minor_format(work->arena, minor, currency_digits(currency));
}

/* What is paid and taken off together is no more than is open, on the same side. A discount settles all of it. */
static bool is_open(const struct payment_part_state *q)
{
    int64_t settled = q->amount_minor + q->discount_minor;
    if (q->discount_minor) return settled == q->open_minor;
    return settled > 0 ? settled <= q->open_minor : settled >= q->open_minor;
}

static struct fault *look_at_parts(struct work *work, const struct payment_run *run, struct findings *findings)
{
    struct part_states parts = { 0 };
    TRY(db_all(work, &sql_part_states, PAYMENT_KEY(run->id.n), INTO_LIST(payment_part_state, &parts)));
    for (size_t i = 0; i < parts.count; i++) {
        const struct payment_part_state *q = &parts.at[i];
        const struct param reference = PARAM("reference", q->item_reference);
        if (q->state == PAID_CARRIED) continue;
        if (!is_open(q))
            found(work, findings, true, q->payment_id, q->item_id,
                  FAULT(work->arena, &payment_not_open, "items", reference,
                        PARAM("open", money(work, q->open_minor, q->currency)),
                        PARAM("amount", money(work, q->amount_minor + q->discount_minor, q->currency))));
        if (q->discount_minor && (q->discount_minor > q->allowed_minor || q->discount_on.ymd < run->execution_on.ymd))
            found(work, findings, true, q->payment_id, q->item_id,
                  FAULT(work->arena, &payment_discount_gone, "items", reference,
                        PARAM("amount", money(work, q->discount_minor, q->currency)),
                        PARAM("day", date_text(work->arena, run->execution_on))));
        if (q->party_blocked)
            found(work, findings, true, q->payment_id, q->item_id,
                  FAULT(work->arena, &payment_party_blocked, "items", PARAM("party", q->party_name)));
        if (q->on_hold)
            found(work, findings, true, q->payment_id, q->item_id,
                  FAULT(work->arena, &payment_on_hold, "items", reference));
        if (q->not_approved)
            found(work, findings, true, q->payment_id, q->item_id,
                  FAULT(work->arena, &not_approved, "items", reference));
        if (!q->is_live)
            found(work, findings, true, q->payment_id, q->item_id,
                  FAULT(work->arena, &not_in_live_run, "items", reference));
        if (!str_equal(q->item_currency, run->currency))
            found(work, findings, true, q->payment_id, q->item_id,
                  FAULT(work->arena, &item_currency, "items", reference, PARAM("currency", q->item_currency),
                        PARAM("ours", run->currency)));
        if (q->asked_iban.length && q->amount_minor > 0 && !str_equal(q->asked_iban, q->iban))
            found(work, findings, true, q->payment_id, q->item_id,
                  FAULT(work->arena, &other_account_asked, "items", reference, PARAM("asked", q->asked_iban),
                        PARAM("iban", q->iban)));
    }
    return NULL;
}

#define T(text_) text_
static const char *unusable_why(struct work *work, const struct payment_account_state *a)
{
    if (!a->state || a->bank_party_id.n != a->party_id.n) return T("it is not an account of this payee");
    if (!str_equal(a->iban, a->bank_iban)) return T("the account has been changed since it was proposed");
    if (a->state == BANK_PROPOSED) return T("it has not been verified by a second person");
    if (a->state == BANK_BLOCKED) return T("it is blocked");
    if (a->usable_from.ymd > work->today.ymd) return T("it was changed and its waiting period is not over");
    return NULL;
}

static struct fault *look_at_accounts(struct work *work, const struct payment_run *run, struct findings *findings)
{
    struct account_states accounts = { 0 };
    TRY(db_all(work, &sql_account_states, PAYMENT_KEY(run->id.n), INTO_LIST(payment_account_state, &accounts)));
    for (size_t i = 0; i < accounts.count; i++) {
        const struct payment_account_state *a = &accounts.at[i];
        const char *why = unusable_why(work, a);
        if (why)
            found(work, findings, true, a->id, (item_id){ 0 },
                  FAULT(work->arena, &payment_bank_unusable, "payments", PARAM_INT(work->arena, "number", a->number),
                        PARAM("iban", a->iban), PARAM("why", translate(work->language, why))));
        if (a->name_check > NAME_MATCHES)
            found(work, findings, false, a->id, (item_id){ 0 },
                  FAULT(work->arena, &other_name, "payments", PARAM("holder", a->holder), PARAM("iban", a->iban),
                        PARAM("known", a->name_known.at ? a->name_known : STR("-"))));
    }
    return NULL;
}

static struct fault *look_for_duplicates(struct work *work, const struct payment_run *run, struct findings *findings)
{
    struct duplicates duplicates = { 0 };
    TRY(db_all(work, &sql_run_duplicates, PAYMENT_KEY(run->id.n), INTO_LIST(payment_twin, &duplicates)));
    for (size_t i = 0; i < duplicates.count; i++) {
        const struct payment_twin *d = &duplicates.at[i];
        struct str other = d->run_number ? str_format(work->arena, "%.*s (%lld)", STR_ARG(d->other_reference),
                                                      (long long)d->run_number)
                                         : d->other_reference;
        found(work, findings, true, d->payment_id, d->item_id,
              FAULT(work->arena, &payment_duplicate, "items", PARAM("reference", d->item_reference), PARAM("other", other)));
    }
    return NULL;
}

static void look_at_run(struct work *work, const struct run_content *content, const struct bank_account *ours,
                        struct findings *findings)
{
    const struct payment_run *run = &content->run;
    struct str day = date_text(work->arena, run->execution_on);
    const payment_id none = { 0 };
    const item_id no_item = { 0 };
    if (!run->payment_count) found(work, findings, true, none, no_item, FAULT(work->arena, &payment_empty, "id"));
    if (!str_equal(payment_hash(work->arena, ours->iban, content), run->hash))
        found(work, findings, true, none, no_item, FAULT(work->arena, &payment_edited, "hash"));
    if (ours->is_closed)
        found(work, findings, true, none, no_item,
              FAULT(work->arena, &payment_account_closed, "bank_account_id", PARAM("account", ours->iban)));
    if (run->execution_on.ymd < work->today.ymd)
        found(work, findings, true, none, no_item,
              FAULT(work->arena, &payment_day_past, "execution_on", PARAM("day", day),
                    PARAM("least", date_text(work->arena, work->today))));
    else if (run->kind != PAYMENT_INSTANT && str_is(run->currency, "EUR") && target_is_closed(run->execution_on))
        found(work, findings, true, none, no_item,
              FAULT(work->arena, &payment_day_closed, "execution_on", PARAM("day", day),
                    PARAM("next", date_text(work->arena, target_open_from(run->execution_on)))));
    for (size_t i = 0; i < content->payments.count; i++) {
        const struct run_payment *p = &content->payments.at[i];
        const struct param holder = PARAM("holder", p->holder), iban = PARAM("iban", p->iban);
        if (p->state == PAID_CARRIED)
            found(work, findings, false, p->id, no_item,
                  FAULT(work->arena, &carried_over, "payments", holder,
                        PARAM("amount", money(work, -p->amount_minor, p->currency))));
        else if (p->is_changed)
            found(work, findings, false, p->id, no_item,
                  FAULT(work->arena, &changed_account, "payments", holder, iban, PARAM("last", p->last_iban)));
        else if (p->is_first)
            found(work, findings, false, p->id, no_item, FAULT(work->arena, &first_payment, "payments", holder, iban));
    }
}

/* Of "payments[12].creditor_iban", which payment. */
static payment_id payment_named(const struct run_batch *batch, struct str field)
{
    int64_t index;
    struct str rest;
    if (!str_starts(field, "payments[")) return (payment_id){ 0 };
    (void)str_cut(field, '[', &rest);
    if (!str_to_int(str_cut(rest, ']', &rest), &index) || index < 0 || (size_t)index >= batch->batch.payment_count)
        return (payment_id){ 0 };
    return batch->payments[index]->id;
}

struct fault *payment_find_problems(struct work *work, const struct run_content *content,
                                    const struct bank_account *ours, const struct run_batch *batch,
                                    struct findings *findings)
{
    look_at_run(work, content, ours, findings);
    TRY(look_at_parts(work, &content->run, findings));
    TRY(look_at_accounts(work, &content->run, findings));
    TRY(look_for_duplicates(work, &content->run, findings));
    for (struct fault *f = pain001_check(work->arena, &batch->batch, PAIN001_09), *next; f; f = next) {
        next = f->next;
        f->next = NULL;
        bool told = f->type == &sepa_batch_empty || f->type == &sepa_day_early; /* above, in words of a run */
        if (!told) found(work, findings, true, payment_named(batch, f->field), (item_id){ 0 }, f);
    }
    return NULL;
}

struct fault *payment_check(struct work *work, payment_run_id id, struct payment_checked *checked)
{
    struct run_content content = { 0 };
    struct bank_account ours = { 0 };
    struct run_batch batch = { 0 };
    struct findings findings = { 0 };
    TRY(payment_content_load(work, id, &content));
    if (content.run.state != RUN_PROPOSED) TRY(payment_move(work, &content.run, RUN_RELEASE)); /* says that it is too late */
    TRY(bank_account_load(work, content.run.bank_account_id, &ours));
    TRY(payment_batch_of(work, &content, &ours, &batch));
    TRY(payment_find_problems(work, &content, &ours, &batch, &findings));
    *checked = (struct payment_checked){ .ready = true, .hash = content.run.hash };
    for (size_t i = 0; i < findings.count; i++) {
        const struct finding *f = &findings.at[i];
        checked->ready &= !f->stops;
        *LIST_ADD(work->arena, &checked->problems) =
            (struct payment_problem){ f->stops,        str_of(f->fault->type->code),
                                      f->fault->field, fault_text(work->arena, f->fault, work->language),
                                      f->payment_id,   f->item_id };
    }
    struct text_changes changes = pain001_preview(work->arena, &batch.batch);
    for (size_t i = 0; i < changes.list.count; i++)
        *LIST_ADD(work->arena, &checked->changes) =
            (struct payment_change){ changes.list.at[i].field, changes.list.at[i].before, changes.list.at[i].after };
    return NULL;
}
