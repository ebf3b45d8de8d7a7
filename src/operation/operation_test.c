#include "note.h"
#include "test.h"
#include "operation/operation_private.h"

/* ---- Tables and lookups ---- */

static const struct operation *find(const struct operations *all, const char *method, const char *path,
                                    struct pair *pairs, size_t *count, bool *other)
{
    *count = 0;
    return operation_by_path(all, str_of(method), str_of(path), pairs, count, other);
}

TEST(operation_paths)
{
    struct operations all;
    struct pair pairs[PATH_PARTS_MAX];
    size_t count;
    bool other;
    note_operations(arena, &all);
    expect_str("note add", str_of(find(&all, "POST", "/notes", pairs, &count, &other)->command));
    expect_str("note list", str_of(find(&all, "GET", "/notes", pairs, &count, &other)->command));
    expect_int(0, count);
    expect_str("note show", str_of(find(&all, "GET", "/notes/7", pairs, &count, &other)->command));
    expect_int(1, count);
    expect_str("id", pairs[0].name);
    expect_str("7", pairs[0].text);
    expect_str("note slow", str_of(find(&all, "GET", "/notes/slow", pairs, &count, &other)->command));
    expect_str("note delete", str_of(find(&all, "DELETE", "/notes/slow", pairs, &count, &other)->command)); /* {id} is "slow" */
    expect_str("note print", str_of(find(&all, "GET", "/notes/7/file", pairs, &count, &other)->command));
    static const char *const nowhere[] = { "",          "/",
                                           "notes",     "/note",
                                           "/notes/",   "/notes//file",
                                           "/notes/7/", "/notes/7/file/x",
                                           "//notes",   "/audit/verify/x" };
    for (size_t i = 0; i < ARRAY_LENGTH(nowhere); i++) {
        expect(!find(&all, "GET", nowhere[i], pairs, &count, &other));
        expect(!other);
    }
    expect(!find(&all, "PATCH", "/notes/7", pairs, &count, &other) && other);
    expect(!find(&all, "BREW", "/notes", pairs, &count, &other) && other);
}

TEST(operation_commands_and_permissions)
{
    struct operations all;
    struct permissions held = { 0 };
    note_operations(arena, &all);
    for (size_t i = 0; i < all.count; i++) {
        const struct operation *op = operation_numbered(&all, i);
        struct str verb, noun = str_cut(str_of(op->command), ' ', &verb);
        expect(operation_by_command(&all, noun, verb) == op);
        expect_int(i, operation_number(&all, op));
    }
    expect(!operation_by_command(&all, STR("note"), STR("burn")));
    expect(!operation_by_command(&all, STR("note"), (struct str){ 0 }));
    expect_str("session_start", operation_id(arena, operation_by_command(&all, STR("session"), STR("start"))));
    expect_int(4, all.permission_count);
    for (size_t i = 0; i < all.permission_count; i++) expect_int(i, permission_number(&all, str_of(all.permissions[i])));
    expect_int(-1, permission_number(&all, STR("note.burn")));
    expect(!permissions_hold(&held, -1) && !permissions_hold(&held, 3));
    permissions_allow(&held, 3);
    expect(permissions_hold(&held, 3) && !permissions_hold(&held, 2) && !permissions_hold(&held, 100000));
}

static struct str mistake_of(struct arena *arena, struct operation op)
{
    struct operation both[2] = { note_table_of_operations.operations[0], op };
    return operations_mistake(arena, &(struct operation_table){ "x", both, 2 }, 1);
}

