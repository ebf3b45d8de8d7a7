/* What must leave the house: mail, webhooks, bank files, letters. A room adds a row inside the transaction that decides it;
 * a job claims what is due, sends it outside any transaction and says how it went. At least once: a job that dies after
 * sending leaves a row that is claimed again when its claim has run out, so what is sent carries the row's id.
 *
 *     queued ── handed over ──→ handed_over ── delivered ──→ delivered
 *       │ ↑                        │                            │
 *       │ └── retry ── failed      └──────── bounced ←──────────┘
 *       └── failed (attempts used up, or never possible)          bounced ── retry ──→ queued */
#pragma once
#include "operation/operation.h"

typedef struct { int64_t n; } outbox_id;
enum outbox_state { OUTBOX_QUEUED = 1, OUTBOX_HANDED_OVER, OUTBOX_DELIVERED, OUTBOX_FAILED, OUTBOX_BOUNCED };
enum { OUTBOX_STATE_COUNT = OUTBOX_BOUNCED + 1 };
enum outbox_event { OUTBOX_HAND_OVER = 1, OUTBOX_DELIVER, OUTBOX_FAIL, OUTBOX_BOUNCE, OUTBOX_RETRY };
enum { OUTBOX_EVENT_COUNT = OUTBOX_RETRY + 1 };
enum outbox_state outbox_next(enum outbox_event event, enum outbox_state from); /* 0: refused */

struct outbox_new {
    struct str kind;             /* "mail": which job sends it */
    struct str payload;          /* JSON, of the kind's own shape */
    struct instant available_at; /* absent: now */
    int64_t attempts_most;       /* 0: ten */
    bool is_secret;              /* sealed while it waits, removed once it has left */
};
/* Inside a transaction, of the company at hand. */
CHECKED struct fault *outbox_add(struct work *work, const struct outbox_new *item, outbox_id *id);

/* ---- For the jobs that send: each begins and ends a transaction of its own ---- */

struct outbox_item {
    outbox_id id;
    int64_t company_id;
    struct str kind, payload;
    int64_t attempts; /* this one counted */
    int64_t attempts_most;
    int64_t version;
};
LIST_STRUCT(outbox_items, struct outbox_item);
/* At most so many rows of this kind that are due, of all companies, oldest first; nobody else gets them for `hold_ms`.
 * Several servers may claim at once: each row goes to one of them. */
CHECKED struct fault *outbox_claim(struct work *work, struct books *books, const char *kind, int64_t most, int64_t hold_ms,
                                   struct outbox_items *items);
/* It left: HANDED_OVER (a mail server took it) or DELIVERED (its receiver did). `reference`: by which later news of it comes,
 * a Message-ID; may be absent. Refused (outbox_changed) when the claim ran out and somebody else has it. */
CHECKED struct fault *outbox_sent(struct work *work, struct books *books, const struct outbox_item *item,
                                  enum outbox_state state, struct str reference);
/* It did not. Tried again after a minute, two, four … six hours at most, until the attempts are used up; `for_good`: never. */
CHECKED struct fault *outbox_not_sent(struct work *work, struct books *books, const struct outbox_item *item,
                                      struct str why, bool for_good);
/* News of what was handed over, by its reference, inside a transaction of the company: DELIVERED or BOUNCED. *known: there is such a row. */
CHECKED struct fault *outbox_news(struct work *work, const char *kind, struct str reference, enum outbox_state state,
                                  struct str why, bool *known);

/* What a person knows of it, by its id, inside a transaction. Refuses outbox_missing, outbox_not_movable. */
CHECKED struct fault *outbox_tell(struct work *work, outbox_id id, enum outbox_event event, struct str why);

extern const struct fault_type outbox_missing, outbox_changed, outbox_not_movable;

/* `outbox list` (permission outbox.read) and `outbox retry` (outbox.retry). */
extern const struct operation_table outbox_operations_table;
