/* Questions about a bill, to a colleague or to its supplier; and whether it could be approved now. */
#include "bill/bill_private.h"
#include "bill.sql.h"
#include "outbox/message.h"

static const struct fault_type ask_nobody = { FAULT_INVALID, "bill.ask_nobody",
                                              "There is nobody to ask: name a person of this company." };
static const struct fault_type ask_no_address = {
    FAULT_INVALID, "bill.ask_no_address", "No e-mail address is known of {supplier}; give one."
};
static const struct fault_type question_missing = { FAULT_MISSING, "bill.question_missing", "There is no such question." };
static const struct fault_type question_answered = { FAULT_CONFLICT, "bill.question_answered",
                                                     "This question has been answered already." };
static const struct fault_type question_not_yours = {
    FAULT_DENIED, "bill.question_not_yours", "Only who was asked, or who asked, writes down the answer."
};
static const struct fault_type own_bill = { FAULT_DENIED, "bill.own",
                                            "You entered, coded or submitted it; somebody else approves it." };
static const struct fault_type not_submitted = { FAULT_CONFLICT, "bill.not_submitted",
                                                 "It has not been submitted for approval." };
static const struct fault_type question_open = { FAULT_CONFLICT, "bill.question_open",
                                                 "A question about it waits for an answer: {question}" };

RECORD(bill_question, {
    ID(struct bill_question, id),
    ID(struct bill_question, bill_id),
    FIELD(struct bill_question, person_id, OPTIONAL),
    FIELD(struct bill_question, person, OPTIONAL, .about = "a colleague who was asked"),
    FIELD(struct bill_question, email, OPTIONAL, .about = "of the supplier, who was asked by mail"),
    FIELD(struct bill_question, question, .max = 2000),
    FIELD(struct bill_question, asked_by),
    FIELD(struct bill_question, asker, OPTIONAL),
    FIELD(struct bill_question, asked_at),
    FIELD(struct bill_question, answer, .max = 2000, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct bill_question, answered_by, OPTIONAL),
    FIELD(struct bill_question, answerer, OPTIONAL),
    FIELD(struct bill_question, answered_at, OPTIONAL),
});

struct fault *bill_questions_of(struct work *work, bill_id id, struct bill_questions *questions)
{
    return db_all(work, &sql_bill_questions_of, BILL_KEY(id), INTO_LIST(bill_question, questions));
}

struct bill_ask {
    bill_id id;
    int64_t person_id;
    bool supplier;
    struct str email, question;
};
RECORD(bill_ask, {
    ID(struct bill_ask, id),
    FIELD(struct bill_ask, person_id, .max = EXACT_MAX, OPTIONAL,
          .about = "a colleague; left out: who entered the bill"),
    FIELD(struct bill_ask, supplier, OPTIONAL, .about = "ask the supplier, by mail"),
    FIELD(struct bill_ask, email, .max = 254, OPTIONAL, .about = "of the supplier; left out: as known"),
    FIELD(struct bill_ask, question, .min = 3, .max = 2000),
});

struct member_row { int64_t person_id; };
RECORD(member_row, { FIELD(struct member_row, person_id) });

static struct fault *mail_supplier(struct work *work, const struct bill *bill, const struct bill_ask *takes, struct str *email)
{
    struct party party = { 0 };
    struct company company = { 0 };
    struct message message = { 0 };
    if (bill->party_id.n) TRY(party_load(work, bill->party_id, &party));
    *email = takes->email;
    if (!email->length && party.id.n) TRY(party_email_for(work, party.id, "billing", email));
    struct str supplier = party.name.at ? party.name : bill->seller_name.at ? bill->seller_name : STR("-");
    if (!mail_address_is_valid(*email)) return FAULT(work->arena, &ask_no_address, "email", PARAM("supplier", supplier));
    TRY(access_company_load(work, &company));
    enum language language = str_is(party.language, "nl") || !party.language.at ? DUTCH : ENGLISH;
    const struct param params[] = { PARAM("number", bill_name(work, bill)) };
    struct text text = text_new(work->arena);
    text_add(&text, text_fill(work->arena, translate(language, T("We have a question about your invoice {number}:")), params,
                              ARRAY_LENGTH(params)));
    text_addf(&text, "\n\n%.*s\n\n", STR_ARG(takes->question));
    text_add(&text, translate(language, T("You can answer this mail.")));
    text_addf(&text, "\n\n%.*s\n", STR_ARG(company.name));
    const struct message_new mail = {
        .channel = MESSAGE_MAIL,
        .party_id = party.id.n,
        .subject_kind = STR("bill"),
        .subject_id = bill->id.n,
        .body = { .to = *email,
                  .to_name = str_utf8_clip(supplier, 200),
                  .title = str_utf8_clip(text_fill(work->arena, translate(language, T("A question about your invoice {number}")),
                                                   params, ARRAY_LENGTH(params)), 300),
                  .text = text_str(&text) },
    };
    return message_add(work, &mail, &message);
}

