#include <unistd.h>

#include <cairo.h>
#include <qpdf/qpdf-c.h>

#include "codec/xml.h"
#include "paper_sample.h"
#include "test.h"

static const struct instant noon = { INT64_C(1795000000000000) };
static const struct paper_style plain_style = { 0 };

/* ---- Looking into what was made, by another program's eyes ---- */

static int page_count(struct str pdf)
{
    qpdf_data q = qpdf_init();
    qpdf_set_suppress_warnings(q, QPDF_TRUE);
    int pages = -1;
    if (!(qpdf_read_memory(q, "test", pdf.at, pdf.length, NULL) & (QPDF_ERRORS))) pages = qpdf_get_num_pages(q);
    expect(!qpdf_more_warnings(q));
    expect_int(QPDF_SUCCESS, qpdf_check_pdf(q));
    qpdf_cleanup(&q);
    return pages;
}

/* The catalogue as text, references followed one step for `key`. */
static struct str catalog_part(struct arena *arena, struct str pdf, const char *key)
{
    qpdf_data q = qpdf_init();
    qpdf_read_memory(q, "test", pdf.at, pdf.length, NULL);
    qpdf_oh part = qpdf_oh_get_key(q, qpdf_get_root(q), key);
    struct str out = str_format(arena, "%s", qpdf_oh_unparse_resolved(q, part));
    qpdf_cleanup(&q);
    return out;
}

static struct str metadata(struct arena *arena, struct str pdf)
{
    qpdf_data q = qpdf_init();
    qpdf_read_memory(q, "test", pdf.at, pdf.length, NULL);
    unsigned char *at = NULL;
    size_t length = 0;
    qpdf_oh_get_stream_data(q, qpdf_oh_get_key(q, qpdf_get_root(q), "/Metadata"), qpdf_dl_all, NULL, &at, &length);
    struct str out = str_copy(arena, (const char *)at, length);
    free(at);
    qpdf_cleanup(&q);
    return out;
}

/* The text of a PDF by pdftotext, or absent where that isn't installed. */
static struct str text_of(struct arena *arena, struct str pdf)
{
    char path[] = "/tmp/florin_paper_XXXXXX";
    int file = mkstemp(path);
    expect(file >= 0 && write(file, pdf.at, pdf.length) == (ssize_t)pdf.length);
    close(file);
    FILE *pipe = popen(str_format(arena, "pdftotext -layout %s - 2>/dev/null", path).at, "r");
    struct text text = text_new(arena);
    char part[4096];
    for (size_t n; pipe && (n = fread(part, 1, sizeof part, pipe)) > 0;) text_add_bytes(&text, part, n);
    if (pipe) pclose(pipe);
    unlink(path);
    if (!text.length) print_message("(without pdftotext: texts not looked at)\n");
    return text.length ? text_str(&text) : (struct str){ 0 };
}

static void expect_text(struct arena *arena, struct str text, const char *words)
{
    if (!text.at) return;
    /* Spaces of any kind count as one. */
    struct text plain = text_new(arena);
    for (size_t i = 0; i < text.length; i++) {
        bool hard = i + 1 < text.length && (uint8_t)text.at[i] == 0xC2 && (uint8_t)text.at[i + 1] == 0xA0;
        char c = hard || text.at[i] == '\n' || text.at[i] == '\f' ? ' ' : text.at[i];
        if (hard) i++;
        if (c != ' ' || !plain.length || plain.at[plain.length - 1] != ' ') text_add_char(&plain, c);
    }
    if (str_find(text_str(&plain), words) >= 0) return;
    print_error("\"%s\" is not in:\n%.*s\n", words, STR_ARG(text));
    fail();
}

static struct str invoice_pdf(struct arena *arena, const struct einvoice *e, enum language language)
{
    struct str pdf;
    expect_done(paper_invoice_pdf(arena, e, &plain_style, language, noon, &pdf));
    return pdf;
}

/* ---- Invoices ---- */

