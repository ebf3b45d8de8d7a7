/* What a person waits for in the web application, on a company of 1,000,000 invoices: the weight of the first page [< 450 KB gzip], until
 * home can be used in Chromium on loopback [<= 1 s], lists as the screens ask for them, scrolled and filtered [p95 < 150 ms a request], the list
 * of invoices in Chromium itself, scrolled, sorted and filtered [p95 < 150 ms, as the page sees it], the
 * search box [p95 < 150 ms for each of its questions], and the reports that home shows [the slowest < 3 s; they run beside the page].
 * Usage: FLORIN_BINARY=… bench_web [invoices [postgresql://…]]; from the root of the tree (web/dist, tests/bench/web_*.mjs) */
#include "million.h"
#include "target.h"

enum { PORT = 18097, TIMES = 12, PAGES = 25 };
static struct served served;
static char answer[16 << 20];

/* ---- Asking ---- */

static int64_t get(int fd, const char *target) { return served_get(&served, fd, target, answer, sizeof answer); }

struct sample { int64_t us[4000]; size_t count; };
static struct sample lists, searches;
static int64_t slowest_report;

static void show(const char *what, int64_t *us, size_t count)
{
    printf("  %-58s p50 %7.1f ms   most %7.1f ms\n", what, (double)quantile(us, count, 500) / 1e3,
           (double)quantile(us, count, 1000) / 1e3);
    fflush(stdout);
}

static void ask(struct sample *sample, int fd, const char *what, const char *target)
{
    int64_t own[TIMES];
    for (int i = 0; i < TIMES; i++) own[i] = sample->us[sample->count++] = get(fd, target);
    show(what, own, TIMES);
}

/* As a person scrolls: fifty rows and the next fifty, by the cursor. */
static void scroll(int fd, const char *what, const char *base)
{
    int64_t own[PAGES];
    size_t pages = 0;
    char target[1500];
    snprintf(target, sizeof target, "%s", base);
    for (bool more = true; more && pages < PAGES;) {
        own[pages] = lists.us[lists.count++] = get(fd, target);
        pages++;
        const char *next = strstr(answer, "\"next\":\"");
        more = next != NULL;
        if (more) snprintf(target, sizeof target, "%s&after=%.*s", base, (int)strcspn(next + 8, "\""), next + 8);
    }
    show(what, own, pages);
}

static void report(int fd, const char *what, const char *target)
{
    int64_t own[3];
    for (int i = 0; i < 3; i++) own[i] = get(fd, target);
    show(what, own, 3); /* the most is the first, which works it out; the others are given what it found (OPERATION_FIGURES) */
    if (quantile(own, 3, 1000) > slowest_report) slowest_report = quantile(own, 3, 1000);
}

