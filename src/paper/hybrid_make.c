/* A PDF of ours made fit for the archive (PDF/A-3b, ISO 19005-3), with the invoice's XML inside when there is one. */
#include <qpdf/qpdf-c.h>

#include "paper/hybrid_private.h"
#include "paper/pdf_private.h"

struct making {
    struct arena *arena;
    qpdf_data q;
    const struct paper_meta *meta;
    struct str date; /* D:20260101120000Z */
};

static qpdf_oh get(struct making *m, qpdf_oh holder, const char *key) { return qpdf_oh_get_key(m->q, holder, key); }
static void put(struct making *m, qpdf_oh holder, const char *key, qpdf_oh value)
{
    qpdf_oh_replace_key(m->q, holder, key, value);
}
static void put_name(struct making *m, qpdf_oh holder, const char *key, const char *name)
{
    put(m, holder, key, qpdf_oh_new_name(m->q, name));
}
static void put_text(struct making *m, qpdf_oh holder, const char *key, struct str text)
{
    if (text.length) put(m, holder, key, qpdf_oh_new_binary_unicode_string(m->q, text.at, text.length));
}

/* A stream of `bytes`; its dictionary in *dict. */
static qpdf_oh new_stream(struct making *m, struct str bytes, qpdf_oh *dict)
{
    qpdf_oh stream = qpdf_oh_new_stream(m->q), none = qpdf_oh_new_null(m->q);
    qpdf_oh_replace_stream_data(m->q, stream, (const uint8_t *)bytes.at, bytes.length, none, none);
    *dict = qpdf_oh_get_dict(m->q, stream);
    return stream;
}

static void put_info(struct making *m)
{
    qpdf_oh info = qpdf_oh_new_dictionary(m->q);
    put_text(m, info, "/Title", m->meta->title);
    put_text(m, info, "/Author", m->meta->author);
    put_text(m, info, "/Subject", m->meta->subject);
    put_text(m, info, "/Creator", STR(PAPER_CREATOR));
    put_text(m, info, "/Producer", STR(PAPER_PRODUCER));
    put_text(m, info, "/CreationDate", m->date);
    put_text(m, info, "/ModDate", m->date);
    put(m, qpdf_get_trailer(m->q), "/Info", qpdf_make_indirect_object(m->q, info));
}

static void put_catalog(struct making *m, enum paper_profile profile)
{
    qpdf_oh root = qpdf_get_root(m->q), dict;
    put_text(m, root, "/Lang", str_of(m->meta->language == DUTCH ? "nl-NL" : "en-GB"));
    qpdf_oh view = qpdf_oh_new_dictionary(m->q);
    put(m, view, "/DisplayDocTitle", qpdf_oh_new_bool(m->q, QPDF_TRUE));
    put(m, root, "/ViewerPreferences", view);
    qpdf_oh xmp = new_stream(m, xmp_packet(m->arena, m->meta, profile), &dict);
    put_name(m, dict, "/Type", "/Metadata");
    put_name(m, dict, "/Subtype", "/XML");
    put(m, root, "/Metadata", xmp);
    qpdf_oh colours = new_stream(m, icc_srgb(m->arena), &dict);
    put(m, dict, "/N", qpdf_oh_new_integer(m->q, 3));
    qpdf_oh intent = qpdf_oh_new_dictionary(m->q);
    put_name(m, intent, "/Type", "/OutputIntent");
    put_name(m, intent, "/S", "/GTS_PDFA1");
    put_text(m, intent, "/OutputConditionIdentifier", STR("sRGB IEC61966-2.1"));
    put_text(m, intent, "/Info", STR("sRGB IEC61966-2.1"));
    put_text(m, intent, "/RegistryName", STR("http://www.color.org"));
    put(m, intent, "/DestOutputProfile", colours);
    qpdf_oh intents = qpdf_oh_new_array(m->q);
    qpdf_oh_append_item(m->q, intents, intent);
    put(m, root, "/OutputIntents", intents);
}

/* Annotations must be printed (6.3.2); a page group of cairo's says transparency where there is none. */
static void mend_pages(struct making *m)
{
    int count = qpdf_get_num_pages(m->q);
    for (int i = 0; i < count; i++) {
        qpdf_oh page = qpdf_get_page_n(m->q, (size_t)i), annotations = get(m, page, "/Annots");
        qpdf_oh_remove_key(m->q, page, "/Group");
        int links = qpdf_oh_is_array(m->q, annotations) ? qpdf_oh_get_array_n_items(m->q, annotations) : 0;
        for (int n = 0; n < links; n++)
            put(m, qpdf_oh_get_array_item(m->q, annotations, n), "/F", qpdf_oh_new_integer(m->q, 4));
        qpdf_oh_release_all(m->q);
    }
}

