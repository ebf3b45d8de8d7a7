/* A second factor that was lost: an administrator ends it, never his own; of who may release payments two of them do, for who resets it
 * alone and learns a password could release alone. The person is told by mail, his sessions end, and he sets one up at the next sign-in. */
#include "access/access_private.h"
#include "access.sql.h"

#define WAITS_US (3 * DAY_US)

static const struct fault_type own_factor = { FAULT_DENIED, "access.own_factor",
                                              "Somebody else must reset your second factor: ask another administrator." };
static const struct fault_type no_factor_there = { FAULT_CONFLICT, "access.no_factor_there", "{name} has no second factor." };
static const struct fault_type reset_waits = {
    FAULT_CONFLICT, "access.reset_waits", "This was asked for {name} already; another administrator confirms or refuses it."
};
static const struct fault_type reset_over = { FAULT_CONFLICT, "access.reset_over",
                                              "This was confirmed, refused or has expired meanwhile; look again." };
static const struct fault_type reset_second = { FAULT_DENIED, "access.reset_second",
                                                "You asked for this yourself: another administrator confirms it." };
static const struct fault_type reset_elsewhere = {
    FAULT_DENIED, "access.reset_elsewhere",
    "{name} also works where you don't manage people; ask whoever runs this installation (florin factor reset)."
};

static const char *const states[] = { "", "waiting", "done", "refused" };
enum { WAITING = 1, DONE, REFUSED };

struct factor_reset {
    int64_t id, person_id;
    struct str person, reason;
    bool four_eyes;
    unsigned state;
    int64_t asked_by;
    struct str asker;
    struct instant asked_at, expires_at;
    int64_t decided_by;
    struct instant decided_at;
    int64_t version;
};
LIST_STRUCT(factor_resets, struct factor_reset);
RECORD(factor_reset, {
    FIELD_OF(FIELD_ID, int64_t, struct factor_reset, id, .sort = true),
    FIELD_OF(FIELD_ID, int64_t, struct factor_reset, person_id, .filter = true),
    FIELD(struct factor_reset, person, OPTIONAL, .about = "whose second factor"),
    FIELD(struct factor_reset, reason),
    FIELD(struct factor_reset, four_eyes, .about = "the person may release payments: a second administrator confirms"),
    FIELD(struct factor_reset, state, CHOICES(states), .filter = true),
    FIELD_OF(FIELD_ID, int64_t, struct factor_reset, asked_by, OPTIONAL, .about = "absent: the program itself"),
    FIELD(struct factor_reset, asker, OPTIONAL),
    FIELD(struct factor_reset, asked_at, .sort = true),
    FIELD(struct factor_reset, expires_at, .filter = true, .about = "not confirmed by then: ask again"),
    FIELD_OF(FIELD_ID, int64_t, struct factor_reset, decided_by, OPTIONAL),
    FIELD(struct factor_reset, decided_at, OPTIONAL),
    FIELD(struct factor_reset, version),
});

/* What the person's own history keeps. */
struct factor_fact {
    bool second_factor;
    unsigned state;
    struct str reason;
};
RECORD(factor_fact,
       { FIELD(struct factor_fact, second_factor), FIELD(struct factor_fact, state, CHOICES(states), OPTIONAL),
         FIELD(struct factor_fact, reason, OPTIONAL) });
static void note(struct work *work, const struct factor_reset *reset, unsigned before)
{
    const struct factor_fact was = { true, before, before ? reset->reason : (struct str){ 0 } };
    const struct factor_fact is = { reset->state != DONE, reset->state, reset->reason };
    work_changed(work, "user", reset->person_id, GIVEN(factor_fact, &was), GIVEN(factor_fact, &is));
}

/* The program itself is nobody. */
static int64_t decider(const struct work *work) { return work->system ? 0 : work->user_id; }

