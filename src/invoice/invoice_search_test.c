/* What room search says about which rows come into question, held against every row: an answer is the same with and without segments. */
#include <string.h>
#include "test.h"
#include "invoice/invoice_private.h"
#include "search/search.h"
#include "invoice.sql.h"

enum { DRAFTS = 60 };
static const char *const pieces[] = { "PO-",          "2025",       "/",  "ab", "BA", "-7",
                                      "\xC3\x84rger", "s\xC3\xB6h", " x", "10", "00", "1." };

static struct str given_words(struct arena *arena, struct rng *rng)
{
    struct text text = text_new(arena);
    for (size_t i = 0, n = 1 + (size_t)rng_between(rng, 0, 4); i < n; i++)
        text_addz(&text, pieces[rng_between(rng, 0, ARRAY_LENGTH(pieces) - 1)]);
    return text_str(&text);
}

static struct invoice given_draft(struct work *work, party_id party, struct str words)
{
    struct invoice_data data = { .party_id = party, .order_reference = words };
    struct invoice draft;
    *LIST_ADD(work->arena, &data.lines) = (struct invoice_line_data){
        .description = STR("Werk"), .quantity = DECIMAL(1, 0), .price = DECIMAL(100, 2), .vat_code = STR("21")
    };
    expect_done(invoice_draft(work, &data, &draft));
    return draft;
}

static struct party given_party(struct work *work, const char *name)
{
    struct party p = { .name = str_of(name),
                       .is_customer = true,
                       .is_business = true,
                       .language = STR("nl"),
                       .country = STR("NL"),
                       .currency = STR("EUR"),
                       .delivery = DELIVER_LETTER,
                       .reference_needed = NEEDS_NO_REFERENCE };
    expect_done(party_make(work, &p));
    return p;
}

/* A number for the rows that are found: equal for equal rows in an equal order. */
static int64_t found(struct work *work, const char *field, struct str part, const char *sort, size_t *count)
{
    static const char *const no_words[] = { NULL }, *const words[] = { "order_reference", "number", NULL };
    static const char *const indexed[] = { "kind", "issued_on", "due_on", "total", "currency", "party_id", NULL };
    static const struct search_fields none = { .kind = SEARCH_INVOICE, .fields = no_words },
                                      all = { SEARCH_INVOICE,    words,  "customer_name", &sql_invoice_plain,
                                              &sql_invoice_list, indexed };
    int64_t hashes[2];
    struct list_query query = { .sort = str_of(sort), .limit = 500 };
    *LIST_ADD(work->arena, &query.filters) = (struct list_filter){ str_of(field), LIST_HAS, part };
    for (int i = 0; i < 2; i++) {
        struct invoices rows = { 0 };
        struct str next;
        expect_done(search_list(work, i ? &all : &none, &sql_invoice_list, NONE, &query, INTO_LIST(invoice, &rows), &next));
        hashes[i] = 17;
        for (size_t k = 0; k < rows.count; k++) hashes[i] = (hashes[i] * 31 + rows.at[k].id.n) % 1000000007;
        *count = rows.count;
    }
    expect_int(hashes[0], hashes[1]);
    return hashes[1];
}

static void expect_the_same(struct work *work, struct rng *rng, size_t *hits)
{
    static const char *const sorts[] = { "-id", "id", "-total", "customer_name", "issued_on", "-open" };
    test_begin(work);
    for (int i = 0; i < 60; i++) {
        struct str words = given_words(work->arena, rng);
        size_t count, from = words.length ? (size_t)rng_between(rng, 0, (int64_t)words.length - 1) : 0;
        while (from && ((unsigned char)words.at[from] & 0xC0) == 0x80) from--;
        found(work, "order_reference", i % 2 ? words : str_part(words, from, words.length), sorts[i % 6], &count);
        *hits += count;
    }
    size_t count;
    found(work, "customer_name", STR("ZON"), "-id", &count);
    expect_int(DRAFTS / 2, count); /* the first, which goes, is another's */
    test_commit(work);
}

static int64_t build(struct work *work)
{
    struct instant now = work->now;
    int64_t built;
    work->now.us += INT64_C(50) * 365 * 24 * 3600 * 1000000; /* none is too young, nor what another test made in a year to come */
    expect_done(search_build(work, test_books(), 1, 100, &built));
    work->now = now;
    return built;
}

