/* Candidates: every set of open items that somebody might have meant. */
#include "cash/engine_private.h"

enum { SOLVER_STEPS = 12000, POOL_MAX = 40, FEW_SETS = 12, TRIPLES_FROM_MAX = 120, DROP_TWO_MAX = 110, WHOLE_LEAST = 8 };

const struct cash_naming *cash_named(const struct cash_matching *m, uint32_t item)
{
    for (size_t i = 0; i < m->named.count; i++)
        if (m->named.at[i].item == item) return &m->named.at[i];
    return NULL;
}

/* ---- The list ---- */

bool cash_is_set(enum cash_category category) { return category == CASH_MATCH || category == CASH_REFUND; }

static uint64_t set_key(enum cash_category category, const uint32_t *items, size_t count)
{
    uint64_t key = (uint64_t)category * UINT64_C(0x2545f4914f6cdd1d);
    for (size_t i = 0; i < count; i++) key += cash_mix(items[i] + 1, SALT_TYPO);
    return key;
}

struct cash_candidate *cash_candidate_add(struct cash_matching *m, enum cash_category category, uint32_t party, int guess,
                                          const uint32_t *items, size_t count, uint32_t origin)
{
    uint64_t key = set_key(category, items, count);
    for (size_t i = 0; i < m->candidate_count; i++) {
        if (m->candidates[i].key != key) continue;
        m->candidates[i].origin |= origin;
        return &m->candidates[i];
    }
    if (m->candidate_count == CANDIDATES_MAX || (cash_is_set(category) && (!count || count > CASH_SET_MAX))) return NULL;
    struct cash_candidate *c = &m->candidates[m->candidate_count];
    *c = (struct cash_candidate){ .category = category,
                                  .party = party,
                                  .guess = guess,
                                  .count = count,
                                  .origin = origin,
                                  .key = key,
                                  .complete = true };
    c->items = ARENA_ARRAY(m->arena, uint32_t, count + 1);
    c->allocated = ARENA_ARRAY(m->arena, int64_t, count + 1);
    if (count) memcpy(c->items, items, count * sizeof *items);
    if (cash_is_set(category)) {
        bool named = false;
        for (size_t i = 0; i < count; i++) {
            const struct cash_naming *n = cash_named(m, items[i]);
            named |= n && n->quality >= 45;
            c->early |= m->engine->items.at[items[i]].issued > m->day;
        }
        if (!cash_explain_difference(m, c, named)) return NULL;
    }
    m->candidate_count++;
    return c;
}

/* The party is the one that most of the money is owed by. */
struct cash_candidate *cash_add_places(struct cash_matching *m, const struct cash_scope *s, const uint16_t *places,
                                       size_t count, uint32_t origin)
{
    uint32_t items[CASH_SCOPE_MAX];
    if (!count || count > CASH_SCOPE_MAX) return NULL;
    for (size_t i = 0; i < count; i++) items[i] = s->items[places[i]];
    uint32_t party = m->engine->items.at[s->items[places[0]]].party;
    int guess = s->guess;
    if (s->family) {
        for (size_t i = 0; i < count; i++) /* whoever pays for the others, when he pays for himself too */
            if (m->engine->items.at[s->items[places[i]]].party == m->payers[0].party) party = m->payers[0].party;
        guess = -1;
        for (size_t i = 0; i < m->payer_count; i++)
            if (m->payers[i].party == party) guess = (int)i;
    }
    return cash_candidate_add(m, m->sets, party, guess, items, count, origin);
}

static int64_t open_of(const struct cash_matching *m, const struct cash_scope *s, size_t i)
{
    return m->engine->items.at[s->items[i]].open;
}
static int64_t value_of(const struct cash_matching *m, const struct cash_scope *s, size_t i, int grace)
{
    const struct cash_known_item *item = &m->engine->items.at[s->items[i]];
    return item->open - (grace >= 0 ? cash_item_discount(item, m->day, grace) : 0);
}

/* ---- Sets named in the text ---- */

/* Exact sets among the places given; `fixed` are in every set. */
static size_t solve(struct cash_matching *m, const struct cash_scope *s, const uint16_t *places, size_t count,
                    const uint16_t *fixed, size_t fixed_count, int grace, size_t most, size_t skip_size,
                    uint32_t origin)
{
    int64_t amounts[CASH_SCOPE_MAX], target = m->amount;
    if (count > CASH_SCOPE_MAX || fixed_count + count > CASH_SCOPE_MAX) return 0;
    for (size_t i = 0; i < count; i++) amounts[i] = value_of(m, s, places[i], grace);
    for (size_t i = 0; i < fixed_count; i++) target -= value_of(m, s, fixed[i], grace);
    struct cash_search search = { amounts, count, target, most, SOLVER_STEPS / 4, skip_size };
    struct cash_found found;
    cash_search_sets(m->arena, &search, &found);
    for (size_t i = 0; i < found.set_count; i++) {
        uint16_t set[CASH_SCOPE_MAX];
        if (fixed_count) memcpy(set, fixed, fixed_count * sizeof *set);
        for (size_t j = 0; j < found.sets[i].count; j++) set[fixed_count + j] = places[found.sets[i].at[j]];
        cash_add_places(m, s, set, fixed_count + found.sets[i].count, origin);
    }
    return (size_t)found.total;
}

