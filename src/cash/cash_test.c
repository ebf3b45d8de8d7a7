#include "cash/cash_fixture.h"

static const struct cash_origin by_hand = { .category = "match" };

DB_TEST(cash_settles_with_difference_and_rest_and_takes_back)
{
    test_begin(work);
    cash_account(work);
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
    cash_account(work);
    zon = cash_customer(work, "Zon BV");
    shares[0].item_id = a = cash_invoice(work, zon, "2025-1", 10000);
    shares[1].item_id = b = cash_invoice(work, zon, "2025-2", 5000);
    lines = cash_lines(work, pays, 1, (struct date){ 20250305 }, "S1");
    decide.line_id = lines.at[0].id;
    decide.party_id = zon; /* holds the 5.00 too much */
    expect_done(cash_settle(work, &decide, &by_hand, &decided));
    expect_int(0, cash_rest(work, a));
    expect_int(0, cash_rest(work, b));
    cash_proved(work);
    struct open_items open = { 0 };
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, zon, &open));
    expect_int(1, open.count);
    expect_int(-500, open.at[0].rest_minor);
    expect_done(cash_take_back(work, decided.id, STR("wrong customer")));
    expect_int(10000, cash_rest(work, a));
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
    cash_account(work);
    party_id zon = cash_customer(work, "Zon BV");
    item_id a = cash_invoice(work, zon, "2025-1", 10000);
    const struct pay pays[] = { { 10000, "2025-1", "Zon BV", NULL }, { -10000, "storno 2025-1", "Zon BV", NULL } };
    struct bank_lines lines = cash_lines(work, pays, 2, (struct date){ 20250305 }, "S1");
    struct cash_share paid[] = { { a, 10000 } }, back[] = { { a, -10000 } };
    struct cash_decided decided = { 0 }, undone = { 0 };
    const struct cash_decide pay = { .line_id = lines.at[0].id, .shares = { paid, 1, 1 } },
                             storno = { .line_id = lines.at[1].id, .shares = { back, 1, 1 } };
    expect_done(cash_settle(work, &pay, &by_hand, &decided));
    expect_int(0, cash_rest(work, a));
    expect_done(cash_settle(work, &storno, &by_hand, &undone));
    expect_int(10000, cash_rest(work, a));
    cash_proved(work);
    test_commit(work);
}

DB_TEST(cash_run_posts_the_certain_and_asks_the_rest)
{
    test_begin(work);
    cash_account(work);
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
    expect_int(0, cash_rest(work, a));
    expect_int(5000, cash_rest(work, b)); /* two that fit: never by itself */
    expect_int(5000, cash_rest(work, c));
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
