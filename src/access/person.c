#include "access/access_private.h"
#include "access.sql.h"
#include <liboath/oath.h>
#include <sodium.h>

const struct fault_type access_weak_password = {
    FAULT_INVALID, "access.weak_password", "Take a password of at least 12 characters that is not your e-mail address."
};
const struct fault_type access_taken = { FAULT_CONFLICT, "access.taken", "There is a {what} with this name already." };
const struct fault_type access_missing = { FAULT_MISSING, "access.missing", "There is no such {what}." };
static const struct fault_type access_member = { FAULT_CONFLICT, "access.member",
                                                 "{name} belongs to this company already; give another role instead." };
static const struct fault_type last_administrator = {
    FAULT_CONFLICT, "access.last_administrator", "Somebody must be able to let people in: make somebody else administrator first."
};

RECORD(person, {
    ID(struct person, id),
    FIELD(struct person, email, .min = 3, .max = 254),
    FIELD(struct person, name, .min = 1, .max = 200),
    FIELD(struct person, language, .min = 2, .max = 2),
    FIELD(struct person, password_hash, OPTIONAL, .secret = true),
    BYTES(struct person, totp_secret, OPTIONAL, .secret = true),
    FIELD(struct person, totp_on),
    FIELD(struct person, totp_last_step, .secret = true),
    FIELD(struct person, failed_count, .secret = true),
    FIELD(struct person, locked_until, OPTIONAL, .secret = true),
    FIELD(struct person, is_operator),
    BYTES(struct person, invite_hash, OPTIONAL, .secret = true),
    FIELD(struct person, invite_until, OPTIONAL),
    FIELD(struct person, created_at),
    FIELD(struct person, ended_at, OPTIONAL),
    FIELD(struct person, version),
});
RECORD(access_key, { FIELD(struct access_key, id), BYTES(struct access_key, hash, OPTIONAL) });

struct fault *person_load(struct work *work, int64_t id, struct person *person)
{
    bool found;
    TRY(db_find(work, &sql_person_by_id, ACCESS_ID(id), INTO(person, person), &found));
    if (!found) return FAULT(work->arena, &access_missing, NULL, PARAM("what", STR("user")));
    return NULL;
}

struct fault *access_person_name(struct work *work, int64_t id, struct str *name)
{
    struct person person = { 0 };
    bool found;
    TRY(db_find(work, &sql_person_by_id, ACCESS_ID(id), INTO(person, &person), &found));
    *name = person.name;
    return NULL;
}

struct fault *person_save(struct work *work, struct person *person)
{
    TRY(db_change(work, &sql_person_save, GIVEN(person, person), &db_retry));
    person->version++;
    return NULL;
}

const struct fault_type access_not_operator = { FAULT_DENIED, "access.not_operator",
                                                "Only an operator of this installation may add a company." };

struct fault *access_check_operator(struct work *work)
{
    struct person person = { 0 };
    if (work->system) return NULL;
    TRY(person_load(work, work->user_id, &person));
    return person.is_operator ? NULL : FAULT(work->arena, &access_not_operator, NULL);
}

/* ---- Secrets ---- */

struct str secret_new(struct arena *arena)
{
    uint8_t bytes[32];
    char text[64];
    random_bytes(bytes, sizeof bytes);
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_copy(arena, text, strlen(text));
}

struct str secret_hash(struct arena *arena, struct str secret)
{
    uint8_t hash[32];
    sha256(secret.at ? secret.at : "", secret.length, hash);
    return str_copy(arena, (const char *)hash, sizeof hash);
}

struct fault *password_check_strength(struct arena *arena, struct str password, struct str email)
{
    bool alike = false;
    size_t first = 0;
    while (first < password.length && password.at[first] == password.at[0]) first++;
    alike = str_equal_caseless(password, email) || first == password.length;
    if (str_utf8_count(password) < 12 || password.length > 500 || alike) return FAULT(arena, &access_weak_password, "password");
    return NULL;
}

/* Argon2id (RFC 9106) with libsodium's interactive cost: 64 MiB, about a tenth of a second. */
struct str password_hash(struct arena *arena, struct str password)
{
    char text[crypto_pwhash_STRBYTES];
    int done = crypto_pwhash_str(text, password.at, password.length, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                 crypto_pwhash_MEMLIMIT_INTERACTIVE);
    ensure(done == 0);
    return str_copy(arena, text, strlen(text));
}

