/* What drawing needs again and again and is dear to make: fonts found, texts shaped. Each thread has its own, as Pango's font map is. */
#include <pthread.h>

#include "paper/page_private.h"

enum { KITS = 3 }; /* by language, the first for none */
static pthread_key_t kits_key;
static pthread_once_t kits_once = PTHREAD_ONCE_INIT;

void paper_shaped_free(struct shaped *shaped)
{
    if (shaped->layout) g_object_unref(shaped->layout);
    free((char *)(uintptr_t)shaped->text.at); /* ours: piece_layout made it */
    *shaped = (struct shaped){ 0 };
}

static void kit_free(struct kit *kit)
{
    if (!kit->context) return;
    for (size_t i = 0; i < SHAPED_COUNT; i++) paper_shaped_free(&kit->shaped[i]);
    pango_font_description_free(kit->regular);
    pango_font_description_free(kit->bold);
    pango_attr_list_unref(kit->figures);
    pango_attr_list_unref(kit->figures_latin);
    g_object_unref(kit->context);
    free(kit->family);
    *kit = (struct kit){ 0 };
}

static void kits_free(void *kits)
{
    for (int i = 0; i < KITS; i++) kit_free((struct kit *)kits + i);
    free(kits);
}

static void kits_make(void) { ensure(!pthread_key_create(&kits_key, kits_free)); }

static void kit_make(struct kit *kit, enum language language, const char *family)
{
    kit->family = strdup(family);
    ensure(kit->family);
    kit->context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(kit->context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(kit->context, 72);
    pango_context_set_round_glyph_positions(kit->context, FALSE);
    pango_context_set_language(kit->context, pango_language_from_string(language == DUTCH ? "nl" : "en"));
    kit->regular = pango_font_description_new();
    pango_font_description_set_family(kit->regular, family);
    kit->bold = pango_font_description_copy(kit->regular);
    pango_font_description_set_weight(kit->bold, PANGO_WEIGHT_SEMIBOLD);
    kit->figures = pango_attr_list_new();
    pango_attr_list_insert(kit->figures, pango_attr_font_features_new("tnum=1"));
    kit->figures_latin = pango_attr_list_new();
    pango_attr_list_insert(kit->figures_latin, pango_attr_font_features_new("tnum=1, calt=0, liga=0, clig=0, ccmp=0"));
}

struct kit *paper_kit(enum language language, const char *family)
{
    pthread_once(&kits_once, kits_make);
    struct kit *kits = pthread_getspecific(kits_key);
    if (!kits) {
        kits = calloc(KITS, sizeof *kits);
        ensure(kits && !pthread_setspecific(kits_key, kits));
    }
    struct kit *kit = &kits[(unsigned)language % KITS];
    if (kit->family && strcmp(kit->family, family) != 0) kit_free(kit);
    if (!kit->family) kit_make(kit, language, family);
    return kit;
}
