/* Which open items does a bank line pay? The engine of cash application: pure, in memory, no database, no clock.
 *
 * Put in what is known (parties, items, own collections, provider settlements), let it see what was decided before,
 * and ask for each line a ranked list of explanations. An explanation says which items are settled by how much, what
 * the difference is, why (evidence, with the place in the remittance text), how sure that is, and whether it may be
 * posted without a person; if not, why not.
 *
 *   engine = cash_engine_new(arena, &settings);
 *   cash_engine_party(…) cash_engine_item(…) cash_engine_collection(…) cash_engine_settlement(…)
 *   cash_engine_train(engine, arena, past, count, blob_in_use, &report)   or, with a stored model:
 *   cash_engine_replay(engine, past, count); cash_engine_model(engine, arena, blob);
 *   for each line: proposal = cash_engine_match(engine, arena, line);
 *                  when posted (by itself or by a person): cash_engine_apply(engine, line, &decision);
 *
 * Amounts are integer minor units in the currency of the line; receivable positive, credit note negative. Floating
 * point occurs only in scores. A payable (for lines that go out) is an item with its sign turned by the caller.
 * Same input in the same order gives the same answers on every machine: no threads, no randomness.
 * The engine keeps copies of all text it is given in its own arena. Ids are the caller's; 0 is "none".
 * Cost: indexes by hash; a line looks only at items it names and at the open items of the parties it may come from. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

enum {
    CASH_TEXT_MAX = 1024,       /* bytes of remittance text looked at; more is ignored */
    CASH_SCOPE_MAX = 400,       /* open items of one payer searched as a set; of more, the oldest due */
    CASH_SET_MAX = 400,         /* items in one explanation (a batch may hold more) */
    CASH_EXPLANATION_MAX = 8,   /* explanations given per line */
};

enum cash_category {
    CASH_MATCH = 1,     /* settles open items */
    CASH_DUPLICATE,     /* the same payment once more: to keep on account or to refund */
    CASH_ON_ACCOUNT,    /* a prepayment or an amount without an item yet */
    CASH_PROVIDER,      /* pay-out of a payment provider: sum of payments − fees */
    CASH_DEBIT_BATCH,   /* our own direct-debit batch */
    CASH_REVERSAL,      /* a collection or payment comes back: reopens what it had settled */
    CASH_REFUND,        /* we paid back a credit note, or what was held on account */
    CASH_UNRELATED,     /* not a receivable at all */
    CASH_UNKNOWN,       /* nothing found: a person looks */
};
enum { CASH_CATEGORY_COUNT = CASH_UNKNOWN + 1 };

enum cash_difference_kind {
    CASH_DISCOUNT = 1,  /* early-payment discount, in time */
    CASH_DISCOUNT_LATE, /* the same, taken after the last day (at most CASH_LATE_DAYS) */
    CASH_CHARGE,        /* bank charge kept back on the way */
    CASH_ROUNDING,      /* a few cents, or rounded down to whole euros */
    CASH_SHORT,         /* less than due; the rest stays open */
    CASH_DEDUCTION,     /* the percentage that this payer always keeps back (bonus); the item is closed */
    CASH_OVER,          /* more than due; the rest is held on account */
    CASH_TYPO,          /* payer's typing error in the amount */
    CASH_NET_OF_VAT,    /* paid without the VAT */
    CASH_INSTALMENT,    /* part of it; the rest stays open */
    CASH_CONTRA,        /* set off against what we owe them */
    CASH_PROVIDER_FEE,
};
enum { CASH_DIFFERENCE_COUNT = CASH_PROVIDER_FEE + 1, CASH_LATE_DAYS = 5 };

