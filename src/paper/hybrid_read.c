#include "codec/xml.h"
#include "paper/hybrid.h"
#include "paper/pdf_private.h"

/* What might be the invoice, and how sure its place and name make us: lower is better. */
struct attached {
    const struct pdf_value *stream; /* reference */
    struct str name;
    int rank;
};
enum { ATTACHED_MOST = 2000, TREE_DEPTH_MOST = 16, RANK_NAMED = 0, RANK_XML = 100, RANK_LISTED = 1 };

struct search {
    struct arena *arena;
    struct pdf *pdf;
    LIST_OF(struct attached) found;
    size_t visited;
};

static const struct known_name {
    const char *name;
    enum paper_hybrid_kind kind;
} known_names[] = { { "factur-x.xml", PAPER_FACTURX },
                    { "zugferd-invoice.xml", PAPER_ZUGFERD_2 },
                    { "xrechnung.xml", PAPER_XRECHNUNG },
                    { "order-x.xml", PAPER_ORDERX } };

static const struct known_name *find_known(struct str name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(known_names); i++)
        if (str_equal_caseless(name, str_of(known_names[i].name))) return &known_names[i];
    return NULL;
}

/* A file name as Latin letters: UTF-16 by its low bytes (what we look for is ASCII), without folders. */
static struct str plain_name(struct arena *arena, struct str text)
{
    struct text out = text_new(arena);
    bool wide = text.length >= 2 && ((uint8_t)text.at[0] == 0xFE || (uint8_t)text.at[0] == 0xFF) &&
                (uint8_t)text.at[0] + (uint8_t)text.at[1] == 0xFE + 0xFF;
    size_t low = wide && (uint8_t)text.at[0] == 0xFE ? 1 : 0;
    for (size_t i = wide ? 2 : 0; i < text.length && out.length < 1000; i += wide ? 2 : 1) {
        char c = i + low < text.length || !wide ? text.at[i + (wide ? low : 0)] : 0;
        if (c == '/' || c == '\\') out.length = 0;
        else if (c) text_add_char(&out, c);
    }
    return str_trim(text_str(&out));
}

/* A file specification (7.11.3). */
static void add_filespec(struct search *s, const struct pdf_value *spec, int rank)
{
    if (!spec || spec->kind != PDF_DICT || s->found.count >= ATTACHED_MOST) return;
    const struct pdf_value *files = pdf_follow_key(s->pdf, spec, "EF");
    const struct pdf_value *stream = pdf_key(files, "F");
    if (!stream) stream = pdf_key(files, "UF");
    const struct pdf_value *wide = pdf_follow_key(s->pdf, spec, "UF"), *name = pdf_follow_key(s->pdf, spec, "F");
    if (!name || name->kind != PDF_STRING) name = wide;
    if (!stream || stream->kind != PDF_REF) return;
    struct str plain = name && name->kind == PDF_STRING ? plain_name(s->arena, name->text) : (struct str){ 0 };
    if (wide && wide->kind == PDF_STRING && !find_known(plain)) {
        struct str other = plain_name(s->arena, wide->text);
        if (find_known(other) || !plain.length) plain = other;
    }
    const struct pdf_value *object = pdf_follow(s->pdf, stream);
    const struct pdf_value *type = pdf_follow_key(s->pdf, object, "Subtype");
    bool is_xml = (type && str_find(type->text, "xml") >= 0) ||
                  (plain.length > 4 && str_equal_caseless(str_part(plain, plain.length - 4, 4), STR(".xml")));
    if (!find_known(plain) && !is_xml) return;
    *LIST_ADD(s->arena, &s->found) = (struct attached){ .stream = stream,
                                                        .name = plain,
                                                        .rank = rank + (find_known(plain) ? RANK_NAMED : RANK_XML) };
}

/* A name tree (7.9.6), bounded in depth and in nodes visited: a tree that bites its tail ends. */
static void walk_tree(struct search *s, const struct pdf_value *node, int depth)
{
    if (!node || node->kind != PDF_DICT || depth > TREE_DEPTH_MOST || ++s->visited > ATTACHED_MOST) return;
    const struct pdf_value *names = pdf_follow_key(s->pdf, node, "Names"), *kids = pdf_follow_key(s->pdf, node, "Kids");
    if (names && names->kind == PDF_ARRAY) {
        size_t place = 0;
        for (const struct pdf_value *v = names->first; v && ++s->visited < ATTACHED_MOST * 4; v = v->next)
            if (place++ % 2 == 1) add_filespec(s, pdf_follow(s->pdf, v), RANK_LISTED);
    }
    if (kids && kids->kind == PDF_ARRAY)
        for (const struct pdf_value *v = kids->first; v && s->visited < ATTACHED_MOST; v = v->next)
            walk_tree(s, pdf_follow(s->pdf, v), depth + 1);
}

