/* What a decided line teaches: whose account it is, what its names are, and how this party pays. */
#include "cash/engine_private.h"

struct lesson {
    struct cash_engine *engine; const struct cash_line *line; const struct cash_decision *decision;
    uint32_t party; int32_t day;
    uint32_t *items; int64_t *amounts; size_t count;
    struct cash_scope scope; struct cash_reading *reading;
};

static bool decided(const struct lesson *l, uint32_t item)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->items[i] == item) return true;
    return false;
}

/* The share kept back as a round number of ppm, when one fits to the cent. */
static int32_t share_ppm(int64_t open, int64_t gap)
{
    int64_t raw, part;
    if (open <= 0 || !int_mul_div(gap, 1000000, open, &raw) || raw <= 0 || raw > 200000) return 0;
    int64_t rounded = (raw + 250) / 500 * 500;
    if (rounded && int_mul_div(open, rounded, 1000000, &part) && part - gap <= 1 && gap - part <= 1) return (int32_t)rounded;
    return 0;
}

static void learn_differences(struct lesson *l, struct cash_habit *h, int64_t open)
{
    bool discount = false;
    for (size_t i = 0; i < l->decision->difference_count; i++) {
        const struct cash_difference *d = &l->decision->differences[i];
        int32_t ppm;
        switch (d->kind) {
        case CASH_DISCOUNT: case CASH_DISCOUNT_LATE: discount = true; break;
        case CASH_CHARGE:
            h->charge++;
            for (size_t k = 0; k < CHARGES_KEPT; k++) {
                if (h->charges[k] == d->amount_minor) break;
                if (k + 1 < CHARGES_KEPT && h->charges[k]) continue;
                h->charges[k] = d->amount_minor;
                break;
            }
            break;
        case CASH_DEDUCTION:
            ppm = share_ppm(open, d->amount_minor);
            h->deduction_same = ppm && ppm == h->deduction_ppm ? h->deduction_same + 1 : ppm ? 1 : h->deduction_same;
            if (ppm) h->deduction_ppm = ppm;
            h->deduction++;
            break;
        case CASH_ROUNDING: h->rounding += d->amount_minor > 5; break;
        case CASH_SHORT: h->short_paid++; break;
        case CASH_OVER: h->over++; break;
        case CASH_INSTALMENT: h->instalment++; break;
        case CASH_TYPO: case CASH_NET_OF_VAT: case CASH_CONTRA: case CASH_PROVIDER_FEE: default: break;
        }
    }
    if (!l->decision->difference_count && h->deduction_same) h->deduction_same--; /* paid in full this time */
    bool offered = false, late = false;
    for (size_t i = 0; i < l->count; i++) {
        const struct cash_known_item *item = &l->engine->items.at[l->items[i]];
        if (cash_item_discount(item, l->day, 0)) offered = true;
        else if (cash_item_discount(item, l->day, CASH_LATE_DAYS)) late = true;
    }
    if (offered) h->discount_offered++, h->discount_taken += discount;
    if (late && !offered) h->discount_late_offered++, h->discount_late_taken += discount;
}

static int style_of(enum cash_evidence_kind kind)
{
    switch ((int)kind) {
    case CASH_BY_REFERENCE: return STYLE_REFERENCE;
    case CASH_BY_NUMBER: return STYLE_NUMBER;
    case CASH_BY_DIGITS: return STYLE_DIGITS;
    case CASH_BY_BARE: return STYLE_BARE;
    case CASH_BY_TAIL: return STYLE_TAIL;
    case CASH_BY_ORDER: return STYLE_ORDER;
    default: return STYLE_NONE;
    }
}

