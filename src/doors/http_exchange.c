/* One request on its way: head, body, answer. What reads and is quick is answered on the thread that serves the wire;
 * everything else waits suspended while a worker runs it. */
#include "doors/http_private.h"
#include <unistd.h>

enum { BODY_FIRST = 16 * 1024, ALONE_MOST_US = 2000 };

/* ---- A pool: an exchange keeps its arena's first chunk ---- */

struct exchange *exchange_take(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    struct exchange *e = http->free;
    if (e) http->free = e->free_next;
    pthread_mutex_unlock(&http->lock);
    if (!e) {
        e = calloc(1, sizeof *e);
        ensure(e);
        e->arena = arena_new((size_t)1 << 36); /* bodies are bounded before they come in */
    }
    e->http = http;
    e->started_us = clock_us();
    return e;
}

void exchange_give(struct http *http, struct exchange *e)
{
    struct arena *arena = e->arena;
    atomic_fetch_sub(&http->body_bytes, (int64_t)e->budget);
    free(e->body);
    stream_free(e->stream);
    arena_reset(arena);
    memset(e, 0, offsetof(struct exchange, chance)); /* all but what is kept */
    e->arena = arena;
    pthread_mutex_lock(&http->lock);
    e->free_next = http->free;
    http->free = e;
    pthread_mutex_unlock(&http->lock);
}

/* ---- Head ---- */

static struct peer *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void peer_waits(struct MHD_Connection *connection, int for_what, int64_t since_us)
{
    struct peer *peer = peer_of(connection);
    if (!peer) return;
    atomic_store_explicit(&peer->since_us, since_us, memory_order_relaxed);
    atomic_store_explicit(&peer->waiting_for, for_what, memory_order_relaxed);
}

void *exchange_begin(void *context, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *e = exchange_take(context);
    (void)connection;
    e->target = str_keep(e->arena, str_of(uri));
    atomic_fetch_add_explicit(&e->http->in_flight, 1, memory_order_relaxed);
    return e;
}

struct str exchange_request_header(struct exchange *e, const char *name)
{
    return str_of(MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, name));
}

static struct str client_address(struct exchange *e)
{
    struct str forwarded = e->http->settings.behind_proxy ? exchange_request_header(e, "X-Forwarded-For") : (struct str){ 0 };
    const struct peer *peer = peer_of(e->connection);
    if (forwarded.at) { /* the last is what our own proxy saw; those before are anybody's words */
        struct str last = forwarded, rest = forwarded;
        while (rest.at) last = str_cut(rest, ',', &rest);
        return str_keep(e->arena, str_part(str_trim(last), 0, 64));
    }
    return peer ? str_keep(e->arena, str_of(peer->address)) : (struct str){ 0 };
}

static struct str request_id(struct exchange *e)
{
    struct str given = exchange_request_header(e, "X-Request-Id");
    if (request_id_is_sane(given)) return str_keep(e->arena, given);
    if (!e->chance_left) random_bytes(e->chance, sizeof e->chance), e->chance_left = sizeof e->chance;
    e->chance_left -= REQUEST_ID_BYTES;
    return hex_text(e->arena, e->chance + e->chance_left, REQUEST_ID_BYTES);
}

static struct str allowed_methods(struct exchange *e, struct str below)
{
    static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
    struct text text = text_new(e->arena);
    for (size_t i = 0; i < ARRAY_LENGTH(methods); i++) {
        struct pair pairs[PATH_PARTS_MAX];
        size_t count = 0;
        bool other;
        if (!operation_by_path(e->http->doors->operations, str_of(methods[i]), below, pairs, &count, &other)) continue;
        if (text.length) text_addz(&text, ", ");
        text_addz(&text, methods[i]);
    }
    return text_str(&text);
}

