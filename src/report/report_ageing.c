/* Ageing, days sales outstanding. */
#include "report/report_private.h"
#include "report.sql.h"

const char *const report_sides[3] = { NULL, "receivables", "payables" };
RECORD(report_ask, {
    FIELD(struct report_ask, side, CHOICES(report_sides), OPTIONAL),
    FIELD(struct report_ask, as_of, OPTIONAL),
    FIELD(struct report_ask, from_on, OPTIONAL),
    FIELD(struct report_ask, to_on, OPTIONAL),
    FIELD(struct report_ask, known_at, OPTIONAL),
    ID(struct report_ask, party_id, OPTIONAL),
    ID(struct report_ask, account_id, OPTIONAL),
    ID(struct report_ask, vat_code_id, OPTIONAL),
    FIELD(struct report_ask, after_on, OPTIONAL),
    FIELD(struct report_ask, month_on, OPTIONAL),
    FIELD(struct report_ask, after_number),
    FIELD(struct report_ask, after_line),
    FIELD(struct report_ask, limit),
    FIELD(struct report_ask, sign),
    FIELD(struct report_ask, like, OPTIONAL),
    AMOUNT(struct report_ask, amount_minor),
});
RECORD(report_day, { FIELD(struct report_day, on), AMOUNT(struct report_day, base_minor) });
struct report_party_sum {
    party_id party_id;
    struct date on;
    int64_t base_minor;
};
RECORD(report_party_sum, { ID(struct report_party_sum, party_id), FIELD(struct report_party_sum, on),
                           AMOUNT(struct report_party_sum, base_minor) });
struct report_party_name {
    party_id party_id;
    struct str number, name;
};
RECORD(report_party_name, { ID(struct report_party_name, party_id), FIELD(struct report_party_name, number),
                            FIELD(struct report_party_name, name) });
const struct fault_type report_too_large = { FAULT_LIMIT, "report.too_large",
                                             "These amounts together are larger than can be counted exactly." };

struct report_ask report_asks(const struct work *work, enum report_side side, struct date as_of, struct instant known_at)
{
    return (struct report_ask){ .side = side,
                                .as_of = as_of.ymd ? as_of : work->today,
                                .known_at = known_at.us ? known_at : (struct instant){ INT64_MAX / 2 } };
}

static int bucket_of_days(int late) { return late <= 0 ? 0 : late <= 30 ? 1 : late <= 60 ? 2 : late <= 90 ? 3 : 4; }
int report_bucket(struct date due_on, struct date as_of) { return bucket_of_days(date_between(due_on, as_of)); }

/* ---- Sums in buckets, of a party or of all ---- */

struct aged { int64_t party, buckets[BUCKETS_AGE]; };
struct ageing_sums {
    struct work *work;
    int32_t edges[4]; /* due on this day or later, since 1970: bucket 0, 1, 2, 3 */
    bool overflow, by_party;
    struct aged total, *parties; /* a hash table by party, twice as large as it is full */
    size_t room, used;
};

static void edges_set(struct ageing_sums *sums, struct date as_of)
{
    static const int late[4] = { 0, 30, 60, 90 };
    for (size_t i = 0; i < 4; i++) sums->edges[i] = date_days(as_of) - late[i];
}

static int bucket_at(const struct ageing_sums *sums, int32_t due_days)
{
    for (int i = 0; i < 4; i++)
        if (due_days >= sums->edges[i]) return i;
    return 4;
}

static void add_to(struct ageing_sums *sums, struct aged *aged, int32_t due_days, int64_t minor)
{
    int64_t *to = &aged->buckets[bucket_at(sums, due_days)];
    if (!int_add(*to, minor, to)) sums->overflow = true;
}

