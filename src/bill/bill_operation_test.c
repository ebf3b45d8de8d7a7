#include "bill/bill_test.h"
#include "app/app.h"

/* ---- Every operation through the door ---- */

struct door {
    struct work *work;
    struct books *books;
    struct operations all;
    struct pair pairs[8];
    struct request request;
    struct answer answer;
};

static struct door door_of(struct work *work)
{
    struct door d = { .work = work, .books = test_books() };
    app_operations(work->arena, &d.all);
    return d;
}

static struct fault *ask(struct door *d, const char *verb, const char *pairs, struct str body)
{
    struct str rest = str_of(pairs);
    d->request = (struct request){ .operation = operation_by_command(&d->all, STR("bill"), str_of(verb)),
                                   .pairs = d->pairs,
                                   .body = body };
    while (rest.length) {
        struct str text, name = str_cut(str_cut(rest, '&', &rest), '=', &text);
        d->pairs[d->request.pair_count++] = (struct pair){ name, text };
    }
    d->work->changes.at = NULL, d->work->changes.count = d->work->changes.room = 0;
    return operation_answer(d->work, d->books, &d->all, &d->request, &d->answer);
}

static const char *idp(struct work *work, int64_t id) { return str_format(work->arena, "id=%lld", (long long)id).at; }

#define CALL(verb, takes, gives) operation_call(d.work, d.books, &d.all, "bill " verb, takes, gives)

static struct party committed_supplier(struct work *work)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    test_commit(work);
    return zon;
}

static struct bill_data committed_form(struct work *work, party_id party, const char *number)
{
    test_begin(work);
    struct bill_data data = form(work, party, number);
    db_rollback(work);
    return data;
}

DB_TEST(bill_every_operation_is_answered)
{
    struct door d = door_of(work);
    struct party zon = committed_supplier(work);
    struct bill_data data = committed_form(work, zon.id, "2025-17");
    struct bill bill = { 0 }, other = { 0 };
    struct bill_released released = { 0 };
    expect_done(ask(&d, "receive", "file_name=scan.pdf", STR("%PDF-1.4 not really")));
    expect(str_find(d.answer.json, "\"state\":\"received\"") >= 0);
    other = *(const struct bill *)d.answer.gives.at;
    expect_done(CALL("supplier", (&(struct bill_supplier){ other.id, zon.id, other.version }), &other));
    expect_done(CALL("enter", &data, &bill));
    data.id = bill.id, data.version = bill.version, data.payable_minor = 12101;
    expect_done(CALL("change", &data, &bill));
    expect_done(CALL("code",
                     (&(struct bill_coding){ .id = bill.id, .version = bill.version, .cost_center = STR("winkel") }),
                     &bill));
    data = committed_form(work, zon.id, "2025-17"), data.id = other.id, data.version = other.version;
    expect_done(CALL("change", &data, &other));
    expect_done(CALL("submit", (&(struct bill_version){ bill.id, bill.version }), &bill));
    expect_done(ask(&d, "waiting", "", (struct str){ 0 }));
    expect_int(1, d.answer.rows.count); /* the other one; what I entered doesn't wait for my approval */
    (void)expect_refused(&access_duty_apart,
                         CALL("release-duplicate",
                              (&(struct bill_pair_release){ bill.id, other.id, STR("two deliveries") }), &released));
    work->user_id = 2;
    expect_done(ask(&d, "waiting", "todo=approve", (struct str){ 0 }));
    expect_int(1, d.answer.rows.count);
    struct fault *faults = CALL("approve", (&(struct bill_version){ bill.id, bill.version }), &bill);
    (void)expect_refused(&bill_duplicate, faults);
    (void)expect_refused(&bill_fatal_problems, faults);
    expect_done(CALL("release-problem",
                     (&(struct bill_problem_release){ .id = bill.id, .reason = STR("a cent, agreed") }), &released));
    expect_int(1, released.count);
    expect(CALL("release-problem", (&(struct bill_problem_release){ .id = bill.id, .reason = STR("again, please") }),
                &released) != NULL);
    expect_done(CALL("release-duplicate", (&(struct bill_pair_release){ bill.id, other.id, STR("two deliveries") }),
                     &released));
    expect_done(ask(&d, "show", idp(work, bill.id.n), (struct str){ 0 }));
    expect(str_find(d.answer.json, "\"event\":\"release_duplicate\"") >= 0 && str_find(d.answer.json, "\"problems\":[{") >= 0);
    expect_done(CALL("approve", (&(struct bill_version){ bill.id, bill.version }), &bill));
    expect_done(ask(&d, "due", "until_on=2025-12-31&currency=EUR", (struct str){ 0 }));
    expect(str_find(d.answer.json, "\"open\":\"121.01\"") >= 0);
    expect_done(ask(&d, "list", "open.gt=0&number.has=2025&state=approved&sort=-due_on", (struct str){ 0 }));
    expect_int(1, d.answer.rows.count);
    expect(str_find(d.answer.json, "\"open\":\"121.01\"") >= 0);
    /* By supplier, in two orders that meet, and by what is open: as in one piece, which it is asked in with `count`. */
    static const char *const sorts[] = { "supplier", "-supplier", "open", "-open" };
    for (size_t i = 0; i < ARRAY_LENGTH(sorts); i++) {
        expect_done(ask(&d, "list", str_format(work->arena, "sort=%s", sorts[i]).at, (struct str){ 0 }));
        struct str quick = str_keep(work->arena, d.answer.json), rest;
        expect(d.answer.rows.count >= 2);
        expect_done(ask(&d, "list", str_format(work->arena, "sort=%s&count=true", sorts[i]).at, (struct str){ 0 }));
        expect_str(str_cut(quick, ']', &rest).at ? str_keep(work->arena, str_cut(quick, ']', &rest)).at : "",
                   str_keep(work->arena, str_cut(d.answer.json, ']', &rest)));
    }
    expect_done(ask(&d, "preview", idp(work, bill.id.n), (struct str){ 0 }));
    expect(str_find(d.answer.file.content, "<article class=\"paper") >= 0 &&
           str_find(d.answer.file.content, "2025-17") >= 0);
    expect_done(
        CALL("reopen",
             (&(struct bill_reopening){ .id = bill.id, .version = bill.version, .reason = STR("wrong cost centre") }),
             &bill));
    expect_done(CALL("refuse", (&(struct bill_refusal){ bill.id, bill.version, STR("never ordered") }), &bill));
    expect_int(BILL_REFUSED, bill.state);
    expect_done(CALL(
        "reopen", (&(struct bill_reopening){ .id = bill.id, .version = bill.version, .reason = STR("it was ordered") }),
        &bill));
    expect_int(BILL_CODED, bill.state);
    work->user_id = 1;
    test_begin(work);
    expect_proved(work);
    db_rollback(work);
}

