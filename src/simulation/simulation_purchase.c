/* What the company buys: bills as files from its suppliers, coded, approved. */
#include "paper/paper.h"
#include "simulation/simulation_private.h"

/* ---- What a supplier writes ---- */

static struct einvoice_amount euros(int64_t minor)
{
    return (struct einvoice_amount){ .value = minor_to_decimal(minor, 2), .currency = STR("EUR") };
}
static struct einvoice_number number_of(int rate) { return (struct einvoice_number){ .value = DECIMAL(rate, 0) }; }

static struct einvoice_vat vat_of_line(const struct supplier *s)
{
    struct einvoice_vat vat = {
        .present = true, .category = str_of(s->vat_category), .rate = number_of(s->rate), .scheme = STR("VAT")
    };
    if (!strcmp(s->vat_category, "AE"))
        vat.exemption_code = STR("VATEX-EU-AE"), vat.exemption_reason = STR("Btw verlegd");
    if (!strcmp(s->vat_category, "K"))
        vat.exemption_code = STR("VATEX-EU-IC"), vat.exemption_reason = STR("Intra-Community supply");
    if (!strcmp(s->vat_category, "E")) vat.exemption_reason = STR("Vrijgesteld van btw");
    return vat;
}

static void bill_lines(struct simulation *sim, const struct supplier *s, struct einvoice *e)
{
    int64_t net = sim_between(sim, s->from_minor, s->to_minor), count = s->day ? 1 : sim_between(sim, 1, 3);
    for (int64_t i = 0; i < count; i++) {
        int64_t quantity = s->day ? 1 : sim_between(sim, 1, 12), price = net / count / quantity;
        struct einvoice_line *line = LIST_ADD(sim->scratch, &e->lines);
        memset(line, 0, sizeof *line);
        line->id = str_from_int(sim->scratch, i + 1);
        line->name =
            count > 1 ? str_format(sim->scratch, "%s, artikel %lld", s->what, (long long)sim_between(sim, 1000, 9999))
                      : str_of(s->what);
        line->quantity = (struct einvoice_quantity){ .value = DECIMAL(quantity, 0), .unit = STR("C62") };
        line->price = euros(price);
        line->net = euros(price * quantity);
        line->vat = vat_of_line(s);
    }
}

static void parties(struct simulation *sim, const struct supplier *s, struct einvoice *e)
{
    bool home = str_is(s->country, "NL");
    e->seller = (struct einvoice_party){ .present = true, .name = s->name, .vat_id = s->vat };
    e->seller.address = (struct einvoice_address){
        .present = true, .line1 = s->street, .city = s->city, .post_code = s->post_code, .country = s->country
    };
    if (home) e->seller.legal_id = (struct einvoice_id){ .value = s->kvk, .scheme = STR("0106") };
    e->buyer = (struct einvoice_party){ .present = true, .name = STR("Waterland Techniek B.V."), .vat_id = sim->company_vat,
                                        .legal_id = { .value = sim->company_kvk, .scheme = STR("0106") } };
    e->buyer.address = (struct einvoice_address){ .present = true,
                                                  .line1 = STR("Havenkade 12"),
                                                  .city = STR("Monnickendam"),
                                                  .post_code = STR("1141 AB"),
                                                  .country = STR("NL") };
    e->specification = home ? STR(EINVOICE_SPECIFICATION_NLCIUS) : STR(EINVOICE_SPECIFICATION_EN16931);
    e->delivery.present = true;
    e->delivery.day.date = e->issued.date;
    e->delivery.address = e->buyer.address;
}

static struct fault *payment_asked(struct simulation *sim, struct supplier *s, struct einvoice *e)
{
    struct einvoice_payment *p = LIST_ADD(sim->scratch, &e->payments);
    bool other = s->new_iban.length > 0;
    memset(p, 0, sizeof *p);
    e->payment_reference = e->number;
    if (s->kenmerk)
        TRY(kenmerk_make(sim->scratch, str_format(sim->scratch, "%09lld", (long long)(s->last_number * 131)),
                         &e->payment_reference));
    p->code = STR("30");
    p->has_account = true;
    p->account = (struct einvoice_account){ .id = other ? s->new_iban : s->iban,
                                            .name = str_is(s->country, "NL") ? (struct str){ 0 } : s->name };
    *LIST_ADD(sim->scratch, &p->references) = e->payment_reference;
    return NULL;
}

