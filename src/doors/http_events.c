/* What changes, told as it happens: GET /api/v1/events, server-sent events (WHATWG HTML 9.2) of the company at hand.
 *
 * The audit trail is the source: its numbers have no gap, so a number is the id of an event, and who comes back with Last-Event-ID
 * misses nothing, at whatever server of these books. One thread looks at the trails of those companies that somebody listens to;
 * a listener holds a connection asleep and no thread. He is told of what he may read: `bill approve` is told to who holds bill.read.
 * Who and what, never the values: those he reads for himself. */
#include "doors/http_private.h"
#include "access/access.h"

enum {
    LOOK_MS = 300,
    LISTENERS_MOST = 1000,
    LISTENERS_EACH = 12,
    PENDING_MOST = 256 * 1024,
    BEHIND_MOST = 1000,
    CHANGES_TOLD = 100
};
#define BEAT_US (INT64_C(15) * 1000000) /* a proxy gives up on silence after a minute or so */

struct listener {
    struct listener *next, *previous;
    struct exchange *exchange;
    struct str bearer, cookie, company;
    int64_t company_id, user_id, last; /* the number of the last row that was told, or passed over */
    struct permissions permissions;
    char *pending;
    size_t length, sent, room;
    bool asleep, ended;
    int64_t beat_us, known_us;
};
struct events {
    struct http *http;
    pthread_mutex_t lock;
    pthread_cond_t wakes;
    pthread_t thread;
    struct listener ring;
    size_t count;
    bool stopping;
};

struct told_change {
    struct str kind;
    int64_t id;
    struct str difference;
};
struct told_changes {
    struct told_change *at;
    size_t count, room;
};
RECORD(told_change, { FIELD(struct told_change, kind), FIELD(struct told_change, id),
                      JSON(struct told_change, difference, OPTIONAL) });
struct told_row {
    struct told_changes changes;
};
RECORD(told_row, { LIST(struct told_row, changes, told_change, .max = 1000000) });

/* ---- One listener; under the lock ---- */

static void wake(struct listener *l)
{
    if (!l->asleep) return;
    l->asleep = false;
    MHD_resume_connection(l->exchange->connection);
}

static void end(struct listener *l)
{
    l->ended = true;
    wake(l);
}

/* One who reads too slowly is let go; he comes back and says where he was. */
static void tell(struct listener *l, struct str text)
{
    if (l->ended) return;
    if (l->sent == l->length) l->sent = l->length = 0;
    if (l->length + text.length > PENDING_MOST) {
        end(l);
        return;
    }
    if (l->length + text.length > l->room) {
        l->room = l->length + text.length + 4096;
        l->pending = realloc(l->pending, l->room);
        ensure(l->pending);
    }
    memcpy(l->pending + l->length, text.at, text.length);
    l->length += text.length;
    wake(l);
}

static ssize_t events_read(void *context, uint64_t position, char *buffer, size_t room)
{
    struct exchange *e = context;
    struct listener *l = e->listener;
    struct events *events = e->http->events;
    (void)position;
    pthread_mutex_lock(&events->lock);
    size_t left = l->length - l->sent, n = left < room ? left : room;
    ssize_t answer = (ssize_t)n;
    if (n) {
        memcpy(buffer, l->pending + l->sent, n);
        l->sent += n;
    } else if (l->ended) answer = MHD_CONTENT_READER_END_OF_STREAM;
    else {
        l->asleep = true;
        MHD_suspend_connection(e->connection);
    }
    pthread_mutex_unlock(&events->lock);
    return answer;
}

/* ---- What happened ---- */

/* "bill approve" needs bill.approve; who may read bills may know of it. */
static int permission_of(const struct doors *doors, struct arena *arena, struct str command)
{
    struct str verb, noun = str_cut(command, ' ', &verb), rest;
    const struct operation *operation = operation_by_command(doors->operations, noun, verb);
    if (!operation || !operation->needs) return -1;
    struct str room = str_cut(str_of(operation->needs), '.', &rest);
    int number = permission_number(doors->operations, str_format(arena, "%.*s.read", STR_ARG(room)));
    return number < 0 ? permission_number(doors->operations, str_of(operation->needs)) : number;
}

