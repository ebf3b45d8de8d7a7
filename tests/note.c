#include "note.h"
#include "test.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

const struct fault_type note_missing = { FAULT_MISSING, "note.missing", "There is no note {id}." };
const struct fault_type note_changed = { FAULT_CONFLICT, "note.changed", "Somebody changed it; read it again." };
const struct fault_type note_shouted = { FAULT_INVALID, "note.shouted", "Don't shout." };
static const struct fault_type note_bad_token = { FAULT_UNKNOWN_USER, "note.bad_token", "Who is that?" };
static const struct fault_type note_bad_csrf = { FAULT_DENIED, "note.bad_csrf", "That did not come from our page." };

RECORD(note, {
    ID(struct note, id),
    FIELD(struct note, title, .min = 1, .max = 80, .filter = true, .sort = true, .about = "what it is called"),
    FIELD(struct note, body, .max = 5000, OPTIONAL, .filter = true),
    FIELD(struct note, currency, .min = 3, .max = 3),
    AMOUNT(struct note, total_minor, .currency = "currency", .filter = true, .sort = true),
    FIELD(struct note, written_on, .filter = true, .sort = true),
    FIELD(struct note, version, .min = 1, .max = EXACT_MAX),
});
RECORD(note_add, {
    FIELD(struct note_add, title, .min = 1, .max = 80),
    FIELD(struct note_add, body, .max = 5000, OPTIONAL),
    FIELD(struct note_add, currency, .min = 3, .max = 3),
    AMOUNT(struct note_add, total_minor, .currency = "currency"),
});
RECORD(note_change, {
    ID(struct note_change, id),
    FIELD(struct note_change, version, .min = 1, .max = EXACT_MAX),
    FIELD(struct note_change, title, .min = 1, .max = 80),
});
RECORD(note_key, { ID(struct note_key, id) });

/* ---- Statements ---- */

#define SQL(name_, text_, ...)                                        \
    static const char *const name_##_params[] = { __VA_ARGS__ };     \
    static const struct sql name_ = { .name = #name_, .text = text_, \
                                      .params = name_##_params, .param_count = ARRAY_LENGTH(name_##_params) }
static const struct sql create = {
    .name = "note_create",
    .text =
        "create table if not exists test_note (company_id bigint not null, id bigint not null, title text not null, body text, "
        "currency text not null, total_minor bigint not null, written_on date not null, version bigint not null, primary key (company_id, id))"
};
#define COLUMNS "id, title, body, currency, total_minor, written_on, version"
SQL(insert, "insert into test_note (company_id, " COLUMNS ") values ($1, $2, $3, $4, $5, $6, $7, $8)", "company_id",
    "id", "title", "body", "currency", "total_minor", "written_on", "version");
SQL(by_id, "select " COLUMNS " from test_note where company_id = $1 and id = $2", "company_id", "id");
SQL(all, "select " COLUMNS " from test_note where company_id = $1", "company_id");
SQL(retitle,
    "update test_note set title = $1, version = version + 1 where company_id = $2 and id = $3 and version = $4",
    "title", "company_id", "id", "version");
SQL(removal, "delete from test_note where company_id = $1 and id = $2", "company_id", "id");
SQL(total, "select count(*) as version from test_note where company_id = $1", "company_id");
struct note_number { int64_t version; };
RECORD(note_number, { FIELD(struct note_number, version) });

static pthread_mutex_t made = PTHREAD_MUTEX_INITIALIZER;
void note_make_table(struct work *work, struct books *books)
{
    pthread_mutex_lock(&made);
    work->reading = false;
    expect_done(db_begin(work, books));
    expect_done(db_run(work, &create, NONE));
    expect_done(db_commit(work));
    pthread_mutex_unlock(&made);
}

int64_t note_count(struct work *work, struct books *books)
{
    struct note_number number = { 0 };
    work->reading = true;
    expect_done(db_begin(work, books));
    expect_done(db_one(work, &total, NONE, INTO(note_number, &number), &note_missing));
    expect_done(db_commit(work));
    work->reading = false;
    return number.version;
}

void note_fill(struct work *work, struct books *books, int64_t count)
{
    struct note *notes = ARENA_ARRAY(work->arena, struct note, (size_t)count);
    work->reading = false;
    expect_done(db_begin(work, books));
    for (int64_t i = 0; i < count; i++)
        notes[i] = (struct note){ .id = { id_new(work) }, .title = str_format(work->arena, "Note %lld, \"quoted\"", (long long)i),
                                  .currency = STR("EUR"), .total_minor = i * 100, .written_on = work->today, .version = 1 };
    expect_done(db_run_each(work, &insert, GIVEN(note, notes), (size_t)count));
    expect_done(db_commit(work));
}

/* ---- Operations ---- */

static _Atomic int conflicts, runs;
void note_conflicts(int count)
{
    conflicts = count;
    runs = 0;
}
int note_runs(void) { return runs; }

static struct fault *note_add(struct work *work, const struct note_add *takes, struct note *note)
{
    runs++;
    if (str_is(takes->title, "HELP")) return FAULT(work->arena, &note_shouted, "title");
    *note = (struct note){ .id = { id_new(work) }, .title = takes->title, .body = takes->body, .currency = takes->currency,
                           .total_minor = takes->total_minor, .written_on = work->today, .version = 1 };
    TRY(db_run(work, &insert, GIVEN(note, note)));
    work_changed(work, "note", note->id.n, (struct given){ &note_record, NULL }, GIVEN(note, note));
    if (conflicts > 0) {
        conflicts--;
        arena_alloc(work->arena, 100000);
        return FAULT(work->arena, &db_retry, NULL);
    }
    return NULL;
}

static struct fault *note_show(struct work *work, const struct note_key *takes, struct note *note)
{
    return db_one(work, &by_id, GIVEN(note_key, takes), INTO(note, note), &note_missing);
}

static struct fault *note_slow(struct work *work, const struct nothing *takes, struct nothing *gives)
{
    (void)work, (void)takes, (void)gives;
    nanosleep(&(struct timespec){ .tv_nsec = 300 * 1000000 }, NULL);
    return NULL;
}

static struct fault *note_change(struct work *work, const struct note_change *takes, struct note *note)
{
    struct note before = { 0 };
    TRY(db_one(work, &by_id, GIVEN(note_change, takes), INTO(note, &before), &note_missing));
    TRY(db_change(work, &retitle, GIVEN(note_change, takes), &note_changed));
    TRY(db_one(work, &by_id, GIVEN(note_change, takes), INTO(note, note), &note_missing));
    work_changed(work, "note", note->id.n, GIVEN(note, &before), GIVEN(note, note));
    return NULL;
}

static struct fault *note_delete(struct work *work, const struct note_key *takes, struct nothing *gives)
{
    struct note note = { 0 };
    (void)gives;
    TRY(db_one(work, &by_id, GIVEN(note_key, takes), INTO(note, &note), &note_missing));
    TRY(db_run(work, &removal, GIVEN(note_key, takes)));
    work_changed(work, "note", note.id.n, GIVEN(note, &note), (struct given){ &note_record, NULL });
    return NULL;
}

static struct fault *note_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct note_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &all, NONE, query, INTO_LIST(note, rows), next);
}