static struct fault *question_ask(struct work *work, const struct bill_ask *takes, struct bill_question *out)
{
    struct bill bill = { 0 };
    bool found = false;
    TRY(bill_load(work, takes->id, &bill));
    *out = (struct bill_question){ .id = { id_new(work) }, .bill_id = takes->id, .question = takes->question,
                                   .asked_by = work->user_id, .asked_at = work->now };
    if (takes->supplier) TRY(mail_supplier(work, &bill, takes, &out->email));
    else {
        struct member_row row = { takes->person_id ? takes->person_id : bill.entered_by };
        TRY(db_find(work, &sql_bill_member, GIVEN(member_row, &row), INTO(member_row, &row), &found));
        if (!found) return FAULT(work->arena, &ask_nobody, "person_id");
        out->person_id = row.person_id;
    }
    TRY(db_run(work, &sql_bill_question_add, GIVEN(bill_question, out)));
    TRY(db_one(work, &sql_bill_question_by_id, GIVEN(bill_question, out), INTO(bill_question, out), &question_missing));
    work_changed(work, "bill_question", out->id.n, (struct given){ &bill_question_record, NULL }, GIVEN(bill_question, out));
    return bill_note(work, &bill, "ask", str_utf8_clip(takes->question, 1000));
}
CALLABLE(question_ask, bill_ask, bill_question);

struct bill_answer { struct { int64_t n; } id; struct str answer; };
RECORD(bill_answer, { ID(struct bill_answer, id), FIELD(struct bill_answer, answer, .min = 1, .max = 2000) });

static struct fault *question_answer(struct work *work, const struct bill_answer *takes, struct bill_question *out)
{
    struct bill bill = { 0 };
    TRY(db_one(work, &sql_bill_question_by_id, GIVEN(bill_answer, takes), INTO(bill_question, out), &question_missing));
    const struct bill_question before = *out;
    TRY(bill_load(work, out->bill_id, &bill));
    int64_t me = work->user_id;
    if (me && me != out->person_id && me != out->asked_by && !(out->email.length && me == bill.entered_by))
        return FAULT(work->arena, &question_not_yours, "id");
    if (out->answered_at.us) return FAULT(work->arena, &question_answered, "id");
    out->answer = takes->answer, out->answered_by = me, out->answered_at = work->now;
    TRY(db_change(work, &sql_bill_question_answer, GIVEN(bill_question, out), &question_answered));
    TRY(db_one(work, &sql_bill_question_by_id, GIVEN(bill_answer, takes), INTO(bill_question, out), &question_missing));
    work_changed(work, "bill_question", out->id.n, GIVEN(bill_question, &before), GIVEN(bill_question, out));
    return bill_note(work, &bill, "answer", str_utf8_clip(takes->answer, 1000));
}
CALLABLE(question_answer, bill_answer, bill_question);

/* ---- Whether it could be approved now, by who asks ---- */

struct bill_obstacle { struct str code, text; };
struct bill_readiness { bool ready; LIST_OF(struct bill_obstacle) stops; LIST_OF(struct bill_obstacle) remarks; };
RECORD(bill_obstacle, { FIELD(struct bill_obstacle, code), FIELD(struct bill_obstacle, text, .max = 4000) });
RECORD(bill_readiness, {
    FIELD(struct bill_readiness, ready),
    LIST(struct bill_readiness, stops, bill_obstacle, .max = 1000),
    LIST(struct bill_readiness, remarks, bill_obstacle, .max = 1000, .about = "worth a look, stops nothing"),
});

