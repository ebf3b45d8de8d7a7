#include "invoice/invoice_private.h"
#include "invoice.sql.h"

const struct fault_type invoice_missing = { FAULT_MISSING, "invoice.missing", "There is no such invoice." };
const struct fault_type invoice_changed = { FAULT_CONFLICT, "invoice.changed", "Somebody changed this invoice; read it again." };
const struct fault_type invoice_not_possible = {
    FAULT_CONFLICT, "invoice.not_possible", "An invoice that is {state} can't be {event}; credit it when it is wrong."
};
const struct fault_type invoice_no_customer = { FAULT_INVALID, "invoice.no_customer",
                                                "{party} is no customer, or is blocked; choose another customer." };
const struct fault_type invoice_vat_code_missing = {
    FAULT_INVALID, "invoice.vat_code_missing",
    "\"{code}\" is no VAT code for sales; give one, or give the customer a VAT code of its own."
};
const struct fault_type invoice_unit_unknown = {
    FAULT_INVALID, "invoice.unit_unknown",
    "\"{unit}\" is no unit of UN/ECE Recommendation 20 or 21; C62 is a piece, HUR an hour, KGM a kilogram."
};
const struct fault_type invoice_too_large = { FAULT_INVALID, "invoice.too_large", "This amount is too large to invoice." };
static const struct fault_type invoice_price_negative = {
    FAULT_INVALID, "invoice.price_negative", "A price can't be negative; give a negative quantity to take something back."
};
static const struct fault_type invoice_currency = { FAULT_INVALID, "invoice.currency",
                                                    "{currency} is not a currency of ISO 4217." };
static const struct fault_type invoice_period = { FAULT_INVALID, "invoice.period",
                                                  "The period ends before it begins." };
static const struct fault_type invoice_discount = { FAULT_INVALID, "invoice.discount",
                                                    "A discount is from 0 to 100 percent." };

static const char *const kinds[] = { NULL, "invoice", "credit_note" };
static const char *const states[INVOICE_STATE_COUNT] = { NULL, "draft", "final", "removed" };
static const char *const events[INVOICE_EVENT_COUNT] = { NULL,        "changed",  "removed", "previewed",
                                                         "finalised", "credited", "sent" };
static const char *const payments[] = { NULL, "open", "partly_paid", "paid", "overdue" };
static const char *const sent_states[OUTBOX_STATE_COUNT] = { NULL, "queued", "handed_over", "delivered", "failed", "bounced" };
static const char *const categories[] = { NULL, "S", "Z", "E", "AE", "K", "G", "O" };
static const char *const parts[] = { NULL, "line", "allowance", "charge" };
const char *const invoice_delivery_names[] = { NULL, "mail_pdf", "mail_ubl", "mail_hybrid", "letter" };
/* What is final may still say "portal", which could be chosen once: it is read, and means as the customer wants. */
static const char *const delivery_words[] = { NULL, "mail_pdf", "mail_ubl", "mail_hybrid", "letter", "portal" };
#define DELIVERIES .choices = invoice_delivery_names, .choice_count = DELIVER_LETTER + 1

