/* Check digits and shapes of identifiers, and what else the rules of Peppol and Germany ask that a line cannot say. */
#include "einvoice/rules.h"

#define UNUSED (void)r, (void)n

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
static bool digits_only(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (!is_digit(s.at[i])) return false;
    return s.length > 0;
}

/* 9 stands for a digit, everything else for itself. */
bool rule_shape(struct rule_run *r, uint32_t n, struct str s, struct str shape)
{
    UNUSED;
    if (s.length != shape.length) return false;
    for (size_t i = 0; i < s.length; i++)
        if (shape.at[i] == '9' ? !is_digit(s.at[i]) : s.at[i] != shape.at[i]) return false;
    return true;
}

bool rule_numeric(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    return rule_number(s).state == NUMBER;
}

/* ---- Check digits ---- */

bool rule_gln(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    if (!digits_only(s)) return false;
    int sum = 0;
    for (size_t i = 1; i < s.length; i++) sum = (sum + (s.at[s.length - 1 - i] - '0') * (i % 2 ? 3 : 1)) % 10;
    return (10 - sum) % 10 == s.at[s.length - 1] - '0';
}

static bool mod11(struct str s)
{
    if (!digits_only(s)) return false;
    int sum = 0, all = 0;
    for (size_t i = 1; i < s.length; i++) sum += (s.at[s.length - 1 - i] - '0') * ((int)((i - 1) % 6) + 2);
    for (size_t i = 0; i < s.length; i++) all |= s.at[i] - '0';
    return all && (11 - sum % 11) % 11 == s.at[s.length - 1] - '0';
}
bool rule_mod11(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    return s.length == 9 && mod11(s);
}

/* A Belgian enterprise number. */
bool rule_mod97_0208(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    if (s.length != 10 || !digits_only(s)) return false;
    int rest = 0;
    for (size_t i = 0; i < 8; i++) rest = (rest * 10 + s.at[i] - '0') % 97;
    return (s.at[8] - '0') * 10 + s.at[9] - '0' == 97 - rest;
}

static bool luhn_10(struct str s)
{
    if (!digits_only(s) || s.length < 10) return false;
    int sum = 0;
    for (size_t i = 0; i < 9; i++) {
        int d = (s.at[i] - '0') * (i % 2 ? 1 : 2);
        sum += d / 10 + d % 10;
    }
    return (10 - sum % 10) % 10 == s.at[9] - '0';
}
bool rule_luhn_10(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    return luhn_10(s);
}
bool rule_swedish(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    return s.length == 10 && luhn_10(s);
}

/* An Australian business number. */
bool rule_abn(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    if (s.length != 11 || !digits_only(s)) return false;
    int sum = (s.at[0] - '1') * 10;
    for (size_t i = 1; i < 11; i++) sum += (s.at[i] - '0') * (2 * (int)i - 1);
    return sum % 89 == 0;
}

/* As the CII rules have it: of the first eleven characters, whatever they are. */
bool rule_abn_loose(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    if (s.length < 11) return false;
    int sum = (s.at[0] - '1') * 10;
    for (size_t i = 1; i < 11; i++) sum += (s.at[i] - '0') * (2 * (int)i - 1);
    return sum % 89 == 0;
}

bool rule_danish(struct rule_run *r, uint32_t n, struct str s, struct str scheme)
{
    UNUSED;
    bool with_country = s.length == 10 && rule_starts(s, STR("DK")) && digits_only(str_part(s, 2, 8));
    if (str_is(scheme, "0198")) return with_country;
    if (str_is(scheme, "0096")) return s.length == 10 && digits_only(s);
    return with_country || (s.length == 8 && digits_only(s));
}

/* ---- Italy ---- */

bool rule_codice_ipa(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    for (size_t i = 0; i < s.length; i++)
        if (!is_digit(s.at[i]) && !is_letter(s.at[i])) return false;
    return s.length == 6;
}

