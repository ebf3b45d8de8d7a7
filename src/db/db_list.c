/* A page of a list: `select * from (<statement>) q where … order by … limit …`. Names come from the record's table, every
 * value is a parameter. A NULL stands behind all values, on both engines; texts are ordered by their bytes. */
#include "db/engine.h"

const struct fault_type list_unknown_filter = { FAULT_INVALID, "list.unknown_filter",
                                                "There is no filter \"{field}\" of this kind here. Filters are: {known}." };
const struct fault_type list_unknown_sort = { FAULT_INVALID, "list.unknown_sort",
                                              "This list can't be sorted by \"{field}\". It can be by: {known}." };
const struct fault_type list_bad_cursor = {
    FAULT_INVALID, "list.bad_cursor",
    "This place in the list does not belong to this sort order. Start again without it."
};
const struct fault_type list_bad_limit = { FAULT_INVALID, "list.bad_limit",
                                           "A page holds 1 to {max} rows. Ask for so many." };

enum { FILTERS_MOST = 40, IN_MOST = 100, EXTRA_MOST = 180 };

/* What may be absent is sorted in two parts, each of which an index serves on both engines: an order of the two together is no
 * index's. Absent values stand behind all others. What is 0 for nearly all rows is sorted in three. */
enum part { PART_ALL, PART_PRESENT, PART_ABSENT, PART_BELOW, PART_ZERO, PART_ABOVE };
enum { PARTS_MOST = 3 };

struct page {
    const char *from; /* what is read of the statement; NULL: "select * from (" */
    enum part part;
    struct work *work;
    const struct record *record;
    const struct field *id, *sort;
    bool down, dense; /* dense: the filter that is being written */
    size_t limit;
    struct text text;
    const char *before; /* the next condition: " where " or " and " */
    size_t first_extra, extra_count;
    struct value extra[EXTRA_MOST];
    enum value_kind kinds[EXTRA_MOST];
};

static struct str known(const struct page *page, bool filters)
{
    struct text t = text_new(page->work->arena);
    for (size_t i = 0; i < page->record->count; i++) {
        const struct field *f = &page->record->fields[i];
        if (!(filters ? f->filter : f->sort)) continue;
        if (t.length) text_addz(&t, ", ");
        text_add(&t, field_json_name(f));
    }
    return text_str(&t);
}

static struct fault *unknown(const struct page *page, bool filter, struct str name)
{
    struct arena *arena = page->work->arena;
    return FAULT(arena, filter ? &list_unknown_filter : &list_unknown_sort,
                 filter ? str_keep(arena, name).at : "sort", PARAM("field", name), PARAM("known", known(page, filter)));
}

/* ---- Pieces of the statement ---- */

static void next_condition(struct page *page)
{
    text_addz(&page->text, page->before);
    page->before = " and ";
}

/* Decimals compare as numbers, texts by their bytes; equality needs no order, so that any index serves it. */
static void add_column(struct page *page, const struct field *f, bool ordered)
{
    bool decimal = f->type == FIELD_DECIMAL;
    if (page->dense) text_addz(&page->text, page->work->db->books->engine->no_index);
    bool text = ordered && (f->type == FIELD_TEXT || f->type == FIELD_CHOICE);
    text_addz(&page->text, decimal ? "cast(q." : "q.");
    text_addz(&page->text, f->name);
    const struct engine *engine = page->work->db->books->engine;
    if (decimal) text_addf(&page->text, " as %s)", engine->number_type);
    if (text) text_addz(&page->text, engine->text_order);
}

/* $n, with its value kept for the run. */
static void add_value(struct page *page, const struct field *f, const struct value *value)
{
    ensure(page->extra_count < EXTRA_MOST);
    page->extra[page->extra_count] = *value;
    struct value *kept = &page->extra[page->extra_count];
    if (value->text.at == value->small) kept->text.at = kept->small;
    page->kinds[page->extra_count++] = value_kind_of(f->type);
    size_t number = page->first_extra + page->extra_count;
    if (f->type == FIELD_DECIMAL)
        text_addf(&page->text, "cast($%zu as %s)", number, page->work->db->books->engine->number_type);
    else text_addf(&page->text, "$%zu", number);
}

