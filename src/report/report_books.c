/* Figures of the day, journal, ledger card and balances. */
#include "report/report_private.h"
#include "search/search.h"
#include "report.sql.h"

/* ---- Figures of the day ---- */

struct report_bills {
    int64_t received, coded, submitted;
};
RECORD(report_bills, { FIELD(struct report_bills, received), FIELD(struct report_bills, coded),
                       FIELD(struct report_bills, submitted) });
struct report_bank {
    int64_t lines, automatic;
};
RECORD(report_bank, { FIELD(struct report_bank, lines), FIELD(struct report_bank, automatic) });
struct report_count {
    int64_t count;
};
RECORD(report_count, { FIELD(struct report_count, count) });
struct kpi {
    struct date as_of;
    struct str currency;
    int64_t bills_received, bills_coded, bills_submitted, receivables_minor, receivables_late_minor, payables_minor,
        payables_late_minor;
    int64_t lines_unmatched, lines_30_days;
    struct decimal automatic_percent;
};
RECORD(kpi, {
    FIELD(struct kpi, as_of),
    FIELD(struct kpi, currency),
    FIELD(struct kpi, bills_received),
    FIELD(struct kpi, bills_coded),
    FIELD(struct kpi, bills_submitted, .about = "waiting for approval"),
    AMOUNT(struct kpi, receivables_minor, .currency = "currency"),
    AMOUNT(struct kpi, receivables_late_minor, .currency = "currency"),
    AMOUNT(struct kpi, payables_minor, .currency = "currency"),
    AMOUNT(struct kpi, payables_late_minor, .currency = "currency"),
    FIELD(struct kpi, lines_unmatched, .about = "bank lines that nobody has placed yet"),
    FIELD(struct kpi, lines_30_days, .about = "bank lines of the last 30 days"),
    FIELD(struct kpi, automatic_percent, OPTIONAL, .about = "of those, placed without anybody's help"),
});

static struct fault *late_of(struct work *work, enum report_side side, int64_t *total_minor, int64_t *late_minor,
                             struct str *currency)
{
    const struct ageing_takes takes = { .side = side };
    struct ageing ageing = { 0 };
    TRY(report_ageing(work, &takes, &ageing));
    *total_minor = ageing.total_minor;
    *late_minor = ageing.total_minor - ageing.not_due_minor;
    *currency = ageing.currency;
    return NULL;
}

static struct fault *report_kpi(struct work *work, const struct nothing *takes, struct kpi *out)
{
    struct report_bills bills = { 0 };
    struct report_bank lines = { 0 };
    struct report_count unmatched = { 0 };
    struct report_ask ask = report_asks(work, REPORT_RECEIVABLES, work->today, (struct instant){ 0 });
    int64_t tenths;
    (void)takes;
    ask.from_on = date_add_days(work->today, -29);
    ask.to_on = work->today;
    out->as_of = work->today;
    TRY(late_of(work, REPORT_RECEIVABLES, &out->receivables_minor, &out->receivables_late_minor, &out->currency));
    TRY(late_of(work, REPORT_PAYABLES, &out->payables_minor, &out->payables_late_minor, &out->currency));
    TRY(db_one(work, &sql_report_bill_states, NONE, INTO(report_bills, &bills), &db_broken));
    TRY(db_one(work, &sql_report_bank_lines, GIVEN(report_ask, &ask), INTO(report_bank, &lines), &db_broken));
    TRY(db_one(work, &sql_report_unmatched, NONE, INTO(report_count, &unmatched), &db_broken));
    out->bills_received = bills.received, out->bills_coded = bills.coded, out->bills_submitted = bills.submitted;
    out->lines_unmatched = unmatched.count;
    out->lines_30_days = lines.lines;
    if (lines.lines && int_mul_div(lines.automatic, 1000, lines.lines, &tenths)) out->automatic_percent = DECIMAL(tenths, 1);
    return NULL;
}
CALLABLE(report_kpi, nothing, kpi);

/* ---- Journal and card ---- */

