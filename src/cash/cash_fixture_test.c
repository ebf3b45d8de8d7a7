#include "cash/cash_fixture.h"
#include "statement/statement.h"

party_id cash_customer(struct work *work, const char *name)
{
    return given_party(work, (struct party){ .name = str_of(name), .is_customer = true }).id;
}

item_id cash_invoice(struct work *work, party_id party, const char *number, int64_t minor)
{
    return cash_invoice_in(work, party, number, NULL, minor, minor);
}

/* A statement of these lines, imported; the lines come back in their order. */
struct bank_lines cash_lines(struct work *work, const struct pay *pays, size_t count, struct date day, const char *id)
{
    return cash_lines_on(work, pays, count, day, id, OUR_IBAN, "EUR");
}

struct bank_lines cash_lines_on(struct work *work, const struct pay *pays, size_t count, struct date day, const char *id,
                                const char *iban, const char *currency)
{
    struct statement_line *lines = ARENA_ARRAY(work->arena, struct statement_line, count);
    const struct statement_line **at = ARENA_ARRAY(work->arena, const struct statement_line *, count);
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        struct statement_party *other = ARENA_NEW(work->arena, struct statement_party);
        struct statement_payment *payment = ARENA_NEW(work->arena, struct statement_payment);
        other->name = str_of(pays[i].name);
        other->account = str_of(pays[i].iban);
        other->account_is_iban = pays[i].iban != NULL;
        *payment = (struct statement_payment){ .counterparty = other,
                                               .debtor = pays[i].minor > 0 ? other : NULL,
                                               .creditor = pays[i].minor > 0 ? NULL : other,
                                               .remittance = str_of(pays[i].text),
                                               .return_reason = str_of(pays[i].reason),
                                               .batch_id = str_of(pays[i].batch) };
        lines[i] =
            (struct statement_line){ .number = (int)i + 1,
                                     .booked_on = day,
                                     .valued_on = day,
                                     .amount_minor = pays[i].minor,
                                     .currency = str_of(currency),
                                     .status = STATUS_BOOK,
                                     .reversal = pays[i].reason != NULL,
                                     .payment = payment,
                                     .details = payment,
                                     .detail_count = 1,
                                     .batch_count = -1,
                                     .batch_id = str_of(pays[i].batch),
                                     .amount_exact = DECIMAL(pays[i].minor < 0 ? -pays[i].minor : pays[i].minor, 2) };
        at[i] = &lines[i];
        sum += pays[i].minor;
    }
    struct statement_balance balances[] = {
        { .type = BALANCE_OPENING, .code = STR("OPBD"), .currency = str_of(currency), .on = day },
        { .type = BALANCE_CLOSING, .code = STR("CLBD"), .amount_minor = sum, .currency = str_of(currency), .on = day },
    };
    struct statement s = { .kind = STATEMENT_CAMT_053,
                           .dialect = DIALECT_ISO20022,
                           .message_id = str_of(id),
                           .id = str_of(id),
                           .number = -1,
                           .page = -1,
                           .legal_number = -1,
                           .message_page = -1,
                           .account = str_of(iban),
                           .account_is_iban = true,
                           .currency = str_of(currency),
                           .created_at = instant_of_day(day),
                           .message_created_at = instant_of_day(day),
                           .from_on = day,
                           .to_on = day,
                           .balances = balances,
                           .balance_count = 2,
                           .opening = &balances[0],
                           .closing = &balances[1],
                           .line_count = (int64_t)count,
                           .declared_count = -1,
                           .lines = at };
    struct bank_imported out = { 0 };
    struct bank_lines found = { 0 };
    expect_done(bank_import(work, STR("s.xml"), statement_write_camt053(work->arena, &s, CAMT_053_08), &out));
    expect_done(bank_lines_of(work, out.statements.at[0].id, &found));
    expect_int(count, found.count);
    return found;
}

void cash_proved(struct work *work)
{
    struct cash_proof cash = { 0 };
    expect_ledger_proved(work);
    expect_done(cash_verify(work, &cash));
    expect(cash.holds);
}

/* net and VAT by code: "21", "9"; the total is what is owed. */
item_id cash_invoice_vat(struct work *work, party_id party, const char *number, int64_t net21, int64_t net9)
{
    account_id receivables, sales;
    struct vat_code high, low;
    bool found;
    int64_t vat21 = (net21 * 21 + 50) / 100, vat9 = (net9 * 9 + 50) / 100;
    expect_done(ledger_account_for(work, FOR_RECEIVABLES, &receivables));
    expect_done(ledger_account_for(work, FOR_SALES, &sales));
    expect_done(ledger_vat_code_find(work, VAT_SALE, VAT_S, DECIMAL(21, 0), (struct date){ 20250201 }, &high, &found));
    expect(found);
    expect_done(ledger_vat_code_find(work, VAT_SALE, VAT_S, DECIMAL(9, 0), (struct date){ 20250201 }, &low, &found));
    expect(found);
    struct entry entry = { .journal = JOURNAL_SALE,
                           .dated_on = { 20250201 },
                           .source_kind = STR("test"),
                           .source_id = id_new(work),
                           .description = STR("i") };
    struct entry_line lines[5] = {
        { .account_id = receivables, .base_minor = net21 + net9 + vat21 + vat9, .party_id = party, .item_kind = ITEM_INVOICE,
          .reference = str_of(number), .due_on = { 20250303 } },
        { .account_id = sales, .base_minor = -net21 - net9 },
    };
    size_t count = 2;
    if (vat21)
        lines[count++] = (struct entry_line){ .account_id = high.account_id, .base_minor = -vat21, .vat_code_id = high.id,
                                              .vat_base_minor = -net21 };
    if (vat9)
        lines[count++] = (struct entry_line){ .account_id = low.account_id, .base_minor = -vat9, .vat_code_id = low.id,
                                              .vat_base_minor = -net9 };
    expect_done(ledger_post(work, &entry, lines, count));
    return lines[0].item_id;
}

item_id cash_bill(struct work *work, party_id party, const char *number, int64_t minor)
{
    return given_item(work, &(struct given_item){ .journal = JOURNAL_PURCHASE,
                                                  .control = account_for(work, FOR_PAYABLES),
                                                  .other = account_for(work, FOR_EXPENSES),
                                                  .party = party,
                                                  .minor = -minor,
                                                  .reference = number });
}

/* In a foreign currency: `base` is what it was worth that day. */
item_id cash_invoice_in(struct work *work, party_id party, const char *number, const char *currency, int64_t minor, int64_t base)
{
    return given_item(work, &(struct given_item){ .control = account_for(work, FOR_RECEIVABLES),
                                                  .other = account_for(work, FOR_SALES),
                                                  .party = party,
                                                  .minor = minor,
                                                  .currency = currency,
                                                  .base_minor = base,
                                                  .reference = number });
}

int64_t cash_balance_of(struct work *work, const char *purpose)
{
    int64_t balance;
    expect_done(ledger_account_balance(work, account_for(work, purpose), &balance));
    return balance;
}
