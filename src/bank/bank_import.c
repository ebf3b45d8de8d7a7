#include "bank/bank_private.h"
#include "bank.sql.h"
#include "statement/statement.h"

const struct fault_type bank_unknown_account = {
    FAULT_INVALID, "bank.unknown_account", "The statement is of account {account}, which is none of ours; add it first."
};
const struct fault_type bank_other_currency = { FAULT_INVALID, "bank.other_currency",
                                                "The statement is in {currency}; our account {account} is in {ours}." };

RECORD(bank_imported, {
    ID(struct bank_imported, document_id),
    LIST(struct bank_imported, statements, bank_statement),
    FIELD(struct bank_imported, line_count),
    FIELD(struct bank_imported, added_count, .about = "lines that were not there yet"),
});
struct day_sum { struct date booked_on; int64_t amount_minor, base_minor, line_count; };
LIST_STRUCT(day_sums, struct day_sum);
RECORD(day_sum, { FIELD(struct day_sum, booked_on), FIELD(struct day_sum, amount_minor),
                  FIELD(struct day_sum, base_minor), FIELD(struct day_sum, line_count) });

enum { BATCH = 512 };
struct importing {
    struct work *work;
    struct arena *rows; /* texts of the batch at hand */
    struct bank_imported *out;
    struct bank_account account;
    struct bank_statement statement;
    struct bank_line batch[BATCH];
    size_t waiting;
    bool fresh; /* none of its lines was here before: what is read is what is added */
    struct day_sums days; /* of a fresh one, as they came */
    enum early_kind early; /* 0: a statement, which changes the balance */
    struct str key, base; /* base: the company's own currency, once it was asked for */
};

/* ---- Lines ---- */

static struct str kept(struct importing *im, struct str s, size_t most)
{
    return s.length ? str_keep(im->rows, str_utf8_clip(s, most)) : (struct str){ 0 };
}

static struct str code_of(struct importing *im, const struct statement_code *code)
{
    if (!code->domain.length) return kept(im, code->proprietary, 100);
    struct text t = text_new(im->rows);
    text_add(&t, code->domain);
    text_add_char(&t, '/');
    text_add(&t, code->family);
    text_add_char(&t, '/');
    text_add(&t, code->subfamily);
    return text_str(&t);
}

static void add_member(struct text *t, const char *name, struct str value)
{
    if (!value.length) return;
    if (t->at[t->length - 1] != '{') text_add_char(t, ',');
    text_addf(t, "\"%s\":", name);
    json_add_text(t, value);
}

static struct str details_of(struct importing *im, const struct statement_line *line, size_t least)
{
    struct text t = text_new(im->rows);
    if (line->detail_count < least) return (struct str){ 0 };
    text_add_char(&t, '[');
    for (size_t i = 0; i < line->detail_count; i++) {
        const struct statement_payment *p = &line->details[i];
        if (i) text_add_char(&t, ',');
        text_add_char(&t, '{');
        if (p->currency.length) {
            add_member(&t, "amount",
                       minor_format(im->rows, p->amount_minor,
                                    currency_digits(p->currency) < 0 ? 2 : currency_digits(p->currency)));
            add_member(&t, "currency", p->currency);
        }
        add_member(&t, "name", p->counterparty ? p->counterparty->name : (struct str){ 0 });
        add_member(&t, "iban", p->counterparty ? p->counterparty->account : (struct str){ 0 });
        add_member(&t, "end_to_end_id", p->end_to_end_id);
        add_member(&t, "mandate_id", p->mandate_id);
        add_member(&t, "reference", p->reference);
        add_member(&t, "remittance", p->remittance);
        add_member(&t, "return_reason", p->return_reason);
        text_add_char(&t, '}');
    }
    text_add_char(&t, ']');
    return text_str(&t);
}

