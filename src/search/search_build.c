/* Segments: read in a snapshot, put together in memory, written in a short transaction that first looks whether the rows are still the same
 * many. A company's writers come one by one, so nobody adds a row between that look and the commit. */
#include "search/search_private.h"
#include "search.sql.h"

static const int64_t young_us = INT64_C(60) * 1000000;

const char *const search_kind_names[] = { NULL, "invoice", "bill", "item", "line", "entry" };
const struct sql *const search_ids_of[] = { NULL,
                                            &sql_search_invoice_ids,
                                            &sql_search_bill_ids,
                                            &sql_search_item_ids,
                                            &sql_search_line_ids,
                                            &sql_search_entry_ids };
RECORD(gram_ask, { FIELD(struct gram_ask, after), FIELD(struct gram_ask, until), FIELD(struct gram_ask, limit),
                   FIELD(struct gram_ask, names), FIELD(struct gram_ask, g1), FIELD(struct gram_ask, g2),
                   FIELD(struct gram_ask, g3), FIELD(struct gram_ask, g4), FIELD(struct gram_ask, g5),
                   FIELD(struct gram_ask, g6), FIELD(struct gram_ask, g7), FIELD(struct gram_ask, g8),
                   FIELD(struct gram_ask, g9), FIELD(struct gram_ask, g10), FIELD(struct gram_ask, g11),
                   FIELD(struct gram_ask, g12), FIELD(struct gram_ask, kind), FIELD(struct gram_ask, part) });
RECORD(search_id, { ID(struct search_id, id) });
RECORD(search_segment, { FIELD(struct search_segment, after_id), FIELD(struct search_segment, until_id),
                         FIELD(struct search_segment, doc_count), FIELD(struct search_segment, hash),
                         BYTES(struct search_segment, ids, OPTIONAL) });

struct row { int64_t id; struct str text; };
LIST_STRUCT(rows, struct row);
RECORD(row, { FIELD(struct row, id), FIELD(struct row, text, .max = 1 << 24) });
struct late { int64_t id, turn; struct str kind; };
LIST_STRUCT(lates, struct late);
RECORD(late, { FIELD(struct late, id), FIELD(struct late, turn), FIELD(struct late, kind, OPTIONAL) });
struct posting {
    struct str kind;
    int64_t after, gram, doc_count;
    struct str docs;
};
RECORD(posting, { FIELD(struct posting, kind), FIELD(struct posting, after), FIELD(struct posting, gram),
                  FIELD(struct posting, doc_count), BYTES(struct posting, docs) });
struct written {
    struct str kind;
    int64_t after, until, doc_count, hash;
    struct str ids;
};
RECORD(written, { FIELD(struct written, kind), FIELD(struct written, after), FIELD(struct written, until),
                  FIELD(struct written, doc_count), FIELD(struct written, hash), BYTES(struct written, ids) });

/* A segment in the making. */
struct making {
    enum search_kind kind;
    int64_t after, until, hash;
    struct rows rows;
    struct lates lates; /* changed rows in it, as they stood when its rows were read */
    struct posting *postings;
    size_t count;
};

static const struct sql *const texts_of[] = { NULL, &sql_search_invoice_texts, &sql_search_bill_texts, &sql_search_item_texts,
                                              &sql_search_line_texts, &sql_search_entry_texts };

static struct gram_ask range(enum search_kind kind, int64_t after, int64_t until, int64_t limit)
{
    return (struct gram_ask){
        .after = after, .until = until, .limit = limit, .kind = str_of(search_kind_names[kind]), .part = STR("")
    };
}

struct fault *search_last(struct work *work, enum search_kind kind, struct search_segment *last)
{
    const struct gram_ask ask = range(kind, 0, 0, 0);
    bool found;
    *last = (struct search_segment){ 0 };
    return db_find(work, &sql_search_last, GIVEN(gram_ask, &ask), INTO(search_segment, last), &found);
}

/* ---- Put together ---- */

static void encode(struct arena *arena, struct making *m, const uint32_t *counts, const uint32_t *starts, const uint16_t *docs)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t distinct = 0;
    for (size_t g = 0; g < GRAMS; g++) distinct += counts[g] > 0;
    m->postings = ARENA_ARRAY(arena, struct posting, distinct + 1);
    for (size_t g = 0; g < GRAMS; g++) {
        if (!counts[g]) continue;
        struct text text = text_new(arena);
        int64_t before = -1;
        for (uint32_t i = 0; i < counts[g]; i++) {
            search_add_number(&text, (uint64_t)(docs[starts[g] + i] - before - 1));
            before = docs[starts[g] + i];
        }
        struct str made = text_str(&text);
        for (size_t i = 0; i < made.length; i++) hash = (hash ^ (unsigned char)made.at[i]) * UINT64_C(1099511628211);
        hash = (hash ^ g) * UINT64_C(1099511628211);
        m->postings[m->count++] = (struct posting){ str_of(search_kind_names[m->kind]), m->after, (int64_t)g, counts[g], made };
    }
    for (size_t i = 0; i < m->rows.count; i++) hash = (hash ^ (uint64_t)m->rows.at[i].id) * UINT64_C(1099511628211);
    m->hash = (int64_t)(hash >> 1);
}

