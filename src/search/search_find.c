/* Which rows come into question: the rarest grams of the words, their lists met, and whatever no segment covers. */
#include "search/search_private.h"
#include "search.sql.h"

enum { ASKED = 12, READ = 4, WORDS_GRAMS = 256 };

struct gram_count { int64_t gram, doc_count; };
LIST_STRUCT(gram_counts, struct gram_count);
RECORD(gram_count, { FIELD(struct gram_count, gram), FIELD(struct gram_count, doc_count) });
struct gram_docs { int64_t after, gram; struct str docs; };
LIST_STRUCT(gram_docs_rows, struct gram_docs);
RECORD(gram_docs, { FIELD(struct gram_docs, after), FIELD(struct gram_docs, gram), BYTES(struct gram_docs, docs) });

struct finding {
    struct work *work;
    struct gram_ask ask;
    uint32_t grams[ASKED]; /* the rarest first */
    size_t count;
    struct search_id_rows found;
};

static void ask_for(struct gram_ask *ask, const uint32_t *grams, size_t count)
{
    int64_t *const places[ASKED] = { &ask->g1, &ask->g2, &ask->g3, &ask->g4,  &ask->g5,  &ask->g6,
                                     &ask->g7, &ask->g8, &ask->g9, &ask->g10, &ask->g11, &ask->g12 };
    for (size_t i = 0; i < ASKED; i++) *places[i] = grams[i < count ? i : count - 1];
}

/* ---- Which grams ---- */

/* Distinct ones, spread over the words when there are many. */
static size_t choose(struct str words, bool apart, uint32_t *grams)
{
    uint32_t all[WORDS_GRAMS];
    size_t n = 0, count = 0;
    for (struct str rest = words, part; rest.at && n < WORDS_GRAMS;) {
        part = str_cut(rest, apart ? ' ' : '\0', &rest); /* no text holds a zero */
        n += search_grams(part, all + n, WORDS_GRAMS - n);
    }
    for (size_t i = 0, most = n < ASKED ? n : ASKED; i < most; i++) {
        uint32_t gram = all[i * n / most];
        bool twice = false;
        for (size_t k = 0; k < count; k++) twice |= grams[k] == gram;
        if (!twice) grams[count++] = gram;
    }
    return count;
}

/* The rarest first; *rows is at most how many rows hold the rarest. */
static struct fault *weigh(struct finding *f, int64_t *rows)
{
    struct gram_counts counts = { 0 };
    int64_t weights[ASKED] = { 0 };
    ask_for(&f->ask, f->grams, f->count);
    TRY(db_all(f->work, &sql_search_gram_counts, GIVEN(gram_ask, &f->ask), INTO_LIST(gram_count, &counts)));
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < counts.count; k++)
            if (counts.at[k].gram == f->grams[i]) weights[i] = counts.at[k].doc_count;
    for (size_t i = 1; i < f->count; i++) /* few: by insertion */
        for (size_t k = i; k > 0 && weights[k] < weights[k - 1]; k--) {
            int64_t w = weights[k];
            uint32_t g = f->grams[k];
            weights[k] = weights[k - 1], f->grams[k] = f->grams[k - 1];
            weights[k - 1] = w, f->grams[k - 1] = g;
        }
    *rows = weights[0];
    if (f->count > READ) f->count = READ;
    while (f->count > 1 && weights[0] <= SEARCH_MOST / 8 && weights[f->count - 1] > 20 * weights[0] + 1000) f->count--; /* long lists that would part little */
    return NULL;
}

/* ---- Their lists ---- */

/* Of those that were in every list before: the ones in this too. */
static size_t meet(uint16_t *docs, size_t count, bool first, struct str list)
{
    uint64_t step;
    size_t kept = 0, at = 0;
    for (int64_t doc = -1; search_next_number(&list, &step);) {
        doc += (int64_t)step + 1;
        if (doc > UINT16_MAX) break;
        if (first) docs[kept++] = (uint16_t)doc;
        else {
            while (at < count && docs[at] < doc) at++;
            if (at == count) break;
            if (docs[at] == doc) docs[kept++] = (uint16_t)doc;
        }
    }
    return kept;
}

/* The ids of the rows of one segment. */
static struct fault *name_rows(struct finding *f, int64_t after, const uint16_t *docs, size_t count)
{
    struct gram_ask ask = f->ask;
    struct search_segment segment = { 0 };
    bool found;
    ask.after = after;
    TRY(db_find(f->work, &sql_search_segment_ids, GIVEN(gram_ask, &ask), INTO(search_segment, &segment), &found));
    uint64_t step;
    int64_t id = after;
    size_t at = 0;
    for (size_t doc = 0; found && at < count && search_next_number(&segment.ids, &step); doc++) {
        id += (int64_t)step;
        if (docs[at] != doc) continue;
        LIST_ADD(f->work->arena, &f->found)->id.n = id;
        at++;
    }
    return NULL;
}

static const struct gram_docs *list_of(const struct gram_docs *rows, size_t count, uint32_t gram)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].gram == gram) return &rows[i];
    return NULL;
}

