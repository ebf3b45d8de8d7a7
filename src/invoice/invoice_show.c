/* What the doors see of room invoice, beside its drafts. */
#include "invoice/invoice_private.h"
#include "search/search.h"
#include "invoice.sql.h"

RECORD(invoice_shown, {
    PART(struct invoice_shown, invoice, invoice),
    LIST(struct invoice_shown, lines, invoice_line),
    LIST(struct invoice_shown, documents, invoice_document),
    LIST(struct invoice_shown, messages, message),
    LIST(struct invoice_shown, settlements, item_settlement),
    LIST(struct invoice_shown, credits, invoice),
});

struct fault *invoice_show(struct work *work, invoice_id id, struct invoice_shown *out)
{
    struct open_item item = { 0 };
    bool found;
    TRY(invoice_load(work, id, &out->invoice));
    TRY(invoice_lines_of(work, id, &out->lines));
    if (out->invoice.state == INVOICE_DRAFT) return NULL;
    TRY(invoice_documents_of(work, id, out));
    TRY(messages_of(work, "invoice", id.n, &out->messages));
    TRY(ledger_item_by_source(work, "invoice", id.n, &item, &found));
    if (found) TRY(ledger_item_settlements(work, item.id, &out->settlements));
    return db_all(work, &sql_invoice_credits_of, INVOICE_KEY(id.n), INTO_LIST(invoice, &out->credits));
}

static struct fault *show(struct work *work, const struct invoice_key *takes, struct invoice_shown *out)
{
    return invoice_show(work, (invoice_id){ takes->id }, out);
}
CALLABLE(show, invoice_key, invoice_shown);

static bool only(struct str choices, const char *const *allowed)
{
    for (struct str rest = choices, one; rest.at;) {
        bool is = false;
        one = str_cut(rest, ',', &rest);
        for (const char *const *at = allowed; *at; at++) is |= str_is(one, *at);
        if (!is) return false;
    }
    return choices.length > 0;
}

/* Sorted by what is open, and only what is open is asked for. */
static bool only_open(const struct list_query *query)
{
    static const char *const open[] = { "open", "overdue", "partly_paid", NULL };
    if (!str_is(query->sort, "open") && !str_is(query->sort, "-open")) return false;
    for (size_t i = 0; i < query->filters.count; i++) {
        const struct list_filter *f = &query->filters.at[i];
        bool equal = f->compare == LIST_EQ || f->compare == LIST_IN;
        if (equal && str_is(f->field, "payment") && only(f->value, open)) return true;
    }
    return false;
}

/* The statement whose order or whose few rows an index gives; each lists the same as the first, of what is asked. */
static const struct sql *way_of(const struct list_query *query)
{
    static const char *const unsent[] = { "queued", "handed_over", "failed", "bounced", NULL };
    for (size_t i = 0; i < query->filters.count; i++) {
        const struct list_filter *f = &query->filters.at[i];
        bool equal = f->compare == LIST_EQ || f->compare == LIST_IN;
        if (equal && str_is(f->field, "sent") && only(f->value, unsent)) return &sql_invoice_list_unsent;
        if (equal && str_is(f->field, "sent")) return &sql_invoice_list_sent;
        if (f->compare == LIST_EQ && str_is(f->field, "payment") && str_is(f->value, "partly_paid"))
            return &sql_invoice_list_partly;
        if (f->compare == LIST_EQ && str_is(f->field, "payment") && str_is(f->value, "open")) return &sql_invoice_list_due;
    }
    if (only_open(query)) return &sql_invoice_list_open;
    return str_is(query->sort, "customer_name") || str_is(query->sort, "-customer_name") ? &sql_invoice_list_by_name
                                                                                         : &sql_invoice_list;
}

/* What is open and not due, or paid in part, is found from what is open, where that is little; where it is much, it is near in any order. */
static struct fault *few_of(struct work *work, const struct sql *sql, struct list_query *asked)
{
    if (sql == &sql_invoice_list_due)
        return db_few(work, &sql_invoice_few_due, NONE, SEARCH_MOST, &asked->among, &asked->is_among);
    if (sql == &sql_invoice_list_partly)
        return db_few(work, &sql_invoice_few_partly, NONE, SEARCH_MOST, &asked->among, &asked->is_among);
    return NULL;
}

