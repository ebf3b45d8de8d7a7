/* The supplier, the form, and the coding of a bill's lines. */
#include "bill/bill_private.h"
#include "bill.sql.h"

const struct fault_type bill_control_account = {
    FAULT_INVALID, "bill.control_account", "Account {account} is for open items; choose an account for costs, assets or the like."
};
const struct fault_type bill_line_currency = {
    FAULT_INVALID, "bill.line_currency",
    "Amounts of lines must be in {currency}; say so on the line, because it has other than two digits behind the point."
};
static const struct fault_type wrong_currency = { FAULT_INVALID, "bill.wrong_currency",
                                                  "{currency} is not a currency of ISO 4217." };
static const struct fault_type not_supplier = { FAULT_INVALID, "bill.not_supplier", "{party} is not a supplier." };
static const struct fault_type sale_code = { FAULT_INVALID, "bill.sale_code",
                                             "VAT code {code} is for sales; choose one for purchases." };
static const struct fault_type no_line = { FAULT_INVALID, "bill.no_line", "There is no line {line}." };

/* ---- The supplier ---- */

void bill_evidence(const struct bill *b, struct party_evidence *evidence)
{
    *evidence = (struct party_evidence){
        .kvk_number = b->seller_kvk_number, .oin = b->seller_oin, .vat_number = b->seller_vat_number,
        .iban = b->payee_name.at ? (struct str){ 0 } : b->iban, /* a factor's account says nothing about the supplier */
        .endpoint_scheme = b->seller_endpoint_scheme, .endpoint = b->seller_endpoint, .name = b->seller_name,
    };
}

struct fault *bill_find_supplier(struct work *work, struct bill *bill, struct bill_lines *lines)
{
    struct party_evidence evidence;
    struct party_matches matches = { 0 };
    bill_evidence(bill, &evidence);
    TRY(party_find(work, true, &evidence, &matches));
    if (matches.count != 1) return NULL;
    return bill_apply_supplier(work, bill, lines, &matches.at[0].party, party_basis_name(matches.at[0].basis));
}

enum { LINES_TOLD = 200 };

void bill_lines_changed(struct work *work, const struct bill_lines *before, const struct bill_lines *after)
{
    size_t most = before->count > after->count ? before->count : after->count;
    for (size_t i = 0; i < most && i < LINES_TOLD; i++) {
        struct given was = { &bill_line_record, i < before->count ? &before->at[i] : NULL },
                     is = { &bill_line_record, i < after->count ? &after->at[i] : NULL };
        work_changed(work, "bill_line", (int64_t)i + 1, was, is);
    }
}

static struct bill_lines copy_of(struct work *work, const struct bill_lines *lines)
{
    struct bill_lines copy = { 0 };
    for (size_t i = 0; i < lines->count; i++) *LIST_ADD(work->arena, &copy) = lines->at[i];
    return copy;
}

bool bill_is_coded(const struct bill_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        if (!lines->at[i].account_id.n || !lines->at[i].vat_code_id.n) return false;
    return lines->count > 0;
}

/* ---- Coding ---- */

static const char *const categories[] = { NULL, "S", "Z", "E", "AE", "K", "G", "O" };

static enum vat_category category_of(struct str name)
{
    for (unsigned i = 1; i < ARRAY_LENGTH(categories); i++)
        if (str_is(name, categories[i])) return i;
    return 0;
}

struct fault *bill_line_from_code(struct work *work, const struct bill *bill, struct bill_line *line)
{
    struct vat_code code = { 0 };
    int64_t base_units;
    if (!line->vat_code_id.n) return NULL;
    TRY(ledger_vat_code_load(work, line->vat_code_id, &code));
    if (code.side != VAT_PURCHASE) return FAULT(work->arena, &sale_code, "vat_code_id", PARAM("code", code.code));
    if (line->vat_category.length) return NULL; /* the document said what it is */
    line->vat_category = str_of(categories[code.category]);
    line->vat_rate = code.category == VAT_S ? code.rate : DECIMAL(0, 0);
    struct decimal net = minor_to_decimal(line->net_minor, currency_digits(bill->currency)), part;
    bool computed = code.category == VAT_S && !line->vat_minor && decimal_mul(net, code.rate, &part) &&
                    decimal_mul(part, DECIMAL(1, 2), &part);
    if (computed && minor_from_decimal(part, currency_digits(bill->currency), &base_units))
        line->vat_minor = base_units;
    return NULL;
}

