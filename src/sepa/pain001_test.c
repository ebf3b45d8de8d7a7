#include "sepa/sepa_test.h"

static const struct payment_account ours[] = {
    { .party = { .name = STR_INIT("Bakkerij De Zon B.V."),
                 .address = { .street = STR_INIT("Dorpsstraat"), .building = STR_INIT("12a"), .post_code = STR_INIT("1234 AB"),
                              .town = STR_INIT("Utrecht"), .country = STR_INIT("NL") } },
      .iban = STR_INIT("NL91ABNA0417164300"), .currency = STR_INIT("EUR") },
    { .party = { .name = STR_INIT("Bakkerij De Zon B.V.") }, .iban = STR_INIT("NL20INGB0001234567"), .each_booked = true },
};

static struct payment good_payment(struct arena *arena, size_t i)
{
    return (struct payment){
        .end_to_end_id = str_format(arena, "RUN7-%zu", i), .kind = PAYMENT_SEPA, .requested_on = { 20261124 },
        .amount_minor = 12345, .currency = STR("EUR"), .creditor = { .name = STR("Jansen & Zonen") },
        .creditor_iban = STR("NL44RABO0123456789"), .reference = { REFERENCE_FREE, STR("factuur 2026-17") },
    };
}

static struct payment_batch batch_of(const struct payment *payments, size_t count)
{
    return (struct payment_batch){
        .message_id = STR("FLORIN-20261122-7"), .created_at = CREATED, .initiator = { .name = STR("Bakkerij De Zon B.V.") },
        .accounts = ours, .account_count = ARRAY_LENGTH(ours), .payments = payments, .payment_count = count,
    };
}

static bool holds(struct str s, const char *z) { return str_find(s, z) >= 0; }

