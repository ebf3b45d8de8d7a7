#include <pthread.h>
#include "test.h"
#include "einvoice/check.h"
#include "invoice/invoice_private.h"
#include "paper/hybrid.h"

static struct party given_customer(struct work *work, struct party p)
{
    p.is_customer = true;
    p.is_business = true;
    if (!p.name.at) p.name = STR("Bakkerij De Zon B.V.");
    if (!p.language.at) p.language = STR("nl");
    if (!p.country.at) p.country = STR("NL");
    if (!p.currency.at) p.currency = STR("EUR");
    if (!p.delivery) p.delivery = DELIVER_MAIL_HYBRID;
    if (!p.reference_needed) p.reference_needed = NEEDS_NO_REFERENCE;
    p.street = STR("Zonlaan 2"), p.postal_code = STR("3511 AB"), p.city = STR("Utrecht");
    p.customer_terms_days = 14;
    p.email = STR("crediteuren@dezon.example");
    expect_done(party_make(work, &p));
    return p;
}

static struct invoice_line_data line_of(const char *description, struct decimal quantity, struct decimal price,
                                        const char *vat_code)
{
    return (struct invoice_line_data){
        .description = str_of(description), .quantity = quantity, .price = price, .vat_code = str_of(vat_code)
    };
}

/* Two kinds of VAT and a discount: 3 × 99.95 − 10% at 21%, 2.5 × 10.01 at 9%. */
static struct invoice_data given_data(struct work *work, party_id party)
{
    struct invoice_data data = { .party_id = party, .order_reference = STR("PO-7") };
    *LIST_ADD(work->arena, &data.lines) = line_of("Onderhoud\nJaarlijkse beurt", DECIMAL(3, 0), DECIMAL(9995, 2), "21");
    data.lines.at[0].discount_percent = DECIMAL(10, 0);
    *LIST_ADD(work->arena, &data.lines) = line_of("Brood & \xC3\xA9\xC3\xA9n <taart>", DECIMAL(25, 1), DECIMAL(1001, 2), "9");
    return data;
}

static struct invoice given_final(struct work *work, party_id party)
{
    struct invoice_data data = given_data(work, party);
    struct invoice draft, invoice;
    expect_done(invoice_draft(work, &data, &draft));
    expect_done(invoice_finalise(work, draft.id, draft.version, &invoice));
    return invoice;
}

static void expect_proved(struct work *work)
{
    struct ledger_proof proof = { 0 };
    expect_done(ledger_verify(work, &proof));
    for (size_t i = 0; i < proof.checks.count; i++) {
        if (!proof.checks.at[i].holds)
            print_error("does not hold: %.*s %.*s\n", STR_ARG(proof.checks.at[i].name),
                        STR_ARG(proof.checks.at[i].detail));
        expect(proof.checks.at[i].holds);
    }
}

TEST(invoice_states)
{
    for (int event = 1; event < INVOICE_EVENT_COUNT; event++)
        for (int from = 1; from < INVOICE_STATE_COUNT; from++) {
            enum invoice_state to = invoice_next((enum invoice_event)event, (enum invoice_state)from);
            bool draft = from == INVOICE_DRAFT, final = from == INVOICE_FINAL,
                 later = event == INVOICE_CREDIT || event == INVOICE_SEND;
            if (draft && event == INVOICE_FINALISE) expect_int(INVOICE_FINAL, to);
            else if (draft && event == INVOICE_REMOVE) expect_int(INVOICE_REMOVED, to);
            else if (draft && !later) expect_int(INVOICE_DRAFT, to);
            else expect_int(final && later ? INVOICE_FINAL : 0, to);
        }
}

TEST(invoice_numbers_by_format)
{
    expect_str("2025-00042", invoice_number_text(arena, STR("{year}-#####"), 2025, 42));
    expect_str("F123456", invoice_number_text(arena, STR("F###"), 2025, 123456));
    expect_str("2025.7/x", invoice_number_text(arena, STR("{year}.#/x"), 2025, 7));
    expect_done(invoice_number_check(arena, STR("{year}-#####")));
    expect(invoice_number_check(arena, STR("{year}")) != NULL);
    expect(invoice_number_check(arena, STR("##-##")) != NULL);
    expect(invoice_number_check(arena, STR("a b#")) != NULL);
    expect(invoice_number_check(arena, STR("{jaar}#")) != NULL);
    expect(invoice_number_check(arena, STR("")) != NULL);
}

