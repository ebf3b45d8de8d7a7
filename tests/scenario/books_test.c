/* Accounts, entries, items, parties, files, statements and cash through the operations, as a client asks them. */
#include "scenario/scene.h"
#include "statement/statement.h"

#define PATH(...) str_format(work->arena, __VA_ARGS__).at
#define UPLOAD(scene, status, target, text) ask(scene, status, "POST", target, str_of(text))

DB_TEST(scenario_chart_and_entries)
{
    struct scene s = scene_begin(work);
    expect_int(50, json_array_size(json_object_get(GET(&s, "/accounts"), "items")));
    json_t *added = POST(&s, "/accounts", "{\"number\":\"4999\",\"name\":\"Diversen\",\"kind\":\"expense\"}");
    REFUSED(&s, 409, "/accounts", "{\"number\":\"4999\",\"name\":\"Diversen\",\"kind\":\"expense\"}");
    json_t *changed = POST(&s, PATH("/accounts/%lld", (long long)number_in(added, "id")),
                           "{\"number\":\"4998\",\"name\":\"Divers\",\"is_blocked\":true,\"version\":1}");
    expect_int(2, number_in(changed, "version"));
    REFUSED(&s, 409, PATH("/accounts/%lld", (long long)number_in(added, "id")),
            "{\"number\":\"4998\",\"name\":\"Divers\",\"is_blocked\":true,\"version\":1}");
    expect_int(16, json_array_size(json_object_get(GET(&s, "/vat-codes"), "items")));
    expect_int(48, json_array_size(json_object_get(GET(&s, "/periods"), "items")));
    POST(&s, "/exchange-rates",
         "{\"currency\":\"USD\",\"valid_on\":\"2025-01-01\",\"rate\":\"0.95\",\"source\":\"ECB\"}");
    REFUSED(&s, 422, "/exchange-rates",
            "{\"currency\":\"XYZ\",\"valid_on\":\"2025-01-01\",\"rate\":\"0.95\",\"source\":\"ECB\"}");
    json_t *entry = POST(
        &s, "/entries",
        "{\"dated_on\":\"2025-01-31\",\"description\":\"Huur\",\"lines\":[{\"account\":\"4200\",\"base\":\"1000.00\"},{\"account\":\"1000\",\"base\":\"-1000.00\"}]}");
    int64_t id = number_in(json_object_get(entry, "entry"), "id");
    GET(&s, PATH("/entries/%lld", (long long)id));
    REFUSED(
        &s, 422, "/entries",
        "{\"dated_on\":\"2025-01-31\",\"description\":\"Huur\",\"lines\":[{\"account\":\"4200\",\"base\":\"1000.00\"},{\"account\":\"1000\",\"base\":\"-999.99\"}]}");
    REFUSED(
        &s, 409, "/entries",
        "{\"dated_on\":\"2025-01-31\",\"description\":\"Huur\",\"lines\":[{\"account\":\"4998\",\"base\":\"1.00\"},{\"account\":\"1000\",\"base\":\"-1.00\"}]}");
    json_t *balance = GET(&s, "/ledger/trial-balance?from_on=2025-01-01&to_on=2025-12-31");
    expect_str("1000.00", str_of(text_in(balance, "debit")));
    POST(&s, PATH("/entries/%lld/reverse", (long long)id), "{\"dated_on\":\"2025-01-31\",\"why\":\"twice\"}");
    REFUSED(&s, 409, PATH("/entries/%lld/reverse", (long long)id), "{\"dated_on\":\"2025-01-31\",\"why\":\"twice\"}");
    /* A period that is closed stays closed, for entries and for the database itself. */
    json_t *period = json_array_get(json_object_get(GET(&s, "/periods?from_on=2025-01-01"), "items"), 0);
    POST(&s, PATH("/periods/%lld/close", (long long)number_in(period, "id")), "{\"version\":1}");
    REFUSED(&s, 409, PATH("/periods/%lld/close", (long long)number_in(period, "id")), "{\"version\":2}");
    REFUSED(
        &s, 409, "/entries",
        "{\"dated_on\":\"2025-01-31\",\"description\":\"Huur\",\"lines\":[{\"account\":\"4200\",\"base\":\"1.00\"},{\"account\":\"1000\",\"base\":\"-1.00\"}]}");
    json_t *proof = GET(&s, "/ledger/verify");
    expect(json_is_true(json_object_get(proof, "holds")));
    GET(&s, "/audit?limit=5");
    GET(&s, "/audit/verify");
    scene_end(&s);
}