TEST(operation_table_mistakes_are_seen)
{
    const struct operation add = note_table_of_operations.operations[0], show = note_table_of_operations.operations[1],
                           list = note_table_of_operations.operations[5];
    struct operation op;
    expect(!operations_mistake(arena, &note_table_of_operations, 1).at);
    expect(!mistake_of(arena, show).at);
#define MISTAKE(from, ...) (op = (from), __VA_ARGS__, expect(mistake_of(arena, op).at != NULL))
    MISTAKE(add, op.path = "/others");            /* the command twice */
    MISTAKE(add, op.command = "note more");       /* the path twice */
    MISTAKE(show, op.command = "Note Show");
    MISTAKE(show, op.command = "note show all");
    MISTAKE(show, op.command = NULL);
    MISTAKE(show, op.method = "FETCH");
    MISTAKE(show, op.method = "PUT");             /* reads, and is no GET */
    MISTAKE(show, op.flags = 0);                  /* a GET that writes */
    MISTAKE(show, op.path = "/notes/{key}");      /* no such field */
    MISTAKE(show, op.path = "notes");
    MISTAKE(show, op.path = "/notes/{id}/Über");
    MISTAKE(show, op.needs = "reading");
    MISTAKE(show, op.summary = "");
    MISTAKE(show, op.call = NULL);
    MISTAKE(show, op.list = list.list);
    MISTAKE(show, op.flags |= OPERATION_ANYONE);  /* with a permission */
    MISTAKE(show, op.flags |= OPERATION_FILE);
    MISTAKE(show, op.flags |= OPERATION_UPLOAD);
    MISTAKE(list, op.flags = 0);
    MISTAKE(list, op.flags |= OPERATION_FIGURES);
    MISTAKE(add, op.flags |= OPERATION_FIGURES);
#undef MISTAKE
}

TEST(operation_records_cover_their_structs)
{
    expect(record_covers(&audit_row_record));
    expect(record_covers(&file_answer_record));
}

/* ---- Answers ---- */

struct fixture {
    struct work *work;
    struct books *books;
    struct operations all;
    struct pair pairs[8];
    struct request request;
    struct answer answer;
};

static struct fixture begin(struct work *work)
{
    struct fixture f = { .work = work, .books = test_books() };
    note_operations(work->arena, &f.all);
    note_make_table(work, f.books);
    note_conflicts(0);
    return f;
}

static struct fault *ask(struct fixture *f, const char *noun, const char *verb, const char *body, const char *key)
{
    f->request.operation = operation_by_command(&f->all, str_of(noun), str_of(verb));
    f->request.pairs = f->pairs;
    f->request.body = str_of(body);
    f->request.idempotency_key = str_of(key);
    return operation_answer(f->work, f->books, &f->all, &f->request, &f->answer);
}

static void put(struct fixture *f, const char *name, const char *text)
{
    f->pairs[f->request.pair_count++] = (struct pair){ str_of(name), str_of(text) };
}
static void clear(struct fixture *f) { f->request.pair_count = 0; }

static const char note_json[] = "{\"title\":\"Milk\",\"currency\":\"EUR\",\"total\":\"1.50\"}";

static int64_t audit_rows_of(struct fixture *f)
{
    int64_t count = 0;
    f->work->reading = true;
    expect_done(db_begin(f->work, f->books));
    expect_done(audit_verify(f->work, &count));
    expect_done(db_commit(f->work));
    return count;
}

DB_TEST(operation_runs_and_is_audited)
{
    struct fixture f = begin(work);
    expect_done(ask(&f, "note", "add", note_json, NULL));
    expect(str_find(f.answer.json, "\"title\":\"Milk\"") >= 0);
    const struct note *note = f.answer.gives.at;
    put(&f, "id", str_from_int(work->arena, note->id.n).at);
    expect_done(ask(&f, "note", "change", "{\"version\":1,\"title\":\"Bread\"}", NULL));
    expect_refused(&note_changed, ask(&f, "note", "change", "{\"version\":1,\"title\":\"Eggs\"}", NULL));
    expect_done(ask(&f, "note", "show", NULL, NULL)); /* reads: no audit row */
    expect(str_find(f.answer.json, "\"title\":\"Bread\"") >= 0);
    expect_int(2, audit_rows_of(&f));
    clear(&f);
    expect_done(ask(&f, "audit", "list", NULL, NULL));
    const struct audit_row *rows = (const struct audit_row *)(const void *)f.answer.rows.at;
    expect_int(2, f.answer.rows.count);
    expect_str("note change", rows[0].operation);
    expect_int(2, rows[0].number);
    expect(str_find(rows[0].changes, "\"title\":[\"Milk\",\"Bread\"]") >= 0);
    expect_str("test", rows[0].request_id);
    expect(str_equal(rows[0].previous_hash, rows[1].hash));
    expect_done(ask(&f, "audit", "verify", NULL, NULL));
    expect(str_find(f.answer.json, "\"count\":2") >= 0);
}

