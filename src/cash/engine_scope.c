/* Whose open items are looked at: of one who may have paid, or of several that belong together. */
#include "cash/engine_private.h"

/* Paid before the day of its invoice (rent of next month, the bill sent ahead, days that differ by one): only where the line names it. */
static bool named_ahead(const struct cash_matching *m, uint32_t item)
{
    for (size_t i = 0; i < m->reading->mention_count; i++)
        if (m->reading->mentions[i].item == item && m->reading->mentions[i].quality >= 85) return true;
    return false;
}

static void scope_add(struct cash_matching *m, struct cash_scope *s, uint32_t item)
{
    const struct cash_known_item *it = &m->engine->items.at[item];
    if (s->count == CASH_SCOPE_MAX || it->currency != m->currency || it->open == 0) return;
    if (it->on_account && m->sets != CASH_REFUND) return;
    if (it->issued > m->day && !named_ahead(m, item)) return;
    s->items[s->count++] = item;
    s->has_discount |= cash_item_discount(it, m->day, LATE_SEARCH_DAYS) > 0;
}

static void collect_names(struct cash_matching *m, const struct cash_scope *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (!s->named_quality[i]) continue;
        struct cash_naming *old = NULL;
        for (size_t j = 0; j < m->named.count && !old; j++)
            if (m->named.at[j].item == s->items[i]) old = &m->named.at[j];
        if (old && old->quality >= s->named_quality[i]) continue;
        if (!old) old = LIST_ADD(m->arena, &m->named);
        *old = (struct cash_naming){ s->items[i], s->named_kind[i], s->named_quality[i], s->named_token[i] };
    }
}

static struct cash_scope *scope_new(struct cash_matching *m, int guess, bool family)
{
    struct cash_scope *s = &m->scopes[m->scope_count++];
    *s = (struct cash_scope){ .guess = guess, .family = family };
    s->items = ARENA_ARRAY(m->arena, uint32_t, CASH_SCOPE_MAX);
    return s;
}

/* Parties that this payer pays for together: linked by account, related, or named side by side. */
static void family_scope(struct cash_matching *m)
{
    bool in[PAYERS_MAX] = { false };
    size_t count = 0;
    for (size_t i = 0; i < m->payer_count; i++) {
        const struct cash_payer_guess *g = &m->payers[i];
        in[i] = g->by_iban || (g->by_family && i < 8);
        if (!in[i] && g->by_number)
            for (size_t j = 0; j < m->reading->mention_count; j++)
                in[i] |= m->reading->mentions[j].quality >= 85 &&
                         m->engine->items.at[m->reading->mentions[j].item].party == g->party;
        count += in[i];
    }
    if (count < 2) return;
    struct cash_scope *s = scope_new(m, 0, true);
    for (size_t i = 0; i < m->payer_count; i++) {
        const struct cash_known_party *party = &m->engine->parties.at[m->payers[i].party];
        for (size_t j = 0; in[i] && j < party->open_count; j++) scope_add(m, s, party->open[j]);
    }
    for (size_t i = 1; i < s->count; i++) {
        uint32_t item = s->items[i];
        size_t j = i;
        for (; j > 0 && cash_item_order(&m->engine->items.at[s->items[j - 1]], &m->engine->items.at[item]) > 0; j--)
            s->items[j] = s->items[j - 1];
        s->items[j] = item;
    }
}

static void kinds_without_items(struct cash_matching *m)
{
    uint32_t party = m->payer_count ? m->payers[0].party : 0;
    int guess = m->payer_count ? 0 : -1;
    bool known = m->payer_count && m->engine->parties.count;
    if (m->amount > 0 && known) {
        cash_candidate_add(m, CASH_ON_ACCOUNT, party, guess, NULL, 0, 0);
        const struct cash_repeat *repeat = m->repeat ? &m->engine->repeats.at[m->repeat - 1] : NULL;
        if (repeat || m->paid_named) {
            struct cash_candidate *c = cash_candidate_add(m, CASH_DUPLICATE, party, guess, NULL, 0, 0);
            if (c && repeat) c->repeats_line = repeat->line, c->repeat_days = m->day - repeat->day;
            if (c && !repeat) c->repeat_days = -1;
        }
    }
    cash_candidate_add(m, CASH_UNRELATED, party, guess, NULL, 0, 0);
}

static void count_paid(struct cash_matching *m)
{
    for (size_t i = 0; i < m->reading->mention_count; i++) {
        const struct cash_mention *mention = &m->reading->mentions[i];
        if (mention->quality < 85 || m->engine->items.at[mention->item].open != 0) continue;
        for (size_t j = 0; j < m->payer_count; j++)
            m->paid_named += m->payers[j].party == m->engine->items.at[mention->item].party &&
                             (m->payers[j].by_iban || m->payers[j].name_likeness >= 60 || m->payer_count == 1);
    }
}

static bool any_set(const struct cash_matching *m)
{
    for (size_t i = 0; i < m->candidate_count; i++)
        if (m->candidates[i].category == CASH_MATCH) return true;
    return false;
}

static bool to_the_cent(const struct cash_candidate *c)
{
    return !c->difference_count || (c->difference_count == 1 && c->differences[0].kind == CASH_DISCOUNT);
}

/* A known account, and nothing its owner owes explains the line: it may be a company beside him (the same name and a few words more) that it
 * pays for. Only what comes to the amount, with the discount where one is allowed, and for a person to judge. */
static void other_names(struct cash_matching *m)
{
    enum { ALIKE = 80 };
    if (m->sets != CASH_MATCH || m->amount <= 0 || !m->account || any_set(m)) return;
    for (size_t i = cash_guess_like_names(m); i < m->payer_count; i++) {
        const struct cash_known_party *party = &m->engine->parties.at[m->payers[i].party];
        size_t before = m->candidate_count, kept = before;
        if (m->payers[i].name_likeness < ALIKE || m->scope_count == ARRAY_LENGTH(m->scopes)) continue;
        struct cash_scope *s = scope_new(m, (int)i, false);
        for (size_t j = 0; j < party->open_count; j++) scope_add(m, s, party->open[j]);
        cash_name_scope(m, s);
        collect_names(m, s);
        if (s->count) cash_plain_sets(m, s);
        for (size_t k = before; k < m->candidate_count; k++)
            if (to_the_cent(&m->candidates[k])) m->candidates[kept++] = m->candidates[k];
        m->candidate_count = kept;
        m->other_name |= kept > before;
    }
}

void cash_find_candidates(struct cash_matching *m)
{
    m->sets = m->amount < 0 && !m->line->is_reversal && !m->line->return_code.length ? CASH_REFUND : CASH_MATCH;
    for (size_t i = 0; i < m->payer_count; i++) {
        struct cash_scope *s = scope_new(m, (int)i, false);
        const struct cash_known_party *party = &m->engine->parties.at[m->payers[i].party];
        for (size_t j = 0; j < party->open_count; j++) scope_add(m, s, party->open[j]);
    }
    family_scope(m);
    for (size_t i = 0; i < m->scope_count; i++) {
        cash_name_scope(m, &m->scopes[i]);
        collect_names(m, &m->scopes[i]);
    }
    count_paid(m);
    for (size_t i = 0; i < m->scope_count; i++)
        if (m->scopes[i].named_count) cash_named_sets(m, &m->scopes[i]);
    for (size_t i = 0; i < m->scope_count; i++) {
        struct cash_scope *s = &m->scopes[i];
        if (!s->count || (i >= 6 && !s->family)) continue;
        cash_plain_sets(m, s);
    }
    other_names(m);
    cash_last_resorts(m);
    kinds_without_items(m);
}
