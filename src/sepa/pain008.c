#include "sepa/sepa_private.h"

static void debit_texts(struct text_fields *t, const struct debit *d)
{
    PARTY_TEXTS(t, "debtor", &d->debtor);
    text_field_add(t, "ultimate_debtor", d->ultimate_debtor, SEPA_NAME_MAX, true);
    text_field_add(t, "ultimate_creditor", d->ultimate_creditor, SEPA_NAME_MAX, true);
    text_field_add(t, "mandate.original_creditor_name", d->mandate.original_creditor_name, SEPA_NAME_MAX, true);
}

struct text_changes pain008_preview(struct arena *arena, const struct debit_batch *batch)
{
    struct text_changes changes = { 0 };
    preview_initiator(arena, &changes, &batch->initiator);
    for (size_t i = 0; i < batch->account_count; i++) preview_account(arena, &changes, i, &batch->accounts[i].party);
    for (size_t i = 0; i < batch->debit_count; i++) {
        struct text_fields t = { .count = 0 };
        debit_texts(&t, &batch->debits[i]);
        preview_payment(arena, &changes, "debits", i, &t, &batch->debits[i].reference);
    }
    return changes;
}

/* ---- Check ---- */

static void check_creditor_id(struct check *c, struct str id, const char *field)
{
    struct str parsed;
    struct fault *f = creditor_id_parse(c->arena, id, field, &parsed);
    if (!f && !str_equal(parsed, id)) f = FAULT(c->arena, &creditor_id_wrong, field, PARAM("number", id));
    check_add(c, f);
}

static void check_account(struct check *c, const struct debit_account *a, bool old_version)
{
    check_account_party(c, &a->party);
    check_iban(c, a->iban, "iban");
    if (iban_is_valid(a->iban) && iban_area(a->iban) == IBAN_ELSEWHERE)
        check_add(c, FAULT(c->arena, &sepa_outside, "iban", PARAM("iban", a->iban)));
    check_bic(c, a->bic, a->iban, "bic", old_version);
    if (a->creditor_id.length) check_creditor_id(c, a->creditor_id, "creditor_id");
    else check_present(c, a->creditor_id, "creditor_id");
}

static void check_mandate(struct check *c, const struct debit *d)
{
    const struct mandate *m = &d->mandate;
    check_id(c, m->id, "mandate.id", SEPA_ID_MAX, true);
    check_day(c, m->signed_on, (struct date){ 0 }, "mandate.signed_on");
    if (m->signed_on.ymd > d->requested_on.ymd && d->requested_on.ymd)
        check_add(c, FAULT(c->arena, &sepa_signed_later, "mandate.signed_on", PARAM("signed", date_text(c->arena, m->signed_on)),
                           PARAM("day", date_text(c->arena, d->requested_on))));
    check_id(c, m->original_id, "mandate.original_id", SEPA_ID_MAX, false);
    if (m->original_creditor_id.length) check_creditor_id(c, m->original_creditor_id, "mandate.original_creditor_id");
    if (m->original_iban.length) check_iban(c, m->original_iban, "mandate.original_iban");
}

static void check_debit(struct check *c, const struct debit *d, const struct debit_batch *batch, bool old_version)
{
    struct text_fields t = { .count = 0 };
    check_account_known(c, d->account, batch->account_count);
    check_payment_ids(c, d->end_to_end_id, d->instruction_id);
    if (d->scheme < DEBIT_CORE || d->scheme > DEBIT_B2B) check_add(c, FAULT(c->arena, &sepa_choice_missing, "scheme"));
    if (d->sequence < DEBIT_FIRST || d->sequence > DEBIT_ONE_OFF) check_add(c, FAULT(c->arena, &sepa_choice_missing, "sequence"));
    check_day(c, d->requested_on, date_add_days(instant_day(batch->created_at), 1), "requested_on");
    check_amount(c, d->amount_minor, SEPA_AMOUNT_MAX, 2, "amount_minor");
    check_present(c, d->debtor.name, "debtor.name");
    debit_texts(&t, d);
    check_texts(c, &t);
    check_id(c, d->debtor.organisation_id, "debtor.organisation_id", SEPA_ID_MAX, false);
    check_iban(c, d->debtor_iban, "debtor_iban");
    check_bic(c, d->debtor_bic, d->debtor_iban, "debtor_bic", old_version);
    enum iban_area area = iban_is_valid(d->debtor_iban) ? iban_area(d->debtor_iban) : IBAN_EEA;
    if (area == IBAN_ELSEWHERE) check_add(c, FAULT(c->arena, &sepa_outside, "debtor_iban", PARAM("iban", d->debtor_iban)));
    if (area == IBAN_SEPA && !d->debtor_bic.length) check_add(c, FAULT(c->arena, &sepa_bic_needed, "debtor_bic"));
    check_address(c, &d->debtor.address, "debtor.address", area == IBAN_SEPA);
    check_mandate(c, d);
    check_code(c, d->purpose, "purpose");
    check_reference(c, &d->reference, "reference");
}

