/* The books. Money moves only here, and only forward: ledger_post and ledger_reverse are the verbs of entries,
 * ledger_settle and ledger_unsettle those of open items. Nothing is changed or removed; no other room's SQL names these
 * tables. What is paid, partly paid or overdue is computed, for any day ("as of") and as it was known at any moment
 * ("as known on").
 *
 * Signs: debit positive, credit negative. An open item is positive when they owe us and negative when we owe them.
 * `base` is the company's own currency; `amount` stands in the line's currency. Both in minor units.
 *
 * A line on a control account (receivables, payables) names a party and makes exactly one open item of the same amount,
 * so the sum of open items is the balance of the control account at every moment: `florin verify` proves it. */
#pragma once
#include "operation/operation.h"
#include "access/access.h"

typedef struct { int64_t n; } account_id;
typedef struct { int64_t n; } rate_id;
typedef struct { int64_t n; } entry_id;
typedef struct { int64_t n; } item_id;
typedef struct { int64_t n; } allocation_id;
typedef struct { int64_t n; } vat_code_id;
typedef struct { int64_t n; } period_id;
typedef struct { int64_t n; } party_id; /* the parties themselves live in room party */

/* ---- Accounts (grootboekrekeningen) ---- */
enum account_kind { ACCOUNT_ASSET = 1, ACCOUNT_LIABILITY, ACCOUNT_EQUITY, ACCOUNT_INCOME, ACCOUNT_EXPENSE };
enum account_control { CONTROL_NONE, CONTROL_RECEIVABLES, CONTROL_PAYABLES };
struct account {
    account_id id;
    struct str number, name;
    enum account_kind kind;
    enum account_control control;
    struct str purpose;  /* what the program uses it for: see ledger_account_for; absent for most */
    struct str rgs_code; /* Referentie Grootboekschema, "BVorDebHad" */
    bool is_blocked;     /* no new lines */
    int64_t version;
};
LIST_STRUCT(accounts, struct account);
extern const struct record account_record;

/* The purposes that a company's chart must fill; each is one account. */
#define FOR_RECEIVABLES "receivables"
#define FOR_PAYABLES "payables"
#define FOR_BANK "bank"                 /* where a bank account of ours has no account of its own */
#define FOR_SUSPENSE "bank_suspense"    /* bank lines nobody has placed yet (kruisposten / vraagposten) */
#define FOR_TRANSIT "payments_transit"  /* handed to the bank, not yet on a statement */
#define FOR_SALES "sales"
#define FOR_EXPENSES "expenses"
#define FOR_VAT_DUE "vat_due"
#define FOR_VAT_DEDUCTIBLE "vat_deductible"
#define FOR_EXCHANGE "exchange_differences"
#define FOR_DISCOUNT_GIVEN "discount_given"
#define FOR_DISCOUNT_TAKEN "discount_taken"
#define FOR_BANK_CHARGES "bank_charges"
#define FOR_ROUNDING "rounding"
#define FOR_WRITE_OFF "write_off"
#define FOR_NOT_OURS "not_ours"         /* money that came in and is somebody else's */
#define FOR_OPENING "opening"
CHECKED struct fault *ledger_account_for(struct work *work, const char *purpose, account_id *id);
CHECKED struct fault *ledger_account_load(struct work *work, account_id id, struct account *account);
CHECKED struct fault *ledger_account_by_number(struct work *work, struct str number, struct account *account);

/* Makes the Dutch default chart (data/chart_nl.csv), VAT codes (data/vat_nl.csv) and two years of months as periods
 * around `year`. Once a company, when it is made. */
CHECKED struct fault *ledger_make_chart(struct work *work, int year);

/* ---- VAT codes ---- */
enum vat_category { VAT_S = 1, VAT_Z, VAT_E, VAT_AE, VAT_K, VAT_G, VAT_O }; /* UNCL 5305, as EN 16931 uses it */
enum vat_side { VAT_SALE = 1, VAT_PURCHASE };
struct vat_code {
    vat_code_id id;
    struct str code, name; /* "21", "Hoog tarief" */
    enum vat_category category;
    struct decimal rate; /* percent */
    enum vat_side side;
    struct str reason_code, reason; /* VATEX code and text; AE, E, K, G and O always have one (BR-AE-10 …) */
    account_id account_id;         /* where its VAT is booked; absent when there is none */
    account_id reverse_account_id; /* reverse charge: due and deductible at once */
    account_id turnover_account_id; /* sale: where the turnover goes when neither line nor customer says; absent: FOR_SALES */
    struct str return_box;         /* of the Dutch VAT return: 1a … 5b */
    struct date valid_from, valid_to;
    int64_t version;
};
LIST_STRUCT(vat_codes, struct vat_code);
extern const struct record vat_code_record;
CHECKED struct fault *ledger_vat_code_load(struct work *work, vat_code_id id, struct vat_code *code);
/* The code for a category and a rate on a day, e.g. of an incoming invoice; *found false when the company has none. */
CHECKED struct fault *ledger_vat_code_find(struct work *work, enum vat_side side, enum vat_category category,
                                           struct decimal rate, struct date on, struct vat_code *code, bool *found);

