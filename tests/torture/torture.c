/* Things go wrong at the worst moment. (a) A small company lives, and every writing operation of its life first fails at its first
 * statement, then at a later one, …: none leaves a trace. (b) A process that imports and posts is killed at random moments and started
 * again: what was answered is there, nothing is there twice, the books prove. Where FLORIN_SECONDS is set (./dev test) it bounds (a), which
 * then fails at every fifth statement, others each time; else (a) is done in full within TORTURE_FULL_SECONDS (900) a database, or has failed.
 * FLORIN_KILLS counts (b): 200, or 20 where FLORIN_SECONDS is set. A failure survived and a kill survived are one passed each. */
#include "app/app.h"
#include "bank/bank.h"
#include "place.h"
#include "simulation/simulation.h"
#include "statement/statement.h"
#include "torment.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

static struct { long long passed, failed; } total;
static struct operations operations;

static void tell(struct arena *arena, const char *what, const struct fault *fault)
{
    fprintf(stderr, "%s: %s: %s %s\n", what, fault->type->code, fault_text(arena, fault, ENGLISH).at,
            fault->detail ? fault->detail : "");
    total.failed++;
}

/* ---- (a) ---- */

static void failing_life(bool postgres, int64_t every, int days, int64_t until_us)
{
    struct arena *arena = arena_new((size_t)1 << 33);
    struct place place = place_make(postgres);
    struct books *books = NULL;
    struct simulation *sim = NULL;
    struct date from = { 20250106 };
    const struct simulation_settings settings = { .from_on = from,
                                                  .until_on = date_add_days(from, days),
                                                  .customers = 8,
                                                  .suppliers = 8,
                                                  .invoices_a_month = 20,
                                                  .bills_a_month = 30,
                                                  .open_days = 2,
                                                  .draw_days = 1,
                                                  .without_passwords = true };
    bool more = true;
    int64_t lived = 0;
    struct fault *fault = books_open(arena, str_of(place.text), &books);
    if (!fault) fault = books_migrate(arena, books);
    if (!fault) {
        torment_open(books, place.text);
        torment.every = every;
        torment.first = 1 + instant_now().us / 1000 % every; /* others of them each time */
        torment.failures = torment.traces = 0;
        fault = simulation_begin(arena, books, &operations, 1, &settings, &sim);
    }
    while (!fault && more && clock_us() < until_us) {
        fault = simulation_day(sim, &more);
        if (!fault) fault = simulation_check(sim, true, NULL), lived++;
    }
    if (fault) tell(arena, postgres ? "failing at each statement, PostgreSQL" : "failing at each statement", fault);
    total.passed += torment.failures - torment.traces;
    fprintf(stderr, "%s: every %lldth statement from the %lldth on: %lld failures in %lld of %d days\n",
            postgres ? "PostgreSQL" : "SQLite", (long long)every, (long long)torment.first, torment.failures,
            (long long)lived, days + 1);
    if (!getenv("FLORIN_SECONDS") && more && !fault) fprintf(stderr, "the time was too short\n"), total.failed++;
    torment_close();
    simulation_end(sim);
    books_close(books);
    place_remove(&place);
    arena_free(arena);
}

/* ---- (b) ---- */

enum { LINES = 3, STATEMENT_MINOR = 600 };
struct shared { int64_t answered, company; char iban[40]; }; /* survives the process that is killed */

static struct work program(struct arena *arena, const struct shared *shared)
{
    struct work work = { .arena = arena,
                         .now = instant_now(),
                         .language = ENGLISH,
                         .system = true,
                         .company_id = shared->company,
                         .source = STR("torture") };
    work.today = instant_day(work.now);
    return work;
}

static struct fault *ask(struct arena *arena, struct books *books, const struct shared *shared, const char *command,
                         struct str key, const struct pair *pair, struct str body)
{
    struct work work = program(arena, shared);
    struct answer answer;
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    const struct request request = { .operation = operation_by_command(&operations, noun, verb),
                                     .pairs = pair,
                                     .pair_count = pair != NULL,
                                     .body = body,
                                     .idempotency_key = key };
    return operation_answer(&work, books, &operations, &request, &answer);
}

