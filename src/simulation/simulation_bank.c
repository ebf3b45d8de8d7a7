/* The bank: statements of what customers, suppliers and others did, imported the next working day; and a person who knows the truth. */
#include "simulation/simulation_private.h"
#include "statement/statement.h"

void sim_event(struct simulation *sim, const struct event *event)
{
    struct event *e = LIST_ADD(sim->arena, &sim->events);
    *e = *event;
    if (e->on.ymd <= sim->imported_until.ymd) e->on = date_add_days(sim->imported_until, 1);
}

/* ---- Statements ---- */

static struct statement_party *party_of(struct arena *arena, const struct event *e)
{
    struct statement_party *p = ARENA_NEW(arena, struct statement_party);
    if (!e->name.length && !e->iban.length) return NULL;
    *p = (struct statement_party){ .name = e->name, .account = e->iban, .account_is_iban = e->iban.length > 0, .bic = e->bic };
    return p;
}

static struct statement_payment *payment_of(struct arena *arena, const struct event *e)
{
    struct statement_payment *p = ARENA_NEW(arena, struct statement_payment);
    const struct statement_party *other = party_of(arena, e);
    struct str *structured = ARENA_NEW(arena, struct str);
    bool in = e->amount_minor > 0;
    *p = (struct statement_payment){ .end_to_end_id = e->end_to_end,
                                     .counterparty = other,
                                     .debtor = in ? other : NULL,
                                     .creditor = in ? NULL : other,
                                     .remittance = e->remittance,
                                     .return_reason = e->return_reason };
    if (!e->reference.length) return p;
    *structured = e->reference;
    p->structured = structured;
    p->structured_count = 1;
    p->reference = e->reference;
    p->reference_type = str_starts(e->reference, "RF") ? REMITTANCE_RF : REMITTANCE_KENMERK;
    p->reference_issuer = str_starts(e->reference, "RF") ? (struct str){ 0 } : STR("CUR");
    return p;
}

static void line_of(struct arena *arena, const struct event *e, struct statement_line *l, int32_t number, struct str currency)
{
    const struct statement_payment *payment = payment_of(arena, e);
    static const struct statement_payment none;
    *l = (struct statement_line){ .number = number,
                                  .occurrence = 1,
                                  .booked_on = e->on,
                                  .valued_on = e->on,
                                  .amount_minor = e->amount_minor,
                                  .currency = currency,
                                  .status = STATUS_BOOK,
                                  .batch_count = -1,
                                  .reversal = e->reversal,
                                  .payment = e->batch.length ? &none : payment,
                                  .details = e->batch.length ? NULL : payment,
                                  .detail_count = e->batch.length ? 0 : 1,
                                  .batch_id = e->batch,
                                  .servicer_reference = str_format(arena, "%d%06d", (int)e->on.ymd, (int)number) };
    l->code = (struct statement_code){
        STR("PMNT"), e->amount_minor > 0 ? STR("RCDT") : STR("ICDT"), STR("ESCT"), STR("NTRF"), { 0 }
    };
    if (e->reversal) l->code.family = STR("RCDT"), l->code.subfamily = STR("RRTN");
}

static bool stands_on(const struct simulation *sim, const struct event *e, int account, struct date until)
{
    (void)sim;
    return e->account == account && e->on.ymd <= until.ymd;
}

