/* Rows of a record as a spreadsheet: amounts and numbers as numbers, days as days, everything else as text. */
#include "record/record.h"

bool record_is_flat(const struct field *f)
{
    return !f->secret && f->type != FIELD_LIST && f->type != FIELD_RECORD && f->type != FIELD_JSON && f->type != FIELD_BYTES;
}

static int width_of(const struct sheet_column *column)
{
    static const int widths[FIELD_TYPE_COUNT] = {
        [FIELD_INT] = 10,     [FIELD_BOOL] = 8,    [FIELD_TEXT] = 24, [FIELD_DATE] = 12,  [FIELD_INSTANT] = 17,
        [FIELD_DECIMAL] = 10, [FIELD_CHOICE] = 14, [FIELD_ID] = 18,   [FIELD_AMOUNT] = 15
    };
    int label = (int)column->label.length + 3; /* beside the arrow of the filter */
    return widths[column->field->type] > label ? widths[column->field->type] : label;
}

struct fault *record_sheet_begin(struct arena *arena, const struct sheet_columns *columns, struct str title, struct xlsx **out)
{
    int *widths = ARENA_ARRAY(arena, int, columns->count + 1);
    for (size_t i = 0; i < columns->count; i++) widths[i] = width_of(&columns->at[i]);
    TRY(xlsx_begin(arena, title, widths, columns->count, out));
    for (size_t i = 0; i < columns->count; i++) xlsx_text(*out, columns->at[i].label, XLSX_HEAD);
    return xlsx_row_end(arena, *out);
}

static void add_cell(struct arena *arena, struct xlsx *sheet, const struct record *record, const struct field *f, const void *at)
{
    const void *value = (const char *)at + f->offset;
    struct str text = field_to_text(arena, record, f, at);
    int digits;
    switch (f->type) {
    case FIELD_INT:
    case FIELD_ID: xlsx_number(sheet, text, XLSX_WHOLE); return;
    case FIELD_DECIMAL: xlsx_number(sheet, text, XLSX_PLAIN); return;
    case FIELD_AMOUNT:
        digits = field_digits(record, f, at);
        xlsx_number(sheet, text, digits == 0 ? XLSX_MONEY_WHOLE : digits == 3 ? XLSX_MONEY_3 : XLSX_MONEY);
        return;
    case FIELD_DATE: xlsx_day(sheet, *(const struct date *)value); return;
    case FIELD_INSTANT: xlsx_instant(sheet, *(const struct instant *)value); return;
    case FIELD_BOOL:
    case FIELD_TEXT:
    case FIELD_CHOICE: xlsx_text(sheet, text, XLSX_PLAIN); return;
    case FIELD_BYTES:
    case FIELD_JSON:
    case FIELD_RECORD:
    case FIELD_LIST: break;
    }
    never("a column that is not flat");
}

struct fault *record_add_sheet(struct arena *arena, struct xlsx *sheet, const struct sheet_columns *columns, struct given given)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct field *f = columns->at[i].field;
        if (f->type != FIELD_INT && f->type != FIELD_BOOL && f->type != FIELD_AMOUNT && field_absent(f, given.at))
            xlsx_skip(sheet);
        else add_cell(arena, sheet, given.record, f, given.at);
    }
    return xlsx_row_end(arena, sheet);
}
