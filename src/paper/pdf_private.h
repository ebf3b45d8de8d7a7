/* A bounded reader of PDF objects (ISO 32000-1, 7.2-7.5), for files from outside.
 *
 * It never trusts the cross-reference table: it walks the file once from front to back, notes where each object
 * stands (the last one of a number wins, as in an incremental update), unpacks object streams under one budget, and
 * parses an object only when asked. So a table that lies, loops or points outside cannot do anything. qpdf 11 has no
 * limit on what a stream may unpack to: that is why reading is ours, while writing (of our own files) is qpdf's. */
#pragma once
#include "base/base.h"
#include "base/fault.h"
#include "paper/hybrid.h"

enum {
    PDF_FILE_BYTES_MOST = 64 << 20,
    PDF_UNPACKED_BYTES_MOST = 96 << 20, /* all streams of one reading together */
    PDF_OBJECTS_MOST = 500000,
    PDF_NODES_MOST = 1000000, /* values in one object */
    PDF_DEPTH_MOST = 64,
};

enum pdf_kind { PDF_NULL = 1, PDF_BOOL, PDF_INT, PDF_REAL, PDF_NAME, PDF_STRING, PDF_ARRAY, PDF_DICT, PDF_REF };
struct pdf_value {
    enum pdf_kind kind;
    int64_t number;                 /* of an int; the object of a ref */
    struct str text;                /* a name without its slash, the bytes of a string */
    struct str key;                 /* within a dictionary */
    struct pdf_value *first, *next; /* what an array or dictionary holds; what follows within the holder */
};

struct pdf_cursor {
    struct arena *arena;
    struct str bytes;
    size_t here;
    size_t nodes; /* made so far */
};
/* The value at the cursor; NULL when there is none that is well-formed and within the limits. */
struct pdf_value *pdf_parse(struct pdf_cursor *cursor);
void pdf_skip_space(struct pdf_cursor *cursor); /* and comments */
bool pdf_is_space(char c);
/* NULL when `dict` is not a dictionary or has no such key. */
struct pdf_value *pdf_key(const struct pdf_value *dict, const char *key);

struct pdf; /* a file being read */

/* Refuses pdf_not_pdf, pdf_encrypted, pdf_too_large, pdf_broken (no catalogue). `arena` is for the reading only. */
CHECKED struct fault *pdf_open(struct arena *arena, struct str bytes, struct pdf **out);
const struct pdf_value *pdf_catalog(struct pdf *pdf);
/* Follows a reference (and a reference to a reference, a few times); NULL when there is nothing. Parsed once, then kept. */
const struct pdf_value *pdf_follow(struct pdf *pdf, const struct pdf_value *value);
const struct pdf_value *pdf_follow_key(struct pdf *pdf, const struct pdf_value *dict, const char *key);
/* The unpacked bytes of the stream a reference names; absent text in *out when it is no stream or unknown packing.
 * Refuses pdf_too_large. */
CHECKED struct fault *pdf_stream(struct pdf *pdf, const struct pdf_value *reference, struct str *out);
/* Every object of the file in turn: `index` from 0; false at the end. *out is NULL for one that is broken. */
bool pdf_each(struct pdf *pdf, size_t index, const struct pdf_value **out, struct pdf_value *reference);
