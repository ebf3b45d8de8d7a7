/* The audit trail. The hash of a row is SHA-256, in hex, over these lines, each ended by one newline:
 *
 *     florin audit 1
 *     COMPANY NUMBER AT-IN-MICROSECONDS USER (0: nobody)
 *     PREVIOUS-HASH (64 zeros before the first row)
 *     LENGTH OPERATION        texts by their length in bytes, so that no text can pose as two
 *     LENGTH REQUEST-ID
 *     LENGTH SOURCE
 *     LENGTH ADDRESS
 *     LENGTH CHANGES
 *
 * so that anybody can prove an export without this program. */
#include "operation/operation_private.h"
#include "operation.sql.h"

const struct fault_type audit_broken = {
    FAULT_CONFLICT, "audit.broken", "The audit trail is broken at row {number}: {why}. Compare it with a backup."
};
#define FIRST_HASH STR("0000000000000000000000000000000000000000000000000000000000000000")

RECORD(audit_row, {
    ID(struct audit_row, id, .sort = true, .about = "the number again"),
    FIELD(struct audit_row, number, .min = 1, .max = EXACT_MAX, .filter = true, .sort = true,
          .about = "gapless within the company"),
    FIELD(struct audit_row, at, .filter = true),
    ID(struct audit_row, user_id, OPTIONAL, .filter = true,
       .about = "absent: the program itself, or somebody before sign-in"),
    FIELD(struct audit_row, operation, .max = 100, .filter = true,
          .about = "what was done, such as bill approve"),
    FIELD(struct audit_row, request_id, OPTIONAL, .max = 200, .filter = true),
    FIELD(struct audit_row, source, OPTIONAL, .max = 100, .filter = true, .about = "http, cli, job"),
    FIELD(struct audit_row, address, OPTIONAL, .max = 200, .about = "where from"),
    JSON(struct audit_row, changes, .about = "what changed: kind, id and per field the value before and after"),
    FIELD(struct audit_row, previous_hash, .min = 64, .max = 64),
    FIELD(struct audit_row, hash, .min = 64, .max = 64, .about = "SHA-256 over the row and the hash before"),
});

struct audit_head { int64_t count; struct str hash; };
static const struct field audit_head_fields[] = { FIELD(struct audit_head, count), FIELD(struct audit_head, hash) };
static const struct record audit_head_record = { "audit_head", sizeof(struct audit_head), audit_head_fields,
                                                 ARRAY_LENGTH(audit_head_fields) };

/* As the row goes in: `by` where the row has user_id, a name that statements bind by themselves. */
struct audit_new {
    int64_t number;
    struct instant at;
    struct {
        int64_t n;
    } by;
    struct str operation, request_id, source, address, changes, previous_hash, hash;
};
static const struct field audit_new_fields[] = {
    FIELD(struct audit_new, number),
    FIELD(struct audit_new, at),
    ID(struct audit_new, by, OPTIONAL),
    FIELD(struct audit_new, operation),
    FIELD(struct audit_new, request_id, OPTIONAL),
    FIELD(struct audit_new, source, OPTIONAL),
    FIELD(struct audit_new, address, OPTIONAL),
    JSON(struct audit_new, changes),
    FIELD(struct audit_new, previous_hash),
    FIELD(struct audit_new, hash),
};
static const struct record audit_new_record = { "audit_new", sizeof(struct audit_new), audit_new_fields,
                                                ARRAY_LENGTH(audit_new_fields) };

/* Which row tells of which thing: what history is looked up by. */
struct audit_subject {
    struct str kind;
    int64_t subject_id, number;
};
static const struct field audit_subject_fields[] = {
    FIELD(struct audit_subject, kind),
    FIELD(struct audit_subject, subject_id),
    FIELD(struct audit_subject, number),
};
static const struct record audit_subject_record = { "audit_subject", sizeof(struct audit_subject), audit_subject_fields,
                                                    ARRAY_LENGTH(audit_subject_fields) };

