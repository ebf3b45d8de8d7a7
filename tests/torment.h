/* Every writing operation that comes by first fails at its first statement, then at a later one, …, and none of these failures may leave a
 * trace in any table; then it is done as asked. Takes the place of operation_answer and operation_call (the linker's --wrap), so that
 * whoever calls them is tormented: the simulation's life, the scenarios. A trace is seen to the last column: on PostgreSQL each table's
 * rows and the transactions that wrote them, on SQLite the pages of the file. Included by one file of a program. */
#pragma once
#include "invoice/invoice_private.h"
#include "operation/operation.h"
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>

enum { TORMENT_OPERATIONS = 512, TORMENT_REFUSED = 12 };
static struct {
    struct books *books; /* NULL: nothing is tormented */
    struct operations all;
    struct arena *arena;
    pthread_t thread;
    int64_t every, first; /* fails at the first, (first + every)th, … statement */
    int64_t most;         /* so often an operation is tormented until it gets through; 0: whenever it comes by */
    struct { int64_t through, refused; } seen[TORMENT_OPERATIONS];
    long long failures, traces;
    const char *file; /* gets the ids of what was tormented until it got through */
    bool spares_drawing; /* what is drawn behind the commit of an operation doesn't fail: who asked counts papers */
    sqlite3 *sqlite;
    unsigned char *pages;
    sqlite3_int64 size;
    PGconn *postgres;
    char *question, *answer;
} torment;

struct fault *__real_operation_answer(struct work *, struct books *, const struct operations *, const struct request *,
                                      struct answer *);
struct fault *__wrap_operation_answer(struct work *, struct books *, const struct operations *, const struct request *,
                                      struct answer *);
struct fault *__real_operation_call(struct work *, struct books *, const struct operations *, const char *,
                                    const void *, void *);
struct fault *__wrap_operation_call(struct work *, struct books *, const struct operations *, const char *,
                                    const void *, void *);

/* ---- A trace ---- */

static char *torment_ask(const char *question)
{
    PGresult *result = PQexec(torment.postgres, question);
    ensure(PQresultStatus(result) == PGRES_TUPLES_OK);
    char *text = strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    return text;
}

