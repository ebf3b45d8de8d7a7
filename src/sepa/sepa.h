/* Payments as banks take them: credit transfers (pain.001), direct debits (pain.008), the bank's answer (pain.002), and the
 * QR code that a payer scans. Pure: structs in, bytes out, and back.
 *
 * Money: integer minor units of the currency beside it. Days are days of the bank. All texts of a batch are borrowed until
 * the call ends; results live in the arena. An absent text (or one of length 0) is "not there", and no element is written.
 *
 * `x_check` reports everything that is wrong with a batch at once; each fault names its field: "payments[12].creditor_iban".
 * `x_write` runs the same check first and writes nothing when it finds anything, so a file that was written is valid against
 * the ISO 20022 schema and the rules below.
 *
 * Sources: ISO 20022 pain.001.001.03/.09, pain.008.001.02/.08, pain.002.001.03/.10; EPC132-08 and EPC130-08 (SEPA customer
 * to bank), EPC217-08 (characters), EPC153-22 (addresses), EPC069-12 (QR), Regulation (EU) 260/2012. */
#pragma once
#include "sepa/iban.h"

/* ---- Text (EPC217-08): a-z A-Z 0-9 / - ? : ( ) . , ' + and the space ---- */

/* Latin, Greek and Cyrillic letters become Latin ones (é→e, ß→ss, Ж→Zh), € → EUR, & → +, other signs their nearest; what
 * has none becomes a full stop. White space is squeezed and trimmed. Any bytes may come in. */
struct str sepa_clean(struct arena *arena, struct str text);
bool sepa_is_clean(struct str text); /* sepa_clean would not change it */

/* What cleaning and clipping would change in a batch; for the screen on which a run is approved. */
struct text_change { struct str field, before, after; };
struct text_changes { LIST_OF(struct text_change) list; };

/* ---- What both directions use ---- */

/* Structured or hybrid: as soon as one part is filled in, town and country must be. `lines` are the hybrid part. */
struct sepa_address {
    struct str street;    /* 70 */
    struct str building;  /* 16, the number with its addition */
    struct str post_code; /* 16 */
    struct str town;      /* 35 */
    struct str region;    /* 35 */
    struct str country;   /* ISO 3166 alpha-2 */
    struct str lines[2];  /* 70 each */
};
struct sepa_party {
    struct str name; /* 70 in SEPA; what is longer is clipped, and the preview shows it */
    struct sepa_address address;
    struct str organisation_id; /* 35; KVK or the bank's number for us; may be absent */
};
/* The ISO 20022 control sum adds amounts of any currency; count is of transactions. */
struct sepa_total { size_t count; struct decimal sum; };

enum { SEPA_PAYMENTS_MAX = 100000 }; /* in one batch */

extern const struct fault_type sepa_missing, sepa_too_long, sepa_characters, sepa_slashes, sepa_unwritable, sepa_code_wrong,
    sepa_amount_wrong, sepa_currency_wrong, sepa_not_euro, sepa_outside, sepa_bic_needed, sepa_bic_old, sepa_address_needed,
    sepa_address_unstructured, sepa_country_wrong, sepa_day_early, sepa_used_twice, sepa_account_unknown, sepa_choice_missing,
    sepa_batch_empty, sepa_batch_too_large, sepa_total_too_large, sepa_charges_fixed, sepa_signed_later,
    sepa_not_here, sepa_two_accounts, sepa_clearing_wrong;

/* ---- Credit transfers: pain.001 ---- */

enum pain001_version { PAIN001_09 = 1, PAIN001_03 }; /* .03 ends in November 2026: for banks that still ask for it */
enum payment_kind {
    PAYMENT_SEPA = 1, /* EUR, IBAN in SEPA; charges SLEV */
    PAYMENT_INSTANT,  /* the same, within ten seconds (local instrument INST) */
    PAYMENT_URGENT,   /* same-day value (service level URGP), any currency */
    PAYMENT_FOREIGN,  /* any currency, any account (service level NURG) */
};
enum payment_charges { CHARGES_SHARED = 1, CHARGES_DEBTOR, CHARGES_CREDITOR }; /* 0: shared; SEPA kinds allow nothing else */

