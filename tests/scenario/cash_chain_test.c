#include "scenario/scene.h"
#include "cash/cash_fixture.h"
#include "sepa/iban.h"

/* Money's whole way, asked as a client asks it: in, back out, and seen on the statement; and what came from another system gets paid. */

#define LL(n) ((long long)(n))
#define PATH(...) str_format(work->arena, __VA_ARGS__).at
enum { CLERK = 1, SECOND = 2, PLANNER = 4, TREASURER = 5 };
static const struct date day = { 20250303 }; /* a Monday */

static json_t *row_of(json_t *list, const char *name, int64_t id)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(list, "items"), i, row) if (number_in(row, name) == id) return row;
    return NULL;
}

static struct str settings_off(struct work *work)
{
    return str_format(
        work->arena,
        "{\"precision_ppm\":0,\"rounding_minor\":5,\"charge_minor\":2500,\"difference_auto_minor\":10000,\"discount_mode\":\"excluded\","
        "\"discount_late_days\":3,\"write_off_minor\":5000,\"answer_days\":7,\"version\":1}");
}

/* Verified by a second person, whoever proposed it. */
static void verify_account(struct scene *s, json_t *bank)
{
    struct work *work = s->work;
    work->user_id = SECOND;
    POST(s, PATH("/party-banks/%lld/verify", LL(number_in(bank, "id"))),
         "{\"channel\":\"phone\",\"note\":\"called the number that was on file\",\"version\":%lld}",
         LL(number_in(bank, "version")));
}

/* Proposed, checked, released by another person; the statement shows the money gone, and the run is done. */
static void pay_all(struct scene *s, int64_t ours, int64_t minor)
{
    struct work *work = s->work;
    work->user_id = PLANNER;
    json_t *run = POST(s, "/payment-runs", "{\"bank_account_id\":%lld,\"until\":\"2025-03-31\"}", LL(ours));
    run = json_object_get(run, "run");
    expect_int(1, number_in(run, "payment_count"));
    const char *release = PATH("/payment-runs/%lld/release", LL(number_in(run, "id")));
    struct str body = str_format(work->arena, "{\"hash\":\"%s\",\"version\":%lld}", text_in(run, "hash"),
                                 LL(number_in(run, "version")));
    const char *batch = PATH("%s-1", text_in(run, "message_id"));
    ask(s, 403, "POST", release, body); /* not the one who proposed it */
    work->user_id = TREASURER;
    expect_str("released", str_of(text_in(ask(s, 200, "POST", release, body), "state")));
    test_begin(work);
    expect_int(-minor, cash_balance_of(work, FOR_TRANSIT));
    const struct pay out[] = { { -minor, NULL, "Betaalopdracht", batch, NULL, NULL } };
    (void)cash_lines(work, out, 1, work->today, "S2");
    test_commit(work);
    json_t *met = POST(s, "/cash/run", "{}");
    expect_int(1, number_in(met, "posted")); /* our own payment: the one thing that is known whatever the setting */
    expect_int(1, number_in(POST(s, "/payments/finish", "{}"), "count"));
    json_t *shown = GET(s, PATH("/payment-runs/%lld", LL(number_in(run, "id"))));
    expect_str("done", str_of(text_in(json_object_get(shown, "run"), "state")));
    test_begin(work);
    expect_int(0, cash_balance_of(work, FOR_TRANSIT));
    expect_int(0, cash_balance_of(work, FOR_SUSPENSE));
    cash_proved(work);
    db_rollback(work);
    expect(json_is_true(json_object_get(GET(s, "/ledger/verify"), "holds")));
}