enum cash_evidence_kind {
    CASH_BY_REFERENCE = 1,  /* structured reference (RF, betalingskenmerk), in its field or typed in the text */
    CASH_BY_NUMBER,         /* the item's number, whatever its separators and case */
    CASH_BY_DIGITS,         /* the digits of the number, without prefix */
    CASH_BY_BARE,           /* the number without prefix, year and leading zeros */
    CASH_BY_TAIL,           /* its last digits */
    CASH_BY_RANGE,          /* between two numbers named */
    CASH_BY_TYPO,           /* one typing error away from a number of this payer */
    CASH_BY_CUT,            /* the number is cut off at the end of the text */
    CASH_BY_ORDER,          /* the payer's order number */
    CASH_BY_END_TO_END,     /* end-to-end id of our own collection */
    CASH_BY_BATCH,          /* batch id or settlement reference */
    CASH_BY_IBAN,           /* account on file for this party */
    CASH_BY_LEARNED_IBAN,   /* account that paid for this party before; value: how often */
    CASH_BY_NAME,           /* value: likeness in percent */
    CASH_BY_ULTIMATE,       /* ultimate debtor's name; value: likeness in percent */
    CASH_BY_DEBTOR_NUMBER,
    CASH_BY_FAMILY,         /* parent or sister pays */
    CASH_BY_AMOUNT,         /* the amounts add up to the cent */
    CASH_BY_ONLY_SET,       /* no other set of this payer's items gives this amount */
    CASH_BY_OLDEST,         /* the oldest items, none left out */
    CASH_BY_DUE,            /* everything due; value: days ahead */
    CASH_BY_MONTH,          /* everything issued up to the end of a month */
    CASH_BY_HABIT,          /* as this payer did before; value: how often */
    CASH_BY_REPEAT,         /* same payer, amount and text as an earlier line; value: days ago */
    CASH_BY_WORD,           /* a word that tells the kind of payment ("voorschot", "storno", "a conto") */
    CASH_BY_RETURN_CODE,    /* the bank's reason code */
    /* against */
    CASH_OTHER_SETS,        /* value: how many other sets give this amount (at most CASH_COUNT_MAX) */
    CASH_NAMED_NOT_IN_SET,  /* an item is named that this explanation leaves out; `item` */
    CASH_NAMED_IS_PAID,     /* an item is named that is settled already; `item` */
    CASH_NUMBER_UNKNOWN,    /* something that looks like a number of ours, but is none */
    CASH_ELSEWHERE,         /* the number belongs to another party than the one that paid; `item` */
};
enum { CASH_EVIDENCE_COUNT = CASH_ELSEWHERE + 1, CASH_COUNT_MAX = 1000 };

/* Where evidence was found: in which text of the line, bytes [from, from+length). */
enum cash_source {
    CASH_NOWHERE,
    CASH_IN_TEXT,
    CASH_IN_REFERENCE,
    CASH_IN_NAME,
    CASH_IN_ULTIMATE,
    CASH_IN_END_TO_END,
    CASH_IN_BATCH,
    CASH_IN_IBAN
};

enum cash_why_not {
    CASH_AUTO = 0,
    CASH_NOT_SURE,      /* probability under the limit */
    CASH_TIE,           /* two explanations of equal strength */
    CASH_CONTRADICTED,  /* a named item is not in the set, or is settled already */
    CASH_DIFFERENCE_TOO_LARGE, /* a difference above the settings' limits, or of a kind a person must judge */
    CASH_INCOMPLETE,    /* the parts of a batch do not add up or are not known */
    CASH_NOTHING_TO_POST, /* unrelated or unknown */
    CASH_WAITS,         /* an earlier line of this payer waits for a person and may concern the same items */
    CASH_AUTO_OFF,      /* switched off */
    CASH_EARLY,         /* the invoice it names is of a later day */
    CASH_OTHER_CURRENCY, /* the invoice it names is in another currency */
};

struct cash_settings {
    int32_t precision_ppm;      /* expected share right of what is posted by itself: 999000 = 99.9 %; 0 = nothing by itself */
    int64_t rounding_minor;     /* a difference up to this is rounding; default 5 */
    int64_t charge_minor;       /* largest bank charge accepted as such; default 2500 */
    int64_t difference_auto_minor; /* rounding, charge or deduction above this is never posted by itself; default 10000 */
};
struct cash_settings cash_settings_default(void);

enum cash_collect { CASH_TRANSFER = 1, CASH_DIRECT_DEBIT, CASH_PAYMENT_LINK };

