/* A spreadsheet (Office Open XML) out, row by row, memory flat: what is written goes to a file without a name at once. Texts
 * are texts whatever they begin with: nothing written here is ever a formula. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

extern const struct fault_type xlsx_failed;

enum xlsx_style { XLSX_PLAIN, XLSX_HEAD, XLSX_WHOLE, XLSX_MONEY, XLSX_MONEY_WHOLE, XLSX_MONEY_3, XLSX_DAY, XLSX_INSTANT };
enum { XLSX_STYLES = XLSX_INSTANT + 1 };
struct xlsx;
/* `title` names the sheet; `widths`, in characters, are of its columns. */
CHECKED struct fault *xlsx_begin(struct arena *arena, struct str title, const int *widths, size_t columns, struct xlsx **out);
/* The next cell of this row. A number is a decimal text; one of more than 15 digits, which a sheet would round, is kept as text. */
void xlsx_text(struct xlsx *xlsx, struct str text, enum xlsx_style style);
void xlsx_number(struct xlsx *xlsx, struct str decimal, enum xlsx_style style);
void xlsx_day(struct xlsx *xlsx, struct date day);
void xlsx_instant(struct xlsx *xlsx, struct instant instant); /* in UTC */
void xlsx_skip(struct xlsx *xlsx);
/* A sheet that is full goes on in the next, with the first row again. */
CHECKED struct fault *xlsx_row_end(struct arena *arena, struct xlsx *xlsx);
/* The whole file, ready to read from its start; the caller closes *fd. Refuses xlsx_failed when the disk was full. */
CHECKED struct fault *xlsx_end(struct arena *arena, struct xlsx *xlsx, int *fd, int64_t *size);
void xlsx_free(struct xlsx *xlsx); /* NULL is fine; after xlsx_end too */
