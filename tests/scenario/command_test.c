/* The command line: as whom, and with which exit code it ends. */
#include "scenario/scene.h"
#include "doors/doors.h"
#include <sys/wait.h>
#include <unistd.h>

static const char password[] = "correct horse battery";

struct ran { int code; struct str out, err; };

/* One line of words as `florin` gets them behind --data. */
static struct ran run_as(struct scene *s, const char *as, const char *factor, const char *line)
{
    struct arena *arena = s->work->arena;
    const struct doors doors = { .books = test_books(), .operations = &s->all, .identify = app_identify, .act_as = app_act_as };
    const char *words[40];
    char *out, *err;
    size_t out_length, err_length, count = 0;
    for (struct str rest = str_of(line); rest.at && count < 40;) words[count++] = str_keep(arena, str_cut(rest, ' ', &rest)).at;
    struct cli cli = { .out = open_memstream(&out, &out_length),
                       .err = open_memstream(&err, &err_length),
                       .company = str_from_int(arena, s->work->company_id),
                       .as = str_of(as),
                       .code = str_of(factor) };
    struct ran ran = { .code = cli_run(&doors, arena, &cli, ENGLISH, count, words) };
    fclose(cli.out), fclose(cli.err);
    ran.out = str_copy(arena, out, out_length);
    ran.err = str_copy(arena, err, err_length);
    free(out), free(err);
    return ran;
}

DB_TEST(scenario_command_line_as_a_person)
{
    struct scene s = scene_begin(work);
    const char *anna = unique(work, "anna"), *bram = unique(work, "bram");
    static const char add[] = "account add --number 9876 --name Proef --kind asset";
    POST(&s, "/roles", "{\"name\":\"reader\",\"permissions\":[{\"permission\":\"*.read\"}]}");
    POST(&s, "/users",
         "{\"email\":\"%s\",\"name\":\"Anna\",\"role\":\"administrator\",\"language\":\"nl\",\"password\":\"%s\"}",
         anna, password);
    json_t *added = POST(&s, "/users", "{\"email\":\"%s\",\"name\":\"Bram\",\"role\":\"reader\",\"password\":\"%s\"}",
                         bram, password);
    /* Bram may read and not write; nobody of that name; the program may. */
    expect_int(0, run_as(&s, bram, NULL, "account list").code);
    struct ran ran = run_as(&s, bram, NULL, add);
    expect_int(77, ran.code);
    expect(str_find(ran.err, "(operation.denied)") >= 0);
    expect_int(66, run_as(&s, "nobody@example.nl", NULL, add).code);
    /* The terminal's language, also in what a sentence is filled with, though Anna's is Dutch. */
    ran = run_as(&s, anna, NULL, "bank-line show --id 7");
    expect(str_find(ran.err, "There is no such bank line.") >= 0);
    /* Upper case and spaces are no other person; the audit trail names her. */
    expect_int(0, run_as(&s, str_format(work->arena, " %s", anna).at, NULL, add).code);
    json_t *audit = json_array_get(json_object_get(GET(&s, "/audit?limit=1"), "items"), 0),
           *people = json_object_get(GET(&s, "/users"), "items");
    expect_str("account add", str_of(text_in(audit, "operation")));
    expect_str("cli", str_of(text_in(audit, "source")));
    int64_t anna_id = 0;
    for (size_t i = 0; i < json_array_size(people); i++)
        if (!strcmp(text_in(json_array_get(people, i), "email"), anna)) anna_id = number_in(json_array_get(people, i), "id");
    expect_int(anna_id, number_in(audit, "user_id"));
    /* What asks for a second factor asks here too: none, a wrong one, a right one. */
    static const char token[] = "token add --name proef --permissions *.read --days 3";
    expect_int(77, run_as(&s, anna, NULL, token).code);
    expect_int(75, run_as(&s, anna, "123456", token).code); /* she has none yet */
    scene_as(&s, anna, password, NULL);
    const char *secret = text_in(POST(&s, "/me/totp", "{}"), "secret");
    work->now.us += 31000000;
    POST(&s, "/me/totp/confirm", "{\"code\":\"%.*s\"}", STR_ARG(totp_now(work, secret)));
    expect_int(77, run_as(&s, anna, "123456", token).code);
    struct work real = { .arena = work->arena, .now = { instant_now().us + 30000000 } };
    expect_int(0, run_as(&s, anna, totp_now(&real, secret).at, token).code);
    /* Who has left can't be named. */
    scene_as_program(&s);
    POST(&s, str_format(work->arena, "/users/%lld/end", (long long)number_in(added, "id")).at, "{}");
    expect(run_as(&s, bram, NULL, "account list").code != 0);
    scene_end(&s);
}

