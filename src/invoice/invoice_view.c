/* An invoice as EN 16931 knows it: what its documents are made of. */
#include "invoice/invoice_private.h"
#include "sepa/iban.h"

static const char *const categories[] = { NULL, "S", "Z", "E", "AE", "K", "G", "O" };
/* Why there is no VAT, for who doesn't read Dutch; the code's own words otherwise. */
static const char *const reasons[] = {
    NULL, NULL, NULL, NULL, "Reverse charge", "Intra-Community supply", "Export outside the EU", "Not subject to VAT"
};

static enum language language_of(const struct invoice *invoice)
{
    return str_is(invoice->language, "nl") ? DUTCH : ENGLISH;
}
static struct einvoice_day day_of(struct date date) { return (struct einvoice_day){ .date = date }; }
static struct einvoice_amount amount_of(int64_t minor, int digits)
{
    return (struct einvoice_amount){ .value = minor_to_decimal(minor, digits) };
}

/* ---- Parties ---- */

static struct einvoice_id scheme_id(const char *scheme, struct str value)
{
    return value.length ? (struct einvoice_id){ .value = value, .scheme = str_of(scheme) } : (struct einvoice_id){ 0 };
}

static struct einvoice_party seller_of(const struct company *c)
{
    struct einvoice_party p = { .present = true,
                                .name = c->legal_name.length ? c->legal_name : c->name,
                                .vat_id = c->vat_number };
    bool dutch = str_is(c->country, "NL");
    if (c->legal_name.length && !str_equal(c->legal_name, c->name)) p.trading_name = c->name;
    p.legal_id = dutch ? scheme_id("0106", c->kvk_number) : (struct einvoice_id){ .value = c->kvk_number };
    p.endpoint = dutch && c->kvk_number.length ? p.legal_id : scheme_id("EM", c->email);
    p.address = (struct einvoice_address){
        .present = true, .line1 = c->street, .city = c->city, .post_code = c->postal_code, .country = c->country
    };
    p.contact = (struct einvoice_contact){ .present = true, .name = c->name, .phone = c->phone, .email = c->email };
    return p;
}

static struct einvoice_party buyer_of(struct arena *arena, const struct party *c)
{
    struct einvoice_party p = { .present = true, .name = c->name, .vat_id = c->vat_number };
    *LIST_ADD(arena, &p.ids) = (struct einvoice_id){ .value = c->number };
    p.legal_id = c->oin.length ? scheme_id("0190", c->oin) : scheme_id("0106", c->kvk_number);
    if (c->endpoint.length && c->endpoint_scheme.length)
        p.endpoint = (struct einvoice_id){ .value = c->endpoint, .scheme = c->endpoint_scheme };
    else if (p.legal_id.value.length) p.endpoint = p.legal_id;
    else p.endpoint = scheme_id("EM", c->email);
    p.address = (struct einvoice_address){
        .present = true, .line1 = c->street, .city = c->city, .post_code = c->postal_code, .country = c->country
    };
    return p;
}

/* ---- Lines ---- */

static const struct vat_code *code_of(const struct invoice_view *v, vat_code_id id)
{
    for (size_t i = 0; i < v->vat_codes.count; i++)
        if (v->vat_codes.at[i].id.n == id.n) return &v->vat_codes.at[i];
    return NULL;
}

static struct fault *load_codes(struct work *work, const struct invoice_lines *lines, struct invoice_view *v)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (code_of(v, lines->at[i].vat_code_id)) continue;
        struct vat_code code = { 0 };
        TRY(ledger_vat_code_load(work, lines->at[i].vat_code_id, &code));
        *LIST_ADD(work->arena, &v->vat_codes) = code;
    }
    return NULL;
}

static struct str reason_of(const struct invoice *invoice, const struct vat_code *code)
{
    const char *english = reasons[code->category];
    return language_of(invoice) == ENGLISH && english ? str_of(english) : code->reason;
}

