#include "given.h"
#include "import/import_private.h"

static struct cell text(const char *z) { return (struct cell){ str_of(z), CELL_TEXT }; }

static int64_t amount(struct arena *arena, const char *z, char decimal)
{
    int64_t minor = 0;
    return import_amount(arena, text(z), decimal, 2, &minor) ? minor : -999999;
}

TEST(import_amounts_in_every_writing)
{
    static const struct {
        const char *said;
        char decimal;
        int64_t minor;
    } cases[] = {
        { "1.234,50", ',', 123450 },
        { "1234,5", ',', 123450 },
        { "\xE2\x82\xAC 1.234.567,00", ',', 123456700 },
        { "-12,50", ',', -1250 },
        { "12,50-", ',', -1250 },
        { "(12.50)", '.', -1250 },
        { "1,234.50", '.', 123450 },
        { "1'234.50", '.', 123450 },
        { "EUR 5", ',', 500 },
        { "12,500", ',', 1250 },
        { "0", ',', 0 },
        { "1.234", ',', 123400 },
        { "12,505", ',', -999999 },
        { "1.23", ',', -999999 },
        { "12,3,4", ',', -999999 },
        { "abc", ',', -999999 },
        { "", ',', -999999 },
        { "--5", ',', -999999 },
        { "1.2345,00", ',', -999999 },
        { "12.50", ',', -999999 },
        { "99999999999999999999", ',', -999999 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t got = amount(arena, cases[i].said, cases[i].decimal);
        if (got != cases[i].minor) print_error("%s\n", cases[i].said);
        expect_int(cases[i].minor, got);
    }
    int64_t minor;
    expect(import_amount(arena, (struct cell){ STR("1234.5"), CELL_NUMBER }, ',', 2, &minor)); /* a number of a spreadsheet */
    expect_int(123450, minor);
    expect_int(',', import_decimal_of(STR("1.234,50")));
    expect_int('.', import_decimal_of(STR("12.50")));
    expect_int(0, import_decimal_of(STR("1.234"))); /* thousands, or three decimals? */
    expect_int(',', import_decimal_of(STR("1.234.567")));
    expect_int(0, import_decimal_of(STR("factuur 1.5")));
}

TEST(import_days_in_every_writing)
{
    static const struct { const char *said; enum import_day_order order; int32_t ymd; } cases[] = {
        { "31-12-2025", DAYS_DMY, 20251231 }, { "31/12/25", DAYS_DMY, 20251231 },      { "12/31/2025", DAYS_MDY, 20251231 },
        { "2025-12-31", DAYS_DMY, 20251231 }, { "2025-12-31T10:00:00", DAYS_DMY, 20251231 }, { "20251231", DAYS_DMY, 20251231 },
        { "1.2.2025", DAYS_DMY, 20250201 },   { "31-12-2025 00:00", DAYS_DMY, 20251231 }, { "46022", DAYS_DMY, 20251231 },
        { "31-02-2025", DAYS_DMY, 0 },        { "12/31/2025", DAYS_DMY, 0 },          { "gisteren", DAYS_DMY, 0 },
        { "2025", DAYS_DMY, 0 },              { "31-12", DAYS_DMY, 0 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct date day = { 0 };
        bool good = import_day(text(cases[i].said), cases[i].order, &day);
        if (good != (cases[i].ymd != 0) || day.ymd * good != cases[i].ymd) print_error("%s\n", cases[i].said);
        expect(good == (cases[i].ymd != 0));
        if (good) expect_int(cases[i].ymd, day.ymd);
    }
    expect_int(DAYS_MDY, import_day_order_of(STR("12/31/2025")));
    expect_int(0, import_day_order_of(STR("11/12/2025")));
}

TEST(import_headings_are_known)
{
    expect_int(F_NUMBER, import_field_of_heading(arena, IMPORT_CUSTOMERS, STR("Debiteurnummer")));
    expect_int(F_NUMBER, import_field_of_heading(arena, IMPORT_RECEIVABLES, STR("Factuur-nr.")));
    expect_int(F_PARTY, import_field_of_heading(arena, IMPORT_RECEIVABLES, STR("debiteurnummer")));
    expect_int(F_OPEN, import_field_of_heading(arena, IMPORT_PAYABLES, STR("Openstaand bedrag")));
    expect_int(F_DISCOUNT_PERCENT, import_field_of_heading(arena, IMPORT_RECEIVABLES, STR("Betalingskorting %")));
    expect_int(F_NONE, import_field_of_heading(arena, IMPORT_CUSTOMERS, STR("Lievelingskleur")));
    for (enum import_kind k = IMPORT_CUSTOMERS; k <= IMPORT_PAYMENTS; k++) { /* every example is recognised by its own headings, whole */
        struct str head, line = str_cut(str_of(import_kinds[k].example), '\r', &head);
        while (line.length) {
            head = str_cut(line, ';', &line);
            if (!import_field_of_heading(arena, k, head)) print_error("%s: %.*s\n", import_kinds[k].name, STR_ARG(head));
            expect(import_field_of_heading(arena, k, head) != F_NONE);
        }
    }
}

static struct import_file given_import(struct work *work, enum import_kind kind, const char *content)
{
    struct import_file file = { 0 };
    expect_done(import_add(work, STR("f.csv"), kind, str_of(content), &file));
    expect_done(import_commit(work, &file));
    return file;
}

static struct import_checked given_check(struct work *work, enum import_kind kind, const char *content)
{
    struct import_file file = { 0 };
    struct import_checked checked = { 0 };
    expect_done(import_add(work, STR("f.csv"), kind, str_of(content), &file));
    expect_done(import_check(work, &file, &checked));
    return checked;
}

DB_TEST(import_a_company_moves_in)
{
    test_begin(work);
    struct import_file customers = given_import(work, 0, import_kinds[IMPORT_CUSTOMERS].example);
    expect_int(IMPORT_CUSTOMERS, customers.kind);
    expect_int(2, customers.made_count);
    struct party zon = { 0 };
    struct party_banks banks = { 0 };
    bool found;
    expect_done(party_by_number(work, STR("10001"), &zon, &found));
    expect(found && zon.is_customer && !zon.is_supplier);
    expect_str("Dorpsstraat 1", zon.street);
    expect_int(30, zon.customer_terms_days);
    expect_done(party_banks_of(work, zon.id, &banks));
    expect_int(1, banks.count);
    expect_int(BANK_PROPOSED, banks.at[0].state); /* a second person still has to verify it */
    struct import_file items = given_import(work, 0, import_kinds[IMPORT_RECEIVABLES].example);
    expect_int(IMPORT_RECEIVABLES, items.kind);
    expect_int(3, items.made_count);
    expect_int(121000 + 30250 - 12100, items.total_minor);
    struct open_items open = { 0 };
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, zon.id, &open));
    expect_int(2, open.count);
    expect_int(20250214, open.at[0].due_on.ymd);
    expect_int(20250221, open.at[1].due_on.ymd); /* none given: by the customer's terms */
    expect_int(-12100, open.at[1].rest_minor);
    struct import_file suppliers = given_import(work, 0, import_kinds[IMPORT_SUPPLIERS].example);
    expect_int(IMPORT_SUPPLIERS, suppliers.kind); /* the same columns as customers: its headings tell */
    struct import_file owed = given_import(work, 0, import_kinds[IMPORT_PAYABLES].example);
    expect_int(-242000, owed.total_minor);
    struct import_file balances =
        given_import(work, IMPORT_BALANCES, "Rekening;Saldo\n1100;25000,00\n1300;1391,50\n0500;-26391,50\n");
    expect_int(2, balances.made_count); /* receivables stand there as items already */
    expect_int(-139150, balances.total_minor);
    account_id opening;
    int64_t rest;
    expect_done(ledger_account_for(work, FOR_OPENING, &opening));
    expect_done(ledger_account_balance(work, opening, &rest));
    expect_int(-2639150 + 242000, rest); /* the equity of the balance, and the payables that it left out */
    expect_ledger_proved(work);
    test_commit(work);
}

