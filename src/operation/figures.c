/* Figures that were worked out just now. What an operation with OPERATION_FIGURES gives depends on the books of its company, the day and what it
 * takes, and the books change by operations alone, each of which adds a row to the audit trail. So an answer is kept beside the hash of the
 * trail's last row, both of one snapshot, and given again for as long as the trail has not gone on: looked at inside the transaction in which
 * the operation would run, so that nobody sees an old figure behind a commit, on whatever server of these books. Who may ask is asked each time. */
#include "operation/operation_private.h"
#include <pthread.h>

enum { FIGURES_MOST = 256, LONGEST = 1 << 20 };
struct figure { uint8_t hash[32], trail[32]; char *json; size_t length; };
struct figures { pthread_mutex_t lock; struct figure at[FIGURES_MOST]; };

struct figures *figures_new(void)
{
    struct figures *all = calloc(1, sizeof *all);
    ensure(all);
    pthread_mutex_init(&all->lock, NULL);
    return all;
}

void figures_free(struct figures *all)
{
    if (!all) return;
    for (size_t i = 0; i < FIGURES_MOST; i++) free(all->at[i].json);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

/* The one place where it may stand: what stands there goes when another takes it. */
static struct figure *place_of(struct figures *all, const struct figure_key *key)
{
    return &all->at[(key->hash[0] | key->hash[1] << 8) % FIGURES_MOST];
}

struct fault *figures_key_of(struct work *work, const struct operation *operation, const void *takes, struct figure_key *key)
{
    struct str trail;
    struct text text = text_new(work->arena);
    *key = (struct figure_key){ 0 };
    if (!(operation->flags & OPERATION_FIGURES) || !work->figures) return NULL;
    TRY(audit_last(work, &trail));
    if (!hex_parse(trail, key->trail, sizeof key->trail)) return NULL; /* nothing was ever done here */
    text_addf(&text, "%lld %d %d %s\n", (long long)work->company_id, work->today.ymd, (int)work->language, operation->command);
    text_add(&text, record_to_json(work->arena, (struct given){ operation->call->takes, takes }));
    sha256(text.at, text.length, key->hash);
    key->is = true;
    return NULL;
}

struct str figures_find(struct work *work, const struct figure_key *key)
{
    struct str json = { 0 };
    if (!key->is) return json;
    pthread_mutex_lock(&work->figures->lock);
    const struct figure *figure = place_of(work->figures, key);
    if (figure->json && !memcmp(figure->hash, key->hash, sizeof key->hash) &&
        !memcmp(figure->trail, key->trail, sizeof key->trail))
        json = str_keep(work->arena, (struct str){ figure->json, figure->length });
    pthread_mutex_unlock(&work->figures->lock);
    return json;
}

void figures_keep(struct work *work, const struct figure_key *key, struct str json)
{
    if (!key->is || json.length > LONGEST) return;
    char *copy = malloc(json.length + 1);
    ensure(copy);
    memcpy(copy, json.at, json.length);
    pthread_mutex_lock(&work->figures->lock);
    struct figure *figure = place_of(work->figures, key);
    free(figure->json);
    memcpy(figure->hash, key->hash, sizeof key->hash);
    memcpy(figure->trail, key->trail, sizeof key->trail);
    figure->json = copy, figure->length = json.length;
    pthread_mutex_unlock(&work->figures->lock);
}
