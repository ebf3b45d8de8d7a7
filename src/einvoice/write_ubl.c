/* The neutral invoice → UBL 2.1 Invoice or CreditNote, in the order of their schemas. The bindings are EN 16931-3-2's. */
#include "einvoice/write.h"

static void amount(struct einvoice_writer *w, const char *name, const struct einvoice_amount *a, struct str currency)
{
    const struct write_attribute none = { NULL, { 0 } };
    write_with(w, name, write_decimal(w->arena, a->value, a->raw),
               (struct write_attribute){ "currencyID", a->currency.length ? a->currency : currency }, none);
}

static void quantity(struct einvoice_writer *w, const char *name, const struct einvoice_quantity *q)
{
    const struct write_attribute none = { NULL, { 0 } };
    write_with(w, name, write_decimal(w->arena, q->value, q->raw), (struct write_attribute){ "unitCode", q->unit }, none);
}

static void day(struct einvoice_writer *w, const char *name, struct einvoice_day d)
{
    write_text(w, name, d.date.ymd ? date_text(w->arena, d.date) : d.raw);
}

static void within(struct einvoice_writer *w, const char *group, const char *name, struct str text)
{
    GROUP(w, group) write_text(w, name, text);
}

static void address(struct einvoice_writer *w, const char *name, const struct einvoice_address *a)
{
    GROUP(w, name) {
        write_text(w, "cbc:StreetName", a->line1);
        write_text(w, "cbc:AdditionalStreetName", a->line2);
        write_text(w, "cbc:CityName", a->city);
        write_text(w, "cbc:PostalZone", a->post_code);
        write_text(w, "cbc:CountrySubentity", a->region);
        within(w, "cac:AddressLine", "cbc:Line", a->line3);
        within(w, "cac:Country", "cbc:IdentificationCode", a->country);
    }
}

static void tax_scheme(struct einvoice_writer *w, struct str number, const char *scheme)
{
    if (!number.length) return;
    GROUP(w, "cac:PartyTaxScheme") {
        write_text(w, "cbc:CompanyID", number);
        within(w, "cac:TaxScheme", "cbc:ID", str_of(scheme));
    }
}

/* The members of a Party; `creditor`: BT-90, written where it belongs. */
static void party_members(struct einvoice_writer *w, const struct einvoice_party *p, struct str creditor)
{
    write_id(w, "cbc:EndpointID", p->endpoint);
    for (size_t i = 0; i < p->ids.count; i++) GROUP(w, "cac:PartyIdentification") write_id(w, "cbc:ID", p->ids.at[i]);
    GROUP(w, "cac:PartyIdentification") write_id(w, "cbc:ID", (struct einvoice_id){ .value = creditor, .scheme = STR("SEPA") });
    within(w, "cac:PartyName", "cbc:Name", p->trading_name);
    address(w, "cac:PostalAddress", &p->address);
    tax_scheme(w, p->vat_id, "VAT");
    tax_scheme(w, p->tax_id, "LOC");
    GROUP(w, "cac:PartyLegalEntity") {
        write_text(w, "cbc:RegistrationName", p->name);
        write_id(w, "cbc:CompanyID", p->legal_id);
        write_text(w, "cbc:CompanyLegalForm", p->legal_form);
    }
    GROUP(w, "cac:Contact") {
        write_text(w, "cbc:Name", p->contact.name);
        write_text(w, "cbc:Telephone", p->contact.phone);
        write_text(w, "cbc:ElectronicMail", p->contact.email);
    }
}

/* Payee and tax representative carry their name in PartyName (EN 16931-3-2), without a legal name. */
static void other_parties(struct einvoice_writer *w, const struct einvoice *e)
{
    const struct einvoice_party *payee = &e->payee, *agent = &e->tax_representative;
    struct str creditor = payee->creditor_id.length ? payee->creditor_id : (struct str){ 0 };
    GROUP(w, "cac:PayeeParty")
    {
        for (size_t i = 0; i < payee->ids.count; i++)
            GROUP(w, "cac:PartyIdentification") write_id(w, "cbc:ID", payee->ids.at[i]);
        GROUP(w, "cac:PartyIdentification")
        write_id(w, "cbc:ID", (struct einvoice_id){ .value = creditor, .scheme = STR("SEPA") });
        within(w, "cac:PartyName", "cbc:Name", payee->name);
        GROUP(w, "cac:PartyLegalEntity") write_id(w, "cbc:CompanyID", payee->legal_id);
    }
    GROUP(w, "cac:TaxRepresentativeParty") {
        within(w, "cac:PartyName", "cbc:Name", agent->name);
        address(w, "cac:PostalAddress", &agent->address);
        tax_scheme(w, agent->vat_id, "VAT");
    }
}

