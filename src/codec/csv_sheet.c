/* CSV as programs and people write it: delimiter and encoding are told from the bytes. */
#include "codec/sheet_private.h"

const struct sheet_limits sheet_limits_default = { 1100000, 200, 32768, (size_t)768 << 20 };
const struct fault_type sheet_unclosed = { FAULT_INVALID, "sheet.unclosed",
                                           "Row {row} begins a text in quotes that never ends; close the quote." };
const struct fault_type sheet_not_a_table = {
    FAULT_INVALID, "sheet.not_a_table",
    "This file is neither CSV nor XLSX; save it as one of these (an old .xls opens in any spreadsheet and can be saved as .xlsx)."
};
const struct fault_type sheet_broken = { FAULT_INVALID, "sheet.broken",
                                         "This spreadsheet is damaged ({why}); open it, save it again, and send that." };
const struct fault_type sheet_encrypted = { FAULT_INVALID, "sheet.encrypted",
                                            "This spreadsheet has a password; save it without one." };

/* ---- Encoding ---- */

static void add_code(struct text *t, uint32_t c)
{
    char z[4];
    size_t n = 0;
    if (c < 0x80) z[n++] = (char)c;
    else if (c < 0x800) z[n++] = (char)(0xC0 | c >> 6), z[n++] = (char)(0x80 | (c & 0x3F));
    else {
        if (c < 0x10000) z[n++] = (char)(0xE0 | c >> 12);
        else z[n++] = (char)(0xF0 | c >> 18), z[n++] = (char)(0x80 | (c >> 12 & 0x3F));
        z[n++] = (char)(0x80 | (c >> 6 & 0x3F)), z[n++] = (char)(0x80 | (c & 0x3F));
    }
    text_add_bytes(t, z, n);
}

static struct str from_utf16(struct arena *arena, struct str bytes, bool little)
{
    struct text t = text_new(arena);
    uint32_t high = 0;
    for (size_t i = 0; i + 1 < bytes.length; i += 2) {
        unsigned char a = (unsigned char)bytes.at[i], b = (unsigned char)bytes.at[i + 1];
        uint32_t unit = little ? (uint32_t)b << 8 | a : (uint32_t)a << 8 | b;
        if (unit >= 0xD800 && unit < 0xDC00) { high = unit; continue; }
        if (unit >= 0xDC00 && unit < 0xE000) unit = high ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : 0xFFFD;
        high = 0;
        if (unit) add_code(&t, unit);
    }
    return text_str(&t);
}

/* The 32 places where Windows-1252 differs from ISO 8859-1; 0: not in use. */
static const uint16_t windows[32] = { 0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                      0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                      0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178 };

static struct str from_windows(struct arena *arena, struct str bytes)
{
    struct text t = text_new(arena);
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char c = (unsigned char)bytes.at[i];
        uint32_t code = c >= 0x80 && c < 0xA0 ? windows[c - 0x80] : c;
        add_code(&t, code || !c ? code : 0xFFFD);
    }
    return text_str(&t);
}

struct str text_to_utf8(struct arena *arena, struct str bytes, struct str *encoding)
{
    size_t even = 0, odd = 0, looked = bytes.length < 2000 ? bytes.length : 2000;
    for (size_t i = 0; i < looked; i++)
        if (!bytes.at[i]) i % 2 ? odd++ : even++;
    *encoding = STR("utf-16");
    if (str_starts(bytes, "\xFF\xFE")) return from_utf16(arena, str_part(bytes, 2, bytes.length), true);
    if (str_starts(bytes, "\xFE\xFF")) return from_utf16(arena, str_part(bytes, 2, bytes.length), false);
    if (odd > looked / 3 && !even) return from_utf16(arena, bytes, true);
    if (even > looked / 3 && !odd) return from_utf16(arena, bytes, false);
    *encoding = STR("utf-8");
    if (str_starts(bytes, "\xEF\xBB\xBF")) bytes = str_part(bytes, 3, bytes.length);
    if (str_is_utf8(bytes)) return bytes;
    *encoding = STR("windows-1252");
    return from_windows(arena, bytes);
}

/* ---- Cells ---- */

struct reading {
    struct arena *arena;
    const struct sheet_limits *limits;
    struct sheet *out;
    const char *at, *end;
    char delimiter;
};

/* A text in quotes; the place behind it, or NULL when it never ends. */
static const char *quoted(struct arena *arena, const char *at, const char *end, struct str *out)
{
    const char *from = ++at;
    struct text t = { 0 };
    for (; at < end; at++) {
        if (*at != '"') continue;
        if (at + 1 == end || at[1] != '"') break;
        if (!t.arena) t = text_new(arena);
        text_add_bytes(&t, from, (size_t)(at + 1 - from));
        from = at + 2;
        at++;
    }
    if (at >= end) return NULL;
    struct str last = { from, (size_t)(at - from) };
    if (t.arena) text_add(&t, last), last = text_str(&t);
    *out = last;
    return at + 1;
}

