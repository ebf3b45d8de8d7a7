#include "app/app.h"
#include "payment/payment_test.h"

/* Ways around the rules of a payment run, each from a fresh run of three bills that PLANNER proposed. None may end with money that goes
 * where or when it shouldn't: an attempt is refused, or what it did changes nothing that is paid. */

struct attempt { const char *name; struct fault *(*run)(struct work *work, struct scene *scene); };

static struct fault *release_as(struct work *work, const struct scene *s, int64_t user)
{
    struct payment_run run = { 0 };
    const struct payment_release release = { s->shown.run.id, s->shown.run.hash, s->shown.run.version };
    work->user_id = user;
    return payment_release(work, &release, &run);
}
/* Something is done behind the program's back, then the treasurer releases what he looked at before. */
static struct fault *after(struct work *work, struct scene *s, const char *text, int64_t id, int64_t other)
{
    struct fault *fault = test_sql(work, text, id, other);
    return fault ? fault : release_as(work, s, TREASURER);
}
#define AFTER(name, text, id, other) \
    static struct fault *name(struct work *work, struct scene *s) { return after(work, s, text, id, other); }

/* ---- Before the release ---- */
static struct fault *by_planner(struct work *work, struct scene *s) { return release_as(work, s, PLANNER); }
static struct fault *by_clerk(struct work *work, struct scene *s)
{
    return release_as(work, s, CLERK);
} /* entered the bills, proposed the accounts */
static struct fault *other_hash(struct work *work, struct scene *s)
{
    s->shown.run.hash = str_keep(work->arena, s->shown.run.hash);
    ((char *)(uintptr_t)s->shown.run.hash.at)[5] ^= 1;
    return release_as(work, s, TREASURER);
}
static struct fault *old_version(struct work *work, struct scene *s)
{
    s->shown.run.version--;
    return release_as(work, s, TREASURER);
}
static struct fault *edited_between(struct work *work, struct scene *s) /* what he looked at is not what stands there now */
{
    struct payment_edit edit = { .id = s->shown.run.id, .version = s->shown.run.version };
    struct payment_shown shown = { 0 };
    *LIST_ADD(work->arena, &edit.items) = (struct payment_item){ s->item[0] };
    expect_done(payment_drop(work, &edit, &shown));
    s->shown.run.version = shown.run.version;
    return release_as(work, s, TREASURER);
}
static struct fault *editor_releases(struct work *work, struct scene *s) /* who changes a proposal has proposed it */
{
    struct payment_edit edit = { .id = s->shown.run.id, .version = s->shown.run.version };
    work->user_id = TREASURER;
    *LIST_ADD(work->arena, &edit.items) = (struct payment_item){ s->item[0] };
    expect_done(payment_drop(work, &edit, &s->shown));
    return release_as(work, s, TREASURER);
}
AFTER(other_iban, "update payment set iban = 'NL20INGB0001234567' where company_id = $1 and run_id = $2 and number = 1",
      s->shown.run.id.n, 0)
AFTER(larger_amount,
      "update payment set amount_minor = amount_minor + 100000 where company_id = $1 and run_id = $2 and number = 1",
      s->shown.run.id.n, 0)
AFTER(other_name, "update payment set holder = 'Somebody Else' where company_id = $1 and run_id = $2",
      s->shown.run.id.n, 0)
AFTER(other_reference, "update payment set reference = 'x' where company_id = $1 and run_id = $2", s->shown.run.id.n, 0)
AFTER(other_account_of_payee, "update payment set party_bank_id = $3 where company_id = $1 and id = $2",
      s->shown.payments.at[0].id.n, s->bank[1].id.n)
AFTER(part_larger, "update payment_part set amount_minor = amount_minor + 1 where company_id = $1 and item_id = $2",
      s->item[0].n, 0)
AFTER(part_of_other_item, "update payment_part set item_id = $3 where company_id = $1 and item_id = $2", s->item[0].n,
      s->item[2].n)
AFTER(part_gone, "delete from payment_part where company_id = $1 and item_id = $2", s->item[0].n, 0)
AFTER(part_freed, "update payment_part set is_live = false where company_id = $1 and item_id = $2", s->item[0].n, 0)
AFTER(other_day, "update payment_run set execution_on = '2025-04-01' where company_id = $1 and id = $2",
      s->shown.run.id.n, 0)
