#include "ledger/ledger_private.h"
#include "search/search.h"
#include "ledger.sql.h"

const struct fault_type ledger_unbalanced = { FAULT_INVALID, "ledger.unbalanced",
                                              "Debit and credit differ by {difference}; they must be equal." };
const struct fault_type ledger_too_large = { FAULT_INVALID, "ledger.too_large",
                                             "These amounts are too large to add up." };
const struct fault_type ledger_too_few_lines = { FAULT_INVALID, "ledger.too_few_lines",
                                                 "An entry needs at least two lines." };
const struct fault_type ledger_period_closed = { FAULT_CONFLICT, "ledger.period_closed",
                                                 "The period of {day} is closed; choose a day in an open period." };
const struct fault_type ledger_account_missing = {
    FAULT_MISSING, "ledger.account_missing",
    "There is no ledger account for {account}; add one in the chart of accounts."
};
const struct fault_type ledger_account_blocked = { FAULT_CONFLICT, "ledger.account_blocked",
                                                   "Account {account} is blocked; choose another or unblock it." };
const struct fault_type ledger_party_missing = {
    FAULT_INVALID, "ledger.party_missing",
    "A line on account {account} must name the customer or supplier, a reference and a due date."
};
const struct fault_type ledger_currency_mixed = {
    FAULT_INVALID, "ledger.currency_mixed",
    "These amounts are in different currencies, or the amount in {currency} does not fit its value in the base currency."
};
const struct fault_type ledger_already_reversed = { FAULT_CONFLICT, "ledger.already_reversed",
                                                    "This entry has been reversed already." };
const struct fault_type ledger_reversal_settled = {
    FAULT_CONFLICT, "ledger.reversal_settled",
    "Item {reference} of this entry has been settled; take the settlement back first."
};

static const char *const account_kinds[] = { NULL, "asset", "liability", "equity", "income", "expense" };
static const char *const account_controls[] = { NULL, "receivables", "payables" };
static const char *const journals[] = { NULL, "opening", "purchase", "sale", "bank", "payment", "memorial" };
static const char *const item_kinds[] = { NULL, "invoice", "credit_note", "payment", "difference", "opening" };

