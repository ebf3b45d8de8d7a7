/* The engine at work on the books: what is known goes in, proposals and certain decisions come out. */
#include "cash/cash_past.h"
#include "cash/cash_private.h"
#include "cash.sql.h"

RECORD(cash_run_result, {
    FIELD(struct cash_run_result, lines),
    FIELD(struct cash_run_result, posted, .about = "by itself"),
    FIELD(struct cash_run_result, proposed, .about = "waits for a person, with a proposal"),
    FIELD(struct cash_run_result, unknown),
});
struct party_row {
    int64_t id;
    struct str number, name, city, country;
    int64_t parent_id;
};
LIST_STRUCT(party_rows, struct party_row);
RECORD(party_row, {
    FIELD(struct party_row, id),
    FIELD(struct party_row, number),
    FIELD(struct party_row, name),
    FIELD(struct party_row, city, OPTIONAL),
    FIELD(struct party_row, country),
    FIELD(struct party_row, parent_id, OPTIONAL),
});
struct iban_row {
    int64_t id;
    struct str iban;
};
LIST_STRUCT(iban_rows, struct iban_row);
RECORD(iban_row, { FIELD(struct iban_row, id), FIELD(struct iban_row, iban) });
struct line_id { bank_line_id id; };
LIST_STRUCT(line_ids, struct line_id);
RECORD(line_id, { ID(struct line_id, id) });
/* ---- What the engine knows: one for what customers owe, one for what we owe, its signs turned ---- */

#define ENGINE_BYTES ((size_t)1 << 34)
struct matcher {
    struct work *work;
    struct arena *arena; /* what the engine holds: hundreds of megabytes on large books, given back at the end */
    struct arena *scratch; /* of the line at hand */
    struct cash_engine *owed, *owing;
    struct cash_facts facts; /* by item */
    struct cash_terms *terms;
    struct open_items items; /* of customers, settled ones too when there is a past to replay */
    struct taken *taken; /* by item */
    size_t taken_count;
    struct cash_past_items past_items;
    int64_t *past_by_id; /* their ids, ascending */
    struct cash_codings *codings;
    struct str model;
    struct cash_run_result *result;
};

static int by_item(const void *a, const void *b)
{
    const struct cash_fact *x = a, *y = b;
    return x->item_id.n < y->item_id.n ? -1 : x->item_id.n > y->item_id.n;
}

static struct fault *load_facts(struct matcher *m)
{
    TRY(cash_facts_all(m->work, &m->facts));
    if (m->facts.count) qsort(m->facts.at, m->facts.count, sizeof *m->facts.at, by_item);
    return NULL;
}

struct taken { int64_t item, amount_minor; };
static int by_taken(const void *a, const void *b)
{
    const struct taken *x = a, *y = b;
    return x->item < y->item ? -1 : x->item > y->item;
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* What the decisions that will be replayed took of each item. */
static struct fault *took(struct matcher *m, const struct cash_past *past, size_t count)
{
    size_t n = 0, made = 0;
    for (size_t i = 0; i < count; i++) n += past[i].decision.allocation_count;
    m->taken = ARENA_ARRAY(m->work->arena, struct taken, n + 1);
    n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < past[i].decision.allocation_count; k++)
            m->taken[n++] = (struct taken){ past[i].decision.allocations[k].item, past[i].decision.allocations[k].amount_minor };
    qsort(m->taken, n, sizeof *m->taken, by_taken);
    for (size_t i = 0; i < n; i++) {
        if (!made || m->taken[made - 1].item != m->taken[i].item) m->taken[made++] = m->taken[i];
        else if (!int_add(m->taken[made - 1].amount_minor, m->taken[i].amount_minor, &m->taken[made - 1].amount_minor))
            return FAULT(m->work->arena, &ledger_too_large, NULL);
    }
    m->taken_count = made;
    return NULL;
}

/* What was open of an item before the replay begins: what is left now and what the replay will take. What a credit note or a write-off
 * settled was never there to be paid. */
