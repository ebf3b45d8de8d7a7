#include "sepa/sepa_test.h"

TEST(sepa_pain002_v03)
{
    struct status_report r;
    expect_done(pain002_read(arena, test_file(arena, "tests/data/sepa/pain002_03.xml"), &r));
    expect_str("BANK-2026-1", r.message_id);
    expect_str("FLORIN-20261122-7", r.original_message_id);
    expect_str("pain.001.001.03", r.original_message_kind);
    expect_int(STATUS_PARTIAL, r.status);
    expect_int(3, r.original_count);
    expect_str("371.35", decimal_format(arena, r.original_sum));
    expect_int(2, r.groups.count);
    expect_int(STATUS_REJECTED, r.groups.at[0].status);
    expect_str("FLORIN-20261122-7-2", r.groups.at[1].original_group_id);
    expect_int(0, r.groups.at[1].status);
    expect_int(3, r.transactions.count);
    struct status_transaction *t = r.transactions.at;
    expect_str("RUN7-1", t[0].original_end_to_end_id);
    expect_int(STATUS_REJECTED, t[0].status);
    expect_int(2, t[0].reasons.list.count);
    expect_str("AC04", t[0].reasons.list.at[0].code);
    expect_str("Rekening opgeheven", t[0].reasons.list.at[0].text);
    expect_str("Rabobank", t[0].reasons.list.at[0].originator);
    expect(t[0].reasons.list.at[1].proprietary);
    expect_str("X1", t[0].reasons.list.at[1].code);
    expect_str("one two", t[0].reasons.list.at[1].text);
    expect_str("123.45", decimal_format(arena, t[0].amount));
    expect_str("EUR", t[0].currency);
    expect_str("NL44RABO0123456789", t[0].counter_iban);
    expect_str("Jansen & Zonen", t[0].counter_name);
    expect_int(20261124, t[0].requested_on.ymd);
    expect_int(STATUS_REJECTED, t[1].status); /* its group's */
    expect_int(0, t[1].reasons.list.count);
    expect_int(1, t[2].group);
    expect_int(STATUS_PENDING, t[2].status);
}

TEST(sepa_pain002_v10)
{
    struct status_report r;
    expect_done(pain002_read(arena, test_file(arena, "tests/data/sepa/pain002_10.xml"), &r));
    expect_str("pain.008.001.08", r.original_message_kind);
    expect_int(STATUS_REJECTED, r.status);
    expect_str("AM05", r.reasons.list.at[0].code);
    expect_int(-1, r.original_count);
    expect_int(2, r.transactions.count);
    expect_str("P. Jansen", r.transactions.at[0].counter_name);
    expect_str("NL44RABO0123456789", r.transactions.at[0].counter_iban);
    expect_str("M-1", r.transactions.at[0].mandate_id);
    expect_int(20261201, r.transactions.at[0].requested_on.ymd);
    expect_int(STATUS_REJECTED, r.transactions.at[0].status);
    expect_int(STATUS_NAME_CLOSE, r.transactions.at[1].status);
    expect_str("J. Jansen en Zonen B.V.", r.transactions.at[1].reasons.list.at[0].text);
}

TEST(sepa_pain002_refuses)
{
    struct status_report r;
    expect_refused(&pain002_not_one,
                   pain002_read(arena,
                                STR("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'><a/></Document>"),
                                &r));
    expect_refused(&pain002_not_one,
                   pain002_read(arena,
                                STR("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><a/></Document>"),
                                &r));
    expect_refused(
        &xml_malformed,
        pain002_read(arena, STR("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><a>"), &r));
    expect_refused(&xml_malformed, pain002_read(arena, STR(""), &r));
    expect_refused(
        &xml_forbidden,
        pain002_read(
            arena,
            STR("<!DOCTYPE x [<!ENTITY a 'b'>]><Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'/>"),
            &r));
    /* Nonsense in right places is kept out, and never stops the program. */
    expect_done(pain002_read(
        arena,
        STR("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><R><OrgnlGrpInfAndSts><OrgnlMsgId>m</OrgnlMsgId>"
            "<OrgnlNbOfTxs>-5</OrgnlNbOfTxs><OrgnlCtrlSum>x</OrgnlCtrlSum><GrpSts>WAT?</GrpSts></OrgnlGrpInfAndSts><TxInfAndSts><TxInfAndSts/>"
            "<OrgnlTxRef><Amt><InstdAmt>1e5</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></R></Document>"),
        &r));
    expect_int(STATUS_OTHER, r.status);
    expect_int(-1, r.original_count);
    expect_int(0, r.original_sum.present);
    expect(r.transactions.count >= 1 && r.transactions.at[0].group == SIZE_MAX);
}

TEST(sepa_pain002_large)
{
    struct text t = text_new(arena);
    struct status_report r;
    text_addz(
        &t,
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><R><OrgnlGrpInfAndSts><OrgnlMsgId>m</OrgnlMsgId></OrgnlGrpInfAndSts>");
    for (int i = 0; i < 200001; i++) text_addz(&t, "<TxInfAndSts/>");
    text_addz(&t, "</R></Document>");
    expect_refused(&input_too_large, pain002_read(arena, text_str(&t), &r));
}

/* An arena that is too small for a report is a refusal, not the end of the program. */
TEST(sepa_pain002_small_arena)
{
    struct text t = text_new(arena);
    struct status_report r;
    text_addz(
        &t,
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><R><OrgnlGrpInfAndSts><OrgnlMsgId>m</OrgnlMsgId></OrgnlGrpInfAndSts>");
    for (int i = 0; i < 20000; i++)
        text_addz(&t, "<TxInfAndSts><OrgnlEndToEndId>some identification or other</OrgnlEndToEndId></TxInfAndSts>");
    text_addz(&t, "</R></Document>");
    for (size_t limit = 2; limit <= 8; limit *= 2) {
        struct arena *small = arena_new(limit << 20);
        struct fault *f = pain002_read(small, text_str(&t), &r);
        expect(f && f->type == &input_too_large);
        arena_free(small);
    }
}

TEST(sepa_pain002_many_indented)
{
    struct text t = text_new(arena);
    struct status_report r;
    text_addz(&t, "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><R>"
                  "<OrgnlGrpInfAndSts><OrgnlMsgId>m</OrgnlMsgId></OrgnlGrpInfAndSts>");
    for (int i = 0; i < 60000; i++) text_addz(&t, "\n                        <TxInfAndSts>\n  </TxInfAndSts>");
    text_addz(&t, "</R></Document>");
    expect_done(pain002_read(arena, text_str(&t), &r));
    expect_int(60000, r.transactions.count);
}
