/* Who is the other side, which reference is it. */
#include "statement/statement_private.h"

static bool ours(const struct statement *st, const struct statement_party *p)
{
    return p && p->account.length && str_equal(p->account, st->account);
}

/* What came in was paid by the debtor, what went out goes to the creditor; a reversal undoes the opposite. When the bank gives only one
 * of them, or only one is not our own account, it is that one. */
void line_payment_finish(struct arena *arena, const struct statement *st, const struct statement_line *line,
                         struct statement_payment *p)
{
    bool out = line->amount_minor < 0;
    if (line->reversal) out = !out;
    const struct statement_party *one = out ? p->creditor : p->debtor, *other = out ? p->debtor : p->creditor;
    bool swap = !one || (ours(st, one) && other && !ours(st, other));
    if (swap && ours(st, other)) swap = false;
    if (swap) out = !out;
    p->counterparty = swap ? other : one;
    p->ultimate = out ? p->ultimate_creditor : p->ultimate_debtor;
    if (p->reference.length) p->reference_type = reference_type_of(arena, &p->reference);
    if (p->reference_type == REMITTANCE_OTHER && str_is(p->reference_issuer, "CUR")) p->reference_type = REMITTANCE_KENMERK;
}
