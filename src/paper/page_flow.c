/* Down the page and on to the next: paragraphs and tables. */
#include "paper/page_private.h"

double paper_here(const struct paper *paper) { return paper->y; }
void paper_move(struct paper *paper, double y) { paper->y = y; }
void paper_space(struct paper *paper, double points) { paper->y += points; }
bool paper_fits(const struct paper *paper, double height) { return paper->y + height <= PAPER_BOTTOM; }

void paper_next_page(struct paper *paper)
{
    if (paper->page_count >= PAPER_PAGES_MOST) paper->too_long = true;
    else paper->page = paper->page_count++;
    paper->y = PAPER_TOP_LATER;
}

void paper_need(struct paper *paper, double height)
{
    if (!paper_fits(paper, height) && paper->y > PAPER_TOP_LATER) paper_next_page(paper);
}

void paper_paragraph(struct paper *paper, const struct paper_type *type, struct str text)
{
    if (!text.length || paper->too_long) return;
    PangoLayout *layout = piece_layout(paper, PAPER_INNER, type, text);
    int count = pango_layout_get_line_count(layout);
    for (int from = 0; from < count && !paper->too_long;) {
        int fitting = lines_fitting(layout, from, PAPER_BOTTOM - paper->y);
        if (fitting == 0 && paper->y > PAPER_TOP_LATER) {
            paper_next_page(paper);
            continue;
        }
        if (fitting == 0) fitting = 1;
        /* Neither one line left behind nor one alone on the next page. */
        int left = count - from - fitting;
        if (left > 0 && fitting == 1 && paper->y > PAPER_TOP_LATER) {
            paper_next_page(paper);
            continue;
        }
        if (left == 1 && fitting > 2) fitting--;
        piece_text(paper, PAPER_LEFT, paper->y, PAPER_INNER, type, g_object_ref(layout), from, from + fitting);
        paper->y += lines_height(layout, from, from + fitting);
        from += fitting;
        if (from < count) paper_next_page(paper);
    }
    g_object_unref(layout);
}

/* ---- Tables ---- */

static const double row_above = 3.4, row_below = 3.4, column_gap = 7;
static const struct paper_type head_type = { .size = 7.6, .ink = PAPER_INK_MUTED, .bold = true, .tag = "TH" };
static const struct paper_type cell_type = { .size = 9, .ink = PAPER_INK_TEXT, .tag = "TD" };
static const struct paper_type bold_type = { .size = 9, .ink = PAPER_INK_TEXT, .bold = true, .tag = "TD" };
static const struct paper_type under_type = { .size = 7.8, .ink = PAPER_INK_MUTED, .tag = "TD" };
static const struct paper_type carry_type = { .size = 8.2, .ink = PAPER_INK_MUTED, .tag = "TD" };

static double column_x(const struct paper_table *table, size_t column)
{
    double x = PAPER_LEFT;
    for (size_t i = 0; i < column; i++) x += table->columns[i].width + column_gap;
    return x;
}

static struct paper_type aligned(struct paper_type type, enum paper_align align)
{
    type.align = align;
    return type;
}

static void draw_head(struct paper_table *table)
{
    struct paper *paper = table->paper;
    double tallest = 0;
    for (size_t i = 0; i < table->count; i++) {
        double height = paper_text_height(paper, table->columns[i].width, &head_type, table->columns[i].title);
        if (height > tallest) tallest = height;
    }
    if (tallest == 0) return;
    paper_open(paper, "TR");
    for (size_t i = 0; i < table->count; i++) {
        struct paper_type type = aligned(head_type, table->columns[i].align);
        paper_text(paper, column_x(table, i), paper->y, table->columns[i].width, &type, table->columns[i].title);
    }
    paper_close(paper, "TR");
    paper->y += tallest + 3.6;
    paper_rule(paper, PAPER_LEFT, paper->y, PAPER_INNER, 0.9, PAPER_INK_ACCENT);
    paper->y += 1;
}

static const double carry_height = 18;

static void draw_carry(struct paper_table *table, const char *english)
{
    struct paper *paper = table->paper;
    struct paper_type amount = aligned(carry_type, PAPER_ALIGN_RIGHT);
    size_t last = table->count - 1;
    double x = column_x(table, last), width = table->columns[last].width;
    paper_open(paper, "TR");
    paper_text(paper, PAPER_LEFT, paper->y + 4, PAPER_INNER - width - column_gap, &amount, paper_word(paper, english));
    paper_text(paper, x, paper->y + 4, width, &amount, table->carried);
    paper_close(paper, "TR");
    paper->y += carry_height;
}

static void break_table(struct paper_table *table)
{
    if (table->carried.length) draw_carry(table, "Carried forward");
    paper_next_page(table->paper);
    draw_head(table);
    if (!table->carried.length) return;
    draw_carry(table, "Brought forward");
    if (table->underlined) paper_rule(table->paper, PAPER_LEFT, table->paper->y - 1, PAPER_INNER, 0.4, PAPER_INK_RULE);
}