/* The nth statement: three lines, its balances one behind the other's. */
static struct str statement_bytes(struct arena *arena, const struct shared *shared, int64_t n)
{
    struct statement_line *lines = ARENA_ARRAY(arena, struct statement_line, LINES);
    const struct statement_line **order = (const struct statement_line **)arena_array(arena, LINES, sizeof *order);
    struct statement_payment *paid = ARENA_ARRAY(arena, struct statement_payment, LINES);
    struct statement_balance *balances = ARENA_ARRAY(arena, struct statement_balance, 2);
    struct date day = date_add_days((struct date){ 20250101 }, (int)(n % 500));
    struct statement s = { .kind = STATEMENT_CAMT_053,
                           .id = str_format(arena, "T-%lld", (long long)n),
                           .message_id = str_format(arena, "M-%lld", (long long)n),
                           .number = n,
                           .page = -1,
                           .legal_number = -1,
                           .message_page = -1,
                           .account = str_of(shared->iban),
                           .account_is_iban = true,
                           .currency = STR("EUR"),
                           .balances = balances,
                           .balance_count = 2,
                           .lines = order,
                           .created_at = instant_of_day(day) };
    for (int i = 0; i < LINES; i++) {
        paid[i].remittance = str_format(arena, "betaling %lld %d", (long long)n, i);
        lines[i] = (struct statement_line){ .number = i + 1,
                                            .occurrence = 1,
                                            .booked_on = day,
                                            .valued_on = day,
                                            .amount_minor = 100 * (i + 1),
                                            .currency = STR("EUR"),
                                            .status = STATUS_BOOK,
                                            .batch_count = -1,
                                            .payment = &paid[i],
                                            .details = &paid[i],
                                            .detail_count = 1 };
        order[i] = &lines[i];
        s.booked_minor += lines[i].amount_minor;
        s.line_count++;
    }
    balances[0] = (struct statement_balance){
        .type = BALANCE_OPENING, .amount_minor = n * STATEMENT_MINOR, .currency = STR("EUR"), .on = day
    };
    balances[1] = (struct statement_balance){
        .type = BALANCE_CLOSING, .amount_minor = (n + 1) * STATEMENT_MINOR, .currency = STR("EUR"), .on = day
    };
    s.opening = &balances[0], s.closing = &balances[1];
    return statement_write_camt053(arena, &s, CAMT_053_08);
}

/* The even ones are statements, whose second arrival adds nothing; the odd ones are postings with a key, done once. */
static struct fault *step(struct arena *arena, struct books *books, const struct shared *shared, int64_t n)
{
    const struct pair name = { STR("file_name"), STR("statement.xml") };
    if (n % 2 == 0)
        return ask(arena, books, shared, "statement import", (struct str){ 0 }, &name,
                   statement_bytes(arena, shared, n / 2));
    return ask(
        arena, books, shared, "entry post", str_format(arena, "post-%lld", (long long)n), NULL,
        STR("{\"dated_on\":\"2025-03-03\",\"description\":\"torture\",\"lines\":[{\"account\":\"4300\",\"base\":\"1.00\"},{\"account\":\"0500\",\"base\":\"-1.00\"}]}"));
}

static void victim(const struct place *place, struct shared *shared)
{
    struct arena *arena = arena_new((size_t)1 << 30), *one = arena_new((size_t)1 << 32);
    struct books *books;
    struct fault *fault = books_open(arena, str_of(place->text), &books);
    while (!fault) {
        arena_reset(one);
        fault = step(one, books, shared, shared->answered);
        if (!fault) shared->answered++;
    }
    tell(arena, "the process that is to be killed", fault);
    _exit(3);
}

static int64_t balance_of(struct work *work, const char *number)
{
    struct account account = { 0 };
    int64_t minor = 0;
    struct fault *fault = ledger_account_by_number(work, str_of(number), &account);
    if (!fault) fault = ledger_account_balance(work, account.id, &minor);
    ensure(!fault);
    return minor;
}