static struct fault *read_cell(struct reading *r, uint32_t row, struct str *out)
{
    *out = (struct str){ r->at, 0 };
    if (r->at < r->end && *r->at == '"') {
        const char *behind = quoted(r->arena, r->at, r->end, out);
        if (!behind) return FAULT(r->arena, &sheet_unclosed, "content", PARAM_INT(r->arena, "row", row));
        r->at = behind;
        while (r->at < r->end && *r->at != r->delimiter && *r->at != '\n' && *r->at != '\r') r->at++;
    } else {
        while (r->at < r->end && *r->at != r->delimiter && *r->at != '\n' && *r->at != '\r') r->at++;
        out->length = (size_t)(r->at - out->at);
    }
    *out = str_trim(*out);
    return out->length > r->limits->cell_bytes ? sheet_too_large(r->arena, "32 KiB in one cell") : NULL;
}

static struct fault *read_row(struct reading *r, uint32_t number)
{
    struct cell cells[1024];
    size_t count = 0, filled = 0, room = r->limits->columns < ARRAY_LENGTH(cells) ? r->limits->columns : ARRAY_LENGTH(cells);
    for (;;) {
        struct str text;
        TRY(read_cell(r, number, &text));
        if (text.length && count >= room) return sheet_too_large(r->arena, "200 columns");
        if (count < room) cells[count++] = (struct cell){ text, text.length ? CELL_TEXT : 0 };
        if (text.length) filled = count;
        if (r->at >= r->end || *r->at != r->delimiter) break;
        r->at++;
    }
    if (r->at < r->end && *r->at == '\r') r->at++;
    if (r->at < r->end && *r->at == '\n') r->at++;
    if (!filled) return NULL;
    return sheet_add_row(r->arena, r->limits, r->out, number, cells, filled);
}

/* The delimiter that cuts the first rows into most cells, and into as many each. */
static char guess_delimiter(struct arena *arena, struct str text)
{
    static const char all[] = { ';', ',', '\t', '|' };
    struct sheet_limits few = { 20, sheet_limits_default.columns, sheet_limits_default.cell_bytes, 0 };
    char best = ';';
    size_t best_points = 0;
    for (size_t d = 0; d < sizeof all; d++) {
        struct sheet sheet = { 0 };
        struct arena_mark mark = arena_mark(arena);
        struct reading r = { arena, &few, &sheet, text.at, text.at + text.length, all[d] };
        struct fault *fault = NULL;
        for (uint32_t n = 1; n <= 20 && r.at < r.end && !fault; n++) fault = read_row(&r, n);
        size_t same = 0, first = sheet.rows.count ? sheet.rows.at[0].count : 0;
        for (size_t i = 0; i < sheet.rows.count; i++) same += sheet.rows.at[i].count == first;
        size_t points = fault || first < 2 ? 0 : same * 1000 / sheet.rows.count + first;
        if (points > best_points) best_points = points, best = all[d];
        arena_rewind(arena, mark);
    }
    return best;
}

struct fault *sheet_read_csv(struct arena *arena, struct str bytes, const struct sheet_limits *limits, struct sheet *out)
{
    struct str text = text_to_utf8(arena, bytes, &out->encoding);
    for (size_t i = 0; i < text.length && i < 4096; i++)
        if ((unsigned char)text.at[i] < 9) return FAULT(arena, &sheet_not_a_table, "content");
    out->format = SHEET_CSV;
    uint32_t number = 1;
    if (str_starts(text, "sep=") && text.length > 5) { /* Excel's own hint */
        out->delimiter = text.at[4];
        struct str rest;
        (void)str_cut(text, '\n', &rest);
        text = rest.at ? rest : STR(""); /* nothing but the hint */
        number = 2;
    } else out->delimiter = guess_delimiter(arena, text);
    struct reading r = { arena, limits, out, text.at, text.at + text.length, out->delimiter };
    for (; r.at < r.end; number++) TRY(read_row(&r, number));
    return NULL;
}

/* ---- Both kinds ---- */

struct fault *sheet_too_large(struct arena *arena, const char *limit)
{
    return FAULT(arena, &input_too_large, "content", PARAM("limit", str_of(limit)));
}

struct fault *sheet_add_row(struct arena *arena, const struct sheet_limits *limits, struct sheet *out, uint32_t number,
                            const struct cell *cells, size_t count)
{
    if (out->rows.count >= limits->rows) return sheet_too_large(arena, "1,100,000 rows");
    struct cell *kept = arena_alloc(arena, count * sizeof *cells);
    memcpy(kept, cells, count * sizeof *cells);
    *LIST_ADD(arena, &out->rows) = (struct sheet_row){ number, (uint32_t)count, kept };
    if (count > out->columns) out->columns = count;
    return NULL;
}

struct fault *sheet_read(struct arena *arena, struct str bytes, const struct sheet_limits *limits, struct sheet *out)
{
    *out = (struct sheet){ 0 };
    if (str_starts(bytes, "\xD0\xCF\x11\xE0")) /* OLE: an .xls, or an XLSX with a password */
        return FAULT(arena,
                     memmem(bytes.at, bytes.length, "E\0n\0c\0r\0y\0p", 11) ? &sheet_encrypted : &sheet_not_a_table,
                     "content");
    if (str_starts(bytes, "PK\x03\x04")) return sheet_read_xlsx(arena, bytes, limits, out);
    return sheet_read_csv(arena, bytes, limits, out);
}
