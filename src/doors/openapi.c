/* OpenAPI 3.1 from the tables. A record that is only taken or only given has one schema by its name; one that goes both
 * ways and holds something secret has two, the second NAME_input. */
#include "doors/http_private.h"

enum way { WAY_OUT, WAY_IN };
struct schema { const struct record *record; enum way way; const char *name; };
struct writer {
    struct text *t;
    struct arena *arena;
    const struct operations *operations;
    LIST_OF(struct schema) schemas;
};

static void add_text(struct text *t, const char *z) { json_add_text(t, str_of(z)); }

/* ---- Schemas ---- */

static bool has_secret(const struct record *record, int depth)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct field *f = &record->fields[i];
        if (f->secret || (f->record && depth < 8 && has_secret(f->record, depth + 1))) return true;
    }
    return false;
}

static bool name_taken(const struct writer *w, const char *name)
{
    for (size_t i = 0; i < w->schemas.count; i++)
        if (!strcmp(w->schemas.at[i].name, name)) return true;
    return false;
}

/* The name of the schema; remembers it, to be written at the end. Another record of the same name gets a number. */
static const char *schema_name(struct writer *w, const struct record *record, enum way way)
{
    if (!has_secret(record, 0)) way = WAY_OUT;
    for (size_t i = 0; i < w->schemas.count; i++)
        if (w->schemas.at[i].record == record && w->schemas.at[i].way == way) return w->schemas.at[i].name;
    const char *name = str_format(w->arena, "%s%s", record->name, way == WAY_IN ? "_input" : "").at;
    for (int n = 2; name_taken(w, name); n++)
        name = str_format(w->arena, "%s%s_%d", record->name, way == WAY_IN ? "_input" : "", n).at;
    *LIST_ADD(w->arena, &w->schemas) = (struct schema){ record, way, name };
    return name;
}

static void add_limits(struct text *t, const struct field *f, const char *min, const char *max, int64_t standard)
{
    if (f->min) text_addf(t, ",\"%s\":%lld", min, (long long)f->min);
    if (f->max || standard) text_addf(t, ",\"%s\":%lld", max, (long long)(f->max ? f->max : standard));
}

static void add_choices(struct text *t, const struct field *f)
{
    text_addz(t, "\"type\":\"string\",\"enum\":[");
    for (size_t i = 1; i < f->choice_count; i++) {
        if (i > 1) text_add_char(t, ',');
        add_text(t, f->choices[i]);
    }
    text_add_char(t, ']');
}

static void add_ref(struct writer *w, const struct record *record, enum way way)
{
    text_addf(w->t, "\"$ref\":\"#/components/schemas/%s\"", schema_name(w, record, way));
}

static void add_type(struct writer *w, const struct field *f, enum way way)
{
    struct text *t = w->t;
    switch (f->type) {
    case FIELD_INT:
        text_addz(t, "\"type\":\"integer\",\"format\":\"int64\"");
        if (f->min || f->max) text_addf(t, ",\"minimum\":%lld,\"maximum\":%lld", (long long)f->min, (long long)f->max);
        return;
    case FIELD_ID:
        text_addf(t, "\"type\":\"integer\",\"format\":\"int64\",\"minimum\":1,\"maximum\":%lld", (long long)EXACT_MAX);
        return;
    case FIELD_BOOL: text_addz(t, "\"type\":\"boolean\""); return;
    case FIELD_TEXT:
        text_addz(t, "\"type\":\"string\"");
        add_limits(t, f, "minLength", "maxLength", 1000);
        if (f->shape) text_addz(t, ",\"format\":"), add_text(t, f->shape);
        return;
    case FIELD_DATE: text_addz(t, "\"type\":\"string\",\"format\":\"date\""); return;
    case FIELD_INSTANT: text_addz(t, "\"type\":\"string\",\"format\":\"date-time\""); return;
    case FIELD_DECIMAL:
    case FIELD_AMOUNT: text_addz(t, "\"type\":\"string\",\"format\":\"decimal\",\"pattern\":\"^-?[0-9]+([.][0-9]+)?$\""); return;
    case FIELD_CHOICE: add_choices(t, f); return;
    case FIELD_BYTES: text_addz(t, "\"type\":\"string\",\"contentEncoding\":\"base64\""); return;
    case FIELD_JSON: text_addz(t, "\"type\":[\"object\",\"array\",\"string\",\"number\",\"boolean\",\"null\"]"); return;
    case FIELD_RECORD: add_ref(w, f->record, way); return;
    case FIELD_LIST:
        text_addz(t, "\"type\":\"array\"");
        add_limits(t, f, "minItems", "maxItems", 10000);
        text_addz(t, ",\"items\":{");
        add_ref(w, f->record, way);
        text_add_char(t, '}');
        return;
    }
    never("unknown field type");
}