DB_TEST(invoice_becomes_final)
{
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ .kvk_number = STR("87654321") });
    struct invoice invoice = given_final(work, zon.id);
    expect_str("2025-00001", invoice.number);
    expect_int(20250301, invoice.issued_on.ymd);
    expect_int(20250315, invoice.due_on.ymd);
    expect_int(26986 + 2503, invoice.net_minor); /* 299.85 − 29.99; 25.025 */
    expect_int(5667 + 225, invoice.vat_minor);
    expect_int(invoice.net_minor + invoice.vat_minor, invoice.total_minor);
    expect_int(invoice.total_minor, invoice.open_minor);
    expect_int(INVOICE_OPEN, invoice.payment);
    expect(str_starts(invoice.payment_reference, "RF"));
    struct invoice_shown shown = { 0 };
    expect_done(invoice_show(work, invoice.id, &shown));
    expect_int(2, shown.documents.count); /* what it says; what it looks like comes behind the commit */
    expect_done(invoice_draw_now(work, invoice.id));
    expect_done(invoice_draw_now(work, invoice.id)); /* once */
    shown = (struct invoice_shown){ 0 };
    expect_done(invoice_show(work, invoice.id, &shown));
    expect_int(4, shown.documents.count);
    expect_int(2, shown.lines.count);
    struct open_item item = { 0 };
    bool found;
    expect_done(ledger_item_by_source(work, "invoice", invoice.id.n, &item, &found));
    expect(found);
    expect_int(invoice.total_minor, item.rest_minor);
    expect_str("2025-00001", item.reference);
    expect_proved(work);
    struct invoice again;
    (void)expect_refused(&invoice_not_possible, invoice_finalise(work, invoice.id, invoice.version, &again));
    work->today = date_add_days(work->today, 30);
    expect_done(invoice_load(work, invoice.id, &again));
    expect_int(INVOICE_OVERDUE, again.payment);
    test_commit(work);
}

static struct str content_of(struct work *work, const struct invoice_shown *shown, enum invoice_file_kind kind)
{
    struct str content = { 0 };
    for (size_t i = 0; i < shown->documents.count; i++)
        if (shown->documents.at[i].kind == kind) expect_done(archive_content(work, shown->documents.at[i].document_id, &content));
    expect(content.length > 0);
    return content;
}

static void expect_valid(struct work *work, struct str xml)
{
    struct einvoice_report report = { 0 };
    expect_done(einvoice_check(work->arena, xml, EINVOICE_AUTO, NULL, &report));
    for (size_t i = 0; i < report.problems.count; i++)
        if (report.problems.at[i].severity == EINVOICE_FATAL)
            print_error("%s: %.*s (%.*s)\n", report.problems.at[i].rule, STR_ARG(report.problems.at[i].english),
                        STR_ARG(report.problems.at[i].values));
    expect_int(0, report.fatal);
}

/* What was kept is what the rules accept, both ways of writing it say the same, and the PDF holds the same CII. */
static void expect_documents(struct work *work, const struct invoice *invoice)
{
    expect_done(invoice_draw_now(work, invoice->id));
    struct invoice_shown shown = { 0 };
    struct einvoice *ubl, *cii;
    struct einvoice_differences differences = { 0 };
    struct str xml;
    enum paper_hybrid_kind kind;
    expect_done(invoice_show(work, invoice->id, &shown));
    expect_valid(work, content_of(work, &shown, INVOICE_UBL));
    expect_valid(work, content_of(work, &shown, INVOICE_CII));
    expect_done(einvoice_read(work->arena, content_of(work, &shown, INVOICE_UBL), &ubl));
    expect_done(einvoice_read(work->arena, content_of(work, &shown, INVOICE_CII), &cii));
    cii->specification = ubl->specification; /* the hybrid form names the standard itself */
    einvoice_compare(work->arena, ubl, cii, &differences);
    for (size_t i = 0; i < differences.list.count; i++)
        print_error("%.*s: %.*s, %.*s\n", STR_ARG(differences.list.at[i].term), STR_ARG(differences.list.at[i].left),
                    STR_ARG(differences.list.at[i].right));
    expect_int(0, differences.list.count);
    expect_done(paper_hybrid_xml(work->arena, content_of(work, &shown, INVOICE_HYBRID), &xml, &kind));
    expect_int(PAPER_FACTURX, kind);
    expect(str_equal(xml, content_of(work, &shown, INVOICE_CII)));
    expect(str_starts(content_of(work, &shown, INVOICE_PDF), "%PDF-"));
}

/* What room cash holds: the mode, and 2% in 8 days for everyone. */
static void given_discount(struct work *work, const char *mode)
{
    static const char *const company[] = { "company_id" };
    const struct sql rows[] = {
        { "test_mode", NULL, company, 1 },
        { "test_term",
          "insert into cash_term (company_id, id, valid_from, days, percent, added_at, added_by) values ($1, 77, '2025-01-01', 8, '2', 0, 1)",
          company, 1 },
    };
    struct sql *kept = ARENA_ARRAY(work->arena, struct sql, 2);
    memcpy(kept, rows, sizeof rows);
    kept[0].name = str_format(work->arena, "test_mode_%s", mode).at;
    kept[0].text =
        str_format(
            work->arena,
            "insert into cash_setting (company_id, precision_ppm, rounding_minor, charge_minor, difference_auto_minor, "
            "discount_mode, version) values ($1, 0, 5, 2500, 10000, '%s', 1)",
            mode)
            .at;
    for (size_t i = 0; i < 2; i++) expect_done(db_run(work, &kept[i], NONE));
}

static struct invoice_shown shown_of(struct work *work, invoice_id id)
{
    struct invoice_shown shown = { 0 };
    expect_done(invoice_show(work, id, &shown));
    return shown;
}

