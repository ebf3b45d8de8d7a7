#include "given.h"
#include "ledger/ledger_private.h"

static const party_id party = { 77 };

/* An invoice of `minor` to the party; gives its open item. */
static item_id given_invoice(struct work *work, int64_t minor, struct date on)
{
    return given_item(work, &(struct given_item){ .control = account_for(work, FOR_RECEIVABLES),
                                                  .other = account_for(work, FOR_SALES),
                                                  .party = party,
                                                  .minor = minor,
                                                  .reference = "2025-1",
                                                  .on = on });
}

static item_id given_payment(struct work *work, int64_t minor, struct date on)
{
    return given_item(work, &(struct given_item){ .journal = JOURNAL_BANK,
                                                  .control = account_for(work, FOR_RECEIVABLES),
                                                  .other = account_for(work, FOR_BANK),
                                                  .party = party,
                                                  .minor = -minor,
                                                  .kind = ITEM_PAYMENT,
                                                  .reference = "bank",
                                                  .on = on,
                                                  .due = on });
}

DB_TEST(ledger_refuses_what_does_not_hold)
{
    test_begin(work);
    account_id sales = account_for(work, FOR_SALES), bank = account_for(work, FOR_BANK),
               receivables = account_for(work, FOR_RECEIVABLES);
    struct entry entry = { .journal = JOURNAL_MEMORIAL,
                           .dated_on = { 20250301 },
                           .source_kind = STR("test"),
                           .source_id = 1,
                           .description = STR("x") };
    struct entry_line unequal[] = { { .account_id = sales, .base_minor = -100 },
                                    { .account_id = bank, .base_minor = 99 } };
    (void)expect_refused(&ledger_unbalanced, ledger_post(work, &entry, unequal, 2));
    (void)expect_refused(&ledger_too_few_lines, ledger_post(work, &entry, unequal, 1));
    struct entry_line nobody[] = { { .account_id = sales, .base_minor = -100 },
                                   { .account_id = receivables, .base_minor = 100 } };
    (void)expect_refused(&ledger_party_missing, ledger_post(work,
                                                            &(struct entry){ .journal = JOURNAL_MEMORIAL,
                                                                             .dated_on = { 20250301 },
                                                                             .source_kind = STR("test"),
                                                                             .source_id = 2,
                                                                             .description = STR("x") },
                                                            nobody, 2));
    struct entry_line huge[] = { { .account_id = sales, .base_minor = INT64_MAX },
                                 { .account_id = bank, .base_minor = INT64_MAX } };
    (void)expect_refused(&ledger_too_large, ledger_post(work, &entry, huge, 2));
    struct entry_line sign[] = {
        { .account_id = sales, .base_minor = -100, .currency = STR("USD"), .amount_minor = 90 },
        { .account_id = bank, .base_minor = 100 }
    };
    (void)expect_refused(&ledger_currency_mixed, ledger_post(work, &entry, sign, 2));
    db_rollback(work);
}

DB_TEST(ledger_settles_in_part_and_takes_back)
{
    test_begin(work);
    item_id invoice = given_invoice(work, 12100, (struct date){ 20250301 });
    item_id payment = given_payment(work, 10000, (struct date){ 20250310 });
    struct settlement settlement = { .effective_on = { 20250310 }, .reason = STR("paid in part") };
    const struct settle_part too_much[] = { { invoice, 10001 }, { payment, -10001 } };
    (void)expect_refused(&ledger_over_allocated, ledger_settle(work, &settlement, too_much, 2));
    const struct settle_part unequal[] = { { invoice, 9999 }, { payment, -10000 } };
    (void)expect_refused(&ledger_unbalanced, ledger_settle(work, &settlement, unequal, 2));
    const struct settle_part parts[] = { { invoice, 10000 }, { payment, -10000 } };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    expect_int(2100, rest_of(work, invoice));
    expect_int(0, rest_of(work, payment));
    expect_ledger_proved(work);
    expect_done(ledger_unsettle(work, settlement.id, (struct date){ 20250312 }, STR("wrong invoice")));
    expect_int(12100, rest_of(work, invoice));
    expect_int(-10000, rest_of(work, payment));
    (void)expect_refused(&ledger_allocation_missing,
                         ledger_unsettle(work, settlement.id, (struct date){ 20250312 }, STR("again")));
    expect_ledger_proved(work);
    /* As of a day in between it is still settled. */
    struct open_items items = { 0 };
    expect_done(ledger_open_items_as_of(work, CONTROL_RECEIVABLES, party, (struct date){ 20250311 },
                                        (struct instant){ 0 }, &items));
    expect_int(1, items.count);
    expect_int(2100, items.at[0].rest_minor);
    items.count = 0;
    expect_done(ledger_open_items_as_of(work, CONTROL_RECEIVABLES, party, (struct date){ 20250309 },
                                        (struct instant){ 0 }, &items));
    expect_int(12100, items.at[0].rest_minor);
    items.count = 0;
    expect_done(ledger_open_items_as_of(work, CONTROL_RECEIVABLES, party, (struct date){ 20251231 },
                                        (struct instant){ work->now.us - 1 }, &items));
    expect_int(0, items.count); /* as it was known before anything was recorded */
    test_commit(work);
}