RECORD(invoice, {
    ID(struct invoice, id, .sort = true),
    FIELD(struct invoice, kind, CHOICES(kinds), .filter = true),
    FIELD(struct invoice, state, CHOICES(states), .filter = true),
    FIELD(struct invoice, number, .max = 40, OPTIONAL, .filter = true, .sort = true),
    ID(struct invoice, party_id, .filter = true),
    FIELD(struct invoice, customer_name, .max = 200, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct invoice, currency, .min = 3, .max = 3, .filter = true),
    FIELD(struct invoice, language, .min = 2, .max = 2),
    FIELD(struct invoice, issued_on, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct invoice, due_on, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct invoice, delivered_on, OPTIONAL),
    FIELD(struct invoice, period_from_on, OPTIONAL),
    FIELD(struct invoice, period_to_on, OPTIONAL),
    FIELD(struct invoice, order_reference, .max = 100, OPTIONAL, .filter = true),
    FIELD(struct invoice, buyer_reference, .max = 100, OPTIONAL, .filter = true),
    FIELD(struct invoice, note, .max = 4000, OPTIONAL),
    FIELD(struct invoice, payment_reference, .max = 35, OPTIONAL, .filter = true),
    ID(struct invoice, credits_id, OPTIONAL, .filter = true),
    AMOUNT(struct invoice, net_minor, .currency = "currency", .filter = true, .sort = true),
    AMOUNT(struct invoice, vat_minor, .currency = "currency"),
    AMOUNT(struct invoice, total_minor, .currency = "currency", .filter = true, .sort = true),
    AMOUNT(struct invoice, base_total_minor, .filter = true, .about = "in the company's own currency"),
    FIELD(struct invoice, delivery, CHOICES(delivery_words), OPTIONAL,
          .about = "absent, or portal on an old one: as the customer wants"),
    FIELD(struct invoice, terms_days, .max = 365, OPTIONAL, .about = "left out: the customer's"),
    FIELD(struct invoice, created_at, .sort = true),
    FIELD(struct invoice, finalised_at, OPTIONAL),
    FIELD(struct invoice, created_by, .about = "0: the program itself"),
    FIELD_OF(FIELD_ID, int64_t, struct invoice, finalised_by, OPTIONAL),
    FIELD(struct invoice, version),
    AMOUNT(struct invoice, open_minor, .currency = "currency", OPTIONAL, .filter = true, .sort = true,
           .about = "from the ledger, now"),
    FIELD(struct invoice, payment, CHOICES(payments), OPTIONAL, .filter = true,
          .about = "from the ledger, today"),
    FIELD(struct invoice, sent, CHOICES(sent_states), OPTIONAL, .filter = true,
          .about = "what became of its newest message"),
});
RECORD(invoice_line, {
    ID(struct invoice_line, invoice_id),
    FIELD(struct invoice_line, line_no),
    FIELD(struct invoice_line, description, .min = 1, .max = 2000),
    FIELD(struct invoice_line, item_number, .max = 50, OPTIONAL),
    FIELD(struct invoice_line, quantity),
    FIELD(struct invoice_line, unit, .min = 1, .max = 3),
    FIELD(struct invoice_line, price),
    FIELD(struct invoice_line, discount_percent, OPTIONAL),
    AMOUNT(struct invoice_line, discount_minor),
    AMOUNT(struct invoice_line, net_minor),
    ID(struct invoice_line, vat_code_id),
    FIELD(struct invoice_line, vat_category, CHOICES(categories)),
    FIELD(struct invoice_line, vat_rate),
    ID(struct invoice_line, account_id),
    FIELD(struct invoice_line, cost_center, .max = 40, OPTIONAL),
    FIELD(struct invoice_line, credits_line_no, OPTIONAL),
    FIELD(struct invoice_line, part, CHOICES(parts), .about = "allowance, charge: on the whole invoice"),
    FIELD(struct invoice_line, reason_code, .max = 3, OPTIONAL, .about = "UNTDID 5189 of an allowance, 7161 of a charge"),
    FIELD(struct invoice_line, percent, OPTIONAL, .about = "of base"),
    AMOUNT(struct invoice_line, base_minor, OPTIONAL),
    FIELD(struct invoice_line, discount_until, OPTIONAL,
          .about = "of a pair that lowers what VAT is over by the discount for paying early"),
});
RECORD(invoice_line_data, {
    FIELD(struct invoice_line_data, description, .min = 1, .max = 2000,
          .about = "the first line is the item's name"),
    FIELD(struct invoice_line_data, item_number, .max = 50, OPTIONAL),
    FIELD(struct invoice_line_data, quantity, OPTIONAL, .about = "left out: 1"),
    FIELD(struct invoice_line_data, unit, .min = 1, .max = 3, OPTIONAL,
          .about = "UN/ECE code, left out: C62, a piece"),
    FIELD(struct invoice_line_data, price, .about = "of one unit, without VAT"),
    FIELD(struct invoice_line_data, discount_percent, OPTIONAL),
    FIELD(struct invoice_line_data, vat_code, .max = 20, OPTIONAL, .about = "left out: the customer's own"),
    FIELD(struct invoice_line_data, account, .max = 20, OPTIONAL,
          .about = "number of a ledger account; left out: the customer's own, else the one for sales"),
    FIELD(struct invoice_line_data, cost_center, .max = 40, OPTIONAL),
});
RECORD(invoice_allowance_data, {
    FIELD(struct invoice_allowance_data, charge, OPTIONAL, .about = "left out: an allowance"),
    FIELD(struct invoice_allowance_data, amount, OPTIONAL),
    FIELD(struct invoice_allowance_data, percent, OPTIONAL, .about = "instead of an amount: of the lines with its VAT code"),
    FIELD(struct invoice_allowance_data, reason, .max = 1000, OPTIONAL),
    FIELD(struct invoice_allowance_data, reason_code, .max = 3, OPTIONAL,
          .about = "UNTDID 5189 of an allowance, 7161 of a charge; left out: 95, discount, or none"),
    FIELD(struct invoice_allowance_data, vat_code, .max = 20, OPTIONAL, .about = "left out: the customer's own"),
    FIELD(struct invoice_allowance_data, account, .max = 20, OPTIONAL, .about = "as of a line"),
    FIELD(struct invoice_allowance_data, cost_center, .max = 40, OPTIONAL),
});
/* What a person fills in stands once, for drafts and for changes of them. `in`: nothing, or data. */
#define ROW_AT(T, in, member) .name = #member, .offset = offsetof(struct T, in member), .size = sizeof(((struct T *)0)->in member)
#define ROW(T, in, member, ...) { ROW_AT(T, in, member), .type = FIELD_TYPE(((struct T *)0)->in member), __VA_ARGS__ }
#define INVOICE_ROWS(T, in)                                                                                          \
    { ROW_AT(T, in, party_id), .type = FIELD_ID, .min = 1, .max = EXACT_MAX },                                       \
        ROW(T, in, currency, .min = 3, .max = 3, OPTIONAL, .about = "left out: the customer's"),                     \
        ROW(T, in, order_reference, .max = 100, OPTIONAL), ROW(T, in, buyer_reference, .max = 100, OPTIONAL),        \
        ROW(T, in, note, .max = 4000, OPTIONAL), ROW(T, in, delivered_on, OPTIONAL),                                 \
        ROW(T, in, period_from_on, OPTIONAL), ROW(T, in, period_to_on, OPTIONAL),                                    \
        ROW(T, in, terms_days, .min = 0, .max = 365, OPTIONAL, .about = "days to pay in; left out: the customer's"), \
        ROW(T, in, delivery, DELIVERIES, OPTIONAL, .about = "left out: as the customer wants"),                      \
        { ROW_AT(T, in, lines), .type = FIELD_LIST, .record = &invoice_line_data_record, .max = INVOICE_LINES_MOST,  \
          OPTIONAL },                                                                                                \
    {                                                                                                                \
        ROW_AT(T, in, allowances), .type = FIELD_LIST, .record = &invoice_allowance_data_record,                     \
                                   .max = INVOICE_ALLOWANCES_MOST, OPTIONAL,                                         \
                                   .about = "allowances and charges on the whole invoice"                            \
    }
