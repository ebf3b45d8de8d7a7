#include "access/access_private.h"
#include "access.sql.h"
#include <sodium.h>

const struct fault_type access_unknown = { FAULT_UNKNOWN_USER, "access.unknown",
                                           "Sign in again: this session or token has ended." };
const struct fault_type access_csrf = { FAULT_DENIED, "access.csrf",
                                        "This request did not come from the application; load the page again." };
const struct fault_type access_no_company = { FAULT_DENIED, "access.no_company", "You do not belong to this company." };
const struct fault_type access_code_needed = { FAULT_UNKNOWN_USER, "access.code_needed",
                                               "Give the code of your second factor too." };

#define SESSION_US (INT64_C(12) * 3600 * 1000000)

RECORD(company_choice, { FIELD(struct company_choice, id), FIELD(struct company_choice, name) });
struct session {
    session_id id;
    int64_t person_id;
    struct str token_hash, csrf;
    int64_t session_company_id;
    struct instant created_at, expires_at, stepped_up_at;
    struct str address, agent, language;
    struct instant person_ended_at;
};
RECORD(session, {
    ID(struct session, id),
    FIELD(struct session, person_id),
    BYTES(struct session, token_hash),
    FIELD(struct session, csrf),
    FIELD(struct session, session_company_id, OPTIONAL),
    FIELD(struct session, created_at),
    FIELD(struct session, expires_at),
    FIELD(struct session, stepped_up_at, OPTIONAL),
    FIELD(struct session, address, OPTIONAL),
    FIELD(struct session, agent, OPTIONAL),
    FIELD(struct session, language, OPTIONAL),
    FIELD(struct session, person_ended_at, OPTIONAL),
});
struct session_open { struct str email, password, code, agent; };
RECORD(session_open, {
    FIELD(struct session_open, email, .min = 3, .max = 254),
    FIELD(struct session_open, password, .min = 1, .max = 500, .secret = true),
    FIELD(struct session_open, code, .max = 40, OPTIONAL, .secret = true,
          .about = "of the second factor, or a recovery code"),
    FIELD(struct session_open, agent, .max = 200, OPTIONAL,
          .about = "what to call this session in the list of sessions"),
});
RECORD(session_opened, {
    FIELD(struct session_opened, session_cookie, OPTIONAL, .secret = true),
    FIELD(struct session_opened, csrf, .about = "goes into the header X-Florin-CSRF of what changes something"),
    FIELD(struct session_opened, expires_at),
    FIELD(struct session_opened, person_id),
    FIELD(struct session_opened, name),
    FIELD(struct session_opened, language),
    FIELD(struct session_opened, second_factor, .about = "false: set one up before anything that moves money"),
    LIST(struct session_opened, companies, company_choice),
});
struct email_at {
    struct str email;
};
RECORD(email_at, { FIELD(struct email_at, email) });

/* ---- Signing in ---- */

struct fault *session_make(struct work *work, const struct person *person, struct str agent, bool stepped_up,
                           struct session_opened *out)
{
    out->session_cookie = secret_new(work->arena);
    out->csrf = secret_new(work->arena);
    out->expires_at.us = work->now.us + SESSION_US;
    out->person_id = person->id.n;
    out->name = person->name;
    out->language = person->language;
    TRY(person_has_factor(work, person, &out->second_factor));
    TRY(db_all(work, &sql_companies_of_person, ACCESS_ID(person->id.n), INTO_LIST(company_choice, &out->companies)));
    const struct session session = {
        .id = { id_new(work) },
        .person_id = person->id.n,
        .token_hash = secret_hash(work->arena, out->session_cookie),
        .csrf = out->csrf,
        .session_company_id = out->companies.count ? out->companies.at[0].id : 0,
        .created_at = work->now,
        .expires_at = out->expires_at,
        .stepped_up_at = stepped_up ? work->now : (struct instant){ 0 },
        .address = work->address,
        .agent = agent,
    };
    return db_run(work, &sql_session_add, GIVEN(session, &session));
}

