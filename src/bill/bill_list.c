/* Looking at bills: show, list, what waits, what is payable, and a readable rendering. */
#include "bill/bill_private.h"
#include "bill.sql.h"
#include "paper/paper.h"
#include "search/search.h"

static const char *const states[] = { NULL, "received", "coded", "submitted", "approved", "refused" };
static const char *const kinds[] = { NULL, "invoice", "credit_note" };
static const char *const reference_kinds[] = { NULL, "rf", "kenmerk", "free" };
static const char *const bases[] = { NULL, "kvk_number", "oin", "vat_number", "iban", "endpoint", "name" };

/* ---- Show ---- */

struct bill_candidate { party_id party_id; struct str number, name, city; enum party_basis basis; bool is_blocked; };
LIST_STRUCT(bill_candidates, struct bill_candidate);
RECORD(bill_candidate, {
    ID(struct bill_candidate, party_id),
    FIELD(struct bill_candidate, number),
    FIELD(struct bill_candidate, name),
    FIELD(struct bill_candidate, city, OPTIONAL),
    FIELD(struct bill_candidate, basis, CHOICES(bases)),
    FIELD(struct bill_candidate, is_blocked),
});
struct bill_happened {
    struct {
        int64_t n;
    } id;
    struct str event;
    enum bill_state state;
    int64_t user_id;
    struct str person;
    struct instant at;
    struct str note;
};
LIST_STRUCT(bill_history, struct bill_happened);
RECORD(bill_happened, {
    ID(struct bill_happened, id),
    FIELD(struct bill_happened, event),
    FIELD(struct bill_happened, state, CHOICES(states)),
    FIELD(struct bill_happened, user_id),
    FIELD(struct bill_happened, person, OPTIONAL),
    FIELD(struct bill_happened, at),
    FIELD(struct bill_happened, note, OPTIONAL),
});
struct bill_file {
    struct {
        int64_t n;
    } id;
    struct str file_name, media_type;
    int64_t byte_count;
    struct str hash;
    enum document_source source;
};
LIST_STRUCT(bill_files, struct bill_file);
RECORD(bill_file, {
    ID(struct bill_file, id),
    FIELD(struct bill_file, file_name),
    FIELD(struct bill_file, media_type),
    FIELD(struct bill_file, byte_count),
    FIELD(struct bill_file, hash, .about = "SHA-256"),
    FIELD(struct bill_file, source, CHOICES(archive_source_names)),
});
struct bill_shown {
    struct bill bill;
    struct str supplier, currency;
    int64_t open_minor;
    struct str bank_state, hash;
    struct bill_lines lines;
    struct bill_problems problems;
    struct bill_pairs_shown duplicates;
    struct bill_candidates candidates;
    struct bill_files documents;
    struct bill_history history;
    struct bill_questions questions;
};
RECORD(bill_shown, {
    PART(struct bill_shown, bill, bill),
    FIELD(struct bill_shown, supplier, OPTIONAL),
    FIELD(struct bill_shown, currency),
    AMOUNT(struct bill_shown, open_minor, .currency = "currency", .about = "what is left to pay of it, from the ledger"),
    FIELD(struct bill_shown, bank_state, OPTIONAL, .about = "of the account asked for: proposed, verified, blocked"),
    FIELD(struct bill_shown, hash, .about = "over what is approved"),
    LIST(struct bill_shown, lines, bill_line),
    LIST(struct bill_shown, problems, bill_problem),
    LIST(struct bill_shown, duplicates, bill_pair_shown),
    LIST(struct bill_shown, candidates, bill_candidate, .about = "who may have sent it, while no supplier is set"),
    LIST(struct bill_shown, documents, bill_file),
    LIST(struct bill_shown, history, bill_happened),
    LIST(struct bill_shown, questions, bill_question),
});

static struct fault *show_candidates(struct work *work, const struct bill *bill, struct bill_candidates *out)
{
    struct party_evidence evidence;
    struct party_matches matches = { 0 };
    bill_evidence(bill, &evidence);
    TRY(party_find(work, true, &evidence, &matches));
    for (size_t i = 0; i < matches.count && i < 50; i++) {
        const struct party *p = &matches.at[i].party;
        *LIST_ADD(work->arena, out) =
            (struct bill_candidate){ p->id, p->number, p->name, p->city, matches.at[i].basis, p->is_blocked };
    }
    return NULL;
}

