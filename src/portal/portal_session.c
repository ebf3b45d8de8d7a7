/* From a link to a session, and who is asking. */
#include "portal/portal_private.h"
#include "portal.sql.h"
#include <sodium.h>

const struct fault_type portal_ended = {
    FAULT_UNKNOWN_USER, "portal.ended",
    "You are not signed in any more: open the link from your mail again, or ask for a new one."
};
const struct fault_type portal_link_wrong = { FAULT_UNKNOWN_USER, "portal.link_wrong",
                                              "This link does not work (any more). Ask who sent it for a new one.",
                                              .keeps = true };
const struct fault_type portal_too_often = { FAULT_LIMIT, "portal.too_often",
                                             "That was {count} times in an hour. Wait {minutes} minutes and try again.",
                                             .keeps = true };

#define HOUR_US (INT64_C(3600) * 1000000)
#define SESSION_US (4 * HOUR_US)

/* ---- How often ---- */

struct portal_count { int64_t count; struct instant first_at; };
RECORD(portal_count, { FIELD(struct portal_count, count), FIELD(struct portal_count, first_at, OPTIONAL) });

struct fault *portal_check_rate(struct work *work, const struct sql *sql, const struct portal_key *key, int64_t most)
{
    struct portal_count seen = { 0 };
    struct portal_key since = *key;
    since.since_at.us = work->now.us - HOUR_US;
    TRY(db_one(work, sql, GIVEN(portal_key, &since), INTO(portal_count, &seen), &portal_ended));
    if (seen.count < most) return NULL;
    int64_t left = seen.first_at.us + HOUR_US - work->now.us;
    return FAULT(work->arena, &portal_too_often, NULL, PARAM_INT(work->arena, "count", seen.count),
                 PARAM_INT(work->arena, "minutes", left > 0 ? (left + 59999999) / 60000000 : 1));
}

/* ---- Opening a link ---- */

struct portal_session {
    portal_session_id id;
    portal_access_id access_id;
    struct str token_hash, csrf;
    struct instant created_at, expires_at, ended_at;
    struct str address;
    int64_t of_company_id;
};
RECORD(portal_session, {
    ID(struct portal_session, id),
    ID(struct portal_session, access_id),
    BYTES(struct portal_session, token_hash),
    FIELD(struct portal_session, csrf),
    FIELD(struct portal_session, created_at),
    FIELD(struct portal_session, expires_at),
    FIELD(struct portal_session, ended_at, OPTIONAL),
    FIELD(struct portal_session, address, OPTIONAL),
    FIELD(struct portal_session, of_company_id),
});
struct portal_link {
    int64_t id, of_company_id, party_id;
    struct str language;
    struct instant expires_at;
};
RECORD(portal_link,
       { FIELD(struct portal_link, id), FIELD(struct portal_link, of_company_id), FIELD(struct portal_link, party_id),
         FIELD(struct portal_link, language), FIELD(struct portal_link, expires_at) });

struct portal_open {
    struct str secret;
};
RECORD(portal_open, { FIELD(struct portal_open, secret, .min = 1, .max = 200, .secret = true,
                            .about = "what stands behind the # of the link") });
struct portal_opened {
    struct str guest_cookie, csrf, language;
    struct instant expires_at;
};
RECORD(portal_opened, {
    FIELD(struct portal_opened, guest_cookie, OPTIONAL, .secret = true),
    FIELD(struct portal_opened, csrf, .about = "goes into the header X-Florin-CSRF of what changes something"),
    FIELD(struct portal_opened, language),
    FIELD(struct portal_opened, expires_at, .about = "then the link is to be opened again"),
});

static struct fault *portal_open(struct work *work, const struct portal_open *takes, struct portal_opened *out)
{
    struct portal_link link = { 0 };
    bool found;
    TRY(guard_address_check(work));
    TRY(db_find(work, &sql_portal_link_by_secret, PORTAL_KEY(.hash = secret_hash(work->arena, takes->secret)),
                INTO(portal_link, &link), &found));
    if (!found) {
        TRY(guard_address_failed(work));
        return FAULT(work->arena, &portal_link_wrong, "secret");
    }
    const struct portal_key key = { .id = link.id, .of_company_id = link.of_company_id };
    TRY(portal_check_rate(work, &sql_portal_session_count, &key, PORTAL_OPENINGS_AN_HOUR));
    int64_t until = work->now.us + SESSION_US;
    *out = (struct portal_opened){ .guest_cookie = secret_new(work->arena),
                                   .csrf = secret_new(work->arena),
                                   .language = link.language,
                                   .expires_at = { until < link.expires_at.us ? until : link.expires_at.us } };
    const struct portal_session session = {
        .id = { id_new(work) },
        .access_id = { link.id },
        .token_hash = secret_hash(work->arena, out->guest_cookie),
        .csrf = out->csrf,
        .created_at = work->now,
        .expires_at = out->expires_at,
        .address = work->address,
        .of_company_id = link.of_company_id,
    };
    TRY(db_run(work, &sql_portal_session_add, GIVEN(portal_session, &session)));
    return db_run(work, &sql_portal_access_used, GIVEN(portal_key, &key));
}
CALLABLE(portal_open, portal_open, portal_opened);

/* ---- Who is asking ---- */

struct portal_seen {
    int64_t id, of_company_id, access_id, party_id;
    struct str csrf, language;
    struct instant expires_at;
};
RECORD(portal_seen,
       { FIELD(struct portal_seen, id), FIELD(struct portal_seen, of_company_id), FIELD(struct portal_seen, access_id),
         FIELD(struct portal_seen, party_id), FIELD(struct portal_seen, csrf), FIELD(struct portal_seen, language),
         FIELD(struct portal_seen, expires_at) });

