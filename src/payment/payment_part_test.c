#include "bill/bill.h"
#include "payment/payment_test.h"

/* Part of a bill, a supplier's discount with its VAT, and a hold that ends by itself. */

struct discount_scene {
    struct bank_account ours;
    struct party party;
    struct party_bank bank;
    struct bill bill;
    item_id item;
};

static vat_code_id vat_of(struct work *work, enum vat_category category, int64_t rate)
{
    struct vat_code code = { 0 };
    bool found = false;
    expect_done(ledger_vat_code_find(work, VAT_PURCHASE, category, DECIMAL(rate, 0), work->today, &code, &found));
    expect(found);
    return code.id;
}

/* A bill of 1,000.00 at 21 %, 100.00 at 9 % and 500.00 reverse charge: 1,819.00, less 36.38 when paid by 10 March. */
static struct discount_scene given_discount(struct work *work)
{
    struct discount_scene s = { .ours = given_main_account(work) };
    account_id expenses;
    struct open_item item = { 0 };
    bool found;
    s.party = given_payee(work, 1);
    s.bank = given_payee_bank(work, s.party.id, 1, true);
    expect_done(ledger_account_for(work, FOR_EXPENSES, &expenses));
    struct bill_data data = { .party_id = s.party.id,
                              .number = STR("K-1"),
                              .issued_on = { 20250224 },
                              .due_on = { 20250326 },
                              .discount_minor = 3638,
                              .discount_on = { 20250310 } };
    const struct {
        vat_code_id code;
        int64_t net;
    } lines[] = { { vat_of(work, VAT_S, 21), 100000 },
                  { vat_of(work, VAT_S, 9), 10000 },
                  { vat_of(work, VAT_AE, 21), 50000 } };
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
        *LIST_ADD(work->arena, &data.lines) = (struct bill_line_data){
            .description = STR("work"), .net_minor = lines[i].net, .account_id = expenses, .vat_code_id = lines[i].code
        };
    work->user_id = CLERK;
    expect_done(bill_enter(work, &data, &s.bill));
    expect_int(181900, s.bill.payable_minor);
    expect_done(bill_submit(work, s.bill.id, s.bill.version, &s.bill));
    work->user_id = VERIFIER;
    expect_done(bill_approve(work, s.bill.id, s.bill.version, &s.bill));
    expect_done(ledger_item_by_source(work, "bill", s.bill.id.n, &item, &found));
    expect(found);
    s.item = item.id;
    work->user_id = PLANNER;
    return s;
}

static int64_t balance_for(struct work *work, const char *purpose)
{
    account_id account;
    int64_t minor;
    expect_done(ledger_account_for(work, purpose, &account));
    expect_done(ledger_account_balance(work, account, &minor));
    return minor;
}

static struct payment_run release(struct work *work, const struct payment_shown *shown)
{
    struct payment_run run = { 0 };
    const struct payment_release release = { shown->run.id, shown->run.hash, shown->run.version };
    work->user_id = TREASURER;
    expect_done(payment_release(work, &release, &run));
    return run;
}

DB_TEST(payment_takes_a_discount)
{
    struct payment_shown shown = { 0 };
    test_begin(work);
    struct discount_scene s = given_discount(work);
    int64_t deductible = balance_for(work, FOR_VAT_DEDUCTIBLE), due = balance_for(work, "vat_due_reverse");
    struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    proposal.discounts = true;
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(178262, shown.run.total_minor);
    expect_int(178262, shown.parts.at[0].amount_minor);
    expect_int(3638, shown.parts.at[0].discount_minor);
    struct payment_run run = release(work, &shown);
    expect_int(0, rest_of(work, s.item));
    expect_int(-178262, transit_balance(work));
    /* 36.38 over 1,819.00 is 2 %: of 1,210.00 24.20 with 4.20 VAT, of 109.00 2.18 with 0.18, of 500.00 reverse charge 10.00 with 2.10. */
    expect_int(-(2000 + 200 + 1000), balance_for(work, FOR_DISCOUNT_TAKEN));
    expect_int(deductible - 420 - 18 - 210, balance_for(work, FOR_VAT_DEDUCTIBLE));
    expect_int(due + 210, balance_for(work, "vat_due_reverse"));
    expect_ledger_proved(work);
    expect_done(payment_cancel(work, run.id, STR("wrong day"), run.version, &run)); /* all of it comes back */
    expect_int(-181900, rest_of(work, s.item));
    expect_int(0, balance_for(work, FOR_DISCOUNT_TAKEN));
    expect_int(deductible, balance_for(work, FOR_VAT_DEDUCTIBLE));
    expect_ledger_proved(work);
    db_rollback(work);
}

