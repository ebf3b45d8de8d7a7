/* What of a request we take apart ourselves: the target's path and query, the headers' values, settings. */
#include "app/app.h"
#include "doors/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct operations operations;
    static struct arena *kept, *arena;
    static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
    if (!kept) {
        kept = arena_new((size_t)1 << 30);
        arena = arena_new((size_t)1 << 30);
        app_operations(kept, &operations);
    }
    arena_reset(arena);
    struct str target = str_copy(arena, (const char *)data, size), query, path = str_cut(target, '?', &query);
    struct pair pairs[PAIRS_MAX + PATH_PARTS_MAX];
    for (size_t m = 0; m < ARRAY_LENGTH(methods); m++) {
        size_t count = 0;
        bool other, too_many;
        const struct operation *op = operation_by_path(&operations, str_of(methods[m]), path, pairs, &count, &other);
        ensure(count <= PATH_PARTS_MAX && !(op && other));
        for (size_t i = 0; i < count; i++) (void)percent_decode(arena, pairs[i].text, false, &pairs[i].text);
        if (query_parse(arena, query, pairs, &count, &too_many))
            for (size_t i = 0; i < count; i++) ensure(str_is_utf8(pairs[i].text) || i < PATH_PARTS_MAX);
        ensure(count <= PAIRS_MAX + PATH_PARTS_MAX);
    }
    (void)accept_language(target);
    (void)cookie_find(target, "florin_session");
    (void)bearer_find(target);
    (void)media_type_is(target, "application/json");
    (void)accepts_coding(target, "br");
    (void)request_id_is_sane(target);
    const struct pair *settings;
    size_t settings_count;
    struct fault *fault = settings_parse(arena, target, &settings, &settings_count);
    (void)fault_to_problem(arena, fault ? fault : FAULT(arena, &input_invalid, NULL, PARAM("why", target)), DUTCH, target);
    return 0;
}
