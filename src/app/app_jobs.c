/* What the program does by itself while it serves. */
#include "app/app.h"
#include "access/access.h"
#include "cash/cash.h"
#include "connect/connect.h"
#include "invoice/invoice.h"
#include "ledger/ledger.h"
#include "payment/payment.h"
#include "search/search.h"

static struct fault *companies_load(struct work *work, struct books *books, struct company_id_rows *companies)
{
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = access_companies_all(work, companies);
    db_rollback(work);
    work->reading = false;
    return fault;
}

/* What takes long is read beside the writers; then some lines at a time are decided, so that nobody waits for more than a moment. */
static struct fault *match_lines_of(struct work *work, struct books *books, const struct operations *operations)
{
    enum { LINES = 5000 };
    struct { int64_t limit; } takes = { LINES };
    struct cash_running *running = NULL;
    bool news = false;
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = cash_has_news(work, &news);
    if (!fault && news) fault = cash_run_read(work, LINES, &running);
    db_rollback(work);
    work->reading = false;
    struct arena_mark mark = arena_mark(work->arena);
    for (bool more = running != NULL; more && !fault;) {
        work->prepared = running;
        work->now = instant_now();
        fault = operation_call(work, books, operations, "cash run", &takes, NULL);
        work->prepared = NULL;
        more = !fault && cash_run_more(running);
        if (!fault) arena_rewind(work->arena, mark);
    }
    cash_run_end(running);
    return fault;
}

/* Bank lines that came in are looked at within seconds; when there are none, nothing is written. */
static struct fault *match_bank_lines(struct work *work, struct books *books, const struct operations *operations)
{
    struct company_id_rows companies = { 0 };
    TRY(companies_load(work, books, &companies));
    struct arena_mark mark = arena_mark(work->arena);
    for (size_t i = 0; i < companies.count; i++) {
        arena_rewind(work->arena, mark);
        work->company_id = companies.at[i].id;
        TRY(match_lines_of(work, books, operations));
    }
    return NULL;
}

/* Payment runs that the statements have shown are done; when there are none, nothing is written. */
static struct fault *finish_payment_runs(struct work *work, struct books *books, const struct operations *operations)
{
    struct company_id_rows companies = { 0 };
    TRY(companies_load(work, books, &companies));
    for (size_t i = 0; i < companies.count; i++) {
        bool news = false;
        work->company_id = companies.at[i].id;
        work->reading = true;
        TRY(db_begin(work, books));
        struct fault *fault = payment_has_news(work, &news);
        db_rollback(work);
        work->reading = false;
        if (fault) return fault;
        if (news) TRY(operation_call(work, books, operations, "payment finish", &(struct nothing){ 0 }, NULL));
    }
    return NULL;
}

enum { MAILS_A_CLAIM = 20, MAILING_US = 4000000 };

/* What is due in the outbox leaves within seconds; while there is nothing, nothing is written but the claim. While much is due it goes on
 * for some seconds, then other jobs have their turn. */
static struct fault *send_mail(const void *context, struct work *work, struct books *books)
{
    struct arena_mark mark = arena_mark(work->arena);
    int64_t sent, failed, until_us = clock_us() + MAILING_US;
    do {
        arena_rewind(work->arena, mark);
        TRY(mail_send_due(work, books, context, MAILS_A_CLAIM, &sent, &failed));
    } while (sent == MAILS_A_CLAIM && clock_us() < until_us);
    return NULL;
}

/* Invoices whose PDF was to be drawn behind their commit, and was not. */
static struct fault *draw_invoices(struct work *work, struct books *books, struct date from_on)
{
    struct company_id_rows companies = { 0 };
    TRY(companies_load(work, books, &companies));
    for (size_t i = 0; i < companies.count; i++) {
        int64_t drawn;
        work->company_id = companies.at[i].id;
        TRY(invoice_draw_due(work, books, from_on, 50, &drawn));
        if (drawn) LOG(LOG_INFO, "invoices drawn", LOG_INT("company", work->company_id), LOG_INT("count", drawn));
    }
    return NULL;
}
static struct fault *draw_new_invoices(struct work *work, struct books *books, const struct operations *operations)
{
    (void)operations;
    return draw_invoices(work, books, date_add_days(work->today, -2));
}
static struct fault *draw_old_invoices(struct work *work, struct books *books, const struct operations *operations)
{
    (void)operations;
    return draw_invoices(work, books, (struct date){ 19000101 });
}