static struct fault *meet_all(struct finding *f)
{
    struct gram_docs_rows lists = { 0 };
    uint16_t *docs = ARENA_ARRAY(f->work->arena, uint16_t, SEARCH_SEGMENT);
    ask_for(&f->ask, f->grams, f->count);
    TRY(db_all(f->work, &sql_search_gram_docs, GIVEN(gram_ask, &f->ask), INTO_LIST(gram_docs, &lists)));
    for (size_t i = 0, end; i < lists.count; i = end) {
        size_t kept = 0;
        for (end = i + 1; end < lists.count && lists.at[end].after == lists.at[i].after; end++) continue;
        for (size_t g = 0; g < f->count && (!g || kept); g++) {
            const struct gram_docs *list = list_of(lists.at + i, end - i, f->grams[g]);
            kept = list ? meet(docs, kept, !g, list->docs) : 0;
        }
        if (kept) TRY(name_rows(f, lists.at[i].after, docs, kept));
        if (f->found.count > SEARCH_MOST) return NULL;
    }
    return NULL;
}

/* ---- What no segment covers ---- */

static struct fault *add_uncovered(struct finding *f, enum search_kind kind, bool *few)
{
    struct search_segment last;
    TRY(search_last(f->work, kind, &last));
    f->ask.limit = 2 * SEARCH_MOST;
    f->ask.after = last.until_id, f->ask.until = INT64_MAX;
    TRY(db_all(f->work, search_ids_of[kind], GIVEN(gram_ask, &f->ask), INTO_LIST(search_id, &f->found)));
    *few = f->found.count < 2 * SEARCH_MOST;
    if (!*few || !last.until_id) return NULL;
    f->ask.after = 0, f->ask.until = last.until_id;
    TRY(db_all(f->work, &sql_search_late_ids, GIVEN(gram_ask, &f->ask), INTO_LIST(search_id, &f->found)));
    *few = f->found.count < 2 * SEARCH_MOST;
    return NULL;
}

static struct str written(struct arena *arena, const struct search_id_rows *rows)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < rows->count; i++) {
        if (i) text_add_char(&text, ',');
        text_add_int(&text, rows->at[i].id.n);
    }
    return text_str(&text);
}

static struct fault *find(struct finding *f, enum search_kind kind, struct str words, bool apart, bool *known)
{
    int64_t rows = 0;
    *known = false;
    f->ask = (struct gram_ask){ .kind = str_of(search_kind_names[kind]), .part = STR("") };
    f->count = choose(words, apart, f->grams);
    if (!f->count) return NULL;
    bool few;
    TRY(add_uncovered(f, kind, &few));
    if (!few) return NULL;
    size_t uncovered = f->found.count;
    TRY(weigh(f, &rows));
    if (rows) TRY(meet_all(f));
    *known = f->found.count - uncovered <= SEARCH_MOST;
    return NULL;
}

struct fault *search_ids(struct work *work, enum search_kind kind, struct str words, bool *known, struct str *ids)
{
    struct finding f = { .work = work };
    TRY(find(&f, kind, words, true, known));
    if (*known) *ids = written(work->arena, &f.found);
    return NULL;
}

/* ---- Lists ---- */

/* Rows of the parties whose name holds it; a name that many bear is found sooner in the order of the list. */
static struct fault *find_names(struct finding *f, enum search_kind kind, struct str part, bool *known)
{
    struct search_id_rows names = { 0 };
    f->ask.part = part, f->ask.limit = 201;
    TRY(db_all(f->work, &sql_search_names, GIVEN(gram_ask, &f->ask), INTO_LIST(search_id, &names)));
    *known = names.count <= 200;
    if (!*known) return NULL;
    size_t had = f->found.count;
    f->ask.limit = SEARCH_MOST + 1, f->ask.names = (int64_t)names.count; /* told, so that a server sees that they are few */
    if (names.count)
        TRY(db_all(f->work, kind == SEARCH_BILL ? &sql_search_bills_of_names : &sql_search_invoices_of_names,
                   GIVEN(gram_ask, &f->ask), INTO_LIST(search_id, &f->found)));
    *known = f->found.count - had <= SEARCH_MOST;
    return NULL;
}

static bool is_one_of(const char *const *names, struct str name)
{
    for (const char *const *at = names; at && *at; at++)
        if (str_is(name, *at)) return true;
    return false;
}

static struct fault *among_of(struct work *work, const struct search_fields *fields, const struct list_filter *filter,
                              bool *known, struct str *among)
{
    struct finding f = { .work = work };
    bool name = fields->party && str_is(filter->field, fields->party),
         own = !name || fields->kind == SEARCH_BILL; /* a bill without a supplier has its seller's name */
    *known = true;
    if (own) TRY(find(&f, fields->kind, filter->value, false, known));
    if (name && *known) TRY(find_names(&f, fields->kind, filter->value, known));
    if (*known) *among = written(work->arena, &f.found);
    return NULL;
}

const struct fault_type search_too_short = {
    FAULT_INVALID, "search.too_short",
    "There are so many rows here that one or two letters or digits say too little. Give at least three that stand together."
};

