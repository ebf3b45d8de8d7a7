/* A payment run: everything a payer usually takes on that day, but for a few items that he left out. */
#include "cash/engine_private.h"

/* A payment run: all that this payer's runs reach, at most four left out. */
enum { REACHED_MAX = 90, LEFT_MOST = 4, LEFT_FOUR_MAX = 45, RUNS_MAX = 5 };
struct run {
    struct cash_sum values[REACHED_MAX], sorted[REACHED_MAX];
    uint16_t credits[40];
    size_t count, credit_count, found;
};

static size_t run_add(struct cash_matching *m, struct cash_scope *s, struct run *r, const size_t *left, size_t left_count)
{
    uint16_t set[REACHED_MAX + ARRAY_LENGTH(r->credits)];
    size_t count = r->credit_count;
    memcpy(set, r->credits, count * sizeof *set);
    for (size_t i = 0; i < r->count; i++) {
        bool out = false;
        for (size_t j = 0; j < left_count; j++) out |= left[j] == i;
        if (!out) set[count++] = r->values[i].place;
    }
    r->found += count && cash_add_places(m, s, set, count, FROM_DROP) != NULL;
    return r->found;
}

/* `count` more of the items from `from` on are left out, that come to `rest`; the last of them is looked up. */
static void run_without(struct cash_matching *m, struct cash_scope *s, struct run *r, size_t *left, size_t left_count,
                        size_t from, size_t count, int64_t rest)
{
    if (!count && !rest) (void)run_add(m, s, r, left, left_count);
    if (!count || rest <= 0) return;
    if (count > 1) {
        for (size_t i = from; i + count <= r->count && r->found < RUNS_MAX; i++) {
            left[left_count] = i;
            run_without(m, s, r, left, left_count + 1, i + 1, count - 1, rest - r->values[i].sum);
        }
        return;
    }
    for (size_t k = cash_first_sum(r->sorted, r->count, rest);
         k < r->count && r->sorted[k].sum == rest && r->found < RUNS_MAX; k++) {
        left[left_count] = r->sorted[k].place;
        if (left[left_count] >= from) (void)run_add(m, s, r, left, left_count + 1);
    }
}

void cash_run_sets(struct cash_matching *m, struct cash_scope *s)
{
    struct run *r = ARENA_NEW(m->arena, struct run);
    size_t left[LEFT_MOST];
    int32_t beyond;
    for (size_t i = 0; i < s->count; i++) {
        const struct cash_known_item *item = &m->engine->items.at[s->items[i]];
        if (item->open <= 0 || item->open != item->total || item->issued >= m->day) continue;
        if (!cash_would_take(&m->engine->parties.at[item->party].habit, item, m->day, &beyond) || beyond > 0) continue;
        if (r->count == REACHED_MAX) return;
        r->values[r->count++] = (struct cash_sum){ item->open, (uint16_t)i };
    }
    if (r->count < 3) return;
    for (size_t i = 0; i < r->count; i++) r->sorted[i] = (struct cash_sum){ r->values[i].sum, (uint16_t)i };
    qsort(r->sorted, r->count, sizeof *r->sorted, cash_by_sum);
    for (enum cash_credits way = CREDITS_NONE; way < CREDITS_WAYS; way++) {
        int64_t excess = -m->amount;
        if (!cash_credit_places(m, s, way, r->credits, &r->credit_count)) continue;
        for (size_t i = 0; i < r->credit_count; i++) excess += m->engine->items.at[s->items[r->credits[i]]].open;
        for (size_t i = 0; i < r->count; i++) excess += r->values[i].sum;
        size_t most = r->count <= LEFT_FOUR_MAX ? LEFT_MOST : LEFT_MOST - 1, before = r->found;
        for (size_t count = 0; count <= most && (count < 3 || r->found == before); count++)
            run_without(m, s, r, left, 0, 0, count, excess);
    }
}
