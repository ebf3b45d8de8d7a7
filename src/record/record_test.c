#include "test.h"
#include "record/record.h"

enum sample_state { SAMPLE_NOWHERE, SAMPLE_OPEN, SAMPLE_DONE };
struct sample_line { struct str what; struct decimal quantity; int64_t price_minor; struct str currency; };
struct sample_part { struct str city; struct str country; };
struct sample {
    struct { int64_t n; } id;
    struct str name, password;
    struct date due_on;
    enum sample_state state;
    struct str currency;
    int64_t total_minor;
    bool urgent;
    struct instant seen_at;
    struct sample_part place;
    LIST_OF(struct sample_line) lines;
    struct str evidence;
};
RECORD(sample_line, {
    FIELD(struct sample_line, what, .min = 1, .max = 20),
    FIELD(struct sample_line, quantity),
    AMOUNT(struct sample_line, price_minor, .currency = "currency"),
    FIELD(struct sample_line, currency, .min = 3, .max = 3),
});
RECORD(sample_part, { FIELD(struct sample_part, city, OPTIONAL), FIELD(struct sample_part, country, .min = 2, .max = 2) });
static const char *const sample_states[] = { NULL, "open", "done" };
RECORD(sample, {
    ID(struct sample, id),
    FIELD(struct sample, name, .min = 1, .max = 10),
    FIELD(struct sample, password, OPTIONAL, .secret = true),
    FIELD(struct sample, due_on, OPTIONAL),
    FIELD(struct sample, state, CHOICES(sample_states)),
    FIELD(struct sample, currency, .min = 3, .max = 3),
    AMOUNT(struct sample, total_minor, .currency = "currency", .min = 1, .max = EXACT_MAX),
    FIELD(struct sample, urgent, OPTIONAL),
    FIELD(struct sample, seen_at, OPTIONAL),
    PART(struct sample, place, sample_part),
    LIST(struct sample, lines, sample_line),
    JSON(struct sample, evidence, OPTIONAL),
});

#define GOOD                                                                                                                     \
    "{\"total\":\"12.50\",\"id\":7,\"name\":\"n\xC3\xA9\\\"x\",\"password\":\"p\",\"due_on\":\"2025-01-31\",\"state\":\"open\"," \
    "\"currency\":\"EUR\",\"urgent\":true,\"place\":{\"country\":\"NL\"},\"lines\":[{\"what\":\"a\",\"quantity\":\"1.50\","      \
    "\"price\":\"10\",\"currency\":\"JPY\"}],\"evidence\":{\"b\":1,\"a\":[2]}}"

TEST(record_json_round_trip)
{
    struct sample s = { 0 };
    expect(record_covers(&sample_record));
    expect_done(record_from_json(arena, STR(GOOD), INTO(sample, &s)));
    expect_int(1250, s.total_minor);
    expect_int(10, s.lines.at[0].price_minor);
    expect_str("1.50", decimal_format(arena, s.lines.at[0].quantity));
    expect_str(
        "{\"id\":7,\"name\":\"n\xC3\xA9\\\"x\",\"due_on\":\"2025-01-31\",\"state\":\"open\",\"currency\":\"EUR\","
        "\"total\":\"12.50\",\"urgent\":true,\"place\":{\"country\":\"NL\"},\"lines\":[{\"what\":\"a\",\"quantity\":"
        "\"1.50\",\"price\":\"10\",\"currency\":\"JPY\"}],\"evidence\":{\"a\":[2],\"b\":1}}",
        record_to_json(arena, GIVEN(sample, &s)));
}

