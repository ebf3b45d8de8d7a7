/* UBL 2.1 Invoice and CreditNote → the neutral invoice. The bindings are EN 16931-3-2's. */
#include "einvoice/read.h"

#define TEXT(name) read_child(tree, at, E_##name)
#define CHILD(name) tree_child(tree, at, E_##name)
#define EACH(tree, var, at, name) for (uint32_t var = tree_child(tree, at, E_##name); var; var = tree_again(tree, var))

static void address(const struct einvoice_tree *tree, uint32_t at, struct einvoice_address *out)
{
    if (!at) return;
    out->present = true;
    out->node = at;
    out->line1 = TEXT(StreetName);
    out->line2 = TEXT(AdditionalStreetName);
    out->line3 = read_text(tree, DOWN(tree, at, E_AddressLine, E_Line));
    out->city = TEXT(CityName);
    out->post_code = TEXT(PostalZone);
    out->region = TEXT(CountrySubentity);
    out->country = read_text(tree, DOWN(tree, at, E_Country, E_IdentificationCode));
}

static void tax_schemes(const struct einvoice_tree *tree, uint32_t at, struct einvoice_party *out)
{
    EACH(tree, scheme, at, PartyTaxScheme) {
        struct str id = read_child(tree, scheme, E_CompanyID);
        if (str_equal_caseless(read_text(tree, DOWN(tree, scheme, E_TaxScheme, E_ID)), STR("VAT"))) {
            if (!out->vat_id.at) out->vat_id = id;
        } else if (!out->tax_id.at) {
            out->tax_id = id;
        }
    }
}

/* at: the element that is a Party (or has its members, as PayeeParty and TaxRepresentativeParty do). */
static void party(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, struct einvoice_party *out)
{
    if (!at) return;
    out->present = true;
    out->node = at;
    out->endpoint = read_id(tree, CHILD(EndpointID));
    EACH(tree, identification, at, PartyIdentification) {
        EACH(tree, id, identification, ID) {
            if (str_equal_caseless(tree_attribute(tree, id, A_schemeID), STR("SEPA"))) out->creditor_id = read_text(tree, id);
            else *LIST_ADD(arena, &out->ids) = read_id(tree, id);
        }
    }
    uint32_t legal = CHILD(PartyLegalEntity);
    struct str name = read_text(tree, DOWN(tree, at, E_PartyName, E_Name));
    struct str registered = read_child(tree, legal, E_RegistrationName);
    out->name = registered.at ? registered : name;
    out->trading_name = registered.at ? name : (struct str){ 0 };
    out->legal_id = read_id(tree, legal ? tree_child(tree, legal, E_CompanyID) : 0);
    out->legal_form = read_child(tree, legal, E_CompanyLegalForm);
    tax_schemes(tree, at, out);
    address(tree, CHILD(PostalAddress), &out->address);
    uint32_t contact = CHILD(Contact);
    if (contact)
        out->contact =
            (struct einvoice_contact){ true, read_child(tree, contact, E_Name), read_child(tree, contact, E_Telephone),
                                       read_child(tree, contact, E_ElectronicMail), contact };
}

static struct einvoice_period period(const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return (struct einvoice_period){ 0 };
    return (struct einvoice_period){ true, read_day(tree, CHILD(StartDate)), read_day(tree, CHILD(EndDate)), at };
}

static struct einvoice_vat vat(const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return (struct einvoice_vat){ 0 };
    return (struct einvoice_vat){ true,
                                  TEXT(ID),
                                  read_number(tree, CHILD(Percent)),
                                  read_text(tree, DOWN(tree, at, E_TaxScheme, E_ID)),
                                  TEXT(TaxExemptionReason),
                                  TEXT(TaxExemptionReasonCode),
                                  at };
}

static struct einvoice_allowance allowance(const struct einvoice_tree *tree, uint32_t at)
{
    return (struct einvoice_allowance){
        .charge = read_flag(tree, CHILD(ChargeIndicator)), .amount = read_amount(tree, CHILD(Amount)),
        .base = read_amount(tree, CHILD(BaseAmount)), .percent = read_number(tree, CHILD(MultiplierFactorNumeric)),
        .reason = TEXT(AllowanceChargeReason), .reason_code = TEXT(AllowanceChargeReasonCode),
        .vat = vat(tree, CHILD(TaxCategory)), .node = at,
    };
}

