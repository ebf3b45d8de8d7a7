/* Inside of the matching engine. Only engine_*.c include this. Days are days since 1970-01-01, as int32_t. */
#pragma once
#include "cash/cash_engine.h"

/* ---- Hash maps from 64-bit keys (never 0) to numbers (0: absent); keys are hashes of salted text ---- */

struct cash_map { uint64_t *keys; uint32_t *values; size_t room, count; };
uint32_t cash_map_get(const struct cash_map *map, uint64_t key);
uint32_t *cash_map_put(struct arena *arena, struct cash_map *map, uint64_t key); /* the place of its value, 0 when new */

enum cash_salt {
    SALT_ID_ITEM = 1,
    SALT_ID_PARTY,
    SALT_NUMBER,
    SALT_DIGITS,
    SALT_BARE,
    SALT_REFERENCE,
    SALT_ORDER,
    SALT_AMOUNT,
    SALT_IBAN,
    SALT_NAME,
    SALT_DEBTOR,
    SALT_END_TO_END,
    SALT_BATCH,
    SALT_SETTLEMENT,
    SALT_REPEAT,
    SALT_TRIGRAM,
    SALT_WAIT,
    SALT_PAID,
    SALT_PAID_ID,
    SALT_ID_PAYABLE,
    SALT_TYPO
};
uint64_t cash_mix(uint64_t value, enum cash_salt salt);
/* Polynomial hash of text, so that every part of a text can be looked up from its prefix hashes. */
#define CASH_HASH_BASE UINT64_C(0x9e3779b97f4a7c15)
uint64_t cash_hash(struct str s);

struct cash_node { uint32_t item, next; };

/* ---- What is known ---- */

struct cash_known_item {
    int64_t id, total, open, discount;
    uint64_t sequence;      /* its number as a number, for "oldest" among equals */
    struct str number, digits, bare, reference, order; /* compact: letters and digits, upper case; digits; without year and zeros */
    uint32_t party, currency;
    int32_t issued, due, discount_until, settled_on;
    enum cash_collect collect;
    uint16_t claims;        /* waiting lines that may settle it */
    int64_t reserved;       /* of what was open, provisionally settled by waiting lines; `open` is without it */
    bool listed;            /* stands in its party's list of open items */
    bool on_account;        /* money we hold for the party: only a line that goes out can settle it */
    bool is_held;           /* stands in its party's list of what waiting lines hold */
};

enum { STYLE_REFERENCE, STYLE_NUMBER, STYLE_DIGITS, STYLE_BARE, STYLE_TAIL, STYLE_ORDER, STYLE_NONE, STYLE_COUNT };
enum { CHARGES_KEPT = 6, REACH_KEPT = 8, REACH_LEAST = 3 };
/* How a party pays, counted over the lines decided so far. */
/* What a payer did with the items that a rule says he pays now: paid them, left them out; and with those it leaves for later. */
struct cash_rule { uint32_t taken, left, beyond, later; };
struct cash_habit {
    uint32_t lines, single, several, style[STYLE_COUNT];
    uint32_t all_named, some_named;
    uint32_t unnamed, oldest, oldest_equal, equal_choice; /* of unnamed lines: were the oldest; was the oldest of equal amounts */
    uint32_t everything_due, running;
    uint32_t discount_offered, discount_taken, discount_late_offered, discount_late_taken;
    uint32_t charge, deduction, rounding, short_paid, over, instalment, duplicate, on_account;
    uint32_t credit_there, credit_used, several_parties;
    int64_t charges[CHARGES_KEPT];
    int32_t deduction_ppm;      /* the percentage kept back the last time */
    uint32_t deduction_same;    /* how often in a row */
    int32_t lag_count, lag_min, lag_max;
    int64_t lag_sum, lag_square;
    int32_t last_day;
    int16_t reach[REACH_KEPT];  /* of the last lines: how many days ahead the last item was due that he took along */
    uint32_t reach_count;
    struct cash_rule by_month, by_reach; /* all of the months before (a statement); all that is due by some day */
    uint32_t rule_lines;
};
/* Would a run of this payer take the item along on that day? By the months that are over, where he pays by statement; else by how far ahead it
 * is due. False: not seen often enough to say. beyond: how many days too early for it. */
