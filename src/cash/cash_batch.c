/* What stands behind one amount on a statement: the settlement of a payment provider, or a direct-debit batch of ours. Its parts come
 * in as a table (CSV or XLSX) or as the pain.008 that went to the bank; the engine takes the amount apart by them. */
#include "cash/cash_private.h"
#include "cash.sql.h"
#include "archive/archive.h"
#include "codec/sheet.h"
#include "codec/xml.h"

static const struct fault_type batch_columns = {
    FAULT_INVALID, "cash.batch_columns",
    "The table needs the columns settlement, payment, description, amount and fee, or batch, end_to_end_id, collected_on, invoice and amount."
};
static const struct fault_type batch_row = { FAULT_INVALID, "cash.batch_row",
                                             "Row {row}: {column} is {text}, which is no {what}." };
static const struct fault_type batch_differs = {
    FAULT_CONFLICT, "cash.batch_differs", "{reference} is here already with other parts; nothing of this file was taken."
};
static const struct fault_type batch_empty = { FAULT_INVALID, "cash.batch_empty",
                                               "There is no payment or collection in this file." };
static const struct fault_type batch_missing = { FAULT_MISSING, "cash.batch_missing", "There is no such batch." };

struct batch {
    struct { int64_t n; } id;
    struct str kind, reference, provider, currency;
    struct date dated_on;
    int64_t total_minor, fee_minor, part_count, unknown_count;
    document_id document_id;
    struct instant imported_at;
    int64_t imported_by;
};
struct batch_part {
    struct { int64_t n; } batch_id;
    int64_t line_no;
    struct str reference, description;
    item_id item_id;
    int64_t amount_minor, fee_minor;
    struct str currency, reason;
};
LIST_STRUCT(batches, struct batch);
LIST_STRUCT(batch_parts, struct batch_part);
RECORD(batch, {
    ID(struct batch, id, .sort = true),
    FIELD(struct batch, kind, .filter = true, .about = "settlement of a provider, or collection of ours"),
    FIELD(struct batch, reference, .filter = true),
    FIELD(struct batch, provider, OPTIONAL),
    FIELD(struct batch, currency),
    FIELD(struct batch, dated_on, OPTIONAL, .sort = true),
    AMOUNT(struct batch, total_minor, .currency = "currency", .sort = true,
           .about = "of its parts, before fees"),
    AMOUNT(struct batch, fee_minor, .currency = "currency"),
    FIELD(struct batch, part_count),
    FIELD(struct batch, unknown_count, .about = "parts of which no open item is known yet"),
    ID(struct batch, document_id),
    FIELD(struct batch, imported_at),
    FIELD(struct batch, imported_by),
});
RECORD(batch_part, {
    ID(struct batch_part, batch_id),
    FIELD(struct batch_part, line_no),
    FIELD(struct batch_part, reference),
    FIELD(struct batch_part, description, OPTIONAL),
    ID(struct batch_part, item_id, OPTIONAL),
    AMOUNT(struct batch_part, amount_minor, .currency = "currency",
           .about = "negative: a payment that was taken back (chargeback), its invoice comes open again"),
    AMOUNT(struct batch_part, fee_minor, .currency = "currency"),
    FIELD(struct batch_part, currency, OPTIONAL),
    FIELD(struct batch_part, reason, OPTIONAL, .about = "why it was taken back, as the provider says it"),
});
struct reading {
    struct work *work;
    struct batches *batches;
    struct batch_parts parts;
    struct str kind, base;
    document_id document_id;
};

static struct batch *batch_of(struct reading *r, struct str reference, struct str currency, struct date on)
{
    for (size_t i = r->batches->count; i-- > 0;) /* parts of one batch lie together */
        if (str_equal(r->batches->at[i].reference, reference)) return &r->batches->at[i];
    struct batch *b = LIST_ADD(r->work->arena, r->batches);
    *b = (struct batch){ .id = { id_new(r->work) },
                         .kind = r->kind,
                         .reference = str_keep(r->work->arena, reference),
                         .currency = str_keep(r->work->arena, currency.length ? currency : r->base),
                         .dated_on = on,
                         .document_id = r->document_id,
                         .imported_at = r->work->now,
                         .imported_by = r->work->user_id };
    return b;
}

struct item_named { struct str reference; };
RECORD(item_named, { FIELD(struct item_named, reference) });
struct item_id_row { item_id id; };
LIST_STRUCT(item_id_rows, struct item_id_row);
RECORD(item_id_row, { ID(struct item_id_row, id) });

