#include "outbox/outbox.h"
#include "outbox.sql.h"

const struct fault_type outbox_missing = { FAULT_MISSING, "outbox.missing", "There is no message {id} in the outbox." };
const struct fault_type outbox_changed = {
    FAULT_CONFLICT, "outbox.changed", "Message {id} has been moved by somebody else; read it again."
};
const struct fault_type outbox_not_movable = {
    FAULT_CONFLICT, "outbox.not_movable", "A message that is {state} can't be {event}."
};

enum { ATTEMPTS_MOST = 10, PAYLOAD_MAX = 1000000, ERROR_MAX = 500 };
#define FIRST_PAUSE_US (INT64_C(60) * 1000000)
#define LONGEST_PAUSE_US (INT64_C(6) * 3600 * 1000000)

static const char *const state_names[OUTBOX_STATE_COUNT] = { NULL,        "queued", "handed_over",
                                                             "delivered", "failed", "bounced" };
static const char *const event_names[OUTBOX_EVENT_COUNT] = { NULL,     "handed over", "delivered",
                                                             "failed", "bounced",     "sent again" };

static const char *const states_said[OUTBOX_STATE_COUNT] = { NULL, "queued", "handed over", "delivered", "failed", "bounced" };

/* What is not listed is refused. */
static const enum outbox_state moves[OUTBOX_EVENT_COUNT][OUTBOX_STATE_COUNT] = {
    [OUTBOX_HAND_OVER] = { [OUTBOX_QUEUED] = OUTBOX_HANDED_OVER },
    [OUTBOX_DELIVER] = { [OUTBOX_QUEUED] = OUTBOX_DELIVERED, [OUTBOX_HANDED_OVER] = OUTBOX_DELIVERED },
    [OUTBOX_FAIL] = { [OUTBOX_QUEUED] = OUTBOX_FAILED },
    [OUTBOX_BOUNCE] = { [OUTBOX_HANDED_OVER] = OUTBOX_BOUNCED, [OUTBOX_DELIVERED] = OUTBOX_BOUNCED },
    [OUTBOX_RETRY] = { [OUTBOX_FAILED] = OUTBOX_QUEUED, [OUTBOX_BOUNCED] = OUTBOX_QUEUED },
};
enum outbox_state outbox_next(enum outbox_event event, enum outbox_state from) { return moves[event][from]; }

/* ---- What goes in and out of the table ---- */

struct outbox_row {
    outbox_id id;
    struct str kind;
    unsigned state;
    struct instant available_at;
    int64_t attempts, attempts_most;
    struct str last_error, reference;
    struct instant created_at, finished_at;
    int64_t version;
    struct str title, recipient; /* of a message to people */
};
LIST_STRUCT(outbox_rows, struct outbox_row);
RECORD(outbox_row, {
    ID(struct outbox_row, id),
    FIELD(struct outbox_row, kind, .max = 50, .filter = true, .about = "mail, webhook, …"),
    FIELD(struct outbox_row, state, CHOICES(state_names), .filter = true,
          .about = "failed and bounced wait for a person"),
    FIELD(struct outbox_row, available_at, .filter = true, .sort = true, .about = "not sent before"),
    FIELD(struct outbox_row, attempts, .min = 0, .max = 1000),
    FIELD(struct outbox_row, attempts_most, .min = 1, .max = 1000),
    FIELD(struct outbox_row, last_error, OPTIONAL, .max = ERROR_MAX, .about = "what the other side said"),
    FIELD(struct outbox_row, reference, OPTIONAL, .max = 500, .filter = true,
          .about = "by which news of it comes, such as a Message-ID"),
    FIELD(struct outbox_row, created_at, .filter = true),
    FIELD(struct outbox_row, finished_at, OPTIONAL,
          .about = "when it was handed over, delivered, failed or bounced"),
    FIELD(struct outbox_row, version, .min = 1, .max = EXACT_MAX),
    FIELD(struct outbox_row, title, OPTIONAL, .max = 300, .filter = true, .about = "of a message to people: its subject"),
    FIELD(struct outbox_row, recipient, OPTIONAL, .max = 500, .filter = true, .about = "and to whom"),
});

struct outbox_insert {
    outbox_id id;
    struct str kind, payload;
    struct instant available_at;
    int64_t attempts_most;
};
RECORD(outbox_insert, {
    ID(struct outbox_insert, id),
    FIELD(struct outbox_insert, kind, .min = 1, .max = 50),
    JSON(struct outbox_insert, payload, .min = 1, .max = PAYLOAD_MAX),
    FIELD(struct outbox_insert, available_at),
    FIELD(struct outbox_insert, attempts_most, .min = 1, .max = 1000),
});

