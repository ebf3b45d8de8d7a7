#include "payment/payment_test.h"

struct test_key { int64_t id, other; };
RECORD(test_key, { FIELD(struct test_key, id), FIELD(struct test_key, other) });
struct test_bill {
    int64_t id;
    party_id party_id;
    struct str kind, number;
    int64_t minor;
    struct date due_on;
    enum reference_kind reference_kind;
    struct str reference;
};
static const char *const reference_kinds[] = { NULL, "rf", "kenmerk", "free" };
RECORD(test_bill, {
    FIELD(struct test_bill, id),
    ID(struct test_bill, party_id),
    FIELD(struct test_bill, kind),
    FIELD(struct test_bill, number),
    AMOUNT(struct test_bill, minor),
    FIELD(struct test_bill, due_on),
    FIELD(struct test_bill, reference_kind, CHOICES(reference_kinds), OPTIONAL),
    FIELD(struct test_bill, reference, OPTIONAL),
});
static const char *const key_params[] = { "company_id", "id", "other", "now", "user_id" };
static const char *const bill_params[] = { "company_id", "id",     "party_id", "kind",
                                           "number",     "due_on", "minor",    "reference_kind",
                                           "reference",  "now",    "user_id" };
static const struct sql bill_insert = {
    "test_bill_add",
    "insert into bill (company_id, id, receipt_number, state, party_id, kind, number, number_key, issued_on, due_on, currency, net_minor, vat_minor, total_minor, "
    "prepaid_minor, rounding_minor, payable_minor, reference_kind, reference, discount_minor, syntax, received_at, entered_by, approved_hash, version) "
    "values ($1, $2, $2, 'approved', $3, $4, $5, $5, '2025-02-01', $6, 'EUR', $7, 0, $7, 0, 0, $7, $8, $9, 0, 'entered', $10, $11, 'test', 1)",
    bill_params, ARRAY_LENGTH(bill_params)
};

/* The engines want $1, $2, … in the order in which they first appear: here they stand for fixed names, so they are numbered anew. */
struct fault *test_sql(struct work *work, const char *text, int64_t id, int64_t other)
{
    struct sql *sql = ARENA_NEW(work->arena, struct sql);
    const char **params = ARENA_ARRAY(work->arena, const char *, ARRAY_LENGTH(key_params));
    size_t used = 0, number[10] = { 0 };
    struct text out = text_new(work->arena);
    for (const char *at = text; *at; at++) {
        text_add_char(&out, *at);
        if (*at != '$') continue;
        size_t which = (size_t)(*++at - '0');
        if (!number[which]) params[used] = key_params[which - 1], number[which] = ++used;
        text_add_int(&out, (int64_t)number[which]);
    }
    *sql = (struct sql){ str_format(work->arena, "test_%lld", (long long)id_new(work)).at, text_str(&out).at, params, used };
    const struct test_key key = { id, other };
    return db_run(work, sql, GIVEN(test_key, &key));
}

struct party given_payee(struct work *work, int n)
{
    return given_party(work, (struct party){ .name = str_format(work->arena, "Leverancier %d B.V.", n),
                                             .is_supplier = true,
                                             .is_customer = true,
                                             .city = STR("Utrecht"),
                                             .email = str_format(work->arena, "admin@leverancier%d.example", n) });
}

struct party_bank given_payee_bank(struct work *work, party_id party, int n, bool verified)
{
    struct party_bank bank = { .party_id = party };
    int64_t user = work->user_id;
    expect_done(iban_make(work->arena, STR("NL"), str_format(work->arena, "RABO%010d", 123456000 + n), &bank.iban));
    work->user_id = CLERK;
    expect_done(party_bank_propose(work, &bank));
    work->user_id = user;
    if (verified)
        expect_done(test_sql(
            work,
            "update party_bank set state = 'verified', verified_by = 2, verified_at = proposed_at, channel = 'phone', usable_from = '2025-01-01', "
            "is_preferred = true where company_id = $1 and id = $2",
            bank.id.n, 0));
    return bank;
}

