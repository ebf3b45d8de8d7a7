#include "test.h"
#include "base/lazy.h"

TEST(text_is_said_as_its_reader_writes_it)
{
    static const struct {
        const char *value, *dutch, *english;
    } cases[] = {
        { "2026-11-20", "20 november 2026", "20 November 2026" },
        { "2026-02-30", "2026-02-30", "2026-02-30" },
        { "1250.00", "1.250,00", "1,250.00" },
        { "-1234567.89", "-1.234.567,89", "-1,234,567.89" },
        { "0.05", "0,05", "0.05" },
        { "EUR 1250.00",
          "€\xC2\xA0"
          "1.250,00",
          "€\xC2\xA0"
          "1,250.00" },
        { "USD 5.50",
          "USD\xC2\xA0"
          "5,50",
          "USD\xC2\xA0"
          "5.50" },
        { "JPY 1250",
          "JPY\xC2\xA0"
          "1.250",
          "JPY\xC2\xA0"
          "1,250" },
        { "KWD -1250.125",
          "KWD\xC2\xA0"
          "-1.250,125",
          "KWD\xC2\xA0"
          "-1,250.125" },
        { "1.2.00", "1.2.00", "1.2.00" },
        { ".50", ".50", ".50" },
        { "-.50", "-.50", "-.50" },
        { "2026-0042", "2026-0042", "2026-0042" },
        { "", "", "" },
        { "ABC  .00", "ABC  .00", "ABC  .00" },
        { "12.345", "12.345", "12.345" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_str(cases[i].dutch, text_say(arena, DUTCH, str_of(cases[i].value)));
        expect_str(cases[i].english, text_say(arena, ENGLISH, str_of(cases[i].value)));
    }
    /* A sentence says amounts, days and measures in its language, and a number of an invoice as it is. */
    static const struct fault_type type = { FAULT_INVALID, "base.said", "{amount} of {number} on {day} at {percent}%" };
    struct fault *fault = FAULT(arena, &type, NULL, PARAM("amount", STR("1234.50")), PARAM("number", STR("2024.001")),
                                PARAM("day", STR("2026-11-23")), PARAM("percent", STR("12.5")));
    expect_str("1,234.50 of 2024.001 on 23 November 2026 at 12.5%", fault_text(arena, fault, ENGLISH));
    expect_str("1.234,50 of 2024.001 on 23 november 2026 at 12,5%", fault_text(arena, fault, DUTCH));
}

TEST(base_decimal)
{
    struct decimal a, b, c;
    expect(decimal_parse(STR("-12.340"), &a));
    expect_int(-12340, a.units);
    expect_int(3, a.scale);
    expect_str("-12.340", decimal_format(arena, a));
    expect(decimal_parse(STR("0.005"), &b));
    expect(decimal_round(b, 2, &c));
    expect_str("0.01", decimal_format(arena, c));
    expect(decimal_round(DECIMAL(-5, 3), 2, &c));
    expect_str("-0.01", decimal_format(arena, c));
    expect(decimal_divide(DECIMAL(1, 0), DECIMAL(3, 0), 6, &c));
    expect_str("0.333333", decimal_format(arena, c));
    expect_int(0, decimal_compare(DECIMAL(10, 1), DECIMAL(1000, 3)));
    expect(!decimal_parse(STR("1."), &a));
    expect(!decimal_parse(STR(".5"), &a));
    expect(!decimal_parse(STR("+5"), &a));
    expect(!decimal_parse(STR("1e5"), &a));
    expect(!decimal_parse(STR(""), &a));
    expect(!decimal_parse(STR("-"), &a));
    expect(!decimal_parse(STR("1234567890123456789012345678901234567890"), &a));
    expect(decimal_mul(DECIMAL(999999999999999999, 0), DECIMAL(1, 0), &c));
    expect(!decimal_mul(DECIMAL(999999999999999999, 0), DECIMAL(999999999999999999, 0), &c));
}

TEST(base_minor)
{
    int64_t v;
    expect(minor_parse(STR("1250.00"), 2, &v));
    expect_int(125000, v);
    expect(minor_parse(STR("1250"), 2, &v));
    expect_int(125000, v);
    expect(minor_parse(STR("-0.5"), 2, &v));
    expect_int(-50, v);
    expect(!minor_parse(STR("1.005"), 2, &v));
    expect(minor_parse(STR("1.500"), 2, &v));
    expect_str("-0.05", minor_format(arena, -5, 2));
    expect_str("-5", minor_format(arena, -5, 0));
    expect_str("-92233720368547758.08", minor_format(arena, INT64_MIN, 2));
    expect_int(2, currency_digits(STR("EUR")));
    expect_int(0, currency_digits(STR("JPY")));
    expect_int(3, currency_digits(STR("KWD")));
    expect_int(-1, currency_digits(STR("EU ")));
    expect_int(2, currency_digits(STR("XCG"))); /* since 2025 in Curaçao and Sint Maarten; before it ANG */
    expect_int(2, currency_digits(STR("ANG")));
    expect_int(2, currency_digits(STR("ZWG")));
    expect(int_mul_div(100, 21, 100, &v) && v == 21);
    expect(int_mul_div(-105, 10, 100, &v) && v == -11);
}

TEST(base_day)
{
    struct date d;
    struct instant i;
    char z[28];
    expect(!date_parse(STR("2026-02-31"), &d));
    expect(!date_parse(STR("2025-02-29"), &d));
    expect(date_parse(STR("2024-02-29"), &d));
    for (int32_t n = date_days((struct date){ 19000101 }); n < date_days((struct date){ 21991231 }); n++)
        expect_int(n, date_days(date_from_days(n)));
    expect_int(SUNDAY, date_weekday((struct date){ 20261122 }));
    expect_int(20250228, date_add_months((struct date){ 20250131 }, 1).ymd);
    expect_int(20241231, date_add_months((struct date){ 20250131 }, -1).ymd);
    expect_int(365, date_between((struct date){ 20250101 }, (struct date){ 20260101 }));
    expect(instant_parse(STR("2025-07-01T00:30:00+02:00"), &i));
    instant_format(i, z);
    expect_str("2025-06-30T22:30:00.000000Z", str_of(z));
    expect_int(20250701, instant_day(i).ymd);
    expect(instant_parse(STR("2025-12-31T23:30:00Z"), &i));
    expect_int(20260101, instant_day(i).ymd);
}

TEST(base_text)
{
    struct str rest, part = str_cut(STR("a;b;c"), ';', &rest);
    expect_str("a", part);
    expect_str("b;c", rest);
    expect(str_is_utf8(STR("né€😀")));
    expect(!str_is_utf8(STR("\xC0\x80")));
    expect(!str_is_utf8(STR("\xED\xA0\x80")));
    expect_int(4, str_utf8_count(STR("né€😀")));
    expect_str("né", str_utf8_clip(STR("né€😀"), 2));
    expect_int(2, str_find(STR("abcab"), "cab"));
    expect_int(-1, str_find(STR("abca"), "cab"));
    int64_t v;
    expect(str_to_int(STR("-9223372036854775808"), &v) && v == INT64_MIN);
    expect(!str_to_int(STR("9223372036854775808"), &v));
    static const struct fault_type sample = { FAULT_INVALID, "x", "A {a} is {b}, not {c}." };
    struct fault *f = FAULT(arena, &sample, "field", PARAM("a", STR("bill")), PARAM("b", STR("late")));
    expect_str("A bill is late, not {c}.", fault_text(arena, f, ENGLISH));
    fault_within(arena, f, STR("lines[1]"));
    expect_str("lines[1].field", f->field);
    expect_str("Dit klopt niet: {why}.", translate(DUTCH, "This is not valid: {why}."));
}

TEST(base_numbers_in_text)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        { 0, "0" },
        { 7, "7" },
        { 10, "10" },
        { 99, "99" },
        { 100, "100" },
        { 101, "101" },
        { 999, "999" },
        { 1000, "1000" },
        { 10203, "10203" },
        { -1, "-1" },
        { -10, "-10" },
        { -100, "-100" },
        { 891175475417088, "891175475417088" },
        { INT64_MAX, "9223372036854775807" },
        { INT64_MIN, "-9223372036854775808" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct text text = text_new(arena);
        text_add_int(&text, cases[i].value);
        expect_str(cases[i].text, text_str(&text));
        expect_str(cases[i].text, str_from_int(arena, cases[i].value));
    }
    struct text text = text_new(arena);
    for (int i = 0; i < 1000; i++) memcpy(text_place(&text, 3), "abc", 3);
    struct str all = text_str(&text);
    expect_int(3000, all.length);
    expect_int(0, all.at[3000]);
    for (size_t i = 0; i < 3000; i++) expect_int("abc"[i % 3], all.at[i]);
}

