/* The elements of one document in an array, in document order, with names as small numbers (einvoice_names.h).
 * What readers and rules walk; private to this room. Index 0 is "none", 1 the root. */
#pragma once
#include "base/base.h"
#include "base/fault.h"
#include "einvoice_names.h"

struct einvoice_node {
    uint16_t name;  /* enum einvoice_element; E_none: no name of ours (its label is its attribute A_none) */
    uint16_t space; /* enum einvoice_namespace */
    uint16_t attribute_count, depth;
    uint32_t attributes; /* the first of them */
    uint32_t parent, first, next; /* family; `next` sibling */
    uint32_t same;       /* the next element of this name in the document */
    int32_t line;
    struct str text;     /* of an element without children, as written; else empty */
};
struct einvoice_attribute { uint16_t name; struct str value; };
/* What has no place in the tree but is wrong by the schema: an attribute of no name of ours, or text beside elements (attribute absent). */
struct einvoice_strange { uint32_t node; struct str attribute; };
struct einvoice_tree {
    struct arena *arena;
    LIST_OF(struct einvoice_node) nodes;
    LIST_OF(struct einvoice_attribute) attributes;
    LIST_OF(struct einvoice_strange) strange; /* at most STRANGE_KEPT */
    uint32_t first[ELEMENT_COUNT];  /* first element of a name */
    uint32_t attribute_counts[ATTRIBUTE_COUNT];
    struct str root_label, root_uri;
    uint32_t **places; /* *places: of each element among its siblings of that name, 0 when it is alone; counted when first asked for */
};

/* Refuses what xml_read refuses. */
CHECKED struct fault *tree_read(struct arena *arena, struct str bytes, struct einvoice_tree **out);

static inline const struct einvoice_node *tree_node(const struct einvoice_tree *tree, uint32_t at)
{
    return &tree->nodes.at[at];
}
/* First child of that name, and the next sibling with the same name; 0: none. */
static inline uint32_t tree_child(const struct einvoice_tree *tree, uint32_t at, uint16_t name)
{
    for (at = tree->nodes.at[at].first; at && tree->nodes.at[at].name != name;) at = tree->nodes.at[at].next;
    return at;
}
static inline uint32_t tree_again(const struct einvoice_tree *tree, uint32_t at)
{
    uint16_t name = tree->nodes.at[at].name;
    do at = tree->nodes.at[at].next;
    while (at && tree->nodes.at[at].name != name);
    return at;
}
static inline struct str tree_attribute(const struct einvoice_tree *tree, uint32_t at, uint16_t name)
{
    const struct einvoice_node *n = &tree->nodes.at[at];
    for (uint32_t i = 0; i < n->attribute_count; i++)
        if (tree->attributes.at[n->attributes + i].name == name) return tree->attributes.at[n->attributes + i].value;
    return (struct str){ 0 };
}
/* "cbc:ID", "schemeID" */
struct str tree_label(struct arena *arena, const struct einvoice_tree *tree, uint32_t at);
struct str tree_name_label(struct arena *arena, uint16_t name, bool cii);
const char *tree_attribute_label(uint16_t name);
struct str tree_path(struct arena *arena, const struct einvoice_tree *tree, uint32_t at);
