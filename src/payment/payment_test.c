#include "codec/xml.h"
#include "outbox/message.h"
#include "payment/payment_test.h"

/* ---- Days ---- */

TEST(payment_target_days)
{
    static const int32_t easters[] = { 19610402, 20000423, 20080323, 20190421, 20240331,
                                       20250420, 20260405, 20380425, 22850322 };
    for (size_t i = 0; i < ARRAY_LENGTH(easters) - 1; i++)
        expect_int(easters[i], easter_sunday(easters[i] / 10000).ymd);
    static const int32_t closed[] = { 20250101, 20250301, 20250302, 20250418, 20250420, 20250421,
                                      20250501, 20251225, 20251226, 20260403, 20260406 };
    static const int32_t open[] = { 20250102, 20250303,     20250417, 20250422, 20250505,
                                    20250529, 20250427 + 1, 20251224, 20251229 };
    for (size_t i = 0; i < ARRAY_LENGTH(closed); i++) expect(target_is_closed((struct date){ closed[i] }));
    for (size_t i = 0; i < ARRAY_LENGTH(open); i++) expect(!target_is_closed((struct date){ open[i] }));
    expect_int(20250422, target_open_from((struct date){ 20250418 }).ymd);
    expect_int(20251229, target_open_from((struct date){ 20251225 }).ymd);
}

/* ---- States ---- */

TEST(payment_moves)
{
    static const enum run_state run[RUN_EVENT_COUNT][RUN_STATE_COUNT] = {
        /*                 none proposed       released       sent           accepted       done      cancelled rejected */
        [RUN_EDIT] = { 0, RUN_PROPOSED, 0, 0, 0, 0, 0, 0 },
        [RUN_RELEASE] = { 0, RUN_RELEASED, 0, 0, 0, 0, 0, 0 },
        [RUN_SEND] = { 0, 0, RUN_SENT, RUN_SENT, RUN_ACCEPTED, RUN_DONE, 0, 0 },
        [RUN_ACCEPT] = { 0, 0, RUN_ACCEPTED, RUN_ACCEPTED, RUN_ACCEPTED, RUN_DONE, 0, 0 },
        [RUN_REJECT] = { 0, 0, RUN_REJECTED, RUN_REJECTED, RUN_REJECTED, 0, 0, 0 },
        [RUN_CANCEL] = { 0, RUN_CANCELLED, RUN_CANCELLED, 0, 0, 0, 0, 0 },
        [RUN_FINISH] = { 0, 0, RUN_DONE, RUN_DONE, RUN_DONE, 0, 0, 0 },
    };
    static const enum paid_state paid[PAID_EVENT_COUNT][PAID_STATE_COUNT] = {
        /*                  none proposed        carried         released        accepted       rejected returned cancelled */
        [PAID_RELEASE] = { 0, PAID_RELEASED, 0, 0, 0, 0, 0, 0 },
        [PAID_ACCEPT] = { 0, 0, 0, PAID_ACCEPTED, PAID_ACCEPTED, 0, 0, 0 },
        [PAID_REJECT] = { 0, 0, 0, PAID_REJECTED, PAID_REJECTED, 0, 0, 0 },
        [PAID_RETURN] = { 0, 0, 0, PAID_RETURNED, PAID_RETURNED, 0, 0, 0 },
        [PAID_CANCEL] = { 0, PAID_CANCELLED, PAID_CANCELLED, PAID_CANCELLED, 0, 0, 0, 0 },
    };
    for (unsigned event = 0; event < RUN_EVENT_COUNT; event++)
        for (unsigned from = 0; from < RUN_STATE_COUNT; from++) expect_int(run[event][from], run_next(event, from));
    for (unsigned event = 0; event < PAID_EVENT_COUNT; event++)
        for (unsigned from = 0; from < PAID_STATE_COUNT; from++) expect_int(paid[event][from], paid_next(event, from));
    static_assert(RUN_STATE_COUNT == 8 && PAID_STATE_COUNT == 8, "decide the moves of the new state above");
}

