#include "doors/cli_private.h"
#include "doors/target.h"
#include <errno.h>

const struct fault_type door_no_file = { FAULT_MISSING, "door.no_file", "Cannot read {file}: {why}." };
const struct fault_type door_usage = { FAULT_INVALID, "door.usage",
                                       "Use it as: florin {command} --flag value …; see florin help {command}." };
static const struct fault_type door_no_output = { FAULT_INVALID, "door.no_output",
                                                  "This is a file; say where to with --out FILE." };
static const struct fault_type door_not_written = { FAULT_UNREACHABLE, "door.not_written",
                                                    "Cannot write {file}: {why}." };

enum { EXIT_USAGE = 64, FILE_MAX = 64 * 1024 * 1024 };

/* One command on its way. */
struct command {
    const struct doors *doors;
    const struct cli *cli;
    struct arena *arena;
    struct pair pairs[PAIRS_MAX + 2];
    struct request request;
    struct str out;
    bool limited;
    bool json, csv;
};

static struct fault *file_read(struct arena *arena, struct str name, struct str *out)
{
    const char *path = str_keep(arena, name).at;
    bool standard = str_is(name, "-");
    FILE *f = standard ? stdin : fopen(path, "rb");
    struct text text = text_new(arena);
    char part[65536];
    if (!f) return FAULT(arena, &door_no_file, NULL, PARAM("file", name), PARAM("why", str_of(strerror(errno))));
    for (size_t n; text.length <= FILE_MAX && (n = fread(part, 1, sizeof part, f)) > 0;) text_add_bytes(&text, part, n);
    bool failed = ferror(f);
    if (!standard) fclose(f);
    if (failed) return FAULT(arena, &door_no_file, NULL, PARAM("file", name), PARAM("why", str_of(strerror(EIO))));
    if (text.length > FILE_MAX) return FAULT(arena, &input_too_large, NULL, PARAM("limit", STR("64 MiB")));
    *out = text_str(&text);
    if (!out->at) *out = STR("");
    return NULL;
}

/* --due-on.lt is due_on.lt */
static struct str flag_name(struct arena *arena, struct str word)
{
    struct str name = str_keep(arena, word);
    char *z = (char *)(uintptr_t)name.at;
    for (size_t i = 0; i < name.length; i++)
        if (z[i] == '-') z[i] = '_';
    return name;
}

static struct fault *take_flag(struct command *c, struct str name, struct str value)
{
    bool upload = c->request.operation->flags & OPERATION_UPLOAD;
    if (str_is(name, "json_body") || (upload && str_is(name, "content"))) return file_read(c->arena, value, &c->request.body);
    if (str_is(name, "idempotency_key")) c->request.idempotency_key = value;
    else if (str_is(name, "out")) c->out = value;
    else {
        if (c->request.pair_count == PAIRS_MAX)
            return FAULT(c->arena, &door_too_many, NULL, PARAM_INT(c->arena, "limit", PAIRS_MAX));
        c->limited |= str_is(name, "limit") || str_is(name, "after");
        c->pairs[c->request.pair_count++] = (struct pair){ name, value };
    }
    return NULL;
}

static struct fault *take_words(struct command *c, size_t count, const char *const *words)
{
    struct arena *arena = c->arena;
    for (size_t i = 0; i < count; i++) {
        struct str value, word = str_of(words[i]);
        if (!str_starts(word, "--") || word.length < 3)
            return FAULT(arena, &door_usage, NULL, PARAM("command", str_of(c->request.operation->command)));
        struct str name = flag_name(arena, str_cut(str_part(word, 2, word.length), '=', &value));
        bool bare = !value.at && (i + 1 == count || !strncmp(words[i + 1], "--", 2));
        if (str_is(name, "json") && bare) c->json = true;
        else if (str_is(name, "csv") && bare) c->csv = true;
        else if (bare) TRY(take_flag(c, name, STR("true"))); /* --urgent */
        else TRY(take_flag(c, name, value.at ? value : str_of(words[++i])));
    }
    c->request.pairs = c->pairs;
    return NULL;
}

/* ---- Lists ---- */

static void print_page(const struct command *c, struct arena *arena, const struct answer *answer, bool first)
{
    FILE *out = c->cli->out;
    const struct record *row = c->request.operation->list->row;
    struct text text = text_new(arena);
    if (c->csv && first) record_add_csv_head(&text, row);
    for (size_t i = 0; i < answer->rows.count && (c->csv || c->json); i++) {
        const struct given one = { row, answer->rows.at + i * row->size };
        if (c->csv) record_add_csv(&text, one);
        else record_add_json(&text, one), text_add_char(&text, '\n');
    }
    if (text.length) fwrite(text.at, 1, text.length, out);
    if (c->csv || c->json) return;
    table_print(out, arena, row, &answer->rows);
    if (answer->next.at) fprintf(out, "… --after %.*s\n", STR_ARG(answer->next));
}

