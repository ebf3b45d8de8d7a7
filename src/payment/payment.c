#include "payment/payment_private.h"
#include "payment.sql.h"

const struct fault_type payment_missing = { FAULT_MISSING, "payment.missing",
                                            "There is no such payment or payment run." };
const struct fault_type payment_changed = { FAULT_CONFLICT, "payment.changed",
                                            "Somebody changed this payment run; read it again." };
const struct fault_type payment_wrong_state = { FAULT_CONFLICT, "payment.wrong_state",
                                                "A payment run that is {state} can't be {event}." };
static const struct fault_type wrong_paid_state = { FAULT_CONFLICT, "payment.payment_wrong_state",
                                                    "Payment {number} is {state} and can't be {event}." };

/* ---- Records ---- */

static const char *const kinds[] = { NULL, "sepa", "instant", "urgent", "foreign" };
static const char *const run_states[] = { NULL,       "proposed", "released",  "sent",
                                          "accepted", "done",     "cancelled", "rejected" };
static const char *const run_events[] = { NULL,       "changed",  "released",  "sent",
                                          "accepted", "rejected", "cancelled", "finished" };
static const char *const paid_states[] = { NULL,       "proposed", "carried",  "released",
                                           "accepted", "rejected", "returned", "cancelled" };
static const char *const paid_events[] = { NULL, "released", "accepted", "rejected", "returned", "cancelled" };
static const char *const controls[] = { NULL, "receivables", "payables" };
static const char *const reference_kinds[] = { NULL, "rf", "kenmerk", "free" };
static const char *const name_checks[] = { NULL, "matches", "close", "differs", "unknown" };
static_assert(ARRAY_LENGTH(run_states) == RUN_STATE_COUNT && ARRAY_LENGTH(run_events) == RUN_EVENT_COUNT, "a name for each");
static_assert(ARRAY_LENGTH(paid_states) == PAID_STATE_COUNT && ARRAY_LENGTH(paid_events) == PAID_EVENT_COUNT, "a name for each");

