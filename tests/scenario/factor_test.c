/* A second factor that was lost: who resets whose, by two where the person may release payments, and what is left of it. */
#include "scenario/scene.h"

static const char password[] = "correct horse battery";
static const char because[] = "called back on the number of the personnel file";

struct human { const char *email, *secret; int64_t id; };
/* A person of the company with a second factor. */
static struct human given_human(struct scene *s, const char *name, const char *role)
{
    struct work *work = s->work;
    struct human h = { .email = str_format(work->arena, "%s.%lld@example.nl", name, (long long)work->company_id).at };
    scene_as_program(s);
    h.id = number_in(POST(s, "/users", "{\"email\":\"%s\",\"name\":\"%s\",\"role\":\"%s\",\"password\":\"%s\"}",
                          h.email, name, role, password),
                     "id");
    scene_as(s, h.email, password, NULL);
    h.secret = text_in(POST(s, "/me/totp", "{}"), "secret");
    work->now.us += 31000000;
    POST(s, "/me/totp/confirm", "{\"code\":\"%.*s\"}", STR_ARG(totp_now(work, h.secret)));
    return h;
}
static const char *path(struct scene *s, const char *format, int64_t id)
{
    struct text text = text_new(s->work->arena);
    struct str rest = str_of(format), before = str_cut(rest, '#', &rest);
    text_add(&text, before);
    text_add(&text, str_from_int(s->work->arena, id));
    text_add(&text, rest);
    return str_keep(s->work->arena, text_str(&text)).at;
}
#define RESET(s, h) path(s, "/users/#/factor-reset", (h).id)
static bool true_in(json_t *object, const char *name) { return json_is_true(json_object_get(object, name)); }

DB_TEST(scenario_a_lost_factor_of_who_moves_no_money)
{
    struct scene s = scene_begin(work);
    const struct human anna = given_human(&s, "anna", "administrator"), eva = given_human(&s, "eva", "auditor");
    REFUSED(&s, 403, RESET(&s, anna), "{\"reason\":\"%s\"}", because); /* an auditor manages nobody */
    scene_as(&s, eva.email, password, eva.secret);
    const struct shown open = s.as;
    GET(&s, "/me");
    scene_as(&s, anna.email, password, anna.secret);
    REFUSED(&s, 403, RESET(&s, anna), "{\"reason\":\"%s\"}", because); /* never one's own */
    REFUSED(&s, 422, RESET(&s, eva), "{\"reason\":\"lost\"}");
    REFUSED(&s, 404, path(&s, "/users/#/factor-reset", 99), "{\"reason\":\"%s\"}", because);
    work->now.us += INT64_C(11) * 60 * 1000000;
    REFUSED(&s, 403, RESET(&s, eva), "{\"reason\":\"%s\"}", because); /* a fresh step-up */
    scene_as(&s, anna.email, password, anna.secret);
    json_t *reset = POST(&s, RESET(&s, eva), "{\"reason\":\"%s\"}", because);
    expect_str("done", str_of(text_in(reset, "state")));
    expect(!true_in(reset, "four_eyes"));
    REFUSED(&s, 409, RESET(&s, eva), "{\"reason\":\"%s\"}", because); /* there is none left */
    REFUSED(&s, 409, path(&s, "/factor-resets/#/confirm", number_in(reset, "id")), "{\"version\":1}");
    /* In her history, by whom and why. */
    json_t *told = json_array_get(json_object_get(GET(&s, path(&s, "/history/user/#", eva.id)), "items"), 0);
    expect_str("factor reset", str_of(text_in(told, "operation")));
    expect_int(anna.id, number_in(told, "user_id"));
    char *changes = json_dumps(json_object_get(told, "changes"), 0);
    expect(strstr(changes, because) != NULL);
    free(changes);
    /* What was open has ended; the password opens a session that must enrol, and then need not. */
    s.as = open;
    ask(&s, 401, "GET", "/me", (struct str){ 0 });
    scene_as(&s, eva.email, password, NULL);
    expect(true_in(GET(&s, "/session"), "must_enrol"));
    const char *secret = text_in(POST(&s, "/me/totp", "{}"), "secret");
    work->now.us += 31000000;
    POST(&s, "/me/totp/confirm", "{\"code\":\"%.*s\"}", STR_ARG(totp_now(work, secret)));
    expect(!true_in(GET(&s, "/session"), "must_enrol"));
    scene_as(&s, eva.email, password, secret);
    expect(!true_in(GET(&s, "/session"), "must_enrol"));
    scene_end(&s);
}