bool rule_codice_fiscale(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    static const char shape[] = "LLLLLL99L99...9L";
    if (s.length == 11) return digits_only(s);
    if (s.length != 16) return false;
    for (size_t i = 0; i < 16; i++)
        if ((shape[i] == 'L' && !is_letter(s.at[i])) || (shape[i] == '9' && !is_digit(s.at[i]))) return false;
    return true;
}

bool rule_partita_iva(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    static const char doubled[] = "0246813579";
    if (!rule_starts(s, STR("IT")) && !rule_starts(s, STR("it"))) return true;
    struct str code = str_part(s, 2, s.length);
    if (code.length != 11 || !digits_only(code)) return false;
    int sum = 0;
    for (size_t i = 0; i < 11; i++) sum += i % 2 ? doubled[code.at[i] - '0'] - '0' : code.at[i] - '0';
    return sum % 10 == 0;
}

bool rule_capitals_digits(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    for (size_t i = 0; i < s.length; i++)
        if (!is_digit(s.at[i]) && !(s.at[i] >= 'A' && s.at[i] <= 'Z')) return false;
    return s.length >= 11 && s.length <= 16;
}

/* ---- Of which country ---- */

/* Where a country is said twice, the official rules know none: "?" is no country's code. */
#define SAID_TWICE STR("?")

/* The first two characters of the VAT number of the party at n, in capitals; empty when there is none. */
static struct str vat_country(struct rule_run *r, uint32_t party)
{
    struct str found = STR("");
    for (uint32_t scheme = party ? rule_child(r, party, E_PartyTaxScheme) : 0; scheme; scheme = rule_again(r, scheme)) {
        uint32_t tax = rule_child(r, scheme, E_TaxScheme), id = tax ? rule_child(r, tax, E_ID) : 0,
                 company = rule_child(r, scheme, E_CompanyID);
        if (!id || !company || !str_is(rule_text_of(r, id), "VAT")) continue;
        if (found.length || rule_again(r, company)) return SAID_TWICE;
        found = rule_upper(r, rule_ns(r, rule_part(rule_text_of(r, company), 1, 2)));
    }
    return found;
}

/* Follows the names from n through all that are there: the only one's text, SAID_TWICE, or XX when there is none. */
static struct str only_text(struct rule_run *r, uint32_t n, const uint16_t *names, size_t count)
{
    struct str found = STR("XX");
    bool any = false;
    for (uint32_t at = n ? rule_child(r, n, names[0]) : 0; at; at = rule_again(r, at)) {
        struct str under = count > 1 ? only_text(r, at, names + 1, count - 1) : rule_text_of(r, at);
        if (count > 1 && str_is(under, "XX")) continue;
        if (any) return SAID_TWICE;
        any = true, found = under;
    }
    return found;
}

static struct str country(struct rule_run *r, uint16_t side)
{
    const uint16_t down[] = { side, E_Party, E_PostalAddress, E_Country, E_IdentificationCode };
    return rule_upper(r, rule_ns(r, only_text(r, 1, down, ARRAY_LENGTH(down))));
}

static struct str party_country(struct rule_run *r, uint16_t side, bool agent)
{
    uint32_t above = rule_child(r, 1, side), party = above ? rule_child(r, above, E_Party) : 0;
    struct str found = vat_country(r, party);
    if (!found.length && agent) found = vat_country(r, rule_child(r, 1, E_TaxRepresentativeParty));
    return found.length ? found : country(r, side);
}
bool rule_supplier_of(struct rule_run *r, uint32_t n, struct str code)
{
    UNUSED;
    return str_equal(party_country(r, E_AccountingSupplierParty, true), code);
}
bool rule_seller_of(struct rule_run *r, uint32_t n, struct str code)
{
    UNUSED;
    return str_equal(party_country(r, E_AccountingSupplierParty, false), code);
}
bool rule_customer_of(struct rule_run *r, uint32_t n, struct str code)
{
    UNUSED;
    return str_equal(party_country(r, E_AccountingCustomerParty, false), code);
}