/* One item for each place in the text where something is named: the best, of equals the oldest. */
static size_t one_per_token(const struct cash_scope *s, int least, uint16_t *out)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->named_quality[i] < least) continue;
        bool beaten = false;
        for (size_t j = 0; j < s->count && !beaten && s->named_token[i] >= 0; j++)
            beaten =
                j != i && s->named_token[j] == s->named_token[i] &&
                (s->named_quality[j] > s->named_quality[i] || (s->named_quality[j] == s->named_quality[i] && j < i));
        if (!beaten) out[count++] = (uint16_t)i;
    }
    return count;
}

static bool is_exact(const struct cash_candidate *c)
{
    return c && (c->difference_count == 0 || c->differences[0].kind == CASH_DISCOUNT ||
                 c->differences[0].kind == CASH_DISCOUNT_LATE);
}

static void named_and_others(struct cash_matching *m, struct cash_scope *s, const uint16_t *named, size_t count)
{
    uint16_t credits[CASH_SCOPE_MAX], others[CASH_SCOPE_MAX];
    size_t credit_count = 0, other_count = 0;
    for (size_t i = 0; i < s->count; i++) {
        bool in = false;
        for (size_t j = 0; j < count; j++) in |= named[j] == i;
        if (in) continue;
        others[other_count++] = (uint16_t)i;
        if (open_of(m, s, i) < 0 && credit_count < 16) credits[credit_count++] = (uint16_t)i;
    }
    if (other_count + count > CASH_SCOPE_MAX) other_count = CASH_SCOPE_MAX - count;
    for (int grace = -1; grace <= LATE_SEARCH_DAYS; grace += grace < 0 ? 1 : LATE_SEARCH_DAYS) {
        if (grace >= 0 && !s->has_discount) break;
        if (credit_count) solve(m, s, credits, credit_count, named, count, grace, 3, 0, FROM_NAMED | FROM_NAMED_REST);
        if (other_count && count) solve(m, s, others, other_count, named, count, grace, 5, 4, FROM_NAMED_REST);
    }
}

int cash_by_sum(const void *a, const void *b)
{
    const struct cash_sum *x = a, *y = b;
    return x->sum != y->sum ? (x->sum < y->sum ? -1 : 1) : (int)x->place - (int)y->place;
}
size_t cash_first_sum(const struct cash_sum *sums, size_t count, int64_t sum)
{
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (sums[middle].sum < sum) from = middle + 1;
        else to = middle;
    }
    return from;
}

/* What a set must come to: the amount paid, or what this payer owed before he kept something back, `over` at most above it. cents: each
 * discount may have been rounded the other way. */
struct owed {
    int64_t amount, over;
};
struct prefix {
    const struct cash_sum *values, *sorted;
    size_t count;
    const uint16_t *set;
    size_t fixed, end;
    int64_t over, cents;
};

/* What this payer, by his habit, may have owed when he paid this: whole euros only, his bank's charge, his bonus. */
enum { OWED_MOST = CHARGES_KEPT + 2 };
static size_t owed_by_habit(const struct cash_matching *m, const struct cash_habit *h, struct owed *out)
{
    size_t count = 0;
    if (h->rounding && m->amount % 100 == 0) out[count++] = (struct owed){ m->amount + 1, 98 };
    for (size_t i = 0; i < CHARGES_KEPT && h->charges[i]; i++) out[count++] = (struct owed){ m->amount + h->charges[i], 0 };
    int64_t owed;
    if (h->deduction_same && int_mul_div(m->amount, 1000000, 1000000 - h->deduction_ppm, &owed))
        out[count++] = (struct owed){ owed - 1, 2 };
    return count;
}

/* The prefix without one or two of its items. */
static size_t drop_from(struct cash_matching *m, struct cash_scope *s, const struct prefix *p, int64_t excess, size_t most)
{
    size_t found = 0;
    for (size_t first = 0; first <= p->end && found < most; first++) { /* first == end: only one is left out */
        int64_t rest = excess - (first < p->end ? p->values[first].sum : 0);
        if (first < p->end && (rest <= 0 || p->end > DROP_TWO_MAX)) continue;
        for (size_t k = cash_first_sum(p->sorted, p->count, rest - p->cents - p->over);
             k < p->count && p->sorted[k].sum <= rest + p->cents && found < most; k++) {
            size_t second = p->sorted[k].place;
            if (second >= p->end || (first < p->end && second <= first)) continue;
            uint16_t left[CASH_SCOPE_MAX + 40];
            size_t count = 0;
            for (size_t j = 0; j < p->fixed + p->end + 1; j++)
                if (j != p->fixed + second && (first == p->end || j != p->fixed + first)) left[count++] = p->set[j];
            found += cash_add_places(m, s, left, count, FROM_DROP) != NULL;
        }
    }
    return found;
}