/* Mode mixed: VAT over 98% of each code, whether or not the discount is taken; what is owed without VAT stays. */
DB_TEST(invoice_vat_is_over_what_is_left_after_discount)
{
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ .kvk_number = STR("87654321") });
    given_discount(work, "mixed");
    struct invoice_data data = { .party_id = zon.id, .order_reference = STR("PO-7") };
    *LIST_ADD(work->arena, &data.lines) = line_of("Kast", DECIMAL(1, 0), DECIMAL(1000, 0), "21");
    *LIST_ADD(work->arena, &data.lines) = line_of("Boek", DECIMAL(1, 0), DECIMAL(500, 0), "9");
    struct invoice draft, invoice;
    struct invoice_shown shown;
    expect_done(invoice_draft(work, &data, &draft));
    expect_int(150000, draft.net_minor);
    expect_int(20580 + 4410, draft.vat_minor); /* 980.00 at 21%, 490.00 at 9% */
    expect_int(2, shown_of(work, draft.id).lines.count);
    expect_done(invoice_finalise(work, draft.id, draft.version, &invoice));
    expect_int(150000, invoice.net_minor);
    expect_int(24990, invoice.vat_minor);
    expect_int(174990, invoice.total_minor);
    struct invoice_lines lines = { 0 };
    struct date until = { 0 };
    expect_done(invoice_lines_of(work, invoice.id, &lines));
    expect_int(6, lines.count);
    expect_int(3000, invoice_early_discount(&lines, &until));
    expect_int(20250309, until.ymd);
    expect_documents(work, &invoice);
    shown = shown_of(work, invoice.id);
    expect(str_find(content_of(work, &shown, INVOICE_UBL), "2% korting (30.00 EUR) bij betaling uiterlijk 2025-03-09") >= 0);
    /* In the books: sales as sold, VAT by code, over its base. */
    struct open_item item = { 0 };
    struct item_vats vats = { 0 };
    bool found;
    int64_t vat = 0, net = 0;
    expect_done(ledger_item_by_source(work, "invoice", invoice.id.n, &item, &found));
    expect(found);
    expect_int(174990, item.rest_minor);
    expect_done(ledger_item_vat(work, item.id, &vats));
    for (size_t i = 0; i < vats.count; i++) {
        vat -= vats.at[i].vat_minor, net -= vats.at[i].net_minor;
        if (str_is(vats.at[i].code, "21")) expect_int(-98000, vats.at[i].net_minor);
        if (str_is(vats.at[i].code, "9")) expect_int(-49000, vats.at[i].net_minor);
        if (str_is(vats.at[i].code, "vrij")) expect_int(-3000, vats.at[i].net_minor);
    }
    expect_int(24990, vat);
    expect_int(150000, net);
    expect_proved(work);
    /* A third of the cupboard back: a third of its pair with it; then the rest, and nothing is left of either. */
    const struct invoice_credit_line third[] = { { 1, DECIMAL(25, 2) }, { 3, { 0 } } };
    struct invoice note, rest;
    expect_done(invoice_credit(work, invoice.id, STR("beschadigd"), third, 2, &note));
    expect_int(25000, note.net_minor);
    expect_int(5145, note.vat_minor); /* a quarter of 205.80 */
    expect_documents(work, &note);
    expect_done(invoice_credit(work, invoice.id, STR("alles terug"), NULL, 0, &rest));
    expect_documents(work, &rest);
    expect_int(150000 - 25000, rest.net_minor);
    expect_int(24990 - 5145, rest.vat_minor);
    (void)expect_refused(&invoice_nothing_to_credit, invoice_credit(work, invoice.id, STR("nog eens"), NULL, 0, &rest));
    expect_proved(work);
    test_commit(work);
}

/* Each specification takes it: its own rules find nothing. */
DB_TEST(invoice_after_discount_by_each_specification)
{
    static const char *const names[] = { EINVOICE_SPECIFICATION_NLCIUS, EINVOICE_SPECIFICATION_PEPPOL,
                                         EINVOICE_SPECIFICATION_EN16931 };
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ .kvk_number = STR("87654321") });
    given_discount(work, "mixed");
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct invoice_data data = given_data(work, zon.id);
        struct invoice invoice = { .issued_on = work->today, .number = STR("2025-9"), .state = INVOICE_DRAFT };
        struct invoice_lines lines = { 0 };
        struct invoice_view view;
        struct einvoice_report check = { 0 };
        *LIST_ADD(work->arena, &data.lines) = line_of("Advies", DECIMAL(1, 0), DECIMAL(3333, 2), "vrij");
        *LIST_ADD(work->arena, &data.lines) = line_of("Uitvoer", DECIMAL(1, 0), DECIMAL(7777, 2), "0");
        invoice.kind = INVOICE_INVOICE;
        expect_done(invoice_fill_in(work, &data, &invoice, &lines));
        expect_done(invoice_early_add(work, &invoice, &lines));
        expect_int(4 + 8, lines.count);
        expect_done(invoice_view_make(work, &invoice, &lines, &view));
        view.einvoice->specification = str_of(names[i]);
        expect_done(einvoice_check(work->arena, einvoice_write_ubl(work->arena, view.einvoice), EINVOICE_AUTO, NULL, &check));
        for (size_t f = 0; f < check.problems.count && check.fatal; f++)
            print_error("%s %s: %.*s\n", names[i], check.problems.at[f].rule, STR_ARG(check.problems.at[f].values));
        expect_int(0, check.fatal + check.structure_count);
    }
    test_commit(work);
}

