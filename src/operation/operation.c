#include "operation/operation_private.h"
#include <ctype.h>

const struct fault_type operation_unknown = { FAULT_MISSING, "operation.unknown",
                                              "There is no such command or address." };

static const struct field file_answer_fields[] = {
    FIELD(struct file_answer, name, .max = 255, .about = "the name to keep it under"),
    FIELD(struct file_answer, media_type, .max = 255, .about = "such as application/pdf"),
    BYTES(struct file_answer, content, .about = "the bytes"),
};
const struct record file_answer_record = { "file_answer", sizeof(struct file_answer), file_answer_fields,
                                           ARRAY_LENGTH(file_answer_fields) };

/* ---- Lookups, made once ---- */

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_COUNT };
static const char *const methods[METHOD_COUNT] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
enum { DEPTH_MAX = 16 };

/* A place in the tree of paths. Its children hang in one hash by (parent, part); the part {…} is kept apart. */
struct node { uint32_t any; const struct operation *by_method[METHOD_COUNT]; };
struct edge { struct str part; uint32_t parent, child; };
struct operation_index {
    struct node *nodes; /* [0] is the root */
    uint32_t node_count;
    struct edge *edges; /* open addressing; child 0: empty */
    size_t edge_room;
    const struct operation **commands; /* open addressing by the command's words */
    size_t command_room;
    const struct record **beside_content; /* by operation_number */
    const struct operation **numbered;
};

static int method_number(struct str name)
{
    for (int i = 0; i < METHOD_COUNT; i++)
        if (str_is(name, methods[i])) return i;
    return -1;
}

static size_t room_for(size_t count)
{
    size_t room = 16;
    while (room < count * 2) room *= 2;
    return room;
}

static struct edge *edge_find(const struct operation_index *index, uint32_t parent, struct str part)
{
    size_t mask = index->edge_room - 1;
    for (size_t at = (str_hash(part) + parent * UINT64_C(0x9e3779b97f4a7c15)) & mask;; at = (at + 1) & mask) {
        struct edge *edge = &index->edges[at];
        if (!edge->child || (edge->parent == parent && str_equal(edge->part, part))) return edge;
    }
}

static bool is_any(struct str part) { return part.length > 2 && part.at[0] == '{' && part.at[part.length - 1] == '}'; }

/* The next part of "/bills/{id}/lines"; false at the end. */
static bool next_part(struct str *path, struct str *part)
{
    if (!path->length) return false;
    *part = str_cut(str_part(*path, 1, path->length - 1), '/', path);
    if (path->at) path->at--, path->length++; /* keep the slash before what follows */
    return true;
}

static struct node *node_make(struct operation_index *index, struct str path)
{
    uint32_t at = 0;
    struct str part;
    while (next_part(&path, &part)) {
        struct edge *edge = is_any(part) ? NULL : edge_find(index, at, part);
        uint32_t *child = edge ? &edge->child : &index->nodes[at].any;
        if (!*child) {
            *child = index->node_count++;
            if (edge) edge->part = part, edge->parent = at;
        }
        at = *child;
    }
    return &index->nodes[at];
}

