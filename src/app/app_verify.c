/* florin verify: whoever doubts the books runs this. */
#include "search/search.h"
#include "app/app_own.h"
#include "access/access.h"
#include "archive/archive.h"
#include "cash/cash.h"
#include "ledger/ledger.h"
#include "app.sql.h"

RECORD(verify_check, {
    FIELD(struct verify_check, name),
    FIELD(struct verify_check, holds),
    FIELD(struct verify_check, count),
    FIELD(struct verify_check, detail, OPTIONAL),
});
RECORD(verify_company, {
    FIELD(struct verify_company, id),
    FIELD(struct verify_company, name),
    FIELD(struct verify_company, holds),
    FIELD(struct verify_company, hash, OPTIONAL),
    LIST(struct verify_company, checks, verify_check),
});
RECORD(verify_result, {
    FIELD(struct verify_result, holds),
    FIELD(struct verify_result, hash),
    LIST(struct verify_result, companies, verify_company),
});
struct app_verify_flags { bool json, hash; };
RECORD(app_verify_flags, {
    FIELD(struct app_verify_flags, json, OPTIONAL, .about = "as one JSON object"),
    FIELD(struct app_verify_flags, hash, OPTIONAL, .about = "only the hash, on one line"),
});

enum { STEPS = 7 };
struct verifying { struct own *own; struct work *work; struct verify_company *company; struct progress *progress; int64_t done; };

static void add(struct verifying *v, const char *name, bool holds, int64_t count, struct str detail)
{
    *LIST_ADD(v->own->arena, &v->company->checks) = (struct verify_check){ str_of(name), holds, count, detail };
    v->company->holds = v->company->holds && holds;
}

/* A refusal of a room is an answer here; one of the database ends it all. */
static struct fault *answer(struct verifying *v, const char *name, struct fault *fault)
{
    if (!fault) return NULL;
    if (fault->type->kind == FAULT_UNREACHABLE || fault->type == &db_broken || fault->type == &db_retry) return fault;
    add(v, name, false, 1, fault_text(v->own->arena, fault, v->own->language));
    return NULL;
}

static struct fault *prove_ledger(struct verifying *v)
{
    struct ledger_proof proof = { 0 };
    TRY(ledger_verify(v->work, &proof));
    for (size_t i = 0; i < proof.checks.count; i++) {
        const struct proof_check *check = &proof.checks.at[i];
        add(v, check->name.at, check->holds, check->count, check->detail);
    }
    v->company->hash = proof.hash;
    return NULL;
}

static struct fault *prove_trail(struct verifying *v)
{
    static const char name[] = "no row of the audit trail was changed or removed";
    int64_t rows = 0;
    struct fault *fault = audit_verify(v->work, &rows);
    if (fault) return answer(v, name, fault);
    add(v, name, true, rows, (struct str){ 0 });
    return NULL;
}

static struct fault *prove_files(struct verifying *v)
{
    int64_t files = 0, broken = 0;
    TRY(archive_verify(v->work, &files, &broken));
    add(v, "every archived file is what its hash says", !broken, broken ? broken : files, (struct str){ 0 });
    return NULL;
}

static struct fault *prove_cash(struct verifying *v)
{
    static const char name[] = "the suspense account holds exactly the bank lines nobody has placed";
    struct cash_proof proof = { 0 };
    struct text detail = text_new(v->own->arena);
    struct fault *fault = cash_verify(v->work, &proof);
    if (fault) return answer(v, name, fault);
    for (size_t i = 0; i < proof.balances.count && !proof.is_balanced; i++) {
        const struct cash_balance *b = &proof.balances.at[i];
        text_addf(&detail, "%s%.*s %lld / %lld (%lld / %lld)", i ? "; " : "", STR_ARG(b->currency),
                  (long long)b->suspense_minor, (long long)b->undecided_minor, (long long)b->suspense_base_minor,
                  (long long)b->undecided_base_minor);
    }
    add(v, name, proof.is_balanced, proof.is_balanced ? 0 : 1, proof.is_balanced ? (struct str){ 0 } : text_str(&detail));
    add(v, "the bank lines that wait are those nobody has placed", !proof.waiting_wrong, proof.waiting_wrong, (struct str){ 0 });
    return NULL;
}

/* What is waived today is told, and is no mistake. */
static struct fault *prove_duties(struct verifying *v)
{
    int64_t both = 0, unwaived = 0;
    struct str waived = { 0 };
    TRY(access_duties_verify(v->work, &both, &unwaived, &waived));
    add(v, "nobody did both duties of a rule, but where it was waived", !unwaived, unwaived ? unwaived : both, waived);
    return NULL;
}

struct verify_count { int64_t count; };
RECORD(verify_count, { FIELD(struct verify_count, count) });