static enum bank_reference reference_type(const struct statement_payment *p)
{
    if (!p->reference.length) return BANK_REFERENCE_NONE;
    return p->reference_type == REMITTANCE_RF        ? BANK_REFERENCE_RF
           : p->reference_type == REMITTANCE_KENMERK ? BANK_REFERENCE_KENMERK
                                                     : BANK_REFERENCE_OTHER;
}

static struct bank_line line_of(struct importing *im, const struct statement *statement, const struct statement_line *line)
{
    const struct statement_payment *p = line->payment;
    const struct statement_party *other = p->counterparty;
    struct date day = line->booked_on.ymd ? line->booked_on : line->valued_on.ymd ? line->valued_on : statement->to_on;
    struct str text = p->remittance.length ? p->remittance : line->additional;
    return (struct bank_line){
        .id = { id_new(im->work) },
        .bank_account_id = im->account.id,
        .statement_id = im->statement.id,
        .statement_key = im->key,
        .fingerprint = (int64_t)line->fingerprint,
        .occurrence = line->occurrence,
        .number = line->number,
        .booked_on = day.ymd ? day : im->work->today,
        .valued_on = line->valued_on,
        .amount_minor = line->amount_minor,
        .currency = im->account.currency,
        .is_reversal = line->reversal,
        .bank_reference = kept(im, line->reference, 200),
        .servicer_reference = kept(im, line->servicer_reference, 200),
        .code = code_of(im, &line->code),
        .name = other ? kept(im, other->name, 200) : (struct str){ 0 },
        .iban = other ? kept(im, other->account, 34) : (struct str){ 0 },
        .ultimate_name = p->ultimate ? kept(im, p->ultimate->name, 200) : (struct str){ 0 },
        .end_to_end_id = kept(im, p->end_to_end_id, 100),
        .mandate_id = kept(im, p->mandate_id, 100),
        .batch_id = kept(im, line->batch_id.length ? line->batch_id : line->batch_message_id, 100),
        .reference = kept(im, p->reference, 100),
        .reference_type = reference_type(p),
        .remittance = kept(im, text, 10000),
        .return_reason = kept(im, p->return_reason, 100),
        .details = details_of(im, line, 2),
        .problems = line->problems,
        .raw = kept(im, line->raw, 20000),
    };
}

static struct fault *flush(struct importing *im)
{
    if (im->waiting) TRY(db_run_each(im->work, &sql_line_add, GIVEN(bank_line, im->batch), im->waiting));
    im->waiting = 0;
    arena_reset(im->rows);
    return NULL;
}

/* Each line by itself, by the rate of its day: what the lines make is what is booked, to the cent. */
static struct fault *to_base(struct importing *im, struct bank_line *line)
{
    if (!im->base.at) TRY(ledger_base_currency(im->work, &im->base));
    if (!str_equal(line->currency, im->base))
        return ledger_to_base(im->work, line->amount_minor, line->currency, line->booked_on, &line->base_minor);
    line->base_minor = line->amount_minor;
    return NULL;
}

static struct fault *add_to_day(struct importing *im, const struct bank_line *line)
{
    struct day_sums *days = &im->days;
    struct day_sum *day = days->count ? &days->at[days->count - 1] : NULL;
    if (!day || day->booked_on.ymd != line->booked_on.ymd) {
        day = NULL;
        for (size_t i = 0; i < days->count && !day; i++)
            if (days->at[i].booked_on.ymd == line->booked_on.ymd) day = &days->at[i];
    }
    if (!day) {
        day = LIST_ADD(im->work->arena, days);
        *day = (struct day_sum){ .booked_on = line->booked_on };
    }
    day->line_count++;
    if (int_add(day->amount_minor, line->amount_minor, &day->amount_minor) &&
        int_add(day->base_minor, line->base_minor, &day->base_minor))
        return NULL;
    return FAULT(im->work->arena, &ledger_too_large, "content");
}

