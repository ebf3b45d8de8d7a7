#include "simulation/simulation_private.h"
#include <liboath/oath.h>

const struct fault_type simulation_wrong = { FAULT_BROKEN, "simulation.wrong",
                                             "After {day} the books are not right: {what}." };
const struct fault_type simulation_secret = { FAULT_INVALID, "simulation.secret",
                                              "This is no secret of a second factor: letters and digits of base32." };

/* ---- Doing things as somebody ---- */

struct work sim_work(struct simulation *sim, enum who who)
{
    struct work work = { .arena = sim->scratch,
                         .company_id = sim->company_id,
                         .today = sim->today,
                         .now = sim->now,
                         .language = DUTCH,
                         .stepped_up_at = sim->now,
                         .source = STR("simulation"),
                         .system = who == PROGRAM };
    work.sparing =
        sim->settings.draw_days && date_between(sim->today, sim->settings.until_on) >= sim->settings.draw_days;
    if (who != PROGRAM) work.user_id = sim->people[who].id, work.permissions = sim->permissions[who];
    sim->now.us += sim_between(sim, 4000, 26000) * 1000;
    sim->counts.operations++;
    return work;
}

static const struct operation *operation(const struct simulation *sim, const char *command)
{
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    return operation_by_command(sim->operations, noun, verb);
}

bool sim_has(const struct simulation *sim, const char *command) { return operation(sim, command) != NULL; }

/* One thing to do: a request, or a call with structs. */
struct doing {
    enum who who;
    struct request request;
    const char *command;
    const void *takes;
    void *gives;
    struct answer *answer;
};

static struct fault *act(struct simulation *sim, const struct doing *d)
{
    struct work work = sim_work(sim, d->who);
    if (d->command) return operation_call(&work, sim->books, sim->operations, d->command, d->takes, d->gives);
    struct answer unused;
    return operation_answer(&work, sim->books, sim->operations, &d->request, d->answer ? d->answer : &unused);
}

struct fault *sim_ask(struct simulation *sim, enum who who, const char *command, struct str json, struct answer *answer)
{
    const struct doing d = { .who = who, .request = { .operation = operation(sim, command), .body = json }, .answer = answer };
    return act(sim, &d);
}

struct fault *sim_upload(struct simulation *sim, enum who who, const char *command, struct str file_name,
                         struct str content, struct answer *answer)
{
    const struct pair name = { STR("file_name"), file_name };
    const struct doing d = {
        .who = who,
        .request = { .operation = operation(sim, command), .pairs = &name, .pair_count = 1, .body = content },
        .answer = answer
    };
    return act(sim, &d);
}

struct fault *sim_call(struct simulation *sim, enum who who, const char *command, const void *takes, void *gives)
{
    const struct doing d = { .who = who, .command = command, .takes = takes, .gives = gives };
    return act(sim, &d);
}

int64_t sim_number(struct given gives, const char *name)
{
    const struct field *field = record_field(gives.record, str_of(name));
    int64_t value;
    ensure(field && field->size == sizeof value);
    memcpy(&value, (const char *)gives.at + field->offset, sizeof value);
    return value;
}

struct str sim_text(struct given gives, const char *name)
{
    const struct field *field = record_field(gives.record, str_of(name));
    struct str value;
    ensure(field && field->size == sizeof value);
    memcpy(&value, (const char *)gives.at + field->offset, sizeof value);
    return value;
}

int64_t sim_between(struct simulation *sim, int64_t from, int64_t to) { return rng_between(&sim->rng, from, to); }
bool sim_chance(struct simulation *sim, int permille) { return permille > 0 && rng_chance(&sim->rng, permille); }

/* ---- Days ---- */

/* Easter Sunday by the anonymous Gregorian rule (Nature, 20 April 1876). */
static struct date easter(int year)
{
    struct date day = { 0 };
    int a = year % 19, b = year / 100, c = year % 100;
    int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
    bool made = date_make(year, n / 31, n % 31 + 1, &day);
    ensure(made);
    return day;
}

/* New Year, Good Friday, Easter Monday, King's Day, Ascension, Whit Monday, Christmas; 5 May in the years that end in 0 or 5. */
bool sim_is_bank_day(struct date day)
{
    int month_day = date_month(day) * 100 + date_day(day), after = date_between(easter(date_year(day)), day);
    if (date_weekday(day) >= SATURDAY) return false;
    if (month_day == 101 || month_day == 427 || month_day == 1225 || month_day == 1226) return false;
    if (month_day == 505 && date_year(day) % 5 == 0) return false;
    return after != -2 && after != 1 && after != 39 && after != 50;
}