static struct str statement_write(struct simulation *sim, int account, struct date until, size_t count)
{
    struct arena *arena = sim->scratch;
    struct our_account *a = &sim->ours[account];
    struct statement_line *lines = ARENA_ARRAY(arena, struct statement_line, count);
    const struct statement_line **order = (const struct statement_line **)arena_array(arena, count, sizeof *order);
    struct statement_balance *balances = ARENA_ARRAY(arena, struct statement_balance, 2);
    struct statement s = { .kind = account == OUR_SECOND ? STATEMENT_MT940 : STATEMENT_CAMT_053,
                           .page = -1,
                           .legal_number = -1,
                           .message_page = -1,
                           .account = a->iban,
                           .account_is_iban = true,
                           .currency = a->currency,
                           .owner = STR("Waterland Techniek B.V."),
                           .servicer_bic = a->bic,
                           .created_at = { instant_of_day(sim->today).us - INT64_C(6) * 3600 * 1000000 },
                           .balances = balances,
                           .balance_count = 2,
                           .lines = order };
    if (date_year(a->done_on) != date_year(until)) a->number = 0;
    s.number = ++a->number;
    s.id = str_format(arena, "%d-%05lld", date_year(until), (long long)s.number);
    s.message_id = str_format(arena, "%.*s%lld", STR_ARG(a->bic), (long long)until.ymd * 10 + account);
    for (size_t i = 0; i < sim->events.count; i++)
        if (stands_on(sim, &sim->events.at[i], account, until)) {
            struct event *e = &sim->events.at[i];
            if (e->on.ymd < until.ymd) e->on = until;
            line_of(arena, e, &lines[s.line_count], (int32_t)s.line_count + 1, a->currency);
            s.booked_minor += e->amount_minor;
            order[s.line_count] = &lines[s.line_count];
            s.line_count++;
        }
    balances[0] = (struct statement_balance){ .type = BALANCE_OPENING,
                                              .amount_minor = a->balance_minor,
                                              .currency = a->currency,
                                              .on = a->done_on.ymd ? a->done_on : until };
    a->balance_minor += s.booked_minor;
    a->done_on = until;
    balances[1] = (struct statement_balance){
        .type = BALANCE_CLOSING, .amount_minor = a->balance_minor, .currency = a->currency, .on = until
    };
    s.opening = &balances[0], s.closing = &balances[1];
    return account == OUR_SECOND
               ? statement_write_mt940(arena, &s, DIALECT_ING)
               : statement_write_camt053(arena, &s, account == OUR_BANK && until.ymd % 2 ? CAMT_053_02 : CAMT_053_08);
}

/* The lines as they came in are those that were written, in their order. */
static struct fault *await_lines(struct simulation *sim, bank_statement_id statement, int account, struct date until)
{
    struct bank_lines lines = { 0 };
    struct work work = sim_work(sim, PROGRAM);
    size_t kept = 0, line = 0;
    work.reading = true;
    TRY(db_begin(&work, sim->books));
    struct fault *fault = bank_lines_of(&work, statement, &lines);
    db_rollback(&work);
    if (fault) return fault;
    for (size_t i = 0; i < sim->events.count; i++) {
        const struct event *e = &sim->events.at[i];
        if (!stands_on(sim, e, account, until)) {
            sim->events.at[kept++] = *e;
            continue;
        }
        if (line == lines.count || lines.at[line].amount_minor != e->amount_minor)
            return FAULT(sim->scratch, &simulation_wrong, NULL, PARAM("day", date_text(sim->scratch, until)),
                         PARAM("what", STR("a line of the bank is not what the bank wrote")));
        *LIST_ADD(sim->arena, &sim->awaited) = (struct awaited){
            .id = lines.at[line].id, .booked_on = e->on, .amount_minor = e->amount_minor, .truth = e->truth
        };
        line++;
    }
    sim->events.count = kept;
    sim->counts.lines += (int64_t)line;
    sim->counts.waiting += (int64_t)line;
    return NULL;
}

static struct fault *import(struct simulation *sim, int account, struct date until)
{
    struct answer answer = { 0 };
    size_t count = 0;
    for (size_t i = 0; i < sim->events.count; i++) count += stands_on(sim, &sim->events.at[i], account, until);
    if (!count || !sim->ours[account].id.n) return NULL;
    struct str content = statement_write(sim, account, until, count);
    struct str name = str_format(sim->scratch, "%.*s-%d.%s", STR_ARG(sim->ours[account].iban), (int)until.ymd,
                                 account == OUR_SECOND ? "sta" : "xml");
    TRY(sim_upload(sim, RECEIVABLES, "statement import", name, content, &answer));
    const struct bank_imported *imported = answer.gives.at;
    if (imported->statements.count != 1 || imported->statements.at[0].proof != BANK_PROOF_DONE ||
        (size_t)imported->added_count != count)
        return FAULT(sim->scratch, &simulation_wrong, NULL, PARAM("day", date_text(sim->scratch, until)),
                     PARAM("what", STR("a statement did not come in whole")));
    sim->counts.statements++;
    return await_lines(sim, imported->statements.at[0].id, account, until);
}

