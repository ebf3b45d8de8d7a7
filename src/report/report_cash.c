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

struct habit { int64_t party; size_t first, count; int days; };
struct late { size_t habit; int days; };
/* A hash table by party, twice as large as it is full; how late each was, as it is read, then party by party. */
struct habits { struct arena *arena; struct habit *at; size_t room, used; LIST_OF(struct late) late; };

static struct habit *habit_slot(const struct habits *h, int64_t party)
{
    size_t at = (size_t)((uint64_t)party * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (h->room - 1);
    while (h->at[at].party && h->at[at].party != party) at = (at + 1) & (h->room - 1);
    return &h->at[at];
}

static void habits_grow(struct habits *h)
{
    struct habit *old = h->at;
    size_t count = h->room, *moved = ARENA_ARRAY(h->arena, size_t, count);
    h->room = count ? count * 2 : 1024;
    h->at = ARENA_ARRAY(h->arena, struct habit, h->room);
    for (size_t i = 0; i < count; i++) {
        if (!old[i].party) continue;
        struct habit *to = habit_slot(h, old[i].party);
        *to = old[i];
        moved[i] = (size_t)(to - h->at);
    }
    for (size_t i = 0; i < h->late.count; i++) h->late.at[i].habit = moved[h->late.at[i].habit];
}

static struct fault *habit_row(void *context, const void *row)
{
    struct habits *h = context;
    const struct report_paid *r = row;
    if (h->used * 2 >= h->room) habits_grow(h);
    struct habit *habit = habit_slot(h, r->party_id.n);
    h->used += !habit->party;
    habit->party = r->party_id.n;
    habit->count++;
    *LIST_ADD(h->arena, &h->late) = (struct late){ (size_t)(habit - h->at), date_between(r->on, r->paid_on) };
    return NULL;
}

static int by_number(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* The median of each customer; of an even count the higher of the two in the middle: cash that comes later than said hurts more. */
static void habits_end(struct habits *h)
{
    int *days = ARENA_ARRAY(h->arena, int, h->late.count);
    size_t first = 0;
    for (size_t i = 0; i < h->room; i++) {
        h->at[i].first = first;
        first += h->at[i].count;
        h->at[i].count = 0;
    }
    for (size_t i = 0; i < h->late.count; i++) {
        struct habit *habit = &h->at[h->late.at[i].habit];
        days[habit->first + habit->count++] = h->late.at[i].days;
    }
    for (size_t i = 0; i < h->room; i++) {
        struct habit *habit = &h->at[i];
        if (!habit->count) continue;
        qsort(days + habit->first, habit->count, sizeof *days, by_number);
        habit->days = days[habit->first + habit->count / 2];
    }
}

static int habit_of(const struct habits *h, party_id party)
{
    return h->room ? habit_slot(h, party.n)->days : 0;
}

struct report_rest {
    item_id id;
    party_id party_id;
    struct date on;
    int64_t base_minor;
};
RECORD(report_rest, {
    ID(struct report_rest, id),
    ID(struct report_rest, party_id),
    FIELD(struct report_rest, on),
    AMOUNT(struct report_rest, base_minor),
});
struct report_plan { item_id id; struct { int64_t n; } run_id; struct date planned_on; };
LIST_STRUCT(report_plans, struct report_plan);
RECORD(report_plan, { ID(struct report_plan, id), ID(struct report_plan, run_id), FIELD(struct report_plan, planned_on) });
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
    habits_end(habits);
    return NULL;
}

static int by_item(const void *left, const void *right)
{
    const struct report_plan *a = left, *b = right;
    return (a->id.n > b->id.n) - (a->id.n < b->id.n);
}

/* The day of the run in which an item is proposed; absent when it is in none. */
static struct date planned_of(const struct report_plans *plans, item_id id)
{
    const struct report_plan key = { .id = id };
    const struct report_plan *found = plans->count ? bsearch(&key, plans->at, plans->count, sizeof key, by_item) : NULL;
    return found ? found->planned_on : (struct date){ 0 };
}

struct placing {
    struct work *work;
    struct forecast *f;
    const struct habits *habits;
    const struct report_plans *plans;
    enum report_side side;
};
static struct fault *place_rest(void *context, const void *row)
{
    const struct placing *p = context;
    const struct report_rest *r = row;
    struct date planned_on = planned_of(p->plans, r->id);
    if (place(p->f, expected_on(p->f->from_on, p->habits, p->side, r->party_id, r->on, planned_on), r->base_minor)) return NULL;
    return FAULT(p->work->arena, &report_too_large, NULL);
}

static struct fault *place_side(struct work *work, struct forecast *f, const struct habits *h,
                                const struct report_plans *plans, enum report_side side)
{
    const struct report_ask ask = report_asks(work, side, work->today, (struct instant){ 0 });
    struct placing placing = { work, f, h, plans, side };
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
    struct report_plans plans = { 0 };
    (void)takes;
    out->from_on = work->today;
    TRY(ledger_base_currency(work, &out->currency));
    TRY(weeks_make(work, out));
    TRY(habits_read(work, &habits));
    TRY(db_all(work, &sql_report_planned, NONE, INTO_LIST(report_plan, &plans)));
    TRY(place_side(work, out, &habits, &plans, REPORT_RECEIVABLES));
    TRY(place_side(work, out, &habits, &plans, REPORT_PAYABLES));
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
struct report_rest_item { item_id id; struct str reference, source_kind; int64_t source_id; struct str name; };
LIST_STRUCT(report_rest_items, struct report_rest_item);
RECORD(report_rest_item, {
    ID(struct report_rest_item, id, .sort = true),
    FIELD(struct report_rest_item, reference),
    FIELD(struct report_rest_item, source_kind),
    FIELD(struct report_rest_item, source_id),
    FIELD(struct report_rest_item, name),
});
struct listing {
    struct work *work;
    struct week_list *out;
    const struct habits *habits;
    const struct report_plans *plans;
    enum report_side side;
};

/* Counted, and kept with what sorts it; what it is called is read of those that are shown. */
static struct fault *list_one(const struct listing *l, const struct week_item *item)
{
    struct week_list *out = l->out;
    int64_t minor = item->amount_minor;
    bool fits = minor > 0 ? int_add(out->in_minor, minor, &out->in_minor) : int_sub(out->out_minor, minor, &out->out_minor);
    if (!fits) return FAULT(l->work->arena, &report_too_large, NULL);
    out->count++;
    struct week_item *kept = LIST_ADD(l->work->arena, &out->items);
    *kept = *item;
    kept->currency = out->currency;
    return NULL;
}

static struct fault *list_rest(void *context, const void *row)
{
    const struct listing *l = context;
    const struct report_rest *r = row;
    struct date planned_on = planned_of(l->plans, r->id);
    struct date on = expected_on(l->work->today, l->habits, l->side, r->party_id, r->on, planned_on);
    if (week_of(l->work->today, on) + 1 != l->out->week) return NULL;
    const struct week_item item = { .kind = CASH_ITEM,
                                    .item_id = { r->id.n },
                                    .party_id = r->party_id,
                                    .due_on = r->on,
                                    .planned_on = planned_on,
                                    .expected_on = on,
                                    .usual_days = l->side == REPORT_RECEIVABLES ? habit_of(l->habits, r->party_id) : 0,
                                    .amount_minor = r->base_minor };
    return list_one(l, &item);
}

static struct fault *list_side(struct listing *l, enum report_side side)
{
    const struct report_ask ask = report_asks(l->work, side, l->work->today, (struct instant){ 0 });
    l->side = side;
    return db_each(l->work, &sql_report_rest_days, GIVEN(report_ask, &ask), &report_rest_record, list_rest, l);
}

static struct fault *list_sent(const struct listing *l)
{
    struct report_sents sents = { 0 };
    TRY(sent_read(l->work, l->out->currency, &sents));
    for (size_t i = 0; i < sents.count; i++) {
        const struct report_sent *s = &sents.at[i];
        struct date on = target_open_from(s->expected_on.ymd < l->work->today.ymd ? l->work->today : s->expected_on);
        const struct week_item item = { .kind = CASH_SENT,
                                        .reference = s->reference,
                                        .source_kind = s->source_kind,
                                        .source_id = s->source_id,
                                        .due_on = s->expected_on,
                                        .expected_on = on,
                                        .amount_minor = s->amount_minor };
        if (week_of(l->work->today, on) + 1 == l->out->week) TRY(list_one(l, &item));
    }
    return NULL;
}

static int by_day(const void *left, const void *right)
{
    const struct week_item *a = left, *b = right;
    if (a->expected_on.ymd != b->expected_on.ymd) return a->expected_on.ymd < b->expected_on.ymd ? -1 : 1;
    if (a->item_id.n != b->item_id.n) return a->item_id.n > b->item_id.n ? 1 : -1;
    return (a->source_id > b->source_id) - (a->source_id < b->source_id);
}

static int by_rest_item(const void *left, const void *right)
{
    const struct report_rest_item *a = left, *b = right;
    return (a->id.n > b->id.n) - (a->id.n < b->id.n);
}

/* What the items from `first` on are called, as many at once as a list holds. */
static struct fault *name_some(struct work *work, struct week_item *items, size_t count)
{
    struct report_rest_items named = { 0 };
    struct str next;
    struct text ids = text_new(work->arena);
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind != CASH_ITEM) continue;
        if (ids.length) text_add_char(&ids, ',');
        text_add_int(&ids, items[i].item_id.n);
    }
    if (!ids.length) return NULL;
    const struct list_query query = { .sort = STR("id"), .limit = LIST_LIMIT_MAX, .is_among = true, .among = text_str(&ids) };
    TRY(db_list(work, &sql_report_rest_items, NONE, &query, INTO_LIST(report_rest_item, &named), &next));
    for (size_t i = 0; i < count; i++) {
        const struct report_rest_item key = { .id = { items[i].item_id.n } };
        const struct report_rest_item *found =
            items[i].kind == CASH_ITEM && named.count ? bsearch(&key, named.at, named.count, sizeof key, by_rest_item) : NULL;
        if (!found) continue;
        items[i].name = found->name, items[i].reference = found->reference;
        items[i].source_kind = found->source_kind, items[i].source_id = found->source_id;
    }
    return NULL;
}

