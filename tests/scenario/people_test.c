/* People of a company: invited, signed in with a second factor, kept apart, and never in another company's books. */
#include "scenario/scene.h"

static const char password[] = "correct horse battery";

/* A person of the company with a second factor; gives its secret. */
static const char *given_person(struct scene *s, const char *email, const char *role)
{
    scene_as_program(s);
    POST(s, "/users", "{\"email\":\"%s\",\"name\":\"Anna\",\"role\":\"%s\",\"password\":\"%s\"}", email, role, password);
    scene_as(s, email, password, NULL);
    json_t *started = POST(s, "/me/totp", "{}");
    const char *secret = text_in(started, "secret");
    s->work->now.us += 31000000;
    json_t *codes = POST(s, "/me/totp/confirm", "{\"code\":\"%.*s\"}", STR_ARG(totp_now(s->work, secret)));
    expect_int(10, json_array_size(json_object_get(codes, "codes")));
    return secret;
}

DB_TEST(scenario_people)
{
    struct scene s = scene_begin(work);
    const char *anna = unique(work, "anna"), *bram = unique(work, "bram");
    const char *anna_secret = given_person(&s, anna, "administrator");
    scene_as(&s, anna, password, anna_secret);
    json_t *me = GET(&s, "/me");
    expect_str(anna, str_of(text_in(me, "email")));
    GET(&s, "/session");
    GET(&s, "/sessions");
    GET(&s, "/company");
    GET(&s, "/users");
    json_t *roles = GET(&s, "/roles");
    json_t *first = json_array_get(json_object_get(roles, "items"), 0);
    GET(&s, str_format(work->arena, "/roles/%lld", (long long)number_in(first, "id")).at);
    POST(&s, "/roles", "{\"name\":\"reader\",\"permissions\":[{\"permission\":\"*.read\"}]}");
    /* Who was overtaken is told so: what he saw is not what there is. */
    POST(
        &s, "/roles",
        "{\"name\":\"reader\",\"permissions\":[{\"permission\":\"bill.read\"},{\"permission\":\"party.read\"}],\"seen\":[{\"permission\":\"*.read\"}]}");
    REFUSED(
        &s, 409, "/roles",
        "{\"name\":\"reader\",\"permissions\":[{\"permission\":\"bill.read\"}],\"seen\":[{\"permission\":\"*.read\"}]}");
    POST(
        &s, "/roles",
        "{\"name\":\"reader\",\"permissions\":[{\"permission\":\"*.read\"}],\"seen\":[{\"permission\":\"party.read\"},{\"permission\":\"bill.read\"}]}");
    /* An invitation works once. */
    json_t *invited = POST(&s, "/users", "{\"email\":\"%s\",\"name\":\"Bram\",\"role\":\"reader\"}", bram);
    const char *invitation = text_in(invited, "invitation");
    int64_t bram_id = number_in(invited, "id");
    REFUSED(&s, 422, "/invitations/accept", "{\"invitation\":\"%s\",\"password\":\"short\"}", invitation);
    POST(&s, "/invitations/accept", "{\"invitation\":\"%s\",\"password\":\"%s\"}", invitation, password);
    REFUSED(&s, 422, "/invitations/accept", "{\"invitation\":\"%s\",\"password\":\"%s\"}", invitation, password);
    /* Bram reads and may not write; nor without a second factor what needs one. */
    scene_as(&s, bram, password, NULL);
    GET(&s, "/accounts");
    REFUSED(&s, 403, "/accounts", "{\"number\":\"9\",\"name\":\"x\",\"kind\":\"asset\"}");
    REFUSED(&s, 409, "/session/step-up", "{\"code\":\"123456\"}");
    /* Step-up: what moves money or changes the company asks for the factor again after ten minutes. */
    scene_as(&s, anna, password, anna_secret);
    json_t *company = GET(&s, "/company");
    struct str change = str_format(
        work->arena, "{\"name\":\"Nieuw BV\",\"language\":\"nl\",\"iban\":\"NL91ABNA0417164300\",\"version\":%lld}",
        (long long)number_in(company, "version"));
    work->now.us += INT64_C(11) * 60 * 1000000;
    ask(&s, 403, "POST", "/company", change);
    POST(&s, "/session/step-up", "{\"code\":\"%.*s\"}", STR_ARG(totp_now(work, anna_secret)));
    ask(&s, 200, "POST", "/company", change);
    ask(&s, 409, "POST", "/company", change); /* somebody (we) changed it */
    json_t *history = json_object_get(
        GET(&s, str_format(work->arena, "/history/company/%lld", (long long)work->company_id).at), "items");
    json_t *last = json_array_get(history, 0), *what = json_array_get(json_object_get(last, "changes"), 0);
    expect_str("company change", str_of(text_in(last, "operation")));
    expect_str("Anna", str_of(text_in(last, "person")));
    expect_str("Nieuw BV", str_of(json_string_value(json_array_get(json_object_get(what, "name"), 1))));
    expect_int(0, json_array_size(json_object_get(GET(&s, "/history/company/7"), "items")));
    /* Tokens never do more than their person. */
    json_t *token = POST(&s, "/tokens", "{\"name\":\"t\",\"permissions\":\"*.read\",\"days\":30}");
    GET(&s, "/tokens");
    POST(&s, str_format(work->arena, "/tokens/%lld/end", (long long)number_in(token, "id")).at, "{}");
    json_t *rules = GET(&s, "/duty-rules");
    json_t *rule = json_array_get(json_object_get(rules, "items"), 0);
    POST(&s, str_format(work->arena, "/duty-rules/%lld", (long long)number_in(rule, "id")).at,
         "{\"reason\":\"a company of one person\",\"waive\":true,\"version\":%lld}", (long long)number_in(rule, "version"));
    POST(&s, "/session/company", "{\"company\":%lld}", (long long)work->company_id);
    POST(&s, str_format(work->arena, "/users/%lld/end", (long long)bram_id).at, "{}");
    POST(&s, "/me/password", "{\"present\":\"%s\",\"password\":\"another horse battery\"}", password);
    REFUSED(&s, 401, "/session/close", "{}"); /* changing it ended every session */
    scene_as(&s, anna, "another horse battery", anna_secret);
    POST(&s, "/session/close", "{}");
    REFUSED(&s, 401, "/session/close", "{}");
    scene_end(&s);
}

