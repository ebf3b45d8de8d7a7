#include "bill/bill_private.h"
#include "bill.sql.h"

const struct fault_type bill_missing = { FAULT_MISSING, "bill.missing", "There is no such bill." };
const struct fault_type bill_changed = { FAULT_CONFLICT, "bill.changed", "Somebody changed this bill; read it again." };
const struct fault_type bill_wrong_state = { FAULT_CONFLICT, "bill.wrong_state",
                                             "Bill {bill} is {state}; that can't be done with it now." };
const struct fault_type bill_no_supplier = { FAULT_CONFLICT, "bill.no_supplier", "Say who the supplier is." };
const struct fault_type bill_no_number = { FAULT_CONFLICT, "bill.no_number", "Fill in the supplier's invoice number." };
const struct fault_type bill_no_day = { FAULT_CONFLICT, "bill.no_day", "Fill in the day of issue and the day it is due." };
const struct fault_type bill_uncoded = { FAULT_CONFLICT, "bill.uncoded", "Choose a ledger account for line {line}." };
const struct fault_type bill_no_vat_code = { FAULT_CONFLICT, "bill.no_vat_code", "Choose a VAT code for line {line}." };
const struct fault_type bill_supplier_blocked = { FAULT_CONFLICT, "bill.supplier_blocked",
                                                  "Supplier {supplier} is blocked: {why}." };
const struct fault_type bill_not_as_submitted = {
    FAULT_CONFLICT, "bill.not_as_submitted", "This bill is not what was submitted any more; it must be submitted again."
};
static const struct fault_type bill_no_lines = { FAULT_CONFLICT, "bill.no_lines", "The bill has no lines; add at least one." };