/* Paid too much: the invoice is settled, the rest decided in the queue to go back, paid by a run, and closed by the bank's own line. */
DB_TEST(scenario_refund_is_one_chain)
{
    test_begin(work);
    (void)given_main_account(work);
    party_id zon = cash_customer(work, "Zonnebloem Handel BV");
    item_id invoice = cash_invoice(work, zon, "2025-0101", 40000);
    const struct pay in[] = { { 50000, "2025-0101", "Zonnebloem Handel BV", NULL, "NL20INGB0001234567", NULL } };
    int64_t line = cash_lines(work, in, 1, day, "S1").at[0].id.n;
    test_commit(work);
    struct scene s = scene_begin(work);
    work->today = (struct date){ 20250305 };
    work->now = instant_of_day(work->today);
    ask(&s, 200, "POST", "/cash/settings", settings_off(work));
    POST(&s, "/cash/run", "{}");
    expect(row_of(GET(&s, "/cash/queue"), "id", line) != NULL);
    json_t *refund = POST(
        &s, "/cash/refund",
        "{\"line_id\":%lld,\"party_id\":%lld,\"shares\":[{\"item_id\":%lld,\"amount\":\"400.00\"}],\"reason\":\"paid too much\"}",
        LL(line), LL(zon.n), LL(invoice.n));
    int64_t credit = number_in(refund, "rest_item_id");
    expect(row_of(GET(&s, "/cash/queue"), "id", line) == NULL);
    json_t *due = row_of(GET(&s, "/payments/due?is_refund=true"), "id", credit);
    expect_str("100.00", str_of(text_in(due, "amount")));
    expect_str("unverified", str_of(text_in(due, "blocks"))); /* the account that it came from was proposed; nobody verified it */
    int64_t ours = number_in(json_array_get(json_object_get(GET(&s, "/bank-accounts"), "items"), 0), "id");
    REFUSED(&s, 409, "/payment-runs", "{\"bank_account_id\":%lld,\"until\":\"2025-03-31\"}", LL(ours));
    verify_account(&s, row_of(GET(&s, "/party-banks"), "party_id", zon.n));
    expect(!json_is_string(json_object_get(row_of(GET(&s, "/payments/due?is_refund=true"), "id", credit), "blocks")));
    pay_all(&s, ours, 10000);
    expect_str("0.00", str_of(text_in(json_object_get(GET(&s, PATH("/items/%lld", LL(invoice.n))), "item"), "rest")));
    expect_str("0.00", str_of(text_in(json_object_get(GET(&s, PATH("/items/%lld", LL(credit))), "item"), "rest")));
    expect(row_of(GET(&s, "/payments/due"), "id", credit) == NULL);
    expect_int(0, json_array_size(json_object_get(GET(&s, "/cash/queue"), "items")));
    REFUSED(&s, 409, PATH("/cash/decisions/%lld/undo", LL(number_in(refund, "id"))), "{\"reason\":\"too late: it was paid\"}");
    scene_end(&s);
}

/* Each payment carries the reference that the import told: RF, betalingskenmerk or a text; without one, the supplier's number. */
DB_TEST(scenario_imported_references_go_with_the_payment)
{
    static const struct {
        const char *number, *kind, *reference;
    } wanted[] = { { "F-1", "rf", "RF18539007547034" },
                   { "F-2", "kenmerk", NULL },
                   { "F-3", "free", "Klant 88 dossier 12" },
                   { "F-4", "free", "F-4" } };
    test_begin(work);
    (void)given_main_account(work);
    test_commit(work);
    struct scene s = scene_begin(work);
    work->today = (struct date){ 20250305 };
    work->now = instant_of_day(work->today);
    ask(&s, 200, "POST", "/cash/settings", settings_off(work));
    struct text suppliers = text_new(work->arena);
    text_addz(&suppliers, "Code;Naam;IBAN\n");
    for (int n = 1; n <= 4; n++) {
        struct str iban = { 0 };
        expect_done(iban_make(work->arena, STR("NL"), str_format(work->arena, "INGB%010d", 1234500 + n), &iban));
        text_addf(&suppliers, "2000%d;Ster %d BV;%.*s\n", n, n, STR_ARG(iban));
    }
    ask(&s, 200, "POST", "/imports/run?file_name=l.csv&kind=suppliers", text_str(&suppliers));
    struct str kenmerk = { 0 };
    expect_done(kenmerk_make(work->arena, STR("234567890123456"), &kenmerk));
    json_t *made = ask(
        &s, 200, "POST", "/imports/run?file_name=open.csv&kind=payables",
        str_format(
            work->arena,
            "Crediteurnummer;Factuurnummer;Factuurdatum;Vervaldatum;Openstaand;Betalingskenmerk\n"
            "20001;F-1;10-01-2025;09-02-2025;100,00;RF18 5390 0754 7034\n20002;F-2;10-01-2025;09-02-2025;100,00;%.*s\n"
            "20003;F-3;10-01-2025;09-02-2025;100,00;Klant 88 dossier 12\n20004;F-4;10-01-2025;09-02-2025;100,00;\n",
            STR_ARG(kenmerk)));
    expect_int(4, number_in(made, "made_count"));
    json_t *due = GET(&s, "/payments/due"), *row;
    size_t i, at;
    expect_int(4, json_array_size(json_object_get(due, "items")));
    json_array_foreach(json_object_get(due, "items"), i, row)
        verify_account(&s, row_of(GET(&s, "/party-banks"), "party_id", number_in(row, "party_id")));
    int64_t ours = number_in(json_array_get(json_object_get(GET(&s, "/bank-accounts"), "items"), 0), "id");
    work->user_id = PLANNER;
    json_t *shown = POST(&s, "/payment-runs", "{\"bank_account_id\":%lld,\"until\":\"2025-03-31\"}", LL(ours));
    expect_int(4, json_array_size(json_object_get(shown, "payments")));
    for (size_t k = 0; k < ARRAY_LENGTH(wanted); k++) {
        json_t *payment = NULL, *part;
        json_array_foreach(json_object_get(shown, "parts"), i, part)
            if (!strcmp(text_in(part, "item_reference"), wanted[k].number))
                json_array_foreach(json_object_get(shown, "payments"), at, row)
                    if (number_in(row, "id") == number_in(part, "payment_id")) payment = row;
        assert_non_null(payment);
        expect_str(wanted[k].kind, str_of(text_in(payment, "reference_kind")));
        expect_str(wanted[k].reference ? wanted[k].reference : kenmerk.at, str_of(text_in(payment, "reference")));
    }
    scene_end(&s);
}