#define ECB_HEAD \
    "<?xml version='1.0' encoding='UTF-8'?><gesmes:Envelope xmlns:gesmes='http://www.gesmes.org/xml/2002-08-01' xmlns='http://www.ecb.int/vocabulary/2002-08-01/eurofxref'><gesmes:subject>Reference rates</gesmes:subject><Cube>"
#define ECB_DAY(day, dollar)                                  \
    "<Cube time='" day "'><Cube currency='USD' rate='" dollar \
    "'/><Cube currency='JPY' rate='162.55'/><Cube currency='IDR' rate='17105.42'/><Cube currency='XQQ' rate='2'/></Cube>"

DB_TEST(scenario_exchange_rates)
{
    struct scene s = scene_begin(work);
    json_t *dollar =
        POST(&s, "/exchange-rates",
             "{\"currency\":\"USD\",\"valid_on\":\"2025-01-02\",\"rate\":\"0.95\",\"source\":\"contract\"}");
    json_t *again = POST(
        &s, "/exchange-rates",
        "{\"currency\":\"USD\",\"valid_on\":\"2025-01-02\",\"rate\":\"0.96\",\"source\":\"contract\",\"version\":1}");
    expect_int(number_in(dollar, "id"), number_in(again, "id"));
    expect_int(2, number_in(again, "version"));
    REFUSED(
        &s, 409, "/exchange-rates",
        "{\"currency\":\"USD\",\"valid_on\":\"2025-01-02\",\"rate\":\"0.97\",\"source\":\"contract\",\"version\":1}");
    REFUSED(&s, 422, "/exchange-rates",
            "{\"currency\":\"EUR\",\"valid_on\":\"2025-01-02\",\"rate\":\"1\",\"source\":\"x\"}");
    REFUSED(&s, 422, "/exchange-rates",
            "{\"currency\":\"USD\",\"valid_on\":\"2025-01-02\",\"rate\":\"0\",\"source\":\"x\"}");
    /* Out of the bank's file: what stands there by hand stays, the rest comes in once. */
    const char *file = ECB_HEAD ECB_DAY("2025-01-02", "1.0321") ECB_DAY("2025-01-03", "1.0299") "</Cube></gesmes:Envelope>";
    json_t *taken = UPLOAD(&s, 200, "/exchange-rates/import?file_name=eurofxref.xml", file);
    expect_int(5, number_in(taken, "added"));
    expect_int(1, number_in(taken, "kept"));
    expect_str("XQQ", str_of(text_in(taken, "unknown")));
    taken = UPLOAD(&s, 200, "/exchange-rates/import?file_name=eurofxref.xml", file);
    expect_int(0, number_in(taken, "added"));
    expect_int(5, number_in(taken, "same"));
    taken = UPLOAD(&s, 200, "/exchange-rates/import?file_name=eurofxref-hist.csv",
                   "Date,USD,JPY,CYP,\n2025-01-03,1.0310,162.55,N/A,\n06 January 2025,1.0426,163.0,N/A,\n");
    expect_int(2, number_in(taken, "added"));
    expect_int(1, number_in(taken, "changed"));
    json_t *rows = json_object_get(GET(&s, "/exchange-rates?sort=-valid_on&currency=USD&count=true"), "items");
    expect_int(3, json_array_size(rows));
    expect_str("0.9591406100", str_format(work->arena, "%s00", text_in(json_array_get(rows, 0), "rate")));
    expect_str("0.9699321048", str_of(text_in(json_array_get(rows, 1), "rate")));
    expect_str("contract", str_of(text_in(json_array_get(rows, 2), "source")));
    expect(number_in(json_array_get(rows, 0), "entered_by") > 0);
    rows = json_object_get(GET(&s, "/exchange-rates?currency=IDR&sort=valid_on"), "items");
    expect_str("0.00005846100242", str_format(work->arena, "%s", text_in(json_array_get(rows, 0), "rate")));
    GET(&s, PATH("/history/exchange_rate/%lld", (long long)number_in(dollar, "id")));
    const char *const wrong[] = { "<a/>",
                                  "Date,USD\n2025-01-03,much\n",
                                  "Date,USD\nyesterday,1.0\n",
                                  "name,city\nA,B\n",
                                  "Date,XAF1\n2025-01-03,1\n",
                                  "<Cube time='2025-13-01'/>",
                                  "x" };
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) UPLOAD(&s, 422, "/exchange-rates/import?file_name=x", wrong[i]);
    scene_end(&s);
}

