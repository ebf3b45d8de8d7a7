/* The matching engine on the data of ../shared/bench/cash: learns from its history, matches its statement, writes what the scorer reads.
 *   bench_cash DIR OUT.csv [--precision PPM] [--no-history] [--no-paid] [--rules]
 * Prints one line: what was learned, how sure it is of itself, and how fast it went. */
#include "cash/cash_engine.h"
#include <time.h>

struct csv { struct str text; struct str header[32]; size_t columns; struct str cell[32]; struct arena *arena; };

static struct str read_all(struct arena *arena, const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f) { fprintf(stderr, "cannot read %s\n", path); exit(66); }
    struct text text = text_new(arena);
    char buffer[65536];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;) text_add_bytes(&text, buffer, n);
    fclose(f);
    return text_str(&text);
}

static bool csv_row(struct csv *csv, struct str *cells, size_t *count)
{
    const char *at = csv->text.at, *end = at + csv->text.length;
    *count = 0;
    if (at == end) return false;
    for (;;) {
        struct text cell = { 0 };
        const char *from = at;
        if (at < end && *at == '"') {
            cell = text_new(csv->arena);
            for (at++; at < end; at++) {
                if (*at != '"') { text_add_char(&cell, *at); continue; }
                if (at + 1 < end && at[1] == '"') { text_add_char(&cell, *at++); continue; }
                break;
            }
            at += at < end;
        } else {
            while (at < end && *at != ',' && *at != '\n') at++;
        }
        if (*count < 32) cells[(*count)++] = cell.arena ? text_str(&cell) : (struct str){ from, (size_t)(at - from) };
        if (at == end || *at == '\n') break;
        at++;
    }
    at += at < end;
    csv->text = (struct str){ at, (size_t)(end - at) };
    return true;
}

static struct csv csv_open(struct arena *arena, const char *folder, const char *name)
{
    struct csv csv = { .text = read_all(arena, folder, name), .arena = arena };
    csv_row(&csv, csv.header, &csv.columns);
    return csv;
}

static bool csv_next(struct csv *csv)
{
    size_t count;
    return csv_row(csv, csv->cell, &count);
}

static struct str csv_get(const struct csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (str_is(csv->header[i], name)) return csv->cell[i];
    fprintf(stderr, "no column %s\n", name);
    exit(65);
}

static int64_t money(struct str s)
{
    int64_t v = 0;
    if (s.length && !minor_parse(s, 2, &v)) { fprintf(stderr, "not an amount: %.*s\n", STR_ARG(s)); exit(65); }
    return v;
}

static int64_t id_of(struct str s) /* "I002522", "C10193" */
{
    int64_t v = 0;
    if (s.length > 1) str_to_int(str_part(s, 1, s.length - 1), &v);
    return v;
}

static struct date day_of(struct str s)
{
    struct date d = { 0 };
    if (s.length) date_parse(s, &d);
    return d;
}

/* ---- Input ---- */

static void read_parties(struct arena *arena, struct cash_engine *engine, const char *folder)
{
    for (struct csv csv = csv_open(arena, folder, "customers.csv"); csv_next(&csv);) {
        struct cash_party party = { .id = id_of(csv_get(&csv, "customer_id")),
                                    .parent = id_of(csv_get(&csv, "parent_id")),
                                    .number = csv_get(&csv, "debtor_number"),
                                    .name = csv_get(&csv, "name"),
                                    .city = csv_get(&csv, "city") };
        struct str ibans[8], rest = csv_get(&csv, "known_ibans"), country = csv_get(&csv, "country");
        memcpy(party.country, country.at, country.length < 2 ? country.length : 2);
        while (rest.length && party.iban_count < ARRAY_LENGTH(ibans)) ibans[party.iban_count++] = str_cut(rest, ';', &rest);
        party.ibans = ibans;
        cash_engine_party(engine, &party);
    }
}

