/* What comes back, and what is named outright although no payer usually pays like that. */
#include "cash/engine_world_private.h"

static void paid(struct world *w, struct cash_line *l, const int64_t *items, const int64_t *amounts, size_t count,
                 const struct cash_difference *differences, size_t difference_count)
{
    struct cash_allocation *all = ARENA_ARRAY(w->arena, struct cash_allocation, count + 1);
    for (size_t i = 0; i < count; i++) all[i] = (struct cash_allocation){ .item = items[i], .amount_minor = amounts[i] };
    struct cash_decision d = { .category = count ? CASH_MATCH : CASH_ON_ACCOUNT,
                               .party = 1,
                               .allocations = all,
                               .allocation_count = count,
                               .differences = differences,
                               .difference_count = difference_count };
    cash_engine_apply(w->engine, l, &d);
}

static struct cash_line returned(struct world *w, int32_t day, int64_t amount, const char *iban, const char *text,
                                 const char *code)
{
    struct cash_line l = line(w, day, amount, iban, "Bakkerij Bakker", text);
    l.return_code = str_of(code);
    return l;
}

TEST(cash_returned_payment_by_account_and_amount)
{
    struct world w = world_new(arena);
    sample_items(&w);
    struct cash_line first = line(&w, 20250401, 36300, BAKKER, "Bakkerij Bakker", "twee facturen");
    paid(&w, &first, (int64_t[]){ 11, 12 }, (int64_t[]){ 12100, 24200 }, 2, NULL, 0);
    struct cash_line l = returned(&w, 20250403, -36300, BAKKER, "terug", "AM04");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_int(CASH_REVERSAL, p.explanations[0].category);
    expect_str("11 12", str_of(set_text(arena, &p.explanations[0])));
    expect_int(-12100, p.explanations[0].allocations[0].amount_minor);
    expect(has_evidence(&p.explanations[0], CASH_BY_LEARNED_IBAN) && has_evidence(&p.explanations[0], CASH_BY_RETURN_CODE));
    expect(!has_evidence(&p.explanations[0], CASH_BY_END_TO_END)); /* it says none */
    expect(p.automatic);
    struct cash_line said = line(&w, 20250403, -36300, BAKKER, "Bakkerij Bakker", "storno betaling");
    p = cash_engine_match(w.engine, arena, &said);
    expect_int(CASH_REVERSAL, p.explanations[0].category);
    expect(!p.automatic); /* by a word alone */
    struct cash_line other = returned(&w, 20250403, -36300, VISSER, "terug", "AM04");
    other.name = STR("Visser Techniek");
    p = cash_engine_match(w.engine, arena, &other);
    expect(p.explanations[0].category != CASH_REVERSAL); /* another account */
    struct cash_line late = returned(&w, 20260901, -36300, BAKKER, "terug", "AM04");
    p = cash_engine_match(w.engine, arena, &late);
    expect(p.explanations[0].category != CASH_REVERSAL); /* no bank takes back what is older than thirteen months */
    struct cash_decision d;
    p = cash_engine_match(w.engine, arena, &l);
    d = cash_decision_of(&p.explanations[0]);
    cash_engine_apply(w.engine, &l, &d);
    expect_int(24200, cash_engine_open_of(w.engine, 12));
    struct cash_line again = returned(&w, 20250404, -36300, BAKKER, "terug", "AM04");
    p = cash_engine_match(w.engine, arena, &again);
    expect(p.explanations[0].category != CASH_REVERSAL); /* it came back already */
}

TEST(cash_returned_payment_of_two_alike_is_asked)
{
    struct world w = world_new(arena);
    sample_items(&w);
    struct cash_line first = line(&w, 20250401, 12100, BAKKER, "Bakkerij Bakker", "a"),
                     second = line(&w, 20250410, 12100, BAKKER, "Bakkerij Bakker", "b");
    paid(&w, &first, (int64_t[]){ 11 }, (int64_t[]){ 12100 }, 1, NULL, 0);
    paid(&w, &second, (int64_t[]){ 12 }, (int64_t[]){ 12100 }, 1, NULL, 0);
    struct cash_line l = returned(&w, 20250412, -12100, BAKKER, "terug", "MD06");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_int(CASH_REVERSAL, p.explanations[0].category);
    expect_int(CASH_REVERSAL, p.explanations[1].category);
    expect(!p.automatic);
    cash_engine_undo(w.engine, &second, &(struct cash_decision){ .category = CASH_MATCH, .party = 1 });
    p = cash_engine_match(w.engine, arena, &l);
    expect_str("11", str_of(set_text(arena, &p.explanations[0])));
    expect(p.automatic); /* the other one was taken back: it paid nothing */
}

