/* Who may have paid, and which of their open items the text names. */
#include "cash/engine_private.h"

/* ---- Payers ---- */

static struct cash_payer_guess *guess(struct cash_matching *m, uint32_t party)
{
    for (size_t i = 0; i < m->payer_count; i++)
        if (m->payers[i].party == party) return &m->payers[i];
    if (m->payer_count == PAYERS_MAX) return NULL;
    struct cash_payer_guess *g = &m->payers[m->payer_count++];
    *g = (struct cash_payer_guess){ .party = party };
    return g;
}

static void by_account(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    struct str iban = cash_compact(m->arena, m->line->iban, false);
    if (iban.length < 5) return;
    m->account = cash_payer_find(e, cash_mix(cash_hash(iban), SALT_IBAN));
    if (!m->account) return;
    const struct cash_payer *payer = &e->payers.at[m->account - 1];
    for (uint32_t n = payer->links; n; n = e->links.at[n - 1].next) {
        const struct cash_link *link = &e->links.at[n - 1];
        if (!link->count && !link->on_file) continue;
        struct cash_payer_guess *g = guess(m, link->party);
        if (!g) break;
        g->by_iban = true;
        g->on_file = link->on_file;
        g->iban_count = link->count;
        g->iban_lines = payer->lines;
        g->iban_last_day = link->last_day;
        g->weight += (link->on_file ? 30 : 0) + (int)(link->count > 15 ? 45 : link->count * 3);
    }
}

static void by_text(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    for (int least = 85; least >= 50; least -= 35)
        for (size_t i = 0; i < m->reading->mention_count; i++) {
            const struct cash_mention *mention = &m->reading->mentions[i];
            if (mention->quality < least || (least < 85 && mention->quality >= 85)) continue;
            struct cash_payer_guess *g = guess(m, e->items.at[mention->item].party);
            if (!g) return;
            if (!g->by_number) g->weight += mention->quality >= 85 ? 40 : 12;
            g->by_number = true;
        }
    for (size_t i = 0; i < m->reading->token_count; i++) {
        const struct cash_token *t = &m->reading->tokens[i];
        if (t->joined || t->repaired || t->kind == TOKEN_DATE || t->kind == TOKEN_AMOUNT || t->digit_count < 3) continue;
        struct str digits = { t->digits, t->digit_count };
        uint32_t n = cash_first(e, cash_mix(cash_hash(digits), SALT_DEBTOR));
        if (!n || !str_equal(e->parties.at[e->nodes.at[n - 1].item].number, digits)) continue;
        struct cash_payer_guess *g = guess(m, e->nodes.at[n - 1].item);
        if (!g) return;
        if (!g->by_debtor) g->weight += t->kind == TOKEN_DEBTOR ? 30 : 8;
        g->by_debtor = true;
    }
}

static void name_found(struct cash_matching *m, uint32_t party, int likeness, bool ultimate, uint32_t count)
{
    struct cash_payer_guess *g = guess(m, party);
    if (!g) return;
    if (ultimate) {
        if (!g->by_ultimate) g->weight += likeness / 3;
        g->by_ultimate = true;
    } else {
        if (!g->by_name) g->weight += likeness / 4 + (count > 5 ? 5 : (int)count);
        g->by_name = true;
    }
    if (likeness > g->name_likeness) g->name_likeness = likeness;
}