const char *const report_journals[7] = { NULL, "opening", "purchase", "sale", "bank", "payment", "memorial" };
struct journal_row {
    entry_id id;
    int64_t number;
    enum journal journal;
    struct date dated_on;
    struct instant recorded_at;
    struct str source_kind;
    int64_t source_id;
    struct str description;
    entry_id reverses_id;
    int64_t total_minor;
};
LIST_STRUCT(journal_rows, struct journal_row);
RECORD(journal_row, {
    ID(struct journal_row, id, .sort = true, .filter = true),
    FIELD(struct journal_row, number, .sort = true, .filter = true),
    FIELD(struct journal_row, journal, CHOICES(report_journals), .filter = true),
    FIELD(struct journal_row, dated_on, .sort = true, .filter = true),
    FIELD(struct journal_row, recorded_at, .sort = true),
    FIELD(struct journal_row, source_kind, .filter = true),
    FIELD(struct journal_row, source_id, .filter = true),
    FIELD(struct journal_row, description, .filter = true),
    ID(struct journal_row, reverses_id, OPTIONAL),
    AMOUNT(struct journal_row, total_minor),
});
static struct fault *report_journal(struct work *work, const struct nothing *takes, const struct list_query *query,
                                    struct journal_rows *rows, struct str *next)
{
    (void)takes;
    static const char *const words[] = { "description", NULL };
    static const struct search_fields fields = { .kind = SEARCH_ENTRY, .fields = words };
    return search_list(work, &fields, &sql_report_journal, NONE, query, INTO_LIST(journal_row, rows), next);
}
LISTABLE(report_journal, nothing, journal_row, journal_rows);

enum { CARD_USUAL = 500, CARD_MOST = 100000 };
struct report_card_takes {
    struct str account;
    struct date from_on, to_on;
    struct str after;
    int64_t limit;
    struct str find;
};
RECORD(
    report_card_takes,
    {
        FIELD(struct report_card_takes, account, .min = 1, .max = 20, .about = "its number"),
        FIELD(struct report_card_takes, from_on),
        FIELD(struct report_card_takes, to_on),
        FIELD(struct report_card_takes, after, .max = 60, OPTIONAL, .about = "`next` of the page before"),
        FIELD(struct report_card_takes, limit, OPTIONAL, .min = 0, .max = CARD_MOST,
              .about = "lines of a page; 500 when left out"),
        FIELD(
            struct report_card_takes, find, .max = 100, OPTIONAL,
            .about =
                "only lines with this in their description, number or amount; each with the balance behind it all the same"),
    });
struct report_card_line {
    entry_id entry_id;
    int64_t line_no, number;
    enum journal journal;
    struct str source_kind;
    int64_t source_id;
    struct date dated_on;
    struct str description, line_description;
    party_id party_id;
    struct str cost_center;
    int64_t base_minor;
    struct str currency;
    int64_t amount_minor, balance_minor;
};
LIST_STRUCT(card_lines, struct report_card_line);
RECORD(report_card_line, {
    ID(struct report_card_line, entry_id),
    FIELD(struct report_card_line, line_no),
    FIELD(struct report_card_line, number),
    FIELD(struct report_card_line, journal, CHOICES(report_journals)),
    FIELD(struct report_card_line, source_kind),
    FIELD(struct report_card_line, source_id),
    FIELD(struct report_card_line, dated_on),
    FIELD(struct report_card_line, description),
    FIELD(struct report_card_line, line_description, OPTIONAL),
    ID(struct report_card_line, party_id, OPTIONAL),
    FIELD(struct report_card_line, cost_center, OPTIONAL),
    AMOUNT(struct report_card_line, base_minor),
    FIELD(struct report_card_line, currency),
    AMOUNT(struct report_card_line, amount_minor, .currency = "currency"),
    AMOUNT(struct report_card_line, balance_minor, .about = "of the account behind this line"),
});
struct report_base {
    int64_t base_minor;
};
RECORD(report_base, { AMOUNT(struct report_base, base_minor) });
struct report_on { struct date on; };
RECORD(report_on, { FIELD(struct report_on, on) });
struct report_moved {
    int64_t debit_minor, credit_minor;
};
RECORD(report_moved, { AMOUNT(struct report_moved, debit_minor), AMOUNT(struct report_moved, credit_minor) });
struct ledger_card {
    struct str account, name;
    struct date from_on, to_on;
    int64_t opening_minor, debit_minor, credit_minor, closing_minor, carried_minor;
    struct card_lines lines;
    struct str next;
};
RECORD(ledger_card, {
    FIELD(struct ledger_card, account),
    FIELD(struct ledger_card, name),
    FIELD(struct ledger_card, from_on),
    FIELD(struct ledger_card, to_on),
    AMOUNT(struct ledger_card, opening_minor),
    AMOUNT(struct ledger_card, debit_minor, .about = "of the whole period"),
    AMOUNT(struct ledger_card, credit_minor, .about = "of the whole period"),
    AMOUNT(struct ledger_card, closing_minor),
    AMOUNT(struct ledger_card, carried_minor, .about = "what stood on it before the first line of this page"),
    LIST(struct ledger_card, lines, report_card_line),
    FIELD(struct ledger_card, next, OPTIONAL,
          .about = "give it as `after` for the next page; missing on the last"),
});