DB_TEST(operation_says_who_may)
{
    struct fixture f = begin(work);
    work->system = false;
    work->user_id = 0;
    expect_refused(&operation_sign_in, ask(&f, "note", "add", "not even JSON", NULL));
    work->user_id = 5;
    struct fault *fault = expect_refused(&operation_denied, ask(&f, "note", "add", note_json, NULL));
    expect_str("note.write", fault->params[0].text);
    int64_t company = work->company_id;
    work->company_id = 0;
    expect_refused(&operation_company, ask(&f, "note", "add", note_json, NULL));
    expect_done(ask(&f, "ping", NULL, NULL, NULL));
    work->company_id = company;
    permissions_allow(&work->permissions, permission_number(&f.all, STR("note.write")));
    expect_done(ask(&f, "note", "add", note_json, NULL));
    put(&f, "id", str_from_int(work->arena, ((const struct note *)f.answer.gives.at)->id.n).at);
    permissions_allow(&work->permissions, permission_number(&f.all, STR("note.delete")));
    expect_refused(&operation_step_up, ask(&f, "note", "delete", NULL, NULL));
    work->stepped_up_at = (struct instant){ work->now.us - INT64_C(601) * 1000000 };
    expect_refused(&operation_step_up, ask(&f, "note", "delete", NULL, NULL));
    work->stepped_up_at = (struct instant){ work->now.us - INT64_C(599) * 1000000 };
    expect_done(ask(&f, "note", "delete", NULL, NULL));
    expect_str("{}", f.answer.json);
    expect_refused(&note_missing, ask(&f, "note", "delete", NULL, NULL));
    expect_int(2, audit_rows_of(&f));
}

DB_TEST(operation_input_is_refused_with_every_problem)
{
    struct fixture f = begin(work);
    int faults = 0;
    for (struct fault *fault = ask(&f, "note", "add", "{\"title\":\"\",\"total\":\"1.505\",\"color\":\"red\"}", NULL);
         fault; fault = fault->next)
        faults++;
    expect(faults >= 3); /* currency missing, total not of cents, color unknown */
    expect_refused(&note_shouted, ask(&f, "note", "add", "{\"title\":\"HELP\",\"currency\":\"EUR\",\"total\":\"1\"}", NULL));
    put(&f, "limit", "501");
    expect_refused(&list_bad_limit, ask(&f, "note", "list", NULL, NULL));
    clear(&f);
    put(&f, "colour", "red");
    expect_refused(&list_unknown_filter, ask(&f, "note", "list", NULL, NULL));
    clear(&f);
    put(&f, "title.like", "red");
    expect_refused(&list_unknown_filter, ask(&f, "note", "list", NULL, NULL));
    expect_int(0, audit_rows_of(&f));
}

DB_TEST(operation_lists_filter_sort_and_page)
{
    struct fixture f = begin(work);
    note_fill(work, f.books, 25);
    put(&f, "total.ge", "5.00");
    put(&f, "sort", "-total");
    put(&f, "limit", "8");
    int64_t seen = 0, last = INT64_MAX;
    for (;;) {
        expect_done(ask(&f, "note", "list", NULL, NULL));
        const struct note *rows = (const struct note *)(const void *)f.answer.rows.at;
        for (size_t i = 0; i < f.answer.rows.count; i++, seen++) {
            expect(rows[i].total_minor < last && rows[i].total_minor >= 500);
            last = rows[i].total_minor;
        }
        if (!f.answer.next.at) break;
        f.request.pair_count = 3;
        put(&f, "after", f.answer.next.at);
    }
    expect_int(20, seen);
    f.request.as_rows = true;
    expect_done(ask(&f, "note", "list", NULL, NULL));
    expect(!f.answer.json.at);
}

