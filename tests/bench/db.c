/* The floor against the engine below it, in one run on one disk. Usage: bench_db [DIRECTORY]
 *
 *   durable writes    32 threads, one small transaction each time, through the books; against a bare SQLite loop with one
 *                     FULL commit each [>= 5 x], and one thread's p50 against fdatasync's p50 [<= 3 x]
 *   bulk insert       db_run_each against a bare SQLite loop inserting the same rows, and db_each against a bare loop
 *                     reading them [near 1 x]
 *   FLORIN_BENCH_POSTGRES: the same writes and inserts there, for orientation */
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>
#include "db/engine.h"
#include "target.h"

enum { THREADS = 32, ROWS = 300000, ROUNDS = 3, ROUND_US = 700000, SINGLES = 1500 };

struct posting { struct { int64_t n; } id; int64_t account, amount_minor; struct date booked_on; struct str currency, text; };
RECORD(posting, { ID(struct posting, id), FIELD(struct posting, account), AMOUNT(struct posting, amount_minor),
                  FIELD(struct posting, booked_on), FIELD(struct posting, currency), FIELD(struct posting, text) });
#define COLUMNS "id, company_id, account, amount_minor, booked_on, currency, text"
static const char *const posting_add_params[] = { "id",        "company_id", "account", "amount_minor",
                                                  "booked_on", "currency",   "text" };
static const struct sql posting_add = { .name = "posting_add",
                                        .text = "insert into db_posting (" COLUMNS ") values ($1, $2, $3, $4, $5, $6, $7)",
                                        .params = posting_add_params,
                                        .param_count = 7 };
static const char *const company_params[] = { "company_id" };
static const struct sql posting_all = {
    .name = "posting_all",
    .text = "select id, account, amount_minor, booked_on, currency, text from db_posting "
            "where company_id = $1",
    .params = company_params,
    .param_count = 1
};
static const char table_sqlite[] =
    "create table db_posting (id integer primary key, company_id integer not null, account integer "
    "not null, amount_minor integer not null, booked_on text not null, currency text not null, text "
    "text not null) strict";
static const char table_postgres[] =
    "create table db_posting (id bigint primary key, company_id bigint not null, account bigint not "
    "null, amount_minor bigint not null, booked_on date not null, currency text not null, text text "
    "not null)";

static void must(struct fault *fault)
{
    if (!fault) return;
    fprintf(stderr, "%s: %s\n", fault->type->code, fault->detail ? fault->detail : "");
    exit(70);
}
static void bare(sqlite3 *db, int code)
{
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    exit(70);
}

static struct books *books_for(struct arena *arena, struct str where)
{
    struct books *books;
    struct work work = { .arena = arena, .now = instant_now() };
    must(books_open(arena, where, &books));
    must(books_migrate(arena, books));
    must(db_begin(&work, books));
    if (books_are_postgres(books))
        must(books->engine->script(arena, work.db->connection, "drop table if exists db_posting"));
    must(books->engine->script(arena, work.db->connection, books_are_postgres(books) ? table_postgres : table_sqlite));
    must(db_commit(&work));
    return books;
}

/* The same settings as the books have. */
static sqlite3 *bare_open(const char *path)
{
    sqlite3 *db;
    bare(NULL, sqlite3_open(path, &db));
    bare(db, sqlite3_exec(db, "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; "
                              "pragma foreign_keys = on", NULL, NULL, NULL));
    bare(db, sqlite3_exec(db, table_sqlite, NULL, NULL, NULL));
    return db;
}

static struct posting posting_of(int64_t id)
{
    return (struct posting){ .id.n = id, .account = 1300 + id % 7, .amount_minor = id % 100000 + 1,
                             .booked_on = { 20250301 }, .currency = STR("EUR"), .text = STR("Invoice 2025-0001 of March") };
}

