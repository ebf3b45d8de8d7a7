/* Finds anything by number, name, amount, IBAN or a piece of its text. Numbers, amounts and IBANs are asked of an index, by their beginning;
 * pieces of text of room search, which knows the rows that may hold them, however old; a piece that very many rows hold, or one of two
 * letters, is looked for in the newest ten thousand. Best first: the very number, what begins so, then the newest that hold every word. One
 * operation a kind, each with the permission of what it finds; a client asks them side by side. */
#include "report/report_private.h"
#include "report.sql.h"
#include "bill/bill.h"
#include "party/party.h"
#include "search/search.h"

struct search_takes { struct str q; };
RECORD(search_takes, { FIELD(struct search_takes, q, .min = 2, .max = 100, .about = "a number, a name, an IBAN or an amount") });
enum hit_kind { HIT_PARTY = 1, HIT_PARTY_BANK, HIT_BILL, HIT_INVOICE, HIT_ITEM, HIT_BANK_LINE, HIT_ENTRY, HIT_PAYMENT };
static const char *const hit_kinds[] = { NULL,   "party",     "party_bank", "bill",   "invoice",
                                         "item", "bank_line", "entry",      "payment" };
struct search_hit {
    struct {
        int64_t n;
    } id;
    enum hit_kind kind;
    struct str title, detail, place;
    struct date on;
    struct str currency;
    int64_t amount_minor;
    struct str state;
    party_id party_id;
};
LIST_STRUCT(search_hits, struct search_hit);
RECORD(search_hit, {
    ID(struct search_hit, id),
    FIELD(struct search_hit, kind, CHOICES(hit_kinds)),
    FIELD(struct search_hit, title, OPTIONAL),
    FIELD(struct search_hit, detail, OPTIONAL),
    FIELD(struct search_hit, place, OPTIONAL),
    FIELD(struct search_hit, on, OPTIONAL),
    FIELD(struct search_hit, currency, OPTIONAL, .about = "absent: there is no amount"),
    AMOUNT(struct search_hit, amount_minor, .currency = "currency", OPTIONAL),
    FIELD(struct search_hit, state, OPTIONAL),
    ID(struct search_hit, party_id, OPTIONAL),
});
struct search_found {
    struct search_hits hits;
};
RECORD(search_found, { LIST(struct search_found, hits, search_hit) });

/* What the words may be, each as its index holds it; absent where they can't be that. */
struct search_ask {
    struct str low, like, key_like, text, text_end, high, high_end, key, key_end, code, code_end;
    struct {
        int64_t n;
    } minor, number;
    bool is_iban;
};
RECORD(search_ask, {
    FIELD(struct search_ask, low),
    FIELD(struct search_ask, like),
    FIELD(struct search_ask, key_like, OPTIONAL),
    FIELD(struct search_ask, text),
    FIELD(struct search_ask, text_end),
    FIELD(struct search_ask, high),
    FIELD(struct search_ask, high_end),
    FIELD(struct search_ask, key, OPTIONAL),
    FIELD(struct search_ask, key_end, OPTIONAL),
    FIELD(struct search_ask, code),
    FIELD(struct search_ask, code_end),
    ID(struct search_ask, minor, OPTIONAL),
    ID(struct search_ask, number, OPTIONAL),
    FIELD(struct search_ask, is_iban),
});

/* "1.234,56", "1,234.56", "€ 1234", "-12,5": the last mark is the point, unless three digits follow it and no other mark stands
 * there; then it parts thousands. False: no amount. */
bool report_parse_amount(struct arena *arena, struct str words, int64_t *minor)
{
    struct text digits = text_new(arena);
    ptrdiff_t last = -1;
    int marks = 0, kinds = 0;
    size_t behind = 0;
    for (size_t i = 0; i < words.length; i++) {
        unsigned char c = (unsigned char)words.at[i];
        if (c >= '0' && c <= '9') text_add_char(&digits, (char)c), behind++;
        else if (c == '.' || c == ',') {
            last = (ptrdiff_t)digits.length, behind = 0, marks++;
            kinds |= c == '.' ? 1 : 2;
        } else if (c == '-' && !digits.length) continue; /* either sign is looked for */
        else if (c != ' ' && c != 0xE2 && c != 0x82 && c != 0xAC && c != 0xC2 && c != 0xA0) return false; /* €, a hard space */
    }
    if (!digits.length || digits.length > 15) return false;
    bool thousands = last < 0 || (behind == 3 && kinds != 3) || (marks > 1 && kinds != 3);
    if (!thousands && behind > 2) return false;
    struct str all = text_str(&digits);
    size_t zeros = thousands ? 2 : 2 - behind;
    if (!str_to_int(all, minor)) return false;
    while (zeros--) *minor *= 10;
    return *minor > 0 && *minor <= EXACT_MAX;
}

