/* The house style on a made-up invoice: what a company's papers would look like, before anything is saved. */
#include "invoice/invoice_private.h"
#include "paper/paper.h"
#include "sepa/iban.h"

struct invoice_style { struct str name, brand_color, logo, closing, payment_terms, language; bool without_logo; };
RECORD(invoice_style, {
    FIELD(struct invoice_style, name, .max = 200, OPTIONAL, .about = "of the company; this and the rest left out: as it is now"),
    FIELD(struct invoice_style, brand_color, .max = 7, OPTIONAL, .about = "#rrggbb"),
    BYTES(struct invoice_style, logo, .max = 1 << 20, OPTIONAL, .about = "PNG"),
    FIELD(struct invoice_style, without_logo, OPTIONAL),
    FIELD(struct invoice_style, closing, .max = 300, OPTIONAL),
    FIELD(struct invoice_style, payment_terms, .max = 500, OPTIONAL),
    FIELD(struct invoice_style, language, .min = 2, .max = 2, OPTIONAL, .about = "nl or en; left out: the reader's"),
});

#define T(text_) text_
static const struct { const char *name; int64_t quantity, price_cents, net_cents; } samples[] = {
    { T("Advice on site"), 4, 9500, 38000 },
    { T("Delivery of materials"), 1, 124950, 124950 },
    { T("Travel"), 2, 3250, 6500 },
};

static struct einvoice_amount cents(int64_t minor)
{
    return (struct einvoice_amount){ .value = minor_to_decimal(minor, 2) };
}

static struct einvoice *sample_of(struct work *work, const struct company *c, const struct invoice_style *style,
                                  enum language language)
{
    struct arena *arena = work->arena;
    struct einvoice *e = ARENA_NEW(arena, struct einvoice);
    *e = (struct einvoice){
        .syntax = EINVOICE_UBL_INVOICE, .number = STR("2025-00042"), .type_code = STR("380"), .currency = STR("EUR"),
        .issued = { .date = work->today }, .due = { .date = date_add_days(work->today, 30) }, .order = STR("PO-4711"),
        .payment_reference = STR("RF18539007547034"), .payment_terms = style->payment_terms,
    };
    e->seller = (struct einvoice_party){ .present = true,
                                         .name = c->legal_name.length ? c->legal_name : c->name,
                                         .vat_id = c->vat_number,
                                         .legal_id = { .value = c->kvk_number, .scheme = STR("0106") } };
    e->seller.address = (struct einvoice_address){
        .present = true, .line1 = c->street, .city = c->city, .post_code = c->postal_code, .country = c->country
    };
    e->seller.contact = (struct einvoice_contact){ .present = true, .name = c->name, .phone = c->phone, .email = c->email };
    e->buyer = (struct einvoice_party){ .present = true, .name = STR("Bakkerij De Zon B.V.") };
    e->buyer.address = (struct einvoice_address){
        .present = true, .line1 = STR("Zonstraat 12"), .city = STR("Utrecht"), .post_code = STR("3511 AB"), .country = STR("NL")
    };
    for (size_t i = 0; i < ARRAY_LENGTH(samples); i++)
        *LIST_ADD(arena, &e->lines) = (struct einvoice_line){
            .id = str_from_int(arena, (int64_t)i + 1),
            .name = translate(language, samples[i].name),
            .quantity = { .value = DECIMAL(samples[i].quantity, 0), .unit = STR("C62") },
            .price = cents(samples[i].price_cents),
            .net = cents(samples[i].net_cents),
            .vat = { .present = true, .category = STR("S"), .scheme = STR("VAT"), .rate = { .value = DECIMAL(21, 0) } },
        };
    if (c->iban.length)
        *LIST_ADD(arena, &e->payments) = (struct einvoice_payment){
            .code = STR("58"), .has_account = true,
            .account = { .id = c->iban, .name = e->seller.name, .bic = c->bic.length ? c->bic : iban_bic(c->iban) },
        };
    return e;
}

static struct fault *preview(struct work *work, const struct invoice_style *takes, struct file_answer *out)
{
    struct company company = { 0 };
    struct einvoice_sums sums;
    TRY(access_company_load(work, &company));
    enum language language = !takes->language.at ? work->language : str_is(takes->language, "nl") ? DUTCH : ENGLISH;
    if (takes->name.length) company.name = takes->name, company.legal_name = (struct str){ 0 };
    if (takes->brand_color.at) company.brand_color = takes->brand_color;
    if (takes->logo.at) company.logo = takes->logo;
    if (takes->without_logo) company.logo = (struct str){ 0 };
    struct einvoice *e = sample_of(work, &company, takes, language);
    TRY(einvoice_compute(work->arena, e, &sums));
    e->totals = sums.totals;
    e->vat_totals.at = sums.vat_totals.at, e->vat_totals.count = e->vat_totals.room = sums.vat_totals.count;
    const struct paper_style style = { .logo_png = company.logo,
                                       .accent_rgb = invoice_color(company.brand_color),
                                       .closing = takes->closing,
                                       .stamp = translate(language, T("EXAMPLE")) };
    out->name = STR("example.pdf");
    out->media_type = STR("application/pdf");
    return paper_invoice_pdf(work->arena, e, &style, language, work->now, &out->content);
}
CALLABLE(preview, invoice_style, file_answer);

static const struct operation operations[] = {
    { "invoice-setting preview", "POST", "/invoice-settings/preview", "invoice.read",
      OPERATION_READS | OPERATION_FILE | OPERATION_SLOW, &preview_call, NULL,
      "Draw an example invoice in a house style that is not saved yet" },
};
const struct operation_table invoice_styles = { "invoice", operations, ARRAY_LENGTH(operations) };