static void vat(struct einvoice_writer *w, const char *name, const struct einvoice_vat *v)
{
    GROUP(w, name) {
        write_text(w, "cbc:ID", v->category);
        write_number(w, "cbc:Percent", v->rate);
        write_text(w, "cbc:TaxExemptionReasonCode", v->exemption_code);
        write_text(w, "cbc:TaxExemptionReason", v->exemption_reason);
        if (v->category.length) within(w, "cac:TaxScheme", "cbc:ID", v->scheme.length ? v->scheme : STR("VAT"));
    }
}

static void allowance(struct einvoice_writer *w, const struct einvoice_allowance *a, struct str currency)
{
    GROUP(w, "cac:AllowanceCharge") {
        write_text(w, "cbc:ChargeIndicator", a->charge.value ? STR("true") : STR("false"));
        write_text(w, "cbc:AllowanceChargeReasonCode", a->reason_code);
        write_text(w, "cbc:AllowanceChargeReason", a->reason);
        write_number(w, "cbc:MultiplierFactorNumeric", a->percent);
        amount(w, "cbc:Amount", &a->amount, currency);
        amount(w, "cbc:BaseAmount", &a->base, currency);
        vat(w, "cac:TaxCategory", &a->vat);
    }
}

static void period(struct einvoice_writer *w, const struct einvoice_period *p, struct str code)
{
    GROUP(w, "cac:InvoicePeriod") {
        day(w, "cbc:StartDate", p->from);
        day(w, "cbc:EndDate", p->to);
        write_text(w, "cbc:DescriptionCode", code);
    }
}

/* ---- Lines ---- */

static void item(struct einvoice_writer *w, const struct einvoice_line *l)
{
    const struct write_attribute none = { NULL, { 0 } };
    GROUP(w, "cac:Item") {
        write_text(w, "cbc:Description", l->description);
        write_text(w, "cbc:Name", l->name);
        within(w, "cac:BuyersItemIdentification", "cbc:ID", l->buyer_item);
        within(w, "cac:SellersItemIdentification", "cbc:ID", l->seller_item);
        GROUP(w, "cac:StandardItemIdentification") write_id(w, "cbc:ID", l->standard_item);
        within(w, "cac:OriginCountry", "cbc:IdentificationCode", l->origin_country);
        for (size_t i = 0; i < l->classes.count; i++) {
            const struct einvoice_class *c = &l->classes.at[i];
            GROUP(w, "cac:CommodityClassification")
            write_with(w, "cbc:ItemClassificationCode", c->code, (struct write_attribute){ "listID", c->list },
                       c->list_version.length ? (struct write_attribute){ "listVersionID", c->list_version } : none);
        }
        vat(w, "cac:ClassifiedTaxCategory", &l->vat);
        for (size_t i = 0; i < l->properties.count; i++)
            GROUP(w, "cac:AdditionalItemProperty") {
                write_text(w, "cbc:Name", l->properties.at[i].name);
                write_text(w, "cbc:Value", l->properties.at[i].value);
            }
    }
}

static void price(struct einvoice_writer *w, const struct einvoice_line *l, struct str currency)
{
    GROUP(w, "cac:Price") {
        amount(w, "cbc:PriceAmount", &l->price, currency);
        quantity(w, "cbc:BaseQuantity", &l->price_base);
        if (l->price_discount.value.present || l->price_gross.value.present)
            GROUP(w, "cac:AllowanceCharge") {
                struct einvoice_amount none = { .value = DECIMAL(0, 0) };
                write_text(w, "cbc:ChargeIndicator", STR("false"));
                amount(w, "cbc:Amount", l->price_discount.value.present ? &l->price_discount : &none, currency);
                amount(w, "cbc:BaseAmount", &l->price_gross, currency);
            }
    }
}