bool cash_would_take(const struct cash_habit *habit, const struct cash_known_item *item, int32_t day, int32_t *beyond);
const struct cash_rule *cash_rule_of(const struct cash_habit *habit); /* the one that fits him */

struct cash_link { uint32_t party, count, next; int32_t last_day; bool on_file; };
/* An account or a name that money came from. */
struct cash_payer {
    uint32_t links;             /* list of parties it paid for: index + 1 */
    uint32_t lines, unrelated, provider, matched, several;
};
struct cash_known_party {
    int64_t id;
    struct str number, name, key /* name without legal form */;
    uint32_t parent, child, sibling; /* party index + 1; first child; next of the same parent */
    char country[3];
    struct cash_habit habit;
    uint32_t *open; size_t open_count, open_room; /* items, oldest due first */
    uint32_t waiting;           /* lines of this party that nobody could explain yet */
    uint32_t payables;          /* list of what we owe it: index + 1 */
    uint32_t *held; size_t held_count, held_room; /* items that waiting lines reserve; some no more */
};
struct cash_part { int64_t item, amount, fee; struct str description; uint32_t next; };
struct cash_parts { uint32_t first, last, count; int64_t amount, fee; int32_t day; };
struct cash_repeat { int32_t day; int64_t line; bool settled; uint32_t same; uint32_t first_item; };

/* What a line was decided to have paid: what comes back names it, or is of its account and amount. */
struct cash_paid {
    int64_t line, amount;
    uint32_t currency, party, first, count; /* places in paid_parts */
    struct cash_difference differences[2]; size_t difference_count;
    int32_t day;
    uint32_t before;            /* an earlier one of the same account and amount: index + 1 */
    uint32_t named_before;      /* an earlier one of the same end-to-end id */
    bool is_gone;               /* came back, or the decision was taken back */
};
struct cash_paid_part { uint32_t item; int64_t amount; };
/* What we owe a party: its invoice to us, negative. Only a set-off settles it. */
struct cash_payable { int64_t id, open; struct str number; uint32_t currency, next; };
struct cash_rate { uint32_t currency; int64_t ppm; }; /* base currency for a million of it, both in minor units */

/* A line that waits for a person. */
struct cash_wait {
    uint32_t *items;
    size_t item_count;
    struct cash_allocation *reserved;
    size_t reserved_count;
    uint32_t party;
    bool active;
};

struct cash_learned;    /* the model in use */
enum { NUMBER_LENGTHS = 64 };

struct cash_engine {
    struct arena *arena;
    struct cash_settings settings;
    struct cash_map map;        /* all keys, salted */
    LIST_OF(struct cash_known_item) items;
    LIST_OF(struct cash_known_party) parties;
    LIST_OF(struct cash_node) nodes;
    LIST_OF(struct cash_payer) payers;
    LIST_OF(struct cash_link) links;
    LIST_OF(struct cash_part) parts;
    LIST_OF(struct cash_parts) batches;
    LIST_OF(struct cash_repeat) repeats;
    LIST_OF(struct cash_wait) waits;
    LIST_OF(struct cash_paid) paid;
    LIST_OF(struct cash_paid_part) paid_parts;
    LIST_OF(struct cash_payable) payables;
    LIST_OF(struct cash_rate) rates;
    uint64_t lengths[SALT_TYPO + 1]; /* per salt, a bit for each length of text that occurs */
    struct cash_habit everyone;      /* all parties together: what is usual */
    uint32_t decided;
    const struct cash_learned *learned;
};

