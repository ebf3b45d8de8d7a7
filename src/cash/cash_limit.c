/* How much a person may give up in one decision, and the second person who says yes to more. */
#include "cash/cash_private.h"
#include "cash.sql.h"

const struct fault_type cash_over_limit = {
    FAULT_DENIED, "cash.over_limit",
    "This gives up {amount} {currency}; you may give up {limit} by yourself. Ask another person to approve it (cash request)."
};
static const struct fault_type request_missing = { FAULT_MISSING, "cash.request_missing",
                                                   "There is no such request, or it has been dealt with." };
static const struct fault_type request_there = {
    FAULT_CONFLICT, "cash.request_there",
    "A request for this bank line waits already; withdraw it or have it decided first."
};
static const struct fault_type request_not_needed = { FAULT_CONFLICT, "cash.request_not_needed",
                                                      "This is within what you may decide by yourself." };
static const struct fault_type limit_changed = { FAULT_CONFLICT, "cash.limit_changed",
                                                 "Somebody changed this limit; read it again." };
static const struct fault_type role_missing = { FAULT_MISSING, "cash.role_missing", "There is no role {role_id}." };

struct most { int64_t write_off_minor; };
RECORD(most, { FIELD(struct most, write_off_minor) });

static struct fault *limit_of_user(struct work *work, const struct cash_chosen_setting *setting, int64_t *limit_minor)
{
    struct most most = { 0 };
    bool found;
    TRY(db_find(work, &sql_limit_most, NONE, INTO(most, &most), &found));
    *limit_minor = found ? most.write_off_minor : setting->write_off_minor;
    return NULL;
}

static int64_t beyond(int64_t amount, int64_t allowed) { return amount > allowed ? amount - allowed : 0; }

/* What the terms of the items in this decision allow on the day of the line. */
static struct fault *discount_allowed(struct settling *s, int64_t *allowed_minor)
{
    *allowed_minor = 0;
    for (size_t i = 0; i < s->decide->shares.count; i++) {
        struct date until;
        int64_t discount, here;
        const struct open_item *item = &s->items[i];
        TRY(cash_discount_of(s->work, item, &until, &discount));
        if (!discount || s->line.booked_on.ymd > date_add_days(until, (int)s->setting.discount_late_days).ymd) continue;
        if (int_mul_div(discount, s->share_lines[i], item->amount_minor, &here))
            (void)int_add(*allowed_minor, here, allowed_minor);
    }
    return NULL;
}

/* Costs that a line brings beside what it settles: what is booked on ledger accounts beyond what the line itself takes out. An invoice that is
 * settled by a booking on a cost account is given up as much as one that is written off. */
static bool costs_of(const struct settling *s, int64_t *minor)
{
    int64_t sum = s->line.amount_minor < 0 ? -s->line.amount_minor : 0;
    for (size_t i = 0; i < s->decide->bookings.count; i++)
        if (!int_add(sum, s->decide->bookings.at[i].amount_minor, &sum)) return false;
    *minor = sum < 0 ? -sum : 0;
    return true;
}

/* In the line's currency: what is lost beyond what terms and settings allow anyone. Each allowance counts once for the whole decision. What a
 * provider keeps stands in its own table where the engine proposed it; said by hand it is a charge. */
static struct fault *given_up(struct settling *s, bool proposed, int64_t *minor)
{
    int64_t discount = 0, rounding = 0, charge = 0, lost = 0, allowed = 0;
    bool fits = costs_of(s, &lost);
    for (size_t i = 0; i < s->decide->differences.count; i++) {
        const struct cash_given_up *g = &s->decide->differences.at[i];
        int64_t *of = NULL;
        if (str_starts(g->kind, "discount") || str_is(g->kind, "deduction")) of = &discount;
        else if (str_is(g->kind, "rounding")) of = &rounding;
        else if (str_is(g->kind, "charge") || (str_is(g->kind, "provider_fee") && !proposed)) of = &charge;
        else if (str_is(g->kind, "write_off") || str_is(g->kind, "surcharge")) of = &lost;
        if (of && g->amount_minor > 0) fits &= int_add(*of, g->amount_minor, of); /* below 0: that is a gain */
    }
    if (discount) TRY(discount_allowed(s, &allowed));
    fits &= int_add(lost, beyond(rounding, s->setting.rounding_minor), &lost);
    fits &= int_add(lost, beyond(charge, s->setting.charge_minor), &lost);
    fits &= int_add(lost, beyond(discount, allowed), minor);
    return fits ? NULL : FAULT(s->work->arena, &ledger_too_large, "differences");
}