static int64_t open_before(const struct matcher *m, const struct open_item *o)
{
    const struct taken key = { .item = o->id.n };
    const struct taken *taken = m->taken_count ? bsearch(&key, m->taken, m->taken_count, sizeof key, by_taken) : NULL;
    int64_t open;
    return taken && int_add(o->rest_minor, taken->amount_minor, &open) ? open : o->rest_minor;
}

static const struct cash_fact *fact_of(const struct matcher *m, item_id id)
{
    const struct cash_fact key = { .item_id = id };
    return m->facts.count ? bsearch(&key, m->facts.at, m->facts.count, sizeof key, by_item) : NULL;
}

static struct fault *add_parties(struct matcher *m)
{
    struct party_rows parties = { 0 };
    struct iban_rows ibans = { 0 };
    TRY(db_all(m->work, &sql_party_all, NONE, INTO_LIST(party_row, &parties)));
    TRY(db_all(m->work, &sql_party_iban_all, NONE, INTO_LIST(iban_row, &ibans)));
    struct str *all = ARENA_ARRAY(m->work->arena, struct str, ibans.count + 1);
    for (size_t i = 0; i < ibans.count; i++) all[i] = ibans.at[i].iban;
    for (size_t i = 0; i < parties.count; i++) { /* the IBANs come in the order of their party */
        const struct party_row *p = &parties.at[i];
        size_t low = 0, high = ibans.count, count = 0;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (ibans.at[middle].id < p->id) low = middle + 1;
            else high = middle;
        }
        while (low + count < ibans.count && ibans.at[low + count].id == p->id) count++;
        struct cash_party party = { .id = p->id,
                                    .parent = p->parent_id,
                                    .number = p->number,
                                    .name = p->name,
                                    .city = p->city,
                                    .ibans = all + low,
                                    .iban_count = count };
        if (p->country.length == 2) memcpy(party.country, p->country.at, 2);
        cash_engine_party(m->owed, &party);
        cash_engine_party(m->owing, &party);
    }
    return NULL;
}

/* What the ledger does not know of an item: when it was invoiced, its references, its discount. `open`: what was open before history. */
static void add_fact(struct cash_item *item, const struct cash_fact *f, int sign, bool past)
{
    if (f->issued_on.ymd) item->issued_on = f->issued_on;
    item->reference = f->payment_reference;
    item->order_number = f->order_number;
    item->total_minor = sign * f->total_minor;
    item->discount_minor = sign * f->discount_minor;
    item->discount_until = f->discount_until;
    item->collect = f->collect;
    if (past) item->open_minor = item->total_minor;
}

static void add_item(struct matcher *m, const struct open_item *o, struct cash_engine *engine, int sign, bool past)
{
    struct cash_item item = { .id = o->id.n,
                              .party = o->party_id.n,
                              .number = o->reference,
                              .issued_on = o->dated_on,
                              .due_on = o->due_on,
                              .total_minor = sign * o->amount_minor,
                              .open_minor = sign * (past ? open_before(m, o) : o->rest_minor),
                              .collect = CASH_TRANSFER,
                              .on_account = o->kind == ITEM_PAYMENT };
    if (item.on_account && (sign < 0 || o->amount_minor > 0)) return;
    if (o->kind == ITEM_DIFFERENCE || (!o->rest_minor && !past)) return;
    if (item.on_account) item.number = (struct str){ 0 }; /* whatever the bank said of it: it is no number of ours */
    memcpy(item.currency, o->currency.at, 3);
    const struct cash_fact *fact = fact_of(m, o->id);
    if (fact) add_fact(&item, fact, sign, past);
    if (sign > 0) cash_terms_tell(m->terms, o, &item);
    cash_engine_item(engine, &item);
}

