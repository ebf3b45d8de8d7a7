/* Shared by the files of room bill. */
#pragma once
#include "bill/bill.h"

#define T(text) text /* a sentence for people that is no refusal; tools/check_po.py sees it */

struct bill_key { bill_id id; };
extern const struct record bill_key_record;
#define BILL_KEY(id_) GIVEN(bill_key, (&(const struct bill_key){ id_ }))

/* ---- States: bill.c ---- */
enum bill_event {
    BILL_EVENT_EDIT = 1,
    BILL_EVENT_CODE,
    BILL_EVENT_SUBMIT,
    BILL_EVENT_APPROVE,
    BILL_EVENT_REFUSE,
    BILL_EVENT_REOPEN,
    BILL_EVENT_COUNT
};
enum { BILL_STATE_COUNT = BILL_REFUSED + 1 };
/* EDIT leaves something to code, CODE leaves nothing. 0: not allowed. */
enum bill_state bill_next(enum bill_state state, enum bill_event event);
CHECKED struct fault *bill_step(struct work *work, struct bill *bill, enum bill_event event);
struct str bill_state_name(enum bill_state state);
/* The number, else "#17": how a bill is called in words. */
struct str bill_name(struct work *work, const struct bill *bill);
/* Loads it and refuses bill_changed when it isn't the version that the asker saw. */
CHECKED struct fault *bill_load_version(struct work *work, bill_id id, int64_t version, struct bill *bill);
CHECKED struct fault *bill_note(struct work *work, const struct bill *bill, const char *event, struct str note);
/* The end of every edit: key and due day filled in, state by what is coded, an earlier submission void, saved, its problems and
 * duplicates looked for anew, noted. The lines are in the database already. */
CHECKED struct fault *bill_edited(struct work *work, struct bill *bill, const struct bill *before, const char *event);
/* A new bill with its lines: numbered, its supplier looked for, coded from defaults, checked, noted. */
struct bill_problems;
CHECKED struct fault *bill_add(struct work *work, struct bill *bill, struct bill_lines *lines,
                               struct bill_problems *problems, const char *event);
struct str bill_hash(struct work *work, const struct bill *bill, const struct bill_lines *lines);
/* Everything that approval needs and a person can mend, all at once. */
CHECKED struct fault *bill_check_ready(struct work *work, const struct bill *bill, const struct bill_lines *lines);
CHECKED struct fault *bill_lines_write(struct work *work, const struct bill *bill, struct bill_lines *lines);

/* ---- Problems and duplicates: bill_check.c ---- */
enum { PROBLEMS_KEPT = 500, PROBLEM_CHECK_FROM = 1000 };
CHECKED struct fault *bill_problems_write(struct work *work, const struct bill *bill, struct bill_problems *problems);
/* What the numbers, days, supplier and bank account say now; replaces what was found before, releases of what is the same stay. */
CHECKED struct fault *bill_recheck(struct work *work, const struct bill *bill);
/* The IBAN asked for, proposed as an account of the supplier when it has no such account yet: unusable until verified. */
CHECKED struct fault *bill_propose_bank(struct work *work, const struct bill *bill);
/* The state of that account: "proposed", "verified", "blocked", "unknown"; absent when there is no IBAN or no supplier. */
CHECKED struct fault *bill_bank_state(struct work *work, const struct bill *bill, struct str *state);
/* Refuses bill_fatal_problems, bill_duplicate. */
CHECKED struct fault *bill_check_clean(struct work *work, const struct bill *bill);

enum pair_rule { PAIR_NUMBER = 1, PAIR_AMOUNT, PAIR_IBAN };
struct bill_pair_shown {
    struct { int64_t n; } other_id;
    enum pair_rule rule;
    struct instant found_at;
    int64_t released_by;
    struct instant released_at;
    struct str release_reason;
    int64_t receipt_number;
    struct str number;
    enum bill_state state;
    struct str currency;
    int64_t payable_minor;
    struct date issued_on;
};
LIST_STRUCT(bill_pairs_shown, struct bill_pair_shown);
extern const struct record bill_pair_shown_record;
CHECKED struct fault *bill_pairs_of(struct work *work, bill_id id, struct bill_pairs_shown *pairs);

/* Our own checks (FL-…) that this company does not want, as einvoice_judge_without takes them. */
CHECKED struct fault *bill_checks_off(struct work *work, uint64_t *without);

/* ---- Reading: bill_read.c ---- */
/* Fills bill, lines and problems from an e-invoice. */
void bill_from_einvoice(struct work *work, const struct einvoice *invoice, struct bill *bill, struct bill_lines *lines,
                        struct bill_problems *problems);

/* ---- Supplier and coding: bill_code.c ---- */
/* One hit: sets it as bill_set_supplier does; else leaves it to a person. Changes `bill` and `lines`, saves neither. */
CHECKED struct fault *bill_find_supplier(struct work *work, struct bill *bill, struct bill_lines *lines);
CHECKED struct fault *bill_apply_supplier(struct work *work, struct bill *bill, struct bill_lines *lines,
                                          const struct party *party, const char *basis);
/* A line's VAT category and rate from its code, and VAT where it was left out. */
CHECKED struct fault *bill_line_from_code(struct work *work, const struct bill *bill, struct bill_line *line);
/* Tells the audit trail which lines are other than before; the bill's own change stands beside them. */
void bill_lines_changed(struct work *work, const struct bill_lines *before, const struct bill_lines *after);
bool bill_is_coded(const struct bill_lines *lines);

/* ---- Questions: bill_ask.c ---- */
struct bill_question {
    struct { int64_t n; } id;
    bill_id bill_id;
    int64_t person_id; /* a colleague who was asked, or … */
    struct str person;
    struct str email;  /* … the supplier, by mail */
    struct str question;
    int64_t asked_by;
    struct str asker;
    struct instant asked_at;
    struct str answer;
    int64_t answered_by;
    struct str answerer;
    struct instant answered_at;
};
LIST_STRUCT(bill_questions, struct bill_question);
extern const struct record bill_question_record;
CHECKED struct fault *bill_questions_of(struct work *work, bill_id id, struct bill_questions *questions);
CHECKED struct fault *bill_account_check(struct work *work, account_id id); /* may it be used for coding */

/* ---- Posting: bill_post.c ---- */
/* Fills in entry_id; posts nothing when all amounts are zero. */
CHECKED struct fault *bill_post(struct work *work, struct bill *bill, const struct bill_lines *lines);

/* An invoice of the neutral form made of a bill that has no e-invoice, for rendering. */
struct einvoice *bill_to_einvoice(struct work *work, const struct bill *bill, const struct bill_lines *lines,
                                  const struct party *supplier);