static void put_together(struct arena *arena, struct making *m)
{
    uint32_t *counts = ARENA_ARRAY(arena, uint32_t, GRAMS), *starts = ARENA_ARRAY(arena, uint32_t, GRAMS),
             *seen = ARENA_ARRAY(arena, uint32_t, GRAMS), *grams, total = 0;
    size_t longest = 0;
    ensure(m->rows.count && m->rows.count <= SEARCH_SEGMENT + 1);
    for (size_t i = 0; i < m->rows.count; i++)
        if (m->rows.at[i].text.length > longest) longest = m->rows.at[i].text.length;
    grams = ARENA_ARRAY(arena, uint32_t, longest + 1);
    for (uint32_t i = 0; i < m->rows.count; i++) {
        size_t n = search_grams(m->rows.at[i].text, grams, longest);
        for (size_t k = 0; k < n; k++)
            if (seen[grams[k]] != i + 1) seen[grams[k]] = i + 1, counts[grams[k]]++;
    }
    for (size_t g = 0; g < GRAMS; g++) starts[g] = total, total += counts[g], seen[g] = counts[g] = 0;
    uint16_t *docs = ARENA_ARRAY(arena, uint16_t, total + 1);
    for (uint32_t i = 0; i < m->rows.count; i++) {
        size_t n = search_grams(m->rows.at[i].text, grams, longest);
        for (size_t k = 0; k < n; k++)
            if (seen[grams[k]] != i + 1) seen[grams[k]] = i + 1, docs[starts[grams[k]] + counts[grams[k]]++] = (uint16_t)i;
    }
    encode(arena, m, counts, starts, docs);
}

/* ---- Reading and writing ---- */

static struct fault *make(struct work *work, struct making *m, int64_t most)
{
    const struct gram_ask ask = range(m->kind, m->after, m->until, most);
    TRY(db_all(work, texts_of[m->kind], GIVEN(gram_ask, &ask), INTO_LIST(row, &m->rows)));
    if (!m->rows.count) return NULL;
    if ((int64_t)m->rows.count == most) m->until = m->rows.at[m->rows.count - 1].id;
    const struct gram_ask now = range(m->kind, m->after, m->until, 0);
    TRY(db_all(work, &sql_search_late_turns, GIVEN(gram_ask, &now), INTO_LIST(late, &m->lates)));
    put_together(work->arena, m);
    return NULL;
}

static struct fault *still_the_same(struct work *work, const struct making *m, const struct search_segment *covers, bool *same)
{
    const struct gram_ask ask = range(m->kind, m->after, m->until, SEARCH_SEGMENT + 1);
    struct search_id_rows ids = { 0 };
    struct search_segment last;
    TRY(search_last(work, m->kind, &last));
    *same = last.after_id == covers->after_id && last.until_id == covers->until_id && last.hash == covers->hash;
    if (!*same) return NULL;
    TRY(db_all(work, search_ids_of[m->kind], GIVEN(gram_ask, &ask), INTO_LIST(search_id, &ids)));
    *same = ids.count == m->rows.count;
    for (size_t i = 0; *same && i < ids.count; i++) *same = ids.at[i].id.n == m->rows.at[i].id;
    return NULL;
}

static struct fault *write_all(struct work *work, struct making *m)
{
    const struct gram_ask ask = range(m->kind, m->after, m->until, 0);
    struct text ids = text_new(work->arena);
    int64_t before = m->after;
    for (size_t i = 0; i < m->rows.count; i++)
        search_add_number(&ids, (uint64_t)(m->rows.at[i].id - before)), before = m->rows.at[i].id;
    const struct written row = { ask.kind, m->after, m->until, (int64_t)m->rows.count, m->hash, text_str(&ids) };
    TRY(db_run(work, &sql_search_grams_remove, GIVEN(gram_ask, &ask)));
    TRY(db_run(work, &sql_search_segment_remove, GIVEN(gram_ask, &ask)));
    TRY(db_run(work, &sql_search_segment_add, GIVEN(written, &row)));
    if (m->count) TRY(db_run_each(work, &sql_search_gram_add, GIVEN(posting, m->postings), m->count));
    for (size_t i = 0; i < m->lates.count; i++) {
        m->lates.at[i].kind = ask.kind;
        TRY(db_run(work, &sql_search_late_remove, GIVEN(late, &m->lates.at[i])));
    }
    return NULL;
}

static struct fault *write_segment(struct work *work, struct books *books, struct making *m,
                                   const struct search_segment *last, bool *written)
{
    TRY(db_begin(work, books));
    struct fault *fault = still_the_same(work, m, last, written);
    if (!fault && *written) fault = write_all(work, m);
    if (!fault && *written) return db_commit(work);
    db_rollback(work);
    return fault;
}

