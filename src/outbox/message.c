#include "outbox/message.h"
#include "message.sql.h"

const struct fault_type message_no_address = { FAULT_INVALID, "message.no_address",
                                               "\"{address}\" is no e-mail address to send to; give one." };
const struct fault_type message_missing = { FAULT_MISSING, "message.missing", "There is no such message." };
static const struct fault_type message_not_letter = {
    FAULT_CONFLICT, "message.not_letter", "Only a letter is posted by hand; this message went by {channel}."
};
static const struct fault_type message_not_mail = {
    FAULT_CONFLICT, "message.not_mail", "Only mail comes back as undeliverable; this message went by {channel}."
};

static const char *const channels[] = { NULL, "mail", "letter", "portal" };
static const char *const states[OUTBOX_STATE_COUNT] = { NULL, "queued", "handed_over", "delivered", "failed", "bounced" };
enum { TEXT_MAX = 100000, ATTACHMENTS_MAX = 50 };

RECORD(message, {
    ID(struct message, id, .sort = true),
    FIELD(struct message, channel, CHOICES(channels), .filter = true),
    FIELD(struct message, party_id, OPTIONAL, .filter = true),
    FIELD(struct message, subject_kind, .max = 40, .filter = true, .about = "what it is about: invoice, …"),
    FIELD(struct message, subject_id, .filter = true),
    FIELD(struct message, recipient, .max = 500, OPTIONAL, .filter = true),
    FIELD(struct message, title, .max = 300),
    FIELD(struct message, created_at, .filter = true, .sort = true),
    FIELD(struct message, created_by, .about = "0: the program itself"),
    FIELD(struct message, state, CHOICES(states), .filter = true),
    FIELD(struct message, attempts, OPTIONAL),
    FIELD(struct message, last_error, .max = 500, OPTIONAL, .about = "what the other side said"),
    FIELD(struct message, reference, .max = 500, OPTIONAL, .filter = true,
          .about = "Message-ID of a mail that was handed over"),
    FIELD(struct message, finished_at, OPTIONAL),
});
RECORD(message_attachment, { FIELD(struct message_attachment, document_id, .min = 1, .max = EXACT_MAX) });
RECORD(message_body, {
    FIELD(struct message_body, to, .max = 500, OPTIONAL),
    FIELD(struct message_body, to_name, .max = 200, OPTIONAL),
    FIELD(struct message_body, title, .min = 1, .max = 300),
    FIELD(struct message_body, text, .max = TEXT_MAX, OPTIONAL),
    LIST(struct message_body, attachments, message_attachment, .max = ATTACHMENTS_MAX, OPTIONAL),
});

bool mail_address_is_valid(struct str address)
{
    ptrdiff_t at = str_find(address, "@");
    if (at < 1 || address.length > 254 || !str_is_utf8(address)) return false;
    for (size_t i = 0; i < address.length; i++) {
        unsigned char c = (unsigned char)address.at[i];
        if (c <= ' ' || c == 0x7F || strchr("<>()[],;:\\\"", c) || (c == '@' && i != (size_t)at)) return false;
    }
    struct str domain = str_part(address, (size_t)at + 1, address.length);
    return domain.length > 0 && domain.at[0] != '.' && domain.at[domain.length - 1] != '.';
}

struct fault *message_add(struct work *work, const struct message_new *item, struct message *out)
{
    *out = (struct message){
        .channel = item->channel,
        .party_id = item->party_id,
        .subject_kind = item->subject_kind,
        .subject_id = item->subject_id,
        .recipient = item->body.to.length ? item->body.to : (struct str){ 0 },
        .title = item->body.title,
        .created_at = work->now,
        .created_by = work->user_id,
        .state = item->channel == MESSAGE_PORTAL ? OUTBOX_DELIVERED : OUTBOX_QUEUED,
    };
    if (item->channel == MESSAGE_MAIL && !mail_address_is_valid(item->body.to))
        return FAULT(work->arena, &message_no_address, "to", PARAM("address", str_utf8_clip(item->body.to, 100)));
    TRY(record_check(work->arena, GIVEN(message_body, &item->body)));
    if (item->channel == MESSAGE_PORTAL) {
        out->id.n = id_new(work);
    } else {
        const struct outbox_new row = { .kind = str_of(channels[item->channel]),
                                        .payload = record_to_json(work->arena, GIVEN(message_body, &item->body)) };
        TRY(outbox_add(work, &row, &out->id));
    }
    TRY(record_check(work->arena, GIVEN(message, out)));
    return db_run(work, &sql_message_add, GIVEN(message, out));
}

struct fault *messages_of(struct work *work, const char *subject_kind, int64_t subject_id, struct messages *messages)
{
    const struct message of = { .subject_kind = str_of(subject_kind), .subject_id = subject_id };
    return db_all(work, &sql_messages_of, GIVEN(message, &of), INTO_LIST(message, messages));
}

/* ---- Operations ---- */

