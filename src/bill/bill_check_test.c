#include "bill/bill_test.h"

/* ---- Numbers ---- */

TEST(bill_number_keys)
{
    static const struct {
        const char *typed, *key;
    } cases[] = {
        { "2025-17", "202517" },
        { "F-2025/0017", "F20250017" },
        { "f2025 0017", "F20250017" },
        { "000123", "123" },
        { "0", NULL },
        { "", NULL },
        { "-", NULL },
        { "INV.2025.001", "INV2025001" },
        { "inv 2025 001", "INV2025001" },
        { "INV_2025_001", "INV2025001" },
        { "  42 ", "42" },
        { "42\t", "42" },
        { "0042", "42" },
        { "00A42", "A42" },
        { "A0042", "A0042" },
        { "2025/0001", "20250001" },
        { "#17", "17" },
        { "nr. 17", "NR17" },
        { "№17", "17" },
        { "1.000", "1000" },
        { "1,000", "1000" },
        { "Caf\xC3\xA9-1", "CAFE1" },
        { "\xC3\x9C-7", "U7" },
        { "\xC3\xB1"
          "9",
          "N9" },
        { "VF 25 00 01", "VF250001" },
        { "VF250001", "VF250001" },
        { "vf25-0001", "VF250001" },
        { "(17)", "17" },
        { "17+18", "1718" },
        { "1\xE2\x80\x93"
          "7",
          "17" },
        { "\xE2\x82\xAC"
          "5",
          "5" },
        { "0-0-7", "7" },
        { "RE/2025/07/0099", "RE2025070099" },
        { "2025.17.", "202517" },
        { "\xC2\xA0"
          "12",
          "12" },
        { "X", "X" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) expect_str(cases[i].key, bill_number_key(arena, str_of(cases[i].typed)));
}

static const struct bill_pair_shown *pair_of(struct work *work, bill_id id, bill_id other, enum pair_rule rule)
{
    struct bill_pairs_shown *pairs = ARENA_NEW(work->arena, struct bill_pairs_shown);
    expect_done(bill_pairs_of(work, id, pairs));
    for (size_t i = 0; i < pairs->count; i++)
        if (pairs->at[i].other_id.n == other.n && pairs->at[i].rule == rule) return &pairs->at[i];
    return NULL;
}

/* ---- Duplicates ---- */

DB_TEST(bill_same_number_waits_until_one_is_refused)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data one = form(work, zon.id, "F-2025/0017"), two = form(work, zon.id, "f2025 0017");
    two.issued_on.ymd = 20250228;
    struct bill first = given_entered(work, &one), second = given_entered(work, &two);
    submit(work, &second);
    struct fault *fault = expect_refused(&bill_duplicate, approve(work, &second));
    expect_str("F-2025/0017", fault->params[1].text);
    expect_done(bill_refuse(work, first.id, first.version, STR("sent twice"), &first));
    second.state = BILL_SUBMITTED; /* the struct of a refused call is what it tried */
    expect_done(bill_load(work, second.id, &second));
    expect_done(approve(work, &second));
    expect_proved(work);
    db_rollback(work);
}

DB_TEST(bill_key_fields_are_looked_at_again)
{
    test_begin(work);
    struct party holding = given_supplier(work, (struct party){ .name = STR("Zon Holding") });
    struct party zon = given_supplier(work, (struct party){ .name = STR("Zon Bakkerij"), .parent_id = holding.id });
    struct party maan = given_supplier(work, (struct party){ .name = STR("Maan") });
    struct bill_data one = form(work, holding.id, "0017"), two = form(work, zon.id, "17");
    two.lines.at[0].net_minor = 5000;
    struct bill first = given_entered(work, &one), second = given_entered(work, &two);
    expect(pair_of(work, second.id, first.id, PAIR_NUMBER) != NULL); /* the parent's group */
    expect(pair_of(work, first.id, second.id, PAIR_NUMBER) != NULL); /* seen from both sides */
    expect(!pair_of(work, second.id, first.id, PAIR_AMOUNT));
    expect_done(bill_set_supplier(work, second.id, maan.id, second.version, &second));
    expect(!pair_of(work, second.id, first.id, PAIR_NUMBER));
    two.id = second.id, two.version = second.version, two.party_id = zon.id, two.number = STR("18");
    expect_done(bill_change(work, &two, &second));
    expect(!pair_of(work, second.id, first.id, PAIR_NUMBER));
    two.version = second.version, two.number = STR("17"), two.issued_on.ymd = 20240220; /* numbers restart each year */
    expect_done(bill_change(work, &two, &second));
    expect(!pair_of(work, second.id, first.id, PAIR_NUMBER));
    two.version = second.version, two.issued_on.ymd = 20250101, two.kind = BILL_CREDIT_NOTE;
    expect_done(bill_change(work, &two, &second));
    expect(!pair_of(work, second.id, first.id, PAIR_NUMBER)); /* a credit note may bear the invoice's number */
    two.version = second.version, two.kind = BILL_INVOICE;
    expect_done(bill_change(work, &two, &second));
    expect(pair_of(work, second.id, first.id, PAIR_NUMBER) != NULL);
    db_rollback(work);
}

