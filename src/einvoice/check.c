#include "einvoice/florin.h"
#include "einvoice_texts.h"

struct set { unsigned bit; const char *profile, *title, *cii_title; }; /* cii_title: where the release for CII is another */
static const struct set sets_known[] = {
    { EINVOICE_EN16931, "en16931", "EN 16931 1.3.16" },
    { EINVOICE_NLCIUS, "nlcius", "NLCIUS 2.0.3.12", "NLCIUS-CII 1.0.3.12" },
    { EINVOICE_GACCOUNT, "gaccount", "G-account 1.0.2.12" },
    { EINVOICE_PEPPOL, "peppol", "Peppol BIS Billing 2026.5", "Peppol BIS Billing 3.0.19 (CII)" },
    { EINVOICE_SELF_BILLING, "selfbilling", "Peppol BIS Self-Billing 2026.5" },
    { EINVOICE_XRECHNUNG, "xrechnung", "XRechnung 3.0.2" },
    { EINVOICE_FLORIN, "", "Florin" },
};

struct judging {
    struct rule_run run;
    const struct einvoice *invoice;
    struct einvoice_report *report;
    unsigned sets; /* asked for */
};

/* ---- What a problem says ---- */

/* Follows one shown path from n: the node it reaches, or the last one on the way with what is missing behind it. */
struct reached { uint32_t node; bool whole; struct str missing, attribute; };

static struct reached follow(struct judging *j, uint32_t n, const int16_t *path)
{
    struct reached out = { n, true, { 0 }, { 0 } };
    const struct einvoice_tree *tree = j->run.tree;
    struct arena *arena = j->run.arena;
    bool cii = j->invoice->syntax == EINVOICE_CII;
    struct text missing = text_new(arena);
    bool anywhere = *path == -2, root = *path == -3;
    if (anywhere || root) path++;
    for (; *path; path++) {
        uint32_t next = 0;
        if (*path >= 10000) {
            out.attribute = str_of(tree_attribute_label((uint16_t)(*path - 10000)));
            if (out.whole) out.whole = tree_attribute(tree, out.node, (uint16_t)(*path - 10000)).at != NULL;
            break;
        }
        if (out.whole && *path == -1) next = tree_node(tree, out.node)->parent;
        else if (out.whole && anywhere) next = tree->first[*path];
        else if (out.whole && root) next = tree_node(tree, 1)->name == *path ? 1 : 0;
        else if (out.whole) next = tree_child(tree, out.node, (uint16_t)*path);
        anywhere = root = false;
        if (next) {
            out.node = next;
        } else {
            out.whole = false;
            if (*path > 0) text_addz(&missing, "/"), text_add(&missing, tree_name_label(arena, (uint16_t)*path, cii));
        }
    }
    out.missing = text_str(&missing);
    return out;
}

static struct str values_of(struct judging *j, uint32_t n, const int16_t *show)
{
    struct text text = text_new(j->run.arena);
    const struct einvoice_tree *tree = j->run.tree;
    for (; *show; show++) {
        struct reached at = follow(j, n, show);
        const int16_t *last = show;
        while (last[1]) last++;
        show = last + 1;
        if (text.length) text_addz(&text, "; ");
        struct str label =
            at.missing.length ? str_part(at.missing, 1, at.missing.length) : tree_label(j->run.arena, tree, at.node);
        text_add(&text, label);
        if (at.attribute.at) text_addz(&text, "/@");
        text_add(&text, at.attribute);
        if (!at.whole) {
            text_addz(&text, " —");
            continue;
        }
        struct str value =
            at.attribute.at ? tree_attribute(tree, at.node, (uint16_t)(*last - 10000)) : tree_node(tree, at.node)->text;
        text_addz(&text, " = ");
        text_add(&text, str_utf8_clip(rule_ns(&j->run, value), 60));
    }
    return text_str(&text);
}

static const struct rule_text *text_of(const char *key)
{
    size_t from = 0, to = rule_text_count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = strcmp(rule_texts[middle].id, key);
        if (!order) return &rule_texts[middle];
        if (order < 0) from = middle + 1;
        else to = middle;
    }
    return NULL;
}

/* The sentence of a rule: its own, or that of its family (BR-NL-27-*). */
static const struct rule_text *sentence_of(const char *id)
{
    char key[64];
    snprintf(key, sizeof key, "%s", id);
    for (;;) {
        const struct rule_text *text = text_of(key);
        char *star = strstr(key, "-*"), *dash;
        if (text) return text;
        if (star) *star = 0;
        dash = strrchr(key, '-');
        if (!dash || (size_t)(dash - key) + 3 > sizeof key) return NULL;
        memcpy(dash, "-*", 3);
    }
}

