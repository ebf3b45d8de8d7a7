#include "base/base.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

_Noreturn void ensure_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, condition);
    abort();
}

enum { CHUNK_BYTES = 16 * 1024 - 64 };
struct chunk { struct chunk *next; size_t used, size; _Alignas(16) char bytes[]; };
struct arena { struct chunk *chunks, *spare; size_t total, limit; int spare_count; };
/* Chunks kept for the next use after a reset; none where a sanitizer is to see that something is used after it. */
#if defined(__SANITIZE_ADDRESS__)
enum { SPARE_MOST = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SPARE_MOST = 0 };
#else
enum { SPARE_MOST = 16 };
#endif
#else
enum { SPARE_MOST = 16 };
#endif

struct arena *arena_new(size_t limit_bytes)
{
    struct arena *a = calloc(1, sizeof *a);
    ensure(a);
    a->limit = limit_bytes;
    return a;
}

static void chunk_clear(struct chunk *c)
{
    memset(c->bytes, 0, c->used);
    c->used = 0;
}

/* Of what was large the allocator would keep the memory (hundreds of megabytes behind a job on large books): back to the system with it. */
static void give_back(size_t freed)
{
    enum { LARGE = 32 << 20 };
#ifdef __GLIBC__
    if (freed > LARGE) malloc_trim(0);
#else
    (void)freed;
#endif
}

/* Keeps the oldest chunk (the one of the common size) in use and some more in reserve, gives the rest back. */
void arena_reset(struct arena *a)
{
    struct chunk *keep = NULL;
    for (struct chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        if (!next && c->size == CHUNK_BYTES) {
            keep = c;
        } else if (c->size == CHUNK_BYTES && a->spare_count < SPARE_MOST) {
            chunk_clear(c);
            c->next = a->spare;
            a->spare = c;
            a->spare_count++;
        } else {
            free(c);
        }
    }
    if (keep) {
        chunk_clear(keep);
        keep->next = NULL;
    }
    a->chunks = keep;
    give_back(a->total);
    a->total = 0;
}

void arena_free(struct arena *a)
{
    if (!a) return;
    for (struct chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    for (struct chunk *c = a->spare, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    give_back(a->total);
    free(a);
}

size_t arena_used(const struct arena *a) { return a->total; }
size_t arena_room(const struct arena *a) { return a->limit - a->total; }

struct arena_mark arena_mark(const struct arena *a)
{
    struct chunk *c = a->chunks;
    return (struct arena_mark){ c, c ? c->next : NULL, c ? c->used : 0, a->total };
}

/* Chunks made since the mark stand before the marked one, or (large pieces) right behind it. */
void arena_rewind(struct arena *a, struct arena_mark mark)
{
    struct chunk *marked = mark.chunk, *next;
    for (struct chunk *c = a->chunks; c != marked; c = next) {
        next = c->next;
        free(c);
    }
    for (struct chunk *c = marked ? marked->next : NULL; c != mark.next; c = next) {
        next = c->next;
        free(c);
    }
    if (marked) {
        memset(marked->bytes + mark.used, 0, marked->used - mark.used);
        marked->used = mark.used;
        marked->next = mark.next;
    }
    a->chunks = marked;
    give_back(a->total - mark.total);
    a->total = mark.total;
}

/* A piece larger than a chunk gets one of its own behind the current one, which stays in use. */
static struct chunk *chunk_add(struct arena *a, size_t need)
{
    size_t size = need > CHUNK_BYTES / 4 ? need : CHUNK_BYTES;
    struct chunk *c = size == CHUNK_BYTES ? a->spare : NULL;
    if (c) {
        a->spare = c->next;
        a->spare_count--;
    } else {
        c = calloc(1, sizeof *c + size);
        ensure(c);
        c->size = size;
    }
    if (size != CHUNK_BYTES && a->chunks) {
        c->next = a->chunks->next;
        a->chunks->next = c;
    } else {
        c->next = a->chunks;
        a->chunks = c;
    }
    return c;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    ensure(bytes <= SIZE_MAX - 15);
    size_t need = (bytes + 15) & ~(size_t)15;
    ensure(need <= a->limit - a->total);
    a->total += need;
    struct chunk *c = a->chunks;
    if (!c || c->size - c->used < need) c = chunk_add(a, need);
    void *p = c->bytes + c->used;
    c->used += need;
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    ensure(!__builtin_mul_overflow(count, size, &bytes));
    return arena_alloc(a, bytes);
}

void *arena_grow(struct arena *a, void *at, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 8;
    void *grown = arena_array(a, more, size);
    if (*room) memcpy(grown, at, *room * size);
    *room = more;
    return grown;
}