static void bare_insert(sqlite3 *db, sqlite3_stmt *insert, const struct posting *p)
{
    sqlite3_bind_int64(insert, 1, p->id.n);
    sqlite3_bind_int64(insert, 2, 7);
    sqlite3_bind_int64(insert, 3, p->account);
    sqlite3_bind_int64(insert, 4, p->amount_minor);
    sqlite3_bind_text(insert, 5, "2025-03-01", 10, SQLITE_STATIC);
    sqlite3_bind_text(insert, 6, p->currency.at, (int)p->currency.length, SQLITE_STATIC);
    sqlite3_bind_text(insert, 7, p->text.at, (int)p->text.length, SQLITE_STATIC);
    bare(db, sqlite3_step(insert));
    sqlite3_reset(insert);
}
static sqlite3_stmt *prepared(sqlite3 *db, const char *text)
{
    sqlite3_stmt *statement;
    bare(db, sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
    return statement;
}

static int compare_int(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}
static int64_t median(int64_t *at, size_t count)
{
    qsort(at, count, sizeof *at, compare_int);
    return at[count / 2];
}

/* ---- Durable writes ---- */

struct client { pthread_t thread; struct books *books; int64_t until_us, company_id, done; };

static void write_one(struct arena *arena, struct books *books, int64_t company_id)
{
    struct work work = { .arena = arena, .company_id = company_id, .now = instant_now() };
    must(db_begin(&work, books));
    struct posting p = posting_of(id_new(&work));
    must(db_run(&work, &posting_add, GIVEN(posting, &p)));
    must(db_commit(&work));
    arena_reset(arena);
}
static void *client_run(void *context)
{
    struct client *client = context;
    struct arena *arena = arena_new(1 << 20);
    for (; clock_us() < client->until_us; client->done++) write_one(arena, client->books, client->company_id);
    arena_free(arena);
    return NULL;
}
/* Transactions a second. */
static int64_t books_writes(struct books *books, int threads)
{
    struct client clients[THREADS] = { 0 };
    int64_t began = clock_us(), done = 0;
    for (int i = 0; i < threads; i++) {
        clients[i] = (struct client){ .books = books, .until_us = began + ROUND_US, .company_id = 100 + i };
        pthread_create(&clients[i].thread, NULL, client_run, &clients[i]);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(clients[i].thread, NULL);
        done += clients[i].done;
    }
    return done * 1000000 / (clock_us() - began);
}
static int64_t bare_writes(sqlite3 *db, sqlite3_stmt *insert, int64_t *id)
{
    int64_t began = clock_us(), done = 0;
    for (; clock_us() - began < ROUND_US; done++) {
        struct posting p = posting_of(++*id);
        bare_insert(db, insert, &p);
    }
    return done * 1000000 / (clock_us() - began);
}
static int64_t bare_p50(sqlite3 *db, sqlite3_stmt *insert, int64_t *id)
{
    static int64_t took[SINGLES];
    for (int i = 0; i < SINGLES; i++) {
        int64_t began = clock_us();
        struct posting p = posting_of(++*id);
        bare_insert(db, insert, &p);
        took[i] = clock_us() - began;
    }
    return median(took, SINGLES);
}
static int64_t fdatasync_p50(const char *path)
{
    static int64_t took[SINGLES];
    static const char page[4096] = { 1 };
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; i < 256; i++)
        if (pwrite(fd, page, sizeof page, i * 4096) < 0) exit(74);
    fsync(fd);
    for (int i = 0; i < SINGLES; i++) {
        int64_t began = clock_us();
        if (pwrite(fd, page, sizeof page, i % 256 * 4096) < 0 || fdatasync(fd)) exit(74);
        took[i] = clock_us() - began;
    }
    close(fd);
    return median(took, SINGLES);
}
static int64_t single_p50(struct books *books)
{
    static int64_t took[SINGLES];
    struct arena *arena = arena_new(1 << 20);
    for (int i = 0; i < SINGLES; i++) {
        int64_t began = clock_us();
        write_one(arena, books, 7);
        took[i] = clock_us() - began;
    }
    arena_free(arena);
    return median(took, SINGLES);
}

static bool bench_writes(struct arena *arena, struct books *books, const char *directory)
{
    int64_t ours[ROUNDS], theirs[ROUNDS], sync[ROUNDS], single[ROUNDS], alone[ROUNDS], id = 0;
    sqlite3 *db = bare_open(str_format(arena, "%s/bare.db", directory).at);
    sqlite3_stmt *insert = prepared(db, posting_add.text);
    for (int i = 0; i < ROUNDS; i++) {
        theirs[i] = bare_writes(db, insert, &id);
        ours[i] = books_writes(books, THREADS);
        sync[i] = fdatasync_p50(str_format(arena, "%s/sync", directory).at);
        alone[i] = bare_p50(db, insert, &id);
        single[i] = single_p50(books);
    }
    sqlite3_finalize(insert);
    sqlite3_close(db);
    int64_t a = median(ours, ROUNDS), b = median(theirs, ROUNDS), c = median(single, ROUNDS), d = median(sync, ROUNDS);
    int64_t e = median(alone, ROUNDS);
    printf("durable writes, 32 threads   %7lld/s   bare SQLite, one FULL commit each %7lld/s\n", (long long)a, (long long)b);
    printf("durable write, one thread    %5lld us p50   fdatasync %5lld us p50  (bare SQLite %lld us)\n", (long long)c,
           (long long)d, (long long)e);
    bool good = target_at_least("durable writes, 32 threads / bare SQLite, FULL commits", (double)a / (double)b, "x", 5);
    return target_at_most("durable write, one thread, p50 / fdatasync p50", (double)c / (double)d, "x", 3) && good;
}

/* ---- Bulk ---- */

