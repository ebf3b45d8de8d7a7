/* The books of a company with a million invoices, and what belongs to them: 200,000 bills, half a million bank lines, two and a half million
 * entries, what is open and every total that the ledger keeps up. Made once by sets (beside the product: what is measured is reading), without
 * indexes and triggers, which come back behind the rows; kept in a folder that is named after what made it, and used again.
 *
 *     struct served books = million_books(arena, invoices, NULL);   out/bench/million-…/, made when it isn't there
 *     struct served books = million_books(arena, invoices, url);    an empty PostgreSQL database, or one that an earlier run filled (psql)
 *     FLORIN_BENCH_POSTGRES=url ./dev bench web                     the same for the benches of lists and of the web application
 *
 * Five thousand customers and a thousand suppliers; 690 days until 2026-11-22; nineteen of twenty invoices and bills are paid, twelve to sixty
 * days after their date; every other payment is a bank line, of which one of fifty waits for somebody. */
#pragma once
#include "ledger/ledger.h"
#include "search/search.h"
#include "serve.h"
#include <sqlite3.h>
#include <sys/stat.h>

#define MILLION_ACCOUNT(purpose) "(select id from account where company_id = %1$lld and purpose = '" purpose "')"
#define MILLION_VAT "(select id from vat_code where company_id = %1$lld and code = '21')"
#define MILLION_VAT_ACCOUNT "(select account_id from vat_code where company_id = %1$lld and code = '21')"
#define MILLION_COST "(select min(id) from account where company_id = %1$lld and kind = 'expense')"
#define MILLION_ENTRY \
    "insert into entry (company_id, id, number, journal, dated_on, recorded_at, user_id, source_kind, source_id, description) "
#define MILLION_LINE \
    "insert into entry_line (company_id, entry_id, line_no, account_id, dated_on, base_minor, currency, amount_minor, party_id, vat_code_id, vat_base_minor) "
#define MILLION_ITEM \
    "insert into open_item (company_id, id, account_id, party_id, kind, source_kind, source_id, entry_id, line_no, reference, dated_on, due_on, currency, amount_minor, base_minor, recorded_at) "
#define MILLION_ALLOCATION \
    "insert into allocation_line (company_id, allocation_id, item_id, effective_on, recorded_at, amount_minor, base_minor) "