static const struct fault_type report_bad_place = { FAULT_INVALID, "report.bad_place",
                                                    "This place in the card does not exist. Start again without it." };

/* "20250131-1203-2": day, number of the entry, line. */
static bool parse_place(struct str place, struct report_ask *ask)
{
    struct str number, line, day = str_cut(place, '-', &number);
    int64_t ymd = 0;
    number = str_cut(number, '-', &line);
    if (!str_to_int(day, &ymd) || !str_to_int(number, &ask->after_number) || !str_to_int(line, &ask->after_line)) return false;
    return ymd >= 0 && ymd <= 99999999 && date_make((int)(ymd / 10000), (int)(ymd / 100 % 100), (int)(ymd % 100), &ask->after_on);
}

/* The month of which lines are added up: the months before it are kept up. Behind the last day of a month that is the next one, of which no line counts. */
static struct date month_begun(struct date to_on)
{
    struct date next = date_add_days(to_on, 1);
    return next.ymd % 100 == 1 ? next : (struct date){ to_on.ymd / 100 * 100 + 1 };
}

static struct fault *moved_on(struct work *work, account_id account, struct date to_on, struct report_moved *moved)
{
    const struct report_ask ask = { .account_id = account, .to_on = to_on, .month_on = month_begun(to_on) };
    return db_one(work, &sql_report_account_moved, GIVEN(report_ask, &ask), INTO(report_moved, moved), &db_broken);
}

static struct fault *card_begin(struct work *work, const struct report_card_takes *takes, struct report_ask *ask,
                                struct ledger_card *out)
{
    struct report_base passed = { 0 };
    struct report_moved before = { 0 }, until = { 0 }, until_place = { 0 };
    TRY(moved_on(work, ask->account_id, date_add_days(takes->from_on, -1), &before));
    TRY(moved_on(work, ask->account_id, takes->to_on, &until));
    until_place = before;
    if (takes->after.length && !parse_place(takes->after, ask)) return FAULT(work->arena, &report_bad_place, "after");
    if (takes->after.length && ask->after_on.ymd >= takes->from_on.ymd) {
        TRY(moved_on(work, ask->account_id, date_add_days(ask->after_on, -1), &until_place));
        TRY(db_one(work, &sql_report_card_passed, GIVEN(report_ask, ask), INTO(report_base, &passed), &db_broken));
    }
    bool fits = int_sub(until_place.debit_minor, until_place.credit_minor, &out->carried_minor) &&
                int_sub(before.debit_minor, before.credit_minor, &out->opening_minor) &&
                int_sub(until.debit_minor, before.debit_minor, &out->debit_minor) &&
                int_sub(until.credit_minor, before.credit_minor, &out->credit_minor) &&
                int_sub(until.debit_minor, until.credit_minor, &out->closing_minor) &&
                int_add(out->carried_minor, passed.base_minor, &out->carried_minor);
    return fits ? NULL : FAULT(work->arena, &report_too_large, NULL);
}

