/* The fast pass: a grammar compiled to one table (set, name) → rule. The names are put into a dictionary beforehand, which hands
 * out one pointer per name, so that looking up an element is a multiplication and, mostly, one comparison. The quick reader (xml_quick.h)
 * reads what is UTF-8, libxml2 the rest: which of the two is decided by the first bytes. */
#include "codec/xml_quick.h"
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

enum { SLOT_BITS = 11, SLOTS = 1 << SLOT_BITS, RULES_MAX = SLOTS / 2, DEPTH_MAX = 128, BROKEN_OFF = -1, WINDOW = 1 << 17 };
struct slot { const xmlChar *name; int32_t set, rule; }; /* rule: its number + 1; 0: no more */
struct xml_scan {
    struct arena *arena;
    struct xml_limits limits;
    const struct xml_rule *rules;
    const struct xml_scan_handler *handler;
    void *context;
    xmlDictPtr dictionary;
    xmlParserCtxtPtr parser; /* NULL: the quick reader reads */
    struct xml_quick quick;
    struct xml_crowd crowd;
    struct slot slots[SLOTS];
    const struct xml_rule *open[DEPTH_MAX + 1]; /* NULL: passed over */
    size_t depth, elements, bytes;
    bool taking; /* the innermost open element wants its text */
    bool stopped, broken_off;
    char *text;
    size_t text_length, text_room;
    const char *piece; /* text that need not be gathered: it stands in one piece in the window */
    size_t piece_length;
    struct fault *fault;
    const struct xml_element *element; /* that opens */
    char *window; /* bytes read and not yet taken */
    size_t window_length, window_room;
    ptrdiff_t (*read)(void *context, char *at, size_t room);
    void *read_context;
};

int xml_scan_line(const struct xml_scan *s)
{
    if (!s->parser) return s->quick.line;
    return s->parser->input ? s->parser->input->line : 0;
}

struct str xml_scan_uri(const struct xml_scan *s) { return s->element->uri; }

struct str xml_scan_attribute(const struct xml_scan *s, const char *name)
{
    for (size_t i = 0; i < s->element->attribute_count; i++)
        if (str_is(s->element->attributes[i].name, name)) return s->element->attributes[i].value;
    return (struct str){ 0 };
}