static bool is_batch(struct str category)
{
    return str_equal(category, str_of(cash_category_name(CASH_PROVIDER))) ||
           str_equal(category, str_of(cash_category_name(CASH_DEBIT_BATCH)));
}

/* What the program posts by itself moves just what its decisions say. */
static struct fault *run_seen(struct simulation *sim, bool lines)
{
    struct open_rests before;
    struct decided_lines decided = { 0 };
    TRY(sim_reports(sim, &lines));
    if (!lines) return NULL;
    TRY(sim_open(sim, &before));
    TRY(sim_ask(sim, RECEIVABLES, "cash run", STR("{}"), NULL));
    for (size_t i = 0; i < sim->awaited.count; i++) {
        struct awaited *a = &sim->awaited.at[i];
        const struct cash_decided *found;
        TRY(sim_decision_of(sim, a, &found));
        if (!found || found->id.n == a->known) continue;
        if (a->truth.exact && is_batch(found->category) && !sim_is_true(sim, found, &a->truth))
            return sim_wrong(sim, "a batch was posted by itself otherwise than its parts", found->parts);
        *LIST_ADD(sim->scratch, &decided) = found;
        a->known = found->id.n;
        a->undone = false;
    }
    return sim_moved(sim, &before, &decided, 1, "the program posted");
}

struct fault *sim_bank_morning(struct simulation *sim)
{
    struct date until = date_add_days(sim->today, -1);
    while (!sim_is_bank_day(until)) until = date_add_days(until, -1);
    size_t before = sim->awaited.count;
    for (int i = 0; i < OUR_ACCOUNTS; i++) TRY(import(sim, i, until));
    sim->imported_until = until;
    if (sim->settings.rare) return run_seen(sim, sim->awaited.count != before);
    if (sim->awaited.count == before) return NULL;
    return sim_ask(sim, RECEIVABLES, "cash run", STR("{}"), NULL);
}

/* ---- A person decides, by the truth ---- */

struct fault *sim_decision_of(struct simulation *sim, const struct awaited *a, const struct cash_decided **found)
{
    struct answer answer = { 0 };
    struct work work = sim_work(sim, RECEIVABLES);
    const struct pair of = { STR("bank_line_id"), str_from_int(sim->scratch, a->id.n) };
    const struct request request = { .operation = operation_by_command(sim->operations, STR("cash"), STR("list")),
                                     .pairs = &of,
                                     .pair_count = 1,
                                     .as_rows = true };
    TRY(operation_answer(&work, sim->books, sim->operations, &request, &answer));
    *found = answer.rows.count ? (const struct cash_decided *)(void *)answer.rows.at : NULL; /* the newest first */
    if (*found && a->undone && (*found)->id.n == a->known) *found = NULL;
    return NULL;
}

/* Whether what the program posted is what happened. */
bool sim_is_true(struct simulation *sim, const struct cash_decided *decided, const struct truth *truth)
{
    struct cash_decide parts = { 0 };
    struct fault *fault = record_from_json(sim->scratch, decided->parts, INTO(cash_decide, &parts));
    if (fault) return false;
    if (truth->kind == TRUTH_OURS || truth->kind == TRUTH_BOOKING) return parts.bookings.count > 0;
    if (truth->kind == TRUTH_ON_ACCOUNT) return !parts.shares.count;
    if (truth->kind == TRUTH_REFUND)
        return parts.shares.count && parts.party_id.n == sim->customers.at[truth->customer].id.n;
    if (parts.shares.count != truth->share_count) return false;
    for (size_t i = 0; i < truth->share_count; i++) {
        size_t k = 0;
        while (k < parts.shares.count && parts.shares.at[k].item_id.n != truth->shares[i].item.n) k++;
        if (k == parts.shares.count ||
            (truth->exact && parts.shares.at[k].amount_minor != truth->shares[i].amount_minor))
            return false;
    }
    return true;
}

