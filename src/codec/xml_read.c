#include "codec/xml_quick.h"
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>
#include <pthread.h>

const struct fault_type xml_malformed = { FAULT_INVALID, "xml.malformed", "The XML is broken at line {line}: {why}" };
static const struct fault_type xml_bytes = {
    FAULT_INVALID, "xml.encoding",
    "Line {line} holds bytes that are no UTF-8: save the file as UTF-8, or name its encoding in its first line."
};
const struct fault_type xml_forbidden = {
    FAULT_INVALID, "xml.forbidden",
    "The XML has a document type or entities of its own at line {line}; send it without."
};
static const struct fault_type xml_schema = { FAULT_INVALID, "xml.schema",
                                              "Line {line} does not fit the schema: {why}" };

const struct xml_limits xml_limits_default = { (size_t)128 << 20, 128, 20000000, (size_t)64 << 20 };

enum { ATTRIBUTES_MAX = QUICK_ATTRIBUTES };
struct frame { size_t text_from; };
struct xml_reader {
    struct arena *arena;
    struct xml_limits limits;
    const struct xml_handler *handler;
    void *context;
    xmlParserCtxtPtr parser;
    char *text; /* character data of all open elements, innermost last; malloc'd: it lives as the parse does */
    size_t text_length, text_room;
    struct frame *frames;
    size_t depth, elements, bytes;
    struct fault *fault;
    bool stopped, ended;
    struct xml_attribute attributes[ATTRIBUTES_MAX];
    struct str uris[2]; /* the last two namespaces: nearly always the next one too */
    struct xml_quick *quick; /* NULL: libxml2 reads */
    struct xml_crowd crowd;
    const char *piece; /* text of the innermost element that need not be gathered: it stands in one piece in the bytes */
    size_t piece_length;
    size_t told, to_pass, text_told; /* events so far; those that libxml2 says again; text gathered at the last of them */
};

int xml_line(const struct xml_reader *r)
{
    if (r->quick) return r->quick->line;
    return r->parser->input ? r->parser->input->line : 0;
}
size_t xml_depth(const struct xml_reader *r) { return r->depth; }

void xml_stop(struct xml_reader *r)
{
    r->stopped = true;
    if (r->quick) r->quick->stopped = true;
    else xmlStopParser(r->parser);
}

void xml_forget_text(struct xml_reader *r)
{
    r->piece_length = 0;
    for (size_t i = 0; i < r->depth; i++) r->frames[i].text_from = 0;
    r->text_length = 0;
}

static void refuse(struct xml_reader *r, struct fault *fault)
{
    if (!r->fault) r->fault = fault;
    xml_stop(r);
}

static void refuse_limit(struct xml_reader *r, const char *what)
{
    refuse(r, FAULT(r->arena, &input_too_large, NULL, PARAM("limit", str_of(what))));
}

static struct str borrowed(const xmlChar *z) { return str_of((const char *)z); }

static struct str uri_of(struct xml_reader *r, const xmlChar *uri)
{
    if ((const char *)uri == r->uris[0].at) return r->uris[0];
    struct str found = (const char *)uri == r->uris[1].at ? r->uris[1] : borrowed(uri);
    r->uris[1] = r->uris[0];
    r->uris[0] = found;
    return found;
}

static void gather(struct xml_reader *r, const char *at, size_t more)
{
    if (r->text_length + more > r->limits.text_bytes) return refuse_limit(r, "64 MB of text");
    if (r->text_length + more >= r->text_room) {
        r->text_room = (r->text_room ? r->text_room * 2 : 4096) + more;
        r->text = realloc(r->text, r->text_room);
        ensure(r->text);
    }
    memcpy(r->text + r->text_length, at, more);
    r->text_length += more;
    r->text[r->text_length] = 0;
}

static void start(void *context, const struct xml_element *element)
{
    struct xml_reader *r = context;
    if (r->stopped) return;
    if (r->depth == r->limits.depth) return refuse_limit(r, "128 nested elements");
    if (r->elements++ == r->limits.elements) return refuse_limit(r, "20 million elements");
    if (r->piece_length) gather(r, r->piece, r->piece_length);
    r->piece_length = 0;
    r->frames[r->depth++].text_from = r->text_length;
    r->handler->start(r->context, r, element);
    r->told++;
    r->text_told = r->text_length;
}

