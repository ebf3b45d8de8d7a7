/* Is the document built as its XML Schema asks? The tables are data/einvoice/structure_*.txt (facts: parent, child, order, how often, type).
 * One walk over the tree, parents before children; a place that the schema does not know is told once and not looked into. */
#include "einvoice/rules.h"
#include "einvoice_structure.h"

enum { PROBLEMS_KEPT = 100 };
struct walk {
    struct arena *arena;
    struct rule_run run; /* for its reading of white space */
    const struct einvoice_tree *tree;
    struct einvoice_report *report;
    uint16_t *types; /* of each node; 0: not known, not looked into */
    bool cii;
};

/* ---- Saying it ---- */

static void say(struct walk *w, const char *key, uint32_t n, struct str missing, struct str values)
{
    struct arena *arena = w->arena;
    if (w->report->structure_count++ >= PROBLEMS_KEPT) return;
    struct str path = tree_path(arena, w->tree, n), name = missing.at ? missing : tree_label(arena, w->tree, n);
    if (missing.at) path = str_format(arena, "%.*s/%.*s", STR_ARG(path), STR_ARG(missing));
    struct param params[] = { PARAM("path", path), PARAM("name", name), PARAM("values", values) };
    const char *english = key, *dutch = key;
    rule_sentence(key, &english, &dutch);
    *LIST_ADD(arena, &w->report->structure) = (struct einvoice_problem){
        .rule = w->cii ? "CII-STRUCTURE" : "UBL-STRUCTURE",
        .severity = EINVOICE_FATAL,
        .path = path,
        .line = tree_node(w->tree, n)->line,
        .values = values,
        .english = text_fill(arena, str_of(english), params, ARRAY_LENGTH(params)),
        .dutch = text_fill(arena, str_of(dutch), params, ARRAY_LENGTH(params)),
    };
}

static void say_value(struct walk *w, const char *key, uint32_t n, struct str value)
{
    say(w, key, n, (struct str){ 0 }, str_utf8_clip(rule_ns(&w->run, value), 60));
}

/* ---- Data types (XML Schema part 2) ---- */

static bool digit(char c) { return c >= '0' && c <= '9'; }

static bool is_decimal(struct str s)
{
    size_t i = s.length && (s.at[0] == '+' || s.at[0] == '-'), digits = 0, points = 0;
    for (; i < s.length; i++)
        if (digit(s.at[i])) digits++;
        else if (s.at[i] == '.') points++;
        else return false;
    return digits && points < 2;
}

/* Exactly so many digits; takes them off the front. */
static bool take(struct str *s, size_t digits, int *value)
{
    *value = 0;
    if (s->length < digits) return false;
    for (size_t i = 0; i < digits; i++) {
        if (!digit(s->at[i])) return false;
        *value = *value * 10 + (s->at[i] - '0');
    }
    *s = str_part(*s, digits, s->length);
    return true;
}

static bool take_mark(struct str *s, char mark)
{
    if (!s->length || s->at[0] != mark) return false;
    *s = str_part(*s, 1, s->length);
    return true;
}

static bool is_zone(struct str s)
{
    int hours, minutes;
    if (!s.length || str_is(s, "Z")) return true;
    if (!take_mark(&s, '+') && !take_mark(&s, '-')) return false;
    if (!take(&s, 2, &hours) || !take_mark(&s, ':') || !take(&s, 2, &minutes)) return false;
    return !s.length && minutes < 60 && hours * 60 + minutes <= 14 * 60;
}

static bool take_date(struct str *s)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year = 0, month, day;
    (void)take_mark(s, '-');
    size_t digits = 0;
    for (; digits < s->length && digit(s->at[digits]); digits++) year = (year * 10 + (s->at[digits] - '0')) % 400000;
    if (digits < 4 || (digits > 4 && s->at[0] == '0') || !year) return false;
    *s = str_part(*s, digits, s->length);
    if (!take_mark(s, '-') || !take(s, 2, &month) || !take_mark(s, '-') || !take(s, 2, &day)) return false;
    if (month < 1 || month > 12 || day < 1) return false;
    bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

static bool take_time(struct str *s)
{
    int hours, minutes, seconds;
    if (!take(s, 2, &hours) || !take_mark(s, ':') || !take(s, 2, &minutes) || !take_mark(s, ':') ||
        !take(s, 2, &seconds))
        return false;
    if (take_mark(s, '.')) {
        size_t more = 0;
        while (more < s->length && digit(s->at[more])) more++;
        if (!more) return false;
        *s = str_part(*s, more, s->length);
    }
    return (hours < 24 && minutes < 60 && seconds < 60) || (hours == 24 && !minutes && !seconds);
}

/* Letters of base64, sixteen looked at together, for attachments are long. */
enum { BLOCK = 16 };
typedef uint8_t block __attribute__((vector_size(BLOCK)));
static inline block letters(const char *at)
{
    block b;
    memcpy(&b, at, BLOCK);
    return (block)((b | 0x20) - 'a' < 26) | (block)(b - '0' < 10) | (block)(b == '+') | (block)(b == '/');
}

