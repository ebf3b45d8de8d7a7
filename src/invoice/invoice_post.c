/* What a final invoice does in the books: Dr receivables / Cr sales per account / Cr VAT per code; a credit note the other way. */
#include "invoice/invoice_private.h"

struct sale { /* net of one sales account, cost centre and VAT code */
    account_id account_id;
    struct str cost_center;
    vat_code_id vat_code_id;
    int64_t net_minor, base_minor;
};
struct due { /* VAT of one code */
    const struct vat_code *code;
    int64_t net_minor, vat_minor, base_minor, net_base_minor;
};
struct posting {
    struct work *work;
    struct invoice *invoice;
    struct str base_currency;
    LIST_OF(struct sale) sales;
    LIST_OF(struct due) dues;
    LIST_OF(struct entry_line) lines;
};

static struct fault *to_base(struct posting *p, int64_t minor, int64_t *base_minor)
{
    return ledger_to_base(p->work, minor, p->invoice->currency, p->invoice->issued_on, base_minor);
}

static void add_sale(struct posting *p, const struct invoice_line *l)
{
    for (size_t i = 0; i < p->sales.count; i++) {
        struct sale *s = &p->sales.at[i];
        if (s->account_id.n != l->account_id.n || s->vat_code_id.n != l->vat_code_id.n ||
            !str_equal(s->cost_center, l->cost_center))
            continue;
        s->net_minor += l->net_minor;
        return;
    }
    *LIST_ADD(p->work->arena, &p->sales) = (struct sale){ l->account_id, l->cost_center, l->vat_code_id, l->net_minor, 0 };
}

static struct due *due_of(struct posting *p, const struct invoice_view *v, vat_code_id id)
{
    for (size_t i = 0; i < p->dues.count; i++)
        if (p->dues.at[i].code->id.n == id.n) return &p->dues.at[i];
    struct due *due = LIST_ADD(p->work->arena, &p->dues);
    for (size_t i = 0; i < v->vat_codes.count; i++)
        if (v->vat_codes.at[i].id.n == id.n) *due = (struct due){ .code = &v->vat_codes.at[i] };
    ensure(due->code);
    return due;
}

static const char *category_of(enum vat_category category)
{
    static const char *const names[] = { NULL, "S", "Z", "E", "AE", "K", "G", "O" };
    return names[category];
}

/* The breakdown counts once per category and rate; several codes of ours may share one. Each gets its own rounded VAT, the last
 * what is left, so that the codes come to the invoice's VAT exactly. */
static void share_vat(struct posting *p, const struct einvoice_vat_total *total, int digits)
{
    struct due *last = NULL;
    int64_t left = 0;
    if (!minor_from_decimal(total->amount.value, digits, &left) || !left) return;
    for (size_t i = 0; i < p->dues.count; i++) {
        struct due *d = &p->dues.at[i];
        bool same = str_is(total->category, category_of(d->code->category)) && total->rate.value.present &&
                    decimal_compare(total->rate.value, d->code->rate) == 0;
        if (!same) continue;
        if (!einvoice_product(minor_to_decimal(d->net_minor, digits), d->code->rate, DECIMAL(100, 0), digits,
                              &d->vat_minor))
            d->vat_minor = 0;
        left -= d->vat_minor;
        last = d;
    }
    if (last) last->vat_minor += left;
}

static struct entry_line *add_line(struct posting *p, account_id account, int64_t amount_minor, int64_t base_minor)
{
    struct entry_line *line = LIST_ADD(p->work->arena, &p->lines);
    *line = (struct entry_line){
        .account_id = account, .base_minor = base_minor, .currency = p->invoice->currency, .amount_minor = amount_minor
    };
    return line;
}

/* Sums of what is owed for VAT and sold, in base currency, credit negative. */
static struct fault *add_credits(struct posting *p, int64_t sign)
{
    account_id vat_due = { 0 };
    for (size_t i = 0; i < p->dues.count; i++) {
        struct due *d = &p->dues.at[i];
        TRY(to_base(p, d->net_minor, &d->net_base_minor));
        TRY(to_base(p, d->vat_minor, &d->base_minor));
        if (!d->vat_minor) continue;
        if (!d->code->account_id.n) TRY(ledger_account_for(p->work, FOR_VAT_DUE, &vat_due));
        struct entry_line *line = add_line(p, d->code->account_id.n ? d->code->account_id : vat_due,
                                           -sign * d->vat_minor, -sign * d->base_minor);
        line->vat_code_id = d->code->id;
        line->vat_base_minor = -sign * d->net_base_minor;
    }
    for (size_t i = 0; i < p->sales.count; i++) {
        struct sale *s = &p->sales.at[i];
        TRY(to_base(p, s->net_minor, &s->base_minor));
        if (!s->net_minor) continue;
        struct entry_line *line = add_line(p, s->account_id, -sign * s->net_minor, -sign * s->base_minor);
        line->cost_center = s->cost_center;
        for (size_t k = 0; k < p->dues.count; k++) /* no VAT line of its own: the turnover is told here */
            if (p->dues.at[k].code->id.n == s->vat_code_id.n && !p->dues.at[k].vat_minor)
                line->vat_code_id = s->vat_code_id, line->vat_base_minor = -sign * s->base_minor;
    }
    return NULL;
}

/* In a foreign currency each line is rounded by itself: what that leaves goes to the largest. */
static void even_out(struct posting *p)
{
    int64_t sum = 0;
    size_t largest = 0;
    for (size_t i = 0; i < p->lines.count; i++) {
        int64_t here = p->lines.at[i].base_minor, most = p->lines.at[largest].base_minor;
        sum += here;
        if (i && !p->lines.at[i].item_kind && (!largest || (here < 0 ? -here : here) > (most < 0 ? -most : most))) largest = i;
    }
    if (sum) p->lines.at[largest].base_minor -= sum;
}

struct fault *invoice_post(struct work *work, struct invoice *invoice, const struct invoice_lines *lines,
                           const struct invoice_view *view)
{
    struct posting posting = { .work = work, .invoice = invoice }, *p = &posting;
    bool credit = invoice->kind == INVOICE_CREDIT_NOTE;
    int64_t sign = credit ? -1 : 1;
    account_id receivables = { 0 };
    for (size_t i = 0; i < lines->count; i++) {
        add_sale(p, &lines->at[i]);
        due_of(p, view, lines->at[i].vat_code_id)->net_minor += lines->at[i].net_minor;
    }
    for (size_t i = 0; i < view->einvoice->vat_totals.count; i++)
        share_vat(p, &view->einvoice->vat_totals.at[i], currency_digits(invoice->currency));
    TRY(ledger_account_for(work, FOR_RECEIVABLES, &receivables));
    TRY(to_base(p, invoice->total_minor, &invoice->base_total_minor));
    struct entry_line *owed = add_line(p, receivables, sign * invoice->total_minor, sign * invoice->base_total_minor);
    owed->party_id = invoice->party_id;
    owed->item_kind = credit ? ITEM_CREDIT_NOTE : ITEM_INVOICE;
    owed->reference = invoice->number;
    owed->due_on = invoice->due_on;
    TRY(add_credits(p, sign));
    even_out(p);
    struct entry entry = {
        .journal = JOURNAL_SALE,
        .dated_on = invoice->issued_on,
        .source_kind = STR("invoice"),
        .source_id = invoice->id.n,
        .description = str_format(work->arena, "%.*s %.*s", STR_ARG(invoice->number),
                                  STR_ARG(str_utf8_clip(view->party.name, 200))),
    };
    return ledger_post(work, &entry, p->lines.at, p->lines.count);
}
