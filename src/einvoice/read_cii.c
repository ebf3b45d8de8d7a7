/* CII D16B (and ZUGFeRD 1, the same elements under older names) → the neutral invoice. The bindings are EN 16931-3-3's. */
#include "einvoice/read.h"

#define TEXT(name) read_child(tree, at, E_##name)
#define CHILD(name) tree_child(tree, at, E_##name)
#define EACH(tree, var, at, name) for (uint32_t var = tree_child(tree, at, E_##name); var; var = tree_again(tree, var))

/* A day in a DateTimeString, DateString or DateTime: 20250131 under format 102, else 2025-01-31…. */
static struct einvoice_day day(const struct einvoice_tree *tree, uint32_t at)
{
    static const uint16_t holders[] = { E_DateTimeString, E_qdt_DateTimeString, E_DateString, E_DateTime };
    if (!at) return (struct einvoice_day){ 0 };
    uint32_t holder = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(holders) && !holder; i++) holder = tree_child(tree, at, holders[i]);
    struct einvoice_day out = { .raw = read_text(tree, holder) };
    if (!holder) out.raw = read_text(tree, at);
    if (out.raw.length == 8) {
        char text[11];
        snprintf(text, sizeof text, "%.4s-%.2s-%.2s", out.raw.at, out.raw.at + 4, out.raw.at + 6);
        if (!date_parse(str_of(text), &out.date)) out.date = (struct date){ 0 };
    } else if (!date_parse(str_part(out.raw, 0, 10), &out.date)) {
        out.date = (struct date){ 0 };
    }
    return out;
}

/* A referenced document's number; ZUGFeRD 1 calls it ID. */
static struct str number_of(const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return (struct str){ 0 };
    struct str id = TEXT(IssuerAssignedID);
    return id.at ? id : TEXT(ID);
}

static void address(const struct einvoice_tree *tree, uint32_t at, struct einvoice_address *out)
{
    if (!at) return;
    *out = (struct einvoice_address){ true, TEXT(LineOne), TEXT(LineTwo), TEXT(LineThree), TEXT(CityName), TEXT(PostcodeCode),
                                      TEXT(CountrySubDivisionName), TEXT(CountryID), at };
}

static struct einvoice_contact contact(const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return (struct einvoice_contact){ 0 };
    struct str name = TEXT(PersonName);
    return (struct einvoice_contact){ true, name.at ? name : TEXT(DepartmentName),
        read_text(tree, DOWN(tree, at, E_TelephoneUniversalCommunication, E_CompleteNumber)),
        read_text(tree, DOWN(tree, at, E_EmailURIUniversalCommunication, E_URIID)), at };
}

static void party(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, struct einvoice_party *out)
{
    if (!at) return;
    out->present = true;
    out->node = at;
    out->name = TEXT(Name);
    EACH(tree, id, at, ID) * LIST_ADD(arena, &out->ids) = read_id(tree, id);
    EACH(tree, id, at, GlobalID) * LIST_ADD(arena, &out->ids) = read_id(tree, id);
    out->legal_form = TEXT(Description);
    uint32_t legal = CHILD(SpecifiedLegalOrganization);
    out->legal_id = read_id(tree, legal ? tree_child(tree, legal, E_ID) : 0);
    out->trading_name = read_child(tree, legal, E_TradingBusinessName);
    out->endpoint = read_id(tree, DOWN(tree, at, E_URIUniversalCommunication, E_URIID));
    EACH(tree, registration, at, SpecifiedTaxRegistration) {
        struct einvoice_id id = read_id(tree, tree_child(tree, registration, E_ID));
        struct str *into = str_is(id.scheme, "VA") ? &out->vat_id : &out->tax_id;
        if (!into->at) *into = id.value;
    }
    address(tree, CHILD(PostalTradeAddress), &out->address);
    out->contact = contact(tree, CHILD(DefinedTradeContact));
}

