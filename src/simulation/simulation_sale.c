/* What the company sells, and how its customers pay. */
#include "simulation/simulation_private.h"

/* ---- Selling ---- */

static const struct {
    const char *text, *unit;
    int64_t price_minor;
} products[] = {
    { "Dompelpomp 400 W", "C62", 18950 },   { "Kogelkraan 1 inch", "C62", 2475 },
    { "Slangkoppeling RVS", "C62", 895 },   { "Frequentieregelaar 2,2 kW", "C62", 41500 },
    { "Montage op locatie", "HUR", 7250 },  { "Voorrijkosten", "C62", 4500 },
    { "Drukschakelaar", "C62", 3890 },      { "Hydrauliekolie 20 l", "C62", 8725 },
    { "Lagerset 6205", "C62", 1640 },       { "Elektromotor 1,5 kW", "C62", 22900 },
    { "Onderhoudscontract", "MON", 16500 }, { "Reparatie waterpomp", "HUR", 6900 },
};

static void invoice_lines(struct simulation *sim, struct invoice_data *data, const struct customer *c)
{
    int64_t count = sim_between(sim, 1, 4);
    for (int64_t i = 0; i < count; i++) {
        size_t p = (size_t)sim_between(sim, 0, (int64_t)ARRAY_LENGTH(products) - 1);
        struct invoice_line_data *line = LIST_ADD(sim->scratch, &data->lines);
        *line = (struct invoice_line_data){ .description = str_of(products[p].text),
                                            .unit = str_of(products[p].unit),
                                            .vat_code = str_of(c->vat_code),
                                            .quantity = DECIMAL(
                                                sim_between(sim, 1, products[p].price_minor > 10000 ? 6 : 40), 0),
                                            .price = DECIMAL(products[p].price_minor, 2) };
        if (sim_chance(sim, 80)) line->discount_percent = DECIMAL(sim_between(sim, 1, 4) * 5, 0);
    }
}

/* When a customer pays what is due on a day: by habit, on a day that its bank works. */
static struct date pays_on(struct simulation *sim, const struct customer *c, struct date due_on)
{
    struct date on = date_add_days(due_on, c->days_late + (int)sim_between(sim, -c->spread, c->spread));
    if (c->habit == PAYS_WEEKLY)
        while (date_weekday(on) != FRIDAY) on = date_add_days(on, 1);
    if (c->habit == PAYS_STATEMENT) on = date_month_end(on);
    if (on.ymd <= sim->today.ymd) on = date_add_days(sim->today, 1);
    return c->habit == PAYS_NEVER ? (struct date){ 21990101 } : sim_bank_day(on);
}

static struct fault *item_of(struct simulation *sim, int64_t invoice, struct open_item *item)
{
    bool found;
    struct work work = sim_work(sim, PROGRAM);
    work.reading = true;
    TRY(db_begin(&work, sim->books));
    struct fault *fault = ledger_item_by_source(&work, "invoice", invoice, item, &found);
    db_rollback(&work);
    if (!fault && !found)
        return FAULT(sim->scratch, &simulation_wrong, NULL, PARAM("day", date_text(sim->scratch, sim->today)),
                     PARAM("what", STR("an invoice without an open item")));
    return fault;
}

