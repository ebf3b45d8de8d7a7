/* What happened to open items, by the day it counts from: an item from its own day, a settlement from the day it takes effect (never before
 * each of its items is there: verify proves it). So what was open on any day is the sum of the changes until then. Months that are over are
 * packed: their changes summed by party and due day, a few bytes each (docs/decisions/0012-months-that-are-over-are-packed.md).
 *
 * A pack is runs of numbers, seven bits a byte, the least first, the highest bit set on all but the last:
 *     party less the party before · how many · for each: due day less the one before · amount (both with their sign in the lowest bit) */
#include "ledger/ledger_private.h"
#include "ledger.sql.h"

struct aged_ask {
    account_id account_id;
    enum account_control control;
    struct date from_on, to_on;
    struct instant known_at;
};
static const char *const controls[] = { NULL, "receivables", "payables" };
RECORD(aged_ask, {
    ID(struct aged_ask, account_id, OPTIONAL),
    FIELD(struct aged_ask, control, CHOICES(controls), OPTIONAL),
    FIELD(struct aged_ask, from_on, OPTIONAL),
    FIELD(struct aged_ask, to_on, OPTIONAL),
    FIELD(struct aged_ask, known_at, OPTIONAL),
});
struct aged_row {
    party_id party_id;
    struct date due_on;
    int64_t base_minor;
    struct instant recorded_at;
};
RECORD(aged_row, { ID(struct aged_row, party_id), FIELD(struct aged_row, due_on), AMOUNT(struct aged_row, base_minor),
                   FIELD(struct aged_row, recorded_at, OPTIONAL) });
struct aged_month { account_id account_id; struct date month_on; int64_t change_count, known_at; struct str changes; };
RECORD(aged_month, { ID(struct aged_month, account_id), FIELD(struct aged_month, month_on),
                     FIELD(struct aged_month, change_count), FIELD(struct aged_month, known_at),
                     BYTES(struct aged_month, changes) });
LIST_STRUCT(aged_months, struct aged_month);
struct aged_least { int64_t least; };
RECORD(aged_least, { FIELD(struct aged_least, least) });
struct aged_account { account_id account_id; struct date month_on; }; /* month_on: of its first line */
LIST_STRUCT(aged_accounts, struct aged_account);
RECORD(aged_account, { ID(struct aged_account, account_id), FIELD(struct aged_account, month_on) });

enum { ENDLESS_ON = 99991231 };
static struct date month_of(struct date date) { return (struct date){ date.ymd / 100 * 100 + 1 }; }

/* ---- Packing ---- */

struct gathering {
    struct arena *arena;
    LIST_OF(struct aged_change) changes;
    int64_t count, known_at;
};

static struct fault *gather(void *context, const void *at)
{
    struct gathering *g = context;
    const struct aged_row *row = at;
    *LIST_ADD(g->arena, &g->changes) =
        (struct aged_change){ row->party_id, date_days(row->due_on), row->base_minor };
    if (row->recorded_at.us > g->known_at) g->known_at = row->recorded_at.us;
    g->count++;
    return NULL;
}

static int by_party_and_day(const void *left, const void *right)
{
    const struct aged_change *a = left, *b = right;
    if (a->party_id.n != b->party_id.n) return a->party_id.n < b->party_id.n ? -1 : 1;
    if (a->due_days != b->due_days) return a->due_days < b->due_days ? -1 : 1;
    return (a->base_minor > b->base_minor) - (a->base_minor < b->base_minor);
}

/* One for each party and day; what cancels out goes. Sums that do not fit stay apart. */
static size_t merge(struct aged_change *at, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct aged_change *last = kept ? &at[kept - 1] : NULL;
        bool same = last && last->party_id.n == at[i].party_id.n && last->due_days == at[i].due_days;
        int64_t sum;
        if (same && int_add(last->base_minor, at[i].base_minor, &sum)) last->base_minor = sum;
        else at[kept++] = at[i];
    }
    size_t left = 0;
    for (size_t i = 0; i < kept; i++)
        if (at[i].base_minor) at[left++] = at[i];
    return left;
}

static void put_number(struct text *t, uint64_t n)
{
    for (; n >= 0x80; n >>= 7) text_add_char(t, (char)(n | 0x80));
    text_add_char(t, (char)n);
}
static uint64_t folded(int64_t n) { return (uint64_t)n << 1 ^ (uint64_t)(n >> 63); }
static int64_t unfolded(uint64_t n) { return (int64_t)(n >> 1 ^ (0 - (n & 1))); }