/* The amount of an intraday line or a notice counts in the account's currency, as a booked one does. */
static struct fault *early_line(struct importing *im, const struct statement *statement, const struct statement_line *line)
{
    struct bank_line as = line_of(im, statement, line);
    struct bank_early early = { .id = { as.id.n },
                                .bank_account_id = im->account.id,
                                .document_id = { im->out->document_id.n },
                                .kind = im->early,
                                .fingerprint = as.fingerprint,
                                .occurrence = as.occurrence,
                                .booked_on = as.booked_on,
                                .amount_minor = as.amount_minor,
                                .currency = as.currency,
                                .status = line->status == STATUS_BOOK      ? EARLY_BOOKED
                                          : line->status == STATUS_PENDING ? EARLY_PENDING
                                                                           : EARLY_ANNOUNCED,
                                .servicer_reference = as.servicer_reference,
                                .batch_id = as.batch_id,
                                .end_to_end_id = as.end_to_end_id,
                                .name = as.name,
                                .iban = as.iban,
                                .reference = as.reference,
                                .remittance = as.remittance,
                                .details = im->early == EARLY_NOTICE ? details_of(im, line, 1) : as.details };
    bool added;
    TRY(early_keep(im->work, &early, &added));
    im->out->line_count++;
    im->out->added_count += added;
    arena_reset(im->rows);
    return NULL;
}

static struct fault *on_line(void *context, const struct statement *statement, const struct statement_line *line)
{
    struct importing *im = context;
    if (im->early) return early_line(im, statement, line);
    if (line->status != STATUS_BOOK) return NULL;
    struct bank_line *row = &im->batch[im->waiting];
    *row = line_of(im, statement, line);
    TRY(to_base(im, row));
    if (im->fresh) TRY(add_to_day(im, row));
    im->waiting++;
    return im->waiting == BATCH ? flush(im) : NULL;
}

/* ---- Statements ---- */

/* The account of ours that it is of, in its currency. */
static struct fault *find_account(struct importing *im, const struct statement *s)
{
    struct work *work = im->work;
    bool found;
    TRY(bank_account_by_iban(work, s->account, s->currency, &im->account, &found));
    if (!found) TRY(bank_account_by_iban(work, s->account, (struct str){ 0 }, &im->account, &found));
    if (!found)
        return FAULT(work->arena, &bank_unknown_account, "content", PARAM("account", s->account.length ? s->account : STR("?")));
    if (s->currency.length && !str_equal(s->currency, im->account.currency))
        return FAULT(work->arena, &bank_other_currency, "content", PARAM("currency", s->currency),
                     PARAM("account", s->account), PARAM("ours", im->account.currency));
    return NULL;
}

/* A statement of which no line is here has all its lines added: two that are equal differ by their occurrence. */
static struct fault *known_before(struct importing *im)
{
    struct bank_key line = { 0 };
    bool found;
    TRY(db_find(im->work, &sql_line_of_key, GIVEN(bank_statement, &im->statement), INTO(bank_key, &line), &found));
    im->fresh = !found;
    im->days = (struct day_sums){ 0 };
    return NULL;
}

static struct fault *on_start(void *context, const struct statement *s)
{
    struct importing *im = context;
    struct work *work = im->work;
    im->early = s->kind == STATEMENT_CAMT_054                                       ? EARLY_NOTICE
                : s->kind == STATEMENT_CAMT_052 || s->kind == STATEMENT_MT942 ? EARLY_INTRADAY
                                                                              : (enum early_kind)0;
    TRY(find_account(im, s));
    if (im->early) return NULL; /* it books nothing */
    /* A bank numbers its statements anew each year; what tells them apart stands in the id, the number and the day. */
    struct date day = s->to_on.ymd ? s->to_on : s->from_on;
    im->key = str_format(work->arena, "%.*s|%lld|%d", STR_ARG(s->id), (long long)s->number, (int)(day.ymd ? day.ymd / 10000 : 0));
    im->statement = (struct bank_statement){
        .id = { id_new(work) },
        .bank_account_id = im->account.id,
        .document_id = im->out->document_id,
        .kind = str_of(statement_kind_word(s->kind)),
        .dialect = str_of(statement_dialect_word(s->dialect)),
        .reference = str_keep(work->arena, str_utf8_clip(im->key, 200)),
        .number = s->number > 0 ? s->number : 0,
        .currency = im->account.currency,
        .proof = BANK_PROOF_NONE,
        .follows = BANK_FOLLOWS_UNKNOWN,
        .imported_at = work->now,
        .imported_by = work->user_id,
    };
    TRY(known_before(im));
    return db_run(work, &sql_statement_add, GIVEN(bank_statement, &im->statement));
}

