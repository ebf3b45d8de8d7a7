#include "given.h"
#include "invoice/invoice.h"
#include <jansson.h>

/* Every operation of the room and of its messages, through the one path that doors take. */
struct desk { struct work *work; struct operations all; struct answer answer; };

static struct desk given_desk(struct work *work)
{
    const struct operation_table tables[] = { invoice_drafts, invoice_operations, invoice_helps, invoice_settings,
                                              outbox_messages };
    struct desk desk = { .work = work };
    struct operation_table *kept = ARENA_ARRAY(work->arena, struct operation_table, ARRAY_LENGTH(tables));
    memcpy(kept, tables, sizeof tables);
    operations_prepare(work->arena, kept, ARRAY_LENGTH(tables), &desk.all);
    return desk;
}

/* `given`: JSON of flat members, as a query string or flags would give them, or the body. */
PRINTF(4, 5) static struct fault *ask(struct desk *d, const char *command, bool as_body, const char *format, ...)
{
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    struct pair pairs[10];
    struct request request = { .operation = operation_by_command(&d->all, noun, verb), .pairs = pairs };
    va_list list;
    va_start(list, format);
    struct str given = str_format_list(d->work->arena, format, list);
    va_end(list);
    assert_non_null(request.operation);
    if (as_body) request.body = given;
    for (struct str rest = as_body ? (struct str){ 0 } : given; rest.length;) {
        struct str value, name = str_cut(str_cut(rest, '&', &rest), '=', &value);
        pairs[request.pair_count++] = (struct pair){ name, value };
    }
    d->answer = (struct answer){ 0 };
    d->work->changes.count = 0;
    return operation_answer(d->work, test_books(), &d->all, &request, &d->answer);
}

static int64_t number_at(struct desk *d, const char *where, const char *member)
{
    json_t *json = json_loadb(d->answer.json.at, d->answer.json.length, 0, NULL);
    assert_non_null(json);
    json_t *part = where ? json_object_get(json, where) : json;
    int64_t number = json_integer_value(json_object_get(part, member));
    json_decref(json);
    return number;
}

static party_id given_customer(struct work *work)
{
    struct party p = { .name = STR("Klant BV"),
                       .is_customer = true,
                       .delivery = DELIVER_LETTER,
                       .street = STR("Zonlaan 2"),
                       .postal_code = STR("3511 AB"),
                       .city = STR("Utrecht"),
                       .customer_terms_days = 14,
                       .email = STR("klant@klant.example") };
    test_begin(work);
    p = given_party(work, p);
    test_commit(work);
    return p.id;
}

