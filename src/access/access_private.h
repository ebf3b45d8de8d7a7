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
struct str secret_new(struct arena *arena);                    /* 32 random bytes as URL-safe text */
struct str secret_hash(struct arena *arena, struct str secret); /* SHA-256: what is stored */
CHECKED struct fault *password_check_strength(struct arena *arena, struct str password, struct str email);
struct str password_hash(struct arena *arena, struct str password); /* argon2id */
bool password_is(struct str hash, struct str password);
/* A six-digit code of now or one step beside it, newer than the last one used; or a recovery code. Saves what it used. */
CHECKED struct fault *factor_check(struct work *work, struct person *person, struct str code);
