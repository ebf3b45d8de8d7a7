/* What a payer usually does, learned line by line, and what the next line is told by it. */
#include "cash/engine_world_private.h"

static void pay(struct world *w, int32_t day, const struct cash_allocation *parts, size_t count,
                const struct cash_difference *gap)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += parts[i].amount_minor;
    struct cash_line l = line(w, day, sum - (gap ? gap->amount_minor : 0), BAKKER, "Bakkerij Bakker", "betaling");
    cash_engine_apply(w->engine, &l,
                      &(struct cash_decision){ .category = CASH_MATCH,
                                               .party = 1,
                                               .allocations = parts,
                                               .allocation_count = count,
                                               .differences = gap,
                                               .difference_count = gap ? 1 : 0 });
}

static struct cash_matching *prepared(struct world *w, const struct cash_line *l)
{
    struct cash_matching *m = ARENA_NEW(w->arena, struct cash_matching);
    cash_prepare(w->engine, w->arena, l, m);
    return m;
}

/* The place of the candidate with just these items, or -1. */
static int place_of(const struct world *w, const struct cash_matching *m, const int64_t *ids, size_t count)
{
    for (size_t i = 0; i < m->candidate_count; i++) {
        size_t in = 0;
        for (size_t k = 0; k < m->candidates[i].count; k++)
            for (size_t j = 0; j < count; j++) in += w->engine->items.at[m->candidates[i].items[k]].id == ids[j];
        if (in == count && m->candidates[i].count == count) return (int)i;
    }
    return -1;
}

/* Eight months, an item a day. On the third or the seventh he pays: what the months before brought, or what is due within 27 days. */
static void months(struct world *w, bool by_statement)
{
    int64_t id = 100, first = 100;
    party(w, 1, "10417", "Bakkerij Bakker B.V.", BAKKER);
    for (struct date day = { 20240902 }, pays = { 20241003 }; day.ymd < 20250507; day = date_add_days(day, 1)) {
        char number[20];
        if (day.ymd >= pays.ymd) {
            struct cash_allocation parts[64];
            size_t count = 0;
            for (int64_t i = first; i < id; i++) {
                const struct cash_known_item *item = &w->engine->items.at[cash_item_index(w->engine, i) - 1];
                bool now = by_statement ? item->issued <= date_days(pays) - pays.ymd % 100 : item->due <= date_days(pays) + 27;
                if (now && item->open) parts[count++] = (struct cash_allocation){ i, item->open };
            }
            pay(w, pays.ymd, parts, count, NULL);
            while (cash_engine_open_of(w->engine, first) == 0 && first < id) first++;
            pays.ymd += pays.ymd % 10000 / 100 == 12 ? 8900 : 100;
            pays.ymd += pays.ymd % 100 == 3 ? 4 : -4; /* a Sunday, a holiday */
        }
        snprintf(number, sizeof number, "2024-%05d", (int)id);
        item(w, id, 1, number, day.ymd, 10000 + (id * id * 7919) % 99991);
        id++;
    }
}

TEST(cash_payer_by_statement)
{
    for (int by_statement = 0; by_statement < 2; by_statement++) {
        struct world w = world_new(arena);
        months(&w, by_statement);
        const struct cash_habit *habit = &w.engine->parties.at[0].habit;
        struct cash_known_item last = { .issued = date_days((struct date){ 20250430 }),
                                        .due = date_days((struct date){ 20250530 }) };
        struct cash_known_item next = { .issued = date_days((struct date){ 20250501 }),
                                        .due = date_days((struct date){ 20250531 }) };
        int32_t beyond, day = date_days((struct date){ 20250507 });
        expect(cash_would_take(habit, &last, day, &beyond) && beyond <= 0);
        expect(cash_would_take(habit, &next, day, &beyond));
        expect_int(by_statement, beyond > 0); /* due within the days he reaches ahead; but of this month */
    }
}

/* Of two sets that come to the amount, one is what he usually takes; four left out of his run are found, and said to be the less likely. */
TEST(cash_likelier_by_what_is_usual)
{
    struct world w = world_new(arena);
    months(&w, true);
    int64_t all[40], sum = 0, few[36];
    size_t count = 0, kept = 0;
    for (int64_t id = 100; id < 400; id++) {
        uint32_t index = cash_item_index(w.engine, id);
        if (!index || !w.engine->items.at[index - 1].open ||
            w.engine->items.at[index - 1].issued > date_days((struct date){ 20250430 }))
            continue;
        all[count++] = id;
        sum += w.engine->items.at[index - 1].open;
    }
    expect(count >= 28 && count < 40); /* too many to look at every set */
    for (size_t i = 0; i < count; i++) {
        if (i == 1 || i == 4 || i == 6 || i == 9) sum -= cash_engine_open_of(w.engine, all[i]);
        else few[kept++] = all[i];
    }
    struct cash_line l = line(&w, 20250507, sum, BAKKER, "Bakkerij Bakker", "betaling");
    struct cash_matching *m = prepared(&w, &l);
    int without_four = place_of(&w, m, few, kept);
    expect(without_four >= 0);
    item(&w, 900, 1, "2025-00900", 20250502, sum); /* one item of just this sum, of this month, and all the others left out */
    m = prepared(&w, &l);
    int one = place_of(&w, m, (int64_t[]){ 900 }, 1);
    without_four = place_of(&w, m, few, kept);
    expect(one >= 0 && without_four >= 0);
    expect(m->candidates[without_four].features[F_LIKELIER] <= 0); /* none is likelier */
    expect(m->candidates[one].features[F_LIKELIER] > 3);
}

