#include "cash/cash_fixture.h"
#include "cash/cash_private.h"
#include "db/engine.h"
#include "invoice/invoice.h"
#include "migrations.h"

/* What each kind of decision books, to the cent, and that taking it back leaves the books as they were. */

static const struct cash_origin by_hand = { .category = "match" };
static const struct date day = { 20250305 };

static void set_mode(struct work *work, const char *mode)
{
    struct cash_chosen_setting s = { 0 }, out = { 0 };
    expect_done(cash_setting_load(work, &s));
    s.discount_mode = str_of(mode);
    for (size_t i = 0; i < cash_settings_table.count; i++)
        if (!strcmp(cash_settings_table.operations[i].command, "cash set"))
            expect_done(cash_settings_table.operations[i].call->run(work, &s, &out));
}

static void set_rate(struct work *work, const char *currency, int32_t scale, int64_t units)
{
    const struct {
        struct str currency;
        struct date valid_on;
        struct decimal rate;
        struct str source;
        int64_t version;
    } rate = { str_of(currency), { 20250301 }, DECIMAL(units, scale), STR("test"), 0 };
    char out[256] = { 0 };
    for (size_t i = 0; i < ledger_rates.count; i++)
        if (!strcmp(ledger_rates.operations[i].command, "rate set"))
            expect_done(ledger_rates.operations[i].call->run(work, &rate, out));
}

static bank_line_id pay_line(struct work *work, int64_t minor, const char *text, const char *name, const char *id)
{
    const struct pay pays[] = { { minor, text, name, NULL, NULL, NULL } };
    return cash_lines(work, pays, 1, date_add_days(day, id[0] - 48 + (id[1] ? id[1] : 0)), id).at[0].id; /* a day of its own: no twin */
}

static struct cash_decided settle(struct work *work, bank_line_id line, const struct cash_share *shares, size_t count,
                                  const struct cash_given_up *differences, size_t difference_count, party_id party)
{
    struct cash_decide decide = { .line_id = line, .party_id = party };
    struct cash_decided decided = { 0 };
    for (size_t i = 0; i < count; i++) *LIST_ADD(work->arena, &decide.shares) = shares[i];
    for (size_t i = 0; i < difference_count; i++) *LIST_ADD(work->arena, &decide.differences) = differences[i];
    expect_done(cash_settle(work, &decide, &by_hand, &decided));
    cash_proved(work);
    return decided;
}

static struct cash_share share(item_id item, int64_t minor) { return (struct cash_share){ item, minor, 0 }; }
static struct cash_given_up gave(const char *kind, int64_t minor)
{
    return (struct cash_given_up){ str_of(kind), minor, { 0 } };
}

/* 121.00 and 109.00 of one invoice; 2 % of 230.00 is 4.60: 2.42 of it on the part of 21 % (0.42 VAT), 2.18 on 9 % (0.18 VAT). */
DB_TEST(cash_discount_with_vat_by_three_modes)
{
    const struct { const char *mode; int64_t discount, vat21, vat9; } cases[] = {
        { "excluded", 460, 0, 0 }, { "included", 400, 42, 18 }, { "mixed", 460, 0, 0 }
    };
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t before = cash_balance_of(work, FOR_DISCOUNT_GIVEN), high = cash_balance_of(work, "vat_due"),
                low = cash_balance_of(work, "vat_due_low");
        set_mode(work, cases[i].mode);
        item_id a = cash_invoice_vat(work, zon, cases[i].mode, 10000, 10000);
        const struct cash_share shares[] = { share(a, 23000) };
        const struct cash_given_up gives[] = { gave("discount", 460) };
        struct cash_decided d =
            settle(work, pay_line(work, 22540, cases[i].mode, "Zon BV", cases[i].mode), shares, 1, gives, 1, zon);
        expect_int(0, rest_of(work, a));
        expect_int(cases[i].discount, cash_balance_of(work, FOR_DISCOUNT_GIVEN) - before);
        expect_int(cases[i].vat21, cash_balance_of(work, "vat_due") - high + 2100);
        expect_int(cases[i].vat9, cash_balance_of(work, "vat_due_low") - low + 900);
        expect_done(cash_take_back(work, d.id, STR("a slip")));
        cash_proved(work);
        expect_int(23000, rest_of(work, a));
        expect_int(before, cash_balance_of(work, FOR_DISCOUNT_GIVEN));
    }
    test_commit(work);
}