bool rule_sentence(const char *key, const char **english, const char **dutch)
{
    const struct rule_text *text = text_of(key);
    if (!text) return false;
    *english = text->english;
    *dutch = text->dutch;
    return true;
}

static bool is_structure(const char *id)
{
    static const char *const families[] = { "UBL-CR-", "UBL-SR-", "UBL-DT-", "CII-SR-", "CII-DT-" };
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++)
        if (!strncmp(id, families[i], strlen(families[i]))) return true;
    return false;
}

bool rule_has_sentence(const char *id) { return is_structure(id) || sentence_of(id); }

/* Of the many rules about structure: not used here, too often, or missing. */
static const struct rule_text *sentence_for(const struct rule *rule, bool there)
{
    const struct rule_text *own = sentence_of(rule->id);
    if (own || !is_structure(rule->id)) return own;
    if (!there) return text_of("STRUCTURE/missing");
    return text_of(rule->kind == RULE_ONCE ? "STRUCTURE/twice" : "STRUCTURE/never");
}

/* Rules of one set that another set takes away: the G-account's, XRechnung's extension's and CVD's. */
static bool waived(const struct judging *j, const char *id)
{
    static const struct { unsigned set; const char *specification, *rule; } list[] = {
        { EINVOICE_GACCOUNT, "", "UBL-CR-411" }, { EINVOICE_GACCOUNT, "", "UBL-CR-453" },
        { EINVOICE_GACCOUNT, "", "UBL-CR-459" }, { EINVOICE_XRECHNUNG, "kosit:extension:", "BR-CO-16" },
        { EINVOICE_XRECHNUNG, "kosit:extension:", "BR-CL-10" }, { EINVOICE_XRECHNUNG, "kosit:extension:", "BR-CL-11" },
        { EINVOICE_XRECHNUNG, "kosit:extension:", "BR-CL-21" }, { EINVOICE_XRECHNUNG, "kosit:extension:", "BR-CL-24" },
        { EINVOICE_XRECHNUNG, "kosit:extension:", "BR-CL-25" }, { EINVOICE_XRECHNUNG, "kosit:extension:", "BR-CL-26" },
        { EINVOICE_XRECHNUNG, "kosit:xrechnung:cvd", "BR-CL-13" },
    };
    if (!(j->sets & (EINVOICE_GACCOUNT | EINVOICE_XRECHNUNG))) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(list); i++)
        if ((j->sets & list[i].set) && !strcmp(id, list[i].rule) &&
            (!*list[i].specification || str_find(j->invoice->specification, list[i].specification) >= 0))
            return true;
    return false;
}

/* Where to mend: the first shown path that is there, else the first that should be. */
static struct reached place_of(struct judging *j, uint32_t n, const int16_t *show)
{
    struct reached first = follow(j, n, show);
    for (; *show; show++) {
        struct reached at = follow(j, n, show);
        if (at.whole) return at;
        while (*show) show++;
    }
    return first;
}

/* "… ({values}): …" of a problem that has none to show is "…: …". */
static struct str fill(struct arena *arena, const char *sentence, const struct param *params, size_t count, bool values)
{
    static const char shown[] = " ({values})";
    const char *at = values ? NULL : strstr(sentence, shown);
    if (!at) return text_fill(arena, str_of(sentence), params, count);
    struct str without = str_format(arena, "%.*s%s", (int)(at - sentence), sentence, at + sizeof shown - 1);
    return text_fill(arena, without, params, count);
}

static void add_problem(struct judging *j, const struct rule *rule, uint32_t n)
{
    if (waived(j, rule->id)) return;
    struct arena *arena = j->run.arena;
    const int16_t *show = rule_tables.shows + rule->show;
    struct reached first =
        *show && rule->kind != RULE_NEVER ? place_of(j, n, show) : (struct reached){ .node = n, .whole = true };
    struct einvoice_problem *p = LIST_ADD(arena, &j->report->problems);
    *p = (struct einvoice_problem){ .rule = rule->id, .severity = rule->severity };
    struct text path = text_new(arena);
    text_add(&path, tree_path(arena, j->run.tree, first.node));
    text_add(&path, first.missing);
    if (first.attribute.at) text_addz(&path, "/@");
    text_add(&path, first.attribute);
    p->path = text_str(&path);
    p->line = tree_node(j->run.tree, first.node)->line;
    if (rule->kind != RULE_NEVER) p->values = values_of(j, n, show);
    const struct rule_text *text = sentence_for(rule, first.whole);
    struct str name = str_part(p->path, 0, p->path.length);
    for (ptrdiff_t at; (at = str_find(name, "/")) >= 0;) name = str_part(name, (size_t)at + 1, name.length);
    struct param params[] = { PARAM("path", p->path), PARAM("name", name), PARAM("values", p->values) };
    bool values = p->values.length;
    p->english = text ? fill(arena, text->english, params, ARRAY_LENGTH(params), values) : str_of(rule->id);
    p->dutch = text ? fill(arena, text->dutch, params, ARRAY_LENGTH(params), values) : str_of(rule->id);
    if (rule->severity == EINVOICE_FATAL) j->report->fatal++;
    else if (rule->severity == EINVOICE_WARNING) j->report->warnings++;
}

