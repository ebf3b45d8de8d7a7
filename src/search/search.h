/* Which rows may hold a piece of text: of each kind, segments of up to 65,536 rows (in the order of their ids) with the rows that hold each
 * three letters in a row ("gram"). A list that is filtered by `has`, and the search box, read the rows that come into question instead of all.
 * What is found is always looked at again by the row itself, and rows that no segment covers yet (the newest, and those that changed) always
 * come into question: an answer is the same with and without segments. docs/decisions/0013 says why it is made so.
 *
 * Segments are built behind the writers by a job; nothing is added to what an import or a posting does. */
#pragma once
#include "operation/operation.h"

enum search_kind { SEARCH_INVOICE = 1, SEARCH_BILL, SEARCH_ITEM, SEARCH_LINE, SEARCH_ENTRY };
enum {
    SEARCH_ORDERED = 200000, /* more rows than this are not put in order: the order is walked, and what is asked for is near */
    SEARCH_KINDS = SEARCH_ENTRY,
    SEARCH_SEGMENT = 65536, /* rows of one */
    SEARCH_LEAST = 2048,    /* so many wait before they are worth a segment */
    SEARCH_MOST = 4000,     /* more rows than this are found quicker in the order of the list */
};

/* The rows that may hold all of `words`, as "1,2,3". *known false: too many, or too short a word, or too much waits; ask the rows. */
CHECKED struct fault *search_ids(struct work *work, enum search_kind kind, struct str words, bool *known, struct str *ids);

/* db_list, where a filter `has` on a field of these asks the segments first. `party`: the field that shows the name of the row's party.
 * `plain` shows the columns of the table that have an index, each a field of the row: a filter on one of these that few rows meet is asked of
 * that index first, whatever the list is sorted by. */
struct search_fields {
    enum search_kind kind;
    const char *const *fields; /* ends with NULL */
    const char *party;
    const struct sql *plain, *whole; /* whole: what lists such rows; absent: the statement of the list */
    const char *const *indexed;      /* ends with NULL */
    const char *const *ordered;      /* of those, what `plain` is filtered and sorted by from an index alone (db_list_ordered); ends with NULL */
    const char *const *paired;       /* "journal number": an index of the first has its rows in the order of the second; ends with NULL */
    const char *walked;              /* a field in whose order no index has all rows, but … */
    const struct sql *const *walks;  /* … one has those of each of these statements, which are all rows together; ends with NULL */
};
extern const struct fault_type search_too_short;
CHECKED struct fault *search_list(struct work *work, const struct search_fields *fields, const struct sql *sql,
                                  struct given given, const struct list_query *query, struct into_list into,
                                  struct str *next);

/* A job: the rows of one company that no segment covers, up to `most` segments; each in short transactions of its own. Rows that are younger
 * than a minute wait, for somebody may still be adding older ones. `least`: SEARCH_LEAST, or fewer in a test. */
CHECKED struct fault *search_build(struct work *work, struct books *books, int64_t least, int64_t most, int64_t *built);

/* Part of `florin verify`: each segment is what its rows say now, but for those that are noted as changed. */
CHECKED struct fault *search_verify(struct work *work, int64_t *segments, int64_t *wrong);

extern const struct operation_table search_operations;