/* The whole program, with words and environment; what it prints goes nowhere. */
static int program(const char *const *words, const char *const *environment)
{
    int count = 0, status = 0;
    while (words[count]) count++;
    fflush(NULL);
    pid_t child = fork();
    expect(child >= 0);
    if (!child) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(126);
        _exit(app_main(count, words, environment));
    }
    expect_int(child, waitpid(child, &status, 0));
    expect(WIFEXITED(status));
    return WEXITSTATUS(status);
}
#define PROGRAM(...) program((const char *const[]){ "florin", __VA_ARGS__, NULL }, NULL)

TEST(scenario_exit_codes)
{
    char folder[] = "/dev/shm/florin-exit-XXXXXX", none[] = "/dev/shm/florin-none-XXXXXX";
    expect(mkdtemp(folder) && mkdtemp(none));
    const char *data = str_format(arena, "--data=%s", folder).at;
    static const char company[] = "{\"name\":\"Proef\",\"country\":\"NL\",\"currency\":\"EUR\",\"language\":\"nl\"}";
    const char *file = str_format(arena, "%s/company.json", none).at;
    FILE *f = fopen(file, "w");
    expect(f && fwrite(company, 1, sizeof company - 1, f) == sizeof company - 1 && !fclose(f));
    /* 0 done */
    expect_int(0, PROGRAM("help"));
    expect_int(0, PROGRAM("version"));
    expect_int(0, PROGRAM("demo", "--help"));
    expect_int(0, PROGRAM("account", "add", "--help"));
    expect_int(0, PROGRAM(data, "company", "add", "--json-body", file));
    expect_int(0, PROGRAM(data, "account", "list"));
    expect_int(0, PROGRAM(data, "verify"));
    /* 64 used wrongly */
    expect_int(64, PROGRAM("nothing", "here"));
    expect_int(64, PROGRAM(data, "account", "add", "milk"));
    expect_int(64, PROGRAM("help", "nothing"));
    /* 65 input refused */
    expect_int(65, PROGRAM("account", "list")); /* where are the books? */
    expect_int(65, PROGRAM(data, "account", "add", "--number", "9"));
    expect_int(65, PROGRAM(data, "account", "list", "--colour", "red"));
    expect_int(65, PROGRAM(data, "verify", "milk"));
    expect_int(65, PROGRAM(data, "verify", "--as", "anna@example.nl"));
    expect_int(65, PROGRAM(data, "--as"));
    /* 66 not there */
    expect_int(66, PROGRAM(data, "bank-line", "show", "--id", "7"));
    expect_int(66, PROGRAM(data, "account", "list", "--as", "anna@example.nl"));
    expect_int(66, PROGRAM(str_format(arena, "--data=%s", none).at, "verify"));
    /* 69 out of reach */
    expect_int(69, PROGRAM("--data", "postgresql://127.0.0.1:1/nowhere", "account", "list"));
    expect_int(69, PROGRAM("--data", "/proc/florin", "account", "list"));
    /* 75 not in this state */
    expect_int(0, PROGRAM(data, "account", "add", "--number", "9876", "--name", "Proef", "--kind", "asset"));
    expect_int(75, PROGRAM(data, "account", "add", "--number", "9876", "--name", "Proef", "--kind", "asset"));
    unlink(file);
    for (const char *const *name = (const char *const[]){ "florin.db", "florin.db-wal", "florin.db-shm", NULL }; *name; name++)
        unlink(str_format(arena, "%s/%s", folder, *name).at);
    expect(!rmdir(folder) && !rmdir(none));
}
