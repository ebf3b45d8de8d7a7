#include "outbox/outbox.h"
#include "test.h"

TEST(outbox_moves)
{
    static const enum outbox_state expected[OUTBOX_EVENT_COUNT][OUTBOX_STATE_COUNT] = {
        /*                       none queued            handed over        delivered       failed         bounced */
        [OUTBOX_HAND_OVER] = { 0, OUTBOX_HANDED_OVER, 0, 0, 0, 0 },
        [OUTBOX_DELIVER] = { 0, OUTBOX_DELIVERED, OUTBOX_DELIVERED, 0, 0, 0 },
        [OUTBOX_FAIL] = { 0, OUTBOX_FAILED, 0, 0, 0, 0 },
        [OUTBOX_BOUNCE] = { 0, 0, OUTBOX_BOUNCED, OUTBOX_BOUNCED, 0, 0 },
        [OUTBOX_RETRY] = { 0, 0, 0, 0, OUTBOX_QUEUED, OUTBOX_QUEUED },
    };
    for (unsigned event = 0; event < OUTBOX_EVENT_COUNT; event++)
        for (unsigned from = 0; from < OUTBOX_STATE_COUNT; from++)
            expect_int(expected[event][from], outbox_next(event, from));
    static_assert(OUTBOX_STATE_COUNT == 6, "decide the moves of the new state above");
}

/* Kinds of their own keep tests that share books apart: claiming looks over all companies. */
static const char *kind_of(struct work *work, const char *name)
{
    return str_format(work->arena, "%s%lld", name, (long long)work->company_id).at;
}

static void add(struct work *work, const char *kind, int64_t most)
{
    test_begin(work);
    expect_done(outbox_add(
        work, &(struct outbox_new){ .kind = str_of(kind), .payload = STR("{\"to\":\"a\"}"), .attempts_most = most },
        NULL));
    test_commit(work);
}

DB_TEST(outbox_is_claimed_once_and_sent)
{
    const char *kind = kind_of(work, "mail");
    struct outbox_items items, others;
    bool known;
    int64_t company = work->company_id;
    for (int i = 0; i < 3; i++) add(work, kind, 0);
    expect_done(outbox_claim(work, test_books(), kind, 2, 60000, &items));
    expect_int(2, items.count);
    expect_int(company, items.at[0].company_id);
    expect_str("{\"to\":\"a\"}", items.at[0].payload);
    expect_int(1, items.at[0].attempts);
    expect_done(outbox_claim(work, test_books(), kind, 10, 60000, &others));
    expect_int(1, others.count); /* the two are held */
    expect_done(outbox_sent(work, test_books(), &items.at[0], OUTBOX_HANDED_OVER, STR("<message-1>")));
    expect_refused(&outbox_changed, outbox_sent(work, test_books(), &items.at[0], OUTBOX_HANDED_OVER, STR("<message-1>")));
    work->now.us += INT64_C(61) * 1000000; /* the claims have run out */
    expect_done(outbox_claim(work, test_books(), kind, 10, 60000, &others));
    expect_int(2, others.count);
    expect_int(2, others.at[0].attempts);
    expect_refused(&outbox_changed, outbox_sent(work, test_books(), &items.at[1], OUTBOX_DELIVERED, (struct str){ 0 })); /* too late */
    work->company_id = company;
    test_begin(work);
    expect_done(outbox_news(work, kind, STR("<message-1>"), OUTBOX_DELIVERED, (struct str){ 0 }, &known));
    expect(known);
    expect_done(outbox_news(work, kind, STR("<message-1>"), OUTBOX_DELIVERED, (struct str){ 0 }, &known)); /* twice is fine */
    expect_done(outbox_news(work, kind, STR("<message-1>"), OUTBOX_BOUNCED, STR("no such user"), &known));
    expect_refused(&outbox_not_movable, outbox_news(work, kind, STR("<message-1>"), OUTBOX_DELIVERED, (struct str){ 0 }, &known));
    expect_done(outbox_news(work, kind, STR("<message-2>"), OUTBOX_BOUNCED, (struct str){ 0 }, &known));
    expect(!known);
    test_commit(work);
}

static struct fault *ask(struct work *work, const struct operations *all, const char *verb, const struct pair *pair,
                         struct answer *answer)
{
    const struct request request = { .operation = operation_by_command(all, STR("outbox"), str_of(verb)),
                                     .pairs = pair,
                                     .pair_count = 1 };
    return operation_answer(work, test_books(), all, &request, answer);
}