uint32_t cash_item_index(const struct cash_engine *engine, int64_t id);   /* index + 1, or 0 */
uint32_t cash_party_index(const struct cash_engine *engine, int64_t id);
uint32_t cash_party_need(struct cash_engine *engine, int64_t id);         /* made when new; index + 1 */
uint32_t cash_first(const struct cash_engine *engine, uint64_t key);      /* first node of a list: index + 1 */
uint32_t cash_payer_find(const struct cash_engine *engine, uint64_t key);
uint32_t cash_payer_need(struct cash_engine *engine, uint64_t key);
void cash_link_add(struct cash_engine *engine, uint32_t payer, uint32_t party, int count, int32_t day, bool on_file);
void cash_item_settle(struct cash_engine *engine, uint32_t item, int64_t amount, int32_t day);
void cash_give_way(struct cash_engine *engine, uint32_t item);
void cash_payable_settle(struct cash_engine *engine, int64_t id, int64_t amount); /* unknown: ignored */
uint32_t cash_currency(const char currency[4]);
uint64_t cash_amount_key(uint32_t currency, int64_t amount);
int cash_item_order(const struct cash_known_item *a, const struct cash_known_item *b); /* oldest due first */

/* ---- Text ---- */

enum { TOKENS_MAX = 48, MENTIONS_MAX = 160 };
/* Text folded to upper-case letters and digits, with the place of each in the original. */
struct cash_folded {
    char at[CASH_TEXT_MAX + 1];
    uint16_t from[CASH_TEXT_MAX + 1];
    bool gap[CASH_TEXT_MAX + 1];
    uint8_t source[CASH_TEXT_MAX + 1];
    size_t count;
};
void cash_fold(struct cash_folded *out, struct str text, enum cash_source source); /* appends */
struct str cash_compact(struct arena *arena, struct str text, bool digits_only);
struct str cash_name_key(struct arena *arena, struct str name); /* without legal form, article of trade, punctuation */
int cash_name_likeness(struct str a, struct str b);             /* of two keys, 0…100 */
bool cash_one_error(const char *a, size_t a_length, const char *b, size_t b_length); /* one digit wrong, missing, doubled or two swapped */

enum token_kind {
    TOKEN_NUMBER = 1,
    TOKEN_DATE,
    TOKEN_AMOUNT,
    TOKEN_PHONE,
    TOKEN_DEBTOR,
    TOKEN_YEAR,
    TOKEN_FOREIGN /* "onze ref", "order" */
};
struct cash_token {
    uint16_t start, length;     /* in the folded text */
    enum token_kind kind;
    bool joined;                /* spans a separator: "24 07500" */
    bool repaired;              /* letters read as digits: "O" as 0 */
    bool last;                  /* the text ends here and may have been cut off */
    char digits[20]; uint8_t digit_count;
    bool used;                  /* part of an exact mention */
};
struct cash_mention { uint32_t item; enum cash_evidence_kind kind; uint16_t start, length; int quality; /* 0…100 */ };
enum {
    WORD_ON_ACCOUNT = 1,
    WORD_INSTALMENT = 2,
    WORD_DEDUCTION = 4,
    WORD_CONTRA = 8,
    WORD_RUNNING = 16,
    WORD_REFUND = 32,
    WORD_STORNO = 64,
    WORD_TAX = 128,
    WORD_INTEREST = 256,
    WORD_STATEMENT = 512,
    WORD_RANGE = 1024,
    WORD_OWNER = 2048,
    WORD_REST = 4096,
    WORD_DEBTOR = 8192,
    WORD_DISCOUNT = 16384,
};
struct cash_range { uint16_t left, right; }; /* tokens */
struct cash_reading {
    struct cash_folded text;
    struct cash_token tokens[TOKENS_MAX]; size_t token_count;
    struct cash_mention mentions[MENTIONS_MAX]; size_t mention_count;
    uint16_t range_at; bool has_range;      /* place of "t/m" */
    uint32_t words; uint16_t word_at, word_length; enum cash_source word_source;
    int month;                              /* a month named: 1…12 */
    bool truncated;                         /* as long as a field may be, or ends in a separator */
    uint64_t repeat_key;
};
void cash_read(const struct cash_engine *engine, const struct cash_line *line, struct cash_reading *reading);

/* ---- Set search ---- */

