/* Why: what speaks for a candidate and what against, each with its place in the text. */
#include "cash/engine_private.h"

struct list { struct cash_matching *m; LIST_OF(struct cash_evidence) list; };

static struct cash_evidence *add(struct list *l, enum cash_evidence_kind kind, int32_t weight)
{
    struct cash_evidence *e = LIST_ADD(l->m->arena, &l->list);
    *e = (struct cash_evidence){ .kind = kind, .weight = weight };
    return e;
}

static void place(const struct cash_matching *m, struct cash_evidence *e, size_t start, size_t length)
{
    const struct cash_folded *f = &m->reading->text;
    if (!length || start + length > f->count) return;
    size_t last = start + length - 1;
    while (last > start && f->source[last] != f->source[start]) last--;
    e->source = f->source[start];
    e->from = f->from[start];
    e->length = (uint32_t)(f->from[last] - f->from[start] + 1);
}

static void place_of_naming(const struct cash_matching *m, struct cash_evidence *e, const struct cash_naming *n)
{
    if (n->token >= 0) { place(m, e, m->reading->tokens[n->token].start, m->reading->tokens[n->token].length); return; }
    for (size_t i = 0; i < m->reading->mention_count; i++)
        if (m->reading->mentions[i].item == n->item) place(m, e, m->reading->mentions[i].start, m->reading->mentions[i].length);
}

static bool in_set(const struct cash_candidate *c, uint32_t item)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i] == item) return true;
    return false;
}

static void by_names(struct list *l, const struct cash_candidate *c)
{
    struct cash_matching *m = l->m;
    const struct cash_engine *e = m->engine;
    for (size_t i = 0; i < m->named.count; i++) {
        const struct cash_naming *n = &m->named.at[i];
        bool in = in_set(c, n->item);
        if (!in && (n->quality < 70 || e->items.at[n->item].party != c->party || !c->contradicted)) continue;
        struct cash_evidence *x = add(l, in ? n->kind : CASH_NAMED_NOT_IN_SET, in ? 45 * n->quality : -3500);
        x->item = e->items.at[n->item].id;
        x->value = n->quality;
        place_of_naming(m, x, n);
    }
    for (size_t i = 0; i < m->reading->mention_count; i++) {
        const struct cash_mention *x = &m->reading->mentions[i];
        const struct cash_known_item *item = &e->items.at[x->item];
        if (x->quality < 85 || in_set(c, x->item) || cash_named(m, x->item)) continue;
        struct cash_evidence *y = add(l, item->party == c->party ? CASH_NAMED_IS_PAID : CASH_ELSEWHERE,
                                      item->party == c->party ? -2500 : -700);
        y->item = item->id;
        place(m, y, x->start, x->length);
    }
}

static void by_payer(struct list *l, const struct cash_candidate *c)
{
    const struct cash_payer_guess *g = c->guess >= 0 ? &l->m->payers[c->guess] : NULL;
    const struct cash_line *line = l->m->line;
    if (!g) return;
    int64_t party = l->m->engine->parties.at[g->party].id;
    size_t first = l->list.count;
    if (g->on_file)
        *add(l, CASH_BY_IBAN, 2500) = (struct cash_evidence){
            .kind = CASH_BY_IBAN, .weight = 2500, .source = CASH_IN_IBAN, .length = (uint32_t)line->iban.length
        };
    if (g->iban_count)
        *add(l, CASH_BY_LEARNED_IBAN, 0) = (struct cash_evidence){ .kind = CASH_BY_LEARNED_IBAN,
                                                                   .weight = 1600,
                                                                   .source = CASH_IN_IBAN,
                                                                   .length = (uint32_t)line->iban.length,
                                                                   .value = g->iban_count };
    if (g->name_likeness >= 60)
        *add(l, CASH_BY_NAME, 0) = (struct cash_evidence){ .kind = CASH_BY_NAME,
                                                           .weight = 18 * g->name_likeness,
                                                           .source = CASH_IN_NAME,
                                                           .length = (uint32_t)line->name.length,
                                                           .value = g->name_likeness };
    if (g->by_ultimate)
        *add(l, CASH_BY_ULTIMATE, 0) = (struct cash_evidence){ .kind = CASH_BY_ULTIMATE,
                                                               .weight = 1200,
                                                               .source = CASH_IN_ULTIMATE,
                                                               .length = (uint32_t)line->ultimate_name.length,
                                                               .value = g->name_likeness };
    for (size_t i = 0; g->by_debtor && i < l->m->reading->token_count; i++) {
        const struct cash_token *t = &l->m->reading->tokens[i];
        if (t->joined ||
            !str_equal((struct str){ t->digits, t->digit_count }, l->m->engine->parties.at[g->party].number))
            continue;
        place(l->m, add(l, CASH_BY_DEBTOR_NUMBER, 1000), t->start, t->length);
        break;
    }
    if (g->by_family) add(l, CASH_BY_FAMILY, 500);
    for (size_t i = first; i < l->list.count; i++) l->list.at[i].party = party;
}