struct fault *bill_account_check(struct work *work, account_id id)
{
    struct account account = { 0 };
    if (!id.n) return NULL;
    TRY(ledger_account_load(work, id, &account));
    if (account.control) return FAULT(work->arena, &bill_control_account, "account_id", PARAM("account", account.number));
    if (account.is_blocked) return FAULT(work->arena, &ledger_account_blocked, "account_id", PARAM("account", account.number));
    return NULL;
}

/* By category and rate of the document; absent when the company has no such code, and a person chooses. */
static struct fault *code_by_document(struct work *work, const struct bill *bill, struct bill_line *line)
{
    struct vat_code code = { 0 };
    bool found;
    enum vat_category category = category_of(line->vat_category);
    if (line->vat_code_id.n || !category) return NULL;
    struct date on = bill->issued_on.ymd ? bill->issued_on : work->today;
    TRY(ledger_vat_code_find(work, VAT_PURCHASE, category, line->vat_rate.present ? line->vat_rate : DECIMAL(0, 0), on,
                             &code, &found));
    if (found) line->vat_code_id = code.id;
    return NULL;
}

/* The line of the earlier bill that is most like this one: the same description, else the same VAT, else its largest. */
static const struct bill_line *alike(const struct bill_lines *earlier, const struct bill_line *line)
{
    const struct bill_line *best = NULL;
    int best_score = -1;
    for (size_t i = 0; i < earlier->count; i++) {
        const struct bill_line *e = &earlier->at[i];
        int score = str_equal_caseless(e->description, line->description) ? 2
                    : str_equal(e->vat_category, line->vat_category)      ? 1
                                                                          : 0;
        bool larger = best && score == best_score && e->net_minor > best->net_minor;
        if (score > best_score || larger) best = e, best_score = score;
    }
    return best;
}

static struct fault *load_earlier(struct work *work, const struct bill *bill, struct bill_lines *earlier)
{
    struct bill last = { 0 };
    bool found;
    TRY(db_find(work, &sql_bill_last_approved, GIVEN(bill, bill), INTO(bill, &last), &found));
    return found ? bill_lines_of(work, last.id, earlier) : NULL;
}

static struct fault *code_from_defaults(struct work *work, const struct bill *bill, const struct party *party,
                                        struct bill_lines *lines)
{
    struct bill_lines earlier = { 0 };
    if (!party->expense_account_id.n || !party->vat_code_id.n) TRY(load_earlier(work, bill, &earlier));
    for (size_t i = 0; i < lines->count; i++) {
        struct bill_line *line = &lines->at[i];
        const struct bill_line *like = alike(&earlier, line);
        TRY(code_by_document(work, bill, line));
        if (!line->vat_code_id.n && !line->vat_category.length)
            line->vat_code_id = party->vat_code_id.n ? party->vat_code_id
                                : like               ? like->vat_code_id
                                                     : (vat_code_id){ 0 };
        if (line->account_id.n) continue;
        bool own = party->expense_account_id.n != 0;
        line->account_id = own ? party->expense_account_id : like ? like->account_id : (account_id){ 0 };
        if (!line->account_id.n) continue;
        line->coded_from = own ? STR("supplier") : STR("earlier bill");
        if (!line->cost_center.length) line->cost_center = own ? party->cost_center : like->cost_center;
    }
    return NULL;
}

struct fault *bill_apply_supplier(struct work *work, struct bill *bill, struct bill_lines *lines,
                                  const struct party *party, const char *basis)
{
    if (!party->is_supplier) return FAULT(work->arena, &not_supplier, "party_id", PARAM("party", party->name));
    bill->party_id = party->id;
    bill->supplier_basis = str_of(basis);
    return code_from_defaults(work, bill, party, lines);
}

