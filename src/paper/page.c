#include <qrencode.h>

#include "paper/page_private.h"

const struct fault_type paper_bad_logo = {
    FAULT_INVALID, "paper.bad_logo", "This logo can't be used: it must be a PNG of at most 2 MB and 3000 × 3000 pixels."
};
const struct fault_type paper_too_long = { FAULT_LIMIT, "paper.too_long",
                                           "This document would be longer than {limit} pages." };
const struct fault_type paper_cannot_draw = { FAULT_BROKEN, "paper.cannot_draw", "The PDF could not be made: {why}" };

const struct paper_type paper_body = { .size = 9.2, .ink = PAPER_INK_TEXT };
const struct paper_type paper_small = { .size = 7.6, .ink = PAPER_INK_MUTED };
const struct paper_type paper_strong = { .size = 9.2, .ink = PAPER_INK_TEXT, .bold = true };
const struct paper_type paper_label = { .size = 8, .ink = PAPER_INK_MUTED };
const struct paper_type paper_heading = { .size = 10.5, .ink = PAPER_INK_ACCENT, .bold = true, .tag = "H2" };
const struct paper_type paper_title = { .size = 21, .ink = PAPER_INK_ACCENT, .bold = true, .tag = "H1" };

struct arena *paper_arena(struct paper *paper) { return paper->arena; }
enum language paper_language(const struct paper *paper) { return paper->language; }
const struct paper_style *paper_style_of(const struct paper *paper) { return paper->style; }
struct str paper_word(const struct paper *paper, const char *english) { return translate(paper->language, english); }

/* ---- Colours ---- */

static uint32_t channel(uint32_t rgb, int shift) { return rgb >> shift & 0xFF; }

/* `part` of 255 of colour a, the rest of b. */
static uint32_t mixed(uint32_t a, uint32_t b, uint32_t part)
{
    uint32_t out = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        out |= (channel(a, shift) * part + channel(b, shift) * (255 - part)) / 255 << shift;
    return out;
}

/* Perceived lightness in thousandths of white (ITU-R BT.601). */
static uint32_t lightness(uint32_t rgb)
{
    return (channel(rgb, 16) * 299 + channel(rgb, 8) * 587 + channel(rgb, 0) * 114) / 255;
}

static void choose_inks(struct paper *paper)
{
    uint32_t accent = paper->style->accent_rgb & 0xFFFFFF;
    if (!accent) accent = 0x14555F;
    uint32_t shade = mixed(accent, 0xFFFFFF, lightness(accent) > 500 ? 30 : 15);
    for (int i = 0; i < 20 && lightness(accent) > 480; i++)
        accent = mixed(accent, 0x000000, 230); /* readable as text */
    paper->ink[PAPER_INK_TEXT] = 0x1C2126;
    paper->ink[PAPER_INK_MUTED] = 0x5A646D;
    paper->ink[PAPER_INK_ACCENT] = accent;
    paper->ink[PAPER_INK_RULE] = 0xD3D9DE;
    paper->ink[PAPER_INK_SHADE] = shade;
    paper->ink[PAPER_INK_WHITE] = 0xFFFFFF;
}

/* ---- Logo ---- */

struct png_bytes { struct str left; };
static cairo_status_t read_png(void *context, unsigned char *to, unsigned int count)
{
    struct png_bytes *png = context;
    if (count > png->left.length) return CAIRO_STATUS_READ_ERROR;
    memcpy(to, png->left.at, count);
    png->left = str_part(png->left, count, png->left.length - count);
    return CAIRO_STATUS_SUCCESS;
}

