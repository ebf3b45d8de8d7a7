#include "sepa/sepa_private.h"

const struct fault_type pain002_not_one = {
    FAULT_INVALID, "pain002.not_one", "This is not a payment status report (pain.002) about a message of ours."
};

enum { DEPTH = 24, NAME = 24, ROWS_MAX = 200000, REASONS_MAX = 400000, REASON_TEXT_MAX = 2000 };
static const struct xml_limits limits = { (size_t)64 << 20, 64, 6000000, (size_t)1 << 20 };

struct side { struct str name, iban; };
struct parse {
    struct arena *arena;
    struct status_report *report;
    char names[DEPTH][NAME]; /* of the open elements, clipped; deeper ones are not of interest */
    bool right_root, too_large;
    bool in_group, in_transaction;
    struct status_reason *reason; /* the one that is open */
    size_t reasons;
    struct side creditor, debtor; /* of the transaction at hand */
    struct str amount_currency;
};

/* ISO 20022 external code sets ExternalPaymentGroupStatus1Code and ExternalPaymentTransactionStatus1Code, compared with the lists of
 * 2025-05. RCVC, RVMC, RVNM, RVNA, RVCM and RVNC are those of the verification of payee (EU 2024/886). A code that is not here is
 * STATUS_OTHER: shown, and nothing is done by it. */
static const struct { const char code[5]; enum payment_status status; } statuses[] = {
    { "ACTC", STATUS_ACCEPTED }, { "ACCP", STATUS_ACCEPTED }, { "ACSP", STATUS_ACCEPTED }, { "ACWC", STATUS_ACCEPTED },
    { "ACFC", STATUS_ACCEPTED }, { "ACSC", STATUS_SETTLED }, { "ACCC", STATUS_SETTLED }, { "RCVD", STATUS_PENDING },
    { "PDNG", STATUS_PENDING }, { "PATC", STATUS_PENDING }, { "PART", STATUS_PARTIAL }, { "PRES", STATUS_PARTIAL },
    { "RJCT", STATUS_REJECTED }, { "CANC", STATUS_CANCELLED }, { "RCVC", STATUS_NAME_MATCHES }, { "RVMC", STATUS_NAME_CLOSE },
    { "RVNM", STATUS_NAME_DIFFERS }, { "RVNA", STATUS_NAME_UNKNOWN }, { "RVCM", STATUS_NAMES_MIXED }, { "RVNC", STATUS_PENDING },
};

enum payment_status payment_status_of(struct str code)
{
    for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++)
        if (str_is(code, statuses[i].code)) return statuses[i].status;
    return code.length ? STATUS_OTHER : 0;
}

static struct status_transaction *transaction(struct parse *p)
{
    return &p->report->transactions.at[p->report->transactions.count - 1];
}
static struct status_group *group(struct parse *p) { return &p->report->groups.at[p->report->groups.count - 1]; }

static void stop_too_large(struct parse *p, struct xml_reader *reader)
{
    p->too_large = true;
    xml_stop(reader);
}

/* What an arena has left is for texts and for lists that double. */
static bool has_room(struct parse *p, size_t bytes)
{
    if (arena_room(p->arena) < ((size_t)1 << 20) + 4 * bytes) p->too_large = true;
    return !p->too_large;
}

static void open_reason(struct parse *p, struct xml_reader *reader)
{
    struct status_reasons *to = p->in_transaction ? &transaction(p)->reasons
                                : p->in_group     ? &group(p)->reasons
                                                  : &p->report->reasons;
    if (p->reasons++ == REASONS_MAX || !has_room(p, to->list.room * sizeof *to->list.at))
        return stop_too_large(p, reader);
    p->reason = LIST_ADD(p->arena, &to->list);
    *p->reason = (struct status_reason){ 0 };
}

static void open_transaction(struct parse *p, struct xml_reader *reader)
{
    size_t bytes = p->report->transactions.room * sizeof *p->report->transactions.at;
    if (p->report->transactions.count == ROWS_MAX || !has_room(p, bytes)) return stop_too_large(p, reader);
    *LIST_ADD(p->arena, &p->report->transactions) =
        (struct status_transaction){ .group = p->in_group ? p->report->groups.count - 1 : SIZE_MAX };
    xml_forget_text(reader); /* only white space stands between transactions */
    p->in_transaction = true;
    p->creditor = p->debtor = (struct side){ 0 };
}

