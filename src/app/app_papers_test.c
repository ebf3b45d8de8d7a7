#include "app/app.h"
#include "party/party.h"
#include "test.h"
#include <jansson.h>

/* What the pages of bills, invoices and settings ask for, as the doors call it. */

struct page { struct work *work; struct operations operations; struct answer answer; };

static struct fault *ask(struct page *p, int64_t user, const char *command, const char *json)
{
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    const struct request request = { .operation = operation_by_command(&p->operations, noun, verb), .body = str_of(json) };
    if (!request.operation) print_error("%s\n", command);
    assert_non_null(request.operation);
    p->work->user_id = user;
    p->work->stepped_up_at = p->work->now;
    p->work->changes.count = 0;
    p->answer = (struct answer){ 0 };
    return operation_answer(p->work, test_books(), &p->operations, &request, &p->answer);
}
#define ASK(user, command, ...) ask(&p, user, command, str_format(work->arena, __VA_ARGS__).at)

static int64_t number_at(struct page *p, const char *part, const char *member)
{
    json_t *json = json_loadb(p->answer.json.at, p->answer.json.length, 0, NULL);
    assert_non_null(json);
    json_t *in = part ? json_object_get(json, part) : json;
    if (json_is_array(in)) in = json_array_get(in, 0);
    int64_t number = json_integer_value(json_object_get(in, member));
    json_decref(json);
    return number;
}
static bool says(struct page *p, const char *text) { return str_find(p->answer.json, text) >= 0; }

static int64_t id_in_list(struct page *p, const char *member, const char *value)
{
    json_t *json = json_loadb(p->answer.json.at, p->answer.json.length, 0, NULL), *items = json_object_get(json, "items");
    int64_t id = 0;
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *item = json_array_get(items, i);
        if (!strcmp(json_string_value(json_object_get(item, member)), value))
            id = json_integer_value(json_object_get(item, "id"));
    }
    json_decref(json);
    expect(id > 0);
    return id;
}

static void make_member(struct page *p, int64_t id, const char *email)
{
    static const char *const params[] = { "id", "email", "company_id", "now" };
    static const struct sql person = {
        "test_person",
        "insert into person (id, email, name, language, totp_on, totp_last_step, failed_count, locked_until, is_operator, "
        "created_at, version) values ($1, $2, $2, 'nl', false, 0, 0, 0, false, 0, 1)",
        params, 2
    };
    static const char *const member_params[] = { "company_id", "id", "now" };
    static const struct sql member = {
        "test_member",
        "insert into member (company_id, person_id, role_id, created_at) select $1, $2, min(r.id), $3 from role r where r.company_id = $1",
        member_params, 3
    };
    struct who {
        int64_t id;
        struct str email;
    };
    static const struct field fields[] = { FIELD(struct who, id), FIELD(struct who, email) };
    static const struct record record = { "who", sizeof(struct who), fields, 2 };
    const struct who who = { id, str_of(email) };
    p->work->reading = false;
    test_begin(p->work);
    expect_done(db_run(p->work, &person, (struct given){ &record, &who }));
    expect_done(db_run(p->work, &member, (struct given){ &record, &who }));
    test_commit(p->work);
}