static uint32_t big_endian(const char *at)
{
    const uint8_t *b = (const uint8_t *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Decoded once and laid on white: no transparency in the file (PDF/A asks for care with it). */
static struct fault *load_logo(struct paper *paper)
{
    struct str png = paper->style->logo_png;
    if (!png.length) return NULL;
    bool header = png.length > 33 && !memcmp(png.at, "\x89PNG\r\n\x1a\n", 8) && !memcmp(png.at + 12, "IHDR", 4);
    uint32_t width = header ? big_endian(png.at + 16) : 0, height = header ? big_endian(png.at + 20) : 0;
    if (png.length > PAPER_LOGO_BYTES_MOST || !width || !height || width > PAPER_LOGO_SIDE_MOST ||
        height > PAPER_LOGO_SIDE_MOST)
        return FAULT(paper->arena, &paper_bad_logo, "logo_png");
    struct png_bytes source = { png };
    cairo_surface_t *image = cairo_image_surface_create_from_png_stream(read_png, &source);
    bool good = cairo_surface_status(image) == CAIRO_STATUS_SUCCESS;
    if (good) {
        paper->logo = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
        cairo_t *cr = cairo_create(paper->logo);
        cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_paint(cr);
        cairo_set_source_surface(cr, image, 0, 0);
        cairo_paint(cr);
        cairo_destroy(cr);
        paper->logo_width = width;
        paper->logo_height = height;
    }
    cairo_surface_destroy(image);
    return good ? NULL : FAULT(paper->arena, &paper_bad_logo, "logo_png");
}

/* ---- Begin ---- */

struct fault *paper_begin(struct arena *arena, const struct paper_style *style, enum language language,
                          const struct paper_about *about, struct paper **out)
{
    struct paper *paper = *out = ARENA_NEW(arena, struct paper);
    *paper = (struct paper){ .arena = arena, .style = style, .language = language, .about = *about };
    choose_inks(paper);
    TRY(load_logo(paper));
    const char *family = "Inter,Liberation Sans,DejaVu Sans";
    if (style->font.length && str_is_utf8(style->font))
        family = str_format(arena, "%.*s,%s", STR_ARG(str_utf8_clip(style->font, 100)), family).at;
    paper->kit = paper_kit(language, family);
    paper->page_count = 1;
    paper->y = MM(20);
    return NULL;
}

/* ---- Text ---- */

static struct str shown(struct arena *arena, struct str text)
{
    struct str out = str_keep(arena, text);
    char *at = (char *)(uintptr_t)out.at; /* our own copy */
    bool good = str_is_utf8(out);
    for (size_t i = 0; i < out.length; i++) {
        uint8_t c = (uint8_t)at[i];
        if (!good && c >= 0x80) at[i] = '?';
        if (c < 0x20 && c != '\n') at[i] = ' ';
    }
    if (out.length <= PAPER_TEXT_MOST || str_utf8_count(out) <= PAPER_TEXT_MOST) return out;
    return str_format(arena, "%.*s…", STR_ARG(str_utf8_clip(out, PAPER_TEXT_MOST - 1)));
}

/* Latin letters and common signs (to U+027F, U+2000…U+2FFF) need no contextual forms: a quarter of the time goes to
 * looking for them. */
static bool is_latin(struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = (uint8_t)text.at[i];
        if (c >= 0xCA && c != 0xE2) return false;
    }
    return true;
}

/* A space that must not break (U+00A0) becomes an ordinary one where no break is allowed: cairo would embed the font a
 * second time for it. */
static void join_spaces(PangoLayout *layout, struct str *text)
{
    char *at = (char *)(uintptr_t)text->at; /* our own copy */
    size_t length = 0;
    PangoAttrList *attributes = NULL;
    for (size_t i = 0; i < text->length; i++, length++) {
        bool hard = (uint8_t)at[i] == 0xC2 && i + 1 < text->length && (uint8_t)at[i + 1] == 0xA0;
        at[length] = hard ? ' ' : at[i];
        if (!hard) continue;
        i++;
        if (!attributes) attributes = pango_attr_list_copy(pango_layout_get_attributes(layout));
        PangoAttribute *keep = pango_attr_allow_breaks_new(FALSE);
        keep->start_index = (guint)length;
        keep->end_index = (guint)length + 2;
        pango_attr_list_insert(attributes, keep);
    }
    text->length = length;
    if (!attributes) return;
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
}

static PangoLayout *shape(struct paper *paper, const struct shaped *as)
{
    PangoLayout *layout = pango_layout_new(paper->kit->context);
    PangoFontDescription *font = as->bold ? paper->kit->bold : paper->kit->regular;
    pango_font_description_set_absolute_size(font, as->size * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_attributes(layout, is_latin(as->text) ? paper->kit->figures_latin : paper->kit->figures);
    if (as->width > 0) {
        pango_layout_set_width(layout, (int)(as->width * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    }
    pango_layout_set_alignment(layout, as->align == PAPER_ALIGN_RIGHT    ? PANGO_ALIGN_RIGHT
                                       : as->align == PAPER_ALIGN_CENTER ? PANGO_ALIGN_CENTER
                                                                         : PANGO_ALIGN_LEFT);
    pango_layout_set_auto_dir(layout, TRUE);
    pango_layout_set_line_spacing(layout, 1.08f);
    struct str clean = shown(paper->arena, as->text);
    join_spaces(layout, &clean);
    pango_layout_set_text(layout, clean.at ? clean.at : "", (int)clean.length);
    return layout;
}

PangoLayout *piece_layout(struct paper *paper, double width, const struct paper_type *type, struct str text)
{
    const struct shaped as = { .hash = str_hash(text), .text = text, .width = width, .size = type->size, .bold = type->bold,
                               .align = type->align };
    if (text.length > SHAPED_TEXT_MOST) return shape(paper, &as);
    uint64_t mix = as.hash ^ (uint64_t)(width * 64) * 31 ^ (uint64_t)(type->size * 64) * 127 ^ (uint64_t)type->align;
    struct shaped *place = &paper->kit->shaped[mix % SHAPED_COUNT];
    bool same = place->layout && place->hash == as.hash && place->width >= width && place->width <= width &&
                place->size >= type->size && place->size <= type->size && place->bold == type->bold &&
                place->align == type->align && str_equal(place->text, text);
    if (!same) {
        char *kept = malloc(text.length + 1);
        ensure(kept);
        if (text.length) memcpy(kept, text.at, text.length);
        paper_shaped_free(place);
        *place = as;
        place->text = (struct str){ kept, text.length };
        place->layout = shape(paper, &as);
    }
    return g_object_ref(place->layout);
}

double layout_height(PangoLayout *layout)
{
    PangoRectangle box;
    pango_layout_get_extents(layout, NULL, &box);
    return (double)box.height / PANGO_SCALE;
}

/* From the top of line `from` to the bottom of line `to` - 1. */
double lines_height(PangoLayout *layout, int from, int to)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    int top = 0, bottom = 0, y0, y1, line = 0;
    do {
        pango_layout_iter_get_line_yrange(iter, &y0, &y1);
        if (line == from) top = y0;
        if (line >= from && line < to) bottom = y1;
        line++;
    } while (line < to && pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    return (double)(bottom - top) / PANGO_SCALE;
}

int lines_fitting(PangoLayout *layout, int from, double room)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    int top = 0, y0, y1, line = 0, fitting = 0;
    do {
        pango_layout_iter_get_line_yrange(iter, &y0, &y1);
        if (line == from) top = y0;
        if (line >= from && (double)(y1 - top) / PANGO_SCALE > room) break;
        if (line >= from) fitting++;
        line++;
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    return fitting;
}

static struct piece *add_piece(struct paper *paper, struct piece piece)
{
    piece.page = paper->page;
    if (paper->outside) piece.tag = NULL;
    struct piece *place = LIST_ADD(paper->arena, &paper->pieces);
    *place = piece;
    return place;
}

struct piece *piece_text(struct paper *paper, double x, double y, double width, const struct paper_type *type,
                         PangoLayout *layout, int from, int to)
{
    return add_piece(paper, (struct piece){ .kind = PIECE_TEXT,
                                            .x = x,
                                            .y = y,
                                            .width = width,
                                            .ink = type->ink,
                                            .tag = type->tag ? type->tag : "P",
                                            .layout = layout,
                                            .from = from,
                                            .to = to });
}

double paper_link(struct paper *paper, double x, double y, double width, const struct paper_type *type, struct str text,
                  struct str uri)
{
    if (!text.length) return 0;
    PangoLayout *layout = piece_layout(paper, width, type, text);
    struct piece *piece = piece_text(paper, x, y, width, type, layout, 0, pango_layout_get_line_count(layout));
    piece->uri = uri;
    return layout_height(layout);
}

double paper_text(struct paper *paper, double x, double y, double width, const struct paper_type *type, struct str text)
{
    return paper_link(paper, x, y, width, type, text, (struct str){ 0 });
}

double paper_text_height(struct paper *paper, double width, const struct paper_type *type, struct str text)
{
    if (!text.length) return 0;
    PangoLayout *layout = piece_layout(paper, width, type, text);
    double height = layout_height(layout);
    g_object_unref(layout);
    return height;
}

double paper_text_width(struct paper *paper, const struct paper_type *type, struct str text)
{
    PangoLayout *layout = piece_layout(paper, 0, type, text);
    PangoRectangle box;
    pango_layout_get_extents(layout, NULL, &box);
    g_object_unref(layout);
    return (double)box.width / PANGO_SCALE;
}

/* ---- Shapes ---- */

void paper_fill(struct paper *paper, double x, double y, double width, double height, enum paper_ink ink)
{
    add_piece(paper,
              (struct piece){ .kind = PIECE_FILL, .x = x, .y = y, .width = width, .height = height, .ink = ink });
}

void paper_rule(struct paper *paper, double x, double y, double width, double weight, enum paper_ink ink)
{
    paper_fill(paper, x, y - weight / 2, width, weight, ink);
}

double paper_logo(struct paper *paper, double x, double y, double width, double height)
{
    if (!paper->logo) return 0;
    double scale = width / paper->logo_width;
    if (paper->logo_height * scale > height) scale = height / paper->logo_height;
    cairo_surface_t *image = cairo_surface_reference(paper->logo);
    add_piece(paper, (struct piece){ .kind = PIECE_IMAGE, .x = x, .y = y, .width = scale, .image = image });
    return paper->logo_height * scale;
}

/* A picture of one bit a pixel, four pixels a module: a tenth of the size and time of five hundred rectangles, and sharp
 * where a reader smooths what it enlarges. */
static cairo_surface_t *qr_image(const QRcode *code)
{
    enum { SCALE = 4 };
    int side = code->width * SCALE;
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, side, side);
    if (cairo_surface_status(image)) return image;
    uint8_t *at = cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            bool dark = code->data[y / SCALE * code->width + x / SCALE] & 1;
            memset(at + (ptrdiff_t)y * stride + (ptrdiff_t)x * 4, dark ? 0 : 0xFF, 4);
        }
    cairo_surface_mark_dirty(image);
    return image;
}

bool paper_qr(struct paper *paper, double x, double y, double size, struct str payload)
{
    QRcode *code = payload.length && payload.length <= 331
                       ? QRcode_encodeData((int)payload.length, (const uint8_t *)payload.at, 0, QR_ECLEVEL_M)
                       : NULL;
    bool fits = code && code->version <= 13;
    if (fits) {
        cairo_surface_t *image = qr_image(code);
        double scale = size / cairo_image_surface_get_width(image);
        add_piece(paper, (struct piece){ .kind = PIECE_IMAGE, .x = x, .y = y, .width = scale, .image = image });
    }
    QRcode_free(code);
    return fits;
}

void paper_each_page(struct paper *paper,
                     void (*draw)(struct paper *paper, uint32_t page, uint32_t pages, void *context), void *context)
{
    paper->each_page = draw;
    paper->each_context = context;
}

void paper_open(struct paper *paper, const char *tag)
{
    add_piece(paper, (struct piece){ .kind = PIECE_OPEN, .tag = tag });
}
void paper_close(struct paper *paper, const char *tag)
{
    add_piece(paper, (struct piece){ .kind = PIECE_CLOSE, .tag = tag });
}
