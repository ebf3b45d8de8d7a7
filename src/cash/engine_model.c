/* The learned part as bytes and as something to ask: a ranker over candidates, a judge of the first, their calibration.
 * Bytes, little endian: "FCM" version:u8 features:u32 ranker length:u32 judge length:u32 steps:u32 cuts:u32 until:u32,
 * the two models, the steps (score:f32 probability:f32), the cuts (score:f32 precision:u32). */
#include "cash/engine_model_private.h"
#include <math.h>

const struct fault_type cash_model_unreadable = { FAULT_INVALID, "cash.model_unreadable",
                                                  "This is not a matching model of this version; train it again." };

void cash_judge_features(const struct cash_candidate *candidates, size_t count, float *f)
{
    const struct cash_candidate *a = candidates, *b = count > 1 ? &candidates[1] : NULL, *c = count > 2 ? &candidates[2] : NULL;
    memcpy(f, a->features, sizeof a->features);
    float *x = f + FEATURES;
    double sum = 0;
    int best_rule = a->rule_score, shared = 0;
    for (size_t i = 0; i < count; i++) {
        sum += predict_sigmoid((double)candidates[i].score);
        if (i && candidates[i].rule_score > best_rule) best_rule = candidates[i].rule_score;
    }
    for (size_t i = 0; b && i < a->count; i++)
        for (size_t j = 0; j < b->count; j++) shared += a->items[i] == b->items[j];
    x[0] = a->score;
    x[1] = b ? b->score : -12;
    x[2] = b ? a->score - b->score : 12;
    x[3] = c ? c->score : -12;
    x[4] = (float)sum;
    x[5] = (float)count;
    x[6] = b ? (float)b->category : 0;
    x[7] = b && b->category == CASH_MATCH ? (float)shared / (float)(b->count ? b->count : 1) : -1;
    x[8] = (float)(best_rule - a->rule_score) / 1000;
    x[9] = b ? (float)b->named : -1;
    x[10] = b ? (float)b->difference_count : -1;
    x[11] = b ? (float)b->count : -1;
}

void cash_rank_learned(const struct cash_learned *l, struct cash_candidate *candidates, size_t count, double *top, float *raw)
{
    for (size_t i = 0; i < count; i++) candidates[i].score = predict_score(l->ranker, candidates[i].features);
    cash_put_in_order(candidates, count);
    float features[JUDGE_FEATURES];
    cash_judge_features(candidates, count, features);
    *raw = predict_score(l->judge, features);
    *top = predict_probability(&l->calibration, *raw);
}

/* All that is posted together must hold the precision asked for, and no single line may be more than some times less sure than that. */
bool cash_sure_enough(const struct cash_learned *l, float raw, int32_t precision_ppm)
{
    enum { LINE_FACTOR = 10 };
    float least = INFINITY;
    if (predict_probability(&l->calibration, raw) * 1e6 < 1e6 - LINE_FACTOR * (1e6 - precision_ppm)) return false;
    for (size_t i = 0; i < l->cut_count; i++) /* from the surest down: the lowest score that still holds */
        if (l->cuts[i].precision_ppm >= precision_ppm && l->cuts[i].score < least) least = l->cuts[i].score;
    return raw >= least;
}

uint64_t cash_learned_version(const struct cash_learned *l) { return l->version; }

static void add_u32(struct text *out, uint32_t v)
{
    char b[4] = { (char)(v & 0xff), (char)(v >> 8 & 0xff), (char)(v >> 16 & 0xff), (char)(v >> 24) };
    text_add_bytes(out, b, 4);
}

static void add_f32(struct text *out, float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    add_u32(out, bits);
}

static uint32_t read_u32(const char *at)
{
    const uint8_t *b = (const uint8_t *)at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static float read_f32(const char *at)
{
    uint32_t bits = read_u32(at);
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

struct str cash_learned_bytes(struct arena *arena, struct str ranker, struct str judge,
                              const struct predict_calibration *calibration, const struct cash_cut *cuts,
                              size_t cut_count, int32_t until)
{
    struct text out = text_new(arena);
    text_add_bytes(&out, "FCM", 3);
    text_add_char(&out, CASH_MODEL_VERSION);
    add_u32(&out, FEATURES);
    add_u32(&out, (uint32_t)ranker.length);
    add_u32(&out, (uint32_t)judge.length);
    add_u32(&out, (uint32_t)calibration->count);
    add_u32(&out, (uint32_t)cut_count);
    add_u32(&out, (uint32_t)until);
    text_add(&out, ranker);
    text_add(&out, judge);
    for (size_t i = 0; i < calibration->count; i++)
        add_f32(&out, calibration->steps[i].score), add_f32(&out, calibration->steps[i].probability);
    for (size_t i = 0; i < cut_count; i++) add_f32(&out, cuts[i].score), add_u32(&out, (uint32_t)cuts[i].precision_ppm);
    return text_str(&out);
}

bool cash_model_is_readable(struct str blob)
{
    return blob.length >= 28 && memcmp(blob.at, "FCM", 3) == 0 && blob.at[3] == CASH_MODEL_VERSION &&
           read_u32(blob.at + 4) == FEATURES;
}

struct cash_learned *cash_learned_read(struct arena *arena, struct str blob)
{
    if (!cash_model_is_readable(blob)) return NULL;
    size_t ranker = read_u32(blob.at + 8), judge = read_u32(blob.at + 12), steps = read_u32(blob.at + 16),
           cuts = read_u32(blob.at + 20);
    if (steps > PREDICT_STEPS_MAX || cuts > CURVE_MAX || blob.length != 28 + ranker + judge + steps * 8 + cuts * 8)
        return NULL;
    struct cash_learned *l = ARENA_NEW(arena, struct cash_learned);
    l->until = (int32_t)read_u32(blob.at + 24);
    l->ranker = predict_load(arena, str_part(blob, 28, ranker));
    l->judge = predict_load(arena, str_part(blob, 28 + ranker, judge));
    if (!l->ranker || !l->judge || predict_columns(l->ranker) != FEATURES ||
        predict_columns(l->judge) != JUDGE_FEATURES)
        return NULL;
    const char *at = blob.at + 28 + ranker + judge;
    l->calibration.count = steps;
    for (size_t i = 0; i < steps; i++, at += 8) {
        l->calibration.steps[i] = (struct predict_step){ read_f32(at), read_f32(at + 4) };
        if (!isfinite(l->calibration.steps[i].score) ||
            !(l->calibration.steps[i].probability >= 0 && l->calibration.steps[i].probability <= 1))
            return NULL;
    }
    l->cut_count = cuts;
    for (size_t i = 0; i < cuts; i++, at += 8) {
        l->cuts[i] = (struct cash_cut){ read_f32(at), (int32_t)read_u32(at + 4) };
        if (!isfinite(l->cuts[i].score)) return NULL;
    }
    uint8_t hash[32];
    sha256(blob.at, blob.length, hash);
    for (int i = 0; i < 6; i++) l->version = l->version << 8 | hash[i]; /* below 2^48: exact in JSON */
    return l;
}

struct fault *cash_engine_model(struct cash_engine *engine, struct arena *arena, struct str blob)
{
    struct cash_learned *learned = cash_learned_read(engine->arena, blob);
    if (!learned) return FAULT(arena, &cash_model_unreadable, "model");
    engine->learned = learned;
    return NULL;
}
