/* What people do with bank lines that wait: the queue in the order of what a click is worth, accepting, deciding, giving back, sending
 * elsewhere, and taking back. */
#include "cash/cash_private.h"
#include "cash.sql.h"

RECORD(proposal_row, {
    ID(struct proposal_row, bank_line_id),
    FIELD(struct proposal_row, made_at),
    FIELD(struct proposal_row, model, OPTIONAL),
    FIELD(struct proposal_row, category),
    ID(struct proposal_row, party_id, OPTIONAL),
    FIELD(struct proposal_row, probability_ppm),
    FIELD(struct proposal_row, why_not),
    JSON(struct proposal_row, explanations),
    FIELD(struct proposal_row, chance_ppm, OPTIONAL),
    FIELD(struct proposal_row, worth_minor, OPTIONAL),
    FIELD(struct proposal_row, place, OPTIONAL),
});

/* ---- The queue ---- */

/* One number that sorts by worth, most first, then by day, oldest first: worth up to 6.8 million in the upper bits, the day below. */
void cash_place(struct proposal_row *row, const struct bank_line *line)
{
    const int64_t most = (int64_t)1 << 36;
    int64_t amount = line->base_minor < 0 ? -line->base_minor : line->base_minor;
    int64_t days = date_between((struct date){ 20000101 }, line->booked_on);
    if (!int_mul_div(amount, row->chance_ppm, 1000000, &row->worth_minor)) row->worth_minor = most;
    int64_t worth = row->worth_minor > most ? most : row->worth_minor;
    row->place = (most - worth) * 65536 + (days < 0 ? 0 : days > 65535 ? 65535 : days);
}

struct queue_row {
    int64_t id;
    struct date booked_on;
    int64_t amount_minor;
    struct str currency, name, iban, remittance, reference;
    int64_t bank_account_id;
    struct str return_reason;
    struct str category;
    party_id party_id;
    int64_t probability_ppm;
    struct str why_not, explanations;
    int64_t place, chance_ppm, worth_minor;
    struct str standing;
    int64_t question_id;
    struct date return_on;
    struct str answer;
    int64_t request_id;
    struct str return_text;
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
    FIELD(struct queue_row, return_reason, OPTIONAL, .about = "the bank's code for why it came back"),
    FIELD(struct queue_row, category, OPTIONAL, .filter = true),
    ID(struct queue_row, party_id, OPTIONAL, .filter = true),
    FIELD(struct queue_row, probability_ppm, OPTIONAL, .sort = true),
    FIELD(struct queue_row, why_not, OPTIONAL, .filter = true),
    JSON(struct queue_row, explanations, OPTIONAL),
    FIELD(struct queue_row, place, OPTIONAL, .sort = true,
          .about = "the queue's own order, least first: worth, then the oldest"),
    FIELD(struct queue_row, chance_ppm, OPTIONAL, .sort = true,
          .about = "that one of the three explanations is right, in millionths"),
    AMOUNT(struct queue_row, worth_minor, OPTIONAL, .sort = true,
           .about = "amount times chance, in the base currency: what one click closes"),
    FIELD(struct queue_row, standing, .filter = true,
          .about = "open, answered, unanswered (the day has come), waits_answer, waits_approval"),
    FIELD_OF(FIELD_ID, int64_t, struct queue_row, question_id, OPTIONAL),
    FIELD(struct queue_row, return_on, OPTIONAL, .about = "when it comes back without an answer"),
    FIELD(struct queue_row, answer, .max = 4000, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct queue_row, request_id, OPTIONAL),
    FIELD(struct queue_row, return_text, OPTIONAL, .about = "why it came back, in words"),
});
struct queue_takes {
    bool waiting;
};
RECORD(queue_takes,
       { FIELD(struct queue_takes, waiting, OPTIONAL, .about = "those that wait for an answer or an approval too") });

static struct fault *queue_list(struct work *work, const struct queue_takes *takes, const struct list_query *query,
                                struct queue_rows *rows, struct str *next)
{
    struct list_query ordered = *query;
    if (!ordered.sort.length) ordered.sort = STR("place");
    TRY(db_list(work, &sql_queue, GIVEN(queue_takes, takes), &ordered, INTO_LIST(queue_row, rows), next));
    for (size_t i = 0; i < rows->count; i++) rows->at[i].return_text = cash_return_text(work, rows->at[i].return_reason);
    return NULL;
}
LISTABLE(queue_list, queue_takes, queue_row, queue_rows);

