/* Views of lists: filters and sort under a name, for oneself or for everybody in the company. Room access keeps them; what the
 * query says is the list's own business. */
#include "access/access_private.h"
#include "access.sql.h"

static const struct fault_type view_missing = { FAULT_MISSING, "access.view_missing",
                                                "There is no such view, or it is somebody else's." };
static const struct fault_type view_many = { FAULT_LIMIT, "access.view_many",
                                             "You have {limit} views of this list already; remove one." };

struct saved_view {
    struct { int64_t n; } id;
    struct str page, name, query;
    bool is_shared, is_mine;
    struct str owner;
    int64_t version;
};
LIST_STRUCT(saved_views, struct saved_view);
RECORD(saved_view, {
    ID(struct saved_view, id),
    FIELD(struct saved_view, page, .min = 1, .max = 60, .filter = true,
          .about = "path of the list, such as /bills"),
    FIELD(struct saved_view, name, .min = 1, .max = 60, .sort = true),
    FIELD(struct saved_view, query, .max = 2000, .about = "filters and sort as they stand in the address"),
    FIELD(struct saved_view, is_shared, .filter = true, .about = "everybody in the company sees it"),
    FIELD(struct saved_view, is_mine),
    FIELD(struct saved_view, owner, OPTIONAL),
    FIELD(struct saved_view, version),
});

static struct fault *view_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct saved_views *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_view_list, NONE, query, INTO_LIST(saved_view, rows), next);
}
LISTABLE(view_list, nothing, saved_view, saved_views);

struct view_save {
    struct str page, name, query;
    bool is_shared;
};
RECORD(view_save, {
    FIELD(struct view_save, page, .min = 1, .max = 60),
    FIELD(struct view_save, name, .min = 1, .max = 60, .about = "one of yours with this name is replaced"),
    FIELD(struct view_save, query, .max = 2000, OPTIONAL),
    FIELD(struct view_save, is_shared, OPTIONAL),
});
struct view_count {
    int64_t count;
};
RECORD(view_count, { FIELD(struct view_count, count) });
enum { VIEWS_MOST = 50 };

static struct fault *view_save(struct work *work, const struct view_save *takes, struct saved_view *out)
{
    struct saved_view before = { 0 };
    struct view_count many = { 0 };
    bool found;
    TRY(db_find(work, &sql_view_by_name, GIVEN(view_save, takes), INTO(saved_view, &before), &found));
    TRY(db_one(work, &sql_view_count, GIVEN(view_save, takes), INTO(view_count, &many), &view_missing));
    if (!found && many.count >= VIEWS_MOST)
        return FAULT(work->arena, &view_many, "page", PARAM_INT(work->arena, "limit", VIEWS_MOST));
    *out = before;
    out->page = takes->page, out->name = takes->name, out->is_shared = takes->is_shared, out->is_mine = true;
    out->query = takes->query.at ? takes->query : STR("");
    if (found) {
        TRY(db_change(work, &sql_view_change, GIVEN(saved_view, out), &view_missing));
        out->version++;
    } else {
        out->id.n = id_new(work);
        out->version = 1;
        TRY(db_run(work, &sql_view_add, GIVEN(saved_view, out)));
    }
    work_changed(work, "saved_view", out->id.n, (struct given){ &saved_view_record, found ? &before : NULL },
                 GIVEN(saved_view, out));
    return NULL;
}
CALLABLE(view_save, view_save, saved_view);

struct view_remove { struct { int64_t n; } id; };
RECORD(view_remove, { ID(struct view_remove, id) });
static struct fault *view_remove(struct work *work, const struct view_remove *takes, struct view_remove *out)
{
    TRY(db_change(work, &sql_view_remove, GIVEN(view_remove, takes), &view_missing));
    *out = *takes;
    work_changed(work, "saved_view", takes->id.n, GIVEN(view_remove, takes), (struct given){ &view_remove_record, NULL });
    return NULL;
}
CALLABLE(view_remove, view_remove, view_remove);

static const struct operation operations[] = {
    { "view list", "GET", "/views", NULL, OPERATION_READS, NULL, &view_list_list,
      "List your views of lists, and those that are shared" },
    { "view save", "POST", "/views", NULL, 0, &view_save_call, NULL, "Keep filters and sort of a list under a name" },
    { "view remove", "POST", "/views/{id}/remove", NULL, 0, &view_remove_call, NULL, "Remove a view of yours" },
};
const struct operation_table access_views = { "access", operations, ARRAY_LENGTH(operations) };
