/* What the files that draw an invoice share. */
#pragma once
#include "paper/paper.h"
#include "paper/show.h"

struct invoice_view {
    struct paper *paper;
    struct arena *arena;
    const struct einvoice *invoice;
    enum language language;
    bool credit;
    struct show_payment payment;
};
void draw_invoice_head(struct invoice_view *view);
void draw_invoice_lines(struct invoice_view *view);
void draw_invoice_sums(struct invoice_view *view);
void draw_invoice_payment(struct invoice_view *view);
void draw_invoice_notes(struct invoice_view *view);
/* Foot of each page and head of later ones. */
struct page_foot { struct str columns[3]; struct str running; };
void draw_page_foot(struct paper *paper, uint32_t page, uint32_t pages, void *page_foot);
/* The sender at the top right and, without a logo, large at the top left. */
struct letterhead { struct str name, lines, email, window; };
void draw_letterhead(struct paper *paper, const struct letterhead *head);
/* An address in the envelope's window; gives where it ends. */
double draw_window(struct paper *paper, struct str return_line, const struct str *lines, size_t count);
/* Label and value pairs beside the window. */
struct fact { struct str label, value; };
void draw_facts(struct paper *paper, const struct fact *facts, size_t count);
double window_x(const struct paper *paper), facts_x(const struct paper *paper);
/* The shaded block that asks to be paid. */
struct payment_block {
    struct str title, sentence;
    struct fact facts[8];
    size_t count;
    struct str qr; /* payload, or absent */
};
void draw_payment_block(struct paper *paper, const struct payment_block *block);