RECORD(invoice_data, { INVOICE_ROWS(invoice_data, ) });
RECORD(invoice_change, {
    ID(struct invoice_change, id),
    INVOICE_ROWS(invoice_change, data.),
    FIELD(struct invoice_change, version, .min = 1, .max = EXACT_MAX),
});
RECORD(invoice_key, { FIELD(struct invoice_key, id, .min = 1, .max = EXACT_MAX) });
RECORD(invoice_versioned, {
    FIELD(struct invoice_versioned, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct invoice_versioned, version, .min = 1, .max = EXACT_MAX),
});
struct invoice_numbered { struct str number; };
RECORD(invoice_numbered, { FIELD(struct invoice_numbered, number) });
struct coded { struct str code; };
RECORD(coded, { FIELD(struct coded, code) });

/* ---- States: what is not listed is refused ---- */

static const enum invoice_state moves[INVOICE_EVENT_COUNT][INVOICE_STATE_COUNT] = {
    [INVOICE_CHANGE] = { [INVOICE_DRAFT] = INVOICE_DRAFT },   [INVOICE_REMOVE] = { [INVOICE_DRAFT] = INVOICE_REMOVED },
    [INVOICE_PREVIEW] = { [INVOICE_DRAFT] = INVOICE_DRAFT },  [INVOICE_FINALISE] = { [INVOICE_DRAFT] = INVOICE_FINAL },
    [INVOICE_CREDIT] = { [INVOICE_FINAL] = INVOICE_FINAL },   [INVOICE_SEND] = { [INVOICE_FINAL] = INVOICE_FINAL },
};
enum invoice_state invoice_next(enum invoice_event event, enum invoice_state from) { return moves[event][from]; }

