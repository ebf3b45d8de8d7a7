/* Hands a mail to a server, with libcurl. */
#include "connect/connect.h"
#include <curl/curl.h>
#include <pthread.h>

const struct fault_type mail_not_set_up = { FAULT_INVALID, "mail.not_set_up",
                                            "Mail is not set up: {what}. See [mail] in the settings." };
static const struct fault_type mail_open_way = {
    FAULT_INVALID, "mail.open_way",
    "mail_allow_plain lets mail travel over the internet to {host} where everybody on the way can read it. Leave it out: the server is then asked for TLS."
};
static const struct fault_type mail_open_password = {
    FAULT_INVALID, "mail.open_password",
    "mail_allow_plain would hand mail_password to {host} where others on the way can read it. Leave out one of the two."
};
const struct fault_type mail_refused = { FAULT_CONFLICT, "mail.refused",
                                         "The mail server refused this message: {answer}" };
const struct fault_type mail_unreachable = { FAULT_UNREACHABLE, "mail.unreachable",
                                             "The mail server could not be reached: {why}" };

enum { ANSWER_MAX = 400 };
struct sending {
    struct str bytes;
    size_t at;
    char answer[ANSWER_MAX + 1]; /* the server's last line */
};
static pthread_once_t began = PTHREAD_ONCE_INIT;
static void begin(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

struct fault *mail_settings_check(struct arena *arena, const struct mail_settings *s)
{
    if (!str_starts(s->url, "smtp://") && !str_starts(s->url, "smtps://"))
        return FAULT(arena, &mail_not_set_up, "mail_url",
                     PARAM("what", STR("mail_url is no smtp:// or smtps:// address")));
    if (!mail_address_is_valid(s->from))
        return FAULT(arena, &mail_not_set_up, "mail_from", PARAM("what", STR("mail_from is no e-mail address")));
    return NULL;
}

struct fault *mail_settings_safe(struct arena *arena, const struct mail_settings *s)
{
    struct str host = host_of_url(s->url);
    struct fault *faults = NULL;
    if (!s->allow_plain || host_is_here(host)) return NULL;
    if (!host_is_near(host)) faults = FAULT(arena, &mail_open_way, "mail_allow_plain", PARAM("host", host));
    if (s->password.length)
        faults = fault_join(faults, FAULT(arena, &mail_open_password, "mail_password", PARAM("host", host)));
    return faults;
}

/* The machine itself: nobody listens between. A name in front could look like a host. */
static bool is_loopback(struct str url) { return str_find(url, "@") < 0 && host_is_here(host_of_url(url)); }

static size_t give(char *to, size_t size, size_t count, void *context)
{
    struct sending *s = context;
    size_t left = s->bytes.length - s->at, room = size * count, n = left < room ? left : room;
    memcpy(to, s->bytes.at + s->at, n);
    s->at += n;
    return n;
}

static size_t hear(char *line, size_t size, size_t count, void *context)
{
    struct sending *s = context;
    size_t n = size * count, kept = n < ANSWER_MAX ? n : ANSWER_MAX;
    if (s->answer[0] == '4' || s->answer[0] == '5') return n; /* what comes behind a refusal is only good-bye */
    while (kept && (line[kept - 1] == '\n' || line[kept - 1] == '\r')) kept--;
    if (kept) memcpy(s->answer, line, kept);
    if (kept) s->answer[kept] = 0;
    for (char *c = s->answer; *c; c++)
        if ((unsigned char)*c < ' ') *c = ' ';
    return n;
}

static CURLcode set_up(CURL *curl, struct arena *arena, const struct mail_settings *settings, struct curl_slist *to,
                       struct sending *s, char *error)
{
    bool plain = settings->allow_plain || is_loopback(settings->url);
    struct { CURLoption option; const char *text; } texts[] = {
        { CURLOPT_URL, str_keep(arena, settings->url).at },
        { CURLOPT_MAIL_FROM, str_format(arena, "<%.*s>", STR_ARG(settings->from)).at },
        { CURLOPT_PROTOCOLS_STR, "smtp,smtps" },
        { CURLOPT_USERNAME, settings->user.length ? str_keep(arena, settings->user).at : NULL },
        { CURLOPT_PASSWORD, settings->user.length ? str_keep(arena, settings->password).at : NULL },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        CURLcode code = texts[i].text ? curl_easy_setopt(curl, texts[i].option, texts[i].text) : CURLE_OK;
        if (code) return code;
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, plain ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->bytes.length);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, s);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, s);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hear); /* nothing of it belongs on our standard output */
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, s);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(settings->connect_timeout_ms ? settings->connect_timeout_ms : 10000));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(settings->timeout_ms ? settings->timeout_ms : 60000));
    return CURLE_OK;
}

struct fault *mail_send(struct arena *arena, const struct mail_settings *settings, struct str to, struct str bytes,
                        bool *for_good)
{
    struct sending s = { .bytes = bytes };
    char error[CURL_ERROR_SIZE] = "";
    long answer = 0;
    *for_good = false;
    TRY(mail_settings_check(arena, settings));
    if (!mail_address_is_valid(to)) {
        *for_good = true;
        return FAULT(arena, &message_no_address, "to", PARAM("address", str_utf8_clip(to, 100)));
    }
    pthread_once(&began, begin);
    CURL *curl = curl_easy_init();
    ensure(curl);
    struct curl_slist *list = curl_slist_append(NULL, str_format(arena, "<%.*s>", STR_ARG(to)).at);
    ensure(list);
    CURLcode code = set_up(curl, arena, settings, list, &s, error);
    if (!code) code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    curl_slist_free_all(list);
    curl_easy_cleanup(curl);
    if (!code) return NULL;
    struct str said = str_keep(arena, str_of(s.answer)), why = str_keep(arena, str_of(*error ? error : curl_easy_strerror(code)));
    if (!str_is_utf8(said)) said = STR("(not readable)");
    bool talked = answer >= 400 && code != CURLE_LOGIN_DENIED;
    *for_good = talked && answer >= 550 && answer <= 559; /* this receiver or this message; 5yz of signing in can be mended here */
    if (talked) return FAULT(arena, &mail_refused, NULL, PARAM("answer", said));
    return FAULT(arena, &mail_unreachable, NULL, PARAM("why", why));
}
