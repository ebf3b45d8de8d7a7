#include "payment/payment_test.h"

/* ---- The bank's answer ---- */

static struct str status_report(struct work *work, const struct scene *s, const char *group, const char *transactions)
{
    return str_format(
        work->arena,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId>"
        "<CreDtTm>2025-03-03T12:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>%.*s</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>%s"
        "</OrgnlGrpInfAndSts>%s</CstmrPmtStsRpt></Document>",
        STR_ARG(s->shown.run.message_id), group, transactions);
}

static const char *transaction(struct work *work, const struct scene *s, size_t i, const char *status, const char *amount)
{
    return str_format(
               work->arena,
               "<OrgnlPmtInfAndSts><OrgnlPmtInfId>%.*s-1</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>%.*s</OrgnlEndToEndId><TxSts>%s</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn>"
               "<AddtlInf>account closed</AddtlInf></StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy=\"EUR\">%s</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>",
               STR_ARG(s->shown.run.message_id), STR_ARG(s->shown.payments.at[i].end_to_end_id), status, amount)
        .at;
}

DB_TEST(payment_status_accepts_and_rejects)
{
    struct payment_status_read read = { 0 };
    struct payment_shown shown = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    expect_refused(&payment_wrong_state,
                   payment_status(work, STR("a"), status_report(work, &s, "<GrpSts>ACCP</GrpSts>", ""),
                                  &read)); /* the bank can't have it */
    (void)release_scene(work, &s);
    expect_done(payment_status(work, STR("a"), status_report(work, &s, "<GrpSts>RCVD</GrpSts>", ""), &read));
    expect_int(2, read.pending);
    expect_int(RUN_RELEASED, read.run.state);
    struct str partly = status_report(work, &s, "<GrpSts>PART</GrpSts>",
                                      str_format(work->arena, "%s%s", transaction(work, &s, 0, "ACSP", "150.00"),
                                                 transaction(work, &s, 1, "RJCT", "25.00"))
                                          .at);
    expect_done(payment_status(work, STR("b"), partly, &read));
    expect_int(1, read.accepted);
    expect_int(1, read.rejected);
    expect_int(RUN_ACCEPTED, read.run.state);
    expect_int(-2500, rest_of(work, s.item[2])); /* open again */
    expect_int(0, rest_of(work, s.item[0]));
    expect_int(-15000, transit_balance(work));
    expect_ledger_proved(work);
    expect_done(payment_show(work, s.shown.run.id, &shown));
    expect_int(PAID_ACCEPTED, shown.payments.at[0].state);
    expect_int(PAID_REJECTED, shown.payments.at[1].state);
    expect_str("AC04", shown.payments.at[1].reason_code);
    expect_str("AC04 account closed", shown.payments.at[1].reason);
    int64_t entries = transit_balance(work);
    expect_done(payment_status(work, STR("b"), partly, &read)); /* the same again changes nothing */
    expect_int(entries, transit_balance(work));
    expect_refused(&payment_differs,
                   payment_status(work, STR("c"),
                                  status_report(work, &s, "", transaction(work, &s, 0, "ACSP", "15000.00")), &read));
    struct scene other = s;
    other.shown.run.message_id = STR("SOMEBODY-ELSE");
    expect_refused(&payment_not_ours,
                   payment_status(work, STR("d"), status_report(work, &other, "<GrpSts>ACCP</GrpSts>", ""), &read));
    /* What was rejected can be paid by the next run. */
    work->user_id = PLANNER;
    const struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(2500, shown.run.total_minor);
    test_commit(work);
}

DB_TEST(payment_status_rejects_all)
{
    struct payment_status_read read = { 0 };
    struct file_answer file = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    (void)release_scene(work, &s);
    expect_done(payment_file(work, s.shown.run.id, &file));
    struct str all = status_report(work, &s, "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>", "");
    expect_done(payment_status(work, STR("a"), all, &read));
    expect_int(2, read.rejected);
    expect_int(RUN_REJECTED, read.run.state);
    expect_str("FF01", read.run.reason);
    for (int i = 0; i < 3; i++) expect(rest_of(work, s.item[i]) < 0);
    expect_int(0, transit_balance(work));
    expect_done(payment_status(work, STR("a"), all, &read)); /* again */
    expect_int(RUN_REJECTED, read.run.state);
    expect_refused(&payment_wrong_state, payment_file(work, s.shown.run.id, &file));
    expect_ledger_proved(work);
    db_rollback(work);
}