static void add_field_schema(struct writer *w, const struct field *f, enum way way)
{
    text_add_char(w->t, '{');
    add_type(w, f, way);
    if (f->about) text_addz(w->t, ",\"description\":"), add_text(w->t, f->about);
    text_add_char(w->t, '}');
}

static void add_field_name(struct text *t, const struct field *f) { json_add_text(t, field_json_name(f)); }

/* `left_out`: the path whose parts are not in the body; NULL: none. */
static bool in_path(const char *path, const struct field *f)
{
    char part[128];
    struct str name = field_json_name(f);
    snprintf(part, sizeof part, "{%.*s}", STR_ARG(name));
    return path && strstr(path, part);
}

static void add_object(struct writer *w, const struct record *record, enum way way, const char *left_out)
{
    struct text *t = w->t;
    bool any = false, nothing = record == &nothing_record;
    text_addz(t, "{\"type\":\"object\"");
    if (way == WAY_IN) text_addz(t, ",\"additionalProperties\":false");
    text_addz(t, ",\"properties\":{");
    for (size_t i = 0; i < record->count && !nothing; i++) {
        const struct field *f = &record->fields[i];
        if ((way == WAY_OUT && f->secret) || in_path(left_out, f)) continue;
        if (any) text_add_char(t, ',');
        any = true;
        add_field_name(t, f);
        text_add_char(t, ':');
        add_field_schema(w, f, way);
    }
    text_add_char(t, '}');
    any = false;
    for (size_t i = 0; i < record->count && !nothing; i++) {
        const struct field *f = &record->fields[i];
        if (f->optional || (way == WAY_OUT && f->secret) || in_path(left_out, f)) continue;
        text_addz(t, any ? "," : ",\"required\":[");
        any = true;
        add_field_name(t, f);
    }
    text_addz(t, any ? "]}" : "}");
}

/* ---- Parameters ---- */

static void add_parameter_head(struct text *t, bool *any, struct str name, const char *suffix, const char *in, bool required)
{
    if (*any) text_add_char(t, ',');
    *any = true;
    text_addz(t, "{\"name\":");
    json_add_text(t, suffix ? str_format(t->arena, "%.*s.%s", STR_ARG(name), suffix) : name);
    text_addf(t, ",\"in\":\"%s\",\"required\":%s,\"schema\":", in, required ? "true" : "false");
}

static void add_reference(struct text *t, bool *any, const char *name)
{
    if (*any) text_add_char(t, ',');
    *any = true;
    text_addf(t, "{\"$ref\":\"#/components/parameters/%s\"}", name);
}

