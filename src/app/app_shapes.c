/* The members of what files hold, in the order of einvoice.h and statement.h. */
#include "app/app_shape.h"
#include "einvoice/einvoice.h"
#include "statement/statement.h"

/* ---- E-invoices ---- */

extern const struct shape ei_address_shape, ei_contact_shape, ei_party_shape, ei_id_shape, ei_note_shape,
    ei_reference_shape, ei_document_shape, ei_account_shape, ei_payment_shape, ei_terms_shape, ei_prepayment_shape,
    ei_vat_shape, ei_allowance_shape, ei_vat_total_shape, ei_totals_shape, ei_class_shape, ei_property_shape,
    ei_period_shape, ei_line_shape, ei_delivery_shape;

#define T struct einvoice_id
SHAPE(T, ei_id, -1, M(T, value, SHAPE_TEXT), M(T, scheme, SHAPE_TEXT), M(T, scheme_version, SHAPE_TEXT));
#undef T
#define T struct einvoice_period
SHAPE(T, ei_period, HAS(T), M(T, from, SHAPE_DAY), M(T, to, SHAPE_DAY));
#undef T
#define T struct einvoice_address
SHAPE(T, ei_address, HAS(T), M(T, line1, SHAPE_TEXT), M(T, line2, SHAPE_TEXT), M(T, line3, SHAPE_TEXT),
      M(T, city, SHAPE_TEXT), M(T, post_code, SHAPE_TEXT), M(T, region, SHAPE_TEXT), M(T, country, SHAPE_TEXT));
#undef T
#define T struct einvoice_contact
SHAPE(T, ei_contact, HAS(T), M(T, name, SHAPE_TEXT), M(T, phone, SHAPE_TEXT), M(T, email, SHAPE_TEXT));
#undef T
#define T struct einvoice_party
SHAPE(T, ei_party, HAS(T), M(T, name, SHAPE_TEXT), M(T, trading_name, SHAPE_TEXT), G(T, ids, SHAPE_LIST, ei_id),
      M(T, legal_id, SHAPE_ID), M(T, vat_id, SHAPE_TEXT), M(T, tax_id, SHAPE_TEXT), M(T, legal_form, SHAPE_TEXT),
      M(T, endpoint, SHAPE_ID), G(T, address, SHAPE_GROUP, ei_address), G(T, contact, SHAPE_GROUP, ei_contact),
      M(T, creditor_id, SHAPE_TEXT));
#undef T
#define T struct einvoice_note
SHAPE(T, ei_note, -1, M(T, subject, SHAPE_TEXT), M(T, text, SHAPE_TEXT));
#undef T
#define T struct einvoice_reference
SHAPE(T, ei_reference, -1, M(T, number, SHAPE_TEXT), M(T, issued, SHAPE_DAY));
#undef T
#define T struct einvoice_document
SHAPE(T, ei_document, -1, M(T, id, SHAPE_ID), M(T, type_code, SHAPE_TEXT), M(T, description, SHAPE_TEXT),
      M(T, location, SHAPE_TEXT), M(T, mime, SHAPE_TEXT), M(T, filename, SHAPE_TEXT), M(T, content, SHAPE_TEXT));
#undef T
#define T struct einvoice_account
SHAPE(T, ei_account, -1, M(T, id, SHAPE_TEXT), M(T, proprietary, SHAPE_BOOL), M(T, name, SHAPE_TEXT), M(T, bic, SHAPE_TEXT));
#undef T
#define T struct einvoice_payment
SHAPE(T, ei_payment, -1, M(T, id, SHAPE_TEXT), M(T, code, SHAPE_TEXT), M(T, text, SHAPE_TEXT),
      M(T, references, SHAPE_TEXTS), M(T, due, SHAPE_DAY), G(T, account, SHAPE_GROUP, ei_account),
      M(T, card_number, SHAPE_TEXT), M(T, card_holder, SHAPE_TEXT), M(T, card_network, SHAPE_TEXT),
      M(T, mandate, SHAPE_TEXT), M(T, payer_account, SHAPE_TEXT));
#undef T
#define T struct einvoice_terms
SHAPE(T, ei_terms, -1, M(T, note, SHAPE_TEXT), M(T, payment_id, SHAPE_TEXT), M(T, amount, SHAPE_AMOUNT),
      M(T, percent, SHAPE_NUMBER), M(T, discount_percent, SHAPE_NUMBER), M(T, due, SHAPE_DAY));