static struct aged *slot(struct ageing_sums *sums, int64_t party)
{
    size_t at = (size_t)((uint64_t)party * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (sums->room - 1);
    while (sums->parties[at].party && sums->parties[at].party != party) at = (at + 1) & (sums->room - 1);
    return &sums->parties[at];
}

static void grow(struct ageing_sums *sums)
{
    struct aged *old = sums->parties;
    size_t count = sums->room;
    sums->room = count ? count * 2 : 1024;
    sums->parties = ARENA_ARRAY(sums->work->arena, struct aged, sums->room);
    for (size_t i = 0; i < count; i++)
        if (old[i].party) *slot(sums, old[i].party) = old[i];
}

/* By party where the table is in use, else to the total. */
static struct fault *add_change(void *context, const struct aged_change *change)
{
    struct ageing_sums *sums = context;
    struct aged *aged = &sums->total;
    if (sums->by_party) {
        if (sums->used * 2 >= sums->room) grow(sums);
        aged = slot(sums, change->party_id.n);
        sums->used += !aged->party;
        aged->party = change->party_id.n;
    }
    add_to(sums, aged, change->due_days, change->base_minor);
    return NULL;
}

static struct fault *add_rest(void *context, const void *row)
{
    const struct report_party_sum *r = row;
    return add_change(context, &(const struct aged_change){ r->party_id, date_days(r->on), r->base_minor });
}

static struct fault *add_days(struct work *work, struct ageing_sums *sums, const struct sql *sql,
                              const struct report_ask *ask, int64_t sign)
{
    struct report_days days = { 0 };
    TRY(db_all(work, sql, GIVEN(report_ask, ask), INTO_LIST(report_day, &days)));
    for (size_t i = 0; i < days.count; i++) {
        int64_t minor;
        if (!int_mul(sign, days.at[i].base_minor, &minor)) sums->overflow = true;
        else add_to(sums, &sums->total, date_days(days.at[i].on), minor);
    }
    return NULL;
}

/* From what is open now by due day, backwards: what came later off, what was settled later back. */
static struct fault *total_backwards(struct work *work, const struct report_ask *ask, struct ageing_sums *sums)
{
    TRY(add_days(work, sums, &sql_report_due_totals, ask, 1));
    TRY(add_days(work, sums, &sql_report_items_after, ask, -1));
    return add_days(work, sums, &sql_report_settled_after, ask, 1);
}

static struct fault *total_of_parties(struct ageing_sums *sums)
{
    for (size_t i = 0; i < sums->room; i++)
        for (int b = 0; b < BUCKETS_AGE; b++)
            if (!int_add(sums->total.buckets[b], sums->parties[i].buckets[b], &sums->total.buckets[b])) sums->overflow = true;
    return NULL;
}

/* What the ways cost beside a packed change: a row that is read where nothing is packed, a row of later that is looked up, an item that is open
 * (bench_ageing). */
enum { ROW_COSTS = 40, BACKWARDS_COSTS = 250, REST_COSTS = 20 };
struct report_many { int64_t count; };
RECORD(report_many, { FIELD(struct report_many, count) });
struct report_ways { int64_t before, later, packed; };
RECORD(report_ways,
       { FIELD(struct report_ways, before), FIELD(struct report_ways, later), FIELD(struct report_ways, packed) });

static int64_t forwards_cost(const struct report_ways *lines)
{
    return lines->packed + (lines->before > lines->packed ? lines->before - lines->packed : 0) * ROW_COSTS;
}

static enum account_control control_of(const struct report_ask *ask)
{
    return ask->side == REPORT_RECEIVABLES ? CONTROL_RECEIVABLES : CONTROL_PAYABLES;
}

/* From the beginning: every change until that day. */
static struct fault *forwards(struct work *work, const struct report_ask *ask, struct ageing_sums *sums)
{
    return ledger_aged(work, control_of(ask), ask->as_of, ask->known_at, add_change, sums);
}

static struct fault *totals(struct work *work, const struct report_ask *ask, struct ageing_sums *sums)
{
    struct report_ways lines = { 0 };
    TRY(db_one(work, &sql_report_months, GIVEN(report_ask, ask), INTO(report_ways, &lines), &db_broken));
    return lines.later * BACKWARDS_COSTS <= forwards_cost(&lines) ? total_backwards(work, ask, sums) : forwards(work, ask, sums);
}

/* Now: from what is open of each item, unless that is more than the changes in their packs. */
static struct fault *parties_scan(struct work *work, const struct report_ask *ask, bool now, struct ageing_sums *sums)
{
    struct report_ways lines = { 0 };
    struct report_many open = { 0 };
    TRY(db_one(work, &sql_report_months, GIVEN(report_ask, ask), INTO(report_ways, &lines), &db_broken));
    if (now) {
        struct report_ask most = *ask;
        most.limit = forwards_cost(&lines) / REST_COSTS + 1;
        TRY(db_one(work, &sql_report_rests_counted, GIVEN(report_ask, &most), INTO(report_many, &open), &db_broken));
        now = open.count < most.limit;
    }
    if (now) TRY(db_each(work, &sql_report_rests, GIVEN(report_ask, ask), &report_party_sum_record, add_rest, sums));
    else TRY(forwards(work, ask, sums));
    return total_of_parties(sums);
}

struct fault *report_is_now(struct work *work, const struct report_ask *ask, bool *now)
{
    struct report_days later = { 0 };
    *now = false;
    if (ask->as_of.ymd < work->today.ymd) return NULL;
    TRY(db_all(work, &sql_report_items_after, GIVEN(report_ask, ask), INTO_LIST(report_day, &later)));
    if (!later.count) TRY(db_all(work, &sql_report_settled_after, GIVEN(report_ask, ask), INTO_LIST(report_day, &later)));
    *now = !later.count;
    return NULL;
}

static struct fault *sums_of(struct work *work, const struct ageing_takes *takes, const struct report_ask *ask,
                             struct ageing_sums *sums)
{
    bool now = false;
    sums->work = work;
    sums->by_party = takes->by_party || takes->known_at.us;
    edges_set(sums, ask->as_of);
    if (!takes->by_party && !takes->known_at.us) TRY(totals(work, ask, sums));
    else {
        if (!takes->known_at.us) TRY(report_is_now(work, ask, &now));
        TRY(parties_scan(work, ask, now, sums));
    }
    return sums->overflow ? FAULT(work->arena, &report_too_large, NULL) : NULL;
}

/* ---- Rows ---- */

#define AGEING_FIELDS(T)                                                                   \
    AMOUNT(T, not_due_minor, .currency = "currency", .about = "not due yet"),              \
        AMOUNT(T, days_30_minor, .currency = "currency", .about = "1 to 30 days late"),    \
        AMOUNT(T, days_60_minor, .currency = "currency", .about = "31 to 60 days late"),   \
        AMOUNT(T, days_90_minor, .currency = "currency", .about = "61 to 90 days late"),   \
        AMOUNT(T, later_minor, .currency = "currency", .about = "more than 90 days late"), \
        AMOUNT(T, total_minor, .currency = "currency")
RECORD(ageing_takes, {
    FIELD(struct ageing_takes, side, CHOICES(report_sides)),
    FIELD(struct ageing_takes, as_of, OPTIONAL, .about = "any day; today when left out"),
    FIELD(struct ageing_takes, known_at, OPTIONAL, .about = "as it was known at this moment"),
    FIELD(struct ageing_takes, by_party, OPTIONAL, .about = "a row for each customer or supplier"),
});
RECORD(ageing_row, {
    ID(struct ageing_row, party_id),
    FIELD(struct ageing_row, number, OPTIONAL),
    FIELD(struct ageing_row, name, OPTIONAL),
    FIELD(struct ageing_row, currency),
    AGEING_FIELDS(struct ageing_row),
});
RECORD(ageing, {
    FIELD(struct ageing, side, CHOICES(report_sides)), FIELD(struct ageing, as_of), FIELD(struct ageing, currency),
    AGEING_FIELDS(struct ageing),
    LIST(struct ageing, parties, ageing_row),
});

static bool put_buckets(const struct aged *aged, int64_t sign, int64_t *out[BUCKETS_AGE], int64_t *total_minor)
{
    bool fits = true;
    *total_minor = 0;
    for (int b = 0; b < BUCKETS_AGE; b++)
        fits = fits && int_mul(sign, aged->buckets[b], out[b]) && int_add(*total_minor, *out[b], total_minor);
    return fits;
}

static int by_total(const void *left, const void *right)
{
    const struct ageing_row *a = left, *b = right;
    if (a->total_minor != b->total_minor) return a->total_minor < b->total_minor ? 1 : -1;
    return (a->party_id.n > b->party_id.n) - (a->party_id.n < b->party_id.n);
}

static int by_party(const void *left, const void *right)
{
    const struct ageing_row *a = left, *b = right;
    return (a->party_id.n > b->party_id.n) - (a->party_id.n < b->party_id.n);
}

struct naming { struct arena *arena; struct ageing_rows *rows; };

static struct fault *name_party(void *context, const void *row)
{
    struct naming *naming = context;
    const struct report_party_name *name = row;
    const struct ageing_row key = { .party_id = name->party_id };
    struct ageing_row *found =
        naming->rows->count ? bsearch(&key, naming->rows->at, naming->rows->count, sizeof key, by_party) : NULL;
    if (!found) return NULL;
    found->number = str_keep(naming->arena, name->number);
    found->name = str_keep(naming->arena, name->name);
    return NULL;
}

static struct fault *put_parties(struct work *work, const struct ageing_sums *sums, int64_t sign, struct ageing *out)
{
    for (size_t i = 0; i < sums->room; i++) {
        const struct aged *a = &sums->parties[i];
        struct ageing_row row = { .party_id = { a->party }, .currency = out->currency };
        int64_t *to[] = { &row.not_due_minor, &row.days_30_minor, &row.days_60_minor, &row.days_90_minor, &row.later_minor };
        bool any = false;
        for (int b = 0; b < BUCKETS_AGE; b++) any = any || a->buckets[b];
        if (!any) continue;
        if (!put_buckets(a, sign, to, &row.total_minor)) return FAULT(work->arena, &report_too_large, NULL);
        *LIST_ADD(work->arena, &out->parties) = row;
    }
    if (!out->parties.count) return NULL;
    struct naming naming = { work->arena, &out->parties };
    qsort(out->parties.at, out->parties.count, sizeof *out->parties.at, by_party);
    TRY(db_each(work, &sql_report_party_names, NONE, &report_party_name_record, name_party, &naming));
    qsort(out->parties.at, out->parties.count, sizeof *out->parties.at, by_total);
    return NULL;
}

struct fault *report_ageing(struct work *work, const struct ageing_takes *takes, struct ageing *out)
{
    const struct report_ask ask = report_asks(work, takes->side, takes->as_of, takes->known_at);
    struct ageing_sums sums = { 0 };
    int64_t sign = takes->side == REPORT_PAYABLES ? -1 : 1;
    out->side = takes->side;
    out->as_of = ask.as_of;
    TRY(ledger_base_currency(work, &out->currency));
    TRY(sums_of(work, takes, &ask, &sums));
    int64_t *to[] = { &out->not_due_minor, &out->days_30_minor, &out->days_60_minor, &out->days_90_minor, &out->later_minor };
    if (!put_buckets(&sums.total, sign, to, &out->total_minor)) return FAULT(work->arena, &report_too_large, NULL);
    return takes->by_party ? put_parties(work, &sums, sign, out) : NULL;
}
CALLABLE(report_ageing, ageing_takes, ageing);

/* ---- Days sales outstanding ---- */

RECORD(dso_takes, {
    FIELD(struct dso_takes, as_of, OPTIONAL, .about = "any day; today when left out"),
    FIELD(struct dso_takes, days, OPTIONAL, .max = 366, .about = "of the period; 90 when left out"),
});
RECORD(dso, {
    FIELD(struct dso, as_of), FIELD(struct dso, days), FIELD(struct dso, currency),
    AMOUNT(struct dso, receivables_minor, .currency = "currency"),
    AMOUNT(struct dso, not_due_minor, .currency = "currency"),
    AMOUNT(struct dso, sales_minor, .currency = "currency", .about = "invoices less credit notes of the period, VAT included"),
    FIELD(struct dso, simple_days, OPTIONAL, .about = "receivables ÷ sales × days"),
    FIELD(struct dso, count_back_days, OPTIONAL, .about = "months of sales that the receivables use up, newest first"),
    FIELD(struct dso, weighted_days, OPTIONAL, .about = "what is open of each month ÷ sales of that month × its days"),
    FIELD(struct dso, best_days, OPTIONAL, .about = "the best that could be: only what is not due yet"),
    FIELD(struct dso, late_days, OPTIONAL, .about = "simple less best: what paying late costs"),
});

enum { DSO_MONTHS = 60, DSO_DAYS = 90 };

/* part ÷ whole × days, with one decimal. */
static struct decimal days_of(int64_t part, int64_t whole, int64_t days)
{
    int64_t tenths;
    if (whole <= 0 || !int_mul_div(part, days * 10, whole, &tenths)) return (struct decimal){ 0 };
    return DECIMAL(tenths, 1);
}

struct months { int64_t sales_minor[DSO_MONTHS], open_minor[DSO_MONTHS]; struct date as_of; };

static int months_back(struct date from, struct date to)
{
    return (date_year(to) - date_year(from)) * 12 + date_month(to) - date_month(from);
}
static int days_in(const struct months *m, int back)
{
    struct date month = date_add_months((struct date){ m->as_of.ymd / 100 * 100 + 1 }, -back);
    return back ? date_day(date_month_end(month)) : date_day(m->as_of);
}

static struct decimal count_back(const struct months *m, int64_t receivables_minor)
{
    int64_t left = receivables_minor, days = 0;
    for (int back = 0; back < DSO_MONTHS; back++) {
        int its = days_in(m, back);
        if (left <= 0) return DECIMAL(days * 10, 1);
        if (m->sales_minor[back] >= left) {
            struct decimal part = days_of(left, m->sales_minor[back], its);
            return DECIMAL(days * 10 + part.units, 1);
        }
        if (m->sales_minor[back] > 0) left -= m->sales_minor[back];
        days += its;
    }
    return (struct decimal){ 0 }; /* older than five years */
}

static struct decimal weighted(const struct months *m)
{
    struct decimal sum = DECIMAL(0, 1);
    bool any = false;
    for (int back = 0; back < DSO_MONTHS; back++) {
        struct decimal part = days_of(m->open_minor[back], m->sales_minor[back], days_in(m, back));
        if (!part.present) continue;
        any = true;
        if (!decimal_add(sum, part, &sum)) return (struct decimal){ 0 };
    }
    return any ? sum : (struct decimal){ 0 };
}

static struct fault *months_fill(struct work *work, struct report_ask *ask, struct months *m, int64_t days, int64_t *sales_minor)
{
    struct report_days sales = { 0 }, open = { 0 }; /* open: now, and what was settled after that day */
    m->as_of = ask->as_of;
    ask->from_on = date_add_months((struct date){ ask->as_of.ymd / 100 * 100 + 1 }, 1 - DSO_MONTHS);
    ask->to_on = ask->as_of;
    TRY(db_all(work, &sql_report_sales, GIVEN(report_ask, ask), INTO_LIST(report_day, &sales)));
    for (size_t i = 0; i < sales.count; i++) {
        int back = months_back(sales.at[i].on, m->as_of);
        if (back >= 0 && back < DSO_MONTHS &&
            !int_add(m->sales_minor[back], sales.at[i].base_minor, &m->sales_minor[back]))
            return FAULT(work->arena, &report_too_large, NULL);
        bool within = date_between(sales.at[i].on, m->as_of) < days;
        if (within && !int_add(*sales_minor, sales.at[i].base_minor, sales_minor))
            return FAULT(work->arena, &report_too_large, NULL);
    }
    TRY(db_all(work, &sql_report_dated_rests, GIVEN(report_ask, ask), INTO_LIST(report_day, &open)));
    TRY(db_all(work, &sql_report_dated_settled, GIVEN(report_ask, ask), INTO_LIST(report_day, &open)));
    for (size_t i = 0; i < open.count; i++) {
        int back = months_back(open.at[i].on, m->as_of);
        if (back >= 0 && back < DSO_MONTHS && !int_add(m->open_minor[back], open.at[i].base_minor, &m->open_minor[back]))
            return FAULT(work->arena, &report_too_large, NULL);
    }
    return NULL;
}

struct fault *report_dso(struct work *work, const struct dso_takes *takes, struct dso *out)
{
    struct report_ask ask = report_asks(work, REPORT_RECEIVABLES, takes->as_of, (struct instant){ 0 });
    const struct ageing_takes aged = { .side = REPORT_RECEIVABLES, .as_of = takes->as_of };
    struct months months = { 0 };
    struct ageing ageing = { 0 };
    out->as_of = ask.as_of;
    out->days = takes->days > 0 ? takes->days : DSO_DAYS;
    TRY(report_ageing(work, &aged, &ageing));
    TRY(months_fill(work, &ask, &months, out->days, &out->sales_minor));
    out->currency = ageing.currency;
    out->receivables_minor = ageing.total_minor;
    out->not_due_minor = ageing.not_due_minor;
    out->simple_days = days_of(out->receivables_minor, out->sales_minor, out->days);
    out->best_days = days_of(out->not_due_minor, out->sales_minor, out->days);
    out->count_back_days = count_back(&months, out->receivables_minor);
    out->weighted_days = weighted(&months);
    if (out->simple_days.present && out->best_days.present &&
        !decimal_sub(out->simple_days, out->best_days, &out->late_days))
        out->late_days = (struct decimal){ 0 };
    return NULL;
}
CALLABLE(report_dso, dso_takes, dso);

static const struct operation operations[] = {
    { "report ageing", "GET", "/reports/ageing", "report.read", OPERATION_READS | OPERATION_SLOW | OPERATION_FIGURES,
      &report_ageing_call, NULL, "Show how old what is owed is, on any day, as it was known at any moment" },
    { "report dso", "GET", "/reports/dso", "report.read", OPERATION_READS | OPERATION_SLOW | OPERATION_FIGURES,
      &report_dso_call, NULL,
      "Show days sales outstanding: simple, count-back, sales-weighted and the best that could be" },
};
const struct operation_table report_figures = { "report", operations, ARRAY_LENGTH(operations) };
