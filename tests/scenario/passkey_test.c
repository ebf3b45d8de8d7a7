/* Passkeys through the operations; letters, wrong tries, roles and waivers beside them. */
#include "scenario/scene.h"
#include "access/access.h"
#include "outbox/outbox.h"
#include "authenticator.h"

static const char password[] = "correct horse battery", rp_id[] = "florin.example.nl", origin[] = "https://florin.example.nl";

static const char *b64(struct work *work, struct str bytes)
{
    return base64_text(work->arena, bytes.at, bytes.length).at;
}

static void given_user(struct scene *s, const char *email, const char *role)
{
    scene_as_program(s);
    POST(s, "/users", "{\"email\":\"%s\",\"name\":\"Eva\",\"role\":\"%s\",\"password\":\"%s\"}", email, role, password);
    scene_as(s, email, password, NULL);
}

static json_t *add_passkey(struct scene *s, int status, struct soft *soft, const char *challenge)
{
    struct arena *arena = s->work->arena;
    struct str client = soft_client(arena, "webauthn.create", str_of(challenge), origin);
    return ask(s, status, "POST", "/me/passkeys",
               str_format(arena, "{\"name\":\"Sleutel\",\"client_data\":\"%s\",\"attestation\":\"%s\"}", b64(s->work, client),
                          b64(s->work, soft_attestation(arena, soft, rp_id))));
}

static json_t *show_passkey(struct scene *s, int status, const char *path, struct soft *soft, const char *challenge)
{
    struct arena *arena = s->work->arena;
    struct str client = soft_client(arena, "webauthn.get", str_of(challenge), origin),
               data = soft_data(arena, soft, rp_id, false);
    return ask(
        s, status, "POST", path,
        str_format(
            arena,
            "{\"credential_id\":\"%s\",\"client_data\":\"%s\",\"authenticator_data\":\"%s\",\"signature\":\"%s\"}",
            b64(s->work, (struct str){ (const char *)soft->id, sizeof soft->id }), b64(s->work, client),
            b64(s->work, data), b64(s->work, soft_sign(arena, soft, data, client))));
}

static const char *challenge_of(struct scene *s, const char *path) { return text_in(POST(s, path, "{}"), "challenge"); }

