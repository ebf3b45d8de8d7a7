/* The Dutch audit file (XML Auditfile Financieel): XAF 3.2 and XAF 4.0, in and out, through one neutral struct. Pure.
 *
 * Master data is small and stands in `struct xaf_books`; transactions stream: the writer asks for them one by one, the
 * reader hands them out one by one, so a million lines take no more memory than one transaction.
 *
 * Money: integer minor units of the books' currency; debit is positive, credit negative. Days are `struct date`.
 * Sources: XAF 3.2 (XSD 3.2.1 of 22-01-2024, auditfiles.nl), XAF 4.0 (XSD 4.0.3, ODB). The only one accepted from
 * 01-01-2027 is 4.0. RGS codes have a field in 4.0; in 3.2 leadCode must not hold them, so there they are left out. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

enum xaf_version { XAF_32 = 1, XAF_40 };

struct xaf_amount { int64_t minor; bool present; };
#define XAF_AMOUNT(minor_) ((struct xaf_amount){ (minor_), true })
struct xaf_totals { int64_t lines; struct xaf_amount debit, credit; }; /* credit is said as a positive amount */

struct xaf_address {
    struct str street, number, extension, property, city, post_code, region, country;
    bool postal; /* 3.2 only */
};
struct xaf_bank_account { struct str number, bank; }; /* IBAN and BIC; 3.2 only */
struct xaf_party {
    struct str id; /* 35 */
    struct str name, contact, telephone, email, website, kvk, tax_country, tax_id, relation_id;
    char kind; /* C customer, S supplier, B both, O other (3.2 only) */
    struct xaf_amount credit_limit;     /* 3.2 */
    struct xaf_amount opening, closing; /* 4.0 */
    LIST_OF(struct xaf_address) addresses;
    LIST_OF(struct xaf_bank_account) bank_accounts;
};
struct xaf_account {
    struct str id, description;
    char kind; /* B balance sheet, P profit and loss, M mixed (3.2 only) */
    struct str lead_code, lead_description, lead_reference, lead_cross; /* 3.2 */
    struct str rgs_code; /* 4.0 */
};
struct xaf_vat_code { struct str id, description, to_pay_account, to_claim_account; };
struct xaf_period { int64_t number; struct str description; struct date start_on, end_on; };
struct xaf_opening_line { struct str number, account; struct xaf_amount amount; };
struct xaf_journal {
    struct str id, description;
    char kind; /* B bank, C cash, G goods, M memorial, O opening and closing, P purchase, S sales, T, Y, Z other */
    struct str offset_account, bank_account;
};

struct xaf_vat { struct str code; struct decimal percent; struct xaf_amount amount; };
struct xaf_line {
    struct str number, account;
    struct str document; /* 3.2: 999, 4.0: 255; where it is absent the transaction's number is written */
    struct date effective_on; /* absent: the transaction's day is written */
    struct date settled_on;   /* 4.0 */
    struct str description;
    struct xaf_amount amount;
    struct str party, invoice, receipt, shipment, cost, product, project, work_cost, bank_account;
    struct str match, match_key, order, article_group, quantity_unit, bank; /* 3.2 */
    struct xaf_amount quantity;                                           /* 3.2; a whole number */
    struct str other_bank_account;                                          /* 4.0 */
    LIST_OF(struct xaf_vat) vat; /* 99 */
    struct str currency;           /* of currency_amount; absent: none */
    struct xaf_amount currency_amount; /* minor units of that currency, debit positive */
};
struct xaf_transaction {
    size_t journal; /* which of books->journals */
    struct str number, description;
    int64_t period;
    struct date day;
    struct xaf_amount amount; /* 3.2 */
    struct str source, user;
    LIST_OF(struct xaf_line) lines;
};