struct note_upload { note_id id; struct str name, content; };
RECORD(note_upload, {
    ID(struct note_upload, id),
    FIELD(struct note_upload, name, OPTIONAL, .max = 100),
    BYTES(struct note_upload, content, .min = 1, .max = 3000000),
});
struct note_size { int64_t size; struct str hash, name; };
RECORD(note_size, { FIELD(struct note_size, size), FIELD(struct note_size, hash), FIELD(struct note_size, name, OPTIONAL) });

static struct fault *note_upload(struct work *work, const struct note_upload *takes, struct note_size *gives)
{
    uint8_t hash[32];
    sha256(takes->content.at, takes->content.length, hash);
    *gives = (struct note_size){ (int64_t)takes->content.length, hex_text(work->arena, hash, 32), takes->name };
    return NULL;
}

static struct fault *note_print(struct work *work, const struct note_key *takes, struct file_answer *file)
{
    struct note note = { 0 };
    TRY(db_one(work, &by_id, GIVEN(note_key, takes), INTO(note, &note), &note_missing));
    *file = (struct file_answer){ STR("nóte\r\n.txt"), STR("text/plain"), note.title };
    return NULL;
}

struct note_ping { struct str word; };
RECORD(note_ping, { FIELD(struct note_ping, word, OPTIONAL, .max = 50) });
static struct fault *ping(struct work *work, const struct note_ping *takes, struct note_ping *gives)
{
    (void)work;
    gives->word = takes->word;
    return NULL;
}

struct note_session {
    struct str user, csrf, session_cookie;
};
RECORD(note_session, { FIELD(struct note_session, user), FIELD(struct note_session, csrf),
                       FIELD(struct note_session, session_cookie, .secret = true, OPTIONAL) });