RECORD(account, {
    ID(struct account, id, .sort = true, .filter = true),
    FIELD(struct account, number, .min = 1, .max = 20, .filter = true, .sort = true),
    FIELD(struct account, name, .min = 1, .max = 200, .filter = true, .sort = true),
    FIELD(struct account, kind, CHOICES(account_kinds), .filter = true),
    FIELD(struct account, control, CHOICES(account_controls), OPTIONAL, .filter = true),
    FIELD(struct account, purpose, .max = 40, OPTIONAL, .about = "what the program books here by itself"),
    FIELD(struct account, rgs_code, .max = 40, OPTIONAL, .filter = true, .about = "Referentie Grootboekschema"),
    FIELD(struct account, is_blocked, OPTIONAL, .filter = true),
    FIELD(struct account, version, OPTIONAL),
});
RECORD(entry, {
    ID(struct entry, id, .sort = true),
    FIELD(struct entry, number, .filter = true, .sort = true),
    FIELD(struct entry, journal, CHOICES(journals), .filter = true),
    FIELD(struct entry, dated_on, .filter = true, .sort = true),
    FIELD(struct entry, source_kind, .max = 40, .filter = true),
    FIELD(struct entry, source_id, .filter = true),
    FIELD(struct entry, description, .max = 500, .filter = true),
    ID(struct entry, reverses_id, OPTIONAL),
    FIELD(struct entry, recorded_at),
    FIELD(struct entry, user_id),
});
RECORD(entry_line_row, {
    ID(struct entry_line_row, entry_id),
    FIELD(struct entry_line_row, line_no),
    ID(struct entry_line_row, account_id),
    FIELD(struct entry_line_row, dated_on),
    AMOUNT(struct entry_line_row, base_minor),
    FIELD(struct entry_line_row, currency),
    AMOUNT(struct entry_line_row, amount_minor, .currency = "currency"),
    ID(struct entry_line_row, party_id, OPTIONAL),
    ID(struct entry_line_row, vat_code_id, OPTIONAL),
    AMOUNT(struct entry_line_row, vat_base_minor),
    FIELD(struct entry_line_row, cost_center, OPTIONAL),
    FIELD(struct entry_line_row, description, OPTIONAL),
});
RECORD(open_item_row, {
    ID(struct open_item_row, id),
    ID(struct open_item_row, account_id),
    ID(struct open_item_row, party_id),
    FIELD(struct open_item_row, kind, CHOICES(item_kinds)),
    FIELD(struct open_item_row, source_kind),
    FIELD(struct open_item_row, source_id),
    ID(struct open_item_row, entry_id),
    FIELD(struct open_item_row, line_no),
    FIELD(struct open_item_row, reference),
    FIELD(struct open_item_row, dated_on),
    FIELD(struct open_item_row, due_on),
    FIELD(struct open_item_row, currency),
    AMOUNT(struct open_item_row, amount_minor, .currency = "currency"),
    AMOUNT(struct open_item_row, base_minor),
    FIELD(struct open_item_row, recorded_at),
});
RECORD(open_item, {
    ID(struct open_item, id, .sort = true),
    ID(struct open_item, account_id, .filter = true),
    ID(struct open_item, party_id, .filter = true),
    FIELD(struct open_item, kind, CHOICES(item_kinds), .filter = true),
    FIELD(struct open_item, source_kind, .filter = true),
    FIELD(struct open_item, source_id, .filter = true),
    ID(struct open_item, entry_id),
    FIELD(struct open_item, reference, .filter = true),
    FIELD(struct open_item, dated_on, .filter = true, .sort = true),
    FIELD(struct open_item, due_on, .filter = true, .sort = true),
    FIELD(struct open_item, currency, .filter = true),
    AMOUNT(struct open_item, amount_minor, .currency = "currency", .filter = true, .sort = true),
    AMOUNT(struct open_item, base_minor),
    AMOUNT(struct open_item, rest_minor, .currency = "currency", .filter = true, .sort = true),
    AMOUNT(struct open_item, rest_base_minor, .filter = true, .sort = true),
    FIELD(struct open_item, control, CHOICES(account_controls), OPTIONAL, .filter = true),
});
RECORD(by_id, { FIELD(struct by_id, id) });

struct purpose { struct str purpose; };
RECORD(purpose, { FIELD(struct purpose, purpose) });
struct number_key { struct str number; };
RECORD(number_key, { FIELD(struct number_key, number) });
struct month {
    account_id account_id;
    struct date month_on;
    int64_t debit_minor, credit_minor, line_count;
};
RECORD(month, { ID(struct month, account_id), FIELD(struct month, month_on), AMOUNT(struct month, debit_minor),
                AMOUNT(struct month, credit_minor), FIELD(struct month, line_count) });
struct due {
    account_id account_id;
    struct date due_on;
    int64_t base_minor, item_count;
};
RECORD(due, { ID(struct due, account_id), FIELD(struct due, due_on), AMOUNT(struct due, base_minor),
              FIELD(struct due, item_count) });
struct currency_row {
    struct str currency;
};
RECORD(currency_row, { FIELD(struct currency_row, currency) });
struct period_day { struct date dated_on; };
RECORD(period_day, { FIELD(struct period_day, dated_on) });
struct period_state {
    int64_t id;
    struct str name;
    struct date from_on, to_on;
    struct instant closed_at;
    int64_t closed_by, version;
};
RECORD(period_state, {
    FIELD(struct period_state, id),
    FIELD(struct period_state, name),
    FIELD(struct period_state, from_on),
    FIELD(struct period_state, to_on),
    FIELD(struct period_state, closed_at, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct period_state, closed_by, OPTIONAL),
    FIELD(struct period_state, version),
});