/* A choice and a yes or no stand in the text itself (they are names of ours), so that an index of what is rare can serve them. */
static void add_known(struct page *page, const struct field *f, const struct value *value)
{
    if (f->type == FIELD_CHOICE) text_addf(&page->text, "'%.*s'", STR_ARG(value->text));
    else if (f->type == FIELD_BOOL) text_addz(&page->text, value->number ? "true" : "false");
    else add_value(page, f, value);
}

static void add_compare(struct page *page, const struct field *f, const char *sign, const struct value *value)
{
    add_column(page, f, sign[1] != '=' && sign[2] != '>');
    text_addz(&page->text, sign);
    add_value(page, f, value);
}

/* ---- Filters ---- */

/* An amount is written with the digits of its currency: of the row's own when the list is filtered by one. */
static struct fault *parse_value(struct page *page, const struct list_query *query, const struct field *f,
                                 struct str name, struct str text, struct value *value)
{
    struct arena *arena = page->work->arena;
    char *row = arena_alloc(arena, page->record->size);
    for (size_t i = 0; f->currency && i < query->filters.count; i++) {
        const struct list_filter *other = &query->filters.at[i];
        const struct field *sibling = record_json_field(page->record, other->field);
        if (!sibling || strcmp(sibling->name, f->currency) || other->compare != LIST_EQ) continue;
        TRY(field_from_text(arena, page->record, sibling, other->value, row));
    }
    struct fault *fault = field_from_text(arena, page->record, f, text, row);
    for (struct fault *each = fault; each; each = each->next) each->field = str_keep(arena, name);
    if (fault) return fault;
    TRY(value_from_field(arena, f, row, value));
    /* An id 0 or a moment 0 is absent; as a filter it is a number that no row has. */
    value->null = false;
    return NULL;
}

static struct fault *too_many(const struct page *page, const struct list_filter *filter)
{
    struct arena *arena = page->work->arena;
    return FAULT(arena, &input_too_large, str_keep(arena, filter->field).at, PARAM_INT(arena, "limit", IN_MOST));
}

static struct fault *add_in(struct page *page, const struct list_query *query, const struct field *f,
                            const struct list_filter *filter)
{
    size_t many = 0;
    add_column(page, f, false);
    text_addz(&page->text, " in (");
    for (struct str rest = filter->value, part; rest.at || !many;) {
        struct value value;
        if (++many > IN_MOST || page->extra_count >= EXTRA_MOST - 8)
            return too_many(page, filter);
        part = str_cut(rest, ',', &rest);
        TRY(parse_value(page, query, f, filter->field, part, &value));
        if (many > 1) text_addz(&page->text, ", ");
        add_known(page, f, &value);
    }
    text_add_char(&page->text, ')');
    return NULL;
}

static void add_has(struct page *page, const struct field *f, struct str part)
{
    const struct engine *engine = page->work->db->books->engine;
    struct value value = { .text = part };
    text_addz(&page->text, engine->contains_open);
    text_addf(&page->text, "q.%s", f->name);
    text_addz(&page->text, engine->contains_between);
    add_value(page, f, &value);
    text_addz(&page->text, engine->contains_close);
}

static bool is_named(struct str names, const struct field *f)
{
    char name[80];
    snprintf(name, sizeof name, ",%.*s,", STR_ARG(field_json_name(f)));
    return str_find(names, name) >= 0;
}

/* Not where the list is sorted by it: there its index gives the order. */
static bool is_dense(const struct list_query *query, const struct field *f)
{
    struct str sort = str_starts(query->sort, "-") ? str_part(query->sort, 1, query->sort.length) : query->sort;
    return query->dense.length && !str_equal(sort, field_json_name(f)) && is_named(query->dense, f);
}

