/* A candidate as numbers for the learned part, and a score from rules for when there is nothing learned. */
#include "cash/engine_private.h"
#include <math.h>

static float rate(uint32_t some, uint32_t all, uint32_t some_of_everyone, uint32_t all_of_everyone)
{
    double usual = ((double)some_of_everyone + 1) / ((double)all_of_everyone + 4);
    return (float)(((double)some + 2 * usual) / ((double)all + 2));
}

static float log_of(int64_t value) { return (float)log1p(value < 0 ? -(double)value : (double)value); }

static int round_of(int64_t amount)
{
    static const int64_t steps[] = { 100000, 10000, 5000, 1000, 100, 10 };
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++)
        if (amount % steps[i] == 0) return 6 - (int)i;
    return 0;
}

static void line_features(const struct cash_matching *m, float *f)
{
    uint32_t words = m->reading->words;
    size_t numbers = 0;
    for (size_t i = 0; i < m->reading->token_count; i++)
        numbers += !m->reading->tokens[i].joined && !m->reading->tokens[i].repaired &&
                   m->reading->tokens[i].kind == TOKEN_NUMBER && m->reading->tokens[i].digit_count >= 3;
    f[F_AMOUNT] = log_of(m->amount);
    f[F_ROUND] = (float)round_of(m->amount);
    f[F_TEXT] = (float)m->line->text.length;
    f[F_TOKENS] = (float)numbers;
    f[F_WORD_ACCOUNT] = (words & WORD_ON_ACCOUNT) != 0;
    f[F_WORD_INSTALMENT] = (words & WORD_INSTALMENT) != 0;
    f[F_WORD_DEDUCTION] = (words & (WORD_DEDUCTION | WORD_DISCOUNT)) != 0;
    f[F_WORD_CONTRA] = (words & WORD_CONTRA) != 0;
    f[F_WORD_RUNNING] = (words & WORD_RUNNING) != 0;
    f[F_WORD_REFUND] = (words & WORD_REFUND) != 0;
    f[F_WORD_OTHER] = (words & (WORD_TAX | WORD_INTEREST | WORD_OWNER)) != 0;
    f[F_WORD_STATEMENT] = (words & WORD_STATEMENT) != 0;
    f[F_WORD_REST] = (words & (WORD_REST | WORD_STORNO)) != 0;
    f[F_STRUCTURED] = m->line->reference.length ? 1 : 0;
}

static void payer_features(const struct cash_matching *m, const struct cash_candidate *c, float *f)
{
    const struct cash_payer_guess *g = c->guess >= 0 ? &m->payers[c->guess] : NULL;
    const struct cash_payer *account = m->account ? &m->engine->payers.at[m->account - 1] : NULL;
    size_t by_iban = 0;
    for (size_t i = 0; i < m->payer_count; i++) by_iban += m->payers[i].by_iban;
    f[F_PAYERS_BY_IBAN] = (float)by_iban;
    f[F_PAYER_RANK] = (float)c->guess;
    f[F_ACCOUNT_OTHER] = account ? log_of(account->unrelated + account->provider) - log_of(account->matched) : -1;
    if (!g) return;
    f[F_BY_IBAN] = g->by_iban;
    f[F_ON_FILE] = g->on_file;
    f[F_IBAN_COUNT] = log_of(g->iban_count);
    f[F_IBAN_SHARE] = g->by_iban && g->iban_lines ? (float)g->iban_count / (float)g->iban_lines : g->on_file ? 1 : 0;
    f[F_NAME] = (float)g->name_likeness;
    f[F_ULTIMATE] = g->by_ultimate;
    f[F_DEBTOR] = g->by_debtor;
    f[F_FAMILY] = g->by_family;
    const struct cash_habit *h = &m->engine->parties.at[c->party].habit;
    f[F_SINCE_LAST] = h->last_day ? (float)(m->day - h->last_day) : 400;
}

static bool in_set(const struct cash_candidate *c, uint32_t item)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i] == item) return true;
    return false;
}

static bool overlap(size_t a_start, size_t a_length, size_t b_start, size_t b_length)
{
    return a_start < b_start + b_length && b_start < a_start + a_length;
}