static struct fault *identify(struct work *work, const struct operations *operations, struct str cookie, struct str csrf)
{
    struct portal_seen seen = { 0 };
    bool found;
    TRY(db_find(work, &sql_portal_session_by_token, PORTAL_KEY(.hash = secret_hash(work->arena, cookie)),
                INTO(portal_seen, &seen), &found));
    if (!found) return FAULT(work->arena, &portal_ended, NULL);
    bool same = csrf.length == seen.csrf.length && sodium_memcmp(csrf.at, seen.csrf.at, seen.csrf.length) == 0;
    if (csrf.at && !same) return FAULT(work->arena, &access_csrf, NULL);
    work->company_id = seen.of_company_id;
    work->guest = (struct guest){ seen.access_id, seen.id, seen.party_id };
    work->language = str_is(seen.language, "nl") ? DUTCH : ENGLISH;
    work->source = STR("portal");
    permissions_allow(&work->permissions, permission_number(operations, STR(PORTAL_PERMISSION)));
    return NULL;
}

struct fault *portal_identify(struct work *work, struct books *books, const struct operations *operations, struct str cookie,
                              struct str csrf)
{
    bool reading = work->reading;
    if (!cookie.length) return NULL;
    work->system = false;
    work->user_id = work->session_id = work->company_id = 0;
    work->guest = (struct guest){ 0 };
    memset(&work->permissions, 0, sizeof work->permissions);
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = identify(work, operations, cookie, csrf);
    db_rollback(work);
    work->reading = reading;
    return fault;
}

/* ---- Who am I, and whom do I send to ---- */

struct portal_company { struct str name, legal_name, kvk_number, vat_number, street, postal_code, city, country, email, phone; };
RECORD(portal_company, {
    FIELD(struct portal_company, name),
    FIELD(struct portal_company, legal_name, OPTIONAL),
    FIELD(struct portal_company, kvk_number, OPTIONAL),
    FIELD(struct portal_company, vat_number, OPTIONAL),
    FIELD(struct portal_company, street, OPTIONAL),
    FIELD(struct portal_company, postal_code, OPTIONAL),
    FIELD(struct portal_company, city, OPTIONAL),
    FIELD(struct portal_company, country),
    FIELD(struct portal_company, email, OPTIONAL),
    FIELD(struct portal_company, phone, OPTIONAL),
});
struct portal_me {
    struct str csrf, language, email, party_name, party_kvk_number, party_vat_number;
    struct instant expires_at, access_until;
    struct portal_company company;
};
RECORD(portal_me, {
    FIELD(struct portal_me, csrf),
    FIELD(struct portal_me, language),
    FIELD(struct portal_me, email),
    FIELD(struct portal_me, party_name),
    FIELD(struct portal_me, party_kvk_number, OPTIONAL),
    FIELD(struct portal_me, party_vat_number, OPTIONAL),
    FIELD(struct portal_me, expires_at, .about = "of this session"),
    FIELD(struct portal_me, access_until, .about = "of the link"),
    PART(struct portal_me, company, portal_company),
});
struct portal_me_row {
    struct str csrf, language, email, party_name, party_kvk_number, party_vat_number;
    struct instant expires_at, access_until;
};
RECORD(portal_me_row, {
    FIELD(struct portal_me_row, csrf),
    FIELD(struct portal_me_row, language),
    FIELD(struct portal_me_row, email),
    FIELD(struct portal_me_row, party_name),
    FIELD(struct portal_me_row, party_kvk_number, OPTIONAL),
    FIELD(struct portal_me_row, party_vat_number, OPTIONAL),
    FIELD(struct portal_me_row, expires_at),
    FIELD(struct portal_me_row, access_until),
});
static struct fault *portal_show(struct work *work, const struct nothing *takes, struct portal_me *out)
{
    struct portal_me_row row = { 0 };
    struct company c = { 0 };
    (void)takes;
    TRY(db_one(work, &sql_portal_session_show, PORTAL_KEY(.id = work->guest.session_id), INTO(portal_me_row, &row),
               &portal_ended));
    TRY(access_company_load(work, &c));
    *out = (struct portal_me){
        row.csrf,
        row.language,
        row.email,
        row.party_name,
        row.party_kvk_number,
        row.party_vat_number,
        row.expires_at,
        row.access_until,
        { c.name, c.legal_name, c.kvk_number, c.vat_number, c.street, c.postal_code, c.city, c.country, c.email,
          c.phone },
    };
    return NULL;
}
CALLABLE(portal_show, nothing, portal_me);

struct portal_closed { struct str guest_cookie; };
RECORD(portal_closed, { FIELD(struct portal_closed, guest_cookie, OPTIONAL, .secret = true) });
static struct fault *portal_close(struct work *work, const struct nothing *takes, struct portal_closed *out)
{
    (void)takes;
    out->guest_cookie = STR(""); /* the door takes the cookie away */
    return db_run(work, &sql_portal_session_end, PORTAL_KEY(.id = work->guest.session_id));
}
CALLABLE(portal_close, nothing, portal_closed);

static const struct operation operations[] = {
    { "portal open", "POST", "/portal/session", NULL, OPERATION_ANYONE | OPERATION_NO_COMPANY, &portal_open_call, NULL,
      "Open a link of the portal: its secret for a session of some hours" },
    { "portal show", "GET", "/portal/session", PORTAL_PERMISSION, OPERATION_READS | OPERATION_GUEST, &portal_show_call, NULL,
      "Show whose link this is and the company that invoices go to" },
    { "portal close", "POST", "/portal/session/close", PORTAL_PERMISSION, OPERATION_GUEST, &portal_close_call, NULL,
      "End the session of the portal" },
};
const struct operation_table portal_sessions = { "portal", operations, ARRAY_LENGTH(operations) };
