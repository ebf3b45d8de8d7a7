/* Shared by the files of room import. */
#pragma once
#include "cash/cash_past.h"
#include "codec/sheet.h"
#include "import/import.h"

/* ---- Kinds and fields (import_fields.c) ---- */
enum import_type { IMPORT_TEXT = 1, IMPORT_AMOUNT, IMPORT_DAY, IMPORT_WHOLE, IMPORT_PERCENT };
enum import_field {
    F_NONE,
    F_KEY,
    F_NUMBER,
    F_NAME,
    F_KVK,
    F_OIN,
    F_VAT,
    F_EMAIL,
    F_PHONE,
    F_STREET,
    F_HOUSE,
    F_POSTAL,
    F_CITY,
    F_COUNTRY,
    F_CURRENCY,
    F_LANGUAGE,
    F_TERMS,
    F_IBAN,
    F_BIC,
    F_PARENT,
    F_NOTES,
    F_PARTY,
    F_PARTY_NAME,
    F_HOLDER,
    F_TYPE,
    F_ISSUED,
    F_DUE,
    F_TOTAL,
    F_OPEN,
    F_DEBIT,
    F_CREDIT,
    F_PAYMENT_REFERENCE,
    F_ORDER,
    F_DISCOUNT_PERCENT,
    F_DISCOUNT,
    F_DISCOUNT_UNTIL,
    F_COLLECT,
    F_DESCRIPTION,
    F_ACCOUNT,
    F_BALANCE,
    F_PAID_ON,
    F_AMOUNT,
    F_ULTIMATE,
    F_REMITTANCE,
    F_REFERENCE,
    F_END_TO_END,
    F_BATCH,
    F_CATEGORY,
    F_INVOICES,
    F_DIFFERENCE,
    F_DIFFERENCE_AMOUNT,
    F_SETTLEMENT,
    F_PAYMENT,
    F_FEE,
    F_SETTLED_ON,
    F_COLLECTED_ON,
    F_INVOICE,
    F_COUNT
};
struct import_field_spec { const char *name; enum import_type type; int32_t max; };
extern const struct import_field_spec import_fields[F_COUNT];
struct import_kind_spec {
    const char *name, *group;          /* group of data/import_headers.csv */
    const enum import_field *fields;   /* ended by F_NONE */
    enum import_field needs[4];        /* every one; ended by F_NONE */
    enum import_field one_of[4];       /* at least one; all F_NONE: nothing */
    const char *example;               /* CSV, header and rows: what a person downloads to fill in */
};
extern const struct import_kind_spec import_kinds[IMPORT_KIND_COUNT];
extern const char *const import_kind_names[IMPORT_KIND_COUNT];
const char *import_label(enum import_field field); /* in English; its Dutch stands in po/nl.po */
enum import_field import_field_named(enum import_kind kind, struct str name); /* F_NONE: none such in this kind */
/* The field that a heading means in this kind, F_NONE when it says nothing. */
enum import_field import_field_of_heading(struct arena *arena, enum import_kind kind, struct str heading);
struct str import_heading_key(struct arena *arena, struct str heading);

/* ---- Values (import_value.c) ---- */
enum import_day_order { DAYS_DMY = 1, DAYS_MDY, DAYS_YMD };
struct import_value { struct str text; int64_t number; struct date day; bool given; };
/* What separates decimals in this text; 0: it can't tell. */
char import_decimal_of(struct str text);
bool import_amount(struct arena *arena, struct cell cell, char decimal, int digits, int64_t *out);
bool import_day(struct cell cell, enum import_day_order order, struct date *out);
/* DAYS_… when only one reading of this text is possible, else 0. */
enum import_day_order import_day_order_of(struct str text);