/* Greater than all that begin so. */
static struct str end_of(struct arena *arena, struct str start)
{
    return str_format(arena, "%.*s\xF4\x8F\xBF\xBF", STR_ARG(start));
}

/* What has a meaning of its own in LIKE is left out. */
struct str report_like(struct arena *arena, struct str part)
{
    struct text text = text_new(arena);
    text_add_char(&text, '%');
    for (size_t i = 0; i < part.length; i++)
        if (part.at[i] != '%' && part.at[i] != '\\') text_add_char(&text, part.at[i]);
    text_add_char(&text, '%');
    return text_str(&text);
}

static struct search_ask ask_of(struct work *work, struct str q)
{
    struct arena *arena = work->arena;
    struct str words = str_trim(q), parts[20], rest = words, key;
    size_t count = 0;
    int64_t minor = 0, number = 0;
    while (rest.at && count < ARRAY_LENGTH(parts)) parts[count++] = str_cut(rest, ' ', &rest);
    struct str code = str_upper(arena, str_join(arena, parts, count, ""));
    struct search_ask ask = {
        .low = str_lower(arena, words), .text = str_keep(arena, words), .high = str_upper(arena, words), .code = code
    };
    ask.like = report_like(arena, ask.low);
    key = party_name_key(arena, words);
    if (key.length > 1) ask.key_like = report_like(arena, key);
    ask.text_end = end_of(arena, ask.text), ask.high_end = end_of(arena, ask.high), ask.code_end = end_of(arena, code);
    ask.key = bill_number_key(arena, words);
    if (ask.key.length) ask.key_end = end_of(arena, ask.key);
    if (report_parse_amount(arena, words, &minor)) ask.minor.n = minor;
    if (str_to_int(code, &number) && number > 0 && number <= EXACT_MAX) ask.number.n = number;
    ask.is_iban = code.length >= 5 && code.at[0] >= 'A' && code.at[0] <= 'Z' && code.at[1] >= 'A' && code.at[1] <= 'Z' &&
                  code.at[2] >= '0' && code.at[2] <= '9' && code.at[3] >= '0' && code.at[3] <= '9';
    return ask;
}

static struct fault *find(struct work *work, const struct search_takes *takes, const struct sql *sql, struct search_found *out)
{
    const struct search_ask ask = ask_of(work, takes->q);
    return db_all(work, sql, GIVEN(search_ask, &ask), INTO_LIST(search_hit, &out->hits));
}

/* A hit with the text it is found by. */
struct word_hit {
    struct {
        int64_t n;
    } id;
    enum hit_kind kind;
    struct str title, detail;
    struct date on;
    struct str currency;
    int64_t amount_minor;
    struct str state, words;
};
LIST_STRUCT(word_hits, struct word_hit);
RECORD(word_hit, {
    ID(struct word_hit, id, .sort = true),
    FIELD(struct word_hit, kind, CHOICES(hit_kinds)),
    FIELD(struct word_hit, title, OPTIONAL),
    FIELD(struct word_hit, detail, OPTIONAL),
    FIELD(struct word_hit, on, OPTIONAL),
    FIELD(struct word_hit, currency, OPTIONAL),
    AMOUNT(struct word_hit, amount_minor, .currency = "currency", OPTIONAL),
    FIELD(struct word_hit, state, OPTIONAL),
    FIELD(struct word_hit, words, OPTIONAL, .filter = true, .max = 1 << 20),
});

/* Every word is in the row; of those the newest ten. */
static struct fault *find_words(struct work *work, struct str q, const struct sql *sql, const struct list_query *among,
                                struct search_found *out)
{
    struct list_query query = { .sort = STR("-id"), .limit = 10, .is_among = true, .among = among->among };
    struct word_hits rows = { 0 };
    struct str next, rest = str_trim(q);
    while (rest.at && query.filters.count < 20) {
        struct str word = str_cut(rest, ' ', &rest);
        if (word.length) *LIST_ADD(work->arena, &query.filters) = (struct list_filter){ STR("words"), LIST_HAS, word };
    }
    TRY(db_list(work, sql, NONE, &query, INTO_LIST(word_hit, &rows), &next));
    for (size_t i = 0; i < rows.count; i++) {
        const struct word_hit *row = &rows.at[i];
        struct search_hit *hit = LIST_ADD(work->arena, &out->hits);
        *hit = (struct search_hit){ .kind = row->kind,
                                    .title = row->title,
                                    .detail = row->detail,
                                    .on = row->on,
                                    .currency = row->currency,
                                    .amount_minor = row->amount_minor,
                                    .state = row->state };
        hit->id.n = row->id.n;
    }
    return NULL;
}

struct search_ways { const struct sql *first, *words, *newest; enum search_kind kind; };

