#include <zlib.h>

#include "paper/pdf_private.h"

const struct fault_type pdf_not_pdf = { FAULT_INVALID, "pdf.not_pdf", "This file is not a PDF." };
const struct fault_type pdf_encrypted = { FAULT_INVALID, "pdf.encrypted",
                                          "This PDF is locked with a password or rights; ask for one without." };
const struct fault_type pdf_too_large = { FAULT_LIMIT, "pdf.too_large",
                                          "This PDF is too large to read: at most {limit}." };
const struct fault_type pdf_broken = { FAULT_INVALID, "pdf.broken",
                                       "This PDF is damaged; ask for it to be sent again." };

/* Where an object stands. One in an object stream stands in the unpacked bytes of that, and orders as its holder. */
struct place {
    int64_t number;
    size_t order;
    struct str bytes;
    size_t at;
    struct str stream; /* its packed bytes; absent when it is none */
    const struct pdf_value *value;
};

struct pdf {
    struct arena *arena, *scratch;
    struct str bytes;
    LIST_OF(struct place) places;
    LIST_OF(size_t) holders; /* of the object streams among the places, in order */
    int64_t root;            /* object number, 0: not known */
    bool encrypted;
    size_t effort; /* bytes looked at more than once: what hostile files try to multiply */
    size_t unpacked, nodes;
    const struct pdf_value *catalog;
};

static struct fault *too_large(struct pdf *pdf, const char *limit)
{
    return FAULT(pdf->arena, &pdf_too_large, NULL, PARAM("limit", str_of(limit)));
}

static bool spend(struct pdf *pdf, size_t bytes)
{
    pdf->effort += bytes;
    return pdf->effort <= pdf->bytes.length * 8 + (1 << 20);
}

static size_t find_from(struct pdf *pdf, const char *needle, size_t from)
{
    if (from >= pdf->bytes.length) return pdf->bytes.length;
    const char *hit = memmem(pdf->bytes.at + from, pdf->bytes.length - from, needle, strlen(needle));
    size_t at = hit ? (size_t)(hit - pdf->bytes.at) : pdf->bytes.length;
    return spend(pdf, at - from) ? at : pdf->bytes.length;
}

/* ---- Streams: where their bytes end ---- */

static bool ends_stream(struct pdf *pdf, size_t from, int64_t length)
{
    if (length < 0 || (uint64_t)length > pdf->bytes.length - from) return false;
    struct str tail = str_part(pdf->bytes, from + (size_t)length, 12);
    while (tail.length && pdf_is_space(tail.at[0])) tail = str_part(tail, 1, tail.length - 1);
    return str_starts(tail, "endstream");
}

/* The whole number that object `number` is, when it stands at `at` as "7 0 obj 123". */
static bool int_object_at(struct pdf *pdf, size_t at, int64_t number, int64_t *out)
{
    struct pdf_cursor c = { .arena = pdf->scratch, .bytes = pdf->bytes, .here = at };
    pdf_skip_space(&c);
    struct str expected = str_format(pdf->scratch, "%lld ", (long long)number);
    if (!str_equal(str_part(pdf->bytes, c.here, expected.length), expected)) return false;
    size_t word = find_from(pdf, "obj", c.here);
    if (word - c.here > expected.length + 8) return false;
    c.here = word + 3;
    struct pdf_value *v = pdf_parse(&c);
    if (!v || v->kind != PDF_INT) return false;
    *out = v->number;
    return true;
}

