/* A company in books of their own, `florin serve` on it, and a client of it: what the benches through HTTP share. */
#pragma once
#include "access/access.h"
#include "app/app.h"
#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct served { char folder[200], token[100]; int port; int64_t company; pid_t pid; bool scratch; };

static void must(struct fault *fault)
{
    if (!fault) return;
    fprintf(stderr, "%s %s\n", fault->type->code, fault->detail ? fault->detail : "");
    exit(70);
}
static void need(bool right, const char *what)
{
    if (right) return;
    fprintf(stderr, "%s failed\n", what);
    exit(70);
}

static struct str served_answer(struct work *work, struct books *books, const struct operations *operations,
                                const char *command, const char *body)
{
    struct answer answer;
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    const struct request request = { .operation = operation_by_command(operations, noun, verb), .body = str_of(body) };
    must(operation_answer(work, books, operations, &request, &answer));
    return answer.json;
}

static struct str served_text(struct arena *arena, struct str json, const char *before, char after)
{
    int64_t at = str_find(json, before);
    need(at >= 0, before);
    struct str rest = str_part(json, (size_t)at + strlen(before), json.length);
    return str_keep(arena, str_cut(rest, after, &(struct str){ 0 }));
}

/* The books at s->folder (a folder, or postgresql://…), a company in them, somebody who may all, and a token of that person, made anew.
 * False: company and person were there before. */
static bool served_open(struct arena *arena, struct served *s)
{
    struct operations operations;
    struct books *books;
    struct company_id_rows companies = { 0 };
    app_operations(arena, &operations);
    must(books_open(arena, str_of(s->folder), &books));
    must(books_migrate(arena, books));
    struct work work = { .arena = arena,
                         .now = instant_now(),
                         .today = { 20260131 },
                         .language = ENGLISH,
                         .system = true,
                         .source = STR("bench") };
    work.reading = true;
    must(db_begin(&work, books));
    must(access_companies_all(&work, &companies));
    db_rollback(&work);
    work.reading = false;
    if (companies.count) work.company_id = companies.at[0].id;
    else
        served_answer(&work, books, &operations, "company add",
                      "{\"name\":\"Bench\",\"country\":\"NL\",\"currency\":\"EUR\",\"language\":\"nl\"}");
    struct str user =
        companies.count
            ? served_answer(&work, books, &operations, "user list", "")
            : served_answer(
                  &work, books, &operations, "user add",
                  "{\"email\":\"bench@example.nl\",\"name\":\"B\",\"role\":\"administrator\",\"password\":\"correct horse battery\"}");
    need(str_to_int(served_text(arena, user, "\"id\":", ','), &work.user_id), "the user's id");
    struct str token =
        served_answer(&work, books, &operations, "token add", "{\"name\":\"bench\",\"permissions\":\"*\",\"days\":2}");
    snprintf(s->token, sizeof s->token, "%s", served_text(arena, token, "\"token\":\"", '"').at);
    s->company = work.company_id;
    books_close(books);
    return !companies.count;
}

/* Books of a company in a new folder below `place`, which goes when they end. */
static inline struct served served_make(struct arena *arena, const char *place)
{
    struct served s = { .scratch = true };
    snprintf(s.folder, sizeof s.folder, "%s/florin-bench-XXXXXX", place);
    need(mkdtemp(s.folder) != NULL, "a folder");
    served_open(arena, &s);
    return s;
}

/* FLORIN_BINARY serves the folder on `port`. */
static void served_start(struct served *s, int port)
{
    const char *binary = getenv("FLORIN_BINARY");
    need(binary != NULL, "FLORIN_BINARY");
    s->port = port;
    s->pid = fork();
    if (s->pid) return;
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a bench that fails leaves nobody behind */
    char text[20], data[300];
    snprintf(text, sizeof text, "%d", port);
    snprintf(data, sizeof data, "--data=%s", s->folder);
    setenv("FLORIN_HTTP_PORT", text, 1);
    if (freopen("/dev/null", "w", stderr)) execl(binary, binary, "serve", data, (char *)NULL);
    _exit(127);
}

static int served_remove(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}
static void served_end(struct served *s)
{
    kill(s->pid, SIGTERM);
    waitpid(s->pid, NULL, 0);
    if (s->scratch) nftw(s->folder, served_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static int served_connect(const struct served *s)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)s->port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    for (int i = 0; i < 1000; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (!connect(fd, (struct sockaddr *)&to, sizeof to)) return fd;
        close(fd);
        usleep(10000);
    }
    need(false, "connecting");
    return -1;
}

static int by_size(const void *a, const void *b)
{
    return (*(const int64_t *)a > *(const int64_t *)b) - (*(const int64_t *)a < *(const int64_t *)b);
}
/* The value below which `permille` of them are; sorts them. */
static int64_t quantile(int64_t *at, size_t count, int permille)
{
    qsort(at, count, sizeof *at, by_size);
    size_t n = count * (size_t)permille / 1000;
    return at[n < count ? n : count - 1];
}

/* Asks as that person, /api/v1 before the target; the answer, head and body, stands in `answer`, of `room` bytes. Its time; an answer
 * that is no 200 ends the bench. */
static inline int64_t served_get(const struct served *s, int fd, const char *target, char *answer, size_t room)
{
    char request[2000];
    size_t got = 0, whole = 0;
    int64_t from = clock_us();
    int length =
        snprintf(request, sizeof request, "GET /api/v1%s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n",
                 target, s->token);
    need(send(fd, request, (size_t)length, MSG_NOSIGNAL) == length, "sending");
    while (!whole || got < whole) {
        ssize_t n = recv(fd, answer + got, room - 1 - got, 0);
        need(n > 0, "receiving");
        got += (size_t)n;
        answer[got] = 0;
        char *body = strstr(answer, "\r\n\r\n"), *said = strcasestr(answer, "content-length:");
        if (!whole && body && said) whole = (size_t)(body + 4 - answer) + (size_t)atoll(said + 15);
    }
    if (atoi(answer + 9) != 200) fprintf(stderr, "%s\n%.600s\n", target, answer), exit(70);
    return clock_us() - from;
}