/* An invoice of mode mixed has its VAT over 98% already: taken or not, in whatever mode the company is by then, no VAT is corrected. */
DB_TEST(cash_discount_of_an_invoice_after_discount)
{
    static const char *const then[] = { "mixed", "included" };
    static const char *const company[] = { "company_id" };
    const struct sql term = { "test_term_mixed",
                              "insert into cash_term (company_id, id, valid_from, days, percent, added_at, added_by) "
                              "values ($1, 77, '2025-01-01', 8, '2', 0, 1)",
                              company, 1 };
    test_begin(work);
    (void)given_main_account(work);
    struct party party = {
        .name = STR("Zon BV"), .is_customer = true, .is_business = true, .language = STR("nl"), .country = STR("NL"),
        .currency = STR("EUR"), .delivery = DELIVER_MAIL_PDF, .reference_needed = NEEDS_NO_REFERENCE,
        .street = STR("Zonlaan 2"), .postal_code = STR("3511 AB"), .city = STR("Utrecht"), .customer_terms_days = 30,
    };
    expect_done(party_make(work, &party));
    party_id zon = party.id;
    expect_done(db_run(work, &term, NONE));
    for (size_t i = 0; i < ARRAY_LENGTH(then) * 2; i++) {
        bool taken = i % 2 == 0, found;
        struct invoice_data data = { .party_id = zon, .order_reference = STR("PO-1") };
        struct invoice draft, invoice;
        struct open_item item = { 0 };
        struct date until;
        int64_t discount;
        *LIST_ADD(work->arena, &data.lines) =
            (struct invoice_line_data){ .description = STR("Kast"), .price = DECIMAL(100005, 2), .vat_code = STR("21") };
        set_mode(work, "mixed");
        expect_done(invoice_draft(work, &data, &draft));
        expect_done(invoice_finalise(work, draft.id, draft.version, &invoice));
        expect_int(100005 + 20581, invoice.total_minor); /* 980.05 at 21% */
        expect_done(ledger_item_by_source(work, "invoice", invoice.id.n, &item, &found));
        expect_done(cash_discount_of(work, &item, &until, &discount));
        expect_int(2000, discount); /* as it stands on the invoice */
        expect_int(date_add_days(invoice.issued_on, 8).ymd, until.ymd);
        set_mode(work, then[i / 2]);
        int64_t given = cash_balance_of(work, FOR_DISCOUNT_GIVEN), high = cash_balance_of(work, "vat_due");
        const struct cash_share shares[] = { share(item.id, invoice.total_minor) };
        const struct cash_given_up gives[] = { gave("discount", 2000) };
        const char *id[] = { "1", "2", "3", "4" };
        (void)settle(work, pay_line(work, invoice.total_minor - (taken ? 2000 : 0), id[i], "Zon BV", id[i]), shares, 1,
                     gives, taken, zon);
        expect_int(0, rest_of(work, item.id));
        expect_int(taken ? 2000 : 0, cash_balance_of(work, FOR_DISCOUNT_GIVEN) - given);
        expect_int(high, cash_balance_of(work, "vat_due"));
    }
    test_commit(work);
}

/* Whatever the amounts, not a cent is lost: parts by code sum to the discount, and the books hold. */
DB_TEST(cash_discount_leaves_no_cent)
{
    test_begin(work);
    (void)given_main_account(work);
    set_mode(work, "included");
    party_id zon = cash_customer(work, "Zon BV");
    for (int i = 1; i <= 12; i++) {
        char name[16];
        snprintf(name, sizeof name, "C%d", i);
        item_id a = cash_invoice_vat(work, zon, name, 3333 * i + i % 7, 777 * i + i % 3);
        int64_t owed = rest_of(work, a), discount = owed * 3 / 100 + i % 2;
        int64_t before = cash_balance_of(work, FOR_DISCOUNT_GIVEN), high = cash_balance_of(work, "vat_due"),
                low = cash_balance_of(work, "vat_due_low");
        const struct cash_share shares[] = { share(a, owed) };
        const struct cash_given_up gives[] = { gave("discount", discount) };
        (void)settle(work, pay_line(work, owed - discount, name, "Zon BV", name), shares, 1, gives, 1, zon);
        expect_int(discount, cash_balance_of(work, FOR_DISCOUNT_GIVEN) - before + cash_balance_of(work, "vat_due") - high +
                                 cash_balance_of(work, "vat_due_low") - low);
    }
    test_commit(work);
}