struct fault *pain008_check(struct arena *arena, const struct debit_batch *batch, enum pain008_version version)
{
    struct check c = { .arena = arena };
    struct sepa_total total;
    bool old_version = version == PAIN008_02;
    TRY(check_batch(&c, "debits", batch->debit_count, batch->message_id, batch->created_at, &batch->initiator));
    for (size_t i = 0; i < batch->account_count; i++) {
        check_prefix(&c, "accounts", i);
        check_account(&c, &batch->accounts[i], old_version);
    }
    struct str *ids = ARENA_ARRAY(arena, struct str, batch->debit_count + 1);
    for (size_t i = 0; i < batch->debit_count; i++) {
        check_prefix(&c, "debits", i);
        check_debit(&c, &batch->debits[i], batch, old_version);
        ids[i] = batch->debits[i].end_to_end_id;
    }
    check_unique(&c, ids, batch->debit_count, "debits", "end_to_end_id");
    check_prefix(&c, NULL, 0);
    if (!c.first && !pain008_total(batch, &total)) check_add(&c, FAULT(arena, &sepa_total_too_large, "debits"));
    return c.first;
}

static bool total_of(const struct debit_batch *batch, const size_t *order, size_t count, struct sepa_total *out)
{
    struct sum sum = { .units = 0 };
    for (size_t i = 0; i < count; i++) sum_add(&sum, batch->debits[order ? order[i] : i].amount_minor, 2);
    return sum_total(&sum, out);
}

bool pain008_total(const struct debit_batch *batch, struct sepa_total *out)
{
    return total_of(batch, NULL, batch->debit_count, out);
}

/* ---- Write ---- */