/* What is named, and what follows it up to some day, one or two of it left out. */
static void continued_without(struct cash_matching *m, struct cash_scope *s, const uint16_t *named, size_t count,
                              uint64_t last, bool with_credits, int grace, const struct owed *owed)
{
    struct cash_sum values[CASH_SCOPE_MAX], sorted[CASH_SCOPE_MAX];
    uint16_t set[CASH_SCOPE_MAX + 40];
    size_t fixed = count, n = 0, dropped = 0;
    int64_t sum = 0;
    memcpy(set, named, count * sizeof *set);
    for (size_t i = 0; i < count; i++) sum += value_of(m, s, named[i], grace);
    for (size_t i = 0; with_credits && i < s->count && fixed < CASH_SCOPE_MAX; i++)
        if (open_of(m, s, i) < 0 && !s->named_quality[i]) sum += open_of(m, s, i), set[fixed++] = (uint16_t)i;
    for (size_t i = 0; i < s->count && fixed + n < CASH_SCOPE_MAX; i++) { /* in order of issue */
        const struct cash_known_item *item = &m->engine->items.at[s->items[i]];
        if (item->open <= 0 || item->sequence <= last) continue;
        size_t j = n++;
        for (; j > 0 && m->engine->items.at[s->items[set[fixed + j - 1]]].sequence > item->sequence; j--)
            set[fixed + j] = set[fixed + j - 1];
        set[fixed + j] = (uint16_t)i;
    }
    for (size_t i = 0; i < n; i++) values[i] = (struct cash_sum){ value_of(m, s, set[fixed + i], grace), (uint16_t)i };
    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, cash_by_sum);
    for (size_t i = 0; i < n && dropped < 4; i++) {
        sum += values[i].sum;
        if (sum > owed->amount + owed->over && i > 1)
            dropped += drop_from(m, s, &(struct prefix){ values, sorted, n, set, fixed, i, owed->over, grace >= 0 },
                                 sum - owed->amount, 4 - dropped);
    }
}

/* The list in the text was cut off: what is named, and the items that follow it, one after another. */
static void named_continued_to(struct cash_matching *m, struct cash_scope *s, const uint16_t *named, size_t count,
                               const struct owed *owed)
{
    const struct cash_engine *e = m->engine;
    uint16_t set[CASH_SCOPE_MAX];
    uint64_t last = 0;
    for (size_t i = 0; i < count; i++)
        if (e->items.at[s->items[named[i]]].sequence > last) last = e->items.at[s->items[named[i]]].sequence;
    for (int with = 0; with < 4; with++) { /* 1: with the credit notes; 2: less the discounts */
        int grace = with & 2 ? LATE_SEARCH_DAYS : -1;
        int64_t sum = 0;
        size_t n = count;
        if (grace >= 0 && (!s->has_discount || owed->amount != m->amount)) break;
        memcpy(set, named, count * sizeof *set);
        for (size_t i = 0; i < count; i++) sum += value_of(m, s, named[i], grace);
        for (size_t i = 0; with & 1 && i < s->count && n < CASH_SCOPE_MAX; i++)
            if (open_of(m, s, i) < 0 && !s->named_quality[i]) sum += open_of(m, s, i), set[n++] = (uint16_t)i;
        for (uint64_t after = last; n < CASH_SCOPE_MAX && sum < owed->amount;) {
            size_t next = s->count;
            for (size_t i = 0; i < s->count; i++) {
                const struct cash_known_item *item = &e->items.at[s->items[i]];
                if (item->open > 0 && item->sequence > after &&
                    (next == s->count || item->sequence < e->items.at[s->items[next]].sequence))
                    next = i;
            }
            if (next == s->count) break;
            after = e->items.at[s->items[next]].sequence;
            sum += value_of(m, s, next, grace);
            set[n++] = (uint16_t)next;
        }
        int64_t cents = grace >= 0 ? (int64_t)n : 0; /* each discount rounded by a cent */
        if (sum >= owed->amount - cents && sum <= owed->amount + owed->over + cents && n > count)
            cash_add_places(m, s, set, n, FROM_NAMED | FROM_NAMED_REST);
        else if (sum > owed->amount) continued_without(m, s, named, count, last, with & 1, grace, owed);
    }
}

static void named_continued(struct cash_matching *m, struct cash_scope *s, const uint16_t *named, size_t count)
{
    struct owed owed[OWED_MOST];
    size_t ways = owed_by_habit(m, &m->engine->parties.at[m->engine->items.at[s->items[0]].party].habit, owed);
    named_continued_to(m, s, named, count, &(struct owed){ m->amount, 0 });
    for (size_t i = 0; i < ways; i++) named_continued_to(m, s, named, count, &owed[i]);
}

