/* From a line to ranked explanations, and the decision whether the first may be posted without a person. */
#include "cash/engine_private.h"
#include <math.h>

void cash_sort(struct cash_candidate *candidates, size_t count)
{
    for (size_t i = 1; i < count; i++) { /* stable: equal ones stay in order of finding */
        if (candidates[i - 1].score >= candidates[i].score) continue;
        struct cash_candidate c = candidates[i];
        size_t j = i;
        for (; j > 0 && candidates[j - 1].score < c.score; j--) candidates[j] = candidates[j - 1];
        candidates[j] = c;
    }
}

/* A list that was cut off passes over an item that the first holds; the other holds one of the same amount instead, behind the last number. */
static bool is_better_listed(const struct cash_candidate *first, const struct cash_candidate *other)
{
    static const enum cash_feature same[] = { F_NAMED, F_MISSED_STRONG, F_MISSED_WEAK, F_PAID_NAMED, F_CREDITS };
    size_t shared = 0;
    if (first->category != CASH_MATCH || other->category != CASH_MATCH || first->count != other->count) return false;
    if (first->difference_count || other->difference_count || !first->passed_over || other->passed_over) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(same); i++)
        if (first->features[same[i]] < other->features[same[i]] || first->features[same[i]] > other->features[same[i]])
            return false;
    for (size_t i = 0; i < first->count; i++)
        for (size_t j = 0; j < other->count; j++) shared += first->items[i] == other->items[j];
    return shared + 1 == first->count;
}

static float missed(const struct cash_candidate *c)
{
    return c->features[F_MISSED_STRONG] + c->features[F_MISSED_WEAK];
}

/* Both come to the amount to the cent; the first leaves out what the text names, and holds instead what it doesn't name, and the other does not. */
static bool is_better_named(const struct cash_candidate *first, const struct cash_candidate *other)
{
    static const enum cash_feature no_more[] = { F_MISSED_STRONG, F_MISSED_WEAK, F_PAID_NAMED, F_ELSEWHERE, F_UNEXPLAINED };
    size_t shared = 0;
    if (first->category != CASH_MATCH || other->category != CASH_MATCH || first->party != other->party) return false;
    if (first->difference_count || other->difference_count || other->early || other->passed_over) return false;
    if (first->features[F_PAID_NAMED] > 0) return false; /* the text is of an earlier payment: what else it looks like may be chance */
    if (missed(other) >= missed(first) || other->features[F_UNNAMED] >= first->features[F_UNNAMED]) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(no_more); i++)
        if (other->features[no_more[i]] > first->features[no_more[i]]) return false;
    for (size_t i = 0; i < first->count; i++)
        for (size_t j = 0; j < other->count; j++) shared += first->items[i] == other->items[j];
    return (float)(first->count - shared) <= first->features[F_UNNAMED]; /* gives up only what isn't named */
}

void cash_put_in_order(struct cash_candidate *candidates, size_t count)
{
    cash_sort(candidates, count);
    for (size_t i = 1; i < count; i++) {
        if (!is_better_listed(&candidates[0], &candidates[i]) && !is_better_named(&candidates[0], &candidates[i])) continue;
        float score = candidates[0].score;
        struct cash_candidate c = candidates[i];
        memmove(candidates + 1, candidates, i * sizeof *candidates);
        candidates[0] = c;
        candidates[0].score = score; /* as likely as what it stands in for */
    }
}

struct lifted { uint32_t item; int64_t amount; };
typedef LIST_OF(struct lifted) lifted_list;

static void lift(struct cash_engine *e, struct arena *arena, uint32_t item, lifted_list *lifted)
{
    int64_t amount = e->items.at[item].reserved;
    if (!amount) return;
    *LIST_ADD(arena, lifted) = (struct lifted){ item, amount };
    e->items.at[item].reserved = 0;
    cash_item_settle(e, item, -amount, 0);
}

static void put_back(struct cash_engine *e, const lifted_list *lifted, int32_t day)
{
    for (size_t i = 0; i < lifted->count; i++) {
        e->items.at[lifted->at[i].item].reserved = lifted->at[i].amount;
        cash_item_settle(e, lifted->at[i].item, lifted->at[i].amount, day);
    }
}