static bool length_of_object(struct pdf *pdf, size_t from, size_t candidate, int64_t number, int64_t *out)
{
    size_t after = find_from(pdf, "endobj", candidate);
    if (after - candidate < 40 && int_object_at(pdf, after + 6, number, out) && ends_stream(pdf, from, *out))
        return true;
    for (size_t i = pdf->places.count, tries = 0; i-- > 0 && tries < 64; tries++) {
        struct place *p = &pdf->places.at[i];
        struct pdf_cursor c = { .arena = pdf->scratch, .bytes = p->bytes, .here = p->at };
        struct pdf_value *v = p->number == number ? pdf_parse(&c) : NULL;
        if (v && v->kind == PDF_INT && ends_stream(pdf, from, v->number)) return *out = v->number, true;
    }
    char pattern[32];
    snprintf(pattern, sizeof pattern, "%lld 0 obj", (long long)number);
    size_t at = find_from(pdf, pattern, from);
    for (int tries = 0; at < pdf->bytes.length && tries < 16; tries++, at = find_from(pdf, pattern, at + 1))
        if (at > 0 && pdf_is_space(pdf->bytes.at[at - 1]) && int_object_at(pdf, at, number, out) &&
            ends_stream(pdf, from, *out))
            return true;
    return false;
}

/* `from` is behind the word "stream". Gives where the object goes on. */
static size_t take_stream(struct pdf *pdf, const struct pdf_value *dict, size_t from, struct str *stream)
{
    const char *at = pdf->bytes.at;
    size_t length = pdf->bytes.length;
    if (from < length && at[from] == '\r') from++;
    if (from < length && at[from] == '\n') from++;
    const struct pdf_value *said = pdf_key(dict, "Length");
    int64_t count = said ? said->number : -1;
    bool sure = said && said->kind == PDF_INT && ends_stream(pdf, from, count);
    if (!sure) {
        size_t end = find_from(pdf, "endstream", from);
        sure = said && said->kind == PDF_REF && length_of_object(pdf, from, end, said->number, &count);
        if (!sure) { /* up to the line end that belongs to "endstream" */
            if (end > from && end < length && at[end - 1] == '\n') end--;
            if (end > from && end < length && at[end - 1] == '\r') end--;
            count = (int64_t)(end - from);
        }
    }
    *stream = (struct str){ at + from, (size_t)count };
    return from + (size_t)count;
}

/* ---- The walk ---- */

/* The number of the object whose word "obj" stands at `word`; 0: it is something else. */
static int64_t object_number(struct str bytes, size_t word)
{
    size_t at = word, digits[2] = { 0 };
    for (int part = 0; part < 2; part++) {
        size_t spaces = at;
        while (at > 0 && spaces - at < 8 && pdf_is_space(bytes.at[at - 1])) at--;
        if (at == spaces && part == 1) return 0;
        size_t end = at;
        while (at > 0 && end - at < 10 && bytes.at[at - 1] >= '0' && bytes.at[at - 1] <= '9') at--;
        digits[part] = end - at;
        if (at == end) return 0;
    }
    int64_t number = 0;
    return str_to_int(str_part(bytes, at, digits[1]), &number) && number > 0 ? number : 0;
}

static void note_trailer(struct pdf *pdf, const struct pdf_value *dict)
{
    const struct pdf_value *root = pdf_key(dict, "Root"), *locked = pdf_key(dict, "Encrypt");
    if (root && root->kind == PDF_REF) pdf->root = root->number;
    if (locked && locked->kind != PDF_NULL) pdf->encrypted = true;
}

static size_t take_object(struct pdf *pdf, size_t word, int64_t number)
{
    arena_reset(pdf->scratch);
    struct pdf_cursor c = { .arena = pdf->scratch, .bytes = pdf->bytes, .here = word + 3 };
    struct pdf_value *v = pdf_parse(&c);
    if (!v) return spend(pdf, c.here - word), word + 3;
    struct place *place = LIST_ADD(pdf->arena, &pdf->places);
    *place = (struct place){ .number = number, .order = word, .bytes = pdf->bytes, .at = word + 3 };
    pdf_skip_space(&c);
    if (v->kind != PDF_DICT || !str_is(str_part(pdf->bytes, c.here, 6), "stream")) return c.here;
    size_t index = pdf->places.count - 1;
    struct str stream;
    size_t end = take_stream(pdf, v, c.here + 6, &stream);
    pdf->places.at[index].stream = stream;
    const struct pdf_value *type = pdf_key(v, "Type");
    if (type && str_is(type->text, "XRef")) note_trailer(pdf, v);
    if (type && str_is(type->text, "ObjStm")) *LIST_ADD(pdf->arena, &pdf->holders) = index;
    return end;
}

