/* A4 pages for people: text, columns, tables, a running foot. Everything the house prints is drawn with these pieces.
 *
 * One flows down the page: `paper_paragraph`, `paper_table_row` take room at the cursor and go on to a next page when
 * there is none; `paper_text`, `paper_fill`, … put something at a place of its own. Nothing is painted until paper_finish:
 * only then is the number of pages known. The pieces are laid out once.
 *
 * Units: points (1/72 inch) from the top left corner; MM(20) is 20 millimetres. Lengths on paper are the one thing here
 * that is a double; amounts come in as text. Texts must be UTF-8: what isn't is shown as "?"; a text longer than
 * PAPER_TEXT_MOST code points is cut and ends in "…". */
#pragma once
#include "base/base.h"
#include "base/fault.h"

#define MM(millimetres) ((millimetres)*72.0 / 25.4)
enum { PAPER_TEXT_MOST = 20000, PAPER_PAGES_MOST = 2000, PAPER_LOGO_BYTES_MOST = 2 << 20, PAPER_LOGO_SIDE_MOST = 3000 };
#define PAPER_WIDTH MM(210)
#define PAPER_HEIGHT MM(297)
#define PAPER_LEFT MM(22)
#define PAPER_RIGHT (PAPER_WIDTH - MM(20))
#define PAPER_INNER (PAPER_RIGHT - PAPER_LEFT)
#define PAPER_TOP_LATER MM(20)               /* where text begins on the second page and later ones */
#define PAPER_BOTTOM (PAPER_HEIGHT - MM(28)) /* the foot stands below */

struct paper_style {     /* of a company; all parts may be absent */
    struct str logo_png; /* PNG: at most 2 MiB and 3000 × 3000 pixels; without it the name is set large */
    uint32_t accent_rgb; /* house colour 0xRRGGBB; 0: a quiet blue green. Too light a one is darkened for text. */
    struct str font;     /* family; absent: Inter, else Liberation Sans, else DejaVu Sans */
    bool window_right;   /* the envelope's window is on the right (else left, as most Dutch ones) */
    struct str closing;  /* a line of the company's own above the foot: terms, thanks */
    struct str stamp;    /* a word set large and pale across each page: what is no invoice yet */
};
extern const struct fault_type paper_bad_logo, paper_too_long, paper_cannot_draw;

enum paper_ink {
    PAPER_INK_TEXT = 1,
    PAPER_INK_MUTED,
    PAPER_INK_ACCENT,
    PAPER_INK_RULE,
    PAPER_INK_SHADE,
    PAPER_INK_WHITE
};
enum { PAPER_INK_COUNT = PAPER_INK_WHITE + 1 };
enum paper_align { PAPER_ALIGN_LEFT = 1, PAPER_ALIGN_RIGHT, PAPER_ALIGN_CENTER };
struct paper_type { /* how a text is set; figures are always tabular */
    double size;
    enum paper_ink ink;
    bool bold;
    enum paper_align align; /* 0: left */
    const char *tag;        /* its place in the tagged structure: "P" when NULL; "H1", "TH", "TD", … */
};
extern const struct paper_type paper_body, paper_small, paper_strong, paper_label, paper_heading, paper_title;

struct paper;        /* a document being made */
struct paper_about { /* what the file says of itself */
    struct str title, author, subject;
    struct instant created_at; /* the same input gives the same bytes */
};

/* Begins at the top of page 1. Refuses paper_bad_logo. paper_finish must follow when this gave NULL. */
CHECKED struct fault *paper_begin(struct arena *arena, const struct paper_style *style, enum language language,
                                  const struct paper_about *about, struct paper **out);
/* Draws all and gives the bytes of the PDF, the arena's. Frees the paper also when it refuses: paper_too_long,
 * paper_cannot_draw. */
CHECKED struct fault *paper_finish(struct paper *paper, struct str *pdf);
struct arena *paper_arena(struct paper *paper);
enum language paper_language(const struct paper *paper);
const struct paper_style *paper_style_of(const struct paper *paper);
struct str paper_word(const struct paper *paper, const char *english); /* in the document's language */

/* ---- Pieces at a place, on the page at hand ---- */

/* Gives the height taken; 0 for an absent or empty text. */
double paper_text(struct paper *paper, double x, double y, double width, const struct paper_type *type,
                  struct str text);
double paper_text_height(struct paper *paper, double width, const struct paper_type *type, struct str text);
double paper_text_width(struct paper *paper, const struct paper_type *type, struct str text);
/* A text that is a link too: "mailto:…", "https://…". */
double paper_link(struct paper *paper, double x, double y, double width, const struct paper_type *type, struct str text,
                  struct str uri);
void paper_fill(struct paper *paper, double x, double y, double width, double height, enum paper_ink ink);
void paper_rule(struct paper *paper, double x, double y, double width, double weight, enum paper_ink ink);
/* The logo within a box, at its own proportions, left top; gives the height taken, 0 when there is none. */
double paper_logo(struct paper *paper, double x, double y, double width, double height);
/* A QR code, error level M. false: more than a code of version 13 holds, nothing drawn. */
bool paper_qr(struct paper *paper, double x, double y, double size, struct str payload);
/* The tagged structure around pieces: "Sect", "Table", "TR". */
void paper_open(struct paper *paper, const char *tag);
void paper_close(struct paper *paper, const char *tag);

/* Called for each page once all pages are known, to draw its foot (and the head of later pages). What it draws is not
 * part of the tagged structure. `page` counts from 0. */
void paper_each_page(struct paper *paper,
                     void (*draw)(struct paper *paper, uint32_t page, uint32_t pages, void *context), void *context);

/* ---- The flow ---- */

double paper_here(const struct paper *paper);
void paper_move(struct paper *paper, double y);
void paper_space(struct paper *paper, double points);
bool paper_fits(const struct paper *paper, double height);
void paper_need(struct paper *paper, double height); /* a next page when so much doesn't fit on this one */
void paper_next_page(struct paper *paper);
/* Across the inner width, broken over pages by lines. */
void paper_paragraph(struct paper *paper, const struct paper_type *type, struct str text);

/* ---- Tables ---- */

enum { PAPER_COLUMNS_MOST = 10 };
struct paper_column { struct str title; double width; enum paper_align align; };
struct paper_cell { struct str text, under; /* smaller, below */ };
struct paper_table {
    struct paper *paper;
    struct paper_column columns[PAPER_COLUMNS_MOST];
    size_t count;
    bool underlined;    /* a rule below each row */
    struct str carried; /* what the last column adds up to so far; absent: no lines "carried forward" at a break */
    struct str carried_next; /* the same with the row about to be drawn; set before paper_table_row */
};
/* Column widths in points; a column of width 0 gets what is left of the inner width. Draws the head. */
struct paper_table paper_table_begin(struct paper *paper, const struct paper_column *columns, size_t count,
                                     bool underlined);
/* One row; a row taller than what is left goes to the next page, one taller than a page is broken by lines. The head is
 * repeated on each page. */
void paper_table_row(struct paper_table *table, const struct paper_cell *cells, bool bold);
void paper_table_end(struct paper_table *table);