static struct fault *shares_of(struct simulation *sim, const struct awaited *a, struct work *work, struct cash_decide *decide)
{
    int64_t left = a->amount_minor + a->truth.difference_minor, wanted = 0, taken = 0;
    for (size_t i = 0; i < a->truth.share_count; i++) {
        struct open_item item = { 0 };
        struct truth_share share = a->truth.shares[i];
        wanted += share.amount_minor;
        if (share.line_minor) {
            TRY(ledger_item_load(work, share.item, &item));
            if (share.amount_minor > item.rest_minor || share.line_minor > left) continue;
            left -= share.line_minor;
            taken += share.line_minor;
            *LIST_ADD(sim->scratch, &decide->shares) = (struct cash_share){ share.item, share.amount_minor, share.line_minor };
            continue;
        }
        if (share.amount_minor > 0) {
            TRY(ledger_item_load(work, share.item, &item));
            if (share.amount_minor > item.rest_minor) share.amount_minor = item.rest_minor;
            if (share.amount_minor > left) share.amount_minor = left;
            if (share.amount_minor <= 0) continue;
        }
        left -= share.amount_minor;
        taken += share.amount_minor;
        *LIST_ADD(sim->scratch, &decide->shares) = (struct cash_share){ share.item, share.amount_minor };
    }
    if (a->truth.difference && taken == wanted)
        *LIST_ADD(sim->scratch, &decide->differences) =
            (struct cash_given_up){ str_of(a->truth.difference), a->truth.difference_minor };
    else if (taken > a->amount_minor &&
             decide->shares.count) /* something else settled an item meanwhile: no more than came in */
        decide->shares.count = 0;
    return NULL;
}

/* What was held for the customer goes back. */
static struct fault *refund_of(struct simulation *sim, const struct awaited *a, struct work *work, struct cash_decide *decide)
{
    struct open_items items = { 0 };
    TRY(ledger_open_items(work, CONTROL_RECEIVABLES, sim->customers.at[a->truth.customer].id, &items));
    for (size_t i = 0; i < items.count; i++)
        if (items.at[i].rest_minor == a->amount_minor && items.at[i].kind == ITEM_PAYMENT) {
            *LIST_ADD(sim->scratch, &decide->shares) = (struct cash_share){ items.at[i].id, a->amount_minor };
            return NULL;
        }
    return NULL;
}

static struct fault *decide_parts(struct simulation *sim, const struct awaited *a, struct cash_decide *decide)
{
    struct work work = sim_work(sim, PROGRAM);
    struct fault *fault = NULL;
    if (a->truth.kind == TRUTH_BOOKING || a->truth.kind == TRUTH_OURS) {
        *LIST_ADD(sim->scratch, &decide->bookings) = (struct cash_booking){
            str_of(a->truth.kind == TRUTH_OURS ? "1020" : a->truth.account), a->amount_minor, { 0 }
        };
        return NULL;
    }
    decide->party_id = sim->customers.at[a->truth.customer].id;
    decide->note = a->truth.words;
    work.reading = true;
    TRY(db_begin(&work, sim->books));
    if (a->truth.kind == TRUTH_ITEMS) fault = shares_of(sim, a, &work, decide);
    if (a->truth.kind == TRUTH_REFUND) fault = refund_of(sim, a, &work, decide);
    db_rollback(&work);
    return fault;
}

/* As a client says it: amounts as text, of an item in the item's currency. */
static struct fault *decision_said(struct simulation *sim, const struct cash_decide *decide, struct decide_ask *ask)
{
    struct work work = sim_work(sim, PROGRAM);
    work.reading = true;
    TRY(db_begin(&work, sim->books));
    struct fault *fault = cash_decide_said(&work, decide, ask);
    db_rollback(&work);
    return fault;
}

