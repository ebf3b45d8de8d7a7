#include "app/app.h"
#include "connect/connect.h"
#include "test.h"
#include <sys/stat.h>
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

/* ---- What serve refuses ---- */

static bool says(struct arena *arena, struct fault *fault, const char *code, const char *words)
{
    for (struct fault *f = fault; f; f = f->next) {
        bool right = !strcmp(f->type->code, code) && str_find(fault_text(arena, f, ENGLISH), words) >= 0;
        if (right) return expect(str_find(fault_text(arena, f, DUTCH), "{") < 0), true;
    }
    return false;
}

/* Each line: settings by themselves, and what is refused of them; NULL: nothing. */
TEST(settings_unsafe_together)
{
    static const struct {
        const char *text, *code, *words;
    } table[] = {
        { "data = postgresql:///florin", NULL, NULL },
        { "data = \"postgresql://u:p@127.0.0.1/florin\"", NULL, NULL },
        { "data = \"postgresql://u:p@[::1]:5433/florin\"", NULL, NULL },
        { "data = \"postgresql:///florin?host=/run/postgresql\"", NULL, NULL },
        { "data = \"postgresql://u:p@db.example.nl/florin\"", "db.open_way", "db.example.nl" },
        { "data = \"postgresql://u:p@db.example.nl/florin?sslmode=prefer\"", "db.open_way", "verify-full" },
        { "data = \"postgresql://u:p@db.example.nl/florin?sslmode=disable\"", "db.open_way", "verify-full" },
        { "data = \"postgresql://u:p@127.0.0.1,9.8.7.6/florin\"", "db.open_way", "9.8.7.6" },
        { "data = \"postgresql://u:p@localhost/florin?hostaddr=9.8.7.6\"", "db.open_way", "9.8.7.6" },
        { "data = \"postgresql://u:p@db.example.nl/florin?sslmode=require\"", NULL, NULL },
        { "data = \"postgresql://u:p@db.example.nl/florin?sslmode=verify-full\"", NULL, NULL },
        { "data = \"postgresql://u:p@db/florin\"", "db.maybe_open_way", "left to chance" },
        { "data = \"postgresql://u:p@10.1.2.3/florin\"", "db.maybe_open_way", "10.1.2.3" },
        { "data = \"postgresql://u:p@db/florin?sslmode=disable\"", NULL, NULL },
        { "[mail]\nurl = \"smtp://mail.example.nl\"", NULL, NULL },
        { "[mail]\nurl = \"smtp://mail.example.nl\"\nallow_plain = true", "mail.open_way", "mail.example.nl" },
        { "[mail]\nurl = \"smtp://localhost@mail.example.nl\"\nallow_plain = true", "mail.open_way", "mail.example.nl" },
        { "[mail]\nurl = \"smtp://127.0.0.1.example.nl\"\nallow_plain = true", "mail.open_way", "127.0.0.1.example.nl" },
        { "[mail]\nurl = \"smtp://relay:25\"\nallow_plain = true\nuser = u\npassword = p", "mail.open_password", "relay" },
        { "[mail]\nurl = \"smtp://relay:25\"\nallow_plain = true", NULL, NULL },
        { "[mail]\nurl = \"smtp://127.0.0.1:2525\"\nallow_plain = true\npassword = p", NULL, NULL },
        { "[http]\npublic_url = \"http://florin.example.nl\"", "settings.plain_url", "https://" },
        { "[http]\npublic_url = \"http://localhost:8080\"", NULL, NULL },
        { "[http]\npublic_url = \"https://florin.example.nl\"", "settings.unsafe_cookie", "http_behind_proxy" },
        { "[http]\npublic_url = \"https://florin.example.nl\"\nbehind_proxy = true", NULL, NULL },
        { "[http]\npublic_url = \"https://florin.example.nl\"\ncertificate = x\nkey = y", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        struct settings s;
        struct str name = file(arena, table[i].text);
        expect_done(settings_read(arena, name, NULL, &s));
        struct fault *fault = settings_safe(arena, name, NULL, &s);
        bool right = table[i].code ? fault && !fault->next && says(arena, fault, table[i].code, table[i].words) : !fault;
        if (!right) print_error("%s: %s\n", table[i].text, fault ? fault_text(arena, fault, ENGLISH).at : "fine");
        expect(right);
        unlink(name.at);
    }
}

static struct fault *safe_with(struct arena *arena, struct str file_name, const char *variable)
{
    struct settings s;
    const char *const environment[] = { variable, NULL };
    expect_done(settings_read(arena, file_name, environment, &s));
    return settings_safe(arena, file_name, environment, &s);
}

TEST(settings_secrets_in_open_files)
{
    struct str key = file(arena, "KEY"), plain = file(arena, "log_level = info\n"), full = file(arena, "[mail]\npassword = p\n"),
               names = file(arena, str_format(arena, "[http]\nkey_file = \"%s\"\n", key.at).at);
    const char *variable = str_format(arena, "FLORIN_HTTP_KEY_FILE=%s", key.at).at;
    expect_done(safe_with(arena, names, "X=y"));
    chmod(key.at, 0644), chmod(plain.at, 0644);
    expect_done(safe_with(arena, plain, "X=y")); /* no secret in it */
    expect(says(arena, safe_with(arena, names, "X=y"), "settings.open_secret", "http_key"));
    expect(says(arena, safe_with(arena, (struct str){ 0 }, variable), "settings.open_secret", key.at));
    chmod(key.at, 0640); /* a group of its own, as Debian's ssl-cert */
    expect_done(safe_with(arena, names, variable));
    chmod(full.at, 0604);
    expect(says(arena, safe_with(arena, full, "X=y"), "settings.open_secret", "mail_password"));
    chmod(full.at, 0602);
    expect(says(arena, safe_with(arena, full, "X=y"), "settings.written", full.at));
    chmod(plain.at, 0646);
    expect(says(arena, safe_with(arena, plain, "X=y"), "settings.written", plain.at));
    const char *address = str_format(arena, "FLORIN_DATA_FILE=%s", key.at).at;
    chmod(key.at, 0644);
    expect(says(arena, safe_with(arena, (struct str){ 0 }, address), "settings.open_secret", "data"));
    /* Docker's secrets are open to all in the container; only root can make that place. */
    (void)mkdir("/run/secrets", 0755);
    FILE *docker = fopen("/run/secrets/florin-test", "we");
    if (docker) {
        expect_int(0, fclose(docker) | chmod("/run/secrets/florin-test", 0444));
        expect_done(safe_with(arena, (struct str){ 0 }, "FLORIN_HTTP_KEY_FILE=/run/secrets/florin-test"));
        chmod("/run/secrets/florin-test", 0446);
        expect(says(arena, safe_with(arena, (struct str){ 0 }, "FLORIN_HTTP_KEY_FILE=/run/secrets/florin-test"),
                    "settings.written", "/run/secrets"));
        unlink("/run/secrets/florin-test");
        rmdir("/run/secrets");
    }
    /* Nobody else gets into its folder. */
    char folder[] = "/tmp/florin-settings-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct str inside = str_format(arena, "%s/key", folder);
    expect_int(0, rename(key.at, inside.at));
    expect_done(safe_with(arena, (struct str){ 0 }, str_format(arena, "FLORIN_HTTP_KEY_FILE=%s", inside.at).at));
    unlink(inside.at), rmdir(folder), unlink(plain.at), unlink(full.at), unlink(names.at);
}

TEST(settings_books_that_others_reach)
{
    char folder[] = "/tmp/florin-settings-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct settings s = { .data = str_of(folder) };
    struct str base = str_format(arena, "%s/florin.db", folder);
    fclose(fopen(base.at, "w"));
    chmod(base.at, 0644);
    expect_done(settings_safe(arena, (struct str){ 0 }, NULL, &s));
    chmod(folder, 0777);
    expect(says(arena, settings_safe(arena, (struct str){ 0 }, NULL, &s), "db.open_folder", folder));
    chmod(folder, 0755);
    expect(says(arena, settings_safe(arena, (struct str){ 0 }, NULL, &s), "db.open_file", base.at));
    chmod(base.at, 0600);
    expect_done(settings_safe(arena, (struct str){ 0 }, NULL, &s));
    unlink(base.at), rmdir(folder);
}

/* A name with a slip is not passed over; there are no switches that make tests of a program. */
TEST(settings_of_the_environment_are_known)
{
    struct settings s;
    static const char *const wrong[] = { "FLORIN_HTTP_BEHIND_PROXI=true", "FLORIN_MAIL_PASWORD=x", "FLORIN_HTTP_INSECURE=1" };
    static const char *const files[] = { "clock = 2020-01-01", "fail_at = 3", "sqlite_relax = true", "[http]\ninsecure = true" };
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        const char *const environment[] = { wrong[i], NULL };
        (void)expect_refused(&record_unknown, settings_read(arena, (struct str){ 0 }, environment, &s));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
        struct str name = file(arena, files[i]);
        (void)expect_refused(&record_unknown, settings_read(arena, name, NULL, &s));
        unlink(name.at);
    }
}

TEST(hosts_of_settings)
{
    expect_str("a.example", host_of_url(STR("smtp://u:p@a.example:25/x")));
    expect_str("::1", host_of_url(STR("https://[::1]:8080")));
    expect_str("b", host_of_url(STR("b")));
    expect(host_is_here(STR("127.1.2.3")) && host_is_here(STR("::1")) && host_is_here(STR("LOCALHOST")));
    expect(!host_is_here(STR("127.0.0.1.evil.example")) && !host_is_here(STR("localhost.evil.example")) &&
           !host_is_here(STR("")));
    expect(host_is_near(STR("172.16.0.1")) && host_is_near(STR("db")) && host_is_near(STR("fd00::1")) &&
           host_is_near(STR("192.168.1.1")));
    expect(!host_is_near(STR("172.32.0.1")) && !host_is_near(STR("8.8.8.8")) && !host_is_near(STR("2001:db8::1")) &&
           !host_is_near(STR("")));
    expect(!host_is_near(STR("10.0.0")) && !host_is_near(STR("10.0.0.256")));
}
