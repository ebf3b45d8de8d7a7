/* A supplier's invoices: checked before they are sent, sent, and what became of them. */
#include "portal/portal_private.h"
#include "einvoice/einvoice.h"
#include "portal.sql.h"

const struct fault_type portal_file_kind = {
    FAULT_INVALID, "portal.file_kind",
    "This is no file we can take as an invoice; send an e-invoice (XML), a PDF, or a picture (PNG or JPEG).", .keeps = true
};
const struct fault_type portal_same_file = { FAULT_CONFLICT, "portal.same_file",
                                             "We have this file already, received on {day}; there is no need to send it again.",
                                             .keeps = true };
const struct fault_type portal_other_supplier = {
    FAULT_INVALID, "portal.other_supplier",
    "The invoice gives {what} {theirs} for its sender, but this link is of {party} with {ours}. Mend the invoice, or ask us to mend "
    "what we know of you.",
    .keeps = true
};
static const struct fault_type someone_else = {
    FAULT_INVALID, "portal.someone_else",
    "The invoice gives {what} {theirs} for its sender, and we don't know that as a number of {party}. Mend the invoice, or ask us "
    "to add it.",
    .keeps = true
};
static const struct fault_type not_einvoice = {
    FAULT_INVALID, "portal.not_einvoice", "This XML file can't be read as an e-invoice: {why} Mend it, or send a PDF.",
    .keeps = true
};
static const struct fault_type no_invoice = { FAULT_MISSING, "portal.no_invoice", "There is no such invoice of yours." };

/* ---- What is told ---- */

static const char *const severities[] = { NULL, "fatal", "warning", "information" };
static const char *const problem_kinds[] = { NULL, "rule", "structure" };
static const char *const kinds[] = { NULL, "invoice", "credit_note" };
struct portal_problem {
    struct str rule;
    enum problem_severity severity;
    enum problem_kind kind;
    struct str english, dutch, place;
    int64_t line;
    struct str found;
};
LIST_STRUCT(portal_problems, struct portal_problem);
RECORD(portal_problem, {
    FIELD(struct portal_problem, rule, .about = "the official id, such as BR-CO-10"),
    FIELD(struct portal_problem, severity, CHOICES(severities)),
    FIELD(struct portal_problem, kind, CHOICES(problem_kinds)),
    FIELD(struct portal_problem, english, .about = "what to mend"),
    FIELD(struct portal_problem, dutch, .about = "the same"),
    FIELD(struct portal_problem, place, .max = 500, OPTIONAL),
    FIELD_OF(FIELD_ID, int64_t, struct portal_problem, line, OPTIONAL, .about = "of the file"),
    FIELD(struct portal_problem, found, OPTIONAL, .about = "the values that were found"),
});

/* good: nothing stands in the way. by_hand: no e-invoice in it, a person reads it. mend: it is taken, and not paid before what is
 * fatal is mended. refused: it can't be sent. */
enum verdict { VERDICT_GOOD = 1, VERDICT_BY_HAND, VERDICT_MEND, VERDICT_REFUSED };
static const char *const verdicts[] = { NULL, "good", "by_hand", "mend", "refused" };
struct portal_judged {
    enum verdict verdict;
    int64_t id, receipt_number; /* of what was sent */
    struct str syntax, number, currency;
    enum bill_kind kind;
    struct date issued_on, due_on;
    int64_t total_minor, payable_minor;
    int64_t known_receipt_number; /* an invoice of this number that we have already */
    struct instant known_received_at;
    int64_t fatal_count, warning_count;
    struct portal_problems problems;
};
RECORD(portal_judged, {
    FIELD(struct portal_judged, verdict, CHOICES(verdicts),
          .about = "good; by_hand: no e-invoice in it; mend: taken, but not paid before it is mended; refused"),
    FIELD_OF(FIELD_ID, int64_t, struct portal_judged, id, OPTIONAL, .about = "of the invoice, when it was sent"),
    FIELD_OF(FIELD_ID, int64_t, struct portal_judged, receipt_number, OPTIONAL, .about = "our reference, when it was sent"),
    FIELD(struct portal_judged, syntax, .about = "ubl, cii, hybrid (XML inside a PDF), or file: no e-invoice in it"),
    FIELD(struct portal_judged, number, OPTIONAL),
    FIELD(struct portal_judged, currency),
    FIELD(struct portal_judged, kind, CHOICES(kinds)),
    FIELD(struct portal_judged, issued_on, OPTIONAL),
    FIELD(struct portal_judged, due_on, OPTIONAL),
    AMOUNT(struct portal_judged, total_minor, .currency = "currency"),
    AMOUNT(struct portal_judged, payable_minor, .currency = "currency"),
    FIELD_OF(FIELD_ID, int64_t, struct portal_judged, known_receipt_number, OPTIONAL,
             .about = "an invoice of yours with this number that we have already"),
    FIELD(struct portal_judged, known_received_at, OPTIONAL),
    FIELD(struct portal_judged, fatal_count),
    FIELD(struct portal_judged, warning_count),
    LIST(struct portal_judged, problems, portal_problem),
});

