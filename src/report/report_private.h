/* Shared by the files of room report. */
#pragma once
#include "report/report.h"

/* What most statements ask by. */
struct report_ask {
    enum report_side side;
    struct date as_of, from_on, to_on;
    struct instant known_at;
    party_id party_id;
    account_id account_id;
    vat_code_id vat_code_id;
    struct date after_on, month_on; /* a place on a ledger card; the month that is not whole */
    int64_t after_number, after_line, limit, sign;
    struct str like; /* on a ledger card: what is looked for, as text and as an amount */
    int64_t amount_minor;
};
extern const struct record report_ask_record;
extern const char *const report_sides[3];
struct str report_like(struct arena *arena, struct str low); /* '%low%'; what has a meaning of its own in LIKE is left out */
struct report_ask report_asks(const struct work *work, enum report_side side, struct date as_of, struct instant known_at);
/* Nothing is dated after that day, so what is open now is what was open then. */
CHECKED struct fault *report_is_now(struct work *work, const struct report_ask *ask, bool *now);
struct report_day { struct date on; int64_t base_minor; }; /* due_on, or dated_on, as `on` */
LIST_STRUCT(report_days, struct report_day);
extern const struct record report_day_record;
extern const char *const report_journals[7], *const report_vat_sides[3];
