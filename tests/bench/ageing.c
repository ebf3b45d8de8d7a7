/* Ageing and trial balance over a million rows.
 *   bench_ageing [ITEMS] [--no-ledger]
 * Books of ITEMS open items (1,000,000), made in /dev/shm by direct inserts; each time the median of five, in CPU time, so that what else runs does not count. Against SQLite: its own
 * GROUP BY over the same rows with the same indexes, as somebody would write it. Against `ledger` (ledger-cli.org): its balance of a journal of
 * as many transactions. */
#include "access/access.h"
#include "target.h"
#include "ledger/ledger.h"
#include "report/report.h"
#include <dirent.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { TIMES = 5 };
static char folder[64] = "/dev/shm/florin-bench-XXXXXX";
static int64_t items = 1000000, company;

static void must(struct fault *fault)
{
    if (!fault) return;
    fprintf(stderr, "%s %s\n", fault->type->code, fault->detail ? fault->detail : "");
    exit(70);
}

static void sql_must(sqlite3 *db, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(db, text, NULL, NULL, &why) == SQLITE_OK) return;
    fprintf(stderr, "%s\n%s\n", why, text);
    exit(70);
}

static struct work given_work(struct arena *arena)
{
    return (struct work){ .arena = arena,
                          .user_id = 1,
                          .company_id = company,
                          .today = { 20260131 },
                          .now = instant_now(),
                          .system = true,
                          .language = ENGLISH };
}

static void make_company(struct arena *arena)
{
    struct books *books;
    struct company its = { .name = STR("Bench BV"), .country = STR("NL"), .currency = STR("EUR"), .language = STR("nl") };
    must(books_open(arena, str_of(folder), &books));
    must(books_migrate(arena, books));
    struct work work = given_work(arena);
    must(db_begin(&work, books));
    must(access_company_make(&work, &its));
    must(ledger_make_chart(&work, 2025));
    company = its.id.n;
    must(db_commit(&work));
    books_close(books);
}