DB_TEST(payment_status_tells_names)
{
    struct payment_status_read read = { 0 };
    struct payment_shown shown = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    (void)release_scene(work, &s);
    expect_done(payment_status(
        work, STR("vop"), status_report(work, &s, "<GrpSts>RVCM</GrpSts>", transaction(work, &s, 1, "RVMC", "25.00")),
        &read));
    expect_int(2, read.pending);
    expect_done(payment_show(work, s.shown.run.id, &shown));
    expect_int(NAME_CLOSE, shown.payments.at[1].name_check);
    expect_str("account closed", shown.payments.at[1].name_known);
    expect(!shown.payments.at[0].name_check);
    /* Before the next release to that account it is said again. */
    struct payment_checked checked = { 0 };
    bool told = false;
    work->user_id = PLANNER;
    (void)given_payee_bill(work, s.party[1].id, 4200, "79", (struct date){ 20250301 }, 0, NULL, NULL);
    const struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_done(payment_check(work, shown.run.id, &checked));
    for (size_t i = 0; i < checked.problems.count; i++) told |= str_is(checked.problems.at[i].code, "payment.name_differs");
    expect(told && checked.ready);
    db_rollback(work);
}

/* ---- Taking back ---- */

DB_TEST(payment_cancel_opens_everything)
{
    struct payment_shown shown = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    struct payment_run run = release_scene(work, &s);
    expect_refused(&payment_changed, payment_cancel(work, run.id, STR("wrong day"), run.version - 1, &run));
    db_rollback(work);
    test_begin(work);
    s = given_scene(work);
    run = release_scene(work, &s);
    expect_done(payment_cancel(work, run.id, STR("wrong day"), run.version, &run));
    expect_int(RUN_CANCELLED, run.state);
    expect_int(-10000, rest_of(work, s.item[0]));
    expect_int(0, transit_balance(work));
    expect_ledger_proved(work);
    expect_done(payment_show(work, run.id, &shown));
    for (size_t i = 0; i < shown.parts.count; i++) expect(!shown.parts.at[i].is_live);
    work->user_id = PLANNER;
    const struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(17500, shown.run.total_minor);
    expect(shown.payments.at[0].is_first); /* what was cancelled never was a payment */
    expect_done(payment_cancel(work, shown.run.id, STR("not now"), shown.run.version, &run)); /* a proposal too */
    expect_done(payment_propose(work, &proposal, &shown));
    test_commit(work);
}

DB_TEST(payment_refused_by_the_bank)
{
    struct file_answer file = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    struct payment_run run = release_scene(work, &s);
    expect_done(payment_file(work, run.id, &file));
    expect_refused(&payment_wrong_state, payment_cancel(work, run.id, STR("too late"), run.version + 1, &run));
    expect_done(payment_refuse(work, s.shown.run.id, STR("the bank's site refused the file"), s.shown.run.version + 2, &run));
    expect_int(RUN_REJECTED, run.state);
    expect_int(-2500, rest_of(work, s.item[2]));
    expect_int(0, transit_balance(work));
    expect_ledger_proved(work);
    db_rollback(work);
}

/* ---- The statement ---- */