/* How it lies against the statements before and behind it; a later one's gap may be closed by this one. */
static struct fault *place_in_row(struct importing *im)
{
    struct bank_statement *s = &im->statement, before = { 0 }, after = { 0 };
    bool has_before, has_after;
    if (!s->has_balances) return NULL;
    TRY(db_find(im->work, &sql_statement_before, GIVEN(bank_statement, s), INTO(bank_statement, &before), &has_before));
    s->follows = !has_before ? BANK_FIRST : before.closing_minor == s->opening_minor ? BANK_FOLLOWS : BANK_GAP;
    s->missing_minor = s->follows == BANK_GAP ? s->opening_minor - before.closing_minor : 0;
    TRY(db_find(im->work, &sql_statement_after, GIVEN(bank_statement, s), INTO(bank_statement, &after), &has_after));
    if (!has_after) return NULL;
    after.follows = after.opening_minor == s->closing_minor ? BANK_FOLLOWS : BANK_GAP;
    after.missing_minor = after.opening_minor - s->closing_minor;
    return db_run(im->work, &sql_statement_save, GIVEN(bank_statement, &after));
}

/* The very first statement brings the balance that was there; it is booked once, against the opening account. */
static struct fault *book_opening(struct importing *im, struct date on)
{
    struct bank_statement *s = &im->statement;
    account_id opening;
    int64_t base;
    if (s->follows != BANK_FIRST || !s->opening_minor) return NULL;
    TRY(ledger_account_for(im->work, FOR_OPENING, &opening));
    TRY(ledger_to_base(im->work, s->opening_minor, im->account.currency, on, &base));
    struct entry entry = { .journal = JOURNAL_OPENING, .dated_on = on, .source_kind = STR("statement"), .source_id = s->id.n,
                           .description = str_format(im->work->arena, "Beginsaldo %.*s", STR_ARG(im->account.iban)) };
    struct entry_line lines[] = {
        { .account_id = im->account.ledger_account_id,
          .base_minor = base,
          .currency = im->account.currency,
          .amount_minor = s->opening_minor },
        { .account_id = opening, .base_minor = -base },
    };
    return ledger_post(im->work, &entry, lines, 2);
}

static struct fault *book_day(struct importing *im, const struct day_sum *day)
{
    account_id suspense;
    int64_t base = day->base_minor;
    if (!day->amount_minor && !base) return NULL;
    TRY(ledger_account_for(im->work, FOR_SUSPENSE, &suspense));
    struct entry entry = { .journal = JOURNAL_BANK,
                           .dated_on = day->booked_on,
                           .source_kind = STR("statement"),
                           .source_id = im->statement.id.n,
                           .description = str_format(im->work->arena, "%.*s %.*s", STR_ARG(im->account.name),
                                                     STR_ARG(im->statement.reference)) };
    struct entry_line lines[] = {
        { .account_id = im->account.ledger_account_id,
          .base_minor = base,
          .currency = im->account.currency,
          .amount_minor = day->amount_minor },
        { .account_id = suspense,
          .base_minor = -base,
          .currency = im->account.currency,
          .amount_minor = -day->amount_minor },
    };
    return ledger_post(im->work, &entry, lines, 2);
}