static void say_own(void *context, const char *rule, uint32_t n, const char *term, struct str value)
{
    struct judging *j = context;
    struct arena *arena = j->run.arena;
    const struct rule_text *text = sentence_of(rule);
    if (!n || n >= j->run.tree->nodes.count) n = 1;
    struct param params[] = { PARAM("value", str_utf8_clip(value, 60)), PARAM("term", str_of(term)) };
    *LIST_ADD(arena, &j->report->problems) = (struct einvoice_problem){
        .rule = rule,
        .severity = EINVOICE_WARNING,
        .path = tree_path(arena, j->run.tree, n),
        .line = tree_node(j->run.tree, n)->line,
        .values = str_format(arena, "%s = %.*s", term, STR_ARG(params[0].text)),
        .english = text ? text_fill(arena, str_of(text->english), params, 2) : str_of(rule),
        .dutch = text ? text_fill(arena, str_of(text->dutch), params, 2) : str_of(rule),
    };
    j->report->warnings++;
}

/* ---- Judging ---- */

static uint32_t step(const struct rule_profile *profile, uint32_t state, uint16_t name)
{
    uint32_t from = profile->edge_from[state], to = profile->edge_from[state + 1];
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        if (profile->edge_names[middle] == name) return profile->edge_states[middle];
        if (profile->edge_names[middle] < name) from = middle + 1;
        else to = middle;
    }
    return 0;
}

/* Paths never to be used: each rule speaks once, at the first place. */
static void judge_paths(struct judging *j, const struct rule_profile *profile)
{
    const struct einvoice_tree *tree = j->run.tree;
    uint32_t *states = ARENA_ARRAY(j->run.arena, uint32_t, tree->nodes.count);
    uint8_t *spoken = ARENA_ARRAY(j->run.arena, uint8_t, rule_tables.rule_count);
    for (uint32_t n = 1; n < tree->nodes.count; n++) {
        const struct einvoice_node *node = tree_node(tree, n);
        uint32_t above = states[node->parent];
        if (node->parent && !above) continue;
        uint32_t state = states[n] = step(profile, above, node->name);
        if (!state) continue;
        for (uint32_t i = profile->fire_from[state]; i < profile->fire_from[state + 1]; i++)
            if (!spoken[profile->fire[i]]++) add_problem(j, &rule_tables.rules[profile->fire[i]], n);
    }
}

static void judge_node(struct judging *j, const struct rule_pattern *pattern, uint32_t n)
{
    for (const uint16_t *each = pattern->lists + pattern->starts[tree_node(j->run.tree, n)->name]; *each; each++) {
        const struct rule_context *context = &rule_tables.contexts[*each - 1];
        if (!context->here(&j->run, n)) continue;
        for (uint32_t i = context->first; i < context->first + context->count; i++)
            if (!rule_tables.rules[i].test(&j->run, n)) add_problem(j, &rule_tables.rules[i], n);
        return;
    }
}

static void judge_pattern(struct judging *j, const struct rule_pattern *pattern)
{
    const struct einvoice_tree *tree = j->run.tree;
    if (!pattern->names)
        for (uint32_t n = 1; n < tree->nodes.count; n++) judge_node(j, pattern, n);
    else
        for (const uint16_t *name = pattern->names; *name != 0xffff; name++)
            for (uint32_t n = tree->first[*name]; n; n = tree_node(tree, n)->same) judge_node(j, pattern, n);
}

static int by_line(const void *a, const void *b)
{
    const struct einvoice_problem *p = a, *q = b;
    if (p->line != q->line) return p->line < q->line ? -1 : 1;
    int order = strcmp(p->rule, q->rule);
    return order ? order : str_compare(p->path, q->path);
}

