#include "cash/cash_past.h"
#include "cash/cash_private.h"
#include "cash_past.sql.h"

const char *const cash_collect_names[4] = { NULL, "transfer", "direct_debit", "payment_link" };
RECORD(cash_fact, {
    ID(struct cash_fact, item_id),
    FIELD(struct cash_fact, item_key, .max = 100, OPTIONAL),
    FIELD(struct cash_fact, issued_on, OPTIONAL),
    FIELD(struct cash_fact, total_minor),
    FIELD(struct cash_fact, payment_reference, .max = 100, OPTIONAL),
    FIELD(struct cash_fact, order_number, .max = 100, OPTIONAL),
    FIELD(struct cash_fact, discount_minor),
    FIELD(struct cash_fact, discount_until, OPTIONAL),
    FIELD(struct cash_fact, collect, CHOICES(cash_collect_names)),
    FIELD(struct cash_fact, import_id),
});
RECORD(cash_past_item, {
    FIELD(struct cash_past_item, id),
    ID(struct cash_past_item, party_id),
    FIELD(struct cash_past_item, number, .min = 1, .max = 100),
    FIELD(struct cash_past_item, item_key, .max = 100, OPTIONAL),
    FIELD(struct cash_past_item, currency),
    FIELD(struct cash_past_item, issued_on),
    FIELD(struct cash_past_item, due_on),
    FIELD(struct cash_past_item, total_minor),
    FIELD(struct cash_past_item, payment_reference, .max = 100, OPTIONAL),
    FIELD(struct cash_past_item, order_number, .max = 100, OPTIONAL),
    FIELD(struct cash_past_item, discount_minor),
    FIELD(struct cash_past_item, discount_until, OPTIONAL),
    FIELD(struct cash_past_item, collect, CHOICES(cash_collect_names)),
    FIELD(struct cash_past_item, import_id),
});
RECORD(cash_past_line, {
    FIELD(struct cash_past_line, id),
    FIELD(struct cash_past_line, booked_on),
    FIELD(struct cash_past_line, amount_minor),
    FIELD(struct cash_past_line, currency),
    FIELD(struct cash_past_line, name, OPTIONAL),
    FIELD(struct cash_past_line, iban, OPTIONAL),
    FIELD(struct cash_past_line, ultimate_name, OPTIONAL),
    FIELD(struct cash_past_line, remittance, .max = 20000, OPTIONAL),
    FIELD(struct cash_past_line, reference, OPTIONAL),
    FIELD(struct cash_past_line, end_to_end_id, OPTIONAL),
    FIELD(struct cash_past_line, batch_id, OPTIONAL),
    FIELD(struct cash_past_line, category),
    ID(struct cash_past_line, party_id, OPTIONAL),
    JSON(struct cash_past_line, parts),
    FIELD(struct cash_past_line, import_id),
});
struct past_parts {
    LIST_OF(struct cash_share) shares;
    LIST_OF(struct cash_given_up) differences;
};
RECORD(past_parts, { LIST(struct past_parts, shares, cash_share, .max = 5000),
                     LIST(struct past_parts, differences, cash_given_up, .max = 100) });

struct fault *cash_facts_add(struct work *work, const struct cash_fact *facts, size_t count)
{
    return db_run_each(work, &sql_fact_add, GIVEN(cash_fact, facts), count);
}

struct fault *cash_past_items_add(struct work *work, struct cash_past_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!items[i].id) items[i].id = id_new(work);
    return db_run_each(work, &sql_past_item_add, GIVEN(cash_past_item, items), count);
}

struct fault *cash_past_lines_add(struct work *work, struct cash_past_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) lines[i].id = id_new(work);
    return db_run_each(work, &sql_past_line_add, GIVEN(cash_past_line, lines), count);
}

struct str cash_past_parts(struct arena *arena, const struct cash_share *shares, size_t share_count,
                           const struct cash_given_up *differences, size_t difference_count)
{
    struct past_parts parts = { 0 };
    for (size_t i = 0; i < share_count; i++) *LIST_ADD(arena, &parts.shares) = shares[i];
    for (size_t i = 0; i < difference_count; i++) *LIST_ADD(arena, &parts.differences) = differences[i];
    return record_to_json(arena, GIVEN(past_parts, &parts));
}

