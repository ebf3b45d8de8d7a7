/* What people do with bank lines that wait: the queue, accepting, deciding, taking back, and what may be posted by itself. */
#include "cash/cash_private.h"
#include "cash.sql.h"

RECORD(cash_chosen_setting,
       {
           FIELD(struct cash_chosen_setting, precision_ppm, .max = 1000000,
                 .about = "expected share right of what is posted by itself, in millionths; 0: nothing by itself"),
           FIELD(struct cash_chosen_setting, rounding_minor, .max = 1000,
                 .about = "a difference up to this is rounding"),
           FIELD(struct cash_chosen_setting, charge_minor, .max = 100000, .about = "largest bank charge taken as such"),
           FIELD(struct cash_chosen_setting, difference_auto_minor, .max = 1000000,
                 .about = "a difference above this is never posted by itself"),
           FIELD(struct cash_chosen_setting, version),
       });
RECORD(proposal_row, {
                         ID(struct proposal_row, bank_line_id),
                         FIELD(struct proposal_row, made_at),
                         FIELD(struct proposal_row, model, OPTIONAL),
                         FIELD(struct proposal_row, category),
                         ID(struct proposal_row, party_id, OPTIONAL),
                         FIELD(struct proposal_row, probability_ppm),
                         FIELD(struct proposal_row, why_not),
                         JSON(struct proposal_row, explanations),
                     });

struct fault *cash_setting_load(struct work *work, struct cash_chosen_setting *setting)
{
    struct cash_settings usual = cash_settings_default();
    bool found;
    TRY(db_find(work, &sql_setting_load, NONE, INTO(cash_chosen_setting, setting), &found));
    if (!found)
        *setting = (struct cash_chosen_setting){ usual.precision_ppm, usual.rounding_minor, usual.charge_minor,
                                                 usual.difference_auto_minor, 1 };
    return NULL;
}
struct queue_row {
    int64_t id;
    struct date booked_on;
    int64_t amount_minor;
    struct str currency, name, iban, remittance, reference;
    int64_t bank_account_id;
    struct str category;
    party_id party_id;
    int64_t probability_ppm;
    struct str why_not, explanations;
};
LIST_STRUCT(queue_rows, struct queue_row);
RECORD(queue_row, {
    FIELD_OF(FIELD_ID, int64_t, struct queue_row, id, .sort = true, .about = "of the bank line"),
    FIELD(struct queue_row, booked_on, .filter = true, .sort = true),
    AMOUNT(struct queue_row, amount_minor, .currency = "currency", .filter = true, .sort = true),
    FIELD(struct queue_row, currency),
    FIELD(struct queue_row, name, OPTIONAL, .filter = true),
    FIELD(struct queue_row, iban, OPTIONAL),
    FIELD(struct queue_row, remittance, .max = 20000, OPTIONAL, .filter = true),
    FIELD(struct queue_row, reference, OPTIONAL),
    FIELD(struct queue_row, bank_account_id, .filter = true),
    FIELD(struct queue_row, category, OPTIONAL, .filter = true),
    ID(struct queue_row, party_id, OPTIONAL, .filter = true),
    FIELD(struct queue_row, probability_ppm, OPTIONAL, .sort = true),
    FIELD(struct queue_row, why_not, OPTIONAL, .filter = true),
    JSON(struct queue_row, explanations, OPTIONAL),
});

/* Differences that leave the rest of an item open are no booking; those that close it are. */
bool cash_closes(enum cash_difference_kind kind)
{
    return kind == CASH_DISCOUNT || kind == CASH_DISCOUNT_LATE || kind == CASH_CHARGE || kind == CASH_ROUNDING ||
           kind == CASH_DEDUCTION || kind == CASH_PROVIDER_FEE;
}

static struct fault *queue_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                struct queue_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_queue, NONE, query, INTO_LIST(queue_row, rows), next);
}
LISTABLE(queue_list, nothing, queue_row, queue_rows);

static struct fault *decision_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                   struct cash_decideds *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_decision_list, NONE, query, INTO_LIST(cash_decided, rows), next);
}
LISTABLE(decision_list, nothing, cash_decided, cash_decideds);

static struct fault *decide_op(struct work *work, const struct cash_decide *takes, struct cash_decided *out)
{
    const char *category = takes->shares.count ? "match" : takes->party_id.n ? "on_account" : "unrelated";
    const struct cash_origin origin = { .automatic = false, .category = category };
    struct cash_decide decide = *takes;
    if (decide.shares.count && !decide.party_id.n) {
        struct open_item first = { 0 };
        TRY(ledger_item_load(work, decide.shares.at[0].item_id, &first));
        decide.party_id = first.party_id;
    }
    return cash_settle(work, &decide, &origin, out);
}
CALLABLE(decide_op, cash_decide, cash_decided);

struct accept {
    bank_line_id line_id;
    int64_t rank;
};
RECORD(accept, { ID(struct accept, line_id),
                 FIELD(struct accept, rank, .min = 1, .max = 3, .about = "1 is the best explanation") });
