#include "doors/http_test.h"
#include "note.h"
#include "test.h"
#include <jansson.h>
#include <pthread.h>
#include <unistd.h>
#include <zip.h>

static const char milk[] = "{\"title\":\"Milk\",\"currency\":\"EUR\",\"total\":\"1.50\"}";

static int64_t number_in(struct str json, const char *name)
{
    json_t *root = json_loadb(json.at, json.length, 0, NULL);
    int64_t n = json_integer_value(json_object_get(root, name));
    json_decref(root);
    return n;
}
static struct str text_in(struct arena *arena, struct str json, const char *name)
{
    json_t *root = json_loadb(json.at, json.length, 0, NULL);
    struct str s = str_keep(arena, str_of(json_string_value(json_object_get(root, name))));
    json_decref(root);
    return s;
}

DB_TEST(http_answers_operations)
{
    struct served s = serve_notes(work, NULL);
    struct reply r = call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, milk);
    expect_int(200, r.status);
    int64_t id = number_in(r.body, "id");
    expect_str("no-store", header_of(&r, "Cache-Control"));
    expect_str("nosniff", header_of(&r, "X-Content-Type-Options"));
    expect(header_of(&r, "X-Request-Id").length == 24);
    const char *one = str_format(work->arena, "/api/v1/notes/%lld", (long long)id).at;
    r = call(&s, "GET", one, AS("reader") "X-Request-Id: my-own-request.1\r\n", NULL);
    expect_int(200, r.status);
    expect_str("Milk", text_in(work->arena, r.body, "title"));
    expect_str("my-own-request.1", header_of(&r, "X-Request-Id"));
    r = call(&s, "GET", one, AS("reader") "X-Request-Id: a b\r\n", NULL);
    expect(header_of(&r, "X-Request-Id").length == 24);
    r = call(&s, "HEAD", one, AS("reader"), NULL);
    expect_int(200, r.status);
    expect(header_of(&r, "Content-Length").length > 0);
    expect_int(200, call(&s, "PUT", one, AS("writer") JSON_TYPE, "{\"version\":1,\"title\":\"Br\xc3\xb6" "d\"}").status);
    expect_int(409, call(&s, "PUT", one, AS("writer") JSON_TYPE, "{\"version\":1,\"title\":\"Eggs\"}").status);
    r = call(&s, "GET", "/api/v1/notes?title.has=BR%C3%96D&limit=5", AS("reader"), NULL);
    expect_int(200, r.status);
    expect(str_find(r.body, "Br\xc3\xb6" "d") >= 0);
    expect_int(200, call(&s, "DELETE", one, AS("boss"), NULL).status);
    expect_int(404, call(&s, "DELETE", one, AS("boss"), NULL).status);
    r = call(&s, "GET", "/api/v1/audit", AS("boss"), NULL);
    expect_int(200, r.status);
    expect(str_find(r.body, "127.0.0.1") >= 0);
    expect_int(200, call(&s, "GET", "/api/v1/audit/verify", AS("boss"), NULL).status);
    serve_end(&s);
}

