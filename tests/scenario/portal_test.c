/* The portal: a supplier's link, what it opens, and what it keeps shut. */
#include "portal/portal.h"
#include "scenario/scene.h"

#define PATH(...) str_format(work->arena, __VA_ARGS__).at
#define LL(n) ((long long)(n))

/* Of tests/e2e/bill.xml with one text in the place of another. */
static struct str invoice_xml(struct arena *arena, const char *from, const char *to)
{
    struct str xml = test_file(arena, "tests/e2e/bill.xml");
    struct text text = text_new(arena);
    for (ptrdiff_t at; from && (at = str_find(xml, from)) >= 0; xml = str_part(xml, (size_t)at + strlen(from), xml.length)) {
        text_add(&text, str_part(xml, 0, (size_t)at));
        text_addz(&text, to);
    }
    text_add(&text, xml);
    return text_str(&text);
}

static int64_t given_party(struct scene *s, const char *name, const char *kvk)
{
    struct str number = *kvk ? str_format(s->work->arena, ",\"kvk_number\":\"%s\"", kvk) : STR("");
    return number_in(POST(s, "/parties", "{\"name\":\"%s\",\"is_supplier\":true,\"email\":\"post@supplier%s.nl\"%.*s}", name, kvk,
                          STR_ARG(number)),
                     "id");
}

static const char *secret_of(json_t *invited)
{
    const char *at = strchr(text_in(invited, "link"), '#');
    assert_non_null(at);
    return at + 1;
}

struct letter { struct str payload; };
RECORD(letter, { FIELD(struct letter, payload, .max = 100000) });
LIST_STRUCT(letters, struct letter);

/* The letter stands in the outbox, and the secret is not to be read in it. */
static void expect_sealed(struct work *work, const char *secret)
{
    static const char *const params[] = { "company_id" };
    static const struct sql sql = { .name = "test_letters", .params = params, .param_count = 1,
                                    .text = "select payload from outbox where company_id = $1" };
    struct letters letters = { 0 };
    work->reading = true;
    test_begin(work);
    expect_done(db_all(work, &sql, NONE, INTO_LIST(letter, &letters)));
    expect_int(1, letters.count);
    expect(letters.at[0].payload.length > 100 && str_find(letters.at[0].payload, secret) < 0);
    db_rollback(work);
    work->reading = false;
}

static const char *given_link(struct scene *s, int64_t party)
{
    return secret_of(POST(s, "/portal-accesses", "{\"party_id\":%lld}", LL(party)));
}

static bool has_rule(json_t *judged, const char *rule)
{
    size_t i;
    json_t *problem;
    json_array_foreach(json_object_get(judged, "problems"), i, problem)
        if (!strcmp(text_in(problem, "rule"), rule)) return true;
    return false;
}

