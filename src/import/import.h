/* What a company brings along from the system it had: customers, suppliers, their bank accounts, open items, opening balances, and the
 * payments of the past that cash application learns from. A file (CSV or XLSX) is archived first, its columns are recognised or
 * mapped, every row is looked at before one is written, and all that is wrong is said at once. Then it goes in whole or not at all. */
#pragma once
#include "archive/archive.h"
#include "ledger/ledger.h"
#include "party/party.h"

typedef struct { int64_t n; } import_id;
enum import_kind {
    IMPORT_CUSTOMERS = 1,
    IMPORT_SUPPLIERS,
    IMPORT_ACCOUNTS,
    IMPORT_RECEIVABLES,
    IMPORT_PAYABLES,
    IMPORT_BALANCES,
    IMPORT_PAID_INVOICES,
    IMPORT_PAYMENTS
};
enum { IMPORT_KIND_COUNT = IMPORT_PAYMENTS + 1 };
enum import_state { IMPORT_UPLOADED = 1, IMPORT_COMMITTED, IMPORT_UNDONE };
struct import_file {
    import_id id;
    enum import_kind kind;
    enum import_state state;
    document_id document_id;
    struct str file_name, hash;
    struct str format, encoding, delimiter, sheet; /* as recognised */
    struct str decimal;     /* "," or "." */
    unsigned day_order;     /* dmy, mdy, ymd */
    struct str mapping;     /* JSON: [{"column":1,"field":"number"},…] */
    struct date dated_on;   /* the day of the opening entries */
    bool skip_known;        /* rows of what is here already are left out; else they are refused */
    int64_t row_count, made_count, total_minor;
    struct instant created_at;
    int64_t created_by;
    struct instant committed_at;
    int64_t committed_by;
    struct instant undone_at;
    int64_t undone_by;
    int64_t version;
};
LIST_STRUCT(import_files, struct import_file);
extern const struct record import_file_record;

struct import_error { int64_t row; struct str column, field, value, code, text; };
LIST_STRUCT(import_errors, struct import_error);
struct import_row { int64_t row; struct str values; bool is_wrong; }; /* values: JSON by field, as they would become */
LIST_STRUCT(import_rows, struct import_row);
struct import_checked {
    int64_t row_count, error_count, made_count, total_minor;
    struct import_errors errors; /* the first thousand */
    struct import_rows rows;     /* the first fifty */
};
extern const struct record import_checked_record;

/* Keeps the file and recognises what it is; `kind` 0: told from its headings. */
CHECKED struct fault *import_add(struct work *work, struct str file_name, enum import_kind kind, struct str content,
                                 struct import_file *file);
CHECKED struct fault *import_check(struct work *work, struct import_file *file, struct import_checked *out);
/* All rows or none. Refuses import_wrong_rows, import_again, import_not_waiting. */
CHECKED struct fault *import_commit(struct work *work, struct import_file *file);
CHECKED struct fault *import_undo(struct work *work, struct import_file *file, struct str reason);

extern const struct fault_type import_missing, import_changed, import_wrong_rows, import_again, import_not_waiting, import_in_use,
    import_no_kind, import_no_rows, import_unmapped;
extern const struct operation_table import_operations;
