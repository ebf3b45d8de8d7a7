/* The Dutch audit file (XML Auditfile Financieel): XAF 3.2 and XAF 4.0, in and out, through one neutral struct. Pure.
 *
 * Master data is small and stands in `struct audit_books`; transactions stream: the writer asks for them one by one, the
 * reader hands them out one by one, so a million lines take no more memory than one transaction.
 *
 * Money: integer minor units of the books' currency; debit is positive, credit negative. Days are `struct date`.
 * Sources: XAF 3.2 (XSD 3.2.1 of 22-01-2024, auditfiles.nl), XAF 4.0 (XSD 4.0.3, ODB). The only one accepted from
 * 01-01-2027 is 4.0. RGS codes have a field in 4.0; in 3.2 leadCode must not hold them, so there they are left out. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

enum audit_version { XAF_32 = 1, XAF_40 };

struct audit_amount { int64_t minor; bool present; };
#define AUDIT_AMOUNT(minor_) ((struct audit_amount){ (minor_), true })
struct audit_totals { int64_t lines; struct audit_amount debit, credit; }; /* credit is said as a positive amount */

struct audit_address {
    struct str street, number, extension, property, city, post_code, region, country;
    bool postal; /* 3.2 only */
};
struct audit_bank_account { struct str number, bank; }; /* IBAN and BIC; 3.2 only */
struct audit_party {
    struct str id; /* 35 */
    struct str name, contact, telephone, email, website, kvk, tax_country, tax_id, relation_id;
    char kind; /* C customer, S supplier, B both, O other (3.2 only) */
    struct audit_amount credit_limit;     /* 3.2 */
    struct audit_amount opening, closing; /* 4.0 */
    LIST_OF(struct audit_address) addresses;
    LIST_OF(struct audit_bank_account) bank_accounts;
};
struct audit_account {
    struct str id, description;
    char kind; /* B balance sheet, P profit and loss, M mixed (3.2 only) */
    struct str lead_code, lead_description, lead_reference, lead_cross; /* 3.2 */
    struct str rgs_code; /* 4.0 */
};
struct audit_vat_code { struct str id, description, to_pay_account, to_claim_account; };
struct audit_period { int64_t number; struct str description; struct date start_on, end_on; };
struct audit_opening_line { struct str number, account; struct audit_amount amount; };
struct audit_journal {
    struct str id, description;
    char kind; /* B bank, C cash, G goods, M memorial, O opening and closing, P purchase, S sales, T, Y, Z other */
    struct str offset_account, bank_account;
};

struct audit_vat { struct str code; struct decimal percent; struct audit_amount amount; };
struct audit_line {
    struct str number, account;
    struct str document; /* 3.2: 999, 4.0: 255; where it is absent the transaction's number is written */
    struct date effective_on; /* absent: the transaction's day is written */
    struct date settled_on;   /* 4.0 */
    struct str description;
    struct audit_amount amount;
    struct str party, invoice, receipt, shipment, cost, product, project, work_cost, bank_account;
    struct str match, match_key, order, article_group, quantity_unit, bank; /* 3.2 */
    struct audit_amount quantity;                                           /* 3.2; a whole number */
    struct str other_bank_account;                                          /* 4.0 */
    LIST_OF(struct audit_vat) vat; /* 99 */
    struct str currency;           /* of currency_amount; absent: none */
    struct audit_amount currency_amount; /* minor units of that currency, debit positive */
};
struct audit_transaction {
    size_t journal; /* which of books->journals */
    struct str number, description;
    int64_t period;
    struct date day;
    struct audit_amount amount; /* 3.2 */
    struct str source, user;
    LIST_OF(struct audit_line) lines;
};

