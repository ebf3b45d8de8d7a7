/* How an invoice leaves: a message with its documents, as the customer wants. */
#include "invoice/invoice_private.h"
#include "mail_credit_note_en.txt.h"
#include "mail_credit_note_nl.txt.h"
#include "mail_invoice_en.txt.h"
#include "mail_invoice_nl.txt.h"

const struct fault_type invoice_no_address = {
    FAULT_INVALID, "invoice.no_address", "No e-mail address is known of {party}; give one, or let the invoice go by letter."
};

static enum language language_of(const struct invoice *invoice)
{
    return str_is(invoice->language, "nl") ? DUTCH : ENGLISH;
}

static struct str money_of(struct arena *arena, const struct invoice *invoice)
{
    struct str plain = minor_format(arena, invoice->total_minor, currency_digits(invoice->currency));
    return text_say(arena, language_of(invoice), str_format(arena, "%.*s %.*s", STR_ARG(invoice->currency), STR_ARG(plain)));
}

static const char *template_of(const struct invoice *invoice)
{
    bool dutch = str_is(invoice->language, "nl"), credit = invoice->kind == INVOICE_CREDIT_NOTE;
    if (credit) return dutch ? mail_credit_note_nl_txt : mail_credit_note_en_txt;
    return dutch ? mail_invoice_nl_txt : mail_invoice_en_txt;
}

/* The template's first line is the subject, each further line a paragraph, | a new line within it. */
static struct str paragraphs(struct arena *arena, struct str lines)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < lines.length; i++) {
        if (lines.at[i] == '\n') text_addz(&text, i + 1 < lines.length ? "\n\n" : "\n");
        else text_add_char(&text, lines.at[i] == '|' ? '\n' : lines.at[i]);
    }
    return text_str(&text);
}

static struct fault *write_body(struct work *work, const struct invoice *invoice, const struct party *party,
                                struct message_body *body)
{
    struct arena *arena = work->arena;
    struct company company = { 0 };
    struct invoice credited = { 0 };
    struct str rest, title;
    TRY(access_company_load(work, &company));
    if (invoice->credits_id.n) TRY(invoice_load(work, invoice->credits_id, &credited));
    const struct param params[] = {
        PARAM("number", invoice->number),
        PARAM("customer", party->name),
        PARAM("company", company.name),
        PARAM("total", money_of(arena, invoice)),
        PARAM("due", text_say(arena, language_of(invoice), date_text(arena, invoice->due_on))),
        PARAM("iban", company.iban.at ? company.iban : STR("-")),
        PARAM("reference", invoice->payment_reference.at ? invoice->payment_reference : STR("-")),
        PARAM("credited", credited.number.at ? credited.number : STR("-")),
    };
    title = str_cut(str_of(template_of(invoice)), '\n', &rest);
    body->title = str_utf8_clip(text_fill(arena, title, params, ARRAY_LENGTH(params)), 300);
    body->text = text_fill(arena, paragraphs(arena, rest), params, ARRAY_LENGTH(params));
    body->to_name = party->name;
    return NULL;
}

static struct fault *attach(struct work *work, const struct invoice *invoice, enum invoice_delivery by, struct invoice_mail *mail)
{
    static const bool wanted[][INVOICE_HYBRID + 1] = {
        [DELIVER_MAIL_PDF] = { [INVOICE_PDF] = true },
        [DELIVER_MAIL_UBL] = { [INVOICE_PDF] = true, [INVOICE_UBL] = true },
        [DELIVER_MAIL_HYBRID] = { [INVOICE_HYBRID] = true },
        [DELIVER_LETTER] = { [INVOICE_PDF] = true },
    };
    struct invoice_shown shown = { 0 };
    if (!work->reading) TRY(invoice_draw_now(work, invoice->id)); /* sent before the job came to it */
    TRY(invoice_documents_of(work, invoice->id, &shown));
    for (size_t i = 0; i < shown.documents.count; i++)
        if (wanted[by][shown.documents.at[i].kind]) *LIST_ADD(work->arena, &mail->documents) = shown.documents.at[i];
    return NULL;
}

static struct fault *address_for(struct work *work, const struct party *party, enum message_channel channel,
                                 struct str to, struct str *out)
{
    *out = to;
    if (channel == MESSAGE_LETTER && !to.length)
        *out = str_format(work->arena, "%.*s, %.*s, %.*s %.*s, %.*s", STR_ARG(party->name), STR_ARG(party->street),
                          STR_ARG(party->postal_code), STR_ARG(party->city), STR_ARG(party->country));
    if (channel == MESSAGE_MAIL && !to.length) TRY(party_email_for(work, party->id, "billing", out));
    if (!out->length) return FAULT(work->arena, &invoice_no_address, "to", PARAM("party", party->name));
    return NULL;
}

static enum message_channel channel_of(enum invoice_delivery by)
{
    return by == DELIVER_LETTER ? MESSAGE_LETTER : MESSAGE_MAIL;
}

enum invoice_delivery invoice_delivery_now(enum invoice_delivery kept)
{
    return kept > DELIVER_LETTER ? 0 : kept;
}

static enum invoice_delivery way_of(const struct invoice *invoice, const struct party *party, enum invoice_delivery by)
{
    enum invoice_delivery own = invoice_delivery_now(invoice->delivery);
    return by ? by : own ? own : party->delivery;
}

struct fault *invoice_mail_make(struct work *work, const struct invoice *invoice, enum invoice_delivery by,
                                struct invoice_mail *out)
{
    struct party party = { 0 };
    struct message_body body = { 0 };
    TRY(invoice_check(work, invoice, INVOICE_SEND));
    TRY(party_load(work, invoice->party_id, &party));
    out->by = way_of(invoice, &party, by);
    struct fault *nowhere = address_for(work, &party, channel_of(out->by), (struct str){ 0 }, &out->to);
    if (nowhere && nowhere->type != &invoice_no_address) return nowhere;
    TRY(write_body(work, invoice, &party, &body));
    out->title = body.title, out->text = body.text, out->language = invoice->language;
    return attach(work, invoice, out->by, out);
}

struct fault *invoice_send_as(struct work *work, const struct invoice_send_data *send, struct message *message)
{
    struct invoice invoice = { 0 };
    struct party party = { 0 };
    struct invoice_mail mail = { 0 };
    TRY(invoice_load(work, (invoice_id){ send->id }, &invoice));
    TRY(invoice_check(work, &invoice, INVOICE_SEND));
    TRY(party_load(work, invoice.party_id, &party));
    enum invoice_delivery by = way_of(&invoice, &party, send->by);
    struct message_new new = {
        .channel = channel_of(by), .party_id = party.id.n, .subject_kind = STR("invoice"), .subject_id = send->id,
    };
    TRY(address_for(work, &party, new.channel, send->to, &new.body.to));
    TRY(write_body(work, &invoice, &party, &new.body));
    if (send->title.length) new.body.title = send->title;
    if (send->text.length) new.body.text = send->text;
    TRY(attach(work, &invoice, by, &mail));
    for (size_t i = 0; i < mail.documents.count; i++)
        *LIST_ADD(work->arena, &new.body.attachments) = (struct message_attachment){ mail.documents.at[i].document_id.n };
    TRY(message_add(work, &new, message));
    work_changed(work, "message", message->id.n, (struct given){ &message_record, NULL }, GIVEN(message, message));
    return NULL;
}

struct fault *invoice_send(struct work *work, invoice_id id, enum invoice_delivery by, struct str to, struct message *message)
{
    return invoice_send_as(work, &(const struct invoice_send_data){ .id = id.n, .by = by, .to = to }, message);
}