struct cash_search {
    const int64_t *amounts; size_t count;   /* in order of preference: the first are tried first */
    int64_t target;
    size_t solutions_max; uint64_t steps_max;
    size_t skip_size;                       /* 0, or: sets larger than this are not wanted */
};
struct cash_found {
    struct { const uint16_t *at; size_t count; } sets[16]; size_t set_count;
    int64_t total;      /* sets that give the target, up to CASH_COUNT_MAX */
    bool complete;      /* all were counted: `total` is exact */
};
void cash_search_sets(struct arena *arena, const struct cash_search *search, struct cash_found *found);

/* ---- Candidates ---- */

enum {
    FROM_SINGLE = 1,
    FROM_PREFIX = 2,
    FROM_ISSUE = 4,
    FROM_WINDOW = 8,
    FROM_DROP = 16,
    FROM_SOLVER = 32,
    FROM_NAMED = 64,
    FROM_NAMED_PART = 128,
    FROM_NAMED_REST = 256,
    FROM_RUNNING = 512,
    FROM_NEAR = 1024,
    FROM_BATCH = 2048,
    FROM_EVERYTHING = 4096,
    FROM_SMALL = 8192
};
enum { CANDIDATES_MAX = 96, CANDIDATES_SCORED = 16, PAYERS_MAX = 10, LATE_SEARCH_DAYS = 3 };
enum cash_feature {
    F_MATCH,
    F_DUPLICATE,
    F_ON_ACCOUNT,
    F_BATCH,
    F_UNRELATED,
    F_AMOUNT,
    F_ROUND,
    F_TEXT,
    F_TOKENS,
    F_WORD_ACCOUNT,
    F_WORD_INSTALMENT,
    F_WORD_DEDUCTION,
    F_WORD_CONTRA,
    F_WORD_RUNNING,
    F_WORD_REFUND,
    F_WORD_OTHER,
    F_WORD_STATEMENT,
    F_WORD_REST,
    F_STRUCTURED,
    F_BY_IBAN,
    F_ON_FILE,
    F_IBAN_COUNT,
    F_IBAN_SHARE,
    F_NAME,
    F_ULTIMATE,
    F_DEBTOR,
    F_FAMILY,
    F_PAYER_RANK,
    F_PAYERS_BY_IBAN,
    F_ACCOUNT_OTHER,
    F_SIZE,
    F_CREDITS,
    F_NAMED,
    F_NAMED_SHARE,
    F_BEST_QUALITY,
    F_LEAST_QUALITY,
    F_UNNAMED,
    F_SKIPPED,
    F_MISSED_STRONG,
    F_MISSED_WEAK,
    F_PAID_NAMED,
    F_ELSEWHERE,
    F_UNEXPLAINED,
    F_DIFFERENCE,
    F_DIFFERENCE_SIZE,
    F_DIFFERENCE_SHARE,
    F_EXACT,
    F_DISCOUNT_OFFERED,
    F_DISCOUNT_HABIT,
    F_DISCOUNT_LATE_HABIT,
    F_CHARGE_HABIT,
    F_DEDUCTION_HABIT,
    F_ROUNDING_HABIT,
    F_OTHER_SETS,
    F_SMALL_SETS,
    F_EXACT_RIVALS,
    F_LEFT_OUT,
    F_LEFT_OUT_SHARE,
    F_PREFIX,
    F_PREFIX_ISSUE,
    F_BOUNDARY,
    F_OLDEST,
    F_EQUALS,
    F_OLDEST_EQUAL,
    F_LATE,
    F_LATE_ODD,
    F_SINCE_ISSUE,
    F_AHEAD,
    F_HABIT_NONE,
    F_HABIT_NAMED,
    F_HABIT_OLDEST,
    F_HABIT_RUNNING,
    F_HABIT_SEVERAL,
    F_HABIT_LINES,
    F_CREDITS_LEFT,
    F_OPEN,
    F_REPEAT,
    F_COLLECT,
    F_PARTIES,
    F_EVERYTHING_DUE,
    F_SINCE_LAST,
    F_PARTIAL,
    F_CREDIT_HABIT,
    F_ORIGIN,
    F_BEYOND,
    F_WITHIN,
    F_REACH,
    F_MONTH,
    F_RULES,
    F_LIKELIER,
    FEATURES
};
enum { JUDGE_EXTRA = 12, JUDGE_FEATURES = FEATURES + JUDGE_EXTRA };