struct audit_books {
    enum audit_version version; /* set by the reader; the writer is told */
    struct str fiscal_year;     /* 2026 or 2025-2026 */
    struct date start_on, end_on, created_on;
    struct str currency, software, software_version, rgs_version;
    struct str company_id; /* 4.0: the KVK number */
    struct str company_name, tax_country, tax_id;
    LIST_OF(struct audit_address) addresses;
    LIST_OF(struct audit_party) parties;
    LIST_OF(struct audit_account) accounts;
    LIST_OF(struct audit_vat_code) vat_codes;
    LIST_OF(struct audit_period) periods;
    struct date opening_on; /* 3.2; absent: start_on is written */
    struct str opening_description;
    struct audit_totals opening_declared; /* as read; the writer counts its own */
    LIST_OF(struct audit_opening_line) opening;
    LIST_OF(struct audit_journal) journals;
    struct audit_totals declared; /* of all transactions; the writer needs them beforehand */
    struct audit_totals counted;  /* what really came by */
};

extern const struct fault_type audit_missing, audit_id_too_long, audit_used_twice, audit_unknown, audit_value_wrong, audit_order_wrong,
    audit_totals_wrong, audit_not_one, audit_text_wrong, audit_date_wrong, audit_amount_wrong, audit_number_wrong, audit_currency_digits;

/* ---- Out ---- */

/* What the file cannot hold: a text was cut at `limit` characters, or (limit 0) the version has no such field or no such
 * code, and it was left out. One row for each kind of field: where it came first, and how often. */
struct audit_clip { struct str field; size_t limit, times; };
struct audit_clips { LIST_OF(struct audit_clip) list; };

struct audit_source {
    void *context;
    /* The next transaction, journals in the order of books->journals; *out NULL: no more. It lives until the next call. */
    struct fault *(*next)(void *context, const struct audit_transaction **out);
};
struct audit_sink {
    void *context;
    struct fault *(*take)(void *context, struct str bytes); /* borrowed for the call */
};
/* Valid against the version's schema, and with every reference (account, party, VAT code, period, journal) known.
 * Refuses, all at once (the first 200): what is missing, ids over 35 characters or used twice, unknown references, days
 * outside 1900-2199, totals that differ from books->declared, a currency with more than two digits behind the point.
 * What is wrong in the master data is refused before the first byte; later the sink must throw away what it has.
 * `clips` may be NULL. */
CHECKED struct fault *audit_write(struct arena *arena, enum audit_version version, const struct audit_books *books,
                                  const struct audit_source *source, const struct audit_sink *sink, struct audit_clips *clips);

/* ---- In ---- */

struct audit_handler {
    void *context;
    /* Each transaction with all its lines; borrowed for the call. Its journal and all master data stand in `books` by now. A
     * refusal ends the reading and is its result. NULL: transactions are only counted. */
    struct fault *(*transaction)(void *context, const struct audit_books *books, const struct audit_transaction *transaction);
};
struct audit_unread { struct str element; size_t times; }; /* elements that the neutral struct has no place for */
struct audit_unreads { LIST_OF(struct audit_unread) list; };

struct audit_reader;
struct audit_reader *audit_reader_new(struct arena *arena, const struct audit_handler *handler); /* handler: copied */
CHECKED struct fault *audit_reader_push(struct audit_reader *reader, struct str bytes);
/* Refuses what xml_reader does, audit_not_one, values that are no date, amount or number (with their line; the first 100),
 * input_too_large (4 GiB, or more than the arena has room for). References and totals are not judged: see the checks below. */
CHECKED struct fault *audit_reader_end(struct audit_reader *reader, struct audit_books *books, struct audit_unreads *unread);
void audit_reader_free(struct audit_reader *reader); /* must be called; NULL is fine */
CHECKED struct fault *audit_read(struct arena *arena, struct str bytes, const struct audit_handler *handler,
                                 struct audit_books *books, struct audit_unreads *unread);
/* Whether a file says of itself what it holds: lines, debit and credit, of the opening balance and of the transactions. */
CHECKED struct fault *audit_totals_check(struct arena *arena, const struct audit_books *books);
