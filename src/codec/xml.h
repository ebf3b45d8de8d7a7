/* XML in and out. In: libxml2's SAX2 events, bounded: no DTD, no entities of its own, no network.
 * UTF-8, UTF-16 and every encoding libxml2 knows come out as UTF-8. Out: a writer that cannot make an
 * ill-formed document and has no empty element. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

struct xml_limits { size_t bytes, depth, elements, text_bytes; };
/* 128 MiB, 128 deep, 20 million elements, 64 MiB of text in one element. */
extern const struct xml_limits xml_limits_default;

struct xml_attribute { struct str name, uri, value; };
struct xml_element {
    struct str name; /* local */
    struct str uri;  /* of the namespace, absent when none */
    struct str prefix;
    const struct xml_attribute *attributes;
    size_t attribute_count;
};

struct xml_reader; /* the parse under way; what a handler may ask */
struct xml_handler {
    /* All texts given are borrowed for the call only. */
    void (*start)(void *context, struct xml_reader *reader, const struct xml_element *element);
    /* `text` is the character data directly inside this element (not that of its children), as written, untrimmed. */
    void (*end)(void *context, struct xml_reader *reader, struct str name, struct str text);
};
int xml_line(const struct xml_reader *reader);     /* of the event at hand, from 1 */
size_t xml_depth(const struct xml_reader *reader); /* of the element at hand; the root is 1 */
void xml_stop(struct xml_reader *reader);          /* no more events; the read ends as done */
/* For a start handler: forgets the character data gathered so far in the elements around the one at hand. A container of
 * a million children gathers the white space between them; one that has no text of its own need not keep it. */
void xml_forget_text(struct xml_reader *reader);

extern const struct fault_type xml_malformed, xml_forbidden;

/* The whole document at once. Refuses: xml_malformed (with line and libxml2's words), xml_forbidden (a DTD,
 * an entity of its own), input_too_large. Events come until the refusal. */
CHECKED struct fault *xml_read(struct arena *arena, struct str bytes, const struct xml_limits *limits,
                               const struct xml_handler *handler, void *context);
/* The same by pieces, for what is larger than memory should hold. */
struct xml_reader *xml_reader_new(struct arena *arena, const struct xml_limits *limits,
                                  const struct xml_handler *handler, void *context);
CHECKED struct fault *xml_reader_push(struct xml_reader *reader, struct str bytes);
CHECKED struct fault *xml_reader_end(struct xml_reader *reader);
void xml_reader_free(struct xml_reader *reader); /* must be called; NULL is fine */

/* Checks bytes against an XML Schema file on disk (for tests and for bank files). */
CHECKED struct fault *xml_check_schema(struct arena *arena, struct str bytes, const char *schema_path);

/* ---- The fast way, for a format known beforehand: only what a grammar names is told; the rest is passed over. ----
 * A grammar is a list of rules: inside elements of `set`, an element of this local name is `id`; what it may hold is set `inside`.
 * Set 1 holds the root. Names compare by the parser's own dictionary, so an element costs no string comparison. */
enum { XML_TEXT = 1, XML_OPEN = 2, XML_CLOSE = 4 }; /* which events are wanted of this element */
struct xml_rule { int set; const char *name; int id; int inside; unsigned wants; }; /* inside 0: nothing of interest */
struct xml_grammar { const struct xml_rule *rules; size_t count; };
struct xml_scan; /* the pass under way */
struct xml_scan_handler {
    void (*open)(void *context, struct xml_scan *scan, int id);
    /* The characters directly inside the element, once it closes; borrowed, untrimmed. Before `close` of the same element. */
    void (*text)(void *context, struct xml_scan *scan, int id, struct str text);
    void (*close)(void *context, struct xml_scan *scan, int id);
};
int xml_scan_line(const struct xml_scan *scan);
struct str xml_scan_attribute(const struct xml_scan *scan, const char *name); /* in `open` only; borrowed; absent when not there */
struct str xml_scan_uri(const struct xml_scan *scan);                         /* in `open` only: the element's namespace */
void xml_scan_stop(struct xml_scan *scan, struct fault *fault);               /* no more events; `fault` (or NULL) is the answer */
/* Bytes come from `read` (at most `room` at `at`; 0: the end; -1: broken off), so memory does not grow with the document.
 * Refuses as xml_read does. */
CHECKED struct fault *xml_scan_read(struct arena *arena, ptrdiff_t (*read)(void *context, char *at, size_t room),
                                    void *read_context, const struct xml_limits *limits,
                                    const struct xml_grammar *grammar, const struct xml_scan_handler *handler,
                                    void *context);

/* Writer. Element names are our own literals; texts are escaped; characters XML 1.0 cannot hold are left out. */
struct xml_writer {
    struct text text;
    const char *open[64];
    size_t depth;
    bool tag_open, indent, inline_text;
};
struct xml_writer xml_writer_new(struct arena *arena, bool indent);
void xml_open(struct xml_writer *writer, const char *name);
void xml_attribute(struct xml_writer *writer, const char *name, struct str value); /* absent value: nothing written */
void xml_text(struct xml_writer *writer, struct str text);
void xml_close(struct xml_writer *writer);                                   /* ensures that something stood inside */
void xml_leaf(struct xml_writer *writer, const char *name, struct str text); /* absent or empty text: nothing written */
struct str xml_done(struct xml_writer *writer);                              /* ensures that all is closed */
