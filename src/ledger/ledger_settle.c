#include "ledger/ledger_private.h"
#include "search/search.h"
#include "ledger.sql.h"

const struct fault_type ledger_item_missing = { FAULT_MISSING, "ledger.item_missing", "There is no open item {id}." };
const struct fault_type ledger_over_allocated = {
    FAULT_CONFLICT, "ledger.over_allocated",
    "Item {reference} has {rest} {currency} open; {amount} is more than that, or of the other sign."
};
const struct fault_type ledger_allocation_missing = {
    FAULT_MISSING, "ledger.allocation_missing", "There is no such settlement, or it has been taken back already."
};
const struct fault_type ledger_not_one_party = {
    FAULT_INVALID, "ledger.not_one_party",
    "Items that settle each other must be of one customer or supplier and on one account."
};

const struct fault_type ledger_not_in_currency = {
    FAULT_INVALID, "ledger.not_in_currency", "An amount in {currency} has at most {digits} decimals and 15 digits."
};

RECORD(allocation_line, {
    ID(struct allocation_line, allocation_id),
    ID(struct allocation_line, item_id),
    FIELD(struct allocation_line, effective_on),
    FIELD(struct allocation_line, recorded_at),
    AMOUNT(struct allocation_line, amount_minor),
    AMOUNT(struct allocation_line, base_minor),
});
struct allocation {
    allocation_id id;
    struct date effective_on;
    struct instant recorded_at;
    int64_t user_id;
    struct str reason, evidence;
    allocation_id reverses_id;
};
RECORD(allocation, {
    ID(struct allocation, id),
    FIELD(struct allocation, effective_on),
    FIELD(struct allocation, recorded_at),
    FIELD(struct allocation, user_id, OPTIONAL),
    FIELD(struct allocation, reason, .min = 1, .max = 500),
    JSON(struct allocation, evidence, OPTIONAL),
    ID(struct allocation, reverses_id, OPTIONAL),
});
RECORD(item_settlement, {
    ID(struct item_settlement, id),
    ID(struct item_settlement, item_id),
    FIELD(struct item_settlement, effective_on),
    AMOUNT(struct item_settlement, amount_minor),
    FIELD(struct item_settlement, reason),
    JSON(struct item_settlement, evidence, OPTIONAL),
});
struct item_source { struct str source_kind; int64_t source_id; };
RECORD(item_source, { FIELD(struct item_source, source_kind), FIELD(struct item_source, source_id) });
static const char *const controls[] = { NULL, "receivables", "payables" };
struct items_of { enum account_control control; party_id party_id; struct date as_of; struct instant known_at; };
RECORD(items_of, {
    FIELD(struct items_of, control, CHOICES(controls)), ID(struct items_of, party_id, OPTIONAL),
    FIELD(struct items_of, as_of, OPTIONAL), FIELD(struct items_of, known_at, OPTIONAL),
});

struct fault *ledger_item_load(struct work *work, item_id id, struct open_item *item)
{
    bool found;
    TRY(db_find(work, &sql_item_by_id, BY_ID(id), INTO(open_item, item), &found));
    if (!found) return FAULT(work->arena, &ledger_item_missing, "item_id", PARAM("id", str_from_int(work->arena, id.n)));
    return NULL;
}

struct fault *ledger_item_by_source(struct work *work, const char *source_kind, int64_t source_id,
                                    struct open_item *item, bool *found)
{
    const struct item_source source = { str_of(source_kind), source_id };
    return db_find(work, &sql_item_by_source, GIVEN(item_source, &source), INTO(open_item, item), found);
}

struct fault *ledger_open_items(struct work *work, enum account_control control, party_id party, struct open_items *items)
{
    const struct items_of of = { .control = control, .party_id = party };
    return db_all(work, &sql_items_open, GIVEN(items_of, &of), INTO_LIST(open_item, items));
}

