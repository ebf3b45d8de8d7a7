/* What the generated rules stand on: walking the tree, XPath's idea of text and numbers, and the functions that a rule may
 * call by name (data/rules/README.md). Private to this room. */
#pragma once
#include "einvoice/check.h"
#include "einvoice/tree.h"
#include "einvoice_codes.h"

/* A decimal of the rules: units × 10^-scale with far more room than money needs, so that products and sums are exact. */
enum number_state { NUMBER, NO_NUMBER /* nothing there */, BAD_NUMBER /* there, but no number; or too large */ };
struct rule_number { int128 units; int32_t scale; enum number_state state; };
enum rule_comparison { IS, IS_NOT, LESS, AT_MOST, MORE, AT_LEAST };

struct rule_run {
    struct arena *arena;
    const struct einvoice_tree *tree;
    uint16_t root; /* name of the root element */
    uint8_t *memos; /* of tests that say the same wherever they stand: 0 unknown, 1 no, 2 yes */
};

struct rule {
    const char *id;
    enum einvoice_severity severity;
    bool (*test)(struct rule_run *r, uint32_t n); /* true: it holds */
    uint32_t show; /* into the list of paths whose values a problem shows */
    enum { RULE_TEST, RULE_NEVER, RULE_ONCE } kind; /* never: a path not to be used at all; once: something that may stand there once */
};
struct rule_context { bool (*here)(struct rule_run *r, uint32_t n); uint32_t first, count; };
/* In one pattern a node is judged by the first context that fits. starts[name] → list of contexts + 1, ending in 0;
 * names: those with any context, ending in 0xffff, or NULL when all have. */
struct rule_pattern { const uint16_t *starts, *lists, *names; };
struct rule_profile {
    const char *name;
    bool cii;
    const struct rule_pattern *patterns;
    const uint16_t *edge_names, *edge_states, *edge_from, *fire, *fire_from; /* paths never to be used, as states */
};

bool rule_has_sentence(const char *id);
/* The sentence of a key of data/rules/…tsv; false: there is none. */
bool rule_sentence(const char *key, const char **english, const char **dutch);
/* structure.c: adds to the report what the XML Schema of the syntax would refuse. */
void structure_judge(struct arena *arena, const struct einvoice_tree *tree, bool cii, struct einvoice_report *out);
extern const struct rule_tables {
    const struct rule *rules;
    size_t rule_count;
    const int16_t *shows;
    const struct rule_context *contexts;
    const struct rule_profile *profiles;
    size_t profile_count, memos;
} rule_tables;

/* ---- Walking ---- */

static inline uint32_t rule_child(const struct rule_run *r, uint32_t n, uint16_t name)
{
    return tree_child(r->tree, n, name);
}
static inline uint32_t rule_again(const struct rule_run *r, uint32_t n) { return tree_again(r->tree, n); }
static inline uint32_t rule_same(const struct rule_run *r, uint32_t n) { return tree_node(r->tree, n)->same; }
static inline uint32_t rule_first(const struct rule_run *r, uint32_t n) { return tree_node(r->tree, n)->first; }
static inline uint32_t rule_next(const struct rule_run *r, uint32_t n) { return tree_node(r->tree, n)->next; }
static inline uint32_t rule_parent(const struct rule_run *r, uint32_t n)
{
    return n ? tree_node(r->tree, n)->parent : 0;
}
static inline bool rule_is(const struct rule_run *r, uint32_t n, uint16_t name)
{
    return n && tree_node(r->tree, n)->name == name;
}
static inline uint32_t rule_root(const struct rule_run *r, bool fits)
{
    return fits && r->tree->nodes.count > 1 ? 1 : 0;
}
uint32_t rule_ancestor(const struct rule_run *r, uint32_t n, uint16_t name);
static inline struct str rule_text_of(const struct rule_run *r, uint32_t n) { return tree_node(r->tree, n)->text; }
static inline struct str rule_attribute(const struct rule_run *r, uint32_t n, uint16_t name)
{
    return tree_attribute(r->tree, n, name);
}
bool rule_memo(struct rule_run *r, size_t slot, bool (*test)(struct rule_run *r, uint32_t n));

/* ---- Text ---- */

struct str rule_ns(struct rule_run *r, struct str s);    /* white space trimmed, inside once */
struct str rule_upper(struct rule_run *r, struct str s); /* ASCII */
struct str rule_lower(struct rule_run *r, struct str s);
struct str rule_part(struct str s, size_t from, size_t length); /* characters, from 1 */
struct str rule_after(struct str s, struct str mark);
struct str rule_before(struct str s, struct str mark);
bool rule_filled(struct str s); /* something but white space */
bool rule_contains(struct str s, struct str part);
bool rule_starts(struct str s, struct str part);
bool rule_ends(struct str s, struct str part);
bool rule_yes(struct str s); /* "true" or "1" */
bool rule_no(struct str s);  /* "false" or "0" */
bool rule_code(const struct code_list *list, struct str s);
/* Counts how many different texts there are. */
struct rule_set { LIST_OF(struct str) seen; size_t count; };
void rule_set_add(struct rule_run *r, struct rule_set *set, struct str s);

