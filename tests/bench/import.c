/* The import of a camt.053 of 100,000 entries as it is in life (read, check, commit, by the operation `statement import`), against a
 * bare libxml2 SAX2 pass over the same bytes and a bare SQLite loop that inserts the same rows in one transaction, durable.
 * Usage: bench_import [entries]. Time of the processor, the smallest of three; target: at most 2 times those two together.
 *
 * The loop's table has the same columns, and of the keys those that it can't be without: the primary key, and the one that forbids a line
 * twice. The keys by which lines are looked up (statement, day, amount, IBAN) count against us. What the ratio is to a loop without any key
 * but the primary one, and to one with all of them, is printed beside it. */
#include "app/app.h"
#include "bank/bank.h"
#include "ledger/ledger.h"
#include "target.h"
#include <dirent.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 3 };
static char folder[] = "/tmp/florin-import-XXXXXX";

static void must(struct fault *fault)
{
    if (!fault) return;
    fprintf(stderr, "%s %s\n", fault->type->code, fault->detail ? fault->detail : "");
    exit(70);
}
static void bare(sqlite3 *db, int code)
{
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    exit(70);
}
struct took { int64_t cpu_us, clock_us; };
static struct took now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (struct took){ (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000, clock_us() };
}
static void least(struct took *best, struct took from)
{
    struct took to = now();
    if (!best->cpu_us || to.cpu_us - from.cpu_us < best->cpu_us) best->cpu_us = to.cpu_us - from.cpu_us;
    if (!best->clock_us || to.clock_us - from.clock_us < best->clock_us) best->clock_us = to.clock_us - from.clock_us;
}

/* ---- The statement ---- */

static struct str statement_bytes(struct arena *arena, int64_t entries)
{
    struct rng rng = rng_new(1);
    struct text t = text_new(arena);
    int64_t balance = 0;
    text_addz(
        &t,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>"
        "<GrpHdr><MsgId>BENCH-1</MsgId><CreDtTm>2026-01-05T06:00:00Z</CreDtTm></GrpHdr><Stmt><Id>BENCH-1-1</Id>"
        "<ElctrncSeqNb>5</ElctrncSeqNb><CreDtTm>2026-01-05T06:00:00Z</CreDtTm><Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id>"
        "<Ccy>EUR</Ccy></Acct><Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">0.00</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-04</Dt></Dt></Bal>\n");
    for (int64_t n = 0; n < entries; n++) {
        int64_t amount = rng_between(&rng, 100, 999999);
        bool credit = rng_chance(&rng, 600);
        const char *side = credit ? "Dbtr" : "Cdtr";
        balance += credit ? amount : -amount;
        text_addf(
            &t,
            "<Ntry><Amt Ccy=\"EUR\">%lld.%02lld</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt>"
            "<ValDt><Dt>2026-01-05</Dt></ValDt><AcctSvcrRef>0501%010lld</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>%s</Cd>"
            "<SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E2E-%lld</EndToEndId></Refs>"
            "<RltdPties><%s><Nm>Handelsonderneming %lld B.V.</Nm></%s><%sAcct><Id><IBAN>NL20INGB0001234567</IBAN></Id></%sAcct>"
            "</RltdPties><RmtInf><Ustrd>Factuur 2026%06lld</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n",
            (long long)(amount / 100), (long long)(amount % 100), credit ? "CRDT" : "DBIT", (long long)n,
            credit ? "RCDT" : "ICDT", (long long)n, side, (long long)(n % 5000), side, side, side, (long long)n);
    }
    int64_t b = balance < 0 ? -balance : balance;
    text_addf(
        &t,
        "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%lld.%02lld</Amt><CdtDbtInd>%s</CdtDbtInd>"
        "<Dt><Dt>2026-01-05</Dt></Dt></Bal></Stmt></BkToCstmrStmt></Document>\n",
        (long long)(b / 100), (long long)(b % 100), balance < 0 ? "DBIT" : "CRDT");
    return text_str(&t);
}

/* ---- Bare: one pass, one loop ---- */

static void bare_start(void *c, const xmlChar *a, const xmlChar *b, const xmlChar *d, int e, const xmlChar **f, int g,
                       int h, const xmlChar **i)
{
    (void)a, (void)b, (void)d, (void)e, (void)f, (void)g, (void)h, (void)i;
    ++*(int64_t *)c;
}
static void bare_end(void *c, const xmlChar *a, const xmlChar *b, const xmlChar *d)
{
    (void)c, (void)a, (void)b, (void)d;
}
static void bare_text(void *c, const xmlChar *a, int length) { (void)c, (void)a, (void)length; }

static void bare_pass(struct str bytes)
{
    xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC, .startElementNs = bare_start, .endElementNs = bare_end,
                          .characters = bare_text, .ignorableWhitespace = bare_text };
    int64_t elements = 0;
    xmlParserCtxtPtr parser = xmlCreateMemoryParserCtxt(bytes.at, (int)bytes.length);
    *parser->sax = sax;
    parser->userData = &elements;
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE);
    xmlParseDocument(parser);
    ensure(parser->wellFormed && elements);
    xmlFreeParserCtxt(parser);
}