struct paper_table paper_table_begin(struct paper *paper, const struct paper_column *columns, size_t count,
                                     bool underlined)
{
    ensure(count > 0 && count <= PAPER_COLUMNS_MOST);
    struct paper_table table = { .paper = paper, .count = count, .underlined = underlined };
    double left = PAPER_INNER - column_gap * (double)(count - 1);
    size_t open = 0;
    for (size_t i = 0; i < count; i++) {
        table.columns[i] = columns[i];
        left -= columns[i].width;
        if (columns[i].width <= 0) open++;
    }
    for (size_t i = 0; i < count; i++)
        if (columns[i].width <= 0) table.columns[i].width = left > 20 * (double)open ? left / (double)open : 20;
    paper_need(paper, 60);
    paper_open(paper, "Table");
    draw_head(&table);
    return table;
}

/* A row laid out: per column its text and what stands below it. */
struct row { PangoLayout *text[PAPER_COLUMNS_MOST], *under[PAPER_COLUMNS_MOST]; double height; };

static struct row lay_row(struct paper_table *table, const struct paper_cell *cells, bool bold)
{
    struct row row = { 0 };
    for (size_t i = 0; i < table->count; i++) {
        struct paper_type type = aligned(bold ? bold_type : cell_type, table->columns[i].align);
        struct paper_type small = aligned(under_type, table->columns[i].align);
        double height = 0;
        if (cells[i].text.length)
            row.text[i] = piece_layout(table->paper, table->columns[i].width, &type, cells[i].text);
        if (cells[i].under.length)
            row.under[i] = piece_layout(table->paper, table->columns[i].width, &small, cells[i].under);
        if (row.text[i]) height += layout_height(row.text[i]);
        if (row.under[i]) height += layout_height(row.under[i]) + (row.text[i] ? 1.5 : 0);
        if (height > row.height) row.height = height;
    }
    return row;
}

/* Draws what fits of a cell's layout from line *from on; moves *from; gives the height used. */
static double draw_lines(struct paper_table *table, size_t column, double y, const struct paper_type *type,
                         PangoLayout *layout, int *from)
{
    int count = pango_layout_get_line_count(layout);
    int fitting = lines_fitting(layout, *from, PAPER_BOTTOM - carry_height - y);
    if (fitting > count - *from) fitting = count - *from;
    if (fitting <= 0) return 0;
    piece_text(table->paper, column_x(table, column), y, table->columns[column].width, type, g_object_ref(layout),
               *from, *from + fitting);
    double height = lines_height(layout, *from, *from + fitting);
    *from += fitting;
    return height;
}

/* One page's share of a row; true when all of it has been drawn. */
static bool draw_row(struct paper_table *table, struct row *row, int text_from[], int under_from[], bool bold)
{
    struct paper *paper = table->paper;
    double bottom = paper->y;
    bool done = true;
    paper_open(paper, "TR");
    for (size_t i = 0; i < table->count; i++) {
        struct paper_type type = aligned(bold ? bold_type : cell_type, table->columns[i].align);
        struct paper_type small = aligned(under_type, table->columns[i].align);
        double y = paper->y + row_above;
        if (row->text[i]) {
            double used = draw_lines(table, i, y, &type, row->text[i], &text_from[i]);
            y += used + (used > 0 ? 1.5 : 0);
        }
        bool text_done = !row->text[i] || text_from[i] == pango_layout_get_line_count(row->text[i]);
        if (row->under[i] && text_done) y += draw_lines(table, i, y, &small, row->under[i], &under_from[i]);
        if (!text_done || (row->under[i] && under_from[i] < pango_layout_get_line_count(row->under[i]))) done = false;
        if (y > bottom) bottom = y;
    }
    paper_close(paper, "TR");
    paper->y = bottom;
    return done;
}

void paper_table_row(struct paper_table *table, const struct paper_cell *cells, bool bold)
{
    struct paper *paper = table->paper;
    if (paper->too_long) return;
    struct row row = lay_row(table, cells, bold);
    double whole = row.height + row_above + row_below + carry_height;
    bool broken = whole > PAPER_BOTTOM - PAPER_TOP_LATER - 60;
    if (!paper_fits(paper, broken ? 60 : whole)) break_table(table);
    int text_from[PAPER_COLUMNS_MOST] = { 0 }, under_from[PAPER_COLUMNS_MOST] = { 0 };
    double top = paper->y;
    bool done = draw_row(table, &row, text_from, under_from, bold);
    table->carried = table->carried_next; /* the amount now stands on this page, whatever of the text is still to come */
    if (!broken) paper->y = top + row.height + row_above + row_below;
    while (broken && !done && !paper->too_long) {
        break_table(table);
        done = draw_row(table, &row, text_from, under_from, bold);
    }
    if (broken) paper->y += row_below;
    if (table->underlined) paper_rule(paper, PAPER_LEFT, paper->y, PAPER_INNER, 0.4, PAPER_INK_RULE);
    for (size_t i = 0; i < table->count; i++) {
        if (row.text[i]) g_object_unref(row.text[i]);
        if (row.under[i]) g_object_unref(row.under[i]);
    }
}

void paper_table_end(struct paper_table *table) { paper_close(table->paper, "Table"); }