struct kept_explanation {
    int64_t probability_ppm, other_sets;
    struct str category;
    int64_t party_id;
    LIST_OF(struct cash_share) shares;
    LIST_OF(struct cash_given_up) differences;
    struct str evidence;
};
RECORD(kept_explanation, {
                             FIELD(struct kept_explanation, probability_ppm),
                             FIELD(struct kept_explanation, other_sets),
                             FIELD(struct kept_explanation, category),
                             FIELD(struct kept_explanation, party_id, OPTIONAL),
                             LIST(struct kept_explanation, shares, cash_share, .max = 5000),
                             LIST(struct kept_explanation, differences, cash_given_up),
                             JSON(struct kept_explanation, evidence),
                         });
struct kept_explanations {
    LIST_OF(struct kept_explanation) list;
};
RECORD(kept_explanations, { LIST(struct kept_explanations, list, kept_explanation) });

static bool kind_closes(struct str kind)
{
    for (unsigned k = 1; k < CASH_DIFFERENCE_COUNT; k++)
        if (cash_closes((enum cash_difference_kind)k) && str_is(kind, cash_difference_name((enum cash_difference_kind)k))) return true;
    return false;
}

static struct fault *accept_op(struct work *work, const struct accept *takes, struct cash_decided *out)
{
    struct proposal_row row = { 0 };
    struct kept_explanations kept = { 0 };
    TRY(db_one(work, &sql_proposal_of_line, CASH_KEY(takes->line_id.n), INTO(proposal_row, &row), &cash_missing));
    TRY(record_from_json(work->arena, str_format(work->arena, "{\"list\":%.*s}", STR_ARG(row.explanations)),
                         INTO(kept_explanations, &kept)));
    if ((size_t)takes->rank > kept.list.count) return FAULT(work->arena, &cash_missing, "rank");
    const struct kept_explanation *e = &kept.list.at[takes->rank - 1];
    struct cash_decide decide = { .line_id = takes->line_id, .party_id = { e->party_id } };
    for (size_t i = 0; i < e->shares.count; i++) *LIST_ADD(work->arena, &decide.shares) = e->shares.at[i];
    for (size_t i = 0; i < e->differences.count; i++)
        if (kind_closes(e->differences.at[i].kind)) *LIST_ADD(work->arena, &decide.differences) = e->differences.at[i];
    const struct cash_origin origin = { false, str_keep(work->arena, e->category).at, e->probability_ppm, row.model,
                                        e->evidence };
    return cash_settle(work, &decide, &origin, out);
}
CALLABLE(accept_op, accept, cash_decided);

struct take_back { cash_decision_id id; struct str reason; };
RECORD(take_back, { ID(struct take_back, id), FIELD(struct take_back, reason, .min = 3, .max = 200) });
static struct fault *undo_op(struct work *work, const struct take_back *takes, struct take_back *out)
{
    TRY(cash_take_back(work, takes->id, takes->reason));
    *out = *takes;
    return NULL;
}
CALLABLE(undo_op, take_back, take_back);

static struct fault *setting_show(struct work *work, const struct nothing *takes, struct cash_chosen_setting *out)
{
    (void)takes;
    return cash_setting_load(work, out);
}
CALLABLE(setting_show, nothing, cash_chosen_setting);

static const struct fault_type setting_changed = { FAULT_CONFLICT, "cash.setting_changed",
                                                   "Somebody changed these settings; read them again." };
static struct fault *setting_set(struct work *work, const struct cash_chosen_setting *takes,
                                 struct cash_chosen_setting *out)
{
    struct cash_chosen_setting before = { 0 };
    TRY(cash_setting_load(work, &before));
    TRY(db_run(work, &sql_setting_add, GIVEN(cash_chosen_setting, &before)));
    TRY(db_change(work, &sql_setting_save, GIVEN(cash_chosen_setting, takes), &setting_changed));
    *out = *takes;
    out->version++;
    work_changed(work, "cash_setting", work->company_id, GIVEN(cash_chosen_setting, &before), GIVEN(cash_chosen_setting, out));
    return NULL;
}
CALLABLE(setting_set, cash_chosen_setting, cash_chosen_setting);
static const struct operation operations[] = {
    { "cash queue", "GET", "/cash/queue", "cash.read", OPERATION_READS, NULL, &queue_list_list,
      "List the bank lines that wait for a decision, with proposals" },
    { "cash accept", "POST", "/cash/accept", "cash.decide", 0, &accept_op_call, NULL,
      "Accept a proposal for a bank line" },
    { "cash decide", "POST", "/cash/decide", "cash.decide", 0, &decide_op_call, NULL,
      "Say what a bank line is: items, differences, accounts, on account" },
    { "cash undo", "POST", "/cash/decisions/{id}/undo", "cash.decide", 0, &undo_op_call, NULL,
      "Take a decision on a bank line back; its history stays" },
    { "cash list", "GET", "/cash/decisions", "cash.read", OPERATION_READS, NULL, &decision_list_list,
      "List what bank lines were decided to be, and why" },
    { "cash settings", "GET", "/cash/settings", "cash.read", OPERATION_READS, &setting_show_call, NULL,
      "Show what may be posted by itself" },
    { "cash set", "POST", "/cash/settings", "cash.manage", 0, &setting_set_call, NULL,
      "Change what may be posted by itself" },
};
const struct operation_table cash_desk = { "cash", operations, ARRAY_LENGTH(operations) };