static struct fault *session_open(struct work *work, const struct session_open *takes, struct session_opened *out)
{
    struct person person = { 0 };
    bool found;
    struct str email = str_lower(work->arena, str_trim(takes->email));
    TRY(db_find(work, &sql_person_by_email, GIVEN(email_at, (&(struct email_at){ email })), INTO(person, &person), &found));
    TRY(guard_address_check(work));
    if (!found || person.ended_at.us || !person.password_hash.at) {
        (void)password_hash(work->arena, takes->password); /* as long as for an address we know: nobody learns which exist */
        return guard_stranger(work, email);
    }
    TRY(guard_person_check(work, &person));
    if (!password_is(person.password_hash, takes->password)) return guard_person_failed(work, &person);
    if (person.totp_on && !takes->code.length) return FAULT(work->arena, &access_code_needed, "code");
    if (person.totp_on) {
        struct fault *wrong = factor_check(work, &person, takes->code);
        if (wrong) return wrong->type == &access_wrong ? guard_person_failed(work, &person) : wrong;
    }
    if (person.failed_count) {
        person.failed_count = 0;
        TRY(person_save(work, &person));
    }
    return session_make(work, &person, takes->agent, person.totp_on, out);
}
CALLABLE(session_open, session_open, session_opened);

struct session_end { int64_t id, person_id; };
RECORD(session_end, { FIELD(struct session_end, id, OPTIONAL), FIELD(struct session_end, person_id, OPTIONAL) });
struct session_close { int64_t id; };
RECORD(session_close, { FIELD(struct session_close, id, OPTIONAL, .about = "left out: the session at hand") });
struct session_closed {
    int64_t id;
    struct str session_cookie;
};
RECORD(session_closed,
       { FIELD(struct session_closed, id), FIELD(struct session_closed, session_cookie, OPTIONAL, .secret = true) });
static struct fault *session_close(struct work *work, const struct session_close *takes, struct session_closed *out)
{
    const struct session_end end = { takes->id ? takes->id : work->session_id, work->user_id };
    int64_t changed;
    TRY(db_run_count(work, &sql_session_end, GIVEN(session_end, &end), &changed));
    if (!changed) return FAULT(work->arena, &access_missing, "id", PARAM("what", STR("session")));
    out->id = end.id;
    if (end.id == work->session_id) out->session_cookie = STR(""); /* the door takes the cookie away */
    return NULL;
}
CALLABLE(session_close, session_close, session_closed);

struct fault *session_stepped_up(struct work *work)
{
    work->stepped_up_at = work->now;
    return work->session_id ? db_run(work, &sql_session_step_up, ACCESS_ID(work->session_id)) : NULL;
}

struct fault *person_has_factor(struct work *work, const struct person *person, bool *has)
{
    struct access_key passkeys = { 0 };
    TRY(db_one(work, &sql_passkey_count, ACCESS_ID(person->id.n), INTO(access_key, &passkeys), &access_missing));
    *has = person->totp_on || passkeys.id;
    return NULL;
}

/* A token is no person at the screen: it never sets up what a person signs in with. */
struct fault *person_check_fresh(struct work *work, const struct person *person)
{
    bool has;
    TRY(person_has_factor(work, person, &has));
    bool fresh = has ? operation_stepped_up(work) : work->session_id || !str_is(work->source, "http");
    return fresh || work->system ? NULL : FAULT(work->arena, &operation_step_up, NULL);
}

struct step_up { struct str code; };
RECORD(step_up, { FIELD(struct step_up, code, .min = 6, .max = 40, .secret = true) });
static const struct fault_type no_factor = { FAULT_CONFLICT, "access.no_factor",
                                             "Set up a second factor first: what moves money needs one." };