static void attach(struct making *m, struct str xml, enum paper_profile profile)
{
    qpdf_oh dict, params = qpdf_oh_new_dictionary(m->q), spec = qpdf_oh_new_dictionary(m->q);
    struct str name = str_of(profile_file_name(profile));
    qpdf_oh file = new_stream(m, xml, &dict);
    put(m, params, "/Size", qpdf_oh_new_integer(m->q, (long long)xml.length));
    put_text(m, params, "/ModDate", m->date);
    put_name(m, dict, "/Type", "/EmbeddedFile");
    put_name(m, dict, "/Subtype", "/text/xml");
    put(m, dict, "/Params", params);
    qpdf_oh files = qpdf_oh_new_dictionary(m->q);
    put(m, files, "/F", file);
    put(m, files, "/UF", file);
    put_name(m, spec, "/Type", "/Filespec");
    put_text(m, spec, "/F", name);
    put_text(m, spec, "/UF", name);
    put_text(m, spec, "/Desc", STR("Factur-X invoice"));
    put_name(m, spec, "/AFRelationship", "/Alternative");
    put(m, spec, "/EF", files);
    spec = qpdf_make_indirect_object(m->q, spec);
    qpdf_oh root = qpdf_get_root(m->q), names = get(m, root, "/Names");
    if (!qpdf_oh_is_dictionary(m->q, names)) {
        names = qpdf_oh_new_dictionary(m->q);
        put(m, root, "/Names", names);
    }
    qpdf_oh tree = qpdf_oh_new_dictionary(m->q), list = qpdf_oh_new_array(m->q), associated = qpdf_oh_new_array(m->q);
    qpdf_oh_append_item(m->q, list, qpdf_oh_new_unicode_string(m->q, name.at));
    qpdf_oh_append_item(m->q, list, spec);
    put(m, tree, "/Names", list);
    put(m, names, "/EmbeddedFiles", tree);
    qpdf_oh_append_item(m->q, associated, spec);
    put(m, root, "/AF", associated);
}

static struct fault *failed(struct making *m)
{
    struct fault *fault = FAULT(m->arena, &pdf_broken, NULL);
    qpdf_error error = qpdf_has_error(m->q) ? qpdf_get_error(m->q) : NULL;
    if (error) fault->detail = str_format(m->arena, "%s", qpdf_get_error_full_text(m->q, error)).at;
    return fault;
}

static struct fault *make(struct making *m, struct str pdf, struct str xml, enum paper_profile profile, struct str *out)
{
    if (qpdf_read_memory(m->q, "ours", pdf.at, pdf.length, NULL) & (QPDF_ERRORS)) return failed(m);
    mend_pages(m);
    put_info(m);
    put_catalog(m, profile);
    if (profile) attach(m, xml, profile);
    if (qpdf_has_error(m->q)) return failed(m);
    if (qpdf_init_write_memory(m->q) & (QPDF_ERRORS)) return failed(m);
    qpdf_set_object_stream_mode(m->q, qpdf_o_generate);
    qpdf_set_minimum_pdf_version(m->q, "1.7");
    qpdf_set_deterministic_ID(m->q, QPDF_TRUE);
    if (qpdf_write(m->q) & (QPDF_ERRORS)) return failed(m);
    *out = str_copy(m->arena, (const char *)qpdf_get_buffer(m->q), qpdf_get_buffer_length(m->q));
    return NULL;
}

static struct fault *make_archive(struct arena *arena, struct str pdf, struct str xml, enum paper_profile profile,
                                  const struct paper_meta *meta, struct str *out)
{
    char at[28];
    *out = (struct str){ 0 };
    if (pdf.length > PDF_FILE_BYTES_MOST || xml.length > PDF_FILE_BYTES_MOST / 2)
        return FAULT(arena, &pdf_too_large, NULL, PARAM("limit", STR("64 MB")));
    instant_format(meta->created_at, at);
    /* Info and XMP must say the same: a text that isn't UTF-8 stands in neither. */
    struct paper_meta clean = *meta;
    if (!str_is_utf8(clean.title)) clean.title = (struct str){ 0 };
    if (!str_is_utf8(clean.author)) clean.author = (struct str){ 0 };
    if (!str_is_utf8(clean.subject)) clean.subject = (struct str){ 0 };
    struct making m = { .arena = arena, .q = qpdf_init(), .meta = &clean,
                        .date = str_format(arena, "D:%.4s%.2s%.2s%.2s%.2s%.2sZ", at, at + 5, at + 8, at + 11, at + 14, at + 17) };
    qpdf_silence_errors(m.q);
    qpdf_set_suppress_warnings(m.q, QPDF_TRUE);
    qpdf_set_attempt_recovery(m.q, QPDF_FALSE);
    struct fault *fault = make(&m, pdf, xml, profile, out);
    qpdf_cleanup(&m.q);
    return fault;
}

struct fault *paper_hybrid_make(struct arena *arena, struct str pdf, struct str xml, enum paper_profile profile,
                                const struct paper_meta *meta, struct str *out)
{
    return make_archive(arena, pdf, xml, profile, meta, out);
}

struct fault *paper_archive_make(struct arena *arena, struct str pdf, const struct paper_meta *meta, struct str *out)
{
    return make_archive(arena, pdf, (struct str){ 0 }, 0, meta, out);
}
