#include "paper/show.h"
#include "sepa/sepa.h"

#define NBSP "\xC2\xA0"
#define MINUS "\xE2\x88\x92"

/* ---- Numbers ---- */

struct str show_decimal(struct arena *arena, enum language language, struct decimal value, int digits)
{
    if (!value.present) return (struct str){ 0 };
    struct decimal padded;
    if (value.scale < digits && decimal_round(value, digits, &padded)) value = padded;
    struct str plain = decimal_format(arena, value);
    bool negative = str_starts(plain, "-");
    if (negative) plain = str_part(plain, 1, plain.length - 1);
    ptrdiff_t point = str_find(plain, ".");
    size_t whole = point < 0 ? plain.length : (size_t)point;
    struct text text = text_new(arena);
    if (negative) text_addz(&text, MINUS);
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0) text_add_char(&text, language == DUTCH ? '.' : ',');
        text_add_char(&text, plain.at[i]);
    }
    if (point >= 0) {
        text_add_char(&text, language == DUTCH ? ',' : '.');
        text_add(&text, str_part(plain, whole + 1, plain.length - whole - 1));
    }
    return text_str(&text);
}

static int digits_of(struct str currency)
{
    int digits = currency.length ? currency_digits(currency) : 2;
    return digits < 0 ? 2 : digits;
}

static struct str with_currency(struct arena *arena, enum language language, struct str number, struct str currency)
{
    if (!number.at || !currency.length) return number;
    if (!str_is(currency, "EUR")) return str_format(arena, "%.*s" NBSP "%.*s", STR_ARG(currency), STR_ARG(number));
    if (language == DUTCH) return str_format(arena, "€" NBSP "%.*s", STR_ARG(number));
    bool negative = str_starts(number, MINUS);
    struct str rest = negative ? str_part(number, strlen(MINUS), number.length - strlen(MINUS)) : number;
    return str_format(arena, "%s€%.*s", negative ? MINUS : "", STR_ARG(rest));
}

struct str show_money(struct arena *arena, enum language language, struct decimal value, struct str currency)
{
    struct decimal rounded;
    int digits = digits_of(currency);
    if (value.present && value.scale > digits && decimal_round(value, digits, &rounded)) value = rounded;
    return with_currency(arena, language, show_decimal(arena, language, value, digits), currency);
}

struct str show_plain(struct arena *arena, enum language language, const struct einvoice_amount *amount,
                      struct str currency)
{
    struct decimal rounded, value = amount->value;
    int digits = digits_of(currency);
    if (!value.present) return str_utf8_clip(amount->raw, 40);
    if (value.scale > digits && decimal_round(value, digits, &rounded)) value = rounded;
    return show_decimal(arena, language, value, digits);
}

struct str show_amount(struct arena *arena, enum language language, const struct einvoice_amount *amount,
                       struct str currency)
{
    if (!amount->value.present) return str_utf8_clip(amount->raw, 40);
    return show_money(arena, language, amount->value, currency);
}

struct str show_price(struct arena *arena, enum language language, const struct einvoice_amount *amount,
                      struct str currency)
{
    if (!amount->value.present) return str_utf8_clip(amount->raw, 40);
    return show_decimal(arena, language, decimal_short(amount->value), digits_of(currency));
}

/* Units of UN/ECE Recommendation 20 that invoices use most, as a word; another one is shown as its code. */
static const struct unit {
    const char *code, *one, *many;
} units[] = {
    { "H87", "pc", "pcs" },
    { "EA", "pc", "pcs" },
    { "PCE", "pc", "pcs" },
    { "XPP", "pc", "pcs" },
    { "HUR", "hour", "hours" },
    { "MIN", "min", "min" },
    { "DAY", "day", "days" },
    { "WEE", "week", "weeks" },
    { "MON", "month", "months" },
    { "ANN", "year", "years" },
    { "KGM", "kg", "kg" },
    { "GRM", "g", "g" },
    { "TNE", "tonne", "tonnes" },
    { "MTR", "m", "m" },
    { "CMT", "cm", "cm" },
    { "MMT", "mm", "mm" },
    { "KMT", "km", "km" },
    { "MTK", "m²", "m²" },
    { "MTQ", "m³", "m³" },
    { "LTR", "l", "l" },
    { "KWH", "kWh", "kWh" },
    { "SET", "set", "sets" },
    { "XBX", "box", "boxes" },
    { "XPK", "pack", "packs" },
    { "PR", "pair", "pairs" },
    { "C62", "", "" },
    { "XZZ", "", "" },
    { "ZZ", "", "" },
    { "LS", "lump sum", "lump sum" },
};

