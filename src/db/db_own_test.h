/* Books of a test's own: on a real disk, or in a schema of their own. */
#pragma once
#include <ftw.h>
#include <unistd.h>
#include "db/db_test.h"
#include "test.h"

struct own { char place[700], schema[60]; };

static inline int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}
static inline void script(struct work *work, const char *text)
{
    test_begin(work);
    expect_done(test_books()->engine->script(work->arena, work->db->connection, text));
    test_commit(work);
}
/* On a real disk: synchronisation is part of what is tested. */
static inline struct own own_place(struct work *work)
{
    static int number;
    struct own own = { 0 };
    if (!books_are_postgres(test_books())) {
        snprintf(own.place, sizeof own.place, "/var/tmp/florin-own-XXXXXX");
        assert_non_null(mkdtemp(own.place));
        return own;
    }
    const char *url = getenv("FLORIN_TEST_POSTGRES");
    snprintf(own.schema, sizeof own.schema, "own_%d_%d", (int)getpid(), ++number);
    script(work, str_format(work->arena, "create schema %s", own.schema).at);
    snprintf(own.place, sizeof own.place, "%s%soptions=-csearch_path%%3D%s", url, strchr(url, '?') ? "&" : "?", own.schema);
    return own;
}
static inline void own_drop(struct work *work, const struct own *own)
{
    if (own->schema[0]) script(work, str_format(work->arena, "drop schema %s cascade", own->schema).at);
    else nftw(own->place, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
static inline struct books *own_open(struct work *work, const struct own *own)
{
    struct books *books;
    expect_done(books_open(work->arena, str_of(own->place), &books));
    return books;
}
static inline struct books *own_open_ready(struct work *work, const struct own *own)
{
    struct books *books = own_open(work, own);
    expect_done(books_migrate(work->arena, books));
    struct work other = { .arena = work->arena, .now = work->now };
    expect_done(db_begin(&other, books));
    things_make(&other);
    expect_done(db_commit(&other));
    return books;
}
static inline int64_t count_in(struct arena *arena, struct books *books, int64_t company_id)
{
    struct work work = { .arena = arena, .company_id = company_id, .reading = true };
    struct sum sum = { 0 };
    expect_done(db_begin(&work, books));
    expect_done(db_one(&work, &thing_sum, NONE, INTO(sum, &sum), &thing_missing));
    expect_done(db_commit(&work));
    return sum.count;
}
static inline struct fault *add_one(struct work *work, struct books *books, const char *label, int64_t count)
{
    TRY(db_begin(work, books));
    struct thing t = thing_new(work, label, count);
    struct fault *fault = db_run(work, &thing_add, GIVEN(thing, &t));
    if (!fault) return db_commit(work);
    db_rollback(work);
    return fault;
}
