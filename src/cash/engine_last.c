/* When no set explains a line as payers usually pay: what it names outright all the same. Never posted without a person. */
#include "cash/engine_private.h"

enum { OUTRIGHT = 85, MILLION = 1000000 };

static void named_outright(struct cash_matching *m, const struct cash_scope *s)
{
    uint32_t items[CASH_SCOPE_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->named_quality[i] >= OUTRIGHT) items[count++] = s->items[i];
    if (!count) return;
    struct cash_candidate *c =
        cash_candidate_add(m, CASH_MATCH, m->engine->items.at[items[0]].party, s->guess, items, count, FROM_NAMED);
    if (c) c->far = true;
}

static int64_t rate_of(const struct cash_engine *e, uint32_t currency)
{
    for (size_t i = 0; i < e->rates.count; i++)
        if (e->rates.at[i].currency == currency) return e->rates.at[i].ppm;
    return 0;
}

/* Worth about the same: rates of the day differ from the payer's bank's. */
static bool is_worth(const struct cash_matching *m, uint32_t currency, int64_t amount)
{
    int64_t paid, due, off, most, paid_rate = rate_of(m->engine, m->currency), due_rate = rate_of(m->engine, currency);
    if (!paid_rate || !due_rate || !int_mul_div(m->amount, paid_rate, MILLION, &paid) ||
        !int_mul_div(amount, due_rate, MILLION, &due) || !int_sub(paid, due, &off))
        return false;
    return int_mul_div(due, 1, 10, &most) && off <= most && off >= -most;
}

/* Invoices in another currency, named outright, that are worth about what was paid. */
static void exchanged(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    uint32_t items[MENTIONS_MAX], currency = 0, party = 0;
    size_t count = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < m->reading->mention_count; i++) {
        const struct cash_mention *mention = &m->reading->mentions[i];
        const struct cash_known_item *item = &e->items.at[mention->item];
        bool there = false;
        for (size_t k = 0; k < count; k++) there |= items[k] == mention->item;
        if (there || mention->quality < OUTRIGHT || item->open <= 0 || item->currency == m->currency ||
            item->on_account)
            continue;
        if (count && (item->currency != currency || item->party != party)) return;
        if (!int_add(sum, item->open, &sum)) return;
        currency = item->currency, party = item->party;
        items[count++] = mention->item;
        *LIST_ADD(m->arena, &m->named) =
            (struct cash_naming){ mention->item, (uint8_t)mention->kind, (uint8_t)mention->quality, -1 };
    }
    if (!count || !is_worth(m, currency, sum) || m->candidate_count == CANDIDATES_MAX) return;
    struct cash_candidate *c = &m->candidates[m->candidate_count++];
    *c = (struct cash_candidate){ .category = CASH_MATCH,
                                  .party = party,
                                  .guess = -1,
                                  .count = count,
                                  .origin = FROM_NAMED,
                                  .complete = true,
                                  .exchanged = true };
    for (size_t i = 0; i < m->payer_count; i++)
        if (m->payers[i].party == party) c->guess = (int)i;
    c->items = ARENA_ARRAY(m->arena, uint32_t, count);
    c->allocated = ARENA_ARRAY(m->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) c->items[i] = items[i], c->allocated[i] = e->items.at[items[i]].open;
}

void cash_last_resorts(struct cash_matching *m)
{
    if (m->sets != CASH_MATCH || m->amount <= 0) return;
    if (!m->exact_named) exchanged(m);
    for (size_t i = 0; i < m->candidate_count; i++)
        if (m->candidates[i].category == CASH_MATCH) return;
    m->no_set = m->last_resort = true;
    for (size_t i = 0; i < m->scope_count; i++)
        if (m->scopes[i].named_count) named_outright(m, &m->scopes[i]);
    m->last_resort = false;
}