/* Does the text name an item of the set in this place: exactly, or at all? */
static bool set_named_at(const struct cash_matching *m, const struct cash_candidate *c, const struct cash_mention *at,
                         bool exactly)
{
    for (size_t i = 0; i < m->named.count; i++) {
        const struct cash_naming *n = &m->named.at[i];
        if (n->token < 0 || !in_set(c, n->item)) continue;
        if (exactly && (n->kind == CASH_BY_TYPO || n->kind == CASH_BY_CUT || n->kind == CASH_BY_TAIL)) continue;
        if (overlap(m->reading->tokens[n->token].start, m->reading->tokens[n->token].length, at->start, at->length)) return true;
    }
    return false;
}

static bool is_listed(const struct cash_matching *m, uint32_t item)
{
    const struct cash_naming *n = cash_named(m, item);
    return n && n->quality >= 70 && n->kind != CASH_BY_TYPO;
}

/* Of the set, what the text passes over: not named, and its number lies between numbers that are. A list that was cut off goes on behind its
 * last number; what it left out before that was not meant. */
static int skipped(const struct cash_matching *m, const struct cash_candidate *c)
{
    uint64_t first = UINT64_MAX, last = 0;
    int count = 0;
    if (m->reading->has_range) return 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct cash_known_item *item = &m->engine->items.at[c->items[i]];
        if (!is_listed(m, c->items[i])) continue;
        if (item->sequence < first) first = item->sequence;
        if (item->sequence > last) last = item->sequence;
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct cash_known_item *item = &m->engine->items.at[c->items[i]];
        count += item->open > 0 && item->sequence > first && item->sequence < last && !is_listed(m, c->items[i]);
    }
    return count;
}

struct naming_sum { int named, weak, best, least, missed, missed_weak, paid, elsewhere; bool token_used[TOKENS_MAX]; };

/* What the text names of this payer: in the set, or left out by it. */
static void sum_named(const struct cash_matching *m, const struct cash_candidate *c, struct naming_sum *s)
{
    for (size_t i = 0; i < m->named.count; i++) {
        const struct cash_naming *n = &m->named.at[i];
        if (!in_set(c, n->item)) continue;
        s->named += n->quality >= 45;
        s->weak += n->quality < 45;
        if (n->quality > s->best) s->best = n->quality;
        if (n->quality < s->least) s->least = n->quality;
        if (n->token >= 0) s->token_used[n->token] = true;
    }
    for (size_t i = 0; i < m->named.count; i++) {
        const struct cash_naming *n = &m->named.at[i];
        if (in_set(c, n->item) || (n->token >= 0 && s->token_used[n->token])) continue;
        bool same = m->engine->items.at[n->item].party == c->party;
        if (n->quality >= 70 && same && n->kind != CASH_BY_RANGE) s->missed++;
        else if (n->quality >= 45) s->missed_weak++;
    }
}

/* Numbers of items that are settled already, or another party's. */
static void sum_mentions(const struct cash_matching *m, const struct cash_candidate *c, struct naming_sum *s)
{
    const struct cash_engine *e = m->engine;
    for (size_t i = 0; i < m->reading->mention_count; i++) {
        const struct cash_mention *x = &m->reading->mentions[i];
        const struct cash_known_item *item = &e->items.at[x->item];
        if (in_set(c, x->item)) continue;
        bool same = item->party == c->party;
        for (size_t k = 0; k < c->count && !same; k++) same = e->items.at[c->items[k]].party == item->party;
        if (x->quality < 85 && (!same || item->open != 0 || set_named_at(m, c, x, true))) continue; /* a bare number of its own that is settled counts too */
        if (same && item->open == 0) s->paid++;
        else if (!same && !set_named_at(m, c, x, false)) s->elsewhere++; /* one typing error away from an item of the set: that is what was meant */
    }
}

