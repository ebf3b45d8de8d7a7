/* Shared by the files of room cash that know the database. */
#pragma once
#include "cash/cash.h"

struct cash_key { int64_t id; };
extern const struct record cash_key_record;
#define CASH_KEY(number_) GIVEN(cash_key, (&(const struct cash_key){ (number_) }))
CHECKED struct fault *cash_decision_of_line(struct work *work, bank_line_id line, struct cash_decided *decided, bool *found);
/* What is expected and fits the line; id 0 when nothing does, or more than one. */
CHECKED struct fault *cash_find_expected(struct work *work, const struct bank_line *line, struct cash_expectation *expected);
CHECKED struct fault *cash_meet(struct work *work, int64_t expected_id, cash_decision_id decision);

/* ---- What the company chose (cash_setting.c) ---- */
struct cash_chosen_setting {
    int64_t precision_ppm, rounding_minor, charge_minor, difference_auto_minor;
    struct str discount_mode; /* excluded, included, mixed: DOMAIN 3.5 */
    int64_t discount_late_days, write_off_minor, answer_days, version;
};
extern const struct record cash_chosen_setting_record;
CHECKED struct fault *cash_setting_load(struct work *work, struct cash_chosen_setting *setting);
/* What our own invoices and the terms of discount say of open items: how they may be named, what discount they allow. */
struct cash_terms;
CHECKED struct fault *cash_terms_load(struct work *work, bool past, struct cash_terms **terms);
void cash_terms_tell(const struct cash_terms *terms, const struct open_item *item, struct cash_item *out);
/* The discount that an item allows and until when; 0 when it allows none. */
/* VAT on the invoice of this item is over the amount after discount already: a discount corrects none of it, whatever the mode is now. */
CHECKED struct fault *cash_vat_after_discount(struct work *work, item_id item, bool *is);
CHECKED struct fault *cash_discount_of(struct work *work, const struct open_item *item, struct date *until,
                                       int64_t *discount_minor);

/* What the engine last thought of a line. */
struct proposal_row {
    bank_line_id bank_line_id;
    struct instant made_at;
    struct str model, category;
    party_id party_id;
    int64_t probability_ppm;
    struct str why_not, explanations;
    int64_t chance_ppm, worth_minor, place; /* see cash_place */
};
extern const struct record proposal_row_record;
/* One of its explanations, as it was kept. */
struct kept_explanation {
    int64_t probability_ppm, other_sets;
    struct str key; /* of what accepting it does: another explanation has another key */
    struct str category;
    int64_t party_id;
    LIST_OF(struct cash_share) shares;
    LIST_OF(struct cash_given_up) differences;
    LIST_OF(struct cash_booking) bookings;
    struct str evidence;
};
/* The explanation of this rank that is kept for a line, and the decision that accepting it makes. Refuses cash_missing. */
CHECKED struct fault *cash_kept(struct work *work, bank_line_id line, int64_t rank, struct kept_explanation *kept,
                                struct str *model);
void cash_say_key(struct text *text, const struct cash_decide *decide); /* its member of an explanation as JSON */
struct cash_decide cash_decide_as(struct work *work, bank_line_id line, const struct kept_explanation *e);
/* Where a line stands in the queue, least first: the most money that one click closes, amount times chance; the oldest at equals. */
void cash_place(struct proposal_row *row, const struct bank_line *line);

/* ---- The past, for the engine ---- */
enum cash_category cash_category_of(struct str name); /* 0: none of that name */
/* What a category's name, shares and differences say, for the engine. */
void cash_decision_from(struct arena *arena, struct str category, party_id party, const struct cash_share *shares,
                        size_t share_count, const struct cash_given_up *differences, size_t difference_count,
                        struct cash_decision *out);
/* Imported payments, the newest `most`, oldest first. */
CHECKED struct fault *cash_past_load(struct work *work, struct arena *arena, size_t most, struct cash_past **past, size_t *count);

