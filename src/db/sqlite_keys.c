/* Foreign keys after a migration, which works with them off: it may rebuild a table that others point at. What it touched is noted as its
 * statements are prepared, and what could dangle by that is looked at once, when it ends: of a million rows that it left alone, none. */
#include "db/sqlite_private.h"

struct touched { struct touched *next; int action; char *table, *column; };

static void forget(struct touched *all)
{
    for (struct touched *t = all, *next; t; t = next) {
        next = t->next;
        free(t->table);
        free(t->column);
        free(t);
    }
}

static bool same(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

/* Of an INSERT, DELETE and DROP the table; of an UPDATE its column too. */
static int note(void *context, int action, const char *table, const char *column, const char *database, const char *inside)
{
    struct touched **all = context;
    (void)database, (void)inside;
    if (action != SQLITE_INSERT && action != SQLITE_DELETE && action != SQLITE_UPDATE && action != SQLITE_DROP_TABLE)
        return SQLITE_OK;
    if (!strncmp(table, "sqlite_", 7)) return SQLITE_OK;
    if (action != SQLITE_UPDATE) column = NULL;
    for (const struct touched *t = *all; t; t = t->next)
        if (t->action == action && same(t->table, table) && same(t->column, column)) return SQLITE_OK;
    struct touched *t = calloc(1, sizeof *t);
    ensure(t);
    *t = (struct touched){ .next = *all, .action = action, .table = strdup(table), .column = column ? strdup(column) : NULL };
    ensure(t->table && (t->column || !column));
    *all = t;
    return SQLITE_OK;
}

void sqlite_keys_off(struct sqlite *s, sqlite3 *db)
{
    sqlite3_exec(db, "pragma foreign_keys = off", NULL, NULL, NULL);
    sqlite3_set_authorizer(db, note, &s->touched); /* what was prepared before is prepared again, and seen */
}

void sqlite_keys_on(struct sqlite *s, sqlite3 *db)
{
    sqlite3_set_authorizer(db, NULL, NULL);
    forget(s->touched);
    s->touched = NULL;
    sqlite3_exec(db, "pragma foreign_keys = on", NULL, NULL, NULL);
}

/* The first text of the first row, in `first`; `found` tells whether there is one. */
static struct fault *ask(struct arena *arena, sqlite3 *db, const char *text, const struct touched *t, struct str *first,
                         bool *found)
{
    sqlite3_stmt *asked;
    if (sqlite3_prepare_v2(db, text, -1, &asked, NULL) != SQLITE_OK) return sqlite_fault(arena, db, "foreign keys");
    if (sqlite3_bind_parameter_index(asked, "$1")) sqlite3_bind_text(asked, 1, t->table, -1, SQLITE_STATIC);
    if (sqlite3_bind_parameter_index(asked, "$2")) sqlite3_bind_text(asked, 2, t->column, -1, SQLITE_STATIC);
    int code = sqlite3_step(asked);
    *found = code == SQLITE_ROW;
    if (*found) *first = str_keep(arena, str_of((const char *)sqlite3_column_text(asked, 0)));
    struct fault *fault = code == SQLITE_ROW || code == SQLITE_DONE ? NULL : sqlite_fault(arena, db, "foreign keys");
    sqlite3_finalize(asked);
    return fault;
}

static bool dropped(const struct touched *all, const char *table)
{
    for (const struct touched *t = all; t; t = t->next)
        if (t->action == SQLITE_DROP_TABLE && same(t->table, table)) return true;
    return false;
}

/* Rows of the table itself that point nowhere; and, when rows of it went or their keys changed, rows that pointed at those. */
static struct fault *look_at(struct arena *arena, sqlite3 *db, const struct touched *all, const struct touched *t, bool *whole)
{
    static const char there
        [] = "select name from sqlite_schema where type = 'table' and name = $1 collate nocase",
   own[] = "select \"table\" from pragma_foreign_key_check($1)",
   others[] =
        "select c.\"table\" from (select distinct m.name from sqlite_schema m join pragma_foreign_key_list(m.name) f "
        "where m.type = 'table' and f.\"table\" = $1 collate nocase and ($2 is null or f.\"to\" is null or f.\"to\" = $2)) child "
        "join pragma_foreign_key_check(child.name) c";
    struct str table = { 0 };
    bool found;
    TRY(ask(arena, db, there, t, &table, &found));
    if (!found && !dropped(all, t->table)) return *whole = true, NULL; /* it has another name now */
    if (found) TRY(ask(arena, db, own, t, &table, &found));
    if (!found && t->action != SQLITE_INSERT) TRY(ask(arena, db, others, t, &table, &found));
    return found ? db_fault(arena, &db_refused, "a row of %.*s points nowhere", STR_ARG(table)) : NULL;
}

struct fault *sqlite_keys_check(struct arena *arena, struct sqlite *s, sqlite3 *db)
{
    struct str table = { 0 };
    bool whole = false, found = false;
    struct touched *all = s->touched;
    s->touched = NULL; /* what asks is noted as well */
    struct fault *fault = NULL;
    for (const struct touched *t = all; t && !fault && !whole; t = t->next) fault = look_at(arena, db, all, t, &whole);
    forget(all);
    if (!fault && whole) fault = ask(arena, db, "pragma foreign_key_check", NULL, &table, &found);
    return fault ? fault : found ? db_fault(arena, &db_refused, "a row of %.*s points nowhere", STR_ARG(table)) : NULL;
}
