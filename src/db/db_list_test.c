/* Lists: every comparison on every type, pages under equal values, values that look like SQL. */
#include "db/engine.h"
#include "db/db_test.h"
#include "test.h"

struct things { struct thing *at; size_t count, room; };
static const char *const thing_list_params[] = { "company_id" };
static const struct sql thing_list = { .name = "thing_list",
                                       .text = "select id, label, note, count, total_minor, currency, open, due_on, "
                                               "seen_at, price, kind from db_thing where company_id = $1",
                                       .params = thing_list_params,
                                       .param_count = 1 };

static void fill(struct work *work)
{
    things_table(work);
    test_begin(work);
    for (int i = 0; i < 40; i++) {
        struct thing t = thing_new(work, i % 2 ? "Ärger & Söhne" : "o'Brien; drop table db_thing --", i);
        t.total_minor = 1000 * (i % 4);
        t.currency = i % 2 ? STR("EUR") : STR("JPY");
        t.open = i % 3 == 0;
        if (i % 5) t.note = str_format(work->arena, "note %d%%_\\", i % 5);
        if (i % 4) t.due_on = date_add_days((struct date){ 20250101 }, i % 4);
        if (i % 7) t.seen_at.us = 1735689600000000 + i % 7;
        if (i % 6) t.price = i % 6 == 1 ? DECIMAL(10, 0) : DECIMAL(i % 6 * 150, 2); /* 10 and 3.00, 4.50, 6.00, 7.50 */
        t.kind = (unsigned)i % 3;
        expect_done(db_run(work, &thing_add, GIVEN(thing, &t)));
    }
}

static struct things page(struct work *work, const struct list_query *query, struct str *next)
{
    struct things rows = { 0 };
    expect_done(db_list(work, &thing_list, NONE, query, INTO_LIST(thing, &rows), next));
    return rows;
}

static size_t found(struct work *work, const char *field, enum list_compare compare, const char *value)
{
    struct list_query query = { .limit = 500 };
    struct str next;
    *LIST_ADD(work->arena, &query.filters) = (struct list_filter){ str_of(field), compare, str_of(value) };
    return page(work, &query, &next).count;
}

DB_TEST(db_list_filters)
{
    fill(work);
    expect_int(found(work, "count", LIST_EQ, "7"), 1);
    expect_int(found(work, "count", LIST_LT, "7"), 7);
    expect_int(found(work, "count", LIST_LE, "7"), 8);
    expect_int(found(work, "count", LIST_GT, "7"), 32);
    expect_int(found(work, "count", LIST_GE, "7"), 33);
    expect_int(found(work, "count", LIST_NE, "7"), 39);
    expect_int(found(work, "count", LIST_IN, "7,8,99"), 2);
    expect_int(found(work, "total", LIST_EQ, "10.00"), 10); /* two digits: no currency is asked for */
    expect_int(found(work, "open", LIST_EQ, "true"), 14);
    expect_int(found(work, "due_on", LIST_EQ, "2025-01-03"), 10);
    expect_int(found(work, "due_on", LIST_LE, "2025-01-03"), 20);
    expect_int(found(work, "due_on", LIST_NE, "2025-01-03"), 30); /* those without a day too */
    expect_int(found(work, "due_on", LIST_ABSENT, "true"), 10);
    expect_int(found(work, "due_on", LIST_ABSENT, "false"), 30);
    expect_int(found(work, "seen_at", LIST_GE, "2025-01-01T00:00:00.000006Z"), 5);
    expect_int(found(work, "price", LIST_EQ, "3"), 7);
    expect_int(found(work, "price", LIST_GT, "4.5"), 6 + 6 + 7);
    expect_int(found(work, "kind", LIST_EQ, "plain"), 13);
    expect_int(found(work, "kind", LIST_IN, "plain,special"), 26);
    expect_int(found(work, "kind", LIST_NE, "plain"), 27);
    expect_int(found(work, "label", LIST_EQ, "Ärger & Söhne"), 20);
    expect_int(found(work, "label", LIST_HAS, "ärger & SÖH"), 20);
    expect_int(found(work, "label", LIST_HAS, "O'BRIEN; drop"), 20);
    expect_int(found(work, "label", LIST_HAS, "brien'"), 0);
    expect_int(found(work, "note", LIST_HAS, "%_\\"), 32);
    expect_int(found(work, "note", LIST_HAS, "2%"), 8);
    expect_int(found(work, "note", LIST_HAS, ""), 32);
    expect_int(found(work, "label", LIST_LT, "P"), 0);
    expect_int(found(work, "label", LIST_LT, "p"), 20); /* bytes: o before p before Ä */
    expect_int(found(work, "label", LIST_EQ, "' or 1=1 --"), 0);
    expect_int(found(work, "label", LIST_IN, "'),('x"), 0);
    struct list_query query = { .limit = 500 };
    struct str next;
    *LIST_ADD(work->arena, &query.filters) = (struct list_filter){ STR("total"), LIST_EQ, STR("1000") };
    *LIST_ADD(work->arena, &query.filters) = (struct list_filter){ STR("currency"), LIST_EQ, STR("JPY") };
    expect_int(page(work, &query, &next).count, 0);
    query.filters.at[0].value = STR("2000"); /* 2000 yen are 2000 minor units */
    expect_int(page(work, &query, &next).count, 10);
    test_commit(work);
}