static const char *const states[] = { NULL, "received", "coded", "submitted", "approved", "refused" };
static const char *const kinds[] = { NULL, "invoice", "credit_note" };
static const char *const reference_kinds[] = { NULL, "rf", "kenmerk", "free" };
#define MONEY(member, ...) AMOUNT(struct bill, member, .currency = "currency", __VA_ARGS__)
RECORD(bill, {
    ID(struct bill, id, .sort = true),
    FIELD(struct bill, receipt_number, .about = "ours, without gaps"),
    FIELD(struct bill, state, CHOICES(states)),
    ID(struct bill, party_id, OPTIONAL),
    FIELD(struct bill, supplier_basis, .max = 40, OPTIONAL, .about = "how the supplier was found"),
    FIELD(struct bill, kind, CHOICES(kinds)),
    FIELD(struct bill, number, .max = 100, OPTIONAL, .about = "the supplier's"),
    FIELD(struct bill, number_key, .max = 100, OPTIONAL, .secret = true),
    FIELD(struct bill, issued_on, OPTIONAL),
    FIELD(struct bill, due_on, OPTIONAL),
    FIELD(struct bill, booked_on, OPTIONAL, .about = "left out: the day of issue"),
    FIELD(struct bill, currency, .min = 3, .max = 3),
    MONEY(net_minor),
    MONEY(vat_minor),
    MONEY(total_minor),
    MONEY(prepaid_minor),
    MONEY(rounding_minor),
    MONEY(payable_minor),
    FIELD(struct bill, reference_kind, CHOICES(reference_kinds), OPTIONAL),
    FIELD(struct bill, reference, .max = 140, OPTIONAL),
    FIELD(struct bill, iban, .max = 34, OPTIONAL, .about = "asked for on the document"),
    MONEY(discount_minor, OPTIONAL),
    FIELD(struct bill, discount_on, OPTIONAL),
    FIELD(struct bill, order_reference, .max = 100, OPTIONAL),
    FIELD(struct bill, buyer_reference, .max = 100, OPTIONAL),
    FIELD(struct bill, seller_name, .max = 200, OPTIONAL),
    FIELD(struct bill, seller_kvk_number, .max = 8, OPTIONAL),
    FIELD(struct bill, seller_oin, .max = 20, OPTIONAL),
    FIELD(struct bill, seller_vat_number, .max = 20, OPTIONAL),
    FIELD(struct bill, seller_endpoint_scheme, .max = 10, OPTIONAL),
    FIELD(struct bill, seller_endpoint, .max = 100, OPTIONAL),
    FIELD(struct bill, payee_name, .max = 200, OPTIONAL, .about = "to be paid instead of the seller"),
    ID(struct bill, document_id, OPTIONAL),
    ID(struct bill, xml_document_id, OPTIONAL),
    BYTES(struct bill, file_hash, .max = 32, OPTIONAL, .secret = true),
    FIELD(struct bill, syntax, .max = 10),
    FIELD(struct bill, via_portal, .about = "sent by the supplier through the portal"),
    FIELD(struct bill, received_at),
    FIELD(struct bill, entered_by),
    FIELD_OF(FIELD_ID, int64_t, struct bill, submitted_by, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct bill, approved_by, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct bill, refused_by, OPTIONAL),
    FIELD(struct bill, submitted_at, OPTIONAL),
    FIELD(struct bill, approved_at, OPTIONAL),
    FIELD(struct bill, refused_at, OPTIONAL),
    FIELD(struct bill, refuse_reason, .max = 1000, OPTIONAL),
    FIELD(struct bill, submitted_hash, .max = 64, OPTIONAL),
    FIELD(struct bill, approved_hash, .max = 64, OPTIONAL),
    ID(struct bill, entry_id, OPTIONAL),
    FIELD(struct bill, notes, .max = 4000, OPTIONAL),
    FIELD(struct bill, version),
});
RECORD(bill_line, {
    ID(struct bill_line, bill_id),
    FIELD(struct bill_line, line_no),
    FIELD(struct bill_line, description, .max = 1000),
    FIELD(struct bill_line, quantity, OPTIONAL),
    FIELD(struct bill_line, price, OPTIONAL),
    FIELD(struct bill_line, unit, .max = 20, OPTIONAL),
    FIELD(struct bill_line, currency, OPTIONAL),
    AMOUNT(struct bill_line, net_minor, .currency = "currency"),
    AMOUNT(struct bill_line, vat_minor, .currency = "currency"),
    FIELD(struct bill_line, vat_category, .max = 10, OPTIONAL),
    FIELD(struct bill_line, vat_rate, OPTIONAL),
    FIELD(struct bill_line, vat_reason, .max = 500, OPTIONAL),
    ID(struct bill_line, account_id, OPTIONAL),
    ID(struct bill_line, vat_code_id, OPTIONAL),
    FIELD(struct bill_line, cost_center, .max = 40, OPTIONAL),
    FIELD(struct bill_line, coded_from, .max = 40, OPTIONAL, .about = "supplier, earlier bill or person"),
});
RECORD(bill_key, { ID(struct bill_key, id) });
struct event_row {
    struct {
        int64_t n;
    } id;
    bill_id bill_id;
    struct str event;
    enum bill_state state;
    int64_t user_id;
    struct instant at;
    struct str note;
};
RECORD(event_row, {
    ID(struct event_row, id),
    ID(struct event_row, bill_id),
    FIELD(struct event_row, event),
    FIELD(struct event_row, state, CHOICES(states)),
    FIELD(struct event_row, at),
    FIELD(struct event_row, note, .max = 1000, OPTIONAL),
});
struct open_row {
    int64_t open_minor;
};
RECORD(open_row, { FIELD(struct open_row, open_minor) });

struct fault *bill_load(struct work *work, bill_id id, struct bill *bill)
{
    return db_one(work, &sql_bill_by_id, BILL_KEY(id), INTO(bill, bill), &bill_missing);
}

struct fault *bill_load_version(struct work *work, bill_id id, int64_t version, struct bill *bill)
{
    TRY(bill_load(work, id, bill));
    return bill->version == version ? NULL : FAULT(work->arena, &bill_changed, "version");
}

