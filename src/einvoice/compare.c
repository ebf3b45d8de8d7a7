/* What differs between two neutral invoices, by meaning. */
#include "einvoice/einvoice.h"

struct comparing { struct arena *arena; struct einvoice_differences *out; };

static void differ(struct comparing *c, struct str within, const char *term, struct str left, struct str right)
{
    struct str name = within.length ? str_format(c->arena, "%.*s%s", STR_ARG(within), term) : str_of(term);
    *LIST_ADD(c->arena, &c->out->list) =
        (struct einvoice_difference){ name, left.at ? left : STR(""), right.at ? right : STR("") };
}

/* Texts: absent equals empty, and white space counts once. */
static bool same_text(struct str a, struct str b)
{
    size_t i = 0, j = 0;
    while (i < a.length && j < b.length) {
        bool space = a.at[i] == ' ' || a.at[i] == '\n' || a.at[i] == '\r' || a.at[i] == '\t';
        bool other = b.at[j] == ' ' || b.at[j] == '\n' || b.at[j] == '\r' || b.at[j] == '\t';
        if (space != other || (!space && a.at[i] != b.at[j])) return false;
        if (!space) { i++, j++; continue; }
        while (i < a.length && (a.at[i] == ' ' || a.at[i] == '\n' || a.at[i] == '\r' || a.at[i] == '\t')) i++;
        while (j < b.length && (b.at[j] == ' ' || b.at[j] == '\n' || b.at[j] == '\r' || b.at[j] == '\t')) j++;
    }
    return i == a.length && j == b.length;
}

static void text(struct comparing *c, struct str within, const char *term, struct str a, struct str b)
{
    if (!same_text(a, b)) differ(c, within, term, a, b);
}

static void value(struct comparing *c, struct str within, const char *term, struct decimal a, struct str raw_a,
                  struct decimal b, struct str raw_b)
{
    if (a.present && b.present ? decimal_compare(a, b) != 0 : !same_text(raw_a, raw_b)) differ(c, within, term, raw_a, raw_b);
}
static void amount(struct comparing *c, struct str within, const char *term, struct einvoice_amount a, struct einvoice_amount b)
{
    value(c, within, term, a.value, a.raw, b.value, b.raw);
}
/* Zero and absent say the same of what is added or taken off. */
static void addition(struct comparing *c, struct str within, const char *term, struct einvoice_amount a, struct einvoice_amount b)
{
    bool no_a = !a.raw.length && !a.value.present, no_b = !b.raw.length && !b.value.present; /* made by us: a value without raw */
    if ((no_a && b.value.present && !b.value.units) || (no_b && a.value.present && !a.value.units)) return;
    amount(c, within, term, a, b);
}
static void number(struct comparing *c, struct str within, const char *term, struct einvoice_number a, struct einvoice_number b)
{
    value(c, within, term, a.value, a.raw, b.value, b.raw);
}
static void quantity(struct comparing *c, struct str within, const char *term, struct einvoice_quantity a,
                     struct einvoice_quantity b)
{
    value(c, within, term, a.value, a.raw, b.value, b.raw);
    if (!same_text(a.unit, b.unit)) differ(c, within, "unit", a.unit, b.unit);
}
static void day(struct comparing *c, struct str within, const char *term, struct einvoice_day a, struct einvoice_day b)
{
    if (a.date.ymd != b.date.ymd || (!a.date.ymd && !same_text(a.raw, b.raw))) differ(c, within, term, a.raw, b.raw);
}
static void id(struct comparing *c, struct str within, const char *term, struct einvoice_id a, struct einvoice_id b)
{
    text(c, within, term, a.value, b.value);
    if (!same_text(a.scheme, b.scheme)) differ(c, within, str_format(c->arena, "%s.scheme", term).at, a.scheme, b.scheme);
}
static void period(struct comparing *c, struct str within, struct einvoice_period a, struct einvoice_period b)
{
    day(c, within, "period.from", a.from, b.from);
    day(c, within, "period.to", a.to, b.to);
}

static void address(struct comparing *c, struct str within, const struct einvoice_address *a, const struct einvoice_address *b)
{
    text(c, within, "address.line1", a->line1, b->line1);
    text(c, within, "address.line2", a->line2, b->line2);
    text(c, within, "address.line3", a->line3, b->line3);
    text(c, within, "address.city", a->city, b->city);
    text(c, within, "address.post_code", a->post_code, b->post_code);
    text(c, within, "address.region", a->region, b->region);
    text(c, within, "address.country", a->country, b->country);
}

