/* Open items, invoices paid before, and opening balances. */
#include "import/import_private.h"

static const struct fault_type import_known_item = {
    FAULT_CONFLICT, "import.known_item",
    "{number} of this customer or supplier is here already; leave the row out, or choose to skip what is known."
};
static const struct fault_type import_item_twice = {
    FAULT_INVALID, "import.item_twice", "Row {row} has this number of the same customer or supplier too."
};
static const struct fault_type import_above_total = {
    FAULT_INVALID, "import.above_total",
    "More is open than the total of {total}, or of the other sign; mend one of the two."
};
static const struct fault_type import_currency = { FAULT_INVALID, "import.currency",
                                                   "{currency} is not a currency of ISO 4217." };
static const struct fault_type import_due_before = { FAULT_INVALID, "import.due_before",
                                                     "The due date is before the invoice date {day}." };
static const struct fault_type import_after_day = {
    FAULT_INVALID, "import.after_day", "This invoice is of a day after {day}, the day of the opening entry; choose a later one."
};
static const struct fault_type import_no_account = {
    FAULT_INVALID, "import.no_account",
    "There is no ledger account with this number; add it to the chart of accounts first."
};
static const struct fault_type import_account_twice = { FAULT_INVALID, "import.account_twice",
                                                        "Row {row} has this account too." };
static const struct fault_type import_blocked = { FAULT_INVALID, "import.blocked_account",
                                                  "This ledger account is blocked." };

/* ---- One invoice ---- */

struct item_parts {
    struct str number, currency;
    int64_t party, total_minor, open_minor, discount_minor;
    struct date due_on;
    enum cash_collect collect;
};

static bool says_credit(struct importing *im)
{
    struct str type = str_lower(im->arena, import_text(im, F_TYPE));
    return str_find(type, "credit") >= 0 || str_is(type, "cn");
}

static enum cash_collect collect_of(struct importing *im)
{
    struct str how = str_lower(im->arena, import_text(im, F_COLLECT));
    if (str_find(how, "incasso") >= 0 || str_find(how, "debit") >= 0 || str_is(how, "ja")) return CASH_DIRECT_DEBIT;
    if (str_find(how, "link") >= 0 || str_find(how, "ideal") >= 0 || str_find(how, "mollie") >= 0) return CASH_PAYMENT_LINK;
    return CASH_TRANSFER;
}

/* What is open and what it was of, positive when the other side owes (or for a supplier: when we do). */
static void take_amounts(struct importing *im, struct item_parts *p)
{
    const struct import_value *v = im->values;
    bool supplier = im->file->kind == IMPORT_PAYABLES;
    int64_t sides = supplier ? v[F_CREDIT].number - v[F_DEBIT].number : v[F_DEBIT].number - v[F_CREDIT].number;
    bool by_sides = v[F_DEBIT].given || v[F_CREDIT].given;
    int64_t open = v[F_OPEN].given ? v[F_OPEN].number : by_sides ? sides : v[F_TOTAL].number;
    int64_t total = v[F_TOTAL].given ? v[F_TOTAL].number : by_sides ? sides : open;
    if (says_credit(im)) {
        if (open > 0) open = -open;
        if (total > 0) total = -total;
    }
    p->open_minor = open, p->total_minor = total;
    bool within = total >= 0 ? open >= 0 && open <= total : open <= 0 && open >= total;
    if (!within && im->file->kind != IMPORT_PAID_INVOICES) {
        int digits = currency_digits(p->currency);
        import_wrong(im, F_OPEN,
                     FAULT(im->arena, &import_above_total, NULL,
                           PARAM("total", minor_format(im->arena, total, digits < 0 ? 2 : digits))));
    }
}

static int64_t terms_of_party(const struct importing *im, int64_t party)
{
    for (size_t low = 0, high = im->parties.count; low < high;) { /* by id */
        size_t middle = (low + high) / 2;
        const struct known_party *p = &im->parties.at[middle];
        if (p->id == party) return im->file->kind == IMPORT_PAYABLES ? p->supplier_terms_days : p->customer_terms_days;
        if (p->id < party) low = middle + 1;
        else high = middle;
    }
    return 30;
}

static void take_days(struct importing *im, struct item_parts *p)
{
    const struct import_value *issued = &im->values[F_ISSUED], *due = &im->values[F_DUE];
    if (!issued->given) return;
    p->due_on = due->given ? due->day : date_add_days(issued->day, (int)terms_of_party(im, p->party));
    if (p->due_on.ymd < issued->day.ymd)
        import_wrong(im, F_DUE, FAULT(im->arena, &import_due_before, NULL, PARAM("day", date_text(im->arena, issued->day))));
    if (issued->day.ymd > im->file->dated_on.ymd && im->file->kind != IMPORT_PAID_INVOICES)
        import_wrong(im, F_ISSUED,
                     FAULT(im->arena, &import_after_day, NULL, PARAM("day", date_text(im->arena, im->file->dated_on))));
}

