/* Lines that are sums of known parts: own direct-debit batches, provider pay-outs; and what comes back. */
#include "cash/engine_private.h"

/* The item of a part, its place + 1: as told, or by the number in what is said of it. */
static uint32_t item_of(const struct cash_matching *m, const struct cash_part *part, struct cash_reading **scratch)
{
    if (part->item) return cash_item_index(m->engine, part->item);
    if (!*scratch) *scratch = ARENA_NEW(m->arena, struct cash_reading);
    return part->description.length ? cash_item_in(m->engine, *scratch, part->description) : 0;
}

static void reversal(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    struct str id = cash_compact(m->arena, m->line->end_to_end_id, false);
    uint32_t batch = id.length ? cash_first(e, cash_mix(cash_hash(id), SALT_END_TO_END)) : 0;
    if (!batch || e->batches.at[batch - 1].count != 1) return;
    const struct cash_part *part = &e->parts.at[e->batches.at[batch - 1].first - 1];
    struct cash_reading *scratch = NULL;
    uint32_t item = item_of(m, part, &scratch);
    if (!item) return;
    struct cash_candidate *c =
        cash_candidate_add(m, CASH_REVERSAL, e->items.at[item - 1].party, -1, &(uint32_t){ item - 1 }, 1, FROM_BATCH);
    if (!c) return;
    c->allocated[0] = -part->amount;
    int64_t charged = -part->amount - m->amount; /* the bank may keep a fee for it */
    c->complete = charged >= 0 && charged <= m->engine->settings.charge_minor;
    if (charged) c->differences[c->difference_count++] = (struct cash_difference){ CASH_CHARGE, charged };
}

static bool is_account_of(const struct cash_engine *e, uint32_t payer, uint32_t party)
{
    for (uint32_t n = payer ? e->payers.at[payer - 1].links : 0; n; n = e->links.at[n - 1].next)
        if (e->links.at[n - 1].party == party && (e->links.at[n - 1].count || e->links.at[n - 1].on_file)) return true;
    return false;
}

/* A payment comes back without our id: what the text names, settled, of just this amount. Less than the whole number names it only where the
 * account is that party's too. */
static void reversal_by_party(struct cash_matching *m)
{
    enum { WHOLE = 85, PART = 45 };
    const struct cash_engine *e = m->engine;
    struct str iban = cash_compact(m->arena, m->line->iban, false);
    uint32_t payer = iban.length < 5 ? 0 : cash_payer_find(e, cash_mix(cash_hash(iban), SALT_IBAN));
    size_t count = m->candidate_count;
    for (size_t i = 0; i < m->reading->mention_count; i++) {
        const struct cash_mention *mention = &m->reading->mentions[i];
        const struct cash_known_item *item = &e->items.at[mention->item];
        if (mention->quality < PART || item->open != 0 || item->total != -m->amount) continue;
        if (mention->quality < WHOLE && !is_account_of(e, payer, item->party)) continue;
        struct cash_candidate *c = cash_candidate_add(m, CASH_REVERSAL, item->party, -1, &mention->item, 1, FROM_NAMED);
        if (c) c->allocated[0] = m->amount;
    }
    for (size_t i = count; m->candidate_count > count + 1 && i < m->candidate_count; i++) m->candidates[i].complete = false; /* which of them? */
}

static void debit_batch(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    struct str id = cash_compact(m->arena, m->line->batch_id, false);
    uint32_t index = id.length ? cash_first(e, cash_mix(cash_hash(id), SALT_BATCH)) : 0;
    if (!index) return;
    const struct cash_parts *batch = &e->batches.at[index - 1];
    struct cash_reading *scratch = NULL;
    uint32_t *items = ARENA_ARRAY(m->arena, uint32_t, batch->count);
    int64_t *amounts = ARENA_ARRAY(m->arena, int64_t, batch->count), sum = 0;
    size_t count = 0;
    bool known = true;
    for (uint32_t n = batch->first; n; n = e->parts.at[n - 1].next) {
        uint32_t item = item_of(m, &e->parts.at[n - 1], &scratch);
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

/* The settlement reference stands somewhere in the text: look at every length that one has. */
static uint32_t settlement_of(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    const struct cash_folded *f = &m->reading->text;
    for (size_t at = 0; at < f->count; at++) {
        if (at && !f->gap[at] && (f->at[at - 1] <= '9') == (f->at[at] <= '9')) continue;
        for (uint64_t left = e->lengths[SALT_SETTLEMENT]; left; left &= left - 1) {
            size_t length = (size_t)__builtin_ctzll(left);
            if (at + length > f->count) break;
            uint32_t found = cash_first(e, cash_mix(cash_hash((struct str){ f->at + at, length }), SALT_SETTLEMENT));
            if (found) return found;
        }
    }
    return 0;
}

static void provider(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    uint32_t index = settlement_of(m);
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
        uint32_t item = item_of(m, part, &scratch);
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
    reversal(m);
    if (!m->candidate_count && m->line->is_reversal) reversal_by_party(m);
    if (!m->candidate_count) provider(m); /* more was charged back than paid */
}