/* The lease of a node number and of ids is taken whether or not what follows succeeds. */
static void torment_open(struct books *books, const char *place)
{
    torment.books = books;
    torment.thread = pthread_self();
    if (place[0] == '/') {
        char path[700];
        snprintf(path, sizeof path, "%s/florin.db", place);
        ensure(sqlite3_open_v2(path, &torment.sqlite, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
        return;
    }
    torment.postgres = PQconnectdb(place);
    ensure(PQstatus(torment.postgres) == CONNECTION_OK);
    torment.question = torment_ask(
        "select 'select string_agg(t, '' '' order by t) from (' || string_agg(format('select %L || '':'' || count(*) || '':'' || coalesce(sum(xmin::text::bigint), 0) as t from %I', "
        "tablename, tablename), ' union all ' order by tablename) || ') x' from pg_tables where schemaname = current_schema() and tablename <> 'db_node'");
}

static void torment_close(void)
{
    sqlite3_close(torment.sqlite);
    sqlite3_free(torment.pages);
    PQfinish(torment.postgres);
    free(torment.question), free(torment.answer);
    torment.books = NULL, torment.sqlite = NULL, torment.pages = NULL, torment.postgres = NULL;
    torment.question = torment.answer = NULL;
}

/* Two images of one file: whether a table but db_node differs, and which. */
static bool torment_differs(unsigned char *before, sqlite3_int64 before_size, unsigned char *after, sqlite3_int64 after_size)
{
    sqlite3 *both;
    sqlite3_stmt *tables, *rows;
    bool differs = false;
    before[18] = before[19] = after[18] = after[19] = 1; /* no write-ahead log in memory */
    ensure(sqlite3_open(":memory:", &both) == SQLITE_OK);
    ensure(sqlite3_exec(both, "attach ':memory:' as was; attach ':memory:' as is_", NULL, NULL, NULL) == SQLITE_OK);
    ensure(sqlite3_deserialize(both, "was", before, before_size, before_size, SQLITE_DESERIALIZE_READONLY) == SQLITE_OK);
    ensure(sqlite3_deserialize(both, "is_", after, after_size, after_size, SQLITE_DESERIALIZE_READONLY) == SQLITE_OK);
    ensure(sqlite3_prepare_v2(
               both,
               "select name from was.sqlite_master where type = 'table' and name not in ('db_node', 'sqlite_stat1')",
               -1, &tables, NULL) == SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(tables, 0);
        char *text = sqlite3_mprintf(
            "select 1 from (select * from (select * from was.\"%w\" except select * from is_.\"%w\") union all "
            "select * from (select * from is_.\"%w\" except select * from was.\"%w\")) limit 1",
            name, name, name, name);
        ensure(sqlite3_prepare_v2(both, text, -1, &rows, NULL) == SQLITE_OK);
        if (sqlite3_step(rows) == SQLITE_ROW) differs = true, fprintf(stderr, "table %s differs\n", name);
        sqlite3_finalize(rows);
        sqlite3_free(text);
    }
    sqlite3_finalize(tables);
    sqlite3_close(both);
    return differs;
}

/* Whether the books are as they were when it was asked last; from now on they are as they are now. */
static bool torment_same(void)
{
    bool same;
    if (torment.postgres) {
        char *answer = torment_ask(torment.question);
        same = torment.answer && !strcmp(answer, torment.answer);
        if (torment.answer && !same) fprintf(stderr, "was %s\nis  %s\n", torment.answer, answer);
        free(torment.answer);
        torment.answer = answer;
        return same;
    }
    sqlite3_int64 size;
    unsigned char *pages = sqlite3_serialize(torment.sqlite, "main", &size, 0);
    ensure(pages);
    same = torment.pages && size == torment.size && !memcmp(pages, torment.pages, (size_t)size);
    if (torment.pages && !same) {
        unsigned char *now = sqlite3_malloc64((sqlite3_uint64)size);
        ensure(now);
        memcpy(now, pages, (size_t)size);
        same = !torment_differs(torment.pages, torment.size, now, size);
        sqlite3_free(now);
    }
    sqlite3_free(torment.pages);
    torment.pages = pages, torment.size = size;
    return same;
}

/* What was: forgotten before an operation, for others wrote since. */
static void torment_begin(void)
{
    sqlite3_free(torment.pages);
    free(torment.answer);
    torment.pages = NULL, torment.answer = NULL;
    torment_same();
}

/* ---- An operation ---- */

struct tormented {
    struct work *work;
    struct books *books;
    const struct operations *operations;
    const struct request *request; /* or: */
    const char *command;
    const void *takes;
    void *gives;
    struct answer *answer;
};

static struct fault *torment_try(const struct tormented *t)
{
    if (t->request) return __real_operation_answer(t->work, t->books, t->operations, t->request, t->answer);
    return __real_operation_call(t->work, t->books, t->operations, t->command, t->takes, t->gives);
}

static void torment_note(const struct operation *operation)
{
    struct str id = operation_id(torment.arena, operation);
    FILE *f = torment.file ? fopen(torment.file, "a") : NULL;
    if (!f) return;
    fprintf(f, "%.*s\n", STR_ARG(id));
    fclose(f);
}

/* The number of an operation of the program; the samples of tests have none. */
static bool torment_number(const struct operation *operation, size_t *number)
{
    for (*number = 0; *number < torment.all.count; ++*number)
        if (operation_numbered(&torment.all, *number) == operation) return *number < TORMENT_OPERATIONS;
    return false;
}

static struct fault *torment_until(const struct tormented *t, const struct operation *operation, size_t number)
{
    const struct work asked = *t->work;
    struct arena_mark mark = arena_mark(asked.arena);
    struct fault *fault;
    torment_begin();
    for (int64_t nth = torment.first;; nth += torment.every) {
        int64_t from = books_statements(torment.books);
        *t->work = asked;
        books_fail_at(torment.books, nth);
        fault = torment_try(t);
        books_fail_at(torment.books, 0);
        if (!fault || fault->type != &db_broken) break;
        if (books_statements(torment.books) - from < nth) break; /* it broke by itself */
        torment.failures++;
        if (torment_same()) {
            arena_rewind(asked.arena, mark);
            continue;
        }
        torment.traces++;
        fprintf(stderr, "%s left a trace when statement %lld of it failed\n", operation->command, (long long)nth);
        break;
    }
    if (fault && fault->type != &db_broken) torment.seen[number].refused++;
    else if (!fault && !torment.seen[number].through++) torment_note(operation);
    return fault;
}

static struct fault *torment_one(const struct tormented *t, const struct operation *operation)
{
    size_t number;
    bool alone = !torment.books || t->books != torment.books || t->work->db || (operation->flags & OPERATION_READS) ||
                 !pthread_equal(torment.thread, pthread_self()) || books_fail_waits(t->books) ||
                 !torment_number(operation, &number);
    if (!alone && torment.most)
        alone = torment.seen[number].through >= torment.most || torment.seen[number].refused >= TORMENT_REFUSED * torment.most;
    return alone ? torment_try(t) : torment_until(t, operation, number);
}

struct fault *__wrap_operation_answer(struct work *work, struct books *books, const struct operations *operations,
                                      const struct request *request, struct answer *answer)
{
    const struct tormented t = { .work = work, .books = books, .operations = operations, .request = request, .answer = answer };
    return torment_one(&t, request->operation);
}

struct fault *__wrap_operation_call(struct work *work, struct books *books, const struct operations *operations,
                                    const char *command, const void *takes, void *gives)
{
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    const struct tormented t = {
        .work = work, .books = books, .operations = operations, .command = command, .takes = takes, .gives = gives
    };
    return torment_one(&t, operation_by_command(operations, noun, verb));
}

struct fault *__real_invoice_draw_after(struct work *, struct books *, int64_t, void *);
struct fault *__wrap_invoice_draw_after(struct work *, struct books *, int64_t, void *);

struct fault *__wrap_invoice_draw_after(struct work *work, struct books *books, int64_t id, void *gives)
{
    if (torment.spares_drawing && books == torment.books) books_fail_at(books, 0);
    return __real_invoice_draw_after(work, books, id, gives);
}
