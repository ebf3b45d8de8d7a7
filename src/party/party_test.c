#include "given.h"

static struct party given_supplier(struct work *work, struct party p)
{
    p.is_supplier = true;
    if (!p.name.at) p.name = STR("Bakkerij De Zon B.V.");
    return given_party(work, p);
}

TEST(party_name_keys)
{
    expect_str("bakkerij de zon", party_name_key(arena, STR("Bakkerij De Zon B.V.")));
    expect_str("cafe muller", party_name_key(arena, STR("Caf\xC3\xA9 M\xC3\xBCller GmbH")));
    expect_str("bv", party_name_key(arena, STR("B.V."))); /* nothing but a legal form is still a name */
    expect_str("o neill s", party_name_key(arena, STR("O-Neill & s")));
}

DB_TEST(party_is_found_by_the_best_evidence)
{
    struct party_matches matches = { 0 };
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ .kvk_number = STR("12345678"), .vat_number = STR("NL004495445B01") });
    struct party maan = given_supplier(work, (struct party){ .name = STR("Maan"), .kvk_number = STR("87654321") });
    expect_done(party_find(work, true,
                           &(struct party_evidence){ .kvk_number = STR("87654321"), .name = STR("Bakkerij de Zon") },
                           &matches));
    expect_int(1, matches.count);
    expect_int(maan.id.n, matches.at[0].party.id.n);
    expect_int(BASIS_KVK, matches.at[0].basis);
    matches.count = 0;
    expect_done(party_find(work, true,
                           &(struct party_evidence){ .kvk_number = STR("11111111"), .name = STR("BAKKERIJ DE ZON BV") },
                           &matches));
    expect_int(1, matches.count);
    expect_int(zon.id.n, matches.at[0].party.id.n);
    expect_int(BASIS_NAME, matches.at[0].basis);
    matches.count = 0;
    (void)given_supplier(work, (struct party){ .name = STR("De Maan Holding") });
    (void)given_supplier(work, (struct party){ .name = STR("de maan nv") });
    expect_done(party_find(work, true, &(struct party_evidence){ .name = STR("De Maan") }, &matches));
    expect_int(2, matches.count); /* a question for a person */
    matches.count = 0;
    expect_done(party_find(work, false, &(struct party_evidence){ .kvk_number = STR("87654321") }, &matches));
    expect_int(0, matches.count); /* a supplier is no customer */
    db_rollback(work);
}

DB_TEST(party_bank_needs_four_eyes)
{
    test_begin(work);
    struct party zon = given_supplier(work, (struct party){ 0 });
    struct party_bank bank = { .party_id = zon.id, .iban = STR("NL91 ABNA 0417 1643 00") }, usable = { 0 };
    (void)expect_refused(&party_bank_unusable, party_bank_to_pay(work, zon.id, (struct str){ 0 }, &usable));
    expect_done(party_bank_propose(work, &bank));
    expect_str("NL91ABNA0417164300", bank.iban);
    expect_int(BANK_PROPOSED, bank.state);
    (void)expect_refused(&party_bank_unusable, party_bank_to_pay(work, zon.id, bank.iban, &usable));
    struct party_bank wrong = { .party_id = zon.id, .iban = STR("NL92ABNA0417164300") };
    expect(party_bank_propose(work, &wrong) != NULL);
    (void)expect_refused(&access_duty_apart, access_duty(work, "party_bank", bank.id.n, "party.bank_verify"));
    db_rollback(work);
}

DB_TEST(party_refuses_impossible_numbers)
{
    test_begin(work);
    struct party p = { .name = STR("x"),
                       .is_customer = true,
                       .language = STR("nl"),
                       .country = STR("NL"),
                       .currency = STR("EUX"),
                       .kvk_number = STR("123"),
                       .vat_number = STR("NL123"),
                       .delivery = DELIVER_MAIL_PDF,
                       .reference_needed = NEEDS_NO_REFERENCE };
    struct fault *faults = party_make(work, &p);
    int count = 0;
    for (struct fault *f = faults; f; f = f->next) count++;
    expect_int(3, count);
    db_rollback(work);
}