DB_TEST(import_says_everything_wrong_at_once)
{
    test_begin(work);
    struct import_checked c =
        given_check(work, IMPORT_CUSTOMERS,
                    "nummer;naam;kvk;land;iban\n1;Zon;123;Nergensland;NL00BANK\n1;;12345678;NL;\n;Maan;;BE;\n");
    expect_int(3, c.row_count);
    expect_int(5, c.error_count); /* KVK, country, IBAN; name missing, number twice */
    expect_int(2, c.errors.at[0].row);
    expect(c.rows.at[0].is_wrong && c.rows.at[1].is_wrong && !c.rows.at[2].is_wrong);
    bool iban = false;
    for (size_t i = 0; i < c.errors.count; i++)
        if (str_is(c.errors.at[i].field, "iban"))
            iban = str_is(c.errors.at[i].column, "iban") && str_is(c.errors.at[i].value, "NL00BANK");
    expect(iban);
    (void)given_import(work, 0, import_kinds[IMPORT_CUSTOMERS].example);
    c = given_check(
        work, IMPORT_RECEIVABLES,
        "klant;factuur;datum;vervaldatum;totaal;open\n10001;A;1-1-2025;;100,00;200,00\n10001;A;1-1-2025;1-12-2024;5,00;5,00\n"
        "99;B;1-1-2025;;5,00;5,00\n10002;C;31-2-2025;;5.5.5;5,00\nmaan advies;D;1-1-2030;;5,00;5,00\n");
    expect_int(7, c.error_count);
    struct import_file file = { 0 };
    expect_done(import_add(work, STR("w.csv"), IMPORT_RECEIVABLES, STR("klant;factuur;datum;open\n99;B;1-1-2025;5,00\n"), &file));
    struct fault *wrong = expect_refused(&import_wrong_rows, import_commit(work, &file));
    expect(wrong->next && str_is(wrong->next->field, "party"));
    expect_done(import_add(work, STR("x.csv"), IMPORT_RECEIVABLES, STR("factuur;datum\nB;1-1-2025\n"), &file));
    struct import_checked none = { 0 };
    (void)expect_refused(&import_unmapped, import_check(work, &file, &none));
    (void)expect_refused(&import_no_kind, import_add(work, STR("y.csv"), 0, STR("appel;peer\n1;2\n"), &file));
    db_rollback(work);
}

