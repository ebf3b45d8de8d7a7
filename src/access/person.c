#include "access/access_private.h"
#include "access.sql.h"
#include <liboath/oath.h>
#include <sodium.h>

const struct fault_type access_wrong = { FAULT_UNKNOWN_USER, "access.wrong",
                                         "This e-mail address, password or code is not right.", .keeps = true };
const struct fault_type access_locked = { FAULT_LIMIT, "access.locked", "Too many wrong tries; wait until {until}.",
                                          .keeps = true };
const struct fault_type access_weak_password = {
    FAULT_INVALID, "access.weak_password", "Take a password of at least 12 characters that is not your e-mail address."
};
const struct fault_type access_taken = { FAULT_CONFLICT, "access.taken", "There is a {what} with this name already." };
const struct fault_type access_missing = { FAULT_MISSING, "access.missing", "There is no such {what}." };
static const struct fault_type invite_ended = { FAULT_INVALID, "access.invite_ended",
                                                "This invitation has been used or has expired; ask for a new one." };
static const struct fault_type factor_on = { FAULT_CONFLICT, "access.factor_on", "Your second factor is on already." };
static const struct fault_type factor_not_started = { FAULT_CONFLICT, "access.factor_not_started",
                                                      "Start by asking for a secret." };
static const struct fault_type password_wrong = { FAULT_INVALID, "access.password_wrong",
                                                  "Your present password is not right." };

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

enum { STEP_S = 30, RECOVERY_CODES = 10, SECRET_BYTES = 20 };

