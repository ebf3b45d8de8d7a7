/* Learned models: they learn what is there to learn, are the same each time, and broken bytes are refused. */
#include "test.h"
#include "predict/predict.h"

enum { ROWS = 4000, COLUMNS = 6 };

/* The label hangs on three of the columns, with one in twenty turned round. */
static struct predict_rows sample(struct arena *arena, uint64_t seed)
{
    struct rng rng = rng_new(seed);
    float *features = ARENA_ARRAY(arena, float, ROWS *COLUMNS), *labels = ARENA_ARRAY(arena, float, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        float *f = features + i * COLUMNS;
        for (size_t j = 0; j < COLUMNS; j++) f[j] = (float)rng_between(&rng, 0, 100);
        bool label = (f[0] > 50 && f[1] < 70) || f[2] > 90;
        labels[i] = label != rng_chance(&rng, 50);
    }
    return (struct predict_rows){ features, ROWS, COLUMNS, labels, NULL };
}

TEST(predict_learns)
{
    struct predict_rows rows = sample(arena, 1), other = sample(arena, 2);
    struct predict_settings settings = predict_settings_default();
    struct str blob, again;
    expect_done(predict_train(arena, &rows, &settings, &blob));
    expect_done(predict_train(arena, &rows, &settings, &again));
    expect(str_equal(blob, again));
    struct predict_model *model = predict_load(arena, blob);
    expect(model != NULL);
    expect_int(COLUMNS, predict_columns(model));
    float *scores = ARENA_ARRAY(arena, float, ROWS);
    bool *right = ARENA_ARRAY(arena, bool, ROWS);
    size_t good = 0;
    for (size_t i = 0; i < ROWS; i++) {
        scores[i] = predict_score(model, other.features + i * COLUMNS);
        right[i] = other.labels[i] > 0.5f;
        good += (scores[i] > 0) == right[i];
    }
    expect(good * 100 > ROWS * 90);
    struct predict_calibration calibration;
    predict_calibrate(arena, scores, right, ROWS / 2, &calibration);
    double *probabilities = ARENA_ARRAY(arena, double, ROWS);
    for (size_t i = ROWS / 2; i < ROWS; i++) probabilities[i] = predict_probability(&calibration, scores[i]);
    expect(predict_ece_ppm(probabilities + ROWS / 2, right + ROWS / 2, ROWS / 2) < 40000);
    for (size_t i = 1; i < calibration.count; i++) {
        expect(calibration.steps[i].score >= calibration.steps[i - 1].score);
        expect(calibration.steps[i].probability >= calibration.steps[i - 1].probability);
    }
    expect(predict_probability(&calibration, -100) > 0 && predict_probability(&calibration, 100) < 1);
}

TEST(predict_blends)
{
    struct predict_settings settings = predict_settings_default();
    struct str blobs[2];
    settings.trees = 20;
    for (uint64_t i = 0; i < 2; i++) {
        struct predict_rows rows = sample(arena, i + 1);
        expect_done(predict_train(arena, &rows, &settings, &blobs[i]));
    }
    struct predict_model *a = predict_load(arena, blobs[0]), *b = predict_load(arena, blobs[1]),
                         *both = predict_load(arena, predict_blend(arena, blobs, 2));
    expect(a && b && both);
    struct predict_rows other = sample(arena, 3);
    for (size_t i = 0; i < 200; i++) {
        const float *f = other.features + i * COLUMNS;
        float mean = (predict_score(a, f) + predict_score(b, f)) / 2, got = predict_score(both, f);
        expect(got - mean < 0.001f && mean - got < 0.001f);
    }
}

TEST(predict_bytes_are_checked)
{
    struct predict_rows rows = sample(arena, 1);
    struct predict_settings settings = predict_settings_default();
    struct str blob;
    settings.trees = 10;
    expect_done(predict_train(arena, &rows, &settings, &blob));
    expect(!predict_load(arena, (struct str){ 0 }));
    expect(!predict_load(arena, STR("FPT1")));
    for (size_t cut = 1; cut < 40; cut++) expect(!predict_load(arena, str_part(blob, 0, blob.length - cut)));
    struct rng rng = rng_new(3);
    float zeros[1000] = { 0 };
    for (int i = 0; i < 2000; i++) {
        char *bytes = arena_alloc(arena, blob.length);
        memcpy(bytes, blob.at, blob.length);
        for (int k = 0; k < 3; k++) bytes[rng_between(&rng, 0, (int64_t)blob.length - 1)] = (char)rng_between(&rng, 0, 255);
        struct predict_model *model = predict_load(arena, (struct str){ bytes, blob.length });
        if (model) predict_score(model, zeros); /* ends, and reads nothing that is not there */
    }
}

TEST(predict_no_rows)
{
    struct predict_rows none = { .columns = 3 };
    struct predict_settings settings = predict_settings_default();
    struct str blob;
    expect_refused(&predict_failed, predict_train(arena, &none, &settings, &blob));
    struct predict_calibration empty;
    predict_calibrate(arena, NULL, NULL, 0, &empty);
    expect(predict_probability(&empty, 0) > 0.49 && predict_probability(&empty, 0) < 0.51);
}
