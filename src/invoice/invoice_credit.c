/* A credit note: what of an invoice is taken back, as an invoice of its own. */
#include "invoice/invoice_private.h"
#include "invoice.sql.h"

const struct fault_type invoice_over_credited = { FAULT_INVALID, "invoice.over_credited",
                                                  "Of line {line} only {left} is left to credit." };
const struct fault_type invoice_nothing_to_credit = { FAULT_CONFLICT, "invoice.nothing_to_credit",
                                                      "All of this invoice has been credited already." };
static const struct fault_type invoice_line_missing = { FAULT_INVALID, "invoice.line_missing",
                                                        "This invoice has no line {line}, or it is named twice." };
static const struct fault_type invoice_not_invoice = { FAULT_CONFLICT, "invoice.not_invoice",
                                                       "A credit note can't be credited; make a new invoice." };

struct left { struct decimal quantity; int64_t net_minor, discount_minor; }; /* of a line, after earlier credit notes */

static bool is_zero(struct decimal d) { return !d.present || d.units == 0; }
static struct decimal magnitude(struct decimal d) { return d.units < 0 ? DECIMAL(-d.units, d.scale) : d; }

static struct fault *find_left(struct work *work, invoice_id id, const struct invoice_lines *lines, struct left **out)
{
    struct invoice_lines credited = { 0 };
    struct left *left = *out = ARENA_ARRAY(work->arena, struct left, lines->count ? lines->count : 1);
    TRY(db_all(work, &sql_invoice_lines_credited, INVOICE_KEY(id.n), INTO_LIST(invoice_line, &credited)));
    for (size_t i = 0; i < lines->count; i++)
        left[i] = (struct left){ lines->at[i].quantity, lines->at[i].net_minor, lines->at[i].discount_minor };
    for (size_t i = 0; i < credited.count; i++) {
        const struct invoice_line *c = &credited.at[i];
        if (c->credits_line_no < 1 || c->credits_line_no > (int64_t)lines->count) continue;
        struct left *l = &left[c->credits_line_no - 1];
        if (!decimal_sub(l->quantity, c->quantity, &l->quantity)) return FAULT(work->arena, &invoice_too_large, "lines");
        l->net_minor -= c->net_minor;
        l->discount_minor -= c->discount_minor;
    }
    return NULL;
}

/* The part of a line that is taken back. All that is left takes all the money that is left, so parts come to the whole. */
static struct fault *take_back(struct work *work, const struct invoice *of, const struct invoice_line *line,
                               const struct left *left, struct decimal asked, struct invoice_line *out)
{
    struct decimal quantity = is_zero(asked) ? left->quantity : asked;
    bool other_way = (quantity.units < 0) != (line->quantity.units < 0);
    *out = *line;
    out->credits_line_no = line->line_no;
    out->quantity = quantity;
    if (other_way || decimal_compare(magnitude(quantity), magnitude(left->quantity)) > 0)
        return FAULT(work->arena, &invoice_over_credited, "lines", PARAM_INT(work->arena, "line", line->line_no),
                     PARAM("left", decimal_format(work->arena, decimal_short(left->quantity))));
    if (left->net_minor != line->net_minor || decimal_compare(quantity, line->quantity) != 0) /* a part is no percentage of the whole */
        out->percent = (struct decimal){ 0 }, out->base_minor = 0;
    if (decimal_compare(quantity, left->quantity) != 0) return invoice_line_count(work, of->currency, out);
    out->net_minor = left->net_minor;
    out->discount_minor = left->discount_minor;
    return NULL;
}

