#include "codec/xml_quick.h"
#include <libxml/tree.h>
#include <libxml/uri.h>
#include <sys/random.h>

/* ---- Characters ---- */

enum {
    STOPS_TEXT = 1,  /* not plain inside text: < & ] line ends, controls, anything but ASCII */
    STOPS_VALUE = 2, /* not plain inside an attribute value */
    STOPS_RUN = 4,   /* not plain inside a comment and the like */
    NAME_FIRST = 8,  /* of ASCII */
    NAME_REST = 16,
    WHITE = 32,
};
static const uint8_t kinds[256] = {
    [0 ... 8] = 7, ['\t'] = STOPS_VALUE | WHITE, ['\n'] = 7 | WHITE, [11 ... 12] = 7, ['\r'] = 7 | WHITE, [14 ... 31] = 7,
    [' '] = WHITE, ['<'] = STOPS_TEXT | STOPS_VALUE, ['&'] = STOPS_TEXT | STOPS_VALUE, [']'] = STOPS_TEXT,
    ['A' ... 'Z'] = NAME_FIRST | NAME_REST, ['a' ... 'z'] = NAME_FIRST | NAME_REST, ['_'] = NAME_FIRST | NAME_REST,
    ['0' ... '9'] = NAME_REST, ['-'] = NAME_REST, ['.'] = NAME_REST, [':'] = NAME_REST, [0x80 ... 0xff] = 7,
};

static inline bool is(char c, unsigned kind) { return kinds[(uint8_t)c] & kind; }

/* Sixteen characters looked at together: which of them stop? All bits of their bytes are set. */
enum { BLOCK = 16 };
typedef uint8_t block __attribute__((vector_size(BLOCK)));

/* The first set byte; BLOCK: none. */
static inline size_t first_stop(block stops)
{
    uint64_t halves[2];
    memcpy(halves, &stops, BLOCK);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (halves[0]) return (size_t)__builtin_ctzll(halves[0]) / 8;
    return halves[1] ? 8 + (size_t)__builtin_ctzll(halves[1]) / 8 : BLOCK;
#else
    if (halves[0]) return (size_t)__builtin_clzll(halves[0]) / 8;
    return halves[1] ? 8 + (size_t)__builtin_clzll(halves[1]) / 8 : BLOCK;
#endif
}

/* What is no plain text: below a space or of more than one byte (both less than a space as signed numbers), and < & ] */
static inline block stops_text(const char *p)
{
    typedef int8_t signed_block __attribute__((vector_size(BLOCK)));
    block b;
    memcpy(&b, p, BLOCK);
    return (block)((signed_block)b < 0x20) | (block)(b == '<') | (block)(b == '&') | (block)(b == ']');
}

static const char *plain_end(const char *p, const char *end)
{
    while (end - p >= BLOCK) { /* an attachment is long: then four blocks at once */
        size_t plain = first_stop(stops_text(p));
        if (plain < BLOCK) return p + plain;
        p += BLOCK;
        while (end - p >= 4 * BLOCK &&
               first_stop(stops_text(p) | stops_text(p + BLOCK) | stops_text(p + 2 * BLOCK) | stops_text(p + 3 * BLOCK)) == BLOCK)
            p += 4 * BLOCK;
    }
    while (p < end && !is(*p, STOPS_TEXT)) p++;
    return p;
}

static const char *name_end(const char *p, const char *end)
{
    for (size_t plain = BLOCK; end - p >= BLOCK; p += plain) {
        block b;
        memcpy(&b, p, BLOCK);
        block letter = (block)((b | 0x20) - 'a' < 26), number = (block)(b - '-' < 14) & (block)(b != '/'); /* - . and digits, : */
        plain = first_stop(~(letter | number | (block)(b == '_') | (block)(b > 0x7f)));
        if (plain < BLOCK) return p + plain;
    }
    while (p < end && (is(*p, NAME_REST) || (uint8_t)*p >= 0x80)) p++;
    return p;
}

