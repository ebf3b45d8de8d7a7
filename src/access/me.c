/* What a person does to his own account: second factor, recovery codes, password, language; and the two ways in from a letter. */
#include "access/access_private.h"
#include "access.sql.h"
#include "outbox/message.h"
#include <liboath/oath.h>

enum { RECOVERY_CODES = 10, SECRET_BYTES = 20 };

static const struct fault_type invite_ended = { FAULT_INVALID, "access.invite_ended",
                                                "This invitation has been used or has expired; ask for a new one." };
static const struct fault_type factor_on = { FAULT_CONFLICT, "access.factor_on", "Your second factor is on already." };
static const struct fault_type factor_off = { FAULT_CONFLICT, "access.factor_off", "Codes as a second factor are off." };
static const struct fault_type factor_not_started = { FAULT_CONFLICT, "access.factor_not_started",
                                                      "Start by asking for a secret." };
static const struct fault_type password_wrong = { FAULT_INVALID, "access.password_wrong",
                                                  "Your present password is not right.", .keeps = true };

/* What the trail keeps of an account. */
struct account_fact {
    struct str name, language;
    bool totp_on;
    struct instant password_set_at, codes_made_at;
};
RECORD(account_fact,
       { FIELD(struct account_fact, name), FIELD(struct account_fact, language), FIELD(struct account_fact, totp_on),
         FIELD(struct account_fact, password_set_at, OPTIONAL), FIELD(struct account_fact, codes_made_at, OPTIONAL) });
static struct account_fact fact_of(const struct person *person)
{
    return (struct account_fact){ .name = person->name, .language = person->language, .totp_on = person->totp_on };
}
static void note(struct work *work, const struct person *person, const struct account_fact *before, struct account_fact after)
{
    work_changed(work, "user", person->id.n, GIVEN(account_fact, before), GIVEN(account_fact, &after));
}

struct me {
    int64_t id;
    struct str email, name, language;
    bool totp_on;
};
RECORD(me, { FIELD(struct me, id), FIELD(struct me, email), FIELD(struct me, name), FIELD(struct me, language),
             FIELD(struct me, totp_on) });

static struct me me_of(const struct person *person)
{
    return (struct me){ person->id.n, person->email, person->name, person->language, person->totp_on };
}

static struct fault *me_show(struct work *work, const struct nothing *takes, struct me *out)
{
    struct person person = { 0 };
    (void)takes;
    TRY(person_load(work, work->user_id, &person));
    *out = me_of(&person);
    return NULL;
}
CALLABLE(me_show, nothing, me);

struct me_change {
    struct str name, language;
};
RECORD(me_change, { FIELD(struct me_change, name, .max = 200, OPTIONAL),
                    FIELD(struct me_change, language, .max = 2, OPTIONAL, .about = "nl or en") });
static struct fault *me_change(struct work *work, const struct me_change *takes, struct me *out)
{
    struct person person = { 0 };
    TRY(language_check(work, takes->language));
    TRY(person_load(work, work->user_id, &person));
    const struct account_fact before = fact_of(&person);
    if (takes->language.length) person.language = takes->language;
    if (str_trim(takes->name).length) person.name = str_trim(takes->name);
    TRY(person_save(work, &person));
    note(work, &person, &before, fact_of(&person));
    *out = me_of(&person);
    return NULL;
}
CALLABLE(me_change, me_change, me);

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
    TRY(person_check_fresh(work, &person));
    random_bytes(bytes, sizeof bytes);
    TRY(totp_seal(work, &person, (struct str){ (const char *)bytes, sizeof bytes }));
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
    TRY(person_check_fresh(work, &person));
    struct str secret;
    TRY(totp_open(work, &person, &secret));
    if (!totp_is(&person, secret, work->now, takes->code)) return FAULT(work->arena, &access_wrong, "code");
    const struct account_fact before = fact_of(&person);
    person.totp_on = true;
    TRY(person_save(work, &person));
    struct account_fact after = fact_of(&person);
    after.codes_made_at = work->now;
    note(work, &person, &before, after);
    return recovery_make(work, &person, out);
}
CALLABLE(totp_confirm, code, recoveries);

static struct fault *totp_end(struct work *work, const struct nothing *takes, struct me *out)
{
    struct person person = { 0 };
    (void)takes;
    TRY(person_load(work, work->user_id, &person));
    if (!person.totp_on) return FAULT(work->arena, &factor_off, NULL);
    const struct account_fact before = fact_of(&person);
    person.totp_on = false;
    person.totp_secret = (struct str){ 0 };
    TRY(db_run(work, &sql_recovery_clear, ACCESS_ID(person.id.n)));
    TRY(person_save(work, &person));
    note(work, &person, &before, fact_of(&person));
    *out = me_of(&person);
    return NULL;
}
CALLABLE(totp_end, nothing, me);