static struct fault *add_filter(struct page *page, const struct list_query *query, const struct list_filter *filter)
{
    static const char *const signs[] = { [LIST_EQ] = " = ",  [LIST_NE] = " <> ", [LIST_LT] = " < ",
                                         [LIST_LE] = " <= ", [LIST_GT] = " > ",  [LIST_GE] = " >= " };
    const struct field *f = record_json_field(page->record, filter->field);
    struct arena *arena = page->work->arena;
    struct value value;
    if (!f || !f->filter) return unknown(page, true, filter->field);
    if (page->extra_count >= EXTRA_MOST - 10) return too_many(page, filter);
    next_condition(page);
    page->dense = is_dense(query, f);
    switch (filter->compare) {
    case LIST_IN: return add_in(page, query, f, filter);
    case LIST_HAS:
        if (f->type != FIELD_TEXT) return unknown(page, true, filter->field);
        if (!str_is_utf8(filter->value))
            return FAULT(arena, &record_not_text, str_keep(arena, filter->field).at);
        add_has(page, f, filter->value.at ? filter->value : STR(""));
        return NULL;
    case LIST_ABSENT:
        if (!str_is(filter->value, "true") && !str_is(filter->value, "false"))
            return FAULT(arena, &record_wrong_type, str_keep(arena, filter->field).at,
                         PARAM("type", STR("true or false")));
        text_addf(&page->text, "q.%s is %s", f->name, str_is(filter->value, "true") ? "null" : "not null");
        return NULL;
    case LIST_EQ:
    case LIST_NE:
    case LIST_LT:
    case LIST_LE:
    case LIST_GT:
    case LIST_GE: break;
    default: never("unknown comparison");
    }
    TRY(parse_value(page, query, f, filter->field, filter->value, &value));
    if (filter->compare == LIST_EQ) {
        const struct engine *engine = page->work->db->books->engine;
        bool common = query->common.length && is_named(query->common, f);
        if (common) text_addz(&page->text, engine->half_open);
        add_column(page, f, false);
        text_addz(&page->text, " = ");
        add_known(page, f, &value);
        if (common) text_addz(&page->text, engine->half_close);
        return NULL;
    }
    bool or_absent = filter->compare == LIST_NE && f->optional; /* what is not there is not equal either */
    if (or_absent) text_add_char(&page->text, '(');
    add_compare(page, f, signs[filter->compare], &value);
    if (or_absent) text_addf(&page->text, " or q.%s is null)", f->name);
    return NULL;
}

/* ---- The place in the list: base64 of "sort\nid\n" and N (absent), I and a number, or T and a text ---- */

static struct str cursor_of(struct page *page, struct str sort, const void *row)
{
    struct value id, value;
    struct arena *arena = page->work->arena;
    struct fault *fault = value_from_field(arena, page->id, row, &id);
    if (!fault) fault = value_from_field(arena, page->sort, row, &value);
    ensure(!fault); /* it was just read */
    struct text t = text_new(arena);
    text_add(&t, sort);
    text_addf(&t, "\n%lld\n", (long long)id.number);
    if (value.null || page->part == PART_ABSENT) text_add_char(&t, 'N');
    else if (value_kind_of(page->sort->type) == VALUE_TEXT) {
        text_add_char(&t, 'T');
        text_add(&t, value.text);
    } else text_addf(&t, "I%lld", (long long)value.number);
    struct str plain = base64_text(arena, t.at, t.length);
    char *made = arena_alloc(arena, plain.length + 1); /* as RFC 4648 5 has it for an address, without padding */
    size_t length = 0;
    for (size_t i = 0; i < plain.length && plain.at[i] != '='; i++)
        made[length++] = plain.at[i] == '+' ? '-' : plain.at[i] == '/' ? '_' : plain.at[i];
    return (struct str){ made, length };
}

