#include "test.h"
#include "app/app_own.h"
#include "cash/cash.h"
#include "ledger/ledger.h"
#include <unistd.h>

static struct own given_own(struct arena *arena)
{
    struct operations *operations = ARENA_NEW(arena, struct operations);
    app_operations(arena, operations);
    return (struct own){ .arena = arena,
                         .operations = operations,
                         .language = ENGLISH,
                         .command = STR("verify"),
                         .out = stdout,
                         .err = stderr };
}

static struct own_companies only(struct arena *arena, const struct work *work)
{
    struct own_companies companies = { 0 };
    *LIST_ADD(arena, &companies) = (struct own_company){ work->company_id, STR("Test BV") };
    return companies;
}

DB_TEST(verify_proves_books_and_sees_what_is_wrong)
{
    struct arena *arena = work->arena;
    struct own own = given_own(arena);
    struct own_companies companies = only(arena, work);
    struct verify_result before = { 0 }, after = { 0 }, wrong = { 0 };
    account_id bank, suspense;
    expect_done(verify_books(&own, test_books(), &companies, true, NULL, &before));
    expect(before.holds);
    expect_int(2, before.companies.count);
    expect_int(64, before.hash.length);
    test_begin(work);
    expect_done(ledger_account_for(work, FOR_BANK, &bank));
    expect_done(ledger_account_for(work, FOR_SALES, &suspense));
    struct entry entry = { .journal = JOURNAL_MEMORIAL,
                           .dated_on = { 20250301 },
                           .source_kind = STR("test"),
                           .source_id = 1,
                           .description = STR("x") };
    struct entry_line lines[] = { { .account_id = bank, .base_minor = 100 },
                                  { .account_id = suspense, .base_minor = -100 } };
    expect_done(ledger_post(work, &entry, lines, 2));
    test_commit(work);
    expect_done(verify_books(&own, test_books(), &companies, false, NULL, &after));
    expect(after.holds);
    expect(!str_equal(before.hash, after.hash));
    /* Money on the suspense account that no bank line brought there. */
    test_begin(work);
    expect_done(ledger_account_for(work, FOR_SUSPENSE, &suspense));
    struct entry stray = { .journal = JOURNAL_MEMORIAL,
                           .dated_on = { 20250301 },
                           .source_kind = STR("test"),
                           .source_id = 2,
                           .description = STR("x") };
    struct entry_line moved[] = { { .account_id = suspense, .base_minor = 100 },
                                  { .account_id = bank, .base_minor = -100 } };
    expect_done(ledger_post(work, &stray, moved, 2));
    test_commit(work);
    expect_done(verify_books(&own, test_books(), &companies, false, NULL, &wrong));
    expect(!wrong.holds);
    size_t wrongs = 0;
    for (size_t i = 0; i < wrong.companies.at[0].checks.count; i++) wrongs += !wrong.companies.at[0].checks.at[i].holds;
    expect_int(1, wrongs);
}

TEST(own_commands_take_their_flags)
{
    struct own own = given_own(arena);
    const char *words[] = { "--json", "--nonsense", "1" }, *left[] = { "x" };
    FILE *err = tmpfile();
    int code = -1;
    own.err = err;
    own.count = 3, own.words = words;
    expect(own_run(&own, STR("verify"), &code));
    expect_int(65, code);
    own.count = 1, own.words = left;
    expect(own_run(&own, STR("verify"), &code));
    expect_int(65, code);
    own.count = 0;
    expect(own_run(&own, STR("verify"), &code)); /* no --data */
    expect_int(65, code);
    own.data = STR("/nonexistent/books");
    expect(own_run(&own, STR("verify"), &code));
    expect_int(66, code);
    expect(access("/nonexistent/books", F_OK) != 0);
    expect(!own_run(&own, STR("bill"), &code));
    fclose(err);
}