/* Which operation, and what stands in its path and query. */
static struct fault *route(struct exchange *e)
{
    struct arena *arena = e->arena;
    struct str below = str_part(e->path, strlen("/api/v1"), e->path.length);
    bool other = false, too_many = false;
    size_t parts = 0;
    size_t most = 1; /* of the query; no more than PAIRS_MAX are taken */
    for (size_t i = 0; i < e->query.length && most < PAIRS_MAX; i++) most += e->query.at[i] == '&';
    e->pairs = ARENA_ARRAY(arena, struct pair, most + PATH_PARTS_MAX);
    e->operation = operation_by_path(e->http->doors->operations, e->method, below, e->pairs, &parts, &other);
    if (other) {
        struct str allowed = allowed_methods(e, below);
        exchange_header(e, "Allow", allowed);
        return FAULT(arena, &door_method_unknown, NULL, PARAM("method", str_part(e->method, 0, 20)), PARAM("allowed", allowed));
    }
    if (!e->operation) return FAULT(arena, &door_path_unknown, NULL);
    for (size_t i = 0; i < parts; i++)
        if (!percent_decode(arena, e->pairs[i].text, false, &e->pairs[i].text)) return FAULT(arena, &door_target_broken, NULL);
    e->pair_count = parts;
    if (!query_parse(arena, e->query, e->pairs, &e->pair_count, &too_many))
        return too_many ? FAULT(arena, &door_too_many, NULL, PARAM_INT(arena, "limit", PAIRS_MAX))
                        : FAULT(arena, &door_target_broken, NULL);
    return NULL;
}