/* A number that names an item of the payer which this explanation leaves out, or which is settled: never posted by itself. */
static void named_features(const struct cash_matching *m, struct cash_candidate *c, float *f)
{
    struct naming_sum s = { .least = 100 };
    const struct cash_reading *r = m->reading;
    int unexplained = 0;
    sum_named(m, c, &s);
    sum_mentions(m, c, &s);
    for (size_t t = 0; t < r->token_count; t++)
        unexplained += !s.token_used[t] && !r->tokens[t].used && !r->tokens[t].joined && !r->tokens[t].repaired &&
                       r->tokens[t].kind == TOKEN_NUMBER && r->tokens[t].digit_count >= 4;
    c->named = s.named;
    c->weakly_named = s.weak;
    c->best_quality = s.best;
    c->contradicted = c->category == CASH_MATCH && (s.missed || s.paid);
    f[F_NAMED] = (float)s.named;
    f[F_NAMED_SHARE] = c->count ? (float)s.named / (float)c->count : 0;
    f[F_BEST_QUALITY] = (float)s.best;
    f[F_LEAST_QUALITY] = s.best ? (float)s.least : -1;
    f[F_UNNAMED] = (float)((int)c->count - s.named - s.weak);
    f[F_SKIPPED] = (float)skipped(m, c);
    c->passed_over = f[F_SKIPPED] > 0 && r->truncated;
    f[F_MISSED_STRONG] = (float)s.missed;
    f[F_MISSED_WEAK] = (float)s.missed_weak;
    f[F_PAID_NAMED] = (float)s.paid;
    f[F_ELSEWHERE] = (float)s.elsewhere;
    f[F_UNEXPLAINED] = (float)unexplained;
}

static void difference_features(const struct cash_matching *m, const struct cash_candidate *c, float *f)
{
    const struct cash_habit *h = &m->engine->parties.at[c->party].habit, *all = &m->engine->everyone;
    int64_t gap = 0;
    for (size_t i = 0; i < c->difference_count; i++) gap += c->differences[i].amount_minor;
    int offered = 0;
    for (size_t i = 0; i < c->count; i++) offered += cash_item_discount(&m->engine->items.at[c->items[i]], m->day, 0) > 0;
    f[F_DIFFERENCE] = c->difference_count ? (float)c->differences[0].kind + (c->difference_count > 1 ? 20 : 0) : 0;
    f[F_DIFFERENCE_SIZE] = gap < 0 ? -log_of(gap) : log_of(gap);
    f[F_DIFFERENCE_SHARE] = m->amount ? (float)gap / (float)m->amount : 0;
    f[F_EXACT] = cash_is_set(c->category) && !c->difference_count;
    f[F_DISCOUNT_OFFERED] = (float)offered;
    f[F_DISCOUNT_HABIT] = rate(h->discount_taken, h->discount_offered, all->discount_taken, all->discount_offered);
    f[F_DISCOUNT_LATE_HABIT] =
        rate(h->discount_late_taken, h->discount_late_offered, all->discount_late_taken, all->discount_late_offered);
    f[F_CHARGE_HABIT] = rate(h->charge, h->lines, all->charge, all->lines);
    f[F_DEDUCTION_HABIT] = (float)(h->deduction_same > 9 ? 9 : h->deduction_same);
    f[F_ROUNDING_HABIT] = rate(h->rounding, h->lines, all->rounding, all->lines);
}

/* ---- How the set lies in the party's list of open items ---- */

struct end { int32_t day; uint64_t sequence; };
struct shape { struct end due_first, due_last, issue_first, issue_last; int positives, credits; };

static bool before(const struct end *a, const struct end *b)
{
    return a->day != b->day ? a->day < b->day : a->sequence < b->sequence;
}

enum { ALL_PARTIES = -1 };
static void shape_of(const struct cash_matching *m, const struct cash_candidate *c, int64_t party, struct shape *s)
{
    *s = (struct shape){ .due_first = { INT32_MAX, 0 }, .due_last = { INT32_MIN, 0 }, .issue_first = { INT32_MAX, 0 },
                         .issue_last = { INT32_MIN, 0 } };
    for (size_t i = 0; i < c->count; i++) {
        const struct cash_known_item *item = &m->engine->items.at[c->items[i]];
        const struct end due = { item->due, item->sequence }, issue = { item->issued, item->sequence };
        if (party != ALL_PARTIES && item->party != party) continue;
        if (item->open < 0) { s->credits++; continue; }
        s->positives++;
        if (before(&s->due_last, &due)) s->due_last = due;
        if (before(&due, &s->due_first)) s->due_first = due;
        if (before(&s->issue_last, &issue)) s->issue_last = issue;
        if (before(&issue, &s->issue_first)) s->issue_first = issue;
    }
}