static struct einvoice_vat vat(const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return (struct einvoice_vat){ 0 };
    uint32_t rate = CHILD(RateApplicablePercent);
    return (struct einvoice_vat){ true,
                                  TEXT(CategoryCode),
                                  read_number(tree, rate ? rate : CHILD(ApplicablePercent)),
                                  TEXT(TypeCode),
                                  TEXT(ExemptionReason),
                                  TEXT(ExemptionReasonCode),
                                  at };
}

static struct einvoice_allowance allowance(const struct einvoice_tree *tree, uint32_t at)
{
    return (struct einvoice_allowance){
        .charge = read_flag(tree, DOWN(tree, at, E_ChargeIndicator, E_Indicator)),
        .amount = read_amount(tree, CHILD(ActualAmount)),
        .base = read_amount(tree, CHILD(BasisAmount)),
        .percent = read_number(tree, CHILD(CalculationPercent)),
        .reason = TEXT(Reason),
        .reason_code = TEXT(ReasonCode),
        .vat = vat(tree, CHILD(CategoryTradeTax)),
        .node = at,
    };
}

static struct einvoice_period period(const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return (struct einvoice_period){ 0 };
    return (struct einvoice_period){ true, day(tree, CHILD(StartDateTime)), day(tree, CHILD(EndDateTime)), at };
}

static void item(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, struct einvoice_line *out)
{
    if (!at) return;
    out->standard_item = read_id(tree, CHILD(GlobalID));
    out->seller_item = TEXT(SellerAssignedID);
    out->buyer_item = TEXT(BuyerAssignedID);
    out->name = TEXT(Name);
    out->description = TEXT(Description);
    out->origin_country = read_text(tree, DOWN(tree, at, E_OriginTradeCountry, E_ID));
    EACH(tree, property, at, ApplicableProductCharacteristic)
    *LIST_ADD(arena, &out->properties) =
        (struct einvoice_property){ read_child(tree, property, E_Description), read_child(tree, property, E_Value) };
    EACH(tree, commodity, at, DesignatedProductClassification)
    {
        uint32_t code = tree_child(tree, commodity, E_ClassCode);
        if (code)
            *LIST_ADD(arena, &out->classes) =
                (struct einvoice_class){ read_text(tree, code), tree_attribute(tree, code, A_listID),
                                         tree_attribute(tree, code, A_listVersionID) };
    }
}

static void line_agreement(const struct einvoice_tree *tree, uint32_t at, struct einvoice_line *out)
{
    if (!at) return;
    uint32_t net = CHILD(NetPriceProductTradePrice), gross = CHILD(GrossPriceProductTradePrice);
    out->order_line = read_text(tree, DOWN(tree, at, E_BuyerOrderReferencedDocument, E_LineID));
    out->price = read_amount(tree, net ? tree_child(tree, net, E_ChargeAmount) : 0);
    uint32_t base = net ? tree_child(tree, net, E_BasisQuantity) : 0;
    if (!base && gross) base = tree_child(tree, gross, E_BasisQuantity);
    out->price_base = read_quantity(tree, base);
    if (!gross) return;
    out->price_gross = read_amount(tree, tree_child(tree, gross, E_ChargeAmount));
    out->price_discount = read_amount(tree, DOWN(tree, gross, E_AppliedTradeAllowanceCharge, E_ActualAmount));
}

static void line_settlement(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, struct einvoice_line *out)
{
    if (!at) return;
    out->vat = vat(tree, CHILD(ApplicableTradeTax));
    out->period = period(tree, CHILD(BillingSpecifiedPeriod));
    EACH(tree, each, at, SpecifiedTradeAllowanceCharge) * LIST_ADD(arena, &out->allowances) = allowance(tree, each);
    uint32_t sum = CHILD(SpecifiedTradeSettlementLineMonetarySummation);
    if (!sum) sum = CHILD(SpecifiedTradeSettlementMonetarySummation);
    out->net = read_amount(tree, sum ? tree_child(tree, sum, E_LineTotalAmount) : 0);
    EACH(tree, each, at, AdditionalReferencedDocument)
    if (str_is(read_child(tree, each, E_TypeCode), "130"))
        out->object = (struct einvoice_id){ .value = number_of(tree, each),
                                            .scheme = read_child(tree, each, E_ReferenceTypeCode) };
    out->accounting_reference = read_text(tree, DOWN(tree, at, E_ReceivableSpecifiedTradeAccountingAccount, E_ID));
}