static struct fault *write_coding(struct work *work, const struct bill *bill, const struct bill_lines *lines)
{
    (void)bill;
    return lines->count ? db_run_each(work, &sql_bill_line_code, GIVEN(bill_line, lines->at), lines->count) : NULL;
}

struct fault *bill_set_supplier(struct work *work, bill_id id, party_id supplier_id, int64_t version, struct bill *bill)
{
    struct bill_lines lines = { 0 };
    struct party party = { 0 };
    TRY(bill_load_version(work, id, version, bill));
    const struct bill before = *bill;
    TRY(party_load(work, supplier_id, &party));
    TRY(bill_lines_of(work, id, &lines));
    const struct bill_lines lines_before = copy_of(work, &lines);
    TRY(bill_apply_supplier(work, bill, &lines, &party, "person"));
    bill_lines_changed(work, &lines_before, &lines);
    if (bill_next(bill->state, BILL_EVENT_EDIT)) TRY(write_coding(work, bill, &lines));
    return bill_edited(work, bill, &before, "supplier");
}

static struct fault *code_line(struct work *work, const struct bill *bill, const struct bill_line_code *code,
                               struct bill_line *line)
{
    TRY(bill_account_check(work, code->account_id));
    if (code->account_id.n) line->account_id = code->account_id, line->coded_from = STR("person");
    if (code->vat_code_id.n) line->vat_code_id = code->vat_code_id;
    if (code->cost_center.length) line->cost_center = code->cost_center;
    return bill_line_from_code(work, bill, line);
}

static struct fault *code_lines(struct work *work, const struct bill_coding *coding, const struct bill *bill,
                                struct bill_lines *lines)
{
    bool *named = ARENA_ARRAY(work->arena, bool, lines->count + 1);
    for (size_t i = 0; i < coding->lines.count; i++) {
        const struct bill_line_code *c = &coding->lines.at[i];
        if (c->line_no < 1 || (size_t)c->line_no > lines->count)
            return FAULT(work->arena, &no_line, "lines", PARAM_INT(work->arena, "line", c->line_no));
        named[c->line_no - 1] = true;
        TRY(code_line(work, bill, c, &lines->at[c->line_no - 1]));
    }
    for (size_t i = 0; i < lines->count; i++) {
        struct bill_line *line = &lines->at[i];
        const struct bill_line_code rest = {
            .account_id = line->account_id.n ? (account_id){ 0 } : coding->account_id,
            .vat_code_id = line->vat_code_id.n ? (vat_code_id){ 0 } : coding->vat_code_id,
            .cost_center = line->cost_center.length ? (struct str){ 0 } : coding->cost_center,
        };
        if (!named[i]) TRY(code_line(work, bill, &rest, line));
    }
    return NULL;
}

/* The first line that was named, else what was given for all, becomes the supplier's default. */
static struct fault *remember(struct work *work, const struct party *party, const struct bill_coding *coding,
                              const struct bill_lines *lines)
{
    struct bill_line_code as = { 0, coding->account_id, coding->vat_code_id, coding->cost_center };
    if (coding->lines.count) {
        const struct bill_line *line = &lines->at[coding->lines.at[0].line_no - 1];
        as = (struct bill_line_code){ 0, line->account_id, line->vat_code_id, line->cost_center };
    }
    return party_remember_coding(work, party->id, as.account_id, as.vat_code_id, as.cost_center);
}

struct fault *bill_code(struct work *work, const struct bill_coding *coding, struct bill *bill)
{
    struct bill_lines lines = { 0 };
    struct party party = { 0 };
    TRY(bill_load_version(work, coding->id, coding->version, bill));
    const struct bill before = *bill;
    TRY(bill_lines_of(work, coding->id, &lines));
    const struct bill_lines lines_before = copy_of(work, &lines);
    TRY(code_lines(work, coding, bill, &lines));
    if (bill->party_id.n) {
        TRY(party_load(work, bill->party_id, &party));
        TRY(code_from_defaults(work, bill, &party, &lines));
    }
    bill_lines_changed(work, &lines_before, &lines);
    if (bill_next(bill->state, BILL_EVENT_EDIT)) TRY(write_coding(work, bill, &lines));
    if (coding->remember && party.id.n) TRY(remember(work, &party, coding, &lines));
    return bill_edited(work, bill, &before, "code");
}