static struct str statement(struct work *work, const char *id, int64_t opening, int64_t amount, const char *reference)
{
    int64_t closing = opening + amount, plain = amount < 0 ? -amount : amount;
    return str_format(
        work->arena,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><GrpHdr><MsgId>%s</MsgId><CreDtTm>2025-03-03T18:00:00</CreDtTm></GrpHdr>"
        "<Stmt><Id>%s</Id><CreDtTm>2025-03-03T18:00:00</CreDtTm><Acct><Id><IBAN>" OUR_IBAN
        "</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%lld.%02lld</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-03-03</Dt></Dt></Bal>"
        "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%lld.%02lld</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-03-03</Dt></Dt></Bal>"
        "<Ntry><Amt Ccy=\"EUR\">%lld.%02lld</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2025-03-03</Dt></BookgDt><ValDt><Dt>2025-03-03</Dt></ValDt>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>%s</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
        id, id, (long long)opening / 100, (long long)opening % 100, (long long)closing / 100, (long long)closing % 100,
        (long long)plain / 100, (long long)plain % 100, amount < 0 ? "DBIT" : "CRDT", reference);
}

DB_TEST(payment_is_done_when_the_statement_shows_it)
{
    struct bank_imported imported = { 0 };
    struct cash_run_result result = { 0 };
    struct payment_shown shown = { 0 };
    struct run_payment back = { 0 };
    int64_t count = 0;
    bool news = true;
    test_begin(work);
    struct scene s = given_scene(work);
    struct payment_run run = release_scene(work, &s);
    expect_done(payment_sweep(work, &count));
    expect_int(0, count);
    const char *batch =
        str_format(work->arena, "<Btch><PmtInfId>%.*s-1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>", STR_ARG(run.message_id))
            .at;
    expect_done(bank_import(work, STR("s.xml"), statement(work, "S1", 100000, -17500, batch), &imported));
    expect_done(cash_run(work, 100, &result));
    expect_int(1, result.posted);
    expect_int(0, transit_balance(work)); /* the money left */
    /* A stranger's 25.00 on the same day is none of the run, which was seen as a whole, though nobody has marked it done yet. */
    expect_done(bank_import(work, STR("x.xml"), statement(work, "SX", 82500, -2500, ""), &imported));
    expect_done(cash_run(work, 100, &result));
    expect_int(0, result.posted);
    expect_int(0, transit_balance(work));
    struct payment_run refused = { 0 };
    expect_refused(&payment_met, payment_cancel(work, run.id, STR("no"), run.version, &refused));
    expect_done(payment_has_news(work, &news));
    expect(news);
    expect_done(payment_sweep(work, &count));
    expect_int(1, count);
    expect_done(payment_has_news(work, &news));
    expect(!news);
    expect_done(payment_show(work, run.id, &shown));
    expect_int(RUN_DONE, shown.run.state);
    for (size_t i = 0; i < shown.parts.count; i++) expect(!shown.parts.at[i].is_live);
    /* One comes back: its bill is open, and the money that comes in goes to transit, not to somebody's invoice. */
    expect_done(payment_return(work, shown.payments.at[1].id, STR("account closed"), &back));
    expect_int(-2500, rest_of(work, s.item[2]));
    expect_int(2500, transit_balance(work));
    const char *one = str_format(work->arena, "<TxDtls><Refs><EndToEndId>%.*s</EndToEndId></Refs></TxDtls>",
                                 STR_ARG(back.end_to_end_id))
                          .at;
    expect_done(bank_import(work, STR("t.xml"), statement(work, "S2", 80000, 2500, one), &imported));
    expect_done(cash_run(work, 100, &result));
    expect_int(1, result.posted);
    expect_int(0, transit_balance(work));
    expect_ledger_proved(work);
    work->user_id = PLANNER;
    const struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(2500, shown.run.total_minor); /* and only that */
    test_commit(work);
}

/* Banks that book each payment: done when all of them were seen. */
DB_TEST(payment_each_booked)
{
    struct bank_imported imported = { 0 };
    struct cash_run_result result = { 0 };
    int64_t count = 0;
    test_begin(work);
    struct scene s = given_scene(work);
    (void)release_scene(work, &s);
    for (size_t i = 0; i < 2; i++) {
        const char *one = str_format(work->arena, "<TxDtls><Refs><EndToEndId>%.*s</EndToEndId></Refs></TxDtls>",
                                     STR_ARG(s.shown.payments.at[i].end_to_end_id))
                              .at;
        expect_done(
            bank_import(work, STR("s.xml"),
                        statement(work, i ? "S2" : "S1", i ? 85000 : 100000, -s.shown.payments.at[i].amount_minor, one),
                        &imported));
        expect_done(cash_run(work, 100, &result));
        expect_int(1, result.posted);
        expect_done(payment_sweep(work, &count));
        expect_int(i, count);
    }
    expect_int(0, transit_balance(work));
    expect_ledger_proved(work);
    db_rollback(work);
}

