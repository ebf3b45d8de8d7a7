/* Bank statements: camt.052, camt.053, camt.054 (every version), MT940 and MT942 (the dialects of the Dutch banks, German
 * subfields, plain SWIFT), CSV of the Dutch banks → one neutral statement; and back to camt.053 and MT940.
 *
 * Pure: bytes in, structs out; knows no database. Nothing the bank wrote as a line is dropped: what a dialect does not explain stays in
 * `raw` and `remittance`. Nothing is repaired in silence: what is odd is a bit in `problems`, and the line is still there.
 *
 * Units: amounts are minor units of the currency beside them, credit of the account positive, debit negative, a reversal as it
 * changes the balance. Texts are UTF-8, trimmed at both ends; absent means the bank said nothing. All memory is the arena's. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

enum statement_kind {
    STATEMENT_CAMT_052 = 1, /* account report: during the day */
    STATEMENT_CAMT_053,     /* statement: the day, proved by balances */
    STATEMENT_CAMT_054,     /* notification: the lines of a batch, no balances */
    STATEMENT_MT940,
    STATEMENT_MT942,
    STATEMENT_CSV,
};

/* Whose way of writing: decides how the text of a line is taken apart. UNKNOWN keeps the text whole. */
enum statement_dialect {
    DIALECT_UNKNOWN = 1, /* plain SWIFT; also everything we cannot name */
    DIALECT_ISO20022,    /* camt */
    DIALECT_ABN_AMRO,
    DIALECT_ING,
    DIALECT_RABOBANK_CLASSIC, /* 940A: the name in :61:, several :86: per line */
    DIALECT_RABOBANK,         /* 940S: /EREF/…/REMI/ */
    DIALECT_SNS,              /* SNS, ASN, RegioBank, de Volksbank */
    DIALECT_TRIODOS,
    DIALECT_KNAB,
    DIALECT_BUNQ,
    DIALECT_VAN_LANSCHOT,
    DIALECT_GERMAN, /* ?20 … ?63 subfields (DFÜ-Abkommen, Anlage 3) */
};
enum { DIALECT_COUNT = DIALECT_GERMAN + 1 };
const char *statement_kind_word(enum statement_kind kind);          /* "camt.053" */
const char *statement_dialect_word(enum statement_dialect dialect); /* "abn-amro" */

/* What is odd, of a line or of a statement (bits). A line with one of these must be seen by a person before it is posted by itself. */
enum statement_problem {
    PROBLEM_AMOUNT_DECIMALS = 1 << 0, /* more digits than the currency has, not zero: amount_minor is rounded, amount_exact is not */
    PROBLEM_AMOUNT = 1 << 1,          /* no amount that can be read: amount_minor is 0, see raw */
    PROBLEM_CURRENCY = 1 << 2,        /* none named, or not in ISO 4217: two digits assumed */
    PROBLEM_DATE = 1 << 3,            /* a date that is no day: absent, see raw */
    PROBLEM_SIGN = 1 << 4,            /* neither debit nor credit said: read as credit */
    PROBLEM_SYNTAX = 1 << 5,          /* a field not as the format says: see raw */
    PROBLEM_DETAILS = 1 << 6,         /* the details of a batch do not add up to the line (charges, or a mistake) */
    PROBLEM_BALANCE = 1 << 7,         /* closing ≠ opening + lines */
    PROBLEM_CUT_OFF = 1 << 8,         /* the statement has an opening but no closing balance, or the other way round */
    PROBLEM_ENCODING = 1 << 9,        /* not UTF-8: read as Windows-1252 */
    PROBLEM_STATUS = 1 << 10,         /* a status we do not know: read as INFO, thus not part of the sum */
};
/* One English sentence for one bit (translated in po/nl.po). */
const char *statement_problem_text(enum statement_problem problem);

struct statement_id { struct str id, scheme, issuer; }; /* scheme: "BIC", "LEI", a code of ISO 20022 or the bank's own word */

struct statement_address {
    struct str street, number, post_code, town, subdivision, country; /* country: ISO 3166 two letters, as written */
    const struct str *lines;
    size_t line_count;
};