/* The last day that a page can need: a card of a year is not sorted for its first lines. */
static struct fault *card_bound(struct work *work, struct report_ask *ask)
{
    struct report_on last = { 0 };
    bool more;
    TRY(db_find(work, &sql_report_card_until, GIVEN(report_ask, ask), INTO(report_on, &last), &more));
    if (more) ask->to_on = last.on;
    return NULL;
}

/* Lines that hold the words, each with the balance behind it: the statement adds up what lies between. */
static struct fault *card_find(struct work *work, struct str wanted, struct ledger_card *out, const struct report_ask *ask)
{
    struct report_ask found = *ask;
    int64_t minor = 0;
    found.like = report_like(work->arena, str_lower(work->arena, wanted));
    found.amount_minor = report_parse_amount(work->arena, wanted, &minor) ? minor : INT64_MAX;
    TRY(db_all(work, &sql_report_card_find, GIVEN(report_ask, &found), INTO_LIST(report_card_line, &out->lines)));
    for (size_t i = 0; i < out->lines.count; i++)
        if (!int_add(out->lines.at[i].balance_minor, out->opening_minor, &out->lines.at[i].balance_minor))
            return FAULT(work->arena, &report_too_large, NULL);
    return NULL;
}

static struct fault *report_ledger_card(struct work *work, const struct report_card_takes *takes, struct ledger_card *out)
{
    struct account account = { 0 };
    int64_t limit = takes->limit > 0 ? takes->limit : CARD_USUAL;
    TRY(ledger_account_by_number(work, takes->account, &account));
    struct report_ask ask = { .account_id = account.id,
                              .from_on = takes->from_on,
                              .to_on = takes->to_on,
                              .after_on = takes->from_on,
                              .after_number = -1,
                              .limit = limit + 1 };
    out->account = account.number, out->name = account.name;
    out->from_on = takes->from_on, out->to_on = takes->to_on;
    TRY(card_begin(work, takes, &ask, out));
    struct str wanted = str_trim(takes->find);
    if (wanted.length) TRY(card_find(work, wanted, out, &ask));
    else {
        TRY(card_bound(work, &ask));
        TRY(db_all(work, &sql_report_card_page, GIVEN(report_ask, &ask), INTO_LIST(report_card_line, &out->lines)));
    }
    if ((int64_t)out->lines.count > limit) {
        out->lines.count = (size_t)limit;
        const struct report_card_line *last = &out->lines.at[limit - 1];
        out->next = str_format(work->arena, "%d-%lld-%lld", last->dated_on.ymd, (long long)last->number,
                               (long long)last->line_no);
    }
    int64_t balance = out->carried_minor;
    for (size_t i = 0; i < out->lines.count && !wanted.length; i++) {
        if (!int_add(balance, out->lines.at[i].base_minor, &balance)) return FAULT(work->arena, &report_too_large, NULL);
        out->lines.at[i].balance_minor = balance;
    }
    return NULL;
}
CALLABLE(report_ledger_card, report_card_takes, ledger_card);

/* ---- Balances of every account: trial balance, balance sheet, profit and loss ---- */

