/* VAT over what is left after the discount for paying early, whether or not it is taken: mode "mixed" of the discount, as in Belgium.
 *
 * EN 16931 counts VAT over lines less allowances plus charges. So each VAT code gets an allowance of its part of the discount, and beside it a
 * charge of the same amount that is exempt: what is owed without VAT stays, what VAT is over becomes less. It is how the Belgian Peppol
 * authority has it written, in UBL and in CII alike. Both lines are booked on the same sales account, so that sales stay what they were. */
#include "invoice/invoice_private.h"
#include "invoice.sql.h"

static const struct fault_type invoice_no_exempt_code = {
    FAULT_CONFLICT, "invoice.no_exempt_code",
    "VAT over the amount after discount needs a VAT code for sales of category E (exempt) in the books; add one."
};

struct invoice_early_ask { party_id party_id; struct date issued_on; };
struct invoice_early_term { int64_t days; struct decimal percent; };
RECORD(invoice_early_ask, { ID(struct invoice_early_ask, party_id), FIELD(struct invoice_early_ask, issued_on) });
RECORD(invoice_early_term, { FIELD(struct invoice_early_term, days), FIELD(struct invoice_early_term, percent) });

/* The first line of each VAT code stands for it: its account and cost centre are those of the pair. */
static bool is_first_of_code(const struct invoice_lines *lines, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (lines->at[i].vat_code_id.n == lines->at[at].vat_code_id.n) return false;
    return true;
}

static struct fault *base_of_code(struct work *work, const struct invoice_lines *lines, vat_code_id code, int64_t *base_minor)
{
    *base_minor = 0;
    for (size_t i = 0; i < lines->count; i++)
        if (lines->at[i].vat_code_id.n == code.n && !int_add(*base_minor, lines->at[i].net_minor, base_minor))
            return FAULT(work->arena, &invoice_too_large, "lines");
    return NULL;
}

static void add_pair(struct work *work, const struct invoice *invoice, const struct invoice_line *of,
                     const struct invoice_early_term *term, const struct vat_code *exempt, int64_t base_minor,
                     int64_t minor, struct invoice_lines *out)
{
    enum language language = str_is(invoice->language, "nl") ? DUTCH : ENGLISH;
    struct invoice_line line = {
        .invoice_id = invoice->id,
        .quantity = DECIMAL(1, 0),
        .unit = STR("C62"),
        .price = minor_to_decimal(minor, currency_digits(invoice->currency)),
        .description = translate(language, "Discount for paying early"),
        .reason_code = STR("95"),
        .percent = term->percent,
        .base_minor = base_minor,
        .net_minor = -minor,
        .vat_code_id = of->vat_code_id,
        .vat_category = of->vat_category,
        .vat_rate = of->vat_rate,
        .account_id = of->account_id,
        .cost_center = of->cost_center,
        .part = INVOICE_PART_ALLOWANCE,
        .discount_until = date_add_days(invoice->issued_on, (int)term->days),
    };
    *LIST_ADD(work->arena, out) = line;
    line.description = translate(language, "Discount for paying early, owed when it is not taken");
    line.reason_code = (struct str){ 0 }, line.percent = (struct decimal){ 0 }, line.base_minor = 0, line.net_minor = minor;
    line.vat_code_id = exempt->id, line.vat_category = exempt->category;
    line.vat_rate = exempt->rate.present ? exempt->rate : DECIMAL(0, 0);
    line.part = INVOICE_PART_CHARGE;
    *LIST_ADD(work->arena, out) = line;
}