TEST(paper_invoice_in_dutch_and_english)
{
    struct einvoice *e = sample_invoice(arena, 6);
    struct str dutch = invoice_pdf(arena, e, DUTCH), text = text_of(arena, dutch);
    expect_int(1, page_count(dutch));
    static const char *const said[] = { "Factuur",
                                        "2026-00042",
                                        "21 november 2026",
                                        "Bakkerij Jansen & Zn.",
                                        "1012 LM",
                                        "€ 1.303,38",
                                        "NL91 ABNA 0417 1643 00",
                                        "RF36 INV2 0260 0042",
                                        "Pagina 1 van 1",
                                        "KVK 12345678",
                                        "Btw 21%",
                                        "929,10",
                                        "195,11",
                                        "uiterlijk 21 december 2026" };
    for (size_t i = 0; i < ARRAY_LENGTH(said); i++) expect_text(arena, text, said[i]);
    text = text_of(arena, invoice_pdf(arena, e, ENGLISH));
    static const char *const english[] = { "Invoice", "21 November 2026", "€1,303.38", "Page 1 of 1", "VAT 21%" };
    for (size_t i = 0; i < ARRAY_LENGTH(english); i++) expect_text(arena, text, english[i]);
}

TEST(paper_same_input_same_bytes)
{
    struct einvoice *e = sample_invoice(arena, 30);
    expect(str_equal(invoice_pdf(arena, e, DUTCH), invoice_pdf(arena, e, DUTCH)));
    struct str pdf = invoice_pdf(arena, e, DUTCH), one, two;
    struct paper_meta meta = { .title = STR("Factuur 1"), .language = DUTCH, .created_at = noon };
    expect_done(paper_hybrid_make(arena, pdf, STR("<Invoice/>"), PAPER_PROFILE_EN16931, &meta, &one));
    expect_done(paper_hybrid_make(arena, pdf, STR("<Invoice/>"), PAPER_PROFILE_EN16931, &meta, &two));
    expect(str_equal(one, two));
    struct instant later = { noon.us + DAY_US };
    struct str other;
    expect_done(paper_invoice_pdf(arena, e, &plain_style, DUTCH, later, &other));
    expect(!str_equal(pdf, other));
}

TEST(paper_thousand_lines_carry_their_sum)
{
    struct einvoice *e = sample_invoice(arena, 1000);
    struct str pdf = invoice_pdf(arena, e, DUTCH), text = text_of(arena, pdf);
    int pages = page_count(pdf);
    expect(pages > 25 && pages < 60);
    expect_text(arena, text, "Transporteren");
    expect_text(arena, text, str_format(arena, "Pagina %d van %d", pages, pages).at);
    expect_text(arena, text, "Factuur 2026-00042"); /* the head of later pages */
}

TEST(paper_carries_what_stands_on_the_page)
{
    struct einvoice *e = sample_invoice(arena, 34);
    struct text text = text_new(arena);
    for (int i = 0; i < 700; i++) text_addf(&text, "woord%d ", i);
    e->lines.at[20].description = text_str(&text); /* its 51,90 stands on the second page, its text goes on to the fourth */
    struct str shown = text_of(arena, invoice_pdf(arena, e, DUTCH));
    expect_text(arena, shown, "Transporteren € 3.650,40");
    expect_text(arena, shown, "Transporteren € 4.541,90");
    expect_text(arena, shown, "Transport € 4.541,90");
}

TEST(paper_very_long_texts_go_on)
{
    struct einvoice *e = sample_invoice(arena, 3);
    struct text text = text_new(arena);
    for (int i = 0; i < 1200; i++) text_addf(&text, "woord%d ", i);
    text_addz(&text, "slotwoord");
    e->lines.at[1].description = text_str(&text);
    e->notes.at[0].text = text_str(&text);
    e->buyer.name = str_part(text_str(&text), 0, 900);
    e->number = str_part(text_str(&text), 0, 900);
    struct str pdf = invoice_pdf(arena, e, DUTCH);
    expect(page_count(pdf) >= 4);
    expect_text(arena, text_of(arena, pdf), "slotwoord");
    for (int i = 0; i < 40; i++) text_add(&text, str_part(text_str(&text), 0, 9000)); /* a megabyte nobody reads */
    e->lines.at[0].name = text_str(&text);
    expect(page_count(invoice_pdf(arena, e, DUTCH)) >= 4);
}

TEST(paper_nothing_but_a_number)
{
    struct einvoice e = { .number = STR("1") }, empty = { 0 };
    expect_int(1, page_count(invoice_pdf(arena, &e, DUTCH)));
    expect_int(1, page_count(invoice_pdf(arena, &empty, ENGLISH)));
    struct str html;
    expect_done(paper_einvoice_html(arena, &empty, DUTCH, &html));
    expect(str_starts(html, "<article"));
}

