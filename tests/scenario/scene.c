#include "scenario/scene.h"
#include "app/app_own.h"
#include "contract.h"
#include "portal/portal.h"
#include <liboath/oath.h>

struct scene scene_begin(struct work *work)
{
    struct scene s = { .work = work };
    app_operations(work->arena, &s.all);
    struct str text = openapi_text(work->arena, &s.all);
    s.openapi = json_loadb(text.at, text.length, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(s.openapi);
    return s;
}

/* Whatever was done: the books of its company prove. */
void scene_end(struct scene *s)
{
    struct own own = { .arena = s->work->arena, .operations = &s->all, .language = ENGLISH, .out = stdout, .err = stderr };
    struct own_companies companies = { 0 };
    struct verify_result result = { 0 };
    *LIST_ADD(own.arena, &companies) = (struct own_company){ s->work->company_id, STR("Test BV") };
    expect_done(verify_books(&own, test_books(), &companies, false, NULL, &result));
    for (size_t i = 0; i < result.companies.at[0].checks.count; i++) {
        const struct verify_check *check = &result.companies.at[0].checks.at[i];
        if (!check->holds) print_error("not proved: %.*s: %lld\n", STR_ARG(check->name), (long long)check->count);
    }
    expect(result.holds);
    json_decref(s->openapi);
}

/* One request as the door would make it: who asks, the operation by its path, the query as pairs. */
static struct fault *answer_one(struct scene *s, const char *method, struct str path, struct str query, struct str body,
                                struct answer *answer, const struct operation **op)
{
    struct pair pairs[64];
    size_t count = 0;
    bool other = false;
    struct work *work = s->work;
    *op = operation_by_path(&s->all, str_of(method), path, pairs, &count, &other);
    if (!*op) print_error("no operation %s %.*s\n", method, STR_ARG(path));
    assert_non_null(*op);
    while (query.length) {
        struct str value, name = str_cut(str_cut(query, '&', &query), '=', &value);
        pairs[count++] = (struct pair){ name, value };
    }
    if (s->as.cookie.at) {
        int64_t company = work->company_id;
        work->system = false;
        work->user_id = work->session_id = 0;
        memset(&work->permissions, 0, sizeof work->permissions);
        struct fault *stranger = app_identify(work, test_books(), &s->all, (struct str){ 0 }, s->as.cookie,
                                              (*op)->flags & OPERATION_READS ? (struct str){ 0 } : s->as.csrf,
                                              str_from_int(work->arena, company));
        work->company_id = company;
        if (stranger) return stranger;
    }
    if (s->guest.cookie.at) { /* as the door does: the cookie of the portal is looked at for what is for guests only */
        work->system = false;
        work->user_id = work->session_id = 0;
        work->guest = (struct guest){ 0 };
        memset(&work->permissions, 0, sizeof work->permissions);
        int64_t company = work->company_id;
        struct fault *stranger =
            (*op)->flags & OPERATION_GUEST
                ? portal_identify(work, test_books(), &s->all, s->guest.cookie,
                                  (*op)->flags & OPERATION_READS ? (struct str){ 0 } : s->guest.csrf)
                : NULL;
        if (stranger) work->company_id = company;
        if (stranger) return stranger;
    }
    const struct request request = { .operation = *op, .pairs = pairs, .pair_count = count, .body = body };
    return operation_answer(work, test_books(), &s->all, &request, answer);
}

json_t *ask(struct scene *s, int status, const char *method, const char *target, struct str body)
{
    struct arena *arena = s->work->arena;
    struct answer answer = { 0 };
    const struct operation *op;
    struct str query, path = str_cut(str_of(target), '?', &query);
    struct fault *fault = answer_one(s, method, path, query, body, &answer, &op);
    int got = fault ? fault_http_status(fault) : 200;
    struct str text = fault ? fault_to_problem(arena, fault, ENGLISH, STR("test")) : answer.json;
    if (got != status)
        print_error("%s %s: %d instead of %d: %.*s %s\n", method, target, got, status, STR_ARG(text),
                    fault && fault->detail ? fault->detail : "");
    assert_int_equal(status, got);
    bool file = !fault && (op->flags & OPERATION_FILE);
    struct str media = fault ? STR("application/problem+json") : file ? answer.file.media_type : STR("application/json");
    struct str wrong = contract_check(arena, s->openapi, method, path, got, media, file ? answer.file.content : text);
    if (wrong.at) print_error("%s %s: %.*s\n%.*s\n", method, target, STR_ARG(wrong), STR_ARG(text));
    assert_null(wrong.at);
    if (file) {
        expect(answer.file.content.length > 0);
        return NULL;
    }
    json_t *json = json_loadb(text.at, text.length, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    /* The arena doesn't know jansson: the description holds it until the scene ends. */
    json_object_set_new(s->openapi, str_format(arena, "kept %p", (void *)json).at, json);
    return json;
}

int64_t number_in(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    if (!json_is_integer(value)) print_error("no number %s\n", name);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

const char *text_in(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) print_error("no text %s\n", name);
    assert_true(json_is_string(value));
    return json_string_value(value);
}

const char *unique(struct work *work, const char *name)
{
    return str_format(work->arena, "%s.%lld@example.nl", name, (long long)work->company_id).at;
}

struct str totp_now(struct work *work, const char *base32)
{
    char *secret = NULL, code[7];
    size_t length = 0;
    assert_int_equal(OATH_OK, oath_base32_decode(base32, strlen(base32), &secret, &length));
    assert_int_equal(OATH_OK, oath_hotp_generate(secret, length, (uint64_t)(work->now.us / 30000000), 6, false,
                                                 OATH_HOTP_DYNAMIC_TRUNCATION, code));
    free(secret);
    return str_copy(work->arena, code, 6);
}

void scene_as_program(struct scene *s)
{
    s->as = s->guest = (struct shown){ 0 };
    s->work->guest = (struct guest){ 0 };
    s->work->system = true;
    s->work->user_id = 1;
}

/* The cookie is a secret of the answer: taken from the struct, as the door does. */
void scene_as(struct scene *s, const char *email, const char *password, const char *secret)
{
    struct work *work = s->work;
    struct answer answer = { 0 };
    const struct operation *op;
    int64_t company = work->company_id;
    scene_as_program(s);
    work->now.us += 31000000; /* a code works once */
    struct str code = secret ? str_format(work->arena, ",\"code\":\"%.*s\"", STR_ARG(totp_now(work, secret))) : STR("");
    struct str body = str_format(work->arena, "{\"email\":\"%s\",\"password\":\"%s\"%.*s}", email, password, STR_ARG(code));
    expect_done(answer_one(s, "POST", STR("/session"), (struct str){ 0 }, body, &answer, &op));
    const struct field *cookie = record_field(answer.gives.record, STR("session_cookie")),
                       *csrf = record_field(answer.gives.record, STR("csrf"));
    memcpy(&s->as.cookie, (const char *)answer.gives.at + cookie->offset, sizeof s->as.cookie);
    memcpy(&s->as.csrf, (const char *)answer.gives.at + csrf->offset, sizeof s->as.csrf);
    work->company_id = company;
}

void scene_as_guest(struct scene *s, const char *secret)
{
    struct work *work = s->work;
    struct answer answer = { 0 };
    const struct operation *op;
    scene_as_program(s);
    int64_t company = work->company_id;
    work->company_id = 0; /* who opens a link is nobody yet */
    work->system = false;
    work->user_id = 0;
    struct str body = str_format(work->arena, "{\"secret\":\"%s\"}", secret);
    expect_done(answer_one(s, "POST", STR("/portal/session"), (struct str){ 0 }, body, &answer, &op));
    const struct field *cookie = record_field(answer.gives.record, STR("guest_cookie")),
                       *csrf = record_field(answer.gives.record, STR("csrf"));
    memcpy(&s->guest.cookie, (const char *)answer.gives.at + cookie->offset, sizeof s->guest.cookie);
    memcpy(&s->guest.csrf, (const char *)answer.gives.at + csrf->offset, sizeof s->guest.csrf);
    work->company_id = company;
}