struct fault *ledger_open_items_as_of(struct work *work, enum account_control control, party_id party, struct date as_of,
                                      struct instant known_at, struct open_items *items)
{
    const struct items_of of = { control, party, as_of, known_at.us ? known_at : (struct instant){ INT64_MAX / 2 } };
    return db_all(work, &sql_items_as_of, GIVEN(items_of, &of), INTO_LIST(open_item, items));
}

struct fault *ledger_item_settlements(struct work *work, item_id id, struct item_settlements *settlements)
{
    return db_all(work, &sql_item_settlements, BY_ID(id), INTO_LIST(item_settlement, settlements));
}

struct fault *ledger_all_items(struct work *work, enum account_control control, struct open_items *items)
{
    const struct items_of of = { .control = control };
    return db_all(work, &sql_items_all, GIVEN(items_of, &of), INTO_LIST(open_item, items));
}

struct fault *ledger_items_of_entry(struct work *work, entry_id entry, struct open_items *items)
{
    return db_all(work, &sql_entry_items, BY_ID(entry), INTO_LIST(open_item, items));
}

struct fault *ledger_settlement_parts(struct work *work, allocation_id id, struct settle_parts *parts)
{
    struct allocation_lines lines = { 0 };
    TRY(db_all(work, &sql_allocation_lines, BY_ID(id), INTO_LIST(allocation_line, &lines)));
    for (size_t i = 0; i < lines.count; i++)
        *LIST_ADD(work->arena, parts) = (struct settle_part){ lines.at[i].item_id, lines.at[i].amount_minor };
    return NULL;
}

/* ---- Settling ---- */

static struct fault *over(struct work *work, const struct open_item *item, int64_t amount_minor)
{
    int digits = currency_digits(item->currency);
    return FAULT(work->arena, &ledger_over_allocated, "parts", PARAM("reference", item->reference),
                 PARAM("rest", minor_format(work->arena, item->rest_minor, digits)), PARAM("currency", item->currency),
                 PARAM("amount", minor_format(work->arena, amount_minor, digits)));
}

/* Loads the items and says what each part takes of its item's base amount. */
static struct fault *take_parts(struct work *work, const struct settle_part *parts, size_t count, struct open_item *items,
                                struct allocation_line *lines, int64_t *base_left_minor)
{
    int64_t sum_minor = 0;
    *base_left_minor = 0;
    for (size_t i = 0; i < count; i++) {
        struct open_item *item = &items[i];
        int64_t amount = parts[i].amount_minor, base;
        TRY(ledger_item_load(work, parts[i].item_id, item));
        if (!item->control || item->account_id.n != items[0].account_id.n || item->party_id.n != items[0].party_id.n)
            return FAULT(work->arena, &ledger_not_one_party, "parts");
        if (!str_equal(item->currency, items[0].currency))
            return FAULT(work->arena, &ledger_currency_mixed, "parts", PARAM("currency", item->currency));
        for (size_t k = 0; k < i; k++)
            if (items[k].id.n == item->id.n) return over(work, item, amount);
        bool within = item->rest_minor >= 0 ? amount >= 0 && amount <= item->rest_minor
                                            : amount <= 0 && amount >= item->rest_minor;
        if (!within || (!amount && item->rest_minor)) return over(work, item, amount);
        if (amount == item->rest_minor) base = item->rest_base_minor;
        else if (!int_mul_div(item->rest_base_minor, amount, item->rest_minor, &base)) return over(work, item, amount);
        lines[i] = (struct allocation_line){ .item_id = item->id, .amount_minor = amount, .base_minor = base };
        if (!int_add(sum_minor, amount, &sum_minor) || !int_add(*base_left_minor, base, base_left_minor))
            return FAULT(work->arena, &ledger_too_large, "parts");
    }
    if (sum_minor)
        return FAULT(work->arena, &ledger_unbalanced, "parts",
                     PARAM("difference", minor_format(work->arena, sum_minor, currency_digits(items[0].currency))));
    return NULL;
}

/* The realised exchange difference: a line on the control account that makes an item without a foreign amount, which takes
 * part in the settlement, against the account for exchange differences (BW 2:382a; IAS 21.28). */
