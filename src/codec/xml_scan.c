/* The fast pass: a grammar compiled to one table (set, name) → rule. The names are put into the parser's dictionary beforehand, which hands
 * out one pointer per name, so that looking up an element is a multiplication and, mostly, one comparison. */
#include "codec/xml.h"
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

enum { SLOT_BITS = 11, SLOTS = 1 << SLOT_BITS, RULES_MAX = SLOTS / 2, DEPTH_MAX = 128, BROKEN_OFF = -1 };
struct slot { const xmlChar *name; int32_t set, rule; }; /* rule: its number + 1; 0: no more */
struct xml_scan {
    struct arena *arena;
    struct xml_limits limits;
    const struct xml_rule *rules;
    const struct xml_scan_handler *handler;
    void *context;
    xmlParserCtxtPtr parser;
    struct slot slots[SLOTS];
    const struct xml_rule *open[DEPTH_MAX + 1]; /* NULL: passed over */
    size_t depth, elements, bytes;
    bool taking; /* the innermost open element wants its text */
    bool stopped, broken_off;
    char *text;
    size_t text_length, text_room;
    struct fault *fault;
    const xmlChar **attributes;
    int attribute_count;
    const xmlChar *uri;
    ptrdiff_t (*read)(void *context, char *at, size_t room);
    void *read_context;
};

int xml_scan_line(const struct xml_scan *s) { return s->parser->input ? s->parser->input->line : 0; }
struct str xml_scan_uri(const struct xml_scan *s) { return str_of((const char *)s->uri); }

struct str xml_scan_attribute(const struct xml_scan *s, const char *name)
{
    for (int i = 0; i < s->attribute_count; i++) {
        const xmlChar **a = s->attributes + 5 * i;
        if (!strcmp((const char *)a[0], name)) return (struct str){ (const char *)a[3], (size_t)(a[4] - a[3]) };
    }
    return (struct str){ 0 };
}

void xml_scan_stop(struct xml_scan *s, struct fault *fault)
{
    if (!s->fault) s->fault = fault;
    s->stopped = true;
    xmlStopParser(s->parser);
}

static void refuse_limit(struct xml_scan *s, const char *what, size_t limit)
{
    struct str text = str_format(s->arena, "%zu %s", limit, what);
    xml_scan_stop(s, FAULT(s->arena, &input_too_large, NULL, PARAM("limit", text)));
}

static size_t slot_of(const xmlChar *name, int set)
{
    return (((uintptr_t)name + (uintptr_t)set * 0x10001) * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - SLOT_BITS);
}

static const struct xml_rule *rule_of(const struct xml_scan *s, const xmlChar *name, int set)
{
    size_t i = slot_of(name, set);
    while (s->slots[i].rule && (s->slots[i].name != name || s->slots[i].set != set)) i = (i + 1) % SLOTS;
    return s->slots[i].rule ? &s->rules[s->slots[i].rule - 1] : NULL;
}

static void on_start(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
                     const xmlChar **namespaces, int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct xml_scan *s = context;
    (void)prefix, (void)namespace_count, (void)namespaces, (void)defaulted;
    if (s->stopped) return;
    if (s->depth == s->limits.depth) return refuse_limit(s, "nested elements", s->limits.depth);
    if (s->elements++ == s->limits.elements) return refuse_limit(s, "elements", s->limits.elements);
    const struct xml_rule *above = s->open[s->depth], *rule = above && above->inside ? rule_of(s, local, above->inside) : NULL;
    s->open[++s->depth] = rule;
    s->taking = rule && (rule->wants & XML_TEXT);
    s->text_length = 0;
    if (!rule || !(rule->wants & XML_OPEN)) return;
    s->attributes = attributes;
    s->attribute_count = attribute_count;
    s->uri = uri;
    s->handler->open(s->context, s, rule->id);
}

static void on_end(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_scan *s = context;
    (void)local, (void)prefix, (void)uri;
    if (s->stopped) return;
    const struct xml_rule *rule = s->open[s->depth--];
    if (!rule) return;
    if (s->taking) s->handler->text(s->context, s, rule->id, (struct str){ s->text, s->text_length });
    s->taking = false;
    if (rule->wants & XML_CLOSE) s->handler->close(s->context, s, rule->id);
}

static void text_more(struct xml_scan *s, size_t more)
{
    s->text_room = s->text_room * 2 + more + 4096;
    s->text = realloc(s->text, s->text_room);
    ensure(s->text);
}

