/* Below the lines: VAT by category, totals, how to pay, notes. */
#include "paper/invoice_private.h"

static const double sums_width = MM(78), sums_gap = MM(8);
enum { VAT_ROWS_BESIDE_MOST = 8, ALLOWANCES_MOST = 100 };

struct sum { struct str label, value; bool strong; };
struct sums { LIST_OF(struct sum) list; };

static void add_sum(struct invoice_view *v, struct sums *sums, const char *english,
                    const struct einvoice_amount *amount, bool minus)
{
    struct einvoice_amount shown = *amount;
    if (minus && shown.value.present) shown.value.units = -shown.value.units;
    struct str value = show_amount(v->arena, v->language, &shown, v->invoice->currency);
    if (value.length) *LIST_ADD(v->arena, &sums->list) = (struct sum){ translate(v->language, english), value, false };
}

static bool is_zero(const struct einvoice_amount *amount) { return amount->value.present && amount->value.units == 0; }

static void add_allowances(struct invoice_view *v, struct sums *sums)
{
    const struct einvoice *e = v->invoice;
    if (e->allowances.count) add_sum(v, sums, "Total of lines", &e->totals.lines, false);
    for (size_t i = 0; i < e->allowances.count && i < ALLOWANCES_MOST; i++) {
        const struct einvoice_allowance *a = &e->allowances.at[i];
        bool charge = a->charge.present && a->charge.value;
        struct einvoice_amount amount = a->amount;
        if (!charge && amount.value.present) amount.value.units = -amount.value.units;
        struct str value = show_amount(v->arena, v->language, &amount, e->currency);
        struct str label =
            a->reason.length ? str_utf8_clip(a->reason, 200) : translate(v->language, charge ? "Charge" : "Discount");
        struct str percent = show_percent(v->arena, v->language, &a->percent);
        if (percent.length) label = str_format(v->arena, "%.*s (%.*s)", STR_ARG(label), STR_ARG(percent));
        if (value.length) *LIST_ADD(v->arena, &sums->list) = (struct sum){ label, value, false };
    }
}

static struct sums sums_of(struct invoice_view *v)
{
    const struct einvoice *e = v->invoice;
    const struct einvoice_totals *t = &e->totals;
    struct sums sums = { 0 };
    add_allowances(v, &sums);
    add_sum(v, &sums, "Total excluding VAT", &t->without_vat, false);
    for (size_t i = 0; i < e->vat_totals.count && i < VAT_ROWS_BESIDE_MOST; i++) {
        const struct einvoice_vat_total *vat = &e->vat_totals.at[i];
        struct str value = show_amount(v->arena, v->language, &vat->amount, e->currency);
        struct str label = show_vat(v->arena, v->language, vat->category, &vat->rate);
        if (value.length) *LIST_ADD(v->arena, &sums.list) = (struct sum){ label, value, false };
    }
    if (!e->vat_totals.count || e->vat_totals.count > VAT_ROWS_BESIDE_MOST) add_sum(v, &sums, "VAT", &t->vat, false);
    add_sum(v, &sums, "Total including VAT", &t->with_vat, false);
    if (sums.list.count) sums.list.at[sums.list.count - 1].strong = true;
    if (!is_zero(&t->prepaid)) add_sum(v, &sums, "Already paid", &t->prepaid, true);
    for (size_t i = 0; i < e->prepayments.count && i < ALLOWANCES_MOST; i++) {
        const struct einvoice_prepayment *p = &e->prepayments.at[i];
        struct str value = show_amount(v->arena, v->language, &p->amount, e->currency);
        if (value.length && p->text.length) *LIST_ADD(v->arena, &sums.list) = (struct sum){ p->text, value, false };
    }
    if (!is_zero(&t->rounding)) add_sum(v, &sums, "Rounding", &t->rounding, false);
    return sums;
}

static struct str payable_label(struct invoice_view *v)
{
    struct decimal payable = v->invoice->totals.payable.value;
    if (v->credit) return translate(v->language, "Amount credited");
    if (payable.present && payable.units < 0) return translate(v->language, "Amount you receive");
    return translate(v->language, "Amount to pay");
}