/* ---- The form ---- */

static struct fault *take_lines(struct work *work, const struct bill *bill, const struct bill_data *d, struct bill_lines *lines)
{
    bool two = currency_digits(bill->currency) == 2;
    for (size_t i = 0; i < d->lines.count; i++) {
        const struct bill_line_data *from = &d->lines.at[i];
        bool same = from->currency.at ? str_equal(from->currency, bill->currency) : two;
        if (!same)
            return FAULT(work->arena, &bill_line_currency, str_format(work->arena, "lines[%zu].currency", i).at,
                         PARAM("currency", bill->currency));
        struct bill_line *line = LIST_ADD(work->arena, lines);
        *line = (struct bill_line){ .description = from->description,
                                    .quantity = from->quantity,
                                    .price = from->price,
                                    .net_minor = from->net_minor,
                                    .vat_minor = from->vat_minor,
                                    .account_id = from->account_id,
                                    .vat_code_id = from->vat_code_id,
                                    .cost_center = from->cost_center };
        if (line->account_id.n) line->coded_from = STR("person");
        TRY(bill_account_check(work, line->account_id));
        TRY(bill_line_from_code(work, bill, line));
    }
    return NULL;
}

static struct fault *sum_up(struct work *work, const struct bill_data *d, const struct bill_lines *lines, struct bill *b)
{
    bool from_lines = !d->net_minor && !d->vat_minor && !d->total_minor, fits = true;
    b->net_minor = d->net_minor, b->vat_minor = d->vat_minor, b->total_minor = d->total_minor;
    b->prepaid_minor = d->prepaid_minor, b->rounding_minor = d->rounding_minor, b->payable_minor = d->payable_minor;
    for (size_t i = 0; i < lines->count && from_lines; i++)
        fits = fits && int_add(b->net_minor, lines->at[i].net_minor, &b->net_minor) &&
               int_add(b->vat_minor, lines->at[i].vat_minor, &b->vat_minor);
    if (!b->total_minor) fits = fits && int_add(b->net_minor, b->vat_minor, &b->total_minor);
    if (!b->payable_minor)
        fits = fits && int_sub(b->total_minor, b->prepaid_minor, &b->payable_minor) &&
               int_add(b->payable_minor, b->rounding_minor, &b->payable_minor);
    return fits ? NULL : FAULT(work->arena, &ledger_too_large, "total");
}

static struct fault *take_form(struct work *work, const struct bill_data *d, struct bill *b)
{
    struct party party = { 0 };
    b->kind = d->kind ? d->kind : BILL_INVOICE;
    b->number = str_trim(d->number).length ? str_trim(d->number) : (struct str){ 0 };
    b->issued_on = d->issued_on, b->due_on = d->due_on, b->booked_on = d->booked_on;
    b->order_reference = d->order_reference, b->notes = d->notes;
    b->discount_minor = d->discount_minor, b->discount_on = d->discount_on;
    if (d->party_id.n) TRY(party_load(work, d->party_id, &party));
    if (d->currency.at) b->currency = d->currency;
    else if (party.currency.at && !b->currency.at) b->currency = party.currency;
    if (!b->currency.at) TRY(ledger_base_currency(work, &b->currency));
    if (currency_digits(b->currency) < 0) return FAULT(work->arena, &wrong_currency, "currency", PARAM("currency", b->currency));
    struct reference reference = { 0 };
    if (str_trim(d->reference).length) reference = reference_guess(work->arena, d->reference);
    b->reference_kind = reference.kind, b->reference = reference.text;
    b->iban = (struct str){ 0 };
    return d->iban.length ? iban_parse(work->arena, d->iban, "iban", &b->iban) : NULL;
}