DB_TEST(operation_uploads_and_files)
{
    struct fixture f = begin(work);
    put(&f, "id", "7");
    put(&f, "name", "a.txt");
    expect_done(ask(&f, "note", "upload", "any bytes", "upload-key-1"));
    expect(str_find(f.answer.json, "\"size\":9") >= 0 && str_find(f.answer.json, "a.txt") >= 0);
    expect_done(ask(&f, "note", "upload", "any bytes", "upload-key-1"));
    expect(f.answer.repeated);
    expect_refused(&operation_key_reused, ask(&f, "note", "upload", "other bytes", "upload-key-1"));
    expect_refused(&record_missing, ask(&f, "note", "upload", "", NULL));
    clear(&f);
    expect_done(ask(&f, "note", "add", note_json, NULL));
    put(&f, "id", str_from_int(work->arena, ((const struct note *)f.answer.gives.at)->id.n).at);
    expect_done(ask(&f, "note", "print", NULL, NULL));
    expect_str("Milk", f.answer.file.content);
}

DB_TEST(operation_keys_answer_again)
{
    struct fixture f = begin(work);
    expect_done(ask(&f, "note", "add", note_json, "key-1"));
    struct str first = f.answer.json;
    expect(!f.answer.repeated);
    expect_done(ask(&f, "note", "add", note_json, "key-1"));
    expect(f.answer.repeated && str_equal(first, f.answer.json));
    expect_int(1, note_count(work, f.books));
    expect_int(1, audit_rows_of(&f));
    expect_refused(&operation_key_reused,
                   ask(&f, "note", "add", "{\"title\":\"Tea\",\"currency\":\"EUR\",\"total\":\"1\"}", "key-1"));
    work->user_id = 2; /* another user, another key */
    expect_done(ask(&f, "note", "add", note_json, "key-1"));
    expect(!f.answer.repeated);
    work->user_id = 1;
    work->now.us += DAY_US + 1; /* gone after a day */
    expect_done(ask(&f, "note", "add", note_json, "key-1"));
    expect(!f.answer.repeated);
    expect_refused(&operation_key_invalid, ask(&f, "note", "add", note_json, ""));
    expect_refused(&operation_key_invalid, ask(&f, "note", "add", note_json, "with space"));
    expect_refused(&note_shouted, ask(&f, "note", "add", "{\"title\":\"HELP\",\"currency\":\"EUR\",\"total\":\"1\"}", "key-2"));
    expect_done(ask(&f, "note", "add", note_json, "key-2")); /* a refusal keeps no key */
    expect_int(4, note_count(work, f.books));
}

/* What stands for a report that takes seconds: it tells how often it ran. */
struct weigh_takes { int64_t of; };
RECORD(weigh_takes, { FIELD(struct weigh_takes, of, OPTIONAL) });
struct weighed { int64_t run; };
RECORD(weighed, { FIELD(struct weighed, run) });
static int64_t weighed_times;
static struct fault *note_weigh(struct work *work, const struct weigh_takes *takes, struct weighed *out)
{
    (void)work, (void)takes;
    out->run = ++weighed_times;
    return NULL;
}
CALLABLE(note_weigh, weigh_takes, weighed);

/* The run that is told: of now, or of before. */
static void expect_weighed(struct fixture *f, int64_t run)
{
    expect_done(ask(f, "note", "weigh", NULL, NULL));
    expect_str(str_format(f->work->arena, "{\"run\":%lld}", (long long)run).at, f->answer.json);
}

