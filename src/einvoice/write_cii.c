/* The neutral invoice → CII D16B, in the order of its schema. The bindings are EN 16931-3-3's. */
#include "einvoice/write.h"

static const struct write_attribute no_attribute = { NULL, { 0 } };

static void amount(struct einvoice_writer *w, const char *name, const struct einvoice_amount *a)
{
    write_text(w, name, write_decimal(w->arena, a->value, a->raw));
}

static void quantity(struct einvoice_writer *w, const char *name, const struct einvoice_quantity *q)
{
    write_with(w, name, write_decimal(w->arena, q->value, q->raw), (struct write_attribute){ "unitCode", q->unit }, no_attribute);
}

/* 20250131 under format 102; what could not be read stays as it stood. */
static void day(struct einvoice_writer *w, const char *group, const char *name, struct einvoice_day d)
{
    struct str text = d.date.ymd ? str_format(w->arena, "%08d", (int)d.date.ymd) : d.raw;
    GROUP(w, group) write_with(w, name, text, (struct write_attribute){ "format", STR("102") }, no_attribute);
}

static void within(struct einvoice_writer *w, const char *group, const char *name, struct str text)
{
    GROUP(w, group) write_text(w, name, text);
}

/* A number with a scheme is global, one without is the partner's own. */
static void party_id(struct einvoice_writer *w, struct einvoice_id id, bool global)
{
    if ((id.scheme.length > 0) == global) write_id(w, global ? "ram:GlobalID" : "ram:ID", id);
}

static void address(struct einvoice_writer *w, const struct einvoice_address *a)
{
    GROUP(w, "ram:PostalTradeAddress") {
        write_text(w, "ram:PostcodeCode", a->post_code);
        write_text(w, "ram:LineOne", a->line1);
        write_text(w, "ram:LineTwo", a->line2);
        write_text(w, "ram:LineThree", a->line3);
        write_text(w, "ram:CityName", a->city);
        write_text(w, "ram:CountryID", a->country);
        write_text(w, "ram:CountrySubDivisionName", a->region);
    }
}

static void tax_registration(struct einvoice_writer *w, struct str number, const char *scheme)
{
    GROUP(w, "ram:SpecifiedTaxRegistration")
    write_id(w, "ram:ID", (struct einvoice_id){ .value = number, .scheme = str_of(scheme) });
}

static void party(struct einvoice_writer *w, const char *name, const struct einvoice_party *p)
{
    GROUP(w, name) {
        for (size_t i = 0; i < p->ids.count; i++) party_id(w, p->ids.at[i], false);
        for (size_t i = 0; i < p->ids.count; i++) party_id(w, p->ids.at[i], true);
        write_text(w, "ram:Name", p->name);
        write_text(w, "ram:Description", p->legal_form);
        GROUP(w, "ram:SpecifiedLegalOrganization") {
            write_id(w, "ram:ID", p->legal_id);
            write_text(w, "ram:TradingBusinessName", p->trading_name);
        }
        GROUP(w, "ram:DefinedTradeContact") {
            write_text(w, "ram:PersonName", p->contact.name);
            within(w, "ram:TelephoneUniversalCommunication", "ram:CompleteNumber", p->contact.phone);
            within(w, "ram:EmailURIUniversalCommunication", "ram:URIID", p->contact.email);
        }
        address(w, &p->address);
        GROUP(w, "ram:URIUniversalCommunication") write_id(w, "ram:URIID", p->endpoint);
        tax_registration(w, p->vat_id, "VA");
        tax_registration(w, p->tax_id, "FC");
    }
}

static void vat(struct einvoice_writer *w, const char *name, const struct einvoice_vat *v)
{
    GROUP(w, name) {
        if (v->category.length) write_text(w, "ram:TypeCode", v->scheme.length ? v->scheme : STR("VAT"));
        write_text(w, "ram:ExemptionReason", v->exemption_reason);
        write_text(w, "ram:CategoryCode", v->category);
        write_text(w, "ram:ExemptionReasonCode", v->exemption_code);
        write_number(w, "ram:RateApplicablePercent", v->rate);
    }
}

