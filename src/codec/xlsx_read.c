/* XLSX: a ZIP of XML parts (ECMA-376). The first visible sheet, streamed; the shared strings in memory, bounded. */
#include "codec/sheet_private.h"
#include "codec/xml.h"
#include <zip.h>

enum { STYLES_MAX = 70000, PARTS_MAX = 10000, RATIO_MAX = 300, RATIO_FROM = 16 << 20 };
enum { DATE_EXCEL = 1, DATE_1904 = 2 };

struct workbook {
    struct arena *arena;
    const struct sheet_limits *limits;
    struct sheet *out;
    zip_t *zip;
    zip_file_t *part;
    size_t unpacked, part_bytes, part_packed; /* read so far of all parts; of this one; its size in the ZIP */
    struct str sheet_id, sheet_path; /* of the relationship */
    bool is_1904;
    LIST_OF(struct str) strings;
    struct text joining; /* the runs of one string */
    bool *date_formats;  /* by the number of a format of the file's own; NULL: none */
    LIST_OF(bool) date_styles; /* by the number of a cell's style */
    struct cell *cells; /* of the row at hand */
    size_t cell_count, column;
    uint32_t row;
    char type;
    bool is_day;
    struct fault *fault;
};

static struct fault *broken(struct workbook *w, const char *why)
{
    return FAULT(w->arena, &sheet_broken, "content", PARAM("why", str_of(why)));
}

static ptrdiff_t read_part(void *context, char *at, size_t room)
{
    struct workbook *w = context;
    zip_int64_t got = zip_fread(w->part, at, room);
    if (got < 0) return -1;
    w->unpacked += (size_t)got;
    w->part_bytes += (size_t)got;
    bool bomb = w->part_bytes > RATIO_FROM && w->part_bytes / RATIO_MAX > w->part_packed;
    if (w->unpacked > w->limits->unpacked_bytes || bomb) return w->fault = sheet_too_large(w->arena, "768 MiB unpacked"), -1;
    return (ptrdiff_t)got;
}

/* A part that is not there is no fault: *found says. */
static struct fault *scan_part(struct workbook *w, const char *name, const struct xml_grammar *grammar,
                               const struct xml_scan_handler *handler, bool *found)
{
    zip_stat_t stat;
    const struct xml_limits limits = { w->limits->unpacked_bytes, 32, 400000000, w->limits->cell_bytes * 4 };
    *found = !zip_stat(w->zip, name, ZIP_FL_NOCASE, &stat);
    if (!*found) return NULL;
    if (stat.valid & ZIP_STAT_ENCRYPTION_METHOD && stat.encryption_method != ZIP_EM_NONE)
        return FAULT(w->arena, &sheet_encrypted, "content");
    w->part = zip_fopen_index(w->zip, stat.index, 0);
    if (!w->part) return broken(w, "a part of the ZIP can't be read");
    w->part_bytes = 0;
    w->part_packed = (size_t)stat.comp_size;
    struct fault *fault = xml_scan_read(w->arena, read_part, w, &limits, grammar, handler, w);
    zip_fclose(w->part);
    if (w->fault) return w->fault;
    return fault;
}

/* ---- The workbook: which sheet, and from when its days count ---- */

enum { ID_PROPERTIES = 1, ID_SHEET, ID_RELATION, ID_FORMAT, ID_STYLE, ID_STRING, ID_TEXT, ID_ROW, ID_CELL, ID_VALUE };

static void workbook_open(void *context, struct xml_scan *scan, int id)
{
    struct workbook *w = context;
    if (id == ID_PROPERTIES) {
        struct str mark = xml_scan_attribute(scan, "date1904");
        w->is_1904 = str_is(mark, "1") || str_is(mark, "true");
    } else if (id == ID_SHEET && !w->sheet_id.at) {
        struct str state = xml_scan_attribute(scan, "state");
        if (state.length && !str_is(state, "visible")) return;
        w->sheet_id = str_keep(w->arena, xml_scan_attribute(scan, "id"));
        w->out->name = str_keep(w->arena, str_utf8_clip(xml_scan_attribute(scan, "name"), 100));
    } else if (id == ID_RELATION && w->sheet_id.length && str_equal(xml_scan_attribute(scan, "Id"), w->sheet_id)) {
        struct str target = xml_scan_attribute(scan, "Target");
        bool whole = str_starts(target, "/");
        w->sheet_path = whole ? str_keep(w->arena, str_part(target, 1, target.length))
                              : str_format(w->arena, "xl/%.*s", STR_ARG(target));
    }
}
static void nothing_text(void *context, struct xml_scan *scan, int id, struct str text)
{
    (void)context, (void)scan, (void)id, (void)text;
}
static void nothing_close(void *context, struct xml_scan *scan, int id) { (void)context, (void)scan, (void)id; }

