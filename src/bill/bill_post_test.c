#include "bill/bill_test.h"

/* ---- What approval books ---- */

static void add_line(struct work *work, struct bill_data *d, const char *account, vat_code_id code, int64_t net_minor,
                     int64_t vat_minor)
{
    *LIST_ADD(work->arena, &d->lines) = (struct bill_line_data){ .description = STR("line"),
                                                                 .net_minor = net_minor,
                                                                 .vat_minor = vat_minor,
                                                                 .account_id = account_numbered(work, account),
                                                                 .vat_code_id = code };
}

static struct bill_data empty_form(party_id party, const char *number)
{
    return (struct bill_data){ .party_id = party, .number = str_of(number), .issued_on = { 20250220 } };
}

DB_TEST(bill_credit_note_turns_every_sign)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "C-1");
    struct bill_payables payables = { 0 };
    d.kind = BILL_CREDIT_NOTE;
    d.discount_minor = 100, d.discount_on.ymd = 20250310;
    struct bill bill = given_approved(work, &d);
    expect_int(-10000, booked(work, "4300"));
    expect_int(-2100, booked(work, "1520"));
    expect_int(12100, booked(work, "1600"));
    expect_int(12100, open_of(work, &bill)); /* signed as on the document */
    expect_done(bill_payable(work, (struct date){ 20250101 }, (struct str){ 0 }, &payables));
    expect_int(1, payables.count); /* not due, but it nets */
    expect_int(-12100, payables.at[0].open_minor);
    expect_int(-100, payables.at[0].discount_minor);
    expect_proved(work);
    db_rollback(work);
}

DB_TEST(bill_reverse_charge_is_due_and_deductible)
{
    static const struct {
        enum vat_category category;
        const char *due;
    } cases[] = { { VAT_AE, "1720" }, { VAT_K, "1730" }, { VAT_G, "1730" } };
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    int64_t due_before = 0, deductible_before = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct bill_data d = empty_form(zon.id, str_format(work->arena, "R-%zu", i).at);
        add_line(work, &d, "4700", vat_code(work, cases[i].category, 21), 10003 + (int64_t)i, 0);
        due_before = booked(work, cases[i].due), deductible_before = booked(work, "1520");
        struct bill bill = given_approved(work, &d);
        expect_int(10003 + (int64_t)i, open_of(work, &bill)); /* no VAT to the supplier */
        expect_int(due_before - 2101, booked(work, cases[i].due));
        expect_int(deductible_before + 2101, booked(work, "1520"));
    }
    expect_proved(work);
    db_rollback(work);
}

DB_TEST(bill_vat_that_is_booked_nowhere_is_cost)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = empty_form(zon.id, "19 %");
    add_line(work, &d, "4300", vat_code(work, VAT_O, 0), 10000, 1900); /* German VAT: not deductible here */
    add_line(work, &d, "4310", vat_code(work, VAT_S, 9), 5000, 0);
    struct bill bill = given_approved(work, &d);
    expect_int(17350, bill.payable_minor);
    expect_int(11900, booked(work, "4300"));
    expect_int(450, booked(work, "1520"));
    expect_int(-17350, booked(work, "1600"));
    expect_proved(work);
    db_rollback(work);
}

DB_TEST(bill_prepaid_rounding_and_released_difference_are_lines)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "P-1");
    d.prepaid_minor = 2000, d.rounding_minor = -3;
    struct bill bill = given_approved(work, &d);
    expect_int(10097, bill.payable_minor);
    expect_int(-2000, booked(work, "1400"));
    expect_int(-3, booked(work, "4810"));
    expect_int(-10097, booked(work, "1600"));
    d = form(work, zon.id, "P-2"), d.issued_on.ymd = 20250101, d.payable_minor = 12105;
    bill = given_entered(work, &d);
    submit(work, &bill);
    (void)expect_refused(&bill_fatal_problems, approve(work, &bill));
    db_rollback(work);
}

DB_TEST(bill_of_nothing_and_bill_paid_before_are_approved)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = empty_form(zon.id, "N-1");
    add_line(work, &d, "4300", vat_code(work, VAT_S, 21), 10000, 0);
    add_line(work, &d, "4300", vat_code(work, VAT_S, 21), -10000, -2100);
    struct bill bill = given_approved(work, &d);
    expect_int(0, open_of(work, &bill));
    expect_int(0, booked(work, "4300"));
    d = form(work, zon.id, "N-2"), d.issued_on.ymd = 20250101, d.prepaid_minor = 12100;
    bill = given_approved(work, &d);
    expect_int(0, open_of(work, &bill));
    expect_int(-12100, booked(work, "1400"));
    expect_done(bill_reopen(work, bill.id, bill.version, (struct date){ 0 }, STR("mistake"), &bill));
    expect_int(0, booked(work, "1400"));
    expect_proved(work);
    db_rollback(work);
}

