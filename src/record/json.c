#include "record/record.h"
#include <jansson.h>

static const struct fault_type json_malformed = {
    FAULT_INVALID, "json.malformed", "The JSON is broken at line {line}, column {column}."
};

/* How much of its beginning JSON takes as it is; eight bytes at a time, so at most seven less than it is. */
static size_t plain(struct str s)
{
    const uint64_t high = UINT64_C(0x8080808080808080), one = UINT64_C(0x0101010101010101);
    size_t i = 0;
    for (uint64_t w; i + 8 <= s.length; i += 8) {
        memcpy(&w, s.at + i, 8);
        uint64_t quote = w ^ (one * '"'), slash = w ^ (one * '\\');
        if ((((w - one * 0x20) & ~w) | ((quote - one) & ~quote) | ((slash - one) & ~slash)) & high) break;
    }
    return i;
}

void json_add_text(struct text *t, struct str s)
{
    size_t from = 0, i = plain(s);
    for (; i < s.length; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c < 0x20 || c == '"' || c == '\\') break;
    }
    if (i == s.length) {
        text_add_between(t, "\"", s, "\"");
        return;
    }
    text_add_char(t, '"');
    for (; i < s.length; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        text_add_bytes(t, s.at + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') text_add_char(t, '\\'), text_add_char(t, (char)c);
        else if (c == '\n') text_addz(t, "\\n");
        else text_addf(t, "\\u%04x", c);
    }
    text_add_bytes(t, s.at + from, s.length - from);
    text_add_char(t, '"');
}

static void add_list(struct text *t, const struct field *f, const void *at)
{
    struct any_list list;
    memcpy(&list, at, sizeof list);
    text_add_char(t, '[');
    for (size_t i = 0; i < list.count; i++) {
        if (i) text_add_char(t, ',');
        record_add_json(t, (struct given){ f->record, list.at + i * f->record->size });
    }
    text_add_char(t, ']');
}

/* Between quotes, of what needs no escape. */
static void add_quoted(struct text *t, const char *at, size_t length)
{
    char *to = text_place(t, length + 2);
    to[0] = to[length + 1] = '"';
    memcpy(to + 1, at, length);
}

/* The digits of the amounts in one struct: most have one currency. */
struct digits { const char *currency; int count; };
static int digits_of(struct digits *known, const struct record *record, const struct field *f, const void *at)
{
    if (!f->currency) return 2;
    if (known->currency != f->currency) *known = (struct digits){ f->currency, field_digits(record, f, at) };
    return known->count;
}

static void add_amount(struct text *t, int64_t minor, int digits)
{
    char z[MINOR_ROOM];
    add_quoted(t, z, minor_put(minor, digits, z));
}

/* As field_to_text, straight to where it is to stand. */
static void add_value(struct text *t, const struct record *record, const struct field *f, const void *at, struct digits *digits)
{
    const char *p = (const char *)at + f->offset;
    switch (f->type) {
    case FIELD_INT:
    case FIELD_ID: {
        int64_t v;
        memcpy(&v, p, sizeof v);
        text_add_int(t, v);
        return;
    }
    case FIELD_AMOUNT: {
        int64_t v;
        memcpy(&v, p, sizeof v);
        add_amount(t, v, digits_of(digits, record, f, at));
        return;
    }
    case FIELD_DECIMAL: {
        struct decimal v;
        memcpy(&v, p, sizeof v);
        if (v.present) add_amount(t, v.units, v.scale);
        else add_quoted(t, "", 0);
        return;
    }
    case FIELD_RECORD: record_add_json(t, (struct given){ f->record, p }); return;
    case FIELD_LIST: add_list(t, f, p); return;
    case FIELD_BOOL:
    case FIELD_JSON: text_add(t, field_to_text(t->arena, record, f, at)); return;
    case FIELD_TEXT: {
        struct str v;
        memcpy(&v, p, sizeof v);
        json_add_text(t, v);
        return;
    }
    case FIELD_DATE:
    case FIELD_INSTANT:
    case FIELD_CHOICE:
    case FIELD_BYTES: json_add_text(t, field_to_text(t->arena, record, f, at)); return;
    }
    never("unknown field type");
}

static bool shown(const struct field *f, const void *at)
{
    return !f->secret && (f->type == FIELD_LIST || !field_absent(f, at));
}

void record_add_json(struct text *t, struct given given)
{
    bool first = true;
    struct digits digits = { 0 };
    text_add_char(t, '{');
    for (size_t i = 0; given.record != &nothing_record && i < given.record->count; i++) {
        const struct field *f = &given.record->fields[i];
        if (!shown(f, given.at)) continue;
        struct str name = field_json_name(f);
        char *key = text_place(t, name.length + 3 + !first);
        if (!first) *key++ = ',';
        key[0] = '"';
        memcpy(key + 1, name.at, name.length);
        memcpy(key + 1 + name.length, "\":", 2);
        first = false;
        add_value(t, given.record, f, given.at, &digits);
    }
    text_add_char(t, '}');
}

