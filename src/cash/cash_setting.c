/* What the company chose: what may be posted by itself, how discount is treated, how much a person may give up, and the terms of
 * discount. All of it data that a person changes, with its history. */
#include "cash/cash_private.h"
#include "cash.sql.h"

static const char *const modes[] = { "excluded", "included", "mixed" };
static bool is_mode(struct str text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(modes); i++)
        if (str_is(text, modes[i])) return true;
    return false;
}

RECORD(
    cash_chosen_setting,
    {
        FIELD(struct cash_chosen_setting, precision_ppm, .max = 1000000,
              .about = "expected share right of what is posted by itself, in millionths; 0: nothing by itself"),
        FIELD(struct cash_chosen_setting, rounding_minor, .max = 1000, .about = "a difference up to this is rounding"),
        FIELD(struct cash_chosen_setting, charge_minor, .max = 100000, .about = "largest bank charge taken as such"),
        FIELD(struct cash_chosen_setting, difference_auto_minor, .max = 1000000,
              .about = "a difference above this is never posted by itself"),
        FIELD(
            struct cash_chosen_setting, discount_mode, .max = 10, .check = is_mode, .shape = "discount_mode",
            .about =
                "excluded: VAT stays as invoiced; included: VAT is corrected with the discount; mixed: VAT was invoiced over the "
                "discounted amount (Belgium)"),
        FIELD(struct cash_chosen_setting, discount_late_days, .max = 60,
              .about = "a discount taken so many days late is allowed all the same"),
        FIELD(struct cash_chosen_setting, write_off_minor, .max = 100000000,
              .about = "what a person may give up by himself in one decision, unless a role of his says more"),
        FIELD(struct cash_chosen_setting, answer_days, .min = 1, .max = 365,
              .about = "so many days a line waits for a customer's answer"),
        FIELD(struct cash_chosen_setting, version),
    });

struct fault *cash_setting_load(struct work *work, struct cash_chosen_setting *setting)
{
    struct cash_settings usual = cash_settings_default();
    bool found;
    TRY(db_find(work, &sql_setting_load, NONE, INTO(cash_chosen_setting, setting), &found));
    if (!found)
        *setting = (struct cash_chosen_setting){
            .precision_ppm = usual.precision_ppm,
            .rounding_minor = usual.rounding_minor,
            .charge_minor = usual.charge_minor,
            .difference_auto_minor = usual.difference_auto_minor,
            .discount_mode = STR("excluded"),
            .discount_late_days = 3,
            .write_off_minor = 5000,
            .answer_days = 7,
            .version = 1,
        };
    return NULL;
}

/* ---- Terms of discount, and what else is known of an item ---- */

struct term_row {
    struct { int64_t n; } id;
    party_id party_id;
    struct date valid_from;
    int64_t days;
    struct decimal percent;
    struct instant added_at;
    int64_t added_by;
};
LIST_STRUCT(term_rows, struct term_row);
RECORD(term_row, {
    ID(struct term_row, id, .sort = true),
    ID(struct term_row, party_id, OPTIONAL, .filter = true,
       .about = "absent: everyone without terms of his own"),
    FIELD(struct term_row, valid_from, .sort = true, .about = "for invoices of that day and later"),
    FIELD(struct term_row, days, .about = "the discount holds so many days after the invoice's day"),
    FIELD(struct term_row, percent),
    FIELD(struct term_row, added_at, OPTIONAL),
    FIELD(struct term_row, added_by, .about = "0: the program itself"),
});
struct named_row { /* an invoice of ours by its open item, or what an import said of an item */
    int64_t item_id;
    struct str reference, order_number;
    struct date discount_until;
    int64_t discount_minor, net_minor;
};
LIST_STRUCT(named_rows, struct named_row);
RECORD(named_row, {
    FIELD(struct named_row, item_id),
    FIELD(struct named_row, reference, OPTIONAL),
    FIELD(struct named_row, order_number, OPTIONAL),
    FIELD(struct named_row, discount_until, OPTIONAL),
    FIELD(struct named_row, discount_minor, OPTIONAL),
    FIELD(struct named_row, net_minor, OPTIONAL),
});
struct named_of {
    bool past;
    int64_t item_id;
};
RECORD(named_of, { FIELD(struct named_of, past), FIELD(struct named_of, item_id, OPTIONAL) });
struct cash_terms { struct named_rows rows; struct term_rows terms; bool whole; }; /* whole: discount over the amount with VAT */

