/* The program's own commands beside the operations: verify, backup, restore, migrate-to, read, check. Each is a row in
 * app_own.c; its flags are the fields of one record, so that they are checked and told as those of operations are. */
#pragma once
#include "app/app.h"

struct own {
    struct arena *arena;
    const struct operations *operations;
    struct str data, company; /* --data and --company, or the settings' */
    enum language language;
    FILE *out, *err;
    struct str command;
    size_t count;             /* the words behind the command */
    const char *const *words;
    struct str key_file;      /* the settings'; absent: where it is by itself */
    struct books *books;      /* opened by own_open; closed when the command ends */
};
/* Whether the first word is one of these commands; then it ran and *code is the exit code. */
bool own_is(struct str command); /* one of the program's own */
bool own_run(struct own *own, struct str command, int *code);
/* One line for each, for `florin help`; with a name: all of that one. false: no such command. */
bool own_help(FILE *out, struct arena *arena, enum language language, struct str name);

/* What a command gives: NULL and *code (0, or 65 when something was found that isn't right), or a refusal. */
typedef struct fault *own_function(struct own *own, int *code);
own_function app_verify, app_backup, app_restore, app_migrate, app_read, app_check, app_demo, app_totp, app_key;
extern const struct record app_verify_flags_record, app_backup_flags_record, app_restore_flags_record, app_migrate_flags_record,
    app_read_flags_record, app_check_flags_record, app_demo_flags_record, app_totp_flags_record, app_key_flags_record;

struct words { struct str *at; size_t count, room; };
/* --flag value, --flag=value and --flag for what is true or false into the struct; what has no -- before it goes to `rest`, which
 * is refused when `rest` is NULL. */
CHECKED struct fault *own_flags(struct own *own, struct into into, struct words *rest);
/* Opens the books at --data; they must be there. */
/* Brings the books up to this program; how far it is goes to `out` when that is a terminal, and to the log. NULL: the log only. */
CHECKED struct fault *own_upgrade(struct arena *arena, struct books *books, FILE *out, enum language language);
CHECKED struct fault *own_open(struct own *own);
CHECKED struct fault *own_check_books(struct arena *arena, struct str where); /* refuses app_no_books */
/* Prints the faults, each on a line, and gives the exit code. */
int own_refuse(struct own *own, struct fault *fault);
/* All companies, or the one of --company; ids in their order. */
struct own_company { int64_t id; struct str name; };
struct own_companies { struct own_company *at; size_t count, room; };
CHECKED struct fault *own_companies(struct own *own, struct own_companies *companies);

/* Says that the key is not in the copy. */
void app_key_say(struct own *own, const struct books *books);

/* What `florin verify` found. */
struct verify_check { struct str name; bool holds; int64_t count; struct str detail; };
LIST_STRUCT(verify_checks, struct verify_check);
struct verify_company { int64_t id; struct str name; bool holds; struct str hash; struct verify_checks checks; };
LIST_STRUCT(verify_companies, struct verify_company);
struct verify_result { bool holds; struct str hash; struct verify_companies companies; };
extern const struct record verify_result_record;
struct progress;
/* Proves the books of these companies, and with `installation` the trail that belongs to none. `hash`: over the hashes of the
 * companies, the same on both databases. Reads only; `progress` may be NULL. */
CHECKED struct fault *verify_books(struct own *own, struct books *books, const struct own_companies *companies, bool installation,
                                   struct progress *progress, struct verify_result *result);

/* Every row of `from` into `to`, which is empty, then proves that both have the same hash; shows a bar. After a refusal `to` is as
 * empty as it was, or books_migrate refuses it. */
CHECKED struct fault *migrate_books(struct own *own, struct books *from, struct books *to);
/* A folder of our own for books on their way, and away with it. */
CHECKED struct fault *stage_make(struct own *own, struct str path);
void stage_remove(struct own *own, struct str path);

/* The bytes of a file, at most 128 MiB; - is the standard input. */
CHECKED struct fault *own_file(struct arena *arena, struct str name, struct str *bytes);
/* What may be an e-invoice: the XML inside a PDF, or the bytes as they are. */
CHECKED struct fault *own_invoice_xml(struct arena *arena, struct str bytes, struct str *xml);
/* {"payment_orders":{…}} (pain.001, pain.008), {"payment_status":{…}} (pain.002), {"audit_file":{…}} (XAF); not `known` when it is none. */
CHECKED struct fault *own_read_other(struct arena *arena, struct str bytes, struct text *out, bool *known);

enum { EXIT_NOT_RIGHT = 65 };
extern const struct fault_type app_books_there, app_file, app_not_right;
extern const struct fault_type app_no_books, app_no_data, app_flag, app_as_program;
