#include "test.h"
#include "cash/cash.h"
#include "statement/statement.h"

static party_id given_customer(struct work *work, const char *name)
{
    struct party p = { .name = str_of(name),
                       .is_customer = true,
                       .is_business = true,
                       .language = STR("nl"),
                       .country = STR("NL"),
                       .currency = STR("EUR"),
                       .delivery = DELIVER_MAIL_PDF,
                       .reference_needed = NEEDS_NO_REFERENCE };
    expect_done(party_make(work, &p));
    return p.id;
}

static item_id given_invoice(struct work *work, party_id party, const char *number, int64_t minor)
{
    account_id receivables, sales;
    expect_done(ledger_account_for(work, FOR_RECEIVABLES, &receivables));
    expect_done(ledger_account_for(work, FOR_SALES, &sales));
    struct entry entry = { .journal = JOURNAL_SALE,
                           .dated_on = { 20250201 },
                           .source_kind = STR("test"),
                           .source_id = id_new(work),
                           .description = STR("i") };
    struct entry_line lines[] = {
        { .account_id = receivables,
          .base_minor = minor,
          .party_id = party,
          .item_kind = ITEM_INVOICE,
          .reference = str_of(number),
          .due_on = { 20250303 } },
        { .account_id = sales, .base_minor = -minor },
    };
    expect_done(ledger_post(work, &entry, lines, 2));
    return lines[0].item_id;
}

struct pay { int64_t minor; const char *text, *name, *batch; };

/* A statement of these lines, imported; the lines come back in their order. */
static struct bank_lines given_lines(struct work *work, const struct pay *pays, size_t count, struct date day, const char *id)
{
    struct statement_line *lines = ARENA_ARRAY(work->arena, struct statement_line, count);
    const struct statement_line **at = ARENA_ARRAY(work->arena, const struct statement_line *, count);
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        struct statement_party *other = ARENA_NEW(work->arena, struct statement_party);
        struct statement_payment *payment = ARENA_NEW(work->arena, struct statement_payment);
        other->name = str_of(pays[i].name);
        *payment = (struct statement_payment){ .counterparty = other,
                                               .remittance = str_of(pays[i].text),
                                               .batch_id = str_of(pays[i].batch) };
        lines[i] =
            (struct statement_line){ .number = (int)i + 1,
                                     .booked_on = day,
                                     .valued_on = day,
                                     .amount_minor = pays[i].minor,
                                     .currency = STR("EUR"),
                                     .status = STATUS_BOOK,
                                     .payment = payment,
                                     .details = payment,
                                     .detail_count = 1,
                                     .batch_count = -1,
                                     .batch_id = str_of(pays[i].batch),
                                     .amount_exact = DECIMAL(pays[i].minor < 0 ? -pays[i].minor : pays[i].minor, 2) };
        at[i] = &lines[i];
        sum += pays[i].minor;
    }
    struct statement_balance balances[] = {
        { .type = BALANCE_OPENING, .code = STR("OPBD"), .currency = STR("EUR"), .on = day },
        { .type = BALANCE_CLOSING, .code = STR("CLBD"), .amount_minor = sum, .currency = STR("EUR"), .on = day },
    };
    struct statement s = { .kind = STATEMENT_CAMT_053,
                           .dialect = DIALECT_ISO20022,
                           .message_id = str_of(id),
                           .id = str_of(id),
                           .number = -1,
                           .page = -1,
                           .legal_number = -1,
                           .message_page = -1,
                           .account = STR("NL91ABNA0417164300"),
                           .account_is_iban = true,
                           .currency = STR("EUR"),
                           .created_at = instant_of_day(day),
                           .message_created_at = instant_of_day(day),
                           .from_on = day,
                           .to_on = day,
                           .balances = balances,
                           .balance_count = 2,
                           .opening = &balances[0],
                           .closing = &balances[1],
                           .line_count = (int64_t)count,
                           .declared_count = -1,
                           .lines = at };
    struct bank_imported out = { 0 };
    struct bank_lines found = { 0 };
    expect_done(bank_import(work, STR("s.xml"), statement_write_camt053(work->arena, &s, CAMT_053_08), &out));
    expect_done(bank_lines_of(work, out.statements.at[0].id, &found));
    expect_int(count, found.count);
    return found;
}

static void given_account(struct work *work)
{
    struct bank_account account = { .name = STR("Main"), .iban = STR("NL91ABNA0417164300"), .holder = STR("Test BV") };
    expect_done(bank_account_make(work, &account));
}

static void expect_proved(struct work *work)
{
    struct ledger_proof proof = { 0 };
    struct cash_proof cash = { 0 };
    expect_done(ledger_verify(work, &proof));
    expect(proof.holds);
    expect_done(cash_verify(work, &cash));
    expect(cash.holds);
}