static struct fault *post_difference(struct work *work, const struct open_item *item, struct date on, allocation_id source,
                                     int64_t base_left_minor, struct open_item *difference, struct allocation_line *line)
{
    account_id exchange;
    TRY(ledger_account_for(work, FOR_EXCHANGE, &exchange));
    struct entry entry = { .journal = JOURNAL_MEMORIAL, .dated_on = on, .source_kind = STR("allocation"), .source_id = source.n,
                           .description = STR("Koersverschil / exchange difference") };
    struct entry_line lines[] = {
        { .account_id = item->account_id, .base_minor = -base_left_minor, .currency = item->currency, .amount_minor = 0,
          .party_id = item->party_id, .item_kind = ITEM_DIFFERENCE, .reference = item->reference, .due_on = on },
        { .account_id = exchange, .base_minor = base_left_minor },
    };
    TRY(ledger_post(work, &entry, lines, 2));
    TRY(ledger_item_load(work, lines[0].item_id, difference));
    *line = (struct allocation_line){ .item_id = difference->id, .base_minor = -base_left_minor };
    return NULL;
}

struct due_change {
    account_id account_id;
    struct date due_on;
    int64_t base_minor;
};
RECORD(due_change,
       { ID(struct due_change, account_id), FIELD(struct due_change, due_on), AMOUNT(struct due_change, base_minor) });

struct fault *ledger_allocation_write(struct work *work, struct settlement *settlement, allocation_id reverses,
                                      const struct allocation_line *lines, const struct open_item *items, size_t count)
{
    const struct allocation allocation = {
        .id = settlement->id, .effective_on = settlement->effective_on, .recorded_at = work->now, .user_id = work->user_id,
        .reason = settlement->reason, .evidence = settlement->evidence, .reverses_id = reverses,
    };
    TRY(db_run(work, &sql_allocation_add, GIVEN(allocation, &allocation)));
    for (size_t i = 0; i < count; i++) {
        struct allocation_line line = lines[i];
        line.allocation_id = settlement->id;
        line.effective_on = settlement->effective_on;
        line.recorded_at = work->now;
        const struct due_change due = { items[i].account_id, items[i].due_on, line.base_minor };
        TRY(db_run(work, &sql_allocation_line_add, GIVEN(allocation_line, &line)));
        TRY(db_change(work, &sql_rest_lower, GIVEN(allocation_line, &line), &db_broken));
        TRY(db_change(work, &sql_due_lower, GIVEN(due_change, &due), &db_broken));
    }
    return NULL;
}

struct fault *ledger_settle(struct work *work, struct settlement *settlement, const struct settle_part *parts, size_t count)
{
    struct open_item *items = ARENA_ARRAY(work->arena, struct open_item, count + 1);
    struct allocation_line *lines = ARENA_ARRAY(work->arena, struct allocation_line, count + 1);
    int64_t base_left_minor;
    if (count < 2) return FAULT(work->arena, &ledger_too_few_lines, "parts");
    TRY(take_parts(work, parts, count, items, lines, &base_left_minor));
    /* Not before each of its items is there: "as of" a day in between would miss one side of it. */
    for (size_t i = 0; i < count; i++)
        if (settlement->effective_on.ymd < items[i].dated_on.ymd) settlement->effective_on = items[i].dated_on;
    TRY(ledger_check_open(work, settlement->effective_on, "effective_on"));
    settlement->id.n = id_new(work);
    if (base_left_minor) {
        TRY(post_difference(work, &items[0], settlement->effective_on, settlement->id, base_left_minor, &items[count],
                            &lines[count]));
        count++;
    }
    return ledger_allocation_write(work, settlement, (allocation_id){ 0 }, lines, items, count);
}

/* The difference's own item is open again after its settlement was taken back: its entry is reversed, and those two settle. */
static struct fault *reverse_difference(struct work *work, const struct open_item *item, struct date on, struct str why)
{
    struct entry reversal;
    return ledger_reverse(work, item->entry_id, on, why, &reversal);
}

