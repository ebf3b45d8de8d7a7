/* A JSON read of one record through HTTP against nginx's `return` of as many bytes: CPU of the server for each request, under
 * the same wrk, on SQLite. Then the start: from exec to the first answer. Target: at most 3 times nginx; under 200 ms. */
#include "doors/doors.h"
#include "target.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 4 };

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

/* User and system time of a process and its children that live, in microseconds. */
static int64_t cpu_us(const char *pids)
{
    int64_t sum = 0;
    char list[200], *rest, *save = NULL;
    snprintf(list, sizeof list, "%s", pids);
    for (char *pid = strtok_r(list, " \n", &save); pid; pid = strtok_r(NULL, " \n", &save)) {
        char path[64], text[1024] = "";
        long long user = 0, kernel = 0;
        snprintf(path, sizeof path, "/proc/%s/stat", pid);
        FILE *f = fopen(path, "r");
        if (f && fgets(text, sizeof text, f) && (rest = strrchr(text, ')')) &&
            sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld", &user, &kernel) == 2)
            sum += (user + kernel) * 1000000 / sysconf(_SC_CLK_TCK);
        if (f) fclose(f);
    }
    return sum;
}

/* Microseconds of the server's CPU for each request; *rate: requests a second. */
static int64_t measure(int port, const char *path, const char *pids, int64_t *rate)
{
    char command[300], line[300];
    long long requests = 0;
    int64_t before = cpu_us(pids);
    snprintf(command, sizeof command, "wrk -t1 -c32 -d%ds -H 'Authorization: Bearer x' http://127.0.0.1:%d%s", SECONDS,
             port, path);
    FILE *f = popen(command, "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strstr(line, "requests in")) sscanf(line, "%lld", &requests);
        if (strstr(line, "Non-2xx")) printf("  %s", line);
    }
    if (f) pclose(f);
    *rate = requests / SECONDS;
    return requests ? (cpu_us(pids) - before) * 1000 / requests : 0; /* in nanoseconds, to have digits */
}

static const char *nginx_start(char *pids, size_t size)
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
        "{\"id\":7,\"number\":\"2025-000123\",\"party\":\"Bakkerij De Ochtend B.V.\",\"currency\":\"EUR\",\"total\":\"1250.00\",\"issued_on\":\"2025-01-31\",\"due_on\":\"2025-03-02\",\"version\":3}'; } } }\n",
        folder, folder, folder, folder, folder, folder, folder);
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
    char pids[200], ours_pid[20];
    if (pipe(says)) return 1;
    pid_t pid = fork();
    if (!pid) return serve(says[1]);
    if (read(says[0], &port, sizeof port) != sizeof port) return 1;
    snprintf(ours_pid, sizeof ours_pid, "%d", (int)pid);
    int64_t our_rate, nginx_rate = 0, health_rate, health_ns = measure(port, "/healthz", ours_pid, &health_rate),
                      ours_ns = measure(port, "/api/v1/notes/7", ours_pid, &our_rate), nginx_ns = 0;
    const char *folder = nginx_start(pids, sizeof pids);
    if (folder) {
        char command[200];
        nginx_ns = measure(18099, "/", pids, &nginx_rate);
        snprintf(command, sizeof command, "kill $(cat %s/pid); sleep 0.2; rm -rf %s", folder, folder);
        if (system(command)) printf("  nginx is still there\n");
    }
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    printf("/healthz: %lld.%lld µs CPU a request, %lld a second\n", (long long)(health_ns / 1000),
           (long long)(health_ns % 1000 / 100), (long long)health_rate);
    printf("JSON read of one record: %lld.%lld µs CPU a request, %lld a second\n", (long long)(ours_ns / 1000),
           (long long)(ours_ns % 1000 / 100), (long long)our_rate);
    printf("nginx return: %lld.%lld µs CPU a request, %lld a second\n", (long long)(nginx_ns / 1000),
           (long long)(nginx_ns % 1000 / 100), (long long)nginx_rate);
    int64_t ratio = nginx_ns ? ours_ns * 100 / nginx_ns : 0;
    bool good = ratio && target_at_most("JSON read through HTTP / nginx return, CPU", (double)ratio / 100, "x", 3);
    return startup() && good ? 0 : 1;
}