DB_TEST(scenario_passkeys)
{
    struct scene s = scene_begin(work);
    struct soft soft = soft_make(SOFT_ES256), second = soft_make(SOFT_EDDSA), strange = soft_make(SOFT_ES256);
    const char *eva = unique(work, "eva");
    given_user(&s, eva, "administrator");
    REFUSED(&s, 409, "/me/passkeys/start", "{}"); /* nobody said where we are */
    work->public_url = str_of(origin);
    const char *challenge = challenge_of(&s, "/me/passkeys/start");
    json_t *added = add_passkey(&s, 200, &soft, challenge);
    add_passkey(&s, 422, &second, challenge); /* a challenge works once */
    add_passkey(&s, 422, &second, "made-up");
    add_passkey(&s, 409, &soft, challenge_of(&s, "/me/passkeys/start"));
    expect_int(1, json_array_size(json_object_get(GET(&s, "/me/passkeys"), "items")));
    expect(json_is_true(json_object_get(GET(&s, "/session"), "second_factor")));
    expect(json_is_false(json_object_get(GET(&s, "/session"), "totp_on")));
    json_t *renamed = POST(&s, str_format(work->arena, "/me/passkeys/%lld", (long long)number_in(added, "id")).at,
                           "{\"name\":\"Laptop\",\"version\":1}");
    expect_str("Laptop", str_of(text_in(renamed, "name")));
    REFUSED(&s, 409, str_format(work->arena, "/me/passkeys/%lld", (long long)number_in(added, "id")).at,
            "{\"name\":\"X\",\"version\":1}");
    /* Eleven minutes later what needs a second factor needs it again, adding another key too; the key gives it. */
    work->now.us += INT64_C(11) * 60 * 1000000;
    REFUSED(&s, 403, "/me/passkeys/start", "{}");
    soft.count = 1;
    challenge = challenge_of(&s, "/session/passkey/start");
    show_passkey(&s, 200, "/session/step-up/passkey", &soft, challenge);
    show_passkey(&s, 401, "/session/step-up/passkey", &soft, challenge);
    add_passkey(&s, 200, &second, challenge_of(&s, "/me/passkeys/start"));
    /* Signing in, without a word. */
    scene_as_program(&s);
    work->session_id = 0;
    challenge = challenge_of(&s, "/session/passkey/start");
    show_passkey(&s, 401, "/session/passkey", &strange, challenge); /* uses the challenge up */
    show_passkey(&s, 401, "/session/passkey", &second, challenge);
    json_t *opened = show_passkey(&s, 200, "/session/passkey", &second, challenge_of(&s, "/session/passkey/start"));
    expect_str("Eva", str_of(text_in(opened, "name")));
    challenge = challenge_of(&s, "/session/passkey/start");
    work->now.us += INT64_C(6) * 60 * 1000000;
    show_passkey(&s, 401, "/session/passkey", &second, challenge); /* too late */
    /* A counter that does not go on: a copy. */
    show_passkey(&s, 401, "/session/passkey", &soft, challenge_of(&s, "/session/passkey/start"));
    soft.count = 99;
    show_passkey(&s, 401, "/session/passkey", &soft, challenge_of(&s, "/session/passkey/start")); /* locked for good */
    scene_as(&s, eva, password, NULL);
    show_passkey(&s, 200, "/session/step-up/passkey", &second, challenge_of(&s, "/session/passkey/start"));
    json_t *first = json_array_get(json_object_get(GET(&s, "/me/passkeys?sort=id"), "items"), 0);
    expect(json_is_string(json_object_get(first, "blocked_at")));
    POST(&s, str_format(work->arena, "/me/passkeys/%lld/end", (long long)number_in(first, "id")).at, "{}");
    REFUSED(&s, 404, str_format(work->arena, "/me/passkeys/%lld/end", (long long)number_in(first, "id")).at, "{}");
    /* Somebody else's key is no second factor of mine. */
    given_user(&s, unique(work, "fred"), "auditor");
    add_passkey(&s, 200, &strange, challenge_of(&s, "/me/passkeys/start"));
    show_passkey(&s, 401, "/session/step-up/passkey", &second, challenge_of(&s, "/session/passkey/start"));
    EVP_PKEY_free(soft.key), EVP_PKEY_free(second.key), EVP_PKEY_free(strange.key);
    scene_end(&s);
}

/* The secret in the last mail to somebody, behind the #. */
static const char *mailed(struct scene *s, const char *page)
{
    struct outbox_items items = { 0 };
    struct work *work = s->work;
    int64_t company = work->company_id;
    expect_done(outbox_claim(work, test_books(), "mail", 500, 1000, &items));
    work->company_id = company;
    const char *found = NULL;
    int64_t newest = 0;
    for (size_t i = 0; i < items.count; i++) {
        if (items.at[i].company_id != work->company_id || items.at[i].id.n < newest) continue;
        newest = items.at[i].id.n;
        struct str key = str_format(work->arena, "%s/%s#", origin, page);
        ptrdiff_t at = str_find(items.at[i].payload, key.at);
        if (at >= 0) found = str_copy(work->arena, items.at[i].payload.at + at + key.length, 43).at;
    }
    assert_non_null(found);
    return found;
}

