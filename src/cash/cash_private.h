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
struct cash_chosen_setting { int64_t precision_ppm, rounding_minor, charge_minor, difference_auto_minor, version; };
CHECKED struct fault *cash_setting_load(struct work *work, struct cash_chosen_setting *setting);
/* What the engine last thought of a line. */
struct proposal_row {
    bank_line_id bank_line_id;
    struct instant made_at;
    struct str model, category;
    party_id party_id;
    int64_t probability_ppm;
    struct str why_not, explanations;
};
extern const struct record proposal_row_record, cash_chosen_setting_record;
/* Whether a difference of this kind closes its item; one that does not leaves the rest open and is no booking. */
bool cash_closes(enum cash_difference_kind kind);

/* ---- The past, for the engine ---- */
enum cash_category cash_category_of(struct str name); /* 0: none of that name */
/* What a category's name, shares and differences say, for the engine. */
void cash_decision_from(struct arena *arena, struct str category, party_id party, const struct cash_share *shares, size_t share_count,
                        const struct cash_given_up *differences, size_t difference_count, struct cash_decision *out);
/* Imported payments, the newest `most`, oldest first. */
CHECKED struct fault *cash_past_load(struct work *work, struct arena *arena, size_t most, struct cash_past **past, size_t *count);