static int compare_groups(const void *of, size_t x, size_t y)
{
    const struct debit_batch *batch = of;
    const struct debit *a = &batch->debits[x], *b = &batch->debits[y];
    if (a->account != b->account) return a->account < b->account ? -1 : 1;
    if (a->requested_on.ymd != b->requested_on.ymd) return a->requested_on.ymd < b->requested_on.ymd ? -1 : 1;
    if (a->scheme != b->scheme) return a->scheme < b->scheme ? -1 : 1;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

/* A creditor identifier stands as a private person's id of the proprietary scheme SEPA, whoever the creditor is. */
static void write_scheme_id(struct xml_writer *w, const char *element, struct str name, struct str id)
{
    if (!name.length && !id.length) return;
    xml_open(w, element);
    write_leaf(w, "Nm", name, SEPA_NAME_MAX);
    if (id.length) {
        xml_open(w, "Id");
        xml_open(w, "PrvtId");
        xml_open(w, "Othr");
        xml_leaf(w, "Id", id);
        xml_open(w, "SchmeNm");
        xml_leaf(w, "Prtry", STR("SEPA"));
        xml_close(w);
        xml_close(w);
        xml_close(w);
        xml_close(w);
    }
    xml_close(w);
}

static void write_amendment(struct xml_writer *w, const struct mandate *m)
{
    bool amended = m->original_id.length || m->original_creditor_id.length || m->original_creditor_name.length ||
                   m->original_iban.length || m->original_account_unknown;
    if (!amended) return;
    xml_leaf(w, "AmdmntInd", STR("true"));
    xml_open(w, "AmdmntInfDtls");
    xml_leaf(w, "OrgnlMndtId", m->original_id);
    write_scheme_id(w, "OrgnlCdtrSchmeId", m->original_creditor_name, m->original_creditor_id);
    if (m->original_iban.length) write_iban(w, "OrgnlDbtrAcct", m->original_iban, (struct str){ 0 });
    else if (m->original_account_unknown) {
        xml_open(w, "OrgnlDbtrAcct");
        xml_open(w, "Id");
        xml_open(w, "Othr");
        xml_leaf(w, "Id", STR("SMNDA"));
        xml_close(w);
        xml_close(w);
        xml_close(w);
    }
    xml_close(w);
}

static void write_debit(struct xml_writer *w, const struct debit *d, bool old_version)
{
    xml_open(w, "DrctDbtTxInf");
    write_payment_ids(w, d->instruction_id, d->end_to_end_id);
    write_amount(w, d->amount_minor, STR("EUR"));
    xml_open(w, "DrctDbtTx");
    xml_open(w, "MndtRltdInf");
    xml_leaf(w, "MndtId", d->mandate.id);
    xml_leaf(w, "DtOfSgntr", date_text(w->text.arena, d->mandate.signed_on));
    write_amendment(w, &d->mandate);
    xml_close(w);
    xml_close(w);
    write_name(w, "UltmtCdtr", d->ultimate_creditor);
    write_agent(w, "DbtrAgt", d->debtor_bic, d->debtor_iban, old_version);
    write_party(w, "Dbtr", &d->debtor);
    write_iban(w, "DbtrAcct", d->debtor_iban, (struct str){ 0 });
    write_name(w, "UltmtDbtr", d->ultimate_debtor);
    write_purpose(w, "Purp", d->purpose);
    write_reference(w, &d->reference);
    xml_close(w);
}

static void write_group(struct xml_writer *w, const void *of, const size_t *order, size_t count, size_t number, bool old_version)
{
    const struct debit_batch *batch = of;
    static const char *const sequences[] = { NULL, "FRST", "RCUR", "FNAL", "OOFF" };
    const struct debit *first = &batch->debits[order[0]];
    const struct debit_account *account = &batch->accounts[first->account];
    struct sepa_party creditor = account->party;
    struct sepa_total total;
    bool fits = total_of(batch, order, count, &total);
    ensure(fits); /* the whole was checked, a part is not more */
    creditor.organisation_id = (struct str){ 0 }; /* SEPA: the creditor identifier says who it is */
    write_group_head(w, batch->message_id, number, "DD", account->each_booked, &total);
    xml_open(w, "PmtTpInf");
    write_code(w, "SvcLvl", "SEPA");
    write_code(w, "LclInstrm", first->scheme == DEBIT_CORE ? "CORE" : "B2B");
    xml_leaf(w, "SeqTp", str_of(sequences[first->sequence]));
    xml_close(w);
    xml_leaf(w, "ReqdColltnDt", date_text(w->text.arena, first->requested_on));
    write_party(w, "Cdtr", &creditor);
    write_iban(w, "CdtrAcct", account->iban, (struct str){ 0 });
    write_agent(w, "CdtrAgt", account->bic, account->iban, old_version);
    xml_leaf(w, "ChrgBr", STR("SLEV"));
    write_scheme_id(w, "CdtrSchmeId", (struct str){ 0 }, account->creditor_id);
    for (size_t i = 0; i < count; i++) write_debit(w, &batch->debits[order[i]], old_version);
    xml_close(w);
}

struct fault *pain008_write(struct arena *arena, const struct debit_batch *batch, enum pain008_version version, struct str *out)
{
    struct initiation initiation = {
        .namespace = version == PAIN008_02 ? STR("urn:iso:std:iso:20022:tech:xsd:pain.008.001.02")
                                           : STR("urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"),
        .root = "CstmrDrctDbtInitn",
        .message_id = batch->message_id,
        .created_at = batch->created_at,
        .initiator = &batch->initiator,
        .batch = batch,
        .count = batch->debit_count,
        .old_version = version == PAIN008_02,
        .compare = compare_groups,
        .write_group = write_group,
    };
    TRY(pain008_check(arena, batch, version));
    bool fits = pain008_total(batch, &initiation.total);
    ensure(fits);
    *out = write_initiation(arena, &initiation);
    return NULL;
}

enum debit_sequence debit_sequence_next(size_t settled_before, bool is_last, bool one_off, bool recurrent_only)
{
    if (one_off) return DEBIT_ONE_OFF;
    if (is_last) return DEBIT_FINAL;
    return settled_before || recurrent_only ? DEBIT_RECURRENT : DEBIT_FIRST;
}
