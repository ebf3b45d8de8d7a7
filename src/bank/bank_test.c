#include "test.h"
#include "bank/bank.h"
#include "statement/statement.h"

#define OURS "NL91ABNA0417164300"
#define OTHER "NL69INGB0123456789"

static struct bank_account given_account(struct work *work)
{
    struct bank_account account = { .name = STR("Main"), .iban = STR(OURS), .holder = STR("Test BV") };
    expect_done(bank_account_make(work, &account));
    return account;
}

/* A statement of two equal lines and one of its own, opening at `opening`. */
static struct str given_file(struct arena *arena, struct date day, int64_t opening, struct str id, struct str account)
{
    struct statement_party other = { .name = STR("Klant BV"), .account = STR(OTHER), .account_is_iban = true };
    struct statement_payment payment = { .counterparty = &other,
                                         .remittance = STR("factuur 2025-1"),
                                         .end_to_end_id = STR("E1") };
    struct statement_line lines[3];
    const struct statement_line *at[3];
    int64_t amounts[] = { 1000, 1000, -250 }, sum = 0;
    for (int i = 0; i < 3; i++) {
        lines[i] = (struct statement_line){ .number = i + 1,
                                            .booked_on = day,
                                            .valued_on = day,
                                            .amount_minor = amounts[i],
                                            .currency = STR("EUR"),
                                            .status = STATUS_BOOK,
                                            .payment = &payment,
                                            .details = &payment,
                                            .detail_count = 1,
                                            .batch_count = -1,
                                            .amount_exact = DECIMAL(amounts[i] < 0 ? -amounts[i] : amounts[i], 2) };
        at[i] = &lines[i];
        sum += amounts[i];
    }
    struct statement_balance balances[] = {
        { .type = BALANCE_OPENING, .code = STR("OPBD"), .amount_minor = opening, .currency = STR("EUR"), .on = day },
        { .type = BALANCE_CLOSING, .code = STR("CLBD"), .amount_minor = opening + sum, .currency = STR("EUR"), .on = day },
    };
    struct statement s = { .kind = STATEMENT_CAMT_053,
                           .dialect = DIALECT_ISO20022,
                           .message_id = id,
                           .id = id,
                           .number = -1,
                           .page = -1,
                           .legal_number = -1,
                           .message_page = -1,
                           .account = account,
                           .account_is_iban = true,
                           .currency = STR("EUR"),
                           .created_at = instant_of_day(day),
                           .message_created_at = instant_of_day(day),
                           .from_on = day,
                           .to_on = day,
                           .balances = balances,
                           .balance_count = 2,
                           .opening = &balances[0],
                           .closing = &balances[1],
                           .line_count = 3,
                           .declared_count = -1,
                           .lines = at };
    return statement_write_camt053(arena, &s, CAMT_053_08);
}

static void expect_proved(struct work *work)
{
    struct ledger_proof proof = { 0 };
    expect_done(ledger_verify(work, &proof));
    expect(proof.holds);
}

DB_TEST(bank_import_never_twice)
{
    struct bank_imported out = { 0 }, again = { 0 }, next = { 0 };
    struct date day = { 20250303 };
    test_begin(work);
    given_account(work);
    struct str file = given_file(work->arena, day, 500000, STR("S1"), STR(OURS));
    expect_done(bank_import(work, STR("s1.xml"), file, &out));
    expect_int(3, out.added_count); /* two equal lines are two lines */
    expect_int(BANK_FIRST, out.statements.at[0].follows);
    expect_int(BANK_PROOF_DONE, out.statements.at[0].proof);
    expect_done(bank_import(work, STR("s1.xml"), file, &again));
    expect_int(0, again.added_count);
    expect_int(3, again.line_count);
    expect_int(BANK_REPEATS, again.statements.at[0].follows);
    expect_done(bank_import(work, STR("s2.xml"),
                            given_file(work->arena, date_add_days(day, 1), 501750, STR("S2"), STR(OURS)), &next));
    expect_int(BANK_FOLLOWS, next.statements.at[0].follows);
    expect_proved(work);
    test_commit(work);
}

DB_TEST(bank_sees_gaps_and_closes_them)
{
    struct bank_imported first = { 0 }, late = { 0 }, between = { 0 };
    struct date day = { 20250303 };
    test_begin(work);
    given_account(work);
    expect_done(bank_import(work, STR("1"), given_file(work->arena, day, 0, STR("S1"), STR(OURS)), &first));
    expect_done(bank_import(work, STR("3"), given_file(work->arena, date_add_days(day, 2), 3500, STR("S3"), STR(OURS)), &late));
    expect_int(BANK_GAP, late.statements.at[0].follows);
    expect_int(1750, late.statements.at[0].missing_minor);
    expect_done(bank_import(work, STR("2"), given_file(work->arena, date_add_days(day, 1), 1750, STR("S2"), STR(OURS)),
                            &between));
    expect_int(BANK_FOLLOWS, between.statements.at[0].follows);
    expect_proved(work);
    test_commit(work);
}

DB_TEST(bank_refuses_what_is_not_ours)
{
    struct bank_imported out = { 0 };
    test_begin(work);
    given_account(work);
    (void)expect_refused(
        &bank_unknown_account,
        bank_import(work, STR("x"), given_file(work->arena, (struct date){ 20250303 }, 0, STR("S"), STR(OTHER)), &out));
    db_rollback(work);
    test_begin(work);
    expect(bank_import(work, STR("x"), STR("this is no statement"), &out) != NULL);
    db_rollback(work);
}