static struct fault *show_files(struct work *work, bill_id id, struct bill_files *out)
{
    struct documents documents = { 0 };
    TRY(archive_of(work, "bill", id.n, &documents));
    for (size_t i = 0; i < documents.count; i++) {
        const struct document *d = &documents.at[i];
        struct str hash = hex_text(work->arena, (const uint8_t *)d->hash.at, d->hash.length);
        *LIST_ADD(work->arena, out) =
            (struct bill_file){ { d->id.n }, d->file_name, d->media_type, d->byte_count, hash, d->source };
    }
    return NULL;
}

static struct fault *bill_show(struct work *work, const struct bill_key *takes, struct bill_shown *out)
{
    struct party party = { 0 };
    TRY(bill_load(work, takes->id, &out->bill));
    out->currency = out->bill.currency;
    if (out->bill.party_id.n) TRY(party_load(work, out->bill.party_id, &party));
    else TRY(show_candidates(work, &out->bill, &out->candidates));
    out->supplier = party.name.at ? party.name : out->bill.seller_name;
    TRY(bill_open(work, &out->bill, &out->open_minor));
    TRY(bill_bank_state(work, &out->bill, &out->bank_state));
    TRY(bill_lines_of(work, takes->id, &out->lines));
    out->hash = bill_hash(work, &out->bill, &out->lines);
    TRY(bill_problems_of(work, takes->id, &out->problems));
    TRY(bill_pairs_of(work, takes->id, &out->duplicates));
    TRY(show_files(work, takes->id, &out->documents));
    TRY(bill_questions_of(work, takes->id, &out->questions));
    return db_all(work, &sql_bill_events_of, BILL_KEY(takes->id), INTO_LIST(bill_happened, &out->history));
}
CALLABLE(bill_show, bill_key, bill_shown);

/* ---- Lists ---- */

struct bill_row {
    bill_id id;
    int64_t receipt_number;
    enum bill_state state;
    party_id party_id;
    struct str supplier;
    enum bill_kind kind;
    struct str number;
    struct date issued_on, due_on;
    struct instant received_at;
    struct str currency;
    int64_t net_minor, vat_minor, total_minor, payable_minor, open_minor;
    struct str iban, reference, order_reference, syntax;
    document_id document_id;
    bool via_portal;
    int64_t fatal_count, duplicate_count, question_count, version;
};
LIST_STRUCT(bill_rows, struct bill_row);
RECORD(bill_row, {
    ID(struct bill_row, id, .filter = true, .sort = true),
    FIELD(struct bill_row, receipt_number, .filter = true, .sort = true),
    FIELD(struct bill_row, state, CHOICES(states), .filter = true, .sort = true),
    ID(struct bill_row, party_id, OPTIONAL, .filter = true),
    FIELD(struct bill_row, supplier, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct bill_row, kind, CHOICES(kinds), .filter = true),
    FIELD(struct bill_row, number, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct bill_row, issued_on, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct bill_row, due_on, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct bill_row, received_at, .filter = true, .sort = true),
    FIELD(struct bill_row, currency, .filter = true),
    AMOUNT(struct bill_row, net_minor, .currency = "currency"),
    AMOUNT(struct bill_row, vat_minor, .currency = "currency"),
    AMOUNT(struct bill_row, total_minor, .currency = "currency", .filter = true, .sort = true),
    AMOUNT(struct bill_row, payable_minor, .currency = "currency", .filter = true, .sort = true),
    AMOUNT(struct bill_row, open_minor, .currency = "currency", .filter = true, .sort = true),
    FIELD(struct bill_row, iban, OPTIONAL, .filter = true),
    FIELD(struct bill_row, reference, OPTIONAL, .filter = true),
    FIELD(struct bill_row, order_reference, OPTIONAL, .filter = true),
    FIELD(struct bill_row, syntax, .filter = true),
    FIELD(struct bill_row, via_portal, .filter = true, .about = "sent by the supplier through the portal"),
    ID(struct bill_row, document_id, OPTIONAL),
    FIELD(struct bill_row, fatal_count, .filter = true, .about = "problems that block approval"),
    FIELD(struct bill_row, duplicate_count, .filter = true, .about = "bills that it can't be told from"),
    FIELD(struct bill_row, question_count, .filter = true, .about = "questions that wait for an answer"),
    FIELD(struct bill_row, version),
});
static struct fault *bill_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct bill_rows *rows, struct str *next)
{
    (void)takes;
    static const char *const words[] = { "number", "order_reference", "reference", "iban", NULL };
    static const char *const indexed[] = { "state",    "kind",     "issued_on", "due_on",  "total",
                                           "currency", "party_id", "iban",      "payable", NULL };
    static const struct sql *const walks[] = { &sql_bill_list_of_names, &sql_bill_list_nameless, NULL };
    static const struct search_fields fields = { .kind = SEARCH_BILL,
                                                 .fields = words,
                                                 .party = "supplier",
                                                 .plain = &sql_bill_plain,
                                                 .indexed = indexed,
                                                 .walked = "supplier",
                                                 .walks = walks };
    static const struct list_apart apart = { "open_minor", &sql_bill_list_open };
    struct list_query asked = *query;
    asked.apart = &apart;
    return search_list(work, &fields, &sql_bill_list, NONE, &asked, INTO_LIST(bill_row, rows), next);
}
LISTABLE(bill_list, nothing, bill_row, bill_rows);

