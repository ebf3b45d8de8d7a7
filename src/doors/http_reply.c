/* What leaves: identity found, operation run, head and content of the answer. */
#include "doors/http_private.h"

void exchange_header(struct exchange *e, const char *name, struct str value)
{
    ensure(e->header_count < ARRAY_LENGTH(e->headers));
    e->headers[e->header_count++] = (struct header){ name, str_keep(e->arena, value) };
}

void exchange_refuse(struct exchange *e, const struct fault *fault)
{
    e->status = fault_http_status(fault);
    e->media_type = STR("application/problem+json");
    e->content = fault_to_problem(e->arena, fault, e->work.language, e->work.request_id);
    if (e->status == 401) exchange_header(e, "WWW-Authenticate", STR("Bearer"));
    if (e->status == 503 || e->status == 429) exchange_header(e, "Retry-After", STR("1"));
    if (fault->type->kind == FAULT_BROKEN)
        LOG(LOG_ERROR, "broken", LOG_TEXT("request_id", e->work.request_id), LOG_TEXT("code", str_of(fault->type->code)),
            LOG_TEXT("detail", str_of(fault->detail)));
}

/* The header beside a cookie; absent when nothing is written. */
static struct str csrf_shown(struct exchange *e, unsigned flags)
{
    if (flags & OPERATION_READS) return (struct str){ 0 };
    struct str csrf = exchange_request_header(e, "X-Florin-CSRF");
    return csrf.at ? csrf : STR("");
}

/* Of what is for guests: neither a person's cookie nor a token is looked at. */
static struct fault *identify_guest(struct exchange *e)
{
    const struct doors *doors = e->http->doors;
    struct str cookie = cookie_find(exchange_request_header(e, "Cookie"), e->http->guest_cookie_name);
    e->identified = true;
    if (!cookie.length || !doors->identify_guest) return NULL;
    struct fault *fault = doors->identify_guest(&e->work, doors->books, doors->operations, cookie,
                                                csrf_shown(e, e->operation->flags));
    if (e->asked) e->work.language = e->asked;
    return fault;
}

struct fault *exchange_identify(struct exchange *e)
{
    const struct doors *doors = e->http->doors;
    struct work *work = &e->work;
    unsigned flags = e->operation ? e->operation->flags : OPERATION_READS;
    if (flags & OPERATION_GUEST) return identify_guest(e);
    struct str bearer = bearer_find(exchange_request_header(e, "Authorization")), cookie = { 0 }, csrf = { 0 };
    if (!bearer.at) cookie = cookie_find(exchange_request_header(e, "Cookie"), e->http->cookie_name);
    if (cookie.at) csrf = csrf_shown(e, flags);
    e->identified = true;
    if (!bearer.at && !cookie.at) return NULL;
    struct fault *fault = doors->identify ? doors->identify(work, doors->books, doors->operations, bearer, cookie, csrf,
                                                            exchange_request_header(e, "X-Florin-Company"))
                                          : NULL;
    if (e->asked) work->language = e->asked;
    if (!fault || !(flags & OPERATION_ANYONE)) return fault;
    /* Who can't be known is nobody, and nobody may sign in. */
    work->user_id = work->session_id = work->company_id = 0;
    memset(&work->permissions, 0, sizeof work->permissions);
    work->stepped_up_at = (struct instant){ 0 };
    return NULL;
}

/* A call that gives the secret text `session_cookie` (of a guest: `guest_cookie`) sets the cookie; an empty one takes it away. */
static void set_cookie(struct exchange *e, const char *member, const char *name)
{
    const struct given *gives = &e->answer.gives;
    const struct field *field = gives->record ? record_field(gives->record, str_of(member)) : NULL;
    struct str value;
    if (!field || field->type != FIELD_TEXT || !field->secret) return;
    memcpy(&value, (const char *)gives->at + field->offset, sizeof value);
    if (!value.at) return;
    exchange_header(e, "Set-Cookie",
                    str_format(e->arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s", name,
                               STR_ARG(value), e->http->secure ? "; Secure" : "", value.length ? "" : "; Max-Age=0"));
}

