#include "operation/operation_private.h"
#include "operation.sql.h"
#include <time.h>

const struct fault_type operation_sign_in = { FAULT_UNKNOWN_USER, "operation.sign_in", "Sign in first." };
const struct fault_type operation_company = { FAULT_INVALID, "operation.company", "Say in which company." };
const struct fault_type operation_denied = { FAULT_DENIED, "operation.denied",
                                             "You may not do this: it needs the permission {permission}." };
const struct fault_type operation_guests_only = {
    FAULT_DENIED, "operation.guests_only", "Only who opened a link of the portal can do this; give that person such a link."
};
const struct fault_type operation_step_up = {
    FAULT_DENIED, "operation.step_up", "Show your second factor again; this needs one of the last ten minutes."
};
const struct fault_type operation_key_reused = {
    FAULT_CONFLICT, "operation.key_reused", "This idempotency key was used before with other content; take a new one."
};
const struct fault_type operation_key_invalid = { FAULT_INVALID, "operation.key_invalid",
                                                  "An idempotency key has 1 to 255 visible ASCII characters." };

enum { RETRIES = 5, FIRST_PAUSE_US = 1000 };
#define STEP_UP_US (INT64_C(10) * 60 * 1000000)
#define KEY_LIVES_US (INT64_C(24) * 3600 * 1000000)

static const struct fault_type answer_lost = {
    FAULT_CONFLICT, "operation.answer_lost",
    "This was done before with this idempotency key, and what was answered then can't be read any more; look at what there is now."
};

/* What stands beside a key. */
struct kept_answer {
    struct str operation, key, content_hash, answer;
    struct instant created_at, expired_at;
};
static const struct field kept_answer_fields[] = {
    FIELD(struct kept_answer, operation),    FIELD(struct kept_answer, key),
    FIELD(struct kept_answer, content_hash), FIELD(struct kept_answer, answer, .max = 1 << 28),
    FIELD(struct kept_answer, created_at),   FIELD(struct kept_answer, expired_at),
};
static const struct record kept_answer_record = { "kept_answer", sizeof(struct kept_answer), kept_answer_fields,
                                                  ARRAY_LENGTH(kept_answer_fields) };

/* One operation on its way. */
struct run {
    struct work *work;
    struct books *books;
    const struct operation *op;
    const void *takes;
    void *gives; /* of a call */
    struct list_query query;
    struct any_list rows;
    struct str next;
    int64_t count; /* of all pages; -1: not asked */
    struct kept_answer key; /* key.key absent: none */
    struct str repeated;    /* the answer of the first time */
    bool as_struct;
    struct figure_key figure;
    struct str remembered; /* figures that were worked out before */
};

/* ---- Who may ---- */

bool operation_stepped_up(const struct work *work)
{
    return work->stepped_up_at.us && work->now.us - work->stepped_up_at.us <= STEP_UP_US;
}

/* A guest may do what is for guests, and only guests may. */
static struct fault *may_guest(struct work *work, const struct operation *op)
{
    bool guest = work->guest.session_id, wanted = op->flags & OPERATION_GUEST;
    if (!guest && !wanted) return NULL;
    if (guest && wanted && !work->user_id && !work->system) return NULL;
    if (guest)
        return FAULT(work->arena, &operation_denied, NULL, PARAM("permission", str_of(op->needs ? op->needs : op->command)));
    return FAULT(work->arena, work->user_id || work->system ? &operation_guests_only : &operation_sign_in, NULL);
}

static struct fault *may(struct work *work, const struct operations *operations, const struct operation *op)
{
    struct arena *arena = work->arena;
    TRY(may_guest(work, op));
    if (!(op->flags & OPERATION_ANYONE)) {
        if (!work->system && !work->user_id && !work->guest.session_id) return FAULT(arena, &operation_sign_in, NULL);
        if (!(op->flags & OPERATION_NO_COMPANY) && !work->company_id) return FAULT(arena, &operation_company, NULL);
        if (op->needs && !work->system &&
            !permissions_hold(&work->permissions, permission_number(operations, str_of(op->needs))))
            return FAULT(arena, &operation_denied, NULL, PARAM("permission", str_of(op->needs)));
    }
    if ((op->flags & OPERATION_STEP_UP) && !work->system && !operation_stepped_up(work))
        return FAULT(arena, &operation_step_up, NULL);
    return NULL;
}

/* ---- Input ---- */