struct fault *ledger_account_for(struct work *work, const char *purpose, account_id *id)
{
    struct account account = { 0 };
    bool found;
    TRY(db_find(work, &sql_account_by_purpose, GIVEN(purpose, (&(struct purpose){ str_of(purpose) })),
                INTO(account, &account), &found));
    if (!found) return FAULT(work->arena, &ledger_account_missing, NULL, PARAM("account", str_of(purpose)));
    *id = account.id;
    return NULL;
}

struct fault *ledger_account_load(struct work *work, account_id id, struct account *account)
{
    bool found;
    TRY(db_find(work, &sql_account_by_id, BY_ID(id), INTO(account, account), &found));
    if (!found)
        return FAULT(work->arena, &ledger_account_missing, "account_id",
                     PARAM("account", str_from_int(work->arena, id.n)));
    return NULL;
}

struct fault *ledger_account_by_number(struct work *work, struct str number, struct account *account)
{
    bool found;
    TRY(db_find(work, &sql_account_by_number, GIVEN(number_key, (&(struct number_key){ number })),
                INTO(account, account), &found));
    if (!found) return FAULT(work->arena, &ledger_account_missing, "account", PARAM("account", number));
    return NULL;
}

struct fault *ledger_base_currency(struct work *work, struct str *currency)
{
    struct currency_row row = { 0 };
    TRY(db_one(work, &sql_base_currency, NONE, INTO(currency_row, &row), &db_broken));
    *currency = row.currency;
    return NULL;
}

struct fault *ledger_check_open(struct work *work, struct date on, const char *field)
{
    struct period_state period = { 0 };
    bool found;
    TRY(db_find(work, &sql_period_at, GIVEN(period_day, (&(struct period_day){ on })), INTO(period_state, &period), &found));
    if (found && period.closed_at.us)
        return FAULT(work->arena, &ledger_period_closed, field, PARAM("day", date_text(work->arena, on)));
    return NULL;
}

struct fault *ledger_check_day(struct work *work, struct date day) { return ledger_check_open(work, day, "dated_on"); }

struct balance { int64_t balance_minor; };
RECORD(balance, { FIELD(struct balance, balance_minor) });

struct fault *ledger_account_balance(struct work *work, account_id id, int64_t *balance_minor)
{
    struct balance balance = { 0 };
    TRY(db_one(work, &sql_account_balance, BY_ID(id), INTO(balance, &balance), &db_broken));
    *balance_minor = balance.balance_minor;
    return NULL;
}

RECORD(account_amount, {
    FIELD(struct account_amount, currency),
    AMOUNT(struct account_amount, amount_minor, .currency = "currency"),
    AMOUNT(struct account_amount, base_minor),
});

struct fault *ledger_account_amounts(struct work *work, account_id id, struct account_amounts *amounts)
{
    return db_all(work, &sql_account_amounts, BY_ID(id), INTO_LIST(account_amount, amounts));
}

/* ---- Posting ---- */

/* What the lines alone tell: enough of them, base currency agrees, the sum is zero. */
static struct fault *check_lines(struct work *work, struct str base, struct entry_line *lines, size_t count)
{
    int64_t sum_minor = 0;
    if (count < 2) return FAULT(work->arena, &ledger_too_few_lines, "lines");
    for (size_t i = 0; i < count; i++) {
        struct entry_line *line = &lines[i];
        if (!line->currency.at || str_equal(line->currency, base)) {
            line->currency = base;
            line->amount_minor = line->base_minor;
        }
        bool same_sign = (line->base_minor >= 0 || line->amount_minor <= 0) && (line->base_minor <= 0 || line->amount_minor >= 0);
        if (!same_sign || currency_digits(line->currency) < 0)
            return FAULT(work->arena, &ledger_currency_mixed, "lines", PARAM("currency", line->currency));
        if (!int_add(sum_minor, line->base_minor, &sum_minor) || line->base_minor > EXACT_MAX || line->base_minor < -EXACT_MAX)
            return FAULT(work->arena, &ledger_too_large, "lines");
    }
    if (sum_minor)
        return FAULT(work->arena, &ledger_unbalanced, "lines",
                     PARAM("difference", minor_format(work->arena, sum_minor, currency_digits(base))));
    return NULL;
}