/* A released pair is remembered, and what was released voids when it becomes something else. */
/* An invoice whose due day lies before its day of issue: FL-DUE, unless the company does not want to hear it. */
static size_t told_due(struct work *work, const char *number)
{
    struct bill_problems problems = { 0 };
    struct bill bill = { 0 };
    size_t told = 0;
    expect_done(bill_receive(
        work, STR("a.xml"), DOCUMENT_UPLOAD,
        str_format(work->arena,
                   "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' "
                   "xmlns:b='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'>"
                   "<b:ID>%s</b:ID><b:IssueDate>2025-02-20</b:IssueDate><b:DueDate>2025-02-01</b:DueDate></Invoice>",
                   number),
        &bill));
    expect_done(bill_problems_of(work, bill.id, &problems));
    for (size_t i = 0; i < problems.count; i++) told += str_is(problems.at[i].rule, "FL-DUE");
    return told;
}

DB_TEST(bill_own_checks_are_left_out_when_a_company_says_so)
{
    struct door d = door_of(work);
    test_begin(work);
    expect_int(1, told_due(work, "1"));
    test_commit(work);
    d.request = (struct request){ .operation = operation_by_command(&d.all, STR("bill-setting"), STR("change")),
                                  .body = STR("{\"checks_off\":\"FL-DUE BR-01\"}") };
    expect(operation_answer(work, d.books, &d.all, &d.request, &d.answer) != NULL); /* an official rule is not ours to leave out */
    d.request.body = STR("{\"checks_off\":\"FL-DUE FL-BIC\"}");
    expect_done(operation_answer(work, d.books, &d.all, &d.request, &d.answer));
    expect(str_find(d.answer.json, "\"version\":1") >= 0);
    expect_int(1, work->changes.count); /* in the audit trail */
    test_begin(work);
    expect_int(0, told_due(work, "2"));
    test_commit(work);
    struct request change = d.request;
    d.request = (struct request){ .operation = operation_by_command(&d.all, STR("bill-setting"), STR("show")) };
    expect_done(operation_answer(work, d.books, &d.all, &d.request, &d.answer));
    expect(str_find(d.answer.json, "FL-DUE FL-BIC") >= 0);
    d.request = change;
    d.request.body = STR("{\"checks_off\":\"\",\"version\":1}");
    expect_done(operation_answer(work, d.books, &d.all, &d.request, &d.answer));
    expect(operation_answer(work, d.books, &d.all, &d.request, &d.answer) != NULL); /* another was quicker: version 1 is past */
    test_begin(work);
    expect_int(1, told_due(work, "3"));
    db_rollback(work);
}

