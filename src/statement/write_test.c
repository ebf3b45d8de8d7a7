/* What is written is read back as it was; and what is written is valid against the schemas. */
#include "test.h"
#include "codec/xml.h"
#include "statement/statement.h"

static struct date ymd(int y, int m, int d)
{
    struct date date;
    expect(date_make(y, m, d, &date));
    return date;
}

struct sample {
    struct statement st;
    struct statement_balance balances[3];
    struct statement_line lines[8];
    const struct statement_line *order[8];
};

static struct statement_line *add(struct sample *s, int64_t minor, const struct statement_payment *details, size_t count)
{
    static const struct statement_payment none;
    struct statement_line *l = &s->lines[s->st.line_count];
    *l = (struct statement_line){ .number = (int32_t)s->st.line_count + 1,
                                  .occurrence = 1,
                                  .booked_on = ymd(2026, 1, 5),
                                  .valued_on = ymd(2026, 1, 5),
                                  .amount_minor = minor,
                                  .currency = STR("EUR"),
                                  .status = STATUS_BOOK,
                                  .batch_count = -1,
                                  .details = details,
                                  .detail_count = count,
                                  .payment = count == 1 ? details : &none };
    s->order[s->st.line_count++] = l;
    s->st.booked_minor += minor;
    return l;
}

/* A day of a small company: an invoice paid, a direct debit, a storno, a kenmerk, two equal card payments, a batch, a fee. */
static struct sample *sample(struct arena *arena)
{
    struct sample *s = ARENA_NEW(arena, struct sample);
    static const struct str lines_[] = { { "Keizersgracht 1", 15 }, { "1015 AA Amsterdam", 17 } };
    static const struct statement_address address = { .country = { "NL", 2 }, .lines = lines_, .line_count = 2 };
    static const struct statement_party customer = { .name = { "Bakkerij Caf\303\251 't Hoekje B.V.", 29 },
                                                     .account = { "NL20INGB0001234567", 18 },
                                                     .account_is_iban = true,
                                                     .bic = { "INGBNL2A", 8 },
                                                     .address = &address };
    static const struct statement_party energy = { .name = { "Energie Direct Nederland", 24 },
                                                   .account = { "NL02ABNA0123456789", 18 },
                                                   .account_is_iban = true,
                                                   .bic = { "ABNANL2A", 8 } };
    static const struct statement_party tax = { .name = { "BELASTINGDIENST", 15 },
                                                .account = { "NL86INGB0002445588", 18 },
                                                .account_is_iban = true };
    static const struct statement_party mother = { .name = { "Hoekje Holding", 14 } };
    static const struct statement_payment paid = { .end_to_end_id = { "E2E-2026-17", 11 },
                                                   .debtor = &customer,
                                                   .counterparty = &customer,
                                                   .ultimate_debtor = &mother,
                                                   .ultimate = &mother,
                                                   .remittance = { "Factuur 20260017, klant 4711", 28 } };
    static const struct statement_payment taken = { .end_to_end_id = { "ED-88", 5 },
                                                    .mandate_id = { "MND-2024-1", 10 },
                                                    .creditor_id = { "NL42ZZZ123456780000", 19 },
                                                    .creditor = &energy,
                                                    .counterparty = &energy,
                                                    .remittance = { "Termijn januari 2026", 20 } };
    static const struct statement_payment back = { .end_to_end_id = { "INC-7", 5 },
                                                   .debtor = &customer,
                                                   .counterparty = &customer,
                                                   .return_reason = { "MS03", 4 },
                                                   .remittance = { "Storno incasso INC-7", 20 } };
    static const struct str kenmerk[] = { { "5000056789012345", 16 } };
    static const struct statement_payment vat = { .creditor = &tax, .counterparty = &tax, .reference = { "5000056789012345", 16 },
        .reference_type = REMITTANCE_KENMERK, .reference_issuer = { "CUR", 3 }, .structured = kenmerk, .structured_count = 1 };
    static const struct statement_payment card = { .remittance = { "Betaalautomaat 12:01 pas 042 Bouwmarkt", 38 } };
    static const struct statement_payment batch[] = {
        { .amount_minor = -10000,
          .currency = { "EUR", 3 },
          .end_to_end_id = { "P-1", 3 },
          .creditor = &customer,
          .counterparty = &customer },
        { .amount_minor = -2550,
          .currency = { "EUR", 3 },
          .end_to_end_id = { "P-2", 3 },
          .creditor = &energy,
          .counterparty = &energy },
    };
    s->balances[0] = (struct statement_balance){
        .type = BALANCE_OPENING, .amount_minor = 100000, .currency = STR("EUR"), .on = ymd(2026, 1, 4)
    };
    s->st = (struct statement){ .kind = STATEMENT_CAMT_053,
                                .message_id = STR("MSG-5"),
                                .id = STR("2026005"),
                                .number = 5,
                                .page = -1,
                                .legal_number = -1,
                                .message_page = -1,
                                .account = STR("NL91ABNA0417164300"),
                                .account_is_iban = true,
                                .currency = STR("EUR"),
                                .owner = STR("Florin Demo B.V."),
                                .servicer_bic = STR("ABNANL2A"),
                                .created_at = instant_of_day(ymd(2026, 1, 6)) };
    add(s, 121000, &paid, 1)->servicer_reference = STR("05012026000001");
    add(s, -18150, &taken, 1)->code = (struct statement_code){ STR("PMNT"), STR("RDDT"), STR("ESDD"), STR("NDDT"), { 0 } };
    add(s, -4500, &back, 1)->reversal = true;
    add(s, -250000, &vat, 1);
    add(s, -1295, &card, 1);
    add(s, -1295, &card, 1)->occurrence = 2;
    struct statement_line *l = add(s, -12550, batch, 2);
    l->batch_id = STR("RUN-9");
    l->batch_count = 2;
    l->details_minor = -12550;
    s->balances[1] = (struct statement_balance){ .type = BALANCE_CLOSING,
                                                 .amount_minor = 100000 + s->st.booked_minor,
                                                 .currency = STR("EUR"),
                                                 .on = ymd(2026, 1, 5) };
    s->st.balances = s->balances;
    s->st.balance_count = 2;
    s->st.opening = &s->balances[0];
    s->st.closing = &s->balances[1];
    s->st.lines = s->order;
    return s;
}

