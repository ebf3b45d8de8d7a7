/* Books with something in most tables, from one database to another and back. */
#include "given.h"
#include "app/app_own.h"
#include "archive/archive.h"
#include <libpq-fe.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A folder of /dev/shm that goes when the test ends. */
static struct str given_folder(struct arena *arena)
{
    char name[] = "/dev/shm/florin-migrate-XXXXXX";
    expect(mkdtemp(name) != NULL);
    return str_copy(arena, name, strlen(name));
}

static void remove_folder(struct own *own, struct str folder)
{
    static const char *const inside[] = { "/books", "/back", "/killed", "/there", "/restored", "/there/restoring" };
    for (size_t i = 0; i < ARRAY_LENGTH(inside); i++) stage_remove(own, str_format(own->arena, "%s%s", folder.at, inside[i]));
    unlink(str_format(own->arena, "%s/file", folder.at).at);
    stage_remove(own, folder);
}

static struct own given_own(struct arena *arena)
{
    struct operations *operations = ARENA_NEW(arena, struct operations);
    app_operations(arena, operations);
    return (struct own){ .arena = arena,
                         .operations = operations,
                         .language = ENGLISH,
                         .command = STR("test"),
                         .out = tmpfile(),
                         .err = tmpfile() };
}

static void done(struct own *own)
{
    fclose(own->out);
    fclose(own->err);
}

static struct work work_on(struct arena *arena, int64_t company)
{
    return (struct work){ .arena = arena,
                          .user_id = 1,
                          .company_id = company,
                          .today = { 20250301 },
                          .now = instant_of_day((struct date){ 20250301 }),
                          .language = ENGLISH,
                          .system = true,
                          .source = STR("test") };
}

static void add_entries(struct work *work, party_id party)
{
    account_id receivables, sales, bank;
    expect_done(ledger_account_for(work, FOR_RECEIVABLES, &receivables));
    expect_done(ledger_account_for(work, FOR_SALES, &sales));
    expect_done(ledger_account_for(work, FOR_BANK, &bank));
    for (int i = 0; i < 300; i++) {
        struct entry entry = { .journal = JOURNAL_SALE,
                               .dated_on = { 20250201 },
                               .source_kind = STR("test"),
                               .source_id = i + 1,
                               .description = STR("Één factuur") };
        struct entry_line lines[] = {
            { .account_id = receivables,
              .base_minor = 1000 + i,
              .party_id = party,
              .item_kind = ITEM_INVOICE,
              .reference = str_format(work->arena, "F%d", i),
              .due_on = { 20250303 } },
            { .account_id = sales, .base_minor = -1000 - i, .cost_center = STR("") },
        };
        struct entry paid = { .journal = JOURNAL_BANK,
                              .dated_on = { 20250210 },
                              .source_kind = STR("paid"),
                              .source_id = i + 1,
                              .description = STR("p") };
        struct entry_line money[] = {
            { .account_id = bank, .base_minor = 1000 },
            { .account_id = receivables,
              .base_minor = -1000,
              .party_id = party,
              .item_kind = ITEM_PAYMENT,
              .reference = STR("b"),
              .due_on = { 20250210 } },
        };
        expect_done(ledger_post(work, &entry, lines, 2));
        if (i % 3) continue;
        expect_done(ledger_post(work, &paid, money, 2));
        struct settlement settlement = { .effective_on = { 20250210 }, .reason = STR("paid"), .evidence = STR("{}") };
        const struct settle_part parts[] = { { lines[0].item_id, 1000 }, { money[1].item_id, -1000 } };
        expect_done(ledger_settle(work, &settlement, parts, 2));
        if (i % 6 == 0) expect_done(ledger_unsettle(work, settlement.id, (struct date){ 20250211 }, STR("not this one")));
    }
}

static const char statement[] =
    ":20:S1\r\n:25:NL91ABNA0417164300EUR\r\n:28C:1/1\r\n:60F:C250301EUR0,00\r\n:61:2503010301C10,00NTRFNONREF\r\n"
    ":86:/TRTP/SEPA/NAME/Klant BV/REMI/factuur F1\r\n:62F:C250301EUR10,00\r\n-\r\n";

static void given_books(struct arena *arena, struct books *books)
{
    struct work work = work_on(arena, 0);
    struct company company = { .name = STR("Bakkerij Één BV"),
                               .country = STR("NL"),
                               .currency = STR("EUR"),
                               .language = STR("nl"),
                               .logo = STR("\0\xff\x01") };
    struct party party = { .name = STR("Klant BV"),
                           .is_customer = true };
    struct document document = { .file_name = STR("x.pdf") };
    struct bank_imported imported = { 0 };
    expect_done(db_begin(&work, books));
    expect_done(access_company_make(&work, &company));
    expect_done(ledger_make_chart(&work, 2025));
    party = given_party(&work, party);
    (void)given_main_account(&work);
    add_entries(&work, party.id);
    expect_done(archive_keep(&work, &document, (struct str){ "%PDF-\0\x01\xfe", 8 }, NULL));
    expect_done(bank_import(&work, STR("s.sta"), str_of(statement), &imported));
    expect_int(1, imported.added_count);
    expect_done(db_commit(&work));
}

