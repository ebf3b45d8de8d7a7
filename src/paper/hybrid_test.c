#include <dirent.h>
#include <zlib.h>

#include "einvoice/einvoice.h"
#include "paper/hybrid.h"
#include "test.h"

/* ---- PDFs written by hand, without a cross-reference table: the reader asks for none ---- */

static const char cii[] =
    "<rsm:CrossIndustryInvoice xmlns:rsm=\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100\"/>";

struct hand {
    const char *root;   /* behind the catalogue's /Type */
    const char *spec;   /* what the file specification says of its name */
    const char *filter; /* of the embedded stream's dictionary */
    struct str data;
    const char *more;   /* further objects, trailer */
};
static struct str write_pdf(struct arena *arena, struct hand h)
{
    struct text t = text_new(arena);
    text_addf(
        &t,
        "%%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R %s>> endobj\n2 0 obj <</Type/Pages/Kids[]/Count 0>> endobj\n",
        h.root);
    text_addf(&t, "3 0 obj <</Type/Filespec %s /EF <</F 4 0 R>> >> endobj\n", h.spec);
    text_addf(&t, "4 0 obj <</Type/EmbeddedFile %s /Length %zu>> stream\n", h.filter ? h.filter : "", h.data.length);
    text_add(&t, h.data);
    text_addf(&t, "\nendstream endobj\n%s\ntrailer <</Root 1 0 R>>\n%%%%EOF\n", h.more ? h.more : "");
    return text_str(&t);
}
#define LISTED "/Names <</EmbeddedFiles <</Names [(x) 3 0 R]>> >>"

static void expect_kind(struct arena *arena, enum paper_hybrid_kind expected, const char *inside, struct str pdf)
{
    struct str xml;
    enum paper_hybrid_kind kind;
    expect_done(paper_hybrid_xml(arena, pdf, &xml, &kind));
    expect_int(expected, kind);
    expect_str(inside, xml);
}

static struct str packed(struct arena *arena, struct str bytes)
{
    uLongf length = compressBound(bytes.length);
    char *at = arena_alloc(arena, length);
    expect_int(Z_OK, compress2((Bytef *)at, &length, (const Bytef *)bytes.at, bytes.length, 1));
    return (struct str){ at, length };
}

