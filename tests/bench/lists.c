/* A list of 1,000,000 invoices through HTTP: pages by filter, sort and keyset, near and deep [p95 < 150 ms]; start of the server on
 * those books [< 200 ms]; and its memory: idle, after 10,000 requests [64 MB more at most, the caches of SQLite's readers included], and while
 * all of the list leaves as CSV [flat: 32 MB more at most, the second time 4]. The bank lines that wait are taken as looked at: the job that would match them, with all
 * that it knows in memory, is not what is measured here.
 * Usage: FLORIN_BINARY=… bench_lists [invoices [postgresql://…]] */
#include "million.h"
#include "target.h"

enum { PORT = 18096, TIMES = 30, DEEP = 60, REQUESTS = 10000 };
static struct served served;
static char answer[8 << 20];

/* ---- Asking ---- */

static int64_t get(int fd, const char *target) { return served_get(&served, fd, target, answer, sizeof answer); }

static void add_after(char *target, size_t room, const char *base)
{
    const char *next = strstr(answer, "\"next\":\"");
    need(next != NULL, "a next page");
    next += 8;
    snprintf(target, room, "%s&after=%.*s", base, (int)strcspn(next, "\""), next);
}

static int64_t times[20000];
static size_t time_count;

static void measure(int fd, const char *what, const char *target)
{
    int64_t own[DEEP];
    for (int i = 0; i < TIMES; i++) own[i] = times[time_count++] = get(fd, target);
    printf("  %-44s p50 %7.1f ms   most %7.1f ms\n", what, (double)quantile(own, TIMES, 500) / 1e3,
           (double)quantile(own, TIMES, 1000) / 1e3);
}

/* Page behind page, by the cursor that the one before gave. */
static void deep(int fd, const char *what, const char *base)
{
    int64_t own[DEEP];
    char target[1500];
    snprintf(target, sizeof target, "%s", base);
    for (int i = 0; i < DEEP; i++) {
        own[i] = times[time_count++] = get(fd, target);
        add_after(target, sizeof target, base);
    }
    printf("  %-44s p50 %7.1f ms   most %7.1f ms\n", what, (double)quantile(own, DEEP, 500) / 1e3,
           (double)quantile(own, DEEP, 1000) / 1e3);
}

/* ---- What waits is looked at ---- */

static const char *const looked_at[] = {
    "insert into cash_proposal (company_id, bank_line_id, made_at, category, probability_ppm, why_not, explanations) "
    "select company_id, bank_line_id, 1, 'unknown', 0, 'unknown', '[]' from bank_line_waiting w where company_id = %1$lld "
    "and not exists (select 1 from cash_proposal p where p.company_id = w.company_id and p.bank_line_id = w.bank_line_id)",
};
static void look_at_lines(bool postgres)
{
    char path[400];
    sqlite3 *db;
    if (postgres) {
        FILE *psql = million_psql(served.folder, "w");
        million_each(million_run_psql, psql, looked_at, 1, served.company, 0);
        need(pclose(psql) == 0, "psql");
        return;
    }
    snprintf(path, sizeof path, "%s/florin.db", served.folder);
    need(sqlite3_open(path, &db) == SQLITE_OK, "opening");
    million_each(million_run_sqlite, db, looked_at, 1, served.company, 0);
    sqlite3_close(db);
}

/* ---- Memory ---- */

static int64_t memory_kb(const char *of)
{
    char path[60], line[200];
    long long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)served.pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, of, strlen(of))) kb = atoll(line + strlen(of) + 1);
    if (f) fclose(f);
    return kb;
}

/* Anonymous memory: pages of the database that are mapped belong to the kernel. */
static int64_t csv_export(int64_t *lines)
{
    char request[500], part[65536];
    int fd = served_connect(&served),
        length = snprintf(request, sizeof request,
                          "GET /api/v1/invoices HTTP/1.0\r\nHost: bench\r\nAccept: text/csv\r\n"
                          "Authorization: Bearer %s\r\n\r\n",
                          served.token);
    int64_t most = 0, seen = 0;
    need(send(fd, request, (size_t)length, MSG_NOSIGNAL) == length, "sending");
    for (ssize_t n; (n = recv(fd, part, sizeof part, 0)) > 0; seen += n) {
        char *body = seen ? part : memmem(part, (size_t)n, "\r\n\r\n", 4); /* the head comes in one piece */
        need(body != NULL, "a head");
        for (char *at = seen ? part : body + 4; at < part + n; at++) *lines += *at == '\n';
        if (seen / (8 << 20) == (seen + n) / (8 << 20)) continue;
        int64_t kb = memory_kb("RssAnon:");
        if (kb > most) most = kb;
    }
    close(fd);
    return most;
}

