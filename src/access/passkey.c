/* Passkeys: added by who is signed in, used to sign in without a password and to show a second factor again. What must be signed is
 * asked once and lives for five minutes; a key whose counter goes back has a copy somewhere and is locked. */
#include "access/access_private.h"
#include "access/webauthn.h"
#include "access.sql.h"

enum { PASSKEYS_MAX = 20, CHALLENGES_MAX = 60 };
#define CHALLENGE_US (INT64_C(5) * 60 * 1000000)

static const struct fault_type passkey_wrong = {
    FAULT_UNKNOWN_USER, "access.passkey_wrong",
    "This passkey was not accepted. Try again, or sign in with your password.", .keeps = true
};
static const struct fault_type passkey_copied = {
    FAULT_UNKNOWN_USER, "access.passkey_copied",
    "This passkey may have been copied and is locked now. Sign in another way, remove it and make a new one.", .keeps = true
};
static const struct fault_type passkey_not_taken = { FAULT_INVALID, "access.passkey_not_taken",
                                                     "This passkey could not be added ({why}). Try again.", .keeps = true };
static const struct fault_type passkey_no_place = {
    FAULT_CONFLICT, "access.passkey_no_place",
    "Passkeys need a name people reach this program by: set http_public_url in the settings (https://…)."
};
static const struct fault_type passkey_changed = { FAULT_CONFLICT, "access.passkey_changed",
                                                   "This passkey was changed or removed; read it again." };
static const struct fault_type passkey_many = { FAULT_LIMIT, "access.passkey_many",
                                                "You have {limit} passkeys; remove one first." };
static const struct fault_type passkey_known = { FAULT_CONFLICT, "access.passkey_known",
                                                 "This passkey is known already." };

struct passkey {
    int64_t id, person_id;
    struct str name, credential_id, public_key;
    int64_t sign_count;
    bool is_backed_up;
    struct instant created_at, used_at, blocked_at;
    int64_t version;
};
LIST_STRUCT(passkeys, struct passkey);
RECORD(passkey, {
    FIELD_OF(FIELD_ID, int64_t, struct passkey, id, .sort = true),
    FIELD(struct passkey, person_id),
    FIELD(struct passkey, name, .min = 1, .max = 100),
    BYTES(struct passkey, credential_id, OPTIONAL, .secret = true),
    BYTES(struct passkey, public_key, OPTIONAL, .secret = true),
    FIELD(struct passkey, sign_count, .secret = true),
    FIELD(struct passkey, is_backed_up, .about = "kept by its maker on several devices"),
    FIELD(struct passkey, created_at),
    FIELD(struct passkey, used_at, OPTIONAL),
    FIELD(struct passkey, blocked_at, OPTIONAL, .about = "its counter went back: there may be a copy"),
    FIELD(struct passkey, version),
});
struct challenge {
    struct str hash, purpose;
    int64_t session_id;
    struct str address;
    struct instant expires_at;
};
RECORD(challenge,
       { BYTES(struct challenge, hash), FIELD(struct challenge, purpose), FIELD(struct challenge, session_id),
         FIELD(struct challenge, address), FIELD(struct challenge, expires_at) });

static struct fault *place_of(struct work *work, struct webauthn_place *place)
{
    return webauthn_place_of(work->arena, work->public_url, place) ? NULL : FAULT(work->arena, &passkey_no_place, NULL);
}

/* ---- What is asked once ---- */

static struct fault *challenge_make(struct work *work, const char *purpose, int64_t in_session, struct str *out)
{
    struct challenge one = { .purpose = str_of(purpose),
                             .session_id = in_session,
                             .address = work->address.length ? work->address : STR("-"),
                             .expires_at = { work->now.us + CHALLENGE_US } };
    struct access_key count = { 0 };
    *out = secret_new(work->arena);
    one.hash = secret_hash(work->arena, *out);
    TRY(db_run(work, &sql_challenge_forget, NONE));
    TRY(db_one(work, &sql_challenge_count, GIVEN(challenge, &one), INTO(access_key, &count), &access_missing));
    if (count.id >= CHALLENGES_MAX)
        return FAULT(work->arena, &access_locked, NULL, PARAM_INT(work->arena, "minutes", CHALLENGE_US / 60000000));
    return db_run(work, &sql_challenge_add, GIVEN(challenge, &one));
}

