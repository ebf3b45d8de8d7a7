#include "payment/payment_private.h"
#include "payment.sql.h"

const struct fault_type payment_not_ours = {
    FAULT_MISSING, "payment.not_ours", "This answer is about message {message}, which is none of our payment runs."
};
const struct fault_type payment_differs = {
    FAULT_CONFLICT, "payment.differs",
    "The bank says {theirs} for payment {id}; we asked for {ours}. Ask the bank before anything else."
};

RECORD(payment_status_read, {
    ID(struct payment_status_read, run_id),
    FIELD(struct payment_status_read, accepted),
    FIELD(struct payment_status_read, rejected),
    FIELD(struct payment_status_read, pending),
    FIELD(struct payment_status_read, unknown, .about = "payments in the answer that are not in the run"),
    PART(struct payment_status_read, run, payment_run),
});
struct payment_message {
    struct str message_id;
};
RECORD(payment_message, { FIELD(struct payment_message, message_id) });

/* What the bank says of one payment. */
struct said { enum payment_status status; const struct status_reasons *reasons; const struct status_transaction *transaction; };

/* Of the group, else of the whole; a transaction's own goes above it. PARTIAL says: look at the transactions. */
static struct said said_of_all(const struct status_report *report, const struct payment_run *run)
{
    struct said said = { report->status, &report->reasons, NULL };
    for (size_t i = 0; i < report->groups.count; i++) {
        const struct status_group *g = &report->groups.at[i];
        bool ours = str_starts(g->original_group_id, run->message_id.at);
        if (ours && g->status) said = (struct said){ g->status, &g->reasons, NULL };
    }
    return said;
}

static int compare_ends(const void *a, const void *b)
{
    const struct run_payment *const *x = a, *const *y = b;
    return str_compare((*x)->end_to_end_id, (*y)->end_to_end_id);
}

static size_t find_end(struct run_payment **sorted, size_t count, struct str id)
{
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (str_compare(sorted[middle]->end_to_end_id, id) < 0) from = middle + 1;
        else to = middle;
    }
    return from < count && str_equal(sorted[from]->end_to_end_id, id) ? from : count;
}

static struct fault *check_amount(struct work *work, const struct status_transaction *t, const struct run_payment *p)
{
    struct decimal ours = minor_to_decimal(p->amount_minor, currency_digits(p->currency));
    if (!t->amount.present || decimal_compare(t->amount, ours) == 0) return NULL;
    return FAULT(work->arena, &payment_differs, "content", PARAM("id", p->end_to_end_id),
                 PARAM("theirs", decimal_format(work->arena, t->amount)),
                 PARAM("ours", decimal_format(work->arena, ours)));
}

static struct str why_of(struct work *work, const struct said *said, struct run_payment *p)
{
    struct text text = text_new(work->arena);
    for (size_t i = 0; said->reasons && i < said->reasons->list.count; i++) {
        const struct status_reason *r = &said->reasons->list.at[i];
        if (!i) p->reason_code = str_utf8_clip(r->code, 35);
        if (text.length) text_addz(&text, "; ");
        text_add(&text, r->code);
        if (r->text.length) text_addf(&text, " %.*s", STR_ARG(r->text));
    }
    if (!text.length) text_addz(&text, "rejected by the bank");
    return str_utf8_clip(text_str(&text), 400);
}

static enum name_check name_check_of(enum payment_status status)
{
    return status == STATUS_NAME_MATCHES ? NAME_MATCHES : status == STATUS_NAME_CLOSE ? NAME_CLOSE
           : status == STATUS_NAME_DIFFERS ? NAME_DIFFERS : status == STATUS_NAME_UNKNOWN ? NAME_UNKNOWN : (enum name_check)0;
}

/* Does to one payment what the bank says of it; saying it again changes nothing. */
static struct fault *take_in(struct work *work, const struct payment_run *run, const struct payment_expecteds *expected,
                             struct run_payment *p, const struct said *said, struct payment_status_read *out,
                             int64_t *undone)
{
    const struct run_payment before = *p;
    enum name_check check = name_check_of(said->status);
    if (p->state == PAID_CARRIED) return NULL;
    if (said->status == STATUS_REJECTED || said->status == STATUS_CANCELLED) {
        out->rejected++;
        struct str why = why_of(work, said, p);
        if (!paid_next(PAID_REJECT, p->state)) return NULL; /* it was already */
        TRY(payment_undo(work, run, expected, p, PAID_REJECT, why));
        ++*undone;
    } else if (said->status == STATUS_ACCEPTED || said->status == STATUS_SETTLED) {
        out->accepted++;
        if (p->state != PAID_RELEASED) return NULL;
        TRY(payment_move_one(work, p, PAID_ACCEPT));
        TRY(db_run(work, &sql_payment_save, GIVEN(run_payment, p)));
    } else {
        out->pending++;
        if (!check) return NULL;
        p->name_check = check;
        if (said->reasons && said->reasons->list.count && said->reasons->list.at[0].text.length)
            p->name_known = str_utf8_clip(said->reasons->list.at[0].text, 140);
        TRY(db_run(work, &sql_payment_save, GIVEN(run_payment, p)));
    }
    work_changed(work, "payment", p->id.n, GIVEN(run_payment, &before), GIVEN(run_payment, p));
    return NULL;
}

