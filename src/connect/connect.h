/* What goes out of the house: mail of the outbox by SMTP.
 *
 * A message is sent at least once: its Message-ID is made of its row, so that a second copy (a server that took it and a program
 * that died before it could say so) is known as the same by every mail program. What the server said stands with the row. */
#pragma once
#include "outbox/message.h"

struct mail_settings {
    struct str url;      /* smtp://host:587 or smtps://host:465; absent: no mail is sent, it waits */
    struct str from;     /* the envelope's sender, where bounces go; and the address people see */
    struct str user, password; /* absent user: no sign-in */
    bool allow_plain;    /* without TLS to another machine than this one */
    int64_t connect_timeout_ms, timeout_ms; /* 0: 10 s, 60 s */
};
/* Refuses mail_not_set_up: no sender, a URL that is neither smtp:// nor smtps://. */
CHECKED struct fault *mail_settings_check(struct arena *arena, const struct mail_settings *settings);
/* What would let others read mail or its password on the way; asked before serving. */
CHECKED struct fault *mail_settings_safe(struct arena *arena, const struct mail_settings *settings);

struct mail_file { struct str name, media_type, content; };
struct mail {
    struct str from_name, from, reply_to, to_name, to, title, text; /* UTF-8; text's lines end in \n */
    struct str message_id; /* without < > */
    struct instant dated_at;
    LIST_OF(struct mail_file) files;
};
/* RFC 5322 with MIME, lines end in CRLF: a text part, and the files behind it as attachments. The same input gives the same bytes.
 * Names and addresses are encoded by RFC 2047, so none can begin a header of its own. */
struct str mail_make(struct arena *arena, const struct mail *mail);
struct str mail_message_id(struct arena *arena, const struct mail_settings *settings, int64_t company_id, outbox_id id);

/* Hands it to the server: with TLS (smtps://, or STARTTLS, which is insisted upon), in plain only on this machine or when allowed.
 * Refuses mail_refused with the server's own answer (*for_good: the same again would be refused again), mail_unreachable. */
CHECKED struct fault *mail_send(struct arena *arena, const struct mail_settings *settings, struct str to,
                                struct str bytes, bool *for_good);

/* What is due of all companies, at most `most` at once; *sent how many were handed over, *failed how many were not. A refusal of one
 * message is written to its row and hinders no other. Outside any transaction. */
CHECKED struct fault *mail_send_due(struct work *work, struct books *books, const struct mail_settings *settings,
                                    int64_t most, int64_t *sent, int64_t *failed);

extern const struct fault_type mail_not_set_up, mail_refused, mail_unreachable;