static bool cursor_value(const struct field *f, struct str text, struct value *value)
{
    struct decimal decimal;
    struct date date;
    *value = (struct value){ .null = text.length == 1 && text.at[0] == 'N' };
    if (value->null) return f->optional;
    if (!text.length) return false;
    struct str rest = { text.at + 1, text.length - 1 };
    enum value_kind kind = value_kind_of(f->type);
    if (kind == VALUE_TEXT) {
        value->text = rest;
        return text.at[0] == 'T' && str_is_utf8(rest) && (f->type != FIELD_DECIMAL || decimal_parse(rest, &decimal));
    }
    if (text.at[0] != 'I' || !str_to_int(rest, &value->number)) return false;
    int64_t n = value->number;
    if (kind == VALUE_DATE)
        return n > 0 && n <= 99999999 && date_make((int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100), &date);
    return kind != VALUE_BOOL || n == 0 || n == 1;
}

static bool cursor_parse(struct page *page, struct str sort, struct str cursor, struct value *id, struct value *value)
{
    struct str plain, rest;
    char *usual = arena_alloc(page->work->arena, cursor.length + 4);
    size_t length = cursor.length;
    if (cursor.length > 8192) return false;
    for (size_t i = 0; i < cursor.length; i++)
        usual[i] = cursor.at[i] == '-' ? '+' : cursor.at[i] == '_' ? '/' : cursor.at[i];
    while (length % 4) usual[length++] = '=';
    if (!base64_parse(page->work->arena, (struct str){ usual, length }, &plain)) return false;
    if (!str_equal(str_cut(plain, '\n', &rest), sort)) return false;
    struct str id_text = str_cut(rest, '\n', &rest);
    *id = (struct value){ 0 };
    return str_to_int(id_text, &id->number) && id->number > 0 && rest.at && cursor_value(page->sort, rest, value);
}

/* What comes after the last row of the page before, in this part. */
static void add_after(struct page *page, const struct value *id, const struct value *value)
{
    const char *sign = page->down ? " < " : " > ";
    const struct field *f = page->sort;
    next_condition(page);
    if (f == page->id || page->part == PART_ABSENT || page->part == PART_ZERO) {
        add_compare(page, page->id, sign, id);
        return;
    }
    text_add_char(&page->text, '(');
    add_column(page, f, true);
    text_addf(&page->text, ", q.id)%s(", sign);
    add_value(page, f, value);
    text_addz(&page->text, ", ");
    add_value(page, page->id, id);
    text_add_char(&page->text, ')');
}

/* ---- The page ---- */

static struct fault *find_sort(struct page *page, struct str sort)
{
    struct str name = sort;
    page->down = str_starts(name, "-");
    if (page->down) name = str_part(name, 1, name.length);
    page->sort = str_is(name, "id") ? page->id : record_json_field(page->record, name);
    if (page->sort != page->id && (!page->sort || !page->sort->sort)) return unknown(page, false, name);
    return NULL;
}

static void add_order(struct page *page)
{
    const char *way = page->down ? " desc" : " asc";
    text_addz(&page->text, " order by ");
    if (page->sort != page->id && page->part != PART_ABSENT && page->part != PART_ZERO) {
        add_column(page, page->sort, true);
        text_addz(&page->text, way);
        text_addz(&page->text, ", ");
    }
    text_addf(&page->text, "q.id%s limit ", way);
    struct value limit = { .number = (int64_t)page->limit + 1 }; /* one more tells whether there is a next page */
    add_value(page, page->id, &limit);
}

struct place { bool given, absent; struct value id, value; }; /* where the page before ended */

/* Each by its key: both engines take the numbers first. */
static void add_among(struct page *page, struct str ids)
{
    const struct engine *engine = page->work->db->books->engine;
    struct value value = { .text = ids.length ? ids : STR("0") };
    static const struct field text = { .type = FIELD_TEXT };
    next_condition(page);
    text_addf(&page->text, "q.id%s", engine->ids_open);
    add_value(page, &text, &value);
    text_addz(&page->text, engine->ids_close);
}