DB_TEST(operation_figures_hold_until_something_changes)
{
    static const struct operation weigh[] = { { "note weigh", "GET", "/notes/weigh", "note.read",
                                                OPERATION_READS | OPERATION_FIGURES, &note_weigh_call, NULL,
                                                "Weigh the notes" } };
    const struct operation_table tables[] = { note_table_of_operations,
                                              operation_operations_table,
                                              { "weigh", weigh, 1 } };
    struct fixture f = begin(work);
    int64_t company = work->company_id;
    operations_prepare(work->arena, tables, 3, &f.all);
    work->system = true;
    weighed_times = 0;
    expect_done(ask(&f, "note", "add", note_json, NULL));
    expect_weighed(&f, 1);
    expect_weighed(&f, 2); /* nothing is kept by a process that does not live on */
    work->figures = figures_new();
    expect_weighed(&f, 3);
    expect_weighed(&f, 3);
    put(&f, "of", "7"); /* something else is asked */
    expect_weighed(&f, 4);
    expect_weighed(&f, 4);
    clear(&f);
    expect_weighed(&f, 3);
    work->today = date_add_days(work->today, 1);
    expect_weighed(&f, 5);
    work->language = work->language == ENGLISH ? DUTCH : ENGLISH;
    expect_weighed(&f, 6);
    f.request.as_struct = true;
    expect_weighed(&f, 7);
    expect(f.answer.gives.at && ((const struct weighed *)f.answer.gives.at)->run == 7);
    f.request.as_struct = false;
    expect_done(ask(&f, "note", "add", note_json, NULL)); /* a change: never an old figure behind it */
    expect_weighed(&f, 8);
    expect_weighed(&f, 8);
    work->company_id = company + 1; /* nothing was ever done there: nothing is kept */
    expect_weighed(&f, 9);
    expect_weighed(&f, 10);
    work->company_id = company;
    expect_weighed(&f, 8);
    work->system = false, work->user_id = 5; /* who may not is not told what another was */
    expect_refused(&operation_denied, ask(&f, "note", "weigh", NULL, NULL));
    figures_free(work->figures);
    work->figures = NULL;
}

DB_TEST(operation_meets_conflicts)
{
    struct fixture f = begin(work);
    note_conflicts(5);
    size_t used = arena_used(work->arena);
    expect_done(ask(&f, "note", "add", note_json, NULL));
    expect_int(6, note_runs());
    expect(arena_used(work->arena) - used < 100000); /* nothing of five failed attempts of 100 kB is left */
    expect_int(1, note_count(work, f.books));
    expect_int(1, audit_rows_of(&f));
    note_conflicts(6);
    expect_refused(&db_retry, ask(&f, "note", "add", note_json, NULL));
    expect_int(1, note_count(work, f.books));
    note_conflicts(0);
}

/* Every statement of a writing operation fails once: nothing is left, and the next time it succeeds. */
DB_TEST(operation_fails_at_every_statement)
{
    struct fixture f = begin(work);
    int64_t failures = 0;
    for (int64_t nth = 1;; nth++, failures++) {
        books_fail_at(f.books, nth);
        struct fault *fault = ask(&f, "note", "add", note_json, "same-key");
        books_fail_at(f.books, 0);
        if (!fault) break;
        expect(fault->type == &db_broken);
        expect(!work->db);
        expect_int(0, note_count(work, f.books));
        expect_int(0, audit_rows_of(&f));
    }
    expect(failures >= 7); /* begin, key, note, head, row, head, expire, keep, commit */
    expect_int(1, note_count(work, f.books));
    expect_int(1, audit_rows_of(&f));
    expect_done(ask(&f, "note", "add", note_json, "same-key"));
    expect(f.answer.repeated);
}

DB_TEST(operation_call_takes_structs)
{
    struct fixture f = begin(work);
    struct note note = { 0 };
    struct note_add takes = { .title = STR("Jam"), .currency = STR("EUR"), .total_minor = 200 };
    expect_done(operation_call(work, f.books, &f.all, "note add", &takes, &note));
    expect_int(200, note.total_minor);
    expect_done(operation_call(work, f.books, &f.all, "note add", &takes, NULL));
    takes.title = STR("");
    expect_refused(&record_missing, operation_call(work, f.books, &f.all, "note add", &takes, NULL));
    work->system = false;
    expect_refused(&operation_denied, operation_call(work, f.books, &f.all, "note add", &takes, NULL));
    expect_int(2, audit_rows_of(&f));
}

/* ---- The audit trail ---- */

