/* What the tests of business rooms start from: a party, an open item of it in the ledger, our bank account; and what they all look at
 * in the end. What a caller leaves out is filled in. Each wants a transaction (test_begin). */
#pragma once
#include "bank/bank.h"
#include "ledger/ledger.h"
#include "party/party.h"
#include "test.h"

#define OUR_IBAN "NL91ABNA0417164300"

/* Left out: a Dutch business that pays in euros, reads Dutch and gets its invoices by mail. Name and role are the caller's. */
struct party given_party(struct work *work, struct party party);
struct bank_account given_main_account(struct work *work); /* "Main", OUR_IBAN, in euro */
account_id account_for(struct work *work, const char *purpose);

/* An entry of two lines: `minor` on a control account, debit positive, against another. */
struct given_item {
    account_id control, other;
    party_id party;
    int64_t minor;
    const char *reference;     /* left out: "r" */
    struct date on, due;       /* left out: 1 February 2025, and 30 days later */
    enum item_kind kind;       /* left out: an invoice */
    enum journal journal;      /* left out: of sales */
    const char *currency;      /* with it `minor` is foreign, and base_minor what it was worth */
    int64_t base_minor;
    const char *description;   /* left out: "test" */
    const char *source_kind;   /* left out: "test", with an id of its own */
    int64_t source_id;
};
item_id given_item(struct work *work, const struct given_item *given);

int64_t rest_of(struct work *work, item_id id);
void expect_ledger_proved(struct work *work); /* every check of the ledger holds; says which doesn't */