TEST(paper_unreadable_values_are_shown_as_they_stood)
{
    struct einvoice *e = sample_invoice(arena, 2);
    e->lines.at[0].net = (struct einvoice_amount){ .raw = STR("twaalf") };
    e->issued = (struct einvoice_day){ .raw = STR("gisteren") };
    e->seller.name = STR("Bad \xFF bytes\x01");
    struct str text = text_of(arena, invoice_pdf(arena, e, DUTCH));
    expect_text(arena, text, "twaalf");
    expect_text(arena, text, "gisteren");
    expect_text(arena, text, "Bad ? bytes");
}

TEST(paper_credit_note_and_reverse_charge)
{
    struct einvoice *e = sample_invoice(arena, 2);
    e->type_code = STR("381");
    *LIST_ADD(arena, &e->preceding) =
        (struct einvoice_reference){ .number = STR("2026-00040"), .issued = { .date = { 20261003 } } };
    e->vat_totals.at[0].category = STR("AE");
    e->vat_totals.at[0].amount = sample_amount(0, 2);
    struct str text = text_of(arena, invoice_pdf(arena, e, DUTCH));
    static const char *const said[] = { "Creditfactuur", "2026-00040", "(3 oktober 2026)", "Btw verlegd", "NL009876543B02",
                                        "Gecrediteerd", "Wij verrekenen" };
    for (size_t i = 0; i < ARRAY_LENGTH(said); i++) expect_text(arena, text, said[i]);
    if (text.at) expect(str_find(text, "Scan met") < 0);
}

TEST(paper_other_currencies_and_allowances)
{
    struct einvoice *e = sample_invoice(arena, 1);
    e->currency = STR("JPY");
    e->totals.payable = sample_amount(1234567, 0);
    *LIST_ADD(arena, &e->allowances) = (struct einvoice_allowance){ .amount = sample_amount(5000, 0),
                                                                    .reason = STR("Vaste klant"),
                                                                    .percent = sample_percent(5) };
    struct str text = text_of(arena, invoice_pdf(arena, e, DUTCH));
    expect_text(arena, text, "JPY 1.234.567");
    expect_text(arena, text, "Vaste klant (5%)");
    expect_text(arena, text, "JPY −5.000");
    if (text.at) expect(str_find(text, "Scan met") < 0);
}

static cairo_status_t keep_png(void *context, const unsigned char *at, unsigned int count)
{
    text_add_bytes(context, at, count);
    return CAIRO_STATUS_SUCCESS;
}

TEST(paper_logo_is_drawn_or_refused)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 120, 40);
    cairo_t *cr = cairo_create(image);
    cairo_set_source_rgba(cr, 0.8, 0.2, 0.1, 0.5);
    cairo_paint(cr);
    cairo_destroy(cr);
    struct text png = text_new(arena);
    cairo_surface_write_to_png_stream(image, keep_png, &png);
    cairo_surface_destroy(image);
    struct paper_style style = { .logo_png = text_str(&png), .accent_rgb = 0xFFE600, .window_right = true };
    struct str pdf;
    expect_done(paper_invoice_pdf(arena, sample_invoice(arena, 3), &style, DUTCH, noon, &pdf));
    expect_int(1, page_count(pdf));
    expect(str_find(pdf, "/SMask") < 0 && str_find(pdf, "/Interpolate true") < 0); /* PDF/A */
    style.logo_png = str_part(style.logo_png, 0, style.logo_png.length - 30);
    expect_refused(&paper_bad_logo, paper_invoice_pdf(arena, sample_invoice(arena, 1), &style, DUTCH, noon, &pdf));
    style.logo_png = STR("GIF89a");
    expect_refused(&paper_bad_logo, paper_invoice_pdf(arena, sample_invoice(arena, 1), &style, DUTCH, noon, &pdf));
}

/* ---- Letters ---- */