static struct fault *add_part(struct reading *r, struct batch *b, const struct batch_part *part, struct str number)
{
    struct item_id_rows found = { 0 };
    const struct item_named named = { number };
    struct batch_part *p = LIST_ADD(r->work->arena, &r->parts);
    *p = *part;
    p->batch_id.n = b->id.n;
    p->line_no = ++b->part_count;
    p->currency = b->currency;
    if (number.length) TRY(db_all(r->work, &sql_item_named, GIVEN(item_named, &named), INTO_LIST(item_id_row, &found)));
    if (found.count == 1) p->item_id = found.at[0].id;
    else b->unknown_count++;
    if (!int_add(b->total_minor, p->amount_minor, &b->total_minor) || !int_add(b->fee_minor, p->fee_minor, &b->fee_minor))
        return FAULT(r->work->arena, &ledger_too_large, "content");
    return NULL;
}

/* The word of a text that just one item is called by; absent: none is. */
static struct fault *named_by_words(struct reading *r, struct str text, struct str *number)
{
    *number = (struct str){ 0 };
    for (struct str rest = text; rest.length;) {
        struct item_id_rows found = { 0 };
        const struct item_named named = { str_cut(rest, ' ', &rest) };
        if (named.reference.length < 3) continue;
        TRY(db_all(r->work, &sql_item_named, GIVEN(item_named, &named), INTO_LIST(item_id_row, &found)));
        if (found.count == 1) return *number = named.reference, NULL;
    }
    return NULL;
}

/* ---- Tables ---- */

enum column { C_BATCH, C_REFERENCE, C_DESCRIPTION, C_AMOUNT, C_FEE, C_CURRENCY, C_DAY, C_INVOICE, C_REASON, COLUMNS };
static const struct { const char *name; enum column column; bool collection; } headings[] = {
    { "settlement", C_BATCH, false },       { "settlement_ref", C_BATCH, false },     { "settlement_reference", C_BATCH, false },
    { "payment", C_REFERENCE, false },      { "payment_id", C_REFERENCE, false },     { "description", C_DESCRIPTION, false },
    { "amount", C_AMOUNT, false },          { "fee", C_FEE, false },                  { "currency", C_CURRENCY, false },
    { "settled_on", C_DAY, false },         { "invoice", C_INVOICE, false },          { "invoice_number", C_INVOICE, false },
    { "reason", C_REASON, false },          { "reason_code", C_REASON, false },       { "chargeback_reason", C_REASON, false },
    { "batch", C_BATCH, true },             { "pmtinf_id", C_BATCH, true },           { "batch_id", C_BATCH, true },
    { "end_to_end_id", C_REFERENCE, true }, { "collected_on", C_DAY, true },          { "collection_date", C_DAY, true },
};

static bool is_heading(struct str text, const char *name)
{
    char lower[32];
    if (text.length >= sizeof lower) return false;
    for (size_t i = 0; i < text.length; i++)
        lower[i] = text.at[i] == ' ' || text.at[i] == '-'
                       ? '_'
                       : (char)(text.at[i] | (text.at[i] >= 'A' && text.at[i] <= 'Z' ? 32 : 0));
    return str_is((struct str){ lower, text.length }, name);
}

static bool find_columns(const struct sheet *sheet, int *at, bool *collection)
{
    for (int c = 0; c < COLUMNS; c++) at[c] = -1;
    *collection = false;
    for (uint32_t c = 0; sheet->rows.count && c < sheet->rows.at[0].count; c++)
        for (size_t h = 0; h < ARRAY_LENGTH(headings); h++)
            if (is_heading(str_trim(sheet->rows.at[0].cells[c].text), headings[h].name)) {
                at[headings[h].column] = (int)c;
                if (headings[h].column == C_BATCH) *collection = headings[h].collection;
            }
    return at[C_BATCH] >= 0 && at[C_REFERENCE] >= 0 && at[C_AMOUNT] >= 0;
}

static struct str cell(const struct sheet_row *row, int column)
{
    return column >= 0 && (uint32_t)column < row->count ? str_trim(row->cells[column].text) : (struct str){ 0 };
}

static struct fault *bad_cell(struct reading *r, const struct sheet_row *row, const char *column, struct str text,
                              const char *what)
{
    return FAULT(r->work->arena, &batch_row, "content", PARAM_INT(r->work->arena, "row", row->number),
                 PARAM("column", str_of(column)), PARAM("text", str_utf8_clip(text, 60)), PARAM("what", str_of(what)));
}

