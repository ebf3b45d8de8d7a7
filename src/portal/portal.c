/* Links: given by a person to a supplier, mailed, listed, ended. */
#include "portal/portal_private.h"
#include "outbox/message.h"
#include "portal.sql.h"

const struct fault_type portal_not_supplier = { FAULT_INVALID, "portal.not_supplier",
                                                "{party} is not a supplier; say so on the party first." };
static const struct fault_type no_address = {
    FAULT_INVALID, "portal.no_address", "{party} has no e-mail address; say which one to send the link to."
};
static const struct fault_type access_unknown_id = { FAULT_MISSING, "portal.access_missing",
                                                     "There is no such link, or it was ended before." };
static const struct fault_type letter_hello = { FAULT_INVALID, "portal.letter_hello", "Dear {party}," };
static const struct fault_type letter_title = { FAULT_INVALID, "portal.letter_title",
                                                "Your invoices to {company}: send them and see when they are paid" };
static const struct fault_type letter_text = {
    FAULT_INVALID, "portal.letter_text",
    "With the link below you check your e-invoices before you send them, send them to {company}, and see of each whether it was "
    "received, approved and when it will be paid. You need no account."
};
static const struct fault_type letter_end = {
    FAULT_INVALID, "portal.letter_end",
    "The link is yours: who has it sees your invoices, so pass it on only to who may. It works until {day}. If you did not expect "
    "it, leave it."
};
enum { DAYS_USUAL = 90, DAYS_MOST = 730 };

static const char *const languages[] = { NULL, "nl", "en" };
RECORD(portal_access, {
    ID(struct portal_access, id),
    ID(struct portal_access, party_id),
    FIELD(struct portal_access, kind),
    FIELD(struct portal_access, email, .min = 3, .max = 254),
    FIELD(struct portal_access, language),
    BYTES(struct portal_access, secret_hash, .secret = true),
    FIELD(struct portal_access, invited_by),
    FIELD(struct portal_access, invited_at),
    FIELD(struct portal_access, expires_at),
    FIELD(struct portal_access, used_at, OPTIONAL),
    FIELD(struct portal_access, use_count),
    FIELD(struct portal_access, ended_at, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct portal_access, ended_by, OPTIONAL),
});
RECORD(portal_key, {
    FIELD(struct portal_key, id, OPTIONAL),
    BYTES(struct portal_key, hash, OPTIONAL),
    FIELD(struct portal_key, of_company_id, OPTIONAL),
    FIELD(struct portal_key, since_at, OPTIONAL),
});

/* ---- Giving ---- */

struct portal_invite {
    party_id party_id;
    struct str email;
    unsigned language;
    int64_t days;
};
RECORD(portal_invite, {
    ID(struct portal_invite, party_id, .about = "a supplier"),
    FIELD(struct portal_invite, email, .max = 254, OPTIONAL, .about = "left out: where that party gets its mail"),
    FIELD(struct portal_invite, language, CHOICES(languages), OPTIONAL, .about = "left out: the party's"),
    FIELD(struct portal_invite, days, .max = DAYS_MOST, OPTIONAL, .about = "how long it works; left out: 90"),
});
struct portal_invited {
    portal_access_id id;
    struct str email, link;
    struct instant expires_at;
};
RECORD(portal_invited, {
    ID(struct portal_invited, id),
    FIELD(struct portal_invited, email),
    FIELD(struct portal_invited, link, .about = "shown once; the secret behind the # is kept nowhere"),
    FIELD(struct portal_invited, expires_at),
});

struct words {
    struct work *work;
    enum language language;
    struct str party, company, day;
};

static struct str say(const struct words *words, const struct fault_type *type)
{
    struct fault *fault = FAULT(words->work->arena, type, NULL, PARAM("party", words->party),
                                PARAM("company", words->company), PARAM("day", words->day));
    return fault_text(words->work->arena, fault, words->language);
}

/* The secret stands sealed in the outbox until it has left, and in no message a colleague can read. */
static struct fault *post(struct work *work, const struct portal_access *access, struct str party, struct str link)
{
    struct company company = { 0 };
    outbox_id id;
    TRY(access_company_load(work, &company));
    const struct words words = { work, str_is(access->language, "nl") ? DUTCH : ENGLISH, party, company.name,
                                 date_text(work->arena, instant_day(access->expires_at)) };
    struct str hello = say(&words, &letter_hello), text = say(&words, &letter_text), end = say(&words, &letter_end);
    const struct message_body body = {
        .to = access->email, .to_name = party, .title = say(&words, &letter_title),
        .text = str_format(work->arena, "%.*s\n\n%.*s\n\n%.*s\n\n%.*s\n", STR_ARG(hello), STR_ARG(text), STR_ARG(link),
                           STR_ARG(end)),
    };
    const struct outbox_new mail = { .kind = STR("mail"),
                                     .payload = record_to_json(work->arena, GIVEN(message_body, &body)),
                                     .is_secret = true };
    return outbox_add(work, &mail, &id);
}