static struct fault *session_step_up(struct work *work, const struct step_up *takes, struct nothing *out)
{
    struct person person = { 0 };
    (void)out;
    TRY(person_load(work, work->user_id, &person));
    TRY(guard_person_check(work, &person));
    if (!person.totp_on) return FAULT(work->arena, &no_factor, NULL);
    struct fault *wrong = factor_check(work, &person, takes->code);
    if (wrong) return wrong->type == &access_wrong ? guard_person_failed(work, &person) : wrong;
    return session_stepped_up(work);
}
CALLABLE(session_step_up, step_up, nothing);

struct session_row { int64_t id; struct instant created_at, expires_at; struct str address, agent; bool is_current; };
LIST_STRUCT(session_rows, struct session_row);
RECORD(session_row, {
    FIELD_OF(FIELD_ID, int64_t, struct session_row, id, .sort = true),
    FIELD(struct session_row, created_at),
    FIELD(struct session_row, expires_at),
    FIELD(struct session_row, address, OPTIONAL),
    FIELD(struct session_row, agent, OPTIONAL),
    FIELD(struct session_row, is_current, .about = "the one that asks"),
});
static struct fault *session_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                  struct session_rows *rows, struct str *next)
{
    const struct session_end me = { work->session_id, work->user_id };
    (void)takes;
    return db_list(work, &sql_session_list, GIVEN(session_end, &me), query, INTO_LIST(session_row, rows), next);
}
LISTABLE(session_list, nothing, session_row, session_rows);

struct sessions_closed { int64_t count; };
RECORD(sessions_closed, { FIELD(struct sessions_closed, count) });
static struct fault *session_close_others(struct work *work, const struct nothing *takes, struct sessions_closed *out)
{
    const struct session_end others = { work->session_id, work->user_id };
    (void)takes;
    return db_run_count(work, &sql_session_end_others, GIVEN(session_end, &others), &out->count);
}
CALLABLE(session_close_others, nothing, sessions_closed);

struct company_choose {
    int64_t id, company;
};
RECORD(company_choose, { FIELD(struct company_choose, id, OPTIONAL),
                         FIELD(struct company_choose, company, .min = 1, .max = EXACT_MAX) });
static struct fault *session_company(struct work *work, const struct company_choose *takes, struct company_choose *out)
{
    struct company_choices companies = { 0 };
    TRY(db_all(work, &sql_companies_of_person, ACCESS_ID(work->user_id), INTO_LIST(company_choice, &companies)));
    for (size_t i = 0; i < companies.count; i++) {
        if (companies.at[i].id != takes->company) continue;
        *out = (struct company_choose){ work->session_id, takes->company };
        return db_run(work, &sql_session_company, GIVEN(company_choose, out));
    }
    return FAULT(work->arena, &access_no_company, "company");
}
CALLABLE(session_company, company_choose, company_choose);

static struct fault *my_companies(struct work *work, const struct nothing *takes, struct session_opened *out)
{
    (void)takes;
    struct person person = { 0 };
    TRY(person_load(work, work->user_id, &person));
    out->person_id = person.id.n;
    out->name = person.name;
    out->language = person.language;
    TRY(person_has_factor(work, &person, &out->second_factor));
    return db_all(work, &sql_companies_of_person, ACCESS_ID(work->user_id), INTO_LIST(company_choice, &out->companies));
}

struct permission_held { struct str permission; };
RECORD(permission_held, { FIELD(struct permission_held, permission) });

/* The patterns of the user's role in the company at hand, between spaces. */
struct fault *access_permissions_text(struct work *work, struct str *patterns)
{
    LIST_OF(struct permission_held) held = { 0 };
    struct text text = text_new(work->arena);
    TRY(db_all(work, &sql_permissions_of_person, ACCESS_ID(work->user_id), INTO_LIST(permission_held, &held)));
    for (size_t i = 0; i < held.count; i++) {
        if (i) text_add_char(&text, ' ');
        text_add(&text, held.at[i].permission);
    }
    if (held.count) *patterns = text_str(&text);
    return NULL;
}

