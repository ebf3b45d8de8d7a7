#include "app/app.h"
#include "contract.h"
#include "note.h"
#include "test.h"

static json_t *description(struct arena *arena, const struct operations *all)
{
    struct str text = openapi_text(arena, all);
    json_t *root = json_loadb(text.at, text.length, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    return root;
}

static json_t *at(json_t *root, const char *a, const char *b, const char *c)
{
    json_t *found = json_object_get(json_object_get(root, a), b);
    return c ? json_object_get(found, c) : found;
}

static json_t *parameter(json_t *operation, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(operation, "parameters"), i, one)
        if (json_object_get(one, "name") && !strcmp(json_string_value(json_object_get(one, "name")), name)) return one;
    return NULL;
}

/* Every $ref anywhere leads somewhere. */
static void check_refs(json_t *root, json_t *node)
{
    const char *name;
    size_t i;
    json_t *inside;
    json_object_foreach(node, name, inside)
    {
        if (!strcmp(name, "$ref")) {
            struct str rest = str_of(json_string_value(inside)), part = str_cut(rest, '/', &rest);
            json_t *to = root;
            while (to && rest.at) {
                part = str_cut(rest, '/', &rest);
                to = json_object_getn(to, part.at, part.length);
            }
            if (!to) fail_msg("%s leads nowhere", json_string_value(inside));
        } else check_refs(root, inside);
    }
    if (json_is_array(node)) json_array_foreach(node, i, inside) check_refs(root, inside);
}

/* What OpenAPI 3.1 asks of every operation: an id of its own, answers, every part of the path as a required parameter. */
static void check_operations(struct arena *arena, json_t *root)
{
    const char *path, *method;
    json_t *item, *operation, *ids = json_object();
    json_object_foreach(json_object_get(root, "paths"), path, item) json_object_foreach(item, method, operation)
    {
        const char *id = json_string_value(json_object_get(operation, "operationId"));
        expect(id && !json_object_get(ids, id));
        json_object_set_new(ids, id, json_true());
        expect(at(operation, "responses", "200", "description") != NULL);
        expect(at(operation, "responses", "4XX", NULL) && json_object_get(operation, "summary") &&
               json_object_get(operation, "tags"));
        for (const char *p = strchr(path, '{'); p; p = strchr(p + 1, '{')) {
            struct str name = str_keep(arena, str_part(str_of(p), 1, (size_t)(strchr(p, '}') - p) - 1));
            json_t *its = parameter(operation, name.at);
            expect(its && !strcmp(json_string_value(json_object_get(its, "in")), "path") &&
                   json_is_true(json_object_get(its, "required")));
        }
    }
    json_decref(ids);
}

TEST(openapi_of_the_sample_room)
{
    struct operations all;
    note_operations(arena, &all);
    json_t *root = description(arena, &all);
    check_refs(root, root);
    check_operations(arena, root);
    expect_str("3.1.0", str_of(json_string_value(json_object_get(root, "openapi"))));
    json_t *list = at(root, "paths", "/notes", "get"), *add = at(root, "paths", "/notes", "post"),
           *change = at(root, "paths", "/notes/{id}", "put");
    expect(parameter(list, "total.ge") && parameter(list, "title.has") && parameter(list, "body.absent") &&
           parameter(list, "sort"));
    expect(!parameter(list, "total.has") && !parameter(list, "version"));
    expect(parameter(add, "X-Florin-CSRF") == NULL &&
           json_array_size(json_object_get(add, "parameters")) == 4); /* by $ref */
    json_t *body = json_object_get(at(json_object_get(change, "requestBody"), "content", "application/json", "schema"),
                                   "properties");
    expect(json_object_get(body, "title") && !json_object_get(body, "id")); /* it stands in the path */
    expect(!at(root, "paths", "/notes/{id}", "delete") ||
           !json_object_get(at(root, "paths", "/notes/{id}", "delete"), "requestBody"));
    json_t *session = at(json_object_get(root, "components"), "schemas", "note_session", NULL);
    expect(session && !at(session, "properties", "session_cookie", NULL)); /* secret */
    expect_int(0, json_array_size(json_object_get(at(root, "paths", "/ping", "get"), "security")));
    json_decref(root);
}

TEST(openapi_of_the_program)
{
    struct operations all;
    app_operations(arena, &all);
    json_t *root = description(arena, &all);
    check_refs(root, root);
    check_operations(arena, root);
    json_decref(root);
}

/* The checker itself can fail. */
TEST(contract_sees_what_does_not_fit)
{
    struct operations all;
    note_operations(arena, &all);
    json_t *root = description(arena, &all);
    const struct { const char *method, *path; int status; const char *type, *body; bool fits; } cases[] = {
        { "GET", "/ping", 200, "application/json", "{}", true },
        { "GET", "/ping", 200, "application/json", "{\"word\":\"a\"}", true },
        { "GET", "/ping", 200, "application/json", "{\"word\":1}", false },
        { "GET", "/ping", 200, "application/json", "{\"other\":1}", false },
        { "GET", "/ping", 200, "text/plain", "{}", false },
        { "GET", "/nowhere", 200, "application/json", "{}", false },
        { "GET", "/notes", 200, "application/json", "{\"items\":[]}", true },
        { "GET", "/notes", 200, "application/json", "{}", false },
        { "GET", "/notes", 200, "application/json", "{\"items\":[{\"id\":1}]}", false },
        { "GET", "/notes/7", 200, "application/json",
          "{\"id\":1,\"title\":\"a\",\"currency\":\"EUR\",\"total\":\"1.00\",\"written_on\":\"2025-01-31\",\"version\":1}",
          true },
        { "GET", "/notes/7", 200, "application/json",
          "{\"id\":1,\"title\":\"a\",\"currency\":\"EUR\",\"total\":\"1,00\",\"written_on\":\"2025-01-31\",\"version\":1}",
          false },
        { "GET", "/notes/7", 200, "application/json",
          "{\"id\":1,\"title\":\"a\",\"currency\":\"EUR\",\"total\":\"1.00\",\"written_on\":\"2025-02-31\",\"version\":1}",
          false },
        { "GET", "/notes/7", 404, "application/problem+json",
          "{\"type\":\"a\",\"title\":\"b\",\"status\":404,\"code\":\"c\",\"detail\":\"d\",\"problems\":[]}", true },
        { "GET", "/notes/7", 404, "application/problem+json", "{\"type\":\"a\"}", false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct str why = contract_check(arena, root, cases[i].method, str_of(cases[i].path), cases[i].status,
                                        str_of(cases[i].type), str_of(cases[i].body));
        if (!why.at != cases[i].fits) fail_msg("case %zu: %s", i, why.at ? why.at : "nothing seen");
    }
    json_decref(root);
}
