/* Shared by the files of room payment. */
#pragma once
#include "payment/payment.h"

struct payment_key { int64_t id; };
extern const struct record payment_key_record;
#define PAYMENT_KEY(number_) GIVEN(payment_key, (&(const struct payment_key){ (number_) }))

/* A run with all that is in it. */
struct run_content { struct payment_run run; struct run_payments payments; struct run_parts parts; };
CHECKED struct fault *payment_run_load(struct work *work, payment_run_id id, struct payment_run *run);
CHECKED struct fault *payment_content_load(struct work *work, payment_run_id id, struct run_content *content);
/* SHA-256 over what a releaser decides about; payments by number, parts by payment and item. */
struct str payment_hash(struct arena *arena, struct str our_iban, const struct run_content *content);
/* Refuses payment_wrong_state; sets the state. */
CHECKED struct fault *payment_move(struct work *work, struct payment_run *run, enum run_event event);
CHECKED struct fault *payment_move_one(struct work *work, struct run_payment *payment, enum paid_event event);
/* Writes the run with its version, and what changed for the audit. */
CHECKED struct fault *payment_run_keep(struct work *work, const struct payment_run *before, struct payment_run *run);

/* From due items to payments with their parts; carried ones last. */
struct planned { struct run_payment payment; LIST_OF(struct run_part) parts; };
LIST_STRUCT(plan, struct planned);
/* Which kind the reference of an imported item is. */
void payment_dues_tell(struct arena *arena, struct payment_dues *dues);
void payment_plan(struct work *work, const struct payment_dues *dues, struct plan *plan);

/* The batch as the bank will get it: the payments of the run that are not carried, in their order. */
struct run_batch {
    struct payment_account account;
    struct payment_batch batch;
    struct run_payment **payments;
};
CHECKED struct fault *payment_batch_of(struct work *work, const struct run_content *content,
                                       const struct bank_account *ours, struct run_batch *out);
/* What is wrong with a proposed run, and what deserves a look. */
struct finding { struct fault *fault; bool stops; payment_id payment_id; item_id item_id; };
LIST_STRUCT(findings, struct finding);
CHECKED struct fault *payment_find_problems(struct work *work, const struct run_content *content, const struct bank_account *ours,
                                            const struct run_batch *batch, struct findings *findings);

/* What the discounts of one payment are booked as: lines after the payment's own two, the first of them an open item of the
 * discounts together; *taken_minor is their sum. None: no lines. */
LIST_STRUCT(entry_lines, struct entry_line);
CHECKED struct fault *payment_discount_lines(struct work *work, const struct run_payment *payment, const struct run_part *parts,
                                             size_t count, struct entry_lines *lines, int64_t *taken_minor);

/* Every payment that goes out: booked, its items settled, expected on a statement. The run itself is the caller's. */
CHECKED struct fault *payment_book(struct work *work, struct run_content *content);
/* What the statements have shown of a run, by source_kind "payment_run" and "payment". */
struct payment_expected { struct str source_kind; int64_t source_id; bool is_met; };
LIST_STRUCT(payment_expecteds, struct payment_expected);
CHECKED struct fault *payment_expected_of(struct work *work, payment_run_id id, struct payment_expecteds *rows);
/* Reverses a released payment: its items are open again. Sets its state by `event`. */
CHECKED struct fault *payment_undo(struct work *work, const struct payment_run *run,
                                   const struct payment_expecteds *expected, struct run_payment *payment,
                                   enum paid_event event, struct str why);
/* A run all of whose payments were undone by the bank is rejected. */
CHECKED struct fault *payment_settle_state(struct work *work, struct payment_run *run);
/* Mails to the payees what a payment is for; each once, when the run leaves the house. */
CHECKED struct fault *payment_advise(struct work *work, const struct run_content *content);