struct my_place {
    int64_t person_id, company_id;
    struct str name, email, language, csrf, permissions;
    bool second_factor, totp_on, must_enrol;
    struct instant stepped_up_at;
    int64_t latest_change;
    struct company_choices companies;
};
RECORD(
    my_place,
    {
        FIELD(struct my_place, person_id),
        FIELD(struct my_place, company_id, OPTIONAL),
        FIELD(struct my_place, name),
        FIELD(struct my_place, email),
        FIELD(struct my_place, language),
        FIELD(struct my_place, csrf, OPTIONAL),
        FIELD(struct my_place, permissions, OPTIONAL, .max = 100000,
              .about =
                  "patterns between spaces, such as \"bill.* !bill.approve\": what may be done in the company at hand"),
        FIELD(struct my_place, second_factor, .about = "a code or a passkey"),
        FIELD(struct my_place, totp_on),
        FIELD(struct my_place, must_enrol, .about = "the second factor was reset: set one up first"),
        FIELD(struct my_place, stepped_up_at, OPTIONAL),
        FIELD(struct my_place, latest_change, OPTIONAL,
              .about = "number of the last row of the audit trail: what the stream of events says after it is news"),
        LIST(struct my_place, companies, company_choice),
    });
/* What a page that is loaded again needs to go on with its session. */
struct csrf_of { struct str csrf; };
RECORD(csrf_of, { FIELD(struct csrf_of, csrf) });
static struct fault *session_show(struct work *work, const struct nothing *takes, struct my_place *out)
{
    struct person person = { 0 };
    struct session_opened who = { 0 };
    TRY(my_companies(work, takes, &who));
    TRY(person_load(work, work->user_id, &person));
    *out = (struct my_place){ .person_id = who.person_id,
                              .company_id = work->company_id,
                              .name = who.name,
                              .email = person.email,
                              .language = who.language,
                              .second_factor = who.second_factor,
                              .totp_on = person.totp_on,
                              .stepped_up_at = work->stepped_up_at };
    memcpy(&out->companies, &who.companies, sizeof out->companies);
    TRY(person_must_enrol(work, &person, &out->must_enrol));
    bool found;
    struct csrf_of session = { 0 };
    if (work->session_id) TRY(db_find(work, &sql_session_csrf, ACCESS_ID(work->session_id), INTO(csrf_of, &session), &found));
    out->csrf = session.csrf;
    if (work->company_id) TRY(audit_count(work, &out->latest_change));
    return access_permissions_text(work, &out->permissions);
}
CALLABLE(session_show, nothing, my_place);

/* ---- Who is asking ---- */

struct token_seen {
    int64_t id, token_company_id, person_id;
    struct str name, permissions;
    struct instant created_at, expires_at;
    struct str language;
    struct instant person_ended_at;
};
RECORD(token_seen, {
    FIELD(struct token_seen, id),
    FIELD(struct token_seen, token_company_id),
    FIELD(struct token_seen, person_id),
    FIELD(struct token_seen, name),
    FIELD(struct token_seen, permissions),
    FIELD(struct token_seen, created_at),
    FIELD(struct token_seen, expires_at),
    FIELD(struct token_seen, language),
    FIELD(struct token_seen, person_ended_at, OPTIONAL),
});
/* "bill.*", "*.read", "*", or a whole name. */
bool access_pattern_holds(struct str pattern, struct str name)
{
    if (str_is(pattern, "*") || str_equal(pattern, name)) return true;
    if (pattern.length < 2 || name.length < pattern.length - 1) return false;
    size_t n = pattern.length - 1;
    if (pattern.at[0] == '*') return !memcmp(name.at + name.length - n, pattern.at + 1, n);
    return pattern.at[n] == '*' && !memcmp(name.at, pattern.at, n);
}