/* The rows that the import made, held in memory, into a bare table of the same columns with the same key, on the same disk. */
struct held { sqlite3_value **values; int rows, columns; struct str insert, create, keys[3]; }; /* keys: none, what forbids a row twice, all */

/* The indexes that stand on the table in life: all, or only those that forbid a row twice. */
static struct str keys_of(struct arena *arena, sqlite3 *db, bool all_of_them)
{
    struct text text = text_new(arena);
    sqlite3_stmt *all;
    bare(db,
         sqlite3_prepare_v2(
             db, "select sql from sqlite_schema where tbl_name = 'bank_line' and type = 'index' and sql is not null",
             -1, &all, NULL));
    while (sqlite3_step(all) == SQLITE_ROW) {
        struct str sql = str_of((const char *)sqlite3_column_text(all, 0));
        if (all_of_them || str_find(sql, "CREATE UNIQUE") >= 0) text_addf(&text, "%.*s;", STR_ARG(sql));
    }
    sqlite3_finalize(all);
    return text_str(&text);
}

static void hold(struct arena *arena, struct held *held)
{
    sqlite3 *db;
    sqlite3_stmt *all;
    bare(NULL, sqlite3_open(str_format(arena, "%s/florin.db", folder).at, &db));
    bare(db, sqlite3_prepare_v2(db, "select * from bank_line order by id", -1, &all, NULL));
    struct text create = text_new(arena), insert = text_new(arena);
    held->columns = sqlite3_column_count(all);
    text_addz(&create, "create table bank_line (");
    text_addz(&insert, "insert into bank_line values (");
    for (int i = 0; i < held->columns; i++) {
        text_addf(&create, "%s, ", sqlite3_column_name(all, i));
        text_addz(&insert, i ? ",?" : "?");
    }
    text_addz(&create, "primary key (company_id, id))");
    text_addz(&insert, ")");
    held->create = text_str(&create);
    held->keys[1] = keys_of(arena, db, false);
    held->keys[2] = keys_of(arena, db, true);
    held->insert = text_str(&insert);
    LIST_OF(sqlite3_value *) values = { 0 };
    while (sqlite3_step(all) == SQLITE_ROW) {
        for (int i = 0; i < held->columns; i++) *LIST_ADD(arena, &values) = sqlite3_value_dup(sqlite3_column_value(all, i));
        held->rows++;
    }
    held->values = values.at;
    sqlite3_finalize(all);
    sqlite3_close(db);
}

static void bare_loop(struct arena *arena, const struct held *held, int keys)
{
    sqlite3 *db;
    sqlite3_stmt *insert;
    bare(NULL, sqlite3_open(str_format(arena, "%s/bare.db", folder).at, &db));
    bare(db, sqlite3_exec(db, "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536", NULL,
                          NULL, NULL));
    bare(db, sqlite3_exec(db, "drop table if exists bank_line", NULL, NULL, NULL));
    bare(db, sqlite3_exec(db, held->create.at, NULL, NULL, NULL));
    if (keys) bare(db, sqlite3_exec(db, held->keys[keys].at, NULL, NULL, NULL));
    bare(db, sqlite3_prepare_v2(db, held->insert.at, -1, &insert, NULL));
    bare(db, sqlite3_exec(db, "begin", NULL, NULL, NULL));
    for (int r = 0; r < held->rows; r++) {
        for (int i = 0; i < held->columns; i++)
            bare(db, sqlite3_bind_value(insert, i + 1, held->values[(size_t)r * (size_t)held->columns + (size_t)i]));
        bare(db, sqlite3_step(insert));
        sqlite3_reset(insert);
    }
    bare(db, sqlite3_exec(db, "commit", NULL, NULL, NULL));
    sqlite3_finalize(insert);
    sqlite3_close(db);
}