/* "?format=csv" and "?columns=…" are the door's where the operation gives a table; what is left are filters. */
static void choose_format(struct exchange *e)
{
    size_t kept = 0;
    if (!e->operation->list &&
        (!export_field(e->operation) || record_json_field(operation_takes(e->operation), STR("format"))))
        return;
    struct str accept = exchange_request_header(e, "Accept");
    if (accepts_media(accept, "text/csv")) e->export = EXPORT_CSV;
    if (accepts_media(accept, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")) e->export = EXPORT_XLSX;
    for (size_t i = 0; i < e->pair_count; i++) {
        const struct pair *pair = &e->pairs[i];
        if (str_is(pair->name, "format"))
            e->export = str_is(pair->text, "csv") ? EXPORT_CSV : str_is(pair->text, "xlsx") ? EXPORT_XLSX : EXPORT_NONE;
        else if (str_is(pair->name, "columns")) e->columns = pair->text;
        else e->pairs[kept++] = *pair;
    }
    e->pair_count = kept;
}

static struct fault *body_type(struct exchange *e, bool has_body)
{
    if ((e->operation->flags & OPERATION_UPLOAD) || !has_body ||
        media_type_is(exchange_request_header(e, "Content-Type"), "application/json"))
        return NULL;
    return FAULT(e->arena, &door_media_type, NULL, PARAM("wanted", STR("application/json")));
}

static void body_limit(struct exchange *e)
{
    const struct http_settings *s = &e->http->settings;
    if (!e->operation || (!strcmp(e->operation->method, "GET"))) e->body_limit = 0;
    else e->body_limit = (size_t)(e->operation->flags & OPERATION_UPLOAD ? s->upload_limit : s->body_limit);
    /* Of a guest no more is read than the operation can take. */
    const struct field *content = e->operation && (e->operation->flags & OPERATION_GUEST) && e->body_limit
                                      ? record_field(operation_takes(e->operation), STR("content")) : NULL;
    if (content && content->max && (size_t)content->max < e->body_limit) e->body_limit = (size_t)content->max;
}

static struct fault *too_large(struct exchange *e)
{
    return FAULT(e->arena, &input_too_large, NULL, PARAM("limit", str_format(e->arena, "%zu bytes", e->body_limit)));
}

/* An upload is only taken from who may sign in: its bytes would fill memory. */
static struct fault *head_check(struct exchange *e, bool *at_once)
{
    struct str length_text = exchange_request_header(e, "Content-Length");
    int64_t length = 0;
    bool chunked = exchange_request_header(e, "Transfer-Encoding").at != NULL;
    TRY(route(e));
    choose_format(e);
    body_limit(e);
    if (length_text.at && (!str_to_int(length_text, &length) || length < 0)) length = 0;
    if ((size_t)length > e->body_limit) return *at_once = true, too_large(e);
    TRY(body_type(e, length > 0 || chunked));
    if (e->operation->flags & OPERATION_UPLOAD) {
        struct fault *fault = exchange_identify(e);
        if (!fault && !e->work.user_id && !e->work.guest.session_id && !(e->operation->flags & OPERATION_ANYONE))
            fault = FAULT(e->arena, &operation_sign_in, NULL);
        if (fault) return *at_once = true, fault;
    }
    return NULL;
}

static bool in_api(struct str path) { return str_is(path, "/api/v1") || str_starts(path, "/api/"); }

static enum MHD_Result head(struct exchange *e, const char *method)
{
    bool at_once = false;
    e->head = !strcmp(method, "HEAD");
    e->method = str_keep(e->arena, str_of(e->head ? "GET" : method));
    e->path = str_cut(e->target, '?', &e->query);
    e->asked = accept_language(exchange_request_header(e, "Accept-Language"));
    e->work = door_work(e->http->doors, e->arena, "http");
    const struct peer *peer = peer_of(e->connection);
    if (peer) e->work.given_up = &peer->gone;
    if (e->asked) e->work.language = e->asked;
    e->work.request_id = request_id(e);
    e->work.address = client_address(e);
    e->state = EXCHANGE_BODY;
    peer_waits(e->connection, PEER_BODY, e->started_us);
    if (!in_api(e->path) || str_is(e->path, "/api/v1/openapi.json") || str_is(e->path, EVENTS_PATH)) return MHD_YES;
    e->refused = str_starts(e->path, "/api/v1/") ? head_check(e, &at_once) : FAULT(e->arena, &door_path_unknown, NULL);
    if (!at_once) return MHD_YES;
    exchange_refuse(e, e->refused);
    return exchange_send(e);
}

/* ---- Body ---- */

static bool body_grow(struct exchange *e, size_t need)
{
    struct http *http = e->http;
    size_t room = e->body_room ? e->body_room * 2 : BODY_FIRST;
    while (room < need) room *= 2;
    if (room > e->body_limit) room = e->body_limit;
    int64_t more = (int64_t)(room - e->body_room);
    if (atomic_fetch_add(&http->body_bytes, more) + more > http->settings.upload_budget) {
        atomic_fetch_sub(&http->body_bytes, more);
        return false;
    }
    e->budget += (size_t)more;
    e->body = realloc(e->body, room);
    ensure(e->body);
    e->body_room = room;
    return true;
}

/* What is refused already is read to its end all the same, up to the limit, so that the connection stays good. */
static enum MHD_Result body(struct exchange *e, const char *upload, size_t *size)
{
    size_t n = *size, length = e->body_length + n;
    *size = 0;
    e->body_length = length;
    if (!e->operation && length > BODY_FIRST * 4) return MHD_NO;
    if (e->refused || !e->operation) return length > (size_t)e->http->settings.upload_limit ? MHD_NO : MHD_YES;
    if (length > e->body_limit) e->refused = too_large(e);
    else if (length > e->body_room && !body_grow(e, length)) e->refused = FAULT(e->arena, &door_busy, NULL);
    else memcpy(e->body + length - n, upload, n);
    return MHD_YES;
}

/* ---- Answer ---- */

static void run_task(struct task *task)
{
    struct exchange *e = (struct exchange *)(void *)task;
    exchange_answer(e);
    atomic_fetch_sub_explicit(&e->http->running, 1, memory_order_relaxed);
    e->state = EXCHANGE_DONE;
    MHD_resume_connection(e->connection);
}

/* What reads and is quick. */
static bool is_quick(const struct exchange *e)
{
    if (!e->operation) return !str_is(e->path, EVENTS_PATH);
    return (e->operation->flags & OPERATION_READS) && !(e->operation->flags & OPERATION_SLOW) && !e->export;
}

/* What writes, is quick of late, and meets nobody: handing it to a worker and back would take as long as doing it. Should it have to wait for
 * another writer all the same (a job, another program), it is put off and a worker does it. */
static bool is_alone(const struct exchange *e)
{
    const struct http *http = e->http;
    const struct operation *op = e->operation;
    if (!op || e->export || (op->flags & (OPERATION_READS | OPERATION_SLOW | OPERATION_UPLOAD | OPERATION_FILE))) return false;
    int64_t usual_us = metrics_usual_us(http->metrics, operation_number(http->doors->operations, op));
    return usual_us && usual_us <= ALONE_MOST_US && !atomic_load_explicit(&http->running, memory_order_relaxed) &&
           !books_are_postgres(http->doors->books);
}

/* On the thread of the wire; false: put off. */
static bool answer_here(struct exchange *e, bool writes)
{
    if (writes) atomic_fetch_add_explicit(&e->http->running, 1, memory_order_relaxed);
    e->work.impatient = writes;
    exchange_answer(e);
    e->work.impatient = false;
    if (writes) atomic_fetch_sub_explicit(&e->http->running, 1, memory_order_relaxed);
    return !e->put_off;
}

static enum MHD_Result complete(struct exchange *e)
{
    peer_waits(e->connection, PEER_US, e->started_us);
    if (e->refused) {
        exchange_refuse(e, e->refused);
        return exchange_send(e);
    }
    bool alone = is_alone(e);
    if ((alone || is_quick(e)) && answer_here(e, alone)) return exchange_send(e);
    e->state = EXCHANGE_RUNNING;
    e->task.run = run_task;
    MHD_suspend_connection(e->connection);
    atomic_fetch_add_explicit(&e->http->running, 1, memory_order_relaxed);
    if (workers_add(e->http->workers, &e->task)) return MHD_YES;
    atomic_fetch_sub_explicit(&e->http->running, 1, memory_order_relaxed);
    exchange_refuse(e, FAULT(e->arena, &door_busy, NULL));
    e->state = EXCHANGE_DONE;
    MHD_resume_connection(e->connection);
    return MHD_YES;
}

enum MHD_Result exchange_handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_size, void **slot)
{
    struct exchange *e = *slot;
    (void)context, (void)url, (void)version;
    e->connection = connection;
    switch (e->state) {
    case EXCHANGE_NEW: return head(e, method);
    case EXCHANGE_BODY: return *upload_size ? body(e, upload, upload_size) : complete(e);
    case EXCHANGE_DONE: return exchange_send(e);
    case EXCHANGE_RUNNING:
    case EXCHANGE_SENT: break;
    }
    return MHD_YES;
}

static void access_log_write(struct access_log *log) /* under its lock */
{
    ssize_t written = log->length ? write(STDERR_FILENO, log->bytes, log->length) : 0;
    (void)written;
    log->length = 0;
}

void access_log_flush(struct http *http)
{
    pthread_mutex_lock(&http->log.lock);
    access_log_write(&http->log);
    pthread_mutex_unlock(&http->log.lock);
}

static void access_log_add(struct access_log *log, const char *line, size_t length)
{
    pthread_mutex_lock(&log->lock);
    if (length > sizeof log->bytes - log->length) access_log_write(log);
    memcpy(log->bytes + log->length, line, length);
    log->length += length;
    pthread_mutex_unlock(&log->lock);
}

static void note(const struct exchange *e, int64_t took_us)
{
    struct http *http = e->http;
    const struct operations *operations = http->doors->operations;
    metrics_count(http->metrics, e->operation ? operation_number(operations, e->operation) : operations->count,
                  e->status, took_us);
    if (http->settings.quiet) return;
    char line[LOG_LINE];
    const struct log_value values[] = {
        LOG_TEXT("request_id", e->work.request_id), LOG_TEXT("method", e->head ? STR("HEAD") : e->method),
        LOG_TEXT("operation", str_of(e->operation ? e->operation->command : "other")), LOG_INT("status", e->status),
        LOG_INT("took_us", took_us), LOG_INT("bytes_in", (int64_t)e->body_length),
        LOG_INT("bytes_out", (int64_t)e->content.length)
    };
    access_log_add(&http->log, line, log_line(line, LOG_INFO, "request", values, ARRAY_LENGTH(values)));
}

void exchange_completed(void *context, struct MHD_Connection *connection, void **slot, enum MHD_RequestTerminationCode why)
{
    struct http *http = context;
    struct exchange *e = *slot;
    (void)why;
    if (!e) return;
    *slot = NULL;
    int64_t now = clock_us();
    if (e->status && !e->listener) note(e, now - e->started_us);
    events_leave(e);
    peer_waits(connection, PEER_HEAD, now);
    exchange_give(http, e);
    atomic_fetch_sub_explicit(&http->in_flight, 1, memory_order_relaxed);
}