static bool totp_is(struct person *person, struct instant now, struct str code)
{
    char typed[7] = { 0 }, right[7];
    int64_t step = now.us / 1000000 / STEP_S;
    if (code.length != 6 || !person->totp_secret.at) return false;
    memcpy(typed, code.at, 6);
    for (int64_t at = step - 1; at <= step + 1; at++) { /* RFC 6238, 5.2: one step of drift */
        if (at <= person->totp_last_step) continue;
        if (oath_hotp_generate(person->totp_secret.at, person->totp_secret.length, (uint64_t)at, 6, false,
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
    if (totp_is(person, work->now, code)) return person_save(work, person);
    TRY(db_run_count(work, &sql_recovery_use, GIVEN(access_key, &key), &used));
    return used == 1 ? NULL : FAULT(work->arena, &access_wrong, "code");
}

/* ---- Myself ---- */

struct me {
    int64_t id;
    struct str email, name, language;
    bool totp_on;
};
RECORD(me, { FIELD(struct me, id), FIELD(struct me, email), FIELD(struct me, name), FIELD(struct me, language),
             FIELD(struct me, totp_on) });

static struct fault *me_show(struct work *work, const struct nothing *takes, struct me *out)
{
    struct person person = { 0 };
    (void)takes;
    TRY(person_load(work, work->user_id, &person));
    *out = (struct me){ person.id.n, person.email, person.name, person.language, person.totp_on };
    return NULL;
}
CALLABLE(me_show, nothing, me);

struct totp_started {
    struct str secret, uri;
};
RECORD(totp_started, { FIELD(struct totp_started, secret, .about = "base32, to type by hand"),
                       FIELD(struct totp_started, uri, .about = "for the QR code") });

static struct fault *totp_start(struct work *work, const struct nothing *takes, struct totp_started *out)
{
    struct person person = { 0 };
    uint8_t bytes[SECRET_BYTES];
    char *base32 = NULL;
    size_t length = 0;
    (void)takes;
    TRY(person_load(work, work->user_id, &person));
    if (person.totp_on) return FAULT(work->arena, &factor_on, NULL);
    random_bytes(bytes, sizeof bytes);
    person.totp_secret = str_copy(work->arena, (const char *)bytes, sizeof bytes);
    int done = oath_base32_encode((const char *)bytes, sizeof bytes, &base32, &length);
    ensure(done == OATH_OK);
    out->secret = str_copy(work->arena, base32, length);
    free(base32);
    out->uri = str_format(work->arena, "otpauth://totp/Florin:%.*s?secret=%.*s&issuer=Florin", STR_ARG(person.email),
                          STR_ARG(out->secret));
    return person_save(work, &person);
}
CALLABLE(totp_start, nothing, totp_started);

struct code { struct str code; };
RECORD(code, { FIELD(struct code, code, .min = 6, .max = 40, .secret = true) });
struct recovery { struct str code; };
RECORD(recovery, { FIELD(struct recovery, code) });
struct recoveries { LIST_OF(struct recovery) codes; };
RECORD(recoveries, { LIST(struct recoveries, codes, recovery) });

static struct fault *recovery_make(struct work *work, struct person *person, struct recoveries *out)
{
    TRY(db_run(work, &sql_recovery_clear, ACCESS_ID(person->id.n)));
    for (int i = 0; i < RECOVERY_CODES; i++) {
        struct str code = str_part(secret_new(work->arena), 0, 12);
        const struct access_key key = { person->id.n, secret_hash(work->arena, code) };
        TRY(db_run(work, &sql_recovery_add, GIVEN(access_key, &key)));
        *LIST_ADD(work->arena, &out->codes) = (struct recovery){ str_keep(work->arena, code) };
    }
    return NULL;
}

static struct fault *totp_confirm(struct work *work, const struct code *takes, struct recoveries *out)
{
    struct person person = { 0 };
    TRY(person_load(work, work->user_id, &person));
    if (person.totp_on) return FAULT(work->arena, &factor_on, NULL);
    if (!person.totp_secret.at) return FAULT(work->arena, &factor_not_started, NULL);
    if (!totp_is(&person, work->now, takes->code)) return FAULT(work->arena, &access_wrong, "code");
    person.totp_on = true;
    TRY(person_save(work, &person));
    return recovery_make(work, &person, out);
}
CALLABLE(totp_confirm, code, recoveries);

struct password_change { struct str present, password; };
RECORD(password_change, {
    FIELD(struct password_change, present, .min = 1, .max = 500, .secret = true),
    FIELD(struct password_change, password, .min = 1, .max = 500, .secret = true),
});
static struct fault *password_change(struct work *work, const struct password_change *takes, struct nothing *out)
{
    struct person person = { 0 };
    (void)out;
    TRY(person_load(work, work->user_id, &person));
    if (!password_is(person.password_hash, takes->present)) return FAULT(work->arena, &password_wrong, "present");
    TRY(password_check_strength(work->arena, takes->password, person.email));
    person.password_hash = password_hash(work->arena, takes->password);
    TRY(db_run(work, &sql_session_end_all, ACCESS_ID(person.id.n)));
    return person_save(work, &person);
}
CALLABLE(password_change, password_change, nothing);

/* ---- People of a company ---- */

struct user_add { struct str email, name, role, password; bool is_operator; };
RECORD(user_add, {
                     FIELD(struct user_add, email, .min = 3, .max = 254),
                     FIELD(struct user_add, name, .min = 1, .max = 200),
                     FIELD(struct user_add, role, .min = 1, .max = 60, .about = "name of a role of this company"),
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
struct role {
    role_id id;
    struct str name;
    bool is_built_in;
};
LIST_STRUCT(roles, struct role);
RECORD(role, { ID(struct role, id, .sort = true), FIELD(struct role, name, .filter = true, .sort = true),
               FIELD(struct role, is_built_in) });
struct membership {
    int64_t person_id;
    role_id role_id;
};
RECORD(membership, { FIELD(struct membership, person_id), ID(struct membership, role_id) });
struct role_key { struct str name; };
RECORD(role_key, { FIELD(struct role_key, name) });
struct email_key { struct str email; };
RECORD(email_key, { FIELD(struct email_key, email) });

static struct fault *role_find(struct work *work, struct str name, struct role *role)
{
    bool found;
    TRY(db_find(work, &sql_role_by_name, GIVEN(role_key, (&(struct role_key){ name })), INTO(role, role), &found));
    if (!found) return FAULT(work->arena, &access_missing, "role", PARAM("what", STR("role")));
    return NULL;
}

static struct fault *person_make(struct work *work, const struct user_add *takes, struct str email,
                                 struct person *person, struct user_added *out)
{
    *person = (struct person){ .id = { id_new(work) },
                               .email = email,
                               .name = takes->name,
                               .language = work->language == DUTCH ? STR("nl") : STR("en"),
                               .is_operator = takes->is_operator && work->system,
                               .created_at = work->now,
                               .version = 1,
                               .locked_until = { 1 } };
    if (takes->password.length) {
        TRY(password_check_strength(work->arena, takes->password, email));
        person->password_hash = password_hash(work->arena, takes->password);
    } else {
        out->invitation = secret_new(work->arena);
        person->invite_hash = secret_hash(work->arena, out->invitation);
        person->invite_until.us = work->now.us + 7 * DAY_US;
    }
    return db_run(work, &sql_person_add, GIVEN(person, person));
}

/* Somebody who is there already joins with the password he has: this one is never set by an administrator of a company. */
static struct fault *user_add(struct work *work, const struct user_add *takes, struct user_added *out)
{
    struct person person = { 0 };
    struct role role = { 0 };
    bool found;
    struct str email = str_lower(work->arena, str_trim(takes->email));
    if (str_find(email, "@") < 1) return FAULT(work->arena, &record_shape, "email", PARAM("shape", STR("e-mail address")));
    TRY(role_find(work, takes->role, &role));
    TRY(db_find(work, &sql_person_by_email, GIVEN(email_key, (&(struct email_key){ email })), INTO(person, &person), &found));
    if (!found) TRY(person_make(work, takes, email, &person, out));
    const struct membership member = { person.id.n, role.id };
    TRY(db_run(work, &sql_member_add, GIVEN(membership, &member)));
    out->id = person.id.n;
    out->email = email;
    work_changed(work, "user", person.id.n, (struct given){ &membership_record, NULL }, GIVEN(membership, &member));
    return NULL;
}
CALLABLE(user_add, user_add, user_added);

struct user_end { int64_t id; };
RECORD(user_end, { FIELD(struct user_end, id, .min = 1, .max = EXACT_MAX) });
static struct fault *user_end(struct work *work, const struct user_end *takes, struct user_end *out)
{
    int64_t changed;
    TRY(db_run_count(work, &sql_member_end, ACCESS_ID(takes->id), &changed));
    if (!changed) return FAULT(work->arena, &access_missing, "id", PARAM("what", STR("user")));
    *out = *takes;
    work_changed(work, "user", takes->id, GIVEN(user_end, takes), (struct given){ &user_end_record, NULL });
    return NULL;
}
CALLABLE(user_end, user_end, user_end);

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
static struct fault *user_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct user_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_member_list, NONE, query, INTO_LIST(user_row, rows), next);
}
LISTABLE(user_list, nothing, user_row, user_rows);

struct invite_accept {
    struct str invitation, password;
};
RECORD(invite_accept, { FIELD(struct invite_accept, invitation, .min = 20, .max = 100, .secret = true),
                        FIELD(struct invite_accept, password, .min = 1, .max = 500, .secret = true) });
static struct fault *invite_accept(struct work *work, const struct invite_accept *takes, struct me *out)
{
    struct person person = { 0 };
    bool found;
    const struct access_key key = { 0, secret_hash(work->arena, takes->invitation) };
    TRY(db_find(work, &sql_person_by_invite, GIVEN(access_key, &key), INTO(person, &person), &found));
    if (!found || person.invite_until.us < work->now.us) return FAULT(work->arena, &invite_ended, "invitation");
    TRY(password_check_strength(work->arena, takes->password, person.email));
    person.password_hash = password_hash(work->arena, takes->password);
    person.invite_hash = (struct str){ 0 };
    TRY(person_save(work, &person));
    *out = (struct me){ person.id.n, person.email, person.name, person.language, person.totp_on };
    return NULL;
}
CALLABLE(invite_accept, invite_accept, me);

/* ---- Roles ---- */

struct permission_row { struct str permission; };
RECORD(permission_row, { FIELD(struct permission_row, permission, .min = 1, .max = 60) });
LIST_STRUCT(permission_rows, struct permission_row);
struct role_set {
    role_id id;
    struct str name;
    struct permission_rows permissions;
};
RECORD(role_set, { ID(struct role_set, id, OPTIONAL), FIELD(struct role_set, name, .min = 1, .max = 60),
                   LIST(struct role_set, permissions, permission_row, .min = 1, .max = 200) });
struct role_permission {
    int64_t id;
    struct str permission;
};
RECORD(role_permission, { FIELD(struct role_permission, id), FIELD(struct role_permission, permission) });

/* Makes a role or gives it other permissions. */
static struct fault *role_set(struct work *work, const struct role_set *takes, struct role_set *out)
{
    struct role role = { 0 };
    bool found;
    TRY(db_find(work, &sql_role_by_name, GIVEN(role_key, (&(struct role_key){ takes->name })), INTO(role, &role), &found));
    if (!found) {
        role = (struct role){ .id = { id_new(work) }, .name = takes->name };
        TRY(db_run(work, &sql_role_add, GIVEN(role, &role)));
    }
    TRY(db_run(work, &sql_role_permission_clear, ACCESS_ID(role.id.n)));
    for (size_t i = 0; i < takes->permissions.count; i++) {
        const struct role_permission row = { role.id.n, takes->permissions.at[i].permission };
        TRY(db_run(work, &sql_role_permission_add, GIVEN(role_permission, &row)));
    }
    *out = *takes;
    out->id = role.id;
    work_changed(work, "role", role.id.n, (struct given){ &role_set_record, NULL }, GIVEN(role_set, out));
    return NULL;
}
CALLABLE(role_set, role_set, role_set);

struct role_show { role_id id; };
RECORD(role_show, { ID(struct role_show, id) });
struct role_shown { struct permission_rows permissions; };
RECORD(role_shown, { LIST(struct role_shown, permissions, permission_row) });
static struct fault *role_show(struct work *work, const struct role_show *takes, struct role_shown *out)
{
    return db_all(work, &sql_role_permissions, ACCESS_ID(takes->id.n), INTO_LIST(permission_row, &out->permissions));
}
CALLABLE(role_show, role_show, role_shown);

static struct fault *role_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct roles *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_role_list, NONE, query, INTO_LIST(role, rows), next);
}
LISTABLE(role_list, nothing, role, roles);

static const struct operation operations[] = {
    { "me show", "GET", "/me", NULL, OPERATION_READS | OPERATION_NO_COMPANY, &me_show_call, NULL, "Show who you are" },
    { "me totp-start", "POST", "/me/totp", NULL, OPERATION_NO_COMPANY, &totp_start_call, NULL,
      "Get a secret for your second factor" },
    { "me totp-confirm", "POST", "/me/totp/confirm", NULL, OPERATION_NO_COMPANY, &totp_confirm_call, NULL,
      "Switch your second factor on and get recovery codes" },
    { "me password", "POST", "/me/password", NULL, OPERATION_NO_COMPANY | OPERATION_SLOW, &password_change_call, NULL,
      "Change your password; ends your sessions" },
    { "me accept", "POST", "/invitations/accept", NULL, OPERATION_ANYONE | OPERATION_NO_COMPANY | OPERATION_SLOW,
      &invite_accept_call, NULL, "Accept an invitation by choosing a password" },
    { "user add", "POST", "/users", "user.manage", OPERATION_SLOW, &user_add_call, NULL,
      "Add a person to the company, by invitation or with a password" },
    { "user list", "GET", "/users", "user.read", OPERATION_READS, NULL, &user_list_list,
      "List the people of the company" },
    { "user end", "POST", "/users/{id}/end", "user.manage", 0, &user_end_call, NULL,
      "End a person's membership of the company" },
    { "role list", "GET", "/roles", "user.read", OPERATION_READS, NULL, &role_list_list, "List the roles" },
    { "role show", "GET", "/roles/{id}", "user.read", OPERATION_READS, &role_show_call, NULL, "Show what a role may do" },
    { "role set", "POST", "/roles", "user.manage", 0, &role_set_call, NULL, "Make a role, or change what it may do" },
};
const struct operation_table access_people = { "access", operations, ARRAY_LENGTH(operations) };