/* The other modes, and what has no VAT, stay what they were. */
DB_TEST(invoice_other_modes_know_no_discount)
{
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ .kvk_number = STR("87654321") });
    given_discount(work, "included");
    struct invoice invoice = given_final(work, zon.id);
    expect_int(5667 + 225, invoice.vat_minor);
    expect_int(2, shown_of(work, invoice.id).lines.count);
    test_commit(work);
}

static void given_specification(struct work *work, enum invoice_specification specification, int64_t version)
{
    struct operations all;
    const struct invoice_setting setting = { .number_format = STR("{year}-#####"),
                                             .specification = specification,
                                             .version = version };
    operations_prepare(work->arena, &invoice_settings, 1, &all);
    expect_done(operation_call(work, test_books(), &all, "invoice-setting change", &setting, NULL));
}

/* Each VAT category that a customer may meet, with and without what NLCIUS asks for, by what the rules of each specification say. */
DB_TEST(invoice_documents_are_valid)
{
    static const struct {
        const char *code, *country, *vat_number, *language;
    } cases[] = {
        { "21", "NL", "NL004495445B01", "nl" },     { "0", "NL", "NL004495445B01", "nl" },
        { "vrij", "NL", "NL004495445B01", "nl" },   { "verlegd", "NL", "NL004495445B01", "en" },
        { "icl", "DE", "DE123456788", "en" },       { "export", "US", NULL, "en" },
        { "buiten", "NL", "NL004495445B01", "nl" },
    };
    for (size_t i = 0; i < 6 * ARRAY_LENGTH(cases); i++) {
        size_t which = i % ARRAY_LENGTH(cases), round = i / ARRAY_LENGTH(cases);
        enum invoice_specification specification = (enum invoice_specification)(round / 2 + 1);
        bool plain = round % 2 && specification != INVOICE_PEPPOL, dutch = !strcmp(cases[which].country, "NL");
        if (!which && round % 2 == 0) given_specification(work, specification, (int64_t)round / 2);
        test_begin(work);
        struct party p =
            given_customer(work, (struct party){ .country = str_of(cases[which].country),
                                                 .vat_number = str_of(cases[which].vat_number),
                                                 .kvk_number = dutch && !plain ? STR("87654321") : (struct str){ 0 },
                                                 .language = str_of(cases[which].language) });
        struct invoice_data data = { .party_id = p.id, .order_reference = plain ? (struct str){ 0 } : STR("PO-7") };
        *LIST_ADD(work->arena, &data.lines) = line_of("Dienst", DECIMAL(2, 0), DECIMAL(12345, 2), cases[which].code);
        struct invoice draft, invoice;
        expect_done(invoice_draft(work, &data, &draft));
        expect_done(invoice_finalise(work, draft.id, draft.version, &invoice));
        expect_documents(work, &invoice);
        expect_done(invoice_credit(work, invoice.id, STR("Fout"), NULL, 0, &invoice));
        expect_documents(work, &invoice);
        if (which + 1 == ARRAY_LENGTH(cases)) expect_proved(work);
        test_commit(work);
    }
}

DB_TEST(invoice_is_credited_by_lines_and_wholly)
{
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ 0 });
    struct invoice invoice = given_final(work, zon.id), part, whole, none;
    const struct invoice_credit_line lines[] = { { 1, DECIMAL(1, 0) } };
    expect_done(invoice_credit(work, invoice.id, STR("Een beurt te veel"), lines, 1, &part));
    expect_str("2025-00002", part.number);
    expect_int(INVOICE_CREDIT_NOTE, part.kind);
    expect_int(8995, part.net_minor); /* 99.95 − 10% (10.00) */
    expect_int(0, part.open_minor);
    expect_int(INVOICE_PAID, part.payment);
    expect_documents(work, &part);
    expect_done(invoice_load(work, invoice.id, &none));
    expect_int(invoice.total_minor - part.total_minor, none.open_minor);
    expect_int(INVOICE_PARTLY_PAID, none.payment);
    const struct invoice_credit_line too_much[] = { { 1, DECIMAL(21, 1) } }, twice[] = { { 2, { 0 } }, { 2, { 0 } } };
    (void)expect_refused(&invoice_over_credited, invoice_credit(work, invoice.id, STR("meer"), too_much, 1, &none));
    expect(invoice_credit(work, invoice.id, STR("dubbel"), twice, 2, &none) != NULL);
    expect_done(invoice_credit(work, invoice.id, STR("Alles terug"), NULL, 0, &whole));
    expect_int(invoice.net_minor, part.net_minor + whole.net_minor);
    expect_documents(work, &whole);
    (void)expect_refused(&invoice_nothing_to_credit, invoice_credit(work, invoice.id, STR("nog eens"), NULL, 0, &none));
    expect(invoice_credit(work, whole.id, STR("terug"), NULL, 0, &none) != NULL); /* a credit note is not credited */
    expect_done(invoice_load(work, invoice.id, &none));
    expect(none.open_minor >= 0 && none.open_minor <= 1); /* VAT is rounded once a document */
    expect_proved(work);
    test_commit(work);
}

