#include "test.h"
#include "bank/bank_private.h"
#include "statement/statement.h"

#define OURS "NL20INGB0001234567"

static struct bank_account given_account(struct work *work)
{
    struct bank_account account = { .name = STR("Main"), .iban = STR(OURS), .holder = STR("Test BV") };
    expect_done(bank_account_make(work, &account));
    return account;
}

/* A message of one kind with one entry: "052", "053" or "054". */
static struct str message(struct arena *arena, const char *kind, const char *status, const char *reference, const char *details)
{
    const char *
        root = !strcmp(kind, "053")   ? "BkToCstmrStmt"
               : !strcmp(kind, "052") ? "BkToCstmrAcctRpt"
                                      : "BkToCstmrDbtCdtNtfctn",
       *part = !strcmp(kind, "053")   ? "Stmt"
               : !strcmp(kind, "052") ? "Rpt"
                                      : "Ntfctn",
       *balances =
           !strcmp(kind, "053")
               ? "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-03-03</Dt></Dt></Bal>"
                 "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-03-03</Dt></Dt></Bal>"
               : "";
    return str_format(
        arena,
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.%s.001.02\"><%s><GrpHdr><MsgId>M%s</MsgId><CreDtTm>2025-03-03T12:00:00Z</CreDtTm></GrpHdr>"
        "<%s><Id>S%s</Id><CreDtTm>2025-03-03T12:00:00Z</CreDtTm><Acct><Id><IBAN>" OURS
        "</IBAN></Id><Ccy>EUR</Ccy></Acct>%s"
        "<Ntry><Amt Ccy=\"EUR\">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>%s</Sts><BookgDt><Dt>2025-03-03</Dt></BookgDt><ValDt><Dt>2025-03-03</Dt></ValDt>"
        "<AcctSvcrRef>%s</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>%s</Ntry></%s></%s></Document>",
        kind, root, kind, part, kind, balances, status, reference, details, part, root);
}

static const char two[] =
    "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy=\"EUR\">10.00</Amt></TxAmt></AmtDtls>"
    "<RltdPties><Dbtr><Nm>Klant A</Nm></Dbtr></RltdPties><RmtInf><Ustrd>factuur 1</Ustrd></RmtInf></TxDtls><TxDtls><Refs><EndToEndId>E2</EndToEndId></Refs>"
    "<AmtDtls><TxAmt><Amt Ccy=\"EUR\">20.00</Amt></TxAmt></AmtDtls><RltdPties><Dbtr><Nm>Klant B</Nm></Dbtr></RltdPties><RmtInf><Ustrd>factuur 2</Ustrd></RmtInf></TxDtls></NtryDtls>";

static struct bank_imported imported(struct work *work, struct str bytes)
{
    struct bank_imported out = { 0 };
    expect_done(bank_import(work, STR("x.xml"), bytes, &out));
    return out;
}

static int64_t balance(struct work *work)
{
    int64_t minor;
    account_id bank;
    struct ledger_proof proof = { 0 };
    expect_done(ledger_account_for(work, FOR_BANK, &bank));
    expect_done(ledger_account_balance(work, bank, &minor));
    expect_done(ledger_verify(work, &proof));
    expect(proof.holds);
    return minor;
}

/* The only early line there is. */
static struct bank_early only(struct work *work, enum early_kind kind)
{
    LIST_OF(struct bank_early) rows = { 0 };
    struct bank_early found = { 0 };
    static const char *const params[] = { "company_id" };
    static const struct sql all = {
        .name = "test_early",
        .text =
            "select id, kind, line_id, case when line_id is not null then 'met' when ended_at is not null then 'ended' else 'waiting' end as state from bank_early where company_id = $1",
        .params = params,
        .param_count = 1
    };
    int count = 0;
    expect_done(db_all(work, &all, NONE, INTO_LIST(bank_early, &rows)));
    for (size_t i = 0; i < rows.count; i++)
        if (rows.at[i].kind == kind) found = rows.at[i], count++;
    expect_int(1, count);
    return found;
}

DB_TEST(bank_early_lines_are_shown_and_never_booked_twice)
{
    test_begin(work);
    given_account(work);
    /* During the day: pending, then booked; nothing is in the books. The same report again adds nothing. */
    expect_int(1, imported(work, message(work->arena, "052", "PDNG", "R1", "")).added_count);
    expect_int(0, imported(work, message(work->arena, "052", "PDNG", "R1", "")).added_count);
    expect_int(0, balance(work));
    expect_int(EARLY_WAITING, only(work, EARLY_INTRADAY).state);
    /* The statement comes: booked once, and the line of the day is met. */
    struct bank_imported statement = imported(work, message(work->arena, "053", "BOOK", "R1", ""));
    expect_int(1, statement.added_count);
    expect_int(3000, balance(work));
    struct bank_early early = only(work, EARLY_INTRADAY);
    struct bank_lines lines = { 0 };
    expect_done(bank_lines_of(work, statement.statements.at[0].id, &lines));
    expect_int(EARLY_MET, early.state);
    expect_int(lines.at[0].id.n, early.line_id.n);
    /* What comes late is about what is there. */
    expect_int(0, imported(work, message(work->arena, "052", "PDNG", "R1", "")).added_count);
    expect_int(3000, balance(work));
    test_commit(work);
}