DB_TEST(invoice_operations_each_called)
{
    party_id customer = given_customer(work);
    struct desk desk = given_desk(work), *d = &desk;
    expect_done(ask(d, "invoice-setting show", false, "%s", ""));
    expect_done(ask(d, "invoice-setting change", true,
                    "{\"number_format\":\"V{year}/###\",\"specification\":\"nlcius\",\"closing\":\"Dank u.\"}"));
    expect(ask(d, "invoice-setting change", true,
               "{\"number_format\":\"###\",\"specification\":\"nlcius\",\"version\":9}") != NULL);
    expect(ask(d, "invoice-setting change", true,
               "{\"number_format\":\"geen\",\"specification\":\"nlcius\",\"version\":1}") != NULL);
    expect_done(ask(
        d, "invoice draft", true,
        "{\"party_id\":%lld,\"lines\":[{\"description\":\"Uur\",\"price\":\"80\",\"vat_code\":\"21\",\"unit\":\"HUR\"}]}",
        (long long)customer.n));
    int64_t first = number_at(d, "invoice", "id");
    expect_done(ask(
        d, "invoice change", true,
        "{\"id\":%lld,\"version\":1,\"party_id\":%lld,\"note\":\"Let op\",\"lines\":[{\"description\":\"Uur\",\"quantity\":\"2\",\"price\":\"80\",\"vat_code\":\"21\"}]}",
        (long long)first, (long long)customer.n));
    expect_int(2, number_at(d, "invoice", "version"));
    (void)expect_refused(&invoice_changed,
                         ask(d, "invoice change", true, "{\"id\":%lld,\"version\":1,\"party_id\":%lld}",
                             (long long)first, (long long)customer.n));
    expect_done(ask(d, "invoice preview", false, "id=%lld", (long long)first));
    expect(str_starts(d->answer.file.content, "%PDF-"));
    (void)expect_refused(&invoice_not_possible, ask(d, "invoice send", true, "{\"id\":%lld}", (long long)first));
    expect(ask(d, "invoice file", false, "id=%lld", (long long)first) != NULL);
    expect_done(ask(d, "invoice finalise", true, "{\"id\":%lld,\"version\":2}", (long long)first));
    expect(str_find(d->answer.json, "\"V2025/001\"") > 0);
    (void)expect_refused(&invoice_not_possible, ask(d, "invoice remove", true, "{\"id\":%lld,\"version\":3}", (long long)first));
    (void)expect_refused(&invoice_not_possible, ask(d, "invoice preview", false, "id=%lld", (long long)first));
    static const char *const kinds[] = { "pdf", "ubl", "cii", "hybrid" };
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        expect_done(ask(d, "invoice file", false, "id=%lld&kind=%s", (long long)first, kinds[i]));
        expect(d->answer.file.content.length > 1000);
    }
    expect_done(ask(d, "invoice send", true, "{\"id\":%lld}", (long long)first)); /* by letter */
    int64_t letter = number_at(d, NULL, "id");
    expect_done(ask(d, "message posted", true, "{\"id\":%lld}", (long long)letter));
    (void)expect_refused(&outbox_not_movable, ask(d, "message posted", true, "{\"id\":%lld}", (long long)letter));
    expect(ask(d, "message bounced", true, "{\"id\":%lld,\"why\":\"x\"}", (long long)letter) != NULL); /* no mail */
    (void)expect_refused(&record_not_choice, /* there is none */
                         ask(d, "invoice send", true, "{\"id\":%lld,\"by\":\"portal\"}", (long long)first));
    expect_done(ask(d, "invoice send", true, "{\"id\":%lld,\"by\":\"mail_pdf\",\"to\":\"a@b.example\"}", (long long)first));
    int64_t mail = number_at(d, NULL, "id");
    (void)expect_refused(
        &message_no_address,
        ask(d, "invoice send", true, "{\"id\":%lld,\"by\":\"mail_pdf\",\"to\":\"a@b, c@d\"}", (long long)first));
    (void)expect_refused(&outbox_not_movable, ask(d, "message bounced", true, "{\"id\":%lld,\"why\":\"no such user\"}",
                                                  (long long)mail)); /* still here */
    test_begin(work);
    expect_done(outbox_tell(work, (outbox_id){ mail }, OUTBOX_HAND_OVER, STR("queued as 7")));
    test_commit(work);
    expect_done(ask(d, "message bounced", true, "{\"id\":%lld,\"why\":\"no such user\"}", (long long)mail));
    expect(str_find(d->answer.json, "\"bounced\"") > 0);
    expect_done(ask(d, "message list", false, "subject_kind=invoice&subject_id=%lld", (long long)first));
    expect(str_find(d->answer.json, "a@b.example") > 0);
    expect_done(ask(d, "message show", false, "id=%lld", (long long)mail));
    expect(str_find(d->answer.json, "Geachte heer of mevrouw") > 0);
    expect_done(ask(d, "invoice credit", true,
                    "{\"id\":%lld,\"reason\":\"Fout\",\"lines\":[{\"line_no\":1,\"quantity\":\"0.5\"}]}",
                    (long long)first));
    expect_done(ask(d, "invoice show", false, "id=%lld", (long long)first));
    expect(str_find(d->answer.json, "\"partly_paid\"") > 0);
    expect(str_find(d->answer.json, "credit note V2025/002") > 0); /* the settlement says why */
    expect_done(ask(d, "invoice draft", true, "{\"party_id\":%lld}", (long long)customer.n));
    int64_t second = number_at(d, "invoice", "id");
    expect_done(ask(d, "invoice remove", true, "{\"id\":%lld,\"version\":1}", (long long)second));
    (void)expect_refused(&invoice_missing, ask(d, "invoice show", false, "id=%lld", (long long)second));
}

