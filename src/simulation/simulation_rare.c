/* What seldom happens, all the time: many accepted at once, refunds that go through a payment run, and lines that are the sum of parts.
 * Only with settings.rare: it is for tests. */
#include "simulation/simulation_private.h"

/* ---- Many at once ---- */

static struct any_list rows_of(struct given gives, const struct record **row)
{
    const struct field *field = record_field(gives.record, STR("lines"));
    struct any_list list;
    ensure(field && field->type == FIELD_LIST);
    memcpy(&list, (const char *)gives.at + field->offset, sizeof list);
    *row = field->record;
    return list;
}

static void *member(const struct record *row, char *at, const char *name)
{
    const struct field *field = record_field(row, str_of(name));
    ensure(field);
    return at + field->offset;
}

static bool is_possible(const struct record *row, char *at) { return *(const bool *)member(row, at, "is_possible"); }

/* Each line as it was promised, and a decision where one was. Clears the decisions' ids. */
static struct fault *check_promise(struct simulation *sim, struct given seen, struct given did, int64_t *ids)
{
    const struct record *row;
    struct any_list promised = rows_of(seen, &row), done = rows_of(did, &row);
    if (promised.count != done.count || sim_number(seen, "count") != sim_number(did, "count") ||
        !str_equal(sim_text(seen, "hash"), sim_text(did, "hash")))
        return sim_wrong(sim, "bulk did another number of lines than its preview", STR(""));
    for (size_t i = 0; i < done.count; i++) {
        int64_t *id = member(row, done.at + i * row->size, "decision_id");
        ids[i] = *id;
        *id = 0;
        struct str before = record_to_json(sim->scratch, (struct given){ row, promised.at + i * row->size });
        struct str after = record_to_json(sim->scratch, (struct given){ row, done.at + i * row->size });
        if (!str_equal(before, after) || !ids[i] != !is_possible(row, done.at + i * row->size))
            return sim_wrong(sim, "bulk did something else than its preview",
                             str_format(sim->scratch, "%.*s: %.*s", STR_ARG(before), STR_ARG(after)));
    }
    return NULL;
}

static struct fault *check_line(struct simulation *sim, const struct record *row, char *at, const struct awaited *a, int64_t id,
                                struct decided_lines *decided)
{
    const struct cash_decided *found;
    struct cash_decide parts = { 0 };
    int64_t left, held = *(int64_t *)member(row, at, "on_account_minor"), items = *(int64_t *)member(row, at, "item_count");
    TRY(sim_decision_of(sim, a, &found));
    if ((found ? found->id.n : 0) != id) return sim_wrong(sim, "bulk decided another line than it says", STR(""));
    if (!found) return NULL;
    TRY(record_from_json(sim->scratch, found->parts, INTO(cash_decide, &parts)));
    TRY(sim_left(sim, found, &left));
    if (left != held || (int64_t)parts.shares.count != items)
        return sim_wrong(sim, "bulk decided a line otherwise than its preview said",
                         str_format(sim->scratch, "%lld items and %lld on account, not %lld and %lld",
                                    (long long)parts.shares.count, (long long)left, (long long)items, (long long)held));
    *LIST_ADD(sim->scratch, decided) = found;
    return NULL;
}

struct chosen { struct awaited **at; size_t count, room; };

/* All of it back, the last first: the same is open as before. Or what isn't true goes back, line by line. */
static struct fault *take_some_back(struct simulation *sim, const struct chosen *lines, const struct open_rests *before)
{
    bool all = sim_chance(sim, 250), back = true;
    for (size_t i = lines->count; i-- > 0;) {
        const struct cash_decided *decided;
        bool done;
        TRY(sim_decision_of(sim, lines->at[i], &decided));
        if (!decided) continue;
        if (!all && sim_is_true(sim, decided, &lines->at[i]->truth)) {
            sim->counts.by_hand++;
            sim->counts.waiting--;
            continue;
        }
        TRY(sim_undo(sim, lines->at[i], decided, "Toch niet", &done));
        if (done) continue;
        back = false;
        sim->counts.by_hand++;
        sim->counts.waiting--;
    }
    return all && back ? sim_same(sim, before, "after all of a bulk was taken back") : NULL;
}