struct fault *invoice_check(struct work *work, const struct invoice *invoice, enum invoice_event event)
{
    if (invoice_next(event, invoice->state)) return NULL;
    return FAULT(work->arena, &invoice_not_possible, "id", PARAM("state", str_of(states[invoice->state])),
                 PARAM("event", str_of(events[event])));
}

/* ---- Reading ---- */

struct fault *invoice_load(struct work *work, invoice_id id, struct invoice *invoice)
{
    return db_one(work, &sql_invoice_by_id, INVOICE_KEY(id.n), INTO(invoice, invoice), &invoice_missing);
}

struct fault *invoice_by_number(struct work *work, struct str number, struct invoice *invoice, bool *found)
{
    const struct invoice_numbered by = { number };
    return db_find(work, &sql_invoice_by_number, GIVEN(invoice_numbered, &by), INTO(invoice, invoice), found);
}

struct fault *invoice_lines_of(struct work *work, invoice_id id, struct invoice_lines *lines)
{
    return db_all(work, &sql_invoice_lines_of, INVOICE_KEY(id.n), INTO_LIST(invoice_line, lines));
}

/* ---- Counting ---- */

struct fault *invoice_line_count(struct work *work, struct str currency, struct invoice_line *line)
{
    int digits = currency_digits(currency);
    int64_t gross;
    bool fits = einvoice_product(line->price, line->quantity, (struct decimal){ 0 }, digits, &gross);
    line->discount_minor = 0;
    if (fits && line->discount_percent.present)
        fits = einvoice_product(minor_to_decimal(gross, digits), line->discount_percent, DECIMAL(100, 0), digits,
                                &line->discount_minor);
    if (!fits) return FAULT(work->arena, &invoice_too_large, "price");
    line->net_minor = line->part == INVOICE_PART_ALLOWANCE ? -gross : gross - line->discount_minor;
    return NULL;
}

struct fault *invoice_count(struct work *work, struct invoice *invoice, const struct invoice_lines *lines)
{
    struct einvoice e = { .currency = invoice->currency };
    struct einvoice_sums sums;
    int digits = currency_digits(invoice->currency);
    for (size_t i = 0; i < lines->count; i++) {
        const struct invoice_line *l = &lines->at[i];
        if (l->part != INVOICE_PART_LINE) {
            struct einvoice_allowance *a = LIST_ADD(work->arena, &e.allowances);
            *a = invoice_allowance_of(l, digits);
            a->vat = (struct einvoice_vat){ .category = str_of(categories[l->vat_category]), .rate = { .value = l->vat_rate } };
            continue;
        }
        *LIST_ADD(work->arena, &e.lines) = (struct einvoice_line){
            .net = { .value = minor_to_decimal(l->net_minor, digits) },
            .vat = { .category = str_of(categories[l->vat_category]), .rate = { .value = l->vat_rate } },
        };
    }
    TRY(einvoice_compute(work->arena, &e, &sums));
    invoice->net_minor = sums.without_vat_minor;
    invoice->vat_minor = sums.vat_minor;
    invoice->total_minor = sums.with_vat_minor;
    return NULL;
}

/* ---- A draft ---- */

struct fault *invoice_choose_vat_code(struct work *work, const struct party *party, struct str code, struct vat_code *out)
{
    struct invoice_key key = { party->vat_code_id.n };
    const struct coded by = { code };
    bool found = key.id != 0;
    if (code.length) TRY(db_find(work, &sql_invoice_vat_code, GIVEN(coded, &by), INTO(invoice_key, &key), &found));
    if (found) TRY(ledger_vat_code_load(work, (vat_code_id){ key.id }, out));
    if (!found || out->side != VAT_SALE)
        return FAULT(work->arena, &invoice_vat_code_missing, "vat_code", PARAM("code", code.at ? code : STR("")));
    return NULL;
}

struct fault *invoice_choose_account(struct work *work, const struct party *party, const struct vat_code *code,
                                     struct str number, account_id *out)
{
    struct account account = { 0 };
    if (!number.length && party->sales_account_id.n) return *out = party->sales_account_id, NULL;
    if (!number.length && code->turnover_account_id.n) return *out = code->turnover_account_id, NULL;
    if (!number.length) return ledger_account_for(work, FOR_SALES, out);
    TRY(ledger_account_by_number(work, number, &account));
    *out = account.id;
    return NULL;
}

