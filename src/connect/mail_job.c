/* What is due is sent. */
#include "connect/connect.h"
#include "access/access.h"
#include "archive/archive.h"

enum { HOLD_MS = 30 * 60 * 1000 }; /* longer than a slow server may take for one round of twenty */

/* All that a message is made of, read in one snapshot of its company. */
static struct fault *gather(struct work *work, const struct mail_settings *settings, const struct outbox_item *item,
                            struct mail *mail)
{
    struct company company = { 0 };
    struct message_body body = { 0 };
    TRY(record_from_json(work->arena, item->payload, INTO(message_body, &body)));
    TRY(access_company_load(work, &company));
    *mail = (struct mail){
        .from_name = company.name,
        .from = settings->from,
        .reply_to = company.email,
        .to_name = body.to_name,
        .to = body.to,
        .title = body.title,
        .text = body.text,
        .message_id = mail_message_id(work->arena, settings, item->company_id, item->id),
        .dated_at = work->now,
    };
    for (size_t i = 0; i < body.attachments.count; i++) {
        struct document document = { 0 };
        struct mail_file *file = LIST_ADD(work->arena, &mail->files);
        TRY(archive_load(work, (document_id){ body.attachments.at[i].document_id }, &document));
        TRY(archive_content(work, document.id, &file->content));
        file->name = document.file_name;
        file->media_type = document.media_type;
    }
    return NULL;
}

static struct fault *read_mail(struct work *work, struct books *books, const struct mail_settings *settings,
                               const struct outbox_item *item, struct mail *mail)
{
    work->company_id = item->company_id;
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = gather(work, settings, item, mail);
    db_rollback(work);
    work->reading = false;
    return fault;
}

static bool is_ours(const struct fault *fault) /* nothing wrong with the message: the database may come back */
{
    return fault->type == &db_retry || fault->type == &db_unreachable;
}

static struct fault *send_one(struct work *work, struct books *books, const struct mail_settings *settings,
                              const struct outbox_item *item, bool *sent)
{
    struct mail mail;
    bool for_good = true;
    struct fault *fault = read_mail(work, books, settings, item, &mail);
    *sent = false;
    if (fault && is_ours(fault)) return fault; /* the claim runs out and it is tried again */
    if (!fault) fault = mail_send(work->arena, settings, mail.to, mail_make(work->arena, &mail), &for_good);
    *sent = !fault;
    if (!fault) return outbox_sent(work, books, item, OUTBOX_HANDED_OVER, mail.message_id);
    LOG(LOG_WARNING, "mail_not_sent", LOG_INT("outbox_id", item->id.n), LOG_TEXT("code", str_of(fault->type->code)),
        LOG_INT("attempt", item->attempts));
    return outbox_not_sent(work, books, item, fault_text(work->arena, fault, ENGLISH), for_good);
}

struct fault *mail_send_due(struct work *work, struct books *books, const struct mail_settings *settings, int64_t most,
                            int64_t *sent, int64_t *failed)
{
    struct outbox_items items = { 0 };
    *sent = *failed = 0;
    if (!settings->url.length) return NULL;
    TRY(mail_settings_check(work->arena, settings));
    TRY(outbox_claim(work, books, "mail", most, HOLD_MS, &items));
    for (size_t i = 0; i < items.count; i++) {
        struct arena_mark mark = arena_mark(work->arena);
        bool done;
        struct fault *fault = send_one(work, books, settings, &items.at[i], &done);
        if (fault && fault->type != &outbox_changed) return fault; /* changed: somebody else has it, or a person moved it */
        *sent += done;
        *failed += !done;
        arena_rewind(work->arena, mark);
    }
    return NULL;
}