struct xaf_books {
    enum xaf_version version; /* set by the reader; the writer is told */
    struct str fiscal_year;     /* 2026 or 2025-2026 */
    struct date start_on, end_on, created_on;
    struct str currency, software, software_version, rgs_version;
    struct str company_id; /* 4.0: the KVK number */
    struct str company_name, tax_country, tax_id;
    LIST_OF(struct xaf_address) addresses;
    LIST_OF(struct xaf_party) parties;
    LIST_OF(struct xaf_account) accounts;
    LIST_OF(struct xaf_vat_code) vat_codes;
    LIST_OF(struct xaf_period) periods;
    struct date opening_on; /* 3.2; absent: start_on is written */
    struct str opening_description;
    struct xaf_totals opening_declared; /* as read; the writer counts its own */
    LIST_OF(struct xaf_opening_line) opening;
    LIST_OF(struct xaf_journal) journals;
    struct xaf_totals declared; /* of all transactions; the writer needs them beforehand */
    struct xaf_totals counted;  /* what really came by */
};

extern const struct fault_type xaf_missing, xaf_id_too_long, xaf_used_twice, xaf_unknown, xaf_value_wrong, xaf_order_wrong,
    xaf_totals_wrong, xaf_not_one, xaf_text_wrong, xaf_date_wrong, xaf_amount_wrong, xaf_number_wrong, xaf_currency_digits;

/* ---- Out ---- */

/* What the file cannot hold: a text was cut at `limit` characters, or (limit 0) the version has no such field or no such
 * code, and it was left out. One row for each kind of field: where it came first, and how often. */
struct xaf_clip { struct str field; size_t limit, times; };
struct xaf_clips { LIST_OF(struct xaf_clip) list; };

struct xaf_source {
    void *context;
    /* The next transaction, journals in the order of books->journals; *out NULL: no more. It lives until the next call. */
    struct fault *(*next)(void *context, const struct xaf_transaction **out);
};
struct xaf_sink {
    void *context;
    struct fault *(*take)(void *context, struct str bytes); /* borrowed for the call */
};
/* Valid against the version's schema, and with every reference (account, party, VAT code, period, journal) known.
 * Refuses, all at once (the first 200): what is missing, ids over 35 characters or used twice, unknown references, days
 * outside 1900-2199, totals that differ from books->declared, a currency with more than two digits behind the point.
 * What is wrong in the master data is refused before the first byte; later the sink must throw away what it has.
 * `clips` may be NULL. */
CHECKED struct fault *xaf_write(struct arena *arena, enum xaf_version version, const struct xaf_books *books,
                                const struct xaf_source *source, const struct xaf_sink *sink, struct xaf_clips *clips);

/* ---- In ---- */

struct xaf_handler {
    void *context;
    /* Each transaction with all its lines; borrowed for the call. Its journal and all master data stand in `books` by now. A
     * refusal ends the reading and is its result. NULL: transactions are only counted. */
    struct fault *(*transaction)(void *context, const struct xaf_books *books, const struct xaf_transaction *transaction);
};
struct xaf_unread { struct str element; size_t times; }; /* elements that the neutral struct has no place for */
struct xaf_unreads { LIST_OF(struct xaf_unread) list; };

struct xaf_reader;
struct xaf_reader *xaf_reader_new(struct arena *arena, const struct xaf_handler *handler); /* handler: copied */
CHECKED struct fault *xaf_reader_push(struct xaf_reader *reader, struct str bytes);
/* Refuses what xml_reader does, xaf_not_one, values that are no date, amount or number (with their line; the first 100),
 * input_too_large (4 GiB, or more than the arena has room for). References and totals are not judged: see the checks below. */
CHECKED struct fault *xaf_reader_end(struct xaf_reader *reader, struct xaf_books *books, struct xaf_unreads *unread);
void xaf_reader_free(struct xaf_reader *reader); /* must be called; NULL is fine */
CHECKED struct fault *xaf_read(struct arena *arena, struct str bytes, const struct xaf_handler *handler,
                               struct xaf_books *books, struct xaf_unreads *unread);
/* Whether a file says of itself what it holds: lines, debit and credit, of the opening balance and of the transactions. */
CHECKED struct fault *xaf_totals_check(struct arena *arena, const struct xaf_books *books);
