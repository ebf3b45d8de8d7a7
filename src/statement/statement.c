/* The two doors: the whole at once, and line by line. */
#include "statement/statement_private.h"

const struct statement_limits statement_limits_default = { (size_t)128 << 20, 2000000, (size_t)256 << 20, (size_t)4 << 30 };
const struct statement_limits statement_limits_stream = { (size_t)16 << 30, 50000000, (size_t)256 << 20, (size_t)256 << 20 };

/* ---- Sources ---- */

static ptrdiff_t read_memory(void *context, char *at, size_t room)
{
    struct str *rest = context;
    size_t n = rest->length < room ? rest->length : room;
    if (n) memcpy(at, rest->at, n);
    rest->at += n;
    rest->length -= n;
    return (ptrdiff_t)n;
}
struct statement_source statement_source_of(struct str *bytes)
{
    return (struct statement_source){ read_memory, bytes };
}

static ptrdiff_t read_file(void *context, char *at, size_t room)
{
    size_t n = fread(at, 1, room, context);
    return n ? (ptrdiff_t)n : ferror(context) ? -1 : 0;
}
struct statement_source statement_source_file(FILE *file) { return (struct statement_source){ read_file, file }; }

/* ---- What is it ---- */

enum { HEAD_BYTES = 4096 };

static bool looks_like_xml(struct str s)
{
    static const char *const starts[] = { "<", "\xEF\xBB\xBF<", "\xFE\xFF", "\xFF\xFE" };
    for (size_t i = 0; i < ARRAY_LENGTH(starts); i++)
        if (str_starts(s, starts[i])) return true;
    return s.length > 1 && ((s.at[0] == 0 && s.at[1] == '<') || (s.at[0] == '<' && s.at[1] == 0));
}

/* A tag of MT94x at the start of a line (or behind "@@", as some banks end lines). */
static bool has_tag(struct str s, const char *tag)
{
    for (struct str rest = s; rest.length;) {
        ptrdiff_t at = str_find(rest, tag);
        if (at < 0) return false;
        size_t before = (size_t)(rest.at - s.at) + (size_t)at;
        if (before == 0 || strchr("\n\r@\x01", s.at[before - 1])) return true;
        rest = str_part(rest, (size_t)at + 1, rest.length);
    }
    return false;
}

enum statement_kind statement_sniff(struct str head)
{
    head = str_part(head, 0, HEAD_BYTES);
    struct str text = head;
    while (text.length && strchr(" \t\r\n", text.at[0])) text = str_part(text, 1, text.length);
    if (looks_like_xml(text)) {
        struct str narrow = head;
        char ascii[HEAD_BYTES];
        if (memchr(head.at, 0, head.length)) { /* UTF-16: its ASCII is enough to see the name */
            narrow = (struct str){ ascii, 0 };
            for (size_t i = 0; i < head.length; i++)
                if (head.at[i]) ascii[narrow.length++] = head.at[i];
        }
        if (str_find(narrow, "camt.052") >= 0 || str_find(narrow, "<BkToCstmrAcctRpt") >= 0) return STATEMENT_CAMT_052;
        if (str_find(narrow, "camt.054") >= 0 || str_find(narrow, "<BkToCstmrDbtCdtNtfctn") >= 0) return STATEMENT_CAMT_054;
        if (str_find(narrow, "camt.053") >= 0 || str_find(narrow, "BkToCstmrStmt") >= 0) return STATEMENT_CAMT_053;
        return 0;
    }
    static const char *const tags[] = { ":20:", ":25:", ":28C:", ":28:", ":60F:", ":60M:", ":61:", ":62F:", ":62M:", ":86:" };
    if (has_tag(head, ":34F:") || has_tag(head, ":13D:")) return STATEMENT_MT942;
    for (size_t i = 0; i < ARRAY_LENGTH(tags); i++)
        if (has_tag(head, tags[i])) return STATEMENT_MT940;
    return csv_knows(text) ? STATEMENT_CSV : 0;
}

/* ---- The stream ---- */

struct joined { char *head; size_t from, to; struct statement_source rest; }; /* what was looked at, then what is still to come */

static ptrdiff_t read_joined(void *context, char *at, size_t room)
{
    struct joined *j = context;
    if (j->from == j->to) return j->rest.read(j->rest.context, at, room);
    size_t n = j->to - j->from < room ? j->to - j->from : room;
    memcpy(at, j->head + j->from, n);
    j->from += n;
    return (ptrdiff_t)n;
}

static struct fault *read_any(struct sink *sink, struct statement_source source)
{
    char head[HEAD_BYTES];
    struct joined joined = { head, 0, 0, source };
    for (ptrdiff_t n = 1; n > 0 && joined.to < sizeof head; joined.to += (size_t)n) {
        n = source.read(source.context, head + joined.to, sizeof head - joined.to);
        if (n < 0) return FAULT(sink->keep, &statement_unreadable, NULL);
    }
    struct statement_source whole = { read_joined, &joined };
    switch (statement_sniff((struct str){ head, joined.to })) {
    case STATEMENT_CAMT_052:
    case STATEMENT_CAMT_053:
    case STATEMENT_CAMT_054: return camt_read(sink, whole);
    case STATEMENT_MT940:
    case STATEMENT_MT942: return mt940_read(sink, whole);
    case STATEMENT_CSV: return csv_read(sink, whole);
    }
    return FAULT(sink->keep, &statement_unknown, NULL);
}

static struct fault *sink_run(struct sink *sink, struct arena *arena, struct statement_source source)
{
    size_t room = arena_room(arena);
    sink->keep = arena;
    sink->keep_from = arena_used(arena);
    sink->keep_bound = room < sink->limits.memory ? room : sink->limits.memory;
    sink->line_from = arena_used(sink->line);
    if (!sink_has_room(sink)) return sink_no_room(sink);
    struct fault *fault = read_any(sink, source);
    seen_forget(&sink->seen); /* when a refusal came in the middle of a statement */
    return fault;
}

struct fault *statement_stream(struct arena *arena, struct statement_source source, const struct statement_limits *limits,
                               const struct statement_handler *handler, void *context)
{
    struct sink sink = { .limits = *limits, .handler = handler, .context = context };
    sink.line = arena_new(limits->line_memory + ((size_t)8 << 20));
    struct fault *fault = sink_run(&sink, arena, source);
    arena_free(sink.line);
    return fault;
}

/* ---- The whole ---- */

struct gather {
    struct arena *arena;
    LIST_OF(struct statement) statements;
    LIST_OF(const struct statement_line *) lines;
};

static struct fault *gather_line(void *context, const struct statement *statement, const struct statement_line *line)
{
    struct gather *g = context;
    (void)statement;
    *LIST_ADD(g->arena, &g->lines) = line;
    return NULL;
}

static struct fault *gather_end(void *context, const struct statement *statement)
{
    struct gather *g = context;
    struct statement *kept = LIST_ADD(g->arena, &g->statements);
    *kept = *statement;
    kept->lines = g->lines.at;
    g->lines.at = NULL;
    g->lines.count = g->lines.room = 0;
    return NULL;
}

struct fault *statement_read(struct arena *arena, struct str bytes, struct statements *out)
{
    static const struct statement_handler handler = { NULL, gather_line, gather_end };
    struct gather gather = { .arena = arena };
    struct sink sink = { .line = arena, .limits = statement_limits_default, .handler = &handler, .context = &gather };
    *out = (struct statements){ 0 };
    TRY(sink_run(&sink, arena, statement_source_of(&bytes)));
    *out = (struct statements){ gather.statements.at, gather.statements.count };
    return NULL;
}