TEST(payment_records)
{
    const struct record *records[] = { &payment_run_record,     &run_payment_record,        &run_part_record,
                                       &payment_due_record,     &payment_shown_record,      &payment_proposal_record,
                                       &payment_edit_record,    &payment_problem_record,    &payment_checked_record,
                                       &payment_release_record, &payment_status_read_record };
    for (size_t i = 0; i < ARRAY_LENGTH(records); i++) expect(record_covers(records[i]));
}

/* ---- Planning ---- */

static struct payment_due due_of(int64_t id, int64_t party, int64_t bank, int64_t minor, enum reference_kind kind,
                                 struct str reference)
{
    return (struct payment_due){ .id = { id },
                                 .party_id = { party },
                                 .account_id = { 9 },
                                 .control = CONTROL_PAYABLES,
                                 .party_bank_id = { bank },
                                 .iban = STR("NL91ABNA0417164300"),
                                 .holder = STR("x"),
                                 .currency = STR("EUR"),
                                 .amount_minor = minor,
                                 .item_reference = reference,
                                 .due_on = { 20250301 },
                                 .reference_kind = kind,
                                 .reference = kind ? reference : (struct str){ 0 } };
}

DB_TEST(payment_plans)
{
    struct payment_dues dues = { 0 };
    struct plan plan = { 0 };
    test_begin(work);
    *LIST_ADD(work->arena, &dues) = due_of(1, 1, 11, 100, 0, STR("A-1"));
    *LIST_ADD(work->arena, &dues) = due_of(2, 1, 11, 200, 0, STR("A-2"));
    *LIST_ADD(work->arena, &dues) = due_of(3, 1, 11, 300, REFERENCE_KENMERK, STR("5000056789012345"));
    *LIST_ADD(work->arena, &dues) = due_of(4, 1, 12, 400, 0, STR("A-4")); /* asks for another account of the same payee */
    *LIST_ADD(work->arena, &dues) = due_of(5, 2, 21, 500, REFERENCE_KENMERK, STR("5000056789012345"));
    *LIST_ADD(work->arena, &dues) = due_of(6, 2, 0, -100, 0, STR("B-credit")); /* netted: one payment, which keeps its one reference */
    *LIST_ADD(work->arena, &dues) = due_of(7, 3, 31, 100, 0, STR("C-1"));
    *LIST_ADD(work->arena, &dues) = due_of(8, 3, 31, -100, 0, STR("C-credit")); /* nothing left: carried */
    payment_plan(work, &dues, &plan);
    expect_int(5, plan.count);
    expect_int(300, plan.at[0].payment.amount_minor); /* a structured reference goes by itself */
    expect_int(REFERENCE_KENMERK, plan.at[0].payment.reference_kind);
    expect_int(300, plan.at[1].payment.amount_minor);
    expect_str("A-1, A-2", plan.at[1].payment.reference);
    expect_int(REFERENCE_FREE, plan.at[1].payment.reference_kind);
    expect_int(400, plan.at[2].payment.amount_minor);
    expect_int(400, plan.at[3].payment.amount_minor);
    expect_int(21, plan.at[3].payment.party_bank_id.n);
    expect_str("5000056789012345", plan.at[3].payment.reference);
    expect_int(PAID_CARRIED, plan.at[4].payment.state);
    expect(!plan.at[4].parts.at[0].is_live && plan.at[3].parts.at[0].is_live);
    dues.count = plan.count = 0;
    for (int i = 0; i < 60; i++) *LIST_ADD(work->arena, &dues) = due_of(i + 1, 1, 11, 1, 0, STR("2025-123"));
    payment_plan(work, &dues, &plan);
    expect_int(1, plan.count);
    expect(plan.at[0].payment.reference.length <= 140 && str_ends(plan.at[0].payment.reference, " +47"));
    dues.count = plan.count = 0;
    *LIST_ADD(work->arena, &dues) = due_of(1, 1, 11, 1, REFERENCE_FREE, str_format(work->arena, "%0200d", 7)); /* more than a payment holds */
    dues.at[0].item_reference = STR("\xE2\x80\x94");                                                       /* and a number without a letter or digit */
    payment_plan(work, &dues, &plan);
    expect_str(plan.at[0].payment.end_to_end_id.at, plan.at[0].payment.reference);
    db_rollback(work);
}