static void add_line(struct arena *arena, const struct invoice *invoice, const struct invoice_view *v,
                     const struct invoice_line *l, struct einvoice *e)
{
    const struct vat_code *code = code_of(v, l->vat_code_id);
    int digits = currency_digits(invoice->currency);
    struct str rest, name = str_cut(l->description, '\n', &rest);
    bool outside = l->vat_category == VAT_O;
    const struct einvoice_vat vat = { .present = true, .category = str_of(categories[l->vat_category]), .scheme = STR("VAT"),
                                      .rate = { .value = outside ? (struct decimal){ 0 } : l->vat_rate },
                                      .exemption_reason = reason_of(invoice, code), .exemption_code = code->reason_code };
    if (l->part != INVOICE_PART_LINE) {
        struct einvoice_allowance *a = LIST_ADD(arena, &e->allowances);
        *a = invoice_allowance_of(l, digits);
        a->vat = vat;
        if (invoice_early_is(l) && l->part == INVOICE_PART_CHARGE) /* not the law that our exempt code names */
            a->vat.exemption_reason = l->description, a->vat.exemption_code = (struct str){ 0 };
        return;
    }
    struct einvoice_line *out = LIST_ADD(arena, &e->lines);
    *out = (struct einvoice_line){
        .id = str_from_int(arena, l->line_no),
        .name = str_trim(name),
        .description = str_trim(rest),
        .seller_item = l->item_number,
        .quantity = { .value = l->quantity, .unit = l->unit },
        .price = { .value = l->price },
        .net = amount_of(l->net_minor, digits),
        .accounting_reference = l->cost_center,
        .vat = vat,
    };
    if (!l->discount_minor) return;
    /* A credited part may carry a cent of rounding in its net amount; the discount says what was taken off. */
    bool charge = l->discount_minor < 0;
    *LIST_ADD(arena, &out->allowances) = (struct einvoice_allowance){
        .charge = { .value = charge, .present = true },
        .amount = amount_of(charge ? -l->discount_minor : l->discount_minor, digits),
        .base = charge ? (struct einvoice_amount){ 0 } : amount_of(l->net_minor + l->discount_minor, digits),
        .percent = { .value = charge ? (struct decimal){ 0 } : l->discount_percent },
        .reason = translate(language_of(invoice), "Discount"), .reason_code = charge ? (struct str){ 0 } : STR("95"),
    };
}

/* ---- Paying ---- */

int64_t invoice_terms_days(const struct invoice *invoice, const struct party *party)
{
    return invoice->terms_days ? invoice->terms_days : party->customer_terms_days;
}

/* "2% discount (12.34 EUR) when paid by 2025-03-08." behind the terms. */
static void add_early(struct work *work, const struct invoice *invoice, const struct invoice_lines *lines, struct einvoice *e)
{
    struct arena *arena = work->arena;
    struct date until = { 0 };
    struct decimal percent = { 0 };
    int64_t minor = invoice_early_discount(lines, &until);
    if (!minor || invoice->kind != INVOICE_INVOICE) return;
    for (size_t i = 0; i < lines->count; i++)
        if (invoice_early_is(&lines->at[i]) && lines->at[i].percent.present) percent = lines->at[i].percent;
    const struct param params[] = {
        PARAM("percent", decimal_format(arena, decimal_short(percent))),
        PARAM("amount", minor_format(arena, minor, currency_digits(invoice->currency))),
        PARAM("currency", invoice->currency), PARAM("date", date_text(arena, until)),
    };
    struct str early =
        text_fill(arena,
                  translate(language_of(invoice),
                            "{percent}% discount ({amount} {currency}) when paid by {date}; VAT is over the "
                            "amount after discount."),
                  params, ARRAY_LENGTH(params));
    e->payment_terms = str_format(arena, "%.*s %.*s", STR_ARG(e->payment_terms), STR_ARG(early));
}