static void learn_naming(struct lesson *l, struct cash_habit *h)
{
    size_t named = 0;
    int style = STYLE_NONE, best = 0;
    for (size_t i = 0; i < l->scope.count; i++) {
        if (!decided(l, l->scope.items[i]) || l->scope.named_quality[i] < 45) continue;
        named++;
        if (l->scope.named_quality[i] > best) best = l->scope.named_quality[i], style = style_of(l->scope.named_kind[i]);
    }
    h->style[style]++;
    h->all_named += named >= l->count;
    h->some_named += named > 0 && named < l->count;
    if (named) return;
    h->unnamed++;
    int32_t due = INT32_MIN;
    for (size_t i = 0; i < l->count; i++)
        if (l->engine->items.at[l->items[i]].due > due && l->amounts[i] > 0) due = l->engine->items.at[l->items[i]].due;
    bool oldest = true, oldest_equal = true, choice = false, partial = false;
    for (size_t i = 0; i < l->scope.count; i++) {
        const struct cash_known_item *item = &l->engine->items.at[l->scope.items[i]];
        bool in = decided(l, l->scope.items[i]);
        if (!in && item->open > 0 && item->due < due) oldest = false;
        const struct cash_known_item *first = &l->engine->items.at[l->items[0]];
        if (l->count == 1 && !in && item->open == first->open) {
            choice = true;
            if (cash_item_order(item, first) < 0) oldest_equal = false;
        }
    }
    for (size_t i = 0; i < l->count; i++) partial |= l->amounts[i] != l->engine->items.at[l->items[i]].open;
    h->oldest += oldest;
    h->equal_choice += choice;
    h->oldest_equal += choice && oldest_equal;
    if (partial && oldest && l->line->amount_minor % 1000 == 0) h->running++;
}

static void learn_timing(struct lesson *l, struct cash_habit *h)
{
    int64_t sum = 0, count = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (l->amounts[i] <= 0) continue;
        sum += l->day - l->engine->items.at[l->items[i]].due;
        count++;
    }
    if (count) {
        int64_t lag = sum / count;
        if (lag > -400 && lag < 400) h->lag_sum += lag, h->lag_square += lag * lag, h->lag_count++;
    }
    bool there = false, used = false, everything = true;
    for (size_t i = 0; i < l->scope.count; i++) {
        const struct cash_known_item *item = &l->engine->items.at[l->scope.items[i]];
        bool in = decided(l, l->scope.items[i]);
        if (item->open < 0) there = true, used |= in;
        if (item->open > 0 && item->due <= l->day && !in) everything = false;
    }
    h->credit_there += there;
    h->credit_used += used;
    h->everything_due += everything;
    h->last_day = l->day;
}

static bool reach_of(const struct cash_habit *h, int32_t *days)
{
    uint32_t kept = h->reach_count < REACH_KEPT ? h->reach_count : REACH_KEPT;
    *days = INT16_MIN;
    for (uint32_t i = 0; i < kept; i++)
        if (h->reach[i] > *days) *days = h->reach[i];
    return h->reach_count >= REACH_LEAST;
}

static int32_t month_begin(int32_t day)
{
    int32_t ymd = date_from_days(day).ymd;
    return day - ymd % 100 + 1;
}

static void learn_rule_item(struct cash_rule *rule, bool paid, bool now)
{
    ++*(now ? paid ? &rule->taken : &rule->left : paid ? &rule->beyond : &rule->later);
}

/* A payer by statement takes what was issued before the month began, a run what is due by some day: which of the two fits what he paid? */
static void learn_rule(struct lesson *l, uint32_t index)
{
    enum { RULE_KEPT = 24 };
    const struct cash_known_party *party = &l->engine->parties.at[index];
    struct cash_habit *h = &l->engine->parties.at[index].habit;
    int32_t days, begin = month_begin(l->day);
    if (!reach_of(h, &days)) return;
    for (size_t i = 0; i < party->open_count; i++) {
        const struct cash_known_item *item = &l->engine->items.at[party->open[i]];
        if (item->open <= 0 || item->open != item->total || item->issued >= l->day) continue;
        bool in = decided(l, party->open[i]), before = item->issued < begin;
        learn_rule_item(&h->by_month, in, before);
        learn_rule_item(&h->by_reach, in, item->due - l->day <= days);
        learn_rule_item(&l->engine->everyone.by_reach, in, item->due - l->day <= days);
    }
    if (++h->rule_lines < RULE_KEPT) return;
    h->rule_lines /= 2; /* what he did lately counts more */
    for (struct cash_rule *r = &h->by_month; r; r = r == &h->by_month ? &h->by_reach : NULL)
        r->taken /= 2, r->left /= 2, r->beyond /= 2, r->later /= 2;
}