static struct fault *sell(struct simulation *sim)
{
    int64_t at = sim_between(sim, 0, sim->weight_sum - 1);
    size_t who = 0;
    while (at >= sim->customers.at[who].weight) at -= sim->customers.at[who++].weight;
    if (!sim->settings.rare && str_is(sim->customers.at[who].currency, "USD") &&
        date_between(sim->today, sim->settings.until_on) > 55)
        who = 0;
    const struct customer *c = &sim->customers.at[who];
    struct invoice_data data = { .party_id = c->id, .delivered_on = date_add_days(sim->today, -(int)sim_between(sim, 0, 5)) };
    struct invoice_shown shown = { 0 };
    struct answer final = { 0 };
    struct open_item item = { 0 };
    invoice_lines(sim, &data, c);
    if (sim_chance(sim, 300))
        data.order_reference = str_format(sim->scratch, "PO-%lld", (long long)sim_between(sim, 10000, 99999));
    TRY(sim_call(sim, RECEIVABLES, "invoice draft", &data, &shown));
    if (!sim_has(sim, "invoice finalise")) return NULL;
    TRY(sim_ask(sim, RECEIVABLES, "invoice finalise",
                str_format(sim->scratch, "{\"id\":%lld,\"version\":%lld}", (long long)shown.invoice.id.n,
                           (long long)shown.invoice.version),
                &final));
    const struct invoice *invoice = &((const struct invoice_shown *) final.gives.at)->invoice;
    TRY(item_of(sim, invoice->id.n, &item));
    *LIST_ADD(sim->arena, &sim->sales) = (struct sale){
        .id = invoice->id,
        .item = item.id,
        .number = str_keep(sim->arena, invoice->number),
        .rf = str_keep(sim->arena, invoice->payment_reference),
        .customer = who,
        .total_minor = invoice->total_minor,
        .rest_minor = invoice->total_minor,
        .due_on = invoice->due_on,
        .pays_on = pays_on(sim, c, invoice->due_on),
        .lines = (int)data.lines.count,
    };
    sim->counts.invoices++;
    sim->vat_minor += invoice->vat_minor;
    return NULL;
}

/* Something of an invoice of the last weeks comes back; its customer pays the rest. */
static struct fault *credit(struct simulation *sim)
{
    struct answer answer = { 0 };
    if (sim->sales.count < 20 || !sim_has(sim, "invoice credit")) return NULL;
    struct sale *s = &sim->sales.at[sim->sales.count - (size_t)sim_between(sim, 1, 20)];
    if (s->rest_minor != s->total_minor || s->total_minor < 5000) return NULL;
    bool all = s->lines == 1 || sim_chance(sim, 300);
    struct str json =
        all ? str_format(sim->scratch, "{\"id\":%lld,\"reason\":\"Retour ontvangen\"}", (long long)s->id.n)
            : str_format(sim->scratch, "{\"id\":%lld,\"reason\":\"Regel niet geleverd\",\"lines\":[{\"line_no\":1}]}",
                         (long long)s->id.n);
    TRY(sim_ask(sim, RECEIVABLES, "invoice credit", json, &answer));
    const struct invoice *note = &((const struct invoice_shown *)answer.gives.at)->invoice;
    s->rest_minor -= note->total_minor;
    sim->vat_minor -= note->vat_minor;
    sim->counts.credit_notes++;
    return NULL;
}

struct fault *sim_sales(struct simulation *sim)
{
    sim->invoice_debt += sim->settings.invoices_a_month * 1000 / 21;
    int64_t count = sim->invoice_debt / 1000;
    sim->invoice_debt %= 1000;
    if (!sim_has(sim, "invoice draft")) return NULL;
    for (int64_t i = 0; i < count; i++) {
        struct arena_mark mark = arena_mark(sim->scratch);
        TRY(sell(sim));
        arena_rewind(sim->scratch, mark);
    }
    if (sim_chance(sim, (int)(count * 18))) TRY(credit(sim));
    return NULL;
}

/* ---- Paying ---- */

static struct str transposed(struct simulation *sim, struct str number)
{
    char *z = (char *)(uintptr_t)str_keep(sim->arena, number).at;
    for (size_t i = number.length - 1; i > 5; i--)
        if (z[i] != z[i - 1]) {
            char c = z[i];
            z[i] = z[i - 1], z[i - 1] = c;
            break;
        }
    return (struct str){ z, number.length };
}

static struct str bare(struct str number)
{
    ptrdiff_t dash = str_find(number, "-");
    struct str rest = dash < 0 ? number : str_part(number, (size_t)dash + 1, number.length);
    while (rest.length > 1 && rest.at[0] == '0') rest = str_part(rest, 1, rest.length);
    return rest;
}

