/* What the tests of room payment share: suppliers with verified accounts, approved bills, a run that is proposed. */
#pragma once
#include "cash/cash.h"
#include "given.h"
#include "payment/payment_private.h"

enum { CLERK = 1, VERIFIER = 2, PLANNER = 4, TREASURER = 5 }; /* who does what */
#define FROM ((struct date){ 20250303 }) /* a Monday; tests begin on Saturday 1 March 2025 */

struct scene {
    struct bank_account ours;
    struct party party[4];
    struct party_bank bank[4];
    int64_t bill[8];
    item_id item[8];
    struct payment_shown shown;
};

/* A statement of the test's own; parameters among company_id, id, other, now, user_id. */
CHECKED struct fault *test_sql(struct work *work, const char *text, int64_t id, int64_t other);
struct party given_payee(struct work *work, int n);
/* Proposed by CLERK; verified by VERIFIER unless `verified` is false. */
struct party_bank given_payee_bank(struct work *work, party_id party, int n, bool verified);
/* Approved, entered by CLERK; a negative amount is a credit note. reference: absent, or to pay with. */
item_id given_payee_bill(struct work *work, party_id party, int64_t minor, const char *number, struct date due_on,
                         enum reference_kind kind, const char *reference, int64_t *bill);
/* Two suppliers with three bills (100.00 and 50.00; 25.00 with a betalingskenmerk), and a proposal by PLANNER of all of it. */
struct scene given_scene(struct work *work);
struct payment_run release_scene(struct work *work, const struct scene *scene); /* by TREASURER */
int64_t transit_balance(struct work *work);
void pay_in_cash(struct work *work, party_id party, item_id item, int64_t minor); /* outside of any run, and settled */
