/* The two letters of this room, by mail: an invitation, and a new password for who forgot his. The secret in them works once; it stands
 * sealed in the outbox until it has left, and in no message a colleague can read. */
#include "access/access_private.h"
#include "access.sql.h"
#include "outbox/message.h"

#define INVITE_US (7 * DAY_US)
#define RESET_US (INT64_C(3600) * 1000000)

static const struct fault_type hello = { FAULT_INVALID, "access.letter_hello", "Hello {name}," };
static const struct fault_type invite_title = { FAULT_INVALID, "access.letter_invite_title", "Your access to {company}" };
static const struct fault_type invite_text = {
    FAULT_INVALID, "access.letter_invite", "You have been given access to {company} in Florin. Choose a password within a week:"
};
static const struct fault_type invite_end = { FAULT_INVALID, "access.letter_invite_end",
                                              "This works once. If you did not expect it, leave it: nothing happens then." };
static const struct fault_type reset_title = { FAULT_INVALID, "access.letter_reset_title", "Choose a new password for Florin" };
static const struct fault_type reset_text = {
    FAULT_INVALID, "access.letter_reset", "Somebody, probably you, asked for a new password. Choose it within an hour:"
};
static const struct fault_type reset_end = { FAULT_INVALID, "access.letter_reset_end",
                                             "This works once. If it was not you, leave it: your password stays as it is." };

static const struct fault_type factor_title = { FAULT_INVALID, "access.letter_factor_title",
                                                "Your second factor for Florin was reset" };
static const struct fault_type factor_text = {
    FAULT_INVALID, "access.letter_factor",
    "{by} reset your second factor and ended your sessions. At your next sign-in you set up a new one."
};
static const struct fault_type factor_asked_title = { FAULT_INVALID, "access.letter_factor_asked_title",
                                                      "Somebody asked to reset your second factor for Florin" };
static const struct fault_type factor_asked_text = {
    FAULT_INVALID, "access.letter_factor_asked",
    "{by} asked to reset your second factor. Another administrator confirms or refuses it within three days."
};
static const struct fault_type factor_end = {
    FAULT_INVALID, "access.letter_factor_end",
    "If you did not ask for this, call an administrator at once and choose a new password."
};
static const struct fault_type the_program = { FAULT_INVALID, "access.the_program", "Whoever runs this installation" };

struct words { struct work *work; enum language language; struct str name, company, by; };

static struct str say(const struct words *words, const struct fault_type *type)
{
    struct arena *arena = words->work->arena;
    return fault_text(
        arena,
        FAULT(arena, type, NULL, PARAM("name", words->name), PARAM("company", words->company), PARAM("by", words->by)),
        words->language);
}

/* The address people reach us by, with the secret behind the #, so that it is in no log of any server. */
static struct str link_to(struct work *work, const char *page, struct str secret)
{
    if (!work->public_url.length) return secret;
    return str_format(work->arena, "%.*s/%s#%.*s", STR_ARG(work->public_url), page, STR_ARG(secret));
}

static struct fault *post(struct work *work, const struct person *person, const struct words *words, struct str title,
                          const struct str paragraphs[3])
{
    struct text text = text_new(work->arena);
    outbox_id id;
    text_add(&text, say(words, &hello));
    for (int i = 0; i < 3; i++) {
        text_addz(&text, "\n\n");
        text_add(&text, paragraphs[i]);
    }
    text_add_char(&text, '\n');
    if (!mail_address_is_valid(person->email))
        return FAULT(work->arena, &message_no_address, "email", PARAM("address", str_utf8_clip(person->email, 100)));
    const struct message_body body = {
        .to = person->email, .to_name = person->name, .title = title, .text = text_str(&text)
    };
    const struct outbox_new mail = { .kind = STR("mail"),
                                     .payload = record_to_json(work->arena, GIVEN(message_body, &body)),
                                     .is_secret = true };
    return outbox_add(work, &mail, &id);
}

static struct words words_of(struct work *work, const struct person *person, struct str company)
{
    return (struct words){ .work = work,
                           .language = str_is(person->language, "nl") ? DUTCH : ENGLISH,
                           .name = person->name,
                           .company = company };
}

struct fault *letter_invite(struct work *work, struct person *person, struct str *secret)
{
    struct company company = { 0 };
    TRY(access_company_load(work, &company));
    *secret = secret_new(work->arena);
    person->invite_hash = secret_hash(work->arena, *secret);
    person->invite_until.us = work->now.us + INVITE_US;
    const struct words words = words_of(work, person, company.name);
    const struct str paragraphs[] = { say(&words, &invite_text), link_to(work, "invitation", *secret), say(&words, &invite_end) };
    return post(work, person, &words, say(&words, &invite_title), paragraphs);
}

/* From the first company he belongs to; who belongs to none gets none. At most one in five minutes. */
struct fault *letter_reset(struct work *work, struct person *person)
{
    struct company_choices companies = { 0 };
    int64_t lives = person->password_hash.at ? RESET_US : INVITE_US, here = work->company_id;
    struct str secret = { 0 };
    if (person->invite_hash.at && person->invite_until.us - lives > work->now.us - INT64_C(300) * 1000000) return NULL;
    TRY(db_all(work, &sql_companies_of_person, ACCESS_ID(person->id.n), INTO_LIST(company_choice, &companies)));
    if (!companies.count) return NULL;
    work->company_id = companies.at[0].id;
    struct fault *fault = NULL;
    if (!person->password_hash.at) {
        fault = letter_invite(work, person, &secret);
    } else {
        secret = secret_new(work->arena);
        person->invite_hash = secret_hash(work->arena, secret);
        person->invite_until.us = work->now.us + RESET_US;
        const struct words words = words_of(work, person, companies.at[0].name);
        const struct str paragraphs[] = { say(&words, &reset_text), link_to(work, "password", secret), say(&words, &reset_end) };
        fault = post(work, person, &words, say(&words, &reset_title), paragraphs);
    }
    work->company_id = here;
    TRY(fault);
    return person_save(work, person);
}

struct fault *letter_factor(struct work *work, const struct person *person, bool done)
{
    struct words words = words_of(work, person, STR(""));
    if (!work->system) TRY(access_person_name(work, work->user_id, &words.by));
    if (!words.by.length) words.by = say(&words, &the_program);
    const struct str paragraphs[] = { say(&words, done ? &factor_text : &factor_asked_text), say(&words, &factor_end),
                                      work->public_url };
    return post(work, person, &words, say(&words, done ? &factor_title : &factor_asked_title), paragraphs);
}
