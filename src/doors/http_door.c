/* Start and stop of the HTTP door, and the watch over connections that send too slowly. */
#include "doors/http_private.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

const struct fault_type door_unsafe = {
    FAULT_INVALID, "door.unsafe",
    "Others can reach {address}: give a certificate and its key, or set behind_proxy when something before it ends TLS, or serve 127.0.0.1."
};
const struct fault_type door_no_address = { FAULT_UNREACHABLE, "door.no_address",
                                            "Cannot serve {address} port {port}: {why}." };
static const struct fault_type door_address_broken = { FAULT_INVALID, "door.address_broken",
                                                       "{address} is not an address such as 127.0.0.1 or ::1." };
static const struct fault_type door_half_tls = { FAULT_INVALID, "door.half_tls",
                                                 "A certificate and its key belong together; one is missing." };
static const struct fault_type door_no_tls = { FAULT_INVALID, "door.no_tls",
                                               "This HTTP library has no TLS; serve behind a proxy that has it." };

enum {
    SWEEP_MS = 250,
    STACK_BYTES = 1024 * 1024,
    CONNECTIONS_MAX = 4000,
    CONNECTION_BYTES = 16 * 1024, /* what a connection reads a head into and makes one in; the library clears all of it for each request */
};
enum { LONG_US = 1000000, READS_END_US = 5000000 };

/* ---- Connections ---- */

static void peer_address(struct MHD_Connection *connection, char text[INET6_ADDRSTRLEN])
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *from = info ? info->client_addr : NULL;
    if (from && from->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr, text, INET6_ADDRSTRLEN);
    else if (from && from->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, text, INET6_ADDRSTRLEN);
}

static void connection_notice(void *context, struct MHD_Connection *connection, void **slot,
                              enum MHD_ConnectionNotificationCode code)
{
    struct http *http = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct peer *peer = calloc(1, sizeof *peer);
        if (!peer || !info) {
            free(peer);
            return;
        }
        peer->socket = info->connect_fd;
        peer_address(connection, peer->address);
        atomic_store(&peer->since_us, clock_us());
        atomic_store(&peer->waiting_for, PEER_HEAD);
        pthread_mutex_lock(&http->lock);
        peer->next = http->peers.next;
        peer->previous = &http->peers;
        peer->next->previous = peer->previous->next = peer;
        pthread_mutex_unlock(&http->lock);
        *slot = peer;
    } else if (*slot) {
        struct peer *peer = *slot;
        pthread_mutex_lock(&http->lock);
        peer->next->previous = peer->previous;
        peer->previous->next = peer->next;
        pthread_mutex_unlock(&http->lock);
        free(peer);
        *slot = NULL;
    }
}

/* While a worker runs a request the library doesn't look at its connection, so a long read would go on for nobody. */
static void look_whether_gone(struct peer *p, int64_t now)
{
    struct pollfd fd = { .fd = p->socket, .events = POLLRDHUP };
    if (now - atomic_load_explicit(&p->since_us, memory_order_relaxed) < LONG_US) return;
    if (poll(&fd, 1, 0) > 0) atomic_store_explicit(&p->gone, true, memory_order_relaxed);
}

/* The library gives up on silence; who sends a byte now and then is cut off here. A socket is closed by the library only
 * after its peer has left the ring, so it is still ours under the lock. */
static void *sweep(void *context)
{
    struct http *http = context;
    pthread_mutex_lock(&http->lock);
    while (!http->stopping_sweeper) {
        struct timespec until;
        int64_t now = clock_us();
        for (struct peer *p = http->peers.next; p != &http->peers; p = p->next) {
            int what = atomic_load_explicit(&p->waiting_for, memory_order_relaxed);
            int64_t limit_ms = what == PEER_HEAD ? http->settings.header_timeout_ms : http->settings.body_timeout_ms;
            if (what == PEER_US) look_whether_gone(p, now);
            else if (now - atomic_load_explicit(&p->since_us, memory_order_relaxed) > limit_ms * 1000)
                shutdown(p->socket, SHUT_RDWR);
        }
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += (long)SWEEP_MS * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&http->sweeper_wakes, &http->lock, &until);
        pthread_mutex_unlock(&http->lock); /* who reads the log may be slow */
        access_log_flush(http);
        pthread_mutex_lock(&http->lock);
    }
    pthread_mutex_unlock(&http->lock);
    return NULL;
}