/* Somebody in a payment: who, from or to which account, at which bank. */
struct statement_party {
    struct str name;
    struct str account; /* IBAN without spaces, or another number as written */
    bool account_is_iban; /* it has an IBAN's form and its check digits are right */
    struct str account_name, account_currency;
    struct str bic, agent_name, agent_member; /* the bank: BIC, name, national clearing number */
    struct str residence;                     /* country of residence */
    const struct statement_id *ids;
    size_t id_count;
    const struct statement_address *address; /* NULL: none */
};

/* Bank transaction code: ISO's domain, family, subfamily (PMNT RCDT ESCT) and the bank's own ("NTRF", "541", "GT"). */
struct statement_code { struct str domain, family, subfamily, proprietary, issuer; };

struct statement_charge {
    int64_t amount_minor; /* signed: negative is taken from us */
    struct str currency;
    struct str type, bearer; /* code or the bank's word; DEBT, CRED, SHAR, SLEV */
    bool included;           /* already inside the amount of the line */
};

enum remittance_type {
    REMITTANCE_NONE = 0, /* there is no structured reference */
    REMITTANCE_RF = 1,   /* ISO 11649, "RF18 …" with right check digits */
    REMITTANCE_KENMERK,  /* betalingskenmerk: 7, 9 … 16 digits, Dutch (issuer CUR) */
    REMITTANCE_OTHER,    /* any other structured reference */
};

/* One payment: what a TxDtls of camt says, or the text of an MT940 or CSV line taken apart. */
struct statement_payment {
    /* Its own amount, when the bank gives one; signed like the line's. Absent: currency absent. */
    int64_t amount_minor;
    struct str currency;
    /* Before exchange: what was instructed, and the rate as written. */
    int64_t original_minor; /* without sign */
    struct str original_currency, rate;

    struct str end_to_end_id; /* absent also when the bank wrote NOTPROVIDED or NONREF */
    struct str instruction_id, transaction_id, message_id, batch_id /* PmtInfId */, uetr;
    struct str mandate_id, creditor_id;
    struct str cheque_number, clearing_reference, servicer_reference, owner_reference;
    const struct statement_id *references; /* the bank's own: scheme = its type */
    size_t reference_count;

    /* The other side: the debtor of what came in, the creditor of what went out. NULL: not said. */
    const struct statement_party *counterparty, *ultimate; /* `ultimate`: on whose behalf the other side acts */
    /* All as the bank gave them; each may be NULL. */
    const struct statement_party *debtor, *creditor, *ultimate_debtor, *ultimate_creditor, *initiating, *trading;

    struct str reference; /* the (first) structured reference, as written, without spaces for RF and kenmerk */
    enum remittance_type reference_type;
    struct str reference_issuer;
    const struct str *structured; /* every structured reference and additional text, in order; `reference` is among them */
    size_t structured_count;
    struct str remittance; /* unstructured: all pieces joined as the dialect says (camt: by a space) */
    const struct str *remittance_parts;
    size_t remittance_part_count;

    struct str purpose;                                /* code */
    struct statement_code code;
    struct str return_reason, return_text;             /* AC04, MS03 …: why it came back */
    struct str info;                                   /* additional transaction information */
    const struct statement_charge *charges;
    size_t charge_count;
    bool reversed_sign; /* a detail whose own debit/credit mark is against the line's */
};

enum statement_status { STATUS_BOOK = 1, STATUS_PENDING, STATUS_INFO }; /* only BOOK changes the balance */

/* One entry of the bank. */
struct statement_line {
    int32_t number;      /* 1, 2, … within the statement */
    int32_t source_line; /* where it begins in the file, from 1 */
    /* Together unique in a statement and the same whenever the same statement is read: `fingerprint` is made of what the line says
     * (dates, amount, references, counterparty, text), `occurrence` counts the equal ones from 1. Two equal lines are two lines.
     * The key of a line is account + statement + fingerprint + occurrence. */
    uint64_t fingerprint;
    int32_t occurrence;
    uint32_t problems;