/* Draws (or with `draw` off, measures) the totals on the right; gives the height. */
static double totals_block(struct invoice_view *v, const struct sums *sums, double top, bool draw)
{
    struct paper *paper = v->paper;
    const struct paper_type big = { .size = 11.5, .ink = PAPER_INK_WHITE, .bold = true };
    struct paper_type big_right = big, plain = paper_body, right = paper_body, strong = paper_strong,
                      strong_right = paper_strong;
    big_right.align = right.align = strong_right.align = PAPER_ALIGN_RIGHT;
    double x = PAPER_RIGHT - sums_width, y = top, label = sums_width - MM(30) - 14, value = MM(30);
    for (size_t i = 0; i < sums->list.count; i++) {
        const struct sum *s = &sums->list.at[i];
        double height = paper_text_height(paper, label, s->strong ? &strong : &plain, s->label);
        if (s->strong && draw) paper_rule(paper, x, y - 0.5, sums_width, 0.5, PAPER_INK_RULE);
        if (s->strong) y += 3;
        if (draw) {
            paper_text(paper, x + 7, y, label, s->strong ? &strong : &plain, s->label);
            paper_text(paper, PAPER_RIGHT - value - 7, y, value, s->strong ? &strong_right : &right, s->value);
        }
        y += height + 4;
    }
    struct str payable = show_amount(v->arena, v->language, &v->invoice->totals.payable, v->invoice->currency);
    if (!payable.length) return y - top;
    double height = paper_text_height(paper, label, &big, payable_label(v));
    if (draw) {
        paper_fill(paper, x, y + 2, sums_width, height + 13, PAPER_INK_ACCENT);
        paper_text(paper, x + 7, y + 8, label, &big, payable_label(v));
        double wide = MM(40);
        paper_text(paper, PAPER_RIGHT - wide - 7, y + 8, wide, &big_right, payable);
    }
    return y + 2 + height + 13 - top;
}

/* The VAT summary on the left, beside the totals. */
static double vat_block(struct invoice_view *v, double top, bool draw)
{
    struct paper *paper = v->paper;
    const struct einvoice *e = v->invoice;
    struct paper_type head = { .size = 7.6, .ink = PAPER_INK_MUTED, .bold = true, .tag = "TH" }, head_right = head;
    struct paper_type cell = { .size = 8.4, .ink = PAPER_INK_TEXT, .tag = "TD" }, right = cell;
    head_right.align = right.align = PAPER_ALIGN_RIGHT;
    double width = PAPER_INNER - sums_width - sums_gap, amount = MM(24), label = width - 2 * amount - 8, y = top;
    double base_x = PAPER_LEFT + label + 4, vat_x = base_x + amount + 4;
    if (draw) {
        paper_open(paper, "Table");
        paper_open(paper, "TR");
        paper_text(paper, PAPER_LEFT, y, label, &head, translate(v->language, "VAT summary"));
        paper_text(paper, base_x, y, amount, &head_right, translate(v->language, "Taxable"));
        paper_text(paper, vat_x, y, amount, &head_right, translate(v->language, "VAT"));
        paper_close(paper, "TR");
        paper_rule(paper, PAPER_LEFT, y + 13, width, 0.5, PAPER_INK_RULE);
    }
    y += 16;
    for (size_t i = 0; i < e->vat_totals.count; i++) {
        const struct einvoice_vat_total *t = &e->vat_totals.at[i];
        struct str name = show_vat(v->arena, v->language, t->category, &t->rate);
        struct str why = str_utf8_clip(show_exemption(v->arena, v->language, e, t), 400);
        double height = paper_text_height(paper, label, &cell, name);
        if (draw) {
            paper_open(paper, "TR");
            paper_text(paper, PAPER_LEFT, y, label, &cell, name);
            paper_text(paper, base_x, y, amount, &right, show_plain(v->arena, v->language, &t->base, e->currency));
            paper_text(paper, vat_x, y, amount, &right, show_plain(v->arena, v->language, &t->amount, e->currency));
            paper_close(paper, "TR");
            if (why.length) paper_text(paper, PAPER_LEFT, y + height + 1, width, &paper_small, why);
        }
        y += height + 3;
        if (why.length) y += paper_text_height(paper, width, &paper_small, why) + 2;
    }
    struct str accounting = show_amount(v->arena, v->language, &e->totals.vat_accounting, e->vat_currency);
    if (accounting.length) {
        struct str text = str_format(
            v->arena, "%.*s: %.*s", STR_ARG(translate(v->language, "VAT in accounting currency")), STR_ARG(accounting));
        if (draw) paper_text(paper, PAPER_LEFT, y + 2, width, &paper_small, text);
        y += paper_text_height(paper, width, &paper_small, text) + 4;
    }
    if (draw) paper_close(paper, "Table");
    return y - top;
}