static const struct operation **command_slot(const struct operation_index *index, struct str noun, struct str verb)
{
    size_t mask = index->command_room - 1;
    for (size_t at = (str_hash(noun) * 31 + str_hash(verb)) & mask;; at = (at + 1) & mask) {
        const struct operation **slot = &index->commands[at];
        if (!*slot) return slot;
        struct str rest, first = str_cut(str_of((*slot)->command), ' ', &rest);
        if (str_equal(first, noun) && str_equal(rest, verb)) return slot;
    }
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void permissions_prepare(struct arena *arena, struct operations *out)
{
    const char **all = ARENA_ARRAY(arena, const char *, out->count + 1);
    size_t count = 0, unique = 0;
    for (size_t i = 0; i < out->count; i++)
        if (out->index->numbered[i]->needs) all[count++] = out->index->numbered[i]->needs;
    qsort(all, count, sizeof *all, compare_text);
    for (size_t i = 0; i < count; i++)
        if (!unique || strcmp(all[unique - 1], all[i])) all[unique++] = all[i];
    ensure(unique <= sizeof(struct permissions) * 8);
    out->permissions = all;
    out->permission_count = unique;
}

static const struct record *without_content(struct arena *arena, const struct record *record)
{
    struct field *fields = ARENA_ARRAY(arena, struct field, record->count);
    struct record *rest = ARENA_NEW(arena, struct record);
    size_t count = 0;
    for (size_t i = 0; i < record->count; i++)
        if (strcmp(record->fields[i].name, "content")) fields[count++] = record->fields[i];
    *rest = (struct record){ record->name, record->size, fields, count };
    return rest;
}

void operations_prepare(struct arena *arena, const struct operation_table *tables, size_t count, struct operations *out)
{
    struct operation_index *index = ARENA_NEW(arena, struct operation_index);
    struct str mistake = operations_mistake(arena, tables, count);
    if (mistake.at) fprintf(stderr, "%s\n", mistake.at);
    ensure(!mistake.at);
    *out = (struct operations){ .tables = tables, .table_count = count, .index = index };
    size_t parts = 1;
    for (size_t t = 0; t < count; t++) {
        out->count += tables[t].count;
        for (size_t i = 0; i < tables[t].count; i++)
            for (const char *p = tables[t].operations[i].path; *p; p++) parts += *p == '/';
    }
    index->nodes = ARENA_ARRAY(arena, struct node, parts);
    index->node_count = 1;
    index->edge_room = room_for(parts);
    index->edges = ARENA_ARRAY(arena, struct edge, index->edge_room);
    index->command_room = room_for(out->count);
    index->commands = ARENA_ARRAY(arena, const struct operation *, index->command_room);
    index->beside_content = ARENA_ARRAY(arena, const struct record *, out->count + 1);
    index->numbered = ARENA_ARRAY(arena, const struct operation *, out->count + 1);
    size_t number = 0;
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tables[t].count; i++, number++) {
            const struct operation *op = &tables[t].operations[i];
            struct str verb, noun = str_cut(str_of(op->command), ' ', &verb);
            index->numbered[number] = op;
            node_make(index, str_of(op->path))->by_method[method_number(str_of(op->method))] = op;
            *command_slot(index, noun, verb) = op;
            if (op->flags & OPERATION_UPLOAD) index->beside_content[number] = without_content(arena, op->call->takes);
        }
    permissions_prepare(arena, out);
}

size_t operation_number(const struct operations *operations, const struct operation *operation)
{
    size_t before = 0;
    for (size_t t = 0; t < operations->table_count; before += operations->tables[t++].count) {
        const struct operation *first = operations->tables[t].operations;
        if (operation >= first && operation < first + operations->tables[t].count)
            return before + (size_t)(operation - first);
    }
    never("an operation of another program");
}

const struct operation *operation_numbered(const struct operations *operations, size_t number)
{
    ensure(number < operations->count);
    return operations->index->numbered[number];
}

const struct record *operation_takes_beside_content(const struct operations *operations,
                                                    const struct operation *operation)
{
    return operations->index->beside_content[operation_number(operations, operation)];
}

/* ---- Looking up ---- */

/* A part with its own name goes before {…}; when that leads nowhere, {…} is tried. At most 2^DEPTH_MAX steps in theory,
 * in practice as many as the tables have both for one place. */
static const struct operation *descend(const struct operation_index *index, uint32_t at, struct str path, size_t depth,
                                       int method, bool *other_method)
{
    struct str part;
    const struct node *node = &index->nodes[at];
    if (!next_part(&path, &part)) {
        for (int m = 0; m < METHOD_COUNT; m++) *other_method |= node->by_method[m] != NULL;
        return method < 0 ? NULL : node->by_method[method];
    }
    if (!part.length || depth == DEPTH_MAX) return NULL;
    uint32_t child = edge_find(index, at, part)->child;
    const struct operation *found = child ? descend(index, child, path, depth + 1, method, other_method) : NULL;
    if (!found && node->any) found = descend(index, node->any, path, depth + 1, method, other_method);
    return found;
}

