/* Cash: where it stands, and where thirteen weeks bring it. */
#include "report/report_private.h"
#include "report.sql.h"

/* ---- Business days ---- */

/* Gregorian Easter Sunday (Meeus, Jones, Butcher). */
static struct date easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7,
        m = (a + 11 * h + 22 * l) / 451;
    int sum = h + l - 7 * m + 114;
    return (struct date){ year * 10000 + sum / 31 * 100 + sum % 31 + 1 };
}

static bool is_closed(struct date day)
{
    enum weekday weekday = date_weekday(day);
    int month_day = day.ymd % 10000;
    if (weekday == SATURDAY || weekday == SUNDAY) return true;
    if (month_day == 101 || month_day == 501 || month_day == 1225 || month_day == 1226) return true;
    struct date sunday = easter(date_year(day));
    return day.ymd == date_add_days(sunday, -2).ymd || day.ymd == date_add_days(sunday, 1).ymd;
}

struct date report_business_day(struct date day)
{
    while (is_closed(day)) day = date_add_days(day, 1);
    return day;
}

/* ---- Position ---- */

struct bank_position {
    struct { int64_t n; } id;
    struct str name, iban, currency;
    int64_t closing_minor;
    struct date closing_on;
    int64_t booked_minor, undecided_count, undecided_minor;
};
LIST_STRUCT(bank_positions, struct bank_position);
RECORD(bank_position, {
                          ID(struct bank_position, id),
                          FIELD(struct bank_position, name),
                          FIELD(struct bank_position, iban),
                          FIELD(struct bank_position, currency),
                          AMOUNT(struct bank_position, closing_minor, .currency = "currency", OPTIONAL,
                                 .about = "of the last statement"),
                          FIELD(struct bank_position, closing_on, OPTIONAL),
                          AMOUNT(struct bank_position, booked_minor,
                                 .about = "what stands on its ledger account, in the company's own currency"),
                          FIELD(struct bank_position, undecided_count),
                          AMOUNT(struct bank_position, undecided_minor, .currency = "currency",
                                 .about = "bank lines that nobody has placed yet"),
                      });
struct report_expected {
    struct str currency;
    int64_t amount_minor, count;
};
LIST_STRUCT(expecteds, struct report_expected);
RECORD(report_expected,
       { FIELD(struct report_expected, currency), AMOUNT(struct report_expected, amount_minor, .currency = "currency"),
         FIELD(struct report_expected, count) });
struct cash_position {
    struct bank_positions accounts;
    struct expecteds expected;
};
RECORD(cash_position, {
                          LIST(struct cash_position, accounts, bank_position),
                          LIST(struct cash_position, expected, report_expected,
                               .about = "payments on their way: sent to the bank, not on a statement yet"),
                      });

static struct fault *report_cash_position(struct work *work, const struct nothing *takes, struct cash_position *out)
{
    (void)takes;
    TRY(db_all(work, &sql_report_bank_accounts, NONE, INTO_LIST(bank_position, &out->accounts)));
    return db_all(work, &sql_report_expected, NONE, INTO_LIST(report_expected, &out->expected));
}
CALLABLE(report_cash_position, nothing, cash_position);

/* ---- Forecast ---- */

enum { WEEKS = 13 };
struct forecast_week {
    int64_t week;
    struct date from_on, to_on;
    struct str currency;
    int64_t in_minor, out_minor, balance_minor;
};
LIST_STRUCT(forecast_weeks, struct forecast_week);
RECORD(forecast_week,
       {
           FIELD(struct forecast_week, week),
           FIELD(struct forecast_week, from_on),
           FIELD(struct forecast_week, to_on),
           FIELD(struct forecast_week, currency),
           AMOUNT(struct forecast_week, in_minor, .currency = "currency"),
           AMOUNT(struct forecast_week, out_minor, .currency = "currency"),
           AMOUNT(struct forecast_week, balance_minor, .currency = "currency", .about = "at the end of the week"),
       });
struct forecast {
    struct date from_on;
    struct str currency;
    int64_t opening_minor, later_in_minor, later_out_minor;
    struct forecast_weeks weeks;
};
RECORD(forecast,
       {
           FIELD(struct forecast, from_on),
           FIELD(struct forecast, currency),
           AMOUNT(struct forecast, opening_minor, .currency = "currency",
                  .about = "what stands on the bank accounts in the books now"),
           AMOUNT(struct forecast, later_in_minor, .currency = "currency", .about = "expected after these weeks"),
           AMOUNT(struct forecast, later_out_minor, .currency = "currency"),
           LIST(struct forecast, weeks, forecast_week),
       });
struct report_paid {
    party_id party_id;
    struct date on, paid_on;
};
RECORD(report_paid,
       { ID(struct report_paid, party_id), FIELD(struct report_paid, on), FIELD(struct report_paid, paid_on) });

struct habit { int64_t party; int days; };
struct habits { struct arena *arena; LIST_OF(struct habit) list; LIST_OF(int) late; int64_t party; };

