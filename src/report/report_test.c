#include "app/app.h"
#include "given.h"
#include "payment/payment.h"
#include "report/report_private.h"
#include <jansson.h>

TEST(report_buckets_begin_where_they_should)
{
    const struct date day = { 20250301 };
    const struct {
        int32_t due;
        int bucket;
    } cases[] = {
        { 20250401, 0 }, { 20250301, 0 }, { 20250228, 1 }, { 20250130, 1 }, { 20250129, 2 },
        { 20241231, 2 }, { 20241230, 3 }, { 20241201, 3 }, { 20241130, 4 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        expect_int(cases[i].bucket, report_bucket((struct date){ cases[i].due }, day));
}

TEST(report_business_days_are_targets)
{
    const int32_t cases[][2] = {
        { 20250418, 20250422 }, { 20250420, 20250422 }, { 20250421, 20250422 }, { 20260403, 20260407 },
        { 20250501, 20250502 }, { 20251225, 20251229 }, { 20250101, 20250102 }, { 20250301, 20250303 },
        { 20250303, 20250303 }, { 20250427, 20250428 }, { 20240329, 20240402 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        expect_int(cases[i][1], target_open_from((struct date){ cases[i][0] }).ymd);
}

/* ---- Random books ---- */

struct random_books {
    struct rng rng;
    account_id control, other;
    party_id parties[5];
    struct open_items open;
    enum report_side side;
};

static party_id named(struct work *work, const char *name)
{
    return given_party(work, (struct party){ .name = str_of(name), .is_customer = true, .is_supplier = true }).id;
}

static struct date some_day(struct rng *rng)
{
    return date_add_days((struct date){ 20240901 }, (int)rng_between(rng, 0, 200));
}

static item_id post_item(struct work *work, account_id control, account_id other, party_id party, int64_t minor,
                         struct date on, struct date due, enum item_kind kind)
{
    return given_item(work, &(struct given_item){ control, other, party, minor, .on = on, .due = due, .kind = kind });
}

/* Two items of one party and other signs settle what they can; on a day that may lie before one of them. */
static void settle_some(struct work *work, struct random_books *b)
{
    struct open_items items = { 0 };
    party_id party = b->parties[rng_between(&b->rng, 0, 4)];
    expect_done(ledger_open_items(work, (enum account_control)b->side, party, &items));
    struct open_item *plus = NULL, *minus = NULL;
    for (size_t i = 0; i < items.count; i++) {
        if (items.at[i].rest_minor > 0 && (!plus || rng_chance(&b->rng, 300))) plus = &items.at[i];
        if (items.at[i].rest_minor < 0 && (!minus || rng_chance(&b->rng, 300))) minus = &items.at[i];
    }
    if (!plus || !minus) return;
    int64_t most = plus->rest_minor < -minus->rest_minor ? plus->rest_minor : -minus->rest_minor;
    int64_t minor = rng_chance(&b->rng, 500) ? most : rng_between(&b->rng, 1, most);
    struct settlement settlement = { .effective_on = some_day(&b->rng), .reason = STR("random") };
    const struct settle_part parts[] = { { plus->id, minor }, { minus->id, -minor } };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    if (rng_chance(&b->rng, 200)) expect_done(ledger_unsettle(work, settlement.id, some_day(&b->rng), STR("not this")));
}

static void random_fill(struct work *work, struct random_books *b, int many)
{
    static const char *const names[] = { "A", "B", "C", "D", "E" };
    expect_done(ledger_account_for(work, b->side == REPORT_RECEIVABLES ? FOR_RECEIVABLES : FOR_PAYABLES, &b->control));
    expect_done(ledger_account_for(work, FOR_SALES, &b->other));
    for (size_t i = 0; i < 5; i++) b->parties[i] = named(work, names[i]);
    for (int i = 0; i < many; i++) {
        struct date on = some_day(&b->rng);
        int64_t minor = rng_between(&b->rng, -50000, 100000);
        work->now.us += 1000000;
        post_item(work, b->control, b->other, b->parties[rng_between(&b->rng, 0, 4)], minor ? minor : 1, on,
                  date_add_days(on, (int)rng_between(&b->rng, -10, 60)), minor > 0 ? ITEM_INVOICE : ITEM_PAYMENT);
        if (i % 2) settle_some(work, b);
    }
}

static int64_t control_balance(struct work *work, const struct random_books *b, struct date until)
{
    struct account account = { 0 };
    struct ledger_card {
        struct str account, name;
        struct date from_on, to_on;
        int64_t opening_minor, debit_minor, credit_minor, closing_minor, carried_minor;
        LIST_OF(char) lines;
        struct str next;
    } card = { 0 };
    test_begin(work);
    expect_done(ledger_account_load(work, b->control, &account));
    db_rollback(work);
    const struct {
        struct str account;
        struct date from_on, to_on;
        struct str after;
        int64_t limit;
        struct str find;
    } takes = { .account = account.number, .from_on = { 20240101 }, .to_on = until };
    struct operations operations;
    struct books *books = test_books();
    struct work other = { .arena = work->arena,
                          .company_id = work->company_id,
                          .user_id = 1,
                          .today = work->today,
                          .now = work->now,
                          .system = true,
                          .language = ENGLISH };
    app_operations(work->arena, &operations);
    expect_done(operation_call(&other, books, &operations, "report ledger-card", &takes, &card));
    return card.closing_minor;
}

static void expect_same(const struct ageing *a, const struct ageing *b)
{
    expect_int(a->not_due_minor, b->not_due_minor);
    expect_int(a->days_30_minor, b->days_30_minor);
    expect_int(a->days_60_minor, b->days_60_minor);
    expect_int(a->days_90_minor, b->days_90_minor);
    expect_int(a->later_minor, b->later_minor);
    expect_int(a->total_minor, b->total_minor);
}

/* The slow way: the list of open items, each in its bucket. */
static void expect_items(struct work *work, const struct ageing_takes *takes, const struct ageing *ageing)
{
    const struct open_list_takes ask = { .side = takes->side, .as_of = takes->as_of, .known_at = takes->known_at };
    struct open_list open = { 0 };
    int64_t buckets[BUCKETS_AGE] = { 0 }, sign = takes->side == REPORT_PAYABLES ? -1 : 1;
    expect_done(report_open_items(work, &ask, &open));
    for (size_t i = 0; i < open.items.count; i++)
        buckets[report_bucket(open.items.at[i].due_on, ageing->as_of)] += sign * open.items.at[i].rest_base_minor;
    expect_int(buckets[0], ageing->not_due_minor);
    expect_int(buckets[1], ageing->days_30_minor);
    expect_int(buckets[2], ageing->days_60_minor);
    expect_int(buckets[3], ageing->days_90_minor);
    expect_int(buckets[4], ageing->later_minor);
}

/* Page by page, from what is open now and what was settled later; beside the list of all that was known until far in the future, which
 * reads every item and settlement there is. */
static void expect_pages(struct work *work, const struct open_list_takes *of)
{
    struct open_list_takes slow = *of, quick = *of;
    struct open_list all = { 0 };
    size_t at = 0;
    slow.known_at = (struct instant){ INT64_MAX / 4 };
    expect_done(report_open_items(work, &slow, &all));
    quick.limit = 7;
    for (bool more = true; more;) {
        struct open_list page = { 0 };
        expect_done(report_open_items(work, &quick, &page));
        expect_int(all.count, page.count);
        expect_int(all.total_minor, page.total_minor);
        for (size_t i = 0; i < page.items.count; i++, at++) {
            struct str one = record_to_json(work->arena, GIVEN(open_item, &page.items.at[i]));
            expect(at < all.items.count && str_equal(one, record_to_json(work->arena, GIVEN(open_item, &all.items.at[at]))));
        }
        more = page.next.length > 0;
        expect(!more || page.items.count == 7);
        quick.after = page.next;
    }
    expect_int(all.count, (int64_t)at);
    expect_int(all.count, (int64_t)all.items.count);
}

/* What is open by the month it is of: from what is kept up, and from the items one by one. */
static void expect_weighted(struct work *work, struct date as_of)
{
    const struct dso_takes takes = { .as_of = as_of };
    struct open_list all = { 0 };
    struct dso dso = { 0 };
    int64_t sum = 0;
    expect_done(report_dso(work, &takes, &dso));
    expect_done(report_open_items(work, &(struct open_list_takes){ .side = REPORT_RECEIVABLES, .as_of = as_of }, &all));
    for (size_t i = 0; i < all.items.count; i++) sum += all.items.at[i].rest_base_minor;
    expect_int(sum, dso.receivables_minor);
}

/* Any day, by all ways: the totals, by party, as known before; each is the control account and the list of open items. */
static void expect_any_day(struct work *work, const struct random_books *b)
{
    enum report_side side = b->side;
    work->reading = true;
    for (int i = 0; i < 14; i++) {
        struct ageing_takes takes = { .side = side,
                                      .as_of =
                                          i ? date_add_days((struct date){ 20240825 }, i * 17) : (struct date){ 0 } };
        struct ageing total = { 0 }, parties = { 0 };
        int64_t balance = control_balance(work, b, takes.as_of.ymd ? takes.as_of : work->today), sum = 0;
        test_begin(work);
        expect_done(report_ageing(work, &takes, &total));
        expect_int(side == REPORT_PAYABLES ? -balance : balance, total.total_minor);
        takes.by_party = true;
        expect_done(report_ageing(work, &takes, &parties));
        expect_same(&total, &parties);
        expect_items(work, &takes, &total);
        for (size_t p = 0; p < parties.parties.count; p++) sum += parties.parties.at[p].total_minor;
        expect_int(total.total_minor, sum);
        for (size_t p = 0; p < parties.parties.count; p++) expect(parties.parties.at[p].name.length == 1);
        takes.known_at = (struct instant){ work->now.us - 60 * INT64_C(1000000) }; /* the last 60 entries were not known */
        struct ageing known = { 0 };
        expect_done(report_ageing(work, &takes, &known));
        expect_items(work, &takes, &known);
        struct open_list_takes pages = { .side = side, .as_of = takes.as_of };
        expect_pages(work, &pages);
        pages.party_id = b->parties[i % 5];
        expect_pages(work, &pages);
        pages.due_from_on = (struct date){ 20241101 }, pages.due_to_on = date_add_days((struct date){ 20241115 }, i * 9);
        expect_pages(work, &pages);
        if (side == REPORT_RECEIVABLES) expect_weighted(work, takes.as_of);
        db_rollback(work);
    }
    work->reading = false;
}

static void expect_proof(struct work *work, bool holds)
{
    struct ledger_proof proof = { 0 };
    test_begin(work);
    expect_done(ledger_verify(work, &proof));
    expect_int(holds, proof.holds);
    db_rollback(work);
}

static const struct sql spoil = { .name = "test_spoil",
                                  .text = "update aged_month set known_at = known_at + 1 where company_id = $1",
                                  .params = (const char *const[]){ "company_id" },
                                  .param_count = 1 };

static void ages_like_the_control_account(struct work *work, enum report_side side)
{
    struct random_books b = { .rng = rng_new(20250301 + (uint64_t)side), .side = side };
    int64_t packed, again;
    test_begin(work);
    random_fill(work, &b, 120);
    test_commit(work);
    expect_proof(work, true);
    expect_any_day(work, &b);
    /* The same of packed months, and when some of them have lost their pack to what was posted back into them. */
    expect_done(ledger_pack_due(work, test_books(), 1000, 1000, &packed));
    expect_int(0, packed); /* too short to be worth it */
    expect_done(ledger_pack_due(work, test_books(), 0, 1000, &packed));
    expect(packed >= 4);
    expect_proof(work, true);
    expect_any_day(work, &b);
    test_begin(work);
    for (int i = 0; i < 3; i++) settle_some(work, &b);
    post_item(work, b.control, b.other, b.parties[0], 12345, (struct date){ 20241015 }, (struct date){ 20241114 }, ITEM_INVOICE);
    test_commit(work);
    expect_proof(work, true);
    expect_any_day(work, &b);
    expect_done(ledger_pack_due(work, test_books(), 0, 1000, &again));
    expect(again >= 1 && again < packed);
    expect_done(ledger_pack_due(work, test_books(), 0, 1000, &again));
    expect_int(0, again);
    expect_any_day(work, &b);
    test_begin(work);
    expect_done(db_run(work, &spoil, NONE));
    test_commit(work);
    expect_proof(work, false);
}

DB_TEST(report_ageing_of_receivables_is_the_control_account)
{
    ages_like_the_control_account(work, REPORT_RECEIVABLES);
}
DB_TEST(report_ageing_of_payables_is_the_control_account) { ages_like_the_control_account(work, REPORT_PAYABLES); }

/* 31 days of January with 310.00 sold, 28 of February with 280.00; 380.00 open, of which 100.00 of January and late. */
DB_TEST(report_dso_in_four_ways)
{
    account_id receivables, sales, bank;
    struct dso out = { 0 };
    const struct dso_takes takes = { .as_of = { 20250228 }, .days = 59 };
    test_begin(work);
    expect_done(ledger_account_for(work, FOR_RECEIVABLES, &receivables));
    expect_done(ledger_account_for(work, FOR_SALES, &sales));
    expect_done(ledger_account_for(work, FOR_BANK, &bank));
    party_id party = named(work, "A");
    item_id january = post_item(work, receivables, sales, party, 31000, (struct date){ 20250110 },
                                (struct date){ 20250209 }, ITEM_INVOICE);
    post_item(work, receivables, sales, party, 28000, (struct date){ 20250210 }, (struct date){ 20250312 },
              ITEM_INVOICE);
    item_id paid = post_item(work, receivables, bank, party, -21000, (struct date){ 20250220 },
                             (struct date){ 20250220 }, ITEM_PAYMENT);
    struct settlement settlement = { .effective_on = { 20250220 }, .reason = STR("paid") };
    const struct settle_part parts[] = { { january, 21000 }, { paid, -21000 } };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    expect_done(report_dso(work, &takes, &out));
    expect_int(38000, out.receivables_minor);
    expect_int(59000, out.sales_minor);
    expect_int(28000, out.not_due_minor);
    expect_str("38.0", decimal_format(work->arena, out.simple_days));     /* 380 ÷ 590 × 59 */
    expect_str("38.0", decimal_format(work->arena, out.count_back_days)); /* February whole, 100 ÷ 310 of January's 31 days */
    expect_str("38.0", decimal_format(work->arena, out.weighted_days));   /* 28 + 10 */
    expect_str("28.0", decimal_format(work->arena, out.best_days));
    expect_str("10.0", decimal_format(work->arena, out.late_days));
    db_rollback(work);
    test_begin(work);
    struct dso none = { 0 };
    expect_done(report_dso(work, &takes, &none));
    expect(!none.simple_days.present && !none.weighted_days.present);
    expect_str("0.0", decimal_format(work->arena, none.count_back_days));
    db_rollback(work);
}

/* ---- Through the door ---- */

struct answered { struct arena *arena; struct work *work; struct operations operations; };

static struct str ask(struct answered *a, const char *command, const struct pair *pairs, size_t count)
{
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    struct request request = { .operation = operation_by_command(&a->operations, noun, verb),
                               .pairs = pairs,
                               .pair_count = count };
    struct answer answer = { 0 };
    struct work work = { .arena = a->arena,
                         .company_id = a->work->company_id,
                         .user_id = 1,
                         .today = a->work->today,
                         .now = a->work->now,
                         .system = true,
                         .language = ENGLISH,
                         .source = STR("test") };
    expect(request.operation != NULL);
    expect_done(operation_answer(&work, test_books(), &a->operations, &request, &answer));
    return answer.json;
}

#define HAS(json, part) expect_has(json, part, __LINE__)
static void expect_has(struct str json, const char *part, int line)
{
    if (str_find(json, part) >= 0) return;
    print_error("%d: no %s in %.*s\n", line, part, STR_ARG(json));
    fail();
}

static void post_vat(struct work *work, enum vat_side side, enum vat_category category, struct decimal rate, int64_t net)
{
    struct vat_code code = { 0 };
    bool found = false;
    account_id bank, turnover;
    expect_done(ledger_vat_code_find(work, side, category, rate, (struct date){ 20250201 }, &code, &found));
    expect(found);
    expect_done(ledger_account_for(work, FOR_BANK, &bank));
    expect_done(ledger_account_for(work, side == VAT_SALE ? FOR_SALES : FOR_EXPENSES, &turnover));
    int64_t sign = side == VAT_SALE ? -1 : 1, vat = net * 21 / 100;
    bool reverse = code.reverse_account_id.n != 0;
    struct entry entry = { .journal = JOURNAL_MEMORIAL,
                           .dated_on = { 20250201 },
                           .source_kind = STR("test"),
                           .source_id = id_new(work),
                           .description = STR("vat") };
    struct entry_line lines[] = {
        { .account_id = bank, .base_minor = -sign * (net + (reverse ? 0 : vat)) },
        { .account_id = turnover, .base_minor = sign * net },
        { .account_id = code.account_id,
          .base_minor = sign * vat,
          .vat_code_id = code.id,
          .vat_base_minor = sign * net },
        { .account_id = code.reverse_account_id,
          .base_minor = -sign * vat,
          .vat_code_id = code.id,
          .vat_base_minor = sign * net },
    };
    expect_done(ledger_post(work, &entry, lines, reverse ? 4 : 3));
}

DB_TEST(report_answers_through_the_door)
{
    struct answered a = { .arena = work->arena, .work = work };
    account_id receivables, sales, payables, expenses, bank;
    app_operations(work->arena, &a.operations);
    test_begin(work);
    expect_done(ledger_account_for(work, FOR_RECEIVABLES, &receivables));
    expect_done(ledger_account_for(work, FOR_PAYABLES, &payables));
    expect_done(ledger_account_for(work, FOR_SALES, &sales));
    expect_done(ledger_account_for(work, FOR_EXPENSES, &expenses));
    expect_done(ledger_account_for(work, FOR_BANK, &bank));
    party_id slow = named(work, "Slow"), supplier = named(work, "Supplier");
    /* Paid 14 days late once: an open one due on Friday 7 March is expected on Friday the 21st. */
    item_id old = post_item(work, receivables, sales, slow, 5000, (struct date){ 20250101 }, (struct date){ 20250115 },
                            ITEM_INVOICE);
    item_id paid = post_item(work, receivables, bank, slow, -5000, (struct date){ 20250129 }, (struct date){ 20250129 },
                             ITEM_PAYMENT);
    struct settlement settlement = { .effective_on = { 20250129 }, .reason = STR("paid") };
    const struct settle_part parts[] = { { old, 5000 }, { paid, -5000 } };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    post_item(work, receivables, sales, slow, 20000, (struct date){ 20250221 }, (struct date){ 20250307 }, ITEM_INVOICE);
    post_item(work, payables, expenses, supplier, -7000, (struct date){ 20250115 }, (struct date){ 20250214 }, ITEM_INVOICE);
    post_vat(work, VAT_SALE, VAT_S, DECIMAL(21, 0), 10000);
    post_vat(work, VAT_PURCHASE, VAT_S, DECIMAL(21, 0), 3000);
    post_vat(work, VAT_PURCHASE, VAT_K, DECIMAL(21, 0), 1000);
    (void)given_main_account(work);
    test_commit(work);

    const struct pair side[] = { { STR("side"), STR("payables") }, { STR("by_party"), STR("true") } };
    struct str json = ask(&a, "report ageing", side, 2);
    HAS(json, "\"days_30\":\"70.00\"");
    HAS(json, "\"name\":\"Supplier\"");
    HAS(ask(&a, "report open-items", side, 1), "\"total\":\"-70.00\"");
    HAS(ask(&a, "report dso", NULL, 0), "\"receivables\":\"200.00\"");
    json = ask(&a, "report cash-forecast", NULL, 0);
    HAS(json,
        "{\"week\":3,\"from_on\":\"2025-03-15\",\"to_on\":\"2025-03-21\",\"currency\":\"EUR\",\"in\":\"200.00\",\"out\":\"0.00\"");
    HAS(json,
        "{\"week\":1,\"from_on\":\"2025-03-01\",\"to_on\":\"2025-03-07\",\"currency\":\"EUR\",\"in\":\"0.00\",\"out\":\"70.00\"");
    HAS(ask(&a, "report cash-position", NULL, 0), "\"undecided_count\":0");
    json = ask(&a, "report kpi", NULL, 0);
    HAS(json, "\"payables_late\":\"70.00\"");
    HAS(json, "\"receivables_late\":\"0.00\"");
    const struct pair period[] = { { STR("from_on"), STR("2025-01-01") },
                                   { STR("to_on"), STR("2025-03-31") },
                                   { STR("account"), STR("1300") } };
    json = ask(&a, "report vat", period, 2);
    HAS(json, "{\"box\":\"1a\",\"code\":\"21\"");
    HAS(json, "\"turnover\":\"100.00\",\"vat\":\"21.00\"");
    HAS(json, "{\"box\":\"4b\",\"code\":\"icv\"");
    HAS(json, "\"turnover\":\"10.00\",\"vat\":\"2.10\"");
    HAS(json, "\"due\":\"23.10\",\"deductible\":\"8.40\",\"payable\":\"14.70\"");
    HAS(ask(&a, "report journal", NULL, 0), "\"total\":\"200.00\"");
    struct account control = { 0 };
    work->reading = true;
    test_begin(work);
    expect_done(ledger_account_load(work, receivables, &control));
    db_rollback(work);
    const struct pair card[] = { { STR("account"), control.number },
                                 { STR("from_on"), STR("2025-01-15") },
                                 { STR("to_on"), STR("2025-03-31") } };
    json = ask(&a, "report ledger-card", card, 3);
    HAS(json, "\"opening\":\"50.00\",\"debit\":\"200.00\",\"credit\":\"50.00\",\"closing\":\"200.00\"");
}

static json_t *ask_json(struct answered *a, const char *command, const struct pair *pairs, size_t count)
{
    struct str json = ask(a, command, pairs, count);
    json_t *root = json_loadb(json.at, json.length, 0, NULL);
    assert_non_null(root);
    return root;
}

static int64_t minor_of(json_t *object, const char *name)
{
    int64_t minor = 0;
    const char *text = json_string_value(json_object_get(object, name));
    assert_non_null(text);
    expect(minor_parse(str_of(text), 2, &minor));
    return minor;
}

static int64_t sum_of(json_t *root, const char *list, const char *name)
{
    int64_t sum = 0;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(root, list), i, row) sum += minor_of(row, name);
    return sum;
}

static struct pair number_pair(struct arena *arena, const char *name, int64_t n)
{
    return (struct pair){ str_of(name), str_from_int(arena, n) };
}

/* A line of thirteen weeks is its items, to the cent, and all of it is what is open. */
DB_TEST(report_weeks_are_their_items)
{
    struct random_books b = { .rng = rng_new(7), .side = REPORT_RECEIVABLES }, c = { .rng = rng_new(8), .side = REPORT_PAYABLES };
    struct answered a = { .arena = work->arena, .work = work };
    app_operations(work->arena, &a.operations);
    test_begin(work);
    random_fill(work, &b, 80);
    random_fill(work, &c, 80);
    test_commit(work);
    json_t *forecast = ask_json(&a, "report cash-forecast", NULL, 0), *weeks = json_object_get(forecast, "weeks");
    int64_t in = 0, out = 0;
    expect_int(13, json_array_size(weeks));
    for (int week = 1; week <= 14; week++) {
        const struct pair pairs[] = { number_pair(work->arena, "week", week), { STR("limit"), STR("100000") } };
        json_t *list = ask_json(&a, "report cash-items", pairs, 2), *line = json_array_get(weeks, (size_t)week - 1);
        int64_t week_in = minor_of(week < 14 ? line : forecast, week < 14 ? "in" : "later_in");
        int64_t week_out = minor_of(week < 14 ? line : forecast, week < 14 ? "out" : "later_out");
        expect_int(week_in, minor_of(list, "in"));
        expect_int(week_out, minor_of(list, "out"));
        expect_int(week_in - week_out, sum_of(list, "items", "amount"));
        expect_int(json_integer_value(json_object_get(list, "count")), json_array_size(json_object_get(list, "items")));
        in += week_in, out += week_out;
        json_decref(list);
    }
    expect_int(control_balance(work, &b, (struct date){ 20270101 }) +
                   control_balance(work, &c, (struct date){ 20270101 }),
               in - out);
    json_decref(forecast);
}

/* Balances of any day are the ledger card's, and both sides are equal; the last month of the trend is the figure of the day. */
DB_TEST(report_balances_and_trends_agree)
{
    struct random_books b = { .rng = rng_new(9), .side = REPORT_RECEIVABLES };
    struct answered a = { .arena = work->arena, .work = work };
    struct account control = { 0 };
    app_operations(work->arena, &a.operations);
    test_begin(work);
    random_fill(work, &b, 150);
    expect_done(ledger_account_load(work, b.control, &control));
    test_commit(work);
    static const char *const ends[] = { "2024-11-17", "2024-12-31", "2025-02-28", "2025-03-01" };
    for (size_t e = 0; e < ARRAY_LENGTH(ends); e++) {
        const struct pair period[] = { { STR("from_on"), STR("2024-10-05") }, { STR("to_on"), str_of(ends[e]) } };
        json_t *balances = ask_json(&a, "report balances", period, 2), *row;
        struct date until;
        size_t i;
        int64_t opening = 0, seen = 0;
        expect(date_parse(str_of(ends[e]), &until));
        json_array_foreach(json_object_get(balances, "accounts"), i, row)
        {
            opening += minor_of(row, "opening");
            expect_int(minor_of(row, "opening") + minor_of(row, "debit") - minor_of(row, "credit"), minor_of(row, "closing"));
            if (strcmp(json_string_value(json_object_get(row, "number")), control.number.at)) continue;
            expect_int(control_balance(work, &b, until), minor_of(row, "closing"));
            seen++;
        }
        expect_int(1, seen);
        expect_int(0, opening);
        expect_int(minor_of(balances, "debit"), minor_of(balances, "credit"));
        json_decref(balances);
    }
    json_t *trends = ask_json(&a, "report trends", NULL, 0), *dso = ask_json(&a, "report dso", NULL, 0);
    json_t *months = json_object_get(trends, "months"), *last = json_array_get(months, 12);
    expect_int(13, json_array_size(months));
    expect_int(minor_of(dso, "receivables"), minor_of(last, "receivables"));
    expect_int(minor_of(dso, "sales"), minor_of(last, "sales_90"));
    assert_string_equal(json_string_value(json_object_get(dso, "simple_days")),
                        json_string_value(json_object_get(last, "dso_days")));
    expect_int(control_balance(work, &b, (struct date){ 20241231 }),
               minor_of(json_array_get(months, 9), "receivables"));
    int64_t paid = 0;
    for (size_t i = 0; i < 13; i++) paid += json_integer_value(json_object_get(json_array_get(months, i), "paid_count"));
    const struct pair all[] = { { STR("side"), STR("receivables") }, { STR("paid_from_on"), STR("2024-03-01") },
                                { STR("paid_to_on"), STR("2025-03-01") }, { STR("limit"), STR("500") } };
    json_t *items = ask_json(&a, "report paid-items", all, 4);
    expect(paid > 0);
    expect_int(paid, json_array_size(json_object_get(items, "items")));
    json_decref(items);
    json_decref(trends);
    json_decref(dso);
}

/* The pages of a card are the whole card. */
DB_TEST(report_card_goes_on_page_by_page)
{
    struct random_books b = { .rng = rng_new(11), .side = REPORT_RECEIVABLES };
    struct answered a = { .arena = work->arena, .work = work };
    struct account control = { 0 };
    app_operations(work->arena, &a.operations);
    test_begin(work);
    random_fill(work, &b, 45);
    expect_done(ledger_account_load(work, b.control, &control));
    test_commit(work);
    struct pair pairs[] = { { STR("account"), control.number },
                            { STR("from_on"), STR("2024-10-05") },
                            { STR("to_on"), STR("2025-03-31") },
                            { STR("limit"), STR("7") },
                            { STR("after"), { 0 } } };
    json_t *whole = ask_json(&a, "report ledger-card", pairs, 3), *lines = json_object_get(whole, "lines");
    size_t seen = 0, count = json_array_size(lines);
    expect(count > 20);
    expect_int(minor_of(whole, "opening"), minor_of(whole, "carried"));
    expect_int(minor_of(whole, "closing"), minor_of(json_array_get(lines, count - 1), "balance"));
    for (bool more = true; more;) {
        json_t *page = ask_json(&a, "report ledger-card", pairs, pairs[4].text.at ? 5 : 4),
               *part = json_object_get(page, "lines");
        for (size_t i = 0; i < json_array_size(part); i++)
            expect(json_equal(json_array_get(lines, seen++), json_array_get(part, i)));
        const char *next = json_string_value(json_object_get(page, "next"));
        more = next != NULL;
        if (next) pairs[4].text = str_keep(work->arena, str_of(next));
        json_decref(page);
    }
    expect_int((int64_t)count, (int64_t)seen);
    /* What is looked for is found on every page of it, each with the balance it has on the whole card. */
    json_t *one = json_array_get(lines, count / 2);
    const struct str words[] = { str_of(json_string_value(json_object_get(one, "base"))),
                                 str_from_int(work->arena, json_integer_value(json_object_get(one, "number"))),
                                 STR("no such words") };
    for (size_t w = 0; w < ARRAY_LENGTH(words); w++) {
        struct pair find[] = {
            pairs[0], pairs[1], pairs[2], { STR("limit"), STR("1") }, { STR("find"), words[w] }, { STR("after"), { 0 } }
        };
        bool found = false;
        for (bool more = true; more;) {
            json_t *page = ask_json(&a, "report ledger-card", find, find[5].text.at ? 6 : 5),
                   *part = json_object_get(page, "lines");
            for (size_t i = 0; i < json_array_size(part); i++) {
                bool known = false;
                for (size_t k = 0; k < count; k++) known |= json_equal(json_array_get(lines, k), json_array_get(part, i));
                expect(known);
                found |= json_equal(one, json_array_get(part, i));
            }
            const char *next = json_string_value(json_object_get(page, "next"));
            more = next != NULL;
            if (next) find[5].text = str_keep(work->arena, str_of(next));
            json_decref(page);
        }
        expect(found == (w < 2));
    }
    json_decref(whole);
}

DB_TEST(report_vat_drills_down)
{
    struct answered a = { .arena = work->arena, .work = work };
    app_operations(work->arena, &a.operations);
    test_begin(work);
    post_vat(work, VAT_SALE, VAT_S, DECIMAL(21, 0), 10000);
    post_vat(work, VAT_SALE, VAT_S, DECIMAL(21, 0), 500);
    post_vat(work, VAT_PURCHASE, VAT_K, DECIMAL(21, 0), 1000);
    struct vat_code intra = { 0 };
    bool found = false;
    account_id receivables, sales;
    expect_done(ledger_vat_code_find(work, VAT_SALE, VAT_K, DECIMAL(0, 0), (struct date){ 20250201 }, &intra, &found));
    expect(found);
    expect_done(ledger_account_for(work, FOR_RECEIVABLES, &receivables));
    expect_done(ledger_account_for(work, FOR_SALES, &sales));
    struct entry entry = { .journal = JOURNAL_SALE,
                           .dated_on = { 20250203 },
                           .source_kind = STR("test"),
                           .source_id = 1,
                           .description = STR("EU") };
    struct entry_line lines[] = {
        { .account_id = receivables, .base_minor = 70000, .party_id = named(work, "Berlin"), .item_kind = ITEM_INVOICE,
          .reference = STR("EU-1"), .due_on = { 20250303 } },
        { .account_id = sales, .base_minor = -70000, .vat_code_id = intra.id, .vat_base_minor = -70000 },
    };
    expect_done(ledger_post(work, &entry, lines, 2));
    test_commit(work);
    const struct pair period[] = { { STR("from_on"), STR("2025-01-01") },
                                   { STR("to_on"), STR("2025-03-31") },
                                   { STR("code"), STR("21") }, { STR("sort"), STR("-turnover") }, { STR("count"), STR("true") } };
    struct str json = ask(&a, "report vat", period, 2);
    HAS(json,
        "{\"box\":\"1a\",\"has_turnover\":true,\"has_vat\":true,\"currency\":\"EUR\",\"turnover\":\"105.00\",\"vat\":\"22.05\"}");
    HAS(json,
        "{\"box\":\"3b\",\"has_turnover\":true,\"has_vat\":false,\"currency\":\"EUR\",\"turnover\":\"700.00\",\"vat\":\"0.00\"}");
    HAS(json,
        "{\"box\":\"5g\",\"has_turnover\":false,\"has_vat\":true,\"currency\":\"EUR\",\"turnover\":\"0.00\",\"vat\":\"22.05\"}");
    json_t *entries = ask_json(&a, "report vat-entries", period, 3), *icp = ask_json(&a, "report icp", period, 2);
    expect_int(2, json_array_size(json_object_get(entries, "items")));
    expect_int(10500, sum_of(entries, "items", "turnover"));
    expect_int(2205, sum_of(entries, "items", "vat"));
    expect_int(70000, minor_of(icp, "turnover"));
    expect_int(70000, sum_of(icp, "customers", "turnover"));
    json_t *quick = ask_json(&a, "report vat-entries", period, 4), *whole = ask_json(&a, "report vat-entries", period, 5);
    expect(json_equal(json_object_get(quick, "items"), json_object_get(whole, "items"))); /* from an index; with `count` in one piece */
    json_decref(quick), json_decref(whole);
    assert_string_equal(
        "Berlin", json_string_value(json_object_get(json_array_get(json_object_get(icp, "customers"), 0), "name")));
    json_decref(entries);
    json_decref(icp);
}

/* ---- Search ---- */

TEST(report_reads_amounts_as_people_write_them)
{
    static const struct {
        const char *words;
        int64_t minor;
    } cases[] = {
        { "1.234,56", 123456 },
        { "1,234.56", 123456 },
        { "1234.56", 123456 },
        { "1234,5", 123450 },
        { "1234", 123400 },
        { "1.234", 123400 },
        { "1,234", 123400 },
        { "1.234.567", 123456700 },
        { "\xE2\x82\xAC 12,50", 1250 },
        { "-12,50", 1250 },
        { "0,01", 1 },
        { "1.234.567,8", 123456780 },
    };
    static const char *const none[] = { "", "abc", "12,345,6x", "1.2345", "2025-001", "0", ",", "NL91", "12345678901234567890" };
    int64_t minor;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect(report_parse_amount(arena, str_of(cases[i].words), &minor));
        expect_int(cases[i].minor, minor);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(none); i++) expect(!report_parse_amount(arena, str_of(none[i]), &minor));
}

static int64_t hits(struct answered *a, const char *command, const char *q)
{
    const struct pair pair = { STR("q"), str_of(q) };
    json_t *found = ask_json(a, command, &pair, 1);
    int64_t count = (int64_t)json_array_size(json_object_get(found, "hits"));
    json_decref(found);
    return count;
}

DB_TEST(report_search_finds)
{
    struct answered a = { .arena = work->arena, .work = work };
    app_operations(work->arena, &a.operations);
    test_begin(work);
    party_id party = named(work, "Bakkerij D\xC3\xA9l\xC3\xA9 B.V.");
    (void)given_item(work, &(struct given_item){ .control = account_for(work, FOR_RECEIVABLES),
                                                 .other = account_for(work, FOR_SALES),
                                                 .party = party,
                                                 .minor = 123456,
                                                 .reference = "INV-2025-17",
                                                 .on = { 20250203 },
                                                 .due = { 20250303 },
                                                 .description = "Kaas voor 100%" });
    test_commit(work);
    expect_int(1, hits(&a, "search parties", "bakkerij dele"));
    expect_int(1, hits(&a, "search parties", "D\xC3\xA9l\xC3\xA9"));
    expect_int(0, hits(&a, "search parties", "slager"));
    expect_int(1, hits(&a, "search items", "inv-2025"));
    expect_int(1, hits(&a, "search items", "INV-2025-17"));
    expect_int(1, hits(&a, "search items", "1.234,56"));
    expect_int(1, hits(&a, "search items", "1234.56"));
    expect_int(0, hits(&a, "search items", "1234.57"));
    expect_int(1, hits(&a, "search entries", "kaas"));
    expect_int(1, hits(&a, "search entries", "100%"));
    expect_int(0, hits(&a, "search entries", "\\%' or 1=1"));
    expect_int(0, hits(&a, "search bills", "1234.56"));
    expect_int(0, hits(&a, "search invoices", "NL91ABNA0417164300"));
    expect_int(0, hits(&a, "search lines", "NL91 ABNA 0417"));
}

/* What is open is listed from an index of its own: the same rows in the same order as all items filtered. */
/* Sorted by what is left, down and up, page by page: those of which something is left come from a statement of their own. */
static void expect_sorted(struct answered *a, const char *sort, json_t *all)
{
    struct pair pairs[] = { { STR("sort"), str_of(sort) }, { STR("limit"), STR("7") }, { STR("after"), { 0 } } };
    bool down = *sort == '-';
    int64_t last_rest = 0, last_id = 0, sum = 0, whole = 0;
    size_t i, count = 0;
    json_t *row;
    for (bool more = true; more;) {
        json_t *page = ask_json(a, "item list", pairs, pairs[2].text.length ? 3 : 2);
        json_array_foreach(json_object_get(page, "items"), i, row)
        {
            int64_t rest = minor_of(row, "rest"), id = json_integer_value(json_object_get(row, "id"));
            bool right = !count || (down ? rest < last_rest || (rest == last_rest && id < last_id)
                                         : rest > last_rest || (rest == last_rest && id > last_id));
            expect(right);
            last_rest = rest, last_id = id, sum += rest, count++;
        }
        const char *next = json_string_value(json_object_get(page, "next"));
        more = next != NULL;
        if (more) pairs[2].text = str_keep(a->arena, str_of(next));
        json_decref(page);
    }
    json_array_foreach(json_object_get(all, "items"), i, row) whole += minor_of(row, "rest");
    expect_int(whole, sum);
    expect_int((int64_t)json_array_size(json_object_get(all, "items")), (int64_t)count);
}

DB_TEST(report_open_items_are_listed_alike)
{
    struct random_books b = { .rng = rng_new(13), .side = REPORT_RECEIVABLES };
    struct answered a = { .arena = work->arena, .work = work };
    app_operations(work->arena, &a.operations);
    test_begin(work);
    random_fill(work, &b, 120);
    test_commit(work);
    struct pair pairs[] = { { STR("rest.ne"), STR("0") }, { STR("sort"), STR("due_on") }, { STR("limit"), STR("500") } };
    json_t *open = ask_json(&a, "item list", pairs, 3), *all = ask_json(&a, "item list", pairs + 1, 2), *row;
    size_t i, at = 0;
    json_array_foreach(json_object_get(all, "items"), i, row)
    {
        if (!minor_of(row, "rest")) continue;
        expect(json_equal(row, json_array_get(json_object_get(open, "items"), at++)));
    }
    expect(at > 10);
    expect_int((int64_t)at, (int64_t)json_array_size(json_object_get(open, "items")));
    expect_sorted(&a, "rest", all);
    expect_sorted(&a, "-rest", all);
    json_decref(open);
    json_decref(all);
}
