/* florin check: many e-invoices by the official rules, on all cores; what is said comes in the order of the files. */
#include "app/app_own.h"
#include "einvoice/check.h"
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static const struct fault_type app_no_files = { FAULT_INVALID, "app.no_files", "Say which files: florin check FILE…" };
static const struct fault_type app_no_check = {
    FAULT_INVALID, "app.no_check", "{check} is none of our own checks; those that can be left out are: {known}."
};
static const char *const rule_names[] = { NULL, "auto", "en16931", "peppol", "nlcius", "xrechnung", "gaccount", "selfbilling" };
static const unsigned rule_sets[] = { 0,
                                      EINVOICE_AUTO,
                                      EINVOICE_EN16931,
                                      EINVOICE_EN16931 | EINVOICE_PEPPOL,
                                      EINVOICE_EN16931 | EINVOICE_NLCIUS,
                                      EINVOICE_EN16931 | EINVOICE_XRECHNUNG,
                                      EINVOICE_EN16931 | EINVOICE_NLCIUS | EINVOICE_GACCOUNT,
                                      EINVOICE_EN16931 | EINVOICE_SELF_BILLING };
struct app_check_flags {
    unsigned rules;
    struct str without;
    bool json, version;
};
RECORD(app_check_flags, {
    FIELD(struct app_check_flags, rules, CHOICES(rule_names), OPTIONAL,
          .about = "by which rules; auto: those that the invoice names, and our own"),
    FIELD(struct app_check_flags, without, OPTIONAL, .max = 500,
          .about = "which of our own checks not to make: FL-BIC,FL-GTIN"),
    FIELD(struct app_check_flags, json, OPTIONAL, .about = "one JSON object a line"),
    FIELD(struct app_check_flags, version, OPTIONAL, .about = "which versions of the rules these are"),
});

enum { THREADS_MOST = 64, AHEAD_MOST = 128 /* how far the checking may run ahead of the printing: what waits is memory */ };

struct checking {
    const struct own *own;
    const struct words *files;
    unsigned sets;
    uint64_t without;
    bool json;
    atomic_size_t next;
    size_t printed;
    pthread_mutex_t lock;
    pthread_cond_t done, room;
    struct found {
        char *text;
        size_t length;
        bool ready, valid;
    } found[AHEAD_MOST]; /* of file n at n % AHEAD_MOST */
};

static const char *severity_word(enum einvoice_severity severity)
{
    return severity == EINVOICE_FATAL ? "fatal" : "warning";
}

static struct str syntax_of(const struct einvoice *invoice)
{
    static const char *const words[] = { "unknown", "ubl", "ubl-credit-note", "cii", "zugferd-1" };
    return str_of(words[invoice ? invoice->syntax : 0]);
}

/* `p`: NULL for a file that could not be judged, which `fault` tells of. */
static void add_problem(struct text *text, bool first, const struct fault *fault, const struct einvoice_problem *p,
                        enum language language)
{
    struct str message = fault ? fault_text(text->arena, fault, language) : language == DUTCH ? p->dutch : p->english;
    const struct { const char *name; struct str value; } members[] = {
        { "{\"rule\":", str_of(fault ? fault->type->code : p->rule) },
        { ",\"severity\":", str_of(fault ? "fatal" : severity_word(p->severity)) },
        { ",\"where\":", fault ? fault->field : p->path },
        { ",\"message\":", message },
        { ",\"english\":", fault ? fault_text(text->arena, fault, ENGLISH) : p->english },
        { ",\"dutch\":", fault ? fault_text(text->arena, fault, DUTCH) : p->dutch },
        { ",\"values\":", fault ? STR("") : p->values },
    };
    if (!first) text_add_char(text, ',');
    for (size_t i = 0; i < ARRAY_LENGTH(members); i++) {
        text_addz(text, members[i].name);
        json_add_text(text, members[i].value.at ? members[i].value : STR(""));
    }
    if (p) text_addf(text, ",\"line\":%d", p->line);
    text_add_char(text, '}');
}