DB_TEST(http_refuses_as_problems)
{
    struct served s = serve_notes(work, NULL);
    struct reply r = call(&s, "GET", "/api/v1/notes/7", NULL, NULL);
    expect_int(401, r.status);
    expect_str("application/problem+json", header_of(&r, "Content-Type"));
    expect_str("Bearer", header_of(&r, "WWW-Authenticate"));
    expect_int(401, call(&s, "GET", "/api/v1/notes/7", AS("stranger"), NULL).status);
    r = call(&s, "GET", "/api/v1/notes/7", AS("reader") "Accept-Language: nl-NL,nl;q=0.9,en;q=0.8\r\n", NULL);
    expect_int(404, r.status);
    r = call(&s, "POST", "/api/v1/notes", AS("reader") JSON_TYPE "Accept-Language: nl\r\n", milk);
    expect_int(403, r.status);
    expect_str("Dit mag je niet: het vraagt het recht note.write.", text_in(work->arena, r.body, "detail"));
    r = call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, "{\"title\":\"x\",\"color\":\"red\",\"total\":\"1.505\"}");
    expect_int(422, r.status);
    expect(str_find(r.body, "\"field\":\"color\"") >= 0 && str_find(r.body, "\"field\":\"currency\"") >= 0);
    expect_int(400, call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, "{\"title\":").status);
    expect_int(400, call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, "\xff\xfe").status);
    expect_int(422, call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, "").status);
    expect_int(415, call(&s, "POST", "/api/v1/notes", AS("writer") "Content-Type: text/plain\r\n", milk).status);
    expect_int(403, call(&s, "DELETE", "/api/v1/notes/7", AS("writer"), NULL).status);
    expect_int(422, call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE "X-Florin-Company: none\r\n", milk).status);
    expect_int(404, call(&s, "GET", "/api/v1/nothing", AS("reader"), NULL).status);
    expect_int(404, call(&s, "POST", "/api/v1/nothing", AS("reader") JSON_TYPE, milk).status);
    expect_int(404, call(&s, "GET", "/api/v2/notes", AS("reader"), NULL).status);
    r = call(&s, "PATCH", "/api/v1/notes/7", AS("reader"), NULL);
    expect_int(405, r.status);
    expect_str("GET, PUT, DELETE", header_of(&r, "Allow"));
    expect_int(405, call(&s, "OPTIONS", "/api/v1/notes", NULL, NULL).status);
    expect_int(400, call(&s, "GET", "/api/v1/notes/%zz", AS("reader"), NULL).status);
    expect_int(400, call(&s, "GET", "/api/v1/notes?title=%ff", AS("reader"), NULL).status);
    expect_int(422, call(&s, "GET", "/api/v1/notes/a%2Fb", AS("reader"), NULL).status);
    expect_int(422, call(&s, "GET", "/api/v1/notes?color=red", AS("reader"), NULL).status);
    expect_int(422, call(&s, "GET", "/api/v1/notes?sort=body", AS("reader"), NULL).status);
    expect_int(413, call(&s, "GET", "/api/v1/notes", AS("reader") JSON_TYPE, milk).status);
    struct text many = text_new(work->arena);
    text_addz(&many, "/api/v1/notes?");
    for (int i = 0; i < 70; i++) text_addz(&many, "title=a&");
    expect_int(400, call(&s, "GET", text_str(&many).at, AS("reader"), NULL).status);
    serve_end(&s);
}

DB_TEST(http_sessions)
{
    struct served s = serve_notes(work, NULL);
    struct reply r = call(&s, "POST", "/api/v1/session", JSON_TYPE, "{\"user\":\"writer\",\"password\":\"open sesame\"}");
    expect_int(200, r.status);
    expect_str("florin_session=writer; Path=/; HttpOnly; SameSite=Strict", header_of(&r, "Set-Cookie"));
    expect(str_find(r.body, "session_cookie") < 0);
    r = call(&s, "POST", "/api/v1/session", JSON_TYPE, "{\"user\":\"writer\",\"password\":\"guess\"}");
    expect_int(401, r.status);
    expect(!header_of(&r, "Set-Cookie").at);
#define COOKIE "Cookie: a=b; florin_session=writer\r\n"
    expect_int(200, call(&s, "GET", "/api/v1/notes", COOKIE, NULL).status); /* what reads needs no token */
    expect_int(403, call(&s, "POST", "/api/v1/notes", COOKIE JSON_TYPE, milk).status);
    expect_int(403, call(&s, "POST", "/api/v1/notes", COOKIE JSON_TYPE "X-Florin-CSRF: guess\r\n", milk).status);
    expect_int(200, call(&s, "POST", "/api/v1/notes", COOKIE JSON_TYPE "X-Florin-CSRF: csrf-of-it\r\n", milk).status);
    expect_int(200, call(&s, "GET", "/api/v1/ping?word=a+b%26", "Cookie: florin_session=expired\r\n", NULL).status); /* anyone may */
    expect_int(401, call(&s, "GET", "/api/v1/notes", "Cookie: florin_session=expired\r\n", NULL).status);
    serve_end(&s);
}