DB_TEST(scenario_parties_and_files)
{
    struct scene s = scene_begin(work);
    json_t *party = POST(
        &s, "/parties",
        "{\"name\":\"Bakkerij De Zon B.V.\",\"is_supplier\":true,\"kvk_number\":\"12345678\",\"email\":\"info@zon.nl\"}");
    int64_t id = number_in(party, "id");
    json_t *changed = POST(&s, PATH("/parties/%lld", (long long)id),
                           "{\"name\":\"De Zon\",\"is_supplier\":true,\"city\":\"Delft\",\"version\":1}");
    expect_str("Delft", str_of(text_in(changed, "city")));
    REFUSED(&s, 409, PATH("/parties/%lld", (long long)id), "{\"name\":\"De Zon\",\"is_supplier\":true,\"version\":1}");
    json_t *contact =
        POST(&s, "/contacts", "{\"party_id\":%lld,\"name\":\"Ans\",\"purpose\":\"billing\",\"email\":\"ans@zon.nl\"}",
             (long long)id);
    json_t *bank = POST(&s, "/party-banks", "{\"party_id\":%lld,\"iban\":\"NL91 ABNA 0417 1643 00\"}", (long long)id);
    REFUSED(&s, 422, "/party-banks", "{\"party_id\":%lld,\"iban\":\"NL91ABNA0417164301\"}", (long long)id);
    /* Who proposed it (user 1) does not verify it; user 2 does. */
    struct str verify =
        str_format(work->arena, "{\"channel\":\"phone\",\"note\":\"called Ans on her known number\",\"version\":1}");
    ask(&s, 403, "POST", PATH("/party-banks/%lld/verify", (long long)number_in(bank, "id")), verify);
    work->user_id = 2;
    ask(&s, 200, "POST", PATH("/party-banks/%lld/verify", (long long)number_in(bank, "id")), verify);
    work->user_id = 1;
    GET(&s, PATH("/parties/%lld", (long long)id));
    expect_int(1, json_array_size(json_object_get(GET(&s, "/parties?name.has=zon"), "items")));
    expect_int(1, json_array_size(json_object_get(GET(&s, PATH("/parties?id.in=%lld,999999", (long long)id)), "items")));
    json_t *banks = GET(&s, "/party-banks");
    POST(&s, PATH("/party-banks/%lld/block", (long long)number_in(bank, "id")),
         "{\"note\":\"asked by the bank\",\"version\":%lld}",
         (long long)number_in(json_array_get(json_object_get(banks, "items"), 0), "version"));
    json_t *moved =
        POST(&s, "/contacts", "{\"id\":%lld,\"party_id\":%lld,\"name\":\"Ans\",\"purpose\":\"orders\",\"version\":1}",
             (long long)number_in(contact, "id"), (long long)id);
    expect_int(2, number_in(moved, "version"));
    json_t *last = json_array_get(json_object_get(GET(&s, "/audit?sort=-id&limit=1"), "items"), 0);
    char *changes = json_dumps(json_object_get(last, "changes"), 0);
    expect(strstr(changes, "billing") && strstr(changes, "orders")); /* before and after */
    free(changes);
    POST(&s, PATH("/contacts/%lld/end", (long long)number_in(contact, "id")), "{}");
    REFUSED(&s, 404, PATH("/contacts/%lld/end", (long long)number_in(contact, "id")), "{}");
    /* Files: as they came, found by their words. */
    json_t *document = ask(&s, 200, "POST", "/documents?file_name=brief.txt",
                           STR("Offerte voor drie d\xC3\xA9limiteurs, kenmerk Q-17"));
    int64_t document_id = number_in(document, "id");
    GET(&s, PATH("/documents/%lld", (long long)document_id));
    GET(&s, PATH("/documents/%lld/file", (long long)document_id));
    GET(&s, "/documents");
    POST(&s, PATH("/documents/%lld/tags", (long long)document_id), "{\"tag\":\"offerte\"}");
    POST(&s, PATH("/documents/%lld/tags/remove", (long long)document_id), "{\"tag\":\"offerte\"}");
    expect_int(0, json_array_size(json_object_get(GET(&s, "/search/payments?q=nobody"), "hits")));
    POST(&s, "/search/rebuild", "{}");
    expect_int(1, json_array_size(json_object_get(GET(&s, "/documents/search?text=delim"), "documents")));
    expect_int(0, json_array_size(json_object_get(GET(&s, "/documents/search?text=delim%20nooit"), "documents")));
    scene_end(&s);
}