AFTER(
    hash_forged,
    "update payment_run set hash = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' where company_id = $1 and id = $2",
    s->shown.run.id.n, 0)
AFTER(total_forged, "update payment_run set total_minor = total_minor + 1 where company_id = $1 and id = $2",
      s->shown.run.id.n, 0)
AFTER(unverified, "update party_bank set state = 'proposed', verified_at = null where company_id = $1 and id = $2",
      s->bank[0].id.n, 0)
AFTER(blocked, "update party_bank set state = 'blocked' where company_id = $1 and id = $2", s->bank[0].id.n, 0)
AFTER(cooling, "update party_bank set usable_from = '2025-03-02' where company_id = $1 and id = $2", s->bank[0].id.n, 0)
AFTER(account_moved, "update party_bank set iban = 'NL20INGB0001234567' where company_id = $1 and id = $2",
      s->bank[0].id.n, 0)
AFTER(account_of_other_party, "update party_bank set party_id = $3 where company_id = $1 and id = $2", s->bank[0].id.n,
      s->party[1].id.n)
AFTER(party_blocked, "update party set is_blocked = true where company_id = $1 and id = $2", s->party[0].id.n, 0)
AFTER(bill_reopened, "update bill set state = 'received', approved_hash = null where company_id = $1 and id = $2",
      s->bill[0], 0)
AFTER(on_hold,
      "insert into payment_hold (company_id, item_id, reason, held_by, held_at) values ($1, $2, 'dispute', 1, 1)",
      s->item[0].n, 0)
AFTER(our_account_closed, "update bank_account set is_closed = true where company_id = $1 and id = $2", s->ours.id.n, 0)
AFTER(from_other_account,
      "update payment_run set bank_account_id = bank_account_id + 1 where company_id = $1 and id = $2",
      s->shown.run.id.n, 0)
static struct fault *unverified_proposed(struct work *work, struct scene *s)
{
    struct party party = given_payee(work, 9);
    struct payment_proposal proposal = { .bank_account_id = s->ours.id };
    (void)given_payee_bank(work, party.id, 9, false);
    *LIST_ADD(work->arena, &proposal.items) =
        (struct payment_item){ given_payee_bill(work, party.id, 900, "9", (struct date){ 20250301 }, 0, NULL, NULL) };
    return payment_propose(work, &proposal, &s->shown);
}
static struct fault *paid_already(struct work *work, struct scene *s)
{
    pay_in_cash(work, s->party[1].id, s->item[2], 2500);
    return release_as(work, s, TREASURER);
}
static struct fault *in_two_runs(struct work *work, struct scene *s)
{
    struct payment_proposal proposal = { .bank_account_id = s->ours.id };
    *LIST_ADD(work->arena, &proposal.items) = (struct payment_item){ s->item[0] };
    return payment_propose(work, &proposal, &s->shown);
}
static struct fault *named_twice(struct work *work, struct scene *s) /* once by item, once by bill: one part */
{
    struct payment_proposal proposal = { .bank_account_id = s->ours.id };
    struct payment_shown shown = { 0 };
    item_id item = given_payee_bill(work, s->party[0].id, 900, "9", (struct date){ 20250301 }, 0, NULL, &s->bill[3]);
    for (int i = 0; i < 2; i++) *LIST_ADD(work->arena, &proposal.items) = (struct payment_item){ item };
    *LIST_ADD(work->arena, &proposal.bills) = (struct payment_bill){ s->bill[3] };
    expect_done(payment_propose(work, &proposal, &shown));
    expect_int(900, shown.run.total_minor);
    return FAULT(work->arena, &payment_twice, NULL);
}
static struct fault *day_has_passed(struct work *work, struct scene *s)
{
    work->today = (struct date){ 20250305 };
    work->now = instant_of_day(work->today);
    return release_as(work, s, TREASURER);
}
static struct fault *other_company(struct work *work, struct scene *s)
{
    struct company company = { .name = STR("Other BV"), .country = STR("NL"), .currency = STR("EUR"), .language = STR("nl") };
    struct payment_shown shown = { 0 };
    struct file_answer file = { 0 };
    struct run_payment one = { 0 };
    expect_done(access_company_make(work, &company));
    expect_refused(&payment_missing, payment_show(work, s->shown.run.id, &shown));
    expect_refused(&payment_missing, payment_file(work, s->shown.run.id, &file));
    expect_refused(&payment_missing, payment_return(work, s->shown.payments.at[0].id, STR("mine"), &one));
    struct payment_proposal proposal = { .bank_account_id = s->ours.id, .until = { 20251231 } };
    expect(payment_propose(work, &proposal, &shown) != NULL);
    return release_as(work, s, TREASURER);
}
static struct fault *file_of_proposal(struct work *work, struct scene *s)
{
    struct file_answer file = { 0 };
    return payment_file(work, s->shown.run.id, &file);
}
static struct fault *cancelled_then_released(struct work *work, struct scene *s)
{
    struct payment_run run = { 0 };
    expect_done(payment_cancel(work, s->shown.run.id, STR("no"), s->shown.run.version, &run));
    s->shown.run.version = run.version;
    return release_as(work, s, TREASURER);
}