static size_t read_items(struct arena *arena, struct cash_engine *engine, const char *folder, const char *name, bool from_total)
{
    size_t count = 0;
    for (struct csv csv = csv_open(arena, folder, name); csv_next(&csv); count++) {
        struct str collect = csv_get(&csv, "collection");
        struct cash_item item = { .id = id_of(csv_get(&csv, "invoice_id")),
                                  .party = id_of(csv_get(&csv, "customer_id")),
                                  .number = csv_get(&csv, "invoice_number"),
                                  .reference = csv_get(&csv, "payment_reference"),
                                  .order_number = csv_get(&csv, "customer_po"),
                                  .currency = "EUR",
                                  .issued_on = day_of(csv_get(&csv, "issue_date")),
                                  .due_on = day_of(csv_get(&csv, "due_date")),
                                  .discount_until = day_of(csv_get(&csv, "discount_until")),
                                  .total_minor = money(csv_get(&csv, "total")),
                                  .open_minor = money(csv_get(&csv, from_total ? "total" : "open_amount")) };
        int64_t percent = money(csv_get(&csv, "discount_pct"));
        if (percent && !int_mul_div(item.total_minor, percent, 10000, &item.discount_minor)) exit(65);
        item.collect = str_is(collect, "direct_debit")   ? CASH_DIRECT_DEBIT
                       : str_is(collect, "payment_link") ? CASH_PAYMENT_LINK
                                                         : CASH_TRANSFER;
        cash_engine_item(engine, &item);
    }
    return count;
}

static void read_batches(struct arena *arena, struct cash_engine *engine, const char *folder)
{
    for (struct csv csv = csv_open(arena, folder, "sdd_collections.csv"); csv_next(&csv);)
        cash_engine_collection(engine,
                               &(struct cash_collection){ .batch_id = csv_get(&csv, "pmtinf_id"),
                                                          .end_to_end_id = csv_get(&csv, "end_to_end_id"),
                                                          .item = id_of(csv_get(&csv, "invoice_id")),
                                                          .amount_minor = money(csv_get(&csv, "amount")),
                                                          .collected_on = day_of(csv_get(&csv, "collection_date")) });
    for (struct csv csv = csv_open(arena, folder, "psp_settlements.csv"); csv_next(&csv);)
        cash_engine_settlement(engine, &(struct cash_settlement){ .settlement = csv_get(&csv, "settlement_ref"),
                                                                  .payment = csv_get(&csv, "payment_id"),
                                                                  .description = csv_get(&csv, "description"),
                                                                  .amount_minor = money(csv_get(&csv, "amount")),
                                                                  .fee_minor = money(csv_get(&csv, "fee")) });
}

static const struct { const char *name; enum cash_category category; } categories[] = {
    { "match", CASH_MATCH }, { "duplicate", CASH_DUPLICATE }, { "on_account", CASH_ON_ACCOUNT }, { "psp", CASH_PROVIDER },
    { "sdd", CASH_DEBIT_BATCH }, { "reversal", CASH_REVERSAL }, { "unrelated", CASH_UNRELATED }, { "unknown", CASH_UNKNOWN },
};
static const struct {
    const char *name;
    enum cash_difference_kind kind;
} residuals[] = {
    { "discount", CASH_DISCOUNT }, { "short", CASH_SHORT },
    { "fee", CASH_CHARGE },        { "rounding", CASH_ROUNDING },
    { "over", CASH_OVER },         { "typo", CASH_TYPO },
    { "exvat", CASH_NET_OF_VAT },  { "instalment", CASH_INSTALMENT },
    { "contra", CASH_CONTRA },     { "pspfee", CASH_PROVIDER_FEE },
};