void cash_named_sets(struct cash_matching *m, struct cash_scope *s)
{
    uint16_t all[CASH_SCOPE_MAX], strong[CASH_SCOPE_MAX], pool[CASH_SCOPE_MAX];
    size_t all_count = one_per_token(s, 45, all), strong_count = one_per_token(s, 80, strong), pool_count = 0;
    if (!all_count) all_count = one_per_token(s, 30, all);
    bool exact = false;
    if (all_count) exact |= is_exact(cash_add_places(m, s, all, all_count, FROM_NAMED));
    if (strong_count && strong_count < all_count) exact |= is_exact(cash_add_places(m, s, strong, strong_count, FROM_NAMED));
    if (exact && strong_count) m->exact_named = true;
    for (int least = 80; least >= 30; least -= 25)
        for (size_t i = 0; i < s->count && pool_count < POOL_MAX; i++)
            if (s->named_quality[i] >= least && (least == 80 || s->named_quality[i] < least + 25))
                pool[pool_count++] = (uint16_t)i;
    size_t found = 0;
    if (strong_count && pool_count > strong_count && !exact) { /* all that is surely named, and some of what may be */
        uint16_t weak[POOL_MAX];
        size_t weak_count = 0;
        for (size_t i = 0; i < pool_count; i++)
            if (s->named_quality[pool[i]] < 80) weak[weak_count++] = pool[i];
        for (int grace = -1; grace <= LATE_SEARCH_DAYS; grace += grace < 0 ? 1 : LATE_SEARCH_DAYS) {
            if (grace >= 0 && !s->has_discount) break;
            found += solve(m, s, weak, weak_count, strong, strong_count, grace, 8, 0, FROM_NAMED_PART);
        }
    }
    if (pool_count > 1)
        for (int grace = -1; grace <= LATE_SEARCH_DAYS; grace += grace < 0 ? 1 : LATE_SEARCH_DAYS) {
            if (grace >= 0 && !s->has_discount) break;
            found += solve(m, s, pool, pool_count, NULL, 0, grace, 6, 0, FROM_NAMED_PART);
        }
    if (!exact && all_count && all_count < 60) named_and_others(m, s, all, all_count);
    if (!exact && all_count > 1) named_continued(m, s, all, all_count);
    if (!exact && strong_count > 1 && strong_count < all_count) named_continued(m, s, strong, strong_count);
    if (!exact && !found && strong_count && strong_count < all_count) named_and_others(m, s, strong, strong_count);
    for (size_t i = 0; i < pool_count && i < 6; i++) cash_add_places(m, s, &pool[i], 1, FROM_NAMED_PART);
}

/* ---- Sets by amount and age, whatever the text says ---- */

static void singles(struct cash_matching *m, struct cash_scope *s)
{
    size_t equals = 0;
    for (size_t i = 0; i < s->count; i++) {
        uint16_t place = (uint16_t)i;
        bool exact = false;
        for (int grace = -1; grace <= CASH_LATE_DAYS && !exact; grace++) exact = value_of(m, s, i, grace) == m->amount;
        if (exact && equals < 6) equals += cash_add_places(m, s, &place, 1, FROM_SINGLE) != NULL;
    }
}

/* One item and a difference: rounding, charge, typing error, net of VAT, instalment; the nearest amounts first. */
static void near_singles(struct cash_matching *m, struct cash_scope *s)
{
    enum { NEAR_MOST = 8 };
    struct cash_sum gaps[CASH_SCOPE_MAX];
    size_t count = 0, found = 0;
    if (m->amount <= 0) return;
    for (size_t i = 0; i < s->count; i++) {
        int64_t open = open_of(m, s, i), gap = open - m->amount;
        if (open > m->amount / 2 && open < m->amount * 5) gaps[count++] = (struct cash_sum){ gap < 0 ? -gap : gap, (uint16_t)i };
    }
    qsort(gaps, count, sizeof *gaps, cash_by_sum);
    for (size_t i = 0; i < count && found < NEAR_MOST; i++) found += cash_add_places(m, s, &gaps[i].place, 1, FROM_NEAR) != NULL;
}

struct order { uint16_t at[CASH_SCOPE_MAX]; size_t count; };

static bool in_order(const struct cash_known_item *a, const struct cash_known_item *b, bool by_issue)
{
    if (!by_issue) return cash_item_order(a, b) < 0;
    return a->issued != b->issued ? a->issued < b->issued : a->sequence < b->sequence;
}

/* Positive items of the scope in order; the credit notes, when wanted, in front. */
static void order_items(const struct cash_matching *m, const struct cash_scope *s, bool by_issue, bool whole_only,
                        struct order *out)
{
    out->count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct cash_known_item *item = &m->engine->items.at[s->items[i]];
        if (item->open <= 0 || (whole_only && item->open != item->total)) continue;
        size_t j = out->count++;
        if (by_issue)
            for (; j > 0 && in_order(item, &m->engine->items.at[s->items[out->at[j - 1]]], true); j--)
                out->at[j] = out->at[j - 1];
        out->at[j] = (uint16_t)i;
    }
}

bool cash_credit_places(const struct cash_matching *m, const struct cash_scope *s, enum cash_credits way, uint16_t *out,
                        size_t *count)
{
    size_t all = 0;
    *count = 0;
    for (size_t i = 0; i < s->count && all < 40 && way != CREDITS_NONE; i++) {
        if (open_of(m, s, i) >= 0) continue;
        all++;
        if (way == CREDITS_ALL || m->engine->items.at[s->items[i]].issued < m->day) out[(*count)++] = (uint16_t)i;
    }
    return way == CREDITS_NONE || (*count && (way == CREDITS_ALL || *count < all));
}