/* One day of the bank, in camt.053. */
static struct str given_day(struct arena *arena, int64_t minor, const char *text, const char *name)
{
    struct date day = { 20250303 };
    struct statement_party other = { .name = str_of(name) };
    struct statement_payment payment = { .counterparty = &other, .remittance = str_of(text) };
    struct statement_line line = { .number = 1,
                                   .booked_on = day,
                                   .valued_on = day,
                                   .amount_minor = minor,
                                   .currency = STR("EUR"),
                                   .status = STATUS_BOOK,
                                   .payment = &payment,
                                   .details = &payment,
                                   .detail_count = 1,
                                   .batch_count = -1,
                                   .amount_exact = DECIMAL(minor, 2) };
    const struct statement_line *at[] = { &line };
    struct statement_balance balances[] = {
        { .type = BALANCE_OPENING, .code = STR("OPBD"), .currency = STR("EUR"), .on = day },
        { .type = BALANCE_CLOSING, .code = STR("CLBD"), .amount_minor = minor, .currency = STR("EUR"), .on = day }
    };
    struct statement s = { .kind = STATEMENT_CAMT_053,
                           .dialect = DIALECT_ISO20022,
                           .message_id = STR("M"),
                           .id = STR("S"),
                           .number = -1,
                           .page = -1,
                           .legal_number = -1,
                           .message_page = -1,
                           .account = STR("NL91ABNA0417164300"),
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
                           .line_count = 1,
                           .declared_count = -1,
                           .lines = at };
    return statement_write_camt053(arena, &s, CAMT_053_08);
}

/* What a customer paid without a word, and an invoice of a later day, brought together by hand, and apart again. */
static void settle_by_hand(struct scene *s, int64_t party, int64_t line)
{
    struct work *work = s->work;
    POST(s, "/cash/decide", "{\"line_id\":%lld,\"shares\":[],\"differences\":[],\"bookings\":[],\"party_id\":%lld}",
         (long long)line, (long long)party);
    json_t *draft =
        POST(s, "/invoices",
             "{\"party_id\":%lld,\"lines\":[{\"description\":\"Dienst\",\"price\":\"50.00\",\"vat_code\":\"21\"}]}",
             (long long)party);
    json_t *invoice = json_object_get(draft, "invoice");
    POST(s, PATH("/invoices/%lld/finalise", (long long)number_in(invoice, "id")), "{\"version\":%lld}",
         (long long)number_in(invoice, "version"));
    json_t *items = json_object_get(GET(s, PATH("/items?party_id=%lld&rest.ne=0", (long long)party)), "items");
    int64_t paid = 0, owed = 0;
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *item = json_array_get(items, i);
        *(*text_in(item, "rest") == '-' ? &paid : &owed) = number_in(item, "id");
    }
    expect(paid && owed);
    REFUSED(
        s, 422, "/items/settle",
        "{\"effective_on\":\"2025-03-03\",\"reason\":\"they belong together\",\"parts\":[{\"item_id\":%lld,\"amount\":\"60.505\"},{\"item_id\":%lld,\"amount\":\"-60.505\"}]}",
        (long long)owed, (long long)paid);
    json_t *settled = POST(
        s, "/items/settle",
        "{\"effective_on\":\"2025-03-03\",\"reason\":\"they belong together\",\"parts\":[{\"item_id\":%lld,\"amount\":\"60.50\"},{\"item_id\":%lld,\"amount\":\"-60.50\"}]}",
        (long long)owed, (long long)paid);
    POST(s, PATH("/allocations/%lld/undo", (long long)number_in(settled, "id")),
         "{\"on\":\"2025-03-03\",\"why\":\"after all not\"}");
    REFUSED(s, 404, PATH("/allocations/%lld/undo", (long long)number_in(settled, "id")),
            "{\"on\":\"2025-03-03\",\"why\":\"again\"}");
}