/* The same of a CII: its VAT number with schemeID VAT (its representative's, else), else its address. */
static struct str cii_vat_country(struct rule_run *r, uint32_t party)
{
    struct str found = STR("");
    for (uint32_t tax = party ? rule_child(r, party, E_SpecifiedTaxRegistration) : 0; tax; tax = rule_again(r, tax)) {
        uint32_t id = rule_child(r, tax, E_ID);
        if (!id || !str_is(rule_attribute(r, id, A_schemeID), "VAT")) continue;
        if (found.length) return SAID_TWICE;
        found = rule_upper(r, rule_ns(r, rule_part(rule_text_of(r, id), 1, 2)));
    }
    return found;
}
bool rule_cii_supplier_of(struct rule_run *r, uint32_t n, struct str code)
{
    UNUSED;
    static const uint16_t down[] = { E_SupplyChainTradeTransaction, E_ApplicableHeaderTradeAgreement, E_SellerTradeParty,
                                     E_PostalTradeAddress, E_CountryID };
    uint32_t trade = rule_child(r, 1, E_SupplyChainTradeTransaction),
             agreed = trade ? rule_child(r, trade, E_ApplicableHeaderTradeAgreement) : 0;
    if (!agreed) return false;
    struct str found = cii_vat_country(r, rule_child(r, agreed, E_SellerTradeParty));
    if (!found.length) found = cii_vat_country(r, rule_child(r, agreed, E_SellerTaxRepresentativeTradeParty));
    if (!found.length) found = rule_upper(r, rule_ns(r, only_text(r, 1, down, ARRAY_LENGTH(down))));
    return str_equal(found, code);
}

/* Somewhere in it: urn:fdc:peppol.eu:2017:poacc:billing:NN:1.0 (what stands for a point may be anything, as officially). */
bool rule_peppol_process(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    static const char shape[] = "urn:fdc:peppol.eu:2017:poacc:billing:NN:1.0";
    for (size_t from = 0; from + sizeof shape - 1 <= s.length; from++) {
        size_t i = 0;
        while (shape[i] && (shape[i] == 'N' ? is_digit(s.at[from + i]) : shape[i] == '.' || s.at[from + i] == shape[i])) i++;
        if (!shape[i]) return true;
    }
    return false;
}

/* As texts: neither missing, and a not before b. */
bool rule_not_before(struct rule_run *r, uint32_t n, struct str a, struct str b)
{
    UNUSED;
    return a.at && b.at && str_compare(a, b) >= 0;
}

/* NO-R-001: NO, nine digits with their check digit, MVA; other countries' numbers pass. */
bool rule_norwegian_vat(struct rule_run *r, uint32_t n, struct str s)
{
    if (!rule_starts(s, STR("NO"))) return true;
    return rule_shape(r, n, s, STR("NO999999999MVA")) && mod11(str_part(s, 2, 9));
}

bool rule_swedish_f_tax(struct rule_run *r, uint32_t n, struct str s)
{
    (void)n;
    struct str text = str_keep(r->arena, rule_upper(r, rule_ns(r, s)));
    char *at = arena_alloc(r->arena, text.length + 1);
    memcpy(at, text.at, text.length);
    for (size_t i = 1; i < text.length; i++) /* å ä ö … → Å Ä Ö … */
        if ((uint8_t)at[i - 1] == 0xc3 && (uint8_t)at[i] >= 0xa0 && (uint8_t)at[i] != 0xb7) at[i] = (char)(at[i] - 0x20);
    return str_is((struct str){ at, text.length }, "GODKÄND FÖR F-SKATT");
}

/* ---- Greece ---- */

static bool greek_tin(struct str s)
{
    if (s.length < 9 || !digits_only(str_part(s, 0, 9))) return false;
    int sum = 0;
    for (int i = 0; i < 8; i++) sum += (s.at[i] - '0') << (8 - i);
    return sum % 11 % 10 == s.at[8] - '0';
}
bool rule_greek_tin(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    return greek_tin(s);
}