struct str show_quantity(struct arena *arena, enum language language, const struct einvoice_quantity *quantity)
{
    if (!quantity->value.present) return str_utf8_clip(quantity->raw, 40);
    struct decimal value = decimal_short(quantity->value);
    struct str number = show_decimal(arena, language, value, 0), unit = str_utf8_clip(quantity->unit, 12);
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++)
        if (str_is(unit, units[i].code))
            unit = translate(language, decimal_compare(value, DECIMAL(1, 0)) == 0 ? units[i].one : units[i].many);
    return unit.length ? str_format(arena, "%.*s %.*s", STR_ARG(number), STR_ARG(unit)) : number;
}

struct str show_percent(struct arena *arena, enum language language, const struct einvoice_number *percent)
{
    if (!percent->value.present) return str_utf8_clip(percent->raw, 20);
    return str_format(arena, "%.*s%%", STR_ARG(show_decimal(arena, language, decimal_short(percent->value), 0)));
}

/* ---- Days ---- */

struct str show_date(struct arena *arena, enum language language, struct date date)
{
    static const char *const months[] = { "January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December" };
    if (!date.ymd) return (struct str){ 0 };
    struct str month = translate(language, months[date_month(date) - 1]);
    return str_format(arena, "%d" NBSP "%.*s" NBSP "%d", date_day(date), STR_ARG(month), date_year(date));
}

struct str show_day(struct arena *arena, enum language language, const struct einvoice_day *day)
{
    return day->date.ymd ? show_date(arena, language, day->date) : str_utf8_clip(day->raw, 40);
}

struct str show_period(struct arena *arena, enum language language, const struct einvoice_period *period)
{
    if (!period->present) return (struct str){ 0 };
    struct str from = show_day(arena, language, &period->from), to = show_day(arena, language, &period->to);
    if (from.length && to.length) return str_format(arena, "%.*s – %.*s", STR_ARG(from), STR_ARG(to));
    const struct param params[] = { { "day", from.length ? from : to } };
    if (!params[0].text.length) return (struct str){ 0 };
    return text_fill(arena, translate(language, from.length ? "from {day}" : "until {day}"), params, 1);
}

/* ---- Parties ---- */

static const struct country {
    char code[3];
    const char *english;
} countries[] = {
    { "AT", "Austria" },       { "AU", "Australia" },    { "BE", "Belgium" },    { "BG", "Bulgaria" },
    { "CA", "Canada" },        { "CH", "Switzerland" },  { "CN", "China" },      { "CY", "Cyprus" },
    { "CZ", "Czechia" },       { "DE", "Germany" },      { "DK", "Denmark" },    { "EE", "Estonia" },
    { "ES", "Spain" },         { "FI", "Finland" },      { "FR", "France" },     { "GB", "United Kingdom" },
    { "GR", "Greece" },        { "HR", "Croatia" },      { "HU", "Hungary" },    { "IE", "Ireland" },
    { "IN", "India" },         { "IS", "Iceland" },      { "IT", "Italy" },      { "JP", "Japan" },
    { "LI", "Liechtenstein" }, { "LT", "Lithuania" },    { "LU", "Luxembourg" }, { "LV", "Latvia" },
    { "MT", "Malta" },         { "NL", "Netherlands" },  { "NO", "Norway" },     { "PL", "Poland" },
    { "PT", "Portugal" },      { "RO", "Romania" },      { "RS", "Serbia" },     { "SE", "Sweden" },
    { "SI", "Slovenia" },      { "SK", "Slovakia" },     { "TR", "Türkiye" },    { "UA", "Ukraine" },
    { "US", "United States" }, { "ZA", "South Africa" },
};

struct str show_country(struct arena *arena, enum language language, struct str code)
{
    for (size_t i = 0; i < ARRAY_LENGTH(countries); i++)
        if (str_is(code, countries[i].code)) return str_keep(arena, translate(language, countries[i].english));
    return str_utf8_clip(code, 40);
}

struct str show_iban(struct arena *arena, struct str account)
{
    return iban_is_valid(account) ? iban_format(arena, account) : account;
}

size_t show_address(struct arena *arena, enum language language, const struct einvoice_address *address,
                    struct str home, struct str lines[6])
{
    size_t count = 0;
    const struct str *streets[] = { &address->line1, &address->line2, &address->line3 };
    for (size_t i = 0; i < ARRAY_LENGTH(streets); i++)
        if (streets[i]->length) lines[count++] = *streets[i];
    struct str place = address->post_code.length && address->city.length
                           ? str_format(arena, "%.*s" NBSP " %.*s", STR_ARG(address->post_code), STR_ARG(address->city))
                       : address->post_code.length ? address->post_code
                                                   : address->city;
    if (place.length) lines[count++] = place;
    if (address->region.length) lines[count++] = address->region;
    if (address->country.length && !str_equal(address->country, home))
        lines[count++] = show_country(arena, language, address->country);
    return count;
}