static bool in_month(const struct cash_known_item *item, int month)
{
    return month && date_from_days(item->issued).ymd / 100 % 100 == month;
}

/* Does the text mean this item rather than the other? Not when it names the other as well, be it by the same signs or by a range; nor by a
 * short number in which a letter had to be read as a digit. */
static bool tells_apart(const struct cash_matching *m, uint32_t own, uint32_t other)
{
    enum { LONG_ENOUGH = 5, CLEARLY_BETTER = 10 };
    const struct cash_naming *n = cash_named(m, own), *o = cash_named(m, other);
    if (!n || n->quality < 45) return false;
    const struct cash_token *t = n->token < 0 ? NULL : &m->reading->tokens[n->token];
    if (t && t->repaired && t->digit_count < LONG_ENOUGH) return false;
    if (!o || (o->kind == CASH_BY_RANGE && n->kind != CASH_BY_RANGE)) return true; /* the end of a range is named, what lies in it is not */
    return o->quality + CLEARLY_BETTER <= n->quality;
}

/* Could `other`, which the set leaves out, stand in for `own` by everything that a person could see? The same amount to the cent (and the
 * same discount where one is taken), and nothing that tells them apart: no name in the text, no month named that is the one's and not the
 * other's. */
static bool stands_in(const struct cash_matching *m, const struct cash_candidate *c, uint32_t other, uint32_t own)
{
    const struct cash_known_item *a = &m->engine->items.at[own], *b = &m->engine->items.at[other];
    if (b->open + b->reserved != a->open || b->issued > m->day || b->currency != a->currency || tells_apart(m, own, other))
        return false;
    bool discount = c->difference_count &&
                    (c->differences[0].kind == CASH_DISCOUNT || c->differences[0].kind == CASH_DISCOUNT_LATE);
    if (discount && cash_item_discount(a, m->day, CASH_LATE_DAYS) != cash_item_discount(b, m->day, CASH_LATE_DAYS)) return false;
    return !in_month(a, m->reading->month) || in_month(b, m->reading->month);
}

/* Equal strength: one of the set could be exchanged for an equal one outside it, and only its age would differ. Age alone tells nobody for
 * certain which was meant, whatever the payer's habit; it does where the exchange for a younger one would leave a hole in what is otherwise
 * everything from one day to another. */
static bool is_tie(const struct cash_matching *m, const struct cash_candidate *c, uint32_t other, uint32_t own, bool whole)
{
    bool older = cash_item_order(&m->engine->items.at[own], &m->engine->items.at[other]) < 0;
    return !older || c->count == 1 || !whole;
}

/* Items of `items` that could stand in for one of the set; of those, the ones that are older; and whether one makes it a tie. */
struct equals { int count, before; bool tied; };
static void count_equals(const struct cash_matching *m, const struct cash_candidate *c, const uint32_t *items, size_t count,
                         bool whole, struct equals *e)
{
    for (size_t i = 0; i < count; i++) {
        if (in_set(c, items[i])) continue;
        for (size_t k = 0; k < c->count; k++) {
            const struct cash_known_item *own = &m->engine->items.at[c->items[k]], *other = &m->engine->items.at[items[i]];
            if (own->party != other->party || !stands_in(m, c, items[i], c->items[k])) continue;
            e->count++;
            e->before += cash_item_order(other, own) < 0;
            e->tied |= is_tie(m, c, items[i], c->items[k], whole);
            break;
        }
    }
}