/* What differs: how many, and days. */
static const char *const million_sqlite[] = {
    "create temp table n as with recursive c(n) as (select 1 union all select n + 1 from c where n < %2$lld) select n, date('2025-01-01', (n * 7919 %% 690) || ' days') as d, "
    "date('2025-01-01', (n * 7919 %% 690 + 30) || ' days') as due, date('2025-01-01', min(n * 7919 %% 690 + 12 + n * 31 %% 48, 689) || ' days') as paid, n * 17 %% 5000 + 1 as party, "
    "1000 + n * 31 %% 90000 as minor, (1000 + n * 31 %% 90000) * 21 / 121 as vat, 'F' || substr('0000000' || n, -7) as ref, 'NL' || substr('00' || n %% 97, -2) || 'INGB' || substr('0000000000' || (n * 17 %% 5000 + 1), -10) as iban from c",
};
static const char *const million_postgres[] = {
    "create temp table n as select n, date '2025-01-01' + (n * 7919 %% 690)::int as d, date '2025-01-01' + (n * 7919 %% 690 + 30)::int as due, "
    "date '2025-01-01' + least(n * 7919 %% 690 + 12 + n * 31 %% 48, 689)::int as paid, n * 17 %% 5000 + 1 as party, 1000 + n * 31 %% 90000 as minor, (1000 + n * 31 %% 90000) * 21 / 121 as vat, "
    "'F' || lpad(n::text, 7, '0') as ref, 'NL' || lpad((n %% 97)::text, 2, '0') || 'INGB' || lpad((n * 17 %% 5000 + 1)::text, 10, '0') as iban from generate_series(cast(1 as bigint), %2$lld) n",
};
static const char *const million_steps[] = {
    "insert into party (company_id, id, number, name, name_key, is_customer, is_supplier, is_business, is_blocked, country, language, currency, customer_terms_days, supplier_terms_days, delivery, "
    "reference_needed, created_at, version) select %1$lld, n, case when n <= 5000 then 'D' else 'C' end || n, case when n <= 5000 then 'Handelsonderneming ' else 'Leverancier ' end || n || ' B.V.', "
    "case when n <= 5000 then 'handelsonderneming ' else 'leverancier ' end || n, n <= 5000, n > 5000, true, false, 'NL', 'nl', 'EUR', 30, 30, 'mail_pdf', 'none', n, 1 from n where n <= 6000",
    "insert into party_bank (company_id, id, party_id, iban, holder, state, source, proposed_by, proposed_at, verified_by, verified_at, usable_from, is_preferred, version) "
    "select %1$lld, n, n, iban, 'Houder ' || n, 'proposed', 'person', 1, n, null, null, null, true, 1 from n where n <= 6000",
    "insert into invoice (company_id, id, kind, state, number, party_id, currency, language, issued_on, due_on, net_minor, vat_minor, total_minor, base_total_minor, order_reference, payment_reference, created_at, "
    "created_by, finalised_at, finalised_by, version) select %1$lld, n, 'invoice', 'final', ref, party, 'EUR', 'nl', d, due, minor - vat, vat, minor, minor, case when n %% 3 = 0 then 'PO-' || (n * 7919 %% 1000003) end, "
    "'RF' || (n %% 89 + 10) || ref, n, 1, n, 1, 2 from n",
    MILLION_ENTRY
    "select %1$lld, n, n, 'sale', d, n, 1, 'invoice', n, 'Factuur ' || ref || ' Handelsonderneming ' || party || ' B.V.' from n",
    MILLION_LINE
    "select %1$lld, n, 1, " MILLION_ACCOUNT("receivables") ", d, minor, 'EUR', minor, party, null, 0 from n",
    MILLION_LINE
    "select %1$lld, n, 2, " MILLION_ACCOUNT("sales") ", d, vat - minor, 'EUR', vat - minor, null, null, 0 from n",
    MILLION_LINE "select %1$lld, n, 3, " MILLION_VAT_ACCOUNT ", d, -vat, 'EUR', -vat, null, " MILLION_VAT
                 ", vat - minor from n",
    MILLION_ITEM "select %1$lld, n, " MILLION_ACCOUNT(
        "receivables") ", party, 'invoice', 'invoice', n, n, 1, ref, d, due, 'EUR', minor, minor, n from n",
    MILLION_ENTRY
    "select %1$lld, n + 10000000, n + 10000000, 'bank', paid, n, 1, case when n %% 2 = 1 then 'bank_line' else 'import' end, n, 'Betaling van Handelsonderneming ' || party || ' B.V.' from n where n %% 20 > 0",
    MILLION_LINE "select %1$lld, n + 10000000, 1, " MILLION_ACCOUNT(
        "receivables") ", paid, -minor, 'EUR', -minor, party, null, 0 from n where n %% 20 > 0",
    MILLION_LINE "select %1$lld, n + 10000000, 2, " MILLION_ACCOUNT(
        "bank") ", paid, minor, 'EUR', minor, null, null, 0 from n where n %% 20 > 0",
    MILLION_ITEM "select %1$lld, n + 10000000, " MILLION_ACCOUNT(
        "receivables") ", party, 'payment', 'paid', n, n + 10000000, 1, 'Betaling', paid, paid, 'EUR', -minor, -minor, n from n where n %% 20 > 0",
    "insert into allocation (company_id, id, effective_on, recorded_at, user_id, reason) select %1$lld, n, paid, n, 1, 'bank' from n where n %% 20 > 0",
    MILLION_ALLOCATION "select %1$lld, n, n, paid, n, minor, minor from n where n %% 20 > 0",
    MILLION_ALLOCATION "select %1$lld, n, n + 10000000, paid, n, -minor, -minor from n where n %% 20 > 0",
    /* Bills: of a fifth of the numbers. The newest fifty wait for somebody. */
    "insert into bill (company_id, id, receipt_number, state, party_id, kind, number, number_key, issued_on, due_on, booked_on, currency, net_minor, vat_minor, total_minor, prepaid_minor, rounding_minor, payable_minor, "
    "iban, discount_minor, order_reference, seller_name, syntax, received_at, entered_by, approved_by, approved_at, approved_hash, submitted_hash, entry_id, version) "
    "select %1$lld, n, n, case when n > %2$lld / 5 - 50 then 'coded' else 'approved' end, 5001 + n %% 1000, 'invoice', 'R' || ref, 'r' || lower(ref), d, due, d, 'EUR', minor - vat, vat, minor, 0, 0, minor, iban, 0, "
    "'PO-' || (n * 7919 %% 100003), 'Leverancier ' || (5001 + n %% 1000) || ' B.V.', 'entered', n, 1, 1, n, case when n > %2$lld / 5 - 50 then null else 'hash' end, 'hash', case when n > %2$lld / 5 - 50 then null else n + 20000000 end, 2 "
    "from n where n <= %2$lld / 5",
    "create temp table b as select n, d, due, paid, minor, vat, 5001 + n %% 1000 as party, 'R' || ref as ref from n where n <= %2$lld / 5 - 50",
    MILLION_ENTRY
    "select %1$lld, n + 20000000, n + 20000000, 'purchase', d, n, 1, 'bill', n, 'Rekening ' || ref || ' Leverancier ' || party || ' B.V.' from b",
    MILLION_LINE
    "select %1$lld, n + 20000000, 1, " MILLION_ACCOUNT("payables") ", d, -minor, 'EUR', -minor, party, null, 0 from b",
    MILLION_LINE "select %1$lld, n + 20000000, 2, " MILLION_COST ", d, minor, 'EUR', minor, null, null, 0 from b",
    MILLION_ITEM "select %1$lld, n + 20000000, " MILLION_ACCOUNT(
        "payables") ", party, 'invoice', 'bill', n, n + 20000000, 1, ref, d, due, 'EUR', -minor, -minor, n from b",
    MILLION_ENTRY
    "select %1$lld, n + 30000000, n + 30000000, 'payment', paid, n, 1, 'payment_run', n, 'Betaling aan Leverancier ' || party || ' B.V.' from b where n %% 20 > 0",
    MILLION_LINE "select %1$lld, n + 30000000, 1, " MILLION_ACCOUNT(
        "payables") ", paid, minor, 'EUR', minor, party, null, 0 from b where n %% 20 > 0",
    MILLION_LINE "select %1$lld, n + 30000000, 2, " MILLION_ACCOUNT(
        "bank") ", paid, -minor, 'EUR', -minor, null, null, 0 from b where n %% 20 > 0",
    MILLION_ITEM "select %1$lld, n + 30000000, " MILLION_ACCOUNT(
        "payables") ", party, 'payment', 'payment_run', n, n + 30000000, 1, 'Betaling', paid, paid, 'EUR', minor, minor, n from b where n %% 20 > 0",
    "insert into allocation (company_id, id, effective_on, recorded_at, user_id, reason) select %1$lld, n + 20000000, paid, n, 1, 'payment' from b where n %% 20 > 0",
    MILLION_ALLOCATION "select %1$lld, n + 20000000, n + 20000000, paid, n, -minor, -minor from b where n %% 20 > 0",
    MILLION_ALLOCATION "select %1$lld, n + 20000000, n + 30000000, paid, n, minor, minor from b where n %% 20 > 0",
    /* What the ledger keeps up. */
    "insert into item_rest (company_id, item_id, account_id, party_id, due_on, amount_minor, rest_minor, rest_base_minor, paid_on) select i.company_id, i.id, i.account_id, i.party_id, i.due_on, i.amount_minor, "
    "case when i.kind = 'invoice' and i.id %% 20 = 0 then i.amount_minor else 0 end, case when i.kind = 'invoice' and i.id %% 20 = 0 then i.amount_minor else 0 end, x.paid_on "
    "from open_item i left join (select item_id, max(effective_on) as paid_on from allocation_line where company_id = %1$lld group by item_id) x on x.item_id = i.id where i.company_id = %1$lld",
    "insert into due_total (company_id, account_id, due_on, rest_base_minor, item_count) select company_id, account_id, due_on, sum(rest_base_minor), count(*) from item_rest where company_id = %1$lld group by 1, 2, 3",
    "create temp table m as select account_id, cast(min(dated_on) as text) as d, dated_on, sum(case when base_minor > 0 then base_minor else 0 end) as debit, sum(case when base_minor < 0 then -base_minor else 0 end) as credit, count(*) as lines "
    "from entry_line where company_id = %1$lld group by account_id, dated_on",
    /* The bank. */
    "insert into bank_account (company_id, id, name, iban, holder, currency, ledger_account_id, is_closed, version) values (%1$lld, 1, 'Bank', 'NL91ABNA0417164300', 'Bench', 'EUR', " MILLION_ACCOUNT(
        "bank") ", false, 1)",
    "insert into bank_statement (company_id, id, bank_account_id, document_id, kind, dialect, reference, opening_minor, closing_minor, has_balances, line_count, added_count, booked_minor, proof, difference_minor, "
    "follows, missing_minor, problems, imported_at, imported_by) values (%1$lld, 1, 1, 1, 'camt053', 'camt.053', 'all', 0, 0, false, 0, 0, 0, 'none', 0, 'first', 0, 0, 1, 1)",
    "insert into bank_line (company_id, id, bank_account_id, statement_id, statement_key, fingerprint, occurrence, number, booked_on, amount_minor, currency, is_reversal, name, iban, end_to_end_id, reference_type, remittance, "
    "problems) select %1$lld, n, 1, 1, 'all', n, 1, n, paid, minor, 'EUR', false, 'Handelsonderneming ' || party, iban, 'E2E-' || (n * 7919 %% 10000019), 'none', "
    "'Betaling factuur ' || ref || ' klantnummer D' || party || ' levering week ' || (n * 7919 %% 690 / 7), 0 from n where n %% 20 > 0 and n %% 2 = 1",
    "insert into cash_decision (company_id, id, bank_line_id, category, party_id, entry_id, amount_minor, currency, decided_at, decided_by, is_automatic, probability_ppm, parts) "
    "select company_id, id, id, 'match', id * 17 %% 5000 + 1, id + 10000000, amount_minor, currency, id, 1, id %% 3 > 0, 999000, '[]' from bank_line where company_id = %1$lld and id %% 50 <> 1",
    "insert into bank_line_waiting (company_id, bank_line_id, bank_account_id, booked_on, amount_minor) select company_id, id, bank_account_id, booked_on, amount_minor from bank_line where company_id = %1$lld and id %% 50 = 1",
    "insert into number_series (company_id, series, last_number) values (%1$lld, 'entry', 40000000)",
};
/* Months, by each engine's own way to write a day; and what only made it goes. */
/* These decisions were learned from: the job that would, with a million items in memory, is not what is measured. */
#define MILLION_MODEL \
    "insert into cash_model (company_id, id, version_hash, content, is_used, quality, trained_at) select %1$lld, max(id) + 1, 'bench', "
