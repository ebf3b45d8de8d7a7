/* Which sets of amounts add up to a target, and how many: exact, in bounded time.
 *
 * Meet in the middle: all sums of up to 14 amounts stand in a hash table with how many sets give each; a branch and bound walk
 * over the others looks up what is missing. Up to some 30 amounts the answer is complete; above that the walk stops after
 * `steps_max` steps and the count is a lower bound, which is said (`complete`). */
#include "cash/engine_private.h"

enum { TABLE_MAX = 14, TABLE_SLOTS = 1 << (TABLE_MAX + 1) };

struct sums { int64_t *sum; uint16_t *first; uint16_t *next; uint16_t *count; size_t mask; size_t bits; };
struct walk {
    const struct cash_search *search; struct cash_found *found; struct arena *arena;
    struct sums sums;
    size_t walked;                  /* amounts of the walk: the first `walked` */
    const int64_t *least, *most;    /* what the amounts from i on can still add, table included */
    uint16_t chosen[CASH_SCOPE_MAX]; size_t chosen_count;
    uint64_t steps; bool stopped;
};

static size_t slot_of(const struct sums *s, int64_t sum)
{
    size_t i = (size_t)(cash_mix((uint64_t)sum, SALT_AMOUNT)) & s->mask;
    while (s->count[i] && s->sum[i] != sum) i = (i + 1) & s->mask;
    return i;
}

static void build_sums(struct arena *arena, struct sums *s, const int64_t *amounts, size_t bits)
{
    size_t sets = (size_t)1 << bits, slots = sets * 2;
    s->bits = bits;
    s->mask = slots - 1;
    s->sum = ARENA_ARRAY(arena, int64_t, slots);
    s->count = ARENA_ARRAY(arena, uint16_t, slots);
    s->first = ARENA_ARRAY(arena, uint16_t, slots);
    s->next = ARENA_ARRAY(arena, uint16_t, sets);
    int64_t *sum = ARENA_ARRAY(arena, int64_t, sets);
    for (size_t set = 0; set < sets; set++) {
        if (set) sum[set] = sum[set & (set - 1)] + amounts[__builtin_ctzll(set)];
        size_t i = slot_of(s, sum[set]);
        s->sum[i] = sum[set];
        s->next[set] = s->count[i] ? s->first[i] : 0; /* set 0 is first in its slot and ends the chain */
        s->first[i] = (uint16_t)set;
        s->count[i]++;
    }
}

static void keep_set(struct walk *w, size_t table_set)
{
    struct cash_found *f = w->found;
    size_t count = w->chosen_count + (size_t)__builtin_popcountll(table_set);
    if (w->search->skip_size && count > w->search->skip_size) return;
    if (f->set_count >= w->search->solutions_max || f->set_count >= ARRAY_LENGTH(f->sets)) return;
    uint16_t *at = ARENA_ARRAY(w->arena, uint16_t, count ? count : 1);
    memcpy(at, w->chosen, w->chosen_count * sizeof *at);
    size_t n = w->chosen_count;
    for (size_t bit = 0; bit < w->sums.bits; bit++)
        if (table_set >> bit & 1) at[n++] = (uint16_t)(w->walked + bit);
    f->sets[f->set_count].at = at;
    f->sets[f->set_count++].count = count;
}

static void look_up_rest(struct walk *w, int64_t rest)
{
    size_t slot = slot_of(&w->sums, rest);
    size_t sets = w->sums.count[slot];
    if (!sets || w->sums.sum[slot] != rest) return;
    size_t set = w->sums.first[slot], seen = 0;
    for (size_t i = 0; i < sets; i++, set = w->sums.next[set]) {
        if (!set && !w->chosen_count) continue; /* the empty set explains nothing */
        w->found->total++;
        if (seen++ < 16) keep_set(w, set);
    }
    if (w->found->total >= CASH_COUNT_MAX) w->stopped = true;
}

static void walk(struct walk *w, size_t i, int64_t rest)
{
    if (w->stopped) return;
    if (++w->steps > w->search->steps_max) { w->stopped = true; return; }
    if (rest < w->least[i] || rest > w->most[i]) return;
    if (i == w->walked) { look_up_rest(w, rest); return; }
    w->chosen[w->chosen_count++] = (uint16_t)i;
    walk(w, i + 1, rest - w->search->amounts[i]);
    w->chosen_count--;
    walk(w, i + 1, rest);
}

void cash_search_sets(struct arena *arena, const struct cash_search *search, struct cash_found *found)
{
    *found = (struct cash_found){ .complete = true };
    size_t n = search->count;
    if (!n) return;
    ensure(n <= CASH_SCOPE_MAX);
    /* sums stay far below 2^63: at most 400 amounts, each below 2^53; what is larger never occurs in a ledger */
    for (size_t i = 0; i < n; i++)
        if (search->amounts[i] > EXACT_MAX || search->amounts[i] < -EXACT_MAX) { found->complete = false; return; }
    if (search->target > EXACT_MAX || search->target < -EXACT_MAX) return;
    struct walk *w = ARENA_NEW(arena, struct walk);
    int64_t *least = ARENA_ARRAY(arena, int64_t, n + 1), *most = ARENA_ARRAY(arena, int64_t, n + 1);
    for (size_t i = n; i-- > 0;) {
        least[i] = least[i + 1] + (search->amounts[i] < 0 ? search->amounts[i] : 0);
        most[i] = most[i + 1] + (search->amounts[i] > 0 ? search->amounts[i] : 0);
    }
    if (search->target < least[0] || search->target > most[0]) return;
    size_t bits = n < TABLE_MAX ? n : n <= 2 * TABLE_MAX ? (n + 1) / 2 : TABLE_MAX;
    if (bits > TABLE_MAX) bits = TABLE_MAX;
    if (n < TABLE_MAX && n > 10) bits = 10;
    w->search = search;
    w->found = found;
    w->arena = arena;
    w->walked = n - bits;
    w->least = least;
    w->most = most;
    build_sums(arena, &w->sums, search->amounts + w->walked, bits);
    walk(w, 0, search->target);
    found->complete = !w->stopped;
    if (found->total > CASH_COUNT_MAX) found->total = CASH_COUNT_MAX;
}
