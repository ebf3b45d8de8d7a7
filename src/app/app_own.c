#include "app/app_own.h"
#include "access/access.h"
#include "app.sql.h"
#include <sys/stat.h>

const struct fault_type app_no_data = {
    FAULT_INVALID, "app.no_data", "Say where the books are: --data DIR, --data postgresql://…, or data in the settings."
};
const struct fault_type app_flag = { FAULT_INVALID, "app.flag", "{flag} wants a value." };
const struct fault_type app_as_program = {
    FAULT_INVALID, "app.as_program", "florin {command} is done by the program itself, for all companies; leave --as out."
};
const struct fault_type app_no_books = { FAULT_MISSING, "app.no_books", "There are no books in {place}." };
static const struct fault_type app_word = { FAULT_INVALID, "app.word",
                                            "{word} is not understood here; see florin help {command}." };

static const struct own_command {
    const char *name;
    own_function *run;
    const struct record *flags;
    const char *words, *summary; /* words: what stands behind the command without a flag */
} commands[] = {
    { "demo", app_demo, &app_demo_flags_record, "", "Make a made-up company with two years of history, to look around in" },
    { "totp", app_totp, &app_totp_flags_record, "", "Print the code of this moment of a second factor" },
    { "key", app_key, &app_key_flags_record, "show|rotate|lost",
      "The key that secrets are sealed with: where it is, a new one, or one that is lost" },
    { "verify", app_verify, &app_verify_flags_record, "",
      "Prove that the books, the audit trail and the archive are right; give their hash" },
    { "backup", app_backup, &app_backup_flags_record, "",
      "Copy the books to a file while they are in use, and verify the copy" },
    { "restore", app_restore, &app_restore_flags_record, "",
      "Make books at --data of a backup; never over books that are there" },
    { "migrate-to", app_migrate, &app_migrate_flags_record, "DIR-or-url",
      "Copy the books to another database, SQLite or PostgreSQL, and prove that they are the same" },
    { "read", app_read, &app_read_flags_record, "FILE…", "Print an e-invoice or a bank statement as JSON" },
    { "check", app_check, &app_check_flags_record, "FILE-or-FOLDER…", "Check e-invoices by the official rules" },
};

/* ---- Words ---- */

static bool is_switch(const struct record *record, struct str name)
{
    const struct field *field = record_field(record, name);
    return field && field->type == FIELD_BOOL;
}

struct fault *own_flags(struct own *own, struct into into, struct words *rest)
{
    struct arena *arena = own->arena;
    struct pair *pairs = ARENA_ARRAY(arena, struct pair, own->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < own->count; i++) {
        struct str value, word = str_of(own->words[i]);
        if (!str_starts(word, "--") || word.length < 3) {
            if (!rest) return FAULT(arena, &app_word, NULL, PARAM("word", word), PARAM("command", own->command));
            *LIST_ADD(arena, rest) = word;
            continue;
        }
        struct str name = str_keep(arena, str_cut(str_part(word, 2, word.length), '=', &value));
        for (char *z = (char *)(uintptr_t)name.at; *z; z++)
            if (*z == '-') *z = '_';
        if (!value.at && is_switch(into.record, name)) value = STR("true");
        else if (!value.at && i + 1 < own->count) value = str_of(own->words[++i]);
        else if (!value.at) return FAULT(arena, &app_flag, NULL, PARAM("flag", word));
        pairs[count++] = (struct pair){ name, value };
    }
    return record_from_pairs(arena, pairs, count, (struct str){ 0 }, into);
}

/* ---- Books ---- */

struct fault *own_check_books(struct arena *arena, struct str where)
{
    struct stat about;
    if (str_starts(where, "postgres://") || str_starts(where, "postgresql://")) return NULL;
    if (!stat(str_format(arena, "%.*s/florin.db", STR_ARG(where)).at, &about)) return NULL;
    return FAULT(arena, &app_no_books, "data", PARAM("place", where));
}