TEST(cash_returned_payment_by_end_to_end_takes_its_discount_back)
{
    struct world w = world_new(arena);
    sample_items(&w);
    struct cash_line first = line(&w, 20250401, 11858, BAKKER, "Bakkerij Bakker", "2025-00123");
    first.end_to_end_id = STR("BAK-2025-77");
    const struct cash_difference discount = { CASH_DISCOUNT, 242 };
    paid(&w, &first, (int64_t[]){ 11 }, (int64_t[]){ 12100 }, 1, &discount, 1);
    struct cash_line l = returned(&w, 20250403, -11858, NULL, "retour", "AC04");
    l.end_to_end_id = STR("BAK-2025-77"), l.name = (struct str){ 0 };
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_int(CASH_REVERSAL, p.explanations[0].category);
    expect_int(-12100, p.explanations[0].allocations[0].amount_minor);
    expect_int(CASH_DISCOUNT, difference(&p.explanations[0]));
    expect_int(-242, p.explanations[0].differences[0].amount_minor);
    expect(has_evidence(&p.explanations[0], CASH_BY_END_TO_END));
    expect(p.automatic);
    l.end_to_end_id = STR("NOTPROVIDED");
    p = cash_engine_match(w.engine, arena, &l);
    expect(p.explanations[0].category != CASH_REVERSAL);
}

/* The id names one payment: when that one came back already, no other of the same account and amount is meant by it. */
TEST(cash_returned_twice_by_one_id_takes_no_other)
{
    struct world w = world_new(arena);
    sample_items(&w);
    struct cash_line first = line(&w, 20250401, 12100, BAKKER, "Bakkerij Bakker", "a"),
                     second = line(&w, 20250410, 12100, BAKKER, "Bakkerij Bakker", "b");
    first.end_to_end_id = STR("BAK-2025-71"), second.end_to_end_id = STR("BAK-2025-72");
    paid(&w, &first, (int64_t[]){ 11 }, (int64_t[]){ 12100 }, 1, NULL, 0);
    paid(&w, &second, (int64_t[]){ 12 }, (int64_t[]){ 12100 }, 1, NULL, 0);
    struct cash_line l = returned(&w, 20250412, -12100, NULL, "terug", "MD06");
    l.end_to_end_id = STR("BAK-2025-72"), l.name = (struct str){ 0 };
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_str("12", str_of(set_text(arena, &p.explanations[0])));
    struct cash_decision d = cash_decision_of(&p.explanations[0]);
    cash_engine_apply(w.engine, &l, &d);
    struct cash_line again = returned(&w, 20250414, -12100, NULL, "terug", "MD06");
    again.end_to_end_id = STR("BAK-2025-72"), again.name = (struct str){ 0 };
    p = cash_engine_match(w.engine, arena, &again);
    expect(p.explanations[0].category != CASH_REVERSAL);
    expect(!p.automatic);
    again.end_to_end_id = STR("BAK-2025-71");
    p = cash_engine_match(w.engine, arena, &again);
    expect_str("11", str_of(set_text(arena, &p.explanations[0])));
}

TEST(cash_returned_collection_by_text_or_party)
{
    struct world w = world_new(arena);
    sample_items(&w);
    cash_engine_collection(w.engine, &(struct cash_collection){ STR("INC-2025-04"), STR("E2E-9001"), 11, 12100, { 20250401 } });
    cash_engine_collection(w.engine, &(struct cash_collection){ STR("INC-2025-04"), STR("E2E-9002"), 21, 9999, { 20250401 } });
    struct cash_line batch = line(&w, 20250401, 22099, NULL, NULL, "SEPA INCASSOBATCH INC-2025-04");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &batch);
    expect_int(CASH_DEBIT_BATCH, p.explanations[0].category);
    expect(p.automatic);
    batch.amount_minor++;
    p = cash_engine_match(w.engine, arena, &batch);
    expect(p.explanations[0].category != CASH_DEBIT_BATCH); /* in the text, and not to the cent: no batch */
    batch.amount_minor--;
    p = cash_engine_match(w.engine, arena, &batch);
    struct cash_decision d = cash_decision_of(&p.explanations[0]);
    cash_engine_apply(w.engine, &batch, &d);
    struct cash_line l = returned(&w, 20250405, -12100, NULL, "kenmerk E2E-9001 onvoldoende saldo", "AM04");
    p = cash_engine_match(w.engine, arena, &l);
    expect_int(CASH_REVERSAL, p.explanations[0].category);
    expect_str("11", str_of(set_text(arena, &p.explanations[0])));
    struct cash_line by_account = returned(&w, 20250405, -9999, VISSER, "storno", "MD06");
    p = cash_engine_match(w.engine, arena, &by_account);
    expect_int(CASH_REVERSAL, p.explanations[0].category);
    expect_str("21", str_of(set_text(arena, &p.explanations[0])));
}

