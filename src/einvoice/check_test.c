#include "tests/test.h"
#include "einvoice/rules.h"

/* The official cases and documents (../shared/data/en16931), and what is kept different from them. */
static struct str lines_of(struct arena *arena, const char *path) { return test_file(arena, path); }

static bool has_rule(const struct einvoice_report *report, struct str rule, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < report->problems.count; i++)
        if (str_is(rule, report->problems.at[i].rule)) ++*count;
    return *count > 0;
}

TEST(einvoice_every_rule_has_a_sentence)
{
    size_t without = 0;
    for (size_t i = 0; i < rule_tables.rule_count; i++) {
        if (rule_has_sentence(rule_tables.rules[i].id)) continue;
        printf("%s\n", rule_tables.rules[i].id);
        without++;
    }
    expect(rule_tables.rule_count > 1800);
    expect_int(0, without);
}

/* One small wrong invoice: what a supplier reads. */
TEST(einvoice_problem_names_place_values_and_remedy)
{
    struct einvoice_report report;
    struct str bytes =
        STR("<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' "
            "xmlns:cac='urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2' "
            "xmlns:cbc='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'>\n"
            "<cbc:CopyIndicator>true</cbc:CopyIndicator>\n<cac:LegalMonetaryTotal>\n"
            "<cbc:TaxInclusiveAmount currencyID='EUR'>10.00</cbc:TaxInclusiveAmount>\n"
            "<cbc:PayableAmount currencyID='EUR'>12.00</cbc:PayableAmount>\n</cac:LegalMonetaryTotal></Invoice>");
    expect_done(einvoice_check(arena, bytes, EINVOICE_EN16931, NULL, &report));
    expect(!report.valid);
    size_t seen = 0;
    for (size_t i = 0; i < report.problems.count; i++) {
        const struct einvoice_problem *p = &report.problems.at[i];
        if (!strcmp(p->rule, "BR-CO-16")) {
            seen++;
            expect_int(EINVOICE_FATAL, p->severity);
            expect_str("/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount", p->path);
            expect_str(
                "cbc:PrepaidAmount —; cbc:PayableRoundingAmount —; cbc:PayableAmount = 12.00; cbc:TaxInclusiveAmount = 10.00",
                p->values);
            expect(str_find(p->dutch, "te betalen bedrag") >= 0);
        } else if (!strcmp(p->rule, "UBL-CR-004")) {
            seen++;
            expect_int(EINVOICE_WARNING, p->severity);
            expect_str("/Invoice/cbc:CopyIndicator", p->path);
            expect_int(2, p->line);
            expect_str(
                "The European e-invoice (EN 16931) does not use cbc:CopyIndicator. Leave it out: the receiver will not look at it.",
                p->english);
        } else if (!strcmp(p->rule, "BR-02")) {
            seen++;
            expect_str("/Invoice/cbc:ID", p->path);
            expect_str("Vermeld het factuurnummer (BT-1).", p->dutch);
        }
    }
    expect_int(3, seen);
    expect_str("EN 16931 1.3.16", einvoice_sets_text(arena, report.sets));
}

