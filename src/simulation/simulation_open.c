/* What is open before and after: a decision moves just what it says, and taken back it leaves nothing behind. */
#include "simulation/simulation_private.h"

static int by_item(const void *a, const void *b)
{
    const struct open_rest *x = a, *y = b;
    return x->item < y->item ? -1 : x->item > y->item;
}

static void put_in_order(struct open_rests *rests)
{
    if (rests->count) qsort(rests->at, rests->count, sizeof *rests->at, by_item);
}

struct fault *sim_open(struct simulation *sim, struct open_rests *rests)
{
    static const enum account_control controls[] = { CONTROL_RECEIVABLES, CONTROL_PAYABLES };
    struct work work = sim_work(sim, PROGRAM);
    struct fault *fault = NULL;
    *rests = (struct open_rests){ 0 };
    work.reading = true;
    TRY(db_begin(&work, sim->books));
    for (size_t c = 0; c < ARRAY_LENGTH(controls) && !fault; c++) {
        struct open_items items = { 0 };
        fault = ledger_open_items(&work, controls[c], (party_id){ 0 }, &items);
        for (size_t i = 0; i < items.count; i++)
            *LIST_ADD(sim->scratch, rests) =
                (struct open_rest){ items.at[i].id.n, items.at[i].rest_minor, items.at[i].rest_base_minor,
                                    str_is(items.at[i].currency, "USD") };
    }
    db_rollback(&work);
    put_in_order(rests);
    return fault;
}

static struct fault *moved_wrongly(struct simulation *sim, const char *what, int64_t item, int64_t was, int64_t is,
                                   int64_t expected)
{
    return sim_wrong(sim, what,
                     str_format(sim->scratch, "item %lld was open for %lld, is for %lld, not for %lld", (long long)item,
                                (long long)was, (long long)is, (long long)expected));
}

struct fault *sim_same(struct simulation *sim, const struct open_rests *before, const char *what)
{
    struct open_rests after;
    TRY(sim_open(sim, &after));
    for (size_t i = 0, k = 0; i < before->count || k < after.count;) {
        static const struct open_rest none = { 0 };
        bool was = i < before->count && (k == after.count || before->at[i].item <= after.at[k].item);
        bool is = k < after.count && (i == before->count || after.at[k].item <= before->at[i].item);
        const struct open_rest *b = was ? &before->at[i++] : &none, *a = is ? &after.at[k++] : &none;
        if (a->rest_minor != b->rest_minor)
            return moved_wrongly(sim, what, was ? b->item : a->item, b->rest_minor, a->rest_minor, b->rest_minor);
        if (a->base_minor != b->base_minor)
            return moved_wrongly(sim, str_format(sim->scratch, "%s, in base", what).at, b->item, b->base_minor,
                                 a->base_minor, b->base_minor);
    }
    return NULL;
}

/* Items named in `moves` change by just that; others only appear whole or go whole, and `loose` is how much of them by currency. */
static struct fault *compare(struct simulation *sim, const struct open_rests *before, struct open_rests *moves,
                             const int64_t *held, const char *what)
{
    struct open_rests after;
    int64_t loose[2] = { 0 };
    size_t b = 0, a = 0, m = 0;
    TRY(sim_open(sim, &after));
    put_in_order(moves);
    while (b < before->count || a < after.count || m < moves->count) {
        int64_t item = INT64_MAX, was = 0, is = 0, move = 0;
        bool named = false, dollars = false;
        if (b < before->count) item = before->at[b].item;
        if (a < after.count && after.at[a].item < item) item = after.at[a].item;
        if (m < moves->count && moves->at[m].item < item) item = moves->at[m].item;
        if (b < before->count && before->at[b].item == item) was = before->at[b].rest_minor, dollars = before->at[b++].dollars;
        if (a < after.count && after.at[a].item == item) is = after.at[a].rest_minor, dollars = after.at[a++].dollars;
        for (; m < moves->count && moves->at[m].item == item; m++) named = true, move += moves->at[m].rest_minor;
        if (!named && was != is && (!was || !is)) loose[dollars] += is - was;
        else if (is != was + move) return moved_wrongly(sim, what, item, was, is, was + move);
    }
    for (int c = 0; c < 2; c++)
        if (held && loose[c] != held[c])
            return sim_wrong(sim, what,
                             str_format(sim->scratch, "%lld %s is held on account, not %lld", (long long)loose[c],
                                        c ? "USD" : "EUR", (long long)held[c]));
    return NULL;
}

