/* What comes back: a collection of our own by its end-to-end id; else the payment that it takes away again, by that payment's end-to-end id, by
 * what the text names, or by account and amount. */
#include "cash/engine_private.h"

/* ---- What was paid ---- */

enum { ID_LEAST = 6, RETURN_DAYS = 400 /* a debit nobody agreed to may come back for 13 months */, ALIKE_DAYS = 60 };

static uint64_t account_key(struct arena *arena, const struct cash_line *line, int64_t amount)
{
    struct str iban = cash_compact(arena, line->iban, false);
    if (iban.length < 5) iban = cash_name_key(arena, line->name);
    if (iban.length < 3) return 0;
    return cash_mix(cash_hash(iban) + (uint64_t)amount * CASH_HASH_BASE, SALT_PAID);
}

static uint64_t end_to_end_key(struct arena *arena, const struct cash_line *line)
{
    struct str id = cash_compact(arena, line->end_to_end_id, false);
    if (id.length < ID_LEAST || str_is(id, "NOTPROVIDED")) return 0;
    return cash_mix(cash_hash(id), SALT_PAID_ID);
}

/* The newest of this account and amount, or (`named`) of this id, that is still there; index + 1, or 0. */
static uint32_t newest_paid(const struct cash_engine *e, uint64_t key, bool named, uint32_t currency, int32_t day)
{
    uint32_t next;
    for (uint32_t n = key ? cash_first(e, key) : 0; n; n = next) {
        next = named ? e->paid.at[n - 1].named_before : e->paid.at[n - 1].before;
        const struct cash_paid *p = &e->paid.at[n - 1];
        if (!p->is_gone && p->currency == currency && p->day <= day && day - p->day <= RETURN_DAYS) return n;
    }
    return 0;
}

static void came_back(struct cash_engine *e, struct arena *arena, const struct cash_line *line)
{
    uint32_t currency = cash_currency(line->currency), n;
    int32_t day = date_days(line->booked_on);
    int64_t amount;
    if (!int_sub(0, line->amount_minor, &amount)) return;
    n = newest_paid(e, end_to_end_key(arena, line), true, currency, day);
    if (!n || e->paid.at[n - 1].amount != amount) n = newest_paid(e, account_key(arena, line, amount), false, currency, day);
    if (n) e->paid.at[n - 1].is_gone = true;
}

void cash_remember_paid(struct cash_engine *e, struct arena *arena, const struct cash_line *line, const struct cash_decision *d)
{
    if (d->category == CASH_REVERSAL) { came_back(e, arena, line); return; }
    if (line->amount_minor <= 0) return;
    if (d->category != CASH_MATCH && d->category != CASH_DUPLICATE && d->category != CASH_ON_ACCOUNT) return;
    struct cash_paid paid = { .line = line->id,
                              .amount = line->amount_minor,
                              .currency = cash_currency(line->currency),
                              .first = (uint32_t)e->paid_parts.count,
                              .day = date_days(line->booked_on) };
    uint64_t keys[2] = { account_key(arena, line, line->amount_minor), end_to_end_key(arena, line) };
    if (!keys[0] && !keys[1]) return;
    for (size_t i = 0; i < d->allocation_count; i++) {
        uint32_t item = cash_item_index(e, d->allocations[i].item);
        if (!item) continue;
        *LIST_ADD(e->arena, &e->paid_parts) = (struct cash_paid_part){ item - 1, d->allocations[i].amount_minor };
        paid.count++;
    }
    paid.party = d->party     ? cash_party_need(e, d->party) - 1
                 : paid.count ? e->items.at[e->paid_parts.at[paid.first].item].party
                              : UINT32_MAX;
    if (paid.party == UINT32_MAX) return;
    for (size_t i = 0; i < d->difference_count && paid.difference_count < ARRAY_LENGTH(paid.differences); i++) {
        enum cash_difference_kind kind = d->differences[i].kind;
        bool closes = kind == CASH_DISCOUNT || kind == CASH_DISCOUNT_LATE || kind == CASH_CHARGE || kind == CASH_ROUNDING ||
                      kind == CASH_DEDUCTION;
        if (closes) paid.differences[paid.difference_count++] = d->differences[i];
    }
    paid.before = keys[0] ? cash_first(e, keys[0]) : 0;
    paid.named_before = keys[1] ? cash_first(e, keys[1]) : 0;
    *LIST_ADD(e->arena, &e->paid) = paid;
    for (size_t k = 0; k < ARRAY_LENGTH(keys); k++)
        if (keys[k]) *cash_map_put(e->arena, &e->map, keys[k]) = (uint32_t)e->paid.count;
}

void cash_forget_paid(struct cash_engine *e, struct arena *arena, const struct cash_line *line)
{
    uint64_t key = account_key(arena, line, line->amount_minor);
    bool named = !key;
    if (named) key = end_to_end_key(arena, line);
    for (uint32_t n = key ? cash_first(e, key) : 0; n; n = named ? e->paid.at[n - 1].named_before : e->paid.at[n - 1].before)
        if (e->paid.at[n - 1].line == line->id) e->paid.at[n - 1].is_gone = true;
}

/* ---- What comes back ---- */

static bool is_said(const struct cash_matching *m)
{
    return m->line->is_reversal || m->line->return_code.length || (m->reading->words & WORD_STORNO);
}