static bool counted(struct comparing *c, struct str within, const char *term, size_t a, size_t b)
{
    if (a != b) differ(c, within, term, str_from_int(c->arena, (int64_t)a), str_from_int(c->arena, (int64_t)b));
    return a == b;
}
#define LISTS(term, a, b) for (size_t i = counted(c, within, term, (a).count, (b).count) ? 0 : (a).count; i < (a).count; i++)
static struct str inside(struct comparing *c, struct str within, const char *term, size_t i)
{
    return str_format(c->arena, "%.*s%s[%zu].", STR_ARG(within), term, i);
}

static void party(struct comparing *c, const char *term, const struct einvoice_party *a, const struct einvoice_party *b)
{
    struct str within = str_format(c->arena, "%s.", term);
    text(c, within, "name", a->name, b->name);
    /* A trading name that repeats the name says nothing. */
    text(c, within, "trading_name", a->trading_name.length ? a->trading_name : a->name,
         b->trading_name.length ? b->trading_name : b->name);
    LISTS("ids", a->ids, b->ids) id(c, inside(c, within, "ids", i), "id", a->ids.at[i], b->ids.at[i]);
    id(c, within, "legal_id", a->legal_id, b->legal_id);
    text(c, within, "vat_id", a->vat_id, b->vat_id);
    text(c, within, "tax_id", a->tax_id, b->tax_id);
    text(c, within, "legal_form", a->legal_form, b->legal_form);
    id(c, within, "endpoint", a->endpoint, b->endpoint);
    address(c, within, &a->address, &b->address);
    text(c, within, "contact.name", a->contact.name, b->contact.name);
    text(c, within, "contact.phone", a->contact.phone, b->contact.phone);
    text(c, within, "contact.email", a->contact.email, b->contact.email);
}

static void vat(struct comparing *c, struct str within, struct einvoice_vat a, struct einvoice_vat b)
{
    text(c, within, "vat.category", a.category, b.category);
    number(c, within, "vat.rate", a.rate, b.rate);
}

static void allowance(struct comparing *c, struct str within, const struct einvoice_allowance *a,
                      const struct einvoice_allowance *b)
{
    if (a->charge.value != b->charge.value) differ(c, within, "charge", a->charge.raw, b->charge.raw);
    amount(c, within, "amount", a->amount, b->amount);
    amount(c, within, "base", a->base, b->base);
    number(c, within, "percent", a->percent, b->percent);
    text(c, within, "reason", a->reason, b->reason);
    text(c, within, "reason_code", a->reason_code, b->reason_code);
    vat(c, within, a->vat, b->vat);
}

/* Without a gross price the net price is meant; without a base quantity, one of the line's unit. */
static void prices(struct comparing *c, struct str within, const struct einvoice_line *a, const struct einvoice_line *b)
{
    addition(c, within, "price_discount", a->price_discount, b->price_discount);
    amount(c, within, "price_gross", a->price_gross.raw.length || a->price_gross.value.present ? a->price_gross : a->price,
           b->price_gross.raw.length || b->price_gross.value.present ? b->price_gross : b->price);
    struct einvoice_quantity p = a->price_base, q = b->price_base;
    if (!p.raw.length && !p.value.present) p.value = DECIMAL(1, 0);
    if (!q.raw.length && !q.value.present) q.value = DECIMAL(1, 0);
    if (!p.unit.length) p.unit = a->quantity.unit;
    if (!q.unit.length) q.unit = b->quantity.unit;
    quantity(c, within, "price_base", p, q);
}

