#include "cash/cash.h"
#include "payment/payment_private.h"
#include "payment.sql.h"

const struct fault_type payment_other_hash = { FAULT_CONFLICT, "payment.other_hash",
                                               "This run is no longer what you looked at; look at it again." };
const struct fault_type payment_met = { FAULT_CONFLICT, "payment.met",
                                        "The bank has carried out this run already; it stands on a statement." };

RECORD(payment_release, {
    ID(struct payment_release, id),
    FIELD(struct payment_release, hash, .min = 64, .max = 64, .about = "of the run as you looked at it"),
    FIELD(struct payment_release, version, .min = 1, .max = EXACT_MAX),
});

/* ---- What must show up on a statement ---- */

static struct fault *expect_payment(struct work *work, const struct payment_run *run, const struct run_payment *p,
                                    account_id transit)
{
    struct cash_expectation expectation = {
        .source_kind = STR("payment"),
        .source_id = p->id.n,
        .whole_id = run->id.n,
        .reference = p->end_to_end_id,
        .amount_minor = -p->amount_minor,
        .currency = p->currency,
        .iban = p->iban,
        .account_id = transit,
        .expected_on = run->execution_on,
    };
    return cash_expect(work, &expectation);
}

/* The total, under the id of the file's one group. Not of a single payment: that shows up as itself. */
static struct fault *expect_total(struct work *work, const struct payment_run *run, int64_t count, int64_t total_minor,
                                  account_id transit)
{
    struct cash_expectation expectation = {
        .source_kind = STR("payment_run"),
        .source_id = run->id.n,
        .whole_id = run->id.n,
        .reference = str_format(work->arena, "%.*s-1", STR_ARG(run->message_id)),
        .amount_minor = -total_minor,
        .currency = run->currency,
        .account_id = transit,
        .expected_on = run->execution_on,
    };
    return count > 1 ? cash_expect(work, &expectation) : NULL;
}

RECORD(payment_expected, { FIELD(struct payment_expected, source_kind), FIELD(struct payment_expected, source_id),
                           FIELD(struct payment_expected, is_met) });

struct fault *payment_expected_of(struct work *work, payment_run_id id, struct payment_expecteds *rows)
{
    return db_all(work, &sql_expected_of_run, PAYMENT_KEY(id.n), INTO_LIST(payment_expected, rows));
}

static bool is_met(const struct payment_expecteds *rows, const char *kind, int64_t id)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->at[i].is_met && rows->at[i].source_id == id && str_is(rows->at[i].source_kind, kind)) return true;
    return false;
}

/* ---- Booking ---- */

static struct fault *book(struct work *work, const struct payment_run *run, struct run_payment *p,
                          const struct run_part *parts, size_t count, account_id transit)
{
    int64_t base_minor;
    TRY(ledger_to_base(work, p->amount_minor, p->currency, work->today, &base_minor));
    struct entry entry = {
        .journal = JOURNAL_PAYMENT,
        .dated_on = work->today,
        .source_kind = STR("payment_run"),
        .source_id = run->id.n,
        .description =
            str_format(work->arena, "%s %lld: %.*s", p->control == CONTROL_RECEIVABLES ? "Terugbetaling" : "Betaling",
                       (long long)run->number, STR_ARG(p->holder)),
    };
    struct entry_lines lines = { 0 };
    int64_t taken_minor = 0;
    *LIST_ADD(work->arena, &lines) = (struct entry_line){ .account_id = p->account_id,
                                                          .base_minor = base_minor,
                                                          .currency = p->currency,
                                                          .amount_minor = p->amount_minor,
                                                          .party_id = p->party_id,
                                                          .item_kind = ITEM_PAYMENT,
                                                          .reference = p->end_to_end_id,
                                                          .due_on = run->execution_on };
    *LIST_ADD(work->arena, &lines) = (struct entry_line){
        .account_id = transit, .base_minor = -base_minor, .currency = p->currency, .amount_minor = -p->amount_minor
    };
    TRY(payment_discount_lines(work, p, parts, count, &lines, &taken_minor));
    TRY(ledger_post(work, &entry, lines.at, lines.count));
    struct settle_part *settled = ARENA_ARRAY(work->arena, struct settle_part, count + 2);
    for (size_t i = 0; i < count; i++) /* the items' own sign */
        settled[i] = (struct settle_part){ parts[i].item_id, -(parts[i].amount_minor + parts[i].discount_minor) };
    settled[count] = (struct settle_part){ lines.at[0].item_id, p->amount_minor };
    if (taken_minor) settled[count + 1] = (struct settle_part){ lines.at[2].item_id, taken_minor };
    struct settlement settlement = {
        .effective_on = work->today,
        .reason = str_format(work->arena, "payment run %lld", (long long)run->number),
        .evidence = str_format(work->arena, "{\"payment_run\":%lld,\"payment\":%lld,\"end_to_end_id\":\"%.*s\"}",
                               (long long)run->id.n, (long long)p->id.n, STR_ARG(p->end_to_end_id)),
    };
    TRY(ledger_settle(work, &settlement, settled, count + 1 + (taken_minor != 0)));
    p->entry_id = entry.id;
    p->allocation_id = settlement.id;
    return NULL;
}