DB_TEST(invoice_refuses_what_the_law_wants_filled_in)
{
    struct invoice draft, invoice;
    test_begin(work);
    struct party order =
        given_customer(work, (struct party){ .name = STR("Gemeente"), .reference_needed = NEEDS_ORDER_REFERENCE });
    struct party buyer =
        given_customer(work, (struct party){ .name = STR("Provincie"), .reference_needed = NEEDS_BUYER_REFERENCE });
    struct invoice_data data = given_data(work, order.id);
    data.order_reference = (struct str){ 0 };
    expect_done(invoice_draft(work, &data, &draft));
    (void)expect_refused(&invoice_needs_order, invoice_finalise(work, draft.id, 1, &invoice));
    data.party_id = buyer.id;
    expect_done(invoice_draft(work, &data, &draft));
    (void)expect_refused(&invoice_needs_reference, invoice_finalise(work, draft.id, 1, &invoice));
    data.party_id = given_customer(work, (struct party){ .name = STR("Zonder nummer"), .country = STR("DE") }).id;
    data.lines.at[0].vat_code = data.lines.at[1].vat_code = STR("icl");
    expect_done(invoice_draft(work, &data, &draft));
    (void)expect_refused(&invoice_needs_tax_number, invoice_finalise(work, draft.id, 1, &invoice));
    data.lines.count = 0;
    expect_done(invoice_draft(work, &data, &draft));
    (void)expect_refused(&invoice_no_lines, invoice_finalise(work, draft.id, 1, &invoice));
    (void)expect_refused(&invoice_changed, invoice_finalise(work, draft.id, 2, &invoice));
    *LIST_ADD(work->arena, &data.lines) = line_of("terug", DECIMAL(-1, 0), DECIMAL(100, 2), "21");
    expect_done(invoice_draft(work, &data, &draft));
    (void)expect_refused(&invoice_not_positive, invoice_finalise(work, draft.id, 1, &invoice));
    data.lines.at[0] = line_of("fout", DECIMAL(1, 0), DECIMAL(-100, 2), "99");
    data.lines.at[0].unit = STR("QQQ");
    struct fault *faults = invoice_draft(work, &data, &draft);
    (void)expect_refused(&invoice_vat_code_missing, faults);
    (void)expect_refused(&invoice_unit_unknown, faults); /* all at once */
    expect_str("lines[0].unit", faults->field);
    struct party supplier = order;
    supplier.id.n = 0, supplier.number = (struct str){ 0 }, supplier.is_customer = false, supplier.is_supplier = true;
    expect_done(party_make(work, &supplier));
    data.party_id = supplier.id;
    (void)expect_refused(&invoice_no_customer, invoice_draft(work, &data, &draft));
    db_rollback(work);
}

/* Nothing of a final invoice changes, whoever asks; the number goes back when the transaction does. */
DB_TEST(invoice_fails_at_each_statement_without_a_gap)
{
    struct invoice draft, invoice;
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ 0 });
    struct invoice_data data = given_data(work, zon.id);
    expect_done(invoice_draft(work, &data, &draft));
    test_commit(work);
    int failures = 0;
    for (int64_t nth = 1;; nth++) {
        test_begin(work);
        books_fail_at(test_books(), nth);
        struct fault *fault = invoice_finalise(work, draft.id, draft.version, &invoice);
        books_fail_at(test_books(), 0);
        if (!fault) break;
        failures++;
        db_rollback(work);
    }
    expect(failures > 20);
    expect_str("2025-00001", invoice.number);
    test_commit(work);
    test_begin(work);
    expect_proved(work);
    expect_documents(work, &invoice);
    db_rollback(work);
}