static struct fault *walk(struct pdf *pdf)
{
    struct str b = pdf->bytes;
    for (size_t at = 0; at < b.length;) {
        if (b.at[at] == 'o' && str_is(str_part(b, at, 3), "obj")) {
            int64_t number = object_number(b, at);
            at = number ? take_object(pdf, at, number) : at + 3;
        } else if (b.at[at] == 't' && str_is(str_part(b, at, 7), "trailer")) {
            arena_reset(pdf->scratch);
            struct pdf_cursor c = { .arena = pdf->scratch, .bytes = b, .here = at + 7 };
            struct pdf_value *v = pdf_parse(&c);
            if (v) note_trailer(pdf, v);
            else spend(pdf, c.here - at);
            at = v ? c.here : at + 7;
        } else {
            at++;
        }
        if (!spend(pdf, 0)) return FAULT(pdf->arena, &pdf_broken, NULL);
        if (pdf->places.count > PDF_OBJECTS_MOST) return too_large(pdf, "500,000 objects");
    }
    return NULL;
}

/* ---- Unpacking ---- */

static struct fault *inflate_bounded(struct pdf *pdf, struct str packed, struct str *out)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)packed.at, .avail_in = (uInt)packed.length };
    *out = (struct str){ 0 };
    if (inflateInit(&z) != Z_OK) return NULL;
    struct text text = text_new(pdf->arena);
    char part[16384];
    int state = Z_OK;
    while (state == Z_OK && pdf->unpacked <= PDF_UNPACKED_BYTES_MOST) {
        z.next_out = (Bytef *)part;
        z.avail_out = sizeof part;
        state = inflate(&z, Z_NO_FLUSH);
        size_t made = sizeof part - z.avail_out;
        text_add_bytes(&text, part, made);
        pdf->unpacked += made;
        if (!made && state == Z_OK) break;
    }
    inflateEnd(&z);
    if (pdf->unpacked > PDF_UNPACKED_BYTES_MOST) return too_large(pdf, "96 MB when unpacked");
    if (text.length) *out = text_str(&text); /* a damaged end is left to who reads what came before it */
    return NULL;
}

static struct str unhex(struct pdf *pdf, struct str packed)
{
    struct str wrapped = str_format(pdf->arena, "<%.*s>", STR_ARG(packed));
    struct pdf_cursor c = { .arena = pdf->arena, .bytes = wrapped };
    struct pdf_value *v = pdf_parse(&c);
    return v && v->kind == PDF_STRING ? v->text : (struct str){ 0 };
}

static struct str unascii85(struct pdf *pdf, struct str packed)
{
    struct text text = text_new(pdf->arena);
    uint64_t group = 0;
    size_t held = 0, i = 0;
    for (; i < packed.length && packed.at[i] != '~'; i++) {
        char c = packed.at[i];
        if (pdf_is_space(c)) continue;
        if (c == 'z' && held == 0) {
            text_add_bytes(&text, "\0\0\0\0", 4);
            continue;
        }
        if (c < '!' || c > 'u') return (struct str){ 0 };
        group = group * 85 + (uint64_t)(c - '!');
        if (++held < 5) continue;
        for (int shift = 24; shift >= 0; shift -= 8) text_add_char(&text, (char)(group >> shift));
        group = held = 0;
    }
    for (size_t fill = held; held && fill < 5; fill++) group = group * 85 + 84;
    for (size_t n = 1; n < held; n++) text_add_char(&text, (char)(group >> (32 - 8 * n)));
    return text_str(&text);
}

