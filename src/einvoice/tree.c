#define EINVOICE_NAME_TABLES /* the one file that holds the name tables */
#include "einvoice/tree.h"
#include "codec/xml.h"

/* Namespaces, with those of ZUGFeRD 1 under the same numbers: its elements mean the same. */
static const struct { struct str uri; uint16_t space; } namespaces[] = {
    { STR_INIT("urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"), NS_cbc },
    { STR_INIT("urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"), NS_cac },
    { STR_INIT("urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"), NS_ram },
    { STR_INIT("urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"), NS_udt },
    { STR_INIT("urn:un:unece:uncefact:data:standard:QualifiedDataType:100"), NS_qdt },
    { STR_INIT("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"), NS_rsm },
    { STR_INIT("urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"), NS_ext },
    { STR_INIT("urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"), NS_ubl },
    { STR_INIT("urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"), NS_cn },
    { STR_INIT("urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"), NS_ram },
    { STR_INIT("urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15"), NS_udt },
    { STR_INIT("urn:un:unece:uncefact:data:standard:QualifiedDataType:12"), NS_qdt },
    { STR_INIT("urn:ferd:CrossIndustryDocument:invoice:1p0"), NS_rsm },
    { STR_INIT("urn:ferd:invoice:rc:1p0"), NS_rsm },
};

enum { SEEN_SLOTS = 512, DEPTH_MAX = 128, NODES_GUESS = 1024, STRANGE_KEPT = 100 };
struct seen { const char *local, *uri; uint16_t name, space; };
struct building {
    struct einvoice_tree *tree;
    uint32_t open[DEPTH_MAX + 1], last_child[DEPTH_MAX + 1];
    uint32_t last_same[ELEMENT_COUNT];
    struct seen seen[SEEN_SLOTS]; /* by address: the parser holds each name once */
    size_t seen_count;
};

static uint32_t hash_name(struct str s)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < s.length; i++) hash = (hash ^ (uint8_t)s.at[i]) * 16777619u;
    return hash;
}

static uint16_t space_of(struct str uri)
{
    for (size_t i = 0; i < ARRAY_LENGTH(namespaces); i++)
        if (str_equal(namespaces[i].uri, uri)) return namespaces[i].space;
    return NS_none;
}

static uint16_t name_of(struct str local, uint16_t space)
{
    uint32_t mask = ARRAY_LENGTH(element_slots) - 1;
    for (uint32_t at = hash_name(local) & mask; element_slots[at] >= 0; at = (at + 1) & mask) {
        const struct element_row *row = &element_rows[element_slots[at]];
        if (row->space == space && row->length == local.length && !memcmp(row->local, local.at, local.length)) return row->id;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(suffix_names); i++)
        if (str_ends(local, suffix_names[i])) return (uint16_t)(i + 1);
    return E_none;
}

static uint16_t attribute_of(struct str name)
{
    uint32_t mask = ARRAY_LENGTH(attribute_slots) - 1;
    for (uint32_t at = hash_name(name) & mask; attribute_slots[at] >= 0; at = (at + 1) & mask)
        if (str_is(name, attribute_labels[attribute_slots[at]])) return (uint16_t)attribute_slots[at];
    return A_none;
}

static struct seen intern(struct building *b, const struct xml_element *element)
{
    size_t at = (((uintptr_t)element->name.at >> 3) ^ ((uintptr_t)element->uri.at >> 4)) % SEEN_SLOTS;
    for (size_t tries = 0; tries < SEEN_SLOTS && b->seen[at].local; tries++, at = (at + 1) % SEEN_SLOTS)
        if (b->seen[at].local == element->name.at && b->seen[at].uri == element->uri.at) return b->seen[at];
    uint16_t space = space_of(element->uri);
    struct seen found = { element->name.at, element->uri.at, name_of(element->name, space), space };
    if (b->seen_count < SEEN_SLOTS / 2) {
        b->seen[at] = found;
        b->seen_count++;
    }
    return found;
}

static void keep_strange(struct einvoice_tree *tree, size_t node, struct str attribute)
{
    if (tree->strange.count == STRANGE_KEPT) return;
    if (attribute.at) attribute = str_copy(tree->arena, attribute.at, attribute.length);
    *LIST_ADD(tree->arena, &tree->strange) = (struct einvoice_strange){ (uint32_t)node, attribute };
}

static void keep_attributes(struct building *b, struct einvoice_node *node, const struct xml_element *element)
{
    struct einvoice_tree *tree = b->tree;
    node->attributes = (uint32_t)tree->attributes.count;
    if (node->name <= E_any_ID) {
        *LIST_ADD(tree->arena, &tree->attributes) = (struct einvoice_attribute){ A_none, str_keep(tree->arena, element->name) };
        node->attribute_count = 1;
    }
    for (size_t i = 0; i < element->attribute_count; i++) {
        const struct xml_attribute *its = &element->attributes[i];
        uint16_t name = its->uri.at ? A_none : attribute_of(its->name);
        if (name == A_none) {
            if (!str_is(its->uri, "http://www.w3.org/2001/XMLSchema-instance"))
                keep_strange(tree, tree->nodes.count - 1, its->name);
            continue;
        }
        tree->attribute_counts[name]++;
        struct str value = element->attributes[i].value;
        *LIST_ADD(tree->arena, &tree->attributes) =
            (struct einvoice_attribute){ name, str_copy(tree->arena, value.at, value.length) };
        node->attribute_count++;
    }
}