static struct str event_text(struct arena *arena, const struct audit_row *row, struct str by)
{
    struct told_row changed = { 0 };
    struct text t = text_new(arena);
    char at[28];
    struct fault *fault = record_from_json(arena, str_format(arena, "{\"changes\":%.*s}", STR_ARG(row->changes)),
                                           INTO(told_row, &changed));
    if (fault) changed.changes.count = 0; /* then it is told that something happened */
    instant_format(row->at, at);
    text_addf(&t, "id: %lld\nevent: change\ndata: {\"number\":%lld,\"at\":\"%s\",\"operation\":", (long long)row->number,
              (long long)row->number, at);
    json_add_text(&t, row->operation);
    if (row->user_id.n) text_addf(&t, ",\"user_id\":%lld", (long long)row->user_id.n);
    if (by.length) text_addz(&t, ",\"by\":"), json_add_text(&t, by);
    text_addz(&t, ",\"changes\":[");
    for (size_t i = 0; i < changed.changes.count && i < CHANGES_TOLD; i++) {
        text_addz(&t, i ? ",{\"kind\":" : "{\"kind\":");
        json_add_text(&t, changed.changes.at[i].kind);
        text_addf(&t, ",\"id\":%lld}", (long long)changed.changes.at[i].id);
    }
    text_addz(&t, "]}\n\n");
    return text_str(&t);
}

static struct str reset_text(struct arena *arena, int64_t number)
{
    return str_format(arena, "id: %lld\nevent: reset\ndata: {}\n\n", (long long)number);
}

struct news { int64_t company_id, after, count; struct audit_rows rows; struct str *texts; int *permissions; };

/* In a transaction of its own: what the trail of one company says since its furthest listener. */
static struct fault *news_read(struct events *events, struct arena *arena, struct news *news)
{
    const struct doors *doors = events->http->doors;
    struct work work = door_work(doors, arena, "http");
    work.company_id = news->company_id;
    work.reading = true;
    TRY(db_begin(&work, doors->books));
    struct fault *fault = audit_count(&work, &news->count);
    if (!fault && news->count > news->after && news->count - news->after <= BEHIND_MOST)
        fault = audit_since(&work, news->after, &news->rows);
    news->texts = ARENA_ARRAY(arena, struct str, news->rows.count + 1);
    news->permissions = ARENA_ARRAY(arena, int, news->rows.count + 1);
    for (size_t i = 0; !fault && i < news->rows.count; i++) {
        const struct audit_row *row = &news->rows.at[i];
        struct str by = { 0 };
        if (row->user_id.n) fault = access_person_name(&work, row->user_id.n, &by);
        news->texts[i] = event_text(arena, row, by);
        news->permissions[i] = permission_of(doors, arena, row->operation);
    }
    db_rollback(&work);
    return fault;
}

static void news_tell(struct events *events, struct arena *arena, const struct news *news)
{
    for (struct listener *l = events->ring.next; l != &events->ring; l = l->next) {
        if (l->company_id != news->company_id || l->last >= news->count) continue;
        if (news->count - news->after > BEHIND_MOST) {
            tell(l, reset_text(arena, news->count));
            l->last = news->count;
            continue;
        }
        for (size_t i = 0; i < news->rows.count; i++) {
            if (news->rows.at[i].number <= l->last) continue;
            if (permissions_hold(&l->permissions, news->permissions[i])) tell(l, news->texts[i]);
            l->last = news->rows.at[i].number;
        }
    }
}

/* ---- The thread ---- */

static size_t companies_of(const struct events *events, struct news *news, size_t room)
{
    size_t count = 0, i;
    for (const struct listener *l = events->ring.next; l != &events->ring; l = l->next) {
        if (l->ended) continue;
        for (i = 0; i < count && news[i].company_id != l->company_id; i++) {}
        if (i == count && count == room) continue;
        if (i == count) news[count++] = (struct news){ .company_id = l->company_id, .after = l->last };
        else if (l->last < news[i].after) news[i].after = l->last;
    }
    return count;
}