DB_TEST(bank_early_what_the_statement_lacks_has_ended)
{
    test_begin(work);
    given_account(work);
    struct str other = message(work->arena, "052", "PDNG", "R9", "");
    /* Another amount: the bank withdrew it. */
    char *at = strstr((char *)(uintptr_t)other.at, "<Ntry><Amt Ccy=\"EUR\">30.00");
    expect(at != NULL);
    at[strlen("<Ntry><Amt Ccy=\"EUR\">")] = '7';
    imported(work, other);
    imported(work, message(work->arena, "053", "BOOK", "R1", ""));
    expect_int(EARLY_ENDED, only(work, EARLY_INTRADAY).state);
    expect_int(3000, balance(work));
    test_commit(work);
}

/* camt.054 before the statement and after it: the batch opens up, once. */
DB_TEST(bank_early_notices_open_a_batch)
{
    for (int first = 0; first < 2; first++) {
        test_begin(work);
        given_account(work);
        struct bank_imported statement = { 0 };
        if (first) expect_int(1, imported(work, message(work->arena, "054", "BOOK", "R1", two)).added_count);
        statement = imported(work, message(work->arena, "053", "BOOK", "R1", ""));
        if (!first) expect_int(1, imported(work, message(work->arena, "054", "BOOK", "R1", two)).added_count);
        expect_int(0, imported(work, message(work->arena, "054", "BOOK", "R1", two)).added_count);
        struct bank_lines lines = { 0 };
        expect_done(bank_lines_of(work, statement.statements.at[0].id, &lines));
        expect_int(1, lines.count);
        expect(str_find(lines.at[0].details, "\"name\":\"Klant B\"") >= 0 &&
               str_find(lines.at[0].details, "\"amount\":\"10.00\"") >= 0);
        expect_int(lines.at[0].id.n, only(work, EARLY_NOTICE).line_id.n);
        struct bank_line one = { 0 };
        expect_done(bank_line_load(work, lines.at[0].id, &one));
        expect(str_equal(lines.at[0].details, one.details));
        expect_int(3000, balance(work));
        db_rollback(work);
    }
}

/* Two lines of a day with one amount and no reference are a tie: neither is taken. */
DB_TEST(bank_early_a_tie_waits)
{
    test_begin(work);
    given_account(work);
    struct str statement = message(work->arena, "053", "BOOK", "R1", "");
    struct str entry = str_part(statement, (size_t)str_find(statement, "<Ntry>"),
                                (size_t)(str_find(statement, "</Ntry>") - str_find(statement, "<Ntry>")) + 7);
    struct str before = str_part(statement, 0, (size_t)str_find(statement, "</Stmt>")),
               behind = str_part(statement, before.length, statement.length);
    imported(work, str_format(work->arena, "%.*s%.*s%.*s", STR_ARG(before), STR_ARG(entry), STR_ARG(behind)));
    imported(work, message(work->arena, "054", "BOOK", "OTHER", two));
    expect_int(EARLY_WAITING, only(work, EARLY_NOTICE).state);
    test_commit(work);
}

DB_TEST(bank_early_reads_mt942)
{
    test_begin(work);
    given_account(work);
    struct bank_imported out = imported(work, test_file(work->arena, "tests/data/statement/ing-942.sta"));
    expect_int(1, out.added_count);
    expect_int(0, out.statements.count);
    expect_int(EARLY_WAITING, only(work, EARLY_INTRADAY).state);
    expect_int(0, imported(work, test_file(work->arena, "tests/data/statement/ing-942.sta")).added_count);
    test_commit(work);
}

/* The files beside the project: each is taken in, of an account that is ours, and a second time adds nothing. */
DB_TEST(bank_early_reads_shared_files)
{
    static const char *const names[] = { "camt052.v2.xml", "camt052.v4.xml", "camt052.v6.xml", "camt052.v8.xml",
                                         "camt054.v2.xml", "camt054.v4.xml", "camt054.v8.xml" };
    const char *shared = test_shared();
    if (!shared) return;
    int read = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct str path = str_format(work->arena, "%s/data/camt/test/data/%s", shared, names[i]), bytes;
        struct statements statements = { 0 };
        FILE *f = fopen(path.at, "rb");
        if (!f) continue;
        fclose(f);
        bytes = test_file(work->arena, path.at);
        expect_done(statement_read(work->arena, bytes, &statements));
        test_begin(work);
        for (size_t k = 0; k < statements.count; k++) {
            const struct statement *s = &statements.at[k];
            struct bank_account account = { .name = STR("x"), .iban = s->account, .holder = STR("x"), .currency = s->currency };
            bool found;
            if (!s->account_is_iban) continue;
            expect_done(bank_account_by_iban(work, s->account, s->currency, &(struct bank_account){ 0 }, &found));
            if (!found) expect_done(bank_account_make(work, &account));
        }
        struct bank_imported out = { 0 };
        struct fault *fault = bank_import(work, STR("x.xml"), bytes, &out);
        if (!fault) {
            expect(out.line_count > 0 && out.added_count > 0);
            expect_int(0, imported(work, bytes).added_count);
            expect_int(0, balance(work));
            read++;
        } else (void)expect_refused(&bank_unknown_account, fault); /* an account number that is no IBAN can't be ours */
        db_rollback(work);
    }
    expect(read >= 3);
}
