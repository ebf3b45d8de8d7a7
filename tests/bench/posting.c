/* Durable postings through HTTP: `florin serve` on SQLite, `POST /entries` by 32 clients, each posting on disk when it is answered;
 * against a bare SQLite loop with one FULL commit each [>= 5 x], and against pgbench (TPC-B) with 32 clients on a durable PostgreSQL on
 * the same disk (FLORIN_TEST_POSTGRES) [>= 1 x]. Then one client's p50 against fdatasync's p50 [<= 3 x]: of as many bytes, in one piece over blocks
 * that exist, as the commit of a posting adds to the log (LOG_BYTES); an fdatasync of one page only, which nothing durable could be made of, is said
 * beside it. The three take turns, posting by posting. All else in turns of some seconds.
 * Usage: FLORIN_BINARY=… bench_posting [folder on the disk to measure] */
#include "serve.h"
#include "target.h"
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>

enum {
    LOG_BYTES = 19 * (24 + 4096), /* of one posting: pages of tables and indexes, each with its head; the middle of what strace counts, 17 and more */
    CLIENTS = 32, ROUND_US = 2500000, SYNC_PIECES = 50, ROUNDS = 3, SINGLES = 400, PORT = 18097 };
static struct served served;
static int64_t median(int64_t *at, size_t count) { return quantile(at, count, 500); }

/* ---- Clients ---- */

struct client { pthread_t thread; int64_t until_us, done, *times, *syncs, *logs; }; /* times: of one client, each beside an fdatasync */

/* One answer, to the end of its body; its status. */
static int read_answer(int fd)
{
    char text[16384];
    size_t got = 0, whole = 0;
    while (!whole || got < whole) {
        ssize_t n = recv(fd, text + got, sizeof text - 1 - got, 0);
        if (n <= 0) return 0;
        got += (size_t)n;
        text[got] = 0;
        char *body = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "content-length:");
        if (body && length) whole = (size_t)(body + 4 - text) + (size_t)atoll(length + 15);
    }
    return atoi(text + 9);
}

/* Over blocks that exist, as a log that has started again writes them. */
static int sync_file(void)
{
    static char piece[LOG_BYTES];
    char path[300];
    snprintf(path, sizeof path, "%s/sync", served.folder);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    for (int i = 0; i < SYNC_PIECES; i++)
        need(pwrite(fd, piece, sizeof piece, (off_t)i * LOG_BYTES) == (ssize_t)sizeof piece, "writing");
    need(fd >= 0 && !fsync(fd), "a file");
    return fd;
}
static int64_t sync_us(int fd, int64_t n, size_t bytes)
{
    static char piece[LOG_BYTES];
    int64_t from = clock_us();
    memset(piece, (int)(n & 127), bytes);
    need(pwrite(fd, piece, bytes, (off_t)(n % SYNC_PIECES) * LOG_BYTES) == (ssize_t)bytes, "writing");
    need(!fdatasync(fd), "fdatasync");
    return clock_us() - from;
}

static void *client_run(void *context)
{
    struct client *c = context;
    static const char body[] =
        "{\"dated_on\":\"2026-01-15\",\"description\":\"Bench\",\"lines\":[{\"account\":\"4300\",\"base\":\"1.00\"},{\"account\":\"0500\",\"base\":\"-1.00\"}]}";
    char request[1000];
    int fd = served_connect(&served),
        length = snprintf(
            request, sizeof request,
            "POST /api/v1/entries HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
            "Content-Length: %zu\r\n\r\n%s",
            served.token, sizeof body - 1, body);
    int file = c->times ? sync_file() : -1;
    while (clock_us() < c->until_us && (!c->times || c->done < SINGLES)) {
        int64_t from = clock_us();
        need(send(fd, request, (size_t)length, MSG_NOSIGNAL) == length, "sending");
        need(read_answer(fd) == 200, "a posting");
        if (c->times)
            c->times[c->done] = clock_us() - from, c->syncs[c->done] = sync_us(file, c->done, 4096),
            c->logs[c->done] = sync_us(file, c->done, LOG_BYTES);
        c->done++;
    }
    if (file >= 0) close(file);
    close(fd);
    return NULL;
}

static int64_t postings_a_second(void)
{
    struct client clients[CLIENTS];
    int64_t from = clock_us(), done = 0;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){ .until_us = from + ROUND_US };
        pthread_create(&clients[i].thread, NULL, client_run, &clients[i]);
    }
    for (int i = 0; i < CLIENTS; i++) pthread_join(clients[i].thread, NULL), done += clients[i].done;
    return done * 1000000 / (clock_us() - from);
}