DB_TEST(scenario_wrong_passwords_lock)
{
    struct scene s = scene_begin(work);
    const char *carla = unique(work, "carla");
    (void)given_person(&s, carla, "auditor");
    scene_as_program(&s);
    for (int i = 0; i < 5; i++) REFUSED(&s, 401, "/session", "{\"email\":\"%s\",\"password\":\"wrong wrong wrong\"}", carla);
    REFUSED(&s, 429, "/session", "{\"email\":\"%s\",\"password\":\"%s\"}", carla, password); /* even the right one waits */
    REFUSED(&s, 401, "/session", "{\"email\":\"nobody@example.nl\",\"password\":\"%s\"}", password);
    work->now.us += INT64_C(61) * 1000000;
    REFUSED(&s, 401, "/session", "{\"email\":\"%s\",\"password\":\"%s\"}", carla, password); /* code needed */
    scene_end(&s);
}

/* Another company's ids are as good as none. */
DB_TEST(scenario_companies_are_apart)
{
    struct scene s = scene_begin(work);
    json_t *party = POST(&s, "/parties", "{\"name\":\"Zon\",\"is_customer\":true}");
    json_t *entry = POST(
        &s, "/entries",
        "{\"dated_on\":\"2025-03-01\",\"description\":\"x\",\"lines\":[{\"account\":\"4300\",\"base\":\"10.00\"},{\"account\":\"0500\",\"base\":\"-10.00\"}]}");
    int64_t entry_id = number_in(json_object_get(entry, "entry"), "id");
    int64_t here = work->company_id;
    json_t *other = POST(&s, "/companies", "{\"name\":\"Ander BV\",\"country\":\"NL\",\"currency\":\"EUR\",\"language\":\"nl\"}");
    work->company_id = number_in(other, "id");
    ask(&s, 404, "GET", str_format(work->arena, "/parties/%lld", (long long)number_in(party, "id")).at, (struct str){ 0 });
    ask(&s, 404, "GET", str_format(work->arena, "/entries/%lld", (long long)entry_id).at, (struct str){ 0 });
    REFUSED(&s, 404, str_format(work->arena, "/entries/%lld/reverse", (long long)entry_id).at,
            "{\"dated_on\":\"2025-03-01\",\"why\":\"not mine\"}");
    expect_int(0, json_array_size(json_object_get(GET(&s, "/parties"), "items")));
    expect_int(0, json_array_size(json_object_get(GET(&s, "/entries"), "items")));
    work->company_id = here;
    GET(&s, str_format(work->arena, "/entries/%lld", (long long)entry_id).at);
    /* A person who doesn't belong to it does not get in by naming it. */
    const char *dirk = unique(work, "dirk"), *secret = given_person(&s, dirk, "auditor");
    scene_as(&s, dirk, password, secret);
    GET(&s, "/parties");
    work->company_id = number_in(other, "id");
    ask(&s, 403, "GET", "/parties", (struct str){ 0 });
    scene_end(&s);
}
