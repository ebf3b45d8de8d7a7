/* Lines that are sums of known parts: own direct-debit batches, provider pay-outs. */
#include "cash/engine_private.h"

/* The item of a part, its place + 1: as told, or by the number in what is said of it. */
uint32_t cash_parts_item(const struct cash_matching *m, const struct cash_part *part, struct cash_reading **scratch)
{
    if (part->item) return cash_item_index(m->engine, part->item);
    if (!*scratch) *scratch = ARENA_NEW(m->arena, struct cash_reading);
    return part->description.length ? cash_item_in(m->engine, *scratch, part->description) : 0;
}

/* The reference of a settlement or batch stands somewhere in the text: look at every length that one has. */
uint32_t cash_named_in_text(const struct cash_matching *m, enum cash_salt salt)
{
    const struct cash_engine *e = m->engine;
    const struct cash_folded *f = &m->reading->text;
    for (size_t at = 0; at < f->count; at++) {
        if (at && !f->gap[at] && (f->at[at - 1] <= '9') == (f->at[at] <= '9')) continue;
        for (uint64_t left = e->lengths[salt]; left; left &= left - 1) {
            size_t length = (size_t)__builtin_ctzll(left);
            if (at + length > f->count) break;
            uint32_t found = cash_first(e, cash_mix(cash_hash((struct str){ f->at + at, length }), salt));
            if (found) return found;
        }
    }
    return 0;
}

static void debit_batch(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    struct str id = cash_compact(m->arena, m->line->batch_id, false);
    uint32_t index = id.length ? cash_first(e, cash_mix(cash_hash(id), SALT_BATCH)) : 0;
    bool in_field = index != 0;
    if (!index) index = cash_named_in_text(m, SALT_BATCH);
    if (!index || (!in_field && e->batches.at[index - 1].amount != m->amount)) return; /* somewhere in the text: only to the cent */
    const struct cash_parts *batch = &e->batches.at[index - 1];
    struct cash_reading *scratch = NULL;
    uint32_t *items = ARENA_ARRAY(m->arena, uint32_t, batch->count);
    int64_t *amounts = ARENA_ARRAY(m->arena, int64_t, batch->count), sum = 0;
    size_t count = 0;
    bool known = true;
    for (uint32_t n = batch->first; n; n = e->parts.at[n - 1].next) {
        uint32_t item = cash_parts_item(m, &e->parts.at[n - 1], &scratch);
        known &= item != 0;
        if (!item) continue;
        items[count] = item - 1;
        amounts[count++] = e->parts.at[n - 1].amount;
        known &= int_add(sum, e->parts.at[n - 1].amount, &sum);
    }
    struct cash_candidate *c =
        cash_candidate_add(m, CASH_DEBIT_BATCH, count ? e->items.at[items[0]].party : 0, -1, items, count, FROM_BATCH);
    if (!c) return;
    memcpy(c->allocated, amounts, count * sizeof *amounts);
    c->complete = known && sum == m->amount;
}

static void provider(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    uint32_t index = cash_named_in_text(m, SALT_SETTLEMENT);
    if (!index) {
        const struct cash_payer *p = m->account ? &e->payers.at[m->account - 1] : NULL;
        if (!p || !p->provider || p->matched) return;
        if (m->amount < 0) return;
        struct cash_candidate *c = cash_candidate_add(m, CASH_PROVIDER, 0, -1, NULL, 0, 0);
        if (c) c->complete = false; /* a pay-out without its report */
        return;
    }
    const struct cash_parts *batch = &e->batches.at[index - 1];
    struct cash_reading *scratch = NULL;
    uint32_t *items = ARENA_ARRAY(m->arena, uint32_t, batch->count);
    int64_t *amounts = ARENA_ARRAY(m->arena, int64_t, batch->count), sum = 0;
    size_t count = 0;
    bool known = true;
    for (uint32_t n = batch->first; n; n = e->parts.at[n - 1].next) {
        const struct cash_part *part = &e->parts.at[n - 1];
        uint32_t item = cash_parts_item(m, part, &scratch);
        known &= int_add(sum, part->amount - part->fee, &sum) && item != 0;
        if (!item) continue;
        items[count] = item - 1;
        amounts[count++] = part->amount;
    }
    struct cash_candidate *c =
        cash_candidate_add(m, CASH_PROVIDER, count ? e->items.at[items[0]].party : 0, -1, items, count, FROM_BATCH);
    if (!c) return;
    memcpy(c->allocated, amounts, count * sizeof *amounts);
    c->complete = known && sum == m->amount;
    if (batch->fee) c->differences[c->difference_count++] = (struct cash_difference){ CASH_PROVIDER_FEE, batch->fee };
}

void cash_find_batches(struct cash_matching *m)
{
    if (m->amount > 0) {
        debit_batch(m);
        provider(m);
        return;
    }
    cash_find_returned(m);
    if (!m->candidate_count) provider(m); /* more was charged back than paid */
}