#undef T
#define T struct einvoice_prepayment
SHAPE(T, ei_prepayment, -1, M(T, type, SHAPE_TEXT), M(T, text, SHAPE_TEXT), M(T, amount, SHAPE_AMOUNT));
#undef T
#define T struct einvoice_vat
SHAPE(T, ei_vat, HAS(T), M(T, category, SHAPE_TEXT), M(T, rate, SHAPE_NUMBER), M(T, scheme, SHAPE_TEXT),
      M(T, exemption_reason, SHAPE_TEXT), M(T, exemption_code, SHAPE_TEXT));
#undef T
#define T struct einvoice_allowance
SHAPE(T, ei_allowance, -1, M(T, charge, SHAPE_FLAG), M(T, amount, SHAPE_AMOUNT), M(T, base, SHAPE_AMOUNT),
      M(T, percent, SHAPE_NUMBER), M(T, reason, SHAPE_TEXT), M(T, reason_code, SHAPE_TEXT),
      G(T, vat, SHAPE_GROUP, ei_vat));
#undef T
#define T struct einvoice_vat_total
SHAPE(T, ei_vat_total, -1, M(T, base, SHAPE_AMOUNT), M(T, amount, SHAPE_AMOUNT), M(T, category, SHAPE_TEXT),
      M(T, rate, SHAPE_NUMBER), M(T, exemption_reason, SHAPE_TEXT), M(T, exemption_code, SHAPE_TEXT),
      M(T, scheme, SHAPE_TEXT));
#undef T
#define T struct einvoice_totals
SHAPE(T, ei_totals, HAS(T), M(T, lines, SHAPE_AMOUNT), M(T, allowances, SHAPE_AMOUNT), M(T, charges, SHAPE_AMOUNT),
      M(T, without_vat, SHAPE_AMOUNT), M(T, vat, SHAPE_AMOUNT), M(T, vat_accounting, SHAPE_AMOUNT),
      M(T, with_vat, SHAPE_AMOUNT), M(T, prepaid, SHAPE_AMOUNT), M(T, rounding, SHAPE_AMOUNT),
      M(T, payable, SHAPE_AMOUNT));
#undef T
#define T struct einvoice_class
SHAPE(T, ei_class, -1, M(T, code, SHAPE_TEXT), M(T, list, SHAPE_TEXT), M(T, list_version, SHAPE_TEXT));
#undef T
#define T struct einvoice_property
SHAPE(T, ei_property, -1, M(T, name, SHAPE_TEXT), M(T, value, SHAPE_TEXT));
#undef T
#define T struct einvoice_line
SHAPE(T, ei_line, -1, M(T, id, SHAPE_TEXT), M(T, note, SHAPE_TEXT), M(T, object, SHAPE_ID),
      M(T, quantity, SHAPE_QUANTITY), M(T, net, SHAPE_AMOUNT), M(T, order_line, SHAPE_TEXT),
      M(T, accounting_reference, SHAPE_TEXT), G(T, period, SHAPE_GROUP, ei_period),
      G(T, allowances, SHAPE_LIST, ei_allowance), M(T, price, SHAPE_AMOUNT), M(T, price_discount, SHAPE_AMOUNT),
      M(T, price_gross, SHAPE_AMOUNT), M(T, price_base, SHAPE_QUANTITY), G(T, vat, SHAPE_GROUP, ei_vat),
      M(T, name, SHAPE_TEXT), M(T, description, SHAPE_TEXT), M(T, seller_item, SHAPE_TEXT),
      M(T, buyer_item, SHAPE_TEXT), M(T, standard_item, SHAPE_ID), G(T, classes, SHAPE_LIST, ei_class),
      M(T, origin_country, SHAPE_TEXT), G(T, properties, SHAPE_LIST, ei_property), G(T, lines, SHAPE_LIST, ei_line),
      M(T, parent_id, SHAPE_TEXT), M(T, status_reason, SHAPE_TEXT));
