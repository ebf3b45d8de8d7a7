/* JSON and pairs into a record with every type of field, and out again: what was taken comes back the same. */
#include "record/record.h"

struct inner { struct str label; int64_t count; };
struct sample {
    struct { int64_t n; } id;
    int64_t number, total_minor;
    struct str currency, title, content, anything;
    bool open;
    struct date due_on;
    struct instant seen_at;
    struct decimal price;
    unsigned state;
    struct inner part;
    LIST_OF(struct inner) lines;
};
RECORD(inner, { FIELD(struct inner, label, .max = 20), FIELD(struct inner, count, OPTIONAL, .min = -5, .max = 5) });
static const char *const states[] = { NULL, "draft", "done" };
RECORD(sample, {
    ID(struct sample, id, OPTIONAL),
    FIELD(struct sample, number, OPTIONAL),
    AMOUNT(struct sample, total_minor, OPTIONAL, .currency = "currency"),
    FIELD(struct sample, currency, OPTIONAL, .min = 3, .max = 3),
    FIELD(struct sample, title, OPTIONAL, .max = 50),
    BYTES(struct sample, content, OPTIONAL),
    JSON(struct sample, anything, OPTIONAL),
    FIELD(struct sample, open, OPTIONAL),
    FIELD(struct sample, due_on, OPTIONAL),
    FIELD(struct sample, seen_at, OPTIONAL),
    FIELD(struct sample, price, OPTIONAL),
    FIELD(struct sample, state, OPTIONAL, CHOICES(states)),
    PART(struct sample, part, inner, OPTIONAL),
    LIST(struct sample, lines, inner, OPTIONAL, .max = 100),
});

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *arena;
    if (!arena) arena = arena_new((size_t)1 << 30);
    arena_reset(arena);
    struct str input = str_copy(arena, (const char *)data, size);
    struct sample sample = { 0 }, again = { 0 };
    struct fault *fault = record_from_json(arena, input, INTO(sample, &sample));
    if (!fault) {
        struct str out = record_to_json(arena, GIVEN(sample, &sample));
        fault = record_from_json(arena, out, INTO(sample, &again));
        ensure(!fault);
        ensure(str_equal(out, record_to_json(arena, GIVEN(sample, &again))));
    }
    struct str rest, name = str_cut(input, '=', &rest);
    const struct pair pair = { name, rest };
    fault = record_from_pairs(arena, &pair, 1, (struct str){ 0 }, INTO(sample, &again));
    (void)fault;
    return 0;
}
