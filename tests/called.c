/* Which operations of the program the tests called: FLORIN_CALLED names the file that gets their ids, one a line;
 * tools/check_called.py reads it. Operations of the tests' own sample rooms don't count. */
#include "app/app.h"
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { struct arena *arena; struct operations all; bool *called; } seen;

static bool is_ours(const struct operation *operation)
{
    for (size_t i = 0; i < seen.all.count; i++)
        if (operation_numbered(&seen.all, i) == operation) return true;
    return false;
}

void operation_was_called(const struct operation *operation)
{
    const char *path = getenv("FLORIN_CALLED");
    if (!path) return;
    pthread_mutex_lock(&lock);
    if (!seen.arena) {
        seen.arena = arena_new((size_t)64 << 20);
        app_operations(seen.arena, &seen.all);
        seen.called = ARENA_ARRAY(seen.arena, bool, seen.all.count + 1);
    }
    bool *called = is_ours(operation) ? &seen.called[operation_number(&seen.all, operation)] : NULL;
    FILE *f = called && !*called ? fopen(path, "a") : NULL;
    if (f) {
        struct str id = operation_id(seen.arena, operation);
        *called = true;
        fprintf(f, "%.*s\n", STR_ARG(id));
        fclose(f);
    }
    pthread_mutex_unlock(&lock);
}

__attribute__((destructor)) static void forget(void) { arena_free(seen.arena); }
