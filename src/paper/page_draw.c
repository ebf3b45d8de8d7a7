/* Painting: the pieces, page by page, to a PDF in memory. */
#include "paper/page_private.h"

static cairo_status_t write_bytes(void *context, const unsigned char *at, unsigned int count)
{
    text_add_bytes(context, at, count);
    return CAIRO_STATUS_SUCCESS;
}

static void set_ink(cairo_t *cr, const struct paper *paper, enum paper_ink ink)
{
    uint32_t rgb = paper->ink[ink];
    cairo_set_source_rgb(cr, (rgb >> 16 & 0xFF) / 255.0, (rgb >> 8 & 0xFF) / 255.0, (rgb & 0xFF) / 255.0);
}

/* A text as the value of a tag's attribute: quotes and backslashes escaped. */
static const char *link_attributes(struct arena *arena, struct str uri)
{
    struct text text = text_new(arena);
    text_addz(&text, "uri='");
    for (size_t i = 0; i < uri.length; i++) {
        if (uri.at[i] == '\'' || uri.at[i] == '\\') text_add_char(&text, '\\');
        if ((uint8_t)uri.at[i] > 0x20 && (uint8_t)uri.at[i] < 0x7F) text_add_char(&text, uri.at[i]);
    }
    text_addz(&text, "'");
    return text_str(&text).at;
}

static void draw_text(cairo_t *cr, struct paper *paper, const struct piece *piece)
{
    set_ink(cr, paper, piece->ink);
    if (piece->tag) cairo_tag_begin(cr, piece->tag, NULL);
    if (piece->uri.length) cairo_tag_begin(cr, CAIRO_TAG_LINK, link_attributes(paper->arena, piece->uri));
    PangoLayoutIter *iter = pango_layout_get_iter(piece->layout);
    int line = 0, top = 0, y0, y1;
    do {
        pango_layout_iter_get_line_yrange(iter, &y0, &y1);
        if (line == piece->from) top = y0;
        if (line >= piece->from) {
            PangoRectangle box;
            pango_layout_iter_get_line_extents(iter, NULL, &box);
            int baseline = pango_layout_iter_get_baseline(iter) - top;
            cairo_move_to(cr, piece->x + (double)box.x / PANGO_SCALE, piece->y + (double)baseline / PANGO_SCALE);
            pango_cairo_show_layout_line(cr, pango_layout_iter_get_line_readonly(iter));
        }
        line++;
    } while (line < piece->to && pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    if (piece->uri.length) cairo_tag_end(cr, CAIRO_TAG_LINK);
    if (piece->tag) cairo_tag_end(cr, piece->tag);
}

static void draw_image(cairo_t *cr, const struct piece *piece)
{
    cairo_save(cr);
    cairo_tag_begin(cr, "Figure", NULL);
    cairo_translate(cr, piece->x, piece->y);
    cairo_scale(cr, piece->width, piece->width);
    cairo_set_source_surface(cr, piece->image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_FAST); /* no /Interpolate: PDF/A forbids it */
    /* Not cairo_paint: that ends in "invalid nesting" within tags (cairo 1.16). */
    cairo_rectangle(cr, 0, 0, cairo_image_surface_get_width(piece->image), cairo_image_surface_get_height(piece->image));
    cairo_fill(cr);
    cairo_tag_end(cr, "Figure");
    cairo_restore(cr);
}

static void draw_piece(cairo_t *cr, struct paper *paper, const struct piece *piece)
{
    switch (piece->kind) {
    case PIECE_TEXT: draw_text(cr, paper, piece); break;
    case PIECE_FILL:
        set_ink(cr, paper, piece->ink);
        cairo_rectangle(cr, piece->x, piece->y, piece->width, piece->height);
        cairo_fill(cr);
        break;
    case PIECE_IMAGE: draw_image(cr, piece); break;
    case PIECE_OPEN: cairo_tag_begin(cr, piece->tag, NULL); break;
    case PIECE_CLOSE: cairo_tag_end(cr, piece->tag); break;
    }
}

static void set_about(struct paper *paper, cairo_surface_t *surface)
{
    const struct paper_about *about = &paper->about;
    char created[28];
    instant_format(about->created_at, created);
    const struct {
        cairo_pdf_metadata_t what;
        struct str text;
    } values[] = {
        { CAIRO_PDF_METADATA_TITLE, about->title },
        { CAIRO_PDF_METADATA_AUTHOR, about->author },
        { CAIRO_PDF_METADATA_SUBJECT, about->subject },
        { CAIRO_PDF_METADATA_CREATOR, STR("Florin") },
        { CAIRO_PDF_METADATA_CREATE_DATE, str_format(paper->arena, "%.19sZ", created) },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
        if (values[i].text.length && str_is_utf8(values[i].text))
            cairo_pdf_surface_set_metadata(surface, values[i].what, str_keep(paper->arena, values[i].text).at);
}

/* Every page of a document has pieces: a page is only begun to put something on it. */
static void draw_feet(struct paper *paper)
{
    paper->outside = true;
    for (uint32_t i = 0; paper->each_page && i < paper->page_count; i++) {
        paper->page = i;
        paper->each_page(paper, i, paper->page_count, paper->each_context);
    }
}

static struct fault *draw_all(struct paper *paper, struct str *pdf)
{
    struct text bytes = text_new(paper->arena);
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(write_bytes, &bytes, PAPER_WIDTH, PAPER_HEIGHT);
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    set_about(paper, surface);
    cairo_t *cr = cairo_create(surface);
    size_t body = paper->pieces.count, foot = body;
    draw_feet(paper);
    cairo_tag_begin(cr, "Document", NULL);
    for (size_t i = 0; i < body;) {
        uint32_t page = paper->pieces.at[i].page;
        for (; i < body && paper->pieces.at[i].page == page; i++) draw_piece(cr, paper, &paper->pieces.at[i]);
        if (i == body) cairo_tag_end(cr, "Document");
        for (; foot < paper->pieces.count && paper->pieces.at[foot].page == page; foot++)
            draw_piece(cr, paper, &paper->pieces.at[foot]);
        cairo_show_page(cr);
    }
    cairo_status_t drawn = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    cairo_status_t status = drawn ? drawn : cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status)
        return FAULT(paper->arena, &paper_cannot_draw, NULL, PARAM("why", str_of(cairo_status_to_string(status))));
    *pdf = text_str(&bytes);
    return NULL;
}

static void free_paper(struct paper *paper)
{
    for (size_t i = 0; i < paper->pieces.count; i++)
    {
        if (paper->pieces.at[i].layout) g_object_unref(paper->pieces.at[i].layout);
        if (paper->pieces.at[i].image) cairo_surface_destroy(paper->pieces.at[i].image);
    }
    if (paper->logo) cairo_surface_destroy(paper->logo);
}

struct fault *paper_finish(struct paper *paper, struct str *pdf)
{
    *pdf = (struct str){ 0 };
    struct fault *fault = NULL;
    if (paper->too_long)
        fault = FAULT(paper->arena, &paper_too_long, NULL, PARAM_INT(paper->arena, "limit", PAPER_PAGES_MOST));
    else fault = draw_all(paper, pdf);
    free_paper(paper);
    return fault;
}