/* Would a payer who keeps something back pay `sum` with this amount? */
static bool near_enough(const struct cash_matching *m, const struct cash_habit *h, int64_t sum, int grace, size_t count)
{
    int64_t gap = sum - m->amount, part;
    if (grace >= 0) return gap >= -(int64_t)count && gap <= (int64_t)count; /* each discount rounded by a cent */
    if (gap >= -m->engine->settings.rounding_minor && gap <= m->engine->settings.rounding_minor) return true;
    if (gap < 0) return cash_is_rounded_up(m->amount, -gap, sum);
    if (gap % 500 == 0 && gap * 4 < sum) return true;
    if (h->rounding && gap < 100 && m->amount % 100 == 0) return true;
    if (h->charge && gap % 50 == 0 && gap <= m->engine->settings.charge_minor && gap * 10 < sum) return true;
    for (size_t i = 0; i < CHARGES_KEPT; i++)
        if (h->charges[i] && h->charges[i] == gap) return true;
    return h->deduction_same && int_mul_div(sum, h->deduction_ppm, 1000000, &part) && part - gap <= 1 && gap - part <= 1;
}

/* All from the oldest on up to some day; with one or two left out; with the credit notes. */
static void prefixes(struct cash_matching *m, struct cash_scope *s, const struct order *order, int grace, uint32_t origin,
                     const struct owed *owed)
{
    const struct cash_habit *h = &m->engine->parties.at[m->engine->items.at[s->items[0]].party].habit;
    uint16_t credits[40], set[CASH_SCOPE_MAX + 40];
    size_t n = order->count;
    struct cash_sum values[CASH_SCOPE_MAX];
    for (size_t i = 0; i < n; i++) values[i] = (struct cash_sum){ value_of(m, s, order->at[i], grace), (uint16_t)i };
    struct cash_sum sorted[CASH_SCOPE_MAX];
    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, cash_by_sum);
    for (enum cash_credits way = CREDITS_NONE; way < CREDITS_WAYS; way++) {
        int64_t sum = 0;
        size_t fixed, dropped = 0;
        if (!cash_credit_places(m, s, way, credits, &fixed)) continue;
        for (size_t i = 0; i < fixed; i++) sum += open_of(m, s, credits[i]);
        memcpy(set, credits, fixed * sizeof *set);
        for (size_t i = 0; i < n && fixed + i < CASH_SCOPE_MAX; i++) {
            sum += values[i].sum;
            set[fixed + i] = order->at[i];
            bool to_it = sum >= owed->amount && sum <= owed->amount + owed->over;
            if (to_it || (owed->amount == m->amount && near_enough(m, h, sum, grace, i + 1)))
                cash_add_places(m, s, set, fixed + i + 1, origin);
            int64_t excess = sum - owed->amount;
            bool over_now = excess > 0 && excess < values[i].sum && owed->amount == m->amount; /* the first that is more than what was paid */
            if (over_now && grace < 0 && i > 0 && (m->reading->words & (WORD_DEDUCTION | WORD_CONTRA)))
                cash_add_places(m, s, set, fixed + i + 1, origin);
            if (excess <= owed->over || i < 2 || dropped > 6) continue;
            dropped += drop_from(m, s, &(struct prefix){ values, sorted, n, set, fixed, i, owed->over, grace >= 0 },
                                 excess, 7 - dropped);
        }
    }
}

/* Neighbours in order: a month, a week, what fell due since the last payment; with the credit notes or without; one of them left out. */
static void window_sets(struct cash_matching *m, struct cash_scope *s, const struct order *order, int grace,
                        const uint16_t *credits, size_t credit_count)
{
    enum { DROP_FROM_MAX = 120 };
    struct cash_sum sums[CASH_SCOPE_MAX + 1], sorted[CASH_SCOPE_MAX];
    int64_t sum[CASH_SCOPE_MAX + 1], amount = m->amount;
    uint16_t set[CASH_SCOPE_MAX + 40];
    size_t n = order->count, found = 0, dropped = 0;
    for (size_t i = 0; i < credit_count; i++) amount -= open_of(m, s, credits[i]);
    memcpy(set, credits, credit_count * sizeof *set);
    sum[0] = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t value = value_of(m, s, order->at[i], grace);
        sum[i + 1] = sum[i] + value;
        sorted[i] = (struct cash_sum){ value, (uint16_t)i };
    }
    for (size_t i = 0; i <= n; i++) sums[i] = (struct cash_sum){ sum[i], (uint16_t)i };
    qsort(sums, n + 1, sizeof *sums, cash_by_sum);
    for (size_t i = 0; i < n && found < 4; i++)
        for (size_t k = cash_first_sum(sums, n + 1, sum[i] + amount);
             k <= n && sums[k].sum == sum[i] + amount && found < 4; k++) {
            size_t end = sums[k].place;
            if (end <= i || credit_count + end - i > CASH_SCOPE_MAX) continue;
            memcpy(set + credit_count, order->at + i, (end - i) * sizeof *set);
            cash_add_places(m, s, set, credit_count + end - i, FROM_WINDOW), found++;
        }
    if (found || n > DROP_FROM_MAX || n < 4) return;
    qsort(sorted, n, sizeof *sorted, cash_by_sum);
    for (size_t i = 1; i + 3 < n && dropped < 3; i++) /* what begins at the first is a prefix, and looked at there */
        for (size_t end = i + 4; end <= n && dropped < 3 && credit_count + end - i <= CASH_SCOPE_MAX; end++) {
            int64_t excess = sum[end] - sum[i] - amount;
            if (excess <= 0) continue;
            for (size_t k = cash_first_sum(sorted, n, excess); k < n && sorted[k].sum == excess && dropped < 3; k++) {
                size_t out = sorted[k].place, count = credit_count;
                if (out <= i || out + 1 >= end) continue; /* at an end it is another window */
                for (size_t j = i; j < end; j++)
                    if (j != out) set[count++] = order->at[j];
                dropped += cash_add_places(m, s, set, count, FROM_WINDOW) != NULL;
            }
        }
}