/* `past`: settled ones too, each with what was open of it before history, as history will replay it. */
static struct fault *add_owed(struct matcher *m, bool past)
{
    TRY(cash_terms_load(m->work, past, &m->terms));
    if (past) TRY(ledger_all_items(m->work, CONTROL_RECEIVABLES, &m->items));
    else TRY(ledger_open_items(m->work, CONTROL_RECEIVABLES, (party_id){ 0 }, &m->items));
    for (size_t i = 0; i < m->items.count; i++) add_item(m, &m->items.at[i], m->owed, 1, past);
    if (!past) return NULL;
    TRY(cash_past_items_all(m->work, &m->past_items));
    m->past_by_id = ARENA_ARRAY(m->work->arena, int64_t, m->past_items.count + 1);
    for (size_t i = 0; i < m->past_items.count; i++) m->past_by_id[i] = m->past_items.at[i].id;
    qsort(m->past_by_id, m->past_items.count, sizeof *m->past_by_id, by_number);
    for (size_t i = 0; i < m->past_items.count; i++) {
        const struct cash_past_item *p = &m->past_items.at[i];
        struct cash_item item = { .id = p->id,
                                  .party = p->party_id.n,
                                  .number = p->number,
                                  .reference = p->payment_reference,
                                  .order_number = p->order_number,
                                  .issued_on = p->issued_on,
                                  .due_on = p->due_on,
                                  .discount_until = p->discount_until,
                                  .total_minor = p->total_minor,
                                  .open_minor = p->total_minor,
                                  .discount_minor = p->discount_minor,
                                  .collect = p->collect };
        memcpy(item.currency, p->currency.at, p->currency.length < 3 ? p->currency.length : 3);
        cash_engine_item(m->owed, &item);
    }
    return NULL;
}

/* What we owe: paid by lines that go out, or set off against what the same party owes us. */
static struct fault *add_owing(struct matcher *m)
{
    struct open_items items = { 0 };
    TRY(ledger_open_items(m->work, CONTROL_PAYABLES, (party_id){ 0 }, &items));
    for (size_t i = 0; i < items.count; i++) {
        const struct open_item *o = &items.at[i];
        add_item(m, o, m->owing, -1, false);
        struct cash_owing owing = { .id = o->id.n, .party = o->party_id.n, .number = o->reference, .open_minor = o->rest_minor };
        memcpy(owing.currency, o->currency.at, 3);
        if (o->kind == ITEM_INVOICE || o->kind == ITEM_CREDIT_NOTE) cash_engine_owing(m->owed, &owing);
    }
    return NULL;
}

/* What the base currency and those of open items are worth today; one without a rate is left out. */
static struct fault *add_rates(struct matcher *m)
{
    enum { MOST = 40, MILLION = 1000000 };
    struct str known[MOST] = { { 0 } };
    size_t count = 1;
    TRY(ledger_base_currency(m->work, &known[0]));
    for (size_t i = 0; i < m->items.count && count < MOST; i++) {
        bool seen = !m->items.at[i].rest_minor;
        for (size_t k = 0; k < count; k++) seen |= str_equal(known[k], m->items.at[i].currency);
        if (!seen) known[count++] = m->items.at[i].currency;
    }
    for (size_t k = 0; k < count && count > 1; k++) {
        char currency[4] = "";
        int64_t ppm;
        struct fault *fault = ledger_to_base(m->work, MILLION, known[k], m->work->today, &ppm);
        if (fault && fault->type != &ledger_no_rate) return fault;
        memcpy(currency, known[k].at, known[k].length < 3 ? known[k].length : 3);
        if (!fault) cash_engine_rate(m->owed, currency, ppm);
    }
    return NULL;
}

static struct cash_line line_for(const struct bank_line *l, int sign)
{
    struct cash_line line = { .id = l->id.n,
                              .booked_on = l->booked_on,
                              .amount_minor = sign * l->amount_minor,
                              .name = l->name,
                              .iban = l->iban,
                              .ultimate_name = l->ultimate_name,
                              .text = l->remittance,
                              .reference = l->reference,
                              .end_to_end_id = l->end_to_end_id,
                              .batch_id = l->batch_id,
                              .return_code = l->return_reason,
                              .is_reversal = l->is_reversal };
    struct str rest;
    (void)str_cut(l->code, '/', &rest);
    if (rest.at) line.family = str_cut(rest, '/', &rest);
    memcpy(line.currency, l->currency.at, l->currency.length < 3 ? l->currency.length : 3);
    return line;
}

