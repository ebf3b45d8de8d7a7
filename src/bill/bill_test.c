#include "test.h"
#include "app/app.h"
#include "bill/bill_private.h"
#include <dirent.h>

/* ---- What the tests start from ---- */

static struct party given_supplier(struct work *work, struct party p)
{
    p.is_supplier = true, p.is_business = true;
    if (!p.name.at) p.name = STR("Bakkerij De Zon B.V.");
    p.language = STR("nl"), p.country = STR("NL"), p.currency = STR("EUR");
    p.delivery = DELIVER_MAIL_PDF, p.reference_needed = NEEDS_NO_REFERENCE;
    p.supplier_terms_days = 30;
    expect_done(party_make(work, &p));
    return p;
}

static account_id account_numbered(struct work *work, const char *number)
{
    struct account account = { 0 };
    expect_done(ledger_account_by_number(work, str_of(number), &account));
    return account.id;
}

static vat_code_id vat_code(struct work *work, enum vat_category category, int64_t rate)
{
    struct vat_code code = { 0 };
    bool found;
    expect_done(ledger_vat_code_find(work, VAT_PURCHASE, category, DECIMAL(rate, 0), (struct date){ 20250301 }, &code, &found));
    expect(found);
    return code.id;
}

/* 100.00 + 21.00, coded. */
static struct bill_data form(struct work *work, party_id party, const char *number)
{
    struct bill_data d = { .party_id = party, .number = str_of(number), .issued_on = { 20250220 } };
    *LIST_ADD(work->arena, &d.lines) = (struct bill_line_data){ .description = STR("Brood"), .net_minor = 10000, .account_id = account_numbered(work, "4300"),
                                                               .vat_code_id = vat_code(work, VAT_S, 21) };
    return d;
}

static struct bill given_entered(struct work *work, const struct bill_data *d)
{
    struct bill bill = { 0 };
    expect_done(bill_enter(work, d, &bill));
    return bill;
}

static void submit(struct work *work, struct bill *bill) { expect_done(bill_submit(work, bill->id, bill->version, bill)); }

/* By somebody else than who entered it. */
static struct fault *approve(struct work *work, struct bill *bill)
{
    work->user_id = 2;
    struct fault *fault = bill_approve(work, bill->id, bill->version, bill);
    work->user_id = 1;
    return fault;
}

static struct bill given_approved(struct work *work, const struct bill_data *d)
{
    struct bill bill = given_entered(work, d);
    submit(work, &bill);
    expect_done(approve(work, &bill));
    return bill;
}

static void expect_proved(struct work *work)
{
    struct ledger_proof proof = { 0 };
    expect_done(ledger_verify(work, &proof));
    for (size_t i = 0; i < proof.checks.count; i++) {
        if (!proof.checks.at[i].holds) print_error("does not hold: %.*s\n", STR_ARG(proof.checks.at[i].name));
        expect(proof.checks.at[i].holds);
    }
}

static bool has_problem(struct work *work, bill_id id, const char *rule)
{
    struct bill_problems problems = { 0 };
    expect_done(problems_of(work, id, &problems));
    for (size_t i = 0; i < problems.count; i++)
        if (str_is(problems.at[i].rule, rule)) return true;
    return false;
}

static int64_t open_of(struct work *work, const struct bill *bill)
{
    int64_t open_minor = 0;
    expect_done(bill_open(work, bill, &open_minor));
    return open_minor;
}

/* Balance of an account in the entry that approved the bill: what it was debited. */
static int64_t booked(struct work *work, const char *number)
{
    struct open_items items = { 0 };
    (void)items;
    static const char *const balance_params[] = { "company_id", "id" };
    static const struct sql balance = { .name = "test_balance", .params = balance_params, .param_count = 2,
                                        .text = "select cast(coalesce(sum(base_minor), 0) as bigint) as version from entry_line where company_id = $1 and account_id = $2" };
    struct total { int64_t version; };
    static const struct field fields[] = { FIELD(struct total, version) };
    static const struct record total_record = { "total", sizeof(struct total), fields, 1 };
    const struct bill_key key = { { account_numbered(work, number).n } };
    struct total total = { 0 };
    expect_done(db_one(work, &balance, GIVEN(bill_key, &key), ((struct into){ &total_record, &total }), &bill_missing));
    return total.version;
}