static void tell_problems(struct work *work, const struct bill_problems *found, struct portal_problems *told)
{
    for (size_t i = 0; i < found->count; i++) {
        const struct bill_problem *p = &found->at[i];
        if (p->source != PROBLEM_DOCUMENT) continue; /* what our own books say of it is not his to know */
        *LIST_ADD(work->arena, told) =
            (struct portal_problem){ p->rule, p->severity, p->kind, p->english, p->dutch, p->place, p->line, p->found };
    }
}

/* ---- Whose invoice is it ---- */

struct compared { const char *what, *field; struct str theirs, ours; };

static struct str nothing_or(struct str s) { return s.length ? s : STR("-"); }

/* A number that is somebody else's in our books is no number of this party, though we don't know his: who, is not told. */
static struct fault *known_elsewhere(struct work *work, const struct party *party, const struct bill *bill,
                                     const struct compared *numbers, size_t count, struct fault **refused)
{
    for (size_t i = 0; i < count; i++) {
        const bool kvk = i == 0, oin = i == 1;
        const struct party_evidence evidence = { .kvk_number = kvk ? bill->seller_kvk_number : (struct str){ 0 },
                                                 .oin = oin ? bill->seller_oin : (struct str){ 0 },
                                                 .vat_number = !kvk && !oin ? bill->seller_vat_number : (struct str){ 0 } };
        struct party_matches matches = { 0 };
        if (!numbers[i].theirs.length) continue;
        TRY(party_find(work, true, &evidence, &matches));
        bool mine = !matches.count;
        for (size_t k = 0; k < matches.count; k++) mine |= matches.at[k].party.id.n == party->id.n;
        if (!mine)
            *refused = fault_join(*refused, FAULT(work->arena, &someone_else, numbers[i].field,
                                                  PARAM("what", translate(work->language, numbers[i].what)),
                                                  PARAM("theirs", numbers[i].theirs), PARAM("party", party->name)));
    }
    return NULL;
}

/* By the numbers that both show: one that is equal settles it, else each that differs is named. */
static struct fault *check_supplier(struct work *work, const struct bill *bill, struct fault **refused)
{
    struct party party = { 0 };
    bool equal = false;
    *refused = NULL;
    TRY(party_load(work, (party_id){ work->guest.party_id }, &party));
    const struct compared numbers[] = { { T("KVK number"), "kvk_number", bill->seller_kvk_number, party.kvk_number },
                                        { T("OIN"), "oin", bill->seller_oin, party.oin },
                                        { T("VAT number"), "vat_number", bill->seller_vat_number, party.vat_number } };
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        equal |= numbers[i].theirs.length && str_equal(numbers[i].theirs, numbers[i].ours);
    if (equal) return NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        if (numbers[i].theirs.length && numbers[i].ours.length)
            *refused = fault_join(*refused, FAULT(work->arena, &portal_other_supplier, numbers[i].field,
                                                  PARAM("what", translate(work->language, numbers[i].what)),
                                                  PARAM("theirs", numbers[i].theirs), PARAM("party", party.name),
                                                  PARAM("ours", nothing_or(numbers[i].ours))));
    return *refused ? NULL : known_elsewhere(work, &party, bill, numbers, ARRAY_LENGTH(numbers), refused);
}

/* ---- Judging a file ---- */

static bool is_xml(struct str content)
{
    return einvoice_sniff(content) || str_is(archive_media_type(content), "application/xml");
}

static bool is_taken(struct str content)
{
    static const char *const types[] = { "application/pdf", "image/png", "image/jpeg" };
    struct str type = archive_media_type(content);
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
        if (str_is(type, types[i])) return true;
    return is_xml(content);
}

