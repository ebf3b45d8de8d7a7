/* A struct is described once, by a table of fields whose types come from the struct itself. JSON in and out, SQL
 * parameters and columns, command flags, limits, OpenAPI, TypeScript, CSV, forms and audit differences read it.
 *
 * Absent is the zero of a type: text without bytes to point at, day 0, id 0, choice 0, decimal not present. An
 * `.optional` field may be absent (SQL NULL, left out of JSON); any other field must be given. An amount, an integer
 * and a boolean have no absent value; `.optional` there means that the input may leave it out (it stays 0 or false). */
#pragma once
#include "base/base.h"
#include "base/fault.h"
#include "codec/xlsx.h"

enum field_type {
    FIELD_INT = 1, /* int64_t; JSON number, at most 2^53 - 1 */
    FIELD_BOOL,
    FIELD_TEXT,    /* struct str, UTF-8 */
    FIELD_DATE,    /* struct date; "2025-01-31" */
    FIELD_INSTANT, /* struct instant; RFC 3339; microseconds (bigint) in SQL */
    FIELD_DECIMAL, /* struct decimal; a string in JSON, text in SQL */
    FIELD_CHOICE,  /* an enum (unsigned); its name */
    FIELD_ID,      /* struct { int64_t n; }; JSON number */
    FIELD_AMOUNT,  /* int64_t minor units, `total_minor`; in JSON "total": "1250.00" beside its currency */
    FIELD_BYTES,   /* struct str; base64 in JSON, bytea/blob in SQL */
    FIELD_JSON,    /* struct str that holds JSON; as it is in JSON, text in SQL */
    FIELD_RECORD,  /* a struct inside; not in SQL */
    FIELD_LIST,    /* LIST_OF(struct …); not in SQL */
};
enum { FIELD_TYPE_COUNT = FIELD_LIST + 1 };

struct record;
struct field {
    const char *name;
    size_t name_length; /* by the macros below; 0: not said */
    size_t offset, size;
    enum field_type type;
    int64_t min, max;           /* of the value; of the length in code points for text, in bytes for bytes, of the
                                 * count for a list. Both 0: text ≤ 1000, bytes ≤ 64 MiB, list ≤ 10000, numbers any */
    const char *const *choices; /* names of an enum; [0] is never valid */
    size_t choice_count;
    const struct record *record;    /* of a RECORD, or of the items of a LIST */
    const char *currency;           /* AMOUNT: the sibling that holds its currency; NULL: two digits */
    bool (*check)(struct str text); /* TEXT: a shape such as an IBAN */
    const char *shape;              /* the name of that shape: "iban", "email" */
    bool optional;
    bool secret;       /* accepted, never given: not in JSON out, audit or log */
    bool filter, sort; /* a list may be filtered, sorted by it */
    const char *about; /* one phrase for the manual and OpenAPI; NULL where the name says it */
};
struct record { const char *name; size_t size; const struct field *fields; size_t count; };

#define FIELD_TYPE(member)                                                                                   \
    _Generic((member), int64_t: FIELD_INT, bool: FIELD_BOOL, struct str: FIELD_TEXT, struct date: FIELD_DATE, \
        struct instant: FIELD_INSTANT, struct decimal: FIELD_DECIMAL, unsigned: FIELD_CHOICE)
#define FIELD_AT(T, member) \
    .name = #member, .name_length = sizeof #member - 1, .offset = offsetof(T, member), .size = sizeof(((T *)0)->member)
#define FIELD(T, member, ...) { FIELD_AT(T, member), .type = FIELD_TYPE(((T *)0)->member), __VA_ARGS__ }
/* The _Generic refuses at compile time what is not an id, an amount, bytes, … */
#define FIELD_OF(kind, member_type, T, member, ...) \
    { FIELD_AT(T, member), .type = _Generic(((T *)0)->member, member_type: kind), __VA_ARGS__ }
#define AMOUNT(T, member, ...) FIELD_OF(FIELD_AMOUNT, int64_t, T, member, __VA_ARGS__)
#define BYTES(T, member, ...) FIELD_OF(FIELD_BYTES, struct str, T, member, __VA_ARGS__)
#define JSON(T, member, ...) FIELD_OF(FIELD_JSON, struct str, T, member, __VA_ARGS__)
#define ID(T, member, ...) \
    { FIELD_AT(T, member), .type = _Generic(((T *)0)->member.n, int64_t: FIELD_ID), .min = 1, .max = EXACT_MAX, __VA_ARGS__ }