static struct fault *read_workbook(struct workbook *w)
{
    static const struct xml_rule book_rules[] = { { 1, "workbook", 99, 2, 0 },
                                                  { 2, "workbookPr", ID_PROPERTIES, 0, XML_OPEN },
                                                  { 2, "sheets", 98, 3, 0 },
                                                  { 3, "sheet", ID_SHEET, 0, XML_OPEN } };
    static const struct xml_rule relation_rules[] = { { 1, "Relationships", 99, 2, 0 },
                                                      { 2, "Relationship", ID_RELATION, 0, XML_OPEN } };
    static const struct xml_grammar book = { book_rules, ARRAY_LENGTH(book_rules) },
                                    relations = { relation_rules, ARRAY_LENGTH(relation_rules) };
    static const struct xml_scan_handler handler = { workbook_open, nothing_text, nothing_close };
    bool found;
    TRY(scan_part(w, "xl/workbook.xml", &book, &handler, &found));
    if (!found) return FAULT(w->arena, &sheet_not_a_table, "content");
    TRY(scan_part(w, "xl/_rels/workbook.xml.rels", &relations, &handler, &found));
    return w->sheet_path.length ? NULL : broken(w, "no visible sheet");
}

/* ---- Styles: only whether a number is shown as a day ---- */

static bool format_is_day(struct str code)
{
    char stop = 0;
    for (size_t i = 0; i < code.length; i++) {
        char c = code.at[i];
        if (stop) { if (c == stop) stop = 0; continue; }
        if (c == '"') stop = '"';
        else if (c == '[') stop = ']';
        else if (c == '\\' || c == '_' || c == '*') i++;
        else if (c == 'd' || c == 'D' || c == 'y' || c == 'Y' || c == 'j' || c == 'J') return true;
    }
    return false;
}

static void styles_open(void *context, struct xml_scan *scan, int id)
{
    struct workbook *w = context;
    int64_t number = -1;
    (void)str_to_int(xml_scan_attribute(scan, "numFmtId"), &number);
    if (id == ID_FORMAT && number >= 0 && number < STYLES_MAX) {
        if (!w->date_formats) w->date_formats = ARENA_ARRAY(w->arena, bool, STYLES_MAX);
        w->date_formats[number] = format_is_day(xml_scan_attribute(scan, "formatCode"));
    } else if (id == ID_STYLE && w->date_styles.count < STYLES_MAX) {
        bool built_in = (number >= 14 && number <= 17) || number == 22 || (number >= 27 && number <= 36) ||
                        (number >= 50 && number <= 58);
        *LIST_ADD(w->arena, &w->date_styles) =
            built_in || (number >= 0 && number < STYLES_MAX && w->date_formats && w->date_formats[number]);
    }
}

static struct fault *read_styles(struct workbook *w)
{
    static const struct xml_rule rules[] = { { 1, "styleSheet", 99, 2, 0 },
                                             { 2, "numFmts", 98, 3, 0 },
                                             { 3, "numFmt", ID_FORMAT, 0, XML_OPEN },
                                             { 2, "cellXfs", 97, 4, 0 },
                                             { 4, "xf", ID_STYLE, 0, XML_OPEN } };
    static const struct xml_grammar grammar = { rules, ARRAY_LENGTH(rules) };
    static const struct xml_scan_handler handler = { styles_open, nothing_text, nothing_close };
    bool found;
    return scan_part(w, "xl/styles.xml", &grammar, &handler, &found);
}

/* ---- Shared strings ---- */

static void string_open(void *context, struct xml_scan *scan, int id)
{
    struct workbook *w = context;
    (void)scan, (void)id;
    w->joining.length = 0;
}
static void string_text(void *context, struct xml_scan *scan, int id, struct str text)
{
    struct workbook *w = context;
    (void)scan, (void)id;
    if (w->joining.length + text.length <= w->limits->cell_bytes) text_add(&w->joining, text);
}
static void string_close(void *context, struct xml_scan *scan, int id)
{
    struct workbook *w = context;
    (void)id;
    if (w->strings.count > 10 * w->limits->rows) return xml_scan_stop(scan, sheet_too_large(w->arena, "11,000,000 texts"));
    *LIST_ADD(w->arena, &w->strings) = str_copy(w->arena, w->joining.length ? w->joining.at : "", w->joining.length);
}