/* ---- In SQL alone: the schema says no ---- */
#define SQL(name, text, id, other) \
    static struct fault *name(struct work *work, struct scene *s) { return test_sql(work, text, id, other); }
#define RELEASE_SET \
    "state = 'released', released_by = 5, released_at = 1, released_on = '2025-03-01', released_hash = hash, version = version + 1"
SQL(sql_release, "update payment_run set " RELEASE_SET " where company_id = $1 and id = $2", s->shown.run.id.n, 0)
static struct fault *sql_release_with_document(struct work *work, struct scene *s) /* with a file, without booking anything */
{
    struct document document = { .file_name = STR("x.xml") };
    expect_done(archive_keep(work, &document, STR("<x/>"), NULL));
    return test_sql(work, "update payment_run set " RELEASE_SET ", document_id = $3 where company_id = $1 and id = $2",
                    s->shown.run.id.n, document.id.n);
}
static struct fault *sql_release_everything(struct work *work, struct scene *s) /* payments too, with entries that were never made */
{
    struct fault *fault = test_sql(
        work,
        "update payment set state = 'released', entry_id = 1, allocation_id = 1 where company_id = $1 and run_id = $2",
        s->shown.run.id.n, 0);
    return fault ? fault : sql_release_with_document(work, s);
}
static struct fault *sql_release_with_entries_of_others(struct work *work, struct scene *s) /* entries and a settlement that exist, of something else */
{
    (void)paid_already(work, s);
    struct fault *fault = test_sql(
        work,
        "update payment set state = 'released', allocation_id = (select max(x.id) from allocation x where x.company_id = $1), "
        "entry_id = (select min(i.entry_id) from payment_part q join open_item i on i.company_id = q.company_id and i.id = q.item_id "
        "where q.company_id = payment.company_id and q.payment_id = payment.id) where company_id = $1 and run_id = $2",
        s->shown.run.id.n, 0);
    return fault ? fault : sql_release_with_document(work, s);
}
SQL(sql_new_run,
    "insert into payment_run (company_id, id, number, bank_account_id, execution_on, currency, kind, each_booked, state, message_id, payment_count, carried_count, "
    "part_count, total_minor, hash, proposed_by, proposed_at, released_by, released_at, released_on, released_hash, document_id, version) "
    "select company_id, id + 1, number + 1, bank_account_id, execution_on, currency, kind, each_booked, 'sent', 'X', payment_count, 0, "
    "0, total_minor, hash, proposed_by, proposed_at, 5, 1, execution_on, hash, 1, 1 from payment_run where company_id = $1 and id = $2",
    s->shown.run.id.n, 0)
SQL(sql_other_proposer, "update payment_run set proposed_by = 1 where company_id = $1 and id = $2", s->shown.run.id.n,
    0)
SQL(sql_part_twice,
    "insert into payment_part (company_id, payment_id, run_id, item_id, source_kind, source_id, item_reference, amount_minor, is_live) "
    "select company_id, $3, run_id, item_id, source_kind, source_id, item_reference, amount_minor, true from payment_part where company_id = $1 and item_id = $2",
    s->item[2].n,
    s->shown.payments.at[1].id.n == s->shown.parts.at[2].payment_id.n ? s->shown.payments.at[0].id.n
                                                                      : s->shown.payments.at[1].id.n)