/* A bill of USD 1000 at 0.90, paid from a dollar account when it is worth 0.92: the difference is booked with the settlement. */
DB_TEST(payment_in_dollars)
{
    struct payment_shown shown = { 0 };
    struct payment_run run = { 0 };
    struct file_answer file = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    struct bank_account dollars = {
        .name = STR("USD"), .iban = STR("NL20INGB0001234567"), .holder = STR("Test BV"), .currency = STR("USD")
    };
    expect_done(bank_account_make(work, &dollars));
    expect_done(test_sql(
        work,
        "insert into exchange_rate (company_id, currency, valid_on, rate, source) values ($1, 'USD', '2025-02-01', '0.92', 'test')",
        0, 0));
    item_id item = given_item(work, &(struct given_item){ .journal = JOURNAL_PURCHASE,
                                                          .control = account_for(work, FOR_PAYABLES),
                                                          .other = account_for(work, FOR_EXPENSES),
                                                          .party = s.party[0].id,
                                                          .minor = -100000,
                                                          .currency = "USD",
                                                          .base_minor = -90000,
                                                          .reference = "U-1",
                                                          .due = { 20250301 } });
    const struct payment_proposal proposal = { .bank_account_id = dollars.id, .until = { 20250331 } };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(100000, shown.run.total_minor);
    expect_int(PAYMENT_FOREIGN, shown.run.kind);
    work->user_id = TREASURER;
    expect_done(payment_release(work, &(struct payment_release){ shown.run.id, shown.run.hash, shown.run.version }, &run));
    expect_int(0, rest_of(work, item));
    expect_int(-92000, transit_balance(work));
    expect_ledger_proved(work);
    expect_done(payment_file(work, run.id, &file));
    expect(str_find(file.content, "<InstdAmt Ccy=\"USD\">1000.00</InstdAmt>") >= 0);
    expect_done(payment_refuse(work, run.id, STR("the bank wants a code"), run.version + 1, &run));
    expect_int(0, transit_balance(work));
    expect_int(-100000, rest_of(work, item));
    expect_ledger_proved(work);
    db_rollback(work);
}

/* ---- Many ---- */

DB_TEST(payment_many_bills)
{
    enum { PARTIES = 20, BILLS = 400 };
    struct payment_shown shown = { 0 };
    struct payment_run run = { 0 };
    struct party parties[PARTIES];
    int64_t sum = 0;
    test_begin(work);
    struct scene s = given_scene(work);
    for (int i = 0; i < PARTIES; i++) {
        parties[i] = given_payee(work, 100 + i);
        (void)given_payee_bank(work, parties[i].id, 100 + i, true);
    }
    for (int i = 0; i < BILLS; i++) {
        (void)given_payee_bill(work, parties[i % PARTIES].id, 1000 + i, str_format(work->arena, "N-%d", i).at,
                               (struct date){ 20250301 }, 0, NULL, NULL);
        sum += 1000 + i;
    }
    const struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    work->user_id = PLANNER;
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(PARTIES, shown.run.payment_count);
    expect_int(BILLS, shown.run.part_count);
    expect_int(sum, shown.run.total_minor);
    work->user_id = TREASURER;
    expect_done(payment_release(work, &(struct payment_release){ shown.run.id, shown.run.hash, shown.run.version }, &run));
    expect_int(-sum, transit_balance(work));
    expect_done(payment_cancel(work, run.id, STR("all back"), run.version, &run));
    expect_int(0, transit_balance(work));
    expect_ledger_proved(work);
    db_rollback(work);
}