static struct str hash_of(struct own *own, struct books *books, bool *holds)
{
    struct own_companies companies = { 0 };
    struct verify_result result = { 0 };
    own->books = books;
    expect_done(own_companies(own, &companies));
    expect_int(1, companies.count);
    expect_done(verify_books(own, books, &companies, true, NULL, &result));
    *holds = result.holds;
    own->books = NULL;
    return result.hash;
}

static struct books *opened(struct arena *arena, struct str where)
{
    struct books *books = NULL;
    expect_done(books_open(arena, where, &books));
    expect_done(books_migrate(arena, books));
    return books;
}

static void run(struct own *own, int expected, const char *command, const char *one, const char *two)
{
    const char *words[] = { one, two };
    int code = -1;
    own->words = words;
    own->count = two ? 2 : 1;
    expect(own_run(own, str_of(command), &code));
    expect_int(expected, code);
}

/* A schema of our own on the server, or nothing where there is none. */
static struct str given_schema(struct arena *arena, const char *what)
{
    const char *url = getenv("FLORIN_TEST_POSTGRES");
    if (!url) return (struct str){ 0 };
    PGconn *conn = PQconnectdb(url);
    struct str name = str_format(arena, "migrate_%d", (int)getpid());
    struct str text = str_format(arena, "set client_min_messages = error; drop schema if exists %s cascade; %s %s",
                                 name.at, what, *what ? name.at : "");
    PGresult *result = PQexec(conn, text.at);
    expect(PQresultStatus(result) == PGRES_COMMAND_OK);
    PQclear(result);
    PQfinish(conn);
    return str_format(arena, "%s%soptions=-csearch_path%%3D%s", url, strchr(url, '?') ? "&" : "?", name.at);
}

/* What was sealed before a move is read after it: the key came along. */
static struct str sealed_in(struct arena *arena, struct books *books)
{
    struct work work = work_on(arena, 0);
    struct str sealed = { 0 };
    expect_done(db_begin(&work, books));
    expect_done(db_seal(&work, "test", 7, STR("JBSWY3DP"), &sealed));
    expect_done(db_commit(&work));
    return sealed;
}
static void expect_unsealed(struct arena *arena, struct books *books, struct str sealed)
{
    struct work work = work_on(arena, 0);
    struct str plain = { 0 };
    expect_done(db_begin(&work, books));
    expect_done(db_key_check(&work));
    expect_done(db_unseal(&work, "test", 7, sealed, &plain));
    expect_str("JBSWY3DP", plain);
    db_rollback(&work);
}

TEST(migrate_there_and_back_is_the_same)
{
    struct own own = given_own(arena);
    struct str folder = given_folder(arena), url = given_schema(arena, "create schema");
    bool holds = false;
    own.data = str_format(arena, "%s/books", folder.at);
    struct str back = str_format(arena, "%s/back", folder.at);
    struct books *books = opened(arena, own.data);
    given_books(arena, books);
    struct str sealed = sealed_in(arena, books);
    expect_int(0, setenv("STATE_DIRECTORY", folder.at, 1)); /* where the key of books on PostgreSQL is */
    struct str hash = hash_of(&own, books, &holds);
    expect(holds);
    books_close(books);
    if (!url.at) {
        print_message("no FLORIN_TEST_POSTGRES: SQLite to SQLite only\n");
        run(&own, 0, "migrate-to", back.at, NULL);
    } else {
        run(&own, 0, "migrate-to", url.at, NULL);
        run(&own, 75, "migrate-to", url.at, NULL); /* not empty any more */
        books = opened(arena, url);
        expect_str(hash.at, hash_of(&own, books, &holds));
        expect(holds);
        struct work work = work_on(arena, 0); /* and it is alive: triggers are on, ids go on */
        struct own_companies companies = { 0 };
        own.books = books;
        expect_done(own_companies(&own, &companies));
        own.books = NULL;
        work.company_id = companies.at[0].id;
        expect_done(db_begin(&work, books));
        expect(id_new(&work) > work.company_id);
        db_rollback(&work);
        expect_unsealed(arena, books, sealed);
        books_close(books);
        own.data = url;
        run(&own, 0, "migrate-to", back.at, NULL);
    }
    books = opened(arena, back);
    expect_str(hash.at, hash_of(&own, books, &holds));
    expect(holds);
    expect_unsealed(arena, books, sealed);
    unsetenv("STATE_DIRECTORY");
    books_close(books);
    run(&own, 75, "migrate-to", back.at, NULL);
    remove_folder(&own, folder);
    if (url.at) (void)given_schema(arena, "");
    done(&own);
}