struct str record_to_json(struct arena *arena, struct given given)
{
    enum { USUAL = 1000 };
    struct text t = text_new(arena);
    text_grow(&t, USUAL);
    record_add_json(&t, given);
    return text_str(&t);
}

static void add_side(struct text *t, struct given side, const struct field *f)
{
    if (!side.at || !shown(f, side.at)) text_addz(t, "null");
    else add_value(t, side.record, f, side.at, &(struct digits){ 0 });
}

struct str record_difference(struct arena *arena, struct given before, struct given after)
{
    struct text t = text_new(arena);
    ensure(before.record == after.record);
    for (size_t i = 0; i < before.record->count; i++) {
        const struct field *f = &before.record->fields[i];
        struct text a = text_new(arena), b = text_new(arena);
        if (f->secret) continue;
        add_side(&a, before, f);
        add_side(&b, after, f);
        if (str_equal(text_str(&a), text_str(&b))) continue;
        text_add_char(&t, t.length ? ',' : '{');
        text_add_char(&t, '"');
        text_add(&t, field_json_name(f));
        text_addz(&t, "\":[");
        text_add(&t, text_str(&a));
        text_add_char(&t, ',');
        text_add(&t, text_str(&b));
        text_add_char(&t, ']');
    }
    if (!t.length) return (struct str){ 0 };
    text_add_char(&t, '}');
    return text_str(&t);
}

/* ---- In ---- */

static struct fault *members(struct arena *arena, json_t *object, struct into into, bool *seen);

static struct fault *wrong_type(struct arena *arena, const struct field *f, const char *type)
{
    return FAULT(arena, &record_wrong_type, str_keep(arena, field_json_name(f)).at, PARAM("type", str_of(type)));
}

static struct fault *list_from_json(struct arena *arena, const struct field *f, json_t *value, char *p)
{
    size_t count = json_array_size(value), max = f->max ? (size_t)f->max : 10000;
    struct fault *faults = NULL;
    if (!json_is_array(value)) return wrong_type(arena, f, "a list");
    if (count > max)
        return FAULT(arena, &record_too_many, str_keep(arena, field_json_name(f)).at,
                     PARAM_INT(arena, "max", (int64_t)max));
    struct any_list list = { arena_array(arena, count ? count : 1, f->record->size), count, count };
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_array_get(value, i);
        bool *seen = ARENA_ARRAY(arena, bool, f->record->count);
        struct fault *inside =
            json_is_object(item) ? members(arena, item, (struct into){ f->record, list.at + i * f->record->size }, seen)
                                 : FAULT(arena, &record_wrong_type, NULL, PARAM("type", STR("an object")));
        if (inside) fault_within(arena, inside, str_format(arena, "%.*s[%zu]", STR_ARG(field_json_name(f)), i));
        faults = fault_join(faults, inside);
    }
    memcpy(p, &list, sizeof list);
    return faults;
}

static struct fault *value_from_json(struct arena *arena, const struct record *record, const struct field *f,
                                     json_t *value, void *at)
{
    char *p = (char *)at + f->offset;
    switch (f->type) {
    case FIELD_INT:
    case FIELD_ID: {
        if (!json_is_integer(value)) return wrong_type(arena, f, "a whole number");
        int64_t v = json_integer_value(value);
        memcpy(p, &v, sizeof v);
        return NULL;
    }
    case FIELD_BOOL: {
        if (!json_is_boolean(value)) return wrong_type(arena, f, "true or false");
        bool v = json_is_true(value);
        memcpy(p, &v, sizeof v);
        return NULL;
    }
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_INSTANT:
    case FIELD_DECIMAL:
    case FIELD_CHOICE:
    case FIELD_AMOUNT:
    case FIELD_BYTES:
        if (!json_is_string(value)) return wrong_type(arena, f, "a text between quotes");
        return field_from_text(arena, record, f, (struct str){ json_string_value(value), json_string_length(value) }, at);
    case FIELD_JSON: {
        char *z = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
        ensure(z);
        struct str v = str_copy(arena, z, strlen(z));
        free(z);
        memcpy(p, &v, sizeof v);
        return NULL;
    }
    case FIELD_RECORD: {
        bool *seen = ARENA_ARRAY(arena, bool, f->record->count);
        if (!json_is_object(value)) return wrong_type(arena, f, "an object");
        struct fault *inside = members(arena, value, (struct into){ f->record, p }, seen);
        if (inside) fault_within(arena, inside, field_json_name(f));
        return inside;
    }
    case FIELD_LIST: return list_from_json(arena, f, value, p);
    }
    never("unknown field type");
}

