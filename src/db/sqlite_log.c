/* The write-ahead log in one piece. SQLite writes each page of a commit by two calls, its head of 24 bytes and then the page; a posting is some
 * 40 of them. Here what a commit writes is gathered and written at once, when SQLite asks for the log to be on disk. A layer over SQLite's
 * own file system, for the log of the one connection that writes, and only between log_gather(…, true) and (…, false): around a COMMIT with
 * `synchronous = full`, where SQLite syncs the log before it tells anybody (in the shared index) what is in it. Why nothing can be lost or
 * seen too early: docs/decisions/0020. */
#include "db/sqlite_private.h"

enum { GATHER_BYTES = 0x1ffff }; /* of the log at a time: the most that SQLite's file system writes by one call */

struct log_file {
    sqlite3_file base; /* first: what SQLite sees */
    sqlite3_file *real;
    bool gathers;
    sqlite3_int64 at; /* where what is gathered belongs */
    int length;
    char *bytes;
};

static struct log_file *of(sqlite3_file *file) { return (struct log_file *)(void *)file; }

/* Writes what is gathered; what can't be written is kept no longer: SQLite hears of it and gives the commit up. */
static int flush(struct log_file *f)
{
    int length = f->length;
    f->length = 0;
    return length ? f->real->pMethods->xWrite(f->real, f->bytes, length, f->at) : SQLITE_OK;
}

static int log_write_at(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 at)
{
    struct log_file *f = of(file);
    bool follows = f->length && at == f->at + f->length;
    if (f->length && (!follows || f->length + length > GATHER_BYTES)) {
        int code = flush(f);
        if (code != SQLITE_OK) return code;
    }
    if (!f->gathers || length > GATHER_BYTES) return f->real->pMethods->xWrite(f->real, bytes, length, at);
    if (!f->length) f->at = at;
    memcpy(f->bytes + f->length, bytes, (size_t)length);
    f->length += length;
    return SQLITE_OK;
}

/* Whatever else is asked of the file finds everything written. */
#define FLUSHED(file, call)                       \
    struct log_file *f = of(file);                \
    int code = flush(f);                          \
    return code == SQLITE_OK ? f->real->pMethods->call : code

static int log_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 at)
{
    FLUSHED(file, xRead(f->real, bytes, length, at));
}
static int log_truncate(sqlite3_file *file, sqlite3_int64 size) { FLUSHED(file, xTruncate(f->real, size)); }
static int log_sync(sqlite3_file *file, int flags) { FLUSHED(file, xSync(f->real, flags)); }
static int log_size(sqlite3_file *file, sqlite3_int64 *size) { FLUSHED(file, xFileSize(f->real, size)); }
static int log_lock(sqlite3_file *file, int lock) { FLUSHED(file, xLock(f->real, lock)); }
static int log_unlock(sqlite3_file *file, int lock) { FLUSHED(file, xUnlock(f->real, lock)); }
static int log_reserved(sqlite3_file *file, int *is) { FLUSHED(file, xCheckReservedLock(f->real, is)); }
static int log_control(sqlite3_file *file, int op, void *argument)
{
    FLUSHED(file, xFileControl(f->real, op, argument));
}
static int log_sector(sqlite3_file *file) { return of(file)->real->pMethods->xSectorSize(of(file)->real); }
static int log_device(sqlite3_file *file) { return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real); }

static int log_close(sqlite3_file *file)
{
    struct log_file *f = of(file);
    int code = flush(f), closed = f->real->pMethods->xClose(f->real);
    free(f->bytes);
    f->bytes = NULL;
    return code == SQLITE_OK ? closed : code;
}

/* Neither shared memory nor maps are asked of a log. */
static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write_at,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_device,
};

/* ---- The layer: its own log, and everything else SQLite's own ---- */

static sqlite3_vfs *below(sqlite3_vfs *vfs) { return vfs->pAppData; }

static int layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given)
{
    sqlite3_vfs *real = below(vfs);
    if (!(flags & SQLITE_OPEN_WAL)) return real->xOpen(real, name, file, flags, given); /* no layer over this file */
    struct log_file *f = of(file);
    *f = (struct log_file){ .real = (sqlite3_file *)(void *)(f + 1) };
    memset(f->real, 0, (size_t)real->szOsFile);
    f->bytes = malloc(GATHER_BYTES);
    if (!f->bytes) return SQLITE_NOMEM;
    int code = real->xOpen(real, name, f->real, flags, given);
    if (f->real->pMethods) f->base.pMethods = &log_methods; /* then SQLite closes it, opened or not */
    else free(f->bytes);
    return code;
}
static int layer_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    return below(vfs)->xDelete(below(vfs), name, sync);
}
static int layer_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    return below(vfs)->xAccess(below(vfs), name, flags, out);
}
static int layer_path(sqlite3_vfs *vfs, const char *name, int room, char *out)
{
    return below(vfs)->xFullPathname(below(vfs), name, room, out);
}
static int layer_random(sqlite3_vfs *vfs, int length, char *out)
{
    return below(vfs)->xRandomness(below(vfs), length, out);
}
static int layer_sleep(sqlite3_vfs *vfs, int us) { return below(vfs)->xSleep(below(vfs), us); }
static int layer_day(sqlite3_vfs *vfs, double *now) { return below(vfs)->xCurrentTime(below(vfs), now); }
static int layer_time(sqlite3_vfs *vfs, sqlite3_int64 *now) { return below(vfs)->xCurrentTimeInt64(below(vfs), now); }
static int layer_error(sqlite3_vfs *vfs, int room, char *out)
{
    return below(vfs)->xGetLastError(below(vfs), room, out);
}

bool log_layer_start(struct log_layer *layer)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    if (!real || real->iVersion < 2) return false;
    snprintf(layer->name, sizeof layer->name, "florin-log-%p", (void *)layer);
    layer->vfs = (sqlite3_vfs){ .iVersion = 2, /* nothing is loaded from libraries */
                                .szOsFile = (int)sizeof(struct log_file) + real->szOsFile,
                                .mxPathname = real->mxPathname,
                                .zName = layer->name,
                                .pAppData = real,
                                .xOpen = layer_open,
                                .xDelete = layer_delete,
                                .xAccess = layer_access,
                                .xFullPathname = layer_path,
                                .xRandomness = layer_random,
                                .xSleep = layer_sleep,
                                .xCurrentTime = layer_day,
                                .xCurrentTimeInt64 = layer_time,
                                .xGetLastError = layer_error };
    layer->registered = sqlite3_vfs_register(&layer->vfs, 0) == SQLITE_OK;
    return layer->registered;
}

void log_layer_end(struct log_layer *layer)
{
    if (layer->registered) sqlite3_vfs_unregister(&layer->vfs);
    layer->registered = false;
}

bool log_gather(sqlite3 *db, bool on)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK || !file ||
        file->pMethods != &log_methods)
        return false;
    struct log_file *f = of(file);
    bool left = f->length > 0;
    f->gathers = on;
    f->length = 0; /* of a commit that failed half-way: forgotten, so that no recovery ever finds it whole */
    return left;
}