DB_TEST(bill_amounts_and_accounts_alike_are_warnings)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 }),
                 maan = given_supplier(work, (struct party){ .name = STR("Maan") });
    struct bill_data one = form(work, zon.id, "1"), two = form(work, zon.id, "2"), three = form(work, maan.id, "3");
    one.iban = three.iban = STR("NL91 ABNA 0417 1643 00");
    two.issued_on = date_add_days(one.issued_on, 7), three.issued_on = date_add_days(one.issued_on, 30);
    struct bill first = given_entered(work, &one), second = given_entered(work, &two), third = given_entered(work, &three);
    expect(pair_of(work, second.id, first.id, PAIR_AMOUNT) != NULL);
    expect(pair_of(work, third.id, first.id, PAIR_IBAN) != NULL);
    expect(!pair_of(work, third.id, second.id, PAIR_IBAN));
    submit(work, &second);
    expect_done(approve(work, &second)); /* they don't block */
    two = form(work, zon.id, "4"), two.issued_on = date_add_days(one.issued_on, 8);
    struct bill fourth = given_entered(work, &two);
    expect(!pair_of(work, fourth.id, first.id, PAIR_AMOUNT));
    three.number = STR("5"), three.issued_on = date_add_days(one.issued_on, 31);
    struct bill fifth = given_entered(work, &three);
    expect(!pair_of(work, fifth.id, first.id, PAIR_IBAN));
    db_rollback(work);
}

/* ---- Problems ---- */

DB_TEST(bill_amounts_that_differ_are_a_problem)
{
    static const struct { int64_t net, vat, total, payable; const char *rule; } cases[] = {
        { 10001, 2100, 12101, 12101, "bill.lines_differ" }, { 10000, 2101, 12101, 12101, "bill.vat_differs" },
        { 10000, 2100, 12101, 12101, "bill.total_differs" }, { 10000, 2100, 12100, 12101, "bill.payable_differs" },
    };
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct bill_data d = form(work, zon.id, str_format(work->arena, "D%zu", i).at);
        d.net_minor = cases[i].net, d.vat_minor = cases[i].vat, d.total_minor = cases[i].total,
        d.payable_minor = cases[i].payable;
        struct bill bill = given_entered(work, &d);
        for (size_t k = 0; k < ARRAY_LENGTH(cases); k++) expect_int(k == i, has_problem(work, bill.id, cases[k].rule));
        submit(work, &bill);
        (void)expect_refused(&bill_fatal_problems, approve(work, &bill));
    }
    db_rollback(work);
}

DB_TEST(bill_new_account_is_proposed_and_a_blocked_one_blocks)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "2025-17");
    struct party_banks banks = { 0 };
    struct str state = { 0 };
    d.iban = STR("NL91ABNA0417164300");
    struct bill bill = given_entered(work, &d);
    expect(has_problem(work, bill.id, "bill.bank_unverified"));
    expect_done(bill_bank_state(work, &bill, &state));
    expect_str("proposed", state);
    expect_done(party_banks_of(work, zon.id, &banks));
    expect_int(1, banks.count);
    expect_str("bill 2025-17", banks.at[0].source);
    struct party_bank usable = { 0 };
    (void)expect_refused(&party_bank_unusable, party_bank_to_pay(work, zon.id, bill.iban, &usable));
    db_rollback(work);
}