static struct fault *load_terms(struct work *work, const struct named_of *of, struct cash_terms *terms)
{
    struct cash_chosen_setting setting = { 0 };
    TRY(cash_setting_load(work, &setting));
    terms->whole = str_is(setting.discount_mode, "included");
    TRY(db_all(work, &sql_named_all, GIVEN(named_of, of), INTO_LIST(named_row, &terms->rows)));
    return db_all(work, &sql_term_all, NONE, INTO_LIST(term_row, &terms->terms));
}

struct fault *cash_terms_load(struct work *work, bool past, struct cash_terms **terms)
{
    const struct named_of of = { past, 0 };
    *terms = ARENA_NEW(work->arena, struct cash_terms);
    return load_terms(work, &of, *terms);
}

static const struct named_row *named_as(const struct cash_terms *terms, int64_t item)
{
    size_t low = 0, high = terms->rows.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (terms->rows.at[middle].item_id < item) low = middle + 1;
        else high = middle;
    }
    return low < terms->rows.count && terms->rows.at[low].item_id == item ? &terms->rows.at[low] : NULL;
}

/* The rows come newest first; a customer's own count before those of all. */
static const struct term_row *term_of(const struct cash_terms *terms, const struct open_item *item)
{
    const struct term_row *usual = NULL;
    for (size_t i = 0; i < terms->terms.count; i++) {
        const struct term_row *t = &terms->terms.at[i];
        if (t->valid_from.ymd > item->dated_on.ymd) continue;
        if (t->party_id.n && t->party_id.n == item->party_id.n) return t;
        if (!t->party_id.n && !usual) usual = t;
    }
    return usual;
}

static void discount_of(const struct cash_terms *terms, const struct open_item *item, const struct named_row *named,
                        struct date *until, int64_t *discount_minor)
{
    *until = (struct date){ 0 };
    *discount_minor = 0;
    if (named && named->discount_until.ymd) {
        *until = named->discount_until;
        *discount_minor = named->discount_minor;
        return;
    }
    const struct term_row *term =
        item->kind == ITEM_INVOICE && item->control == CONTROL_RECEIVABLES ? term_of(terms, item) : NULL;
    int64_t over = terms->whole || !named || !named->net_minor ? item->amount_minor : named->net_minor, hundred = 100;
    if (!term || term->percent.units <= 0) return;
    for (int i = 0; i < term->percent.scale; i++) hundred *= 10;
    if (!int_mul_div(over, term->percent.units, hundred, discount_minor)) return;
    *until = date_add_days(item->dated_on, (int)term->days);
}

void cash_terms_tell(const struct cash_terms *terms, const struct open_item *item, struct cash_item *out)
{
    const struct named_row *named = named_as(terms, item->id.n);
    if (!out->discount_until.ymd) discount_of(terms, item, named, &out->discount_until, &out->discount_minor);
    if (!named) return;
    if (!out->reference.length) out->reference = named->reference;
    if (!out->order_number.length) out->order_number = named->order_number;
}

struct early_line { int64_t line_no; };
RECORD(early_line, { FIELD(struct early_line, line_no) });

struct fault *cash_vat_after_discount(struct work *work, item_id item, bool *is)
{
    const struct named_of of = { true, item.n };
    struct early_line line = { 0 };
    return db_find(work, &sql_item_early_lines, GIVEN(named_of, &of), INTO(early_line, &line), is);
}

