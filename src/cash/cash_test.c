#include "cash/cash_fixture.h"
#include "cash/cash_private.h"

static const struct cash_origin by_hand = { .category = "match" };

DB_TEST(cash_settles_with_difference_and_rest_and_takes_back)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice(work, zon, "2025-1", 10000), b = cash_invoice(work, zon, "2025-2", 5000);
    const struct pay pays[] = { { 15300, "2025-1 en 2025-2", "Zon BV", NULL } };
    struct bank_lines lines = cash_lines(work, pays, 1, (struct date){ 20250305 }, "S1");
    struct cash_share shares[] = { { a, 10000 }, { b, 5000 } };
    struct cash_given_up discount[] = { { STR("discount"), 200 } };
    struct cash_decide decide = { .line_id = lines.at[0].id, .shares = { shares, 2, 2 }, .differences = { discount, 1, 1 } };
    struct cash_decided decided = { 0 };
    (void)expect_refused(&cash_does_not_add_up, cash_settle(work, &decide, &by_hand, &decided));
    db_rollback(work);

    test_begin(work);
    (void)given_main_account(work);
    zon = cash_customer(work, "Zon BV");
    shares[0].item_id = a = cash_invoice(work, zon, "2025-1", 10000);
    shares[1].item_id = b = cash_invoice(work, zon, "2025-2", 5000);
    lines = cash_lines(work, pays, 1, (struct date){ 20250305 }, "S1");
    decide.line_id = lines.at[0].id;
    decide.party_id = zon; /* holds the 5.00 too much */
    expect_done(cash_settle(work, &decide, &by_hand, &decided));
    expect_int(0, rest_of(work, a));
    expect_int(0, rest_of(work, b));
    cash_proved(work);
    struct open_items open = { 0 };
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, zon, &open));
    expect_int(1, open.count);
    expect_int(-500, open.at[0].rest_minor);
    expect_done(cash_take_back(work, decided.id, STR("wrong customer")));
    expect_int(10000, rest_of(work, a));
    cash_proved(work);
    expect_done(cash_settle(work, &decide, &by_hand, &decided)); /* and again */
    cash_proved(work);
    test_commit(work);
    test_begin(work);
    (void)expect_refused(&cash_decided_already, cash_settle(work, &decide, &by_hand, &decided));
    db_rollback(work);
}

DB_TEST(cash_storno_reopens_what_it_paid)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice(work, zon, "2025-1", 10000);
    const struct pay pays[] = { { 10000, "2025-1", "Zon BV", NULL }, { -10000, "storno 2025-1", "Zon BV", NULL } };
    struct bank_lines lines = cash_lines(work, pays, 2, (struct date){ 20250305 }, "S1");
    struct cash_share paid[] = { { a, 10000 } }, back[] = { { a, -10000 } };
    struct cash_decided decided = { 0 }, undone = { 0 };
    const struct cash_decide pay = { .line_id = lines.at[0].id, .shares = { paid, 1, 1 } },
                             storno = { .line_id = lines.at[1].id, .shares = { back, 1, 1 } };
    expect_done(cash_settle(work, &pay, &by_hand, &decided));
    expect_int(0, rest_of(work, a));
    expect_done(cash_settle(work, &storno, &by_hand, &undone));
    expect_int(10000, rest_of(work, a));
    cash_proved(work);
    test_commit(work);
}