static bool is_booked(struct str kind)
{
    static const char *const open[] = { "short", "over", "typo", "net_of_vat", "instalment", "contra" };
    for (size_t i = 0; i < ARRAY_LENGTH(open); i++)
        if (str_is(kind, open[i])) return false;
    return true;
}

static int64_t left_of(const struct cash_decide *parts, int64_t amount_minor)
{
    int64_t left = amount_minor;
    for (size_t i = 0; i < parts->shares.count; i++)
        left -= parts->shares.at[i].line_minor ? parts->shares.at[i].line_minor : parts->shares.at[i].amount_minor;
    for (size_t i = 0; i < parts->differences.count; i++)
        if (is_booked(parts->differences.at[i].kind)) left += parts->differences.at[i].amount_minor;
    for (size_t i = 0; i < parts->bookings.count; i++) left -= parts->bookings.at[i].amount_minor;
    return left;
}

struct fault *sim_left(struct simulation *sim, const struct cash_decided *decided, int64_t *left_minor)
{
    struct cash_decide parts = { 0 };
    TRY(record_from_json(sim->scratch, decided->parts, INTO(cash_decide, &parts)));
    *left_minor = left_of(&parts, decided->amount_minor);
    return NULL;
}

struct fault *sim_moved(struct simulation *sim, const struct open_rests *before, const struct decided_lines *decided, int sign,
                        const char *what)
{
    struct open_rests moves = { 0 };
    int64_t held[2] = { 0 };
    for (size_t i = 0; i < decided->count; i++) {
        struct cash_decide parts = { 0 };
        TRY(record_from_json(sim->scratch, decided->at[i]->parts, INTO(cash_decide, &parts)));
        for (size_t k = 0; k < parts.shares.count; k++)
            *LIST_ADD(sim->scratch, &moves) =
                (struct open_rest){ .item = parts.shares.at[k].item_id.n, .rest_minor = -sign * parts.shares.at[k].amount_minor };
        held[str_is(decided->at[i]->currency, "USD")] -= sign * left_of(&parts, decided->at[i]->amount_minor);
    }
    return compare(sim, before, &moves, held, what);
}

struct fault *sim_added(struct simulation *sim, const struct open_rests *before, struct open_rests *added, const char *what)
{
    static const int64_t none[2] = { 0 };
    return compare(sim, before, added, none, what);
}

struct fault *sim_undo(struct simulation *sim, struct awaited *a, const struct cash_decided *decided,
                       const char *reason, bool *done)
{
    struct open_rests before;
    const struct decided_lines one = { (const struct cash_decided *[]){ decided }, 1, 1 };
    TRY(sim_open(sim, &before));
    struct fault *fault =
        sim_ask(sim, RECEIVABLES, "cash undo",
                str_format(sim->scratch, "{\"id\":%lld,\"reason\":\"%s\"}", (long long)decided->id.n, reason), NULL);
    *done = !fault;
    if (fault && (fault->type->kind == FAULT_BROKEN || fault->type->kind == FAULT_UNREACHABLE)) return fault;
    if (fault) return sim_same(sim, &before, "a decision that could not be taken back left something");
    a->known = decided->id.n;
    a->undone = true;
    sim->counts.undone++;
    return sim_moved(sim, &before, &one, -1, "a decision was taken back");
}
