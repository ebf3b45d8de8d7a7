/* Learning from the company's own history: replay it, keep what was thought of each line, learn which candidate was right.
 *
 * Every score that anything is measured or calibrated by comes from a model that has not seen the line: the past is cut into
 * blocks of neighbouring lines, the blocks are dealt into FOLDS parts, and each part is scored by a model of the others. */
#include "cash/engine_model_private.h"
#include <math.h>

enum { FOLDS = 3, BLOCK_LINES = 200, PAST_MAX = 40000, LEAST_LINES = 300, LEAST_POSTED = 50 };

struct sample {
    struct cash_candidate *candidates; size_t count;
    int right;              /* place of the truth among the candidates as they stood, or -1 */
    uint64_t right_key;
    bool batch, measured, first_right;
    enum cash_why_not why_not;
    int fold; int32_t day;
    float raw; double probability;
    float judge[JUDGE_FEATURES];
};
struct training {
    struct cash_engine *engine; struct arena *arena;
    struct sample *samples; size_t count;
    struct str rankers[FOLDS], judges[FOLDS];   /* each learned without its fold; the model in use is their mean */
};

static bool same_set(const struct cash_engine *e, const struct cash_candidate *c, const struct cash_decision *d)
{
    if (c->category != d->category) return false;
    bool by_items = c->category == CASH_MATCH || c->category == CASH_PROVIDER || c->category == CASH_DEBIT_BATCH ||
                    c->category == CASH_REVERSAL;
    if (!by_items) return true;
    if (c->count != d->allocation_count) return false;
    for (size_t i = 0; i < d->allocation_count; i++) {
        bool in = false;
        for (size_t j = 0; j < c->count && !in; j++) in = e->items.at[c->items[j]].id == d->allocations[i].item;
        if (!in) return false;
    }
    return true;
}

static void keep_items(struct arena *arena, struct cash_candidate *c)
{
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, c->count + 1);
    if (c->count) memcpy(items, c->items, c->count * sizeof *items);
    c->items = items;
    c->allocated = NULL;
}

static void observe(struct training *t, struct arena *scratch, const struct cash_past *past, size_t index, size_t total)
{
    struct cash_matching *m = ARENA_NEW(scratch, struct cash_matching);
    cash_prepare(t->engine, scratch, &past->line, m);
    if (!m->candidate_count || m->candidates[0].category == CASH_REFUND) return; /* judged by rules, always */
    struct sample *s = &t->samples[t->count++];
    s->count = m->candidate_count;
    s->candidates = ARENA_ARRAY(t->arena, struct cash_candidate, s->count);
    memcpy(s->candidates, m->candidates, s->count * sizeof *s->candidates);
    s->right = -1;
    for (size_t i = 0; i < s->count; i++) {
        if (s->right < 0 && same_set(t->engine, &s->candidates[i], &past->decision))
            s->right = (int)i, s->right_key = s->candidates[i].key;
        keep_items(t->arena, &s->candidates[i]);
    }
    s->batch = s->candidates[0].features[F_BATCH] > 0;
    s->fold = (int)(index / BLOCK_LINES % FOLDS);
    s->measured = index >= total / 5;
    s->day = m->day;
}

static void replay_and_observe(struct training *t, const struct cash_past *past, size_t count)
{
    struct arena *scratch = arena_new((size_t)256 << 20);
    size_t from = count > PAST_MAX ? count - PAST_MAX : 0;
    for (size_t i = 0; i < count; i++) {
        if (i >= from) observe(t, scratch, &past[i], i - from, count - from);
        arena_reset(scratch);
        cash_engine_apply(t->engine, &past[i].line, &past[i].decision);
    }
    arena_free(scratch);
}

void cash_engine_replay(struct cash_engine *engine, const struct cash_past *past, size_t count)
{
    for (size_t i = 0; i < count; i++) cash_engine_apply(engine, &past[i].line, &past[i].decision);
}

/* ---- The ranker ---- */