/* The tax number of a Greek invoice number is the seller's or its representative's. */
static bool greek_seller(struct rule_run *r, struct str tin)
{
    uint32_t seller = rule_child(r, 1, E_AccountingSupplierParty);
    uint32_t parties[] = { seller ? rule_child(r, seller, E_Party) : 0, rule_child(r, 1, E_TaxRepresentativeParty) };
    for (size_t i = 0; i < ARRAY_LENGTH(parties); i++)
        for (uint32_t scheme = parties[i] ? rule_child(r, parties[i], E_PartyTaxScheme) : 0; scheme;
             scheme = rule_again(r, scheme)) {
            uint32_t tax = rule_child(r, scheme, E_TaxScheme), id = tax ? rule_child(r, tax, E_ID) : 0,
                     company = rule_child(r, scheme, E_CompanyID);
            if (id && company && str_is(rule_text_of(r, id), "VAT") &&
                str_equal(rule_part(rule_text_of(r, company), 3, 9), tin))
                return true;
        }
    return false;
}

static bool greek_day(struct rule_run *r, struct str day)
{
    uint32_t issued = rule_child(r, 1, E_IssueDate);
    struct str year = issued ? rule_text_of(r, issued) : STR(""), rest = day;
    struct str y = str_cut(year, '-', &year), m = str_cut(year, '-', &year), d = str_cut(rest, '/', &rest);
    struct str month = str_cut(rest, '/', &rest);
    return digits_only(d) && d.length <= 2 && digits_only(month) && y.length == 4 && str_equal(d, year) &&
           str_equal(month, m) && str_equal(rest, y);
}

/* A Greek invoice number is tax number|day|branch|type|series|number; which: the part judged, 1 that there are six. */
bool rule_greek_number(struct rule_run *r, uint32_t n, struct str s, struct str which)
{
    (void)n;
    static const char *const types[] = { "1.1", "1.6", "2.1", "2.4", "5.1", "5.2", "" };
    struct str part[7] = { { 0 } };
    size_t count = 0;
    for (; s.at && count < 7; count++) part[count] = str_cut(s, '|', &s);
    switch (which.at[0]) {
    case '1': return count == 6;
    case '2': return rule_ns(r, part[0]).length == 9 && greek_tin(part[0]) && greek_seller(r, part[0]);
    case '3': return rule_filled(part[1]) && greek_day(r, part[1]);
    case '4': return rule_filled(part[2]) && rule_compare(rule_number(part[2]), AT_LEAST, rule_whole(0, 0));
    case '5':
        for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
            if (str_is(part[3], types[i])) return rule_filled(part[3]);
        return false;
    case '6': return part[4].length > 0;
    default: return part[5].length > 0;
    }
}

/* ---- Amounts ---- */

/* The first element at the end of a path of names (0 ends it), whichever of those on the way holds it. */
#define PATH(...) ((const uint16_t[]){ __VA_ARGS__, 0 })
static uint32_t reach(struct rule_run *r, uint32_t n, const uint16_t *path)
{
    uint32_t found = 0;
    for (uint32_t at = n ? rule_child(r, n, *path) : 0; at && !found; at = rule_again(r, at))
        found = path[1] ? reach(r, at, path + 1) : at;
    return found;
}

static struct rule_number first_of(struct rule_run *r, uint32_t n, const uint16_t *path, int64_t without)
{
    uint32_t at = reach(r, n, path);
    return at ? rule_number(rule_text_of(r, at)) : rule_whole(without, 0);
}

/* Quantity × price ÷ base quantity + charges − allowances, give or take the slack. */
struct line_parts { struct rule_number amount, quantity, price, base, allowances, charges, slack; };