DB_TEST(import_is_once_and_can_be_taken_back)
{
    test_begin(work);
    struct import_file customers = given_import(work, 0, import_kinds[IMPORT_CUSTOMERS].example), again = { 0 };
    (void)expect_refused(&import_again, import_add(work, STR("other name.csv"), 0,
                                                   str_of(import_kinds[IMPORT_CUSTOMERS].example), &again));
    struct import_checked known = given_check(work, IMPORT_CUSTOMERS, "nummer;naam\n10001;De Zon\n10003;Ster\n");
    expect_int(1, known.error_count);
    struct import_file items = given_import(work, IMPORT_RECEIVABLES, import_kinds[IMPORT_RECEIVABLES].example);
    (void)expect_refused(&import_in_use, import_undo(work, &customers, STR("wrong file")));
    struct open_items open = { 0 };
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, (party_id){ 0 }, &open));
    const struct settle_part parts[] = { { open.at[1].id, 12100 }, { open.at[2].id, -12100 } };
    expect_int(-12100, open.at[2].rest_minor);
    struct settlement settlement = { .effective_on = work->today, .reason = STR("set off") };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    test_commit(work);
    test_begin(work);
    (void)expect_refused(&ledger_reversal_settled, import_undo(work, &items, STR("wrong file")));
    db_rollback(work);
    test_begin(work);
    items.state = IMPORT_COMMITTED; /* the refusal changed nothing */
    expect_done(ledger_unsettle(work, settlement.id, work->today, STR("again")));
    expect_done(import_undo(work, &items, STR("wrong file")));
    open = (struct open_items){ 0 };
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, (party_id){ 0 }, &open));
    expect_int(0, open.count);
    items = given_import(work, IMPORT_RECEIVABLES, import_kinds[IMPORT_RECEIVABLES].example); /* the same file counts again */
    expect_int(3, items.made_count);
    expect_ledger_proved(work);
    test_commit(work);
}

DB_TEST(import_history_teaches)
{
    test_begin(work);
    (void)given_import(work, 0, "id;nummer;naam;moeder\nK1;1;Zon;\nK2;2;Zon Zuid;K1\n");
    (void)given_import(work, IMPORT_RECEIVABLES,
                       "id;klant;factuur;datum;totaal;open\nI9;K2;F9;1-2-2025;100,00;60,00\n");
    (void)given_import(work, IMPORT_PAID_INVOICES,
                       "id;klant;factuur;datum;bedrag\nI1;K1;F1;1-1-2025;121,00\nI2;2;F2;2-1-2025;50,00\n");
    struct import_file payments = given_import(
        work, IMPORT_PAYMENTS,
        "betaaldatum;bedrag;naam;iban;omschrijving;klant;facturen;verschil;verschilbedrag\n"
        "3-2-2025;171,00;Zon;NL91ABNA0417164300;f1 en f2;K1;I1:121.00;;\n5-2-2025;40,00;Zon Zuid;;deel;K2;F9;;\n7-2-2025;49,00;x;;;2;I2:50.00;korting;1,00\n"
        "8-2-2025;-7,00;Bank;;kosten;;;;\n");
    expect_int(4, payments.made_count);
    struct cash_past_items past = { 0 };
    expect_done(cash_past_items_all(work, &past));
    expect_int(2, past.count);
    struct import_checked wrong = given_check(
        work, IMPORT_PAYMENTS, "betaaldatum;bedrag;klant;facturen\n3-2-2025;171,00;K1;nooit\n3-2-2025;1,00;K1;I1|I2\n");
    expect_int(3, wrong.error_count);
    struct party zuid = { 0 };
    bool found;
    expect_done(party_by_number(work, STR("2"), &zuid, &found));
    struct party zon = { 0 };
    expect_done(party_by_number(work, STR("1"), &zon, &found));
    expect_int(zon.id.n, zuid.parent_id.n);
    expect_done(import_undo(work, &payments, STR("again")));
    past.count = 0;
    expect_done(cash_past_items_all(work, &past));
    expect_int(2, past.count);
    db_rollback(work);
}
