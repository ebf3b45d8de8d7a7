/* Seeded companies live for months, day by day; after each day everything that must hold is checked. FLORIN_SECONDS (60) bounds it,
 * FLORIN_SEED (1) is the first seed, so that a failure can be lived again; FLORIN_TEST_POSTGRES adds the other database. A day that
 * holds is one passed. */
#include "app/app.h"
#include "place.h"
#include "simulation/simulation.h"

enum { LIFE_DAYS = 120, SHORT_DAYS = 45 };
static struct { long long passed, failed; } total;
static struct simulation_counts seen; /* of all lives */

static void count(const struct simulation_counts *c)
{
    seen.days += c->days, seen.lines += c->lines, seen.expected += c->expected, seen.found += c->found,
        seen.wrong += c->wrong;
    seen.by_hand += c->by_hand, seen.bulks += c->bulks, seen.bulk_lines += c->bulk_lines, seen.undone += c->undone,
        seen.rethought += c->rethought;
    seen.refunds += c->refunds, seen.refunds_paid += c->refunds_paid, seen.refunds_returned += c->refunds_returned;
    seen.returned += c->returned, seen.payouts += c->payouts, seen.chargebacks += c->chargebacks,
        seen.collections += c->collections, seen.stornos += c->stornos;
    seen.dollars += c->dollars;
}

static struct fault *live(struct arena *arena, struct books *books, const struct operations *operations, uint64_t seed,
                          int days, int64_t until_us, struct str *hash)
{
    struct simulation *sim = NULL;
    struct date from = date_add_days((struct date){ 20240901 }, (int)(seed * 37 % 700));
    const struct simulation_settings settings = { .from_on = from,
                                                  .until_on = date_add_days(from, days - 1),
                                                  .customers = 8 + (int64_t)(seed % 5),
                                                  .suppliers = 8 + (int64_t)(seed % 4),
                                                  .invoices_a_month = 70,
                                                  .bills_a_month = 24,
                                                  .open_days = 7,
                                                  .draw_days = 1,
                                                  .rare = true,
                                                  .without_passwords = true };
    bool more = true;
    struct fault *fault = simulation_begin(arena, books, operations, seed, &settings, &sim);
    while (!fault && more && clock_us() < until_us) {
        fault = simulation_day(sim, &more);
        if (!fault) fault = simulation_check(sim, !more, hash);
        if (!fault) total.passed++;
    }
    if (fault)
        fprintf(stderr, "seed %llu, day %s: %s: %s %s\n", (unsigned long long)seed,
                date_text(arena, simulation_today(sim)).at, fault->type->code, fault_text(arena, fault, ENGLISH).at,
                fault->detail ? fault->detail : "");
    if (sim) count(simulation_counts(sim));
    simulation_end(sim);
    return fault;
}

static bool one(const struct operations *operations, bool postgres, uint64_t seed, int days, int64_t until_us, char hash[65])
{
    struct arena *arena = arena_new((size_t)1 << 33);
    struct place place = place_make(postgres);
    struct books *books = NULL;
    struct str proof = { 0 };
    struct fault *fault = books_open(arena, str_of(place.text), &books);
    if (!fault) fault = books_migrate(arena, books);
    if (!fault) fault = live(arena, books, operations, seed, days, until_us, &proof);
    if (fault) total.failed++;
    if (hash && proof.length < 65) snprintf(hash, 65, "%.*s", STR_ARG(proof.length ? proof : STR("")));
    books_close(books);
    place_remove(&place);
    arena_free(arena);
    return !fault;
}

/* The same seed gives the same books, again and on the other database. */
static void same(const struct operations *operations, bool postgres)
{
    char hashes[3][65] = { { 0 } };
    for (int i = 0; i < 2 + postgres; i++) one(operations, i == 2, 4, SHORT_DAYS, INT64_MAX, hashes[i]);
    for (int i = 1; i < 2 + postgres; i++) {
        bool equal = hashes[0][0] && !strcmp(hashes[0], hashes[i]);
        if (!equal) fprintf(stderr, "seed 4 gave %s and %s%s\n", hashes[0], hashes[i], i == 2 ? " on PostgreSQL" : "");
        *(equal ? &total.passed : &total.failed) += 1;
    }
}

/* A company that lives long enough meets everything; when it no longer does, this test no longer tests it. */
static void all_seen(void)
{
    const int64_t kinds[] = { seen.bulk_lines, seen.undone, seen.rethought, seen.refunds, seen.refunds_paid, seen.returned,
                              seen.payouts,    seen.chargebacks, seen.collections, seen.stornos, seen.dollars };
    if (seen.days < 300) return;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        if (!kinds[i])
            fprintf(stderr, "in %lld days the %zuth kind of what is rare did not happen\n", (long long)seen.days,
                    i + 1);
        *(kinds[i] ? &total.passed : &total.failed) += 1;
    }
}

int main(void)
{
    const char *seconds = getenv("FLORIN_SECONDS"), *first = getenv("FLORIN_SEED");
    bool postgres = getenv("FLORIN_TEST_POSTGRES") != NULL;
    int64_t each_us = (seconds ? atoll(seconds) : 60) * 1000000 / (1 + postgres);
    struct arena *arena = arena_new((size_t)1 << 26);
    struct operations operations;
    log_set_level(LOG_ERROR);
    app_operations(arena, &operations);
    same(&operations, postgres);
    for (int p = 0; p < 1 + postgres; p++) {
        int64_t until_us = clock_us() + each_us;
        for (uint64_t seed = first ? strtoull(first, NULL, 10) : 1; clock_us() < until_us && total.failed < 5; seed++)
            one(&operations, p, seed, LIFE_DAYS, until_us, NULL);
    }
    all_seen();
    printf(
        "%lld days, %lld lines (%lld ours and %lld of others found, %lld wrongly, %lld by hand), %lld bulks of %lld, %lld taken back and %lld weeks later, %lld refunds of "
        "which %lld paid and %lld returned, %lld payments returned, %lld pay-outs, %lld chargebacks, %lld collections, %lld stornos, %lld in dollars\n",
        (long long)seen.days, (long long)seen.lines, (long long)seen.expected, (long long)seen.found,
        (long long)seen.wrong, (long long)seen.by_hand, (long long)seen.bulks, (long long)seen.bulk_lines,
        (long long)seen.undone, (long long)seen.rethought, (long long)seen.refunds, (long long)seen.refunds_paid,
        (long long)seen.refunds_returned, (long long)seen.returned, (long long)seen.payouts,
        (long long)seen.chargebacks, (long long)seen.collections, (long long)seen.stornos, (long long)seen.dollars);
    printf("%lld passed, %lld failed\n", total.passed, total.failed);
    arena_free(arena);
    return total.failed != 0;
}
