/* What stands in a request's first line and headers, taken apart. Pure, bounded, fuzzed. */
#pragma once
#include "record/record.h"

enum { PAIRS_MAX = 64 };
/* "%41" and, in a query, "+": false when broken, or when it isn't UTF-8. */
bool percent_decode(struct arena *arena, struct str text, bool plus_is_space, struct str *out);
/* "a=1&b=two": appended to pairs, at most PAIRS_MAX in all. */
bool query_parse(struct arena *arena, struct str query, struct pair *pairs, size_t *count, bool *too_many);
enum language accept_language(struct str header);                     /* English, unless Dutch is wanted more; 0: says neither */
struct str cookie_find(struct str header, const char *name);          /* borrows; absent: none */
struct str bearer_find(struct str header);                            /* "Bearer x"; absent: none */
bool media_type_is(struct str header, const char *media_type);        /* without its parameters */
bool accepts_coding(struct str header, const char *coding);           /* "gzip, br;q=0" */
bool accepts_media(struct str header, const char *media_type);        /* named in so many words, not by a star */
bool request_id_is_sane(struct str id);                               /* 8 … 64 of A-Z a-z 0-9 . _ - */