/* The character at `at`, of more than one byte; its length, 0: not well-formed or not allowed in XML, -1: cut off. */
static int wide(const char *at, const char *end, uint32_t *out)
{
    const uint8_t *s = (const uint8_t *)at;
    int length = *s >= 0xf0 && *s < 0xf5 ? 4 : *s >= 0xe0 && *s < 0xf0 ? 3 : *s >= 0xc2 && *s < 0xe0 ? 2 : 0;
    if (!length) return 0;
    uint32_t c = *s & (0xffu >> (length + 1));
    for (int i = 1; i < length; i++) {
        if (at + i >= end) return -1;
        if ((s[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || c == 0xfffe || c == 0xffff) return 0;
    *out = c;
    return length;
}

static bool wide_in_name(uint32_t c, bool first)
{
    static const struct { uint32_t from, to; } any[] = {
        { 0xc0, 0xd6 },     { 0xd8, 0xf6 },     { 0xf8, 0x2ff },    { 0x370, 0x37d },   { 0x37f, 0x1fff },   { 0x200c, 0x200d },
        { 0x2070, 0x218f }, { 0x2c00, 0x2fef }, { 0x3001, 0xd7ff }, { 0xf900, 0xfdcf }, { 0xfdf0, 0xfffd }, { 0x10000, 0xeffff },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(any); i++)
        if (c >= any[i].from && c <= any[i].to) return true;
    return !first && (c == 0xb7 || (c >= 0x300 && c <= 0x36f) || c == 0x203f || c == 0x2040);
}

static bool of_xml(uint32_t c)
{
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return c < 0xd800 || (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c <= 0x10ffff);
}

static size_t put_utf8(char *at, uint32_t c)
{
    if (c < 0x80) return at[0] = (char)c, 1;
    if (c < 0x800) return at[0] = (char)(0xc0 | c >> 6), at[1] = (char)(0x80 | (c & 63)), 2;
    if (c < 0x10000)
        return at[0] = (char)(0xe0 | c >> 12), at[1] = (char)(0x80 | (c >> 6 & 63)), at[2] = (char)(0x80 | (c & 63)), 3;
    at[0] = (char)(0xf0 | c >> 18), at[1] = (char)(0x80 | (c >> 12 & 63)), at[2] = (char)(0x80 | (c >> 6 & 63));
    return at[3] = (char)(0x80 | (c & 63)), 4;
}

/* ---- What a token's reader says: where it ended, or NULL and one of these ---- */

static const char *odd(struct xml_quick *q, const char *why)
{
    if (!q->why) q->why = why;
    return NULL;
}
/* The bytes end inside the token. */
static const char *cut(struct xml_quick *q) { return q->last ? odd(q, "the document ends too early") : NULL; }

/* ---- Names ---- */

void quick_names_free(struct quick_names *names)
{
    free(names->slots);
    *names = (struct quick_names){ 0 };
}

static void names_grow(struct quick_names *names)
{
    struct quick_name *old = names->slots;
    size_t room = names->room;
    names->room = room ? room * 2 : 1024;
    names->slots = calloc(names->room, sizeof *names->slots);
    ensure(names->slots);
    for (size_t i = 0; i < room; i++) {
        if (!old[i].written) continue;
        size_t at = old[i].hash & (names->room - 1);
        while (names->slots[at].written) at = (at + 1) & (names->room - 1);
        names->slots[at] = old[i];
    }
    free(old);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Seeded, so that nobody can make names that fall into one slot. */
static uint64_t hash_of(uint64_t seed, const char *at, size_t length)
{
    uint64_t hash = seed ^ length, part = 0;
    if (length < 8) {
        for (size_t i = 0; i < length; i++) part = part << 8 | (uint8_t)at[i];
        return mix(hash ^ part, UINT64_C(0xd6e8feb86659fd93));
    }
    for (const char *last = at + length - 8; at < last; at += 8) {
        memcpy(&part, at, 8);
        hash = mix(hash ^ part, UINT64_C(0x9e3779b97f4a7c15));
        length -= 8;
    }
    memcpy(&part, at - (8 - length), 8); /* the last eight, some of them once more */
    return mix(hash ^ part, UINT64_C(0xd6e8feb86659fd93));
}

static struct str kept(struct quick_names *names, const char *at, size_t length)
{
    const xmlChar *z = xmlDictLookup(names->dictionary, (const xmlChar *)at, (int)length);
    ensure(z);
    return (struct str){ (const char *)z, length };
}

static bool name_shape(struct str part)
{
    const char *p = part.at, *end = part.at + part.length;
    for (uint32_t c = 0; p < end;) {
        int length = 1;
        if ((uint8_t)*p < 0x80) {
            if (!is(*p, p == part.at ? NAME_FIRST : NAME_REST) || *p == ':') return false;
        } else {
            length = wide(p, end, &c);
            if (length < 1 || !wide_in_name(c, p == part.at)) return false;
        }
        p += length;
    }
    return part.length > 0;
}

static struct quick_name *name_new(struct quick_names *names, size_t at, struct str written, uint64_t hash)
{
    struct str local = written, prefix = { 0 };
    const char *colon = memchr(written.at, ':', written.length);
    if (written.length > 10000) return NULL;
    if (colon) {
        prefix = str_part(written, 0, (size_t)(colon - written.at));
        local = str_part(written, prefix.length + 1, written.length);
        if (!name_shape(prefix)) return NULL;
    }
    if (!name_shape(local)) return NULL;
    if (names->count * 2 >= names->room) {
        names_grow(names);
        for (at = hash & (names->room - 1); names->slots[at].written;) at = (at + 1) & (names->room - 1);
    }
    names->count++;
    names->slots[at] = (struct quick_name){ kept(names, written.at, written.length).at, written.length, hash,
                                            kept(names, local.at, local.length),
                                            colon ? kept(names, prefix.at, prefix.length) : (struct str){ 0 }, { 0 }, 0 };
    return &names->slots[at];
}

/* NULL: no name. The row moves when another name is added. */
static struct quick_name *name_find(struct quick_names *names, const char *from, const char *to)
{
    size_t length = (size_t)(to - from);
    if (!length) return NULL;
    uint64_t hash = hash_of(names->seed, from, length);
    size_t at = hash & (names->room - 1);
    for (; names->slots[at].written; at = (at + 1) & (names->room - 1)) {
        struct quick_name *name = &names->slots[at];
        if (name->hash == hash && name->length == length && !memcmp(name->written, from, length)) return name;
    }
    return name_new(names, at, (struct str){ from, length }, hash);
}

/* ---- Namespaces ---- */

static const char xml_space[] = "http://www.w3.org/XML/1998/namespace", xmlns_space[] = "http://www.w3.org/2000/xmlns/";

static bool uri_known(struct xml_quick *q, struct str uri)
{
    for (size_t i = 0; i < q->space_count; i++)
        if (q->spaces[i].uri.at == uri.at) return true;
    return false;
}

/* libxml2 refuses what is no URI: asked for those that are not made of the most common characters. */
static bool uri_right(struct str uri)
{
    bool urn = str_starts(uri, "urn:"), plain = urn || str_starts(uri, "http://");
    size_t from = urn ? 4 : 7;
    plain = plain && uri.length > from && is(uri.at[from], NAME_FIRST);
    for (size_t i = from; plain && i < uri.length; i++)
        plain = (is(uri.at[i], NAME_REST) && (urn || uri.at[i] != ':')) || uri.at[i] == '/';
    if (plain) return true;
    xmlURIPtr parsed = xmlParseURI(uri.at);
    xmlFreeURI(parsed);
    return parsed != NULL;
}

/* xmlns="…" and xmlns:prefix="…" of the element that begins; false: odd. */
static bool space_add(struct xml_quick *q, const char *prefix, struct str value, size_t of_element)
{
    if (prefix && (!strcmp(prefix, "xml") || !strcmp(prefix, "xmlns") || !value.length)) return false;
    if (memchr(value.at, 0, value.length) || str_is(value, xml_space) || str_is(value, xmlns_space)) return false;
    struct str uri = value.length ? kept(q->names, value.at, value.length) : (struct str){ 0 };
    for (size_t i = of_element; i < q->space_count; i++)
        if (q->spaces[i].prefix == prefix) return false;
    if (uri.at && !uri_known(q, uri) && !uri_right(uri)) return false;
    if (q->space_count == q->space_room) {
        q->space_room = q->space_room * 2 + 16;
        q->spaces = realloc(q->spaces, q->space_room * sizeof *q->spaces);
        ensure(q->spaces);
    }
    q->spaces[q->space_count++] = (struct quick_space){ prefix, uri };
    q->spaces_version = ++q->names->spaces;
    return true;
}

/* False: a prefix that nobody declared. */
static bool space_of(const struct xml_quick *q, struct str prefix, struct str *uri)
{
    *uri = (struct str){ 0 };
    for (size_t i = q->space_count; i--;)
        if (q->spaces[i].prefix == prefix.at) return *uri = q->spaces[i].uri, true;
    if (!prefix.at) return true;
    *uri = (struct str){ xml_space, sizeof xml_space - 1 };
    return str_is(prefix, "xml");
}

/* ---- References ---- */

/* &amp; and the like at `p`: its end, the character in *out. */
static const char *reference(struct xml_quick *q, const char *p, uint32_t *out)
{
    static const struct {
        const char *name;
        uint32_t c;
    } known[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' } };
    const char *to = q->end - p > 16 ? p + 16 : q->end, *end = memchr(p, ';', (size_t)(to - p));
    if (!end) return q->end - p > 16 ? odd(q, "a reference without its end") : cut(q);
    struct str text = { p, (size_t)(++end - p) };
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
        if (str_is(text, known[i].name)) return *out = known[i].c, end;
    bool hex = text.length > 3 && p[1] == '#' && p[2] == 'x';
    uint32_t c = 0;
    if (p[1] != '#' || text.length < (hex ? 5 : 4)) return odd(q, "an entity that is not declared");
    for (p += hex ? 3 : 2; p < end - 1; p++) {
        uint32_t digit = *p >= '0' && *p <= '9'          ? (uint32_t)(*p - '0')
                         : hex && *p >= 'a' && *p <= 'f' ? (uint32_t)(*p - 'a') + 10
                         : hex && *p >= 'A' && *p <= 'F' ? (uint32_t)(*p - 'A') + 10
                                                         : 16;
        if (digit > 15 || c > 0x10ffff) return odd(q, "a character reference that is none");
        c = c * (hex ? 16 : 10) + digit;
    }
    return of_xml(c) ? (*out = c, end) : odd(q, "a character that XML does not have");
}

/* ---- Start tags ---- */

/* The value from behind its quote to the closing one: plain: as it is written. */
static const char *value_end(struct xml_quick *q, const char *p, char quote, bool *plain)
{
    for (;; p++) {
        while (p < q->end && *p != quote && !is(*p, STOPS_VALUE)) p++;
        if (p == q->end) return cut(q);
        if (*p == quote) return p;
        if (*p == '<') return odd(q, "< in the value of an attribute");
        if ((uint8_t)*p >= 0x80) {
            uint32_t c;
            int length = wide(p, q->end, &c);
            if (length < 0) return cut(q);
            if (!length) return odd(q, "a character that is no UTF-8");
            p += length - 1;
            continue;
        }
        *plain = false;
        if (*p == '\n') q->line++;
        else if (*p != '&' && !is(*p, WHITE)) return odd(q, "a character that XML does not have");
    }
}

/* White space becomes spaces, references what they stand for. */
static bool value_plain(struct xml_quick *q, struct str *value, char *into)
{
    char *to = into;
    for (const char *p = value->at, *end = value->at + value->length; p < end;) {
        uint32_t c;
        if (*p == '&') {
            if (!(p = reference(q, p, &c)) || p > end) return false;
            to += put_utf8(to, c);
        } else {
            if (*p == '\r' && p + 1 < end && p[1] == '\n') p++;
            *to++ = is(*p, WHITE) ? ' ' : *p;
            p++;
        }
    }
    *value = (struct str){ into, (size_t)(to - into) };
    return true;
}

struct raw_attribute { struct str name; struct str value; bool plain; };

/* name = "value", from its first letter; NULL: odd or cut off. */
static const char *attribute(struct xml_quick *q, const char *p, struct raw_attribute *out)
{
    const char *to = name_end(p, q->end);
    out->name = (struct str){ p, (size_t)(to - p) };
    for (int part = 0; part < 2; part++) {
        for (; to < q->end && is(*to, WHITE); to++) q->line += *to == '\n';
        if (to == q->end) return cut(q);
        if (!part && *to++ != '=') return odd(q, "an attribute without a value");
    }
    if (*to != '"' && *to != '\'') return odd(q, "an attribute without quotes");
    out->plain = true;
    p = to + 1;
    if (!(to = value_end(q, p, *to, &out->plain))) return NULL;
    out->value = (struct str){ p, (size_t)(to - p) };
    return to + 1;
}

/* Makes the values plain and declares the namespaces; the others are attributes. */
static bool attributes_take(struct xml_quick *q, struct raw_attribute *raw, size_t count, size_t *out)
{
    size_t room = 0, spaces = q->space_count;
    for (size_t i = 0; i < count; i++) room += raw[i].plain ? 0 : raw[i].value.length;
    if (room > q->scratch_room) {
        free(q->scratch);
        q->scratch = malloc(q->scratch_room = room * 2);
        ensure(q->scratch);
    }
    char *into = q->scratch;
    for (size_t i = 0; i < count; i++) {
        if (!raw[i].plain) {
            size_t most = raw[i].value.length;
            if (!value_plain(q, &raw[i].value, into)) return false;
            into += most;
        }
        struct str name = raw[i].name;
        if (name.length >= 5 && !memcmp(name.at, "xmlns", 5) && (name.length == 5 || name.at[5] == ':')) {
            struct str prefix = name.length == 5 ? (struct str){ 0 } : str_part(name, 6, name.length);
            if (prefix.at && !name_shape(prefix)) return false;
            if (!space_add(q, prefix.at ? kept(q->names, prefix.at, prefix.length).at : NULL, raw[i].value, spaces)) return false;
        } else {
            raw[(*out)++] = raw[i];
        }
    }
    for (size_t i = 0; i < *out; i++) {
        struct quick_name *known = name_find(q->names, raw[i].name.at, raw[i].name.at + raw[i].name.length);
        struct xml_attribute *a = &q->attributes[i];
        if (!known) return false;
        *a = (struct xml_attribute){ known->local, { 0 }, raw[i].value };
        if (known->prefix.at && !space_of(q, known->prefix, &a->uri)) return false;
        for (size_t k = 0; k < i; k++)
            if (q->attributes[k].name.at == a->name.at && q->attributes[k].uri.at == a->uri.at) return false;
    }
    return true;
}

static void close_element(struct xml_quick *q)
{
    struct quick_open *open = &q->open[--q->depth];
    if (open->spaces != q->space_count) {
        q->space_count = open->spaces;
        q->spaces_version = ++q->names->spaces;
    }
    q->events->end(q->context, open->local);
}

static const char *start_tag(struct xml_quick *q, const char *p)
{
    const char *from = ++p, *before;
    struct raw_attribute raw[QUICK_ATTRIBUTES];
    size_t count = 0, attributes = 0, spaces = q->space_count;
    bool empty = false;
    p = name_end(p, q->end);
    struct str written = { from, (size_t)(p - from) };
    for (;;) {
        for (before = p; p < q->end && is(*p, WHITE); p++) q->line += *p == '\n';
        if (p == q->end) return cut(q);
        if (*p == '>') break;
        if (*p == '/') {
            if (p + 1 == q->end) return cut(q);
            if (*++p != '>') return odd(q, "a tag that does not end");
            empty = true;
            break;
        }
        if (p == before) return odd(q, "no space before an attribute");
        if (count == QUICK_ATTRIBUTES) return odd(q, "more than 64 attributes in one element");
        if (!(p = attribute(q, p, &raw[count++]))) return NULL;
    }
    if (q->depth == QUICK_DEPTH) return odd(q, "elements nested too deep");
    if (!q->depth && q->root_seen) return odd(q, "something behind the document");
    if (count && !attributes_take(q, raw, count, &attributes)) return odd(q, "attributes or namespaces that do not fit");
    struct quick_name *name = name_find(q->names, written.at, written.at + written.length);
    if (!name) return odd(q, "a name that is none");
    if (name->spaces != q->spaces_version) {
        if (!space_of(q, name->prefix, &name->uri)) return odd(q, "a namespace that nobody declared");
        name->spaces = q->spaces_version;
    }
    q->root_seen = true;
    q->open[q->depth++] = (struct quick_open){ { name->written, name->length }, name->local, spaces };
    struct xml_element element = { name->local, name->uri, name->prefix, q->attributes, attributes };
    q->events->start(q->context, &element);
    if (empty && !q->stopped) close_element(q);
    return p + 1;
}

static const char *end_tag(struct xml_quick *q, const char *p)
{
    p += 2;
    if (!q->depth) return odd(q, "a closing tag too many");
    struct str name = q->open[q->depth - 1].written;
    if ((size_t)(q->end - p) <= name.length) return cut(q);
    if (memcmp(p, name.at, name.length)) return odd(q, "a closing tag that does not fit");
    for (p += name.length; p < q->end && is(*p, WHITE); p++) q->line += *p == '\n';
    if (p == q->end) return cut(q);
    if (*p != '>') return odd(q, "a closing tag that does not fit");
    close_element(q);
    return p + 1;
}

/* ---- Text, comments and the like ---- */

static const char *give(struct xml_quick *q, const char *from, const char *to)
{
    if (to > from) q->events->text(q->context, from, (size_t)(to - from), true);
    return to;
}

/* Text up to the next markup or reference, or as far as it is there. */
static const char *text(struct xml_quick *q, const char *p)
{
    const char *from = p, *end = q->end;
    for (;; p++) {
        p = plain_end(p, end);
        if (p == end || *p == '<' || *p == '&') return give(q, from, p);
        if (*p == '\n') {
            q->line++;
        } else if (*p == '\t') {
            continue;
        } else if (*p == ']') {
            if (end - p < 3 && !q->last) return p > from ? give(q, from, p) : cut(q);
            if (end - p >= 3 && p[1] == ']' && p[2] == '>') return odd(q, "]]> in text");
        } else if (*p == '\r') {
            if (p > from) return give(q, from, p);
            if (p + 1 == end && !q->last) return cut(q);
            if (p + 1 < end && p[1] == '\n') q->line++, p++;
            q->events->text(q->context, "\n", 1, false);
            return p + 1;
        } else {
            uint32_t c;
            int length = (uint8_t)*p < 0x80 ? 0 : wide(p, end, &c);
            if (length < 0 && !q->last) return p > from ? give(q, from, p) : cut(q);
            if (length < 1) return odd(q, "a character that is no UTF-8 or that XML does not have");
            p += length - 1;
        }
    }
}

static const char *text_reference(struct xml_quick *q, const char *p)
{
    uint32_t c;
    char one[4];
    if (!(p = reference(q, p, &c))) return NULL;
    q->events->text(q->context, one, put_utf8(one, c), false);
    return p;
}

/* Are these characters of XML? Counts their lines. */
static bool run_right(struct xml_quick *q, const char *p, const char *end)
{
    for (; p < end; p++) {
        if (!is(*p, STOPS_RUN)) continue;
        if (*p == '\n') {
            q->line++;
        } else if (*p != '\r') {
            uint32_t c;
            int length = (uint8_t)*p < 0x80 ? 0 : wide(p, end, &c);
            if (length < 1) return odd(q, "a character that is no UTF-8 or that XML does not have") != NULL;
            p += length - 1;
        }
    }
    return true;
}

static const char *comment(struct xml_quick *q, const char *p)
{
    const char *from = p + 4, *end = q->end > from ? memmem(from, (size_t)(q->end - from), "--", 2) : NULL;
    if (!end || end + 2 == q->end) return cut(q);
    if (end[2] != '>') return odd(q, "-- in a comment");
    return run_right(q, from, end) ? end + 3 : NULL;
}

static const char *cdata(struct xml_quick *q, const char *p)
{
    const char *from = p + 9, *end = q->end > from ? memmem(from, (size_t)(q->end - from), "]]>", 3) : NULL;
    if (!q->depth) return odd(q, "text outside the document");
    if (!end) return cut(q);
    if (!run_right(q, from, end)) return NULL;
    for (p = from; p < end; p++) {
        if (*p != '\r') continue;
        give(q, from, p);
        if (p + 1 == end || p[1] != '\n') q->events->text(q->context, "\n", 1, false);
        from = p + 1;
    }
    give(q, from, end);
    return end + 3;
}

static const char *instruction(struct xml_quick *q, const char *p)
{
    const char *from = p + 2, *to = name_end(from, q->end), *end = memmem(to, (size_t)(q->end - to), "?>", 2);
    struct str target = { from, (size_t)(to - from) };
    if (!end) return cut(q);
    if (!name_shape(target) || str_equal_caseless(target, STR("xml"))) return odd(q, "an instruction with a name that is none");
    if (to != end && !is(*to, WHITE)) return odd(q, "an instruction with a name that is none");
    return run_right(q, to, end) ? end + 2 : NULL;
}

static bool begins(const struct xml_quick *q, const char *p, const char *with)
{
    size_t length = strlen(with), there = (size_t)(q->end - p);
    return !memcmp(p, with, there < length ? there : length);
}

static const char *declaration(struct xml_quick *q, const char *p)
{
    if (begins(q, p, "<!--")) return q->end - p < 4 ? cut(q) : comment(q, p);
    if (begins(q, p, "<![CDATA[")) return q->end - p < 9 ? cut(q) : cdata(q, p);
    if (begins(q, p, "<!DOCTYPE")) {
        if (q->end - p < 9) return cut(q);
        q->doctype = true;
        return odd(q, "a document type");
    }
    return odd(q, "a declaration that has no place here");
}

/* ---- The whole ---- */

static const char *token(struct xml_quick *q, const char *p)
{
    if (*p == '<') {
        if (p + 1 == q->end) return cut(q);
        if (p[1] == '/') return end_tag(q, p);
        if (p[1] == '!') return declaration(q, p);
        if (p[1] == '?') return instruction(q, p);
        return start_tag(q, p);
    }
    if (!q->depth) {
        if (!is(*p, WHITE)) return odd(q, "text outside the document");
        for (; p < q->end && is(*p, WHITE); p++) q->line += *p == '\n';
        return p;
    }
    return *p == '&' ? text_reference(q, p) : text(q, p);
}

enum quick_answer xml_quick_run(struct xml_quick *q, struct str bytes, bool last, size_t *taken)
{
    const char *p = bytes.at;
    q->end = bytes.at + bytes.length;
    q->last = last;
    while (p < q->end) {
        int line = q->line;
        size_t spaces = q->space_count;
        const char *next = token(q, p);
        *taken = (size_t)((next ? next : p) - bytes.at);
        if (q->stopped) return QUICK_STOPPED;
        if (!next) {
            q->line = line;
            if (q->space_count > spaces) q->space_count = spaces, q->spaces_version = ++q->names->spaces;
            return q->why ? QUICK_ODD : QUICK_MORE;
        }
        p = next;
    }
    *taken = bytes.length;
    if (!last) return QUICK_MORE;
    if (q->depth || !q->root_seen) odd(q, "the document ends too early");
    return q->why ? QUICK_ODD : QUICK_DONE;
}

void xml_quick_begin(struct xml_quick *q, struct quick_names *names, const struct quick_events *events, void *context, int line)
{
    memset(q, 0, offsetof(struct xml_quick, open)); /* what stands behind is written before it is read */
    q->events = events;
    q->context = context;
    q->names = names;
    q->line = line;
    if (!names->room) {
        if (getrandom(&names->seed, sizeof names->seed, GRND_NONBLOCK) < 0) names->seed = (uintptr_t)names->dictionary;
        names_grow(names);
    }
    q->spaces_version = ++names->spaces;
}

void xml_quick_end(struct xml_quick *q)
{
    free(q->spaces);
    free(q->scratch);
}

/* ` name="value"` of the XML declaration, when it stands there. */
static bool declared(struct str *rest, const char *name, struct str *value)
{
    struct str s = *rest;
    *value = (struct str){ 0 };
    while (s.length && is(s.at[0], WHITE)) s = str_part(s, 1, s.length);
    if (s.at == rest->at || !str_starts(s, name)) return true;
    s = str_part(s, strlen(name), s.length);
    if (s.length < 3 || s.at[0] != '=' || (s.at[1] != '"' && s.at[1] != '\'')) return false;
    const char *end = memchr(s.at + 2, s.at[1], s.length - 2);
    if (!end) return false;
    *value = (struct str){ s.at + 2, (size_t)(end - s.at - 2) };
    *rest = str_part(s, value->length + 3, s.length);
    return true;
}

bool xml_quick_fits(struct str bytes, size_t *skip, int *line)
{
    struct str rest = bytes, version, encoding, alone;
    *line = 1;
    if (str_starts(rest, "\xef\xbb\xbf")) rest = str_part(rest, 3, rest.length);
    *skip = (size_t)(rest.at - bytes.at);
    if (rest.length < 4 || (rest.at[0] != '<' && !is(rest.at[0], WHITE)) || !rest.at[1]) return false;
    if (!str_starts(rest, "<?xml")) return true;
    if (rest.length < 6 || !is(rest.at[5], WHITE)) return rest.length > 5;
    rest = str_part(rest, 5, rest.length);
    if (!declared(&rest, "version", &version) || !str_is(version, "1.0")) return false;
    if (!declared(&rest, "encoding", &encoding) || (encoding.at && !str_equal_caseless(encoding, STR("UTF-8")))) return false;
    if (!declared(&rest, "standalone", &alone) || (alone.at && !str_is(alone, "yes") && !str_is(alone, "no"))) return false;
    while (rest.length && is(rest.at[0], WHITE)) rest = str_part(rest, 1, rest.length);
    if (!str_starts(rest, "?>")) return false;
    *skip = (size_t)(rest.at - bytes.at) + 2;
    for (size_t i = 0; i < *skip; i++) *line += bytes.at[i] == '\n';
    return true;
}