/* ---- Ours ---- */

static struct work program(struct arena *arena, int64_t company)
{
    return (struct work){ .arena = arena, .now = instant_now(), .today = { 20260131 }, .language = ENGLISH, .system = true,
                          .company_id = company, .source = STR("bench") };
}

static struct fault *ask(struct work *work, struct books *books, const struct operations *operations,
                         const char *command, struct str body)
{
    struct answer answer;
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    const struct pair name = { STR("file_name"), STR("statement.xml") };
    const struct operation *op = operation_by_command(operations, noun, verb);
    const struct request request = {
        .operation = op, .pairs = &name, .pair_count = op->flags & OPERATION_UPLOAD ? 1 : 0, .body = body
    };
    return operation_answer(work, books, operations, &request, &answer);
}

/* A company of its own each time: the same bytes again would add nothing. */
static int64_t company_make(struct books *books, const struct operations *operations)
{
    struct arena *arena = arena_new((size_t)1 << 28);
    struct work work = program(arena, 0);
    must(ask(&work, books, operations, "company add",
             STR("{\"name\":\"Bench\",\"country\":\"NL\",\"currency\":\"EUR\",\"language\":\"nl\"}")));
    int64_t company = work.company_id;
    work = program(arena, company);
    must(ask(&work, books, operations, "bank-account add",
             STR("{\"name\":\"Bank\",\"iban\":\"NL91ABNA0417164300\",\"holder\":\"Bench\",\"currency\":\"EUR\"}")));
    arena_free(arena);
    return company;
}

static void import(struct books *books, const struct operations *operations, int64_t company, struct str bytes)
{
    struct arena *arena = arena_new((size_t)4 << 30);
    struct work work = program(arena, company);
    must(ask(&work, books, operations, "statement import", bytes));
    arena_free(arena);
}

static void remove_folder(struct arena *arena)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') unlink(str_format(arena, "%s/%s", folder, e->d_name).at);
    if (d) closedir(d);
    rmdir(folder);
}

int main(int count, char **words)
{
    struct arena *arena = arena_new((size_t)8 << 30);
    struct operations operations;
    struct books *books;
    struct took ours = { 0 }, pass = { 0 }, loops[3] = { 0 };
    struct held held = { 0 };
    int64_t entries = count > 1 ? atoll(words[1]) : 100000;
    log_set_level(LOG_ERROR);
    if (!mkdtemp(folder)) return 70;
    app_operations(arena, &operations);
    struct str bytes = statement_bytes(arena, entries);
    must(books_open(arena, str_of(folder), &books));
    must(books_migrate(arena, books));
    for (int i = 0; i < RUNS; i++) {
        int64_t company = company_make(books, &operations);
        struct took from = now();
        import(books, &operations, company, bytes);
        least(&ours, from);
        if (!i) hold(arena, &held);
        ensure(held.rows == entries);
        from = now();
        bare_pass(bytes);
        least(&pass, from);
        for (int keys = 0; keys < 3; keys++) {
            from = now();
            bare_loop(arena, &held, keys);
            least(&loops[keys], from);
        }
    }
    books_close(books);
    remove_folder(arena);
    double ratios[3];
    for (int keys = 0; keys < 3; keys++)
        ratios[keys] = (double)ours.cpu_us / (double)(pass.cpu_us + loops[keys].cpu_us);
    printf("camt.053 of %lld entries, %.0f MB: import %.2f s of CPU (clock %.2f); bare pass %.2f s\n",
           (long long)entries, (double)bytes.length / 1e6, (double)ours.cpu_us / 1e6, (double)ours.clock_us / 1e6,
           (double)pass.cpu_us / 1e6);
    printf(
        "bare inserts: primary key alone %.2f s (import %.2f x), and what forbids a line twice %.2f s (%.2f x), all keys %.2f s (%.2f x)\n",
        (double)loops[0].cpu_us / 1e6, ratios[0], (double)loops[1].cpu_us / 1e6, ratios[1],
        (double)loops[2].cpu_us / 1e6, ratios[2]);
    bool good = target_at_most("camt.053 imported / bare pass + bare inserts", ratios[1], "x", 2);
    arena_free(arena);
    return !good;
}
