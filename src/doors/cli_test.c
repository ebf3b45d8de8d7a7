#include "doors/doors.h"
#include "note.h"
#include "test.h"
#include <unistd.h>

struct ran { int code; struct str out, err; };

static struct ran run_with(struct work *work, bool terminal, enum language language, const char *line)
{
    static struct operations all;
    struct ran ran;
    char *out, *err;
    size_t out_length, err_length, count = 0;
    const char *words[32];
    note_operations(work->arena, &all);
    note_company(work->company_id, &all);
    const struct doors doors = { .books = test_books(), .operations = &all, .identify = note_identify };
    for (struct str rest = str_of(line); rest.at && count < 32;)
        words[count++] = str_keep(work->arena, str_cut(rest, ' ', &rest)).at;
    struct cli cli = { .out = open_memstream(&out, &out_length),
                       .err = open_memstream(&err, &err_length),
                       .terminal = terminal,
                       .company = STR("mine") };
    ran.code = cli_run(&doors, work->arena, &cli, language, count, words);
    fclose(cli.out), fclose(cli.err);
    ran.out = str_copy(work->arena, out, out_length);
    ran.err = str_copy(work->arena, err, err_length);
    free(out), free(err);
    return ran;
}
static struct ran run(struct work *work, const char *line) { return run_with(work, false, ENGLISH, line); }

DB_TEST(cli_runs_operations)
{
    note_make_table(work, test_books());
    note_conflicts(0);
    struct ran ran = run(work, "note add --title Milk --currency EUR --total 1.50");
    expect_int(0, ran.code);
    expect(str_find(ran.out, "title       Milk\n") >= 0 && str_find(ran.out, "total       1.50\n") >= 0);
    ran = run(work, "note add --title=Bread --currency EUR --total 2 --json");
    expect(str_starts(ran.out, "{\"id\":") && str_ends(ran.out, "}\n"));
    int64_t id;
    expect(str_to_int(str_cut(str_part(ran.out, 6, 30), ',', &(struct str){ 0 }), &id));
    expect_int(0, run(work, str_format(work->arena, "note change --id %lld --version 1 --title Cake", (long long)id).at).code);
    expect_int(75, run(work, str_format(work->arena, "note change --id %lld --version 1 --title Tea", (long long)id).at).code);
    ran = run(work, str_format(work->arena, "note print --id %lld", (long long)id).at);
    expect_str("Cake", ran.out);
    expect_int(65, run_with(work, true, ENGLISH, str_format(work->arena, "note print --id %lld", (long long)id).at).code); /* where to? */
    ran = run(work, "note list --sort total --total.lt 2");
    expect_str("title  body  currency  total  written_on  version\n",
               str_part(ran.out, ran.out.length ? (size_t)str_find(ran.out, "title") : 0, 50));
    expect(str_find(ran.out, "Milk         EUR        1.50") >= 0 && str_find(ran.out, "Cake") < 0);
    expect_int(0, run(work, "ping --word a").code);
    expect_int(0, run(work, "ping").code);
    expect_int(2, note_count(work, test_books()));
}

DB_TEST(cli_exit_codes_and_sentences)
{
    note_make_table(work, test_books());
    expect_int(64, run(work, "note burn").code);
    expect_int(64, run(work, "nothing").code);
    expect_int(64, run(work, "note add milk").code);
    expect_int(66, run(work, "note show --id 7").code);
    expect_int(65, run(work, "note show --id seven").code);
    expect_int(65, run(work, "note show").code);
    expect_int(66, run(work, "note add --json-body /no/such/file").code);
    struct ran ran = run_with(work, false, DUTCH, "note list --colour red");
    expect_int(65, ran.code);
    expect(str_find(ran.err, "colour") >= 0 && str_find(ran.err, "(list.unknown_filter)") >= 0);
    ran = run(work, "note show --id 7 --json");
    expect(str_starts(ran.err, "{\"type\":\"urn:florin:problem:note.missing\""));
    expect_str("", ran.out);
}

DB_TEST(cli_takes_files)
{
    char name[] = "/tmp/florin-cli-XXXXXX";
    int fd = mkstemp(name);
    static const char body[] = "{\"title\":\"From a file\",\"currency\":\"EUR\",\"total\":\"1\"}";
    note_make_table(work, test_books());
    expect_int(sizeof body - 1, write(fd, body, sizeof body - 1));
    close(fd);
    expect_int(0, run(work, str_format(work->arena, "note add --json-body %s", name).at).code);
    struct ran ran = run(work, str_format(work->arena, "note upload --id 7 --content %s --json", name).at);
    expect(str_find(ran.out, str_format(work->arena, "\"size\":%zu", sizeof body - 1).at) >= 0);
    unlink(name);
}

DB_TEST(cli_streams_whole_lists)
{
    note_make_table(work, test_books());
    note_fill(work, test_books(), 1100);
    struct ran csv = run(work, "note list --csv"), json = run(work, "note list --json"), table = run(work, "note list"),
               few = run(work, "note list --csv --limit 3");
    int64_t lines[4] = { 0 };
    const struct ran *all[] = { &csv, &json, &table, &few };
    for (int k = 0; k < 4; k++)
        for (size_t i = 0; i < all[k]->out.length; i++) lines[k] += all[k]->out.at[i] == '\n';
    expect_int(1101, lines[0]);
    expect_int(1100, lines[1]);
    expect_int(52, lines[2]); /* a head, fifty, and how to go on */
    expect_int(4, lines[3]);
}