static struct fault *bulk(struct simulation *sim, const struct chosen *lines, struct str asked)
{
    struct answer seen = { 0 }, did = { 0 };
    struct open_rests before;
    struct decided_lines decided = { 0 };
    const struct record *row;
    int64_t *ids = ARENA_ARRAY(sim->scratch, int64_t, lines->count + 1);
    TRY(sim_open(sim, &before));
    TRY(sim_ask(sim, RECEIVABLES, "cash preview", str_format(sim->scratch, "{\"lines\":[%.*s]}", STR_ARG(asked)), &seen));
    TRY(sim_same(sim, &before, "a preview changed something"));
    struct str hash = sim_text(seen.gives, "hash");
    bool unseen = sim_chance(sim, 100);
    struct str other = unseen ? str_format(sim->scratch, "%064d", 7) : hash; /* not what was looked at */
    struct fault *fault =
        sim_ask(sim, RECEIVABLES, "cash bulk",
                str_format(sim->scratch, "{\"lines\":[%.*s],\"hash\":\"%s\"}", STR_ARG(asked), other.at), &did);
    if (unseen) {
        if (!fault || strcmp(fault->type->code, "cash.bulk_changed") != 0)
            return sim_wrong(sim, "bulk did what nobody looked at", STR(""));
        TRY(sim_same(sim, &before, "a refused bulk changed something"));
        fault = sim_ask(sim, RECEIVABLES, "cash bulk",
                        str_format(sim->scratch, "{\"lines\":[%.*s],\"hash\":\"%s\"}", STR_ARG(asked), hash.at), &did);
    }
    if (fault) return fault;
    TRY(check_promise(sim, seen.gives, did.gives, ids));
    struct any_list rows = rows_of(seen.gives, &row);
    for (size_t i = 0; i < lines->count; i++) TRY(check_line(sim, row, rows.at + i * row->size, lines->at[i], ids[i], &decided));
    TRY(sim_moved(sim, &before, &decided, 1, "many were accepted at once"));
    sim->counts.bulk_lines += (int64_t)decided.count;
    sim->counts.bulks++;
    return take_some_back(sim, lines, &before);
}

struct fault *sim_accept_many(struct simulation *sim)
{
    struct date quiet = date_add_days(sim->settings.until_on, -(int)sim->settings.open_days);
    struct chosen lines = { 0 };
    struct text asked = text_new(sim->scratch);
    if (!sim_chance(sim, 400)) return NULL;
    for (size_t i = 0; i < sim->awaited.count; i++) {
        struct awaited *a = &sim->awaited.at[i];
        const struct cash_decided *decided;
        if (!a->seen || a->booked_on.ymd > quiet.ymd || sim_chance(sim, 150)) continue;
        TRY(sim_decision_of(sim, a, &decided));
        if (decided) continue;
        text_addf(&asked, "%s{\"line_id\":%lld%s}", lines.count ? "," : "", (long long)a->id.n,
                  sim_chance(sim, 60) ? ",\"rank\":2" : "");
        *LIST_ADD(sim->scratch, &lines) = a;
    }
    return lines.count ? bulk(sim, &lines, text_str(&asked)) : NULL;
}

/* ---- Weeks later ---- */