/* ---- Start ---- */

static bool parse_address(struct arena *arena, struct str text, int64_t port, struct sockaddr_storage *out, bool *loopback)
{
    const char *z = str_keep(arena, text).at;
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)out;
    memset(out, 0, sizeof *out);
    if (!z || port < 0 || port > 65535) return false;
    if (inet_pton(AF_INET, z, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        *loopback = ntohl(four->sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    if (inet_pton(AF_INET6, z, &six->sin6_addr) != 1) return false;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    *loopback = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    return true;
}

static int64_t or_default(int64_t value, int64_t standard) { return value > 0 ? value : standard; }

static void fill_settings(struct http *http, const struct http_settings *settings)
{
    struct http_settings *s = &http->settings;
    *s = *settings;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    s->pool_threads = or_default(s->pool_threads, cores > 0 ? cores : 1);
    s->workers = or_default(s->workers, 64);
    s->queue_limit = or_default(s->queue_limit, 1024);
    s->body_limit = or_default(s->body_limit, 1024 * 1024);
    s->upload_limit = or_default(s->upload_limit, 64 * 1024 * 1024);
    s->upload_budget = or_default(s->upload_budget, INT64_C(1) << 30);
    s->header_timeout_ms = or_default(s->header_timeout_ms, 30000);
    s->body_timeout_ms = or_default(s->body_timeout_ms, 600000);
    s->listener_check_ms = or_default(s->listener_check_ms, 20000);
    http->secure = s->behind_proxy || s->certificate.at;
    http->cookie_name = http->secure ? "__Host-florin_session" : "florin_session";
    http->guest_cookie_name = http->secure ? "__Host-florin_portal" : "florin_portal";
}

static size_t no_decoding(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context, (void)connection;
    return strlen(text); /* we take the address apart ourselves */
}

PRINTF(2, 0) static void library_says(void *context, const char *format, va_list list)
{
    char line[256];
    (void)context;
    vsnprintf(line, sizeof line, format, list);
    LOG(LOG_DEBUG, "http_library", LOG_TEXT("text", str_trim(str_of(line))));
}

static struct MHD_Daemon *start_daemon(struct http *http, const struct sockaddr_storage *address)
{
    const struct http_settings *s = &http->settings;
    struct MHD_OptionItem tls[] = { { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)s->certificate.at },
                                    { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)s->key.at },
                                    { MHD_OPTION_HTTPS_PRIORITIES, 0,
                                      (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
                                    { MHD_OPTION_END, 0, NULL } };
    struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (s->certificate.at) flags |= MHD_USE_TLS;
    if (address->ss_family == AF_INET6) flags |= MHD_USE_IPv6;
    return MHD_start_daemon(flags, 0, NULL, NULL, exchange_handle, http, MHD_OPTION_EXTERNAL_LOGGER, library_says, NULL,
                            MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)s->pool_threads,
                            MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, 60u,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                            MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_NOTIFY_CONNECTION, connection_notice,
                            http, MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, http, MHD_OPTION_URI_LOG_CALLBACK,
                            exchange_begin, http, MHD_OPTION_UNESCAPE_CALLBACK, no_decoding, NULL, MHD_OPTION_ARRAY,
                            s->certificate.at ? tls : none, MHD_OPTION_END);
}

static struct fault *check_settings(struct arena *arena, const struct http_settings *s, struct sockaddr_storage *address)
{
    bool loopback = false;
    if (!parse_address(arena, s->address, s->port, address, &loopback))
        return FAULT(arena, &door_address_broken, "address", PARAM("address", s->address.at ? s->address : STR("")));
    if (!s->certificate.at != !s->key.at) return FAULT(arena, &door_half_tls, s->key.at ? "certificate" : "key");
    if (s->certificate.at && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return FAULT(arena, &door_no_tls, "certificate");
    if (!loopback && !s->certificate.at && !s->behind_proxy)
        return FAULT(arena, &door_unsafe, "address", PARAM("address", s->address));
    return NULL;
}

struct fault *http_start(struct arena *arena, const struct doors *doors, const struct http_settings *settings, struct http **out)
{
    struct sockaddr_storage address;
    uint8_t hash[32];
    TRY(check_settings(arena, settings, &address));
    struct http *http = calloc(1, sizeof *http);
    ensure(http);
    http->doors = doors;
    http->arena = arena_new((size_t)1 << 30);
    http->started_us = clock_us();
    fill_settings(http, settings);
    pthread_mutex_init(&http->lock, NULL);
    pthread_mutex_init(&http->log.lock, NULL);
    pthread_cond_init(&http->sweeper_wakes, NULL);
    http->peers.next = http->peers.previous = &http->peers;
    http->openapi = openapi_text(http->arena, doors->operations);
    sha256(http->openapi.at, http->openapi.length, hash);
    http->openapi_tag = str_format(http->arena, "\"%.*s\"", STR_ARG(hex_text(http->arena, hash, 8)));
    http->metrics = metrics_new(doors->operations->count);
    http->workers = workers_start((size_t)http->settings.workers, (size_t)http->settings.queue_limit, STACK_BYTES);
    ensure(!pthread_create(&http->sweeper, NULL, sweep, http));
    http->events = events_start(http);
    http->daemon = start_daemon(http, &address);
    if (!http->daemon) {
        struct fault *fault = FAULT(arena, &door_no_address, "address", PARAM("address", settings->address),
                                    PARAM_INT(arena, "port", settings->port), PARAM("why", str_of(strerror(errno))));
        http_stop(http, 0);
        return fault;
    }
    *out = http;
    return NULL;
}

int http_port(const struct http *http)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

/* ---- Stop ---- */

static void free_all(struct http *http)
{
    access_log_flush(http);
    pthread_mutex_destroy(&http->log.lock);
    for (struct exchange *e = http->free, *next; e; e = next) {
        next = e->free_next;
        arena_free(e->arena);
        free(e);
    }
    events_free(http->events);
    metrics_free(http->metrics);
    arena_free(http->arena);
    pthread_cond_destroy(&http->sweeper_wakes);
    pthread_mutex_destroy(&http->lock);
    free(http);
}

void http_stop(struct http *http, int64_t grace_ms)
{
    int64_t now = clock_us(), until = now + grace_ms * 1000,
            reads_until = now + READS_END_US < until ? now + READS_END_US : until;
    struct books *books = http->doors->books;
    MHD_socket listening = MHD_INVALID_SOCKET;
    atomic_store(&http->stopping, true);
    if (http->daemon) listening = MHD_quiesce_daemon(http->daemon);
    events_end(http->events);
    while (atomic_load(&http->in_flight) > 0 && clock_us() < reads_until) usleep(2000);
    if (books && atomic_load(&http->in_flight) > 0) books_stop(books, STOP_READS);
    while (atomic_load(&http->in_flight) > 0 && clock_us() < until) usleep(2000);
    if (books && atomic_load(&http->in_flight) > 0) books_stop(books, STOP_ALL);
    workers_stop(http->workers); /* all that is suspended is resumed by now, or as soon as it asks again */
    if (books) books_stop(books, STOP_NOTHING);
    if (http->daemon) MHD_stop_daemon(http->daemon);
    if (listening != MHD_INVALID_SOCKET) close(listening);
    pthread_mutex_lock(&http->lock);
    http->stopping_sweeper = true;
    pthread_cond_signal(&http->sweeper_wakes);
    pthread_mutex_unlock(&http->lock);
    pthread_join(http->sweeper, NULL);
    free_all(http);
}
