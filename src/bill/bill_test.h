/* What the tests of this room start from. */
#pragma once
#include "given.h"
#include "bill/bill_private.h"

/* ---- What the tests start from ---- */

static inline struct party given_supplier(struct work *work, struct party p)
{
    p.is_supplier = true;
    if (!p.name.at) p.name = STR("Bakkerij De Zon B.V.");
    p.supplier_terms_days = 30;
    return given_party(work, p);
}

static inline account_id account_numbered(struct work *work, const char *number)
{
    struct account account = { 0 };
    expect_done(ledger_account_by_number(work, str_of(number), &account));
    return account.id;
}

static inline vat_code_id vat_code(struct work *work, enum vat_category category, int64_t rate)
{
    struct vat_code code = { 0 };
    bool found;
    expect_done(ledger_vat_code_find(work, VAT_PURCHASE, category, DECIMAL(rate, 0), (struct date){ 20250301 }, &code, &found));
    expect(found);
    return code.id;
}

/* 100.00 + 21.00, coded. */
static inline struct bill_data form(struct work *work, party_id party, const char *number)
{
    struct bill_data d = { .party_id = party, .number = str_of(number), .issued_on = { 20250220 } };
    *LIST_ADD(work->arena, &d.lines) = (struct bill_line_data){ .description = STR("Brood"),
                                                                .net_minor = 10000,
                                                                .account_id = account_numbered(work, "4300"),
                                                                .vat_code_id = vat_code(work, VAT_S, 21) };
    return d;
}

static inline struct bill given_entered(struct work *work, const struct bill_data *d)
{
    struct bill bill = { 0 };
    expect_done(bill_enter(work, d, &bill));
    return bill;
}

static inline void submit(struct work *work, struct bill *bill)
{
    expect_done(bill_submit(work, bill->id, bill->version, bill));
}

/* By somebody else than who entered it. */
static inline struct fault *approve(struct work *work, struct bill *bill)
{
    work->user_id = 2;
    struct fault *fault = bill_approve(work, bill->id, bill->version, bill);
    work->user_id = 1;
    return fault;
}

static inline struct bill given_approved(struct work *work, const struct bill_data *d)
{
    struct bill bill = given_entered(work, d);
    submit(work, &bill);
    expect_done(approve(work, &bill));
    return bill;
}

static inline void expect_proved(struct work *work)
{
    struct ledger_proof proof = { 0 };
    expect_done(ledger_verify(work, &proof));
    for (size_t i = 0; i < proof.checks.count; i++) {
        if (!proof.checks.at[i].holds) print_error("does not hold: %.*s\n", STR_ARG(proof.checks.at[i].name));
        expect(proof.checks.at[i].holds);
    }
}

static inline bool has_problem(struct work *work, bill_id id, const char *rule)
{
    struct bill_problems problems = { 0 };
    expect_done(bill_problems_of(work, id, &problems));
    for (size_t i = 0; i < problems.count; i++)
        if (str_is(problems.at[i].rule, rule)) return true;
    return false;
}

static inline int64_t open_of(struct work *work, const struct bill *bill)
{
    int64_t open_minor = 0;
    expect_done(bill_open(work, bill, &open_minor));
    return open_minor;
}

/* Balance of an account in the entry that approved the bill: what it was debited. */
static inline int64_t booked(struct work *work, const char *number)
{
    static const char *const balance_params[] = { "company_id", "id" };
    static const struct sql balance = {
        .name = "test_balance",
        .params = balance_params,
        .param_count = 2,
        .text =
            "select cast(coalesce(sum(base_minor), 0) as bigint) as version from entry_line where company_id = $1 and account_id = $2"
    };
    struct total {
        int64_t version;
    };
    static const struct field fields[] = { FIELD(struct total, version) };
    static const struct record total_record = { "total", sizeof(struct total), fields, 1 };
    const struct bill_key key = { { account_numbered(work, number).n } };
    struct total total = { 0 };
    expect_done(db_one(work, &balance, GIVEN(bill_key, &key), ((struct into){ &total_record, &total }), &bill_missing));
    return total.version;
}
