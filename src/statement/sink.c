/* Finished lines: numbered, summed, known when equal, handed over; and the proof at the end of a statement. */
#include "statement/statement_private.h"

static const size_t SLACK = (size_t)3 << 20; /* the longest single text and what a fault needs */

/* A list doubles when it grows, so three times what the line holds is the most the next step can ask. */
bool sink_has_room(struct sink *s)
{
    size_t line = arena_used(s->line) - s->line_from;
    if (line > s->limits.line_memory / 3) return false;
    size_t kept = arena_used(s->keep) - s->keep_from;
    return kept + 2 * line + 16 * s->lines + SLACK <= s->keep_bound;
}

struct fault *sink_no_room(struct sink *s)
{
    return FAULT(s->keep, &input_too_large, NULL,
                 PARAM("limit", STR("what one line, or all of them together, may take in memory")));
}

struct statement *sink_begin(struct sink *s)
{
    ensure(!s->now);
    s->now = ARENA_NEW(s->keep, struct statement);
    s->told = false;
    s->balances.at = NULL;
    s->balances.count = s->balances.room = 0;
    s->now->number = s->now->page = s->now->message_page = s->now->legal_number = s->now->declared_count = -1;
    s->now->dialect = DIALECT_UNKNOWN;
    s->now->proof = PROOF_NONE;
    s->statements++;
    return s->now;
}

struct statement_line *sink_new_line(struct sink *s)
{
    s->line_from = arena_used(s->line);
    struct statement_line *line = ARENA_NEW(s->line, struct statement_line);
    line->status = STATUS_BOOK;
    line->batch_count = -1;
    return line;
}

struct statement_balance *sink_balance(struct sink *s)
{
    struct statement_balance *b = LIST_ADD(s->keep, &s->balances);
    s->now->balances = s->balances.at;
    s->now->balance_count = s->balances.count;
    return b;
}

/* ---- Equal lines ---- */

/* Seeded, so that nobody can write lines that crowd into one place. A fingerprint of zero is taken for one. */
static size_t scattered(const struct seen *seen, uint64_t fingerprint, size_t room)
{
    uint64_t h = (fingerprint ^ seen->seed) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h ^ (h >> 32)) & (room - 1);
}

static size_t seen_slot(const struct seen *seen, uint64_t fingerprint)
{
    size_t i = scattered(seen, fingerprint, seen->room);
    while (seen->all[i] && seen->all[i] != fingerprint) i = (i + 1) & (seen->room - 1);
    return i;
}

static size_t again_slot(const struct seen *seen, uint64_t fingerprint)
{
    size_t i = scattered(seen, fingerprint, seen->again_room);
    while (seen->again[i].count && seen->again[i].fingerprint != fingerprint) i = (i + 1) & (seen->again_room - 1);
    return i;
}

static void seen_grow(struct seen *seen)
{
    struct seen old = *seen;
    if (!seen->seed) random_bytes(&seen->seed, sizeof seen->seed);
    seen->room = old.room ? old.room * 2 : 64;
    seen->all = calloc(seen->room, sizeof *seen->all);
    ensure(seen->all);
    for (size_t i = 0; i < old.room; i++)
        if (old.all[i]) seen->all[seen_slot(seen, old.all[i])] = old.all[i];
    free(old.all);
}

static void again_grow(struct seen *seen)
{
    struct seen old = *seen;
    seen->again_room = old.again_room ? old.again_room * 2 : 16;
    seen->again = calloc(seen->again_room, sizeof *seen->again);
    ensure(seen->again);
    for (size_t i = 0; i < old.again_room; i++)
        if (old.again[i].count) seen->again[again_slot(seen, old.again[i].fingerprint)] = old.again[i];
    free(old.again);
}

static int32_t seen_add(struct seen *seen, uint64_t fingerprint)
{
    fingerprint += !fingerprint;
    if (4 * (seen->used + 1) > 3 * seen->room) seen_grow(seen);
    size_t i = seen_slot(seen, fingerprint);
    if (!seen->all[i]) {
        seen->all[i] = fingerprint;
        seen->used++;
        return 1;
    }
    if (4 * (seen->again_used + 1) > 3 * seen->again_room) again_grow(seen);
    struct again *a = &seen->again[again_slot(seen, fingerprint)];
    if (!a->count) seen->again_used++, *a = (struct again){ fingerprint, 1 };
    return ++a->count;
}

void seen_forget(struct seen *seen)
{
    free(seen->all);
    free(seen->again);
    *seen = (struct seen){ 0 };
}

/* ---- Lines ---- */

static struct fault *tell_start(struct sink *s)
{
    if (s->told) return NULL;
    s->told = true;
    if (!s->now->currency.length && s->balances.count) s->now->currency = s->balances.at[0].currency;
    return s->handler->on_statement_start ? s->handler->on_statement_start(s->context, s->now) : NULL;
}

static void add_up(struct statement *st, const struct statement_line *line)
{
    st->line_count++;
    st->problems |= line->problems;
    if (line->status != STATUS_BOOK) return;
    st->booked_count++;
    if (st->currency.length && line->currency.length && !str_equal(st->currency, line->currency)) {
        st->problems |= PROBLEM_CURRENCY;
        return;
    }
    int64_t *half = line->amount_minor < 0 ? &st->debit_minor : &st->credit_minor;
    bool fits = int_add(st->booked_minor, line->amount_minor, &st->booked_minor);
    if (!int_add(*half, line->amount_minor < 0 ? -line->amount_minor : line->amount_minor, half) || !fits)
        st->problems |= PROBLEM_AMOUNT;
}

