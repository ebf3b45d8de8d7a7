/* An invoice as HTML for the browser: texts escaped, class names only. */
#include "paper/escape.h"
#include "paper/paper.h"
#include "paper/show.h"

enum { HTML_DEPTH_MOST = 8, HTML_ROWS_MOST = 1000 };
struct page { struct text t; struct arena *arena; const struct einvoice *e; enum language language; size_t lines; };

static void raw(struct page *p, const char *html) { text_addz(&p->t, html); }

/* Escaped; a line break in the text is one on the page. */
static void put_text(struct page *p, struct str text)
{
    for (struct str rest = text; rest.at;) {
        struct str line = str_cut(rest, '\n', &rest);
        add_escaped(&p->t, line);
        if (rest.at) raw(p, "<br>");
    }
}

static void word(struct page *p, const char *english) { put_text(p, translate(p->language, english)); }

static void element(struct page *p, const char *name, const char *class, struct str text)
{
    if (!text.length) return;
    text_addf(&p->t, "<%s%s%s%s>", name, class ? " class=\"" : "", class ? class : "", class ? "\"" : "");
    put_text(p, text);
    text_addf(&p->t, "</%s>", name);
}

static void fact(struct page *p, const char *english, struct str value)
{
    if (!value.length) return;
    raw(p, "<dt>");
    word(p, english);
    raw(p, "</dt><dd>");
    put_text(p, value);
    raw(p, "</dd>\n");
}

static struct str with_scheme(struct page *p, const struct einvoice_id *id)
{
    if (!id->value.length || !id->scheme.length) return id->value;
    return str_format(p->arena, "%.*s (%.*s)", STR_ARG(id->value), STR_ARG(id->scheme));
}

static void put_party(struct page *p, const char *english, const struct einvoice_party *party)
{
    if (!party->present) return;
    struct str lines[6];
    raw(p, "<section class=\"paper-party\"><h2>");
    word(p, english);
    raw(p, "</h2>\n<address>");
    element(p, "strong", NULL, party->name.length ? party->name : party->trading_name);
    size_t count = show_address(p->arena, p->language, &party->address, (struct str){ 0 }, lines);
    for (size_t i = 0; i < count; i++) {
        raw(p, "<br>");
        put_text(p, lines[i]);
    }
    raw(p, "</address>\n<dl class=\"paper-facts\">\n");
    fact(p, show_legal_label(party), party->legal_id.value);
    fact(p, "VAT no.", party->vat_id);
    fact(p, "Tax no.", party->tax_id);
    for (size_t i = 0; i < party->ids.count && i < 20; i++) fact(p, "Registration no.", with_scheme(p, &party->ids.at[i]));
    fact(p, "Electronic address", with_scheme(p, &party->endpoint));
    fact(p, "Attn.", party->contact.name);
    fact(p, "Phone", party->contact.phone);
    fact(p, "Email", party->contact.email);
    fact(p, "Note", party->legal_form);
    raw(p, "</dl></section>\n");
}

static void put_head(struct page *p)
{
    const struct einvoice *e = p->e;
    bool credit = show_is_credit(e);
    raw(p, "<h1>");
    word(p, show_title(e));
    raw(p, " ");
    put_text(p, e->number);
    raw(p, "</h1>\n<dl class=\"paper-facts paper-meta\">\n");
    fact(p, credit ? "Credit note number" : "Invoice number", e->number);
    fact(p, credit ? "Credit note date" : "Invoice date", show_day(p->arena, p->language, &e->issued));
    fact(p, "Due date", show_day(p->arena, p->language, &e->due));
    for (size_t i = 0; i < e->preceding.count && i < 50; i++)
        fact(p, credit ? "Credits invoice" : "Concerns invoice", e->preceding.at[i].number);
    fact(p, "Your reference", e->buyer_reference);
    fact(p, "Your order", e->order);
    fact(p, "Our order", e->sales_order);
    fact(p, "Contract", e->contract);
    fact(p, "Project", e->project);
    fact(p, "Delivery note", e->despatch);
    fact(p, "Delivery date", show_day(p->arena, p->language, &e->delivery.day));
    fact(p, "Tax point", show_day(p->arena, p->language, &e->tax_point));
    fact(p, "Period", show_period(p->arena, p->language, &e->period));
    fact(p, "Currency", e->currency);
    raw(p, "</dl>\n<div class=\"paper-parties\">\n");
    put_party(p, "Seller", &e->seller);
    put_party(p, "Buyer", &e->buyer);
    put_party(p, "Payee", &e->payee);
    put_party(p, "Tax representative", &e->tax_representative);
    raw(p, "</div>\n");
}