DB_TEST(cash_charge_rounding_instalment_and_contra)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice(work, zon, "A", 100000), b = cash_invoice(work, zon, "B", 50000),
            bill = cash_bill(work, zon, "F9", 30000);
    const struct cash_share first[] = { share(a, 100000) };
    const struct cash_given_up charge[] = { gave("charge", 1500), gave("rounding", 3) };
    (void)settle(work, pay_line(work, 98497, "A", "Zon BV", "1"), first, 1, charge, 2, zon);
    expect_int(0, rest_of(work, a));
    expect_int(1500, cash_balance_of(work, FOR_BANK_CHARGES));
    expect_int(3, cash_balance_of(work, FOR_ROUNDING));
    /* An instalment says so and leaves the rest open. */
    const struct cash_share part[] = { share(b, 10000) };
    const struct cash_given_up instalment[] = { gave("instalment", 40000) };
    (void)settle(work, pay_line(work, 10000, "B termijn", "Zon BV", "2"), part, 1, instalment, 1, zon);
    expect_int(40000, rest_of(work, b));
    /* Contra: they owe 400.00, we owe 300.00, 100.00 comes in. */
    const struct cash_share contra[] = { share(b, 40000), share(bill, -30000) };
    struct cash_decided d = settle(work, pay_line(work, 10000, "B minus F9", "Zon BV", "3"), contra, 2, NULL, 0, zon);
    expect_int(0, rest_of(work, b));
    expect_int(0, rest_of(work, bill));
    expect_done(cash_take_back(work, d.id, STR("a slip")));
    cash_proved(work);
    expect_int(40000, rest_of(work, b));
    expect_int(-30000, rest_of(work, bill));
    test_commit(work);
}

/* Paid without the VAT, and a typing error: what was paid is settled, what is missing stays open; nothing is given up. */
DB_TEST(cash_net_of_vat_and_typing_error_leave_the_rest_open)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice_vat(work, zon, "A", 10000, 0), b = cash_invoice(work, zon, "B", 12340);
    const struct cash_share net[] = { share(a, 10000) }, typo[] = { share(b, 12304) };
    const struct cash_given_up why[] = { gave("net_of_vat", 2100) }, slip[] = { gave("typo", 36) };
    (void)settle(work, pay_line(work, 10000, "A", "Zon BV", "1"), net, 1, why, 1, zon);
    (void)settle(work, pay_line(work, 12304, "B", "Zon BV", "2"), typo, 1, slip, 1, zon);
    expect_int(2100, rest_of(work, a));
    expect_int(36, rest_of(work, b));
    test_commit(work);
}

/* A surcharge that a late payer added (kredietbeperkingstoeslag) holds VAT, whatever the mode. */
DB_TEST(cash_surcharge_holds_vat)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice_vat(work, zon, "A", 10000, 0);
    const struct cash_share shares[] = { share(a, 12100) };
    const struct cash_given_up more[] = { gave("surcharge", -242) };
    (void)settle(work, pay_line(work, 12342, "A", "Zon BV", "1"), shares, 1, more, 1, zon);
    expect_int(-200, cash_balance_of(work, FOR_DISCOUNT_GIVEN));
    expect_int(-2142, cash_balance_of(work, "vat_due"));
    test_commit(work);
}

/* Invoice and credit note of one customer settle each other beside what pays the rest; of another, with no money at all. */
DB_TEST(cash_credit_notes_settle_without_money)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV"), maan = cash_customer(work, "Maan BV");
    item_id a = cash_invoice(work, zon, "A", 10000), b = cash_invoice(work, maan, "B", 5000),
            c = cash_invoice(work, maan, "C", -5000);
    const struct cash_share shares[] = { share(a, 10000), share(b, 5000), share(c, -5000) };
    (void)settle(work, pay_line(work, 10000, "A", "Zon BV", "1"), shares, 3, NULL, 0, zon);
    expect_int(0, rest_of(work, a));
    expect_int(0, rest_of(work, b));
    expect_int(0, rest_of(work, c));
    test_commit(work);
}