static void line(struct einvoice_writer *w, const struct einvoice *e, const struct einvoice_line *l, bool credit, bool inner)
{
    const char *names[] = { "cac:InvoiceLine", "cac:CreditNoteLine", "cac:SubInvoiceLine", "cac:SubCreditNoteLine" };
    GROUP(w, names[credit + 2 * inner]) {
        write_text(w, "cbc:ID", l->id);
        write_text(w, "cbc:Note", l->note);
        quantity(w, credit ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity", &l->quantity);
        amount(w, "cbc:LineExtensionAmount", &l->net, e->currency);
        write_text(w, "cbc:AccountingCost", l->accounting_reference);
        period(w, &l->period, (struct str){ 0 });
        within(w, "cac:OrderLineReference", "cbc:LineID", l->order_line);
        GROUP(w, "cac:DocumentReference") {
            write_id(w, "cbc:ID", l->object);
            if (l->object.value.length) write_text(w, "cbc:DocumentTypeCode", STR("130"));
        }
        for (size_t i = 0; i < l->allowances.count; i++) allowance(w, &l->allowances.at[i], e->currency);
        item(w, l);
        price(w, l, e->currency);
        for (size_t i = 0; i < l->lines.count; i++) line(w, e, &l->lines.at[i], credit, true);
    }
}

/* ---- Head ---- */

static void numbered(struct einvoice_writer *w, const char *group, struct str number)
{
    within(w, group, "cbc:ID", number);
}

static void notes(struct einvoice_writer *w, const struct einvoice *e)
{
    for (size_t i = 0; i < e->notes.count; i++) {
        const struct einvoice_note *n = &e->notes.at[i];
        bool subject = n->subject.length == 3;
        write_text(w, "cbc:Note", subject ? str_format(w->arena, "#%.*s#%.*s", STR_ARG(n->subject), STR_ARG(n->text)) : n->text);
    }
}

static void documents(struct einvoice_writer *w, const struct einvoice *e, bool credit)
{
    GROUP(w, "cac:AdditionalDocumentReference") {
        write_id(w, "cbc:ID", e->object);
        if (e->object.value.length) write_text(w, "cbc:DocumentTypeCode", STR("130"));
    }
    if (credit)
        GROUP(w, "cac:AdditionalDocumentReference") { /* BT-11: a credit note has no ProjectReference */
            write_text(w, "cbc:ID", e->project);
            if (e->project.length) write_text(w, "cbc:DocumentTypeCode", STR("50"));
        }
    for (size_t i = 0; i < e->documents.count; i++) {
        const struct einvoice_document *d = &e->documents.at[i];
        GROUP(w, "cac:AdditionalDocumentReference") {
            write_id(w, "cbc:ID", d->id);
            write_text(w, "cbc:DocumentDescription", d->description);
            GROUP(w, "cac:Attachment") {
                write_with(w, "cbc:EmbeddedDocumentBinaryObject", d->content, (struct write_attribute){ "mimeCode", d->mime },
                           (struct write_attribute){ "filename", d->filename });
                within(w, "cac:ExternalReference", "cbc:URI", d->location);
            }
        }
    }
}

static void references(struct einvoice_writer *w, const struct einvoice *e, bool credit)
{
    GROUP(w, "cac:OrderReference") {
        /* the schema wants an order's number where there is a sales order's; Peppol says what to write then */
        write_text(w, "cbc:ID", e->sales_order.length && !e->order.length ? STR("NA") : e->order);
        write_text(w, "cbc:SalesOrderID", e->sales_order);
    }
    for (size_t i = 0; i < e->preceding.count; i++)
        GROUP(w, "cac:BillingReference") GROUP(w, "cac:InvoiceDocumentReference") {
            write_text(w, "cbc:ID", e->preceding.at[i].number);
            day(w, "cbc:IssueDate", e->preceding.at[i].issued);
        }
    numbered(w, "cac:DespatchDocumentReference", e->despatch);
    numbered(w, "cac:ReceiptDocumentReference", e->receipt);
    if (!credit) numbered(w, "cac:OriginatorDocumentReference", e->tender);
    numbered(w, "cac:ContractDocumentReference", e->contract);
    documents(w, e, credit);
    if (credit) numbered(w, "cac:OriginatorDocumentReference", e->tender);
    else numbered(w, "cac:ProjectReference", e->project);
}

static void head(struct einvoice_writer *w, const struct einvoice *e, bool credit)
{
    write_text(w, "cbc:CustomizationID", e->specification);
    write_text(w, "cbc:ProfileID", e->process);
    write_text(w, "cbc:ID", e->number);
    day(w, "cbc:IssueDate", e->issued);
    if (credit) {
        day(w, "cbc:TaxPointDate", e->tax_point);
        write_text(w, "cbc:CreditNoteTypeCode", e->type_code);
        notes(w, e);
    } else {
        day(w, "cbc:DueDate", e->due);
        write_text(w, "cbc:InvoiceTypeCode", e->type_code);
        notes(w, e);
        day(w, "cbc:TaxPointDate", e->tax_point);
    }
    write_text(w, "cbc:DocumentCurrencyCode", e->currency);
    write_text(w, "cbc:TaxCurrencyCode", e->vat_currency);
    write_text(w, "cbc:AccountingCost", e->accounting_reference);
    write_text(w, "cbc:BuyerReference", e->buyer_reference);
    /* BT-8: UNTDID 2475 (5, 29, 72) in CII is UNTDID 2005 (3, 35, 432) here. */
    struct str code = e->tax_point_code;
    period(w, &e->period, str_is(code, "5") ? STR("3") : str_is(code, "29") ? STR("35") : str_is(code, "72") ? STR("432") : code);
    references(w, e, credit);
}

static void delivery(struct einvoice_writer *w, const struct einvoice *e)
{
    GROUP(w, "cac:Delivery") {
        day(w, "cbc:ActualDeliveryDate", e->delivery.day);
        GROUP(w, "cac:DeliveryLocation") {
            write_id(w, "cbc:ID", e->delivery.location);
            address(w, "cac:Address", &e->delivery.address);
        }
        GROUP(w, "cac:DeliveryParty") within(w, "cac:PartyName", "cbc:Name", e->delivery.name);
    }
}

static void payment(struct einvoice_writer *w, const struct einvoice *e, const struct einvoice_payment *p, bool credit)
{
    const struct write_attribute none = { NULL, { 0 } };
    GROUP(w, "cac:PaymentMeans") {
        write_text(w, "cbc:ID", p->id);
        write_with(w, "cbc:PaymentMeansCode", p->code, (struct write_attribute){ "name", p->text }, none);
        if (credit) day(w, "cbc:PaymentDueDate", p->due.date.ymd || p->due.raw.length ? p->due : e->due); /* BT-9 of a credit note */
        for (size_t i = 0; i < p->references.count; i++) write_text(w, "cbc:PaymentID", p->references.at[i]);
        if (!p->references.count) write_text(w, "cbc:PaymentID", e->payment_reference);
        GROUP(w, "cac:CardAccount") {
            write_text(w, "cbc:PrimaryAccountNumberID", p->card_number);
            if (p->card_number.length) write_text(w, "cbc:NetworkID", p->card_network.length ? p->card_network : STR("NA"));
            write_text(w, "cbc:HolderName", p->card_holder);
        }
        GROUP(w, "cac:PayeeFinancialAccount") {
            write_text(w, "cbc:ID", p->account.id);
            write_text(w, "cbc:Name", p->account.name);
            within(w, "cac:FinancialInstitutionBranch", "cbc:ID", p->account.bic);
        }
        GROUP(w, "cac:PaymentMandate") {
            write_text(w, "cbc:ID", p->mandate);
            within(w, "cac:PayerFinancialAccount", "cbc:ID", p->payer_account);
        }
    }
}

static void terms(struct einvoice_writer *w, const struct einvoice *e)
{
    for (size_t i = 0; i < e->terms.count; i++) {
        const struct einvoice_terms *t = &e->terms.at[i];
        GROUP(w, "cac:PaymentTerms") {
            write_text(w, "cbc:PaymentMeansID", t->payment_id);
            write_text(w, "cbc:Note", t->note);
            write_number(w, "cbc:SettlementDiscountPercent", t->discount_percent);
            write_number(w, "cbc:PaymentPercent", t->percent);
            amount(w, "cbc:Amount", &t->amount, e->currency);
        }
    }
    if (!e->terms.count) within(w, "cac:PaymentTerms", "cbc:Note", e->payment_terms);
}

/* ---- Sums ---- */

static void vat_totals(struct einvoice_writer *w, const struct einvoice *e)
{
    GROUP(w, "cac:TaxTotal") {
        amount(w, "cbc:TaxAmount", &e->totals.vat, e->currency);
        for (size_t i = 0; i < e->vat_totals.count; i++) {
            const struct einvoice_vat_total *t = &e->vat_totals.at[i];
            const struct einvoice_vat category = { true,      t->category,         t->rate,
                                                   t->scheme, t->exemption_reason, t->exemption_code,
                                                   0 };
            GROUP(w, "cac:TaxSubtotal")
            {
                amount(w, "cbc:TaxableAmount", &t->base, e->currency);
                amount(w, "cbc:TaxAmount", &t->amount, e->currency);
                vat(w, "cac:TaxCategory", &category);
            }
        }
    }
    GROUP(w, "cac:TaxTotal") amount(w, "cbc:TaxAmount", &e->totals.vat_accounting, e->vat_currency);
}

static void totals(struct einvoice_writer *w, const struct einvoice *e)
{
    const struct einvoice_totals *t = &e->totals;
    GROUP(w, "cac:LegalMonetaryTotal") {
        amount(w, "cbc:LineExtensionAmount", &t->lines, e->currency);
        amount(w, "cbc:TaxExclusiveAmount", &t->without_vat, e->currency);
        amount(w, "cbc:TaxInclusiveAmount", &t->with_vat, e->currency);
        amount(w, "cbc:AllowanceTotalAmount", &t->allowances, e->currency);
        amount(w, "cbc:ChargeTotalAmount", &t->charges, e->currency);
        amount(w, "cbc:PrepaidAmount", &t->prepaid, e->currency);
        amount(w, "cbc:PayableRoundingAmount", &t->rounding, e->currency);
        amount(w, "cbc:PayableAmount", &t->payable, e->currency);
    }
}

static void settlement(struct einvoice_writer *w, const struct einvoice *e, bool credit)
{
    for (size_t i = 0; i < e->payments.count; i++) payment(w, e, &e->payments.at[i], credit);
    terms(w, e);
    for (size_t i = 0; i < e->prepayments.count && !credit; i++) {
        const struct einvoice_prepayment *p = &e->prepayments.at[i];
        GROUP(w, "cac:PrepaidPayment") {
            write_text(w, "cbc:ID", p->type);
            amount(w, "cbc:PaidAmount", &p->amount, e->currency);
            write_text(w, "cbc:InstructionID", p->text);
        }
    }
    for (size_t i = 0; i < e->allowances.count; i++) allowance(w, &e->allowances.at[i], e->currency);
    vat_totals(w, e);
    totals(w, e);
}

struct str einvoice_write_ubl(struct arena *arena, const struct einvoice *e)
{
    bool credit = einvoice_is_credit(e);
    struct einvoice_writer writer = { .arena = arena, .xml = xml_writer_new(arena, true) }, *w = &writer;
    bool to_payee = e->payee.creditor_id.length > 0;
    xml_open(&w->xml, credit ? "CreditNote" : "Invoice");
    xml_attribute(&w->xml, "xmlns",
                  credit ? STR("urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2")
                         : STR("urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"));
    xml_attribute(&w->xml, "xmlns:cac",
                  STR("urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"));
    xml_attribute(&w->xml, "xmlns:cbc", STR("urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"));
    xml_text(&w->xml, STR(""));
    head(w, e, credit);
    struct str creditor = to_payee ? (struct str){ 0 } : e->seller.creditor_id.length ? e->seller.creditor_id : e->creditor_id;
    GROUP(w, "cac:AccountingSupplierParty") GROUP(w, "cac:Party") party_members(w, &e->seller, creditor);
    GROUP(w, "cac:AccountingCustomerParty") GROUP(w, "cac:Party") party_members(w, &e->buyer, (struct str){ 0 });
    other_parties(w, e);
    delivery(w, e);
    settlement(w, e, credit);
    for (size_t i = 0; i < e->lines.count; i++) line(w, e, &e->lines.at[i], credit, false);
    xml_close(&w->xml);
    return xml_done(&w->xml);
}
