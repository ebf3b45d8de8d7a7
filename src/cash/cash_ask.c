/* A question to the customer: what was this payment for? The line waits until the answer is noted or its day has come. */
#include "cash/cash_private.h"
#include "cash.sql.h"
#include "mail_question_en.txt.h"
#include "mail_question_nl.txt.h"
#include "outbox/message.h"

static const struct fault_type question_missing = { FAULT_MISSING, "cash.question_missing",
                                                    "There is no such question, or it has been answered." };
static const struct fault_type question_no_address = {
    FAULT_INVALID, "cash.question_no_address", "{party} has no e-mail address; fill one in, or give the address to write to."
};
struct question_row {
    struct { int64_t n; } id;
    bank_line_id bank_line_id;
    party_id party_id;
    int64_t message_id;
    struct str recipient, question;
    struct instant asked_at;
    int64_t asked_by;
    struct date return_on;
    struct str answer;
    struct instant answered_at;
    int64_t answered_by, version;
};
LIST_STRUCT(question_rows, struct question_row);
RECORD(question_row, {
    ID(struct question_row, id, .sort = true),
    ID(struct question_row, bank_line_id, .filter = true),
    ID(struct question_row, party_id, .filter = true),
    FIELD(struct question_row, message_id),
    FIELD(struct question_row, recipient),
    FIELD(struct question_row, question, .max = 4000),
    FIELD(struct question_row, asked_at),
    FIELD(struct question_row, asked_by),
    FIELD(struct question_row, return_on, .filter = true, .sort = true),
    FIELD(struct question_row, answer, .max = 4000, OPTIONAL),
    FIELD(struct question_row, answered_at, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct question_row, answered_by, OPTIONAL),
    FIELD(struct question_row, version),
});

/* ---- The letter ---- */

struct question_draft { struct str to, language, title, text; struct date return_on; };
RECORD(question_draft, {
    FIELD(struct question_draft, to, OPTIONAL),
    FIELD(struct question_draft, language),
    FIELD(struct question_draft, title, .max = 300),
    FIELD(struct question_draft, text, .max = 4000),
    FIELD(struct question_draft, return_on),
});
struct draft_of {
    bank_line_id line_id;
    party_id party_id;
};
RECORD(draft_of, { ID(struct draft_of, line_id), ID(struct draft_of, party_id) });

/* The account, of which its owner knows the middle. */
static struct str masked(struct work *work, struct str iban)
{
    if (iban.length < 12) return iban.length ? STR("…") : STR("-");
    return str_format(work->arena, "%.*s…%.*s", 4, iban.at, 4, iban.at + iban.length - 4);
}

static struct str letter(struct work *work, const char *pattern, const struct param *params, size_t count, struct str *title)
{
    struct text text = text_new(work->arena);
    struct str rest = str_of(pattern), line;
    do line = str_cut(rest, '\n', &rest);
    while (line.length && line.at[0] == '#');
    *title = text_fill(work->arena, line, params, count);
    while (rest.length) {
        line = str_cut(rest, '\n', &rest);
        if (!line.length) continue;
        if (text.length) text_addz(&text, "\n\n");
        for (size_t i = 0; i < line.length; i++) text_add_char(&text, line.at[i] == '|' ? '\n' : line.at[i]);
    }
    text_add_char(&text, '\n');
    return text_fill(work->arena, text_str(&text), params, count);
}

static struct fault *write_draft(struct work *work, const struct draft_of *of, struct question_draft *out)
{
    struct bank_line line = { 0 };
    struct party party = { 0 };
    struct company company = { 0 };
    struct cash_chosen_setting setting = { 0 };
    TRY(bank_line_load(work, of->line_id, &line));
    TRY(party_load(work, of->party_id, &party));
    TRY(access_company_load(work, &company));
    TRY(cash_setting_load(work, &setting));
    TRY(party_email_for(work, party.id, "billing", &out->to));
    bool dutch = str_is(party.language, "nl");
    struct str amount = minor_format(work->arena, line.amount_minor, currency_digits(line.currency));
    const struct param params[] = {
        PARAM("company", company.legal_name.length ? company.legal_name : company.name),
        PARAM("amount", text_say(work->arena, dutch ? DUTCH : ENGLISH,
                                 str_format(work->arena, "%.*s %.*s", STR_ARG(line.currency), STR_ARG(amount)))),
        PARAM("day", text_say(work->arena, dutch ? DUTCH : ENGLISH, date_text(work->arena, line.booked_on))),
        PARAM("account", masked(work, line.iban)),
        PARAM("text", line.remittance.length ? str_utf8_clip(line.remittance, 300) : STR("-")),
    };
    out->language = dutch ? STR("nl") : STR("en");
    out->text = letter(work, dutch ? mail_question_nl_txt : mail_question_en_txt, params, ARRAY_LENGTH(params), &out->title);
    out->return_on = date_add_days(work->today, (int)setting.answer_days);
    return NULL;
}
CALLABLE(write_draft, draft_of, question_draft);

