/* Trees as bytes and as something to walk.
 * Bytes, little endian: "FPT1" columns:u32 trees:u32 nodes:u32, then per tree its first node:u32, then per node
 * feature:u16 (0xffff: a leaf) pad:u16 value:f32 (threshold, or the leaf's) yes:u32 no:u32. Below the threshold is yes. Children come after their parent. */
#include "predict/predict_private.h"
#include <math.h>

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

struct predict_model *predict_load(struct arena *arena, struct str blob)
{
    if (blob.length < 16 || memcmp(blob.at, "FPT1", 4) != 0) return NULL;
    uint32_t columns = read_u32(blob.at + 4), trees = read_u32(blob.at + 8), nodes = read_u32(blob.at + 12);
    if (!columns || columns > 1000 || !trees || trees > 4000 || nodes < trees || nodes > 4000000) return NULL;
    if (blob.length != 16 + (size_t)trees * 4 + (size_t)nodes * 16) return NULL;
    struct predict_model *m = ARENA_NEW(arena, struct predict_model);
    m->columns = columns;
    m->tree_count = trees;
    m->trees = ARENA_ARRAY(arena, uint32_t, trees);
    m->nodes = ARENA_ARRAY(arena, struct predict_node, nodes);
    const char *at = blob.at + 16;
    for (uint32_t i = 0; i < trees; i++, at += 4)
        if ((m->trees[i] = read_u32(at)) >= nodes) return NULL;
    for (uint32_t i = 0; i < nodes; i++, at += 16) {
        struct predict_node *n = &m->nodes[i];
        n->feature = (uint16_t)(read_u32(at) & 0xffff);
        n->value = read_f32(at + 4);
        n->yes = read_u32(at + 8);
        n->no = read_u32(at + 12);
        if (!isfinite(n->value)) return NULL;
        if (n->feature == PREDICT_LEAF) continue;
        /* children behind their parent: a walk always ends */
        if (n->feature >= columns || n->yes <= i || n->no <= i || n->yes >= nodes || n->no >= nodes) return NULL;
    }
    return m;
}

void predict_add_u32(struct text *out, uint32_t v)
{
    char b[4] = { (char)(v & 0xff), (char)(v >> 8 & 0xff), (char)(v >> 16 & 0xff), (char)(v >> 24) };
    text_add_bytes(out, b, 4);
}

void predict_add_f32(struct text *out, double v)
{
    float f = (float)v;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    predict_add_u32(out, bits);
}

struct str predict_blend(struct arena *arena, const struct str *blobs, size_t count)
{
    uint32_t trees = 0, nodes = 0, first = 0, columns = 0;
    struct text out = text_new(arena);
    for (size_t i = 0; i < count; i++) {
        ensure(blobs[i].length >= 16 && (!columns || columns == read_u32(blobs[i].at + 4)));
        columns = read_u32(blobs[i].at + 4);
        trees += read_u32(blobs[i].at + 8);
        nodes += read_u32(blobs[i].at + 12);
    }
    text_add_bytes(&out, "FPT1", 4);
    predict_add_u32(&out, columns);
    predict_add_u32(&out, trees);
    predict_add_u32(&out, nodes);
    for (size_t i = 0; i < count; first += read_u32(blobs[i++].at + 12))
        for (uint32_t t = 0; t < read_u32(blobs[i].at + 8); t++)
            predict_add_u32(&out, first + read_u32(blobs[i].at + 16 + t * 4));
    first = 0;
    for (size_t i = 0; i < count; first += read_u32(blobs[i++].at + 12)) {
        const char *at = blobs[i].at + 16 + (size_t)read_u32(blobs[i].at + 8) * 4;
        for (uint32_t n = 0; n < read_u32(blobs[i].at + 12); n++, at += 16) {
            bool leaf = read_u32(at) == PREDICT_LEAF;
            predict_add_u32(&out, read_u32(at));
            predict_add_f32(&out, leaf ? (double)read_f32(at + 4) / (double)count : (double)read_f32(at + 4));
            predict_add_u32(&out, leaf ? 0 : first + read_u32(at + 8));
            predict_add_u32(&out, leaf ? 0 : first + read_u32(at + 12));
        }
    }
    return text_str(&out);
}

size_t predict_columns(const struct predict_model *model) { return model->columns; }

float predict_score(const struct predict_model *model, const float *features)
{
    float sum = 0;
    for (size_t i = 0; i < model->tree_count; i++) {
        const struct predict_node *n = &model->nodes[model->trees[i]];
        while (n->feature != PREDICT_LEAF) n = &model->nodes[features[n->feature] < n->value ? n->yes : n->no];
        sum += n->value;
    }
    return sum;
}

double predict_sigmoid(double margin) { return 1 / (1 + exp(-margin)); }
