/* Structs that are no records (what files hold, as einvoice and statement read it) as JSON: each struct is described once by a table
 * of its members. What is absent is left out. */
#pragma once
#include "base/base.h"

struct einvoice;
struct statement;
struct shape;
enum shape_kind {
    SHAPE_TEXT = 1, /* struct str */
    SHAPE_BOOL,     /* left out when false */
    SHAPE_INT64,    /* left out when -1 */
    SHAPE_INT32,
    SHAPE_COUNT,    /* int64_t, always there */
    SHAPE_HASH,     /* uint64_t as text: larger than JavaScript holds exactly */
    SHAPE_DATE,
    SHAPE_INSTANT,
    SHAPE_DECIMAL,
    SHAPE_MINOR,    /* int64_t minor units; `other`: where its currency stands. Left out when that is absent */
    SHAPE_WORD,     /* an enum; `word` names it */
    SHAPE_BITS,     /* uint32_t of statement_problem: sentences */
    SHAPE_GROUP,    /* a struct inside */
    SHAPE_POINTER,  /* to a struct, or NULL */
    SHAPE_LIST,     /* LIST_OF(struct …) */
    SHAPE_TEXTS,    /* LIST_OF(struct str) */
    SHAPE_ARRAY,    /* const struct … *; `other`: where its size_t count stands */
    SHAPE_STRINGS,  /* const struct str *, likewise */
    SHAPE_POINTERS, /* const struct … *const *, likewise with an int64_t count */
    SHAPE_NUMBER,   /* einvoice_number: text of the value, or as it stood */
    SHAPE_AMOUNT,   /* einvoice_amount: {"value","currency"} */
    SHAPE_QUANTITY, /* einvoice_quantity: {"value","unit"} */
    SHAPE_DAY,      /* einvoice_day */
    SHAPE_ID,       /* einvoice_id: {"value","scheme","scheme_version"} */
    SHAPE_FLAG,     /* einvoice_flag */
};
struct shape_member {
    const char *name;
    enum shape_kind kind;
    size_t at, other;
    const struct shape *shape;
    const char *(*word)(unsigned value);
};
struct shape {
    size_t size;
    const struct shape_member *members;
    size_t count;
    ptrdiff_t present; /* where a bool says so; -1: always */
};

void shape_add_json(struct text *text, const struct shape *shape, const void *at);
extern const struct shape einvoice_shape, statement_shape, order_file_shape, status_report_shape;

/* An audit file (XAF 3.2 or 4.0): master data, then every transaction. Refuses what xaf_read refuses. */
CHECKED struct fault *xaf_add_json(struct arena *arena, struct text *text, struct str bytes);