struct str audit_content(struct arena *arena, int64_t company_id, const struct audit_row *row)
{
    const struct str parts[] = { row->operation, row->request_id, row->source, row->address, row->changes };
    struct text text = text_new(arena);
    const int64_t numbers[] = { company_id, row->number, row->at.us, row->user_id.n };
    text_addz(&text, "florin audit 1");
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        text_add_char(&text, i ? ' ' : '\n');
        text_add_int(&text, numbers[i]);
    }
    text_add_char(&text, '\n');
    text_add(&text, row->previous_hash);
    text_add_char(&text, '\n');
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        text_add_int(&text, (int64_t)parts[i].length);
        text_add_char(&text, ' ');
        text_add(&text, parts[i]);
        text_add_char(&text, '\n');
    }
    return text_str(&text);
}

static void row_hash(struct arena *arena, int64_t company_id, const struct audit_row *row, uint8_t hash[32])
{
    struct str content = audit_content(arena, company_id, row);
    sha256(content.at, content.length, hash);
}

static struct str changes_json(const struct work *work)
{
    struct text text = text_new(work->arena);
    text_add_char(&text, '[');
    for (size_t i = 0; i < work->changes.count; i++) {
        const struct change *change = &work->changes.at[i];
        text_addz(&text, i ? ",{\"kind\":" : "{\"kind\":");
        json_add_text(&text, str_of(change->kind));
        text_addz(&text, ",\"id\":");
        text_add_int(&text, change->id);
        if (change->difference.at) {
            text_addz(&text, ",\"difference\":");
            text_add(&text, change->difference);
        }
        text_add_char(&text, '}');
    }
    text_add_char(&text, ']');
    return text_str(&text);
}

/* Absent and empty are one in the trail: SQL would make two of them. */
static struct str some(struct str s) { return s.length ? s : (struct str){ 0 }; }

static struct fault *subjects_add(struct work *work, int64_t number)
{
    size_t count = work->changes.count;
    if (!count) return NULL;
    struct audit_subject *subjects = ARENA_ARRAY(work->arena, struct audit_subject, count);
    for (size_t i = 0; i < count; i++)
        subjects[i] = (struct audit_subject){ str_of(work->changes.at[i].kind), work->changes.at[i].id, number };
    return db_run_each(work, &sql_audit_subject_add, GIVEN(audit_subject, subjects), count);
}

struct fault *audit_write(struct work *work, const struct operation *operation)
{
    struct audit_head head = { 0, FIRST_HASH };
    uint8_t hash[32];
    bool found;
    TRY(db_find(work, &sql_audit_head_find, NONE, INTO(audit_head, &head), &found));
    struct audit_row row = { .number = head.count + 1,
                             .at = work->now,
                             .user_id = { work->user_id },
                             .operation = str_of(operation->command),
                             .request_id = some(work->request_id),
                             .source = some(work->source),
                             .address = some(work->address),
                             .changes = changes_json(work),
                             .previous_hash = head.hash };
    row_hash(work->arena, work->company_id, &row, hash);
    row.hash = hex_text(work->arena, hash, sizeof hash);
    const struct audit_new new = { row.number, row.at,      { row.user_id.n }, row.operation,     row.request_id,
                                   row.source, row.address, row.changes,       row.previous_hash, row.hash };
    head = (struct audit_head){ row.number, row.hash };
    TRY(db_run(work, &sql_audit_row_add, GIVEN(audit_new, &new)));
    TRY(subjects_add(work, row.number));
    return db_run(work, &sql_audit_head_set, GIVEN(audit_head, &head));
}

/* ---- News ---- */

struct audit_place { int64_t after; };
static const struct field audit_place_fields[] = { FIELD(struct audit_place, after) };
static const struct record audit_place_record = { "audit_place", sizeof(struct audit_place), audit_place_fields,
                                                  ARRAY_LENGTH(audit_place_fields) };

struct fault *audit_since(struct work *work, int64_t after, struct audit_rows *rows)
{
    const struct audit_place place = { after };
    return db_all(work, &sql_audit_since, GIVEN(audit_place, &place), INTO_LIST(audit_row, rows));
}

struct fault *audit_count(struct work *work, int64_t *count)
{
    struct audit_head head = { 0 };
    bool found;
    TRY(db_find(work, &sql_audit_head_find, NONE, INTO(audit_head, &head), &found));
    *count = head.count;
    return NULL;
}

