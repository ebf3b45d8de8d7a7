#include "record/record.h"

const struct fault_type record_missing = { FAULT_INVALID, "input.missing", "Fill this in: it is missing." };
const struct fault_type record_unknown = { FAULT_INVALID, "input.unknown", "There is no field of this name; leave it out." };
const struct fault_type record_twice = { FAULT_INVALID, "input.twice", "This is given twice; give it once." };
const struct fault_type record_wrong_type = { FAULT_INVALID, "input.wrong_type", "This must be {type}." };
const struct fault_type record_too_small = { FAULT_INVALID, "input.too_small", "This must be {min} or more." };
const struct fault_type record_too_large = { FAULT_INVALID, "input.too_large_value", "This must be {max} or less." };
const struct fault_type record_too_short = { FAULT_INVALID, "input.too_short", "This must be at least {min} long." };
const struct fault_type record_too_long = { FAULT_INVALID, "input.too_long", "This must be at most {max} long." };
const struct fault_type record_too_many = { FAULT_INVALID, "input.too_many", "At most {max} are allowed here." };
const struct fault_type record_not_text = { FAULT_INVALID, "input.not_text", "This holds bytes that are not UTF-8 text." };
const struct fault_type record_not_choice = { FAULT_INVALID, "input.not_choice", "This must be one of: {choices}." };
const struct fault_type record_shape = { FAULT_INVALID, "input.shape", "This is not a valid {shape}." };

RECORD(nothing, { FIELD(struct nothing, unused, OPTIONAL) });

const struct field *record_field(const struct record *record, struct str name)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_is(name, record->fields[i].name)) return &record->fields[i];
    return NULL;
}

struct str field_json_name(const struct field *field)
{
    struct str name = { field->name, field->name_length ? field->name_length : strlen(field->name) };
    if (field->type == FIELD_AMOUNT && str_ends(name, "_minor")) name.length -= strlen("_minor");
    return name;
}

const struct field *record_json_field(const struct record *record, struct str name)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_equal(name, field_json_name(&record->fields[i]))) return &record->fields[i];
    return NULL;
}

int field_digits(const struct record *record, const struct field *field, const void *at)
{
    if (!field->currency) return 2;
    const struct field *sibling = record_field(record, str_of(field->currency));
    struct str currency;
    ensure(sibling && sibling->type == FIELD_TEXT);
    memcpy(&currency, (const char *)at + sibling->offset, sizeof currency);
    int digits = currency_digits(currency);
    return digits < 0 ? 2 : digits; /* an unknown currency is refused by its own field's check */
}

bool field_absent(const struct field *f, const void *at)
{
    const char *p = (const char *)at + f->offset;
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_BYTES:
    case FIELD_JSON: {
        struct str s;
        memcpy(&s, p, sizeof s);
        return !s.at;
    }
    case FIELD_DATE: {
        struct date d;
        memcpy(&d, p, sizeof d);
        return !d.ymd;
    }
    case FIELD_INSTANT: {
        struct instant i;
        memcpy(&i, p, sizeof i);
        return !i.us;
    }
    case FIELD_DECIMAL: {
        struct decimal d;
        memcpy(&d, p, sizeof d);
        return !d.present;
    }
    case FIELD_CHOICE: {
        unsigned v;
        memcpy(&v, p, sizeof v);
        return !v;
    }
    case FIELD_ID: {
        int64_t v;
        memcpy(&v, p, sizeof v);
        return !v;
    }
    case FIELD_LIST: {
        struct any_list list;
        memcpy(&list, p, sizeof list);
        return !list.count;
    }
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_AMOUNT:
    case FIELD_RECORD: return false;
    }
    never("unknown field type");
}

static struct str choices_text(struct arena *arena, const struct field *f)
{
    struct text t = text_new(arena);
    for (size_t i = 1; i < f->choice_count; i++) {
        if (i > 1) text_addz(&t, ", ");
        text_addz(&t, f->choices[i]);
    }
    return text_str(&t);
}

static struct fault *wrong(struct arena *arena, const struct field *f, const char *type)
{
    return FAULT(arena, &record_wrong_type, field_json_name(f).at, PARAM("type", str_of(type)));
}

/* The name as JSON has it, ending in zero. */
static const char *name_of(struct arena *arena, const struct field *f)
{
    return str_keep(arena, field_json_name(f)).at;
}

static struct fault *number_from_text(struct arena *arena, const struct field *f, struct str t, char *p)
{
    int64_t v;
    if (!str_to_int(t, &v)) return FAULT(arena, &record_wrong_type, name_of(arena, f), PARAM("type", STR("a whole number")));
    memcpy(p, &v, sizeof v);
    return NULL;
}

static struct fault *amount_from_text(struct arena *arena, const struct record *record, const struct field *f,
                                      struct str t, void *at)
{
    int64_t v;
    int digits = field_digits(record, f, at);
    if (!minor_parse(t, digits, &v))
        return FAULT(
            arena, &record_wrong_type, name_of(arena, f),
            PARAM("type", str_format(arena, "an amount with at most %d decimals, such as \"1250.00\"", digits)));
    memcpy((char *)at + f->offset, &v, sizeof v);
    return NULL;
}