static struct fault *report_cash_items(struct work *work, const struct week_takes *takes, struct week_list *out)
{
    struct habits habits = { .arena = work->arena };
    struct report_plans plans = { 0 };
    struct listing l = { work, out, &habits, &plans, REPORT_RECEIVABLES };
    size_t limit = takes->limit > 0 ? (size_t)takes->limit : ITEMS_USUAL;
    out->week = takes->week;
    TRY(ledger_base_currency(work, &out->currency));
    TRY(habits_read(work, &habits));
    TRY(db_all(work, &sql_report_planned, NONE, INTO_LIST(report_plan, &plans)));
    TRY(list_sent(&l));
    TRY(list_side(&l, REPORT_RECEIVABLES));
    TRY(list_side(&l, REPORT_PAYABLES));
    if (out->items.count) qsort(out->items.at, out->items.count, sizeof *out->items.at, by_day);
    if (out->items.count > limit) out->items.count = limit;
    for (size_t first = 0; first < out->items.count; first += LIST_LIMIT_MAX) {
        size_t some = out->items.count - first;
        TRY(name_some(work, out->items.at + first, some < LIST_LIMIT_MAX ? some : LIST_LIMIT_MAX));
    }
    return NULL;
}
CALLABLE(report_cash_items, week_takes, week_list);

static const struct operation operations[] = {
    { "report cash-position", "GET", "/reports/cash-position", "report.read", OPERATION_READS | OPERATION_FIGURES,
      &report_cash_position_call, NULL, "Show what stands on each bank account, and what is on its way" },
    { "report cash-forecast", "GET", "/reports/cash-forecast", "report.read",
      OPERATION_READS | OPERATION_SLOW | OPERATION_FIGURES, &report_cash_forecast_call, NULL,
      "Show the cash of the next thirteen weeks, by due days and each customer's own habit of paying" },
    { "report cash-items", "GET", "/reports/cash-items", "report.read", OPERATION_READS | OPERATION_SLOW | OPERATION_FIGURES,
      &report_cash_items_call, NULL, "List what makes up a week of the cash forecast" },
};
const struct operation_table report_cash = { "report", operations, ARRAY_LENGTH(operations) };
