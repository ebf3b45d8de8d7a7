/* What `florin serve` refuses before it opens anything: settings that are right each by itself and unsafe together, or that others on the
 * machine can read or change. All of them at once. docs/handbook/settings.md has the table. */
#include "app/app.h"
#include "connect/connect.h"
#include <sys/stat.h>

static const struct fault_type settings_open_secret = {
    FAULT_INVALID, "settings.open_secret", "{file} holds {name}, and everybody on this machine can read it. Do: chmod o= {file}"
};
static const struct fault_type settings_written = {
    FAULT_INVALID, "settings.written",
    "Everybody on this machine can change {file}, from which settings come. Do: chmod o= {file}"
};
static const struct fault_type settings_plain_url = {
    FAULT_INVALID, "settings.plain_url",
    "http_public_url begins with http://: sessions and links in mails would travel for everybody to read. Give https://, with a certificate or a proxy that ends TLS."
};
static const struct fault_type settings_unsafe_cookie = {
    FAULT_INVALID, "settings.unsafe_cookie",
    "http_public_url begins with https://, and neither a certificate nor http_behind_proxy is set: cookies would go without protection. Set http_behind_proxy when something before Florin ends TLS."
};

static bool has_mode(struct arena *arena, struct str path, mode_t bits)
{
    struct stat about;
    return !stat(str_keep(arena, path).at, &about) && S_ISREG(about.st_mode) && about.st_mode & bits;
}

/* A file whose folder, or a folder above it, others can't enter is not theirs to read. */
static bool others_get_at(struct arena *arena, struct str path, mode_t bits)
{
    char *real = realpath(str_keep(arena, path).at, NULL);
    if (!real) return false; /* that it isn't there is said elsewhere */
    bool open = has_mode(arena, str_of(real), bits);
    for (char *slash = strrchr(real, '/'); open && slash && slash != real; slash = strrchr(real, '/')) {
        struct stat about;
        *slash = 0;
        open = !stat(real, &about) && about.st_mode & S_IXOTH;
    }
    free(real);
    return open;
}

/* Where Docker and its kin put secrets: open to all in the container (mode 0444), and in it is nobody else. */
static bool of_container(struct arena *arena, struct str path)
{
    char *real = realpath(str_keep(arena, path).at, NULL);
    bool of = real && str_starts(str_of(real), "/run/secrets/");
    free(real);
    return of;
}

static bool is_secret(struct str name, struct str value)
{
    const struct field *field = record_field(&settings_record, name);
    if (str_is(name, "data")) return str_starts(value, "postgres") && str_find(value, "@") >= 0; /* with a password, or where from */
    return field && field->secret;
}

/* One setting, as it stands in a file of settings or in the environment. */
static struct fault *pair_safe(struct arena *arena, struct str holder, struct pair pair)
{
    struct str name =
        str_ends(pair.name, "_file") ? str_part(pair.name, 0, pair.name.length - strlen("_file")) : (struct str){ 0 };
    bool in_file = name.at && record_field(&settings_record, name);
    struct str file = in_file ? pair.text : holder;
    bool secret = is_secret(in_file ? name : pair.name, in_file ? STR("postgres@") : pair.text);
    if (!file.length) return NULL; /* the environment itself */
    if (others_get_at(arena, file, S_IWOTH)) return FAULT(arena, &settings_written, NULL, PARAM("file", file));
    if (!secret || of_container(arena, file) || !others_get_at(arena, file, S_IROTH)) return NULL;
    return FAULT(arena, &settings_open_secret, NULL, PARAM("file", file), PARAM("name", in_file ? name : pair.name));
}

static struct fault *files_safe(struct arena *arena, struct str file, const char *const *environment)
{
    const struct pair *pairs = NULL;
    size_t count = 0;
    struct str text;
    struct fault *faults = NULL;
    for (; environment && *environment; environment++) {
        struct str value, name = str_cut(str_of(*environment), '=', &value);
        if (!str_starts(name, "FLORIN_") || !value.length) continue;
        const struct pair pair = { str_lower(arena, str_part(name, 7, name.length)), value };
        faults = fault_join(faults, pair_safe(arena, (struct str){ 0 }, pair));
    }
    if (!file.length || settings_text(arena, file, &text) || settings_parse(arena, text, &pairs, &count)) return faults;
    for (size_t i = 0; i < count; i++) faults = fault_join(faults, pair_safe(arena, file, pairs[i]));
    return faults;
}

static struct fault *url_safe(struct arena *arena, const struct settings *s)
{
    bool protected = s->http_behind_proxy || s->http_certificate.length;
    if (str_starts(s->http_public_url, "http://") && !host_is_here(host_of_url(s->http_public_url)))
        return FAULT(arena, &settings_plain_url, "http_public_url");
    if (str_starts(s->http_public_url, "https://") && !protected)
        return FAULT(arena, &settings_unsafe_cookie, "http_behind_proxy");
    return NULL;
}

struct fault *settings_safe(struct arena *arena, struct str file, const char *const *environment, const struct settings *s)
{
    const struct mail_settings mail = { .url = s->mail_url, .password = s->mail_password, .allow_plain = s->mail_allow_plain };
    struct fault *faults = fault_join(files_safe(arena, file, environment), url_safe(arena, s));
    if (s->mail_url.length) faults = fault_join(faults, mail_settings_safe(arena, &mail));
    return fault_join(faults, s->data.length ? books_safe(arena, s->data) : NULL);
}