/* USD 1000 invoiced at 0.90, paid when it was worth 0.92: 20 euro gained, realised when it is settled. */
DB_TEST(ledger_books_the_exchange_difference)
{
    test_begin(work);
    account_id receivables = account_for(work, FOR_RECEIVABLES), exchange = account_for(work, FOR_EXCHANGE);
    struct entry sale = { .journal = JOURNAL_SALE,
                          .dated_on = { 20250301 },
                          .source_kind = STR("test"),
                          .source_id = 1,
                          .description = STR("usd") };
    struct entry_line sold[] = {
        { .account_id = receivables,
          .base_minor = 90000,
          .currency = STR("USD"),
          .amount_minor = 100000,
          .party_id = party,
          .item_kind = ITEM_INVOICE,
          .reference = STR("7"),
          .due_on = { 20250331 } },
        { .account_id = account_for(work, FOR_SALES), .base_minor = -90000 },
    };
    struct entry paid = { .journal = JOURNAL_BANK,
                          .dated_on = { 20250320 },
                          .source_kind = STR("test"),
                          .source_id = 2,
                          .description = STR("usd") };
    struct entry_line money[] = {
        { .account_id = account_for(work, FOR_BANK), .base_minor = 92000 },
        { .account_id = receivables,
          .base_minor = -92000,
          .currency = STR("USD"),
          .amount_minor = -100000,
          .party_id = party,
          .item_kind = ITEM_PAYMENT,
          .reference = STR("b"),
          .due_on = { 20250320 } },
    };
    expect_done(ledger_post(work, &sale, sold, 2));
    expect_done(ledger_post(work, &paid, money, 2));
    struct settlement settlement = { .effective_on = { 20250320 }, .reason = STR("paid") };
    const struct settle_part parts[] = { { sold[0].item_id, 100000 }, { money[1].item_id, -100000 } };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    expect_ledger_proved(work);
    struct open_items items = { 0 };
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, party, &items));
    expect_int(0, items.count);
    struct entry found = { 0 };
    struct account gain = { 0 };
    expect_done(ledger_account_load(work, exchange, &gain));
    expect_done(ledger_unsettle(work, settlement.id, (struct date){ 20250321 }, STR("wrong")));
    expect_ledger_proved(work);
    items.count = 0;
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, party, &items));
    expect_int(2, items.count); /* both open again, the difference gone with its reversal */
    (void)found;
    test_commit(work);
}

DB_TEST(ledger_reverses)
{
    test_begin(work);
    item_id invoice = given_invoice(work, 500, (struct date){ 20250301 });
    struct open_item item = { 0 };
    struct entry reversal = { 0 };
    expect_done(ledger_item_load(work, invoice, &item));
    expect_done(ledger_reverse(work, item.entry_id, (struct date){ 20250305 }, STR("mistake"), &reversal));
    expect_int(0, rest_of(work, invoice));
    (void)expect_refused(&ledger_already_reversed,
                         ledger_reverse(work, item.entry_id, (struct date){ 20250305 }, STR("again"), &reversal));
    item_id paid = given_invoice(work, 700, (struct date){ 20250301 }),
            payment = given_payment(work, 700, (struct date){ 20250302 });
    struct settlement settlement = { .effective_on = { 20250302 }, .reason = STR("paid") };
    const struct settle_part parts[] = { { paid, 700 }, { payment, -700 } };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    expect_done(ledger_item_load(work, paid, &item));
    (void)expect_refused(&ledger_reversal_settled,
                         ledger_reverse(work, item.entry_id, (struct date){ 20250305 }, STR("mistake"), &reversal));
    expect_ledger_proved(work);
    test_commit(work);
}

