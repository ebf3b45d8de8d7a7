/* Who was known just now. Finding out who asks takes three statements and the patterns of a role; the answer holds until something about people,
 * sessions, tokens, members or roles changes, and then the triggers of the schema raise `access_version`. So what was found out is kept beside the
 * version it was read with, by the hash of the secret that was shown, and the next request only has that version compared: inside the
 * transaction in which it works, so that what was taken away holds from the next commit on, on whatever server of these books. */
#include "access/access_private.h"
#include "access.sql.h"
#include <pthread.h>
#include <sodium.h>

enum { KNOWN_MOST = 512 };
struct known {
    uint8_t hash[32]; /* of the token, or of the session's cookie */
    bool there, by_token;
    char company[64]; /* that was asked for */
    size_t company_length;
    int64_t version;
    char csrf[64];
    size_t csrf_length;
    struct instant expires_at, stepped_up_at;
    int64_t user_id, session_id, company_id;
    enum language language;
    struct permissions permissions;
};
struct identities { pthread_mutex_t lock; struct known at[KNOWN_MOST]; };

struct identities *identities_new(void)
{
    struct identities *all = calloc(1, sizeof *all);
    ensure(all);
    pthread_mutex_init(&all->lock, NULL);
    return all;
}

void identities_free(struct identities *all)
{
    if (!all) return;
    pthread_mutex_destroy(&all->lock);
    free(all);
}

/* The one place where it may stand: what stands there goes when another takes it. */
static struct known *place_of(struct identities *all, struct str hash, struct str company)
{
    uint64_t n;
    memcpy(&n, hash.at, sizeof n);
    return &all->at[(n ^ (company.length ? str_hash(company) : 0)) % KNOWN_MOST];
}

static bool is_of(const struct known *known, const struct credentials *shown, struct str hash)
{
    return known->there && known->by_token == (shown->bearer.length > 0) && !memcmp(known->hash, hash.at, sizeof known->hash) &&
           str_equal((struct str){ known->company, known->company_length }, shown->company);
}

struct fault *identities_version(struct work *work, int64_t *version)
{
    struct access_key row = { 0 };
    struct snapshot_note *note = db_snapshot_note(work);
    bool found;
    if (note && note->known) return *version = note->number, NULL;
    TRY(db_find(work, &sql_access_version, NONE, INTO(access_key, &row), &found));
    *version = found ? row.id : 0;
    if (note) *note = (struct snapshot_note){ true, *version };
    return NULL;
}

void identities_keep(struct work *work, const struct credentials *shown, struct str hash, const struct identity_kept *kept)
{
    struct known known = { .there = true, .by_token = shown->bearer.length > 0, .version = kept->version,
                           .expires_at = kept->expires_at, .stepped_up_at = work->stepped_up_at, .user_id = work->user_id,
                           .session_id = work->session_id, .company_id = work->company_id, .language = work->language,
                           .permissions = work->permissions, .company_length = shown->company.length,
                           .csrf_length = kept->csrf.length };
    if (!work->identities || shown->company.length > sizeof known.company || kept->csrf.length > sizeof known.csrf) return;
    memcpy(known.hash, hash.at, sizeof known.hash);
    if (shown->company.length) memcpy(known.company, shown->company.at, shown->company.length);
    if (kept->csrf.length) memcpy(known.csrf, kept->csrf.at, kept->csrf.length);
    pthread_mutex_lock(&work->identities->lock);
    *place_of(work->identities, hash, shown->company) = known;
    pthread_mutex_unlock(&work->identities->lock);
}

void identities_forget(struct work *work, const struct credentials *shown, struct str hash)
{
    if (!work->identities) return;
    pthread_mutex_lock(&work->identities->lock);
    struct known *known = place_of(work->identities, hash, shown->company);
    if (is_of(known, shown, hash)) known->there = false;
    pthread_mutex_unlock(&work->identities->lock);
}

/* Runs first in the operation's transaction. */
static struct fault *confirm(struct work *work)
{
    const int64_t *presumed = work->presumed;
    int64_t version;
    TRY(identities_version(work, &version));
    if (version != *presumed) return FAULT(work->arena, &access_unknown, NULL);
    work->confirmed = true;
    return NULL;
}

bool identities_presume(struct work *work, const struct credentials *shown, struct str hash)
{
    struct identities *all = work->identities;
    struct known known = { 0 };
    if (!all || !work->may_presume) return false;
    pthread_mutex_lock(&all->lock);
    const struct known *there = place_of(all, hash, shown->company);
    if (is_of(there, shown, hash)) known = *there;
    pthread_mutex_unlock(&all->lock);
    if (!known.there || known.expires_at.us < work->now.us) return false;
    bool same = shown->csrf.length == known.csrf_length && !sodium_memcmp(shown->csrf.at, known.csrf, known.csrf_length);
    if (!known.by_token && shown->changes && !same) return false;
    work->user_id = known.user_id;
    work->session_id = known.session_id;
    work->company_id = known.company_id;
    work->stepped_up_at = known.stepped_up_at;
    work->language = known.language;
    work->permissions = known.permissions;
    int64_t *version = ARENA_NEW(work->arena, int64_t);
    *version = known.version;
    work->presumed = version;
    work->confirm = confirm;
    return true;
}
