/* Every function of db.h on both engines. The tables of these tests are made by a script of the engine, not a migration. */
#include <unistd.h>
#include "db/engine.h"
#include "db/db_test.h"
#include "test.h"

const char *const kinds[] = { NULL, "plain", "special" };
RECORD(thing, {
    ID(struct thing, id, .filter = true, .sort = true),
    FIELD(struct thing, company_id),
    FIELD(struct thing, label, .filter = true, .sort = true),
    FIELD(struct thing, note, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct thing, count, .filter = true, .sort = true),
    AMOUNT(struct thing, total_minor, .currency = "currency", .filter = true, .sort = true),
    FIELD(struct thing, currency, OPTIONAL, .filter = true),
    FIELD(struct thing, open, .filter = true, .sort = true),
    FIELD(struct thing, due_on, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct thing, seen_at, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct thing, price, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct thing, kind, CHOICES(kinds), OPTIONAL, .filter = true, .sort = true),
    BYTES(struct thing, content, OPTIONAL),
    JSON(struct thing, details, OPTIONAL),
    FIELD(struct thing, version),
});
RECORD(key, { ID(struct key, id), FIELD(struct key, version), FIELD(struct key, label) });
RECORD(sum, { FIELD(struct sum, total), FIELD(struct sum, count) });

#define COLUMNS \
    "id, company_id, label, note, count, total_minor, currency, open, due_on, seen_at, price, kind, content, details, version"
#define STATEMENT(name_, text_, ...)                                                                             \
    static const char *const name_##_params[] = { __VA_ARGS__ __VA_OPT__(, ) NULL };                             \
    const struct sql name_ = {                                                                                   \
        .name = #name_, .text = text_, .params = name_##_params, .param_count = ARRAY_LENGTH(name_##_params) - 1 \
    }
STATEMENT(thing_add,
          "insert into db_thing (" COLUMNS ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)",
          "id", "company_id", "label", "note", "count", "total_minor", "currency", "open", "due_on", "seen_at", "price",
          "kind", "content", "details");
STATEMENT(thing_by_id, "select " COLUMNS " from db_thing where company_id = $1 and id = $2", "company_id", "id");
STATEMENT(thing_all, "select " COLUMNS " from db_thing where company_id = $1 order by id", "company_id");
STATEMENT(thing_rename, "update db_thing set label = $1, version = version + 1 where id = $2 and version = $3", "label",
          "id", "version");
STATEMENT(thing_delete, "delete from db_thing where company_id = $1", "company_id");
STATEMENT(thing_sum,
          "select coalesce(sum(total_minor), 0) as total, count(*) as count from db_thing where company_id = $1",
          "company_id");
STATEMENT(thing_bump, "update db_thing set version = version + 1 where id = $1 returning id, version, label", "id");

const struct fault_type thing_missing = { FAULT_MISSING, "thing.missing", "There is no thing {id}." };

void things_make(struct work *work)
{
    const char *text =
        books_are_postgres(work->db->books)
            ? "create table if not exists db_thing (id bigint primary key, company_id bigint not null, "
              "label text not null check (label <> 'forbidden'), note text, count bigint not null, "
              "total_minor bigint not null, currency text, open boolean not null, due_on date, "
              "seen_at bigint, price text, kind text, content bytea, details text, version bigint not "
              "null, unique (company_id, label, count))"
            : "create table if not exists db_thing (id integer primary key, company_id integer not null, "
              "label text not null check (label <> 'forbidden'), note text, count integer not null, "
              "total_minor integer not null, currency text, open integer not null, due_on text, "
              "seen_at integer, price text, kind text, content blob, details text, version integer not "
              "null, unique (company_id, label, count)) strict";
    expect_done(work->db->books->engine->script(work->arena, work->db->connection, text));
}

void things_table(struct work *work)
{
    static pid_t made[2];
    pid_t *done = &made[books_are_postgres(test_books())];
    if (*done == getpid()) return;
    test_begin(work);
    things_make(work);
    test_commit(work);
    *done = getpid();
}

struct thing thing_new(struct work *work, const char *label, int64_t count)
{
    return (struct thing){ .id.n = id_new(work), .label = str_of(label), .count = count };
}
static void add(struct work *work, struct thing *thing) { expect_done(db_run(work, &thing_add, GIVEN(thing, thing))); }
static struct thing load(struct work *work, int64_t id)
{
    struct thing key = { .id.n = id }, out = { 0 };
    expect_done(db_one(work, &thing_by_id, GIVEN(thing, &key), INTO(thing, &out), &thing_missing));
    return out;
}
static int64_t things_count(struct work *work)
{
    struct sum sum = { 0 };
    expect_done(db_one(work, &thing_sum, NONE, INTO(sum, &sum), &thing_missing));
    return sum.count;
}

