/* Learned models: features in, score out. Knows nothing of the business.
 *
 * Learning is XGBoost's (one thread always: its answers must not depend on the machine). What is kept is not XGBoost's own file
 * but the plain trees, in a format of ours that is checked byte by byte when it is read, so that a broken or hostile blob
 * can do no more than be refused; scoring walks these trees itself, some microseconds a row, and is the same everywhere.
 * Scores are margins (logits); a calibration turns them into probabilities that hold on data not learned from. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

struct predict_rows {
    const float *features;   /* rows × columns, row after row; no NaN */
    size_t rows, columns;    /* columns at most 1000 */
    const float *labels;     /* 0 or 1 */
    const float *weights;    /* or NULL: all 1 */
};
struct predict_settings {
    int trees, depth;        /* 1…2000, 1…12 */
    double rate, least_weight, sample, columns_sample, lambda;
};
struct predict_settings predict_settings_default(void);

/* Learns "is the label 1?" from the rows. The bytes are the model; memory from `arena`. Seeded: the same rows give the same bytes. */
CHECKED struct fault *predict_train(struct arena *arena, const struct predict_rows *rows,
                                    const struct predict_settings *settings, struct str *blob);

struct predict_model;
/* NULL: these bytes are no model of this version. Borrows nothing of `blob`. */
struct predict_model *predict_load(struct arena *arena, struct str blob);
/* One model whose margin is the mean of these, which must be readable and have the same columns: what cross-validation leaves behind,
 * so that cuts measured on held-back rows fit the model that is used. */
struct str predict_blend(struct arena *arena, const struct str *blobs, size_t count);
size_t predict_columns(const struct predict_model *model);
/* The margin: above 0 is more likely than not. `features` holds predict_columns() values. */
float predict_score(const struct predict_model *model, const float *features);
double predict_sigmoid(double margin);

/* ---- Calibration: from a score to a probability, never falling with the score (isotonic, pool adjacent violators) ---- */

enum { PREDICT_STEPS_MAX = 400 };
struct predict_step { float score; float probability; };    /* rising in both */
struct predict_calibration { struct predict_step steps[PREDICT_STEPS_MAX]; size_t count; };
/* From held-back scores and whether each was right. Between steps straight lines; never exactly 0 or 1. */
void predict_calibrate(struct arena *arena, const float *scores, const bool *right, size_t count,
                       struct predict_calibration *out);
double predict_probability(const struct predict_calibration *calibration, float score);

/* Expected calibration error in ten equal bins, and mean log loss, in millionths. */
int32_t predict_ece_ppm(const double *probabilities, const bool *right, size_t count);
int32_t predict_logloss_ppm(const double *probabilities, const bool *right, size_t count);

extern const struct fault_type predict_failed;