/* Patterns between spaces, in any order; "!bill.approve" takes one away at the end. */
void access_expand(const struct operations *operations, struct str patterns, struct permissions *permissions)
{
    for (int away = 0; away < 2; away++)
        for (struct str rest = patterns; rest.length;) {
            struct str pattern = str_cut(rest, ' ', &rest);
            if (str_starts(pattern, "!") != (away == 1) || !pattern.length) continue;
            if (away) pattern = str_part(pattern, 1, pattern.length);
            for (size_t i = 0; i < operations->permission_count; i++) {
                if (!access_pattern_holds(pattern, str_of(operations->permissions[i]))) continue;
                if (away) permissions->bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
                else permissions_allow(permissions, (int)i);
            }
        }
}

static struct fault *permissions_load(struct work *work, const struct operations *operations)
{
    struct str patterns = { 0 };
    TRY(access_permissions_text(work, &patterns));
    access_expand(operations, patterns, &work->permissions);
    return NULL;
}

static struct fault *company_pick(struct work *work, struct str asked, int64_t usual)
{
    struct company_choices companies = { 0 };
    TRY(db_all(work, &sql_companies_of_person, ACCESS_ID(work->user_id), INTO_LIST(company_choice, &companies)));
    int64_t number = 0;
    bool by_number = asked.length && str_to_int(asked, &number);
    for (size_t i = 0; i < companies.count; i++) {
        const struct company_choice *c = &companies.at[i];
        if (asked.length ? (by_number ? c->id == number : str_equal(c->name, asked))
                         : (c->id == usual || (!usual && companies.count == 1)))
            work->company_id = c->id;
    }
    if (asked.length && !work->company_id) return FAULT(work->arena, &access_no_company, NULL);
    return NULL;
}

static struct fault *by_token(struct work *work, const struct operations *operations, struct str hash, struct identity_kept *kept)
{
    struct token_seen token = { 0 };
    bool found;
    const struct access_key key = { 0, hash };
    TRY(db_find(work, &sql_token_by_hash, GIVEN(access_key, &key), INTO(token_seen, &token), &found));
    if (!found || token.expires_at.us < work->now.us || token.person_ended_at.us)
        return FAULT(work->arena, &access_unknown, NULL);
    kept->expires_at = token.expires_at;
    work->user_id = token.person_id;
    work->language = str_is(token.language, "nl") ? DUTCH : ENGLISH;
    TRY(company_pick(work, str_from_int(work->arena, token.token_company_id), 0));
    struct permissions scope = { 0 };
    access_expand(operations, token.permissions, &scope);
    TRY(permissions_load(work, operations));
    for (size_t i = 0; i < ARRAY_LENGTH(scope.bits); i++) work->permissions.bits[i] &= scope.bits[i];
    return NULL;
}

static struct fault *by_session(struct work *work, const struct operations *operations, const struct credentials *shown,
                                struct str hash, struct identity_kept *kept)
{
    struct session session = { 0 };
    bool found;
    const struct access_key key = { 0, hash };
    TRY(db_find(work, &sql_session_by_token, GIVEN(access_key, &key), INTO(session, &session), &found));
    if (!found || session.expires_at.us < work->now.us || session.person_ended_at.us)
        return FAULT(work->arena, &access_unknown, NULL);
    bool same = shown->csrf.length == session.csrf.length &&
                sodium_memcmp(shown->csrf.at, session.csrf.at, session.csrf.length) == 0;
    if (shown->changes && !same) return FAULT(work->arena, &access_csrf, NULL);
    kept->expires_at = session.expires_at;
    kept->csrf = session.csrf;
    work->user_id = session.person_id;
    work->session_id = session.id.n;
    work->stepped_up_at = session.stepped_up_at;
    work->language = str_is(session.language, "nl") ? DUTCH : ENGLISH;
    TRY(company_pick(work, shown->company, session.session_company_id));
    return work->company_id ? permissions_load(work, operations) : NULL;
}

