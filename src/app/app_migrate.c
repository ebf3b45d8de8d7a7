/* florin migrate-to: the same books on another database. */
#include "app/app_own.h"
#include "doors/doors.h"

const struct fault_type app_books_there = { FAULT_CONFLICT, "app.books_there",
                                            "There are books in {place} already; choose another place." };
static const struct fault_type app_one_place = { FAULT_INVALID, "app.one_place",
                                                 "Say where to: florin migrate-to DIR, or postgresql://…" };
static const struct fault_type app_differs = {
    FAULT_BROKEN, "app.differs",
    "What arrived is not what left ({hash} became {arrived}); the copy can't be used. Stop all who write, remove the copy and try again."
};
struct app_migrate_flags { int64_t unused; };
const struct record app_migrate_flags_record = { "app_migrate_flags", sizeof(struct app_migrate_flags), NULL, 0 };

static struct fault *told(void *context, int64_t done, int64_t total)
{
    struct progress *progress = context;
    progress->total = total;
    progress_set(progress, done);
    return NULL;
}

/* The books of all companies, whatever --company says. */
static struct fault *verify_all(struct own *own, struct books *books, struct verify_result *result)
{
    struct own all = *own;
    struct own_companies companies = { 0 };
    all.books = books;
    all.company = (struct str){ 0 };
    TRY(own_companies(&all, &companies));
    struct progress progress =
        progress_begin(own->err, translate(own->language, "Verifying").at, (int64_t)companies.count * 4 + 1);
    TRY(verify_books(&all, books, &companies, true, &progress, result));
    progress_end(&progress);
    return NULL;
}

struct fault *migrate_books(struct own *own, struct books *from, struct books *to)
{
    struct verify_result left = { 0 }, arrived = { 0 };
    TRY(verify_all(own, from, &left));
    struct progress progress = progress_begin(own->err, translate(own->language, "Copying").at, 0);
    TRY(books_copy_rows(own->arena, from, to, told, &progress));
    progress_end(&progress);
    TRY(verify_all(own, to, &arrived));
    if (!str_equal(left.hash, arrived.hash) || left.holds != arrived.holds)
        return FAULT(own->arena, &app_differs, NULL, PARAM("hash", left.hash), PARAM("arrived", arrived.hash));
    TRY(books_copied(own->arena, to));
    fprintf(own->out, "%s  %.*s\n", translate(own->language, "The copy is the same.").at, STR_ARG(arrived.hash));
    return NULL;
}

/* The rows came sealed: without their key nobody's second factor could be read. */
static struct fault *bring_keys(struct own *own, struct books *to)
{
    struct str place = books_key_place(to);
    if (str_equal(books_key_place(own->books), place)) return NULL;
    TRY(books_keys_bring(own->arena, own->books, to));
    const struct param file = PARAM("file", place);
    struct str text =
        text_fill(own->arena, translate(own->language, "The key of their secrets is in {file}; keep it."), &file, 1);
    fprintf(own->out, "%.*s\n", STR_ARG(text));
    return NULL;
}

struct fault *app_migrate(struct own *own, int *code)
{
    struct app_migrate_flags flags = { 0 };
    struct words places = { 0 };
    struct books *to = NULL;
    (void)code;
    TRY(own_flags(own, (struct into){ &app_migrate_flags_record, &flags }, &places));
    if (places.count != 1) return FAULT(own->arena, &app_one_place, NULL);
    struct str place = places.at[0];
    bool folder = !str_starts(place, "postgres://") && !str_starts(place, "postgresql://");
    struct fault *missing = folder ? own_check_books(own->arena, place) : NULL;
    if (folder && !missing) return FAULT(own->arena, &app_books_there, NULL, PARAM("place", place));
    TRY(own_open(own));
    TRY(books_open(own->arena, place, &to));
    if (own->key_file.length) books_key_file(to, own->key_file);
    struct fault *fault = books_migrate(own->arena, to);
    if (!fault) fault = migrate_books(own, own->books, to);
    if (!fault) fault = bring_keys(own, to);
    books_close(to);
    if (fault && folder) stage_remove(own, place);
    return fault;
}