/* *taken: it was asked, for this, here, and not shown before. */
static struct fault *challenge_take(struct work *work, const struct webauthn_place *place, enum webauthn_kind kind,
                                    struct str client_data, const char *purpose, int64_t in_session, bool *taken)
{
    int64_t count = 0;
    struct str said = webauthn_challenge(work->arena, place, kind, client_data);
    *taken = false;
    if (!said.length) return NULL;
    const struct challenge one = { .hash = secret_hash(work->arena, said), .purpose = str_of(purpose), .session_id = in_session };
    TRY(db_run_count(work, &sql_challenge_take, GIVEN(challenge, &one), &count));
    *taken = count == 1;
    return NULL;
}

/* ---- Adding one ---- */

struct known_credential { struct str credential_id; };
RECORD(known_credential, { BYTES(struct known_credential, credential_id) });
LIST_STRUCT(known_credentials, struct known_credential);
struct passkey_started {
    struct str challenge, rp_id, user_handle, user_name, display_name;
    struct known_credentials known;
};
RECORD(passkey_started, {
    FIELD(struct passkey_started, challenge, .about = "to be signed once, within five minutes; base64url"),
    FIELD(struct passkey_started, rp_id),
    BYTES(struct passkey_started, user_handle),
    FIELD(struct passkey_started, user_name),
    FIELD(struct passkey_started, display_name),
    LIST(struct passkey_started, known, known_credential),
});

static struct fault *credentials_of(struct work *work, int64_t of, struct known_credentials *known)
{
    struct passkeys all = { 0 };
    TRY(db_all(work, &sql_passkey_all, ACCESS_ID(of), INTO_LIST(passkey, &all)));
    for (size_t i = 0; i < all.count; i++) *LIST_ADD(work->arena, known) = (struct known_credential){ all.at[i].credential_id };
    return NULL;
}

static struct fault *passkey_start(struct work *work, const struct nothing *takes, struct passkey_started *out)
{
    struct webauthn_place place;
    struct person person = { 0 };
    (void)takes;
    TRY(place_of(work, &place));
    TRY(person_load(work, work->user_id, &person));
    TRY(person_check_fresh(work, &person));
    TRY(credentials_of(work, person.id.n, &out->known));
    if (out->known.count >= PASSKEYS_MAX)
        return FAULT(work->arena, &passkey_many, NULL, PARAM_INT(work->arena, "limit", PASSKEYS_MAX));
    out->rp_id = place.rp_id;
    out->user_handle = secret_hash(work->arena, str_format(work->arena, "passkeys of person %lld", (long long)person.id.n));
    out->user_name = person.email;
    out->display_name = person.name;
    return challenge_make(work, "register", work->session_id, &out->challenge);
}
CALLABLE(passkey_start, nothing, passkey_started);

struct passkey_add { struct str name, client_data, attestation; };
RECORD(passkey_add, {
    FIELD(struct passkey_add, name, .min = 1, .max = 100, .about = "what to call it: \"Laptop\""),
    BYTES(struct passkey_add, client_data, .min = 1, .max = 4096, .about = "clientDataJSON"),
    BYTES(struct passkey_add, attestation, .min = 1, .max = 65536, .about = "attestationObject"),
});

static struct fault *passkey_add(struct work *work, const struct passkey_add *takes, struct passkey *out)
{
    struct webauthn_place place;
    struct webauthn_key key;
    struct person person = { 0 };
    struct passkey twin = { 0 };
    bool taken, found;
    TRY(place_of(work, &place));
    TRY(person_load(work, work->user_id, &person));
    TRY(person_check_fresh(work, &person));
    TRY(challenge_take(work, &place, WEBAUTHN_CREATE, takes->client_data, "register", work->session_id, &taken));
    const char *wrong = taken ? webauthn_register(work->arena, &place, takes->attestation, &key)
                              : "nobody asked for it, or too long ago";
    if (wrong) return FAULT(work->arena, &passkey_not_taken, NULL, PARAM("why", translate(work->language, wrong)));
    const struct access_key credential = { 0, key.credential_id };
    TRY(db_find(work, &sql_passkey_by_credential, GIVEN(access_key, &credential), INTO(passkey, &twin), &found));
    if (found) return FAULT(work->arena, &passkey_known, NULL);
    *out = (struct passkey){ .id = id_new(work),
                             .person_id = person.id.n,
                             .name = takes->name,
                             .credential_id = key.credential_id,
                             .public_key = key.public_key,
                             .sign_count = key.sign_count,
                             .is_backed_up = key.is_backed_up,
                             .created_at = work->now,
                             .version = 1 };
    TRY(db_run(work, &sql_passkey_add, GIVEN(passkey, out)));
    TRY(session_stepped_up(work)); /* it was shown just now */
    work_changed(work, "passkey", out->id, (struct given){ &passkey_record, NULL }, GIVEN(passkey, out));
    return NULL;
}
CALLABLE(passkey_add, passkey_add, passkey);