static struct fault *kill_us(void *context, int64_t rows, int64_t total)
{
    (void)context, (void)total;
    if (rows > 500) raise(SIGKILL);
    return NULL;
}

static struct fault *refuse(void *context, int64_t rows, int64_t total)
{
    struct arena *arena = context;
    (void)total;
    return rows > 500 ? FAULT(arena, &app_not_right, NULL) : NULL;
}

static void kill_a_copy(struct arena *arena, struct str from, struct str to)
{
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        struct books *source = NULL, *target = NULL;
        struct fault *fault = books_open(arena, from, &source);
        if (!fault) fault = books_open(arena, to, &target);
        if (!fault) fault = books_migrate(arena, target);
        if (!fault) fault = books_copy_rows(arena, source, target, kill_us, NULL);
        _exit(fault ? 2 : 3);
    }
    int status = 0;
    expect_int(child, waitpid(child, &status, 0));
    expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    struct books *target = NULL;
    expect_done(books_open(arena, to, &target));
    (void)expect_refused(&db_incomplete, books_migrate(arena, target));
    books_close(target);
}

TEST(migrate_killed_on_the_way_is_refused)
{
    struct own own = given_own(arena);
    struct str folder = given_folder(arena), url = given_schema(arena, "create schema");
    struct str from = str_format(arena, "%s/books", folder.at), to = str_format(arena, "%s/killed", folder.at);
    struct books *books = opened(arena, from), *target;
    given_books(arena, books);
    books_close(books);
    kill_a_copy(arena, from, to);
    if (url.at) kill_a_copy(arena, from, url);
    /* What is refused leaves nothing: the next copy goes through. */
    struct str places[] = { str_format(arena, "%s/there", folder.at), url.at ? given_schema(arena, "create schema") : url };
    for (size_t i = 0; i < 1u + (url.at != NULL); i++) {
        books = opened(arena, from);
        target = opened(arena, places[i]);
        (void)expect_refused(&app_not_right, books_copy_rows(arena, books, target, refuse, arena));
        expect_done(books_migrate(arena, target));
        expect_done(books_copy_rows(arena, books, target, NULL, NULL));
        (void)expect_refused(&db_incomplete, books_migrate(arena, target));
        expect_done(books_copied(arena, target));
        expect_done(books_migrate(arena, target));
        (void)expect_refused(&db_not_empty, books_copy_rows(arena, books, target, NULL, NULL));
        books_close(target);
        books_close(books);
    }
    remove_folder(&own, folder);
    if (url.at) (void)given_schema(arena, "");
    done(&own);
}

TEST(backup_while_in_use_and_restore)
{
    struct own own = given_own(arena);
    struct str folder = given_folder(arena), url = given_schema(arena, "create schema");
    struct str file = str_format(arena, "%s/file", folder.at);
    bool holds = false;
    own.data = str_format(arena, "%s/books", folder.at);
    struct books *books = opened(arena, own.data), *restored;
    given_books(arena, books);
    struct str hash = hash_of(&own, books, &holds);
    run(&own, 0, "backup", "--to", file.at); /* while the books are open */
    run(&own, 75, "backup", "--to", file.at);
    books_close(books);
    run(&own, 75, "restore", "--from", file.at); /* never over books that are there */
    own.data = str_format(arena, "%s/restored", folder.at);
    run(&own, 0, "restore", "--from", file.at);
    restored = opened(arena, own.data);
    expect_str(hash.at, hash_of(&own, restored, &holds));
    books_close(restored);
    if (url.at) { /* the same file into PostgreSQL, and out of it */
        own.data = url;
        run(&own, 0, "restore", "--from", file.at);
        unlink(file.at);
        run(&own, 0, "backup", "--to", file.at);
        own.data = str_format(arena, "%s/back", folder.at);
        run(&own, 0, "restore", "--from", file.at);
        restored = opened(arena, own.data);
        expect_str(hash.at, hash_of(&own, restored, &holds));
        books_close(restored);
        (void)given_schema(arena, "");
    }
    /* A file that is none. */
    unlink(file.at);
    FILE *f = fopen(file.at, "wb");
    fputs(
        "not a database at all, but long enough to be looked at as if it were one, so that SQLite reads its head and says what it thinks.",
        f);
    fclose(f);
    own.data = str_format(arena, "%s/there", folder.at);
    const char *words[] = { "--from", file.at };
    int code = 0;
    own.words = words, own.count = 2;
    expect(own_run(&own, STR("restore"), &code));
    expect(code != 0);
    expect(own_check_books(arena, own.data) != NULL);
    remove_folder(&own, folder);
    expect(access(folder.at, F_OK) != 0);
    done(&own);
}