struct cash_party {
    int64_t id, parent;          /* parent: the party whose head office may pay, or 0 */
    struct str number, name, city;
    char country[3];             /* "NL", or "" */
    const struct str *aliases;   /* other names it trades under */
    size_t alias_count;
    const struct str *ibans;     /* accounts on file */
    size_t iban_count;
};
struct cash_item {
    int64_t id, party;
    struct str number, reference /* structured */, order_number;
    char currency[4];
    struct date issued_on, due_on, discount_until;
    int64_t total_minor, open_minor, discount_minor; /* discount_minor: allowed on the total until discount_until */
    enum cash_collect collect;
    bool on_account;    /* no invoice or credit note: money held for the party (negative), which a refund pays back */
};
/* item 0: found by the number in the description, or else in the end-to-end id. */
struct cash_collection {
    struct str batch_id, end_to_end_id;
    int64_t item, amount_minor;
    struct date collected_on;
    struct str description;
};
/* What we owe a party: its invoice to us, negative; its credit note, positive. Lines never settle it but by set-off against what it owes us. */
struct cash_owing { int64_t id, party; struct str number; char currency[4]; int64_t open_minor; };
/* One payment in a settlement report of a provider. item 0: found by the number in the description. */
struct cash_settlement { struct str settlement, payment, description; int64_t item, amount_minor, fee_minor; };

struct cash_line {
    int64_t id;
    struct date booked_on;
    int64_t amount_minor;        /* credit positive, debit negative */
    char currency[4];
    struct str name, iban, ultimate_name, text, reference, end_to_end_id, batch_id;
    struct str family, return_code; /* ISO 20022 "RCDT", "AM04"; absent when the bank gives none */
    bool is_reversal;
};

/* line_minor: how much of the line pays it, when the item is in another currency than the line; else 0. */
struct cash_allocation { int64_t item, amount_minor, line_minor; };
struct cash_difference { enum cash_difference_kind kind; int64_t amount_minor; }; /* given up: positive; received above: negative */
struct cash_evidence {
    enum cash_evidence_kind kind;
    enum cash_source source;
    uint32_t from, length;
    int64_t item, party, value;
    int32_t weight;              /* thousandths of a logit added to the rules' score; negative is against */
};

/* sum(allocations) = line amount + sum(differences that close an item: all but SHORT, INSTALMENT, NET_OF_VAT, TYPO below
 * the amount due, which leave the rest open and stand here with what stays open). What is left of the line after the
 * allocations and is no difference (OVER, duplicate, on account) is held on account of `party`. */
struct cash_explanation {
    enum cash_category category;
    int64_t party;
    const struct cash_allocation *allocations; size_t allocation_count;
    const struct cash_difference *differences; size_t difference_count;
    const struct cash_evidence *evidence; size_t evidence_count;
    int64_t other_sets;          /* other sets of the payer's items with this amount; CASH_COUNT_MAX: that many or more */
    int32_t probability_ppm;
    int64_t repeats_line;        /* duplicate: the line it repeats; reversal: 0 */
};
struct cash_proposal {
    const struct cash_explanation *explanations; size_t count; /* best first; at least one (UNKNOWN) */
    bool automatic;              /* the first may be posted without a person */
    enum cash_why_not why_not;
    uint64_t model;              /* version of the model that scored; 0: rules alone */
};

struct cash_engine;
struct cash_engine *cash_engine_new(struct arena *arena, const struct cash_settings *settings); /* settings NULL: default */
void cash_engine_settings(struct cash_engine *engine, const struct cash_settings *settings);