/* Why it can't be taken, all of it; `bill` and `problems` are what was read until then. */
static struct fault *judge(struct work *work, struct str content, struct bill *bill, struct bill_problems *problems,
                           struct fault **refused)
{
    struct bill earlier = { 0 };
    bool found;
    *refused = NULL;
    if (!is_taken(content)) {
        *bill = (struct bill){ .syntax = STR("file"), .kind = BILL_INVOICE };
        *refused = FAULT(work->arena, &portal_file_kind, "content");
        return ledger_base_currency(work, &bill->currency);
    }
    TRY(bill_judge(work, content, bill, problems));
    TRY(bill_by_content(work, content, &earlier, &found));
    if (found) {
        *refused = FAULT(work->arena, &portal_same_file, "content",
                         PARAM("day", date_text(work->arena, instant_day(earlier.received_at))));
        return NULL;
    }
    if (str_is(bill->syntax, "file") && is_xml(content)) {
        struct str why = !problems->count ? STR("") : work->language == DUTCH ? problems->at[0].dutch : problems->at[0].english;
        *refused = FAULT(work->arena, &not_einvoice, "content", PARAM("why", why));
        return NULL;
    }
    return check_supplier(work, bill, refused);
}

struct portal_known { int64_t receipt_number; struct instant received_at; };
RECORD(portal_known, { FIELD(struct portal_known, receipt_number), FIELD(struct portal_known, received_at) });
struct portal_number { party_id party_id; struct str number_key; enum bill_kind kind; };
RECORD(portal_number, { ID(struct portal_number, party_id), FIELD(struct portal_number, number_key),
                        FIELD(struct portal_number, kind, CHOICES(kinds)) });

/* Only his own: that another supplier used a number is nobody's business. */
static struct fault *find_known(struct work *work, const struct bill *bill, struct portal_judged *out)
{
    const struct portal_number wanted = { { work->guest.party_id }, bill_number_key(work->arena, bill->number), bill->kind };
    struct portal_known known = { 0 };
    bool found;
    if (!wanted.number_key.length) return NULL;
    TRY(db_find(work, &sql_portal_same_number, GIVEN(portal_number, &wanted), INTO(portal_known, &known), &found));
    if (found) out->known_receipt_number = known.receipt_number, out->known_received_at = known.received_at;
    return NULL;
}

static void tell(struct work *work, const struct bill *bill, const struct bill_problems *problems, bool refused,
                 struct portal_judged *out)
{
    out->syntax = bill->syntax;
    out->number = bill->number;
    out->currency = bill->currency;
    out->kind = bill->kind;
    out->issued_on = bill->issued_on;
    out->due_on = bill->due_on;
    out->total_minor = bill->total_minor;
    out->payable_minor = bill->payable_minor;
    tell_problems(work, problems, &out->problems);
    for (size_t i = 0; i < out->problems.count; i++)
        out->fatal_count += out->problems.at[i].severity == PROBLEM_FATAL,
            out->warning_count += out->problems.at[i].severity == PROBLEM_WARNING;
    out->verdict = refused                        ? VERDICT_REFUSED
                   : str_is(bill->syntax, "file") ? VERDICT_BY_HAND
                   : out->fatal_count             ? VERDICT_MEND
                                                  : VERDICT_GOOD;
}

/* ---- Each file is noted: the limit of an hour is counted by it ---- */

static const char *const outcomes[] = { NULL, "checked", "received", "refused" };
enum outcome { UPLOAD_CHECKED = 1, UPLOAD_RECEIVED, UPLOAD_REFUSED };
struct portal_upload {
    struct { int64_t n; } id;
    portal_access_id access_id;
    struct instant at;
    enum outcome outcome;
    struct str file_name;
    int64_t byte_count;
    struct str file_hash;
    bill_id bill_id;
    struct str why;
};
RECORD(portal_upload, {
    ID(struct portal_upload, id),
    ID(struct portal_upload, access_id),
    FIELD(struct portal_upload, at),
    FIELD(struct portal_upload, outcome, CHOICES(outcomes)),
    FIELD(struct portal_upload, file_name, .max = 255),
    FIELD(struct portal_upload, byte_count),
    BYTES(struct portal_upload, file_hash),
    ID(struct portal_upload, bill_id, OPTIONAL),
    FIELD(struct portal_upload, why, OPTIONAL),
});