/* ---- States ---- */

TEST(bill_states_decide_every_pair)
{
    static const char table[BILL_EVENT_COUNT][BILL_STATE_COUNT + 1] = {
        /* received coded submitted approved refused */
        [BILL_EVENT_EDIT] = ".rrr--", [BILL_EVENT_CODE] = ".ccc--", [BILL_EVENT_SUBMIT] = ".-s---",
        [BILL_EVENT_APPROVE] = ".--a--", [BILL_EVENT_REFUSE] = ".xxx--", [BILL_EVENT_REOPEN] = ".---rr",
    };
    static const char names[] = ".rcsax";
    for (unsigned e = BILL_EVENT_EDIT; e < BILL_EVENT_COUNT; e++)
        for (unsigned s = BILL_RECEIVED; s < BILL_STATE_COUNT; s++) {
            unsigned next = bill_next(s, e);
            expect_int(table[e][s], next ? names[next] : '-');
        }
}

/* ---- From the form to the books ---- */

DB_TEST(bill_is_entered_submitted_approved_and_open)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "2025-17");
    struct bill bill = given_entered(work, &d);
    expect_int(BILL_CODED, bill.state);
    expect_int(10000, bill.net_minor);
    expect_int(2100, bill.vat_minor);
    expect_int(12100, bill.payable_minor);
    expect_int(20250322, bill.due_on.ymd);
    expect_int(0, open_of(work, &bill));
    (void)expect_refused(&bill_wrong_state, approve(work, &bill));
    submit(work, &bill);
    (void)expect_refused(&access_duty_apart, bill_approve(work, bill.id, bill.version, &bill));
    db_rollback(work);
}

DB_TEST(bill_approval_posts_and_reopening_takes_back)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "2025-17");
    struct bill bill = given_approved(work, &d);
    expect_int(BILL_APPROVED, bill.state);
    expect(bill.entry_id.n);
    expect_int(12100, open_of(work, &bill));
    expect_int(10000, booked(work, "4300"));
    expect_int(2100, booked(work, "1520"));
    expect_int(-12100, booked(work, "1600"));
    struct bill_payables payables = { 0 };
    expect_done(bill_payable(work, (struct date){ 20250322 }, STR("EUR"), &payables));
    expect_int(1, payables.count);
    expect_int(12100, payables.at[0].open_minor);
    expect_str("2025-17", payables.at[0].number);
    payables.count = 0;
    expect_done(bill_payable(work, (struct date){ 20250321 }, (struct str){ 0 }, &payables));
    expect_int(0, payables.count);
    expect_proved(work);
    expect_done(bill_reopen(work, bill.id, bill.version, (struct date){ 0 }, STR("wrong account"), &bill));
    expect_int(BILL_CODED, bill.state);
    expect_int(0, open_of(work, &bill));
    expect_int(0, booked(work, "4300"));
    expect_proved(work);
    submit(work, &bill);
    expect_done(approve(work, &bill));
    expect_int(12100, open_of(work, &bill));
    payables.count = 0;
    expect_done(bill_payable(work, (struct date){ 0 }, (struct str){ 0 }, &payables));
    expect_int(1, payables.count); /* the item that was reversed is not among them */
    expect_proved(work);
    db_rollback(work);
}

/* ---- Duplicates ---- */

DB_TEST(bill_same_number_waits_for_a_second_person)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data one = form(work, zon.id, "F-2025/0017"), two = form(work, zon.id, "f2025 0017");
    two.issued_on.ymd = 20250228;
    struct bill first = given_approved(work, &one), second = given_entered(work, &two);
    submit(work, &second);
    (void)expect_refused(&bill_duplicate, approve(work, &second));
    db_rollback(work);
    (void)first;
}

DB_TEST(bill_amounts_that_differ_are_a_problem)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "2025-17");
    d.payable_minor = 12101;
    struct bill bill = given_entered(work, &d);
    expect(has_problem(work, bill.id, "bill.payable_differs"));
    submit(work, &bill);
    (void)expect_refused(&bill_fatal_problems, approve(work, &bill));
    db_rollback(work);
}
