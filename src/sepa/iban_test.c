#include "test.h"
#include "sepa/iban.h"

#define S(z) str_of(z)

TEST(sepa_iban_golden)
{
    struct str out;
    static const char *const right[] = {
        "NL91ABNA0417164300",
        "BE68539007547034",
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "GB29NWBK60161331926819",
        "ES9121000418450200051332",
        "IT60X0542811101000000123456",
        "MT84MALT011000012345MTLCAST001S",
        "NO9386011117947",
        "CH9300762011623852957",
        "LC55HEMM000100010012001200023015",
        "MU17BOMM0101101030300200000MUR",
        "BR1800360305000010009795493C1",
        "SE4550000000058398257466",
        "LU280019400644750000",
        "SC18SSCB11010000000000001497USD",
        "IQ98NBIQ850123456789012",
        "UA213223130000026007233566001",
        "XK051212012345678906",
        "HN54PISA00000000000000123124",
        "RS35260005601001611379",
        "YE15CBYE0001018861234567891234",
        "TR330006100519786457841326",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(right); i++) {
        if (!iban_is_valid(S(right[i]))) print_error("%s\n", right[i]);
        expect(iban_is_valid(S(right[i])));
        expect_done(iban_parse(arena, S(right[i]), NULL, &out));
        expect_str(right[i], out);
        struct str made;
        expect_done(iban_make(arena, str_part(out, 0, 2), str_part(out, 4, 40), &made));
        expect_str(right[i], made);
    }
    expect_done(iban_parse(arena, STR(" nl91 abna\t0417.1643-00 "), NULL, &out));
    expect_str("NL91ABNA0417164300", out);
    expect_str("NL91 ABNA 0417 1643 00", iban_format(arena, out));
    expect_str("ABNANL2A", iban_bic(out));
    expect_str("ABN AMRO", iban_bank_name(out));
    expect_str(NULL, iban_bic(STR("BE68539007547034")));
    expect_done(iban_parse(arena, STR("NL91\xC2\xA0" "ABNA 0417164300"), NULL, &out));
}

TEST(sepa_iban_refuses)
{
    struct str out = { 0 };
    struct fault *f = expect_refused(&iban_digits_wrong, iban_parse(arena, STR("NL91ABNA0417164301"), "iban", &out));
    expect_str("iban", f->field);
    expect_refused(&iban_digits_wrong, iban_parse(arena, STR("NL91ABNA0471164300"), NULL, &out)); /* swapped */
    expect_refused(&iban_length_wrong, iban_parse(arena, STR("NL91ABNA041716430"), NULL, &out));
    expect_refused(&iban_characters_wrong, iban_parse(arena, STR("NL91AB1A0417164300"), NULL, &out));
    expect_refused(&iban_characters_wrong, iban_parse(arena, STR("NLA1ABNA0417164300"), NULL, &out));
    expect_refused(&iban_country_unknown, iban_parse(arena, STR("US91ABNA0417164300"), NULL, &out));
    expect_refused(&iban_country_unknown, iban_parse(arena, STR(""), NULL, &out));
    expect_refused(&iban_country_unknown, iban_parse(arena, STR("\xFF\xFE"), NULL, &out));
    expect_refused(&iban_country_unknown, iban_parse(arena, (struct str){ 0 }, NULL, &out));
    expect_str(NULL, out);
    expect(!iban_is_valid(STR("nl91ABNA0417164300")));
    expect(!iban_is_valid(STR("NL91 ABNA 0417 1643 00")));
    expect(!iban_is_valid((struct str){ 0 }));
}

