/* Inside of the learned models: the tree in memory, and writing its bytes. */
#pragma once
#include "predict/predict.h"

enum { PREDICT_LEAF = 0xffff };
struct predict_node { float value; uint16_t feature; uint32_t yes, no; };
struct predict_model { size_t columns, tree_count; uint32_t *trees; struct predict_node *nodes; };
void predict_add_u32(struct text *out, uint32_t value);
void predict_add_f32(struct text *out, double value);