static void own_collection(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    struct str id = cash_compact(m->arena, m->line->end_to_end_id, false);
    uint32_t batch = id.length ? cash_first(e, cash_mix(cash_hash(id), SALT_END_TO_END)) : 0;
    bool in_field = batch != 0;
    if (!batch && is_said(m)) batch = cash_named_in_text(m, SALT_END_TO_END);
    if (!batch || e->batches.at[batch - 1].count != 1) return;
    const struct cash_part *part = &e->parts.at[e->batches.at[batch - 1].first - 1];
    if (!in_field && part->amount != -m->amount) return; /* somewhere in the text: only to the cent */
    struct cash_reading *scratch = NULL;
    uint32_t item = cash_parts_item(m, part, &scratch);
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
static void by_text(struct cash_matching *m)
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

/* The payment, with what was given up for it: a discount is taken back too. `charge`: the bank may keep a fee for it. */
static void bring_back(struct cash_matching *m, const struct cash_paid *p, uint32_t origin, bool complete)
{
    const struct cash_engine *e = m->engine;
    uint32_t *items = ARENA_ARRAY(m->arena, uint32_t, p->count + 1);
    int64_t sum = 0, charged = -p->amount - m->amount;
    for (uint32_t i = 0; i < p->count; i++) items[i] = e->paid_parts.at[p->first + i].item;
    struct cash_candidate *c = cash_candidate_add(m, CASH_REVERSAL, p->party, -1, items, p->count, origin);
    if (!c) return;
    c->difference_count = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        c->allocated[i] = -e->paid_parts.at[p->first + i].amount;
        if (!int_add(sum, c->allocated[i], &sum)) complete = false;
    }
    for (size_t i = 0; i < p->difference_count; i++) {
        c->differences[c->difference_count] = p->differences[i];
        c->differences[c->difference_count].amount_minor *= -1;
        sum -= c->differences[c->difference_count++].amount_minor;
    }
    if (charged && c->difference_count < ARRAY_LENGTH(c->differences))
        c->differences[c->difference_count++] = (struct cash_difference){ CASH_CHARGE, charged }, sum -= charged;
    c->complete = complete && p->count && sum == m->amount;
}

static bool within_charge(const struct cash_matching *m, const struct cash_paid *p)
{
    int64_t charged = -p->amount - m->amount;
    return charged >= 0 && charged <= m->engine->settings.charge_minor;
}

static void by_end_to_end(struct cash_matching *m)
{
    uint32_t n = newest_paid(m->engine, end_to_end_key(m->arena, m->line), true, m->currency, m->day);
    if (n && within_charge(m, &m->engine->paid.at[n - 1])) bring_back(m, &m->engine->paid.at[n - 1], FROM_BATCH, true);
}

/* The newest payment of just this amount from that account; certain when there was no other one for some time. */
static void by_account(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    uint32_t n = newest_paid(e, account_key(m->arena, m->line, -m->amount), false, m->currency, m->day);
    if (!n) return;
    const struct cash_paid *newest = &e->paid.at[n - 1];
    uint32_t other = newest->before;
    while (other && e->paid.at[other - 1].is_gone) other = e->paid.at[other - 1].before;
    bool alone = !other || newest->day - e->paid.at[other - 1].day > ALIKE_DAYS;
    bring_back(m, newest, FROM_SINGLE, alone);
    if (!alone) bring_back(m, &e->paid.at[other - 1], FROM_SINGLE, false);
}

/* An invoice of whose account it is, settled, of just this amount: collected in a batch, which says nothing of accounts. */
static void by_party(struct cash_matching *m)
{
    enum { LOOKED_AT = 2000 };
    const struct cash_engine *e = m->engine;
    struct str iban = cash_compact(m->arena, m->line->iban, false);
    uint32_t payer = iban.length < 5 ? 0 : cash_payer_find(e, cash_mix(cash_hash(iban), SALT_IBAN));
    size_t looked = 0;
    for (uint32_t n = payer ? cash_first(e, cash_amount_key(m->currency, -m->amount)) : 0; n && looked < LOOKED_AT; looked++) {
        const struct cash_node *node = &e->nodes.at[n - 1];
        const struct cash_known_item *item = &e->items.at[node->item];
        n = node->next;
        if (item->open != 0 || item->total != -m->amount || m->day - item->settled_on > RETURN_DAYS) continue;
        if (!is_account_of(e, payer, item->party)) continue;
        struct cash_candidate *c = cash_candidate_add(m, CASH_REVERSAL, item->party, -1, &node->item, 1, FROM_SINGLE);
        if (c) c->allocated[0] = m->amount;
    }
    for (size_t i = 0; m->candidate_count > 1 && i < m->candidate_count; i++) m->candidates[i].complete = false; /* which of them? */
}

void cash_find_returned(struct cash_matching *m)
{
    bool certain = m->line->is_reversal || m->line->return_code.length;
    own_collection(m);
    if (m->candidate_count || !is_said(m)) return;
    by_end_to_end(m);
    if (!m->candidate_count) by_text(m);
    if (!m->candidate_count) by_account(m);
    if (!m->candidate_count) by_party(m);
    for (size_t i = 0; i < m->candidate_count; i++) m->candidates[i].complete &= certain; /* a word alone: a person looks */
}