/* The supplier of the form: set when it is another than before. */
static struct fault *take_supplier(struct work *work, party_id id, struct bill *bill, struct bill_lines *lines)
{
    struct party party = { 0 };
    if (!id.n) return bill->party_id = id, bill->supplier_basis = (struct str){ 0 }, NULL;
    TRY(party_load(work, id, &party));
    return bill_apply_supplier(work, bill, lines, &party,
                               id.n == bill->party_id.n && bill->supplier_basis.at ? bill->supplier_basis.at
                                                                                   : "person");
}

struct fault *bill_enter(struct work *work, const struct bill_data *data, struct bill *bill)
{
    struct bill_lines lines = { 0 };
    struct bill_problems none = { 0 };
    *bill = (struct bill){ .id = { id_new(work) },
                           .state = BILL_RECEIVED,
                           .syntax = STR("entered"),
                           .received_at = work->now,
                           .entered_by = work->user_id,
                           .version = 1 };
    TRY(take_form(work, data, bill));
    TRY(take_lines(work, bill, data, &lines));
    TRY(take_supplier(work, data->party_id, bill, &lines));
    for (size_t i = 0; i < lines.count; i++) TRY(bill_line_from_code(work, bill, &lines.at[i]));
    TRY(sum_up(work, data, &lines, bill));
    return bill_add(work, bill, &lines, &none, "enter");
}

struct fault *bill_change(struct work *work, const struct bill_data *data, struct bill *bill)
{
    struct bill_lines lines = { 0 };
    TRY(bill_load_version(work, data->id, data->version, bill));
    const struct bill before = *bill;
    if (!bill_next(bill->state, BILL_EVENT_EDIT)) return bill_step(work, bill, BILL_EVENT_EDIT);
    TRY(take_form(work, data, bill));
    TRY(bill_lines_of(work, bill->id, &lines));
    const struct bill_lines lines_before = copy_of(work, &lines);
    if (data->lines.at) lines = (struct bill_lines){ 0 };
    if (data->lines.at) TRY(take_lines(work, bill, data, &lines));
    TRY(take_supplier(work, data->party_id, bill, &lines));
    for (size_t i = 0; i < lines.count; i++) TRY(bill_line_from_code(work, bill, &lines.at[i]));
    TRY(sum_up(work, data, &lines, bill));
    TRY(bill_lines_write(work, bill, &lines));
    bill_lines_changed(work, &lines_before, &lines);
    return bill_edited(work, bill, &before, "change");
}

/* ---- Operations ---- */

static const char *const kinds[] = { NULL, "invoice", "credit_note" };
RECORD(bill_line_data, {
    FIELD(struct bill_line_data, description, .min = 1, .max = 1000),
    FIELD(struct bill_line_data, quantity, OPTIONAL),
    FIELD(struct bill_line_data, price, OPTIONAL),
    FIELD(struct bill_line_data, currency, .min = 3, .max = 3, OPTIONAL,
          .about = "needed where it has other than two digits behind the point"),
    AMOUNT(struct bill_line_data, net_minor, .currency = "currency"),
    AMOUNT(struct bill_line_data, vat_minor, .currency = "currency", OPTIONAL,
           .about = "left out: computed from a VAT code with a rate"),
    ID(struct bill_line_data, account_id, OPTIONAL),
    ID(struct bill_line_data, vat_code_id, OPTIONAL),
    FIELD(struct bill_line_data, cost_center, .max = 40, OPTIONAL),
});
#define FORM(T_)                                                                                                       \
    ID(T_, party_id, OPTIONAL), FIELD(T_, kind, CHOICES(kinds), OPTIONAL, .about = "left out: an invoice"),            \
        FIELD(T_, number, .max = 100, OPTIONAL), FIELD(T_, issued_on, OPTIONAL),                                       \
        FIELD(T_, due_on, OPTIONAL, .about = "left out: the supplier's terms"),                                        \
        FIELD(T_, booked_on, OPTIONAL, .about = "left out: the day of issue"),                                         \
        FIELD(T_, currency, .min = 3, .max = 3, OPTIONAL,                                                              \
              .about = "left out: the supplier's, else the base currency"),                                            \
        AMOUNT(T_, net_minor, .currency = "currency", OPTIONAL, .about = "all three left out: the sums of the lines"), \
        AMOUNT(T_, vat_minor, .currency = "currency", OPTIONAL),                                                       \
        AMOUNT(T_, total_minor, .currency = "currency", OPTIONAL),                                                     \
        AMOUNT(T_, prepaid_minor, .currency = "currency", OPTIONAL),                                                   \
        AMOUNT(T_, rounding_minor, .currency = "currency", OPTIONAL),                                                  \
        AMOUNT(T_, payable_minor, .currency = "currency", OPTIONAL,                                                    \
               .about = "left out: total less prepaid plus rounding"),                                                 \
        FIELD(T_, reference, .max = 140, OPTIONAL), FIELD(T_, iban, .max = 60, OPTIONAL),                              \
        FIELD(T_, order_reference, .max = 100, OPTIONAL),                                                              \
        AMOUNT(T_, discount_minor, .currency = "currency", OPTIONAL, .about = "may be taken off until discount_on"),   \
        FIELD(T_, discount_on, OPTIONAL), FIELD(T_, notes, .max = 4000, OPTIONAL),                                     \
        LIST(T_, lines, bill_line_data, OPTIONAL, .max = 2000)