/* Everything answered is there, at most the one under way besides, nothing twice. */
static bool whole(const struct place *place, const struct shared *shared)
{
    struct arena *arena = arena_new((size_t)1 << 33);
    struct books *books = NULL;
    struct ledger_proof proof = { 0 };
    int64_t rows = 0, n = shared->answered;
    struct work work = program(arena, shared);
    struct fault *fault = books_open(arena, str_of(place->text), &books);
    work.reading = true;
    if (!fault) fault = db_begin(&work, books);
    if (fault) {
        tell(arena, "opening again", fault);
        return false;
    }
    fault = ledger_verify(&work, &proof);
    if (!fault) fault = audit_verify(&work, &rows);
    int64_t imports = balance_of(&work, "1000"), posts = balance_of(&work, "4300"),
            least_imports = (n + 1) / 2 * STATEMENT_MINOR, least_posts = n / 2 * 100;
    bool right = !fault && proof.holds &&
                 (imports == least_imports || (n % 2 == 0 && imports == least_imports + STATEMENT_MINOR)) &&
                 (posts == least_posts || (n % 2 == 1 && posts == least_posts + 100));
    if (fault) tell(arena, "after a kill", fault);
    else if (!right)
        fprintf(stderr, "after a kill: %lld answered, bank %lld, posted %lld, proof %d\n", (long long)n,
                (long long)imports, (long long)posts, proof.holds);
    db_rollback(&work);
    books_close(books);
    arena_free(arena);
    return right;
}

static struct fault *prepare(struct arena *arena, const struct place *place, struct shared *shared)
{
    struct books *books = NULL;
    struct account bank = { 0 };
    struct answer answer;
    TRY(books_open(arena, str_of(place->text), &books));
    TRY(books_migrate(arena, books));
    struct work work = program(arena, shared);
    const struct request request = {
        .operation = operation_by_command(&operations, STR("company"), STR("add")),
        .body = STR("{\"name\":\"Torture\",\"country\":\"NL\",\"currency\":\"EUR\",\"language\":\"nl\"}")
    };
    work.today = (struct date){ 20250101 };
    TRY(operation_answer(&work, books, &operations, &request, &answer));
    shared->company = work.company_id;
    work = program(arena, shared);
    work.reading = true;
    TRY(db_begin(&work, books));
    struct fault *fault = ledger_account_by_number(&work, STR("1000"), &bank);
    db_rollback(&work);
    if (fault) return fault;
    snprintf(shared->iban, sizeof shared->iban, "NL91ABNA0417164300");
    TRY(ask(
        arena, books, shared, "bank-account add", (struct str){ 0 }, NULL,
        str_format(
            arena,
            "{\"name\":\"Bank\",\"iban\":\"%s\",\"holder\":\"Torture\",\"currency\":\"EUR\",\"ledger_account_id\":%lld}",
            shared->iban, (long long)bank.id.n)));
    books_close(books);
    return NULL;
}

static void killing(bool postgres, int kills)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct place place = place_make(postgres);
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct rng rng = rng_new((uint64_t)clock_us());
    ensure(shared != MAP_FAILED);
    struct fault *fault = prepare(arena, &place, shared);
    if (fault) tell(arena, "preparing", fault), kills = 0;
    for (int i = 0; i < kills && total.failed < 5; i++) {
        int status = 0;
        fflush(NULL);
        pid_t child = fork();
        ensure(child >= 0);
        int64_t before = shared->answered, from = clock_us();
        if (!child) victim(&place, shared);
        /* Opening the books takes as long as it takes; it is work that is to be broken off. */
        while (*(volatile int64_t *)&shared->answered == before && clock_us() - from < 10000000) usleep(1000);
        usleep((useconds_t)rng_between(&rng, 1000, 250000));
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        bool right = WIFSIGNALED(status) && whole(&place, shared);
        *(right ? &total.passed : &total.failed) += 1;
    }
    fprintf(stderr, "%s: %d kills, %lld operations answered between them\n", postgres ? "PostgreSQL" : "SQLite", kills,
            (long long)shared->answered);
    place_remove(&place);
    munmap(shared, sizeof *shared);
    arena_free(arena);
}

int main(void)
{
    const char *seconds = getenv("FLORIN_SECONDS"), *kills = getenv("FLORIN_KILLS"), *full = getenv("TORTURE_FULL_SECONDS");
    bool postgres = getenv("FLORIN_TEST_POSTGRES") != NULL;
    int64_t limit_us = (seconds ? atoll(seconds) / (1 + postgres) : full ? atoll(full) : 900) * 1000000;
    struct arena *arena = arena_new((size_t)1 << 26);
    log_set_level(LOG_ERROR);
    app_operations(arena, &operations);
    torment.arena = arena, torment.all = operations;
    for (int p = 0; p < 1 + postgres; p++) {
        killing(p, kills ? atoi(kills) : seconds ? 20 : 200);
        failing_life(p, seconds ? 5 : 1, seconds ? 12 : 30, clock_us() + limit_us);
    }
    printf("%lld passed, %lld failed\n", total.passed, total.failed);
    arena_free(arena);
    return total.failed != 0;
}