static void allowance(struct einvoice_writer *w, const struct einvoice_allowance *a)
{
    GROUP(w, "ram:SpecifiedTradeAllowanceCharge") {
        within(w, "ram:ChargeIndicator", "udt:Indicator", a->charge.value ? STR("true") : STR("false"));
        write_number(w, "ram:CalculationPercent", a->percent);
        amount(w, "ram:BasisAmount", &a->base);
        amount(w, "ram:ActualAmount", &a->amount);
        write_text(w, "ram:ReasonCode", a->reason_code);
        write_text(w, "ram:Reason", a->reason);
        vat(w, "ram:CategoryTradeTax", &a->vat);
    }
}

static void period(struct einvoice_writer *w, const struct einvoice_period *p)
{
    GROUP(w, "ram:BillingSpecifiedPeriod") {
        day(w, "ram:StartDateTime", "udt:DateTimeString", p->from);
        day(w, "ram:EndDateTime", "udt:DateTimeString", p->to);
    }
}

static void referenced(struct einvoice_writer *w, const char *name, struct str number)
{
    within(w, name, "ram:IssuerAssignedID", number);
}

static void referenced_as(struct einvoice_writer *w, struct str number, const char *type, struct str scheme)
{
    if (!number.length) return;
    GROUP(w, "ram:AdditionalReferencedDocument") {
        write_text(w, "ram:IssuerAssignedID", number);
        write_text(w, "ram:TypeCode", str_of(type));
        write_text(w, "ram:ReferenceTypeCode", scheme);
    }
}

/* ---- Lines ---- */

static void product(struct einvoice_writer *w, const struct einvoice_line *l)
{
    GROUP(w, "ram:SpecifiedTradeProduct") {
        write_id(w, "ram:GlobalID", l->standard_item);
        write_text(w, "ram:SellerAssignedID", l->seller_item);
        write_text(w, "ram:BuyerAssignedID", l->buyer_item);
        write_text(w, "ram:Name", l->name);
        write_text(w, "ram:Description", l->description);
        for (size_t i = 0; i < l->properties.count; i++)
            GROUP(w, "ram:ApplicableProductCharacteristic") {
                write_text(w, "ram:Description", l->properties.at[i].name);
                write_text(w, "ram:Value", l->properties.at[i].value);
            }
        for (size_t i = 0; i < l->classes.count; i++) {
            const struct einvoice_class *c = &l->classes.at[i];
            GROUP(w, "ram:DesignatedProductClassification")
            write_with(w, "ram:ClassCode", c->code, (struct write_attribute){ "listID", c->list },
                       (struct write_attribute){ "listVersionID", c->list_version });
        }
        within(w, "ram:OriginTradeCountry", "ram:ID", l->origin_country);
    }
}

static void prices(struct einvoice_writer *w, const struct einvoice_line *l)
{
    GROUP(w, "ram:SpecifiedLineTradeAgreement") {
        within(w, "ram:BuyerOrderReferencedDocument", "ram:LineID", l->order_line);
        GROUP(w, "ram:GrossPriceProductTradePrice") {
            amount(w, "ram:ChargeAmount", &l->price_gross);
            if (l->price_gross.value.present) quantity(w, "ram:BasisQuantity", &l->price_base);
            if (l->price_discount.value.present)
                GROUP(w, "ram:AppliedTradeAllowanceCharge") {
                    within(w, "ram:ChargeIndicator", "udt:Indicator", STR("false"));
                    amount(w, "ram:ActualAmount", &l->price_discount);
                }
        }
        GROUP(w, "ram:NetPriceProductTradePrice") {
            amount(w, "ram:ChargeAmount", &l->price);
            quantity(w, "ram:BasisQuantity", &l->price_base);
        }
    }
}