unsigned einvoice_sets_of(const struct einvoice *invoice)
{
    static const struct { const char *part; unsigned sets; } known[] = {
        { "urn:fdc:nen.nl:nlcius:v1.0", EINVOICE_NLCIUS },
        { "urn:fdc:nen.nl:gaccount:v1.0", EINVOICE_GACCOUNT },
        { "urn:fdc:peppol.eu:2017:poacc:billing:3.0", EINVOICE_PEPPOL },
        { "urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0", EINVOICE_SELF_BILLING },
        { "urn:xeinkauf.de:kosit:xrechnung_3.", EINVOICE_XRECHNUNG },
        { "urn:xeinkauf.de:kosit:extension:xrechnung_3.", EINVOICE_XRECHNUNG },
    };
    unsigned sets = EINVOICE_EN16931 | EINVOICE_FLORIN;
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
        if (str_find(invoice->specification, known[i].part) >= 0) sets |= known[i].sets;
    return sets;
}

struct str einvoice_sets_text(struct arena *arena, unsigned sets)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < ARRAY_LENGTH(sets_known); i++) {
        if (!(sets & sets_known[i].bit)) continue;
        if (text.length) text_addz(&text, " + ");
        text_addz(&text, (sets & EINVOICE_ON_CII) && sets_known[i].cii_title ? sets_known[i].cii_title : sets_known[i].title);
    }
    return text_str(&text);
}

/* A set asked for by name brings what the invoice names of it: the G-account's extension, self-billing in the place of billing. */
static unsigned sets_meant(const struct einvoice *invoice, unsigned sets)
{
    unsigned named = einvoice_sets_of(invoice);
    if (sets == EINVOICE_AUTO) return named;
    if (sets & EINVOICE_NLCIUS) sets |= named & EINVOICE_GACCOUNT;
    if ((sets & EINVOICE_PEPPOL) && (named & EINVOICE_SELF_BILLING))
        sets = (sets & ~(unsigned)EINVOICE_PEPPOL) | EINVOICE_SELF_BILLING;
    return sets;
}

void einvoice_judge(struct arena *arena, const struct einvoice *invoice, unsigned sets, struct einvoice_report *out)
{
    einvoice_judge_without(arena, invoice, sets, 0, out);
}

void einvoice_judge_without(struct arena *arena, const struct einvoice *invoice, unsigned sets, uint64_t without,
                            struct einvoice_report *out)
{
    sets = sets_meant(invoice, sets);
    *out = (struct einvoice_report){ .sets = sets };
    struct judging judging = { .run = { .arena = arena,
                                        .tree = invoice->tree,
                                        .memos = ARENA_ARRAY(arena, uint8_t, rule_tables.memos) },
                               .invoice = invoice,
                               .report = out,
                               .sets = sets },
                   *j = &judging;
    bool cii = invoice->syntax == EINVOICE_CII;
    out->sets = (sets & EINVOICE_FLORIN) | (cii ? EINVOICE_ON_CII : 0);
    if (invoice->tree && invoice->syntax != EINVOICE_ZUGFERD_1) {
        j->run.root = tree_node(invoice->tree, 1)->name;
        structure_judge(arena, invoice->tree, cii, out);
        for (size_t s = 0; s < ARRAY_LENGTH(sets_known); s++) {
            if (!(sets & sets_known[s].bit)) continue;
            for (size_t p = 0; p < rule_tables.profile_count; p++) {
                const struct rule_profile *profile = &rule_tables.profiles[p];
                if (profile->cii != cii || strcmp(profile->name, sets_known[s].profile)) continue;
                out->sets |= sets_known[s].bit;
                for (const struct rule_pattern *pattern = profile->patterns; pattern->starts; pattern++)
                    judge_pattern(j, pattern);
                judge_paths(j, profile);
            }
        }
    }
    if (invoice->tree && (sets & EINVOICE_FLORIN)) florin_judge(&j->run, invoice, without, say_own, j);
    if (out->problems.count) qsort(out->problems.at, out->problems.count, sizeof *out->problems.at, by_line);
    if (out->structure.count) qsort(out->structure.at, out->structure.count, sizeof *out->structure.at, by_line);
    out->valid = !out->fatal;
}

struct fault *einvoice_check(struct arena *arena, struct str bytes, unsigned sets, struct einvoice **invoice,
                             struct einvoice_report *out)
{
    struct einvoice *read;
    TRY(einvoice_read(arena, bytes, &read));
    einvoice_judge(arena, read, sets, out);
    if (invoice) *invoice = read;
    return NULL;
}