SQL(sql_delete_run, "delete from payment_run where company_id = $1 and id = $2", s->shown.run.id.n, 0)
SQL(sql_verify_own,
    "update party_bank set verified_by = proposed_by where company_id = $1 and id = $2 and proposed_by <> 0",
    s->bank[0].id.n, 0)

/* After the release. */
#define RELEASED(name, text, id, other)                                 \
    static struct fault *name(struct work *work, struct scene *s)       \
    {                                                                   \
        (void)release_scene(work, s);                                   \
        return test_sql(work, text, id, other);                         \
    }
RELEASED(sql_released_iban, "update payment set iban = 'NL20INGB0001234567' where company_id = $1 and run_id = $2",
         s->shown.run.id.n, 0)
RELEASED(sql_released_amount,
         "update payment set amount_minor = amount_minor + 1 where company_id = $1 and run_id = $2", s->shown.run.id.n,
         0)
RELEASED(sql_released_entry, "update payment set entry_id = null where company_id = $1 and run_id = $2",
         s->shown.run.id.n, 0)
RELEASED(sql_released_delete, "delete from payment where company_id = $1 and run_id = $2", s->shown.run.id.n, 0)
RELEASED(sql_released_part_delete, "delete from payment_part where company_id = $1 and run_id = $2", s->shown.run.id.n,
         0)
RELEASED(sql_released_part_freed, "update payment_part set is_live = false where company_id = $1 and run_id = $2",
         s->shown.run.id.n, 0)
RELEASED(sql_released_document, "update payment_run set document_id = null where company_id = $1 and id = $2",
         s->shown.run.id.n, 0)
RELEASED(
    sql_released_hash,
    "update payment_run set hash = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' where company_id = $1 and id = $2",
    s->shown.run.id.n, 0)
RELEASED(sql_released_back, "update payment_run set state = 'proposed' where company_id = $1 and id = $2",
         s->shown.run.id.n, 0)
RELEASED(sql_released_cancel, "update payment_run set state = 'cancelled' where company_id = $1 and id = $2",
         s->shown.run.id.n, 0)
RELEASED(sql_released_payment_cancel, "update payment set state = 'cancelled' where company_id = $1 and run_id = $2",
         s->shown.run.id.n, 0)
RELEASED(
    sql_released_new_payment,
    "insert into payment (company_id, id, run_id, number, party_id, account_id, control, party_bank_id, iban, holder, currency, amount_minor, end_to_end_id, "
    "reference_kind, reference, state, is_changed, is_first) select company_id, id + 1, run_id, 99, party_id, account_id, control, party_bank_id, iban, holder, "
    "currency, amount_minor, 'EVIL', reference_kind, reference, 'proposed', false, false from payment where company_id = $1 and id = $2",
    s->shown.payments.at[0].id.n, 0)
static struct fault *released_twice(struct work *work, struct scene *s)
{
    s->shown.run = release_scene(work, s);
    return release_as(work, s, 6);
}
static struct fault *cancelled_after_sent(struct work *work, struct scene *s)
{
    struct payment_run run = release_scene(work, s);
    struct file_answer file = { 0 };
    expect_done(payment_file(work, run.id, &file));
    return payment_cancel(work, run.id, STR("too late"), run.version + 1, &run);
}
static struct fault *edited_after_release(struct work *work, struct scene *s)
{
    struct payment_run run = release_scene(work, s);
    struct payment_edit edit = { .id = run.id, .version = run.version };
    *LIST_ADD(work->arena, &edit.items) = (struct payment_item){ s->item[0] };
    return payment_drop(work, &edit, &s->shown);
}
static struct fault *returned_twice(struct work *work, struct scene *s)
{
    struct run_payment one = { 0 };
    (void)release_scene(work, s);
    expect_done(payment_return(work, s->shown.payments.at[0].id, STR("closed"), &one));
    return payment_return(work, s->shown.payments.at[0].id, STR("again"), &one);
}
static struct fault *sql_apart_behind(struct work *work, struct scene *s) /* booked in full, but the name of who releases is changed to the clerk */
{
    expect_done(test_sql(work, "update payment_run set each_booked = each_booked where company_id = $1 and id = $2",
                         s->shown.run.id.n, 0));
    expect_done(test_sql(work, "update payment_run set released_by = 1 where company_id = $1 and id = $2",
                         s->shown.run.id.n, 0));
    return sql_release_everything(work, s);
}