static void cell(struct page *p, bool number, struct str text)
{
    raw(p, number ? "<td class=\"paper-number\">" : "<td>");
    put_text(p, text);
    raw(p, "</td>");
}

static void put_line(struct page *p, const struct einvoice_line *line, int depth)
{
    if (++p->lines > PAPER_LINES_MOST) return;
    struct str details = show_line_details(p->arena, p->language, p->e, line);
    raw(p, depth ? "<tr class=\"paper-subline\">" : "<tr>");
    cell(p, false, line->id);
    raw(p, "<td>");
    put_text(p, show_line_name(p->arena, line));
    element(p, "div", "paper-details", details);
    raw(p, "</td>");
    cell(p, true, show_quantity(p->arena, p->language, &line->quantity));
    cell(p, true, show_price(p->arena, p->language, &line->price, p->e->currency));
    cell(p, true, show_vat(p->arena, p->language, line->vat.category, &line->vat.rate));
    cell(p, true, show_amount(p->arena, p->language, &line->net, p->e->currency));
    raw(p, "</tr>\n");
    for (size_t i = 0; i < line->lines.count && depth < HTML_DEPTH_MOST; i++) put_line(p, &line->lines.at[i], depth + 1);
}

static void head_cells(struct page *p, const char *const *titles, const bool *numbers, size_t count)
{
    raw(p, "<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        raw(p, numbers[i] ? "<th scope=\"col\" class=\"paper-number\">" : "<th scope=\"col\">");
        word(p, titles[i]);
        raw(p, "</th>");
    }
    raw(p, "</tr></thead>\n<tbody>\n");
}

static void put_lines(struct page *p)
{
    static const char *const titles[] = { "Line", "Description", "Quantity", "Price", "VAT", "Amount" };
    static const bool numbers[] = { false, false, true, true, true, true };
    if (!p->e->lines.count) return;
    raw(p, "<table class=\"paper-lines\">\n");
    head_cells(p, titles, numbers, ARRAY_LENGTH(titles));
    for (size_t i = 0; i < p->e->lines.count && p->lines <= PAPER_LINES_MOST; i++) put_line(p, &p->e->lines.at[i], 0);
    raw(p, "</tbody></table>\n");
}

static void put_vat(struct page *p)
{
    static const char *const titles[] = { "VAT summary", "Taxable", "VAT" };
    static const bool numbers[] = { false, true, true };
    if (!p->e->vat_totals.count) return;
    raw(p, "<table class=\"paper-vat\">\n");
    head_cells(p, titles, numbers, ARRAY_LENGTH(titles));
    for (size_t i = 0; i < p->e->vat_totals.count && i < HTML_ROWS_MOST; i++) {
        const struct einvoice_vat_total *t = &p->e->vat_totals.at[i];
        raw(p, "<tr><td>");
        put_text(p, show_vat(p->arena, p->language, t->category, &t->rate));
        element(p, "div", "paper-details", show_exemption(p->arena, p->language, p->e, t));
        raw(p, "</td>");
        cell(p, true, show_amount(p->arena, p->language, &t->base, p->e->currency));
        cell(p, true, show_amount(p->arena, p->language, &t->amount, p->e->currency));
        raw(p, "</tr>\n");
    }
    raw(p, "</tbody></table>\n");
}

static void amount(struct page *p, const char *english, const struct einvoice_amount *value)
{
    fact(p, english, show_amount(p->arena, p->language, value, p->e->currency));
}

