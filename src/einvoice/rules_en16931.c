/* The sums of EN 16931 that a line of data/rules cannot say. */
#include "einvoice/rules.h"

static bool is_cii(const struct rule_run *r) { return r->root == E_CrossIndustryInvoice; }
static struct rule_number value(const struct rule_run *r, uint32_t n)
{
    return n ? rule_number(rule_text_of(r, n)) : rule_number((struct str){ 0 });
}
static struct rule_number value_of(const struct rule_run *r, uint32_t n, uint16_t name)
{
    return n ? value(r, rule_child(r, n, name)) : value(r, 0);
}
#define EACH(r, var, at, name) for (uint32_t var = rule_child(r, at, name); var; var = rule_again(r, var))

/* Is `amount` less than 1 away from `about`? */
static bool within_one(struct rule_number amount, struct rule_number about, bool at_most)
{
    struct rule_number one = rule_whole(1, 0);
    return rule_compare(rule_subtract(amount, one), at_most ? AT_MOST : LESS, about) &&
           rule_compare(rule_add(amount, one), at_most ? AT_LEAST : MORE, about);
}

/* BR-CO-17 and BR-S-09: amount = base × rate, give or take 1. 'near': always so; 'within' and 'at_most': a rate of 0 wants 0. */
bool rule_vat_amount(struct rule_run *r, uint32_t n, struct str rate_text, struct str base_text, struct str amount_text,
                     struct str how)
{
    (void)r, (void)n;
    struct rule_number rate = rule_number(rate_text), base = rule_number(base_text), amount = rule_number(amount_text);
    struct rule_number zero = rule_whole(0, 0);
    bool near = str_is(how, "near");
    if (!near && rate.state == NO_NUMBER) return rule_compare(rule_round(amount), IS, zero);
    if (!near && rule_compare(rule_round(rate), IS, zero)) return rule_compare(rule_round(amount), IS, zero);
    struct rule_number product = rule_multiply(rule_multiply(rule_abs(base), rate), rule_whole(1, 2));
    return within_one(rule_abs(amount), rule_round2(product), str_is(how, "at_most"));
}

/* ---- BR-CO-15: the total with VAT is the total without, plus the VAT in the invoice's currency ---- */

static bool ubl_total_with_vat(struct rule_run *r, struct str currency)
{
    uint32_t sums = rule_child(r, 1, E_LegalMonetaryTotal), found = 0, count = 0;
    EACH(r, total, 1, E_TaxTotal)
    EACH(r, amount, total, E_TaxAmount)
    if (str_equal(rule_attribute(r, amount, A_currencyID), currency)) found = amount, count++;
    struct rule_number with = value_of(r, sums, E_TaxInclusiveAmount),
                       without = value_of(r, sums, E_TaxExclusiveAmount);
    return count == 1 && rule_compare(with, IS, rule_round2(rule_add(without, value(r, found))));
}

static bool cii_total_with_vat(struct rule_run *r, uint32_t settlement, struct str currency)
{
    uint32_t found = 0, count = 0;
    struct rule_number with = value(r, 0), without = value(r, 0);
    EACH(r, sums, settlement, E_SpecifiedTradeSettlementHeaderMonetarySummation) {
        EACH(r, amount, sums, E_TaxTotalAmount)
        if (str_equal(rule_attribute(r, amount, A_currencyID), currency)) {
            if (!found) found = amount;
            count++;
        }
        if (with.state) with = value_of(r, sums, E_GrandTotalAmount);
        if (without.state) without = value_of(r, sums, E_TaxBasisTotalAmount);
    }
    if (rule_compare(with, IS, without)) return true;
    return count == 1 && rule_compare(with, IS, rule_round2(rule_add(without, value(r, found))));
}

bool rule_total_with_vat(struct rule_run *r, uint32_t n)
{
    if (!is_cii(r)) {
        EACH(r, currency, n, E_DocumentCurrencyCode)
        if (!ubl_total_with_vat(r, rule_text_of(r, currency))) return false;
        return true;
    }
    uint32_t trade = rule_child(r, n, E_SupplyChainTradeTransaction);
    uint32_t settlement = trade ? rule_child(r, trade, E_ApplicableHeaderTradeSettlement) : 0;
    if (!settlement) return true;
    EACH(r, currency, settlement, E_InvoiceCurrencyCode)
    if (!cii_total_with_vat(r, settlement, rule_text_of(r, currency))) return false;
    return true;
}