/* "due_on.lt": the name before the point, and how to compare. */
static bool filter_parse(struct str name, struct list_filter *out)
{
    static const struct {
        const char *word;
        enum list_compare compare;
    } words[] = {
        { "eq", LIST_EQ }, { "ne", LIST_NE }, { "lt", LIST_LT },   { "le", LIST_LE },         { "gt", LIST_GT },
        { "ge", LIST_GE }, { "in", LIST_IN }, { "has", LIST_HAS }, { "absent", LIST_ABSENT },
    };
    struct str how;
    out->field = str_cut(name, '.', &how);
    out->compare = LIST_EQ;
    if (!how.at) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (str_is(how, words[i].word)) return out->compare = words[i].compare, true;
    return false;
}

/* Parts what stands in a list's query: what the operation takes itself, page and sort, filters. */
static struct fault *list_query(struct arena *arena, const struct list_call *list, const struct request *request,
                                struct pair *own, size_t *own_count, struct list_query *query, int64_t *count)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < request->pair_count; i++) {
        const struct pair *pair = &request->pairs[i];
        struct list_filter filter = { .value = pair->text };
        if (record_json_field(list->takes, pair->name)) own[(*own_count)++] = *pair;
        else if (str_is(pair->name, "sort")) query->sort = pair->text;
        else if (str_is(pair->name, "after")) query->after = pair->text;
        else if (str_is(pair->name, "count")) {
            if (str_is(pair->text, "true")) query->count = count;
            else if (!str_is(pair->text, "false")) faults = fault_join(faults, FAULT(arena, &record_wrong_type, "count"));
        }
        else if (str_is(pair->name, "limit")) {
            if (!str_to_int(pair->text, &query->limit) || query->limit < 1 || query->limit > LIST_LIMIT_MAX)
                faults =
                    fault_join(faults, FAULT(arena, &list_bad_limit, "limit", PARAM_INT(arena, "max", LIST_LIMIT_MAX)));
        } else {
            if (!filter_parse(pair->name, &filter)) filter.field = pair->name; /* no such field: db_list says which there are */
            *LIST_ADD(arena, &query->filters) = filter;
        }
    }
    return faults;
}

static struct fault *input(struct run *run, const struct operations *operations, const struct request *request,
                           void *takes)
{
    struct arena *arena = run->work->arena;
    const struct operation *op = run->op;
    if (op->list) {
        struct pair *own = ARENA_ARRAY(arena, struct pair, request->pair_count + 1);
        size_t own_count = 0;
        struct fault *faults = list_query(arena, op->list, request, own, &own_count, &run->query, &run->count);
        return fault_join(
            faults, record_from_pairs(arena, own, own_count, request->body, (struct into){ op->list->takes, takes }));
    }
    if (!(op->flags & OPERATION_UPLOAD))
        return record_from_pairs(arena, request->pairs, request->pair_count, request->body,
                                 (struct into){ op->call->takes, takes });
    const struct record *beside = operation_takes_beside_content(operations, op);
    TRY(record_from_pairs(arena, request->pairs, request->pair_count, (struct str){ 0 },
                          (struct into){ beside, takes }));
    const struct field *content = record_field(op->call->takes, STR("content"));
    memcpy((char *)takes + content->offset, &request->body, sizeof request->body);
    return record_check(arena, (struct given){ op->call->takes, takes });
}

/* ---- Idempotency ---- */

static void hash_part(struct text *text, struct str part)
{
    text_addf(text, "%zu:", part.length);
    text_add(text, part);
}

/* Over the pairs in the order given and the body by its own hash. */
static struct str content_hash(struct arena *arena, const struct request *request)
{
    struct text text = text_new(arena);
    uint8_t hash[32];
    for (size_t i = 0; i < request->pair_count; i++) {
        hash_part(&text, request->pairs[i].name);
        hash_part(&text, request->pairs[i].text);
    }
    sha256(request->body.length ? request->body.at : "", request->body.length, hash);
    text_add_bytes(&text, hash, sizeof hash);
    struct str all = text_str(&text);
    sha256(all.at, all.length, hash);
    return hex_text(arena, hash, sizeof hash);
}

static struct fault *key_take(struct run *run, const struct request *request)
{
    struct work *work = run->work;
    struct str key = request->idempotency_key;
    bool good = key.length >= 1 && key.length <= 255;
    if (!key.at || work->reading || (!work->user_id && !work->system)) return NULL;
    for (size_t i = 0; good && i < key.length; i++) good = key.at[i] > ' ' && key.at[i] < 127;
    if (!good) return FAULT(work->arena, &operation_key_invalid, "Idempotency-Key");
    run->key = (struct kept_answer){ .operation = str_of(run->op->command),
                                     .key = key,
                                     .content_hash = content_hash(work->arena, request),
                                     .expired_at = { work->now.us - KEY_LIVES_US } };
    return NULL;
}