    struct date booked_on, valued_on; /* 0: not said. A value date stands in for no booking date: decide yourself */
    struct instant booked_at;         /* when the bank gives a time */
    int64_t amount_minor;             /* signed; of a reversal too: what it does to the balance */
    struct decimal amount_exact;      /* as written, without sign */
    struct str currency;
    enum statement_status status;
    bool reversal; /* storno: undoes an earlier line */
    struct str reference;          /* the bank's number of the entry (NtryRef; :61: customer's reference) */
    struct str servicer_reference; /* AcctSvcrRef; :61: after // */
    struct statement_code code;
    struct str additional;   /* text of the entry itself (AddtlNtryInf) */
    struct str batch_message_id, batch_id; /* of a batch: MsgId, PmtInfId */
    int64_t batch_count;                   /* as the bank says; -1: not said */
    int64_t batch_total_minor;             /* without sign; 0 with batch_currency absent: not said */
    struct str batch_currency;
    const struct statement_charge *charges;
    size_t charge_count;
    int64_t details_minor; /* signed sum of the details that have an amount in the line's currency */

    /* Never NULL. With one detail it is that detail; with several it holds nothing but what the entry itself says. */
    const struct statement_payment *payment;
    const struct statement_payment *details;
    size_t detail_count;

    struct str raw; /* the line as the bank wrote it (MT940: :61: and :86:, CSV: the row). camt: absent, see source_line */
};

enum balance_type {
    BALANCE_OPENING = 1, /* OPBD, PRCD, :60: */
    BALANCE_CLOSING,     /* CLBD, :62: */
    BALANCE_OPENING_AVAILABLE,
    BALANCE_CLOSING_AVAILABLE, /* CLAV, :64: */
    BALANCE_FORWARD_AVAILABLE, /* FWAV, :65: */
    BALANCE_INTERIM,           /* ITBD: of a page, or of this moment */
    BALANCE_INTERIM_AVAILABLE,
    BALANCE_OTHER, /* see code */
};
struct statement_balance {
    enum balance_type type;
    struct str code; /* as written: "OPBD", "60F" */
    bool interim;    /* :60M:, :62M:, ITBD: of a page, not of the day */
    int64_t amount_minor;
    struct str currency;
    struct date on;
    uint32_t problems;
};

enum balance_proof {
    PROOF_NONE = 1, /* no two balances to prove by (notification, CSV, a cut-off file) */
    PROOF_DONE,     /* closing = opening + sum of the booked lines */
    PROOF_BROKEN,   /* it is not: difference_minor = closing − opening − sum */
};

struct statement {
    enum statement_kind kind;
    enum statement_dialect dialect;
    struct str version;    /* camt: "053.001.08" */
    struct str message_id; /* GrpHdr/MsgId; :20: */
    struct str id;         /* Stmt/Id; MT940: :28C: as written */
    struct str related;    /* :21: */
    int64_t number, page;  /* electronic sequence number or :28C: number and sheet; -1: not said */
    int64_t legal_number;  /* -1: not said */
    int64_t message_page;  /* of the message, when that is what is paged; -1: not said */
    bool last_page_known, last_page;
    struct str copy; /* CODU, COPY, DUPL: a copy says so */
    struct str account; /* IBAN without spaces, or another number */
    bool account_is_iban;
    struct str account_raw, account_name, account_type, currency, owner, owner_id, servicer_bic, servicer_name;
    const struct statement_party *recipient; /* to whom the message was sent; NULL: not said */
    struct instant created_at, message_created_at, from_at, to_at;
    struct date from_on, to_on; /* the period, as far as the bank says */
    const struct statement_balance *balances;
    size_t balance_count;
    struct str info, message_info;

    /* From here on it is whole only at the end. */
    int64_t line_count, booked_count;
    int64_t booked_minor;             /* signed sum of the booked lines in the account's currency */
    int64_t credit_minor, debit_minor; /* its two halves, both ≥ 0 */
    int64_t declared_count;            /* number of entries the bank announces; -1: not said */
    const struct statement_balance *opening, *closing; /* those of the proof; NULL: not there */
    enum balance_proof proof;
    int64_t difference_minor;
    uint32_t problems; /* its own and all of its lines' */
    int32_t source_line;
    const struct statement_line *const *lines; /* statement_read only: line_count of them */
};
struct statements { const struct statement *at; size_t count; };

