/* What others wait while a thousand invoices are made final, four at a time, their PDFs drawn behind the commits: one client reads a customer,
 * one posts an entry, over and over, before it (five seconds) and meanwhile, and until five seconds after the last. `florin serve` on SQLite.
 * Targets: p99 of the read at most 50 ms, of the posting at most 150 ms. Usage: FLORIN_BINARY=… bench_latency [invoices [folder]] */
#include "serve.h"
#include "target.h"
#include <pthread.h>
#include <stdatomic.h>

enum { FINALISERS = 4, PORT = 18096, MOST = 2000000, QUIET_US = 5000000 };
static struct served served;
static int64_t invoices = 1000, customer, *ids;
static atomic_long next_invoice, now_done;
static atomic_bool ended;

/* One request and its whole answer; the body of it in `text`. */
static int64_t ask(int fd, const char *method, const char *path, const char *body, char *text, size_t room)
{
    char request[2000];
    size_t got = 0, whole = 0;
    int64_t from = clock_us();
    int length = snprintf(
        request, sizeof request,
        "%s /api/v1%s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        method, path, served.token, strlen(body), body);
    need(send(fd, request, (size_t)length, MSG_NOSIGNAL) == length, "sending");
    while (!whole || got < whole) {
        ssize_t n = recv(fd, text + got, room - 1 - got, 0);
        need(n > 0, "receiving");
        got += (size_t)n;
        text[got] = 0;
        char *end = strstr(text, "\r\n\r\n"), *said = strcasestr(text, "content-length:");
        if (!whole && end && said) whole = (size_t)(end + 4 - text) + (size_t)atoll(said + 15);
    }
    if (atoi(text + 9) != 200) fprintf(stderr, "%s %s\n%.600s\n", method, path, text), exit(70);
    return clock_us() - from;
}

static int64_t id_in(const char *text, const char *before)
{
    const char *at = strstr(text, before);
    need(at != NULL, before);
    return atoll(at + strlen(before));
}

static void prepare(void)
{
    static char text[1 << 20];
    char body[400];
    int fd = served_connect(&served);
    ask(fd, "POST", "/parties",
        "{\"name\":\"Klant B.V.\",\"is_customer\":true,\"street\":\"Oudegracht 1\",\"postal_code\":\"3511 AB\",\"city\":\"Utrecht\","
        "\"email\":\"klant@klant.example\",\"delivery\":\"letter\"}",
        text, sizeof text);
    customer = id_in(strstr(text, "\r\n\r\n"), "\"id\":");
    ids = calloc((size_t)invoices, sizeof *ids);
    need(ids != NULL, "memory");
    for (int64_t i = 0; i < invoices; i++) {
        snprintf(
            body, sizeof body,
            "{\"party_id\":%lld,\"lines\":[{\"description\":\"Uren week %lld\",\"quantity\":\"%lld\",\"price\":\"80\",\"vat_code\":\"21\"}]}",
            (long long)customer, (long long)(i % 52 + 1), (long long)(i % 40 + 1));
        ask(fd, "POST", "/invoices", body, text, sizeof text);
        ids[i] = id_in(text, "\"invoice\":{\"id\":");
    }
    close(fd);
}

/* What the law wants on an invoice; by the command line, before the server runs. */
static void complete_company(struct arena *arena)
{
    struct str command = str_format(
        arena,
        "%s company change --data %s --name Bench --legal_name 'Bench B.V.' --language nl --kvk_number 12345678 --vat_number NL123456782B12 "
        "--street 'Dam 1' --postal_code '1012 JS' --city Amsterdam --email bench@example.nl --iban NL91ABNA0417164300 --version 1 >/dev/null",
        getenv("FLORIN_BINARY"), served.folder);
    need(!system(command.at), "company change");
}

struct watch { pthread_t thread; const char *method, *path, *body; int64_t *us; size_t count; };

static void *watch_run(void *context)
{
    struct watch *w = context;
    static _Thread_local char text[1 << 17];
    int fd = served_connect(&served);
    while (!ended && w->count < MOST) {
        w->us[w->count++] = ask(fd, w->method, w->path, w->body, text, sizeof text);
        usleep(2000); /* a person, not a flood */
    }
    close(fd);
    return NULL;
}

static void *finalise_run(void *context)
{
    static _Thread_local char text[1 << 20];
    char path[100], body[100];
    int fd = served_connect(&served);
    (void)context;
    for (long i; (i = atomic_fetch_add(&next_invoice, 1)) < invoices; now_done++) {
        snprintf(path, sizeof path, "/invoices/%lld/finalise", (long long)ids[i]);
        snprintf(body, sizeof body, "{\"version\":1}");
        ask(fd, "POST", path, body, text, sizeof text);
    }
    close(fd);
    return NULL;
}

struct waits { double read_p50, read_p99, post_p50, post_p99; };

/* What both wait, for five seconds, and when `busy` from the first of the invoices on. */
static struct waits watch(bool busy)
{
    char path[100];
    pthread_t finalisers[FINALISERS];
    snprintf(path, sizeof path, "/parties/%lld", (long long)customer);
    struct watch watches[2] = {
        { .method = "GET", .path = path, .body = "" },
        { .method = "POST",
          .path = "/entries",
          .body =
              "{\"dated_on\":\"2026-01-15\",\"description\":\"Bench\",\"lines\":[{\"account\":\"4300\",\"base\":\"1.00\"},{\"account\":\"0500\",\"base\":\"-1.00\"}]}" },
    };
    ended = false;
    for (int i = 0; i < 2; i++) {
        watches[i].us = malloc(MOST * sizeof(int64_t));
        need(watches[i].us != NULL, "memory");
        pthread_create(&watches[i].thread, NULL, watch_run, &watches[i]);
    }
    int64_t from = clock_us();
    for (int i = 0; busy && i < FINALISERS; i++) pthread_create(&finalisers[i], NULL, finalise_run, NULL);
    for (int i = 0; busy && i < FINALISERS; i++) pthread_join(finalisers[i], NULL);
    if (busy) printf("%lld invoices made final in %.1f s\n", (long long)invoices, (double)(clock_us() - from) / 1e6);
    usleep(QUIET_US);
    ended = true;
    for (int i = 0; i < 2; i++) pthread_join(watches[i].thread, NULL);
    struct watch *read = &watches[0], *post = &watches[1];
    struct waits waits = { (double)quantile(read->us, read->count, 500) / 1e3,
                           (double)quantile(read->us, read->count, 990) / 1e3,
                           (double)quantile(post->us, post->count, 500) / 1e3,
                           (double)quantile(post->us, post->count, 990) / 1e3 };
    printf("%-22s read p50 %6.2f ms  p99 %7.2f ms (%zu)   posting p50 %6.2f ms  p99 %7.2f ms (%zu)\n",
           busy ? "meanwhile" : "before", waits.read_p50, waits.read_p99, read->count, waits.post_p50, waits.post_p99,
           post->count);
    free(read->us);
    free(post->us);
    return waits;
}

int main(int count, char **words)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    if (count > 1) invoices = atoll(words[1]);
    log_set_level(LOG_ERROR);
    setvbuf(stdout, NULL, _IOLBF, 0);
    served = served_make(arena, count > 2 ? words[2] : "/tmp");
    need(getenv("FLORIN_BINARY") != NULL, "FLORIN_BINARY");
    complete_company(arena);
    served_start(&served, PORT);
    prepare();
    watch(false);
    struct waits waits = watch(true);
    bool good = target_at_most("a read while 1,000 invoices are made final, p99", waits.read_p99, "ms", 50);
    good &= target_at_most("a posting while 1,000 invoices are made final, p99", waits.post_p99, "ms", 150);
    served_end(&served);
    free(ids);
    arena_free(arena);
    return !good;
}
