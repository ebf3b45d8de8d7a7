/* A payment run of many bills, on SQLite in memory's place and, with FLORIN_TEST_POSTGRES, there. Usage: bench_payment [BILLS] [SUPPLIERS]
 *
 *   propose, check, release (books, settles, file), file, cancel of another: seconds and bills a second each */
#include <unistd.h>
#include "bank/bank.h"
#include "payment/payment.h"

static void must(struct fault *fault)
{
    if (!fault) return;
    for (; fault; fault = fault->next) fprintf(stderr, "%s: %s\n", fault->type->code, fault->detail ? fault->detail : "");
    exit(70);
}

struct bench { struct work *work; struct books *books; int64_t bills, parties; struct bank_account ours; };

static struct sql statement(const char *name, const char *text)
{
    static const char *const params[] = { "company_id", "id" };
    return (struct sql){ name, text, params, 2 };
}
struct bench_key { int64_t id; };
RECORD(bench_key, { FIELD(struct bench_key, id) });

static void given(struct bench *b)
{
    struct work *work = b->work;
    struct company company = { .name = STR("Bench BV"), .country = STR("NL"), .currency = STR("EUR"), .language = STR("nl") };
    account_id payables, expenses;
    static struct sql verify;
    verify = statement(
        "bench_verify",
        "update party_bank set state = 'verified', verified_by = 2, verified_at = 1, channel = 'phone', usable_from = '2025-01-01' where company_id = $1 and id = $2");
    party_id *ids = ARENA_ARRAY(work->arena, party_id, (size_t)b->parties);
    must(db_begin(work, b->books));
    must(access_company_make(work, &company));
    must(ledger_make_chart(work, 2025));
    b->ours = (struct bank_account){ .name = STR("Main"), .iban = STR("NL91ABNA0417164300"), .holder = STR("Bench BV") };
    must(bank_account_make(work, &b->ours));
    must(ledger_account_for(work, FOR_PAYABLES, &payables));
    must(ledger_account_for(work, FOR_EXPENSES, &expenses));
    for (int64_t i = 0; i < b->parties; i++) {
        struct party party = { .name = str_format(work->arena, "Supplier %lld", (long long)i),
                               .is_supplier = true,
                               .is_business = true,
                               .language = STR("nl"),
                               .country = STR("NL"),
                               .currency = STR("EUR"),
                               .delivery = DELIVER_MAIL_PDF,
                               .reference_needed = NEEDS_NO_REFERENCE };
        must(party_make(work, &party));
        struct party_bank bank = { .party_id = party.id };
        must(iban_make(work->arena, STR("NL"), str_format(work->arena, "RABO%010lld", (long long)(1000000 + i)), &bank.iban));
        must(party_bank_propose(work, &bank));
        must(db_run(work, &verify, GIVEN(bench_key, (&(const struct bench_key){ bank.id.n }))));
        ids[i] = party.id;
    }
    for (int64_t i = 0; i < b->bills; i++) {
        struct entry entry = { .journal = JOURNAL_PURCHASE,
                               .dated_on = { 20250201 },
                               .source_kind = STR("bench"),
                               .source_id = i + 1,
                               .description = STR("bill") };
        struct entry_line lines[] = {
            { .account_id = expenses, .base_minor = 1000 + i },
            { .account_id = payables,
              .base_minor = -1000 - i,
              .party_id = ids[i % b->parties],
              .item_kind = ITEM_INVOICE,
              .reference = str_format(work->arena, "N-%lld", (long long)i),
              .due_on = { 20250301 } },
        };
        must(ledger_post(work, &entry, lines, 2));
    }
    work->changes.count = 0;
    must(db_commit(work));
}

static void told(const struct bench *b, const char *what, int64_t from)
{
    double seconds = (double)(clock_us() - from) / 1e6;
    printf("  %-10s %7.2f s  %9.0f bills/s\n", what, seconds, (double)b->bills / seconds);
    fflush(stdout);
}

static void measure(struct bench *b)
{
    struct work *work = b->work;
    struct payment_shown shown = { 0 };
    struct payment_checked checked = { 0 };
    struct payment_run run = { 0 };
    struct file_answer file = { 0 };
    const struct payment_proposal proposal = { .bank_account_id = b->ours.id, .until = { 20250331 } };
    for (int pass = 0; pass < 2; pass++) { /* the first is cancelled, the second goes out */
        int64_t from = clock_us();
        work->user_id = 4;
        must(db_begin(work, b->books));
        must(payment_propose(work, &proposal, &shown));
        must(db_commit(work));
        told(b, "propose", from);
        from = clock_us();
        must(db_begin(work, b->books));
        must(payment_check(work, shown.run.id, &checked));
        must(db_commit(work));
        told(b, "check", from);
        if (!checked.ready) exit(70);
        from = clock_us();
        work->user_id = 5;
        must(db_begin(work, b->books));
        must(payment_release(work, &(struct payment_release){ shown.run.id, shown.run.hash, shown.run.version }, &run));
        must(db_commit(work));
        told(b, "release", from);
        from = clock_us();
        must(db_begin(work, b->books));
        if (pass) must(payment_file(work, run.id, &file));
        else must(payment_cancel(work, run.id, STR("bench"), run.version, &run));
        must(db_commit(work));
        told(b, pass ? "file" : "cancel", from);
    }
    printf("  %lld payments, file of %zu bytes\n", (long long)run.payment_count, file.content.length);
}

static void on(const char *where, int64_t bills, int64_t parties)
{
    struct arena *arena = arena_new((size_t)16 << 30);
    struct work work = { .arena = arena,
                         .user_id = 1,
                         .today = { 20250301 },
                         .now = instant_of_day((struct date){ 20250301 }),
                         .language = ENGLISH,
                         .system = true,
                         .request_id = STR("bench"),
                         .source = STR("bench") };
    struct bench b = { .work = &work, .bills = bills, .parties = parties };
    must(books_open(arena, str_of(where), &b.books));
    must(books_migrate(arena, b.books));
    printf("%s: %lld bills of %lld suppliers\n", books_are_postgres(b.books) ? "PostgreSQL" : "SQLite",
           (long long)bills, (long long)parties);
    given(&b);
    measure(&b);
    books_close(b.books);
    arena_free(arena);
}

int main(int count, char **words)
{
    int64_t bills = count > 1 ? atoll(words[1]) : 10000, parties = count > 2 ? atoll(words[2]) : 500;
    const char *postgres = getenv("FLORIN_BENCH_POSTGRES"); /* a schema of its own: …?options=-csearch_path%3Dname */
    if (bills < 1 || parties < 1) return 64;
    on(":memory:", bills, parties);
    if (postgres) on(postgres, bills, parties);
    return 0;
}
