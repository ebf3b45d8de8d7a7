#include "codec/xlsx.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

const struct fault_type xlsx_failed = {
    FAULT_UNREACHABLE, "xlsx.failed",
    "The spreadsheet could not be written: {why}. Make room on the disk for temporary files and try again."
};

enum { ROWS_MOST = 1048576, TEXT_MOST = 32767, EXACT_DIGITS = 15, COLUMNS_MOST = 200 };

struct xlsx {
    char path[64], folder[40];
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *styles[XLSX_STYLES];
    char title[32];
    int widths[COLUMNS_MOST];
    size_t columns, sheets;
    char *head[COLUMNS_MOST];
    lxw_row_t row;
    lxw_col_t column;
    bool failed;
};

static void write_cell(struct xlsx *x, lxw_error error)
{
    if (error != LXW_NO_ERROR) x->failed = true;
    x->column++;
}

static lxw_format *style_of(const struct xlsx *x, enum xlsx_style style) { return x->styles[style]; }

static void sheet_begin(struct xlsx *x)
{
    char name[LXW_SHEETNAME_MAX + 1];
    if (x->sheets) snprintf(name, sizeof name, "%.24s %zu", x->title, x->sheets + 1);
    else snprintf(name, sizeof name, "%s", x->title);
    x->sheet = workbook_add_worksheet(x->book, name);
    ensure(x->sheet);
    x->sheets++;
    x->row = 0;
    x->column = 0;
    for (size_t i = 0; i < x->columns; i++)
        worksheet_set_column(x->sheet, (lxw_col_t)i, (lxw_col_t)i, (double)x->widths[i], NULL);
    worksheet_freeze_panes(x->sheet, 1, 0);
    worksheet_repeat_rows(x->sheet, 0, 0);
    worksheet_set_landscape(x->sheet);
    worksheet_fit_to_pages(x->sheet, 1, 0);
    worksheet_set_paper(x->sheet, 9); /* A4 */
}

static void sheet_end(struct xlsx *x)
{
    if (x->row && x->columns) worksheet_autofilter(x->sheet, 0, 0, x->row - 1, (lxw_col_t)(x->columns - 1));
}

static void add_styles(struct xlsx *x)
{
    static const char *const formats[XLSX_STYLES] = { [XLSX_WHOLE] = "0",           [XLSX_MONEY] = "#,##0.00",
                                                      [XLSX_MONEY_WHOLE] = "#,##0", [XLSX_MONEY_3] = "#,##0.000",
                                                      [XLSX_DAY] = "dd-mm-yyyy",    [XLSX_INSTANT] = "dd-mm-yyyy hh:mm" };
    for (size_t i = XLSX_HEAD; i < XLSX_STYLES; i++) {
        x->styles[i] = workbook_add_format(x->book);
        ensure(x->styles[i]);
        if (formats[i]) format_set_num_format(x->styles[i], formats[i]);
    }
    format_set_bold(x->styles[XLSX_HEAD]);
    format_set_bottom(x->styles[XLSX_HEAD], LXW_BORDER_THIN);
}

/* A sheet's name holds 31 characters and none of []:*?/\ */
static void keep_title(struct xlsx *x, struct str title)
{
    size_t n = 0;
    for (size_t i = 0; i < title.length && n < sizeof x->title - 1; i++)
        x->title[n++] = memchr("[]:*?/\\'", title.at[i], 8) || (signed char)title.at[i] < ' ' ? ' ' : title.at[i];
    if (!n) x->title[n++] = '1';
    x->title[n] = 0;
}

struct fault *xlsx_begin(struct arena *arena, struct str title, const int *widths, size_t columns, struct xlsx **out)
{
    const char *folder = getenv("TMPDIR");
    struct xlsx *x = calloc(1, sizeof *x);
    ensure(x && columns <= COLUMNS_MOST);
    snprintf(x->folder, sizeof x->folder, "%s", folder && strlen(folder) < sizeof x->folder ? folder : "/tmp");
    snprintf(x->path, sizeof x->path, "%s/florin-XXXXXX", x->folder);
    int fd = mkstemp(x->path);
    if (fd < 0) {
        x->path[0] = 0;
        xlsx_free(x);
        return FAULT(arena, &xlsx_failed, NULL, PARAM("why", str_keep(arena, str_of(x->folder))));
    }
    close(fd);
    lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = x->folder };
    x->book = workbook_new_opt(x->path, &options);
    ensure(x->book);
    x->columns = columns;
    for (size_t i = 0; i < columns; i++) x->widths[i] = widths[i];
    keep_title(x, title);
    add_styles(x);
    sheet_begin(x);
    *out = x;
    return NULL;
}

