#include "sepa/sepa_test.h"

static const struct debit_account ours[] = {
    { .party = { .name = STR_INIT("Bakkerij De Zon B.V.") }, .iban = STR_INIT("NL91ABNA0417164300"),
      .creditor_id = STR_INIT("DE98ZZZ09999999999") },
};

static struct debit good_debit(struct arena *arena, size_t i)
{
    return (struct debit){
        .end_to_end_id = str_format(arena, "D-%zu", i), .scheme = DEBIT_CORE, .sequence = DEBIT_RECURRENT,
        .requested_on = { 20261201 }, .amount_minor = 999, .debtor = { .name = STR("P. Jansen") },
        .debtor_iban = STR("NL44RABO0123456789"), .mandate = { .id = STR("M-1"), .signed_on = { 20250131 } },
        .reference = { REFERENCE_FREE, STR("abonnement november") },
    };
}

static struct debit_batch batch_of(const struct debit *debits, size_t count)
{
    return (struct debit_batch){
        .message_id = STR("FLORIN-DD-1"), .created_at = CREATED, .initiator = { .name = STR("Bakkerij De Zon B.V.") },
        .accounts = ours, .account_count = ARRAY_LENGTH(ours), .debits = debits, .debit_count = count,
    };
}

static bool holds(struct str s, const char *z) { return str_find(s, z) >= 0; }

TEST(sepa_pain008_document)
{
    struct debit d[6];
    struct str xml;
    for (size_t i = 0; i < ARRAY_LENGTH(d); i++) d[i] = good_debit(arena, i);
    d[1].sequence = DEBIT_FIRST;
    d[2].scheme = DEBIT_B2B, d[2].sequence = DEBIT_ONE_OFF;
    d[3].mandate.original_id = STR("OLD-1"), d[3].mandate.original_creditor_name = STR("De Zon vóór 2025");
    d[3].mandate.original_creditor_id = STR("DE98ABC09999999999"), d[3].mandate.original_iban = STR("NL20INGB0001234567");
    d[4].mandate.original_account_unknown = true;
    d[5].debtor_iban = STR("CH9300762011623852957"), d[5].debtor_bic = STR("UBSWCHZH80A");
    d[5].debtor.address = (struct sepa_address){ .town = STR("Zürich"), .country = STR("CH") };
    struct debit_batch batch = batch_of(d, ARRAY_LENGTH(d));
    expect_done(pain008_write(arena, &batch, PAIN008_08, &xml));
    expect_schema(arena, xml, "pain.008.001.08");
    expect(holds(xml, "<SeqTp>FRST</SeqTp>") && holds(xml, "<SeqTp>RCUR</SeqTp>") && holds(xml, "<Cd>B2B</Cd>"));
    expect(holds(xml, "<Id>SMNDA</Id>") && holds(xml, "<OrgnlMndtId>OLD-1</OrgnlMndtId>") &&
           holds(xml, "<BICFI>RABONL2U</BICFI>"));
    expect(holds(xml, "<CtrlSum>59.94</CtrlSum>") && holds(xml, "<CtrlSum>39.96</CtrlSum>") && !holds(xml, "/>"));
    expect(holds(xml, "<TwnNm>Zurich</TwnNm>"));
    expect_done(pain008_write(arena, &batch, PAIN008_02, &xml));
    expect_schema(arena, xml, "pain.008.001.02");
    struct text_changes changes = pain008_preview(arena, &batch);
    expect_int(2, changes.list.count);
    expect_str("debits[3].mandate.original_creditor_name", changes.list.at[0].field);
    expect_str("De Zon voor 2025", changes.list.at[0].after);
}

