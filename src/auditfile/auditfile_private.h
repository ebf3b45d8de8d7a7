/* The fields of both versions as one table, read by the writer and by the reader. Their order is that of both schemas. */
#pragma once
#include "auditfile/auditfile.h"
#include "codec/xml.h"

enum container {
    AUDIT_NOWHERE, AUDIT_FILE, AUDIT_HEADER, AUDIT_COMPANY, AUDIT_ADDRESS, AUDIT_PARTIES, AUDIT_PARTY, AUDIT_PARTY_ADDRESS,
    AUDIT_BANK_ACCOUNT, AUDIT_LEDGER, AUDIT_ACCOUNT, AUDIT_VAT_CODES, AUDIT_VAT_CODE, AUDIT_PERIODS, AUDIT_PERIOD,
    AUDIT_OPENING, AUDIT_OPENING_LINE, AUDIT_TRANSACTIONS, AUDIT_JOURNAL, AUDIT_TRANSACTION, AUDIT_LINE, AUDIT_LINE_VAT,
    AUDIT_LINE_CURRENCY, AUDIT_CONTAINERS,
};
enum row_kind {
    ROW_TEXT = 1, /* clipped at its limit */
    ROW_ID,       /* never clipped: others refer to it */
    ROW_DAY,
    ROW_NUMBER,   /* int64_t, not negative */
    ROW_AMOUNT,   /* struct audit_amount, without its sign */
    ROW_SIGN,     /* D or C of the amount at the same place */
    ROW_CODE,     /* char, one of `codes` */
    ROW_COUNTRY,
    ROW_CURRENCY,
    ROW_PERCENT,  /* struct decimal */
    ROW_QUANTITY, /* struct audit_amount, a whole number */
    ROW_FOREIGN,  /* struct audit_amount in the line's own currency */
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
struct rows audit_rows(enum container container);
extern const char *const audit_namespaces[XAF_40 + 1];
bool audit_country_is_known(enum audit_version version, struct str country);
bool audit_currency_is_known(enum audit_version version, struct str currency);
/* Adds a line to totals; false: the sum does not fit. */
bool audit_count(struct audit_totals *totals, int64_t minor);
enum { AUDIT_TEXT_MAX = 9999 }; /* where the schema has no limit of its own */