static void windows(struct cash_matching *m, struct cash_scope *s, const struct order *order, int grace)
{
    uint16_t credits[40];
    size_t credit_count;
    for (enum cash_credits way = CREDITS_NONE; way < CREDITS_WAYS; way++)
        if (cash_credit_places(m, s, way, credits, &credit_count)) window_sets(m, s, order, grace, credits, credit_count);
}

/* Two or three items: what a payer adds up without a system. All that come to `least` … `most`, up to a limit, and how many there are. */
static size_t small_sets(struct cash_matching *m, struct cash_scope *s, int grace, int64_t least, int64_t most)
{
    struct cash_sum sorted[CASH_SCOPE_MAX];
    size_t n = s->count, pairs = 0, triples = 0;
    for (size_t i = 0; i < n; i++) sorted[i] = (struct cash_sum){ value_of(m, s, i, grace), (uint16_t)i };
    qsort(sorted, n, sizeof *sorted, cash_by_sum);
    for (size_t i = 0; i < n; i++) {
        int64_t own = value_of(m, s, i, grace);
        for (size_t k = cash_first_sum(sorted, n, least - own); k < n && sorted[k].sum <= most - own; k++)
            if (sorted[k].place > i && pairs++ < 12)
                cash_add_places(m, s, (uint16_t[]){ (uint16_t)i, sorted[k].place }, 2, FROM_SMALL);
    }
    size_t limit = n < TRIPLES_FROM_MAX ? n : TRIPLES_FROM_MAX;
    for (size_t i = 0; i < limit; i++)
        for (size_t j = i + 1; j < limit; j++) {
            int64_t own = value_of(m, s, i, grace) + value_of(m, s, j, grace);
            for (size_t k = cash_first_sum(sorted, n, least - own); k < n && sorted[k].sum <= most - own; k++)
                if (sorted[k].place > j && triples++ < 10)
                    cash_add_places(m, s, (uint16_t[]){ (uint16_t)i, (uint16_t)j, sorted[k].place }, 3, FROM_SMALL);
        }
    return pairs + triples;
}

/* Any set of what is whole and due about now: old leftovers would only add sums that nobody meant. */
static void timely_sets(struct cash_matching *m, struct cash_scope *s, int grace, int64_t target)
{
    enum { OVERDUE_DAYS = 45, AHEAD_DAYS = 35, TIMELY_MAX = 28 };
    uint16_t places[TIMELY_MAX];
    int64_t amounts[TIMELY_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->count && count < TIMELY_MAX; i++) {
        const struct cash_known_item *item = &m->engine->items.at[s->items[i]];
        if (item->open != item->total || item->due < m->day - OVERDUE_DAYS || item->due > m->day + AHEAD_DAYS) continue;
        amounts[count] = value_of(m, s, i, grace);
        places[count++] = (uint16_t)i;
    }
    if (count == s->count && target == m->amount) return; /* the same as all of them */
    struct cash_search search = { amounts, count, target, FEW_SETS, SOLVER_STEPS, 0 };
    struct cash_found found;
    cash_search_sets(m->arena, &search, &found);
    for (size_t i = 0; i < found.set_count && found.total <= FEW_SETS; i++) {
        uint16_t set[TIMELY_MAX];
        for (size_t j = 0; j < found.sets[i].count; j++) set[j] = places[found.sets[i].at[j]];
        cash_add_places(m, s, set, found.sets[i].count, FROM_SOLVER);
    }
}

/* This payer always keeps something back: sets that come to what he owed before that. */
static void habit_sets(struct cash_matching *m, struct cash_scope *s, const struct order *by_due, const struct order *by_issue)
{
    struct owed owed[OWED_MOST];
    size_t ways = owed_by_habit(m, &m->engine->parties.at[m->payers[s->guess].party].habit, owed);
    for (size_t i = 0; i < ways; i++) {
        const struct owed *o = &owed[i];
        small_sets(m, s, -1, o->amount, o->amount + o->over);
        prefixes(m, s, by_due, -1, FROM_PREFIX, o);
        prefixes(m, s, by_issue, -1, FROM_ISSUE, o);
        for (int64_t over = 0; over <= o->over && o->over < 10; over++) timely_sets(m, s, -1, o->amount + over);
    }
}