struct fault *payment_book(struct work *work, struct run_content *content)
{
    account_id transit;
    size_t from = 0;
    TRY(ledger_account_for(work, FOR_TRANSIT, &transit));
    for (size_t i = 0; i < content->payments.count; i++) {
        struct run_payment *p = &content->payments.at[i];
        size_t to = from;
        while (to < content->parts.count && content->parts.at[to].payment_id.n == p->id.n) to++; /* parts stand in the order of their payments */
        if (p->state != PAID_CARRIED) {
            TRY(book(work, &content->run, p, content->parts.at + from, to - from, transit));
            TRY(payment_move_one(work, p, PAID_RELEASE));
            TRY(expect_payment(work, &content->run, p, transit));
        }
        from = to;
    }
    TRY(db_run_each(work, &sql_payment_save, GIVEN(run_payment, content->payments.at), content->payments.count));
    return expect_total(work, &content->run, content->run.payment_count, content->run.total_minor, transit);
}

/* Nobody releases what he proposed, an account he proposed, or a bill he entered. */
static struct fault *note_duties(struct work *work, const struct run_content *content)
{
    TRY(access_duty(work, "payment_run", content->run.id.n, "payment.release"));
    for (size_t i = 0; i < content->payments.count; i++) {
        const struct run_payment *p = &content->payments.at[i];
        if (p->state != PAID_CARRIED) TRY(access_duty(work, "party_bank", p->party_bank_id.n, "payment.release"));
    }
    for (size_t i = 0; i < content->parts.count; i++)
        if (str_is(content->parts.at[i].source_kind, "bill"))
            TRY(access_duty(work, "bill", content->parts.at[i].source_id, "payment.release"));
    return NULL;
}

static struct fault *keep_file(struct work *work, struct payment_run *run, const struct run_batch *batch)
{
    struct str xml = { 0 };
    TRY(pain001_write(work->arena, &batch->batch, PAIN001_09, &xml));
    struct document document = { .file_name = str_format(work->arena, "pain001-%lld.xml", (long long)run->number),
                                 .media_type = STR("application/xml"),
                                 .source = DOCUMENT_MADE,
                                 .subject_kind = STR("payment_run"),
                                 .subject_id = run->id.n };
    TRY(archive_keep(work, &document, xml, NULL));
    run->document_id = document.id;
    return NULL;
}

struct fault *payment_release(struct work *work, const struct payment_release *release, struct payment_run *run)
{
    struct run_content content = { 0 };
    struct bank_account ours = { 0 };
    struct run_batch batch = { 0 };
    struct findings findings = { 0 };
    struct fault *faults = NULL;
    TRY(payment_content_load(work, release->id, &content));
    const struct payment_run before = content.run;
    TRY(payment_move(work, &content.run, RUN_RELEASE));
    if (release->version != before.version) return FAULT(work->arena, &payment_changed, "version");
    if (!str_equal(release->hash, before.hash)) return FAULT(work->arena, &payment_other_hash, "hash");
    TRY(bank_account_load(work, before.bank_account_id, &ours));
    TRY(payment_batch_of(work, &content, &ours, &batch));
    TRY(payment_find_problems(work, &content, &ours, &batch, &findings));
    for (size_t i = findings.count; i-- > 0;)
        if (findings.at[i].stops) faults = fault_join(findings.at[i].fault, faults);
    if (faults) return faults;
    TRY(note_duties(work, &content));
    TRY(keep_file(work, &content.run, &batch));
    TRY(payment_book(work, &content));
    content.run.released_by = work->user_id;
    content.run.released_at = work->now;
    content.run.released_on = work->today;
    content.run.released_hash = before.hash;
    TRY(payment_run_keep(work, &before, &content.run));
    *run = content.run;
    return NULL;
}

/* ---- The file leaves ---- */