static struct fault *check_account(struct work *work, const struct entry_line *line, const struct account *account)
{
    if (account->is_blocked) return FAULT(work->arena, &ledger_account_blocked, "lines", PARAM("account", account->number));
    if (account->control && (!line->party_id.n || !line->item_kind || !line->due_on.ymd || !line->reference.at))
        return FAULT(work->arena, &ledger_party_missing, "lines", PARAM("account", account->number));
    return NULL;
}

/* What an entry writes, gathered so that each table gets its rows in one run and each account and due day one sum. */
struct posting {
    struct work *work;
    const struct entry *entry;
    struct entry_line_row *rows;
    LIST_OF(struct account) accounts;
    LIST_OF(struct month) months; /* side by side with the accounts */
    LIST_OF(struct open_item_row) items;
    struct due *dues;
    size_t due_count;
};

/* The place of the account among those of this entry; looked up once each. */
static struct fault *account_of(struct posting *p, account_id id, size_t *at)
{
    for (*at = 0; *at < p->accounts.count; ++*at)
        if (p->accounts.at[*at].id.n == id.n) return NULL;
    struct account account = { 0 };
    TRY(ledger_account_load(p->work, id, &account));
    *LIST_ADD(p->work->arena, &p->accounts) = account;
    *LIST_ADD(p->work->arena, &p->months) =
        (struct month){ .account_id = id, .month_on = { p->entry->dated_on.ymd / 100 * 100 + 1 } };
    return NULL;
}

static struct fault *gather_line(struct posting *p, struct entry_line *line, int64_t line_no)
{
    const struct entry *entry = p->entry;
    size_t at;
    TRY(account_of(p, line->account_id, &at));
    TRY(check_account(p->work, line, &p->accounts.at[at]));
    p->rows[line_no - 1] = (struct entry_line_row){
        .entry_id = entry->id, .line_no = line_no, .account_id = line->account_id, .dated_on = entry->dated_on,
        .base_minor = line->base_minor, .currency = line->currency, .amount_minor = line->amount_minor,
        .party_id = line->party_id, .vat_code_id = line->vat_code_id, .vat_base_minor = line->vat_base_minor,
        .cost_center = line->cost_center, .description = line->description,
    };
    struct month *month = &p->months.at[at];
    int64_t *side = line->base_minor > 0 ? &month->debit_minor : &month->credit_minor;
    month->line_count++;
    if (!int_add(*side, line->base_minor > 0 ? line->base_minor : -line->base_minor, side))
        return FAULT(p->work->arena, &ledger_too_large, "lines");
    if (!p->accounts.at[at].control) return NULL;
    line->item_id.n = id_new(p->work);
    *LIST_ADD(p->work->arena, &p->items) = (struct open_item_row){
        .id = line->item_id, .account_id = line->account_id, .party_id = line->party_id, .kind = line->item_kind,
        .source_kind = entry->source_kind, .source_id = entry->source_id, .entry_id = entry->id, .line_no = line_no,
        .reference = line->reference, .dated_on = entry->dated_on, .due_on = line->due_on, .currency = line->currency,
        .amount_minor = line->amount_minor, .base_minor = line->base_minor, .recorded_at = p->work->now,
    };
    return NULL;
}

static int by_due(const void *a, const void *b)
{
    const struct due *x = a, *y = b;
    if (x->account_id.n != y->account_id.n) return x->account_id.n < y->account_id.n ? -1 : 1;
    return x->due_on.ymd < y->due_on.ymd ? -1 : x->due_on.ymd > y->due_on.ymd;
}

static struct fault *sum_dues(struct posting *p)
{
    p->dues = ARENA_ARRAY(p->work->arena, struct due, p->items.count);
    for (size_t i = 0; i < p->items.count; i++)
        p->dues[i] = (struct due){ p->items.at[i].account_id, p->items.at[i].due_on, p->items.at[i].base_minor, 1 };
    qsort(p->dues, p->items.count, sizeof *p->dues, by_due);
    for (size_t i = 0; i < p->items.count; i++) {
        struct due *last = p->due_count ? &p->dues[p->due_count - 1] : NULL;
        if (!last || by_due(last, &p->dues[i])) p->dues[p->due_count++] = p->dues[i];
        else if (last->item_count++, !int_add(last->base_minor, p->dues[i].base_minor, &last->base_minor))
            return FAULT(p->work->arena, &ledger_too_large, "lines");
    }
    return NULL;
}