bool password_is(struct str hash, struct str password)
{
    char text[crypto_pwhash_STRBYTES] = { 0 };
    if (!hash.length || hash.length >= sizeof text) return false;
    memcpy(text, hash.at, hash.length);
    return crypto_pwhash_str_verify(text, password.at ? password.at : "", password.length) == 0;
}

enum { STEP_S = 30 };
#define SEALED_TOTP "second factor"

struct fault *totp_seal(struct work *work, struct person *person, struct str secret)
{
    person->totp_last_step = 0; /* no code of this secret was used */
    return db_seal(work, SEALED_TOTP, person->id.n, secret, &person->totp_secret);
}

struct fault *totp_open(struct work *work, const struct person *person, struct str *secret)
{
    return db_unseal(work, SEALED_TOTP, person->id.n, person->totp_secret, secret);
}

bool totp_is(struct person *person, struct str secret, struct instant now, struct str code)
{
    char typed[7] = { 0 }, right[7];
    int64_t step = now.us / 1000000 / STEP_S;
    if (code.length != 6 || !secret.length) return false;
    memcpy(typed, code.at, 6);
    for (int64_t at = step - 1; at <= step + 1; at++) { /* RFC 6238, 5.2: one step of drift */
        if (at <= person->totp_last_step) continue;
        if (oath_hotp_generate(secret.at, secret.length, (uint64_t)at, 6, false,
                               OATH_HOTP_DYNAMIC_TRUNCATION, right) != OATH_OK)
            return false;
        if (sodium_memcmp(typed, right, 6) == 0) return person->totp_last_step = at, true;
    }
    return false;
}

struct fault *factor_check(struct work *work, struct person *person, struct str code)
{
    int64_t used = 0;
    const struct access_key key = { person->id.n, secret_hash(work->arena, code) };
    struct str secret = { 0 };
    bool six = code.length == 6; /* a recovery code is longer, and works without the key */
    if (six && person->totp_secret.at) TRY(totp_open(work, person, &secret));
    if (totp_is(person, secret, work->now, code)) return person_save(work, person);
    TRY(db_run_count(work, &sql_recovery_use, GIVEN(access_key, &key), &used));
    return used == 1 ? NULL : FAULT(work->arena, &access_wrong, "code");
}

LIST_STRUCT(persons, struct person);

/* Whoever's can't be read (the key is lost) sets up a second factor anew, when `lost`; otherwise the lost key is the refusal. */
struct fault *access_seal_again(struct work *work, bool all, bool lost, int64_t *sealed, int64_t *ended)
{
    struct persons persons = { 0 };
    *sealed = *ended = 0;
    TRY(db_all(work, &sql_persons_with_factor, NONE, INTO_LIST(person, &persons)));
    for (size_t i = 0; i < persons.count; i++) {
        struct person *p = &persons.at[i];
        struct str secret = { 0 };
        if (!all && db_is_sealed(p->totp_secret)) continue;
        struct fault *fault = totp_open(work, p, &secret);
        if (fault && (fault->type != &db_key_lost || !lost)) return fault;
        p->totp_secret = (struct str){ 0 };
        if (fault) p->totp_on = false, ++*ended;
        else {
            TRY(db_seal(work, SEALED_TOTP, p->id.n, secret, &p->totp_secret));
            ++*sealed;
        }
        TRY(person_save(work, p));
    }
    return NULL;
}

/* ---- People of a company ---- */

struct user_add {
    struct str email, name, role, language, password;
    bool is_operator;
};
RECORD(user_add, {
    FIELD(struct user_add, email, .min = 3, .max = 254),
    FIELD(struct user_add, name, .min = 1, .max = 200),
    FIELD(struct user_add, role, .min = 1, .max = 60, .about = "name of a role of this company"),
    FIELD(struct user_add, language, .max = 2, OPTIONAL, .about = "nl or en; left out: the company's"),
    FIELD(struct user_add, password, .max = 500, OPTIONAL, .secret = true,
          .about = "left out: an invitation is given instead"),
    FIELD(struct user_add, is_operator, OPTIONAL,
          .about = "may add companies; only the program itself gives it"),
});
struct user_added {
    int64_t id;
    struct str email, invitation;
};
RECORD(user_added, { FIELD(struct user_added, id), FIELD(struct user_added, email),
                     FIELD(struct user_added, invitation, OPTIONAL, .about = "works once, for a week") });
