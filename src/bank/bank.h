/* Our own bank accounts, their statements and lines, as the bank gave them: a line is never changed and never removed. What a
 * line means is decided in room cash.
 *
 * A statement comes in whole or not at all. The file is kept first. A line is known by account, statement, fingerprint and
 * occurrence, so the same file again adds nothing and two equal real lines are two lines. Each statement is booked at once, an
 * entry a booking day: the bank's ledger account against the suspense account, so that the ledger shows what the bank shows and
 * the suspense account shows what nobody has placed yet. */
#pragma once
#include "archive/archive.h"
#include "ledger/ledger.h"

typedef struct { int64_t n; } bank_account_id;
typedef struct { int64_t n; } bank_statement_id;
typedef struct { int64_t n; } bank_line_id;

struct bank_account {
    bank_account_id id;
    struct str name, iban, bic, holder, currency;
    account_id ledger_account_id;
    bool is_closed;
    int64_t version;
};
LIST_STRUCT(bank_accounts, struct bank_account);
extern const struct record bank_account_record;

enum bank_proof { BANK_PROOF_NONE = 1, BANK_PROOF_DONE, BANK_PROOF_BROKEN };
enum bank_follows { BANK_FIRST = 1, BANK_FOLLOWS, BANK_GAP, BANK_REPEATS, BANK_FOLLOWS_UNKNOWN };
struct bank_statement {
    bank_statement_id id;
    bank_account_id bank_account_id;
    document_id document_id;
    struct str kind, dialect, reference, currency;
    int64_t number;
    struct date from_on, to_on;
    int64_t opening_minor, closing_minor;
    bool has_balances;
    int64_t line_count, added_count; /* in the file; new to us */
    int64_t booked_minor;
    enum bank_proof proof;     /* closing = opening + lines */
    int64_t difference_minor;  /* when broken */
    enum bank_follows follows; /* opening = closing of the one before */
    int64_t missing_minor;     /* when there is a gap: what moved in between */
    int64_t problems;          /* bits of enum statement_problem */
    struct instant imported_at;
    int64_t imported_by;
};
LIST_STRUCT(bank_statements, struct bank_statement);
extern const struct record bank_statement_record;

enum bank_reference { BANK_REFERENCE_NONE = 1, BANK_REFERENCE_RF, BANK_REFERENCE_KENMERK, BANK_REFERENCE_OTHER };
struct bank_line {
    bank_line_id id;
    bank_account_id bank_account_id;
    bank_statement_id statement_id;
    struct str statement_key;
    int64_t fingerprint, occurrence, number;
    struct date booked_on, valued_on;
    int64_t amount_minor; /* positive came in, negative went out */
    struct str currency;
    bool is_reversal;
    struct str bank_reference, servicer_reference, code; /* code: "PMNT/RCDT/ESCT", or the bank's own */
    struct str name, iban, ultimate_name;                /* of the other side */
    struct str end_to_end_id, mandate_id, batch_id;
    struct str reference;
    enum bank_reference reference_type;
    struct str remittance, return_reason;
    struct str details; /* JSON: [{"amount":"12.50","name":…,"iban":…,"end_to_end_id":…,"reference":…,"remittance":…,"return_reason":…},…] of a batch */
    int64_t problems;
    struct str raw;
    int64_t base_minor; /* in the base currency, by the rate of the day it was booked: never computed again */
};
LIST_STRUCT(bank_lines, struct bank_line);
extern const struct record bank_line_record;

CHECKED struct fault *bank_account_load(struct work *work, bank_account_id id, struct bank_account *account);
CHECKED struct fault *bank_account_make(struct work *work,
                                        struct bank_account *account); /* own ledger account when absent: FOR_BANK's */
CHECKED struct fault *bank_account_by_iban(struct work *work, struct str iban, struct str currency,
                                           struct bank_account *account, bool *found);
CHECKED struct fault *bank_accounts_all(struct work *work, struct bank_accounts *accounts);
CHECKED struct fault *bank_line_load(struct work *work, bank_line_id id, struct bank_line *line);
CHECKED struct fault *bank_lines_of(struct work *work, bank_statement_id id, struct bank_lines *lines);

/* What came of one file. */
struct bank_imported { document_id document_id; struct bank_statements statements; int64_t line_count, added_count; };
extern const struct record bank_imported_record;
/* Keeps the file, reads every statement in it and books what is new. Refuses: what statement_read refuses; bank_unknown_account
 * when a statement is of an account that is none of ours; a camt.052, camt.054 or MT942 books nothing: its lines wait for those
 * of the statement (bank_early.c). */
CHECKED struct fault *bank_import(struct work *work, struct str file_name, struct str content, struct bank_imported *out);
/* The day until which statements are complete for every open account; 0 when some account has none. */
CHECKED struct fault *bank_complete_until(struct work *work, struct date *day);

extern const struct fault_type bank_unknown_account, bank_missing, bank_taken, bank_other_currency;
extern const struct operation_table bank_operations, bank_early_operations;