RECORD(payment_run, {
    ID(struct payment_run, id, .sort = true),
    FIELD(struct payment_run, number, .filter = true, .sort = true),
    ID(struct payment_run, bank_account_id, .filter = true),
    FIELD(struct payment_run, execution_on, .filter = true, .sort = true),
    FIELD(struct payment_run, currency, .filter = true),
    FIELD(struct payment_run, kind, CHOICES(kinds), .filter = true),
    FIELD(struct payment_run, each_booked, .about = "the statement shows each payment; else one total"),
    FIELD(struct payment_run, state, CHOICES(run_states), .filter = true, .sort = true),
    FIELD(struct payment_run, message_id, .filter = true),
    FIELD(struct payment_run, payment_count),
    FIELD(struct payment_run, carried_count,
          .about = "payees whose credit notes are worth as much as the bills"),
    FIELD(struct payment_run, part_count),
    AMOUNT(struct payment_run, total_minor, .currency = "currency", .sort = true),
    FIELD(struct payment_run, hash, .about = "SHA-256 over what is to be released"),
    FIELD(struct payment_run, proposed_by, .filter = true),
    FIELD(struct payment_run, proposed_at, .sort = true),
    FIELD_OF(FIELD_ID, int64_t, struct payment_run, released_by, OPTIONAL, .filter = true),
    FIELD(struct payment_run, released_at, OPTIONAL),
    FIELD(struct payment_run, released_on, OPTIONAL),
    FIELD(struct payment_run, released_hash, OPTIONAL),
    ID(struct payment_run, document_id, OPTIONAL),
    FIELD(struct payment_run, sent_at, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct payment_run, sent_by, OPTIONAL),
    FIELD(struct payment_run, ended_at, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct payment_run, ended_by, OPTIONAL),
    FIELD(struct payment_run, reason, .max = 500, OPTIONAL),
    FIELD(struct payment_run, version),
});
RECORD(run_payment, {
    ID(struct run_payment, id),
    ID(struct run_payment, run_id),
    FIELD(struct run_payment, number),
    ID(struct run_payment, party_id),
    ID(struct run_payment, account_id),
    FIELD(struct run_payment, control, CHOICES(controls),
          .about = "payables: a supplier; receivables: a refund to a customer"),
    ID(struct run_payment, party_bank_id, OPTIONAL),
    FIELD(struct run_payment, iban, OPTIONAL),
    FIELD(struct run_payment, bic, OPTIONAL),
    FIELD(struct run_payment, holder),
    FIELD(struct run_payment, currency),
    AMOUNT(struct run_payment, amount_minor, .currency = "currency"),
    FIELD(struct run_payment, end_to_end_id),
    FIELD(struct run_payment, reference_kind, CHOICES(reference_kinds)),
    FIELD(struct run_payment, reference),
    FIELD(struct run_payment, state, CHOICES(paid_states)),
    FIELD(struct run_payment, last_iban, OPTIONAL, .about = "where this payee was paid the last time"),
    FIELD(struct run_payment, is_changed, .about = "the account has changed since the last payment"),
    FIELD(struct run_payment, is_first, .about = "never paid before"),
    ID(struct run_payment, entry_id, OPTIONAL),
    ID(struct run_payment, allocation_id, OPTIONAL),
    FIELD(struct run_payment, name_check, CHOICES(name_checks), OPTIONAL,
          .about = "verification of payee, as the bank answered"),
    FIELD(struct run_payment, name_known, OPTIONAL),
    FIELD(struct run_payment, reason_code, OPTIONAL),
    FIELD(struct run_payment, reason, .max = 2000, OPTIONAL),
    FIELD(struct run_payment, ended_on, OPTIONAL),
});
RECORD(run_part, {
    ID(struct run_part, payment_id),
    ID(struct run_part, run_id),
    ID(struct run_part, item_id),
    FIELD(struct run_part, source_kind),
    FIELD(struct run_part, source_id),
    FIELD(struct run_part, item_reference),
    AMOUNT(struct run_part, amount_minor, .currency = "currency",
           .about = "a bill positive, a credit note negative"),
    AMOUNT(struct run_part, discount_minor, .currency = "currency", .about = "taken off: settled, not paid"),
    FIELD(struct run_part, currency),
    FIELD(struct run_part, is_live),
});
RECORD(payment_due, {
    ID(struct payment_due, id, .sort = true, .about = "the open item"),
    ID(struct payment_due, party_id, .filter = true),
    FIELD(struct payment_due, party_number, .filter = true),
    FIELD(struct payment_due, party_name, .filter = true, .sort = true),
    ID(struct payment_due, account_id),
    FIELD(struct payment_due, control, CHOICES(controls), .filter = true),
    FIELD(struct payment_due, item_kind, .filter = true),
    FIELD(struct payment_due, source_kind, .filter = true),
    FIELD(struct payment_due, source_id, .filter = true),
    FIELD(struct payment_due, item_reference, .filter = true),
    FIELD(struct payment_due, dated_on),
    FIELD(struct payment_due, due_on, .filter = true, .sort = true),
    FIELD(struct payment_due, currency, .filter = true),
    AMOUNT(struct payment_due, amount_minor, .currency = "currency", .sort = true,
           .about = "positive: to pay; negative: a credit note"),
    AMOUNT(struct payment_due, discount_minor, .currency = "currency"),
    FIELD(struct payment_due, discount_on, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct payment_due, reference_kind, CHOICES(reference_kinds), OPTIONAL),
    FIELD(struct payment_due, reference, OPTIONAL),
    FIELD(struct payment_due, asked_iban, OPTIONAL),
    ID(struct payment_due, party_bank_id, OPTIONAL),
    FIELD(struct payment_due, iban, OPTIONAL),
    FIELD(struct payment_due, bic, OPTIONAL),
    FIELD(struct payment_due, holder),
    FIELD(struct payment_due, last_iban, OPTIONAL),
    FIELD(struct payment_due, is_changed, .filter = true),
    FIELD(struct payment_due, is_first, .filter = true),
    FIELD(struct payment_due, is_refund, .filter = true,
          .about = "it was decided that a customer gets this back"),
    ID(struct payment_due, run_id, OPTIONAL, .filter = true),
    AMOUNT(struct payment_due, part_minor, .currency = "currency", .about = "what that run pays of it"),
    AMOUNT(struct payment_due, taken_minor, .currency = "currency", .about = "and the discount it takes"),
    FIELD(struct payment_due, hold_reason, OPTIONAL),
    FIELD(struct payment_due, hold_until, OPTIONAL),
    FIELD(struct payment_due, blocks, OPTIONAL, .filter = true,
          .about = "words between spaces: what keeps it from being paid"),
});
RECORD(payment_shown, {
    PART(struct payment_shown, run, payment_run),
    LIST(struct payment_shown, payments, run_payment, .max = 200000),
    LIST(struct payment_shown, parts, run_part, .max = 1000000),
    LIST(struct payment_shown, left_out, payment_due, .max = 1000000, .about = "due, but blocked"),
});
RECORD(payment_key, { FIELD(struct payment_key, id, .min = 1, .max = EXACT_MAX) });

