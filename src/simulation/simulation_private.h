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
    bool transfers; /* collected once, and it came back: its customer transfers it now */
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
struct truth_share { item_id item; int64_t amount_minor, line_minor; }; /* line: when it is paid in another currency */
struct truth {
    enum truth_kind kind;
    struct truth_share *shares;
    size_t share_count;
    const char *difference; /* kind of cash_given_up */
    int64_t difference_minor;
    size_t customer;
    const char *account; /* number, of a booking */
    struct str words;    /* of TRUTH_ON_ACCOUNT: paid twice; a refund goes back */
    bool refund;         /* of TRUTH_ON_ACCOUNT: the next payment run gives it back */
    bool exact;          /* a batch or a storno of one: posted by itself, each share must be of this amount */
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
struct awaited {
    bank_line_id id;
    struct date booked_on;
    int64_t amount_minor;
    struct truth truth;
    bool seen;
    int64_t known; /* the last decision on it that we saw */
    bool undone;   /* that one was taken back */
};
struct our_account { bank_account_id id; struct str iban, bic, currency; int64_t balance_minor, number; struct date done_on; };
struct money_back { int64_t payment, run; bool refund; struct event event; };
struct report { struct date on; struct str name, content; struct str reference; int64_t total_minor, fee_minor, count; }; /* the parts of a batch, as a file */
struct charged { size_t sale; int64_t amount_minor; struct date paid_on; };
struct payout_part { size_t sale; int64_t amount_minor, fee_minor; }; /* paid to the provider, which pays us some days later */
/* What is open of each item, by id; amounts in the item's currency and in base. */
struct open_rest { int64_t item, rest_minor, base_minor; bool dollars; };
struct open_rests { struct open_rest *at; size_t count, room; };
struct decided_lines { const struct cash_decided **at; size_t count, room; };
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
    struct { struct awaited *at; size_t count, room; } past; /* when `rare`: decided lines, some of which are taken back weeks later */
    struct { struct money_back *at; size_t count, room; } money_back; /* payments of ours that will be returned */
    struct { struct report *at; size_t count, room; } reports; /* still to be taken in */
    struct { struct payout_part *at; size_t count, room; } payout; /* what the provider has of ours */
    struct { struct charged *at; size_t count, room; } charged;    /* what it paid us, and may take back */
    int64_t batch_number;
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

/* ---- simulation_bank.c ---- */
CHECKED struct fault *sim_decision_of(struct simulation *sim, const struct awaited *a, const struct cash_decided **found); /* in force; NULL: none */
bool sim_is_true(struct simulation *sim, const struct cash_decided *decided, const struct truth *truth);

/* ---- simulation_check.c ---- */
struct fault *sim_wrong(struct simulation *sim, const char *what, struct str detail);

/* ---- simulation_open.c: what a decision said is what became open or settled ---- */
CHECKED struct fault *sim_open(struct simulation *sim, struct open_rests *rests);
/* Nothing is open but what was open then, to the cent. */
CHECKED struct fault *sim_same(struct simulation *sim, const struct open_rests *before, const char *what);
/* Since then just these decisions were made (sign 1) or taken back (-1). */
CHECKED struct fault *sim_moved(struct simulation *sim, const struct open_rests *before, const struct decided_lines *decided,
                                int sign, const char *what);
/* Since then this much was added to what is open of these items, and nothing else happened. */
CHECKED struct fault *sim_added(struct simulation *sim, const struct open_rests *before, struct open_rests *added,
                                const char *what);
CHECKED struct fault *sim_left(struct simulation *sim, const struct cash_decided *decided,
                               int64_t *left_minor); /* held on account */
/* Takes it back; *done false: it was refused, and nothing changed. */
CHECKED struct fault *sim_undo(struct simulation *sim, struct awaited *a, const struct cash_decided *decided, const char *reason,
                               bool *done);

/* ---- simulation_rare.c: only with settings.rare ---- */
CHECKED struct fault *sim_reports(struct simulation *sim, bool *any);   /* takes in the parts of batches */
CHECKED struct fault *sim_think_again(struct simulation *sim); /* takes back what was decided weeks ago */
CHECKED struct fault *sim_accept_many(struct simulation *sim);          /* bulk, after its preview */
CHECKED struct fault *sim_give_back(struct simulation *sim, const struct awaited *a, int64_t *id);
bool sim_by_batch(struct simulation *sim, size_t who, struct sale **due, size_t count); /* true: paid by provider or collected */
void sim_payout(struct simulation *sim);                                /* now and then the provider pays us */

/* ---- The day, in this order ---- */
CHECKED struct fault *sim_bank_morning(struct simulation *sim);     /* simulation_bank.c: statements, cash run */
CHECKED struct fault *sim_decide(struct simulation *sim);           /* what waited since yesterday */
CHECKED struct fault *sim_purchases(struct simulation *sim);        /* simulation_purchase.c */
CHECKED struct fault *sim_payments(struct simulation *sim);         /* runs */
CHECKED struct fault *sim_sales(struct simulation *sim);            /* simulation_sale.c */
CHECKED struct fault *sim_customers_pay(struct simulation *sim);    /* plans what will stand on statements */
CHECKED struct fault *sim_months(struct simulation *sim);           /* simulation.c: salaries, rent, VAT, rates, closing */
void sim_event(struct simulation *sim, const struct event *event);  /* texts must be the simulation's */