/* ---- Asking and hearing ---- */

struct ask {
    bank_line_id line_id;
    party_id party_id;
    struct str to, text;
    int64_t days;
};
RECORD(ask, {
    ID(struct ask, line_id),
    ID(struct ask, party_id),
    FIELD(struct ask, to, .max = 254, OPTIONAL, .about = "left out: the customer's address for invoices"),
    FIELD(struct ask, text, .max = 4000, OPTIONAL,
          .about = "left out: the usual letter, in the customer's language"),
    FIELD(struct ask, days, .max = 365, OPTIONAL, .about = "so long it waits; left out: the setting's days"),
});

static struct fault *ask_op(struct work *work, const struct ask *takes, struct question_row *out)
{
    const struct draft_of of = { takes->line_id, takes->party_id };
    struct question_draft draft = { 0 };
    struct cash_decided decided = { 0 };
    struct party party = { 0 };
    struct message message = { 0 };
    bool found;
    TRY(cash_decision_of_line(work, takes->line_id, &decided, &found));
    if (found) return FAULT(work->arena, &cash_decided_already, "line_id");
    TRY(party_load(work, takes->party_id, &party));
    TRY(write_draft(work, &of, &draft));
    if (takes->to.length) draft.to = takes->to;
    if (takes->text.length) draft.text = takes->text;
    if (!draft.to.length) return FAULT(work->arena, &question_no_address, "to", PARAM("party", party.name));
    const struct message_new item = {
        .channel = MESSAGE_MAIL,
        .party_id = party.id.n,
        .subject_kind = STR("bank_line"),
        .subject_id = takes->line_id.n,
        .body = { .to = draft.to, .to_name = party.name, .title = draft.title, .text = draft.text }
    };
    TRY(message_add(work, &item, &message));
    *out = (struct question_row){
        .id = { id_new(work) },
        .bank_line_id = takes->line_id,
        .party_id = takes->party_id,
        .message_id = message.id.n,
        .recipient = draft.to,
        .question = draft.text,
        .asked_at = work->now,
        .asked_by = work->user_id,
        .return_on = takes->days ? date_add_days(work->today, (int)takes->days) : draft.return_on,
        .version = 1,
    };
    TRY(db_run(work, &sql_question_add, GIVEN(question_row, out)));
    work_changed(work, "cash_question", out->id.n, (struct given){ &question_row_record, NULL }, GIVEN(question_row, out));
    return NULL;
}
CALLABLE(ask_op, ask, question_row);

struct answer_of { int64_t id; struct str answer; int64_t version; };
RECORD(answer_of, {
    FIELD(struct answer_of, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct answer_of, answer, .min = 1, .max = 4000, .about = "what the customer said"),
    FIELD(struct answer_of, version, .min = 1, .max = EXACT_MAX),
});

static struct fault *answer_op(struct work *work, const struct answer_of *takes, struct question_row *out)
{
    struct question_row before = { 0 };
    TRY(db_one(work, &sql_question_by_id, CASH_KEY(takes->id), INTO(question_row, &before), &question_missing));
    *out = before;
    out->answer = takes->answer;
    out->answered_at = work->now;
    out->answered_by = work->user_id;
    out->version = takes->version;
    TRY(db_change(work, &sql_question_save, GIVEN(question_row, out), &question_missing));
    out->version++;
    work_changed(work, "cash_question", out->id.n, GIVEN(question_row, &before), GIVEN(question_row, out));
    return NULL;
}
CALLABLE(answer_op, answer_of, question_row);

static struct fault *question_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                   struct question_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_question_list, NONE, query, INTO_LIST(question_row, rows), next);
}
LISTABLE(question_list, nothing, question_row, question_rows);

static const struct operation operations[] = {
    { "cash questions", "GET", "/cash/questions", "cash.read", OPERATION_READS, NULL, &question_list_list,
      "List the questions to customers about bank lines, and their answers" },
    { "cash question", "GET", "/cash/question", "cash.read", OPERATION_READS, &write_draft_call, NULL,
      "Show the letter that asks a customer what a payment is for" },
    { "cash ask", "POST", "/cash/questions", "cash.decide", 0, &ask_op_call, NULL,
      "Ask a customer by e-mail what a payment is for; the line waits" },
    { "cash answer", "POST", "/cash/questions/{id}/answer", "cash.decide", 0, &answer_op_call, NULL,
      "Note what the customer answered; the line is back in the queue" },
};
const struct operation_table cash_questions = { "cash", operations, ARRAY_LENGTH(operations) };