/* Other lines may hang on it: a storno that took it apart, a refund of what it held. It is refused or taken back whole, and waits again. */
struct fault *sim_think_again(struct simulation *sim)
{
    const struct cash_decided *decided;
    struct open_rests before;
    struct date quiet = date_add_days(sim->settings.until_on, -(int)sim->settings.open_days);
    if (!sim->past.count || !sim_chance(sim, 250) || sim->today.ymd > quiet.ymd) return NULL;
    size_t which = (size_t)sim_between(sim, 0, (int64_t)sim->past.count - 1);
    struct awaited a = sim->past.at[which];
    TRY(sim_decision_of(sim, &a, &decided));
    if (!decided) return sim_wrong(sim, "a line that was decided is not", STR(""));
    TRY(sim_open(sim, &before));
    struct fault *fault = sim_ask(
        sim, RECEIVABLES, "cash undo",
        str_format(sim->scratch, "{\"id\":%lld,\"reason\":\"Bij nader inzien\"}", (long long)decided->id.n), NULL);
    if (fault && (fault->type->kind == FAULT_BROKEN || fault->type->kind == FAULT_UNREACHABLE)) return fault;
    if (fault) return sim_same(sim, &before, "a decision that could not be taken back left something");
    a.known = decided->id.n;
    a.undone = true;
    sim->past.at[which] = sim->past.at[--sim->past.count];
    *LIST_ADD(sim->arena, &sim->awaited) = a;
    sim->counts.rethought++;
    sim->counts.waiting++;
    return NULL;
}

/* ---- A refund by the next payment run ---- */

static struct fault *verify_accounts(struct simulation *sim, party_id party)
{
    struct party_banks banks = { 0 };
    struct work work = sim_work(sim, PROGRAM);
    work.reading = true;
    TRY(db_begin(&work, sim->books));
    struct fault *fault = party_banks_of(&work, party, &banks);
    db_rollback(&work);
    for (size_t i = 0; i < banks.count && !fault; i++)
        if (banks.at[i].state == BANK_PROPOSED)
            fault = sim_ask(
                sim, APPROVER, "party-bank verify",
                str_format(sim->scratch,
                           "{\"id\":%lld,\"channel\":\"telefoon\",\"note\":\"Gebeld met de klant\",\"version\":%lld}",
                           (long long)banks.at[i].id.n, (long long)banks.at[i].version),
                NULL);
    return fault;
}

struct fault *sim_give_back(struct simulation *sim, const struct awaited *a, int64_t *id)
{
    struct answer answer = { 0 };
    party_id party = sim->customers.at[a->truth.customer].id;
    TRY(sim_ask(sim, RECEIVABLES, "cash refund",
                str_format(sim->scratch, "{\"line_id\":%lld,\"party_id\":%lld,\"reason\":\"Dubbel betaald\"}", (long long)a->id.n,
                           (long long)party.n),
                &answer));
    *id = sim_number(answer.gives, "id");
    sim->counts.refunds++;
    return verify_accounts(sim, party);
}

/* ---- The parts of a batch ---- */

/* What the file said is what is kept: parts that add up to the batch. */
static struct fault *check_batch(struct simulation *sim, const struct report *r)
{
    struct answer answer = { 0 }, shown = { 0 };
    struct work work = sim_work(sim, RECEIVABLES);
    const struct pair of = { STR("reference"), r->reference };
    const struct request request = { .operation = operation_by_command(sim->operations, STR("cash"), STR("batches")),
                                     .pairs = &of, .pair_count = 1, .as_rows = true };
    TRY(operation_answer(&work, sim->books, sim->operations, &request, &answer));
    if (answer.rows.count != 1) return sim_wrong(sim, "a batch is not there once", r->reference);
    const struct given batch = { request.operation->list->row, answer.rows.at };
    TRY(sim_ask(sim, RECEIVABLES, "cash batch",
                str_format(sim->scratch, "{\"id\":%lld}", (long long)sim_number(batch, "id")), &shown));
    const struct field *parts = record_field(shown.gives.record, STR("parts"));
    struct any_list list;
    int64_t total = 0, fee = 0, unknown = 0;
    ensure(parts);
    memcpy(&list, (const char *)shown.gives.at + parts->offset, sizeof list);
    for (size_t i = 0; i < list.count; i++) {
        const struct given part = { parts->record, list.at + i * parts->record->size };
        total += sim_number(part, "amount_minor");
        fee += sim_number(part, "fee_minor");
        unknown += !sim_number(part, "item_id");
    }
    if (total != sim_number(batch, "total_minor") || total != r->total_minor || fee != sim_number(batch, "fee_minor") ||
        fee != r->fee_minor || (int64_t)list.count != r->count || (int64_t)list.count != sim_number(batch, "part_count") ||
        unknown != sim_number(batch, "unknown_count"))
        return sim_wrong(sim, "the parts of a batch do not add up",
                         str_format(sim->scratch, "%.*s: %lld less %lld of %zu", STR_ARG(r->reference), (long long)total,
                                    (long long)fee, list.count));
    return NULL;
}