DB_TEST(papers_bill_is_asked_about_split_and_remembered)
{
    struct page p = { .work = work };
    app_operations(work->arena, &p.operations);
    expect_done(ASK(1, "party add", "{\"name\":\"De Boer B.V.\",\"is_supplier\":true,\"email\":\"boer@example.nl\"}"));
    long long party = number_at(&p, NULL, "id");
    expect_done(ASK(1, "account list", "{}"));
    long long cost = id_in_list(&p, "number", "4300"), other = id_in_list(&p, "number", "4400");
    expect_done(ASK(1, "vat list", "{}"));
    long long vat = id_in_list(&p, "code", "i21");
    work->reading = false;
    test_begin(work);
    int64_t colleague = id_new(work);
    test_commit(work);
    make_member(&p, colleague, str_format(work->arena, "bram%lld@example.nl", (long long)colleague).at);
    expect_done(ASK(
        colleague, "bill enter",
        "{\"party_id\":%lld,\"number\":\"B-1\",\"issued_on\":\"2025-02-20\",\"lines\":[{\"description\":\"Hout en verf\",\"net\":\"100.01\",\"account_id\":%lld,\"vat_code_id\":%lld}]}",
        party, cost, vat));
    long long bill = number_at(&p, NULL, "id");
    expect(ASK(1, "bill split",
               "{\"id\":%lld,\"version\":1,\"line_no\":1,\"parts\":[{\"net\":\"60\"},{\"net\":\"40\"}]}",
               bill) != NULL);
    expect(ASK(1, "bill split",
               "{\"id\":%lld,\"version\":1,\"line_no\":7,\"parts\":[{\"net\":\"60\"},{\"net\":\"40\"}]}",
               bill) != NULL);
    expect_done(ASK(
        1, "bill split",
        "{\"id\":%lld,\"version\":1,\"line_no\":1,\"parts\":[{\"net\":\"60\",\"description\":\"Hout\"},{\"net\":\"40.01\",\"account_id\":%lld,\"cost_center\":\"winkel\"}]}",
        bill, other));
    expect_done(ASK(1, "bill show", "{\"id\":%lld}", bill));
    expect(says(&p, "\"description\":\"Hout\"") && says(&p, "\"net\":\"40.01\"") && says(&p, "\"vat\":\"12.60\"") &&
           says(&p, "\"vat\":\"8.40\""));
    expect(says(&p, "\"event\":\"split\"") && says(&p, "\"total\":\"121.01\""));
    /* Coding that is remembered is how the next bill begins. */
    expect_done(ASK(1, "bill code",
                    "{\"id\":%lld,\"version\":2,\"lines\":[{\"line_no\":1,\"account_id\":%lld}],\"remember\":true}",
                    bill, other));
    expect_done(ASK(1, "party show", "{\"id\":%lld}", party));
    expect_int(other, number_at(&p, "party", "expense_account_id"));
    expect_int(vat, number_at(&p, "party", "vat_code_id"));
    /* Questions: to who entered it, to the supplier by mail, to nobody. */
    expect(ASK(1, "bill ask", "{\"id\":%lld,\"person_id\":99,\"question\":\"Who?\"}", bill) != NULL);
    expect_done(ASK(1, "bill ask", "{\"id\":%lld,\"question\":\"Is this ours?\"}", bill));
    long long question = number_at(&p, NULL, "id");
    expect_int(colleague, number_at(&p, NULL, "person_id"));
    expect_done(ASK(1, "bill check", "{\"id\":%lld}", bill));
    expect(says(&p, "\"ready\":false") && says(&p, "bill.not_submitted") && says(&p, "bill.own") && says(&p, "Is this ours?"));
    expect_done(ASK(colleague, "bill waiting", "{}"));
    expect(says(&p, "\"todo\":\"answer\""));
    expect(ASK(77, "bill answer", "{\"id\":%lld,\"answer\":\"Yes\"}", question) != NULL);
    expect_done(ASK(colleague, "bill answer", "{\"id\":%lld,\"answer\":\"Yes, for the shop\"}", question));
    expect(ASK(colleague, "bill answer", "{\"id\":%lld,\"answer\":\"Yes, again\"}", question) != NULL);
    expect_done(ASK(1, "bill ask", "{\"id\":%lld,\"supplier\":true,\"question\":\"Where is the order number?\"}", bill));
    expect_done(ASK(1, "bill show", "{\"id\":%lld}", bill));
    expect(says(&p, "Yes, for the shop") && says(&p, "boer@example.nl") && says(&p, "\"event\":\"ask\""));
    expect_done(ASK(1, "message list", "{}"));
    expect(says(&p, "Een vraag over uw factuur B-1"));
    expect_done(ASK(1, "bill submit", "{\"id\":%lld,\"version\":3}", bill));
    expect_done(ASK(2, "bill check", "{\"id\":%lld}", bill));
    expect(says(&p, "\"ready\":true") && says(&p, "\"remarks\":[{"));
}

