#include "sepa/sepa_test.h"

static struct epcqr good(void)
{
    return (struct epcqr){ .version = 2,
                           .name = STR("Bakkerij De Zon B.V."),
                           .iban = STR("NL91ABNA0417164300"),
                           .amount_minor = 12345,
                           .reference = { REFERENCE_RF, STR("RF36INV202600042") } };
}

TEST(sepa_epcqr_payload)
{
    struct epcqr qr = good();
    struct str out;
    expect_done(epcqr_payload(arena, &qr, &out));
    expect_str("BCD\n002\n1\nSCT\n\nBakkerij De Zon B.V.\nNL91ABNA0417164300\nEUR123.45\n\nRF36INV202600042", out);
    qr.version = 1, qr.bic = STR("ABNANL2A"), qr.purpose = STR("SUPP"), qr.information = STR("dank u");
    qr.reference = (struct reference){ REFERENCE_FREE, STR("factuur 2026-17 – café") };
    expect_done(epcqr_payload(arena, &qr, &out));
    expect_str(
        "BCD\n001\n1\nSCT\nABNANL2A\nBakkerij De Zon B.V.\nNL91ABNA0417164300\nEUR123.45\nSUPP\n\nfactuur 2026-17 – café\ndank u",
        out);
    qr = good();
    qr.amount_minor = 0, qr.reference = (struct reference){ 0 };
    expect_done(epcqr_payload(arena, &qr, &out));
    expect_str("BCD\n002\n1\nSCT\n\nBakkerij De Zon B.V.\nNL91ABNA0417164300", out);
}

TEST(sepa_epcqr_refuses)
{
    struct epcqr qr = { .version = 1, .amount_minor = 100000000000, .iban = STR("NL91ABNA0417164301"), .purpose = STR("x"),
                        .reference = { REFERENCE_RF, STR("RF37INV202600042") }, .information = STR("a\nb") };
    struct str out;
    struct fault *f = epcqr_payload(arena, &qr, &out);
    expect(fault_has(f, &sepa_amount_wrong, "amount_minor") && fault_has(f, &iban_digits_wrong, "iban"));
    expect(fault_has(f, &sepa_code_wrong, "purpose") && fault_has(f, &rf_digits_wrong, "reference"));
    expect(fault_has(f, &sepa_missing, "name"));
    expect_int(7, fault_count(f));
    qr = good(), qr.amount_minor = -1;
    expect_refused(&sepa_amount_wrong, epcqr_payload(arena, &qr, &out));
    qr = good(), qr.iban = STR("CH9300762011623852957");
    expect_refused(&sepa_bic_needed, epcqr_payload(arena, &qr, &out));
    qr = good(), qr.version = 3;
    expect(epcqr_payload(arena, &qr, &out) != NULL);
    struct text t = text_new(arena);
    for (int i = 0; i < 70; i++) text_addz(&t, "é");
    qr = good(), qr.name = text_str(&t);
    expect_done(epcqr_payload(arena, &qr, &out)); /* 70 characters */
    text_addz(&t, "é");
    qr.name = text_str(&t);
    expect_refused(&sepa_too_long, epcqr_payload(arena, &qr, &out));
    struct text u = text_new(arena);
    for (int i = 0; i < 140; i++) text_addz(&u, "é");
    qr = good(), qr.reference = (struct reference){ REFERENCE_FREE, text_str(&u) };
    struct fault *large = epcqr_payload(arena, &qr, &out); /* each within its limit, but 343 bytes */
    expect(large && str_is(str_of(large->type->code), "epcqr.too_large"));
}

/* The three finder patterns stand where a reader looks for them; version and size agree. */
TEST(sepa_epcqr_matrix)
{
    struct rng rng = rng_new(4);
    struct qr_matrix m;
    int largest = 0;
    for (int round = 0; round < 60; round++) {
        char z[EPCQR_BYTES_MAX];
        size_t n = round ? (size_t)rng_between(&rng, 1, EPCQR_BYTES_MAX) : EPCQR_BYTES_MAX;
        for (size_t i = 0; i < n; i++) z[i] = (char)rng_between(&rng, 0, 255);
        expect_done(epcqr_matrix(arena, (struct str){ z, n }, &m));
        expect(m.size >= 21 && m.size <= 69 && (m.size - 17) % 4 == 0);
        if (m.size > largest) largest = m.size;
        for (int corner = 0; corner < 3; corner++) {
            int x0 = corner == 1 ? m.size - 7 : 0, y0 = corner == 2 ? m.size - 7 : 0;
            for (int y = 0; y < 7; y++)
                for (int x = 0; x < 7; x++) {
                    int ring = (x < 6 - x ? x : 6 - x) < (y < 6 - y ? y : 6 - y) ? (x < 6 - x ? x : 6 - x)
                                                                                 : (y < 6 - y ? y : 6 - y);
                    expect_int(ring != 1, m.modules[(y0 + y) * m.size + x0 + x]);
                }
        }
    }
    expect_int(69, largest);
    char too_many[EPCQR_BYTES_MAX + 1] = "x";
    expect(epcqr_matrix(arena, (struct str){ too_many, sizeof too_many }, &m) != NULL);
    expect(epcqr_matrix(arena, (struct str){ 0 }, &m) != NULL);
}