/* Everything wrong is said at once, each with its field. */
TEST(record_json_refusals)
{
    struct sample s = { 0 };
    struct fault *f = record_from_json(
        arena,
        STR("{\"id\":\"7\",\"name\":\"\",\"state\":\"lost\",\"currency\":\"EUR\",\"total\":\"1.005\","
            "\"nonsense\":1,\"place\":{},\"lines\":[{\"what\":\"a\",\"quantity\":\"x\",\"price\":\"1\",\"currency\":\"EUR\"}]}"),
        INTO(sample, &s));
    static const struct {
        const struct fault_type *type;
        const char *field;
    } expected[] = {
        { &record_wrong_type, "id" },
        { &record_not_choice, "state" },
        { &record_unknown, "nonsense" },
        { &record_missing, "place.country" },
        { &record_wrong_type, "lines[0].quantity" },
        { &record_wrong_type, "total" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        const struct fault *found = f;
        while (found && !(found->type == expected[i].type && str_is(found->field, expected[i].field))) found = found->next;
        if (!found) print_message("not found: %s\n", expected[i].field);
        expect(found != NULL);
    }
    (void)expect_refused(&record_missing, record_from_json(arena, STR("{}"), INTO(sample, &s)));
    expect(record_from_json(arena, STR("[]"), INTO(sample, &s)) != NULL);
    expect(record_from_json(arena, STR("{\"id\":7"), INTO(sample, &s)) != NULL);
    expect(record_from_json(arena, STR("{\"id\":7,\"id\":8}"), INTO(sample, &s)) != NULL);
    expect(record_from_json(arena, STR(""), INTO(sample, &s)) != NULL);
}

TEST(record_limits)
{
    struct sample s = { 0 };
    expect_done(record_from_json(arena, STR(GOOD), INTO(sample, &s)));
    s.name = STR("elevenchars");
    (void)expect_refused(&record_too_long, record_check(arena, GIVEN(sample, &s)));
    s.name = STR("fine");
    s.total_minor = 0;
    (void)expect_refused(&record_too_small, record_check(arena, GIVEN(sample, &s)));
    s.total_minor = 1;
    s.lines.at[0].what = STR("");
    struct fault *f = expect_refused(&record_missing, record_check(arena, GIVEN(sample, &s)));
    expect_str("lines[0].what", f->field);
}

TEST(record_pairs_and_body)
{
    struct sample s = { 0 };
    const struct pair id[] = { { STR("id"), STR("9") } };
    const char body[] =
        "{\"name\":\"x\",\"state\":\"done\",\"currency\":\"EUR\",\"total\":\"1\",\"place\":{\"country\":\"NL\"},\"lines\":[]}";
    expect_done(record_from_pairs(arena, id, 1, str_of(body), INTO(sample, &s)));
    expect_int(9, s.id.n);
    const struct pair flags[] = { { STR("total"), STR("5") },    { STR("id"), STR("9") },
                                  { STR("name"), STR("x") },     { STR("currency"), STR("JPY") },
                                  { STR("state"), STR("done") }, { STR("place"), STR("{\"country\":\"NL\"}") } };
    s = (struct sample){ 0 };
    expect_done(record_from_pairs(arena, flags, ARRAY_LENGTH(flags), (struct str){ 0 }, INTO(sample, &s)));
    expect_int(5, s.total_minor);
    const struct pair twice[] = { { STR("id"), STR("9") }, { STR("name"), STR("y") } };
    (void)expect_refused(&record_twice, record_from_pairs(arena, twice, 2, str_of(body), INTO(sample, &s)));
}

TEST(record_differences)
{
    struct sample a = { .id = { 1 }, .name = STR("x"), .password = STR("old") }, b = a;
    b.name = STR("y");
    b.password = STR("new");
    a.state = b.state = SAMPLE_OPEN;
    expect_str("{\"name\":[\"x\",\"y\"]}", record_difference(arena, GIVEN(sample, &a), GIVEN(sample, &b)));
    expect_str(NULL, record_difference(arena, GIVEN(sample, &a), GIVEN(sample, &a)));
}

TEST(record_csv)
{
    struct text t = text_new(arena);
    struct sample s = { .id = { 1 }, .name = STR("=cmd|\"a\""), .state = SAMPLE_OPEN, .currency = STR("EUR"), .total_minor = -5 };
    record_add_csv_head(&t, &sample_record);
    record_add_csv(&t, GIVEN(sample, &s));
    expect_str("id,name,due_on,state,currency,total,urgent,seen_at\r\n1,\"'=cmd|\"\"a\"\"\",,open,EUR,-0.05,false,\r\n",
               text_str(&t));
    static const char *const run[] = { " =1+1",
                                       "+1",
                                       "-x",
                                       "@SUM(1)",
                                       "\t=1",
                                       "\xEF\xBC\x9D" /* full-width = */ },
                             *const still[] = { "a=1", "|calc", "'=1" };
    for (size_t i = 0; i < ARRAY_LENGTH(run) + ARRAY_LENGTH(still); i++) {
        bool guarded = i < ARRAY_LENGTH(run);
        s.name = str_of(guarded ? run[i] : still[i - ARRAY_LENGTH(run)]);
        t = text_new(arena);
        record_add_csv(&t, GIVEN(sample, &s));
        expect((str_find(text_str(&t), "\"'") == 2) == guarded);
    }
}

/* Eight bytes at a time: whatever stands wherever, what is read back is what was written. */
TEST(record_json_text_escapes_everywhere)
{
    static const unsigned char odd[] = { '"', '\\', '\n', 0x01, 0x1f, 0x20, 0x7f, 0x21, 0x23, 0x5b, 0x5d };
    struct arena *own = arena_new(1 << 24);
    for (size_t length = 0; length < 27; length++)
        for (size_t at = 0; at < length; at++)
            for (size_t o = 0; o < ARRAY_LENGTH(odd); o++)
                for (size_t other = at; other < length; other += 5) {
                    char bytes[32], wanted[200] = "\"";
                    memset(bytes, 'a', sizeof bytes);
                    bytes[at] = bytes[other] = (char)odd[o];
                    size_t n = 1;
                    for (size_t i = 0; i < length; i++) {
                        unsigned char c = (unsigned char)bytes[i];
                        if (c == '\n') n += (size_t)snprintf(wanted + n, sizeof wanted - n, "\\n");
                        else if (c < 0x20) n += (size_t)snprintf(wanted + n, sizeof wanted - n, "\\u%04x", c);
                        else n += (size_t)snprintf(wanted + n, sizeof wanted - n, c == '"' || c == '\\' ? "\\%c" : "%c", c);
                    }
                    snprintf(wanted + n, sizeof wanted - n, "\"");
                    struct text text = text_new(own);
                    json_add_text(&text, (struct str){ bytes, length });
                    expect_str(wanted, text_str(&text));
                    arena_reset(own);
                }
    arena_free(own);
}