/* One wrong character is always found; that is what the check digits promise. */
TEST(sepa_iban_every_single_mistake)
{
    struct rng rng = rng_new(7);
    static const char *const countries[] = { "NL", "DE", "FR", "MT", "GB", "BE" };
    static const char *const shapes[] = { "ABNA%010lld", "%018lld", "20041%018lld", "MALT%023lld", "NWBK%014lld", "%012lld" };
    for (int round = 0; round < 300; round++) {
        size_t k = (size_t)rng_between(&rng, 0, 5);
        char bban[64];
        static const int64_t most[] = { 9999999999,         999999999999999999, 999999999999999999,
                                        999999999999999999, 99999999999999,     999999999999 };
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(bban, sizeof bban, shapes[k], (long long)rng_between(&rng, 0, most[k]));
#pragma GCC diagnostic pop
        struct str iban;
        expect_done(iban_make(arena, S(countries[k]), S(bban), &iban));
        char *z = (char *)(uintptr_t)str_copy(arena, iban.at, iban.length).at;
        size_t at = (size_t)rng_between(&rng, 4, (int64_t)iban.length - 1);
        char was = z[at];
        for (char c = '0'; c <= '9'; c++) {
            z[at] = c;
            expect((c == was) == iban_is_valid((struct str){ z, iban.length }));
        }
    }
}

TEST(sepa_iban_areas)
{
    expect_int(IBAN_EEA, iban_area(STR("NL91ABNA0417164300")));
    expect_int(IBAN_SEPA, iban_area(STR("CH9300762011623852957")));
    expect_int(IBAN_ELSEWHERE, iban_area(STR("TR330006100519786457841326")));
    expect(country_is_sepa(STR("NL")) && country_is_sepa(STR("JE")) && country_is_sepa(STR("GP")));
    static const char *const joined[] = { "AL", "MD", "ME", "MK", "RS" }; /* 2025 and 2026 */
    for (size_t i = 0; i < ARRAY_LENGTH(joined); i++) expect(country_is_sepa(str_of(joined[i])));
    expect(!country_is_sepa(STR("US")) && !country_is_sepa(STR("PF")) && !country_is_sepa(STR("")));
}

TEST(sepa_bic)
{
    struct str out;
    expect_done(bic_parse(arena, STR("abnanl2a"), NULL, &out));
    expect_str("ABNANL2A", out);
    expect(bic_is_valid(STR("DEUTDEFF500")));
    expect_refused(&bic_wrong, bic_parse(arena, STR("ABNANL2"), NULL, &out));
    expect_refused(&bic_wrong, bic_parse(arena, STR("ABNA1L2A"), NULL, &out));
    expect_refused(&bic_wrong, bic_parse(arena, STR("ABNANL2A1"), NULL, &out));
    expect(bic_fits_iban(STR("ABNANL2A"), STR("NL91ABNA0417164300")));
    expect(!bic_fits_iban(STR("DEUTDEFF"), STR("NL91ABNA0417164300")));
    expect(bic_fits_iban(STR("BARCJESH"), STR("GB29NWBK60161331926819")));
}

TEST(sepa_vat_id)
{
    struct str out;
    expect_done(vat_id_parse(arena, STR("nl 0044.95.445.B01"), (struct str){ 0 }, NULL, &out));
    expect_str("NL004495445B01", out);
    expect_done(vat_id_parse(arena, STR("004495445B01"), STR("NL"), NULL, &out)); /* Belastingdienst's published example */
    expect_str("NL004495445B01", out);
    expect(vat_id_is_valid(STR("NL002455799B11"))); /* sole trader: mod 97 only */
    expect(vat_id_is_valid(STR("NL000099998B57")));
    expect_refused(&vat_id_digits_wrong, vat_id_parse(arena, STR("NL004495446B01"), (struct str){ 0 }, NULL, &out));
    expect_refused(&vat_id_digits_wrong, vat_id_parse(arena, STR("NL000000000B00"), (struct str){ 0 }, NULL, &out));
    expect_refused(&vat_id_wrong, vat_id_parse(arena, STR("NL004495445A01"), (struct str){ 0 }, NULL, &out));
    expect_refused(&vat_id_wrong, vat_id_parse(arena, STR(""), (struct str){ 0 }, NULL, &out));
    expect_refused(&vat_id_wrong, vat_id_parse(arena, STR("US123456789"), (struct str){ 0 }, NULL, &out));
    expect(vat_id_is_valid(STR("BE0411905847")) && vat_id_is_valid(STR("ATU13585627")) && vat_id_is_valid(STR("IE6433435F")));
    expect(vat_id_is_valid(STR("FR40303265045")) && vat_id_is_valid(STR("XIGD123")) && !vat_id_is_valid(STR("DE12345678")));
    expect_done(vat_id_parse(arena, STR("094259216"), STR("GR"), NULL, &out));
    expect_str("EL094259216", out);
}