static struct fault *choice_from_text(struct arena *arena, const struct field *f, struct str t, char *p)
{
    for (unsigned i = 1; i < f->choice_count; i++)
        if (f->choices[i] && str_is(t, f->choices[i])) {
            memcpy(p, &i, sizeof i);
            return NULL;
        }
    return FAULT(arena, &record_not_choice, name_of(arena, f), PARAM("choices", choices_text(arena, f)));
}

#define PARSED(type_, parse, what)                          \
    do {                                                    \
        struct type_ v_;                                    \
        if (!parse(t, &v_)) return wrong(arena, f, what);   \
        memcpy(p, &v_, sizeof v_);                          \
        return NULL;                                        \
    } while (0)

struct fault *field_from_text(struct arena *arena, const struct record *record, const struct field *f, struct str t, void *at)
{
    char *p = (char *)at + f->offset;
    switch (f->type) {
    case FIELD_INT:
    case FIELD_ID: return number_from_text(arena, f, t, p);
    case FIELD_BOOL: {
        bool yes = str_is(t, "true") || str_is(t, "t") || str_is(t, "1");
        if (!yes && !str_is(t, "false") && !str_is(t, "f") && !str_is(t, "0")) return wrong(arena, f, "true or false");
        memcpy(p, &yes, sizeof yes);
        return NULL;
    }
    case FIELD_TEXT: {
        if (!str_is_utf8(t)) return FAULT(arena, &record_not_text, name_of(arena, f));
        struct str v = str_copy(arena, t.at, t.length);
        memcpy(p, &v, sizeof v);
        return NULL;
    }
    case FIELD_BYTES: {
        struct str v;
        if (!base64_parse(arena, t, &v)) return wrong(arena, f, "base64");
        memcpy(p, &v, sizeof v);
        return NULL;
    }
    case FIELD_JSON: {
        struct str v = str_copy(arena, t.at, t.length);
        memcpy(p, &v, sizeof v);
        return NULL;
    }
    case FIELD_DATE: PARSED(date, date_parse, "a day such as 2025-01-31");
    case FIELD_INSTANT: PARSED(instant, instant_parse, "a moment such as 2025-01-31T12:00:00Z");
    case FIELD_DECIMAL: PARSED(decimal, decimal_parse, "a decimal such as \"12.50\", with at most 18 digits");
    case FIELD_CHOICE: return choice_from_text(arena, f, t, p);
    case FIELD_AMOUNT: return amount_from_text(arena, record, f, t, at);
    case FIELD_RECORD: return record_from_json(arena, t, (struct into){ f->record, p });
    case FIELD_LIST: return wrong(arena, f, "given as JSON");
    }
    never("unknown field type");
}

static struct str list_text(struct arena *arena, const struct field *f, const char *at)
{
    struct text t = text_new(arena);
    struct any_list list;
    memcpy(&list, at, sizeof list);
    text_add_char(&t, '[');
    for (size_t i = 0; i < list.count; i++) {
        if (i) text_add_char(&t, ',');
        record_add_json(&t, (struct given){ f->record, list.at + i * f->record->size });
    }
    text_add_char(&t, ']');
    return text_str(&t);
}

struct str field_to_text(struct arena *arena, const struct record *record, const struct field *f, const void *at)
{
    const char *p = (const char *)at + f->offset;
    if (field_absent(f, at) && f->type != FIELD_LIST) return (struct str){ 0 };
    switch (f->type) {
    case FIELD_INT:
    case FIELD_ID: {
        int64_t v;
        memcpy(&v, p, sizeof v);
        return str_from_int(arena, v);
    }
    case FIELD_BOOL: {
        bool v;
        memcpy(&v, p, sizeof v);
        return v ? STR("true") : STR("false");
    }
    case FIELD_TEXT:
    case FIELD_JSON: {
        struct str v;
        memcpy(&v, p, sizeof v);
        return v;
    }
    case FIELD_BYTES: {
        struct str v;
        memcpy(&v, p, sizeof v);
        return base64_text(arena, v.at, v.length);
    }
    case FIELD_DATE: {
        struct date v;
        memcpy(&v, p, sizeof v);
        return date_text(arena, v);
    }
    case FIELD_INSTANT: {
        struct instant v;
        char z[28];
        memcpy(&v, p, sizeof v);
        instant_format(v, z);
        return str_copy(arena, z, strlen(z));
    }
    case FIELD_DECIMAL: {
        struct decimal v;
        memcpy(&v, p, sizeof v);
        return decimal_format(arena, v);
    }
    case FIELD_CHOICE: {
        unsigned v;
        memcpy(&v, p, sizeof v);
        ensure(v < f->choice_count && f->choices[v]);
        return str_of(f->choices[v]);
    }
    case FIELD_AMOUNT: {
        int64_t v;
        memcpy(&v, p, sizeof v);
        return minor_format(arena, v, field_digits(record, f, at));
    }
    case FIELD_RECORD: return record_to_json(arena, (struct given){ f->record, p });
    case FIELD_LIST: return list_text(arena, f, p);
    }
    never("unknown field type");
}

bool record_covers(const struct record *r)
{
    size_t reached = 0;
    for (size_t i = 0; i < r->count; i++) { /* fields are listed in member order */
        if (r->fields[i].offset < reached || r->fields[i].offset - reached >= 8) return false;
        reached = r->fields[i].offset + r->fields[i].size;
    }
    return r->size - reached < 8;
}
