#include "contract.h"

static struct str wrong(struct arena *arena, const char *where, const char *what)
{
    return str_format(arena, "%s: %s", where, what);
}

static json_t *resolve(json_t *openapi, json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    if (!ref) return schema;
    struct str rest = str_of(ref), part = str_cut(rest, '/', &rest);
    json_t *at = str_is(part, "#") ? openapi : NULL;
    while (at && rest.at) {
        part = str_cut(rest, '/', &rest);
        at = json_object_getn(at, part.at, part.length);
    }
    return at;
}

static bool is_type(const char *type, json_t *value)
{
    return (!strcmp(type, "object") && json_is_object(value)) || (!strcmp(type, "array") && json_is_array(value)) ||
           (!strcmp(type, "string") && json_is_string(value)) || (!strcmp(type, "integer") && json_is_integer(value)) ||
           (!strcmp(type, "number") && json_is_number(value)) || (!strcmp(type, "boolean") && json_is_boolean(value)) ||
           (!strcmp(type, "null") && json_is_null(value));
}

static bool type_fits(json_t *type, json_t *value)
{
    size_t i;
    json_t *one;
    if (!type) return true;
    if (json_is_string(type)) return is_type(json_string_value(type), value);
    json_array_foreach(type, i, one) if (is_type(json_string_value(one), value)) return true;
    return false;
}

static bool among(json_t *values, json_t *value)
{
    size_t i;
    json_t *one;
    if (!values) return true;
    json_array_foreach(values, i, one) if (json_equal(one, value)) return true;
    return false;
}

static bool format_fits(const char *format, struct str text)
{
    struct date date;
    struct instant instant;
    struct decimal decimal;
    if (!format) return true;
    if (!strcmp(format, "date")) return date_parse(text, &date);
    if (!strcmp(format, "date-time")) return instant_parse(text, &instant);
    if (!strcmp(format, "decimal")) return decimal_parse(text, &decimal);
    return true;
}

static bool limits_fit(json_t *schema, const char *min, const char *max, int64_t n)
{
    json_t *low = json_object_get(schema, min), *high = json_object_get(schema, max);
    return (!low || n >= json_integer_value(low)) && (!high || n <= json_integer_value(high));
}

static struct str check_text(struct arena *arena, json_t *schema, json_t *value, const char *where)
{
    struct str text = { json_string_value(value), json_string_length(value) };
    if (!limits_fit(schema, "minLength", "maxLength", (int64_t)str_utf8_count(text)))
        return wrong(arena, where, "length out of bounds");
    if (!format_fits(json_string_value(json_object_get(schema, "format")), text))
        return wrong(arena, where, "not of its format");
    return (struct str){ 0 };
}

static struct str check_object(struct arena *arena, json_t *openapi, json_t *schema, json_t *value, const char *where)
{
    json_t *properties = json_object_get(schema, "properties"),
           *others = json_object_get(schema, "additionalProperties"), *inside, *one;
    const char *name;
    size_t i;
    json_array_foreach(
        json_object_get(schema, "required"), i,
        one) if (!json_object_get(value, json_string_value(one))) return wrong(arena, where,
                                                                               str_format(arena, "%s is missing",
                                                                                          json_string_value(one))
                                                                                   .at);
    json_object_foreach(value, name, inside)
    {
        json_t *its = json_object_get(properties, name);
        const char *deeper = str_format(arena, "%s.%s", where, name).at;
        if (!its && json_is_object(others)) its = others;
        if (!its) return wrong(arena, deeper, "is not in the schema");
        struct str why = contract_schema_check(arena, openapi, its, inside, deeper);
        if (why.at) return why;
    }
    return (struct str){ 0 };
}

struct str contract_schema_check(struct arena *arena, json_t *openapi, json_t *schema, json_t *value, const char *where)
{
    size_t i;
    json_t *one, *items;
    schema = resolve(openapi, schema);
    if (!schema) return wrong(arena, where, "a $ref that leads nowhere");
    if (!type_fits(json_object_get(schema, "type"), value)) return wrong(arena, where, "of another type");
    if (!among(json_object_get(schema, "enum"), value)) return wrong(arena, where, "not one of its values");
    if (json_is_string(value)) return check_text(arena, schema, value, where);
    if (json_is_integer(value) && !limits_fit(schema, "minimum", "maximum", json_integer_value(value)))
        return wrong(arena, where, "out of bounds");
    if (json_is_object(value) && json_object_get(schema, "properties"))
        return check_object(arena, openapi, schema, value, where);
    items = json_object_get(schema, "items");
    if (json_is_array(value) && !limits_fit(schema, "minItems", "maxItems", (int64_t)json_array_size(value)))
        return wrong(arena, where, "too few or too many");
    if (items) json_array_foreach(value, i, one)
        {
            struct str why =
                contract_schema_check(arena, openapi, items, one, str_format(arena, "%s[%zu]", where, i).at);
            if (why.at) return why;
        }
    return (struct str){ 0 };
}

/* ---- Which operation ---- */

static bool path_fits(struct str pattern, struct str path, bool *exact)
{
    *exact = true;
    while (pattern.at && path.at) {
        struct str wanted = str_cut(pattern, '/', &pattern), part = str_cut(path, '/', &path);
        bool any = wanted.length && wanted.at[0] == '{';
        if (any) *exact = false;
        if (any ? !part.length : !str_equal(wanted, part)) return false;
    }
    return !pattern.at && !path.at;
}

static json_t *find_path(json_t *openapi, struct str path)
{
    const char *pattern;
    json_t *item, *found = NULL;
    bool exact;
    json_object_foreach(json_object_get(openapi, "paths"), pattern, item)
    {
        if (!path_fits(str_of(pattern), path, &exact)) continue;
        found = item;
        if (exact) break;
    }
    return found;
}

struct str contract_check(struct arena *arena, json_t *openapi, const char *method, struct str path, int status,
                          struct str media_type, struct str body)
{
    const char *where = str_format(arena, "%s %.*s", method, STR_ARG(path)).at;
    json_t *item = find_path(openapi, path), *operation = json_object_get(item, str_lower(arena, str_of(method)).at),
           *responses, *answer;
    struct str type = str_cut(media_type, ';', &(struct str){ 0 });
    if (!operation && (status == 404 || status == 405))
        responses = json_object_get(json_object_get(openapi, "components"), "responses");
    else responses = json_object_get(operation, "responses");
    if (!responses) return wrong(arena, where, "is not in the description");
    if (!operation) answer = json_object_get(responses, "problem");
    else answer = json_object_get(responses, status == 200 ? "200" : status < 500 ? "4XX" : "5XX");
    answer = answer ? resolve(openapi, answer) : NULL;
    if (!answer) return wrong(arena, where, "has no such status");
    json_t *content = json_object_get(answer, "content"), *media = json_object_getn(content, type.at, type.length);
    if (!media && json_object_get(content, "*/*")) return (struct str){ 0 };
    if (!media) return wrong(arena, where, "has no such media type");
    if (!str_ends(type, "json")) return (struct str){ 0 };
    json_t *value = json_loadb(body.at, body.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (!value) return wrong(arena, where, "the body is not JSON");
    struct str why = contract_schema_check(arena, openapi, json_object_get(media, "schema"), value, where);
    json_decref(value);
    return why;
}
