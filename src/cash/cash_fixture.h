/* What the tests of room cash share: customers, invoices, bank lines, and the proof that the books hold. */
#pragma once
#include "cash/cash.h"
#include "given.h"

struct pay { int64_t minor; const char *text, *name, *batch, *iban, *reason; };
party_id cash_customer(struct work *work, const char *name);
item_id cash_invoice(struct work *work, party_id party, const char *number, int64_t minor);
item_id cash_invoice_vat(struct work *work, party_id party, const char *number, int64_t net21, int64_t net9);
item_id cash_invoice_in(struct work *work, party_id party, const char *number, const char *currency, int64_t minor, int64_t base);
item_id cash_bill(struct work *work, party_id party, const char *number, int64_t minor);
/* A statement of these lines, imported; the lines come back in their order. */
struct bank_lines cash_lines(struct work *work, const struct pay *pays, size_t count, struct date day, const char *id);
struct bank_lines cash_lines_on(struct work *work, const struct pay *pays, size_t count, struct date day, const char *id,
                                const char *iban, const char *currency);
void cash_proved(struct work *work); /* ledger and suspense account */
int64_t cash_balance_of(struct work *work, const char *purpose);
