/* Migrations, and what is broken off: all or nothing. */
#include <pthread.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include "db/sqlite_private.h"
#include "db/db_own_test.h"
#include "migrations.h"

/* ---- Migrations ---- */

#define HASH(c) c c c c c c c c c c c c c c c c
static int migrations_of(struct migration list[3])
{
    list[0] = migrations[0];
    list[1] = (struct migration){ 2, "two", HASH("2222"), "create table two (n bigint);",
                                  "create table two (n integer) strict;" };
    list[2] =
        (struct migration){ 3, "three", HASH("3333"), "create table three (n bigint); create table two (n bigint);",
                            "create table three (n integer) strict; create table two (n integer) strict;" };
    return 3;
}

DB_TEST(db_migrations)
{
    struct own own = own_place(work);
    struct books *books = own_open(work, &own);
    struct migration list[3];
    migrations_of(list);
    expect_done(books_migrate_with(work->arena, books, list, 2));
    expect_done(books_migrate_with(work->arena, books, list, 2)); /* nothing to do */
    expect_refused(&db_newer, books_migrate_with(work->arena, books, list, 1));
    expect_refused(&db_broken, books_migrate_with(work->arena, books, list, 3)); /* breaks half-way */
    list[2].sqlite = list[2].postgres = "create table three (n bigint);";
    list[2].sqlite = "create table three (n integer) strict;";
    expect_done(books_migrate_with(work->arena, books, list, 3)); /* nothing of it was left */
    list[1].checksum = HASH("2223");
    struct fault *fault = expect_refused(&db_changed_migration, books_migrate_with(work->arena, books, list, 3));
    expect_str("Step 2 of these books (two) is not the one this Florin has. Use the version that made them.",
               fault_text(work->arena, fault, ENGLISH));
    books_close(books);
    own_drop(work, &own);
}

/* New books get all steps or none. */
DB_TEST(db_migrations_all_or_none)
{
    struct own own = own_place(work);
    struct books *books = own_open(work, &own);
    struct migration list[3];
    migrations_of(list);
    list[2].postgres = "create table three (n bigint); create table two (n bigint);"; /* two is there */
    list[2].sqlite = "create table three (n integer) strict; create table two (n integer) strict;";
    expect_refused(&db_broken, books_migrate_with(work->arena, books, list, 3));
    list[1].sqlite = list[1].postgres = "create table three (n integer);"; /* neither it nor the first step was left */
    list[2].sqlite = list[2].postgres = "create table two (n integer);";
    expect_done(books_migrate_with(work->arena, books, list, 3));
    books_close(books);
    own_drop(work, &own);
}

