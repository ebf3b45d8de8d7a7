/* Figures of the day, VAT of a period, journal and ledger card. */
#include "report/report_private.h"
#include "report.sql.h"

/* ---- Figures of the day ---- */

struct report_bills {
    int64_t received, coded, submitted;
};
RECORD(report_bills, { FIELD(struct report_bills, received), FIELD(struct report_bills, coded),
                       FIELD(struct report_bills, submitted) });
struct report_bank {
    int64_t lines, unmatched, automatic;
};
RECORD(report_bank, { FIELD(struct report_bank, lines), FIELD(struct report_bank, unmatched),
                      FIELD(struct report_bank, automatic) });
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

/* ---- VAT of a period ---- */

struct report_period { struct date from_on, to_on; };
RECORD(report_period, { FIELD(struct report_period, from_on), FIELD(struct report_period, to_on) });
static const char *const vat_sides[] = { NULL, "sale", "purchase" };
struct vat_sum_row {
    vat_code_id vat_code_id;
    struct str code, name;
    enum vat_side side;
    struct str return_box;
    struct decimal rate;
    bool is_reverse;
    int64_t turnover_minor, vat_minor, reverse_minor;
};
LIST_STRUCT(vat_sum_rows, struct vat_sum_row);
RECORD(vat_sum_row, {
                        ID(struct vat_sum_row, vat_code_id),
                        FIELD(struct vat_sum_row, code),
                        FIELD(struct vat_sum_row, name),
                        FIELD(struct vat_sum_row, side, CHOICES(vat_sides)),
                        FIELD(struct vat_sum_row, return_box, OPTIONAL),
                        FIELD(struct vat_sum_row, rate),
                        FIELD(struct vat_sum_row, is_reverse),
                        AMOUNT(struct vat_sum_row, turnover_minor),
                        AMOUNT(struct vat_sum_row, vat_minor),
                        AMOUNT(struct vat_sum_row, reverse_minor),
                    });
struct vat_box {
    struct str box, code, name, currency;
    int64_t turnover_minor, vat_minor;
};
LIST_STRUCT(vat_boxes, struct vat_box);
RECORD(vat_box, {
                    FIELD(struct vat_box, box, OPTIONAL, .about = "of the Dutch VAT return"),
                    FIELD(struct vat_box, code),
                    FIELD(struct vat_box, name),
                    FIELD(struct vat_box, currency),
                    AMOUNT(struct vat_box, turnover_minor, .currency = "currency"),
                    AMOUNT(struct vat_box, vat_minor, .currency = "currency"),
                });
struct vat_report {
    struct date from_on, to_on;
    struct str currency;
    struct vat_boxes boxes;
    int64_t due_minor, deductible_minor, payable_minor;
};
RECORD(vat_report,
       {
           FIELD(struct vat_report, from_on),
           FIELD(struct vat_report, to_on),
           FIELD(struct vat_report, currency),
           LIST(struct vat_report, boxes, vat_box),
           AMOUNT(struct vat_report, due_minor, .currency = "currency", .about = "box 5a"),
           AMOUNT(struct vat_report, deductible_minor, .currency = "currency", .about = "box 5b"),
           AMOUNT(struct vat_report, payable_minor, .currency = "currency", .about = "to pay; negative: to get back"),
       });

static void add_box(struct work *work, struct vat_report *out, struct str box, const struct vat_sum_row *row,
                    int64_t turnover_minor, int64_t vat_minor)
{
    *LIST_ADD(work->arena, &out->boxes) = (struct vat_box){ box, row->code, row->name, out->currency, turnover_minor, vat_minor };
}

static int by_box(const void *left, const void *right)
{
    const struct vat_box *a = left, *b = right;
    struct str none = STR("~"); /* what goes into no box stands last */
    int order = str_compare(a->box.length ? a->box : none, b->box.length ? b->box : none);
    return order ? order : str_compare(a->code, b->code);
}

/* What was sold stands credit in the books and positive in the return; a reverse charge stands in two boxes. */
static struct fault *report_vat(struct work *work, const struct report_period *takes, struct vat_report *out)
{
    const struct report_ask ask = { .from_on = takes->from_on, .to_on = takes->to_on };
    struct vat_sum_rows rows = { 0 };
    bool fits = true;
    out->from_on = takes->from_on, out->to_on = takes->to_on;
    TRY(ledger_base_currency(work, &out->currency));
    TRY(db_all(work, &sql_report_vat_codes, GIVEN(report_ask, &ask), INTO_LIST(vat_sum_row, &rows)));
    for (size_t i = 0; i < rows.count && fits; i++) {
        const struct vat_sum_row *r = &rows.at[i];
        int64_t turnover = r->turnover_minor, vat = r->vat_minor, reverse;
        if (r->side == VAT_SALE) {
            fits = int_sub(0, turnover, &turnover) && int_sub(0, vat, &vat) && int_add(out->due_minor, vat, &out->due_minor);
            add_box(work, out, r->return_box, r, turnover, vat);
            continue;
        }
        fits = int_sub(0, r->reverse_minor, &reverse) && int_add(out->due_minor, reverse, &out->due_minor) &&
               int_add(out->deductible_minor, vat, &out->deductible_minor);
        if (r->is_reverse) add_box(work, out, r->return_box, r, turnover, reverse);
        add_box(work, out, r->is_reverse ? STR("5b") : r->return_box, r, r->is_reverse ? 0 : turnover, vat);
    }
    if (!fits || !int_sub(out->due_minor, out->deductible_minor, &out->payable_minor))
        return FAULT(work->arena, &report_too_large, NULL);
    if (out->boxes.count) qsort(out->boxes.at, out->boxes.count, sizeof *out->boxes.at, by_box);
    return NULL;
}
CALLABLE(report_vat, report_period, vat_report);