DB_TEST(http_idempotency)
{
    struct served s = serve_notes(work, NULL);
#define KEY "Idempotency-Key: one-key\r\n"
    struct reply first = call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE KEY, milk);
    struct reply again = call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE KEY, milk);
    expect_int(200, first.status);
    expect_int(200, again.status);
    expect(str_equal(first.body, again.body));
    expect(!header_of(&first, "Idempotency-Replayed").at);
    expect_str("true", header_of(&again, "Idempotency-Replayed"));
    expect_int(409, call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE KEY,
                         "{\"title\":\"Tea\",\"currency\":\"EUR\",\"total\":\"1\"}")
                        .status);
    expect_int(1, note_count(work, test_books()));
    serve_end(&s);
}

DB_TEST(http_limits_bodies)
{
    struct served s = serve_notes(work, &(struct http_settings){ .body_limit = 20000, .upload_limit = 2000000 });
    char *big = arena_alloc(work->arena, 3000001);
    memset(big, 'x', 3000000);
    struct reply r = call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, str_part(str_of(big), 0, 3000000).at);
    expect_int(413, r.status);
    big[20001] = 0;
    expect_int(413, call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, big).status);
    big[20000] = 0;
    expect_int(400, call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, big).status); /* it fits, but is no JSON */
    memset(big, 'x', 3000000);
    big[1900000] = 0;
    r = call(&s, "POST", "/api/v1/notes/7/file?name=a.txt", AS("writer"), big);
    expect_int(200, r.status);
    expect_int(1900000, number_in(r.body, "size"));
    expect_int(401, call(&s, "POST", "/api/v1/notes/7/file", NULL, big).status); /* not even read */
    int fd = dial(&s); /* chunked, and never ending */
    send_text(fd, STR("POST /api/v1/notes HTTP/1.1\r\nHost: x\r\n" AS("writer") JSON_TYPE "Transfer-Encoding: chunked\r\n\r\n"));
    for (int i = 0; i < 30; i++) send_text(fd, str_format(work->arena, "400\r\n%.1024s\r\n", big));
    send_text(fd, STR("0\r\n\r\n"));
    expect_int(413, receive(work->arena, fd, false).status);
    close(fd);
    serve_end(&s);
}

DB_TEST(http_files)
{
    struct served s = serve_notes(work, NULL);
    struct reply r = call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE, milk);
    r = call(&s, "GET", str_format(work->arena, "/api/v1/notes/%lld/file", (long long)number_in(r.body, "id")).at,
             AS("reader"), NULL);
    expect_int(200, r.status);
    expect_str("Milk", r.body);
    expect_str("text/plain", header_of(&r, "Content-Type"));
    expect_str("attachment; filename*=UTF-8''n%C3%B3te%0D%0A.txt", header_of(&r, "Content-Disposition"));
    serve_end(&s);
}

DB_TEST(http_streams_csv)
{
    struct served s = serve_notes(work, NULL);
    note_fill(work, test_books(), 2300);
    struct reply r = call(&s, "GET", "/api/v1/notes?format=csv&sort=total&total.ge=1.00", AS("reader"), NULL);
    expect_int(200, r.status);
    expect(str_starts(header_of(&r, "Content-Type"), "text/csv"));
    int64_t lines = 0;
    for (size_t i = 0; i < r.body.length; i++) lines += r.body.at[i] == '\n';
    expect_int(2300, lines); /* a head, and all but the one of 0.00 */
    expect(str_starts(r.body, "id,title,body,currency,total,written_on,version\r\n"));
    expect(str_find(r.body, "\"Note 1, \"\"quoted\"\"\"") >= 0);
    r = call(&s, "GET", "/api/v1/notes", AS("reader") "Accept: text/csv\r\n", NULL);
    expect(str_starts(header_of(&r, "Content-Type"), "text/csv"));
    expect_int(422, call(&s, "GET", "/api/v1/notes?format=csv&color=red", AS("reader"), NULL).status);
    expect_int(401, call(&s, "GET", "/api/v1/notes?format=csv", NULL, NULL).status);
    serve_end(&s);
}