TEST(einvoice_official_unit_cases_of_en16931)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct str rest = lines_of(arena, str_format(arena, "%s/data/en16931/unit.tsv", shared).at);
    size_t cases = 0, wrong = 0;
    while (rest.length) {
        struct str line = str_cut(rest, '\n', &rest), cell[5];
        for (size_t i = 0; i < 5; i++) cell[i] = str_cut(line, '\t', &line);
        if (!cell[0].length || !cell[3].length) continue;
        struct arena *own = arena_new((size_t)1 << 30);
        struct einvoice_report report;
        struct str bytes = test_file(own, str_format(own, "%s/data/en16931/unit/%.*s", shared, STR_ARG(cell[0])).at);
        expect_done(einvoice_check(own, bytes, EINVOICE_EN16931, NULL, &report));
        cases++;
        for (struct str expectations = cell[3]; expectations.length;) {
            struct str expectation = str_cut(expectations, ' ', &expectations), rule;
            struct str kind = str_cut(expectation, ':', &rule), exact;
            rule = str_cut(rule, '#', &exact);
            size_t count;
            bool fires = has_rule(&report, rule, &count);
            bool good = str_is(kind, "success") ? !fires : fires;
            if (exact.length && (size_t)atoi(str_keep(own, exact).at) != count) good = false;
            if (good) continue;
            wrong++;
            printf("%.*s: %.*s, found %zu\n", STR_ARG(cell[0]), STR_ARG(expectation), count);
        }
        arena_free(own);
    }
    printf("%zu cases, %zu differ\n", cases, wrong);
    expect(cases >= 1140);
    expect_int(0, wrong);
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static struct str ids_of(struct arena *arena, const struct einvoice_report *report, enum einvoice_severity severity)
{
    const char **ids = ARENA_ARRAY(arena, const char *, report->problems.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < report->problems.count; i++)
        if (report->problems.at[i].severity == severity) ids[count++] = report->problems.at[i].rule;
    qsort(ids, count, sizeof *ids, by_name);
    struct text text = text_new(arena);
    for (size_t i = 0; i < count; i++)
        if (!i || strcmp(ids[i], ids[i - 1])) text_addf(&text, "%s%s", text.length ? " " : "", ids[i]);
    return text_str(&text);
}

TEST(einvoice_official_documents_of_en16931)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct str rest = lines_of(arena, str_format(arena, "%s/data/en16931/oracle.tsv", shared).at);
    size_t documents = 0, wrong = 0;
    (void)str_cut(rest, '\n', &rest);
    while (rest.length) {
        struct str line = str_cut(rest, '\n', &rest), cell[7];
        for (size_t i = 0; i < 7; i++) cell[i] = str_cut(line, '\t', &line);
        if (!cell[0].length) continue;
        struct arena *own = arena_new((size_t)1 << 30);
        struct einvoice_report report;
        struct str bytes = test_file(own, str_format(own, "%s/data/en16931/oracle/%.*s", shared, STR_ARG(cell[0])).at);
        expect_done(einvoice_check(own, bytes, EINVOICE_EN16931, NULL, &report));
        documents++;
        struct str fatal = ids_of(own, &report, EINVOICE_FATAL), warnings = ids_of(own, &report, EINVOICE_WARNING);
        if (str_equal(fatal, cell[5]) && str_equal(warnings, cell[6]) && report.valid == str_is(cell[4], "valid")) {
            arena_free(own);
            continue;
        }
        wrong++;
        printf("%.*s %.*s\n", STR_ARG(cell[0]), STR_ARG(cell[1]));
        if (!str_equal(fatal, cell[5])) printf("  fatal    %.*s\n  official %.*s\n", STR_ARG(fatal), STR_ARG(cell[5]));
        if (!str_equal(warnings, cell[6])) printf("  warnings %.*s\n  official %.*s\n", STR_ARG(warnings), STR_ARG(cell[6]));
        arena_free(own);
    }
    printf("%zu documents, %zu differ\n", documents, wrong);
    expect_int(615, documents);
    expect_int(0, wrong);
}

