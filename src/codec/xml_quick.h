/* The common case of XML, read quickly: UTF-8 without a document type. Private to this room; xml_read and xml_scan_read stand on it.
 * It accepts nothing that libxml2 refuses and says the same events (tests/fuzz/xml_quick.c holds it to that); what it does not
 * know for sure it calls odd, and libxml2 judges. docs/decisions/0007 says why. */
#pragma once
#include "codec/xml.h"

enum { QUICK_ATTRIBUTES = 64 };

/* An element or attribute name as it is written, met before in this table. */
struct quick_name {
    const char *written; /* with its prefix; kept in the dictionary */
    size_t length;
    uint64_t hash;
    struct str local, prefix; /* each distinct text has one address: the dictionary's */
    struct str uri;           /* what the prefix meant when the declarations were `spaces` */
    uint64_t spaces;
};
/* Names stay from document to document, as long as their dictionary (an xmlDictPtr) does. */
struct quick_names { struct quick_name *slots; size_t count, room; void *dictionary; uint64_t seed, spaces; };
void quick_names_free(struct quick_names *names);

struct quick_events {
    void (*start)(void *context, const struct xml_element *element);
    void (*end)(void *context, struct str name);
    /* steady: the bytes stay where they are until the next start, end or xml_quick_run. */
    void (*text)(void *context, const char *at, size_t length, bool steady);
};

struct quick_space { const char *prefix; struct str uri; }; /* prefix NULL: the default */
struct quick_open { struct str written, local; size_t spaces; };
enum { QUICK_DEPTH = 256 };
struct xml_quick {
    const struct quick_events *events;
    void *context;
    struct quick_names *names;
    int line;
    bool stopped; /* by who takes the events */
    bool doctype; /* odd because of one */
    const char *why; /* odd because */
    const char *at, *end; /* what is read now */
    bool last;
    uint64_t spaces_version;
    size_t depth, space_count, space_room;
    struct quick_space *spaces;
    bool root_seen;
    char *scratch;
    size_t scratch_room;
    struct quick_open open[QUICK_DEPTH];
    struct xml_attribute attributes[QUICK_ATTRIBUTES];
};

/* Can this be read quickly? Looks at the first bytes; `skip`: a byte order mark and the XML declaration. */
bool xml_quick_fits(struct str bytes, size_t *skip, int *line);
void xml_quick_begin(struct xml_quick *q, struct quick_names *names, const struct quick_events *events, void *context, int line);
/* Reads whole tokens as far as there are any; `taken`: how many bytes. MORE: only when not `last`; the rest comes again, with more behind it. */
enum quick_answer { QUICK_DONE, QUICK_MORE, QUICK_ODD, QUICK_STOPPED };
enum quick_answer xml_quick_run(struct xml_quick *q, struct str bytes, bool last, size_t *taken);
void xml_quick_end(struct xml_quick *q);

/* Whether one tag of what libxml2 is to read holds more than 10,000 attributes; by pieces. Zeroed at the beginning of a document. */
struct xml_crowd { size_t length, marks; };
bool xml_crowded(struct xml_crowd *crowd, struct str bytes);