#undef T
static const struct shape_member ei_delivery_members[] = {
/* a struct without a name: places within the invoice's */
#define D(member, kind_)                                                                       \
    {                                                                                          \
        .name = #member, .kind = kind_,                                                        \
        .at = offsetof(struct einvoice, delivery.member) - offsetof(struct einvoice, delivery) \
    }
    D(name, SHAPE_TEXT),
    D(location, SHAPE_ID),
    D(day, SHAPE_DAY),
    { .name = "address",
      .kind = SHAPE_GROUP,
      .at = offsetof(struct einvoice, delivery.address) - offsetof(struct einvoice, delivery),
      .shape = &ei_address_shape },
};
const struct shape ei_delivery_shape = { sizeof(((struct einvoice *)0)->delivery), ei_delivery_members,
                                         ARRAY_LENGTH(ei_delivery_members), 0 };

static const char *syntax_word(unsigned syntax)
{
    static const char *const words[] = { NULL, "ubl", "ubl-credit-note", "cii", "zugferd-1" };
    return syntax < ARRAY_LENGTH(words) ? words[syntax] : NULL;
}
#define T struct einvoice
SHAPE(T, einvoice, -1, WORD(T, syntax, syntax_word), M(T, specification, SHAPE_TEXT), M(T, process, SHAPE_TEXT),
      M(T, number, SHAPE_TEXT), M(T, issued, SHAPE_DAY), M(T, type_code, SHAPE_TEXT), M(T, currency, SHAPE_TEXT),
      M(T, vat_currency, SHAPE_TEXT), M(T, tax_point, SHAPE_DAY), M(T, tax_point_code, SHAPE_TEXT),
      M(T, due, SHAPE_DAY), M(T, buyer_reference, SHAPE_TEXT), M(T, project, SHAPE_TEXT), M(T, contract, SHAPE_TEXT),
      M(T, order, SHAPE_TEXT), M(T, sales_order, SHAPE_TEXT), M(T, receipt, SHAPE_TEXT), M(T, despatch, SHAPE_TEXT),
      M(T, tender, SHAPE_TEXT), M(T, object, SHAPE_ID), M(T, accounting_reference, SHAPE_TEXT),
      M(T, payment_terms, SHAPE_TEXT), G(T, notes, SHAPE_LIST, ei_note), G(T, preceding, SHAPE_LIST, ei_reference),
      G(T, seller, SHAPE_GROUP, ei_party), G(T, buyer, SHAPE_GROUP, ei_party), G(T, payee, SHAPE_GROUP, ei_party),
      G(T, tax_representative, SHAPE_GROUP, ei_party), G(T, delivery, SHAPE_GROUP, ei_delivery),
      G(T, period, SHAPE_GROUP, ei_period), G(T, payments, SHAPE_LIST, ei_payment), M(T, payment_reference, SHAPE_TEXT),
      M(T, creditor_id, SHAPE_TEXT), M(T, mandate, SHAPE_TEXT), G(T, terms, SHAPE_LIST, ei_terms),
      G(T, prepayments, SHAPE_LIST, ei_prepayment), G(T, allowances, SHAPE_LIST, ei_allowance),
      G(T, totals, SHAPE_GROUP, ei_totals), G(T, vat_totals, SHAPE_LIST, ei_vat_total),
      G(T, documents, SHAPE_LIST, ei_document), G(T, lines, SHAPE_LIST, ei_line));
#undef T

/* ---- Statements ---- */

extern const struct shape st_id_shape, st_address_shape, st_party_shape, st_code_shape, st_charge_shape,
    st_payment_shape, st_line_shape, st_balance_shape;

static const char *kind_word(unsigned kind) { return statement_kind_word((enum statement_kind)kind); }
static const char *dialect_word(unsigned dialect) { return statement_dialect_word((enum statement_dialect)dialect); }
static const char *word_of(unsigned value, const char *const *words, size_t count)
{
    return value < count ? words[value] : NULL;
}
#define WORDS(function, ...)                                      \
    static const char *function(unsigned value)                   \
    {                                                             \
        static const char *const words[] = { NULL, __VA_ARGS__ }; \
        return word_of(value, words, ARRAY_LENGTH(words));        \
    }
WORDS(reference_word, "rf", "kenmerk", "other")
WORDS(status_word, "booked", "pending", "info")
WORDS(balance_word, "opening", "closing", "opening-available", "closing-available", "forward-available", "interim",
      "interim-available", "other")
WORDS(proof_word, "none", "done", "broken")