static void end(void *context, struct str name)
{
    struct xml_reader *r = context;
    if (r->stopped) return;
    size_t from = r->frames[r->depth - 1].text_from;
    struct str text = { r->text ? r->text + from : "", r->text_length - from };
    if (r->piece_length > r->limits.text_bytes) return refuse_limit(r, "64 MB of text");
    if (r->piece_length && !text.length) {
        text = (struct str){ r->piece, r->piece_length };
    } else if (r->piece_length) {
        gather(r, r->piece, r->piece_length);
        text = (struct str){ r->text + from, r->text_length - from };
    }
    r->piece_length = 0;
    if (r->stopped) return;
    r->handler->end(r->context, r, name, text);
    r->depth--;
    r->text_length = from;
    r->told++;
    r->text_told = from;
}

static void text(void *context, const char *at, size_t length, bool steady)
{
    struct xml_reader *r = context;
    if (r->stopped || !r->depth || !length) return;
    if (r->piece_length) gather(r, r->piece, r->piece_length);
    else if (steady && r->text_length == r->frames[r->depth - 1].text_from) {
        r->piece = at;
        r->piece_length = length;
        return;
    }
    r->piece_length = 0;
    gather(r, at, length);
}

/* ---- libxml2's events ---- */

static bool told_before(struct xml_reader *r)
{
    if (!r->to_pass) return false;
    r->to_pass--;
    return true;
}

static void on_start(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted,
                     const xmlChar **attributes)
{
    struct xml_reader *r = context;
    (void)namespace_count, (void)namespaces, (void)defaulted;
    if (r->stopped || told_before(r)) return;
    if (attribute_count > ATTRIBUTES_MAX) return refuse_limit(r, "64 attributes in one element");
    for (int i = 0; i < attribute_count; i++, attributes += 5)
        r->attributes[i] =
            (struct xml_attribute){ borrowed(attributes[0]),
                                    borrowed(attributes[2]),
                                    { (const char *)attributes[3], (size_t)(attributes[4] - attributes[3]) } };
    struct xml_element element = { borrowed(local), uri_of(r, uri), borrowed(prefix), r->attributes,
                                   (size_t)attribute_count };
    start(r, &element);
}

static void on_end(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_reader *r = context;
    (void)prefix, (void)uri;
    if (!r->stopped && !told_before(r)) end(r, borrowed(local));
}

static void on_text(void *context, const xmlChar *at, int length)
{
    struct xml_reader *r = context;
    if (!r->to_pass) text(r, (const char *)at, (size_t)length, false);
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    struct xml_reader *r = context;
    (void)name, (void)id, (void)system;
    struct str line = str_from_int(r->arena, xml_line(r));
    refuse(r, FAULT(r->arena, &xml_forbidden, NULL, PARAM("line", line)));
}

static void on_error(void *context, xmlErrorPtr error)
{
    struct xml_reader *r = context;
    if (r->stopped || error->level < XML_ERR_ERROR || r->fault) return;
    struct str why = str_trim(str_utf8_clip(str_of(error->message), 200));
    ptrdiff_t line_end = str_find(why, "\n");
    if (line_end > 0) why = str_trim(str_part(why, 0, (size_t)line_end)); /* the rest shows bytes */
    if (!str_is_utf8(why)) why = STR("not well-formed");
    bool bytes = error->code == XML_ERR_INVALID_ENCODING || str_find(why, "not proper UTF-8") >= 0;
    struct str line = str_from_int(r->arena, error->line);
    refuse(r, FAULT(r->arena, bytes ? &xml_bytes : &xml_malformed, NULL, PARAM("line", line), PARAM("why", why)));
}

static const xmlSAXHandler sax = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_text,
    .ignorableWhitespace = on_text,
    .cdataBlock = on_text,
    .internalSubset = on_doctype,
    .serror = NULL,
};

static struct xml_reader *reader_make(struct arena *arena, const struct xml_limits *limits,
                                      const struct xml_handler *handler, void *context)
{
    struct xml_reader *r = ARENA_NEW(arena, struct xml_reader);
    r->arena = arena;
    r->limits = *limits;
    r->handler = handler;
    r->context = context;
    r->frames = ARENA_ARRAY(arena, struct frame, limits->depth);
    return r;
}

static void parser_prepare(struct xml_reader *r)
{
    ensure(r->parser);
    *r->parser->sax = sax;
    r->parser->sax->serror = (xmlStructuredErrorFunc)on_error;
    r->parser->userData = r;
    xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOENT);
}

struct xml_reader *xml_reader_new(struct arena *arena, const struct xml_limits *limits,
                                  const struct xml_handler *handler, void *context)
{
    return reader_make(arena, limits, handler, context);
}

/* libxml2 compares each attribute of an element with those before it, so 300,000 of them in one tag take minutes. No '<' stands in a
 * tag's values, so what lies between two of them holds the whole tag; "=" with a quote (or white space) behind it is an attribute. */