DB_TEST(cash_run_posts_the_certain_and_asks_the_rest)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zonnebloem Handel BV");
    party_id maan = cash_customer(work, "Maan Techniek BV");
    item_id a = cash_invoice(work, zon, "20250017", 12345), b = cash_invoice(work, maan, "20250018", 5000),
            c = cash_invoice(work, maan, "20250019", 5000);
    account_id transit;
    expect_done(ledger_account_for(work, FOR_TRANSIT, &transit));
    struct cash_expectation run = { .source_kind = STR("payment_run"),
                                    .source_id = 9,
                                    .reference = STR("RUN-2025-9"),
                                    .amount_minor = -70000,
                                    .currency = STR("EUR"),
                                    .account_id = transit,
                                    .expected_on = { 20250304 } };
    expect_done(cash_expect(work, &run));
    const struct pay pays[] = { { 12345, "factuur 20250017", "Zonnebloem Handel BV", NULL },
                                { 5000, "betaling", "Maan Techniek", NULL },
                                { -70000, "batch", "diverse", "RUN-2025-9" },
                                { -1234, "huur maart", "Vastgoed NV", NULL } };
    struct bank_lines lines = cash_lines(work, pays, 4, (struct date){ 20250305 }, "S1");
    struct cash_run_result result = { 0 };
    expect_done(cash_run(work, 100, &result));
    expect_int(4, result.lines);
    expect_int(0, rest_of(work, a));
    expect_int(5000, rest_of(work, b)); /* two that fit: never by itself */
    expect_int(5000, rest_of(work, c));
    int64_t balance = 0;
    expect_done(ledger_account_balance(work, transit, &balance));
    expect_int(70000, balance);
    expect_int(2, result.posted);
    cash_proved(work);
    struct cash_run_result again = { 0 };
    expect_done(cash_run(work, 100, &again));
    expect_int(0, again.posted);
    expect_int(2, again.lines);
    (void)lines;
    test_commit(work);
}

static struct cash_run_result run_prepared(struct work *work, struct cash_running *running)
{
    struct { int64_t limit; } takes = { 100 };
    struct cash_run_result result = { 0 };
    work->prepared = running;
    expect_done(cash_runs.operations[0].call->run(work, &takes, &result));
    work->prepared = NULL;
    return result;
}

/* A job reads first and decides later: what a person decided in between stays as it is, and a transaction that was taken back ends the run. */
DB_TEST(cash_run_read_beforehand)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zonnebloem Handel BV");
    item_id a = cash_invoice(work, zon, "20250017", 12345), b = cash_invoice(work, zon, "20250018", 777);
    const struct pay pays[] = { { 12345, "factuur 20250017", "Zonnebloem Handel BV", NULL },
                                { 777, "factuur 20250018", "Zonnebloem Handel BV", NULL } };
    struct bank_lines lines = cash_lines(work, pays, 2, (struct date){ 20250305 }, "S1");
    struct cash_running *running, *again;
    expect_done(cash_run_read(work, 100, &running));
    struct cash_share shares[] = { { a, 12345, 0 } };
    const struct cash_decide decide = { .line_id = lines.at[0].id, .party_id = zon, .shares = { shares, 1, 1 } };
    struct cash_decided decided = { 0 };
    expect_done(cash_settle(work, &decide, &by_hand, &decided));
    struct cash_run_result result = run_prepared(work, running);
    expect_int(1, result.lines);
    expect_int(1, result.posted);
    expect_int(0, rest_of(work, a));
    expect_int(0, rest_of(work, b));
    expect(!cash_run_more(running));
    cash_run_end(running);
    cash_proved(work);
    expect_done(cash_run_read(work, 100, &again));
    expect(!again); /* nothing is left */
    const struct pay third[] = { { 50, "huur", "Vastgoed NV", NULL } };
    (void)cash_lines(work, third, 1, (struct date){ 20250306 }, "S2");
    expect_done(cash_run_read(work, 100, &again));
    expect_int(1, run_prepared(work, again).lines);
    expect_int(0, run_prepared(work, again).lines); /* not told that the first was kept */
    expect(!cash_run_more(again));
    cash_run_end(again);
    test_commit(work);
}

