/* florin backup, florin restore. A backup is one SQLite file whatever database the books are in, and it is there only after it
 * was opened and proved. */
#include "app/app_own.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

const struct fault_type app_file = { FAULT_UNREACHABLE, "app.file", "{file}: {why}." };
const struct fault_type app_not_right = { FAULT_INVALID, "app.not_right",
                                          "What is in this copy is not right; florin verify says what. Nothing was kept of it." };
static const struct fault_type app_exists = { FAULT_CONFLICT, "app.exists", "{file} is there already; choose another name." };

struct app_backup_flags { struct str to; };
RECORD(app_backup_flags, { FIELD(struct app_backup_flags, to, .min = 1, .about = "the file to make") });
struct app_restore_flags { struct str from; };
RECORD(app_restore_flags, { FIELD(struct app_restore_flags, from, .min = 1, .about = "a file that florin backup made") });

static struct fault *wrong(struct own *own, struct str file)
{
    return FAULT(own->arena, &app_file, NULL, PARAM("file", file), PARAM("why", str_keep(own->arena, str_of(strerror(errno)))));
}

/* ---- A folder for books on their way ---- */

struct fault *stage_make(struct own *own, struct str path)
{
    if (!mkdir(str_keep(own->arena, path).at, 0700)) return NULL;
    if (errno != EEXIST) return wrong(own, path);
    stage_remove(own, path); /* of a run that was broken off */
    return mkdir(str_keep(own->arena, path).at, 0700) ? wrong(own, path) : NULL;
}

void stage_remove(struct own *own, struct str path)
{
    static const char *const names[] = { "florin.db", "florin.db-wal", "florin.db-shm", "florin.db.part" };
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) unlink(str_format(own->arena, "%.*s/%s", STR_ARG(path), names[i]).at);
    rmdir(str_keep(own->arena, path).at);
}

static struct fault *sync_path(struct own *own, struct str path)
{
    int fd = open(str_keep(own->arena, path).at, O_RDONLY | O_CLOEXEC);
    bool done = fd >= 0 && !fsync(fd);
    struct fault *fault = done ? NULL : wrong(own, path);
    if (fd >= 0) close(fd);
    return fault;
}

static struct str folder_of(struct arena *arena, struct str path)
{
    size_t end = path.length;
    while (end && path.at[end - 1] != '/') end--;
    return end ? str_keep(arena, str_part(path, 0, end)) : STR(".");
}

/* The books of `stage`, closed and proved, become `file`. link refuses to write over what is there. */
static struct fault *publish(struct own *own, struct str stage, struct str file)
{
    struct str made = str_format(own->arena, "%.*s/florin.db", STR_ARG(stage));
    TRY(sync_path(own, made));
    if (link(made.at, str_keep(own->arena, file).at)) return wrong(own, file);
    unlink(made.at);
    return sync_path(own, folder_of(own->arena, file));
}

static struct fault *prove(struct own *own, struct books *books, struct str *hash)
{
    struct own all = *own;
    struct own_companies companies = { 0 };
    struct verify_result result = { 0 };
    all.books = books;
    all.company = (struct str){ 0 };
    TRY(own_companies(&all, &companies));
    TRY(verify_books(&all, books, &companies, true, NULL, &result));
    *hash = result.hash;
    return result.holds ? NULL : FAULT(own->arena, &app_not_right, NULL);
}

/* ---- Backup ---- */

static struct fault *copy_to_stage(struct own *own, struct str stage)
{
    struct books *copy = NULL;
    struct str hash = { 0 };
    bool rows = books_are_postgres(own->books);
    if (!rows) TRY(books_copy(own->arena, own->books, str_format(own->arena, "%.*s/florin.db", STR_ARG(stage)).at));
    TRY(books_open(own->arena, stage, &copy));
    struct fault *fault = books_migrate(own->arena, copy);
    if (!fault && rows) fault = books_copy_rows(own->arena, own->books, copy, NULL, NULL);
    if (!fault) fault = prove(own, copy, &hash);
    if (!fault && rows) fault = books_copied(own->arena, copy);
    books_close(copy);
    if (!fault) fprintf(own->out, "%s  %.*s\n", translate(own->language, "The copy is right.").at, STR_ARG(hash));
    return fault;
}