struct cash_payer_guess {
    uint32_t party;         /* index */
    bool by_iban, on_file, by_name, by_ultimate, by_number, by_family, by_debtor, by_amount;
    uint32_t iban_count, iban_lines; int name_likeness; int32_t iban_last_day;
    int weight;
};
struct cash_candidate {
    enum cash_category category;
    uint32_t party;             /* index */
    int guess;                  /* of the payer, or -1 */
    uint32_t *items; int64_t *allocated; size_t count;
    struct cash_difference differences[2]; size_t difference_count;
    uint32_t origin;
    int64_t other_sets; bool sets_counted;
    int64_t repeats_line; int32_t repeat_days;
    bool contradicted, complete;
    bool passed_over;           /* holds what a list that was cut off had left out before its last number */
    bool early;                 /* paid before the day of an invoice in it */
    bool tied;                  /* another item would do as well */
    bool far;                   /* far more was paid than is due: only what is named outright, and for a person */
    bool exchanged;             /* the items are in another currency; `allocated` is in theirs */
    struct cash_allocation *payables; size_t payable_count; /* set off: what we owe them, negative */
    int named, weakly_named, best_quality;
    int rule_score;             /* millilogit */
    double chance;              /* logarithm: that this payer takes just these of his open items; 0 when too little is known of him */
    float features[FEATURES];
    float score;                /* the ranker's */
    uint64_t key;               /* of category and set */
};
/* Items of a payer (or a family) that may be settled by a line, oldest due first. */
struct cash_scope {
    int guess; uint32_t *items; size_t count;
    uint8_t *named_kind; uint8_t *named_quality; int16_t *named_token; /* per item: best evidence by name, 0 none */
    size_t named_count; bool family;
    int64_t other_sets; bool sets_counted;  /* of exact sets at gross amounts */
    uint32_t small_sets;                    /* exact sets of one or two items */
    bool has_discount;
};
struct cash_naming { uint32_t item; uint8_t kind, quality; int16_t token; };
struct cash_matching {
    struct cash_engine *engine; struct arena *arena; const struct cash_line *line;
    struct cash_reading *reading;
    int32_t day; int64_t amount; uint32_t currency;
    struct cash_payer_guess payers[PAYERS_MAX]; size_t payer_count;
    uint32_t account;           /* payer index + 1 by IBAN, or 0 */
    struct cash_scope scopes[PAYERS_MAX + 1]; size_t scope_count;
    struct cash_candidate candidates[CANDIDATES_MAX]; size_t candidate_count;
    LIST_OF(struct cash_naming) named;      /* all items of all scopes that the text names, best evidence each */
    bool exact_named;           /* a fully named set with the exact amount was found */
    uint32_t repeat;            /* index + 1 of an earlier equal line */
    enum cash_category sets;    /* what a set of items is: paid by this line, or (it goes out) paid back */
    size_t foreign_numbers, unknown_numbers, paid_named;
    bool without_guesses;       /* looked at without what waiting lines reserve */
    bool no_set;                /* no set of items explains the line */
    bool last_resort;           /* nothing that payers usually do explains it */
    bool other_name;            /* only what somebody of nearly the same name owes explains it */
};

void cash_guess_payers(struct cash_matching *m);
size_t cash_guess_like_names(struct cash_matching *m); /* whose names are like the payer's: added behind the place that is given back */
void cash_name_scope(struct cash_matching *m, struct cash_scope *scope);
void cash_find_candidates(struct cash_matching *m);
void cash_named_sets(struct cash_matching *m, struct cash_scope *scope); /* sets that the text names */
void cash_plain_sets(struct cash_matching *m, struct cash_scope *scope); /* sets by amount and age */
void cash_run_sets(struct cash_matching *m, struct cash_scope *scope);   /* what this payer's runs take, some of it left out */
/* A set of places in a scope, as a candidate; NULL: none. */
struct cash_candidate *cash_add_places(struct cash_matching *m, const struct cash_scope *s, const uint16_t *places, size_t count,
                                       uint32_t origin);
/* Which credit notes a payer takes along: none, all, or those that were there before the day of payment. False: no other set than an earlier
 * way gives. */