/* ---- BR-S-08 and its sisters: the base of a category is the sum of its lines, plus charges, minus allowances ---- */

struct category { struct str code; bool by_rate; struct rule_number rate; };

/* Any of the tax elements `tax` below n: one with the category, and (not always the same) one with the rate. */
static bool of_category(struct rule_run *r, uint32_t n, uint16_t tax, const struct category *c)
{
    bool code = false, rate = !c->by_rate, cii = is_cii(r);
    EACH(r, each, n, tax) {
        EACH(r, id, each, cii ? E_CategoryCode : E_ID) {
            struct str text = rule_text_of(r, id);
            if (str_equal(cii ? text : rule_ns(r, text), c->code)) code = true;
        }
        if (c->by_rate) EACH(r, percent, each, cii ? E_RateApplicablePercent : E_Percent)
        if (rule_compare(value(r, percent), IS, c->rate)) rate = true;
    }
    return code && rate;
}

static bool any_item(struct rule_run *r, uint32_t line, const struct category *c)
{
    EACH(r, item, line, E_Item)
    if (of_category(r, item, E_ClassifiedTaxCategory, c)) return true;
    return false;
}

struct category_sum { struct rule_number sum; bool any_line, used; };

static struct category_sum ubl_lines(struct rule_run *r, uint16_t name, const struct category *c)
{
    struct category_sum out = { rule_whole(0, 0), false, false };
    EACH(r, line, 1, name) {
        out.any_line = true;
        if (!any_item(r, line, c)) continue;
        out.used = true;
        EACH(r, amount, line, E_LineExtensionAmount) out.sum = rule_add(out.sum, value(r, amount));
    }
    return out;
}

static struct rule_number ubl_allowances(struct rule_run *r, const struct category *c)
{
    struct rule_number sum = rule_whole(0, 0);
    EACH(r, each, 1, E_AllowanceCharge) {
        if (!of_category(r, each, E_TaxCategory, c)) continue;
        uint32_t indicator = rule_child(r, each, E_ChargeIndicator);
        struct str charge = indicator ? rule_text_of(r, indicator) : STR("");
        EACH(r, amount, each, E_Amount) {
            if (rule_yes(charge)) sum = rule_add(sum, value(r, amount));
            else if (rule_no(charge)) sum = rule_subtract(sum, value(r, amount));
        }
    }
    return sum;
}

static bool ubl_base(struct rule_run *r, uint32_t n, const struct category *c, struct str how)
{
    static const uint16_t lines[] = { E_InvoiceLine, E_CreditNoteLine };
    struct rule_number base = value_of(r, rule_parent(r, n), E_TaxableAmount), others = ubl_allowances(r, c);
    bool used = false;
    if (str_is(how, "used"))
        for (uint32_t each = r->tree->first[E_AllowanceCharge]; each && !used; each = rule_same(r, each))
            used = of_category(r, each, E_TaxCategory, c);
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        struct category_sum found = ubl_lines(r, lines[i], c);
        bool there = str_is(how, "used") ? used || found.used : r->tree->first[lines[i]] != 0;
        struct rule_number sum = rule_add(found.sum, others);
        if (there && (str_is(how, "exact") ? rule_compare(base, IS, sum) : within_one(base, sum, false))) return true;
    }
    return false;
}