static struct str unzipped(struct arena *arena, struct str archive, const char *name)
{
    zip_error_t error;
    zip_stat_t is;
    zip_source_t *source = zip_source_buffer_create(archive.at, archive.length, 0, &error);
    zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    assert_non_null(zip);
    expect_int(0, zip_stat(zip, name, 0, &is));
    char *bytes = arena_alloc(arena, is.size + 1);
    zip_file_t *file = zip_fopen(zip, name, 0);
    expect_int((int64_t)is.size, zip_fread(file, bytes, is.size));
    zip_fclose(file);
    zip_close(zip);
    return (struct str){ bytes, is.size };
}

DB_TEST(http_streams_sheets)
{
    struct served s = serve_notes(work, NULL);
    note_fill(work, test_books(), 1203);
    expect_int(200, call(&s, "POST", "/api/v1/notes", AS("writer") JSON_TYPE,
                         "{\"title\":\"=HYPERLINK(1)\",\"currency\":\"EUR\",\"total\":\"-1234567.50\"}")
                        .status);
    struct reply r = call(&s, "GET", "/api/v1/notes?format=xlsx&sort=total&columns=title:Wat,total:Bedrag,written_on",
                          AS("reader"), NULL);
    expect_int(200, r.status);
    expect_str("attachment; filename=\"note.xlsx\"", header_of(&r, "Content-Disposition"));
    struct str sheet = unzipped(work->arena, r.body, "xl/worksheets/sheet1.xml");
    int64_t rows = 0;
    for (size_t i = 0; i + 5 < sheet.length; i++) rows += !memcmp(sheet.at + i, "<row ", 5);
    expect_int(1205, rows);
    expect(str_find(sheet, "<is><t>Wat</t></is>") >= 0 && str_find(sheet, "<is><t>Bedrag</t></is>") >= 0);
    expect(str_find(sheet, "<is><t>=HYPERLINK(1)</t></is>") >= 0 && str_find(sheet, "<f>") < 0);
    expect(str_find(sheet, "><v>-1234567.5</v></c>") >= 0 && str_find(sheet, "><v>45717</v></c>") >= 0);
    expect(str_find(unzipped(work->arena, r.body, "xl/styles.xml"), "formatCode=\"dd-mm-yyyy\"") >= 0);
    r = call(&s, "GET", "/api/v1/notes",
             AS("reader") "Accept: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\r\n", NULL);
    expect(str_starts(r.body, "PK"));
    expect_int(422, call(&s, "GET", "/api/v1/notes?format=xlsx&columns=color:Kleur", AS("reader"), NULL).status);
    expect_int(422, call(&s, "GET", "/api/v1/notes?format=xlsx&color=red", AS("reader"), NULL).status);
    expect_int(401, call(&s, "GET", "/api/v1/notes?format=xlsx", NULL, NULL).status);
    serve_end(&s);
}

