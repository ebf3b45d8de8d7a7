/* A draft becomes final: checked, numbered, booked and kept in one transaction; drawn behind it. */
#include "invoice/invoice_private.h"
#include "invoice.sql.h"
#include "sepa/iban.h"

const struct fault_type invoice_no_lines = { FAULT_INVALID, "invoice.no_lines", "This invoice has no lines; add one." };
const struct fault_type invoice_no_reason = {
    FAULT_INVALID, "invoice.no_reason", "VAT code {code} needs a reason why no VAT is charged; give it one in the VAT codes."
};
const struct fault_type invoice_needs_order = { FAULT_INVALID, "invoice.needs_order",
                                                "{party} wants an order reference on its invoices; give one." };
const struct fault_type invoice_needs_reference = { FAULT_INVALID, "invoice.needs_reference",
                                                    "{party} wants a reference of its own on its invoices; give one." };
const struct fault_type invoice_needs_tax_number = {
    FAULT_INVALID, "invoice.needs_tax_number", "With VAT code {code} an invoice names the VAT number of {party}; fill it in."
};
const struct fault_type invoice_not_positive = {
    FAULT_INVALID, "invoice.not_positive", "An invoice must come to more than nothing; make a credit note to give money back."
};
static const struct fault_type invoice_vat_mixed = {
    FAULT_INVALID, "invoice.vat_mixed", "What is outside the scope of VAT can't stand beside other VAT codes; make two invoices."
};
static const struct fault_type invoice_incomplete = {
    FAULT_INVALID, "invoice.incomplete", "The law wants the {what} of {party} on an invoice; fill it in first."
};
static const struct fault_type invoice_number_taken = {
    FAULT_CONFLICT, "invoice.number_taken", "Number {number} has been given before; choose another format for the numbers."
};

/* ---- What must be there ---- */

struct wanted { const char *what; struct str value; };

static struct fault *incomplete(struct work *work, struct fault *faults, struct str party, const struct wanted *wanted,
                                size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!wanted[i].value.length)
            faults = fault_join(faults,
                                FAULT(work->arena, &invoice_incomplete, NULL,
                                      PARAM("what", translate(work->language, wanted[i].what)), PARAM("party", party)));
    return faults;
}

/* Art. 35a Wet OB; BR-NL-1, BR-NL-3 and BR-NL-4 of NLCIUS. A customer abroad or a consumer may have no street. */
static struct fault *check_parties(struct work *work, const struct invoice_view *v, struct fault *faults)
{
    const struct company *c = &v->company;
    const struct party *p = &v->party;
    bool dutch = str_is(c->country, "NL");
    const struct wanted ours[] = {
        { "VAT number", c->vat_number },   { "street", c->street },
        { "postal code", c->postal_code }, { "city", c->city },
        { "bank account", c->iban },       { "Chamber of Commerce number", dutch ? c->kvk_number : STR("-") }
    };
    const struct wanted theirs[] = { { "street", p->street }, { "postal code", p->postal_code }, { "city", p->city } };
    faults = incomplete(work, faults, c->name, ours, ARRAY_LENGTH(ours));
    if (dutch && p->is_business && str_is(p->country, "NL"))
        faults = incomplete(work, faults, p->name, theirs, ARRAY_LENGTH(theirs));
    return faults;
}

static struct fault *check_references(struct work *work, const struct invoice_view *v, struct fault *faults)
{
    const struct einvoice *e = v->einvoice;
    struct param party = PARAM("party", v->party.name);
    bool none = !e->order.length && !e->buyer_reference.length;
    bool asked = v->party.oin.length || str_is(e->specification, EINVOICE_SPECIFICATION_PEPPOL); /* BR-NL-2 of government, PEPPOL-EN16931-R003 */
    if (v->party.reference_needed == NEEDS_ORDER_REFERENCE && !e->order.length)
        faults = fault_join(faults, fault_new(work->arena, &invoice_needs_order, "order_reference", &party, 1));
    if ((v->party.reference_needed == NEEDS_BUYER_REFERENCE && !e->buyer_reference.length) || (asked && none))
        faults = fault_join(faults, fault_new(work->arena, &invoice_needs_reference, "buyer_reference", &party, 1));
    return faults;
}

