/* Shared by the files of room ledger. */
#pragma once
#include "ledger/ledger.h"

struct entry_line_row { /* as it stands in the table */
    entry_id entry_id;
    int64_t line_no;
    account_id account_id;
    struct date dated_on;
    int64_t base_minor;
    struct str currency;
    int64_t amount_minor;
    party_id party_id;
    vat_code_id vat_code_id;
    int64_t vat_base_minor;
    struct str cost_center, description;
};
extern const struct record entry_line_row_record;
struct open_item_row {
    item_id id;
    account_id account_id;
    party_id party_id;
    enum item_kind kind;
    struct str source_kind;
    int64_t source_id;
    entry_id entry_id;
    int64_t line_no;
    struct str reference;
    struct date dated_on, due_on;
    struct str currency;
    int64_t amount_minor, base_minor;
    struct instant recorded_at;
};
extern const struct record open_item_row_record;
struct allocation_line {
    allocation_id allocation_id;
    item_id item_id;
    struct date effective_on;
    struct instant recorded_at;
    int64_t amount_minor, base_minor;
};
LIST_STRUCT(allocation_lines, struct allocation_line);
extern const struct record allocation_line_record;
struct by_id { int64_t id; };
extern const struct record by_id_record;
#define BY_ID(typed) GIVEN(by_id, (&(const struct by_id){ (typed).n }))

/* Refuses ledger_period_closed when `on` lies in a closed period. */
CHECKED struct fault *ledger_check_open(struct work *work, struct date on, const char *field);
/* Writes an allocation with its lines, lowers rests and due totals. The caller has checked. */
CHECKED struct fault *ledger_allocation_write(struct work *work, struct settlement *settlement, allocation_id reverses,
                                              const struct allocation_line *lines, const struct open_item *items, size_t count);
/* How many packed months are not what their rows say, and the account of the first of them. */
CHECKED struct fault *ledger_verify_aged(struct work *work, int64_t *count, int64_t *first_account);
