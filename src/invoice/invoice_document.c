/* The documents of an invoice: made once, when it becomes final, and kept. */
#include "invoice/invoice_private.h"
#include "invoice.sql.h"
#include "paper/paper.h"

const char *const invoice_file_kinds[] = { NULL, "pdf", "ubl", "cii", "hybrid" };

RECORD(invoice_document,
       {
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
RECORD(document_made,
       {
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

/* The hybrid form holds CII of the standard itself: that is what Factur-X's profile EN 16931 names. */
struct fault *invoice_documents_keep(struct work *work, const struct invoice *invoice, const struct invoice_view *view)
{
    struct arena *arena = work->arena;
    struct einvoice cii = *view->einvoice;
    struct str pdf, hybrid, inside;
    cii.specification = STR(EINVOICE_SPECIFICATION_EN16931);
    if (work->sparing) return keep(work, invoice, INVOICE_UBL, einvoice_write_ubl(arena, view->einvoice));
    inside = einvoice_write_cii(arena, &cii);
    const struct paper_meta meta = {
        .title = invoice->number,
        .author = view->einvoice->seller.name,
        .language = str_is(invoice->language, "nl") ? DUTCH : ENGLISH,
        .created_at = work->now,
    };
    TRY(invoice_draw(work, invoice, view, &pdf));
    TRY(paper_hybrid_make(arena, pdf, inside, PAPER_PROFILE_EN16931, &meta, &hybrid));
    TRY(keep(work, invoice, INVOICE_PDF, pdf));
    TRY(keep(work, invoice, INVOICE_UBL, einvoice_write_ubl(arena, view->einvoice)));
    TRY(keep(work, invoice, INVOICE_CII, inside));
    return keep(work, invoice, INVOICE_HYBRID, hybrid);
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