struct membership {
    int64_t person_id;
    role_id role_id;
};
RECORD(membership, { FIELD(struct membership, person_id), ID(struct membership, role_id) });
struct user_fact {
    int64_t id;
    struct str name, role;
    bool is_member;
};
RECORD(user_fact, { FIELD(struct user_fact, id), FIELD(struct user_fact, name), FIELD(struct user_fact, role),
                    FIELD(struct user_fact, is_member) });

struct email_key { struct str email; };
RECORD(email_key, { FIELD(struct email_key, email) });

static struct fault *person_make(struct work *work, const struct user_add *takes, struct str email,
                                 struct person *person, struct user_added *out)
{
    struct company company = { 0 };
    TRY(access_company_load(work, &company));
    *person = (struct person){ .id = { id_new(work) },
                               .email = email,
                               .name = takes->name,
                               .language = takes->language.length ? takes->language : company.language,
                               .is_operator = takes->is_operator && work->system,
                               .created_at = work->now,
                               .version = 1,
                               .locked_until = { 1 } };
    if (takes->password.length) {
        TRY(password_check_strength(work->arena, takes->password, email));
        person->password_hash = password_hash(work->arena, takes->password);
    } else {
        TRY(letter_invite(work, person, &out->invitation));
    }
    return db_run(work, &sql_person_add, GIVEN(person, person));
}

struct fault *language_check(struct work *work, struct str language)
{
    if (!language.length || str_is(language, "nl") || str_is(language, "en")) return NULL;
    return FAULT(work->arena, &record_not_choice, "language", PARAM("choices", STR("nl, en")));
}

static struct fault *check_no_member(struct work *work, const struct person *person)
{
    struct company_choices companies = { 0 };
    TRY(db_all(work, &sql_companies_of_person, ACCESS_ID(person->id.n), INTO_LIST(company_choice, &companies)));
    for (size_t i = 0; i < companies.count; i++)
        if (companies.at[i].id == work->company_id)
            return FAULT(work->arena, &access_member, "email", PARAM("name", person->name));
    return NULL;
}

/* Somebody who is there already joins with the password he has: this one is never set by an administrator of a company. */
static struct fault *user_add(struct work *work, const struct user_add *takes, struct user_added *out)
{
    struct person person = { 0 };
    struct role role = { 0 };
    bool found;
    struct str email = str_lower(work->arena, str_trim(takes->email));
    if (str_find(email, "@") < 1) return FAULT(work->arena, &record_shape, "email", PARAM("shape", STR("e-mail address")));
    TRY(language_check(work, takes->language));
    TRY(role_find(work, takes->role, &role));
    TRY(role_check_grantable(work, role.id));
    TRY(db_find(work, &sql_person_by_email, GIVEN(email_key, (&(struct email_key){ email })), INTO(person, &person), &found));
    if (!found) TRY(person_make(work, takes, email, &person, out));
    else TRY(check_no_member(work, &person));
    const struct membership member = { person.id.n, role.id };
    TRY(db_run(work, &sql_member_add, GIVEN(membership, &member)));
    out->id = person.id.n;
    out->email = email;
    const struct user_fact fact = { person.id.n, person.name, role.name, true };
    work_changed(work, "user", person.id.n, (struct given){ &user_fact_record, NULL }, GIVEN(user_fact, &fact));
    return NULL;
}
CALLABLE(user_add, user_add, user_added);

struct user_row { int64_t id; struct str email, name; bool totp_on, is_invited; struct str role; struct instant created_at; };
LIST_STRUCT(user_rows, struct user_row);
RECORD(user_row, {
    FIELD_OF(FIELD_ID, int64_t, struct user_row, id, .sort = true),
    FIELD(struct user_row, email, .filter = true, .sort = true),
    FIELD(struct user_row, name, .filter = true, .sort = true),
    FIELD(struct user_row, totp_on),
    FIELD(struct user_row, is_invited),
    FIELD(struct user_row, role, .filter = true),
    FIELD(struct user_row, created_at),
});
struct user_end {
    int64_t id;
};
RECORD(user_end, { FIELD(struct user_end, id, .min = 1, .max = EXACT_MAX) });
static struct fault *member_load(struct work *work, int64_t id, struct user_row *row)
{
    bool found;
    TRY(db_find(work, &sql_member_by_id, ACCESS_ID(id), INTO(user_row, row), &found));
    if (!found) return FAULT(work->arena, &access_missing, "id", PARAM("what", STR("user")));
    return NULL;
}