static void read_past_line(struct arena *arena, const struct csv *csv, int64_t id, struct cash_past *past)
{
    past->line = (struct cash_line){ .id = id,
                                     .booked_on = day_of(csv_get(csv, "booking_date")),
                                     .amount_minor = money(csv_get(csv, "amount")),
                                     .currency = "EUR",
                                     .name = csv_get(csv, "name"),
                                     .iban = csv_get(csv, "iban"),
                                     .text = csv_get(csv, "remittance"),
                                     .reference = csv_get(csv, "structured_ref"),
                                     .end_to_end_id = csv_get(csv, "end_to_end_id"),
                                     .batch_id = csv_get(csv, "pmtinf_id") };
    struct cash_decision *d = &past->decision;
    for (size_t i = 0; i < ARRAY_LENGTH(categories); i++)
        if (str_is(csv_get(csv, "category"), categories[i].name)) d->category = categories[i].category;
    past->line.is_reversal = d->category == CASH_REVERSAL;
    d->party = id_of(csv_get(csv, "customer_id"));
    LIST_OF(struct cash_allocation) list = { 0 };
    for (struct str rest = csv_get(csv, "allocations"), amount; rest.length;) {
        struct str item = str_cut(str_cut(rest, ';', &rest), ':', &amount);
        *LIST_ADD(arena, &list) = (struct cash_allocation){ id_of(item), money(amount) };
    }
    d->allocations = list.at;
    d->allocation_count = list.count;
    struct str residual = csv_get(csv, "residual_type");
    for (size_t i = 0; i < ARRAY_LENGTH(residuals); i++) {
        if (!str_is(residual, residuals[i].name)) continue;
        struct cash_difference *difference = ARENA_NEW(arena, struct cash_difference);
        *difference = (struct cash_difference){ residuals[i].kind, money(csv_get(csv, "residual")) };
        if (difference->kind == CASH_SHORT && difference->amount_minor > 0) difference->kind = CASH_DEDUCTION; /* short, and closed all the same */
        d->differences = difference;
        d->difference_count = 1;
    }
}

/* ---- The statement: just enough camt.053 to time the engine and nothing else ---- */

static struct str between_tags(struct arena *arena, struct str in, const char *open, const char *close)
{
    ptrdiff_t from = str_find(in, open);
    if (from < 0) return (struct str){ 0 };
    struct str rest = str_part(in, (size_t)from + strlen(open), in.length);
    ptrdiff_t to = str_find(rest, close);
    if (to < 0) return (struct str){ 0 };
    rest = str_part(rest, 0, (size_t)to);
    if (str_find(rest, "&") < 0) return rest;
    static const struct {
        const char *name;
        char sign;
    } entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' } };
    struct text out = text_new(arena);
    while (rest.length) {
        size_t used = 1;
        char sign = rest.at[0];
        for (size_t i = 0; i < ARRAY_LENGTH(entities); i++)
            if (str_starts(rest, entities[i].name)) sign = entities[i].sign, used = strlen(entities[i].name);
        text_add_char(&out, sign);
        rest = str_part(rest, used, rest.length - used);
    }
    return text_str(&out);
}

struct entry { struct str id; struct cash_line line; };
typedef LIST_OF(struct entry) entry_list;