DB_TEST(bill_releases_are_remembered)
{
    struct door d = door_of(work);
    struct party zon = committed_supplier(work);
    struct bill_data data = committed_form(work, zon.id, "17");
    struct bill first = { 0 }, second = { 0 };
    struct bill_released released = { 0 };
    data.payable_minor = 12101;
    expect_done(CALL("enter", &data, &first));
    expect_done(CALL("enter", &data, &second));
    work->user_id = 2;
    expect_done(CALL("release-duplicate", (&(struct bill_pair_release){ first.id, second.id, STR("two deliveries") }),
                     &released));
    expect_int(2, released.count); /* by number and by amount */
    expect_done(CALL("release-problem",
                     (&(struct bill_problem_release){ .id = second.id, .reason = STR("a cent, agreed") }), &released));
    work->user_id = 1;
    data.id = second.id, data.version = second.version, data.notes = STR("x");
    expect_done(CALL("change", &data, &second));
    expect_done(CALL("submit", (&(struct bill_version){ second.id, second.version }), &second));
    work->user_id = 3;
    expect_done(CALL("approve", (&(struct bill_version){ second.id, second.version }), &second));
    expect_done(CALL("reopen",
                     (&(struct bill_reopening){ .id = second.id, .version = second.version, .reason = STR("mistake") }),
                     &second));
    work->user_id = 1;
    data.version = second.version, data.payable_minor = 12102;
    expect_done(CALL("change", &data, &second));
    expect_done(CALL("submit", (&(struct bill_version){ second.id, second.version }), &second));
    work->user_id = 3;
    (void)expect_refused(&bill_fatal_problems, CALL("approve", (&(struct bill_version){ second.id, second.version }), &second));
}

DB_TEST(bill_period_closed_is_said_and_another_day_helps)
{
    struct door d = door_of(work);
    struct party zon = committed_supplier(work);
    struct bill_data data = committed_form(work, zon.id, "17");
    struct bill bill = { 0 };
    data.issued_on.ymd = 20250120;
    d.request = (struct request){ .operation = operation_by_command(&d.all, STR("period"), STR("list")),
                                  .pairs = d.pairs,
                                  .pair_count = 1 };
    d.pairs[0] = (struct pair){ STR("from_on"), STR("2025-01-01") };
    expect_done(operation_answer(work, d.books, &d.all, &d.request, &d.answer));
    ptrdiff_t at = str_find(d.answer.json, "\"id\":");
    struct str rest = str_part(d.answer.json, (size_t)at + 5, 30), id = str_cut(rest, ',', &rest);
    d.request = (struct request){ .operation = operation_by_command(&d.all, STR("period"), STR("close")),
                                  .pairs = d.pairs,
                                  .pair_count = 2 };
    d.pairs[0] = (struct pair){ STR("id"), id }, d.pairs[1] = (struct pair){ STR("version"), STR("1") };
    work->stepped_up_at = work->now;
    expect_done(operation_answer(work, d.books, &d.all, &d.request, &d.answer));
    expect_done(CALL("enter", &data, &bill));
    expect_done(CALL("submit", (&(struct bill_version){ bill.id, bill.version }), &bill));
    work->user_id = 2;
    (void)expect_refused(&ledger_period_closed, CALL("approve", (&(struct bill_version){ bill.id, bill.version }), &bill));
    work->user_id = 1;
    data.id = bill.id, data.version = 2, data.booked_on.ymd = 20250201;
    expect_done(CALL("change", &data, &bill));
    expect_done(CALL("submit", (&(struct bill_version){ bill.id, bill.version }), &bill));
    work->user_id = 2;
    expect_done(CALL("approve", (&(struct bill_version){ bill.id, bill.version }), &bill));
}

/* ---- Blocked suppliers and accounts ---- */