DB_TEST(invoice_in_foreign_currency)
{
    struct invoice draft, invoice;
    test_begin(work);
    struct party acme = given_customer(
        work, (struct party){
                  .name = STR("Acme Inc."), .country = STR("US"), .currency = STR("USD"), .language = STR("en") });
    struct invoice_data data = given_data(work, acme.id);
    expect_done(invoice_draft(work, &data, &draft));
    (void)expect_refused(&ledger_no_rate, invoice_finalise(work, draft.id, 1, &invoice));
    test_commit(work);
    struct operations all;
    const struct {
        struct str currency;
        struct date valid_on;
        struct decimal rate;
        struct str source;
        int64_t version;
    } rate = { STR("USD"), { 20250228 }, DECIMAL(9137, 4), STR("ECB"), 0 };
    operations_prepare(work->arena, &ledger_rates, 1, &all);
    expect_done(operation_call(work, test_books(), &all, "rate set", &rate, NULL));
    test_begin(work);
    expect_done(invoice_finalise(work, draft.id, 1, &invoice));
    int64_t base;
    expect_done(ledger_to_base(work, invoice.total_minor, STR("USD"), work->today, &base));
    expect_int(base, invoice.base_total_minor);
    expect_documents(work, &invoice); /* with the VAT in euro too (BT-111) */
    struct invoice_shown shown = { 0 };
    struct einvoice *ubl;
    expect_done(invoice_show(work, invoice.id, &shown));
    expect_done(einvoice_read(work->arena, content_of(work, &shown, INVOICE_UBL), &ubl));
    expect_str("EUR", ubl->vat_currency);
    expect_done(ledger_to_base(work, invoice.vat_minor, STR("USD"), work->today, &base));
    expect(decimal_compare(minor_to_decimal(base, 2), ubl->totals.vat_accounting.value) == 0);
    expect_done(invoice_credit(work, invoice.id, STR("Cancelled"), NULL, 0, &invoice));
    expect_proved(work);
    test_commit(work);
}

static struct invoice_allowance_data allowance(struct decimal amount, struct decimal percent, const char *code, bool charge)
{
    return (struct invoice_allowance_data){ .amount = amount, .percent = percent, .vat_code = str_of(code), .charge = charge };
}

/* 269.86 at 21% and 25.03 at 9%: 5% off the first, 10.00 off the second, 12.50 freight at 21%. */
DB_TEST(invoice_with_allowances_and_charges)
{
    const struct decimal none = { 0 };
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ .kvk_number = STR("87654321") });
    struct invoice_data data = given_data(work, zon.id);
    struct invoice draft, invoice, part, whole;
    *LIST_ADD(work->arena, &data.allowances) = allowance(none, DECIMAL(5, 0), "21", false);
    *LIST_ADD(work->arena, &data.allowances) = allowance(DECIMAL(1000, 2), none, "9", false);
    *LIST_ADD(work->arena, &data.allowances) = allowance(DECIMAL(125, 1), none, "21", true);
    data.allowances.at[2].reason = STR("Vracht"), data.allowances.at[2].reason_code = STR("FC");
    data.allowances.at[2].account = STR("8010");
    expect_done(invoice_draft(work, &data, &draft));
    expect_int(26986 - 1349 + 1250 + 2503 - 1000, draft.net_minor);
    expect_int(5646 + 135, draft.vat_minor); /* 21% of 268.87, 9% of 15.03 */
    expect_done(invoice_finalise(work, draft.id, 1, &invoice));
    expect_int(draft.total_minor, invoice.total_minor);
    expect_documents(work, &invoice);
    struct invoice_lines lines = { 0 };
    struct einvoice *e;
    expect_done(invoice_lines_of(work, invoice.id, &lines));
    expect_int(5, lines.count);
    expect_str("Korting", lines.at[2].description);
    expect_int(-1349, lines.at[2].net_minor);
    expect_int(26986, lines.at[2].base_minor);
    expect_done(invoice_view(work, &invoice, &lines, &e));
    expect_int(2, e->lines.count);
    expect_int(3, e->allowances.count);
    expect_str("95", e->allowances.at[0].reason_code);
    expect_str("FC", e->allowances.at[2].reason_code);
    expect_int(0, decimal_compare(e->totals.allowances.value, DECIMAL(2349, 2)));
    expect_int(0, decimal_compare(e->totals.charges.value, DECIMAL(1250, 2)));
    expect_proved(work);
    /* One line and its allowance back, then all that is left: together the whole. */
    const struct invoice_credit_line first[] = { { 1, DECIMAL(3, 0) }, { 3, { 0 } } };
    expect_done(invoice_credit(work, invoice.id, STR("Beurt te veel"), first, 2, &part));
    expect_int(26986 - 1349, part.net_minor);
    expect_documents(work, &part);
    expect_done(invoice_credit(work, invoice.id, STR("Alles terug"), NULL, 0, &whole));
    expect_int(invoice.net_minor, part.net_minor + whole.net_minor);
    expect_documents(work, &whole);
    expect_proved(work);
    test_commit(work);
}