static void line_item(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, struct einvoice_line *out)
{
    if (!at) return;
    out->name = TEXT(Name);
    out->description = TEXT(Description);
    out->seller_item = read_text(tree, DOWN(tree, at, E_SellersItemIdentification, E_ID));
    out->buyer_item = read_text(tree, DOWN(tree, at, E_BuyersItemIdentification, E_ID));
    out->standard_item = read_id(tree, DOWN(tree, at, E_StandardItemIdentification, E_ID));
    out->origin_country = read_text(tree, DOWN(tree, at, E_OriginCountry, E_IdentificationCode));
    EACH(tree, commodity, at, CommodityClassification)
    EACH(tree, code, commodity, ItemClassificationCode)
    *LIST_ADD(arena, &out->classes) =
        (struct einvoice_class){ read_text(tree, code), tree_attribute(tree, code, A_listID),
                                 tree_attribute(tree, code, A_listVersionID) };
    EACH(tree, property, at, AdditionalItemProperty)
    *LIST_ADD(arena, &out->properties) =
        (struct einvoice_property){ read_child(tree, property, E_Name), read_child(tree, property, E_Value) };
    out->vat = vat(tree, CHILD(ClassifiedTaxCategory));
}

static void line_price(const struct einvoice_tree *tree, uint32_t at, struct einvoice_line *out)
{
    if (!at) return;
    out->price = read_amount(tree, CHILD(PriceAmount));
    out->price_base = read_quantity(tree, CHILD(BaseQuantity));
    uint32_t discount = CHILD(AllowanceCharge);
    if (!discount) return;
    out->price_discount = read_amount(tree, tree_child(tree, discount, E_Amount));
    out->price_gross = read_amount(tree, tree_child(tree, discount, E_BaseAmount));
}

static void line(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, bool credit_note, struct einvoice_line *out)
{
    out->node = at;
    out->id = TEXT(ID);
    out->note = TEXT(Note);
    uint32_t quantity = credit_note ? CHILD(CreditedQuantity) : CHILD(InvoicedQuantity);
    out->quantity = read_quantity(tree, quantity);
    out->net = read_amount(tree, CHILD(LineExtensionAmount));
    out->accounting_reference = TEXT(AccountingCost);
    out->order_line = read_text(tree, DOWN(tree, at, E_OrderLineReference, E_LineID));
    out->object = read_id(tree, DOWN(tree, at, E_DocumentReference, E_ID));
    out->period = period(tree, CHILD(InvoicePeriod));
    EACH(tree, each, at, AllowanceCharge) * LIST_ADD(arena, &out->allowances) = allowance(tree, each);
    line_item(arena, tree, CHILD(Item), out);
    line_price(tree, CHILD(Price), out);
    uint16_t sub = credit_note ? E_SubCreditNoteLine : E_SubInvoiceLine;
    for (uint32_t each = tree_child(tree, at, sub); each; each = tree_again(tree, each)) /* at most as deep as XML may be */
        line(arena, tree, each, credit_note, LIST_ADD(arena, &out->lines));
}

static void payment(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, struct einvoice *invoice)
{
    struct einvoice_payment *out = LIST_ADD(arena, &invoice->payments);
    uint32_t code = CHILD(PaymentMeansCode);
    out->node = at;
    out->id = TEXT(ID);
    out->code = read_text(tree, code);
    out->text = code ? tree_attribute(tree, code, A_name) : (struct str){ 0 };
    out->due = read_day(tree, CHILD(PaymentDueDate));
    EACH(tree, id, at, PaymentID) {
        struct str reference = *LIST_ADD(arena, &out->references) = read_text(tree, id);
        if (!invoice->payment_reference.at) invoice->payment_reference = reference;
    }
    uint32_t account = CHILD(PayeeFinancialAccount), card = CHILD(CardAccount), mandate = CHILD(PaymentMandate);
    if (account) {
        out->has_account = true;
        out->account = (struct einvoice_account){ .id = read_child(tree, account, E_ID),
                                                  .name = read_child(tree, account, E_Name),
                                                  .bic = read_text(
                                                      tree, DOWN(tree, account, E_FinancialInstitutionBranch, E_ID)) };
    }
    if (card) {
        out->has_card = true;
        out->card_number = read_child(tree, card, E_PrimaryAccountNumberID);
        out->card_holder = read_child(tree, card, E_HolderName);
        out->card_network = read_child(tree, card, E_NetworkID);
    }
    if (mandate) {
        out->has_mandate = true;
        out->mandate = read_child(tree, mandate, E_ID);
        out->payer_account = read_text(tree, DOWN(tree, mandate, E_PayerFinancialAccount, E_ID));
        if (!invoice->mandate.at) invoice->mandate = out->mandate;
    }
}