struct fault *access_identify(struct work *work, struct books *books, const struct operations *operations,
                              const struct credentials *shown)
{
    struct identity_kept kept = { 0 };
    bool reading = work->reading;
    if (!shown->bearer.length && !shown->session.length) return NULL;
    struct str hash = secret_hash(work->arena, shown->bearer.length ? shown->bearer : shown->session);
    if (identities_presume(work, shown, hash)) return NULL;
    identities_forget(work, shown, hash);
    work->reading = true;
    TRY(db_begin(work, books)); /* one snapshot, of what is committed: what is kept belongs to the version that is kept beside it */
    struct fault *fault = work->identities ? identities_version(work, &kept.version) : NULL;
    if (!fault)
        fault = shown->bearer.length ? by_token(work, operations, hash, &kept)
                                     : by_session(work, operations, shown, hash, &kept);
    db_rollback(work);
    work->reading = reading;
    if (fault) work->user_id = work->company_id = work->session_id = 0;
    else identities_keep(work, shown, hash, &kept);
    return fault;
}

static struct fault *act_as(struct work *work, const struct operations *operations, struct str email, struct str company)
{
    struct company_choices companies = { 0 };
    struct person person = { 0 };
    bool found;
    if (email.length) {
        TRY(db_find(work, &sql_person_by_email, GIVEN(email_at, (&(struct email_at){ email })), INTO(person, &person), &found));
        if (!found || person.ended_at.us) return FAULT(work->arena, &access_missing, "as", PARAM("what", STR("user")));
        work->user_id = person.id.n;
        work->language = str_is(person.language, "nl") ? DUTCH : ENGLISH;
        TRY(company_pick(work, company, 0));
        return work->company_id ? permissions_load(work, operations) : NULL;
    }
    work->system = true;
    TRY(db_all(work, &sql_company_all, NONE, INTO_LIST(company_choice, &companies)));
    int64_t number = 0;
    bool by_number = company.length && str_to_int(company, &number);
    for (size_t i = 0; i < companies.count; i++)
        if (company.length ? (by_number ? companies.at[i].id == number : str_equal(companies.at[i].name, company))
                           : companies.count == 1)
            work->company_id = companies.at[i].id;
    if (company.length && !work->company_id) return FAULT(work->arena, &access_missing, "company", PARAM("what", STR("company")));
    return NULL;
}

struct fault *access_act_as(struct work *work, struct books *books, const struct operations *operations,
                            struct str email, struct str company)
{
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = act_as(work, operations, email, company);
    db_rollback(work);
    work->reading = false;
    return fault;
}

static struct fault *show_factor(struct work *work, struct str code)
{
    struct person person = { 0 };
    TRY(person_load(work, work->user_id, &person));
    TRY(guard_person_check(work, &person));
    if (!person.totp_on) return FAULT(work->arena, &no_factor, "code");
    struct fault *wrong = factor_check(work, &person, code);
    if (wrong && wrong->type == &access_wrong) wrong = guard_person_failed(work, &person);
    if (!wrong) work->stepped_up_at = work->now;
    return wrong;
}

struct fault *access_show_factor(struct work *work, struct books *books, struct str code)
{
    bool reading = work->reading;
    work->reading = false;
    TRY(db_begin(work, books));
    struct fault *fault = show_factor(work, code);
    if (!fault || fault->type->keeps) fault = fault_join(fault, db_commit(work));
    else db_rollback(work);
    work->reading = reading;
    return fault;
}

/* ---- Tokens ---- */

struct token_add { struct str name, permissions; int64_t days; };
RECORD(token_add, {
    FIELD(struct token_add, name, .min = 1, .max = 100),
    FIELD(struct token_add, permissions, .min = 1, .max = 1000,
          .about = "patterns between spaces, such as \"bill.* *.read\"; never more than you may"),
    FIELD(struct token_add, days, .min = 1, .max = 730),
});
struct token_row {
    int64_t id, person_id;
    struct str name, token_hash, permissions;
    struct instant created_at, expires_at;
};
LIST_STRUCT(token_rows, struct token_row);
RECORD(token_row, {
    FIELD_OF(FIELD_ID, int64_t, struct token_row, id, .sort = true),
    FIELD(struct token_row, person_id),
    FIELD(struct token_row, name, .filter = true),
    BYTES(struct token_row, token_hash, OPTIONAL, .secret = true),
    FIELD(struct token_row, permissions),
    FIELD(struct token_row, created_at),
    FIELD(struct token_row, expires_at, .sort = true),
});
struct token_added {
    int64_t id;
    struct str token;
    struct instant expires_at;
};
RECORD(token_added, { FIELD(struct token_added, id), FIELD(struct token_added, token, .about = "shown once"),
                      FIELD(struct token_added, expires_at) });