/* ---- Numbers ---- */

struct rule_number rule_number(struct str s);
struct rule_number rule_date(struct str s); /* 2025-01-31 as a number that orders */
static inline struct rule_number rule_whole(int64_t units, int32_t scale)
{
    return (struct rule_number){ units, scale, NUMBER };
}
struct rule_number rule_add(struct rule_number a, struct rule_number b);
struct rule_number rule_subtract(struct rule_number a, struct rule_number b);
struct rule_number rule_multiply(struct rule_number a, struct rule_number b);
struct rule_number rule_divide(struct rule_number a, struct rule_number b); /* exact for powers of ten, else to 12 digits */
struct rule_number rule_abs(struct rule_number a);
struct rule_number rule_round(struct rule_number a);  /* halves upwards, as XPath does */
struct rule_number rule_round2(struct rule_number a); /* to 2 digits, likewise */
struct rule_number rule_length(struct str s);         /* characters */
struct rule_number rule_places(struct str s);         /* characters behind the point */
bool rule_compare(struct rule_number a, enum rule_comparison how, struct rule_number b); /* false when either is none */

/* ---- Called by name ---- */

bool rule_total_with_vat(struct rule_run *r, uint32_t n);
bool rule_vat_amount(struct rule_run *r, uint32_t n, struct str rate, struct str base, struct str amount, struct str how);
bool rule_category_base(struct rule_run *r, uint32_t n, struct str category, struct str how);
bool rule_country_prefix(struct rule_run *r, uint32_t n, struct str prefix);
bool rule_day_102(struct rule_run *r, uint32_t n, struct str day);
bool rule_price_amount(struct rule_run *r, uint32_t n);

/* rules_peppol.c */
bool rule_shape(struct rule_run *r, uint32_t n, struct str s, struct str shape);
bool rule_numeric(struct rule_run *r, uint32_t n, struct str s);
bool rule_gln(struct rule_run *r, uint32_t n, struct str s);
bool rule_mod11(struct rule_run *r, uint32_t n, struct str s);
bool rule_mod97_0208(struct rule_run *r, uint32_t n, struct str s);
bool rule_luhn_10(struct rule_run *r, uint32_t n, struct str s);
bool rule_swedish(struct rule_run *r, uint32_t n, struct str s);
bool rule_abn(struct rule_run *r, uint32_t n, struct str s);
bool rule_abn_loose(struct rule_run *r, uint32_t n, struct str s);
bool rule_danish(struct rule_run *r, uint32_t n, struct str s, struct str scheme);
bool rule_codice_ipa(struct rule_run *r, uint32_t n, struct str s);
bool rule_codice_fiscale(struct rule_run *r, uint32_t n, struct str s);
bool rule_partita_iva(struct rule_run *r, uint32_t n, struct str s);
bool rule_capitals_digits(struct rule_run *r, uint32_t n, struct str s);
bool rule_supplier_of(struct rule_run *r, uint32_t n, struct str code); /* by VAT number, representative or address */
bool rule_seller_of(struct rule_run *r, uint32_t n, struct str code);   /* the same without a representative */
bool rule_customer_of(struct rule_run *r, uint32_t n, struct str code);
bool rule_norwegian_vat(struct rule_run *r, uint32_t n, struct str s);
bool rule_swedish_f_tax(struct rule_run *r, uint32_t n, struct str s);
bool rule_greek_tin(struct rule_run *r, uint32_t n, struct str s);
bool rule_greek_number(struct rule_run *r, uint32_t n, struct str s, struct str which);
bool rule_cii_supplier_of(struct rule_run *r, uint32_t n, struct str code);
bool rule_peppol_process(struct rule_run *r, uint32_t n, struct str s);
bool rule_not_before(struct rule_run *r, uint32_t n, struct str a, struct str b);
bool rule_line_amount(struct rule_run *r, uint32_t n);
bool rule_line_amount_de(struct rule_run *r, uint32_t n);
bool rule_skonto(struct rule_run *r, uint32_t n, struct str note);
bool rule_filenames_differ(struct rule_run *r, uint32_t n);
bool rule_sub_lines(struct rule_run *r, uint32_t n);
bool rule_three_digits(struct rule_run *r, uint32_t n, struct str s);
bool rule_email(struct rule_run *r, uint32_t n, struct str s);
bool rule_url(struct rule_run *r, uint32_t n, struct str s);
bool rule_iban(struct rule_run *r, uint32_t n, struct str s);
