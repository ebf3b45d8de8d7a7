/* The items that were open on a day, page by page. Which they are comes from what is open now and, of a day that is over, from what was settled
 * later; only the items of the page are read. */
#include "report/report_private.h"
#include "report.sql.h"

enum { OPEN_USUAL = 500, OPEN_MOST = 100000 };
static const struct date first_day = { 10101 }, last_day = { 99991231 };

RECORD(open_list_takes, {
    FIELD(struct open_list_takes, side, CHOICES(report_sides)),
    FIELD(struct open_list_takes, as_of, OPTIONAL, .about = "any day; today when left out"),
    FIELD(struct open_list_takes, known_at, OPTIONAL, .about = "as it was known at this moment"),
    ID(struct open_list_takes, party_id, OPTIONAL, .about = "of one customer or supplier"),
    FIELD(struct open_list_takes, due_from_on, OPTIONAL, .about = "due on this day or later"),
    FIELD(struct open_list_takes, due_to_on, OPTIONAL, .about = "due until this day"),
    FIELD(struct open_list_takes, after, .max = 60, OPTIONAL, .about = "`next` of the page before"),
    FIELD(struct open_list_takes, limit, OPTIONAL, .min = 0, .max = OPEN_MOST,
          .about = "items of a page; 500 when left out"),
});
RECORD(open_list, {
    FIELD(struct open_list, as_of),
    FIELD(struct open_list, currency),
    FIELD(struct open_list, count, .about = "all of them; `items` holds a page"),
    AMOUNT(struct open_list, total_minor, .currency = "currency", .about = "of all of them"),
    LIST(struct open_list, items, open_item),
    FIELD(struct open_list, next, OPTIONAL, .about = "give it as `after` for the next page; missing on the last"),
});
static const struct fault_type open_bad_place = { FAULT_INVALID, "report.bad_open_place",
                                                  "This place in the list does not exist. Start again without it." };

struct report_key { item_id id; struct date on; int64_t base_minor; };
LIST_STRUCT(report_keys, struct report_key);
RECORD(report_key, { ID(struct report_key, id), FIELD(struct report_key, on), AMOUNT(struct report_key, base_minor) });

/* "20250131-1203": due day and item. */
static bool parse_place(struct str place, struct report_key *after)
{
    struct str id, day = str_cut(place, '-', &id);
    int64_t ymd = 0;
    if (!str_to_int(day, &ymd) || !str_to_int(id, &after->id.n)) return false;
    return ymd >= 0 && ymd <= 99999999 && date_make((int)(ymd / 10000), (int)(ymd / 100 % 100), (int)(ymd % 100), &after->on);
}

static int compare_keys(const struct report_key *a, const struct report_key *b)
{
    if (a->on.ymd != b->on.ymd) return a->on.ymd < b->on.ymd ? -1 : 1;
    return (a->id.n > b->id.n) - (a->id.n < b->id.n);
}
static int by_due(const void *left, const void *right) { return compare_keys(left, right); }

/* Of each item one, with the sum of its parts; those of which nothing was open go. */
static bool keys_merge(struct report_keys *keys)
{
    size_t kept = 0;
    if (keys->count) qsort(keys->at, keys->count, sizeof *keys->at, by_due);
    for (size_t i = 0, end; i < keys->count; i = end) {
        struct report_key key = keys->at[i];
        for (end = i + 1; end < keys->count && keys->at[end].id.n == key.id.n; end++)
            if (!int_add(key.base_minor, keys->at[end].base_minor, &key.base_minor)) return false;
        if (key.base_minor) keys->at[kept++] = key;
    }
    keys->count = kept;
    return true;
}

static struct fault *keys_read(struct work *work, const struct report_ask *ask, struct report_keys *keys)
{
    bool now;
    TRY(report_is_now(work, ask, &now));
    if (now) return db_all(work, &sql_report_keys_now, GIVEN(report_ask, ask), INTO_LIST(report_key, keys));
    TRY(db_all(work, &sql_report_keys_then, GIVEN(report_ask, ask), INTO_LIST(report_key, keys)));
    return db_all(work, &sql_report_keys_settled, GIVEN(report_ask, ask), INTO_LIST(report_key, keys));
}

