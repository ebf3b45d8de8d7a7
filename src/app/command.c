/* The program's own commands, and the way to an operation's. */
#include "app/app_own.h"
#include "portal/portal.h"
#include "base/lazy.h"
#include <jansson.h>
#include <signal.h>
#include <unistd.h>

enum { GRACE_MS = 30000 };

struct program {
    struct arena *arena;
    struct settings settings;
    struct operations operations;
    struct books *books;
    struct doors doors;
    struct cli cli;
    enum language language;
    struct str settings_file;
    const char **words;
    size_t count;
    const char *const *environment;
};

static struct str environment_value(const char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; environment && *environment; environment++)
        if (!strncmp(*environment, name, length) && (*environment)[length] == '=') return str_of(*environment + length + 1);
    return (struct str){ 0 };
}

static int refuse(struct program *p, struct fault *fault)
{
    struct str lines = fault_to_lines(p->arena, fault, p->language);
    fprintf(p->cli.err, "%.*s", STR_ARG(lines));
    return fault_exit_code(fault);
}

/* ---- Flags of the program itself ---- */

static struct str *own_flag(struct program *p, const char *word, size_t *length)
{
    struct { const char *name; struct str *to; } flags[] = {
        { "--data", &p->settings.data }, { "--company", &p->cli.company }, { "--settings", &p->settings_file },
        { "--as", &p->cli.as }, { "--factor", &p->cli.code },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(flags); i++) {
        *length = strlen(flags[i].name);
        if (!strncmp(word, flags[i].name, *length) && (!word[*length] || word[*length] == '=')) return flags[i].to;
    }
    return NULL;
}

static struct fault *take_words(struct program *p, int count, const char *const *words)
{
    p->words = ARENA_ARRAY(p->arena, const char *, (size_t)count + 1);
    for (int i = 1; i < count; i++) {
        size_t length;
        struct str *to = own_flag(p, words[i], &length);
        if (!to) {
            p->words[p->count++] = words[i];
        } else if (words[i][length] == '=') *to = str_of(words[i] + length + 1);
        else if (i + 1 < count) *to = str_of(words[++i]);
        else return FAULT(p->arena, &app_flag, NULL, PARAM("flag", str_of(words[i])));
    }
    return NULL;
}

static bool serves(const struct program *p) { return p->count && !strcmp(p->words[0], "serve"); }

static struct fault *read_settings(struct program *p, const char *const *environment)
{
    struct str data = p->settings.data;
    if (!p->settings_file.at) p->settings_file = environment_value(environment, "FLORIN_SETTINGS");
    if (!p->settings_file.at && !access("/etc/florin/florin.conf", R_OK)) p->settings_file = STR("/etc/florin/florin.conf");
    TRY(settings_read(p->arena, p->settings_file, environment, &p->settings));
    if (data.at) p->settings.data = data;
    if (!p->cli.company.at) p->cli.company = p->settings.company;
    log_set_level(p->settings.log_level ? (enum log_level)p->settings.log_level
                  : serves(p)           ? LOG_INFO
                                        : LOG_WARNING); /* elsewhere a person reads what stands on stderr */
    return NULL;
}

/* A server may be told to end while it upgrades: nothing is half done then, so it ends at once. */
static struct fault *upgrade(struct program *p)
{
    sigset_t ends, before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &ends, &before);
    struct fault *fault = own_upgrade(p->arena, p->books, serves(p) ? NULL : p->cli.err, p->language);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return fault;
}

static struct fault *open_books(struct program *p)
{
    if (!p->settings.data.length) return FAULT(p->arena, &app_no_data, "data");
    TRY(books_open(p->arena, p->settings.data, &p->books));
    if (p->settings.secret_key_file.length) books_key_file(p->books, p->settings.secret_key_file);
    TRY(upgrade(p));
    p->doors.books = p->books;
    return NULL;
}

/* ---- Commands ---- */

static const struct fault_type app_public_url = {
    FAULT_INVALID, "app.public_url", "http_public_url is the address people type, without a path: https://florin.example.nl."
};

/* What was set; or, on this machine only, localhost. */
static struct fault *public_url(struct program *p)
{
    const struct settings *s = &p->settings;
    struct str url = s->http_public_url;
    bool here = str_starts(s->http_address, "127.") || str_is(s->http_address, "::1");
    while (str_ends(url, "/")) url.length--;
    struct str host = str_part(url, str_starts(url, "https://") ? 8 : str_starts(url, "http://") ? 7 : 0, url.length);
    if (url.length && (host.length == url.length || !host.length || str_find(host, "/") >= 0 || str_find(host, "@") >= 0))
        return FAULT(p->arena, &app_public_url, "http_public_url");
    if (!url.length && here && s->http_port && !s->http_behind_proxy)
        url = str_format(p->arena, "%s://localhost:%lld", s->http_certificate.length ? "https" : "http", (long long)s->http_port);
    p->doors.public_url = url;
    return NULL;
}

