#include "ledger/ledger_private.h"
#include "chart_nl.csv.h"
#include "ledger.sql.h"
#include "vat_nl.csv.h"

static const struct fault_type vat_code_missing = { FAULT_MISSING, "ledger.vat_code_missing",
                                                    "There is no VAT code {code}." };
static const struct fault_type period_missing = { FAULT_MISSING, "ledger.period_missing", "There is no such period." };
static const struct fault_type period_shut = { FAULT_CONFLICT, "ledger.period_shut",
                                               "This period is closed already, or somebody changed it." };
static const struct fault_type period_early = { FAULT_CONFLICT, "ledger.period_early",
                                                "{name} has not ended yet; close it after its last day." };
static const struct fault_type account_changed = { FAULT_CONFLICT, "ledger.account_changed",
                                                   "Somebody changed this account; read it again." };
static const struct fault_type account_taken = { FAULT_CONFLICT, "ledger.account_taken",
                                                 "There is an account {number} already." };

static const char *const vat_categories[] = { NULL, "S", "Z", "E", "AE", "K", "G", "O" };
static const char *const vat_sides[] = { NULL, "sale", "purchase" };
RECORD(vat_code, {
    ID(struct vat_code, id, .sort = true, .filter = true),
    FIELD(struct vat_code, code, .max = 20, .filter = true, .sort = true),
    FIELD(struct vat_code, name, .max = 200, .filter = true),
    FIELD(struct vat_code, category, CHOICES(vat_categories), .filter = true, .about = "UNCL 5305"),
    FIELD(struct vat_code, rate, .about = "percent"),
    FIELD(struct vat_code, side, CHOICES(vat_sides), .filter = true),
    FIELD(struct vat_code, reason_code, .max = 30, OPTIONAL, .about = "VATEX"),
    FIELD(struct vat_code, reason, .max = 200, OPTIONAL),
    ID(struct vat_code, account_id, OPTIONAL),
    ID(struct vat_code, reverse_account_id, OPTIONAL),
    ID(struct vat_code, turnover_account_id, OPTIONAL, .about = "sale: where its turnover is booked; absent: as all sales"),
    FIELD(struct vat_code, return_box, .max = 5, OPTIONAL),
    FIELD(struct vat_code, valid_from),
    FIELD(struct vat_code, valid_to, OPTIONAL),
    FIELD(struct vat_code, version),
});
struct period {
    period_id id;
    struct str name;
    struct date from_on, to_on;
    struct instant closed_at;
    int64_t closed_by, version;
};
LIST_STRUCT(periods, struct period);
RECORD(period, {
    ID(struct period, id, .sort = true),
    FIELD(struct period, name, .max = 40),
    FIELD(struct period, from_on, .filter = true, .sort = true),
    FIELD(struct period, to_on, .filter = true),
    FIELD(struct period, closed_at, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct period, closed_by, OPTIONAL),
    FIELD(struct period, version),
});
struct number_taken { struct str series; int64_t number; struct str subject_kind; int64_t subject_id; };
RECORD(number_taken, {
    FIELD(struct number_taken, series), FIELD(struct number_taken, number, OPTIONAL),
    FIELD(struct number_taken, subject_kind, OPTIONAL), FIELD(struct number_taken, subject_id, OPTIONAL),
});

struct fault *ledger_number_next(struct work *work, const char *series, const char *subject_kind, int64_t subject_id,
                                 int64_t *number)
{
    struct number_taken taken = { .series = str_of(series), .subject_kind = str_of(subject_kind), .subject_id = subject_id };
    bool near = db_at_hand(work);
    if (near) TRY(db_run(work, &sql_series_step, GIVEN(number_taken, &taken)));
    TRY(db_one(work, near ? &sql_series_last : &sql_series_next, GIVEN(number_taken, &taken),
               INTO(number_taken, &taken), &db_broken));
    *number = taken.number;
    return db_run(work, &sql_number_add, GIVEN(number_taken, &taken));
}