/* Too many categories to stand beside the totals: a table of their own. */
static void vat_table(struct invoice_view *v)
{
    const struct einvoice *e = v->invoice;
    const struct paper_column columns[] = { { translate(v->language, "VAT summary"), 0, PAPER_ALIGN_LEFT },
                                            { translate(v->language, "Taxable"), 90, PAPER_ALIGN_RIGHT },
                                            { translate(v->language, "VAT"), 90, PAPER_ALIGN_RIGHT } };
    struct paper_table table = paper_table_begin(v->paper, columns, ARRAY_LENGTH(columns), true);
    for (size_t i = 0; i < e->vat_totals.count; i++) {
        const struct einvoice_vat_total *t = &e->vat_totals.at[i];
        const struct paper_cell cells[] = {
            { show_vat(v->arena, v->language, t->category, &t->rate), show_exemption(v->arena, v->language, e, t) },
            { show_plain(v->arena, v->language, &t->base, e->currency), { 0 } },
            { show_plain(v->arena, v->language, &t->amount, e->currency), { 0 } },
        };
        paper_table_row(&table, cells, false);
    }
    paper_table_end(&table);
    paper_space(v->paper, 12);
}

void draw_invoice_sums(struct invoice_view *v)
{
    struct paper *paper = v->paper;
    bool beside = v->invoice->vat_totals.count <= VAT_ROWS_BESIDE_MOST;
    paper_space(paper, 12);
    if (!beside) vat_table(v);
    struct sums sums = sums_of(v);
    double right = totals_block(v, &sums, 0, false);
    double left = beside && v->invoice->vat_totals.count ? vat_block(v, 0, false) : 0;
    double room = PAPER_BOTTOM - PAPER_TOP_LATER;
    while (right > room && sums.list.count > 12) { /* a hundred allowances: the sums themselves must stay in sight */
        for (size_t i = 1; i + 1 < sums.list.count; i++) sums.list.at[i] = sums.list.at[i + 1];
        sums.list.count--;
        right = totals_block(v, &sums, 0, false);
    }
    paper_need(paper, right > left ? right : left);
    double top = paper_here(paper);
    if (left > 0) vat_block(v, top, true);
    paper_open(paper, "Sect");
    totals_block(v, &sums, top, true);
    paper_close(paper, "Sect");
    paper_move(paper, top + (right > left ? right : left) + 18);
}

/* ---- Payment ---- */

static struct str payment_sentence(struct invoice_view *v)
{
    const struct show_payment *p = &v->payment;
    struct decimal payable = v->invoice->totals.payable.value;
    struct str amount = show_amount(v->arena, v->language, &v->invoice->totals.payable, v->invoice->currency);
    struct str day = show_day(v->arena, v->language, &p->due);
    const struct param params[] = { { "amount", amount }, { "day", day } };
    const char *text = NULL;
    if (v->credit || (payable.present && payable.units < 0)) text = "We settle this amount with you or pay it to you.";
    else if (payable.present && payable.units == 0) text = "There is nothing left to pay.";
    else if (p->debit)
        text = day.length ? "We collect {amount} from your account on or about {day}."
                          : "We collect {amount} from your account.";
    else if (p->card) text = "Paid by card.";
    else if (p->transfer) text = day.length ? "Please pay {amount} by {day} at the latest." : "Please pay {amount}.";
    else if (day.length) text = "Please pay {amount} by {day} at the latest.";
    if (!text || !amount.length) return (struct str){ 0 };
    return text_fill(v->arena, translate(v->language, text), params, ARRAY_LENGTH(params));
}

static struct fact fact_of(struct invoice_view *v, const char *english, struct str value)
{
    return (struct fact){ translate(v->language, english), value };
}

static struct str terms_text(struct invoice_view *v)
{
    struct str terms = v->invoice->payment_terms;
    for (size_t i = 0; i < v->invoice->terms.count && !terms.length; i++) terms = v->invoice->terms.at[i].note;
    return str_trim(terms);
}