static void expect_same(struct thing a, struct thing b)
{
    struct given x = GIVEN(thing, &a), y = GIVEN(thing, &b);
    for (size_t i = 0; i < thing_record.count; i++) {
        const struct field *f = &thing_record.fields[i];
        struct arena *arena = arena_new(1 << 20);
        struct str left = field_to_text(arena, &thing_record, f, x.at),
                   right = field_to_text(arena, &thing_record, f, y.at);
        if (!str_equal(left, right) || !left.at != !right.at)
            print_error("%s: \"%.*s\" and \"%.*s\"\n", f->name, STR_ARG(left), STR_ARG(right));
        expect(str_equal(left, right) && !left.at == !right.at);
        arena_free(arena);
    }
}

DB_TEST(db_round_trip)
{
    things_table(work);
    test_begin(work);
    struct thing full[] = {
        { .label = STR("full"),
          .note = STR("Ünïcode € 𝄞 'quoted\" \\ \n"),
          .count = INT64_MAX,
          .total_minor = INT64_MIN,
          .currency = STR("EUR"),
          .open = true,
          .due_on = { 21991231 },
          .seen_at = { INT64_C(7258118399999999) },
          .price = DECIMAL(-999999999999999999, 18),
          .kind = 2,
          .content = STR("\0\1\xff bytes"),
          .details = STR("{\"a\":[1,2]}") },
        { .label = STR(""),
          .note = STR(""),
          .count = INT64_MIN,
          .total_minor = INT64_MAX,
          .currency = STR("JPY"),
          .due_on = { 19000101 },
          .seen_at = { -1000000 },
          .price = DECIMAL(0, 0),
          .kind = 1,
          .content = STR(""),
          .details = STR("[]") },
        { .label = STR("absent") },
        { .label = STR("price"), .price = DECIMAL(5, 3), .due_on = { 20000229 }, .seen_at = { 1 } },
        { .label = STR("price 2"), .price = DECIMAL(-12340, 3), .due_on = { 19991231 } },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(full); i++) {
        full[i].id.n = id_new(work);
        full[i].company_id = 12345; /* nobody can pass it */
        add(work, &full[i]);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(full); i++) {
        struct thing got = load(work, full[i].id.n);
        expect_int(got.company_id, work->company_id);
        full[i].company_id = work->company_id;
        full[i].version = 1;
        expect_same(full[i], got);
    }
    test_commit(work);
    test_begin(work);
    expect_int(things_count(work), 5);
    test_commit(work);
}

DB_TEST(db_functions)
{
    things_table(work);
    test_begin(work);
    struct thing a = thing_new(work, "a", 1), missing = { .id.n = 4 }, out;
    bool found = true;
    int64_t changed = -1;
    expect_done(db_find(work, &thing_by_id, GIVEN(thing, &a), INTO(thing, &out), &found));
    expect(!found);
    struct fault *fault = expect_refused(
        &thing_missing, db_one(work, &thing_by_id, GIVEN(thing, &missing), INTO(thing, &out), &thing_missing));
    expect_str("There is no thing 4.", fault_text(work->arena, fault, ENGLISH));
    add(work, &a);
    expect_done(db_find(work, &thing_by_id, GIVEN(thing, &a), INTO(thing, &out), &found));
    expect(found);
    struct key key = { { a.id.n }, 1, STR("renamed") }, back;
    expect_done(db_change(work, &thing_rename, GIVEN(key, &key), &thing_missing));
    expect_refused(&thing_missing, db_change(work, &thing_rename, GIVEN(key, &key), &thing_missing));
    expect_done(db_one(work, &thing_bump, GIVEN(key, &key), INTO(key, &back), &thing_missing));
    expect_int(back.version, 3);
    expect_str("renamed", back.label);
    expect_done(db_run_count(work, &thing_delete, NONE, &changed));
    expect_int(changed, 1);
    expect_done(db_run_count(work, &thing_delete, NONE, &changed));
    expect_int(changed, 0);
    struct sum sum;
    expect_done(db_one(work, &thing_sum, NONE, INTO(sum, &sum), &thing_missing));
    expect_int(sum.total, 0);
    test_commit(work);
}

