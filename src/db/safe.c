/* Before the books are served: who else can get at them. */
#include <libpq-fe.h>
#include <sys/stat.h>
#include "db/engine.h"

static const struct fault_type db_open_folder = {
    FAULT_INVALID, "db.open_folder",
    "Everybody on this machine can change what is in {file}, where the books are. Do: chmod 700 {file}"
};
static const struct fault_type db_open_file = {
    FAULT_INVALID, "db.open_file", "Everybody on this machine can read the books in {file}. Do: chmod 600 {file}"
};
static const struct fault_type db_open_way = {
    FAULT_INVALID, "db.open_way",
    "The way to PostgreSQL on {host} is not protected. Add sslmode=verify-full to the address in `data` (at least sslmode=require)."
};
static const struct fault_type db_maybe_open_way = {
    FAULT_INVALID, "db.maybe_open_way",
    "Whether the way to PostgreSQL on {host} is protected is left to chance. Add sslmode=verify-full to the address in `data`, or sslmode=disable where nobody can listen."
};

static struct fault *folder_safe(struct arena *arena, struct str folder)
{
    struct str file = str_format(arena, "%.*s/florin.db", STR_ARG(folder));
    struct stat about;
    if (stat(str_keep(arena, folder).at, &about)) return NULL; /* there is none yet: it is made for its owner only */
    bool entered = about.st_mode & S_IXOTH;
    if (about.st_mode & S_IWOTH) return FAULT(arena, &db_open_folder, "data", PARAM("file", folder));
    if (entered && !stat(file.at, &about) && about.st_mode & S_IROTH)
        return FAULT(arena, &db_open_file, "data", PARAM("file", file));
    return NULL;
}

/* One of the machines an address names; `mode` as it stands there, or in PGSSLMODE. */
static struct fault *way_safe(struct arena *arena, struct str host, struct str mode)
{
    bool insists = str_is(mode, "require") || str_is(mode, "verify-ca") || str_is(mode, "verify-full");
    if (!host.length || str_starts(host, "/") || str_starts(host, "@") || host_is_here(host) || insists) return NULL; /* a socket */
    if (!host_is_near(host)) return FAULT(arena, &db_open_way, "data", PARAM("host", host));
    return mode.length ? NULL : FAULT(arena, &db_maybe_open_way, "data", PARAM("host", host));
}

static struct fault *address_safe(struct arena *arena, struct str where)
{
    struct str hosts = str_of(getenv("PGHOST")), numbers = { 0 }, mode = str_of(getenv("PGSSLMODE"));
    PQconninfoOption *options = PQconninfoParse(str_keep(arena, where).at, NULL);
    for (const PQconninfoOption *o = options; o && o->keyword; o++) {
        struct str *to = !strcmp(o->keyword, "host")       ? &hosts
                         : !strcmp(o->keyword, "hostaddr") ? &numbers
                         : !strcmp(o->keyword, "sslmode")  ? &mode
                                                           : NULL;
        if (to && o->val && *o->val) *to = str_keep(arena, str_of(o->val));
    }
    PQconninfoFree(options);
    struct fault *faults = NULL;
    for (struct str rest = numbers.length ? numbers : hosts; rest.length;) {
        struct str host = str_cut(rest, ',', &rest);
        faults = fault_join(faults, way_safe(arena, host, mode));
    }
    return faults;
}

struct fault *books_safe(struct arena *arena, struct str where)
{
    bool postgres = str_starts(where, "postgresql://") || str_starts(where, "postgres://");
    if (str_is(where, ":memory:")) return NULL;
    return postgres ? address_safe(arena, where) : folder_safe(arena, where);
}
