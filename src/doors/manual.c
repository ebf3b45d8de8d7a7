/* The manual, from the tables. */
#include "doors/cli_private.h"

#define USAGE \
    "florin NOUN VERB --flag value … [--data DIR-or-url] [--company NAME-or-id] [--as EMAIL [--factor CODE]] [--json] [--csv]"
#define AS_WHOM \
    "--as EMAIL: as this person, with that person's permissions and name in the audit trail; --factor: a code of the second factor, for what asks for one. Without it: as the program."

enum { MANUAL_DEPTH = 3 }; /* a list of things that hold a list */

static const char *say(enum language language, const char *english) { return translate(language, english).at; }

enum language language_of_locale(const char *lang) { return lang && !strncmp(lang, "nl", 2) ? DUTCH : ENGLISH; }

static struct str noun_of(const struct operation *op) { return str_cut(str_of(op->command), ' ', &(struct str){ 0 }); }

static void print_line(FILE *out, const struct operation *op, enum language language)
{
    fprintf(out, "  %-28s %s\n", op->command, say(language, op->summary));
}

static const char *type_text(const struct field *f)
{
    static const char *const names[FIELD_TYPE_COUNT] = {
        [FIELD_INT] = "whole number", [FIELD_BOOL] = "true or false", [FIELD_TEXT] = "text", [FIELD_DATE] = "day, 2025-01-31",
        [FIELD_INSTANT] = "instant, 2025-01-31T12:00:00Z", [FIELD_DECIMAL] = "decimal", [FIELD_CHOICE] = "one of",
        [FIELD_ID] = "id", [FIELD_AMOUNT] = "amount, 1250.00", [FIELD_BYTES] = "bytes in base64", [FIELD_JSON] = "JSON",
        [FIELD_RECORD] = "JSON object", [FIELD_LIST] = "JSON list",
    };
    return names[f->type];
}

static void print_field(FILE *out, const struct field *f, enum language language, const char *before)
{
    struct str name = field_json_name(f);
    int wide = fprintf(out, "  %s%.*s", before, STR_ARG(name));
    fprintf(out, "%*s%s", wide < 30 ? 30 - wide : 1, "", say(language, type_text(f)));
    for (size_t i = 1; f->type == FIELD_CHOICE && i < f->choice_count; i++)
        fprintf(out, "%s%s", i > 1 ? ", " : " ", f->choices[i]);
    if (f->type == FIELD_INT && (f->min || f->max)) fprintf(out, " %lld…%lld", (long long)f->min, (long long)f->max);
    if (f->type == FIELD_TEXT && f->max) fprintf(out, ", %s %lld", say(language, "at most"), (long long)f->max);
    if (f->optional) fprintf(out, "; %s", say(language, "may be left out"));
    if (f->about) fprintf(out, "; %s", say(language, f->about));
    fputc('\n', out);
}

/* A field, and below it those of what it holds: how deep, `inside` says. */
static void print_whole(FILE *out, const struct field *f, enum language language, const char *before, size_t inside)
{
    char blanks[2 * MANUAL_DEPTH + 1];
    print_field(out, f, language, before);
    if (!f->record || inside == MANUAL_DEPTH) return;
    memset(blanks, ' ', sizeof blanks - 1);
    blanks[2 * (inside + 1)] = 0;
    for (size_t i = 0; i < f->record->count; i++)
        if (!f->record->fields[i].secret) print_whole(out, &f->record->fields[i], language, blanks, inside + 1);
}

static void print_fields(FILE *out, const char *title, const struct record *record, enum language language, const char *before)
{
    if (record == &nothing_record) return;
    fprintf(out, "\n%s\n", say(language, title));
    for (size_t i = 0; i < record->count; i++)
        if (!(record->fields[i].secret && !*before)) print_whole(out, &record->fields[i], language, before, 0);
}

static int print_one(FILE *out, const struct operation *op, enum language language)
{
    const struct record *takes = operation_takes(op);
    fprintf(out, "florin %s\n  %s\n", op->command, say(language, op->summary));
    fprintf(out, "  HTTP: %s /api/v1%s\n", op->method, op->path);
    if (op->needs) fprintf(out, "  %s: %s\n", say(language, "Permission"), op->needs);
    if (op->flags & OPERATION_STEP_UP)
        fprintf(out, "  %s\n", say(language, "Needs a second factor shown less than ten minutes ago."));
    if (op->flags & OPERATION_UPLOAD)
        fprintf(out, "  %s\n",
                say(language, "--content FILE hands in the bytes; - reads them from the standard input."));
    print_fields(out, "It takes", takes, language, "--");
    if (op->list) {
        fprintf(out, "\n%s\n  --sort  --after  --limit  --csv  --json\n", say(language, "Of the list"));
        for (size_t i = 0; i < op->list->row->count; i++)
            if (op->list->row->fields[i].filter) print_field(out, &op->list->row->fields[i], language, "--");
        print_fields(out, "Each row has", op->list->row, language, "");
    } else if (op->flags & OPERATION_FILE) fprintf(out, "\n%s\n", say(language, "It gives a file: --out FILE says where to."));
    else print_fields(out, "It gives", op->call->gives, language, "");
    return 0;
}