static const char *const million_sqlite_end[] = {
    MILLION_MODEL "zeroblob(0), false, '{}', max(decided_at) from cash_decision where company_id = %1$lld",
    "insert into account_month (company_id, account_id, month_on, debit_minor, credit_minor, line_count) select %1$lld, account_id, date(dated_on, 'start of month'), sum(debit), sum(credit), sum(lines) from m group by 2, 3",
    "drop table n", "drop table b", "drop table m",
};
static const char *const million_postgres_end[] = {
    MILLION_MODEL "'', false, '{}', max(decided_at) from cash_decision where company_id = %1$lld",
    "insert into account_month (company_id, account_id, month_on, debit_minor, credit_minor, line_count) select %1$lld, account_id, date_trunc('month', dated_on)::date, sum(debit), sum(credit), sum(lines) from m group by 2, 3",
};

/* The name of what these steps and the schema make: another step, another folder. */
static uint64_t million_hash(int64_t invoices)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)invoices;
    const char *const *const all[] = { million_sqlite, million_steps, million_sqlite_end };
    const size_t counts[] = { ARRAY_LENGTH(million_sqlite), ARRAY_LENGTH(million_steps), ARRAY_LENGTH(million_sqlite_end) };
    for (size_t k = 0; k < ARRAY_LENGTH(all); k++)
        for (size_t i = 0; i < counts[k]; i++)
            for (const char *at = all[k][i]; *at; at++) hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    return hash;
}