static struct fault *train_ranker(struct training *t, int without, struct arena *arena, struct str *blob)
{
    size_t rows = 0, n = 0;
    for (size_t i = 0; i < t->count; i++)
        rows += t->samples[i].fold == without || t->samples[i].batch ? 0 : t->samples[i].count;
    float *features = ARENA_ARRAY(arena, float, rows *FEATURES + 1), *labels = ARENA_ARRAY(arena, float, rows + 1);
    for (size_t i = 0; i < t->count; i++) {
        const struct sample *s = &t->samples[i];
        if (s->fold == without || s->batch) continue;
        for (size_t j = 0; j < s->count; j++, n++) {
            memcpy(features + n * FEATURES, s->candidates[j].features, sizeof s->candidates[j].features);
            labels[n] = s->right >= 0 && s->candidates[j].key == s->right_key;
        }
    }
    struct predict_settings settings = predict_settings_default();
    return predict_train(arena, &(struct predict_rows){ features, rows, FEATURES, labels, NULL }, &settings, blob);
}

static void score_candidates(struct training *t, const struct predict_model *ranker, int fold)
{
    for (size_t i = 0; i < t->count; i++) {
        struct sample *s = &t->samples[i];
        if (s->fold != fold || s->batch) continue;
        for (size_t j = 0; j < s->count; j++) s->candidates[j].score = predict_score(ranker, s->candidates[j].features);
        cash_put_in_order(s->candidates, s->count);
        s->first_right = s->right >= 0 && s->candidates[0].key == s->right_key;
        s->why_not = cash_may_post(&t->engine->settings, s->candidates, s->count);
        cash_judge_features(s->candidates, s->count, s->judge);
    }
}

static struct fault *rank_held_back(struct training *t)
{
    for (int fold = 0; fold < FOLDS; fold++) {
        struct arena *arena = arena_new((size_t)4 << 30);
        struct str blob;
        struct fault *fault = train_ranker(t, fold, arena, &blob);
        struct predict_model *ranker = fault ? NULL : predict_load(arena, blob);
        if (ranker) score_candidates(t, ranker, fold);
        if (ranker) t->rankers[fold] = str_copy(t->arena, blob.at, blob.length);
        if (fault) fault = FAULT(t->arena, &predict_failed, NULL, PARAM("why", STR("the ranker")));
        arena_free(arena);
        TRY(fault);
    }
    return NULL;
}

/* ---- The judge ---- */

static struct fault *train_judge(struct training *t, int without, struct arena *arena, struct str *blob)
{
    float *features = ARENA_ARRAY(arena, float, t->count *JUDGE_FEATURES + 1),
          *labels = ARENA_ARRAY(arena, float, t->count + 1);
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct sample *s = &t->samples[i];
        if (s->fold == without || s->batch) continue;
        memcpy(features + n * JUDGE_FEATURES, s->judge, sizeof s->judge);
        labels[n++] = s->first_right;
    }
    struct predict_settings settings = predict_settings_default();
    settings.trees = 120;
    settings.depth = 4;
    settings.rate = 0.08;
    return predict_train(arena, &(struct predict_rows){ features, n, JUDGE_FEATURES, labels, NULL }, &settings, blob);
}

static struct fault *judge_held_back(struct training *t)
{
    for (int fold = 0; fold < FOLDS; fold++) {
        struct arena *arena = arena_new((size_t)1 << 30);
        struct str blob;
        struct fault *fault = train_judge(t, fold, arena, &blob);
        struct predict_model *judge = fault ? NULL : predict_load(arena, blob);
        for (size_t i = 0; judge && i < t->count; i++)
            if (t->samples[i].fold == fold && !t->samples[i].batch) t->samples[i].raw = predict_score(judge, t->samples[i].judge);
        if (judge) t->judges[fold] = str_copy(t->arena, blob.at, blob.length);
        if (fault) fault = FAULT(t->arena, &predict_failed, NULL, PARAM("why", STR("the judge")));
        arena_free(arena);
        TRY(fault);
    }
    return NULL;
}

/* ---- Calibration and cuts ---- */

struct held { float raw; bool right, may_post; };