/* ---- As a man page (man(7)) ---- */

/* A line of its own: nothing in it is a request of roff. */
static void roff(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'') fputs("\\&", out);
    for (; *text; text++) {
        if (*text == '\\') fputs("\\e", out);
        else if (*text == '-') fputs("\\-", out);
        else if (*text != '\n') fputc(*text, out);
    }
    fputc('\n', out);
}

static void roff_fields(FILE *out, const struct record *record, enum language language, const char *before, bool filters)
{
    char *line;
    size_t length;
    for (size_t i = 0; i < record->count; i++) {
        const struct field *f = &record->fields[i];
        if (filters ? !f->filter : f->secret && !*before) continue;
        FILE *text = open_memstream(&line, &length);
        ensure(text);
        print_whole(text, f, language, before, 0);
        fclose(text);
        for (char *at = line, *end; (end = strchr(at, '\n')); at = end + 1) {
            *end = 0;
            fputs(".br\n", out);
            roff(out, at + 2);
        }
        free(line);
    }
}

static void roff_operation(FILE *out, const struct operation *op, enum language language)
{
    fprintf(out, ".SS ");
    roff(out, op->command);
    roff(out, say(language, op->summary));
    fprintf(out, ".br\nHTTP: %s /api/v1", op->method);
    roff(out, op->path);
    if (op->needs) fprintf(out, ".br\n%s: ", say(language, "Permission")), roff(out, op->needs);
    if (op->flags & OPERATION_STEP_UP)
        fputs(".br\n", out), roff(out, say(language, "Needs a second factor shown less than ten minutes ago."));
    if (operation_takes(op) != &nothing_record) {
        fprintf(out, ".PP\n%s\n", say(language, "It takes"));
        roff_fields(out, operation_takes(op), language, "--", false);
    }
    if (op->list) {
        fprintf(out, ".PP\n%s\n.br\n", say(language, "Of the list"));
        roff(out, "--sort --after --limit --csv --json");
        roff_fields(out, op->list->row, language, "--", true);
        fprintf(out, ".PP\n%s\n", say(language, "Each row has"));
        roff_fields(out, op->list->row, language, "", false);
    } else if (op->call->gives != &nothing_record && !(op->flags & OPERATION_FILE)) {
        fprintf(out, ".PP\n%s\n", say(language, "It gives"));
        roff_fields(out, op->call->gives, language, "", false);
    }
}

void cli_man(const struct operations *operations, FILE *out, enum language language)
{
    static const struct { const char *code, *means; } exits[] = {
        { "0", "done" }, { "64", "used wrongly" }, { "65", "the input is refused" }, { "66", "there is no such thing" },
        { "69", "out of reach for now" }, { "70", "a mistake of ours" }, { "74", "the output could not be written" },
        { "75", "not in this state; read again and try again" }, { "77", "not allowed" },
    };
    fprintf(out, ".TH FLORIN 1\n.SH NAME\nflorin \\- %s\n.SH SYNOPSIS\n",
            say(language, "bills, invoices, bank and books of a company"));
    roff(out, say(language, USAGE));
    fputs(".PP\n", out);
    roff(out, say(language, AS_WHOM));
    fprintf(out, ".SH %s\n", say(language, "COMMANDS"));
    for (size_t i = 0; i < operations->count; i++) roff_operation(out, operation_numbered(operations, i), language);
    fprintf(out, ".SH %s\n", say(language, "EXIT STATUS"));
    for (size_t i = 0; i < ARRAY_LENGTH(exits); i++) {
        fprintf(out, ".TP\n%s\n", exits[i].code);
        roff(out, say(language, exits[i].means));
    }
}

int cli_help(const struct operations *operations, struct arena *arena, FILE *out, enum language language,
             struct str noun, struct str verb)
{
    const struct operation *op = noun.at ? operation_by_command(operations, noun, verb) : NULL;
    bool any = false;
    (void)arena;
    if (op) return print_one(out, op, language);
    if (!noun.at) {
        fprintf(out, "%s\n\n",
                say(language, USAGE));
        fprintf(out, "%s\n", say(language, AS_WHOM));
        fprintf(out, "%s\n", say(language, "florin help NOUN VERB tells all of one command."));
    }
    struct str last = { 0 };
    for (size_t i = 0; i < operations->count; i++) {
        const struct operation *next = operation_numbered(operations, i);
        struct str its = noun_of(next);
        if (noun.at && !str_equal(its, noun)) continue;
        if (!str_equal(its, last) && !noun.at) fputc('\n', out);
        last = its;
        any = true;
        print_line(out, next, language);
    }
    return any || !noun.at ? 0 : 64;
}