/* Whether he is still who he was, so that a session that ends stops listening: asked outside the lock, with copies, since he may go meanwhile. */
static struct fault *ask_again(struct events *events, struct arena *arena, struct work *work, struct str bearer,
                               struct str cookie, struct str company)
{
    const struct doors *doors = events->http->doors;
    *work = door_work(doors, arena, "http");
    work->reading = true;
    return doors->identify(work, doors->books, doors->operations, bearer, cookie, (struct str){ 0 }, company);
}

static struct listener *due(const struct events *events, int64_t now)
{
    for (struct listener *l = events->ring.next; l != &events->ring; l = l->next)
        if (!l->ended && now - l->known_us > events->http->settings.listener_check_ms * 1000) return l;
    return NULL;
}

static bool listens(const struct events *events, const struct listener *wanted, const struct exchange *exchange)
{
    for (const struct listener *l = events->ring.next; l != &events->ring; l = l->next)
        if (l == wanted) return l->exchange == exchange;
    return false;
}

static void check_known(struct events *events, struct arena *arena, int64_t now)
{
    struct listener *l;
    while ((l = due(events, now)) && !events->stopping) {
        struct exchange *exchange = l->exchange;
        struct str bearer = str_keep(arena, l->bearer), cookie = str_keep(arena, l->cookie),
                   company = str_keep(arena, l->company);
        struct work work;
        l->known_us = now;
        pthread_mutex_unlock(&events->lock);
        struct fault *fault = ask_again(events, arena, &work, bearer, cookie, company);
        pthread_mutex_lock(&events->lock);
        if (!listens(events, l, exchange)) continue;
        if (fault && fault->type->kind != FAULT_UNKNOWN_USER && fault->type->kind != FAULT_DENIED) continue; /* no answer is none */
        if (fault || work.user_id != l->user_id || work.company_id != l->company_id) end(l);
        else l->permissions = work.permissions;
    }
}

static void beat(struct events *events, int64_t now)
{
    for (struct listener *l = events->ring.next; l != &events->ring; l = l->next) {
        if (now - l->beat_us < BEAT_US) continue;
        l->beat_us = now;
        tell(l, STR(":\n\n"));
    }
}

static void look(struct events *events, struct arena *arena)
{
    struct news news[64];
    size_t count = companies_of(events, news, ARRAY_LENGTH(news));
    for (size_t i = 0; i < count; i++) {
        pthread_mutex_unlock(&events->lock);
        struct fault *fault = news_read(events, arena, &news[i]);
        if (fault) LOG(LOG_WARNING, "events_unread", LOG_TEXT("code", str_of(fault->type->code)));
        pthread_mutex_lock(&events->lock);
        if (!fault) news_tell(events, arena, &news[i]);
    }
}

static void *follow(void *context)
{
    struct events *events = context;
    struct arena *arena = arena_new((size_t)1 << 32);
    struct timespec until;
    pthread_mutex_lock(&events->lock);
    while (!events->stopping) {
        if (!events->count) {
            pthread_cond_wait(&events->wakes, &events->lock);
            continue;
        }
        arena_reset(arena);
        look(events, arena);
        check_known(events, arena, clock_us());
        beat(events, clock_us());
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += (long)LOOK_MS * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (!events->stopping) pthread_cond_timedwait(&events->wakes, &events->lock, &until);
    }
    pthread_mutex_unlock(&events->lock);
    arena_free(arena);
    return NULL;
}

/* ---- The door's side ---- */

static struct fault *start_at(struct exchange *e, int64_t *last)
{
    const struct doors *doors = e->http->doors;
    int64_t count = 0, given = 0;
    struct str id = exchange_request_header(e, "Last-Event-ID");
    e->work.reading = true;
    TRY(db_begin(&e->work, doors->books));
    struct fault *fault = audit_count(&e->work, &count);
    db_rollback(&e->work);
    *last = id.at && str_to_int(id, &given) && given >= 0 && given <= count ? given : count;
    return fault;
}