static int surest_first(const void *a, const void *b)
{
    const struct held *x = a, *y = b;
    if (x->raw != y->raw) return x->raw > y->raw ? -1 : 1;
    return (int)x->right - (int)y->right; /* of equal scores the wrong ones first: never too kind */
}

static size_t held_back(const struct training *t, struct held *held)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++)
        if (t->samples[i].measured && !t->samples[i].batch)
            held[n++] = (struct held){ t->samples[i].raw, t->samples[i].first_right, t->samples[i].why_not == CASH_AUTO };
    return n;
}

/* Of the lines that may be posted, surest first: the share right down to each score. Half an error is added, for what has not happened yet. */
static size_t cut_curve(struct held *held, size_t count, struct cash_cut *cuts)
{
    size_t n = 0, cut_count = 0;
    double wrong = 0.5;
    for (size_t i = 0; i < count; i++)
        if (held[i].may_post) held[n++] = held[i];
    qsort(held, n, sizeof *held, surest_first);
    size_t next = LEAST_POSTED;
    for (size_t i = 0; i < n; i++) {
        wrong += !held[i].right;
        bool last_of_equals = i + 1 == n || held[i + 1].raw < held[i].raw;
        if (!last_of_equals || i + 1 < next || cut_count == CURVE_MAX) continue;
        cuts[cut_count++] = (struct cash_cut){ held[i].raw, (int32_t)((1 - wrong / (double)(i + 1)) * 1e6) };
        next = i + 1 + n / 200;
    }
    return cut_count;
}

static void measure(const struct training *t, const struct cash_learned *l, int32_t after, struct cash_quality *out)
{
    double *probabilities = ARENA_ARRAY(t->arena, double, t->count + 1);
    bool *right = ARENA_ARRAY(t->arena, bool, t->count + 1);
    size_t n = 0;
    *out = (struct cash_quality){ 0 };
    for (size_t i = 0; i < t->count; i++) {
        const struct sample *s = &t->samples[i];
        if (!s->measured || s->batch || s->day <= after) continue;
        probabilities[n] = s->probability;
        right[n] = s->first_right;
        out->right += s->first_right;
        bool sure = l ? cash_sure_enough(l, s->raw, t->engine->settings.precision_ppm)
                      : s->probability * 1e6 >= t->engine->settings.precision_ppm;
        if (s->why_not == CASH_AUTO && sure) out->posted++, out->posted_wrong += !s->first_right;
        n++;
    }
    out->lines = (int64_t)n;
    out->ece_ppm = predict_ece_ppm(probabilities, right, n);
    out->logloss_ppm = predict_logloss_ppm(probabilities, right, n);
}

static void measure_rules(struct training *t, struct cash_quality *out)
{
    for (size_t i = 0; i < t->count; i++) {
        struct sample *s = &t->samples[i];
        for (size_t j = 0; j < s->count; j++) s->candidates[j].score = (float)s->candidates[j].rule_score / 1000;
        cash_rank_rules(s->candidates, s->count, &s->probability);
        s->first_right = s->right >= 0 && s->candidates[0].key == s->right_key;
        s->why_not = cash_may_post(&t->engine->settings, s->candidates, s->count);
    }
    measure(t, NULL, 0, out);
}

static void measure_learned(struct training *t, const struct cash_learned *l, struct cash_quality *out)
{
    for (size_t i = 0; i < t->count; i++) {
        struct sample *s = &t->samples[i];
        if (s->batch) continue;
        cash_rank_learned(l, s->candidates, s->count, &s->probability, &s->raw);
        s->first_right = s->right >= 0 && s->candidates[0].key == s->right_key;
        s->why_not = cash_may_post(&t->engine->settings, s->candidates, s->count);
    }
    measure(t, l, l->until, out);
    if (out->lines < LEAST_LINES) measure(t, l, 0, out); /* hardly anything since it was learned */
}

/* It would post clearly less by itself than the other, which is as right as it has to be: people would get the work back. */
static bool posts_less(const struct cash_quality *now, const struct cash_quality *other, int32_t precision_ppm)
{
    double allowed = 1 + (double)other->posted * (1e6 - precision_ppm) / 1e6; /* one may be bad luck */
    if ((double)other->posted_wrong > allowed) return false;
    return (double)now->posted / (double)now->lines < 0.95 * (double)other->posted / (double)other->lines;
}