/* `seen` remembers which fields were given, and which were given wrongly: those are not called missing as well. */
static struct fault *missing(struct arena *arena, struct into into, const bool *seen)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < into.record->count; i++) {
        const struct field *f = &into.record->fields[i];
        if (seen[i] || f->optional || f->type == FIELD_LIST) continue;
        if (f->type == FIELD_RECORD) { /* all of it may be optional */
            bool *inner = ARENA_ARRAY(arena, bool, f->record->count);
            struct fault *inside = missing(arena, (struct into){ f->record, (char *)into.at + f->offset }, inner);
            if (inside) fault_within(arena, inside, field_json_name(f));
            faults = fault_join(faults, inside);
            continue;
        }
        faults = fault_join(faults, FAULT(arena, &record_missing, str_keep(arena, field_json_name(f)).at));
    }
    return faults;
}

/* Amounts last: how many digits they have stands in their currency, wherever that is in the object. */
static struct fault *members(struct arena *arena, json_t *object, struct into into, bool *seen)
{
    struct fault *faults = NULL;
    const char *key;
    json_t *value;
    for (int amounts = 0; amounts < 2; amounts++)
        json_object_foreach(object, key, value)
        {
            const struct field *f = record_json_field(into.record, str_of(key));
            if (f && (f->type == FIELD_AMOUNT) != (amounts == 1)) continue;
            if (!f && amounts) continue;
            if (!f) {
                faults = fault_join(faults, FAULT(arena, &record_unknown, key));
                continue;
            }
            size_t index = (size_t)(f - into.record->fields);
            if (json_is_null(value) && f->optional) continue;
            if (seen[index]) faults = fault_join(faults, FAULT(arena, &record_twice, key));
            else faults = fault_join(faults, value_from_json(arena, into.record, f, value, into.at));
            seen[index] = true;
        }
    return fault_join(faults, missing(arena, into, seen));
}

static struct fault *load(struct arena *arena, struct str json, json_t **object)
{
    json_error_t error;
    *object = json_loadb(json.at ? json.at : "", json.length, JSON_REJECT_DUPLICATES, &error);
    if (!*object)
        return FAULT(arena, &json_malformed, NULL, PARAM_INT(arena, "line", error.line),
                     PARAM_INT(arena, "column", error.column));
    if (json_is_object(*object)) return NULL;
    json_decref(*object);
    *object = NULL;
    return FAULT(arena, &record_wrong_type, NULL, PARAM("type", STR("an object")));
}

static struct fault *pairs_into(struct arena *arena, const struct pair *pairs, size_t count, struct into into,
                                bool *seen, bool amounts)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct field *f = record_json_field(into.record, pairs[i].name);
        const char *name = str_keep(arena, pairs[i].name).at;
        if (!f) f = record_field(into.record, pairs[i].name);
        if (f ? (f->type == FIELD_AMOUNT) != amounts : amounts) continue;
        if (!f) {
            faults = fault_join(faults, FAULT(arena, &record_unknown, name));
            continue;
        }
        size_t index = (size_t)(f - into.record->fields);
        if (seen[index]) {
            faults = fault_join(faults, FAULT(arena, &record_twice, name));
            continue;
        }
        seen[index] = true;
        json_t *value = NULL;
        if (f->type == FIELD_LIST || f->type == FIELD_RECORD)
            value = json_loadb(pairs[i].text.at ? pairs[i].text.at : "", pairs[i].text.length, JSON_REJECT_DUPLICATES, NULL);
        faults = fault_join(faults, value ? value_from_json(arena, into.record, f, value, into.at)
                                          : field_from_text(arena, into.record, f, pairs[i].text, into.at));
        json_decref(value);
    }
    return faults;
}

struct fault *record_from_pairs(struct arena *arena, const struct pair *pairs, size_t count, struct str json, struct into into)
{
    bool *seen = ARENA_ARRAY(arena, bool, into.record->count);
    json_t *object = NULL;
    if (json.length) TRY(load(arena, json, &object));
    struct fault *faults = pairs_into(arena, pairs, count, into, seen, false);
    bool *path_seen = seen;
    struct fault *amounts = NULL;
    if (json.length) { /* the body first, so that an amount among the pairs finds its currency */
        faults = fault_join(faults, members(arena, object, into, path_seen));
        amounts = pairs_into(arena, pairs, count, into, path_seen, true);
    } else {
        amounts = pairs_into(arena, pairs, count, into, seen, true);
        faults = fault_join(faults, missing(arena, into, seen));
    }
    json_decref(object);
    faults = fault_join(faults, amounts);
    return faults ? faults : record_check(arena, (struct given){ into.record, into.at });
}

struct fault *record_from_json(struct arena *arena, struct str json, struct into into)
{
    json_t *object;
    bool *seen = ARENA_ARRAY(arena, bool, into.record->count);
    TRY(load(arena, json, &object));
    struct fault *faults = members(arena, object, into, seen);
    json_decref(object);
    return faults ? faults : record_check(arena, (struct given){ into.record, into.at });
}
