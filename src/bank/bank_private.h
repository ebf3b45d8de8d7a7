/* Shared by the files of room bank. */
#pragma once
#include "bank/bank.h"

struct bank_key { int64_t id; };
extern const struct record bank_key_record;
/* ---- What the bank says before or beside its statement (bank_early.c) ---- */
enum early_kind { EARLY_INTRADAY = 1, EARLY_NOTICE };
enum early_status { EARLY_BOOKED = 1, EARLY_PENDING, EARLY_ANNOUNCED };
enum early_state { EARLY_WAITING = 1, EARLY_MET, EARLY_ENDED };
struct bank_early {
    struct { int64_t n; } id;
    bank_account_id bank_account_id;
    struct { int64_t n; } document_id;
    enum early_kind kind;
    int64_t fingerprint, occurrence;
    struct date booked_on;
    int64_t amount_minor;
    struct str currency;
    enum early_status status;
    struct str servicer_reference, batch_id, end_to_end_id, name, iban, reference, remittance;
    struct str details; /* as those of a bank line */
    struct { int64_t n; } line_id; /* the line of the statement that it is about, once it is known */
    struct instant received_at;
    enum early_state state;
};
extern const struct record bank_early_record;
/* Keeps it unless it is there, and looks for its line; *added says whether it was new. */
CHECKED struct fault *early_keep(struct work *work, struct bank_early *early, bool *added);
/* A statement until `to_on` has come: what waits looks for its line again; of the days it covers nothing goes on waiting but notices. */
CHECKED struct fault *early_statement(struct work *work, bank_account_id account, struct date to_on);

#define BANK_KEY(number_) GIVEN(bank_key, (&(const struct bank_key){ (number_) }))
