/* What is the difference between what is open and what was paid? Only what payers do: each kind has its own test. */
#include "cash/engine_private.h"

int64_t cash_item_discount(const struct cash_known_item *item, int32_t day, int grace_days)
{
    if (item->discount <= 0 || !item->discount_until || item->open != item->total) return 0;
    return day <= item->discount_until + grace_days ? item->discount : 0;
}

struct gap { int64_t open, gap; const struct cash_habit *habit; bool named, single; };

static bool set_difference(struct cash_candidate *c, enum cash_difference_kind kind, int64_t amount)
{
    c->differences[c->difference_count++] = (struct cash_difference){ kind, amount };
    return true;
}

/* The rest stays open: on the largest item. */
static bool leave_open(struct cash_candidate *c, enum cash_difference_kind kind, int64_t amount)
{
    size_t largest = 0;
    for (size_t i = 1; i < c->count; i++)
        if (c->allocated[i] > c->allocated[largest]) largest = i;
    if (c->allocated[largest] <= amount) return false;
    c->allocated[largest] -= amount;
    return set_difference(c, kind, amount);
}

static bool is_discount(struct cash_matching *m, struct cash_candidate *c, const struct gap *g)
{
    int64_t before = 0;
    for (int grace = 0; grace <= CASH_LATE_DAYS; grace++) {
        int64_t discount = 0, cents = 0; /* the payer may have rounded each discount otherwise */
        for (size_t i = 0; i < c->count; i++) {
            int64_t one = cash_item_discount(&m->engine->items.at[c->items[i]], m->day, grace);
            discount += one;
            cents += one > 0;
        }
        if (!discount || discount == before) continue;
        before = discount;
        int64_t rest = g->gap - discount, most = g->named ? m->engine->settings.rounding_minor : cents;
        if (rest > most || rest < -most) continue;
        if (rest <= cents && rest >= -cents) discount += rest, rest = 0;
        set_difference(c, grace ? CASH_DISCOUNT_LATE : CASH_DISCOUNT, discount);
        if (rest) set_difference(c, CASH_ROUNDING, rest);
        return true;
    }
    return false;
}

/* Discount on some of the items only. */
static bool is_part_discount(struct cash_matching *m, struct cash_candidate *c, const struct gap *g)
{
    int64_t amounts[12];
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        int64_t discount = cash_item_discount(&m->engine->items.at[c->items[i]], m->day, CASH_LATE_DAYS);
        if (discount && count == ARRAY_LENGTH(amounts)) return false;
        if (discount) amounts[count++] = discount;
    }
    for (uint32_t set = 1; set < 1u << count; set++) {
        int64_t sum = 0;
        for (size_t i = 0; i < count; i++) sum += set >> i & 1 ? amounts[i] : 0;
        if (sum == g->gap) return set_difference(c, CASH_DISCOUNT, sum);
    }
    return false;
}

static bool is_share(int64_t open, int64_t gap, int64_t ppm)
{
    int64_t part;
    return ppm && int_mul_div(open, ppm, 1000000, &part) && part - gap <= 1 && gap - part <= 1;
}

/* Two digits swapped, or (when the item is named) one wrong. */
static bool is_typo(int64_t paid, int64_t open, bool named)
{
    char a[24], b[24];
    int n = snprintf(a, sizeof a, "%lld", (long long)paid), k = snprintf(b, sizeof b, "%lld", (long long)open);
    if (n != k || n < 4) return false;
    int wrong[3], count = 0;
    for (int i = 0; i < n; i++)
        if (a[i] != b[i] && count < 3) wrong[count++] = i;
    if (count == 2 && wrong[1] == wrong[0] + 1 && a[wrong[0]] == b[wrong[1]] && a[wrong[1]] == b[wrong[0]]) return true;
    return named && count == 1;
}