/* Any set at all, and how many there are. */
static void all_sets(struct cash_matching *m, struct cash_scope *s, int grace)
{
    int64_t amounts[CASH_SCOPE_MAX];
    for (size_t i = 0; i < s->count; i++) amounts[i] = value_of(m, s, i, grace);
    struct cash_search search = { amounts, s->count, m->amount, FEW_SETS, SOLVER_STEPS, 0 };
    struct cash_found found;
    cash_search_sets(m->arena, &search, &found);
    for (size_t i = 0; i < found.set_count && found.total <= FEW_SETS; i++)
        cash_add_places(m, s, found.sets[i].at, found.sets[i].count, FROM_SOLVER);
    int64_t total = found.complete || found.total ? found.total : 0;
    if (!found.complete && total < 2) total = 2; /* not searched to the end: never "the only one" */
    if (!s->sets_counted || total > s->other_sets) s->other_sets = total;
    s->sets_counted = true;
}

/* A round sum on account of the oldest items: the last one in part. */
static void running(struct cash_matching *m, struct cash_scope *s)
{
    uint16_t set[CASH_SCOPE_MAX];
    int64_t left = m->amount;
    size_t count = 0;
    if (m->amount <= 0 || s->family) return;
    const struct cash_habit *h = &m->engine->parties.at[m->payers[s->guess].party].habit;
    bool told = m->reading->words & (WORD_RUNNING | WORD_INSTALMENT);
    if (!told && !h->running && h->lines >= WHOLE_LEAST) return; /* he is known to pay item by item */
    if (m->amount % (told || h->running ? 100 : 5000) != 0 && !h->running) return;
    for (size_t i = 0; i < s->count && left > 0; i++) {
        int64_t open = open_of(m, s, i);
        if (open <= 0) continue;
        set[count++] = (uint16_t)i;
        left -= open;
    }
    if (left >= 0 || !count) return;
    uint32_t items[CASH_SCOPE_MAX];
    for (size_t i = 0; i < count; i++) items[i] = s->items[set[i]];
    uint64_t key = set_key(CASH_MATCH, items, count);
    for (size_t i = 0; i < m->candidate_count; i++)
        if (m->candidates[i].key == key) { m->candidates[i].origin |= FROM_RUNNING; return; }
    if (m->candidate_count == CANDIDATES_MAX) return;
    struct cash_candidate *c = &m->candidates[m->candidate_count++];
    *c = (struct cash_candidate){ .category = CASH_MATCH,
                                  .party = m->payers[s->guess].party,
                                  .guess = s->guess,
                                  .count = count,
                                  .origin = FROM_RUNNING,
                                  .key = key,
                                  .complete = true };
    c->items = ARENA_ARRAY(m->arena, uint32_t, count);
    c->allocated = ARENA_ARRAY(m->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) c->items[i] = items[i], c->allocated[i] = m->engine->items.at[items[i]].open;
    c->allocated[count - 1] += left;
    c->differences[c->difference_count++] = (struct cash_difference){ CASH_INSTALMENT, -left };
}

/* What is due of one party and of another, each up to its own day, or of one alone, with the credit notes of both: a head office pays
 * for a subsidiary. One item of them may be left out. */
struct pair {
    uint16_t first[CASH_SCOPE_MAX], second[CASH_SCOPE_MAX], credits[40];
    size_t first_count, second_count, credit_count;
};

static bool pair_places(const struct cash_matching *m, const struct cash_scope *s, uint32_t a, uint32_t b, enum cash_credits way,
                        struct pair *p)
{
    uint16_t all[40];
    size_t count;
    if (!cash_credit_places(m, s, way, all, &count)) return false;
    p->first_count = p->second_count = p->credit_count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct cash_known_item *x = &m->engine->items.at[s->items[i]];
        if (x->open > 0 && x->party == a) p->first[p->first_count++] = (uint16_t)i;
        if (x->open > 0 && x->party == b) p->second[p->second_count++] = (uint16_t)i;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t party = m->engine->items.at[s->items[all[i]]].party;
        if (party == a || party == b) p->credits[p->credit_count++] = all[i];
    }
    return way == CREDITS_NONE ? p->first_count && p->second_count : p->credit_count && (p->first_count || p->second_count);
}

