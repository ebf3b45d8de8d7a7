/* Ids: 47 bits of counter, 6 bits of node. The counter is the larger of the time (milliseconds since 2020, 64 to each)
 * and the last one + 1. db_node.high is written before a transaction that uses a counter below it commits, so whoever
 * takes the node later starts above everything that could have been used: uniqueness hangs on `high`, not on the lease
 * or any clock. */
#include <unistd.h>
#include "db/engine.h"
#include "db.sql.h"

enum { NODES = 64, BLOCK_FIRST = 1 << 17, BLOCK_MOST = 1 << 23 };
static const int64_t lease_us = INT64_C(300) * 1000000, renew_us = INT64_C(100) * 1000000, fresh_us = INT64_C(5) * 1000000;
static const int64_t start_2020_ms = INT64_C(1577836800) * 1000;

struct db_node { int64_t node, expires_at, high, expired_at; struct str holder; };
RECORD(db_node, { FIELD(struct db_node, node), FIELD(struct db_node, expires_at), FIELD(struct db_node, high),
                  FIELD(struct db_node, expired_at), FIELD(struct db_node, holder) });

void ids_open(struct ids *ids)
{
    uint8_t chance[16];
    pthread_mutex_init(&ids->lock, NULL);
    random_bytes(chance, sizeof chance);
    for (size_t i = 0; i < sizeof chance; i++) snprintf(ids->holder + 2 * i, 3, "%02x", chance[i]);
    ids->node = -1;
    ids->block = BLOCK_FIRST;
}

static int64_t counter_due(const struct ids *ids, struct instant now)
{
    int64_t ms = now.us / 1000 - start_2020_ms;
    if (ms < 0) ms = 0;
    ensure(ms < INT64_C(1) << 41);
    int64_t by_time = ms << 6;
    return by_time > ids->last ? by_time : ids->last + 1;
}

bool ids_due(struct books *books, struct instant now)
{
    struct ids *ids = &books->ids;
    pthread_mutex_lock(&ids->lock);
    bool due =
        ids->node < 0 || counter_due(ids, now) + ids->block / 2 > ids->high || clock_us() - ids->renewed_us > renew_us;
    pthread_mutex_unlock(&ids->lock);
    return due;
}

void ids_lost(struct books *books)
{
    pthread_mutex_lock(&books->ids.lock);
    books->ids.high = 0;
    pthread_mutex_unlock(&books->ids.lock);
}

/* Of a node whose lease runs: the one that ends first, unless it was taken or renewed just now. Programs that died leave such; a program
 * that lives notices at its next reservation and takes another, and `high` keeps their ids apart meanwhile. */
static size_t least_fresh(const struct db_node *nodes, size_t count, int64_t now)
{
    size_t first = 0;
    for (size_t i = 1; i < count; i++)
        if (nodes[i].expires_at < nodes[first].expires_at) first = i;
    return count && nodes[first].expires_at < now + lease_us - fresh_us ? first : count;
}

/* Some node whose lease is over, or one that was never used. *taken: nobody was quicker. */
static struct fault *node_take(struct work *work, struct db_node *node, int64_t room, bool *taken)
{
    LIST_OF(struct db_node) nodes = { 0 };
    int64_t now = instant_now().us, changed = 0;
    TRY(db_all(work, &sql_db_nodes, NONE, INTO_LIST(db_node, &nodes)));
    size_t i = 0;
    while (i < nodes.count && nodes.at[i].expires_at > now) i++;
    if (nodes.count >= NODES && i == nodes.count) i = least_fresh(nodes.at, nodes.count, now);
    int64_t least = node->high - room; /* the first counter that we would use */
    node->expires_at = now + lease_us;
    if (i < nodes.count) {
        node->node = nodes.at[i].node;
        node->expired_at = nodes.at[i].expires_at;
        if (nodes.at[i].high > least) node->high = nodes.at[i].high + room;
        TRY(db_run_count(work, &sql_db_node_take, GIVEN(db_node, node), &changed));
    } else if (nodes.count < NODES) {
        node->node = (int64_t)nodes.count; /* they are made one after the other and never removed */
        TRY(db_run_count(work, &sql_db_node_add, GIVEN(db_node, node), &changed));
    } else return FAULT(work->arena, &db_crowded, NULL, PARAM_INT(work->arena, "most", NODES));
    *taken = changed == 1;
    return NULL;
}

struct fault *ids_reserve(struct work *work)
{
    struct books *books = work->db->books;
    struct ids *ids = &books->ids;
    pthread_mutex_lock(&ids->lock);
    int64_t room = ids->block * 2, held = ids->node;
    struct db_node node = { .node = held, .holder = str_of(ids->holder), .high = counter_due(ids, work->now) + room };
    pthread_mutex_unlock(&ids->lock);
    bool done = false;
    if (held >= 0) {
        int64_t changed;
        node.expires_at = instant_now().us + lease_us;
        TRY(db_run_count(work, &sql_db_node_renew, GIVEN(db_node, &node), &changed));
        done = changed == 1; /* else: we slept so long that another took it */
    }
    bool another = !done;
    while (!done) TRY(node_take(work, &node, room, &done));
    pthread_mutex_lock(&ids->lock);
    if (another && node.high - room > ids->last) ids->last = node.high - room - 1;
    ids->node = node.node;
    ids->high = node.high;
    ids->renewed_us = clock_us();
    if (ids->block < BLOCK_MOST) ids->block *= 2;
    pthread_mutex_unlock(&ids->lock);
    work->db->reserved = true;
    return NULL;
}

static bool next_id(struct ids *ids, struct instant now, bool beyond, int64_t *id)
{
    pthread_mutex_lock(&ids->lock);
    int64_t counter = counter_due(ids, now);
    bool ours = ids->node >= 0 && counter < ids->high;
    ensure(counter < INT64_C(1) << 47);
    if (ours || beyond) {
        ids->last = counter;
        *id = counter << 6 | (ids->node < 0 ? 0 : ids->node);
    }
    pthread_mutex_unlock(&ids->lock);
    return ours || beyond;
}

int64_t id_before(struct instant at)
{
    int64_t ms = at.us / 1000 - start_2020_ms;
    return ms <= 0 ? 0 : ms << 12; /* 64 counters a millisecond, 6 bits of node */
}

int64_t id_new(struct work *work)
{
    int64_t id;
    ensure(work->db);
    struct books *books = work->db->books;
    if (next_id(&books->ids, work->now, false, &id)) return id;
    /* Without a reservation the transaction can't be kept; the id is then good for nothing but going on. */
    struct fault *fault = work->db->failed ? NULL : books->engine->reserve(work);
    if (fault) db_failed(work, fault);
    next_id(&books->ids, work->now, true, &id);
    return id;
}

/* Gives the node back with the counters that were not used. The books close: a refusal changes nothing. */
void ids_release(struct arena *arena, struct books *books)
{
    struct work work = { .arena = arena, .now = instant_now(), .system = true };
    struct ids *ids = &books->ids;
    struct db_node node = { .node = ids->node, .high = ids->last + 1, .holder = str_of(ids->holder) };
    if (ids->node < 0) return;
    struct fault *fault = db_begin(&work, books);
    if (fault) return;
    node.high = ids->last + 1 > node.high ? ids->last + 1 : node.high;
    node.node = ids->node;
    fault = db_run(&work, &sql_db_node_renew, GIVEN(db_node, &node));
    if (fault) db_rollback(&work);
    else if ((fault = db_commit(&work))) LOG(LOG_WARNING, "db.node_kept", LOG_INT("node", node.node));
}