TEST(paper_letter_with_table_and_payment)
{
    const struct paper_cell cells[] = { { STR("2026-00042"), { 0 } },     { STR("21 december 2026"), { 0 } },
                                        { STR("1.303,38"), { 0 } },       { STR("2026-00043"), { 0 } },
                                        { STR("2 januari 2027"), { 0 } }, { STR("96,80"), { 0 } } };
    const struct paper_cell total[] = { { STR("Totaal"), { 0 } }, { { 0 }, { 0 } }, { STR("1.400,18"), { 0 } } };
    const struct str before[] = { STR("Geachte mevrouw Bakker,"),
                                  STR("Onze facturen staan nog open. Wilt u deze binnen zeven dagen betalen?") };
    const struct str after[] = { STR(
        "Heeft u intussen betaald? Dan kunt u deze brief als niet verzonden beschouwen.") };
    const struct paper_letter letter = {
        .sender = { .name = STR("Koeltechniek De Vries B.V."), .street = STR("Handelsweg 12"), .place = STR("3542 AB Utrecht"),
                    .kvk = STR("12345678"), .iban = STR("NL91ABNA0417164300"), .email = STR("debiteuren@example.nl") },
        .to = { { STR("Bakkerij Jansen & Zn."), { 0 }, STR("Dorpsstraat 101"), STR("1012 LM  Amsterdam") } },
        .written_on = { 20270115 }, .our_reference = STR("K-1007"), .subject = STR("Betalingsherinnering"),
        .paragraphs = before, .paragraph_count = 2, .closing = after, .closing_count = 1,
        .table = { .columns = { { STR("Factuur"), 0, PAPER_ALIGN_LEFT }, { STR("Vervaldatum"), 120, PAPER_ALIGN_LEFT },
                                { STR("Open (EUR)"), 80, PAPER_ALIGN_RIGHT } },
                   .column_count = 3, .cells = cells, .row_count = 2, .total = total },
        .payment = { .iban = STR("NL91ABNA0417164300"), .name = STR("Koeltechniek De Vries B.V."), .reference = STR("K-1007"),
                     .amount_minor = 140018, .due_on = { 20270122 } },
        .greeting = STR("Met vriendelijke groet,"), .signer = STR("P. de Vries"), .signer_role = STR("Debiteurenbeheer"),
    };
    struct str pdf;
    expect_done(paper_letter_pdf(arena, &letter, &plain_style, DUTCH, noon, &pdf));
    expect_int(1, page_count(pdf));
    struct str text = text_of(arena, pdf);
    static const char *const said[] = { "Betalingsherinnering", "15 januari 2027", "Dorpsstraat 101", "1.400,18", "€ 1.400,18",
                                        "uiterlijk 22 januari 2027", "P. de Vries", "Totaal" };
    for (size_t i = 0; i < ARRAY_LENGTH(said); i++) expect_text(arena, text, said[i]);
    if (getenv("PAPER_KEEP")) {
        FILE *out = fopen(getenv("PAPER_KEEP"), "wb");
        fwrite(pdf.at, 1, pdf.length, out);
        fclose(out);
    }
}

/* ---- Preview ---- */

TEST(paper_html_is_safe)
{
    struct einvoice *e = sample_invoice(arena, 4);
    e->seller.name = STR("<script>alert(1)</script>");
    e->lines.at[0].name = STR("\"><img src=x onerror='x'>");
    e->notes.at[0].text = STR("a\nb & c");
    struct str html;
    expect_done(paper_einvoice_html(arena, e, DUTCH, &html));
    expect(str_find(html, "<script") < 0 && str_find(html, "<img") < 0 && str_find(html, "style=") < 0);
    expect(str_find(html, "&lt;script&gt;") > 0 && str_find(html, "a<br>b &amp; c") > 0);
    expect(str_find(html, "RF36 INV2 0260 0042") > 0 && str_find(html, "lang=\"nl\"") > 0);
}

/* ---- Hybrid ---- */

static const struct paper_meta sample_meta = { .title = STR_INIT("Factuur 2026-00042 “é”"), .author = STR_INIT("De Vries & Zn."),
                                               .language = DUTCH, .created_at = { INT64_C(1795000000000000) } };