/* By their beginning first; where that finds little, anywhere in the text. */
static struct fault *find_all(struct work *work, const struct search_takes *takes, const struct search_ways *ways,
                              struct search_found *out)
{
    struct search_found more = { 0 };
    struct list_query among = { 0 };
    bool known;
    TRY(find(work, takes, ways->first, out));
    if (out->hits.count >= 10) return NULL;
    TRY(search_ids(work, ways->kind, takes->q, &known, &among.among));
    TRY(known ? find_words(work, takes->q, ways->words, &among, &more) : find(work, takes, ways->newest, &more));
    for (size_t i = 0; i < more.hits.count && out->hits.count < 10; i++) {
        bool twice = false;
        for (size_t k = 0; k < out->hits.count; k++) twice |= out->hits.at[k].id.n == more.hits.at[i].id.n;
        if (!twice) *LIST_ADD(work->arena, &out->hits) = more.hits.at[i];
    }
    return NULL;
}

static struct fault *search_parties(struct work *work, const struct search_takes *takes, struct search_found *out)
{
    const struct search_ask ask = ask_of(work, takes->q);
    TRY(find(work, takes, &sql_search_parties, out));
    return ask.is_iban ? find(work, takes, &sql_search_party_banks, out) : NULL;
}
static struct fault *search_bills(struct work *work, const struct search_takes *takes, struct search_found *out)
{
    static const struct search_ways ways = { &sql_search_bills, &sql_search_bills_words, &sql_search_bills_newest, SEARCH_BILL };
    return find_all(work, takes, &ways, out);
}
static struct fault *search_invoices(struct work *work, const struct search_takes *takes, struct search_found *out)
{
    static const struct search_ways ways = { &sql_search_invoices, &sql_search_invoices_words,
                                             &sql_search_invoices_newest, SEARCH_INVOICE };
    return find_all(work, takes, &ways, out);
}
static struct fault *search_items(struct work *work, const struct search_takes *takes, struct search_found *out)
{
    static const struct search_ways ways = { &sql_search_items, &sql_search_items_words, &sql_search_items_newest, SEARCH_ITEM };
    return find_all(work, takes, &ways, out);
}
static struct fault *search_lines(struct work *work, const struct search_takes *takes, struct search_found *out)
{
    static const struct search_ways ways = { &sql_search_lines, &sql_search_lines_words, &sql_search_lines_newest, SEARCH_LINE };
    return find_all(work, takes, &ways, out);
}
static struct fault *search_entries(struct work *work, const struct search_takes *takes, struct search_found *out)
{
    static const struct search_ways ways = { &sql_search_entries, &sql_search_entries_words, &sql_search_entries_newest,
                                             SEARCH_ENTRY };
    return find_all(work, takes, &ways, out);
}
static struct fault *search_payments(struct work *work, const struct search_takes *takes, struct search_found *out)
{
    struct search_found all = { 0 };
    TRY(find(work, takes, &sql_search_payments, &all));
    for (size_t i = 0; i < all.hits.count; i++) { /* a run is shown once, by the first of it */
        bool twice = false;
        for (size_t k = 0; k < out->hits.count; k++) twice |= out->hits.at[k].id.n == all.hits.at[i].id.n;
        if (!twice) *LIST_ADD(work->arena, &out->hits) = all.hits.at[i];
    }
    return NULL;
}
CALLABLE(search_parties, search_takes, search_found);
CALLABLE(search_bills, search_takes, search_found);
CALLABLE(search_invoices, search_takes, search_found);
CALLABLE(search_items, search_takes, search_found);
CALLABLE(search_lines, search_takes, search_found);
CALLABLE(search_entries, search_takes, search_found);
CALLABLE(search_payments, search_takes, search_found);

#define SEARCHES (OPERATION_READS | OPERATION_SLOW)
static const struct operation operations[] = {
    { "search parties", "GET", "/search/parties", "party.read", SEARCHES, &search_parties_call, NULL,
      "Find customers and suppliers by name, number or IBAN" },
    { "search bills", "GET", "/search/bills", "bill.read", SEARCHES, &search_bills_call, NULL,
      "Find bills by number, supplier, amount or IBAN" },
    { "search invoices", "GET", "/search/invoices", "invoice.read", SEARCHES, &search_invoices_call, NULL,
      "Find invoices by number, customer or amount" },
    { "search items", "GET", "/search/items", "ledger.read", SEARCHES, &search_items_call, NULL,
      "Find open items by reference or amount" },
    { "search lines", "GET", "/search/lines", "bank.read", SEARCHES, &search_lines_call, NULL,
      "Find bank lines by name, text, amount or IBAN" },
    { "search entries", "GET", "/search/entries", "ledger.read", SEARCHES, &search_entries_call, NULL,
      "Find entries by number or description" },
    { "search payments", "GET", "/search/payments", "payment.read", SEARCHES, &search_payments_call, NULL,
      "Find payments by reference, who is paid, amount or IBAN" },
};
const struct operation_table report_searches = { "report", operations, ARRAY_LENGTH(operations) };