static struct fault *unpack(struct pdf *pdf, const struct pdf_value *dict, struct str packed, struct str *out)
{
    const struct pdf_value *filter = pdf_follow_key(pdf, dict, "Filter");
    const struct pdf_value *parms = pdf_follow_key(pdf, dict, "DecodeParms");
    if (parms && parms->kind == PDF_ARRAY) parms = pdf_follow(pdf, parms->first);
    const struct pdf_value *predictor = pdf_follow_key(pdf, parms, "Predictor");
    *out = (struct str){ 0 };
    if (predictor && predictor->number > 1) return NULL;
    struct pdf_value one = { 0 };
    if (filter && filter->kind == PDF_NAME) one = *filter, one.next = NULL, filter = &one;
    else filter = filter && filter->kind == PDF_ARRAY ? filter->first : NULL;
    int steps = 0;
    for (; filter; filter = filter->next) {
        const struct pdf_value *name = pdf_follow(pdf, filter);
        if (!name || name->kind != PDF_NAME || ++steps > 4) return NULL;
        if (str_is(name->text, "FlateDecode") || str_is(name->text, "Fl")) TRY(inflate_bounded(pdf, packed, &packed));
        else if (str_is(name->text, "ASCIIHexDecode") || str_is(name->text, "AHx")) packed = unhex(pdf, packed);
        else if (str_is(name->text, "ASCII85Decode") || str_is(name->text, "A85")) packed = unascii85(pdf, packed);
        else return NULL;
        if (!packed.at) return NULL;
    }
    *out = packed;
    return NULL;
}

/* ---- The index ---- */

static int by_number(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void sort_places(struct pdf *pdf)
{
    if (!pdf->places.count) return;
    qsort(pdf->places.at, pdf->places.count, sizeof *pdf->places.at, by_number);
    size_t kept = 0;
    for (size_t i = 0; i < pdf->places.count; i++) {
        bool last = i + 1 == pdf->places.count || pdf->places.at[i + 1].number != pdf->places.at[i].number;
        if (last) pdf->places.at[kept++] = pdf->places.at[i];
    }
    pdf->places.count = kept;
}

static struct place *find_place(struct pdf *pdf, int64_t number)
{
    size_t from = 0, to = pdf->places.count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (pdf->places.at[middle].number < number) from = middle + 1;
        else to = middle;
    }
    return from < pdf->places.count && pdf->places.at[from].number == number ? &pdf->places.at[from] : NULL;
}

/* Adds what an object stream holds (7.5.7): pairs of number and offset, then the objects. */
static struct fault *open_holder(struct pdf *pdf, struct place holder)
{
    struct pdf_cursor c = { .arena = pdf->arena, .bytes = holder.bytes, .here = holder.at };
    struct pdf_value *dict = pdf_parse(&c);
    const struct pdf_value *count = pdf_follow_key(pdf, dict, "N"), *first = pdf_follow_key(pdf, dict, "First");
    if (!count || !first || count->kind != PDF_INT || first->kind != PDF_INT || first->number < 0) return NULL;
    struct str bytes;
    TRY(unpack(pdf, dict, holder.stream, &bytes));
    if (!bytes.at) return NULL;
    arena_reset(pdf->scratch);
    c = (struct pdf_cursor){ .arena = pdf->scratch, .bytes = bytes };
    for (int64_t i = 0; i < count->number; i++) {
        struct pdf_value *number = pdf_parse(&c);
        struct pdf_value *offset = number ? pdf_parse(&c) : NULL;
        if (!offset || number->kind != PDF_INT || offset->kind != PDF_INT || offset->number < 0) return NULL;
        if (offset->number > (int64_t)bytes.length || first->number > (int64_t)bytes.length) continue;
        *LIST_ADD(pdf->arena, &pdf->places) = (struct place){ .number = number->number,
                                                              .order = holder.order,
                                                              .bytes = bytes,
                                                              .at = (size_t)(first->number + offset->number) };
        if (pdf->places.count > PDF_OBJECTS_MOST) return too_large(pdf, "500,000 objects");
    }
    return NULL;
}

