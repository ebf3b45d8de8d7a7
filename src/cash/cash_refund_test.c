/* The matching engine: money that goes back to a customer; lists that are cut off, sums rounded up. */
#include "cash/engine_world_private.h"

/* ---- What goes back to a customer ---- */

static void owe_back(struct world *w, int64_t id, int64_t amount_minor, bool held)
{
    cash_engine_item(w->engine, &(struct cash_item){ .id = id,
                                                     .party = 1,
                                                     .number = held ? (struct str){ 0 } : STR("C25-0007"),
                                                     .currency = "EUR",
                                                     .issued_on = { 20250301 },
                                                     .due_on = { 20250301 },
                                                     .total_minor = -amount_minor,
                                                     .open_minor = -amount_minor,
                                                     .collect = CASH_TRANSFER,
                                                     .on_account = held });
}

TEST(cash_refund_is_recognised)
{
    struct world w = world_new(arena);
    party(&w, 1, "10417", "Bakkerij Bakker B.V.", BAKKER);
    owe_back(&w, 31, 24200, true);
    owe_back(&w, 32, 5000, false);
    struct cash_line l = line(&w, 20250415, -24200, BAKKER, "Bakkerij Bakker", "Terugbetaling dubbel ontvangen");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_int(CASH_REFUND, p.explanations[0].category);
    expect_int(1, p.explanations[0].party);
    expect_int(1, p.explanations[0].allocation_count);
    expect_int(31, p.explanations[0].allocations[0].item);
    expect_int(-24200, p.explanations[0].allocations[0].amount_minor);
    expect(p.automatic);
    l.amount_minor = -29200; /* both at once */
    p = cash_engine_match(w.engine, arena, &l);
    expect_int(CASH_REFUND, p.explanations[0].category);
    expect_int(2, p.explanations[0].allocation_count);
    owe_back(&w, 33, 24200, true); /* two of the same: nobody can tell which */
    l.amount_minor = -24200;
    p = cash_engine_match(w.engine, arena, &l);
    expect_int(CASH_REFUND, p.explanations[0].category);
    expect_int(CASH_TIE, p.why_not);
    l.amount_minor = -9900; /* nothing of what we owe him */
    p = cash_engine_match(w.engine, arena, &l);
    expect(p.explanations[0].category != CASH_REFUND);
    l.amount_minor = -24200, l.is_reversal = true; /* what comes back is another matter */
    p = cash_engine_match(w.engine, arena, &l);
    expect(p.explanations[0].category != CASH_REFUND);
}

/* What was paid comes back and only the last digits of the invoice are said: known by those, the account and the amount together. */
TEST(cash_reversal_by_part_of_a_number)
{
    struct world w = world_new(arena);
    party(&w, 1, "10417", "Bakkerij Bakker B.V.", BAKKER);
    item(&w, 11, 1, "2026-03972", 20250301, 78063);
    item(&w, 12, 1, "2026-03973", 20250301, 78163);
    struct cash_line paid = line(&w, 20250315, 78063, BAKKER, "Bakkerij Bakker", "Fact 3972"), back = paid;
    const struct cash_allocation one = { 11, 78063 };
    cash_engine_apply(
        w.engine, &paid,
        &(struct cash_decision){ .category = CASH_MATCH, .party = 1, .allocations = &one, .allocation_count = 1 });
    back.id = 99, back.amount_minor = -78063, back.is_reversal = true, back.return_code = STR("MS03");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &back);
    expect_int(CASH_REVERSAL, p.explanations[0].category);
    expect_int(11, p.explanations[0].allocations[0].item);
    back.iban = STR("NL02RABO0123456789"); /* somebody else's account: three digits are no proof */
    p = cash_engine_match(w.engine, arena, &back);
    expect(p.explanations[0].category != CASH_REVERSAL);
}

TEST(cash_money_held_pays_nothing)
{
    struct world w = world_new(arena);
    party(&w, 1, "10417", "Bakkerij Bakker B.V.", BAKKER);
    owe_back(&w, 31, 5000, true);
    item(&w, 11, 1, "2025-00123", 20250301, 20000);
    struct cash_line l = line(&w, 20250415, 15000, BAKKER, "Bakkerij Bakker", "betaling"); /* what he pays less is his to say */
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    for (size_t k = 0; k < p.count; k++)
        for (size_t a = 0; a < p.explanations[k].allocation_count; a++) expect(p.explanations[k].allocations[a].item != 31);
}

/* ---- Lists that are cut off, sums rounded up ---- */

TEST(cash_list_cut_off_skips_what_it_skipped)
{
    struct world w = world_new(arena);
    party(&w, 1, "10417", "Bakkerij Bakker B.V.", BAKKER);
    item(&w, 11, 1, "2025-34512", 20250501, 100430);
    item(&w, 12, 1, "2025-34613", 20250502, 127655);
    item(&w, 13, 1, "2025-34714", 20250503, 141570); /* passed over by the list: the next of this amount is meant */
    item(&w, 14, 1, "2025-34815", 20250504, 57475);
    item(&w, 15, 1, "2025-35916", 20250508, 141570);
    struct cash_line l = line(&w, 20250604, 100430 + 127655 + 57475 + 141570, BAKKER, "Bakkerij Bakker",
                              "facturen 2025-34512, 2025-34613, 2025-34815, 2025-3");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    bool in = false, passed_over = false;
    for (size_t a = 0; a < p.explanations[0].allocation_count; a++) {
        in |= p.explanations[0].allocations[a].item == 15;
        passed_over |= p.explanations[0].allocations[a].item == 13;
    }
    expect(in && !passed_over);
}

TEST(cash_rounded_up_to_hundreds)
{
    struct world w = world_new(arena);
    party(&w, 1, "10417", "Bakkerij Bakker B.V.", BAKKER);
    item(&w, 11, 1, "2025-00123", 20250501, 585369);
    struct cash_line l = line(&w, 20250604, 590000, BAKKER, "Bakkerij Bakker", "betaling");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_int(11, p.explanations[0].allocation_count ? p.explanations[0].allocations[0].item : 0);
    expect_int(CASH_OVER, p.explanations[0].difference_count ? p.explanations[0].differences[0].kind : 0);
    l.amount_minor = 588000; /* no whole hundreds: nothing that anybody would do */
    p = cash_engine_match(w.engine, arena, &l);
    for (size_t k = 0; k < p.count; k++) expect_int(0, p.explanations[k].allocation_count);
}