/* What is left of each item now, whatever the replay of the past made of it. */
static void open_now(struct matcher *m)
{
    for (size_t i = 0; i < m->past_items.count; i++) cash_engine_open(m->owed, m->past_items.at[i].id, 0);
    for (size_t i = 0; i < m->items.count; i++) cash_engine_open(m->owed, m->items.at[i].id.n, m->items.at[i].rest_minor);
}

enum { PAST_MAX = 60000 };
/* The past, oldest first: what each line was decided to be, here or (imported) elsewhere, teaches accounts, names and habits. */
static struct fault *teach(struct matcher *m, struct arena *arena, struct cash_past **past, size_t *count)
{
    struct cash_decideds decided = { 0 };
    struct bank_lines lines = { 0 }; /* side by side with the decisions: the same rows in the same order */
    struct cash_past *before;
    size_t before_count = 0;
    TRY(db_all(m->work, &sql_decision_past, NONE, INTO_LIST(cash_decided, &decided)));
    TRY(db_all(m->work, &sql_lines_past, NONE, INTO_LIST(bank_line, &lines)));
    ensure(lines.count == decided.count);
    if (decided.count < PAST_MAX) TRY(cash_past_load(m->work, arena, PAST_MAX - decided.count, &before, &before_count));
    *past = ARENA_ARRAY(arena, struct cash_past, before_count + decided.count + 1);
    *count = before_count;
    if (before_count) memcpy(*past, before, before_count * sizeof *before);
    for (size_t i = decided.count; i-- > 0;) {
        struct cash_decide parts = { 0 };
        struct fault *unreadable = record_from_json(arena, decided.at[i].parts, INTO(cash_decide, &parts));
        if (unreadable || lines.at[i].id.n != decided.at[i].bank_line_id.n) continue;
        struct cash_past *p = &(*past)[(*count)++];
        p->line = line_for(&lines.at[i], 1);
        cash_decision_from(arena, decided.at[i].category, decided.at[i].party_id, parts.shares.at, parts.shares.count,
                           parts.differences.at, parts.differences.count, &p->decision);
    }
    return NULL;
}

static struct fault *settings_of(struct work *work, struct cash_settings *settings)
{
    struct cash_chosen_setting chosen = { 0 };
    TRY(cash_setting_load(work, &chosen));
    *settings = (struct cash_settings){ (int32_t)chosen.precision_ppm, chosen.rounding_minor, chosen.charge_minor,
                                        chosen.difference_auto_minor };
    return NULL;
}

static struct fault *prepare(struct matcher *m)
{
    struct cash_settings settings;
    struct cash_model_row model = { 0 };
    struct cash_past *past;
    size_t past_count;
    bool found;
    TRY(settings_of(m->work, &settings));
    m->owed = cash_engine_new(m->arena, &settings);
    m->owing = cash_engine_new(m->arena, &settings);
    TRY(add_parties(m));
    TRY(load_facts(m));
    TRY(teach(m, m->arena, &past, &past_count));
    TRY(cash_codings_load(m->work, m->arena, &m->codings));
    TRY(took(m, past, past_count));
    TRY(add_owed(m, past_count > 0));
    TRY(cash_batches_tell(m->work, m->owed));
    TRY(add_owing(m));
    TRY(add_rates(m));
    if (past_count) {
        cash_engine_replay(m->owed, past, past_count);
        open_now(m);
    }
    TRY(db_find(m->work, &sql_model_used, NONE, INTO(cash_model_row, &model), &found));
    if (!found) return NULL;
    struct fault *unreadable = cash_engine_model(m->owed, m->arena, model.content);
    if (unreadable) return NULL; /* of an older program: rules alone until it is trained again */
    m->model = model.version_hash;
    return NULL;
}

/* ---- A proposal as JSON, and as a decision ---- */

static void add_text_member(struct text *t, const char *name, const char *value)
{
    text_addf(t, ",\"%s\":\"%s\"", name, value);
}