struct fault *invoice_early_add(struct work *work, const struct invoice *invoice, struct invoice_lines *lines)
{
    const struct invoice_early_ask ask = { invoice->party_id, invoice->issued_on };
    struct invoice_early_term term = { 0 };
    struct invoice_key key = { 0 };
    struct vat_code exempt = { 0 };
    struct invoice_lines pairs = { 0 };
    bool found, taxed = false;
    for (size_t i = 0; i < lines->count; i++) taxed |= lines->at[i].vat_category == VAT_S && lines->at[i].vat_rate.units > 0;
    if (invoice->kind != INVOICE_INVOICE || !taxed) return NULL; /* of what has no VAT, nothing becomes less */
    TRY(db_find(work, &sql_invoice_early_term, GIVEN(invoice_early_ask, &ask), INTO(invoice_early_term, &term), &found));
    if (!found || term.percent.units <= 0) return NULL;
    TRY(db_one(work, &sql_invoice_exempt_code, NONE, INTO(invoice_key, &key), &invoice_no_exempt_code));
    TRY(ledger_vat_code_load(work, (vat_code_id){ key.id }, &exempt));
    for (size_t i = 0; i < lines->count; i++) {
        int64_t base, minor, digits = currency_digits(invoice->currency);
        if (!is_first_of_code(lines, i)) continue;
        TRY(base_of_code(work, lines, lines->at[i].vat_code_id, &base));
        if (base <= 0) continue;
        if (!einvoice_product(minor_to_decimal(base, (int)digits), term.percent, DECIMAL(100, 0), (int)digits, &minor))
            return FAULT(work->arena, &invoice_too_large, "lines");
        if (minor) add_pair(work, invoice, &lines->at[i], &term, &exempt, base, minor, &pairs);
    }
    for (size_t i = 0; i < pairs.count; i++) {
        pairs.at[i].line_no = (int64_t)lines->count + 1;
        *LIST_ADD(work->arena, lines) = pairs.at[i];
    }
    return NULL;
}

/* The sums of a draft as it would become final today; the pairs themselves are made then. */
struct fault *invoice_early_count(struct work *work, struct invoice *invoice, const struct invoice_lines *lines)
{
    struct invoice_lines all = { 0 };
    struct invoice today = *invoice;
    today.issued_on = work->today;
    for (size_t i = 0; i < lines->count; i++) *LIST_ADD(work->arena, &all) = lines->at[i];
    TRY(invoice_early_add(work, &today, &all));
    return invoice_count(work, invoice, &all);
}

bool invoice_early_is(const struct invoice_line *line) { return line->discount_until.ymd != 0; }

/* What the invoice offers: how much less, until when. Nothing: 0. */
int64_t invoice_early_discount(const struct invoice_lines *lines, struct date *until)
{
    int64_t minor = 0;
    for (size_t i = 0; i < lines->count; i++)
        if (invoice_early_is(&lines->at[i]) && lines->at[i].part == INVOICE_PART_CHARGE)
            minor += lines->at[i].net_minor, *until = lines->at[i].discount_until;
    return minor;
}

/* ---- A credit note takes back of each pair what it takes back of the VAT code's lines ---- */

static struct fault *part_of_pair(struct work *work, const struct invoice_lines *lines, const int64_t *left, vat_code_id code,
                                  const struct invoice_lines *back, int64_t pair_minor, int64_t *part_minor)
{
    int64_t taken = 0, rest = 0;
    for (size_t i = 0; i < lines->count; i++)
        if (!invoice_early_is(&lines->at[i]) && lines->at[i].vat_code_id.n == code.n) rest += left[i];
    for (size_t i = 0; i < back->count; i++)
        if (!invoice_early_is(&back->at[i]) && back->at[i].vat_code_id.n == code.n) taken += back->at[i].net_minor;
    *part_minor = 0;
    if (taken <= 0) return NULL;
    if (taken >= rest) return *part_minor = pair_minor, NULL;
    if (!int_mul_div(pair_minor, taken, rest, part_minor)) return FAULT(work->arena, &invoice_too_large, "lines");
    return NULL;
}

struct fault *invoice_early_back(struct work *work, const struct invoice *of, const struct invoice_lines *lines,
                                 const int64_t *left, struct invoice_lines *back)
{
    for (size_t i = 0; i + 1 < lines->count; i++) {
        const struct invoice_line *allowance = &lines->at[i];
        int64_t part;
        if (!invoice_early_is(allowance) || allowance->part != INVOICE_PART_ALLOWANCE) continue;
        TRY(part_of_pair(work, lines, left, allowance->vat_code_id, back, -left[i], &part));
        if (part <= 0) continue;
        for (size_t k = i; k <= i + 1; k++) { /* the charge follows its allowance */
            struct invoice_line *line = LIST_ADD(work->arena, back);
            bool whole = part == -allowance->net_minor;
            *line = lines->at[k];
            line->credits_line_no = line->line_no;
            line->price = minor_to_decimal(part, currency_digits(of->currency));
            line->net_minor = k == i ? -part : part;
            if (!whole) line->percent = (struct decimal){ 0 }, line->base_minor = 0;
        }
    }
    return NULL;
}