DB_TEST(portal_a_link_is_given_used_and_ended)
{
    struct scene s = scene_begin(work);
    int64_t boer = given_party(&s, "De Boer", "30142587");
    json_t *only_customer = POST(&s, "/parties", "{\"name\":\"Klant\",\"is_customer\":true}");
    REFUSED(&s, 422, "/portal-accesses", "{\"party_id\":%lld,\"email\":\"a@b.nl\"}", LL(number_in(only_customer, "id")));
    REFUSED(&s, 422, "/portal-accesses", "{\"party_id\":%lld,\"email\":\"no address\"}", LL(boer));
    REFUSED(&s, 404, "/portal-accesses", "{\"party_id\":99}");
    REFUSED(&s, 422, "/portal-accesses", "{\"party_id\":%lld,\"days\":-1}", LL(boer));
    REFUSED(&s, 422, "/portal-accesses", "{\"party_id\":%lld,\"days\":731}", LL(boer));
    json_t *invited = POST(&s, "/portal-accesses", "{\"party_id\":%lld,\"language\":\"nl\",\"days\":30}", LL(boer));
    const char *secret = secret_of(invited);
    expect_int(43, strlen(secret)); /* 256 bits */
    expect_sealed(work, secret);
    json_t *row = json_array_get(json_object_get(GET(&s, PATH("/portal-accesses?party_id=%lld", LL(boer))), "items"), 0);
    expect_str("open", str_of(text_in(row, "state")));
    expect_str("post@supplier30142587.nl", str_of(text_in(row, "email")));
    expect(!json_object_get(row, "used_at"));
    REFUSED(&s, 401, "/portal/session", "{\"secret\":\"%s\"}", "wrong");
    scene_as_guest(&s, secret);
    json_t *me = GET(&s, "/portal/session");
    expect_str("De Boer", str_of(text_in(me, "party_name")));
    expect(json_object_get(me, "company") && !json_object_get(me, "notes"));
    json_t *judged = ask(&s, 200, "POST", "/portal/check?file_name=bill.xml", invoice_xml(work->arena, NULL, NULL));
    expect_str("good", str_of(text_in(judged, "verdict")));
    expect_str("DB-2026-118", str_of(text_in(judged, "number")));
    const struct shown guest = s.guest;
    scene_as_program(&s);
    row = json_array_get(json_object_get(GET(&s, "/portal-accesses"), "items"), 0);
    expect_int(2, number_in(row, "use_count"));
    expect(json_object_get(row, "used_at") != NULL);
    /* A session that runs dies with its link, and a link is ended once. */
    const struct shown session = guest;
    POST(&s, PATH("/portal-accesses/%lld/end", LL(number_in(row, "id"))), "{}");
    s.guest = session;
    ask(&s, 401, "GET", "/portal/session", (struct str){ 0 });
    ask(&s, 401, "GET", "/portal/invoices", (struct str){ 0 });
    ask(&s, 401, "POST", "/portal/check?file_name=bill.xml", STR("x"));
    scene_as_program(&s);
    REFUSED(&s, 404, PATH("/portal-accesses/%lld/end", LL(number_in(row, "id"))), "{}");
    REFUSED(&s, 401, "/portal/session", "{\"secret\":\"%s\"}", secret);
    row = json_array_get(json_object_get(GET(&s, "/portal-accesses"), "items"), 0);
    expect_str("ended", str_of(text_in(row, "state")));
    scene_end(&s);
}

static json_t *first_of(json_t *list) { return json_array_get(json_object_get(list, "items"), 0); }

