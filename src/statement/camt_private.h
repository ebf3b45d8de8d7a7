/* The grammar of camt: which elements of camt.052, .053 and .054, of any version, mean what. */
#pragma once
#include "codec/xml.h"

/* Texts that go straight into a struct: id, which struct, field. */
#define CAMT_PLAIN(X)                                            \
    X(MESSAGE_ID, STATEMENT, statement, message_id)              \
    X(MESSAGE_INFO, STATEMENT, statement, message_info)          \
    X(STATEMENT_ID, STATEMENT, statement, id)                    \
    X(COPY, STATEMENT, statement, copy)                          \
    X(STATEMENT_INFO, STATEMENT, statement, info)                \
    X(ACCOUNT_CURRENCY, STATEMENT, statement, currency)          \
    X(ACCOUNT_NAME, STATEMENT, statement, account_name)          \
    X(ACCOUNT_TYPE, STATEMENT, statement, account_type)          \
    X(SERVICER_BIC, STATEMENT, statement, servicer_bic)          \
    X(SERVICER_NAME, STATEMENT, statement, servicer_name)        \
    X(ENTRY_REFERENCE, LINE, statement_line, reference)          \
    X(ENTRY_SERVICER, LINE, statement_line, servicer_reference)  \
    X(ENTRY_INFO, LINE, statement_line, additional)              \
    X(BATCH_MESSAGE, LINE, statement_line, batch_message_id)     \
    X(BATCH_ID, LINE, statement_line, batch_id)                  \
    X(DOMAIN_CODE, CODE, statement_code, domain)                 \
    X(FAMILY_CODE, CODE, statement_code, family)                 \
    X(SUBFAMILY_CODE, CODE, statement_code, subfamily)           \
    X(PROPRIETARY_CODE, CODE, statement_code, proprietary)       \
    X(CODE_ISSUER, CODE, statement_code, issuer)                 \
    X(TX_MESSAGE, PAYMENT, statement_payment, message_id)        \
    X(TX_SERVICER, PAYMENT, statement_payment, servicer_reference) \
    X(TX_OWNER, PAYMENT, statement_payment, owner_reference)     \
    X(TX_BATCH, PAYMENT, statement_payment, batch_id)            \
    X(TX_INSTRUCTION, PAYMENT, statement_payment, instruction_id) \
    X(TX_ID, PAYMENT, statement_payment, transaction_id)         \
    X(TX_MANDATE, PAYMENT, statement_payment, mandate_id)        \
    X(TX_CHEQUE, PAYMENT, statement_payment, cheque_number)      \
    X(TX_CLEARING, PAYMENT, statement_payment, clearing_reference) \
    X(TX_UETR, PAYMENT, statement_payment, uetr)                 \
    X(TX_PURPOSE, PAYMENT, statement_payment, purpose)           \
    X(TX_INFO, PAYMENT, statement_payment, info)                 \
    X(TX_REASON, PAYMENT, statement_payment, return_reason)      \
    X(TX_REASON_TEXT, PAYMENT, statement_payment, return_text)   \
    X(TX_RATE, PAYMENT, statement_payment, rate)                 \
    X(PARTY_NAME, PARTY, statement_party, name)                  \
    X(PARTY_RESIDENCE, PARTY, statement_party, residence)        \
    X(PARTY_ACCOUNT, PARTY, statement_party, account)            \
    X(PARTY_ACCOUNT_NAME, PARTY, statement_party, account_name)  \
    X(PARTY_ACCOUNT_CURRENCY, PARTY, statement_party, account_currency) \
    X(PARTY_BIC, PARTY, statement_party, bic)                    \
    X(PARTY_AGENT_NAME, PARTY, statement_party, agent_name)      \
    X(PARTY_AGENT_MEMBER, PARTY, statement_party, agent_member)  \
    X(STREET, ADDRESS, statement_address, street)                \
    X(BUILDING, ADDRESS, statement_address, number)              \
    X(POST_CODE, ADDRESS, statement_address, post_code)          \
    X(TOWN, ADDRESS, statement_address, town)                    \
    X(SUBDIVISION, ADDRESS, statement_address, subdivision)      \
    X(COUNTRY, ADDRESS, statement_address, country)              \
    X(ID_TEXT, ID, statement_id, id)                             \
    X(ID_SCHEME, ID, statement_id, scheme)                       \
    X(ID_ISSUER, ID, statement_id, issuer)

enum camt_scope { SCOPE_STATEMENT, SCOPE_LINE, SCOPE_CODE, SCOPE_PAYMENT, SCOPE_PARTY, SCOPE_ADDRESS, SCOPE_ID, SCOPE_COUNT };

enum camt_id {
    C_NOTHING, /* only leads somewhere */
#define CAMT_ID(id, scope, type, field) C_##id,
    CAMT_PLAIN(CAMT_ID)
#undef CAMT_ID
        C_PLAIN_END,
    C_DOCUMENT,
    C_REPORT,
    C_STATEMENT,
    C_NOTIFICATION, /* the message's root inside Document */
    C_ONE,          /* Rpt, Stmt, Ntfctn */
    C_MESSAGE_CREATED,
    C_CREATED,
    C_FROM,
    C_TO,
    C_NUMBER,
    C_LEGAL_NUMBER,
    C_PAGE,
    C_MESSAGE_PAGE,
    C_LAST_PAGE,
    C_RECIPIENT,
    C_OWNER,
    C_ACCOUNT_IBAN,
    C_ACCOUNT_OTHER,
    C_DECLARED,
    C_BALANCE,
    C_BALANCE_CODE,
    C_BALANCE_AMOUNT,
    C_BALANCE_SIGN,
    C_BALANCE_DATE,
    C_ENTRY,
    C_AMOUNT,
    C_SIGN,
    C_REVERSAL,
    C_STATUS,
    C_BOOKED,
    C_VALUED,
    C_ENTRY_CODE,
    C_ENTRY_CHARGES,
    C_BATCH_COUNT,
    C_BATCH_TOTAL,
    C_CHARGE,
    C_CHARGE_TOTAL,
    C_CHARGE_AMOUNT,
    C_CHARGE_SIGN,
    C_CHARGE_INCLUDED,
    C_CHARGE_TYPE,
    C_CHARGE_BEARER,
    C_TX,
    C_TX_END_TO_END,
    C_TX_REFERENCE,
    C_TX_AMOUNT,
    C_TX_PART_AMOUNT,
    C_TX_SIGN,
    C_INSTRUCTED_AMOUNT,
    C_TX_CODE,
    C_TX_CHARGES,
    C_DEBTOR,
    C_CREDITOR,
    C_ULTIMATE_DEBTOR,
    C_ULTIMATE_CREDITOR,
    C_INITIATING,
    C_TRADING,
    C_ADDRESS,
    C_ADDRESS_LINE,
    C_PARTY_ID,
    C_PARTY_ID_SIMPLE,
    C_PERSON_ID,
    C_UNSTRUCTURED,
    C_REFERENCE,
    C_REFERENCE_ISSUER,
    C_STRUCTURED_TEXT,
    C_ID_END
};
extern const struct xml_grammar camt_grammar;
extern const char *const camt_simple_ids[]; /* those of C_PARTY_ID_SIMPLE, by id − C_ID_END */