static struct fault *note(struct work *work, const struct bill_upload *takes, enum outcome outcome, bill_id bill, struct str why)
{
    uint8_t hash[32];
    sha256(takes->content.at, takes->content.length, hash);
    const struct portal_upload upload = {
        .id = { id_new(work) }, .access_id = { work->guest.access_id }, .at = work->now, .outcome = outcome,
        .file_name = str_utf8_clip(takes->file_name, 255), .byte_count = (int64_t)takes->content.length,
        .file_hash = { (const char *)hash, sizeof hash }, .bill_id = bill, .why = why,
    };
    const struct portal_key key = { .id = work->guest.access_id, .of_company_id = work->company_id };
    TRY(db_run(work, &sql_portal_upload_add, GIVEN(portal_upload, &upload)));
    TRY(db_run(work, &sql_portal_access_used, GIVEN(portal_key, &key)));
    work_changed(work, "portal_access", work->guest.access_id, (struct given){ &portal_upload_record, NULL },
                 GIVEN(portal_upload, &upload));
    return NULL;
}

static struct fault *check_uploads(struct work *work)
{
    return portal_check_rate(work, &sql_portal_upload_count, &(const struct portal_key){ .id = work->guest.access_id },
                             PORTAL_UPLOADS_AN_HOUR);
}

struct portal_file { struct str file_name, content; };
RECORD(portal_file, { FIELD(struct portal_file, file_name, .min = 1, .max = 255),
                      BYTES(struct portal_file, content, .min = 1, .max = PORTAL_FILE_MAX) });

static struct fault *invoice_check(struct work *work, const struct portal_file *takes, struct portal_judged *out)
{
    struct bill bill = { 0 };
    struct bill_problems problems = { 0 };
    struct fault *refused;
    const struct bill_upload file = { takes->file_name, takes->content };
    TRY(check_uploads(work));
    TRY(judge(work, takes->content, &bill, &problems, &refused));
    tell(work, &bill, &problems, refused, out);
    TRY(find_known(work, &bill, out));
    struct bill_problems why = { 0 };
    bill_problem_add(work, &why, PROBLEM_FATAL, (struct str){ 0 }, 0, refused);
    out->fatal_count += (int64_t)why.count;
    struct portal_problems first = { 0 };
    tell_problems(work, &why, &first);
    for (size_t i = 0; i < out->problems.count; i++) *LIST_ADD(work->arena, &first) = out->problems.at[i];
    out->problems = first;
    return note(work, &file, UPLOAD_CHECKED, (bill_id){ 0 }, refused ? str_of(refused->type->code) : (struct str){ 0 });
}
CALLABLE(invoice_check, portal_file, portal_judged);

static struct fault *invoice_send(struct work *work, const struct portal_file *takes, struct portal_judged *out)
{
    struct bill bill = { 0 }, judged = { 0 };
    struct bill_problems problems = { 0 };
    struct fault *refused;
    const struct bill_upload file = { takes->file_name, takes->content };
    TRY(check_uploads(work));
    TRY(judge(work, takes->content, &judged, &problems, &refused));
    if (refused) { /* counted although it is refused */
        TRY(note(work, &file, UPLOAD_REFUSED, (bill_id){ 0 }, str_of(refused->type->code)));
        return refused;
    }
    TRY(find_known(work, &judged, out));
    TRY(bill_receive_from(work, takes->file_name, DOCUMENT_PORTAL, takes->content, (party_id){ work->guest.party_id }, &bill));
    tell(work, &bill, &problems, false, out);
    out->id = bill.id.n;
    out->receipt_number = bill.receipt_number;
    return note(work, &file, UPLOAD_RECEIVED, bill.id, (struct str){ 0 });
}
CALLABLE(invoice_send, portal_file, portal_judged);

/* ---- What became of them ---- */