struct fault *sim_reports(struct simulation *sim, bool *any)
{
    size_t kept = 0;
    for (size_t i = 0; i < sim->reports.count; i++) {
        const struct report *r = &sim->reports.at[i];
        if (r->on.ymd > sim->today.ymd) {
            sim->reports.at[kept++] = *r;
            continue;
        }
        TRY(sim_upload(sim, ADMINISTRATOR, "cash batch-import", r->name, r->content, NULL));
        TRY(check_batch(sim, r));
        *any = true;
    }
    sim->reports.count = kept;
    return NULL;
}

/* Mostly the day before the bank's line, sometimes days later, when somebody may have decided it already. */
static void report(struct simulation *sim, struct report r)
{
    r.on = date_add_days(sim->today, sim_chance(sim, 200) ? (int)sim_between(sim, 2, 6) : 1);
    *LIST_ADD(sim->arena, &sim->reports) = r;
}

static void truth_begin(struct simulation *sim, struct truth *truth, size_t customer, size_t count)
{
    *truth = (struct truth){ .kind = TRUTH_ITEMS, .customer = customer, .exact = true,
                             .shares = ARENA_ARRAY(sim->arena, struct truth_share, count) };
}

static void open_again(struct simulation *sim, size_t sale, int64_t amount_minor, struct date back_on)
{
    struct sale *s = &sim->sales.at[sale];
    s->rest_minor += amount_minor;
    s->transfers = true;
    s->pays_on = sim_bank_day(date_add_days(back_on, (int)sim_between(sim, 5, 20)));
    if (sim->first_open_sale > sale) sim->first_open_sale = sale;
}

/* ---- A provider that pays us what our customers paid it, less its fees ---- */

/* What it paid us weeks ago and a customer had taken back (a chargeback): less of it this time, with a fee and a reason; the invoice is open again. */
static void charge_back(struct simulation *sim, struct report *r, struct event *event, struct text *csv)
{
    static const char *const reasons[] = { "AM04", "MD06", "fraude gemeld door de kaarthouder", "" };
    for (size_t i = 0; i < sim->charged.count; i++) {
        const struct charged c = sim->charged.at[i];
        struct sale *s = &sim->sales.at[c.sale];
        if (date_add_days(c.paid_on, 15).ymd > sim->today.ymd) break;
        sim->charged.at[i] = sim->charged.at[--sim->charged.count];
        if (s->rest_minor) return;
        text_addf(csv, "%.*s,cb_%lld,Terug %.*s,%s,15.00,EUR,%s,%.*s,%s\n", STR_ARG(r->reference), (long long)sim->batch_number,
                  STR_ARG(s->number), minor_format(sim->arena, -c.amount_minor, 2).at, date_text(sim->arena, event->on).at,
                  STR_ARG(s->number), reasons[sim_between(sim, 0, 3)]);
        event->truth.shares[event->truth.share_count++] = (struct truth_share){ s->item, -c.amount_minor, 0 };
        r->total_minor -= c.amount_minor, r->fee_minor += 1500, r->count++;
        open_again(sim, c.sale, c.amount_minor, event->on);
        sim->counts.chargebacks++;
        return;
    }
}