static void add_filters(struct writer *w, bool *any, const struct field *f)
{
    struct str name = field_json_name(f);
    struct text *t = w->t;
    bool ordered = f->type == FIELD_INT || f->type == FIELD_DATE || f->type == FIELD_INSTANT ||
                   f->type == FIELD_DECIMAL || f->type == FIELD_AMOUNT;
    static const char *const in_order[] = { "lt", "le", "gt", "ge" };
    add_parameter_head(t, any, name, NULL, "query", false);
    add_field_schema(w, f, WAY_IN);
    text_add_char(t, '}');
    add_parameter_head(t, any, name, "ne", "query", false);
    add_field_schema(w, f, WAY_IN);
    text_add_char(t, '}');
    for (size_t i = 0; ordered && i < ARRAY_LENGTH(in_order); i++) {
        add_parameter_head(t, any, name, in_order[i], "query", false);
        add_field_schema(w, f, WAY_IN);
        text_add_char(t, '}');
    }
    if (f->type != FIELD_BOOL) {
        add_parameter_head(t, any, name, "in", "query", false);
        text_addz(t, "{\"type\":\"string\",\"description\":\"values between commas\"}}");
    }
    if (f->type == FIELD_TEXT) {
        add_parameter_head(t, any, name, "has", "query", false);
        text_addz(t, "{\"type\":\"string\",\"description\":\"text it contains, in any case\"}}");
    }
    if (f->optional) {
        add_parameter_head(t, any, name, "absent", "query", false);
        text_addz(t, "{\"type\":\"boolean\"}}");
    }
}

static void add_list_parameters(struct writer *w, bool *any, const struct record *row)
{
    struct text *t = w->t;
    bool first = true;
    for (size_t i = 0; i < row->count; i++)
        if (row->fields[i].filter) add_filters(w, any, &row->fields[i]);
    add_parameter_head(t, any, STR("sort"), NULL, "query", false);
    text_addz(t, "{\"type\":\"string\"");
    for (size_t i = 0; i < row->count; i++) {
        if (!row->fields[i].sort) continue;
        struct str name = field_json_name(&row->fields[i]);
        text_addf(t, "%s\"%.*s\",\"-%.*s\"", first ? ",\"enum\":[" : ",", STR_ARG(name), STR_ARG(name));
        first = false;
    }
    text_addz(t, first ? "}}" : "]}}");
    add_reference(t, any, "after");
    add_reference(t, any, "limit");
    add_reference(t, any, "count");
    add_reference(t, any, "format");
    add_reference(t, any, "columns");
}

static void add_parameters(struct writer *w, const struct operation *op)
{
    const struct record *takes = operation_takes(op);
    bool any = false, in_query = !strcmp(op->method, "GET") || (op->flags & OPERATION_UPLOAD), nothing = takes == &nothing_record;
    text_addz(w->t, ",\"parameters\":[");
    for (size_t i = 0; i < takes->count && !nothing; i++) {
        const struct field *f = &takes->fields[i];
        bool path = in_path(op->path, f), content = (op->flags & OPERATION_UPLOAD) && !strcmp(f->name, "content");
        if (content || (!path && !in_query)) continue;
        add_parameter_head(w->t, &any, field_json_name(f), NULL, path ? "path" : "query", path || !f->optional);
        add_field_schema(w, f, WAY_IN);
        text_add_char(w->t, '}');
    }
    if (op->list) add_list_parameters(w, &any, op->list->row);
    else if (export_field(op) && !record_json_field(takes, STR("format"))) {
        add_reference(w->t, &any, "format");
        add_reference(w->t, &any, "columns");
    }
    if (!(op->flags & (OPERATION_NO_COMPANY | OPERATION_ANYONE | OPERATION_GUEST))) add_reference(w->t, &any, "company");
    if (!(op->flags & OPERATION_READS)) {
        if (!(op->flags & (OPERATION_ANYONE | OPERATION_GUEST))) add_reference(w->t, &any, "idempotency_key");
        add_reference(w->t, &any, "csrf");
    }
    add_reference(w->t, &any, "language");
    text_add_char(w->t, ']');
}

/* ---- Operations ---- */

static bool has_body_fields(const struct operation *op)
{
    const struct record *takes = operation_takes(op);
    if (takes == &nothing_record) return false;
    for (size_t i = 0; i < takes->count; i++)
        if (!in_path(op->path, &takes->fields[i])) return true;
    return false;
}

