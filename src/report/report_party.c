/* How one party pays and is paid: its newest invoices and bills, each with the day promised (due) and the day it was settled. */
#include "report/report_private.h"
#include "report.sql.h"
#include "party/party.h"

struct party_habit_takes { struct { int64_t n; } id; };
RECORD(party_habit_takes, { ID(struct party_habit_takes, id) });
struct party_turn {
    item_id id;
    enum report_side side;
    struct str source_kind;
    int64_t source_id;
    struct str reference;
    struct date dated_on, due_on, settled_on; /* settled_on: absent while it is open */
    struct str currency;
    int64_t amount_minor, rest_minor, days_late; /* days_late: to today while it is open; negative: early, or not due yet */
};
LIST_STRUCT(party_turns, struct party_turn);
RECORD(party_turn, {
    ID(struct party_turn, id),
    FIELD(struct party_turn, side, .choices = report_sides, .choice_count = 3),
    FIELD(struct party_turn, source_kind),
    FIELD(struct party_turn, source_id),
    FIELD(struct party_turn, reference, OPTIONAL),
    FIELD(struct party_turn, dated_on),
    FIELD(struct party_turn, due_on),
    FIELD(struct party_turn, settled_on, OPTIONAL, .about = "absent: not settled in full yet"),
    FIELD(struct party_turn, currency),
    AMOUNT(struct party_turn, amount_minor, .currency = "currency"),
    AMOUNT(struct party_turn, rest_minor, .currency = "currency"),
    FIELD(struct party_turn, days_late, .min = -100000, .max = 100000, .about = "negative: early; of what is open: until today"),
});
struct party_habit_side {
    enum report_side side;
    int64_t settled_count, late_count, open_count, overdue_count, median_days_late, median_days_to_pay;
    int64_t open_base_minor, overdue_base_minor;
    struct str currency;
};
LIST_STRUCT(party_habit_sides, struct party_habit_side);
RECORD(party_habit_side, {
    FIELD(struct party_habit_side, side, .choices = report_sides, .choice_count = 3),
    FIELD(struct party_habit_side, settled_count, .about = "of the newest 60"),
    FIELD(struct party_habit_side, late_count, .about = "of those, settled after their due day"),
    FIELD(struct party_habit_side, open_count),
    FIELD(struct party_habit_side, overdue_count),
    FIELD(struct party_habit_side, median_days_late, .min = -100000, .max = 100000),
    FIELD(struct party_habit_side, median_days_to_pay, .min = -100000, .max = 100000),
    AMOUNT(struct party_habit_side, open_base_minor, .currency = "currency"),
    AMOUNT(struct party_habit_side, overdue_base_minor, .currency = "currency"),
    FIELD(struct party_habit_side, currency),
});
struct party_habit {
    struct party_habit_sides sides;
    struct party_turns items;
};
RECORD(party_habit, {
    LIST(struct party_habit, sides, party_habit_side),
    LIST(struct party_habit, items, party_turn, .about = "the newest 60 of each side, oldest first"),
});
struct party_open {
    enum report_side side;
    int64_t open_count, overdue_count, open_minor, overdue_minor;
};
LIST_STRUCT(party_opens, struct party_open);
RECORD(party_open, {
    FIELD(struct party_open, side, .choices = report_sides, .choice_count = 3),
    FIELD(struct party_open, open_count),
    FIELD(struct party_open, overdue_count),
    AMOUNT(struct party_open, open_minor),
    AMOUNT(struct party_open, overdue_minor),
});

static int compare_numbers(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int64_t median(int64_t *numbers, size_t count)
{
    if (!count) return 0;
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    return numbers[(count - 1) / 2];
}

static void sum_up(struct work *work, enum report_side side, const struct party_turns *turns, struct party_habit_side *out)
{
    int64_t *late = ARENA_ARRAY(work->arena, int64_t, turns->count + 1),
            *days = ARENA_ARRAY(work->arena, int64_t, turns->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < turns->count; i++) {
        const struct party_turn *t = &turns->at[i];
        if (t->side != side || !t->settled_on.ymd) continue;
        late[count] = t->days_late;
        days[count++] = date_days(t->settled_on) - date_days(t->dated_on);
        out->late_count += t->days_late > 0;
    }
    out->settled_count = (int64_t)count;
    out->median_days_late = median(late, count);
    out->median_days_to_pay = median(days, count);
}

static struct fault *habit(struct work *work, const struct party_habit_takes *takes, struct party_habit *out)
{
    struct party party = { 0 };
    struct party_opens opens = { 0 };
    struct str base = { 0 };
    TRY(party_load(work, (party_id){ takes->id.n }, &party));
    TRY(ledger_base_currency(work, &base));
    for (enum report_side side = REPORT_RECEIVABLES; side <= REPORT_PAYABLES; side++) {
        struct report_ask ask = report_asks(work, side, work->today, (struct instant){ 0 });
        struct party_turns turns = { 0 };
        ask.party_id = party.id;
        TRY(db_all(work, &sql_report_party_turns, GIVEN(report_ask, &ask), INTO_LIST(party_turn, &turns)));
        opens.count = 0;
        TRY(db_all(work, &sql_report_party_open, GIVEN(report_ask, &ask), INTO_LIST(party_open, &opens)));
        for (size_t i = turns.count; i-- > 0;) {
            struct party_turn *t = &turns.at[i];
            if (t->rest_minor) t->settled_on = (struct date){ 0 };
            t->days_late = date_days(t->settled_on.ymd ? t->settled_on : work->today) - date_days(t->due_on);
            *LIST_ADD(work->arena, &out->items) = *t;
        }
        if (!turns.count) continue;
        struct party_habit_side *s = LIST_ADD(work->arena, &out->sides);
        *s = (struct party_habit_side){ .side = side, .currency = base };
        if (opens.count)
            s->open_count = opens.at[0].open_count, s->overdue_count = opens.at[0].overdue_count,
            s->open_base_minor = opens.at[0].open_minor, s->overdue_base_minor = opens.at[0].overdue_minor;
        sum_up(work, side, &turns, s);
    }
    return NULL;
}
CALLABLE(habit, party_habit_takes, party_habit);

static const struct operation operations[] = {
    { "report party", "GET", "/reports/parties/{id}", "report.read", OPERATION_READS, &habit_call, NULL,
      "Show how a customer pays and a supplier is paid: promised against actual days" },
};
const struct operation_table report_parties = { "report", operations, ARRAY_LENGTH(operations) };