/* Among what this party owes: a head office pays for each subsidiary up to a day of its own. */
static bool tied_in(const struct cash_matching *m, const struct cash_candidate *c, uint32_t party)
{
    const struct cash_known_party *p = &m->engine->parties.at[party];
    struct shape s;
    struct equals equal = { 0 };
    int due_holes = 0, issue_holes = 0;
    shape_of(m, c, party, &s);
    for (size_t i = 0; i < p->open_count; i++) {
        const struct cash_known_item *item = &m->engine->items.at[p->open[i]];
        const struct end due = { item->due, item->sequence }, issue = { item->issued, item->sequence };
        if (item->issued > m->day || item->open < 0 || in_set(c, p->open[i])) continue;
        due_holes += before(&due, &s.due_last) && before(&s.due_first, &due);
        issue_holes += before(&issue, &s.issue_last) && before(&s.issue_first, &issue);
    }
    bool whole = s.positives > 1 && (!due_holes || !issue_holes); /* of one invoice, with credit notes or without, age tells nothing */
    count_equals(m, c, p->open, p->open_count, whole, &equal);
    count_equals(m, c, p->held, p->held_count, whole, &equal); /* what waiting lines are thought to settle may just as well be this line's */
    return equal.tied;
}

static bool tied(const struct cash_matching *m, const struct cash_candidate *c)
{
    for (size_t i = 0; i < c->count; i++) {
        uint32_t party = m->engine->items.at[c->items[i]].party;
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++) seen = m->engine->items.at[c->items[k]].party == party;
        if (!seen && tied_in(m, c, party)) return true;
    }
    return false;
}

static void order_features(const struct cash_matching *m, struct cash_candidate *c, float *f)
{
    const struct cash_engine *e = m->engine;
    const struct cash_known_party *party = &e->parties.at[c->party];
    struct shape s;
    shape_of(m, c, ALL_PARTIES, &s);
    int left_due = 0, left_issue = 0, credits_left = 0, open = 0, due_left = 0, same_day = 0;
    bool first_in = false, partial = false;
    for (size_t i = 0; i < party->open_count; i++) {
        const struct cash_known_item *item = &e->items.at[party->open[i]];
        const struct end due = { item->due, item->sequence }, issue = { item->issued, item->sequence };
        if (item->issued > m->day || (item->on_account && m->sets != CASH_REFUND)) continue;
        bool in = in_set(c, party->open[i]);
        partial |= in && item->open != item->total;
        if (item->open < 0) { credits_left += !in; continue; }
        if (!open++) first_in = in;
        if (in) continue;
        left_due += before(&due, &s.due_last);
        left_issue += before(&issue, &s.issue_last);
        due_left += item->due <= m->day;
        same_day += item->due == s.due_last.day && item->sequence > s.due_last.sequence;
    }
    struct equals equal = { 0 };
    count_equals(m, c, party->open, party->open_count, false, &equal);
    size_t inside = 0;
    for (size_t i = 0; i < c->count; i++) inside += in_month(&e->items.at[c->items[i]], m->reading->month);
    f[F_MONTH] = !m->reading->month ? -1 : c->count ? (float)inside / (float)c->count : 0;
    f[F_SIZE] = (float)c->count;
    f[F_CREDITS] = (float)s.credits;
    f[F_LEFT_OUT] = (float)left_due;
    f[F_LEFT_OUT_SHARE] = s.positives ? (float)left_due / (float)(left_due + s.positives) : 0;
    f[F_PREFIX] = left_due == 0;
    f[F_PREFIX_ISSUE] = (float)left_issue;
    f[F_BOUNDARY] = (float)same_day;
    f[F_OLDEST] = first_in;
    f[F_EQUALS] = (float)equal.count;
    f[F_OLDEST_EQUAL] = (float)equal.before;
    f[F_CREDITS_LEFT] = (float)credits_left;
    f[F_OPEN] = (float)open;
    f[F_EVERYTHING_DUE] = (float)due_left;
    f[F_PARTIAL] = partial;
    c->tied = tied(m, c);
}