static inline bool all(block right)
{
    uint64_t halves[2];
    memcpy(halves, &right, BLOCK);
    return (halves[0] & halves[1]) == UINT64_MAX;
}

/* How many of the first characters are letters, as far as whole blocks tell. */
static size_t letters_run(const char *at, size_t length)
{
    size_t run = 0;
    for (; length - run >= 4 * BLOCK; run += 4 * BLOCK) {
        const char *p = at + run;
        if (!all(letters(p) & letters(p + BLOCK) & letters(p + 2 * BLOCK) & letters(p + 3 * BLOCK))) break;
    }
    while (length - run >= BLOCK && all(letters(at + run))) run += BLOCK;
    return run;
}

static bool is_base64(struct str s)
{
    static const char fits_two[] = "AQgw", fits_three[] = "AEIMQUYcgkosw048"; /* the bits behind the last byte are nought */
    size_t count = 0, pads = 0;
    char last = 0;
    for (size_t i = 0; i < s.length; i++) {
        size_t run = pads ? 0 : letters_run(s.at + i, s.length - i);
        if (run) {
            i += run - 1;
            count += run;
            last = s.at[i];
            continue;
        }
        for (size_t to = s.length - i < BLOCK ? s.length : i + BLOCK; i < to; i++) {
            char c = s.at[i];
            bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || digit(c) || c == '+' || c == '/';
            if (letter && pads) return false;
            if (letter) last = c, count++;
            else if (c == '=') pads++;
            else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return false;
        }
        i--;
    }
    if ((count + pads) % 4 || pads > 2) return false;
    return !pads || strchr(pads == 2 ? fits_two : fits_three, last);
}

static bool is_language(struct str s)
{
    size_t run = 0;
    bool first = true;
    for (size_t i = 0; i < s.length; i++) {
        char c = s.at[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (c == '-' && run) run = 0, first = false;
        else if ((letter || (!first && digit(c))) && run < 8) run++;
        else return false;
    }
    return run > 0;
}

static bool value_fits(uint16_t kind, struct str text)
{
    struct str s = str_trim(text);
    switch ((enum structure_kind)kind) {
    case STRUCTURE_decimal: return is_decimal(s);
    case STRUCTURE_boolean: return str_is(s, "true") || str_is(s, "false") || str_is(s, "1") || str_is(s, "0");
    case STRUCTURE_date: return take_date(&s) && is_zone(s);
    case STRUCTURE_time: return take_time(&s) && is_zone(s);
    case STRUCTURE_dateTime: return take_date(&s) && take_mark(&s, 'T') && take_time(&s) && is_zone(s);
    case STRUCTURE_base64Binary: return is_base64(s);
    case STRUCTURE_sequence:
    case STRUCTURE_choice:
    case STRUCTURE_any:
    case STRUCTURE_text: return true;
    }
    return true;
}

/* ---- Walking ---- */

static bool part_is(const struct structure_part *part, const struct einvoice_node *node)
{
    return part->name == node->name && part->space == node->space;
}

static void say_missing(struct walk *w, uint32_t n, const struct structure_part *part)
{
    if (!tree_child(w->tree, n, part->name))
        say(w, "STRUCTURE/missing", n, tree_name_label(w->arena, part->name, w->cii), (struct str){ 0 });
}

/* An element that does not come next: too often, too late, or not known here at all. */
static const char *why_not(const struct walk *w, const struct structure_type *type, uint32_t n, uint16_t *its)
{
    const struct einvoice_node *node = tree_node(w->tree, n);
    for (uint32_t i = 0; i < type->part_count; i++) {
        const struct structure_part *part = &structure_parts[type->part + i];
        if (!part_is(part, node)) continue;
        *its = part->type;
        uint32_t before = tree_child(w->tree, node->parent, node->name);
        return part->most == 1 && before != n ? "STRUCTURE/twice" : "STRUCTURE/order";
    }
    return node->space == NS_none ? "STRUCTURE/namespace" : "STRUCTURE/unknown";
}

/* From a part that was seen so often up to another: those needed that are not there. Most are not needed, and jumped over. */
static void say_left_out(struct walk *w, uint32_t n, const struct structure_part *part, const struct structure_part *to,
                         uint32_t seen)
{
    if (seen < part->least) say_missing(w, n, part);
    for (part++; part < to && (part += part->to_needed) < to; part++) say_missing(w, n, part);
}

static void walk_sequence(struct walk *w, uint32_t n, const struct structure_type *type)
{
    const struct structure_part *part = structure_parts + type->part, *end = part + type->part_count;
    uint32_t seen = 0;
    for (uint32_t child = tree_node(w->tree, n)->first; child; child = tree_node(w->tree, child)->next) {
        const struct einvoice_node *node = tree_node(w->tree, child);
        const struct structure_part *at = part;
        if (at < end && part_is(at, node) && seen == at->most && at->most != 255) at = end;
        while (at < end && !part_is(at, node)) at++;
        if (at == end) {
            say_value(w, why_not(w, type, child, &w->types[child]), child, node->text);
            continue;
        }
        if (part < at) {
            say_left_out(w, n, part, at, seen);
            part = at;
            seen = 0;
        }
        seen++;
        w->types[child] = at->type;
    }
    if (part < end) say_left_out(w, n, part, end, seen);
}

static void walk_choice(struct walk *w, uint32_t n, const struct structure_type *type)
{
    uint32_t seen = 0;
    for (uint32_t child = tree_node(w->tree, n)->first; child; child = tree_node(w->tree, child)->next) {
        uint16_t its = 0;
        const char *why = why_not(w, type, child, &its);
        w->types[child] = its;
        if (!its) say_value(w, why, child, tree_node(w->tree, child)->text);
        else if (seen++) say_value(w, "STRUCTURE/twice", child, tree_node(w->tree, child)->text);
    }
    if (!seen && type->part_count) say_missing(w, n, &structure_parts[type->part]);
}

static void walk_attributes(struct walk *w, uint32_t n, const struct structure_type *type)
{
    const struct einvoice_node *node = tree_node(w->tree, n);
    uint32_t needed = 0;
    for (uint32_t k = 0; k < type->attribute_count; k++) needed += structure_attributes[type->attribute + k].needed;
    if (!needed && !node->attribute_count) return;
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const struct einvoice_attribute *a = &w->tree->attributes.at[node->attributes + i];
        if (a->name == A_none) continue;
        const struct structure_attribute *known = NULL;
        for (uint32_t k = 0; k < type->attribute_count && !known; k++)
            if (structure_attributes[type->attribute + k].name == a->name) known = &structure_attributes[type->attribute + k];
        struct str label = str_of(tree_attribute_label(a->name));
        if (known && known->needed) needed--;
        if (!known) say_value(w, "STRUCTURE/attribute", n, label);
        else if (known->language && !is_language(str_trim(a->value))) say_value(w, "STRUCTURE/value", n, a->value);
        else if (known->fixed && !str_is(rule_ns(&w->run, a->value), known->fixed)) say_value(w, "STRUCTURE/value", n, a->value);
    }
    for (uint32_t k = 0; needed && k < type->attribute_count; k++) {
        const struct structure_attribute *a = &structure_attributes[type->attribute + k];
        if (a->needed && !tree_attribute(w->tree, n, a->name).at)
            say(w, "STRUCTURE/missing", n, str_format(w->arena, "@%s", tree_attribute_label(a->name)), (struct str){ 0 });
    }
}