item_id given_payee_bill(struct work *work, party_id party, int64_t minor, const char *number, struct date due_on,
                         enum reference_kind kind, const char *reference, int64_t *bill)
{
    int64_t user = work->user_id;
    const struct test_bill row = { id_new(work),
                                   party,
                                   minor < 0 ? STR("credit_note") : STR("invoice"),
                                   str_of(number),
                                   minor < 0 ? -minor : minor,
                                   due_on,
                                   kind,
                                   str_of(reference) };
    work->user_id = CLERK;
    expect_done(db_run(work, &bill_insert, GIVEN(test_bill, &row)));
    expect_done(access_duty(work, "bill", row.id, "bill.enter"));
    work->user_id = user;
    if (bill) *bill = row.id;
    return given_item(work, &(struct given_item){ .journal = JOURNAL_PURCHASE,
                                                  .control = account_for(work, FOR_PAYABLES),
                                                  .other = account_for(work, FOR_EXPENSES),
                                                  .party = party,
                                                  .minor = -minor,
                                                  .kind = minor < 0 ? ITEM_CREDIT_NOTE : ITEM_INVOICE,
                                                  .reference = number,
                                                  .due = due_on,
                                                  .source_kind = "bill",
                                                  .source_id = row.id });
}

struct scene given_scene(struct work *work)
{
    struct scene s = { .ours = given_main_account(work) };
    const struct date due = { 20250301 };
    for (int i = 0; i < 2; i++) {
        s.party[i] = given_payee(work, i + 1);
        s.bank[i] = given_payee_bank(work, s.party[i].id, i + 1, true);
    }
    s.item[0] = given_payee_bill(work, s.party[0].id, 10000, "2025-1", due, 0, NULL, &s.bill[0]);
    s.item[1] = given_payee_bill(work, s.party[0].id, 5000, "2025-2", due, 0, NULL, &s.bill[1]);
    s.item[2] = given_payee_bill(work, s.party[1].id, 2500, "77", due, REFERENCE_KENMERK, "5000056789012345", &s.bill[2]);
    const struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    work->user_id = PLANNER;
    expect_done(payment_propose(work, &proposal, &s.shown));
    return s;
}

struct payment_run release_scene(struct work *work, const struct scene *scene)
{
    struct payment_run run = { 0 };
    const struct payment_release release = { scene->shown.run.id, scene->shown.run.hash, scene->shown.run.version };
    work->user_id = TREASURER;
    expect_done(payment_release(work, &release, &run));
    return run;
}

struct transit_row { int64_t sum_minor; };
RECORD(transit_row, { AMOUNT(struct transit_row, sum_minor) });
int64_t transit_balance(struct work *work)
{
    static const struct sql sum = {
        "test_transit",
        "select cast(coalesce(sum(l.base_minor), 0) as bigint) as sum_minor from entry_line l join account a on a.company_id = l.company_id and "
        "a.id = l.account_id where l.company_id = $1 and a.purpose = 'payments_transit'",
        key_params, 1
    };
    struct transit_row balance = { 0 };
    expect_done(db_one(work, &sum, NONE, INTO(transit_row, &balance), &db_broken));
    return balance.sum_minor;
}

void pay_in_cash(struct work *work, party_id party, item_id item, int64_t minor)
{
    const struct date on = { 20250301 };
    item_id paid = given_item(work, &(struct given_item){ .journal = JOURNAL_MEMORIAL,
                                                          .control = account_for(work, FOR_PAYABLES),
                                                          .other = account_for(work, FOR_EXPENSES),
                                                          .party = party,
                                                          .minor = minor,
                                                          .kind = ITEM_PAYMENT,
                                                          .reference = "cash",
                                                          .on = on,
                                                          .due = on });
    struct settlement settlement = { .effective_on = on, .reason = STR("paid in cash") };
    const struct settle_part parts[] = { { item, -minor }, { paid, minor } };
    expect_done(ledger_settle(work, &settlement, parts, 2));
}