static void line(struct comparing *c, struct str within, const struct einvoice_line *a, const struct einvoice_line *b)
{
    text(c, within, "id", a->id, b->id);
    text(c, within, "note", a->note, b->note);
    id(c, within, "object", a->object, b->object);
    quantity(c, within, "quantity", a->quantity, b->quantity);
    amount(c, within, "net", a->net, b->net);
    text(c, within, "order_line", a->order_line, b->order_line);
    text(c, within, "accounting_reference", a->accounting_reference, b->accounting_reference);
    period(c, within, a->period, b->period);
    LISTS("allowances", a->allowances, b->allowances)
    allowance(c, inside(c, within, "allowances", i), &a->allowances.at[i], &b->allowances.at[i]);
    amount(c, within, "price", a->price, b->price);
    prices(c, within, a, b);
    vat(c, within, a->vat, b->vat);
    text(c, within, "name", a->name, b->name);
    text(c, within, "description", a->description, b->description);
    text(c, within, "seller_item", a->seller_item, b->seller_item);
    text(c, within, "buyer_item", a->buyer_item, b->buyer_item);
    id(c, within, "standard_item", a->standard_item, b->standard_item);
    text(c, within, "origin_country", a->origin_country, b->origin_country);
    LISTS("classes", a->classes, b->classes) {
        text(c, inside(c, within, "classes", i), "code", a->classes.at[i].code, b->classes.at[i].code);
        text(c, inside(c, within, "classes", i), "list", a->classes.at[i].list, b->classes.at[i].list);
        text(c, inside(c, within, "classes", i), "list_version", a->classes.at[i].list_version, b->classes.at[i].list_version);
    }
    LISTS("properties", a->properties, b->properties) {
        text(c, inside(c, within, "properties", i), "name", a->properties.at[i].name, b->properties.at[i].name);
        text(c, inside(c, within, "properties", i), "value", a->properties.at[i].value, b->properties.at[i].value);
    }
    LISTS("lines", a->lines, b->lines) line(c, inside(c, within, "lines", i), &a->lines.at[i], &b->lines.at[i]);
}

static void totals(struct comparing *c, const struct einvoice_totals *a, const struct einvoice_totals *b)
{
    struct str within = STR("totals.");
    amount(c, within, "lines", a->lines, b->lines);
    addition(c, within, "allowances", a->allowances, b->allowances);
    addition(c, within, "charges", a->charges, b->charges);
    amount(c, within, "without_vat", a->without_vat, b->without_vat);
    amount(c, within, "vat", a->vat, b->vat);
    amount(c, within, "vat_accounting", a->vat_accounting, b->vat_accounting);
    amount(c, within, "with_vat", a->with_vat, b->with_vat);
    addition(c, within, "prepaid", a->prepaid, b->prepaid);
    addition(c, within, "rounding", a->rounding, b->rounding);
    amount(c, within, "payable", a->payable, b->payable);
}

/* BT-8 has other numbers in UBL (UNTDID 2005) than in CII (UNTDID 2475). */
static struct str tax_point_code(struct str code)
{
    if (str_is(code, "3")) return STR("5");
    if (str_is(code, "35")) return STR("29");
    return str_is(code, "432") ? STR("72") : code;
}

static void header(struct comparing *c, const struct einvoice *a, const struct einvoice *b)
{
    struct str within = STR("");
    text(c, within, "specification", a->specification, b->specification);
    text(c, within, "process", a->process, b->process);
    text(c, within, "number", a->number, b->number);
    day(c, within, "issued", a->issued, b->issued);
    text(c, within, "type_code", a->type_code, b->type_code);
    text(c, within, "currency", a->currency, b->currency);
    text(c, within, "vat_currency", a->vat_currency, b->vat_currency);
    day(c, within, "tax_point", a->tax_point, b->tax_point);
    text(c, within, "tax_point_code", tax_point_code(a->tax_point_code), tax_point_code(b->tax_point_code));
    day(c, within, "due", a->due, b->due);
    text(c, within, "buyer_reference", a->buyer_reference, b->buyer_reference);
    text(c, within, "project", a->project, b->project);
    text(c, within, "contract", a->contract, b->contract);
    text(c, within, "order", a->order, b->order);
    text(c, within, "sales_order", a->sales_order, b->sales_order);
    text(c, within, "receipt", a->receipt, b->receipt);
    text(c, within, "despatch", a->despatch, b->despatch);
    text(c, within, "tender", a->tender, b->tender);
    id(c, within, "object", a->object, b->object);
    text(c, within, "accounting_reference", a->accounting_reference, b->accounting_reference);
    text(c, within, "payment_terms", a->payment_terms, b->payment_terms);
    text(c, within, "payment_reference", a->payment_reference, b->payment_reference);
    text(c, within, "creditor_id", a->creditor_id, b->creditor_id);
    text(c, within, "mandate", a->mandate, b->mandate);
    period(c, within, a->period, b->period);
    text(c, within, "delivery.name", a->delivery.name, b->delivery.name);
    id(c, within, "delivery.location", a->delivery.location, b->delivery.location);
    day(c, within, "delivery.day", a->delivery.day, b->delivery.day);
    address(c, STR("delivery."), &a->delivery.address, &b->delivery.address);
}