/* BR-AE-2, BR-IC-2: reverse charge names the customer's VAT number (or registration), intra-Community supply its VAT number. */
static struct fault *check_codes(struct work *work, const struct invoice_view *v, struct fault *faults)
{
    bool outside = false;
    for (size_t i = 0; i < v->vat_codes.count; i++) {
        const struct vat_code *code = &v->vat_codes.at[i];
        bool plain = code->category == VAT_S || code->category == VAT_Z;
        bool known = v->party.vat_number.length ||
                     (code->category == VAT_AE && (v->party.kvk_number.length || v->party.oin.length));
        if (!plain && !code->reason.length && !code->reason_code.length)
            faults = fault_join(faults, FAULT(work->arena, &invoice_no_reason, "lines", PARAM("code", code->code)));
        if ((code->category == VAT_AE || code->category == VAT_K) && !known)
            faults = fault_join(faults, FAULT(work->arena, &invoice_needs_tax_number, "party_id",
                                              PARAM("code", code->code), PARAM("party", v->party.name)));
        outside |= code->category == VAT_O;
    }
    for (size_t i = 0; outside && i < v->vat_codes.count; i++)
        if (v->vat_codes.at[i].category != VAT_O) return fault_join(faults, FAULT(work->arena, &invoice_vat_mixed, "lines"));
    return faults;
}

static struct fault *check_ready(struct work *work, const struct invoice *invoice, const struct invoice_lines *lines,
                                 const struct invoice_view *v)
{
    struct fault *faults = NULL;
    if (!lines->count || lines->at[0].part != INVOICE_PART_LINE) return FAULT(work->arena, &invoice_no_lines, "lines"); /* BR-16 */
    if (!v->party.is_customer || (v->party.is_blocked && invoice->kind == INVOICE_INVOICE))
        faults = FAULT(work->arena, &invoice_no_customer, "party_id", PARAM("party", v->party.name));
    faults = check_parties(work, v, faults);
    if (invoice->kind == INVOICE_INVOICE) faults = check_references(work, v, faults);
    faults = check_codes(work, v, faults);
    if (v->sums.with_vat_minor <= 0) faults = fault_join(faults, FAULT(work->arena, &invoice_not_positive, "lines"));
    return faults;
}

/* ---- Becoming final ---- */

static struct fault *number_it(struct work *work, struct invoice *invoice, const struct invoice_view *v)
{
    int64_t number;
    TRY(ledger_number_next(work, "invoice", "invoice", invoice->id.n, &number));
    invoice->number = invoice_number_text(work->arena, v->setting.number_format, date_year(work->today), number);
    return invoice->kind == INVOICE_INVOICE ? rf_make(work->arena, invoice->number, &invoice->payment_reference) : NULL;
}

static struct fault *save(struct work *work, struct invoice *invoice)
{
    struct fault *fault = db_change(work, &sql_invoice_finalise, GIVEN(invoice, invoice), &invoice_changed);
    if (fault && fault->type == &db_duplicate)
        return FAULT(work->arena, &invoice_number_taken, NULL, PARAM("number", invoice->number));
    return fault;
}

struct fault *invoice_finalise(struct work *work, invoice_id id, int64_t version, struct invoice *invoice)
{
    struct invoice before = { 0 };
    struct invoice_lines lines = { 0 };
    struct invoice_view view;
    TRY(invoice_load(work, id, &before));
    TRY(invoice_check(work, &before, INVOICE_FINALISE));
    if (before.version != version) return FAULT(work->arena, &invoice_changed, "version");
    *invoice = before;
    invoice->issued_on = work->today;
    TRY(invoice_lines_of(work, id, &lines));
    size_t written = lines.count;
    TRY(invoice_early_add(work, invoice, &lines));
    TRY(invoice_view_make(work, invoice, &lines, &view));
    TRY(check_ready(work, invoice, &lines, &view));
    invoice->due_on = invoice->kind == INVOICE_INVOICE
                          ? date_add_days(work->today, (int)invoice_terms_days(invoice, &view.party))
                          : work->today;
    invoice->delivered_on = view.einvoice->delivery.day.date;
    TRY(number_it(work, invoice, &view));
    invoice->net_minor = view.sums.without_vat_minor, invoice->vat_minor = view.sums.vat_minor,
    invoice->total_minor = view.sums.with_vat_minor;
    invoice->finalised_at = work->now;
    invoice->finalised_by = work->user_id;
    TRY(invoice_view_make(work, invoice, &lines, &view)); /* now with its number, days and reference */
    TRY(invoice_post(work, invoice, &lines, &view));
    TRY(invoice_documents_keep(work, invoice, &view));
    if (lines.count > written)
        TRY(db_run_each(work, &sql_invoice_line_add, GIVEN(invoice_line, lines.at + written), lines.count - written));
    TRY(save(work, invoice));
    TRY(invoice_load(work, id, invoice));
    work_changed(work, "invoice", id.n, GIVEN(invoice, &before), GIVEN(invoice, invoice));
    return NULL;
}