static struct fault *take_all(struct work *work, const struct status_report *report, struct run_content *content,
                              struct payment_status_read *out, int64_t *undone)
{
    size_t count = content->payments.count;
    struct payment_expecteds expected = { 0 };
    struct run_payment **sorted = ARENA_ARRAY(work->arena, struct run_payment *, count + 1);
    struct said *said = ARENA_ARRAY(work->arena, struct said, count + 1), all = said_of_all(report, &content->run);
    for (size_t i = 0; i < count; i++) sorted[i] = &content->payments.at[i], said[i] = all;
    qsort(sorted, count, sizeof *sorted, compare_ends);
    for (size_t i = 0; i < report->transactions.count; i++) {
        const struct status_transaction *t = &report->transactions.at[i];
        size_t at = find_end(sorted, count, t->original_end_to_end_id);
        if (at == count) {
            out->unknown++;
            continue;
        }
        TRY(check_amount(work, t, sorted[at]));
        said[at] = (struct said){ t->status, t->reasons.list.count ? &t->reasons : all.reasons, t };
    }
    TRY(payment_expected_of(work, content->run.id, &expected));
    for (size_t i = 0; i < count; i++) TRY(take_in(work, &content->run, &expected, sorted[i], &said[i], out, undone));
    return NULL;
}

struct fault *payment_status(struct work *work, struct str file_name, struct str content_bytes, struct payment_status_read *out)
{
    struct status_report report = { 0 };
    struct run_content content = { 0 };
    struct payment_run found = { 0 };
    bool is_ours;
    int64_t undone = 0;
    *out = (struct payment_status_read){ 0 };
    TRY(pain002_read(work->arena, content_bytes, &report));
    const struct payment_message key = { report.original_message_id };
    TRY(db_find(work, &sql_run_by_message, GIVEN(payment_message, &key), INTO(payment_run, &found), &is_ours));
    if (!is_ours)
        return FAULT(work->arena, &payment_not_ours, "content",
                     PARAM("message", str_utf8_clip(report.original_message_id, 35)));
    struct document document = { .file_name = file_name,
                                 .media_type = STR("application/xml"),
                                 .source = DOCUMENT_UPLOAD,
                                 .subject_kind = STR("payment_run"),
                                 .subject_id = found.id.n };
    TRY(archive_keep(work, &document, content_bytes, NULL));
    TRY(payment_content_load(work, found.id, &content));
    const struct payment_run before = content.run;
    if (before.state != RUN_REJECTED)
        TRY(payment_move(work, &(struct payment_run){ .state = before.state },
                         RUN_ACCEPT)); /* refuses what the bank can't have */
    TRY(take_all(work, &report, &content, out, &undone));
    if (before.state != RUN_REJECTED) {
        if (out->accepted) TRY(payment_move(work, &content.run, RUN_ACCEPT));
        if (undone) TRY(payment_settle_state(work, &content.run));
        if (content.run.state == RUN_REJECTED && !out->accepted)
            content.run.reason =
                str_format(work->arena, "%.*s",
                           STR_ARG(content.payments.count ? content.payments.at[0].reason : report.status_code));
        if (content.run.state != before.state) {
            if (before.state == RUN_RELEASED && content.run.state == RUN_ACCEPTED) TRY(payment_advise(work, &content));
            TRY(payment_run_keep(work, &before, &content.run));
        }
    }
    out->run_id = found.id;
    out->run = content.run;
    return NULL;
}

struct fault *payment_return(struct work *work, payment_id id, struct str reason, struct run_payment *payment)
{
    struct payment_run run = { 0 };
    struct payment_expecteds expected = { 0 };
    TRY(db_one(work, &sql_payment_by_id, PAYMENT_KEY(id.n), INTO(run_payment, payment), &payment_missing));
    const struct run_payment before = *payment;
    TRY(payment_run_load(work, payment->run_id, &run));
    const struct payment_run run_before = run;
    TRY(payment_expected_of(work, run.id, &expected));
    TRY(payment_undo(work, &run, &expected, payment, PAID_RETURN, reason));
    work_changed(work, "payment", id.n, GIVEN(run_payment, &before), GIVEN(run_payment, payment));
    TRY(payment_settle_state(work, &run));
    if (run.state == run_before.state) return NULL;
    run.reason = reason;
    return payment_run_keep(work, &run_before, &run);
}