static struct fault *read_amount(struct reading *r, const struct sheet_row *row, const char *column, struct str text,
                                 struct str currency, int64_t *minor)
{
    struct decimal amount;
    char *plain = ARENA_ARRAY(r->work->arena, char, text.length + 1);
    bool comma = str_find(text, ",") >= 0 && str_find(text, ".") < 0; /* "12,50" */
    for (size_t i = 0; i < text.length; i++) plain[i] = comma && text.at[i] == ',' ? '.' : text.at[i];
    if (decimal_parse((struct str){ plain, text.length }, &amount) &&
        minor_from_decimal(amount, currency_digits(currency), minor) && *minor<EXACT_MAX && * minor> - EXACT_MAX)
        return NULL;
    return bad_cell(r, row, column, text, "amount");
}

static struct fault *read_row(struct reading *r, const struct sheet_row *row, const int *at)
{
    struct str currency = cell(row, at[C_CURRENCY]), day = cell(row, at[C_DAY]), fee = cell(row, at[C_FEE]);
    struct batch_part part = { .reference = cell(row, at[C_REFERENCE]),
                               .description = str_utf8_clip(cell(row, at[C_DESCRIPTION]), 500),
                               .reason = str_utf8_clip(cell(row, at[C_REASON]), 140) };
    struct str reference = cell(row, at[C_BATCH]);
    struct date on = { 0 };
    if (!reference.length || reference.length > 100) return bad_cell(r, row, "settlement", reference, "reference");
    if (!part.reference.length || part.reference.length > 100)
        return bad_cell(r, row, "payment", part.reference, "reference");
    if (currency.length && (currency.length != 3 || currency_digits(currency) < 0))
        return bad_cell(r, row, "currency", currency, "currency");
    if (day.length && !date_parse(day, &on)) return bad_cell(r, row, "collected_on", day, "day");
    struct batch *b = batch_of(r, reference, currency, on);
    TRY(read_amount(r, row, "amount", cell(row, at[C_AMOUNT]), b->currency, &part.amount_minor));
    if (fee.length) TRY(read_amount(r, row, "fee", fee, b->currency, &part.fee_minor));
    struct str invoice = cell(row, at[C_INVOICE]);
    if (part.amount_minor < 0 && !invoice.length) TRY(named_by_words(r, part.description, &invoice));
    return add_part(r, b, &part, invoice);
}

static struct fault *read_table(struct reading *r, struct str content)
{
    struct sheet sheet = { 0 };
    struct sheet_limits limits = sheet_limits_default;
    int at[COLUMNS];
    bool collection;
    limits.rows = 200000;
    TRY(sheet_read(r->work->arena, content, &limits, &sheet));
    if (!find_columns(&sheet, at, &collection)) return FAULT(r->work->arena, &batch_columns, "content");
    r->kind = collection ? STR("collection") : STR("settlement");
    for (size_t i = 1; i < sheet.rows.count; i++) TRY(read_row(r, &sheet.rows.at[i], at));
    return NULL;
}

/* ---- pain.008 ---- */

struct debit_reading {
    struct reading *r;
    struct str batch, end, day, amount, currency, text;
    struct fault *fault;
};

static void on_start(void *context, struct xml_reader *reader, const struct xml_element *element)
{
    struct debit_reading *d = context;
    (void)reader;
    if (str_is(element->name, "DrctDbtTxInf")) d->end = d->amount = d->text = (struct str){ 0 };
    for (size_t i = 0; i < element->attribute_count && str_is(element->name, "InstdAmt"); i++)
        if (str_is(element->attributes[i].name, "Ccy")) d->currency = str_keep(d->r->work->arena, element->attributes[i].value);
}

static struct fault *add_debit(struct debit_reading *d)
{
    struct reading *r = d->r;
    const struct sheet_row row = { .number = (uint32_t)r->parts.count + 1 };
    struct batch_part part = { .reference = d->end, .description = str_utf8_clip(d->text, 500) };
    struct date on = { 0 };
    if (d->day.length && !date_parse(d->day, &on)) return bad_cell(r, &row, "ReqdColltnDt", d->day, "day");
    if (!d->batch.length || d->batch.length > 100) return bad_cell(r, &row, "PmtInfId", d->batch, "reference");
    if (!d->end.length || d->end.length > 100) return bad_cell(r, &row, "EndToEndId", d->end, "reference");
    if (currency_digits(d->currency) < 0) return bad_cell(r, &row, "Ccy", d->currency, "currency");
    struct batch *b = batch_of(r, d->batch, d->currency, on);
    TRY(read_amount(r, &row, "InstdAmt", d->amount, b->currency, &part.amount_minor));
    /* The invoice: the reference of the remittance, or a word of its text, or the end-to-end id, if just one item is called so. */
    struct str number;
    TRY(named_by_words(r, d->text, &number));
    return add_part(r, b, &part, number.length ? number : d->end);
}