/* Two years of invoices to a thousand customers, due in 14 to 60 days; one of twenty paid in part. */
static void fill(struct arena *arena)
{
    static const char *const steps[] = {
        "create temp table n as with recursive c(n) as (select 1 union all select n + 1 from c where n < %3$lld) select n, date('2024-01-01', (n * 7919 %% 731) || ' days') as d, "
        "n %% 1000 + 1 as party, 1000 + n * 31 %% 90000 as minor from c",
        "insert into entry (company_id, id, number, journal, dated_on, recorded_at, user_id, source_kind, source_id, description) "
        "select %1$lld, n, n, 'sale', d, n, 1, 'bench', n, 'Invoice' from n",
        "insert into entry_line (company_id, entry_id, line_no, account_id, dated_on, base_minor, currency, amount_minor, party_id, vat_base_minor) "
        "select %1$lld, n, 1, (select id from account where company_id = %1$lld and purpose = 'receivables'), d, minor, 'EUR', minor, party, 0 from n",
        "insert into entry_line (company_id, entry_id, line_no, account_id, dated_on, base_minor, currency, amount_minor, vat_base_minor) "
        "select %1$lld, n, 2, (select id from account where company_id = %1$lld and purpose = 'sales'), d, -minor, 'EUR', -minor, 0 from n",
        "insert into open_item (company_id, id, account_id, party_id, kind, source_kind, source_id, entry_id, line_no, reference, dated_on, due_on, currency, amount_minor, base_minor, recorded_at) "
        "select %1$lld, n, (select id from account where company_id = %1$lld and purpose = 'receivables'), party, 'invoice', 'bench', n, n, 1, 'F' || n, d, date(d, (14 + n %% 47) || ' days'), 'EUR', minor, minor, n from n",
        "insert into entry (company_id, id, number, journal, dated_on, recorded_at, user_id, source_kind, source_id, description) "
        "select %1$lld, n + 10000000, n + 10000000, 'bank', date(d, '20 days'), n, 1, 'paid', n, 'Payment' from n where n %% 20 = 0",
        "insert into entry_line (company_id, entry_id, line_no, account_id, dated_on, base_minor, currency, amount_minor, party_id, vat_base_minor) "
        "select %1$lld, n + 10000000, 1, (select id from account where company_id = %1$lld and purpose = 'receivables'), date(d, '20 days'), -500, 'EUR', -500, party, 0 from n where n %% 20 = 0",
        "insert into entry_line (company_id, entry_id, line_no, account_id, dated_on, base_minor, currency, amount_minor, vat_base_minor) "
        "select %1$lld, n + 10000000, 2, (select id from account where company_id = %1$lld and purpose = 'bank'), date(d, '20 days'), 500, 'EUR', 500, 0 from n where n %% 20 = 0",
        "insert into open_item (company_id, id, account_id, party_id, kind, source_kind, source_id, entry_id, line_no, reference, dated_on, due_on, currency, amount_minor, base_minor, recorded_at) "
        "select %1$lld, n + 10000000, (select id from account where company_id = %1$lld and purpose = 'receivables'), party, 'payment', 'paid', n, n + 10000000, 1, 'bank', date(d, '20 days'), date(d, '20 days'), 'EUR', -500, -500, n from n where n %% 20 = 0",
        "insert into allocation (company_id, id, effective_on, recorded_at, user_id, reason) select %1$lld, n, date(d, '20 days'), n, 1, 'part' from n where n %% 20 = 0",
        "insert into allocation_line (company_id, allocation_id, item_id, effective_on, recorded_at, amount_minor, base_minor) select %1$lld, n, n, date(d, '20 days'), n, 500, 500 from n where n %% 20 = 0",
        "insert into allocation_line (company_id, allocation_id, item_id, effective_on, recorded_at, amount_minor, base_minor) select %1$lld, n, n + 10000000, date(d, '20 days'), n, -500, -500 from n where n %% 20 = 0",
        "insert into item_rest (company_id, item_id, account_id, party_id, due_on, amount_minor, rest_minor, rest_base_minor) "
        "select company_id, id, account_id, party_id, due_on, amount_minor, case when kind = 'payment' then 0 when id %% 20 = 0 then amount_minor - 500 else amount_minor end, "
        "case when kind = 'payment' then 0 when id %% 20 = 0 then amount_minor - 500 else amount_minor end from open_item",
        "insert into due_total (company_id, account_id, due_on, rest_base_minor, item_count) select company_id, account_id, due_on, sum(rest_base_minor), count(*) from item_rest group by 1, 2, 3",
        "insert into account_month (company_id, account_id, month_on, debit_minor, credit_minor, line_count) "
        "select company_id, account_id, substr(dated_on, 1, 7) || '-01', sum(max(base_minor, 0)), sum(max(-base_minor, 0)), count(*) from entry_line group by 1, 2, 3",
        "drop table n", "commit", "analyze", "pragma wal_checkpoint(truncate)",
    };
    sqlite3 *db;
    int64_t from = clock_us();
    if (sqlite3_open(str_format(arena, "%s/florin.db", folder).at, &db) != SQLITE_OK) exit(70);
    sql_must(db, "pragma synchronous = off; pragma temp_store = memory; pragma cache_size = -400000; begin");
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        char text[2000];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, steps[i], (long long)company, 0LL, (long long)items);
#pragma GCC diagnostic pop
        sql_must(db, text);
    }
    sqlite3_close(db);
    printf("%lld open items and %lld payments made in %.1f s\n", (long long)items, (long long)items / 20,
           (double)(clock_us() - from) / 1e6);
}

/* As the job of `florin serve` does it. */
static void pack(struct arena *arena, struct books *books)
{
    struct work work = given_work(arena);
    int64_t packed, from = clock_us();
    must(ledger_pack_due(&work, books, 5000, 1000, &packed));
    printf("%lld months packed in %.2f s, in as many transactions\n", (long long)packed, (double)(clock_us() - from) / 1e6);
}

static void unpack(struct arena *arena)
{
    sqlite3 *db;
    if (sqlite3_open(str_format(arena, "%s/florin.db", folder).at, &db) != SQLITE_OK) exit(70);
    sql_must(db, "delete from aged_month");
    sqlite3_close(db);
}

/* ---- Timing ---- */