static const char *const todos[] = { NULL, "code", "submit", "approve", "answer" };
enum bill_todo { TODO_CODE = 1, TODO_SUBMIT, TODO_APPROVE, TODO_ANSWER };
struct waiting_row {
    bill_id id;
    int64_t receipt_number;
    enum bill_todo todo;
    enum bill_state state;
    party_id party_id;
    struct str supplier;
    enum bill_kind kind;
    struct str number;
    struct date issued_on, due_on;
    struct instant received_at;
    struct str currency;
    int64_t total_minor, payable_minor, version;
};
LIST_STRUCT(waiting_rows, struct waiting_row);
RECORD(waiting_row, {
    ID(struct waiting_row, id, .sort = true),
    FIELD(struct waiting_row, receipt_number, .sort = true),
    FIELD(struct waiting_row, todo, CHOICES(todos), .filter = true),
    FIELD(struct waiting_row, state, CHOICES(states), .filter = true),
    ID(struct waiting_row, party_id, OPTIONAL, .filter = true),
    FIELD(struct waiting_row, supplier, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct waiting_row, kind, CHOICES(kinds), .filter = true),
    FIELD(struct waiting_row, number, OPTIONAL, .filter = true),
    FIELD(struct waiting_row, issued_on, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct waiting_row, due_on, OPTIONAL, .filter = true, .sort = true),
    FIELD(struct waiting_row, received_at, .sort = true),
    FIELD(struct waiting_row, currency, .filter = true),
    AMOUNT(struct waiting_row, total_minor, .currency = "currency", .filter = true, .sort = true),
    AMOUNT(struct waiting_row, payable_minor, .currency = "currency"),
    FIELD(struct waiting_row, version),
});
static struct fault *bill_waiting(struct work *work, const struct nothing *takes, const struct list_query *query,
                                  struct waiting_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_bill_waiting, NONE, query, INTO_LIST(waiting_row, rows), next);
}
LISTABLE(bill_waiting, nothing, waiting_row, waiting_rows);

/* ---- What is payable ---- */

RECORD(bill_payable, {
    ID(struct bill_payable, bill_id),
    ID(struct bill_payable, item_id),
    ID(struct bill_payable, party_id),
    FIELD(struct bill_payable, party_name),
    FIELD(struct bill_payable, number),
    FIELD(struct bill_payable, receipt_number),
    FIELD(struct bill_payable, kind, CHOICES(kinds)),
    FIELD(struct bill_payable, issued_on),
    FIELD(struct bill_payable, due_on),
    FIELD(struct bill_payable, currency),
    AMOUNT(struct bill_payable, open_minor, .currency = "currency", .about = "a credit note's is negative"),
    FIELD(struct bill_payable, iban, OPTIONAL, .about = "as asked for on the bill"),
    FIELD(struct bill_payable, reference_kind, CHOICES(reference_kinds), OPTIONAL),
    FIELD(struct bill_payable, reference, OPTIONAL),
    AMOUNT(struct bill_payable, discount_minor, .currency = "currency",
           .about = "when paid on or before discount_on"),
    FIELD(struct bill_payable, discount_on, OPTIONAL),
    FIELD(struct bill_payable, approved_hash),
});
struct payable_ask {
    struct date until_on;
    struct str currency;
};
RECORD(payable_ask, {
    FIELD(struct payable_ask, until_on, OPTIONAL, .about = "due on or before; left out: all"),
    FIELD(struct payable_ask, currency, .min = 3, .max = 3, OPTIONAL),
});