/* A correction counts at once: an account nobody knew pays for a customer, and the next line from it is explained by that. */
DB_TEST(cash_learns_from_a_correction_at_once)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zonnebloem Handel BV"), maan = cash_customer(work, "Maan Techniek BV");
    item_id a = cash_invoice(work, zon, "2025-0031", 12345), b = cash_invoice(work, zon, "2025-0032", 45678);
    (void)cash_invoice(work, maan, "2025-0033", 777);
    const struct pay first[] = { { 12345, "betaling", "Factoring Fonds", NULL, "NL20INGB0001234567", NULL } },
                     second[] = { { 45678, "betaling", "Factoring Fonds", NULL, "NL20INGB0001234567", NULL } };
    struct bank_lines lines = cash_lines(work, first, 1, (struct date){ 20250305 }, "1");
    struct cash_share shares[] = { { a, 12345, 0 } };
    const struct cash_decide decide = { .line_id = lines.at[0].id, .party_id = zon, .shares = { shares, 1, 1 } };
    struct cash_decided decided = { 0 };
    struct cash_run_result result = { 0 };
    struct bank_lines next = cash_lines(work, second, 1, (struct date){ 20250306 }, "2");
    bool news = true;
    struct cash_chosen_setting setting = { 0 }, set = { 0 };
    expect_done(cash_setting_load(work, &setting));
    setting.precision_ppm = 0;
    for (size_t i = 0; i < cash_settings_table.count; i++)
        if (!strcmp(cash_settings_table.operations[i].command, "cash set"))
            expect_done(cash_settings_table.operations[i].call->run(work, &setting, &set));
    expect_done(cash_run(work, 100, &result)); /* both are looked at before anybody decided */
    expect_done(cash_has_news(work, &news));
    expect(!news);
    expect_int(12345, rest_of(work, a)); /* nothing by itself: see the setting */
    expect_done(cash_settle(work, &decide, &by_hand, &decided));
    expect_done(cash_has_news(work, &news));
    expect(news); /* the other line of that account is looked at again */
    expect_done(cash_run(work, 100, &result));
    struct kept_explanation best = { 0 };
    struct str model = { 0 };
    expect_int(45678, rest_of(work, b));
    expect_done(cash_kept(work, next.at[0].id, 1, &best, &model));
    expect_int(zon.n, best.party_id);
    expect_int(b.n, best.shares.at[0].item_id.n);
    expect(str_find(best.evidence, "by_learned_iban") >= 0);
    cash_proved(work);
    test_commit(work);
}

/* ---- Lines that are no receivable ---- */

static struct fault *accept_first(struct work *work, bank_line_id line, struct cash_decided *decided, struct cash_decide *decide)
{
    struct kept_explanation kept = { 0 };
    struct str model;
    TRY(cash_kept(work, line, 1, &kept, &model));
    *decide = cash_decide_as(work, line, &kept);
    const struct cash_origin origin = { .category = "unrelated",
                                        .probability_ppm = kept.probability_ppm,
                                        .evidence = kept.evidence };
    return cash_settle(work, decide, &origin, decided);
}

DB_TEST(cash_books_as_the_same_was_booked_before)
{
    static const struct pay
        first[] = { { -120000, "Huur maart kantoor", "Vastgoed NV", NULL, "NL20INGB0001234567", NULL },
                    { -4500, "Loonheffing 2025-03", "Belastingdienst", NULL, "NL86INGB0002445588", NULL },
                    { -9900, "Omzetbelasting 2025-03", "Belastingdienst", NULL, "NL86INGB0002445588", NULL } },
        next[] = { { -125000, "Huur april kantoor 2025", "Vastgoed NV", NULL, "NL20INGB0001234567", NULL },
                   { -4700, "Loonheffing 2025-04", "Belastingdienst", NULL, "NL86INGB0002445588", NULL },
                   { -700, "Kosten zakelijk betalingsverkeer", NULL, NULL, NULL, NULL },
                   { -800, "iets van de Belastingdienst", "Belastingdienst", NULL, "NL86INGB0002445588", NULL },
                   { -900, "niets van bekend", "Vreemd BV", NULL, "NL44RABO0123456789", NULL },
                   { 5000, "Huur april terug", "Vastgoed NV", NULL, "NL20INGB0001234567", NULL } };
    static const char *const booked[] = { "4200", "1800", "1740" }, *const wanted[] = { "4200", "1800", "4900",
                                                                                        NULL,   NULL,   NULL };
    struct cash_run_result ran = { 0 };
    struct cash_decided decided = { 0 };
    test_begin(work);
    (void)given_main_account(work);
    struct bank_lines lines = cash_lines(work, first, ARRAY_LENGTH(first), (struct date){ 20250331 }, "S1");
    for (size_t i = 0; i < lines.count; i++) {
        struct cash_booking booking[] = { { .account = str_of(booked[i]), .amount_minor = lines.at[i].amount_minor } };
        struct cash_decide decide = { .line_id = lines.at[i].id, .bookings = { booking, 1, 1 } };
        expect_done(cash_settle(work, &decide, &(struct cash_origin){ .category = "unrelated" }, &decided));
    }
    lines = cash_lines(work, next, ARRAY_LENGTH(next), (struct date){ 20250430 }, "S2");
    expect_done(cash_run(work, 100, &ran));
    expect_int(0, ran.posted); /* a person says so */
    for (size_t i = 0; i < lines.count; i++) {
        struct cash_decide decide;
        struct kept_explanation kept = { 0 };
        struct str model;
        expect_done(cash_kept(work, lines.at[i].id, 1, &kept, &model));
        expect_int(wanted[i] ? 1 : 0, kept.bookings.count);
        if (wanted[i]) expect(cash_kept(work, lines.at[i].id, 2, &kept, &model) != NULL || !str_is(kept.category, "unrelated")); /* said once */
        expect_done(cash_kept(work, lines.at[i].id, 1, &kept, &model));
        if (!wanted[i]) continue;
        expect_str(wanted[i], kept.bookings.at[0].account);
        expect_done(accept_first(work, lines.at[i].id, &decided, &decide));
    }
    cash_proved(work);
    test_commit(work);
}

