#include "app/app.h"
#include "payment/payment_test.h"

/* The whole path through the operations, as the doors call them, each by the person whose work it is. */

struct caller { struct work *work; struct operations operations; };

static struct str call(struct caller *c, int64_t user, const char *command, struct str json)
{
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    const struct request request = { .operation = operation_by_command(&c->operations, noun, verb), .body = json };
    struct answer answer = { 0 };
    assert_non_null(request.operation);
    c->work->user_id = user;
    c->work->changes.count = 0;
    struct fault *fault = operation_answer(c->work, test_books(), &c->operations, &request, &answer);
    if (fault) print_error("%s\n", command);
    expect_done(fault);
    return answer.file.content.at ? answer.file.content : answer.json;
}

static int64_t number_in(struct str json, const char *name)
{
    char key[64];
    snprintf(key, sizeof key, "\"%s\":", name);
    ptrdiff_t at = str_find(json, key);
    expect(at >= 0);
    return strtoll(json.at + at + strlen(key), NULL, 10);
}

static struct str text_in(struct arena *arena, struct str json, const char *name)
{
    char key[64];
    struct str rest;
    snprintf(key, sizeof key, "\"%s\":\"", name);
    ptrdiff_t at = str_find(json, key);
    expect(at >= 0);
    return str_keep(arena, str_cut(str_part(json, (size_t)at + strlen(key), json.length), '"', &rest));
}

static bool holds(struct str s, const char *z) { return str_find(s, z) >= 0; }
#define JSON_OF(...) str_format(work->arena, __VA_ARGS__)
#define LL(n) (long long)(n)

static struct str propose(struct caller *c, int64_t account)
{
    struct work *work = c->work;
    return call(c, PLANNER, "payment propose", JSON_OF("{\"bank_account_id\":%lld,\"until\":\"2025-03-31\"}", LL(account)));
}

static struct str act(struct caller *c, int64_t user, const char *command, struct str run)
{
    struct work *work = c->work;
    return call(c, user, command,
                JSON_OF("{\"id\":%lld,\"reason\":\"a reason\",\"version\":%lld}", LL(number_in(run, "id")),
                        LL(number_in(run, "version"))));
}

static struct str release(struct caller *c, struct str run)
{
    struct work *work = c->work;
    return call(c, TREASURER, "payment release",
                JSON_OF("{\"id\":%lld,\"hash\":\"%.*s\",\"version\":%lld}", LL(number_in(run, "id")),
                        STR_ARG(text_in(work->arena, run, "hash")), LL(number_in(run, "version"))));
}

/* The order for the bank stands in the archive too; there it is shown and not given, so that nobody fetches it unnoticed. */
static void expect_own_way(struct caller *c, int64_t document)
{
    struct work *work = c->work;
    struct answer answer;
    const struct request request = { .operation = operation_by_command(&c->operations, STR("document"), STR("file")),
                                     .body = JSON_OF("{\"id\":%lld}", LL(document)) };
    struct fault *fault = operation_answer(work, test_books(), &c->operations, &request, &answer);
    expect(fault && !strcmp(fault->type->code, "archive.own_way"));
    expect_int(403, fault_http_status(fault));
    (void)call(c, TREASURER, "document show", JSON_OF("{\"id\":%lld}", LL(document)));
}