static void line(struct einvoice_writer *w, const struct einvoice_line *l, struct str parent)
{
    GROUP(w, "ram:IncludedSupplyChainTradeLineItem") {
        GROUP(w, "ram:AssociatedDocumentLineDocument") {
            write_text(w, "ram:LineID", l->id);
            write_text(w, "ram:ParentLineID", parent.length ? parent : l->parent_id);
            write_text(w, "ram:LineStatusReasonCode", l->status_reason);
            within(w, "ram:IncludedNote", "ram:Content", l->note);
        }
        product(w, l);
        prices(w, l);
        GROUP(w, "ram:SpecifiedLineTradeDelivery") quantity(w, "ram:BilledQuantity", &l->quantity);
        GROUP(w, "ram:SpecifiedLineTradeSettlement") {
            vat(w, "ram:ApplicableTradeTax", &l->vat);
            period(w, &l->period);
            for (size_t i = 0; i < l->allowances.count; i++) allowance(w, &l->allowances.at[i]);
            GROUP(w, "ram:SpecifiedTradeSettlementLineMonetarySummation") amount(w, "ram:LineTotalAmount", &l->net);
            referenced_as(w, l->object.value, "130", l->object.scheme);
            within(w, "ram:ReceivableSpecifiedTradeAccountingAccount", "ram:ID", l->accounting_reference);
        }
    }
    for (size_t i = 0; i < l->lines.count; i++) line(w, &l->lines.at[i], l->id);
}

/* ---- Head ---- */

static void head(struct einvoice_writer *w, const struct einvoice *e)
{
    GROUP(w, "rsm:ExchangedDocumentContext") {
        within(w, "ram:BusinessProcessSpecifiedDocumentContextParameter", "ram:ID", e->process);
        within(w, "ram:GuidelineSpecifiedDocumentContextParameter", "ram:ID", e->specification);
    }
    GROUP(w, "rsm:ExchangedDocument") {
        write_text(w, "ram:ID", e->number);
        write_text(w, "ram:TypeCode", e->type_code);
        day(w, "ram:IssueDateTime", "udt:DateTimeString", e->issued);
        for (size_t i = 0; i < e->notes.count; i++)
            GROUP(w, "ram:IncludedNote") {
                write_text(w, "ram:Content", e->notes.at[i].text);
                write_text(w, "ram:SubjectCode", e->notes.at[i].subject);
            }
    }
}

static void agreement(struct einvoice_writer *w, const struct einvoice *e)
{
    GROUP(w, "ram:ApplicableHeaderTradeAgreement") {
        write_text(w, "ram:BuyerReference", e->buyer_reference);
        party(w, "ram:SellerTradeParty", &e->seller);
        party(w, "ram:BuyerTradeParty", &e->buyer);
        party(w, "ram:SellerTaxRepresentativeTradeParty", &e->tax_representative);
        referenced(w, "ram:SellerOrderReferencedDocument", e->sales_order);
        referenced(w, "ram:BuyerOrderReferencedDocument", e->order);
        referenced(w, "ram:ContractReferencedDocument", e->contract);
        referenced_as(w, e->tender, "50", (struct str){ 0 });
        referenced_as(w, e->object.value, "130", e->object.scheme);
        for (size_t i = 0; i < e->documents.count; i++) {
            const struct einvoice_document *d = &e->documents.at[i];
            GROUP(w, "ram:AdditionalReferencedDocument") {
                write_text(w, "ram:IssuerAssignedID", d->id.value);
                write_text(w, "ram:URIID", d->location);
                write_text(w, "ram:TypeCode", STR("916"));
                write_text(w, "ram:Name", d->description);
                write_with(w, "ram:AttachmentBinaryObject", d->content, (struct write_attribute){ "mimeCode", d->mime },
                           (struct write_attribute){ "filename", d->filename });
            }
        }
        GROUP(w, "ram:SpecifiedProcuringProject") {
            write_text(w, "ram:ID", e->project);
            if (e->project.length) write_text(w, "ram:Name", STR("Project reference")); /* the schema wants one */
        }
    }
}