static struct fault *compose(struct page *page, const struct sql *sql, const struct list_query *query)
{
    struct arena *arena = page->work->arena;
    struct fault *faults = NULL;
    if (query->filters.count > FILTERS_MOST)
        return FAULT(arena, &input_too_large, NULL, PARAM_INT(arena, "limit", FILTERS_MOST));
    text_addz(&page->text, page->from ? page->from : "select * from (");
    text_addz(&page->text, sql->text);
    text_addz(&page->text, ") q");
    if (query->is_among) add_among(page, query->among);
    for (size_t i = 0; i < query->filters.count; i++)
        faults = fault_join(faults, add_filter(page, query, &query->filters.at[i]));
    page->dense = false;
    return faults;
}

static struct page *page_new(struct work *work, const struct record *record, const struct sql *sql)
{
    struct page *page = ARENA_NEW(work->arena, struct page);
    *page = (struct page){ .work = work, .record = record, .before = " where " };
    page->text = text_new(work->arena);
    page->first_extra = sql->param_count;
    page->id = record_field(record, STR("id"));
    ensure(work->db && page->id && page->id->type == FIELD_ID);
    return page;
}

static void add_part(struct page *page)
{
    const char *name = page->sort->name;
    if (page->part == PART_ALL) return;
    next_condition(page);
    switch (page->part) {
    case PART_ALL:
    case PART_PRESENT: text_addf(&page->text, "q.%s is not null", name); break;
    case PART_ABSENT: text_addf(&page->text, "q.%s is null", name); break;
    case PART_BELOW: text_addf(&page->text, "q.%s < 0", name); break;
    case PART_ZERO: text_addf(&page->text, "q.%s = 0", name); break;
    case PART_ABOVE: text_addf(&page->text, "q.%s > 0", name); break;
    default: never("unknown part");
    }
}

static struct fault *run_part(struct page *page, const struct sql *sql, struct given given, const struct list_query *query,
                              const struct place *after, struct into_list into)
{
    if (page->part == PART_BELOW || page->part == PART_ABOVE) sql = query->apart->some;
    page->first_extra = sql->param_count;
    TRY(compose(page, sql, query));
    add_part(page);
    if (after) add_after(page, &after->id, &after->value);
    add_order(page);
    struct composed composed = { text_str(&page->text), page->extra, page->kinds, page->extra_count };
    return db_all_composed(page->work, sql, &composed, given, into);
}

/* Everything that may be wrong with what was asked, at once; `page` is thrown away. */
static struct fault *judge(struct page *page, const struct sql *sql, const struct list_query *query, struct str sort,
                           struct place *place)
{
    struct arena *arena = page->work->arena;
    struct fault *faults = compose(page, sql, query);
    if (query->limit < 0 || query->limit > LIST_LIMIT_MAX)
        faults = fault_join(faults, FAULT(arena, &list_bad_limit, "limit", PARAM_INT(arena, "max", LIST_LIMIT_MAX)));
    struct fault *unsorted = find_sort(page, sort);
    if (!unsorted && query->after.length) {
        place->given = cursor_parse(page, sort, query->after, &place->id, &place->value);
        place->absent = place->value.null;
        if (!place->given) unsorted = FAULT(arena, &list_bad_cursor, "after");
    }
    return fault_join(faults, unsorted);
}

struct list_count { int64_t count; };
static const struct field list_count_fields[] = { FIELD(struct list_count, count) };
static const struct record list_count_record = { "list_count", sizeof(struct list_count), list_count_fields,
                                                 ARRAY_LENGTH(list_count_fields) };