static struct fault *decision_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                   struct cash_decideds *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_decision_list, NONE, query, INTO_LIST(cash_decided, rows), next);
}
LISTABLE(decision_list, nothing, cash_decided, cash_decideds);

/* ---- Deciding ---- */

/* Who accepts what he saw says which: proposals are worked out anew while he looks. */
void cash_say_key(struct text *t, const struct cash_decide *decide)
{
    enum { KEY_BYTES = 8 };
    uint8_t hash[32];
    struct str json = record_to_json(t->arena, GIVEN(cash_decide, decide));
    sha256(json.at, json.length, hash);
    text_addf(t, ",\"key\":\"%s\"", hex_text(t->arena, hash, KEY_BYTES).at);
}

static struct fault *decide_op(struct work *work, const struct decide_ask *takes, struct cash_decided *out)
{
    const char *category = takes->shares.count ? "match" : takes->party_id.n ? "on_account" : "unrelated";
    const struct cash_origin origin = { .automatic = false, .category = category };
    struct cash_decide decide;
    TRY(cash_decide_asked(work, takes, &decide));
    if (decide.shares.count && !decide.party_id.n) {
        struct open_item first = { 0 };
        TRY(ledger_item_load(work, decide.shares.at[0].item_id, &first));
        decide.party_id = first.party_id;
    }
    return cash_settle(work, &decide, &origin, out);
}
CALLABLE(decide_op, decide_ask, cash_decided);

RECORD(kept_explanation, {
    FIELD(struct kept_explanation, probability_ppm),
    FIELD(struct kept_explanation, other_sets),
    FIELD(struct kept_explanation, key, OPTIONAL),
    FIELD(struct kept_explanation, category),
    FIELD(struct kept_explanation, party_id, OPTIONAL),
    LIST(struct kept_explanation, shares, cash_share, .max = 5000),
    LIST(struct kept_explanation, differences, cash_given_up),
    LIST(struct kept_explanation, bookings, cash_booking, OPTIONAL),
    JSON(struct kept_explanation, evidence),
});
struct kept_explanations {
    LIST_OF(struct kept_explanation) list;
};
RECORD(kept_explanations, { LIST(struct kept_explanations, list, kept_explanation) });

struct fault *cash_kept(struct work *work, bank_line_id line, int64_t rank, struct kept_explanation *kept, struct str *model)
{
    struct proposal_row row = { 0 };
    struct kept_explanations all = { 0 };
    TRY(db_one(work, &sql_proposal_of_line, CASH_KEY(line.n), INTO(proposal_row, &row), &cash_missing));
    TRY(record_from_json(work->arena, str_format(work->arena, "{\"list\":%.*s}", STR_ARG(row.explanations)),
                         INTO(kept_explanations, &all)));
    if ((size_t)rank > all.list.count) return FAULT(work->arena, &cash_missing, "rank");
    *kept = all.list.at[rank - 1];
    *model = row.model;
    return NULL;
}

struct cash_decide cash_decide_as(struct work *work, bank_line_id line, const struct kept_explanation *e)
{
    struct cash_decide decide = { .line_id = line, .party_id = { e->party_id } };
    for (size_t i = 0; i < e->shares.count; i++) *LIST_ADD(work->arena, &decide.shares) = e->shares.at[i];
    for (size_t i = 0; i < e->differences.count; i++) *LIST_ADD(work->arena, &decide.differences) = e->differences.at[i];
    for (size_t i = 0; i < e->bookings.count; i++) *LIST_ADD(work->arena, &decide.bookings) = e->bookings.at[i];
    return decide;
}

struct accept {
    bank_line_id line_id;
    int64_t rank;
    struct str key;
};
RECORD(accept,
       { ID(struct accept, line_id),
         FIELD(struct accept, rank, .min = 1, .max = 3, .about = "1 is the best explanation"),
         FIELD(struct accept, key, .max = 32, OPTIONAL,
               .about = "of the explanation as you saw it: refused when there is another one in its place now") });

static const struct fault_type cash_proposal_changed = {
    FAULT_CONFLICT, "cash.proposal_changed",
    "What is proposed for this line is no longer what you looked at; look at it again."
};