DB_TEST(scenario_a_lost_factor_of_who_releases_takes_two)
{
    struct scene s = scene_begin(work);
    const struct human anna = given_human(&s, "anna", "administrator"), bas = given_human(&s, "bas", "administrator"),
                       tom = given_human(&s, "tom", "treasurer");
    scene_as(&s, anna.email, password, anna.secret);
    json_t *asked = POST(&s, RESET(&s, tom), "{\"reason\":\"%s\"}", because);
    const char *confirm = path(&s, "/factor-resets/#/confirm", number_in(asked, "id"));
    expect_str("waiting", str_of(text_in(asked, "state")));
    REFUSED(&s, 409, RESET(&s, tom), "{\"reason\":\"%s\"}", because);
    REFUSED(&s, 403, confirm, "{\"version\":1}");
    scene_as(&s, tom.email, password, tom.secret); /* nothing changed yet */
    REFUSED(&s, 403, confirm, "{\"version\":1}");
    /* Taken back, asked again, and too late. */
    scene_as(&s, anna.email, password, anna.secret);
    POST(&s, path(&s, "/factor-resets/#/refuse", number_in(asked, "id")), "{\"version\":1}");
    REFUSED(&s, 409, confirm, "{\"version\":2}");
    asked = POST(&s, RESET(&s, tom), "{\"reason\":\"%s\"}", because);
    work->now.us += 4 * DAY_US;
    scene_as(&s, bas.email, password, bas.secret);
    REFUSED(&s, 409, path(&s, "/factor-resets/#/confirm", number_in(asked, "id")), "{\"version\":1}");
    scene_as(&s, anna.email, password, anna.secret);
    asked = POST(&s, RESET(&s, tom), "{\"reason\":\"%s\"}", because);
    scene_as(&s, bas.email, password, bas.secret);
    REFUSED(&s, 409, path(&s, "/factor-resets/#/confirm", number_in(asked, "id")), "{\"version\":7}");
    json_t *waiting = json_array_get(json_object_get(GET(&s, "/factor-resets?state=waiting&sort=-asked_at"), "items"), 0);
    expect_str("tom", str_of(text_in(waiting, "person")));
    expect_str("anna", str_of(text_in(waiting, "asker")));
    json_t *done = POST(&s, path(&s, "/factor-resets/#/confirm", number_in(waiting, "id")), "{\"version\":1}");
    expect_str("done", str_of(text_in(done, "state")));
    scene_as(&s, tom.email, password, NULL);
    expect(true_in(GET(&s, "/session"), "must_enrol"));
    scene_end(&s);
}

DB_TEST(scenario_a_factor_is_not_reset_from_another_company)
{
    struct scene s = scene_begin(work);
    const struct human anna = given_human(&s, "anna", "administrator"), eva = given_human(&s, "eva", "auditor");
    scene_as_program(&s);
    const int64_t here = work->company_id;
    json_t *other = POST(&s, "/companies",
                         "{\"name\":\"Elders B.V.\",\"country\":\"NL\",\"currency\":\"EUR\",\"language\":\"nl\"}");
    work->company_id = number_in(other, "id");
    POST(&s, "/users", "{\"email\":\"%s\",\"name\":\"Eva\",\"role\":\"auditor\"}", eva.email);
    work->company_id = here;
    scene_as(&s, anna.email, password, anna.secret);
    REFUSED(&s, 403, RESET(&s, eva), "{\"reason\":\"%s\"}", because);
    /* Whoever runs the installation can, of who releases payments too. */
    scene_as_program(&s);
    expect_str("done", str_of(text_in(POST(&s, RESET(&s, eva), "{\"reason\":\"%s\"}", because), "state")));
    expect_str("done", str_of(text_in(POST(&s, RESET(&s, anna), "{\"reason\":\"%s\"}", because), "state")));
    scene_end(&s);
}

static struct str at_bill(struct scene *s, const char *what, json_t *bill)
{
    return str_format(s->work->arena, *what ? "/bills/%lld/%s" : "/bills/%lld", (long long)number_in(bill, "id"), what);
}
static void expect_asked_again(struct scene *s, const char *target, const char *body)
{
    json_t *refused = ask(s, 403, "POST", target, str_of(body));
    expect_str("operation.step_up", str_of(text_in(refused, "code")));
}

/* F2: who approves shows a second factor of the last ten minutes, whatever the amount; nothing else of a bill asks for it. */
DB_TEST(scenario_approving_asks_for_a_fresh_factor)
{
    struct scene s = scene_begin(work);
    const struct human klaar = given_human(&s, "klaar", "payables clerk"), bram = given_human(&s, "bram", "approver");
    scene_as_program(&s);
    int64_t party = number_in(POST(&s, "/parties", "{\"name\":\"De Boer\",\"is_supplier\":true,\"country\":\"NL\"}"), "id");
    json_t *cost = json_array_get(json_object_get(GET(&s, "/accounts?number=4300"), "items"), 0);
    json_t *vat = json_array_get(json_object_get(GET(&s, "/vat-codes?code=i21"), "items"), 0);
    scene_as(&s, klaar.email, password, klaar.secret);
    work->now.us += INT64_C(11) * 60 * 1000000;
    json_t *bill =
        POST(&s, "/bills",
             "{\"party_id\":%lld,\"number\":\"1\",\"issued_on\":\"2025-01-02\",\"due_on\":\"2025-02-02\",\"lines\":"
             "[{\"description\":\"a\",\"net\":\"1.00\",\"account_id\":%lld,\"vat_code_id\":%lld}]}",
             (long long)party, (long long)number_in(cost, "id"), (long long)number_in(vat, "id"));
    bill = POST(&s, at_bill(&s, "submit", bill).at, "{\"version\":%lld}", (long long)number_in(bill, "version"));
    scene_as(&s, bram.email, password, bram.secret);
    work->now.us += INT64_C(11) * 60 * 1000000;
    const char *approve = at_bill(&s, "approve", bill).at;
    const char *body = str_format(work->arena, "{\"version\":%lld}", (long long)number_in(bill, "version")).at;
    expect_asked_again(&s, approve, body);
    expect_str("submitted", str_of(text_in(json_object_get(GET(&s, at_bill(&s, "", bill).at), "bill"), "state")));
    work->now.us += 31000000;
    POST(&s, "/session/step-up", "{\"code\":\"%.*s\"}", STR_ARG(totp_now(work, bram.secret)));
    expect_str("approved", str_of(text_in(ask(&s, 200, "POST", approve, str_of(body)), "state")));
    /* A decision of the bank line's that waits for a colleague is approved no other way. */
    (void)given_human(&s, "anna", "administrator");
    expect_asked_again(&s, "/cash/requests/1/approve", "{\"version\":1}");
    scene_end(&s);
}