/* ---- VAT codes ---- */

struct fault *ledger_vat_code_load(struct work *work, vat_code_id id, struct vat_code *code)
{
    bool found;
    TRY(db_find(work, &sql_vat_code_by_id, BY_ID(id), INTO(vat_code, code), &found));
    if (!found) return FAULT(work->arena, &vat_code_missing, "vat_code_id", PARAM("code", str_from_int(work->arena, id.n)));
    return NULL;
}

struct fault *ledger_vat_code_find(struct work *work, enum vat_side side, enum vat_category category, struct decimal rate,
                                   struct date on, struct vat_code *code, bool *found)
{
    struct vat_codes codes = { 0 };
    TRY(db_all(work, &sql_vat_code_all, NONE, INTO_LIST(vat_code, &codes)));
    *found = false;
    for (size_t i = 0; i < codes.count && !*found; i++) {
        const struct vat_code *c = &codes.at[i];
        bool in_time = c->valid_from.ymd <= on.ymd && (!c->valid_to.ymd || on.ymd <= c->valid_to.ymd);
        /* A reverse-charge document says 0 %; the code holds the rate that the buyer accounts for. */
        bool same_rate = category != VAT_S || decimal_compare(c->rate, rate) == 0;
        *found = c->side == side && c->category == category && in_time && same_rate;
        if (*found) *code = *c;
    }
    return NULL;
}

static struct fault *vat_code_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                   struct vat_codes *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_vat_code_list, NONE, query, INTO_LIST(vat_code, rows), next);
}
LISTABLE(vat_code_list, nothing, vat_code, vat_codes);

/* ---- The chart a company starts with ---- */

static unsigned choice_of(const struct record *record, const char *field, struct str name)
{
    const struct field *f = record_field(record, str_of(field));
    for (unsigned i = 1; i < f->choice_count; i++)
        if (str_is(name, f->choices[i])) return i;
    return 0;
}

static struct str filled(struct str s) { return s.length ? s : (struct str){ 0 }; }

/* The cells of one line of our own data files: separated by semicolons, never quoted. */
static void cells_of(struct str line, struct str *cells, size_t count)
{
    struct str rest = line;
    for (size_t i = 0; i < count; i++) cells[i] = str_cut(rest, ';', &rest);
}

static struct fault *make_accounts(struct work *work, bool dutch)
{
    struct str rest = str_of(chart_nl_csv), c[7];
    while (rest.length) {
        cells_of(str_cut(rest, '\n', &rest), c, 7);
        const struct account account = {
            .id = { id_new(work) }, .number = c[0], .name = dutch ? c[1] : c[2],
            .kind = choice_of(&account_record, "kind", c[3]), .control = choice_of(&account_record, "control", c[4]),
            .purpose = filled(c[5]), .rgs_code = filled(c[6]), .version = 1,
        };
        ensure(account.kind);
        TRY(db_run(work, &sql_account_add, GIVEN(account, &account)));
    }
    return NULL;
}

static struct fault *make_vat_codes(struct work *work, bool dutch)
{
    struct str rest = str_of(vat_nl_csv), c[13];
    while (rest.length) {
        cells_of(str_cut(rest, '\n', &rest), c, 13);
        struct vat_code code = {
            .id = { id_new(work) }, .code = c[0], .name = dutch ? c[1] : c[2],
            .category = choice_of(&vat_code_record, "category", c[3]), .side = choice_of(&vat_code_record, "side", c[5]),
            .reason_code = filled(c[6]), .reason = filled(c[7]), .return_box = filled(c[10]), .version = 1,
        };
        const char *purpose = c[8].length ? str_keep(work->arena, c[8]).at : NULL;
        const char *reverse = c[9].length ? str_keep(work->arena, c[9]).at : NULL;
        bool rate_read = decimal_parse(c[4], &code.rate), day_read = date_parse(c[11], &code.valid_from);
        ensure(rate_read && day_read && code.category && code.side);
        if (purpose) TRY(ledger_account_for(work, purpose, &code.account_id));
        if (reverse) TRY(ledger_account_for(work, reverse, &code.reverse_account_id));
        if (c[12].length) {
            struct account turnover = { 0 };
            TRY(ledger_account_by_number(work, c[12], &turnover));
            code.turnover_account_id = turnover.id;
        }
        TRY(db_run(work, &sql_vat_code_add, GIVEN(vat_code, &code)));
    }
    return NULL;
}