/* ---- The whole path ---- */

static bool holds(struct str s, const char *z) { return str_find(s, z) >= 0; }

static void expect_pain001(struct work *work, struct str xml)
{
    const char *shared = test_shared();
    if (shared)
        expect_done(xml_check_schema(work->arena, xml,
                                     str_format(work->arena, "%s/data/xsd/pain/pain.001.001.09.xsd", shared).at));
}

DB_TEST(payment_whole_path)
{
    struct payment_checked checked = { 0 };
    struct file_answer file = { 0 };
    struct messages messages = { 0 };
    struct documents documents = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    expect_int(2, s.shown.run.payment_count);
    expect_int(17500, s.shown.run.total_minor);
    expect_int(20250303, s.shown.run.execution_on.ymd); /* Saturday: banks settle on Monday */
    expect_int(RUN_PROPOSED, s.shown.run.state);
    expect_int(-10000, rest_of(work, s.item[0]));
    expect_done(payment_check(work, s.shown.run.id, &checked));
    expect(checked.ready);
    expect_int(2, checked.problems.count); /* both are paid for the first time */
    expect_str("payment.first", checked.problems.at[0].code);
    struct payment_run run = release_scene(work, &s);
    expect_int(RUN_RELEASED, run.state);
    for (int i = 0; i < 3; i++) expect_int(0, rest_of(work, s.item[i]));
    expect_int(-17500, transit_balance(work));
    expect_ledger_proved(work);
    expect_done(payment_file(work, run.id, &file));
    expect_pain001(work, file.content);
    expect(holds(file.content, "<NbOfTxs>2</NbOfTxs>") && holds(file.content, "<CtrlSum>175.00</CtrlSum>"));
    expect(holds(file.content, "<Cd>SCOR</Cd>") && holds(file.content, "<Issr>CUR</Issr>") &&
           holds(file.content, "5000056789012345"));
    expect(holds(file.content, "2025-1, 2025-2") && holds(file.content, s.bank[0].iban.at));
    expect_done(payment_show(work, run.id, &s.shown));
    expect_int(RUN_SENT, s.shown.run.state);
    expect_int(PAID_RELEASED, s.shown.payments.at[0].state);
    expect_done(messages_of(work, "payment", s.shown.payments.at[0].id.n, &messages));
    expect_int(1, messages.count);
    expect_str("Betaling van €\xC2\xA0""150,00 door Test BV", messages.at[0].title);
    expect_done(payment_file(work, run.id, &file)); /* again: the same bytes, no second mail */
    messages.count = 0;
    expect_done(messages_of(work, "payment", s.shown.payments.at[0].id.n, &messages));
    expect_int(1, messages.count);
    expect_done(archive_of(work, "payment_run", run.id.n, &documents));
    expect_int(1, documents.count);
    test_commit(work);
}

/* Nothing that is not there twice: the same bills again, while the run goes on and after it. */
DB_TEST(payment_never_twice)
{
    struct payment_shown again = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    const struct payment_proposal due = { .bank_account_id = s.ours.id, .until = { 20251231 } };
    struct payment_item one = { s.item[0] };
    struct payment_proposal named = { .bank_account_id = s.ours.id };
    *LIST_ADD(work->arena, &named.items) = one;
    expect_refused(&payment_nothing_due, payment_propose(work, &due, &again));
    expect_refused(&payment_blocked, payment_propose(work, &due, &again)); /* and why: it stands in that run */
    struct fault *blocked = expect_refused(&payment_blocked, payment_propose(work, &named, &again));
    expect(holds(fault_text(work->arena, blocked, ENGLISH), "another payment run"));
    (void)release_scene(work, &s);
    work->user_id = PLANNER;
    expect_refused(&payment_nothing_due, payment_propose(work, &due, &again));
    expect_refused(&payment_not_there, payment_propose(work, &named, &again));
    db_rollback(work);
}