static void say_json(struct text *text, enum language language, struct str file, const struct einvoice *invoice,
                     const struct einvoice_report *report, const struct fault *fault)
{
    bool first = true;
    text_addz(text, "{\"file\":");
    json_add_text(text, str_is_utf8(file) ? file : STR("?"));
    text_addz(text, ",\"syntax\":");
    json_add_text(text, syntax_of(invoice));
    text_addf(text, ",\"valid\":%s,\"problems\":[", !fault && report->valid ? "true" : "false");
    for (const struct fault *f = fault; f; f = f->next, first = false)
        add_problem(text, first, f, NULL, language);
    for (size_t i = 0; !fault && i < report->problems.count; i++, first = false)
        add_problem(text, first, NULL, &report->problems.at[i], language);
    text_addz(text, "],\"structure\":["); /* what the XML Schema would refuse: a kind of its own, no part of the verdict */
    for (size_t i = 0; !fault && i < report->structure.count; i++)
        add_problem(text, !i, NULL, &report->structure.at[i], language);
    struct str sets = fault ? STR("") : einvoice_sets_text(text->arena, report->sets);
    text_addz(text, "],\"rules\":");
    json_add_text(text, sets);
    text_addz(text, "}\n");
}

static void say_lines(struct text *text, enum language language, struct str file, const struct einvoice *invoice,
                      const struct einvoice_report *report, const struct fault *fault)
{
    const char *verdict = translate(language, fault || !report->valid ? "not valid"
                                              : report->structure_count
                                                  ? "valid by the rules, but not built as the standard asks"
                                                  : "valid").at;
    text_addf(text, "%.*s: %s (%.*s)\n", STR_ARG(file), verdict, STR_ARG(syntax_of(invoice)));
    for (const struct fault *f = fault; f; f = f->next) {
        struct str sentence = fault_text(text->arena, f, language);
        text_addf(text, "  %s: %.*s\n", f->type->code, STR_ARG(sentence));
    }
    for (size_t i = 0; !fault && i < report->problems.count; i++) {
        const struct einvoice_problem *p = &report->problems.at[i];
        struct str sentence = language == DUTCH ? p->dutch : p->english;
        text_addf(text, "  %d: %s (%s) %.*s\n      %.*s", p->line, p->rule,
                  translate(language, severity_word(p->severity)).at, STR_ARG(sentence), STR_ARG(p->path));
        if (p->values.length) text_addf(text, " [%.*s]", STR_ARG(p->values));
        text_add_char(text, '\n');
    }
    for (size_t i = 0; !fault && i < report->structure.count; i++) {
        const struct einvoice_problem *p = &report->structure.at[i];
        struct str sentence = language == DUTCH ? p->dutch : p->english;
        text_addf(text, "  %d: %s %.*s\n      %.*s\n", p->line, p->rule, STR_ARG(sentence), STR_ARG(p->path));
    }
}

static void check_one(struct checking *c, struct arena *arena, size_t at)
{
    struct str file = c->files->at[at], bytes, xml;
    struct einvoice *invoice = NULL;
    struct einvoice_report report = { 0 };
    struct text text = text_new(arena);
    struct fault *fault = own_file(arena, file, &bytes);
    if (!fault) fault = own_invoice_xml(arena, bytes, &xml);
    if (!fault) fault = einvoice_read(arena, xml, &invoice);
    if (!fault) einvoice_judge_without(arena, invoice, c->sets, c->without, &report);
    if (c->json) say_json(&text, c->own->language, file, invoice, &report, fault);
    else say_lines(&text, c->own->language, file, invoice, &report, fault);
    struct found found = { malloc(text.length + 1), text.length, true, !fault && report.valid };
    ensure(found.text);
    memcpy(found.text, text.at, text.length);
    pthread_mutex_lock(&c->lock);
    while (at >= c->printed + AHEAD_MOST) pthread_cond_wait(&c->room, &c->lock);
    c->found[at % AHEAD_MOST] = found;
    if (at == c->printed) pthread_cond_signal(&c->done);
    pthread_mutex_unlock(&c->lock);
}

static void *check_some(void *context)
{
    struct checking *c = context;
    struct arena *arena = arena_new((size_t)1 << 33);
    for (size_t at; (at = atomic_fetch_add(&c->next, 1)) < c->files->count;) {
        check_one(c, arena, at);
        arena_reset(arena);
    }
    arena_free(arena);
    return NULL;
}

/* Prints what was found in file `i` when its turn has come; false: not valid. */
static bool print_one(struct checking *c, size_t i)
{
    struct found *next = &c->found[i % AHEAD_MOST];
    pthread_mutex_lock(&c->lock);
    while (!next->ready) pthread_cond_wait(&c->done, &c->lock);
    struct found found = *next;
    next->ready = false;
    c->printed = i + 1;
    pthread_cond_broadcast(&c->room);
    pthread_mutex_unlock(&c->lock);
    fwrite(found.text, 1, found.length, c->own->out);
    free(found.text);
    return found.valid;
}

