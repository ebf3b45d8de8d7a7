/* Runs the program's own jobs when they are due. */
#include "doors/doors.h"
#include <pthread.h>
#include <time.h>

struct jobs {
    const struct doors *doors;
    const struct job *at;
    size_t count;
    int64_t *due_us; /* on the monotonic clock */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wakes;
    bool stopping;
};

static void run_one(struct jobs *jobs, struct arena *arena, const struct job *job)
{
    struct work work = door_work(jobs->doors, arena, "job");
    uint8_t id[12];
    int64_t from = clock_us();
    random_bytes(id, sizeof id);
    work.system = true;
    work.request_id = hex_text(arena, id, sizeof id);
    struct fault *fault = job->run ? job->run(&work, jobs->doors->books, jobs->doors->operations)
                                   : job->run_with(job->context, &work, jobs->doors->books);
    if (fault)
        LOG(LOG_WARNING, "job_refused", LOG_TEXT("job", str_of(job->name)), LOG_TEXT("request_id", work.request_id),
            LOG_TEXT("code", str_of(fault->type->code)), LOG_TEXT("detail", str_of(fault->detail)));
    else LOG(LOG_DEBUG, "job", LOG_TEXT("job", str_of(job->name)), LOG_INT("took_us", clock_us() - from));
    arena_reset(arena);
}

/* Sleeps until `due_us`, or until it is to stop. */
static void sleep_until(struct jobs *jobs, int64_t due_us)
{
    int64_t left_us = due_us - clock_us();
    struct timespec until;
    if (left_us <= 0) return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += left_us / 1000000;
    until.tv_nsec += left_us % 1000000 * 1000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_cond_timedwait(&jobs->wakes, &jobs->lock, &until);
}

static void *loop(void *context)
{
    struct jobs *jobs = context;
    struct arena *arena = arena_new((size_t)1 << 36);
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->stopping) {
        size_t first = 0;
        for (size_t i = 1; i < jobs->count; i++)
            if (jobs->due_us[i] < jobs->due_us[first]) first = i;
        if (jobs->due_us[first] > clock_us()) {
            sleep_until(jobs, jobs->due_us[first]);
            continue;
        }
        pthread_mutex_unlock(&jobs->lock);
        run_one(jobs, arena, &jobs->at[first]);
        pthread_mutex_lock(&jobs->lock);
        jobs->due_us[first] = clock_us() + jobs->at[first].every_ms * 1000;
    }
    pthread_mutex_unlock(&jobs->lock);
    arena_free(arena);
    return NULL;
}

struct fault *jobs_start(const struct doors *doors, const struct job *at, size_t count, struct jobs **out)
{
    struct jobs *jobs = calloc(1, sizeof *jobs);
    pthread_condattr_t monotonic;
    ensure(jobs && count);
    *jobs = (struct jobs){ .doors = doors, .at = at, .count = count, .due_us = calloc(count, sizeof *jobs->due_us) };
    ensure(jobs->due_us);
    for (size_t i = 0; i < count; i++) ensure(at[i].every_ms > 0);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->wakes, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int failed = pthread_create(&jobs->thread, NULL, loop, jobs);
    ensure(!failed);
    *out = jobs;
    return NULL;
}

void jobs_stop(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = true;
    pthread_cond_signal(&jobs->wakes);
    pthread_mutex_unlock(&jobs->lock);
    pthread_join(jobs->thread, NULL);
    pthread_cond_destroy(&jobs->wakes);
    pthread_mutex_destroy(&jobs->lock);
    free(jobs->due_us);
    free(jobs);
}