static int by_time(const void *a, const void *b)
{
    return (*(const int64_t *)a > *(const int64_t *)b) - (*(const int64_t *)a < *(const int64_t *)b);
}
static int64_t cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}
static int64_t median(int64_t *times) { return qsort(times, TIMES, sizeof *times, by_time), times[TIMES / 2]; }

static int64_t our_ageing(struct books *books, struct date as_of, bool parties, int64_t *total)
{
    int64_t times[TIMES];
    for (int i = 0; i < TIMES; i++) {
        struct arena *arena = arena_new((size_t)1 << 32);
        struct work work = given_work(arena);
        struct ageing ageing = { 0 };
        const struct ageing_takes takes = { .side = REPORT_RECEIVABLES, .as_of = as_of, .by_party = parties };
        work.reading = true;
        int64_t from = cpu_us();
        must(db_begin(&work, books));
        must(report_ageing(&work, &takes, &ageing));
        db_rollback(&work);
        times[i] = cpu_us() - from;
        *total = ageing.total_minor;
        arena_free(arena);
    }
    return median(times);
}

static int64_t their_group_by(struct arena *arena, struct date as_of, bool parties, int64_t *total)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    int64_t times[TIMES];
    char day[4][11];
    if (sqlite3_open_v2(str_format(arena, "%s/florin.db", folder).at, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) exit(70);
    sql_must(db, "pragma cache_size = -400000; pragma mmap_size = 4000000000; pragma temp_store = memory");
    for (int i = 0; i < 4; i++) date_format(date_add_days(as_of, -30 * i), day[i]);
    struct str text = str_format(arena,
        "select %s case when i.due_on >= '%s' then 0 when i.due_on >= '%s' then 1 when i.due_on >= '%s' then 2 when i.due_on >= '%s' then 3 else 4 end as bucket, "
        "sum(i.base_minor - coalesce(x.base_minor, 0)) from open_item i left join (select item_id, sum(base_minor) as base_minor from allocation_line where company_id = %lld and effective_on <= '%s' "
        "group by item_id) x on x.item_id = i.id where i.company_id = %lld and i.account_id = (select id from account where company_id = %lld and purpose = 'receivables') and i.dated_on <= '%s' group by %s",
        parties ? "i.party_id, " : "", day[0], day[1], day[2], day[3], (long long)company, day[0], (long long)company,
        (long long)company, day[0], parties ? "1, 2" : "1");
    if (sqlite3_prepare_v2(db, text.at, -1, &st, NULL) != SQLITE_OK) exit(70);
    for (int i = 0; i < TIMES; i++) {
        int64_t from = cpu_us();
        *total = 0;
        while (sqlite3_step(st) == SQLITE_ROW) *total += sqlite3_column_int64(st, parties ? 2 : 1);
        sqlite3_reset(st);
        times[i] = cpu_us() - from;
    }
    sqlite3_finalize(st);
    sqlite3_close(db);
    return median(times);
}

/* least 0: only said, beside what it is without packs. */
static bool compare(struct arena *arena, struct books *books, const char *what, struct date as_of, bool parties, double least)
{
    int64_t ours_total, their_total, ours = our_ageing(books, as_of, parties, &ours_total),
                                     theirs = their_group_by(arena, as_of, parties, &their_total);
    double ratio = (double)theirs / (double)(ours ? ours : 1);
    printf("ageing %-32s %9.2f ms   GROUP BY %9.2f ms   %.1f x%s\n", what, (double)ours / 1e3, (double)theirs / 1e3, ratio,
           ours_total == their_total ? "" : "   TOTALS DIFFER");
    char name[80];
    snprintf(name, sizeof name, "GROUP BY / ageing %s", what);
    return (least <= 0 || target_at_least(name, ratio, "x", least)) && ours_total == their_total;
}

/* ---- Trial balance ---- */

struct balance_takes { struct date from_on, to_on; };
struct trial_balance { LIST_OF(char) accounts; int64_t debit_minor, credit_minor; };