struct upgrade { FILE *out; enum language language; struct progress progress; };

static void upgrade_told(void *context, int64_t step, int64_t steps, const char *name)
{
    struct upgrade *u = context;
    if (step == 1) u->progress = progress_begin(u->out, translate(u->language, "Upgrading the books").at, steps);
    LOG(LOG_INFO, "db.migrating", LOG_TEXT("name", str_of(name)), LOG_INT("step", step), LOG_INT("steps", steps));
    progress_set(&u->progress, step - 1);
}

struct fault *own_upgrade(struct arena *arena, struct books *books, FILE *out, enum language language)
{
    struct upgrade u = { .out = out, .language = language };
    TRY(books_migrate_told(arena, books, upgrade_told, &u));
    if (u.progress.total) progress_end(&u.progress);
    return NULL;
}

struct fault *own_open(struct own *own)
{
    if (!own->data.length) return FAULT(own->arena, &app_no_data, "data");
    TRY(own_check_books(own->arena, own->data));
    TRY(books_open(own->arena, own->data, &own->books));
    if (own->key_file.length) books_key_file(own->books, own->key_file);
    return own_upgrade(own->arena, own->books, own->err, own->language);
}

RECORD(own_company, { FIELD(struct own_company, id), FIELD(struct own_company, name) });

struct fault *own_companies(struct own *own, struct own_companies *companies)
{
    struct work work = { .arena = own->arena, .now = instant_now(), .language = own->language };
    if (own->company.length) TRY(access_act_as(&work, own->books, own->operations, (struct str){ 0 }, own->company));
    work.reading = true;
    TRY(db_begin(&work, own->books));
    struct own_companies all = { 0 };
    struct fault *fault = db_all(&work, &sql_app_companies, NONE, INTO_LIST(own_company, &all));
    db_rollback(&work);
    for (size_t i = 0; !fault && i < all.count; i++)
        if (!own->company.length || all.at[i].id == work.company_id) *LIST_ADD(own->arena, companies) = all.at[i];
    return fault;
}

/* ---- Running one ---- */

int own_refuse(struct own *own, struct fault *fault)
{
    struct str lines = fault_to_lines(own->arena, fault, own->language);
    fprintf(own->err, "%.*s", STR_ARG(lines));
    return fault_exit_code(fault);
}

static const struct own_command *find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++)
        if (str_is(name, commands[i].name)) return &commands[i];
    return NULL;
}

bool own_is(struct str command) { return find(command) != NULL; }

bool own_run(struct own *own, struct str command, int *code)
{
    const struct own_command *found = find(command);
    if (!found) return false;
    *code = 0;
    own->command = command;
    struct fault *fault = found->run(own, code);
    if (fault) *code = own_refuse(own, fault);
    books_close(own->books);
    own->books = NULL;
    fflush(own->out);
    if (!*code && ferror(own->out)) *code = 74;
    return true;
}

bool own_help(FILE *out, struct arena *arena, enum language language, struct str name)
{
    const struct own_command *one = find(name);
    if (name.at && !one) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        const struct own_command *c = &commands[i];
        struct str head = str_format(arena, "%s%s%s", c->name, *c->words ? " " : "", c->words);
        if (!one) fprintf(out, "  %-28s %s\n", head.at, translate(language, c->summary).at);
        if (one != c) continue;
        fprintf(out, "florin %s\n  %s\n\n", head.at, translate(language, c->summary).at);
        for (size_t f = 0; f < c->flags->count; f++) {
            const struct field *field = &c->flags->fields[f];
            fprintf(out, "  --%-26s %s", field->name, field->about ? translate(language, field->about).at : "");
            for (size_t k = 1; k < field->choice_count; k++) fprintf(out, "%s%s", k > 1 ? ", " : " ", field->choices[k]);
            fputc('\n', out);
        }
    }
    return true;
}