DB_TEST(scenario_letters)
{
    struct scene s = scene_begin(work);
    const char *gerda = unique(work, "gerda"), *hans = unique(work, "hans");
    work->public_url = str_of(origin);
    given_user(&s, gerda, "administrator");
    POST(&s, "/me", "{\"language\":\"nl\"}");
    REFUSED(&s, 422, "/me", "{\"language\":\"fr\"}");
    expect_str("nl", str_of(text_in(GET(&s, "/me"), "language")));
    REFUSED(&s, 403, "/users", "{\"email\":\"%s\",\"name\":\"H\",\"role\":\"auditor\"}", hans); /* no second factor yet */
    scene_as_program(&s);
    json_t *user = POST(&s, "/users", "{\"email\":\"%s\",\"name\":\"Hans\",\"role\":\"auditor\",\"language\":\"nl\"}", hans);
    REFUSED(&s, 409, "/users", "{\"email\":\"%s\",\"name\":\"Hans\",\"role\":\"treasurer\"}", hans);
    const char *users = str_format(work->arena, "/users/%lld", (long long)number_in(user, "id")).at;
    const char *invitation = text_in(POST(&s, str_format(work->arena, "%s/invite", users).at, "{}"), "invitation");
    expect_str(invitation, str_of(mailed(&s, "invitation")));
    REFUSED(&s, 422, "/invitations/accept", "{\"invitation\":\"%s\",\"password\":\"%s\"}", text_in(user, "invitation"), password);
    work->now.us += 8 * DAY_US;
    REFUSED(&s, 422, "/invitations/accept", "{\"invitation\":\"%s\",\"password\":\"%s\"}", invitation, password); /* a week is over */
    invitation = text_in(POST(&s, str_format(work->arena, "%s/invite", users).at, "{}"), "invitation");
    POST(&s, "/invitations/accept", "{\"invitation\":\"%s\",\"password\":\"%s\"}", invitation, password);
    REFUSED(&s, 409, str_format(work->arena, "%s/invite", users).at, "{}");
    /* Forgotten: the same answer about anybody; what was mailed works once, for an hour, and ends what was open. */
    POST(&s, "/password/forgotten", "{\"email\":\"nobody.at.all@example.nl\"}");
    scene_as(&s, hans, password, NULL);
    GET(&s, "/me");
    struct shown session = { s.as.cookie, s.as.csrf };
    s.as = (struct shown){ 0 };
    POST(&s, "/password/forgotten", "{\"email\":\"%s\"}", hans);
    const char *secret = mailed(&s, "password");
    POST(&s, "/password/forgotten", "{\"email\":\"%s\"}", hans); /* at once again: no second mail */
    REFUSED(&s, 422, "/invitations/accept", "{\"invitation\":\"%s\",\"password\":\"short\"}", secret);
    POST(&s, "/invitations/accept", "{\"invitation\":\"%s\",\"password\":\"quite another phrase\"}", secret);
    REFUSED(&s, 422, "/invitations/accept", "{\"invitation\":\"%s\",\"password\":\"quite another phrase\"}", secret);
    s.as = session;
    ask(&s, 401, "GET", "/me", (struct str){ 0 });
    scene_as(&s, hans, "quite another phrase", NULL);
    /* The mail itself is nobody's to read. */
    scene_as_program(&s);
    expect_int(0, json_array_size(json_object_get(GET(&s, "/messages"), "items")));
    scene_end(&s);
}

