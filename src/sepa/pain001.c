#include "sepa/sepa_private.h"

/* ---- Texts that are cleaned ---- */

static void payment_texts(struct text_fields *t, const struct payment *p)
{
    PARTY_TEXTS(t, "creditor", &p->creditor);
    PARTY_TEXTS(t, "creditor_bank", &p->creditor_bank);
    text_field_add(t, "ultimate_debtor", p->ultimate_debtor, SEPA_NAME_MAX, true);
    text_field_add(t, "ultimate_creditor", p->ultimate_creditor, SEPA_NAME_MAX, true);
}

struct text_changes pain001_preview(struct arena *arena, const struct payment_batch *batch)
{
    struct text_changes changes = { 0 };
    preview_initiator(arena, &changes, &batch->initiator);
    for (size_t i = 0; i < batch->account_count; i++) preview_account(arena, &changes, i, &batch->accounts[i].party);
    for (size_t i = 0; i < batch->payment_count; i++) {
        struct text_fields t = { .count = 0 };
        payment_texts(&t, &batch->payments[i]);
        preview_payment(arena, &changes, "payments", i, &t, &batch->payments[i].reference);
    }
    return changes;
}

/* ---- Check ---- */

static void check_account(struct check *c, const struct payment_account *a, bool old_version)
{
    check_account_party(c, &a->party);
    check_id(c, a->party.organisation_id, "party.organisation_id", SEPA_ID_MAX, false);
    check_iban(c, a->iban, "iban");
    check_bic(c, a->bic, a->iban, "bic", old_version);
    if (a->currency.length && currency_digits(a->currency) < 0)
        check_add(c, FAULT(c->arena, &sepa_currency_wrong, "currency", PARAM("currency", a->currency)));
}

static bool is_sepa(const struct payment *p) { return p->kind == PAYMENT_SEPA || p->kind == PAYMENT_INSTANT; }

static void check_not_here(struct check *c, struct str text, const char *field)
{
    if (text.length) check_add(c, FAULT(c->arena, &sepa_not_here, field));
}

static void check_sepa_payment(struct check *c, const struct payment *p, const struct payment_account *from)
{
    check_iban(c, p->creditor_iban, "creditor_iban");
    check_not_here(c, p->creditor_account, "creditor_account");
    check_not_here(c, p->creditor_bank.name, "creditor_bank.name");
    check_not_here(c, p->clearing_member, "clearing_member");
    if (p->currency.length && !str_is(p->currency, "EUR"))
        check_add(c, FAULT(c->arena, &sepa_not_euro, "currency", PARAM("currency", p->currency)));
    else check_amount(c, p->amount_minor, SEPA_AMOUNT_MAX, 2, "amount_minor");
    if (p->charges != CHARGES_SHARED && p->charges) check_add(c, FAULT(c->arena, &sepa_charges_fixed, "charges"));
    if (!iban_is_valid(p->creditor_iban)) return;
    enum iban_area area = iban_area(p->creditor_iban);
    if (area == IBAN_ELSEWHERE) check_add(c, FAULT(c->arena, &sepa_outside, "creditor_iban", PARAM("iban", p->creditor_iban)));
    if (area != IBAN_SEPA) return;
    if (!p->creditor_bic.length) check_add(c, FAULT(c->arena, &sepa_bic_needed, "creditor_bic"));
    /* Regulation (EU) 2023/1113: the payer's address travels with a payment that leaves the EEA. */
    if (from && address_is_absent(&from->party.address)) check_add(c, FAULT(c->arena, &sepa_address_needed, "account"));
}

static void check_foreign_payment(struct check *c, const struct payment *p)
{
    bool by_iban = p->creditor_iban.length > 0, eea = by_iban && iban_area(p->creditor_iban) == IBAN_EEA;
    if (by_iban || !p->creditor_account.length) check_iban(c, p->creditor_iban, "creditor_iban");
    if (by_iban && p->creditor_account.length)
        check_add(c, FAULT(c->arena, &sepa_two_accounts, "creditor_account"));
    check_id(c, p->creditor_account, "creditor_account", 34, false);
    check_id(c, p->clearing_member, "clearing_member", SEPA_ID_MAX, p->clearing_system.length > 0);
    if (p->clearing_system.length && !number_fits("5a", p->clearing_system))
        check_add(c, FAULT(c->arena, &sepa_clearing_wrong, "clearing_system"));
    bool bank_named = p->creditor_bank.name.length && !address_is_absent(&p->creditor_bank.address);
    if (!p->creditor_bic.length && !p->clearing_member.length && !bank_named && !eea)
        check_add(c, FAULT(c->arena, &sepa_bic_needed, "creditor_bic"));
    check_address(c, &p->creditor_bank.address, "creditor_bank.address", false);
    int digits = currency_digits(p->currency);
    if (p->currency.length && digits < 0)
        check_add(c, FAULT(c->arena, &sepa_currency_wrong, "currency",
                           PARAM("currency", str_is_utf8(p->currency) ? str_utf8_clip(p->currency, 10) : STR("?"))));
    if (digits >= 0) check_amount(c, p->amount_minor, INT64_C(9999999999999), digits, "amount_minor");
}

