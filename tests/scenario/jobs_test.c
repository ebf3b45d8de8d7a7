#include "scenario/scene.h"
#include "cash/cash_fixture.h"
#include <unistd.h>

/* What the program does by itself, run by the runner of its jobs and not by hand. */

#define LL(n) ((long long)(n))
#define PATH(...) str_format(work->arena, __VA_ARGS__).at

/* NL.. INGB 00000000nn with its check digits. */
static struct str iban_of(struct work *work, int n)
{
    int rest = 0;
    for (const char *p = str_format(work->arena, "18231611%010d232100", n).at; *p; p++) rest = (rest * 10 + *p - '0') % 97;
    return str_format(work->arena, "NL%02dINGB%010d", 98 - rest, n);
}

/* Customers with invoices that were paid in a system before: the invoices, and the payments with what they were for. Two in three name
 * their invoice. */
static void given_past(struct scene *s, const char *name, uint64_t seed, int lines, int64_t imported[2])
{
    struct work *work = s->work;
    struct rng rng = rng_new(seed);
    struct text invoices = text_new(work->arena), payments = text_new(work->arena);
    text_addz(&invoices, "Debiteurnummer;Factuurnummer;Factuurdatum;Vervaldatum;Factuurbedrag\n");
    text_addz(&payments, "Betaaldatum;Bedrag;Naam;IBAN;Omschrijving;Klantnummer;Facturen\n");
    for (int i = 0; i < lines; i++) {
        int customer = (int)rng_between(&rng, 0, 29);
        int64_t minor = rng_between(&rng, 1000, 900000);
        struct date issued = date_add_days((struct date){ 20240101 }, i * 300 / lines),
                    paid = date_add_days(issued, (int)rng_between(&rng, 5, 40));
        text_addf(&invoices, "%d;%s-%05d;%s;%s;%s\n", 10000 + customer, name, i, date_text(work->arena, issued).at,
                  date_text(work->arena, date_add_days(issued, 30)).at, minor_format(work->arena, minor, 2).at);
        text_addf(&payments, "%s;%s;Klant %c%c Handel;%s;", date_text(work->arena, paid).at,
                  minor_format(work->arena, minor, 2).at, 'A' + customer % 26, 'A' + customer / 26,
                  iban_of(work, 1000 + customer).at);
        if (customer % 3) text_addf(&payments, "factuur %s-%05d", name, i);
        text_addf(&payments, ";%d;%s-%05d:%s\n", 10000 + customer, name, i, minor_format(work->arena, minor, 2).at);
    }
    imported[0] = number_in(ask(s, 200, "POST", "/imports/run?file_name=paid.csv&kind=paid_invoices", text_str(&invoices)), "id");
    imported[1] = number_in(ask(s, 200, "POST", "/imports/run?file_name=payments.csv&kind=payments", text_str(&payments)), "id");
}

/* The program's own jobs, until there are so many models, or for two minutes. */
static json_t *serve_until(struct scene *s, size_t models)
{
    struct work *work = s->work;
    const struct doors doors = { .books = test_books(), .operations = &s->all };
    const struct settings settings = { 0 };
    struct jobs *jobs;
    json_t *list = NULL;
    expect_done(app_jobs_start(work->arena, &doors, &settings, &jobs));
    for (int i = 0; i < 1200; i++) {
        list = GET(s, "/cash/models?sort=id");
        if (json_array_size(json_object_get(list, "items")) >= models) break;
        usleep(100000);
    }
    jobs_stop(jobs);
    return json_object_get(list, "items");
}