static struct fault *accept_op(struct work *work, const struct accept *takes, struct cash_decided *out)
{
    struct kept_explanation e = { 0 };
    struct str model = { 0 };
    TRY(cash_kept(work, takes->line_id, takes->rank, &e, &model));
    if (takes->key.length && !str_equal(takes->key, e.key)) return FAULT(work->arena, &cash_proposal_changed, "key");
    const struct cash_decide decide = cash_decide_as(work, takes->line_id, &e);
    const struct cash_origin origin = {
        false, str_keep(work->arena, e.category).at, e.probability_ppm, model, e.evidence, false
    };
    return cash_settle(work, &decide, &origin, out);
}
CALLABLE(accept_op, accept, cash_decided);

/* ---- Giving back ---- */

static const struct fault_type nothing_to_refund = {
    FAULT_INVALID, "cash.nothing_to_refund",
    "Nothing is left of this line to give back; it must have come in, and not all of it be settled."
};
struct refund_row {
    item_id item_id;
    bank_line_id bank_line_id;
    cash_decision_id decision_id;
    party_id party_id;
    int64_t amount_minor;
    struct str currency, reason;
    struct instant asked_at;
    int64_t asked_by;
};
RECORD(refund_row, {
    ID(struct refund_row, item_id),
    ID(struct refund_row, bank_line_id),
    ID(struct refund_row, decision_id),
    ID(struct refund_row, party_id),
    AMOUNT(struct refund_row, amount_minor, .currency = "currency"),
    FIELD(struct refund_row, currency),
    FIELD(struct refund_row, reason),
    FIELD(struct refund_row, asked_at),
    FIELD(struct refund_row, asked_by),
});
struct refund {
    bank_line_id line_id;
    party_id party_id;
    LIST_OF(struct share_ask) shares;
    struct str reason;
};
RECORD(refund, {
    ID(struct refund, line_id),
    ID(struct refund, party_id, .about = "who gets it back"),
    LIST(struct refund, shares, share_ask, .max = 5000, OPTIONAL, .about = "what of it settles items first"),
    FIELD(struct refund, reason, .min = 3, .max = 400),
});

/* Where it came from is where it goes back to, once a second person has verified that account. */
static struct fault *propose_account(struct work *work, const struct bank_line *line, party_id party)
{
    struct party_bank bank = { .party_id = party, .iban = line->iban, .holder = str_utf8_clip(line->name, 140),
                               .source = str_format(work->arena, "bank line %lld", (long long)line->id.n) };
    struct party_banks known = { 0 };
    if (!line->iban.length) return NULL;
    TRY(party_banks_of(work, party, &known));
    for (size_t i = 0; i < known.count; i++)
        if (str_equal(known.at[i].iban, line->iban)) return NULL;
    struct fault *not_an_iban = party_bank_propose(work, &bank);
    return not_an_iban && not_an_iban->type->kind == FAULT_BROKEN ? not_an_iban : NULL;
}

static struct fault *give_back(struct work *work, const struct refund *takes, const char *category, struct cash_decided *out)
{
    struct cash_decide decide = { .line_id = takes->line_id, .party_id = takes->party_id, .note = takes->reason };
    const struct cash_origin origin = { .category = category };
    struct settling s = { .work = work, .decide = &decide };
    struct open_item item = { 0 };
    struct bank_line line = { 0 };
    if (takes->shares.count) TRY(bank_line_load(work, takes->line_id, &line));
    for (size_t i = 0; i < takes->shares.count; i++)
        TRY(cash_share_asked(work, &takes->shares.at[i], i, line.currency, LIST_ADD(work->arena, &decide.shares)));
    TRY(cash_look(&s, &origin));
    if (s.left_minor <= 0) return FAULT(work->arena, &nothing_to_refund, "line_id");
    TRY(cash_settle(work, &decide, &origin, out));
    TRY(ledger_item_load(work, out->rest_item_id, &item));
    const struct refund_row row = { item.id, takes->line_id, out->id, takes->party_id, -item.amount_minor, item.currency,
                                    takes->reason, work->now, work->user_id };
    TRY(db_run(work, &sql_refund_add, GIVEN(refund_row, &row)));
    work_changed(work, "cash_refund", item.id.n, (struct given){ &refund_row_record, NULL }, GIVEN(refund_row, &row));
    return propose_account(work, &s.line, takes->party_id);
}