/* One payment for three invoices; the bank takes back the second: the other two stay paid, with the fee on an account of its own. */
DB_TEST(cash_storno_reopens_only_its_own)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice(work, zon, "A", 10000), b = cash_invoice(work, zon, "B", 7000),
            c = cash_invoice(work, zon, "C", 3000);
    const struct cash_share paid[] = { share(a, 10000), share(b, 7000), share(c, 3000) }, back[] = { share(b, -7000) };
    const struct cash_given_up fee[] = { gave("charge", 350) };
    const struct pay pays[] = { { -7350, "storno B", "Zon BV", NULL, NULL, "AM04" } };
    (void)settle(work, pay_line(work, 20000, "A B C", "Zon BV", "1"), paid, 3, NULL, 0, zon);
    bank_line_id line = cash_lines(work, pays, 1, (struct date){ 20250306 }, "2").at[0].id;
    struct cash_decided d = settle(work, line, back, 1, fee, 1, zon);
    expect_int(0, rest_of(work, a));
    expect_int(7000, rest_of(work, b));
    expect_int(0, rest_of(work, c));
    expect_int(350, cash_balance_of(work, FOR_BANK_CHARGES));
    struct item_settlements of_a = { 0 };
    expect_done(ledger_item_settlements(work, a, &of_a));
    expect_int(1, of_a.count);
    struct bank_line storno = { 0 };
    expect_done(bank_line_load(work, line, &storno));
    expect_str("storno AM04: insufficient funds", cash_return_words(work, &storno));
    work->language = DUTCH;
    expect_str("storno AM04: onvoldoende saldo", cash_return_words(work, &storno));
    /* Taken back: as it was before the storno. */
    expect_done(cash_take_back(work, d.id, STR("wrong one")));
    cash_proved(work);
    expect_int(0, rest_of(work, b));
    expect_int(0, cash_balance_of(work, FOR_BANK_CHARGES));
    test_commit(work);
}

/* ---- Currencies: 1 USD = 0.90 EUR on the day of payment ---- */

static void given_dollars(struct work *work)
{
    struct bank_account account = {
        .name = STR("Dollars"), .iban = STR("NL02ABNA0123456789"), .holder = STR("Test BV"), .currency = STR("USD")
    };
    set_rate(work, "USD", 2, 90);
    (void)given_main_account(work);
    expect_done(bank_account_make(work, &account));
}

/* Lines of three odd amounts on one day: each worth its own rounded base, and suspense holds just those. */
DB_TEST(cash_suspense_holds_in_every_currency)
{
    test_begin(work);
    given_dollars(work);
    party_id acme = cash_customer(work, "Acme Inc");
    const struct pay pays[] = { { 10001, "a", "Acme Inc", NULL, NULL, NULL }, { 333, "b", "Acme Inc", NULL, NULL, NULL },
                                { -777, "c", "Acme Inc", NULL, NULL, NULL } };
    struct bank_lines lines = cash_lines_on(work, pays, 3, day, "D1", "NL02ABNA0123456789", "USD");
    cash_proved(work);
    struct cash_proof proof = { 0 };
    expect_done(cash_verify(work, &proof));
    expect_int(1, proof.balances.count);
    expect_str("USD", proof.balances.at[0].currency);
    expect_int(-9557, proof.balances.at[0].suspense_minor);
    expect_int(-(9001 + 300 - 699), proof.balances.at[0].suspense_base_minor);
    set_rate(work, "USD", 2, 80); /* a rate corrected later changes nothing of it */
    (void)settle(work, lines.at[1].id, NULL, 0, NULL, 0, acme);
    (void)settle(work, lines.at[0].id, NULL, 0, NULL, 0, acme);
    struct cash_decided d = settle(work, lines.at[2].id, NULL, 0, NULL, 0, acme);
    expect_done(cash_take_back(work, d.id, STR("a slip")));
    cash_proved(work);
    test_commit(work);
}