DB_TEST(portal_what_is_wrong_is_told_before_and_after_sending)
{
    struct scene s = scene_begin(work);
    int64_t boer = given_party(&s, "De Boer", "30142587");
    const char *secret = given_link(&s, boer);
    /* The total is not the sum of what it is made of: fatal, and the same on the bill. */
    struct str broken = invoice_xml(work->arena, "<cbc:PayableAmount currencyID=\"EUR\">1512.50",
                                    "<cbc:PayableAmount currencyID=\"EUR\">1500.00");
    scene_as_guest(&s, secret);
    json_t *judged = ask(&s, 200, "POST", "/portal/check?file_name=wrong.xml", broken);
    expect_str("mend", str_of(text_in(judged, "verdict")));
    expect(has_rule(judged, "BR-CO-16") && number_in(judged, "fatal_count") >= 1 &&
           !json_object_get(judged, "receipt_number"));
    json_t *problem =
        json_array_get(json_object_get(judged, "problems"), json_array_size(json_object_get(judged, "problems")) - 1);
    expect_str("BR-CO-16", str_of(text_in(problem, "rule")));
    expect(strlen(text_in(problem, "english")) > 10 && strlen(text_in(problem, "dutch")) > 10 && number_in(problem, "line") > 1);
    expect(strchr(text_in(problem, "place"), '/') && text_in(problem, "found"));
    expect_int(0, json_array_size(json_object_get(GET(&s, "/portal/invoices"), "items"))); /* a check keeps nothing */
    json_t *sent = ask(&s, 200, "POST", "/portal/invoices?file_name=wrong.xml", broken);
    expect_int(1, number_in(sent, "receipt_number"));
    expect(json_equal(json_object_get(judged, "problems"), json_object_get(sent, "problems")));
    json_t *mine = GET(&s, PATH("/portal/invoices/%lld", LL(number_in(sent, "id"))));
    expect(json_equal(json_object_get(judged, "problems"), json_object_get(mine, "problems")));
    /* The same file again is refused; the same number in another file is told, and taken. */
    ask(&s, 409, "POST", "/portal/invoices?file_name=again.xml", broken);
    judged = ask(&s, 200, "POST", "/portal/check?file_name=again.xml", broken);
    expect_str("refused", str_of(text_in(judged, "verdict")));
    expect(has_rule(judged, "portal.same_file"));
    judged = ask(&s, 200, "POST", "/portal/check?file_name=good.xml", invoice_xml(work->arena, NULL, NULL));
    expect_str("good", str_of(text_in(judged, "verdict")));
    expect_int(1, number_in(judged, "known_receipt_number"));
    /* What staff sees: the supplier, where it came from, the problems rule by rule, and nobody who entered it. */
    scene_as_program(&s);
    json_t *shown = GET(&s, PATH("/bills/%lld", LL(number_in(sent, "id")))), *bill = json_object_get(shown, "bill");
    expect_int(boer, number_in(bill, "party_id"));
    expect_str("portal", str_of(text_in(bill, "supplier_basis")));
    expect_int(0, number_in(bill, "entered_by"));
    json_t *document = GET(&s, PATH("/documents/%lld", LL(number_in(bill, "document_id"))));
    expect_str("portal",
               str_of(text_in(json_object_get(document, "document") ? json_object_get(document, "document") : document,
                              "source")));
    size_t i, k = 0;
    json_t *of_bill;
    json_array_foreach(json_object_get(shown, "problems"), i, of_bill)
    {
        if (strcmp(text_in(of_bill, "source"), "document")) continue;
        json_t *of_check = json_array_get(json_object_get(sent, "problems"), k++);
        static const char *const members[] = { "rule", "severity", "kind", "english", "dutch", "place", "line", "found" };
        for (size_t m = 0; m < ARRAY_LENGTH(members); m++)
            expect(json_equal(json_object_get(of_bill, members[m]), json_object_get(of_check, members[m])));
    }
    expect_int(json_array_size(json_object_get(sent, "problems")), k);
    json_t *audited = first_of(GET(&s, "/audit?operation=portal-invoice send"));
    expect(!json_object_get(audited, "user_id"));
    expect_str("portal", str_of(text_in(audited, "source")));
    char *changes = json_dumps(json_object_get(audited, "changes"), 0);
    expect(strstr(changes, "portal_access") && strstr(changes, "\"bill\"") && strstr(changes, "received"));
    free(changes);
    scene_end(&s);
}