struct fault *cash_check_limit(struct settling *s, const struct cash_origin *origin)
{
    int64_t minor, limit;
    TRY(given_up(s, origin->evidence.length > 0, &minor));
    if (!minor) return NULL;
    if (!int_mul_div(minor, s->line.base_minor, s->line.amount_minor, &s->given_up_minor))
        return FAULT(s->work->arena, &ledger_too_large, "differences");
    if (s->given_up_minor < 0) s->given_up_minor = -s->given_up_minor;
    if (origin->automatic || origin->approved || !s->work->user_id) return NULL;
    TRY(limit_of_user(s->work, &s->setting, &limit));
    if (s->given_up_minor <= limit) return NULL;
    int digits = currency_digits(s->base);
    return FAULT(s->work->arena, &cash_over_limit, "differences", PARAM("currency", s->base),
                 PARAM("amount", minor_format(s->work->arena, s->given_up_minor, digits)),
                 PARAM("limit", minor_format(s->work->arena, limit, digits)));
}

/* ---- Limits of roles ---- */

struct limit_row { struct { int64_t n; } id; struct str role; int64_t write_off_minor, version; };
LIST_STRUCT(limit_rows, struct limit_row);
RECORD(limit_row, {
    ID(struct limit_row, id, .sort = true, .about = "of the role"),
    FIELD(struct limit_row, role),
    FIELD(struct limit_row, write_off_minor),
    FIELD(struct limit_row, version),
});
static struct fault *limit_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                struct limit_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_limit_list, NONE, query, INTO_LIST(limit_row, rows), next);
}
LISTABLE(limit_list, nothing, limit_row, limit_rows);

struct limit_set {
    int64_t role_id, write_off_minor, version;
};
RECORD(limit_set, {
    FIELD(struct limit_set, role_id, .min = 1, .max = EXACT_MAX),
    FIELD(struct limit_set, write_off_minor, .max = 100000000, .about = "in minor units of the base currency"),
    FIELD(struct limit_set, version, OPTIONAL, .about = "of the limit as you saw it; left out: it had none"),
});
static struct fault *limit_set(struct work *work, const struct limit_set *takes, struct limit_set *out)
{
    struct limit_set before = { 0 };
    struct cash_key role = { 0 };
    bool found, there;
    TRY(db_find(work, &sql_role_find, CASH_KEY(takes->role_id), INTO(cash_key, &role), &there));
    if (!there) return FAULT(work->arena, &role_missing, "role_id", PARAM_INT(work->arena, "role_id", takes->role_id));
    TRY(db_find(work, &sql_limit_find, CASH_KEY(takes->role_id), INTO(limit_set, &before), &found));
    *out = *takes;
    if (found) TRY(db_change(work, &sql_limit_save, GIVEN(limit_set, takes), &limit_changed));
    else TRY(db_run(work, &sql_limit_add, GIVEN(limit_set, takes)));
    out->version = found ? takes->version + 1 : 1;
    work_changed(work, "cash_limit", takes->role_id, (struct given){ &limit_set_record, found ? &before : NULL },
                 GIVEN(limit_set, out));
    return NULL;
}
CALLABLE(limit_set, limit_set, limit_set);

/* ---- Requests ---- */

struct request_row {
    struct { int64_t n; } id;
    bank_line_id bank_line_id;
    struct str decide;
    int64_t given_up_minor, limit_minor;
    struct str note;
    struct instant asked_at;
    int64_t asked_by;
    struct str state;
    struct instant ended_at;
    int64_t ended_by;
    struct str reason;
    cash_decision_id decision_id;
    int64_t version;
};
LIST_STRUCT(request_rows, struct request_row);
RECORD(request_row, {
    ID(struct request_row, id, .sort = true),
    ID(struct request_row, bank_line_id, .filter = true),
    JSON(struct request_row, decide, .about = "the decision that is asked for"),
    AMOUNT(struct request_row, given_up_minor, .sort = true, .about = "in the base currency"),
    AMOUNT(struct request_row, limit_minor, .about = "of who asked"),
    FIELD(struct request_row, note, OPTIONAL),
    FIELD(struct request_row, asked_at),
    FIELD(struct request_row, asked_by),
    FIELD(struct request_row, state, .filter = true, .about = "open, approved, refused, withdrawn"),
    FIELD(struct request_row, ended_at, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct request_row, ended_by, OPTIONAL),
    FIELD(struct request_row, reason, OPTIONAL),
    ID(struct request_row, decision_id, OPTIONAL),
    FIELD(struct request_row, version),
});

static struct fault *request_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                  struct request_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_request_list, NONE, query, INTO_LIST(request_row, rows), next);
}
LISTABLE(request_list, nothing, request_row, request_rows);