struct fault *ledger_post(struct work *work, struct entry *entry, struct entry_line *lines, size_t count)
{
    struct str base = { 0 };
    TRY(ledger_base_currency(work, &base));
    TRY(check_lines(work, base, lines, count));
    TRY(ledger_check_open(work, entry->dated_on, "dated_on"));
    if (!entry->id.n) entry->id.n = id_new(work);
    entry->recorded_at = work->now;
    entry->user_id = work->user_id;
    struct posting p = { .work = work, .entry = entry, .rows = ARENA_ARRAY(work->arena, struct entry_line_row, count) };
    for (size_t i = 0; i < count; i++) TRY(gather_line(&p, &lines[i], (int64_t)i + 1));
    TRY(sum_dues(&p));
    TRY(ledger_number_next(work, "entry", "entry", entry->id.n, &entry->number));
    TRY(db_run(work, &sql_entry_add, GIVEN(entry, entry)));
    TRY(db_run_each(work, &sql_entry_line_add, GIVEN(entry_line_row, p.rows), count));
    TRY(db_run_each(work, &sql_month_add, GIVEN(month, p.months.at), p.months.count));
    if (!p.items.count) return NULL;
    TRY(db_run_each(work, &sql_item_add, GIVEN(open_item_row, p.items.at), p.items.count));
    TRY(db_run_each(work, &sql_rest_add, GIVEN(open_item_row, p.items.at), p.items.count));
    return db_run_each(work, &sql_due_add, GIVEN(due, p.dues), p.due_count);
}

/* ---- Reversal ---- */

struct line_shown { /* an entry's line with what stands beside it */
    struct { int64_t n; } entry_id;
    int64_t line_no;
    struct { int64_t n; } account_id;
    struct date dated_on;
    int64_t base_minor;
    struct str currency;
    int64_t amount_minor;
    struct { int64_t n; } party_id, vat_code_id;
    int64_t vat_base_minor;
    struct str cost_center, description;
    enum item_kind item_kind;
    struct str reference;
    struct date due_on;
    struct { int64_t n; } item_id;
    struct str account_number, account_name;
};
LIST_STRUCT(lines_shown, struct line_shown);
RECORD(line_shown, {
    ID(struct line_shown, entry_id),
    FIELD(struct line_shown, line_no),
    ID(struct line_shown, account_id),
    FIELD(struct line_shown, dated_on),
    AMOUNT(struct line_shown, base_minor),
    FIELD(struct line_shown, currency),
    AMOUNT(struct line_shown, amount_minor, .currency = "currency"),
    ID(struct line_shown, party_id, OPTIONAL),
    ID(struct line_shown, vat_code_id, OPTIONAL),
    AMOUNT(struct line_shown, vat_base_minor),
    FIELD(struct line_shown, cost_center, OPTIONAL),
    FIELD(struct line_shown, description, OPTIONAL),
    FIELD(struct line_shown, item_kind, CHOICES(item_kinds), OPTIONAL),
    FIELD(struct line_shown, reference, OPTIONAL),
    FIELD(struct line_shown, due_on, OPTIONAL),
    ID(struct line_shown, item_id, OPTIONAL),
    FIELD(struct line_shown, account_number),
    FIELD(struct line_shown, account_name),
});

static struct entry_line turned(const struct line_shown *l)
{
    return (struct entry_line){
        .account_id = { l->account_id.n },
        .base_minor = -l->base_minor,
        .currency = l->currency,
        .amount_minor = -l->amount_minor,
        .party_id = { l->party_id.n },
        .vat_code_id = { l->vat_code_id.n },
        .vat_base_minor = -l->vat_base_minor,
        .cost_center = l->cost_center,
        .description = l->description,
        .item_kind = l->item_kind,
        .reference = l->reference,
        .due_on = l->due_on,
    };
}