struct message_key { outbox_id id; };
RECORD(message_key, { ID(struct message_key, id) });
struct message_shown { struct message message; struct message_body body; };
RECORD(message_shown, { PART(struct message_shown, message, message), PART(struct message_shown, body, message_body) });
struct payload_row { struct str payload; };
RECORD(payload_row, { JSON(struct payload_row, payload, .max = 1000000) });

static struct fault *message_load(struct work *work, outbox_id id, struct message *message)
{
    return db_one(work, &sql_message_by_id, GIVEN(message_key, (&(const struct message_key){ id })),
                  INTO(message, message), &message_missing);
}

static struct fault *message_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                  struct messages *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_message_list, NONE, query, INTO_LIST(message, rows), next);
}
LISTABLE(message_list, nothing, message, messages);

static struct fault *message_show(struct work *work, const struct message_key *takes, struct message_shown *out)
{
    struct payload_row row = { 0 };
    bool found;
    TRY(message_load(work, takes->id, &out->message));
    TRY(db_find(work, &sql_message_payload, GIVEN(message_key, takes), INTO(payload_row, &row), &found));
    if (found) return record_from_json(work->arena, row.payload, INTO(message_body, &out->body));
    out->body.title = out->message.title;
    return NULL;
}
CALLABLE(message_show, message_key, message_shown);

static struct fault *tell(struct work *work, outbox_id id, enum outbox_event event, struct str why, struct message *out)
{
    struct message before = { 0 };
    TRY(message_load(work, id, &before));
    if (event == OUTBOX_HAND_OVER && before.channel != MESSAGE_LETTER)
        return FAULT(work->arena, &message_not_letter, "id", PARAM("channel", str_of(channels[before.channel])));
    if (event == OUTBOX_BOUNCE && before.channel != MESSAGE_MAIL)
        return FAULT(work->arena, &message_not_mail, "id", PARAM("channel", str_of(channels[before.channel])));
    TRY(outbox_tell(work, id, event, why));
    TRY(message_load(work, id, out));
    work_changed(work, "message", id.n, GIVEN(message, &before), GIVEN(message, out));
    return NULL;
}

static struct fault *message_posted(struct work *work, const struct message_key *takes, struct message *out)
{
    return tell(work, takes->id, OUTBOX_HAND_OVER, (struct str){ 0 }, out);
}
CALLABLE(message_posted, message_key, message);

struct message_bounce {
    outbox_id id;
    struct str reference, why;
};
RECORD(message_bounce, {
    ID(struct message_bounce, id, OPTIONAL),
    FIELD(struct message_bounce, reference, .max = 500, OPTIONAL,
          .about = "its Message-ID, where the id is not known"),
    FIELD(struct message_bounce, why, .min = 1, .max = 500, .about = "what the mail that came back says"),
});
struct message_reference {
    struct str reference;
};
RECORD(message_reference, { FIELD(struct message_reference, reference) });

static struct fault *message_bounced(struct work *work, const struct message_bounce *takes, struct message *out)
{
    struct message_key key = { takes->id };
    const struct message_reference by = { takes->reference };
    if (!key.id.n)
        TRY(db_one(work, &sql_message_by_reference, GIVEN(message_reference, &by), INTO(message_key, &key),
                   &message_missing));
    return tell(work, key.id, OUTBOX_BOUNCE, takes->why, out);
}
CALLABLE(message_bounced, message_bounce, message);

struct message_test { struct str to; };
RECORD(message_test, { FIELD(struct message_test, to, .min = 3, .max = 254) });
/* Shows whether mail leaves: the same road as every other, and its state like any other's. */
static struct fault *message_try(struct work *work, const struct message_test *takes, struct message *out)
{
    const struct message_new mail = {
        .channel = MESSAGE_MAIL,
        .subject_kind = STR("test"),
        .body = { .to = takes->to,
                  .title = translate(work->language, "Test message of Florin"),
                  .text = translate(work->language, "This message was sent to see whether mail leaves. It did.") },
    };
    TRY(message_add(work, &mail, out));
    work_changed(work, "message", out->id.n, (struct given){ &message_record, NULL }, GIVEN(message, out));
    return NULL;
}
CALLABLE(message_try, message_test, message);

static const struct operation operations[] = {
    { "message test", "POST", "/messages/test", "message.test", 0, &message_try_call, NULL,
      "Send a test message, to see whether mail leaves" },
    { "message list", "GET", "/messages", "message.read", OPERATION_READS, NULL, &message_list_list,
      "List the messages to customers and suppliers" },
    { "message show", "GET", "/messages/{id}", "message.read", OPERATION_READS, &message_show_call, NULL,
      "Show a message with its text and attachments" },
    { "message posted", "POST", "/messages/{id}/posted", "message.write", 0, &message_posted_call, NULL,
      "Say that a letter has been posted" },
    { "message bounced", "POST", "/messages/bounced", "message.write", 0, &message_bounced_call, NULL,
      "Say that a mail came back as undeliverable" },
};
const struct operation_table outbox_messages = { "outbox", operations, ARRAY_LENGTH(operations) };