struct fault *ledger_unsettle(struct work *work, allocation_id id, struct date on, struct str why)
{
    struct allocation original = { 0 }, reversed = { 0 };
    struct allocation_lines lines = { 0 };
    bool found, undone;
    TRY(db_find(work, &sql_allocation_by_id, BY_ID(id), INTO(allocation, &original), &found));
    TRY(db_find(work, &sql_allocation_reversal, BY_ID(id), INTO(allocation, &reversed), &undone));
    if (!found || undone || original.reverses_id.n) return FAULT(work->arena, &ledger_allocation_missing, "id");
    TRY(ledger_check_open(work, on, "on"));
    TRY(db_all(work, &sql_allocation_lines, BY_ID(id), INTO_LIST(allocation_line, &lines)));
    struct open_item *items = ARENA_ARRAY(work->arena, struct open_item, lines.count);
    for (size_t i = 0; i < lines.count; i++) {
        TRY(ledger_item_load(work, lines.at[i].item_id, &items[i]));
        lines.at[i].amount_minor = -lines.at[i].amount_minor;
        lines.at[i].base_minor = -lines.at[i].base_minor;
    }
    /* Not before it took effect: "as of" a day in between must stay what it was. */
    if (on.ymd < original.effective_on.ymd) on = original.effective_on;
    struct settlement back = { .id = { id_new(work) }, .effective_on = on, .reason = why };
    TRY(ledger_allocation_write(work, &back, id, lines.at, items, lines.count));
    for (size_t i = 0; i < lines.count; i++)
        if (items[i].kind == ITEM_DIFFERENCE && str_is(items[i].source_kind, "allocation") && items[i].source_id == id.n)
            TRY(reverse_difference(work, &items[i], on, why));
    return NULL;
}

/* ---- Operations on items ---- */

/* "rest.ne=0", "rest.gt=0", "rest.lt=0" and the like can only be met by what is open. */
static bool asks_for_open(const struct list_query *query)
{
    for (size_t i = 0; i < query->filters.count; i++) {
        const struct list_filter *f = &query->filters.at[i];
        int64_t minor;
        if (!str_is(f->field, "rest") || !minor_parse(f->value, 2, &minor)) continue;
        if ((f->compare == LIST_NE && !minor) || (f->compare == LIST_EQ && minor) || (f->compare == LIST_GT && minor >= 0) ||
            (f->compare == LIST_GE && minor > 0) || (f->compare == LIST_LT && minor <= 0) || (f->compare == LIST_LE && minor < 0))
            return true;
    }
    return false;
}

static struct fault *item_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct open_items *rows, struct str *next)
{
    (void)takes;
    static const char *const words[] = { "reference", NULL };
    static const char *const indexed[] = { "kind", "dated_on", "due_on", "amount", "currency", "party_id", NULL };
    static const char *const ordered[] = { "dated_on", "due_on", NULL };
    static const struct search_fields fields = { SEARCH_ITEM,    words,   NULL,    &sql_item_plain,
                                                 &sql_item_list, indexed, ordered, NULL };
    static const struct list_apart apart = { "rest_minor", &sql_item_list_open };
    struct list_query asked = *query;
    bool open = asks_for_open(query);
    asked.common = STR(",control,");
    if (!open) asked.apart = &apart;
    return search_list(work, &fields, open ? &sql_item_list_open : &sql_item_list, NONE, &asked, INTO_LIST(open_item, rows),
                       next);
}
LISTABLE(item_list, nothing, open_item, open_items);

struct item_show { item_id id; };
RECORD(item_show, { ID(struct item_show, id) });
struct item_shown {
    struct open_item item;
    struct item_settlements settlements, taken_back;
};
RECORD(item_shown,
       { PART(struct item_shown, item, open_item), LIST(struct item_shown, settlements, item_settlement),
         LIST(struct item_shown, taken_back, item_settlement,
              .about = "what settled it and no longer does, and why: a storno, a chargeback, a correction") });
