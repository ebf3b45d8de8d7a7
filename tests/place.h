/* A fresh place for the books of a test program: a folder in memory, or a schema of FLORIN_TEST_POSTGRES. */
#pragma once
#include "db/db.h"
#include <ftw.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <unistd.h>

/* fontconfig keeps what it read until the process ends, see tests/main.c. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libfontconfig\n"; }

struct place { char text[600], schema[60]; };

static void place_postgres(const char *before, const char *schema, const char *after)
{
    char text[200];
    PGconn *conn = PQconnectdb(getenv("FLORIN_TEST_POSTGRES"));
    snprintf(text, sizeof text, "%s %s %s", before, schema, after);
    PGresult *result = PQexec(conn, text);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        fprintf(stderr, "FLORIN_TEST_POSTGRES: %s", PQerrorMessage(conn));
        exit(69);
    }
    PQclear(result);
    PQfinish(conn);
}

static struct place place_make(bool postgres)
{
    static int made;
    struct place place = { 0 };
    if (!postgres) {
        snprintf(place.text, sizeof place.text, "%s/florin-life-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
        ensure(mkdtemp(place.text));
        return place;
    }
    const char *url = getenv("FLORIN_TEST_POSTGRES");
    ensure(url);
    snprintf(place.schema, sizeof place.schema, "life_%d_%d", (int)getpid(), ++made);
    place_postgres("create schema", place.schema, "");
    snprintf(place.text, sizeof place.text, "%s%soptions=-csearch_path%%3D%s", url, strchr(url, '?') ? "&" : "?", place.schema);
    return place;
}

static int place_remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static void place_remove(const struct place *place)
{
    if (place->schema[0]) place_postgres("set client_min_messages = warning; drop schema", place->schema, "cascade");
    else nftw(place->text, place_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