DB_TEST(outbox_tries_again_until_it_is_dead)
{
    const char *kind = kind_of(work, "hook");
    struct operations all;
    struct answer answer;
    struct outbox_items items;
    int64_t company = work->company_id;
    operations_prepare(work->arena, &outbox_operations_table, 1, &all);
    add(work, kind, 3);
    for (int attempt = 1; attempt <= 3; attempt++) {
        expect_done(outbox_claim(work, test_books(), kind, 10, 1000, &items));
        expect_int(1, items.count);
        expect_int(attempt, items.at[0].attempts);
        expect_done(outbox_not_sent(work, test_books(), &items.at[0], STR("connection refused"), false));
        work->now.us += (INT64_C(60) << (attempt - 1)) * 1000000 - 1;
        expect_done(outbox_claim(work, test_books(), kind, 10, 1000, &items));
        expect_int(0, items.count); /* not yet */
        work->now.us += 1;
    }
    work->company_id = company;
    expect_done(ask(work, &all, "list", &(struct pair){ STR("state"), STR("failed") }, &answer));
    expect_int(1, answer.rows.count);
    expect(str_find(answer.json, "\"last_error\":\"connection refused\"") >= 0);
    const struct pair key = { STR("id"), str_from_int(work->arena, *(const int64_t *)(const void *)answer.rows.at) };
    expect_done(ask(work, &all, "retry", &key, &answer));
    expect(str_find(answer.json, "\"state\":\"queued\"") >= 0);
    work->language = DUTCH; /* the whole sentence is */
    struct fault *fault = expect_refused(&outbox_not_movable, ask(work, &all, "retry", &key, &answer));
    struct str said = fault_text(work->arena, fault, DUTCH);
    expect(str_find(said, "opnieuw verstuurd") > 0 && str_find(said, "queued") < 0 && str_find(said, "handed") < 0);
    work->language = ENGLISH;
    expect_refused(&outbox_missing, ask(work, &all, "retry", &(struct pair){ STR("id"), STR("7") }, &answer));
    expect_done(outbox_claim(work, test_books(), kind, 10, 1000, &items));
    expect_int(1, items.at[0].attempts);
    expect_done(outbox_not_sent(work, test_books(), &items.at[0], STR("gone"), true));
    work->now.us += DAY_US;
    expect_done(outbox_claim(work, test_books(), kind, 10, 1000, &items));
    expect_int(0, items.count);
}

DB_TEST(outbox_refuses_what_it_could_not_send)
{
    test_begin(work);
    expect_refused(&record_missing, outbox_add(work, &(struct outbox_new){ .payload = STR("{}") }, NULL));
    expect_refused(&record_missing, outbox_add(work, &(struct outbox_new){ .kind = STR("mail") }, NULL));
    db_rollback(work);
}

struct raw_payload { struct str payload; };
RECORD(raw_payload, { JSON(struct raw_payload, payload, .max = 100000) });
struct raw_key { outbox_id id; };
RECORD(raw_key, { ID(struct raw_key, id) });
/* As it stands in the books. */
static struct str payload_at(struct work *work, outbox_id id)
{
    static const char *const params[] = { "company_id", "id" };
    static const struct sql raw = { "raw_payload", "select payload from outbox where company_id = $1 and id = $2", params, 2 };
    const struct raw_key key = { id };
    struct raw_payload found = { 0 };
    test_begin(work);
    expect_done(db_one(work, &raw, GIVEN(raw_key, &key), INTO(raw_payload, &found), &outbox_missing));
    db_rollback(work);
    return found.payload;
}

/* A letter with a secret: sealed while it waits, whole for who sends it, gone once it has left. */
DB_TEST(outbox_keeps_no_secret)
{
    static const char letter[] = "{\"to\":\"a@b.nl\",\"text\":\"https://florin/invitation#geheim\"}";
    const char *kind = kind_of(work, "secret");
    const int64_t company = work->company_id;
    struct outbox_items items;
    struct operations all;
    outbox_id id;
    test_begin(work);
    expect_done(outbox_add(
        work, &(struct outbox_new){ .kind = str_of(kind), .payload = str_of(letter), .is_secret = true }, &id));
    test_commit(work);
    expect(str_find(payload_at(work, id), "geheim") < 0 && str_find(payload_at(work, id), "a@b.nl") < 0);
    expect_done(outbox_claim(work, test_books(), kind, 10, 1000, &items));
    expect_int(1, items.count);
    expect_str(letter, items.at[0].payload);
    expect_done(outbox_not_sent(work, test_books(), &items.at[0], STR("not now"), false));
    work->now.us += INT64_C(120) * 1000000;
    expect_done(outbox_claim(work, test_books(), kind, 10, 1000, &items));
    expect_str(letter, items.at[0].payload); /* tried again, whole */
    expect_done(outbox_sent(work, test_books(), &items.at[0], OUTBOX_HANDED_OVER, STR("<secret@x>")));
    work->company_id = company;
    expect_str("{\"removed\":true}", payload_at(work, id));
    test_begin(work);
    expect_done(outbox_tell(work, id, OUTBOX_BOUNCE, STR("unknown")));
    test_commit(work);
    operations_prepare(work->arena, &outbox_operations_table, 1, &all);
    const struct raw_key key = { id };
    struct fault *spent = operation_call(work, test_books(), &all, "outbox retry", &key, NULL);
    assert_non_null(spent);
    expect_str("outbox.spent", str_of(spent->type->code));
}
