/* Totals and VAT breakdown: EN 16931's BR-CO-10 … BR-CO-17 in integer minor units. */
#include "einvoice/einvoice.h"
#include "einvoice/rules.h"

const struct fault_type einvoice_uncountable = {
    FAULT_INVALID, "einvoice.uncountable",
    "{what} of this invoice is missing, unreadable or too large to add up; give it as a number."
};

static struct fault *uncountable(struct arena *arena, const char *field, const char *what)
{
    return FAULT(arena, &einvoice_uncountable, field, PARAM("what", str_of(what)));
}

/* An amount that may be absent (0); rounded to the currency's digits. */
static bool minor_of(const struct einvoice_amount *a, int digits, int64_t *out)
{
    *out = 0;
    if (!a->value.present) return !a->raw.length;
    return minor_from_decimal(a->value, digits, out);
}

static struct einvoice_amount amount_of(int64_t minor, int digits)
{
    return (struct einvoice_amount){ .value = minor_to_decimal(minor, digits) };
}

/* a × b ÷ c exactly, then to minor units, halves away from zero. c absent: 1. */
bool einvoice_product(struct decimal a, struct decimal b, struct decimal c, int digits, int64_t *minor)
{
    struct decimal x = decimal_short(a), y = decimal_short(b), z = c.present ? decimal_short(c) : DECIMAL(1, 0);
    int128 top = (int128)x.units * y.units, bottom = z.units;
    if (!a.present || !b.present || !z.units) return false;
    for (int scale = x.scale + y.scale - z.scale - digits; scale; scale += scale < 0 ? 1 : -1) {
        int128 *grows = scale < 0 ? &top : &bottom;
        if (__builtin_mul_overflow(*grows, 10, grows)) return false;
    }
    bool minus = (top < 0) != (bottom < 0);
    if (top < 0) top = -top;
    if (bottom < 0) bottom = -bottom;
    int128 whole = top / bottom, left = top % bottom;
    if (left >= bottom - left) whole++;
    if (whole > EXACT_MAX) return false;
    *minor = (int64_t)(minus ? -whole : whole);
    return true;
}

/* BT-131 by quantity, price and the line's allowances and charges (Peppol R120). */
bool einvoice_line_net(const struct einvoice_line *line, int digits, int64_t *net_minor)
{
    if (!einvoice_product(line->price.value, line->quantity.value, line->price_base.value, digits, net_minor)) return false;
    for (size_t i = 0; i < line->allowances.count; i++) {
        const struct einvoice_allowance *a = &line->allowances.at[i];
        int64_t part;
        if (!minor_of(&a->amount, digits, &part)) return false;
        if (!(a->charge.value ? int_add(*net_minor, part, net_minor) : int_sub(*net_minor, part, net_minor))) return false;
    }
    return true;
}

struct category { struct str code, reason, reason_code; struct decimal rate; int64_t base_minor; };
struct categories { LIST_OF(struct category) list; };

static bool same_rate(struct decimal a, struct decimal b)
{
    return a.present && b.present ? decimal_compare(a, b) == 0 : a.present == b.present;
}

/* Where an amount of this category and rate is added; outside the scope there is no rate (BR-O-5 … 7). */
static bool add(struct arena *arena, struct categories *all, const struct einvoice_vat *vat, int64_t minor)
{
    struct decimal rate = str_is(vat->category, "O") ? (struct decimal){ 0 } : vat->rate.value;
    struct category *found = NULL;
    for (size_t i = 0; i < all->list.count && !found; i++)
        if (str_equal(all->list.at[i].code, vat->category) && same_rate(all->list.at[i].rate, rate)) found = &all->list.at[i];
    if (!found) {
        found = LIST_ADD(arena, &all->list);
        *found = (struct category){ .code = vat->category, .rate = rate };
    }
    if (!found->reason.length) found->reason = vat->exemption_reason;
    if (!found->reason_code.length) found->reason_code = vat->exemption_code;
    return int_add(found->base_minor, minor, &found->base_minor);
}

static struct fault *add_lines(struct arena *arena, const struct einvoice *e, int digits, struct categories *all,
                               int64_t *sum_minor)
{
    for (size_t i = 0; i < e->lines.count; i++) {
        const struct einvoice_line *l = &e->lines.at[i];
        int64_t minor;
        bool read = l->net.value.present ? minor_of(&l->net, digits, &minor) : einvoice_line_net(l, digits, &minor);
        if (!read || !int_add(*sum_minor, minor, sum_minor) || !add(arena, all, &l->vat, minor))
            return uncountable(arena, str_format(arena, "lines[%zu]", i).at, "A line");
    }
    return NULL;
}