void draw_invoice_payment(struct invoice_view *v)
{
    const struct show_payment *p = &v->payment;
    struct payment_block block = { .title = translate(v->language, v->credit ? "Settlement" : "Payment"),
                                   .sentence = payment_sentence(v) };
    if (p->transfer && p->to_pay) {
        block.facts[block.count++] = fact_of(v, "IBAN", show_iban(v->arena, p->iban));
        block.facts[block.count++] = fact_of(v, "BIC", p->bic);
        block.facts[block.count++] = fact_of(v, "In the name of", p->name);
        block.facts[block.count++] =
            fact_of(v, p->reference_structured ? "Payment reference" : "Quoting", p->shown_reference);
        block.qr = show_epc(v->arena, p);
    } else if (p->debit && p->to_pay) {
        block.facts[block.count++] = fact_of(v, "From account", show_iban(v->arena, p->means->payer_account));
        block.facts[block.count++] =
            fact_of(v, "Mandate", p->means->mandate.length ? p->means->mandate : v->invoice->mandate);
        block.facts[block.count++] = fact_of(v, "Creditor ID", v->invoice->creditor_id);
    } else if (p->card) {
        block.facts[block.count++] = fact_of(v, "Card", p->means->card_number);
        block.facts[block.count++] = fact_of(v, "Card holder", p->means->card_holder);
    }
    struct str terms = terms_text(v);
    if (terms.length <= 200) block.facts[block.count++] = fact_of(v, "Terms", terms);
    bool any = block.sentence.length > 0;
    for (size_t i = 0; i < block.count; i++) any = any || block.facts[i].value.length;
    if (any) draw_payment_block(v->paper, &block);
    if (terms.length > 200) paper_paragraph(v->paper, &paper_body, terms);
}

/* ---- Notes and what else must be said ---- */

static void draw_delivery(struct invoice_view *v)
{
    struct str lines[6];
    const struct einvoice *e = v->invoice;
    size_t count = e->delivery.address.present || e->delivery.address.city.length
                       ? show_address(v->arena, v->language, &e->delivery.address, e->seller.address.country, lines)
                       : 0;
    if (!count) return;
    struct text text = text_new(v->arena);
    text_addf(&text, "%.*s: %.*s", STR_ARG(translate(v->language, "Delivered to")), STR_ARG(e->delivery.name));
    for (size_t i = 0; i < count; i++)
        text_addf(&text, "%s%.*s", i || e->delivery.name.length ? ", " : "", STR_ARG(lines[i]));
    paper_paragraph(v->paper, &paper_small, text_str(&text));
    paper_space(v->paper, 3);
}

void draw_invoice_notes(struct invoice_view *v)
{
    const struct einvoice *e = v->invoice;
    paper_space(v->paper, 6);
    for (size_t i = 0; i < e->notes.count && i < 200; i++) {
        if (!e->notes.at[i].text.length) continue;
        paper_paragraph(v->paper, &paper_body, str_trim(e->notes.at[i].text));
        paper_space(v->paper, 4);
    }
    draw_delivery(v);
    if (e->tax_representative.present && e->tax_representative.name.length)
        paper_paragraph(v->paper, &paper_small,
                        str_format(v->arena, "%.*s: %.*s, %.*s", STR_ARG(translate(v->language, "Tax representative")),
                                   STR_ARG(e->tax_representative.name), STR_ARG(e->tax_representative.vat_id)));
    if (e->seller.legal_form.length) paper_paragraph(v->paper, &paper_small, e->seller.legal_form);
    for (size_t i = 0; i < e->documents.count && i < 50; i++) {
        const struct einvoice_document *d = &e->documents.at[i];
        struct str name = d->filename.length ? d->filename : d->description.length ? d->description : d->id.value;
        if (name.length && !str_is(d->type_code, "130"))
            paper_paragraph(
                v->paper, &paper_small,
                str_format(v->arena, "%.*s: %.*s", STR_ARG(translate(v->language, "Attachment")), STR_ARG(name)));
    }
    struct str closing = paper_style_of(v->paper)->closing;
    if (closing.length) {
        paper_space(v->paper, 4);
        paper_paragraph(v->paper, &paper_body, closing);
    }
}
