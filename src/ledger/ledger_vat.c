/* VAT codes as people keep them: a new one, another name or box, an end. What it means for amounts (category, rate, side, accounts)
 * stays as it was when it was added: entries were made with it. */
#include "ledger/ledger_private.h"
#include "ledger.sql.h"

static const struct fault_type vat_taken = { FAULT_CONFLICT, "ledger.vat_taken",
                                             "There is a VAT code {code} already; choose another code." };
static const struct fault_type vat_changed = { FAULT_CONFLICT, "ledger.vat_changed",
                                               "Somebody changed this VAT code; read it again." };
static const struct fault_type vat_reason = {
    FAULT_INVALID, "ledger.vat_reason", "Category {category} charges no VAT; say why, as it must stand on the invoice."
};
static const struct fault_type vat_rate = {
    FAULT_INVALID, "ledger.vat_rate", "Category S has a rate above 0 and at most 100 percent; Z, E and O have rate 0."
};
static const struct fault_type vat_account = { FAULT_INVALID, "ledger.vat_account",
                                               "VAT at {rate} percent is booked somewhere; choose an account." };
static const struct fault_type vat_turnover = {
    FAULT_INVALID, "ledger.vat_turnover",
    "{account} can't hold the turnover: choose an account of income that isn't blocked, for a code of sales."
};
static const struct fault_type vat_days = { FAULT_INVALID, "ledger.vat_days", "A VAT code can't end before it begins." };

static const char *const categories[] = { NULL, "S", "Z", "E", "AE", "K", "G", "O" };
static const char *const sides[] = { NULL, "sale", "purchase" };

struct vat_add {
    struct str code, name;
    enum vat_category category;
    struct decimal rate;
    enum vat_side side;
    struct str reason_code, reason;
    account_id account_id, reverse_account_id, turnover_account_id;
    struct str return_box;
    struct date valid_from, valid_to;
};
RECORD(vat_add, {
    FIELD(struct vat_add, code, .min = 1, .max = 20),
    FIELD(struct vat_add, name, .min = 1, .max = 200),
    FIELD(struct vat_add, category, CHOICES(categories), .about = "UNCL 5305"),
    FIELD(struct vat_add, rate, .about = "percent"),
    FIELD(struct vat_add, side, CHOICES(sides)),
    FIELD(struct vat_add, reason_code, .max = 30, OPTIONAL, .about = "VATEX"),
    FIELD(struct vat_add, reason, .max = 200, OPTIONAL),
    ID(struct vat_add, account_id, OPTIONAL),
    ID(struct vat_add, reverse_account_id, OPTIONAL, .about = "reverse charge: due here, deductible on account_id"),
    ID(struct vat_add, turnover_account_id, OPTIONAL, .about = "of a sale: where its turnover is booked; left out: as all sales"),
    FIELD(struct vat_add, return_box, .max = 5, OPTIONAL),
    FIELD(struct vat_add, valid_from, OPTIONAL, .about = "left out: today"),
    FIELD(struct vat_add, valid_to, OPTIONAL),
});

static struct fault *check(struct work *work, const struct vat_code *c)
{
    struct arena *arena = work->arena;
    struct fault *faults = NULL;
    bool charges = c->category == VAT_S, plain = charges || c->category == VAT_Z;
    bool none = c->category == VAT_Z || c->category == VAT_E || c->category == VAT_O;
    int sign = decimal_compare(c->rate, DECIMAL(0, 0));
    if ((charges && sign <= 0) || (none && sign != 0) || sign < 0 || decimal_compare(c->rate, DECIMAL(100, 0)) > 0)
        faults = FAULT(arena, &vat_rate, "rate");
    if (!plain && !c->reason.length)
        faults = fault_join(faults, FAULT(arena, &vat_reason, "reason", PARAM("category", str_of(categories[c->category]))));
    if (charges && !c->account_id.n)
        faults = fault_join(faults, FAULT(arena, &vat_account, "account_id", PARAM("rate", decimal_format(arena, c->rate))));
    if (c->valid_to.ymd && c->valid_to.ymd < c->valid_from.ymd) faults = fault_join(faults, FAULT(arena, &vat_days, "valid_to"));
    return faults;
}

