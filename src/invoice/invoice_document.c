/* The documents of an invoice: made once, when it becomes final, and kept. */
#include "invoice/invoice_private.h"
#include "invoice.sql.h"
#include "paper/paper.h"

const char *const invoice_file_kinds[] = { NULL, "pdf", "ubl", "cii", "hybrid" };

RECORD(invoice_document, {
    FIELD(struct invoice_document, kind, .choices = invoice_file_kinds, .choice_count = INVOICE_HYBRID + 1),
    ID(struct invoice_document, document_id),
    FIELD(struct invoice_document, file_name, .max = 255),
    FIELD(struct invoice_document, media_type, .max = 100),
    FIELD(struct invoice_document, byte_count),
});
struct document_made {
    invoice_id invoice_id;
    enum invoice_file_kind kind;
    document_id document_id;
};
RECORD(document_made, {
    ID(struct document_made, invoice_id),
    FIELD(struct document_made, kind, .choices = invoice_file_kinds, .choice_count = INVOICE_HYBRID + 1),
    ID(struct document_made, document_id),
});

struct str invoice_file_name(struct arena *arena, struct str number, enum invoice_file_kind kind)
{
    static const char *const ends[] = { NULL, ".pdf", ".xml", "-cii.xml", "-hybrid.pdf" };
    struct text name = text_new(arena);
    for (size_t i = 0; i < number.length; i++) {
        char c = number.at[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        text_add_char(&name, plain ? c : '-');
    }
    text_addz(&name, ends[kind]);
    return text_str(&name);
}

/* "#0b5fff" */
uint32_t invoice_color(struct str text)
{
    uint8_t rgb[3];
    if (text.length != 7 || text.at[0] != '#' || !hex_parse(str_part(text, 1, 6), rgb, 3)) return 0;
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

struct fault *invoice_draw(struct work *work, const struct invoice *invoice, const struct invoice_view *view, struct str *pdf)
{
    enum language language = str_is(invoice->language, "nl") ? DUTCH : ENGLISH;
    const struct paper_style style = { .logo_png = view->company.logo,
                                       .accent_rgb = invoice_color(view->company.brand_color),
                                       .closing = view->setting.closing,
                                       .stamp = invoice->state == INVOICE_DRAFT && !invoice->number.length
                                                    ? translate(language, "DRAFT")
                                                    : (struct str){ 0 } };
    return paper_invoice_pdf(work->arena, view->einvoice, &style, language, work->now, pdf);
}

static struct fault *keep(struct work *work, const struct invoice *invoice, enum invoice_file_kind kind, struct str content)
{
    bool pdf = kind == INVOICE_PDF || kind == INVOICE_HYBRID;
    struct document document = {
        .file_name = invoice_file_name(work->arena, invoice->number, kind),
        .media_type = pdf ? STR("application/pdf") : STR("application/xml"),
        .source = DOCUMENT_MADE,
        .subject_kind = STR("invoice"),
        .subject_id = invoice->id.n,
        .language = invoice->language,
    };
    TRY(archive_keep(work, &document, content, NULL));
    const struct document_made made = { invoice->id, kind, document.id };
    return db_run(work, &sql_invoice_document_add, GIVEN(document_made, &made));
}

/* What it says, in the transaction that gives the number: UBL, and the CII that the hybrid form holds (of the standard itself: that is what
 * Factur-X's profile EN 16931 names). What it looks like takes longer, and is drawn behind the commit: invoice_draw_after, or the job. */
struct fault *invoice_documents_keep(struct work *work, const struct invoice *invoice, const struct invoice_view *view)
{
    struct einvoice cii = *view->einvoice;
    cii.specification = STR(EINVOICE_SPECIFICATION_EN16931);
    TRY(keep(work, invoice, INVOICE_UBL, einvoice_write_ubl(work->arena, view->einvoice)));
    return work->sparing ? NULL : keep(work, invoice, INVOICE_CII, einvoice_write_cii(work->arena, &cii));
}

/* ---- Drawn once, behind the commit ---- */

struct drawing { struct invoice invoice; struct invoice_view view; struct str cii, pdf, hybrid; bool wanted; };

/* Wanted: the CII is kept, the PDF is not. */
static struct fault *drawing_read(struct work *work, invoice_id id, struct drawing *d)
{
    struct invoice_shown shown = { 0 };
    struct invoice_lines lines = { 0 };
    document_id cii = { 0 };
    bool drawn = false;
    TRY(invoice_documents_of(work, id, &shown));
    for (size_t i = 0; i < shown.documents.count; i++) {
        if (shown.documents.at[i].kind == INVOICE_CII) cii = shown.documents.at[i].document_id;
        drawn |= shown.documents.at[i].kind == INVOICE_PDF;
    }
    d->wanted = cii.n && !drawn;
    if (!d->wanted) return NULL;
    TRY(invoice_load(work, id, &d->invoice));
    TRY(invoice_lines_of(work, id, &lines));
    TRY(invoice_view_make(work, &d->invoice, &lines, &d->view));
    return archive_content(work, cii, &d->cii);
}

static struct fault *drawing_make(struct work *work, struct drawing *d)
{
    const struct paper_meta meta = {
        .title = d->invoice.number,
        .author = d->view.einvoice->seller.name,
        .language = str_is(d->invoice.language, "nl") ? DUTCH : ENGLISH,
        .created_at = d->invoice.finalised_at,
    };
    TRY(invoice_draw(work, &d->invoice, &d->view, &d->pdf));
    return paper_hybrid_make(work->arena, d->pdf, d->cii, PAPER_PROFILE_EN16931, &meta, &d->hybrid);
}

static struct fault *drawing_keep(struct work *work, const struct drawing *d)
{
    TRY(keep(work, &d->invoice, INVOICE_PDF, d->pdf));
    return keep(work, &d->invoice, INVOICE_HYBRID, d->hybrid);
}

struct fault *invoice_draw_now(struct work *work, invoice_id id)
{
    struct drawing d = { 0 };
    TRY(drawing_read(work, id, &d));
    if (!d.wanted) return NULL;
    TRY(drawing_make(work, &d));
    return drawing_keep(work, &d);
}

/* Somebody else may have drawn it meanwhile: writers of a company come one by one, so looking again is enough. */
static struct fault *keep_if_wanted(struct work *work, invoice_id id, const struct drawing *d)
{
    struct drawing now = { 0 };
    TRY(drawing_read(work, id, &now));
    return now.wanted ? drawing_keep(work, d) : NULL;
}

struct fault *invoice_draw_behind(struct work *work, struct books *books, invoice_id id)
{
    struct drawing d = { 0 };
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = drawing_read(work, id, &d);
    db_rollback(work);
    work->reading = false;
    if (fault || !d.wanted) return fault;
    TRY(drawing_make(work, &d)); /* nobody waits for this */
    TRY(db_begin(work, books));
    fault = keep_if_wanted(work, id, &d);
    if (!fault) return db_commit(work);
    db_rollback(work);
    return fault;
}

struct fault *invoice_draw_after(struct work *work, struct books *books, int64_t id, void *gives)
{
    struct invoice_shown *shown = gives, now = { 0 };
    TRY(invoice_draw_behind(work, books, (invoice_id){ id }));
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = invoice_documents_of(work, (invoice_id){ id }, &now);
    db_rollback(work);
    work->reading = false;
    if (!fault) memcpy(&shown->documents, &now.documents, sizeof shown->documents);
    return fault;
}

struct undrawn_ask { struct date from_on; int64_t limit; };
RECORD(undrawn_ask, { FIELD(struct undrawn_ask, from_on), FIELD(struct undrawn_ask, limit) });
LIST_STRUCT(invoice_keys, struct invoice_key);

struct fault *invoice_draw_due(struct work *work, struct books *books, struct date from_on, int64_t most, int64_t *drawn)
{
    struct invoice_keys keys = { 0 };
    const struct undrawn_ask ask = { from_on, most };
    *drawn = 0;
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = db_all(work, &sql_invoices_undrawn, GIVEN(undrawn_ask, &ask), INTO_LIST(invoice_key, &keys));
    db_rollback(work);
    work->reading = false;
    for (size_t i = 0; !fault && i < keys.count; i++, ++*drawn) {
        struct arena_mark mark = arena_mark(work->arena);
        fault = invoice_draw_behind(work, books, (invoice_id){ keys.at[i].id });
        if (!fault) arena_rewind(work->arena, mark);
    }
    return fault;
}

/* One that was not made when the invoice became final (work->sparing): drawn from what the invoice is, not kept. */
struct fault *invoice_document_make(struct work *work, const struct invoice *invoice, enum invoice_file_kind kind,
                                    struct str *content)
{
    struct invoice_lines lines = { 0 };
    struct invoice_view view;
    struct str pdf;
    TRY(invoice_lines_of(work, invoice->id, &lines));
    TRY(invoice_view_make(work, invoice, &lines, &view));
    if (kind == INVOICE_UBL) return *content = einvoice_write_ubl(work->arena, view.einvoice), NULL;
    struct einvoice cii = *view.einvoice;
    cii.specification = STR(EINVOICE_SPECIFICATION_EN16931);
    struct str inside = einvoice_write_cii(work->arena, &cii);
    if (kind == INVOICE_CII) return *content = inside, NULL;
    const struct paper_meta meta = {
        .title = invoice->number,
        .author = view.einvoice->seller.name,
        .language = str_is(invoice->language, "nl") ? DUTCH : ENGLISH,
        .created_at = invoice->finalised_at,
    };
    TRY(invoice_draw(work, invoice, &view, &pdf));
    if (kind == INVOICE_PDF) return *content = pdf, NULL;
    return paper_hybrid_make(work->arena, pdf, inside, PAPER_PROFILE_EN16931, &meta, content);
}

struct fault *invoice_documents_of(struct work *work, invoice_id id, struct invoice_shown *out)
{
    return db_all(work, &sql_invoice_documents, INVOICE_KEY(id.n), INTO_LIST(invoice_document, &out->documents));
}
