/* What happened to one thing, in order: read from the audit trail, with the names of who did it. */
#include "access/access_private.h"
#include "access.sql.h"
#include <jansson.h>

struct history_of { struct str kind; int64_t id; };
RECORD(history_of, {
    FIELD(struct history_of, kind, .min = 1, .max = 40,
          .about = "as the audit trail names it: bill, party, user …"),
    FIELD(struct history_of, id, .min = 1, .max = EXACT_MAX),
});
struct history_row {
    int64_t id;
    struct instant at;
    struct { int64_t n; } user_id;
    struct str person, operation, source, changes;
};
LIST_STRUCT(history_rows, struct history_row);
RECORD(history_row, {
    FIELD_OF(FIELD_ID, int64_t, struct history_row, id, .sort = true,
             .about = "number of its row in the audit trail"),
    FIELD(struct history_row, at, .filter = true),
    ID(struct history_row, user_id, OPTIONAL, .filter = true, .about = "absent: the program itself"),
    FIELD(struct history_row, person, OPTIONAL, .about = "who did it, by the name of today"),
    FIELD(struct history_row, operation, .filter = true, .about = "what was done, such as bill approve"),
    FIELD(struct history_row, source, OPTIONAL, .about = "http, cli, job"),
    JSON(struct history_row, changes, .about = "of this thing only: per field the value before and after"),
});

/* Of all that one operation changed, what it changed of this thing. */
static struct str changes_of(struct arena *arena, struct str changes, const struct history_of *of)
{
    json_t *all = json_loadb(changes.at ? changes.at : "", changes.length, JSON_ALLOW_NUL, NULL), *one;
    struct text text = text_new(arena);
    size_t i, found = 0;
    text_add_char(&text, '[');
    json_array_foreach(all, i, one) {
        const char *kind = json_string_value(json_object_get(one, "kind"));
        if (!kind || !str_is(of->kind, kind) || json_integer_value(json_object_get(one, "id")) != of->id) continue;
        char *difference = json_dumps(json_object_get(one, "difference"), JSON_COMPACT);
        if (!difference) continue;
        if (found++) text_add_char(&text, ',');
        text_addz(&text, difference);
        free(difference);
    }
    text_add_char(&text, ']');
    json_decref(all);
    return text_str(&text);
}

static struct fault *history_list(struct work *work, const struct history_of *takes, const struct list_query *query,
                                  struct history_rows *rows, struct str *next)
{
    TRY(db_list(work, &sql_history_list, GIVEN(history_of, takes), query, INTO_LIST(history_row, rows), next));
    for (size_t i = 0; i < rows->count; i++) rows->at[i].changes = changes_of(work->arena, rows->at[i].changes, takes);
    return NULL;
}
LISTABLE(history_list, history_of, history_row, history_rows);

static const struct operation operations[] = {
    { "history list", "GET", "/history/{kind}/{id}", "audit.read", OPERATION_READS, NULL, &history_list_list,
      "List who changed one thing, when, and what was before and after" },
};
const struct operation_table access_histories = { "access", operations, ARRAY_LENGTH(operations) };