static void timing_features(const struct cash_matching *m, const struct cash_candidate *c, float *f)
{
    const struct cash_engine *e = m->engine;
    const struct cash_habit *h = &e->parties.at[c->party].habit, *all = &e->everyone;
    int64_t late = 0, count = 0;
    int32_t since = 4000, ahead = -4000, parties = 0;
    bool collected = false;
    uint32_t other = UINT32_MAX;
    for (size_t i = 0; i < c->count; i++) {
        const struct cash_known_item *item = &e->items.at[c->items[i]];
        if (item->party != c->party && item->party != other) other = item->party, parties++;
        collected |= item->collect == CASH_DIRECT_DEBIT || item->collect == CASH_PAYMENT_LINK;
        if (item->open < 0) continue;
        late += m->day - item->due;
        count++;
        if (m->day - item->issued < since) since = m->day - item->issued;
        if (item->due - m->day > ahead) ahead = item->due - m->day;
    }
    double n = (double)h->lag_count + 2,
           mean = ((double)h->lag_sum + 2 * (all->lag_count ? (double)all->lag_sum / (double)all->lag_count : 0)) / n;
    double square = ((double)h->lag_square + 2 * (100 + mean * mean)) / n,
           spread = sqrt(square - mean * mean > 1 ? square - mean * mean : 1);
    double own = count ? (double)late / (double)count : 0;
    f[F_LATE] = (float)own;
    f[F_LATE_ODD] = count ? (float)((own - mean) / spread) : 0;
    f[F_SINCE_ISSUE] = (float)since;
    f[F_AHEAD] = (float)ahead;
    f[F_PARTIES] = (float)parties;
    f[F_COLLECT] = collected;
}

/* How likely it is that this payer leaves out, or takes along, what his rule does not expect: of all that he did so far. */
static double odd_of(uint32_t odd, uint32_t usual, uint32_t odd_of_everyone, uint32_t usual_of_everyone)
{
    enum { DOUBT = 2 };
    double all = ((double)odd_of_everyone + 1) / ((double)odd_of_everyone + (double)usual_of_everyone + 10);
    return ((double)odd + DOUBT * all) / ((double)odd + (double)usual + DOUBT);
}

struct run_sum { struct cash_rule rule; int beyond, within; int32_t furthest; };

/* What the set takes of this party's open items, and what it leaves, against the party's own rule. */
static double run_chance(const struct cash_matching *m, const struct cash_candidate *c, uint32_t index, struct run_sum *sum)
{
    const struct cash_engine *e = m->engine;
    const struct cash_known_party *party = &e->parties.at[index];
    const struct cash_rule *own = cash_rule_of(&party->habit), *all = &e->everyone.by_reach;
    struct cash_rule now = { 0 };
    bool credit = false, credit_used = false;
    int32_t days;
    for (size_t k = 0; k < party->open_count; k++) {
        const struct cash_known_item *item = &e->items.at[party->open[k]];
        bool in = in_set(c, party->open[k]);
        if (item->issued >= m->day || item->on_account) continue;
        if (item->open < 0) credit = true, credit_used |= in;
        if (item->open <= 0 || (item->open != item->total && !in)) continue;
        if (!cash_would_take(&party->habit, item, m->day, &days)) return 0;
        ++*(days <= 0 ? in ? &now.taken : &now.left : in ? &now.beyond : &now.later);
        if (in && days > sum->furthest) sum->furthest = days;
    }
    sum->beyond += (int)now.beyond;
    sum->within += (int)now.left;
    double left = odd_of(own->left, own->taken, all->left, all->taken),
           beyond = odd_of(own->beyond, own->later, all->beyond, all->later);
    double used = (double)rate(party->habit.credit_used, party->habit.credit_there, e->everyone.credit_used,
                               e->everyone.credit_there);
    double chance =
        now.taken * log(1 - left) + now.left * log(left) + now.beyond * log(beyond) + now.later * log(1 - beyond);
    return chance + (credit ? log(credit_used ? used : 1 - used) : 0);
}

/* Against what this payer's runs took along so far: items further ahead than ever, items he would have taken and did not. */
static void reach_features(const struct cash_matching *m, struct cash_candidate *c, float *f)
{
    struct run_sum sum = { .furthest = -100 };
    double chance = 0;
    for (size_t i = 0; i < c->count; i++) {
        uint32_t party = m->engine->items.at[c->items[i]].party;
        bool before = false;
        for (size_t k = 0; k < i && !before; k++) before = m->engine->items.at[c->items[k]].party == party;
        if (!before) chance += run_chance(m, c, party, &sum);
    }
    f[F_BEYOND] = (float)sum.beyond;
    f[F_WITHIN] = (float)sum.within;
    f[F_REACH] = (float)sum.furthest;
    c->chance = chance;
}