bool xml_crowded(struct xml_crowd *crowd, struct str bytes)
{
    enum { ATTRIBUTES_MOST = 10000 };
    for (size_t from = 0; from < bytes.length;) {
        const char *at = bytes.at + from, *less = memchr(at, '<', bytes.length - from);
        size_t length = less ? (size_t)(less - at) : bytes.length - from;
        if (crowd->length + length > 3 * ATTRIBUTES_MOST)
            for (const char *p = at; (p = memchr(p, '=', (size_t)(at + length - p))) && ++p < at + length;)
                crowd->marks += *p == '"' || *p == '\'' || (unsigned char)*p <= ' ';
        if (crowd->marks > ATTRIBUTES_MOST) return true;
        crowd->length += length;
        if (less) *crowd = (struct xml_crowd){ 0 };
        from += length + (less != NULL);
    }
    return false;
}

struct fault *xml_reader_push(struct xml_reader *r, struct str bytes)
{
    if (r->fault || r->stopped) return r->fault;
    r->bytes += bytes.length;
    if (r->bytes > r->limits.bytes) {
        if (r->parser) refuse_limit(r, "128 MB");
        else r->fault = FAULT(r->arena, &input_too_large, NULL, PARAM("limit", STR("128 MB")));
        return r->fault;
    }
    if (xml_crowded(&r->crowd, bytes)) {
        if (r->parser) refuse_limit(r, "10,000 attributes");
        else r->fault = FAULT(r->arena, &input_too_large, NULL, PARAM("limit", STR("10,000 attributes")));
        return r->fault;
    }
    for (size_t from = 0; from < bytes.length && !r->stopped;) {
        size_t n = bytes.length - from < ((size_t)1 << 20) ? bytes.length - from : (size_t)1 << 20;
        if (!r->parser) {
            r->parser = xmlCreatePushParserCtxt(NULL, r, bytes.at, n > 4 ? 4 : (int)n, NULL);
            parser_prepare(r);
            from += n > 4 ? 4 : n;
            continue;
        }
        xmlParseChunk(r->parser, bytes.at + from, (int)n, 0);
        from += n;
    }
    return r->fault;
}

static struct fault *not_whole(struct xml_reader *r)
{
    if (r->fault || r->stopped) return r->fault;
    if (r->parser && r->parser->wellFormed && r->elements && !r->depth) return NULL;
    struct str line = str_from_int(r->arena, r->parser ? xml_line(r) : 1);
    return r->fault = FAULT(r->arena, &xml_malformed, NULL, PARAM("line", line),
                            PARAM("why", STR("the document ends too early")));
}

struct fault *xml_reader_end(struct xml_reader *r)
{
    if (r->parser && !r->stopped) xmlParseChunk(r->parser, NULL, 0, 1);
    return not_whole(r);
}

void xml_reader_free(struct xml_reader *r)
{
    if (!r || r->ended) return;
    r->ended = true;
    if (r->parser) {
        if (r->parser->myDoc) xmlFreeDoc(r->parser->myDoc);
        xmlFreeParserCtxt(r->parser);
    }
    free(r->text);
    r->parser = NULL;
    r->text = NULL;
}

/* The parser context is the costliest thing to make (its dictionary above all), so a thread keeps one and its names. It is
 * put aside while in use (a handler may read another document), and let go when a document filled it with foreign names. */
enum { KEPT_NAMES = 8192, KEPT_TEXT = 1 << 20 };
struct kept { xmlParserCtxtPtr parser; char *text; size_t text_room; struct quick_names names; };
static pthread_key_t kept_key;
static pthread_once_t kept_once = PTHREAD_ONCE_INIT;

static void kept_free(void *context)
{
    struct kept *kept = context;
    quick_names_free(&kept->names);
    xmlFreeParserCtxt(kept->parser);
    free(kept->text);
    free(kept);
}

static void kept_make(void) { ensure(!pthread_key_create(&kept_key, kept_free)); }

static struct kept *kept_take(void)
{
    pthread_once(&kept_once, kept_make);
    struct kept *kept = pthread_getspecific(kept_key);
    if (kept) {
        ensure(!pthread_setspecific(kept_key, NULL));
        return kept;
    }
    kept = calloc(1, sizeof *kept);
    ensure(kept);
    kept->parser = xmlNewParserCtxt();
    ensure(kept->parser);
    kept->names.dictionary = kept->parser->dict;
    return kept;
}