DB_TEST(invoice_refuses_allowances_that_are_none)
{
    const struct decimal none = { 0 };
    struct invoice draft, invoice;
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ 0 });
    struct invoice_data data = given_data(work, zon.id);
    *LIST_ADD(work->arena, &data.allowances) = allowance(DECIMAL(1, 0), DECIMAL(1, 0), "21", false);
    *LIST_ADD(work->arena, &data.allowances) = allowance(none, none, "21", false);
    *LIST_ADD(work->arena, &data.allowances) = allowance(DECIMAL(1001, 3), none, "21", false);
    *LIST_ADD(work->arena, &data.allowances) = allowance(DECIMAL(-1, 0), none, "21", true);
    *LIST_ADD(work->arena, &data.allowances) = allowance(none, DECIMAL(1001, 1), "21", false);
    *LIST_ADD(work->arena, &data.allowances) = allowance(none, DECIMAL(10, 0), "verlegd", false);
    *LIST_ADD(work->arena, &data.allowances) = allowance(DECIMAL(1, 0), none, "21", false);
    data.allowances.at[6].reason_code = STR("ZZ9");
    *LIST_ADD(work->arena, &data.allowances) = allowance(DECIMAL(1, 0), none, "no such", true);
    static const char *const fields[] = { "allowances[0].amount", "allowances[1].amount", "allowances[2].amount",
                                          "allowances[3].amount", "allowances[4].percent", "allowances[5].percent",
                                          "allowances[6].reason_code", "allowances[7].vat_code" };
    struct fault *faults = invoice_draft(work, &data, &draft);
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++, faults = faults->next) {
        assert_non_null(faults);
        expect_str(fields[i], faults->field);
    }
    /* Nothing but an allowance is no invoice (BR-16), and one that takes all is none either. */
    data.allowances.count = 1;
    data.allowances.at[0] = allowance(DECIMAL(100, 0), none, "21", true);
    data.lines.count = 0;
    expect_done(invoice_draft(work, &data, &draft));
    (void)expect_refused(&invoice_no_lines, invoice_finalise(work, draft.id, 1, &invoice));
    data = given_data(work, zon.id);
    *LIST_ADD(work->arena, &data.allowances) = allowance(DECIMAL(400, 0), none, "21", false);
    expect_done(invoice_draft(work, &data, &draft));
    (void)expect_refused(&invoice_not_positive, invoice_finalise(work, draft.id, 1, &invoice));
    db_rollback(work);
}

/* Any mixture of VAT codes, accounts and discounts: documents valid, books proved, sums as the draft showed them. */
DB_TEST(invoice_books_what_its_documents_say)
{
    struct rng rng = rng_new(11);
    static const char *const codes[] = { "21", "9", "0", "vrij", "verlegd", "export" };
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ .vat_number = STR("NL004495445B01") });
    for (int i = 0; i < 12; i++) {
        struct invoice_data data = { .party_id = zon.id };
        struct invoice draft, invoice;
        for (int k = 0; k < rng_between(&rng, 1, 9); k++) {
            *LIST_ADD(work->arena, &data.lines) =
                line_of("x", DECIMAL(rng_between(&rng, 1, 5000), 2), DECIMAL(rng_between(&rng, 1, 99999), 3),
                        codes[rng_between(&rng, 0, 5)]);
            if (rng_chance(&rng, 300)) data.lines.at[k].discount_percent = DECIMAL(rng_between(&rng, 1, 999), 1);
            if (rng_chance(&rng, 300)) data.lines.at[k].account = STR("8010");
            if (rng_chance(&rng, 300)) data.lines.at[k].cost_center = STR("Noord");
        }
        *LIST_ADD(work->arena, &data.lines) = line_of("genoeg", DECIMAL(1, 0), DECIMAL(100, 0), "21");
        for (int k = 0; k < rng_between(&rng, 0, 3); k++) {
            bool part = rng_chance(&rng, 500);
            *LIST_ADD(work->arena, &data.allowances) =
                allowance(part ? (struct decimal){ 0 } : DECIMAL(rng_between(&rng, 1, 2000), 2),
                          part ? DECIMAL(rng_between(&rng, 1, 300), 1) : (struct decimal){ 0 },
                          part ? "21" : codes[rng_between(&rng, 0, 5)], rng_chance(&rng, 400));
        }
        expect_done(invoice_draft(work, &data, &draft));
        expect_done(invoice_finalise(work, draft.id, 1, &invoice));
        expect_int(draft.total_minor, invoice.total_minor);
        expect_documents(work, &invoice);
    }
    expect_proved(work);
    test_commit(work);
}

DB_TEST(invoice_credit_and_send_fail_at_each_statement)
{
    struct invoice note;
    struct message message;
    int failures = 0;
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ 0 });
    struct invoice invoice = given_final(work, zon.id);
    test_commit(work);
    for (int64_t nth = 1;; nth++) {
        test_begin(work);
        books_fail_at(test_books(), nth);
        struct fault *fault = invoice_credit(work, invoice.id, STR("Fout"), NULL, 0, &note);
        if (!fault) fault = invoice_send(work, note.id, 0, (struct str){ 0 }, &message);
        books_fail_at(test_books(), 0);
        if (!fault) break;
        failures++;
        db_rollback(work);
    }
    expect(failures > 40);
    expect_str("2025-00002", note.number);
    expect_proved(work);
    test_commit(work);
    struct messages messages = { 0 };
    test_begin(work);
    expect_done(messages_of(work, "invoice", note.id.n, &messages));
    expect_int(1, messages.count);
    db_rollback(work);
}