static struct fault *make_periods(struct work *work, int from_year, int to_year)
{
    for (int year = from_year; year <= to_year; year++)
        for (int month = 1; month <= 12; month++) {
            struct date first = { year * 10000 + month * 100 + 1 };
            const struct period period = { .id = { id_new(work) }, .name = str_format(work->arena, "%d-%02d", year, month),
                                           .from_on = first, .to_on = date_month_end(first), .version = 1 };
            TRY(db_run(work, &sql_period_ensure, GIVEN(period, &period)));
        }
    return NULL;
}

enum { YEARS_AHEAD = 2, YEARS_BACK = 30 };
struct period_span { struct date first_on, from_on, to_on; };
RECORD(period_span, {
    FIELD(struct period_span, first_on, OPTIONAL),
    FIELD(struct period_span, from_on, OPTIONAL),
    FIELD(struct period_span, to_on, OPTIONAL),
});

/* The years that have no periods yet: those before, back to the first entry, and those after; 0 is none. */
static struct fault *periods_missing(struct work *work, int *before_from, int *before_to, int *after_from, int *after_to)
{
    struct period_span span = { 0 };
    int year = date_year(work->today), first = year;
    TRY(db_one(work, &sql_period_span, NONE, INTO(period_span, &span), &db_broken));
    if (span.first_on.ymd) first = date_year(span.first_on);
    if (first < year - YEARS_BACK) first = year - YEARS_BACK; /* a day mistyped by an age makes no periods */
    *before_from = first, *before_to = (span.from_on.ymd ? date_year(span.from_on) : year) - 1;
    *after_from = (span.to_on.ymd ? date_year(span.to_on) : year - 1) + 1, *after_to = year + YEARS_AHEAD;
    return NULL;
}

struct fault *ledger_periods_due(struct work *work, struct books *books, int64_t *years)
{
    int before_from, before_to, after_from, after_to;
    *years = 0;
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = periods_missing(work, &before_from, &before_to, &after_from, &after_to);
    db_rollback(work);
    work->reading = false;
    if (fault || (before_from > before_to && after_from > after_to)) return fault;
    TRY(db_begin(work, books));
    fault = make_periods(work, before_from, before_to);
    if (!fault) fault = make_periods(work, after_from, after_to);
    if (fault) return db_rollback(work), fault;
    TRY(db_commit(work));
    for (; before_from <= before_to; before_from++) ++*years;
    for (; after_from <= after_to; after_from++) ++*years;
    return NULL;
}

struct fault *ledger_make_chart(struct work *work, int year)
{
    struct company company = { 0 };
    TRY(access_company_load(work, &company));
    TRY(make_accounts(work, str_is(company.language, "nl")));
    TRY(make_vat_codes(work, str_is(company.language, "nl")));
    return make_periods(work, year - 1, year + YEARS_AHEAD);
}

/* ---- A company begins ---- */