const char *show_legal_label(const struct einvoice_party *party)
{
    if (str_is(party->legal_id.scheme, "0190")) return "OIN";
    if (str_is(party->legal_id.scheme, "0106")) return "KVK";
    bool dutch = str_is(party->address.country, "NL") && !party->legal_id.scheme.length;
    return dutch && party->legal_id.value.length == 8 ? "KVK" : "Registration no.";
}

/* ---- Kind of document, VAT ---- */

bool show_is_credit(const struct einvoice *invoice)
{
    if (!invoice->type_code.length) return invoice->syntax == EINVOICE_UBL_CREDIT_NOTE;
    return einvoice_is_credit(invoice);
}

const char *show_title(const struct einvoice *invoice)
{
    if (str_is(invoice->type_code, "261")) return "Self-billed credit note";
    if (show_is_credit(invoice)) return "Credit note";
    if (str_is(invoice->type_code, "384")) return "Corrected invoice";
    if (str_is(invoice->type_code, "386")) return "Prepayment invoice";
    if (str_is(invoice->type_code, "389")) return "Self-billed invoice";
    if (str_is(invoice->type_code, "326")) return "Partial invoice";
    if (str_is(invoice->type_code, "325")) return "Pro forma invoice";
    return "Invoice";
}

/* VAT category codes (UNTDID 5305 as EN 16931 uses them). `why` is said when the invoice gives no reason itself. */
static const struct category {
    const char *code, *label, *why;
} categories[] = {
    { "AE", "VAT reverse charged", "VAT reverse charged to the customer" },
    { "K", "VAT 0% (intra-Community)", "Intra-Community supply, exempt from VAT" },
    { "G", "VAT 0% (export)", "Export outside the EU, VAT 0%" },
    { "E", "Exempt from VAT", "Exempt from VAT" },
    { "O", "Outside scope of VAT", "Outside the scope of VAT" },
    { "Z", NULL, NULL },
};

static const struct category *find_category(struct str code)
{
    for (size_t i = 0; i < ARRAY_LENGTH(categories); i++)
        if (str_is(code, categories[i].code)) return &categories[i];
    return NULL;
}

struct str show_vat(struct arena *arena, enum language language, struct str category,
                    const struct einvoice_number *rate)
{
    const struct category *known = find_category(category);
    if (known && known->label) return translate(language, known->label);
    struct str percent = show_percent(arena, language, rate);
    struct str vat = translate(language, str_is(category, "L") ? "IGIC" : str_is(category, "M") ? "IPSI" : "VAT");
    return percent.length ? str_format(arena, "%.*s %.*s", STR_ARG(vat), STR_ARG(percent)) : vat;
}

struct str show_exemption(struct arena *arena, enum language language, const struct einvoice *invoice,
                          const struct einvoice_vat_total *vat)
{
    const struct category *known = find_category(vat->category);
    struct str why = known && known->why ? translate(language, known->why) : (struct str){ 0 };
    struct str own = vat->exemption_reason.length ? vat->exemption_reason : vat->exemption_code;
    bool to_buyer = (str_is(vat->category, "AE") || str_is(vat->category, "K")) && invoice->buyer.vat_id.length;
    struct text text = text_new(arena);
    text_add(&text, why);
    if (own.length && !str_equal_caseless(own, why)) {
        if (text.length) text_addz(&text, ". ");
        text_add(&text, own);
    }
    if (text.length && to_buyer)
        text_addf(&text, " (%.*s %.*s)", STR_ARG(translate(language, "customer's VAT no.")),
                  STR_ARG(invoice->buyer.vat_id));
    return text.length ? text_str(&text) : (struct str){ 0 };
}

/* ---- Lines ---- */

struct str show_line_name(struct arena *arena, const struct einvoice_line *line)
{
    if (line->name.length) return line->name;
    if (line->description.length) return line->description;
    return line->note.length ? line->note : str_format(arena, "%.*s", STR_ARG(line->id));
}

static void add_line(struct text *text, const char *label, struct str value)
{
    if (!value.length) return;
    if (text->length) text_add_char(text, '\n');
    if (label) text_addf(text, "%s ", label);
    text_add(text, value);
}

static void add_labelled(struct text *text, enum language language, const char *english, struct str value)
{
    if (value.length) add_line(text, str_format(text->arena, "%.*s", STR_ARG(translate(language, english))).at, value);
}

static void add_allowance(struct text *text, enum language language, const struct einvoice_allowance *allowance,
                          struct str currency)
{
    bool charge = allowance->charge.present && allowance->charge.value;
    struct str word = translate(language, charge ? "Charge" : "Discount"), reason = allowance->reason;
    struct str percent = show_percent(text->arena, language, &allowance->percent);
    struct str amount = show_amount(text->arena, language, &allowance->amount, currency);
    if (!amount.length) return;
    if (text->length) text_add_char(text, '\n');
    text_add(text, reason.length ? reason : word);
    if (percent.length) text_addf(text, " %.*s", STR_ARG(percent));
    text_addf(text, ": %s%.*s", charge ? "+" NBSP : MINUS NBSP, STR_ARG(amount));
}

