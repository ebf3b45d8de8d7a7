/* What invoices and letters have in common: letterhead, window, facts beside it, payment block, foot. */
#include "paper/invoice_private.h"

/* The window of a Dutch C5/6 (EA5/6) envelope shows, on an A4 folded in three, 20…110 mm from the left (or 100…190 mm)
 * and 45…85 mm from the top; the text keeps clear of its edges when the sheet shifts. */
static const double window_top = MM(50);
double window_x(const struct paper *paper) { return paper_style_of(paper)->window_right ? MM(117) : PAPER_LEFT; }
double facts_x(const struct paper *paper) { return paper_style_of(paper)->window_right ? PAPER_LEFT : MM(122); }

void draw_letterhead(struct paper *paper, const struct letterhead *head)
{
    const struct paper_type name = { .size = 15, .ink = PAPER_INK_ACCENT, .bold = true };
    const struct paper_type strong = { .size = 8, .ink = PAPER_INK_TEXT, .bold = true };
    const struct paper_type lines = { .size = 8, .ink = PAPER_INK_MUTED };
    double x = MM(122), y = MM(15), width = PAPER_RIGHT - x;
    paper_open(paper, "Sect");
    if (paper_logo(paper, PAPER_LEFT, MM(14), MM(72), MM(22)) <= 0)
        paper_text(paper, PAPER_LEFT, MM(15), MM(90), &name, head->name);
    y += paper_text(paper, x, y, width, &strong, head->name) + 1;
    y += paper_text(paper, x, y, width, &lines, head->lines);
    if (head->email.length)
        paper_link(paper, x, y, width, &lines, head->email,
                   str_format(paper_arena(paper), "mailto:%.*s", STR_ARG(head->email)));
    paper_close(paper, "Sect");
}

double draw_window(struct paper *paper, struct str return_line, const struct str *lines, size_t count)
{
    const struct paper_type small = { .size = 6.3, .ink = PAPER_INK_MUTED };
    const struct paper_type strong = { .size = 10, .ink = PAPER_INK_TEXT, .bold = true };
    const struct paper_type plain = { .size = 10, .ink = PAPER_INK_TEXT };
    double x = window_x(paper), y = window_top, width = MM(85);
    paper_open(paper, "Sect");
    paper_text(paper, x, y - 12, width, &small, return_line);
    for (size_t i = 0; i < count && y < MM(82); i++) {
        struct str line = str_utf8_clip(lines[i], 120);
        y += paper_text(paper, x, y, width, i == 0 ? &strong : &plain, line) + (line.length ? 0.6 : 0);
    }
    paper_close(paper, "Sect");
    return y;
}

void draw_facts(struct paper *paper, const struct fact *facts, size_t count)
{
    const struct paper_type label = { .size = 8, .ink = PAPER_INK_MUTED },
                            value = { .size = 8.6, .ink = PAPER_INK_TEXT };
    double x = facts_x(paper), y = window_top, label_width = MM(29), width = MM(68) - label_width - 6;
    paper_open(paper, "Sect");
    for (size_t i = 0; i < count; i++) {
        if (!facts[i].value.length) continue;
        double left = paper_text(paper, x, y + 0.5, label_width, &label, facts[i].label);
        double right = paper_text(paper, x + label_width + 6, y, width, &value, str_utf8_clip(facts[i].value, 160));
        y += (left > right ? left : right) + 2.2;
    }
    paper_close(paper, "Sect");
    double end = y + MM(6);
    paper_move(paper, end > MM(90) ? end : MM(90));
}