static bool is_negative(struct decimal d) { return d.present && d.units < 0; }

static struct fault *make_line(struct work *work, const struct party *party, struct str currency,
                               const struct invoice_line_data *d, struct invoice_line *line)
{
    struct arena *arena = work->arena;
    struct vat_code code = { 0 };
    struct fault *faults = NULL;
    line->description = d->description, line->item_number = d->item_number, line->cost_center = d->cost_center;
    line->quantity = d->quantity.present ? d->quantity : DECIMAL(1, 0);
    line->unit = d->unit.length ? d->unit : STR("C62");
    line->price = d->price;
    line->discount_percent = d->discount_percent.units ? d->discount_percent : (struct decimal){ 0 };
    if (!einvoice_unit_is_known(line->unit))
        faults = fault_join(faults, FAULT(arena, &invoice_unit_unknown, "unit", PARAM("unit", line->unit)));
    if (is_negative(d->price)) faults = fault_join(faults, FAULT(arena, &invoice_price_negative, "price"));
    if (is_negative(d->discount_percent) ||
        (d->discount_percent.present && decimal_compare(d->discount_percent, DECIMAL(100, 0)) > 0))
        faults = fault_join(faults, FAULT(arena, &invoice_discount, "discount_percent"));
    if (!faults) faults = invoice_line_count(work, currency, line);
    faults = fault_join(faults, invoice_choose_vat_code(work, party, d->vat_code, &code));
    faults = fault_join(faults, invoice_choose_account(work, party, &code, d->account, &line->account_id));
    line->vat_code_id = code.id, line->vat_category = code.category;
    line->vat_rate = code.rate.present ? code.rate : DECIMAL(0, 0);
    return faults;
}

/* What stands in `data` into the invoice and its lines; everything wrong at once. */
struct fault *invoice_fill_in(struct work *work, const struct invoice_data *data, struct invoice *invoice,
                              struct invoice_lines *lines)
{
    struct party party = { 0 };
    struct fault *faults = NULL;
    TRY(party_load(work, data->party_id, &party));
    if (!party.is_customer || party.is_blocked)
        return FAULT(work->arena, &invoice_no_customer, "party_id", PARAM("party", party.name));
    invoice->party_id = party.id;
    invoice->customer_name = party.name;
    invoice->currency = data->currency.length ? data->currency : party.currency;
    if (currency_digits(invoice->currency) < 0)
        return FAULT(work->arena, &invoice_currency, "currency", PARAM("currency", invoice->currency));
    invoice->language = str_is(party.language, "nl") ? STR("nl") : STR("en");
    invoice->order_reference = data->order_reference, invoice->buyer_reference = data->buyer_reference,
    invoice->note = data->note;
    invoice->delivered_on = data->delivered_on;
    invoice->period_from_on = data->period_from_on, invoice->period_to_on = data->period_to_on;
    invoice->delivery = data->delivery;
    invoice->terms_days = data->terms_days;
    if (data->period_from_on.ymd && data->period_to_on.ymd && data->period_to_on.ymd < data->period_from_on.ymd)
        faults = FAULT(work->arena, &invoice_period, "period_to_on");
    for (size_t i = 0; i < data->lines.count; i++) {
        struct invoice_line *line = LIST_ADD(work->arena, lines);
        *line = (struct invoice_line){ .invoice_id = invoice->id, .line_no = (int64_t)i + 1, .part = INVOICE_PART_LINE };
        struct fault *wrong = make_line(work, &party, invoice->currency, &data->lines.at[i], line);
        fault_within(work->arena, wrong, str_format(work->arena, "lines[%zu]", i));
        faults = fault_join(faults, wrong);
    }
    for (size_t i = 0; i < data->allowances.count; i++) {
        struct invoice_line line = { .invoice_id = invoice->id, .line_no = (int64_t)lines->count + 1 };
        struct fault *wrong = invoice_allowance_make(work, invoice, &party, lines, &data->allowances.at[i], &line);
        fault_within(work->arena, wrong, str_format(work->arena, "allowances[%zu]", i));
        faults = fault_join(faults, wrong);
        *LIST_ADD(work->arena, lines) = line;
    }
    return faults ? faults : invoice_early_count(work, invoice, lines);
}