static bool join(struct events *events, struct listener *l)
{
    size_t mine = 0;
    pthread_mutex_lock(&events->lock);
    for (struct listener *o = events->ring.next; o != &events->ring; o = o->next) mine += o->user_id == l->user_id && !o->ended;
    bool taken = !events->stopping && events->count < LISTENERS_MOST && mine < LISTENERS_EACH;
    /* Pages that were left are noticed when they are written to: who loads many quickly waits a second, not until the next beat. */
    for (struct listener *o = events->ring.next; !taken && o != &events->ring; o = o->next)
        if (o->user_id == l->user_id) tell(o, STR(":\n\n"));
    if (taken) {
        l->next = &events->ring;
        l->previous = events->ring.previous;
        l->next->previous = l->previous->next = l;
        events->count++;
        pthread_cond_signal(&events->wakes);
    }
    pthread_mutex_unlock(&events->lock);
    return taken;
}

struct fault *events_answer(struct exchange *e)
{
    int64_t last = 0;
    TRY(exchange_identify(e));
    if (!e->work.user_id) return FAULT(e->arena, &operation_sign_in, NULL);
    if (!e->work.company_id) return FAULT(e->arena, &operation_company, NULL);
    TRY(start_at(e, &last));
    struct str bearer = bearer_find(exchange_request_header(e, "Authorization"));
    struct listener *l = calloc(1, sizeof *l);
    ensure(l);
    *l = (struct listener){ .exchange = e,
                            .bearer = str_keep(e->arena, bearer),
                            .company_id = e->work.company_id,
                            .user_id = e->work.user_id,
                            .company = str_keep(e->arena, exchange_request_header(e, "X-Florin-Company")),
                            .last = last,
                            .permissions = e->work.permissions,
                            .beat_us = clock_us(),
                            .known_us = clock_us() };
    if (!bearer.at)
        l->cookie = str_keep(e->arena, cookie_find(exchange_request_header(e, "Cookie"), e->http->cookie_name));
    tell(l, str_format(e->arena, "retry: 3000\nid: %lld\nevent: hello\ndata: {}\n\n", (long long)last));
    e->listener = l;
    if (!join(e->http->events, l)) {
        e->listener = NULL;
        free(l->pending);
        free(l);
        return FAULT(e->arena, &door_busy, NULL);
    }
    e->status = 200;
    e->media_type = STR("text/event-stream; charset=utf-8");
    exchange_header(e, "X-Accel-Buffering", STR("no")); /* nginx passes it on at once */
    return NULL;
}

struct MHD_Response *events_response(struct exchange *e)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, events_read, e, NULL);
}

void events_leave(struct exchange *e)
{
    struct listener *l = e->listener;
    struct events *events = e->http->events;
    if (!l) return;
    pthread_mutex_lock(&events->lock);
    l->next->previous = l->previous;
    l->previous->next = l->next;
    events->count--;
    pthread_mutex_unlock(&events->lock);
    free(l->pending);
    free(l);
    e->listener = NULL;
}

struct events *events_start(struct http *http)
{
    struct events *events = calloc(1, sizeof *events);
    ensure(events);
    events->http = http;
    events->ring.next = events->ring.previous = &events->ring;
    pthread_mutex_init(&events->lock, NULL);
    pthread_cond_init(&events->wakes, NULL);
    ensure(!pthread_create(&events->thread, NULL, follow, events));
    return events;
}

void events_end(struct events *events)
{
    pthread_mutex_lock(&events->lock);
    events->stopping = true;
    for (struct listener *l = events->ring.next; l != &events->ring; l = l->next) end(l);
    pthread_cond_broadcast(&events->wakes);
    pthread_mutex_unlock(&events->lock);
    pthread_join(events->thread, NULL);
}

void events_free(struct events *events)
{
    pthread_cond_destroy(&events->wakes);
    pthread_mutex_destroy(&events->lock);
    free(events);
}