static struct str pack(struct arena *arena, const struct aged_change *at, size_t count)
{
    struct text t = text_new(arena);
    int64_t party = 0, day = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && at[end].party_id.n == at[i].party_id.n;) end++;
        put_number(&t, (uint64_t)at[i].party_id.n - (uint64_t)party);
        put_number(&t, end - i);
        party = at[i].party_id.n;
        for (size_t k = i; k < end; k++) {
            put_number(&t, folded(at[k].due_days - day));
            put_number(&t, folded(at[k].base_minor));
            day = at[k].due_days;
        }
    }
    return text_str(&t);
}

static struct fault *month_make(struct work *work, struct arena *arena, account_id account, struct date month_on,
                                struct aged_month *out)
{
    struct gathering g = { .arena = arena };
    const struct aged_ask ask = { account, 0, month_on, date_month_end(month_on), { INT64_MAX / 2 } };
    TRY(db_each(work, &sql_aged_items, GIVEN(aged_ask, &ask), &aged_row_record, gather, &g));
    TRY(db_each(work, &sql_aged_settled, GIVEN(aged_ask, &ask), &aged_row_record, gather, &g));
    if (g.changes.count) qsort(g.changes.at, g.changes.count, sizeof *g.changes.at, by_party_and_day);
    size_t count = merge(g.changes.at, g.changes.count);
    *out = (struct aged_month){ account, month_on, g.count, g.known_at, pack(arena, g.changes.at, count) };
    return NULL;
}

/* The first month of an account that is over and has no pack; *found false when there is none. */
static struct fault *month_due(struct work *work, const struct aged_account *account, struct date *month_on, bool *found)
{
    const struct aged_ask ask = { .account_id = account->account_id };
    struct aged_months packed = { 0 };
    size_t at = 0;
    TRY(db_all(work, &sql_aged_packed, GIVEN(aged_ask, &ask), INTO_LIST(aged_month, &packed)));
    *found = false;
    for (struct date m = account->month_on; m.ymd < month_of(work->today).ymd; m = date_add_months(m, 1)) {
        while (at < packed.count && packed.at[at].month_on.ymd < m.ymd) at++;
        if (at < packed.count && packed.at[at].month_on.ymd == m.ymd) continue;
        *month_on = m;
        *found = true;
        return NULL;
    }
    return NULL;
}

/* In a transaction: packs one month of some account, if one is due. */
static struct fault *pack_one(struct work *work, const struct aged_accounts *accounts, bool *done)
{
    struct date month_on;
    *done = false;
    for (size_t i = 0; i < accounts->count && !*done; i++) {
        TRY(month_due(work, &accounts->at[i], &month_on, done));
        if (!*done) continue;
        struct aged_month made;
        struct arena *arena = arena_new((size_t)1 << 32);
        struct fault *fault = month_make(work, arena, accounts->at[i].account_id, month_on, &made);
        if (!fault) fault = db_run(work, &sql_aged_add, GIVEN(aged_month, &made));
        arena_free(arena);
        if (fault) return fault;
    }
    return NULL;
}

/* Whether there is one to do, by reading alone: nothing is written for nothing. */
static struct fault *is_due(struct work *work, int64_t least, struct aged_accounts *accounts, bool *due)
{
    struct date month_on;
    const struct aged_least ask = { least };
    *due = false;
    TRY(db_all(work, &sql_aged_accounts, GIVEN(aged_least, &ask), INTO_LIST(aged_account, accounts)));
    for (size_t i = 0; i < accounts->count && !*due; i++) TRY(month_due(work, &accounts->at[i], &month_on, due));
    return NULL;
}

struct fault *ledger_pack_due(struct work *work, struct books *books, int64_t least, int64_t limit, int64_t *packed)
{
    struct aged_accounts accounts = { 0 };
    bool due;
    *packed = 0;
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = is_due(work, least, &accounts, &due);
    db_rollback(work);
    work->reading = false;
    if (fault) return fault;
    while (due && *packed < limit) {
        TRY(db_begin(work, books));
        fault = pack_one(work, &accounts, &due);
        if (fault) {
            db_rollback(work);
            return fault;
        }
        TRY(db_commit(work));
        *packed += due;
    }
    return NULL;
}

/* ---- Reading ---- */

struct reading {
    struct work *work;
    struct fault *(*each)(void *context, const struct aged_change *change);
    void *context;
    struct date last_on;
    LIST_OF(struct aged_account) covered;
};

static bool get_number(const unsigned char **at, const unsigned char *end, uint64_t *n)
{
    *n = 0;
    for (int shift = 0; *at < end && shift < 64; shift += 7) {
        unsigned char c = *(*at)++;
        *n |= (uint64_t)(c & 0x7F) << shift;
        if (c < 0x80) return true;
    }
    return false;
}

static struct fault *broken(struct work *work)
{
    struct fault *fault = FAULT(work->arena, &db_broken, NULL);
    fault->detail = "a packed month can't be read";
    return fault;
}