/* RFC 6266 with the name percent-encoded (RFC 8187): no byte of it can end the header. */
static struct str disposition(struct arena *arena, struct str name)
{
    struct text text = text_new(arena);
    text_addz(&text, "attachment; filename*=UTF-8''");
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                     c == '-' || c == '_';
        if (plain) text_add_char(&text, (char)c);
        else text_addf(&text, "%%%02X", c);
    }
    return text_str(&text);
}

static struct str safe_media_type(struct str type)
{
    for (size_t i = 0; i < type.length; i++)
        if (type.at[i] < ' ' || type.at[i] > '~') return STR("application/octet-stream");
    return type.length ? type : STR("application/octet-stream");
}

/* A page of our own making may be shown in a frame of ours: nothing runs in it, nothing is loaded, and of styles only the one in its
 * head, by its hash. */
static struct str page_policy(struct arena *arena, struct str html)
{
    static const char open[] = "<style>", close[] = "</style>";
    struct str head = str_part(html, 0, 8192), hash = { 0 };
    ptrdiff_t from = str_find(head, open), to = str_find(head, close);
    if (from >= 0 && to > from) {
        uint8_t digest[32];
        size_t start = (size_t)from + strlen(open);
        sha256(head.at + start, (size_t)to - start, digest);
        hash = str_format(arena, " style-src 'sha256-%s';", base64_text(arena, digest, sizeof digest).at);
    }
    return str_format(arena,
                      "default-src 'none';%.*s base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox",
                      STR_ARG(hash));
}

static void file_headers(struct exchange *e)
{
    const struct file_answer *file = &e->answer.file;
    bool page = (e->operation->flags & OPERATION_PAGE) && str_starts(file->media_type, "text/html");
    e->content = file->content;
    e->media_type = safe_media_type(file->media_type);
    struct str how = disposition(e->arena, file->name);
    exchange_header(e, "Content-Disposition",
                    page ? str_format(e->arena, "inline%.*s", STR_ARG(str_part(how, strlen("attachment"), how.length)))
                         : how);
    exchange_header(e, "Content-Security-Policy",
                    page ? page_policy(e->arena, file->content) : STR("default-src 'none'; sandbox"));
}

/* Who was presumed could not be confirmed, or was refused before anybody asked: the books say who it is. */
static struct fault *identify_anew(struct exchange *e)
{
    struct work *work = &e->work;
    work->may_presume = false;
    work->confirm = NULL;
    work->user_id = work->session_id = work->company_id = 0;
    work->stepped_up_at = (struct instant){ 0 };
    memset(&work->permissions, 0, sizeof work->permissions);
    return exchange_identify(e);
}

static struct fault *operate(struct exchange *e)
{
    const struct doors *doors = e->http->doors;
    e->work.may_presume = !e->export; /* a long table is many transactions */
    if (!e->identified) TRY(exchange_identify(e));
    const struct request request = { .operation = e->operation, .pairs = e->pairs, .pair_count = e->pair_count,
                                     .body = { e->body_length ? e->body : NULL, e->body_length },
                                     .idempotency_key = e->operation->flags & OPERATION_READS
                                                            ? (struct str){ 0 }
                                                            : exchange_request_header(e, "Idempotency-Key"),
                                     .as_struct = e->export };
    if (e->export && e->operation->list) return stream_begin(e, &request);
    struct fault *fault = operation_answer(&e->work, doors->books, doors->operations, &request, &e->answer);
    if (fault && fault->type != &db_taken && e->work.confirm && !e->work.confirmed) {
        TRY(identify_anew(e));
        fault = operation_answer(&e->work, doors->books, doors->operations, &request, &e->answer);
    }
    if (fault) return fault;
    if (e->export && e->answer.gives.at) return export_answer(e, &e->answer);
    e->status = 200;
    if (e->operation->flags & OPERATION_FILE) {
        file_headers(e);
    } else {
        e->content = e->answer.json;
        e->media_type = STR("application/json");
    }
    if (e->answer.repeated) exchange_header(e, "Idempotency-Replayed", STR("true"));
    set_cookie(e, "session_cookie", e->http->cookie_name);
    set_cookie(e, "guest_cookie", e->http->guest_cookie_name);
    return NULL;
}

/* ---- What is not an operation ---- */

static bool tag_matches(struct exchange *e, struct str tag)
{
    struct str wanted = exchange_request_header(e, "If-None-Match");
    return wanted.at && str_find(wanted, tag.at) >= 0;
}