static struct fault *list(struct work *work, const struct nothing *takes, const struct list_query *query,
                          struct invoices *rows, struct str *next)
{
    (void)takes;
    static const char *const words[] = { "number", "order_reference", "buyer_reference", "payment_reference", NULL };
    static const char *const indexed[] = { "kind", "issued_on", "due_on", "total", "currency", "party_id", NULL };
    static const char *const ordered[] = { "issued_on", "due_on", NULL };
    static const struct search_fields fields = { SEARCH_INVOICE,    words,   "customer_name", &sql_invoice_plain,
                                                 &sql_invoice_list, indexed, ordered,         NULL };
    static const struct list_apart apart = { "open_minor", &sql_invoice_list_open };
    struct list_query asked = *query;
    const struct sql *sql = way_of(query);
    if (sql == &sql_invoice_list) asked.apart = &apart;
    TRY(few_of(work, sql, &asked));
    if (asked.is_among) sql = &sql_invoice_list;
    return search_list(work, &fields, sql, NONE, &asked, INTO_LIST(invoice, rows), next);
}
LISTABLE(list, nothing, invoice, invoices);

struct fault *invoice_look(struct work *work, struct invoice *invoice, struct invoice_lines *lines,
                           struct invoice_view *view, struct file_answer *out)
{
    invoice->issued_on = work->today;
    TRY(invoice_early_add(work, invoice, lines));
    TRY(invoice_view_make(work, invoice, lines, view));
    if (invoice->kind == INVOICE_INVOICE)
        view->einvoice->due.date = date_add_days(work->today, (int)invoice_terms_days(invoice, &view->party));
    out->name = STR("draft.pdf");
    out->media_type = STR("application/pdf");
    return invoice_draw(work, invoice, view, &out->content);
}

static struct fault *preview(struct work *work, const struct invoice_key *takes, struct file_answer *out)
{
    struct invoice invoice = { 0 };
    struct invoice_lines lines = { 0 };
    struct invoice_view view;
    TRY(invoice_load(work, (invoice_id){ takes->id }, &invoice));
    TRY(invoice_check(work, &invoice, INVOICE_PREVIEW));
    TRY(invoice_lines_of(work, invoice.id, &lines));
    return invoice_look(work, &invoice, &lines, &view, out);
}
CALLABLE(preview, invoice_key, file_answer);

static struct fault *finalise(struct work *work, const struct invoice_versioned *takes, struct invoice_shown *out)
{
    struct invoice invoice;
    TRY(invoice_finalise(work, (invoice_id){ takes->id }, takes->version, &invoice));
    if (!work->sparing) work->after = invoice_draw_after, work->after_id = invoice.id.n;
    return invoice_show(work, invoice.id, out);
}
CALLABLE(finalise, invoice_versioned, invoice_shown);

RECORD(invoice_credit_line, {
    FIELD(struct invoice_credit_line, line_no, .min = 1, .max = INVOICE_LINES_MOST),
    FIELD(struct invoice_credit_line, quantity, OPTIONAL, .about = "left out: all that is left of it"),
});
RECORD(invoice_credit_data, {
    FIELD(struct invoice_credit_data, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct invoice_credit_data, reason, .min = 3, .max = 1000, .about = "stands on the credit note"),
    LIST(struct invoice_credit_data, lines, invoice_credit_line, .max = INVOICE_LINES_MOST, OPTIONAL,
         .about = "left out: all that is not credited yet"),
});
static struct fault *credit(struct work *work, const struct invoice_credit_data *takes, struct invoice_shown *out)
{
    struct invoice note;
    TRY(invoice_credit(work, (invoice_id){ takes->id }, takes->reason, takes->lines.at, takes->lines.count, &note));
    if (!work->sparing) work->after = invoice_draw_after, work->after_id = note.id.n;
    return invoice_show(work, note.id, out);
}
CALLABLE(credit, invoice_credit_data, invoice_shown);