DB_TEST(payment_operations)
{
    struct caller c = { .work = work };
    app_operations(work->arena, &c.operations);
    struct str account =
        call(&c, 3, "bank-account add", STR("{\"name\":\"Main\",\"iban\":\"" OUR_IBAN "\",\"holder\":\"Test BV\"}"));
    struct str party = call(
        &c, CLERK, "party add",
        STR("{\"name\":\"Bakkerij De Zon B.V.\",\"is_supplier\":true,\"email\":\"zon@example.nl\",\"city\":\"Utrecht\"}"));
    struct str bank =
        call(&c, CLERK, "party-bank propose",
             JSON_OF("{\"party_id\":%lld,\"iban\":\"NL44 RABO 0123 4567 89\"}", LL(number_in(party, "id"))));
    (void)call(
        &c, VERIFIER, "party-bank verify",
        JSON_OF("{\"id\":%lld,\"channel\":\"phone\",\"note\":\"called the number on the contract\",\"version\":1}",
                LL(number_in(bank, "id"))));
    int64_t ours = number_in(account, "id"), bills[2];
    test_begin(work);
    item_id first = given_payee_bill(work, (party_id){ number_in(party, "id") }, 12100, "2025-17",
                                     (struct date){ 20250301 }, 0, NULL, &bills[0]);
    (void)given_payee_bill(work, (party_id){ number_in(party, "id") }, 5000, "2025-18", (struct date){ 20250302 }, 0,
                           NULL, &bills[1]);
    test_commit(work);
    struct str held = JSON_OF("{\"item_id\":%lld,\"reason\":\"not delivered\",\"until\":\"2025-12-31\"}", LL(first.n)),
               item = JSON_OF("{\"item_id\":%lld}", LL(first.n));
    (void)call(&c, PLANNER, "payment hold", held);
    struct str due = call(&c, PLANNER, "payment due", (struct str){ 0 });
    expect(holds(due, "\"blocks\":\"on_hold\"") && holds(due, "\"reference\"") == false);
    struct str standing = call(&c, PLANNER, "payment of-bill", JSON_OF("{\"id\":%lld}", LL(bills[0])));
    expect(holds(standing, "\"hold_reason\":\"not delivered\"") && holds(standing, "\"hold_until\":\"2025-12-31\""));
    (void)call(&c, PLANNER, "payment unhold", item);
    expect(!holds(call(&c, PLANNER, "payment due", (struct str){ 0 }), "on_hold"));
    struct str run = propose(&c, ours);
    (void)act(&c, PLANNER, "payment withdraw", run);
    run = propose(&c, ours);
    expect(holds(call(&c, PLANNER, "payment of-bill", JSON_OF("{\"id\":%lld}", LL(bills[0]))), "\"run_state\":\"proposed\""));
    struct str edit = JSON_OF("{\"id\":%lld,\"bills\":[{\"bill_id\":%lld}],\"version\":%lld}", LL(number_in(run, "id")),
                              LL(bills[0]), LL(number_in(run, "version")));
    run = call(&c, PLANNER, "payment drop", edit);
    expect_str("50.00", text_in(work->arena, run, "total"));
    edit = JSON_OF("{\"id\":%lld,\"bills\":[{\"bill_id\":%lld}],\"version\":%lld}", LL(number_in(run, "id")),
                   LL(bills[0]), LL(number_in(run, "version")));
    run = call(&c, PLANNER, "payment add", edit);
    expect_str("171.00", text_in(work->arena, run, "total"));
    struct str id = JSON_OF("{\"id\":%lld}", LL(number_in(run, "id"))), hash = text_in(work->arena, run, "hash");
    run = call(&c, PLANNER, "payment day", JSON_OF("{\"id\":%lld,\"execution_on\":\"2025-12-29\",\"version\":%lld}",
                                                 LL(number_in(run, "id")), LL(number_in(run, "version"))));
    expect_str("2025-12-29", text_in(work->arena, run, "execution_on"));
    expect(!str_equal(hash, text_in(work->arena, run, "hash"))); /* who looked at it before has to look again */
    run = call(&c, PLANNER, "payment day",
               JSON_OF("{\"id\":%lld,\"version\":%lld}", LL(number_in(run, "id")), LL(number_in(run, "version"))));
    expect(holds(call(&c, TREASURER, "payment check", id), "\"ready\":true"));
    run = release(&c, run);
    run = act(&c, TREASURER, "payment cancel", run);
    expect_str("cancelled", text_in(work->arena, run, "state"));
    run = release(&c, propose(&c, ours));
    id = JSON_OF("{\"id\":%lld}", LL(number_in(run, "id")));
    expect_own_way(&c, number_in(run, "document_id"));
    expect_str("released", text_in(work->arena, call(&c, TREASURER, "payment show", id), "state"));
    expect(holds(call(&c, TREASURER, "payment file", id), "<EndToEndId>"));
    run = call(&c, TREASURER, "payment show", id);
    expect_str("sent", text_in(work->arena, run, "state"));
    (void)act(&c, TREASURER, "payment refuse", run);
    run = propose(&c, ours);
    struct str message = text_in(work->arena, run, "message_id"), payments;
    ptrdiff_t at = str_find(run, "\"payments\":[{\"id\":");
    payments = str_part(run, (size_t)at + 12, run.length);
    run = release(&c, run);
    struct str status = JSON_OF(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>B</MsgId><CreDtTm>2025-03-03T12:00:00</CreDtTm></GrpHdr>"
        "<OrgnlGrpInfAndSts><OrgnlMsgId>%.*s</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>ACSC</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>",
        STR_ARG(message));
    const struct pair name = { STR("file_name"), STR("status.xml") };
    const struct request upload = { .operation = operation_by_command(&c.operations, STR("payment"), STR("status")),
                                    .pairs = &name,
                                    .pair_count = 1,
                                    .body = status };
    struct answer answer = { 0 };
    expect_done(operation_answer(work, test_books(), &c.operations, &upload, &answer));
    expect(holds(answer.json, "\"accepted\":1") && holds(answer.json, "\"state\":\"accepted\""));
    expect(holds(call(&c, TREASURER, "payment return",
                      JSON_OF("{\"id\":%lld,\"reason\":\"account closed\"}", LL(number_in(payments, "id")))),
                 "returned"));
    expect(holds(call(&c, TREASURER, "payment finish", (struct str){ 0 }), "\"count\":0"));
    expect(holds(call(&c, TREASURER, "payment list", (struct str){ 0 }), "rejected"));
    test_begin(work);
    expect_ledger_proved(work);
    db_rollback(work);
}