DB_TEST(cash_sets_off_against_our_bill_and_across_currencies)
{
    struct cash_run_result ran = { 0 };
    struct cash_decided decided = { 0 };
    struct cash_decide decide;
    test_begin(work);
    (void)given_main_account(work);
    party_id both =
        given_party(work, (struct party){ .name = STR("Ruilhandel BV"), .is_customer = true, .is_supplier = true }).id;
    party_id acme = cash_customer(work, "Acme Inc");
    item_id sold = cash_invoice(work, both, "2025-0011", 121000), bought = cash_bill(work, both, "F-77", 12100),
            dollars = cash_invoice_in(work, acme, "2025-0012", "USD", 20000, 19000);
    const struct sql rate = { "test_rate",
                              "insert into exchange_rate (company_id, id, currency, valid_on, rate, source, version) "
                              "values ($1, 7, 'USD', '2025-01-01', '0.95', 'test', 1)",
                              (const char *const[]){ "company_id" }, 1 };
    expect_done(db_run(work, &rate, NONE));
    const struct pay pays[] = { { 108900, "2025-0011 verrekend met uw F-77", "Ruilhandel BV", NULL },
                                { 18800, "invoice 2025-0012", "Acme Inc", NULL } };
    struct bank_lines lines = cash_lines(work, pays, 2, (struct date){ 20250305 }, "S1");
    expect_done(cash_run(work, 100, &ran));
    expect_int(0, ran.posted);
    expect_int(2, ran.proposed);
    expect_done(accept_first(work, lines.at[0].id, &decided, &decide));
    expect_int(0, rest_of(work, sold));
    expect_int(0, rest_of(work, bought)); /* so that no payment run pays it once more */
    expect_done(accept_first(work, lines.at[1].id, &decided, &decide));
    expect_int(0, rest_of(work, dollars));
    expect_int(200, cash_balance_of(work, FOR_EXCHANGE)); /* 190.00 was due, 188.00 came */
    cash_proved(work);
    test_commit(work);
}

DB_TEST(cash_returned_with_discount_is_posted_and_reopens)
{
    struct cash_run_result ran = { 0 };
    struct cash_decided decided = { 0 };
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice(work, zon, "2025-0001", 10000);
    const struct pay in[] = { { 9800, "2025-0001 min 2%", "Zon BV", NULL, "NL20INGB0001234567", NULL } },
                     back[] = { { -9800, "terug", "Zon BV", NULL, "NL20INGB0001234567", "AM04" } };
    struct bank_lines lines = cash_lines(work, in, 1, (struct date){ 20250305 }, "S1");
    struct cash_share shares[] = { { .item_id = a, .amount_minor = 10000 } };
    struct cash_given_up discount[] = { { STR("discount"), 200 } };
    struct cash_decide decide = {
        .line_id = lines.at[0].id, .shares = { shares, 1, 1 }, .differences = { discount, 1, 1 }, .party_id = zon
    };
    expect_done(cash_settle(work, &decide, &by_hand, &decided));
    expect_int(0, rest_of(work, a));
    lines = cash_lines(work, back, 1, (struct date){ 20250307 }, "S2");
    expect_done(cash_run(work, 100, &ran));
    expect_int(1, ran.posted);
    expect_int(10000, rest_of(work, a)); /* all of it, with the discount */
    expect_int(0, cash_balance_of(work, FOR_DISCOUNT_GIVEN));
    cash_proved(work);
    test_commit(work);
}