/* What the text names outright is not hidden by the guess that an earlier line, which waits, has settled it. */
static void lift_named(struct cash_matching *m, lifted_list *lifted)
{
    for (size_t i = 0; i < m->reading->mention_count; i++)
        if (m->reading->mentions[i].quality >= 55) lift(m->engine, m->arena, m->reading->mentions[i].item, lifted);
}

/* All that waiting lines are thought to settle of those who may have paid this one. */
static void lift_all(struct cash_matching *m, lifted_list *lifted)
{
    struct cash_engine *e = m->engine;
    for (size_t i = 0; i < m->payer_count; i++) {
        struct cash_known_party *party = &e->parties.at[m->payers[i].party];
        size_t kept = 0;
        for (size_t k = 0; k < party->held_count; k++) {
            if (!e->items.at[party->held[k]].reserved) { e->items.at[party->held[k]].is_held = false; continue; }
            party->held[kept++] = party->held[k];
        }
        party->held_count = kept;
        for (size_t k = 0; k < kept; k++) lift(e, m->arena, party->held[k], lifted);
    }
}

void cash_prepare(struct cash_engine *engine, struct arena *arena, const struct cash_line *line, struct cash_matching *m)
{
    memset(m, 0, offsetof(struct cash_matching, candidates));
    memset((char *)m + offsetof(struct cash_matching, candidate_count), 0,
           sizeof *m - offsetof(struct cash_matching, candidate_count));
    m->engine = engine;
    m->arena = arena;
    m->line = line;
    m->day = date_days(line->booked_on);
    m->amount = line->amount_minor;
    m->currency = cash_currency(line->currency);
    m->reading = ARENA_NEW(arena, struct cash_reading);
    cash_read(engine, line, m->reading);
    m->repeat = cash_first(engine, m->reading->repeat_key);
    if (m->repeat &&
        (m->day - engine->repeats.at[m->repeat - 1].day > 60 || m->day < engine->repeats.at[m->repeat - 1].day))
        m->repeat = 0;
    lifted_list lifted = { 0 };
    lift_named(m, &lifted);
    cash_find_batches(m);
    bool certain = m->candidate_count == 1 && m->candidates[0].complete;
    if (!certain) {
        cash_guess_payers(m);
        cash_find_candidates(m);
    }
    for (size_t i = 0; i < m->candidate_count; i++) {
        cash_features(m, &m->candidates[i]);
        cash_rule_score(m, &m->candidates[i]);
        m->candidates[i].score = (float)m->candidates[i].rule_score / 1000;
    }
    cash_rival_chances(m);
    put_back(engine, &lifted, m->day);
    cash_sort(m->candidates, m->candidate_count);
    size_t kept = 0;
    for (size_t i = 0; i < m->candidate_count; i++)
        if (i < CANDIDATES_SCORED || m->candidates[i].category != CASH_MATCH) {
            if (kept != i) m->candidates[kept] = m->candidates[i];
            kept++;
        }
    m->candidate_count = kept;
}

/* What the rules' own measure is worth: shares right of 6,388 lines of known truth (three seeds of normal, two of hard, no history at all). */
static double worth(double measure)
{
    static const struct { double measure, probability; } points[] = {
        { 0, 0.35 }, { 0.3, 0.58 }, { 0.5, 0.74 }, { 0.6, 0.93 }, { 0.7, 0.96 }, { 0.8, 0.97 }, { 0.9, 0.988 },
        { 0.93, 0.9982 }, { 0.975, 0.999 }, { 0.995, 0.9997 }, { 1, 0.99995 } };
    size_t i = 1;
    while (i + 1 < ARRAY_LENGTH(points) && measure > points[i].measure) i++;
    double part = (measure - points[i - 1].measure) / (points[i].measure - points[i - 1].measure);
    return points[i - 1].probability + part * (points[i].probability - points[i - 1].probability);
}

/* The chance of the first, by rules: its share among the candidates, times what its own strength is worth. */
void cash_rank_rules(struct cash_candidate *candidates, size_t count, double *top)
{
    cash_put_in_order(candidates, count);
    double sum = 0;
    if (!count) { *top = 0; return; }
    double best = (double)candidates[0].score;
    for (size_t i = 0; i < count; i++) sum += exp(((double)candidates[i].score - best) * 1.1);
    double own = 1 / (1 + exp(-(best - 1.5) * 0.9));
    *top = worth(own / sum);
}