TEST(sepa_dutch_numbers)
{
    struct str out;
    expect_done(kvk_parse(arena, STR("1234 5678"), NULL, &out));
    expect_str("12345678", out);
    expect_refused(&kvk_wrong, kvk_parse(arena, STR("1234567"), NULL, &out));
    expect_refused(&kvk_wrong, kvk_parse(arena, STR("00000000"), NULL, &out));
    expect_done(rsin_parse(arena, STR("111.222.333"), NULL, &out));
    expect_refused(&rsin_wrong, rsin_parse(arena, STR("111222334"), NULL, &out));
    expect(rsin_is_valid(STR("111222333")) && !rsin_is_valid(STR("111222334")) && !rsin_is_valid(STR("000000000")));
    expect_done(oin_parse(arena, STR("00000001111222333000"), NULL, &out));
    expect_refused(&oin_wrong, oin_parse(arena, STR("00000001111222334000"), NULL, &out));
    expect_done(oin_parse(arena, STR("00000003123456780000"), NULL, &out));
    expect_done(oin_parse(arena, STR("00000004003214345001"), NULL, &out));
    expect_refused(&oin_wrong, oin_parse(arena, STR("10000004003214345001"), NULL, &out));
    expect_refused(&oin_wrong, oin_parse(arena, STR("0000000400321434500"), NULL, &out));
    expect_done(creditor_id_make(arena, STR("12345678"), &out));
    expect(creditor_id_is_valid(out));
    expect_done(creditor_id_parse(arena, STR("DE98ZZZ09999999999"), NULL, &out)); /* the Bundesbank's example */
    expect(creditor_id_is_valid(STR("DE98ABC09999999999"))); /* the business code is not in the check */
    expect_refused(&creditor_id_wrong, creditor_id_parse(arena, STR("DE97ZZZ09999999999"), NULL, &out));
    expect_refused(&creditor_id_wrong, creditor_id_parse(arena, STR("NL97ZZZ"), NULL, &out));
    expect_done(lei_parse(arena, STR("724500VKKSH9QOLTFR81"), NULL, &out));
    expect_refused(&lei_wrong, lei_parse(arena, STR("724500VKKSH9QOLTFR82"), NULL, &out));
    expect(gtin_is_valid(STR("4006381333931")) && gtin_is_valid(STR("96385074")) && gtin_is_valid(STR("036000291452")));
    expect(!gtin_is_valid(STR("4006381333932")) && !gtin_is_valid(STR("400638133393")) && !gtin_is_valid(STR("")));
    expect_refused(&gtin_wrong, gtin_parse(arena, STR("123"), NULL, &out));
}

TEST(sepa_rf)
{
    struct str out;
    expect_done(rf_make(arena, STR("539007547034"), &out));
    expect_str("RF18539007547034", out);
    expect_done(rf_make(arena, STR("20260001"), &out));
    expect_str("RF3120260001", out);
    expect_done(rf_make(arena, STR("inv-2026/00042"), &out));
    expect_str("RF36INV202600042", out);
    expect_str("RF36 INV2 0260 0042", rf_format(arena, out));
    expect_done(rf_parse(arena, STR("rf36 inv2 0260 0042"), NULL, &out));
    expect_str("RF36INV202600042", out);
    expect_refused(&rf_digits_wrong, rf_parse(arena, STR("RF37INV202600042"), NULL, &out));
    expect_refused(&rf_wrong, rf_parse(arena, STR("RF18"), NULL, &out));
    expect_refused(&rf_wrong, rf_parse(arena, STR("RF181234567890123456789012"), NULL, &out));
    expect_refused(&rf_wrong, rf_make(arena, STR("--"), &out));
    expect_refused(&rf_wrong, rf_make(arena, STR("1234567890123456789012"), &out));
    struct rng rng = rng_new(3);
    for (int i = 0; i < 500; i++) {
        char z[22];
        size_t n = (size_t)rng_between(&rng, 1, 21);
        for (size_t j = 0; j < n; j++) z[j] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rng_between(&rng, 0, 35)];
        expect_done(rf_make(arena, (struct str){ z, n }, &out));
        expect(rf_is_valid(out));
        expect_int(n + 4, out.length);
    }
}