/* He has always paid item by item: a round amount is not a sum on account. */
TEST(cash_round_amount_of_whole_items)
{
    for (int known = 0; known < 2; known++) {
        struct world w = world_new(arena);
        sample_items(&w);
        for (int i = 0; i < (known ? 9 : 3); i++) {
            item(&w, 50 + i, 1, "2024-00900", 20240901, 1234 + i);
            pay(&w, 20241001 + i, &(struct cash_allocation){ 50 + i, 1234 + i }, 1, NULL);
        }
        struct cash_line l = line(&w, 20250415, 100000, BAKKER, "Bakkerij Bakker", "");
        struct cash_matching *m = prepared(&w, &l);
        bool running = false;
        for (size_t i = 0; i < m->candidate_count; i++) running |= m->candidates[i].origin & FROM_RUNNING;
        expect_int(!known, running);
    }
}

/* His bank charges now this, now that: what is open, less a charge, is found though this charge is a new one. */
TEST(cash_another_charge)
{
    struct world w = world_new(arena);
    sample_items(&w);
    struct cash_line l =
        line(&w, 20250415, 12100 + 24200 + 36300 + 48411 + 60523 + 72607 - 1250, BAKKER, "Bakkerij Bakker", "betaling");
    const int64_t all[] = { 11, 12, 13, 14, 15, 16 };
    expect_int(-1, place_of(&w, prepared(&w, &l), all, 6));
    item(&w, 50, 1, "2024-00900", 20240901, 99900);
    pay(&w, 20241001, &(struct cash_allocation){ 50, 99900 }, 1, &(struct cash_difference){ CASH_CHARGE, 750 });
    struct cash_matching *m = prepared(&w, &l);
    int place = place_of(&w, m, all, 6);
    expect(place >= 0);
    expect_int(CASH_CHARGE, m->candidates[place].differences[0].kind);
}

/* The list was cut off behind a number: what it passes over before that is not meant, what has the same amount behind it may be. */
TEST(cash_list_that_was_cut_off)
{
    struct world w = world_new(arena);
    party(&w, 1, "10417", "Bakkerij Bakker B.V.", BAKKER);
    const int64_t amounts[] = { 12111, 20000, 31313, 41414, 20000, 50505 };
    for (int i = 0; i < 6; i++) {
        char number[20];
        snprintf(number, sizeof number, "2025-%05d", 123 + i);
        item(&w, 11 + i, 1, number, 20250301 + i, amounts[i]);
    }
    for (int cut = 0; cut < 2; cut++) {
        struct cash_line l =
            line(&w, 20250410, 12111 + 31313 + 41414 + 20000, BAKKER, "Bakkerij Bakker",
                 cut ? "factuur 2025-00123/2025-00125/2025-00126/" : "factuur 2025-00123/2025-00125/2025-00126");
        struct cash_matching *m = prepared(&w, &l);
        int over = place_of(&w, m, (int64_t[]){ 11, 12, 13, 14 }, 4), behind = place_of(&w, m, (int64_t[]){ 11, 13, 14, 15 }, 4);
        expect(over >= 0 && behind >= 0);
        for (size_t i = 0; i < m->candidate_count; i++) m->candidates[i].score = (int)i == over ? 2 : (int)i == behind ? 1 : 0;
        cash_put_in_order(m->candidates, m->candidate_count);
        expect_int(cut ? 0 : 1, place_of(&w, m, (int64_t[]){ 11, 13, 14, 15 }, 4)); /* a whole list may have forgotten one */
    }
}

TEST(cash_equal_items_with_a_credit_note)
{
    struct world w = world_new(arena);
    party(&w, 1, "10417", "Bakkerij Bakker B.V.", BAKKER);
    item(&w, 11, 1, "2025-00123", 20250301, 12100);
    item(&w, 12, 1, "2025-00124", 20250308, 12100);
    item(&w, 13, 1, "2025-00125", 20250309, -1700);
    struct cash_settings settings = cash_settings_default();
    settings.precision_ppm = 100000;
    cash_engine_settings(w.engine, &settings);
    struct cash_line l = line(&w, 20250410, 12100 - 1700, BAKKER, "Bakkerij Bakker", "betaling");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_int(2, (int64_t)p.explanations[0].allocation_count);
    expect_int(CASH_TIE, p.why_not);
}