/* How far ahead each party of the line lets an item be due that is paid now: a payment run takes all up to some day. */
static void learn_reach(struct lesson *l)
{
    for (size_t i = 0; i < l->count; i++) {
        uint32_t party = l->engine->items.at[l->items[i]].party;
        int32_t most = INT16_MIN;
        bool before = false;
        for (size_t k = 0; k < l->count; k++) {
            const struct cash_known_item *item = &l->engine->items.at[l->items[k]];
            if (item->party != party || l->amounts[k] <= 0) continue;
            before |= k < i;
            if (item->due - l->day > most) most = item->due - l->day;
        }
        if (before || l->amounts[i] <= 0 || most > INT16_MAX || most == INT16_MIN) continue;
        learn_rule(l, party);
        struct cash_habit *h = &l->engine->parties.at[party].habit;
        h->reach[h->reach_count++ % REACH_KEPT] = (int16_t)most;
    }
}

static bool pays_by_statement(const struct cash_habit *h)
{
    enum { RULE_LEAST = 3 };
    return h->rule_lines >= RULE_LEAST && !h->by_month.beyond && h->by_month.left < h->by_reach.left + h->by_reach.beyond;
}

const struct cash_rule *cash_rule_of(const struct cash_habit *h)
{
    return pays_by_statement(h) ? &h->by_month : &h->by_reach;
}

bool cash_would_take(const struct cash_habit *h, const struct cash_known_item *item, int32_t day, int32_t *beyond)
{
    int32_t days;
    *beyond = -100;
    if (!reach_of(h, &days)) return false;
    *beyond = pays_by_statement(h) ? item->issued - month_begin(day) + 1 : item->due - day - days;
    return true;
}

static void learn_habit(struct lesson *l, struct cash_habit *h)
{
    int64_t open = 0;
    bool several = false;
    h->lines++;
    for (size_t i = 0; i < l->count; i++) {
        const struct cash_known_item *item = &l->engine->items.at[l->items[i]];
        if (!int_add(open, item->open, &open)) return;
        several |= item->party != l->party;
    }
    h->several_parties += several;
    h->single += l->count == 1;
    h->several += l->count > 1;
    learn_differences(l, h, open);
    learn_naming(l, h);
    learn_timing(l, h);
}

static void learn_account(struct cash_engine *e, const struct cash_line *line, const struct lesson *l, int by)
{
    struct arena *arena = e->arena;
    struct str iban = cash_compact(arena, line->iban, false), name = cash_name_key(arena, line->name);
    uint64_t keys[2] = { iban.length >= 5 ? cash_mix(cash_hash(iban), SALT_IBAN) : 0,
                         name.length >= 3 ? cash_mix(cash_hash(name), SALT_NAME) : 0 };
    enum cash_category category = l->decision->category;
    for (int k = 0; k < 2; k++) {
        if (!keys[k]) continue;
        uint32_t payer = by > 0 ? cash_payer_need(e, keys[k]) : cash_payer_find(e, keys[k]);
        if (!payer) continue;
        struct cash_payer *p = &e->payers.at[payer - 1];
        uint32_t *count = category == CASH_UNRELATED ? &p->unrelated : category == CASH_PROVIDER ? &p->provider : &p->matched;
        if (by > 0) p->lines++, ++*count;
        else p->lines -= p->lines > 0, *count -= *count > 0;
        if (!cash_is_set(category) && category != CASH_DUPLICATE && category != CASH_ON_ACCOUNT) continue;
        if (!l->count && l->party != UINT32_MAX) cash_link_add(e, payer, l->party, by, l->day, false);
        for (size_t i = 0; i < l->count; i++) {
            uint32_t party = e->items.at[l->items[i]].party;
            bool before = false;
            for (size_t j = 0; j < i && !before; j++) before = e->items.at[l->items[j]].party == party;
            if (!before) cash_link_add(e, payer, party, by, l->day, false);
        }
    }
}

static void remember_repeat(struct cash_engine *e, const struct cash_line *line, const struct lesson *l)
{
    uint32_t *place = cash_map_put(e->arena, &e->map, l->reading->repeat_key);
    if (!*place) {
        *LIST_ADD(e->arena, &e->repeats) = (struct cash_repeat){ 0 };
        *place = (uint32_t)e->repeats.count;
    }
    struct cash_repeat *r = &e->repeats.at[*place - 1];
    *r = (struct cash_repeat){
        .day = l->day, .line = line->id, .settled = l->decision->category == CASH_MATCH, .same = r->same + 1
    };
}

