/* A table of cells out of a file that people make: CSV of whatever delimiter and encoding, or the first sheet of an XLSX.
 * All bounded: rows, columns, the length of a cell, the bytes a ZIP unpacks to. Nothing is evaluated; a formula is its kept value.
 *
 * Numbers of an XLSX come as plain decimals of at most 15 digits ("0.3", never "0.30000000000000004"), days as "2025-01-31". */
#pragma once
#include "base/base.h"
#include "base/fault.h"

enum cell_kind { CELL_TEXT = 1, CELL_NUMBER, CELL_DAY, CELL_YES_NO, CELL_ERROR }; /* of a CSV: text only */
struct cell { struct str text; enum cell_kind kind; }; /* kind 0: empty */
struct sheet_row { uint32_t number, count; struct cell *cells; }; /* number: as a spreadsheet shows it, from 1; empty rows are left out */
enum sheet_format { SHEET_CSV = 1, SHEET_XLSX };
struct sheet {
    enum sheet_format format;
    struct str name;       /* XLSX: of the sheet read */
    struct str encoding;   /* CSV: "utf-8", "windows-1252", "utf-16" */
    char delimiter;        /* CSV */
    LIST_OF(struct sheet_row) rows;
    size_t columns;        /* of the widest row */
};
struct sheet_limits { size_t rows, columns, cell_bytes, unpacked_bytes; };
/* 1,100,000 rows (a sheet of Excel holds 1,048,576), 200 columns, 32 KiB a cell, 768 MiB unpacked. */
extern const struct sheet_limits sheet_limits_default;

extern const struct fault_type sheet_unclosed, sheet_not_a_table, sheet_broken, sheet_encrypted;
/* Refuses sheet_unclosed (a quote that does not end), sheet_not_a_table (neither text nor an XLSX), sheet_broken,
 * sheet_encrypted, input_too_large. The cells of a CSV in UTF-8 may borrow from `bytes`. */
CHECKED struct fault *sheet_read(struct arena *arena, struct str bytes, const struct sheet_limits *limits, struct sheet *out);
/* Bytes as UTF-8: by their mark, UTF-16 without one by its zero bytes, else UTF-8 when it is, else Windows-1252. */
struct str text_to_utf8(struct arena *arena, struct str bytes, struct str *encoding);