/* Sealed: an answer may show a token that is shown once. */
#define SEALED "sealed:"
static struct fault *answer_seal(struct work *work, struct str answer, struct str *sealed)
{
    struct str bytes;
    TRY(db_seal(work, "answer", work->user_id, answer, &bytes));
    *sealed = str_format(work->arena, SEALED "%.*s", STR_ARG(base64_text(work->arena, bytes.at, bytes.length)));
    return NULL;
}

static struct fault *answer_open(struct work *work, struct str kept, struct str *answer)
{
    struct str bytes;
    if (!str_starts(kept, SEALED)) return *answer = kept, NULL; /* of before there were keys */
    if (!base64_parse(work->arena, str_part(kept, strlen(SEALED), kept.length), &bytes))
        return FAULT(work->arena, &answer_lost, "Idempotency-Key");
    return db_unseal(work, "answer", work->user_id, bytes, answer);
}

struct plain_answer { int64_t of_company, of_user; struct str operation, key, answer; };
LIST_STRUCT(plain_answers, struct plain_answer);
RECORD(plain_answer, { FIELD(struct plain_answer, of_company), FIELD(struct plain_answer, of_user),
                       FIELD(struct plain_answer, operation), FIELD(struct plain_answer, key),
                       FIELD(struct plain_answer, answer, .max = 1 << 28) });

struct fault *operation_seal_answers(struct work *work)
{
    struct plain_answers plain = { 0 };
    int64_t user = work->user_id;
    TRY(db_all(work, &sql_key_plain, NONE, INTO_LIST(plain_answer, &plain)));
    for (size_t i = 0; i < plain.count; i++) {
        work->user_id = plain.at[i].of_user; /* whom it is bound to */
        TRY(answer_seal(work, plain.at[i].answer, &plain.at[i].answer));
        TRY(db_run(work, &sql_key_seal, GIVEN(plain_answer, &plain.at[i])));
    }
    work->user_id = user;
    return NULL;
}

static struct fault *key_find(struct run *run)
{
    struct kept_answer kept = { 0 };
    bool found = false;
    if (!run->key.key.at) return NULL;
    TRY(db_find(run->work, &sql_key_find, GIVEN(kept_answer, &run->key), INTO(kept_answer, &kept), &found));
    if (!found) return NULL;
    if (!str_equal(kept.content_hash, run->key.content_hash))
        return FAULT(run->work->arena, &operation_key_reused, "Idempotency-Key");
    struct fault *fault = answer_open(run->work, kept.answer, &run->repeated);
    return fault && fault->type == &db_key_lost ? FAULT(run->work->arena, &answer_lost, "Idempotency-Key") : fault;
}

/* What has expired in this company goes at the same time, so that the table stays as large as a day is. */
static struct fault *key_keep(struct run *run)
{
    if (!run->key.key.at) return NULL;
    struct str answer = record_to_json(run->work->arena, (struct given){ run->op->call->gives, run->gives });
    TRY(answer_seal(run->work, answer, &run->key.answer));
    TRY(db_run(run->work, &sql_key_expire, GIVEN(kept_answer, &run->key)));
    return db_run(run->work, &sql_key_add, GIVEN(kept_answer, &run->key));
}

/* ---- The transaction ---- */

static struct fault *inside(struct run *run)
{
    struct work *work = run->work;
    const struct operation *op = run->op;
    if (op->list) return op->list->run(work, run->takes, &run->query, &run->rows, &run->next);
    TRY(key_find(run));
    if (run->repeated.at) return NULL;
    TRY(figures_key_of(work, op, run->takes, &run->figure));
    if (!run->as_struct) run->remembered = figures_find(work, &run->figure);
    if (run->remembered.at) return NULL;
    TRY(op->call->run(work, run->takes, run->gives));
    if (work->reading) return NULL;
    TRY(audit_write(work, op));
    return key_keep(run);
}

static struct fault *attempt(struct run *run)
{
    struct work *work = run->work;
    memset(&work->changes, 0, sizeof work->changes);
    memset(&run->rows, 0, sizeof run->rows);
    work->after = NULL;
    run->next = run->repeated = run->remembered = (struct str){ 0 };
    run->count = -1;
    if (run->op->call) memset(run->gives, 0, run->op->call->gives->size);
    TRY(db_begin(work, run->books));
    work->impatient = false; /* what else it does, it waits for */
    struct fault *fault = work->confirm ? work->confirm(work) : NULL;
    if (!fault) fault = inside(run);
    if (!fault) return db_commit(work);
    if (fault->type->keeps) {
        TRY(db_commit(work));
        return fault;
    }
    db_rollback(work);
    return fault;
}