struct fault *payment_file(struct work *work, payment_run_id id, struct file_answer *file)
{
    struct run_content content = { 0 };
    TRY(payment_content_load(work, id, &content));
    const struct payment_run before = content.run;
    TRY(payment_move(work, &content.run, RUN_SEND));
    TRY(archive_content(work, content.run.document_id, &file->content));
    file->name = str_format(work->arena, "pain001-%lld.xml", (long long)content.run.number);
    file->media_type = STR("application/xml");
    if (before.state != RUN_RELEASED) return NULL;
    content.run.sent_at = work->now;
    content.run.sent_by = work->user_id;
    TRY(payment_advise(work, &content));
    return payment_run_keep(work, &before, &content.run);
}

/* ---- Taking back ---- */

struct fault *payment_undo(struct work *work, const struct payment_run *run, const struct payment_expecteds *expected,
                           struct run_payment *p, enum paid_event event, struct str why)
{
    struct entry reversal = { 0 };
    TRY(payment_move_one(work, p, event));
    TRY(ledger_unsettle(work, p->allocation_id, work->today, why));
    TRY(ledger_reverse(work, p->entry_id, work->today, why, &reversal));
    p->ended_on = work->today;
    p->reason = why;
    TRY(db_run(work, &sql_payment_save, GIVEN(run_payment, p)));
    TRY(db_run(work, &sql_parts_end, PAYMENT_KEY(p->id.n)));
    TRY(cash_unexpect(work, "payment", p->id.n));
    if (!is_met(expected, "payment", p->id.n) && !is_met(expected, "payment_run", run->id.n) && run->state != RUN_DONE)
        return NULL;
    struct cash_expectation back = { .source_kind = STR("payment_return"),
                                     .source_id = p->id.n,
                                     .reference = p->end_to_end_id,
                                     .amount_minor = p->amount_minor,
                                     .currency = p->currency,
                                     .iban = p->iban,
                                     .expected_on = work->today };
    TRY(ledger_account_for(work, FOR_TRANSIT, &back.account_id));
    return cash_expect(work, &back);
}

struct fault *payment_settle_state(struct work *work, struct payment_run *run)
{
    struct run_payments payments = { 0 };
    int64_t count = 0, total_minor = 0;
    account_id transit;
    if (run->state == RUN_DONE) return NULL;
    TRY(db_all(work, &sql_payments_of, PAYMENT_KEY(run->id.n), INTO_LIST(run_payment, &payments)));
    for (size_t i = 0; i < payments.count; i++)
        if (payments.at[i].state == PAID_RELEASED || payments.at[i].state == PAID_ACCEPTED)
            count++, total_minor += payments.at[i].amount_minor;
    TRY(ledger_account_for(work, FOR_TRANSIT, &transit));
    if (count) return expect_total(work, run, count, total_minor, transit); /* beside the whole: banks book either */
    TRY(payment_move(work, run, RUN_REJECT));
    run->ended_at = work->now;
    run->ended_by = work->user_id;
    return cash_unexpect(work, "payment_run", run->id.n);
}

/* Of a run that the bank doesn't have: everything as it was before. `least`: RUN_PROPOSED for who may only withdraw a proposal. */
static struct fault *cancel(struct work *work, payment_run_id id, struct str reason, int64_t version, bool released_too,
                            struct payment_run *run)
{
    struct run_content content = { 0 };
    struct payment_expecteds expected = { 0 };
    TRY(payment_content_load(work, id, &content));
    const struct payment_run before = content.run;
    TRY(payment_move(work, &content.run, RUN_CANCEL));
    if (before.state != RUN_PROPOSED && !released_too)
        TRY(payment_move(work, &(struct payment_run){ .state = before.state }, RUN_EDIT));
    if (version != before.version) return FAULT(work->arena, &payment_changed, "version");
    TRY(payment_expected_of(work, id, &expected));
    for (size_t i = 0; i < expected.count; i++)
        if (expected.at[i].is_met) return FAULT(work->arena, &payment_met, "id");
    for (size_t i = 0; i < content.payments.count; i++) {
        struct run_payment *p = &content.payments.at[i];
        if (p->state == PAID_RELEASED) {
            TRY(payment_undo(work, &before, &expected, p, PAID_CANCEL, reason));
            continue;
        }
        TRY(payment_move_one(work, p, PAID_CANCEL));
        TRY(db_run(work, &sql_payment_save, GIVEN(run_payment, p)));
        TRY(db_run(work, &sql_parts_end, PAYMENT_KEY(p->id.n)));
    }
    TRY(cash_unexpect(work, "payment_run", id.n));
    content.run.ended_at = work->now;
    content.run.ended_by = work->user_id;
    content.run.reason = reason;
    TRY(payment_run_keep(work, &before, &content.run));
    *run = content.run;
    return NULL;
}