DB_TEST(payment_nets_and_carries)
{
    struct payment_shown shown = { 0 }, next = { 0 };
    struct payment_checked checked = { 0 };
    struct payment_run run = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    struct party other = given_payee(work, 3);
    (void)given_payee_bank(work, other.id, 3, true);
    item_id bill = given_payee_bill(work, other.id, 3000, "C-1", (struct date){ 20250301 }, 0, NULL, NULL);
    item_id credit = given_payee_bill(work, other.id, -4000, "C-2", (struct date){ 20250401 }, 0, NULL, NULL);
    (void)given_payee_bill(work, s.party[1].id, -500, "78", (struct date){ 20250301 }, 0, NULL, NULL); /* its bill is in the other run: stays out */
    const struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(0, shown.run.payment_count);
    expect_int(1, shown.run.carried_count);
    expect_int(-1000, shown.payments.at[0].amount_minor);
    expect_int(3, shown.left_out.count);
    expect_done(payment_check(work, shown.run.id, &checked));
    expect(!checked.ready);
    /* Carried is not held: with a larger bill the next run nets it. */
    (void)given_payee_bill(work, other.id, 2000, "C-3", (struct date){ 20250301 }, 0, NULL, NULL);
    expect_done(payment_propose(work, &proposal, &next));
    expect_int(1000, next.run.total_minor);
    expect_str("C-1, C-3, C-2", next.payments.at[0].reference);
    work->user_id = TREASURER;
    expect_done(payment_release(work, &(struct payment_release){ next.run.id, next.run.hash, next.run.version }, &run));
    expect_int(0, rest_of(work, bill));
    expect_int(0, rest_of(work, credit));
    expect_int(-1000, transit_balance(work));
    expect_ledger_proved(work);
    db_rollback(work);
}

static item_id given_credit_of_customer(struct work *work, party_id party, int64_t minor)
{
    return given_item(work, &(struct given_item){ .control = account_for(work, FOR_RECEIVABLES),
                                                  .other = account_for(work, FOR_SALES),
                                                  .party = party,
                                                  .minor = -minor,
                                                  .kind = ITEM_PAYMENT,
                                                  .reference = "overpaid",
                                                  .due = { 20250201 } });
}

DB_TEST(payment_refunds_customers)
{
    struct payment_shown shown = { 0 };
    struct payment_run run = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    item_id credit = given_credit_of_customer(work, s.party[0].id, 1234);
    struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    expect_refused(&payment_nothing_due, payment_propose(work, &proposal, &shown)); /* not unless it is asked for */
    proposal.refunds = true;
    item_id invoice = given_credit_of_customer(work, s.party[0].id, -100); /* this customer owes us something too */
    expect_refused(&payment_nothing_due, payment_propose(work, &proposal, &shown));
    struct settlement settlement = { .effective_on = work->today, .reason = STR("netted") };
    const struct settle_part parts[] = { { invoice, 100 }, { credit, -100 } };
    expect_done(ledger_settle(work, &settlement, parts, 2));
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(1134, shown.run.total_minor);
    expect_int(CONTROL_RECEIVABLES, shown.payments.at[0].control);
    work->user_id = TREASURER;
    expect_done(payment_release(work, &(struct payment_release){ shown.run.id, shown.run.hash, shown.run.version }, &run));
    expect_int(0, rest_of(work, credit));
    expect_ledger_proved(work);
    db_rollback(work);
}