TEST(base_log_line)
{
    static char line[LOG_LINE], large[2 * LOG_LINE];
    memset(large, '"', sizeof large);
    const struct log_value values[] = { LOG_TEXT("a", STR("x\"y\n")), LOG_INT("n", -12),
                                        LOG_TEXT("b", ((struct str){ large, sizeof large })) };
    struct str made = { line, log_line(line, LOG_ERROR, "event", values, 2) };
    expect(str_ends(made, "\"level\":\"error\",\"event\":\"event\",\"a\":\"x\\\"y\\u000a\",\"n\":-12}\n"));
    expect(log_line(line, LOG_ERROR, "event", values, 3) <= LOG_LINE);
    expect_int(0, log_line(line, LOG_DEBUG, "event", values, 2));
}

TEST(base_arena)
{
    size_t before = arena_used(arena);
    LIST_OF(int64_t) list = { 0 };
    for (int64_t i = 0; i < 1000; i++) *LIST_ADD(arena, &list) = i;
    for (int64_t i = 0; i < 1000; i++) expect_int(i, list.at[i]);
    expect(arena_used(arena) > before);
}

TEST(arena_rewinds_to_a_mark)
{
    struct arena *a = arena_new(1 << 24);
    struct arena_mark empty = arena_mark(a);
    char *kept = arena_alloc(a, 100);
    memset(kept, 'k', 100);
    struct arena_mark mark = arena_mark(a);
    for (int round = 0; round < 3; round++) {
        char *first = arena_alloc(a, 16);
        expect(first == kept + 112);
        expect_int(0, first[0]); /* zeroed again */
        first[0] = 'x';
        arena_alloc(a, 100000);
        for (int i = 0; i < 200; i++) memset(arena_alloc(a, 1000), 'y', 1000);
        arena_rewind(a, mark);
        expect_int(112, arena_used(a));
        expect_int('k', kept[99]);
    }
    arena_rewind(a, empty);
    expect_int(0, arena_used(a));
    arena_free(a);
}

/* A library that is there, one that is not, and all that the program may call (docs/decisions/0006). */
TEST(base_lazy_libraries)
{
    expect(!lazy_load(arena, "libc.so.6").at);
    struct str wrong = lazy_load(arena, "libflorin-not-there.so.9");
    expect(str_find(wrong, "libflorin-not-there.so.9") >= 0 && str_find(wrong, "install its package") >= 0);
    expect_str("", lazy_load_all(arena));
    for (size_t i = 0; i < lazy_library_count; i++) expect(str_starts(str_of(lazy_libraries[i]), LAZY_MARK "lib"));
}
