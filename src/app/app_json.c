#include "app/app_json.h"
#include "einvoice/einvoice.h"
#include "record/record.h"
#include "statement/statement.h"

/* An object or a list being written: knows whether a comma is due. */
struct writing { struct text *text; bool first; };

static void name(struct writing *w, const char *name)
{
    if (!w->first) text_add_char(w->text, ',');
    w->first = false;
    json_add_text(w->text, str_of(name));
    text_add_char(w->text, ':');
}

static void text_member(struct writing *w, const char *its, struct str s)
{
    if (!s.at) return;
    name(w, its);
    json_add_text(w->text, s);
}

static void int_member(struct writing *w, const char *its, int64_t value)
{
    name(w, its);
    text_add_int(w->text, value);
}

static struct str decimal_or_raw(struct arena *arena, struct decimal value, struct str raw)
{
    return value.present ? decimal_format(arena, value) : raw;
}

static struct str day_or_raw(struct arena *arena, const struct einvoice_day *day)
{
    return day->date.ymd ? date_text(arena, day->date) : day->raw;
}

/* {"value":…,"NAME":…}; nothing when neither is there. */
static void pair_member(struct writing *w, const char *its, struct str value, const char *second, struct str other,
                        struct str third)
{
    if (!value.at && !other.at) return;
    name(w, its);
    struct writing inside = { w->text, true };
    text_add_char(w->text, '{');
    text_member(&inside, "value", value);
    text_member(&inside, second, other);
    text_member(&inside, "scheme_version", third);
    text_add_char(w->text, '}');
}

static void structs(struct writing *w, const char *its, const struct shape *shape, const char *at, size_t count)
{
    if (!count) return;
    name(w, its);
    text_add_char(w->text, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) text_add_char(w->text, ',');
        shape_add_json(w->text, shape, at + i * shape->size);
    }
    text_add_char(w->text, ']');
}

static void pointers(struct writing *w, const struct shape_member *m, const void *const *at, int64_t count)
{
    name(w, m->name); /* the lines of a statement: a list, also when there are none */
    text_add_char(w->text, '[');
    for (int64_t i = 0; i < count; i++) {
        if (i) text_add_char(w->text, ',');
        shape_add_json(w->text, m->shape, at[i]);
    }
    text_add_char(w->text, ']');
}

static void strings(struct writing *w, const char *its, const struct str *at, size_t count)
{
    if (!count) return;
    name(w, its);
    text_add_char(w->text, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) text_add_char(w->text, ',');
        json_add_text(w->text, at[i].at ? at[i] : STR(""));
    }
    text_add_char(w->text, ']');
}

static void bits(struct writing *w, const char *its, uint32_t set)
{
    struct str texts[32];
    size_t count = 0;
    for (unsigned bit = 0; bit < 32; bit++)
        if (set & UINT32_C(1) << bit) texts[count++] = str_of(statement_problem_text((enum statement_problem)(1u << bit)));
    strings(w, its, texts, count);
}

/* What einvoice's values look like. */
static void einvoice_value(struct writing *w, const struct shape_member *m, const void *at)
{
    struct arena *arena = w->text->arena;
    if (m->kind == SHAPE_NUMBER) {
        const struct einvoice_number *n = at;
        text_member(w, m->name, decimal_or_raw(arena, n->value, n->raw));
    } else if (m->kind == SHAPE_AMOUNT) {
        const struct einvoice_amount *a = at;
        pair_member(w, m->name, decimal_or_raw(arena, a->value, a->raw), "currency", a->currency, (struct str){ 0 });
    } else if (m->kind == SHAPE_QUANTITY) {
        const struct einvoice_quantity *q = at;
        pair_member(w, m->name, decimal_or_raw(arena, q->value, q->raw), "unit", q->unit, (struct str){ 0 });
    } else if (m->kind == SHAPE_ID) {
        const struct einvoice_id *id = at;
        pair_member(w, m->name, id->value, "scheme", id->scheme, id->scheme_version);
    } else if (m->kind == SHAPE_DAY) text_member(w, m->name, day_or_raw(arena, at));
    else {
        const struct einvoice_flag *flag = at;
        if (!flag->present) return;
        name(w, m->name);
        text_addz(w->text, flag->value ? "true" : "false");
    }
}

