#include "doors/doors.h"

const struct fault_type door_path_unknown = { FAULT_MISSING, "door.path_unknown", "There is nothing at this address." };
const struct fault_type door_method_unknown = {
    FAULT_MISSING, "door.method_unknown", "This address does not know {method}; it knows {allowed}."
};
const struct fault_type door_media_type = { FAULT_INVALID, "door.media_type", "Send the body as {wanted}." };
const struct fault_type door_busy = { FAULT_UNREACHABLE, "door.busy", "There is too much to do at once; try again in a moment." };
const struct fault_type door_target_broken = { FAULT_INVALID, "door.target_broken", "The address is not well-formed." };
const struct fault_type door_too_many = { FAULT_INVALID, "door.too_many", "At most {limit} parameters fit in one address." };

/* Where a kind alone does not say it. */
static const struct { const char *code; int status; } statuses[] = {
    { "door.method_unknown", 405 }, { "door.media_type", 415 }, { "door.target_broken", 400 },
    { "door.too_many", 400 },       { "input.too_large", 413 }, { "json.malformed", 400 },
};

int fault_http_status(const struct fault *fault)
{
    static const int by_kind[FAULT_KIND_COUNT] = {
        [FAULT_INVALID] = 422, [FAULT_UNKNOWN_USER] = 401, [FAULT_DENIED] = 403,      [FAULT_MISSING] = 404,
        [FAULT_CONFLICT] = 409, [FAULT_LIMIT] = 429,       [FAULT_UNREACHABLE] = 503, [FAULT_BROKEN] = 500,
    };
    for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++)
        if (!strcmp(fault->type->code, statuses[i].code)) return statuses[i].status;
    return by_kind[fault->type->kind];
}

int fault_exit_code(const struct fault *fault)
{
    static const int by_kind[FAULT_KIND_COUNT] = {
        [FAULT_INVALID] = 65,  [FAULT_UNKNOWN_USER] = 77, [FAULT_DENIED] = 77,      [FAULT_MISSING] = 66,
        [FAULT_CONFLICT] = 75, [FAULT_LIMIT] = 75,        [FAULT_UNREACHABLE] = 69, [FAULT_BROKEN] = 70,
    };
    return by_kind[fault->type->kind];
}

static const char *title_of(enum fault_kind kind)
{
    static const char *const titles[FAULT_KIND_COUNT] = {
        [FAULT_INVALID] = "The input is not right",
        [FAULT_UNKNOWN_USER] = "Not signed in",
        [FAULT_DENIED] = "Not allowed",
        [FAULT_MISSING] = "Not found",
        [FAULT_CONFLICT] = "Not in this state",
        [FAULT_LIMIT] = "Too large or too often",
        [FAULT_UNREACHABLE] = "Out of reach for now",
        [FAULT_BROKEN] = "A mistake of ours",
    };
    return titles[kind];
}

static void add_member(struct text *text, const char *name, struct str value)
{
    text_addf(text, ",\"%s\":", name);
    json_add_text(text, value);
}

static void add_problem(struct text *text, const struct fault *fault, enum language language)
{
    text_addz(text, "{\"code\":");
    json_add_text(text, str_of(fault->type->code));
    if (fault->field.length) add_member(text, "field", fault->field);
    add_member(text, "text", fault_text(text->arena, fault, language));
    text_addz(text, ",\"params\":{");
    for (size_t i = 0; i < fault->param_count; i++) {
        if (i) text_add_char(text, ',');
        json_add_text(text, str_of(fault->params[i].name));
        text_add_char(text, ':');
        json_add_text(text, fault->params[i].text);
    }
    text_addz(text, "}}");
}

struct str fault_to_problem(struct arena *arena, const struct fault *fault, enum language language, struct str request_id)
{
    struct text text = text_new(arena);
    text_addz(&text, "{\"type\":\"urn:florin:problem:");
    text_addz(&text, fault->type->code);
    text_addz(&text, "\",\"title\":");
    json_add_text(&text, translate(language, title_of(fault->type->kind)));
    text_addf(&text, ",\"status\":%d", fault_http_status(fault));
    add_member(&text, "code", str_of(fault->type->code));
    add_member(&text, "detail", fault_text(arena, fault, language));
    if (request_id.length) add_member(&text, "request_id", request_id);
    text_addz(&text, ",\"problems\":[");
    for (const struct fault *f = fault; f; f = f->next) {
        if (f != fault) text_add_char(&text, ',');
        add_problem(&text, f, language);
    }
    text_addz(&text, "]}");
    return text_str(&text);
}

struct str fault_to_lines(struct arena *arena, const struct fault *fault, enum language language)
{
    struct text text = text_new(arena);
    for (const struct fault *f = fault; f; f = f->next) {
        if (f->field.length) {
            text_add(&text, f->field);
            text_addz(&text, ": ");
        }
        text_add(&text, fault_text(arena, f, language));
        text_addf(&text, " (%s)\n", f->type->code);
    }
    return text_str(&text);
}

struct work door_work(const struct doors *doors, struct arena *arena, const char *source)
{
    struct work work = { .arena = arena, .language = ENGLISH, .source = str_of(source), .public_url = doors->public_url,
                         .identities = doors->identities, .figures = doors->figures };
    work.now = doors->now ? doors->now() : instant_now();
    work.today = instant_day(work.now);
    return work;
}