DB_TEST(bill_with_money_on_it_is_not_reopened)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "S-1");
    struct bill bill = given_approved(work, &d);
    struct open_item item = { 0 };
    bool found;
    expect_done(ledger_item_by_source(work, "bill", bill.id.n, &item, &found));
    struct entry entry = { .journal = JOURNAL_BANK,
                           .dated_on = { 20250301 },
                           .source_kind = STR("test"),
                           .source_id = 1,
                           .description = STR("part payment") };
    struct entry_line lines[] = { { .account_id = account_numbered(work, "1000"), .base_minor = -2100 },
                                  { .account_id = account_numbered(work, "1600"),
                                    .base_minor = 2100,
                                    .party_id = zon.id,
                                    .item_kind = ITEM_PAYMENT,
                                    .reference = STR("S-1"),
                                    .due_on = { 20250301 } } };
    expect_done(ledger_post(work, &entry, lines, 2));
    struct settlement settlement = { .effective_on = { 20250301 }, .reason = STR("paid in part") };
    const struct settle_part parts[] = { { item.id, -2100 }, { lines[1].item_id, 2100 } };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    expect_int(10000, open_of(work, &bill));
    (void)expect_refused(&ledger_reversal_settled,
                         bill_reopen(work, bill.id, bill.version, (struct date){ 0 }, STR("mistake"), &bill));
    expect_done(bill_load(work, bill.id, &bill));
    expect_done(ledger_unsettle(work, settlement.id, (struct date){ 20250301 }, STR("mistake")));
    expect_done(bill_reopen(work, bill.id, bill.version, (struct date){ 0 }, STR("mistake"), &bill));
    expect_int(0, open_of(work, &bill));
    expect_proved(work);
    db_rollback(work);
}

/* ---- Another currency ---- */

struct rate { struct str currency; struct date valid_on; struct decimal rate; struct str source; };
static void given_rate(struct work *work, const char *currency, struct decimal rate)
{
    static const struct field fields[] = { FIELD(struct rate, currency), FIELD(struct rate, valid_on),
                                           FIELD(struct rate, rate), FIELD(struct rate, source) };
    static const struct record rate_record = { "rate", sizeof(struct rate), fields, 4 };
    static const char *const params[] = { "company_id", "currency", "valid_on", "rate", "source" };
    static const struct sql add = {
        .name = "test_rate",
        .params = params,
        .param_count = 5,
        .text = "insert into exchange_rate (company_id, currency, valid_on, rate, source) values ($1, $2, $3, $4, $5)"
    };
    const struct rate row = { str_of(currency), { 20250101 }, rate, STR("test") };
    expect_done(db_run(work, &add, ((struct given){ &rate_record, &row })));
}

DB_TEST(bill_in_another_currency_balances_in_both)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = empty_form(zon.id, "USD-1");
    d.currency = STR("USD");
    for (int i = 0; i < 7; i++) add_line(work, &d, "4320", vat_code(work, VAT_G, 21), 333, 0);
    struct bill bill = given_entered(work, &d);
    submit(work, &bill);
    (void)expect_refused(&ledger_no_rate, approve(work, &bill));
    db_rollback(work);
    test_begin(work);
    zon = given_supplier(work, (struct party){ 0 });
    d.party_id = zon.id;
    given_rate(work, "USD", DECIMAL(912345, 6));
    given_rate(work, "JPY", DECIMAL(612, 5));
    bill = given_approved(work, &d);
    expect_int(2331, open_of(work, &bill)); /* in dollars */
    expect_int(-2127, booked(work, "1600"));
    expect_int(2127, booked(work, "4320"));  /* 7 x 3.04 is 21.28: a cent less on one line */
    d = empty_form(zon.id, "JPY-1"), d.currency = STR("JPY");
    add_line(work, &d, "4320", vat_code(work, VAT_G, 21), 12345, 0);
    (void)expect_refused(&bill_line_currency, bill_enter(work, &d, &bill));
    d.lines.at[0].currency = STR("JPY");
    bill = given_approved(work, &d);
    expect_int(12345, open_of(work, &bill));
    expect_int(-2127 - 7555, booked(work, "1600"));
    expect_proved(work);
    db_rollback(work);
}

/* ---- What is approved is what was seen ---- */

DB_TEST(bill_change_after_submission_voids_it)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "H-1");
    struct bill bill = given_entered(work, &d), seen;
    submit(work, &bill);
    seen = bill;
    d.id = bill.id, d.version = bill.version, d.iban = STR("NL91ABNA0417164300");
    expect_done(bill_change(work, &d, &bill));
    expect_int(BILL_CODED, bill.state);
    expect(!bill.submitted_hash.at);
    (void)expect_refused(&bill_changed, approve(work, &seen)); /* the version he saw */
    submit(work, &bill);
    expect_done(approve(work, &bill));
    (void)expect_refused(&bill_wrong_state, bill_change(work, (d.version = bill.version, &d), &bill));
    db_rollback(work);
}