struct fault *bill_payable(struct work *work, struct date until, struct str currency, struct bill_payables *payables)
{
    const struct payable_ask ask = { until.ymd ? until : (struct date){ 21991231 }, currency };
    return db_all(work, &sql_bill_payable, GIVEN(payable_ask, &ask), INTO_LIST(bill_payable, payables));
}

struct payable_shown { struct bill_payables bills; };
RECORD(payable_shown, { LIST(struct payable_shown, bills, bill_payable) });
static struct fault *bill_due(struct work *work, const struct payable_ask *takes, struct payable_shown *out)
{
    return bill_payable(work, takes->until_on, takes->currency, &out->bills);
}
CALLABLE(bill_due, payable_ask, payable_shown);

/* ---- A readable rendering ---- */

static struct einvoice_amount amount(struct arena *arena, int64_t minor, struct str currency)
{
    struct decimal value = minor_to_decimal(minor, currency_digits(currency));
    return (struct einvoice_amount){ value, decimal_format(arena, value), currency };
}

static struct einvoice_day day(struct arena *arena, struct date date)
{
    return date.ymd ? (struct einvoice_day){ date, date_text(arena, date) } : (struct einvoice_day){ 0 };
}

static void add_line(struct arena *arena, struct einvoice *e, const struct bill_line *l)
{
    struct einvoice_line *line = LIST_ADD(arena, &e->lines);
    *line = (struct einvoice_line){ .id = str_from_int(arena, l->line_no),
                                    .name = l->description,
                                    .net = amount(arena, l->net_minor, l->currency) };
    if (l->quantity.present)
        line->quantity = (struct einvoice_quantity){ l->quantity, decimal_format(arena, l->quantity), l->unit };
    if (l->price.present)
        line->price = (struct einvoice_amount){ l->price, decimal_format(arena, l->price), l->currency };
    line->vat = (struct einvoice_vat){ .present = l->vat_category.at != NULL, .category = l->vat_category };
    if (l->vat_rate.present) line->vat.rate = (struct einvoice_number){ l->vat_rate, decimal_format(arena, l->vat_rate) };
}

struct einvoice *bill_to_einvoice(struct work *work, const struct bill *b, const struct bill_lines *lines,
                                  const struct party *supplier)
{
    struct arena *arena = work->arena;
    struct einvoice *e = ARENA_NEW(arena, struct einvoice);
    e->syntax = EINVOICE_UBL_INVOICE;
    e->number = b->number;
    e->issued = day(arena, b->issued_on), e->due = day(arena, b->due_on);
    e->type_code = b->kind == BILL_CREDIT_NOTE ? STR("381") : STR("380");
    e->currency = b->currency;
    e->order = b->order_reference, e->buyer_reference = b->buyer_reference;
    e->payment_reference = b->reference;
    e->seller = (struct einvoice_party){ .present = true,
                                         .name = supplier->name.at ? supplier->name : b->seller_name,
                                         .vat_id = supplier->vat_number };
    e->seller.address = (struct einvoice_address){ .present = supplier->name.at != NULL,
                                                   .line1 = supplier->street,
                                                   .city = supplier->city,
                                                   .post_code = supplier->postal_code,
                                                   .country = supplier->country };
    if (b->iban.at)
        *LIST_ADD(arena, &e->payments) =
            (struct einvoice_payment){ .code = STR("58"), .has_account = true, .account = { .id = b->iban } };
    for (size_t i = 0; i < lines->count; i++) add_line(arena, e, &lines->at[i]);
    e->totals = (struct einvoice_totals){
        .present = true, .without_vat = amount(arena, b->net_minor, b->currency), .vat = amount(arena, b->vat_minor, b->currency),
        .with_vat = amount(arena, b->total_minor, b->currency), .payable = amount(arena, b->payable_minor, b->currency),
    };
    if (b->prepaid_minor) e->totals.prepaid = amount(arena, b->prepaid_minor, b->currency);
    if (b->rounding_minor) e->totals.rounding = amount(arena, b->rounding_minor, b->currency);
    return e;
}