static int64_t books_bulk(struct arena *arena, struct books *books, const struct posting *rows)
{
    struct work work = { .arena = arena, .company_id = 7, .now = instant_now() };
    must(db_begin(&work, books));
    must(books->engine->script(arena, work.db->connection, "delete from db_posting"));
    must(db_commit(&work));
    int64_t began = clock_us();
    must(db_begin(&work, books));
    must(db_run_each(&work, &posting_add, GIVEN(posting, rows), ROWS));
    must(db_commit(&work));
    return clock_us() - began;
}
static int64_t bare_bulk(sqlite3 *db, sqlite3_stmt *insert, const struct posting *rows)
{
    bare(db, sqlite3_exec(db, "delete from db_posting", NULL, NULL, NULL));
    int64_t began = clock_us();
    bare(db, sqlite3_exec(db, "begin immediate", NULL, NULL, NULL));
    for (int i = 0; i < ROWS; i++) bare_insert(db, insert, &rows[i]);
    bare(db, sqlite3_exec(db, "commit", NULL, NULL, NULL));
    return clock_us() - began;
}
static struct fault *sum_row(void *context, const void *row)
{
    const struct posting *p = row;
    *(int64_t *)context += p->amount_minor + p->booked_on.ymd + (int64_t)p->text.length;
    return NULL;
}
static int64_t books_read(struct arena *arena, struct books *books, int64_t *sum)
{
    struct work work = { .arena = arena, .company_id = 7, .now = instant_now(), .reading = true };
    int64_t began = clock_us();
    must(db_begin(&work, books));
    must(db_each(&work, &posting_all, NONE, &posting_record, sum_row, sum));
    must(db_commit(&work));
    return clock_us() - began;
}
static int64_t bare_read(sqlite3 *db, int64_t *sum)
{
    sqlite3_stmt *select = prepared(db, posting_all.text);
    int64_t began = clock_us();
    sqlite3_bind_int64(select, 1, 7);
    while (sqlite3_step(select) == SQLITE_ROW) {
        struct date date;
        for (int c = 0; c < 2; c++) *sum += sqlite3_column_int64(select, c) & 0;
        if (!date_parse(str_of((const char *)sqlite3_column_text(select, 3)), &date)) exit(70);
        *sum += sqlite3_column_int64(select, 2) + date.ymd + (sqlite3_column_text(select, 4) ? 0 : 1);
        sqlite3_column_text(select, 5);
        *sum += sqlite3_column_bytes(select, 5);
    }
    int64_t took = clock_us() - began;
    sqlite3_finalize(select);
    return took;
}

static void bench_bulk(struct arena *arena, struct books *books, const char *directory)
{
    struct posting *rows = ARENA_ARRAY(arena, struct posting, ROWS);
    int64_t ours[ROUNDS], theirs[ROUNDS], read[ROUNDS], bare_reads[ROUNDS], a_sum = 0, b_sum = 0;
    for (int i = 0; i < ROWS; i++) rows[i] = posting_of(i + 1);
    sqlite3 *db = bare_open(str_format(arena, "%s/bulk.db", directory).at);
    sqlite3_stmt *insert = prepared(db, posting_add.text);
    for (int i = 0; i < ROUNDS; i++) {
        theirs[i] = bare_bulk(db, insert, rows);
        ours[i] = books_bulk(arena, books, rows);
        bare_reads[i] = bare_read(db, &b_sum);
        read[i] = books_read(arena, books, &a_sum);
    }
    ensure(a_sum == b_sum);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    int64_t a = median(ours, ROUNDS), b = median(theirs, ROUNDS), c = median(read, ROUNDS), d = median(bare_reads, ROUNDS);
    printf("bulk insert, %d rows     %7lld rows/s   bare SQLite loop %7lld rows/s          %5.2f x the time\n", ROWS,
           (long long)(ROWS * INT64_C(1000000) / a), (long long)(ROWS * INT64_C(1000000) / b), (double)a / (double)b);
    printf("streamed read, %d rows   %7lld rows/s   bare SQLite loop %7lld rows/s          %5.2f x the time\n", ROWS,
           (long long)(ROWS * INT64_C(1000000) / c), (long long)(ROWS * INT64_C(1000000) / d), (double)c / (double)d);
}

static void bench_postgres(struct arena *arena, const char *url)
{
    struct posting *rows = ARENA_ARRAY(arena, struct posting, ROWS);
    struct books *books = books_for(arena, str_of(url));
    int64_t sum = 0;
    for (int i = 0; i < ROWS; i++) rows[i] = posting_of(i + 1);
    printf("PostgreSQL: writes, 32 threads %lld/s", (long long)books_writes(books, THREADS));
    int64_t insert = books_bulk(arena, books, rows), read = books_read(arena, books, &sum);
    printf(", bulk insert %lld rows/s, streamed read %lld rows/s\n", (long long)(ROWS * INT64_C(1000000) / insert),
           (long long)(ROWS * INT64_C(1000000) / read));
    books_close(books);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

int main(int count, char **words)
{
    char directory[512];
    struct arena *arena = arena_new((size_t)4 << 30);
    log_set_level(LOG_WARNING);
    snprintf(directory, sizeof directory, "%s/florin-bench-XXXXXX", count > 1 ? words[1] : "/var/tmp");
    if (!mkdtemp(directory)) return 74;
    struct books *books = books_for(arena, str_of(directory));
    bool good = bench_writes(arena, books, directory);
    bench_bulk(arena, books, directory);
    books_close(books);
    const char *postgres = getenv("FLORIN_BENCH_POSTGRES");
    if (postgres) bench_postgres(arena, postgres);
    nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(arena);
    return good ? 0 : 1;
}