static int64_t rest(struct work *work, item_id id)
{
    struct open_item item = { 0 };
    expect_done(ledger_item_load(work, id, &item));
    return item.rest_minor;
}

static const struct cash_origin by_hand = { .category = "match" };

DB_TEST(cash_settles_with_difference_and_rest_and_takes_back)
{
    test_begin(work);
    given_account(work);
    party_id zon = given_customer(work, "Zon BV");
    item_id a = given_invoice(work, zon, "2025-1", 10000), b = given_invoice(work, zon, "2025-2", 5000);
    const struct pay pays[] = { { 15300, "2025-1 en 2025-2", "Zon BV", NULL } };
    struct bank_lines lines = given_lines(work, pays, 1, (struct date){ 20250305 }, "S1");
    struct cash_share shares[] = { { a, 10000 }, { b, 5000 } };
    struct cash_given_up discount[] = { { STR("discount"), 200 } };
    struct cash_decide decide = { .line_id = lines.at[0].id, .shares = { shares, 2, 2 }, .differences = { discount, 1, 1 } };
    struct cash_decided decided = { 0 };
    (void)expect_refused(&cash_does_not_add_up, cash_settle(work, &decide, &by_hand, &decided));
    db_rollback(work);

    test_begin(work);
    given_account(work);
    zon = given_customer(work, "Zon BV");
    shares[0].item_id = a = given_invoice(work, zon, "2025-1", 10000);
    shares[1].item_id = b = given_invoice(work, zon, "2025-2", 5000);
    lines = given_lines(work, pays, 1, (struct date){ 20250305 }, "S1");
    decide.line_id = lines.at[0].id;
    decide.party_id = zon; /* holds the 5.00 too much */
    expect_done(cash_settle(work, &decide, &by_hand, &decided));
    expect_int(0, rest(work, a));
    expect_int(0, rest(work, b));
    expect_proved(work);
    struct open_items open = { 0 };
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, zon, &open));
    expect_int(1, open.count);
    expect_int(-500, open.at[0].rest_minor);
    expect_done(cash_take_back(work, decided.id, STR("wrong customer")));
    expect_int(10000, rest(work, a));
    expect_proved(work);
    expect_done(cash_settle(work, &decide, &by_hand, &decided)); /* and again */
    expect_proved(work);
    test_commit(work);
    test_begin(work);
    (void)expect_refused(&cash_decided_already, cash_settle(work, &decide, &by_hand, &decided));
    db_rollback(work);
}

DB_TEST(cash_storno_reopens_what_it_paid)
{
    test_begin(work);
    given_account(work);
    party_id zon = given_customer(work, "Zon BV");
    item_id a = given_invoice(work, zon, "2025-1", 10000);
    const struct pay pays[] = { { 10000, "2025-1", "Zon BV", NULL }, { -10000, "storno 2025-1", "Zon BV", NULL } };
    struct bank_lines lines = given_lines(work, pays, 2, (struct date){ 20250305 }, "S1");
    struct cash_share paid[] = { { a, 10000 } }, back[] = { { a, -10000 } };
    struct cash_decided decided = { 0 }, undone = { 0 };
    const struct cash_decide pay = { .line_id = lines.at[0].id, .shares = { paid, 1, 1 } },
                             storno = { .line_id = lines.at[1].id, .shares = { back, 1, 1 } };
    expect_done(cash_settle(work, &pay, &by_hand, &decided));
    expect_int(0, rest(work, a));
    expect_done(cash_settle(work, &storno, &by_hand, &undone));
    expect_int(10000, rest(work, a));
    expect_proved(work);
    test_commit(work);
}

DB_TEST(cash_run_posts_the_certain_and_asks_the_rest)
{
    test_begin(work);
    given_account(work);
    party_id zon = given_customer(work, "Zonnebloem Handel BV");
    party_id maan = given_customer(work, "Maan Techniek BV");
    item_id a = given_invoice(work, zon, "20250017", 12345), b = given_invoice(work, maan, "20250018", 5000),
            c = given_invoice(work, maan, "20250019", 5000);
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
    struct bank_lines lines = given_lines(work, pays, 4, (struct date){ 20250305 }, "S1");
    struct cash_run_result result = { 0 };
    expect_done(cash_run(work, 100, &result));
    expect_int(4, result.lines);
    expect_int(0, rest(work, a));
    expect_int(5000, rest(work, b)); /* two that fit: never by itself */
    expect_int(5000, rest(work, c));
    int64_t balance = 0;
    expect_done(ledger_account_balance(work, transit, &balance));
    expect_int(70000, balance);
    expect_int(2, result.posted);
    expect_proved(work);
    struct cash_run_result again = { 0 };
    expect_done(cash_run(work, 100, &again));
    expect_int(0, again.posted);
    expect_int(2, again.lines);
    (void)lines;
    test_commit(work);
}