RECORD(invoice_send_data, {
    FIELD(struct invoice_send_data, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct invoice_send_data, by, .choices = invoice_delivery_names, .choice_count = DELIVER_LETTER + 1,
          OPTIONAL, .about = "left out: as the customer wants"),
    FIELD(struct invoice_send_data, to, .max = 254, OPTIONAL,
          .about = "address; left out: the customer's for invoices"),
    FIELD(struct invoice_send_data, title, .min = 1, .max = 300, OPTIONAL,
          .about = "left out: as `invoice mail` shows it"),
    FIELD(struct invoice_send_data, text, .min = 1, .max = 20000, OPTIONAL),
});
static struct fault *send(struct work *work, const struct invoice_send_data *takes, struct message *out)
{
    return invoice_send_as(work, takes, out);
}
CALLABLE(send, invoice_send_data, message);

struct invoice_file { int64_t id; enum invoice_file_kind kind; };
RECORD(invoice_file, {
    FIELD(struct invoice_file, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct invoice_file, kind, .choices = invoice_file_kinds,
          .choice_count = INVOICE_HYBRID + 1, OPTIONAL, .about = "left out: pdf"),
});
static const struct fault_type invoice_no_file = { FAULT_MISSING, "invoice.no_file",
                                                   "This invoice has no such document; a draft has only its preview." };
static struct fault *file(struct work *work, const struct invoice_file *takes, struct file_answer *out)
{
    struct invoice_shown shown = { 0 };
    enum invoice_file_kind kind = takes->kind ? takes->kind : INVOICE_PDF;
    TRY(invoice_load(work, (invoice_id){ takes->id }, &shown.invoice));
    TRY(invoice_documents_of(work, shown.invoice.id, &shown));
    for (size_t i = 0; i < shown.documents.count; i++) {
        const struct invoice_document *d = &shown.documents.at[i];
        if (d->kind != kind) continue;
        out->name = d->file_name;
        out->media_type = d->media_type;
        return archive_content(work, d->document_id, &out->content);
    }
    if (shown.invoice.state == INVOICE_DRAFT) return FAULT(work->arena, &invoice_no_file, "kind");
    out->name = invoice_file_name(work->arena, shown.invoice.number, kind);
    out->media_type = kind == INVOICE_PDF || kind == INVOICE_HYBRID ? STR("application/pdf") : STR("application/xml");
    return invoice_document_make(work, &shown.invoice, kind, &out->content);
}
CALLABLE(file, invoice_file, file_answer);

static const struct operation operations[] = {
    { "invoice show", "GET", "/invoices/{id}", "invoice.read", OPERATION_READS, &show_call, NULL,
      "Show an invoice with lines, documents, messages and what paid it" },
    { "invoice list", "GET", "/invoices", "invoice.read", OPERATION_READS, NULL, &list_list, "List the invoices" },
    { "invoice preview", "GET", "/invoices/{id}/preview", "invoice.read",
      OPERATION_READS | OPERATION_FILE | OPERATION_SLOW, &preview_call, NULL, "Show a draft invoice as it would look" },
    { "invoice file", "GET", "/invoices/{id}/file", "invoice.read", OPERATION_READS | OPERATION_FILE | OPERATION_SLOW,
      &file_call, NULL, "Give a document of an invoice: PDF, UBL, CII or hybrid PDF" },
    { "invoice finalise", "POST", "/invoices/{id}/finalise", "invoice.finalise", OPERATION_SLOW, &finalise_call, NULL,
      "Make a draft invoice final: number it, book it and make its documents" },
    { "invoice credit", "POST", "/invoices/{id}/credit", "invoice.finalise", OPERATION_SLOW, &credit_call, NULL,
      "Credit an invoice, wholly or in part" },
    { "invoice send", "POST", "/invoices/{id}/send", "invoice.send", 0, &send_call, NULL,
      "Send an invoice to its customer, or send it again" },
};
const struct operation_table invoice_operations = { "invoice", operations, ARRAY_LENGTH(operations) };