/* Longer each time, and never as long as somebody else waits who met us. */
static void pause_before(int retry)
{
    uint32_t chance;
    random_bytes(&chance, sizeof chance);
    int64_t us = ((int64_t)FIRST_PAUSE_US << retry) / 2 + chance % ((int64_t)FIRST_PAUSE_US << retry);
    nanosleep(&(struct timespec){ us / 1000000, us % 1000000 * 1000 }, NULL);
}

static struct fault *transaction(struct run *run)
{
    struct arena *arena = run->work->arena;
    struct arena_mark mark = arena_mark(arena);
    struct fault *fault;
    run->work->reading = run->op->flags & OPERATION_READS;
    for (int retry = 0; (fault = attempt(run)) && fault->type == &db_retry && retry < RETRIES; retry++) {
        memset(&run->work->changes, 0, sizeof run->work->changes);
        arena_rewind(arena, mark);
        pause_before(retry);
    }
    return fault;
}

/* What was done is done; a job sees to what this could not. */
static void behind_commit(struct run *run)
{
    struct work *work = run->work;
    if (!work->after || run->repeated.at) return;
    struct fault *fault = work->after(work, run->books, work->after_id, run->gives);
    work->after = NULL;
    if (fault)
        LOG(LOG_WARNING, "left for a job", LOG_TEXT("operation", str_of(run->op->command)),
            LOG_TEXT("code", str_of(fault->type->code)));
}

static struct str rows_to_json(struct arena *arena, const struct record *row, const struct any_list *rows,
                               struct str next, int64_t count)
{
    struct text text = text_new(arena);
    text_addz(&text, "{\"items\":[");
    for (size_t i = 0; i < rows->count; i++) {
        if (i) text_add_char(&text, ',');
        record_add_json(&text, (struct given){ row, rows->at + i * row->size });
    }
    text_add_char(&text, ']');
    if (next.at) {
        text_addz(&text, ",\"next\":");
        json_add_text(&text, next);
    }
    if (count >= 0) text_addf(&text, ",\"count\":%lld", (long long)count);
    text_add_char(&text, '}');
    return text_str(&text);
}

static struct fault *answer_make(struct run *run, const struct request *request, struct answer *answer)
{
    struct arena *arena = run->work->arena;
    const struct operation *op = run->op;
    if (op->list) {
        answer->rows = run->rows;
        answer->next = run->next;
        if (!request->as_rows) answer->json = rows_to_json(arena, op->list->row, &run->rows, run->next, run->count);
        return NULL;
    }
    const struct record *gives = op->call->gives;
    if (run->remembered.at) return answer->json = run->remembered, NULL;
    answer->repeated = run->repeated.at != NULL;
    if (answer->repeated && (op->flags & OPERATION_FILE))
        TRY(record_from_json(arena, run->repeated, (struct into){ gives, run->gives }));
    if (op->flags & OPERATION_FILE) memcpy(&answer->file, run->gives, sizeof answer->file);
    else answer->json = answer->repeated ? run->repeated : record_to_json(arena, (struct given){ gives, run->gives });
    if (!answer->repeated) answer->gives = (struct given){ gives, run->gives };
    figures_keep(run->work, &run->figure, answer->json);
    return NULL;
}

struct fault *operation_answer(struct work *work, struct books *books, const struct operations *operations,
                               const struct request *request, struct answer *answer)
{
    const struct operation *op = request->operation;
    const struct record *takes = operation_takes(op);
    struct run run = { .work = work, .books = books, .op = op, .as_struct = request->as_struct };
    void *in = arena_alloc(work->arena, takes->size);
    *answer = (struct answer){ 0 };
    if (operation_was_called) operation_was_called(op);
    work->reading = op->flags & OPERATION_READS;
    TRY(may(work, operations, op));
    TRY(input(&run, operations, request, in));
    TRY(key_take(&run, request));
    run.takes = in;
    if (op->call) run.gives = arena_alloc(work->arena, op->call->gives->size);
    TRY(transaction(&run));
    behind_commit(&run);
    return answer_make(&run, request, answer);
}

struct fault *operation_call(struct work *work, struct books *books, const struct operations *operations,
                             const char *command, const void *takes, void *gives)
{
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    const struct operation *op = operation_by_command(operations, noun, verb);
    ensure(op && op->call);
    struct run run = { .work = work, .books = books, .op = op, .takes = takes, .gives = gives, .as_struct = true };
    if (operation_was_called) operation_was_called(op);
    TRY(may(work, operations, op));
    TRY(record_check(work->arena, (struct given){ op->call->takes, takes }));
    if (!gives) run.gives = arena_alloc(work->arena, op->call->gives->size);
    TRY(transaction(&run));
    behind_commit(&run);
    return NULL;
}