/* The e-invoice itself where there is one that can be read; else what was filled in. */
static struct fault *neutral(struct work *work, const struct bill *bill, struct einvoice **out)
{
    struct bill_lines lines = { 0 };
    struct party supplier = { 0 };
    struct str xml = { 0 };
    if (bill->xml_document_id.n) {
        TRY(archive_content(work, bill->xml_document_id, &xml));
        if (!einvoice_read(work->arena, xml, out)) return NULL;
    }
    TRY(bill_lines_of(work, bill->id, &lines));
    if (bill->party_id.n) TRY(party_load(work, bill->party_id, &supplier));
    *out = bill_to_einvoice(work, bill, &lines, &supplier);
    return NULL;
}

/* On white, as paper. The door lets this style through by its hash, and no other. */
static const char page_style[] =
    ""
    "body{font:14px/1.5 Inter,\"Segoe UI\",system-ui,sans-serif;color:#1b2420;background:#fff;margin:1.5rem;overflow-wrap:break-word}"
    "h1{font-size:1.4rem}h2{font-size:1rem;margin:1.2rem 0 .3rem}address{font-style:normal}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.3rem 0}"
    "dt{color:#55615a}dd{margin:0}table{border-collapse:collapse;width:100%;margin:.6rem 0}"
    "th,td{overflow-wrap:break-word;word-break:normal;text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #dcdfd8}"
    "th{color:#55615a;font-weight:600}";

struct bill_preview_ask { bill_id id; struct str language; };
RECORD(bill_preview_ask, { ID(struct bill_preview_ask, id), FIELD(struct bill_preview_ask, language, .max = 2, OPTIONAL,
                                                                  .about = "nl or en; left out: the reader's") });

static struct fault *bill_preview(struct work *work, const struct bill_preview_ask *takes, struct file_answer *out)
{
    if (takes->language.length) work->language = str_is(takes->language, "nl") ? DUTCH : ENGLISH;
    struct bill bill = { 0 };
    struct einvoice *invoice = NULL;
    struct str html = { 0 };
    TRY(bill_load(work, takes->id, &bill));
    TRY(neutral(work, &bill, &invoice));
    TRY(paper_einvoice_html(work->arena, invoice, work->language, &html));
    struct text page = text_new(work->arena);
    text_addf(
        &page,
        "<!doctype html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"><title>%lld</title><style>%s</style></head>\n<body>\n",
        work->language == DUTCH ? "nl" : "en", (long long)bill.receipt_number, page_style);
    text_add(&page, html);
    text_addz(&page, "\n</body>\n</html>\n");
    out->name = str_format(work->arena, "bill-%lld.html", (long long)bill.receipt_number);
    out->media_type = STR("text/html; charset=utf-8");
    out->content = text_str(&page);
    return NULL;
}
CALLABLE(bill_preview, bill_preview_ask, file_answer);

static const struct operation operations[] = {
    { "bill show", "GET", "/bills/{id}", "bill.read", OPERATION_READS, &bill_show_call, NULL,
      "Show a bill with lines, problems, documents and history" },
    { "bill list", "GET", "/bills", "bill.read", OPERATION_READS, NULL, &bill_list_list,
      "List bills and what is open of each" },
    { "bill waiting", "GET", "/bills/waiting", "bill.read", OPERATION_READS, NULL, &bill_waiting_list,
      "List the bills that wait for me: to code, to submit, to approve, to answer a question about" },
    { "bill due", "GET", "/bills/due", "bill.read", OPERATION_READS, &bill_due_call, NULL,
      "List approved bills that are due for payment" },
    { "bill preview", "GET", "/bills/{id}/preview", "bill.read",
      OPERATION_READS | OPERATION_FILE | OPERATION_PAGE | OPERATION_SLOW, &bill_preview_call, NULL,
      "Show a bill as a readable page" },
};
const struct operation_table bill_views = { "bill", operations, ARRAY_LENGTH(operations) };
