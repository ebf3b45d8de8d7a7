/* Roles: sets of permissions, built in or the company's own. Nobody gives what he does not have. */
#include "access/access_private.h"
#include "access.sql.h"

static const struct fault_type role_built_in = { FAULT_CONFLICT, "access.role_built_in",
                                                 "Built-in roles stay as they are; make a role of your own." };
static const struct fault_type role_changed = { FAULT_CONFLICT, "access.role_changed",
                                                "Somebody changed what this role may do; read it again." };
static const struct fault_type role_in_use = { FAULT_CONFLICT, "access.role_in_use",
                                               "{count} people have or had this role; it stays." };
static const struct fault_type not_yours_to_give = { FAULT_DENIED, "access.not_yours_to_give",
                                                     "You can't give {permission}: you don't have it yourself." };

LIST_STRUCT(roles, struct role);
RECORD(role, { ID(struct role, id, .sort = true), FIELD(struct role, name, .filter = true, .sort = true),
               FIELD(struct role, is_built_in) });
struct role_key { struct str name; };
RECORD(role_key, { FIELD(struct role_key, name) });
struct permission_row { struct str permission; };
RECORD(permission_row, { FIELD(struct permission_row, permission, .min = 1, .max = 60) });
LIST_STRUCT(permission_rows, struct permission_row);
struct role_set {
    role_id id;
    struct str name;
    struct permission_rows permissions, seen;
};
RECORD(
    role_set,
    { ID(struct role_set, id, OPTIONAL, .about = "left out: a new role, or the one of this name"),
      FIELD(struct role_set, name, .min = 1, .max = 60),
      LIST(struct role_set, permissions, permission_row, .min = 1, .max = 200),
      LIST(
          struct role_set, seen, permission_row, OPTIONAL, .max = 200,
          .about =
              "its permissions as they were when you began: others by now are refused; left out: whatever they are") });
struct role_permission {
    int64_t id;
    struct str permission;
};
RECORD(role_permission, { FIELD(struct role_permission, id), FIELD(struct role_permission, permission) });

struct fault *role_find(struct work *work, struct str name, struct role *role)
{
    bool found;
    TRY(db_find(work, &sql_role_by_name, GIVEN(role_key, (&(struct role_key){ name })), INTO(role, role), &found));
    if (!found) return FAULT(work->arena, &access_missing, "role", PARAM("what", STR("role")));
    return NULL;
}

static struct fault *role_load(struct work *work, int64_t id, struct role *role, struct permission_rows *permissions)
{
    bool found;
    TRY(db_find(work, &sql_role_by_id, ACCESS_ID(id), INTO(role, role), &found));
    if (!found) return FAULT(work->arena, &access_missing, "id", PARAM("what", STR("role")));
    return db_all(work, &sql_role_permissions, ACCESS_ID(id), INTO_LIST(permission_row, permissions));
}

/* Whether the patterns of the user at hand cover one that is to be given: all of it, or the same words, or what a name says. */
bool access_patterns_cover(struct str mine, struct str given)
{
    bool held = false, excludes = str_find(mine, "!") >= 0, pattern = str_find(given, "*") >= 0;
    for (struct str rest = mine; rest.length;) {
        struct str one = str_cut(rest, ' ', &rest);
        if (str_starts(one, "!")) {
            if (access_pattern_holds(str_part(one, 1, one.length), given)) return false;
        } else if (pattern ? (str_is(one, "*") || str_equal(one, given)) && (!excludes || !str_is(given, "*"))
                           : access_pattern_holds(one, given))
            held = true;
    }
    return held;
}

static struct fault *check_grantable(struct work *work, const struct permission_rows *permissions)
{
    struct str mine = { 0 };
    if (work->system) return NULL;
    TRY(access_permissions_text(work, &mine));
    for (size_t i = 0; i < permissions->count; i++) {
        struct str given = permissions->at[i].permission;
        if (!str_starts(given, "!") && !access_patterns_cover(mine, given))
            return FAULT(work->arena, &not_yours_to_give, "permissions", PARAM("permission", given));
    }
    return NULL;
}

struct fault *role_check_grantable(struct work *work, role_id id)
{
    struct role role = { 0 };
    struct permission_rows permissions = { 0 };
    TRY(role_load(work, id.n, &role, &permissions));
    return check_grantable(work, &permissions);
}