static bool line_fits(const struct line_parts *line)
{
    struct rule_number base = rule_compare(line->base, IS, rule_whole(0, 0)) ? rule_whole(1, 0) : line->base;
    struct rule_number value = rule_divide(rule_multiply(line->quantity, line->price), base);
    value = rule_subtract(rule_add(value, rule_round2(line->charges)), rule_round2(line->allowances));
    return rule_compare(rule_add(line->amount, line->slack), AT_LEAST, value) &&
           rule_compare(rule_subtract(line->amount, line->slack), AT_MOST, value);
}

static void add_amounts(struct rule_run *r, uint32_t each, uint16_t name, uint32_t indicator, struct rule_number *allowances,
                        struct rule_number *charges)
{
    struct str charge = indicator ? rule_ns(r, rule_text_of(r, indicator)) : STR("");
    struct rule_number *sum = str_is(charge, "true") ? charges : str_is(charge, "false") ? allowances : NULL;
    for (uint32_t money = rule_child(r, each, name); sum && money; money = rule_again(r, money))
        *sum = rule_add(*sum, rule_number(rule_text_of(r, money)));
}

static bool ubl_line(struct rule_run *r, uint32_t n, struct rule_number slack)
{
    struct rule_number allowances = rule_whole(0, 0), charges = allowances;
    for (uint32_t each = rule_child(r, n, E_AllowanceCharge); each; each = rule_again(r, each)) {
        uint32_t at = rule_child(r, each, E_ChargeIndicator);
        add_amounts(r, each, E_Amount, at, &allowances, &charges);
    }
    return line_fits(&(struct line_parts){
        .amount = first_of(r, n, PATH(E_LineExtensionAmount), 0),
        .quantity = first_of(r, n, PATH(r->root == E_Invoice ? E_InvoicedQuantity : E_CreditedQuantity), 1),
        .price = first_of(r, n, PATH(E_Price, E_PriceAmount), 0),
        .base = first_of(r, n, PATH(E_Price, E_BaseQuantity), 1),
        .allowances = allowances,
        .charges = charges,
        .slack = slack,
    });
}

/* gross: the base quantity of the gross price counts where the net price gives none (XRechnung). */
static bool cii_line(struct rule_run *r, uint32_t n, struct rule_number slack, bool gross)
{
    struct rule_number zero = rule_whole(0, 0), allowances = zero, charges = zero,
                       base = first_of(
                           r, n, PATH(E_SpecifiedLineTradeAgreement, E_NetPriceProductTradePrice, E_BasisQuantity), 0);
    if (gross && rule_compare(base, IS, zero))
        base = first_of(r, n, PATH(E_SpecifiedLineTradeAgreement, E_GrossPriceProductTradePrice, E_BasisQuantity), 1);
    for (uint32_t settled = rule_child(r, n, E_SpecifiedLineTradeSettlement); settled; settled = rule_again(r, settled))
        for (uint32_t each = rule_child(r, settled, E_SpecifiedTradeAllowanceCharge); each; each = rule_again(r, each))
            add_amounts(r, each, E_ActualAmount, reach(r, each, PATH(E_ChargeIndicator, E_Indicator)), &allowances, &charges);
    return line_fits(&(struct line_parts){
        .amount = first_of(
            r, n,
            PATH(E_SpecifiedLineTradeSettlement, E_SpecifiedTradeSettlementLineMonetarySummation, E_LineTotalAmount),
            0),
        .quantity = first_of(r, n, PATH(E_SpecifiedLineTradeDelivery, E_BilledQuantity), 1),
        .price = first_of(r, n, PATH(E_SpecifiedLineTradeAgreement, E_NetPriceProductTradePrice, E_ChargeAmount), 0),
        .base = base,
        .allowances = allowances,
        .charges = charges,
        .slack = slack,
    });
}