static void line(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, bool zugferd_1, struct einvoice_line *out)
{
    out->node = at;
    uint32_t document = CHILD(AssociatedDocumentLineDocument);
    out->id = read_child(tree, document, E_LineID);
    out->note = read_text(tree, DOWN(tree, document, E_IncludedNote, E_Content));
    out->parent_id = read_child(tree, document, E_ParentLineID);
    out->status_reason = read_child(tree, document, E_LineStatusReasonCode);
    item(arena, tree, CHILD(SpecifiedTradeProduct), out);
    line_agreement(tree, zugferd_1 ? CHILD(SpecifiedSupplyChainTradeAgreement) : CHILD(SpecifiedLineTradeAgreement), out);
    uint32_t delivery = zugferd_1 ? CHILD(SpecifiedSupplyChainTradeDelivery) : CHILD(SpecifiedLineTradeDelivery);
    out->quantity = read_quantity(tree, delivery ? tree_child(tree, delivery, E_BilledQuantity) : 0);
    line_settlement(arena, tree,
                    zugferd_1 ? CHILD(SpecifiedSupplyChainTradeSettlement) : CHILD(SpecifiedLineTradeSettlement), out);
}

static void document(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    struct str type = TEXT(TypeCode), number = number_of(tree, at);
    if (str_is(type, "50")) {
        invoice->tender = number;
    } else if (str_is(type, "130")) {
        invoice->object = (struct einvoice_id){ .value = number, .scheme = TEXT(ReferenceTypeCode) };
    } else {
        uint32_t object = CHILD(AttachmentBinaryObject);
        struct einvoice_document *out = LIST_ADD(tree->arena, &invoice->documents);
        *out = (struct einvoice_document){ .id = { .value = number },
                                           .type_code = type,
                                           .description = TEXT(Name),
                                           .location = TEXT(URIID),
                                           .content = read_text(tree, object),
                                           .node = at };
        if (object)
            out->mime = tree_attribute(tree, object, A_mimeCode),
            out->filename = tree_attribute(tree, object, A_filename);
    }
}

static void agreement(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return;
    invoice->buyer_reference = TEXT(BuyerReference);
    party(tree->arena, tree, CHILD(SellerTradeParty), &invoice->seller);
    party(tree->arena, tree, CHILD(BuyerTradeParty), &invoice->buyer);
    party(tree->arena, tree, CHILD(SellerTaxRepresentativeTradeParty), &invoice->tax_representative);
    invoice->sales_order = number_of(tree, CHILD(SellerOrderReferencedDocument));
    invoice->order = number_of(tree, CHILD(BuyerOrderReferencedDocument));
    invoice->contract = number_of(tree, CHILD(ContractReferencedDocument));
    invoice->project = read_text(tree, DOWN(tree, at, E_SpecifiedProcuringProject, E_ID));
    EACH(tree, each, at, AdditionalReferencedDocument) document(invoice, tree, each);
}

static void delivery(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return;
    invoice->despatch = number_of(tree, CHILD(DespatchAdviceReferencedDocument));
    invoice->receipt = number_of(tree, CHILD(ReceivingAdviceReferencedDocument));
    invoice->delivery.day = day(tree, DOWN(tree, at, E_ActualDeliverySupplyChainEvent, E_OccurrenceDateTime));
    uint32_t to = CHILD(ShipToTradeParty);
    if (to) {
        invoice->delivery.node = to;
        invoice->delivery.name = read_child(tree, to, E_Name);
        uint32_t id = tree_child(tree, to, E_GlobalID);
        invoice->delivery.location = read_id(tree, id ? id : tree_child(tree, to, E_ID));
        address(tree, tree_child(tree, to, E_PostalTradeAddress), &invoice->delivery.address);
    }
    invoice->delivery.present = to || invoice->delivery.day.raw.at;
    if (!invoice->delivery.node) invoice->delivery.node = at;
}