static bool person_must_judge(const struct cash_settings *settings, const struct cash_candidate *c)
{
    if (c->far || c->payable_count) return true;
    for (size_t i = 0; i < c->difference_count; i++) {
        const struct cash_difference *d = &c->differences[i];
        int64_t size = d->amount_minor < 0 ? -d->amount_minor : d->amount_minor;
        switch (d->kind) {
        case CASH_TYPO: case CASH_NET_OF_VAT: case CASH_CONTRA: return true;
        case CASH_CHARGE: case CASH_ROUNDING: case CASH_DEDUCTION:
            if (size > settings->difference_auto_minor) return true;
            break;
        case CASH_OVER:
            if (size > settings->difference_auto_minor) return true;
            break;
        case CASH_SHORT:
            if (c->count > 1 && size > settings->difference_auto_minor) return true; /* on which of them? */
            break;
        case CASH_INSTALMENT:
            if (c->named && c->named < (int)c->count) return true; /* what is named is whole, and a part of something else? */
            break;
        case CASH_DISCOUNT: case CASH_DISCOUNT_LATE: case CASH_PROVIDER_FEE: default: break;
        }
    }
    return false;
}

/* The same on all that counts: nobody could say which of the two is meant. */
static bool equal_strength(const struct cash_candidate *a, const struct cash_candidate *b)
{
    if (a->category != b->category || !cash_is_set(a->category) || a->difference_count != b->difference_count) return false;
    if (a->named != b->named || a->count != b->count || a->best_quality != b->best_quality) return false;
    return fabsf(a->score - b->score) < 0.1f;
}

enum cash_why_not cash_may_post(const struct cash_settings *settings, const struct cash_candidate *candidates, size_t count)
{
    const struct cash_candidate *first = candidates;
    if (!count || first->category == CASH_UNRELATED || first->category == CASH_UNKNOWN) return CASH_NOTHING_TO_POST;
    if (!first->complete) return CASH_INCOMPLETE;
    if (first->contradicted) return CASH_CONTRADICTED;
    if (first->early) return CASH_EARLY;
    if (first->exchanged) return CASH_OTHER_CURRENCY;
    if (cash_is_set(first->category) && first->tied) return CASH_TIE;
    if (count > 1 && equal_strength(first, &candidates[1])) return CASH_TIE;
    if (person_must_judge(settings, first)) return CASH_DIFFERENCE_TOO_LARGE;
    return CASH_AUTO;
}

/* Rests on amounts alone, and what it settles may be another line's. */
static bool must_wait(const struct cash_matching *m)
{
    const struct cash_engine *e = m->engine;
    const struct cash_candidate *c = &m->candidates[0];
    if (!cash_is_set(c->category) || c->named >= (int)c->count) return false;
    bool alone = !c->difference_count && c->sets_counted && c->other_sets == 0 && c->features[F_EQUALS] <= 0;
    if (e->parties.at[c->party].waiting && !alone) return true;
    for (size_t i = 0; i < c->count; i++)
        if (e->items.at[c->items[i]].claims) return true;
    return false;
}

/* Of items in another currency: how much of the line pays each, in proportion; sums run on, so that nothing is lost. */
static void share_line(const struct cash_matching *m, const struct cash_candidate *c, struct cash_allocation *allocations)
{
    int64_t sum = 0, so_far = 0, given = 0, until;
    for (size_t i = 0; i < c->count; i++) sum += c->allocated[i];
    for (size_t i = 0; i < c->count; i++) {
        so_far += c->allocated[i];
        if (!int_mul_div(m->amount, so_far, sum, &until)) return;
        allocations[i].line_minor = until - given;
        given = until;
    }
}