static void by_amounts(struct list *l, const struct cash_candidate *c)
{
    const float *f = c->features;
    const struct cash_habit *h = &l->m->engine->parties.at[c->party].habit;
    if (!c->difference_count && !c->exchanged) add(l, CASH_BY_AMOUNT, 3000)->value = l->m->amount;
    if (c->sets_counted && !c->difference_count && c->other_sets == 0) add(l, CASH_BY_ONLY_SET, 1500);
    if (c->sets_counted && c->other_sets > 0) add(l, CASH_OTHER_SETS, -500)->value = c->other_sets;
    if (f[F_PREFIX] > 0 && f[F_OPEN] > (float)c->count) add(l, CASH_BY_OLDEST, 800);
    if (f[F_EVERYTHING_DUE] <= 0 && f[F_PREFIX] > 0) add(l, CASH_BY_DUE, 500)->value = f[F_AHEAD] > 0 ? (int64_t)f[F_AHEAD] : 0;
    if (f[F_PREFIX_ISSUE] <= 0 && c->count > 1) add(l, CASH_BY_MONTH, 300);
    if (c->difference_count && c->differences[0].kind == CASH_DEDUCTION && h->deduction_same)
        add(l, CASH_BY_HABIT, 1000)->value = h->deduction_same;
    else if (c->difference_count &&
             (c->differences[0].kind == CASH_DISCOUNT || c->differences[0].kind == CASH_DISCOUNT_LATE) &&
             h->discount_taken)
        add(l, CASH_BY_HABIT, 800)->value = h->discount_taken;
    else if (c->difference_count && c->differences[0].kind == CASH_CHARGE && h->charge)
        add(l, CASH_BY_HABIT, 800)->value = h->charge;
    else if ((c->origin & FROM_RUNNING) && h->running) add(l, CASH_BY_HABIT, 800)->value = h->running;
    else if (!c->named && f[F_PREFIX] > 0 && h->oldest) add(l, CASH_BY_HABIT, 500)->value = h->oldest;
}

static void by_return(struct list *l, const struct cash_candidate *c)
{
    struct cash_matching *m = l->m;
    const struct cash_line *line = m->line;
    if (c->origin & FROM_BATCH)
        *add(l, CASH_BY_END_TO_END, 0) = (struct cash_evidence){ .kind = CASH_BY_END_TO_END,
                                                                 .weight = 14000,
                                                                 .source = CASH_IN_END_TO_END,
                                                                 .length = (uint32_t)line->end_to_end_id.length };
    for (size_t i = 0; (c->origin & FROM_NAMED) && i < m->reading->mention_count; i++) {
        const struct cash_mention *mention = &m->reading->mentions[i];
        if (!in_set(c, mention->item)) continue;
        struct cash_evidence *e = add(l, mention->kind, 45 * mention->quality);
        e->item = m->engine->items.at[mention->item].id;
        e->value = mention->quality;
        place(m, e, mention->start, mention->length);
    }
    if (c->origin & FROM_SINGLE) {
        if (line->iban.length)
            *add(l, CASH_BY_LEARNED_IBAN, 0) = (struct cash_evidence){ .kind = CASH_BY_LEARNED_IBAN,
                                                                       .weight = 1600,
                                                                       .source = CASH_IN_IBAN,
                                                                       .length = (uint32_t)line->iban.length,
                                                                       .value = 1 };
        add(l, CASH_BY_AMOUNT, 3000)->value = m->amount;
    }
    if (line->return_code.length) add(l, CASH_BY_RETURN_CODE, 500);
}

struct cash_evidence *cash_evidence_list(struct cash_matching *m, const struct cash_candidate *c, size_t *count)
{
    struct list l = { .m = m };
    const struct cash_reading *r = m->reading;
    bool match = cash_is_set(c->category);
    if (c->category == CASH_PROVIDER || c->category == CASH_DEBIT_BATCH)
        *add(&l, CASH_BY_BATCH, 0) =
            (struct cash_evidence){ .kind = CASH_BY_BATCH,
                                    .weight = c->complete ? 14000 : 2500,
                                    .source = m->line->batch_id.length ? CASH_IN_BATCH : CASH_IN_TEXT,
                                    .value = (int64_t)c->count };
    if (c->category == CASH_REVERSAL) by_return(&l, c);
    if (match && m->engine->parties.count) by_names(&l, c);
    if (m->engine->parties.count && c->category != CASH_UNRELATED) by_payer(&l, c);
    if (match) by_amounts(&l, c);
    if (c->category == CASH_DUPLICATE && m->repeat) add(&l, CASH_BY_REPEAT, 3000)->value = c->repeat_days;
    if (r->word_length && (c->category != CASH_MATCH || c->difference_count || c->payable_count))
        *add(&l, CASH_BY_WORD, 0) = (struct cash_evidence){
            .kind = CASH_BY_WORD, .weight = 1000, .source = r->word_source, .from = r->word_at, .length = r->word_length
        };
    for (size_t t = 0; match && t < r->token_count && c->features[F_UNEXPLAINED] > 0; t++) {
        const struct cash_token *x = &r->tokens[t];
        if (x->used || x->joined || x->repaired || x->kind != TOKEN_NUMBER || x->digit_count < 5) continue;
        bool used = false;
        for (size_t i = 0; i < m->named.count; i++) used |= m->named.at[i].token == (int16_t)t;
        if (!used) place(m, add(&l, CASH_NUMBER_UNKNOWN, -300), x->start, x->length);
    }
    *count = l.list.count;
    return l.list.at;
}