static void on_end(void *context, struct xml_reader *reader, struct str name, struct str text)
{
    struct debit_reading *d = context;
    struct arena *arena = d->r->work->arena;
    text = str_trim(text);
    if (str_is(name, "PmtInfId")) d->batch = str_keep(arena, text);
    else if (str_is(name, "ReqdColltnDt")) d->day = str_keep(arena, text.length > 10 ? (struct str){ text.at, 10 } : text);
    else if (str_is(name, "EndToEndId")) d->end = str_keep(arena, text);
    else if (str_is(name, "InstdAmt")) d->amount = str_keep(arena, text);
    else if (str_is(name, "Ustrd") || str_is(name, "Ref")) d->text = str_keep(arena, text);
    else if (str_is(name, "DrctDbtTxInf")) d->fault = add_debit(d);
    if (d->fault) xml_stop(reader);
}

static struct fault *read_debits(struct reading *r, struct str content)
{
    static const struct xml_handler handler = { on_start, on_end };
    struct debit_reading d = { .r = r };
    r->kind = STR("collection");
    TRY(xml_read(r->work->arena, content, &xml_limits_default, &handler, &d));
    return d.fault;
}

/* ---- Keeping ---- */

struct batch_import {
    struct str file_name, provider, content;
};
RECORD(batch_import, {
    FIELD(struct batch_import, file_name, .min = 1, .max = 255),
    FIELD(struct batch_import, provider, .max = 100, OPTIONAL, .about = "of a settlement: whose it is"),
    BYTES(struct batch_import, content, .min = 1, .max = 64 << 20),
});
struct batch_imported {
    int64_t added_count, known_count;
    struct batches batches;
};
RECORD(batch_imported, { FIELD(struct batch_imported, added_count),
                         FIELD(struct batch_imported, known_count, .about = "were here already"),
                         LIST(struct batch_imported, batches, batch) });

static struct fault *keep(struct reading *r, struct str provider, struct batch_imported *out)
{
    struct batches kept = { 0 };
    for (size_t i = 0; i < r->batches->count; i++) {
        struct batch *b = &r->batches->at[i], before = { 0 };
        bool known;
        TRY(db_find(r->work, &sql_batch_named, GIVEN(batch, b), INTO(batch, &before), &known));
        if (known && (before.total_minor != b->total_minor || before.fee_minor != b->fee_minor ||
                      before.part_count != b->part_count))
            return FAULT(r->work->arena, &batch_differs, "content", PARAM("reference", b->reference));
        out->known_count += known;
        if (known) continue;
        if (str_is(b->kind, "settlement")) b->provider = provider;
        TRY(db_run(r->work, &sql_batch_add, GIVEN(batch, b)));
        *LIST_ADD(r->work->arena, &kept) = *b;
        work_changed(r->work, "cash_batch", b->id.n, (struct given){ &batch_record, NULL }, GIVEN(batch, b));
    }
    for (size_t i = 0, k = 0; i < r->parts.count; i++) { /* the parts of what was kept, by the order of its batches or not */
        for (k = 0; k < kept.count && kept.at[k].id.n != r->parts.at[i].batch_id.n;) k++;
        if (k < kept.count) TRY(db_run(r->work, &sql_batch_part_add, GIVEN(batch_part, &r->parts.at[i])));
    }
    out->added_count = (int64_t)kept.count;
    out->batches = kept;
    return NULL;
}

static struct fault *batch_import(struct work *work, const struct batch_import *takes, struct batch_imported *out)
{
    struct document document = { .file_name = takes->file_name, .source = DOCUMENT_UPLOAD, .subject_kind = STR("cash_batch") };
    struct batches batches = { 0 };
    struct reading r = { .work = work, .batches = &batches };
    TRY(archive_keep(work, &document, takes->content, NULL));
    TRY(ledger_base_currency(work, &r.base));
    r.document_id = document.id;
    *out = (struct batch_imported){ 0 };
    struct str start = str_trim((struct str){ takes->content.at, takes->content.length < 200 ? takes->content.length : 200 });
    bool xml = str_find(start, "<?xml") >= 0 || (start.length && start.at[0] == '<');
    TRY(xml ? read_debits(&r, takes->content) : read_table(&r, takes->content));
    if (!batches.count) return FAULT(work->arena, &batch_empty, "content");
    return keep(&r, takes->provider, out);
}
CALLABLE(batch_import, batch_import, batch_imported);

