/* Shared by the files of room access. */
#pragma once
#include "access/access.h"

struct person {
    struct { int64_t n; } id;
    struct str email, name, language, password_hash, totp_secret;
    bool totp_on;
    int64_t totp_last_step, failed_count; /* the step last used: a code works once */
    struct instant locked_until;
    bool is_operator; /* may add companies */
    struct str invite_hash;
    struct instant invite_until, created_at, ended_at;
    int64_t version;
};
extern const struct record person_record;
struct access_key { int64_t id; struct str hash; };
extern const struct record access_key_record;
#define ACCESS_ID(number) GIVEN(access_key, (&(const struct access_key){ .id = (number) }))

CHECKED struct fault *person_load(struct work *work, int64_t id, struct person *person);
CHECKED struct fault *person_save(struct work *work, struct person *person); /* version rises */
CHECKED struct fault *password_check_strength(struct arena *arena, struct str password, struct str email);
struct str password_hash(struct arena *arena, struct str password); /* argon2id */
bool password_is(struct str hash, struct str password);
/* A six-digit code of now or one step beside it, newer than the last one used; or a recovery code. Saves what it used. */
/* Its secret, sealed in `person` and opened again. */
CHECKED struct fault *totp_seal(struct work *work, struct person *person, struct str secret);
CHECKED struct fault *totp_open(struct work *work, const struct person *person, struct str *secret);
bool totp_is(struct person *person, struct str secret, struct instant now, struct str code); /* that code; notes its step in `person` */
CHECKED struct fault *language_check(struct work *work, struct str language); /* nl, en or left out */
CHECKED struct fault *factor_check(struct work *work, struct person *person, struct str code);

/* ---- Sessions ---- */
struct company_choice { int64_t id; struct str name; };
LIST_STRUCT(company_choices, struct company_choice);
struct session_opened {
    struct str session_cookie, csrf;
    struct instant expires_at;
    int64_t person_id;
    struct str name, language;
    bool second_factor;
    struct company_choices companies;
};
extern const struct record session_opened_record, company_choice_record;
/* Signs in: a session whose cookie and CSRF token are told once. */
CHECKED struct fault *session_make(struct work *work, const struct person *person, struct str agent, bool stepped_up,
                                   struct session_opened *out);
CHECKED struct fault *session_stepped_up(struct work *work); /* the one at hand */
/* A one-time code or a passkey. */
CHECKED struct fault *person_has_factor(struct work *work, const struct person *person, bool *has);
/* His second factor was reset and there is no new one yet. */
CHECKED struct fault *person_must_enrol(struct work *work, const struct person *person, bool *must);
CHECKED struct fault *person_check_member(struct work *work, int64_t id); /* of the company at hand; refuses access_missing */
/* Refuses operation_step_up where a second factor is there and was not shown lately. */
CHECKED struct fault *person_check_fresh(struct work *work, const struct person *person);

/* ---- Who was known just now: known.c ---- */
struct identity_kept { int64_t version; struct instant expires_at; struct str csrf; };
CHECKED struct fault *identities_version(struct work *work, int64_t *version);
void identities_keep(struct work *work, const struct credentials *shown, struct str hash, const struct identity_kept *kept);
void identities_forget(struct work *work, const struct credentials *shown, struct str hash);
bool identities_presume(struct work *work, const struct credentials *shown, struct str hash);

/* ---- Wrong tries: guard.c ---- */
CHECKED struct fault *guard_person_check(struct work *work, const struct person *person);
CHECKED struct fault *guard_person_failed(struct work *work, struct person *person); /* gives access_wrong */
CHECKED struct fault *guard_stranger(struct work *work, struct str email); /* nobody's address: as with a person's; gives access_wrong */

/* ---- Letters: letter.c ---- */
/* Gives the person a secret that chooses a password, valid so long, and mails it; *secret is told. */
CHECKED struct fault *letter_invite(struct work *work, struct person *person, struct str *secret);
CHECKED struct fault *letter_reset(struct work *work, struct person *person);
/* His second factor was reset (or is to be, when another confirms), by the user at hand. */
CHECKED struct fault *letter_factor(struct work *work, const struct person *person, bool done);

/* ---- Roles: role.c ---- */
struct role { role_id id; struct str name; bool is_built_in; };
CHECKED struct fault *role_find(struct work *work, struct str name, struct role *role);
CHECKED struct fault *role_check_grantable(struct work *work, role_id id); /* nobody gives what he does not have */
bool access_pattern_holds(struct str pattern, struct str name); /* "bill.*", "*.read", "*", or a whole name */
bool access_patterns_cover(struct str patterns, struct str permission); /* patterns between spaces, "!" takes away */
CHECKED struct fault *access_permissions_text(struct work *work, struct str *patterns); /* of the user at hand, between spaces */