struct fault *cash_discount_of(struct work *work, const struct open_item *item, struct date *until, int64_t *discount_minor)
{
    struct cash_terms terms = { 0 };
    const struct named_of of = { true, item->id.n };
    TRY(load_terms(work, &of, &terms));
    discount_of(&terms, item, named_as(&terms, item->id.n), until, discount_minor);
    return NULL;
}

/* ---- Operations ---- */

static struct fault *setting_show(struct work *work, const struct nothing *takes, struct cash_chosen_setting *out)
{
    (void)takes;
    return cash_setting_load(work, out);
}
CALLABLE(setting_show, nothing, cash_chosen_setting);

static const struct fault_type setting_changed = { FAULT_CONFLICT, "cash.setting_changed",
                                                   "Somebody changed these settings; read them again." };
static struct fault *setting_set(struct work *work, const struct cash_chosen_setting *takes,
                                 struct cash_chosen_setting *out)
{
    struct cash_chosen_setting before = { 0 };
    TRY(cash_setting_load(work, &before));
    *out = *takes;
    TRY(db_run(work, &sql_setting_add, GIVEN(cash_chosen_setting, &before)));
    TRY(db_change(work, &sql_setting_save, GIVEN(cash_chosen_setting, out), &setting_changed));
    out->version++;
    work_changed(work, "cash_setting", work->company_id, GIVEN(cash_chosen_setting, &before), GIVEN(cash_chosen_setting, out));
    return NULL;
}
CALLABLE(setting_set, cash_chosen_setting, cash_chosen_setting);

static const struct fault_type bad_percent = { FAULT_INVALID, "cash.bad_percent", "A discount is between 0 and 100 percent." };
struct term_new { party_id party_id; struct date valid_from; int64_t days; struct decimal percent; };
RECORD(term_new, {
    ID(struct term_new, party_id, OPTIONAL, .about = "left out: everyone without terms of his own"),
    FIELD(struct term_new, valid_from),
    FIELD(struct term_new, days, .max = 365),
    FIELD(struct term_new, percent, .about = "0 ends it"),
});
static struct fault *term_add(struct work *work, const struct term_new *takes, struct term_row *out)
{
    struct party party = { 0 };
    if (decimal_compare(takes->percent, DECIMAL(0, 0)) < 0 || decimal_compare(takes->percent, DECIMAL(100, 0)) >= 0 ||
        takes->percent.scale > 4)
        return FAULT(work->arena, &bad_percent, "percent");
    if (takes->party_id.n) TRY(party_load(work, takes->party_id, &party));
    *out = (struct term_row){ .id = { id_new(work) }, .party_id = takes->party_id, .valid_from = takes->valid_from,
                              .days = takes->days, .percent = takes->percent, .added_at = work->now, .added_by = work->user_id };
    TRY(db_run(work, &sql_term_add, GIVEN(term_row, out)));
    work_changed(work, "cash_term", out->id.n, (struct given){ &term_row_record, NULL }, GIVEN(term_row, out));
    return NULL;
}
CALLABLE(term_add, term_new, term_row);

static struct fault *term_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct term_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_term_list, NONE, query, INTO_LIST(term_row, rows), next);
}
LISTABLE(term_list, nothing, term_row, term_rows);

static const struct operation operations[] = {
    { "cash settings", "GET", "/cash/settings", "cash.read", OPERATION_READS, &setting_show_call, NULL,
      "Show what may be posted by itself" },
    { "cash set", "POST", "/cash/settings", "cash.manage", 0, &setting_set_call, NULL,
      "Change what may be posted by itself" },
    { "cash terms", "GET", "/cash/terms", "cash.read", OPERATION_READS, NULL, &term_list_list,
      "List the terms of early-payment discount" },
    { "cash term", "POST", "/cash/terms", "cash.manage", 0, &term_add_call, NULL,
      "Set the early-payment discount of a customer, or of all, from a day on" },
};
const struct operation_table cash_settings_table = { "cash", operations, ARRAY_LENGTH(operations) };