/* The decision as indexes; items that are not known are left out. */
static void lesson_open(struct lesson *l, struct arena *arena, struct cash_engine *e, const struct cash_line *line,
                        const struct cash_decision *d)
{
    *l = (struct lesson){ .engine = e, .line = line, .decision = d, .party = UINT32_MAX, .day = date_days(line->booked_on) };
    l->items = ARENA_ARRAY(arena, uint32_t, d->allocation_count + 1);
    l->amounts = ARENA_ARRAY(arena, int64_t, d->allocation_count + 1);
    int64_t most = 0;
    if (d->party) l->party = cash_party_need(e, d->party) - 1;
    for (size_t i = 0; i < d->allocation_count; i++) {
        uint32_t item = cash_item_index(e, d->allocations[i].item);
        if (!item) continue;
        l->items[l->count] = item - 1;
        l->amounts[l->count++] = d->allocations[i].amount_minor;
        if (l->party == UINT32_MAX || (!d->party && d->allocations[i].amount_minor > most))
            l->party = e->items.at[item - 1].party;
        if (d->allocations[i].amount_minor > most) most = d->allocations[i].amount_minor;
    }
}

void cash_learn(struct cash_engine *e, const struct cash_line *line, const struct cash_decision *decision)
{
    struct arena *arena = arena_new((size_t)256 << 20);
    struct lesson l;
    lesson_open(&l, arena, e, line, decision);
    l.reading = ARENA_NEW(arena, struct cash_reading);
    cash_read(e, line, l.reading);
    if (decision->category == CASH_MATCH && l.count && l.party != UINT32_MAX && line->amount_minor > 0) {
        struct cash_matching *m = ARENA_NEW(arena, struct cash_matching);
        m->engine = e;
        m->arena = arena;
        m->line = line;
        m->reading = l.reading;
        m->day = l.day;
        const struct cash_known_party *party = &e->parties.at[l.party];
        l.scope.items = ARENA_ARRAY(arena, uint32_t, CASH_SCOPE_MAX);
        for (size_t i = 0; i < party->open_count && l.scope.count < CASH_SCOPE_MAX; i++)
            if (e->items.at[party->open[i]].issued <= l.day && !e->items.at[party->open[i]].on_account)
                l.scope.items[l.scope.count++] = party->open[i];
        cash_name_scope(m, &l.scope);
        learn_habit(&l, &e->parties.at[l.party].habit);
        learn_habit(&l, &e->everyone);
        learn_reach(&l);
    } else if (l.party != UINT32_MAX) {
        e->parties.at[l.party].habit.duplicate += decision->category == CASH_DUPLICATE;
        e->parties.at[l.party].habit.on_account += decision->category == CASH_ON_ACCOUNT;
    }
    learn_account(e, line, &l, 1);
    remember_repeat(e, line, &l);
    cash_remember_paid(e, arena, line, decision);
    e->decided++;
    arena_free(arena);
}

void cash_engine_apply(struct cash_engine *e, const struct cash_line *line, const struct cash_decision *decision)
{
    cash_engine_release(e, line->id);
    cash_learn(e, line, decision);
    int32_t day = date_days(line->booked_on);
    for (size_t i = 0; i < decision->allocation_count; i++) {
        uint32_t item = cash_item_index(e, decision->allocations[i].item);
        if (!item) cash_payable_settle(e, decision->allocations[i].item, decision->allocations[i].amount_minor);
        if (!item) continue;
        cash_item_settle(e, item - 1, decision->allocations[i].amount_minor, day);
        if (e->items.at[item - 1].reserved) cash_give_way(e, item - 1);
    }
}

void cash_engine_undo(struct cash_engine *e, const struct cash_line *line, const struct cash_decision *decision)
{
    struct arena *arena = arena_new((size_t)64 << 20);
    struct lesson l;
    lesson_open(&l, arena, e, line, decision);
    learn_account(e, line, &l, -1);
    cash_forget_paid(e, arena, line);
    for (size_t i = 0; i < l.count; i++) {
        int64_t amount;
        if (int_sub(0, l.amounts[i], &amount)) cash_item_settle(e, l.items[i], amount, 0);
    }
    arena_free(arena);
}