struct balances_takes { struct date from_on, to_on; };
RECORD(balances_takes, { FIELD(struct balances_takes, from_on), FIELD(struct balances_takes, to_on) });
static const char *const account_kinds[] = { NULL, "asset", "liability", "equity", "income", "expense" };
static const char *const account_controls[] = { NULL, "receivables", "payables" };
struct account_moved {
    account_id account_id;
    struct str number, name;
    enum account_kind kind;
    enum account_control control;
    struct str rgs_code;
    int64_t debit_minor, credit_minor;
};
LIST_STRUCT(account_moves, struct account_moved);
RECORD(account_moved, {
    ID(struct account_moved, account_id),
    FIELD(struct account_moved, number),
    FIELD(struct account_moved, name),
    FIELD(struct account_moved, kind, CHOICES(account_kinds)),
    FIELD(struct account_moved, control, CHOICES(account_controls), OPTIONAL),
    FIELD(struct account_moved, rgs_code, OPTIONAL),
    AMOUNT(struct account_moved, debit_minor),
    AMOUNT(struct account_moved, credit_minor),
});
struct account_balance {
    account_id account_id;
    struct str number, name;
    enum account_kind kind;
    struct str rgs_code;
    int64_t opening_minor, debit_minor, credit_minor, closing_minor;
};
LIST_STRUCT(account_balances, struct account_balance);
RECORD(account_balance, {
    ID(struct account_balance, account_id),
    FIELD(struct account_balance, number),
    FIELD(struct account_balance, name),
    FIELD(struct account_balance, kind, CHOICES(account_kinds)),
    FIELD(struct account_balance, rgs_code, OPTIONAL),
    AMOUNT(struct account_balance, opening_minor, .about = "debit less credit before the first day"),
    AMOUNT(struct account_balance, debit_minor),
    AMOUNT(struct account_balance, credit_minor),
    AMOUNT(struct account_balance, closing_minor),
});
struct balances {
    struct date from_on, to_on;
    struct str currency;
    struct account_balances accounts;
    int64_t debit_minor, credit_minor;
};
RECORD(balances, {
    FIELD(struct balances, from_on),
    FIELD(struct balances, to_on),
    FIELD(struct balances, currency),
    LIST(struct balances, accounts, account_balance, .about = "every account of the chart, by number"),
    AMOUNT(struct balances, debit_minor, .currency = "currency"),
    AMOUNT(struct balances, credit_minor, .currency = "currency"),
});

/* What moved until and with a day. */
static struct fault *moved_until(struct work *work, struct date to_on, struct account_moves *out)
{
    const struct report_ask ask = { .to_on = to_on, .month_on = month_begun(to_on) };
    return db_all(work, &sql_report_balances, GIVEN(report_ask, &ask), INTO_LIST(account_moved, out));
}

static struct fault *report_balances(struct work *work, const struct balances_takes *takes, struct balances *out)
{
    struct account_moves before = { 0 }, until = { 0 };
    bool fits = true;
    out->from_on = takes->from_on, out->to_on = takes->to_on;
    TRY(ledger_base_currency(work, &out->currency));
    TRY(moved_until(work, date_add_days(takes->from_on, -1), &before));
    TRY(moved_until(work, takes->to_on, &until));
    for (size_t i = 0; i < until.count && i < before.count && fits; i++) {
        const struct account_moved *a = &until.at[i], *b = &before.at[i];
        struct account_balance row = { a->account_id, a->number, a->name, a->kind, a->rgs_code, 0, 0, 0, 0 };
        fits = int_sub(b->debit_minor, b->credit_minor, &row.opening_minor) &&
               int_sub(a->debit_minor, b->debit_minor, &row.debit_minor) &&
               int_sub(a->credit_minor, b->credit_minor, &row.credit_minor) &&
               int_sub(a->debit_minor, a->credit_minor, &row.closing_minor) &&
               int_add(out->debit_minor, row.debit_minor, &out->debit_minor) &&
               int_add(out->credit_minor, row.credit_minor, &out->credit_minor);
        *LIST_ADD(work->arena, &out->accounts) = row;
    }
    return fits ? NULL : FAULT(work->arena, &report_too_large, NULL);
}
CALLABLE(report_balances, balances_takes, balances);

static const struct operation operations[] = {
    { "report kpi", "GET", "/reports/kpi", "report.read", OPERATION_READS | OPERATION_FIGURES, &report_kpi_call, NULL,
      "Show the figures of the day: what waits, what is late, what matched by itself" },
    { "report journal", "GET", "/reports/journal", "report.read", OPERATION_READS, NULL, &report_journal_list,
      "List entries with what each moved" },
    { "report ledger-card", "GET", "/reports/ledger-card", "report.read", OPERATION_READS | OPERATION_SLOW,
      &report_ledger_card_call, NULL, "Show the lines of a ledger account with its balance behind each" },
    { "report balances", "GET", "/reports/balances", "report.read",
      OPERATION_READS | OPERATION_SLOW | OPERATION_FIGURES, &report_balances_call, NULL,
      "Show what stood on every account before a period, moved in it and stands behind it" },
};
const struct operation_table report_books = { "report", operations, ARRAY_LENGTH(operations) };