/* The items themselves, as many at once as a list holds. */
static struct fault *rows_read(struct work *work, const struct report_ask *ask, const struct report_key *keys, size_t count,
                               struct open_items *items)
{
    struct str next;
    for (size_t first = 0; first < count; first += LIST_LIMIT_MAX) {
        struct text ids = text_new(work->arena);
        for (size_t i = first; i < count && i < first + LIST_LIMIT_MAX; i++) {
            if (ids.length) text_add_char(&ids, ',');
            text_add_int(&ids, keys[i].id.n);
        }
        const struct list_query query = {
            .sort = STR("due_on"), .limit = LIST_LIMIT_MAX, .is_among = true, .among = text_str(&ids)
        };
        TRY(db_list(work, &sql_report_open_rows, GIVEN(report_ask, ask), &query, INTO_LIST(open_item, items), &next));
    }
    return NULL;
}

/* As it was known at an instant: from all there was, for no total knows that. */
static struct fault *known_read(struct work *work, const struct report_ask *ask, const struct report_key *after, size_t limit,
                                struct open_list *out, bool *more)
{
    struct open_items all = { 0 };
    TRY(db_all(work, &sql_report_open_items, GIVEN(report_ask, ask), INTO_LIST(open_item, &all)));
    out->count = (int64_t)all.count;
    *more = false;
    for (size_t i = 0; i < all.count; i++) {
        const struct report_key key = { all.at[i].id, all.at[i].due_on, 0 };
        if (!int_add(out->total_minor, all.at[i].rest_base_minor, &out->total_minor))
            return FAULT(work->arena, &report_too_large, NULL);
        if (compare_keys(&key, after) <= 0) continue;
        *more = out->items.count == limit;
        if (!*more) *LIST_ADD(work->arena, &out->items) = all.at[i];
    }
    return NULL;
}

static struct fault *page_read(struct work *work, const struct report_ask *ask, const struct report_key *after, size_t limit,
                               struct open_list *out, bool *more)
{
    struct report_keys keys = { 0 };
    size_t first = 0;
    TRY(keys_read(work, ask, &keys));
    bool fits = keys_merge(&keys);
    for (size_t i = 0; i < keys.count && fits; i++) fits = int_add(out->total_minor, keys.at[i].base_minor, &out->total_minor);
    if (!fits) return FAULT(work->arena, &report_too_large, NULL);
    while (first < keys.count && compare_keys(&keys.at[first], after) <= 0) first++;
    out->count = (int64_t)keys.count;
    *more = keys.count - first > limit;
    if (first == keys.count) return NULL;
    return rows_read(work, ask, keys.at + first, *more ? limit : keys.count - first, &out->items);
}

struct fault *report_open_items(struct work *work, const struct open_list_takes *takes, struct open_list *out)
{
    struct report_ask ask = report_asks(work, takes->side, takes->as_of, takes->known_at);
    struct report_key after = { 0 };
    size_t limit = takes->limit > 0 ? (size_t)takes->limit : OPEN_USUAL;
    bool more = false;
    ask.party_id = takes->party_id;
    ask.from_on = takes->due_from_on.ymd ? takes->due_from_on : first_day;
    ask.to_on = takes->due_to_on.ymd ? takes->due_to_on : last_day;
    out->as_of = ask.as_of;
    if (takes->after.length && !parse_place(takes->after, &after)) return FAULT(work->arena, &open_bad_place, "after");
    TRY(ledger_base_currency(work, &out->currency));
    if (takes->known_at.us) TRY(known_read(work, &ask, &after, limit, out, &more));
    else TRY(page_read(work, &ask, &after, limit, out, &more));
    if (!more) return NULL;
    const struct open_item *last = &out->items.at[out->items.count - 1];
    out->next = str_format(work->arena, "%d-%lld", last->due_on.ymd, (long long)last->id.n);
    return NULL;
}
CALLABLE(report_open_items, open_list_takes, open_list);

static const struct operation operations[] = {
    { "report open-items", "GET", "/reports/open-items", "report.read", OPERATION_READS | OPERATION_SLOW,
      &report_open_items_call, NULL, "List the items that were open on any day, page by page" },
};
const struct operation_table report_opens = { "report", operations, ARRAY_LENGTH(operations) };