/* The role that is meant: by its id, by its name, or a new one. *before is filled where there is one. */
static struct fault *role_meant(struct work *work, const struct role_set *takes, struct role *role,
                                struct role_set *before, bool *found)
{
    struct role named = { 0 };
    TRY(db_find(work, &sql_role_by_name, GIVEN(role_key, (&(struct role_key){ takes->name })), INTO(role, &named),
                found));
    if (takes->id.n && *found && named.id.n != takes->id.n)
        return FAULT(work->arena, &access_taken, "name", PARAM("what", STR("role")));
    if (takes->id.n || *found) {
        TRY(role_load(work, takes->id.n ? takes->id.n : named.id.n, role, &before->permissions));
        if (role->is_built_in) return FAULT(work->arena, &role_built_in, NULL);
        before->id = role->id;
        before->name = role->name;
        *found = true;
        role->name = takes->name;
        return db_run(work, &sql_role_rename, GIVEN(role, role));
    }
    *role = (struct role){ .id = { id_new(work) }, .name = takes->name };
    return db_run(work, &sql_role_add, GIVEN(role, role));
}

static bool same_permissions(const struct permission_rows *a, const struct permission_rows *b)
{
    size_t met = 0;
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++) met += str_equal(a->at[i].permission, b->at[k].permission);
    return met == a->count && met == b->count;
}

static struct fault *role_set(struct work *work, const struct role_set *takes, struct role_set *out)
{
    struct role role = { 0 };
    struct role_set before = { 0 };
    bool found;
    TRY(check_grantable(work, &takes->permissions));
    TRY(role_meant(work, takes, &role, &before, &found));
    if (takes->seen.count && !same_permissions(&takes->seen, &before.permissions))
        return FAULT(work->arena, &role_changed, "seen");
    TRY(db_run(work, &sql_role_permission_clear, ACCESS_ID(role.id.n)));
    for (size_t i = 0; i < takes->permissions.count; i++) {
        const struct role_permission row = { role.id.n, takes->permissions.at[i].permission };
        TRY(db_run(work, &sql_role_permission_add, GIVEN(role_permission, &row)));
    }
    *out = *takes;
    out->id = role.id;
    out->seen = (struct permission_rows){ 0 };
    work_changed(work, "role", role.id.n, (struct given){ &role_set_record, found ? &before : NULL }, GIVEN(role_set, out));
    return NULL;
}
CALLABLE(role_set, role_set, role_set);

struct role_key_id { role_id id; };
RECORD(role_key_id, { ID(struct role_key_id, id) });
struct role_shown { role_id id; struct str name; bool is_built_in; struct permission_rows permissions; };
RECORD(role_shown, { ID(struct role_shown, id), FIELD(struct role_shown, name), FIELD(struct role_shown, is_built_in),
                     LIST(struct role_shown, permissions, permission_row) });
static struct fault *role_show(struct work *work, const struct role_key_id *takes, struct role_shown *out)
{
    struct role role = { 0 };
    TRY(role_load(work, takes->id.n, &role, &out->permissions));
    out->id = role.id;
    out->name = role.name;
    out->is_built_in = role.is_built_in;
    return NULL;
}
CALLABLE(role_show, role_key_id, role_shown);

static struct fault *role_end(struct work *work, const struct role_key_id *takes, struct role_key_id *out)
{
    struct role role = { 0 };
    struct role_set before = { 0 };
    struct access_key members = { 0 };
    TRY(role_load(work, takes->id.n, &role, &before.permissions));
    if (role.is_built_in) return FAULT(work->arena, &role_built_in, NULL);
    TRY(db_one(work, &sql_role_members, ACCESS_ID(role.id.n), INTO(access_key, &members), &access_missing));
    if (members.id) return FAULT(work->arena, &role_in_use, NULL, PARAM_INT(work->arena, "count", members.id));
    TRY(db_run(work, &sql_role_permission_clear, ACCESS_ID(role.id.n)));
    TRY(db_run(work, &sql_role_remove, ACCESS_ID(role.id.n)));
    before.id = role.id;
    before.name = role.name;
    *out = *takes;
    work_changed(work, "role", role.id.n, GIVEN(role_set, &before), (struct given){ &role_set_record, NULL });
    return NULL;
}
CALLABLE(role_end, role_key_id, role_key_id);

static struct fault *role_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct roles *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_role_list, NONE, query, INTO_LIST(role, rows), next);
}
LISTABLE(role_list, nothing, role, roles);

static const struct operation operations[] = {
    { "role list", "GET", "/roles", "user.read", OPERATION_READS, NULL, &role_list_list, "List the roles" },
    { "role show", "GET", "/roles/{id}", "user.read", OPERATION_READS, &role_show_call, NULL,
      "Show what a role may do" },
    { "role set", "POST", "/roles", "user.manage", OPERATION_STEP_UP, &role_set_call, NULL,
      "Make a role, or change what it may do" },
    { "role end", "POST", "/roles/{id}/end", "user.manage", OPERATION_STEP_UP, &role_end_call, NULL,
      "Remove a role that nobody has" },
};
const struct operation_table access_roles = { "access", operations, ARRAY_LENGTH(operations) };