/* ---- States ---- */

enum run_state run_next(enum run_event event, enum run_state from)
{
    static const enum run_state next[RUN_EVENT_COUNT][RUN_STATE_COUNT] = {
        [RUN_EDIT] = { [RUN_PROPOSED] = RUN_PROPOSED },
        [RUN_RELEASE] = { [RUN_PROPOSED] = RUN_RELEASED },
        [RUN_SEND] = { [RUN_RELEASED] = RUN_SENT,
                       [RUN_SENT] = RUN_SENT,
                       [RUN_ACCEPTED] = RUN_ACCEPTED,
                       [RUN_DONE] = RUN_DONE },
        [RUN_ACCEPT] = { [RUN_RELEASED] = RUN_ACCEPTED,
                         [RUN_SENT] = RUN_ACCEPTED,
                         [RUN_ACCEPTED] = RUN_ACCEPTED,
                         [RUN_DONE] = RUN_DONE },
        [RUN_REJECT] = { [RUN_RELEASED] = RUN_REJECTED, [RUN_SENT] = RUN_REJECTED, [RUN_ACCEPTED] = RUN_REJECTED },
        [RUN_CANCEL] = { [RUN_PROPOSED] = RUN_CANCELLED, [RUN_RELEASED] = RUN_CANCELLED },
        [RUN_FINISH] = { [RUN_RELEASED] = RUN_DONE, [RUN_SENT] = RUN_DONE, [RUN_ACCEPTED] = RUN_DONE },
    };
    ensure((unsigned)event < RUN_EVENT_COUNT && (unsigned)from < RUN_STATE_COUNT);
    return next[event][from];
}

enum paid_state paid_next(enum paid_event event, enum paid_state from)
{
    static const enum paid_state next[PAID_EVENT_COUNT][PAID_STATE_COUNT] = {
        [PAID_RELEASE] = { [PAID_PROPOSED] = PAID_RELEASED },
        [PAID_ACCEPT] = { [PAID_RELEASED] = PAID_ACCEPTED, [PAID_ACCEPTED] = PAID_ACCEPTED },
        [PAID_REJECT] = { [PAID_RELEASED] = PAID_REJECTED, [PAID_ACCEPTED] = PAID_REJECTED },
        [PAID_RETURN] = { [PAID_RELEASED] = PAID_RETURNED, [PAID_ACCEPTED] = PAID_RETURNED },
        [PAID_CANCEL] = { [PAID_PROPOSED] = PAID_CANCELLED, [PAID_CARRIED] = PAID_CANCELLED, [PAID_RELEASED] = PAID_CANCELLED },
    };
    ensure((unsigned)event < PAID_EVENT_COUNT && (unsigned)from < PAID_STATE_COUNT);
    return next[event][from];
}

struct fault *payment_move(struct work *work, struct payment_run *run, enum run_event event)
{
    enum run_state to = run_next(event, run->state);
    if (!to)
        return FAULT(work->arena, &payment_wrong_state, "id", PARAM("state", translate(work->language, run_states[run->state])),
                     PARAM("event", translate(work->language, run_events[event])));
    run->state = to;
    return NULL;
}