TEST(cash_far_too_much_for_what_is_named)
{
    struct world w = world_new(arena);
    sample_items(&w);
    struct cash_line l = line(&w, 20250415, 300000, BAKKER, "Bakkerij Bakker", "2025-00123");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_int(CASH_MATCH, p.explanations[0].category);
    expect_str("11", str_of(set_text(arena, &p.explanations[0])));
    expect_int(CASH_OVER, difference(&p.explanations[0]));
    expect_int(-287900, p.explanations[0].differences[0].amount_minor);
    expect(!p.automatic);
    expect_int(CASH_DIFFERENCE_TOO_LARGE, p.why_not);
    l.text = STR("zomaar");
    p = cash_engine_match(w.engine, arena, &l);
    expect(p.explanations[0].category != CASH_MATCH);
}

TEST(cash_other_currency_is_proposed_and_asked)
{
    struct world w = world_new(arena);
    sample_items(&w);
    struct cash_item dollars = { .id = 31, .party = 1, .number = STR("2025-00900"), .currency = "USD", .issued_on = { 20250301 },
                                 .due_on = { 20250331 }, .total_minor = 20000, .open_minor = 20000 };
    cash_engine_item(w.engine, &dollars);
    dollars.id = 32, dollars.number = STR("2025-00901"), dollars.total_minor = dollars.open_minor = 10001;
    cash_engine_item(w.engine, &dollars);
    struct cash_line l = line(&w, 20250415, 18800, BAKKER, "Bakkerij Bakker", "invoice 2025-00900");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect(!strstr(set_text(arena, &p.explanations[0]), "31")); /* without a rate nobody can tell */
    cash_engine_rate(w.engine, "EUR", 1000000);
    cash_engine_rate(w.engine, "USD", 950000);
    p = cash_engine_match(w.engine, arena, &l);
    expect_int(CASH_MATCH, p.explanations[0].category);
    expect_int(31, p.explanations[0].allocations[0].item);
    expect_int(20000, p.explanations[0].allocations[0].amount_minor);
    expect_int(18800, p.explanations[0].allocations[0].line_minor);
    expect_int(CASH_OTHER_CURRENCY, p.why_not);
    expect(!has_evidence(&p.explanations[0], CASH_BY_AMOUNT));
    l.amount_minor = 9000; /* far from what it is worth */
    p = cash_engine_match(w.engine, arena, &l);
    expect(!strstr(set_text(arena, &p.explanations[0]), "31"));
    l.amount_minor = 28501, l.text = STR("invoices 2025-00900 and 2025-00901");
    p = cash_engine_match(w.engine, arena, &l);
    expect_int(2, p.explanations[0].allocation_count);
    expect_int(28501, p.explanations[0].allocations[0].line_minor + p.explanations[0].allocations[1].line_minor);
}

TEST(cash_set_off_settles_what_we_owe)
{
    struct world w = world_new(arena);
    sample_items(&w);
    cash_engine_owing(
        w.engine,
        &(struct cash_owing){ .id = 91, .party = 1, .number = STR("F-77"), .currency = "EUR", .open_minor = -5000 });
    cash_engine_owing(
        w.engine,
        &(struct cash_owing){ .id = 92, .party = 1, .number = STR("F-78"), .currency = "EUR", .open_minor = -2500 });
    cash_engine_owing(
        w.engine,
        &(struct cash_owing){ .id = 93, .party = 1, .number = STR("F-79"), .currency = "EUR", .open_minor = -2500 });
    struct cash_line l =
        line(&w, 20250415, 12100 - 5000, BAKKER, "Bakkerij Bakker", "2025-00123 verrekend met uw F-77");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_str("11 91", str_of(set_text(arena, &p.explanations[0])));
    expect_int(-5000, p.explanations[0].allocations[1].amount_minor);
    expect_int(0, p.explanations[0].difference_count);
    expect(!p.automatic);
    expect_int(CASH_DIFFERENCE_TOO_LARGE, p.why_not);
    l.amount_minor = 12100 - 2500, l.text = STR("2025-00123 verrekend");
    p = cash_engine_match(w.engine, arena, &l);
    expect_str("11", str_of(set_text(arena, &p.explanations[0]))); /* F-78 or F-79: nobody can tell */
    l.text = STR("2025-00123 verrekend met F-79");
    p = cash_engine_match(w.engine, arena, &l);
    expect_str("11 93", str_of(set_text(arena, &p.explanations[0])));
    struct cash_decision d = cash_decision_of(&p.explanations[0]);
    cash_engine_apply(w.engine, &l, &d);
    struct cash_line next = line(&w, 20250416, 24200 - 2500, BAKKER, "Bakkerij Bakker", "2025-00124 verrekend");
    p = cash_engine_match(w.engine, arena, &next);
    expect_str("12 92", str_of(set_text(arena, &p.explanations[0]))); /* the other one is gone */
}