static void put_totals(struct page *p)
{
    const struct einvoice_totals *t = &p->e->totals;
    raw(p, "<dl class=\"paper-totals\">\n");
    amount(p, "Total of lines", &t->lines);
    for (size_t i = 0; i < p->e->allowances.count && i < HTML_ROWS_MOST; i++) {
        const struct einvoice_allowance *a = &p->e->allowances.at[i];
        bool charge = a->charge.present && a->charge.value;
        struct einvoice_amount shown = a->amount;
        if (!charge && shown.value.present) shown.value.units = -shown.value.units;
        struct str value = show_amount(p->arena, p->language, &shown, p->e->currency);
        raw(p, "<dt>");
        if (a->reason.length) put_text(p, a->reason);
        else word(p, charge ? "Charge" : "Discount");
        raw(p, "</dt><dd>");
        put_text(p, value);
        raw(p, "</dd>\n");
    }
    amount(p, "Total excluding VAT", &t->without_vat);
    amount(p, "VAT", &t->vat);
    fact(p, "VAT in accounting currency", show_amount(p->arena, p->language, &t->vat_accounting, p->e->vat_currency));
    amount(p, "Total including VAT", &t->with_vat);
    amount(p, "Already paid", &t->prepaid);
    amount(p, "Rounding", &t->rounding);
    amount(p, show_is_credit(p->e) ? "Amount credited" : "Amount to pay", &t->payable);
    raw(p, "</dl>\n");
}

static void put_payment(struct page *p)
{
    struct show_payment pay = show_payment_of(p->arena, p->e);
    raw(p, "<section class=\"paper-payment\"><h2>");
    word(p, "Payment");
    raw(p, "</h2>\n<dl class=\"paper-facts\">\n");
    for (size_t i = 0; i < p->e->payments.count && i < 20; i++) {
        const struct einvoice_payment *means = &p->e->payments.at[i];
        fact(p, "IBAN", show_iban(p->arena, means->account.id));
        fact(p, "BIC", means->account.bic);
        fact(p, "In the name of", means->account.name);
        fact(p, "From account", show_iban(p->arena, means->payer_account));
        fact(p, "Mandate", means->mandate);
        fact(p, "Card", means->card_number);
        fact(p, "Note", means->text);
    }
    fact(p, "Creditor ID", p->e->creditor_id);
    fact(p, pay.reference_structured ? "Payment reference" : "Quoting", pay.shown_reference);
    fact(p, "Due date", show_day(p->arena, p->language, &pay.due));
    fact(p, "Terms", p->e->payment_terms);
    raw(p, "</dl></section>\n");
}

static void put_rest(struct page *p)
{
    const struct einvoice *e = p->e;
    for (size_t i = 0; i < e->notes.count && i < HTML_ROWS_MOST; i++) element(p, "p", "paper-note", e->notes.at[i].text);
    if (e->delivery.address.present || e->delivery.name.length) {
        struct str lines[6];
        size_t count = show_address(p->arena, p->language, &e->delivery.address, (struct str){ 0 }, lines);
        struct str all = str_join(p->arena, lines, count, ", ");
        raw(p, "<dl class=\"paper-facts\">\n");
        fact(p, "Delivered to",
             e->delivery.name.length ? str_format(p->arena, "%.*s, %.*s", STR_ARG(e->delivery.name), STR_ARG(all))
                                     : all);
        raw(p, "</dl>\n");
    }
    if (!e->documents.count) return;
    raw(p, "<section class=\"paper-attachments\"><h2>");
    word(p, "Attachments");
    raw(p, "</h2><ul>\n");
    for (size_t i = 0; i < e->documents.count && i < HTML_ROWS_MOST; i++) {
        const struct einvoice_document *d = &e->documents.at[i];
        element(p, "li", NULL, d->filename.length ? d->filename : d->description.length ? d->description : d->id.value);
    }
    raw(p, "</ul></section>\n");
}

struct fault *paper_einvoice_html(struct arena *arena, const struct einvoice *invoice, enum language language, struct str *html)
{
    *html = (struct str){ 0 };
    if (invoice->lines.count > PAPER_LINES_MOST)
        return FAULT(arena, &paper_too_long, NULL, PARAM_INT(arena, "limit", PAPER_PAGES_MOST));
    struct page p = { .t = text_new(arena), .arena = arena, .e = invoice, .language = language };
    text_addf(&p.t, "<article class=\"paper%s\" lang=\"%s\">\n", show_is_credit(invoice) ? " paper-credit" : "",
              language == DUTCH ? "nl" : "en");
    put_head(&p);
    put_lines(&p);
    raw(&p, "<div class=\"paper-sums\">\n");
    put_vat(&p);
    put_totals(&p);
    raw(&p, "</div>\n");
    put_payment(&p);
    put_rest(&p);
    raw(&p, "</article>\n");
    *html = text_str(&p.t);
    return NULL;
}