static struct fault *choose_lines(struct work *work, const struct invoice *of, const struct invoice_lines *lines,
                                  const struct left *left, const struct invoice_credit_line *asked, size_t count,
                                  struct invoice_lines *out)
{
    bool *named = ARENA_ARRAY(work->arena, bool, lines->count ? lines->count : 1);
    struct fault *faults = NULL;
    for (size_t i = 0; i < count; i++) {
        int64_t at = asked[i].line_no - 1;
        struct invoice_line line;
        if (at < 0 || at >= (int64_t)lines->count || named[at]) {
            faults = fault_join(faults, FAULT(work->arena, &invoice_line_missing, "lines",
                                              PARAM_INT(work->arena, "line", asked[i].line_no)));
            continue;
        }
        named[at] = true;
        if (invoice_early_is(&lines->at[at])) continue; /* comes back with what it belongs to */
        if (is_zero(left[at].quantity) && is_zero(asked[i].quantity)) continue;
        struct fault *fault = take_back(work, of, &lines->at[at], &left[at], asked[i].quantity, &line);
        if (!fault) *LIST_ADD(work->arena, out) = line;
        faults = fault_join(faults, fault);
    }
    for (size_t i = 0; !count && i < lines->count; i++) {
        struct invoice_line line;
        if (is_zero(left[i].quantity) || invoice_early_is(&lines->at[i])) continue;
        TRY(take_back(work, of, &lines->at[i], &left[i], (struct decimal){ 0 }, &line));
        *LIST_ADD(work->arena, out) = line;
    }
    if (!faults && !out->count) return FAULT(work->arena, &invoice_nothing_to_credit, "id");
    return faults;
}

/* Against what is open of the invoice, as far as it goes; the rest of the credit note stays open for the customer. */
static struct fault *settle(struct work *work, const struct invoice *of, const struct invoice *note)
{
    struct open_item owed = { 0 }, back = { 0 };
    bool found, credited;
    TRY(ledger_item_by_source(work, "invoice", of->id.n, &owed, &found));
    TRY(ledger_item_by_source(work, "invoice", note->id.n, &back, &credited));
    if (!found || !credited || owed.rest_minor <= 0 || back.rest_minor >= 0) return NULL;
    int64_t part = owed.rest_minor < -back.rest_minor ? owed.rest_minor : -back.rest_minor;
    const struct settle_part parts[] = { { owed.id, part }, { back.id, -part } };
    struct settlement settlement = { .effective_on = work->today,
                                     .reason = str_format(work->arena, "credit note %.*s", STR_ARG(note->number)) };
    return ledger_settle(work, &settlement, parts, 2);
}

static const int64_t *net_left(struct arena *arena, const struct left *left, size_t count)
{
    int64_t *net = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) net[i] = left[i].net_minor;
    return net;
}

struct fault *invoice_credit(struct work *work, invoice_id id, struct str reason,
                             const struct invoice_credit_line *asked, size_t count, struct invoice *note)
{
    struct invoice of = { 0 };
    struct invoice_lines lines = { 0 }, back = { 0 };
    struct left *left;
    TRY(invoice_load(work, id, &of));
    TRY(invoice_check(work, &of, INVOICE_CREDIT));
    if (of.kind != INVOICE_INVOICE) return FAULT(work->arena, &invoice_not_invoice, "id");
    TRY(invoice_lines_of(work, id, &lines));
    TRY(find_left(work, id, &lines, &left));
    TRY(choose_lines(work, &of, &lines, left, asked, count, &back));
    TRY(invoice_early_back(work, &of, &lines, net_left(work->arena, left, lines.count), &back));
    struct invoice draft = {
        .id = { id_new(work) },
        .kind = INVOICE_CREDIT_NOTE,
        .party_id = of.party_id,
        .customer_name = of.customer_name,
        .currency = of.currency,
        .language = of.language,
        .order_reference = of.order_reference,
        .buyer_reference = of.buyer_reference,
        .note = reason,
        .credits_id = id,
        .delivery = invoice_delivery_now(of.delivery),
    };
    for (size_t i = 0; i < back.count; i++) back.at[i].invoice_id = draft.id, back.at[i].line_no = (int64_t)i + 1;
    TRY(invoice_count(work, &draft, &back));
    TRY(invoice_add(work, &draft, &back));
    TRY(invoice_finalise(work, draft.id, 1, note));
    TRY(settle(work, &of, note));
    return invoice_load(work, draft.id, note);
}