void sim_payout(struct simulation *sim)
{
    struct text csv = text_new(sim->arena);
    size_t count = sim->payout.count;
    if (!count || (count < 4 && !sim_chance(sim, 300))) return;
    struct report r = { .count = (int64_t)count,
                        .reference = str_format(sim->arena, "71%05lld.%d.01", (long long)++sim->batch_number,
                                                (int)(sim->today.ymd / 100)) };
    struct event event = { .on = sim_bank_day(date_add_days(sim->today, 1)),
                           .account = OUR_BANK,
                           .name = STR("Stg Kadebetaal"),
                           .iban = STR("NL20INGB0001234567"),
                           .remittance = str_format(sim->arena, "%.*s Kadebetaal", STR_ARG(r.reference)) };
    truth_begin(sim, &event.truth, sim->sales.at[sim->payout.at[0].sale].customer, count + 1);
    text_addz(&csv, "settlement,payment,description,amount,fee,currency,settled_on,invoice,reason\n");
    for (size_t i = 0; i < count; i++) {
        const struct payout_part *p = &sim->payout.at[i];
        const struct sale *s = &sim->sales.at[p->sale];
        bool said = !sim_chance(sim, 100);
        text_addf(&csv, "%.*s,tr_%lld%zu,Factuur %.*s,%s,%s,EUR,%s,%.*s,\n", STR_ARG(r.reference),
                  (long long)sim->batch_number, i, STR_ARG(sim_chance(sim, 60) ? STR("van uw klant") : s->number),
                  minor_format(sim->arena, p->amount_minor, 2).at, minor_format(sim->arena, p->fee_minor, 2).at,
                  date_text(sim->arena, event.on).at, STR_ARG(said ? s->number : STR("")));
        event.truth.shares[event.truth.share_count++] = (struct truth_share){ s->item, p->amount_minor, 0 };
        r.total_minor += p->amount_minor, r.fee_minor += p->fee_minor;
    }
    if (sim_chance(sim, 500)) charge_back(sim, &r, &event, &csv);
    for (size_t i = 0; i < count; i++)
        *LIST_ADD(sim->arena, &sim->charged) =
            (struct charged){ sim->payout.at[i].sale, sim->payout.at[i].amount_minor, event.on };
    event.amount_minor = r.total_minor - r.fee_minor;
    event.truth.difference = "provider_fee", event.truth.difference_minor = r.fee_minor;
    r.content = text_str(&csv);
    r.name = str_format(sim->arena, "%.*s.csv", STR_ARG(r.reference));
    report(sim, r);
    sim_event(sim, &event);
    sim->payout.count = 0;
    sim->counts.payouts++;
}

/* ---- What we collect ---- */

struct collecting { struct report report; struct event event; struct text file; bool xml; };

static void collect_begin(struct simulation *sim, struct collecting *c, size_t who, size_t count)
{
    *c = (struct collecting){ .xml = sim_chance(sim, 500), .file = text_new(sim->arena) };
    c->report.count = (int64_t)count;
    c->report.reference =
        str_format(sim->arena, "INC%d%05lld", (int)(sim->today.ymd % 1000000), (long long)++sim->batch_number);
    c->event = (struct event){ .on = sim_bank_day(date_add_days(sim->today, 1)),
                               .account = OUR_BANK,
                               .batch = c->report.reference };
    truth_begin(sim, &c->event.truth, who, count);
    if (c->xml)
        text_addf(
            &c->file,
            "<?xml version=\"1.0\"?><Document><CstmrDrctDbtInitn><PmtInf><PmtInfId>%.*s</PmtInfId><ReqdColltnDt>%s</ReqdColltnDt>",
            STR_ARG(c->report.reference), date_text(sim->arena, c->event.on).at);
    else text_addz(&c->file, "batch,end_to_end_id,collected_on,invoice,amount\n");
}