enum invoice_state { STATE_RECEIVED = 1, STATE_CHECKING, STATE_APPROVED, STATE_PLANNED, STATE_PAID, STATE_REFUSED };
static const char *const states[] = { NULL, "received", "checking", "approved", "planned", "paid", "refused" };
struct portal_invoice {
    bill_id id;
    int64_t receipt_number;
    enum bill_kind kind;
    struct str number;
    struct date issued_on, due_on;
    struct instant received_at;
    struct str currency;
    int64_t total_minor, payable_minor, paid_minor;
    enum invoice_state state;
    struct date expected_on, paid_on;
    struct str reason;
};
LIST_STRUCT(portal_invoice_list, struct portal_invoice);
RECORD(portal_invoice, {
    ID(struct portal_invoice, id, .sort = true),
    FIELD(struct portal_invoice, receipt_number, .sort = true, .about = "our reference"),
    FIELD(struct portal_invoice, kind, CHOICES(kinds)),
    FIELD(struct portal_invoice, number, OPTIONAL, .filter = true),
    FIELD(struct portal_invoice, issued_on, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct portal_invoice, due_on, OPTIONAL, .sort = true),
    FIELD(struct portal_invoice, received_at, .sort = true),
    FIELD(struct portal_invoice, currency),
    AMOUNT(struct portal_invoice, total_minor, .currency = "currency"),
    AMOUNT(struct portal_invoice, payable_minor, .currency = "currency"),
    AMOUNT(struct portal_invoice, paid_minor, .currency = "currency"),
    FIELD(struct portal_invoice, state, CHOICES(states), .filter = true,
          .about = "planned: a payment on expected_on has been ordered"),
    FIELD(struct portal_invoice, expected_on, OPTIONAL, .about = "when it is likely to be paid; absent: not known"),
    FIELD(struct portal_invoice, paid_on, OPTIONAL),
    FIELD(struct portal_invoice, reason, OPTIONAL, .max = 1000, .about = "why it was refused"),
});
struct portal_of { party_id party_id; bill_id id; };
RECORD(portal_of, { ID(struct portal_of, party_id), ID(struct portal_of, id, OPTIONAL) });

static struct fault *invoice_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                  struct portal_invoice_list *rows, struct str *next)
{
    const struct portal_of mine = { { work->guest.party_id }, { 0 } };
    (void)takes;
    return db_list(work, &sql_portal_invoice_list, GIVEN(portal_of, &mine), query, INTO_LIST(portal_invoice, rows), next);
}
LISTABLE(invoice_list, nothing, portal_invoice, portal_invoice_list);

struct portal_invoice_key { bill_id id; };
RECORD(portal_invoice_key, { ID(struct portal_invoice_key, id) });
struct portal_invoice_shown {
    struct portal_invoice invoice;
    struct portal_problems problems;
};
RECORD(portal_invoice_shown, { PART(struct portal_invoice_shown, invoice, portal_invoice),
                               LIST(struct portal_invoice_shown, problems, portal_problem) });
static struct fault *invoice_show(struct work *work, const struct portal_invoice_key *takes, struct portal_invoice_shown *out)
{
    const struct portal_of mine = { { work->guest.party_id }, takes->id };
    struct bill_problems problems = { 0 };
    TRY(db_one(work, &sql_portal_invoice_by_id, GIVEN(portal_of, &mine), INTO(portal_invoice, &out->invoice), &no_invoice));
    TRY(bill_problems_of(work, takes->id, &problems));
    tell_problems(work, &problems, &out->problems);
    return NULL;
}
CALLABLE(invoice_show, portal_invoice_key, portal_invoice_shown);

static const struct operation operations[] = {
    { "portal-invoice check", "POST", "/portal/check", PORTAL_PERMISSION,
      OPERATION_GUEST | OPERATION_UPLOAD | OPERATION_SLOW, &invoice_check_call, NULL,
      "Check an invoice before it is sent: all that is wrong with it" },
    { "portal-invoice send", "POST", "/portal/invoices", PORTAL_PERMISSION,
      OPERATION_GUEST | OPERATION_UPLOAD | OPERATION_SLOW, &invoice_send_call, NULL,
      "Send an invoice as the supplier whose link this is" },
    { "portal-invoice list", "GET", "/portal/invoices", PORTAL_PERMISSION, OPERATION_GUEST | OPERATION_READS, NULL,
      &invoice_list_list, "List one's own invoices: state, day expected, day paid" },
    { "portal-invoice show", "GET", "/portal/invoices/{id}", PORTAL_PERMISSION, OPERATION_GUEST | OPERATION_READS,
      &invoice_show_call, NULL, "Show one of one's own invoices with what is wrong with it" },
};
const struct operation_table portal_invoices = { "portal", operations, ARRAY_LENGTH(operations) };
