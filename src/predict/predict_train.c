/* Learning by XGBoost; its trees are read back from its JSON dump. */
#include "predict/predict_private.h"
#include <jansson.h>
#include <math.h>
#include <xgboost/c_api.h>

const struct fault_type predict_failed = { FAULT_BROKEN, "predict.failed", "The model could not be trained: {why}." };

struct predict_settings predict_settings_default(void)
{
    return (struct predict_settings){
        .trees = 80, .depth = 5, .rate = 0.15, .least_weight = 2, .sample = 0.9, .columns_sample = 0.7, .lambda = 1.5
    };
}

struct flat { uint32_t feature, yes, no; double value; };
struct flats { LIST_OF(struct flat) list; struct arena *arena; };

static bool flatten(struct flats *f, const json_t *node, uint32_t *index)
{
    const json_t *leaf = json_object_get(node, "leaf");
    *index = (uint32_t)f->list.count;
    struct flat *own = LIST_ADD(f->arena, &f->list);
    *own = (struct flat){ .feature = PREDICT_LEAF };
    if (leaf) { own->value = json_number_value(leaf); return true; }
    const char *split = json_string_value(json_object_get(node, "split"));
    const json_t *children = json_object_get(node, "children");
    json_int_t yes = json_integer_value(json_object_get(node, "yes"));
    if (!split || split[0] != 'f' || json_array_size(children) != 2) return false;
    uint32_t at = *index, first, second;
    f->list.at[at].feature = (uint32_t)strtoul(split + 1, NULL, 10);
    f->list.at[at].value = json_number_value(json_object_get(node, "split_condition"));
    const json_t *a = json_array_get(children, 0), *b = json_array_get(children, 1);
    if (json_integer_value(json_object_get(a, "nodeid")) != yes) { const json_t *t = a; a = b; b = t; }
    if (!flatten(f, a, &first) || !flatten(f, b, &second)) return false;
    f->list.at[at].yes = first;
    f->list.at[at].no = second;
    return true;
}

static bool trees_to_bytes(struct arena *arena, BoosterHandle booster, size_t columns, struct str *blob)
{
    bst_ulong count = 0;
    const char **dump = NULL;
    if (XGBoosterDumpModelEx(booster, "", 0, "json", &count, &dump) != 0 || !count) return false;
    struct flats f = { .arena = arena };
    uint32_t *roots = ARENA_ARRAY(arena, uint32_t, count);
    for (bst_ulong i = 0; i < count; i++) {
        json_t *tree = json_loads(dump[i], 0, NULL);
        bool good = tree && flatten(&f, tree, &roots[i]);
        json_decref(tree);
        if (!good) return false;
    }
    struct text out = text_new(arena);
    text_add_bytes(&out, "FPT1", 4);
    predict_add_u32(&out, (uint32_t)columns);
    predict_add_u32(&out, (uint32_t)count);
    predict_add_u32(&out, (uint32_t)f.list.count);
    for (bst_ulong i = 0; i < count; i++) predict_add_u32(&out, roots[i]);
    for (size_t i = 0; i < f.list.count; i++) {
        predict_add_u32(&out, f.list.at[i].feature);
        predict_add_f32(&out, f.list.at[i].value);
        predict_add_u32(&out, f.list.at[i].yes);
        predict_add_u32(&out, f.list.at[i].no);
    }
    *blob = text_str(&out);
    return true;
}

static bool set(BoosterHandle booster, const char *name, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    return XGBoosterSetParam(booster, name, text) == 0;
}

static bool learn(BoosterHandle booster, DMatrixHandle data, const struct predict_settings *s)
{
    bool good = XGBoosterSetParam(booster, "objective", "binary:logistic") == 0 &&
                XGBoosterSetParam(booster, "tree_method", "hist") == 0 &&
                XGBoosterSetParam(booster, "nthread", "1") == 0 && XGBoosterSetParam(booster, "verbosity", "0") == 0 &&
                XGBoosterSetParam(booster, "seed", "20260101") == 0 &&
                XGBoosterSetParam(booster, "base_score", "0.5") == 0 && set(booster, "max_depth", s->depth) &&
                set(booster, "eta", s->rate) && set(booster, "min_child_weight", s->least_weight) &&
                set(booster, "subsample", s->sample) && set(booster, "colsample_bytree", s->columns_sample) &&
                set(booster, "lambda", s->lambda) && set(booster, "max_bin", 64);
    for (int i = 0; good && i < s->trees; i++) good = XGBoosterUpdateOneIter(booster, i, data) == 0;
    return good;
}

struct fault *predict_train(struct arena *arena, const struct predict_rows *rows,
                            const struct predict_settings *settings, struct str *blob)
{
    DMatrixHandle data = NULL;
    BoosterHandle booster = NULL;
    ensure(rows->columns && rows->columns <= 1000 && settings->trees > 0 && settings->trees <= 2000 &&
           settings->depth > 0 && settings->depth <= 12);
    if (!rows->rows) return FAULT(arena, &predict_failed, NULL, PARAM("why", STR("no rows")));
    bool good = XGDMatrixCreateFromMat(rows->features, rows->rows, rows->columns, NAN, &data) == 0 &&
                XGDMatrixSetFloatInfo(data, "label", rows->labels, rows->rows) == 0 &&
                (!rows->weights || XGDMatrixSetFloatInfo(data, "weight", rows->weights, rows->rows) == 0) &&
                XGBoosterCreate(&data, 1, &booster) == 0 && learn(booster, data, settings) &&
                trees_to_bytes(arena, booster, rows->columns, blob);
    struct fault *fault = good ? NULL
                               : FAULT(arena, &predict_failed, NULL,
                                       PARAM("why", str_keep(arena, str_part(str_of(XGBGetLastError()), 0, 200))));
    if (booster) good &= XGBoosterFree(booster) == 0;
    if (data) good &= XGDMatrixFree(data) == 0;
    return fault;
}
