/* Secrets at rest. What somebody must be able to read again (the secret of a second factor, an answer that shows a token once) is
 * sealed with a key that is not in the database: XChaCha20-Poly1305 (libsodium), bound to what it is of, so that it can't be moved to
 * another row. The key stands in a file for its owner only, a line of 64 hexadecimal digits, the newest first; older lines stay, for
 * what was sealed with them. The database knows the name of the newest one, so that a lost file is not quietly replaced by a new one. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include "db/engine.h"
#include "db.sql.h"

const struct fault_type db_key_lost = {
    FAULT_UNREACHABLE, "db.key_lost",
    "The key that the secrets of these books are sealed with is not in {file}. Put it back from where you keep it; if it is lost for good, florin key lost lets people set up their second factor anew."
};
const struct fault_type db_key_open = {
    FAULT_INVALID, "db.key_open", "{file} holds the key of the books, and others than its owner may read it. Do: chmod 600 {file}"
};
static const struct fault_type key_broken = { FAULT_INVALID, "db.key_broken",
                                              "{file} is no file of keys: lines of 64 hexadecimal digits." };
static const struct fault_type key_full = { FAULT_CONFLICT, "db.key_full",
                                            "{file} holds 32 keys already; name another file: FLORIN_SECRET_KEY_FILE." };
static const struct fault_type key_file = { FAULT_UNREACHABLE, "db.key_file", "The key file {file} can't be used: {why}." };

static const char magic[] = "FS1:";
enum {
    MAGIC = 4,
    NAME = 16,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    HEAD = MAGIC + NAME + NONCE,
    FILE_MOST = RING * 70
};

struct seal_key_row { struct str key_id; struct instant made_at; };
RECORD(seal_key_row, { FIELD(struct seal_key_row, key_id), FIELD(struct seal_key_row, made_at) });

static struct fault *with_file(struct arena *arena, const struct fault_type *type, const struct keys *keys, const char *why)
{
    return FAULT(arena, type, NULL, PARAM("file", str_keep(arena, str_of(keys->path))),
                 PARAM("why", str_keep(arena, str_of(why))));
}

/* ---- The file ---- */

static void key_name(struct seal_key *key)
{
    uint8_t hash[32];
    sha256(key->bytes, sizeof key->bytes, hash);
    sodium_bin2hex(key->id, sizeof key->id, hash, NAME / 2);
}

static struct fault *ring_parse(struct arena *arena, struct keys *keys, struct str text)
{
    keys->count = 0;
    for (struct str rest = text; rest.length;) {
        struct str line = str_trim(str_cut(rest, '\n', &rest));
        if (!line.length) continue;
        struct seal_key *key = &keys->ring[keys->count];
        if (keys->count == RING || !hex_parse(line, key->bytes, sizeof key->bytes))
            return with_file(arena, &key_broken, keys, "");
        key_name(key);
        keys->count++;
    }
    return NULL;
}

