/* The log in one piece: few calls, nothing seen that is not on disk, nothing kept of what the disk refused. */
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "db/sqlite_private.h"
#include "db/db_own_test.h"

enum { ROWS = 400 };

/* Rows of some 30 pages, in a transaction that is still open. */
static void add_many(struct work *work, struct books *books, int round)
{
    const char *name =
        "a name that is long enough for a page to hold no more than some twenty of its kind, whatever else stands beside it in the row";
    expect_done(db_begin(work, books));
    for (int i = 0; i < ROWS; i++) {
        struct thing t = thing_new(work, name, (int64_t)round * ROWS + i);
        expect_done(db_run(work, &thing_add, GIVEN(thing, &t)));
    }
}

/* What this thread has written, in calls. */
static int64_t calls(void)
{
    char line[100];
    long long n = -1;
    FILE *f = fopen("/proc/thread-self/io", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) sscanf(line, "syscw: %lld", &n);
    fclose(f);
    expect(n >= 0);
    return n;
}

/* What somebody else reads who knows nothing of the layer; and that the books are whole. */
static int64_t seen(const struct own *own)
{
    char path[800];
    sqlite3 *db;
    sqlite3_stmt *asked;
    snprintf(path, sizeof path, "%s/florin.db", own->place);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "pragma integrity_check", -1, &asked, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(asked), SQLITE_ROW);
    assert_string_equal("ok", (const char *)sqlite3_column_text(asked, 0));
    sqlite3_finalize(asked);
    assert_int_equal(sqlite3_prepare_v2(db, "select count(*) from db_thing", -1, &asked, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(asked), SQLITE_ROW);
    int64_t count = sqlite3_column_int64(asked, 0);
    sqlite3_finalize(asked);
    sqlite3_close(db);
    return count;
}

static off_t log_bytes(const struct own *own)
{
    char path[800];
    struct stat about;
    snprintf(path, sizeof path, "%s/florin.db-wal", own->place);
    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

DB_TEST(db_log_is_written_in_one_piece)
{
    if (books_are_postgres(test_books())) return;
    struct own own = own_place(work);
    struct books *books = own_open_ready(work, &own);
    struct work other = { .arena = work->arena, .company_id = 7, .now = instant_now() };
    for (int round = 1; round <= 3; round++) {
        off_t before = log_bytes(&own);
        add_many(&other, books, round);
        int64_t from = calls();
        expect_done(db_commit(&other));
        expect(calls() - from <= 4); /* and not two for each page */
        expect(log_bytes(&own) - before > 20 * 4096);
        expect_int(seen(&own), round * ROWS);
    }
    books_close(books);
    expect_int(seen(&own), 3 * ROWS);
    own_drop(work, &own);
}

/* The disk takes a part of the piece: the commit is refused, nobody sees anything of it, and the next one goes well. */
DB_TEST(db_log_that_does_not_fit)
{
    if (books_are_postgres(test_books())) return;
    struct own own = own_place(work);
    struct books *books = own_open_ready(work, &own);
    struct work other = { .arena = work->arena, .company_id = 7, .now = instant_now() };
    struct rlimit usual, small;
    add_many(&other, books, 1);
    expect_done(db_commit(&other));
    getrlimit(RLIMIT_FSIZE, &usual);
    small = (struct rlimit){ (rlim_t)log_bytes(&own) + 5 * 4096 + 100, usual.rlim_max };
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    add_many(&other, books, 2);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct fault *fault = db_commit(&other);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
    signal(SIGXFSZ, handler);
    (void)expect_refused(&db_unreachable, fault);
    expect_int(seen(&own), ROWS);
    add_many(&other, books, 3);
    expect_done(db_commit(&other));
    expect_int(seen(&own), 2 * ROWS);
    books_close(books);
    expect_int(seen(&own), 2 * ROWS);
    own_drop(work, &own);
}