/* The original's items must be open in full: a settled one has money on it that the reversal would orphan. */
static struct fault *check_untouched(struct work *work, const struct lines_shown *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        struct open_item item = { 0 };
        if (!lines->at[i].item_id.n) continue;
        TRY(ledger_item_load(work, (item_id){ lines->at[i].item_id.n }, &item));
        if (item.rest_minor != item.amount_minor || item.rest_base_minor != item.base_minor)
            return FAULT(work->arena, &ledger_reversal_settled, NULL, PARAM("reference", item.reference));
    }
    return NULL;
}

struct fault *ledger_reverse(struct work *work, entry_id id, struct date dated_on, struct str why, struct entry *reversal)
{
    struct entry entry = { 0 };
    struct lines_shown shown = { 0 };
    bool found;
    TRY(db_one(work, &sql_entry_by_id, BY_ID(id), INTO(entry, &entry), &ledger_account_missing));
    TRY(db_find(work, &sql_entry_reversal, BY_ID(id), INTO(entry, reversal), &found));
    if (found) return FAULT(work->arena, &ledger_already_reversed, NULL);
    TRY(db_all(work, &sql_entry_lines, BY_ID(id), INTO_LIST(line_shown, &shown)));
    TRY(check_untouched(work, &shown));
    struct entry_line *lines = ARENA_ARRAY(work->arena, struct entry_line, shown.count);
    for (size_t i = 0; i < shown.count; i++) lines[i] = turned(&shown.at[i]);
    *reversal = (struct entry){
        .journal = entry.journal, .dated_on = dated_on, .source_kind = entry.source_kind, .source_id = entry.source_id,
        .description = str_format(work->arena, "%.*s: %.*s", STR_ARG(why), STR_ARG(entry.description)), .reverses_id = id,
    };
    TRY(ledger_post(work, reversal, lines, shown.count));
    for (size_t i = 0; i < shown.count; i++) {
        const struct line_shown *l = &shown.at[i];
        if (!l->item_id.n) continue;
        const struct settle_part parts[] = { { { l->item_id.n }, l->amount_minor }, { lines[i].item_id, -l->amount_minor } };
        struct settlement settlement = { .effective_on = dated_on, .reason = why };
        TRY(ledger_settle(work, &settlement, parts, 2));
    }
    return NULL;
}

/* ---- Operations on entries ---- */

struct entry_shown { struct entry entry; struct lines_shown lines; };
RECORD(entry_shown, { PART(struct entry_shown, entry, entry), LIST(struct entry_shown, lines, line_shown) });
struct entry_show { entry_id id; };
RECORD(entry_show, { ID(struct entry_show, id) });
LIST_STRUCT(entry_rows, struct entry);

static struct fault *entry_show(struct work *work, const struct entry_show *takes, struct entry_shown *out)
{
    TRY(db_one(work, &sql_entry_by_id, BY_ID(takes->id), INTO(entry, &out->entry), &ledger_account_missing));
    return db_all(work, &sql_entry_lines, BY_ID(takes->id), INTO_LIST(line_shown, &out->lines));
}
CALLABLE(entry_show, entry_show, entry_shown);

static struct fault *entry_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                struct entry_rows *rows, struct str *next)
{
    (void)takes;
    static const char *const words[] = { "description", NULL };
    static const char *const indexed[] = { "journal", "dated_on", "source_kind", NULL };
    static const char *const paired[] = { "journal number", NULL };
    static const struct search_fields fields = { SEARCH_ENTRY, words, NULL, &sql_entry_plain, NULL, indexed, NULL, paired };
    return search_list(work, &fields, &sql_entry_list, NONE, query, INTO_LIST(entry, rows), next);
}
LISTABLE(entry_list, nothing, entry, entry_rows);