static struct fault *write_bill(struct simulation *sim, struct supplier *s, struct einvoice *e)
{
    struct einvoice_sums sums = { 0 };
    s->last_number += sim_between(sim, 1, 40);
    e->number = str_format(sim->scratch, "%d%s%05lld", date_year(sim->today), s->country.at[0] == 'N' ? "-" : "/",
                           (long long)s->last_number);
    e->issued.date = date_add_days(sim->today, -(int)sim_between(sim, 0, 3));
    if (e->issued.date.ymd < sim->settings.from_on.ymd) e->issued.date = sim->today;
    e->due.date = date_add_days(e->issued.date, s->terms);
    e->type_code = STR("380");
    e->currency = STR("EUR");
    if (!sim_chance(sim, 8)) e->order = str_format(sim->scratch, "INK-%lld", (long long)sim_between(sim, 1000, 9999)); /* who forgets it gets it back */
    parties(sim, s, e);
    bill_lines(sim, s, e);
    TRY(payment_asked(sim, s, e));
    TRY(einvoice_compute(sim->scratch, e, &sums));
    e->totals = sums.totals;
    for (size_t i = 0; i < e->lines.count; i++)
        e->lines.at[i].vat.exemption_code = e->lines.at[i].vat.exemption_reason =
            (struct str){ 0 }; /* they stand with the totals */
    for (size_t i = 0; i < sums.vat_totals.count; i++) *LIST_ADD(sim->scratch, &e->vat_totals) = sums.vat_totals.at[i];
    sim->vat_minor -= sums.vat_minor;
    return NULL;
}

/* Once a month some send a PDF for people with the XML inside. */
static struct fault *as_hybrid(struct simulation *sim, const struct einvoice *e, struct str *content)
{
    static const struct paper_style style;
    struct str pdf;
    struct einvoice cii = *e;
    const struct paper_meta meta = { .title = e->number, .author = e->seller.name, .language = DUTCH, .created_at = sim->now };
    cii.specification = STR(EINVOICE_SPECIFICATION_EN16931);
    cii.syntax = EINVOICE_CII;
    TRY(paper_invoice_pdf(sim->scratch, e, &style, DUTCH, sim->now, &pdf));
    return paper_hybrid_make(sim->scratch, pdf, einvoice_write_cii(sim->scratch, &cii), PAPER_PROFILE_EN16931, &meta, content);
}

/* ---- Receiving ---- */

static struct fault *receive(struct simulation *sim, size_t who, struct str content, const char *ending, bool twice)
{
    struct answer answer = { 0 };
    struct str name = str_format(sim->scratch, "factuur-%lld.%s", (long long)sim->counts.bills + 1, ending);
    TRY(sim_upload(sim, PAYABLES, "bill receive", name, content, &answer));
    const struct bill *bill = answer.gives.at;
    *LIST_ADD(sim->arena, &sim->purchases) =
        (struct purchase){ .id = bill->id,
                           .version = bill->version,
                           .supplier = who,
                           .step = STEP_RECEIVED,
                           .at_on = date_add_days(sim->today, (int)sim_between(sim, 0, 2)),
                           .coded = bill->state == BILL_CODED,
                           .twice = twice };
    sim->counts.bills++;
    return NULL;
}

static struct fault *bill_comes(struct simulation *sim, size_t who)
{
    struct supplier *s = &sim->suppliers.at[who];
    struct einvoice e = { .syntax = EINVOICE_UBL_INVOICE };
    struct str content;
    bool late = date_between(sim->today, sim->settings.until_on) <= 8;
    if (late && !sim->changed_iban && s->weight > 4) s->new_iban = sim_iban(sim, "NL"), sim->changed_iban = true;
    TRY(write_bill(sim, s, &e));
    s->new_iban.length = 0;
    bool hybrid = s->hybrid && s->day;
    if (hybrid) TRY(as_hybrid(sim, &e, &content));
    else content = einvoice_write_ubl(sim->scratch, &e);
    TRY(receive(sim, who, content, hybrid ? "pdf" : "xml", false));
    if (!sim_chance(sim, 6)) return NULL;
    /* Sent once more, with a word that it is a reminder. */
    *LIST_ADD(sim->scratch, &e.notes) = (struct einvoice_note){ .text = STR("Kopie van een eerder verzonden factuur") };
    sim->counts.duplicates++;
    return receive(sim, who, einvoice_write_ubl(sim->scratch, &e), "xml", true);
}