void draw_page_foot(struct paper *paper, uint32_t page, uint32_t pages, void *context)
{
    const struct page_foot *foot = context;
    const struct paper_type small = { .size = 7, .ink = PAPER_INK_MUTED };
    struct paper_type right = small;
    right.align = PAPER_ALIGN_RIGHT;
    double y = PAPER_HEIGHT - MM(24), width = MM(50);
    paper_rule(paper, PAPER_LEFT, y, PAPER_INNER, 0.5, PAPER_INK_RULE);
    for (size_t i = 0; i < ARRAY_LENGTH(foot->columns); i++)
        paper_text(paper, PAPER_LEFT + (double)i * (width + 8), y + 6, width, &small, foot->columns[i]);
    const struct param params[] = { PARAM_INT(paper_arena(paper), "page", page + 1),
                                    PARAM_INT(paper_arena(paper), "pages", pages) };
    struct str number = text_fill(paper_arena(paper), paper_word(paper, "Page {page} of {pages}"), params, 2);
    paper_text(paper, PAPER_RIGHT - MM(30), y + 6, MM(30), &right, number);
    if (page) paper_text(paper, PAPER_LEFT, MM(12), PAPER_INNER, &small, foot->running);
    /* Where the first page has room, between the window and the title; pale across the middle of the others. */
    const struct paper_type stamp = { .size = page ? 84 : 56,
                                      .ink = page ? PAPER_INK_SHADE : PAPER_INK_RULE,
                                      .bold = true,
                                      .align = PAPER_ALIGN_CENTER };
    struct str word = paper_style_of(paper)->stamp;
    if (word.length)
        paper_text(paper, PAPER_LEFT, page ? PAPER_HEIGHT / 2 : MM(70), PAPER_INNER, &stamp, str_utf8_clip(word, 12));
}

static const double block_label = MM(37);

static double draw_block_facts(struct paper *paper, const struct payment_block *block, double x, double y, double width)
{
    const struct paper_type label = { .size = 8.2, .ink = PAPER_INK_MUTED },
                            value = { .size = 9.4, .ink = PAPER_INK_TEXT };
    double label_width = block_label;
    for (size_t i = 0; i < block->count; i++) {
        if (!block->facts[i].value.length) continue;
        double left = paper_text(paper, x, y + 0.9, label_width, &label, block->facts[i].label);
        struct str text = str_utf8_clip(block->facts[i].value, 200);
        double right = paper_text(paper, x + label_width, y, width - label_width, &value, text);
        y += (left > right ? left : right) + 2.4;
    }
    return y;
}

void draw_payment_block(struct paper *paper, const struct payment_block *block)
{
    const struct paper_type caption = { .size = 6.8, .ink = PAPER_INK_MUTED, .align = PAPER_ALIGN_CENTER };
    const double pad = 12, qr = block->qr.length ? MM(29) : 0;
    const double width = PAPER_INNER - 2 * pad - (qr > 0 ? qr + 3 * pad : 0), x = PAPER_LEFT + pad;
    double height = paper_text_height(paper, width, &paper_heading, block->title) + 4;
    if (block->sentence.length) height += paper_text_height(paper, width, &paper_body, block->sentence) + 7;
    for (size_t i = 0; i < block->count; i++) {
        const struct paper_type value = { .size = 9.4, .ink = PAPER_INK_TEXT };
        struct str text = str_utf8_clip(block->facts[i].value, 200);
        if (text.length) height += paper_text_height(paper, width - block_label, &value, text) + 2.4;
    }
    if (qr > 0 && height < qr + 24) height = qr + 24; /* its quiet zone and caption */
    paper_need(paper, height + 2 * pad);
    double top = paper_here(paper);
    paper_fill(paper, PAPER_LEFT, top, PAPER_INNER, height + 2 * pad - 2, PAPER_INK_SHADE);
    paper_fill(paper, PAPER_LEFT, top, 2.4, height + 2 * pad - 2, PAPER_INK_ACCENT);
    paper_open(paper, "Sect");
    double y = top + pad;
    y += paper_text(paper, x, y, width, &paper_heading, block->title) + 4;
    if (block->sentence.length) y += paper_text(paper, x, y, width, &paper_body, block->sentence) + 7;
    draw_block_facts(paper, block, x, y, width);
    if (qr > 0) {
        /* Four modules of quiet around it (ISO/IEC 18004): the white field. */
        double quiet = 9, left = PAPER_RIGHT - pad - qr - quiet;
        paper_fill(paper, left - quiet, top + pad - 2, qr + 2 * quiet, qr + 2 * quiet, PAPER_INK_WHITE);
        paper_qr(paper, left, top + pad - 2 + quiet, qr, block->qr);
        paper_text(paper, left - quiet, top + pad + qr + 2 * quiet, qr + 2 * quiet, &caption,
                   paper_word(paper, "Scan with your banking app"));
    }
    paper_close(paper, "Sect");
    paper_move(paper, top + height + 2 * pad + 6);
}
