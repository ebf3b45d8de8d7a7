/* An invoice in two forms in one file: a PDF for people with its XML inside (Factur-X 1.0 = ZUGFeRD 2.1 and later).
 *
 * Reading is for files from anyone: bounded in size, objects, depth and unpacked bytes, and nothing in it can make us
 * loop. Making is for PDFs that this program drew. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

extern const struct fault_type pdf_not_pdf, pdf_encrypted, pdf_too_large, pdf_broken;

/* ---- Reading ---- */

enum paper_hybrid_kind {
    PAPER_NOT_HYBRID = 1, /* a PDF without an invoice inside: an ordinary scan or print */
    PAPER_FACTURX,        /* factur-x.xml: Factur-X, ZUGFeRD 2.1 and later */
    PAPER_ZUGFERD_1,      /* ZUGFeRD-invoice.xml of 2014: root CrossIndustryDocument */
    PAPER_ZUGFERD_2,      /* zugferd-invoice.xml of 2.0 */
    PAPER_XRECHNUNG,      /* xrechnung.xml */
    PAPER_ORDERX,         /* order-x.xml: an order, no invoice */
    PAPER_OTHER_XML,      /* another name, but an XML that by its root element is an invoice */
};
/* The XML inside, byte for byte as embedded, as the arena's copy; absent when kind is PAPER_NOT_HYBRID. It is not
 * parsed beyond its root element: einvoice_read judges it. When several could be meant, a known name goes before an
 * unknown one, and an associated file (AF) before one only listed.
 * Refuses: pdf.not_pdf, pdf.encrypted, pdf.broken, pdf.too_large (64 MiB, 500,000 objects, 96 MiB unpacked). */
CHECKED struct fault *paper_hybrid_xml(struct arena *arena, struct str pdf, struct str *xml,
                                       enum paper_hybrid_kind *kind);

/* ---- Making ---- */

enum paper_profile { /* of the XML: what fx:ConformanceLevel says */
                     PAPER_PROFILE_EN16931 = 1,
                     PAPER_PROFILE_EXTENDED,
                     PAPER_PROFILE_XRECHNUNG, /* file name xrechnung.xml */
};
struct paper_meta {
    struct str title, author, subject; /* absent: left out */
    enum language language;
    struct instant created_at; /* in the file as its date: the same input gives the same bytes */
};
/* PDF/A-3b with the XML as associated file (factur-x.xml, Alternative), XMP with the fx: extension schema, sRGB output
 * intent, document ID. `pdf` is one that paper_…_pdf made; refuses pdf.broken when it isn't a readable PDF. */
CHECKED struct fault *paper_hybrid_make(struct arena *arena, struct str pdf, struct str xml, enum paper_profile profile,
                                        const struct paper_meta *meta, struct str *out);
/* The same without XML: an archivable PDF/A-3b with language, XMP and output intent. */
CHECKED struct fault *paper_archive_make(struct arena *arena, struct str pdf, const struct paper_meta *meta,
                                         struct str *out);