/* True: this invoice is here, and the row is left out. */
static bool item_known(struct importing *im, const struct item_parts *p)
{
    struct str mark = str_format(im->arena, "%lld %.*s", (long long)p->party, STR_ARG(p->number));
    int64_t other;
    if (import_map_get(&im->item_by_number, mark, &other)) {
        if (!im->file->skip_known)
            import_wrong(im, F_NUMBER, FAULT(im->arena, &import_known_item, NULL, PARAM("number", p->number)));
        return true;
    }
    if (!import_map_put(im->arena, &im->seen, mark, im->row->number) && import_map_get(&im->seen, mark, &other))
        import_wrong(im, F_NUMBER, FAULT(im->arena, &import_item_twice, NULL, PARAM_INT(im->arena, "row", other)));
    return false;
}

static void add_past_item(struct importing *im, const struct item_parts *p)
{
    *LIST_ADD(im->arena, &im->past_items) = (struct cash_past_item){
        .party_id = { p->party }, .number = p->number, .item_key = import_text(im, F_KEY), .currency = p->currency,
        .issued_on = im->values[F_ISSUED].day, .due_on = p->due_on, .total_minor = p->total_minor,
        .payment_reference = import_text(im, F_PAYMENT_REFERENCE), .order_number = import_text(im, F_ORDER),
        .discount_minor = p->discount_minor, .discount_until = im->values[F_DISCOUNT_UNTIL].day, .collect = p->collect,
        .import_id = im->file->id.n,
    };
    *LIST_ADD(im->arena, &im->line_rows) = im->row->number;
}

static void add_open_item(struct importing *im, const struct item_parts *p)
{
    int sign = im->file->kind == IMPORT_PAYABLES ? -1 : 1;
    int64_t base = p->open_minor;
    if (!p->open_minor) return; /* nothing to book */
    if (!str_equal(p->currency, im->base_currency)) {
        struct fault *fault = ledger_to_base(im->work, p->open_minor, p->currency, im->file->dated_on, &base);
        if (fault) return import_wrong(im, F_CURRENCY, fault);
    }
    if (!int_add(im->total_minor, sign * base, &im->total_minor))
        return import_wrong(im, F_OPEN, FAULT(im->arena, &ledger_too_large, NULL));
    *LIST_ADD(im->arena, &im->lines) = (struct entry_line){
        .base_minor = sign * base, .currency = p->currency, .amount_minor = sign * p->open_minor, .party_id = { p->party },
        .item_kind = ITEM_OPENING, .reference = p->number, .due_on = p->due_on, .description = import_text(im, F_DESCRIPTION),
    };
    *LIST_ADD(im->arena, &im->facts) = (struct cash_fact){
        .item_key = import_text(im, F_KEY), .issued_on = im->values[F_ISSUED].day, .total_minor = sign * p->total_minor,
        .payment_reference = import_text(im, F_PAYMENT_REFERENCE), .order_number = import_text(im, F_ORDER),
        .discount_minor = sign * p->discount_minor, .discount_until = im->values[F_DISCOUNT_UNTIL].day, .collect = p->collect,
        .import_id = im->file->id.n,
    };
    *LIST_ADD(im->arena, &im->line_rows) = im->row->number;
}

void import_item_row(struct importing *im)
{
    struct item_parts p = { .number = import_text(im, F_NUMBER),
                            .currency = import_text(im, F_CURRENCY),
                            .collect = collect_of(im) };
    p.currency = p.currency.length ? str_upper(im->arena, p.currency) : im->base_currency;
    if (currency_digits(p.currency) < 0)
        import_wrong(im, F_CURRENCY, FAULT(im->arena, &import_currency, NULL, PARAM("currency", p.currency)));
    p.party = import_party_of(im, F_PARTY, true);
    take_amounts(im, &p);
    take_days(im, &p);
    const struct import_value *percent = &im->values[F_DISCOUNT_PERCENT]; /* with four decimals */
    p.discount_minor = im->values[F_DISCOUNT].given ? im->values[F_DISCOUNT].number : 0;
    if (percent->given && !int_mul_div(p.total_minor, percent->number, 1000000, &p.discount_minor)) p.discount_minor = 0;
    if (p.party && p.number.length && item_known(im, &p)) return;
    if (im->row_wrong) return;
    if (im->file->kind == IMPORT_PAID_INVOICES) add_past_item(im, &p);
    else add_open_item(im, &p);
}