/* Page after page gives what one page gives: nothing twice, nothing left out, in order. */
static void walk_pages(struct work *work, const char *sort, int64_t limit)
{
    struct list_query all = { .sort = str_of(sort), .limit = 500 }, query = { .sort = str_of(sort), .limit = limit };
    struct str next;
    struct things whole = page(work, &all, &next);
    expect(!next.at);
    expect_int(whole.count, 40);
    size_t seen = 0;
    do {
        struct things part = page(work, &query, &next);
        for (size_t i = 0; i < part.count; i++, seen++) expect_int(part.at[i].id.n, whole.at[seen].id.n);
        expect(part.count == (size_t)limit || !next.at);
        query.after = next;
    } while (next.at);
    expect_int(seen, 40);
}

DB_TEST(db_list_pages)
{
    fill(work);
    static const char *const fields[] = { "id",     "label",   "note",  "count", "total",
                                          "due_on", "seen_at", "price", "kind",  "open" };
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        for (int64_t limit = 1; limit <= 40; limit = limit * 3 + 1) {
            walk_pages(work, fields[i], limit);
            walk_pages(work, str_format(work->arena, "-%s", fields[i]).at, limit);
        }
    struct list_query query = { .sort = STR("price"), .limit = 500 };
    struct str next;
    struct things rows = page(work, &query, &next);
    expect_int(rows.at[0].price.units, 300); /* as numbers: 10 behind 7.50; then those without */
    expect_int(rows.at[32].price.units, 10);
    expect(!rows.at[39].price.present);
    query = (struct list_query){ 0 };
    rows = page(work, &query, &next);
    for (size_t i = 1; i < rows.count; i++) expect(rows.at[i - 1].id.n > rows.at[i].id.n); /* newest first */
    test_commit(work);
}

/* Gathered by one field and put in order by another: page by page the rows, and the place behind them, that the list itself gives. */
static void walk_ordered(struct work *work, const char *sort, int64_t limit)
{
    struct list_query query = { .sort = str_of(sort), .limit = limit };
    struct str next, other_next;
    bool few = false;
    *LIST_ADD(work->arena, &query.filters) = (struct list_filter){ STR("count"), LIST_GE, STR("5") };
    *LIST_ADD(work->arena, &query.filters) = (struct list_filter){ STR("count"), LIST_LT, STR("31") };
    size_t seen = 0;
    do {
        struct list_query among = query;
        struct things rows = page(work, &query, &next);
        expect_done(db_list_ordered(work, &thing_list, &thing_record, &query, STR("count"), 26, &among.among, &few));
        expect(few);
        among.is_among = true;
        struct things same = page(work, &among, &other_next);
        expect_int(rows.count, same.count);
        for (size_t i = 0; i < rows.count; i++) expect_int(rows.at[i].id.n, same.at[i].id.n);
        expect_str(next.at ? str_keep(work->arena, next).at : "", other_next.at ? other_next : STR(""));
        seen += rows.count;
        query.after = next;
    } while (next.at);
    expect_int(26, seen);
    query.after = (struct str){ 0 };
    expect_done(db_list_ordered(work, &thing_list, &thing_record, &query, STR("count"), 25, &next, &few));
    expect(!few);
}

DB_TEST(db_list_is_put_in_order)
{
    fill(work);
    static const char *const fields[] = { "label", "note", "total", "due_on", "seen_at", "price", "kind" };
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        for (int64_t limit = 1; limit <= 40; limit = limit * 3 + 1) {
            walk_ordered(work, fields[i], limit);
            walk_ordered(work, str_format(work->arena, "-%s", fields[i]).at, limit);
        }
    test_commit(work);
}