static struct fault *token_add(struct work *work, const struct token_add *takes, struct token_added *out)
{
    out->token = secret_new(work->arena);
    const struct token_row row = {
        .id = id_new(work), .person_id = work->user_id, .name = takes->name, .token_hash = secret_hash(work->arena, out->token),
        .permissions = takes->permissions, .created_at = work->now, .expires_at = { work->now.us + takes->days * DAY_US },
    };
    out->id = row.id;
    out->expires_at = row.expires_at;
    TRY(db_run(work, &sql_token_add, GIVEN(token_row, &row)));
    work_changed(work, "token", row.id, (struct given){ &token_row_record, NULL }, GIVEN(token_row, &row));
    return NULL;
}
CALLABLE(token_add, token_add, token_added);

struct token_end { int64_t id; };
RECORD(token_end, { FIELD(struct token_end, id, .min = 1, .max = EXACT_MAX) });
static struct fault *token_end(struct work *work, const struct token_end *takes, struct token_end *out)
{
    int64_t changed;
    TRY(db_run_count(work, &sql_token_end, ACCESS_ID(takes->id), &changed));
    if (!changed) return FAULT(work->arena, &access_missing, "id", PARAM("what", STR("token")));
    *out = *takes;
    work_changed(work, "token", takes->id, GIVEN(token_end, takes), (struct given){ &token_end_record, NULL });
    return NULL;
}
CALLABLE(token_end, token_end, token_end);

static struct fault *token_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                struct token_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_token_list, NONE, query, INTO_LIST(token_row, rows), next);
}
LISTABLE(token_list, nothing, token_row, token_rows);

static const struct operation session_operations[] = {
    { "session open", "POST", "/session", NULL, OPERATION_ANYONE | OPERATION_NO_COMPANY | OPERATION_SLOW,
      &session_open_call, NULL, "Sign in" },
    { "session show", "GET", "/session", NULL, OPERATION_READS | OPERATION_NO_COMPANY, &session_show_call, NULL,
      "Show who is signed in and where" },
    { "session close", "POST", "/session/close", NULL, OPERATION_NO_COMPANY, &session_close_call, NULL,
      "Sign out, or end another session of yours" },
    { "session close-others", "POST", "/session/close-others", NULL, OPERATION_NO_COMPANY, &session_close_others_call, NULL,
      "End all your other sessions" },
    { "session list", "GET", "/sessions", NULL, OPERATION_READS | OPERATION_NO_COMPANY, NULL, &session_list_list,
      "List your sessions" },
    { "session step-up", "POST", "/session/step-up", NULL, OPERATION_NO_COMPANY, &session_step_up_call, NULL,
      "Show your second factor again" },
    { "session company", "POST", "/session/company", NULL, OPERATION_NO_COMPANY, &session_company_call, NULL,
      "Choose the company to work in" },
    { "token add", "POST", "/tokens", "token.manage", OPERATION_STEP_UP, &token_add_call, NULL, "Make an API token" },
    { "token list", "GET", "/tokens", "token.manage", OPERATION_READS, NULL, &token_list_list, "List the API tokens" },
    { "token end", "POST", "/tokens/{id}/end", "token.manage", 0, &token_end_call, NULL, "End an API token" },
};
const struct operation_table access_sessions = { "access", session_operations, ARRAY_LENGTH(session_operations) };