/* BT-21 is written in front of the note: #AAI#text. */
static struct einvoice_note note(const struct einvoice_tree *tree, uint32_t at)
{
    struct einvoice_note out = { .text = read_text(tree, at), .node = at };
    if (out.text.length > 4 && out.text.at[0] == '#' && out.text.at[4] == '#') {
        out.subject = str_part(out.text, 1, 3);
        out.text = str_trim(str_part(out.text, 5, out.text.length));
    }
    return out;
}

static void document(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, struct einvoice *invoice)
{
    struct str type = TEXT(DocumentTypeCode);
    if (str_is(type, "130")) {
        invoice->object = read_id(tree, CHILD(ID));
        return;
    }
    if (str_is(type, "50") && invoice->syntax == EINVOICE_UBL_CREDIT_NOTE) {
        invoice->project = TEXT(ID); /* a credit note has no ProjectReference */
        return;
    }
    uint32_t object = DOWN(tree, at, E_Attachment, E_EmbeddedDocumentBinaryObject);
    struct einvoice_document *out = LIST_ADD(arena, &invoice->documents);
    *out = (struct einvoice_document){ .id = read_id(tree, CHILD(ID)),
                                       .type_code = type,
                                       .description = TEXT(DocumentDescription),
                                       .location =
                                           read_text(tree, DOWN(tree, at, E_Attachment, E_ExternalReference, E_URI)),
                                       .content = read_text(tree, object),
                                       .node = at };
    if (object)
        out->mime = tree_attribute(tree, object, A_mimeCode), out->filename = tree_attribute(tree, object, A_filename);
}

static void vat_totals(struct arena *arena, const struct einvoice_tree *tree, uint32_t at, struct einvoice *invoice)
{
    EACH(tree, total, at, TaxTotal) {
        struct einvoice_amount amount = read_amount(tree, tree_child(tree, total, E_TaxAmount));
        bool other = str_equal(amount.currency, invoice->vat_currency) &&
                     !str_equal(amount.currency, invoice->currency) && invoice->vat_currency.length;
        struct einvoice_amount *into = other ? &invoice->totals.vat_accounting : &invoice->totals.vat;
        if (!into->raw.at) *into = amount;
        EACH(tree, sub, total, TaxSubtotal) {
            struct einvoice_vat category = vat(tree, tree_child(tree, sub, E_TaxCategory));
            *LIST_ADD(arena, &invoice->vat_totals) =
                (struct einvoice_vat_total){ .base = read_amount(tree, tree_child(tree, sub, E_TaxableAmount)),
                                             .amount = read_amount(tree, tree_child(tree, sub, E_TaxAmount)),
                                             .category = category.category,
                                             .rate = category.rate,
                                             .scheme = category.scheme,
                                             .exemption_reason = category.exemption_reason,
                                             .exemption_code = category.exemption_code,
                                             .node = sub };
        }
    }
}

static void totals(const struct einvoice_tree *tree, uint32_t at, struct einvoice_totals *out)
{
    if (!at) return;
    out->present = true;
    out->node = at;
    out->lines = read_amount(tree, CHILD(LineExtensionAmount));
    out->without_vat = read_amount(tree, CHILD(TaxExclusiveAmount));
    out->with_vat = read_amount(tree, CHILD(TaxInclusiveAmount));
    out->allowances = read_amount(tree, CHILD(AllowanceTotalAmount));
    out->charges = read_amount(tree, CHILD(ChargeTotalAmount));
    out->prepaid = read_amount(tree, CHILD(PrepaidAmount));
    out->rounding = read_amount(tree, CHILD(PayableRoundingAmount));
    out->payable = read_amount(tree, CHILD(PayableAmount));
}

static void header(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at, bool credit_note)
{
    invoice->specification = TEXT(CustomizationID);
    invoice->process = TEXT(ProfileID);
    invoice->number = TEXT(ID);
    invoice->issued = read_day(tree, CHILD(IssueDate));
    invoice->due = read_day(tree, CHILD(DueDate));
    invoice->type_code = credit_note ? TEXT(CreditNoteTypeCode) : TEXT(InvoiceTypeCode);
    invoice->tax_point = read_day(tree, CHILD(TaxPointDate));
    invoice->currency = TEXT(DocumentCurrencyCode);
    invoice->vat_currency = TEXT(TaxCurrencyCode);
    invoice->accounting_reference = TEXT(AccountingCost);
    invoice->buyer_reference = TEXT(BuyerReference);
    invoice->period = period(tree, CHILD(InvoicePeriod));
    invoice->tax_point_code = read_text(tree, DOWN(tree, at, E_InvoicePeriod, E_DescriptionCode));
    invoice->order = read_text(tree, DOWN(tree, at, E_OrderReference, E_ID));
    invoice->sales_order = read_text(tree, DOWN(tree, at, E_OrderReference, E_SalesOrderID));
    invoice->despatch = read_text(tree, DOWN(tree, at, E_DespatchDocumentReference, E_ID));
    invoice->receipt = read_text(tree, DOWN(tree, at, E_ReceiptDocumentReference, E_ID));
    invoice->tender = read_text(tree, DOWN(tree, at, E_OriginatorDocumentReference, E_ID));
    invoice->contract = read_text(tree, DOWN(tree, at, E_ContractDocumentReference, E_ID));
    invoice->project = read_text(tree, DOWN(tree, at, E_ProjectReference, E_ID));
}