static void expect_verified(struct work *work, int64_t least)
{
    int64_t segments, wrong;
    test_begin(work);
    expect_done(search_verify(work, &segments, &wrong));
    test_commit(work);
    expect(segments >= least);
    expect_int(0, wrong);
}

DB_TEST(search_finds_the_same_rows_with_and_without_segments)
{
    struct rng rng = rng_new(7);
    struct invoice drafts[DRAFTS];
    size_t hits = 0;
    test_begin(work);
    struct party zon = given_party(work, "Bakkerij De Zon B.V."), maan = given_party(work, "Slager Maan");
    for (int i = 0; i < DRAFTS; i++) drafts[i] = given_draft(work, i % 2 ? zon.id : maan.id, given_words(work->arena, &rng));
    test_commit(work);
    expect_the_same(work, &rng, &hits);
    expect(hits > 100);
    expect(build(work) >= 1);
    expect_int(0, build(work));
    expect_verified(work, 1);
    expect_the_same(work, &rng, &hits);
    /* Some change, one goes, one comes: they come into question without a segment, and stand in one afterwards. */
    test_begin(work);
    for (int i = 0; i < 10; i++) {
        drafts[i].order_reference = given_words(work->arena, &rng);
        if (i) expect_done(db_run(work, &sql_invoice_save, GIVEN(invoice, &drafts[i])));
        else {
            expect_done(db_run(work, &sql_invoice_lines_remove, GIVEN(invoice, &drafts[i])));
            expect_done(db_run(work, &sql_invoice_remove, GIVEN(invoice, &drafts[i])));
        }
    }
    test_commit(work);
    expect_the_same(work, &rng, &hits);
    expect_verified(work, 1);
    expect(build(work) >= 1);
    expect_verified(work, 1);
    expect_the_same(work, &rng, &hits);
    test_begin(work);
    given_draft(work, zon.id, STR("PO-zz 99"));
    given_draft(work, maan.id, STR("PO-ZZ 98"));
    size_t count;
    found(work, "order_reference", STR("po-zz 9"), "-id", &count);
    expect_int(2, count);
    bool known;
    struct str ids;
    expect_done(search_ids(work, SEARCH_INVOICE, STR("98 po-zz"), &known, &ids));
    expect(known && ids.length > 3);
    test_commit(work);
}

struct no_ids { struct str ids; };
RECORD(no_ids, { BYTES(struct no_ids, ids) });
static const char *const of_company[] = { "company_id", "ids" };
static const struct sql so_many = {
    .name = "so_many",
    .params = of_company,
    .param_count = 2,
    .text =
        "insert into search_segment (company_id, kind, after_id, until_id, doc_count, hash, ids) "
        "select $1, 'invoice', 9007199254740000 + n, 9007199254740001 + n, 32768, 0, $2 from (select 0 as n union all select 1) x"
};

/* Two letters say too little where there are very many rows, and nothing is refused where there are few. */
DB_TEST(search_refuses_what_is_too_short_among_many)
{
    static const char *const words[] = { "order_reference", NULL };
    static const struct search_fields fields = { .kind = SEARCH_INVOICE, .fields = words, .party = "customer_name" };
    struct list_query query = { .limit = 50 };
    struct invoices rows = { 0 };
    struct str next;
    *LIST_ADD(work->arena, &query.filters) = (struct list_filter){ STR("order_reference"), LIST_HAS, STR("zz") };
    test_begin(work);
    expect_done(search_list(work, &fields, &sql_invoice_list, NONE, &query, INTO_LIST(invoice, &rows), &next));
    expect_done(db_run(work, &so_many, GIVEN(no_ids, &(struct no_ids){ STR("none") })));
    expect_refused(&search_too_short,
                   search_list(work, &fields, &sql_invoice_list, NONE, &query, INTO_LIST(invoice, &rows), &next));
    query.filters.at[0].value = STR("zzz");
    expect_done(search_list(work, &fields, &sql_invoice_list, NONE, &query, INTO_LIST(invoice, &rows), &next));
    query.filters.at[0] = (struct list_filter){ STR("customer_name"), LIST_HAS, STR("zz") }; /* names are few */
    expect_done(search_list(work, &fields, &sql_invoice_list, NONE, &query, INTO_LIST(invoice, &rows), &next));
    db_rollback(work);
}