/* Each of our own checks, by what it must find in one bad invoice, and that a good one passes. */
#define OWN(vat, kvk, due, payable, iban, reference, gtin, second)                                                                                  \
    "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' "                                                                      \
    "xmlns:a='urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2' "                                                           \
    "xmlns:b='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'>"                                                               \
    "<b:ID>1</b:ID><b:IssueDate>2026-02-01</b:IssueDate><b:DueDate>" due                                                                            \
    "</b:DueDate><b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>"                                                                              \
    "<a:AccountingSupplierParty><a:Party><b:EndpointID schemeID='0106'>12345678</b:EndpointID><a:PostalAddress><a:Country>"                         \
    "<b:IdentificationCode>NL</b:IdentificationCode></a:Country></a:PostalAddress><a:PartyTaxScheme><b:CompanyID>" vat                              \
    "</b:CompanyID>"                                                                                                                                \
    "<a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:PartyTaxScheme><a:PartyLegalEntity><b:CompanyID schemeID='0106'>" kvk                           \
    "</b:CompanyID>"                                                                                                                                \
    "</a:PartyLegalEntity></a:Party></a:AccountingSupplierParty><a:PaymentMeans><b:PaymentMeansCode>58</b:PaymentMeansCode><b:PaymentID>" reference \
    "</b:PaymentID><a:PayeeFinancialAccount><b:ID>" iban                                                                                            \
    "</b:ID></a:PayeeFinancialAccount></a:PaymentMeans><a:LegalMonetaryTotal>"                                                                      \
    "<b:PayableAmount currencyID='EUR'>" payable                                                                                                    \
    "</b:PayableAmount></a:LegalMonetaryTotal><a:InvoiceLine><b:ID>1</b:ID>"                                                                        \
    "<b:InvoicedQuantity unitCode='C62'>3</b:InvoicedQuantity><b:LineExtensionAmount currencyID='EUR'>30.00</b:LineExtensionAmount><a:Item>"        \
    "<a:StandardItemIdentification><b:ID schemeID='0160'>" gtin                                                                                     \
    "</b:ID></a:StandardItemIdentification></a:Item><a:Price><b:PriceAmount "                                                                       \
    "currencyID='EUR'>10</b:PriceAmount></a:Price></a:InvoiceLine><a:InvoiceLine><b:ID>" second                                                     \
    "</b:ID></a:InvoiceLine></Invoice>"

/* One invoice of our own, spoilt for each of our own checks: it is found, and it alone is silent when it is left out. */
TEST(einvoice_each_own_check_can_be_left_out)
{
    static const struct { const char *rule, *from, *to; } spoils[] = {
        { "FL-ATTACHMENT", "uren.csv", "uren.exe" },
        { "FL-BASE64", ">YTtiCjE7Mgo=<", ">YTti=CjE7Mgo<" },
        { "FL-BIC", "<cbc:ID>ABNANL2A<", "<cbc:ID>ABNA2<" },
        { "FL-DATE", "2026-02-02", "2026-02-31" },
        { "FL-DUE", "<cbc:DueDate>2026-03-04", "<cbc:DueDate>2026-01-04" },
        { "FL-ENDPOINT", "<cbc:EndpointID schemeID=\"0106\">12345678", "<cbc:EndpointID schemeID=\"0106\">12345679" },
        { "FL-GLN", "schemeID=\"0088\">8712345678906", "schemeID=\"0088\">8712345678907" },
        { "FL-GTIN", "schemeID=\"0160\">4006381333931", "schemeID=\"0160\">4006381333932" },
        { "FL-IBAN", "NL91ABNA0417164300", "NL92ABNA0417164300" },
        { "FL-KENMERK", "RF18539007547034", "5000056789012346" },
        { "FL-KVK", "<cbc:CompanyID schemeID=\"0106\">87654321", "<cbc:CompanyID schemeID=\"0106\">8765432" },
        { "FL-LINE-AMOUNT", ">2.50<", ">2.40<" },
        { "FL-LINE-ID", "</cac:InvoiceLine>", "</cac:InvoiceLine><cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>" },
        { "FL-MINOR", ">109.00</cbc:PayableAmount>", ">109.001</cbc:PayableAmount>" },
        { "FL-NUMBER", ">109.00</cbc:PayableAmount>", ">109,00</cbc:PayableAmount>" },
        { "FL-OIN", "schemeID=\"0088\">8712345678906", "schemeID=\"0190\">8712345678906" },
        { "FL-PERIOD", "<cbc:EndDate>2026-01-31", "<cbc:EndDate>2025-12-31" },
        { "FL-RF", "RF18539007547034", "RF19539007547034" },
        { "FL-ROUND", ">9.00</cbc:TaxAmount>\n      <cac:TaxCategory>", ">9.01</cbc:TaxAmount>\n      <cac:TaxCategory>" },
        { "FL-VAT-ID", "NL123456782B90", "NL123456789B90" },
    };
    const char *const *ids;
    expect_int(ARRAY_LENGTH(spoils), einvoice_own_checks(&ids));
    struct str good = test_file(arena, "tests/data/einvoice/own.ubl.xml");
    for (size_t i = 0; i <= ARRAY_LENGTH(spoils); i++) {
        struct einvoice *invoice;
        struct einvoice_report report;
        struct str bytes = good, unknown = { 0 };
        uint64_t without = 0;
        size_t count;
        if (i < ARRAY_LENGTH(spoils)) {
            expect_str(ids[i], str_of(spoils[i].rule));
            ptrdiff_t at = str_find(good, spoils[i].from);
            if (at < 0) printf("%s: nothing to spoil\n", spoils[i].rule);
            expect(at >= 0);
            bytes = str_format(arena, "%.*s%s%.*s", (int)at, good.at, spoils[i].to,
                               (int)(good.length - (size_t)at - strlen(spoils[i].from)), good.at + at + strlen(spoils[i].from));
        }
        expect_done(einvoice_read(arena, bytes, &invoice));
        einvoice_judge(arena, invoice, EINVOICE_FLORIN, &report);
        if (i == ARRAY_LENGTH(spoils)) {
            expect_int(0, report.problems.count); /* as it stands it is right */
            break;
        }
        if (!has_rule(&report, str_of(spoils[i].rule), &count)) printf("%s not found\n", spoils[i].rule);
        expect_int(1, count);
        size_t all = report.problems.count;
        expect(einvoice_own_choice(str_of(spoils[i].rule), &without, &unknown));
        einvoice_judge_without(arena, invoice, EINVOICE_FLORIN, without, &report);
        expect(!has_rule(&report, str_of(spoils[i].rule), &count));
        expect_int(all - 1, report.problems.count);
    }
    uint64_t without = 0;
    struct str unknown = { 0 };
    expect(einvoice_own_choice(STR("FL-BIC, FL-GTIN"), &without, &unknown) && without);
    expect(!einvoice_own_choice(STR("FL-BIC BR-01"), &without, &unknown));
    expect_str("BR-01", unknown);
}