/* A hyphen of the manual is one to copy. */
static struct str roffed(struct arena *arena, const char *z)
{
    struct text text = text_new(arena);
    for (; *z; z++) {
        if (*z == '-') text_add_char(&text, '\\');
        text_add_char(&text, *z);
    }
    return text_str(&text);
}

TEST(cli_help_comes_from_the_tables)
{
    struct operations all;
    char *out;
    size_t length;
    note_operations(arena, &all);
    FILE *f = open_memstream(&out, &length);
    expect_int(0, cli_help(&all, arena, f, ENGLISH, (struct str){ 0 }, (struct str){ 0 }));
    expect_int(0, cli_help(&all, arena, f, DUTCH, STR("note"), STR("change")));
    expect_int(64, cli_help(&all, arena, f, ENGLISH, STR("nothing"), (struct str){ 0 }));
    cli_man(&all, f, DUTCH);
    fclose(f);
    expect(strstr(out, ".SH OPDRACHTEN\n.SS ") && strstr(out, "\\-\\-title") && strstr(out, ".TP\n77\n"));
    for (size_t i = 0; i < all.count; i++) /* in the list, and with a section of its own */
        expect(strstr(out, str_format(arena, ".SS %s\n",
                                      str_keep(arena, roffed(arena, operation_numbered(&all, i)->command)).at)
                               .at) != NULL);
    for (size_t i = 0; i < all.count; i++) expect(strstr(out, operation_numbered(&all, i)->command) != NULL);
    expect(strstr(out, "Het neemt") && strstr(out, "--version") && strstr(out, "HTTP: PUT /api/v1/notes/{id}"));
    free(out);
    expect_int(DUTCH, language_of_locale("nl_NL.UTF-8"));
    expect_int(ENGLISH, language_of_locale("C"));
    expect_int(ENGLISH, language_of_locale(NULL));
}

/* A list of things that hold a list: what stands inside is told where it stands, not only that there is a list. */
struct shelf_book { struct str isbn; };
RECORD(shelf_book, { FIELD(struct shelf_book, isbn) });
struct shelf_board {
    LIST_OF(struct shelf_book) books;
    int64_t height;
};
RECORD(shelf_board,
       { LIST(struct shelf_board, books, shelf_book), FIELD(struct shelf_board, height, .about = "in millimetres") });
struct shelf {
    LIST_OF(struct shelf_board) boards;
};
RECORD(shelf, { LIST(struct shelf, boards, shelf_board) });
static struct fault *shelf_put(struct work *work, const struct shelf *takes, struct nothing *gives)
{
    (void)work, (void)takes, (void)gives;
    return NULL;
}
CALLABLE(shelf_put, shelf, nothing);

TEST(cli_help_tells_what_a_list_holds)
{
    static const struct operation put[] = { { "shelf put", "POST", "/shelves", NULL, 0, &shelf_put_call, NULL, "Fill a shelf" } };
    const struct operation_table tables[] = { { "shelf", put, 1 } };
    struct operations all;
    char *out;
    size_t length;
    operations_prepare(arena, tables, 1, &all);
    FILE *f = open_memstream(&out, &length);
    expect_int(0, cli_help(&all, arena, f, ENGLISH, STR("shelf"), STR("put")));
    cli_man(&all, f, ENGLISH);
    fclose(f);
    expect(strstr(out,
                  "\n  --boards                    JSON list\n    books                     JSON list\n"
                  "      isbn                    text\n    height                    whole number; in millimetres\n"));
    expect(strstr(out, ".br\n  books                     JSON list\n.br\n    isbn "));
    free(out);
}

/* ---- Jobs ---- */

static _Atomic int ticks, refusals;
static struct fault *tick(struct work *work, struct books *books, const struct operations *operations)
{
    (void)books, (void)operations;
    expect(work->system && work->now.us);
    ticks++;
    return NULL;
}
static struct fault *refuse(struct work *work, struct books *books, const struct operations *operations)
{
    (void)books, (void)operations;
    refusals++;
    return FAULT(work->arena, &note_missing, NULL);
}

DB_TEST(jobs_run_when_due)
{
    struct operations all;
    struct jobs *jobs;
    static const struct job list[] = { { "tick", 20, tick }, { "refuse", 50, refuse }, { "later", 3600000, tick } };
    note_operations(work->arena, &all);
    const struct doors doors = { .books = test_books(), .operations = &all };
    ticks = refusals = 0;
    log_set_level(LOG_ERROR);
    expect_done(jobs_start(&doors, list, ARRAY_LENGTH(list), &jobs));
    for (int i = 0; i < 500 && (ticks < 4 || refusals < 2); i++) usleep(10000);
    int64_t from = clock_us();
    jobs_stop(jobs);
    log_set_level(LOG_WARNING);
    expect(clock_us() - from < 1000000);
    expect(ticks >= 4 && refusals >= 2);
}