static void add_payment(struct work *work, const struct invoice *invoice, const struct invoice_view *v, struct einvoice *e)
{
    struct arena *arena = work->arena;
    enum language language = language_of(invoice);
    if (invoice->kind == INVOICE_CREDIT_NOTE) {
        e->payment_terms = text_fill(arena, translate(language, "This amount is settled with invoice {number}."),
                                     (const struct param[]){ PARAM("number", v->credited.number) }, 1);
        return;
    }
    e->due = day_of(invoice->due_on);
    e->payment_reference = invoice->payment_reference;
    e->payment_terms = v->setting.payment_terms;
    if (!e->payment_terms.length)
        e->payment_terms =
            text_fill(arena, translate(language, "Payment within {days} days of the invoice date."),
                      (const struct param[]){ PARAM_INT(arena, "days", invoice_terms_days(invoice, &v->party)) }, 1);
    bool sepa = str_is(invoice->currency, "EUR") && iban_is_valid(v->company.iban);
    if (!v->company.iban.length) return;
    *LIST_ADD(arena, &e->payments) = (struct einvoice_payment){
        .code = sepa ? STR("58") : STR("30"),
        .has_account = true,
        .account = { .id = v->company.iban,
                     .name = e->seller.name,
                     .bic = v->company.bic.length ? v->company.bic : iban_bic(v->company.iban) },
    };
}

/* ---- All ---- */

/* Peppol reaches who has an address of one of its schemes (PEPPOL-EN16931-CL008); an e-mail address is none. */
static bool on_peppol(const struct einvoice_id *endpoint)
{
    return endpoint->value.length && !str_is(endpoint->scheme, "EM");
}

/* NLCIUS asks for a reference (BR-NL-2) and of a Dutch customer its KVK number or OIN (BR-NL-10): without them, as of a consumer,
 * it is the European standard itself. */
static struct str specification_of(const struct invoice_view *v, const struct einvoice *e)
{
    const struct party *p = &v->party;
    bool known = !str_is(p->country, "NL") || p->kvk_number.length || p->oin.length;
    if (v->setting.specification == INVOICE_PEPPOL && on_peppol(&e->seller.endpoint) && on_peppol(&e->buyer.endpoint))
        return STR(EINVOICE_SPECIFICATION_PEPPOL);
    bool suits = v->setting.specification == INVOICE_NLCIUS && known && (e->buyer_reference.length || e->order.length);
    return suits ? STR(EINVOICE_SPECIFICATION_NLCIUS) : STR(EINVOICE_SPECIFICATION_EN16931);
}

static struct einvoice *head_of(struct work *work, const struct invoice *invoice, const struct invoice_view *v)
{
    struct arena *arena = work->arena;
    struct einvoice *e = ARENA_NEW(arena, struct einvoice);
    bool credit = invoice->kind == INVOICE_CREDIT_NOTE;
    struct str reference = invoice->buyer_reference.length ? invoice->buyer_reference : v->party.buyer_reference;
    *e = (struct einvoice){
        .syntax = credit ? EINVOICE_UBL_CREDIT_NOTE : EINVOICE_UBL_INVOICE,
        .process = STR(EINVOICE_PROCESS_PEPPOL),
        .number = invoice->number, .type_code = credit ? STR("381") : STR("380"),
        .issued = day_of(invoice->issued_on.ymd ? invoice->issued_on : work->today), .currency = invoice->currency,
        .order = invoice->order_reference,
        .buyer_reference = reference,
        .seller = seller_of(&v->company), .buyer = buyer_of(arena, &v->party),
    };
    e->specification = specification_of(v, e);
    if (invoice->note.length) *LIST_ADD(arena, &e->notes) = (struct einvoice_note){ .text = invoice->note };
    if (credit)
        *LIST_ADD(arena, &e->preceding) =
            (struct einvoice_reference){ .number = v->credited.number, .issued = day_of(v->credited.issued_on) };
    e->delivery.present = invoice->delivered_on.ymd != 0;
    e->delivery.day = day_of(invoice->delivered_on);
    e->period = (struct einvoice_period){ invoice->period_from_on.ymd || invoice->period_to_on.ymd,
                                          day_of(invoice->period_from_on), day_of(invoice->period_to_on), 0 };
    return e;
}

