#include "doors/http_test.h"
#include "contract.h"
#include "note.h"
#include "test.h"
#include "doors/target.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct served serve_notes(struct work *work, const struct http_settings *settings)
{
    struct served s = { .arena = work->arena };
    struct http_settings mine = settings ? *settings : (struct http_settings){ 0 };
    struct served *kept = ARENA_NEW(work->arena, struct served);
    if (!mine.address.at) mine.address = STR("127.0.0.1");
    if (!mine.workers) mine.workers = 8;
    mine.quiet = true;
    note_make_table(work, test_books());
    note_conflicts(0);
    *kept = s;
    note_operations(work->arena, &kept->all);
    note_company(work->company_id, &kept->all);
    kept->doors = (struct doors){ .books = test_books(), .operations = &kept->all, .identify = note_identify };
    expect_done(http_start(work->arena, &kept->doors, &mine, &kept->http));
    struct str text = openapi_text(work->arena, &kept->all);
    kept->openapi = json_loadb(text.at, text.length, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(kept->openapi);
    return *kept;
}

void serve_end(struct served *s)
{
    http_stop(s->http, 5000);
    json_decref(s->openapi);
}

int dial(const struct served *s)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)http_port(s->http)),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct timeval patience = { .tv_sec = 20 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    expect(fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof to));
    return fd;
}

void send_text(int fd, struct str text)
{
    for (size_t sent = 0; sent < text.length;) {
        ssize_t n = send(fd, text.at + sent, text.length - sent, MSG_NOSIGNAL);
        if (n <= 0) return; /* it hung up; what it said is still there to read */
        sent += (size_t)n;
    }
}

/* One byte at a time where the end isn't known: replies may follow each other. */
static bool read_until(int fd, struct text *text, const char *end)
{
    size_t length = strlen(end);
    for (char c; text->length < length || memcmp(text->at + text->length - length, end, length);) {
        if (recv(fd, &c, 1, 0) != 1) return false;
        text_add_char(text, c);
    }
    return true;
}

static bool read_exactly(int fd, struct text *text, size_t count)
{
    char part[65536];
    while (count) {
        ssize_t n = recv(fd, part, count < sizeof part ? count : sizeof part, 0);
        if (n <= 0) return false;
        text_add_bytes(text, part, (size_t)n);
        count -= (size_t)n;
    }
    return true;
}

struct str header_of(const struct reply *r, const char *name)
{
    struct str rest = r->head;
    while (rest.at) {
        struct str value, line = str_cut(rest, '\n', &rest), found = str_cut(line, ':', &value);
        if (value.at && str_equal_caseless(found, str_of(name))) return str_trim(value);
    }
    return (struct str){ 0 };
}

static bool read_chunks(struct arena *arena, int fd, struct text *body)
{
    for (;;) {
        struct text line = text_new(arena), end = text_new(arena);
        if (!read_until(fd, &line, "\r\n")) return false;
        size_t size = strtoul(text_str(&line).at, NULL, 16);
        if (size && !read_exactly(fd, body, size)) return false;
        if (!read_until(fd, &end, "\r\n")) return false;
        if (!size) return true;
    }
}

struct reply receive(struct arena *arena, int fd, bool head_only)
{
    struct text head = text_new(arena), body = text_new(arena);
    struct reply r = { .status = 0 };
    int64_t length = 0;
    if (!read_until(fd, &head, "\r\n\r\n")) return r;
    r.head = text_str(&head);
    r.status = atoi(r.head.at + strlen("HTTP/1.1 "));
    r.closes = str_equal_caseless(header_of(&r, "Connection"), STR("close"));
    if (r.status == 100) return receive(arena, fd, head_only);
    struct str given = header_of(&r, "Content-Length");
    bool whole = true;
    if (head_only || r.status == 304) whole = true;
    else if (given.at && str_to_int(given, &length)) whole = read_exactly(fd, &body, (size_t)length);
    else if (str_equal_caseless(header_of(&r, "Transfer-Encoding"), STR("chunked"))) whole = read_chunks(arena, fd, &body);
    else while (read_exactly(fd, &body, 1)) {}
    if (!whole) r.status = -r.status;
    r.body = text_str(&body);
    return r;
}

static void hold_to_contract(struct served *s, const char *method, const char *target, const struct reply *r)
{
    struct str path = str_cut(str_of(target), '?', &(struct str){ 0 });
    if (!str_starts(path, "/api/v1/") || !strcmp(method, "HEAD") || r->status <= 0 ||
        str_is(path, "/api/v1/openapi.json"))
        return;
    struct str why = contract_check(s->arena, s->openapi, method, str_part(path, strlen("/api/v1"), path.length),
                                    r->status, header_of(r, "Content-Type"), r->body);
    if (why.at) fail_msg("not as described: %s\n%.*s", why.at, STR_ARG(r->body));
}

struct reply call(struct served *s, const char *method, const char *target, const char *headers, const char *body)
{
    int fd = dial(s);
    struct text text = text_new(s->arena);
    text_addf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, target, headers ? headers : "");
    if (body) text_addf(&text, "Content-Length: %zu\r\n", strlen(body));
    text_addz(&text, "\r\n");
    if (body) text_addz(&text, body);
    send_text(fd, text_str(&text));
    struct reply r = receive(s->arena, fd, !strcmp(method, "HEAD"));
    close(fd);
    hold_to_contract(s, method, target, &r);
    return r;
}