/* Names that share most parts of four letters with this one. */
static void by_likeness(struct cash_matching *m, struct str key, bool ultimate)
{
    enum { SLOTS = 1024 };
    const struct cash_engine *e = m->engine;
    struct { uint32_t party, hits; } *seen = arena_array(m->arena, SLOTS, sizeof *seen);
    size_t used = 0, grams = 0;
    for (size_t i = 0; i + 4 <= key.length && i < 60; i++, grams++) {
        uint32_t n = cash_first(e, cash_mix(cash_hash(str_part(key, i, 4)), SALT_TRIGRAM));
        for (int steps = 0; n && steps < 150 && used < SLOTS / 2; n = e->nodes.at[n - 1].next, steps++) {
            uint32_t party = e->nodes.at[n - 1].item + 1;
            size_t slot = cash_mix(party, SALT_TRIGRAM) % SLOTS;
            while (seen[slot].party && seen[slot].party != party) slot = (slot + 1) % SLOTS;
            if (!seen[slot].party) used++;
            seen[slot].party = party;
            seen[slot].hits++;
        }
    }
    for (int kept = 0; kept < 4; kept++) {
        size_t best = SLOTS;
        for (size_t i = 0; i < SLOTS; i++)
            if (seen[i].party && seen[i].hits * 2 >= grams &&
                (best == SLOTS || seen[i].hits > seen[best].hits ||
                 (seen[i].hits == seen[best].hits && seen[i].party < seen[best].party)))
                best = i;
        if (best == SLOTS) return;
        uint32_t party = seen[best].party - 1;
        seen[best].party = 0;
        int likeness = cash_name_likeness(key, e->parties.at[party].key);
        if (likeness >= 60) name_found(m, party, likeness, ultimate, 0);
    }
}

static void by_one_name(struct cash_matching *m, struct str name, bool ultimate)
{
    const struct cash_engine *e = m->engine;
    struct str key = cash_name_key(m->arena, name);
    if (key.length < 3) return;
    uint32_t payer = cash_payer_find(e, cash_mix(cash_hash(key), SALT_NAME)), found = 0;
    for (uint32_t n = payer ? e->payers.at[payer - 1].links : 0; n; n = e->links.at[n - 1].next) {
        const struct cash_link *link = &e->links.at[n - 1];
        if (!link->on_file && !link->count) continue;
        name_found(m, link->party, 100, ultimate, link->count);
        if (++found == 5) break;
    }
    bool known = false;
    for (size_t i = 0; i < m->payer_count; i++) known |= m->payers[i].by_iban;
    if (!found && (!known || ultimate)) by_likeness(m, key, ultimate);
    for (size_t i = 0; i < m->payer_count; i++) { /* an account is known: how well does the name fit? */
        struct cash_payer_guess *g = &m->payers[i];
        int likeness = cash_name_likeness(key, e->parties.at[g->party].key);
        if (likeness > g->name_likeness) g->name_likeness = likeness;
        if (likeness >= 80 && !ultimate && !g->by_name) g->by_name = true, g->weight += likeness / 5;
    }
}

static void by_names(struct cash_matching *m)
{
    static const char *const trading[] = { "t.h.o.d.n.", "T.H.O.D.N.", "thodn", "THODN", " h/o ",    " H/O ",
                                           " inzake ",   " INZAKE ",   " c/o ", " C/O ", " i.o.v. ", " IOV " };
    struct str name = m->line->name;
    for (size_t i = 0; i < ARRAY_LENGTH(trading); i++) {
        ptrdiff_t at = str_find(name, trading[i]);
        if (at < 0) continue;
        size_t after = (size_t)at + strlen(trading[i]);
        by_one_name(m, str_part(name, after, name.length - after), false);
        name = str_part(name, 0, (size_t)at);
        break;
    }
    if (name.length) by_one_name(m, name, false);
    if (m->line->ultimate_name.length) by_one_name(m, m->line->ultimate_name, true);
}

static void by_family(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    size_t count = m->payer_count;
    for (size_t i = 0; i < count; i++) {
        if (!m->payers[i].by_iban && !m->payers[i].by_name) continue;
        uint32_t own = m->payers[i].party, parent = e->parties.at[own].parent;
        uint32_t next = e->parties.at[own].child;
        for (int pass = 0; pass < 2; pass++, next = parent ? e->parties.at[parent - 1].child : 0)
            for (int seen = 0; next && seen < 12; next = e->parties.at[next - 1].sibling, seen++) {
                struct cash_payer_guess *g = next - 1 == own ? NULL : guess(m, next - 1);
                if (g && !g->by_family) g->by_family = true, g->weight += pass ? 3 : 10;
            }
        struct cash_payer_guess *g = parent ? guess(m, parent - 1) : NULL;
        if (g && !g->by_family) g->by_family = true, g->weight += 8;
    }
}

