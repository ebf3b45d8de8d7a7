/* What page.c, page_flow.c and page_draw.c share: the list of pieces, laid out but not yet painted. */
#pragma once
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "paper/page.h"

enum piece_kind { PIECE_TEXT = 1, PIECE_FILL, PIECE_IMAGE, PIECE_OPEN, PIECE_CLOSE };
struct piece {
    enum piece_kind kind;
    uint32_t page;
    double x, y, width, height;
    enum paper_ink ink;
    const char *tag;
    struct str uri;         /* a link */
    PangoLayout *layout;    /* ours to unref */
    int from, to;           /* lines of it, [from, to) */
    cairo_surface_t *image;  /* ours too; `width` is points a pixel */
};
/* A text once shaped is used again: measured and then drawn, the same on every page, and the labels, the sender and the bank on every
 * document. Layouts are never changed once made, so all who ask for the same share it. */
struct shaped { PangoLayout *layout; uint64_t hash; struct str text; double width, size; bool bold; enum paper_align align; };
enum { SHAPED_COUNT = 512, SHAPED_TEXT_MOST = 2000 /* longer texts are not met again */ };
/* What a thread keeps from document to document, one for each language; made anew when another font is asked for. */
struct kit {
    char *family;
    PangoContext *context;
    PangoAttrList *figures, *figures_latin;
    PangoFontDescription *regular, *bold;
    struct shaped shaped[SHAPED_COUNT]; /* by hash, the newest stays; texts are malloc'd */
};
void paper_shaped_free(struct shaped *shaped);
struct kit *paper_kit(enum language language, const char *family);
struct paper {
    struct arena *arena;
    const struct paper_style *style;
    enum language language;
    struct paper_about about;
    struct kit *kit; /* the thread's */
    cairo_surface_t *logo;
    double logo_width, logo_height;
    uint32_t ink[PAPER_INK_COUNT];
    LIST_OF(struct piece) pieces;
    uint32_t page, page_count;
    double y;
    bool too_long, outside; /* outside: what is drawn now is not tagged */
    void (*each_page)(struct paper *paper, uint32_t page, uint32_t pages, void *context);
    void *each_context;
};

PangoLayout *piece_layout(struct paper *paper, double width, const struct paper_type *type, struct str text);
/* Puts lines [from, to) of a layout, which it takes over. */
struct piece *piece_text(struct paper *paper, double x, double y, double width, const struct paper_type *type,
                         PangoLayout *layout, int from, int to);
double layout_height(PangoLayout *layout);
double lines_height(PangoLayout *layout, int from, int to);
/* How many lines from `from` on fit in `room`. */
int lines_fitting(PangoLayout *layout, int from, double room);