static struct fault *post_comes(struct simulation *sim)
{
    int month = sim->today.ymd / 100;
    for (size_t i = 0; i < sim->suppliers.count; i++) {
        struct supplier *s = &sim->suppliers.at[i];
        if (!s->day || s->last_month == month || date_day(sim->today) < s->day) continue;
        s->last_month = month;
        TRY(bill_comes(sim, i));
    }
    int64_t regular = 0;
    for (size_t i = 0; i < sim->suppliers.count; i++) regular += sim->suppliers.at[i].day != 0;
    sim->bill_debt += (sim->settings.bills_a_month - regular > 2 ? sim->settings.bills_a_month - regular : 2) * 1000 / 21;
    for (; sim->bill_debt >= 1000; sim->bill_debt -= 1000) {
        int64_t at = sim_between(sim, 0, sim->supplier_weight_sum - 1);
        size_t who = 0;
        while (at >= sim->suppliers.at[who].weight) at -= sim->suppliers.at[who++].weight;
        TRY(bill_comes(sim, who));
    }
    return NULL;
}

/* ---- Coding and approving ---- */

static struct fault *step_bill(struct simulation *sim, struct purchase *p, enum who who, const char *command, const char *more)
{
    struct answer answer = { 0 };
    TRY(sim_ask(
        sim, who, command,
        str_format(sim->scratch, "{\"id\":%lld,\"version\":%lld%s}", (long long)p->id.n, (long long)p->version, more),
        &answer));
    const struct bill *bill = answer.gives.at;
    p->version = bill->version;
    return NULL;
}

static struct fault *refuse_bill(struct simulation *sim, struct purchase *p, const char *why)
{
    TRY(step_bill(sim, p, PAYABLES, "bill refuse", str_format(sim->scratch, ",\"reason\":\"%s\"", why).at));
    p->step = STEP_DONE;
    sim->counts.refused++;
    return NULL;
}

static struct fault *handle(struct simulation *sim, struct purchase *p)
{
    const struct supplier *s = &sim->suppliers.at[p->supplier];
    if (p->twice) return refuse_bill(sim, p, "Dubbel ontvangen");
    if (!p->coded)
        TRY(step_bill(sim, p, PAYABLES, "bill code",
                      str_format(sim->scratch, ",\"account_id\":%lld", (long long)s->account_id.n).at));
    TRY(step_bill(sim, p, PAYABLES, "bill submit", ""));
    p->step = STEP_SUBMITTED;
    p->at_on = date_add_days(sim->today, (int)sim_between(sim, 1, 3));
    return NULL;
}

static struct fault *approve(struct simulation *sim, struct purchase *p)
{
    struct fault *fault = step_bill(sim, p, APPROVER, "bill approve", "");
    if (fault && (fault->type == &bill_fatal_problems || fault->type == &bill_duplicate))
        return refuse_bill(sim, p, "De factuur klopt niet");
    if (fault) return fault;
    p->step = STEP_DONE;
    sim->counts.approved++;
    return NULL;
}

/* The last days stay as work: some to code, some to approve. */
static bool is_left(struct simulation *sim, const struct purchase *p)
{
    int left = date_between(sim->today, sim->settings.until_on);
    return p->step == STEP_RECEIVED ? left <= 2 : left <= 3;
}

struct fault *sim_purchases(struct simulation *sim)
{
    size_t kept = 0;
    TRY(post_comes(sim));
    for (size_t i = 0; i < sim->purchases.count; i++) {
        struct purchase *p = &sim->purchases.at[i];
        struct arena_mark mark = arena_mark(sim->scratch);
        if (p->at_on.ymd <= sim->today.ymd && !is_left(sim, p)) TRY(p->step == STEP_RECEIVED ? handle(sim, p) : approve(sim, p));
        arena_rewind(sim->scratch, mark);
        if (p->step != STEP_DONE) sim->purchases.at[kept++] = *p;
    }
    sim->purchases.count = kept;
    return NULL;
}