/* The database itself keeps a final invoice. */
DB_TEST(invoice_final_is_kept_by_the_schema)
{
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ 0 });
    struct invoice invoice = given_final(work, zon.id), again = { 0 };
    test_commit(work);
    struct operations all;
    const struct operation_table tables[] = { invoice_drafts, invoice_operations };
    operations_prepare(work->arena, tables, 2, &all);
    struct invoice_change change = { .id = invoice.id, .version = invoice.version, .data = given_data(work, zon.id) };
    (void)expect_refused(&invoice_not_possible, operation_call(work, test_books(), &all, "invoice change", &change, NULL));
    const struct invoice_versioned gone = { invoice.id.n, invoice.version };
    (void)expect_refused(&invoice_not_possible, operation_call(work, test_books(), &all, "invoice remove", &gone, NULL));
    struct invoice_lines lines = { 0 };
    test_begin(work);
    *LIST_ADD(work->arena, &lines) = (struct invoice_line){ .invoice_id = invoice.id, .part = INVOICE_PART_LINE,
                                                            .line_no = 9,
                                                            .description = STR("erbij"),
                                                            .quantity = DECIMAL(1, 0),
                                                            .unit = STR("C62"),
                                                            .price = DECIMAL(1, 0),
                                                            .vat_code_id = { 1 },
                                                            .vat_category = VAT_S,
                                                            .vat_rate = DECIMAL(21, 0),
                                                            .account_id = { 1 } };
    again = invoice;
    again.id.n = id_new(work);
    again.number = (struct str){ 0 };
    (void)expect_refused(&db_refused, invoice_add(work, &again, &lines)); /* its line names the final one */
    db_rollback(work);
}

enum { THREADS = 4, EACH = 6 };
struct finisher { struct books *books; int64_t company_id; invoice_id drafts[EACH]; struct fault *fault; int done; };

static void *finish(void *context)
{
    struct finisher *f = context;
    struct arena *arena = arena_new((size_t)1 << 32);
    for (int i = 0; i < EACH; i++) {
        struct work work = { .arena = arena,
                             .company_id = f->company_id,
                             .user_id = 1,
                             .today = { 20250301 },
                             .now = instant_of_day((struct date){ 20250301 }),
                             .language = ENGLISH,
                             .system = true,
                             .source = STR("test"),
                             .request_id = STR("test") };
        struct invoice invoice;
        struct fault *fault = db_begin(&work, f->books);
        if (!fault) fault = invoice_finalise(&work, f->drafts[i], 1, &invoice);
        if (!fault && i % 3 == 2) { /* somebody thinks better of it */
            db_rollback(&work);
            fault = db_begin(&work, f->books);
            if (!fault) fault = invoice_finalise(&work, f->drafts[i], 1, &invoice);
        }
        if (!fault) fault = db_commit(&work);
        else db_rollback(&work);
        f->done += !fault;
    }
    arena_free(arena);
    return NULL;
}

DB_TEST(invoice_numbers_have_no_gap_when_many_write)
{
    struct finisher finishers[THREADS];
    pthread_t threads[THREADS];
    test_begin(work);
    struct party zon = given_customer(work, (struct party){ 0 });
    for (int t = 0; t < THREADS; t++) {
        finishers[t] = (struct finisher){ .books = test_books(), .company_id = work->company_id };
        for (int i = 0; i < EACH; i++) {
            struct invoice_data data = given_data(work, zon.id);
            struct invoice draft;
            expect_done(invoice_draft(work, &data, &draft));
            finishers[t].drafts[i] = draft.id;
        }
    }
    test_commit(work);
    for (int t = 0; t < THREADS; t++) expect_int(0, pthread_create(&threads[t], NULL, finish, &finishers[t]));
    for (int t = 0; t < THREADS; t++) {
        pthread_join(threads[t], NULL);
        expect_int(EACH, finishers[t].done);
    }
    work->reading = true;
    test_begin(work);
    for (int n = 1; n <= THREADS * EACH; n++) {
        struct invoice invoice = { 0 };
        bool found;
        expect_done(invoice_by_number(work, str_format(work->arena, "2025-%05d", n), &invoice, &found));
        expect(found);
    }
    expect_proved(work);
    db_rollback(work);
}

TEST(invoice_tables_have_no_mistake)
{
    const struct operation_table tables[] = { invoice_drafts, invoice_operations, invoice_settings, outbox_messages };
    struct str mistake = operations_mistake(arena, tables, ARRAY_LENGTH(tables));
    if (mistake.at) print_error("%.*s\n", STR_ARG(mistake));
    expect(!mistake.at);
}

/* The process died between the commit and the drawing: the job draws it, once, however many servers try. */
DB_TEST(invoice_is_drawn_behind_its_commit)
{
    int64_t drawn;
    struct invoice_shown shown = { 0 };
    test_begin(work);
    struct party customer = given_customer(work, (struct party){ 0 });
    struct invoice invoice = given_final(work, customer.id);
    test_commit(work);
    expect_done(invoice_draw_due(work, test_books(), date_add_days(work->today, 1), 50, &drawn));
    expect_int(0, drawn); /* of later days only */
    expect_done(invoice_draw_due(work, test_books(), work->today, 50, &drawn));
    expect_int(1, drawn);
    expect_done(invoice_draw_due(work, test_books(), work->today, 50, &drawn));
    expect_int(0, drawn);
    expect_done(invoice_draw_after(work, test_books(), invoice.id.n, &shown));
    expect_int(4, shown.documents.count);
}
