/* How the months went: days sales outstanding, what was paid in time, what was matched by itself. */
#include "report/report_private.h"
#include "report.sql.h"

enum { MONTHS_USUAL = 13, MONTHS_MOST = 36, DSO_PERIOD = 90 };

struct trend_takes {
    int64_t months;
};
RECORD(trend_takes, { FIELD(struct trend_takes, months, OPTIONAL, .min = 0, .max = MONTHS_MOST,
                            .about = "13 when left out; the last is the month that runs") });
struct trend_month {
    struct date from_on, to_on;
    struct str currency;
    int64_t receivables_minor, sales_minor, sales_90_minor;
    struct decimal dso_days;
    int64_t paid_count, in_time_count;
    struct decimal in_time_percent;
    int64_t line_count, automatic_count;
    struct decimal automatic_percent;
};
LIST_STRUCT(trend_months, struct trend_month);
RECORD(trend_month, {
    FIELD(struct trend_month, from_on),
    FIELD(struct trend_month, to_on),
    FIELD(struct trend_month, currency),
    AMOUNT(struct trend_month, receivables_minor, .currency = "currency", .about = "at its end"),
    AMOUNT(struct trend_month, sales_minor, .currency = "currency", .about = "of the month, VAT included"),
    AMOUNT(struct trend_month, sales_90_minor, .currency = "currency", .about = "of the 90 days until its end"),
    FIELD(struct trend_month, dso_days, OPTIONAL, .about = "receivables ÷ sales of 90 days × 90"),
    FIELD(struct trend_month, paid_count, .about = "items of customers that were paid whole in it"),
    FIELD(struct trend_month, in_time_count, .about = "of those, on the due day or before"),
    FIELD(struct trend_month, in_time_percent, OPTIONAL),
    FIELD(struct trend_month, line_count, .about = "bank lines booked in it"),
    FIELD(struct trend_month, automatic_count, .about = "of those, placed without anybody's help"),
    FIELD(struct trend_month, automatic_percent, OPTIONAL),
});
struct trends {
    struct trend_months months;
};
RECORD(trends, { LIST(struct trends, months, trend_month) });

struct report_share { struct date on; int64_t count, good; };
LIST_STRUCT(report_shares, struct report_share);
RECORD(report_share, { FIELD(struct report_share, on), FIELD(struct report_share, count), FIELD(struct report_share, good) });

static struct decimal tenths_of(int64_t part, int64_t whole, int64_t times)
{
    int64_t tenths;
    if (whole <= 0 || !int_mul_div(part, times * 10, whole, &tenths)) return (struct decimal){ 0 };
    return DECIMAL(tenths, 1);
}

static struct trend_month *month_of(struct trends *t, struct date on)
{
    for (size_t i = 0; i < t->months.count; i++)
        if (on.ymd >= t->months.at[i].from_on.ymd && on.ymd <= t->months.at[i].to_on.ymd) return &t->months.at[i];
    return NULL;
}

static struct fault *too_large(struct work *work) { return FAULT(work->arena, &report_too_large, NULL); }

static struct fault *sales_of(struct work *work, struct report_ask ask, struct trends *t)
{
    struct report_days days = { 0 };
    ask.from_on = date_add_days(t->months.at[0].to_on, 1 - DSO_PERIOD);
    if (ask.from_on.ymd > t->months.at[0].from_on.ymd) ask.from_on = t->months.at[0].from_on;
    TRY(db_all(work, &sql_report_sales, GIVEN(report_ask, &ask), INTO_LIST(report_day, &days)));
    for (size_t i = 0; i < days.count; i++) {
        const struct report_day *day = &days.at[i];
        struct trend_month *month = month_of(t, day->on);
        if (month && !int_add(month->sales_minor, day->base_minor, &month->sales_minor)) return too_large(work);
        for (size_t m = 0; m < t->months.count; m++) {
            struct trend_month *of = &t->months.at[m];
            int before = date_between(day->on, of->to_on);
            if (before >= 0 && before < DSO_PERIOD &&
                !int_add(of->sales_90_minor, day->base_minor, &of->sales_90_minor))
                return too_large(work);
        }
    }
    return NULL;
}

/* Ends of months as the months are kept up; of today as the ageing says it, which knows what is dated later. */
static struct fault *receivables_of(struct work *work, const struct report_ask *ask, struct trends *t)
{
    struct report_days moved = { 0 };
    const struct ageing_takes takes = { .side = REPORT_RECEIVABLES };
    struct ageing ageing = { 0 };
    size_t last = t->months.count - 1;
    TRY(db_all(work, &sql_report_control_months, GIVEN(report_ask, ask), INTO_LIST(report_day, &moved)));
    for (size_t i = 0; i < moved.count; i++)
        for (size_t m = 0; m < last; m++)
            if (moved.at[i].on.ymd <= t->months.at[m].to_on.ymd &&
                !int_add(t->months.at[m].receivables_minor, moved.at[i].base_minor, &t->months.at[m].receivables_minor))
                return too_large(work);
    TRY(report_ageing(work, &takes, &ageing));
    t->months.at[last].receivables_minor = ageing.total_minor;
    return NULL;
}