/* The schema wants this element, even where nothing stands in it. */
static void delivery(struct einvoice_writer *w, const struct einvoice *e)
{
    GROUP(w, "ram:ApplicableHeaderTradeDelivery") {
        GROUP(w, "ram:ShipToTradeParty") {
            party_id(w, e->delivery.location, false);
            party_id(w, e->delivery.location, true);
            write_text(w, "ram:Name", e->delivery.name);
            address(w, &e->delivery.address);
        }
        GROUP(w, "ram:ActualDeliverySupplyChainEvent") day(w, "ram:OccurrenceDateTime", "udt:DateTimeString", e->delivery.day);
        referenced(w, "ram:DespatchAdviceReferencedDocument", e->despatch);
        referenced(w, "ram:ReceivingAdviceReferencedDocument", e->receipt);
        write_here(w);
    }
}

/* ---- Paying and sums ---- */

static void payment(struct einvoice_writer *w, const struct einvoice_payment *p)
{
    GROUP(w, "ram:SpecifiedTradeSettlementPaymentMeans") {
        write_text(w, "ram:TypeCode", p->code);
        write_text(w, "ram:Information", p->text);
        GROUP(w, "ram:ApplicableTradeSettlementFinancialCard") {
            write_text(w, "ram:ID", p->card_number);
            write_text(w, "ram:CardholderName", p->card_holder);
        }
        within(w, "ram:PayerPartyDebtorFinancialAccount", "ram:IBANID", p->payer_account);
        GROUP(w, "ram:PayeePartyCreditorFinancialAccount") {
            if (!p->account.proprietary) write_text(w, "ram:IBANID", p->account.id);
            write_text(w, "ram:AccountName", p->account.name);
            if (p->account.proprietary) write_text(w, "ram:ProprietaryID", p->account.id);
        }
        within(w, "ram:PayeeSpecifiedCreditorFinancialInstitution", "ram:BICID", p->account.bic);
    }
}

/* BT-7 stands with the first category only (CII-SR-461), BT-8 with each. BT-8: UNTDID 2005 (3, 35, 432) in UBL is UNTDID 2475 (5, 29, 72) here. */
static void vat_totals(struct einvoice_writer *w, const struct einvoice *e)
{
    struct str code = e->tax_point_code;
    code = str_is(code, "3") ? STR("5") : str_is(code, "35") ? STR("29") : str_is(code, "432") ? STR("72") : code;
    for (size_t i = 0; i < e->vat_totals.count; i++) {
        const struct einvoice_vat_total *t = &e->vat_totals.at[i];
        GROUP(w, "ram:ApplicableTradeTax") {
            amount(w, "ram:CalculatedAmount", &t->amount);
            write_text(w, "ram:TypeCode", t->scheme.length ? t->scheme : STR("VAT"));
            write_text(w, "ram:ExemptionReason", t->exemption_reason);
            amount(w, "ram:BasisAmount", &t->base);
            write_text(w, "ram:CategoryCode", t->category);
            write_text(w, "ram:ExemptionReasonCode", t->exemption_code);
            if (!i) day(w, "ram:TaxPointDate", "udt:DateString", e->tax_point);
            write_text(w, "ram:DueDateTypeCode", code);
            write_number(w, "ram:RateApplicablePercent", t->rate);
        }
    }
}

static void terms(struct einvoice_writer *w, const struct einvoice *e)
{
    for (size_t i = 0; i < (e->terms.count ? e->terms.count : 1); i++) {
        const struct einvoice_terms *t = e->terms.count ? &e->terms.at[i] : NULL;
        GROUP(w, "ram:SpecifiedTradePaymentTerms") {
            write_text(w, "ram:Description", t ? t->note : e->payment_terms);
            day(w, "ram:DueDateDateTime", "udt:DateTimeString",
                t && (t->due.date.ymd || t->due.raw.length || i) ? t->due : e->due);
            if (!i) write_text(w, "ram:DirectDebitMandateID", e->mandate);
            if (t) write_number(w, "ram:PartialPaymentPercent", t->percent);
            if (t) amount(w, "ram:PartialPaymentAmount", &t->amount);
        }
    }
}