static struct fault *unpack(struct reading *r, struct str bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.at, *end = at + bytes.length;
    struct aged_change change = { 0 };
    while (at < end) {
        uint64_t party, count, day, amount;
        if (!get_number(&at, end, &party) || !get_number(&at, end, &count)) return broken(r->work);
        change.party_id.n = (int64_t)((uint64_t)change.party_id.n + party);
        for (; count; count--) {
            if (!get_number(&at, end, &day) || !get_number(&at, end, &amount)) return broken(r->work);
            change.due_days = (int32_t)((uint32_t)change.due_days + (uint32_t)unfolded(day));
            change.base_minor = unfolded(amount);
            TRY(r->each(r->context, &change));
        }
    }
    return NULL;
}

static struct fault *read_pack(void *context, const void *at)
{
    struct reading *r = context;
    const struct aged_month *month = at;
    *LIST_ADD(r->work->arena, &r->covered) = (struct aged_account){ month->account_id, month->month_on };
    return unpack(r, month->changes);
}

static struct fault *read_row(void *context, const void *at)
{
    struct reading *r = context;
    const struct aged_row *row = at;
    const struct aged_change change = { row->party_id, date_days(row->due_on), row->base_minor };
    return r->each(r->context, &change);
}

static struct fault *read_days(struct reading *r, struct aged_ask *ask, struct date from_on, struct date to_on)
{
    ask->from_on = from_on;
    ask->to_on = to_on;
    if (from_on.ymd > to_on.ymd) return NULL;
    TRY(db_each(r->work, &sql_aged_items, GIVEN(aged_ask, ask), &aged_row_record, read_row, r));
    return db_each(r->work, &sql_aged_settled, GIVEN(aged_ask, ask), &aged_row_record, read_row, r);
}

/* The days of an account that no pack covers, until the last one. */
static struct fault *read_between(struct reading *r, struct aged_ask *ask, account_id account)
{
    struct date from_on = { 10101 };
    ask->account_id = account;
    for (size_t i = 0; i < r->covered.count; i++) {
        const struct aged_account *pack = &r->covered.at[i];
        if (pack->account_id.n != account.n) continue;
        TRY(read_days(r, ask, from_on, date_add_days(pack->month_on, -1)));
        from_on = date_add_days(date_month_end(pack->month_on), 1);
    }
    return read_days(r, ask, from_on, r->last_on);
}

struct fault *ledger_aged(struct work *work, enum account_control control, struct date as_of, struct instant known_at,
                          struct fault *(*each)(void *context, const struct aged_change *change), void *context)
{
    struct reading r = { .work = work, .each = each, .context = context, .last_on = as_of };
    struct aged_ask ask = { .control = control, .known_at = known_at.us ? known_at : (struct instant){ INT64_MAX / 2 } };
    struct aged_accounts accounts = { 0 };
    /* Packs of whole months until that day: the month it lies in counts when it is the last of it. */
    ask.to_on = as_of.ymd < ENDLESS_ON ? date_add_days(month_of(date_add_days(as_of, 1)), -1) : as_of;
    TRY(db_each(work, &sql_aged_months, GIVEN(aged_ask, &ask), &aged_month_record, read_pack, &r));
    TRY(db_all(work, &sql_aged_accounts_of, GIVEN(aged_ask, &ask), INTO_LIST(aged_account, &accounts)));
    for (size_t i = 0; i < accounts.count; i++) TRY(read_between(&r, &ask, accounts.at[i].account_id));
    return NULL;
}

/* ---- Proof ---- */

static bool same_pack(const struct aged_month *a, const struct aged_month *b)
{
    return a->change_count == b->change_count && a->known_at == b->known_at && a->changes.length == b->changes.length &&
           !memcmp(a->changes.at, b->changes.at, a->changes.length);
}

/* Each pack against one made anew from the rows of its month. */
struct fault *ledger_verify_aged(struct work *work, int64_t *count, int64_t *first_account)
{
    struct aged_months packed = { 0 };
    struct work own = *work;
    *count = *first_account = 0;
    TRY(db_all(work, &sql_aged_packed_all, NONE, INTO_LIST(aged_month, &packed)));
    own.arena = arena_new((size_t)1 << 32);
    struct fault *fault = NULL;
    for (size_t i = 0; i < packed.count && !fault; i++) {
        struct aged_month kept = { 0 }, made;
        fault = db_one(&own, &sql_aged_one, GIVEN(aged_month, &packed.at[i]), INTO(aged_month, &kept), &db_broken);
        if (!fault) fault = month_make(&own, own.arena, packed.at[i].account_id, packed.at[i].month_on, &made);
        if (fault) break;
        if (!same_pack(&kept, &made) && !(*count)++) *first_account = packed.at[i].account_id.n;
        arena_reset(own.arena);
    }
    if (fault) fault = fault_new(work->arena, fault->type, NULL, NULL, 0); /* of its own memory */
    arena_free(own.arena);
    return fault;
}