static size_t pair_sets(struct cash_matching *m, struct cash_scope *s, const struct pair *p)
{
    struct cash_sum sorted[CASH_SCOPE_MAX];
    size_t n = 0, found = 0, dropped = 0;
    int64_t before = 0;
    for (size_t i = 0; i < p->credit_count; i++) before += open_of(m, s, p->credits[i]);
    for (size_t i = 0; i < p->first_count; i++) sorted[n++] = (struct cash_sum){ open_of(m, s, p->first[i]), p->first[i] };
    for (size_t i = 0; i < p->second_count && n < CASH_SCOPE_MAX; i++)
        sorted[n++] = (struct cash_sum){ open_of(m, s, p->second[i]), p->second[i] };
    qsort(sorted, n, sizeof *sorted, cash_by_sum);
    for (size_t i = 0; i <= p->first_count; before += i < p->first_count ? open_of(m, s, p->first[i]) : 0, i++) {
        int64_t sum = before;
        for (size_t j = 0; j <= p->second_count && found < 6; sum += j < p->second_count ? open_of(m, s, p->second[j]) : 0, j++) {
            int64_t excess = sum - m->amount;
            bool exact = !excess && i + j;
            if (!exact && (excess <= 0 || dropped > 3 || i + j < 3)) continue;
            size_t k = exact ? 0 : cash_first_sum(sorted, n, excess);
            if (!exact && (k == n || sorted[k].sum != excess)) continue;
            uint16_t set[CASH_SCOPE_MAX + 40];
            size_t count = p->credit_count, wanted = p->credit_count + i + j - !exact;
            memcpy(set, p->credits, count * sizeof *set);
            for (size_t q = 0; q < i + j; q++) {
                uint16_t place = q < i ? p->first[q] : p->second[q - i];
                if (exact || place != sorted[k].place) set[count++] = place;
            }
            if (count != wanted || count > CASH_SCOPE_MAX) continue;
            bool added = cash_add_places(m, s, set, count, exact ? FROM_PREFIX : FROM_DROP) != NULL;
            found += added, dropped += added && !exact;
        }
    }
    return found;
}

static void family_pairs(struct cash_matching *m, struct cash_scope *s)
{
    enum { FAMILY_MOST = 6 };
    uint32_t parties[FAMILY_MOST];
    struct pair *pair = ARENA_NEW(m->arena, struct pair);
    size_t count = 0, found = 0;
    for (size_t i = 0; i < s->count && count < FAMILY_MOST; i++) {
        uint32_t party = m->engine->items.at[s->items[i]].party;
        bool seen = false;
        for (size_t j = 0; j < count; j++) seen |= parties[j] == party;
        if (!seen) parties[count++] = party;
    }
    for (size_t a = 0; a < count; a++)
        for (size_t b = a + 1; b < count; b++)
            for (enum cash_credits way = CREDITS_NONE; way < CREDITS_WAYS && found < 12; way++)
                if (pair_places(m, s, parties[a], parties[b], way, pair)) found += pair_sets(m, s, pair);
}

/* Money that goes back to a customer: some of what we owe him (credit notes, what is held on account), or all of it less what he owes us. */
static void paid_back(struct cash_matching *m, struct cash_scope *s)
{
    uint16_t credits[CASH_SCOPE_MAX], all[CASH_SCOPE_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        all[i] = (uint16_t)i;
        if (open_of(m, s, i) < 0) credits[count++] = (uint16_t)i;
    }
    (void)small_sets(m, s, -1, m->amount, m->amount);
    if (count > 1) cash_add_places(m, s, credits, count, FROM_EVERYTHING);
    if (count && s->count > count) cash_add_places(m, s, all, s->count, FROM_EVERYTHING);
}

void cash_plain_sets(struct cash_matching *m, struct cash_scope *s)
{
    const struct owed paid = { m->amount, 0 };
    struct order by_due, by_issue;
    bool partial = false;
    singles(m, s);
    for (size_t i = 0; i < s->count; i++) {
        const struct cash_known_item *item = &m->engine->items.at[s->items[i]];
        s->small_sets += item->open == m->amount;
        partial |= item->open != item->total;
    }
    if (m->sets == CASH_REFUND) paid_back(m, s);
    if (m->exact_named || m->amount <= 0) return;
    for (int pass = 0; pass < (partial ? 2 : 1); pass++) {
        order_items(m, s, false, pass, &by_due);
        order_items(m, s, true, pass, &by_issue);
        for (int grace = -1; grace <= LATE_SEARCH_DAYS; grace += grace < 0 ? 1 : LATE_SEARCH_DAYS) {
            if (grace >= 0 && !s->has_discount) break;
            if (!by_due.count) break;
            prefixes(m, s, &by_due, grace, FROM_PREFIX, &paid);
            prefixes(m, s, &by_issue, grace, FROM_ISSUE, &paid);
            windows(m, s, &by_issue, grace);
            windows(m, s, &by_due, grace);
        }
    }
    if (s->family) family_pairs(m, s);
    cash_run_sets(m, s);
    for (int grace = -1; grace <= LATE_SEARCH_DAYS; grace += grace < 0 ? 1 : LATE_SEARCH_DAYS) {
        if (grace >= 0 && !s->has_discount) break;
        size_t small = small_sets(m, s, grace, m->amount, m->amount);
        if (grace < 0) s->small_sets += (uint32_t)small;
        timely_sets(m, s, grace, m->amount);
        all_sets(m, s, grace);
    }
    order_items(m, s, false, false, &by_due);
    order_items(m, s, true, false, &by_issue);
    if (by_due.count) habit_sets(m, s, &by_due, &by_issue);
    near_singles(m, s);
    running(m, s);
}