/* ---- An import under way (import_read.c) ---- */
struct known_party {
    int64_t id;
    struct str number, name, name_key;
    bool is_customer, is_supplier;
    int64_t customer_terms_days, supplier_terms_days;
    int64_t iban_count;
};
LIST_STRUCT(known_parties, struct known_party);
struct map {
    struct slot {
        struct str key;
        int64_t value;
    } * slots;
    size_t room, count;
};
struct importing {
    struct work *work;
    struct arena *arena;
    struct import_file *file;
    const struct import_kind_spec *kind;
    struct sheet sheet;
    size_t head; /* the row with the headings; rows.count: none */
    enum import_field field_of[256]; /* by column */
    size_t column_of[F_COUNT];       /* 0: not mapped, else its number from 1 */
    char decimal;
    enum import_day_order days;
    struct str base_currency;
    /* the row at hand */
    const struct sheet_row *row;
    struct import_value values[F_COUNT];
    bool row_wrong;
    /* what was found wrong, the first so many in words */
    struct import_errors errors;
    int64_t error_count, row_count;
    /* what is there already */
    struct known_parties parties;
    struct map party_by_number, party_by_name, party_by_key, item_by_key, item_by_number, account_by_number, seen;
    struct accounts accounts;
    bool past_loaded;
    /* what the rows become */
    LIST_OF(struct party) new_parties;
    LIST_OF(struct party_bank) new_banks; /* party_id: of the file's own, its place + 1, negative; else a party's */
    LIST_OF(struct str) keys;             /* side by side with new_parties; their parents' numbers follow */
    LIST_OF(struct str) parents;
    LIST_OF(struct entry_line) lines;     /* items and balances */
    struct cash_facts facts;              /* side by side with lines, of items */
    struct cash_past_items past_items;
    struct cash_past_lines past_lines;
    LIST_OF(uint32_t) line_rows;          /* row numbers, side by side with what is made */
    int64_t total_minor;                  /* in base currency, of what is booked */
    /* a preview: the first rows as they would become */
    struct import_rows *preview;
    size_t preview_max;
};
enum { IMPORT_ERRORS_MAX = 1000 };
/* Reads the archived file and its headings. */
CHECKED struct fault *import_open(struct importing *im, struct work *work, struct import_file *file);
/* Goes over all rows: values, what they become, everything wrong. */
CHECKED struct fault *import_check_rows(struct importing *im);
/* Notes an error on the row at hand. The fault's field is a field of the kind, or absent. */
void import_wrong(struct importing *im, enum import_field field, struct fault *fault);
CHECKED struct fault *import_propose(struct importing *im); /* kind, mapping, decimals and days, from headings and values */
struct str import_mapping_text(struct importing *im);
struct fault *import_mapping_take(struct importing *im, struct str mapping);
const struct import_value *import_of(const struct importing *im, enum import_field field);
struct str import_text(const struct importing *im, enum import_field field); /* absent when not given */
void import_show(struct importing *im); /* the row at hand, when a preview is wanted */

struct map import_map_new(struct arena *arena, size_t expected);
bool import_map_put(struct arena *arena, struct map *map, struct str key, int64_t value); /* false: it was there; it stays */
bool import_map_get(const struct map *map, struct str key, int64_t *value);

/* ---- What rows become (import_party.c, import_item.c, import_past.c) ---- */
CHECKED struct fault *import_known_load(struct importing *im);
/* The party that the row names by key, number or name; 0 and an error noted when there is none or more. */
int64_t import_party_of(struct importing *im, enum import_field field, bool needed);
void import_party_row(struct importing *im);
void import_account_row(struct importing *im);
void import_item_row(struct importing *im);
void import_balance_row(struct importing *im);
void import_past_row(struct importing *im);
CHECKED struct fault *import_parties_write(struct importing *im);
CHECKED struct fault *import_items_write(struct importing *im);
CHECKED struct fault *import_past_write(struct importing *im);
CHECKED struct fault *import_made_add(struct importing *im, const char *subject_kind, const int64_t *ids,
                                      const uint32_t *rows, size_t count);
CHECKED struct fault *import_keys_add(struct importing *im, const char *subject_kind, const struct str *keys,
                                      const int64_t *ids, size_t count);

struct import_key { int64_t id; };
extern const struct record import_key_record;
#define IMPORT_KEY(number_) GIVEN(import_key, (&(const struct import_key){ (number_) }))