static void on_start(void *context, struct xml_reader *reader, const struct xml_element *e)
{
    struct parse *p = context;
    size_t depth = xml_depth(reader);
    if (depth == 1) {
        p->right_root = str_starts(e->uri, "urn:iso:std:iso:20022:tech:xsd:pain.002.001.");
        if (!p->right_root) xml_stop(reader);
    }
    if (p->too_large) return xml_stop(reader);
    if (depth > DEPTH) return;
    snprintf(p->names[depth - 1], NAME, "%.*s", STR_ARG(e->name));
    if (str_is(e->name, "OrgnlPmtInfAndSts") && !p->in_group) {
        size_t bytes = p->report->groups.room * sizeof *p->report->groups.at;
        if (p->report->groups.count == ROWS_MAX || !has_room(p, bytes)) return stop_too_large(p, reader);
        *LIST_ADD(p->arena, &p->report->groups) = (struct status_group){ .original_count = -1 };
        p->in_group = true;
    } else if (str_is(e->name, "TxInfAndSts") && !p->in_transaction) open_transaction(p, reader);
    else if (str_is(e->name, "StsRsnInf")) open_reason(p, reader);
    else if (str_is(e->name, "InstdAmt")) {
        p->amount_currency = (struct str){ 0 };
        for (size_t i = 0; i < e->attribute_count; i++)
            if (str_is(e->attributes[i].name, "Ccy"))
                p->amount_currency = str_keep(p->arena, str_part(e->attributes[i].value, 0, 3));
    }
}

/* The name of the element `up` levels above the one at hand. */
static bool within(const struct parse *p, size_t depth, size_t up, const char *name)
{
    return depth > up && depth - up <= DEPTH && !strcmp(p->names[depth - 1 - up], name);
}

static struct str kept(struct parse *p, struct str text)
{
    return text.length && has_room(p, text.length) ? str_keep(p->arena, text) : (struct str){ 0 };
}

static void end_in_reason(struct parse *p, size_t depth, struct str name, struct str text)
{
    struct status_reason *r = p->reason;
    bool code = str_is(name, "Cd"), proprietary = str_is(name, "Prtry");
    if (within(p, depth, 1, "Rsn") && (code || proprietary)) {
        r->code = kept(p, str_utf8_clip(text, 35));
        r->proprietary = proprietary;
    } else if (str_is(name, "AddtlInf") && text.length && r->text.length < REASON_TEXT_MAX)
        r->text = r->text.length && has_room(p, r->text.length + text.length)
                      ? str_format(p->arena, "%.*s %.*s", STR_ARG(r->text), STR_ARG(str_utf8_clip(text, 500)))
                      : kept(p, str_utf8_clip(text, 500));
    else if (within(p, depth, 1, "Orgtr") && str_is(name, "Nm")) r->originator = kept(p, str_utf8_clip(text, 140));
    else if ((str_is(name, "AnyBIC") || str_is(name, "BICOrBEI")) && !r->originator.length)
        r->originator = kept(p, str_utf8_clip(text, 11));
}

static void end_of_original(struct str name, struct str text, int64_t *count, struct decimal *sum)
{
    if (str_is(name, "OrgnlNbOfTxs") && (!str_to_int(text, count) || *count < 0)) *count = -1;
    if (str_is(name, "OrgnlCtrlSum") && !decimal_parse(text, sum)) *sum = (struct decimal){ 0 };
}

static void end_in_transaction(struct parse *p, size_t depth, struct str name, struct str text)
{
    struct status_transaction *t = transaction(p);
    struct str clipped = str_utf8_clip(text, 140);
    if (within(p, depth, 1, "TxInfAndSts")) {
        if (str_is(name, "OrgnlEndToEndId")) t->original_end_to_end_id = kept(p, clipped);
        else if (str_is(name, "OrgnlInstrId")) t->original_instruction_id = kept(p, clipped);
        else if (str_is(name, "TxSts")) t->status_code = kept(p, clipped);
        else if (str_is(name, "AcctSvcrRef")) t->bank_reference = kept(p, clipped);
    } else if (str_is(name, "InstdAmt") && within(p, depth, 1, "Amt")) {
        if (decimal_parse(text, &t->amount)) t->currency = p->amount_currency;
        else t->amount = (struct decimal){ 0 };
    } else if (str_is(name, "MndtId")) t->mandate_id = kept(p, clipped);
    else if (str_is(name, "ReqdExctnDt") || str_is(name, "ReqdColltnDt") ||
             (str_is(name, "Dt") && within(p, depth, 1, "ReqdExctnDt"))) {
        struct date day;
        if (date_parse(text, &day)) t->requested_on = day;
    } else if (str_is(name, "IBAN")) {
        if (within(p, depth, 2, "CdtrAcct")) p->creditor.iban = kept(p, str_utf8_clip(text, 34));
        if (within(p, depth, 2, "DbtrAcct")) p->debtor.iban = kept(p, str_utf8_clip(text, 34));
    } else if (str_is(name, "Nm")) {
        bool party = within(p, depth, 1, "Pty"); /* a level more since version .10 */
        if (within(p, depth, party ? 2 : 1, "Cdtr")) p->creditor.name = kept(p, clipped);
        if (within(p, depth, party ? 2 : 1, "Dbtr")) p->debtor.name = kept(p, clipped);
    }
}

