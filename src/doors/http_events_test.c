#include "doors/http_test.h"
#include "note.h"
#include "test.h"
#include <sys/socket.h>
#include <unistd.h>

static int listen_as(struct served *s, const char *headers)
{
    int fd = dial(s);
    send_text(fd, str_format(s->arena, "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n%s\r\n", headers));
    return fd;
}

/* All that comes until `end` is among it; less when it ends before, or when nothing comes for 20 s. */
static struct str hear(struct served *s, int fd, const char *end)
{
    struct text heard = text_new(s->arena);
    char part[4096];
    while (str_find(text_str(&heard), end) < 0) {
        ssize_t n = recv(fd, part, sizeof part, 0);
        if (n <= 0) break;
        text_add_bytes(&heard, part, (size_t)n);
    }
    return text_str(&heard);
}

static void write_note(struct served *s, const char *title)
{
    const char *body = str_format(s->arena, "{\"title\":\"%s\",\"currency\":\"EUR\",\"total\":\"1.50\"}", title).at;
    expect_int(200, call(s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, body).status);
}

DB_TEST(events_tell_what_changed)
{
    struct served s = serve_notes(work, NULL);
    write_note(&s, "Before");
    int reader = listen_as(&s, AS("reader")), stranger = listen_as(&s, AS("guest"));
    struct str heard = hear(&s, reader, "event: hello\n");
    expect(str_starts(heard, "HTTP/1.1 200") && str_find(heard, "text/event-stream") >= 0);
    expect(str_find(heard, "id: 1\nevent: hello") >= 0 && str_find(heard, "X-Accel-Buffering: no") >= 0);
    hear(&s, stranger, "event: hello\n");
    write_note(&s, "Secret milk");
    heard = hear(&s, reader, "}\n\n");
    expect(str_find(heard, "id: 2\nevent: change\ndata: {\"number\":2,") >= 0);
    expect(str_find(heard, "\"operation\":\"note add\",\"user_id\":12,\"changes\":[{\"kind\":\"note\",\"id\":") >= 0);
    expect(str_find(heard, "milk") < 0); /* that, not what */
    struct timeval soon = { .tv_sec = 1 };
    setsockopt(stranger, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    expect_int(0, hear(&s, stranger, "event: change").length);
    close(reader);
    close(stranger);
    serve_end(&s);
}

DB_TEST(events_go_on_where_they_broke_off)
{
    struct served s = serve_notes(work, NULL);
    for (int i = 0; i < 3; i++) write_note(&s, "One");
    int reader = listen_as(&s, AS("reader") "Last-Event-ID: 1\r\n");
    struct str heard = hear(&s, reader, "id: 3\nevent: change");
    expect(str_find(heard, "id: 1\nevent: hello") >= 0 && str_find(heard, "id: 2\nevent: change") >= 0);
    expect(str_find(heard, "id: 3\nevent: change") >= 0);
    close(reader);
    reader = listen_as(&s, AS("reader") "Last-Event-ID: 77\r\n"); /* of other books: from now on */
    expect(str_find(hear(&s, reader, "event: hello\n"), "id: 3\nevent: hello") >= 0);
    close(reader);
    serve_end(&s);
}

DB_TEST(events_are_refused)
{
    struct served s = serve_notes(work, NULL);
    expect(str_starts(hear(&s, listen_as(&s, ""), "\r\n\r\n"), "HTTP/1.1 401"));
    expect(str_starts(hear(&s, listen_as(&s, AS("nobody")), "\r\n\r\n"), "HTTP/1.1 401"));
    expect(str_starts(hear(&s, listen_as(&s, AS("reader") "X-Florin-Company: none\r\n"), "\r\n\r\n"), "HTTP/1.1 4"));
    int fd = dial(&s);
    send_text(fd, STR("POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"));
    expect(str_starts(hear(&s, fd, "\r\n\r\n"), "HTTP/1.1 405"));
    int many[12];
    for (size_t i = 0; i < ARRAY_LENGTH(many); i++) {
        many[i] = listen_as(&s, AS("reader"));
        expect(str_find(hear(&s, many[i], "event: hello\n"), "event: hello") >= 0);
    }
    expect(str_starts(hear(&s, listen_as(&s, AS("reader")), "\r\n\r\n"), "HTTP/1.1 503"));
    int other = listen_as(&s, AS("writer"));
    expect(str_find(hear(&s, other, "event: hello\n"), "event: hello") >= 0);
    serve_end(&s); /* while they all listen */
    for (size_t i = 0; i < ARRAY_LENGTH(many); i++) close(many[i]);
    close(other);
}

/* Listeners hold no worker: with one worker and three listeners the rest goes on. */
DB_TEST(events_end_with_the_session)
{
    struct served s = serve_notes(work, &(struct http_settings){ .listener_check_ms = 100, .workers = 1 });
    int stranger = listen_as(&s, AS("guest")), reader = listen_as(&s, AS("reader"));
    hear(&s, stranger, "event: hello\n");
    hear(&s, reader, "event: hello\n");
    note_strangers_out(true);
    struct str rest = hear(&s, stranger, "0\r\n\r\n");
    note_strangers_out(false);
    expect(str_find(rest, "0\r\n\r\n") >= 0);
    write_note(&s, "Still here");
    expect(str_find(hear(&s, reader, "}\n\n"), "event: change") >= 0);
    close(stranger);
    close(reader);
    serve_end(&s);
}