DB_TEST(http_pages)
{
    struct served s = serve_notes(work, NULL);
    struct reply r = call(&s, "GET", "/healthz", NULL, NULL);
    expect_str("{\"status\":\"ok\"}", r.body);
    r = call(&s, "GET", "/api/v1/openapi.json", NULL, NULL);
    expect_int(200, r.status);
    struct str tag = header_of(&r, "ETag");
    r = call(&s, "GET", "/api/v1/openapi.json", str_format(work->arena, "If-None-Match: %.*s\r\n", STR_ARG(tag)).at, NULL);
    expect_int(304, r.status);
    expect_int(200, call(&s, "GET", "/api/v1/ping", NULL, NULL).status);
    bool counted = false; /* which happens behind the answer, on the other thread of the wire */
    for (int i = 0; i < 1000 && !counted; i++) {
        if (i) usleep(10000);
        r = call(&s, "GET", "/metrics", NULL, NULL);
        expect_int(200, r.status);
        counted = str_find(r.body, "florin_requests_total{operation=\"ping\",status=\"200\"} 1\n") >= 0;
    }
    expect(counted);
    expect(str_find(r.body, "florin_process_resident_bytes ") >= 0);
    expect_int(404, call(&s, "GET", "/metrics", "X-Forwarded-For: 1.2.3.4\r\n", NULL).status);
    expect_int(405, call(&s, "POST", "/healthz", NULL, "x").status);
    expect_int(404, call(&s, "POST", "/other", NULL, "x").status);
    expect_int(404, call(&s, "GET", "/no/such.js", NULL, NULL).status);
    serve_end(&s);
}

/* ---- The wire ---- */

DB_TEST(http_keeps_and_pipelines)
{
    struct served s = serve_notes(work, NULL);
    int fd = dial(&s);
    struct text text = text_new(work->arena);
    for (int i = 0; i < 10; i++) {
        text_addz(&text, "GET /api/v1/ping?word=a HTTP/1.1\r\nHost: x\r\n\r\n");
        text_addf(&text,
                  "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\n" AS("writer") JSON_TYPE "Content-Length: %zu\r\n\r\n%s",
                  strlen(milk), milk);
    }
    send_text(fd, text_str(&text));
    for (int i = 0; i < 20; i++) {
        struct reply r = receive(work->arena, fd, false);
        expect_int(200, r.status);
        expect(str_find(r.body, i % 2 ? "Milk" : "\"word\"") >= 0);
    }
    close(fd);
    expect_int(10, note_count(work, test_books()));
    serve_end(&s);
}

DB_TEST(http_cuts_off_the_slow)
{
    struct served s = serve_notes(work, &(struct http_settings){ .header_timeout_ms = 300, .body_timeout_ms = 300 });
    int head = dial(&s), body = dial(&s), idle = dial(&s);
    int64_t from = clock_us();
    send_text(head, STR("GET /healthz HT"));
    send_text(body, STR("POST /api/v1/notes HTTP/1.1\r\nHost: x\r\n" AS("writer") JSON_TYPE "Content-Length: 1000\r\n\r\n{"));
    for (int i = 0; i < 8; i++) { /* a byte now and then does not help */
        usleep(100000);
        send_text(head, STR("T"));
        send_text(body, STR(" "));
    }
    expect(receive(work->arena, head, false).status <= 0);
    expect(receive(work->arena, body, false).status <= 0);
    expect(receive(work->arena, idle, false).status <= 0);
    expect(clock_us() - from < 5000000);
    close(head), close(body), close(idle);
    expect_int(200, call(&s, "GET", "/api/v1/notes/slow", AS("reader"), NULL).status); /* 300 ms of our own are nobody's fault */
    serve_end(&s);
}

DB_TEST(http_survives_nonsense)
{
    struct served s = serve_notes(work, NULL);
    static const char *const nonsense[] = {
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02",
        "GET /api/v1/notes HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://elsewhere/api/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(nonsense); i++) {
        int fd = dial(&s);
        send_text(fd, str_of(nonsense[i]));
        close(fd);
    }
    expect_int(200, call(&s, "GET", "/healthz", NULL, NULL).status);
    serve_end(&s);
}

struct client { struct served *served; struct arena *arena; int good; };