struct company_add { struct str name, country, currency, language, kvk_number, vat_number; };
RECORD(company_add, {
    FIELD(struct company_add, name, .min = 1, .max = 200),
    FIELD(struct company_add, country, .min = 2, .max = 2, .about = "ISO 3166-1"),
    FIELD(struct company_add, currency, .min = 3, .max = 3, .about = "the base currency, ISO 4217"),
    FIELD(struct company_add, language, .min = 2, .max = 2, .about = "nl or en"),
    FIELD(struct company_add, kvk_number, .max = 8, OPTIONAL),
    FIELD(struct company_add, vat_number, .max = 20, OPTIONAL),
});
static struct fault *company_add(struct work *work, const struct company_add *takes, struct company *out)
{
    TRY(access_check_operator(work));
    *out = (struct company){ .name = takes->name,
                             .country = takes->country,
                             .currency = takes->currency,
                             .language = takes->language,
                             .kvk_number = takes->kvk_number,
                             .vat_number = takes->vat_number };
    TRY(access_company_make(work, out));
    return ledger_make_chart(work, date_year(work->today));
}
CALLABLE(company_add, company_add, company);

/* ---- Operations ---- */

static struct fault *account_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                  struct accounts *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_account_list, NONE, query, INTO_LIST(account, rows), next);
}
LISTABLE(account_list, nothing, account, accounts);

struct account_add { struct str number, name; enum account_kind kind; struct str rgs_code; };
static const char *const kinds[] = { NULL, "asset", "liability", "equity", "income", "expense" };
RECORD(account_add, {
    FIELD(struct account_add, number, .min = 1, .max = 20),
    FIELD(struct account_add, name, .min = 1, .max = 200),
    FIELD(struct account_add, kind, CHOICES(kinds)),
    FIELD(struct account_add, rgs_code, .max = 40, OPTIONAL),
});
static struct fault *account_add(struct work *work, const struct account_add *takes, struct account *out)
{
    struct fault *none = ledger_account_by_number(work, takes->number, out);
    if (none && none->type != &ledger_account_missing) return none;
    if (!none) return FAULT(work->arena, &account_taken, "number", PARAM("number", takes->number));
    *out = (struct account){ .id = { id_new(work) }, .number = takes->number, .name = takes->name, .kind = takes->kind,
                             .rgs_code = takes->rgs_code, .version = 1 };
    TRY(db_run(work, &sql_account_add, GIVEN(account, out)));
    work_changed(work, "account", out->id.n, (struct given){ &account_record, NULL }, GIVEN(account, out));
    return NULL;
}
CALLABLE(account_add, account_add, account);

struct account_change { account_id id; struct str number, name, rgs_code; bool is_blocked; int64_t version; };
RECORD(account_change, {
    ID(struct account_change, id),
    FIELD(struct account_change, number, .min = 1, .max = 20),
    FIELD(struct account_change, name, .min = 1, .max = 200),
    FIELD(struct account_change, rgs_code, .max = 40, OPTIONAL),
    FIELD(struct account_change, is_blocked),
    FIELD(struct account_change, version, .min = 1, .max = EXACT_MAX),
});
static struct fault *account_change(struct work *work, const struct account_change *takes, struct account *out)
{
    struct account before = { 0 };
    TRY(ledger_account_load(work, takes->id, &before));
    *out = before;
    out->number = takes->number;
    out->name = takes->name;
    out->rgs_code = takes->rgs_code;
    out->is_blocked = takes->is_blocked;
    out->version = takes->version;
    struct fault *fault = db_change(work, &sql_account_save, GIVEN(account, out), &account_changed);
    if (fault && fault->type == &db_duplicate)
        return FAULT(work->arena, &account_taken, "number", PARAM("number", takes->number));
    if (fault) return fault;
    out->version++;
    work_changed(work, "account", out->id.n, GIVEN(account, &before), GIVEN(account, out));
    return NULL;
}
CALLABLE(account_change, account_change, account);

static struct fault *period_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                 struct periods *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_period_list, NONE, query, INTO_LIST(period, rows), next);
}
LISTABLE(period_list, nothing, period, periods);