static void million_each(void (*run)(void *context, const char *text), void *context, const char *const *steps,
                         size_t count, int64_t company, int64_t invoices)
{
    char text[4000];
    for (size_t i = 0; i < count; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        need(snprintf(text, sizeof text, steps[i], (long long)company, (long long)invoices) < (int)sizeof text, "a step");
#pragma GCC diagnostic pop
        run(context, text);
    }
}

/* ---- SQLite ---- */

static void million_run_sqlite(void *db, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(db, text, NULL, NULL, &why) == SQLITE_OK) return;
    fprintf(stderr, "%s\n%s\n", why, text);
    exit(70);
}
/* One column, a row after another, each ended by `end`. */
static char *million_texts(sqlite3 *db, const char *select, const char *end)
{
    sqlite3_stmt *found;
    char *all = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&all, &length);
    need(to && sqlite3_prepare_v2(db, select, -1, &found, NULL) == SQLITE_OK, select);
    while (sqlite3_step(found) == SQLITE_ROW) fprintf(to, "%s%s\n", (const char *)sqlite3_column_text(found, 0), end);
    sqlite3_finalize(found);
    fclose(to);
    return all;
}
static void million_fill_sqlite(const char *folder, int64_t company, int64_t invoices)
{
    char path[400];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/florin.db", folder);
    need(sqlite3_open(path, &db) == SQLITE_OK, "opening");
    million_run_sqlite(
        db,
        "pragma journal_mode = off; pragma synchronous = off; pragma temp_store = memory; pragma cache_size = -1500000; pragma locking_mode = exclusive");
    const char *which =
        " from sqlite_schema where type in ('index', 'trigger') and sql is not null and name not like 'sqlite%'";
    char select[300];
    snprintf(select, sizeof select, "select sql%s order by type, tbl_name", which);
    char *back = million_texts(db, select, ";");
    snprintf(select, sizeof select, "select 'drop ' || type || ' ' || name%s", which);
    char *drops = million_texts(db, select, ";");
    million_run_sqlite(db, "create temp table figures as select * from sqlite_stat1"); /* an index takes its figures with it */
    million_run_sqlite(db, drops);
    million_run_sqlite(db, "begin");
    million_each(million_run_sqlite, db, million_sqlite, ARRAY_LENGTH(million_sqlite), company, invoices);
    million_each(million_run_sqlite, db, million_steps, ARRAY_LENGTH(million_steps), company, invoices);
    million_each(million_run_sqlite, db, million_sqlite_end, ARRAY_LENGTH(million_sqlite_end), company, invoices);
    million_run_sqlite(db, "commit");
    printf("  rows are there; indexes\n");
    million_run_sqlite(db, back);
    million_run_sqlite(db, "delete from sqlite_stat1; insert into sqlite_stat1 select * from figures");
    million_run_sqlite(db, "pragma journal_mode = wal");
    free(back), free(drops);
    sqlite3_close(db);
}