TEST(sepa_text_clean)
{
    static const char *const pairs[][2] = {
        { "Café Zürich", "Cafe Zurich" },
        { "Straße", "Strasse" },
        { "€ 5", "EUR 5" },
        { "A&B", "A+B" },
        { "  a\t\n b ", "a b" },
        { "Łódź", "Lodz" },
        { "Crème brûlée – 2×", "Creme brulee - 2x" },
        { "“x”", "'x'" },
        { "Ærø Ĳssel", "AEro IJssel" },
        { "Αθήνα", "Athina" },
        { "София", "Sofiya" },
        { "e\xCC\x81", "e" },
        { "a_b", "a-b" },
        { "info@x.nl", "info(at)x.nl" },
        { "Iași Țară", "Iasi Tara" },
        { "\xFF\xC3", ".." },
        { "中", "." },
        { "😀!", ".." },
        { "plain (1), 2.3/4-5:6?'+", "plain (1), 2.3/4-5:6?'+" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++) expect_str(pairs[i][1], sepa_clean(arena, str_of(pairs[i][0])));
    expect_str(NULL, sepa_clean(arena, (struct str){ 0 }));
    struct rng rng = rng_new(5);
    for (int i = 0; i < 3000; i++) { /* any bytes: comes out clean, and cleaning again changes nothing */
        char z[24];
        size_t n = (size_t)rng_between(&rng, 0, 24);
        for (size_t j = 0; j < n; j++) z[j] = (char)rng_between(&rng, 0, 255);
        struct str clean = sepa_clean(arena, (struct str){ z, n });
        expect(sepa_is_clean(clean));
    }
}

TEST(sepa_pain001_document)
{
    struct payment p[] = { good_payment(arena, 1), good_payment(arena, 2), good_payment(arena, 3), good_payment(arena, 4) };
    struct str xml;
    p[1].reference = (struct reference){ REFERENCE_KENMERK, STR("5000056789012345") };
    p[2].reference = (struct reference){ REFERENCE_RF, STR("RF36INV202600042") };
    p[2].account = 1;
    p[3].kind = PAYMENT_FOREIGN, p[3].currency = STR("USD"), p[3].charges = CHARGES_DEBTOR, p[3].amount_minor = 100;
    p[3].creditor_iban = (struct str){ 0 }, p[3].creditor_account = STR("000123456"), p[3].clearing_system = STR("USABA");
    p[3].clearing_member = STR("021000021");
    p[3].creditor.address =
        (struct sepa_address){ .town = STR("New York"), .country = STR("US"), .lines = { STR("1 Main Street") } };
    struct payment_batch batch = batch_of(p, ARRAY_LENGTH(p));
    expect_done(pain001_write(arena, &batch, PAIN001_09, &xml));
    expect_schema(arena, xml, "pain.001.001.09");
    expect(holds(xml, "<NbOfTxs>4</NbOfTxs>") && holds(xml, "<CtrlSum>371.35</CtrlSum>"));
    expect(holds(xml, "<CtrlSum>246.90</CtrlSum>") && holds(xml, "<PmtInfId>FLORIN-20261122-7-3</PmtInfId>"));
    expect(holds(xml, "<Nm>Jansen + Zonen</Nm>") && holds(xml, "<Issr>CUR</Issr>") && holds(xml, "<Issr>ISO</Issr>"));
    expect(holds(xml, "<BICFI>ABNANL2A</BICFI>") && holds(xml, "<ChrgBr>DEBT</ChrgBr>") && holds(xml, "<Cd>NURG</Cd>"));
    expect(holds(xml, "<BtchBookg>false</BtchBookg>") && holds(xml, "<CreDtTm>2026-11-22T12:00:00</CreDtTm>"));
    expect(holds(xml, "<InstdAmt Ccy=\"USD\">1.00</InstdAmt>") && holds(xml, "<AdrLine>1 Main Street</AdrLine>"));
    expect(!holds(xml, "/>"));
    expect_done(pain001_write(arena, &batch, PAIN001_03, &xml));
    expect_schema(arena, xml, "pain.001.001.03");
    expect(holds(xml, "<BIC>ABNANL2A</BIC>") && holds(xml, "<ReqdExctnDt>2026-11-24</ReqdExctnDt>"));
}

TEST(sepa_pain001_golden)
{
    struct payment p = good_payment(arena, 1);
    struct payment_batch batch = batch_of(&p, 1);
    struct str xml;
    p.reference = (struct reference){ REFERENCE_KENMERK, STR("5000056789012345") };
    expect_done(pain001_write(arena, &batch, PAIN001_09, &xml));
    expect_str(test_file(arena, "tests/data/sepa/pain001_09.xml").at, xml);
}

TEST(sepa_pain001_all_errors_at_once)
{
    struct payment p[14];
    for (size_t i = 0; i < ARRAY_LENGTH(p); i++) p[i] = good_payment(arena, i);
    struct payment_batch batch = batch_of(p, ARRAY_LENGTH(p));
    p[0].creditor_iban = STR("NL44RABO0123456780");
    p[1].creditor.name = (struct str){ 0 };
    p[2].amount_minor = 0;
    p[3].end_to_end_id = p[0].end_to_end_id;
    p[4].creditor.address.lines[0] = STR("Dorpsstraat 1, Utrecht");
    p[5].requested_on = (struct date){ 20261121 };
    p[6].currency = STR("USD");
    p[7].reference.text =
        STR("123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
            "123456789012345678901234567890123456789012345678901");
    p[8].reference = (struct reference){ REFERENCE_RF, STR("RF37INV202600042") };
    p[9].end_to_end_id = STR("/x");
    p[10].creditor.name = STR("株式会社");
    p[11].account = 2;
    p[12].creditor_iban = STR("CH9300762011623852957"), p[12].account = 1;
    p[13].creditor_iban = STR("TR330006100519786457841326"), p[13].kind = 0;
    batch.message_id = STR("a message id that is really much too long");
    struct str xml = { 0 };
    struct fault *f = pain001_check(arena, &batch, PAIN001_09);
    expect(fault_has(f, &iban_digits_wrong, "payments[0].creditor_iban"));
    expect(fault_has(f, &sepa_missing, "payments[1].creditor.name"));
    expect(fault_has(f, &sepa_amount_wrong, "payments[2].amount_minor"));
    expect(fault_has(f, &sepa_used_twice, "payments[3].end_to_end_id"));
    expect(fault_has(f, &sepa_address_unstructured, "payments[4].creditor.address"));
    expect(fault_has(f, &sepa_day_early, "payments[5].requested_on"));
    expect(fault_has(f, &sepa_not_euro, "payments[6].currency"));
    expect(fault_has(f, &sepa_too_long, "payments[7].reference"));
    expect(fault_has(f, &rf_digits_wrong, "payments[8].reference"));
    expect(fault_has(f, &sepa_slashes, "payments[9].end_to_end_id"));
    expect(fault_has(f, &sepa_unwritable, "payments[10].creditor.name"));
    expect(fault_has(f, &sepa_account_unknown, "payments[11].account"));
    expect(fault_has(f, &sepa_bic_needed, "payments[12].creditor_bic"));
    expect(fault_has(f, &sepa_address_needed, "payments[12].account"));
    expect(fault_has(f, &sepa_choice_missing, "payments[13].kind"));
    expect(fault_has(f, &sepa_too_long, "message_id"));
    expect_int(16, fault_count(f));
    expect_refused(&sepa_too_long, pain001_write(arena, &batch, PAIN001_09, &xml));
    expect_str(NULL, xml);
    for (struct fault *one = f; one; one = one->next) { /* every sentence is filled in, in both languages */
        expect(!holds(fault_text(arena, one, ENGLISH), "{") && !holds(fault_text(arena, one, DUTCH), "{"));
        expect(!str_equal(fault_text(arena, one, ENGLISH), fault_text(arena, one, DUTCH)));
    }
}

TEST(sepa_pain001_limits)
{
    struct payment p = good_payment(arena, 1);
    struct payment_batch batch = batch_of(&p, 1);
    struct str xml;
    p.amount_minor = 99999999999;
    p.end_to_end_id = STR("12345678901234567890123456789012345");
    p.creditor.name = STR("1234567890123456789012345678901234567890123456789012345678901234567890X");
    expect_done(pain001_write(arena, &batch, PAIN001_09, &xml));
    expect_schema(arena, xml, "pain.001.001.09");
    struct text_changes changes = pain001_preview(arena, &batch);
    expect_int(1, changes.list.count);
    expect_str("payments[0].creditor.name", changes.list.at[0].field);
    expect_int(70, changes.list.at[0].after.length);
    p.amount_minor++;
    expect_refused(&sepa_amount_wrong, pain001_check(arena, &batch, PAIN001_09));
    p = good_payment(arena, 1);
    p.end_to_end_id = STR("123456789012345678901234567890123456");
    expect_refused(&sepa_too_long, pain001_check(arena, &batch, PAIN001_09));
    p.end_to_end_id = STR("é");
    expect_refused(&sepa_characters, pain001_check(arena, &batch, PAIN001_09));
    p = good_payment(arena, 1);
    p.kind = PAYMENT_FOREIGN, p.currency = STR("JPY"), p.amount_minor = 1000;
    expect_done(pain001_write(arena, &batch, PAIN001_09, &xml));
    expect(holds(xml, "<InstdAmt Ccy=\"JPY\">1000</InstdAmt>") && holds(xml, "<CtrlSum>1000</CtrlSum>"));
    p.currency = STR("XYZ");
    expect_refused(&sepa_currency_wrong, pain001_check(arena, &batch, PAIN001_09));
    p = good_payment(arena, 1);
    p.creditor_account = STR("123");
    expect_refused(&sepa_not_here, pain001_check(arena, &batch, PAIN001_09));
    p.kind = PAYMENT_FOREIGN;
    expect_refused(&sepa_two_accounts, pain001_check(arena, &batch, PAIN001_09));
    p = good_payment(arena, 1);
    p.creditor_bic = STR("RAB0NL2U");
    expect_done(pain001_check(arena, &batch, PAIN001_09));
    expect_refused(&sepa_bic_old, pain001_check(arena, &batch, PAIN001_03));
    p.creditor_bic = STR("DEUTDEFF");
    expect_refused(&bic_of_other_country, pain001_check(arena, &batch, PAIN001_09));
    batch.payment_count = 0;
    expect_refused(&sepa_batch_empty, pain001_check(arena, &batch, PAIN001_09));
    batch.payment_count = SEPA_PAYMENTS_MAX + 1;
    expect_refused(&sepa_batch_too_large, pain001_check(arena, &batch, PAIN001_09));
}

/* ---- Random batches: written and valid, or refused with a field for each reason ---- */

static struct str random_text(struct arena *arena, struct rng *rng, size_t most)
{
    static const char *const parts[] = { "a", "B",      "7", " ", "é",    "€",  "&", "/", "<", "中",
                                         "-", "Jansen", "ß", ".", "\xC3", "\n", "x", "N", "L" };
    struct text t = text_new(arena);
    size_t n = (size_t)rng_between(rng, 0, (int64_t)most);
    for (size_t i = 0; i < n; i++) text_addz(&t, parts[rng_between(rng, 0, ARRAY_LENGTH(parts) - 1)]);
    return text_str(&t);
}

static struct str maybe(struct arena *arena, struct rng *rng, int permille, const char *right, size_t most)
{
    if (rng_chance(rng, permille)) return random_text(arena, rng, most);
    return str_of(right);
}

static struct payment random_payment(struct arena *arena, struct rng *rng, size_t i)
{
    static const char *const ibans[] = { "NL44RABO0123456789", "DE89370400440532013000", "CH9300762011623852957",
                                         "TR330006100519786457841326", "" };
    static const char *const currencies[] = { "EUR", "EUR", "EUR", "USD", "JPY", "KWD", "XXX", "eur" };
    struct payment p = good_payment(arena, i);
    if (rng_chance(rng, 700)) return p;
    p.kind = (enum payment_kind)rng_between(rng, 0, 5);
    p.account = (size_t)rng_between(rng, 0, 2);
    p.charges = (enum payment_charges)rng_between(rng, 0, 4);
    p.amount_minor = rng_chance(rng, 900) ? rng_between(rng, 1, 99999999) : rng_between(rng, -5, INT64_MAX);
    p.currency = str_of(currencies[rng_between(rng, 0, 7)]);
    p.creditor_iban = str_of(ibans[rng_between(rng, 0, 4)]);
    p.creditor_bic = maybe(arena, rng, 100, rng_chance(rng, 500) ? "" : "RABONL2U", 9);
    p.creditor_account = maybe(arena, rng, 100, rng_chance(rng, 800) ? "" : "12345", 36);
    p.creditor.name = maybe(arena, rng, 300, "Jansen", 80);
    p.creditor.address.town = maybe(arena, rng, 100, rng_chance(rng, 500) ? "" : "Utrecht", 20);
    p.creditor.address.country = maybe(arena, rng, 50, rng_chance(rng, 400) ? "" : "NL", 3);
    p.creditor.address.lines[1] = maybe(arena, rng, 100, "", 40);
    p.creditor.address.street = maybe(arena, rng, 100, "", 40);
    p.creditor_bank.name = maybe(arena, rng, 50, "", 40);
    p.clearing_member = maybe(arena, rng, 50, "", 10);
    p.clearing_system = maybe(arena, rng, 20, p.clearing_member.length ? "USABA" : "", 6);
    p.purpose = maybe(arena, rng, 50, "SUPP", 4);
    p.category_purpose = maybe(arena, rng, 20, "", 4);
    p.ultimate_debtor = maybe(arena, rng, 100, "", 40);
    p.instruction_id = maybe(arena, rng, 100, "", 30);
    p.end_to_end_id = maybe(arena, rng, 50, p.end_to_end_id.at, 40);
    p.requested_on.ymd =
        rng_chance(rng, 950) ? 20261124 + (int32_t)rng_between(rng, 0, 3) : (int32_t)rng_between(rng, 0, 30000000);
    p.reference = (struct reference){ (enum reference_kind)rng_between(rng, 0, 4),
                                      maybe(arena, rng, 500, "5000056789012345", 60) };
    return p;
}

TEST(sepa_pain001_random)
{
    struct rng rng = rng_new(20261122);
    size_t done = 0, refused = 0;
    for (int round = 0; round < 1200; round++) {
        struct payment p[3];
        size_t n = (size_t)rng_between(&rng, 1, 3);
        for (size_t i = 0; i < n; i++) p[i] = random_payment(arena, &rng, i);
        struct payment_batch batch = batch_of(p, n);
        enum pain001_version version = rng_chance(&rng, 500) ? PAIN001_09 : PAIN001_03;
        struct str xml;
        struct fault *f = pain001_write(arena, &batch, version, &xml);
        (void)pain001_preview(arena, &batch);
        if (!f) expect_schema(arena, xml, version == PAIN001_09 ? "pain.001.001.09" : "pain.001.001.03");
        else refused++;
        done += !f;
        for (; f; f = f->next) expect(str_starts(f->field, "payments["));
    }
    print_message("pain.001 random: %zu written, %zu refused\n", done, refused);
    expect(done > 100 && refused > 100);
}

TEST(sepa_pain001_ten_thousand)
{
    struct payment *p = ARENA_ARRAY(arena, struct payment, 10000);
    for (size_t i = 0; i < 10000; i++) {
        p[i] = good_payment(arena, i);
        p[i].amount_minor = (int64_t)i + 1;
        p[i].account = i % 2;
        p[i].requested_on.ymd += (int32_t)(i % 3);
    }
    struct payment_batch batch = batch_of(p, 10000);
    struct sepa_total total;
    struct str xml;
    int64_t from = clock_us();
    expect_done(pain001_write(arena, &batch, PAIN001_09, &xml));
    print_message("pain.001 of 10,000 payments: %lld ms, %zu bytes\n", (long long)(clock_us() - from) / 1000, xml.length);
    expect(clock_us() - from < 20000000); /* under sanitizers; the budget of 2 s is the release build's */
    expect(pain001_total(&batch, &total));
    expect_int(10000, total.count);
    expect_str("500050.00", decimal_format(arena, total.sum));
    expect(holds(xml, "<NbOfTxs>10000</NbOfTxs>") && holds(xml, "<CtrlSum>500050.00</CtrlSum>"));
    size_t groups = 0;
    for (struct str rest = xml;;) {
        ptrdiff_t at = str_find(rest, "<PmtInfId>");
        if (at < 0) break;
        groups++;
        rest = str_part(rest, (size_t)at + 1, rest.length);
    }
    expect_int(6, groups);
}