#define T struct statement_id
SHAPE(T, st_id, -1, M(T, id, SHAPE_TEXT), M(T, scheme, SHAPE_TEXT), M(T, issuer, SHAPE_TEXT));
#undef T
#define T struct statement_address
SHAPE(T, st_address, -1, M(T, street, SHAPE_TEXT), M(T, number, SHAPE_TEXT), M(T, post_code, SHAPE_TEXT),
      M(T, town, SHAPE_TEXT), M(T, subdivision, SHAPE_TEXT), M(T, country, SHAPE_TEXT),
      { .name = "lines", .kind = SHAPE_STRINGS, .at = offsetof(T, lines), .other = offsetof(T, line_count) });
#undef T
#define T struct statement_party
SHAPE(T, st_party, -1, M(T, name, SHAPE_TEXT), M(T, account, SHAPE_TEXT), M(T, account_is_iban, SHAPE_BOOL),
      M(T, account_name, SHAPE_TEXT), M(T, account_currency, SHAPE_TEXT), M(T, bic, SHAPE_TEXT),
      M(T, agent_name, SHAPE_TEXT), M(T, agent_member, SHAPE_TEXT), M(T, residence, SHAPE_TEXT),
      A(T, ids, id_count, st_id), G(T, address, SHAPE_POINTER, st_address));
#undef T
#define T struct statement_code
SHAPE(T, st_code, -1, M(T, domain, SHAPE_TEXT), M(T, family, SHAPE_TEXT), M(T, subfamily, SHAPE_TEXT),
      M(T, proprietary, SHAPE_TEXT), M(T, issuer, SHAPE_TEXT));
#undef T
#define T struct statement_charge
SHAPE(T, st_charge, -1, MINOR(T, amount_minor, "amount", currency), M(T, currency, SHAPE_TEXT), M(T, type, SHAPE_TEXT),
      M(T, bearer, SHAPE_TEXT), M(T, included, SHAPE_BOOL));
#undef T
#define T struct statement_payment
SHAPE(T, st_payment, -1, MINOR(T, amount_minor, "amount", currency), M(T, currency, SHAPE_TEXT),
      MINOR(T, original_minor, "original", original_currency), M(T, original_currency, SHAPE_TEXT),
      M(T, rate, SHAPE_TEXT), M(T, end_to_end_id, SHAPE_TEXT), M(T, instruction_id, SHAPE_TEXT),
      M(T, transaction_id, SHAPE_TEXT), M(T, message_id, SHAPE_TEXT), M(T, batch_id, SHAPE_TEXT),
      M(T, uetr, SHAPE_TEXT), M(T, mandate_id, SHAPE_TEXT), M(T, creditor_id, SHAPE_TEXT),
      M(T, cheque_number, SHAPE_TEXT), M(T, clearing_reference, SHAPE_TEXT), M(T, servicer_reference, SHAPE_TEXT),
      M(T, owner_reference, SHAPE_TEXT), A(T, references, reference_count, st_id),
      G(T, counterparty, SHAPE_POINTER, st_party), G(T, ultimate, SHAPE_POINTER, st_party),
      G(T, debtor, SHAPE_POINTER, st_party), G(T, creditor, SHAPE_POINTER, st_party),
      G(T, ultimate_debtor, SHAPE_POINTER, st_party), G(T, ultimate_creditor, SHAPE_POINTER, st_party),
      G(T, initiating, SHAPE_POINTER, st_party), G(T, trading, SHAPE_POINTER, st_party), M(T, reference, SHAPE_TEXT),
      WORD(T, reference_type, reference_word), M(T, reference_issuer, SHAPE_TEXT),
      { .name = "structured",
        .kind = SHAPE_STRINGS,
        .at = offsetof(T, structured),
        .other = offsetof(T, structured_count) },
      M(T, remittance, SHAPE_TEXT),
      { .name = "remittance_parts",
        .kind = SHAPE_STRINGS,
        .at = offsetof(T, remittance_parts),
        .other = offsetof(T, remittance_part_count) },
      M(T, purpose, SHAPE_TEXT), G(T, code, SHAPE_GROUP, st_code), M(T, return_reason, SHAPE_TEXT),
      M(T, return_text, SHAPE_TEXT), M(T, info, SHAPE_TEXT), A(T, charges, charge_count, st_charge),
      M(T, reversed_sign, SHAPE_BOOL));
