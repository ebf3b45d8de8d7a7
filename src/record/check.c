#include "record/record.h"

enum { TEXT_DEFAULT = 1000, LIST_DEFAULT = 10000, BYTES_DEFAULT = 64 << 20 };

static const char *name_of(struct arena *arena, const struct field *f)
{
    return str_keep(arena, field_json_name(f)).at;
}

static struct fault *check_number(struct arena *arena, const struct record *record, const struct field *f,
                                  const void *at, int64_t v)
{
    if (!f->min && !f->max) return NULL;
    if (v >= f->min && v <= f->max) return NULL;
    bool small = v < f->min;
    int64_t bound = small ? f->min : f->max;
    struct str shown =
        f->type == FIELD_AMOUNT ? minor_format(arena, bound, field_digits(record, f, at)) : str_from_int(arena, bound);
    return FAULT(arena, small ? &record_too_small : &record_too_large, name_of(arena, f),
                 PARAM(small ? "min" : "max", shown));
}

static struct fault *check_text(struct arena *arena, const struct field *f, struct str s)
{
    int64_t max = f->max ? f->max : f->type == FIELD_TEXT ? TEXT_DEFAULT : BYTES_DEFAULT;
    int64_t length = f->type == FIELD_TEXT ? (int64_t)str_utf8_count(s) : (int64_t)s.length;
    if (length > max) return FAULT(arena, &record_too_long, name_of(arena, f), PARAM_INT(arena, "max", max));
    if (length == 0 && f->min > 0 && !f->optional) return FAULT(arena, &record_missing, name_of(arena, f));
    if (length < f->min) return FAULT(arena, &record_too_short, name_of(arena, f), PARAM_INT(arena, "min", f->min));
    if (f->check && !f->check(s))
        return FAULT(arena, &record_shape, name_of(arena, f), PARAM("shape", str_of(f->shape ? f->shape : "value")));
    return NULL;
}

static struct fault *check_list(struct arena *arena, const struct field *f, const char *p)
{
    struct any_list list;
    struct fault *faults = NULL;
    memcpy(&list, p, sizeof list);
    int64_t max = f->max ? f->max : LIST_DEFAULT;
    if ((int64_t)list.count > max) return FAULT(arena, &record_too_many, name_of(arena, f), PARAM_INT(arena, "max", max));
    if (!list.count && !f->optional && f->min > 0) return FAULT(arena, &record_missing, name_of(arena, f));
    if ((int64_t)list.count < f->min && list.count)
        return FAULT(arena, &record_too_short, name_of(arena, f), PARAM_INT(arena, "min", f->min));
    for (size_t i = 0; i < list.count; i++) {
        struct fault *inside = record_check(arena, (struct given){ f->record, list.at + i * f->record->size });
        if (inside) fault_within(arena, inside, str_format(arena, "%s[%zu]", name_of(arena, f), i));
        faults = fault_join(faults, inside);
    }
    return faults;
}

static struct fault *check_field(struct arena *arena, const struct record *record, const struct field *f, const void *at)
{
    const char *p = (const char *)at + f->offset;
    if (field_absent(f, at) && f->type != FIELD_LIST)
        return f->optional ? NULL : FAULT(arena, &record_missing, name_of(arena, f));
    switch (f->type) {
    case FIELD_INT:
    case FIELD_ID:
    case FIELD_AMOUNT: {
        int64_t v;
        memcpy(&v, p, sizeof v);
        return check_number(arena, record, f, at, v);
    }
    case FIELD_TEXT:
    case FIELD_BYTES: {
        struct str s;
        memcpy(&s, p, sizeof s);
        return check_text(arena, f, s);
    }
    case FIELD_CHOICE: {
        unsigned v;
        memcpy(&v, p, sizeof v);
        ensure(v < f->choice_count);
        return NULL;
    }
    case FIELD_RECORD: {
        struct fault *inside = record_check(arena, (struct given){ f->record, p });
        if (inside) fault_within(arena, inside, field_json_name(f));
        return inside;
    }
    case FIELD_LIST: return check_list(arena, f, p);
    case FIELD_BOOL:
    case FIELD_DATE:
    case FIELD_INSTANT:
    case FIELD_DECIMAL:
    case FIELD_JSON: return NULL;
    }
    never("unknown field type");
}

struct fault *record_check(struct arena *arena, struct given given)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < given.record->count; i++)
        faults = fault_join(faults, check_field(arena, given.record, &given.record->fields[i], given.at));
    return faults;
}