DB_TEST(scenario_job_learns_from_history)
{
    struct scene s = scene_begin(work);
    int64_t before[2], after[2];
    struct text customers = text_new(work->arena);
    text_addz(&customers, "Debiteurnummer;Naam;IBAN\n");
    for (int c = 0; c < 30; c++)
        text_addf(&customers, "%d;Klant %c%c Handel;%s\n", 10000 + c, 'A' + c % 26, 'A' + c / 26, iban_of(work, 1000 + c).at);
    ask(&s, 200, "POST", "/imports/run?file_name=c.csv&kind=customers", text_str(&customers));
    given_past(&s, "H", 7, 900, before);
    json_t *models = serve_until(&s, 1);
    expect_int(1, json_array_size(models));
    json_t *first = json_array_get(models, 0), *quality = json_object_get(first, "quality");
    expect(json_is_true(json_object_get(first, "is_used")));
    expect(number_in(quality, "lines") > 500); /* held back */
    expect(number_in(quality, "right_now") * 100 >= number_in(quality, "lines") * 90);
    expect_int(0, number_in(quality, "posted_wrong_now"));
    expect(json_object_get(quality, "ece_ppm") && strlen(text_in(first, "version_hash")) > 4);
    bool lessons = true;
    test_begin(work);
    expect_done(cash_has_lessons(work, &lessons));
    db_rollback(work);
    expect(!lessons); /* nothing new to learn from: the next hour does nothing */
    /* a shorter history takes its place; what is learned of that posts less, and is kept but not used */
    for (int i = 1; i >= 0; i--)
        POST(&s, PATH("/imports/%lld/undo", LL(before[i])), "{\"reason\":\"another file\",\"version\":%lld}",
             LL(number_in(json_object_get(GET(&s, PATH("/imports/%lld", LL(before[i]))), "file"), "version")));
    given_past(&s, "K", 11, 520, after);
    models = serve_until(&s, 2);
    expect_int(2, json_array_size(models));
    expect(json_is_true(json_object_get(json_array_get(models, 0), "is_used")));
    expect(json_is_false(json_object_get(json_array_get(models, 1), "is_used")));
    quality = json_object_get(json_array_get(models, 1), "quality");
    expect(json_is_false(json_object_get(quality, "used")));
    expect(number_in(quality, "posted_now") < number_in(quality, "posted_before"));
    scene_end(&s);
}

/* Payments of the past that show nothing: what a payment provider paid out, of which no report is there. */
static void given_pay_outs(struct scene *s, uint64_t seed, int lines)
{
    struct work *work = s->work;
    struct rng rng = rng_new(seed);
    struct text payments = text_new(work->arena);
    text_addz(&payments, "Betaaldatum;Bedrag;Naam;IBAN;Omschrijving;Klantnummer;Facturen;Soort\n");
    for (int i = 0; i < lines; i++)
        text_addf(&payments, "2024-%02d-%02d;%s;Uitbetaling;;;;;psp\n", 1 + i % 12, 1 + i % 28,
                  minor_format(work->arena, rng_between(&rng, 1000, 900000), 2).at);
    ask(s, 200, "POST", "/imports/run?file_name=payments.csv&kind=payments", text_str(&payments));
}

static bool has_lessons(struct work *work)
{
    bool lessons = false;
    test_begin(work);
    expect_done(cash_has_lessons(work, &lessons));
    db_rollback(work);
    return lessons;
}

/* Tried once, and not again every hour: only when there is half as much history again. */
DB_TEST(scenario_job_remembers_that_nothing_was_learned)
{
    struct scene s = scene_begin(work);
    given_pay_outs(&s, 3, 499);
    expect(!has_lessons(work));
    given_pay_outs(&s, 5, 701);
    expect(has_lessons(work));
    json_t *models = serve_until(&s, 1);
    expect_int(1, json_array_size(models));
    json_t *first = json_array_get(models, 0), *quality = json_object_get(first, "quality");
    expect(json_is_false(json_object_get(first, "is_used")));
    expect(!json_object_get(first, "version_hash") && !json_object_get(quality, "version"));
    expect_str("few_explained", str_of(text_in(quality, "unlearned")));
    expect_int(1200, number_in(quality, "history"));
    expect_int(0, number_in(quality, "explained"));
    given_pay_outs(&s, 7, 599);
    expect(!has_lessons(work));
    given_pay_outs(&s, 9, 1);
    expect(has_lessons(work)); /* half as much again */
    json_t *tried = POST(&s, "/cash/train", "{}"); /* by hand, whenever one likes */
    expect_str("few_explained", str_of(text_in(tried, "unlearned")));
    expect_int(1800, number_in(tried, "history"));
    expect(!has_lessons(work));
    scene_end(&s);
}