/* PEPPOL-EN16931-R120 as Peppol has it (give or take 0.02), and as XRechnung has it (0.50 in forint). */
bool rule_line_amount(struct rule_run *r, uint32_t n)
{
    return r->root == E_CrossIndustryInvoice ? cii_line(r, n, rule_whole(2, 2), false) : ubl_line(r, n, rule_whole(2, 2));
}
bool rule_line_amount_de(struct rule_run *r, uint32_t n)
{
    static const uint16_t down[] = { E_SupplyChainTradeTransaction, E_ApplicableHeaderTradeSettlement, E_InvoiceCurrencyCode };
    bool cii = r->root == E_CrossIndustryInvoice;
    uint32_t at = cii ? 1 : rule_child(r, 1, E_DocumentCurrencyCode);
    for (size_t i = 0; cii && at && i < ARRAY_LENGTH(down); i++) at = rule_child(r, at, down[i]);
    struct rule_number slack = at && str_is(rule_text_of(r, at), "HUF") ? rule_whole(5, 1) : rule_whole(2, 2);
    return cii ? cii_line(r, n, slack, true) : ubl_line(r, n, slack);
}

/* ---- Germany ---- */

/* #SKONTO#TAGE=7#PROZENT=2.00#BASISBETRAG=100.00# */
static bool skonto_line(struct str s)
{
    size_t i = 0;
#define LITERAL(z)                                                        \
    do {                                                                  \
        if (!rule_starts(str_part(s, i, s.length), STR(z))) return false; \
        i += sizeof z - 1;                                                \
    } while (0)
#define DIGITS(least)                                  \
    do {                                               \
        size_t from = i;                               \
        while (i < s.length && is_digit(s.at[i])) i++; \
        if (i - from < (least)) return false;          \
    } while (0)
    LITERAL("#SKONTO#TAGE=");
    DIGITS(1);
    LITERAL("#PROZENT=");
    DIGITS(1);
    LITERAL(".");
    if (!digits_only(str_part(s, i, 2)) || i + 2 > s.length) return false;
    i += 2;
    if (rule_starts(str_part(s, i, s.length), STR("#BASISBETRAG="))) {
        LITERAL("#BASISBETRAG=");
        if (i < s.length && s.at[i] == '-') i++;
        DIGITS(1);
        LITERAL(".");
        if (!digits_only(str_part(s, i, 2)) || i + 2 > s.length) return false;
        i += 2;
    }
    LITERAL("#");
    return i == s.length;
#undef LITERAL
#undef DIGITS
}

/* Every line that begins with # is a whole cash discount, and a line ends behind the last of them. */
bool rule_skonto(struct rule_run *r, uint32_t n, struct str note)
{
    (void)n;
    bool any = false;
    size_t behind = 0;
    for (size_t from = 0; from < note.length;) {
        struct str rest, line = str_cut(str_part(note, from, note.length), '\n', &rest), plain = rule_ns(r, line);
        const char *first = memchr(line.at, '#', line.length), *last = line.length ? memrchr(line.at, '#', line.length) : NULL;
        if (rule_starts(plain, STR("#"))) {
            any = true;
            if (!skonto_line(plain)) return false;
        }
        if (first && last > first + 1) behind = from + (size_t)(last - line.at) + 1;
        from += line.length + 1;
    }
    if (!any) return true;
    for (size_t i = behind;
         i < note.length && (note.at[i] == ' ' || note.at[i] == '\t' || note.at[i] == '\r' || note.at[i] == '\n'); i++)
        if (note.at[i] == '\n') return true;
    return false;
}