TEST(paper_hybrid_gives_back_its_xml)
{
    struct str pdf = invoice_pdf(arena, sample_invoice(arena, 30), DUTCH), out, xml;
    struct text made = text_new(arena);
    text_addz(
        &made,
        "<?xml version=\"1.0\"?>\n<rsm:CrossIndustryInvoice xmlns:rsm=\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100\">");
    for (int i = 0; i < 5000; i++) text_addf(&made, "<a n=\"%d\">é</a>\n", i);
    text_addz(&made, "</rsm:CrossIndustryInvoice>\n");
    enum paper_hybrid_kind kind;
    static const struct { enum paper_profile profile; enum paper_hybrid_kind kind; const char *level; } cases[] = {
        { PAPER_PROFILE_EN16931, PAPER_FACTURX, "<fx:ConformanceLevel>EN 16931<" },
        { PAPER_PROFILE_EXTENDED, PAPER_FACTURX, "<fx:ConformanceLevel>EXTENDED<" },
        { PAPER_PROFILE_XRECHNUNG, PAPER_XRECHNUNG, "<fx:ConformanceLevel>XRECHNUNG<" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_done(paper_hybrid_make(arena, pdf, text_str(&made), cases[i].profile, &sample_meta, &out));
        expect_int(page_count(pdf), page_count(out));
        expect_done(paper_hybrid_xml(arena, out, &xml, &kind));
        expect_int(cases[i].kind, kind);
        expect(str_equal(text_str(&made), xml));
        expect(str_find(metadata(arena, out), cases[i].level) > 0);
    }
    expect_done(paper_hybrid_xml(arena, pdf, &xml, &kind));
    expect_int(PAPER_NOT_HYBRID, kind);
    expect(!xml.at);
}

static void ignore_element(void *context, struct xml_reader *reader, const struct xml_element *element)
{
    (void)context, (void)reader, (void)element;
}

static void ignore_end(void *context, struct xml_reader *reader, struct str name, struct str text)
{
    (void)context, (void)reader, (void)name, (void)text;
}

TEST(paper_archive_has_what_pdf_a_asks)
{
    struct str pdf = invoice_pdf(arena, sample_invoice(arena, 6), DUTCH), out;
    expect_done(paper_archive_make(arena, pdf, &sample_meta, &out));
    expect(str_starts(out, "%PDF-1.7"));
    expect(str_find(catalog_part(arena, out, "/OutputIntents"), "/GTS_PDFA1") > 0);
    expect_str("(nl-NL)", catalog_part(arena, out, "/Lang"));
    expect(str_find(catalog_part(arena, out, "/MarkInfo"), "true") > 0);
    struct str xmp = metadata(arena, out);
    expect(str_find(xmp, "<pdfaid:part>3<") > 0 && str_find(xmp, "<pdfaid:conformance>B<") > 0);
    expect(str_find(xmp, "Factuur 2026-00042 “é”") > 0 && str_find(xmp, "De Vries &amp; Zn.") > 0);
    expect(str_find(xmp, "fx:") < 0);
    const struct xml_handler handler = { .start = ignore_element, .end = ignore_end };
    expect_done(xml_read(arena, xmp, &xml_limits_default, &handler, NULL));
    qpdf_data q = qpdf_init();
    qpdf_read_memory(q, "test", out.at, out.length, NULL);
    qpdf_oh trailer = qpdf_get_trailer(q), page = qpdf_get_page_n(q, 0);
    expect(qpdf_oh_is_array(q, qpdf_oh_get_key(q, trailer, "/ID")));
    expect(!qpdf_oh_has_key(q, trailer, "/Encrypt") && !qpdf_oh_has_key(q, page, "/Group"));
    qpdf_oh info = qpdf_oh_get_key(q, trailer, "/Info");
    expect(!strcmp("Factuur 2026-00042 “é”", qpdf_oh_get_utf8_value(q, qpdf_oh_get_key(q, info, "/Title"))));
    expect(!strcmp("D:20261118110640Z", qpdf_oh_get_utf8_value(q, qpdf_oh_get_key(q, info, "/CreationDate"))));
    expect(str_find(xmp, "2026-11-18T11:06:40Z") > 0);
    qpdf_oh annotations = qpdf_oh_get_key(q, page, "/Annots");
    expect(qpdf_oh_get_array_n_items(q, annotations) > 0);
    expect_int(4, qpdf_oh_get_int_value(q, qpdf_oh_get_key(q, qpdf_oh_get_array_item(q, annotations, 0), "/F")));
    qpdf_cleanup(&q);
    expect_refused(&pdf_broken, paper_archive_make(arena, STR("%PDF-1.4 nothing"), &sample_meta, &out));
}

/* What a thread keeps from document to document changes none of them: other texts, languages and fonts between make the same bytes. */
TEST(paper_same_after_others)
{
    const struct paper_style plain = { 0 }, other = { .font = STR_INIT("DejaVu Serif") };
    const struct instant at = { INT64_C(1795000000000000) };
    struct einvoice *invoice = sample_invoice(arena, 6);
    struct str first, again, between;
    expect_done(paper_invoice_pdf(arena, invoice, &plain, DUTCH, at, &first));
    for (int i = 0; i < 3; i++) {
        invoice->number = str_format(arena, "2026-9%04d", i);
        expect_done(paper_invoice_pdf(arena, invoice, i % 2 ? &plain : &other, i == 2 ? ENGLISH : DUTCH, at, &between));
        expect(!str_equal(first, between));
    }
    invoice->number = STR("2026-00042");
    expect_done(paper_invoice_pdf(arena, invoice, &plain, DUTCH, at, &again));
    expect(str_equal(first, again));
}