DB_TEST(portal_takes_what_a_bill_takes_and_nothing_else)
{
    struct scene s = scene_begin(work);
    int64_t boer = given_party(&s, "De Boer", "30142587"), zon = given_party(&s, "De Zon", "12345678"),
            vaag = given_party(&s, "Vaag", "");
    const char *of_zon = given_link(&s, zon), *of_vaag = given_link(&s, vaag), *of_boer = given_link(&s, boer);
    struct str xml = invoice_xml(work->arena, NULL, NULL);
    scene_as_guest(&s, of_zon); /* a number that differs is named */
    json_t *refused = ask(&s, 422, "POST", "/portal/invoices?file_name=a.xml", xml);
    const char *text = text_in(json_array_get(json_object_get(refused, "problems"), 0), "text");
    expect(strstr(text, "30142587") && strstr(text, "12345678"));
    expect(!strcmp("portal.other_supplier", text_in(refused, "code")));
    json_t *judged = ask(&s, 200, "POST", "/portal/check?file_name=a.xml", xml);
    expect_str("refused", str_of(text_in(judged, "verdict")));
    expect(has_rule(judged, "portal.other_supplier"));
    scene_as_guest(&s, of_vaag); /* we know no number of it, but this one is another's: whose is not told */
    refused = ask(&s, 422, "POST", "/portal/invoices?file_name=a.xml", xml);
    text = text_in(json_array_get(json_object_get(refused, "problems"), 0), "text");
    expect(strstr(text, "30142587") && !strstr(text, "De Boer"));
    /* Nobody's number: received as this supplier's, and staff sees on what grounds. */
    json_t *sent = ask(&s, 200, "POST", "/portal/invoices?file_name=b.xml", invoice_xml(work->arena, "30142587", "99999999"));
    expect_str("good", str_of(text_in(sent, "verdict")));
    scene_as_guest(&s, of_boer);
    sent = ask(&s, 200, "POST", "/portal/invoices?file_name=scan.pdf", STR("%PDF-1.4 not really"));
    expect_str("by_hand", str_of(text_in(sent, "verdict")));
    expect_str("file", str_of(text_in(sent, "syntax")));
    static const char *const not_taken[] = { "MZ\x90", "PK\x03\x04 zip", "plain words", "number;amount\n1;2" };
    for (size_t i = 0; i < ARRAY_LENGTH(not_taken); i++)
        expect(!strcmp("portal.file_kind",
                       text_in(ask(&s, 422, "POST", "/portal/invoices?file_name=x", str_of(not_taken[i])), "code")));
    static const char *const no_invoice[] = { "<html><script>alert(1)</script></html>", "<?xml version=\"1.0\"?><a>",
                                              "<" };
    for (size_t i = 0; i < ARRAY_LENGTH(no_invoice); i++)
        expect(!strcmp("portal.not_einvoice",
                       text_in(ask(&s, 422, "POST", "/portal/invoices?file_name=x", str_of(no_invoice[i])), "code")));
    judged = ask(&s, 200, "POST", "/portal/check?file_name=x", STR("<"));
    expect_str("refused", str_of(text_in(judged, "verdict")));
    ask(&s, 422, "POST", "/portal/invoices?file_name=x", STR(""));
    ask(&s, 422, "POST", "/portal/invoices", STR("%PDF-1.4"));
    expect_int(1, json_array_size(json_object_get(GET(&s, "/portal/invoices"), "items")));
    scene_end(&s);
}

static json_t *state_of(struct scene *s, const struct shown *guest, int64_t id, const char *state)
{
    s->guest = *guest;
    json_t *shown = json_object_get(GET(s, str_format(s->work->arena, "/portal/invoices/%lld", LL(id)).at), "invoice");
    expect_str(state, str_of(text_in(shown, "state")));
    expect_str(
        state,
        str_of(text_in(first_of(GET(s, str_format(s->work->arena, "/portal/invoices?state=%s", state).at)), "state")));
    scene_as_program(s);
    return shown;
}

static json_t *step(struct scene *s, int64_t user, const char *what, json_t *bill)
{
    s->work->user_id = user;
    json_t *after = POST(s, str_format(s->work->arena, "/bills/%lld/%s", LL(number_in(bill, "id")), what).at,
                         "{\"version\":%lld%s}", LL(number_in(bill, "version")),
                         strcmp(what, "refuse") ? "" : ",\"reason\":\"niet besteld\"");
    s->work->user_id = 1;
    return after;
}

/* Bill to account 4300 with its VAT code: coded. */
static json_t *code(struct scene *s, int64_t id)
{
    json_t *bill = json_object_get(GET(s, str_format(s->work->arena, "/bills/%lld", LL(id)).at), "bill");
    json_t *accounts = GET(s, "/accounts?number=4300");
    return POST(s, str_format(s->work->arena, "/bills/%lld/code", LL(id)).at, "{\"version\":%lld,\"account_id\":%lld}",
                LL(number_in(bill, "version")), LL(number_in(first_of(accounts), "id")));
}