static void end_in_report(struct parse *p, size_t depth, struct str name, struct str text)
{
    struct status_report *r = p->report;
    struct str clipped = str_utf8_clip(text, 70);
    if (within(p, depth, 1, "GrpHdr")) {
        if (str_is(name, "MsgId")) r->message_id = kept(p, clipped);
        else if (str_is(name, "CreDtTm")) r->created_at = kept(p, clipped);
    } else if (within(p, depth, 1, "OrgnlGrpInfAndSts")) {
        if (str_is(name, "OrgnlMsgId")) r->original_message_id = kept(p, clipped);
        else if (str_is(name, "OrgnlMsgNmId")) r->original_message_kind = kept(p, clipped);
        else if (str_is(name, "GrpSts")) r->status_code = kept(p, clipped);
        end_of_original(name, text, &r->original_count, &r->original_sum);
    }
}

static void on_end(void *context, struct xml_reader *reader, struct str name, struct str raw)
{
    struct parse *p = context;
    size_t depth = xml_depth(reader);
    struct str text = str_trim(raw);
    if (depth > DEPTH) return;
    if (p->reason) {
        end_in_reason(p, depth, name, text);
        if (str_is(name, "StsRsnInf")) p->reason = NULL;
    } else if (p->in_transaction) {
        end_in_transaction(p, depth, name, text);
        if (!str_is(name, "TxInfAndSts")) return;
        struct side *other = str_starts(p->report->original_message_kind, "pain.008") ? &p->debtor : &p->creditor;
        transaction(p)->counter_name = other->name;
        transaction(p)->counter_iban = other->iban;
        p->in_transaction = false;
    } else if (p->in_group) {
        struct status_group *g = group(p);
        if (within(p, depth, 1, "OrgnlPmtInfAndSts")) {
            if (str_is(name, "OrgnlPmtInfId")) g->original_group_id = kept(p, str_utf8_clip(text, 70));
            else if (str_is(name, "PmtInfSts")) g->status_code = kept(p, str_utf8_clip(text, 70));
            end_of_original(name, text, &g->original_count, &g->original_sum);
        }
        p->in_group = !str_is(name, "OrgnlPmtInfAndSts");
    } else end_in_report(p, depth, name, text);
}

/* A status counts for all below it that has none of its own. */
static void hand_down(struct status_report *r)
{
    r->status = payment_status_of(r->status_code);
    for (size_t i = 0; i < r->groups.count; i++) r->groups.at[i].status = payment_status_of(r->groups.at[i].status_code);
    for (size_t i = 0; i < r->transactions.count; i++) {
        struct status_transaction *t = &r->transactions.at[i];
        t->status = payment_status_of(t->status_code);
        if (!t->status && t->group != SIZE_MAX) t->status = r->groups.at[t->group].status;
        if (!t->status) t->status = r->status;
        if (!t->status) t->status = STATUS_OTHER;
    }
}

struct fault *pain002_read(struct arena *arena, struct str bytes, struct status_report *out)
{
    static const struct xml_handler handler = { on_start, on_end };
    struct parse *p = ARENA_NEW(arena, struct parse);
    *out = (struct status_report){ .original_count = -1 };
    p->arena = arena;
    p->report = out;
    TRY(xml_read(arena, bytes, &limits, &handler, p));
    if (p->too_large) return FAULT(arena, &input_too_large, NULL, PARAM_INT(arena, "limit", ROWS_MAX));
    if (!p->right_root || !out->original_message_id.length) return FAULT(arena, &pain002_not_one, NULL);
    hand_down(out);
    return NULL;
}