/* ---- Entries (boekingen) ---- */
enum journal { JOURNAL_OPENING = 1, JOURNAL_PURCHASE, JOURNAL_SALE, JOURNAL_BANK, JOURNAL_PAYMENT, JOURNAL_MEMORIAL };
struct entry {
    entry_id id;    /* filled in when 0 */
    int64_t number; /* gapless a company; filled in */
    enum journal journal;
    struct date dated_on;
    struct str source_kind; /* what caused it: "bill", "invoice", "bank_line", … */
    int64_t source_id;
    struct str description;
    entry_id reverses_id; /* filled in by ledger_reverse */
    struct instant recorded_at; /* filled in */
    int64_t user_id;            /* filled in */
};
extern const struct record entry_record;
enum item_kind { ITEM_INVOICE = 1, ITEM_CREDIT_NOTE, ITEM_PAYMENT, ITEM_DIFFERENCE, ITEM_OPENING };
struct entry_line {
    account_id account_id;
    int64_t base_minor;   /* debit positive; may be 0 only beside a foreign amount that isn't */
    struct str currency;  /* absent: the base currency, amount = base */
    int64_t amount_minor;
    party_id party_id;    /* must be given on a control account */
    vat_code_id vat_code_id;
    int64_t vat_base_minor; /* on a VAT line: over what, in base currency, signed like the turnover or cost */
    struct str cost_center, description;
    /* on a control account only: */
    enum item_kind item_kind;
    struct str reference; /* invoice number, or what the bank said */
    struct date due_on;
    item_id item_id; /* out: the open item that this line made */
};
extern const struct fault_type ledger_unbalanced, ledger_too_large, ledger_too_few_lines, ledger_period_closed,
    ledger_account_missing, ledger_account_blocked, ledger_party_missing, ledger_currency_mixed, ledger_already_reversed,
    ledger_reversal_settled, ledger_item_missing, ledger_over_allocated, ledger_allocation_missing, ledger_not_one_party,
    ledger_not_in_currency;

/* Adds the entry with its lines for good, or refuses: ledger_unbalanced, ledger_too_large, ledger_too_few_lines,
 * ledger_period_closed, ledger_account_missing, ledger_account_blocked, ledger_party_missing, ledger_currency_mixed. */
CHECKED struct fault *ledger_post(struct work *work, struct entry *entry, struct entry_line *lines, size_t count);
/* The same entry with the signs turned, on `dated_on`; its open items and those of the original settle each other.
 * Refuses ledger_already_reversed, and ledger_reversal_settled while an item of it is settled with something else. */
CHECKED struct fault *ledger_reverse(struct work *work, entry_id id, struct date dated_on, struct str why,
                                     struct entry *reversal);

/* Refuses ledger_period_closed when the day lies in a closed period. */
CHECKED struct fault *ledger_check_day(struct work *work, struct date day);
/* Debits less credits of one account, over all time, in base currency. */
CHECKED struct fault *ledger_account_balance(struct work *work, account_id id, int64_t *balance_minor);
/* The same by the currency of its lines, in that currency and in base. */
struct account_amount { struct str currency; int64_t amount_minor, base_minor; };
LIST_STRUCT(account_amounts, struct account_amount);
extern const struct record account_amount_record;
CHECKED struct fault *ledger_account_amounts(struct work *work, account_id id, struct account_amounts *amounts);

/* ---- Open items and their settlement ---- */
struct open_item {
    item_id id;
    account_id account_id;
    party_id party_id;
    enum item_kind kind;
    struct str source_kind;
    int64_t source_id;
    entry_id entry_id;
    struct str reference;
    struct date dated_on, due_on;
    struct str currency;
    int64_t amount_minor, base_minor;           /* as it was made */
    int64_t rest_minor, rest_base_minor;        /* what is open of it now (or as of a day) */
    enum account_control control;
};
LIST_STRUCT(open_items, struct open_item);
extern const struct record open_item_record;
CHECKED struct fault *ledger_item_load(struct work *work, item_id id, struct open_item *item);
CHECKED struct fault *ledger_item_by_source(struct work *work, const char *source_kind, int64_t source_id,
                                            struct open_item *item, bool *found);
/* The items of a party (or of all, party 0) on a control account that are open now, oldest due first. */
CHECKED struct fault *ledger_open_items(struct work *work, enum account_control control, party_id party,
                                        struct open_items *items);
/* The same as of a day, as it was known at an instant (absent: now). */
CHECKED struct fault *ledger_open_items_as_of(struct work *work, enum account_control control, party_id party, struct date as_of,
                                              struct instant known_at, struct open_items *items);

/* The VAT in the entry that made an item: a row a VAT code and account, with the signs of the entry's lines, in the item's
 * currency. A code without VAT of its own (zero, exempt, "verlegd" on a sale) has vat 0; a reverse charge has two rows, whose VAT is opposite
 * and of which one tells the net. */