static void on_start(void *context, struct xml_reader *reader, const struct xml_element *element)
{
    struct building *b = context;
    struct einvoice_tree *tree = b->tree;
    size_t depth = xml_depth(reader);
    if (tree->nodes.count >= UINT32_MAX / 2) return xml_stop(reader);
    uint32_t at = (uint32_t)tree->nodes.count;
    struct einvoice_node *node = LIST_ADD(tree->arena, &tree->nodes);
    struct seen seen = intern(b, element);
    *node = (struct einvoice_node){ .name = seen.name, .space = seen.space, .depth = (uint16_t)depth, .line = xml_line(reader) };
    if (depth == 1) {
        tree->root_label = str_keep(tree->arena, element->name);
        tree->root_uri = str_keep(tree->arena, element->uri);
    } else {
        uint32_t parent = b->open[depth - 1];
        node->parent = parent;
        if (b->last_child[depth - 1]) tree->nodes.at[b->last_child[depth - 1]].next = at;
        else tree->nodes.at[parent].first = at;
        b->last_child[depth - 1] = at;
    }
    b->open[depth] = at;
    b->last_child[depth] = 0;
    if (b->last_same[seen.name]) tree->nodes.at[b->last_same[seen.name]].same = at;
    else tree->first[seen.name] = at;
    b->last_same[seen.name] = at;
    if (element->attribute_count || seen.name <= E_any_ID) keep_attributes(b, node, element);
}

static bool is_white(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] > ' ') return false;
    return true;
}

static void on_end(void *context, struct xml_reader *reader, struct str name, struct str text)
{
    struct building *b = context;
    (void)name;
    struct einvoice_node *node = &b->tree->nodes.at[b->open[xml_depth(reader)]];
    if (node->first) {
        if (!is_white(text)) keep_strange(b->tree, b->open[xml_depth(reader)], (struct str){ 0 });
        text.length = 0;
    }
    node->text = text.length ? str_copy(b->tree->arena, text.at, text.length) : STR("");
}

struct fault *tree_read(struct arena *arena, struct str bytes, struct einvoice_tree **out)
{
    static const struct xml_handler handler = { on_start, on_end };
    struct building *b = ARENA_NEW(arena, struct building);
    struct einvoice_tree *tree = b->tree = ARENA_NEW(arena, struct einvoice_tree);
    tree->arena = arena;
    tree->places = ARENA_NEW(arena, uint32_t *);
    size_t guess = bytes.length / 64 < NODES_GUESS ? bytes.length / 64 + 16 : NODES_GUESS; /* an element takes some 64 bytes */
    tree->nodes.at = ARENA_ARRAY(arena, struct einvoice_node, guess);
    tree->attributes.at = ARENA_ARRAY(arena, struct einvoice_attribute, guess / 3);
    tree->nodes.room = guess;
    tree->attributes.room = guess / 3;
    (void)LIST_ADD(arena, &tree->nodes); /* 0: none */
    struct xml_limits limits = xml_limits_default;
    limits.depth = DEPTH_MAX;
    TRY(xml_read(arena, bytes, &limits, &handler, b));
    *out = tree;
    return NULL;
}

/* ---- Names and paths for people ---- */

static const char *const prefixes[NS_COUNT] = { "", "cac:", "cbc:", "ext:", "rsm:", "ram:", "udt:", "qdt:", "", "" };

struct str tree_label(struct arena *arena, const struct einvoice_tree *tree, uint32_t at)
{
    const struct einvoice_node *n = tree_node(tree, at);
    struct text text = text_new(arena);
    text_addz(&text, prefixes[n->space]);
    if (n->name > E_any_ID) text_addz(&text, element_labels[n->name]);
    else text_add(&text, tree_attribute(tree, at, A_none));
    return text_str(&text);
}

struct str tree_name_label(struct arena *arena, uint16_t name, bool cii)
{
    for (uint16_t space = NS_cac; space < NS_COUNT; space++) {
        bool of_cii = space >= NS_rsm && space <= NS_qdt;
        if ((element_namespaces[name] & 1 << space) && of_cii == cii)
            return str_format(arena, "%s%s", prefixes[space], element_labels[name]);
    }
    return str_of(element_labels[name]);
}

const char *tree_attribute_label(uint16_t name) { return attribute_labels[name]; }

/* Once a document, so that ten thousand problems on ten thousand lines do not each count the lines before them. */
static const uint32_t *places_of(const struct einvoice_tree *tree)
{
    if (*tree->places) return *tree->places;
    uint32_t *places = *tree->places = ARENA_ARRAY(tree->arena, uint32_t, tree->nodes.count);
    uint32_t counts[ELEMENT_COUNT] = { 0 };
    for (uint32_t p = 1; p < tree->nodes.count; p++) {
        uint32_t first = tree_node(tree, p)->first;
        for (uint32_t c = first; c; c = tree_node(tree, c)->next) places[c] = ++counts[tree_node(tree, c)->name];
        for (uint32_t c = first; c; c = tree_node(tree, c)->next)
            if (counts[tree_node(tree, c)->name] == 1) places[c] = 0;
        for (uint32_t c = first; c; c = tree_node(tree, c)->next) counts[tree_node(tree, c)->name] = 0;
    }
    return places;
}

static void path_add(struct text *text, const struct einvoice_tree *tree, uint32_t at)
{
    const struct einvoice_node *n = tree_node(tree, at);
    uint32_t place = places_of(tree)[at];
    if (n->parent) path_add(text, tree, n->parent); /* at most DEPTH_MAX deep */
    text_addz(text, "/");
    text_addz(text, prefixes[n->space]);
    if (n->name > E_any_ID) text_addz(text, element_labels[n->name]);
    else text_add(text, tree_attribute(tree, at, A_none));
    if (!place) return;
    text_addz(text, "[");
    text_add_int(text, place);
    text_addz(text, "]");
}

struct str tree_path(struct arena *arena, const struct einvoice_tree *tree, uint32_t at)
{
    struct text text = text_new(arena);
    if (at) path_add(&text, tree, at);
    return text_str(&text);
}
