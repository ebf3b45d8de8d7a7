/* Isotonic regression by pooling adjacent violators, drawn a little towards the middle where there is little to go by. */
#include "predict/predict_private.h"
#include <math.h>

struct block { double score, right, count; };
struct pair { float score; bool right; };

static int by_score(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? -1 : 1;
    return (int)x->right - (int)y->right;
}

void predict_calibrate(struct arena *arena, const float *scores, const bool *right, size_t count, struct predict_calibration *out)
{
    struct pair *pairs = ARENA_ARRAY(arena, struct pair, count + 1);
    struct block *blocks = ARENA_ARRAY(arena, struct block, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) pairs[i] = (struct pair){ scores[i], right[i] };
    qsort(pairs, count, sizeof *pairs, by_score);
    for (size_t i = 0; i < count; i++) {
        blocks[n++] = (struct block){ pairs[i].score, pairs[i].right, 1 };
        while (n > 1 && blocks[n - 2].right * blocks[n - 1].count >= blocks[n - 1].right * blocks[n - 2].count) {
            struct block *a = &blocks[n - 2], *b = &blocks[n - 1];
            a->score = (a->score * a->count + b->score * b->count) / (a->count + b->count);
            a->right += b->right;
            a->count += b->count;
            n--;
        }
    }
    size_t step = n > PREDICT_STEPS_MAX ? (n + PREDICT_STEPS_MAX - 1) / PREDICT_STEPS_MAX : 1;
    out->count = 0;
    for (size_t i = 0; i < n && out->count < PREDICT_STEPS_MAX; i += step) {
        struct block sum = { 0 };
        for (size_t j = i; j < i + step && j < n; j++) {
            sum.score += blocks[j].score * blocks[j].count;
            sum.right += blocks[j].right;
            sum.count += blocks[j].count;
        }
        double probability = (sum.right + 0.25) / (sum.count + 0.5);
        double last = out->count ? (double)out->steps[out->count - 1].probability : 0;
        out->steps[out->count++] =
            (struct predict_step){ (float)(sum.score / sum.count), (float)(probability > last ? probability : last) };
    }
}

double predict_probability(const struct predict_calibration *c, float score)
{
    if (!c->count) return predict_sigmoid((double)score);
    if (score <= c->steps[0].score) return (double)c->steps[0].probability;
    if (score >= c->steps[c->count - 1].score) return (double)c->steps[c->count - 1].probability;
    size_t from = 0, to = c->count - 1;
    while (to - from > 1) {
        size_t middle = (from + to) / 2;
        if (c->steps[middle].score <= score) from = middle;
        else to = middle;
    }
    const struct predict_step *a = &c->steps[from], *b = &c->steps[to];
    double width = (double)b->score - (double)a->score, part = width > 0 ? ((double)score - (double)a->score) / width : 0;
    return (double)a->probability + part * ((double)b->probability - (double)a->probability);
}

int32_t predict_ece_ppm(const double *probabilities, const bool *right, size_t count)
{
    double sum[10] = { 0 }, good[10] = { 0 }, error = 0;
    for (size_t i = 0; i < count; i++) {
        int bin = (int)(probabilities[i] * 10);
        bin = bin < 0 ? 0 : bin > 9 ? 9 : bin;
        sum[bin] += probabilities[i];
        good[bin] += right[i];
    }
    for (int i = 0; i < 10; i++) error += fabs(sum[i] - good[i]);
    return count ? (int32_t)lround(error / (double)count * 1e6) : 0;
}

int32_t predict_logloss_ppm(const double *probabilities, const bool *right, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double p = probabilities[i] < 1e-6 ? 1e-6 : probabilities[i] > 1 - 1e-6 ? 1 - 1e-6 : probabilities[i];
        sum -= right[i] ? log(p) : log(1 - p);
    }
    return count ? (int32_t)lround(sum / (double)count * 1e6) : 0;
}