static size_t cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > THREADS_MOST ? THREADS_MOST : (size_t)cores;
}

static bool check_all(struct checking *c)
{
    pthread_t threads[THREADS_MOST];
    size_t most = cores() < c->files->count ? cores() : c->files->count, count = 0;
    bool valid = true;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->done, NULL);
    pthread_cond_init(&c->room, NULL);
    while (c->files->count > 1 && count < most && !pthread_create(&threads[count], NULL, check_some, c)) count++;
    struct arena *arena = arena_new((size_t)1 << 33);
    for (size_t i = 0; i < c->files->count; i++) {
        if (!count) check_one(c, arena, i), arena_reset(arena);
        valid = print_one(c, i) && valid;
    }
    arena_free(arena);
    for (size_t i = 0; i < count; i++) pthread_join(threads[i], NULL);
    pthread_cond_destroy(&c->room);
    pthread_cond_destroy(&c->done);
    pthread_mutex_destroy(&c->lock);
    return valid;
}

static struct fault *no_check(struct arena *arena, struct str unknown)
{
    struct text known = text_new(arena);
    const char *const *ids;
    size_t count = einvoice_own_checks(&ids);
    for (size_t i = 0; i < count; i++) text_addf(&known, "%s%s", i ? ", " : "", ids[i]);
    return FAULT(arena, &app_no_check, "without", PARAM("check", unknown), PARAM("known", text_str(&known)));
}

/* A folder stands for the XML and PDF files in it, in the order of their names. */
static int by_name(const void *a, const void *b) { return str_compare(*(const struct str *)a, *(const struct str *)b); }

static bool take_folder(struct arena *arena, struct str folder, struct words *files)
{
    DIR *dir = opendir(str_keep(arena, folder).at);
    size_t from = files->count;
    if (!dir) return false;
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct str name = str_of(entry->d_name);
        struct str ends = name.length > 4 ? str_part(name, name.length - 4, 4) : STR("");
        if (!str_equal_caseless(ends, STR(".xml")) && !str_equal_caseless(ends, STR(".pdf"))) continue;
        size_t room = folder.length + name.length + 2;
        char *path = arena_alloc(arena, room); /* as large as it is: there may be a hundred thousand */
        int length = snprintf(path, room, "%.*s%s%s", STR_ARG(folder), str_ends(folder, "/") ? "" : "/", entry->d_name);
        *LIST_ADD(arena, files) = (struct str){ path, (size_t)length };
    }
    closedir(dir);
    if (files->count > from) qsort(files->at + from, files->count - from, sizeof *files->at, by_name);
    return true;
}

struct fault *app_check(struct own *own, int *code)
{
    struct app_check_flags flags = { 0 };
    struct words words = { 0 }, files = { 0 };
    TRY(own_flags(own, INTO(app_check_flags, &flags), &words));
    if (flags.version) {
        unsigned all = EINVOICE_EN16931 | EINVOICE_NLCIUS | EINVOICE_GACCOUNT | EINVOICE_PEPPOL | EINVOICE_SELF_BILLING |
                       EINVOICE_XRECHNUNG | EINVOICE_FLORIN;
        unsigned cii = all & ~(unsigned)(EINVOICE_GACCOUNT | EINVOICE_SELF_BILLING);
        fprintf(own->out, "florin %s\nUBL: %.*s\nCII: %.*s\n", FLORIN_VERSION, STR_ARG(einvoice_sets_text(own->arena, all)),
                STR_ARG(einvoice_sets_text(own->arena, cii | EINVOICE_ON_CII)));
        return NULL;
    }
    for (size_t i = 0; i < words.count; i++)
        if (!take_folder(own->arena, words.at[i], &files)) *LIST_ADD(own->arena, &files) = words.at[i];
    if (!files.count) return FAULT(own->arena, &app_no_files, NULL);
    struct str unknown = { 0 };
    struct checking *checking = ARENA_NEW(own->arena, struct checking);
    if (!einvoice_own_choice(flags.without, &checking->without, &unknown)) return no_check(own->arena, unknown);
    checking->own = own;
    checking->files = &files;
    checking->sets = rule_sets[flags.rules];
    checking->json = flags.json;
    *code = check_all(checking) ? 0 : EXIT_NOT_RIGHT;
    return NULL;
}