static void payments(struct comparing *c, const struct einvoice *a, const struct einvoice *b)
{
    struct str within = STR("");
    LISTS("payments", a->payments, b->payments) {
        const struct einvoice_payment *p = &a->payments.at[i], *q = &b->payments.at[i];
        struct str in = inside(c, within, "payments", i);
        text(c, in, "code", p->code, q->code);
        text(c, in, "text", p->text, q->text);
        text(c, in, "account.id", p->account.id, q->account.id);
        text(c, in, "account.name", p->account.name, q->account.name);
        text(c, in, "account.bic", p->account.bic, q->account.bic);
        text(c, in, "card_number", p->card_number, q->card_number);
        text(c, in, "card_holder", p->card_holder, q->card_holder);
        text(c, in, "payer_account", p->payer_account, q->payer_account);
    }
}

static void vat_totals(struct comparing *c, const struct einvoice *a, const struct einvoice *b)
{
    struct str within = STR("");
    LISTS("vat_totals", a->vat_totals, b->vat_totals) {
        const struct einvoice_vat_total *p = &a->vat_totals.at[i], *q = &b->vat_totals.at[i];
        struct str in = inside(c, within, "vat_totals", i);
        amount(c, in, "base", p->base, q->base);
        amount(c, in, "amount", p->amount, q->amount);
        text(c, in, "category", p->category, q->category);
        number(c, in, "rate", p->rate, q->rate);
        text(c, in, "exemption_reason", p->exemption_reason, q->exemption_reason);
        text(c, in, "exemption_code", p->exemption_code, q->exemption_code);
    }
}

static void documents(struct comparing *c, const struct einvoice *a, const struct einvoice *b)
{
    struct str within = STR("");
    LISTS("notes", a->notes, b->notes) {
        text(c, inside(c, within, "notes", i), "subject", a->notes.at[i].subject, b->notes.at[i].subject);
        text(c, inside(c, within, "notes", i), "text", a->notes.at[i].text, b->notes.at[i].text);
    }
    LISTS("preceding", a->preceding, b->preceding) {
        text(c, inside(c, within, "preceding", i), "number", a->preceding.at[i].number, b->preceding.at[i].number);
        day(c, inside(c, within, "preceding", i), "issued", a->preceding.at[i].issued, b->preceding.at[i].issued);
    }
    LISTS("documents", a->documents, b->documents) {
        const struct einvoice_document *p = &a->documents.at[i], *q = &b->documents.at[i];
        struct str in = inside(c, within, "documents", i);
        text(c, in, "id", p->id.value, q->id.value);
        text(c, in, "description", p->description, q->description);
        text(c, in, "location", p->location, q->location);
        text(c, in, "mime", p->mime, q->mime);
        text(c, in, "filename", p->filename, q->filename);
        if (!same_text(p->content, q->content)) differ(c, in, "content", STR("(one)"), STR("(other)"));
    }
}

void einvoice_compare(struct arena *arena, const struct einvoice *a, const struct einvoice *b, struct einvoice_differences *out)
{
    struct comparing comparing = { arena, out }, *c = &comparing;
    struct str within = STR("");
    header(c, a, b);
    party(c, "seller", &a->seller, &b->seller);
    party(c, "buyer", &a->buyer, &b->buyer);
    party(c, "payee", &a->payee, &b->payee);
    party(c, "tax_representative", &a->tax_representative, &b->tax_representative);
    documents(c, a, b);
    payments(c, a, b);
    LISTS("prepayments", a->prepayments, b->prepayments)
    amount(c, inside(c, within, "prepayments", i), "amount", a->prepayments.at[i].amount, b->prepayments.at[i].amount);
    LISTS("allowances", a->allowances, b->allowances)
    allowance(c, inside(c, within, "allowances", i), &a->allowances.at[i], &b->allowances.at[i]);
    totals(c, &a->totals, &b->totals);
    vat_totals(c, a, b);
    LISTS("lines", a->lines, b->lines) line(c, inside(c, within, "lines", i), &a->lines.at[i], &b->lines.at[i]);
}