/* ---- One account of the opening balance ---- */

/* What stands on receivables and payables comes in as open items; here it goes to the account that those are booked against, so that the
 * two meet and that account ends at nothing. */
void import_balance_row(struct importing *im)
{
    struct str number = import_text(im, F_ACCOUNT);
    const struct import_value *v = im->values;
    int64_t at, minor = v[F_BALANCE].given ? v[F_BALANCE].number : v[F_DEBIT].number - v[F_CREDIT].number;
    if (!number.length) return;
    if (!import_map_get(&im->account_by_number, number, &at))
        return import_wrong(im, F_ACCOUNT, FAULT(im->arena, &import_no_account, NULL));
    const struct account *account = &im->accounts.at[at];
    int64_t other;
    if (account->is_blocked) import_wrong(im, F_ACCOUNT, FAULT(im->arena, &import_blocked, NULL));
    if (!import_map_put(im->arena, &im->seen, number, im->row->number) && import_map_get(&im->seen, number, &other))
        import_wrong(im, F_ACCOUNT, FAULT(im->arena, &import_account_twice, NULL, PARAM_INT(im->arena, "row", other)));
    if (im->row_wrong || !minor || account->control) return;
    if (!int_add(im->total_minor, minor, &im->total_minor))
        return import_wrong(im, F_BALANCE, FAULT(im->arena, &ledger_too_large, NULL));
    *LIST_ADD(im->arena, &im->lines) =
        (struct entry_line){ .account_id = account->id, .base_minor = minor, .description = import_text(im, F_NAME) };
    *LIST_ADD(im->arena, &im->line_rows) = im->row->number;
}

/* ---- Writing ---- */

enum { ENTRY_LINES = 5000 }; /* an entry can still be shown */

/* One opening entry of so many lines, with what makes it balance on the opening account. */
static struct fault *post_part(struct importing *im, account_id opening, struct entry_line *lines, size_t count, int64_t *made)
{
    int64_t sum = 0;
    struct entry_line *all = ARENA_ARRAY(im->arena, struct entry_line, count + 2);
    memcpy(all, lines, count * sizeof *lines);
    for (size_t i = 0; i < count; i++)
        if (!int_add(sum, lines[i].base_minor, &sum)) return FAULT(im->arena, &ledger_too_large, "content");
    struct entry entry = { .journal = JOURNAL_OPENING,
                           .dated_on = im->file->dated_on,
                           .source_kind = STR("import"),
                           .source_id = im->file->id.n,
                           .description = str_format(im->arena, "Import %.*s", STR_ARG(im->file->file_name)) };
    all[count] = (struct entry_line){ .account_id = opening, .base_minor = -sum };
    TRY(ledger_post(im->work, &entry, all, count + 1));
    memcpy(lines, all, count * sizeof *lines); /* with the items they made */
    *made = entry.id.n;
    return NULL;
}

static struct fault *write_facts(struct importing *im)
{
    size_t count = im->lines.count;
    int64_t *ids = ARENA_ARRAY(im->arena, int64_t, count + 1);
    struct str *keys = ARENA_ARRAY(im->arena, struct str, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = im->lines.at[i].item_id.n;
        im->facts.at[i].item_id = im->lines.at[i].item_id;
        keys[i] = im->facts.at[i].item_key;
    }
    TRY(cash_facts_add(im->work, im->facts.at, count));
    TRY(import_made_add(im, "item", ids, im->line_rows.at, count));
    return import_keys_add(im, "item", keys, ids, count);
}

struct fault *import_items_write(struct importing *im)
{
    account_id opening, control = { 0 };
    bool items = im->file->kind != IMPORT_BALANCES;
    TRY(ledger_account_for(im->work, FOR_OPENING, &opening));
    if (items) TRY(ledger_account_for(im->work, im->file->kind == IMPORT_PAYABLES ? FOR_PAYABLES : FOR_RECEIVABLES, &control));
    for (size_t i = 0; i < im->lines.count && items; i++) im->lines.at[i].account_id = control;
    for (size_t from = 0; from < im->lines.count; from += ENTRY_LINES) {
        size_t count = im->lines.count - from < ENTRY_LINES ? im->lines.count - from : ENTRY_LINES;
        int64_t entry;
        TRY(post_part(im, opening, im->lines.at + from, count, &entry));
        TRY(import_made_add(im, "entry", &entry, im->line_rows.at + from, 1));
    }
    im->file->made_count = (int64_t)im->lines.count;
    im->file->total_minor = im->total_minor;
    return items ? write_facts(im) : NULL;
}