static struct fault *of_bank(struct door *d, const char *verb, struct party_bank bank, const char *more)
{
    struct arena *arena = d->work->arena;
    d->request = (struct request){ .operation = operation_by_command(&d->all, STR("party-bank"), str_of(verb)),
                                   .pairs = d->pairs,
                                   .pair_count = 1 };
    d->pairs[0] = (struct pair){ STR("id"), str_from_int(arena, bank.id.n) };
    d->request.body = str_format(arena, "{\"version\":%lld,\"note\":\"called them, they did not know\"%s}",
                                 (long long)bank.version, more);
    d->work->changes.at = NULL, d->work->changes.count = d->work->changes.room = 0;
    return operation_answer(d->work, d->books, &d->all, &d->request, &d->answer);
}

static struct party_bank only_bank(struct work *work, party_id party)
{
    struct party_banks banks = { 0 };
    test_begin(work);
    expect_done(party_banks_of(work, party, &banks));
    db_rollback(work);
    expect_int(1, banks.count);
    return banks.at[0];
}

DB_TEST(bill_to_a_blocked_account_waits)
{
    struct door d = door_of(work);
    struct party zon = committed_supplier(work);
    struct bill_data data = committed_form(work, zon.id, "17");
    struct bill bill = { 0 }, next = { 0 };
    data.iban = STR("NL91ABNA0417164300");
    expect_done(CALL("enter", &data, &bill));
    expect_done(CALL("submit", (&(struct bill_version){ bill.id, bill.version }), &bill));
    work->user_id = 2;
    work->stepped_up_at = work->now;
    expect_done(of_bank(&d, "verify", only_bank(work, zon.id), ",\"channel\":\"phone\""));
    expect_done(CALL("approve", (&(struct bill_version){ bill.id, bill.version }), &bill));
    expect_done(ask(&d, "show", idp(work, bill.id.n), (struct str){ 0 }));
    expect(str_find(d.answer.json, "\"bank_state\":\"verified\"") >= 0 && str_find(d.answer.json, "bill.bank_unverified") < 0);
    expect_done(of_bank(&d, "block", only_bank(work, zon.id), ""));
    work->user_id = 1;
    data.number = STR("18"), data.issued_on.ymd = 20250101;
    expect_done(CALL("enter", &data, &next));
    expect_int(BANK_BLOCKED, only_bank(work, zon.id).state); /* a blocked one isn't proposed again by a bill */
    expect_done(CALL("submit", (&(struct bill_version){ next.id, next.version }), &next));
    work->user_id = 2;
    (void)expect_refused(&bill_fatal_problems, CALL("approve", (&(struct bill_version){ next.id, next.version }), &next));
}

DB_TEST(bill_of_a_blocked_supplier_waits)
{
    struct bill_data data;
    struct bill bill = { 0 };
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ .is_blocked = true, .block_reason = STR("in dispute") });
    data = form(work, zon.id, "17");
    bill = given_entered(work, &data);
    struct fault *fault = expect_refused(&bill_supplier_blocked, bill_submit(work, bill.id, bill.version, &bill));
    expect_str("in dispute", fault->params[1].text);
    expect(has_problem(work, bill.id, "bill.blocked_supplier"));
    db_rollback(work);
}

/* ---- All or nothing ---- */

static int64_t entries_of(struct door *d)
{
    d->request = (struct request){ .operation = operation_by_command(&d->all, STR("entry"), STR("list")) };
    expect_done(operation_answer(d->work, d->books, &d->all, &d->request, &d->answer));
    return (int64_t)d->answer.rows.count;
}

DB_TEST(bill_approve_fails_at_every_statement)
{
    struct door d = door_of(work);
    struct party zon = committed_supplier(work);
    struct bill_data data = committed_form(work, zon.id, "17");
    struct bill bill = { 0 };
    int64_t failures = 0;
    data.iban = STR("NL91ABNA0417164300");
    expect_done(CALL("enter", &data, &bill));
    expect_done(CALL("submit", (&(struct bill_version){ bill.id, bill.version }), &bill));
    const struct bill_version seen = { bill.id, bill.version };
    work->user_id = 2;
    for (int64_t nth = 1;; nth++, failures++) {
        books_fail_at(d.books, nth);
        struct fault *fault = CALL("approve", &seen, &bill);
        books_fail_at(d.books, 0);
        if (!fault) break;
        expect(fault->type == &db_broken && !work->db);
        if (nth % 8 == 0) expect_int(0, entries_of(&d));
    }
    expect(failures >= 30);
    expect_int(1, entries_of(&d));
    test_begin(work);
    expect_int(12100, open_of(work, &bill));
    expect_proved(work);
    db_rollback(work);
}