/* Of all pages, for as long as counting stays quick. */
static struct fault *count_all(struct work *work, const struct record *record, const struct sql *sql, struct given given,
                               const struct list_query *query)
{
    LIST_OF(struct list_count) counts = { 0 };
    struct page *page = page_new(work, record, sql);
    struct value most = { .number = LIST_COUNT_MAX + 1 };
    text_addz(&page->text, "select count(*) as count from (");
    TRY(compose(page, sql, query));
    text_addz(&page->text, " limit ");
    add_value(page, page->id, &most);
    text_addz(&page->text, ") c");
    struct composed composed = { text_str(&page->text), page->extra, page->kinds, page->extra_count };
    TRY(db_all_composed(work, sql, &composed, given, INTO_LIST(list_count, &counts)));
    *query->count = counts.at[0].count;
    return NULL;
}

/* The parts in their order; how many. */
static size_t parts_of(const struct page *page, const struct list_query *query, enum part order[PARTS_MOST])
{
    bool down = page->down;
    if (query->apart && !query->is_among && !strcmp(page->sort->name, query->apart->field)) {
        order[0] = down ? PART_ABOVE : PART_BELOW, order[1] = PART_ZERO, order[2] = down ? PART_BELOW : PART_ABOVE;
        return 3;
    }
    bool absent = page->sort != page->id && page->sort->optional;
    order[0] = absent ? down ? PART_ABSENT : PART_PRESENT : PART_ALL;
    order[1] = down ? PART_PRESENT : PART_ABSENT;
    return absent ? 2 : 1;
}

/* That the page before ended behind all of this part. */
static bool is_passed(enum part part, const struct page *page, const struct place *place)
{
    int64_t value = place->value.number;
    switch (part) {
    case PART_PRESENT: return !page->down && place->absent;
    case PART_ABSENT: return page->down && !place->absent;
    case PART_BELOW: return !page->down && value >= 0;
    case PART_ZERO: return page->down ? value < 0 : value > 0;
    case PART_ABOVE: return page->down && value <= 0;
    case PART_ALL: return false;
    default: never("unknown part");
    }
}

/* That the place is one of this part. */
static bool is_within(enum part part, const struct place *place)
{
    if (part == PART_PRESENT || part == PART_ABSENT) return place->absent == (part == PART_ABSENT);
    if (part == PART_BELOW) return place->value.number < 0;
    if (part == PART_ZERO) return !place->value.number;
    return part != PART_ABOVE || place->value.number > 0;
}

struct fault *db_list(struct work *work, const struct sql *sql, struct given given, const struct list_query *query,
                      struct into_list into, struct str *next)
{
    struct any_list *list = into.list;
    struct str sort = query->sort.length ? query->sort : STR("-id");
    struct page *judged = page_new(work, into.record, sql), *page = NULL;
    struct place place = { 0 };
    enum part order[PARTS_MOST], last = PART_ALL;
    size_t had = list->count, limit = query->limit > 0 ? (size_t)query->limit : LIST_LIMIT_DEFAULT;
    TRY(judge(judged, sql, query, sort, &place));
    size_t parts = parts_of(judged, query, order);
    *next = (struct str){ 0 };
    for (size_t i = 0; i < parts && list->count - had <= limit; i++) {
        size_t before = list->count - had;
        if (place.given && is_passed(order[i], judged, &place)) continue;
        page = page_new(work, into.record, sql);
        page->part = order[i], page->sort = judged->sort, page->down = judged->down;
        page->limit = limit - before;
        TRY(run_part(page, sql, given, query, place.given && is_within(order[i], &place) ? &place : NULL, into));
        if (before < limit && list->count - had > before) last = order[i]; /* the part of the page's last row */
    }
    bool more = list->count - had > limit;
    if (query->count && (more || place.given)) TRY(count_all(work, into.record, sql, given, query));
    else if (query->count) *query->count = (int64_t)(list->count - had);
    if (!more) return NULL;
    list->count = had + limit;
    page->part = last;
    *next = cursor_of(page, sort, list->at + (list->count - 1) * into.record->size);
    return NULL;
}