static bool no_worse(const struct cash_quality *now, const struct cash_quality *other, int32_t precision_ppm)
{
    if (!other->lines) return true;
    double right = (double)now->right / (double)now->lines, other_right = (double)other->right / (double)other->lines;
    double chance = 0.002 + 0.2 / sqrt((double)now->lines); /* that much may be luck; the loss weighs every line */
    return right >= other_right - chance && now->logloss_ppm <= other->logloss_ppm + other->logloss_ppm / 50 + 500 &&
           !posts_less(now, other, precision_ppm);
}

static struct fault *learn(struct training *t, struct cash_report *report)
{
    TRY(rank_held_back(t));
    TRY(judge_held_back(t));
    struct held *held = ARENA_ARRAY(t->arena, struct held, t->count + 1);
    size_t n = held_back(t, held);
    float *scores = ARENA_ARRAY(t->arena, float, n + 1);
    bool *right = ARENA_ARRAY(t->arena, bool, n + 1);
    for (size_t i = 0; i < n; i++) scores[i] = held[i].raw, right[i] = held[i].right;
    struct cash_learned now = { 0 };
    predict_calibrate(t->arena, scores, right, n, &now.calibration);
    now.cut_count = cut_curve(held, n, now.cuts);
    for (size_t i = 0; i < t->count; i++) t->samples[i].probability = predict_probability(&now.calibration, t->samples[i].raw);
    measure(t, &now, 0, &report->now);
    struct str ranker = predict_blend(t->arena, t->rankers, FOLDS), judge = predict_blend(t->arena, t->judges, FOLDS);
    report->blob = cash_learned_bytes(t->arena, ranker, judge, &now.calibration, now.cuts, now.cut_count,
                                      t->samples[t->count - 1].day);
    return NULL;
}

/* Why nothing can be learned, or 0: lines that are too few, or of which hardly any shows what is right. */
static enum cash_unlearned unlearned(const struct training *t, struct cash_report *report)
{
    enum { LEAST_EXPLAINED = 50 };
    for (size_t i = 0; i < t->count; i++) report->explained += !t->samples[i].batch && t->samples[i].right >= 0;
    if (report->history < LEAST_LINES) return CASH_SHORT_HISTORY;
    return t->count < LEAST_LINES || report->explained < LEAST_EXPLAINED ? CASH_FEW_EXPLAINED : 0;
}

struct fault *cash_engine_train(struct cash_engine *engine, struct arena *arena, const struct cash_past *past,
                                size_t count, struct str in_use, struct cash_report *report)
{
    *report = (struct cash_report){ .history = (int64_t)count };
    struct training t = { .engine = engine, .arena = arena_new((size_t)8 << 30) };
    t.samples = ARENA_ARRAY(t.arena, struct sample, (count < PAST_MAX ? count : PAST_MAX) + 1);
    replay_and_observe(&t, past, count);
    struct cash_learned *before = in_use.at ? cash_learned_read(engine->arena, in_use) : NULL;
    report->unlearned = unlearned(&t, report);
    struct fault *fault = report->unlearned ? NULL : learn(&t, report);
    if (fault) fault = FAULT(arena, &predict_failed, NULL, PARAM("why", STR("learning stopped")));
    if (report->blob.at) report->blob = str_copy(arena, report->blob.at, report->blob.length);
    measure_rules(&t, &report->rules);
    if (before) measure_learned(&t, before, &report->before);
    struct cash_learned *now = report->blob.at ? cash_learned_read(engine->arena, report->blob) : NULL;
    int32_t precision_ppm = engine->settings.precision_ppm;
    report->used = now && no_worse(&report->now, &report->before, precision_ppm) &&
                   no_worse(&report->now, &report->rules, precision_ppm);
    report->version = now ? now->version : 0;
    engine->learned = report->used ? now : before;
    arena_free(t.arena);
    return fault;
}