struct fault *cash_facts_all(struct work *work, struct cash_facts *facts)
{
    return db_all(work, &sql_fact_all, NONE, INTO_LIST(cash_fact, facts));
}

struct fault *cash_past_items_all(struct work *work, struct cash_past_items *items)
{
    return db_all(work, &sql_past_item_all, NONE, INTO_LIST(cash_past_item, items));
}

struct fault *cash_past_forget(struct work *work, int64_t import_id)
{
    TRY(db_run(work, &sql_fact_forget, CASH_KEY(import_id)));
    TRY(db_run(work, &sql_past_item_forget, CASH_KEY(import_id)));
    return db_run(work, &sql_past_line_forget, CASH_KEY(import_id));
}

static enum cash_difference_kind difference_of(struct str name)
{
    for (unsigned k = 1; k < CASH_DIFFERENCE_COUNT; k++)
        if (str_is(name, cash_difference_name((enum cash_difference_kind)k))) return (enum cash_difference_kind)k;
    return 0;
}

enum cash_category cash_category_of(struct str name)
{
    for (unsigned k = 1; k < CASH_CATEGORY_COUNT; k++)
        if (str_is(name, cash_category_name((enum cash_category)k))) return (enum cash_category)k;
    return 0;
}

void cash_decision_from(struct arena *arena, struct str category, party_id party, const struct cash_share *shares,
                        size_t share_count, const struct cash_given_up *differences, size_t difference_count,
                        struct cash_decision *out)
{
    struct cash_allocation *allocations = ARENA_ARRAY(arena, struct cash_allocation, share_count + 1);
    struct cash_difference *given = ARENA_ARRAY(arena, struct cash_difference, difference_count + 1);
    for (size_t i = 0; i < share_count; i++)
        allocations[i] = (struct cash_allocation){ shares[i].item_id.n, shares[i].amount_minor };
    *out = (struct cash_decision){ .category = cash_category_of(category), .party = party.n, .allocations = allocations,
                                   .allocation_count = share_count, .differences = given };
    for (size_t i = 0; i < difference_count; i++) {
        enum cash_difference_kind kind = difference_of(differences[i].kind);
        if (kind) given[out->difference_count++] = (struct cash_difference){ kind, differences[i].amount_minor };
    }
    if (!out->category) out->category = share_count ? CASH_MATCH : party.n ? CASH_ON_ACCOUNT : CASH_UNRELATED;
}

struct fault *cash_past_load(struct work *work, struct arena *arena, size_t most, struct cash_past **past, size_t *count)
{
    struct cash_past_lines lines = { 0 };
    TRY(db_all(work, &sql_past_line_all, CASH_KEY((int64_t)most), INTO_LIST(cash_past_line, &lines)));
    *past = ARENA_ARRAY(arena, struct cash_past, lines.count + 1);
    *count = 0;
    for (size_t i = lines.count; i-- > 0;) { /* newest first from the table, oldest first for the engine */
        const struct cash_past_line *l = &lines.at[i];
        struct past_parts parts = { 0 };
        struct fault *unreadable = record_from_json(arena, l->parts, INTO(past_parts, &parts));
        if (unreadable) continue;
        struct cash_past *p = &(*past)[(*count)++];
        p->line = (struct cash_line){ .id = l->id, .booked_on = l->booked_on, .amount_minor = l->amount_minor, .name = l->name,
                                      .iban = l->iban, .ultimate_name = l->ultimate_name, .text = l->remittance,
                                      .reference = l->reference, .end_to_end_id = l->end_to_end_id, .batch_id = l->batch_id,
                                      .is_reversal = str_is(l->category, cash_category_name(CASH_REVERSAL)) };
        memcpy(p->line.currency, l->currency.at, l->currency.length < 3 ? l->currency.length : 3);
        cash_decision_from(arena, l->category, l->party_id, parts.shares.at, parts.shares.count, parts.differences.at,
                           parts.differences.count, &p->decision);
    }
    return NULL;
}
