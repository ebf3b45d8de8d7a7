#include <ftw.h>
#include <libpq-fe.h>
#include <unistd.h>
#include "test.h"
#include "db/db.h"
#include "access/access.h"
#include "ledger/ledger.h"
#include "torment_unit.h"

struct registered { const char *name; void (*run)(struct arena *arena); void (*run_db)(struct work *work); };
static struct registered registered[4000];
static size_t registered_count;

void test_register(const char *name, void (*run)(struct arena *arena))
{
    ensure(registered_count < ARRAY_LENGTH(registered));
    registered[registered_count++] = (struct registered){ .name = name, .run = run };
}
void test_register_db(const char *name, void (*run)(struct work *work))
{
    ensure(registered_count < ARRAY_LENGTH(registered));
    registered[registered_count++] = (struct registered){ .name = name, .run_db = run };
}

void expect_int_(int64_t expected, int64_t got, const char *file, int line)
{
    if (expected == got) return;
    print_error("expected %lld, got %lld\n", (long long)expected, (long long)got);
    _fail(file, line);
}
void expect_str_(const char *expected, struct str got, const char *file, int line)
{
    if (expected ? got.at && str_is(got, expected) : !got.at) return;
    print_error("expected \"%s\", got \"%.*s\"\n", expected ? expected : "(absent)", STR_ARG(got));
    _fail(file, line);
}
static struct arena *faults_arena;
void expect_done_(struct fault *fault, const char *file, int line)
{
    if (!fault) return;
    for (struct fault *f = fault; f; f = f->next)
        print_error("refused: %s [%.*s] %.*s %s\n", f->type->code, STR_ARG(f->field),
                    STR_ARG(fault_text(faults_arena, f, ENGLISH)), f->detail ? f->detail : "");
    _fail(file, line);
}
struct fault *expect_refused_(const struct fault_type *type, struct fault *fault, const char *file, int line)
{
    for (struct fault *f = fault; f; f = f->next)
        if (f->type == type) return f;
    print_error("expected %s, got %s\n", type->code, fault ? fault->type->code : "done");
    _fail(file, line);
    return NULL;
}

struct str test_file(struct arena *arena, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) print_error("no file %s\n", path);
    assert_non_null(f);
    struct text text = text_new(arena);
    char part[65536];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;) text_add_bytes(&text, part, n);
    fclose(f);
    return text_str(&text);
}

const char *test_shared(void)
{
    static char path[512];
    const char *named = getenv("FLORIN_SHARED");
    snprintf(path, sizeof path, "%s", named ? named : "../shared");
    FILE *f = fopen(strcat(path, "/data/README.md"), "rb");
    if (!f) {
        if (getenv("FLORIN_SHARED_REQUIRED")) fail_msg("%s", "../shared is not there");
        print_message("(without ../shared: its data not used)\n");
        return NULL;
    }
    fclose(f);
    path[strlen(path) - strlen("/data/README.md")] = 0;
    return path;
}

/* fontconfig keeps what it found for pango until the process ends, where LeakSanitizer cannot see it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libfontconfig\n"; }

static void run_one(void **state)
{
    struct registered *test = *state;
    struct arena *arena = arena_new((size_t)8 << 30);
    faults_arena = arena;
    test->run(arena);
    arena_free(arena);
}

/* ---- DB_TEST: once on each database, in books that all tests of this process share, each in a company of its own ---- */

struct database { const char *name; struct books *books; char place[600]; };
static struct database databases[] = { { .name = "sqlite" }, { .name = "postgres" } };
static struct {
    struct database *database;
    struct work *work;
    struct arena *arena;
} current;
struct db_case { struct registered *test; struct database *database; char name[160]; };

struct books *test_books(void) { return current.database->books; }
void test_begin(struct work *work) { expect_done(db_begin(work, test_books())); }
void test_commit(struct work *work) { expect_done(db_commit(work)); }

/* The company of a test: with roles, duty rules, the Dutch chart and periods 2024…2027. */
static void test_company(struct work *work)
{
    struct company company = {
        .name = STR("Test BV"),
        .country = STR("NL"),
        .currency = STR("EUR"),
        .language = STR("nl"),
        .kvk_number = STR("12345678"),
        .vat_number = STR("NL004495445B01"),
        .street = STR("Dorpsstraat 1"),
        .postal_code = STR("1011 AA"),
        .city = STR("Amsterdam"),
        .email = STR("facturen@test.example"),
        .phone = STR("+31 20 123 45 67"),
        .iban = STR("NL91ABNA0417164300"),
        .bic = STR("ABNANL2A"),
    };
    test_begin(work);
    expect_done(access_company_make(work, &company));
    expect_done(ledger_make_chart(work, 2025));
    test_commit(work);
}

