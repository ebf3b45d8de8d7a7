/* Messages to people: what was sent to whom, about what, and what became of it. A message by mail or letter is a row of the
 * outbox with the same id; what it says stands in that row's payload, its state is that row's state. A message on the portal
 * needs nobody to carry it: it is delivered when it is added.
 *
 * Room connect sends those by mail; a letter is printed and posted by a person, who says so (`message posted`). */
#pragma once
#include "outbox/outbox.h"

enum message_channel { MESSAGE_MAIL = 1, MESSAGE_LETTER, MESSAGE_PORTAL };
struct message {
    outbox_id id;
    enum message_channel channel;
    int64_t party_id;        /* 0: to nobody we keep */
    struct str subject_kind; /* "invoice", …: the thing it is about */
    int64_t subject_id;
    struct str recipient;    /* e-mail address; postal address on one line; absent on the portal */
    struct str title;
    struct instant created_at;
    int64_t created_by;
    enum outbox_state state; /* from the outbox */
    int64_t attempts;
    struct str last_error;   /* what the other side said last */
    struct str reference;    /* Message-ID, once it was handed over */
    struct instant finished_at;
};
LIST_STRUCT(messages, struct message);
extern const struct record message_record;

struct message_attachment { int64_t document_id; }; /* in the archive */
/* What it says; the outbox's payload. */
struct message_body {
    struct str to, to_name, title, text; /* text: plain, lines end in \n */
    LIST_OF(struct message_attachment) attachments;
};
extern const struct record message_body_record;
struct message_new {
    enum message_channel channel;
    int64_t party_id;
    struct str subject_kind;
    int64_t subject_id;
    struct message_body body; /* to: the address */
};
/* Inside a transaction. Refuses message_no_address: a mail to nobody, or to what is no address. */
CHECKED struct fault *message_add(struct work *work, const struct message_new *item, struct message *out);
/* Newest first. */
CHECKED struct fault *messages_of(struct work *work, const char *subject_kind, int64_t subject_id, struct messages *messages);
bool mail_address_is_valid(struct str address); /* name@domain, no white space, no second address */

extern const struct fault_type message_no_address, message_missing;
/* `message list`, `message show`, `message posted` (a letter), `message bounced` (a mail came back). */
extern const struct operation_table outbox_messages;