/* The papers of the other rooms, held against the ledger. */
static struct fault *prove_papers(struct verifying *v)
{
    static const struct { const char *name; const struct sql *sql; } papers[] = {
        { "each bank statement is its lines, from its opening to its closing balance", &sql_verify_statements },
        { "what the lines of the bank move is what was booked", &sql_verify_bank_lines },
        { "each final invoice is its lines and its open item", &sql_verify_invoices },
        { "each approved bill is its open item", &sql_verify_bills },
        { "each payment is its parts, its booking and an account of its payee", &sql_verify_payments },
        { "every file has its document", &sql_verify_documents },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(papers); i++) {
        struct verify_count wrong = { 0 };
        TRY(db_one(v->work, papers[i].sql, NONE, INTO(verify_count, &wrong), &db_broken));
        add(v, papers[i].name, !wrong.count, wrong.count, (struct str){ 0 });
    }
    return NULL;
}

static struct fault *prove_search(struct verifying *v)
{
    int64_t segments = 0, wrong = 0;
    TRY(search_verify(v->work, &segments, &wrong));
    add(v, "what finds words quickly is what the rows say", !wrong, wrong ? wrong : segments,
        wrong ? STR("florin search rebuild") : (struct str){ 0 });
    return NULL;
}

static struct fault *prove(struct verifying *v)
{
    static struct fault *(*const steps[STEPS])(struct verifying *) = { prove_trail, prove_ledger, prove_files,
                                                                       prove_papers, prove_cash, prove_duties,
                                                                       prove_search };
    size_t last = v->company->id ? STEPS : 1; /* the installation itself has a trail only */
    v->company->holds = true;
    for (size_t i = 0; i < last; i++) {
        TRY(steps[i](v));
        if (v->progress) progress_set(v->progress, ++v->done);
    }
    return NULL;
}

/* Each company in one snapshot. */
static struct fault *prove_company(struct verifying *v, struct books *books)
{
    struct work work = { .arena = v->own->arena,
                         .now = instant_now(),
                         .language = v->own->language,
                         .company_id = v->company->id,
                         .system = true,
                         .reading = true };
    v->work = &work;
    work.today = instant_day(work.now);
    TRY(db_begin(&work, books));
    struct fault *fault = prove(v);
    db_rollback(&work);
    return fault;
}

struct fault *verify_books(struct own *own, struct books *books, const struct own_companies *companies, bool installation,
                           struct progress *progress, struct verify_result *result)
{
    struct verifying v = { .own = own, .progress = progress };
    struct text hashes = text_new(own->arena);
    uint8_t hash[32];
    result->holds = true;
    for (size_t i = 0; i < companies->count + installation; i++) {
        bool own_trail = i == companies->count;
        struct verify_company company = { .name = STR("(installation)") };
        if (!own_trail) company = (struct verify_company){ .id = companies->at[i].id, .name = companies->at[i].name };
        v.company = &company;
        TRY(prove_company(&v, books));
        result->holds = result->holds && company.holds;
        *LIST_ADD(own->arena, &result->companies) = company;
        if (!own_trail) text_addf(&hashes, "%lld %.*s\n", (long long)company.id, STR_ARG(company.hash));
    }
    sha256(hashes.at ? hashes.at : "", hashes.length, hash);
    result->hash = hex_text(own->arena, hash, sizeof hash);
    return NULL;
}

static void print(const struct own *own, const struct verify_result *result)
{
    for (size_t i = 0; i < result->companies.count; i++) {
        const struct verify_company *c = &result->companies.at[i];
        fprintf(own->out, "%.*s", STR_ARG(c->name));
        if (c->id) fprintf(own->out, "  (%lld)", (long long)c->id);
        fputc('\n', own->out);
        for (size_t k = 0; k < c->checks.count; k++) {
            const struct verify_check *check = &c->checks.at[k];
            struct str name = translate(own->language, check->name.at);
            fprintf(own->out, "  %-5s %.*s", translate(own->language, check->holds ? "right" : "WRONG").at, STR_ARG(name));
            if (check->count) fprintf(own->out, ": %lld", (long long)check->count);
            if (check->detail.length) fprintf(own->out, " (%.*s)", STR_ARG(check->detail));
            fputc('\n', own->out);
        }
        if (c->hash.at) fprintf(own->out, "  hash  %.*s\n", STR_ARG(c->hash));
    }
    fprintf(own->out, "%s  %.*s\n", translate(own->language, result->holds ? "All is right." : "Not all is right.").at,
            STR_ARG(result->hash));
}

struct fault *app_verify(struct own *own, int *code)
{
    struct app_verify_flags flags = { 0 };
    struct own_companies companies = { 0 };
    struct verify_result result = { 0 };
    TRY(own_flags(own, INTO(app_verify_flags, &flags), NULL));
    TRY(own_open(own));
    TRY(own_companies(own, &companies));
    bool installation = !own->company.length;
    struct progress progress = progress_begin(own->err, translate(own->language, "Verifying").at,
                                              (int64_t)companies.count * STEPS + installation);
    struct fault *fault = verify_books(own, own->books, &companies, installation, &progress, &result);
    progress_end(&progress);
    if (fault) return fault;
    *code = result.holds ? 0 : EXIT_NOT_RIGHT;
    if (flags.hash) fprintf(own->out, "%.*s\n", STR_ARG(result.hash));
    else if (flags.json) fprintf(own->out, "%.*s\n", STR_ARG(record_to_json(own->arena, GIVEN(verify_result, &result))));
    else print(own, &result);
    return NULL;
}
