#include "paper/invoice_private.h"

/* "a · b · c" of what is there. */
static struct str dotted(struct arena *arena, const struct str *parts, size_t count)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].length) continue;
        if (text.length) text_addz(&text, "  ·  ");
        text_add(&text, parts[i]);
    }
    return text_str(&text);
}

static struct str stacked(struct arena *arena, const struct str *parts, size_t count)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].length) continue;
        if (text.length) text_add_char(&text, '\n');
        text_add(&text, parts[i]);
    }
    return text_str(&text);
}

static struct str labelled(struct invoice_view *v, const char *english, struct str value)
{
    if (!value.length) return value;
    return str_format(v->arena, "%.*s %.*s", STR_ARG(translate(v->language, english)),
                      STR_ARG(str_utf8_clip(value, 60)));
}

static void draw_sender(struct invoice_view *v)
{
    const struct einvoice_party *seller = &v->invoice->seller;
    struct str address[6], home = v->invoice->buyer.address.country, none = { 0 };
    size_t count =
        show_address(v->arena, v->language, &seller->address, home.length ? home : seller->address.country, address);
    struct str lines[8];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) lines[n++] = str_utf8_clip(address[i], 90);
    lines[n++] = str_utf8_clip(seller->contact.phone, 40);
    struct letterhead head = { .name =
                                   str_utf8_clip(seller->trading_name.length ? seller->trading_name : seller->name, 90),
                               .lines = stacked(v->arena, lines, n),
                               .email = str_utf8_clip(seller->contact.email, 90) };
    draw_letterhead(v->paper, &head);
    struct str window[] = { head.name, count > 0 ? address[0] : none, count > 1 ? address[count > 2 ? 2 : 1] : none };
    const struct einvoice_address *a = &seller->address;
    window[1] = a->line1;
    window[2] = a->post_code.length || a->city.length
                    ? str_format(v->arena, "%.*s %.*s", STR_ARG(a->post_code), STR_ARG(a->city))
                    : none;
    struct str back = dotted(v->arena, window, 3), to[9] = { 0 };
    const struct einvoice_party *buyer = &v->invoice->buyer;
    size_t used = 0;
    to[used++] = buyer->name.length ? buyer->name : buyer->trading_name;
    if (buyer->contact.name.length)
        to[used++] =
            str_format(v->arena, "%.*s %.*s", STR_ARG(translate(v->language, "Attn.")), STR_ARG(buyer->contact.name));
    used += show_address(v->arena, v->language, &buyer->address, seller->address.country, to + used);
    draw_window(v->paper, str_utf8_clip(back, 110), to, used);
}

static struct str preceding_text(struct invoice_view *v)
{
    struct text text = text_new(v->arena);
    for (size_t i = 0; i < v->invoice->preceding.count && i < 5; i++) {
        const struct einvoice_reference *r = &v->invoice->preceding.at[i];
        struct str day = show_day(v->arena, v->language, &r->issued);
        if (text.length) text_add_char(&text, '\n');
        text_add(&text, r->number);
        if (day.length) text_addf(&text, " (%.*s)", STR_ARG(day));
    }
    return text_str(&text);
}