static void totals(struct einvoice_writer *w, const struct einvoice *e)
{
    const struct einvoice_totals *t = &e->totals;
    const struct {
        const struct einvoice_amount *amount;
        struct str currency;
    } taxes[] = { { &t->vat, e->currency }, { &t->vat_accounting, e->vat_currency } };
    GROUP(w, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    {
        amount(w, "ram:LineTotalAmount", &t->lines);
        amount(w, "ram:ChargeTotalAmount", &t->charges);
        amount(w, "ram:AllowanceTotalAmount", &t->allowances);
        amount(w, "ram:TaxBasisTotalAmount", &t->without_vat);
        for (size_t i = 0; i < ARRAY_LENGTH(taxes); i++)
            write_with(w, "ram:TaxTotalAmount", write_decimal(w->arena, taxes[i].amount->value, taxes[i].amount->raw),
                       (struct write_attribute){ "currencyID", taxes[i].amount->currency.length
                                                                   ? taxes[i].amount->currency
                                                                   : taxes[i].currency },
                       no_attribute);
        amount(w, "ram:RoundingAmount", &t->rounding);
        amount(w, "ram:GrandTotalAmount", &t->with_vat);
        amount(w, "ram:TotalPrepaidAmount", &t->prepaid);
        amount(w, "ram:DuePayableAmount", &t->payable);
    }
}

static void settlement(struct einvoice_writer *w, const struct einvoice *e)
{
    GROUP(w, "ram:ApplicableHeaderTradeSettlement") {
        write_text(w, "ram:CreditorReferenceID", e->creditor_id);
        write_text(w, "ram:PaymentReference", e->payment_reference);
        write_text(w, "ram:TaxCurrencyCode", e->vat_currency);
        write_text(w, "ram:InvoiceCurrencyCode", e->currency);
        party(w, "ram:PayeeTradeParty", &e->payee);
        for (size_t i = 0; i < e->payments.count; i++) payment(w, &e->payments.at[i]);
        vat_totals(w, e);
        period(w, &e->period);
        for (size_t i = 0; i < e->allowances.count; i++) allowance(w, &e->allowances.at[i]);
        terms(w, e);
        totals(w, e);
        for (size_t i = 0; i < e->preceding.count; i++)
            GROUP(w, "ram:InvoiceReferencedDocument") {
                write_text(w, "ram:IssuerAssignedID", e->preceding.at[i].number);
                day(w, "ram:FormattedIssueDateTime", "qdt:DateTimeString", e->preceding.at[i].issued);
            }
        within(w, "ram:ReceivableSpecifiedTradeAccountingAccount", "ram:ID", e->accounting_reference);
        for (size_t i = 0; i < e->prepayments.count; i++)
            GROUP(w, "ram:SpecifiedAdvancePayment") amount(w, "ram:PaidAmount", &e->prepayments.at[i].amount);
    }
}

struct str einvoice_write_cii(struct arena *arena, const struct einvoice *e)
{
    struct einvoice_writer writer = { .arena = arena, .xml = xml_writer_new(arena, true) }, *w = &writer;
    xml_open(&w->xml, "rsm:CrossIndustryInvoice");
    xml_attribute(&w->xml, "xmlns:rsm", STR("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"));
    xml_attribute(&w->xml, "xmlns:qdt", STR("urn:un:unece:uncefact:data:standard:QualifiedDataType:100"));
    xml_attribute(&w->xml, "xmlns:ram",
                  STR("urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"));
    xml_attribute(&w->xml, "xmlns:udt", STR("urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"));
    xml_text(&w->xml, STR(""));
    head(w, e);
    GROUP(w, "rsm:SupplyChainTradeTransaction") {
        for (size_t i = 0; i < e->lines.count; i++) line(w, &e->lines.at[i], (struct str){ 0 });
        agreement(w, e);
        delivery(w, e);
        settlement(w, e);
    }
    xml_close(&w->xml);
    return xml_done(&w->xml);
}