DB_TEST(db_many)
{
    enum { MANY = 1234 };
    things_table(work);
    test_begin(work);
    struct thing *many = ARENA_ARRAY(work->arena, struct thing, MANY);
    for (int i = 0; i < MANY; i++) {
        many[i] = thing_new(work, "many", i);
        many[i].total_minor = i;
    }
    expect_done(db_run_each(work, &thing_add, GIVEN(thing, many), MANY));
    expect_done(db_run_each(work, &thing_add, GIVEN(thing, many), 0));
    LIST_OF(struct thing) all = { 0 };
    expect_done(db_all(work, &thing_all, NONE, INTO_LIST(thing, &all)));
    expect_int(all.count, MANY);
    for (int i = 0; i < MANY; i++) expect_int(all.at[i].id.n, many[i].id.n);
    struct sum sum;
    expect_done(db_one(work, &thing_sum, NONE, INTO(sum, &sum), &thing_missing));
    expect_int(sum.total, MANY * (MANY - 1) / 2);
    /* One of many is refused: nothing of the transaction is left. */
    many[700].label = STR("forbidden");
    for (int i = 0; i < MANY; i++) many[i].id.n = id_new(work), many[i].count += MANY;
    expect_refused(&db_refused, db_run_each(work, &thing_add, GIVEN(thing, many), MANY));
    expect_refused(&db_refused, db_commit(work));
    test_begin(work);
    expect_int(things_count(work), 0);
    test_commit(work);
}

struct walk { struct work *work; int seen, stop_at; };
static struct fault *walk_one(void *context, const void *row)
{
    struct walk *walk = context;
    const struct thing *thing = row;
    expect_str("walk", thing->label);
    if (++walk->seen == walk->stop_at) return FAULT(walk->work->arena, &thing_missing, NULL);
    struct thing again = load(walk->work, thing->id.n); /* other statements between the rows */
    expect_int(again.count, thing->count);
    return NULL;
}
static struct fault *walk_within(void *context, const void *row)
{
    struct walk *walk = context, inner = { walk->work, 0, 0 };
    (void)row;
    walk->seen++;
    return db_each(walk->work, &thing_all, NONE, &thing_record, walk_one,
                   &inner); /* the same statement inside itself */
}

DB_TEST(db_each_row)
{
    things_table(work);
    test_begin(work);
    for (int i = 0; i < 60; i++) {
        struct thing t = thing_new(work, "walk", i);
        add(work, &t);
    }
    struct walk walk = { work, 0, 0 };
    expect_done(db_each(work, &thing_all, NONE, &thing_record, walk_one, &walk));
    expect_int(walk.seen, 60);
    walk = (struct walk){ work, 0, 7 };
    expect_refused(&thing_missing, db_each(work, &thing_all, NONE, &thing_record, walk_one, &walk));
    expect_int(walk.seen, 7);
    walk = (struct walk){ work, 0, 0 };
    expect_done(
        db_each(work, &thing_all, NONE, &thing_record, walk_within, &walk)); /* still usable after the refusal */
    test_commit(work);
}

DB_TEST(db_refusals)
{
    things_table(work);
    test_begin(work);
    struct thing a = thing_new(work, "twin", 1), b = thing_new(work, "twin", 1), c = thing_new(work, "forbidden", 1);
    add(work, &a);
    struct fault *fault = expect_refused(&db_duplicate, db_run(work, &thing_add, GIVEN(thing, &b)));
    expect(fault->detail && strstr(fault->detail, "thing_add"));
    /* The same on both: what follows in this transaction is refused, nothing is kept. */
    expect_refused(&db_duplicate, db_run(work, &thing_add, GIVEN(thing, &c)));
    expect_refused(&db_duplicate, db_commit(work));
    expect(!work->db);
    test_begin(work);
    expect_int(things_count(work), 0);
    expect_refused(&db_refused, db_run(work, &thing_add, GIVEN(thing, &c)));
    db_rollback(work);
    test_begin(work);
    c = thing_new(work, NULL, 1);
    expect_refused(&db_refused, db_run(work, &thing_add, GIVEN(thing, &c))); /* not null */
    db_rollback(work);
    test_begin(work);
    c = thing_new(work, "\xff", 1);
    expect_refused(&db_broken, db_run(work, &thing_add, GIVEN(thing, &c)));
    db_rollback(work);
    db_rollback(work); /* nothing open: nothing happens */
}