static void draw_reference_facts(struct invoice_view *v)
{
    const struct einvoice *e = v->invoice;
    struct str delivered = show_day(v->arena, v->language, &e->delivery.day);
    struct str due =
        v->credit || v->payment.debit ? (struct str){ 0 } : show_day(v->arena, v->language, &v->payment.due);
    struct str buyer_id = e->buyer.ids.count ? e->buyer.ids.at[0].value : (struct str){ 0 };
    const struct {
        const char *english;
        struct str value;
    } rows[] = {
        { v->credit ? "Credit note number" : "Invoice number", e->number },
        { v->credit ? "Credit note date" : "Invoice date", show_day(v->arena, v->language, &e->issued) },
        { "Due date", due },
        { v->credit ? "Credits invoice" : "Concerns invoice", preceding_text(v) },
        { "Your reference", e->buyer_reference },
        { "Your order", e->order },
        { "Our order", e->sales_order },
        { "Contract", e->contract },
        { "Project", e->project },
        { "Delivery note", e->despatch },
        { "Delivery date", delivered },
        { "Tax point", show_day(v->arena, v->language, &e->tax_point) },
        { "Period", show_period(v->arena, v->language, &e->period) },
        { "Customer number", buyer_id },
        { "Your VAT no.", e->buyer.vat_id },
    };
    struct fact facts[ARRAY_LENGTH(rows)];
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        facts[i] = (struct fact){ translate(v->language, rows[i].english), rows[i].value };
    draw_facts(v->paper, facts, ARRAY_LENGTH(rows));
}

void draw_invoice_head(struct invoice_view *v)
{
    draw_sender(v);
    draw_reference_facts(v);
    struct paper *paper = v->paper;
    double y = paper_here(paper);
    y += paper_text(paper, PAPER_LEFT, y, PAPER_INNER, &paper_title, translate(v->language, show_title(v->invoice)));
    paper_move(paper, y + 14);
}

/* ---- Lines ---- */

enum { LINE_DEPTH_MOST = 8 };
static const char *const line_titles[] = { "Description", "Quantity", "Price", "VAT", "Amount" };

static struct str line_vat(struct invoice_view *v, const struct einvoice_vat *vat)
{
    if (str_is(vat->category, "AE")) return translate(v->language, "reverse");
    if (str_is(vat->category, "E")) return translate(v->language, "exempt");
    if (str_is(vat->category, "O")) return STR("–");
    return show_percent(v->arena, v->language, &vat->rate);
}

static struct str line_price(struct invoice_view *v, const struct einvoice_line *line)
{
    struct str price = show_price(v->arena, v->language, &line->price, v->invoice->currency);
    struct decimal base = line->price_base.value;
    if (!price.length || !base.present || decimal_compare(base, DECIMAL(1, 0)) == 0) return price;
    struct str per = show_quantity(v->arena, v->language, &line->price_base);
    return str_format(v->arena, "%.*s\n/ %.*s", STR_ARG(price), STR_ARG(per));
}

/* A line that only heads others (XRechnung's sub-lines) or informs doesn't add to the sum. */
static bool line_counts(const struct einvoice_line *line)
{
    return !str_is(line->status_reason, "GROUP") && !str_is(line->status_reason, "INFORMATION");
}

static void draw_line(struct invoice_view *v, struct paper_table *table, const struct einvoice_line *line, int depth)
{
    struct str name = show_line_name(v->arena, line);
    if (depth) name = str_format(v->arena, "%*s– %.*s", depth * 2, "", STR_ARG(name));
    const struct paper_cell cells[] = {
        { name, show_line_details(v->arena, v->language, v->invoice, line) },
        { show_quantity(v->arena, v->language, &line->quantity), { 0 } },
        { line_price(v, line), { 0 } },
        { line_vat(v, &line->vat), { 0 } },
        { show_plain(v->arena, v->language, &line->net, v->invoice->currency), { 0 } },
    };
    paper_table_row(table, cells, false);
    for (size_t i = 0; i < line->lines.count && depth < LINE_DEPTH_MOST; i++)
        draw_line(v, table, &line->lines.at[i], depth + 1);
}

