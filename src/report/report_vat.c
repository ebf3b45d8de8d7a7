/* VAT of a period: by code, by box of the return, by entry; and what was sold to customers elsewhere in the EU. */
#include "report/report_private.h"
#include "report.sql.h"
#include "vat_boxes_nl.csv.h"

/* ---- VAT of a period ---- */

struct report_period { struct date from_on, to_on; };
RECORD(report_period, { FIELD(struct report_period, from_on), FIELD(struct report_period, to_on) });
const char *const report_vat_sides[3] = { NULL, "sale", "purchase" };
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
    FIELD(struct vat_sum_row, side, CHOICES(report_vat_sides)),
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
/* A line of the form. */
struct vat_line {
    struct str box;
    bool has_turnover, has_vat;
    struct str currency;
    int64_t turnover_minor, vat_minor;
};
LIST_STRUCT(vat_lines, struct vat_line);
RECORD(vat_line, {
    FIELD(struct vat_line, box),
    FIELD(struct vat_line, has_turnover),
    FIELD(struct vat_line, has_vat),
    FIELD(struct vat_line, currency),
    AMOUNT(struct vat_line, turnover_minor, .currency = "currency"),
    AMOUNT(struct vat_line, vat_minor, .currency = "currency"),
});
struct vat_report {
    struct date from_on, to_on;
    struct str currency;
    struct vat_boxes boxes;
    struct vat_lines form;
    int64_t due_minor, deductible_minor, payable_minor;
};
RECORD(vat_report, {
    FIELD(struct vat_report, from_on),
    FIELD(struct vat_report, to_on),
    FIELD(struct vat_report, currency),
    LIST(struct vat_report, boxes, vat_box, .about = "by code"),
    LIST(struct vat_report, form, vat_line, .about = "every box of the form, in its order"),
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

/* Every box of the form (data/vat_boxes_nl.csv); 5a, 5c and 5g are sums. */
static struct fault *form_fill(struct work *work, struct vat_report *out)
{
    for (struct str rest = str_of(vat_boxes_nl_csv); rest.length;) {
        struct str fields, line = str_cut(rest, '\n', &rest), box = str_cut(line, ';', &fields),
                           turnover = str_cut(fields, ';', &fields);
        if (!box.length || box.at[0] == '#') continue;
        struct vat_line *row = LIST_ADD(work->arena, &out->form);
        *row = (struct vat_line){ .box = box,
                                  .has_turnover = str_is(turnover, "yes"),
                                  .has_vat = str_is(fields, "yes"),
                                  .currency = out->currency };
        for (size_t i = 0; i < out->boxes.count; i++) {
            const struct vat_box *b = &out->boxes.at[i];
            if (!str_equal(b->box, box)) continue;
            if (!int_add(row->turnover_minor, b->turnover_minor, &row->turnover_minor) ||
                !int_add(row->vat_minor, b->vat_minor, &row->vat_minor))
                return FAULT(work->arena, &report_too_large, NULL);
        }
        if (str_is(box, "5a")) row->vat_minor = out->due_minor;
        if (str_is(box, "5b")) row->vat_minor = out->deductible_minor;
        if (str_is(box, "5c") || str_is(box, "5g")) row->vat_minor = out->payable_minor;
    }
    return NULL;
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
    return form_fill(work, out);
}
CALLABLE(report_vat, report_period, vat_report);

/* ---- The entries behind a code ---- */

struct vat_entry_takes { struct str code; struct date from_on, to_on; };
RECORD(vat_entry_takes, {
    FIELD(struct vat_entry_takes, code, .min = 1, .max = 20, .about = "the VAT code"),
    FIELD(struct vat_entry_takes, from_on),
    FIELD(struct vat_entry_takes, to_on),
});
struct report_code {
    vat_code_id id;
    struct str name;
    enum vat_side side;
    account_id reverse_account_id;
};
RECORD(report_code, {
    ID(struct report_code, id),
    FIELD(struct report_code, name),
    FIELD(struct report_code, side, CHOICES(report_vat_sides)),
    ID(struct report_code, reverse_account_id, OPTIONAL),
});
static const struct fault_type report_no_code = { FAULT_MISSING, "report.no_code", "There is no VAT code {code}." };
struct vat_entry {
    entry_id id;
    int64_t number;
    struct date dated_on;
    enum journal journal;
    struct str source_kind;
    int64_t source_id;
    struct str description;
    party_id party_id;
    int64_t turnover_minor, vat_minor;
};
LIST_STRUCT(vat_entries, struct vat_entry);
RECORD(vat_entry, {
    ID(struct vat_entry, id, .sort = true),
    FIELD(struct vat_entry, number, .sort = true, .filter = true),
    FIELD(struct vat_entry, dated_on, .sort = true, .filter = true),
    FIELD(struct vat_entry, journal, CHOICES(report_journals), .filter = true),
    FIELD(struct vat_entry, source_kind, .filter = true),
    FIELD(struct vat_entry, source_id),
    FIELD(struct vat_entry, description, .filter = true),
    ID(struct vat_entry, party_id, OPTIONAL, .filter = true),
    AMOUNT(struct vat_entry, turnover_minor, .about = "as it stands in the return", .sort = true,
           .filter = true),
    AMOUNT(struct vat_entry, vat_minor, .about = "as it stands in the return", .sort = true, .filter = true),
});

static struct fault *report_vat_entries(struct work *work, const struct vat_entry_takes *takes, const struct list_query *query,
                                        struct vat_entries *rows, struct str *next)
{
    struct report_code code = { 0 };
    TRY(db_one(work, &sql_report_vat_code, GIVEN(vat_entry_takes, takes), INTO(report_code, &code), &report_no_code));
    const struct report_ask ask = { .vat_code_id = code.id, .from_on = takes->from_on, .to_on = takes->to_on,
                                    .sign = code.side == VAT_SALE ? -1 : 1 };
    static const char *const summed[] = { "dated_on", "turnover", "vat", NULL };
    struct list_query asked = *query;
    if (query->count || !db_list_is_on(query, summed))
        return db_list(work, &sql_report_vat_entries, GIVEN(report_ask, &ask), query, INTO_LIST(vat_entry, rows), next);
    asked.is_among = true;
    TRY(db_list_ids(work, &sql_report_vat_entry_sums, GIVEN(report_ask, &ask), &vat_entry_record, query, &asked.among));
    return db_list(work, &sql_report_vat_entries_of, GIVEN(report_ask, &ask), &asked, INTO_LIST(vat_entry, rows), next);
}
LISTABLE(report_vat_entries, vat_entry_takes, vat_entry, vat_entries);

/* ---- ICP: sales to customers elsewhere in the EU ---- */

struct icp_row {
    struct {
        int64_t n;
    } id;
    struct str number, name, country, vat_number, currency;
    int64_t entry_count, turnover_minor;
};
LIST_STRUCT(icp_rows, struct icp_row);
RECORD(icp_row, {
    ID(struct icp_row, id, OPTIONAL, .about = "the customer; absent: booked without one"),
    FIELD(struct icp_row, number, OPTIONAL),
    FIELD(struct icp_row, name, OPTIONAL),
    FIELD(struct icp_row, country, OPTIONAL),
    FIELD(struct icp_row, vat_number, OPTIONAL, .about = "without it the list is refused"),
    FIELD(struct icp_row, currency, OPTIONAL),
    FIELD(struct icp_row, entry_count),
    AMOUNT(struct icp_row, turnover_minor, .currency = "currency"),
});
struct icp_report {
    struct date from_on, to_on;
    struct str currency;
    int64_t turnover_minor;
    struct icp_rows customers;
};
RECORD(icp_report, {
    FIELD(struct icp_report, from_on),
    FIELD(struct icp_report, to_on),
    FIELD(struct icp_report, currency),
    AMOUNT(struct icp_report, turnover_minor, .currency = "currency", .about = "box 3b"),
    LIST(struct icp_report, customers, icp_row),
});

static struct fault *report_icp(struct work *work, const struct report_period *takes, struct icp_report *out)
{
    const struct report_ask ask = { .from_on = takes->from_on, .to_on = takes->to_on };
    out->from_on = takes->from_on, out->to_on = takes->to_on;
    TRY(ledger_base_currency(work, &out->currency));
    TRY(db_all(work, &sql_report_icp, GIVEN(report_ask, &ask), INTO_LIST(icp_row, &out->customers)));
    for (size_t i = 0; i < out->customers.count; i++) {
        out->customers.at[i].currency = out->currency;
        if (!int_add(out->turnover_minor, out->customers.at[i].turnover_minor, &out->turnover_minor))
            return FAULT(work->arena, &report_too_large, NULL);
    }
    return NULL;
}
CALLABLE(report_icp, report_period, icp_report);

static const struct operation operations[] = {
    { "report vat", "GET", "/reports/vat", "report.read", OPERATION_READS | OPERATION_SLOW | OPERATION_FIGURES,
      &report_vat_call, NULL, "Show turnover and VAT of a period by box of the return" },
    { "report vat-entries", "GET", "/reports/vat-entries", "report.read", OPERATION_READS | OPERATION_SLOW, NULL,
      &report_vat_entries_list, "List the entries behind a VAT code in a period" },
    { "report icp", "GET", "/reports/icp", "report.read", OPERATION_READS | OPERATION_SLOW | OPERATION_FIGURES,
      &report_icp_call, NULL, "List what was sold to customers elsewhere in the EU, for the ICP declaration" },
};
const struct operation_table report_vats = { "report", operations, ARRAY_LENGTH(operations) };