/* ---- PostgreSQL: by psql, as a superuser ---- */

static void million_run_psql(void *psql, const char *text)
{
    need(fprintf(psql, "%s;\n", text) > 0, "psql");
}
static FILE *million_psql(const char *url, const char *way)
{
    char command[600];
    snprintf(command, sizeof command,
             "PATH=\"$(ls -d /usr/lib/postgresql/*/bin | tail -1):$PATH\" psql -qXAt -v ON_ERROR_STOP=1 '%s'%s", url,
             *way == 'r' ? " -c \"$MILLION_ASK\"" : "");
    FILE *psql = popen(command, way);
    need(psql != NULL, "psql");
    return psql;
}
static void million_fill_postgres(const char *url, int64_t company, int64_t invoices)
{
    static const char indexes[] =
        "from pg_indexes x where schemaname = current_schema and not exists (select 1 from pg_constraint c where c.conname = x.indexname)";
    char *back = NULL, part[4000];
    size_t length = 0;
    FILE *kept = open_memstream(&back, &length);
    snprintf(part, sizeof part, "select indexdef || ';' %s", indexes);
    setenv("MILLION_ASK", part, 1);
    FILE *psql = million_psql(url, "r");
    while (fgets(part, sizeof part, psql)) fputs(part, kept);
    need(pclose(psql) == 0, "psql");
    fclose(kept);
    psql = million_psql(url, "w");
    million_run_psql(psql, "set session_replication_role = replica");
    million_run_psql(psql, "set maintenance_work_mem = '512MB'");
    million_run_psql(psql, "set client_min_messages = warning");
    snprintf(
        part, sizeof part,
        "do $$ declare each record; begin for each in select indexname %s loop execute 'drop index ' || quote_ident(each.indexname); end loop; end $$",
        indexes);
    million_run_psql(psql, part);
    million_each(million_run_psql, psql, million_postgres, ARRAY_LENGTH(million_postgres), company, invoices);
    million_each(million_run_psql, psql, million_steps, ARRAY_LENGTH(million_steps), company, invoices);
    million_each(million_run_psql, psql, million_postgres_end, ARRAY_LENGTH(million_postgres_end), company, invoices);
    fputs(back, psql);
    million_run_psql(psql, "vacuum analyze");
    need(pclose(psql) == 0, "psql");
    free(back);
}