/* ---- The supplier ---- */

static const char ubl[] =
    "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' "
    "xmlns:a='urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2' "
    "xmlns:b='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'>"
    "<b:ID>2025-17</b:ID><b:IssueDate>2025-02-20</b:IssueDate><b:InvoiceTypeCode>380</b:InvoiceTypeCode><b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>"
    "<a:AccountingSupplierParty><a:Party><a:PartyLegalEntity><b:RegistrationName>%s</b:RegistrationName><b:CompanyID schemeID='0106'>%s</b:CompanyID>"
    "</a:PartyLegalEntity></a:Party></a:AccountingSupplierParty>"
    "<a:PaymentMeans><b:PaymentMeansCode>58</b:PaymentMeansCode><b:PaymentID>RF18539007547034</b:PaymentID>"
    "<a:PayeeFinancialAccount><b:ID>NL91ABNA0417164300</b:ID></a:PayeeFinancialAccount></a:PaymentMeans>"
    "<a:PaymentTerms><b:Note>#SKONTO#TAGE=14#PROZENT=2.00#\n</b:Note></a:PaymentTerms>"
    "<a:TaxTotal><b:TaxAmount currencyID='EUR'>21.00</b:TaxAmount><a:TaxSubtotal><b:TaxableAmount currencyID='EUR'>100.00</b:TaxableAmount>"
    "<b:TaxAmount currencyID='EUR'>21.00</b:TaxAmount><a:TaxCategory><b:ID>S</b:ID><b:Percent>21</b:Percent><a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme>"
    "</a:TaxCategory></a:TaxSubtotal></a:TaxTotal>"
    "<a:LegalMonetaryTotal><b:LineExtensionAmount currencyID='EUR'>100.00</b:LineExtensionAmount><b:TaxExclusiveAmount currencyID='EUR'>100.00</b:TaxExclusiveAmount>"
    "<b:TaxInclusiveAmount currencyID='EUR'>121.00</b:TaxInclusiveAmount><b:PayableAmount currencyID='EUR'>%s</b:PayableAmount></a:LegalMonetaryTotal>"
    "<a:InvoiceLine><b:ID>1</b:ID><b:InvoicedQuantity unitCode='C62'>3</b:InvoicedQuantity><b:LineExtensionAmount currencyID='EUR'>33.33</b:LineExtensionAmount>"
    "<a:Item><b:Name>Brood</b:Name><a:ClassifiedTaxCategory><b:ID>S</b:ID><b:Percent>21</b:Percent></a:ClassifiedTaxCategory></a:Item>"
    "<a:Price><b:PriceAmount currencyID='EUR'>11.11</b:PriceAmount></a:Price></a:InvoiceLine>"
    "<a:InvoiceLine><b:ID>2</b:ID><b:InvoicedQuantity unitCode='C62'>1</b:InvoicedQuantity><b:LineExtensionAmount currencyID='EUR'>66.67</b:LineExtensionAmount>"
    "<a:Item><b:Name>Taart</b:Name><a:ClassifiedTaxCategory><b:ID>S</b:ID><b:Percent>21.00</b:Percent></a:ClassifiedTaxCategory></a:Item>"
    "<a:Price><b:PriceAmount currencyID='EUR'>66.67</b:PriceAmount></a:Price></a:InvoiceLine></Invoice>";

static struct bill received(struct work *work, const char *name, const char *kvk, const char *payable)
{
    struct bill bill = { 0 };
    size_t room = sizeof ubl + 200;
    char *xml = arena_alloc(work->arena, room);
    snprintf(xml, room, ubl, name, kvk, payable);
    expect_done(bill_receive(work, STR("a.xml"), DOCUMENT_UPLOAD, str_of(xml), &bill));
    return bill;
}