static void *run_client(void *context)
{
    struct client *c = context;
    struct str request = str_format(c->arena,
                                    "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\n" AS("writer") JSON_TYPE
                                    "Content-Length: %zu\r\n\r\n%s"
                                    "GET /api/v1/notes?limit=2 HTTP/1.1\r\nHost: x\r\n" AS("reader") "\r\n",
                                    strlen(milk), milk);
    int fd = dial(c->served);
    for (int i = 0; i < 10; i++) {
        send_text(fd, request);
        c->good += receive(c->arena, fd, false).status == 200;
        c->good += receive(c->arena, fd, false).status == 200;
    }
    close(fd);
    return NULL;
}

DB_TEST(http_serves_32_clients)
{
    struct served s = serve_notes(work, NULL);
    struct client clients[32];
    pthread_t threads[32];
    for (int i = 0; i < 32; i++) {
        clients[i] = (struct client){ &s, arena_new((size_t)1 << 30), 0 };
        expect_int(0, pthread_create(&threads[i], NULL, run_client, &clients[i]));
    }
    for (int i = 0; i < 32; i++) {
        pthread_join(threads[i], NULL);
        expect_int(20, clients[i].good);
        arena_free(clients[i].arena);
    }
    expect_int(320, note_count(work, test_books()));
    expect_int(200, call(&s, "GET", "/api/v1/audit/verify", AS("boss"), NULL).status);
    serve_end(&s);
}

DB_TEST(http_is_busy_when_the_queue_is_full)
{
    struct served s = serve_notes(work, &(struct http_settings){ .workers = 1, .queue_limit = 1 });
    int fds[5], busy = 0, good = 0;
    for (int i = 0; i < 5; i++) {
        fds[i] = dial(&s);
        send_text(fds[i], STR("GET /api/v1/notes/slow HTTP/1.1\r\nHost: x\r\n" AS("reader") "\r\n"));
        usleep(20000);
    }
    for (int i = 0; i < 5; i++) {
        struct reply r = receive(work->arena, fds[i], false);
        good += r.status == 200;
        busy += r.status == 503;
        if (r.status == 503) expect_str("1", header_of(&r, "Retry-After"));
        close(fds[i]);
    }
    expect_int(2, good);
    expect_int(3, busy);
    serve_end(&s);
}

DB_TEST(http_stops_when_all_is_answered)
{
    struct served s = serve_notes(work, NULL);
    int fd = dial(&s);
    send_text(fd, STR("GET /api/v1/notes/slow HTTP/1.1\r\nHost: x\r\n" AS("reader") "\r\n"));
    usleep(50000);
    serve_end(&s);
    expect_int(200, receive(work->arena, fd, false).status);
    close(fd);
}

DB_TEST(http_refuses_unsafe_settings)
{
    struct operations all;
    struct http *http;
    note_operations(work->arena, &all);
    struct doors doors = { .books = test_books(), .operations = &all };
    expect_refused(&door_unsafe, http_start(work->arena, &doors, &(struct http_settings){ .address = STR("0.0.0.0") }, &http));
    expect_refused(&door_unsafe, http_start(work->arena, &doors, &(struct http_settings){ .address = STR("::") }, &http));
    expect(http_start(work->arena, &doors, &(struct http_settings){ .address = STR("example.org") }, &http) != NULL);
    expect(http_start(work->arena, &doors, &(struct http_settings){ .address = STR("127.0.0.1"), .key = STR("x") },
                      &http) != NULL);
    expect(http_start(work->arena, &doors, &(struct http_settings){ .address = STR("127.0.0.1"), .port = 70000 },
                      &http) != NULL);
    expect_refused(&door_no_address,
                   http_start(work->arena, &doors,
                              &(struct http_settings){ .address = STR("192.0.2.1"), .behind_proxy = true }, &http));
    expect_done(http_start(work->arena, &doors,
                           &(struct http_settings){ .address = STR("0.0.0.0"), .behind_proxy = true, .quiet = true },
                           &http));
    http_stop(http, 0);
}