int main(int count, char **words)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    int64_t invoices = count > 1 ? atoll(words[1]) : 1000000, lines = 0;
    log_set_level(LOG_ERROR);
    setvbuf(stdout, NULL, _IOLBF, 0);
    served = million_books(arena, invoices, count > 2 ? words[2] : NULL);
    look_at_lines(strstr(served.folder, "://") != NULL);
    int64_t from = clock_us();
    served_start(&served, PORT);
    int fd = served_connect(&served);
    get(fd, "/invoices?limit=1");
    bool good = target_at_most("serve: start to first answer, books of a million", (double)(clock_us() - from) / 1000, "ms", 200);
    int64_t idle = memory_kb("RssAnon:");
    measure(fd, "newest first", "/invoices");
    measure(fd, "by day, latest first", "/invoices?sort=-issued_on");
    measure(fd, "by due day, of one state", "/invoices?sort=due_on&state=final");
    measure(fd, "of one customer", "/invoices?party_id=500&sort=-issued_on");
    measure(fd, "of one month", "/invoices?issued_on.ge=2025-03-01&issued_on.lt=2025-04-01&sort=issued_on");
    measure(fd, "one number", "/invoices?number=F0500000");
    measure(fd, "number begins in the middle", "/invoices?number.ge=F0500000&sort=number");
    measure(fd, "overdue, longest first", "/invoices?payment=overdue&sort=due_on");
    measure(fd, "largest first", "/invoices?sort=-total");
    measure(fd, "a customer's name holds a word", "/invoices?customer_name.has=onderneming%20777");
    measure(fd, "by customer", "/invoices?sort=customer_name");
    measure(fd, "most open first", "/invoices?sort=-open");
    deep(fd, "page behind page, newest first, 500 each", "/invoices?limit=500");
    deep(fd, "page behind page, by day, 500 each", "/invoices?sort=-issued_on&limit=500");
    deep(fd, "page behind page, overdue by due day", "/invoices?payment=overdue&sort=due_on&limit=100");
    int64_t p50 = quantile(times, time_count, 500), p95 = quantile(times, time_count, 950),
            p99 = quantile(times, time_count, 990);
    printf("pages of %lld invoices: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms\n", (long long)invoices, (double)p50 / 1e3,
           (double)p95 / 1e3, (double)p99 / 1e3);
    good &= target_at_most("a page of the list of invoices, p95", (double)p95 / 1e3, "ms", 150);
    for (int i = 0; i < REQUESTS; i++) get(fd, i % 2 ? "/invoices?limit=20&sort=-issued_on" : "/me");
    int64_t after = memory_kb("RssAnon:"), during = csv_export(&lines), again_lines = 0,
            again = csv_export(&again_lines);
    if (lines != invoices + 1 || again_lines != lines)
        fprintf(stderr, "%lld lines of CSV\n", (long long)lines), exit(70);
    printf(
        "memory of the server: idle %.1f MB, after %d requests %.1f MB, most while %lld rows leave as CSV %.1f MB, once more %.1f MB\n",
        (double)idle / 1024, REQUESTS, (double)after / 1024, (long long)invoices, (double)during / 1024,
        (double)again / 1024);
    good &=
        target_at_most("memory of the server, 10,000 requests more than idle", (double)(after - idle) / 1024, "MB", 64);
    /* The first time fills what stays: SQLite's page cache of that reader (16 MB) for pages past its map of 2 GB, and the arena of its
     * thread. What is judged is whether rows themselves grow it. */
    good &= target_at_most("memory of the server, CSV of all rows more than before", (double)(during - after) / 1024, "MB", 32);
    good &= target_at_most("memory of the server, CSV of all rows once more", (double)(again - during) / 1024, "MB", 4);
    close(fd);
    served_end(&served);
    arena_free(arena);
    return !good;
}
