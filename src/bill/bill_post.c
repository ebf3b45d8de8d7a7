/* An approved bill as an entry: costs and VAT against the open item. A credit note turns every sign. */
#include "bill/bill_private.h"

struct posting {
    struct work *work;
    const struct bill *bill;
    int sign; /* -1: credit note */
    LIST_OF(struct entry_line) lines;
};

/* VAT of the lines that have one code. */
struct vat_sum { vat_code_id code_id; struct vat_code code; int64_t net_minor, vat_minor; };
LIST_STRUCT(vat_sums, struct vat_sum);

static struct entry_line *add(struct posting *p, account_id account, int64_t amount_minor)
{
    struct entry_line *line = LIST_ADD(p->work->arena, &p->lines);
    *line = (struct entry_line){ .account_id = account, .currency = p->bill->currency, .amount_minor = p->sign * amount_minor };
    return line;
}

static struct fault *too_large(struct posting *p) { return FAULT(p->work->arena, &ledger_too_large, "lines"); }

static struct fault *vat_sum_of(struct posting *p, vat_code_id id, struct vat_sums *sums, struct vat_sum **out)
{
    for (size_t i = 0; i < sums->count; i++)
        if (sums->at[i].code_id.n == id.n) return *out = &sums->at[i], NULL;
    *out = LIST_ADD(p->work->arena, sums);
    **out = (struct vat_sum){ .code_id = id };
    return ledger_vat_code_load(p->work, id, &(*out)->code);
}

/* Deductible VAT goes to the code's account; VAT that is booked nowhere is cost. */
static struct fault *add_costs(struct posting *p, const struct bill_lines *lines, struct vat_sums *sums)
{
    for (size_t i = 0; i < lines->count; i++) {
        const struct bill_line *l = &lines->at[i];
        struct vat_sum *sum;
        int64_t cost_minor = l->net_minor;
        TRY(vat_sum_of(p, l->vat_code_id, sums, &sum));
        bool deductible = sum->code.account_id.n && !sum->code.reverse_account_id.n;
        if (!deductible && !int_add(cost_minor, l->vat_minor, &cost_minor)) return too_large(p);
        if (!int_add(sum->net_minor, l->net_minor, &sum->net_minor) ||
            !int_add(sum->vat_minor, deductible ? l->vat_minor : 0, &sum->vat_minor))
            return too_large(p);
        if (!cost_minor) continue;
        struct entry_line *line = add(p, l->account_id, cost_minor);
        line->cost_center = l->cost_center;
        line->description = str_utf8_clip(l->description, 500);
    }
    return NULL;
}

static struct fault *to_base(struct posting *p, int64_t amount_minor, int64_t *base_minor)
{
    return ledger_to_base(p->work, amount_minor, p->bill->currency, p->bill->issued_on, base_minor);
}

static struct fault *add_vat_line(struct posting *p, const struct vat_sum *sum, account_id account, int64_t vat_minor)
{
    struct entry_line *line = add(p, account, vat_minor);
    line->vat_code_id = sum->code_id;
    return to_base(p, p->sign * sum->net_minor, &line->vat_base_minor);
}

/* Reverse charge: what the supplier did not charge is due and deductible at once, by the rate of the code. */
static struct fault *add_vat(struct posting *p, const struct vat_sums *sums)
{
    for (size_t i = 0; i < sums->count; i++) {
        const struct vat_sum *s = &sums->at[i];
        struct decimal part;
        int digits = currency_digits(p->bill->currency);
        int64_t reverse_minor = 0;
        if (s->vat_minor) TRY(add_vat_line(p, s, s->code.account_id, s->vat_minor));
        if (!s->code.reverse_account_id.n) continue;
        bool fits = decimal_mul(minor_to_decimal(s->net_minor, digits), s->code.rate, &part) &&
                    decimal_mul(part, DECIMAL(1, 2), &part) && minor_from_decimal(part, digits, &reverse_minor);
        if (!fits) return too_large(p);
        if (!reverse_minor) continue;
        TRY(add_vat_line(p, s, s->code.account_id, reverse_minor));
        TRY(add_vat_line(p, s, s->code.reverse_account_id, -reverse_minor));
    }
    return NULL;
}

