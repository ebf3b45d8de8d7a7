#include "given.h"

struct party given_party(struct work *work, struct party p)
{
    p.is_business = true;
    if (!p.language.at) p.language = STR("nl");
    if (!p.country.at) p.country = STR("NL");
    if (!p.currency.at) p.currency = STR("EUR");
    if (!p.delivery) p.delivery = DELIVER_MAIL_PDF;
    if (!p.reference_needed) p.reference_needed = NEEDS_NO_REFERENCE;
    expect_done(party_make(work, &p));
    return p;
}

struct bank_account given_main_account(struct work *work)
{
    struct bank_account account = { .name = STR("Main"), .iban = STR(OUR_IBAN), .holder = STR("Test BV") };
    expect_done(bank_account_make(work, &account));
    return account;
}

account_id account_for(struct work *work, const char *purpose)
{
    account_id id = { 0 };
    expect_done(ledger_account_for(work, purpose, &id));
    return id;
}

item_id given_item(struct work *work, const struct given_item *g)
{
    struct date on = g->on.ymd ? g->on : (struct date){ 20250201 };
    bool foreign = g->currency != NULL;
    int64_t base = foreign ? g->base_minor : g->minor;
    struct entry entry = { .journal = g->journal ? g->journal : JOURNAL_SALE,
                           .dated_on = on,
                           .source_kind = str_of(g->source_kind ? g->source_kind : "test"),
                           .source_id = g->source_id ? g->source_id : id_new(work),
                           .description = str_of(g->description ? g->description : "test") };
    struct entry_line lines[] = {
        { .account_id = g->control,
          .base_minor = base,
          .currency = str_of(g->currency),
          .amount_minor = foreign ? g->minor : 0,
          .party_id = g->party,
          .item_kind = g->kind ? g->kind : ITEM_INVOICE,
          .reference = str_of(g->reference ? g->reference : "r"),
          .due_on = g->due.ymd ? g->due : date_add_days(on, 30) },
        { .account_id = g->other, .base_minor = -base },
    };
    expect_done(ledger_post(work, &entry, lines, 2));
    return lines[0].item_id;
}

int64_t rest_of(struct work *work, item_id id)
{
    struct open_item item = { 0 };
    expect_done(ledger_item_load(work, id, &item));
    return item.rest_minor;
}

void expect_ledger_proved(struct work *work)
{
    struct ledger_proof proof = { 0 };
    expect_done(ledger_verify(work, &proof));
    for (size_t i = 0; i < proof.checks.count; i++)
        if (!proof.checks.at[i].holds)
            print_error("does not hold: %.*s %.*s\n", STR_ARG(proof.checks.at[i].name), STR_ARG(proof.checks.at[i].detail));
    expect(proof.holds);
}
