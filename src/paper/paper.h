/* How documents look: an invoice, a letter, a preview. Neutral structs in, bytes out; nothing is read from disk but fonts.
 *
 * All PDFs are A4, with the address where the window of a Dutch envelope shows it, embedded subset fonts, tagged
 * structure, the document's language and title, no transparency; the same input gives the same bytes (`created_at` is the
 * only time in it). Archive form (PDF/A-3) and the XML inside: paper/hybrid.h. */
#pragma once
#include "einvoice/einvoice.h"
#include "paper/hybrid.h"
#include "paper/page.h"

/* ---- Invoice and credit note ---- */

enum { PAPER_LINES_MOST = 50000 };
/* Draws whatever the neutral invoice holds; what is absent leaves no hole. A payment block with an EPC QR code appears
 * when there is something to pay by credit transfer in EUR to a valid IBAN; a structured reference (RF,
 * betalingskenmerk) is recognised by its check digits. Refuses paper.bad_logo, paper.too_long (2,000 pages, 50,000
 * lines). */
CHECKED struct fault *paper_invoice_pdf(struct arena *arena, const struct einvoice *invoice,
                                        const struct paper_style *style, enum language language,
                                        struct instant created_at, struct str *pdf);

/* ---- Letter: a reminder, a remittance advice, a statement of account ---- */

struct paper_address { struct str lines[7]; }; /* absent lines are skipped */
struct paper_sender {
    struct str name, street, place, country, phone, email, website;
    struct str kvk, vat_id, iban, bic;
};
struct paper_letter_table {
    struct paper_column columns[PAPER_COLUMNS_MOST];
    size_t column_count;
    const struct paper_cell *cells; /* row by row */
    size_t row_count;
    const struct paper_cell *total; /* one bold row below, or NULL */
};
struct paper_payment {                     /* what is asked to be paid; absent iban: no block */
    struct str iban, bic, name, reference; /* reference: RF, betalingskenmerk or free */
    int64_t amount_minor;                  /* of EUR, over 0; 0: no amount shown and no QR code */
    struct date due_on;
};
struct paper_letter {
    struct paper_sender sender;
    struct paper_address to;
    struct date written_on;
    struct str our_reference, your_reference;
    struct str subject;
    const struct str *paragraphs;
    size_t paragraph_count; /* before the table */
    struct paper_letter_table table;
    const struct str *closing; /* paragraphs after the table */
    size_t closing_count;
    struct paper_payment payment;
    struct str greeting, signer, signer_role; /* "Met vriendelijke groet," */
};
CHECKED struct fault *paper_letter_pdf(struct arena *arena, const struct paper_letter *letter,
                                       const struct paper_style *style, enum language language,
                                       struct instant created_at, struct str *pdf);

/* ---- Preview in the browser ---- */

/* An <article class="paper"> with headings, definition lists and tables: every text escaped, no script, no style, no link,
 * class names only (they are listed in README.md). For any invoice, however odd; at most PAPER_LINES_MOST lines. */
CHECKED struct fault *paper_einvoice_html(struct arena *arena, const struct einvoice *invoice, enum language language,
                                          struct str *html);