struct fault *payment_cancel(struct work *work, payment_run_id id, struct str reason, int64_t version, struct payment_run *run)
{
    return cancel(work, id, reason, version, true, run);
}

struct fault *payment_refuse(struct work *work, payment_run_id id, struct str reason, int64_t version, struct payment_run *run)
{
    struct run_content content = { 0 };
    struct payment_expecteds expected = { 0 };
    TRY(payment_content_load(work, id, &content));
    const struct payment_run before = content.run;
    TRY(payment_move(work, &content.run, RUN_REJECT));
    if (version != before.version) return FAULT(work->arena, &payment_changed, "version");
    TRY(payment_expected_of(work, id, &expected));
    for (size_t i = 0; i < content.payments.count; i++) {
        struct run_payment *p = &content.payments.at[i];
        if (paid_next(PAID_REJECT, p->state)) TRY(payment_undo(work, &before, &expected, p, PAID_REJECT, reason));
    }
    TRY(cash_unexpect(work, "payment_run", id.n));
    content.run.ended_at = work->now;
    content.run.ended_by = work->user_id;
    content.run.reason = reason;
    TRY(payment_run_keep(work, &before, &content.run));
    *run = content.run;
    return NULL;
}

/* ---- Done ---- */

/* Its total stands on a statement, or each of its payments does or was undone. */
static bool is_done(const struct run_content *content, const struct payment_expecteds *expected)
{
    bool any = false;
    if (is_met(expected, "payment_run", content->run.id.n)) return true;
    for (size_t i = 0; i < content->payments.count; i++) {
        const struct run_payment *p = &content->payments.at[i];
        if (p->state != PAID_RELEASED && p->state != PAID_ACCEPTED) continue;
        if (!is_met(expected, "payment", p->id.n)) return false;
        any = true;
    }
    return any;
}

/* Runs that go on, of which the statements have shown everything. */
static struct fault *find_done(struct work *work, struct payment_runs *done)
{
    struct payment_runs runs = { 0 };
    TRY(db_all(work, &sql_runs_going, NONE, INTO_LIST(payment_run, &runs)));
    for (size_t i = 0; i < runs.count; i++) {
        struct run_content content = { 0 };
        struct payment_expecteds expected = { 0 };
        TRY(payment_expected_of(work, runs.at[i].id, &expected));
        bool any = false;
        for (size_t k = 0; k < expected.count; k++) any |= expected.at[k].is_met;
        if (!any) continue;
        TRY(payment_content_load(work, runs.at[i].id, &content));
        if (is_done(&content, &expected)) *LIST_ADD(work->arena, done) = content.run;
    }
    return NULL;
}

struct fault *payment_has_news(struct work *work, bool *news)
{
    struct payment_runs done = { 0 };
    TRY(find_done(work, &done));
    *news = done.count > 0;
    return NULL;
}

struct fault *payment_sweep(struct work *work, int64_t *count)
{
    struct payment_runs done = { 0 };
    TRY(find_done(work, &done));
    for (size_t i = 0; i < done.count; i++) {
        struct payment_run run = done.at[i];
        struct run_payments payments = { 0 };
        TRY(payment_move(work, &run, RUN_FINISH));
        run.ended_at = work->now;
        run.ended_by = work->user_id;
        TRY(payment_run_keep(work, &done.at[i], &run));
        TRY(db_run(work, &sql_parts_end_of_run, PAYMENT_KEY(run.id.n)));
        TRY(cash_unexpect(work, "payment_run", run.id.n));
        TRY(db_all(work, &sql_payments_of, PAYMENT_KEY(run.id.n), INTO_LIST(run_payment, &payments)));
        for (size_t k = 0; k < payments.count; k++) TRY(cash_unexpect(work, "payment", payments.at[k].id.n));
    }
    *count = (int64_t)done.count;
    return NULL;
}

/* ---- Operations ---- */

static struct fault *run_check(struct work *work, const struct payment_key *takes, struct payment_checked *out)
{
    return payment_check(work, (payment_run_id){ takes->id }, out);
}
CALLABLE(run_check, payment_key, payment_checked);
static struct fault *run_release(struct work *work, const struct payment_release *takes, struct payment_run *out)
{
    return payment_release(work, takes, out);
}
CALLABLE(run_release, payment_release, payment_run);
static struct fault *run_file(struct work *work, const struct payment_key *takes, struct file_answer *out)
{
    return payment_file(work, (payment_run_id){ takes->id }, out);
}
CALLABLE(run_file, payment_key, file_answer);

