#include "app/app.h"
#include <ctype.h>
#include <errno.h>

const struct fault_type settings_line = {
    FAULT_INVALID, "settings.line", "Line {line} of the settings is neither name = value nor a [section]: {why}."
};
const struct fault_type settings_no_file = { FAULT_INVALID, "settings.no_file",
                                             "The settings name {file}, which can't be read: {why}." };

enum { FILE_MAX = 1024 * 1024 };

static const char *const log_levels[] = { NULL, "debug", "info", "warning", "error" };

RECORD(
    settings,
    {
        FIELD(struct settings, data, OPTIONAL, .max = 1000,
              .about = "where the books are: a folder, or postgresql://…"),
        FIELD(struct settings, secret_key_file, OPTIONAL, .max = 1000,
              .about = "where the key of secrets is; left out: florin.key beside the books"),
        FIELD(struct settings, company, OPTIONAL, .max = 200, .about = "company of the command line, by id or name"),
        FIELD(struct settings, log_level, CHOICES(log_levels), OPTIONAL,
              .about = "least that is logged; info, of the command line warning"),
        FIELD(struct settings, http_address, OPTIONAL, .max = 100, .about = "address to serve; 127.0.0.1"),
        FIELD(struct settings, http_port, OPTIONAL, .min = 0, .max = 65535, .about = "port to serve; 8080"),
        FIELD(struct settings, http_certificate, OPTIONAL, .max = 100000, .about = "certificate chain in PEM, for TLS"),
        FIELD(struct settings, http_key, OPTIONAL, .secret = true, .max = 100000, .about = "its key in PEM"),
        FIELD(struct settings, http_behind_proxy, OPTIONAL,
              .about = "a proxy before it ends TLS and fills X-Forwarded-For"),
        FIELD(
            struct settings, http_public_url, OPTIONAL, .max = 200,
            .about = "where people reach this program, https://florin.example.nl: for links in mails and for passkeys"),
        FIELD(struct settings, http_metrics_token, OPTIONAL, .secret = true, .min = 16, .max = 200,
              .about = "bearer of /metrics from elsewhere"),
        FIELD(struct settings, http_threads, OPTIONAL, .min = 0, .max = 256,
              .about = "threads on the wire; one a core"),
        FIELD(struct settings, http_workers, OPTIONAL, .min = 0, .max = 1024, .about = "threads that write; 64"),
        FIELD(struct settings, http_queue, OPTIONAL, .min = 0, .max = 100000, .about = "requests that may wait; 1024"),
        FIELD(struct settings, http_body_limit, OPTIONAL, .min = 0, .max = 1073741824,
              .about = "bytes of JSON in a request; 1 MiB"),
        FIELD(struct settings, http_upload_limit, OPTIONAL, .min = 0, .max = 1073741824,
              .about = "bytes of an upload; 64 MiB"),
        FIELD(struct settings, mail_url, OPTIONAL, .max = 300,
              .about = "server that takes our mail: smtp://host:587 (STARTTLS) or smtps://host:465; left out: no mail is sent"),
        FIELD(struct settings, mail_from, OPTIONAL, .max = 254, .about = "address that mail is sent from"),
        FIELD(struct settings, mail_user, OPTIONAL, .max = 200, .about = "to sign in with"),
        FIELD(struct settings, mail_password, OPTIONAL, .secret = true, .max = 1000, .about = "usually mail_password_file"),
        FIELD(struct settings, mail_allow_plain, OPTIONAL,
              .about = "mail leaves without TLS where the server has none; to this machine itself it always may"),
    });

struct fault *settings_text(struct arena *arena, struct str name, struct str *out)
{
    FILE *f = fopen(str_keep(arena, name).at, "rb");
    struct text text = text_new(arena);
    char part[4096];
    if (!f) return FAULT(arena, &settings_no_file, NULL, PARAM("file", name), PARAM("why", str_of(strerror(errno))));
    for (size_t n; text.length <= FILE_MAX && (n = fread(part, 1, sizeof part, f)) > 0;) text_add_bytes(&text, part, n);
    bool failed = ferror(f) != 0;
    fclose(f);
    if (failed) return FAULT(arena, &settings_no_file, NULL, PARAM("file", name), PARAM("why", str_of(strerror(EIO))));
    if (text.length > FILE_MAX) return FAULT(arena, &input_too_large, NULL, PARAM("limit", STR("1 MiB")));
    *out = text.length ? text_str(&text) : STR("");
    return NULL;
}

/* ---- One text ---- */

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (!islower((unsigned char)s.at[i]) && !isdigit((unsigned char)s.at[i]) && s.at[i] != '_') return false;
    return s.length > 0 && s.length < 100;
}