DB_TEST(bill_is_read_and_coded_from_its_supplier)
{
    test_begin(work);
    struct bill_lines lines = { 0 };
    struct party zon = given_supplier(
        work, (struct party){ .kvk_number = STR("12345678"), .expense_account_id = account_numbered(work, "4300") });
    struct bill bill = received(work, "De Zon", "12345678", "121.00");
    expect_int(BILL_CODED, bill.state);
    expect_int(zon.id.n, bill.party_id.n);
    expect_str("kvk_number", bill.supplier_basis);
    expect_str("2025-17", bill.number);
    expect_int(12100, bill.payable_minor);
    expect_int(20250322, bill.due_on.ymd); /* the supplier's terms */
    expect_int(REFERENCE_RF, bill.reference_kind);
    expect_str("NL91ABNA0417164300", bill.iban);
    expect_int(242, bill.discount_minor);
    expect_int(20250306, bill.discount_on.ymd);
    expect_done(bill_lines_of(work, bill.id, &lines));
    expect_int(2, lines.count);
    expect_int(700, lines.at[0].vat_minor);
    expect_int(1400, lines.at[1].vat_minor);
    expect_str("supplier", lines.at[0].coded_from);
    expect(lines.at[1].vat_code_id.n == vat_code(work, VAT_S, 21).n);
    struct bill again = { 0 };
    struct str content = { 0 };
    expect_done(archive_content(work, bill.document_id, &content));
    struct fault *fault = expect_refused(&bill_same_file, bill_receive(work, STR("b.xml"), DOCUMENT_UPLOAD, content, &again));
    expect_str("2025-17", fault->params[0].text);
    db_rollback(work);
}

DB_TEST(bill_tells_what_the_schema_minds_beside_the_rules)
{
    test_begin(work);
    struct bill bill = received(work, "De Zon", "12345678", "121.00");
    struct bill_problems problems = { 0 };
    size_t rules = 0, structure = 0;
    expect_done(bill_problems_of(work, bill.id, &problems));
    for (size_t i = 0; i < problems.count; i++) {
        const struct bill_problem *p = &problems.at[i];
        rules += p->kind == PROBLEM_RULE;
        if (p->kind != PROBLEM_STRUCTURE) continue;
        structure++;
        expect_str("UBL-STRUCTURE", p->rule);
        expect_int(PROBLEM_WARNING, p->severity); /* blocks nothing */
        expect(p->place.length && p->line && p->english.length && p->dutch.length);
    }
    expect(rules && structure); /* no buyer and no TaxScheme: both minded */
    db_rollback(work);
}

DB_TEST(bill_supplier_is_asked_when_two_fit_and_never_made)
{
    test_begin(work);
    struct party one = given_supplier(
        work, (struct party){ .name = STR("De Maan Holding"), .vat_code_id = vat_code(work, VAT_S, 21) });
    (void)given_supplier(work, (struct party){ .name = STR("de maan nv") });
    struct bill nobody = received(work, "Onbekend", "11112222", "121.01"),
                bill = received(work, "De Maan B.V.", "87654321", "121.00");
    expect_int(0, nobody.party_id.n);
    expect_int(BILL_RECEIVED, bill.state);
    expect_int(0, bill.party_id.n);
    expect(has_problem(work, bill.id, "bill.supplier_open"));
    (void)expect_refused(&bill_no_supplier, bill_submit(work, bill.id, bill.version, &bill));
    expect_done(bill_load(work, bill.id, &bill));
    (void)expect_refused(&bill_changed, bill_set_supplier(work, bill.id, one.id, bill.version + 1, &bill));
    expect_done(bill_load(work, bill.id, &bill));
    expect_done(bill_set_supplier(work, bill.id, one.id, bill.version, &bill));
    expect_int(BILL_RECEIVED, bill.state); /* no account yet */
    expect_int(20250322, bill.due_on.ymd);
    expect(!has_problem(work, bill.id, "bill.supplier_open"));
    (void)expect_refused(&bill_uncoded, bill_submit(work, bill.id, bill.version, &bill));
    expect_done(bill_load(work, bill.id, &bill));
    const struct bill_coding coding = { .id = bill.id,
                                        .version = bill.version,
                                        .account_id = account_numbered(work, "4300"),
                                        .cost_center = STR("winkel") };
    expect_done(bill_code(work, &coding, &bill));
    expect_int(BILL_CODED, bill.state);
    struct bill other = received(work, "Onbekend", "11112222", "121.00"); /* by the account that was proposed above */
    expect_str("iban", other.supplier_basis);
    db_rollback(work);
}

