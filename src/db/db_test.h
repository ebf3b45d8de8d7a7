/* What the tests of this room share. */
#pragma once
#include "db/db.h"

struct thing {
    struct {
        int64_t n;
    } id;
    int64_t company_id;
    struct str label, note;
    int64_t count, total_minor;
    struct str currency;
    bool open;
    struct date due_on;
    struct instant seen_at;
    struct decimal price;
    unsigned kind;
    struct str content, details;
    int64_t version;
};
struct key {
    struct {
        int64_t n;
    } id;
    int64_t version;
    struct str label;
};
struct sum { int64_t total, count; };
extern const struct record thing_record, key_record, sum_record;
extern const struct sql thing_add, thing_by_id, thing_all, thing_rename, thing_delete, thing_sum, thing_bump;
extern const struct fault_type thing_missing;
void things_make(struct work *work); /* in the transaction at hand */
void things_table(struct work *work); /* makes it where it isn't */
struct thing thing_new(struct work *work, const char *label, int64_t count);