DB_TEST(payment_discount_is_in_time_and_worth_it)
{
    struct payment_shown shown = { 0 };
    struct payment_checked checked = { 0 };
    struct payment_run run = { 0 };
    test_begin(work);
    struct discount_scene s = given_discount(work);
    struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 }, .execution_on = { 20250311 } };
    proposal.discounts = true;
    expect_done(payment_propose(work, &proposal, &shown)); /* a day late */
    expect_int(181900, shown.run.total_minor);
    expect_int(0, shown.parts.at[0].discount_minor);
    expect_done(payment_cancel(work, shown.run.id, STR("too late"), shown.run.version, &run));
    proposal.execution_on = (struct date){ 20250303 };
    proposal.discount_percent = DECIMAL(40, 0); /* 2.04 % for 23 days is 32.4 % a year */
    shown = (struct payment_shown){ 0 };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(181900, shown.run.total_minor);
    expect_done(payment_cancel(work, shown.run.id, STR("not worth it"), shown.run.version, &run));
    proposal.discount_percent = DECIMAL(32, 0);
    shown = (struct payment_shown){ 0 };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(178262, shown.run.total_minor);
    expect_done(test_sql(work, "update payment_run set execution_on = '2025-03-12' where company_id = $1 and id = $2",
                         shown.run.id.n, 0));
    expect_done(payment_check(work, shown.run.id, &checked));
    bool gone = false;
    for (size_t i = 0; i < checked.problems.count; i++) gone |= str_is(checked.problems.at[i].code, "payment.discount_gone");
    expect(!checked.ready && gone);
    db_rollback(work);
}

DB_TEST(payment_pays_a_part)
{
    struct payment_shown shown = { 0 }, again = { 0 };
    test_begin(work);
    struct discount_scene s = given_discount(work);
    struct payment_proposal proposal = { .bank_account_id = s.ours.id };
    *LIST_ADD(work->arena, &proposal.items) = (struct payment_item){ .item_id = s.item, .amount_minor = 181901 };
    expect_refused(&payment_too_much, payment_propose(work, &proposal, &shown));
    proposal.items.at[0].amount_minor = -5;
    expect_refused(&payment_too_much, payment_propose(work, &proposal, &shown));
    proposal.items.at[0].amount_minor = 100000;
    proposal.discounts = true; /* not on a part */
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(100000, shown.run.total_minor);
    /* Another part of it, in the same run; it keeps its part when something else is added. */
    struct payment_edit edit = { .id = shown.run.id, .version = shown.run.version };
    *LIST_ADD(work->arena, &edit.items) = (struct payment_item){ .item_id = s.item, .amount_minor = 120000 };
    expect_done(payment_add(work, &edit, &again));
    expect_int(120000, again.run.total_minor);
    edit = (struct payment_edit){ .id = shown.run.id, .version = again.run.version };
    item_id other = given_payee_bill(work, s.party.id, 5000, "K-2", (struct date){ 20250301 }, 0, NULL, NULL);
    work->user_id = PLANNER;
    *LIST_ADD(work->arena, &edit.items) = (struct payment_item){ .item_id = other };
    expect_done(payment_add(work, &edit, &again));
    expect_int(125000, again.run.total_minor);
    (void)release(work, &again);
    expect_int(-61900, rest_of(work, s.item));
    expect_int(0, rest_of(work, other));
    expect_ledger_proved(work);
    db_rollback(work);
}

DB_TEST(payment_hold_ends_by_itself)
{
    struct payment_shown shown = { 0 };
    test_begin(work);
    struct discount_scene s = given_discount(work);
    expect_done(test_sql(
        work,
        "insert into payment_hold (company_id, item_id, reason, held_by, held_at, until_on) values ($1, $2, 'not delivered', $5, $4, "
        "'2025-03-05')",
        s.item.n, 0));
    const struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    expect_refused(&payment_nothing_due, payment_propose(work, &proposal, &shown));
    work->today = (struct date){ 20250306 };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(181900, shown.run.total_minor);
    db_rollback(work);
}
