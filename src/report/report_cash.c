/* Cash: where it stands, and where thirteen weeks bring it. */
#include "report/report_private.h"
#include "report.sql.h"
#include "payment/payment.h"

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
RECORD(forecast_week, {
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
RECORD(forecast, {
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

struct report_rest {
    party_id party_id;
    struct date on, planned_on;
    int64_t base_minor;
};
RECORD(report_rest, {
    ID(struct report_rest, party_id),
    FIELD(struct report_rest, on),
    FIELD(struct report_rest, planned_on, OPTIONAL),
    AMOUNT(struct report_rest, base_minor),
});
struct report_sent {
    struct { int64_t n; } id;
    struct str source_kind;
    int64_t source_id;
    struct str reference, currency;
    int64_t amount_minor;
    struct date expected_on;
};
LIST_STRUCT(report_sents, struct report_sent);
RECORD(report_sent, {
    ID(struct report_sent, id),
    FIELD(struct report_sent, source_kind),
    FIELD(struct report_sent, source_id),
    FIELD(struct report_sent, reference),
    FIELD(struct report_sent, currency),
    AMOUNT(struct report_sent, amount_minor, .currency = "currency"),
    FIELD(struct report_sent, expected_on),
});

/* When money will move: on the day of the run that it is proposed in; else on its due day, later or earlier as this customer is used
 * to; suppliers are paid when due. Never before today, and on a day on which banks settle. */
static struct date expected_on(struct date today, const struct habits *h, enum report_side side, party_id party,
                               struct date due_on, struct date planned_on)
{
    struct date on = planned_on.ymd ? planned_on : due_on;
    if (!planned_on.ymd && side == REPORT_RECEIVABLES) on = date_add_days(on, habit_of(h, party));
    if (on.ymd < today.ymd) on = today;
    return target_open_from(on);
}

static int week_of(struct date today, struct date on)
{
    int week = date_between(today, on) / 7;
    return week < WEEKS ? week : WEEKS;
}

static bool place(struct forecast *f, struct date on, int64_t base_minor)
{
    int week = week_of(f->from_on, on);
    bool in = base_minor > 0;
    int64_t *to = week < WEEKS ? (in ? &f->weeks.at[week].in_minor : &f->weeks.at[week].out_minor)
                  : in         ? &f->later_in_minor
                               : &f->later_out_minor;
    return in ? int_add(*to, base_minor, to) : int_sub(*to, base_minor, to);
}

static struct fault *habits_read(struct work *work, struct habits *habits)
{
    struct report_ask ask = report_asks(work, REPORT_RECEIVABLES, work->today, (struct instant){ 0 });
    ask.from_on = date_add_months(work->today, -24);
    TRY(db_each(work, &sql_report_delays, GIVEN(report_ask, &ask), &report_paid_record, habit_row, habits));
    habit_end(habits);
    return NULL;
}

struct placing { struct work *work; struct forecast *f; const struct habits *habits; enum report_side side; };
static struct fault *place_rest(void *context, const void *row)
{
    const struct placing *p = context;
    const struct report_rest *r = row;
    if (place(p->f, expected_on(p->f->from_on, p->habits, p->side, r->party_id, r->on, r->planned_on), r->base_minor))
        return NULL;
    return FAULT(p->work->arena, &report_too_large, NULL);
}

static struct fault *place_side(struct work *work, struct forecast *f, const struct habits *h, enum report_side side)
{
    const struct report_ask ask = report_asks(work, side, work->today, (struct instant){ 0 });
    struct placing placing = { work, f, h, side };
    return db_each(work, &sql_report_rest_days, GIVEN(report_ask, &ask), &report_rest_record, place_rest, &placing);
}

/* Sent to the bank, not on a statement yet; what is in a currency without a rate can't be counted. */
static struct fault *sent_read(struct work *work, struct str currency, struct report_sents *sents)
{
    struct report_sents all = { 0 };
    TRY(db_all(work, &sql_report_on_its_way, NONE, INTO_LIST(report_sent, &all)));
    for (size_t i = 0; i < all.count; i++) {
        struct report_sent *sent = &all.at[i];
        int64_t base;
        struct fault *fault = ledger_to_base(work, sent->amount_minor, sent->currency, work->today, &base);
        if (fault && fault->type == &ledger_no_rate) continue;
        TRY(fault);
        sent->amount_minor = base, sent->currency = currency;
        *LIST_ADD(work->arena, sents) = *sent;
    }
    return NULL;
}

static struct fault *place_sent(struct work *work, struct forecast *f)
{
    struct report_sents sents = { 0 };
    TRY(sent_read(work, f->currency, &sents));
    for (size_t i = 0; i < sents.count; i++) {
        struct date on = target_open_from(sents.at[i].expected_on.ymd < f->from_on.ymd ? f->from_on : sents.at[i].expected_on);
        if (!place(f, on, sents.at[i].amount_minor)) return FAULT(work->arena, &report_too_large, NULL);
    }
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
    struct habits habits = { .arena = work->arena };
    (void)takes;
    out->from_on = work->today;
    TRY(ledger_base_currency(work, &out->currency));
    TRY(weeks_make(work, out));
    TRY(habits_read(work, &habits));
    TRY(place_side(work, out, &habits, REPORT_RECEIVABLES));
    TRY(place_side(work, out, &habits, REPORT_PAYABLES));
    TRY(place_sent(work, out));
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

/* ---- What is behind a week ---- */

enum { ITEMS_USUAL = 500, ITEMS_MOST = 100000 };
static const char *const cash_item_kinds[] = { NULL, "item", "sent" };
enum cash_item_kind { CASH_ITEM = 1, CASH_SENT };
struct week_takes {
    int64_t week, limit;
};
RECORD(week_takes, {
    FIELD(struct week_takes, week, .min = 1, .max = WEEKS + 1,
          .about = "1 is the week that begins today, 14 all that comes later"),
    FIELD(struct week_takes, limit, OPTIONAL, .min = 0, .max = ITEMS_MOST, .about = "500 when left out"),
});
struct week_item {
    enum cash_item_kind kind;
    struct { int64_t n; } item_id;
    party_id party_id;
    struct str name, reference, source_kind;
    int64_t source_id;
    struct date due_on, planned_on, expected_on;
    int64_t usual_days;
    struct str currency;
    int64_t amount_minor;
};
LIST_STRUCT(week_items, struct week_item);
RECORD(week_item, {
    FIELD(struct week_item, kind, CHOICES(cash_item_kinds), .about = "sent: on its way to or from the bank"),
    ID(struct week_item, item_id, OPTIONAL),
    ID(struct week_item, party_id, OPTIONAL),
    FIELD(struct week_item, name, OPTIONAL),
    FIELD(struct week_item, reference),
    FIELD(struct week_item, source_kind),
    FIELD(struct week_item, source_id),
    FIELD(struct week_item, due_on),
    FIELD(struct week_item, planned_on, OPTIONAL, .about = "the day of the payment run it is proposed in"),
    FIELD(struct week_item, expected_on),
    FIELD(struct week_item, usual_days, .about = "how late this customer usually pays"),
    FIELD(struct week_item, currency),
    AMOUNT(struct week_item, amount_minor, .currency = "currency", .about = "in is positive, out is negative"),
});
struct week_list {
    int64_t week, count;
    struct str currency;
    int64_t in_minor, out_minor;
    struct week_items items;
};
RECORD(week_list, {
    FIELD(struct week_list, week),
    FIELD(struct week_list, count, .about = "all of them; `items` holds as many as asked for"),
    FIELD(struct week_list, currency),
    AMOUNT(struct week_list, in_minor, .currency = "currency"),
    AMOUNT(struct week_list, out_minor, .currency = "currency"),
    LIST(struct week_list, items, week_item),
});
struct report_rest_item {
    struct { int64_t n; } id;
    party_id party_id;
    struct date due_on, planned_on;
    int64_t run_id, rest_base_minor;
    struct str reference, kind, source_kind;
    int64_t source_id;
    struct str name;
};
RECORD(report_rest_item, {
    ID(struct report_rest_item, id),
    ID(struct report_rest_item, party_id),
    FIELD(struct report_rest_item, due_on),
    FIELD(struct report_rest_item, planned_on, OPTIONAL),
    FIELD(struct report_rest_item, run_id, OPTIONAL),
    AMOUNT(struct report_rest_item, rest_base_minor),
    FIELD(struct report_rest_item, reference),
    FIELD(struct report_rest_item, kind),
    FIELD(struct report_rest_item, source_kind),
    FIELD(struct report_rest_item, source_id),
    FIELD(struct report_rest_item, name),
});
struct listing {
    struct work *work;
    struct week_list *out;
    const struct habits *habits;
    enum report_side side;
    size_t limit;
};

static struct fault *list_one(const struct listing *l, const struct week_item *item)
{
    struct week_list *out = l->out;
    struct arena *arena = l->work->arena;
    int64_t minor = item->amount_minor;
    bool fits = minor > 0 ? int_add(out->in_minor, minor, &out->in_minor) : int_sub(out->out_minor, minor, &out->out_minor);
    if (!fits) return FAULT(arena, &report_too_large, NULL);
    if (++out->count > (int64_t)l->limit) return NULL;
    struct week_item *kept = LIST_ADD(arena, &out->items);
    *kept = *item;
    kept->currency = out->currency;
    kept->name = str_keep(arena, item->name), kept->reference = str_keep(arena, item->reference);
    kept->source_kind = str_keep(arena, item->source_kind);
    return NULL;
}

static struct fault *list_rest(void *context, const void *row)
{
    const struct listing *l = context;
    const struct report_rest_item *r = row;
    struct date on = expected_on(l->work->today, l->habits, l->side, r->party_id, r->due_on, r->planned_on);
    if (week_of(l->work->today, on) + 1 != l->out->week) return NULL;
    const struct week_item item = { .kind = CASH_ITEM,
                                    .item_id = { r->id.n },
                                    .party_id = r->party_id,
                                    .name = r->name,
                                    .reference = r->reference,
                                    .source_kind = r->source_kind,
                                    .source_id = r->source_id,
                                    .due_on = r->due_on,
                                    .planned_on = r->planned_on,
                                    .expected_on = on,
                                    .usual_days = l->side == REPORT_RECEIVABLES ? habit_of(l->habits, r->party_id) : 0,
                                    .amount_minor = r->rest_base_minor };
    return list_one(l, &item);
}

static int by_day(const void *left, const void *right)
{
    const struct week_item *a = left, *b = right;
    if (a->expected_on.ymd != b->expected_on.ymd) return a->expected_on.ymd < b->expected_on.ymd ? -1 : 1;
    return (a->item_id.n > b->item_id.n) - (a->item_id.n < b->item_id.n);
}

static struct fault *report_cash_items(struct work *work, const struct week_takes *takes, struct week_list *out)
{
    struct habits habits = { .arena = work->arena };
    struct report_sents sents = { 0 };
    struct listing l = { work, out, &habits, REPORT_RECEIVABLES, takes->limit > 0 ? (size_t)takes->limit : ITEMS_USUAL };
    struct report_ask ask = report_asks(work, REPORT_RECEIVABLES, work->today, (struct instant){ 0 });
    out->week = takes->week;
    TRY(ledger_base_currency(work, &out->currency));
    TRY(habits_read(work, &habits));
    TRY(sent_read(work, out->currency, &sents));
    for (size_t i = 0; i < sents.count; i++) {
        const struct report_sent *s = &sents.at[i];
        struct date on = target_open_from(s->expected_on.ymd < work->today.ymd ? work->today : s->expected_on);
        const struct week_item item = { .kind = CASH_SENT,
                                        .reference = s->reference,
                                        .source_kind = s->source_kind,
                                        .source_id = s->source_id,
                                        .due_on = s->expected_on,
                                        .expected_on = on,
                                        .amount_minor = s->amount_minor };
        if (week_of(work->today, on) + 1 == out->week) TRY(list_one(&l, &item));
    }
    TRY(db_each(work, &sql_report_rest_items, GIVEN(report_ask, &ask), &report_rest_item_record, list_rest, &l));
    l.side = ask.side = REPORT_PAYABLES;
    TRY(db_each(work, &sql_report_rest_items, GIVEN(report_ask, &ask), &report_rest_item_record, list_rest, &l));
    if (out->items.count) qsort(out->items.at, out->items.count, sizeof *out->items.at, by_day);
    return NULL;
}
CALLABLE(report_cash_items, week_takes, week_list);

static const struct operation operations[] = {
    { "report cash-position", "GET", "/reports/cash-position", "report.read", OPERATION_READS,
      &report_cash_position_call, NULL, "Show what stands on each bank account, and what is on its way" },
    { "report cash-forecast", "GET", "/reports/cash-forecast", "report.read", OPERATION_READS | OPERATION_SLOW,
      &report_cash_forecast_call, NULL,
      "Show the cash of the next thirteen weeks, by due days and each customer's own habit of paying" },
    { "report cash-items", "GET", "/reports/cash-items", "report.read", OPERATION_READS | OPERATION_SLOW,
      &report_cash_items_call, NULL, "List what makes up a week of the cash forecast" },
};
const struct operation_table report_cash = { "report", operations, ARRAY_LENGTH(operations) };