static void on_text(void *context, const xmlChar *at, int length)
{
    struct xml_scan *s = context;
    if (!s->taking || s->stopped) return;
    size_t more = (size_t)length;
    if (s->text_length + more > s->limits.text_bytes)
        return refuse_limit(s, "bytes of text in one element", s->limits.text_bytes);
    if (s->text_length + more > s->text_room) text_more(s, more);
    memcpy(s->text + s->text_length, at, more);
    s->text_length += more;
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    struct xml_scan *s = context;
    (void)name, (void)id, (void)system;
    xml_scan_stop(s, FAULT(s->arena, &xml_forbidden, NULL, PARAM("line", str_from_int(s->arena, xml_scan_line(s)))));
}

static struct fault *malformed(struct xml_scan *s, int line, struct str why)
{
    return FAULT(s->arena, &xml_malformed, NULL, PARAM("line", str_from_int(s->arena, line)), PARAM("why", why));
}

static void on_error(void *context, xmlErrorPtr error)
{
    struct xml_scan *s = context;
    if (s->stopped || error->level < XML_ERR_ERROR || s->fault) return;
    struct str why = str_trim(str_utf8_clip(str_of(error->message), 200));
    xml_scan_stop(s, malformed(s, error->line, str_is_utf8(why) ? why : STR("not well-formed")));
}

static int on_read(void *context, char *at, int room)
{
    struct xml_scan *s = context;
    if (s->stopped) return 0;
    ptrdiff_t got = s->read(s->read_context, at, (size_t)room);
    if (got == BROKEN_OFF) s->broken_off = true;
    if (got <= 0) return 0;
    s->bytes += (size_t)got;
    if (s->bytes <= s->limits.bytes) return (int)got;
    struct str limit = str_format(s->arena, "%zu bytes", s->limits.bytes); /* libxml2 is inside its buffer: it must not be stopped here */
    s->fault = FAULT(s->arena, &input_too_large, NULL, PARAM("limit", limit));
    s->stopped = true;
    return 0;
}

static void grammar_compile(struct xml_scan *s, const struct xml_grammar *g)
{
    ensure(g->count < RULES_MAX);
    for (size_t n = 0; n < g->count; n++) {
        const xmlChar *name = xmlDictLookup(s->parser->dict, (const xmlChar *)g->rules[n].name, -1);
        ensure(name && !rule_of(s, name, g->rules[n].set)); /* a name once in a set */
        size_t i = slot_of(name, g->rules[n].set);
        while (s->slots[i].rule) i = (i + 1) % SLOTS;
        s->slots[i] = (struct slot){ name, g->rules[n].set, (int32_t)n + 1 };
    }
}

static void parser_prepare(struct xml_scan *s)
{
    xmlSAXHandler *sax = s->parser->sax;
    *sax = (xmlSAXHandler){ 0 };
    sax->initialized = XML_SAX2_MAGIC;
    sax->startElementNs = on_start;
    sax->endElementNs = on_end;
    sax->characters = on_text;
    sax->ignorableWhitespace = on_text; /* the same function: libxml2 then does not ask which it is */
    sax->cdataBlock = on_text;
    sax->internalSubset = on_doctype;
    sax->serror = (xmlStructuredErrorFunc)on_error;
    s->parser->userData = s;
    xmlCtxtUseOptions(s->parser, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOENT);
}

static struct fault *scan_end(struct xml_scan *s, bool done)
{
    if (s->fault || s->stopped) return s->fault;
    if (s->broken_off)
        return FAULT(s->arena, &xml_malformed, NULL, PARAM("line", str_from_int(s->arena, xml_scan_line(s))),
                     PARAM("why", STR("the source broke off")));
    if (done && s->elements && !s->depth) return NULL;
    return malformed(s, xml_scan_line(s), STR("the document ends too early"));
}

struct fault *xml_scan_read(struct arena *arena, ptrdiff_t (*read)(void *context, char *at, size_t room), void *read_context,
                            const struct xml_limits *limits, const struct xml_grammar *grammar,
                            const struct xml_scan_handler *handler, void *context)
{
    static const struct xml_rule root = { 0, "", 0, 1, 0 };
    struct xml_scan *s = ARENA_NEW(arena, struct xml_scan);
    ensure(limits->depth <= DEPTH_MAX);
    s->arena = arena;
    s->limits = *limits;
    s->rules = grammar->rules;
    s->handler = handler;
    s->context = context;
    s->read = read;
    s->read_context = read_context;
    s->open[0] = &root;
    text_more(s, 0);
    s->parser = xmlCreateIOParserCtxt(NULL, NULL, on_read, NULL, s, XML_CHAR_ENCODING_NONE);
    ensure(s->parser);
    parser_prepare(s);
    grammar_compile(s, grammar);
    xmlParseDocument(s->parser);
    struct fault *fault = scan_end(s, s->parser->wellFormed);
    if (s->parser->myDoc) xmlFreeDoc(s->parser->myDoc);
    xmlFreeParserCtxt(s->parser);
    free(s->text);
    return fault;
}