static void add_evidence(struct text *t, const struct cash_explanation *e)
{
    static const char *const sources[] = { "",         "text", "reference", "name", "ultimate_name", "end_to_end_id",
                                           "batch_id", "iban" };
    text_addz(t, "[");
    for (size_t i = 0; i < e->evidence_count; i++) {
        const struct cash_evidence *v = &e->evidence[i];
        text_addf(t, "%s{\"kind\":\"%s\",\"weight\":%d,\"value\":%lld", i ? "," : "", cash_evidence_name(v->kind),
                  v->weight, (long long)v->value);
        if (v->source)
            text_addf(t, ",\"source\":\"%s\",\"from\":%u,\"length\":%u", sources[v->source], v->from, v->length);
        if (v->item) text_addf(t, ",\"item_id\":%lld", (long long)v->item);
        if (v->party) text_addf(t, ",\"party_id\":%lld", (long long)v->party);
        text_addz(t, "}");
    }
    text_addz(t, "]");
}

static struct cash_decide decide_by(struct arena *arena, bank_line_id line, const struct cash_explanation *e, int sign)
{
    struct cash_decide d = { .line_id = line, .party_id = { e->party } };
    for (size_t i = 0; i < e->allocation_count; i++)
        *LIST_ADD(arena, &d.shares) = (struct cash_share){
            { e->allocations[i].item }, sign * e->allocations[i].amount_minor, sign * e->allocations[i].line_minor
        };
    for (size_t i = 0; i < e->difference_count; i++)
        *LIST_ADD(arena, &d.differences) = (struct cash_given_up){
            str_of(cash_difference_name(e->differences[i].kind)), sign * e->differences[i].amount_minor, { 0 }
        };
    return d;
}

static void add_explanation(struct text *t, bank_line_id line, const struct cash_explanation *e, int sign)
{
    text_addf(t, "{\"probability_ppm\":%d,\"other_sets\":%lld", e->probability_ppm, (long long)e->other_sets);
    add_text_member(t, "category", cash_category_name(e->category));
    const struct cash_decide decide = decide_by(t->arena, line, e, sign);
    cash_say_key(t, &decide);
    if (e->party) text_addf(t, ",\"party_id\":%lld", (long long)e->party);
    text_addz(t, ",\"shares\":[");
    for (size_t i = 0; i < e->allocation_count; i++)
        text_addf(t, "%s{\"item_id\":%lld,\"amount_minor\":%lld,\"line_minor\":%lld}", i ? "," : "",
                  (long long)e->allocations[i].item, (long long)(sign * e->allocations[i].amount_minor),
                  (long long)(sign * e->allocations[i].line_minor));
    text_addz(t, "],\"differences\":[");
    for (size_t i = 0; i < e->difference_count; i++)
        text_addf(t, "%s{\"kind\":\"%s\",\"amount_minor\":%lld}", i ? "," : "",
                  cash_difference_name(e->differences[i].kind), (long long)(sign * e->differences[i].amount_minor));
    text_addz(t, "],\"evidence\":");
    add_evidence(t, e);
    text_add_char(t, '}');
}

/* ---- One line ---- */

static struct fault *meet_expected(struct matcher *m, const struct bank_line *line, bool *met)
{
    struct cash_expectation expected;
    struct account account = { 0 };
    struct cash_decided decided = { 0 };
    *met = false;
    TRY(cash_find_expected(m->work, line, &expected));
    if (!expected.id) return NULL;
    TRY(ledger_account_load(m->work, expected.account_id, &account));
    struct cash_decide decide = { .line_id = line->id };
    *LIST_ADD(m->work->arena, &decide.bookings) =
        (struct cash_booking){ account.number, line->amount_minor, expected.reference };
    struct str evidence =
        str_format(m->work->arena, "[{\"kind\":\"expected\",\"source_kind\":\"%.*s\",\"source_id\":%lld}]",
                   STR_ARG(expected.source_kind), (long long)expected.source_id);
    const struct cash_origin origin = { true, "expected", 1000000, { 0 }, evidence, false };
    TRY(cash_settle(m->work, &decide, &origin, &decided));
    *met = true;
    return cash_meet(m->work, expected.id, decided.id);
}