static void answer_text(struct exchange *e, struct str media_type, struct str content)
{
    e->status = 200;
    e->media_type = media_type;
    e->content = content;
}

static bool may_see_metrics(struct exchange *e)
{
    struct str token = e->http->settings.metrics_token, given = bearer_find(exchange_request_header(e, "Authorization"));
    if (token.length && given.length == token.length) {
        unsigned char differs = 0; /* in constant time */
        for (size_t i = 0; i < token.length; i++) differs |= (unsigned char)(token.at[i] ^ given.at[i]);
        if (!differs) return true;
    }
    if (exchange_request_header(e, "X-Forwarded-For").at || exchange_request_header(e, "Forwarded").at) return false;
    return str_starts(e->work.address, "127.") || str_is(e->work.address, "::1") || str_starts(e->work.address, "::ffff:127.");
}

static struct fault *other(struct exchange *e)
{
    struct http *http = e->http;
    bool known = str_is(e->path, EVENTS_PATH) || str_is(e->path, "/healthz") || str_is(e->path, "/metrics") ||
                 str_is(e->path, "/api/v1/openapi.json");
    if (!str_is(e->method, "GET")) {
        if (!known) return FAULT(e->arena, &door_path_unknown, NULL);
        exchange_header(e, "Allow", STR("GET"));
        return FAULT(e->arena, &door_method_unknown, NULL, PARAM("method", str_part(e->method, 0, 20)),
                     PARAM("allowed", STR("GET")));
    }
    if (str_is(e->path, EVENTS_PATH)) return events_answer(e);
    if (str_is(e->path, "/healthz")) answer_text(e, STR("application/json"), STR("{\"status\":\"ok\"}"));
    else if (str_is(e->path, "/metrics") && may_see_metrics(e))
        answer_text(e, STR("text/plain; version=0.0.4"), metrics_text(e->arena, http));
    else if (str_is(e->path, "/api/v1/openapi.json")) {
        exchange_header(e, "ETag", http->openapi_tag);
        answer_text(e, STR("application/json"), http->openapi);
        if (tag_matches(e, http->openapi_tag)) e->status = 304, e->content = (struct str){ 0 };
    } else if (str_is(e->path, "/metrics") || !static_answer(e)) return FAULT(e->arena, &door_path_unknown, NULL);
    return NULL;
}

void exchange_answer(struct exchange *e)
{
    struct fault *fault = e->operation ? operate(e) : other(e);
    e->put_off = fault && fault->type == &db_taken;
    if (fault && !e->put_off) exchange_refuse(e, fault);
}

/* ---- The wire ---- */

static void add_headers(const struct exchange *e, struct MHD_Response *response)
{
    MHD_add_response_header(response, "Content-Type", e->media_type.at);
    MHD_add_response_header(response, "X-Request-Id", e->work.request_id.at);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    bool cache = false, policy = false;
    for (size_t i = 0; i < e->header_count; i++) {
        cache |= !strcmp(e->headers[i].name, "Cache-Control");
        policy |= !strcmp(e->headers[i].name, "Content-Security-Policy");
        MHD_add_response_header(response, e->headers[i].name, e->headers[i].value.at);
    }
    if (!cache) MHD_add_response_header(response, "Cache-Control", "no-store");
    if (!policy) MHD_add_response_header(response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin"); /* no page of elsewhere shows or runs it */
    if (e->http->secure) MHD_add_response_header(response, "Strict-Transport-Security", "max-age=63072000; includeSubDomains");
    if (atomic_load_explicit(&e->http->stopping, memory_order_relaxed)) MHD_add_response_header(response, "Connection", "close");
}

enum MHD_Result exchange_send(struct exchange *e)
{
    struct MHD_Response *response = e->stream ? stream_response(e) : e->listener ? events_response(e) : NULL;
    if (!response) /* the content is the arena's, which lives until the request is completed; it is only read */
        response = MHD_create_response_from_buffer(e->content.length, (void *)(uintptr_t)e->content.at, MHD_RESPMEM_PERSISTENT);
    if (!response) return MHD_NO;
    add_headers(e, response);
    enum MHD_Result queued = MHD_queue_response(e->connection, (unsigned)e->status, response);
    MHD_destroy_response(response);
    e->state = EXCHANGE_SENT;
    return queued;
}