/* What is next: enough rows behind the last segment (together with it, while it is small), or one in which enough has changed. */
static struct fault *look(struct work *work, struct making *m, int64_t least, struct search_segment *last)
{
    int64_t until = id_before((struct instant){ work->now.us - (least < SEARCH_LEAST ? 0 : young_us) });
    struct search_id_rows waiting = { 0 }, late = { 0 };
    struct search_segments segments = { 0 };
    TRY(search_last(work, m->kind, last));
    const struct gram_ask tail = range(m->kind, last->until_id, until, least), changed = range(m->kind, 0, last->until_id, least);
    TRY(db_all(work, search_ids_of[m->kind], GIVEN(gram_ask, &tail), INTO_LIST(search_id, &waiting)));
    if ((int64_t)waiting.count >= least) {
        bool together = last->until_id && last->doc_count < SEARCH_SEGMENT / 2;
        m->after = together ? last->after_id : last->until_id, m->until = until;
        return make(work, m, SEARCH_SEGMENT);
    }
    TRY(db_all(work, &sql_search_late_ids, GIVEN(gram_ask, &changed), INTO_LIST(search_id, &late)));
    if ((int64_t)late.count < least) return NULL;
    TRY(db_all(work, &sql_search_segments, GIVEN(gram_ask, &changed), INTO_LIST(search_segment, &segments)));
    for (size_t i = 0; i < segments.count; i++)
        if (late.at[0].id.n > segments.at[i].after_id && late.at[0].id.n <= segments.at[i].until_id)
            m->after = segments.at[i].after_id, m->until = segments.at[i].until_id;
    return m->until ? make(work, m, SEARCH_SEGMENT) : NULL;
}

struct fault *search_build(struct work *work, struct books *books, int64_t least, int64_t most, int64_t *built)
{
    *built = 0;
    for (enum search_kind kind = SEARCH_INVOICE; kind <= SEARCH_ENTRY; kind++)
        for (bool more = true; more && *built < most;) {
            struct arena_mark mark = arena_mark(work->arena);
            struct making m = { .kind = kind };
            struct search_segment last;
            work->reading = true;
            TRY(db_begin(work, books));
            struct fault *fault = look(work, &m, least, &last);
            db_rollback(work);
            work->reading = false;
            if (fault) return fault;
            more = m.rows.count > 0;
            if (more) TRY(write_segment(work, books, &m, &last, &more));
            *built += more;
            arena_rewind(work->arena, mark);
        }
    return NULL;
}

/* ---- Proof ---- */

static struct fault *prove(struct work *work, enum search_kind kind, const struct search_segment *segment, bool *holds)
{
    struct making m = { .kind = kind, .after = segment->after_id, .until = segment->until_id };
    TRY(make(work, &m, SEARCH_SEGMENT + 1));
    *holds = m.lates.count || (m.rows.count <= SEARCH_SEGMENT && m.hash == segment->hash);
    return NULL;
}

struct fault *search_verify(struct work *work, int64_t *segments, int64_t *wrong)
{
    *segments = *wrong = 0;
    for (enum search_kind kind = SEARCH_INVOICE; kind <= SEARCH_ENTRY; kind++) {
        const struct gram_ask ask = range(kind, 0, 0, 0);
        struct search_segments all = { 0 };
        TRY(db_all(work, &sql_search_segments, GIVEN(gram_ask, &ask), INTO_LIST(search_segment, &all)));
        for (size_t i = 0; i < all.count; i++, ++*segments) {
            struct arena_mark mark = arena_mark(work->arena);
            bool holds = false;
            TRY(prove(work, kind, &all.at[i], &holds));
            *wrong += !holds;
            arena_rewind(work->arena, mark);
        }
    }
    return NULL;
}

/* ---- Operation ---- */

struct rebuilt { int64_t segments; };
RECORD(rebuilt, { FIELD(struct rebuilt, segments) });
static struct fault *rebuild(struct work *work, const struct nothing *takes, struct nothing *out)
{
    (void)takes, (void)out;
    struct rebuilt before = { 0 };
    TRY(db_run(work, &sql_search_clear_grams, NONE));
    TRY(db_run_count(work, &sql_search_clear_segments, NONE, &before.segments));
    TRY(db_run(work, &sql_search_clear_late, NONE));
    work_changed(work, "company", work->company_id, GIVEN(rebuilt, &before), GIVEN(rebuilt, &(struct rebuilt){ 0 }));
    return NULL;
}
CALLABLE(rebuild, nothing, nothing);

static const struct operation operations[] = {
    { "search rebuild", "POST", "/search/rebuild", "company.manage", 0, &rebuild_call, NULL,
      "Throw away what helps to find words quickly; it is made anew behind the work" },
};
const struct operation_table search_operations = { "search", operations, ARRAY_LENGTH(operations) };