static struct fault *read_strings(struct workbook *w)
{
    static const struct xml_rule rules[] = { { 1, "sst", 99, 2, 0 },
                                             { 2, "si", ID_STRING, 3, XML_OPEN | XML_CLOSE },
                                             { 3, "t", ID_TEXT, 0, XML_TEXT },
                                             { 3, "r", 98, 4, 0 },
                                             { 4, "t", ID_TEXT, 0, XML_TEXT } };
    static const struct xml_grammar grammar = { rules, ARRAY_LENGTH(rules) };
    static const struct xml_scan_handler handler = { string_open, string_text, string_close };
    bool found;
    return scan_part(w, "xl/sharedStrings.xml", &grammar, &handler, &found);
}

/* ---- Numbers: a binary double's 17 digits become the decimal that was meant ---- */

static struct str plain_decimal(struct arena *arena, const char *digits, int count, int point, bool negative)
{
    struct text t = text_new(arena);
    if (negative && count) text_add_char(&t, '-');
    if (point <= 0) text_add_char(&t, '0');
    for (int i = 0; i < point; i++) text_add_char(&t, i < count ? digits[i] : '0');
    if (point < count) text_add_char(&t, '.');
    for (int i = point; i < 0; i++) if (count) text_add_char(&t, '0');
    for (int i = point < 0 ? 0 : point; i < count; i++) text_add_char(&t, digits[i]);
    return text_str(&t);
}

static bool number_text(struct arena *arena, struct str in, struct str *out)
{
    char digits[40];
    int count = 0, point = 0;
    int64_t exponent = 0;
    size_t i = 0;
    bool negative = in.length && in.at[0] == '-', behind = false, any = false;
    for (i = negative; i < in.length && in.at[i] != 'e' && in.at[i] != 'E'; i++) {
        char c = in.at[i];
        if (c == '.' && !behind) { behind = true; continue; }
        if (c < '0' || c > '9') return false;
        any = true;
        if (!behind) point++;
        if (!count && c == '0') { point--; continue; } /* leading zeros shift the point */
        if (count < 30) digits[count++] = c;
    }
    if (i < in.length) {
        struct str tail = str_part(in, i + 1, in.length);
        if (str_starts(tail, "+")) tail = str_part(tail, 1, tail.length);
        if (!str_to_int(tail, &exponent) || exponent > 30 || exponent < -30) return false;
    }
    if (!any) return false;
    point += (int)exponent;
    if (count > 15) { /* to 15 digits, halves up */
        bool up = digits[15] >= '5';
        count = 15;
        while (up && count && digits[count - 1] == '9') count--;
        if (up && count) digits[count - 1]++;
        else if (up) digits[count++] = '1', point++;
    }
    while (count && digits[count - 1] == '0') count--;
    if (point > 40 || point < -40) return false;
    if (!count) point = 1;
    *out = count ? plain_decimal(arena, digits, count, point, negative) : STR("0");
    return true;
}

/* Days since 30 December 1899 (with Excel's 29 February 1900 before March of that year), or since 1904. */
static bool day_text(struct workbook *w, struct str number, struct str *out)
{
    struct str rest, whole = str_cut(number, '.', &rest);
    int64_t serial;
    if (!str_to_int(whole, &serial) || serial < 1 || serial > 109000) return false;
    int32_t days = w->is_1904 ? (int32_t)serial - 24107 : (int32_t)serial - 25569 + (serial < 60);
    *out = date_text(w->arena, date_from_days(days));
    return true;
}

/* ---- The sheet ---- */

/* "BC12" is column 54; 0 when there is none. */
static size_t column_of(struct str reference)
{
    size_t n = 0;
    for (size_t i = 0; i < reference.length && i < 4 && reference.at[i] >= 'A' && reference.at[i] <= 'Z'; i++)
        n = n * 26 + (size_t)(reference.at[i] - 'A' + 1);
    return n;
}

static void sheet_open(void *context, struct xml_scan *scan, int id)
{
    struct workbook *w = context;
    int64_t number;
    if (id == ID_ROW) {
        w->row = str_to_int(xml_scan_attribute(scan, "r"), &number) && number > 0 && number < 2000000 ? (uint32_t)number
                                                                                                      : w->row + 1;
        w->cell_count = w->column = 0;
        return;
    }
    struct str type = xml_scan_attribute(scan, "t");
    size_t column = column_of(xml_scan_attribute(scan, "r"));
    w->column = column ? column : w->column + 1;
    w->type = str_is(type, "s") ? 's' : str_is(type, "b") ? 'b' : str_is(type, "e") ? 'e' : str_is(type, "d") ? 'd'
              : str_is(type, "str") || str_is(type, "inlineStr") ? 't' : 'n';
    w->is_day = str_to_int(xml_scan_attribute(scan, "s"), &number) && number >= 0 && (size_t)number < w->date_styles.count &&
                w->date_styles.at[number];
    w->joining.length = 0;
}

