#include "paper/invoice_private.h"
#include "sepa/iban.h"

static struct str joined(struct arena *arena, const struct str *parts, size_t count, const char *between)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].length) continue;
        if (text.length) text_addz(&text, between);
        text_add(&text, str_utf8_clip(parts[i], 120));
    }
    return text_str(&text);
}

static struct str labelled(struct arena *arena, struct str label, struct str value)
{
    return value.length ? str_format(arena, "%.*s %.*s", STR_ARG(label), STR_ARG(value)) : value;
}

static struct page_foot *foot_of(struct paper *paper, const struct paper_letter *letter)
{
    struct arena *arena = paper_arena(paper);
    const struct paper_sender *s = &letter->sender;
    struct page_foot *foot = ARENA_NEW(arena, struct page_foot);
    const struct str who[] = { s->name, s->street, s->place };
    const struct str ids[] = { labelled(arena, STR("KVK"), s->kvk), labelled(arena, paper_word(paper, "VAT no."), s->vat_id) };
    const struct str bank[] = { labelled(arena, STR("IBAN"), show_iban(arena, s->iban)), labelled(arena, STR("BIC"), s->bic) };
    foot->columns[0] = joined(arena, who, ARRAY_LENGTH(who), "\n");
    foot->columns[1] = joined(arena, ids, ARRAY_LENGTH(ids), "\n");
    foot->columns[2] = joined(arena, bank, ARRAY_LENGTH(bank), "\n");
    const struct str running[] = { letter->subject, s->name };
    foot->running = joined(arena, running, ARRAY_LENGTH(running), "  ·  ");
    return foot;
}

static void draw_letter_head(struct paper *paper, const struct paper_letter *letter)
{
    struct arena *arena = paper_arena(paper);
    const struct paper_sender *s = &letter->sender;
    const struct str lines[] = { s->street, s->place, s->country, s->phone, s->website };
    const struct letterhead head = { .name = s->name,
                                     .lines = joined(arena, lines, ARRAY_LENGTH(lines), "\n"),
                                     .email = s->email };
    draw_letterhead(paper, &head);
    const struct str back[] = { s->name, s->street, s->place };
    struct str to[ARRAY_LENGTH(letter->to.lines)];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(letter->to.lines); i++)
        if (letter->to.lines[i].length) to[count++] = letter->to.lines[i];
    draw_window(paper, joined(arena, back, ARRAY_LENGTH(back), "  ·  "), to, count);
    const struct fact facts[] = {
        { paper_word(paper, "Date"), show_date(arena, paper_language(paper), letter->written_on) },
        { paper_word(paper, "Our reference"), letter->our_reference },
        { paper_word(paper, "Your reference"), letter->your_reference },
    };
    draw_facts(paper, facts, ARRAY_LENGTH(facts));
    const struct paper_type subject = { .size = 13, .ink = PAPER_INK_ACCENT, .bold = true, .tag = "H1" };
    if (!letter->subject.length) return;
    paper_paragraph(paper, &subject, letter->subject);
    paper_space(paper, 12);
}

static void draw_paragraphs(struct paper *paper, const struct str *paragraphs, size_t count)
{
    const struct paper_type type = { .size = 9.8, .ink = PAPER_INK_TEXT };
    for (size_t i = 0; i < count; i++) {
        paper_paragraph(paper, &type, paragraphs[i]);
        paper_space(paper, 8);
    }
}

static void draw_letter_table(struct paper *paper, const struct paper_letter_table *t)
{
    if (!t->column_count) return;
    struct paper_table table = paper_table_begin(paper, t->columns, t->column_count, true);
    for (size_t i = 0; i < t->row_count; i++) paper_table_row(&table, t->cells + i * t->column_count, false);
    if (t->total) paper_table_row(&table, t->total, true);
    paper_table_end(&table);
    paper_space(paper, 14);
}

static void draw_letter_payment(struct paper *paper, const struct paper_payment *pay)
{
    if (!pay->iban.length) return;
    struct arena *arena = paper_arena(paper);
    struct reference guess = reference_guess(arena, pay->reference);
    bool structured = guess.kind == REFERENCE_RF || guess.kind == REFERENCE_KENMERK;
    struct show_payment p = { .transfer = true,
                              .iban = pay->iban,
                              .bic = pay->bic,
                              .name = pay->name,
                              .reference = pay->reference,
                              .reference_structured = structured,
                              .cents = pay->amount_minor };
    struct str shown = guess.kind == REFERENCE_RF        ? rf_format(arena, guess.text)
                       : guess.kind == REFERENCE_KENMERK ? kenmerk_format(arena, guess.text)
                                                         : pay->reference;
    struct str amount = pay->amount_minor > 0 ? show_money(arena, paper_language(paper), minor_to_decimal(pay->amount_minor, 2),
                                                           STR("EUR")) : (struct str){ 0 };
    struct str day = show_date(arena, paper_language(paper), pay->due_on);
    const struct param params[] = { { "amount", amount }, { "day", day } };
    struct payment_block block = { .title = paper_word(paper, "Payment"), .qr = show_epc(arena, &p) };
    if (amount.length)
        block.sentence = text_fill(arena, paper_word(paper, day.length ? "Please pay {amount} by {day} at the latest."
                                                                       : "Please pay {amount}."), params, 2);
    block.facts[block.count++] = (struct fact){ STR("IBAN"), show_iban(arena, pay->iban) };
    block.facts[block.count++] = (struct fact){ STR("BIC"), pay->bic };
    block.facts[block.count++] = (struct fact){ paper_word(paper, "In the name of"), pay->name };
    block.facts[block.count++] = (struct fact){ paper_word(paper, structured ? "Payment reference" : "Quoting"), shown };
    draw_payment_block(paper, &block);
    paper_space(paper, 8);
}

static void draw_signature(struct paper *paper, const struct paper_letter *letter)
{
    const struct paper_type type = { .size = 9.8, .ink = PAPER_INK_TEXT },
                            strong = { .size = 9.8, .ink = PAPER_INK_TEXT, .bold = true };
    if (!letter->greeting.length && !letter->signer.length) return;
    paper_need(paper, 90);
    paper_space(paper, 4);
    paper_paragraph(paper, &type, letter->greeting);
    if (letter->signer.length) paper_space(paper, 40); /* room to sign by hand */
    paper_paragraph(paper, &strong, letter->signer);
    paper_paragraph(paper, &type, letter->signer_role);
    paper_space(paper, 12);
    paper_paragraph(paper, &paper_small, paper_style_of(paper)->closing);
}

struct fault *paper_letter_pdf(struct arena *arena, const struct paper_letter *letter, const struct paper_style *style,
                               enum language language, struct instant created_at, struct str *pdf)
{
    *pdf = (struct str){ 0 };
    struct paper *paper;
    const struct paper_about about = { .title = str_utf8_clip(letter->subject, 200),
                                       .author = str_utf8_clip(letter->sender.name, 200), .created_at = created_at };
    TRY(paper_begin(arena, style, language, &about, &paper));
    paper_each_page(paper, draw_page_foot, foot_of(paper, letter));
    draw_letter_head(paper, letter);
    draw_paragraphs(paper, letter->paragraphs, letter->paragraph_count);
    if (letter->table.column_count) paper_space(paper, 4);
    draw_letter_table(paper, &letter->table);
    draw_letter_payment(paper, &letter->payment);
    draw_paragraphs(paper, letter->closing, letter->closing_count);
    draw_signature(paper, letter);
    return paper_finish(paper, pdf);
}