/* The customer's bank takes it back some days later, and may keep a fee for that. */
static void storno(struct simulation *sim, const struct collecting *c, struct str end_to_end, struct sale *s,
                   int64_t amount_minor)
{
    static const char *const reasons[] = { "AM04", "MD06", "MS02", "AC04", "MD01" };
    const struct customer *from = &sim->customers.at[s->customer];
    struct event back = { .on = sim_bank_day(date_add_days(c->event.on, (int)sim_between(sim, 2, 8))), .account = OUR_BANK,
                          .name = from->name, .iban = from->iban, .bic = from->bic, .end_to_end = end_to_end,
                          .return_reason = str_of(reasons[sim_between(sim, 0, 4)]), .reversal = true };
    truth_begin(sim, &back.truth, s->customer, 1);
    back.truth.share_count = 1;
    back.truth.shares[0] = (struct truth_share){ s->item, -amount_minor, 0 };
    if (sim_chance(sim, 400)) back.truth.difference = "charge", back.truth.difference_minor = sim_between(sim, 5, 60) * 5;
    back.amount_minor = -amount_minor - back.truth.difference_minor;
    sim_event(sim, &back);
    open_again(sim, (size_t)(s - sim->sales.at), amount_minor, back.on);
    sim->counts.stornos++;
}

static void collect(struct simulation *sim, size_t who, struct sale **due, size_t count)
{
    struct collecting c;
    collect_begin(sim, &c, who, count);
    for (size_t i = 0; i < count; i++) {
        struct sale *s = due[i];
        int64_t amount = s->rest_minor;
        struct str id = str_format(sim->arena, "%.*s-%zu", STR_ARG(c.report.reference), i + 1),
                   text = minor_format(sim->arena, amount, 2);
        if (c.xml)
            text_addf(&c.file, "<DrctDbtTxInf><PmtId><EndToEndId>%s</EndToEndId></PmtId><InstdAmt Ccy=\"EUR\">%s</InstdAmt>"
                               "<RmtInf><Ustrd>Factuur %s</Ustrd></RmtInf></DrctDbtTxInf>", id.at, text.at, s->number.at);
        else
            text_addf(&c.file, "%.*s,%s,%s,%s,%s\n", STR_ARG(c.report.reference), id.at, date_text(sim->arena, c.event.on).at,
                      s->number.at, text.at);
        c.event.truth.shares[c.event.truth.share_count++] = (struct truth_share){ s->item, amount, 0 };
        c.event.amount_minor += amount;
        s->rest_minor = 0;
        if (sim_chance(sim, 250)) storno(sim, &c, id, s, amount);
    }
    if (c.xml) text_addz(&c.file, "</PmtInf></CstmrDrctDbtInitn></Document>");
    c.report.total_minor = c.event.amount_minor;
    c.report.content = text_str(&c.file);
    c.report.name = str_format(sim->arena, "%.*s.%s", STR_ARG(c.report.reference), c.xml ? "xml" : "csv");
    report(sim, c.report);
    sim_event(sim, &c.event);
    sim->counts.collections++;
}

bool sim_by_batch(struct simulation *sim, size_t who, struct sale **due, size_t count)
{
    size_t collected = 0;
    if (!sim->settings.rare || (who % 5 != 1 && who % 5 != 3) || str_is(sim->customers.at[who].currency, "USD")) return false;
    for (size_t i = 0; i < count; i++)
        if (!due[i]->transfers) {
            struct sale *s = due[i];
            due[i] = due[collected], due[collected++] = s;
        }
    if (collected != count) return false; /* what came back is paid by transfer, and all else that day */
    for (size_t i = 0; who % 5 == 1 && i < count; i++) {
        *LIST_ADD(sim->arena, &sim->payout) =
            (struct payout_part){ (size_t)(due[i] - sim->sales.at), due[i]->rest_minor, 25 + due[i]->rest_minor / 70 };
        due[i]->rest_minor = 0;
    }
    if (who % 5 == 3) collect(sim, who, due, count);
    return true;
}