const struct operation *operation_by_path(const struct operations *operations, struct str method, struct str path,
                                          struct pair *pairs, size_t *pair_count, bool *other_method)
{
    bool seen = false;
    const struct operation *found = NULL;
    if (path.length && path.at[0] == '/') found = descend(operations->index, 0, path, 0, method_number(method), &seen);
    *other_method = seen && !found;
    if (!found) return NULL;
    struct str pattern = str_of(found->path), name, text;
    while (next_part(&pattern, &name) && next_part(&path, &text))
        if (is_any(name)) pairs[(*pair_count)++] = (struct pair){ str_part(name, 1, name.length - 2), text };
    return found;
}

const struct operation *operation_by_command(const struct operations *operations, struct str noun, struct str verb)
{
    return *command_slot(operations->index, noun, verb);
}

const struct record *operation_takes(const struct operation *operation)
{
    return operation->call ? operation->call->takes : operation->list->takes;
}

struct str operation_id(struct arena *arena, const struct operation *operation)
{
    struct str id = str_of(operation->command);
    char *z = (char *)str_keep(arena, id).at; /* ours: just made */
    for (size_t i = 0; i < id.length; i++)
        if (z[i] == ' ' || z[i] == '-') z[i] = '_';
    return (struct str){ z, id.length };
}

/* ---- Permissions ---- */

int permission_number(const struct operations *operations, struct str name)
{
    size_t from = 0, to = operations->permission_count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = str_compare(str_of(operations->permissions[middle]), name);
        if (!order) return (int)middle;
        if (order < 0) from = middle + 1;
        else to = middle;
    }
    return -1;
}

void permissions_allow(struct permissions *permissions, int number)
{
    ensure(number >= 0 && (size_t)number < sizeof *permissions * 8);
    permissions->bits[number / 64] |= UINT64_C(1) << (number % 64);
}

bool permissions_hold(const struct permissions *permissions, int number)
{
    return number >= 0 && (size_t)number < sizeof *permissions * 8 &&
           (permissions->bits[number / 64] >> (number % 64) & 1);
}

/* ---- What may be wrong with a table ---- */

static bool is_word(struct str word)
{
    for (size_t i = 0; i < word.length; i++)
        if (!islower((unsigned char)word.at[i]) && !isdigit((unsigned char)word.at[i]) && word.at[i] != '_' &&
            word.at[i] != '-')
            return false;
    return word.length > 0;
}

static bool is_flat(const struct record *record)
{
    for (size_t i = 0; i < record->count; i++)
        if (record->fields[i].type == FIELD_RECORD || record->fields[i].type == FIELD_LIST) return false;
    return true;
}

static const char *path_mistake(const struct operation *op)
{
    struct str path = str_of(op->path), part;
    size_t any = 0, depth = 0;
    if (!path.at || path.length < 2 || path.at[0] != '/') return "its path does not begin with /";
    while (next_part(&path, &part)) {
        depth++;
        if (!is_any(part) && !is_word(part)) return "a part of its path is neither a word nor {field}";
        if (!is_any(part)) continue;
        const struct field *field = record_json_field(operation_takes(op), str_part(part, 1, part.length - 2));
        if (!field) return "a part of its path is not a field of what it takes";
        if (field->optional) return "a part of its path is an optional field";
        if (++any > PATH_PARTS_MAX) return "too many parts in its path";
    }
    return depth > DEPTH_MAX ? "its path is too deep" : NULL;
}