struct period_close { period_id id; int64_t version; };
RECORD(period_close, { ID(struct period_close, id), FIELD(struct period_close, version, .min = 1, .max = EXACT_MAX) });
static struct fault *period_close(struct work *work, const struct period_close *takes, struct period *out)
{
    struct period before = { 0 };
    TRY(db_one(work, &sql_period_by_id, BY_ID(takes->id), INTO(period, &before), &period_missing));
    if (before.to_on.ymd >= work->today.ymd) return FAULT(work->arena, &period_early, NULL, PARAM("name", before.name));
    TRY(db_change(work, &sql_period_close, GIVEN(period_close, takes), &period_shut));
    TRY(db_one(work, &sql_period_by_id, BY_ID(takes->id), INTO(period, out), &period_missing));
    work_changed(work, "period", takes->id.n, GIVEN(period, &before), GIVEN(period, out));
    return NULL;
}
CALLABLE(period_close, period_close, period);

struct balance_takes { struct date from_on, to_on; };
RECORD(balance_takes, { FIELD(struct balance_takes, from_on), FIELD(struct balance_takes, to_on) });
struct balance_row {
    account_id id;
    struct str number, name;
    enum account_kind kind;
    struct str rgs_code;
    int64_t debit_minor, credit_minor, balance_minor;
};
RECORD(balance_row, {
    ID(struct balance_row, id),
    FIELD(struct balance_row, number),
    FIELD(struct balance_row, name),
    FIELD(struct balance_row, kind, CHOICES(kinds)),
    FIELD(struct balance_row, rgs_code, OPTIONAL),
    AMOUNT(struct balance_row, debit_minor),
    AMOUNT(struct balance_row, credit_minor),
    AMOUNT(struct balance_row, balance_minor),
});
struct trial_balance { LIST_OF(struct balance_row) accounts; int64_t debit_minor, credit_minor; };
RECORD(trial_balance, {
    LIST(struct trial_balance, accounts, balance_row),
    AMOUNT(struct trial_balance, debit_minor),
    AMOUNT(struct trial_balance, credit_minor),
});
/* Whole months, from the totals that verify proves: it costs the accounts, not the entries. */
static struct fault *trial_balance(struct work *work, const struct balance_takes *takes, struct trial_balance *out)
{
    TRY(db_all(work, &sql_trial_balance, GIVEN(balance_takes, takes), INTO_LIST(balance_row, &out->accounts)));
    for (size_t i = 0; i < out->accounts.count; i++) {
        out->debit_minor += out->accounts.at[i].debit_minor;
        out->credit_minor += out->accounts.at[i].credit_minor;
    }
    return NULL;
}
CALLABLE(trial_balance, balance_takes, trial_balance);

static const struct operation operations[] = {
    { "company add", "POST", "/companies", NULL, OPERATION_NO_COMPANY, &company_add_call, NULL,
      "Add a company with its chart of accounts" },
    { "account list", "GET", "/accounts", "ledger.read", OPERATION_READS, NULL, &account_list_list,
      "List the chart of accounts" },
    { "account add", "POST", "/accounts", "ledger.chart", 0, &account_add_call, NULL, "Add a ledger account" },
    { "account change", "POST", "/accounts/{id}", "ledger.chart", 0, &account_change_call, NULL,
      "Rename, renumber or block a ledger account" },
    { "vat list", "GET", "/vat-codes", "ledger.read", OPERATION_READS, NULL, &vat_code_list_list,
      "List the VAT codes" },
    { "period list", "GET", "/periods", "ledger.read", OPERATION_READS, NULL, &period_list_list,
      "List the periods and which are closed" },
    { "period close", "POST", "/periods/{id}/close", "ledger.close", 0, &period_close_call, NULL,
      "Close a period for good" },
    { "ledger balance", "GET", "/ledger/trial-balance", "ledger.read", OPERATION_READS, &trial_balance_call, NULL,
      "Show the trial balance over whole months" },
};
const struct operation_table ledger_charts = { "ledger", operations, ARRAY_LENGTH(operations) };