void draw_invoice_lines(struct invoice_view *v)
{
    if (!v->invoice->lines.count) return;
    struct str currency = v->invoice->currency.length ? v->invoice->currency : STR("EUR");
    struct str amount = str_format(v->arena, "%.*s (%.*s)", STR_ARG(translate(v->language, line_titles[4])),
                                   STR_ARG(str_utf8_clip(currency, 3)));
    const struct paper_column columns[] = {
        { translate(v->language, line_titles[0]), 0, PAPER_ALIGN_LEFT },
        { translate(v->language, line_titles[1]), 62, PAPER_ALIGN_RIGHT },
        { translate(v->language, line_titles[2]), 62, PAPER_ALIGN_RIGHT },
        { translate(v->language, line_titles[3]), 40, PAPER_ALIGN_RIGHT },
        { amount, 76, PAPER_ALIGN_RIGHT },
    };
    struct paper_table table = paper_table_begin(v->paper, columns, ARRAY_LENGTH(columns), true);
    struct decimal sum = DECIMAL(0, 0);
    bool summed = true;
    for (size_t i = 0; i < v->invoice->lines.count; i++) {
        const struct einvoice_line *line = &v->invoice->lines.at[i];
        if (line_counts(line)) summed = summed && line->net.value.present && decimal_add(sum, line->net.value, &sum);
        table.carried_next = (struct str){ 0 };
        if (summed) table.carried_next = show_money(v->arena, v->language, sum, v->invoice->currency);
        draw_line(v, &table, line, 0);
    }
    paper_table_end(&table);
}

/* ---- The whole ---- */

static struct page_foot *foot_of(struct invoice_view *v)
{
    const struct einvoice_party *seller = &v->invoice->seller;
    struct page_foot *foot = ARENA_NEW(v->arena, struct page_foot);
    const struct einvoice_address *a = &seller->address;
    struct str place = str_trim(str_format(v->arena, "%.*s %.*s", STR_ARG(a->post_code), STR_ARG(a->city)));
    const struct str who[] = { str_utf8_clip(seller->name, 60), str_utf8_clip(a->line1, 60), str_utf8_clip(place, 60) };
    const struct str ids[] = { labelled(v, show_legal_label(seller), seller->legal_id.value),
                               labelled(v, "VAT no.", seller->vat_id),
                               labelled(v, "Tax no.", seller->vat_id.length ? (struct str){ 0 } : seller->tax_id) };
    const struct str bank[] = { labelled(v, "IBAN", show_iban(v->arena, v->payment.iban)),
                                labelled(v, "BIC", v->payment.bic) };
    foot->columns[0] = stacked(v->arena, who, ARRAY_LENGTH(who));
    foot->columns[1] = stacked(v->arena, ids, ARRAY_LENGTH(ids));
    foot->columns[2] = stacked(v->arena, bank, ARRAY_LENGTH(bank));
    const struct str running[] = { labelled(v, show_title(v->invoice), v->invoice->number),
                                   str_utf8_clip(seller->name, 60),
                                   show_day(v->arena, v->language, &v->invoice->issued) };
    foot->running = dotted(v->arena, running, ARRAY_LENGTH(running));
    return foot;
}

struct fault *paper_invoice_pdf(struct arena *arena, const struct einvoice *invoice, const struct paper_style *style,
                                enum language language, struct instant created_at, struct str *pdf)
{
    *pdf = (struct str){ 0 };
    if (invoice->lines.count > PAPER_LINES_MOST)
        return FAULT(arena, &paper_too_long, NULL, PARAM_INT(arena, "limit", PAPER_PAGES_MOST));
    struct invoice_view v = { .arena = arena,
                              .invoice = invoice,
                              .language = language,
                              .credit = show_is_credit(invoice),
                              .payment = show_payment_of(arena, invoice) };
    struct str number = str_utf8_clip(invoice->number, 60);
    const struct paper_about about = { .title = labelled(&v, show_title(invoice), number.length ? number : STR("–")),
                                       .author = str_utf8_clip(invoice->seller.name, 200),
                                       .created_at = created_at };
    TRY(paper_begin(arena, style, language, &about, &v.paper));
    paper_each_page(v.paper, draw_page_foot, foot_of(&v));
    draw_invoice_head(&v);
    draw_invoice_lines(&v);
    draw_invoice_sums(&v);
    draw_invoice_payment(&v);
    draw_invoice_notes(&v);
    return paper_finish(v.paper, pdf);
}