/* No two attached documents of one parent have the same file name. */
bool rule_filenames_differ(struct rule_run *r, uint32_t n)
{
    bool cii = r->root == E_CrossIndustryInvoice;
    LIST_OF(struct einvoice_attribute) seen = { 0 }; /* of the root's children in UBL; anywhere in CII, by parent */
    LIST_OF(uint32_t) parents = { 0 };
    uint32_t each = cii ? r->tree->first[E_AdditionalReferencedDocument] : rule_child(r, n, E_AdditionalDocumentReference);
    for (; each; each = cii ? rule_same(r, each) : rule_again(r, each)) {
        uint32_t holder = cii ? each : rule_child(r, each, E_Attachment);
        uint32_t object = holder ? rule_child(r, holder, cii ? E_AttachmentBinaryObject : E_EmbeddedDocumentBinaryObject) : 0;
        struct str name = object ? rule_attribute(r, object, A_filename) : (struct str){ 0 };
        for (size_t i = 0; name.at && i < seen.count && i < 1000; i++)
            if (parents.at[i] == rule_parent(r, each) && str_equal(seen.at[i].value, name)) return false;
        if (!name.at) continue;
        *LIST_ADD(r->arena, &seen) = (struct einvoice_attribute){ A_filename, name };
        *LIST_ADD(r->arena, &parents) = rule_parent(r, each);
    }
    return true;
}

/* BR-DEX-02: a line's amount is the sum of its sub-lines', at every depth. */
bool rule_sub_lines(struct rule_run *r, uint32_t n)
{
    static const uint16_t names[] = { E_InvoiceLine, E_SubInvoiceLine };
    (void)n;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        for (uint32_t line = r->tree->first[names[i]]; line; line = rule_same(r, line)) {
            struct rule_number sum = rule_whole(0, 0);
            uint32_t sub = rule_child(r, line, E_SubInvoiceLine);
            if (!sub) continue;
            for (; sub; sub = rule_again(r, sub)) {
                uint32_t amount = rule_child(r, sub, E_LineExtensionAmount);
                if (amount) sum = rule_add(sum, rule_number(rule_text_of(r, amount)));
            }
            uint32_t amount = rule_child(r, line, E_LineExtensionAmount);
            if (!amount || !rule_compare(rule_number(rule_text_of(r, amount)), IS, sum)) return false;
        }
    return true;
}

bool rule_three_digits(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    size_t digits = 0;
    for (size_t i = 0; i < s.length; i++) digits += is_digit(s.at[i]);
    return digits >= 3;
}

/* Something, one @, and a name with a dot in it. */
bool rule_email(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    struct str domain, name = str_cut(s, '@', &domain);
    if (!name.length || !domain.length || memchr(domain.at, '@', domain.length)) return false;
    for (size_t i = 0; i < s.length; i++)
        if (s.at[i] == ' ' || s.at[i] == '\t' || s.at[i] == '\r' || s.at[i] == '\n') return false;
    size_t parts = 0;
    for (struct str rest = domain; rest.at; parts++)
        if (!str_cut(rest, '.', &rest).length) return false;
    return parts >= 2;
}

/* A scheme of at least two characters and a colon. */
bool rule_url(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    size_t i = 0;
    while (i < s.length &&
           (is_letter(s.at[i]) || (i && (is_digit(s.at[i]) || s.at[i] == '+' || s.at[i] == '.' || s.at[i] == '-'))))
        i++;
    return i >= 2 && i < s.length && s.at[i] == ':';
}

/* An IBAN by its check digits, spaces allowed. */
bool rule_iban(struct rule_run *r, uint32_t n, struct str s)
{
    UNUSED;
    char plain[40];
    size_t length = 0;
    for (size_t i = 0; i < s.length; i++) {
        if (s.at[i] == ' ' || s.at[i] == '\t' || s.at[i] == '\r' || s.at[i] == '\n') continue;
        if (length == 34 || (!is_digit(s.at[i]) && !is_letter(s.at[i]))) return false;
        plain[length++] = s.at[i];
    }
    if (length < 4 || !(plain[0] >= 'A' && plain[0] <= 'Z') || !(plain[1] >= 'A' && plain[1] <= 'Z') ||
        !is_digit(plain[2]) || !is_digit(plain[3]))
        return false;
    int rest = 0;
    for (size_t i = 0; i < length; i++) {
        char c = plain[(i + 4) % length];
        int value = is_digit(c) ? c - '0' : (c >= 'a' ? c - 'a' : c - 'A') + 10;
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest == 1;
}