void xlsx_text(struct xlsx *x, struct str text, enum xlsx_style style)
{
    size_t length = text.length;
    if (length > TEXT_MOST) { /* as many characters as a cell may hold, none of them broken */
        length = TEXT_MOST;
        while (length && (text.at[length] & 0xC0) == 0x80) length--;
    }
    char *z = strndup(text.at ? text.at : "", length);
    ensure(z);
    if (style == XLSX_HEAD && x->sheets == 1 && x->column < x->columns && !x->row) x->head[x->column] = strdup(z);
    write_cell(x, worksheet_write_string(x->sheet, x->row, x->column, z, style_of(x, style)));
    free(z);
}

void xlsx_number(struct xlsx *x, struct str decimal, enum xlsx_style style)
{
    char z[40];
    size_t digits = 0;
    for (size_t i = 0; i < decimal.length; i++) digits += decimal.at[i] >= '0' && decimal.at[i] <= '9';
    if (!digits || digits > EXACT_DIGITS + 1 || decimal.length >= sizeof z) {
        xlsx_text(x, decimal, XLSX_PLAIN);
        return;
    }
    snprintf(z, sizeof z, "%.*s", STR_ARG(decimal));
    write_cell(x, worksheet_write_number(x->sheet, x->row, x->column, strtod(z, NULL), style_of(x, style))); /* a cell's number is one */
}

static void write_time(struct xlsx *x, struct date day, int64_t second, enum xlsx_style style)
{
    lxw_datetime at = { .year = date_year(day), .month = date_month(day), .day = date_day(day), .hour = (int)(second / 3600),
                        .min = (int)(second / 60 % 60), .sec = (double)(second % 60) };
    write_cell(x, worksheet_write_datetime(x->sheet, x->row, x->column, &at, style_of(x, style)));
}

void xlsx_day(struct xlsx *x, struct date day)
{
    if (date_year(day) < 1900) xlsx_skip(x); /* a sheet's calendar begins there */
    else write_time(x, day, 0, XLSX_DAY);
}

void xlsx_instant(struct xlsx *x, struct instant instant)
{
    int64_t seconds = instant.us / 1000000;
    write_time(x, instant_day(instant), seconds % 86400, XLSX_INSTANT);
}

void xlsx_skip(struct xlsx *x) { x->column++; }

struct fault *xlsx_row_end(struct arena *arena, struct xlsx *x)
{
    x->row++;
    x->column = 0;
    if (x->row == ROWS_MOST) {
        sheet_end(x);
        sheet_begin(x);
        for (size_t i = 0; i < x->columns; i++) xlsx_text(x, str_of(x->head[i]), XLSX_HEAD);
        x->row = 1;
        x->column = 0;
    }
    return x->failed ? FAULT(arena, &xlsx_failed, NULL, PARAM("why", STR("a row"))) : NULL;
}

struct fault *xlsx_end(struct arena *arena, struct xlsx *x, int *fd, int64_t *size)
{
    struct stat is;
    sheet_end(x);
    lxw_error error = workbook_close(x->book); /* frees it too */
    x->book = NULL;
    *fd = error == LXW_NO_ERROR && !x->failed ? open(x->path, O_RDONLY | O_CLOEXEC) : -1;
    if (*fd >= 0 && !fstat(*fd, &is)) {
        *size = is.st_size;
        return NULL;
    }
    if (*fd >= 0) close(*fd);
    *fd = -1;
    return FAULT(arena, &xlsx_failed, NULL, PARAM("why", str_of(lxw_strerror(error))));
}

void xlsx_free(struct xlsx *x)
{
    if (!x) return;
    if (x->book) lxw_workbook_free(x->book);
    if (x->path[0]) unlink(x->path);
    for (size_t i = 0; i < x->columns; i++) free(x->head[i]);
    free(x);
}