/* SQLite works with foreign keys off while it migrates: what a step touched may not dangle when it ends; what it left alone is not read. */
DB_TEST(db_migration_keys)
{
    static const struct { const char *text; bool refused; } steps[] = {
        { "update parent set note = 'x'; update child set note = 'y'; insert into parent (n) values (3);", false },
        { "insert into child (n, parent_n) values (9, 77);", true },
        { "update child set parent_n = 77;", true },
        { "delete from parent where n = 1;", true },
        { "update parent set n = 55 where n = 1;", true },
        { "drop table parent;", true },
        { "create table made (n integer primary key, note text); insert into made select n, note from parent; drop table parent; "
          "alter table made rename to parent;",
          false },
        { "create table made (n integer primary key, note text); insert into made select n, note from parent where n > 1; drop table parent; "
          "alter table made rename to parent;",
          true },
        { "create table grandchild (n integer, child_n integer references child (n)); insert into grandchild values (1, 1); "
          "alter table grandchild rename to nephew;",
          false },
    };
    if (books_are_postgres(test_books())) return;
    struct own own = own_place(work);
    struct books *books = own_open(work, &own);
    struct migration list[2 + ARRAY_LENGTH(steps)] = { migrations[0] };
    size_t count = 2;
    list[1] = (struct migration){
        2, "keys", HASH("2222"), "",
        "create table parent (n integer primary key, note text); create table child (n integer primary key, parent_n integer references parent (n), note text); "
        "create table lost (n integer, parent_n integer references parent (n)); "
        "insert into parent (n) values (1), (2); insert into child (n, parent_n) values (1, 1);"
    };
    expect_done(books_migrate_with(work->arena, books, list, count));
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        list[count] = (struct migration){ (int)count + 1, "step", HASH("3333"), "", steps[i].text };
        if (steps[i].refused) expect_refused(&db_refused, books_migrate_with(work->arena, books, list, count + 1));
        else expect_done(books_migrate_with(work->arena, books, list, ++count));
    }
    /* A row that points nowhere, made behind SQLite's back: a step that has nothing to do with it doesn't read it, one that has refuses. */
    sqlite3 *db = ((struct sqlite_connection *)((struct sqlite *)books->driver)->writer->driver)->db;
    assert_int_equal(
        sqlite3_exec(db, "pragma foreign_keys = off; insert into lost values (1, 66); pragma foreign_keys = on", NULL,
                     NULL, NULL),
        SQLITE_OK);
    list[count] = (struct migration){ (int)count + 1, "apart", HASH("3333"), "",
                                      "create table apart (n integer); alter table child add column more text;" };
    expect_done(books_migrate_with(work->arena, books, list, ++count));
    list[count] = (struct migration){ (int)count + 1, "near", HASH("3333"), "", "update lost set n = 2;" };
    expect_refused(&db_refused, books_migrate_with(work->arena, books, list, count + 1));
    books_close(books);
    own_drop(work, &own);
}

/* What of the schema and its figures is there, as one text. */
static struct str all_of(struct arena *arena, struct books *books, const char *query)
{
    sqlite3 *db = ((struct sqlite_connection *)((struct sqlite *)books->driver)->writer->driver)->db;
    struct text text = text_new(arena);
    sqlite3_stmt *asked;
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &asked, NULL), SQLITE_OK);
    for (int code; (code = sqlite3_step(asked)) != SQLITE_DONE;) {
        assert_int_equal(code, SQLITE_ROW);
        for (int i = 0; i < sqlite3_column_count(asked); i++) {
            const char *value = (const char *)sqlite3_column_text(asked, i);
            text_addz(&text, value ? value : "NULL");
            text_add_char(&text, i + 1 < sqlite3_column_count(asked) ? '|' : '\n');
        }
    }
    sqlite3_finalize(asked);
    return text_str(&text);
}

