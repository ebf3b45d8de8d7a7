/* Books under load and under harm: many writers, several processes, kill -9, failures made to happen, ids. */
#include <ftw.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "db/sqlite_private.h"
#include "db/db_own_test.h"
#include "test.h"
#include <sqlite3.h>

#if defined(__SANITIZE_ADDRESS__) /* gcc's way to say it */
#define SANITIZED
#elif defined(__has_feature) /* clang's */
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#ifdef SANITIZED
enum { ROWS_MANY = 100000, SCALE = 1 };
#else
enum { ROWS_MANY = 1000000, SCALE = 4 };
#endif

/* ---- Many writers ---- */

enum { THREADS = 32, TURNS = 40 };
struct writer { pthread_t thread; struct books *books; int64_t company_id, kept, wrong; };

static void *write_some(void *context)
{
    struct writer *writer = context;
    for (int i = 0; i < TURNS; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct work work = { .arena = arena, .company_id = writer->company_id, .now = instant_now() };
        bool bad = i % 7 == 3;
        struct fault *fault = add_one(&work, writer->books, bad ? "forbidden" : "kept", i);
        if (bad ? !fault || fault->type != &db_refused : fault != NULL) writer->wrong++;
        if (i % 11 == 5) { /* one that gives up */
            fault = db_begin(&work, writer->books);
            struct thing t = thing_new(&work, "given up", i);
            if (!fault) fault = db_run(&work, &thing_add, GIVEN(thing, &t));
            if (fault) writer->wrong++;
            db_rollback(&work);
        }
        writer->kept += !bad;
        arena_free(arena);
    }
    return NULL;
}