static struct fault *add_allowances(struct arena *arena, const struct einvoice *e, int digits, struct categories *all,
                                    int64_t *allowances, int64_t *charges)
{
    for (size_t i = 0; i < e->allowances.count; i++) {
        const struct einvoice_allowance *a = &e->allowances.at[i];
        int64_t minor, *into = a->charge.value ? charges : allowances;
        if (!minor_of(&a->amount, digits, &minor) || !int_add(*into, minor, into) ||
            !add(arena, all, &a->vat, a->charge.value ? minor : -minor))
            return uncountable(arena, str_format(arena, "allowances[%zu]", i).at, "An allowance or charge");
    }
    return NULL;
}

/* BR-CO-17: VAT once per category and rate, over its sum. */
static struct fault *breakdown(struct arena *arena, const struct categories *all, int digits, struct einvoice_sums *out,
                               int64_t *vat_minor)
{
    for (size_t i = 0; i < all->list.count; i++) {
        const struct category *c = &all->list.at[i];
        int64_t minor = 0;
        bool counted = !c->rate.present || einvoice_product(minor_to_decimal(c->base_minor, digits), c->rate,
                                                            DECIMAL(100, 0), digits, &minor);
        if (!counted || !int_add(*vat_minor, minor, vat_minor)) return uncountable(arena, "vat_totals", "The VAT");
        *LIST_ADD(arena, &out->vat_totals) = (struct einvoice_vat_total){
            .base = amount_of(c->base_minor, digits),
            .amount = amount_of(minor, digits),
            .category = c->code,
            .rate = { .value = c->rate },
            .scheme = STR("VAT"),
            .exemption_reason = c->reason,
            .exemption_code = c->reason_code,
        };
    }
    return NULL;
}

struct fault *einvoice_compute(struct arena *arena, const struct einvoice *e, struct einvoice_sums *out)
{
    int digits = currency_digits(e->currency);
    struct categories all = { 0 };
    int64_t lines = 0, allowances = 0, charges = 0, vat = 0, prepaid, rounding, without, with, payable;
    *out = (struct einvoice_sums){ 0 };
    if (digits < 0) return uncountable(arena, "currency", "The currency");
    TRY(add_lines(arena, e, digits, &all, &lines));
    TRY(add_allowances(arena, e, digits, &all, &allowances, &charges));
    TRY(breakdown(arena, &all, digits, out, &vat));
    bool fits = minor_of(&e->totals.prepaid, digits, &prepaid) && minor_of(&e->totals.rounding, digits, &rounding) &&
                int_sub(lines, allowances, &without) && int_add(without, charges, &without) && int_add(without, vat, &with) &&
                int_sub(with, prepaid, &payable) && int_add(payable, rounding, &payable);
    if (!fits) return uncountable(arena, "totals", "The total");
    struct einvoice_totals *t = &out->totals;
    t->present = true;
    t->lines = amount_of(lines, digits);
    t->without_vat = amount_of(without, digits);
    t->vat = amount_of(vat, digits);
    t->with_vat = amount_of(with, digits);
    t->payable = amount_of(payable, digits);
    t->prepaid = e->totals.prepaid;
    t->rounding = e->totals.rounding;
    t->vat_accounting = e->totals.vat_accounting;
    for (size_t i = 0; i < e->allowances.count; i++) {
        if (e->allowances.at[i].charge.value) t->charges = amount_of(charges, digits);
        else t->allowances = amount_of(allowances, digits);
    }
    out->lines_minor = lines, out->without_vat_minor = without, out->vat_minor = vat, out->with_vat_minor = with,
    out->payable_minor = payable;
    return NULL;
}

bool einvoice_unit_is_known(struct str code) { return rule_code(&code_unit_ubl, code); }

bool einvoice_reason_is_known(struct str code, bool charge)
{
    return rule_code(charge ? &code_charge_reason_ubl : &code_allowance_reason_ubl, code) &&
           rule_code(charge ? &code_charge_reason_cii : &code_allowance_reason_cii, code);
}
