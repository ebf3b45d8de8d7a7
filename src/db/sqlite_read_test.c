/* A snapshot that stays open between transactions: never behind what was committed, by whomever, and in nobody's way. */
#include <sqlite3.h>
#include <sys/stat.h>
#include "db/sqlite_private.h"
#include "db/db_own_test.h"

/* Reads; whether the snapshot was that of the transaction before. */
static int64_t count_seen(struct arena *arena, struct books *books, bool *same)
{
    struct work work = { .arena = arena, .company_id = 7, .reading = true };
    struct sum sum = { 0 };
    expect_done(db_begin(&work, books));
    struct snapshot_note *note = db_snapshot_note(&work);
    assert_non_null(note);
    *same = note->known;
    *note = (struct snapshot_note){ .known = true };
    expect_done(db_one(&work, &thing_sum, NONE, INTO(sum, &sum), &thing_missing));
    expect_done(db_commit(&work));
    return sum.count;
}

DB_TEST(db_snapshot_is_of_now)
{
    if (books_are_postgres(test_books())) {
        expect(!db_snapshot_note(work));
        return;
    }
    struct own own = own_place(work);
    struct books *books = own_open_ready(work, &own), *others = own_open(work, &own);
    struct work mine = { .arena = work->arena, .company_id = 7, .now = instant_now() }, theirs = mine;
    bool same = false, once = false;
    for (int64_t n = 0; n < 30; n++) {
        expect_int(count_seen(work->arena, books, &same), n);
        expect(!n || !same); /* since a commit of ours, and one of others */
        expect_int(count_seen(work->arena, books, &same), n);
        once |= same; /* no more than that: it may have ended between the two */
        if (n % 2) expect_done(add_one(&mine, books, "of ours", n));
        else expect_done(add_one(&theirs, others, "of others", n));
    }
    expect(once);
    struct work writes = { .arena = work->arena, .company_id = 7, .now = mine.now };
    expect_done(db_begin(&writes, books));
    expect(!db_snapshot_note(&writes));
    db_rollback(&writes);
    struct work refused = { .arena = work->arena, .company_id = 7, .reading = true };
    expect_done(db_begin(&refused, books));
    db_rollback(&refused); /* nothing is held behind it, and the next is as ever */
    expect_int(count_seen(work->arena, books, &same), 30);
    expect(!same);
    books_close(others);
    books_close(books);
    own_drop(work, &own);
}

/* 1: the log could not be emptied, because somebody reads. */
static int log_is_busy(const char *path)
{
    sqlite3 *db;
    sqlite3_stmt *asked;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "pragma wal_checkpoint(truncate)", -1, &asked, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(asked), SQLITE_ROW);
    int busy = sqlite3_column_int(asked, 0);
    sqlite3_finalize(asked);
    sqlite3_close(db);
    return busy;
}

DB_TEST(db_snapshot_nobody_uses_ends)
{
    if (books_are_postgres(test_books())) return;
    struct own own = own_place(work);
    struct books *books = own_open_ready(work, &own);
    struct work mine = { .arena = work->arena, .company_id = 7, .now = instant_now() };
    bool same, once = false;
    char path[800];
    snprintf(path, sizeof path, "%s/florin.db", own.place);
    for (int round = 0; round < 3; round++) {
        expect_done(add_one(&mine, books, "one", round));
        for (int i = 0; i < 3; i++) expect_int(count_seen(work->arena, books, &same), round + 1), once |= same;
        int64_t from = clock_us();
        while (log_is_busy(path) && clock_us() - from < 10000000) usleep(5000);
        expect(!log_is_busy(path));
        expect_int(count_seen(work->arena, books, &same), round + 1);
        usleep(60000); /* the log is empty: one of another kind of lock */
    }
    expect(once);
    books_close(books);
    own_drop(work, &own);
}

/* Somebody reads behind every commit: the log starts again all the same. */
DB_TEST(db_log_starts_again_beside_readers)
{
    if (books_are_postgres(test_books())) return;
    enum { ROUNDS = 60, ROWS = 200, PAGE = 4096, MOST = 8000 };
    static char label[3000];
    struct own own = own_place(work);
    struct books *books = own_open_ready(work, &own);
    struct work mine = { .arena = work->arena, .company_id = 7, .now = instant_now() };
    struct stat about;
    char path[800];
    bool same;
    memset(label, 'x', sizeof label - 1);
    for (int64_t round = 0; round < ROUNDS; round++) {
        expect_done(db_begin(&mine, books));
        for (int64_t i = 0; i < ROWS; i++) {
            struct thing t = thing_new(&mine, label, round * ROWS + i);
            expect_done(db_run(&mine, &thing_add, GIVEN(thing, &t)));
        }
        expect_done(db_commit(&mine));
        expect_int(count_seen(work->arena, books, &same), (round + 1) * ROWS);
    }
    snprintf(path, sizeof path, "%s/florin.db-wal", own.place);
    assert_int_equal(stat(path, &about), 0);
    expect(about.st_size < (off_t)MOST * PAGE); /* of more than 12,000 that were written */
    books_close(books);
    own_drop(work, &own);
}