static void give(struct cash_matching *m, struct cash_candidate *c, double probability, struct cash_explanation *out)
{
    const struct cash_engine *e = m->engine;
    struct cash_allocation *allocations = ARENA_ARRAY(m->arena, struct cash_allocation, c->count + c->payable_count + 1);
    struct cash_difference *differences = ARENA_ARRAY(m->arena, struct cash_difference, 2);
    for (size_t i = 0; i < c->count; i++)
        allocations[i] = (struct cash_allocation){ e->items.at[c->items[i]].id, c->allocated[i], 0 };
    if (c->exchanged) share_line(m, c, allocations);
    if (c->payable_count) memcpy(allocations + c->count, c->payables, c->payable_count * sizeof *allocations);
    memcpy(differences, c->differences, sizeof c->differences);
    *out = (struct cash_explanation){ .category = c->category,
                                      .allocations = allocations,
                                      .allocation_count = c->count + c->payable_count,
                                      .differences = differences,
                                      .difference_count = c->difference_count,
                                      .other_sets = c->other_sets,
                                      .repeats_line = c->repeats_line };
    bool party = c->count || c->guess >= 0 || c->category == CASH_REVERSAL;
    if (party && c->category != CASH_UNRELATED && c->category != CASH_PROVIDER && c->category != CASH_DEBIT_BATCH)
        out->party = e->parties.at[c->party].id;
    out->evidence = cash_evidence_list(m, c, &out->evidence_count);
    double ppm = probability * 1e6;
    out->probability_ppm = ppm > 999999 ? 999999 : ppm < 1 ? 1 : (int32_t)ppm;
}

static struct cash_proposal nothing_found(struct arena *arena)
{
    struct cash_explanation *one = ARENA_NEW(arena, struct cash_explanation);
    one->category = CASH_UNKNOWN;
    return (struct cash_proposal){ .explanations = one, .count = 1, .why_not = CASH_NOTHING_TO_POST };
}

/* What goes back to a customer is too rare to learn from. */
static bool by_rules(const struct cash_engine *engine, const struct cash_matching *m)
{
    return !engine->learned || (m->candidate_count && m->candidates[0].category == CASH_REFUND);
}

/* Candidates in order and the chance of the first; true for a batch that is known. */
static bool rank(struct cash_engine *engine, struct arena *arena, const struct cash_line *line, struct cash_matching *m,
                 double *top, float *raw)
{
    *top = 0, *raw = 0;
    cash_prepare(engine, arena, line, m);
    if (!m->candidate_count) return false;
    bool batch = m->candidates[0].features[F_BATCH] > 0;
    if (batch) *top = 0.99995;
    else if (by_rules(engine, m)) cash_rank_rules(m->candidates, m->candidate_count, top);
    else cash_rank_learned(engine->learned, m->candidates, m->candidate_count, top, raw);
    return batch;
}

/* What an earlier line, which waits, was thought to settle may be just what this line pays, and that guess wrong: a line that is not
 * explained well is looked at without those guesses. What only so finds an explanation is never posted by itself. */
static struct cash_matching *look_again(struct cash_matching *first, double *top, float *raw)
{
    enum { FAR_BETTER = 4 };
    struct cash_engine *e = first->engine;
    lifted_list lifted = { 0 };
    double other_top;
    float other_raw;
    lift_all(first, &lifted);
    if (!lifted.count) return first;
    struct cash_matching *second = ARENA_NEW(first->arena, struct cash_matching);
    (void)rank(e, first->arena, first->line, second, &other_top, &other_raw);
    put_back(e, &lifted, first->day);
    const struct cash_candidate *best = first->candidate_count ? first->candidates : NULL;
    bool fits = best && best->category == CASH_MATCH &&
                !best->difference_count; /* to the cent: then far better odds, or not at all */
    if (!second->candidate_count || second->candidates[0].category != CASH_MATCH ||
        other_top * (1 - *top) <= *top * (1 - other_top) * (fits ? FAR_BETTER : 1))
        return first;
    *top = other_top, *raw = other_raw;
    second->without_guesses = true;
    return second;
}

