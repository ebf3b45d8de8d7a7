/* florin demo: a believable company to look around in; florin totp: the code that its people sign in with. */
#include "app/app_own.h"
#include "simulation/simulation.h"
#include <errno.h>

static const struct fault_type demo_not_empty = {
    FAULT_CONFLICT, "app.demo_not_empty", "There are books in {place} already; a demo company is made in a new place."
};
static const struct fault_type demo_unwritten = { FAULT_UNREACHABLE, "app.demo_unwritten",
                                                  "{file} can't be written: {why}." };

struct app_demo_flags {
    int64_t seed, months;
    bool quick;
};
RECORD(app_demo_flags, {
    FIELD(struct app_demo_flags, seed, .min = 0, .max = EXACT_MAX, OPTIONAL,
          .about = "the same number gives the same company; left out: 1"),
    FIELD(struct app_demo_flags, months, .min = 1, .max = 60, OPTIONAL, .about = "of history; left out: 24"),
    FIELD(struct app_demo_flags, quick, OPTIONAL, .about = "a tenth of the invoices and bills"),
});
struct app_totp_flags {
    struct str secret;
};
RECORD(app_totp_flags, { FIELD(struct app_totp_flags, secret, .min = 1, .max = 200, .secret = true,
                               .about = "of the second factor, as it was shown (base32)") });

struct fault *app_totp(struct own *own, int *code)
{
    struct app_totp_flags flags = { 0 };
    struct str digits;
    (void)code;
    TRY(own_flags(own, INTO(app_totp_flags, &flags), NULL));
    TRY(simulation_code(own->arena, flags.secret, instant_now(), &digits));
    fprintf(own->out, "%s\n", digits.at);
    return NULL;
}

/* ---- Making it ---- */

static struct fault *check_empty(struct own *own)
{
    struct own_companies companies = { 0 };
    if (!own->data.length) return FAULT(own->arena, &app_no_data, "data");
    TRY(books_open(own->arena, own->data, &own->books));
    TRY(books_migrate(own->arena, own->books));
    own->company = (struct str){ 0 };
    TRY(own_companies(own, &companies));
    return companies.count ? FAULT(own->arena, &demo_not_empty, "data", PARAM("place", own->data)) : NULL;
}

static void add_person(struct text *t, const struct simulation_person *p, const char *does)
{
    text_addf(t, "%.*s (%s)\n  e-mail    %.*s\n  password  %.*s\n  secret    %.*s\n  %.*s\n\n", STR_ARG(p->name), does,
              STR_ARG(p->email), STR_ARG(p->password), STR_ARG(p->secret), STR_ARG(p->uri));
}

static struct str sign_in(struct own *own, const struct simulation_person *people)
{
    struct text t = text_new(own->arena);
    text_addz(&t, "Waterland Techniek B.V., a made-up company to look around in.\n\n");
    add_person(&t, &people[0], "administrator: sees and does everything");
    add_person(&t, &people[3], "treasurer: the second pair of eyes, who releases payments and verifies bank accounts");
    text_addf(
        &t,
        "The code that is asked for besides the password:\n  florin totp --secret %.*s\n  florin totp --secret %.*s\nor put the otpauth address into an authenticator app. A code works once; the next one comes after half a minute.\n",
        STR_ARG(people[0].secret), STR_ARG(people[3].secret));
    text_addz(&t, "\nThe others:\n\n");
    add_person(&t, &people[1], people[1].role);
    add_person(&t, &people[2], people[2].role);
    add_person(&t, &people[4], people[4].role);
    return text_str(&t);
}

/* Written last: whoever finds it knows that the company is whole. */
static struct fault *write_sign_in(struct own *own, struct str text)
{
    struct str directory = books_directory(own->books);
    if (!directory.length) {
        fprintf(own->out, "\n%.*s", STR_ARG(text));
        return NULL;
    }
    struct str path = str_format(own->arena, "%.*s/SIGN-IN.txt", STR_ARG(directory)),
               half = str_format(own->arena, "%s.new", path.at);
    FILE *file = fopen(half.at, "we");
    bool done = file && fwrite(text.at, 1, text.length, file) == text.length;
    if (file && fclose(file)) done = false;
    if (!done || rename(half.at, path.at))
        return FAULT(own->arena, &demo_unwritten, "data", PARAM("file", path), PARAM("why", str_of(strerror(errno))));
    fprintf(own->out, "%s\n", path.at);
    return NULL;
}

static void report(struct own *own, const struct simulation_counts *c, int64_t took_us)
{
    int64_t others = c->lines - c->expected;
    fprintf(
        own->out,
        "%lld days: %lld invoices, %lld credit notes, %lld bills, %lld payment runs, %lld bank lines in %lld statements; %lld operations in %lld.%lld s\n",
        (long long)c->days, (long long)c->invoices, (long long)c->credit_notes, (long long)c->bills, (long long)c->runs,
        (long long)c->lines, (long long)c->statements, (long long)c->operations, (long long)(took_us / 1000000),
        (long long)(took_us / 100000 % 10));
    fprintf(
        own->out,
        "Bank lines: %lld expected, %lld found by the program (%lld%% of what others did; %lld of them wrong), %lld decided by people, %lld waiting\n",
        (long long)c->expected, (long long)c->found, (long long)(others ? c->found * 100 / others : 0),
        (long long)c->wrong, (long long)c->by_hand, (long long)c->waiting);
}

static struct fault *live(struct own *own, struct simulation *sim, int64_t days)
{
    bool more = true;
    struct progress progress = progress_begin(own->err, translate(own->language, "Living through the years").at, days);
    struct fault *fault = NULL;
    while (more && !fault) {
        fault = simulation_day(sim, &more);
        progress_set(&progress, simulation_counts(sim)->days);
    }
    progress_end(&progress);
    return fault;
}

struct fault *app_demo(struct own *own, int *code)
{
    struct app_demo_flags flags = { .seed = 1, .months = 24 };
    struct simulation *sim = NULL;
    struct simulation_settings settings = { .draw_days = 14, .open_days = 28, .trains = true }; /* over a month's wages and taxes */
    int64_t from = clock_us();
    (void)code;
    TRY(own_flags(own, INTO(app_demo_flags, &flags), NULL));
    TRY(check_empty(own));
    settings.until_on = date_add_days(instant_day(instant_now()), -1);
    settings.from_on = date_add_months(settings.until_on, -(int)(flags.months ? flags.months : 24));
    if (flags.quick) settings.customers = 20, settings.suppliers = 18, settings.invoices_a_month = 18, settings.bills_a_month = 9;
    TRY(books_relax(own->arena, own->books, true)); /* half of a demo company is of no use */
    struct fault *fault = simulation_begin(own->arena, own->books, own->operations, (uint64_t)flags.seed, &settings, &sim);
    if (!fault) fault = live(own, sim, date_between(settings.from_on, settings.until_on) + 1);
    if (!fault) fault = books_relax(own->arena, own->books, false);
    if (!fault) fault = write_sign_in(own, sign_in(own, simulation_people(sim)));
    if (!fault) report(own, simulation_counts(sim), clock_us() - from);
    simulation_end(sim);
    return fault;
}