enum cash_credits { CREDITS_NONE, CREDITS_ALL, CREDITS_BEFORE, CREDITS_WAYS };
bool cash_credit_places(const struct cash_matching *m, const struct cash_scope *s, enum cash_credits way, uint16_t *out,
                        size_t *count);
struct cash_sum {
    int64_t sum;
    uint16_t place;
};
int cash_by_sum(const void *a, const void *b);
size_t cash_first_sum(const struct cash_sum *sums, size_t count, int64_t sum); /* the first that is at least this, of those in order */
void cash_find_batches(struct cash_matching *m);
void cash_find_returned(struct cash_matching *m);        /* a collection or payment that comes back */
void cash_last_resorts(struct cash_matching *m);         /* when no set explains the line: what is named outright all the same */
uint32_t cash_named_in_text(const struct cash_matching *m, enum cash_salt salt); /* a batch whose reference stands in the text: index + 1, or 0 */
uint32_t cash_parts_item(const struct cash_matching *m, const struct cash_part *part, struct cash_reading **scratch); /* index + 1, or 0 */
/* What was paid, for what comes back. */
void cash_remember_paid(struct cash_engine *engine, struct arena *scratch, const struct cash_line *line,
                        const struct cash_decision *decision);
void cash_forget_paid(struct cash_engine *engine, struct arena *scratch, const struct cash_line *line);
struct cash_candidate *cash_candidate_add(struct cash_matching *m, enum cash_category category, uint32_t party, int guess,
                                          const uint32_t *items, size_t count, uint32_t origin);
/* What the difference between the set and the amount is; false: nothing that a payer would do. */
bool cash_explain_difference(struct cash_matching *m, struct cash_candidate *candidate, bool named);
bool cash_is_set(enum cash_category category); /* of items of one payer, that may come to another amount than the line */
bool cash_is_rounded_up(int64_t paid, int64_t over, int64_t open);
const struct cash_naming *cash_named(const struct cash_matching *m, uint32_t item); /* NULL: not named */
uint32_t cash_item_in(const struct cash_engine *engine, struct cash_reading *scratch, struct str text); /* the one item a text names: index + 1 */
int64_t cash_item_discount(const struct cash_known_item *item, int32_t day, int grace_days); /* 0 when none */
void cash_features(struct cash_matching *m, struct cash_candidate *candidate);
void cash_rival_chances(struct cash_matching *m);
void cash_rule_score(struct cash_matching *m, struct cash_candidate *candidate);
struct cash_evidence *cash_evidence_list(struct cash_matching *m, const struct cash_candidate *candidate, size_t *count);
/* Candidates in order, best first, with features and rule scores. */
void cash_prepare(struct cash_engine *engine, struct arena *arena, const struct cash_line *line, struct cash_matching *m);

/* ---- Learning ---- */

void cash_learn(struct cash_engine *engine, const struct cash_line *line, const struct cash_decision *decision);
void cash_judge_features(const struct cash_candidate *candidates, size_t count, float *features);

/* ---- The learned part ---- */

struct predict_model;
enum { CURVE_MAX = 256 };
struct cash_cut { float score; int32_t precision_ppm; }; /* of held-back lines with at least this score, this share was right */
/* Puts the candidates in order, best first, and gives the chance that the first is right and its raw score. */
void cash_rank_learned(const struct cash_learned *learned, struct cash_candidate *candidates, size_t count, double *top,
                       float *raw);
bool cash_sure_enough(const struct cash_learned *learned, float raw, int32_t precision_ppm);
uint64_t cash_learned_version(const struct cash_learned *learned);
/* Right, before any question of how sure: not a tie, not contradicted, nothing missing, a difference within limits. */
enum cash_why_not cash_may_post(const struct cash_settings *settings, const struct cash_candidate *candidates, size_t count);
void cash_rank_rules(struct cash_candidate *candidates, size_t count, double *top);
void cash_sort(struct cash_candidate *candidates, size_t count);
void cash_put_in_order(struct cash_candidate *candidates, size_t count); /* by score, but for what the text itself decides */