/* Books of before a line kept what it was worth: the migration that mends them, run on such lines. */
DB_TEST(cash_suspense_of_older_books_is_mended)
{
    static const char *const open_up[] = { "drop trigger bank_line_kept", "drop trigger bank_line_kept on bank_line" };
    const struct engine *engine = test_books()->engine;
    bool postgres = books_are_postgres(test_books());
    struct cash_proof proof = { 0 };
    test_begin(work);
    given_dollars(work);
    party_id acme = cash_customer(work, "Acme Inc");
    const struct pay pays[] = { { 10001, "a", "Acme Inc", NULL, NULL, NULL }, { 333, "b", "Acme Inc", NULL, NULL, NULL },
                                { -777, "c", "Acme Inc", NULL, NULL, NULL },  { 5555, "d", "Acme Inc", NULL, NULL, NULL } };
    struct bank_lines lines = cash_lines_on(work, pays, 4, day, "D1", "NL02ABNA0123456789", "USD");
    (void)pay_line(work, 42500, "A", "Acme Inc", "1");
    (void)settle(work, lines.at[1].id, NULL, 0, NULL, 0, acme);
    expect_done(engine->script(work->arena, work->db->connection, open_up[postgres]));
    expect_done(engine->script(work->arena, work->db->connection, "update bank_line set base_minor = null"));
    expect_done(engine->script(
        work->arena, work->db->connection,
        postgres
            ? "create trigger bank_line_kept before update or delete on bank_line for each row execute function append_only()"
            : "create trigger bank_line_kept before update on bank_line begin select raise(abort, 'append only'); end"));
    expect_done(cash_verify(work, &proof));
    expect(!proof.holds);
    for (size_t i = 0; i < migration_count; i++)
        if (str_is(str_of(migrations[i].name), "line_worth"))
            expect_done(engine->script(work->arena, work->db->connection,
                                       postgres ? migrations[i].postgres : migrations[i].sqlite));
    cash_proved(work);
    (void)settle(work, lines.at[0].id, NULL, 0, NULL, 0, acme);
    struct cash_decided d = settle(work, lines.at[2].id, NULL, 0, NULL, 0, acme);
    expect_done(cash_take_back(work, d.id, STR("a slip")));
    cash_proved(work);
    db_rollback(work);
}

/* 1,000.00 USD invoiced at 0.95 (950.00), paid by 850.00 EUR: 100.00 lost. And half of it first: half the difference. */
DB_TEST(cash_dollars_invoiced_euros_paid)
{
    test_begin(work);
    given_dollars(work);
    party_id acme = cash_customer(work, "Acme Inc");
    item_id a = cash_invoice_in(work, acme, "A", "USD", 100000, 95000);
    const struct cash_share half[] = { { a, 50000, 42500 } }, rest[] = { { a, 50000, 42500 } };
    struct cash_decided first = settle(work, pay_line(work, 42500, "A", "Acme Inc", "1"), half, 1, NULL, 0, acme);
    expect_int(50000, rest_of(work, a));
    expect_int(5000, cash_balance_of(work, FOR_EXCHANGE));
    (void)settle(work, pay_line(work, 42500, "A", "Acme Inc", "2"), rest, 1, NULL, 0, acme);
    expect_int(0, rest_of(work, a));
    expect_int(10000, cash_balance_of(work, FOR_EXCHANGE));
    expect_done(cash_take_back(work, first.id, STR("a slip")));
    cash_proved(work);
    expect_int(50000, rest_of(work, a));
    expect_int(5000, cash_balance_of(work, FOR_EXCHANGE));
    test_commit(work);
}

/* 900.00 EUR invoiced, paid by 1,010.00 USD at 0.90 (909.00): 9.00 won. Without an amount said: by the day's rate, the rest on account. */
DB_TEST(cash_euros_invoiced_dollars_paid)
{
    test_begin(work);
    given_dollars(work);
    party_id acme = cash_customer(work, "Acme Inc");
    item_id a = cash_invoice(work, acme, "A", 90000), b = cash_invoice(work, acme, "B", 45000);
    const struct pay pays[] = { { 101000, "A", "Acme Inc", NULL, NULL, NULL }, { 60000, "B", "Acme Inc", NULL, NULL, NULL } };
    struct bank_lines lines = cash_lines_on(work, pays, 2, day, "D1", "NL02ABNA0123456789", "USD");
    const struct cash_share whole[] = { { a, 90000, 101000 } }, by_rate[] = { share(b, 45000) };
    (void)settle(work, lines.at[0].id, whole, 1, NULL, 0, acme);
    expect_int(0, rest_of(work, a));
    expect_int(-900, cash_balance_of(work, FOR_EXCHANGE));
    (void)settle(work, lines.at[1].id, by_rate, 1, NULL, 0, acme);
    expect_int(0, rest_of(work, b));
    expect_int(-900, cash_balance_of(work, FOR_EXCHANGE));
    struct open_items open = { 0 };
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, acme, &open));
    expect_int(1, open.count);
    expect_str("USD", open.at[0].currency);
    expect_int(-10000, open.at[0].rest_minor);
    test_commit(work);
}