/* As the same was booked before: an explanation of its own, the first. */
static void add_coding(struct arena *arena, struct text *t, const struct cash_coding *coding, const struct bank_line *line)
{
    const struct cash_booking booking = { .account = coding->account, .amount_minor = line->amount_minor };
    struct cash_decide decide = { .line_id = line->id };
    *LIST_ADD(arena, &decide.bookings) = booking;
    text_addf(t, "{\"probability_ppm\":%lld,\"other_sets\":0,\"category\":\"unrelated\"", (long long)coding->ppm);
    cash_say_key(t, &decide);
    text_addz(t, ",\"shares\":[],\"differences\":[],");
    text_addf(t, "\"bookings\":[%.*s],", STR_ARG(record_to_json(arena, GIVEN(cash_booking, &booking))));
    if (coding->count)
        text_addf(t, "\"evidence\":[{\"kind\":\"by_habit\",\"weight\":1000,\"value\":%lld}]}", (long long)coding->count);
    else
        text_addf(
            t,
            "\"evidence\":[{\"kind\":\"by_word\",\"weight\":1000,\"value\":0,\"source\":\"text\",\"from\":0,\"length\":%zu}]}",
            line->remittance.length);
}

/* That one of the explanations shown is right and can be accepted. */
static int64_t chance_of(const struct cash_proposal *proposal)
{
    int64_t sum = 0;
    for (size_t i = 0; i < proposal->count && i < 3; i++) {
        const struct cash_explanation *e = &proposal->explanations[i];
        if (e->category != CASH_UNKNOWN && e->category != CASH_UNRELATED) sum += e->probability_ppm;
    }
    return sum > 1000000 ? 1000000 : sum;
}

static struct fault *keep_proposal(struct matcher *m, const struct bank_line *line,
                                   const struct cash_proposal *proposal, int sign)
{
    const struct cash_explanation *best = &proposal->explanations[0];
    struct text t = text_new(m->work->arena);
    struct cash_coding coding = { 0 };
    if (best->category == CASH_UNRELATED || best->category == CASH_UNKNOWN)
        TRY(cash_coding_of(m->work, m->codings, line, &coding));
    bool coded = coding.account.length != 0;
    text_add_char(&t, '[');
    if (coded) add_coding(m->work->arena, &t, &coding, line);
    for (size_t i = 0; i < proposal->count && i < (coded ? 2 : 3); i++) {
        if (coded && (proposal->explanations[i].category == CASH_UNRELATED ||
                      proposal->explanations[i].category == CASH_UNKNOWN))
            continue;
        if (i || coded) text_add_char(&t, ',');
        add_explanation(&t, line->id, &proposal->explanations[i], sign);
    }
    text_add_char(&t, ']');
    struct proposal_row row = { line->id,
                                m->work->now,
                                m->model,
                                str_of(cash_category_name(best->category)),
                                { best->party },
                                coded ? coding.ppm : best->probability_ppm,
                                str_of(cash_why_not_name(coded ? CASH_NOT_SURE : proposal->why_not)),
                                text_str(&t),
                                coded ? coding.ppm : chance_of(proposal),
                                0,
                                0 };
    cash_place(&row, line);
    TRY(db_run(m->work, &sql_proposal_clear, GIVEN(proposal_row, &row)));
    if (best->category == CASH_UNKNOWN) m->result->unknown++;
    else m->result->proposed++;
    return db_run(m->work, &sql_proposal_add, GIVEN(proposal_row, &row));
}

static struct fault *post_proposal(struct matcher *m, const struct bank_line *line, struct cash_engine *engine,
                                   const struct cash_line *asked, const struct cash_proposal *proposal, int sign)
{
    const struct cash_explanation *best = &proposal->explanations[0];
    struct cash_decide decide = decide_by(m->work->arena, line->id, best, sign);
    struct text evidence = text_new(m->work->arena);
    struct cash_decided decided = { 0 };
    add_evidence(&evidence, best);
    const struct cash_origin origin = { true, cash_category_name(best->category), best->probability_ppm, m->model,
                                        text_str(&evidence), false };
    struct fault *refused = cash_settle(m->work, &decide, &origin, &decided);
    if (refused && decided.id.n) return refused;
    if (refused && refused->type->kind != FAULT_BROKEN && refused->type->kind != FAULT_UNREACHABLE) { /* nothing was written: a person looks */
        cash_engine_wait(engine, asked, proposal);
        return keep_proposal(m, line, proposal, sign);
    }
    if (refused) return refused;
    struct cash_decision known = cash_decision_of(best);
    cash_engine_apply(engine, asked, &known);
    m->result->posted++;
    return NULL;
}

