#include "app/app.h"
#include "test.h"
#include <unistd.h>

static struct str file(struct arena *arena, const char *text)
{
    char name[] = "/tmp/florin-settings-XXXXXX";
    int fd = mkstemp(name);
    expect_int(strlen(text), write(fd, text, strlen(text)));
    close(fd);
    return str_keep(arena, str_of(name));
}

TEST(settings_are_read)
{
    struct settings s;
    struct str key = file(arena, "-----BEGIN\nKEY-----\n");
    struct str name =
        file(arena, str_format(arena,
                               "# ours\ndata = \"/var/lib/flo \\\"rin\\\"\" # there\nlog_level = warning\n\n[http]\r\n"
                               "port = 8443\naddress=\"::1\"\nkey_file = \"%.*s\"\nbehind_proxy = true\n",
                               STR_ARG(key))
                        .at);
    expect_done(settings_read(arena, name, NULL, &s));
    expect_str("/var/lib/flo \"rin\"", s.data);
    expect_int(LOG_WARNING, s.log_level);
    expect_int(8443, s.http_port);
    expect_str("-----BEGIN\nKEY-----", s.http_key);
    expect(s.http_behind_proxy);
    const char *const environment[] = { "HOME=/", "FLORIN_HTTP_PORT=99", "FLORIN_TEST_POSTGRES=x", "FLORIN_SETTINGS=y", NULL };
    expect_done(settings_read(arena, name, environment, &s));
    expect_int(99, s.http_port);
    expect_str("::1", s.http_address);
    expect_done(settings_read(arena, (struct str){ 0 }, NULL, &s));
    expect_int(8080, s.http_port);
    expect_str("127.0.0.1", s.http_address);
    unlink(key.at), unlink(name.at);
}

TEST(settings_are_refused_with_every_problem)
{
    struct settings s;
    const struct pair *pairs;
    size_t count;
    int faults = 0;
    for (struct fault *f = settings_parse(
             arena, STR("port\n[http\nA = 1\nb = \"x\nc = \"x\" y\nd =\ne = \"\\q\"\nfine = 1"), &pairs, &count);
         f; f = f->next)
        faults++;
    expect_int(7, faults);
    expect_int(1, count);
    struct str name = file(arena, "[http]\nport = 70000\ncolour = red\nport = 1\n");
    struct fault *fault = settings_read(arena, name, NULL, &s);
    expect_refused(&record_unknown, fault);
    expect_refused(&record_twice, fault);
    unlink(name.at);
    name = file(arena, "[http]\nport = 70000\nmetrics_token = \"short\"\n");
    fault = settings_read(arena, name, NULL, &s);
    expect_refused(&record_too_large, fault);
    expect_refused(&record_too_short, fault);
    unlink(name.at);
    expect_refused(&settings_no_file, settings_read(arena, STR("/no/such/file"), NULL, &s));
    expect_refused(&settings_line, settings_parse(arena, STR("\xff"), &pairs, &count));
}

TEST(settings_record_covers) { expect(record_covers(&settings_record)); }