TEST(sepa_pain008_all_errors_at_once)
{
    struct debit d[9];
    for (size_t i = 0; i < ARRAY_LENGTH(d); i++) d[i] = good_debit(arena, i);
    struct debit_account account = ours[0];
    struct debit_batch batch = batch_of(d, ARRAY_LENGTH(d));
    account.creditor_id = STR("DE97ZZZ09999999999");
    batch.accounts = &account;
    d[0].mandate.id = (struct str){ 0 };
    d[1].mandate.signed_on = (struct date){ 20261202 };
    d[2].requested_on = (struct date){ 20261122 };
    d[3].sequence = 0;
    d[4].scheme = 3;
    d[5].debtor_iban = STR("TR330006100519786457841326");
    d[6].amount_minor = 100000000000;
    d[7].mandate.signed_on = (struct date){ 0 };
    d[8].mandate.original_iban = STR("NL00");
    struct fault *f = pain008_check(arena, &batch, PAIN008_08);
    expect(fault_has(f, &creditor_id_wrong, "accounts[0].creditor_id"));
    expect(fault_has(f, &sepa_missing, "debits[0].mandate.id"));
    expect(fault_has(f, &sepa_signed_later, "debits[1].mandate.signed_on"));
    expect(fault_has(f, &sepa_day_early, "debits[2].requested_on"));
    expect(fault_has(f, &sepa_choice_missing, "debits[3].sequence"));
    expect(fault_has(f, &sepa_choice_missing, "debits[4].scheme"));
    expect(fault_has(f, &sepa_outside, "debits[5].debtor_iban"));
    expect(fault_has(f, &sepa_amount_wrong, "debits[6].amount_minor"));
    expect(fault_has(f, &sepa_missing, "debits[7].mandate.signed_on"));
    expect(fault_has(f, &iban_length_wrong, "debits[8].mandate.original_iban"));
    expect_int(10, fault_count(f));
    batch.debit_count = 0;
    expect_refused(&sepa_batch_empty, pain008_check(arena, &batch, PAIN008_08));
}

TEST(sepa_pain008_sequence)
{
    expect_int(DEBIT_FIRST, debit_sequence_next(0, false, false, false));
    expect_int(DEBIT_RECURRENT, debit_sequence_next(0, false, false, true));
    expect_int(DEBIT_RECURRENT, debit_sequence_next(1, false, false, false));
    expect_int(DEBIT_FINAL, debit_sequence_next(5, true, false, false));
    expect_int(DEBIT_ONE_OFF, debit_sequence_next(0, true, true, true));
}

TEST(sepa_pain008_random)
{
    struct rng rng = rng_new(8);
    static const char *const texts[] = {
        "", "M-1", "é", "/", "Jansen & Co", "中", "NL20INGB0001234567", "DE98ZZZ09999999999", "x//y", "(1)"
    };
    size_t done = 0, refused = 0;
    for (int round = 0; round < 1000; round++) {
        struct debit d[2] = { good_debit(arena, 0), good_debit(arena, 1) };
        struct str *any[] = { &d[0].debtor.name,
                              &d[0].mandate.id,
                              &d[0].mandate.original_id,
                              &d[0].mandate.original_iban,
                              &d[0].mandate.original_creditor_id,
                              &d[0].mandate.original_creditor_name,
                              &d[0].ultimate_debtor,
                              &d[0].debtor.address.town,
                              &d[0].debtor_bic,
                              &d[0].reference.text,
                              &d[0].debtor_iban,
                              &d[0].purpose };
        for (int k = (int)rng_between(&rng, 0, 2); k > 0; k--)
            *any[rng_between(&rng, 0, ARRAY_LENGTH(any) - 1)] = str_of(texts[rng_between(&rng, 0, ARRAY_LENGTH(texts) - 1)]);
        d[0].scheme = (enum debit_scheme)(rng_chance(&rng, 950) ? rng_between(&rng, 1, 2) : rng_between(&rng, 0, 9));
        d[0].sequence = (enum debit_sequence)(rng_chance(&rng, 950) ? rng_between(&rng, 1, 4) : rng_between(&rng, 0, 9));
        d[0].mandate.original_account_unknown = rng_chance(&rng, 200);
        if (rng_chance(&rng, 50)) d[0].amount_minor = rng_between(&rng, INT64_MIN, INT64_MAX);
        struct debit_batch batch = batch_of(d, 2);
        struct str xml;
        enum pain008_version version = rng_chance(&rng, 500) ? PAIN008_08 : PAIN008_02;
        struct fault *f = pain008_write(arena, &batch, version, &xml);
        if (f) refused++;
        else expect_schema(arena, xml, version == PAIN008_08 ? "pain.008.001.08" : "pain.008.001.02");
        done += !f;
        for (; f; f = f->next) expect(str_starts(f->field, "debits[0]."));
    }
    print_message("pain.008 random: %zu written, %zu refused\n", done, refused);
    expect(done > 100 && refused > 100);
}