void xml_scan_stop(struct xml_scan *s, struct fault *fault)
{
    if (!s->fault) s->fault = fault;
    s->stopped = s->quick.stopped = true;
    if (s->parser) xmlStopParser(s->parser);
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

static void text_more(struct xml_scan *s, size_t more)
{
    s->text_room = s->text_room * 2 + more + 4096;
    s->text = realloc(s->text, s->text_room);
    ensure(s->text);
}

static void gather(struct xml_scan *s, const char *at, size_t more)
{
    if (s->text_length + more > s->limits.text_bytes)
        return refuse_limit(s, "bytes of text in one element", s->limits.text_bytes);
    if (s->text_length + more > s->text_room) text_more(s, more);
    memcpy(s->text + s->text_length, at, more);
    s->text_length += more;
}

static void settle_piece(struct xml_scan *s)
{
    size_t length = s->piece_length;
    s->piece_length = 0;
    if (length) gather(s, s->piece, length);
}

/* The rule of the element that begins. */
static const struct xml_rule *begin(struct xml_scan *s, const char *local)
{
    if (s->depth == s->limits.depth) return refuse_limit(s, "nested elements", s->limits.depth), NULL;
    if (s->elements++ == s->limits.elements) return refuse_limit(s, "elements", s->limits.elements), NULL;
    const struct xml_rule *above = s->open[s->depth], *rule = NULL;
    if (above && above->inside) rule = rule_of(s, (const xmlChar *)local, above->inside);
    s->open[++s->depth] = rule;
    s->taking = rule && (rule->wants & XML_TEXT);
    s->text_length = s->piece_length = 0;
    return rule;
}

static void start(void *context, const struct xml_element *element)
{
    struct xml_scan *s = context;
    const struct xml_rule *rule = begin(s, element->name.at);
    if (!rule || !(rule->wants & XML_OPEN)) return;
    s->element = element;
    s->handler->open(s->context, s, rule->id);
}

static void end(void *context, struct str name)
{
    struct xml_scan *s = context;
    (void)name;
    const struct xml_rule *rule = s->open[s->depth--];
    if (!rule) return;
    if (s->taking) {
        bool whole = !s->text_length;
        if (!whole || s->piece_length > s->limits.text_bytes) settle_piece(s);
        if (s->stopped) return;
        s->handler->text(s->context, s, rule->id,
                         whole && s->piece_length ? (struct str){ s->piece, s->piece_length }
                                                  : (struct str){ s->text, s->text_length });
    }
    s->taking = false;
    s->piece_length = 0;
    if (rule->wants & XML_CLOSE && !s->stopped) s->handler->close(s->context, s, rule->id);
}

static void text(void *context, const char *at, size_t length, bool steady)
{
    struct xml_scan *s = context;
    if (!s->taking || s->stopped) return;
    if (steady && !s->text_length && !s->piece_length) {
        s->piece = at;
        s->piece_length = length;
        return;
    }
    settle_piece(s);
    if (!s->stopped) gather(s, at, length);
}

/* ---- libxml2's events ---- */

static struct str borrowed(const xmlChar *z) { return str_of((const char *)z); }

static void on_start(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
                     const xmlChar **namespaces, int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct xml_scan *s = context;
    (void)prefix, (void)namespace_count, (void)namespaces, (void)defaulted;
    if (s->stopped) return;
    if (attribute_count > QUICK_ATTRIBUTES) return refuse_limit(s, "attributes in one element", QUICK_ATTRIBUTES);
    const struct xml_rule *rule = begin(s, (const char *)local);
    if (!rule || !(rule->wants & XML_OPEN)) return;
    for (int i = 0; i < attribute_count; i++, attributes += 5)
        s->quick.attributes[i] =
            (struct xml_attribute){ borrowed(attributes[0]),
                                    borrowed(attributes[2]),
                                    { (const char *)attributes[3], (size_t)(attributes[4] - attributes[3]) } };
    struct xml_element element = { .uri = borrowed(uri),
                                   .attributes = s->quick.attributes,
                                   .attribute_count = (size_t)attribute_count };
    s->element = &element;
    s->handler->open(s->context, s, rule->id);
}

static void on_end(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_scan *s = context;
    (void)local, (void)prefix, (void)uri;
    if (!s->stopped) end(s, (struct str){ 0 });
}

static void on_text(void *context, const xmlChar *at, int length)
{
    text(context, (const char *)at, (size_t)length, false);
}

static struct fault *forbidden(struct xml_scan *s)
{
    return FAULT(s->arena, &xml_forbidden, NULL, PARAM("line", str_from_int(s->arena, xml_scan_line(s))));
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    struct xml_scan *s = context;
    (void)name, (void)id, (void)system;
    xml_scan_stop(s, forbidden(s));
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

/* More bytes from the source; 0: the end, or broken off, or too many. */
static size_t read_more(struct xml_scan *s, char *at, size_t room)
{
    if (s->stopped) return 0;
    ptrdiff_t got = s->read(s->read_context, at, room);
    if (got == BROKEN_OFF) s->broken_off = true;
    if (got <= 0) return 0;
    s->bytes += (size_t)got;
    if (s->bytes <= s->limits.bytes) return (size_t)got;
    struct str limit = str_format(s->arena, "%zu bytes", s->limits.bytes); /* libxml2 is inside its buffer: it must not be stopped here */
    s->fault = FAULT(s->arena, &input_too_large, NULL, PARAM("limit", limit));
    s->stopped = true;
    return 0;
}

/* libxml2 gets what the window holds before anything new. */
static int on_read(void *context, char *at, int room)
{
    struct xml_scan *s = context;
    size_t length = s->window_length < (size_t)room ? s->window_length : (size_t)room;
    if (length) {
        memcpy(at, s->window, length);
        memmove(s->window, s->window + length, s->window_length - length);
        s->window_length -= length;
    } else {
        length = read_more(s, at, (size_t)room);
    }
    if (!xml_crowded(&s->crowd, (struct str){ at, length })) return (int)length;
    if (!s->fault) s->fault = FAULT(s->arena, &input_too_large, NULL, PARAM("limit", STR("10,000 attributes")));
    s->stopped = s->quick.stopped = true;
    return 0;
}

static void grammar_compile(struct xml_scan *s, const struct xml_grammar *g)
{
    ensure(g->count < RULES_MAX);
    for (size_t n = 0; n < g->count; n++) {
        const xmlChar *name = xmlDictLookup(s->dictionary, (const xmlChar *)g->rules[n].name, -1);
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

/* Fills the window as far as the source gives; false: it has come to its end. */
static bool fill(struct xml_scan *s)
{
    if (s->window_length == s->window_room) {
        s->window_room *= 2;
        s->window = realloc(s->window, s->window_room);
        ensure(s->window);
    }
    while (s->window_length < s->window_room) {
        size_t got = read_more(s, s->window + s->window_length, s->window_room - s->window_length);
        if (!got) return false;
        s->window_length += got;
    }
    return true;
}

static struct fault *read_by_libxml2(struct xml_scan *s, const struct xml_grammar *grammar)
{
    s->parser = xmlCreateIOParserCtxt(NULL, NULL, on_read, NULL, s, XML_CHAR_ENCODING_NONE);
    ensure(s->parser);
    s->dictionary = s->parser->dict;
    parser_prepare(s);
    grammar_compile(s, grammar);
    xmlParseDocument(s->parser);
    struct fault *fault = scan_end(s, s->parser->wellFormed);
    if (s->parser->myDoc) xmlFreeDoc(s->parser->myDoc);
    xmlFreeParserCtxt(s->parser);
    return fault;
}

static struct fault *read_quickly(struct xml_scan *s, const struct xml_grammar *grammar, size_t skip, int line, bool more)
{
    static const struct quick_events events = { start, end, text };
    struct quick_names names = { .dictionary = s->dictionary = xmlDictCreate() };
    ensure(names.dictionary);
    grammar_compile(s, grammar);
    xml_quick_begin(&s->quick, &names, &events, s, line);
    enum quick_answer answer;
    for (size_t taken = 0;;) {
        struct str bytes = { s->window + skip, s->window_length - skip };
        answer = xml_quick_run(&s->quick, bytes, !more, &taken);
        if (answer != QUICK_MORE || s->stopped) break;
        settle_piece(s);
        taken += skip;
        skip = 0;
        s->window_length -= taken;
        memmove(s->window, s->window + taken, s->window_length);
        if (!s->stopped) more = fill(s);
        if (s->stopped) break;
    }
    struct fault *fault = s->fault;
    if (answer == QUICK_ODD && !s->stopped && !s->broken_off)
        fault = s->quick.doctype ? forbidden(s) : malformed(s, s->quick.line, str_of(s->quick.why));
    else if (!fault) fault = scan_end(s, answer == QUICK_DONE);
    xml_quick_end(&s->quick);
    quick_names_free(&names);
    xmlDictFree(s->dictionary);
    return fault;
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
    s->window = malloc(s->window_room = WINDOW);
    ensure(s->window);
    text_more(s, 0);
    bool more = fill(s);
    size_t skip;
    int line;
    bool quick = !s->stopped && xml_quick_fits((struct str){ s->window, s->window_length }, &skip, &line);
    struct fault *fault = quick ? read_quickly(s, grammar, skip, line, more) : read_by_libxml2(s, grammar);
    free(s->window);
    free(s->text);
    return fault;
}
