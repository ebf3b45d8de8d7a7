/* What cash application knows beyond the books: facts of an open item that the ledger has no place for, and the past of another
 * system: invoices paid there, and by which payments. The past teaches the engine how each payer pays; it books nothing. */
#pragma once
#include "cash/cash.h"

struct cash_fact {
    item_id item_id;
    struct str item_key;   /* its id in the system it came from */
    struct date issued_on; /* the ledger dates an imported item on the day of the import */
    int64_t total_minor;   /* as it was invoiced; the ledger has what was open */
    struct str payment_reference, order_number;
    int64_t discount_minor; /* of the whole, allowed until discount_until */
    struct date discount_until;
    enum cash_collect collect;
    int64_t import_id;
};
LIST_STRUCT(cash_facts, struct cash_fact);
struct cash_past_item {
    int64_t id; /* filled in; unlike any item's of the ledger */
    party_id party_id;
    struct str number, item_key, currency;
    struct date issued_on, due_on;
    int64_t total_minor;
    struct str payment_reference, order_number;
    int64_t discount_minor;
    struct date discount_until;
    enum cash_collect collect;
    int64_t import_id;
};
LIST_STRUCT(cash_past_items, struct cash_past_item);
struct cash_past_line {
    int64_t id; /* filled in */
    struct date booked_on;
    int64_t amount_minor;
    struct str currency, name, iban, ultimate_name, remittance, reference, end_to_end_id, batch_id;
    struct str category; /* cash_category_name */
    party_id party_id;
    struct str parts;    /* JSON: {"shares":[{"item_id":7,"amount_minor":1250}],"differences":[{"kind":"discount","amount_minor":20}]} */
    int64_t import_id;
};
LIST_STRUCT(cash_past_lines, struct cash_past_line);

/* In bulk; ids are given here. */
CHECKED struct fault *cash_facts_add(struct work *work, const struct cash_fact *facts, size_t count);
CHECKED struct fault *cash_past_items_add(struct work *work, struct cash_past_item *items, size_t count);
CHECKED struct fault *cash_past_lines_add(struct work *work, struct cash_past_line *lines, size_t count);
/* `parts` of a past line. */
struct str cash_past_parts(struct arena *arena, const struct cash_share *shares, size_t share_count,
                           const struct cash_given_up *differences, size_t difference_count);
CHECKED struct fault *cash_facts_all(struct work *work, struct cash_facts *facts);
CHECKED struct fault *cash_past_items_all(struct work *work, struct cash_past_items *items);
/* Everything that an import brought is forgotten. */
CHECKED struct fault *cash_past_forget(struct work *work, int64_t import_id);
extern const char *const cash_collect_names[4]; /* by enum cash_collect */
extern const struct operation_table cash_exports; /* cash_export.c */