/* A table shows a page; CSV and JSON lines go on to the end, page by page in an arena that is emptied. */
static struct fault *answer_list(struct command *c, const struct work *work)
{
    struct arena *page = arena_new((size_t)1 << 36);
    struct fault *fault = NULL;
    size_t own = c->request.pair_count;
    bool all = (c->csv || c->json) && !c->limited, more = true, first = true;
    char *cursor = NULL;
    c->request.as_rows = true;
    while (!fault && more) {
        struct work its = *work;
        struct answer answer;
        its.arena = page;
        c->request.pair_count = own;
        if (all) c->pairs[c->request.pair_count++] = (struct pair){ STR("limit"), STR("500") };
        if (cursor) c->pairs[c->request.pair_count++] = (struct pair){ STR("after"), str_of(cursor) };
        fault = operation_answer(&its, c->doors->books, c->doors->operations, &c->request, &answer);
        if (fault) break;
        print_page(c, page, &answer, first);
        first = false;
        free(cursor);
        cursor = answer.next.at ? strndup(answer.next.at, answer.next.length) : NULL;
        more = all && cursor;
        arena_reset(page);
    }
    free(cursor);
    if (fault) { /* what it says lives in the page's arena */
        struct str lines = c->json ? fault_to_problem(c->arena, fault, work->language, work->request_id)
                                   : fault_to_lines(c->arena, fault, work->language);
        fprintf(c->cli->err, "%.*s%s", STR_ARG(lines), c->json ? "\n" : "");
        fault = FAULT(c->arena, fault->type, NULL);
        fault->detail = "said";
    }
    arena_free(page);
    return fault;
}

/* ---- One answer ---- */

static struct fault *file_write(struct command *c, const struct file_answer *file)
{
    struct arena *arena = c->arena;
    FILE *out = c->cli->out;
    if (!c->out.at && c->cli->terminal) return FAULT(arena, &door_no_output, NULL);
    if (c->out.at && !str_is(c->out, "-")) out = fopen(str_keep(arena, c->out).at, "wb");
    bool good = out && fwrite(file->content.at, 1, file->content.length, out) == file->content.length;
    int why = errno;
    if (out && out != c->cli->out) good &= !fclose(out);
    return good ? NULL : FAULT(arena, &door_not_written, NULL, PARAM("file", c->out), PARAM("why", str_of(strerror(why))));
}

static struct fault *answer_call(struct command *c, struct work *work)
{
    struct answer answer;
    TRY(operation_answer(work, c->doors->books, c->doors->operations, &c->request, &answer));
    if (c->request.operation->flags & OPERATION_FILE) return file_write(c, &answer.file);
    if (c->json || !answer.gives.record) fprintf(c->cli->out, "%.*s\n", STR_ARG(answer.json));
    else struct_print(c->cli->out, c->arena, answer.gives);
    return NULL;
}

static struct fault *find_company(struct command *c, struct work *work)
{
    struct str company = c->cli->company;
    if (c->cli->as.at) {
        work->system = false; /* with no more than that person may */
        if (!c->doors->act_as) return FAULT(c->arena, &operation_sign_in, "as");
        return c->doors->act_as(work, c->doors->books, c->doors->operations, c->cli->as, c->cli->code, company);
    }
    if (c->request.operation->flags & OPERATION_NO_COMPANY) return NULL;
    if (c->doors->identify) /* the only company there is need not be named */
        return c->doors->identify(work, c->doors->books, c->doors->operations, (struct str){ 0 }, (struct str){ 0 },
                                  (struct str){ 0 }, company);
    if (!company.at || str_to_int(company, &work->company_id)) return NULL;
    return FAULT(c->arena, &operation_company, "company");
}

static struct fault *run(struct command *c, struct work *work, size_t count, const char *const *words)
{
    enum language asked = work->language; /* the terminal's, whoever it works as: one answer, one language */
    TRY(take_words(c, count, words));
    struct fault *fault = find_company(c, work);
    work->language = asked;
    if (fault) return fault;
    return c->request.operation->list ? answer_list(c, work) : answer_call(c, work);
}

int cli_run(const struct doors *doors, struct arena *arena, const struct cli *cli, enum language language, size_t count,
            const char *const *words)
{
    struct command *c = ARENA_NEW(arena, struct command);
    struct work work = door_work(doors, arena, "cli");
    bool verb = count > 1 && strncmp(words[1], "--", 2) != 0;
    uint8_t id[12];
    random_bytes(id, sizeof id);
    work.request_id = hex_text(arena, id, sizeof id);
    work.system = true; /* who can open the books needs no password for them */
    work.language = language;
    *c = (struct command){ .doors = doors, .cli = cli, .arena = arena, .json = cli->json, .csv = cli->csv };
    c->request.operation =
        count ? operation_by_command(doors->operations, str_of(words[0]), verb ? str_of(words[1]) : (struct str){ 0 })
              : NULL;
    if (!c->request.operation) {
        struct str lines = fault_to_lines(arena, FAULT(arena, &operation_unknown, NULL), language);
        fprintf(cli->err, "%.*s", STR_ARG(lines));
        if (count) cli_help(doors->operations, arena, cli->err, language, str_of(words[0]), (struct str){ 0 });
        return EXIT_USAGE;
    }
    struct fault *fault = run(c, &work, count - (verb ? 2 : 1), words + (verb ? 2 : 1));
    fflush(cli->out);
    if (!fault) return ferror(cli->out) ? 74 : 0;
    if (!fault->detail || strcmp(fault->detail, "said")) {
        struct str lines = c->json ? fault_to_problem(arena, fault, language, work.request_id)
                                   : fault_to_lines(arena, fault, language);
        fprintf(cli->err, "%.*s%s", STR_ARG(lines), c->json ? "\n" : "");
    }
    return fault->type == &door_usage ? EXIT_USAGE : fault_exit_code(fault);
}