DB_TEST(scenario_roles_are_given_by_who_has_them)
{
    struct scene s = scene_begin(work);
    const char *ida = unique(work, "ida"), *jan = unique(work, "jan");
    scene_as_program(&s);
    json_t *role =
        POST(&s, "/roles",
             "{\"name\":\"personnel\",\"permissions\":[{\"permission\":\"user.manage\"},{\"permission\":\"*.read\"}]}");
    given_user(&s, jan, "auditor");
    int64_t jan_id = number_in(GET(&s, "/me"), "id");
    given_user(&s, ida, "personnel");
    json_t *started = POST(&s, "/me/totp", "{}");
    work->now.us += 31000000;
    json_t *codes = POST(&s, "/me/totp/confirm", "{\"code\":\"%.*s\"}", STR_ARG(totp_now(work, text_in(started, "secret"))));
    REFUSED(&s, 403, "/roles", "{\"name\":\"look\",\"permissions\":[{\"permission\":\"bill.read\"}]}"); /* a second factor is asked for */
    POST(&s, "/session/step-up", "{\"code\":\"%s\"}", text_in(json_array_get(json_object_get(codes, "codes"), 9), "code"));
    REFUSED(&s, 403, "/roles", "{\"name\":\"all\",\"permissions\":[{\"permission\":\"*\"}]}");
    REFUSED(&s, 403, "/roles", "{\"name\":\"all\",\"permissions\":[{\"permission\":\"payment.release\"}]}");
    json_t *own =
        POST(&s, "/roles",
             "{\"name\":\"look\",\"permissions\":[{\"permission\":\"bill.read\"},{\"permission\":\"user.manage\"}]}");
    POST(&s, "/roles", "{\"id\":%lld,\"name\":\"look at bills\",\"permissions\":[{\"permission\":\"bill.read\"}]}",
         (long long)number_in(own, "id"));
    REFUSED(&s, 409, "/roles", "{\"id\":%lld,\"name\":\"personnel\",\"permissions\":[{\"permission\":\"bill.read\"}]}",
            (long long)number_in(own, "id"));
    REFUSED(&s, 409, "/roles", "{\"name\":\"auditor\",\"permissions\":[{\"permission\":\"bill.read\"}]}");
    const char *jan_role = str_format(work->arena, "/users/%lld/role", (long long)jan_id).at;
    REFUSED(&s, 403, jan_role, "{\"role\":\"administrator\"}");
    REFUSED(&s, 404, jan_role, "{\"role\":\"no such\"}");
    POST(&s, jan_role, "{\"role\":\"look at bills\"}");
    json_t *told = json_array_get(
        json_object_get(GET(&s, str_format(work->arena, "/history/user/%lld", (long long)jan_id).at), "items"), 0);
    expect_str("user role", str_of(text_in(told, "operation")));
    REFUSED(&s, 409, str_format(work->arena, "/roles/%lld/end", (long long)number_in(own, "id")).at, "{}"); /* Jan has it */
    json_t *spare = POST(&s, "/roles", "{\"name\":\"spare\",\"permissions\":[{\"permission\":\"bill.read\"}]}");
    POST(&s, str_format(work->arena, "/roles/%lld/end", (long long)number_in(spare, "id")).at, "{}");
    /* Recovery codes: each once; made anew, the old ones are dead; a code of the app does not outlive its setting up. */
    const char *code = text_in(json_array_get(json_object_get(codes, "codes"), 0), "code");
    POST(&s, "/session/step-up", "{\"code\":\"%s\"}", code);
    REFUSED(&s, 401, "/session/step-up", "{\"code\":\"%s\"}", code);
    json_t *anew = POST(&s, "/me/recovery-codes", "{}");
    REFUSED(&s, 401, "/session/step-up", "{\"code\":\"%s\"}",
            text_in(json_array_get(json_object_get(codes, "codes"), 1), "code"));
    POST(&s, "/session/step-up", "{\"code\":\"%s\"}",
         text_in(json_array_get(json_object_get(anew, "codes"), 1), "code"));
    expect_int(0, number_in(POST(&s, "/session/close-others", "{}"), "count"));
    POST(&s, "/me/totp/end", "{}");
    REFUSED(&s, 409, "/me/recovery-codes", "{}");
    /* The last who can let people in stays. */
    (void)role;
    REFUSED(&s, 409, str_format(work->arena, "/users/%lld/end", (long long)number_in(GET(&s, "/me"), "id")).at, "{}");
    scene_end(&s);
}