TEST(sepa_kenmerk)
{
    struct str out;
    expect(kenmerk_is_valid(STR("5000056789012345")) && kenmerk_is_valid(STR("12234534622567")) &&
           kenmerk_is_valid(STR("4863521721601050")));
    expect_done(kenmerk_make(arena, STR("56789012345"), &out));
    expect_str("5000056789012345", out);
    expect_done(kenmerk_make(arena, STR("863521721601050"), &out));
    expect_str("4863521721601050", out);
    expect_done(kenmerk_make_short(arena, STR("234534622567"), &out));
    expect_str("12234534622567", out);
    expect_done(kenmerk_parse(arena, STR("5000 0567 8901 2345"), NULL, &out));
    expect_str("5000 0567 8901 2345", kenmerk_format(arena, out));
    expect_done(kenmerk_parse(arena, STR("1234567"), NULL, &out));
    expect_refused(&kenmerk_digit_wrong, kenmerk_parse(arena, STR("6000056789012345"), NULL, &out));
    expect_refused(&kenmerk_wrong, kenmerk_parse(arena, STR("13234534622567"), NULL, &out)); /* L says 13 */
    expect_refused(&kenmerk_wrong, kenmerk_parse(arena, STR("123456789012345"), NULL, &out));
    expect_refused(&kenmerk_wrong, kenmerk_parse(arena, STR("12345678"), NULL, &out));
    expect_refused(&kenmerk_wrong, kenmerk_make(arena, STR("1234567890123456"), &out));
    expect_refused(&kenmerk_wrong, kenmerk_make_short(arena, STR("123456"), &out));
    struct rng rng = rng_new(11);
    for (int i = 0; i < 500; i++) {
        struct str digits = str_from_int(arena, rng_between(&rng, 1, 999999999999999));
        expect_done(kenmerk_make(arena, digits, &out));
        expect(out.length == 16 && kenmerk_is_valid(out) && str_ends(out, digits.at));
        if (digits.length < 7 || digits.length > 12) continue;
        expect_done(kenmerk_make_short(arena, digits, &out));
        expect(out.length == digits.length + 2 && kenmerk_is_valid(out));
    }
}

TEST(sepa_reference)
{
    struct reference r;
    expect_done(reference_parse(arena, REFERENCE_RF, STR("RF18 5390 0754 7034"), NULL, &r));
    expect_str("RF18539007547034", r.text);
    expect_done(reference_parse(arena, REFERENCE_FREE, STR("  invoice 12 "), NULL, &r));
    expect_str("invoice 12", r.text);
    expect(reference_parse(arena, REFERENCE_FREE, STR("  "), "reference", &r) != NULL);
    expect_int(REFERENCE_RF, reference_guess(arena, STR("rf18 5390 0754 7034")).kind);
    expect_int(REFERENCE_KENMERK, reference_guess(arena, STR("5000 0567 8901 2345")).kind);
    expect_int(REFERENCE_FREE, reference_guess(arena, STR("1234567")).kind);
    expect_int(REFERENCE_FREE, reference_guess(arena, STR("6000056789012345")).kind);
    expect_int(0, (int)reference_guess(arena, STR(" ")).kind);
}