/* By how much another explanation of the same line, that comes to the amount as well, is likelier by what this payer usually takes. */
void cash_rival_chances(struct cash_matching *m)
{
    enum { FAR = 20 };
    double best = -INFINITY;
    for (size_t i = 0; i < m->candidate_count; i++) {
        const struct cash_candidate *c = &m->candidates[i];
        if (c->category == CASH_MATCH && c->chance < 0 && c->chance > best) best = c->chance;
    }
    for (size_t i = 0; i < m->candidate_count; i++) {
        struct cash_candidate *c = &m->candidates[i];
        double behind = best - c->chance;
        if (c->category == CASH_MATCH && c->chance < 0) c->features[F_LIKELIER] = behind > FAR ? FAR : (float)behind;
    }
}

static void habit_features(const struct cash_matching *m, const struct cash_candidate *c, float *f)
{
    const struct cash_habit *h = &m->engine->parties.at[c->party].habit, *all = &m->engine->everyone;
    f[F_HABIT_NONE] = rate(h->style[STYLE_NONE], h->lines, all->style[STYLE_NONE], all->lines);
    f[F_HABIT_NAMED] = rate(h->all_named, h->lines, all->all_named, all->lines);
    f[F_HABIT_OLDEST] = rate(h->oldest, h->unnamed, all->oldest, all->unnamed);
    f[F_HABIT_RUNNING] = rate(h->running, h->lines, all->running, all->lines);
    f[F_HABIT_SEVERAL] = rate(h->several, h->lines, all->several, all->lines);
    f[F_HABIT_LINES] = log_of(h->lines);
    f[F_CREDIT_HABIT] = rate(h->credit_used, h->credit_there, all->credit_used, all->credit_there);
}

static void rival_features(const struct cash_matching *m, struct cash_candidate *c, float *f)
{
    const struct cash_scope *s = NULL;
    size_t exact = 0;
    for (size_t i = 0; i < m->scope_count; i++)
        if (m->scopes[i].guess == c->guess && (!s || (f[F_PARTIES] > 0 && m->scopes[i].family))) s = &m->scopes[i];
    for (size_t i = 0; i < m->candidate_count; i++)
        exact += m->candidates[i].category == CASH_MATCH && &m->candidates[i] != c && !m->candidates[i].difference_count;
    c->sets_counted = s && s->sets_counted;
    if (c->sets_counted) c->other_sets = s->other_sets > 0 && f[F_EXACT] > 0 ? s->other_sets - 1 : s->other_sets;
    f[F_OTHER_SETS] = c->sets_counted ? log_of(c->other_sets) : -1;
    f[F_SMALL_SETS] = s ? (float)s->small_sets : 0;
    f[F_EXACT_RIVALS] = (float)exact;
    f[F_REPEAT] = m->repeat ? (float)(m->day - m->engine->repeats.at[m->repeat - 1].day) : m->paid_named ? -1 : -2;
}

void cash_features(struct cash_matching *m, struct cash_candidate *c)
{
    float *f = c->features;
    memset(f, 0, sizeof c->features);
    f[F_MATCH] = c->category == CASH_MATCH;
    f[F_DUPLICATE] = c->category == CASH_DUPLICATE;
    f[F_ON_ACCOUNT] = c->category == CASH_ON_ACCOUNT;
    f[F_BATCH] = c->category == CASH_PROVIDER || c->category == CASH_DEBIT_BATCH || c->category == CASH_REVERSAL
                     ? (c->complete ? 1 : -1)
                     : 0;
    f[F_UNRELATED] = c->category == CASH_UNRELATED;
    line_features(m, f);
    f[F_ORIGIN] = (float)(c->origin & (FROM_SINGLE | FROM_PREFIX | FROM_ISSUE | FROM_WINDOW | FROM_DROP | FROM_SOLVER));
    if (m->engine->parties.count) {
        payer_features(m, c, f);
        named_features(m, c, f);
        difference_features(m, c, f);
        order_features(m, c, f);
        timing_features(m, c, f);
        reach_features(m, c, f);
        habit_features(m, c, f);
    }
    rival_features(m, c, f);
}