RECORD(outbox_item, {
    ID(struct outbox_item, id),
    FIELD(struct outbox_item, company_id),
    FIELD(struct outbox_item, kind),
    JSON(struct outbox_item, payload),
    FIELD(struct outbox_item, attempts),
    FIELD(struct outbox_item, attempts_most),
    FIELD(struct outbox_item, version),
});

struct outbox_claim {
    struct str kind;
    struct instant claimed_until;
    int64_t most;
};
RECORD(outbox_claim, { FIELD(struct outbox_claim, kind), FIELD(struct outbox_claim, claimed_until),
                       FIELD(struct outbox_claim, most) });

/* ---- Secrets: sealed while they wait, gone once they have left ---- */

#define SEALED_PAYLOAD "outbox payload"
static const struct fault_type outbox_spent = {
    FAULT_CONFLICT, "outbox.spent",
    "What this letter held is gone since it left; make a new one: an invitation, a new password, a new link."
};
struct sealed_payload { struct str sealed; };
RECORD(sealed_payload, { BYTES(struct sealed_payload, sealed, .max = PAYLOAD_MAX) });

static struct fault *payload_seal(struct work *work, outbox_id id, struct str payload, struct str *out)
{
    struct sealed_payload sealed = { 0 };
    TRY(db_seal(work, SEALED_PAYLOAD, id.n, payload, &sealed.sealed));
    *out = record_to_json(work->arena, GIVEN(sealed_payload, &sealed));
    return NULL;
}

/* Sealed with a key that was lost: it stays as it is, and who sends it finds nothing to send. */
static void payload_open(struct work *work, struct outbox_item *item)
{
    struct sealed_payload sealed = { 0 };
    struct str payload = { 0 };
    if (!str_starts(item->payload, "{\"sealed\":")) return;
    struct fault *fault = record_from_json(work->arena, item->payload, INTO(sealed_payload, &sealed));
    if (!fault) fault = db_unseal(work, SEALED_PAYLOAD, item->id.n, sealed.sealed, &payload);
    if (!fault) item->payload = payload;
}

/* ---- In ---- */

struct fault *outbox_add(struct work *work, const struct outbox_new *item, outbox_id *id)
{
    struct outbox_insert row = {
        .id = { id_new(work) }, .kind = item->kind, .payload = item->payload,
        .available_at = item->available_at.us ? item->available_at : work->now,
        .attempts_most = item->attempts_most ? item->attempts_most : ATTEMPTS_MOST,
    };
    if (item->is_secret) TRY(payload_seal(work, row.id, item->payload, &row.payload));
    TRY(record_check(work->arena, GIVEN(outbox_insert, &row)));
    TRY(db_run(work, &sql_outbox_insert, GIVEN(outbox_insert, &row)));
    if (id) *id = row.id;
    return NULL;
}

/* ---- Out ---- */

struct fault *outbox_claim(struct work *work, struct books *books, const char *kind, int64_t most, int64_t hold_ms,
                           struct outbox_items *items)
{
    const struct outbox_claim claim = { str_of(kind), { work->now.us + hold_ms * 1000 }, most };
    const struct sql *sql = books_are_postgres(books) ? &sql_outbox_claim_postgres : &sql_outbox_claim_sqlite;
    work->reading = false;
    work->company_id = 0;
    memset(items, 0, sizeof *items);
    TRY(db_begin(work, books));
    struct fault *fault = db_all(work, sql, GIVEN(outbox_claim, &claim), INTO_LIST(outbox_item, items));
    for (size_t i = 0; !fault && i < items->count; i++) payload_open(work, &items->at[i]);
    if (!fault) return db_commit(work);
    db_rollback(work);
    return fault;
}

static struct fault *not_movable(struct work *work, enum outbox_event event, unsigned state)
{
    return FAULT(work->arena, &outbox_not_movable, "state", PARAM("state", translate(work->language, states_said[state])),
                 PARAM("event", translate(work->language, event_names[event])));
}

struct outbox_key { outbox_id id; };
RECORD(outbox_key, { ID(struct outbox_key, id) });

/* In a transaction: one step, with the row as it now is. */
static struct fault *move(struct work *work, struct outbox_row *row, enum outbox_event event)
{
    enum outbox_state next = outbox_next(event, row->state);
    if (!next) return not_movable(work, event, row->state);
    row->state = next;
    row->finished_at = next == OUTBOX_QUEUED ? (struct instant){ 0 } : work->now;
    row->last_error = str_utf8_clip(row->last_error, ERROR_MAX);
    TRY(db_change(work, &sql_outbox_move, GIVEN(outbox_row, row), &outbox_changed));
    row->version++;
    const struct outbox_key key = { row->id };
    bool left = next == OUTBOX_HANDED_OVER || next == OUTBOX_DELIVERED;
    return left ? db_run(work, &sql_outbox_forget, GIVEN(outbox_key, &key)) : NULL;
}

