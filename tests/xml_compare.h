/* What the quick reader says of some bytes beside what libxml2 says of them: an event log each. Used by a unit test and by a fuzz target. */
#pragma once
#include "codec/xml_quick.h"
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

struct xml_log { struct text said, text; size_t depth; bool refused; };

static inline void xml_log_text(struct xml_log *log)
{
    if (log->text.length) {
        text_addz(&log->said, "|");
        text_add(&log->said, text_str(&log->text));
        text_addz(&log->said, "|\n");
    }
    log->text.length = 0;
}

static inline int xml_log_order(const void *a, const void *b)
{
    const struct xml_attribute *p = a, *q = b;
    int order = str_compare(p->name, q->name);
    return order ? order : str_compare(p->uri, q->uri);
}

static inline void xml_log_start(void *context, const struct xml_element *element)
{
    struct xml_log *log = context;
    struct xml_attribute sorted[QUICK_ATTRIBUTES];
    xml_log_text(log);
    text_addf(&log->said, "<%.*s {%.*s} %.*s", STR_ARG(element->name), STR_ARG(element->uri), STR_ARG(element->prefix));
    ensure(element->attribute_count <= QUICK_ATTRIBUTES);
    if (element->attribute_count) memcpy(sorted, element->attributes, element->attribute_count * sizeof *sorted);
    qsort(sorted, element->attribute_count, sizeof *sorted, xml_log_order);
    for (size_t i = 0; i < element->attribute_count; i++) {
        text_addf(&log->said, " %.*s {%.*s}=", STR_ARG(sorted[i].name), STR_ARG(sorted[i].uri));
        text_add(&log->said, sorted[i].value);
    }
    text_addz(&log->said, "\n");
    log->depth++;
}

static inline void xml_log_end(void *context, struct str name)
{
    struct xml_log *log = context;
    xml_log_text(log);
    text_addf(&log->said, ">%.*s\n", STR_ARG(name));
    log->depth--;
}

static inline void xml_log_piece(void *context, const char *at, size_t length, bool steady)
{
    struct xml_log *log = context;
    (void)steady;
    if (log->depth) text_add_bytes(&log->text, at, length);
}

/* ---- libxml2 ---- */

static inline void xml_libxml2_start(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                                     int namespaces, const xmlChar **spaces, int count, int defaulted,
                                     const xmlChar **attributes)
{
    struct xml_log *log = context;
    struct xml_attribute its[QUICK_ATTRIBUTES];
    (void)namespaces, (void)spaces, (void)defaulted;
    if (count > QUICK_ATTRIBUTES) {
        log->refused = true;
        count = 0;
    }
    for (int i = 0; i < count; i++, attributes += 5)
        its[i] = (struct xml_attribute){ str_of((const char *)attributes[0]), str_of((const char *)attributes[2]),
                                         { (const char *)attributes[3], (size_t)(attributes[4] - attributes[3]) } };
    struct xml_element element = { str_of((const char *)local), str_of((const char *)uri), str_of((const char *)prefix),
                                   its, (size_t)count };
    xml_log_start(log, &element);
}
static inline void xml_libxml2_end(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    (void)prefix, (void)uri;
    xml_log_end(context, str_of((const char *)local));
}
static inline void xml_libxml2_text(void *context, const xmlChar *at, int length)
{
    xml_log_piece(context, (const char *)at, (size_t)length, false);
}
static inline void xml_libxml2_doctype(void *context, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    (void)name, (void)id, (void)system;
    ((struct xml_log *)context)->refused = true;
}
static inline void xml_libxml2_error(void *context, xmlErrorPtr error)
{
    if (error->level >= XML_ERR_ERROR) ((struct xml_log *)context)->refused = true;
}

static inline struct xml_log xml_libxml2_log(struct arena *arena, struct str bytes)
{
    struct xml_log log = { .said = text_new(arena), .text = text_new(arena) };
    xmlParserCtxtPtr parser = xmlCreateMemoryParserCtxt(bytes.at, (int)bytes.length);
    if (!parser) return log.refused = true, log;
    *parser->sax = (xmlSAXHandler){ .initialized = XML_SAX2_MAGIC,
                                    .startElementNs = xml_libxml2_start,
                                    .endElementNs = xml_libxml2_end,
                                    .characters = xml_libxml2_text,
                                    .ignorableWhitespace = xml_libxml2_text,
                                    .cdataBlock = xml_libxml2_text,
                                    .internalSubset = xml_libxml2_doctype };
    parser->sax->serror = (xmlStructuredErrorFunc)xml_libxml2_error;
    parser->userData = &log;
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOENT);
    xmlParseDocument(parser);
    if (!parser->wellFormed || !parser->nsWellFormed) log.refused = true;
    if (parser->myDoc) xmlFreeDoc(parser->myDoc);
    xmlFreeParserCtxt(parser);
    return log;
}

/* ---- The quick reader, `step` more bytes at a time: each time in memory of just that size, so that a sanitizer sees a step too far ---- */

static inline struct xml_log xml_quick_log(struct arena *arena, struct str bytes, size_t step)
{
    static const struct quick_events events = { xml_log_start, xml_log_end, xml_log_piece };
    struct xml_log log = { .said = text_new(arena), .text = text_new(arena) };
    struct quick_names names = { .dictionary = xmlDictCreate() };
    size_t skip, taken = 0;
    int line;
    if (!xml_quick_fits(bytes, &skip, &line)) log.refused = true;
    struct xml_quick *q = ARENA_NEW(arena, struct xml_quick);
    xml_quick_begin(q, &names, &events, &log, line);
    enum quick_answer answer = QUICK_MORE;
    for (size_t from = skip, to = skip; answer == QUICK_MORE && !log.refused;) {
        to = to + step < bytes.length ? to + step : bytes.length;
        char *window = malloc(to - from + !(to - from));
        ensure(window);
        memcpy(window, bytes.at + from, to - from);
        answer = xml_quick_run(q, (struct str){ window, to - from }, to == bytes.length, &taken);
        ensure(taken <= to - from && (answer != QUICK_MORE || to < bytes.length));
        free(window);
        from += taken;
    }
    if (answer != QUICK_DONE) log.refused = true;
    ensure(log.refused || !q->why);
    xml_quick_end(q);
    xmlDictFree(names.dictionary);
    quick_names_free(&names);
    return log;
}

/* The quick reader may refuse more than libxml2 does (libxml2 is asked then), never less; and it says the same. True: it read these bytes. */
static inline bool xml_compare(struct arena *arena, struct str bytes)
{
    struct xml_log quick = xml_quick_log(arena, bytes, bytes.length + 1);
    struct xml_log pieces = xml_quick_log(arena, bytes, bytes.length < 4096 ? 1 + bytes.length % 7 : bytes.length / 3);
    ensure(quick.refused == pieces.refused);
    ensure(quick.refused || str_equal(text_str(&quick.said), text_str(&pieces.said)));
    if (quick.refused) return false;
    struct xml_log theirs = xml_libxml2_log(arena, bytes);
    ensure(!theirs.refused && str_equal(text_str(&quick.said), text_str(&theirs.said)));
    return true;
}