/* Nothing tells who it is: whose open item has just this amount? */
static void by_amount(struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    for (size_t i = 0; i < m->payer_count; i++)
        if (m->payers[i].by_iban || m->payers[i].name_likeness >= 80 || m->payers[i].by_number) return;
    uint32_t n = cash_first(e, cash_amount_key(m->currency, m->amount));
    for (int steps = 0, added = 0; n && steps < 60 && added < 3; n = e->nodes.at[n - 1].next, steps++) {
        const struct cash_known_item *item = &e->items.at[e->nodes.at[n - 1].item];
        if (item->open != m->amount || item->issued > m->day || item->currency != m->currency) continue;
        struct cash_payer_guess *g = guess(m, item->party);
        if (!g) return;
        if (!g->by_amount) g->weight += 5, added++;
        g->by_amount = true;
    }
}

void cash_guess_payers(struct cash_matching *m)
{
    by_account(m);
    by_text(m);
    by_names(m);
    by_family(m);
    by_amount(m);
    for (size_t i = 1; i < m->payer_count; i++) { /* heaviest first; equal ones in order of finding */
        struct cash_payer_guess g = m->payers[i];
        size_t j = i;
        for (; j > 0 && m->payers[j - 1].weight < g.weight; j--) m->payers[j] = m->payers[j - 1];
        m->payers[j] = g;
    }
}

size_t cash_guess_like_names(struct cash_matching *m)
{
    size_t before = m->payer_count;
    struct str key = cash_name_key(m->arena, m->line->name);
    if (key.length >= 3) by_likeness(m, key, false);
    return before;
}

/* ---- Which items of a scope does the text name? ---- */

static void name_item(struct cash_scope *scope, size_t i, enum cash_evidence_kind kind, int quality, int token)
{
    if (quality <= scope->named_quality[i]) return;
    scope->named_kind[i] = (uint8_t)kind;
    scope->named_quality[i] = (uint8_t)quality;
    scope->named_token[i] = (int16_t)token;
}

static bool usable(const struct cash_token *t)
{
    return t->kind == TOKEN_NUMBER || t->kind == TOKEN_YEAR || (t->kind == TOKEN_DEBTOR && t->digit_count >= 7);
}

/* How a token may name an item of a payer who is known: quality, 0 when not at all. */
static int token_names(const struct cash_token *t, const struct cash_known_item *item, bool cut, enum cash_evidence_kind *kind)
{
    const char *at = t->digits;
    size_t n = t->digit_count;
    struct str digits = item->digits, bare = item->bare;
    int loss = (t->repaired ? 12 : 0) + (t->joined ? 4 : 0);
    if (n == digits.length && n >= 3 && !memcmp(at, digits.at, n)) {
        *kind = t->repaired ? CASH_BY_TYPO : CASH_BY_DIGITS;
        return (n >= 7 ? 95 : n >= 5 ? 88 : 75) - loss;
    }
    while (n > 1 && *at == '0') at++, n--;
    if (n == bare.length && !memcmp(at, bare.at, n)) {
        *kind = t->repaired ? CASH_BY_TYPO : CASH_BY_BARE;
        return (n >= 5 ? 82 : n == 4 ? 72 : n == 3 ? 55 : 30) - loss - (t->kind == TOKEN_YEAR ? 25 : 0);
    }
    at = t->digits, n = t->digit_count;
    if (n >= 3 && n < digits.length && !t->joined && !memcmp(at, digits.at + digits.length - n, n)) {
        *kind = t->repaired ? CASH_BY_TYPO : CASH_BY_TAIL;
        return (n >= 5 ? 75 : n == 4 ? 66 : 50) - loss - (t->kind == TOKEN_YEAR ? 25 : 0);
    }
    if (n >= 6 && cash_one_error(at, n, digits.at, digits.length)) {
        *kind = CASH_BY_TYPO;
        return (n >= 7 ? 62 : 54) - loss;
    }
    if (n >= 4 && bare.length >= 4 && !t->joined && t->kind != TOKEN_YEAR) {
        while (n > 1 && *at == '0') at++, n--;
        if (cash_one_error(at, n, bare.at, bare.length)) {
            *kind = CASH_BY_TYPO;
            return (bare.length >= 6 ? 50 : bare.length == 5 ? 46 : 36) - loss;
        }
    }
    n = t->digit_count;
    if (cut && t->last && n >= 4 && n < digits.length && !memcmp(t->digits, digits.at, n)) {
        *kind = CASH_BY_CUT;
        return 40;
    }
    return 0;
}

