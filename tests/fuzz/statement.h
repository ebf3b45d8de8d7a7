/* Shared by the three targets of the room statement: read whole and by stream, and hold the promises that every reading holds. */
#pragma once
#include "statement/statement.h"

static struct fault *fuzz_line(void *context, const struct statement *st, const struct statement_line *line)
{
    int64_t *sum = context;
    ensure(line->payment && line->number == st->line_count && line->occurrence >= 1);
    ensure(!line->payment->remittance.length || str_is_utf8(line->payment->remittance));
    ensure(!line->raw.length || str_is_utf8(line->raw));
    *sum += (int64_t)(line->fingerprint & 0xffffff) + line->occurrence;
    return NULL;
}

static void fuzz_statement(const uint8_t *data, size_t size)
{
    static const struct statement_handler handler = { .on_line = fuzz_line };
    static const struct statement_limits limits = { (size_t)1 << 20, 10000, (size_t)32 << 20, (size_t)64 << 20 };
    struct arena *arena = arena_new((size_t)128 << 20), *other = arena_new((size_t)128 << 20);
    struct str bytes = { (const char *)data, size }, rest = bytes;
    struct statements all;
    int64_t streamed = 0, whole = 0;
    struct fault *fault = statement_read(arena, bytes, &all);
    struct fault *stream_fault = statement_stream(other, statement_source_of(&rest), &limits, &handler, &streamed);
    for (size_t i = 0; i < all.count; i++) {
        const struct statement *st = &all.at[i];
        for (int64_t k = 0; k < st->line_count; k++)
            whole += (int64_t)(st->lines[k]->fingerprint & 0xffffff) + st->lines[k]->occurrence;
        ensure(st->proof != PROOF_DONE || st->closing->amount_minor == st->opening->amount_minor + st->booked_minor);
        if (st->line_count > 200) continue;
        /* what was read can be written, and read again */
        struct statements back;
        struct arena *again = arena_new((size_t)128 << 20);
        struct str xml = statement_write_camt053(again, st, CAMT_053_08);
        struct fault *refused = statement_read(again, xml, &back);
        ensure(refused ||
               (back.count == 1 && back.at[0].line_count == st->line_count &&
                back.at[0].booked_minor == st->booked_minor) ||
               st->problems);
        (void)statement_write_mt940(again, st, (enum statement_dialect)(DIALECT_UNKNOWN + size % DIALECT_GERMAN));
        arena_free(again);
    }
    ensure(fault || stream_fault || whole == streamed);
    arena_free(arena);
    arena_free(other);
}