static bool is_net_of_vat(int64_t paid, int64_t open)
{
    static const int64_t rates[] = { 121, 109 };
    for (size_t i = 0; i < ARRAY_LENGTH(rates); i++) {
        int64_t net;
        if (int_mul_div(open, 100, rates[i], &net) && net - paid <= 1 && paid - net <= 1) return true;
    }
    return false;
}

static bool is_charge(struct cash_matching *m, const struct cash_candidate *c, const struct gap *g)
{
    if (g->gap <= 0 || g->gap > m->engine->settings.charge_minor || g->gap * 10 > g->open) return false;
    for (size_t i = 0; i < CHARGES_KEPT; i++)
        if (g->habit->charges[i] == g->gap) return true;
    const char *country = m->engine->parties.at[c->party].country;
    bool foreign = country[0] && memcmp(country, "NL", 2) != 0;
    return g->gap % 50 == 0 && (g->habit->charge > 0 || (foreign && g->named));
}

/* Less than a simple part of it, or said to be a part. */
static bool is_instalment(struct cash_matching *m, const struct gap *g)
{
    if (g->gap <= 0 || !g->single) return false;
    int64_t paid = m->amount;
    for (int64_t part = 2; part <= 4; part++)
        if (paid == g->open / part || paid == (g->open + part - 1) / part) return true;
    static const int64_t percents[] = { 25, 30, 40, 50, 60, 75 };
    for (size_t i = 0; i < ARRAY_LENGTH(percents); i++)
        if (paid % 100 == 0 && paid == g->open * percents[i] / 100 / 100 * 100) return true;
    return m->reading->words & WORD_INSTALMENT;
}

/* Set off against what we owe them: the invoices to us that the text names, or else the only ones that come to just the difference. */
static bool is_set_off(struct cash_matching *m, struct cash_candidate *c, const struct gap *g)
{
    enum { MOST = 40, STEPS = 4000 };
    const struct cash_engine *e = m->engine;
    const struct cash_payable *all[MOST];
    int64_t amounts[MOST], named_sum = 0;
    uint16_t named[MOST];
    size_t count = 0, named_count = 0;
    for (uint32_t n = e->parties.at[c->party].payables; n && count < MOST; n = e->payables.at[n - 1].next)
        if (e->payables.at[n - 1].open < 0 && e->payables.at[n - 1].currency == m->currency)
            all[count++] = &e->payables.at[n - 1];
    for (size_t i = 0; i < count; i++) {
        struct str number = cash_compact(m->arena, all[i]->number, false);
        amounts[i] = -all[i]->open;
        if (number.length < 3 ||
            str_find((struct str){ m->reading->text.at, m->reading->text.count }, str_keep(m->arena, number).at) < 0)
            continue;
        named[named_count++] = (uint16_t)i, named_sum += amounts[i];
    }
    struct cash_found found = { 0 };
    if (named_count && named_sum == g->gap)
        found.sets[0].at = named, found.sets[0].count = named_count, found.total = 1, found.complete = true;
    else if (count) cash_search_sets(m->arena, &(struct cash_search){ amounts, count, g->gap, 2, STEPS, 0 }, &found);
    if (!found.complete || found.total != 1) return false;
    c->payables = ARENA_ARRAY(m->arena, struct cash_allocation, found.sets[0].count);
    for (size_t i = 0; i < found.sets[0].count; i++) {
        const struct cash_payable *p = all[found.sets[0].at[i]];
        c->payables[c->payable_count++] = (struct cash_allocation){ .item = p->id, .amount_minor = p->open };
    }
    return true;
}

/* More than is open, and a whole number of hundreds that nothing else accounts for. */
bool cash_is_rounded_up(int64_t paid, int64_t over, int64_t open)
{
    enum { HUNDRED = 10000 };
    return paid % HUNDRED == 0 && over > 0 && over < HUNDRED && over * 4 < open;
}

