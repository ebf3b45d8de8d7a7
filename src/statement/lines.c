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
    if (n <= 0) return r->at_end = true, n == 0 && r->from < r->to;
    r->bytes += (size_t)n;
    r->to += (size_t)n;
    if (r->bytes > r->bytes_bound) return r->too_large = true, false;
    return true;
}

bool line_next(struct line_reader *r, struct str *line)
{
    size_t looked = 0;
    if (r->broken_off || r->too_long || r->too_large) return false;
    for (;;) {
        size_t have = r->to - r->from;
        const char *start = r->buffer + r->from;
        size_t n = looked;
        while (n < have && start[n] != '\n' && start[n] != '\r') n++;
        bool ended = n < have && (start[n] == '\n' || n + 1 < have || r->at_end); /* after CR we must see whether LF follows */
        if (!ended && !r->at_end) {
            looked = n;
            if (fill(r) || r->at_end) continue;
            return false;
        }
        if (r->broken_off || (!have && r->at_end)) return false;
        *line = (struct str){ start, n };
        r->number++;
        if (n < have) n += start[n] == '\r' && n + 1 < have && start[n + 1] == '\n' ? 2 : 1;
        r->from += n;
        return true;
    }
}