static void name_by_tokens(struct cash_matching *m, struct cash_scope *scope)
{
    const struct cash_reading *r = m->reading;
    const struct cash_engine *e = m->engine;
    for (size_t k = 0; k < r->token_count; k++) {
        const struct cash_token *t = &r->tokens[k];
        if (!usable(t)) continue;
        bool taken = false; /* the token is part of a better mention of an item of this payer */
        for (size_t i = 0; i < scope->count && !taken; i++) {
            if (scope->named_quality[i] < 85 || scope->named_token[i] >= 0) continue;
            for (size_t j = 0; j < r->mention_count && !taken; j++)
                taken = r->mentions[j].item == scope->items[i] && r->mentions[j].start < t->start + t->length &&
                        t->start < r->mentions[j].start + r->mentions[j].length;
        }
        if (taken) continue;
        int best = 0, best_count = 0;
        for (int pass = 0; pass < 2; pass++)
            for (size_t i = 0; i < scope->count; i++) {
                enum cash_evidence_kind kind = 0;
                int quality = token_names(t, &e->items.at[scope->items[i]], r->truncated, &kind);
                if (!quality) continue;
                if (pass == 0) {
                    if (quality > best) best = quality, best_count = 0;
                    if (quality == best) best_count++;
                } else if (quality >= best - 12) { /* an exact one leaves typing errors out */
                    name_item(scope, i, kind, best_count > 1 ? quality - 8 : quality, (int)k);
                }
            }
    }
}

static void name_by_range(struct cash_matching *m, struct cash_scope *scope)
{
    const struct cash_reading *r = m->reading;
    const struct cash_engine *e = m->engine;
    int left = -1, right = -1, left_at = -1, right_at = CASH_TEXT_MAX + 1;
    for (size_t i = 0; i < scope->count; i++) {
        if (scope->named_quality[i] < 35) continue;
        int at = -1;
        if (scope->named_token[i] >= 0) at = r->tokens[scope->named_token[i]].start;
        else
            for (size_t j = 0; j < r->mention_count; j++)
                if (r->mentions[j].item == scope->items[i]) at = r->mentions[j].start;
        if (at < 0) continue;
        if (at < r->range_at && at > left_at) left = (int)i, left_at = at;
        if (at >= r->range_at && at < right_at) right = (int)i, right_at = at;
    }
    if (left < 0 || right < 0) return;
    const struct cash_known_item *a = &e->items.at[scope->items[left]], *b = &e->items.at[scope->items[right]];
    for (size_t i = 0; i < scope->count; i++) {
        const struct cash_known_item *item = &e->items.at[scope->items[i]];
        if (item->sequence > a->sequence && item->sequence < b->sequence && item->open > 0 && item->party == a->party)
            name_item(scope, i, CASH_BY_RANGE, 74, -1);
    }
}

void cash_name_scope(struct cash_matching *m, struct cash_scope *scope)
{
    const struct cash_reading *r = m->reading;
    scope->named_kind = ARENA_ARRAY(m->arena, uint8_t, scope->count + 1);
    scope->named_quality = ARENA_ARRAY(m->arena, uint8_t, scope->count + 1);
    scope->named_token = ARENA_ARRAY(m->arena, int16_t, scope->count + 1);
    for (size_t i = 0; i < scope->count; i++) {
        scope->named_token[i] = -1;
        for (size_t j = 0; j < r->mention_count; j++)
            if (r->mentions[j].item == scope->items[i]) name_item(scope, i, r->mentions[j].kind, r->mentions[j].quality, -1);
    }
    name_by_tokens(m, scope);
    if (r->has_range) name_by_range(m, scope);
    scope->named_count = 0;
    for (size_t i = 0; i < scope->count; i++) scope->named_count += scope->named_quality[i] >= 35;
}
