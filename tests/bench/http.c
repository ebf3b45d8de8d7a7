/* A JSON read of one record through HTTP against nginx's `return` of the same bytes: CPU of the server for each request, on SQLite. All take
 * turns of a second under the same wrk (one thread, 32 connections, kept alive), and the middle of the rounds counts: what else the machine does
 * hits all of them. nginx has two workers, never ends a connection, and writes its access log to /dev/null, as ours is. The record is read in a
 * transaction by one statement and made JSON; who asks is not looked up there, which nginx does not do either. Beside it the whole
 * program: `florin serve`, a token that is looked up and confirmed, and `GET /invoices/{id}` with all that an invoice shows, against
 * nginx's `return` of as many bytes. Nothing of an answer is kept: each is read from the books.
 * Then the start: from exec to the first answer. Targets: at most 3 times nginx; under 200 ms. */
#include "doors/doors.h"
#include "serve.h"
#include "target.h"
#include <pthread.h>
#include <time.h>

enum { ROUNDS = 5, PORT = 18095 };

struct bench_note {
    struct {
        int64_t n;
    } id;
    struct str number, party, currency;
    int64_t total_minor;
    struct date issued_on, due_on;
    int64_t version;
};
RECORD(bench_note, {
    ID(struct bench_note, id),
    FIELD(struct bench_note, number),
    FIELD(struct bench_note, party),
    FIELD(struct bench_note, currency),
    AMOUNT(struct bench_note, total_minor, .currency = "currency"),
    FIELD(struct bench_note, issued_on),
    FIELD(struct bench_note, due_on),
    FIELD(struct bench_note, version),
});
struct bench_key {
    struct {
        int64_t n;
    } id;
};
RECORD(bench_key, { ID(struct bench_key, id) });
static const struct fault_type missing = { FAULT_MISSING, "bench.missing", "Nothing {id}." };
static const char *const by_company[] = { "company_id", "id" };
static const struct sql make = {
    .name = "bench_make",
    .text =
        "create table bench_note (company_id bigint, id bigint, number text, party text, currency text, total_minor bigint, issued_on text, due_on text, version bigint, primary key (company_id, id))"
};
static const struct sql fill = {
    .name = "bench_fill",
    .text =
        "insert into bench_note values ($1, $2, '2025-000123', 'Bakkerij De Ochtend B.V.', 'EUR', 125000, '2025-01-31', '2025-03-02', 3)",
    .params = by_company,
    .param_count = 2
};
static const struct sql read_one = {
    .name = "bench_read",
    .text =
        "select id, number, party, currency, total_minor, issued_on, due_on, version from bench_note where company_id = $1 and id = $2",
    .params = by_company,
    .param_count = 2
};

static struct fault *bench_show(struct work *work, const struct bench_key *takes, struct bench_note *note)
{
    return db_one(work, &read_one, GIVEN(bench_key, takes), INTO(bench_note, note), &missing);
}
CALLABLE(bench_show, bench_key, bench_note);
static const struct operation operations[] = {
    { .command = "note show",
      .method = "GET",
      .path = "/notes/{id}",
      .needs = "note.read",
      .flags = OPERATION_READS,
      .call = &bench_show_call,
      .summary = "Show" },
};
static struct operations all;

static struct fault *identify(struct work *work, struct books *books, const struct operations *operations_,
                              struct str bearer, struct str cookie, struct str csrf, struct str company)
{
    (void)books, (void)operations_, (void)bearer, (void)cookie, (void)csrf, (void)company;
    work->user_id = work->company_id = 1;
    permissions_allow(&work->permissions, permission_number(&all, STR("note.read")));
    return NULL;
}

static void done(struct fault *fault)
{
    if (!fault) return;
    fprintf(stderr, "%s %s\n", fault->type->code, fault->detail ? fault->detail : "");
    exit(1);
}

/* The server's own process: says its port, serves until it is told to stop. */
static int serve(int say)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct operation_table table = { "bench", operations, ARRAY_LENGTH(operations) };
    struct doors doors = { .operations = &all, .identify = identify };
    struct http *http;
    sigset_t ends;
    int which;
    log_set_level(LOG_INFO);
    if (!freopen("/dev/null", "w", stderr)) return 1; /* the access log is written, as it is in life */
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    operations_prepare(arena, &table, 1, &all);
    done(books_open(arena, STR(":memory:"), &doors.books));
    done(books_migrate(arena, doors.books));
    struct work work = door_work(&doors, arena, "bench");
    struct bench_key key = { .id = { 7 } };
    work.company_id = 1;
    done(db_begin(&work, doors.books));
    done(db_run(&work, &make, NONE));
    done(db_run(&work, &fill, GIVEN(bench_key, &key)));
    done(db_commit(&work));
    done(http_start(arena, &doors, &(struct http_settings){ .address = STR("127.0.0.1") }, &http));
    int port = http_port(http);
    if (write(say, &port, sizeof port) != sizeof port) return 1;
    sigwait(&ends, &which);
    http_stop(http, 1000);
    books_close(doors.books);
    return 0;
}