static void read_statement(struct arena *arena, const char *folder, int64_t first_id, entry_list *out)
{
    struct str rest = read_all(arena, folder, "camt053.xml");
    for (ptrdiff_t at; (at = str_find(rest, "<Ntry>")) >= 0;) {
        rest = str_part(rest, (size_t)at + 6, rest.length);
        ptrdiff_t end = str_find(rest, "</Ntry>");
        if (end < 0) break;
        struct str n = str_part(rest, 0, (size_t)end);
        struct entry *e = LIST_ADD(arena, out);
        e->id = between_tags(arena, n, "<AcctSvcrRef>", "</AcctSvcrRef>");
        bool debit = str_is(between_tags(arena, n, "<CdtDbtInd>", "</CdtDbtInd>"), "DBIT");
        struct str debtor = between_tags(arena, n, "<Dbtr>", "</Dbtr>"), creditor = between_tags(arena, n, "<Cdtr>", "</Cdtr>");
        struct str account = between_tags(arena, n, "<DbtrAcct>", "</DbtrAcct>");
        if (!account.at) account = between_tags(arena, n, "<CdtrAcct>", "</CdtrAcct>");
        int64_t amount = money(between_tags(arena, n, "<Amt Ccy=\"EUR\">", "</Amt>"));
        e->line = (struct cash_line){
            .id = first_id + (int64_t)out->count,
            .amount_minor = debit ? -amount : amount,
            .currency = "EUR",
            .booked_on =
                day_of(between_tags(arena, between_tags(arena, n, "<BookgDt>", "</BookgDt>"), "<Dt>", "</Dt>")),
            .name = between_tags(arena, debtor.at ? debtor : creditor, "<Nm>", "</Nm>"),
            .iban = between_tags(arena, account, "<IBAN>", "</IBAN>"),
            .ultimate_name =
                between_tags(arena, between_tags(arena, n, "<UltmtDbtr>", "</UltmtDbtr>"), "<Nm>", "</Nm>"),
            .text = between_tags(arena, n, "<Ustrd>", "</Ustrd>"),
            .reference = between_tags(arena, n, "<Ref>", "</Ref>"),
            .end_to_end_id = between_tags(arena, n, "<EndToEndId>", "</EndToEndId>"),
            .batch_id = between_tags(arena, n, "<PmtInfId>", "</PmtInfId>"),
            .family = between_tags(arena, between_tags(arena, n, "<Fmly>", "</Fmly>"), "<Cd>", "</Cd>"),
            .return_code = between_tags(arena, between_tags(arena, n, "<RtrInf>", "</RtrInf>"), "<Cd>", "</Cd>"),
            .is_reversal = str_find(n, "<RvslInd>true") >= 0 };
    }
}

/* ---- Output ---- */

static const char *category_word(enum cash_category category)
{
    for (size_t i = 0; i < ARRAY_LENGTH(categories); i++)
        if (categories[i].category == category) return categories[i].name;
    return "unknown";
}

static void write_row(FILE *out, struct arena *arena, struct str id, const struct cash_proposal *p, bool why)
{
    const struct cash_explanation *x = &p->explanations[0];
    fprintf(out, "%.*s,%s,", STR_ARG(id), category_word(x->category));
    for (size_t i = 0; x->category != CASH_UNRELATED && i < x->allocation_count; i++) {
        struct str amount = minor_format(arena, x->allocations[i].amount_minor, 2);
        fprintf(out, "%sI%06lld:%.*s", i ? ";" : "", (long long)x->allocations[i].item, STR_ARG(amount));
    }
    fprintf(out, ",%d.%06d,%d,", x->probability_ppm / 1000000, x->probability_ppm % 1000000, p->automatic);
    for (size_t k = 1, n = 0; k < p->count; k++) {
        const struct cash_explanation *a = &p->explanations[k];
        if (a->category != CASH_MATCH) continue;
        fprintf(out, "%s", n++ ? "|" : "");
        for (size_t i = 0; i < a->allocation_count; i++)
            fprintf(out, "%sI%06lld", i ? "+" : "", (long long)a->allocations[i].item);
    }
    if (why) {
        fprintf(out, ",%s,%lld,", cash_why_not_name(p->why_not), (long long)x->other_sets);
        for (size_t i = 0; i < x->difference_count; i++)
            fprintf(out, "%s=%lld ", cash_difference_name(x->differences[i].kind),
                    (long long)x->differences[i].amount_minor);
        for (size_t i = 0; i < x->evidence_count; i++)
            fprintf(out, "%s:%lld ", cash_evidence_name(x->evidence[i].kind), (long long)x->evidence[i].value);
    }
    fprintf(out, "\n");
}

static double cpu_seconds(void) /* of one core: the machine may be shared */
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
static double seconds_since(double start) { return cpu_seconds() - start; }