static void same(struct str a, struct str b)
{
    if (!str_equal(a, b)) fail_msg("\"%.*s\" became \"%.*s\"", STR_ARG(a), STR_ARG(b));
}

static void same_party(const struct statement_party *a, const struct statement_party *b, bool whole)
{
    if (!a) return;
    expect(b != NULL);
    if (whole) same(a->name, b->name);
    same(a->account, b->account);
    expect_int(a->account_is_iban, b->account_is_iban);
    if (!whole) return;
    same(a->bic, b->bic);
    expect_int(a->address ? a->address->line_count : 0, b->address ? b->address->line_count : 0);
    for (size_t i = 0; a->address && i < a->address->line_count; i++) same(a->address->lines[i], b->address->lines[i]);
}

static void same_payment(const struct statement_payment *a, const struct statement_payment *b)
{
    expect_int(a->amount_minor, b->amount_minor);
    same(a->end_to_end_id, b->end_to_end_id);
    same(a->mandate_id, b->mandate_id);
    same(a->creditor_id, b->creditor_id);
    same(a->remittance, b->remittance);
    same(a->reference, b->reference);
    same(a->return_reason, b->return_reason);
    expect_int(a->reference_type, b->reference_type);
    same_party(a->counterparty, b->counterparty, true);
    same_party(a->ultimate, b->ultimate, true);
    expect_int(!a->debtor, !b->debtor);
    expect_int(!a->creditor, !b->creditor);
}

static void same_statement(const struct statement *a, const struct statement *b)
{
    same(a->message_id, b->message_id);
    same(a->id, b->id);
    same(a->account, b->account);
    same(a->currency, b->currency);
    same(a->owner, b->owner);
    same(a->servicer_bic, b->servicer_bic);
    expect_int(a->number, b->number);
    expect_int(a->created_at.us, b->created_at.us);
    expect_int(a->balance_count, b->balance_count);
    expect_int(a->opening->amount_minor, b->opening->amount_minor);
    expect_int(a->closing->amount_minor, b->closing->amount_minor);
    expect_int(PROOF_DONE, b->proof);
    expect_int(0, b->problems);
    expect_int(a->line_count, b->line_count);
    for (int64_t i = 0; i < a->line_count; i++) {
        const struct statement_line *x = a->lines[i], *y = b->lines[i];
        expect_int(x->number, y->number);
        expect_int(x->occurrence, y->occurrence);
        expect_int(x->booked_on.ymd, y->booked_on.ymd);
        expect_int(x->valued_on.ymd, y->valued_on.ymd);
        expect_int(x->amount_minor, y->amount_minor);
        expect_int(x->reversal, y->reversal);
        same(x->servicer_reference, y->servicer_reference);
        same(x->batch_id, y->batch_id);
        expect_int(x->batch_count, y->batch_count);
        expect_int(x->details_minor, y->details_minor);
        expect_int(x->detail_count, y->detail_count);
        if (x->code.domain.length) same(x->code.subfamily, y->code.subfamily);
        for (size_t k = 0; k < x->detail_count; k++) same_payment(&x->details[k], &y->details[k]);
    }
}

static const struct statement *read_one(struct arena *arena, struct str bytes)
{
    struct statements all;
    expect_done(statement_read(arena, bytes, &all));
    expect_int(1, all.count);
    return all.at;
}

TEST(statement_camt053_written_and_read)
{
    struct sample *s = sample(arena);
    for (enum camt_version v = CAMT_053_02; v <= CAMT_053_08; v++) {
        struct str bytes = statement_write_camt053(arena, &s->st, v);
        const struct statement *back = read_one(arena, bytes);
        same_statement(&s->st, back);
        expect_str(v == CAMT_053_02 ? "053.001.02" : "053.001.08", back->version);
        /* and once more: what was read writes the same bytes */
        same(bytes, statement_write_camt053(arena, back, v));
    }
}