RECORD(bill_data, {
    ID(struct bill_data, id),
    FIELD(struct bill_data, version, .min = 1, .max = EXACT_MAX),
    FORM(struct bill_data),
});
/* The same struct without what only a change has. */
static const struct field form_fields[] = { FORM(struct bill_data) };
static const struct record form_record = { "bill_form", sizeof(struct bill_data), form_fields, ARRAY_LENGTH(form_fields) };

static struct fault *enter_run(struct work *work, const void *takes, void *gives)
{
    return bill_enter(work, takes, gives);
}
static const struct call enter_call = { &form_record, &bill_record, enter_run };
static struct fault *change_run(struct work *work, const void *takes, void *gives)
{
    return bill_change(work, takes, gives);
}
static const struct call change_call = { &bill_data_record, &bill_record, change_run };

RECORD(bill_line_code, {
    FIELD(struct bill_line_code, line_no, .min = 1, .max = 100000),
    ID(struct bill_line_code, account_id, OPTIONAL),
    ID(struct bill_line_code, vat_code_id, OPTIONAL),
    FIELD(struct bill_line_code, cost_center, .max = 40, OPTIONAL),
});
RECORD(bill_coding, {
    ID(struct bill_coding, id),
    FIELD(struct bill_coding, version, .min = 1, .max = EXACT_MAX),
    ID(struct bill_coding, account_id, OPTIONAL, .about = "for every line that has none and isn't named"),
    ID(struct bill_coding, vat_code_id, OPTIONAL),
    FIELD(struct bill_coding, cost_center, .max = 40, OPTIONAL),
    LIST(struct bill_coding, lines, bill_line_code, OPTIONAL),
    FIELD(struct bill_coding, remember, OPTIONAL,
          .about = "the supplier's next bills are coded like the first line named here"),
});
CALLABLE(bill_code, bill_coding, bill);

RECORD(bill_supplier, { ID(struct bill_supplier, id), ID(struct bill_supplier, party_id),
                        FIELD(struct bill_supplier, version, .min = 1, .max = EXACT_MAX) });
static struct fault *supplier(struct work *work, const struct bill_supplier *takes, struct bill *out)
{
    return bill_set_supplier(work, takes->id, takes->party_id, takes->version, out);
}
CALLABLE(supplier, bill_supplier, bill);

static const struct operation operations[] = {
    { "bill enter", "POST", "/bills", "bill.enter", 0, &enter_call, NULL, "Enter a bill by hand" },
    { "bill change", "POST", "/bills/{id}", "bill.enter", 0, &change_call, NULL,
      "Change a bill that is not approved yet" },
    { "bill supplier", "POST", "/bills/{id}/supplier", "bill.enter", 0, &supplier_call, NULL,
      "Say who the supplier of a bill is" },
    { "bill code", "POST", "/bills/{id}/code", "bill.code", 0, &bill_code_call, NULL,
      "Choose accounts, cost centres and VAT codes for a bill" },
};
const struct operation_table bill_forms = { "bill", operations, ARRAY_LENGTH(operations) };
