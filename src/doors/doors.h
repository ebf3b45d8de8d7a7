/* The doors: HTTP, command line and jobs. Each reads the operation tables and hands a request to operation_answer; there
 * are no handlers. What a person may read leaves in the reader's language. */
#pragma once
#include "operation/operation.h"

/* ---- What every door needs ---- */

/* Finds out who asks; the room `access` does it. Runs outside a transaction and begins its own. Fills user_id,
 * session_id, company_id, permissions, language and stepped_up_at of `work`. At most one of bearer and cookie is present;
 * with neither it leaves nobody and is done. `csrf` is absent when the request only reads: then nothing is to be checked;
 * a request that writes by cookie carries the header X-Florin-CSRF, an empty text when it came without. `company`: an id
 * or a name, absent when none was chosen. A refusal (expired, unknown, no such company for this user) is the answer.
 * With work->system set (the command line) it only finds the company. */
typedef struct fault *access_identify_function(struct work *work, struct books *books,
                                               const struct operations *operations, struct str bearer,
                                               struct str cookie, struct str csrf, struct str company);

/* The command line as a person: whose e-mail this is, with a code of the second factor or none, in which company. Fills `work` as
 * access_identify_function does. */
typedef struct fault *access_act_as_function(struct work *work, struct books *books, const struct operations *operations,
                                             struct str email, struct str code, struct str company);

/* Who came in by a link of the portal; asked for operations for guests only, and with that cookie only. Fills `work->guest`, company,
 * permissions and language. `csrf` as above. */
typedef struct fault *guest_identify_function(struct work *work, struct books *books, const struct operations *operations,
                                              struct str cookie, struct str csrf);

struct doors {
    struct books *books;
    const struct operations *operations;
    access_identify_function *identify;
    access_act_as_function *act_as; /* NULL: nobody can be named */
    guest_identify_function *identify_guest; /* NULL: there is no portal */
    struct instant (*now)(void); /* NULL: the clock */
    struct identities *identities; /* of room access: who was known just now; NULL: each request asks the database who it is */
    struct figures *figures;     /* of room operation: what was worked out just now; NULL: each request works it out */
    struct str public_url;       /* where people reach this program; absent: nobody said */
};
/* A fresh work: instant, day and language; the door adds who and where. */
struct work door_work(const struct doors *doors, struct arena *arena, const char *source);

extern const struct fault_type door_path_unknown, door_method_unknown, door_media_type, door_busy, door_target_broken,
    door_too_many, door_unsafe, door_no_address, door_no_file, door_usage;

/* ---- Faults at a door ---- */

int fault_http_status(const struct fault *fault);
int fault_exit_code(const struct fault *fault);
/* An RFC 9457 problem with every fault of the list: {"type","title","status","code","detail","request_id","problems":
 * [{"code","field","text","params":{…}}]}. */
struct str fault_to_problem(struct arena *arena, const struct fault *fault, enum language language, struct str request_id);
/* One line each: "bill.not_found: There is no bill 7." with the field, when there is one. */
struct str fault_to_lines(struct arena *arena, const struct fault *fault, enum language language);

/* ---- HTTP ---- */

struct http_settings {
    struct str address;               /* "127.0.0.1", "::1", "0.0.0.0"; not a name */
    int64_t port;                     /* 0: any free one, see http_port */
    struct str certificate, key;      /* PEM text; both or neither */
    bool behind_proxy;                /* something before us ends TLS and fills X-Forwarded-For */
    struct str metrics_token;         /* /metrics answers loopback, and who bears this token; absent: loopback only */
    int64_t pool_threads;             /* that serve the wire; 0: as many as there are cores */
    int64_t workers;                  /* that run what writes or is slow; 0: 64 */
    int64_t queue_limit;              /* requests waiting for a worker; 0: 1024; more are answered 503 */
    int64_t body_limit, upload_limit; /* bytes; 0: 1 MiB, 64 MiB */
    int64_t upload_budget;            /* bytes of all bodies in memory at once; 0: 1 GiB */
    int64_t header_timeout_ms, body_timeout_ms; /* until the head, the body must be here; 0: 30 s, 10 minutes */
    int64_t listener_check_ms;        /* who follows the events is asked again who he is; 0: 20 s */
    bool quiet;                       /* no access log (tests) */
};
struct http;
/* Serves from its own threads until http_stop. Refuses what is unsafe: an address others can reach without TLS and without
 * a proxy that has it. `doors` must outlive it. */
CHECKED struct fault *http_start(struct arena *arena, const struct doors *doors, const struct http_settings *settings,
                                 struct http **out);
int http_port(const struct http *http);
/* Takes no new connections, lets what runs finish for at most so long, ends. */
void http_stop(struct http *http, int64_t grace_ms);

/* ---- The command line ---- */

struct cli {
    FILE *out, *err;
    bool terminal;   /* of `out`: tables instead of lines */
    struct str company; /* --company: an id or a name */
    struct str as, code; /* --as EMAIL, --code of the second factor; absent: the program itself */
    bool json, csv;
};
/* "bill approve --id 7 --version 1", the words behind the program's name. The exit code: 0 done, 64 usage, 65 refused
 * input, 66 no such thing, 69 unreachable, 70 our mistake, 75 conflict or try again, 77 not allowed. */
int cli_run(const struct doors *doors, struct arena *arena, const struct cli *cli, enum language language, size_t count,
            const char *const *words);
/* The manual, from the tables: all commands, those of one noun, or one in full. */
int cli_help(const struct operations *operations, struct arena *arena, FILE *out, enum language language,
             struct str noun, struct str verb);
/* All of it as a man page. */
void cli_man(const struct operations *operations, FILE *out, enum language language);
enum language language_of_locale(const char *lang); /* "nl_NL.UTF-8" */

/* A bar on a terminal, nothing elsewhere. */
struct progress { FILE *to; const char *what; int64_t total, shown_us; bool terminal; };
struct progress progress_begin(FILE *to, const char *what, int64_t total);
void progress_set(struct progress *progress, int64_t done);
void progress_end(struct progress *progress);

/* ---- OpenAPI ---- */

/* OpenAPI 3.1 of all operations: what `florin openapi` prints and /api/v1/openapi.json gives. */
struct str openapi_text(struct arena *arena, const struct operations *operations);

/* ---- Jobs ---- */

struct job {
    const char *name;
    int64_t every_ms;
    struct fault *(*run)(struct work *work, struct books *books, const struct operations *operations);
    struct fault *(*run_with)(const void *context, struct work *work, struct books *books); /* instead of run, with its settings */
    const void *context;
};
struct jobs;
/* One thread that runs each job when it is due, as the program itself; a refusal is logged and the job tried again after
 * its interval. `jobs` must outlive it. */
CHECKED struct fault *jobs_start(const struct doors *doors, const struct job *jobs, size_t count, struct jobs **out);
void jobs_stop(struct jobs *jobs); /* lets the one that runs finish */