/* ---- Reading ---- */

extern const struct fault_type statement_unknown;    /* neither camt nor MT940 nor a bank's CSV that we know */
extern const struct fault_type statement_malformed;  /* {line} {why} */
extern const struct fault_type statement_unreadable; /* the source broke off */

/* What a file looks like, by its first bytes (4 KB are enough); 0: none of these. */
enum statement_kind statement_sniff(struct str head);

/* The whole at once. Refuses statement_unknown, statement_malformed, xml_malformed, xml_forbidden, input_too_large.
 * A file with a header and no statement in it is refused as malformed. */
CHECKED struct fault *statement_read(struct arena *arena, struct str bytes, struct statements *out);

struct statement_limits {
    size_t bytes;       /* of the file */
    size_t lines;       /* of all its statements */
    size_t line_memory; /* one line with its details */
    size_t memory;      /* all that is kept: headers and, in statement_read, the lines */
};
extern const struct statement_limits statement_limits_default; /* read: 128 MB, 2 million lines, 256 MB, 4 GB */
/* Neither ever takes more than the arena they are given still allows: input_too_large instead. */
extern const struct statement_limits statement_limits_stream;  /* stream: 16 GB, 50 million lines, 256 MB, 256 MB */

/* From where bytes come: gives at most `room` bytes at `at`, 0 at the end, -1 when it cannot. */
struct statement_source { ptrdiff_t (*read)(void *context, char *at, size_t room); void *context; };
struct statement_source statement_source_of(struct str *bytes); /* reads from memory; moves *bytes on */
struct statement_source statement_source_file(FILE *file);

struct statement_handler {
    /* A fault of yours ends the reading and is what statement_stream returns. Each may be NULL. */
    struct fault *(*on_statement_start)(void *context, const struct statement *statement);
    /* `line` lives until you return. `statement` has its header; its sums count up to and with this line. */
    struct fault *(*on_line)(void *context, const struct statement *statement, const struct statement_line *line);
    struct fault *(*on_statement_end)(void *context, const struct statement *statement);
};
/* Line by line; memory does not grow with the number of lines, but for some 25 bytes each to know equal lines (`occurrence`). Headers are kept
 * in `arena`, a line in one that is reset behind it. Lines already handed over stay handed over when a refusal follows: do
 * this inside a transaction. */
CHECKED struct fault *statement_stream(struct arena *arena, struct statement_source source, const struct statement_limits *limits,
                                       const struct statement_handler *handler, void *context);

/* ---- Proofs ---- */

enum statement_follow {
    FOLLOWS = 1,        /* the same account, opening = previous closing */
    FOLLOWS_GAP,        /* something is missing between: opening ≠ previous closing */
    FOLLOWS_REPEATS,    /* the same statement, or an earlier one */
    FOLLOWS_OTHER,      /* another account or currency */
    FOLLOWS_UNKNOWN,    /* no balances to tell by */
};
/* Does `next` come directly after `previous`? missing_minor: next opening − previous closing (0 unless FOLLOWS_GAP). */
enum statement_follow statement_follows(const struct statement *previous, const struct statement *next, int64_t *missing_minor);

/* ---- Writing: for tests and the demo company. Reading what was written gives an equal statement. ---- */

enum camt_version { CAMT_053_02 = 1, CAMT_053_08 };
/* Valid against camt.053.001.02 / .08; texts are clipped to the schema's lengths. */
struct str statement_write_camt053(struct arena *arena, const struct statement *statement, enum camt_version version);
/* In the manner of that bank: header, :86: and line width. Characters outside SWIFT's set x are replaced as banks do (é → e). */
struct str statement_write_mt940(struct arena *arena, const struct statement *statement, enum statement_dialect dialect);

/* JSON of it all is made by the rooms above, from the structs. */