DB_TEST(scenario_bank_and_cash)
{
    struct scene s = scene_begin(work);
    json_t *account = POST(&s, "/bank-accounts", "{\"name\":\"Main\",\"iban\":\"NL91ABNA0417164300\",\"holder\":\"Test BV\"}");
    REFUSED(&s, 409, "/bank-accounts", "{\"name\":\"Main\",\"iban\":\"NL91ABNA0417164300\",\"holder\":\"Test BV\"}");
    POST(&s, PATH("/bank-accounts/%lld", (long long)number_in(account, "id")),
         "{\"name\":\"Hoofd\",\"holder\":\"Test BV\",\"is_closed\":false,\"version\":1}");
    GET(&s, "/bank-accounts");
    json_t *imported = ask(&s, 200, "POST", "/statements?file_name=s.xml", given_day(work->arena, 12345, "geen idee", "Klant"));
    expect_int(1, number_in(imported, "added_count"));
    int64_t statement = number_in(json_array_get(json_object_get(imported, "statements"), 0), "id");
    ask(&s, 422, "POST", "/statements?file_name=x", STR("not a statement"));
    GET(&s, "/statements");
    json_t *shown = GET(&s, PATH("/statements/%lld", (long long)statement));
    int64_t line = number_in(json_array_get(json_object_get(shown, "lines"), 0), "id");
    GET(&s, "/bank-lines");
    GET(&s, "/bank-notices");
    GET(&s, PATH("/bank-lines/%lld", (long long)line));
    json_t *run = POST(&s, "/cash/run", "{}");
    expect_int(0, number_in(run, "posted"));
    expect_int(1, json_array_size(json_object_get(GET(&s, "/cash/queue"), "items")));
    json_t *party = POST(
        &s, "/parties",
        "{\"name\":\"Klant\",\"is_customer\":true,\"street\":\"Zonlaan 2\",\"postal_code\":\"3511 AB\",\"city\":\"Utrecht\"}");
    REFUSED(&s, 422, "/cash/decide", "{\"line_id\":%lld,\"shares\":[],\"differences\":[],\"bookings\":[]}",
            (long long)line);
    json_t *decided = POST(&s, "/cash/decide",
                           "{\"line_id\":%lld,\"shares\":[],\"differences\":[],\"bookings\":[],\"party_id\":%lld}",
                           (long long)line, (long long)number_in(party, "id"));
    expect_int(0, json_array_size(json_object_get(GET(&s, "/cash/queue"), "items")));
    GET(&s, "/cash/decisions");
    json_t *item = json_array_get(json_object_get(GET(&s, "/items"), "items"), 0);
    GET(&s, PATH("/items/%lld", (long long)number_in(item, "id")));
    POST(&s, PATH("/cash/decisions/%lld/undo", (long long)number_in(decided, "id")), "{\"reason\":\"not theirs\"}");
    REFUSED(&s, 404, PATH("/cash/decisions/%lld/undo", (long long)number_in(decided, "id")), "{\"reason\":\"again\"}");
    REFUSED(&s, 404, "/cash/accept", "{\"line_id\":%lld,\"rank\":3}", (long long)line);
    GET(&s, "/cash/settings");
    POST(
        &s, "/cash/settings",
        "{\"precision_ppm\":995000,\"rounding_minor\":5,\"charge_minor\":2500,\"difference_auto_minor\":10000,\"discount_mode\":\"excluded\",\"discount_late_days\":3,\"write_off_minor\":5000,\"answer_days\":7,\"version\":1}");
    expect_str("short_history", str_of(text_in(POST(&s, "/cash/train", "{}"), "unlearned")));
    GET(&s, "/cash/models");
    GET(&s, "/cash/export?from_on=2025-01-01");
    settle_by_hand(&s, number_in(party, "id"), line);
    REFUSED(
        &s, 404, "/items/settle",
        "{\"effective_on\":\"2025-03-03\",\"reason\":\"test\",\"parts\":[{\"item_id\":1,\"amount\":\"0.01\"},{\"item_id\":2,\"amount\":\"-0.01\"}]}");
    REFUSED(&s, 404, "/allocations/1/undo", "{\"on\":\"2025-03-03\",\"why\":\"test\"}");
    GET(&s, "/outbox");
    REFUSED(&s, 404, "/outbox/1/retry", "{}");
    expect(json_is_true(json_object_get(GET(&s, "/ledger/verify"), "holds")));
    scene_end(&s);
}