struct date sim_bank_day(struct date day)
{
    while (!sim_is_bank_day(day)) day = date_add_days(day, 1);
    return day;
}

/* ---- What comes back each month ---- */

struct period_row { int64_t id, version; };

static struct fault *close_month(struct simulation *sim, struct date any)
{
    struct answer answer = { 0 };
    struct work work = sim_work(sim, ADMINISTRATOR);
    struct date first = { any.ymd / 100 * 100 + 1 };
    const struct pair from = { STR("from_on"), date_text(sim->scratch, first) };
    const struct request request = {
        .operation = operation(sim, "period list"), .pairs = &from, .pair_count = 1, .as_rows = true
    };
    TRY(operation_answer(&work, sim->books, sim->operations, &request, &answer));
    if (!answer.rows.count) return NULL;
    const struct given row = { request.operation->list->row, answer.rows.at };
    return sim_ask(sim, ADMINISTRATOR, "period close",
                   str_format(sim->scratch, "{\"id\":%lld,\"version\":%lld}", (long long)sim_number(row, "id"),
                              (long long)sim_number(row, "version")),
                   NULL);
}

static struct fault *set_rate(struct simulation *sim)
{
    return sim_ask(sim, ADMINISTRATOR, "rate set",
                   str_format(sim->scratch,
                              "{\"currency\":\"USD\",\"valid_on\":\"%s\",\"rate\":\"0.%lld\",\"source\":\"ECB\"}",
                              date_text(sim->scratch, sim->today).at, (long long)sim_between(sim, 8600, 9500)),
                   NULL);
}

static void direct(struct simulation *sim, struct date on, int64_t amount_minor, const char *name, const char *iban,
                   const char *remittance, const char *account)
{
    const struct event event = { .on = sim_bank_day(on),
                                 .account = OUR_BANK,
                                 .amount_minor = amount_minor,
                                 .name = str_of(name),
                                 .iban = str_of(iban),
                                 .remittance = str_of(remittance),
                                 .truth = { .kind = TRUTH_BOOKING, .account = account } };
    sim_event(sim, &event);
}

static void salaries(struct simulation *sim)
{
    static const char *const names[] = { "J.P. de Graaf", "M. Yilmaz",   "S. van den Berg", "A. Kowalska",
                                         "R. Hendriks",   "L. Bouterse", "T. Visser",       "N. el Amrani" };
    struct date on = { sim->today.ymd / 100 * 100 + 25 };
    while (!sim_is_bank_day(on)) on = date_add_days(on, -1);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct rng own = rng_new(i + 17);
        char digits[11];
        struct str iban = { 0 };
        snprintf(digits, sizeof digits, "%010lld", (long long)rng_between(&own, 100000000, 999999999));
        struct fault *fault = iban_make(sim->arena, STR("NL"), str_format(sim->arena, "RABO%s", digits), &iban);
        ensure(!fault);
        direct(sim, on, -(int64_t)(215000 + 31700 * (int64_t)i), names[i], iban.at, "Salaris", "4100");
    }
}

static struct fault *month_begins(struct simulation *sim)
{
    struct date two_back = date_add_months(sim->today, -2);
    TRY(set_rate(sim));
    direct(sim, sim->today, -475000, "Vastgoed De Werf C.V.", "NL20INGB0001234567", "Huur bedrijfshal, onbelast", "4200");
    direct(sim, sim->today, -(2300 + sim_between(sim, 0, 900)), "", "", "Kosten zakelijk betalingsverkeer", "4900");
    salaries(sim);
    struct date tax = { sim->today.ymd / 100 * 100 + 28 };
    direct(sim, tax, -1187300, "Belastingdienst", "NL86INGB0002445588", "Loonheffing", "1800");
    if (date_month(sim->today) % 3 == 1) {
        if (sim->vat_minor > 0)
            direct(sim, date_add_days(tax, -1), -sim->vat_minor / 100 * 100, "Belastingdienst", "NL86INGB0002445588",
                   "Omzetbelasting kwartaal", "1740");
        sim->vat_minor = 0;
    }
    if (two_back.ymd < sim->settings.from_on.ymd / 100 * 100) return NULL;
    return close_month(sim, two_back);
}