static struct cell cell_of(struct workbook *w)
{
    struct str raw = { w->joining.length ? w->joining.at : "", w->joining.length }, number;
    int64_t at;
    raw = str_trim(raw);
    if (w->type == 's') {
        if (!str_to_int(raw, &at) || at < 0 || (size_t)at >= w->strings.count) return (struct cell){ 0 };
        struct str text = str_trim(w->strings.at[at]);
        return (struct cell){ text, text.length ? CELL_TEXT : 0 };
    }
    if (!raw.length) return (struct cell){ 0 };
    if (w->type == 'b') return (struct cell){ str_is(raw, "1") ? STR("yes") : STR("no"), CELL_YES_NO };
    if (w->type == 'e') return (struct cell){ str_keep(w->arena, raw), CELL_ERROR };
    if (w->type == 'd') return (struct cell){ str_keep(w->arena, str_part(raw, 0, 10)), CELL_DAY };
    if (w->type == 't' || !number_text(w->arena, raw, &number)) return (struct cell){ str_keep(w->arena, raw), CELL_TEXT };
    struct str day;
    if (w->is_day && day_text(w, number, &day)) return (struct cell){ day, CELL_DAY };
    return (struct cell){ number, CELL_NUMBER };
}

static void sheet_close(void *context, struct xml_scan *scan, int id)
{
    struct workbook *w = context;
    struct fault *fault = NULL;
    if (id == ID_CELL) {
        struct cell cell = cell_of(w);
        if (!cell.kind) return;
        if (w->column > w->limits->columns) return xml_scan_stop(scan, sheet_too_large(w->arena, "200 columns"));
        if (cell.text.length > w->limits->cell_bytes) return xml_scan_stop(scan, sheet_too_large(w->arena, "32 KiB in one cell"));
        while (w->cell_count < w->column) w->cells[w->cell_count++] = (struct cell){ 0 };
        w->cells[w->column - 1] = cell;
    } else if (w->cell_count) {
        fault = sheet_add_row(w->arena, w->limits, w->out, w->row, w->cells, w->cell_count);
        if (fault) xml_scan_stop(scan, fault);
    }
}

static struct fault *read_sheet(struct workbook *w)
{
    static const struct xml_rule rules[] = {
        { 1, "worksheet", 99, 2, 0 },        { 2, "sheetData", 98, 3, 0 },         { 3, "row", ID_ROW, 4, XML_OPEN | XML_CLOSE },
        { 4, "c", ID_CELL, 5, XML_OPEN | XML_CLOSE }, { 5, "v", ID_VALUE, 0, XML_TEXT }, { 5, "is", 97, 6, 0 },
        { 6, "t", ID_TEXT, 0, XML_TEXT },    { 6, "r", 96, 7, 0 },                 { 7, "t", ID_TEXT, 0, XML_TEXT },
    };
    static const struct xml_grammar grammar = { rules, ARRAY_LENGTH(rules) };
    static const struct xml_scan_handler handler = { sheet_open, string_text, sheet_close };
    bool found;
    w->cells = ARENA_ARRAY(w->arena, struct cell, w->limits->columns + 1);
    TRY(scan_part(w, w->sheet_path.at, &grammar, &handler, &found));
    return found ? NULL : broken(w, "the sheet is missing");
}

struct fault *sheet_read_xlsx(struct arena *arena, struct str bytes, const struct sheet_limits *limits, struct sheet *out)
{
    struct workbook w = { .arena = arena, .limits = limits, .out = out, .joining = text_new(arena) };
    zip_error_t error;
    zip_source_t *source = zip_source_buffer_create(bytes.at, bytes.length, 0, &error);
    ensure(source);
    w.zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (!w.zip) return zip_source_free(source), broken(&w, "not a ZIP");
    out->format = SHEET_XLSX;
    struct fault *fault = zip_get_num_entries(w.zip, 0) > PARTS_MAX ? broken(&w, "too many parts") : NULL;
    if (!fault) fault = read_workbook(&w);
    if (!fault) fault = read_styles(&w);
    if (!fault) fault = read_strings(&w);
    if (!fault) fault = read_sheet(&w);
    zip_discard(w.zip);
    return fault;
}