#define ATTEMPT(name) { #name, name }
static const struct attempt attempts[] = {
    ATTEMPT(by_planner),
    ATTEMPT(by_clerk),
    ATTEMPT(other_hash),
    ATTEMPT(old_version),
    ATTEMPT(edited_between),
    ATTEMPT(editor_releases),
    ATTEMPT(other_iban),
    ATTEMPT(larger_amount),
    ATTEMPT(other_name),
    ATTEMPT(other_reference),
    ATTEMPT(other_account_of_payee),
    ATTEMPT(part_larger),
    ATTEMPT(part_of_other_item),
    ATTEMPT(part_gone),
    ATTEMPT(part_freed),
    ATTEMPT(other_day),
    ATTEMPT(hash_forged),
    ATTEMPT(total_forged),
    ATTEMPT(unverified),
    ATTEMPT(blocked),
    ATTEMPT(cooling),
    ATTEMPT(account_moved),
    ATTEMPT(account_of_other_party),
    ATTEMPT(party_blocked),
    ATTEMPT(bill_reopened),
    ATTEMPT(on_hold),
    ATTEMPT(our_account_closed),
    ATTEMPT(from_other_account),
    ATTEMPT(unverified_proposed),
    ATTEMPT(paid_already),
    ATTEMPT(in_two_runs),
    ATTEMPT(named_twice),
    ATTEMPT(day_has_passed),
    ATTEMPT(other_company),
    ATTEMPT(file_of_proposal),
    ATTEMPT(cancelled_then_released),
    ATTEMPT(sql_release),
    ATTEMPT(sql_release_with_document),
    ATTEMPT(sql_release_everything),
    ATTEMPT(sql_release_with_entries_of_others),
    ATTEMPT(sql_new_run),
    ATTEMPT(sql_other_proposer),
    ATTEMPT(sql_part_twice),
    ATTEMPT(sql_delete_run),
    ATTEMPT(sql_verify_own),
    ATTEMPT(sql_released_iban),
    ATTEMPT(sql_released_amount),
    ATTEMPT(sql_released_entry),
    ATTEMPT(sql_released_delete),
    ATTEMPT(sql_released_part_delete),
    ATTEMPT(sql_released_part_freed),
    ATTEMPT(sql_released_document),
    ATTEMPT(sql_released_hash),
    ATTEMPT(sql_released_back),
    ATTEMPT(sql_released_cancel),
    ATTEMPT(sql_released_payment_cancel),
    ATTEMPT(sql_released_new_payment),
    ATTEMPT(released_twice),
    ATTEMPT(cancelled_after_sent),
    ATTEMPT(edited_after_release),
    ATTEMPT(returned_twice),
    ATTEMPT(sql_apart_behind),
};

DB_TEST(payment_bypasses)
{
    const struct work before = *work;
    size_t succeeded = 0;
    static_assert(ARRAY_LENGTH(attempts) >= 60, "ways around");
    for (size_t i = 0; i < ARRAY_LENGTH(attempts); i++) {
        work->user_id = before.user_id, work->today = before.today, work->now = before.now, work->company_id = before.company_id;
        test_begin(work);
        struct scene scene = given_scene(work);
        struct fault *fault = attempts[i].run(work, &scene);
        db_rollback(work);
        if (fault && fault->type->kind != FAULT_BROKEN) continue;
        print_error("succeeded: %s %s\n", attempts[i].name, fault ? fault->detail : "");
        succeeded++;
    }
    expect_int(0, succeeded);
    work->company_id = before.company_id;
}