struct own_row { int64_t count; };
RECORD(own_row, { FIELD(struct own_row, count) });

static struct fault *readiness(struct work *work, const struct bill_key *takes, struct bill_readiness *out)
{
    struct bill bill = { 0 };
    struct bill_lines lines = { 0 };
    struct bill_questions questions = { 0 };
    struct own_row own = { 0 };
    struct fault *faults = NULL;
    TRY(bill_load(work, takes->id, &bill));
    TRY(bill_lines_of(work, takes->id, &lines));
    TRY(bill_questions_of(work, takes->id, &questions));
    if (bill.state == BILL_RECEIVED || bill.state == BILL_CODED) faults = FAULT(work->arena, &not_submitted, "id");
    else if (!bill_next(bill.state, BILL_EVENT_APPROVE)) faults = bill_step(work, &bill, BILL_EVENT_APPROVE);
    TRY(db_one(work, &sql_bill_own_duties, BILL_KEY(takes->id), INTO(own_row, &own), &bill_missing));
    if (own.count && work->user_id) faults = fault_join(faults, FAULT(work->arena, &own_bill, "id"));
    if (bill.state != BILL_APPROVED && bill.state != BILL_REFUSED) {
        faults = fault_join(faults, bill_check_ready(work, &bill, &lines));
        faults = fault_join(faults, bill_check_clean(work, &bill));
        struct date on = bill.booked_on.ymd ? bill.booked_on : bill.issued_on;
        if (on.ymd) faults = fault_join(faults, ledger_check_day(work, on));
    }
    for (struct fault *f = faults; f; f = f->next)
        *LIST_ADD(work->arena, &out->stops) =
            (struct bill_obstacle){ str_of(f->type->code), fault_text(work->arena, f, work->language) };
    for (size_t i = 0; i < questions.count; i++) {
        if (questions.at[i].answered_at.us) continue;
        struct fault *asked = FAULT(work->arena, &question_open, "id", PARAM("question", questions.at[i].question));
        *LIST_ADD(work->arena, &out->remarks) =
            (struct bill_obstacle){ str_of(asked->type->code), fault_text(work->arena, asked, work->language) };
    }
    out->ready = !faults;
    return NULL;
}
CALLABLE(readiness, bill_key, bill_readiness);

/* ---- One line as several ---- */

static const struct fault_type split_sum = { FAULT_INVALID, "bill.split_sum",
                                             "The parts come to {sum}; the line is {line}." };
static const struct fault_type split_line = { FAULT_INVALID, "bill.split_line", "There is no line {line}." };

struct bill_split_part {
    struct str description, currency;
    int64_t net_minor;
    account_id account_id;
    vat_code_id vat_code_id;
    struct str cost_center;
};
struct bill_split {
    bill_id id;
    int64_t version, line_no;
    LIST_OF(struct bill_split_part) parts;
};
RECORD(bill_split_part, {
    FIELD(struct bill_split_part, description, .max = 1000, OPTIONAL, .about = "left out: the line's"),
    FIELD(struct bill_split_part, currency, .min = 3, .max = 3, OPTIONAL,
          .about = "needed where it has other than two digits behind the point"),
    AMOUNT(struct bill_split_part, net_minor, .currency = "currency"),
    ID(struct bill_split_part, account_id, OPTIONAL),
    ID(struct bill_split_part, vat_code_id, OPTIONAL),
    FIELD(struct bill_split_part, cost_center, .max = 40, OPTIONAL),
});
RECORD(bill_split, {
    ID(struct bill_split, id),
    FIELD(struct bill_split, version, .min = 1, .max = EXACT_MAX),
    FIELD(struct bill_split, line_no, .min = 1, .max = 100000),
    LIST(struct bill_split, parts, bill_split_part, .min = 2, .max = 100),
});