static void plain_value(struct writing *w, const struct shape_member *m, const char *base)
{
    const void *at = base + m->at;
    struct arena *arena = w->text->arena;
    int64_t number = 0;
    switch ((int)m->kind) {
    case SHAPE_TEXT: text_member(w, m->name, *(const struct str *)at); return;
    case SHAPE_BOOL:
        if (*(const bool *)at) name(w, m->name), text_addz(w->text, "true");
        return;
    case SHAPE_INT64:
    case SHAPE_COUNT:
        memcpy(&number, at, sizeof number);
        if (m->kind == SHAPE_COUNT || number != -1) int_member(w, m->name, number);
        return;
    case SHAPE_INT32: int_member(w, m->name, *(const int32_t *)at); return;
    case SHAPE_HASH: text_member(w, m->name, str_format(arena, "%016llx", (unsigned long long)*(const uint64_t *)at)); return;
    case SHAPE_DATE:
        if (((const struct date *)at)->ymd) text_member(w, m->name, date_text(arena, *(const struct date *)at));
        return;
    case SHAPE_INSTANT: {
        char text[28];
        if (!((const struct instant *)at)->us) return;
        instant_format(*(const struct instant *)at, text);
        text_member(w, m->name, str_format(arena, "%s", text));
        return;
    }
    case SHAPE_DECIMAL: text_member(w, m->name, decimal_format(arena, *(const struct decimal *)at)); return;
    case SHAPE_MINOR: {
        const struct str currency = *(const struct str *)(const void *)(base + m->other);
        int digits = currency_digits(currency);
        memcpy(&number, at, sizeof number);
        if (currency.at) text_member(w, m->name, minor_format(arena, number, digits < 0 ? 2 : digits));
        return;
    }
    case SHAPE_WORD: {
        unsigned value;
        memcpy(&value, at, sizeof value);
        if (value) text_member(w, m->name, str_of(m->word(value)));
        return;
    }
    case SHAPE_BITS: bits(w, m->name, *(const uint32_t *)at); return;
    default: never("not a plain value");
    }
}

/* One that says nothing is left out. */
static void group(struct writing *w, const struct shape_member *m, const char *at)
{
    const struct writing before = *w;
    size_t length = w->text->length;
    if (m->shape->present >= 0 && !*(const bool *)(at + m->shape->present)) return;
    name(w, m->name);
    size_t from = w->text->length;
    shape_add_json(w->text, m->shape, at);
    if (w->text->length > from + 2) return;
    w->text->length = length;
    *w = before;
}

static void member(struct writing *w, const struct shape_member *m, const char *base)
{
    const void *at = base + m->at;
    size_t count = 0;
    switch ((int)m->kind) {
    case SHAPE_GROUP:
        group(w, m, at);
        return;
    case SHAPE_POINTER: {
        const void *to;
        memcpy(&to, at, sizeof to);
        if (!to) return;
        name(w, m->name);
        shape_add_json(w->text, m->shape, to);
        return;
    }
    case SHAPE_LIST: {
        const struct any_list *list = at;
        structs(w, m->name, m->shape, list->at, list->count);
        return;
    }
    case SHAPE_TEXTS: {
        const struct any_list *list = at;
        strings(w, m->name, (const struct str *)(const void *)list->at, list->count);
        return;
    }
    case SHAPE_ARRAY:
    case SHAPE_STRINGS: {
        const void *to;
        memcpy(&to, at, sizeof to);
        memcpy(&count, base + m->other, sizeof count);
        if (m->kind == SHAPE_ARRAY) structs(w, m->name, m->shape, to, count);
        else strings(w, m->name, to, count);
        return;
    }
    case SHAPE_POINTERS: {
        const void *const *to;
        int64_t many;
        memcpy(&to, at, sizeof to);
        memcpy(&many, base + m->other, sizeof many);
        pointers(w, m, to, many);
        return;
    }
    case SHAPE_NUMBER:
    case SHAPE_AMOUNT:
    case SHAPE_QUANTITY:
    case SHAPE_DAY:
    case SHAPE_ID:
    case SHAPE_FLAG: einvoice_value(w, m, at); return;
    default: plain_value(w, m, base);
    }
}

void shape_add_json(struct text *text, const struct shape *shape, const void *at)
{
    struct writing w = { text, true };
    text_add_char(text, '{');
    for (size_t i = 0; i < shape->count; i++) member(&w, &shape->members[i], at);
    text_add_char(text, '}');
}