/* One of those that are measured: its processes, what is asked, and of each round the nanoseconds of CPU for one request. */
struct rival {
    const char *what, *path, *token, *pids;
    int port;
    size_t against;
    int64_t ns[ROUNDS], rate;
    double ratios[ROUNDS];
};

static int64_t cpu_ns(const char *pids)
{
    int64_t sum = 0;
    char list[200], *save = NULL;
    snprintf(list, sizeof list, "%s", pids);
    for (char *pid = strtok_r(list, " \n", &save); pid; pid = strtok_r(NULL, " \n", &save)) {
        clockid_t clock;
        struct timespec used;
        if (!clock_getcpuclockid(atoi(pid), &clock) && !clock_gettime(clock, &used))
            sum += (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
    }
    return sum;
}

static void measure(struct rival *r, int round)
{
    char command[400], line[300];
    long long requests = 0;
    int64_t before = cpu_ns(r->pids), from = clock_us();
    snprintf(command, sizeof command, "wrk -t1 -c32 -d1s -H 'Authorization: Bearer %s' http://127.0.0.1:%d%s", r->token,
             r->port, r->path);
    FILE *f = popen(command, "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strstr(line, "requests in")) sscanf(line, "%lld", &requests);
        if (strstr(line, "Non-2xx")) printf("  %s: %s", r->what, line);
    }
    if (f) pclose(f);
    need(requests > 0, r->what);
    r->rate = requests * 1000000 / (clock_us() - from);
    r->ns[round] = (cpu_ns(r->pids) - before) / requests;
}

/* An invoice of one line at the program that is served; its path. */
static void invoice_make(const struct served *s, char *path, size_t room)
{
    static char text[1 << 16];
    static const char *const paths[] = { "/parties", "/invoices" }, *const ids[] = { "\"id\":", "\"invoice\":{\"id\":" };
    long long id = 0;
    int fd = served_connect(s);
    for (int i = 0; i < 2; i++) {
        char request[2000], body[400];
        size_t got = 0;
        if (i)
            snprintf(
                body, sizeof body,
                "{\"party_id\":%lld,\"lines\":[{\"description\":\"Uren\",\"quantity\":\"8\",\"price\":\"80\",\"vat_code\":\"21\"}]}",
                id);
        else
            snprintf(
                body, sizeof body,
                "{\"name\":\"Klant B.V.\",\"is_customer\":true,\"street\":\"Oudegracht 1\",\"postal_code\":\"3511 AB\",\"city\":\"Utrecht\"}");
        int length = snprintf(
            request, sizeof request,
            "POST /api/v1%s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
            "Content-Length: %zu\r\n\r\n%s",
            paths[i], s->token, strlen(body), body);
        need(send(fd, request, (size_t)length, MSG_NOSIGNAL) == length, "sending");
        const char *at = NULL;
        while (!at || !strchr(at, ',')) {
            ssize_t n = recv(fd, text + got, sizeof text - 1 - got, 0);
            need(n > 0, "receiving");
            got += (size_t)n;
            text[got] = 0;
            at = strstr(text, "\r\n\r\n") ? strstr(strstr(text, "\r\n\r\n"), ids[i]) : NULL;
        }
        id = atoll(at + strlen(ids[i]));
    }
    close(fd);
    snprintf(path, room, "/api/v1/invoices/%lld", id);
}

static int by_value(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Round after round; the ratios to the one that each is held against, the smallest first. */
static void measure_all(struct rival *rivals, size_t count)
{
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < count; i++) measure(&rivals[i], round);
        for (size_t i = 0; i < count; i++)
            rivals[i].ratios[round] = (double)rivals[i].ns[round] / (double)rivals[rivals[i].against].ns[round];
    }
    for (size_t i = 0; i < count; i++) {
        struct rival *r = &rivals[i];
        qsort(r->ratios, ROUNDS, sizeof *r->ratios, by_value);
        int64_t ns = quantile(r->ns, ROUNDS, 500);
        printf("%s: %lld.%lld us CPU a request (%.2f x nginx; %.2f to %.2f), %lld a second\n", r->what, (long long)(ns / 1000),
               (long long)(ns % 1000 / 100), r->ratios[ROUNDS / 2], r->ratios[0], r->ratios[ROUNDS - 1], (long long)r->rate);
    }
}