/* "text" with \" \\ \n \t, or bare up to a comment. NULL: fine; else what is wrong. */
static const char *parse_value(struct arena *arena, struct str raw, struct str *out)
{
    raw = str_trim(raw);
    if (!raw.length) return "no value";
    if (raw.at[0] != '"') {
        *out = str_trim(str_cut(raw, '#', &(struct str){ 0 }));
        return out->length ? NULL : "no value";
    }
    struct text text = text_new(arena);
    size_t i = 1;
    for (; i < raw.length && raw.at[i] != '"'; i++) {
        char c = raw.at[i];
        if (c == '\\') {
            if (++i == raw.length) break;
            const char *escapes = "\"\\nt", *found = memchr(escapes, raw.at[i], 4);
            if (!found) return "an unknown \\ in a text";
            c = "\"\\\n\t"[found - escapes];
        }
        text_add_char(&text, c);
    }
    if (i >= raw.length) return "a text without its end";
    struct str rest = str_trim(str_part(raw, i + 1, raw.length));
    if (rest.length && rest.at[0] != '#') return "something behind the text";
    *out = text.length ? text_str(&text) : STR("");
    return NULL;
}

static struct fault *wrong(struct arena *arena, int64_t line, const char *why)
{
    return FAULT(arena, &settings_line, NULL, PARAM_INT(arena, "line", line), PARAM("why", str_of(why)));
}

static const char *parse_section(struct str line, struct str *section)
{
    struct str rest, name = str_trim(str_cut(str_part(line, 1, line.length), ']', &rest));
    bool closed = rest.at != NULL;
    rest = str_trim(rest);
    *section = name;
    return is_name(name) && closed && (!rest.length || rest.at[0] == '#') ? NULL : "a broken section";
}

static const char *parse_pair(struct arena *arena, struct str line, struct str section, struct pair *out)
{
    struct str given, name = str_trim(str_cut(line, '=', &given));
    if (!given.at) return "no =";
    if (!is_name(name)) return "a broken name";
    out->name = section.length ? str_format(arena, "%.*s_%.*s", STR_ARG(section), STR_ARG(name)) : name;
    return parse_value(arena, given, &out->text);
}

struct fault *settings_parse(struct arena *arena, struct str text, const struct pair **pairs, size_t *count)
{
    LIST_OF(struct pair) list = { 0 };
    struct str section = { 0 };
    struct fault *faults = NULL;
    if (!str_is_utf8(text)) return wrong(arena, 1, "not UTF-8");
    for (int64_t number = 1; text.at; number++) {
        struct str line = str_trim(str_cut(text, '\n', &text));
        struct pair pair;
        if (!line.length || line.at[0] == '#') continue;
        bool head = line.at[0] == '[';
        const char *why = head ? parse_section(line, &section) : parse_pair(arena, line, section, &pair);
        if (why) faults = fault_join(faults, wrong(arena, number, why));
        else if (!head) *LIST_ADD(arena, &list) = pair;
    }
    *pairs = list.at;
    *count = list.count;
    return faults;
}

/* ---- All together ---- */

/* NAME_file becomes NAME with what stands in the file, one newline at its end left out. */
static struct fault *from_file(struct arena *arena, struct pair *pair)
{
    if (!str_ends(pair->name, "_file")) return NULL;
    struct str name = str_part(pair->name, 0, pair->name.length - strlen("_file")), content;
    if (!record_field(&settings_record, name)) return NULL;
    TRY(settings_text(arena, pair->text, &content));
    if (content.length && content.at[content.length - 1] == '\n') content.length--;
    *pair = (struct pair){ name, str_keep(arena, content) };
    return NULL;
}

static bool stands_in(const struct pair *pairs, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(pairs[i].name, name)) return true;
    return false;
}

/* FLORIN_HTTP_PORT=8080. A name that begins as a setting does and is none is refused with the rest; other FLORIN_… names belong to tests
 * and tools. */
static struct fault *from_environment(struct arena *arena, const char *const *environment, struct pair *pairs,
                                      size_t *count, size_t room)
{
    for (; environment && *environment; environment++) {
        struct str value, name = str_cut(str_of(*environment), '=', &value);
        if (!str_starts(name, "FLORIN_") || !value.at || *count == room) continue;
        struct pair pair = { str_lower(arena, str_part(name, 7, name.length)), value };
        TRY(from_file(arena, &pair));
        bool meant = str_starts(pair.name, "http_") || str_starts(pair.name, "mail_");
        if (meant || record_field(&settings_record, pair.name)) pairs[(*count)++] = pair;
    }
    return NULL;
}

struct fault *settings_read(struct arena *arena, struct str file, const char *const *environment, struct settings *out)
{
    enum { ROOM = 200 };
    struct pair *all = ARENA_ARRAY(arena, struct pair, ROOM);
    const struct pair *written = NULL;
    size_t count = 0, written_count = 0;
    struct str text;
    TRY(from_environment(arena, environment, all, &count, ROOM / 2));
    if (file.at) {
        TRY(settings_text(arena, file, &text));
        TRY(settings_parse(arena, text, &written, &written_count));
    }
    size_t given = count;
    for (size_t i = 0; i < written_count && count < ROOM; i++) {
        struct pair pair = written[i];
        TRY(from_file(arena, &pair));
        if (!stands_in(all, given, pair.name)) all[count++] = pair;
    }
    *out = (struct settings){ .http_port = 8080, .http_address = STR("127.0.0.1") };
    return record_from_pairs(arena, all, count, (struct str){ 0 }, INTO(settings, out));
}
