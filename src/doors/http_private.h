/* Between the files of the HTTP door. */
#pragma once
#include "doors/doors.h"
#include "doors/target.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

/* ---- Workers: a bounded queue and the threads that serve it ---- */

struct task { struct task *next; void (*run)(struct task *task); };
struct workers;
struct workers *workers_start(size_t threads, size_t queue_limit, size_t stack_bytes);
bool workers_add(struct workers *workers, struct task *task); /* false: full, or stopping */
size_t workers_waiting(struct workers *workers);
void workers_stop(struct workers *workers); /* runs what waits, joins, frees */

/* ---- Metrics ---- */

struct metrics;
struct metrics *metrics_new(size_t operations);
void metrics_free(struct metrics *metrics);
/* `operation` is its number, or the count of operations: none. */
void metrics_count(struct metrics *metrics, size_t operation, int status, int64_t took_us);
int64_t metrics_usual_us(const struct metrics *metrics, size_t operation); /* how long it took of late; 0: never yet */
struct str metrics_text(struct arena *arena, const struct http *http);

/* ---- One request and its answer ---- */

enum exchange_state { EXCHANGE_NEW, EXCHANGE_BODY, EXCHANGE_RUNNING, EXCHANGE_DONE, EXCHANGE_SENT };
enum export { EXPORT_NONE, EXPORT_CSV, EXPORT_XLSX };
struct header { const char *name; struct str value; };
struct stream;
struct listener;
enum { REQUEST_ID_BYTES = 12, CHANCE_BYTES = 32 * REQUEST_ID_BYTES };
struct exchange {
    struct task task; /* first: a task is its exchange */
    struct exchange *free_next;
    struct http *http;
    struct MHD_Connection *connection;
    struct arena *arena;
    enum exchange_state state;
    struct fault *refused; /* decided before the body was read */
    struct str target, method, path, query;
    bool head, by_cookie;
    enum export export;
    struct str columns; /* of a spreadsheet: "due_on:Due,rest:Open" */
    const struct operation *operation; /* NULL: not one of the tables */
    struct pair *pairs;
    size_t pair_count;
    char *body;
    size_t body_length, body_room, body_limit, budget;
    bool too_large;
    struct work work;
    enum language asked; /* by Accept-Language; 0: nothing asked */
    struct answer answer;
    bool identified;
    bool put_off; /* it would have had to wait on the thread of the wire: a worker is to do it */
    /* What leaves. */
    int status;
    struct str content, media_type;
    struct header headers[12];
    size_t header_count;
    struct stream *stream;
    struct listener *listener;
    int64_t started_us;
    /* Kept from one request to the next. */
    uint8_t chance[CHANCE_BYTES]; /* for the ids of requests, asked of the system many at a time */
    size_t chance_left;
};
void exchange_header(struct exchange *exchange, const char *name, struct str value);
void exchange_refuse(struct exchange *exchange, const struct fault *fault);
/* Identity, operation, answer: on whatever thread. Fills what leaves. */
void exchange_answer(struct exchange *exchange);
CHECKED struct fault *exchange_identify(struct exchange *exchange);
enum MHD_Result exchange_send(struct exchange *exchange);
struct str exchange_request_header(struct exchange *exchange, const char *name);

/* A table as a file. */
struct fault *stream_begin(struct exchange *exchange, const struct request *request); /* the first page */
struct MHD_Response *stream_response(struct exchange *exchange);
void stream_free(struct stream *stream);
/* The list that a report holds, which is what its CSV and its sheet show; NULL: none. */
const struct field *export_field(const struct operation *operation);
struct fault *export_answer(struct exchange *exchange, const struct answer *answer);

/* What changes, told as it happens. */
#define EVENTS_PATH "/api/v1/events"
struct events;
struct events *events_start(struct http *http);
void events_end(struct events *events); /* ends every stream; none begins after it */
void events_free(struct events *events);
CHECKED struct fault *events_answer(struct exchange *exchange);
struct MHD_Response *events_response(struct exchange *exchange);
void events_leave(struct exchange *exchange);

/* The embedded web application; false: no such file. */
bool static_answer(struct exchange *exchange);

/* ---- The whole ---- */

struct peer {
    struct peer *next, *previous;
    int socket;
    char address[INET6_ADDRSTRLEN]; /* as text; of a proxy, when there is one */
    _Atomic int64_t since_us;
    _Atomic int waiting_for;
    _Atomic bool gone; /* hung up while we worked: what only reads for it may end */
};
enum { PEER_HEAD = 1, PEER_BODY, PEER_US }; /* what a connection waits for */
/* Lines of the log about requests, written many at a time: when this is full, and each sweep. */
enum { ACCESS_LOG_BYTES = 32 * 1024 };
struct access_log { pthread_mutex_t lock; size_t length; char bytes[ACCESS_LOG_BYTES]; };
void access_log_flush(struct http *http);

struct http {
    struct access_log log;
    const struct doors *doors;
    struct http_settings settings;
    struct arena *arena; /* of the door itself */
    struct MHD_Daemon *daemon;
    struct workers *workers;
    struct metrics *metrics;
    struct events *events;
    pthread_mutex_t lock; /* of free exchanges and peers */
    struct exchange *free;
    struct peer peers; /* head of a ring */
    pthread_t sweeper;
    pthread_cond_t sweeper_wakes;
    bool stopping_sweeper;
    _Atomic bool stopping;
    _Atomic int64_t in_flight, body_bytes, sheets;
    _Atomic int64_t running; /* what waits for a worker or is done by one, or writes on a thread of the wire */
    struct str openapi, openapi_tag;
    int64_t started_us;
    const char *cookie_name, *guest_cookie_name;
    bool secure; /* what a browser sees is TLS */
};
struct exchange *exchange_take(struct http *http);
void exchange_give(struct http *http, struct exchange *exchange);
enum MHD_Result exchange_handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_size, void **slot);
void *exchange_begin(void *context, const char *uri, struct MHD_Connection *connection);
void exchange_completed(void *context, struct MHD_Connection *connection, void **slot, enum MHD_RequestTerminationCode why);