static struct fault *serve(struct program *p)
{
    const struct settings *s = &p->settings;
    const struct http_settings http_settings = {
        .address = s->http_address,
        .port = s->http_port,
        .certificate = s->http_certificate,
        .key = s->http_key,
        .behind_proxy = s->http_behind_proxy,
        .metrics_token = s->http_metrics_token,
        .pool_threads = s->http_threads,
        .workers = s->http_workers,
        .queue_limit = s->http_queue,
        .body_limit = s->http_body_limit,
        .upload_limit = s->http_upload_limit,
    };
    struct http *http;
    struct jobs *jobs;
    sigset_t ends;
    int64_t from = clock_us();
    int which;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL); /* before any thread: they inherit it */
    TRY(settings_safe(p->arena, p->settings_file, p->environment, s));
    TRY(public_url(p));
    TRY(open_books(p));
    TRY(app_seal(p->arena, p->books));
    TRY(app_jobs_start(p->arena, &p->doors, &p->settings, &jobs));
    struct fault *fault = http_start(p->arena, &p->doors, &http_settings, &http);
    if (fault) return jobs_stop(jobs), fault;
    LOG(LOG_INFO, "serving", LOG_TEXT("address", s->http_address), LOG_INT("port", http_port(http)),
        LOG_INT("took_us", clock_us() - from));
    struct str missing = lazy_load_all(p->arena); /* now, not in the midst of somebody's work */
    if (missing.length) LOG(LOG_ERROR, "library_missing", LOG_TEXT("why", missing));
    sigwait(&ends, &which);
    LOG(LOG_INFO, "stopping", LOG_INT("signal", which));
    http_stop(http, GRACE_MS);
    books_stop(p->books, STOP_READS); /* what a job reads is for nobody any more */
    jobs_stop(jobs);
    LOG(LOG_INFO, "stopped");
    return NULL;
}

static int print_openapi(struct program *p)
{
    struct str text = openapi_text(p->arena, &p->operations);
    json_t *json = json_loadb(text.at, text.length, 0, NULL);
    ensure(json);
    json_dumpf(json, p->cli.out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    fputc('\n', p->cli.out);
    json_decref(json);
    return 0;
}

static struct str word(const struct program *p, size_t at)
{
    return at < p->count ? str_of(p->words[at]) : (struct str){ 0 };
}

static int help(struct program *p, struct str noun, struct str verb)
{
    if (str_is(noun, "--man")) {
        cli_man(&p->operations, p->cli.out, p->language);
        fprintf(p->cli.out, ".SH FLORIN\n.nf\n");
        own_help(p->cli.out, p->arena, p->language, (struct str){ 0 });
        fprintf(p->cli.out, ".fi\n");
        return 0;
    }
    if (noun.at && own_help(p->cli.out, p->arena, p->language, noun)) return 0;
    int code = cli_help(&p->operations, p->arena, p->cli.out, p->language, noun, verb);
    if (!noun.at) fputc('\n', p->cli.out), own_help(p->cli.out, p->arena, p->language, noun);
    return code;
}

/* What is no operation: verify, backup, read, … */
static bool run_own(struct program *p, struct str command, int *code)
{
    struct own own = { .arena = p->arena, .operations = &p->operations, .data = p->settings.data, .company = p->cli.company,
                       .language = p->language, .key_file = p->settings.secret_key_file, .out = p->cli.out, .err = p->cli.err };
    own.count = p->count - 1;
    own.words = p->words + 1;
    return own_run(&own, command, code);
}

static bool wants_help(const struct program *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (!strcmp(p->words[i], "--help")) return true;
    return false;
}

static int run(struct program *p)
{
    struct str first = word(p, 0);
    bool verb = p->count > 1 && strncmp(p->words[1], "--", 2) != 0;
    struct fault *fault = NULL;
    int code;
    if (first.at && first.at[0] != '-' && wants_help(p)) /* florin bill approve --help */
        return str_is(first, "help") ? help(p, (struct str){ 0 }, (struct str){ 0 })
                                     : help(p, first, verb ? word(p, 1) : (struct str){ 0 });
    if (!first.at || str_is(first, "help") || str_is(first, "--help")) return help(p, word(p, 1), word(p, 2));
    if (str_is(first, "version") || str_is(first, "--version"))
        return fprintf(p->cli.out, "florin %s\n", FLORIN_VERSION) < 0;
    if (str_is(first, "openapi")) return print_openapi(p);
    if (str_is(first, "serve")) return (fault = serve(p)) ? refuse(p, fault) : 0;
    if (p->cli.as.at && (str_is(first, "serve") || own_is(first)))
        return refuse(p, FAULT(p->arena, &app_as_program, "as", PARAM("command", first)));
    if (run_own(p, first, &code)) return code;
    if (operation_by_command(&p->operations, first, verb ? word(p, 1) : (struct str){ 0 }) && (fault = open_books(p)))
        return refuse(p, fault);
    if ((fault = public_url(p))) return refuse(p, fault); /* letters that a command sends carry links too */
    return cli_run(&p->doors, p->arena, &p->cli, p->language, p->count, p->words);
}

int app_main(int count, const char *const *words, const char *const *environment)
{
    struct arena *arena = arena_new((size_t)1 << 36);
    struct program *p = ARENA_NEW(arena, struct program);
    struct str locale = environment_value(environment, "LC_ALL");
    if (!locale.length) locale = environment_value(environment, "LANG");
    p->arena = arena;
    p->environment = environment;
    p->language = language_of_locale(locale.at);
    p->cli = (struct cli){ .out = stdout, .err = stderr, .terminal = isatty(STDOUT_FILENO) };
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a full disk: said, not died of */
    app_operations(arena, &p->operations);
    p->doors = (struct doors){
        .operations = &p->operations, .identify = app_identify, .act_as = app_act_as, .identify_guest = portal_identify,
        .identities = identities_new(), .figures = figures_new()
    };
    struct fault *fault = take_words(p, count, words);
    if (!fault) fault = read_settings(p, environment);
    int code = fault ? refuse(p, fault) : run(p);
    fflush(stdout);
    books_close(p->books);
    identities_free(p->doors.identities);
    figures_free(p->doors.figures);
    arena_free(arena);
    return code;
}