/* ---- Showing one ---- */

struct passkey_asked {
    struct str challenge, rp_id;
    struct known_credentials known;
};
RECORD(passkey_asked, {
    FIELD(struct passkey_asked, challenge, .about = "to be signed once, within five minutes; base64url"),
    FIELD(struct passkey_asked, rp_id),
    LIST(struct passkey_asked, known, known_credential,
         .about = "of who is signed in; of a stranger none: the authenticator knows"),
});
static struct fault *passkey_ask(struct work *work, const struct nothing *takes, struct passkey_asked *out)
{
    struct webauthn_place place;
    (void)takes;
    TRY(place_of(work, &place));
    TRY(guard_address_check(work));
    out->rp_id = place.rp_id;
    if (work->session_id) TRY(credentials_of(work, work->user_id, &out->known));
    return challenge_make(work, work->session_id ? "step_up" : "sign_in", work->session_id, &out->challenge);
}
CALLABLE(passkey_ask, nothing, passkey_asked);

struct passkey_show { struct str credential_id, client_data, authenticator_data, signature, agent; };
RECORD(passkey_show, {
    BYTES(struct passkey_show, credential_id, .min = 1, .max = 1023),
    BYTES(struct passkey_show, client_data, .min = 1, .max = 4096),
    BYTES(struct passkey_show, authenticator_data, .min = 1, .max = 65536),
    BYTES(struct passkey_show, signature, .min = 1, .max = 2048),
    FIELD(struct passkey_show, agent, .max = 200, OPTIONAL,
          .about = "what to call this session in the list of sessions"),
});

static struct fault *not_accepted(struct work *work)
{
    TRY(guard_address_failed(work));
    return FAULT(work->arena, &passkey_wrong, NULL);
}

/* The challenge is used up whatever comes of it. */
static struct fault *check(struct work *work, const struct passkey_show *takes, const char *purpose, struct passkey *passkey)
{
    struct webauthn_place place;
    struct webauthn_key key;
    bool taken, found;
    const struct access_key credential = { 0, takes->credential_id };
    TRY(place_of(work, &place));
    TRY(guard_address_check(work));
    TRY(challenge_take(work, &place, WEBAUTHN_GET, takes->client_data, purpose, work->session_id, &taken));
    TRY(db_find(work, &sql_passkey_by_credential, GIVEN(access_key, &credential), INTO(passkey, passkey), &found));
    if (!taken || !found || passkey->blocked_at.us) return not_accepted(work);
    if (webauthn_assert(work->arena, &place, passkey->public_key, takes->client_data, takes->authenticator_data,
                        takes->signature, &key))
        return not_accepted(work);
    if ((key.sign_count || passkey->sign_count) && key.sign_count <= passkey->sign_count) {
        TRY(db_run(work, &sql_passkey_block, ACCESS_ID(passkey->id)));
        return FAULT(work->arena, &passkey_copied, NULL);
    }
    passkey->sign_count = key.sign_count;
    passkey->is_backed_up = key.is_backed_up;
    return db_run(work, &sql_passkey_used, GIVEN(passkey, passkey));
}

static struct fault *passkey_sign_in(struct work *work, const struct passkey_show *takes, struct session_opened *out)
{
    struct passkey passkey = { 0 };
    struct person person = { 0 };
    work->session_id = work->user_id = 0; /* whoever asks begins anew */
    TRY(check(work, takes, "sign_in", &passkey));
    TRY(person_load(work, passkey.person_id, &person));
    if (person.ended_at.us) return not_accepted(work);
    return session_make(work, &person, takes->agent, true, out);
}
CALLABLE(passkey_sign_in, passkey_show, session_opened);

