/* A supplier's discount for paying early, as it is booked: less cost, and the VAT that was deducted over it taken back (the
 * consideration became less: article 29, sixth paragraph, of the Dutch VAT act; article 90 of the directive). */
#include "bill/bill.h"
#include "payment/payment_private.h"

/* What one VAT code of a bill carries. */
struct share { vat_code_id code_id; struct vat_code code; int64_t net_minor, vat_minor; };
LIST_STRUCT(vat_shares, struct share);

static struct fault *too_large(struct work *work) { return FAULT(work->arena, &ledger_too_large, "items"); }

static struct fault *shares_of(struct work *work, const struct bill_lines *lines, struct vat_shares *shares, int64_t *gross_minor)
{
    for (size_t i = 0; i < lines->count; i++) {
        const struct bill_line *l = &lines->at[i];
        size_t k = 0;
        while (k < shares->count && shares->at[k].code_id.n != l->vat_code_id.n) k++;
        if (k == shares->count) {
            struct share *new = LIST_ADD(work->arena, shares);
            *new = (struct share){ .code_id = l->vat_code_id };
            if (l->vat_code_id.n) TRY(ledger_vat_code_load(work, l->vat_code_id, &new->code));
        }
        struct share *s = &shares->at[k];
        if (!int_add(s->net_minor, l->net_minor, &s->net_minor) || !int_add(s->vat_minor, l->vat_minor, &s->vat_minor) ||
            !int_add(*gross_minor, l->net_minor, gross_minor) || !int_add(*gross_minor, l->vat_minor, gross_minor))
            return too_large(work);
    }
    return NULL;
}

static struct entry_line *add(struct work *work, struct entry_lines *lines, account_id account, struct str currency,
                              int64_t minor)
{
    struct entry_line *line = LIST_ADD(work->arena, lines);
    *line = (struct entry_line){ .account_id = account, .currency = currency, .amount_minor = minor };
    return line;
}

/* VAT over `net_minor` less than before: a line with the VAT code, so that the return says so. */
static struct fault *add_vat(struct work *work, struct entry_lines *lines, const struct share *s, account_id account,
                             struct str currency, int64_t minor, int64_t net_minor)
{
    struct entry_line *line = add(work, lines, account, currency, minor);
    line->vat_code_id = s->code_id;
    return ledger_to_base(work, -net_minor, currency, work->today, &line->vat_base_minor);
}

/* The discount of one bill, divided over its VAT codes; what rounding leaves goes to the last. */
static struct fault *add_bill(struct work *work, const struct run_part *part, account_id taken, struct entry_lines *lines)
{
    struct bill_lines of = { 0 };
    struct vat_shares shares = { 0 };
    int64_t gross = 0, left = part->discount_minor, net_sum = 0;
    if (str_is(part->source_kind, "bill")) TRY(bill_lines_of(work, (bill_id){ part->source_id }, &of));
    TRY(shares_of(work, &of, &shares, &gross));
    for (size_t i = 0; i < shares.count && gross > 0; i++) {
        const struct share *s = &shares.at[i];
        int64_t own = s->net_minor + s->vat_minor, mine = left, vat = 0, reverse = 0;
        if (i + 1 < shares.count && !int_mul_div(part->discount_minor, own, gross, &mine)) return too_large(work);
        left -= mine;
        bool reversed = s->code.reverse_account_id.n != 0, deducted = s->code.account_id.n && !reversed;
        if (deducted && own && !int_mul_div(mine, s->vat_minor, own, &vat)) return too_large(work);
        net_sum += mine - vat;
        if (vat) TRY(add_vat(work, lines, s, s->code.account_id, part->currency, -vat, mine - vat));
        if (!reversed) continue;
        struct decimal due;
        int digits = currency_digits(part->currency);
        if (!decimal_mul(minor_to_decimal(mine, digits), s->code.rate, &due) || !decimal_mul(due, DECIMAL(1, 2), &due) ||
            !minor_from_decimal(due, digits, &reverse))
            return too_large(work);
        if (!reverse) continue;
        TRY(add_vat(work, lines, s, s->code.account_id, part->currency, -reverse, mine));
        TRY(add_vat(work, lines, s, s->code.reverse_account_id, part->currency, reverse, mine));
    }
    net_sum += left; /* no lines to divide it over */
    if (net_sum) add(work, lines, taken, part->currency, -net_sum)->description = part->item_reference;
    return NULL;
}

struct fault *payment_discount_lines(struct work *work, const struct run_payment *p, const struct run_part *parts,
                                     size_t count, struct entry_lines *lines, int64_t *taken_minor)
{
    account_id taken;
    int64_t sum = 0, base_sum = 0;
    for (size_t i = 0; i < count; i++)
        if (!int_add(sum, parts[i].discount_minor, &sum)) return too_large(work);
    *taken_minor = sum;
    if (!sum) return NULL;
    TRY(ledger_account_for(work, FOR_DISCOUNT_TAKEN, &taken));
    size_t first = lines->count;
    struct entry_line *item = add(work, lines, p->account_id, p->currency, sum);
    item->party_id = p->party_id;
    item->item_kind = ITEM_DIFFERENCE;
    item->reference = p->end_to_end_id;
    item->due_on = work->today;
    for (size_t i = 0; i < count; i++)
        if (parts[i].discount_minor) TRY(add_bill(work, &parts[i], taken, lines));
    for (size_t i = first + 1; i < lines->count; i++) {
        struct entry_line *line = &lines->at[i];
        TRY(ledger_to_base(work, line->amount_minor, p->currency, work->today, &line->base_minor));
        base_sum += line->base_minor;
    }
    lines->at[first].base_minor = -base_sum;
    return NULL;
}