DB_TEST(scenario_strangers_wait_as_people_do)
{
    struct scene s = scene_begin(work);
    const char *nobody = unique(work, "nobody");
    scene_as_program(&s);
    for (int i = 0; i < 5; i++) REFUSED(&s, 401, "/session", "{\"email\":\"%s\",\"password\":\"wrong wrong wrong\"}", nobody);
    REFUSED(&s, 429, "/session", "{\"email\":\"%s\",\"password\":\"wrong wrong wrong\"}", nobody);
    /* Who asks at the same time, and began a moment before another's answer was written, is told what that one is told. */
    const char *other = unique(work, "other");
    work->address = str_format(work->arena, "2001:db8:%llx:2::7", (unsigned long long)work->company_id & 0xffff);
    POST(&s, "/password/forgotten", "{\"email\":\"%s\"}", nobody);
    REFUSED(&s, 401, "/session", "{\"email\":\"%s\",\"password\":\"wrong wrong wrong\"}", other);
    work->now.us -= 1000;
    POST(&s, "/password/forgotten", "{\"email\":\"%s\"}", nobody);
    REFUSED(&s, 401, "/session", "{\"email\":\"%s\",\"password\":\"wrong wrong wrong\"}", other);
    work->now.us += 1000;
    /* One address that tries many people. */
    work->address = str_format(work->arena, "2001:db8:%llx:1::7", (unsigned long long)work->company_id & 0xffff);
    for (int i = 0; i < 30; i++)
        REFUSED(&s, 401, "/session", "{\"email\":\"n%d.%s\",\"password\":\"wrong wrong wrong\"}", i, nobody);
    work->address = str_format(work->arena, "2001:db8:%llx:1::8", (unsigned long long)work->company_id & 0xffff);
    REFUSED(&s, 429, "/session", "{\"email\":\"other.%s\",\"password\":\"wrong wrong wrong\"}", nobody);
    REFUSED(&s, 429, "/password/forgotten", "{\"email\":\"other.%s\"}", nobody);
    work->now.us += INT64_C(61) * 1000000;
    REFUSED(&s, 401, "/session", "{\"email\":\"other.%s\",\"password\":\"wrong wrong wrong\"}", nobody);
    scene_end(&s);
}

DB_TEST(scenario_a_waiver_ends)
{
    struct scene s = scene_begin(work);
    scene_as_program(&s);
    json_t *rules = json_object_get(GET(&s, "/duty-rules?sort=id"), "items"), *rule = NULL, *one;
    size_t i;
    json_array_foreach(rules, i, one)
        if (!strcmp(text_in(one, "first_duty"), "bill.enter") && !strcmp(text_in(one, "second_duty"), "bill.approve")) rule = one;
    const char *path = str_format(work->arena, "/duty-rules/%lld", (long long)number_in(rule, "id")).at;
    REFUSED(&s, 422, path, "{\"reason\":\"short\",\"waive\":true,\"version\":1}");
    POST(&s, path, "{\"reason\":\"a company of one person\",\"waive\":true,\"days\":30,\"version\":1}");
    int64_t both = 0, unwaived = 0;
    struct str waived = { 0 };
    work->system = false;
    work->user_id = 7;
    test_begin(work);
    expect_done(access_duty(work, "bill", 1, "bill.enter"));
    expect_done(access_duty(work, "bill", 1, "bill.approve"));
    expect_done(access_duties_verify(work, &both, &unwaived, &waived));
    expect_int(1, both);
    expect_int(0, unwaived);
    expect(str_find(waived, "2025-03-31") > 0);
    expect_done(access_duty(work, "bill", 2, "bill.enter"));
    test_commit(work);
    work->now.us += 31 * DAY_US;
    test_begin(work);
    (void)expect_refused(&access_duty_apart, access_duty(work, "bill", 2, "bill.approve"));
    expect_done(access_duties_verify(work, &both, &unwaived, &waived));
    expect(!waived.at && !unwaived);
    db_rollback(work);
    scene_as_program(&s);
    POST(&s, path, "{\"reason\":\"two people now work here\",\"waive\":false,\"version\":2}");
    scene_end(&s);
}