/* Less was paid. */
static bool explain_less(struct cash_matching *m, struct cash_candidate *c, const struct gap *g)
{
    const struct cash_habit *h = g->habit;
    uint32_t said = m->reading->words;
    if ((g->named || said & WORD_CONTRA) && is_set_off(m, c, g)) return true;
    if (h->deduction_same >= 1 && is_share(g->open, g->gap, h->deduction_ppm)) return set_difference(c, CASH_DEDUCTION, g->gap);
    if (is_charge(m, c, g)) return set_difference(c, CASH_CHARGE, g->gap);
    if (g->gap < 100 && m->amount % 100 == 0 && (g->named || h->rounding)) return set_difference(c, CASH_ROUNDING, g->gap);
    if (g->named && is_part_discount(m, c, g)) return true;
    static const int64_t usual_ppm[] = { 10000, 15000, 20000, 25000, 30000, 50000 };
    for (size_t i = 0; g->named && i < ARRAY_LENGTH(usual_ppm); i++)
        if (g->gap > 100 && is_share(g->open, g->gap, usual_ppm[i])) return set_difference(c, CASH_DEDUCTION, g->gap);
    if (g->single && is_net_of_vat(m->amount, g->open)) return leave_open(c, CASH_NET_OF_VAT, g->gap);
    if (g->single && is_typo(m->amount, g->open, g->named)) return leave_open(c, CASH_TYPO, g->gap);
    if (is_instalment(m, g) && (g->named || said & WORD_INSTALMENT)) return leave_open(c, CASH_INSTALMENT, g->gap);
    if (!g->named) { /* one item and a deduction that is said, or round; or the half */
        bool round = g->gap % 500 == 0 || m->amount == g->open / 2;
        if (!g->single && g->gap * 4 < g->open && (said & WORD_CONTRA)) return set_difference(c, CASH_CONTRA, g->gap);
        if (!g->single && g->gap * 4 < g->open && (g->gap % 500 == 0 || said & WORD_DEDUCTION))
            return leave_open(c, CASH_SHORT, g->gap);
        if (!g->single || g->gap * 10 > g->open * 5 + 10 || !(round || said & WORD_DEDUCTION)) return false;
        return leave_open(c, m->amount == g->open / 2 ? CASH_INSTALMENT : CASH_SHORT, g->gap);
    }
    if (said & WORD_CONTRA) return set_difference(c, CASH_CONTRA, g->gap);
    if (!g->single && g->gap * 2 > g->open) return false;
    return leave_open(c, CASH_SHORT, g->gap);
}

bool cash_explain_difference(struct cash_matching *m, struct cash_candidate *c, bool named)
{
    struct gap g = { .habit = &m->engine->parties.at[c->party].habit, .named = named, .single = c->count == 1 };
    c->difference_count = c->payable_count = 0;
    for (size_t i = 0; i < c->count; i++) {
        c->allocated[i] = m->engine->items.at[c->items[i]].open;
        if (!int_add(g.open, c->allocated[i], &g.open)) return false;
    }
    if (g.open > EXACT_MAX / 128 || g.open < -EXACT_MAX / 128) return false;
    g.gap = g.open - m->amount;
    if (g.gap == 0) return true;
    if ((g.open > 0) != (m->amount > 0) || g.open == 0) return false;
    if (is_discount(m, c, &g)) return true;
    int64_t rounding = m->engine->settings.rounding_minor;
    if (g.gap <= rounding && g.gap >= -rounding) return set_difference(c, CASH_ROUNDING, g.gap);
    if (m->amount < 0) return false;
    if (g.gap > 0) return explain_less(m, c, &g);
    if (g.single && is_typo(m->amount, g.open, named)) return set_difference(c, CASH_TYPO, g.gap);
    if (!named && !cash_is_rounded_up(m->amount, -g.gap, g.open)) return false;
    if (-g.gap > g.open && !(m->reading->words & WORD_ON_ACCOUNT) && !m->last_resort) return false;
    return set_difference(c, CASH_OVER, g.gap);
}