static void payment(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    struct einvoice_payment *out = LIST_ADD(tree->arena, &invoice->payments);
    uint32_t card = CHILD(ApplicableTradeSettlementFinancialCard), account = CHILD(PayeePartyCreditorFinancialAccount);
    out->node = at;
    out->id = TEXT(ID);
    out->code = TEXT(TypeCode);
    out->text = TEXT(Information);
    if (card) {
        out->has_card = true;
        out->card_number = read_child(tree, card, E_ID);
        out->card_holder = read_child(tree, card, E_CardholderName);
    }
    out->payer_account = read_text(tree, DOWN(tree, at, E_PayerPartyDebtorFinancialAccount, E_IBANID));
    if (account) {
        struct str iban = read_child(tree, account, E_IBANID), other = read_child(tree, account, E_ProprietaryID);
        out->has_account = true;
        out->account = (struct einvoice_account){ .id = iban.at ? iban : other, .proprietary = !iban.at && other.at,
            .name = read_child(tree, account, E_AccountName),
            .bic = read_text(tree, DOWN(tree, at, E_PayeeSpecifiedCreditorFinancialInstitution, E_BICID)) };
    }
}

static void terms(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    struct einvoice_terms out = { .note = TEXT(Description), .percent = read_number(tree, CHILD(PartialPaymentPercent)),
        .amount = read_amount(tree, CHILD(PartialPaymentAmount)), .due = day(tree, CHILD(DueDateDateTime)), .node = at };
    struct str mandate = TEXT(DirectDebitMandateID);
    if (!invoice->payment_terms.at) invoice->payment_terms = out.note;
    if (!invoice->due.raw.at) invoice->due = out.due;
    if (!invoice->mandate.at) invoice->mandate = mandate;
    *LIST_ADD(tree->arena, &invoice->terms) = out;
}

static void totals(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return;
    struct einvoice_totals *out = &invoice->totals;
    out->present = true;
    out->node = at;
    out->lines = read_amount(tree, CHILD(LineTotalAmount));
    out->charges = read_amount(tree, CHILD(ChargeTotalAmount));
    out->allowances = read_amount(tree, CHILD(AllowanceTotalAmount));
    out->without_vat = read_amount(tree, CHILD(TaxBasisTotalAmount));
    out->with_vat = read_amount(tree, CHILD(GrandTotalAmount));
    out->rounding = read_amount(tree, CHILD(RoundingAmount));
    out->prepaid = read_amount(tree, CHILD(TotalPrepaidAmount));
    out->payable = read_amount(tree, CHILD(DuePayableAmount));
    EACH(tree, each, at, TaxTotalAmount) {
        struct einvoice_amount amount = read_amount(tree, each);
        bool other = amount.currency.length && str_equal(amount.currency, invoice->vat_currency) &&
                     !str_equal(amount.currency, invoice->currency);
        struct einvoice_amount *into = other ? &out->vat_accounting : &out->vat;
        if (!into->raw.at) *into = amount;
    }
}

static void vat_total(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    struct einvoice_vat category = vat(tree, at);
    *LIST_ADD(tree->arena, &invoice->vat_totals) =
        (struct einvoice_vat_total){ .base = read_amount(tree, CHILD(BasisAmount)),
                                     .amount = read_amount(tree, CHILD(CalculatedAmount)),
                                     .category = category.category,
                                     .rate = category.rate,
                                     .scheme = category.scheme,
                                     .exemption_reason = category.exemption_reason,
                                     .exemption_code = category.exemption_code,
                                     .node = at };
    if (!invoice->tax_point.raw.at) invoice->tax_point = day(tree, CHILD(TaxPointDate));
    if (!invoice->tax_point_code.at) invoice->tax_point_code = TEXT(DueDateTypeCode);
}