struct fault *person_check_member(struct work *work, int64_t id)
{
    struct user_row row = { 0 };
    return member_load(work, id, &row);
}

/* Somebody else must be left who may let people in. */
static struct fault *check_not_last(struct work *work, int64_t id)
{
    struct access_key left = { 0 };
    TRY(db_one(work, &sql_administrators_beside, ACCESS_ID(id), INTO(access_key, &left), &access_missing));
    return left.id ? NULL : FAULT(work->arena, &last_administrator, NULL);
}

static struct fault *user_end(struct work *work, const struct user_end *takes, struct user_end *out)
{
    struct user_row row = { 0 };
    TRY(member_load(work, takes->id, &row));
    TRY(check_not_last(work, takes->id));
    TRY(db_run(work, &sql_member_end, ACCESS_ID(takes->id)));
    *out = *takes;
    const struct user_fact before = { row.id, row.name, row.role, true }, after = { row.id, row.name, row.role, false };
    work_changed(work, "user", takes->id, GIVEN(user_fact, &before), GIVEN(user_fact, &after));
    return NULL;
}
CALLABLE(user_end, user_end, user_end);

struct user_role { int64_t id; struct str role; };
RECORD(user_role, { FIELD(struct user_role, id, .min = 1, .max = EXACT_MAX),
                    FIELD(struct user_role, role, .min = 1, .max = 60, .about = "name of a role of this company") });
static struct fault *user_role(struct work *work, const struct user_role *takes, struct user_role *out)
{
    struct user_row row = { 0 };
    struct role role = { 0 };
    TRY(member_load(work, takes->id, &row));
    TRY(role_find(work, takes->role, &role));
    TRY(role_check_grantable(work, role.id));
    TRY(db_run(work, &sql_member_end, ACCESS_ID(takes->id)));
    const struct membership member = { takes->id, role.id };
    TRY(db_run(work, &sql_member_add, GIVEN(membership, &member)));
    struct access_key left = { 0 };
    TRY(db_one(work, &sql_administrators_beside, ACCESS_ID(0), INTO(access_key, &left), &access_missing));
    if (!left.id) return FAULT(work->arena, &last_administrator, "role");
    *out = *takes;
    const struct user_fact before = { row.id, row.name, row.role, true }, after = { row.id, row.name, role.name, true };
    work_changed(work, "user", takes->id, GIVEN(user_fact, &before), GIVEN(user_fact, &after));
    return NULL;
}
CALLABLE(user_role, user_role, user_role);

static const struct fault_type no_invitation = {
    FAULT_CONFLICT, "access.no_invitation",
    "{name} has chosen a password already; who forgot it asks for a new one at the sign-in."
};
static struct fault *user_invite(struct work *work, const struct user_end *takes, struct user_added *out)
{
    struct user_row row = { 0 };
    struct person person = { 0 };
    TRY(member_load(work, takes->id, &row));
    TRY(person_load(work, takes->id, &person));
    if (person.password_hash.at) return FAULT(work->arena, &no_invitation, NULL, PARAM("name", person.name));
    TRY(letter_invite(work, &person, &out->invitation));
    TRY(person_save(work, &person));
    out->id = person.id.n;
    out->email = person.email;
    return NULL;
}
CALLABLE(user_invite, user_end, user_added);

static struct fault *user_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct user_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_member_list, NONE, query, INTO_LIST(user_row, rows), next);
}
LISTABLE(user_list, nothing, user_row, user_rows);

static const struct operation operations[] = {
    { "user add", "POST", "/users", "user.manage", OPERATION_SLOW | OPERATION_STEP_UP, &user_add_call, NULL,
      "Add a person to the company, by invitation or with a password" },
    { "user list", "GET", "/users", "user.read", OPERATION_READS, NULL, &user_list_list,
      "List the people of the company" },
    { "user role", "POST", "/users/{id}/role", "user.manage", OPERATION_STEP_UP, &user_role_call, NULL,
      "Give a person another role" },
    { "user invite", "POST", "/users/{id}/invite", "user.manage", OPERATION_STEP_UP, &user_invite_call, NULL,
      "Invite a person again who has not chosen a password yet" },
    { "user end", "POST", "/users/{id}/end", "user.manage", OPERATION_STEP_UP, &user_end_call, NULL,
      "End a person's membership of the company" },
};
const struct operation_table access_people = { "access", operations, ARRAY_LENGTH(operations) };