/* Everything is booked, and then the run is set to released in SQL: by whom it may be, and by whom not. */
static struct fault *released_in_sql(struct work *work, const struct scene *s, int64_t user)
{
    struct run_content content = { 0 };
    struct document document = { .file_name = STR("x.xml") };
    expect_done(payment_content_load(work, s->shown.run.id, &content));
    expect_done(archive_keep(work, &document, STR("<x/>"), NULL));
    work->user_id = user;
    expect_done(payment_book(work, &content));
    return test_sql(
        work,
        "update payment_run set state = 'released', released_by = $5, released_at = 1, released_on = '2025-03-01', released_hash = hash, document_id = $3 "
        "where company_id = $1 and id = $2",
        s->shown.run.id.n, document.id.n);
}

DB_TEST(payment_release_apart_in_the_schema)
{
    static const struct {
        int64_t user;
        bool refused, waived;
    } cases[] = {
        { TREASURER, false, false }, { PLANNER, true, false }, { CLERK, true, false },
        { PLANNER, false, true },    { CLERK, false, true },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        test_begin(work);
        struct scene s = given_scene(work);
        if (cases[i].waived)
            expect_done(test_sql(
                work, "update duty_rule set waived_by = 9, waived_reason = 'a test' where company_id = $1", 0, 0));
        struct fault *fault = released_in_sql(work, &s, cases[i].user);
        if (cases[i].refused) expect_refused(&db_refused, fault);
        else expect_done(fault);
        db_rollback(work);
    }
    /* And by the program, with the rule waived: one person may do both. */
    test_begin(work);
    struct scene s = given_scene(work);
    expect_done(test_sql(
        work,
        "update duty_rule set waived_by = 9, waived_until = 9007199254740991, waived_reason = 'a test' where company_id = $1",
        0, 0));
    expect_done(release_as(work, &s, PLANNER));
    db_rollback(work);
}

/* A second factor, a permission, a company: asked before anything runs. */
DB_TEST(payment_release_needs_a_second_factor)
{
    struct operations operations;
    struct payment_run run = { 0 };
    app_operations(work->arena, &operations);
    test_begin(work);
    struct scene s = given_scene(work);
    test_commit(work);
    const struct payment_release release = { s.shown.run.id, s.shown.run.hash, s.shown.run.version };
    work->system = false;
    work->session_id = 1;
    work->user_id = TREASURER;
    expect_refused(&operation_denied, operation_call(work, test_books(), &operations, "payment release", &release, &run));
    permissions_allow(&work->permissions, permission_number(&operations, STR("payment.propose")));
    expect_refused(&operation_denied, operation_call(work, test_books(), &operations, "payment release", &release, &run));
    permissions_allow(&work->permissions, permission_number(&operations, STR("payment.release")));
    expect_refused(&operation_step_up, operation_call(work, test_books(), &operations, "payment release", &release, &run));
    work->stepped_up_at.us = work->now.us - INT64_C(11) * 60 * 1000000; /* too long ago */
    expect_refused(&operation_step_up, operation_call(work, test_books(), &operations, "payment release", &release, &run));
    work->stepped_up_at = work->now;
    expect_done(operation_call(work, test_books(), &operations, "payment release", &release, &run));
    expect_int(RUN_RELEASED, run.state);
    work->system = true;
}

/* Wherever the database fails in a release: nothing of it stays, and the next try does it. */
DB_TEST(payment_release_fails_at_every_statement)
{
    struct payment_run run = { 0 };
    struct payment_shown shown = { 0 };
    int64_t nth = 1, last;
    test_begin(work);
    struct scene s = given_scene(work);
    test_commit(work);
    const struct payment_release release = { s.shown.run.id, s.shown.run.hash, s.shown.run.version };
    work->user_id = TREASURER;
    for (;; nth++) {
        test_begin(work);
        last = books_statements(test_books());
        books_fail_at(test_books(), nth);
        struct fault *fault = payment_release(work, &release, &run);
        books_fail_at(test_books(), 0);
        if (!fault) break;
        db_rollback(work);
        if (nth % 7) continue; /* looking is slow; the rest is the same rollback */
        test_begin(work);
        expect_done(payment_show(work, release.id, &shown));
        expect_int(RUN_PROPOSED, shown.run.state);
        expect_int(-10000, rest_of(work, s.item[0]));
        expect_int(0, transit_balance(work));
        db_rollback(work);
    }
    expect(nth > 60 && books_statements(test_books()) - last < nth);
    expect_ledger_proved(work);
    test_commit(work);
}
