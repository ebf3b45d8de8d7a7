/* Allowances and charges on the whole invoice (EN 16931 BG-20, BG-21): an amount, or a percentage of the lines with the same VAT code. */
#include "invoice/invoice_private.h"

static const struct fault_type invoice_allowance_what = { FAULT_INVALID, "invoice.allowance_what",
                                                          "Give an amount or a percentage, one of the two." };
static const struct fault_type invoice_allowance_amount = {
    FAULT_INVALID, "invoice.allowance_amount", "Give an amount above zero, with no more digits than {currency} has."
};
static const struct fault_type invoice_allowance_percent = { FAULT_INVALID, "invoice.allowance_percent",
                                                             "A percentage is above 0 and at most 100." };
static const struct fault_type invoice_allowance_base = {
    FAULT_INVALID, "invoice.allowance_base", "No line has VAT code {code}: there is nothing to take a percentage of."
};
static const struct fault_type invoice_allowance_code = {
    FAULT_INVALID, "invoice.allowance_code", "\"{code}\" is no reason code of UNTDID {list}; 95 is a discount, FC freight."
};

/* What it comes to; of a percentage, of what. */
static struct fault *count_it(struct work *work, const struct invoice *invoice, const struct invoice_lines *lines,
                              const struct invoice_allowance_data *d, const struct vat_code *code,
                              struct invoice_line *line, int64_t *minor)
{
    int digits = currency_digits(invoice->currency);
    if (d->amount.present == d->percent.present) return FAULT(work->arena, &invoice_allowance_what, "amount");
    if (d->amount.present) {
        bool exact = minor_from_decimal(d->amount, digits, minor) &&
                     decimal_compare(minor_to_decimal(*minor, digits), d->amount) == 0;
        if (!exact || *minor <= 0)
            return FAULT(work->arena, &invoice_allowance_amount, "amount", PARAM("currency", invoice->currency));
        return NULL;
    }
    if (d->percent.units <= 0 || decimal_compare(d->percent, DECIMAL(100, 0)) > 0)
        return FAULT(work->arena, &invoice_allowance_percent, "percent");
    line->percent = d->percent;
    for (size_t i = 0; i < lines->count; i++)
        if (lines->at[i].part == INVOICE_PART_LINE && lines->at[i].vat_code_id.n == code->id.n &&
            !int_add(line->base_minor, lines->at[i].net_minor, &line->base_minor))
            return FAULT(work->arena, &invoice_too_large, "percent");
    if (line->base_minor <= 0) return FAULT(work->arena, &invoice_allowance_base, "percent", PARAM("code", code->code));
    if (!einvoice_product(minor_to_decimal(line->base_minor, digits), d->percent, DECIMAL(100, 0), digits, minor))
        return FAULT(work->arena, &invoice_too_large, "percent");
    return NULL;
}

struct fault *invoice_allowance_make(struct work *work, const struct invoice *invoice, const struct party *party,
                                     const struct invoice_lines *lines, const struct invoice_allowance_data *d,
                                     struct invoice_line *line)
{
    struct vat_code code = { 0 };
    int64_t minor = 0;
    enum language language = str_is(invoice->language, "nl") ? DUTCH : ENGLISH;
    line->part = d->charge ? INVOICE_PART_CHARGE : INVOICE_PART_ALLOWANCE;
    line->description = str_trim(d->reason);
    if (!line->description.length) line->description = translate(language, d->charge ? "Charge" : "Discount");
    line->reason_code = d->reason_code.length ? d->reason_code : d->charge ? (struct str){ 0 } : STR("95");
    line->quantity = DECIMAL(1, 0), line->unit = STR("C62"), line->cost_center = d->cost_center;
    struct fault *faults = invoice_choose_vat_code(work, party, d->vat_code, &code);
    faults = fault_join(faults, invoice_choose_account(work, party, &code, d->account, &line->account_id));
    if (line->reason_code.length && !einvoice_reason_is_known(line->reason_code, d->charge))
        faults = fault_join(faults,
                            FAULT(work->arena, &invoice_allowance_code, "reason_code", PARAM("code", line->reason_code),
                                  PARAM("list", d->charge ? STR("7161") : STR("5189"))));
    faults = fault_join(faults, count_it(work, invoice, lines, d, &code, line, &minor));
    line->price = minor_to_decimal(minor, currency_digits(invoice->currency));
    line->net_minor = d->charge ? minor : -minor;
    line->vat_code_id = code.id, line->vat_category = code.category;
    line->vat_rate = code.rate.present ? code.rate : DECIMAL(0, 0);
    return faults;
}

struct einvoice_allowance invoice_allowance_of(const struct invoice_line *line, int digits)
{
    const int64_t minor = line->net_minor < 0 ? -line->net_minor : line->net_minor;
    struct einvoice_allowance a = {
        .charge = { .value = line->part == INVOICE_PART_CHARGE, .present = true },
        .amount = { .value = minor_to_decimal(minor, digits) },
        .reason = line->description,
        .reason_code = line->reason_code,
    };
    if (line->percent.present) {
        a.percent.value = line->percent;
        a.base.value = minor_to_decimal(line->base_minor, digits);
    }
    return a;
}