static void check_payment(struct check *c, const struct payment *p, const struct payment_batch *batch, bool old_version)
{
    struct text_fields t = { .count = 0 };
    const struct payment_account *from = p->account < batch->account_count ? &batch->accounts[p->account] : NULL;
    check_account_known(c, p->account, batch->account_count);
    check_payment_ids(c, p->end_to_end_id, p->instruction_id);
    check_day(c, p->requested_on, instant_day(batch->created_at), "requested_on");
    check_present(c, p->creditor.name, "creditor.name");
    payment_texts(&t, p);
    check_texts(c, &t);
    check_id(c, p->creditor.organisation_id, "creditor.organisation_id", SEPA_ID_MAX, false);
    check_present(c, p->currency, "currency");
    switch (p->kind) {
    case PAYMENT_SEPA:
    case PAYMENT_INSTANT:
        check_sepa_payment(c, p, from);
        check_address(c, &p->creditor.address, "creditor.address", false);
        break;
    case PAYMENT_URGENT:
    case PAYMENT_FOREIGN:
        check_foreign_payment(c, p);
        check_address(c, &p->creditor.address, "creditor.address", iban_area(p->creditor_iban) != IBAN_EEA);
        break;
    default:
        check_add(c, FAULT(c->arena, &sepa_choice_missing, "kind"));
    }
    if (p->charges > CHARGES_CREDITOR)
        check_add(c, FAULT(c->arena, &sepa_choice_missing, "charges"));
    check_bic(c, p->creditor_bic, p->creditor_iban, "creditor_bic", old_version);
    check_code(c, p->purpose, "purpose");
    check_code(c, p->category_purpose, "category_purpose");
    check_reference(c, &p->reference, "reference");
}

struct fault *pain001_check(struct arena *arena, const struct payment_batch *batch, enum pain001_version version)
{
    struct check c = { .arena = arena };
    struct sepa_total total;
    bool old_version = version == PAIN001_03;
    TRY(check_batch(&c, "payments", batch->payment_count, batch->message_id, batch->created_at, &batch->initiator));
    for (size_t i = 0; i < batch->account_count; i++) {
        check_prefix(&c, "accounts", i);
        check_account(&c, &batch->accounts[i], old_version);
    }
    struct str *ids = ARENA_ARRAY(arena, struct str, batch->payment_count + 1);
    for (size_t i = 0; i < batch->payment_count; i++) {
        check_prefix(&c, "payments", i);
        check_payment(&c, &batch->payments[i], batch, old_version);
        ids[i] = batch->payments[i].end_to_end_id;
    }
    check_unique(&c, ids, batch->payment_count, "payments", "end_to_end_id");
    check_prefix(&c, NULL, 0);
    if (!c.first && !pain001_total(batch, &total)) check_add(&c, FAULT(arena, &sepa_total_too_large, "payments"));
    return c.first;
}

static bool total_of(const struct payment_batch *batch, const size_t *order, size_t count, struct sepa_total *out)
{
    struct sum sum = { .units = 0 };
    for (size_t i = 0; i < count; i++) {
        const struct payment *p = &batch->payments[order ? order[i] : i];
        sum_add(&sum, p->amount_minor, currency_digits(p->currency));
    }
    return sum_total(&sum, out);
}

bool pain001_total(const struct payment_batch *batch, struct sepa_total *out)
{
    return total_of(batch, NULL, batch->payment_count, out);
}

/* ---- Write ---- */

/* SEPA never has other charges than shared, so 0 and shared are one. */
static enum payment_charges charges_of(const struct payment *p) { return p->charges ? p->charges : CHARGES_SHARED; }

static int compare_groups(const void *of, size_t x, size_t y)
{
    const struct payment_batch *batch = of;
    const struct payment *a = &batch->payments[x], *b = &batch->payments[y];
    if (a->account != b->account) return a->account < b->account ? -1 : 1;
    if (a->requested_on.ymd != b->requested_on.ymd) return a->requested_on.ymd < b->requested_on.ymd ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (charges_of(a) != charges_of(b)) return charges_of(a) < charges_of(b) ? -1 : 1;
    int order = str_compare(a->currency, b->currency);
    return order ? order : str_compare(a->category_purpose, b->category_purpose);
}