/* What the job says of the row it holds. */
static struct fault *report(struct work *work, struct books *books, const struct outbox_item *item,
                            struct outbox_row *row, enum outbox_event event)
{
    work->reading = false;
    work->company_id = item->company_id;
    row->id = item->id;
    row->version = item->version;
    row->state = OUTBOX_QUEUED;
    row->attempts = item->attempts;
    TRY(db_begin(work, books));
    struct fault *fault =
        event ? move(work, row, event) : db_change(work, &sql_outbox_move, GIVEN(outbox_row, row), &outbox_changed);
    if (!fault) return db_commit(work);
    db_rollback(work);
    return fault;
}

struct fault *outbox_sent(struct work *work, struct books *books, const struct outbox_item *item,
                          enum outbox_state state, struct str reference)
{
    struct outbox_row row = { .reference = reference, .available_at = work->now };
    ensure(state == OUTBOX_HANDED_OVER || state == OUTBOX_DELIVERED);
    return report(work, books, item, &row, state == OUTBOX_DELIVERED ? OUTBOX_DELIVER : OUTBOX_HAND_OVER);
}

static int64_t pause_us(int64_t attempts)
{
    int64_t pause = FIRST_PAUSE_US;
    for (int64_t i = 1; i < attempts && pause < LONGEST_PAUSE_US; i++) pause *= 2;
    return pause < LONGEST_PAUSE_US ? pause : LONGEST_PAUSE_US;
}

struct fault *outbox_not_sent(struct work *work, struct books *books, const struct outbox_item *item, struct str why,
                              bool for_good)
{
    struct outbox_row row = { .last_error = str_utf8_clip(why, ERROR_MAX),
                              .available_at = { work->now.us + pause_us(item->attempts) } };
    bool dead = for_good || item->attempts >= item->attempts_most;
    return report(work, books, item, &row, dead ? OUTBOX_FAIL : 0);
}

struct fault *outbox_news(struct work *work, const char *kind, struct str reference, enum outbox_state state,
                          struct str why, bool *known)
{
    struct outbox_row row = { .kind = str_of(kind), .reference = reference };
    ensure(state == OUTBOX_DELIVERED || state == OUTBOX_BOUNCED);
    TRY(db_find(work, &sql_outbox_by_reference, GIVEN(outbox_row, &row), INTO(outbox_row, &row), known));
    if (!*known || row.state == state) return NULL;
    row.last_error = why;
    return move(work, &row, state == OUTBOX_DELIVERED ? OUTBOX_DELIVER : OUTBOX_BOUNCE);
}

/* ---- Operations ---- */

struct fault *outbox_tell(struct work *work, outbox_id id, enum outbox_event event, struct str why)
{
    const struct outbox_key key = { id };
    struct outbox_row row = { 0 };
    TRY(db_one(work, &sql_outbox_by_id, GIVEN(outbox_key, &key), INTO(outbox_row, &row), &outbox_missing));
    if (why.length) row.last_error = why;
    return move(work, &row, event);
}

struct outbox_spent_count { int64_t count; };
RECORD(outbox_spent_count, { FIELD(struct outbox_spent_count, count) });
static struct fault *outbox_retry(struct work *work, const struct outbox_key *takes, struct outbox_row *row)
{
    TRY(db_one(work, &sql_outbox_by_id, GIVEN(outbox_key, takes), INTO(outbox_row, row), &outbox_missing));
    struct outbox_row before = *row;
    struct outbox_spent_count spent = { 0 };
    TRY(db_one(work, &sql_outbox_spent, GIVEN(outbox_key, takes), INTO(outbox_spent_count, &spent), &outbox_missing));
    if (spent.count) return FAULT(work->arena, &outbox_spent, "id");
    row->attempts = 0;
    row->available_at = work->now;
    TRY(move(work, row, OUTBOX_RETRY));
    work_changed(work, "outbox", row->id.n, GIVEN(outbox_row, &before), GIVEN(outbox_row, row));
    return NULL;
}
CALLABLE(outbox_retry, outbox_key, outbox_row);

static struct fault *outbox_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                 struct outbox_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_outbox_list, NONE, query, INTO_LIST(outbox_row, rows), next);
}
LISTABLE(outbox_list, nothing, outbox_row, outbox_rows);

static const struct operation operations[] = {
    { .command = "outbox list",
      .method = "GET",
      .path = "/outbox",
      .needs = "outbox.read",
      .flags = OPERATION_READS,
      .list = &outbox_list_list,
      .summary = "List what is to be sent, was sent, or could not be" },
    { .command = "outbox retry",
      .method = "POST",
      .path = "/outbox/{id}/retry",
      .needs = "outbox.retry",
      .call = &outbox_retry_call,
      .summary = "Send again what failed or bounced" },
};
const struct operation_table outbox_operations_table = { "outbox", operations, ARRAY_LENGTH(operations) };