struct payment_end { payment_run_id id; struct str reason; int64_t version; };
RECORD(payment_end, {
    ID(struct payment_end, id),
    FIELD(struct payment_end, reason, .min = 3, .max = 500),
    FIELD(struct payment_end, version, .min = 1, .max = EXACT_MAX),
});
static struct fault *run_withdraw(struct work *work, const struct payment_end *takes, struct payment_run *out)
{
    return cancel(work, takes->id, takes->reason, takes->version, false, out);
}
CALLABLE(run_withdraw, payment_end, payment_run);
static struct fault *run_cancel(struct work *work, const struct payment_end *takes, struct payment_run *out)
{
    return payment_cancel(work, takes->id, takes->reason, takes->version, out);
}
CALLABLE(run_cancel, payment_end, payment_run);
static struct fault *run_refuse(struct work *work, const struct payment_end *takes, struct payment_run *out)
{
    return payment_refuse(work, takes->id, takes->reason, takes->version, out);
}
CALLABLE(run_refuse, payment_end, payment_run);

struct payment_finished { int64_t count; };
RECORD(payment_finished, { FIELD(struct payment_finished, count) });
static struct fault *run_finish(struct work *work, const struct nothing *takes, struct payment_finished *out)
{
    (void)takes;
    return payment_sweep(work, &out->count);
}
CALLABLE(run_finish, nothing, payment_finished);

struct payment_status_upload { struct str file_name, content; };
RECORD(payment_status_upload, {
    FIELD(struct payment_status_upload, file_name, .min = 1, .max = 255),
    BYTES(struct payment_status_upload, content, .min = 1, .max = 64 << 20),
});
static struct fault *run_status(struct work *work, const struct payment_status_upload *takes, struct payment_status_read *out)
{
    return payment_status(work, takes->file_name, takes->content, out);
}
CALLABLE(run_status, payment_status_upload, payment_status_read);

struct payment_back { payment_id id; struct str reason; };
RECORD(payment_back, { ID(struct payment_back, id), FIELD(struct payment_back, reason, .min = 3, .max = 500) });
static struct fault *one_return(struct work *work, const struct payment_back *takes, struct run_payment *out)
{
    return payment_return(work, takes->id, takes->reason, out);
}
CALLABLE(one_return, payment_back, run_payment);

static const struct operation operations[] = {
    { "payment check", "GET", "/payment-runs/{id}/check", "payment.read", OPERATION_READS | OPERATION_SLOW,
      &run_check_call, NULL, "Check a payment run: everything wrong with it at once" },
    { "payment release", "POST", "/payment-runs/{id}/release", "payment.release", OPERATION_STEP_UP | OPERATION_SLOW,
      &run_release_call, NULL, "Release a payment run that somebody else proposed" },
    { "payment file", "POST", "/payment-runs/{id}/file", "payment.file", OPERATION_FILE | OPERATION_SLOW,
      &run_file_call, NULL, "Fetch the file of a released payment run, for the bank" },
    { "payment withdraw", "POST", "/payment-runs/{id}/withdraw", "payment.propose", OPERATION_SLOW, &run_withdraw_call,
      NULL, "Withdraw a proposed payment run" },
    { "payment cancel", "POST", "/payment-runs/{id}/cancel", "payment.release", OPERATION_STEP_UP | OPERATION_SLOW,
      &run_cancel_call, NULL, "Cancel a payment run before the bank has it" },
    { "payment refuse", "POST", "/payment-runs/{id}/refuse", "payment.release", OPERATION_STEP_UP | OPERATION_SLOW,
      &run_refuse_call, NULL, "Say that the bank refused a whole payment run" },
    { "payment status", "POST", "/payment-status", "payment.status", OPERATION_UPLOAD | OPERATION_SLOW,
      &run_status_call, NULL, "Read the bank's answer to a payment run: pain.002" },
    { "payment return", "POST", "/payments/{id}/return", "payment.release", OPERATION_STEP_UP, &one_return_call, NULL,
      "Say that a payment came back; its bills are open again" },
    { "payment finish", "POST", "/payments/finish", "payment.status", OPERATION_SLOW, &run_finish_call, NULL,
      "Mark payment runs as done that the statements have shown" },
};
const struct operation_table payment_bank_table = { "payment", operations, ARRAY_LENGTH(operations) };