/* What was paid before, the rounding of the document (BT-114), and any difference that a person released: each a line. */
static struct fault *add_rest(struct posting *p)
{
    account_id account;
    const struct bill *b = p->bill;
    int64_t sum_minor = 0, difference_minor;
    if (b->prepaid_minor) {
        TRY(ledger_account_for(p->work, "prepaid", &account));
        add(p, account, -b->prepaid_minor)->description = translate(p->work->language, T("Prepaid amount of the invoice"));
    }
    TRY(ledger_account_for(p->work, FOR_ROUNDING, &account));
    if (b->rounding_minor)
        add(p, account, b->rounding_minor)->description = translate(p->work->language, T("Rounding of the invoice"));
    for (size_t i = 0; i < p->lines.count; i++)
        if (!int_add(sum_minor, p->sign * p->lines.at[i].amount_minor, &sum_minor)) return too_large(p);
    if (!int_sub(b->payable_minor, sum_minor, &difference_minor)) return too_large(p);
    if (difference_minor)
        add(p, account, difference_minor)->description =
            translate(p->work->language, T("What the amounts of the invoice differ"));
    return NULL;
}

static struct fault *add_item(struct posting *p)
{
    account_id payables;
    const struct bill *b = p->bill;
    if (!b->payable_minor) return NULL;
    TRY(ledger_account_for(p->work, FOR_PAYABLES, &payables));
    struct entry_line *line = add(p, payables, -b->payable_minor);
    line->party_id = b->party_id;
    line->item_kind = b->kind == BILL_CREDIT_NOTE ? ITEM_CREDIT_NOTE : ITEM_INVOICE;
    line->reference = b->number;
    line->due_on = b->due_on;
    return NULL;
}

static int64_t size_of(int64_t minor) { return minor < 0 ? -minor : minor; }

/* In base currency each line is rounded by itself; what that leaves goes to the largest line that is no open item and, where
 * there is another, no VAT. */
static bool takes_more(const struct entry_line *line, const struct entry_line *than)
{
    if (line->item_kind) return false;
    if (!than) return true;
    if (!line->vat_code_id.n != !than->vat_code_id.n) return !line->vat_code_id.n;
    return size_of(line->base_minor) > size_of(than->base_minor);
}

static struct fault *fill_base(struct posting *p)
{
    int64_t sum_minor = 0;
    struct entry_line *largest = NULL;
    for (size_t i = 0; i < p->lines.count; i++) {
        struct entry_line *line = &p->lines.at[i];
        TRY(to_base(p, line->amount_minor, &line->base_minor));
        if (!int_add(sum_minor, line->base_minor, &sum_minor)) return too_large(p);
        if (takes_more(line, largest)) largest = line;
    }
    if (largest) largest->base_minor -= sum_minor;
    return NULL;
}

struct fault *bill_post(struct work *work, struct bill *bill, const struct bill_lines *lines)
{
    struct posting p = { .work = work, .bill = bill, .sign = bill->kind == BILL_CREDIT_NOTE ? -1 : 1 };
    struct vat_sums sums = { 0 };
    struct party party = { 0 };
    bill->entry_id.n = 0;
    TRY(party_load(work, bill->party_id, &party));
    TRY(add_costs(&p, lines, &sums));
    TRY(add_vat(&p, &sums));
    TRY(add_rest(&p));
    TRY(add_item(&p));
    if (!p.lines.count) return NULL; /* an invoice of nothing */
    TRY(fill_base(&p));
    struct entry entry = {
        .journal = JOURNAL_PURCHASE,
        .dated_on = bill->booked_on.ymd ? bill->booked_on : bill->issued_on,
        .source_kind = STR("bill"),
        .source_id = bill->id.n,
        .description =
            str_utf8_clip(str_format(work->arena, "%.*s %.*s", STR_ARG(party.name), STR_ARG(bill->number)), 500),
    };
    TRY(ledger_post(work, &entry, p.lines.at, p.lines.count));
    bill->entry_id = entry.id;
    return NULL;
}