static void add_body(struct writer *w, const struct operation *op)
{
    struct text *t = w->t;
    const struct record *takes = operation_takes(op);
    if (op->flags & OPERATION_UPLOAD) {
        text_addz(
            t,
            ",\"requestBody\":{\"required\":true,\"content\":{\"application/octet-stream\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}}}");
        return;
    }
    if (!strcmp(op->method, "GET") || !has_body_fields(op)) return;
    text_addz(t, ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":");
    add_object(w, takes, WAY_IN, op->path);
    text_addz(t, "}}}");
}

#define EXPORTS                                          \
    "\"text/csv\":{\"schema\":{\"type\":\"string\"}},"     \
    "\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}"

static void add_answers(struct writer *w, const struct operation *op)
{
    struct text *t = w->t;
    text_addz(t, ",\"responses\":{\"200\":{\"description\":\"Done\",\"content\":{");
    if (op->list) {
        text_addz(
            t,
            "\"application/json\":{\"schema\":{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":{");
        add_ref(w, op->list->row, WAY_OUT);
        text_addz(
            t,
            "}},\"next\":{\"type\":\"string\",\"description\":\"give it as `after` for the next page; missing on the last\"},\"count\":{\"type\":\"integer\",\"description\":\"rows on all pages, when asked for; 100001: more than 100000\"}}}}," EXPORTS);
    } else if (op->flags & OPERATION_FILE)
        text_addz(t, "\"*/*\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}");
    else {
        text_addz(t, "\"application/json\":{\"schema\":{");
        add_ref(w, op->call->gives, WAY_OUT);
        text_addz(t, export_field(op) ? "}}," EXPORTS : "}}");
    }
    text_addz(
        t,
        "}},\"4XX\":{\"$ref\":\"#/components/responses/problem\"},\"5XX\":{\"$ref\":\"#/components/responses/problem\"}}");
}

static void add_operation(struct writer *w, const struct operation *op, const char *room)
{
    struct text *t = w->t;
    struct str method = str_lower(w->arena, str_of(op->method));
    text_addf(t, "\"%.*s\":{\"operationId\":\"%.*s\",\"tags\":[\"%s\"],\"summary\":", STR_ARG(method),
              STR_ARG(operation_id(w->arena, op)), room);
    add_text(t, op->summary);
    text_addf(t, ",\"x-florin-command\":\"%s\"", op->command);
    if (op->needs) text_addf(t, ",\"x-florin-permission\":\"%s\"", op->needs);
    if (op->flags & OPERATION_STEP_UP) text_addz(t, ",\"x-florin-step-up\":true");
    if (op->flags & OPERATION_ANYONE) text_addz(t, ",\"security\":[]");
    if (op->flags & OPERATION_GUEST) text_addz(t, ",\"security\":[{\"portal\":[]}]");
    add_parameters(w, op);
    add_body(w, op);
    add_answers(w, op);
    text_add_char(t, '}');
}

static const char *room_of(const struct operations *operations, size_t number)
{
    size_t t = 0;
    while (number >= operations->tables[t].count) number -= operations->tables[t++].count;
    return operations->tables[t].room;
}

static void add_paths(struct writer *w)
{
    const struct operations *all = w->operations;
    bool any = false;
    text_addz(w->t, ",\"paths\":{");
    for (size_t i = 0; i < all->count; i++) {
        const char *path = operation_numbered(all, i)->path;
        bool before = false, more = false;
        for (size_t j = 0; j < i && !before; j++) before = !strcmp(operation_numbered(all, j)->path, path);
        if (before) continue;
        if (any) text_add_char(w->t, ',');
        any = true;
        text_addf(w->t, "\"%s\":{", path);
        for (size_t j = i; j < all->count; j++) {
            if (strcmp(operation_numbered(all, j)->path, path)) continue;
            if (more) text_add_char(w->t, ',');
            more = true;
            add_operation(w, operation_numbered(all, j), room_of(all, j));
        }
        text_add_char(w->t, '}');
    }
    text_add_char(w->t, '}');
}

/* ---- What all share ---- */

static const char head_text[] =
    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Florin\",\"version\":\"" FLORIN_VERSION
    "\",\"summary\":\"Payables and receivables\",\"description\":"
    "\"Amounts are decimal text beside a currency. What is absent is left out. Lists come in pages: give `next` as `after`. A writing request may carry "
    "an Idempotency-Key: the same request again gets the same answer, done once.\",\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}},"
    "\"servers\":[{\"url\":\"/api/v1\"}],\"security\":[{\"bearer\":[]},{\"session\":[]}]";

static const char shared_text[] =
    "\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"an API token\"},"
    "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"florin_session\",\"description\":\"set by signing in; over TLS it is called __Host-florin_session\"},"
    "\"portal\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"florin_portal\",\"description\":\"set by opening a link of the portal; over TLS it is called __Host-florin_portal\"}},"
    "\"parameters\":{"
    "\"company\":{\"name\":\"X-Florin-Company\",\"in\":\"header\",\"required\":false,\"schema\":{\"type\":\"string\"},\"description\":\"id or name of the company; not needed with a token of one\"},"
    "\"idempotency_key\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255}},"
    "\"csrf\":{\"name\":\"X-Florin-CSRF\",\"in\":\"header\",\"required\":false,\"schema\":{\"type\":\"string\"},\"description\":\"the session's own; needed beside the cookie\"},"
    "\"language\":{\"name\":\"Accept-Language\",\"in\":\"header\",\"required\":false,\"schema\":{\"type\":\"string\"},\"description\":\"nl or en\"},"
    "\"after\":{\"name\":\"after\",\"in\":\"query\",\"required\":false,\"schema\":{\"type\":\"string\"},\"description\":\"`next` of the page before\"},"
    "\"limit\":{\"name\":\"limit\",\"in\":\"query\",\"required\":false,\"schema\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":500,\"default\":50}},"
    "\"count\":{\"name\":\"count\",\"in\":\"query\",\"required\":false,\"schema\":{\"type\":\"boolean\"},\"description\":\"true: say how many rows there are on all pages\"},"
    "\"format\":{\"name\":\"format\",\"in\":\"query\",\"required\":false,\"schema\":{\"type\":\"string\",\"enum\":[\"json\",\"csv\",\"xlsx\"]},\"description\":\"csv, xlsx: the whole list as a file\"},"
    "\"columns\":{\"name\":\"columns\",\"in\":\"query\",\"required\":false,\"schema\":{\"type\":\"string\"},\"description\":\"of a spreadsheet: which columns under which heads, due_on:Due,rest:Open\"}},"
    "\"responses\":{\"problem\":{\"description\":\"Refused: every problem, with the field it belongs to\",\"content\":{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}";

static const char problem_schema[] =
    "\"Problem\":{\"type\":\"object\",\"description\":\"RFC 9457\",\"required\":[\"type\",\"title\",\"status\",\"code\",\"detail\",\"problems\"],\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"},"
    "\"request_id\":{\"type\":\"string\"},\"problems\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"code\",\"text\",\"params\"],\"properties\":{"
    "\"code\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"},"
    "\"params\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}}}}}}";

struct str openapi_text(struct arena *arena, const struct operations *operations)
{
    struct text t = text_new(arena);
    struct writer w = { .t = &t, .arena = arena, .operations = operations };
    text_addz(&t, head_text);
    text_addz(&t, ",\"tags\":[");
    for (size_t i = 0; i < operations->table_count; i++)
        text_addf(&t, "%s{\"name\":\"%s\"}", i ? "," : "", operations->tables[i].room);
    text_add_char(&t, ']');
    add_paths(&w);
    text_addz(&t, ",\"components\":{");
    text_addz(&t, shared_text);
    text_addz(&t, ",\"schemas\":{");
    text_addz(&t, problem_schema);
    for (size_t i = 0; i < w.schemas.count; i++) { /* grows while it is written */
        text_addf(&t, ",\"%s\":", w.schemas.at[i].name);
        add_object(&w, w.schemas.at[i].record, w.schemas.at[i].way, NULL);
    }
    text_addz(&t, "}}}");
    return text_str(&t);
}