struct fault *bill_lines_of(struct work *work, bill_id id, struct bill_lines *lines)
{
    return db_all(work, &sql_bill_lines_of, BILL_KEY(id), INTO_LIST(bill_line, lines));
}

struct fault *bill_lines_write(struct work *work, const struct bill *bill, struct bill_lines *lines)
{
    TRY(db_run(work, &sql_bill_lines_clear, BILL_KEY(bill->id)));
    for (size_t i = 0; i < lines->count; i++) {
        lines->at[i].bill_id = bill->id;
        lines->at[i].line_no = (int64_t)i + 1;
        lines->at[i].currency = bill->currency;
        TRY(record_check(work->arena, GIVEN(bill_line, &lines->at[i])));
    }
    return lines->count ? db_run_each(work, &sql_bill_line_add, GIVEN(bill_line, lines->at), lines->count) : NULL;
}

struct fault *bill_open(struct work *work, const struct bill *bill, int64_t *open_minor)
{
    struct open_row row = { 0 };
    TRY(db_one(work, &sql_bill_open, BILL_KEY(bill->id), INTO(open_row, &row), &bill_missing));
    *open_minor = bill->kind == BILL_CREDIT_NOTE ? row.open_minor : -row.open_minor;
    return NULL;
}

/* ---- States ---- */

static const enum bill_state next_state[BILL_EVENT_COUNT][BILL_STATE_COUNT] = {
    [BILL_EVENT_EDIT] = { [BILL_RECEIVED] = BILL_RECEIVED, [BILL_CODED] = BILL_RECEIVED, [BILL_SUBMITTED] = BILL_RECEIVED },
    [BILL_EVENT_CODE] = { [BILL_RECEIVED] = BILL_CODED, [BILL_CODED] = BILL_CODED, [BILL_SUBMITTED] = BILL_CODED },
    [BILL_EVENT_SUBMIT] = { [BILL_CODED] = BILL_SUBMITTED },
    [BILL_EVENT_APPROVE] = { [BILL_SUBMITTED] = BILL_APPROVED },
    [BILL_EVENT_REFUSE] = { [BILL_RECEIVED] = BILL_REFUSED, [BILL_CODED] = BILL_REFUSED, [BILL_SUBMITTED] = BILL_REFUSED },
    [BILL_EVENT_REOPEN] = { [BILL_APPROVED] = BILL_RECEIVED, [BILL_REFUSED] = BILL_RECEIVED },
};

enum bill_state bill_next(enum bill_state state, enum bill_event event) { return next_state[event][state]; }

struct str bill_state_name(enum bill_state state) { return str_of(states[state]); }

struct str bill_name(struct work *work, const struct bill *bill)
{
    return bill->number.length ? bill->number : str_format(work->arena, "#%lld", (long long)bill->receipt_number);
}

struct fault *bill_step(struct work *work, struct bill *bill, enum bill_event event)
{
    enum bill_state next = bill_next(bill->state, event);
    if (!next)
        return FAULT(work->arena, &bill_wrong_state, NULL, PARAM("bill", bill_name(work, bill)),
                     PARAM("state", translate(work->language, states[bill->state])));
    bill->state = next;
    return NULL;
}

struct fault *bill_note(struct work *work, const struct bill *bill, const char *event, struct str note)
{
    const struct event_row row = {
        { id_new(work) }, bill->id, str_of(event), bill->state, work->user_id, work->now, str_utf8_clip(note, 1000)
    };
    return db_run(work, &sql_bill_event_add, GIVEN(event_row, &row));
}

static struct fault *save(struct work *work, struct bill *bill, const struct bill *before, const char *event, struct str note)
{
    TRY(record_check(work->arena, GIVEN(bill, bill)));
    TRY(db_change(work, &sql_bill_save, GIVEN(bill, bill), &bill_changed));
    bill->version++;
    work_changed(work, "bill", bill->id.n, GIVEN(bill, before), GIVEN(bill, bill));
    return bill_note(work, bill, event, note);
}