DB_TEST(db_list_counts_all_pages)
{
    fill(work);
    struct str next;
    int64_t count = -1;
    struct list_query query = { .limit = 3, .count = &count };
    expect_int(page(work, &query, &next).count, 3);
    expect_int(count, 40);
    query.after = next, query.limit = 500; /* the last page counts the others too */
    expect_int(page(work, &query, &next).count, 37);
    expect_int(count, 40);
    query = (struct list_query){ .limit = 500, .count = &count };
    *LIST_ADD(work->arena, &query.filters) = (struct list_filter){ STR("open"), LIST_EQ, STR("true") };
    size_t open = page(work, &query, &next).count;
    expect_int(count, (int64_t)open);
    query.limit = 2, query.sort = STR("price"); /* in two parts */
    expect_int(page(work, &query, &next).count, 2);
    expect_int(count, (int64_t)open);
    query.is_among = true, query.among = STR("0");
    expect_int(page(work, &query, &next).count, 0);
    expect_int(count, 0);
    test_commit(work);
}

static void refused(struct work *work, const struct fault_type *type, const struct list_query *query)
{
    struct things rows = { 0 };
    struct str next;
    expect_refused(type, db_list(work, &thing_list, NONE, query, INTO_LIST(thing, &rows), &next));
    expect(!work->db->failed); /* nothing was asked of the database */
}

DB_TEST(db_list_refusals)
{
    fill(work);
    struct str next;
    struct list_query first = { .sort = STR("due_on"), .limit = 3 };
    page(work, &first, &next);
    expect(next.at != NULL);
    refused(work, &list_bad_cursor, &(struct list_query){ .sort = STR("-due_on"), .after = next });
    refused(work, &list_bad_cursor, &(struct list_query){ .after = next });
    for (size_t i = 0; i < next.length; i++) { /* damaged anywhere: refused or a place in this list, never broken */
        struct things rows = { 0 };
        struct str damaged = str_keep(work->arena, next), unused;
        ((char *)(uintptr_t)damaged.at)[i] = '!';
        struct list_query query = { .sort = STR("due_on"), .after = damaged };
        expect_refused(&list_bad_cursor, db_list(work, &thing_list, NONE, &query, INTO_LIST(thing, &rows), &unused));
        ((char *)(uintptr_t)damaged.at)[i] = next.at[i] == 'A' ? 'B' : 'A';
        struct fault *fault = db_list(work, &thing_list, NONE, &query, INTO_LIST(thing, &rows), &unused);
        expect(!fault || fault->type == &list_bad_cursor);
    }
    refused(work, &list_bad_limit, &(struct list_query){ .limit = 501 });
    refused(work, &list_bad_limit, &(struct list_query){ .limit = -1 });
    refused(work, &list_unknown_sort, &(struct list_query){ .sort = STR("version") });
    refused(work, &list_unknown_sort, &(struct list_query){ .sort = STR("label; drop") });
    struct list_filter filter[50] = { { STR("version"), LIST_EQ, STR("1") } };
    struct list_query query = { .filters = { filter, 1, 50 } };
    refused(work, &list_unknown_filter, &query);
    filter[0] = (struct list_filter){ STR("due_on"), LIST_EQ, STR("yesterday") };
    refused(work, &record_wrong_type, &query);
    filter[0] = (struct list_filter){ STR("due_on"), LIST_HAS, STR("2025") };
    refused(work, &list_unknown_filter, &query);
    filter[0] = (struct list_filter){ STR("kind"), LIST_EQ, STR("none") };
    refused(work, &record_not_choice, &query);
    filter[0] = (struct list_filter){ STR("label"), LIST_HAS, STR("\xff") };
    refused(work, &record_not_text, &query);
    struct text many = text_new(work->arena);
    for (int i = 0; i < 99; i++) text_addz(&many, "1,");
    text_addz(&many, "1");
    for (int i = 0; i < 50; i++) filter[i] = (struct list_filter){ STR("count"), LIST_IN, text_str(&many) };
    query.filters.count = 2;
    refused(work, &input_too_large, &query);
    query.filters.count = 50;
    refused(work, &input_too_large, &query);
    text_addz(&many, ",1");
    filter[0].value = text_str(&many);
    query.filters.count = 1;
    refused(work, &input_too_large, &query);
    test_commit(work);
}

/* Many shapes: the composed statements that are kept stay bounded. */
DB_TEST(db_list_shapes)
{
    fill(work);
    struct list_filter filter = { STR("count"), LIST_IN, { 0 } };
    struct list_query query = { .filters = { &filter, 1, 1 }, .limit = 500 };
    struct text in = text_new(work->arena);
    struct str next;
    static const char *const sorts[] = { "id", "-id", "label", "-label" };
    for (int i = 0; i < 90; i++) {
        text_addf(&in, i ? ",%d" : "%d", i);
        filter.value = text_str(&in);
        for (size_t s = 0; s < ARRAY_LENGTH(sorts); s++) {
            query.sort = str_of(sorts[s]);
            expect_int(page(work, &query, &next).count, i < 40 ? i + 1 : 40);
        }
    }
    expect_int(work->db->connection->composed, COMPOSED_MAX);
    test_commit(work);
}
