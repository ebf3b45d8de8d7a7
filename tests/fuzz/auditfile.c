/* Any bytes as an audit file: refused, or read; and what was read is written again or refused with reasons. */
#include "auditfile/auditfile.h"

static struct fault *no_transactions(void *context, const struct xaf_transaction **out)
{
    (void)context;
    *out = NULL;
    return NULL;
}

static struct fault *count(void *context, struct str bytes)
{
    *(size_t *)context += bytes.length;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct xaf_books books;
    struct xaf_clips clips = { 0 };
    struct xaf_unreads unread = { 0 };
    size_t bytes = 0;
    struct fault *fault = xaf_read(arena, (struct str){ (const char *)at, length }, NULL, &books, &unread);
    if (!fault) {
        struct xaf_source source = { NULL, no_transactions };
        struct xaf_sink sink = { &bytes, count };
        for (enum xaf_version version = XAF_32; version <= XAF_40; version++) {
            struct fault *again = xaf_write(arena, version, &books, &source, &sink, &clips);
            for (; again; again = again->next) ensure(fault_text(arena, again, DUTCH).length);
        }
        struct fault *totals = xaf_totals_check(arena, &books);
        ensure(!totals || totals->type);
    }
    for (; fault; fault = fault->next) ensure(fault_text(arena, fault, DUTCH).length);
    arena_free(arena);
    return 0;
}