static void ask_lists(int fd)
{
    scroll(fd, "invoices, newest first, scrolled", "/invoices?limit=50");
    scroll(fd, "invoices, by day, scrolled", "/invoices?limit=50&sort=-issued_on");
    scroll(fd, "invoices that are overdue, by due day, scrolled", "/invoices?limit=50&payment=overdue&sort=due_on");
    scroll(fd, "invoices of a month, scrolled",
           "/invoices?limit=50&issued_on.ge=2026-03-01&issued_on.le=2026-03-31&sort=-issued_on");
    scroll(fd, "invoices of a customer, scrolled", "/invoices?limit=50&party_id=500");
    ask(&lists, fd, "invoices whose number holds digits", "/invoices?limit=50&number.has=0999");
    ask(&lists, fd, "invoices of an amount", "/invoices?limit=50&total=123.45");
    ask(&lists, fd, "invoices by amount", "/invoices?limit=50&sort=-total");
    scroll(fd, "invoices, the most open first, scrolled", "/invoices?limit=50&sort=-open");
    scroll(fd, "invoices by customer, scrolled", "/invoices?limit=50&sort=customer_name");
    scroll(fd, "invoices of who is called so, by day", "/invoices?limit=50&customer_name.has=4711&sort=-issued_on");
    ask(&lists, fd, "draft invoices", "/invoices?limit=50&state=draft");
    ask(&lists, fd, "invoices whose mail bounced", "/invoices?limit=50&sent.in=bounced,failed");
    scroll(fd, "bills, newest first, scrolled", "/bills?limit=50&sort=-received_at");
    ask(&lists, fd, "bills of a supplier called so", "/bills?limit=50&sort=-received_at&supplier.has=5123");
    scroll(fd, "items by due day, scrolled", "/items?limit=50&sort=due_on");
    scroll(fd, "items of a month by due day, scrolled",
           "/items?limit=50&sort=due_on&dated_on.ge=2026-03-01&dated_on.le=2026-03-31");
    scroll(fd, "invoices due in a month, newest first, scrolled",
           "/invoices?limit=50&sort=-issued_on&due_on.ge=2026-03-01&due_on.le=2026-03-31");
    ask(&lists, fd, "invoices that were delivered", "/invoices?limit=50&sent=delivered");
    scroll(fd, "entries of sales, scrolled", "/entries?limit=50&sort=-number&journal=sale");
    scroll(fd, "what is due, scrolled", "/payments/due?limit=50&sort=due_on&until=2026-12-22");
    ask(&lists, fd, "what is due of who is called so", "/payments/due?limit=50&sort=due_on&until=2026-12-22&party_name.has=5123");
    ask(&lists, fd, "bank lines whose text holds a number", "/bank-lines?limit=50&sort=-booked_on&remittance.has=F0123457");
    ask(&lists, fd, "entries whose text holds a number", "/entries?limit=50&sort=-number&description.has=F0123456");
    scroll(fd, "open items of customers, by due day, scrolled", "/items?limit=50&control=receivables&rest.ne=0&sort=due_on");
    scroll(fd, "items overdue, scrolled", "/items?limit=50&control=receivables&rest.gt=0&due_on.lt=2026-11-01&sort=due_on");
    scroll(fd, "journal, newest first, scrolled", "/entries?limit=50&sort=-number");
    scroll(fd, "bank lines, newest first, scrolled", "/bank-lines?limit=50&sort=-booked_on");
    scroll(fd, "what is due, by name, scrolled", "/payments/due?limit=50&sort=party_name&until=2026-12-22");
    scroll(fd, "what is due, by discount day, scrolled", "/payments/due?limit=50&sort=discount_on&until=2026-12-22");
    scroll(fd, "bills by supplier, scrolled", "/bills?limit=50&sort=supplier");
    scroll(fd, "bills, the most open first, scrolled", "/bills?limit=50&sort=-open");
    ask(&lists, fd, "bills of which something is open", "/bills?limit=50&sort=-received_at&open.ne=0");
    scroll(fd, "invoices that are open, newest first, scrolled", "/invoices?limit=50&payment=open");
    scroll(fd, "invoices that are open, by due day, scrolled", "/invoices?limit=50&payment=open&sort=due_on");
    ask(&lists, fd, "invoices that are paid in part", "/invoices?limit=50&payment=partly_paid");
    scroll(fd, "entries with a frequent word, scrolled", "/entries?limit=50&sort=-number&description.has=betaling");
    scroll(fd, "entries of payment runs, by day, scrolled", "/entries?limit=50&sort=-dated_on&source_kind=payment_run");
    scroll(fd, "bank lines with a frequent word, scrolled", "/bank-lines?limit=50&sort=-booked_on&remittance.has=levering");
    scroll(fd, "entries behind a VAT code, by day, scrolled",
           "/reports/vat-entries?limit=50&code=21&from_on=2026-07-01&to_on=2026-09-30&sort=-dated_on");
    ask(&lists, fd, "entries behind a VAT code", "/reports/vat-entries?limit=50&code=21&from_on=2026-07-01&to_on=2026-09-30");
    ask(&lists, fd, "ledger card, first page", "/reports/ledger-card?account=1300&from_on=2026-06-01&to_on=2026-06-30&limit=500");
}

static void ask_searches(int fd)
{
    static const char *const words[] = { "F0500000",           "f09999", "123.45", "1.234%2C56", "onderneming%204711",
                                         "NL31INGB0000004711", "4711" };
    static const char *const kinds[] = { "parties", "bills", "invoices", "items", "lines", "entries", "payments" };
    for (size_t k = 0; k < ARRAY_LENGTH(kinds); k++)
        for (size_t w = 0; w < ARRAY_LENGTH(words); w++) {
            char target[200], what[200];
            snprintf(target, sizeof target, "/search/%s?q=%s", kinds[k], words[w]);
            snprintf(what, sizeof what, "search %s: %s", kinds[k], words[w]);
            ask(&searches, fd, what, target);
        }
}