static bool details_differ(const struct statement_line *line)
{
    int64_t charges = 0, whole;
    if (line->detail_count < 1 || !line->details[0].currency.length) return false;
    for (size_t i = 0; i < line->detail_count; i++)
        if (!str_equal(line->details[i].currency, line->currency)) return false; /* cannot be told */
    for (size_t i = 0; i < line->charge_count; i++)
        if (!line->charges[i].included && !int_add(charges, line->charges[i].amount_minor, &charges)) return true;
    if (line->details_minor == line->amount_minor) return false;
    return !int_add(line->details_minor, charges, &whole) || whole != line->amount_minor;
}

struct fault *sink_line(struct sink *s, struct statement_line *line)
{
    if (++s->lines > s->limits.lines) {
        struct str limit = str_format(s->keep, "%zu lines", s->limits.lines);
        return FAULT(s->keep, &input_too_large, NULL, PARAM("limit", limit));
    }
    if (!sink_has_room(s)) return sink_no_room(s);
    if (!line->payment) line->payment = ARENA_NEW(s->line, struct statement_payment);
    if (details_differ(line)) line->problems |= PROBLEM_DETAILS;
    line->number = (int32_t)(s->now->line_count + 1);
    line->occurrence = seen_add(&s->seen, line->fingerprint);
    TRY(tell_start(s));
    add_up(s->now, line);
    struct fault *fault = s->handler->on_line ? s->handler->on_line(s->context, s->now, line) : NULL;
    if (s->line != s->keep) arena_reset(s->line);
    s->line_from = arena_used(s->line);
    return fault;
}

/* ---- The proof ---- */

static const struct statement_balance *find_balance(const struct statement *st, enum balance_type type, bool interim)
{
    const struct statement_balance *found = NULL;
    for (size_t i = 0; i < st->balance_count; i++) {
        if (st->balances[i].type != type || st->balances[i].interim != interim) continue;
        if (type == BALANCE_OPENING && found) continue; /* the first opening, the last closing */
        found = &st->balances[i];
    }
    return found;
}

static void prove(struct statement *st)
{
    st->opening = find_balance(st, BALANCE_OPENING, false);
    st->closing = find_balance(st, BALANCE_CLOSING, false);
    if (!st->opening) st->opening = find_balance(st, BALANCE_OPENING, true);
    if (!st->closing) st->closing = find_balance(st, BALANCE_CLOSING, true);
    for (size_t i = 0; i < st->balance_count; i++) st->problems |= st->balances[i].problems;
    if (!st->opening != !st->closing && st->kind != STATEMENT_CAMT_052) st->problems |= PROBLEM_CUT_OFF;
    if (!st->opening || !st->closing) return;
    if (!str_equal(st->opening->currency, st->closing->currency)) {
        st->problems |= PROBLEM_CURRENCY;
        return;
    }
    int64_t expected;
    bool fits = int_add(st->opening->amount_minor, st->booked_minor, &expected) &&
                int_sub(st->closing->amount_minor, expected, &st->difference_minor);
    st->proof = fits && st->difference_minor == 0 ? PROOF_DONE : PROOF_BROKEN;
    if (st->proof == PROOF_BROKEN) st->problems |= PROBLEM_BALANCE;
}

struct fault *sink_end(struct sink *s)
{
    ensure(s->now);
    TRY(tell_start(s));
    prove(s->now);
    if (!s->now->currency.length && s->now->opening) s->now->currency = s->now->opening->currency;
    struct statement *st = s->now;
    s->now = NULL;
    seen_forget(&s->seen);
    if (!sink_has_room(s)) return sink_no_room(s);
    return s->handler->on_statement_end ? s->handler->on_statement_end(s->context, st) : NULL;
}

enum statement_follow statement_follows(const struct statement *previous, const struct statement *next, int64_t *missing_minor)
{
    *missing_minor = 0;
    if (!str_equal(previous->account, next->account)) return FOLLOWS_OTHER;
    if (previous->currency.length && next->currency.length && !str_equal(previous->currency, next->currency))
        return FOLLOWS_OTHER;
    bool same_page = previous->page == next->page && previous->message_page == next->message_page;
    bool same_id = previous->id.length && str_equal(previous->id, next->id) && same_page && previous->number == next->number;
    if (!previous->closing || !next->opening) return same_id ? FOLLOWS_REPEATS : FOLLOWS_UNKNOWN;
    if (!str_equal(previous->closing->currency, next->opening->currency)) return FOLLOWS_OTHER;
    if (previous->opening && next->closing && previous->opening->on.ymd == next->opening->on.ymd &&
        previous->closing->on.ymd == next->closing->on.ymd && previous->opening->amount_minor == next->opening->amount_minor &&
        previous->closing->amount_minor == next->closing->amount_minor && same_page &&
        (same_id || previous->line_count == next->line_count))
        return FOLLOWS_REPEATS;
    if (next->closing && next->closing->on.ymd && next->closing->on.ymd < previous->closing->on.ymd) return FOLLOWS_REPEATS;
    if (!int_sub(next->opening->amount_minor, previous->closing->amount_minor, missing_minor)) return FOLLOWS_UNKNOWN;
    return *missing_minor ? FOLLOWS_GAP : FOLLOWS;
}