static void learn(struct arena *arena, struct cash_engine *engine, const char *folder, bool rules, double *seconds)
{
    LIST_OF(struct cash_past) past = { 0 };
    struct csv csv = csv_open(arena, folder, "history.csv");
    for (int64_t id = 1; csv_next(&csv); id++) read_past_line(arena, &csv, id, LIST_ADD(arena, &past));
    struct cash_report report = { 0 };
    double start = cpu_seconds();
    if (rules) cash_engine_replay(engine, past.at, past.count);
    else if (cash_engine_train(engine, arena, past.at, past.count, (struct str){ 0 }, &report)) exit(70);
    *seconds = seconds_since(start);
    const struct cash_quality *all[] = { &report.rules, &report.now };
    for (int i = 0; !rules && i < 2; i++)
        fprintf(stderr, "%s held back: lines %lld right %.4f posted %.4f wrong %lld ece %.4f logloss %.4f\n",
                i ? "model" : "rules", (long long)all[i]->lines,
                (double)all[i]->right / (double)(all[i]->lines + !all[i]->lines),
                (double)all[i]->posted / (double)(all[i]->lines + !all[i]->lines), (long long)all[i]->posted_wrong,
                all[i]->ece_ppm / 1e6, all[i]->logloss_ppm / 1e6);
    if (!rules) fprintf(stderr, "model %s, %zu bytes\n", report.used ? "used" : "not used", report.blob.length);
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new((size_t)16 << 30), *scratch = arena_new((size_t)1 << 30);
    struct cash_settings settings = cash_settings_default();
    bool history = true, paid = true, rules = false, why = false;
    if (argc < 3) { /* the engine alone, on what the generator makes; tests/bench/cash_books.py measures the whole */
        printf("usage: bench_cash DIR OUT.csv [--precision PPM] [--no-history] [--no-paid] [--rules] [--why]\n");
        return argc == 1 ? 0 : 64;
    }
    for (int i = 3; i < argc; i++) {
        if (!strcmp(argv[i], "--no-history")) history = false;
        else if (!strcmp(argv[i], "--no-paid")) paid = false;
        else if (!strcmp(argv[i], "--rules")) rules = true;
        else if (!strcmp(argv[i], "--why")) why = true;
        else if (!strcmp(argv[i], "--precision") && i + 1 < argc) settings.precision_ppm = (int32_t)atoi(argv[++i]);
        else return 64;
    }
    struct cash_engine *engine = cash_engine_new(arena, &settings);
    double start = cpu_seconds();
    read_parties(arena, engine, argv[1]);
    size_t items = paid ? read_items(arena, engine, argv[1], "paid_invoices.csv", history) : 0;
    items += read_items(arena, engine, argv[1], "open_invoices.csv", history);
    read_batches(arena, engine, argv[1]);
    entry_list entries = { 0 };
    read_statement(arena, argv[1], 10000000, &entries);
    double reading = seconds_since(start), training = 0;
    if (history) learn(arena, engine, argv[1], rules, &training);
    FILE *out = fopen(argv[2], "w");
    if (!out) return 73;
    fprintf(out, "entry_id,category,allocations,confidence,auto,alternatives%s\n", why ? ",why_not,other_sets,evidence" : "");
    double matching = 0;
    for (size_t i = 0; i < entries.count; i++) {
        start = cpu_seconds();
        struct cash_proposal p = cash_engine_match(engine, scratch, &entries.at[i].line);
        matching += seconds_since(start);
        write_row(out, scratch, entries.at[i].id, &p, why);
        struct cash_decision decision = cash_decision_of(&p.explanations[0]);
        if (p.automatic || (decision.category == CASH_UNRELATED && p.explanations[0].probability_ppm >= 900000))
            cash_engine_apply(engine, &entries.at[i].line, &decision);
        else cash_engine_wait(engine, &entries.at[i].line, &p);
        arena_reset(scratch);
    }
    fclose(out);
    printf("%zu items, %zu lines: read %.1f s, learned %.1f s, matched %.0f lines/s, %zu MB\n", items, entries.count,
           reading, training, (double)entries.count / matching, arena_used(arena) >> 20);
    arena_free(scratch);
    arena_free(arena);
    return 0;
}