static struct fault *recovery_again(struct work *work, const struct nothing *takes, struct recoveries *out)
{
    struct person person = { 0 };
    (void)takes;
    TRY(person_load(work, work->user_id, &person));
    if (!person.totp_on) return FAULT(work->arena, &factor_off, NULL);
    struct account_fact before = fact_of(&person), after = before;
    after.codes_made_at = work->now;
    note(work, &person, &before, after);
    return recovery_make(work, &person, out);
}
CALLABLE(recovery_again, nothing, recoveries);

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
    TRY(guard_person_check(work, &person));
    if (!password_is(person.password_hash, takes->present)) {
        struct fault *wrong = guard_person_failed(work, &person);
        return wrong->type == &access_wrong ? FAULT(work->arena, &password_wrong, "present") : wrong;
    }
    TRY(password_check_strength(work->arena, takes->password, person.email));
    struct account_fact before = fact_of(&person), after = before;
    after.password_set_at = work->now;
    person.password_hash = password_hash(work->arena, takes->password);
    person.failed_count = 0;
    TRY(db_run(work, &sql_session_end_all, ACCESS_ID(person.id.n)));
    note(work, &person, &before, after);
    return person_save(work, &person);
}
CALLABLE(password_change, password_change, nothing);

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
    struct account_fact before = fact_of(&person), after = before;
    after.password_set_at = work->now;
    person.password_hash = password_hash(work->arena, takes->password);
    person.invite_hash = (struct str){ 0 };
    person.failed_count = 0;
    person.locked_until.us = 1; /* who reads the person's mail is him, as far as a password goes */
    TRY(db_run(work, &sql_session_end_all, ACCESS_ID(person.id.n)));
    TRY(person_save(work, &person));
    note(work, &person, &before, after);
    *out = me_of(&person);
    return NULL;
}
CALLABLE(invite_accept, invite_accept, me);

struct forgotten { struct str email; };
RECORD(forgotten, { FIELD(struct forgotten, email, .min = 3, .max = 254) });
/* The answer is the same whoever asks about whomever; a row is written either way, so that it takes as long. */
static struct fault *password_forgotten(struct work *work, const struct forgotten *takes, struct nothing *out)
{
    struct person person = { 0 };
    bool found;
    struct str email = str_lower(work->arena, str_trim(takes->email));
    (void)out;
    TRY(guard_address_check(work));
    TRY(guard_address_failed(work));
    TRY(db_find(work, &sql_person_by_email, GIVEN(forgotten, (&(struct forgotten){ email })), INTO(person, &person), &found));
    return found && !person.ended_at.us && mail_address_is_valid(person.email) ? letter_reset(work, &person) : NULL;
}
CALLABLE(password_forgotten, forgotten, nothing);

static const struct operation operations[] = {
    { "me show", "GET", "/me", NULL, OPERATION_READS | OPERATION_NO_COMPANY, &me_show_call, NULL, "Show who you are" },
    { "me change", "POST", "/me", NULL, OPERATION_NO_COMPANY, &me_change_call, NULL,
      "Choose your language and how you are called" },
    { "me totp-start", "POST", "/me/totp", NULL, OPERATION_NO_COMPANY, &totp_start_call, NULL,
      "Get a secret for your second factor" },
    { "me totp-confirm", "POST", "/me/totp/confirm", NULL, OPERATION_NO_COMPANY, &totp_confirm_call, NULL,
      "Switch your second factor on and get recovery codes" },
    { "me totp-end", "POST", "/me/totp/end", NULL, OPERATION_NO_COMPANY | OPERATION_STEP_UP, &totp_end_call, NULL,
      "Switch codes as a second factor off, to set them up anew" },
    { "me recovery", "POST", "/me/recovery-codes", NULL, OPERATION_NO_COMPANY | OPERATION_STEP_UP, &recovery_again_call, NULL,
      "Make new recovery codes; those before stop working" },
    { "me password", "POST", "/me/password", NULL, OPERATION_NO_COMPANY | OPERATION_SLOW, &password_change_call, NULL,
      "Change your password; ends your sessions" },
    { "me accept", "POST", "/invitations/accept", NULL, OPERATION_ANYONE | OPERATION_NO_COMPANY | OPERATION_SLOW,
      &invite_accept_call, NULL, "Choose a password with what an invitation or a mail brought" },
    { "me forgot", "POST", "/password/forgotten", NULL, OPERATION_ANYONE | OPERATION_NO_COMPANY | OPERATION_SLOW,
      &password_forgotten_call, NULL, "Ask for a mail to choose a new password with" },
};
const struct operation_table access_accounts = { "access", operations, ARRAY_LENGTH(operations) };