/* What was settled in the system before can't be taken apart here: such an answer is a proposal, however sure. */
static struct fault *in_the_books(struct matcher *m, const struct cash_explanation *best, bool *postable)
{
    for (size_t i = 0; i < best->allocation_count && *postable; i++) {
        int64_t item = best->allocations[i].item;
        for (size_t k = 0, high = m->past_items.count; k < high && *postable;) {
            size_t middle = (k + high) / 2;
            if (m->past_by_id[middle] == item) *postable = false;
            else if (m->past_by_id[middle] < item) k = middle + 1;
            else high = middle;
        }
        if (best->category != CASH_REVERSAL || !*postable) continue;
        struct item_settlements settlements = { 0 };
        bool settled = false;
        TRY(ledger_item_settlements(m->work, (item_id){ item }, &settlements));
        for (size_t k = 0; k < settlements.count; k++)
            settled |= settlements.at[k].amount_minor == -best->allocations[i].amount_minor;
        *postable = settled;
    }
    return NULL;
}

static struct fault *look_at(struct matcher *m, const struct bank_line *line)
{
    bool met;
    TRY(meet_expected(m, line, &met));
    m->result->lines++;
    if (met) return m->result->posted++, NULL;
    bool out = line->amount_minor < 0 && !line->is_reversal && !line->return_reason.length;
    int sign = out ? -1 : 1;
    struct cash_engine *engine = out ? m->owing : m->owed;
    struct cash_line asked = line_for(line, sign);
    struct cash_proposal proposal = cash_engine_match(engine, m->scratch, &asked);
    if (out && proposal.explanations[0].category != CASH_MATCH) { /* no bill of ours: a refund to a customer, or nothing of either */
        sign = 1, engine = m->owed, asked = line_for(line, 1);
        proposal = cash_engine_match(engine, m->scratch, &asked);
    }
    const struct cash_explanation *best = &proposal.explanations[0];
    bool postable = proposal.automatic && !line->problems;
    if (postable) TRY(in_the_books(m, best, &postable));
    if (postable) return post_proposal(m, line, engine, &asked, &proposal, sign);
    struct cash_decision none_of_ours = cash_decision_of(best);
    if (best->category == CASH_UNRELATED && best->probability_ppm >= 900000) cash_engine_apply(engine, &asked, &none_of_ours);
    else cash_engine_wait(engine, &asked, &proposal);
    return keep_proposal(m, line, &proposal, sign);
}

struct cash_running {
    struct matcher m;
    struct line_ids lines;
    size_t at;
    bool begun; /* a transaction that is not known to be kept: the engine may know what the books don't */
};

struct fault *cash_run_read(struct work *work, int64_t limit, struct cash_running **out)
{
    struct line_ids lines = { 0 };
    *out = NULL;
    TRY(db_all(work, &sql_lines_undecided, CASH_KEY(limit), INTO_LIST(line_id, &lines)));
    if (!lines.count) return NULL;
    struct cash_running *r = ARENA_NEW(work->arena, struct cash_running);
    *r = (struct cash_running){ .m = { .work = work, .arena = arena_new(ENGINE_BYTES), .scratch = arena_new(ENGINE_BYTES) },
                                .lines = lines };
    struct fault *fault = prepare(&r->m);
    if (fault) cash_run_end(r);
    else *out = r;
    return fault;
}

void cash_run_end(struct cash_running *r)
{
    if (!r) return;
    arena_free(r->m.scratch);
    arena_free(r->m.arena);
}

bool cash_run_more(struct cash_running *r)
{
    r->begun = false;
    return r->at < r->lines.count;
}