static void given_account_of(struct scene *s, int64_t party)
{
    struct work *work = s->work;
    json_t *bank = POST(s, "/party-banks", "{\"party_id\":%lld,\"iban\":\"NL44RABO0123456789\"}", LL(party));
    work->user_id = 2;
    POST(s, PATH("/party-banks/%lld/verify", LL(number_in(bank, "id"))),
         "{\"channel\":\"phone\",\"note\":\"called the number we know\",\"version\":1}");
    work->user_id = 1;
}

DB_TEST(portal_a_supplier_sees_what_becomes_of_an_invoice)
{
    struct scene s = scene_begin(work);
    int64_t boer = given_party(&s, "De Boer", "30142587");
    given_account_of(&s, boer);
    json_t *ours = POST(&s, "/bank-accounts", "{\"name\":\"Main\",\"iban\":\"NL91ABNA0417164300\",\"holder\":\"Test BV\"}");
    scene_as_guest(&s, given_link(&s, boer));
    struct str xml = invoice_xml(work->arena, "NL02RABO0123456789", "NL44RABO0123456789");
    struct text later = text_new(work->arena);
    for (ptrdiff_t at; (at = str_find(xml, "2026-1")) >= 0; xml = str_part(xml, (size_t)at + 6, xml.length)) {
        text_add(&later, str_part(xml, 0, (size_t)at));
        text_addz(&later, str_starts(str_part(xml, (size_t)at, 7), "2026-11") ? "2025-0" : "2025-0"); /* issued 2025-01-02, due 2025-02-02 */
    }
    text_add(&later, xml);
    int64_t id = number_in(ask(&s, 200, "POST", "/portal/invoices?file_name=a.xml", text_str(&later)), "id");
    int64_t scan = number_in(ask(&s, 200, "POST", "/portal/invoices?file_name=a.pdf", STR("%PDF-1.4 scan")), "id");
    const struct shown guest = s.guest;
    json_t *invoice = state_of(&s, &guest, id, "received");
    expect_str("0.00", str_of(text_in(invoice, "paid")));
    expect(!json_object_get(invoice, "expected_on"));
    static const char *const inside[] = { "approved_by", "entered_by", "notes", "party_id", "account_id", "supplier_basis" };
    for (size_t i = 0; i < ARRAY_LENGTH(inside); i++) expect(!json_object_get(invoice, inside[i]));
    json_t *bill = code(&s, id);
    state_of(&s, &guest, id, "checking");
    bill = step(&s, 1, "submit", bill);
    state_of(&s, &guest, id, "checking");
    bill = step(&s, 2, "approve", bill);
    invoice = state_of(&s, &guest, id, "approved");
    expect(!json_object_get(invoice, "expected_on")); /* its due day is over */
    /* A run that is proposed says when; one that was released, that it is ordered. */
    work->user_id = 3;
    json_t *run = json_object_get(
        POST(&s, "/payment-runs", "{\"bank_account_id\":%lld,\"until\":\"2025-03-31\",\"execution_on\":\"2025-03-05\"}",
             LL(number_in(ours, "id"))),
        "run");
    work->user_id = 1;
    invoice = state_of(&s, &guest, id, "approved");
    expect_str("2025-03-05", str_of(text_in(invoice, "expected_on")));
    work->user_id = 4;
    run = POST(&s, PATH("/payment-runs/%lld/release", LL(number_in(run, "id"))), "{\"hash\":\"%s\",\"version\":%lld}",
               text_in(run, "hash"), LL(number_in(run, "version")));
    work->user_id = 1;
    invoice = state_of(&s, &guest, id, "planned");
    expect_str("2025-03-05", str_of(text_in(invoice, "expected_on")));
    expect_str("0.00", str_of(text_in(invoice, "paid")));
    work->today = (struct date){ 20250305 };
    invoice = state_of(&s, &guest, id, "paid");
    expect_str("2025-03-05", str_of(text_in(invoice, "paid_on")));
    expect_str("1512.50", str_of(text_in(invoice, "paid")));
    expect(!json_object_get(invoice, "expected_on"));
    bill = json_object_get(GET(&s, PATH("/bills/%lld", LL(scan))), "bill");
    step(&s, 1, "refuse", bill);
    invoice = state_of(&s, &guest, scan, "refused");
    expect_str("niet besteld", str_of(text_in(invoice, "reason")));
    scene_end(&s);
}