/* Two named, whole, and a part of a third that nobody named. */
TEST(cash_part_of_what_is_not_named)
{
    struct cash_settings settings = cash_settings_default();
    struct cash_candidate c = { .category = CASH_MATCH, .count = 3, .named = 2, .complete = true, .difference_count = 1,
                                .differences = { { CASH_INSTALMENT, 5000 } } };
    expect_int(CASH_DIFFERENCE_TOO_LARGE, cash_may_post(&settings, &c, 1));
    c.named = 3;
    expect_int(CASH_AUTO, cash_may_post(&settings, &c, 1));
}

/* A wrong guess holds what this line pays. What is left of his items happens to come to the amount too: that hides nothing either. */
TEST(cash_wrong_guess_hides_nothing_that_fits)
{
    struct world w = world_new(arena);
    sample_items(&w);
    item(&w, 17, 1, "2025-00311", 20250311, 24200 - 7100);
    item(&w, 18, 1, "2025-00312", 20250312, 7100);
    item(&w, 19, 1, "2025-00313", 20250313, 24200 - 8100);
    item(&w, 20, 1, "2025-00314", 20250314, 8100);
    struct cash_line first = line(&w, 20250401, 24200, BAKKER, "Bakkerij Bakker", "zie brief");
    struct cash_allocation guess = { 12, 24200 };
    const struct cash_explanation x = {
        .category = CASH_MATCH, .party = 1, .allocations = &guess, .allocation_count = 1, .probability_ppm = 600000
    };
    cash_engine_wait(w.engine, &first, &(struct cash_proposal){ .explanations = &x, .count = 1 });
    struct cash_line second = line(&w, 20250415, 24200, BAKKER, "Bakkerij Bakker", "124");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &second);
    expect_str("12", str_of(set_text(arena, &p.explanations[0])));
    expect(!p.automatic);
}

/* A list of last digits, two of them the same: of two sets that come to the amount, the one that holds all that is named, though the other is
 * learned to be the likelier. */
TEST(cash_named_before_what_is_not)
{
    struct cash_candidate c[2] = { { .category = CASH_MATCH, .count = 3, .complete = true },
                                   { .category = CASH_MATCH, .count = 3, .complete = true } };
    uint32_t first[] = { 1, 2, 3 }, other[] = { 1, 2, 4 };
    c[0].items = first, c[1].items = other;
    c[0].score = 5, c[1].score = 3;
    c[0].features[F_NAMED] = 2, c[0].features[F_UNNAMED] = 1, c[0].features[F_MISSED_WEAK] = 1;
    c[1].features[F_NAMED] = 3;
    cash_put_in_order(c, 2);
    expect(c[0].items == other && c[1].items == first);
    expect(c[0].score >= 5); /* as likely as what it stands in for */
    cash_put_in_order(c, 2);
    expect(c[0].items == other);
    for (int i = 0; i < 2; i++) c[i].features[F_PAID_NAMED] = 1; /* the text is of what was paid before */
    c[0].score = 3, c[1].score = 5;
    cash_put_in_order(c, 2);
    expect(c[0].items == first);
}

/* His own account, nothing that he owes: what a company of nearly his name owes comes to it. For a person. */
TEST(cash_pays_for_who_is_called_nearly_so)
{
    struct world w = world_new(arena);
    sample_items(&w);
    party(&w, 3, "10666", "Bakkerij Bakker Noord Holland B.V.", NULL);
    party(&w, 4, "10667", "Slagerij Karels B.V.", NULL);
    item(&w, 31, 3, "2025-00400", 20250305, 77700);
    item(&w, 32, 3, "2025-00401", 20250306, 11111);
    item(&w, 41, 4, "2025-00402", 20250306, 87654);
    struct cash_settings settings = cash_settings_default();
    settings.precision_ppm = 100000;
    cash_engine_settings(w.engine, &settings);
    struct cash_line l = line(&w, 20250410, 77700 + 11111, BAKKER, "Bakkerij Bakker", "volgens overzicht");
    struct cash_proposal p = cash_engine_match(w.engine, arena, &l);
    expect_str("31 32", str_of(set_text(arena, &p.explanations[0])));
    expect_int(3, p.explanations[0].party);
    expect(has_evidence(&p.explanations[0], CASH_BY_NAME) && !has_evidence(&p.explanations[0], CASH_BY_IBAN));
    expect(!p.automatic && p.why_not != CASH_AUTO);
    l = line(&w, 20250410, 87654, BAKKER, "Bakkerij Bakker", "volgens overzicht");
    p = cash_engine_match(w.engine, arena, &l);
    expect(p.explanations[0].category != CASH_MATCH); /* another name altogether */
}