static int by_number(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* The median of a customer; of an even count the higher of the two in the middle: cash that comes later than said hurts more. */
static void habit_end(struct habits *h)
{
    if (!h->late.count) return;
    qsort(h->late.at, h->late.count, sizeof *h->late.at, by_number);
    *LIST_ADD(h->arena, &h->list) = (struct habit){ h->party, h->late.at[h->late.count / 2] };
    h->late.count = 0;
}

static struct fault *habit_row(void *context, const void *row)
{
    struct habits *h = context;
    const struct report_paid *r = row;
    if (h->party != r->party_id.n) habit_end(h);
    h->party = r->party_id.n;
    *LIST_ADD(h->arena, &h->late) = date_between(r->on, r->paid_on);
    return NULL;
}

static int by_party(const void *a, const void *b)
{
    const struct habit *x = a, *y = b;
    return (x->party > y->party) - (x->party < y->party);
}

static int habit_of(const struct habits *h, party_id party)
{
    const struct habit key = { .party = party.n };
    const struct habit *found = h->list.count ? bsearch(&key, h->list.at, h->list.count, sizeof key, by_party) : NULL;
    return found ? found->days : 0;
}

/* When an item will move money: its due day, later or earlier as this customer is used to, never before today, on a day on which
 * banks settle. Suppliers are paid when it is due. */
static struct date expected_on(const struct forecast *f, const struct habits *h, const struct open_item *item)
{
    int days = item->control == CONTROL_RECEIVABLES ? habit_of(h, item->party_id) : 0;
    struct date on = date_add_days(item->due_on, days);
    if (on.ymd < f->from_on.ymd) on = f->from_on;
    return report_business_day(on);
}

static bool place(struct forecast *f, struct date on, int64_t base_minor)
{
    int week = date_between(f->from_on, on) / 7;
    bool in = base_minor > 0;
    int64_t *to = week < WEEKS ? (in ? &f->weeks.at[week].in_minor : &f->weeks.at[week].out_minor)
                  : in         ? &f->later_in_minor
                               : &f->later_out_minor;
    return in ? int_add(*to, base_minor, to) : int_sub(*to, base_minor, to);
}

static struct fault *place_side(struct work *work, struct forecast *f, const struct habits *h, enum account_control control)
{
    struct open_items items = { 0 };
    TRY(ledger_open_items(work, control, (party_id){ 0 }, &items));
    for (size_t i = 0; i < items.count; i++)
        if (!place(f, expected_on(f, h, &items.at[i]), items.at[i].rest_base_minor))
            return FAULT(work->arena, &report_too_large, NULL);
    return NULL;
}

static struct fault *weeks_make(struct work *work, struct forecast *f)
{
    struct bank_positions accounts = { 0 };
    TRY(db_all(work, &sql_report_bank_accounts, NONE, INTO_LIST(bank_position, &accounts)));
    for (size_t i = 0; i < accounts.count; i++)
        if (!int_add(f->opening_minor, accounts.at[i].booked_minor, &f->opening_minor))
            return FAULT(work->arena, &report_too_large, NULL);
    for (int w = 0; w < WEEKS; w++)
        *LIST_ADD(work->arena, &f->weeks) = (struct forecast_week){ .week = w + 1,
                                                                    .from_on = date_add_days(f->from_on, 7 * w),
                                                                    .to_on = date_add_days(f->from_on, 7 * w + 6),
                                                                    .currency = f->currency };
    return NULL;
}

static struct fault *report_cash_forecast(struct work *work, const struct nothing *takes, struct forecast *out)
{
    struct report_ask ask = report_asks(work, REPORT_RECEIVABLES, work->today, (struct instant){ 0 });
    struct habits habits = { .arena = work->arena };
    (void)takes;
    out->from_on = work->today;
    ask.from_on = date_add_months(work->today, -24);
    TRY(ledger_base_currency(work, &out->currency));
    TRY(weeks_make(work, out));
    TRY(db_each(work, &sql_report_delays, GIVEN(report_ask, &ask), &report_paid_record, habit_row, &habits));
    habit_end(&habits);
    TRY(place_side(work, out, &habits, CONTROL_RECEIVABLES));
    TRY(place_side(work, out, &habits, CONTROL_PAYABLES));
    int64_t balance = out->opening_minor;
    for (size_t w = 0; w < out->weeks.count; w++) {
        struct forecast_week *week = &out->weeks.at[w];
        if (!int_add(balance, week->in_minor, &balance) || !int_sub(balance, week->out_minor, &balance))
            return FAULT(work->arena, &report_too_large, NULL);
        week->balance_minor = balance;
    }
    return NULL;
}
CALLABLE(report_cash_forecast, nothing, forecast);

static const struct operation operations[] = {
    { "report cash-position", "GET", "/reports/cash-position", "report.read", OPERATION_READS,
      &report_cash_position_call, NULL, "Show what stands on each bank account, and what is on its way" },
    { "report cash-forecast", "GET", "/reports/cash-forecast", "report.read", OPERATION_READS | OPERATION_SLOW,
      &report_cash_forecast_call, NULL,
      "Show the cash of the next thirteen weeks, by due days and each customer's own habit of paying" },
};
const struct operation_table report_cash = { "report", operations, ARRAY_LENGTH(operations) };
