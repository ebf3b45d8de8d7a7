/* The unit tests, tormented: FLORIN_TORMENT names a folder; every writing operation a test calls then fails at its statements before it is
 * done (torment.h), once on each database, and FOLDER/sqlite/ids and FOLDER/postgres/ids get the ids of those that got through in the end.
 * FLORIN_TORMENT_EVERY (1): at each nth statement, others each time. */
#include "torment.h"
#include "app/app.h"
#include "torment_unit.h"

void torment_unit_open(struct books *books, const char *place)
{
    const char *folder = getenv("FLORIN_TORMENT"), *every = getenv("FLORIN_TORMENT_EVERY");
    static struct books *last;
    static char file[1000];
    if (!folder) return;
    if (!torment.arena) {
        torment.arena = arena_new((size_t)64 << 20);
        app_operations(torment.arena, &torment.all);
        torment.every = every ? atoll(every) : 1;
        torment.first = 1 + instant_now().us / 1000 % torment.every;
        torment.most = 1;
        torment.file = file;
        torment.spares_drawing = true;
    }
    if (books != last) memset(torment.seen, 0, sizeof torment.seen);
    last = books;
    snprintf(file, sizeof file, "%s/%s/ids", folder, place[0] == '/' ? "sqlite" : "postgres");
    torment_open(books, place);
}

void torment_unit_close(void)
{
    if (torment.books) torment_close();
}

__attribute__((destructor)) static void forget(void)
{
    if (torment.arena) fprintf(stderr, "%lld failures, %lld traces\n", torment.failures, torment.traces);
    arena_free(torment.arena);
}
