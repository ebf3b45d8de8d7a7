/* Payment runs: proposed by the clerk, released by the treasurer, shown by the bank the next working day. */
#include "payment/payment.h"
#include "simulation/simulation_private.h"

static struct str keep(struct simulation *sim, struct str s)
{
    return s.length ? str_keep(sim->arena, s) : (struct str){ 0 };
}

/* What the bank will show of a released run: each payment, or one total. */
static void plan_lines(struct simulation *sim, const struct payment_shown *shown)
{
    struct event total = { .on = sim_bank_day(shown->run.execution_on), .account = OUR_BANK, .truth = { .kind = TRUTH_OURS } };
    int64_t count = 0;
    for (size_t i = 0; i < shown->payments.count; i++) {
        const struct run_payment *p = &shown->payments.at[i];
        if (p->amount_minor <= 0) continue;
        if (p->control == CONTROL_RECEIVABLES) sim->counts.refunds_paid++;
        struct event one = total;
        one.amount_minor = -p->amount_minor;
        one.name = keep(sim, p->holder), one.iban = keep(sim, p->iban), one.bic = keep(sim, p->bic),
        one.end_to_end = keep(sim, p->end_to_end_id);
        if (p->reference_kind == REFERENCE_RF || p->reference_kind == REFERENCE_KENMERK)
            one.reference = keep(sim, p->reference);
        else one.remittance = keep(sim, str_utf8_clip(p->reference, 140));
        total.amount_minor -= p->amount_minor;
        count++;
        sim->counts.paid++;
        if (shown->run.each_booked) sim_event(sim, &one);
        if (!sim_chance(sim, !sim->settings.rare ? 5 : p->control == CONTROL_RECEIVABLES ? 400 : 40)) continue;
        one.amount_minor = p->amount_minor; /* the account is closed: it comes back */
        one.on = sim_bank_day(date_add_days(one.on, 3));
        one.return_reason = STR("AC04");
        one.reversal = true;
        *LIST_ADD(sim->arena, &sim->money_back) =
            (struct money_back){ p->id.n, shown->run.id.n, p->control == CONTROL_RECEIVABLES, one };
    }
    total.batch = str_format(sim->arena, "%.*s-1", STR_ARG(shown->run.message_id));
    if (!shown->run.each_booked && count == 1)
        total.batch.length = 0, total.end_to_end = keep(sim, shown->payments.at[0].end_to_end_id);
    if (!shown->run.each_booked && count) sim_event(sim, &total);
}

static struct fault *release(struct simulation *sim)
{
    struct answer answer = { 0 };
    struct proposed_run *run = &sim->run;
    struct str id = str_format(sim->scratch, "{\"id\":%lld}", (long long)run->id);
    TRY(sim_ask(sim, TREASURER, "payment release",
                str_format(sim->scratch, "{\"id\":%lld,\"hash\":\"%s\",\"version\":%lld}", (long long)run->id,
                           run->hash.at, (long long)run->version),
                NULL));
    TRY(sim_ask(sim, TREASURER, "payment file", id, NULL));
    TRY(sim_ask(sim, TREASURER, "payment show", id, &answer));
    run->id = 0;
    sim->counts.runs++;
    plan_lines(sim, answer.gives.at);
    return NULL;
}

static struct fault *propose(struct simulation *sim)
{
    struct answer answer = { 0 };
    struct date next = sim_bank_day(date_add_days(sim->today, 1));
    bool last = date_between(next, sim->settings.until_on) <= 3; /* nobody releases it here: whoever looks around has a week for it */
    struct date on = last ? sim_bank_day(date_add_days(sim->settings.until_on, 8)) : next;
    while (on.ymd % 10000 == 501 || !sim_is_bank_day(on)) on = date_add_days(on, 1); /* TARGET is closed on 1 May */
    struct fault *fault = sim_ask(
        sim, PAYABLES, "payment propose",
        str_format(sim->scratch,
                   "{\"bank_account_id\":%lld,\"execution_on\":\"%s\",\"until\":\"%s\",\"each_booked\":%s}",
                   (long long)sim->ours[OUR_BANK].id.n, date_text(sim->scratch, on).at,
                   date_text(sim->scratch, date_add_days(sim->today, 6)).at, sim_chance(sim, 400) ? "true" : "false"),
        &answer);
    if (fault && fault->type == &payment_nothing_due) return NULL;
    if (fault) return fault;
    const struct payment_shown *shown = answer.gives.at;
    sim->run = (struct proposed_run){ shown->run.id.n, shown->run.version, str_keep(sim->arena, shown->run.hash), on };
    return NULL;
}

/* What is open now, and what a payment that comes back must open again. */
static struct fault *paid_parts(struct simulation *sim, const struct money_back *m, struct open_rests *before,
                                struct open_rests *added)
{
    struct answer answer = { 0 };
    TRY(sim_open(sim, before));
    TRY(sim_ask(sim, TREASURER, "payment show", str_format(sim->scratch, "{\"id\":%lld}", (long long)m->run), &answer));
    const struct payment_shown *shown = answer.gives.at;
    for (size_t i = 0; i < shown->parts.count; i++) {
        const struct run_part *p = &shown->parts.at[i];
        if (p->payment_id.n == m->payment)
            *LIST_ADD(sim->scratch, added) =
                (struct open_rest){ .item = p->item_id.n, .rest_minor = -p->amount_minor - p->discount_minor };
    }
    return NULL;
}

static struct fault *money_comes_back(struct simulation *sim)
{
    size_t kept = 0;
    for (size_t i = 0; i < sim->money_back.count; i++) {
        struct money_back *m = &sim->money_back.at[i];
        if (m->event.on.ymd > sim->today.ymd) {
            sim->money_back.at[kept++] = *m;
            continue;
        }
        struct open_rests before = { 0 }, added = { 0 };
        if (sim->settings.rare) TRY(paid_parts(sim, m, &before, &added));
        TRY(sim_ask(
            sim, TREASURER, "payment return",
            str_format(sim->scratch, "{\"id\":%lld,\"reason\":\"AC04 rekening opgeheven\"}", (long long)m->payment),
            NULL));
        if (sim->settings.rare) TRY(sim_added(sim, &before, &added, "a payment of ours came back"));
        sim_event(sim, &m->event);
        sim->counts.returned++;
        sim->counts.refunds_returned += m->refund;
    }
    sim->money_back.count = kept;
    return NULL;
}

/* The clerk proposes on Wednesdays, and before the end; the treasurer releases the next working day. */
struct fault *sim_payments(struct simulation *sim)
{
    if (!sim_has(sim, "payment release")) return NULL;
    int left = date_between(sim->today, sim->settings.until_on);
    if (sim->run.id && left > 3) TRY(release(sim));
    else if (!sim->run.id && (date_weekday(sim->today) == WEDNESDAY || left <= 3)) TRY(propose(sim));
    TRY(money_comes_back(sim));
    return date_weekday(sim->today) == MONDAY ? sim_ask(sim, TREASURER, "payment finish", STR("{}"), NULL) : NULL;
}
