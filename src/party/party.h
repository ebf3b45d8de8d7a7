/* Customers (debiteuren) and suppliers (crediteuren): one party may be both. Their numbers, terms, contacts, and their bank
 * accounts under four eyes. Nothing makes a party by itself: a person does. */
#pragma once
#include "ledger/ledger.h"

typedef struct { int64_t n; } party_bank_id;
typedef struct { int64_t n; } contact_id;

enum invoice_delivery { DELIVER_MAIL_PDF = 1, DELIVER_MAIL_UBL, DELIVER_MAIL_HYBRID, DELIVER_LETTER };
enum reference_needed { NEEDS_NO_REFERENCE = 1, NEEDS_ORDER_REFERENCE, NEEDS_BUYER_REFERENCE };
struct party {
    party_id id;
    struct str number;   /* ours: debiteuren- of crediteurennummer; given when absent */
    struct str name, name_key; /* name_key: folded, without legal form; kept by the room */
    bool is_customer, is_supplier;
    struct str kvk_number; /* 8 digits */
    struct str oin;        /* 20 digits */
    struct str vat_number;
    struct str endpoint_scheme, endpoint; /* EAS code and id, "0106" … */
    struct str email, phone, language;
    struct str street, postal_code, city, country, currency;
    int64_t customer_terms_days, supplier_terms_days;
    account_id expense_account_id, sales_account_id; /* coding default */
    vat_code_id vat_code_id;
    struct str cost_center;
    enum invoice_delivery delivery;
    struct str buyer_reference;         /* BT-10 as this customer wants it */
    enum reference_needed reference_needed;
    bool is_business; /* false: a consumer */
    bool is_blocked;
    struct str block_reason;
    party_id parent_id;
    struct str notes;
    struct instant created_at;
    int64_t version;
};
LIST_STRUCT(parties, struct party);
extern const struct record party_record;

enum bank_state { BANK_PROPOSED = 1, BANK_VERIFIED, BANK_BLOCKED };
struct party_bank {
    party_bank_id id;
    party_id party_id;
    struct str iban, bic, holder; /* holder: the name as the bank knows it (Verification of Payee) */
    enum bank_state state;
    struct str source; /* "bill 2025-17", "entered", "import" */
    int64_t proposed_by;
    struct instant proposed_at;
    int64_t verified_by;
    struct instant verified_at;
    struct str channel, note; /* how it was verified: "phone", "letter", … */
    struct date usable_from;  /* the end of the cooling period */
    bool is_preferred;
    int64_t version;
};
LIST_STRUCT(party_banks, struct party_bank);
extern const struct record party_bank_record;

CHECKED struct fault *party_load(struct work *work, party_id id, struct party *party);
/* Adds a party: checks KVK, VAT number, OIN, country, currency; gives a number when absent. For operations, import and demo. */
CHECKED struct fault *party_make(struct work *work, struct party *party);
/* What party_make would say of it, all at once; numbers come out in their electronic form. Nothing is written. */
CHECKED struct fault *party_check(struct work *work, struct party *party);
CHECKED struct fault *party_by_number(struct work *work, struct str number, struct party *party, bool *found);

/* What a document shows of who sent it. Any may be absent. */
struct party_evidence { struct str kvk_number, oin, vat_number, iban, endpoint_scheme, endpoint, name; };
enum party_basis { BASIS_KVK = 1, BASIS_OIN, BASIS_VAT, BASIS_IBAN, BASIS_ENDPOINT, BASIS_NAME };
struct party_match { struct party party; enum party_basis basis; };
LIST_STRUCT(party_matches, struct party_match);
/* Those that fit by the first evidence that finds any, in the order KVK/OIN, VAT, IBAN, endpoint, name: one is an answer, two
 * are a question for a person, none is none. Suppliers or customers only, blocked ones too (the caller says so). */
CHECKED struct fault *party_find(struct work *work, bool supplier, const struct party_evidence *evidence,
                                 struct party_matches *matches);
const char *party_basis_name(enum party_basis basis);

/* Proposes a bank account (once a party and IBAN); who proposes it can't verify it. Refuses party_bank_invalid. */
CHECKED struct fault *party_bank_propose(struct work *work, struct party_bank *bank);
/* The account to pay to today: verified, past its cooling period, preferred first. Refuses party_bank_unusable, which says why. */
CHECKED struct fault *party_bank_to_pay(struct work *work, party_id party, struct str iban, struct party_bank *bank);
CHECKED struct fault *party_banks_of(struct work *work, party_id party, struct party_banks *banks);
/* Address to send to for a purpose ("billing"): that contact's, the general contact's, the party's own; absent when there is none. */
CHECKED struct fault *party_email_for(struct work *work, party_id party, const char *purpose, struct str *email);
/* How this supplier's bills are coded from now on; absent ones stay as they were. */
CHECKED struct fault *party_remember_coding(struct work *work, party_id id, account_id account, vat_code_id vat_code,
                                            struct str cost_center);
/* Lower case, accents off, punctuation and legal forms out: "Bakkerij De Zon B.V." is "bakkerij de zon". */
struct str party_name_key(struct arena *arena, struct str name);

extern const struct fault_type party_missing, party_changed, party_taken, party_bank_invalid, party_bank_unusable,
    party_bank_missing;
extern const struct operation_table party_merges, party_parties, party_bank_accounts;