static void expect_other_hash(struct work *work, const struct bill *b, const struct bill_lines *lines, struct str hash)
{
    expect(!str_equal(hash, bill_hash(work, b, lines)));
}

DB_TEST(bill_hash_covers_what_is_approved)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "H-1");
    struct bill bill = given_entered(work, &d);
    struct bill_lines lines = { 0 };
    expect_done(bill_lines_of(work, bill.id, &lines));
    struct str hash = bill_hash(work, &bill, &lines);
#define OTHER(change)                                  \
    do {                                               \
        struct bill b = bill;                          \
        change;                                        \
        expect_other_hash(work, &b, &lines, hash);     \
    } while (0)
    OTHER(b.party_id.n++);
    OTHER(b.kind = BILL_CREDIT_NOTE);
    OTHER(b.number = STR("H-2"));
    OTHER(b.issued_on.ymd++);
    OTHER(b.due_on.ymd++);
    OTHER(b.booked_on.ymd = 20250301);
    OTHER(b.currency = STR("USD"));
    OTHER(b.net_minor++);
    OTHER(b.vat_minor++);
    OTHER(b.total_minor++);
    OTHER(b.prepaid_minor++);
    OTHER(b.rounding_minor++);
    OTHER(b.payable_minor++);
    OTHER(b.iban = STR("NL91ABNA0417164300"));
    OTHER(b.reference = STR("x"));
    OTHER(b.discount_minor++);
    OTHER(b.discount_on.ymd = 20250301);
#undef OTHER
#define OTHER_LINE(change)                             \
    do {                                               \
        struct bill_line kept = lines.at[0], *l = &lines.at[0]; \
        change;                                        \
        expect_other_hash(work, &bill, &lines, hash);  \
        lines.at[0] = kept;                            \
    } while (0)
    OTHER_LINE(l->account_id.n++);
    OTHER_LINE(l->vat_code_id.n++);
    OTHER_LINE(l->net_minor++);
    OTHER_LINE(l->vat_minor++);
    OTHER_LINE(l->cost_center = STR("x"));
    OTHER_LINE(l->description = STR("x"));
#undef OTHER_LINE
    expect(str_equal(hash, bill_hash(work, &bill, &lines)));
    db_rollback(work);
}

/* ---- The schema itself keeps what was approved ---- */

static void expect_kept(struct work *work, const char *text)
{
    static const char *const params[] = { "company_id", "id" };
    struct sql *sql = ARENA_NEW(work->arena, struct sql);
    *sql = (struct sql){ .name = "test_tamper", .text = text, .params = params, .param_count = 2 };
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = form(work, zon.id, "T-1");
    struct bill bill = given_approved(work, &d);
    (void)expect_refused(&db_refused, db_run(work, sql, BILL_KEY(bill.id)));
    db_rollback(work);
}

DB_TEST(bill_approved_is_kept_by_the_schema)
{
    expect_kept(work, "update bill set iban = 'NL91ABNA0417164300' where company_id = $1 and id = $2");
    expect_kept(work, "update bill_line set net_minor = 1 where company_id = $1 and bill_id = $2");
    expect_kept(work, "delete from bill_line where company_id = $1 and bill_id = $2");
    expect_kept(
        work,
        "insert into bill_line (company_id, bill_id, line_no, description, net_minor, vat_minor) values ($1, $2, 9, 'x', 1, 0)");
    expect_kept(work, "delete from bill where company_id = $1 and id = $2");
    expect_kept(work, "update bill_event set note = 'x' where company_id = $1 and bill_id = $2");
}

DB_TEST(bill_refuses_in_words_what_approval_needs)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct bill_data d = { 0 };
    struct bill bill = given_entered(work, &d);
    struct fault *faults = bill_submit(work, bill.id, bill.version, &bill);
    (void)expect_refused(&bill_no_supplier, faults);
    (void)expect_refused(&bill_no_number, faults);
    (void)expect_refused(&bill_no_day, faults);
    d = form(work, zon.id, "W-1");
    d.lines.at[0].account_id.n = 0, d.lines.at[0].vat_code_id.n = 0;
    bill = given_entered(work, &d);
    faults = bill_submit(work, bill.id, bill.version, &bill);
    (void)expect_refused(&bill_uncoded, faults);
    (void)expect_refused(&bill_no_vat_code, faults);
    d.lines.at[0].account_id = account_numbered(work, "1600");
    (void)expect_refused(&bill_control_account, bill_enter(work, &d, &bill));
    db_rollback(work);
}