/* Adds, or replaces what has the same id. An item's party need not be known yet. */
void cash_engine_party(struct cash_engine *engine, const struct cash_party *party);
void cash_engine_item(struct cash_engine *engine, const struct cash_item *item);
void cash_engine_collection(struct cash_engine *engine, const struct cash_collection *collection);
void cash_engine_settlement(struct cash_engine *engine, const struct cash_settlement *settlement);
void cash_engine_owing(struct cash_engine *engine, const struct cash_owing *owing);
/* What a million minor units of a currency are worth in the base currency (itself: 1000000). Without it nothing is matched across currencies. */
void cash_engine_rate(struct cash_engine *engine, const char currency[4], int64_t ppm);
/* The ledger says so: the item has this much open. Unknown items are ignored. */
void cash_engine_open(struct cash_engine *engine, int64_t item, int64_t open_minor);
int64_t cash_engine_open_of(const struct cash_engine *engine, int64_t item); /* 0 when not known */

/* What a line turned out to be: decided by a person, posted by itself, or history. */
struct cash_decision {
    enum cash_category category;
    int64_t party;
    const struct cash_allocation *allocations; size_t allocation_count;
    const struct cash_difference *differences; size_t difference_count;
};
/* Settles the items and learns (payer's account, names, habits). Undo puts the amounts back and forgets the account. */
void cash_engine_apply(struct cash_engine *engine, const struct cash_line *line, const struct cash_decision *decision);
void cash_engine_undo(struct cash_engine *engine, const struct cash_line *line, const struct cash_decision *decision);

/* The line waits for a person. Until it is applied or released, what it probably settles is reserved (so that the next line is not
 * explained by the same items), and nothing that only rests on amounts of the items it may concern is posted by itself. */
void cash_engine_wait(struct cash_engine *engine, const struct cash_line *line, const struct cash_proposal *proposal);
void cash_engine_release(struct cash_engine *engine, int64_t line);

/* Always an answer; memory from `arena`. Does not change what the engine knows. */
struct cash_proposal cash_engine_match(struct cash_engine *engine, struct arena *arena, const struct cash_line *line);
struct cash_decision cash_decision_of(const struct cash_explanation *explanation);

/* ---- Learning from history ----
 * The past in order of booking; the items must be in the engine with what was open before the first of these lines
 * (usually their total). Afterwards the engine stands where the past ends. */
struct cash_past { struct cash_line line; struct cash_decision decision; };
void cash_engine_replay(struct cash_engine *engine, const struct cash_past *past, size_t count);

struct cash_quality {            /* measured on held-back history, never on what was learned from */
    int64_t lines, right;        /* lines held back; of those, first explanation exactly right */
    int64_t posted, posted_wrong; /* what would have been posted by itself at the setting */
    int32_t ece_ppm;             /* expected calibration error */
    int32_t logloss_ppm;
};
enum cash_unlearned { CASH_SHORT_HISTORY = 1, CASH_FEW_EXPLAINED };
struct cash_report {
    struct cash_quality rules, before, now; /* rules alone; the model in use so far (lines 0: none); the new one */
    bool used;                   /* the new model is better and is in use */
    struct str blob;             /* the model to store, whether used or not; absent: nothing could be learned */
    int64_t history, explained;  /* decided lines looked at; those of them whose decision is one of the explanations that were looked for */
    unsigned unlearned;          /* enum cash_unlearned; 0: something was learned */
    uint64_t version;            /* hash of the blob */
};
/* Replays, trains, calibrates on held-back history and uses the new model if it is no worse than `in_use` (may be absent). */
CHECKED struct fault *cash_engine_train(struct cash_engine *engine, struct arena *arena, const struct cash_past *past,
                                        size_t count, struct str in_use, struct cash_report *report);
/* Uses a stored model. Refuses bytes that are no model of this version (cash.model_unreadable): train again. */
CHECKED struct fault *cash_engine_model(struct cash_engine *engine, struct arena *arena, struct str blob);
extern const struct fault_type cash_model_unreadable;
bool cash_model_is_readable(struct str blob); /* of this version, by its beginning */
/* Without a model: rules alone. */
void cash_engine_rules_only(struct cash_engine *engine);

/* Stable lower-case names, for the API and the queue: "match", "discount_late", "by_number", "tie". */
const char *cash_category_name(enum cash_category category);
const char *cash_difference_name(enum cash_difference_kind kind);
const char *cash_evidence_name(enum cash_evidence_kind kind);
const char *cash_why_not_name(enum cash_why_not why);