/* The parts of a line: VAT in the share of net, what rounding leaves to the last. */
static struct fault *parts_of(struct work *work, const struct bill_line *line, const struct bill_split *takes,
                              struct bill_lines *out)
{
    int64_t sum = 0, vat_left = line->vat_minor;
    int digits = currency_digits(line->currency);
    for (size_t i = 0; i < takes->parts.count; i++) {
        const struct bill_split_part *p = &takes->parts.at[i];
        bool same = p->currency.at ? str_equal(p->currency, line->currency) : digits == 2;
        if (!same)
            return FAULT(work->arena, &bill_line_currency, str_format(work->arena, "parts[%zu].currency", i).at,
                         PARAM("currency", line->currency));
        struct bill_line *part = LIST_ADD(work->arena, out);
        *part = *line;
        part->quantity = part->price = (struct decimal){ 0 };
        part->unit = (struct str){ 0 };
        part->net_minor = p->net_minor;
        if (i + 1 == takes->parts.count || !line->net_minor) part->vat_minor = i + 1 == takes->parts.count ? vat_left : 0;
        else if (!int_mul_div(line->vat_minor, p->net_minor, line->net_minor, &part->vat_minor))
            return FAULT(work->arena, &ledger_too_large, "parts");
        vat_left -= part->vat_minor;
        if (p->description.length) part->description = p->description;
        if (p->vat_code_id.n) part->vat_code_id = p->vat_code_id;
        if (p->cost_center.length) part->cost_center = p->cost_center;
        if (p->account_id.n) part->account_id = p->account_id, part->coded_from = STR("person");
        if (!int_add(sum, p->net_minor, &sum)) return FAULT(work->arena, &ledger_too_large, "parts");
    }
    if (sum == line->net_minor) return NULL;
    return FAULT(work->arena, &split_sum, "parts", PARAM("sum", minor_format(work->arena, sum, digits)),
                 PARAM("line", minor_format(work->arena, line->net_minor, digits)));
}

static struct fault *split(struct work *work, const struct bill_split *takes, struct bill *bill)
{
    struct bill_lines lines = { 0 }, after = { 0 };
    TRY(bill_load_version(work, takes->id, takes->version, bill));
    const struct bill before = *bill;
    if (!bill_next(bill->state, BILL_EVENT_EDIT)) return bill_step(work, bill, BILL_EVENT_EDIT);
    TRY(bill_lines_of(work, takes->id, &lines));
    if ((size_t)takes->line_no > lines.count)
        return FAULT(work->arena, &split_line, "line_no", PARAM_INT(work->arena, "line", takes->line_no));
    for (size_t i = 0; i < lines.count; i++) {
        if ((int64_t)i + 1 != takes->line_no) *LIST_ADD(work->arena, &after) = lines.at[i];
        else TRY(parts_of(work, &lines.at[i], takes, &after));
    }
    const size_t first = (size_t)takes->line_no - 1;
    for (size_t i = first; i < first + takes->parts.count; i++) {
        TRY(bill_account_check(work, after.at[i].account_id));
        TRY(bill_line_from_code(work, bill, &after.at[i]));
    }
    TRY(bill_lines_write(work, bill, &after));
    bill_lines_changed(work, &lines, &after);
    return bill_edited(work, bill, &before, "split");
}
CALLABLE(split, bill_split, bill);

static const struct operation operations[] = {
    { "bill ask", "POST", "/bills/{id}/ask", "bill.refuse", 0, &question_ask_call, NULL,
      "Ask a colleague or the supplier a question about a bill" },
    { "bill answer", "POST", "/bill-questions/{id}/answer", "bill.read", 0, &question_answer_call, NULL,
      "Write down the answer to a question about a bill" },
    { "bill check", "GET", "/bills/{id}/check", "bill.read", OPERATION_READS, &readiness_call, NULL,
      "Say whether I could approve a bill now, and if not why" },
    { "bill split", "POST", "/bills/{id}/split", "bill.code", 0, &split_call, NULL,
      "Divide a line of a bill over several accounts, VAT codes or cost centres" },
};
const struct operation_table bill_asks = { "bill", operations, ARRAY_LENGTH(operations) };
