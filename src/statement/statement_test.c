/* The neutral statement: what a reader promises, whatever the format. */
#include "test.h"
#include "statement/statement.h"

static const char small[] =
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId>"
    "<CreDtTm>2026-01-05T06:00:00+01:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><ElctrncSeqNb>5</ElctrncSeqNb>"
    "<Acct><Id><IBAN>NL91 ABNA 0417 1643 00</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-04</Dt></Dt></Bal>"
    "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>"
    "%s</Stmt></BkToCstmrStmt></Document>";
#define ENTRY(amount, more)          \
    "<Ntry><Amt Ccy=\"EUR\">" amount \
    "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt>" more "</Ntry>"

static const struct statement *one(struct arena *arena, const char *closing, const char *entries)
{
    struct statements all;
    expect_done(statement_read(arena, str_format(arena, small, closing, entries), &all));
    expect_int(1, all.count);
    return all.at;
}

TEST(statement_equal_lines_are_two_lines)
{
    const struct statement *st = one(arena, "30.50", ENTRY("5.00", "") ENTRY("5.00", "") ENTRY("5.50", "") ENTRY("5.00", ""));
    expect_int(4, st->line_count);
    expect_int(1, st->lines[0]->occurrence);
    expect_int(2, st->lines[1]->occurrence);
    expect_int(1, st->lines[2]->occurrence);
    expect_int(3, st->lines[3]->occurrence);
    expect(st->lines[0]->fingerprint == st->lines[3]->fingerprint && st->lines[0]->fingerprint != st->lines[2]->fingerprint);
    expect_int(PROOF_DONE, st->proof);
    expect_str("NL91ABNA0417164300", st->account);
    expect(st->account_is_iban);
    expect_int(0, st->problems);
}

TEST(statement_wrong_balance_is_shown)
{
    const struct statement *st = one(arena, "30.00", ENTRY("5.00", ""));
    expect_int(PROOF_BROKEN, st->proof);
    expect_int(1500, st->difference_minor);
    expect_int(PROBLEM_BALANCE, st->problems);
}

TEST(statement_more_decimals_than_the_currency)
{
    const struct statement *st = one(arena, "15.00", ENTRY("5.00000", ""));
    expect_int(0, st->problems); /* zeros lose nothing */
    expect_int(5, st->lines[0]->amount_exact.scale);
    st = one(arena, "15.00", ENTRY("5.00499", ""));
    expect_int(PROBLEM_AMOUNT_DECIMALS, st->lines[0]->problems);
    expect_int(500, st->lines[0]->amount_minor);
    expect_int(500499, st->lines[0]->amount_exact.units);
    expect_int(PROBLEM_AMOUNT_DECIMALS, st->problems);
}

TEST(statement_a_line_is_never_lost)
{
    const struct statement *st =
        one(arena, "10.00",
            "<Ntry/><Ntry><Amt Ccy=\"EUR\">a lot</Amt><BookgDt><Dt>2026-02-30</Dt></BookgDt><Sts>HUH</Sts></Ntry>");
    expect_int(2, st->line_count);
    expect_int(PROBLEM_AMOUNT | PROBLEM_SIGN | PROBLEM_STATUS, st->lines[0]->problems);
    expect_int(PROBLEM_AMOUNT | PROBLEM_SIGN | PROBLEM_STATUS | PROBLEM_DATE, st->lines[1]->problems);
    expect_str("a lot", st->lines[1]->raw);
    expect(st->lines[0]->payment != NULL);
}

TEST(statement_refuses)
{
    struct statements all;
    expect_refused(&statement_unknown, statement_read(arena, STR("Dear customer,\n"), &all));
    expect_refused(&statement_unknown, statement_read(arena, STR(""), &all));
    expect_refused(&statement_unknown, statement_read(arena, STR("<html>camt.053</html>"), &all));
    expect_refused(&statement_malformed,
                   statement_read(arena, STR("<Document><BkToCstmrStmt></BkToCstmrStmt></Document>"), &all));
    extern const struct fault_type xml_malformed, xml_forbidden;
    expect_refused(&xml_malformed, statement_read(arena, STR("<Document><BkToCstmrStmt><Stmt><Id>1</Id>"), &all));
    expect_refused(&xml_forbidden,
                   statement_read(arena,
                                  STR("<!DOCTYPE Document [<!ENTITY a \"b\">]><Document><BkToCstmrStmt/></Document>"),
                                  &all));
}

TEST(statement_refuses_what_is_too_much)
{
    struct arena *tight = arena_new((size_t)16 << 20);
    struct text t = text_new(arena);
    struct statements all;
    text_addz(&t, "<Document><BkToCstmrStmt><Stmt>");
    for (int i = 0; i < 100000; i++) text_addz(&t, "<Ntry/>");
    text_addz(&t, "</Stmt></BkToCstmrStmt></Document>");
    expect_refused(&input_too_large, statement_read(tight, text_str(&t), &all));
    arena_reset(tight);
    t = text_new(arena);
    text_addz(&t, "<Document><BkToCstmrStmt><Stmt><Ntry><NtryDtls>");
    for (int i = 0; i < 100000; i++) text_addz(&t, "<TxDtls/>");
    text_addz(&t, "</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>");
    expect_refused(&input_too_large, statement_read(tight, text_str(&t), &all));
    arena_free(tight);
}

static struct fault *count_line(void *context, const struct statement *st, const struct statement_line *line)
{
    int64_t *count = context;
    expect_int(st->line_count, line->number);
    ++*count;
    return NULL;
}

TEST(statement_stream_gives_the_same)
{
    static const struct statement_handler handler = { .on_line = count_line };
    struct str bytes = str_format(arena, small, "20.00", ENTRY("5.00", "") ENTRY("5.00", ""));
    int64_t count = 0;
    expect_done(statement_stream(arena, statement_source_of(&bytes), &statement_limits_stream, &handler, &count));
    expect_int(2, count);
}

TEST(statement_follows_previous)
{
    const struct statement *first = one(arena, "15.00", ENTRY("5.00", ""));
    struct statement_balance opening = *first->closing, closing = *first->closing;
    struct statement next = *first;
    closing.on = date_add_days(closing.on, 1);
    next.opening = &opening;
    next.closing = &closing;
    next.id = STR("S2");
    next.number++;
    int64_t missing;
    expect_int(FOLLOWS, statement_follows(first, &next, &missing));
    opening.amount_minor += 250;
    expect_int(FOLLOWS_GAP, statement_follows(first, &next, &missing));
    expect_int(250, missing);
    expect_int(FOLLOWS_REPEATS, statement_follows(first, first, &missing));
    next.account = STR("NL02ABNA0123456789");
    expect_int(FOLLOWS_OTHER, statement_follows(first, &next, &missing));
}