/* ---- The others ---- */

static int64_t bare_a_second(void)
{
    sqlite3 *db;
    sqlite3_stmt *insert;
    char path[300];
    snprintf(path, sizeof path, "%s/bare.db", served.folder);
    need(sqlite3_open(path, &db) == SQLITE_OK, "bare.db");
    need(
        sqlite3_exec(
            db,
            "pragma journal_mode = wal; pragma synchronous = full; create table if not exists posting (id integer primary key, account text, "
            "amount integer, booked_on text, description text)",
            NULL, NULL, NULL) == SQLITE_OK,
        "its table");
    need(
        sqlite3_prepare_v2(
            db,
            "insert into posting (account, amount, booked_on, description) values ('4300', 100, '2026-01-15', 'Bench')",
            -1, &insert, NULL) == SQLITE_OK,
        "its statement");
    int64_t from = clock_us(), done = 0;
    for (; clock_us() - from < ROUND_US; done++) {
        need(sqlite3_step(insert) == SQLITE_DONE, "a bare commit");
        sqlite3_reset(insert);
    }
    int64_t rate = done * 1000000 / (clock_us() - from);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return rate;
}

static int64_t pgbench_a_second(bool prepare_it)
{
    const char *url = getenv("FLORIN_TEST_POSTGRES"), *bin = getenv("FLORIN_POSTGRES_BIN");
    char command[2000], line[400];
    double rate = 0;
    if (!url) return 0;
    snprintf(command, sizeof command,
             "export PATH=\"%s:$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -1)\"; pgbench %s '%s' 2>/dev/null",
             bin ? bin : "", prepare_it ? "-i -q -s 10" : "-c 32 -j 2 -T 3", url);
    FILE *f = popen(command, "r");
    while (f && fgets(line, sizeof line, f)) sscanf(line, "tps = %lf", &rate);
    if (f) pclose(f);
    return (int64_t)rate;
}

int main(int count, char **words)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    int64_t ours[ROUNDS], bare[ROUNDS], theirs[ROUNDS], times[SINGLES], sync_times[SINGLES], log_times[SINGLES],
        alone[ROUNDS], syncs[ROUNDS], logs[ROUNDS];
    log_set_level(LOG_ERROR);
    served = served_make(arena, count > 1 ? words[1] : "/tmp");
    bool postgres = getenv("FLORIN_TEST_POSTGRES") != NULL;
    if (postgres) pgbench_a_second(true);
    served_start(&served, PORT);
    for (int i = 0; i < ROUNDS; i++) {
        sync(); /* nobody pays for what another left */
        ours[i] = postings_a_second();
        sync();
        bare[i] = bare_a_second();
        sync();
        theirs[i] = postgres ? pgbench_a_second(false) : 0;
        sync();
        struct client one = { .until_us = clock_us() + 30000000, .times = times, .syncs = sync_times, .logs = log_times };
        client_run(&one);
        alone[i] = median(times, (size_t)one.done);
        syncs[i] = median(sync_times, (size_t)one.done);
        logs[i] = median(log_times, (size_t)one.done);
    }
    served_end(&served);
    int64_t our = median(ours, ROUNDS), loop = median(bare, ROUNDS), pg = median(theirs, ROUNDS),
            p50 = median(alone, ROUNDS), bare_sync = median(syncs, ROUNDS), log_sync = median(logs, ROUNDS);
    printf("durable postings a second: HTTP with %d clients %lld; bare SQLite %lld; pgbench with %d clients %lld\n",
           CLIENTS, (long long)our, (long long)loop, CLIENTS, (long long)pg);
    printf(
        "one client's p50 %lld us; fdatasync's p50 %lld us for the %d bytes of a posting, %lld us for one page (%.1f x)\n",
        (long long)p50, (long long)log_sync, (int)LOG_BYTES, (long long)bare_sync, (double)p50 / (double)bare_sync);
    bool all = target_at_least("durable postings through HTTP / bare FULL commits", (double)our / (double)loop, "x", 5);
    if (postgres) all &= target_at_least("durable postings through HTTP / pgbench", (double)our / (double)pg, "x", 1);
    else printf("postings / pgbench: not measured, FLORIN_TEST_POSTGRES names no server\n");
    all &= target_at_most("one client's p50 / fdatasync's p50, as many bytes", (double)p50 / (double)log_sync, "x", 3);
    arena_free(arena);
    return !all;
}