static struct fault *shares_of(struct work *work, const struct report_ask *ask, const struct sql *sql, struct trends *t,
                               bool lines)
{
    struct report_shares shares = { 0 };
    TRY(db_all(work, sql, GIVEN(report_ask, ask), INTO_LIST(report_share, &shares)));
    for (size_t i = 0; i < shares.count; i++) {
        struct trend_month *month = month_of(t, shares.at[i].on);
        if (!month) continue;
        *(lines ? &month->line_count : &month->paid_count) += shares.at[i].count;
        *(lines ? &month->automatic_count : &month->in_time_count) += shares.at[i].good;
    }
    return NULL;
}

static struct fault *report_trends(struct work *work, const struct trend_takes *takes, struct trends *out)
{
    struct report_ask ask = report_asks(work, REPORT_RECEIVABLES, work->today, (struct instant){ 0 });
    struct date first = { work->today.ymd / 100 * 100 + 1 };
    struct str currency = { 0 };
    int months = takes->months > 0 ? (int)takes->months : MONTHS_USUAL;
    TRY(ledger_base_currency(work, &currency));
    for (int back = months - 1; back >= 0; back--) {
        struct date from = date_add_months(first, -back);
        *LIST_ADD(work->arena, &out->months) = (struct trend_month){ .from_on = from,
                                                                     .to_on = back ? date_month_end(from) : work->today,
                                                                     .currency = currency };
    }
    ask.from_on = out->months.at[0].from_on;
    ask.to_on = work->today;
    TRY(receivables_of(work, &ask, out));
    TRY(sales_of(work, ask, out));
    TRY(shares_of(work, &ask, &sql_report_paid_days, out, false));
    TRY(shares_of(work, &ask, &sql_report_line_days, out, true));
    for (size_t i = 0; i < out->months.count; i++) {
        struct trend_month *m = &out->months.at[i];
        m->dso_days = tenths_of(m->receivables_minor, m->sales_90_minor, DSO_PERIOD);
        m->in_time_percent = tenths_of(m->in_time_count, m->paid_count, 100);
        m->automatic_percent = tenths_of(m->automatic_count, m->line_count, 100);
    }
    return NULL;
}
CALLABLE(report_trends, trend_takes, trends);

/* ---- The items behind "paid in time" ---- */

struct paid_takes { enum report_side side; struct date paid_from_on, paid_to_on; };
RECORD(paid_takes, {
    FIELD(struct paid_takes, side, CHOICES(report_sides)),
    FIELD(struct paid_takes, paid_from_on),
    FIELD(struct paid_takes, paid_to_on),
});
struct paid_row {
    item_id id;
    struct str reference;
    party_id party_id;
    struct str name;
    struct date dated_on, due_on, paid_on;
    bool in_time;
    struct str currency;
    int64_t amount_minor;
};
LIST_STRUCT(paid_rows, struct paid_row);
RECORD(paid_row, {
    ID(struct paid_row, id, .sort = true),
    FIELD(struct paid_row, reference, .filter = true, .sort = true),
    ID(struct paid_row, party_id, .filter = true),
    FIELD(struct paid_row, name, .filter = true, .sort = true),
    FIELD(struct paid_row, dated_on, .filter = true, .sort = true),
    FIELD(struct paid_row, due_on, .filter = true, .sort = true),
    FIELD(struct paid_row, paid_on, .filter = true, .sort = true, .about = "the day of its last payment"),
    FIELD(struct paid_row, in_time, .filter = true),
    FIELD(struct paid_row, currency, .filter = true),
    AMOUNT(struct paid_row, amount_minor, .currency = "currency", .filter = true, .sort = true),
});
static struct fault *report_paid_items(struct work *work, const struct paid_takes *takes,
                                       const struct list_query *query, struct paid_rows *rows, struct str *next)
{
    struct report_ask ask = report_asks(work, takes->side, work->today, (struct instant){ 0 });
    ask.from_on = takes->paid_from_on, ask.to_on = takes->paid_to_on;
    return db_list(work, &sql_report_paid_items, GIVEN(report_ask, &ask), query, INTO_LIST(paid_row, rows), next);
}
LISTABLE(report_paid_items, paid_takes, paid_row, paid_rows);

static const struct operation operations[] = {
    { "report trends", "GET", "/reports/trends", "report.read", OPERATION_READS | OPERATION_SLOW | OPERATION_FIGURES,
      &report_trends_call, NULL,
      "Show month by month how long customers took, what they paid in time and what was matched by itself" },
    { "report paid-items", "GET", "/reports/paid-items", "report.read", OPERATION_READS | OPERATION_SLOW, NULL,
      &report_paid_items_list, "List the items that were paid whole in a period, and which of them in time" },
};
const struct operation_table report_months = { "report", operations, ARRAY_LENGTH(operations) };