static struct fault *index_objects(struct pdf *pdf)
{
    LIST_OF(struct place) holders = { 0 };
    for (size_t i = 0; i < pdf->holders.count; i++)
        *LIST_ADD(pdf->arena, &holders) = pdf->places.at[pdf->holders.at[i]];
    sort_places(pdf); /* so that a Length or Filter held elsewhere is found */
    LIST_OF(struct place) more = { 0 };
    for (size_t i = 0; i < holders.count; i++) {
        size_t before = pdf->places.count;
        TRY(open_holder(pdf, holders.at[i]));
        for (size_t n = before; n < pdf->places.count; n++) *LIST_ADD(pdf->arena, &more) = pdf->places.at[n];
        pdf->places.count = before;
        if (more.count > PDF_OBJECTS_MOST) return too_large(pdf, "500,000 objects");
    }
    for (size_t i = 0; i < more.count; i++) *LIST_ADD(pdf->arena, &pdf->places) = more.at[i];
    sort_places(pdf);
    return NULL;
}

static const struct pdf_value *load_place(struct pdf *pdf, struct place *place)
{
    if (place->value || pdf->nodes > PDF_NODES_MOST) return place->value;
    struct pdf_cursor c = { .arena = pdf->arena, .bytes = place->bytes, .here = place->at };
    place->value = pdf_parse(&c);
    pdf->nodes += c.nodes + 1;
    return place->value;
}

const struct pdf_value *pdf_follow(struct pdf *pdf, const struct pdf_value *value)
{
    for (int steps = 0; value && value->kind == PDF_REF; steps++) {
        struct place *place = steps < 8 ? find_place(pdf, value->number) : NULL;
        value = place ? load_place(pdf, place) : NULL;
    }
    return value && value->kind != PDF_NULL ? value : NULL;
}

const struct pdf_value *pdf_follow_key(struct pdf *pdf, const struct pdf_value *dict, const char *key)
{
    return pdf_follow(pdf, pdf_key(dict, key));
}

struct fault *pdf_stream(struct pdf *pdf, const struct pdf_value *reference, struct str *out)
{
    *out = (struct str){ 0 };
    struct place *place = reference && reference->kind == PDF_REF ? find_place(pdf, reference->number) : NULL;
    if (!place || !place->stream.at) return NULL;
    struct str stream = place->stream;
    return unpack(pdf, load_place(pdf, place), stream, out);
}

bool pdf_each(struct pdf *pdf, size_t index, const struct pdf_value **out, struct pdf_value *reference)
{
    if (index >= pdf->places.count) return false;
    *out = load_place(pdf, &pdf->places.at[index]);
    *reference = (struct pdf_value){ .kind = PDF_REF, .number = pdf->places.at[index].number };
    return true;
}

const struct pdf_value *pdf_catalog(struct pdf *pdf) { return pdf->catalog; }

static bool is_catalog(const struct pdf_value *v)
{
    const struct pdf_value *type = pdf_key(v, "Type");
    return v && v->kind == PDF_DICT && (pdf_key(v, "Pages") || (type && str_is(type->text, "Catalog")));
}

static struct fault *read_all(struct pdf *pdf)
{
    TRY(walk(pdf));
    if (pdf->encrypted) return FAULT(pdf->arena, &pdf_encrypted, NULL);
    TRY(index_objects(pdf));
    struct pdf_value root = { .kind = PDF_REF, .number = pdf->root }, reference;
    pdf->catalog = pdf_follow(pdf, &root);
    const struct pdf_value *v;
    for (size_t i = 0; !is_catalog(pdf->catalog) && pdf_each(pdf, i, &v, &reference); i++)
        if (is_catalog(v)) pdf->catalog = v;
    return is_catalog(pdf->catalog) ? NULL : FAULT(pdf->arena, &pdf_broken, NULL);
}

struct fault *pdf_open(struct arena *arena, struct str bytes, struct pdf **out)
{
    struct pdf *pdf = *out = ARENA_NEW(arena, struct pdf);
    *pdf = (struct pdf){ .arena = arena, .bytes = bytes };
    if (str_find(str_part(bytes, 0, 1024), "%PDF-") < 0) return FAULT(arena, &pdf_not_pdf, NULL);
    if (bytes.length > PDF_FILE_BYTES_MOST) return too_large(pdf, "64 MB");
    pdf->scratch = arena_new((size_t)4 << 30);
    struct fault *fault = read_all(pdf);
    arena_free(pdf->scratch);
    pdf->scratch = NULL;
    return fault;
}