TEST(hybrid_names_say_what_it_is)
{
    static const struct { const char *name; enum paper_hybrid_kind kind; } cases[] = {
        { "/F (factur-x.xml)", PAPER_FACTURX },
        { "/F (FACTUR-X.XML)", PAPER_FACTURX },
        { "/F (dir/sub\\\\factur-x.xml)", PAPER_FACTURX },
        { "/F <666163747572 2d782e786d6c>", PAPER_FACTURX },
        { "/UF <FEFF0066006100630074007500720 02D0078002E0078006D006C>", PAPER_FACTURX },
        { "/F (attachment) /UF (zugferd-invoice.xml)", PAPER_ZUGFERD_2 },
        { "/F (ZUGFeRD-invoice.xml)", PAPER_ZUGFERD_2 },
        { "/F (xrechnung.xml)", PAPER_XRECHNUNG },
        { "/F (bill.xml)", PAPER_OTHER_XML },
        { "/#46 (f\\141ctur-x.x\\\nml)", PAPER_FACTURX },
        { "/F (invoice.bin)", PAPER_NOT_HYBRID },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        expect_kind(arena, cases[i].kind, cases[i].kind == PAPER_NOT_HYBRID ? NULL : cii,
                    write_pdf(arena, (struct hand){ LISTED, cases[i].name, NULL, str_of(cii), NULL }));
}

TEST(hybrid_root_says_what_it_is)
{
    static const char old[] = "<rsm:CrossIndustryDocument xmlns:rsm=\"urn:ferd:CrossIndustryDocument:invoice:1p0\"/>";
    static const char ubl[] = "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\"/>";
    struct hand h = { LISTED, "/F (ZUGFeRD-invoice.xml)", NULL, str_of(old), NULL };
    expect_kind(arena, PAPER_ZUGFERD_1, old, write_pdf(arena, h));
    h.spec = "/F (something.xml)", h.data = str_of(ubl);
    expect_kind(arena, PAPER_OTHER_XML, ubl, write_pdf(arena, h));
    h.data = STR("<html/>");
    expect_kind(arena, PAPER_NOT_HYBRID, NULL, write_pdf(arena, h));
    h.data = STR("no xml");
    expect_kind(arena, PAPER_NOT_HYBRID, NULL, write_pdf(arena, h));
    h.spec = "/F (factur-x.xml)"; /* by its name it claims to be one: einvoice_read will say what is wrong */
    expect_kind(arena, PAPER_FACTURX, "no xml", write_pdf(arena, h));
}

TEST(hybrid_found_wherever_it_hangs)
{
    struct hand h = { LISTED, "/F (factur-x.xml)", NULL, str_of(cii), NULL };
    static const char *const roots[] = {
        "/AF [3 0 R]", "/Names 9 0 R", "", "/Names <</EmbeddedFiles <</Kids [8 0 R]>> >>",
        "/Names <</EmbeddedFiles <</Kids [7 0 R 8 0 R]>> >>", /* 7 bites its tail */
        "/Names <</EmbeddedFiles 99 0 R>> /AF 98 0 R",
    };
    h.more = "9 0 obj <</EmbeddedFiles <</Names [(x) 3 0 R]>> >> endobj 8 0 obj <</Names[(x) 3 0 R]>> endobj "
             "7 0 obj <</Kids [7 0 R 7 0 R 8 0 R]>> endobj";
    for (size_t i = 0; i < ARRAY_LENGTH(roots); i++) {
        h.root = roots[i];
        expect_kind(arena, PAPER_FACTURX, cii, write_pdf(arena, h));
    }
    /* The later object of a number is the one that counts. */
    h.root = LISTED;
    h.more = "4 0 obj <</Length 10>> stream\n<Invoice/>\nendstream endobj";
    expect_kind(arena, PAPER_FACTURX, "<Invoice/>", write_pdf(arena, h));
}

TEST(hybrid_streams_of_every_packing)
{
    struct hand h = { LISTED, "/F (factur-x.xml)", "/Filter /FlateDecode", packed(arena, str_of(cii)), NULL };
    expect_kind(arena, PAPER_FACTURX, cii, write_pdf(arena, h));
    h.filter = "/Filter [/Fl] /DecodeParms [null]";
    expect_kind(arena, PAPER_FACTURX, cii, write_pdf(arena, h));
    h.filter = "/Filter [/AHx /FlateDecode]";
    h.data = hex_text(arena, (const uint8_t *)h.data.at, h.data.length);
    expect_kind(arena, PAPER_FACTURX, cii, write_pdf(arena, h));
    h.filter = "/Filter /ASCII85Decode", h.data = STR("4@sF6DeW]m00T~>");
    expect_kind(arena, PAPER_FACTURX, "<Invoice/>", write_pdf(arena, h));
    h.filter = "/Filter /LZWDecode";
    expect_kind(arena, PAPER_NOT_HYBRID, NULL, write_pdf(arena, h));
    /* A length that lies, a length kept elsewhere. */
    struct str lying = write_pdf(arena, (struct hand){ LISTED, "/F (factur-x.xml)", "/Length 3 /X true", str_of(cii), NULL });
    expect_kind(arena, PAPER_FACTURX, cii, lying);
    static const char tricky[] = "<Invoice>1 0 obj endstream endobj 2 0 obj</Invoice>";
    const char *elsewhere = str_format(arena, "7 0 obj null endobj 9 0 obj %zu endobj", strlen(tricky)).at;
    expect_kind(
        arena, PAPER_FACTURX, tricky,
        write_pdf(arena, (struct hand){ LISTED, "/F (factur-x.xml)", "/Length 9 0 R", str_of(tricky), elsewhere }));
}

TEST(hybrid_object_streams)
{
    /* The catalogue, the name tree and the file specification live in object 5. */
    const char inside[] = "1 0 3 68 <</Type/Catalog/Names <</EmbeddedFiles <</Names [(x) 3 0 R]>> >> >>    "
                          "<</F(factur-x.xml)/EF<</F 4 0 R>> >>";
    struct str stream = packed(arena, str_of(inside));
    struct text t = text_new(arena);
    text_addf(&t, "%%PDF-1.5\n4 0 obj <</Length %zu>> stream\n%s\nendstream endobj\n", strlen(cii), cii);
    text_addf(&t, "5 0 obj <</Type/ObjStm/N 2/First 9/Filter/FlateDecode/Length %zu>> stream\r\n", stream.length);
    text_add(&t, stream);
    text_addz(&t, "\r\nendstream endobj\n6 0 obj <</Type/XRef/Root 1 0 R/Length 0>> stream\nendstream endobj");
    expect_kind(arena, PAPER_FACTURX, cii, text_str(&t));
}

/* ---- Hostile ---- */

static void expect_pdf_refused(struct arena *arena, const struct fault_type *type, struct str pdf)
{
    struct str xml;
    enum paper_hybrid_kind kind;
    expect_refused(type, paper_hybrid_xml(arena, pdf, &xml, &kind));
    expect(!xml.at);
}

TEST(hybrid_refuses_what_it_should)
{
    struct hand h = { LISTED, "/F (factur-x.xml)", NULL, str_of(cii), "trailer <</Encrypt 9 0 R>>" };
    expect_pdf_refused(arena, &pdf_encrypted, write_pdf(arena, h));
    expect_pdf_refused(arena, &pdf_not_pdf, STR(""));
    expect_pdf_refused(arena, &pdf_not_pdf, STR("PK\3\4 something else"));
    expect_pdf_refused(arena, &pdf_broken, STR("%PDF-1.7\n"));
    expect_pdf_refused(arena, &pdf_broken, STR("%PDF-1.7\n1 0 obj <</Type/Catalogue>> endobj trailer <</Root 1 0 R>>"));
    char *large = arena_alloc(arena, (size_t)65 << 20);
    memcpy(large, "%PDF-1.7", 8);
    expect_pdf_refused(arena, &pdf_too_large, (struct str){ large, (size_t)65 << 20 });
}

TEST(hybrid_bombs_do_not_go_off)
{
    char *zeros = arena_alloc(arena, (size_t)110 << 20);
    struct str bomb = packed(arena, (struct str){ zeros, (size_t)110 << 20 });
    expect(bomb.length < 1 << 20);
    struct hand h = { LISTED, "/F (factur-x.xml)", "/Filter /FlateDecode", bomb, NULL };
    expect_pdf_refused(arena, &pdf_too_large, write_pdf(arena, h));
    h.filter = "/Type /ObjStm /N 1000000 /First 4 /Filter /FlateDecode";
    expect_pdf_refused(arena, &pdf_too_large, write_pdf(arena, h));
    h.filter = "/Filter [/FlateDecode /FlateDecode /FlateDecode /FlateDecode /FlateDecode /FlateDecode]";
    h.data = packed(arena, packed(arena, packed(arena, str_of(cii))));
    expect_kind(arena, PAPER_NOT_HYBRID, NULL, write_pdf(arena, h));
}

static struct str repeated(struct arena *arena, const char *head, const char *part, int count)
{
    struct text t = text_new(arena);
    text_addz(&t, head);
    for (int i = 0; i < count; i++) text_addz(&t, part);
    return text_str(&t);
}

TEST(hybrid_work_is_bounded)
{
    int64_t from = clock_us();
    expect_pdf_refused(arena, &pdf_broken, repeated(arena, "%PDF-1.7\n1 0 obj ", "[", 300000));
    expect_pdf_refused(arena, &pdf_broken, repeated(arena, "%PDF-1.7\n", "1 0 obj (", 300000));
    expect_pdf_refused(arena, &pdf_broken, repeated(arena, "%PDF-1.7\n", "1 0 obj <<", 300000));
    expect_pdf_refused(arena, &pdf_broken, repeated(arena, "%PDF-1.7\n", "trailer (", 300000));
    expect_pdf_refused(arena, &pdf_broken, repeated(arena, "%PDF-1.7\n", "1 0 obj <</Length 7 0 R>> stream\n", 300000));
    expect_pdf_refused(arena, &pdf_broken, repeated(arena, "%PDF-1.7\n", "1 0 obj <</Length 7 0 R>> stream\nendstream ", 100000));
    expect_pdf_refused(arena, &pdf_too_large, repeated(arena, "%PDF-1.7\n", "1 0 obj 1 ", 600000));
    struct str loop = STR("%PDF-1.7\n1 0 obj 2 0 R endobj 2 0 obj 1 0 R endobj trailer <</Root 1 0 R>>");
    expect_pdf_refused(arena, &pdf_broken, loop);
    expect(clock_us() - from < 20 * INT64_C(1000000));
}

TEST(hybrid_cut_anywhere_is_no_crash)
{
    struct hand h = { LISTED, "/F (factur-x.xml)", "/Filter /FlateDecode", packed(arena, str_of(cii)), "9 0 obj [(a\\" };
    struct str pdf = write_pdf(arena, h), xml;
    enum paper_hybrid_kind kind;
    for (size_t i = 0; i < pdf.length; i++) {
        char *exact = malloc(i + 1); /* so that a byte too far is seen */
        memcpy(exact, pdf.at, i);
        struct fault *fault = paper_hybrid_xml(arena, (struct str){ exact, i }, &xml, &kind);
        expect(fault || (kind == PAPER_NOT_HYBRID) == !xml.at);
        free(exact);
    }
}

/* ---- What the world sends ---- */

TEST(hybrid_triples_hold_the_invoice_beside_them)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct str folder = str_format(arena, "%s/data/triples", shared);
    DIR *dir = opendir(folder.at);
    int read = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct str name = str_of(entry->d_name);
        if (!str_ends(name, ".pdf")) continue;
        struct str stem = str_format(arena, "%s/%.*s", folder.at, (int)(name.length - 4), name.at), xml;
        enum paper_hybrid_kind kind;
        expect_done(paper_hybrid_xml(arena, test_file(arena, str_format(arena, "%s.pdf", stem.at).at), &xml, &kind));
        expect_int(PAPER_FACTURX, kind);
        struct einvoice *inside, *beside;
        expect_done(einvoice_read(arena, xml, &inside));
        /* The UBL beside them differs from the CII where their makers wrote other things: the room einvoice explains it. */
        expect_done(einvoice_read(arena, test_file(arena, str_format(arena, "%s.cii.xml", stem.at).at), &beside));
        struct einvoice_differences differences = { 0 };
        einvoice_compare(arena, inside, beside, &differences);
        expect_int(0, differences.list.count);
        read++;
    }
    closedir(dir);
    expect_int(8, read);
}