/* ---- As of ---- */

/* A settlement said to hold from before the payment was there: "as of" a day in between shows both sides or neither. */
DB_TEST(ledger_settlement_waits_for_its_items)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice(work, zon, "A", 10000);
    const struct pay pays[] = { { 10000, "A", "Zon BV", NULL, NULL, NULL } };
    struct bank_lines lines = cash_lines(work, pays, 1, (struct date){ 20250310 }, "1");
    struct cash_decided d = settle(work, lines.at[0].id, NULL, 0, NULL, 0, zon);
    const struct settle_part parts[] = { { a, 10000 }, { d.rest_item_id, -10000 } };
    struct settlement settlement = { .effective_on = { 20250305 }, .reason = STR("by hand") };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    expect_int(20250310, settlement.effective_on.ymd);
    const struct { int32_t ymd; size_t count; int64_t sum; } days[] = { { 20250201, 1, 10000 }, { 20250305, 1, 10000 },
                                                                        { 20250309, 1, 10000 }, { 20250310, 0, 0 } };
    for (size_t i = 0; i < ARRAY_LENGTH(days); i++) {
        struct open_items items = { 0 };
        int64_t sum = 0;
        expect_done(ledger_open_items_as_of(work, CONTROL_RECEIVABLES, zon, (struct date){ days[i].ymd },
                                            (struct instant){ 0 }, &items));
        for (size_t k = 0; k < items.count; k++) sum += items.at[k].rest_base_minor;
        expect_int(days[i].count, items.count);
        expect_int(days[i].sum, sum);
    }
    cash_proved(work);
    test_commit(work);
}

/* ---- Limits ---- */

DB_TEST(cash_refuses_before_it_writes)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice(work, zon, "A", 100000);
    bank_line_id line = pay_line(work, 50000, "A", "Zon BV", "1");
    struct cash_share shares[] = { share(a, 100000) }, much[] = { share(a, 100001) },
                      twice[] = { share(a, 25000), share(a, 25000) };
    struct cash_given_up off[] = { gave("write_off", 50000) }, odd[] = { gave("gift", 1) };
    struct cash_decided decided = { 0 };
    struct cash_decide decide = { .line_id = line, .party_id = zon, .shares = { shares, 1, 1 }, .differences = { off, 1, 1 } };
    int64_t user = work->user_id;
    work->user_id = 7;
    (void)expect_refused(&cash_over_limit, cash_settle(work, &decide, &by_hand, &decided));
    decide.shares.at = much;
    (void)expect_refused(&ledger_over_allocated, cash_settle(work, &decide, &by_hand, &decided));
    decide.shares.at = twice, decide.shares.count = 2;
    struct fault *fault = cash_settle(work, &decide, &by_hand, &decided);
    expect(fault != NULL);
    expect_str("cash.item_twice", str_of(fault->type->code));
    decide.shares.at = shares, decide.shares.count = 1, decide.differences.at = odd;
    fault = cash_settle(work, &decide, &by_hand, &decided);
    expect_str("cash.unknown_difference", str_of(fault->type->code));
    cash_proved(work); /* nothing of it was written: the same transaction goes on */
    work->user_id = user;
    decide.differences.at = off;
    const struct cash_origin approved = { .category = "match", .approved = true };
    expect_done(cash_settle(work, &decide, &approved, &decided));
    expect_int(50000, cash_balance_of(work, FOR_WRITE_OFF));
    cash_proved(work);
    test_commit(work);
}

