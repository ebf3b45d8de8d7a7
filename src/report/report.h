/* What the books say, read in sets: ageing, open items, days sales outstanding, cash, VAT, journals, figures of the day.
 * Nothing is written. Every amount is in the company's own currency unless a currency stands beside it; receivables are positive
 * when they owe us; payables are turned so that what we owe is positive.
 *
 * "As of" a day: items dated until that day, less what settled them until that day. A settlement counts only when all its items
 * were there: a payment of Monday for an invoice of Friday is an open payment on Tuesday. So the total of an ageing is the balance
 * of its control account on that day, to the cent. "As known at" an instant: only what was recorded by then. */
#pragma once
#include "operation/operation.h"
#include "ledger/ledger.h"

enum report_side { REPORT_RECEIVABLES = 1, REPORT_PAYABLES }; /* = enum account_control */
enum { BUCKETS_AGE = 5 };                                     /* not due, 1-30, 31-60, 61-90, more than 90 days late */
int report_bucket(struct date due_on, struct date as_of);

struct ageing_takes {
    enum report_side side;
    struct date as_of;        /* absent: today */
    struct instant known_at;  /* absent: now */
    bool by_party;            /* a row for each party; without it only totals, from what the ledger keeps up by due day */
};
struct ageing_row {
    party_id party_id;
    struct str number, name, currency;
    int64_t not_due_minor, days_30_minor, days_60_minor, days_90_minor, later_minor, total_minor;
};
LIST_STRUCT(ageing_rows, struct ageing_row);
struct ageing {
    enum report_side side;
    struct date as_of;
    struct str currency;
    int64_t not_due_minor, days_30_minor, days_60_minor, days_90_minor, later_minor, total_minor;
    struct ageing_rows parties; /* largest total first */
};
extern const struct record ageing_record;
CHECKED struct fault *report_ageing(struct work *work, const struct ageing_takes *takes, struct ageing *out);

struct open_list_takes {
    enum report_side side;
    struct date as_of;
    struct instant known_at;
    party_id party_id;
    struct date due_from_on, due_to_on; /* absent: any */
    struct str after;                   /* the place where the page before ended */
    int64_t limit;                      /* 0: 500 */
};
struct open_list {
    struct date as_of;
    struct str currency;
    int64_t count, total_minor;
    struct open_items items;
    struct str next;
};
/* The items behind an ageing, oldest due first, a page of them; with their own signs (the ledger's). */
CHECKED struct fault *report_open_items(struct work *work, const struct open_list_takes *takes, struct open_list *out);

/* Days sales outstanding, each with one decimal; absent where nothing was sold.
 * simple: receivables ÷ sales of the period × days. count-back: whole months of sales are taken off the receivables, newest first,
 * until they are used up. sales-weighted: what is open of each month ÷ sales of that month × its days, added up. best possible:
 * only what is not due yet ÷ sales × days. Sales are invoices less credit notes, VAT included, as receivables are. */
struct dso_takes {
    struct date as_of;
    int64_t days;
};
struct dso {
    struct date as_of;
    int64_t days;
    struct str currency;
    int64_t receivables_minor, not_due_minor, sales_minor;
    struct decimal simple_days, count_back_days, weighted_days, best_days, late_days;
};
CHECKED struct fault *report_dso(struct work *work, const struct dso_takes *takes, struct dso *out);

/* "1.234,56", "1,234.56" or "€ 1234" in minor units of two digits, without its sign; false: no amount. */
bool report_parse_amount(struct arena *arena, struct str words, int64_t *minor);

extern const struct fault_type report_too_large;
extern const struct operation_table report_figures, report_opens, report_months, report_cash, report_books, report_vats,
    report_searches, report_parties;