static struct fault *request_op(struct work *work, const struct decide_ask *takes, struct request_row *out)
{
    struct cash_decide decide;
    struct settling s = { .work = work, .decide = &decide };
    const struct cash_origin approved = { .category = "match", .approved = true };
    TRY(cash_decide_asked(work, takes, &decide));
    TRY(cash_look(&s, &approved));
    *out = (struct request_row){
        .id = { id_new(work) },
        .bank_line_id = takes->line_id,
        .decide = record_to_json(work->arena, GIVEN(cash_decide, &decide)),
        .given_up_minor = s.given_up_minor,
        .note = takes->note,
        .asked_at = work->now,
        .asked_by = work->user_id,
        .state = STR("open"),
        .version = 1,
    };
    TRY(limit_of_user(work, &s.setting, &out->limit_minor));
    if (out->given_up_minor <= out->limit_minor) return FAULT(work->arena, &request_not_needed, "differences");
    struct fault *twice = db_run(work, &sql_request_add, GIVEN(request_row, out));
    if (twice) return twice->type == &db_duplicate ? FAULT(work->arena, &request_there, "line_id") : twice;
    TRY(access_duty(work, "cash_request", out->id.n, "cash.request"));
    work_changed(work, "cash_request", out->id.n, (struct given){ &request_row_record, NULL }, GIVEN(request_row, out));
    return NULL;
}
CALLABLE(request_op, decide_ask, request_row);

struct request_end { int64_t id; struct str reason; int64_t version; };
RECORD(request_end, {
    FIELD(struct request_end, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct request_end, reason, .max = 400, OPTIONAL),
    FIELD(struct request_end, version, .min = 1, .max = EXACT_MAX),
});

static struct fault *request_load(struct work *work, const struct request_end *takes, struct request_row *row)
{
    TRY(db_one(work, &sql_request_by_id, CASH_KEY(takes->id), INTO(request_row, row), &request_missing));
    return str_is(row->state, "open") && row->version == takes->version ? NULL : FAULT(work->arena, &request_missing, "id");
}

static struct fault *request_end(struct work *work, struct request_row *row, const char *state, struct str reason)
{
    const struct request_row before = *row;
    row->state = str_of(state);
    row->reason = reason;
    row->ended_at = work->now;
    row->ended_by = work->user_id;
    TRY(db_change(work, &sql_request_save, GIVEN(request_row, row), &request_missing));
    row->version++;
    work_changed(work, "cash_request", row->id.n, GIVEN(request_row, &before), GIVEN(request_row, row));
    return NULL;
}

/* Somebody else than who asked: the duty's rule says so, and the schema once more. */
static struct fault *approve_op(struct work *work, const struct request_end *takes, struct request_row *out)
{
    struct cash_decide decide = { 0 };
    struct cash_decided decided = { 0 };
    const struct cash_origin origin = { .category = "match", .approved = true };
    TRY(request_load(work, takes, out));
    TRY(access_duty(work, "cash_request", out->id.n, "cash.approve"));
    TRY(record_from_json(work->arena, out->decide, INTO(cash_decide, &decide)));
    TRY(cash_settle(work, &decide, &origin, &decided));
    out->decision_id = decided.id;
    return request_end(work, out, "approved", takes->reason);
}
CALLABLE(approve_op, request_end, request_row);

static const struct fault_type reason_needed = { FAULT_INVALID, "cash.reason_needed",
                                                 "Say why, so that who asked can learn from it." };
static struct fault *refuse_op(struct work *work, const struct request_end *takes, struct request_row *out)
{
    TRY(request_load(work, takes, out));
    if (takes->reason.length < 3 && out->asked_by != work->user_id) return FAULT(work->arena, &reason_needed, "reason");
    return request_end(work, out, out->asked_by == work->user_id ? "withdrawn" : "refused", takes->reason);
}
CALLABLE(refuse_op, request_end, request_row);

static const struct operation operations[] = {
    { "cash limits", "GET", "/cash/limits", "cash.read", OPERATION_READS, NULL, &limit_list_list,
      "List how much each role may give up in one decision" },
    { "cash limit", "POST", "/cash/limits", "cash.manage", 0, &limit_set_call, NULL,
      "Set how much a role may give up in one decision" },
    { "cash requests", "GET", "/cash/requests", "cash.read", OPERATION_READS, NULL, &request_list_list,
      "List the decisions that wait for another person's approval" },
    { "cash request", "POST", "/cash/requests", "cash.decide", 0, &request_op_call, NULL,
      "Ask another person to approve a decision that gives up more than you may" },
    { "cash approve", "POST", "/cash/requests/{id}/approve", "cash.approve", OPERATION_STEP_UP, &approve_op_call, NULL,
      "Approve such a decision and post it" },
    { "cash refuse", "POST", "/cash/requests/{id}/refuse", "cash.decide", 0, &refuse_op_call, NULL,
      "Refuse such a request, or withdraw your own" },
};
const struct operation_table cash_limits = { "cash", operations, ARRAY_LENGTH(operations) };