/* What a person may do in a company, asked from the place of that person there. */
static struct fault *may(struct work *work, int64_t company, int64_t person, const char *permission, bool *yes)
{
    const int64_t here = work->company_id, me = work->user_id;
    struct str patterns = { 0 };
    work->company_id = company;
    work->user_id = person;
    struct fault *fault = access_permissions_text(work, &patterns);
    work->company_id = here;
    work->user_id = me;
    *yes = !fault && patterns.length && access_patterns_cover(patterns, str_of(permission));
    return fault;
}

/* Who decides about a second factor manages people wherever its person works: a company can't reach into another through him. */
static struct fault *check_asker(struct work *work, const struct person *person, const struct company_choices *companies)
{
    bool manages;
    if (work->system) return NULL;
    if (work->user_id == person->id.n) return FAULT(work->arena, &own_factor, NULL);
    if (person->is_operator) TRY(access_check_operator(work));
    for (size_t i = 0; i < companies->count; i++) {
        TRY(may(work, companies->at[i].id, work->user_id, "user.manage", &manages));
        if (!manages) return FAULT(work->arena, &reset_elsewhere, NULL, PARAM("name", person->name));
    }
    return NULL;
}

static struct fault *releases_somewhere(struct work *work, const struct person *person,
                                        const struct company_choices *companies, bool *releases)
{
    *releases = false;
    for (size_t i = 0; i < companies->count && !*releases; i++)
        TRY(may(work, companies->at[i].id, person->id.n, "payment.release", releases));
    return NULL;
}

/* Codes, recovery codes and passkeys, and what was open under them. */
static struct fault *carry_out(struct work *work, struct person *person)
{
    person->totp_on = false;
    person->totp_secret = (struct str){ 0 };
    TRY(db_run(work, &sql_recovery_clear, ACCESS_ID(person->id.n)));
    TRY(db_run(work, &sql_passkey_end_all, ACCESS_ID(person->id.n)));
    TRY(db_run(work, &sql_session_end_all, ACCESS_ID(person->id.n)));
    return person_save(work, person);
}

/* The person of this company, and where else he works. */
static struct fault *whose(struct work *work, int64_t id, struct person *person, struct company_choices *companies)
{
    TRY(person_check_member(work, id));
    TRY(person_load(work, id, person));
    TRY(db_all(work, &sql_companies_of_person, ACCESS_ID(id), INTO_LIST(company_choice, companies)));
    return check_asker(work, person, companies);
}

struct factor_ask { int64_t id; struct str reason; };
RECORD(factor_ask, { FIELD(struct factor_ask, id, .min = 1, .max = EXACT_MAX, .about = "of the person"),
                     FIELD(struct factor_ask, reason, .min = 10, .max = 500,
                           .about = "how you know that it is this person who asks") });
static struct fault *factor_ask(struct work *work, const struct factor_ask *takes, struct factor_reset *out)
{
    struct person person = { 0 };
    struct company_choices companies = { 0 };
    struct access_key waiting = { 0 };
    bool has, releases;
    TRY(whose(work, takes->id, &person, &companies));
    TRY(person_has_factor(work, &person, &has));
    if (!has) return FAULT(work->arena, &no_factor_there, NULL, PARAM("name", person.name));
    TRY(db_one(work, &sql_factor_reset_waiting, ACCESS_ID(person.id.n), INTO(access_key, &waiting), &access_missing));
    if (waiting.id) return FAULT(work->arena, &reset_waits, NULL, PARAM("name", person.name));
    TRY(releases_somewhere(work, &person, &companies, &releases));
    *out = (struct factor_reset){
        .id = id_new(work), .person_id = person.id.n, .person = person.name, .reason = takes->reason, .four_eyes = releases,
        .state = releases && !work->system ? WAITING : DONE, .asked_by = decider(work), .asked_at = work->now,
        .expires_at = { work->now.us + WAITS_US }, .version = 1,
    };
    if (out->state == DONE) out->decided_by = decider(work), out->decided_at = work->now;
    TRY(db_run(work, &sql_factor_reset_add, GIVEN(factor_reset, out)));
    TRY(letter_factor(work, &person, out->state == DONE));
    note(work, out, 0);
    return out->state == DONE ? carry_out(work, &person) : NULL;
}
CALLABLE(factor_ask, factor_ask, factor_reset);