struct memorial_line {
    struct str account;
    int64_t base_minor;
    struct str description;
};
RECORD(memorial_line, {
    FIELD(struct memorial_line, account, .min = 1, .max = 20, .about = "number of a ledger account"),
    AMOUNT(struct memorial_line, base_minor, .about = "debit positive, credit negative, in the base currency"),
    FIELD(struct memorial_line, description, .max = 500, OPTIONAL),
});
struct entry_post {
    struct date dated_on;
    struct str description;
    LIST_OF(struct memorial_line) lines;
};
RECORD(entry_post, {
    FIELD(struct entry_post, dated_on),
    FIELD(struct entry_post, description, .min = 1, .max = 500),
    LIST(struct entry_post, lines, memorial_line, .min = 2, .max = 500),
});

static struct fault *entry_post(struct work *work, const struct entry_post *takes, struct entry_shown *out)
{
    struct entry_line *lines = ARENA_ARRAY(work->arena, struct entry_line, takes->lines.count);
    out->entry = (struct entry){ .id = { id_new(work) }, .journal = JOURNAL_MEMORIAL, .dated_on = takes->dated_on,
                                 .source_kind = STR("memorial"), .description = takes->description };
    out->entry.source_id = out->entry.id.n;
    for (size_t i = 0; i < takes->lines.count; i++) {
        struct account account = { 0 };
        TRY(ledger_account_by_number(work, takes->lines.at[i].account, &account));
        lines[i] = (struct entry_line){ .account_id = account.id,
                                        .base_minor = takes->lines.at[i].base_minor,
                                        .description = takes->lines.at[i].description };
    }
    TRY(ledger_post(work, &out->entry, lines, takes->lines.count));
    work_changed(work, "entry", out->entry.id.n, (struct given){ &entry_record, NULL }, GIVEN(entry, &out->entry));
    return db_all(work, &sql_entry_lines, BY_ID(out->entry.id), INTO_LIST(line_shown, &out->lines));
}
CALLABLE(entry_post, entry_post, entry_shown);

struct entry_reverse {
    entry_id id;
    struct date dated_on;
    struct str why;
};
RECORD(entry_reverse, { ID(struct entry_reverse, id), FIELD(struct entry_reverse, dated_on),
                        FIELD(struct entry_reverse, why, .min = 3, .max = 200) });

static const struct fault_type entry_not_memorial = {
    FAULT_CONFLICT, "ledger.not_memorial",
    "This entry belongs to {source}; take that back there, and its entry is reversed with it."
};

static struct fault *entry_reverse(struct work *work, const struct entry_reverse *takes, struct entry_shown *out)
{
    struct entry original = { 0 };
    TRY(db_one(work, &sql_entry_by_id, BY_ID(takes->id), INTO(entry, &original), &ledger_account_missing));
    if (original.journal != JOURNAL_MEMORIAL)
        return FAULT(work->arena, &entry_not_memorial, NULL, PARAM("source", original.source_kind));
    TRY(ledger_reverse(work, takes->id, takes->dated_on, takes->why, &out->entry));
    work_changed(work, "entry", out->entry.id.n, (struct given){ &entry_record, NULL }, GIVEN(entry, &out->entry));
    return db_all(work, &sql_entry_lines, BY_ID(out->entry.id), INTO_LIST(line_shown, &out->lines));
}
CALLABLE(entry_reverse, entry_reverse, entry_shown);

static const struct operation operations[] = {
    { "entry show", "GET", "/entries/{id}", "ledger.read", OPERATION_READS, &entry_show_call, NULL,
      "Show an entry with its lines" },
    { "entry list", "GET", "/entries", "ledger.read", OPERATION_READS, NULL, &entry_list_list, "List the journal" },
    { "entry post", "POST", "/entries", "ledger.post", 0, &entry_post_call, NULL, "Post a memorial entry" },
    { "entry reverse", "POST", "/entries/{id}/reverse", "ledger.post", 0, &entry_reverse_call, NULL, "Reverse a memorial entry" },
};
const struct operation_table ledger_entries = { "ledger", operations, ARRAY_LENGTH(operations) };
