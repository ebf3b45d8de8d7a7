/* What is learned, in memory. Only engine_model.c and engine_train.c include this. */
#pragma once
#include "cash/engine_private.h"
#include "predict/predict.h"

enum { CASH_MODEL_VERSION = 2 };
struct cash_learned {
    struct predict_model *ranker, *judge;
    struct predict_calibration calibration;
    struct cash_cut cuts[CURVE_MAX]; size_t cut_count;  /* surest first */
    int32_t until;                                      /* the last day learned from */
    uint64_t version;
};
struct str cash_learned_bytes(struct arena *arena, struct str ranker, struct str judge,
                              const struct predict_calibration *calibration, const struct cash_cut *cuts,
                              size_t cut_count, int32_t until);
struct cash_learned *cash_learned_read(struct arena *arena, struct str blob); /* NULL: not a model of this version */