struct cash_proposal cash_engine_match(struct cash_engine *engine, struct arena *arena, const struct cash_line *line)
{
    enum { WELL_EXPLAINED_PERCENT = 90 };
    struct cash_matching *m = ARENA_NEW(arena, struct cash_matching);
    double top = 0;
    float raw = 0;
    bool batch = rank(engine, arena, line, m, &top, &raw);
    if (!batch && top * 100 < WELL_EXPLAINED_PERCENT) m = look_again(m, &top, &raw);
    if (!m->candidate_count) return nothing_found(arena);
    struct cash_proposal p = { .model = engine->learned ? cash_learned_version(engine->learned) : 0 };
    size_t count = m->candidate_count < CASH_EXPLANATION_MAX ? m->candidate_count : CASH_EXPLANATION_MAX;
    struct cash_explanation *out = ARENA_ARRAY(arena, struct cash_explanation, count);
    double rest = 0;
    for (size_t i = 1; i < m->candidate_count; i++) rest += exp((double)m->candidates[i].score);
    for (size_t i = 0; i < count; i++)
        give(m, &m->candidates[i], i ? (1 - top) * exp((double)m->candidates[i].score) / (rest + 0.05) : top, &out[i]);
    if (out[0].category == CASH_UNRELATED && top < 0.5) out[0].category = CASH_UNKNOWN; /* no better than nothing found */
    p.explanations = out;
    p.count = count;
    p.why_not = cash_may_post(&engine->settings, m->candidates, m->candidate_count);
    if (p.why_not == CASH_AUTO && (m->without_guesses || must_wait(m))) p.why_not = CASH_WAITS;
    if (p.why_not == CASH_AUTO && m->other_name) p.why_not = CASH_NOT_SURE;
    int32_t precision = engine->settings.precision_ppm;
    if (p.why_not != CASH_AUTO) return p;
    if (!precision) p.why_not = CASH_AUTO_OFF;
    else if (!batch && !(!by_rules(engine, m) ? cash_sure_enough(engine->learned, raw, precision) : top * 1e6 >= precision))
        p.why_not = CASH_NOT_SURE;
    p.automatic = p.why_not == CASH_AUTO;
    return p;
}

struct cash_decision cash_decision_of(const struct cash_explanation *x)
{
    return (struct cash_decision){ .category = x->category,
                                   .party = x->party,
                                   .allocations = x->allocations,
                                   .allocation_count = x->allocation_count,
                                   .differences = x->differences,
                                   .difference_count = x->difference_count };
}

void cash_engine_rules_only(struct cash_engine *engine) { engine->learned = NULL; }

static const char *const category_names[CASH_CATEGORY_COUNT] = { "",          "match",       "duplicate", "on_account",
                                                                 "provider",  "debit_batch", "reversal",  "refund",
                                                                 "unrelated", "unknown" };
static const char *const difference_names[CASH_DIFFERENCE_COUNT] = {
    "",     "discount", "discount_late", "charge",     "rounding", "short",       "deduction",
    "over", "typo",     "net_of_vat",    "instalment", "contra",   "provider_fee"
};
static const char *const evidence_names[CASH_EVIDENCE_COUNT] = { "",
                                                                 "by_reference",
                                                                 "by_number",
                                                                 "by_digits",
                                                                 "by_bare",
                                                                 "by_tail",
                                                                 "by_range",
                                                                 "by_typo",
                                                                 "by_cut",
                                                                 "by_order",
                                                                 "by_end_to_end",
                                                                 "by_batch",
                                                                 "by_iban",
                                                                 "by_learned_iban",
                                                                 "by_name",
                                                                 "by_ultimate",
                                                                 "by_debtor_number",
                                                                 "by_family",
                                                                 "by_amount",
                                                                 "by_only_set",
                                                                 "by_oldest",
                                                                 "by_due",
                                                                 "by_month",
                                                                 "by_habit",
                                                                 "by_repeat",
                                                                 "by_word",
                                                                 "by_return_code",
                                                                 "other_sets",
                                                                 "named_not_in_set",
                                                                 "named_is_paid",
                                                                 "number_unknown",
                                                                 "elsewhere" };
static const char *const why_not_names[] = {
    "auto",       "not_sure",        "tie",   "contradicted", "difference_too_large",
    "incomplete", "nothing_to_post", "waits", "auto_off",     "early",
    "other_currency"
};

const char *cash_category_name(enum cash_category category) { return category_names[category]; }
const char *cash_difference_name(enum cash_difference_kind kind) { return difference_names[kind]; }
const char *cash_evidence_name(enum cash_evidence_kind kind) { return evidence_names[kind]; }
const char *cash_why_not_name(enum cash_why_not why) { return why_not_names[why]; }
