/* What the bank says before its statement (camt.052, MT942: lines of the day, booked or still pending) and beside it (camt.054: the payments
 * behind a batch). Nothing of it is booked: the statement is what counts. Each is known by what it says, so the same message again adds
 * nothing; each looks for the line of the statement that it is about, whichever comes first. */
#include "bank/bank_private.h"
#include "bank.sql.h"

static const char *const kinds[] = { NULL, "intraday", "notice" };
static const char *const statuses[] = { NULL, "booked", "pending", "announced" };
static const char *const states[] = { NULL, "waiting", "met", "ended" };
RECORD(
    bank_early,
    {
        ID(struct bank_early, id, .sort = true),
        ID(struct bank_early, bank_account_id, .filter = true),
        ID(struct bank_early, document_id),
        FIELD(struct bank_early, kind, CHOICES(kinds), .filter = true),
        FIELD(struct bank_early, fingerprint, .secret = true),
        FIELD(struct bank_early, occurrence, .secret = true),
        FIELD(struct bank_early, booked_on, .filter = true, .sort = true),
        AMOUNT(struct bank_early, amount_minor, .currency = "currency", .filter = true, .sort = true),
        FIELD(struct bank_early, currency),
        FIELD(struct bank_early, status, CHOICES(statuses), .filter = true),
        FIELD(struct bank_early, servicer_reference, OPTIONAL),
        FIELD(struct bank_early, batch_id, OPTIONAL),
        FIELD(struct bank_early, end_to_end_id, OPTIONAL, .filter = true),
        FIELD(struct bank_early, name, OPTIONAL, .filter = true),
        FIELD(struct bank_early, iban, OPTIONAL, .filter = true),
        FIELD(struct bank_early, reference, OPTIONAL, .filter = true),
        FIELD(struct bank_early, remittance, .max = 20000, OPTIONAL, .filter = true),
        JSON(struct bank_early, details, OPTIONAL),
        ID(struct bank_early, line_id, OPTIONAL, .filter = true, .about = "the bank line that it is about"),
        FIELD(struct bank_early, received_at),
        FIELD(
            struct bank_early, state, CHOICES(states), OPTIONAL, .filter = true,
            .about =
                "waiting: its statement has not come; met: see line_id; ended: the statement of its day does not have it"),
    });
LIST_STRUCT(bank_earlies, struct bank_early);

struct early_place { bank_account_id bank_account_id; struct date to_on; };
RECORD(early_place, { ID(struct early_place, bank_account_id), FIELD(struct early_place, to_on, OPTIONAL) });

/* ---- Which line ---- */

enum { DAYS_APART = 5, RANK_SURE = 4 };
struct early_ask {
    bank_account_id bank_account_id;
    enum early_kind kind;
    int64_t amount_minor;
    struct date booked_on, from_on, to_on;
    struct str servicer_reference, batch_id, end_to_end_id, iban, remittance;
};
RECORD(early_ask, {
    ID(struct early_ask, bank_account_id),
    FIELD(struct early_ask, kind, CHOICES(kinds)),
    FIELD(struct early_ask, amount_minor),
    FIELD(struct early_ask, booked_on),
    FIELD(struct early_ask, from_on),
    FIELD(struct early_ask, to_on),
    FIELD(struct early_ask, servicer_reference, OPTIONAL),
    FIELD(struct early_ask, batch_id, OPTIONAL),
    FIELD(struct early_ask, end_to_end_id, OPTIONAL),
    FIELD(struct early_ask, iban, OPTIONAL),
    FIELD(struct early_ask, remittance, OPTIONAL),
});
struct early_candidate { int64_t id, rank; };
RECORD(early_candidate, { FIELD(struct early_candidate, id), FIELD(struct early_candidate, rank) });

/* By a reference of the bank's or ours; else by amount and day, when there is only one such line. */
static struct fault *meet(struct work *work, struct bank_early *early)
{
    LIST_OF(struct early_candidate) found = { 0 };
    const struct early_ask ask = { .bank_account_id = early->bank_account_id,
                                   .kind = early->kind,
                                   .amount_minor = early->amount_minor,
                                   .booked_on = early->booked_on,
                                   .from_on = date_add_days(early->booked_on, -DAYS_APART),
                                   .to_on = date_add_days(early->booked_on, DAYS_APART),
                                   .servicer_reference = early->servicer_reference,
                                   .batch_id = early->batch_id,
                                   .end_to_end_id = early->end_to_end_id,
                                   .iban = early->iban,
                                   .remittance = early->remittance };
    TRY(db_all(work, &sql_early_candidates, GIVEN(early_ask, &ask), INTO_LIST(early_candidate, &found)));
    if (!found.count || (found.at[0].rank > RANK_SURE && found.count > 1)) return NULL;
    const struct bank_early before = *early;
    early->line_id.n = found.at[0].id;
    TRY(db_run(work, &sql_early_meet, GIVEN(bank_early, early)));
    work_changed(work, "bank_notice", early->id.n, GIVEN(bank_early, &before), GIVEN(bank_early, early));
    return NULL;
}

struct fault *early_keep(struct work *work, struct bank_early *early, bool *added)
{
    int64_t changed;
    early->received_at = work->now;
    TRY(db_run_count(work, &sql_early_add, GIVEN(bank_early, early), &changed));
    *added = changed == 1;
    if (!*added) return NULL;
    work_changed(work, "bank_notice", early->id.n, (struct given){ &bank_early_record, NULL }, GIVEN(bank_early, early));
    return meet(work, early);
}

struct fault *early_statement(struct work *work, bank_account_id account, struct date to_on)
{
    struct bank_earlies waiting = { 0 };
    const struct early_place place = { account, to_on };
    TRY(db_all(work, &sql_early_waiting, BANK_KEY(account.n), INTO_LIST(bank_early, &waiting)));
    for (size_t i = 0; i < waiting.count; i++) TRY(meet(work, &waiting.at[i]));
    return waiting.count ? db_run(work, &sql_early_end, GIVEN(early_place, &place)) : NULL;
}

/* ---- Operations ---- */

static struct fault *notice_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                 struct bank_earlies *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_early_list, NONE, query, INTO_LIST(bank_early, rows), next);
}
LISTABLE(notice_list, nothing, bank_early, bank_earlies);

static const struct operation operations[] = {
    { "bank-notice list", "GET", "/bank-notices", "bank.read", OPERATION_READS, NULL, &notice_list_list,
      "List what the bank said before or beside its statement: lines of the day, and notices with the payments of a batch" },
};
const struct operation_table bank_early_operations = { "bank", operations, ARRAY_LENGTH(operations) };