static void name_payment(struct simulation *sim, const struct customer *c, const struct sale *const *paid, size_t count,
                         struct event *event)
{
    static const char *const empty[] = { "", "betaling", "zie specificatie per mail", "uw levering", "diverse facturen" };
    static const char *const words[] = { "Factuur", "factuurnr.", "Fact", "uw nota", "Betreft factuur", "F" };
    struct text t = text_new(sim->arena);
    enum naming naming = sim_chance(sim, c->forget_permille) ? NAMES_NOTHING : c->naming;
    if (naming == NAMES_WRONG && !sim_chance(sim, 250)) naming = NAMES_NUMBER;
    if (naming == NAMES_RF && count == 1) {
        event->reference = paid[0]->rf;
        return;
    }
    if (naming == NAMES_NOTHING) {
        text_addz(&t, empty[sim_between(sim, 0, (int64_t)ARRAY_LENGTH(empty) - 1)]);
        event->remittance = text_str(&t);
        return;
    }
    if (naming == NAMES_OWN) text_addf(&t, "Ref %lld / ", (long long)sim_between(sim, 40000, 99999));
    text_addf(&t, "%s ", words[sim_between(sim, 0, (int64_t)ARRAY_LENGTH(words) - 1)]);
    for (size_t i = 0; i < count && t.length < 120; i++) {
        if (i) text_addz(&t, i + 1 == count && sim_chance(sim, 400) ? " en " : ", ");
        struct str number = paid[i]->number;
        text_add(&t, naming == NAMES_WRONG ? transposed(sim, number) : naming == NAMES_BARE ? bare(number) : number);
    }
    if (sim_chance(sim, 100)) text_addf(&t, " klantnr %s", c->number.at);
    event->remittance = text_str(&t);
}

static void truth_of(struct simulation *sim, const struct sale *const *paid, const int64_t *amounts, size_t count,
                     struct truth *truth)
{
    truth->kind = TRUTH_ITEMS;
    truth->shares = ARENA_ARRAY(sim->arena, struct truth_share, count);
    truth->share_count = count;
    truth->customer = paid[0]->customer;
    for (size_t i = 0; i < count; i++) truth->shares[i] = (struct truth_share){ paid[i]->item, amounts[i] };
}

/* The same again some days later; we pay it back, and the customer's bank shows that. */
static void pay_twice(struct simulation *sim, const struct event *paid)
{
    struct event again = *paid, refund = *paid;
    again.on = sim_bank_day(date_add_days(paid->on, (int)sim_between(sim, 1, 9)));
    again.truth = (struct truth){ .kind = TRUTH_ON_ACCOUNT, .customer = paid->truth.customer, .words = STR("dubbel betaald") };
    again.end_to_end = str_format(sim->arena, "E%lld", (long long)sim_between(sim, 100000000, 999999999));
    again.truth.refund =
        sim->settings.rare && str_is(sim->customers.at[paid->truth.customer].currency, "EUR") && sim_chance(sim, 700);
    sim_event(sim, &again);
    if (again.truth.refund) return; /* by a payment run */
    refund.on = sim_bank_day(date_add_days(again.on, (int)sim_between(sim, 12, 20)));
    refund.account = paid->account == OUR_DOLLARS ? OUR_DOLLARS : OUR_BANK;
    refund.amount_minor = -paid->amount_minor;
    refund.reference = (struct str){ 0 };
    refund.remittance = STR("Terugbetaling dubbel ontvangen");
    refund.end_to_end = str_format(sim->arena, "R%lld", (long long)sim_between(sim, 100000000, 999999999));
    refund.truth = (struct truth){ .kind = TRUTH_REFUND, .customer = paid->truth.customer };
    sim_event(sim, &refund);
}

/* Its bank takes the payment back; the customer pays once more later. */
static void pay_back(struct simulation *sim, const struct event *paid, struct sale *sale)
{
    struct event back = *paid;
    back.on = sim_bank_day(date_add_days(paid->on, (int)sim_between(sim, 2, 6)));
    back.amount_minor = -paid->amount_minor;
    back.reversal = true;
    back.return_reason = STR("MS03");
    back.truth.shares = ARENA_ARRAY(sim->arena, struct truth_share, 1);
    back.truth.shares[0] = (struct truth_share){ sale->item, -paid->amount_minor };
    sim_event(sim, &back);
    sale->rest_minor = paid->amount_minor;
    sale->pays_on = sim_bank_day(date_add_days(back.on, (int)sim_between(sim, 7, 20)));
    if (sim->first_open_sale > (size_t)(sale - sim->sales.at)) sim->first_open_sale = (size_t)(sale - sim->sales.at);
}

