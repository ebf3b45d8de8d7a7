/* Who was known just now (src/access/known.c): presumed without asking, confirmed in a transaction, and no longer the moment something about him
 * changes, whoever changed it. */
#include "access/access.h"
#include "scenario/scene.h"

static const char password[] = "correct horse battery";

struct meeting { struct scene *s; struct identities *server; struct credentials shown; struct work met; bool presumed; };

/* As the door does it: identify, then confirm what was presumed inside a transaction. */
static struct fault *meet(struct meeting *m)
{
    struct work *now = m->s->work;
    m->met = (struct work){ .arena = now->arena, .now = now->now, .today = now->today, .source = STR("http"),
                            .identities = m->server, .may_presume = true, .reading = true };
    TRY(access_identify(&m->met, test_books(), &m->s->all, &m->shown));
    m->presumed = m->met.confirm != NULL;
    if (!m->presumed) return NULL;
    TRY(db_begin(&m->met, test_books()));
    struct fault *fault = m->met.confirm(&m->met);
    db_rollback(&m->met);
    expect(fault ? !m->met.confirmed : m->met.confirmed);
    return fault;
}

static void expect_known(struct meeting *m, bool presumed, const char *permission, bool held)
{
    expect_done(meet(m));
    expect_int(presumed, m->presumed);
    expect_int(m->s->work->company_id, m->met.company_id);
    expect_int(held, permissions_hold(&m->met.permissions, permission_number(&m->s->all, str_of(permission))));
}

/* What was presumed is refused, and then the books say who it is. */
static void expect_changed(struct meeting *m)
{
    (void)expect_refused(&access_unknown, meet(m));
    expect(m->presumed);
    struct work anew = {
        .arena = m->met.arena, .now = m->met.now, .today = m->met.today, .source = STR("http"), .identities = m->server
    };
    struct fault *fault = access_identify(&anew, test_books(), &m->s->all, &m->shown);
    expect(!fault || fault->type == &access_unknown);
}

DB_TEST(scenario_known)
{
    struct scene s = scene_begin(work);
    const char *bram = unique(work, "bram");
    struct identities *one = identities_new(), *other = identities_new();
    POST(&s, "/roles", "{\"name\":\"reader\",\"permissions\":[{\"permission\":\"party.read\"}]}");
    POST(&s, "/users", "{\"email\":\"%s\",\"name\":\"Anna\",\"role\":\"administrator\",\"password\":\"%s\"}",
         unique(work, "anna"), password);
    POST(&s, "/users", "{\"email\":\"%s\",\"name\":\"Bram\",\"role\":\"reader\",\"password\":\"%s\"}", bram, password);
    scene_as(&s, bram, password, NULL);
    struct meeting here = { .s = &s, .server = one, .shown = { .session = s.as.cookie } }, there = here;
    const struct shown as_bram = s.as;
    there.server = other;
    scene_as_program(&s);
    expect_known(&here, false, "party.read", true);
    expect_known(&here, true, "party.read", true);
    expect_known(&there, false, "party.read", true);
    POST(&s, "/parties", "{\"name\":\"Klant\",\"is_customer\":true}"); /* changes nobody's rights */
    expect_known(&here, true, "party.write", false);
    /* A role that changes holds at once, at each server. */
    POST(&s, "/roles", "{\"name\":\"reader\",\"permissions\":[{\"permission\":\"party.write\"}]}");
    expect_changed(&here);
    expect_changed(&there);
    expect_known(&here, true, "party.read", false);
    expect_known(&here, true, "party.write", true);
    /* What is written by cookie shows the secret beside it, known or not. */
    here.shown.changes = true;
    (void)expect_refused(&access_csrf, meet(&here));
    here.shown.csrf = as_bram.csrf;
    expect_known(&here, false, "party.write", true);
    expect_known(&here, true, "party.write", true);
    here.shown.csrf = STR("guessed");
    (void)expect_refused(&access_csrf, meet(&here));
    /* Time alone ends a session; so does who ends it. */
    work->now.us += INT64_C(13) * 3600 * 1000000;
    (void)expect_refused(&access_unknown, meet(&there));
    work->now.us -= INT64_C(13) * 3600 * 1000000;
    expect_known(&there, false, "party.write", true);
    POST(&s, str_format(work->arena, "/users/%lld/end", (long long)there.met.user_id).at, "{}");
    expect_changed(&there);
    expect_done(meet(&there)); /* he is still somebody, and of no company */
    expect(there.presumed && !there.met.company_id);
    s.as = as_bram;
    POST(&s, "/session/close", "{}");
    expect_changed(&there);
    (void)expect_refused(&access_unknown, meet(&there));
    expect(!there.met.confirm); /* a stranger takes no writer's turn */
    identities_free(one);
    identities_free(other);
    scene_end(&s);
}