static void copy_balances(struct bank_statement *to, const struct statement *s)
{
    to->has_balances = s->opening && s->closing;
    to->opening_minor = s->opening ? s->opening->amount_minor : 0;
    to->closing_minor = s->closing ? s->closing->amount_minor : 0;
    to->from_on = s->from_on.ymd ? s->from_on : s->opening ? s->opening->on : (struct date){ 0 };
    to->to_on = s->to_on.ymd ? s->to_on : s->closing ? s->closing->on : to->from_on;
    to->line_count = s->booked_count;
    to->booked_minor = s->booked_minor;
    to->proof = s->proof == PROOF_DONE ? BANK_PROOF_DONE : s->proof == PROOF_BROKEN ? BANK_PROOF_BROKEN : BANK_PROOF_NONE;
    to->difference_minor = s->difference_minor;
    to->problems = s->problems;
}

static const struct fault_type bank_twin = {
    FAULT_CONFLICT, "bank.twin",
    "This is the statement of {day} in another form: the same balances and as many lines as one that is here already ({reference})."
};

static int by_day(const void *a, const void *b)
{
    return ((const struct day_sum *)a)->booked_on.ymd - ((const struct day_sum *)b)->booked_on.ymd;
}

/* What it added, by day. Of one that is new that was summed as it came. */
static struct fault *days_of(struct importing *im, struct day_sums *days)
{
    *days = im->days;
    if (days->count) qsort(days->at, days->count, sizeof *days->at, by_day);
    return im->fresh ? NULL : db_all(im->work, &sql_line_days, BANK_KEY(im->statement.id.n), INTO_LIST(day_sum, days));
}

static struct fault *on_end(void *context, const struct statement *s)
{
    struct importing *im = context;
    struct bank_statement *row = &im->statement, twin = { 0 };
    struct day_sums days;
    bool is_twin;
    if (im->early) return NULL;
    TRY(flush(im));
    TRY(db_run(im->work, &sql_lines_wait, BANK_KEY(row->id.n)));
    copy_balances(row, s);
    TRY(days_of(im, &days));
    for (size_t i = 0; i < days.count; i++) row->added_count += days.at[i].line_count;
    if (row->has_balances && row->line_count) {
        TRY(db_find(im->work, &sql_statement_twin, GIVEN(bank_statement, row), INTO(bank_statement, &twin), &is_twin));
        if (is_twin && row->added_count)
            return FAULT(im->work->arena, &bank_twin, "content", PARAM("day", date_text(im->work->arena, row->to_on)),
                         PARAM("reference", twin.reference));
    }
    if (row->line_count && !row->added_count) row->follows = BANK_REPEATS;
    else TRY(place_in_row(im));
    struct date first = days.count ? days.at[0].booked_on : row->to_on;
    TRY(book_opening(im, row->from_on.ymd && row->from_on.ymd < first.ymd ? row->from_on : first));
    for (size_t i = 0; i < days.count; i++) TRY(book_day(im, &days.at[i]));
    TRY(db_run(im->work, &sql_statement_save, GIVEN(bank_statement, row)));
    work_changed(im->work, "statement", row->id.n, (struct given){ &bank_statement_record, NULL }, GIVEN(bank_statement, row));
    TRY(early_statement(im->work, im->account.id, row->to_on));
    *LIST_ADD(im->work->arena, &im->out->statements) = *row;
    im->out->line_count += row->line_count;
    im->out->added_count += row->added_count;
    return NULL;
}

struct fault *bank_import(struct work *work, struct str file_name, struct str content, struct bank_imported *out)
{
    struct document document = { .file_name = file_name, .source = DOCUMENT_UPLOAD, .subject_kind = STR("statement_file") };
    struct importing *im = ARENA_NEW(work->arena, struct importing);
    struct str bytes = content;
    static const struct statement_handler handler = { on_start, on_line, on_end };
    TRY(archive_keep(work, &document, content, NULL));
    *out = (struct bank_imported){ .document_id = document.id };
    im->work = work;
    im->out = out;
    im->rows = arena_new((size_t)1 << 30);
    struct fault *fault = statement_stream(work->arena, statement_source_of(&bytes), &statement_limits_stream, &handler, im);
    arena_free(im->rows);
    return fault;
}