/* Of intra-Community supply: where it went and when (BR-IC-11, BR-IC-12). Outside the scope of VAT: no VAT numbers (BR-O-2 …). */
static void suit_categories(const struct invoice *invoice, const struct invoice_lines *lines,
                            const struct invoice_view *v, struct einvoice *e)
{
    bool community = false, outside = lines->count > 0;
    for (size_t i = 0; i < lines->count; i++) {
        community |= lines->at[i].vat_category == VAT_K;
        outside &= lines->at[i].vat_category == VAT_O;
    }
    if (community) {
        e->delivery.present = true;
        e->delivery.address = (struct einvoice_address){ .present = true,
                                                         .line1 = v->party.street,
                                                         .city = v->party.city,
                                                         .post_code = v->party.postal_code,
                                                         .country = v->party.country };
        if (!e->delivery.day.date.ymd && !e->period.present) e->delivery.day = e->issued;
    }
    if (outside) e->seller.vat_id = e->buyer.vat_id = (struct str){ 0 };
    (void)invoice;
}

/* Art. 230 of the VAT directive: the VAT in our own currency too, each category at the day's rate (BT-6, BT-111). */
static struct fault *in_own_currency(struct work *work, const struct invoice *invoice, struct invoice_view *v)
{
    struct str base = { 0 };
    int64_t minor;
    TRY(ledger_base_currency(work, &base));
    if (str_equal(base, invoice->currency)) return NULL;
    TRY(ledger_to_base(work, v->sums.vat_minor, invoice->currency, v->einvoice->issued.date, &minor));
    v->einvoice->vat_currency = base;
    v->sums.totals.vat_accounting = amount_of(minor, currency_digits(base));
    v->sums.totals.vat_accounting.currency = base;
    return NULL;
}

struct fault *invoice_view_make(struct work *work, const struct invoice *invoice, const struct invoice_lines *lines,
                                struct invoice_view *v)
{
    *v = (struct invoice_view){ 0 };
    TRY(access_company_load(work, &v->company));
    TRY(party_load(work, invoice->party_id, &v->party));
    TRY(invoice_setting_load(work, &v->setting));
    if (invoice->credits_id.n) TRY(invoice_load(work, invoice->credits_id, &v->credited));
    TRY(load_codes(work, lines, v));
    struct einvoice *e = v->einvoice = head_of(work, invoice, v);
    for (size_t i = 0; i < lines->count; i++) add_line(work->arena, invoice, v, &lines->at[i], e);
    suit_categories(invoice, lines, v, e);
    add_payment(work, invoice, v, e);
    add_early(work, invoice, lines, e);
    TRY(einvoice_compute(work->arena, e, &v->sums));
    TRY(in_own_currency(work, invoice, v));
    e->totals = v->sums.totals;
    e->vat_totals.at = v->sums.vat_totals.at, e->vat_totals.count = e->vat_totals.room = v->sums.vat_totals.count;
    for (size_t i = 0; i < e->lines.count; i++) /* the reason belongs to the breakdown, not to the line */
        e->lines.at[i].vat.exemption_reason = e->lines.at[i].vat.exemption_code = (struct str){ 0 };
    for (size_t i = 0; i < e->allowances.count; i++)
        e->allowances.at[i].vat.exemption_reason = e->allowances.at[i].vat.exemption_code = (struct str){ 0 };
    return NULL;
}

struct fault *invoice_view(struct work *work, const struct invoice *invoice, const struct invoice_lines *lines,
                           struct einvoice **out)
{
    struct invoice_view v;
    TRY(invoice_view_make(work, invoice, lines, &v));
    *out = v.einvoice;
    return NULL;
}
