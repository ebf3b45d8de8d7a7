/* The readers' shared part: private to this room. */
#pragma once
#include "einvoice/einvoice.h"
#include "einvoice/tree.h"

void read_ubl(struct einvoice *invoice, const struct einvoice_tree *tree, bool credit_note);
void read_cii(struct einvoice *invoice, const struct einvoice_tree *tree, bool zugferd_1);

/* Text at an element (0: absent), trimmed; white space only is empty. */
struct str read_text(const struct einvoice_tree *tree, uint32_t at);
/* Text of the first child of that name. */
struct str read_child(const struct einvoice_tree *tree, uint32_t at, uint16_t name);
uint32_t read_down(const struct einvoice_tree *tree, uint32_t at, const uint16_t *names); /* a path of first children, ends in 0 */
#define DOWN(tree, at, ...) read_down(tree, at, (const uint16_t[]){ __VA_ARGS__, 0 })
struct einvoice_number read_number(const struct einvoice_tree *tree, uint32_t at);
struct einvoice_amount read_amount(const struct einvoice_tree *tree, uint32_t at);
struct einvoice_quantity read_quantity(const struct einvoice_tree *tree, uint32_t at);
struct einvoice_day read_day(const struct einvoice_tree *tree, uint32_t at); /* 2025-01-31 */
struct einvoice_id read_id(const struct einvoice_tree *tree, uint32_t at);
struct einvoice_flag read_flag(const struct einvoice_tree *tree, uint32_t at);