static void postgres_run(const char *format)
{
    char text[200];
    PGconn *conn = PQconnectdb(getenv("FLORIN_TEST_POSTGRES"));
    snprintf(text, sizeof text, "set client_min_messages = warning; %s test_%d%s", format, (int)getpid(),
             strstr(format, "drop") ? " cascade" : "");
    PGresult *result = PQexec(conn, text);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        print_error("FLORIN_TEST_POSTGRES: %s", PQerrorMessage(conn));
        exit(69);
    }
    PQclear(result);
    PQfinish(conn);
}

static void database_open(struct database *database)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    faults_arena = arena;
    if (!strcmp(database->name, "sqlite")) {
        snprintf(database->place, sizeof database->place, "%s/florin-test-XXXXXX",
                 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
        assert_non_null(mkdtemp(database->place));
    } else {
        const char *url = getenv("FLORIN_TEST_POSTGRES");
        postgres_run("create schema");
        snprintf(database->place, sizeof database->place, "%s%soptions=-csearch_path%%3Dtest_%d", url,
                 strchr(url, '?') ? "&" : "?", (int)getpid());
    }
    expect_done(books_open(arena, str_of(database->place), &database->books));
    expect_done(books_migrate(arena, database->books));
    arena_free(arena);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}
static void databases_close(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(databases); i++) {
        if (!databases[i].books) continue;
        books_close(databases[i].books);
        if (databases[i].place[0] == '/') nftw(databases[i].place, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        else postgres_run("drop schema");
    }
}

static int setup_db(void **state)
{
    struct db_case *c = *state;
    if (!c->database->books) database_open(c->database);
    struct arena *arena = faults_arena = arena_new((size_t)8 << 30);
    struct work *work = ARENA_NEW(arena, struct work);
    *work = (struct work){ .arena = arena,
                           .user_id = 1,
                           .today = { 20250301 },
                           .now = instant_of_day((struct date){ 20250301 }),
                           .language = ENGLISH,
                           .system = true,
                           .request_id = STR("test"),
                           .source = STR("test") };
    current.database = c->database;
    current.work = work;
    current.arena = arena;
    test_company(work);
    torment_unit_open(test_books(), c->database->place);
    return 0;
}
static void run_one_db(void **state)
{
    struct db_case *c = *state;
    c->test->run_db(current.work);
    if (current.work->db) fail_msg("%s", "a transaction is still open");
}
static int teardown_db(void **state)
{
    (void)state;
    torment_unit_close();
    books_fail_at(test_books(), 0);
    db_rollback(current.work);
    arena_free(current.arena);
    return 0;
}

/* `--shard i/n` runs every nth test from the ith on, so that n processes run them all. */
static bool in_shard(const char *shard, size_t number)
{
    unsigned i = 1, n = 1;
    if (shard && (sscanf(shard, "%u/%u", &i, &n) != 2 || i < 1 || i > n)) {
        print_error("--shard %s: expected i/n\n", shard);
        exit(64);
    }
    return number % n == i - 1;
}

static bool is_wanted(const char *name, int count, char **words)
{
    for (int w = 0; w < count; w++)
        if (strstr(name, words[w])) return true;
    return count == 0;
}

int main(int count, char **words)
{
    static struct CMUnitTest tests[2 * ARRAY_LENGTH(registered)];
    static struct db_case cases[2 * ARRAY_LENGTH(registered)];
    size_t chosen = 0, wanted_count = 0, case_count = 0;
    const char *shard = count > 2 && !strcmp(words[1], "--shard") ? words[2] : NULL;
    int first = shard ? 3 : 1;
    log_set_level(LOG_WARNING);
    for (size_t i = 0; i < registered_count; i++) {
        struct registered *test = &registered[i];
        if (test->run && is_wanted(test->name, count - first, words + first) && in_shard(shard, wanted_count++))
            tests[chosen++] = (struct CMUnitTest){ .name = test->name, .test_func = run_one, .initial_state = test };
        for (size_t d = 0; test->run_db && d < ARRAY_LENGTH(databases); d++) {
            struct db_case *c = &cases[case_count++];
            *c = (struct db_case){ .test = test, .database = &databases[d] };
            snprintf(c->name, sizeof c->name, "%s@%s", test->name, databases[d].name);
            if (d && !getenv("FLORIN_TEST_POSTGRES")) continue;
            if (!is_wanted(c->name, count - first, words + first) || !in_shard(shard, wanted_count++)) continue;
            tests[chosen++] = (struct CMUnitTest){ c->name, run_one_db, setup_db, teardown_db, c };
        }
    }
    int failed = _cmocka_run_group_tests("unit", tests, chosen, NULL, NULL);
    databases_close();
    return failed;
}