/* Turnover is income, and only a sale has it. */
static struct fault *check_turnover(struct work *work, const struct vat_code *c)
{
    struct account account = { 0 };
    if (!c->turnover_account_id.n) return NULL;
    TRY(ledger_account_load(work, c->turnover_account_id, &account));
    if (c->side != VAT_SALE || account.kind != ACCOUNT_INCOME || account.is_blocked)
        return FAULT(work->arena, &vat_turnover, "turnover_account_id", PARAM("account", account.number));
    return NULL;
}

static struct fault *add(struct work *work, const struct vat_add *t, struct vat_code *out)
{
    struct account account = { 0 };
    *out = (struct vat_code){ .id = { id_new(work) },
                              .code = t->code,
                              .name = t->name,
                              .category = t->category,
                              .rate = t->rate,
                              .side = t->side,
                              .reason_code = t->reason_code,
                              .reason = t->reason,
                              .account_id = t->account_id,
                              .reverse_account_id = t->reverse_account_id,
                              .turnover_account_id = t->turnover_account_id,
                              .return_box = t->return_box,
                              .valid_from = t->valid_from.ymd ? t->valid_from : work->today,
                              .valid_to = t->valid_to,
                              .version = 1 };
    TRY(check(work, out));
    if (t->account_id.n) TRY(ledger_account_load(work, t->account_id, &account));
    if (t->reverse_account_id.n) TRY(ledger_account_load(work, t->reverse_account_id, &account));
    TRY(check_turnover(work, out));
    struct fault *fault = db_run(work, &sql_vat_code_add, GIVEN(vat_code, out));
    if (fault && fault->type == &db_duplicate) return FAULT(work->arena, &vat_taken, "code", PARAM("code", t->code));
    if (fault) return fault;
    work_changed(work, "vat_code", out->id.n, (struct given){ &vat_code_record, NULL }, GIVEN(vat_code, out));
    return NULL;
}
CALLABLE(add, vat_add, vat_code);

struct vat_change {
    vat_code_id id;
    struct str name, reason_code, reason, return_box;
    account_id turnover_account_id;
    struct date valid_to;
    int64_t version;
};
RECORD(vat_change, {
    ID(struct vat_change, id),
    FIELD(struct vat_change, name, .min = 1, .max = 200),
    FIELD(struct vat_change, reason_code, .max = 30, OPTIONAL),
    FIELD(struct vat_change, reason, .max = 200, OPTIONAL),
    FIELD(struct vat_change, return_box, .max = 5, OPTIONAL),
    ID(struct vat_change, turnover_account_id, OPTIONAL, .about = "of invoices made from now on; left out: as all sales"),
    FIELD(struct vat_change, valid_to, OPTIONAL, .about = "the last day of it"),
    FIELD(struct vat_change, version, .min = 1, .max = EXACT_MAX),
});
static struct fault *change(struct work *work, const struct vat_change *t, struct vat_code *out)
{
    struct vat_code before = { 0 };
    TRY(ledger_vat_code_load(work, t->id, &before));
    *out = before;
    out->name = t->name, out->reason_code = t->reason_code, out->reason = t->reason, out->return_box = t->return_box;
    out->turnover_account_id = t->turnover_account_id;
    out->valid_to = t->valid_to, out->version = t->version;
    TRY(check(work, out));
    if (out->turnover_account_id.n != before.turnover_account_id.n) TRY(check_turnover(work, out));
    TRY(db_change(work, &sql_vat_code_save, GIVEN(vat_code, out), &vat_changed));
    out->version++;
    work_changed(work, "vat_code", out->id.n, GIVEN(vat_code, &before), GIVEN(vat_code, out));
    return NULL;
}
CALLABLE(change, vat_change, vat_code);

static const struct operation operations[] = {
    { "vat add", "POST", "/vat-codes", "ledger.chart", 0, &add_call, NULL, "Add a VAT code" },
    { "vat change", "POST", "/vat-codes/{id}", "ledger.chart", 0, &change_call, NULL,
      "Give a VAT code another name, reason or box, or end it" },
};
const struct operation_table ledger_vats = { "ledger", operations, ARRAY_LENGTH(operations) };