static struct fault *item_show(struct work *work, const struct item_show *takes, struct item_shown *out)
{
    TRY(ledger_item_load(work, takes->id, &out->item));
    TRY(db_all(work, &sql_item_taken_back, BY_ID(takes->id), INTO_LIST(item_settlement, &out->taken_back)));
    return ledger_item_settlements(work, takes->id, &out->settlements);
}
CALLABLE(item_show, item_show, item_shown);

struct settle_ask {
    item_id item_id;
    struct decimal amount;
};
RECORD(settle_ask,
       { ID(struct settle_ask, item_id),
         FIELD(struct settle_ask, amount, .about = "in the item's currency, with its own sign, at most its rest") });
struct item_settle {
    struct date effective_on;
    struct str reason;
    LIST_OF(struct settle_ask) parts;
};
RECORD(item_settle, {
    FIELD(struct item_settle, effective_on),
    FIELD(struct item_settle, reason, .min = 3, .max = 200),
    LIST(struct item_settle, parts, settle_ask, .min = 2, .max = 1000),
});
struct item_settled { allocation_id id; };
RECORD(item_settled, { ID(struct item_settled, id) });
/* In the minor units of its item, exactly. */
static struct fault *ask_to_part(struct work *work, size_t at, const struct settle_ask *ask, struct settle_part *part)
{
    struct open_item item = { 0 };
    TRY(ledger_item_load(work, ask->item_id, &item));
    int digits = currency_digits(item.currency);
    part->item_id = ask->item_id;
    if (minor_from_decimal(ask->amount, digits, &part->amount_minor) &&
        !decimal_compare(minor_to_decimal(part->amount_minor, digits), ask->amount))
        return NULL;
    return FAULT(work->arena, &ledger_not_in_currency, str_format(work->arena, "parts[%zu].amount", at).at,
                 PARAM("currency", item.currency), PARAM_INT(work->arena, "digits", digits));
}

static struct fault *item_settle(struct work *work, const struct item_settle *takes, struct item_settled *out)
{
    struct settlement settlement = { .effective_on = takes->effective_on, .reason = takes->reason };
    struct settle_part *parts = ARENA_ARRAY(work->arena, struct settle_part, takes->parts.count);
    for (size_t i = 0; i < takes->parts.count; i++) TRY(ask_to_part(work, i, &takes->parts.at[i], &parts[i]));
    TRY(ledger_settle(work, &settlement, parts, takes->parts.count));
    out->id = settlement.id;
    work_changed(work, "allocation", out->id.n, (struct given){ &item_settle_record, NULL }, GIVEN(item_settle, takes));
    return NULL;
}
CALLABLE(item_settle, item_settle, item_settled);

struct item_unsettle {
    allocation_id id;
    struct date on;
    struct str why;
};
RECORD(item_unsettle, { ID(struct item_unsettle, id), FIELD(struct item_unsettle, on),
                        FIELD(struct item_unsettle, why, .min = 3, .max = 200) });
static struct fault *item_unsettle(struct work *work, const struct item_unsettle *takes, struct item_settled *out)
{
    TRY(ledger_unsettle(work, takes->id, takes->on, takes->why));
    out->id = takes->id;
    work_changed(work, "allocation", out->id.n, (struct given){ &item_unsettle_record, NULL }, GIVEN(item_unsettle, takes));
    return NULL;
}
CALLABLE(item_unsettle, item_unsettle, item_settled);

static const struct operation operations[] = {
    { "item list", "GET", "/items", "ledger.read", OPERATION_READS, NULL, &item_list_list,
      "List open items and what is left of each" },
    { "item show", "GET", "/items/{id}", "ledger.read", OPERATION_READS, &item_show_call, NULL,
      "Show an open item and what settled it" },
    { "item settle", "POST", "/items/settle", "ledger.settle", 0, &item_settle_call, NULL,
      "Settle open items of one party against each other" },
    { "item unsettle", "POST", "/allocations/{id}/undo", "ledger.settle", 0, &item_unsettle_call, NULL,
      "Take a settlement back; its history stays" },
};
const struct operation_table ledger_items = { "ledger", operations, ARRAY_LENGTH(operations) };