static int64_t our_balance(struct books *books, int64_t *debit)
{
    const struct operation_table tables[] = { ledger_charts };
    const struct balance_takes takes = { { 20240101 }, { 20261231 } };
    int64_t times[TIMES];
    for (int i = 0; i < TIMES; i++) {
        struct arena *arena = arena_new((size_t)1 << 30);
        struct operations operations;
        operations_prepare(arena, tables, 1, &operations);
        struct work work = given_work(arena);
        struct trial_balance out = { 0 };
        int64_t from = cpu_us();
        must(operation_call(&work, books, &operations, "ledger balance", &takes, &out));
        times[i] = cpu_us() - from;
        *debit = out.debit_minor;
        arena_free(arena);
    }
    return median(times);
}

static int64_t ledgers_balance(struct arena *arena)
{
    struct str file = str_format(arena, "%s/journal", folder);
    FILE *f = fopen(file.at, "w");
    if (!f) exit(70);
    for (int64_t n = 1; n <= items; n++) {
        char day[11];
        date_format(date_add_days((struct date){ 20240101 }, (int)(n * 7919 % 731)), day);
        int64_t minor = 1000 + n * 31 % 90000;
        fprintf(f, "%s Invoice %lld\n    Assets:Receivables  EUR %lld.%02lld\n    Income:Sales\n\n", day, (long long)n,
                (long long)minor / 100, (long long)minor % 100);
    }
    fclose(f);
    struct rusage before, after; /* of children */
    getrusage(RUSAGE_CHILDREN, &before);
    int code = system(str_format(arena, "ledger --args-only -f %s balance > /dev/null", file.at).at);
    getrusage(RUSAGE_CHILDREN, &after);
    int64_t took = (after.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_utime.tv_sec - before.ru_stime.tv_sec) *
                       INT64_C(1000000) +
                   after.ru_utime.tv_usec + after.ru_stime.tv_usec - before.ru_utime.tv_usec - before.ru_stime.tv_usec;
    unlink(file.at);
    return code ? -1 : took;
}

static void remove_folder(struct arena *arena)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') unlink(str_format(arena, "%s/%s", folder, e->d_name).at);
    if (d) closedir(d);
    rmdir(folder);
}

int main(int count, char **words)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct books *books;
    bool with_ledger = true, good = true;
    int64_t debit;
    for (int i = 1; i < count; i++)
        if (!strcmp(words[i], "--no-ledger")) with_ledger = false;
        else if (!str_to_int(str_of(words[i]), &items) || items < 1 || items > 5000000) return 64;
    if (!mkdtemp(folder)) return 70;
    log_set_level(LOG_WARNING);
    make_company(arena);
    fill(arena);
    must(books_open(arena, str_of(folder), &books));
    pack(arena, books);
    good &= compare(arena, books, "today, totals", (struct date){ 20260131 }, false, 100);
    good &= compare(arena, books, "a month ago, totals", (struct date){ 20251130 }, false, 5);
    good &= compare(arena, books, "half a year ago, totals", (struct date){ 20250630 }, false, 5);
    good &= compare(arena, books, "in the midst of a month, totals", (struct date){ 20250716 }, false, 5);
    good &= compare(arena, books, "a year ago, totals", (struct date){ 20241231 }, false, 5);
    good &= compare(arena, books, "today, by party", (struct date){ 20260131 }, true, 5);
    good &= compare(arena, books, "a month ago, by party", (struct date){ 20251130 }, true, 5);
    good &= compare(arena, books, "in the midst of a month, by party", (struct date){ 20250716 }, true, 5);
    good &= compare(arena, books, "a year ago, by party", (struct date){ 20241231 }, true, 5);
    unpack(arena);
    good &= compare(arena, books, "today, totals, unpacked", (struct date){ 20260131 }, false, 100);
    good &= compare(arena, books, "half a year ago, totals, unpacked", (struct date){ 20250630 }, false, 0);
    int64_t ours = our_balance(books, &debit), theirs = with_ledger ? ledgers_balance(arena) : 0;
    printf("trial balance of the two years     %9.2f ms   ledger   %9.0f ms\n", (double)ours / 1e3, (double)theirs / 1e3);
    if (theirs > 0) good &= target_at_least("ledger / trial balance", (double)theirs / (double)ours, "x", 1000);
    books_close(books);
    remove_folder(arena);
    arena_free(arena);
    return good ? 0 : 1;
}