struct note_password {
    struct str user, password;
};
RECORD(note_password, { FIELD(struct note_password, user), FIELD(struct note_password, password, .secret = true) });
static struct fault *note_sign_in(struct work *work, const struct note_password *takes, struct note_session *gives)
{
    if (!str_is(takes->password, "open sesame")) return FAULT(work->arena, &note_bad_token, "password");
    *gives = (struct note_session){ takes->user, STR("csrf-of-it"), takes->user };
    return NULL;
}

CALLABLE(note_add, note_add, note);
CALLABLE(note_show, note_key, note);
CALLABLE(note_slow, nothing, nothing);
CALLABLE(note_change, note_change, note);
CALLABLE(note_delete, note_key, nothing);
LISTABLE(note_list, nothing, note, note_rows);
CALLABLE(note_upload, note_upload, note_size);
CALLABLE(note_print, note_key, file_answer);
CALLABLE(ping, note_ping, note_ping);
CALLABLE(note_sign_in, note_password, note_session);

static const struct operation operations[] = {
    { "note add", "POST", "/notes", "note.write", 0, &note_add_call, NULL, "Write a note" },
    { "note show", "GET", "/notes/{id}", "note.read", OPERATION_READS, &note_show_call, NULL, "Show a note" },
    { "note slow", "GET", "/notes/slow", "note.read", OPERATION_READS | OPERATION_SLOW, &note_slow_call, NULL, "Take a while" },
    { "note change", "PUT", "/notes/{id}", "note.write", 0, &note_change_call, NULL, "Call a note something else" },
    { "note delete", "DELETE", "/notes/{id}", "note.delete", OPERATION_STEP_UP, &note_delete_call, NULL, "Throw a note away" },
    { "note list", "GET", "/notes", "note.read", OPERATION_READS, NULL, &note_list_list, "List notes" },
    { "note upload", "POST", "/notes/{id}/file", "note.write", OPERATION_UPLOAD, &note_upload_call, NULL,
      "Hand in a file" },
    { "note print", "GET", "/notes/{id}/file", "note.read", OPERATION_READS | OPERATION_FILE, &note_print_call, NULL,
      "Print a note" },
    { "ping", "GET", "/ping", NULL, OPERATION_READS | OPERATION_ANYONE | OPERATION_NO_COMPANY, &ping_call, NULL,
      "Say it back" },
    { "session start", "POST", "/session", NULL, OPERATION_ANYONE | OPERATION_NO_COMPANY, &note_sign_in_call, NULL,
      "Sign in" },
};
const struct operation_table note_table_of_operations = { "note", operations, ARRAY_LENGTH(operations) };

void note_operations(struct arena *arena, struct operations *out)
{
    struct operation_table *tables = ARENA_ARRAY(arena, struct operation_table, 2);
    tables[0] = note_table_of_operations;
    tables[1] = operation_operations_table;
    operations_prepare(arena, tables, 2, out);
}

/* ---- Who ---- */

static int64_t company;
static _Atomic bool strangers_out;
void note_strangers_out(bool out) { strangers_out = out; }
static const struct operations *known;
void note_company(int64_t company_id, const struct operations *operations_)
{
    company = company_id;
    known = operations_;
}

static void allow(struct work *work, const char *name)
{
    permissions_allow(&work->permissions, permission_number(known, str_of(name)));
}

struct fault *note_identify(struct work *work, struct books *books, const struct operations *of_program,
                            struct str bearer, struct str cookie, struct str csrf, struct str chosen)
{
    (void)of_program;
    struct str who = bearer.at ? bearer : cookie;
    (void)books;
    if (work->system) return work->company_id = company, NULL;
    if (!who.at) return NULL;
    bool stranger = str_is(who, "guest");
    if (atomic_load(&strangers_out) && stranger) return FAULT(work->arena, &note_bad_token, NULL);
    if (!str_is(who, "reader") && !str_is(who, "writer") && !str_is(who, "boss") && !stranger)
        return FAULT(work->arena, &note_bad_token, NULL);
    if (cookie.at && csrf.at && !str_is(csrf, "csrf-of-it")) return FAULT(work->arena, &note_bad_csrf, NULL);
    work->user_id = str_is(who, "reader") ? 11 : str_is(who, "writer") ? 12 : 13;
    work->company_id = str_is(chosen, "none") ? 0 : company;
    if (stranger) return work->user_id = 14, NULL;
    allow(work, "note.read");
    if (work->user_id > 11) allow(work, "note.write");
    if (work->user_id > 12) {
        allow(work, "note.delete");
        allow(work, "audit.read");
        work->stepped_up_at = (struct instant){ work->now.us - INT64_C(60) * 1000000 };
    }
    return NULL;
}