static void write_kind(struct xml_writer *w, const struct payment *p)
{
    xml_open(w, "PmtTpInf");
    write_code(w, "SvcLvl", is_sepa(p) ? "SEPA" : p->kind == PAYMENT_URGENT ? "URGP" : "NURG");
    if (p->kind == PAYMENT_INSTANT) write_code(w, "LclInstrm", "INST");
    write_purpose(w, "CtgyPurp", p->category_purpose);
    xml_close(w);
}

static void write_creditor_agent(struct xml_writer *w, const struct payment *p, bool old_version)
{
    bool bank = p->creditor_bank.name.length || !address_is_absent(&p->creditor_bank.address);
    if (!p->creditor_bic.length && !p->clearing_member.length && !bank) return;
    xml_open(w, "CdtrAgt");
    xml_open(w, "FinInstnId");
    xml_leaf(w, old_version ? "BIC" : "BICFI", p->creditor_bic);
    if (p->clearing_member.length) {
        xml_open(w, "ClrSysMmbId");
        if (p->clearing_system.length) {
            xml_open(w, "ClrSysId");
            xml_leaf(w, "Cd", p->clearing_system);
            xml_close(w);
        }
        xml_leaf(w, "MmbId", p->clearing_member);
        xml_close(w);
    }
    write_leaf(w, "Nm", p->creditor_bank.name, SEPA_NAME_MAX);
    write_address(w, &p->creditor_bank.address);
    xml_close(w);
    xml_close(w);
}

static void write_creditor_account(struct xml_writer *w, const struct payment *p)
{
    if (p->creditor_iban.length) return write_iban(w, "CdtrAcct", p->creditor_iban, (struct str){ 0 });
    xml_open(w, "CdtrAcct");
    xml_open(w, "Id");
    xml_open(w, "Othr");
    xml_leaf(w, "Id", p->creditor_account);
    xml_close(w);
    xml_close(w);
    xml_close(w);
}

static void write_payment(struct xml_writer *w, const struct payment *p, bool old_version)
{
    xml_open(w, "CdtTrfTxInf");
    write_payment_ids(w, p->instruction_id, p->end_to_end_id);
    xml_open(w, "Amt");
    write_amount(w, p->amount_minor, p->currency);
    xml_close(w);
    write_name(w, "UltmtDbtr", p->ultimate_debtor);
    write_creditor_agent(w, p, old_version);
    write_party(w, "Cdtr", &p->creditor);
    write_creditor_account(w, p);
    write_name(w, "UltmtCdtr", p->ultimate_creditor);
    write_purpose(w, "Purp", p->purpose);
    write_reference(w, &p->reference);
    xml_close(w);
}

static void write_group(struct xml_writer *w, const void *of, const size_t *order, size_t count, size_t number, bool old_version)
{
    const struct payment_batch *batch = of;
    static const char *const bearers[] = { NULL, "SHAR", "DEBT", "CRED" };
    const struct payment *first = &batch->payments[order[0]];
    const struct payment_account *account = &batch->accounts[first->account];
    struct sepa_total total;
    bool fits = total_of(batch, order, count, &total);
    ensure(fits); /* the whole was checked, a part is not more */
    write_group_head(w, batch->message_id, number, "TRF", account->each_booked, &total);
    write_kind(w, first);
    if (!old_version) xml_open(w, "ReqdExctnDt");
    xml_leaf(w, old_version ? "ReqdExctnDt" : "Dt", date_text(w->text.arena, first->requested_on));
    if (!old_version) xml_close(w);
    write_party(w, "Dbtr", &account->party);
    write_iban(w, "DbtrAcct", account->iban, account->currency);
    write_agent(w, "DbtrAgt", account->bic, account->iban, old_version);
    xml_leaf(w, "ChrgBr", is_sepa(first) ? STR("SLEV") : str_of(bearers[charges_of(first)]));
    for (size_t i = 0; i < count; i++) write_payment(w, &batch->payments[order[i]], old_version);
    xml_close(w);
}

struct fault *pain001_write(struct arena *arena, const struct payment_batch *batch, enum pain001_version version, struct str *out)
{
    struct initiation initiation = {
        .namespace = version == PAIN001_03 ? STR("urn:iso:std:iso:20022:tech:xsd:pain.001.001.03")
                                           : STR("urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"),
        .root = "CstmrCdtTrfInitn",
        .message_id = batch->message_id,
        .created_at = batch->created_at,
        .initiator = &batch->initiator,
        .batch = batch,
        .count = batch->payment_count,
        .old_version = version == PAIN001_03,
        .compare = compare_groups,
        .write_group = write_group,
    };
    TRY(pain001_check(arena, batch, version));
    bool fits = pain001_total(batch, &initiation.total);
    ensure(fits);
    *out = write_initiation(arena, &initiation);
    return NULL;
}