DB_TEST(papers_invoice_is_sketched_copied_and_mailed)
{
    struct page p = { .work = work };
    app_operations(work->arena, &p.operations);
    expect_done(ASK(
        1, "party add",
        "{\"name\":\"Klant B.V.\",\"is_customer\":true,\"email\":\"klant@example.nl\",\"street\":\"Laan 1\",\"postal_code\":\"3511 AB\",\"city\":\"Utrecht\",\"customer_terms_days\":30}"));
    long long party = number_at(&p, NULL, "id");
    expect_done(ASK(
        1, "invoice sketch",
        "{\"party_id\":%lld,\"terms_days\":8,\"lines\":[{\"description\":\"Uur\",\"price\":\"80\",\"vat_code\":\"21\"}]}",
        party));
    expect(str_starts(p.answer.file.content, "%PDF-"));
    expect_done(ASK(1, "invoice list", "{}"));
    expect(says(&p, "\"items\":[]")); /* nothing was kept */
    expect(ASK(1, "invoice sketch",
               "{\"party_id\":%lld,\"lines\":[{\"description\":\"Uur\",\"price\":\"80\",\"vat_code\":\"x\"}]}",
               party) != NULL);
    expect_done(ASK(
        1, "invoice draft",
        "{\"party_id\":%lld,\"terms_days\":8,\"lines\":[{\"description\":\"Uur\",\"price\":\"80\",\"vat_code\":\"21\"}]}",
        party));
    long long draft = number_at(&p, "invoice", "id");
    expect(ASK(1, "invoice mail", "{\"id\":%lld}", draft) != NULL); /* not final yet */
    expect_done(ASK(1, "invoice finalise", "{\"id\":%lld,\"version\":1}", draft));
    expect(says(&p, "\"due_on\":\"2025-03-09\""));
    expect_done(ASK(1, "report party", "{\"id\":%lld}", party));
    expect(says(&p, "\"side\":\"receivables\"") && says(&p, "\"open_count\":1") && says(&p, "\"days_late\":-8") &&
           says(&p, "\"open_base\":\"96.80\""));
    expect(!says(&p, "settled_on"));
    expect_done(ASK(1, "invoice mail", "{\"id\":%lld,\"by\":\"mail_pdf\"}", draft));
    expect(says(&p, "klant@example.nl") && says(&p, "Geachte heer of mevrouw") && says(&p, "\"kind\":\"pdf\""));
    expect_done(ASK(1, "invoice send",
                    "{\"id\":%lld,\"by\":\"mail_pdf\",\"title\":\"Uw factuur\",\"text\":\"Dag Piet\"}", draft));
    long long message = number_at(&p, NULL, "id");
    expect_done(ASK(1, "message show", "{\"id\":%lld}", message));
    expect(says(&p, "Dag Piet") && says(&p, "Uw factuur"));
    expect_done(ASK(1, "invoice copy", "{\"id\":%lld}", draft));
    expect(says(&p, "\"state\":\"draft\"") && says(&p, "\"terms_days\":8") && says(&p, "\"description\":\"Uur\""));
    expect_done(ASK(1, "invoice-setting preview",
                    "{\"brand_color\":\"#7a1f5c\",\"closing\":\"Dank u wel\",\"language\":\"nl\"}"));
    expect(str_starts(p.answer.file.content, "%PDF-"));
    expect(ASK(1, "invoice-setting preview", "{\"logo\":\"PHN2Zz4=\"}") != NULL); /* an SVG is no PNG */
}

