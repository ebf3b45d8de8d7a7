/* How fast the matching engine is, in seconds of one core: lines against the open items of many customers, in memory, learning and settling included.
 *   bench_cash_speed [LINES ITEMS CUSTOMERS]      default 10000 100000 3000 (the measure of DOMAIN 4 row 3), then 1,000,000 items */
#include "cash/cash_engine.h"
#include <time.h>

struct shop {
    struct arena *arena;
    struct cash_engine *engine;
    struct rng rng;
    int64_t *open;
    size_t *counts;
    size_t customers, per;
    int64_t next;
    int64_t *amounts;
};

static void new_item(struct shop *s, size_t party)
{
    int64_t id = ++s->next, amount = rng_between(&s->rng, 1500, 900000);
    char number[40];
    snprintf(number, sizeof number, "F25-%07lld", (long long)id);
    struct date issued = date_add_days((struct date){ 20250101 }, (int)rng_between(&s->rng, 0, 100));
    cash_engine_item(s->engine, &(struct cash_item){ .id = id,
                                                     .party = (int64_t)party + 1,
                                                     .number = str_of(number),
                                                     .currency = "EUR",
                                                     .issued_on = issued,
                                                     .due_on = date_add_days(issued, 30),
                                                     .total_minor = amount,
                                                     .open_minor = amount,
                                                     .collect = CASH_TRANSFER });
    s->open[party * s->per + s->counts[party]] = id;
    s->amounts[party * s->per + s->counts[party]++] = amount;
}

/* A line as payers write them: nine in ten name what they pay, one in five pays several. */
static struct cash_past new_line(struct shop *s, int64_t id)
{
    size_t party = (size_t)rng_between(&s->rng, 0, (int64_t)s->customers - 1),
           take = rng_chance(&s->rng, 200) ? (size_t)rng_between(&s->rng, 2, 5) : 1;
    while (s->counts[party] < take) new_item(s, party);
    struct text text = text_new(s->arena);
    struct cash_allocation *set = ARENA_ARRAY(s->arena, struct cash_allocation, take);
    bool named = rng_chance(&s->rng, 750);
    int style = (int)rng_between(&s->rng, 0, 3);
    int64_t sum = 0;
    for (size_t i = 0; i < take; i++) {
        size_t at = party * s->per + (size_t)rng_between(&s->rng, 0, (int64_t)s->counts[party] - 1),
               last = party * s->per + --s->counts[party];
        set[i] = (struct cash_allocation){ s->open[at], s->amounts[at] };
        sum += s->amounts[at];
        s->open[at] = s->open[last];
        s->amounts[at] = s->amounts[last];
        if (!named) continue;
        text_addz(&text, i ? ", " : "betaling factuur ");
        if (style == 0) text_addf(&text, "%lld", (long long)set[i].item);
        else text_addf(&text, style == 1 ? "F25 %07lld" : "F25-%07lld", (long long)set[i].item);
    }
    if (!named) text_addz(&text, "betaling");
    return (struct cash_past){ .line = { .id = id,
                                         .booked_on = { 20250501 },
                                         .amount_minor = sum,
                                         .currency = "EUR",
                                         .text = text_str(&text),
                                         .iban = str_format(s->arena, "NL%02dINGB%010d", (int)(party % 90 + 10),
                                                            (int)party),
                                         .name = str_format(s->arena, "Klant %05d Handel", (int)party),
                                         .end_to_end_id = STR("NOTPROVIDED") },
                               .decision = { .category = CASH_MATCH,
                                             .party = (int64_t)party + 1,
                                             .allocations = set,
                                             .allocation_count = take } };
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run(size_t lines, size_t items, size_t customers)
{
    struct shop s = { .arena = arena_new((size_t)12 << 30),
                      .rng = rng_new(1),
                      .customers = customers,
                      .per = items / customers * 3 + 20 };
    struct arena *scratch = arena_new((size_t)1 << 30);
    s.engine = cash_engine_new(s.arena, NULL);
    s.open = ARENA_ARRAY(s.arena, int64_t, customers * s.per);
    s.amounts = ARENA_ARRAY(s.arena, int64_t, customers * s.per);
    s.counts = ARENA_ARRAY(s.arena, size_t, customers);
    double start = cpu_seconds();
    for (size_t i = 0; i < customers; i++) {
        struct str iban = str_format(s.arena, "NL%02dINGB%010d", (int)(i % 90 + 10), (int)i);
        cash_engine_party(s.engine, &(struct cash_party){ .id = (int64_t)i + 1,
                                                          .number = str_format(s.arena, "%d", (int)(10000 + i)),
                                                          .name = str_format(s.arena, "Klant %05d Handel B.V.", (int)i),
                                                          .country = "NL",
                                                          .ibans = &iban,
                                                          .iban_count = i % 4 != 0 });
    }
    for (size_t i = 0; i < items; i++) new_item(&s, i % customers);
    double loading = cpu_seconds() - start;
    struct cash_past *past = ARENA_ARRAY(s.arena, struct cash_past, 2000);
    for (int64_t i = 0; i < 2000; i++) past[i] = new_line(&s, i + 1);
    struct cash_report report;
    start = cpu_seconds();
    if (cash_engine_train(s.engine, s.arena, past, 2000, (struct str){ 0 }, &report)) exit(70);
    double training = cpu_seconds() - start;
    struct cash_past *now = ARENA_ARRAY(s.arena, struct cash_past, lines);
    for (size_t i = 0; i < lines; i++) now[i] = new_line(&s, (int64_t)i + 10000);
    size_t posted = 0, wrong = 0, why[16] = { 0 };
    start = cpu_seconds();
    for (size_t i = 0; i < lines; i++) {
        struct cash_proposal p = cash_engine_match(s.engine, scratch, &now[i].line);
        struct cash_decision d = cash_decision_of(&p.explanations[0]);
        why[p.why_not]++;
        if (p.automatic) {
            posted++;
            bool right = d.allocation_count == now[i].decision.allocation_count;
            for (size_t j = 0; right && j < d.allocation_count; j++) {
                bool in = false;
                for (size_t k = 0; k < d.allocation_count; k++)
                    in |= d.allocations[j].item == now[i].decision.allocations[k].item;
                right = in;
            }
            wrong += !right;
            cash_engine_apply(s.engine, &now[i].line, &d);
        } else {
            cash_engine_wait(s.engine, &now[i].line, &p);
        }
        arena_reset(scratch);
    }
    double matching = cpu_seconds() - start;
    printf(
        "%zu lines, %zu open items, %zu customers: loaded %.2f s, learned from 2000 lines %.2f s, matched %.2f s = %.0f lines/s, %.1f %% posted, %zu wrong, %zu MB\n",
        lines, items, customers, loading, training, matching, (double)lines / matching,
        100 * (double)posted / (double)lines, wrong, arena_used(s.arena) >> 20);
    for (size_t i = 1; i < ARRAY_LENGTH(why); i++)
        if (why[i]) printf("  not posted, %s: %zu\n", cash_why_not_name((enum cash_why_not)i), why[i]);
    arena_free(scratch);
    arena_free(s.arena);
}

int main(int argc, char **argv)
{
    if (argc == 4) {
        run((size_t)atol(argv[1]), (size_t)atol(argv[2]), (size_t)atol(argv[3]));
        return 0;
    }
    run(10000, 100000, 3000);
    run(10000, 1000000, 30000);
    return 0;
}