static void settlement(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    struct arena *arena = tree->arena;
    if (!at) return;
    invoice->creditor_id = TEXT(CreditorReferenceID);
    invoice->payment_reference = TEXT(PaymentReference);
    invoice->vat_currency = TEXT(TaxCurrencyCode);
    invoice->currency = TEXT(InvoiceCurrencyCode);
    invoice->period = period(tree, CHILD(BillingSpecifiedPeriod));
    invoice->accounting_reference = read_text(tree, DOWN(tree, at, E_ReceivableSpecifiedTradeAccountingAccount, E_ID));
    party(arena, tree, CHILD(PayeeTradeParty), &invoice->payee);
    EACH(tree, each, at, SpecifiedTradeSettlementPaymentMeans) payment(invoice, tree, each);
    EACH(tree, each, at, ApplicableTradeTax) vat_total(invoice, tree, each);
    EACH(tree, each, at, SpecifiedTradeAllowanceCharge) * LIST_ADD(arena, &invoice->allowances) = allowance(tree, each);
    EACH(tree, each, at, SpecifiedTradePaymentTerms) terms(invoice, tree, each);
    uint32_t sum = CHILD(SpecifiedTradeSettlementHeaderMonetarySummation);
    totals(invoice, tree, sum ? sum : CHILD(SpecifiedTradeSettlementMonetarySummation));
    EACH(tree, each, at, InvoiceReferencedDocument)
        *LIST_ADD(arena, &invoice->preceding) = (struct einvoice_reference){
            number_of(tree, each), day(tree, tree_child(tree, each, E_FormattedIssueDateTime)), each };
    EACH(tree, each, at, SpecifiedAdvancePayment)
    *LIST_ADD(arena, &invoice->prepayments) =
        (struct einvoice_prepayment){ .amount = read_amount(tree, tree_child(tree, each, E_PaidAmount)), .node = each };
}

void read_cii(struct einvoice *invoice, const struct einvoice_tree *tree, bool zugferd_1)
{
    uint32_t at = 1;
    uint32_t context = zugferd_1 ? CHILD(SpecifiedExchangedDocumentContext) : CHILD(ExchangedDocumentContext);
    uint32_t document_at = zugferd_1 ? CHILD(HeaderExchangedDocument) : CHILD(ExchangedDocument);
    uint32_t trade = zugferd_1 ? CHILD(SpecifiedSupplyChainTradeTransaction) : CHILD(SupplyChainTradeTransaction);
    invoice->process = read_text(tree, DOWN(tree, context, E_BusinessProcessSpecifiedDocumentContextParameter, E_ID));
    invoice->specification = read_text(tree, DOWN(tree, context, E_GuidelineSpecifiedDocumentContextParameter, E_ID));
    invoice->number = read_child(tree, document_at, E_ID);
    invoice->type_code = read_child(tree, document_at, E_TypeCode);
    if (document_at) {
        invoice->issued = day(tree, tree_child(tree, document_at, E_IssueDateTime));
        EACH(tree, each, document_at, IncludedNote)
        *LIST_ADD(tree->arena, &invoice->notes) =
            (struct einvoice_note){ read_child(tree, each, E_SubjectCode), read_child(tree, each, E_Content), each };
    }
    at = trade;
    if (!at) return;
    settlement(invoice, tree,
               zugferd_1 ? CHILD(ApplicableSupplyChainTradeSettlement) : CHILD(ApplicableHeaderTradeSettlement));
    agreement(invoice, tree,
              zugferd_1 ? CHILD(ApplicableSupplyChainTradeAgreement) : CHILD(ApplicableHeaderTradeAgreement));
    delivery(invoice, tree,
             zugferd_1 ? CHILD(ApplicableSupplyChainTradeDelivery) : CHILD(ApplicableHeaderTradeDelivery));
    EACH(tree, each, trade, IncludedSupplyChainTradeLineItem)
    line(tree->arena, tree, each, zugferd_1, LIST_ADD(tree->arena, &invoice->lines));
    for (size_t i = 0; i < invoice->payments.count;
         i++) { /* the mandate stands once, in the terms; it is each debit's */
        struct einvoice_payment *each = &invoice->payments.at[i];
        if (invoice->mandate.at && (each->payer_account.at || str_is(each->code, "59") || str_is(each->code, "49"))) {
            each->has_mandate = true;
            each->mandate = invoice->mandate;
        }
    }
}