struct fault *app_backup(struct own *own, int *code)
{
    struct app_backup_flags flags = { 0 };
    (void)code;
    TRY(own_flags(own, INTO(app_backup_flags, &flags), NULL));
    if (!access(str_keep(own->arena, flags.to).at, F_OK)) return FAULT(own->arena, &app_exists, "to", PARAM("file", flags.to));
    TRY(own_open(own));
    struct str stage = str_format(own->arena, "%.*s.part", STR_ARG(flags.to));
    TRY(stage_make(own, stage));
    struct fault *fault = copy_to_stage(own, stage);
    if (!fault) fault = publish(own, stage, flags.to);
    stage_remove(own, stage);
    if (!fault) app_key_say(own, own->books);
    return fault;
}

/* ---- Restore ---- */

static struct fault *copy_bytes(struct own *own, struct str from, struct str to)
{
    static char part[1 << 16];
    FILE *in = fopen(str_keep(own->arena, from).at, "rb"), *out = in ? fopen(to.at, "wb") : NULL;
    struct fault *fault = in && out ? NULL : wrong(own, in ? to : from);
    for (size_t n; !fault && (n = fread(part, 1, sizeof part, in)) > 0;)
        if (fwrite(part, 1, n, out) != n) fault = wrong(own, to);
    if (!fault && ferror(in)) fault = wrong(own, from);
    if (out && fclose(out) && !fault) fault = wrong(own, to);
    if (in) fclose(in);
    return fault;
}

static struct fault *restore_rows(struct own *own, struct books *from)
{
    struct books *to = NULL;
    TRY(books_open(own->arena, own->data, &to));
    struct fault *fault = books_migrate(own->arena, to);
    if (!fault) fault = migrate_books(own, from, to);
    books_close(to);
    return fault;
}

static struct fault *restore_from_stage(struct own *own, struct str from, struct str stage, bool rows)
{
    struct books *books = NULL;
    struct str hash = { 0 };
    TRY(copy_bytes(own, from, str_format(own->arena, "%.*s/florin.db", STR_ARG(stage))));
    TRY(books_open(own->arena, stage, &books));
    struct fault *fault = books_migrate(own->arena, books);
    if (!fault) fault = rows ? restore_rows(own, books) : prove(own, books, &hash);
    books_close(books);
    if (fault || rows) return fault;
    TRY(publish(own, stage, str_format(own->arena, "%.*s/florin.db", STR_ARG(own->data))));
    fprintf(own->out, "%s  %.*s\n", translate(own->language, "The copy is right.").at, STR_ARG(hash));
    return NULL;
}

struct fault *app_restore(struct own *own, int *code)
{
    struct app_restore_flags flags = { 0 };
    (void)code;
    TRY(own_flags(own, INTO(app_restore_flags, &flags), NULL));
    if (!own->data.length) return FAULT(own->arena, &app_no_data, "data");
    if (access(str_keep(own->arena, flags.from).at, R_OK)) return wrong(own, flags.from);
    bool rows = str_starts(own->data, "postgres://") || str_starts(own->data, "postgresql://");
    struct fault *missing = rows ? NULL : own_check_books(own->arena, own->data);
    if (!rows && !missing) return FAULT(own->arena, &app_books_there, "data", PARAM("place", own->data));
    if (!rows && mkdir(str_keep(own->arena, own->data).at, 0700) && errno != EEXIST) return wrong(own, own->data);
    struct str stage = rows ? str_format(own->arena, "%.*s.restoring", STR_ARG(flags.from))
                            : str_format(own->arena, "%.*s/restoring", STR_ARG(own->data));
    TRY(stage_make(own, stage));
    struct fault *fault = restore_from_stage(own, flags.from, stage, rows);
    stage_remove(own, stage);
    return fault;
}
