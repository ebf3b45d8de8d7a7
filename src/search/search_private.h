/* Shared by the files of room search. */
#pragma once
#include "search/search.h"

enum { GRAMS = 1 << 18 };
/* Each gram of a text, repeated ones too: letters and digits, caseless; a run of what is not ASCII counts as one letter. Returns how many. */
size_t search_grams(struct str text, uint32_t *grams, size_t room);

struct gram_ask { int64_t after, until, limit, names, g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12; struct str kind, part; };
extern const struct record gram_ask_record;
struct search_id {
    struct {
        int64_t n;
    } id;
};
LIST_STRUCT(search_id_rows, struct search_id);
extern const struct record search_id_record;
struct search_segment { int64_t after_id, until_id, doc_count, hash; struct str ids; };
LIST_STRUCT(search_segments, struct search_segment);
extern const struct record search_segment_record;
extern const struct sql *const search_ids_of[SEARCH_KINDS + 1]; /* by kind: the rows in a range */
extern const char *const search_kind_names[SEARCH_KINDS + 1];
CHECKED struct fault *search_last(struct work *work, enum search_kind kind, struct search_segment *last); /* until_id 0: none */

/* Numbers that grow, as their differences in seven bits each. */
void search_add_number(struct text *text, uint64_t number);
bool search_next_number(struct str *rest, uint64_t *number);