/* The lines that are left, or as many as can be looked at until then. */
static struct fault *run_lines(struct cash_running *r, int64_t until_us)
{
    struct fault *fault = NULL;
    while (r->at < r->lines.count && !fault && (!until_us || clock_us() < until_us)) {
        struct bank_line line = { 0 };
        struct line_id open;
        bool found = true;
        int64_t id = r->lines.at[r->at++].id.n;
        if (until_us) TRY(db_find(r->m.work, &sql_line_still_undecided, CASH_KEY(id), INTO(line_id, &open), &found));
        if (!found) continue;
        TRY(bank_line_load(r->m.work, (bank_line_id){ id }, &line));
        fault = look_at(&r->m, &line);
        arena_reset(r->m.scratch);
    }
    return fault;
}

struct fault *cash_run(struct work *work, int64_t limit, struct cash_run_result *result)
{
    struct cash_running *r;
    *result = (struct cash_run_result){ 0 };
    TRY(cash_run_read(work, limit, &r));
    if (!r) return NULL;
    r->m.result = result;
    struct fault *fault = run_lines(r, 0);
    cash_run_end(r);
    return fault;
}

enum { SLICE_US = 300000 };
static struct fault *run_slice(struct cash_running *r, struct cash_run_result *result)
{
    *result = (struct cash_run_result){ 0 };
    if (r->begun) return r->at = r->lines.count, NULL; /* a conflict took the last one back: the next run reads anew */
    r->begun = true;
    r->m.result = result;
    return run_lines(r, clock_us() + SLICE_US);
}

struct fault *cash_has_news(struct work *work, bool *news)
{
    struct line_id line = { 0 };
    return db_find(work, &sql_line_unseen, NONE, INTO(line_id, &line), news);
}

/* ---- Operations ---- */

struct run_takes {
    int64_t limit;
};
RECORD(run_takes, { FIELD(struct run_takes, limit, .max = 100000, OPTIONAL,
                          .about = "at most so many lines, oldest first; left out: 10000") });
static struct fault *run_op(struct work *work, const struct run_takes *takes, struct cash_run_result *out)
{
    if (work->prepared) return run_slice(work->prepared, out);
    return cash_run(work, takes->limit ? takes->limit : 10000, out);
}
CALLABLE(run_op, run_takes, cash_run_result);

/* ---- Learning: the past, replayed ---- */

struct fault *cash_train_read(struct work *work, struct cash_training **out)
{
    struct cash_run_result unused = { 0 };
    struct matcher m = { .work = work, .result = &unused };
    struct cash_settings settings;
    struct cash_model_row model = { 0 };
    struct cash_past *past;
    size_t past_count;
    bool found;
    *out = ARENA_NEW(work->arena, struct cash_training);
    TRY(settings_of(work, &settings));
    if (!settings.precision_ppm) settings.precision_ppm = cash_settings_default().precision_ppm; /* nothing by itself: measured as is usual */
    m.arena = arena_new(ENGINE_BYTES);
    m.owed = cash_engine_new(m.arena, &settings);
    m.owing = cash_engine_new(m.arena, &settings);
    struct fault *fault = add_parties(&m);
    if (!fault) fault = load_facts(&m);
    if (!fault) fault = teach(&m, m.arena, &past, &past_count);
    if (!fault) fault = took(&m, past, past_count);
    if (!fault) fault = add_owed(&m, true);
    if (!fault) fault = cash_batches_tell(work, m.owed);
    if (!fault) fault = db_find(work, &sql_model_used, NONE, INTO(cash_model_row, &model), &found);
    if (!fault) fault = cash_engine_train(m.owed, work->arena, past, past_count, model.content, &(*out)->report);
    arena_free(m.arena);
    return fault;
}

static const struct operation operations[] = {
    { "cash run", "POST", "/cash/run", "cash.run", OPERATION_SLOW, &run_op_call, NULL,
      "Match the bank lines that nobody has decided; post what is certain" },
};
const struct operation_table cash_runs = { "cash", operations, ARRAY_LENGTH(operations) };