/* A page that is found by the order alone and read by its rows says what the whole list says: with `count` it is asked in one piece. */
static void expect_alike(struct scene *s, const char *target, int least)
{
    struct arena *arena = s->work->arena;
    json_t *whole = json_object_get(GET(s, str_format(arena, "%s&limit=50&count=true", target).at), "items"), *page;
    size_t count = json_array_size(whole);
    expect((int)count >= least);
    const char *after = "";
    for (size_t at = 0; at < count; at++) { /* one by one, by the cursor */
        page = GET(s, str_format(arena, "%s&limit=1%s%s", target, *after ? "&after=" : "", after).at);
        expect(json_equal(json_array_get(whole, at), json_array_get(json_object_get(page, "items"), 0)));
        after = at + 1 < count ? text_in(page, "next") : "";
    }
}

static void expect_all_alike(struct scene *s)
{
    static const char *const sorts[] = { "party_name", "-party_name", "discount_on", "-discount_on", "amount", "-due_on", "-id" };
    for (size_t i = 0; i < ARRAY_LENGTH(sorts); i++) {
        expect_alike(s, str_format(s->work->arena, "/payments/due?sort=%s", sorts[i]).at, 3);
        expect_alike(s, str_format(s->work->arena, "/payments/due?until=2025-03-31&control=payables&sort=%s", sorts[i]).at, 2);
    }
    expect_alike(s, "/payments/due?party_name.has=papier&sort=due_on", 3);
    expect_alike(s, "/items?control=payables&rest.ne=0&sort=due_on", 3);
}

/* What was owed in the system before: imported, due, proposed, paid. */
DB_TEST(scenario_imported_payables_are_paid)
{
    test_begin(work);
    (void)given_main_account(work);
    test_commit(work);
    struct scene s = scene_begin(work);
    work->today = (struct date){ 20250305 };
    work->now = instant_of_day(work->today);
    ask(&s, 200, "POST", "/cash/settings", settings_off(work));
    ask(&s, 200, "POST", "/imports/run?file_name=l.csv&kind=suppliers",
        STR("Code;Naam;IBAN\n20001;Ster Papier BV;NL20INGB0001234567\n"));
    json_t *made = ask(
        &s, 200, "POST", "/imports/run?file_name=open.csv&kind=payables",
        STR("Crediteurnummer;Factuurnummer;Factuurdatum;Vervaldatum;Openstaand\n20001;F-7781;10-01-2025;09-02-2025;2.420,00\n"
            "20001;F-7790;20-01-2025;19-02-2025;-420,00\n20001;F-9000;01-03-2025;30-06-2025;100,00\n"));
    expect_int(3, number_in(made, "made_count"));
    json_t *due = GET(&s, "/payments/due");
    expect_int(3, json_array_size(json_object_get(due, "items")));
    json_t *first = NULL, *row;
    size_t i;
    json_array_foreach(json_object_get(due, "items"), i, row) if (!strcmp(text_in(row, "item_reference"), "F-7781")) first = row;
    expect_str("2420.00", str_of(text_in(first, "amount")));
    expect_str("unverified", str_of(text_in(first, "blocks")));
    verify_account(&s, row_of(GET(&s, "/party-banks"), "party_id", number_in(first, "party_id")));
    expect_all_alike(&s);
    int64_t ours = number_in(json_array_get(json_object_get(GET(&s, "/bank-accounts"), "items"), 0), "id");
    pay_all(&s, ours, 200000); /* the credit note is taken off; what is due in June stays */
    expect_int(1, json_array_size(json_object_get(GET(&s, "/payments/due"), "items")));
    scene_end(&s);
}