static void walk_node(struct walk *w, uint32_t n, const struct structure_type *type)
{
    const struct einvoice_node *node = tree_node(w->tree, n);
    if (type->kind == STRUCTURE_any) {
        if (!node->first) say(w, "STRUCTURE/empty", n, (struct str){ 0 }, (struct str){ 0 });
        else if (tree_node(w->tree, node->first)->next)
            say_value(w, "STRUCTURE/unknown", tree_node(w->tree, node->first)->next, STR(""));
        return;
    }
    if (node->attribute_count || type->attribute_count) walk_attributes(w, n, type);
    if (type->kind == STRUCTURE_sequence) walk_sequence(w, n, type);
    else if (type->kind == STRUCTURE_choice) walk_choice(w, n, type);
    else if (node->first) say_value(w, "STRUCTURE/unknown", node->first, STR(""));
    else if (!value_fits(type->kind, node->text)) say_value(w, "STRUCTURE/value", n, node->text);
    if (type->kind <= STRUCTURE_choice && !node->first && str_trim(node->text).length)
        say_value(w, "STRUCTURE/text", n, node->text);
}

void structure_judge(struct arena *arena, const struct einvoice_tree *tree, bool cii, struct einvoice_report *out)
{
    struct walk walk = { .arena = arena,
                         .run = { .arena = arena, .tree = tree },
                         .tree = tree,
                         .report = out,
                         .types = ARENA_ARRAY(arena, uint16_t, tree->nodes.count),
                         .cii = cii };
    for (size_t i = 0; i < ARRAY_LENGTH(structure_roots); i++)
        if (structure_roots[i].name == tree_node(tree, 1)->name) walk.types[1] = structure_roots[i].type;
    for (uint32_t n = 1; n < tree->nodes.count; n++)
        if (walk.types[n]) walk_node(&walk, n, &structure_types[walk.types[n]]);
    for (size_t i = 0; i < tree->strange.count; i++) {
        const struct einvoice_strange *s = &tree->strange.at[i];
        uint16_t type = walk.types[s->node];
        if (type && structure_types[type].kind != STRUCTURE_any)
            say_value(&walk, s->attribute.at ? "STRUCTURE/attribute" : "STRUCTURE/text", s->node, s->attribute);
    }
}