/* The database itself refuses to change what was booked: verify would find it, and it can't be done by SQL of ours. */
DB_TEST(ledger_numbers_have_no_gap)
{
    int64_t number = 0;
    test_begin(work);
    expect_done(ledger_number_next(work, "invoice", "test", 1, &number));
    expect_int(1, number);
    db_rollback(work);
    test_begin(work);
    expect_done(ledger_number_next(work, "invoice", "test", 1, &number));
    expect_int(1, number); /* what was undone gave its number back */
    expect_done(ledger_number_next(work, "invoice", "test", 2, &number));
    expect_int(2, number);
    expect_ledger_proved(work);
    test_commit(work);
}

DB_TEST(ledger_random_years)
{
    struct rng rng = rng_new(42);
    LIST_OF(item_id) open = { 0 };
    test_begin(work);
    for (int step = 0; step < 150; step++) {
        struct date on = date_add_days((struct date){ 20250101 }, (int)rng_between(&rng, 0, 300));
        item_id id = rng_chance(&rng, 500) ? given_invoice(work, rng_between(&rng, 1, 100000), on)
                                           : given_payment(work, rng_between(&rng, 1, 100000), on);
        *LIST_ADD(work->arena, &open) = id;
        if (open.count < 2) continue;
        item_id a = open.at[rng_between(&rng, 0, (int64_t)open.count - 1)],
                b = open.at[rng_between(&rng, 0, (int64_t)open.count - 1)];
        int64_t ra = rest_of(work, a), rb = rest_of(work, b);
        if (!ra || !rb || (ra > 0) == (rb > 0)) continue;
        int64_t most = (ra < 0 ? -ra : ra) < (rb < 0 ? -rb : rb) ? (ra < 0 ? -ra : ra) : (rb < 0 ? -rb : rb),
                part = rng_between(&rng, 1, most);
        const struct settle_part parts[] = { { a, ra > 0 ? part : -part }, { b, rb > 0 ? part : -part } };
        struct settlement settlement = { .effective_on = on, .reason = STR("random") };
        expect_done(ledger_settle(work, &settlement, parts, 2));
        if (rng_chance(&rng, 300)) expect_done(ledger_unsettle(work, settlement.id, on, STR("random")));
    }
    expect_ledger_proved(work);
    test_commit(work);
}

DB_TEST(ledger_makes_the_periods_that_are_missing)
{
    struct entry entry = { .journal = JOURNAL_MEMORIAL, .source_kind = STR("test"), .source_id = 1, .description = STR("x") };
    int64_t years;
    expect_done(ledger_periods_due(work, test_books(), &years));
    test_begin(work);
    entry.dated_on.ymd = 19990307;
    struct entry_line lines[] = { { .account_id = account_for(work, FOR_SALES), .base_minor = -100 },
                                  { .account_id = account_for(work, FOR_BANK), .base_minor = 100 } };
    expect_done(ledger_post(work, &entry, lines, 2));
    test_commit(work);
    expect_done(ledger_periods_due(work, test_books(), &years));
    expect(years >= 3);
    expect_done(ledger_periods_due(work, test_books(), &years));
    expect_int(0, years);
    struct date today = work->today; /* 1 March 2025 */
    work->today.ymd = 20280301;
    expect_done(ledger_periods_due(work, test_books(), &years));
    expect_int(3, years);
    /* A day mistyped makes no more than thirty years back. */
    test_begin(work);
    entry = (struct entry){ .journal = JOURNAL_MEMORIAL, .source_kind = STR("test"), .source_id = 2, .description = STR("x"),
                            .dated_on = { 19500307 } };
    expect_done(ledger_post(work, &entry, lines, 2));
    test_commit(work);
    expect_done(ledger_periods_due(work, test_books(), &years));
    expect_int(1, years); /* 1998 */
    work->today = today;
}