/* Gives up more than the clerk may: somebody else says yes, or (now and then) the clerk withdraws it and asks again. */
static struct fault *ask_approval(struct simulation *sim, const struct cash_decide *decide)
{
    struct answer answer = { 0 };
    struct decide_ask ask;
    TRY(decision_said(sim, decide, &ask));
    struct str json = record_to_json(sim->scratch, GIVEN(decide_ask, &ask));
    TRY(sim_ask(sim, RECEIVABLES, "cash request", json, &answer));
    if (sim_chance(sim, 200)) {
        TRY(sim_ask(sim, RECEIVABLES, "cash refuse",
                    str_format(sim->scratch, "{\"id\":%lld,\"version\":1}", (long long)sim_number(answer.gives, "id")), NULL));
        TRY(sim_ask(sim, RECEIVABLES, "cash request", json, &answer));
    }
    return sim_ask(sim, ADMINISTRATOR, "cash approve",
                   str_format(sim->scratch, "{\"id\":%lld,\"version\":1}", (long long)sim_number(answer.gives, "id")), NULL);
}

/* A question to the customer first; the answer is noted before the line is decided. */
static struct fault *ask_customer(struct simulation *sim, const struct awaited *a, party_id party)
{
    struct answer answer = { 0 };
    if (!sim_has(sim, "cash ask")) return NULL;
    TRY(sim_ask(sim, RECEIVABLES, "cash ask",
                str_format(sim->scratch, "{\"line_id\":%lld,\"party_id\":%lld,\"to\":\"administratie@klant.example\",\"days\":5}",
                           (long long)a->id.n, (long long)party.n),
                &answer));
    return sim_ask(sim, RECEIVABLES, "cash answer",
                   str_format(sim->scratch, "{\"id\":%lld,\"answer\":\"Voor onze laatste facturen\",\"version\":1}",
                              (long long)sim_number(answer.gives, "id")),
                   NULL);
}

/* What is on no account of a customer or supplier: booked, or (some of what came in) kept as not ours. */
static struct fault *decide_once(struct simulation *sim, const struct awaited *a, const struct cash_decide *decide, int64_t *id)
{
    struct answer answer = { 0 };
    if (a->truth.refund && sim->settings.rare) return sim_give_back(sim, a, id);
    if (a->truth.kind == TRUTH_BOOKING && a->amount_minor > 0 && sim_has(sim, "cash not-ours") && sim_chance(sim, 300))
        TRY(sim_ask(
            sim, RECEIVABLES, "cash not-ours",
            str_format(sim->scratch,
                       "{\"line_id\":%lld,\"way\":\"keep\",\"account\":\"%s\",\"reason\":\"Niet voor ons bestemd\"}",
                       (long long)a->id.n, a->truth.account),
            &answer));
    else {
        struct decide_ask ask;
        TRY(decision_said(sim, decide, &ask));
        TRY(sim_ask(sim, RECEIVABLES, "cash decide", record_to_json(sim->scratch, GIVEN(decide_ask, &ask)), &answer));
    }
    *id = sim_number(answer.gives, "id");
    return NULL;
}

/* A slip: taken back, and the same is open as before. */
static struct fault *take_back(struct simulation *sim, int64_t id, const struct open_rests *before)
{
    TRY(sim_ask(sim, RECEIVABLES, "cash undo",
                str_format(sim->scratch, "{\"id\":%lld,\"reason\":\"Vergissing\"}", (long long)id), NULL));
    if (!sim->settings.rare) return NULL;
    sim->counts.undone++;
    return sim_same(sim, before, "a decision was taken back at once");
}

/* What was decided by hand moved just what it says. */
static struct fault *check_decided(struct simulation *sim, const struct awaited *a, const struct open_rests *before)
{
    const struct cash_decided *found;
    TRY(sim_decision_of(sim, a, &found));
    if (!found) return sim_wrong(sim, "a line that was decided is not", STR(""));
    return sim_moved(sim, before, &(struct decided_lines){ &found, 1, 1 }, 1, "a person decided");
}