static void ask_reports(int fd)
{
    report(fd, "figures of the day", "/reports/kpi");
    report(fd, "ageing of today", "/reports/ageing?side=receivables");
    report(fd, "ageing by customer", "/reports/ageing?side=receivables&by_party=true");
    report(fd, "cash position", "/reports/cash-position");
    report(fd, "thirteen weeks", "/reports/cash-forecast");
    report(fd, "items of a week", "/reports/cash-items?week=2");
    report(fd, "days sales outstanding", "/reports/dso");
    report(fd, "trends of thirteen months", "/reports/trends");
    report(fd, "balances of a year", "/reports/balances?from_on=2026-01-01&to_on=2026-11-15");
    report(fd, "VAT of a quarter", "/reports/vat?from_on=2026-07-01&to_on=2026-09-30");
}

/* Chromium on home, signed in: bytes of the first load as they came over the wire, and until it can be used. */
static bool first_page(void)
{
    char line[200];
    long long bytes = -1, ms = -1;
    snprintf(line, sizeof line,
             "node tests/bench/web_first.mjs http://127.0.0.1:%d bench@example.nl 'correct horse battery'", PORT);
    FILE *said = popen(line, "re");
    need(said != NULL, "starting node");
    while (fgets(line, sizeof line, said))
        if (sscanf(line, "bytes %lld ms %lld", &bytes, &ms) != 2) fputs(line, stderr);
    need(pclose(said) == 0 && bytes > 0 && ms > 0, "the browser");
    bool light = target_at_most("web: first page, as it comes over the wire", (double)bytes / 1000, "KB", 450);
    return target_at_most("web: home can be used after, 1,000,000 invoices", (double)ms, "ms", 1000) && light;
}

/* Chromium on the list of invoices: scrolled, sorted and filtered, each request as the page sees it. */
static bool scrolled(void)
{
    char line[300];
    long long pages = 0, rows = 0, p50 = 0, p95 = 0, most = 0;
    snprintf(line, sizeof line,
             "node tests/bench/web_scroll.mjs http://127.0.0.1:%d bench@example.nl 'correct horse battery'", PORT);
    FILE *said = popen(line, "re");
    need(said != NULL, "starting node");
    while (fgets(line, sizeof line, said))
        if (sscanf(line, "pages %lld rows %lld p50_us %lld p95_us %lld most_us %lld", &pages, &rows, &p50, &p95, &most) != 5)
            fputs(line, stderr);
    need(pclose(said) == 0 && pages > 0 && p95 > 0, "the browser");
    printf("  the list of invoices in the browser: %lld pages, %lld rows; p50 %.1f ms, most %.1f ms\n", pages, rows,
           (double)p50 / 1e3, (double)most / 1e3);
    return target_at_most("web: a page of invoices scrolled in Chromium, p95", (double)p95 / 1e3, "ms", 150);
}

int main(int count, char **words)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    int64_t invoices = count > 1 ? atoll(words[1]) : 1000000;
    log_set_level(LOG_ERROR);
    setvbuf(stdout, NULL, _IOLBF, 0);
    served = million_books(arena, invoices, count > 2 ? words[2] : NULL);
    served_start(&served, PORT);
    int fd = served_connect(&served);
    get(fd, "/invoices?limit=1");
    ask_lists(fd);
    ask_searches(fd);
    ask_reports(fd);
    bool met =
        target_at_most("web: a page of a list, p95", (double)quantile(lists.us, lists.count, 950) / 1e3, "ms", 150);
    met &= target_at_most("web: one question of the search box, p95",
                          (double)quantile(searches.us, searches.count, 950) / 1e3, "ms", 150);
    met &= target_at_most("web: the slowest report of home, worked out", (double)slowest_report / 1e3, "ms", 3000);
    met &= first_page();
    met &= scrolled();
    close(fd);
    served_end(&served);
    arena_free(arena);
    return !met;
}