/* New books, made at once, are those that walked all steps: every table, index and trigger, every row, every figure. */
DB_TEST(db_new_books_are_the_steps)
{
    static const char *const queries[] = {
        "select type, name, tbl_name, sql from sqlite_schema order by type, name",
        "select number, name, checksum from db_migration order by number",
        "select * from sqlite_stat1 order by tbl, idx",
    };
    if (books_are_postgres(test_books())) return;
    struct own at_once = own_place(work), by_steps = own_place(work);
    struct books *whole = own_open(work, &at_once), *walked = own_open(work, &by_steps);
    expect_done(books_migrate(work->arena, whole));
    expect_done(books_migrate_with(work->arena, walked, migrations, migration_count));
    for (size_t i = 0; i < ARRAY_LENGTH(queries); i++) {
        struct str one = all_of(work->arena, whole, queries[i]), other = all_of(work->arena, walked, queries[i]);
        expect(one.length > 1000);
        expect_str(one.at, other);
    }
    struct str tables = all_of(
        work->arena, walked,
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name <> 'db_migration'");
    for (struct str rest = tables, name; rest.length;) {
        name = str_cut(rest, '\n', &rest);
        if (!name.length) continue;
        const char *query = str_format(work->arena, "select * from \"%.*s\" order by 1", STR_ARG(name)).at;
        expect_str(all_of(work->arena, whole, query).at, all_of(work->arena, walked, query));
    }
    expect_done(books_migrate(work->arena, walked)); /* nothing to do for either */
    expect_done(books_migrate_with(work->arena, whole, migrations, migration_count));
    books_close(whole);
    books_close(walked);
    own_drop(work, &at_once);
    own_drop(work, &by_steps);
}

/* ---- Broken off ---- */

static const struct sql endless = {
    .name = "endless",
    .text =
        "with recursive n(i) as (select cast(1 as bigint) union all select i + 1 from n where i < 4000000000) select cast(count(*) as bigint) as count, cast(0 as bigint) as total from n",
};
struct reading { pthread_t thread; struct books *books; _Atomic bool given_up; const struct fault_type *said; int64_t took_us; };

static void *read_endless(void *context)
{
    struct reading *r = context;
    struct arena *arena = arena_new(1 << 20);
    struct work work = { .arena = arena, .company_id = 1, .reading = true, .given_up = &r->given_up };
    struct sum sum = { 0 };
    struct fault *fault = db_begin(&work, r->books);
    if (!fault) fault = db_one(&work, &endless, NONE, INTO(sum, &sum), &thing_missing);
    r->said = fault ? fault->type : NULL;
    db_rollback(&work);
    arena_free(arena);
    return NULL;
}

/* Nobody waits any more, or the books are closed: a long read ends within a moment, and what is written is not touched by that. */
DB_TEST(db_long_read_is_broken_off)
{
    struct own own = own_place(work);
    struct books *books = own_open_ready(work, &own);
    for (int by_books = 0; by_books < 2; by_books++) {
        struct reading r = { .books = books };
        expect_int(pthread_create(&r.thread, NULL, read_endless, &r), 0);
        struct work other = { .arena = work->arena, .company_id = 7, .now = instant_now() };
        expect_done(db_begin(&other, books));
        struct thing t = thing_new(&other, "kept", by_books);
        expect_done(db_run(&other, &thing_add, GIVEN(thing, &t)));
        usleep(300000);
        int64_t from = clock_us();
        if (by_books) books_stop(books, STOP_READS);
        else atomic_store(&r.given_up, true);
        pthread_join(r.thread, NULL);
        expect(clock_us() - from < 20000000);
        expect(r.said == &db_stopped);
        t = thing_new(&other, "kept too", by_books);
        expect_done(db_run(&other, &thing_add, GIVEN(thing, &t)));
        expect_done(db_commit(&other));
        struct work late = {
            .arena = work->arena, .company_id = 7, .now = instant_now(), .reading = true, .given_up = &r.given_up
        };
        (void)expect_refused(&db_stopped, db_begin(&late, books));
        books_stop(books, STOP_NOTHING);
    }
    expect_int(count_in(work->arena, books, 7), 4);
    struct work writer = { .arena = work->arena, .company_id = 7, .now = instant_now() };
    expect_done(db_begin(&writer, books));
    struct thing t = thing_new(&writer, "lost", 1);
    expect_done(db_run(&writer, &thing_add, GIVEN(thing, &t)));
    books_stop(books, STOP_ALL);
    (void)expect_refused(&db_stopped, db_run(&writer, &thing_add, GIVEN(thing, &t)));
    (void)expect_refused(&db_stopped, db_commit(&writer));
    (void)expect_refused(&db_stopped, db_begin(&writer, books));
    books_stop(books, STOP_NOTHING);
    expect_int(count_in(work->arena, books, 7), 4);
    books_close(books);
    own_drop(work, &own);
}

/* Programs that start together on new books: one of them migrates. */
DB_TEST(db_migrate_together)
{
    struct own own = own_place(work);
    pid_t pids[4];
    for (int i = 0; i < 4; i++) {
        if ((pids[i] = fork())) continue;
        struct arena *arena = arena_new((size_t)1 << 30);
        struct books *books = NULL;
        struct fault *fault = books_open(arena, str_of(own.place), &books);
        if (!fault) fault = books_migrate(arena, books);
        if (fault) fprintf(stderr, "migrate: %s %s\n", fault->type->code, fault->detail);
        books_close(books);
        _exit(fault != NULL);
    }
    for (int i = 0; i < 4; i++) {
        int status = -1;
        waitpid(pids[i], &status, 0);
        expect_int(status, 0);
    }
    own_drop(work, &own);
}