static const char *flags_mistake(const struct operation *op)
{
    bool reads = op->flags & OPERATION_READS;
    const struct record *takes = operation_takes(op);
    const struct field *content = record_field(takes, STR("content"));
    if (!strcmp(op->method, "GET") != reads && strcmp(op->method, "POST"))
        return "what reads is a GET, what writes is not";
    if (!strcmp(op->method, "GET") && !is_flat(takes)) return "a GET takes a record or a list";
    if (op->list && !(reads && !strcmp(op->method, "GET"))) return "a list that is not a GET that READS";
    if ((op->flags & OPERATION_ANYONE) && op->needs) return "ANYONE, and a permission";
    if ((op->flags & OPERATION_ANYONE) && (op->flags & OPERATION_STEP_UP)) return "ANYONE, and STEP_UP";
    if ((op->flags & OPERATION_GUEST) &&
        (!op->needs || (op->flags & (OPERATION_ANYONE | OPERATION_NO_COMPANY | OPERATION_STEP_UP))))
        return "for GUESTs without a permission, or with ANYONE, NO_COMPANY or STEP_UP";
    if ((op->flags & OPERATION_FIGURES) &&
        (op->list || !reads || (op->flags & (OPERATION_ANYONE | OPERATION_NO_COMPANY | OPERATION_GUEST | OPERATION_FILE))))
        return "FIGURES that are no call of a company that READS";
    if ((op->flags & OPERATION_FILE) && (op->list || op->call->gives != &file_answer_record))
        return "a FILE that gives no file_answer";
    if (op->call && op->call->gives == &file_answer_record && !(op->flags & OPERATION_FILE))
        return "gives a file without FILE";
    if ((op->flags & OPERATION_UPLOAD) && (op->list || !content || content->type != FIELD_BYTES || !is_flat(takes)))
        return "an UPLOAD without the bytes `content`, or with more than flat fields";
    return NULL;
}

/* Names that stand in a list's query for themselves. */
static const char *list_mistake(const struct operation *op)
{
    static const char *const taken[] = { "sort", "after", "limit", "count", "format" };
    if (!op->list) return NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(taken); i++)
        if (record_field(op->list->takes, str_of(taken[i]))) return "a list takes sort, after, limit, count or format itself";
    return record_field(op->list->row, STR("id")) ? NULL : "a row of a list without id";
}

static const char *operation_mistake(const struct operation *op)
{
    struct str verb, noun = str_cut(str_of(op->command), ' ', &verb);
    if (!is_word(noun) || (verb.at && !is_word(verb))) return "its command is not one or two lower-case words";
    if (!op->call == !op->list) return "neither or both of call and list";
    if (method_number(str_of(op->method)) < 0) return "its method is none of ours";
    if (!op->summary || !*op->summary) return "no summary";
    if (op->needs && (!*op->needs || !strchr(op->needs, '.'))) return "its permission is not noun.verb";
    const char *why = path_mistake(op);
    if (!why) why = flags_mistake(op);
    return why ? why : list_mistake(op);
}

/* "/bills/{id}" and "/bills/{bill}" are one path. */
static bool same_path(const struct operation *a, const struct operation *b)
{
    struct str left = str_of(a->path), right = str_of(b->path), l, r;
    if (strcmp(a->method, b->method)) return false;
    for (;;) {
        bool more = next_part(&left, &l);
        if (more != next_part(&right, &r)) return false;
        if (!more) return true;
        if (!str_equal(l, r) && !(is_any(l) && is_any(r))) return false;
    }
}

struct str operations_mistake(struct arena *arena, const struct operation_table *tables, size_t count)
{
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tables[t].count; i++) {
            const struct operation *op = &tables[t].operations[i];
            if (!op->command || !op->method || !op->path)
                return str_format(arena, "%s, row %zu: no command, method or path", tables[t].room, i);
            const char *why = operation_mistake(op);
            if (why) return str_format(arena, "%s: %s", op->command, why);
            for (size_t u = 0; u <= t; u++)
                for (size_t j = 0; j < (u == t ? i : tables[u].count); j++) {
                    const struct operation *other = &tables[u].operations[j];
                    if (!strcmp(op->command, other->command))
                        return str_format(arena, "%s: a command twice", op->command);
                    if (same_path(op, other))
                        return str_format(arena, "%s: the path of %s", op->command, other->command);
                }
        }
    return (struct str){ 0 };
}
