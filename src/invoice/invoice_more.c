/* What helps people make and send invoices: a look at what they are typing, a copy, the mail as it would go. */
#include "invoice/invoice_private.h"
#include "invoice.sql.h"

/* ---- A look at what is being typed: nothing is kept ---- */

static struct fault *sketch(struct work *work, const struct invoice_data *takes, struct file_answer *out)
{
    struct invoice invoice = { .id = { 1 }, .kind = INVOICE_INVOICE, .state = INVOICE_DRAFT };
    struct invoice_lines lines = { 0 };
    struct invoice_view view;
    TRY(invoice_fill_in(work, takes, &invoice, &lines));
    return invoice_look(work, &invoice, &lines, &view, out);
}
CALLABLE(sketch, invoice_data, file_answer);

/* ---- Copy ---- */

static struct fault *copy(struct work *work, const struct invoice_key *takes, struct invoice_shown *out)
{
    struct invoice from = { 0 };
    struct invoice_lines lines = { 0 };
    TRY(invoice_load(work, (invoice_id){ takes->id }, &from));
    TRY(invoice_lines_of(work, from.id, &lines));
    struct invoice draft = {
        .id = { id_new(work) },
        .kind = INVOICE_INVOICE,
        .party_id = from.party_id,
        .customer_name = from.customer_name,
        .currency = from.currency,
        .language = from.language,
        .order_reference = from.order_reference,
        .buyer_reference = from.buyer_reference,
        .note = from.kind == INVOICE_INVOICE ? from.note : (struct str){ 0 },
        .delivery = invoice_delivery_now(from.delivery),
        .terms_days = from.terms_days,
    };
    while (lines.count && invoice_early_is(&lines.at[lines.count - 1])) lines.count--; /* made anew, by the terms of that day */
    for (size_t i = 0; i < lines.count; i++) lines.at[i].invoice_id = draft.id, lines.at[i].credits_line_no = 0;
    TRY(invoice_early_count(work, &draft, &lines));
    TRY(invoice_add(work, &draft, &lines));
    TRY(invoice_show(work, draft.id, out));
    work_changed(work, "invoice", draft.id.n, (struct given){ &invoice_record, NULL }, GIVEN(invoice, &out->invoice));
    return NULL;
}
CALLABLE(copy, invoice_key, invoice_shown);

/* ---- The mail as it would go ---- */

struct invoice_mail_ask {
    int64_t id;
    enum invoice_delivery by;
};
RECORD(invoice_mail_ask, {
    FIELD(struct invoice_mail_ask, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct invoice_mail_ask, by, .choices = invoice_delivery_names, .choice_count = DELIVER_LETTER + 1,
          OPTIONAL, .about = "left out: as the customer wants"),
});
RECORD(invoice_mail, {
    FIELD(struct invoice_mail, by, .choices = invoice_delivery_names, .choice_count = DELIVER_LETTER + 1),
    FIELD(struct invoice_mail, to, OPTIONAL),
    FIELD(struct invoice_mail, title),
    FIELD(struct invoice_mail, text, .max = 20000),
    FIELD(struct invoice_mail, language),
    LIST(struct invoice_mail, documents, invoice_document, .about = "what goes with it"),
});
static struct fault *mail(struct work *work, const struct invoice_mail_ask *takes, struct invoice_mail *out)
{
    struct invoice invoice = { 0 };
    TRY(invoice_load(work, (invoice_id){ takes->id }, &invoice));
    return invoice_mail_make(work, &invoice, takes->by, out);
}
CALLABLE(mail, invoice_mail_ask, invoice_mail);

static const struct operation operations[] = {
    { "invoice sketch", "POST", "/invoices/sketch", "invoice.write", OPERATION_READS | OPERATION_FILE | OPERATION_SLOW,
      &sketch_call, NULL, "Draw an invoice as it is being written; nothing is kept" },
    { "invoice copy", "POST", "/invoices/{id}/copy", "invoice.write", 0, &copy_call, NULL,
      "Make a draft of an earlier invoice" },
    { "invoice mail", "GET", "/invoices/{id}/mail", "invoice.read", OPERATION_READS, &mail_call, NULL,
      "Show the mail that an invoice would go with, in the customer's language" },
};
const struct operation_table invoice_helps = { "invoice", operations, ARRAY_LENGTH(operations) };
