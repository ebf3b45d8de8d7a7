/* What the program does by itself while it serves. */
#include "app/app.h"
#include "access/access.h"
#include "cash/cash.h"

static struct fault *companies_load(struct work *work, struct books *books, struct company_id_rows *companies)
{
    work->reading = true;
    TRY(db_begin(work, books));
    struct fault *fault = access_companies_all(work, companies);
    db_rollback(work);
    work->reading = false;
    return fault;
}

/* Bank lines that came in are looked at within seconds; when there are none, nothing is written. */
static struct fault *match_bank_lines(struct work *work, struct books *books, const struct operations *operations)
{
    struct company_id_rows companies = { 0 };
    TRY(companies_load(work, books, &companies));
    for (size_t i = 0; i < companies.count; i++) {
        struct { int64_t limit; } takes = { 5000 };
        bool news = false;
        work->company_id = companies.at[i].id;
        work->reading = true;
        TRY(db_begin(work, books));
        struct fault *fault = cash_has_news(work, &news);
        db_rollback(work);
        work->reading = false;
        if (fault) return fault;
        if (news) TRY(operation_call(work, books, operations, "cash run", &takes, NULL));
    }
    return NULL;
}

static const struct job jobs[] = {
    { "match bank lines", 5000, match_bank_lines },
};

struct fault *app_jobs_start(const struct doors *doors, struct jobs **out)
{
    return jobs_start(doors, jobs, ARRAY_LENGTH(jobs), out);
}