DB_TEST(bill_is_coded_as_the_supplier_s_last_one)
{
    test_begin(work);
    struct bill_lines lines = { 0 };
    struct party zon = given_supplier(work, (struct party){ .kvk_number = STR("12345678") });
    struct bill_data d = form(work, zon.id, "2024-1");
    d.lines.at[0].description = STR("brood"), d.lines.at[0].cost_center = STR("winkel");
    *LIST_ADD(work->arena, &d.lines) = (struct bill_line_data){ .description = STR("Huur"),
                                                                .net_minor = 90000,
                                                                .account_id = account_numbered(work, "4200"),
                                                                .vat_code_id = vat_code(work, VAT_S, 21) };
    (void)given_approved(work, &d);
    struct bill bill = received(work, "De Zon", "12345678", "121.00");
    expect_done(bill_lines_of(work, bill.id, &lines));
    expect_int(account_numbered(work, "4300").n, lines.at[0].account_id.n);
    expect_str("winkel", lines.at[0].cost_center);
    expect_str("earlier bill", lines.at[0].coded_from);
    expect_int(account_numbered(work, "4200").n, lines.at[1].account_id.n); /* nothing alike: its largest line of that VAT */
    db_rollback(work);
}

DB_TEST(bill_what_cannot_be_read_is_kept_with_its_reason)
{
    static const char *const files[] = { "<not an invoice",
                                         "<html/>",
                                         "%PDF-1.4 broken",
                                         "\x89PNG\r\n",
                                         "just text",
                                         "\xFF\xD8\xFF",
                                         "<!DOCTYPE x [<!ENTITY a 'b'>]><Invoice/>" };
    test_begin(work);
    for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
        struct bill bill = { 0 };
        struct document document = { 0 };
        expect_done(bill_receive(work, STR("x"), DOCUMENT_MAIL, str_of(files[i]), &bill));
        expect_int(BILL_RECEIVED, bill.state);
        expect_int((int64_t)i + 1, bill.receipt_number);
        expect(has_problem(work, bill.id, "bill.no_einvoice"));
        expect_done(archive_load(work, bill.document_id, &document));
        expect_int(bill.id.n, document.subject_id);
        expect_int(DOCUMENT_MAIL, document.source);
    }
    struct bill none = { 0 };
    (void)expect_refused(&archive_empty, bill_receive(work, STR("x"), DOCUMENT_UPLOAD, STR(""), &none));
    db_rollback(work);
}

DB_TEST(bill_read_then_mended_by_a_person)
{
    test_begin(work);
    struct party zon = given_supplier(
        work, (struct party){ .kvk_number = STR("12345678"), .expense_account_id = account_numbered(work, "4300") });
    struct bill bill = received(work, "De Zon", "12345678", "121.01");
    expect(!has_problem(work, bill.id, "bill.supplier_differs"));
    struct bill_lines lines = { 0 };
    expect(has_problem(work, bill.id, "bill.payable_differs"));
    expect_int(12101, bill.payable_minor); /* what the document says is kept */
    struct bill_data d = { .id = bill.id,
                           .version = bill.version,
                           .party_id = zon.id,
                           .number = bill.number,
                           .issued_on = bill.issued_on,
                           .currency = bill.currency,
                           .net_minor = 10000,
                           .vat_minor = 2100,
                           .total_minor = 12100,
                           .rounding_minor = 1,
                           .payable_minor = 12101,
                           .iban = bill.iban };
    expect_done(bill_change(work, &d, &bill));
    expect(!has_problem(work, bill.id, "bill.payable_differs"));
    expect_done(bill_lines_of(work, bill.id, &lines));
    expect_int(2, lines.count); /* lines left out stay */
    db_rollback(work);
}

TEST(bill_records_cover_their_structs)
{
    expect(record_covers(&bill_record));
    expect(record_covers(&bill_line_record));
    expect(record_covers(&bill_payable_record));
    expect(record_covers(&bill_problem_record));
    expect(record_covers(&bill_pair_shown_record));
}