DB_TEST(payment_is_edited)
{
    struct payment_shown shown = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    struct payment_edit edit = { .id = s.shown.run.id, .version = s.shown.run.version };
    *LIST_ADD(work->arena, &edit.bills) = (struct payment_bill){ s.bill[0] };
    expect_done(payment_drop(work, &edit, &shown));
    expect_int(7500, shown.run.total_minor);
    expect_int(2, shown.run.payment_count);
    expect(!str_equal(shown.run.hash, s.shown.run.hash));
    expect_refused(&payment_changed, payment_add(work, &edit, &shown)); /* the version of before */
    edit.version = shown.run.version;
    expect_done(payment_add(work, &edit, &shown));
    expect_int(17500, shown.run.total_minor);
    edit.version = shown.run.version;
    expect_refused(&payment_blocked, payment_add(work, &edit, &shown)); /* it stands in it */
    edit.bills.count = 0;
    for (int i = 0; i < 3; i++) *LIST_ADD(work->arena, &edit.items) = (struct payment_item){ s.item[i] };
    expect_done(payment_drop(work, &edit, &shown));
    expect_int(0, shown.run.payment_count);
    work->user_id = TREASURER;
    struct payment_run run = { 0 };
    expect_refused(
        &payment_empty,
        payment_release(work, &(struct payment_release){ shown.run.id, shown.run.hash, shown.run.version }, &run));
    db_rollback(work);
}

/* The day has passed while it waited: another day, not a new run; who moves it has a hand in it and can't release it. */
DB_TEST(payment_moves_to_another_day)
{
    struct payment_shown shown = { 0 };
    struct payment_run run = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    struct payment_day day = { s.shown.run.id, date_add_days(work->today, -1), s.shown.run.version };
    expect_refused(&payment_day_past, payment_move_day(work, &day, &shown));
    day.execution_on = (struct date){ 20251225 }; /* TARGET is closed */
    expect_refused(&payment_day_closed, payment_move_day(work, &day, &shown));
    day.execution_on = (struct date){ 20251229 };
    expect_done(payment_move_day(work, &day, &shown));
    expect_int(20251229, shown.run.execution_on.ymd);
    expect_int(s.shown.run.total_minor, shown.run.total_minor);
    expect_int((int64_t)s.shown.parts.count, (int64_t)shown.parts.count);
    expect(!str_equal(shown.run.hash, s.shown.run.hash));
    expect_refused(&payment_changed, payment_move_day(work, &day, &shown)); /* the version of before */
    day.version = shown.run.version, work->user_id = TREASURER;
    expect_done(payment_move_day(work, &day, &shown));
    expect_refused(
        &access_duty_apart,
        payment_release(work, &(struct payment_release){ shown.run.id, shown.run.hash, shown.run.version }, &run));
    db_rollback(work);
}

static bool has_problem(const struct payment_checked *checked, const char *code)
{
    for (size_t i = 0; i < checked->problems.count; i++)
        if (str_is(checked->problems.at[i].code, code)) return true;
    print_error("no %s\n", code);
    return false;
}