/* ---- Few rows ---- */

struct list_id { struct { int64_t n; } id; };
struct list_ids { LIST_OF(struct list_id); };
RECORD(list_id, { ID(struct list_id, id) });

static struct str ids_text(struct arena *arena, const struct list_ids *rows)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < rows->count; i++) {
        if (i) text_add_char(&text, ',');
        text_add_int(&text, rows->at[i].id.n);
    }
    return text_str(&text);
}

struct fault *db_few(struct work *work, const struct sql *sql, struct given given, size_t most, struct str *ids, bool *few)
{
    struct list_ids rows = { 0 };
    struct page *page = page_new(work, &list_id_record, sql);
    text_addz(&page->text, "select q.id from (");
    text_addz(&page->text, sql->text);
    text_addz(&page->text, ") q limit ");
    add_value(page, page->id, &(const struct value){ .number = (int64_t)most + 1 });
    struct composed composed = { text_str(&page->text), page->extra, page->kinds, page->extra_count };
    TRY(db_all_composed(work, sql, &composed, given, INTO_LIST(list_id, &rows)));
    *few = rows.count <= most;
    if (*few) *ids = ids_text(work->arena, &rows);
    return NULL;
}

struct fault *db_list_few(struct work *work, const struct sql *sql, const struct record *record, const struct list_query *query,
                          struct str field, size_t most, struct str *ids, bool *few)
{
    struct page *page = page_new(work, record, sql);
    const struct field *f = record_json_field(record, field);
    struct list_ids rows = { 0 };
    ensure(f != NULL);
    text_addz(&page->text, "select q.id from (");
    text_addz(&page->text, sql->text);
    text_addz(&page->text, ") q");
    for (size_t i = 0; i < query->filters.count; i++)
        if (str_equal(query->filters.at[i].field, field)) TRY(add_filter(page, query, &query->filters.at[i]));
    /* In the order of the field, so that its index is walked and not the table. */
    if (value_kind_of(f->type) != VALUE_TEXT && f->type != FIELD_BOOL) text_addf(&page->text, " order by q.%s", f->name);
    text_addz(&page->text, " limit ");
    add_value(page, page->id, &(const struct value){ .number = (int64_t)most + 1 });
    struct composed composed = { text_str(&page->text), page->extra, page->kinds, page->extra_count };
    TRY(db_all_composed(work, sql, &composed, NONE, INTO_LIST(list_id, &rows)));
    *few = rows.count <= most;
    if (*few) *ids = ids_text(work->arena, &rows);
    return NULL;
}

/* ---- Filtered by one column, sorted by another ---- */

/* How many meet the filters on one field, up to `most`. */
static struct fault *count_some(struct work *work, const struct sql *sql, const struct record *record,
                                const struct list_query *query, struct str field, size_t most, bool *few)
{
    LIST_OF(struct list_count) counts = { 0 };
    struct page *page = page_new(work, record, sql);
    text_addz(&page->text, "select count(*) as count from (select 1 from (");
    text_addz(&page->text, sql->text);
    text_addz(&page->text, ") q");
    for (size_t i = 0; i < query->filters.count; i++)
        if (str_equal(query->filters.at[i].field, field)) TRY(add_filter(page, query, &query->filters.at[i]));
    text_addz(&page->text, " limit ");
    add_value(page, page->id, &(const struct value){ .number = (int64_t)most + 1 });
    text_addz(&page->text, ") c");
    struct composed composed = { text_str(&page->text), page->extra, page->kinds, page->extra_count };
    TRY(db_all_composed(work, sql, &composed, NONE, INTO_LIST(list_count, &counts)));
    *few = counts.at[0].count <= (int64_t)most;
    return NULL;
}