/* Shorter than a gram, where so many rows are covered that all of them would be read. */
static struct fault *refuse_short(struct work *work, enum search_kind kind, const struct list_filter *filter)
{
    const struct gram_ask ask = { .kind = str_of(search_kind_names[kind]), .part = STR("") };
    uint32_t gram;
    struct search_segments covered = { 0 };
    int64_t rows = 0;
    if (!filter->value.length || search_grams(filter->value, &gram, 1)) return NULL;
    TRY(db_all(work, &sql_search_segments, GIVEN(gram_ask, &ask), INTO_LIST(search_segment, &covered)));
    for (size_t i = 0; i < covered.count; i++) rows += covered.at[i].doc_count;
    return rows < SEARCH_SEGMENT ? NULL : FAULT(work->arena, &search_too_short, str_keep(work->arena, filter->field).at);
}

/* Filtered by one column of an index and sorted by another of it, and by nothing else. */
static struct fault *in_order(struct work *work, const struct search_fields *fields, const struct record *record,
                              const struct list_query *query, struct list_query *asked)
{
    const struct list_filter *first = query->filters.count ? &query->filters.at[0] : NULL;
    struct str sort = str_starts(query->sort, "-") ? str_part(query->sort, 1, query->sort.length) : query->sort;
    if (!first || query->count || !is_one_of(fields->ordered, sort) || str_equal(sort, first->field)) return NULL;
    for (size_t i = 0; i < query->filters.count; i++)
        if (!str_equal(query->filters.at[i].field, first->field) || !is_one_of(fields->ordered, first->field)) return NULL;
    return db_list_ordered(work, fields->plain, record, query, first->field, SEARCH_ORDERED, &asked->among, &asked->is_among);
}

static bool is_pair(const struct search_fields *fields, struct str filter, struct str sort)
{
    struct str way = str_starts(sort, "-") ? str_part(sort, 1, sort.length) : sort;
    for (const char *const *at = fields->paired; at && *at; at++) {
        struct str second, first = str_cut(str_of(*at), ' ', &second);
        if (str_equal(first, filter) && str_equal(second, way)) return true;
    }
    return false;
}

/* A filter that few rows meet: those rows; that many meet: its index is left alone. A filter that is wrong is db_list's to refuse. */
static struct fault *few_of(struct work *work, const struct search_fields *fields, const struct record *record,
                            const struct list_query *query, struct list_query *asked)
{
    for (size_t i = 0; i < query->filters.count && !asked->is_among; i++) {
        const struct list_filter *filter = &query->filters.at[i];
        bool bounds = filter->compare == LIST_EQ || filter->compare == LIST_IN || filter->compare == LIST_LT ||
                      filter->compare == LIST_LE || filter->compare == LIST_GT || filter->compare == LIST_GE;
        if (!bounds || !is_one_of(fields->indexed, filter->field)) continue;
        struct fault *fault =
            db_list_few(work, fields->plain, record, query, filter->field, SEARCH_MOST, &asked->among, &asked->is_among);
        if (fault && fault->type->kind != FAULT_INVALID) return fault;
        if (!fault && !asked->is_among && !(filter->compare == LIST_EQ && is_pair(fields, filter->field, query->sort)))
            asked->dense = str_format(work->arena, "%.*s,%.*s,", STR_ARG(asked->dense), STR_ARG(filter->field));
    }
    return NULL;
}

/* A page from several orders: what stands first in one of them stands first. */
static struct fault *walk(struct work *work, const struct search_fields *fields, struct given given, const struct record *record,
                          struct list_query *asked)
{
    struct str sort = str_starts(asked->sort, "-") ? str_part(asked->sort, 1, asked->sort.length) : asked->sort, ids = { 0 };
    if (!fields->walked || !str_is(sort, fields->walked) || asked->count) return NULL;
    for (const struct sql *const *at = fields->walks; *at; at++) TRY(db_list_ids(work, *at, given, record, asked, &ids));
    asked->among = ids, asked->is_among = true;
    return NULL;
}

struct fault *search_list(struct work *work, const struct search_fields *fields, const struct sql *sql, struct given given,
                          const struct list_query *query, struct into_list into, struct str *next)
{
    struct list_query asked = *query;
    for (size_t i = 0; i < query->filters.count; i++) {
        const struct list_filter *filter = &query->filters.at[i];
        bool known = false,
             ours = is_one_of(fields->fields, filter->field) || (fields->party && str_is(filter->field, fields->party));
        if (filter->compare != LIST_HAS || !ours || !str_is_utf8(filter->value)) continue;
        if (!fields->party || !str_is(filter->field, fields->party)) TRY(refuse_short(work, fields->kind, filter));
        TRY(among_of(work, fields, filter, &known, &asked.among));
        asked.is_among = known;
        if (known) break;
    }
    if (!asked.is_among) TRY(few_of(work, fields, into.record, query, &asked));
    if (!asked.is_among) TRY(in_order(work, fields, into.record, query, &asked));
    if (!asked.is_among) TRY(walk(work, fields, given, into.record, &asked));
    return db_list(work, asked.is_among && fields->whole ? fields->whole : sql, given, &asked, into, next);
}
