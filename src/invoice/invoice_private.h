/* Shared by the files of room invoice. */
#pragma once
#include "invoice/invoice.h"

/* How a company's invoices are made. */
enum invoice_specification { INVOICE_NLCIUS = 1, INVOICE_PEPPOL, INVOICE_EN16931 };
struct invoice_setting {
    struct { int64_t n; } id;
    struct str number_format; /* "{year}-#####": the year, and the number in at least so many digits */
    enum invoice_specification specification;
    struct str payment_terms; /* BT-20; absent: made of the customer's days */
    struct str closing;       /* a line of the company's own at the end of the PDF */
    int64_t version;
};
extern const struct record invoice_setting_record;
CHECKED struct fault *invoice_setting_load(struct work *work, struct invoice_setting *setting); /* the defaults where nothing was set */
CHECKED struct fault *invoice_number_check(struct arena *arena, struct str format);
struct str invoice_number_text(struct arena *arena, struct str format, int year, int64_t number);

struct invoice_key { int64_t id; };
extern const struct record invoice_key_record;
#define INVOICE_KEY(number_) GIVEN(invoice_key, (&(const struct invoice_key){ (number_) }))

/* What a person filled in, into the invoice and its lines; everything wrong at once. Saves nothing. */
CHECKED struct fault *invoice_fill_in(struct work *work, const struct invoice_data *data, struct invoice *invoice,
                                      struct invoice_lines *lines);
/* Refuses invoice_not_possible unless the table of states allows it. */
CHECKED struct fault *invoice_check(struct work *work, const struct invoice *invoice, enum invoice_event event);
/* The line's discount and net, by price, quantity and percentage. Refuses invoice_too_large. */
CHECKED struct fault *invoice_line_count(struct work *work, struct str currency, struct invoice_line *line);
/* What a line or an allowance is booked with, by the customer's own where nothing is said; the account, then, by the VAT code's. */
CHECKED struct fault *invoice_choose_vat_code(struct work *work, const struct party *party, struct str code,
                                              struct vat_code *out);
CHECKED struct fault *invoice_choose_account(struct work *work, const struct party *party, const struct vat_code *code,
                                             struct str number, account_id *out);
/* One on the whole invoice, behind the lines it may be a percentage of. */
CHECKED struct fault *invoice_allowance_make(struct work *work, const struct invoice *invoice, const struct party *party,
                                             const struct invoice_lines *lines, const struct invoice_allowance_data *data,
                                             struct invoice_line *line);
/* As EN 16931 knows it. */
struct einvoice_allowance invoice_allowance_of(const struct invoice_line *line, int digits);
/* Net, VAT and total of the lines into the invoice. */
CHECKED struct fault *invoice_count(struct work *work, struct invoice *invoice, const struct invoice_lines *lines);
CHECKED struct fault *invoice_add(struct work *work, struct invoice *invoice, struct invoice_lines *lines); /* row and lines of a draft */

/* VAT over what is left after the discount for paying early (mode mixed, DOMAIN 3.5): pairs of an allowance and an exempt charge behind the lines,
 * by the terms that hold on invoice->issued_on. None of a credit note, without VAT, without terms, or in another mode. */
CHECKED struct fault *invoice_early_add(struct work *work, const struct invoice *invoice, struct invoice_lines *lines);
CHECKED struct fault *invoice_early_count(struct work *work, struct invoice *invoice, const struct invoice_lines *lines);
bool invoice_early_is(const struct invoice_line *line);
int64_t invoice_early_discount(const struct invoice_lines *lines, struct date *until);
/* left: net of each line that is not credited yet. */
CHECKED struct fault *invoice_early_back(struct work *work, const struct invoice *of, const struct invoice_lines *lines,
                                         const int64_t *left, struct invoice_lines *back);

/* All that its documents are made of. */
struct invoice_view {
    struct company company;
    struct party party;
    struct invoice_setting setting;
    LIST_OF(struct vat_code) vat_codes; /* of its lines, each once */
    struct invoice credited;            /* what a credit note takes back */
    struct einvoice *einvoice;          /* specification: by the setting, for UBL */
    struct einvoice_sums sums;
};
CHECKED struct fault *invoice_view_make(struct work *work, const struct invoice *invoice,
                                        const struct invoice_lines *lines, struct invoice_view *out);
CHECKED struct fault *invoice_draw(struct work *work, const struct invoice *invoice, const struct invoice_view *view,
                                   struct str *pdf);
/* A draft as it would look today. */
CHECKED struct fault *invoice_look(struct work *work, struct invoice *invoice, struct invoice_lines *lines,
                                   struct invoice_view *view, struct file_answer *out);
/* The mail that an invoice goes with. `by`: 0, as the customer wants. */
struct invoice_mail {
    enum invoice_delivery by;
    struct str to, title, text, language;
    LIST_OF(struct invoice_document) documents;
};
CHECKED struct fault *invoice_mail_make(struct work *work, const struct invoice *invoice, enum invoice_delivery by,
                                        struct invoice_mail *out);
uint32_t invoice_color(struct str text); /* "#0b5fff"; 0: none */
int64_t invoice_terms_days(const struct invoice *invoice, const struct party *party);
CHECKED struct fault *invoice_documents_keep(struct work *work, const struct invoice *invoice,
                                             const struct invoice_view *view);
CHECKED struct fault *invoice_draw_behind(struct work *work, struct books *books, invoice_id id);
/* work->after of what gives a struct invoice_shown. */
CHECKED struct fault *invoice_draw_after(struct work *work, struct books *books, int64_t id, void *gives);
CHECKED struct fault *invoice_document_make(struct work *work, const struct invoice *invoice,
                                            enum invoice_file_kind kind, struct str *content);
CHECKED struct fault *invoice_documents_of(struct work *work, invoice_id id, struct invoice_shown *out);
CHECKED struct fault *invoice_post(struct work *work, struct invoice *invoice, const struct invoice_lines *lines,
                                   const struct invoice_view *view);
CHECKED struct fault *invoice_show(struct work *work, invoice_id id, struct invoice_shown *out);
struct str invoice_file_name(struct arena *arena, struct str number, enum invoice_file_kind kind);

extern const char *const invoice_delivery_names[], *const invoice_file_kinds[];
/* An old invoice may say "portal", which can't be chosen any more: none. */
enum invoice_delivery invoice_delivery_now(enum invoice_delivery kept);
enum { INVOICE_LINES_MOST = 5000, INVOICE_ALLOWANCES_MOST = 50 };