/* The ids of a page, in its order. `gathered`: what the filters leave is gathered first, so that no engine walks the order in hope of meeting it soon. */
static struct fault *part_ids(struct page *page, const struct sql *sql, struct given given, const struct list_query *query,
                              bool gathered, const struct place *after, struct list_ids *rows)
{
    struct work *work = page->work;
    const struct engine *engine = work->db->books->engine;
    page->first_extra = sql->param_count;
    page->from = !gathered
                     ? "select q.id from ("
                     : str_format(work->arena, "%sselect q.id%s%s from (", engine->gather_open,
                                  page->sort == page->id ? "" : ", q.", page->sort == page->id ? "" : page->sort->name)
                           .at;
    TRY(compose(page, sql, query));
    if (gathered) {
        text_addz(&page->text, engine->gather_close);
        page->before = " where ";
    }
    add_part(page);
    if (after) add_after(page, &after->id, &after->value);
    add_order(page);
    struct composed composed = { text_str(&page->text), page->extra, page->kinds, page->extra_count };
    return db_all_composed(work, sql, &composed, given, INTO_LIST(list_id, rows));
}

static struct fault *page_ids(struct page *judged, const struct sql *sql, struct given given, const struct record *record,
                              const struct list_query *query, bool gathered, const struct place *place, struct str *ids)
{
    struct work *work = judged->work;
    struct list_ids rows = { 0 };
    enum part order[PARTS_MOST];
    size_t limit = query->limit > 0 ? (size_t)query->limit : LIST_LIMIT_DEFAULT, parts = parts_of(judged, query, order);
    for (size_t i = 0; i < parts && rows.count <= limit; i++) {
        if (place->given && is_passed(order[i], judged, place)) continue;
        struct page *page = page_new(work, record, sql);
        page->part = order[i], page->sort = judged->sort, page->down = judged->down;
        page->limit = limit - rows.count;
        TRY(part_ids(page, sql, given, query, gathered, place->given && is_within(order[i], place) ? place : NULL, &rows));
    }
    struct str found = ids_text(work->arena, &rows);
    *ids = !ids->length ? found : !found.length ? *ids : str_format(work->arena, "%.*s,%.*s", STR_ARG(*ids), STR_ARG(found));
    return NULL;
}

struct fault *db_list_ids(struct work *work, const struct sql *sql, struct given given, const struct record *record,
                          const struct list_query *query, struct str *ids)
{
    struct list_query asked = *query;
    struct place place = { 0 };
    struct page *judged = page_new(work, record, sql);
    asked.apart = NULL, asked.count = NULL;
    TRY(judge(judged, sql, &asked, query->sort.length ? query->sort : STR("-id"), &place));
    return page_ids(judged, sql, given, record, &asked, false, &place, ids);
}

bool db_list_is_on(const struct list_query *query, const char *const *fields)
{
    struct str sort = str_starts(query->sort, "-") ? str_part(query->sort, 1, query->sort.length) : query->sort;
    for (size_t i = 0; i <= query->filters.count; i++) {
        struct str name = i < query->filters.count ? query->filters.at[i].field : sort;
        bool is = str_is(name, "id") || (i == query->filters.count && !name.length);
        for (const char *const *at = fields; *at; at++) is |= str_is(name, *at);
        if (!is) return false;
    }
    return true;
}

struct fault *db_list_ordered(struct work *work, const struct sql *sql, const struct record *record,
                              const struct list_query *query, struct str field, size_t most, struct str *ids, bool *few)
{
    struct list_query asked = *query;
    struct place place = { 0 };
    struct page *judged = page_new(work, record, sql);
    asked.apart = NULL, asked.count = NULL;
    TRY(judge(judged, sql, &asked, query->sort.length ? query->sort : STR("-id"), &place));
    TRY(count_some(work, sql, record, &asked, field, most, few));
    *ids = (struct str){ 0 };
    return *few ? page_ids(judged, sql, NONE, record, &asked, true, &place, ids) : NULL;
}
