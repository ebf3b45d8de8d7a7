/* Lines that are no receivable and no bill (rent, tax, wages, what the bank itself charges): booked as the same was booked before.
 * The same: the same account (or name, when the line has no account) and the same words, or else that account alone, as long as it was always
 * booked on one account. A line of the bank itself that says it is a charge needs no past. A person accepts it. */
#include "cash/cash_private.h"
#include "cash.sql.h"

/* How often in a row, and where; `mixed`: on one account now and on another then. */
struct coded_row { struct str parts; int64_t amount_minor; struct str name, iban, remittance; };
LIST_STRUCT(coded_rows, struct coded_row);
RECORD(coded_row,
       { JSON(struct coded_row, parts), FIELD(struct coded_row, amount_minor), FIELD(struct coded_row, name, OPTIONAL),
         FIELD(struct coded_row, iban, OPTIONAL), FIELD(struct coded_row, remittance, .max = 20000, OPTIONAL) });

struct coding { uint64_t key; struct str account; int64_t count; bool mixed; };
struct cash_codings { struct coding *at; size_t room; };

static struct coding *place_of(const struct cash_codings *c, uint64_t key)
{
    size_t i = key & (c->room - 1);
    while (c->at[i].key && c->at[i].key != key) i = (i + 1) & (c->room - 1);
    return &c->at[i];
}

/* Words only: days, amounts and numbers change from month to month. */
static struct str words_of(struct arena *arena, struct str text)
{
    enum { WORDS_MOST = 60 };
    char *out = arena_alloc(arena, WORDS_MOST + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.length && n < WORDS_MOST; i++) {
        char c = text.at[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (c >= 'A' && c <= 'Z') out[n++] = c;
    }
    return (struct str){ out, n };
}

/* The closest key first; 0: the line has none of the kind. */
static void keys_of(struct arena *arena, const struct coded_row *line, uint64_t keys[2])
{
    struct str who = line->iban.length ? line->iban : words_of(arena, line->name), words = words_of(arena, line->remittance);
    const char *sign = line->amount_minor < 0 ? "-" : "+";
    struct str both = str_format(arena, "%s%.*s|%.*s", sign, STR_ARG(who), STR_ARG(words));
    keys[0] = who.length || words.length >= 4 ? str_hash(both) | 1 : 0;
    keys[1] = who.length ? (str_hash(str_format(arena, "%s%.*s", sign, STR_ARG(who))) | 1) : 0;
}

static void learn(struct cash_codings *c, struct arena *arena, const struct coded_row *line)
{
    uint64_t keys[2];
    struct cash_decide parts = { 0 };
    if (record_from_json(arena, line->parts, INTO(cash_decide, &parts))) return; /* of another program */
    if (parts.shares.count || parts.differences.count || parts.bookings.count != 1) return;
    keys_of(arena, line, keys);
    for (size_t k = 0; k < ARRAY_LENGTH(keys); k++) {
        if (!keys[k]) continue;
        struct coding *coding = place_of(c, keys[k]);
        bool other = coding->key && !str_equal(coding->account, parts.bookings.at[0].account);
        coding->mixed |= other && k; /* the same words: the newest counts; the same account only: it must be one */
        coding->count = other ? 1 : coding->count + 1;
        coding->key = keys[k];
        coding->account = parts.bookings.at[0].account;
    }
}

struct fault *cash_codings_load(struct work *work, struct arena *arena, struct cash_codings **out)
{
    struct coded_rows rows = { 0 };
    TRY(db_all(work, &sql_coded_past, NONE, INTO_LIST(coded_row, &rows)));
    struct cash_codings *c = *out = ARENA_NEW(arena, struct cash_codings);
    for (c->room = 16; c->room < rows.count * 4 + 16;) c->room *= 2; /* two keys a line, half full at most */
    c->at = ARENA_ARRAY(arena, struct coding, c->room);
    for (size_t i = rows.count; i-- > 0;) learn(c, arena, &rows.at[i]);
    return NULL;
}

/* "KOSTEN", "provisie", "charges": of the bank itself, which names nobody. */
static bool is_bank_charge(const struct bank_line *line)
{
    static const char *const said[] = { "KOSTEN",  "PROVISIE",      "CHARGES",       " FEE ",     " FEES ",
                                        "GEBUEHR", "GEB\xc3\x9cHR", "GEB\xc3\xbcHR", "COMMISSION" };
    char text[200] = " "; /* words stand between spaces: COFFEE is no fee */
    size_t n = 1;
    if (line->amount_minor >= 0 || line->iban.length || line->name.length) return false;
    for (size_t i = 0; i < line->remittance.length && n + 2 < sizeof text; i++) {
        char c = line->remittance.at[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c & 0x80);
        text[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : letter ? c : ' ';
    }
    text[n++] = ' ';
    for (size_t i = 0; i < ARRAY_LENGTH(said); i++)
        if (str_find((struct str){ text, n }, said[i]) >= 0) return true;
    return false;
}

struct fault *cash_coding_of(struct work *work, const struct cash_codings *c, const struct bank_line *line,
                             struct cash_coding *out)
{
    uint64_t keys[2];
    const struct coded_row row = {
        .amount_minor = line->amount_minor, .name = line->name, .iban = line->iban, .remittance = line->remittance
    };
    *out = (struct cash_coding){ 0 };
    keys_of(work->arena, &row, keys);
    for (size_t k = 0; k < ARRAY_LENGTH(keys); k++) {
        const struct coding *coding = keys[k] ? place_of(c, keys[k]) : NULL;
        if (!coding || !coding->key || coding->mixed) continue;
        *out = (struct cash_coding){ coding->account, coding->count, 1000000 * (coding->count + 1) / (coding->count + 2) };
        return NULL;
    }
    if (!is_bank_charge(line)) return NULL;
    account_id charges;
    struct account account = { 0 };
    TRY(ledger_account_for(work, FOR_BANK_CHARGES, &charges));
    TRY(ledger_account_load(work, charges, &account));
    enum { BY_WORDS_PPM = 900000 };
    *out = (struct cash_coding){ .account = account.number, .ppm = BY_WORDS_PPM };
    return NULL;
}
