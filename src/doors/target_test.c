#include "doors/doors.h"
#include "doors/target.h"
#include "test.h"

TEST(target_percent)
{
    struct str out;
    expect(percent_decode(arena, STR("a%20b%c3%b6+"), false, &out));
    expect_str("a b\xc3\xb6+", out);
    expect(percent_decode(arena, STR("a+b"), true, &out));
    expect_str("a b", out);
    static const char *const broken[] = { "%", "%4", "%zz", "%ff", "a%00", "%c3", "%e2%82" };
    for (size_t i = 0; i < ARRAY_LENGTH(broken); i++) expect(!percent_decode(arena, str_of(broken[i]), false, &out));
}

TEST(target_query)
{
    struct pair pairs[PAIRS_MAX];
    size_t count = 0;
    bool too_many;
    expect(query_parse(arena, STR("a=1&&b=two%20words&c&total.lt=%2D1&d=x=y"), pairs, &count, &too_many));
    expect_int(5, count);
    expect_str("two words", pairs[1].text);
    expect_str("", pairs[2].text);
    expect_str("total.lt", pairs[3].name);
    expect_str("x=y", pairs[4].text);
    expect(!query_parse(arena, STR("a=%"), pairs, &count, &too_many) && !too_many);
    count = PAIRS_MAX;
    expect(!query_parse(arena, STR("a=1"), pairs, &count, &too_many) && too_many);
    expect(query_parse(arena, STR(""), pairs, &count, &too_many));
}

TEST(target_headers)
{
    expect_int(DUTCH, accept_language(STR("nl-NL,nl;q=0.9,en;q=0.8")));
    expect_int(ENGLISH, accept_language(STR("nl;q=0.2, en-GB;q=0.8")));
    expect_int(ENGLISH, accept_language(STR("en")));
    expect_int(0, accept_language(STR("fr,de;q=0.5")));
    expect_int(0, accept_language((struct str){ 0 }));
    expect_int(0, accept_language(STR("nl;q=0")));
    expect_str("b", cookie_find(STR("x=a; florin_session=b; y=c"), "florin_session"));
    expect(!cookie_find(STR("xflorin_session=b"), "florin_session").at);
    expect_str("abc", bearer_find(STR("bearer  abc ")));
    expect(!bearer_find(STR("Basic abc")).at);
    expect(!bearer_find(STR("Bearer")).at);
    expect(media_type_is(STR("Application/JSON; charset=utf-8"), "application/json"));
    expect(!media_type_is(STR("application/jsonp"), "application/json"));
    expect(accepts_coding(STR("gzip, br;q=0.5"), "br"));
    expect(!accepts_coding(STR("gzip, br;q=0"), "br"));
    expect(!accepts_media(STR("*/*"), "text/csv"));
    expect(request_id_is_sane(STR("abcd-1234")));
    expect(!request_id_is_sane(STR("short")) && !request_id_is_sane(STR("with space 123")));
}

static const struct fault_type sample = { FAULT_INVALID, "sample.wrong", "The \"{what}\" is wrong." };
TEST(problem_says_all)
{
    struct fault *fault = FAULT(arena, &sample, "lines[2].price", PARAM("what", STR("pr\"ice")));
    fault = fault_join(fault, FAULT(arena, &sample, NULL, PARAM("what", STR("rest"))));
    expect_str(
        "{\"type\":\"urn:florin:problem:sample.wrong\",\"title\":\"The input is not right\",\"status\":422,\"code\":\"sample.wrong\","
        "\"detail\":\"The \\\"pr\\\"ice\\\" is wrong.\",\"request_id\":\"r\",\"problems\":[{\"code\":\"sample.wrong\",\"field\":\"lines[2].price\","
        "\"text\":\"The \\\"pr\\\"ice\\\" is wrong.\",\"params\":{\"what\":\"pr\\\"ice\"}},{\"code\":\"sample.wrong\",\"text\":\"The \\\"rest\\\" is wrong.\","
        "\"params\":{\"what\":\"rest\"}}]}",
        fault_to_problem(arena, fault, ENGLISH, STR("r")));
    expect_str("lines[2].price: The \"pr\"ice\" is wrong. (sample.wrong)\nThe \"rest\" is wrong. (sample.wrong)\n",
               fault_to_lines(arena, fault, ENGLISH));
    expect_int(65, fault_exit_code(fault));
}