/* Whatever there is, by whatever id: a guest gets what is his and nothing else, and nobody else gets in by his door. */
static void expect_wall(struct scene *s)
{
    struct work *work = s->work;
    size_t walls = 0;
    for (size_t i = 0; i < s->all.count; i++) {
        const struct operation *op = operation_numbered(&s->all, i);
        struct answer answer;
        const struct request request = { .operation = op, .body = STR("{}") };
        bool guests = op->flags & OPERATION_GUEST;
        expect_done(portal_identify(work, test_books(), &s->all, s->guest.cookie, (struct str){ 0 }));
        expect(work->guest.session_id && !work->user_id && !work->system);
        if (!guests)
            (void)expect_refused(&operation_denied, operation_answer(work, test_books(), &s->all, &request, &answer)),
                walls++;
        work->guest = (struct guest){ 0 };
        work->system = true, work->user_id = 1; /* and neither the program nor a person comes in by the guests' door */
        if (guests)
            (void)expect_refused(&operation_guests_only,
                                 operation_answer(work, test_books(), &s->all, &request, &answer));
        work->system = false, work->user_id = 0;
        if (guests) (void)expect_refused(&operation_sign_in, operation_answer(work, test_books(), &s->all, &request, &answer));
    }
    expect_int(s->all.count, walls + 6); /* show, close, check, send, list, show */
    work->system = true, work->user_id = 1;
}

DB_TEST(portal_a_guest_reaches_nothing_of_others)
{
    struct scene s = scene_begin(work);
    int64_t boer = given_party(&s, "De Boer", "30142587"), zon = given_party(&s, "De Zon", "12345678"), here = work->company_id;
    const char *of_boer = given_link(&s, boer), *of_zon = given_link(&s, zon);
    scene_as_guest(&s, of_boer);
    int64_t id = number_in(ask(&s, 200, "POST", "/portal/invoices?file_name=a.xml", invoice_xml(work->arena, NULL, NULL)), "id");
    scene_as_guest(&s, of_zon);
    ask(&s, 404, "GET", PATH("/portal/invoices/%lld", LL(id)), (struct str){ 0 });
    expect_int(0, json_array_size(json_object_get(GET(&s, "/portal/invoices"), "items")));
    expect_int(0, json_array_size(json_object_get(GET(&s, "/portal/invoices?number.has=DB"), "items")));
    ask(&s, 422, "GET", PATH("/portal/invoices?party_id=%lld", LL(boer)), (struct str){ 0 }); /* no such filter */
    /* Another company, with a supplier of the same number. */
    scene_as_program(&s);
    json_t *other = POST(&s, "/companies", "{\"name\":\"Ander BV\",\"country\":\"NL\",\"currency\":\"EUR\",\"language\":\"nl\"}");
    work->company_id = number_in(other, "id");
    int64_t twin = given_party(&s, "De Boer", "30142587");
    const char *of_twin = given_link(&s, twin);
    REFUSED(&s, 404, "/portal-accesses", "{\"party_id\":%lld}", LL(boer));
    scene_as_guest(&s, of_twin);
    expect_str("Ander BV", str_of(text_in(json_object_get(GET(&s, "/portal/session"), "company"), "name")));
    ask(&s, 404, "GET", PATH("/portal/invoices/%lld", LL(id)), (struct str){ 0 });
    expect_int(0, json_array_size(json_object_get(GET(&s, "/portal/invoices"), "items")));
    json_t *sent = ask(&s, 200, "POST", "/portal/invoices?file_name=a.xml", invoice_xml(work->arena, NULL, NULL));
    expect(!json_object_get(sent, "known_receipt_number")); /* what the other company has is not known here */
    /* The company at hand is the link's, whatever the request says. */
    work->company_id = here;
    expect_str("Ander BV", str_of(text_in(json_object_get(GET(&s, "/portal/session"), "company"), "name")));
    scene_as_guest(&s, of_boer);
    ask(&s, 404, "GET", PATH("/portal/invoices/%lld", LL(number_in(sent, "id"))), (struct str){ 0 });
    work->company_id = here;
    expect_wall(&s);
    /* Staff of one company can't end a link of another. */
    scene_as_program(&s);
    work->company_id = number_in(other, "id");
    json_t *theirs = first_of(GET(&s, "/portal-accesses"));
    work->company_id = here;
    REFUSED(&s, 404, PATH("/portal-accesses/%lld/end", LL(number_in(theirs, "id"))), "{}");
    scene_end(&s);
}