static struct fault *batch_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                struct batches *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_batch_list, NONE, query, INTO_LIST(batch, rows), next);
}
LISTABLE(batch_list, nothing, batch, batches);

struct batch_show { struct { int64_t n; } id; };
RECORD(batch_show, { ID(struct batch_show, id) });
struct batch_shown { struct batch batch; struct batch_parts parts; };
RECORD(batch_shown, { PART(struct batch_shown, batch, batch), LIST(struct batch_shown, parts, batch_part) });
static struct fault *batch_show(struct work *work, const struct batch_show *takes, struct batch_shown *out)
{
    TRY(db_one(work, &sql_batch_by_id, CASH_KEY(takes->id.n), INTO(batch, &out->batch), &batch_missing));
    return db_all(work, &sql_batch_parts, CASH_KEY(takes->id.n), INTO_LIST(batch_part, &out->parts));
}
CALLABLE(batch_show, batch_show, batch_shown);

struct taken_back {
    item_id item_id;
    int64_t amount_minor;
    struct str reason;
};
RECORD(taken_back, { ID(struct taken_back, item_id), FIELD(struct taken_back, amount_minor),
                     FIELD(struct taken_back, reason, OPTIONAL) });

struct fault *cash_taken_back(struct work *work, item_id item, int64_t amount_minor, struct str *words)
{
    struct taken_back part = { .item_id = item, .amount_minor = amount_minor };
    bool found;
    *words = (struct str){ 0 };
    TRY(db_find(work, &sql_taken_back, GIVEN(taken_back, &part), INTO(taken_back, &part), &found));
    if (!found) return NULL;
    struct str text = cash_return_text(work, part.reason);
    *words = !part.reason.length ? STR("chargeback")
             : text.length       ? str_format(work->arena, "chargeback %.*s: %.*s", STR_ARG(part.reason), STR_ARG(text))
                                 : str_format(work->arena, "chargeback: %.*s", STR_ARG(part.reason));
    return NULL;
}

struct fault *cash_batches_tell(struct work *work, struct cash_engine *engine)
{
    struct batches batches = { 0 };
    struct batch_parts parts = { 0 };
    size_t b = 0;
    TRY(db_all(work, &sql_batch_all, NONE, INTO_LIST(batch, &batches)));
    if (batches.count) TRY(db_all(work, &sql_batch_part_all, NONE, INTO_LIST(batch_part, &parts)));
    for (size_t i = 0; i < parts.count; i++) { /* both in the order of the batch's id */
        const struct batch_part *p = &parts.at[i];
        while (b < batches.count && batches.at[b].id.n != p->batch_id.n) b++;
        if (b == batches.count) break;
        if (str_is(batches.at[b].kind, "settlement"))
            cash_engine_settlement(engine, &(struct cash_settlement){ .settlement = batches.at[b].reference,
                                                                      .payment = p->reference,
                                                                      .description = p->description,
                                                                      .item = p->item_id.n,
                                                                      .amount_minor = p->amount_minor,
                                                                      .fee_minor = p->fee_minor });
        else
            cash_engine_collection(engine, &(struct cash_collection){ .batch_id = batches.at[b].reference,
                                                                      .end_to_end_id = p->reference,
                                                                      .item = p->item_id.n,
                                                                      .description = p->description,
                                                                      .amount_minor = p->amount_minor,
                                                                      .collected_on = batches.at[b].dated_on });
    }
    return NULL;
}

static const struct operation operations[] = {
    { "cash batch-import", "POST", "/cash/batches", "cash.import", OPERATION_UPLOAD | OPERATION_SLOW, &batch_import_call, NULL,
      "Take in the parts of provider settlements or direct-debit batches: CSV, XLSX or pain.008" },
    { "cash batches", "GET", "/cash/batches", "cash.read", OPERATION_READS, NULL, &batch_list_list,
      "List the provider settlements and direct-debit batches that are known" },
    { "cash batch", "GET", "/cash/batches/{id}", "cash.read", OPERATION_READS, &batch_show_call, NULL,
      "Show a settlement or batch with its parts" },
};
const struct operation_table cash_batches = { "cash", operations, ARRAY_LENGTH(operations) };