#undef T
#define T struct statement_line
SHAPE(T, st_line, -1, M(T, number, SHAPE_INT32), M(T, source_line, SHAPE_INT32), M(T, fingerprint, SHAPE_HASH),
      M(T, occurrence, SHAPE_INT32), M(T, problems, SHAPE_BITS), M(T, booked_on, SHAPE_DATE),
      M(T, valued_on, SHAPE_DATE), M(T, booked_at, SHAPE_INSTANT), MINOR(T, amount_minor, "amount", currency),
      M(T, amount_exact, SHAPE_DECIMAL), M(T, currency, SHAPE_TEXT), WORD(T, status, status_word),
      M(T, reversal, SHAPE_BOOL), M(T, reference, SHAPE_TEXT), M(T, servicer_reference, SHAPE_TEXT),
      G(T, code, SHAPE_GROUP, st_code), M(T, additional, SHAPE_TEXT), M(T, batch_message_id, SHAPE_TEXT),
      M(T, batch_id, SHAPE_TEXT), M(T, batch_count, SHAPE_INT64),
      MINOR(T, batch_total_minor, "batch_total", batch_currency), M(T, batch_currency, SHAPE_TEXT),
      A(T, charges, charge_count, st_charge), G(T, payment, SHAPE_POINTER, st_payment),
      A(T, details, detail_count, st_payment), M(T, raw, SHAPE_TEXT));
#undef T
#define T struct statement_balance
SHAPE(T, st_balance, -1, WORD(T, type, balance_word), M(T, code, SHAPE_TEXT), M(T, interim, SHAPE_BOOL),
      MINOR(T, amount_minor, "amount", currency), M(T, currency, SHAPE_TEXT), M(T, on, SHAPE_DATE),
      M(T, problems, SHAPE_BITS));
#undef T
#define T struct statement
SHAPE(T, statement, -1, WORD(T, kind, kind_word), WORD(T, dialect, dialect_word), M(T, version, SHAPE_TEXT),
      M(T, message_id, SHAPE_TEXT), M(T, id, SHAPE_TEXT), M(T, related, SHAPE_TEXT), M(T, number, SHAPE_INT64),
      M(T, page, SHAPE_INT64), M(T, legal_number, SHAPE_INT64), M(T, message_page, SHAPE_INT64),
      M(T, last_page, SHAPE_BOOL), M(T, copy, SHAPE_TEXT), M(T, account, SHAPE_TEXT), M(T, account_is_iban, SHAPE_BOOL),
      M(T, account_raw, SHAPE_TEXT), M(T, account_name, SHAPE_TEXT), M(T, account_type, SHAPE_TEXT),
      M(T, currency, SHAPE_TEXT), M(T, owner, SHAPE_TEXT), M(T, owner_id, SHAPE_TEXT), M(T, servicer_bic, SHAPE_TEXT),
      M(T, servicer_name, SHAPE_TEXT), G(T, recipient, SHAPE_POINTER, st_party), M(T, created_at, SHAPE_INSTANT),
      M(T, message_created_at, SHAPE_INSTANT), M(T, from_at, SHAPE_INSTANT), M(T, to_at, SHAPE_INSTANT),
      M(T, from_on, SHAPE_DATE), M(T, to_on, SHAPE_DATE), A(T, balances, balance_count, st_balance),
      M(T, info, SHAPE_TEXT), M(T, message_info, SHAPE_TEXT), M(T, line_count, SHAPE_COUNT),
      M(T, booked_count, SHAPE_COUNT), MINOR(T, booked_minor, "booked", currency),
      MINOR(T, credit_minor, "credit", currency), MINOR(T, debit_minor, "debit", currency),
      M(T, declared_count, SHAPE_INT64), G(T, opening, SHAPE_POINTER, st_balance),
      G(T, closing, SHAPE_POINTER, st_balance), WORD(T, proof, proof_word),
      MINOR(T, difference_minor, "difference", currency), M(T, problems, SHAPE_BITS), M(T, source_line, SHAPE_INT32),
      { .name = "lines",
        .kind = SHAPE_POINTERS,
        .at = offsetof(T, lines),
        .other = offsetof(T, line_count),
        .shape = &st_line_shape });
#undef T