TEST(einvoice_own_checks_find_what_no_official_rule_looks_at)
{
    static const char *const expected[] = { "FL-VAT-ID", "FL-KVK", "FL-ENDPOINT", "FL-DUE",    "FL-NUMBER",
                                            "FL-IBAN",   "FL-RF",  "FL-GTIN",     "FL-LINE-ID" };
    struct einvoice_report report;
    size_t count;
    struct str good = STR(OWN("NL001234567B00", "12345678", "2026-03-01", "12.50", "NL91ABNA0417164300",
                              "RF18539007547034", "4006381333931", "2"));
    expect_done(einvoice_check(arena, good, EINVOICE_FLORIN, NULL, &report));
    has_rule(&report, STR("FL-VAT-ID"), &count);
    expect_int(count, report.problems.count); /* the VAT number is invented; nothing else is wrong */
    struct str bad = STR(
        OWN("NL123", "1234", "2026-01-01", "12,50", "NL92ABNA0417164300", "RF19539007547034", "4006381333932", "1"));
    expect_done(einvoice_check(arena, bad, EINVOICE_FLORIN, NULL, &report));
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        if (!has_rule(&report, str_of(expected[i]), &count)) printf("%s not found\n", expected[i]);
        expect_int(1, count);
    }
    expect(report.valid); /* our own never refuse an invoice */
    expect_int(ARRAY_LENGTH(expected), report.warnings);
    struct str kenmerk = STR(OWN("NL123", "12345678", "2026-02-30", "1.005", "NL91ABNA0417164300", "5000056789012346",
                                 "4006381333931", "2"));
    expect_done(einvoice_check(arena, kenmerk, EINVOICE_FLORIN, NULL, &report));
    expect(has_rule(&report, STR("FL-KENMERK"), &count));
    expect(has_rule(&report, STR("FL-DATE"), &count));
    expect(has_rule(&report, STR("FL-MINOR"), &count));
}
