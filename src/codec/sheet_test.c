#include "test.h"
#include "codec/sheet.h"
#include <unistd.h>
#include <xlsxwriter.h>

static struct str cell(const struct sheet *s, size_t row, size_t column)
{
    return column < s->rows.at[row].count ? s->rows.at[row].cells[column].text : (struct str){ 0 };
}

static struct sheet given_sheet(struct arena *arena, struct str bytes)
{
    struct sheet sheet;
    expect_done(sheet_read(arena, bytes, &sheet_limits_default, &sheet));
    return sheet;
}

TEST(sheet_csv_tells_its_delimiter)
{
    struct sheet s = given_sheet(
        arena, STR("nummer;naam;saldo\r\n1;\"De Zon; bakker \"\"Jan\"\"\";1.234,50\r\n\r\n2;Maan;-3,00\r\n"));
    expect_int(';', s.delimiter);
    expect_int(3, s.rows.count);
    expect_int(3, s.columns);
    expect_str("De Zon; bakker \"Jan\"", cell(&s, 1, 1));
    expect_str("1.234,50", cell(&s, 1, 2));
    expect_int(4, s.rows.at[2].number); /* the empty row counts, as a spreadsheet shows it */
    s = given_sheet(arena, STR("a,b\n\"1,5\",2\n3,4"));
    expect_int(',', s.delimiter);
    expect_str("1,5", cell(&s, 1, 0));
    expect_str("4", cell(&s, 2, 1));
    s = given_sheet(arena, STR("a\tb\n1\t2\n"));
    expect_int('\t', s.delimiter);
    s = given_sheet(arena, STR("sep=|\na|b;c\n"));
    expect_str("b;c", cell(&s, 0, 1));
    expect_int(2, s.rows.at[0].number);
    s = given_sheet(arena, STR("sep=;;")); /* the hint and nothing else */
    expect_int(0, s.rows.count);
    s = given_sheet(arena, STR("one\ntwo\n"));
    expect_int(2, s.rows.count);
}

TEST(sheet_csv_tells_its_encoding)
{
    struct sheet s = given_sheet(arena, STR("\xEF\xBB\xBFnaam;b\nCaf\xC3\xA9;1\n"));
    expect_str("naam", cell(&s, 0, 0));
    expect_str("utf-8", s.encoding);
    s = given_sheet(arena, STR("naam;b\nCaf\xE9 \x80 5;1\n"));
    expect_str("windows-1252", s.encoding);
    expect_str("Caf\xC3\xA9 \xE2\x82\xAC 5", cell(&s, 1, 0));
    static const char wide[] = "\xFF\xFEn\0;\0b\0\n\0\xE9\0;\0" "1\0\n\0";
    s = given_sheet(arena, (struct str){ wide, sizeof wide - 1 });
    expect_str("utf-16", s.encoding);
    expect_str("\xC3\xA9", cell(&s, 1, 0));
    s = given_sheet(arena, (struct str){ wide + 2, sizeof wide - 3 }); /* without its mark */
    expect_str("\xC3\xA9", cell(&s, 1, 0));
}

TEST(sheet_refuses_what_is_no_table)
{
    struct sheet s;
    struct sheet_limits few = { 2, 3, 5, 1000 };
    (void)expect_refused(&sheet_unclosed, sheet_read(arena, STR("a;b\n\"never;1\n"), &sheet_limits_default, &s));
    (void)expect_refused(&sheet_not_a_table, sheet_read(arena, STR("a\1;b\n"), &sheet_limits_default, &s));
    (void)expect_refused(&sheet_not_a_table, sheet_read(arena, STR("\xD0\xCF\x11\xE0 old"), &sheet_limits_default, &s));
    (void)expect_refused(&sheet_broken, sheet_read(arena, STR("PK\3\4 not really"), &sheet_limits_default, &s));
    (void)expect_refused(&input_too_large, sheet_read(arena, STR("1;2\n1;2\n1;2\n"), &few, &s));
    (void)expect_refused(&input_too_large, sheet_read(arena, STR("1;2;3;4\n"), &few, &s));
    (void)expect_refused(&input_too_large, sheet_read(arena, STR("123456;2\n"), &few, &s));
}

/* A workbook of libxlsxwriter's, as bytes. */
static struct str workbook(struct arena *arena, int rows)
{
    char path[] = "/tmp/florin-sheet-XXXXXX";
    int file = mkstemp(path);
    expect(file >= 0);
    close(file);
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *hidden = workbook_add_worksheet(book, "Notes"), *sheet = workbook_add_worksheet(book, "Openstaand");
    lxw_format *day = workbook_add_format(book);
    format_set_num_format(day, "dd-mm-yyyy");
    worksheet_activate(sheet);
    worksheet_set_first_sheet(sheet);
    worksheet_hide(hidden);
    worksheet_write_string(sheet, 0, 0, "Factuur", NULL);
    worksheet_write_string(sheet, 0, 1, "Datum", NULL);
    worksheet_write_string(sheet, 0, 2, "Bedrag", NULL);
    worksheet_write_string(sheet, 2, 0, "2025-1", NULL);
    worksheet_write_number(sheet, 2, 1, 45688, day);
    worksheet_write_number(sheet, 2, 2, 0.1 + 0.2, NULL);
    worksheet_write_formula_num(sheet, 2, 4, "=C3*2", NULL, 0.6);
    worksheet_write_boolean(sheet, 2, 5, 1, NULL);
    for (int i = 0; i < rows; i++) worksheet_write_number(sheet, (lxw_row_t)(3 + i), 2, i * 1000003.25, NULL);
    expect_int(LXW_NO_ERROR, workbook_close(book));
    struct str out = test_file(arena, path);
    unlink(path);
    return out;
}

TEST(sheet_xlsx_gives_days_and_decimals)
{
    struct sheet s = given_sheet(arena, workbook(arena, 3));
    expect_int(SHEET_XLSX, s.format);
    expect_str("Openstaand", s.name);
    expect_int(5, s.rows.count);
    expect_int(3, s.rows.at[1].number);
    expect_str("2025-1", cell(&s, 1, 0));
    expect_str("2025-01-31", cell(&s, 1, 1));
    expect_int(CELL_DAY, s.rows.at[1].cells[1].kind);
    expect_str("0.3", cell(&s, 1, 2));
    expect_int(0, s.rows.at[1].cells[3].kind);
    expect_str("0.6", cell(&s, 1, 4));
    expect_str("yes", cell(&s, 1, 5));
    expect_str("0", cell(&s, 2, 2));
    expect_str("1000003.25", cell(&s, 3, 2));
}

TEST(sheet_xlsx_is_bounded)
{
    struct sheet s;
    struct str bytes = workbook(arena, 5000);
    struct sheet_limits few = { 100, 20, 1000, (size_t)100 << 20 }, small = { 10000, 20, 1000, 100000 };
    (void)expect_refused(&input_too_large, sheet_read(arena, bytes, &few, &s));
    (void)expect_refused(&input_too_large, sheet_read(arena, bytes, &small, &s)); /* unpacks to more */
    for (size_t cut = 0; cut < bytes.length; cut += 997) { /* broken off anywhere: refused, never worse */
        struct fault *fault = sheet_read(arena, str_part(bytes, 0, cut), &sheet_limits_default, &s);
        expect(cut < 4 || fault);
    }
}