/* When enough was decided since it last learned, it learns again: seconds, and what got worse is not used. */
static struct fault *learn(struct work *work, struct books *books, const struct operations *operations)
{
    struct company_id_rows companies = { 0 };
    TRY(companies_load(work, books, &companies));
    for (size_t i = 0; i < companies.count; i++) {
        bool lessons = false;
        struct cash_training *training = NULL;
        work->company_id = companies.at[i].id;
        work->reading = true;
        TRY(db_begin(work, books));
        struct fault *fault = cash_has_lessons(work, &lessons);
        if (!fault && lessons) fault = cash_train_read(work, &training);
        db_rollback(work);
        work->reading = false;
        if (fault) return fault;
        if (!training) continue;
        work->prepared = training;
        work->now = instant_now();
        fault = operation_call(work, books, operations, "cash train", &(struct nothing){ 0 }, NULL);
        work->prepared = NULL;
        if (fault) return fault;
    }
    return NULL;
}

/* Of long books, months that are over are packed, so that ageing of any day stays quick; nobody waits longer than one month takes. */
static struct fault *pack_months(struct work *work, struct books *books, const struct operations *operations)
{
    enum { LEAST_LINES = 5000, MOST_MONTHS = 240 };
    struct company_id_rows companies = { 0 };
    (void)operations;
    TRY(companies_load(work, books, &companies));
    for (size_t i = 0; i < companies.count; i++) {
        int64_t packed;
        work->company_id = companies.at[i].id;
        TRY(ledger_pack_due(work, books, LEAST_LINES, MOST_MONTHS, &packed));
        if (packed) LOG(LOG_INFO, "months packed", LOG_INT("company", work->company_id), LOG_INT("count", packed));
    }
    return NULL;
}

/* A company that lives on has months to close in years it didn't begin with, before and after. */
static struct fault *make_periods(struct work *work, struct books *books, const struct operations *operations)
{
    struct company_id_rows companies = { 0 };
    (void)operations;
    TRY(companies_load(work, books, &companies));
    for (size_t i = 0; i < companies.count; i++) {
        int64_t years;
        work->company_id = companies.at[i].id;
        TRY(ledger_periods_due(work, books, &years));
        if (years) LOG(LOG_INFO, "periods made", LOG_INT("company", work->company_id), LOG_INT("years", years));
    }
    return NULL;
}

/* Rows that have come since are put where words are found quickly; a few segments at a time. */
static struct fault *cover_new_rows(struct work *work, struct books *books, const struct operations *operations)
{
    struct company_id_rows companies = { 0 };
    (void)operations;
    TRY(companies_load(work, books, &companies));
    for (size_t i = 0; i < companies.count; i++) {
        int64_t built;
        work->company_id = companies.at[i].id;
        TRY(search_build(work, books, SEARCH_LEAST, 8, &built));
        if (built) LOG(LOG_INFO, "search built", LOG_INT("company", work->company_id), LOG_INT("segments", built));
    }
    return NULL;
}

static const struct job fixed[] = {
    { "draw invoices", 10000, draw_new_invoices },
    { "draw invoices of before", 3600000, draw_old_invoices },
    { "cover new rows", 30000, cover_new_rows },
    { "match bank lines", 5000, match_bank_lines },
    { "learn from decisions", 3600000, learn },
    { "finish payment runs", 60000, finish_payment_runs },
    { "pack months", 900000, pack_months },
    { "make periods", 3600000, make_periods },
};

struct fault *app_jobs_start(struct arena *arena, const struct doors *doors, const struct settings *settings, struct jobs **out)
{
    struct job *jobs = ARENA_ARRAY(arena, struct job, ARRAY_LENGTH(fixed) + 1);
    struct mail_settings *mail = ARENA_NEW(arena, struct mail_settings);
    size_t count = ARRAY_LENGTH(fixed);
    memcpy(jobs, fixed, sizeof fixed);
    *mail = (struct mail_settings){ .url = settings->mail_url, .from = settings->mail_from, .user = settings->mail_user,
                                    .password = settings->mail_password, .allow_plain = settings->mail_allow_plain };
    if (mail->url.length) {
        TRY(mail_settings_check(arena, mail)); /* said at the start, not at the first mail */
        jobs[count++] = (struct job){ .name = "send mail", .every_ms = 5000, .run_with = send_mail, .context = mail };
    }
    return jobs_start(doors, jobs, count, out);
}
