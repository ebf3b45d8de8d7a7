/* The fields of both versions as one table, read by the writer and by the reader. Their order is that of both schemas. */
#pragma once
#include "auditfile/auditfile.h"
#include "codec/xml.h"

enum container {
    XAF_NOWHERE, XAF_FILE, XAF_HEADER, XAF_COMPANY, XAF_ADDRESS, XAF_PARTIES, XAF_PARTY, XAF_PARTY_ADDRESS,
    XAF_BANK_ACCOUNT, XAF_LEDGER, XAF_ACCOUNT, XAF_VAT_CODES, XAF_VAT_CODE, XAF_PERIODS, XAF_PERIOD,
    XAF_OPENING, XAF_OPENING_LINE, XAF_TRANSACTIONS, XAF_JOURNAL, XAF_TRANSACTION, XAF_LINE, XAF_LINE_VAT,
    XAF_LINE_CURRENCY, XAF_CONTAINERS,
};
enum row_kind {
    ROW_TEXT = 1, /* clipped at its limit */
    ROW_ID,       /* never clipped: others refer to it */
    ROW_DAY,
    ROW_NUMBER,   /* int64_t, not negative */
    ROW_AMOUNT,   /* struct xaf_amount, without its sign */
    ROW_SIGN,     /* D or C of the amount at the same place */
    ROW_CODE,     /* char, one of `codes` */
    ROW_COUNTRY,
    ROW_CURRENCY,
    ROW_PERCENT,  /* struct decimal */
    ROW_QUANTITY, /* struct xaf_amount, a whole number */
    ROW_FOREIGN,  /* struct xaf_amount in the line's own currency */
};
struct row {
    const char *element[XAF_40 + 1]; /* by version; NULL: not in that one */
    const char *field;
    size_t at;
    enum row_kind kind;
    uint16_t limit[XAF_40 + 1]; /* characters, or digits of a number; 0: no limit */
    const char *codes[XAF_40 + 1];
    bool needed;
};
struct rows { const struct row *at; size_t count; };
struct rows xaf_rows(enum container container);
extern const char *const xaf_namespaces[XAF_40 + 1];
bool xaf_country_is_known(enum xaf_version version, struct str country);
bool xaf_currency_is_known(enum xaf_version version, struct str currency);
/* Adds a line to totals; false: the sum does not fit. */
bool xaf_count(struct xaf_totals *totals, int64_t minor);
enum { XAF_TEXT_MAX = 9999 }; /* where the schema has no limit of its own */