struct fault *payment_move_one(struct work *work, struct run_payment *payment, enum paid_event event)
{
    enum paid_state to = paid_next(event, payment->state);
    if (!to)
        return FAULT(work->arena, &wrong_paid_state, "id", PARAM_INT(work->arena, "number", payment->number),
                     PARAM("state", translate(work->language, paid_states[payment->state])),
                     PARAM("event", translate(work->language, paid_events[event])));
    payment->state = to;
    return NULL;
}

/* ---- Reading ---- */

struct fault *payment_run_load(struct work *work, payment_run_id id, struct payment_run *run)
{
    return db_one(work, &sql_run_by_id, PAYMENT_KEY(id.n), INTO(payment_run, run), &payment_missing);
}

struct fault *payment_content_load(struct work *work, payment_run_id id, struct run_content *content)
{
    *content = (struct run_content){ 0 };
    TRY(payment_run_load(work, id, &content->run));
    TRY(db_all(work, &sql_payments_of, PAYMENT_KEY(id.n), INTO_LIST(run_payment, &content->payments)));
    return db_all(work, &sql_parts_of_run, PAYMENT_KEY(id.n), INTO_LIST(run_part, &content->parts));
}

struct fault *payment_show(struct work *work, payment_run_id id, struct payment_shown *shown)
{
    struct run_content content = { 0 };
    TRY(payment_content_load(work, id, &content));
    *shown = (struct payment_shown){ content.run, content.payments, content.parts, { 0 } };
    return NULL;
}

struct fault *payment_run_keep(struct work *work, const struct payment_run *before, struct payment_run *run)
{
    TRY(db_change(work, &sql_run_save, GIVEN(payment_run, run), &payment_changed));
    run->version++;
    work_changed(work, "payment_run", run->id.n, GIVEN(payment_run, before), GIVEN(payment_run, run));
    return NULL;
}

/* Every value with its length before it, so that no two contents make the same text. */
static void hash_text(struct text *text, struct str s) { text_addf(text, "%zu:%.*s;", s.length, STR_ARG(s)); }
static void hash_int(struct text *text, int64_t n) { text_addf(text, "%lld;", (long long)n); }

struct str payment_hash(struct arena *arena, struct str our_iban, const struct run_content *content)
{
    const struct payment_run *run = &content->run;
    struct text text = text_new(arena);
    uint8_t hash[32];
    hash_int(&text, run->id.n), hash_text(&text, our_iban), hash_text(&text, run->message_id), hash_text(&text, run->currency);
    hash_int(&text, run->execution_on.ymd), hash_int(&text, (int64_t)run->kind), hash_int(&text, run->each_booked);
    for (size_t i = 0; i < content->payments.count; i++) {
        const struct run_payment *p = &content->payments.at[i];
        hash_int(&text, p->id.n), hash_int(&text, p->party_id.n), hash_int(&text, p->account_id.n),
            hash_int(&text, p->party_bank_id.n);
        hash_text(&text, p->iban), hash_text(&text, p->bic), hash_text(&text, p->holder), hash_text(&text, p->currency);
        hash_int(&text, p->amount_minor), hash_text(&text, p->end_to_end_id),
            hash_int(&text, (int64_t)p->reference_kind), hash_text(&text, p->reference);
    }
    for (size_t i = 0; i < content->parts.count; i++) {
        const struct run_part *q = &content->parts.at[i];
        hash_int(&text, q->payment_id.n), hash_int(&text, q->item_id.n), hash_int(&text, q->amount_minor);
        if (q->discount_minor) hash_int(&text, q->discount_minor);
    }
    struct str all = text_str(&text);
    sha256(all.at, all.length, hash);
    return hex_text(arena, hash, sizeof hash);
}

/* What an import said of an item came without a kind: its check digits tell. */
void payment_dues_tell(struct arena *arena, struct payment_dues *dues)
{
    for (size_t i = 0; i < dues->count; i++) {
        struct payment_due *due = &dues->at[i];
        if (due->reference_kind || !due->reference.length) continue;
        const struct reference told = reference_guess(arena, due->reference);
        due->reference_kind = told.kind, due->reference = told.text;
    }
}