/* Whatever it is called, what is lost counts: many small ones of a kind, a fee said by hand, a surcharge, a booking on a cost account. */
DB_TEST(cash_limit_by_no_other_name)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    struct cash_share shares[] = { { cash_invoice(work, zon, "A", 100000), 100000, 0 } };
    bank_line_id line = pay_line(work, 50000, "A", "Zon BV", "1");
    const int64_t most = INT64_C(9000000000000000000);
    struct cash_given_up small[100] = { { { 0 }, 0, { 0 } } };
    for (size_t i = 0; i < ARRAY_LENGTH(small); i++) small[i] = gave(i < 50 ? "rounding" : "charge", i < 50 ? 5 : 995);
    struct cash_given_up fee[] = { gave("provider_fee", 50000) }, extra[] = { gave("surcharge", 50000) },
                         huge[] = { gave("write_off", most), gave("rounding", -most), gave("write_off", most),
                                    gave("rounding", 50000 - most) };
    struct cash_booking cost[] = { { STR("4900"), -50000, { 0 } } };
    const struct cash_origin proposed = { .category = "provider", .evidence = STR("[]") };
    struct cash_decided decided = { 0 };
    struct cash_decide decide = { .line_id = line, .party_id = zon, .shares = { shares, 1, 1 } };
    int64_t user = work->user_id;
    work->user_id = 7;
    decide.differences.at = small, decide.differences.count = 100;
    (void)expect_refused(&cash_over_limit, cash_settle(work, &decide, &by_hand, &decided));
    decide.differences.at = extra, decide.differences.count = 1;
    (void)expect_refused(&cash_over_limit, cash_settle(work, &decide, &by_hand, &decided));
    decide.differences.at = huge, decide.differences.count = 4;
    (void)expect_refused(&ledger_too_large, cash_settle(work, &decide, &by_hand, &decided));
    decide.differences.count = 0, decide.bookings.at = cost, decide.bookings.count = 1;
    (void)expect_refused(&cash_over_limit, cash_settle(work, &decide, &by_hand, &decided));
    decide.bookings.count = 0; /* nobody holds on account what the line did not bring */
    struct fault *fault = cash_settle(work, &decide, &by_hand, &decided);
    expect(fault != NULL);
    expect_str("cash.more_than_line", str_of(fault->type->code));
    decide.differences.at = fee, decide.differences.count = 1;
    (void)expect_refused(&cash_over_limit, cash_settle(work, &decide, &by_hand, &decided));
    expect_done(cash_settle(work, &decide, &proposed, &decided)); /* as the provider's own table says */
    cash_proved(work);
    work->user_id = user;
    test_commit(work);
}

/* ---- Ties ---- */

/* Whatever makes two explanations equally good, the program posts neither. */
DB_TEST(cash_ties_are_never_posted)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zonnebloem Handel BV"), maan = cash_customer(work, "Maan Techniek BV"),
             twin = cash_customer(work, "Maan Techniek BV"), ster = cash_customer(work, "Ster Groothandel BV");
    item_id items[] = {
        cash_invoice(work, zon, "25-1001", 30000), cash_invoice(work, zon, "25-1002", 20000), /* 300 + 200 = 500 = 500 */
        cash_invoice(work, zon, "25-1003", 50000),
        cash_invoice(work, maan, "25-2001", 7700), cash_invoice(work, twin, "25-2002", 7700),  /* two customers of one name */
        cash_invoice(work, ster, "25-3001", 4400), cash_invoice(work, ster, "25-3002", 4400),  /* two equal invoices */
        cash_invoice(work, ster, "25-3012", 6600), cash_invoice(work, ster, "25-3021", 6600),  /* one digit away from 25-3011 both ways */
    };
    const struct pay pays[] = {
        { 50000, "betaling", "Zonnebloem Handel BV", NULL, NULL, NULL },
        { 7700, "factuur", "Maan Techniek BV", NULL, NULL, NULL },
        { 4400, "dank u", "Ster Groothandel BV", NULL, NULL, NULL },
        { 6600, "25-3011", "Ster Groothandel BV", NULL, NULL, NULL },
    };
    (void)cash_lines(work, pays, ARRAY_LENGTH(pays), day, "T");
    struct cash_run_result result = { 0 };
    expect_done(cash_run(work, 100, &result));
    expect_int(4, result.lines);
    expect_int(0, result.posted);
    for (size_t i = 0; i < ARRAY_LENGTH(items); i++) expect(rest_of(work, items[i]) != 0);
    cash_proved(work);
    test_commit(work);
}