DB_TEST(bill_receive_fails_at_every_statement)
{
    struct door d = door_of(work);
    const char *shared = test_shared();
    int64_t failures = 0;
    if (!shared) return;
    struct str pdf = test_file(work->arena, str_format(work->arena, "%s/data/triples/EN16931_Einfach.pdf", shared).at);
    for (int64_t nth = 1;; nth++, failures++) {
        struct arena_mark mark = arena_mark(work->arena);
        books_fail_at(d.books, nth);
        struct fault *fault = ask(&d, "receive", "file_name=EN16931_Einfach.pdf", pdf);
        books_fail_at(d.books, 0);
        if (!fault) break;
        expect(fault->type == &db_broken && !work->db);
        work->changes.at = NULL, work->changes.count = work->changes.room = 0;
        arena_rewind(work->arena, mark);
    }
    expect(failures >= 15);
    expect_done(ask(&d, "list", "", (struct str){ 0 }));
    expect_int(1, d.answer.rows.count);
    expect(str_find(d.answer.json, "\"receipt_number\":1") >= 0); /* no number was lost */
    expect_done(ask(&d, "show", idp(work, ((struct { int64_t n; } *)(void *)d.answer.rows.at)->n), (struct str){ 0 }));
    expect(str_find(d.answer.json, "EN16931_Einfach.pdf.xml") >= 0);
}

/* ---- Another company's ids mean nothing here ---- */

DB_TEST(bill_of_another_company_is_not_there)
{
    struct door d = door_of(work);
    struct party zon = committed_supplier(work);
    struct bill_data data = committed_form(work, zon.id, "17");
    struct bill bill = { 0 }, none = { 0 };
    expect_done(CALL("enter", &data, &bill));
    expect_done(CALL("submit", (&(struct bill_version){ bill.id, bill.version }), &bill));
    struct company other = { .name = STR("Other BV"), .country = STR("NL"), .currency = STR("EUR"), .language = STR("nl") };
    int64_t company = work->company_id;
    test_begin(work);
    expect_done(access_company_make(work, &other));
    expect_done(ledger_make_chart(work, 2025));
    test_commit(work);
    expect(work->company_id != company);
    work->user_id = 2;
    (void)expect_refused(&bill_missing, CALL("approve", (&(struct bill_version){ bill.id, bill.version }), &none));
    (void)expect_refused(&bill_missing, CALL("submit", (&(struct bill_version){ bill.id, bill.version }), &none));
    (void)expect_refused(&bill_missing,
                         CALL("refuse", (&(struct bill_refusal){ bill.id, bill.version, STR("not ours") }), &none));
    (void)expect_refused(
        &bill_missing,
        CALL("reopen", (&(struct bill_reopening){ .id = bill.id, .version = 1, .reason = STR("not ours") }), &none));
    (void)expect_refused(&bill_missing,
                         CALL("supplier", (&(struct bill_supplier){ bill.id, zon.id, bill.version }), &none));
    (void)expect_refused(&bill_missing,
                         CALL("code", (&(struct bill_coding){ .id = bill.id, .version = bill.version }), &none));
    (void)expect_refused(&bill_missing,
                         CALL("release-problem",
                              (&(struct bill_problem_release){ .id = bill.id, .reason = STR("not ours") }),
                              &(struct bill_released){ 0 }));
    (void)expect_refused(&bill_missing,
                         CALL("release-duplicate",
                              (&(struct bill_pair_release){ bill.id, { bill.id.n + 1 }, STR("not ours") }),
                              &(struct bill_released){ 0 }));
    (void)expect_refused(&bill_missing, ask(&d, "show", idp(work, bill.id.n), (struct str){ 0 }));
    (void)expect_refused(&bill_missing, ask(&d, "preview", idp(work, bill.id.n), (struct str){ 0 }));
    (void)expect_refused(&party_missing, CALL("enter", &data, &none));
    data.party_id.n = 0;
    (void)expect_refused(&ledger_account_missing, CALL("enter", &data, &none));
    data.id = bill.id, data.version = bill.version;
    (void)expect_refused(&bill_missing, CALL("change", &data, &none));
    expect_done(ask(&d, "list", "", (struct str){ 0 }));
    expect_int(0, d.answer.rows.count);
    work->company_id = company;
}