/* No file: an empty ring. */
static struct fault *ring_read(struct arena *arena, struct keys *keys)
{
    char text[FILE_MOST];
    struct stat about;
    int fd = open(keys->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    keys->count = 0;
    if (fd < 0) return errno == ENOENT ? NULL : with_file(arena, &key_file, keys, strerror(errno));
    bool known = !fstat(fd, &about);
    bool open_to_others = known && about.st_mode & 077;
    ssize_t length = known && !open_to_others ? read(fd, text, sizeof text) : -1;
    close(fd);
    if (open_to_others) return with_file(arena, &db_key_open, keys, "");
    if (length < 0) return with_file(arena, &key_file, keys, strerror(errno));
    struct fault *fault = ring_parse(arena, keys, (struct str){ text, (size_t)length });
    sodium_memzero(text, sizeof text);
    return fault;
}

/* The ring into a file beside it, on disk, then in its place; never over one that somebody else made meanwhile, when it is new. */
static struct fault *ring_write(struct arena *arena, struct keys *keys, bool is_new)
{
    struct str part = str_format(arena, "%s.%d.part", keys->path, (int)getpid());
    unlink(part.at);
    int fd = open(part.at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), why = 0;
    bool good = fd >= 0;
    for (size_t i = 0; good && i < keys->count; i++) {
        char line[2 * sizeof keys->ring[i].bytes + 1];
        sodium_bin2hex(line, sizeof line, keys->ring[i].bytes, sizeof keys->ring[i].bytes);
        line[sizeof line - 1] = '\n';
        good = write(fd, line, sizeof line) == (ssize_t)sizeof line;
        sodium_memzero(line, sizeof line);
    }
    good = good && !fsync(fd) && !(is_new ? link(part.at, keys->path) : rename(part.at, keys->path));
    if (!good) why = errno;
    if (fd >= 0) close(fd);
    unlink(part.at);
    if (!good && is_new && why == EEXIST) return ring_read(arena, keys); /* another program was first */
    if (!good) return with_file(arena, &key_file, keys, strerror(why));
    struct str folder = str_keep(arena, str_of(keys->path));
    char *slash = strrchr((char *)(uintptr_t)folder.at, '/');
    if (slash) *slash = 0;
    int directory = open(slash ? folder.at : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) fsync(directory), close(directory);
    return NULL;
}

static void ring_add(struct keys *keys)
{
    size_t stay = keys->count < RING ? keys->count : RING - 1;
    memmove(&keys->ring[1], &keys->ring[0], stay * sizeof keys->ring[0]);
    random_bytes(keys->ring[0].bytes, sizeof keys->ring[0].bytes);
    key_name(&keys->ring[0]);
    keys->count = stay + 1;
}

void books_key_file(struct books *books, struct str path)
{
    free(books->keys.path);
    books->keys.path = path.length ? strndup(path.at, path.length) : NULL;
    books->keys.loaded = false;
}

struct str books_key_place(const struct books *books) { return str_of(books->keys.path); }

void keys_open(struct books *books)
{
    const char *state = getenv("STATE_DIRECTORY"), *home = getenv("HOME");
    char path[4200];
    pthread_mutex_init(&books->keys.lock, NULL);
    if (books->directory) snprintf(path, sizeof path, "%s/florin.key", books->directory);
    else if (state && !strchr(state, ':')) snprintf(path, sizeof path, "%s/florin.key", state); /* systemd's, of this service */
    else snprintf(path, sizeof path, "%s/.florin.key", home ? home : ".");
    books_key_file(books, str_of(path));
    if (!str_is(books->where, ":memory:")) return;
    ring_add(&books->keys); /* lives and goes with the books */
    books->keys.loaded = books->keys.in_memory = true;
}

void keys_close(struct books *books)
{
    sodium_memzero(books->keys.ring, sizeof books->keys.ring);
    free(books->keys.path);
    pthread_mutex_destroy(&books->keys.lock);
}

/* ---- Which key is the newest ---- */

static const struct seal_key *ring_find(const struct keys *keys, struct str id)
{
    for (size_t i = 0; i < keys->count; i++)
        if (str_is(id, keys->ring[i].id)) return &keys->ring[i];
    return NULL;
}

static struct fault *newest_set(struct work *work, const struct seal_key *key)
{
    const struct seal_key_row row = { str_of(key->id), work->now };
    return db_run(work, &sql_db_seal_key_add, GIVEN(seal_key_row, &row));
}

/* Under the lock. NULL key, no fault: there is none yet, and this transaction only reads. */
static struct fault *key_newest(struct work *work, struct keys *keys, struct seal_key *out, bool *there)
{
    struct seal_key_row row = { 0 };
    bool found;
    *there = true;
    if (keys->current.id[0]) return *out = keys->current, NULL;
    if (!keys->loaded) TRY(ring_read(work->arena, keys));
    keys->loaded = true;
    TRY(db_find(work, &sql_db_seal_key, NONE, INTO(seal_key_row, &row), &found));
    if (found) {
        const struct seal_key *key = ring_find(keys, row.key_id);
        if (!key && !keys->in_memory) {
            TRY(ring_read(work->arena, keys));
            key = ring_find(keys, row.key_id);
        }
        if (!key) return with_file(work->arena, &db_key_lost, keys, "");
        *out = keys->current = *key;
        return NULL;
    }
    *there = !work->reading;
    if (work->reading) return NULL;
    if (!keys->count) {
        ring_add(keys);
        TRY(ring_write(work->arena, keys, true));
    }
    *out = keys->ring[0]; /* known for good when this transaction is; asked again until then */
    return newest_set(work, out);
}

static struct fault *newest(struct work *work, struct seal_key *out, bool *there)
{
    struct keys *keys = &work->db->books->keys;
    pthread_mutex_lock(&keys->lock);
    struct fault *fault = key_newest(work, keys, out, there);
    pthread_mutex_unlock(&keys->lock);
    return fault;
}

struct fault *db_key_check(struct work *work)
{
    struct seal_key key;
    bool there;
    return newest(work, &key, &there);
}

struct fault *db_key_new(struct work *work, struct str *id)
{
    struct keys *keys = &work->db->books->keys;
    pthread_mutex_lock(&keys->lock);
    struct fault *fault = keys->in_memory ? NULL : ring_read(work->arena, keys);
    bool is_new = !keys->count;
    if (!fault) ring_add(keys);
    if (!fault && !keys->in_memory) fault = ring_write(work->arena, keys, is_new);
    keys->loaded = !fault;
    memset(&keys->current, 0, sizeof keys->current);
    if (!fault) fault = newest_set(work, &keys->ring[0]);
    *id = str_keep(work->arena, str_of(keys->ring[0].id));
    pthread_mutex_unlock(&keys->lock);
    return fault;
}

/* Each ring under its own lock, never both. */
static struct fault *ring_copy(struct arena *arena, struct keys *keys, struct keys *copy)
{
    pthread_mutex_lock(&keys->lock);
    struct fault *fault = keys->in_memory ? NULL : ring_read(arena, keys);
    copy->count = keys->count;
    memcpy(copy->ring, keys->ring, sizeof copy->ring);
    pthread_mutex_unlock(&keys->lock);
    return fault;
}

/* Behind those that are there: the database says which is the newest. */
static struct fault *ring_bring(struct arena *arena, struct keys *keys, const struct keys *brought)
{
    TRY(ring_read(arena, keys));
    size_t there = keys->count;
    for (size_t i = 0; i < brought->count; i++) {
        if (ring_find(keys, str_of(brought->ring[i].id))) continue;
        if (keys->count == RING) return with_file(arena, &key_full, keys, "");
        keys->ring[keys->count++] = brought->ring[i];
    }
    keys->loaded = true;
    return keys->count > there ? ring_write(arena, keys, !there) : NULL;
}

struct fault *books_keys_bring(struct arena *arena, struct books *from, struct books *to)
{
    struct keys brought = { 0 };
    struct fault *fault = ring_copy(arena, &from->keys, &brought);
    pthread_mutex_lock(&to->keys.lock);
    if (!fault && brought.count && !to->keys.in_memory) fault = ring_bring(arena, &to->keys, &brought);
    pthread_mutex_unlock(&to->keys.lock);
    sodium_memzero(brought.ring, sizeof brought.ring);
    return fault;
}

/* ---- Sealing ---- */

bool db_is_sealed(struct str value)
{
    return value.length >= HEAD + TAG && !memcmp(value.at, magic, MAGIC);
}

static struct str bound_to(struct arena *arena, const char *what, int64_t id)
{
    return str_format(arena, "%s %lld", what, (long long)id);
}

struct fault *db_seal(struct work *work, const char *what, int64_t id, struct str plain, struct str *sealed)
{
    struct seal_key key;
    bool there;
    ensure(!work->reading);
    TRY(newest(work, &key, &there));
    struct str to = bound_to(work->arena, what, id);
    unsigned char *bytes = arena_alloc(work->arena, HEAD + plain.length + TAG);
    unsigned long long length;
    memcpy(bytes, magic, MAGIC);
    memcpy(bytes + MAGIC, key.id, NAME);
    random_bytes(bytes + MAGIC + NAME, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + HEAD, &length, (const unsigned char *)(plain.at ? plain.at : ""),
                                               plain.length, (const unsigned char *)to.at, to.length, NULL,
                                               bytes + MAGIC + NAME, key.bytes);
    sodium_memzero(&key, sizeof key);
    *sealed = (struct str){ (const char *)bytes, HEAD + (size_t)length };
    return NULL;
}

/* A key that we don't have may have come into the file since. */
static struct fault *key_of(struct work *work, struct str id, struct seal_key *out)
{
    struct keys *keys = &work->db->books->keys;
    pthread_mutex_lock(&keys->lock);
    const struct seal_key *key = ring_find(keys, id);
    struct fault *fault = key || keys->in_memory ? NULL : ring_read(work->arena, keys);
    if (!fault) keys->loaded = true, key = ring_find(keys, id);
    if (key) *out = *key;
    else if (!fault) fault = with_file(work->arena, &db_key_lost, keys, "");
    pthread_mutex_unlock(&keys->lock);
    return fault;
}

struct fault *db_unseal(struct work *work, const char *what, int64_t id, struct str sealed, struct str *plain)
{
    struct seal_key key;
    if (!db_is_sealed(sealed)) return *plain = sealed, NULL;
    const unsigned char *bytes = (const unsigned char *)sealed.at;
    TRY(key_of(work, str_part(sealed, MAGIC, NAME), &key));
    struct str to = bound_to(work->arena, what, id);
    unsigned char *out = arena_alloc(work->arena, sealed.length - HEAD - TAG + 1);
    unsigned long long length;
    int wrong = crypto_aead_xchacha20poly1305_ietf_decrypt(out, &length, NULL, bytes + HEAD, sealed.length - HEAD,
                                                           (const unsigned char *)to.at, to.length,
                                                           bytes + MAGIC + NAME, key.bytes);
    sodium_memzero(&key, sizeof key);
    if (wrong) return db_fault(work->arena, &db_broken, "a secret of %s was changed, or is another row's", what);
    *plain = (struct str){ (const char *)out, (size_t)length };
    return NULL;
}