DB_TEST(papers_settings_and_views)
{
    struct page p = { .work = work };
    app_operations(work->arena, &p.operations);
    expect_done(ASK(1, "company show", "{}"));
    long long version = number_at(&p, NULL, "version");
    expect(ASK(1, "company change", "{\"name\":\"Test BV\",\"language\":\"nl\",\"logo\":\"PHN2Zz4=\",\"version\":%lld}",
               version) != NULL);
    expect(ASK(1, "company change",
               "{\"name\":\"Test BV\",\"language\":\"nl\",\"brand_color\":\"red\",\"version\":%lld}", version) != NULL);
    expect_done(ASK(
        1, "company change",
        "{\"name\":\"Test BV\",\"language\":\"nl\",\"brand_color\":\"#0b5fff\",\"remove_logo\":true,\"version\":%lld}",
        version));
    expect_done(ASK(1, "account list", "{}"));
    long long account = id_in_list(&p, "number", "4300");
    expect(ASK(1, "vat add", "{\"code\":\"x\",\"name\":\"X\",\"category\":\"S\",\"rate\":\"0\",\"side\":\"sale\"}") !=
           NULL);
    expect(ASK(1, "vat add", "{\"code\":\"x\",\"name\":\"X\",\"category\":\"E\",\"rate\":\"0\",\"side\":\"sale\"}") !=
           NULL);
    expect_done(ASK(
        1, "vat add",
        "{\"code\":\"i19\",\"name\":\"Duits\",\"category\":\"S\",\"rate\":\"19\",\"side\":\"purchase\",\"account_id\":%lld}",
        account));
    long long vat = number_at(&p, NULL, "id");
    expect(
        ASK(1, "vat add",
            "{\"code\":\"i19\",\"name\":\"Duits\",\"category\":\"S\",\"rate\":\"19\",\"side\":\"purchase\",\"account_id\":%lld}",
            account) != NULL);
    expect_done(
        ASK(1, "vat change", "{\"id\":%lld,\"name\":\"Duitse btw\",\"valid_to\":\"2025-12-31\",\"version\":1}", vat));
    expect(says(&p, "Duitse btw"));
    expect(ASK(1, "vat change", "{\"id\":%lld,\"name\":\"Duitse btw\",\"version\":1}", vat) != NULL);
    expect_done(ASK(1, "view save", "{\"page\":\"/bills\",\"name\":\"Van mij\",\"query\":\"state=coded\"}"));
    long long view = number_at(&p, NULL, "id");
    expect_done(ASK(1, "view save", "{\"page\":\"/bills\",\"name\":\"Van mij\",\"query\":\"state=received\"}"));
    expect_int(view, number_at(&p, NULL, "id"));
    expect_done(ASK(2, "view list", "{}"));
    expect(!says(&p, "Van mij")); /* mine alone */
    expect_done(ASK(1, "view save",
                    "{\"page\":\"/bills\",\"name\":\"Van mij\",\"query\":\"state=received\",\"is_shared\":true}"));
    expect_done(ASK(2, "view list", "{}"));
    expect(says(&p, "Van mij") && says(&p, "\"is_mine\":false"));
    expect(ASK(2, "view remove", "{\"id\":%lld}", view) != NULL);
    expect_done(ASK(1, "view remove", "{\"id\":%lld}", view));
}

DB_TEST(papers_doubles_are_merged_and_mail_is_tried)
{
    struct page p = { .work = work };
    app_operations(work->arena, &p.operations);
    expect_done(ASK(1, "party add", "{\"name\":\"De Zon B.V.\",\"is_supplier\":true,\"number\":\"Z1\"}"));
    long long stays = number_at(&p, NULL, "id");
    expect_done(ASK(
        1, "party add",
        "{\"name\":\"Zon, Bakkerij De\",\"is_supplier\":true,\"is_customer\":true,\"number\":\"Z2\",\"kvk_number\":\"30142587\",\"email\":\"zon@example.nl\"}"));
    long long twice = number_at(&p, NULL, "id");
    expect_done(ASK(1, "contact set", "{\"party_id\":%lld,\"name\":\"Piet\",\"purpose\":\"billing\"}", twice));
    expect_done(ASK(1, "party-bank propose", "{\"party_id\":%lld,\"iban\":\"NL44RABO0123456789\"}", twice));
    expect(ASK(1, "party merge", "{\"id\":%lld,\"into_id\":%lld,\"version\":1}", twice, twice) != NULL);
    (void)expect_refused(&party_changed, ASK(1, "party merge", "{\"id\":%lld,\"into_id\":%lld,\"version\":7}", twice, stays));
    expect_done(ASK(1, "party merge-preview", "{\"id\":%lld,\"into_id\":%lld}", twice, stays));
    expect_done(ASK(1, "party merge", "{\"id\":%lld,\"into_id\":%lld,\"version\":1}", twice, stays));
    expect(says(&p, "\"kvk_number\":\"30142587\"") && says(&p, "zon@example.nl") && says(&p, "\"is_customer\":true"));
    expect_done(ASK(1, "party show", "{\"id\":%lld}", stays));
    expect(says(&p, "Piet") && says(&p, "\"state\":\"proposed\"") && says(&p, "NL44RABO0123456789"));
    expect_done(ASK(1, "party show", "{\"id\":%lld}", twice));
    expect(says(&p, "\"is_blocked\":true") && says(&p, "= Z1 De Zon") && !says(&p, "30142587"));
    expect(ASK(1, "party merge", "{\"id\":%lld,\"into_id\":%lld,\"version\":2}", stays, twice) != NULL);
    expect(ASK(1, "message test", "{\"to\":\"nobody\"}") != NULL);
    expect_done(ASK(1, "message test", "{\"to\":\"me@example.nl\"}"));
    expect(says(&p, "\"subject_kind\":\"test\"") && says(&p, "queued"));
}