#define PART(T, member, type_, ...)                                                                  \
    { FIELD_AT(T, member), .type = _Generic(&((T *)0)->member, struct type_ *: FIELD_RECORD), \
      .record = &type_##_record, __VA_ARGS__ }
#define LIST(T, member, type_, ...)                                                                   \
    { FIELD_AT(T, member), .type = _Generic(((T *)0)->member.at, struct type_ *: FIELD_LIST), \
      .record = &type_##_record, __VA_ARGS__ }
#define CHOICES(names) .choices = (names), .choice_count = ARRAY_LENGTH(names)
#define OPTIONAL .optional = true
/* RECORD(bill, { FIELD(…), … }); defines `const struct record bill_record` for struct bill. */
#define RECORD(type_, ...)                                    \
    static const struct field type_##_fields[] = __VA_ARGS__; \
    const struct record type_##_record = { #type_, sizeof(struct type_), type_##_fields, ARRAY_LENGTH(type_##_fields) }
/* For an operation that takes or gives nothing. */
struct nothing { int64_t unused; };
extern const struct record nothing_record;

/* Each is a record and a place of that very type: the compiler checks the pairing. */
struct given { const struct record *record; const void *at; };
struct into { const struct record *record; void *at; };
struct into_list { const struct record *record; void *list; }; /* of a LIST_OF(type) */
#define GIVEN(type, pointer) ((struct given){ &type##_record, 1 ? (pointer) : (const struct type *)0 })
#define INTO(type, pointer) ((struct into){ &type##_record, 1 ? (pointer) : (struct type *)0 })
#define INTO_LIST(type, pointer) \
    ((struct into_list){ &type##_record, (sizeof(1 ? (pointer)->at : (struct type *)0) ? (void *)(pointer) : NULL) })
#define NONE ((struct given){ &nothing_record, &(const struct nothing){ 0 } })

/* What any LIST_OF(…) looks like to the interpreters. */
struct any_list { char *at; size_t count, room; };

extern const struct fault_type record_missing, record_unknown, record_twice, record_wrong_type, record_too_small,
    record_too_large, record_too_short, record_too_long, record_too_many, record_not_text, record_not_choice, record_shape;

const struct field *record_field(const struct record *record, struct str name);      /* by the struct's name; NULL: none */
const struct field *record_json_field(const struct record *record, struct str name); /* by the JSON name */
struct str field_json_name(const struct field *field); /* `total_minor` is "total" in JSON; borrows */
int field_digits(const struct record *record, const struct field *field, const void *at); /* of an amount, by its currency */
bool field_absent(const struct field *field, const void *at);

/* One value from and to text, as flags, query strings, CSV and PostgreSQL write it (amounts: decimal text with the
 * currency's digits; SQL passes minor units by itself). Lists and records: JSON. */
CHECKED struct fault *field_from_text(struct arena *arena, const struct record *record, const struct field *field,
                                      struct str text, void *at);
struct str field_to_text(struct arena *arena, const struct record *record, const struct field *field, const void *at);

/* JSON in: everything wrong at once, each with its field ("lines[2].price"). A member that is not a field is refused;
 * so is one given twice, a number where text must stand, more than the limits allow. Ends in record_check. */
CHECKED struct fault *record_from_json(struct arena *arena, struct str json, struct into into);
struct pair { struct str name, text; }; /* a flag, a query parameter, a part of a path */
/* The same from pairs and a JSON body together; a field given in both is refused as given twice. */
CHECKED struct fault *record_from_pairs(struct arena *arena, const struct pair *pairs, size_t count, struct str json,
                                        struct into into);
/* Limits of every field, inside lists and records too. */
CHECKED struct fault *record_check(struct arena *arena, struct given given);

void record_add_json(struct text *text, struct given given); /* absent and secret fields left out */
struct str record_to_json(struct arena *arena, struct given given);
/* {"field":[before,after],…} of what differs; absent text when nothing does. Either side may be missing (.at NULL). */
struct str record_difference(struct arena *arena, struct given before, struct given after);
void record_add_csv_head(struct text *text, const struct record *record); /* flat fields only */
void record_add_csv(struct text *text, struct given given); /* RFC 4180; a text that a sheet would run gets a ' before it */
/* The same as a spreadsheet; `columns` are flat fields of one record with what to call them. */
struct sheet_column {
    const struct field *field;
    struct str label;
};
struct sheet_columns {
    struct sheet_column *at;
    size_t count, room;
};
bool record_is_flat(
    const struct field *field); /* neither secret nor a thing of parts: a column of CSV and of a sheet */
CHECKED struct fault *record_sheet_begin(struct arena *arena, const struct sheet_columns *columns, struct str title,
                                         struct xlsx **out);
CHECKED struct fault *record_add_sheet(struct arena *arena, struct xlsx *sheet, const struct sheet_columns *columns,
                                       struct given given);
bool record_covers(const struct record *record); /* no member was forgotten; for the test of each table */

void json_add_text(struct text *text, struct str value); /* quoted and escaped */