struct str show_line_details(struct arena *arena, enum language language, const struct einvoice *invoice,
                             const struct einvoice_line *line)
{
    struct text text = text_new(arena);
    if (line->name.length && !str_equal(line->name, line->description)) add_line(&text, NULL, line->description);
    add_line(&text, NULL, show_period(arena, language, &line->period));
    add_labelled(&text, language, "Item", line->seller_item);
    add_labelled(&text, language, "Your item", line->buyer_item);
    add_labelled(&text, language, str_is(line->standard_item.scheme, "0160") ? "GTIN" : "Standard item",
                 line->standard_item.value);
    for (size_t i = 0; i < line->properties.count && i < 40; i++)
        if (line->properties.at[i].value.length)
            add_line(&text, str_format(arena, "%.*s:", STR_ARG(line->properties.at[i].name)).at,
                     line->properties.at[i].value);
    for (size_t i = 0; i < line->allowances.count && i < 40; i++)
        add_allowance(&text, language, &line->allowances.at[i], invoice->currency);
    if (line->name.length || line->description.length) add_line(&text, NULL, line->note);
    return text.length ? text_str(&text) : (struct str){ 0 };
}

/* ---- Payment ---- */

static bool code_in(struct str code, const char *list)
{
    char wrapped[16];
    if (!code.length || code.length > 8) return false;
    snprintf(wrapped, sizeof wrapped, " %.*s ", STR_ARG(code));
    return strstr(list, wrapped) != NULL;
}

struct show_payment show_payment_of(struct arena *arena, const struct einvoice *invoice)
{
    struct show_payment p = { .due = invoice->due, .reference = invoice->payment_reference };
    for (size_t i = 0; i < invoice->payments.count && !p.means; i++)
        if (invoice->payments.at[i].has_account && invoice->payments.at[i].account.id.length)
            p.means = &invoice->payments.at[i];
    if (!p.means && invoice->payments.count) p.means = &invoice->payments.at[0];
    struct decimal payable = invoice->totals.payable.value;
    p.to_pay = payable.present && payable.units > 0 && !show_is_credit(invoice);
    p.name = invoice->payee.present && invoice->payee.name.length ? invoice->payee.name : invoice->seller.name;
    if (p.means) {
        p.debit = code_in(p.means->code, " 49 59 ") || p.means->has_mandate;
        p.card = !p.debit && (code_in(p.means->code, " 48 54 55 ") || p.means->has_card);
        p.transfer = !p.debit && p.means->has_account && p.means->account.id.length;
        p.iban = p.means->account.id;
        p.bic = p.means->account.bic;
        if (p.means->account.name.length) p.name = p.means->account.name;
        if (!p.due.date.ymd && !p.due.raw.length) p.due = p.means->due;
    }
    if (!p.reference.length && p.transfer) p.reference = invoice->number;
    p.reference = str_trim(p.reference);
    /* The invoice number instead of a reference stays free text, whatever its digits happen to make. */
    struct reference guess =
        invoice->payment_reference.length ? reference_guess(arena, p.reference) : (struct reference){ 0 };
    p.reference_structured = guess.kind == REFERENCE_RF || guess.kind == REFERENCE_KENMERK;
    p.shown_reference = guess.kind == REFERENCE_RF        ? rf_format(arena, guess.text)
                        : guess.kind == REFERENCE_KENMERK ? kenmerk_format(arena, guess.text)
                                                          : p.reference;
    if (p.to_pay && str_is(invoice->currency, "EUR")) minor_from_decimal(payable, 2, &p.cents);
    return p;
}

struct str show_epc(struct arena *arena, const struct show_payment *payment)
{
    struct str payload;
    if (!payment->transfer || payment->cents <= 0 || !iban_is_valid(payment->iban)) return (struct str){ 0 };
    struct epcqr qr = { .version = 2, .bic = payment->bic, .name = str_utf8_clip(payment->name, 70), .iban = payment->iban,
                        .amount_minor = payment->cents };
    if (payment->reference.length)
        qr.reference = payment->reference_structured
                           ? reference_guess(arena, payment->reference)
                           : (struct reference){ REFERENCE_FREE, str_utf8_clip(payment->reference, 140) };
    if (!epcqr_payload(arena, &qr, &payload)) return payload;
    qr.bic = (struct str){ 0 }; /* a BIC that is none: not needed within the EEA */
    return epcqr_payload(arena, &qr, &payload) ? (struct str){ 0 } : payload;
}
