#include "doors/cli_private.h"
#include <unistd.h>

enum { CELL_MAX = 40, COLUMNS_MAX = 64 };

bool field_is_flat(const struct field *f)
{
    return f->type != FIELD_BYTES && f->type != FIELD_JSON && f->type != FIELD_RECORD && f->type != FIELD_LIST;
}

static bool to_the_right(const struct field *f)
{
    return f->type == FIELD_INT || f->type == FIELD_ID || f->type == FIELD_AMOUNT || f->type == FIELD_DECIMAL;
}

/* A cell on one line: a control character would move the cursor of a terminal. */
static struct str cell(struct arena *arena, const struct record *record, const struct field *f, const void *at, size_t most)
{
    if (field_absent(f, at)) return STR("");
    struct str s = str_keep(arena, field_to_text(arena, record, f, at));
    if (str_utf8_count(s) > most) s = str_format(arena, "%.*s…", STR_ARG(str_utf8_clip(s, most - 1)));
    char *z = (char *)(uintptr_t)s.at;
    for (size_t i = 0; i < s.length; i++)
        if ((unsigned char)z[i] < ' ' || z[i] == 127) z[i] = ' ';
    return s;
}

static void put(FILE *out, struct str s, size_t width, bool right, bool last)
{
    size_t wide = str_utf8_count(s), pad = wide < width ? width - wide : 0;
    if (right) fprintf(out, "%*s%.*s", (int)pad, "", STR_ARG(s));
    else fprintf(out, "%.*s%*s", STR_ARG(s), last ? 0 : (int)pad, "");
    fputs(last ? "\n" : "  ", out);
}

void table_print(FILE *out, struct arena *arena, const struct record *row, const struct any_list *rows)
{
    const struct field *columns[COLUMNS_MAX];
    size_t widths[COLUMNS_MAX], count = 0;
    for (size_t i = 0; i < row->count && count < COLUMNS_MAX; i++)
        if (field_is_flat(&row->fields[i]) && !row->fields[i].secret) columns[count++] = &row->fields[i];
    struct str *cells = ARENA_ARRAY(arena, struct str, rows->count * count + 1);
    for (size_t c = 0; c < count; c++) widths[c] = field_json_name(columns[c]).length;
    for (size_t r = 0; r < rows->count; r++)
        for (size_t c = 0; c < count; c++) {
            cells[r * count + c] = cell(arena, row, columns[c], rows->at + r * row->size, CELL_MAX);
            size_t wide = str_utf8_count(cells[r * count + c]);
            if (wide > widths[c]) widths[c] = wide;
        }
    for (size_t c = 0; c < count; c++) put(out, field_json_name(columns[c]), widths[c], to_the_right(columns[c]), c + 1 == count);
    for (size_t r = 0; r < rows->count; r++)
        for (size_t c = 0; c < count; c++) put(out, cells[r * count + c], widths[c], to_the_right(columns[c]), c + 1 == count);
}

void struct_print(FILE *out, struct arena *arena, struct given given)
{
    const struct record *record = given.record;
    size_t width = 0;
    if (record == &nothing_record) return;
    for (size_t i = 0; i < record->count; i++) {
        size_t length = field_json_name(&record->fields[i]).length;
        if (length > width) width = length;
    }
    for (size_t i = 0; i < record->count; i++) {
        const struct field *f = &record->fields[i];
        if (f->secret || field_absent(f, given.at)) continue;
        put(out, field_json_name(f), width, false, false);
        if (f->type == FIELD_LIST && f->record) {
            struct any_list list;
            memcpy(&list, (const char *)given.at + f->offset, sizeof list);
            fprintf(out, "%zu\n", list.count);
            if (list.count) table_print(out, arena, f->record, &list);
        } else put(out, cell(arena, record, f, given.at, SIZE_MAX), 0, false, true);
    }
}

/* ---- Progress ---- */

struct progress progress_begin(FILE *to, const char *what, int64_t total)
{
    return (struct progress){ .to = to, .what = what, .total = total, .terminal = to && isatty(fileno(to)) };
}

static void draw(const struct progress *p, int64_t done)
{
    enum { WIDE = 30 };
    char bar[WIDE + 1];
    int full = p->total > 0 ? (int)((int128)done * WIDE / p->total) : 0;
    for (int i = 0; i < WIDE; i++) bar[i] = i < full ? '#' : '.';
    bar[WIDE] = 0;
    fprintf(p->to, "\r%s [%s] %lld/%lld\033[K", p->what, bar, (long long)done, (long long)p->total);
    fflush(p->to);
}

void progress_set(struct progress *p, int64_t done)
{
    int64_t now = p->terminal ? clock_us() : 0;
    if (!p->terminal || now - p->shown_us < 100000) return;
    p->shown_us = now;
    draw(p, done > p->total ? p->total : done);
}

void progress_end(struct progress *p)
{
    if (!p->terminal) return;
    draw(p, p->total);
    fputc('\n', p->to);
}