/* ---- The books ---- */

/* What the jobs of the server would do over some minutes. */
static void million_jobs(struct arena *arena, struct served *s)
{
    struct books *books;
    int64_t built, packed;
    must(books_open(arena, str_of(s->folder), &books));
    struct work work = { .arena = arena,
                         .now = instant_now(),
                         .today = { 20261122 },
                         .company_id = s->company,
                         .system = true,
                         .source = STR("bench") };
    must(search_build(&work, books, SEARCH_LEAST, 10000, &built));
    printf("  %lld segments for words\n", (long long)built);
    int64_t from = clock_us();
    must(ledger_pack_due(&work, books, 5000, 1000, &packed));
    if (packed) printf("  %lld months packed in %.1f s\n", (long long)packed, (double)(clock_us() - from) / 1e6);
    books_close(books);
}

static struct served million_books(struct arena *arena, int64_t invoices, const char *url)
{
    const char *kept = getenv("FLORIN_BENCH"); /* out/bench, of ./dev bench */
    int64_t from = clock_us();
    struct served s = { 0 }, making = { 0 };
    struct stat about;
    if (!url) url = getenv("FLORIN_BENCH_POSTGRES"); /* an empty database of its own, kept by who made it */
    if (url) {
        snprintf(s.folder, sizeof s.folder, "%s", url);
        if (!served_open(arena, &s)) return s;
        million_fill_postgres(url, s.company, invoices);
        million_jobs(arena, &s);
    } else {
        snprintf(s.folder, sizeof s.folder, "%.100s/million-%lld-%016llx", kept ? kept : "out/bench",
                 (long long)invoices, (unsigned long long)million_hash(invoices));
        if (!stat(s.folder, &about)) {
            printf("%lld invoices, kept from before: %s\n", (long long)invoices, s.folder);
            served_open(arena, &s);
            million_jobs(arena, &s); /* what it lacks */
            return s;
        }
        snprintf(making.folder, sizeof making.folder, "%.180s.making", s.folder);
        nftw(making.folder, served_remove, 16, FTW_DEPTH | FTW_PHYS);
        need(!mkdir(making.folder, 0700), making.folder);
        served_open(arena, &making);
        million_fill_sqlite(making.folder, making.company, invoices);
        million_jobs(arena, &making);
        need(!rename(making.folder, s.folder), "renaming");
        served_open(arena, &s);
    }
    printf("%lld invoices made in %.1f s\n", (long long)invoices, (double)(clock_us() - from) / 1e6);
    return s;
}