struct factor_decide {
    int64_t id, version;
};
RECORD(factor_decide, { FIELD(struct factor_decide, id, .min = 1, .max = EXACT_MAX),
                        FIELD(struct factor_decide, version, .min = 1, .max = EXACT_MAX) });
static struct fault *decide(struct work *work, const struct factor_decide *takes, unsigned state, struct person *person,
                            struct factor_reset *out)
{
    struct company_choices companies = { 0 };
    bool found;
    TRY(db_find(work, &sql_factor_reset_by_id, ACCESS_ID(takes->id), INTO(factor_reset, out), &found));
    if (!found) return FAULT(work->arena, &access_missing, "id", PARAM("what", STR("second factor to reset")));
    if (out->state != WAITING || out->version != takes->version || out->expires_at.us <= work->now.us)
        return FAULT(work->arena, &reset_over, NULL);
    TRY(whose(work, out->person_id, person, &companies));
    if (state == DONE && !work->system && out->asked_by == work->user_id) return FAULT(work->arena, &reset_second, NULL);
    out->state = state;
    out->decided_by = decider(work);
    out->decided_at = work->now;
    TRY(db_change(work, &sql_factor_reset_decide, GIVEN(factor_reset, out), &reset_over));
    out->version++;
    note(work, out, WAITING);
    return NULL;
}

static struct fault *factor_confirm(struct work *work, const struct factor_decide *takes, struct factor_reset *out)
{
    struct person person = { 0 };
    TRY(decide(work, takes, DONE, &person, out));
    TRY(letter_factor(work, &person, true));
    return carry_out(work, &person);
}
CALLABLE(factor_confirm, factor_decide, factor_reset);

/* Also by who asked: taken back. */
static struct fault *factor_refuse(struct work *work, const struct factor_decide *takes, struct factor_reset *out)
{
    struct person person = { 0 };
    return decide(work, takes, REFUSED, &person, out);
}
CALLABLE(factor_refuse, factor_decide, factor_reset);

static struct fault *factor_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                 struct factor_resets *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_factor_reset_list, NONE, query, INTO_LIST(factor_reset, rows), next);
}
LISTABLE(factor_list, nothing, factor_reset, factor_resets);

struct fault *person_must_enrol(struct work *work, const struct person *person, bool *must)
{
    struct access_key resets = { 0 };
    bool has;
    TRY(person_has_factor(work, person, &has));
    TRY(db_one(work, &sql_factor_reset_done, ACCESS_ID(person->id.n), INTO(access_key, &resets), &access_missing));
    *must = resets.id && !has;
    return NULL;
}

static const struct operation operations[] = {
    { "factor reset", "POST", "/users/{id}/factor-reset", "user.manage", OPERATION_STEP_UP, &factor_ask_call, NULL,
      "Reset the second factor of a person who lost it, or ask another administrator to" },
    { "factor list", "GET", "/factor-resets", "user.read", OPERATION_READS, NULL, &factor_list_list,
      "List the second factors that were or are to be reset" },
    { "factor confirm", "POST", "/factor-resets/{id}/confirm", "user.manage", OPERATION_STEP_UP, &factor_confirm_call, NULL,
      "Confirm as second administrator that a second factor is reset" },
    { "factor refuse", "POST", "/factor-resets/{id}/refuse", "user.manage", OPERATION_STEP_UP, &factor_refuse_call, NULL,
      "Refuse to reset a second factor, or take back that you asked" },
};
const struct operation_table access_factors = { "access", operations, ARRAY_LENGTH(operations) };