static void void_submission(struct bill *bill)
{
    bill->submitted_by = 0;
    bill->submitted_at.us = 0;
    bill->submitted_hash = (struct str){ 0 };
}

static struct fault *fill_due_day(struct work *work, struct bill *bill)
{
    struct party party = { 0 };
    if (!bill->party_id.n || !bill->issued_on.ymd || bill->due_on.ymd) return NULL;
    TRY(party_load(work, bill->party_id, &party));
    bill->due_on = date_add_days(bill->issued_on, (int)party.supplier_terms_days);
    return NULL;
}

struct fault *bill_add(struct work *work, struct bill *bill, struct bill_lines *lines, struct bill_problems *problems,
                       const char *event)
{
    bill->number_key = bill_number_key(work->arena, bill->number);
    if (!bill->party_id.n) TRY(bill_find_supplier(work, bill, lines));
    TRY(fill_due_day(work, bill));
    TRY(bill_step(work, bill, bill->party_id.n && bill_is_coded(lines) ? BILL_EVENT_CODE : BILL_EVENT_EDIT));
    TRY(ledger_number_next(work, "bill", "bill", bill->id.n, &bill->receipt_number));
    TRY(record_check(work->arena, GIVEN(bill, bill)));
    TRY(db_run(work, &sql_bill_add, GIVEN(bill, bill)));
    TRY(bill_lines_write(work, bill, lines));
    TRY(bill_problems_write(work, bill, problems));
    TRY(access_duty(work, "bill", bill->id.n, "bill.enter"));
    work_changed(work, "bill", bill->id.n, (struct given){ &bill_record, NULL }, GIVEN(bill, bill));
    TRY(bill_note(work, bill, event, (struct str){ 0 }));
    TRY(bill_propose_bank(work, bill));
    return bill_recheck(work, bill);
}

struct fault *bill_edited(struct work *work, struct bill *bill, const struct bill *before, const char *event)
{
    struct bill_lines lines = { 0 };
    bill->number_key = bill_number_key(work->arena, bill->number);
    TRY(fill_due_day(work, bill));
    TRY(bill_lines_of(work, bill->id, &lines));
    TRY(bill_step(work, bill, bill->party_id.n && bill_is_coded(&lines) ? BILL_EVENT_CODE : BILL_EVENT_EDIT));
    void_submission(bill);
    TRY(access_duty(work, "bill", bill->id.n, "bill.enter"));
    TRY(save(work, bill, before, event, (struct str){ 0 }));
    TRY(bill_propose_bank(work, bill));
    return bill_recheck(work, bill);
}

/* ---- What is approved, as one hash ---- */

static void add_text(struct text *t, struct str s) { text_addf(t, "%zu:%.*s;", s.length, STR_ARG(s)); }
static void add_number(struct text *t, int64_t n) { text_addf(t, "%lld;", (long long)n); }

struct str bill_hash(struct work *work, const struct bill *b, const struct bill_lines *lines)
{
    struct text t = text_new(work->arena);
    uint8_t hash[32];
    const int64_t numbers[] = {
        b->party_id.n,    b->kind,           b->issued_on.ymd,   b->due_on.ymd,        b->booked_on.ymd,
        b->net_minor,     b->vat_minor,      b->total_minor,     b->prepaid_minor,     b->rounding_minor,
        b->payable_minor, b->discount_minor, b->discount_on.ymd, (int64_t)lines->count
    };
    const struct str texts[] = { b->number, b->currency, b->iban, b->reference, b->payee_name };
    text_addz(&t, "florin bill 1;");
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) add_number(&t, numbers[i]);
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) add_text(&t, texts[i]);
    for (size_t i = 0; i < lines->count; i++) {
        const struct bill_line *l = &lines->at[i];
        const int64_t of_line[] = { l->line_no, l->net_minor, l->vat_minor, l->account_id.n, l->vat_code_id.n };
        for (size_t k = 0; k < ARRAY_LENGTH(of_line); k++) add_number(&t, of_line[k]);
        add_text(&t, l->description);
        add_text(&t, l->cost_center);
    }
    sha256(t.at, t.length, hash);
    return hex_text(work->arena, hash, sizeof hash);
}