static struct fault *refund_op(struct work *work, const struct refund *takes, struct cash_decided *out)
{
    return give_back(work, takes, "to_refund", out);
}
CALLABLE(refund_op, refund, cash_decided);

/* ---- Not ours ---- */

static const char *const ways[] = { NULL, "keep", "send_back" };
enum way { WAY_KEEP = 1, WAY_SEND_BACK };
struct not_ours {
    bank_line_id line_id;
    enum way way;
    struct str account;
    party_id party_id;
    struct str reason;
};
RECORD(not_ours, {
    ID(struct not_ours, line_id),
    FIELD(struct not_ours, way, CHOICES(ways),
          .about = "keep it on an account until it is claimed, or send it back"),
    FIELD(struct not_ours, account, .max = 20, OPTIONAL,
          .about = "to keep: number of a ledger account; left out: the one for money that is not ours"),
    ID(struct not_ours, party_id, OPTIONAL, .about = "to send back: who paid it"),
    FIELD(struct not_ours, reason, .min = 3, .max = 400),
});

static struct fault *not_ours_op(struct work *work, const struct not_ours *takes, struct cash_decided *out)
{
    const struct refund back = { .line_id = takes->line_id, .party_id = takes->party_id, .reason = takes->reason };
    const struct cash_origin origin = { .category = "not_ours" };
    struct cash_decide decide = { .line_id = takes->line_id, .note = takes->reason };
    struct bank_line line = { 0 };
    struct account account = { 0 };
    if (takes->way == WAY_SEND_BACK) {
        if (!takes->party_id.n) return FAULT(work->arena, &cash_party_needed, "party_id");
        return give_back(work, &back, "not_ours", out);
    }
    TRY(bank_line_load(work, takes->line_id, &line));
    if (!takes->account.length) {
        account_id id;
        TRY(ledger_account_for(work, FOR_NOT_OURS, &id));
        TRY(ledger_account_load(work, id, &account));
    }
    *LIST_ADD(work->arena, &decide.bookings) = (struct cash_booking){
        takes->account.length ? takes->account : account.number, line.amount_minor, str_utf8_clip(takes->reason, 400)
    };
    return cash_settle(work, &decide, &origin, out);
}
CALLABLE(not_ours_op, not_ours, cash_decided);

/* ---- Taking back ---- */

struct take_back { cash_decision_id id; struct str reason; };
RECORD(take_back, { ID(struct take_back, id), FIELD(struct take_back, reason, .min = 3, .max = 200) });
static struct fault *undo_op(struct work *work, const struct take_back *takes, struct take_back *out)
{
    TRY(cash_take_back(work, takes->id, takes->reason));
    *out = *takes;
    return NULL;
}
CALLABLE(undo_op, take_back, take_back);

static const struct operation operations[] = {
    { "cash queue", "GET", "/cash/queue", "cash.read", OPERATION_READS, NULL, &queue_list_list,
      "List the bank lines that wait for a decision, with proposals" },
    { "cash accept", "POST", "/cash/accept", "cash.decide", 0, &accept_op_call, NULL,
      "Accept a proposal for a bank line" },
    { "cash decide", "POST", "/cash/decide", "cash.decide", 0, &decide_op_call, NULL,
      "Say what a bank line is: items, differences, accounts, on account" },
    { "cash refund", "POST", "/cash/refund", "cash.decide", 0, &refund_op_call, NULL,
      "Hold a bank line for a customer and give it back by the next payment run" },
    { "cash not-ours", "POST", "/cash/not-ours", "cash.decide", 0, &not_ours_op_call, NULL,
      "Say that a bank line is not ours: keep it on an account or send it back" },
    { "cash undo", "POST", "/cash/decisions/{id}/undo", "cash.decide", 0, &undo_op_call, NULL,
      "Take a decision on a bank line back; its history stays" },
    { "cash list", "GET", "/cash/decisions", "cash.read", OPERATION_READS, NULL, &decision_list_list,
      "List what bank lines were decided to be, and why" },
};
const struct operation_table cash_desk = { "cash", operations, ARRAY_LENGTH(operations) };