/* It answers / with a record, and /invoice with `invoice`. */
static const char *nginx_start(char *pids, size_t size, const char *invoice)
{
    static char folder[] = "/tmp/florin-nginx-XXXXXX";
    char path[200];
    if (!mkdtemp(folder)) return NULL;
    snprintf(path, sizeof path, "%s/nginx.conf", folder);
    FILE *f = fopen(path, "w");
    if (!f) return NULL;
    fprintf(
        f,
        "daemon on; pid %s/pid; error_log %s/error; worker_processes 2; events { worker_connections 256; }\n"
        "http { access_log /dev/null; keepalive_requests 100000000; client_body_temp_path %s/b; proxy_temp_path %s/p; fastcgi_temp_path %s/f; uwsgi_temp_path %s/u; scgi_temp_path %s/s;\n"
        "server { listen 127.0.0.1:18099; location / { default_type application/json; return 200 '"
        "{\"id\":7,\"number\":\"2025-000123\",\"party\":\"Bakkerij De Ochtend B.V.\",\"currency\":\"EUR\",\"total\":\"1250.00\",\"issued_on\":\"2025-01-31\",\"due_on\":\"2025-03-02\",\"version\":3}'; } location /invoice { default_type application/json; return 200 '%s'; } } }\n",
        folder, folder, folder, folder, folder, folder, folder, invoice);
    fclose(f);
    char command[300];
    snprintf(command, sizeof command, "nginx -c %s/nginx.conf 2>/dev/null && sleep 0.3 && pgrep -P $(cat %s/pid)",
             folder, folder);
    FILE *p = popen(command, "r");
    size_t n = p ? fread(pids, 1, size - 1, p) : 0;
    pids[n] = 0;
    if (p) pclose(p);
    for (char *c = pids; *c; c++)
        if (*c == '\n') *c = ' ';
    return n ? folder : NULL;
}

static bool startup(void)
{
    const char *binary = getenv("FLORIN_BINARY");
    char folder[] = "/tmp/florin-start-XXXXXX", data[100], request[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", answer[200];
    bool good = true;
    if (!binary || !mkdtemp(folder)) return printf("FLORIN_BINARY names no program to start\n"), false;
    for (int round = 0; round < 2; round++) { /* new books, then books that are there */
        int64_t from = clock_us();
        pid_t pid = fork();
        snprintf(data, sizeof data, "--data=%s", folder);
        if (!pid) {
            setenv("FLORIN_HTTP_PORT", "18098", 1);
            if (freopen("/dev/null", "w", stderr)) execl(binary, binary, "serve", data, (char *)NULL);
            _exit(127);
        }
        bool up = false;
        while (!up && clock_us() - from < 5000000) {
            int fd = socket(AF_INET, SOCK_STREAM, 0);
            struct sockaddr_in to = { .sin_family = AF_INET,
                                      .sin_port = htons(18098),
                                      .sin_addr = { htonl(INADDR_LOOPBACK) } };
            if (!connect(fd, (struct sockaddr *)&to, sizeof to) && send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
                up = recv(fd, answer, sizeof answer, 0) > 0;
            close(fd);
            if (!up) usleep(1000);
        }
        good &= target_at_most(round ? "serve: start to first answer, books there" : "serve: start to first answer, new books",
                               (double)(clock_us() - from) / 1000, "ms", 200);
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    }
    return good;
}

int main(void)
{
    int says[2], port = 0;
    char nginx[200] = "", ours[20], whole[20], path[100];
    if (pipe(says)) return 1;
    pid_t pid = fork();
    if (!pid) return serve(says[1]);
    if (read(says[0], &port, sizeof port) != sizeof port) return 1;
    struct arena *arena = arena_new((size_t)1 << 30);
    log_set_level(LOG_ERROR);
    struct served served = served_make(arena, "/tmp");
    served_start(&served, PORT);
    invoice_make(&served, path, sizeof path);
    int fd = served_connect(&served);
    static char answer[1 << 16];
    served_get(&served, fd, path + strlen("/api/v1"), answer, sizeof answer);
    close(fd);
    const char *invoice = strstr(answer, "\r\n\r\n") + 4;
    need(!strpbrk(invoice, "'$\\"), "an invoice that nginx takes as it is");
    const char *folder = nginx_start(nginx, sizeof nginx, invoice);
    need(folder != NULL, "nginx");
    snprintf(ours, sizeof ours, "%d", (int)pid);
    snprintf(whole, sizeof whole, "%d", (int)served.pid);
    struct rival rivals[] = {
        { .what = "nginx return of a record", .path = "/", .token = "x", .pids = nginx, .port = 18099, .against = 0 },
        { .what = "JSON read of one record",
          .path = "/api/v1/notes/7",
          .token = "x",
          .pids = ours,
          .port = port,
          .against = 0 },
        { .what = "nginx return of an invoice",
          .path = "/invoice",
          .token = served.token,
          .pids = nginx,
          .port = 18099,
          .against = 2 },
        { .what = "florin serve, that invoice",
          .path = path,
          .token = served.token,
          .pids = whole,
          .port = PORT,
          .against = 2 },
        { .what = "/healthz", .path = "/healthz", .token = "x", .pids = ours, .port = port, .against = 0 },
    };
    printf("the invoice: %zu bytes of JSON\n", strlen(invoice));
    measure_all(rivals, ARRAY_LENGTH(rivals));
    char command[200];
    snprintf(command, sizeof command, "kill $(cat %s/pid); sleep 0.2; rm -rf %s", folder, folder);
    if (system(command)) printf("  nginx is still there\n");
    served_end(&served);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    bool good = target_at_most("JSON read through HTTP / nginx return, CPU", rivals[1].ratios[ROUNDS / 2], "x", 3);
    good &= target_at_most("JSON read of an invoice, token and all / nginx return of as many bytes, CPU",
                           rivals[3].ratios[ROUNDS / 2], "x", 3);
    arena_free(arena);
    return startup() && good ? 0 : 1;
}