DB_TEST(db_many_writers)
{
    struct own own = own_place(work);
    struct books *books = own_open_ready(work, &own);
    struct writer writers[THREADS] = { 0 };
    for (int i = 0; i < THREADS; i++) {
        writers[i].books = books;
        writers[i].company_id = 1000 + i;
        expect_int(pthread_create(&writers[i].thread, NULL, write_some, &writers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(writers[i].thread, NULL);
        expect_int(writers[i].wrong, 0);
        expect_int(count_in(work->arena, books, 1000 + i), writers[i].kept);
    }
    books_close(books);
    books = own_open(work, &own); /* all of it is on disk */
    for (int i = 0; i < THREADS; i++) expect_int(count_in(work->arena, books, 1000 + i), writers[i].kept);
    books_close(books);
    own_drop(work, &own);
}

/* The shared commit fails: every member of it hears so and nothing of theirs is kept; all others keep what is theirs. */
static int refuse_some(void *context) { return ++*(int *)context % 3 == 0; }

static void *write_told(void *context)
{
    struct writer *writer = context;
    for (int i = 0; i < TURNS; i++) {
        struct arena *arena = arena_new(1 << 20);
        struct work work = { .arena = arena, .company_id = writer->company_id, .now = instant_now() };
        writer->kept += !add_one(&work, writer->books, "told", i);
        arena_free(arena);
    }
    return NULL;
}

DB_TEST(db_shared_commit_fails)
{
    if (books_are_postgres(test_books())) return;
    struct own own = own_place(work);
    struct books *books = own_open_ready(work, &own);
    struct writer writers[THREADS] = { 0 };
    int commits = 0;
    int64_t kept = 0;
    sqlite3 *db = ((struct sqlite_connection *)((struct sqlite *)books->driver)->writer->driver)->db;
    sqlite3_commit_hook(db, refuse_some, &commits);
    for (int i = 0; i < THREADS; i++) {
        writers[i].books = books;
        writers[i].company_id = 1000 + i;
        expect_int(pthread_create(&writers[i].thread, NULL, write_told, &writers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(writers[i].thread, NULL);
    sqlite3_commit_hook(db, NULL, NULL);
    for (int i = 0; i < THREADS; i++) {
        expect_int(count_in(work->arena, books, 1000 + i), writers[i].kept);
        kept += writers[i].kept;
    }
    expect(kept > 0 && kept < THREADS * TURNS);
    expect(commits < THREADS * TURNS); /* they did share */
    books_close(books);
    own_drop(work, &own);
}

/* What a child does in a process of its own; its exit code tells whether all went well. */
static pid_t child(const struct own *own, int number, int report_to, int turns)
{
    pid_t pid = fork();
    if (pid) return pid;
    struct arena *arena = arena_new((size_t)1 << 30);
    struct books *books;
    int bad = 0;
    if (books_open(arena, str_of(own->place), &books)) _exit(2);
    for (int i = 0; !turns || i < turns; i++) {
        struct work work = { .arena = arena, .company_id = 2000 + number, .now = instant_now() };
        struct fault *fault = add_one(&work, books, "child", i);
        if (fault) fprintf(stderr, "child %d: %s %s\n", number, fault->type->code, fault->detail), bad = 1;
        if (report_to >= 0 && write(report_to, "+", 1) != 1) _exit(3);
    }
    books_close(books);
    _exit(bad);
}

DB_TEST(db_many_processes)
{
    enum { CHILDREN = 4, EACH = 100 };
    struct own own = own_place(work);
    books_close(own_open_ready(work, &own));
    pid_t pids[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) pids[i] = child(&own, i, -1, EACH);
    for (int i = 0; i < CHILDREN; i++) {
        int status = -1;
        waitpid(pids[i], &status, 0);
        expect_int(status, 0);
    }
    struct books *books = own_open(work, &own);
    for (int i = 0; i < CHILDREN; i++) expect_int(count_in(work->arena, books, 2000 + i), EACH);
    books_close(books);
    own_drop(work, &own);
}

DB_TEST(db_killed)
{
    struct own own = own_place(work);
    books_close(own_open_ready(work, &own));
    int64_t reported = 0;
    for (int round = 0; round < 5; round++) {
        int ends[2];
        char c;
        expect_int(pipe(ends), 0);
        pid_t pid = child(&own, round, ends[1], 0);
        close(ends[1]);
        for (reported = 0; reported < 20 + round * 7 && read(ends[0], &c, 1) == 1; reported++) {}
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        while (read(ends[0], &c, 1) == 1) reported++;
        close(ends[0]);
        expect(reported >= 20);
        struct books *books = own_open(work, &own);
        int64_t there = count_in(work->arena, books, 2000 + round);
        expect(there == reported || there == reported + 1); /* the last one may have been kept and not yet said */
        books_close(books);
    }
    own_drop(work, &own);
}

/* ---- Failures ---- */

static struct fault *three_steps(struct work *work)
{
    TRY(db_begin(work, test_books()));
    struct thing t[3];
    for (int i = 0; i < 3; i++) t[i] = thing_new(work, "step", i);
    struct fault *fault = db_run(work, &thing_add, GIVEN(thing, &t[0]));
    if (!fault) fault = db_run_each(work, &thing_add, GIVEN(thing, &t[1]), 2);
    if (!fault) return db_commit(work);
    db_rollback(work);
    return fault;
}

DB_TEST(db_made_to_fail)
{
    things_table(work);
    int64_t nth = 1;
    for (bool failed = true; failed; nth++) {
        expect(nth < 20);
        expect_int(count_in(work->arena, test_books(), work->company_id), 0);
        int64_t before = books_statements(test_books());
        books_fail_at(test_books(), nth);
        struct fault *fault = three_steps(work);
        books_fail_at(test_books(), 0);
        failed = fault != NULL;
        if (failed) expect_refused(&db_broken, fault);
        else expect(books_statements(test_books()) - before == nth - 1);
        expect(!work->db);
    }
    expect(nth >= 7); /* begin, three rows, commit, and the run that worked */
    expect_int(count_in(work->arena, test_books(), work->company_id), 3);
}

DB_TEST(db_readers)
{
    things_table(work);
    struct work reader = { .arena = work->arena, .company_id = work->company_id, .now = work->now, .reading = true };
    struct sum sum = { 0 };
    expect_done(add_one(work, test_books(), "one", 1));
    expect_done(db_begin(&reader, test_books()));
    expect_done(db_one(&reader, &thing_sum, NONE, INTO(sum, &sum), &thing_missing));
    expect_int(sum.count, 1);
    expect_done(add_one(work, test_books(), "two", 2)); /* a reader holds no writer up */
    expect_done(db_one(&reader, &thing_sum, NONE, INTO(sum, &sum), &thing_missing));
    expect_int(sum.count, 1); /* its snapshot */
    struct thing t = thing_new(&reader, "three", 3);
    expect_refused(&db_broken, db_run(&reader, &thing_add, GIVEN(thing, &t)));
    db_rollback(&reader);
    expect_done(db_begin(&reader, test_books()));
    expect_done(db_one(&reader, &thing_sum, NONE, INTO(sum, &sum), &thing_missing));
    expect_int(sum.count, 2);
    expect_done(db_commit(&reader));
}

static int64_t resident_kb(void)
{
    char line[200];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r"); /* RssAnon: the database itself is mapped and no memory of ours */
    while (f && fgets(line, sizeof line, f) && sscanf(line, "RssAnon: %ld", &kb) != 1) continue;
    if (f) fclose(f);
    return (int64_t)kb;
}
static struct fault *count_row(void *context, const void *row)
{
    const struct thing *thing = row;
    int64_t *seen = context;
    expect_int(thing->count, ++*seen);
    return NULL;
}

static const char *const fill_params[] = { "count", "id", "company_id" };
static const struct sql thing_fill = {
    .name = "thing_fill",
    .text =
        "with recursive n(i) as (select cast(1 as bigint) union all select i + 1 from n where i < $1) insert into db_thing "
        "(id, company_id, label, count, total_minor, open, due_on, version) select $2 + i, $3, 'a row of many', i, i, $1 > 0, "
        "null, 1 from n",
    .params = fill_params,
    .param_count = 3,
};
static const char *const stream_params[] = { "company_id" };
static const struct sql thing_stream = {
    .name = "thing_stream",
    .text = "select id, label, count, total_minor, due_on from db_thing where company_id = $1 order by count",
    .params = stream_params,
    .param_count = 1,
};

DB_TEST(db_streams)
{
    things_table(work);
    test_begin(work);
    struct thing t = { .id.n = INT64_C(1) << 54, .count = ROWS_MANY };
    expect_done(db_run(work, &thing_fill, GIVEN(thing, &t)));
    int64_t seen = 0, used = (int64_t)arena_used(work->arena), before = resident_kb();
    expect_done(db_each(work, &thing_stream, NONE, &thing_record, count_row, &seen));
    expect_int(seen, ROWS_MANY);
    expect((int64_t)arena_used(work->arena) - used < 100000);
    /* caches of the engine */
    expect(resident_kb() - before < 60000);
    db_rollback(work);
}

/* ---- Ids ---- */

enum { IDS_THREADS = 4, IDS_EACH = 3000 * SCALE };
struct drawer { pthread_t thread; struct books *books; struct instant now; int64_t ids[IDS_EACH], wrong; };

static void *draw(void *context)
{
    struct drawer *drawer = context;
    struct arena *arena = arena_new(1 << 24);
    for (int i = 0; i < IDS_EACH;) {
        struct work work = { .arena = arena, .company_id = 1 + drawer->now.us % 7, .now = drawer->now, .reading = i % 3 == 0 };
        if (db_begin(&work, drawer->books)) drawer->wrong++;
        for (int k = 0; k < 100 && i < IDS_EACH; k++, i++) {
            drawer->ids[i] = id_new(&work);
            if (drawer->ids[i] <= 0 || drawer->ids[i] > EXACT_MAX || (i && drawer->ids[i] <= drawer->ids[i - 1])) drawer->wrong++;
        }
        if (i % 300 == 0) db_rollback(&work);
        else if (db_commit(&work)) drawer->wrong++;
        drawer->now.us += 1000000;
    }
    arena_free(arena);
    return NULL;
}
static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

DB_TEST(db_ids)
{
    struct own own = own_place(work);
    struct books *books[2] = { own_open_ready(work, &own), own_open(work, &own) };
    struct drawer *drawers = ARENA_ARRAY(work->arena, struct drawer, 2 * IDS_THREADS);
    int64_t *all = ARENA_ARRAY(work->arena, int64_t, 2 * IDS_THREADS * IDS_EACH);
    books[0]->ids.block = books[1]->ids.block = 64; /* often at its end */
    for (int i = 0; i < 2 * IDS_THREADS; i++) {
        drawers[i].books = books[i % 2];
        drawers[i].now = i < 4 ? work->now : instant_of_day((struct date){ 20190601 }); /* before the first moment, too */
        pthread_create(&drawers[i].thread, NULL, draw, &drawers[i]);
    }
    for (int i = 0; i < 2 * IDS_THREADS; i++) {
        pthread_join(drawers[i].thread, NULL);
        expect_int(drawers[i].wrong, 0);
        memcpy(all + i * IDS_EACH, drawers[i].ids, sizeof drawers[i].ids);
    }
    size_t count = 2 * IDS_THREADS * IDS_EACH;
    qsort(all, count, sizeof *all, compare_ids);
    for (size_t i = 1; i < count; i++) expect(all[i] != all[i - 1]);
    expect(books[0]->ids.node != books[1]->ids.node);
    books_close(books[0]);
    books_close(books[1]);
    own_drop(work, &own);
}

static int64_t child_id(const struct own *own, int turns)
{
    int ends[2];
    int64_t last = 0;
    expect_int(pipe(ends), 0);
    pid_t pid = fork();
    if (!pid) {
        struct arena *arena = arena_new((size_t)1 << 30);
        struct books *books;
        struct work work = { .arena = arena, .now = instant_of_day((struct date){ 20200101 }) };
        if (books_open(arena, str_of(own->place), &books) || db_begin(&work, books)) _exit(1);
        for (int i = 0; i < turns; i++) last = id_new(&work);
        if (db_commit(&work) || write(ends[1], &last, sizeof last) != sizeof last) _exit(1);
        _exit(0); /* without books_close: the lease stays, the rest of the block is not given back */
    }
    close(ends[1]);
    expect_int(read(ends[0], &last, sizeof last), sizeof last);
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return last;
}

/* A node that is taken over starts above all its last holder could have used; a clock that stands still changes nothing. */
DB_TEST(db_ids_after_a_crash)
{
    struct own own = own_place(work);
    books_close(own_open_ready(work, &own));
    int64_t first = child_id(&own, 5000), second = child_id(&own, 10);
    expect((first & 63) != (second & 63)); /* the lease of the first still runs */
    struct books *books = own_open(work, &own);
    struct work other = { .arena = work->arena, .now = instant_of_day((struct date){ 20200101 }) };
    expect_done(db_begin(&other, books));
    expect_done(books->engine->script(work->arena, other.db->connection, "update db_node set expires_at = 1"));
    expect_done(db_commit(&other));
    books_close(books);
    int64_t third = child_id(&own, 1);
    expect_int(third & 63, first & 63 ? second & 63 : first & 63);
    expect(third > first && third > second);
    books = own_open(work, &own);
    expect_done(db_begin(&other, books));
    int64_t a = id_new(&other);
    expect_done(db_commit(&other));
    books_close(books); /* gives its node back */
    books = own_open(work, &own);
    expect_done(db_begin(&other, books));
    int64_t b = id_new(&other);
    expect_done(db_commit(&other));
    expect(b == a + 64); /* the next counter of the same node */
    books_close(books);
    own_drop(work, &own);
}

/* ---- Places that are not there; copies ---- */

TEST(db_unreachable_places)
{
    struct books *books = (struct books *)1;
    int64_t began = clock_us();
    expect_refused(&db_unreachable, books_open(arena, STR("/dev/null/books"), &books));
    expect(!books);
    expect_refused(&db_unreachable, books_open(arena, STR("postgresql://nobody@127.0.0.1:1/none"), &books));
    expect(!books);
    expect(clock_us() - began < 10000000);
}

/* Ends the server's process of this connection, from another one. */
static void end_backend(struct work *work, int pid)
{
    struct connection *killer;
    expect_done(test_books()->engine->connect(work->arena, test_books(), &killer));
    expect_done(test_books()->engine->script(work->arena, killer,
                                             str_format(work->arena, "select pg_terminate_backend(%d, 5000)", pid).at));
    test_books()->engine->disconnect(killer);
}

DB_TEST(db_lost_connection)
{
    if (!books_are_postgres(test_books())) return;
    things_table(work);
    test_begin(work);
    int pid = PQbackendPID(work->db->connection->driver);
    test_commit(work);
    end_backend(work, pid);
    expect_done(add_one(work, test_books(), "after", 1)); /* a new connection, nobody sees it */
    test_begin(work);
    struct thing t = thing_new(work, "lost", 1);
    end_backend(work, PQbackendPID(work->db->connection->driver));
    expect_refused(&db_unreachable, db_run(work, &thing_add, GIVEN(thing, &t)));
    expect_refused(&db_unreachable, db_commit(work));
    test_begin(work);
    t.id.n = id_new(work);
    end_backend(work, PQbackendPID(work->db->connection->driver));
    expect_refused(&db_unreachable, db_run_each(work, &thing_add, GIVEN(thing, &t), 1));
    db_rollback(work);
    test_begin(work);
    end_backend(work, PQbackendPID(work->db->connection->driver));
    expect_refused(&db_unreachable, db_commit(work));
    expect_int(count_in(work->arena, test_books(), work->company_id), 1);
}

DB_TEST(db_copy)
{
    if (books_are_postgres(test_books())) return;
    struct own own = own_place(work), copy = own_place(work);
    struct books *books = own_open_ready(work, &own);
    work->company_id = 5;
    for (int i = 0; i < 100; i++) expect_done(add_one(work, books, "copied", i));
    expect_done(books_copy(work->arena, books, str_format(work->arena, "%s/florin.db", copy.place).at));
    expect_done(add_one(work, books, "later", 1));
    struct books *copied = own_open(work, &copy);
    expect_done(books_migrate(work->arena, copied));
    expect_int(count_in(work->arena, copied, 5), 100);
    expect_str(copy.place, books_directory(copied));
    books_close(copied);
    expect_refused(&db_unreachable, books_copy(work->arena, books, "/dev/null/florin.db"));
    books_close(books);
    own_drop(work, &own);
    own_drop(work, &copy);
}

TEST(db_in_memory)
{
    struct books *books;
    expect_done(books_open(arena, STR(":memory:"), &books));
    expect_done(books_migrate(arena, books));
    expect(!books_directory(books).at && !books_are_postgres(books));
    struct work work = { .arena = arena, .now = instant_now() };
    expect_done(db_begin(&work, books));
    expect(id_new(&work) > 0);
    expect_done(db_commit(&work));
    books_close(books);
    books_close(NULL);
}

/* Programs that die one after the other keep their nodes for a while; the next one takes the oldest, and no id comes twice. */
TEST(books_of_many_dead_programs_go_on)
{
    char folder[] = "/dev/shm/florin-crowd-XXXXXX";
    struct books *dead[64], *next, *one;
    LIST_OF(int64_t) ids = { 0 };
    expect(mkdtemp(folder) != NULL);
    expect_done(books_open(arena, str_of(folder), &one));
    expect_done(books_migrate(arena, one));
    books_close(one);
    for (int i = 0; i < 64; i++) {
        struct work work = { .arena = arena, .now = instant_now(), .system = true };
        expect_done(books_open(arena, str_of(folder), &dead[i]));
        expect_done(db_begin(&work, dead[i]));
        *LIST_ADD(arena, &ids) = id_new(&work);
        expect_done(db_commit(&work));
    }
    struct work work = { .arena = arena, .now = instant_now(), .system = true };
    expect_done(books_open(arena, str_of(folder), &next));
    sqlite3 *db;
    expect_int(SQLITE_OK, sqlite3_open(str_format(arena, "%s/florin.db", folder).at, &db));
    expect_int(SQLITE_OK, sqlite3_exec(db, "update db_node set expires_at = (strftime('%s', 'now') + 300) * 1000000",
                                       NULL, NULL, NULL));
    (void)expect_refused(&db_crowded, db_begin(&work, next)); /* all of them live: taken this very moment */
    expect_int(SQLITE_OK, sqlite3_exec(db, "update db_node set expires_at = expires_at - 60000000 where node = 7", NULL,
                                       NULL, NULL));
    expect_done(db_begin(&work, next));
    *LIST_ADD(arena, &ids) = id_new(&work);
    expect_done(db_commit(&work));
    /* It was alive after all: its ids and ours stay apart. */
    expect_int(SQLITE_OK, sqlite3_exec(db, "update db_node set expires_at = expires_at - 60000000 where node <> 7",
                                       NULL, NULL, NULL));
    sqlite3_close(db);
    work.now = instant_now();
    expect_done(db_begin(&work, dead[7]));
    *LIST_ADD(arena, &ids) = id_new(&work);
    expect_done(db_commit(&work));
    for (size_t i = 0; i < ids.count; i++)
        for (size_t k = 0; k < i; k++) expect(ids.at[i] != ids.at[k]);
    books_close(next);
    for (int i = 0; i < 64; i++) books_close(dead[i]);
    for (const char *const *name = (const char *const[]){ "florin.db", "florin.db-wal", "florin.db-shm", NULL }; *name; name++)
        unlink(str_format(arena, "%s/%s", folder, *name).at);
    expect_int(0, rmdir(folder));
}

/* Who is impatient doesn't wait for a writer, nor for another program; the first of a group goes without a trace. */
TEST(db_impatient)
{
    struct books *books, *other;
    char folder[] = "/tmp/florin-impatient-XXXXXX";
    struct work first = { .arena = arena, .now = instant_now(), .system = true }, second = first, there = first;
    second.impatient = there.impatient = true;
    expect(mkdtemp(folder) != NULL);
    expect_done(books_open(arena, str_of(folder), &books));
    expect_done(books_migrate(arena, books));
    expect_done(books_open(arena, str_of(folder), &other));
    for (int round = 0; round < 2; round++) {
        expect_done(db_begin(&first, books));
        expect(id_new(&first) > 0);
        (void)expect_refused(&db_taken, db_begin(&second, books));
        (void)expect_refused(&db_taken, db_begin(&there, other)); /* another program */
        if (round) expect_done(db_commit(&first));
        else db_rollback(&first);
        expect_done(db_begin(&second, books)); /* now he is alone */
        expect(id_new(&second) > 0);
        expect_done(db_commit(&second));
    }
    expect_done(db_begin(&there, other));
    db_rollback(&there);
    books_close(other);
    books_close(books);
    for (const char *const *name = (const char *const[]){ "florin.db", "florin.db-wal", "florin.db-shm", NULL }; *name; name++)
        unlink(str_format(arena, "%s/%s", folder, *name).at);
    expect_int(0, rmdir(folder));
}