static struct fault *passkey_step_up(struct work *work, const struct passkey_show *takes, struct nothing *out)
{
    struct passkey passkey = { 0 };
    (void)out;
    TRY(check(work, takes, "step_up", &passkey));
    if (passkey.person_id != work->user_id) return not_accepted(work);
    return session_stepped_up(work);
}
CALLABLE(passkey_step_up, passkey_show, nothing);

/* ---- Keeping them ---- */

static struct fault *passkey_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                  struct passkeys *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_passkey_list, ACCESS_ID(work->user_id), query, INTO_LIST(passkey, rows), next);
}
LISTABLE(passkey_list, nothing, passkey, passkeys);

static struct fault *mine(struct work *work, int64_t id, struct passkey *passkey)
{
    const struct passkey of = { .id = id, .person_id = work->user_id };
    bool found;
    TRY(db_find(work, &sql_passkey_by_id, GIVEN(passkey, &of), INTO(passkey, passkey), &found));
    if (!found) return FAULT(work->arena, &access_missing, "id", PARAM("what", STR("passkey")));
    return NULL;
}

struct passkey_rename {
    int64_t id;
    struct str name;
    int64_t version;
};
RECORD(passkey_rename, { FIELD(struct passkey_rename, id, .min = 1, .max = EXACT_MAX),
                         FIELD(struct passkey_rename, name, .min = 1, .max = 100),
                         FIELD(struct passkey_rename, version, .min = 1, .max = EXACT_MAX) });
static struct fault *passkey_rename(struct work *work, const struct passkey_rename *takes, struct passkey *out)
{
    struct passkey before = { 0 };
    TRY(mine(work, takes->id, &before));
    *out = before;
    out->name = takes->name;
    out->version = takes->version;
    TRY(db_change(work, &sql_passkey_rename, GIVEN(passkey, out), &passkey_changed));
    out->version++;
    work_changed(work, "passkey", out->id, GIVEN(passkey, &before), GIVEN(passkey, out));
    return NULL;
}
CALLABLE(passkey_rename, passkey_rename, passkey);

struct passkey_end { int64_t id; };
RECORD(passkey_end, { FIELD(struct passkey_end, id, .min = 1, .max = EXACT_MAX) });
static struct fault *passkey_end(struct work *work, const struct passkey_end *takes, struct passkey_end *out)
{
    struct passkey before = { 0 };
    TRY(mine(work, takes->id, &before));
    TRY(db_change(work, &sql_passkey_end, GIVEN(passkey, &before), &passkey_changed));
    *out = *takes;
    work_changed(work, "passkey", takes->id, GIVEN(passkey, &before), (struct given){ &passkey_record, NULL });
    return NULL;
}
CALLABLE(passkey_end, passkey_end, passkey_end);

static const struct operation operations[] = {
    { "passkey start", "POST", "/me/passkeys/start", NULL, OPERATION_NO_COMPANY, &passkey_start_call, NULL,
      "Ask for what a new passkey must sign" },
    { "passkey add", "POST", "/me/passkeys", NULL, OPERATION_NO_COMPANY, &passkey_add_call, NULL, "Add a passkey" },
    { "passkey list", "GET", "/me/passkeys", NULL, OPERATION_READS | OPERATION_NO_COMPANY, NULL, &passkey_list_list,
      "List your passkeys" },
    { "passkey rename", "POST", "/me/passkeys/{id}", NULL, OPERATION_NO_COMPANY, &passkey_rename_call, NULL,
      "Call a passkey otherwise" },
    { "passkey end", "POST", "/me/passkeys/{id}/end", NULL, OPERATION_NO_COMPANY | OPERATION_STEP_UP, &passkey_end_call,
      NULL, "Remove a passkey" },
    { "passkey ask", "POST", "/session/passkey/start", NULL, OPERATION_ANYONE | OPERATION_NO_COMPANY, &passkey_ask_call,
      NULL, "Ask for what a passkey must sign, to sign in or to show a second factor again" },
    { "passkey sign-in", "POST", "/session/passkey", NULL, OPERATION_ANYONE | OPERATION_NO_COMPANY,
      &passkey_sign_in_call, NULL, "Sign in with a passkey, without a password" },
    { "passkey step-up", "POST", "/session/step-up/passkey", NULL, OPERATION_NO_COMPANY, &passkey_step_up_call, NULL,
      "Show a passkey as your second factor" },
};
const struct operation_table access_passkeys = { "access", operations, ARRAY_LENGTH(operations) };