static struct fault *fill_access(struct work *work, const struct portal_invite *takes, const struct party *party,
                                 struct portal_access *access)
{
    struct str email = str_lower(work->arena, str_trim(takes->email));
    if (!email.length) TRY(party_email_for(work, party->id, "billing", &email));
    if (!email.length) return FAULT(work->arena, &no_address, "email", PARAM("party", party->name));
    if (!mail_address_is_valid(email))
        return FAULT(work->arena, &message_no_address, "email", PARAM("address", str_utf8_clip(email, 100)));
    *access = (struct portal_access){
        .id = { id_new(work) },
        .party_id = party->id,
        .kind = STR("supplier"),
        .email = email,
        .language = takes->language ? str_of(languages[takes->language]) : str_is(party->language, "nl") ? STR("nl") : STR("en"),
        .invited_by = work->user_id,
        .invited_at = work->now,
        .expires_at = { work->now.us + (takes->days ? takes->days : DAYS_USUAL) * DAY_US },
    };
    return NULL;
}

static struct fault *portal_invite(struct work *work, const struct portal_invite *takes, struct portal_invited *out)
{
    struct party party = { 0 };
    struct portal_access access;
    if (takes->days < 0) return FAULT(work->arena, &record_too_small, "days", PARAM("min", STR("1")));
    TRY(party_load(work, takes->party_id, &party));
    if (!party.is_supplier || str_starts(party.name_key, "= "))
        return FAULT(work->arena, &portal_not_supplier, "party_id", PARAM("party", party.name));
    TRY(fill_access(work, takes, &party, &access));
    struct str secret = secret_new(work->arena);
    access.secret_hash = secret_hash(work->arena, secret);
    struct str link = str_format(work->arena, "%.*s/supplier#%.*s", STR_ARG(work->public_url), STR_ARG(secret));
    TRY(db_run(work, &sql_portal_access_add, GIVEN(portal_access, &access)));
    TRY(post(work, &access, party.name, link));
    work_changed(work, "portal_access", access.id.n, (struct given){ &portal_access_record, NULL },
                 GIVEN(portal_access, &access));
    *out = (struct portal_invited){ access.id, access.email, link, access.expires_at };
    return NULL;
}
CALLABLE(portal_invite, portal_invite, portal_invited);

/* ---- Looking and ending ---- */

enum access_state { ACCESS_OPEN = 1, ACCESS_EXPIRED, ACCESS_ENDED };
static const char *const states[] = { NULL, "open", "expired", "ended" };
struct portal_access_row {
    portal_access_id id;
    party_id party_id;
    struct str party_name, email, language;
    int64_t invited_by;
    struct str invited_by_name;
    struct instant invited_at, expires_at, used_at;
    int64_t use_count, received_count;
    struct instant ended_at;
    struct str ended_by_name;
    enum access_state state;
};
LIST_STRUCT(portal_access_rows, struct portal_access_row);
RECORD(portal_access_row, {
    ID(struct portal_access_row, id, .sort = true),
    ID(struct portal_access_row, party_id, .filter = true),
    FIELD(struct portal_access_row, party_name, .filter = true, .sort = true),
    FIELD(struct portal_access_row, email, .filter = true, .sort = true),
    FIELD(struct portal_access_row, language),
    FIELD(struct portal_access_row, invited_by),
    FIELD(struct portal_access_row, invited_by_name, OPTIONAL, .about = "absent: the program itself"),
    FIELD(struct portal_access_row, invited_at, .sort = true),
    FIELD(struct portal_access_row, expires_at, .filter = true, .sort = true),
    FIELD(struct portal_access_row, used_at, OPTIONAL, .sort = true, .about = "when it was opened or used to send last"),
    FIELD(struct portal_access_row, use_count, .about = "how often it was opened or used to send"),
    FIELD(struct portal_access_row, received_count, .about = "invoices that came through it"),
    FIELD(struct portal_access_row, ended_at, OPTIONAL),
    FIELD(struct portal_access_row, ended_by_name, OPTIONAL),
    FIELD(struct portal_access_row, state, CHOICES(states), .filter = true),
});
static struct fault *portal_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                 struct portal_access_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_portal_access_list, NONE, query, INTO_LIST(portal_access_row, rows), next);
}
LISTABLE(portal_list, nothing, portal_access_row, portal_access_rows);

struct portal_end { portal_access_id id; };
RECORD(portal_end, { ID(struct portal_end, id) });
static struct fault *portal_end(struct work *work, const struct portal_end *takes, struct portal_end *out)
{
    struct portal_access before = { 0 };
    int64_t changed;
    TRY(db_one(work, &sql_portal_access_by_id, PORTAL_KEY(.id = takes->id.n), INTO(portal_access, &before), &access_unknown_id));
    TRY(db_run_count(work, &sql_portal_access_end, GIVEN(portal_end, takes), &changed));
    if (!changed) return FAULT(work->arena, &access_unknown_id, "id");
    struct portal_access after = before;
    after.ended_at = work->now;
    after.ended_by = work->user_id;
    work_changed(work, "portal_access", takes->id.n, GIVEN(portal_access, &before), GIVEN(portal_access, &after));
    *out = *takes;
    return NULL;
}
CALLABLE(portal_end, portal_end, portal_end);

static const struct operation operations[] = {
    { "portal invite", "POST", "/portal-accesses", "portal.invite", 0, &portal_invite_call, NULL,
      "Give a supplier a link to check and send invoices and to see their state; it is mailed and shown once" },
    { "portal list", "GET", "/portal-accesses", "portal.read", OPERATION_READS, NULL, &portal_list_list,
      "List the links that suppliers were given: by whom, until when, last used" },
    { "portal end", "POST", "/portal-accesses/{id}/end", "portal.invite", 0, &portal_end_call, NULL,
      "End a supplier's link and its sessions at once" },
};
const struct operation_table portal_accesses = { "portal", operations, ARRAY_LENGTH(operations) };