static void find_attached(struct search *s)
{
    const struct pdf_value *catalog = pdf_catalog(s->pdf);
    const struct pdf_value *associated = pdf_follow_key(s->pdf, catalog, "AF");
    if (associated && associated->kind == PDF_ARRAY)
        for (const struct pdf_value *v = associated->first; v && ++s->visited < ATTACHED_MOST; v = v->next)
            add_filespec(s, pdf_follow(s->pdf, v), 0);
    const struct pdf_value *names = pdf_follow_key(s->pdf, catalog, "Names");
    walk_tree(s, pdf_follow_key(s->pdf, names, "EmbeddedFiles"), 0);
    if (s->found.count) return;
    /* Nothing listed: attached to a page by an annotation, or a list that is broken. */
    const struct pdf_value *v;
    struct pdf_value reference;
    for (size_t i = 0; pdf_each(s->pdf, i, &v, &reference); i++) {
        if (pdf_key(v, "EF")) add_filespec(s, v, RANK_LISTED);
        else if (pdf_key(v, "FS")) add_filespec(s, pdf_follow_key(s->pdf, v, "FS"), RANK_LISTED);
    }
}

static int by_rank(const void *a, const void *b)
{
    const struct attached *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

struct root {
    enum paper_hybrid_kind kind;
};
static void see_root(void *context, struct xml_reader *reader, const struct xml_element *element)
{
    struct root *root = context;
    if (str_is(element->name, "CrossIndustryDocument")) root->kind = PAPER_ZUGFERD_1;
    else if (str_is(element->name, "CrossIndustryInvoice") || str_is(element->name, "Invoice") ||
             str_is(element->name, "CreditNote"))
        root->kind = PAPER_OTHER_XML;
    else if (str_starts(element->name, "SCRDMCCBDACIOMessageStructure")) root->kind = PAPER_ORDERX;
    xml_stop(reader);
}

static void see_end(void *context, struct xml_reader *reader, struct str name, struct str text)
{
    (void)context, (void)reader, (void)name, (void)text;
}

/* What the XML is by its root element; PAPER_NOT_HYBRID for anything else. Only the beginning is looked at. */
static enum paper_hybrid_kind root_kind(struct arena *arena, struct str xml)
{
    struct root root = { PAPER_NOT_HYBRID };
    const struct xml_handler handler = { .start = see_root, .end = see_end };
    struct fault *ignored = xml_read(arena, xml, &xml_limits_default, &handler, &root);
    (void)ignored; /* what is wrong with it is einvoice_read's to say */
    return root.kind;
}

static struct fault *choose(struct search *s, struct str *xml, enum paper_hybrid_kind *kind)
{
    if (s->found.count) qsort(s->found.at, s->found.count, sizeof *s->found.at, by_rank);
    for (size_t i = 0; i < s->found.count; i++) {
        const struct known_name *known = find_known(s->found.at[i].name);
        struct str bytes;
        TRY(pdf_stream(s->pdf, s->found.at[i].stream, &bytes));
        if (!bytes.at) continue;
        enum paper_hybrid_kind root = root_kind(s->arena, bytes);
        if (root == PAPER_NOT_HYBRID && !known) continue;
        *kind = root == PAPER_ZUGFERD_1 || root == PAPER_ORDERX || !known ? root : known->kind;
        *xml = bytes;
        return NULL;
    }
    return NULL;
}

static struct fault *search_pdf(struct arena *work, struct str pdf, struct str *xml, enum paper_hybrid_kind *kind)
{
    struct search s = { .arena = work };
    TRY(pdf_open(work, pdf, &s.pdf));
    find_attached(&s);
    return choose(&s, xml, kind);
}

/* The refusal again, in the memory of who asked: the reading's own goes. */
static struct fault *keep_fault(struct arena *arena, const struct fault *fault)
{
    struct param params[4];
    size_t count = fault->param_count < ARRAY_LENGTH(params) ? fault->param_count : ARRAY_LENGTH(params);
    for (size_t i = 0; i < count; i++)
        params[i] = (struct param){ fault->params[i].name, str_keep(arena, fault->params[i].text) };
    return fault_new(arena, fault->type, NULL, params, count);
}

struct fault *paper_hybrid_xml(struct arena *arena, struct str pdf, struct str *xml, enum paper_hybrid_kind *kind)
{
    *xml = (struct str){ 0 };
    *kind = PAPER_NOT_HYBRID;
    struct arena *work = arena_new((size_t)4 << 30); /* far above what the limits of pdf_private.h let it use */
    struct fault *fault = search_pdf(work, pdf, xml, kind);
    if (fault) fault = keep_fault(arena, fault);
    else *xml = str_keep(arena, *xml);
    arena_free(work);
    return fault;
}