static void kept_give_back(struct kept *kept, bool parsed)
{
    if (kept->parser->myDoc) xmlFreeDoc(kept->parser->myDoc);
    kept->parser->myDoc = NULL;
    bool large = xmlDictSize(kept->parser->dict) > KEPT_NAMES || kept->text_room > KEPT_TEXT;
    if (large || pthread_getspecific(kept_key) || pthread_setspecific(kept_key, kept)) return kept_free(kept);
    if (parsed) xmlCtxtReset(kept->parser);
}

/* True: read to the end, or stopped. False: libxml2 is to read, and to pass over what has been told. */
static bool read_quickly(struct xml_reader *r, struct quick_names *names, struct str bytes)
{
    static const struct quick_events events = { start, end, text };
    size_t skip, taken = 0;
    int line;
    if (!xml_quick_fits(bytes, &skip, &line)) return false;
    struct xml_quick quick;
    xml_quick_begin(&quick, names, &events, r, line);
    r->quick = &quick;
    enum quick_answer answer = xml_quick_run(&quick, str_part(bytes, skip, bytes.length), true, &taken);
    r->quick = NULL;
    xml_quick_end(&quick);
    r->to_pass = r->told;
    r->piece_length = 0;
    r->text_length = r->text_told;
    return answer == QUICK_DONE || answer == QUICK_STOPPED;
}

struct fault *xml_read(struct arena *arena, struct str bytes, const struct xml_limits *limits,
                       const struct xml_handler *handler, void *context)
{
    struct xml_reader *r = reader_make(arena, limits, handler, context);
    if (bytes.length > limits->bytes || bytes.length > INT32_MAX)
        return FAULT(arena, &input_too_large, NULL, PARAM("limit", STR("128 MB")));
    if (!bytes.length) return not_whole(r);
    struct kept *kept = kept_take();
    r->text = kept->text;
    r->text_room = kept->text_room;
    bool done = read_quickly(r, &kept->names, bytes);
    if (!done && xml_crowded(&r->crowd, bytes)) {
        r->fault = FAULT(arena, &input_too_large, NULL, PARAM("limit", STR("10,000 attributes")));
        done = true;
    }
    if (!done) {
        r->parser = kept->parser;
        parser_prepare(r);
        xmlParserInputBufferPtr buffer = xmlParserInputBufferCreateMem(bytes.at, (int)bytes.length, XML_CHAR_ENCODING_NONE);
        xmlParserInputPtr input = buffer ? xmlNewIOInputStream(r->parser, buffer, XML_CHAR_ENCODING_NONE) : NULL;
        ensure(input);
        inputPush(r->parser, input);
        xmlParseDocument(r->parser);
    }
    struct fault *fault = done ? r->fault : not_whole(r);
    kept->text = r->text;
    kept->text_room = r->text_room;
    kept_give_back(kept, !done);
    return fault;
}

struct schema_errors { struct arena *arena; struct fault *first; size_t count; };

static void on_schema_error(void *context, xmlErrorPtr error)
{
    struct schema_errors *errors = context;
    if (errors->count++ >= 50) return;
    struct fault *f = FAULT(errors->arena, &xml_schema, NULL, PARAM("line", str_from_int(errors->arena, error->line)),
                            PARAM("why", str_trim(str_of(error->message))));
    errors->first = fault_join(errors->first, f);
}

struct fault *xml_check_schema(struct arena *arena, struct str bytes, const char *schema_path)
{
    struct schema_errors errors = { .arena = arena };
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(schema_path);
    ensure(parser);
    xmlSchemaSetParserStructuredErrors(parser, (xmlStructuredErrorFunc)on_schema_error, &errors);
    xmlSchemaPtr schema = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    if (!schema)
        return fault_join(errors.first,
                          FAULT(arena, &xml_schema, NULL, PARAM("line", STR("0")), PARAM("why", STR("no schema"))));
    xmlDocPtr document = xmlReadMemory(bytes.at, (int)bytes.length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);
    xmlSchemaValidCtxtPtr check = xmlSchemaNewValidCtxt(schema);
    ensure(check);
    xmlSchemaSetValidStructuredErrors(check, (xmlStructuredErrorFunc)on_schema_error, &errors);
    int wrong = document ? xmlSchemaValidateDoc(check, document) : -1;
    if (wrong && !errors.first)
        errors.first =
            FAULT(arena, &xml_malformed, NULL, PARAM("line", STR("0")), PARAM("why", STR("not well-formed")));
    xmlSchemaFreeValidCtxt(check);
    xmlFreeDoc(document);
    xmlSchemaFree(schema);
    return errors.first;
}