struct payment_account { /* ours */
    struct sepa_party party;
    struct str iban;
    struct str bic;      /* may be absent; a Dutch IBAN's is filled in */
    struct str currency; /* of the account; may be absent */
    bool each_booked;    /* the statement shows each payment; else one total a batch */
};
struct payment {
    size_t account;            /* which of the batch's accounts pays */
    struct str end_to_end_id;  /* 35, own for each payment: pain.002 and the statement bring it back */
    struct str instruction_id; /* 35, may be absent */
    enum payment_kind kind;
    enum payment_charges charges;
    struct date requested_on;
    int64_t amount_minor; /* SEPA: 0.01 … 999,999,999.99; else up to 13 digits */
    struct str currency;
    struct sepa_party creditor;
    struct str creditor_iban;
    struct str creditor_account; /* instead of an IBAN: urgent and foreign only; 34 */
    struct str creditor_bic;     /* needed outside the EEA, unless the bank is named otherwise below */
    struct sepa_party creditor_bank; /* name and address, when there is no BIC; urgent and foreign only */
    struct str clearing_system, clearing_member; /* "USABA" + routing number; urgent and foreign only */
    struct str ultimate_debtor, ultimate_creditor; /* names, 70 */
    struct str purpose;          /* ISO 20022 external code, 4 letters ("SALA"); may be absent */
    struct str category_purpose; /* likewise, of the group it travels in */
    struct reference reference;  /* free text: 140 after cleaning; longer is refused, never clipped */
};
struct payment_batch {
    struct str message_id; /* 28, the ids of its groups are it with a number behind; never used before */
    struct instant created_at;
    struct sepa_party initiator;
    const struct payment_account *accounts;
    size_t account_count;
    const struct payment *payments;
    size_t payment_count;
};

/* Everything wrong with the batch, or NULL. */
CHECKED struct fault *pain001_check(struct arena *arena, const struct payment_batch *batch, enum pain001_version version);
/* What writing would change in names, addresses and texts. */
struct text_changes pain001_preview(struct arena *arena, const struct payment_batch *batch);
/* Payments of one account, day, kind, charges, currency and category purpose travel in one group (PmtInf), whose id is the
 * message id with a number behind it. Groups stand in the order of account, day and kind; payments in the order given. */
CHECKED struct fault *pain001_write(struct arena *arena, const struct payment_batch *batch, enum pain001_version version,
                                    struct str *out);
/* Count and control sum as the file says them. false: the sum has more than 18 digits. */
bool pain001_total(const struct payment_batch *batch, struct sepa_total *out);

/* ---- Direct debits: pain.008 ---- */

enum pain008_version { PAIN008_08 = 1, PAIN008_02 };
enum debit_scheme { DEBIT_CORE = 1, DEBIT_B2B };
enum debit_sequence { DEBIT_FIRST = 1, DEBIT_RECURRENT, DEBIT_FINAL, DEBIT_ONE_OFF };

struct mandate {
    struct str id; /* 35, unique with the creditor identifier */
    struct date signed_on;
    /* What has changed since the debtor signed; all absent: nothing. */
    struct str original_id, original_creditor_id, original_creditor_name, original_iban;
    bool original_account_unknown; /* another account of the debtor, the old IBAN not known: SMNDA */
};
struct debit_account {
    struct sepa_party party;
    struct str iban, bic;
    struct str creditor_id; /* SEPA creditor identifier */
    bool each_booked;
};
struct debit {
    size_t account;
    struct str end_to_end_id, instruction_id;
    enum debit_scheme scheme;
    enum debit_sequence sequence;
    struct date requested_on; /* at least one day after the file is made */
    int64_t amount_minor;     /* EUR, 0.01 … 999,999,999.99 */
    struct sepa_party debtor;
    struct str debtor_iban, debtor_bic; /* the BIC (and the debtor's address) only outside the EEA */
    struct str ultimate_debtor, ultimate_creditor;
    struct mandate mandate;
    struct str purpose;
    struct reference reference;
};
struct debit_batch {
    struct str message_id;
    struct instant created_at;
    struct sepa_party initiator;
    const struct debit_account *accounts;
    size_t account_count;
    const struct debit *debits;
    size_t debit_count;
};
CHECKED struct fault *pain008_check(struct arena *arena, const struct debit_batch *batch, enum pain008_version version);
struct text_changes pain008_preview(struct arena *arena, const struct debit_batch *batch);
/* Groups by account, day, scheme and sequence. */
CHECKED struct fault *pain008_write(struct arena *arena, const struct debit_batch *batch, enum pain008_version version,
                                    struct str *out);
bool pain008_total(const struct debit_batch *batch, struct sepa_total *out);
/* The sequence of the next collection, from what the bank settled (not from what was sent): a first debit that came back
 * stays first. `recurrent_only`: RCUR also the first time, as the scheme allows since 2016. */
enum debit_sequence debit_sequence_next(size_t settled_before, bool is_last, bool one_off, bool recurrent_only);

/* ---- The bank's answer: pain.002 ---- */