/* ---- Journal and card ---- */

static const char *const journals[] = { NULL, "opening", "purchase", "sale", "bank", "payment", "memorial" };
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
                        FIELD(struct journal_row, journal, CHOICES(journals), .filter = true),
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
    return db_list(work, &sql_report_journal, NONE, query, INTO_LIST(journal_row, rows), next);
}
LISTABLE(report_journal, nothing, journal_row, journal_rows);

struct report_card_takes { struct str account; struct date from_on, to_on; };
RECORD(report_card_takes, {
                              FIELD(struct report_card_takes, account, .min = 1, .max = 20, .about = "its number"),
                              FIELD(struct report_card_takes, from_on),
                              FIELD(struct report_card_takes, to_on),
                          });
struct report_card_line {
    entry_id entry_id;
    int64_t line_no, number;
    enum journal journal;
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
                             FIELD(struct report_card_line, journal, CHOICES(journals)),
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
struct ledger_card {
    struct str account, name;
    struct date from_on, to_on;
    int64_t opening_minor, debit_minor, credit_minor, closing_minor;
    struct card_lines lines;
};
RECORD(ledger_card, {
                        FIELD(struct ledger_card, account),
                        FIELD(struct ledger_card, name),
                        FIELD(struct ledger_card, from_on),
                        FIELD(struct ledger_card, to_on),
                        AMOUNT(struct ledger_card, opening_minor),
                        AMOUNT(struct ledger_card, debit_minor),
                        AMOUNT(struct ledger_card, credit_minor),
                        AMOUNT(struct ledger_card, closing_minor),
                        LIST(struct ledger_card, lines, report_card_line),
                    });

static struct fault *report_ledger_card(struct work *work, const struct report_card_takes *takes, struct ledger_card *out)
{
    struct account account = { 0 };
    struct report_base before = { 0 };
    TRY(ledger_account_by_number(work, takes->account, &account));
    const struct report_ask ask = { .account_id = account.id, .from_on = takes->from_on, .to_on = takes->to_on };
    TRY(db_one(work, &sql_report_account_before, GIVEN(report_ask, &ask), INTO(report_base, &before), &db_broken));
    TRY(db_all(work, &sql_report_card_lines, GIVEN(report_ask, &ask), INTO_LIST(report_card_line, &out->lines)));
    out->account = account.number, out->name = account.name;
    out->from_on = takes->from_on, out->to_on = takes->to_on;
    out->opening_minor = out->closing_minor = before.base_minor;
    for (size_t i = 0; i < out->lines.count; i++) {
        struct report_card_line *line = &out->lines.at[i];
        int64_t *side = line->base_minor > 0 ? &out->debit_minor : &out->credit_minor;
        bool fits =
            line->base_minor > 0 ? int_add(*side, line->base_minor, side) : int_sub(*side, line->base_minor, side);
        if (!fits || !int_add(out->closing_minor, line->base_minor, &out->closing_minor))
            return FAULT(work->arena, &report_too_large, NULL);
        line->balance_minor = out->closing_minor;
    }
    return NULL;
}
CALLABLE(report_ledger_card, report_card_takes, ledger_card);

static const struct operation operations[] = {
    { "report kpi", "GET", "/reports/kpi", "report.read", OPERATION_READS, &report_kpi_call, NULL,
      "Show the figures of the day: what waits, what is late, what matched by itself" },
    { "report vat", "GET", "/reports/vat", "report.read", OPERATION_READS | OPERATION_SLOW, &report_vat_call, NULL,
      "Show turnover and VAT of a period by box of the return" },
    { "report journal", "GET", "/reports/journal", "report.read", OPERATION_READS, NULL, &report_journal_list,
      "List entries with what each moved" },
    { "report ledger-card", "GET", "/reports/ledger-card", "report.read", OPERATION_READS | OPERATION_SLOW,
      &report_ledger_card_call, NULL, "Show the lines of a ledger account with its balance behind each" },
};
const struct operation_table report_books = { "report", operations, ARRAY_LENGTH(operations) };