DB_TEST(invoice_list_filters)
{
    party_id customer = given_customer(work);
    struct desk desk = given_desk(work), *d = &desk;
    for (int i = 1; i <= 3; i++) {
        expect_done(
            ask(d, "invoice draft", true,
                "{\"party_id\":%lld,\"lines\":[{\"description\":\"x\",\"price\":\"%d00\",\"vat_code\":\"21\"}]}",
                (long long)customer.n, i));
        int64_t id = number_at(d, "invoice", "id");
        if (i < 3) expect_done(ask(d, "invoice finalise", true, "{\"id\":%lld,\"version\":1}", (long long)id));
        if (i == 1) expect_done(ask(d, "invoice credit", true, "{\"id\":%lld,\"reason\":\"Fout\"}", (long long)id));
    }
    static const struct {
        const char *query;
        int count;
    } cases[] = {
        { "state=draft", 1 },
        { "state=final", 3 },
        { "kind=credit_note", 1 },
        { "payment=paid", 2 },
        { "payment=open", 1 },
        { "open.gt=0", 1 },
        { "total.ge=242", 2 },
        { "number=2025-00001", 1 },
        { "due_on.le=2025-03-15&kind=invoice", 2 },
        { "customer_name.has=klant", 4 },
        { "party_id=1", 0 },
        { "sort=-total&limit=2", 2 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_done(ask(d, "invoice list", false, "%s", cases[i].query));
        json_t *json = json_loadb(d->answer.json.at, d->answer.json.length, 0, NULL);
        int got = (int)json_array_size(json_object_get(json, "items"));
        json_decref(json);
        if (got != cases[i].count) print_error("%s\n", cases[i].query);
        expect_int(cases[i].count, got);
    }
}

DB_TEST(invoice_of_another_company_is_not_there)
{
    party_id customer = given_customer(work);
    struct desk desk = given_desk(work), *d = &desk;
    expect_done(ask(d, "invoice draft", true,
                    "{\"party_id\":%lld,\"lines\":[{\"description\":\"x\",\"price\":\"100\",\"vat_code\":\"21\"}]}",
                    (long long)customer.n));
    int64_t id = number_at(d, "invoice", "id");
    expect_done(ask(d, "invoice finalise", true, "{\"id\":%lld,\"version\":1}", (long long)id));
    expect_done(ask(d, "invoice send", true, "{\"id\":%lld,\"by\":\"mail_pdf\"}", (long long)id));
    int64_t message = number_at(d, NULL, "id");
    struct company other = { .name = STR("Ander BV"), .country = STR("NL"), .currency = STR("EUR"), .language = STR("nl") };
    test_begin(work);
    expect_done(access_company_make(work, &other)); /* is now the one at hand */
    expect_done(ledger_make_chart(work, 2025));
    test_commit(work);
    long long it = (long long)id;
    (void)expect_refused(&invoice_missing, ask(d, "invoice show", false, "id=%lld", it));
    (void)expect_refused(&invoice_missing, ask(d, "invoice file", false, "id=%lld", it));
    (void)expect_refused(&invoice_missing, ask(d, "invoice preview", false, "id=%lld", it));
    (void)expect_refused(&invoice_missing, ask(d, "invoice finalise", true, "{\"id\":%lld,\"version\":1}", it));
    (void)expect_refused(&invoice_missing, ask(d, "invoice credit", true, "{\"id\":%lld,\"reason\":\"Fout\"}", it));
    (void)expect_refused(&invoice_missing, ask(d, "invoice send", true, "{\"id\":%lld}", it));
    (void)expect_refused(&invoice_missing, ask(d, "invoice remove", true, "{\"id\":%lld,\"version\":1}", it));
    (void)expect_refused(
        &invoice_missing,
        ask(d, "invoice change", true, "{\"id\":%lld,\"version\":1,\"party_id\":%lld}", it, (long long)customer.n));
    (void)expect_refused(&party_missing, ask(d, "invoice draft", true, "{\"party_id\":%lld}", (long long)customer.n));
    (void)expect_refused(&message_missing, ask(d, "message show", false, "id=%lld", (long long)message));
    (void)expect_refused(&message_missing, ask(d, "message posted", true, "{\"id\":%lld}", (long long)message));
    (void)expect_refused(&message_missing, ask(d, "message bounced", true, "{\"id\":%lld,\"why\":\"x\"}", (long long)message));
    expect_done(ask(d, "invoice list", false, "%s", ""));
    expect(str_find(d->answer.json, "\"id\"") < 0);
    expect_done(ask(d, "message list", false, "%s", ""));
    expect(str_find(d->answer.json, "\"id\"") < 0);
}

/* "portal" could be chosen once: an invoice that says so is read as it is, goes as the customer wants, and is copied without it. */
DB_TEST(invoice_of_a_portal_that_is_gone)
{
    static const char *const params[] = { "company_id" };
    static const struct sql old = { .name = "test_old_delivery", .params = params, .param_count = 1,
                                    .text = "update invoice set delivery = 'portal' where company_id = $1" };
    party_id customer = given_customer(work);
    struct desk desk = given_desk(work), *d = &desk;
    (void)expect_refused(&record_not_choice, ask(d, "invoice draft", true,
                                                 "{\"party_id\":%lld,\"delivery\":\"portal\"}", (long long)customer.n));
    expect_done(ask(
        d, "invoice draft", true,
        "{\"party_id\":%lld,\"lines\":[{\"description\":\"Uren\",\"quantity\":\"1\",\"price\":\"10\",\"vat_code\":\"21\"}]}",
        (long long)customer.n));
    int64_t id = number_at(d, "invoice", "id");
    test_begin(work);
    expect_done(db_run(work, &old, NONE));
    test_commit(work);
    expect_done(ask(d, "invoice finalise", true, "{\"id\":%lld,\"version\":1}", (long long)id));
    expect_done(ask(d, "invoice show", false, "id=%lld", (long long)id));
    expect(str_find(d->answer.json, "\"delivery\":\"portal\"") > 0);
    expect_done(ask(d, "invoice send", true, "{\"id\":%lld}", (long long)id));
    expect(str_find(d->answer.json, "\"channel\":\"letter\"") > 0);
    expect_done(ask(d, "invoice copy", true, "{\"id\":%lld}", (long long)id));
    expect(str_find(d->answer.json, "\"delivery\"") < 0);
}