enum payment_status {
    STATUS_ACCEPTED = 1, /* ACTC, ACCP, ACSP, ACWC, ACFC: goes on */
    STATUS_SETTLED,      /* ACSC, ACCC: done */
    STATUS_PENDING,      /* RCVD, PDNG, PATC */
    STATUS_PARTIAL,      /* PART, PRES: look at the transactions */
    STATUS_REJECTED,     /* RJCT */
    STATUS_CANCELLED,    /* CANC */
    STATUS_NAME_MATCHES, /* verification of payee: RCVC */
    STATUS_NAME_CLOSE,   /* RVMC; the name as the bank knows it stands in the reason's text */
    STATUS_NAME_DIFFERS, /* RVNM */
    STATUS_NAME_UNKNOWN, /* RVNA: could not be verified */
    STATUS_NAMES_MIXED,  /* RVCM, of a group: look at the transactions */
    STATUS_OTHER,        /* another code: it stands in status_code */
};
struct status_reason { struct str code; struct str text; bool proprietary; struct str originator; };
struct status_reasons { LIST_OF(struct status_reason) list; };
struct status_transaction {
    struct str original_end_to_end_id, original_instruction_id, status_code;
    enum payment_status status; /* of its own, or of its group where it has none */
    struct status_reasons reasons;
    struct decimal amount; /* not present when the bank doesn't repeat it */
    struct str currency, counter_iban, counter_name, bank_reference, mandate_id;
    struct date requested_on;
    size_t group; /* which of the report's groups it stands in; SIZE_MAX: none */
};
struct status_group { /* one PmtInf of ours */
    struct str original_group_id, status_code;
    enum payment_status status; /* 0: the bank says nothing of the group as such */
    struct status_reasons reasons;
    int64_t original_count; /* -1: not said */
    struct decimal original_sum;
};
struct status_report {
    struct str message_id, created_at; /* as written */
    struct str original_message_id, original_message_kind; /* "pain.001.001.09" */
    struct str status_code;
    enum payment_status status; /* 0: none for the whole */
    struct status_reasons reasons;
    int64_t original_count; /* -1: not said */
    struct decimal original_sum;
    LIST_OF(struct status_group) groups;
    LIST_OF(struct status_transaction) transactions;
};
extern const struct fault_type pain002_not_one;
/* Refuses: what xml_read refuses, pain002_not_one (another kind of document, or without the id of our message). Texts are
 * trimmed and clipped to what the schema allows. At most 64 MiB and 200,000 transactions. */
CHECKED struct fault *pain002_read(struct arena *arena, struct str bytes, struct status_report *out);
enum payment_status payment_status_of(struct str code); /* STATUS_OTHER: not known; 0: absent */

/* ---- A file of orders as read: pain.001 and pain.008, whoever wrote it ---- */

struct order { /* one credit transfer or one collection */
    struct str end_to_end_id, instruction_id;
    struct decimal amount;
    struct str currency, name, account, bic; /* of the other side: the creditor of a pain.001, the debtor of a pain.008 */
    struct str ultimate, mandate_id, service_level, local_instrument, purpose, remittance, reference;
    struct date mandate_on;
};
struct order_group { /* a PmtInf */
    struct str id, method, service_level, local_instrument, sequence, charges;
    struct date requested_on;
    struct str name, account, bic, creditor_id; /* of the side that sends the file */
    struct decimal declared_count, declared_sum; /* not present when not said */
    LIST_OF(struct order) orders;
};
struct order_file {
    struct str kind; /* "pain.001.001.09" */
    struct str message_id, created_at, initiator; /* created_at as written */
    struct decimal declared_count, declared_sum;
    LIST_OF(struct order_group) groups;
    size_t order_count;
};
extern const struct fault_type orders_not_one;
/* Refuses: what xml_read refuses, orders_not_one, input_too_large (128 MiB, 200,000 orders). What cannot be read is left out; nothing
 * is judged. */
CHECKED struct fault *orders_read(struct arena *arena, struct str bytes, struct order_file *out);

/* ---- EPC QR code (EPC069-12) ---- */

struct epcqr {
    int version;          /* 1 (BIC needed) or 2 */
    struct str bic;       /* version 2: needed outside the EEA only */
    struct str name;      /* 70 */
    struct str iban;
    int64_t amount_minor; /* EUR, 1 … 99999999999; 0: the payer fills it in */
    struct str purpose;   /* 4 */
    struct reference reference; /* RF or kenmerk as structured (35), or free text (140); never both */
    struct str information;     /* 70, for the payer */
};
enum { EPCQR_BYTES_MAX = 331 }; /* level M in version 13 */
/* The lines that the code holds, UTF-8. All that is wrong at once. */
CHECKED struct fault *epcqr_payload(struct arena *arena, const struct epcqr *qr, struct str *out);
struct qr_matrix { int size; const uint8_t *modules; }; /* size × size, rows from the top; 1 is dark. No quiet zone: draw 4 around */
/* Level M, version 1…13. Refuses what does not fit. */
CHECKED struct fault *epcqr_matrix(struct arena *arena, struct str payload, struct qr_matrix *out);
