/* /metrics in Prometheus' text format (version 0.0.4). */
#include "doors/http_private.h"
#include <unistd.h>

static const int statuses[] = { 200, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503 };
static const int64_t bounds_us[] = { 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000 };
enum { STATUSES = ARRAY_LENGTH(statuses), BOUNDS = ARRAY_LENGTH(bounds_us) };

struct counted {
    _Atomic uint64_t by_status[STATUSES + 1], by_time[BOUNDS + 1]; /* the last: none of those */
    _Atomic uint64_t took_us;
    _Atomic int64_t usual_us; /* of the last dozen or so */
};
struct metrics { size_t count; struct counted counted[]; };

struct metrics *metrics_new(size_t operations)
{
    struct metrics *m = calloc(1, sizeof *m + (operations + 1) * sizeof *m->counted);
    ensure(m);
    m->count = operations + 1;
    return m;
}

void metrics_free(struct metrics *m) { free(m); }

static void add(_Atomic uint64_t *to, uint64_t n) { atomic_fetch_add_explicit(to, n, memory_order_relaxed); }

void metrics_count(struct metrics *m, size_t operation, int status, int64_t took_us)
{
    struct counted *c = &m->counted[operation];
    size_t s = 0, b = 0;
    while (s < STATUSES && statuses[s] != status) s++;
    while (b < BOUNDS && took_us > bounds_us[b]) b++;
    add(&c->by_status[s], 1);
    add(&c->by_time[b], 1);
    add(&c->took_us, (uint64_t)took_us);
    int64_t usual = atomic_load_explicit(&c->usual_us, memory_order_relaxed); /* one that is lost beside another does no harm */
    atomic_store_explicit(&c->usual_us, usual ? usual + (took_us - usual) / 8 : took_us, memory_order_relaxed);
}

int64_t metrics_usual_us(const struct metrics *m, size_t operation)
{
    return atomic_load_explicit(&m->counted[operation].usual_us, memory_order_relaxed);
}

static void add_gauge(struct text *t, const char *name, const char *type, const char *help, int64_t value)
{
    text_addf(t, "# HELP florin_%s %s\n# TYPE florin_%s %s\nflorin_%s %lld\n", name, help, name, type, name, (long long)value);
}

static int64_t memory_bytes(void)
{
    long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f) return 0;
    if (fscanf(f, "%*d %lld", &pages) != 1) pages = 0;
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

static const char *name_of(const struct http *http, size_t number)
{
    return number < http->doors->operations->count ? operation_numbered(http->doors->operations, number)->command : "other";
}

static void add_requests(struct text *t, const struct http *http)
{
    const struct metrics *m = http->metrics;
    text_addz(t, "# HELP florin_requests_total Requests by operation and status.\n# TYPE florin_requests_total counter\n");
    for (size_t i = 0; i < m->count; i++)
        for (size_t s = 0; s <= STATUSES; s++) {
            uint64_t n = atomic_load_explicit(&m->counted[i].by_status[s], memory_order_relaxed);
            if (n)
                text_addf(t, "florin_requests_total{operation=\"%s\",status=\"%d\"} %llu\n", name_of(http, i),
                          s < STATUSES ? statuses[s] : 0, (unsigned long long)n);
        }
}

static void add_times(struct text *t, const struct http *http)
{
    const struct metrics *m = http->metrics;
    text_addz(t, "# HELP florin_request_seconds How long requests took.\n# TYPE florin_request_seconds histogram\n");
    for (size_t i = 0; i < m->count; i++) {
        unsigned long long sum = 0, took = atomic_load_explicit(&m->counted[i].took_us, memory_order_relaxed);
        for (size_t b = 0; b <= BOUNDS; b++) sum += atomic_load_explicit(&m->counted[i].by_time[b], memory_order_relaxed);
        if (!sum) continue;
        sum = 0;
        for (size_t b = 0; b <= BOUNDS; b++) {
            sum += atomic_load_explicit(&m->counted[i].by_time[b], memory_order_relaxed);
            text_addf(t, "florin_request_seconds_bucket{operation=\"%s\",le=\"", name_of(http, i));
            if (b == BOUNDS) text_addz(t, "+Inf");
            else text_addf(t, "%lld.%06lld", (long long)(bounds_us[b] / 1000000), (long long)(bounds_us[b] % 1000000));
            text_addf(t, "\"} %llu\n", sum);
        }
        text_addf(t, "florin_request_seconds_sum{operation=\"%s\"} %llu.%06llu\n", name_of(http, i), took / 1000000,
                  took % 1000000);
        text_addf(t, "florin_request_seconds_count{operation=\"%s\"} %llu\n", name_of(http, i), sum);
    }
}

struct str metrics_text(struct arena *arena, const struct http *http)
{
    struct text t = text_new(arena);
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    add_requests(&t, http);
    add_times(&t, http);
    add_gauge(&t, "db_statements_total", "counter", "Statements run on the database.", books_statements(http->doors->books));
    add_gauge(&t, "queue_depth", "gauge", "Requests waiting for a worker.", (int64_t)workers_waiting(http->workers));
    add_gauge(&t, "requests_in_flight", "gauge", "Requests begun and not answered.", atomic_load(&http->in_flight));
    add_gauge(&t, "body_bytes", "gauge", "Bytes of request bodies in memory.", atomic_load(&http->body_bytes));
    add_gauge(&t, "connections", "gauge", "Open connections.", info ? (int64_t)info->num_connections : 0);
    add_gauge(&t, "process_resident_bytes", "gauge", "Memory of the process.", memory_bytes());
    add_gauge(&t, "uptime_seconds", "gauge", "Since the start.", (clock_us() - http->started_us) / 1000000);
    return text_str(&t);
}