DB_TEST(portal_has_limits)
{
    struct scene s = scene_begin(work);
    const char *secret = given_link(&s, given_party(&s, "De Boer", "30142587"));
    scene_as_guest(&s, secret);
    /* A session of a wrong or missing CSRF header writes nothing. */
    const struct shown good = s.guest;
    s.guest.csrf = STR("wrong");
    ask(&s, 403, "POST", "/portal/check?file_name=a.xml", STR("<"));
    s.guest.csrf = STR("");
    ask(&s, 403, "POST", "/portal/session/close", STR("{}"));
    s.guest = good;
    /* Refused ones count too. */
    for (int i = 0; i < 60; i++)
        ask(&s, i % 2 ? 200 : 422, "POST", i % 2 ? "/portal/check?file_name=x" : "/portal/invoices?file_name=x",
            STR("no invoice"));
    ask(&s, 429, "POST", "/portal/check?file_name=x", STR("no invoice"));
    ask(&s, 429, "POST", "/portal/invoices?file_name=x", STR("%PDF-1.4"));
    GET(&s, "/portal/invoices");
    work->now.us += INT64_C(3601) * 1000000;
    ask(&s, 200, "POST", "/portal/check?file_name=x", STR("%PDF-1.4"));
    /* A session lives four hours; then the link is opened again. */
    work->now.us += INT64_C(4) * 3600 * 1000000;
    ask(&s, 401, "GET", "/portal/session", (struct str){ 0 });
    for (int i = 0; i < 60; i++) scene_as_guest(&s, secret);
    scene_as_program(&s);
    REFUSED(&s, 429, "/portal/session", "{\"secret\":\"%s\"}", secret);
    /* Closed: the session ends, the link stays. */
    work->now.us += INT64_C(3601) * 1000000;
    scene_as_guest(&s, secret);
    ask(&s, 200, "POST", "/portal/session/close", STR("{}"));
    ask(&s, 401, "GET", "/portal/session", (struct str){ 0 });
    scene_as_guest(&s, secret);
    GET(&s, "/portal/session");
    /* Run out: neither opens nor goes on. */
    work->now.us += 90 * DAY_US - INT64_C(9) * 3600 * 1000000; /* three hours left of ninety days */
    scene_as_guest(&s, secret);
    work->now.us += INT64_C(3) * 3600 * 1000000 + 10000000;
    ask(&s, 401, "GET", "/portal/session", (struct str){ 0 });
    scene_as_program(&s);
    REFUSED(&s, 401, "/portal/session", "{\"secret\":\"%s\"}", secret);
    /* Guessing is counted by where it comes from. */
    work->address = STR("192.0.2.77");
    for (int i = 0; i < 30; i++) REFUSED(&s, 401, "/portal/session", "{\"secret\":\"guess%d\"}", i);
    REFUSED(&s, 429, "/portal/session", "{\"secret\":\"guess\"}");
    work->address = (struct str){ 0 };
    scene_end(&s);
}