struct item_vat {
    vat_code_id vat_code_id;
    account_id account_id;
    struct str code;
    int64_t net_minor, vat_minor; /* net: told once a code, so that all of them make the item */
    int64_t over_minor;           /* over what this row's VAT is */
};
LIST_STRUCT(item_vats, struct item_vat);
CHECKED struct fault *ledger_item_vat(struct work *work, item_id id, struct item_vats *vats);

struct settle_part { item_id item_id; int64_t amount_minor; }; /* amount of the item's own sign and currency, not more than its rest */
struct settlement {
    allocation_id id; /* out */
    struct date effective_on; /* moved on to the day of its youngest item */
    struct str reason, evidence; /* evidence: JSON, absent when a person decided */
};
/* Settles items of one party, one control account and one currency against each other: the amounts sum to zero. Each
 * takes its share of the base amount (all of what is left when it is settled in full); what the base amounts differ is
 * booked as a realised exchange difference in the same breath. Refuses ledger_item_missing, ledger_over_allocated,
 * ledger_not_one_party, ledger_currency_mixed, ledger_unbalanced, ledger_period_closed. */
CHECKED struct fault *ledger_settle(struct work *work, struct settlement *settlement, const struct settle_part *parts,
                                    size_t count);
/* Takes a settlement back by adding its opposite on `on`; an exchange difference of it is reversed too. */
CHECKED struct fault *ledger_unsettle(struct work *work, allocation_id id, struct date on, struct str why);
/* Who settled this item, newest first: the allocations in force. */
struct item_settlement {
    allocation_id id;
    item_id item_id;
    struct date effective_on;
    int64_t amount_minor;
    struct str reason, evidence;
};
LIST_STRUCT(item_settlements, struct item_settlement);
extern const struct record item_settlement_record;
/* Every item of a control account, settled or not, oldest first: what history is made of. */
CHECKED struct fault *ledger_all_items(struct work *work, enum account_control control, struct open_items *items);
/* The open items that an entry made, settled or not. */
CHECKED struct fault *ledger_items_of_entry(struct work *work, entry_id entry, struct open_items *items);
/* The items of one allocation and what each gave to it. */
LIST_STRUCT(settle_parts, struct settle_part);
CHECKED struct fault *ledger_settlement_parts(struct work *work, allocation_id id, struct settle_parts *parts);
CHECKED struct fault *ledger_item_settlements(struct work *work, item_id id, struct item_settlements *settlements);

/* ---- What was open on any day (ledger_aged.c) ---- */
/* What is owed by or to a party from a day on, by the day it is due: positive what was added, negative what was settled. */
struct aged_change { party_id party_id; int32_t due_days; int64_t base_minor; }; /* due_days: since 1970-01-01 */
/* Every change to the open items of a control account that counts until `as_of` and was known at `known_at` (0: now), in no order that
 * means anything, those of one party and day summed where it can: a million in some milliseconds where months are packed. */
CHECKED struct fault *ledger_aged(struct work *work, enum account_control control, struct date as_of, struct instant known_at,
                                  struct fault *(*each)(void *context, const struct aged_change *change), void *context);
/* Periods from the year of the first entry (at most 30 years back) to two years ahead, where they are missing; how many years were made. */
CHECKED struct fault *ledger_periods_due(struct work *work, struct books *books, int64_t *years);
/* Packs months that are over, at most `limit`, each in a transaction of its own, of accounts with `least` lines or more. */
CHECKED struct fault *ledger_pack_due(struct work *work, struct books *books, int64_t least, int64_t limit, int64_t *packed);

/* ---- Numbers without gaps ---- */
/* The next number of a series ("invoice"), taken in this transaction: if it is undone, so is the number. */
CHECKED struct fault *ledger_number_next(struct work *work, const char *series, const char *subject_kind,
                                         int64_t subject_id, int64_t *number);

/* ---- Currencies ---- */
CHECKED struct fault *ledger_base_currency(struct work *work, struct str *currency);
/* Units of base for one unit of `currency` on a day: the newest rate not later than it; 1 for base. Refuses ledger_no_rate. */
CHECKED struct fault *ledger_rate(struct work *work, struct str currency, struct date on, struct decimal *rate);
CHECKED struct fault *ledger_to_base(struct work *work, int64_t amount_minor, struct str currency, struct date on,
                                     int64_t *base_minor);
extern const struct fault_type ledger_no_rate;

/* ---- Proof ---- */
struct proof_check { struct str name; bool holds; int64_t count; struct str detail; };
LIST_STRUCT(proof_checks, struct proof_check);
struct ledger_proof { struct proof_checks checks; bool holds; struct str hash; };
/* Every entry sums to zero; open items are the control accounts to the cent; allocations sum to zero; what is kept up
 * (rests, due totals, months) is what the rows say; numbers have no gap. `hash` (SHA-256, hex) is over all rows in a fixed
 * order, the same on SQLite and PostgreSQL. */
CHECKED struct fault *ledger_verify(struct work *work, struct ledger_proof *proof);

extern const struct operation_table ledger_vats, ledger_entries, ledger_items, ledger_charts, ledger_rates, ledger_proofs;