/* On our account in dollars; now and then its bank changes it, and one invoice is paid in euros. */
static void pay_in_dollars(struct simulation *sim, struct event *event, bool part)
{
    bool euros = !part && event->truth.share_count == 1 && !event->truth.difference && sim_chance(sim, 200);
    event->account = euros ? OUR_BANK : OUR_DOLLARS;
    sim->counts.dollars++;
    if (!euros) return;
    event->amount_minor = event->amount_minor * sim_between(sim, 840, 960) / 1000;
    event->truth.shares[0].line_minor = event->amount_minor;
}

static void pay(struct simulation *sim, size_t who, struct sale **paid, size_t count)
{
    struct customer *c = &sim->customers.at[who];
    int64_t *amounts = ARENA_ARRAY(sim->scratch, int64_t, count), total = 0;
    struct event event = { .on = sim->today,
                           .account = who % 3 == 2 ? OUR_SECOND : OUR_BANK,
                           .name = c->payer_name.at ? c->payer_name : c->name,
                           .iban = c->payer_iban.at ? c->payer_iban : c->iban,
                           .bic = c->bic };
    for (size_t i = 0; i < count; i++) amounts[i] = paid[i]->rest_minor;
    bool part = count == 1 && amounts[0] > 20000 && sim_chance(sim, c->part_permille);
    if (part) amounts[0] = amounts[0] / 200 * 100;
    for (size_t i = 0; i < count; i++) total += amounts[i];
    truth_of(sim, (const struct sale *const *)paid, amounts, count, &event.truth);
    if (!part && sim_chance(sim, c->discount_permille))
        event.truth.difference = "discount_late", event.truth.difference_minor = total / 50;
    else if (!part && total > 10000 && sim_chance(sim, c->charge_permille))
        event.truth.difference = "charge", event.truth.difference_minor = sim_between(sim, 5, 30) * 50;
    else if (!part && sim_chance(sim, 6))
        event.truth.difference = "rounding", event.truth.difference_minor = total % 100 ? total % 100 : 1;
    event.amount_minor = total - event.truth.difference_minor;
    event.end_to_end = sim_chance(sim, 500)
                           ? str_format(sim->arena, "E%lld", (long long)sim_between(sim, 100000000, 999999999))
                           : (struct str){ 0 };
    if (str_is(c->currency, "USD")) pay_in_dollars(sim, &event, part);
    name_payment(sim, c, (const struct sale *const *)paid, count, &event);
    for (size_t i = 0; i < count; i++) paid[i]->rest_minor -= amounts[i];
    if (part) paid[0]->pays_on = sim_bank_day(date_add_days(sim->today, (int)sim_between(sim, 14, 30)));
    sim_event(sim, &event);
    if (!event.truth.shares[0].line_minor && sim_chance(sim, c->twice_permille)) pay_twice(sim, &event);
    else if (count == 1 && !part && !event.truth.difference && !event.truth.shares[0].line_minor &&
             event.amount_minor == paid[0]->total_minor && sim_chance(sim, c->storno_permille))
        pay_back(sim, &event, paid[0]);
}

/* All that a customer means to pay today goes in one transfer when that is its habit, or now and then. */
struct fault *sim_customers_pay(struct simulation *sim)
{
    size_t first = sim->first_open_sale;
    while (first < sim->sales.count && sim->sales.at[first].rest_minor <= 0) first++;
    sim->first_open_sale = first;
    for (size_t who = 0; who < sim->customers.count; who++) {
        struct { struct sale **at; size_t count, room; } due = { 0 };
        for (size_t i = first; i < sim->sales.count; i++) {
            struct sale *s = &sim->sales.at[i];
            if (s->customer == who && s->rest_minor > 0 && s->pays_on.ymd <= sim->today.ymd) *LIST_ADD(sim->scratch, &due) = s;
        }
        bool together = sim->customers.at[who].habit != PAYS_EACH || sim_chance(sim, 500);
        if (due.count && sim_by_batch(sim, who, due.at, due.count)) continue;
        if (due.count && together) pay(sim, who, due.at, due.count);
        for (size_t i = 0; !together && i < due.count; i++) pay(sim, who, &due.at[i], 1);
    }
    sim_payout(sim);
    return NULL;
}