/* ---- Submitting, approving, refusing, reopening ---- */

struct fault *bill_check_ready(struct work *work, const struct bill *bill, const struct bill_lines *lines)
{
    struct fault *faults = NULL;
    struct party party = { 0 };
    struct arena *arena = work->arena;
    if (!bill->party_id.n) faults = fault_join(faults, FAULT(arena, &bill_no_supplier, "party_id"));
    else TRY(party_load(work, bill->party_id, &party));
    if (party.is_blocked)
        faults = fault_join(faults, FAULT(arena, &bill_supplier_blocked, "party_id", PARAM("supplier", party.name),
                                          PARAM("why", party.block_reason.at ? party.block_reason : STR("-"))));
    if (!bill->number.length) faults = fault_join(faults, FAULT(arena, &bill_no_number, "number"));
    if (!bill->issued_on.ymd || !bill->due_on.ymd)
        faults = fault_join(faults, FAULT(arena, &bill_no_day, bill->issued_on.ymd ? "due_on" : "issued_on"));
    if (!lines->count) faults = fault_join(faults, FAULT(arena, &bill_no_lines, "lines"));
    for (size_t i = 0, told = 0; i < lines->count && told < 20; i++) {
        const char *field = str_format(arena, "lines[%zu]", i).at;
        if (!lines->at[i].account_id.n)
            told++, faults = fault_join(faults,
                                        FAULT(arena, &bill_uncoded, field, PARAM_INT(arena, "line", (int64_t)i + 1)));
        if (!lines->at[i].vat_code_id.n)
            told++, faults = fault_join(
                        faults, FAULT(arena, &bill_no_vat_code, field, PARAM_INT(arena, "line", (int64_t)i + 1)));
    }
    return faults;
}

struct fault *bill_submit(struct work *work, bill_id id, int64_t version, struct bill *bill)
{
    struct bill_lines lines = { 0 };
    TRY(bill_load_version(work, id, version, bill));
    const struct bill before = *bill;
    TRY(bill_lines_of(work, id, &lines));
    if (bill->state == BILL_RECEIVED || bill->state == BILL_CODED) TRY(bill_check_ready(work, bill, &lines));
    TRY(bill_step(work, bill, BILL_EVENT_SUBMIT));
    TRY(access_duty(work, "bill", id.n, "bill.enter"));
    bill->submitted_by = work->user_id;
    bill->submitted_at = work->now;
    bill->submitted_hash = bill_hash(work, bill, &lines);
    TRY(save(work, bill, &before, "submit", (struct str){ 0 }));
    return bill_recheck(work, bill);
}

struct fault *bill_approve(struct work *work, bill_id id, int64_t version, struct bill *bill)
{
    struct bill_lines lines = { 0 };
    TRY(bill_load_version(work, id, version, bill));
    const struct bill before = *bill;
    TRY(bill_step(work, bill, BILL_EVENT_APPROVE));
    TRY(access_duty(work, "bill", id.n, "bill.approve"));
    TRY(bill_lines_of(work, id, &lines));
    struct str hash = bill_hash(work, bill, &lines);
    if (!str_equal(hash, bill->submitted_hash)) return FAULT(work->arena, &bill_not_as_submitted, "version");
    TRY(bill_recheck(work, bill));
    TRY(fault_join(bill_check_ready(work, bill, &lines), bill_check_clean(work, bill)));
    TRY(bill_post(work, bill, &lines));
    bill->approved_by = work->user_id;
    bill->approved_at = work->now;
    bill->approved_hash = hash;
    return save(work, bill, &before, "approve", (struct str){ 0 });
}

struct fault *bill_refuse(struct work *work, bill_id id, int64_t version, struct str reason, struct bill *bill)
{
    TRY(bill_load_version(work, id, version, bill));
    const struct bill before = *bill;
    TRY(bill_step(work, bill, BILL_EVENT_REFUSE));
    void_submission(bill);
    bill->refused_by = work->user_id;
    bill->refused_at = work->now;
    bill->refuse_reason = reason;
    return save(work, bill, &before, "refuse", reason);
}