struct fault *audit_last(struct work *work, struct str *hash)
{
    struct audit_head head = { 0 };
    bool found;
    TRY(db_find(work, &sql_audit_head_find, NONE, INTO(audit_head, &head), &found));
    *hash = head.hash;
    return NULL;
}

/* ---- Proof ---- */

struct proof { struct work *work; struct arena *arena; int64_t count; char hash[65]; };

static struct fault *broken(struct work *work, int64_t number, const char *why)
{
    return FAULT(work->arena, &audit_broken, NULL, PARAM_INT(work->arena, "number", number),
                 PARAM("why", translate(work->language, why)));
}

static struct fault *proof_row(void *context, const void *at)
{
    struct proof *proof = context;
    const struct audit_row *row = at;
    uint8_t hash[32], stands[32];
    int64_t number = proof->count + 1;
    arena_reset(proof->arena);
    if (row->number != number) return broken(proof->work, number, "it is missing");
    if (!str_is(row->previous_hash, proof->hash))
        return broken(proof->work, number, "it does not follow on the row before");
    row_hash(proof->arena, proof->work->company_id, row, hash);
    if (!hex_parse(row->hash, stands, sizeof stands) || memcmp(hash, stands, sizeof hash))
        return broken(proof->work, number, "its content was changed");
    memcpy(proof->hash, row->hash.at, 64);
    proof->count = number;
    return NULL;
}

static struct fault *verify(struct proof *proof)
{
    struct work *work = proof->work;
    struct audit_head head = { 0, FIRST_HASH };
    bool found;
    memcpy(proof->hash, FIRST_HASH.at, 64);
    TRY(db_each(work, &sql_audit_all, NONE, &audit_row_record, proof_row, proof));
    TRY(db_find(work, &sql_audit_head_find, NONE, INTO(audit_head, &head), &found));
    if (head.count > proof->count) return broken(work, proof->count + 1, "it is missing");
    if (head.count < proof->count || !str_is(head.hash, proof->hash))
        return broken(work, head.count + 1, "the head of the trail knows nothing of it");
    return NULL;
}

struct fault *audit_verify(struct work *work, int64_t *count)
{
    struct proof proof = { .work = work, .arena = arena_new((size_t)1 << 30) };
    struct fault *fault = verify(&proof);
    *count = proof.count;
    arena_free(proof.arena);
    return fault;
}

/* ---- Operations ---- */

struct audit_proof { int64_t count; struct str hash; };
RECORD(audit_proof, {
    FIELD(struct audit_proof, count, .about = "rows proven"),
    FIELD(struct audit_proof, hash, .min = 64, .max = 64,
          .about = "of the last row; keep it elsewhere and compare later"),
});

static struct fault *audit_prove(struct work *work, const struct nothing *takes, struct audit_proof *proof)
{
    struct audit_head head = { 0, FIRST_HASH };
    bool found;
    (void)takes;
    TRY(audit_verify(work, &proof->count));
    TRY(db_find(work, &sql_audit_head_find, NONE, INTO(audit_head, &head), &found));
    proof->hash = head.hash;
    return NULL;
}
CALLABLE(audit_prove, nothing, audit_proof);

static struct fault *audit_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                struct audit_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_audit_list, NONE, query, INTO_LIST(audit_row, rows), next);
}
LISTABLE(audit_list, nothing, audit_row, audit_rows);

static const struct operation operations[] = {
    { .command = "audit list",
      .method = "GET",
      .path = "/audit",
      .needs = "audit.read",
      .flags = OPERATION_READS,
      .list = &audit_list_list,
      .summary = "List who did what, when, from where, with what was before and after" },
    { .command = "audit verify",
      .method = "GET",
      .path = "/audit/verify",
      .needs = "audit.read",
      .flags = OPERATION_READS | OPERATION_SLOW,
      .call = &audit_prove_call,
      .summary = "Prove that no row of the audit trail was changed, removed or slipped in" },
};
const struct operation_table operation_operations_table = { "operation", operations, ARRAY_LENGTH(operations) };