/* ---- What a person asks (cash_asked.c) ---- */
/* In minor units, each amount of its own currency; all that are not in it are refused together, each with its field. */
CHECKED struct fault *cash_decide_asked(struct work *work, const struct decide_ask *ask, struct cash_decide *decide);
CHECKED struct fault *cash_share_asked(struct work *work, const struct share_ask *ask, size_t at, struct str line_currency,
                                       struct cash_share *share);

/* ---- What lines that are no receivable were booked on before (cash_coding.c) ---- */
struct cash_codings;
/* A ledger account's number, absent: not known; how often in a row, 0: by its words alone; how likely that is what a person will say. */
struct cash_coding { struct str account; int64_t count, ppm; };
CHECKED struct fault *cash_codings_load(struct work *work, struct arena *arena, struct cash_codings **codings);
CHECKED struct fault *cash_coding_of(struct work *work, const struct cash_codings *codings, const struct bank_line *line,
                                     struct cash_coding *coding);

/* ---- Posting (cash_post.c) ---- */
/* A settlement that a storno takes apart. */
struct cash_reopening {
    allocation_id id, settled_again;
    int64_t wanted_minor;
    struct str evidence, why;
    struct settle_parts parts, freed, again;
};
/* The items of one party on one control account in one currency: one payment item against them. */
struct cash_group {
    account_id account_id;
    party_id party_id;
    struct str currency;
    int64_t amount_minor, line_minor; /* in the items' currency; in the line's */
    size_t line;
    bool reopens;
    LIST_OF(struct cash_reopening) reopened;
};
struct cash_claim { item_id item_id; int64_t amount_minor; };
struct cash_claims { LIST_OF(struct cash_claim) list; }; /* what earlier lines of one bulk will have taken */
int64_t cash_claimed(const struct cash_claims *claims, item_id item);
struct settling {
    struct work *work;
    const struct cash_decide *decide;
    const struct cash_claims *claims; /* may be NULL */
    struct bank_line line;
    struct cash_chosen_setting setting;
    struct str base, storno;
    struct open_item *items; /* of the shares, side by side */
    int64_t *share_lines;    /* the shares in the line's currency */
    LIST_OF(struct cash_group) groups;
    LIST_OF(struct entry_line) lines;
    LIST_OF(int64_t) worth;  /* the lines in the line's currency */
    int64_t left_minor;      /* of the line, after all parts */
    size_t rest_line;        /* the line of what is held on account; 0: nothing is */
    int64_t given_up_minor;  /* in base currency, beyond what terms and settings allow */
    struct date on;
};
/* All that cash_settle would do, without doing it: lines, groups, and every refusal. */
CHECKED struct fault *cash_look(struct settling *s, const struct cash_origin *origin);
struct reopened_row { cash_decision_id decision_id; allocation_id allocation_id, settled_again; };
LIST_STRUCT(reopened_rows, struct reopened_row);
extern const struct record reopened_row_record;

/* ---- Limits (cash_limit.c) ---- */
/* Refuses cash_over_limit when the decision gives up more than the user at hand may. Fills given_up_minor. */
CHECKED struct fault *cash_check_limit(struct settling *s, const struct cash_origin *origin);

/* ---- Words for a bank's reason (cash_return.c) ---- */
struct str cash_return_text(struct work *work, struct str code); /* absent for a code that is not known */
/* Why a provider took this much of an item back ("chargeback: …"); absent: none did. */
CHECKED struct fault *cash_taken_back(struct work *work, item_id item, int64_t amount_minor, struct str *words);
struct str cash_return_words(struct work *work, const struct bank_line *line); /* "storno", "storno AM04: …" */

/* Proposals that what was just decided bears on are looked at again: same payer, or same party. */
CHECKED struct fault *cash_make_stale(struct work *work, const struct settling *s);

/* ---- Batches (cash_batch.c) ---- */
CHECKED struct fault *cash_batches_tell(struct work *work, struct cash_engine *engine);

/* ---- Learning ---- */

struct cash_model_row {
    int64_t id;
    struct str version_hash, content;
    bool is_used;
    struct str quality;
    struct instant trained_at;
};
extern const struct record cash_model_row_record;
struct cash_training { struct cash_report report; };
