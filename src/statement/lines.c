/* A file by lines: ends are CR LF, LF or CR; at most a megabyte in one. */
#include "statement/statement_private.h"

void line_reader_open(struct line_reader *r, struct statement_source source, size_t bytes_bound)
{
    *r = (struct line_reader){ .source = source, .bytes_bound = bytes_bound, .room = 65536 };
    r->buffer = malloc(r->room);
    ensure(r->buffer);
}

void line_reader_close(struct line_reader *r)
{
    free(r->buffer);
    r->buffer = NULL;
}

static bool fill(struct line_reader *r)
{
    if (r->at_end) return false;
    if (r->from) memmove(r->buffer, r->buffer + r->from, r->to - r->from);
    r->to -= r->from;
    r->from = 0;
    if (r->to == r->room) {
        if (r->room >= LINE_BYTES_MAX) return r->too_long = true, false;
        r->room *= 2;
        r->buffer = realloc(r->buffer, r->room);
        ensure(r->buffer);
    }
    ptrdiff_t n = r->source.read(r->source.context, r->buffer + r->to, r->room - r->to);
    if (n < 0) r->broken_off = true;
    if (n <= 0) return r->at_end = true, false;
    r->bytes += (size_t)n;
    r->to += (size_t)n;
    if (r->bytes > r->bytes_bound) return r->too_large = true, false;
    return true;
}

struct str line_peek(struct line_reader *r)
{
    while (r->to - r->from < 4096 && fill(r)) continue;
    return (struct str){ r->buffer + r->from, r->to - r->from };
}

/* How long the end of line at `at` is; 0: there is none; -1: the next byte decides. */
static int line_end(const struct line_reader *r, const char *at, size_t have)
{
    if (*at == '\n') return 1;
    if (*at == '\r') return have > 1 ? 1 + (at[1] == '\n') : r->at_end ? 1 : -1;
    if (*at != '@' || !r->at_signs) return 0;
    return have > 1 ? (at[1] == '@' ? 2 : 0) : r->at_end ? 0 : -1;
}

bool line_next(struct line_reader *r, struct str *line)
{
    size_t n = 0;
    if (r->broken_off || r->too_long || r->too_large) return false;
    for (;;) {
        size_t have = r->to - r->from;
        const char *start = r->buffer + r->from;
        int end = 0;
        while (n < have && !(end = line_end(r, start + n, have - n))) n++;
        if (end <= 0 && !r->at_end) {
            if (fill(r) || r->at_end) continue;
            return false;
        }
        if (r->broken_off || !have) return false;
        *line = (struct str){ start, n };
        r->number++;
        r->from += n + (size_t)(end > 0 ? end : 0);
        return true;
    }
}
