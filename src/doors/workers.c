/* Who became idle last is called first: what he touched is still at hand, and the memory that the threads keep for their next task stays that of
 * as many threads as work at once (a table of a million rows, page after page, went round all of them). */
#include "doors/http_private.h"

struct idler { struct idler *below; pthread_cond_t wakes; bool called; };
struct workers {
    pthread_mutex_t lock;
    struct idler *idle; /* a stack */
    struct task *first, *last;
    size_t waiting, limit, thread_count;
    bool stopping;
    pthread_t threads[];
};

/* Both under the lock. */
static void sleep_until_called(struct workers *w)
{
    struct idler me = { .below = w->idle };
    pthread_cond_init(&me.wakes, NULL);
    w->idle = &me;
    while (!me.called) pthread_cond_wait(&me.wakes, &w->lock);
    pthread_cond_destroy(&me.wakes);
}
static void call_one(struct workers *w)
{
    struct idler *one = w->idle;
    if (!one) return; /* all work, and look for more when they are done */
    w->idle = one->below;
    one->called = true;
    pthread_cond_signal(&one->wakes);
}

static void *work_on(void *context)
{
    struct workers *w = context;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->first && !w->stopping) sleep_until_called(w);
        struct task *task = w->first;
        if (!task) break;
        w->first = task->next;
        if (!w->first) w->last = NULL;
        w->waiting--;
        pthread_mutex_unlock(&w->lock);
        task->run(task);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct workers *workers_start(size_t threads, size_t queue_limit, size_t stack_bytes)
{
    struct workers *w = calloc(1, sizeof *w + threads * sizeof *w->threads);
    pthread_attr_t attributes;
    ensure(w);
    pthread_mutex_init(&w->lock, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    w->limit = queue_limit;
    while (w->thread_count < threads && !pthread_create(&w->threads[w->thread_count], &attributes, work_on, w)) w->thread_count++;
    pthread_attr_destroy(&attributes);
    ensure(w->thread_count);
    return w;
}

bool workers_add(struct workers *w, struct task *task)
{
    pthread_mutex_lock(&w->lock);
    bool taken = !w->stopping && w->waiting < w->limit;
    if (taken) {
        task->next = NULL;
        if (w->last) w->last->next = task;
        else w->first = task;
        w->last = task;
        w->waiting++;
        call_one(w);
    }
    pthread_mutex_unlock(&w->lock);
    return taken;
}

size_t workers_waiting(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    size_t waiting = w->waiting;
    pthread_mutex_unlock(&w->lock);
    return waiting;
}

void workers_stop(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    while (w->idle) call_one(w);
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < w->thread_count; i++) pthread_join(w->threads[i], NULL);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