static struct fault *decide(struct simulation *sim, const struct awaited *a)
{
    struct open_rests before = { 0 };
    struct cash_decide decide = { .line_id = a->id };
    int64_t id = 0;
    TRY(decide_parts(sim, a, &decide));
    if (decide.party_id.n && sim_chance(sim, 15)) TRY(ask_customer(sim, a, decide.party_id));
    if (sim->settings.rare) TRY(sim_open(sim, &before));
    struct fault *fault = decide_once(sim, a, &decide, &id);
    if (!fault && sim_chance(sim, sim->settings.rare ? 150 : 20)) { /* and decided again */
        TRY(take_back(sim, id, &before));
        fault = decide_once(sim, a, &decide, &id);
    }
    if (fault && fault->type == &cash_over_limit && sim_has(sim, "cash approve")) fault = ask_approval(sim, &decide);
    if (fault && fault->type->kind != FAULT_BROKEN && fault->type->kind != FAULT_UNREACHABLE &&
        decide.party_id.n) { /* not as he thought: it is held on account */
        decide.shares.count = decide.differences.count = 0;
        struct decide_ask ask;
        fault = decision_said(sim, &decide, &ask);
        if (!fault) fault = sim_call(sim, RECEIVABLES, "cash decide", &ask, NULL);
    }
    if (fault) return fault;
    if (sim->settings.rare) TRY(check_decided(sim, a, &before));
    sim->counts.by_hand++;
    sim->counts.waiting--;
    return NULL;
}

/* What the program posted wrongly is decided by hand; what it posted rightly it may find again tomorrow. */
static struct fault *put_right(struct simulation *sim, struct awaited *a, const struct cash_decided *decided,
                               bool right, bool *done)
{
    TRY(sim_undo(sim, a, decided, "Verkeerd geplaatst", done));
    if (!*done) return *done = true, NULL; /* something else hangs on it: it stays */
    sim->counts.waiting++;
    if (right) sim->counts.expected--;
    *done = !right;
    return right ? NULL : decide(sim, a);
}

static struct fault *look_at(struct simulation *sim, struct awaited *a, bool *done)
{
    const struct cash_decided *decided;
    struct date quiet = date_add_days(sim->settings.until_on, -(int)sim->settings.open_days);
    TRY(sim_decision_of(sim, a, &decided));
    *done = decided != NULL;
    if (decided && decided->is_automatic) {
        bool ours = a->truth.kind == TRUTH_OURS, right = sim_is_true(sim, decided, &a->truth);
        *(ours ? &sim->counts.expected : &sim->counts.found) += 1;
        sim->counts.waiting--;
        if (right && !(ours && sim->settings.rare && sim_chance(sim, 40))) return NULL;
        if (!right) sim->counts.wrong++;
        if (a->booked_on.ymd > quiet.ymd) return NULL;
        if (sim->settings.rare) return put_right(sim, a, decided, right, done);
        TRY(sim_ask(
            sim, RECEIVABLES, "cash undo",
            str_format(sim->scratch, "{\"id\":%lld,\"reason\":\"Verkeerd geplaatst\"}", (long long)decided->id.n),
            NULL));
        sim->counts.waiting++;
        return decide(sim, a);
    }
    if (decided || a->booked_on.ymd > quiet.ymd || sim_chance(sim, 30)) return NULL; /* some wait another day */
    *done = true;
    return decide(sim, a);
}

/* What came in this morning is looked at tomorrow; what nobody will decide any more (open_days) at once, so that the program's share
 * of the last day is told as its own. */
struct fault *sim_decide(struct simulation *sim)
{
    size_t kept = 0;
    struct date quiet = date_add_days(sim->settings.until_on, -(int)sim->settings.open_days);
    if (sim->settings.rare) TRY(sim_think_again(sim));
    if (sim->settings.rare) TRY(sim_accept_many(sim));
    for (size_t i = 0; i < sim->awaited.count; i++) {
        struct awaited *a = &sim->awaited.at[i];
        bool done = false;
        struct arena_mark mark = arena_mark(sim->scratch);
        if (a->seen || (!sim->settings.rare && a->booked_on.ymd > quiet.ymd)) TRY(look_at(sim, a, &done));
        arena_rewind(sim->scratch, mark);
        a->seen = true;
        if (done && sim->settings.rare) *LIST_ADD(sim->arena, &sim->past) = *a;
        if (!done) sim->awaited.at[kept++] = *a;
    }
    sim->awaited.count = kept;
    return NULL;
}