DB_TEST(payment_check_says_everything)
{
    struct payment_checked checked = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    expect_done(
        test_sql(work, "update party set is_blocked = true where company_id = $1 and id = $2", s.party[0].id.n, 0));
    expect_done(
        test_sql(work, "update party_bank set state = 'blocked' where company_id = $1 and id = $2", s.bank[1].id.n, 0));
    expect_done(test_sql(
        work,
        "insert into payment_hold (company_id, item_id, reason, held_by, held_at) values ($1, $2, 'dispute', 1, 1)",
        s.item[1].n, 0));
    expect_done(test_sql(
        work, "update bank_account set holder = '\xE4\xB8\xAD', is_closed = true where company_id = $1 and id = $2",
        s.ours.id.n, 0));
    expect_done(test_sql(
        work, "insert into bill_pair (company_id, bill_id, other_id, rule, found_at) values ($1, $2, $3, 'number', 1)",
        s.bill[1], s.bill[0]));
    pay_in_cash(work, s.party[0].id, s.item[0], 100);
    work->today = (struct date){ 20250304 };
    work->now = instant_of_day(work->today);
    expect_done(payment_check(work, s.shown.run.id, &checked));
    expect(!checked.ready);
    const char *codes[] = { "payment.not_open",       "payment.party_blocked", "payment.on_hold",
                            "payment.bank_unusable",  "payment.duplicate",     "payment.day_past",
                            "payment.account_closed", "sepa.unwritable",       "payment.first" };
    for (size_t i = 0; i < ARRAY_LENGTH(codes); i++) expect(has_problem(&checked, codes[i]));
    /* A release says all that stops it, at once. */
    struct payment_run run = { 0 };
    work->user_id = TREASURER;
    struct fault *faults =
        payment_release(work, &(struct payment_release){ s.shown.run.id, s.shown.run.hash, s.shown.run.version }, &run);
    expect_refused(&payment_on_hold, faults);
    expect_refused(&payment_not_open, faults);
    expect_refused(&payment_day_past, faults);
    db_rollback(work);
}

DB_TEST(payment_shows_changed_accounts)
{
    struct payment_shown shown = { 0 };
    struct payment_checked checked = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    (void)release_scene(work, &s);
    struct party_bank changed = given_payee_bank(work, s.party[0].id, 90, true);
    expect_done(test_sql(work, "update party_bank set is_preferred = false where company_id = $1 and id = $2",
                         s.bank[0].id.n, 0));
    (void)given_payee_bill(work, s.party[0].id, 700, "2025-3", (struct date){ 20250301 }, 0, NULL, NULL);
    work->user_id = PLANNER;
    const struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 } };
    expect_done(payment_propose(work, &proposal, &shown));
    expect(shown.payments.at[0].is_changed && !shown.payments.at[0].is_first);
    expect_str(s.bank[0].iban.at, shown.payments.at[0].last_iban);
    expect_str(changed.iban.at, shown.payments.at[0].iban);
    expect_done(payment_check(work, shown.run.id, &checked));
    expect(has_problem(&checked, "payment.account_changed") && checked.ready);
    /* The same number and amount again, in another guise: found before it is paid. */
    (void)given_payee_bill(work, s.party[1].id, 2500, "7-7", (struct date){ 20250301 }, 0, NULL, NULL);
    expect_done(payment_propose(work, &proposal, &shown));
    expect_done(payment_check(work, shown.run.id, &checked));
    expect(has_problem(&checked, "payment.duplicate") && !checked.ready);
    db_rollback(work);
}

DB_TEST(payment_days_and_accounts_are_checked)
{
    struct payment_shown shown = { 0 };
    test_begin(work);
    struct scene s = given_scene(work);
    struct bank_account dollars = {
        .name = STR("USD"), .iban = STR("NL20INGB0001234567"), .holder = STR("Test BV"), .currency = STR("USD")
    };
    expect_done(bank_account_make(work, &dollars));
    struct payment_proposal proposal = { .bank_account_id = s.ours.id, .until = { 20250331 }, .execution_on = { 20250228 } };
    expect_refused(&payment_day_past, payment_propose(work, &proposal, &shown));
    proposal.execution_on.ymd = 20250418; /* Good Friday */
    struct fault *closed = expect_refused(&payment_day_closed, payment_propose(work, &proposal, &shown));
    expect(holds(fault_text(work->arena, closed, ENGLISH), "22 April 2025"));
    proposal = (struct payment_proposal){ .bank_account_id = dollars.id, .until = { 20250331 } };
    expect_refused(&payment_nothing_due, payment_propose(work, &proposal, &shown)); /* nothing in dollars */
    proposal.kind = PAYMENT_SEPA;
    expect(payment_propose(work, &proposal, &shown) != NULL);
    db_rollback(work);
}