#define SQL_TEXT(name_, text_) \
    static const struct sql name_ = { .name = #name_, .text = text_, .params = only_company, .param_count = 1 }
static const char *const only_company[] = { "company_id" };
SQL_TEXT(tamper_row, "update audit_row set user_id = 99 where company_id = $1 and number = 2");
SQL_TEXT(remove_row, "delete from audit_row where company_id = $1 and number = 2");
SQL_TEXT(tamper_head, "update audit_head set count = 1 where company_id = $1");
SQL_TEXT(remove_head, "delete from audit_head where company_id = $1");

static void expect_kept(struct fixture *f, const struct sql *sql)
{
    f->work->reading = false;
    expect_done(db_begin(f->work, f->books));
    expect_refused(&db_refused, db_run(f->work, sql, NONE));
    db_rollback(f->work);
}

DB_TEST(audit_rows_are_kept_by_the_schema)
{
    struct fixture f = begin(work);
    for (int i = 0; i < 3; i++) expect_done(ask(&f, "note", "add", note_json, NULL));
    expect_kept(&f, &tamper_row);
    expect_kept(&f, &remove_row);
    expect_kept(&f, &tamper_head);
    expect_kept(&f, &remove_head);
    expect_int(3, audit_rows_of(&f));
}

/* With the triggers out of the way, inside a transaction that is rolled back, every kind of tampering is seen. */
static void expect_broken(struct fixture *f, const char *number, const struct sql *tampering, bool postgres)
{
    static const struct sql sqlite_off[] = { { .name = "off1", .text = "drop trigger audit_row_unchanged" },
                                             { .name = "off2", .text = "drop trigger audit_row_kept" },
                                             { .name = "off3", .text = "drop trigger audit_head_grows" } };
    static const struct sql postgres_off[] = { { .name = "off4", .text = "alter table audit_row disable trigger user" },
                                               { .name = "off5", .text = "alter table audit_head disable trigger user" } };
    int64_t count;
    f->work->reading = false;
    expect_done(db_begin(f->work, f->books));
    for (size_t i = 0; i < (postgres ? ARRAY_LENGTH(postgres_off) : ARRAY_LENGTH(sqlite_off)); i++)
        expect_done(db_run(f->work, postgres ? &postgres_off[i] : &sqlite_off[i], NONE));
    expect_done(db_run(f->work, tampering, NONE));
    struct fault *fault = expect_refused(&audit_broken, audit_verify(f->work, &count));
    expect_str(number, fault->params[0].text);
    db_rollback(f->work);
}

SQL_TEXT(tamper_changes, "update audit_row set changes = '[]' where company_id = $1 and number = 3");
SQL_TEXT(tamper_address, "update audit_row set address = 'elsewhere' where company_id = $1 and number = 1");
SQL_TEXT(remove_last, "delete from audit_row where company_id = $1 and number = 4");
SQL_TEXT(tamper_hash, "update audit_row set hash = previous_hash where company_id = $1 and number = 2");
SQL_TEXT(
    slip_in,
    "insert into audit_row (company_id, number, at, operation, changes, previous_hash, hash) "
    "select company_id, 5, at, operation, changes, hash, previous_hash from audit_row where company_id = $1 and number = 4");

DB_TEST(audit_tampering_is_seen)
{
    struct fixture f = begin(work);
    bool postgres = books_are_postgres(f.books);
    for (int i = 0; i < 4; i++) expect_done(ask(&f, "note", "add", note_json, NULL));
    expect_broken(&f, "2", &tamper_row, postgres);
    expect_broken(&f, "2", &remove_row, postgres);
    expect_broken(&f, "3", &tamper_changes, postgres);
    expect_broken(&f, "1", &tamper_address, postgres);
    expect_broken(&f, "4", &remove_last, postgres);
    expect_broken(&f, "2", &tamper_hash, postgres);
    expect_broken(&f, "5", &slip_in, postgres);
    expect_broken(&f, "2", &tamper_head, postgres);
    expect_int(4, audit_rows_of(&f));
}

/* The exact text that is hashed is a promise to who proves an export without us. */
TEST(audit_content_is_as_documented)
{
    const struct audit_row row = { .number = 2, .at = { 1700000000000000 }, .user_id = { 7 }, .operation = STR("note add"),
                                   .source = STR("http"), .changes = STR("[]"), .previous_hash = STR("abc") };
    expect_str("florin audit 1\n9 2 1700000000000000 7\nabc\n8 note add\n0 \n4 http\n0 \n2 []\n", audit_content(arena, 9, &row));
}