struct fault *sim_months(struct simulation *sim)
{
    struct date before = date_add_days(sim->today, -1);
    while (!sim_is_bank_day(before)) before = date_add_days(before, -1);
    if (before.ymd / 100 != sim->today.ymd / 100) TRY(month_begins(sim));
    bool half =
        sim->today.ymd / 100 != before.ymd / 100 && (date_month(sim->today) == 1 || date_month(sim->today) == 7);
    if (half && sim->settings.trains && sim->counts.found > 100)
        return sim_ask(sim, ADMINISTRATOR, "cash train", STR("{}"), NULL);
    return NULL;
}

/* ---- Its life ---- */

static struct fault *settings_fill(struct simulation *sim, const struct simulation_settings *settings)
{
    struct simulation_settings *s = &sim->settings;
    *s = *settings;
    ensure(s->from_on.ymd && s->from_on.ymd <= s->until_on.ymd);
    if (!s->customers) s->customers = 60;
    if (!s->suppliers) s->suppliers = 40;
    ensure(s->customers >= 8 && s->suppliers >= 8);
    if (!s->invoices_a_month) s->invoices_a_month = 175;
    if (!s->bills_a_month) s->bills_a_month = 88;
    if (!s->open_days) s->open_days = 14;
    return NULL;
}

struct fault *simulation_begin(struct arena *arena, struct books *books, const struct operations *operations, uint64_t seed,
                               const struct simulation_settings *settings, struct simulation **out)
{
    struct simulation *sim = *out = ARENA_NEW(arena, struct simulation);
    sim->arena = arena;
    sim->scratch = arena_new((size_t)1 << 34);
    sim->books = books;
    sim->operations = operations;
    sim->rng = rng_new(seed);
    TRY(settings_fill(sim, settings));
    sim->today = settings->from_on;
    sim->now.us = instant_of_day(sim->today).us - INT64_C(6) * 3600 * 1000000;
    TRY(sim_cast_company(sim));
    TRY(set_rate(sim));
    TRY(sim_cast_customers(sim));
    TRY(sim_cast_suppliers(sim));
    sim->today = date_add_days(sim->today, -1); /* the first day is lived in full by simulation_day */
    arena_reset(sim->scratch);
    return NULL;
}

static struct fault *work_day(struct simulation *sim)
{
    static struct fault *(*const steps[])(struct simulation *) = { sim_bank_morning, sim_decide,   sim_months,
                                                                   sim_purchases,    sim_payments, sim_sales,
                                                                   sim_customers_pay };
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        TRY(steps[i](sim));
        arena_reset(sim->scratch);
    }
    return NULL;
}

struct fault *simulation_day(struct simulation *sim, bool *more)
{
    *more = sim->today.ymd < sim->settings.until_on.ymd;
    if (!*more) return NULL;
    sim->today = date_add_days(sim->today, 1);
    struct instant dawn = { instant_of_day(sim->today).us - INT64_C(5) * 3600 * 1000000 };
    if (sim->now.us < dawn.us) sim->now = dawn;
    sim->counts.days++;
    *more = sim->today.ymd < sim->settings.until_on.ymd;
    return sim_is_bank_day(sim->today) ? work_day(sim) : NULL;
}

void simulation_end(struct simulation *sim)
{
    if (sim) arena_free(sim->scratch);
}

struct date simulation_today(const struct simulation *sim) { return sim->today; }
int64_t simulation_company(const struct simulation *sim) { return sim->company_id; }
const struct simulation_counts *simulation_counts(const struct simulation *sim) { return &sim->counts; }
const struct simulation_person *simulation_people(const struct simulation *sim) { return sim->people; }

struct fault *simulation_code(struct arena *arena, struct str secret, struct instant now, struct str *code)
{
    char *bytes = NULL, digits[7];
    size_t length = 0;
    struct str upper = str_upper(arena, str_trim(secret));
    if (!upper.length || oath_base32_decode(upper.at, upper.length, &bytes, &length) != OATH_OK)
        return FAULT(arena, &simulation_secret, "secret");
    int made = length ? oath_hotp_generate(bytes, length, (uint64_t)(now.us / 30000000), 6, false,
                                           OATH_HOTP_DYNAMIC_TRUNCATION, digits)
                      : OATH_INVALID_DIGITS;
    free(bytes);
    if (made != OATH_OK) return FAULT(arena, &simulation_secret, "secret");
    *code = str_copy(arena, digits, 6);
    return NULL;
}