TEST(statement_camt053_written_is_valid)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct sample *s = sample(arena);
    struct str v2 = str_format(arena, "%s/data/xsd/camt/camt.053.001.02.xsd", shared),
               v8 = str_format(arena, "%s/data/xsd/camt/camt.053.001.08.xsd", shared);
    expect_done(xml_check_schema(arena, statement_write_camt053(arena, &s->st, CAMT_053_02), v2.at));
    expect_done(xml_check_schema(arena, statement_write_camt053(arena, &s->st, CAMT_053_08), v8.at));
    s->st.account = STR("12.34.56.789"); /* odd things stay valid too */
    s->st.servicer_bic = STR("not a BIC");
    s->st.id = STR("");
    s->lines[0].additional = str_format(arena, "%0600d", 7);
    expect_done(xml_check_schema(arena, statement_write_camt053(arena, &s->st, CAMT_053_02), v2.at));
    expect_done(xml_check_schema(arena, statement_write_camt053(arena, &s->st, CAMT_053_08), v8.at));
}

/* What every dialect carries: days, amounts, the proof, equal lines. What each carries beyond: a row here. */
struct carries { enum statement_dialect dialect; bool name, account, e2e, mandate, reference, reason, booked; };
static const struct carries carried[] = {
    { DIALECT_ABN_AMRO, true, true, true, true, false, true, true },
    { DIALECT_VAN_LANSCHOT, true, true, true, true, false, true, true },
    { DIALECT_ING, true, true, true, true, true, true, true },
    { DIALECT_RABOBANK, true, true, true, true, false, true, false },
    { DIALECT_RABOBANK_CLASSIC, true, false, false, false, false, false, false },
    { DIALECT_BUNQ, true, true, true, true, false, true, true },
    { DIALECT_SNS, true, true, false, false, false, false, true },
    { DIALECT_KNAB, true, true, false, false, false, false, true },
    { DIALECT_TRIODOS, true, true, false, false, false, false, true },
    { DIALECT_GERMAN, true, true, true, true, false, true, true },
    { DIALECT_UNKNOWN, false, false, false, false, false, false, true },
};

static const char *iban_of(enum statement_dialect d)
{
    static const char *const ibans[DIALECT_COUNT] = {
        [DIALECT_UNKNOWN] = "FR1420041010050500013M02606",
        [DIALECT_ISO20022] = "",
        [DIALECT_ABN_AMRO] = "NL91ABNA0417164300",
        [DIALECT_ING] = "NL20INGB0001234567",
        [DIALECT_RABOBANK_CLASSIC] = "1234.56.789",
        [DIALECT_RABOBANK] = "NL44RABO0123456789",
        [DIALECT_SNS] = "NL12SNSB0123456789",
        [DIALECT_TRIODOS] = "0390123456",
        [DIALECT_KNAB] = "NL68KNAB0123456789",
        [DIALECT_BUNQ] = "NL23BUNQ0123456789",
        [DIALECT_VAN_LANSCHOT] = "NL85FVLB0123456789",
        [DIALECT_GERMAN] = "DE89370400440532013000",
    };
    return ibans[d];
}

TEST(statement_mt940_written_and_read)
{
    for (size_t d = 0; d < ARRAY_LENGTH(carried); d++) {
        const struct carries *c = &carried[d];
        struct sample *s = sample(arena);
        s->st.account = str_of(iban_of(c->dialect));
        const struct statement *back = read_one(arena, statement_write_mt940(arena, &s->st, c->dialect));
        expect_int(c->dialect, back->dialect);
        expect_int(0, back->problems);
        expect_int(PROOF_DONE, back->proof);
        same(s->st.account, back->account);
        expect_int(s->st.line_count, back->line_count);
        for (int64_t i = 0; i < back->line_count; i++) {
            const struct statement_line *x = s->order[i], *y = back->lines[i];
            const struct statement_payment *p = x->payment, *q = y->payment;
            expect_int(x->amount_minor, y->amount_minor);
            expect_int(x->occurrence, y->occurrence);
            expect_int(x->reversal, y->reversal);
            expect_int(x->valued_on.ymd, y->valued_on.ymd);
            expect_int(c->booked ? x->booked_on.ymd : 0, y->booked_on.ymd);
            if (x->detail_count != 1) continue; /* MT940 has no batches */
            if (p->remittance.length) same(p->remittance, q->remittance);
            if (c->account) same_party(p->counterparty, q->counterparty, false);
            if (c->name && p->counterparty)
                expect(q->counterparty && q->counterparty->name.length &&
                       !memcmp(p->counterparty->name.at, q->counterparty->name.at, 8));
            if (c->e2e) same(p->end_to_end_id, q->end_to_end_id);
            if (c->mandate) same(p->mandate_id, q->mandate_id), same(p->creditor_id, q->creditor_id);
            if (c->reference) same(p->reference, q->reference), expect_int(p->reference_type, q->reference_type);
            if (c->reason) same(p->return_reason, q->return_reason);
        }
    }
}
