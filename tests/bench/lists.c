/* A list of 1,000,000 invoices through HTTP: pages by filter, sort and keyset, near and deep [p95 < 150 ms]; and the server's memory: idle,
 * after 10,000 requests, and while all of the list leaves as CSV [flat: 64 MB more at most, the caches of SQLite's readers included].
 * Usage: FLORIN_BINARY=… bench_lists [invoices [folder]] */
#include "serve.h"
#include "target.h"
#include <sqlite3.h>

enum { PORT = 18096, TIMES = 30, DEEP = 60, REQUESTS = 10000 };
static struct served served;
static char answer[8 << 20];

static void sql(sqlite3 *db, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(db, text, NULL, NULL, &why) == SQLITE_OK) return;
    fprintf(stderr, "%s\n%s\n", why, text);
    exit(70);
}

/* A thousand customers, two years of invoices; nine of ten are paid. Beside the product: what is measured is reading. */
static void fill(struct arena *arena, int64_t invoices)
{
    static const char *const steps[] = {
        "create temp table n as with recursive c(n) as (select 1 union all select n + 1 from c where n < %2$lld) select n, date('2024-01-01', (n * 7919 %% 731) || ' days') as d, "
        "n %% 1000 + 1 as party, 1000 + n * 31 %% 90000 as minor from c",
        "insert into party (company_id, id, number, name, name_key, is_customer, is_supplier, is_business, is_blocked, country, language, currency, customer_terms_days, supplier_terms_days, "
        "delivery, reference_needed, created_at, version) "
        "select %1$lld, n, 'D' || n, 'Handelsonderneming ' || n || ' B.V.', 'handelsonderneming ' || n, true, false, true, false, 'NL', 'nl', 'EUR', 30, 30, 'mail_pdf', 'none', n, 1 from n where n <= 1000",
        "insert into invoice (company_id, id, kind, state, number, party_id, currency, language, issued_on, due_on, net_minor, vat_minor, total_minor, base_total_minor, created_at, created_by, "
        "finalised_at, finalised_by, version) "
        "select %1$lld, n, 'invoice', 'final', 'F' || substr('0000000' || n, -7), party, 'EUR', 'nl', d, date(d, '30 days'), minor, 0, minor, minor, n, 1, n, 1, 2 from n",
        "insert into entry (company_id, id, number, journal, dated_on, recorded_at, user_id, source_kind, source_id, description) "
        "select %1$lld, n, n, 'sale', d, n, 1, 'invoice', n, 'Invoice' from n",
        "insert into entry_line (company_id, entry_id, line_no, account_id, dated_on, base_minor, currency, amount_minor, party_id, vat_base_minor) "
        "select %1$lld, n, 1, (select id from account where company_id = %1$lld and purpose = 'receivables'), d, minor, 'EUR', minor, party, 0 from n",
        "insert into open_item (company_id, id, account_id, party_id, kind, source_kind, source_id, entry_id, line_no, reference, dated_on, due_on, currency, amount_minor, base_minor, recorded_at) "
        "select %1$lld, n, (select id from account where company_id = %1$lld and purpose = 'receivables'), party, 'invoice', 'invoice', n, n, 1, 'F' || n, d, date(d, '30 days'), 'EUR', minor, minor, n from n",
        "insert into item_rest (company_id, item_id, account_id, party_id, due_on, amount_minor, rest_minor, rest_base_minor) "
        "select company_id, id, account_id, party_id, due_on, amount_minor, case when id %% 10 then 0 else amount_minor end, case when id %% 10 then 0 else amount_minor end from open_item",
        "drop table n", "commit", "pragma wal_checkpoint(truncate)",
    };
    sqlite3 *db;
    int64_t from = clock_us();
    need(sqlite3_open(str_format(arena, "%s/florin.db", served.folder).at, &db) == SQLITE_OK, "opening");
    sql(db, "pragma synchronous = off; pragma temp_store = memory; pragma cache_size = -400000; begin");
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        char text[2000];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, steps[i], (long long)served.company, (long long)invoices);
#pragma GCC diagnostic pop
        sql(db, text);
    }
    sqlite3_close(db);
    printf("%lld invoices made in %.1f s\n", (long long)invoices, (double)(clock_us() - from) / 1e6);
}

/* ---- Asking ---- */

/* The answer stands in `answer`; its time. */
static int64_t get(int fd, const char *target)
{
    char request[2000];
    size_t got = 0, whole = 0;
    int64_t from = clock_us();
    int length =
        snprintf(request, sizeof request, "GET /api/v1%s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n",
                 target, served.token);
    need(send(fd, request, (size_t)length, MSG_NOSIGNAL) == length, "sending");
    while (!whole || got < whole) {
        ssize_t n = recv(fd, answer + got, sizeof answer - 1 - got, 0);
        need(n > 0, "receiving");
        got += (size_t)n;
        answer[got] = 0;
        char *body = strstr(answer, "\r\n\r\n"), *said = strcasestr(answer, "content-length:");
        if (!whole && body && said) whole = (size_t)(body + 4 - answer) + (size_t)atoll(said + 15);
    }
    if (atoi(answer + 9) != 200) fprintf(stderr, "%s\n%.600s\n", target, answer), exit(70);
    return clock_us() - from;
}

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
    served = served_make(arena, count > 2 ? words[2] : "/dev/shm");
    fill(arena, invoices);
    served_start(&served, PORT);
    int fd = served_connect(&served);
    get(fd, "/invoices?limit=1");
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
    bool good = target_at_most("a page of the list of invoices, p95", (double)p95 / 1e3, "ms", 150);
    for (int i = 0; i < REQUESTS; i++) get(fd, i % 2 ? "/invoices?limit=20&sort=-issued_on" : "/me");
    int64_t after = memory_kb("RssAnon:"), during = csv_export(&lines);
    if (lines != invoices + 1) fprintf(stderr, "%lld lines of CSV\n", (long long)lines), exit(70);
    printf("memory of the server: idle %.1f MB, after %d requests %.1f MB, most while %lld rows leave as CSV %.1f MB\n",
           (double)idle / 1024, REQUESTS, (double)after / 1024, (long long)invoices, (double)during / 1024);
    good &=
        target_at_most("memory of the server, 10,000 requests more than idle", (double)(after - idle) / 1024, "MB", 64);
    good &= target_at_most("memory of the server, CSV of all rows more than before", (double)(during - after) / 1024,
                           "MB", 64);
    close(fd);
    served_end(&served);
    arena_free(arena);
    return !good;
}