/* ---- Operations ---- */

struct payment_due_until {
    struct date until;
};
RECORD(payment_due_until, { FIELD(struct payment_due_until, until, OPTIONAL,
                                  .about = "due, or with a discount, on or before this day; left out: all") });
static struct fault *due_list(struct work *work, const struct payment_due_until *takes, const struct list_query *query,
                              struct payment_dues *rows, struct str *next)
{
    static const char *const ordered[] = { "party_id", "party_number", "party_name",  "control",
                                           "due_on",   "amount",       "discount_on", NULL };
    struct list_query asked = *query;
    asked.common = STR(",control,");
    if (!query->count && db_list_is_on(query, ordered)) {
        TRY(db_list_ids(work, &sql_due_order, GIVEN(payment_due_until, takes), &payment_due_record, &asked, &asked.among));
        asked.is_among = true;
    }
    TRY(db_list(work, &sql_due_until, GIVEN(payment_due_until, takes), &asked, INTO_LIST(payment_due, rows), next));
    payment_dues_tell(work->arena, rows);
    return NULL;
}
LISTABLE(due_list, payment_due_until, payment_due, payment_dues);

static struct fault *run_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                              struct payment_runs *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_run_list, NONE, query, INTO_LIST(payment_run, rows), next);
}
LISTABLE(run_list, nothing, payment_run, payment_runs);

static struct fault *run_show(struct work *work, const struct payment_key *takes, struct payment_shown *out)
{
    return payment_show(work, (payment_run_id){ takes->id }, out);
}
CALLABLE(run_show, payment_key, payment_shown);

static struct fault *run_propose(struct work *work, const struct payment_proposal *takes, struct payment_shown *out)
{
    return payment_propose(work, takes, out);
}
CALLABLE(run_propose, payment_proposal, payment_shown);
static struct fault *run_add(struct work *work, const struct payment_edit *takes, struct payment_shown *out)
{
    return payment_add(work, takes, out);
}
CALLABLE(run_add, payment_edit, payment_shown);
static struct fault *run_drop(struct work *work, const struct payment_edit *takes, struct payment_shown *out)
{
    return payment_drop(work, takes, out);
}
CALLABLE(run_drop, payment_edit, payment_shown);
static struct fault *run_day(struct work *work, const struct payment_day *takes, struct payment_shown *out)
{
    return payment_move_day(work, takes, out);
}
CALLABLE(run_day, payment_day, payment_shown);

static const struct operation operations[] = {
    { "payment due", "GET", "/payments/due", "payment.read", OPERATION_READS | OPERATION_SLOW, NULL, &due_list_list,
      "List what could be paid until a day, and what blocks each" },
    { "payment list", "GET", "/payment-runs", "payment.read", OPERATION_READS, NULL, &run_list_list,
      "List the payment runs" },
    { "payment show", "GET", "/payment-runs/{id}", "payment.read", OPERATION_READS | OPERATION_SLOW, &run_show_call,
      NULL, "Show a payment run: payees, bills, changed accounts, total" },
    { "payment propose", "POST", "/payment-runs", "payment.propose", OPERATION_SLOW, &run_propose_call, NULL,
      "Propose a payment run of what is due or of chosen bills" },
    { "payment add", "POST", "/payment-runs/{id}/add", "payment.propose", OPERATION_SLOW, &run_add_call, NULL,
      "Add bills to a proposed payment run" },
    { "payment drop", "POST", "/payment-runs/{id}/drop", "payment.propose", OPERATION_SLOW, &run_drop_call, NULL,
      "Take bills out of a proposed payment run" },
    { "payment day", "POST", "/payment-runs/{id}/day", "payment.propose", OPERATION_SLOW, &run_day_call, NULL,
      "Choose another day for a proposed payment run" },
};
const struct operation_table payment_runs_table = { "payment", operations, ARRAY_LENGTH(operations) };
