/* Shared by the files of room simulation. */
#pragma once
#include "bank/bank.h"
#include "bill/bill.h"
#include "cash/cash.h"
#include "invoice/invoice.h"
#include "simulation/simulation.h"

enum who { PROGRAM = -1, ADMINISTRATOR, PAYABLES, APPROVER, TREASURER, RECEIVABLES };
enum habit { PAYS_EACH = 1, PAYS_WEEKLY, PAYS_STATEMENT, PAYS_NEVER };
enum naming { NAMES_NUMBER = 1, NAMES_RF, NAMES_NOTHING, NAMES_WRONG, NAMES_BARE, NAMES_OWN };
enum { OUR_BANK, OUR_SECOND, OUR_DOLLARS, OUR_ACCOUNTS };

struct customer {
    party_id id;
    struct str name, number, iban, bic, country, currency, payer_name, payer_iban; /* payer: the parent, when that pays */
    const char *vat_code; /* of what they buy */
    enum habit habit;
    enum naming naming;
    int days_late, spread, terms;
    int charge_permille, discount_permille, twice_permille, storno_permille, part_permille, forget_permille;
    int weight; /* how much they buy */
};
struct sale { /* an invoice, as its customer sees it */
    invoice_id id;
    item_id item;
    struct str number, rf;
    size_t customer;
    int64_t total_minor, rest_minor; /* rest: what the customer still means to pay */
    struct date due_on, pays_on;
    int lines;
};
struct supplier {
    party_id id;
    struct str name, kvk, vat, iban, new_iban, country, city, street, post_code;
    const char *account, *what, *vat_category;
    int rate, terms, day; /* day of the month of what recurs; 0: now and then */
    int64_t from_minor, to_minor, last_number;
    account_id account_id;
    bool hybrid, kenmerk, coded; /* coded: the supplier has an account to code on */
    int weight, last_month;
};
enum purchase_step { STEP_RECEIVED = 1, STEP_SUBMITTED, STEP_DONE };
struct purchase { bill_id id; int64_t version; size_t supplier; enum purchase_step step; struct date at_on; bool coded, twice; };

/* What a bank line really is. */
enum truth_kind { TRUTH_ITEMS = 1, TRUTH_ON_ACCOUNT, TRUTH_BOOKING, TRUTH_OURS, TRUTH_REFUND };
struct truth_share { item_id item; int64_t amount_minor; };
struct truth {
    enum truth_kind kind;
    struct truth_share *shares;
    size_t share_count;
    const char *difference; /* kind of cash_given_up */
    int64_t difference_minor;
    size_t customer;
    const char *account; /* number, of a booking */
    struct str words;    /* of TRUTH_ON_ACCOUNT: paid twice; a refund goes back */
};
/* What will stand on a statement. */
struct event {
    struct date on;
    int account;
    int64_t amount_minor;
    struct str name, iban, bic, remittance, reference, end_to_end, return_reason, batch;
    bool reversal;
    struct truth truth;
};
struct awaited { bank_line_id id; struct date booked_on; int64_t amount_minor; struct truth truth; bool seen; };
struct our_account { bank_account_id id; struct str iban, bic, currency; int64_t balance_minor, number; struct date done_on; };
struct money_back { int64_t payment; struct event event; };
struct proposed_run { int64_t id, version; struct str hash; struct date at_on; };

struct simulation {
    struct arena *arena, *scratch; /* scratch: of one day */
    struct books *books;
    const struct operations *operations;
    struct simulation_settings settings;
    struct simulation_counts counts;
    struct simulation_person people[SIMULATION_PEOPLE];
    struct permissions permissions[SIMULATION_PEOPLE];
    struct rng rng;
    struct date today;
    struct instant now;
    int64_t company_id;
    struct str company_kvk, company_vat;
    struct our_account ours[OUR_ACCOUNTS];
    struct { struct customer *at; size_t count, room; } customers;
    struct { struct sale *at; size_t count, room; } sales;
    struct { struct supplier *at; size_t count, room; } suppliers;
    struct { struct purchase *at; size_t count, room; } purchases;
    struct { struct event *at; size_t count, room; } events;
    struct { struct awaited *at; size_t count, room; } awaited;
    struct { struct money_back *at; size_t count, room; } money_back; /* payments of ours that will be returned */
    struct proposed_run run;
    struct str last_bill; /* its bytes, and its supplier */
    size_t last_supplier;
    size_t first_open_sale; /* everything before it is paid as far as its customer goes */
    int64_t vat_minor; /* due over the quarter at hand */
    int64_t invoice_debt, bill_debt; /* how many are still to come, in thousandths */
    struct date imported_until; /* bank days before and with it are in */
    int weight_sum, supplier_weight_sum;
    bool changed_iban;
};

/* ---- simulation.c: doing things as somebody ---- */
struct work sim_work(struct simulation *sim, enum who who); /* its arena is the day's */
bool sim_has(const struct simulation *sim, const char *command);
CHECKED struct fault *sim_ask(struct simulation *sim, enum who who, const char *command, struct str json,
                              struct answer *answer);
CHECKED struct fault *sim_upload(struct simulation *sim, enum who who, const char *command, struct str file_name,
                                 struct str content, struct answer *answer);
CHECKED struct fault *sim_call(struct simulation *sim, enum who who, const char *command, const void *takes,
                               void *gives);
int64_t sim_number(struct given gives, const char *field); /* an integer, amount or id of what was given */
struct str sim_text(struct given gives, const char *field);
bool sim_is_bank_day(struct date day); /* banks work and people too: no weekend, no Dutch holiday */
struct date sim_bank_day(struct date day); /* that day or the next bank day */
int64_t sim_between(struct simulation *sim, int64_t from, int64_t to);
bool sim_chance(struct simulation *sim, int permille);

/* ---- simulation_cast.c: who there is ---- */
CHECKED struct fault *sim_cast_company(struct simulation *sim);
CHECKED struct fault *sim_cast_customers(struct simulation *sim);
CHECKED struct fault *sim_cast_suppliers(struct simulation *sim);
struct str sim_iban(struct simulation *sim, const char *country);

/* ---- The day, in this order ---- */
CHECKED struct fault *sim_bank_morning(struct simulation *sim);     /* simulation_bank.c: statements, cash run */
CHECKED struct fault *sim_decide(struct simulation *sim);           /* what waited since yesterday */
CHECKED struct fault *sim_purchases(struct simulation *sim);        /* simulation_purchase.c */
CHECKED struct fault *sim_payments(struct simulation *sim);         /* runs */
CHECKED struct fault *sim_sales(struct simulation *sim);            /* simulation_sale.c */
CHECKED struct fault *sim_customers_pay(struct simulation *sim);    /* plans what will stand on statements */
CHECKED struct fault *sim_months(struct simulation *sim);           /* simulation.c: salaries, rent, VAT, rates, closing */
void sim_event(struct simulation *sim, const struct event *event);  /* texts must be the simulation's */