struct fault *invoice_add(struct work *work, struct invoice *invoice, struct invoice_lines *lines)
{
    invoice->state = INVOICE_DRAFT;
    invoice->created_at = work->now;
    invoice->created_by = work->user_id;
    invoice->version = 1;
    TRY(record_check(work->arena, GIVEN(invoice, invoice)));
    TRY(db_run(work, &sql_invoice_add, GIVEN(invoice, invoice)));
    if (!lines->count) return NULL;
    for (size_t i = 0; i < lines->count; i++) TRY(record_check(work->arena, GIVEN(invoice_line, &lines->at[i])));
    return db_run_each(work, &sql_invoice_line_add, GIVEN(invoice_line, lines->at), lines->count);
}

struct fault *invoice_draft(struct work *work, const struct invoice_data *data, struct invoice *invoice)
{
    struct invoice_lines lines = { 0 };
    *invoice = (struct invoice){ .id = { id_new(work) }, .kind = INVOICE_INVOICE };
    TRY(invoice_fill_in(work, data, invoice, &lines));
    TRY(invoice_add(work, invoice, &lines));
    work_changed(work, "invoice", invoice->id.n, (struct given){ &invoice_record, NULL }, GIVEN(invoice, invoice));
    return NULL;
}

/* ---- Operations on drafts ---- */

static struct fault *draft(struct work *work, const struct invoice_data *takes, struct invoice_shown *out)
{
    struct invoice invoice;
    TRY(invoice_draft(work, takes, &invoice));
    return invoice_show(work, invoice.id, out);
}
CALLABLE(draft, invoice_data, invoice_shown);

static struct fault *change(struct work *work, const struct invoice_change *takes, struct invoice_shown *out)
{
    struct invoice before = { 0 }, after;
    struct invoice_lines lines = { 0 };
    TRY(invoice_load(work, takes->id, &before));
    TRY(invoice_check(work, &before, INVOICE_CHANGE));
    after = before;
    TRY(invoice_fill_in(work, &takes->data, &after, &lines));
    after.version = takes->version;
    TRY(record_check(work->arena, GIVEN(invoice, &after)));
    for (size_t i = 0; i < lines.count; i++) TRY(record_check(work->arena, GIVEN(invoice_line, &lines.at[i])));
    TRY(db_change(work, &sql_invoice_save, GIVEN(invoice, &after), &invoice_changed));
    TRY(db_run(work, &sql_invoice_lines_remove, INVOICE_KEY(after.id.n)));
    if (lines.count) TRY(db_run_each(work, &sql_invoice_line_add, GIVEN(invoice_line, lines.at), lines.count));
    TRY(invoice_show(work, after.id, out));
    work_changed(work, "invoice", after.id.n, GIVEN(invoice, &before), GIVEN(invoice, &out->invoice));
    return NULL;
}
CALLABLE(change, invoice_change, invoice_shown);

static struct fault *remove_draft(struct work *work, const struct invoice_versioned *takes, struct invoice_key *out)
{
    struct invoice before = { 0 };
    TRY(invoice_load(work, (invoice_id){ takes->id }, &before));
    TRY(invoice_check(work, &before, INVOICE_REMOVE));
    if (before.version != takes->version) return FAULT(work->arena, &invoice_changed, "version");
    TRY(db_run(work, &sql_invoice_lines_remove, INVOICE_KEY(takes->id)));
    TRY(db_change(work, &sql_invoice_remove, GIVEN(invoice_versioned, takes), &invoice_changed));
    work_changed(work, "invoice", takes->id, GIVEN(invoice, &before), (struct given){ &invoice_record, NULL });
    out->id = takes->id;
    return NULL;
}
CALLABLE(remove_draft, invoice_versioned, invoice_key);

static const struct operation operations[] = {
    { "invoice draft", "POST", "/invoices", "invoice.write", 0, &draft_call, NULL, "Write a draft invoice" },
    { "invoice change", "POST", "/invoices/{id}", "invoice.write", 0, &change_call, NULL, "Change a draft invoice" },
    { "invoice remove", "POST", "/invoices/{id}/remove", "invoice.write", 0, &remove_draft_call, NULL, "Remove a draft invoice" },
};
const struct operation_table invoice_drafts = { "invoice", operations, ARRAY_LENGTH(operations) };