static bool cii_base(struct rule_run *r, uint32_t tax, const struct category *c, struct str how)
{
    uint32_t trade = r->tree->first[E_SupplyChainTradeTransaction];
    uint32_t settlement = trade ? rule_child(r, trade, E_ApplicableHeaderTradeSettlement) : 0;
    struct rule_number lines = rule_whole(0, 0), charges = lines, allowances = lines;
    if (trade) EACH(r, line, trade, E_IncludedSupplyChainTradeLineItem)
    EACH(r, settled, line, E_SpecifiedLineTradeSettlement)
    if (of_category(r, settled, E_ApplicableTradeTax, c))
        EACH(r, sums, settled, E_SpecifiedTradeSettlementLineMonetarySummation)
    EACH(r, amount, sums, E_LineTotalAmount) lines = rule_add(lines, value(r, amount));
    if (settlement) EACH(r, each, settlement, E_SpecifiedTradeAllowanceCharge)
        {
            if (!of_category(r, each, E_CategoryTradeTax, c)) continue;
            uint32_t indicator = rule_child(r, each, E_ChargeIndicator), amount = rule_child(r, each, E_ActualAmount);
            indicator = indicator ? rule_child(r, indicator, E_Indicator) : 0;
            struct str charge = indicator ? rule_text_of(r, indicator) : STR("");
            if (amount && rule_yes(charge)) charges = rule_add(charges, value(r, amount));
            else if (amount && rule_no(charge)) allowances = rule_add(allowances, value(r, amount));
        }
    struct rule_number base = value_of(r, tax, E_BasisAmount);
    struct rule_number sum = rule_subtract(rule_add(rule_round2(lines), rule_round2(charges)), rule_round2(allowances));
    return str_is(how, "near") ? within_one(base, sum, false) : rule_compare(base, IS, sum);
}

/* how: 'exact'; 'near', give or take 1; 'rate', for its rate only (UBL: give or take 1); 'used', the same and it must be used. */
bool rule_category_base(struct rule_run *r, uint32_t n, struct str code, struct str how)
{
    bool by_rate = str_is(how, "rate") || str_is(how, "used");
    struct category c = { code, by_rate, { 0, 0, NUMBER } };
    uint32_t tax = rule_is(r, n, E_CategoryCode) ? rule_parent(r, n) : n;
    uint16_t percent = is_cii(r) ? E_RateApplicablePercent : E_Percent;
    if (!by_rate) return is_cii(r) ? cii_base(r, tax, &c, how) : ubl_base(r, n, &c, how);
    EACH(r, rate, tax, percent) {
        c.rate = value(r, rate);
        if (!(is_cii(r) ? cii_base(r, tax, &c, how) : ubl_base(r, n, &c, how))) return false;
    }
    return true;
}

/* ---- Small ones ---- */

/* BR-CO-09 in UBL looks for the two characters anywhere in the list: nothing at all is found in it too. */
bool rule_country_prefix(struct rule_run *r, uint32_t n, struct str prefix)
{
    (void)r, (void)n;
    if (rule_code(&code_vat_prefix_ubl, prefix) || !prefix.length) return true;
    if (prefix.length > 2) return false;
    for (uint32_t i = 0; i <= code_vat_prefix_ubl.mask; i++) {
        const char *code = code_vat_prefix_ubl.slots[i];
        if (!code) continue;
        if (prefix.length == 1 && (prefix.at[0] == ' ' || prefix.at[0] == code[0] || prefix.at[0] == code[1])) return true;
        if (prefix.length == 2 && prefix.at[1] == ' ' && prefix.at[0] == code[1]) return true;
        if (prefix.length == 2 && prefix.at[0] == ' ' && prefix.at[1] == code[0]) return true;
    }
    return false;
}

/* YYYYMMDD with a month and a day that can be; white space around is allowed. */
bool rule_day_102(struct rule_run *r, uint32_t n, struct str day)
{
    (void)r, (void)n;
    day = str_trim(day);
    if (day.length != 8) return false;
    for (size_t i = 0; i < 8; i++)
        if (day.at[i] < '0' || day.at[i] > '9') return false;
    int month = (day.at[4] - '0') * 10 + day.at[5] - '0', of_month = (day.at[6] - '0') * 10 + day.at[7] - '0';
    return month >= 1 && month <= 12 && of_month >= 1 && of_month <= 31;
}

bool rule_price_amount(struct rule_run *r, uint32_t n)
{
    return rule_is(r, n, E_PriceAmount) || rule_is(r, n, E_any_PriceAmount);
}