struct fault *bill_reopen(struct work *work, bill_id id, int64_t version, struct date on, struct str reason, struct bill *bill)
{
    struct bill_lines lines = { 0 };
    struct entry reversal = { 0 };
    TRY(bill_load_version(work, id, version, bill));
    const struct bill before = *bill;
    TRY(bill_step(work, bill, BILL_EVENT_REOPEN));
    struct date posted_on = bill->booked_on.ymd ? bill->booked_on : bill->issued_on;
    if (!on.ymd) on = work->today.ymd > posted_on.ymd ? work->today : posted_on;
    if (bill->entry_id.n) TRY(ledger_reverse(work, bill->entry_id, on, reason, &reversal));
    TRY(bill_lines_of(work, id, &lines));
    if (bill->party_id.n && bill_is_coded(&lines)) TRY(bill_step(work, bill, BILL_EVENT_CODE));
    void_submission(bill);
    bill->entry_id.n = 0;
    bill->approved_by = bill->refused_by = 0;
    bill->approved_at.us = bill->refused_at.us = 0;
    bill->approved_hash = bill->refuse_reason = (struct str){ 0 };
    TRY(save(work, bill, &before, "reopen", reason));
    return bill_recheck(work, bill);
}

/* ---- Operations ---- */

RECORD(bill_version, { ID(struct bill_version, id),
                       FIELD(struct bill_version, version, .min = 1, .max = EXACT_MAX, .about = "the one you saw") });
RECORD(bill_refusal, {
    ID(struct bill_refusal, id),
    FIELD(struct bill_refusal, version, .min = 1, .max = EXACT_MAX),
    FIELD(struct bill_refusal, reason, .min = 3, .max = 1000),
});
RECORD(bill_reopening, {
    ID(struct bill_reopening, id),
    FIELD(struct bill_reopening, version, .min = 1, .max = EXACT_MAX),
    FIELD(struct bill_reopening, on, OPTIONAL, .about = "the day of the reversal; left out: today"),
    FIELD(struct bill_reopening, reason, .min = 3, .max = 200),
});

static struct fault *submit(struct work *work, const struct bill_version *takes, struct bill *out)
{
    return bill_submit(work, takes->id, takes->version, out);
}
CALLABLE(submit, bill_version, bill);
static struct fault *approve(struct work *work, const struct bill_version *takes, struct bill *out)
{
    return bill_approve(work, takes->id, takes->version, out);
}
CALLABLE(approve, bill_version, bill);
static struct fault *refuse(struct work *work, const struct bill_refusal *takes, struct bill *out)
{
    return bill_refuse(work, takes->id, takes->version, takes->reason, out);
}
CALLABLE(refuse, bill_refusal, bill);
static struct fault *reopen(struct work *work, const struct bill_reopening *takes, struct bill *out)
{
    return bill_reopen(work, takes->id, takes->version, takes->on, takes->reason, out);
}
CALLABLE(reopen, bill_reopening, bill);

static const struct operation operations[] = {
    { "bill submit", "POST", "/bills/{id}/submit", "bill.code", 0, &submit_call, NULL,
      "Submit a coded bill for approval" },
    { "bill approve", "POST", "/bills/{id}/approve", "bill.approve", OPERATION_STEP_UP, &approve_call, NULL,
      "Approve a bill and post it" },
    { "bill refuse", "POST", "/bills/{id}/refuse", "bill.refuse", 0, &refuse_call, NULL, "Refuse a bill" },
    { "bill reopen", "POST", "/bills/{id}/reopen", "bill.approve", 0, &reopen_call, NULL,
      "Take back the approval or refusal of a bill that nothing was paid on" },
};
const struct operation_table bill_bills = { "bill", operations, ARRAY_LENGTH(operations) };