static void delivery(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return;
    invoice->delivery.present = true;
    invoice->delivery.node = at;
    invoice->delivery.day = read_day(tree, CHILD(ActualDeliveryDate));
    invoice->delivery.location = read_id(tree, DOWN(tree, at, E_DeliveryLocation, E_ID));
    address(tree, DOWN(tree, at, E_DeliveryLocation, E_Address), &invoice->delivery.address);
    invoice->delivery.name = read_text(tree, DOWN(tree, at, E_DeliveryParty, E_PartyName, E_Name));
}

static void lists(struct einvoice *invoice, const struct einvoice_tree *tree, uint32_t at)
{
    struct arena *arena = tree->arena;
    EACH(tree, each, at, Note) * LIST_ADD(arena, &invoice->notes) = note(tree, each);
    EACH(tree, each, at, BillingReference)
    {
        uint32_t reference = tree_child(tree, each, E_InvoiceDocumentReference);
        if (reference)
            *LIST_ADD(arena, &invoice->preceding) = (struct einvoice_reference){
                read_child(tree, reference, E_ID), read_day(tree, tree_child(tree, reference, E_IssueDate)), reference };
    }
    EACH(tree, each, at, AdditionalDocumentReference) document(arena, tree, each, invoice);
    EACH(tree, each, at, PaymentMeans) payment(arena, tree, each, invoice);
    EACH(tree, each, at, PaymentTerms)
    {
        struct einvoice_terms terms = { .note = read_child(tree, each, E_Note),
                                        .payment_id = read_child(tree, each, E_PaymentMeansID),
                                        .amount = read_amount(tree, tree_child(tree, each, E_Amount)),
                                        .percent = read_number(tree, tree_child(tree, each, E_PaymentPercent)),
                                        .discount_percent =
                                            read_number(tree, tree_child(tree, each, E_SettlementDiscountPercent)),
                                        .due = read_day(tree, tree_child(tree, each, E_PaymentDueDate)),
                                        .node = each };
        if (!invoice->payment_terms.at) invoice->payment_terms = terms.note;
        *LIST_ADD(arena, &invoice->terms) = terms;
    }
    EACH(tree, each, at, PrepaidPayment)
    *LIST_ADD(arena, &invoice->prepayments) =
        (struct einvoice_prepayment){ read_child(tree, each, E_ID), read_child(tree, each, E_InstructionID),
                                      read_amount(tree, tree_child(tree, each, E_PaidAmount)), each };
    EACH(tree, each, at, AllowanceCharge) * LIST_ADD(arena, &invoice->allowances) = allowance(tree, each);
}

void read_ubl(struct einvoice *invoice, const struct einvoice_tree *tree, bool credit_note)
{
    struct arena *arena = tree->arena;
    uint32_t at = 1;
    header(invoice, tree, at, credit_note);
    lists(invoice, tree, at);
    party(arena, tree, DOWN(tree, at, E_AccountingSupplierParty, E_Party), &invoice->seller);
    party(arena, tree, DOWN(tree, at, E_AccountingCustomerParty, E_Party), &invoice->buyer);
    party(arena, tree, CHILD(PayeeParty), &invoice->payee);
    party(arena, tree, CHILD(TaxRepresentativeParty), &invoice->tax_representative);
    invoice->creditor_id = invoice->payee.creditor_id.at ? invoice->payee.creditor_id : invoice->seller.creditor_id;
    delivery(invoice, tree, CHILD(Delivery));
    if (!invoice->due.raw.at) /* BT-9 of a credit note */
        for (size_t i = 0; i < invoice->payments.count && !invoice->due.raw.at; i++) invoice->due = invoice->payments.at[i].due;
    totals(tree, CHILD(LegalMonetaryTotal), &invoice->totals);
    vat_totals(arena, tree, at, invoice);
    uint16_t name = credit_note ? E_CreditNoteLine : E_InvoiceLine;
    for (uint32_t each = tree_child(tree, at, name); each; each = tree_again(tree, each))
        line(arena, tree, each, credit_note, LIST_ADD(arena, &invoice->lines));
}
