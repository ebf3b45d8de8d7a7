/* Remittance text → letters and digits with their places, numbers in it, words that tell the kind of payment. */
#include "cash/engine_private.h"

/* ---- Folding ---- */

static const char latin[] = "AAAAAAACEEEEIIIIDNOOOOO*OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO*OUUUUYTY"; /* U+00C0 … U+00FF */

/* One upper-case letter or digit, or 0 for all else; *used is the number of bytes read. */
static char fold_one(const char *at, size_t left, size_t *used)
{
    uint8_t c = (uint8_t)at[0];
    *used = 1;
    if (c >= '0' && c <= '9') return (char)c;
    if (c >= 'A' && c <= 'Z') return (char)c;
    if (c >= 'a' && c <= 'z') return (char)(c - 32);
    if ((c == 0xC3) && left > 1) {
        *used = 2;
        uint8_t low = (uint8_t)at[1];
        if (low >= 0x80 && low <= 0xBF && latin[low - 0x80] != '*') return latin[low - 0x80];
        return 0;
    }
    if (c >= 0xC2) {
        size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
        *used = n <= left ? n : left;
    }
    return 0;
}

void cash_fold(struct cash_folded *out, struct str text, enum cash_source source)
{
    bool gap = true;
    size_t limit = text.length < CASH_TEXT_MAX ? text.length : CASH_TEXT_MAX, used;
    for (size_t i = 0; i < limit && out->count < CASH_TEXT_MAX; i += used) {
        char c = fold_one(text.at + i, limit - i, &used);
        if (!c) { gap = true; continue; }
        out->at[out->count] = c;
        out->from[out->count] = (uint16_t)i;
        out->gap[out->count] = gap;
        out->source[out->count] = (uint8_t)source;
        out->count++;
        gap = false;
    }
    out->gap[out->count] = true;
}

struct str cash_compact(struct arena *arena, struct str text, bool digits_only)
{
    size_t limit = text.length < 255 ? text.length : 255, n = 0, used;
    char *z = arena_alloc(arena, limit + 1);
    for (size_t i = 0; i < limit; i += used) {
        char c = fold_one(text.at + i, limit - i, &used);
        if (c && (!digits_only || c <= '9')) z[n++] = c;
    }
    return (struct str){ z, n };
}

/* ---- Names ---- */

static bool legal_form(const char *word, size_t length)
{
    static const char *const forms[] = { "BV",   "NV",   "VOF",  "CV",       "GMBH", "CO",  "KG",  "AG",  "SA",
                                         "SARL", "SPRL", "BVBA", "LTD",      "LLC",  "INC", "B",   "V",   "N",
                                         "O",    "F",    "C",    "HOLDING_", "THE",  "EN",  "UND", "AND", "E",
                                         "S",    "PLC",  "SE",   "UG",       "OHG",  "MBH" };
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++)
        if (strlen(forms[i]) == length && !memcmp(forms[i], word, length)) return true;
    return false;
}

struct str cash_name_key(struct arena *arena, struct str name)
{
    struct cash_folded *f = ARENA_NEW(arena, struct cash_folded);
    cash_fold(f, str_part(name, 0, 140), CASH_IN_NAME);
    char *z = arena_alloc(arena, f->count + 1);
    size_t n = 0;
    for (size_t i = 0; i < f->count;) {
        size_t j = i + 1;
        while (j < f->count && !f->gap[j]) j++;
        if (!legal_form(f->at + i, j - i)) {
            memcpy(z + n, f->at + i, j - i);
            n += j - i;
        }
        i = j;
    }
    return (struct str){ z, n };
}

/* Dice's coefficient over pairs of letters; a long name cut off counts as nearly the same. */
int cash_name_likeness(struct str a, struct str b)
{
    if (a.length < 3 || b.length < 3) return 0;
    if (str_equal(a, b)) return 100;
    struct str longer = a.length >= b.length ? a : b, shorter = a.length >= b.length ? b : a;
    if (shorter.length >= 10 && !memcmp(shorter.at, longer.at, shorter.length))
        return longer.length - shorter.length <= 8 ? 88 : 80;
    uint16_t pairs[160];
    size_t count = 0, shared = 0;
    for (size_t i = 0; i + 1 < longer.length && count < ARRAY_LENGTH(pairs); i++)
        pairs[count++] = (uint16_t)((uint8_t)longer.at[i] << 8 | (uint8_t)longer.at[i + 1]);
    size_t all = count;
    for (size_t i = 0; i + 1 < shorter.length; i++) {
        uint16_t pair = (uint16_t)((uint8_t)shorter.at[i] << 8 | (uint8_t)shorter.at[i + 1]);
        for (size_t j = 0; j < count; j++) {
            if (pairs[j] != pair) continue;
            pairs[j] = pairs[--count];
            shared++;
            break;
        }
    }
    return (int)(200 * shared / (all + shorter.length - 1));
}

bool cash_one_error(const char *a, size_t a_length, const char *b, size_t b_length)
{
    if (a_length < b_length) {
        const char *t = a; a = b; b = t;
        size_t l = a_length; a_length = b_length; b_length = l;
    }
    size_t i = 0;
    while (i < b_length && a[i] == b[i]) i++;
    if (a_length == b_length) {
        if (i == a_length) return true;
        if (!memcmp(a + i + 1, b + i + 1, a_length - i - 1)) return true;
        return i + 1 < a_length && a[i] == b[i + 1] && a[i + 1] == b[i] && !memcmp(a + i + 2, b + i + 2, a_length - i - 2);
    }
    return a_length == b_length + 1 && !memcmp(a + i + 1, b + i, b_length - i);
}

/* ---- Words ---- */

struct plain { char at[CASH_TEXT_MAX + 4]; uint16_t from[CASH_TEXT_MAX + 4]; size_t count; };

/* Upper case, each run of white space one blank, a blank at both ends; other signs stay. */
static void plain_text(struct plain *out, struct str text)
{
    size_t limit = text.length < CASH_TEXT_MAX ? text.length : CASH_TEXT_MAX, used;
    out->count = 0;
    out->at[out->count++] = ' ';
    for (size_t i = 0; i < limit; i += used) {
        char c = fold_one(text.at + i, limit - i, &used);
        if (!c) c = (uint8_t)text.at[i] > ' ' && (uint8_t)text.at[i] < 0x7f ? text.at[i] : ' ';
        if (c == ' ' && out->at[out->count - 1] == ' ') continue;
        out->from[out->count] = (uint16_t)i;
        out->at[out->count++] = c;
    }
    out->from[out->count] = (uint16_t)limit;
    out->at[out->count++] = ' ';
    out->at[out->count] = 0;
}

static const struct {
    const char *text;
    uint32_t flag;
} words[] = {
    { "AANBETALING", WORD_ON_ACCOUNT | WORD_INSTALMENT },
    { "VOORSCHOT", WORD_ON_ACCOUNT },
    { "VOORUITBETALING", WORD_ON_ACCOUNT },
    { "PROFORMA", WORD_ON_ACCOUNT },
    { "PRO FORMA", WORD_ON_ACCOUNT },
    { "OFFERTE", WORD_ON_ACCOUNT },
    { "VOORUIT BETA", WORD_ON_ACCOUNT },
    { "PREPAYMENT", WORD_ON_ACCOUNT },
    { "ANZAHLUNG", WORD_ON_ACCOUNT },
    { "DEPOSIT", WORD_ON_ACCOUNT },
    { "WAARBORG", WORD_ON_ACCOUNT },
    { "DEELBETALING", WORD_INSTALMENT },
    { "TERMIJN", WORD_INSTALMENT },
    { "DEEL ", WORD_INSTALMENT },
    { "1/2", WORD_INSTALMENT },
    { "2/2", WORD_INSTALMENT },
    { "1/3", WORD_INSTALMENT },
    { "INSTALMENT", WORD_INSTALMENT },
    { "RATE ", WORD_INSTALMENT },
    { "TEILZAHLUNG", WORD_INSTALMENT },
    { "PARTIAL", WORD_INSTALMENT },
    { "RESTANT", WORD_REST },
    { "RESTBEDRAG", WORD_REST },
    { "REST ", WORD_REST },
    { "SALDO", WORD_REST },
    { "MINUS", WORD_DEDUCTION },
    { "-/-", WORD_DEDUCTION },
    { " MIN ", WORD_DEDUCTION },
    { "MANCO", WORD_DEDUCTION },
    { "SCHADE", WORD_DEDUCTION },
    { "RETOUR", WORD_DEDUCTION | WORD_REFUND },
    { "KORTING", WORD_DEDUCTION | WORD_DISCOUNT },
    { "BONUS", WORD_DEDUCTION },
    { "INHOUDING", WORD_DEDUCTION },
    { "ONDER AFTREK", WORD_DEDUCTION },
    { "SKONTO", WORD_DISCOUNT },
    { "CREDITNOTA VOLGT", WORD_DEDUCTION },
    { "BETALINGSKORTING", WORD_DISCOUNT },
    { "ONZE FACTUUR", WORD_CONTRA },
    { "ONZE FACT", WORD_CONTRA },
    { "VERREKEN", WORD_CONTRA },
    { "VERREKEND", WORD_CONTRA },
    { "TEGENREKENING", WORD_CONTRA },
    { "A CONTO", WORD_RUNNING },
    { "BETALING REKENING", WORD_RUNNING },
    { "OPENSTAAND SALDO", WORD_RUNNING },
    { "ACCOUNT BALANCE", WORD_RUNNING },
    { "TERUGBETALING", WORD_REFUND },
    { "CREDITFACTUUR", WORD_REFUND },
    { "CREDITNOTA", WORD_REFUND },
    { "REFUND", WORD_REFUND },
    { "RETOURBETALING", WORD_REFUND },
    { "STORNO", WORD_STORNO },
    { "INCASSO MISLUKT", WORD_STORNO },
    { "MISLUKT", WORD_STORNO },
    { "GESTORNEERD", WORD_STORNO },
    { "TERUGGAAF", WORD_TAX },
    { "OMZETBELASTING", WORD_TAX },
    { "BELASTING", WORD_TAX },
    { "TOESLAG", WORD_TAX },
    { "LOONHEFFING", WORD_TAX },
    { "RENTE", WORD_INTEREST },
    { "INTEREST", WORD_INTEREST },
    { "REKENING-COURANT", WORD_OWNER },
    { "REKENING COURANT", WORD_OWNER },
    { "DIVIDEND", WORD_OWNER },
    { "KAPITAAL", WORD_OWNER },
    { "OPENSTAANDE POSTEN", WORD_STATEMENT },
    { "DIVERSE FACTUREN", WORD_STATEMENT },
    { "VOLGENS OVERZICHT", WORD_STATEMENT },
    { "VERZAMELBETALING", WORD_STATEMENT },
    { "BETAALADVIES", WORD_STATEMENT },
    { "REMITTANCE ADVICE", WORD_STATEMENT },
    { "SPECIFICATIE", WORD_STATEMENT },
    { "REKENINGOVERZICHT", WORD_STATEMENT },
    { "BATCH", WORD_STATEMENT },
    { "FACTUREN", WORD_STATEMENT },
    { "DEBNR", WORD_DEBTOR },
    { "DEBITEUR", WORD_DEBTOR },
    { "KLANTNR", WORD_DEBTOR },
    { "KLANTNUMMER", WORD_DEBTOR },
    { "KLANT ", WORD_DEBTOR },
    { "RELATIENR", WORD_DEBTOR },
};
static const char *const months[] = { "JANUARI", "FEBRUARI", "MAART",     "APRIL",   "MEI",      "JUNI",
                                      "JULI",    "AUGUSTUS", "SEPTEMBER", "OKTOBER", "NOVEMBER", "DECEMBER" };

static void find_words(struct cash_reading *r, const struct plain *p, enum cash_source source)
{
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        const char *found = strstr(p->at, words[i].text);
        if (!found) continue;
        r->words |= words[i].flag;
        if (r->word_length) continue;
        r->word_source = source;
        r->word_at = p->from[found - p->at];
        r->word_length = (uint16_t)strlen(words[i].text);
    }
    for (int i = 0; i < 12; i++) {
        const char *found = strstr(p->at, months[i]);
        size_t length = strlen(months[i]);
        if (found && found[-1] == ' ' && (found[length] == ' ' || (found[length] >= '0' && found[length] <= '9')))
            r->month = i + 1;
    }
    static const char *const ranges[] = { " T/M ", "T/M", " TOT EN MET ", " TM ", " T.M. ", " THROUGH ", " BIS " };
    for (size_t i = 0; i < ARRAY_LENGTH(ranges) && !r->has_range; i++) {
        const char *found = strstr(p->at, ranges[i]);
        if (!found) continue;
        uint16_t at = p->from[found - p->at];
        r->has_range = true;
        r->words |= WORD_RANGE;
        for (r->range_at = 0; r->range_at < r->text.count && r->text.from[r->range_at] < at; r->range_at++) {}
    }
}

/* ---- Numbers ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The signs between two places of the folded text, as they stand in the original. */
static struct str between(const struct cash_folded *f, struct str text, size_t left, size_t right)
{
    size_t from = (size_t)f->from[left] + 1, to = f->from[right];
    return from < to ? str_part(text, from, to - from) : (struct str){ "", 0 };
}

/* The word before a place: letters and blanks up to 24 back, compared at its end. */
static bool word_before(const struct cash_folded *f, size_t at, const char *word)
{
    size_t n = strlen(word);
    if (at < n || memcmp(f->at + at - n, word, n)) return false;
    return f->source[at - n] == f->source[at];
}

static enum token_kind kind_of(const struct cash_folded *f, size_t at, size_t length)
{
    static const struct {
        const char *word;
        enum token_kind kind;
    } before[] = {
        { "DEBNR", TOKEN_DEBTOR },         { "DEBITEUR", TOKEN_DEBTOR },       { "DEBITEURNR", TOKEN_DEBTOR },
        { "KLANTNR", TOKEN_DEBTOR },       { "KLANTNUMMER", TOKEN_DEBTOR },    { "KLANT", TOKEN_DEBTOR },
        { "RELATIENR", TOKEN_DEBTOR },     { "DEBITEURNUMMER", TOKEN_DEBTOR }, { "TEL", TOKEN_PHONE },
        { "TELEFOON", TOKEN_PHONE },       { "ONZEREF", TOKEN_FOREIGN },       { "ONZEREFERENTIE", TOKEN_FOREIGN },
        { "ONZEFACTUUR", TOKEN_FOREIGN },  { "ONZEFACT", TOKEN_FOREIGN },      { "VERREKENDMET", TOKEN_FOREIGN },
        { "OFFERTE", TOKEN_FOREIGN },      { "PROFORMA", TOKEN_FOREIGN },      { "BATCH", TOKEN_FOREIGN },
        { "SPECIFICATIE", TOKEN_FOREIGN }, { "ADVICE", TOKEN_FOREIGN },        { "VERZAMELBETALING", TOKEN_FOREIGN },
        { "CREDITNOTA", TOKEN_NUMBER },    { "KVK", TOKEN_FOREIGN },           { "PASNR", TOKEN_FOREIGN },
        { "ORDER", TOKEN_FOREIGN },        { "ORDERNR", TOKEN_FOREIGN },       { "PROJECT", TOKEN_FOREIGN },
        { "EUR", TOKEN_AMOUNT },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(before); i++)
        if (word_before(f, at, before[i].word)) return before[i].kind;
    if (length == 10 && f->at[at] == '0' && f->gap[at]) return TOKEN_PHONE;
    if (length == 4 &&
        (!memcmp(f->at + at, "199", 3) || !memcmp(f->at + at, "200", 3) || !memcmp(f->at + at, "201", 3) ||
         !memcmp(f->at + at, "202", 3) || !memcmp(f->at + at, "203", 3)))
        return TOKEN_YEAR;
    return TOKEN_NUMBER;
}

static struct cash_token *token_add(struct cash_reading *r, size_t start, size_t length)
{
    if (r->token_count == TOKENS_MAX) return NULL;
    struct cash_token *t = &r->tokens[r->token_count++];
    *t = (struct cash_token){ .start = (uint16_t)start, .length = (uint16_t)length, .kind = TOKEN_NUMBER };
    for (size_t i = start; i < start + length && t->digit_count < sizeof t->digits - 1; i++)
        t->digits[t->digit_count++] = r->text.at[i];
    return t;
}

static int two(const struct cash_token *t)
{
    return t->digit_count == 1 ? t->digits[0] - '0' : (t->digits[0] - '0') * 10 + t->digits[1] - '0';
}

/* "dd 01-02-2025" and "924,52": neither is a number of an item. */
static void find_dates_and_amounts(struct cash_reading *r, struct str text)
{
    for (size_t i = 0; i + 1 < r->token_count; i++) {
        struct cash_token *a = &r->tokens[i], *b = a + 1;
        size_t a_end = (size_t)a->start + a->length;
        if (b->start != a_end || r->text.source[a->start] != CASH_IN_TEXT || r->text.source[b->start] != CASH_IN_TEXT) continue;
        struct str sign = between(&r->text, text, a_end - 1, b->start);
        size_t b_end = (size_t)b->start + b->length;
        bool ends = b_end == r->text.count || r->text.gap[b_end];
        if (str_is(sign, ",") && b->length == 2 && ends && (a->length <= 3 || a->kind == TOKEN_AMOUNT))
            a->kind = b->kind = TOKEN_AMOUNT;
        if (str_is(sign, ",") && b->length == 2 && ends && a->length <= 6 && a_end >= a->length + 3u &&
            word_before(&r->text, a->start, "EUR"))
            a->kind = b->kind = TOKEN_AMOUNT;
        if (i + 2 >= r->token_count || sign.length != 1 || !strchr("-/.", sign.at[0])) continue;
        struct cash_token *c = b + 1;
        if (c->start != b_end || !str_equal(between(&r->text, text, b_end - 1, c->start), sign)) continue;
        bool day_first = a->length <= 2 && b->length <= 2 && (c->length == 4 || c->length == 2) && two(a) >= 1 &&
                         two(a) <= 31 && two(b) >= 1 && two(b) <= 12;
        bool year_first = a->length == 4 && b->length <= 2 && c->length <= 2 && two(b) >= 1 && two(b) <= 12 &&
                          two(c) >= 1 && two(c) <= 31 && a->kind == TOKEN_YEAR;
        if (day_first || year_first) a->kind = b->kind = c->kind = TOKEN_DATE;
    }
}

static char repaired(char c)
{
    switch (c) {
    case 'O': return '0';
    case 'I': case 'L': return '1';
    case 'S': return '5';
    case 'B': return '8';
    case 'Z': return '2';
    default: return 0;
    }
}

/* Runs in which a letter stands for a digit: "24O7500", "2407l00". */
static void find_repaired(struct cash_reading *r)
{
    const struct cash_folded *f = &r->text;
    for (size_t i = 0; i < f->count;) {
        size_t j = i, letters = 0, digits = 0;
        while (j < f->count && (j == i || !f->gap[j]) && (is_digit(f->at[j]) || repaired(f->at[j]))) {
            if (is_digit(f->at[j])) digits++;
            else letters++;
            j++;
        }
        if (letters >= 1 && letters <= 2 && digits >= 3) {
            struct cash_token *t = token_add(r, i, j - i);
            for (size_t k = 0; t && k < t->digit_count; k++)
                if (!is_digit(t->digits[k])) t->digits[k] = repaired(t->digits[k]);
            if (t) t->repaired = true;
        }
        i = j > i ? j : i + 1;
    }
}

static void find_tokens(struct cash_reading *r, struct str text)
{
    const struct cash_folded *f = &r->text;
    for (size_t i = 0; i < f->count;) {
        if (!is_digit(f->at[i])) { i++; continue; }
        size_t j = i + 1;
        while (j < f->count && is_digit(f->at[j]) && !f->gap[j]) j++;
        struct cash_token *t = j - i <= 19 ? token_add(r, i, j - i) : NULL;
        if (t) t->kind = kind_of(f, i, j - i);
        if (t) t->last = j == f->count || (j < f->count && f->source[j] != f->source[i]);
        i = j;
    }
    find_dates_and_amounts(r, text);
    size_t plain = r->token_count;
    for (size_t i = 0; i + 1 < plain; i++) { /* "24 07500": two runs with only signs between */
        struct cash_token a = r->tokens[i], b = r->tokens[i + 1];
        if (b.start != a.start + a.length || a.length + b.length > 14 || f->source[a.start] != f->source[b.start])
            continue;
        if (a.kind == TOKEN_DATE || a.kind == TOKEN_AMOUNT || b.kind == TOKEN_DATE || b.kind == TOKEN_AMOUNT ||
            a.kind == TOKEN_PHONE)
            continue;
        struct cash_token *t = token_add(r, a.start, (size_t)a.length + b.length);
        if (t) t->joined = true, t->last = b.last, t->kind = a.kind == TOKEN_YEAR ? TOKEN_NUMBER : a.kind;
    }
    find_repaired(r);
}

/* ---- Numbers of items ---- */

static bool boundary(const struct cash_folded *f, size_t at) /* may a number begin or end here? */
{
    return at == 0 || at == f->count || f->gap[at] || is_digit(f->at[at - 1]) != is_digit(f->at[at]);
}

static struct str item_text(const struct cash_known_item *item, enum cash_salt salt)
{
    switch ((int)salt) {
    case SALT_NUMBER: return item->number;
    case SALT_DIGITS: return item->digits;
    case SALT_BARE: return item->bare;
    case SALT_REFERENCE: return item->reference;
    default: return item->order;
    }
}

static int quality_of(const struct cash_folded *f, enum cash_salt salt, size_t at, size_t length)
{
    bool clean = boundary(f, at + length), letters = false, gaps = false;
    for (size_t i = at; i < at + length; i++) {
        letters |= !is_digit(f->at[i]);
        gaps |= i > at && f->gap[i];
    }
    if (!clean && length < 7) return 0;
    if (salt == SALT_REFERENCE) return clean ? 100 : 85;
    if (salt == SALT_ORDER) return clean && length >= 5 ? 80 : clean ? 60 : 0;
    int quality = length >= 7 ? 97 : length == 6 ? 92 : length == 5 ? 85 : length == 4 ? 70 : 40;
    if (letters) quality += length >= 6 ? 3 : 5;
    if (gaps && !letters) quality -= 6;
    if (length < 6 && !f->gap[at] && !letters) quality -= 10;
    return clean ? (quality > 100 ? 100 : quality) : quality - 25;
}

static void mention_add(struct cash_reading *r, uint32_t item, enum cash_evidence_kind kind, size_t at, size_t length,
                        int quality)
{
    for (size_t i = 0; i < r->mention_count; i++) {
        struct cash_mention *m = &r->mentions[i];
        if (m->item != item) continue;
        if (quality > m->quality) *m = (struct cash_mention){ item, kind, (uint16_t)at, (uint16_t)length, quality };
        return;
    }
    if (r->mention_count < MENTIONS_MAX)
        r->mentions[r->mention_count++] = (struct cash_mention){ item, kind, (uint16_t)at, (uint16_t)length, quality };
}

static void look_up(const struct cash_engine *engine, struct cash_reading *r, enum cash_salt salt, enum cash_evidence_kind kind,
                    uint64_t hash, size_t at, size_t length, bool *ends)
{
    uint32_t n = cash_first(engine, cash_mix(hash, salt));
    if (!n) return;
    int quality = quality_of(&r->text, salt, at, length);
    if (quality <= 0) return;
    for (int seen = 0; n && seen < 24; n = engine->nodes.at[n - 1].next, seen++) {
        uint32_t item = engine->nodes.at[n - 1].item;
        struct str text = item_text(&engine->items.at[item], salt);
        if (text.length != length || memcmp(text.at, r->text.at + at, length)) continue;
        mention_add(r, item, kind, at, length, quality);
        ends[at + length] = true;
    }
}

/* Every part of the text that may begin a number, at every length that a number has. */
static void find_mentions(const struct cash_engine *engine, struct cash_reading *r)
{
    static const struct { enum cash_salt salt; enum cash_evidence_kind kind; bool digits; } kinds[] = {
        { SALT_REFERENCE, CASH_BY_REFERENCE, false }, { SALT_NUMBER, CASH_BY_NUMBER, false },
        { SALT_DIGITS, CASH_BY_DIGITS, true }, { SALT_ORDER, CASH_BY_ORDER, false },
    };
    const struct cash_folded *f = &r->text;
    uint64_t prefix[CASH_TEXT_MAX + 1], power[NUMBER_LENGTHS];
    uint16_t digits[CASH_TEXT_MAX + 1];
    bool ends[CASH_TEXT_MAX + NUMBER_LENGTHS + 1];
    memset(ends, 0, f->count + NUMBER_LENGTHS + 1);
    prefix[0] = 0;
    digits[0] = 0;
    power[0] = 1;
    for (size_t i = 1; i < NUMBER_LENGTHS; i++) power[i] = power[i - 1] * CASH_HASH_BASE;
    for (size_t i = 0; i < f->count; i++) {
        prefix[i + 1] = prefix[i] * CASH_HASH_BASE + (uint8_t)f->at[i];
        digits[i + 1] = (uint16_t)(digits[i] + is_digit(f->at[i]));
    }
    for (size_t at = 0; at < f->count; at++) {
        if (!boundary(f, at) && !ends[at]) continue;
        for (size_t k = 0; k < ARRAY_LENGTH(kinds); k++) {
            if (kinds[k].digits && !is_digit(f->at[at])) continue;
            for (uint64_t left = engine->lengths[kinds[k].salt]; left; left &= left - 1) {
                size_t length = (size_t)__builtin_ctzll(left);
                if (at + length > f->count) break;
                if (kinds[k].digits && digits[at + length] - digits[at] != (int)length) break;
                look_up(engine, r, kinds[k].salt, kinds[k].kind, prefix[at + length] - prefix[at] * power[length], at,
                        length, ends);
            }
        }
    }
}

/* Tokens that are the bare number of an item of anybody: weak, but it finds a payer that nothing else does. */
static void find_bare(const struct cash_engine *engine, struct cash_reading *r)
{
    bool ends[CASH_TEXT_MAX + NUMBER_LENGTHS + 1];
    for (size_t i = 0; i < r->token_count; i++) {
        struct cash_token *t = &r->tokens[i];
        if (t->used || t->joined || t->repaired || (t->kind != TOKEN_NUMBER && t->kind != TOKEN_YEAR)) continue;
        struct str bare = { t->digits, t->digit_count };
        while (bare.length > 1 && bare.at[0] == '0') bare = str_part(bare, 1, bare.length - 1);
        if (bare.length < 4 || bare.length > 12) continue;
        size_t skip = t->digit_count - bare.length, before = r->mention_count;
        look_up(engine, r, SALT_BARE, CASH_BY_BARE, cash_hash(bare), t->start + skip, bare.length, ends);
        for (size_t j = before; j < r->mention_count; j++)
            r->mentions[j].quality = bare.length >= 6 ? 80 : bare.length == 5 ? 70 : 55;
    }
}

/* Of mentions of different items in the same place the longer one is meant. */
static void drop_overlapped(struct cash_reading *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->mention_count; i++) {
        const struct cash_mention *a = &r->mentions[i];
        bool drop = false;
        for (size_t j = 0; j < r->mention_count && !drop; j++) {
            const struct cash_mention *b = &r->mentions[j];
            if (i == j || a->start >= b->start + b->length || b->start >= a->start + a->length) continue;
            drop = b->length > a->length && b->quality >= a->quality;
        }
        if (!drop) r->mentions[kept++] = r->mentions[i];
    }
    r->mention_count = kept;
}

void cash_read(const struct cash_engine *engine, const struct cash_line *line, struct cash_reading *r)
{
    static const char not_provided[] = "NOTPROVIDED";
    struct plain plain;
    memset(r, 0, offsetof(struct cash_reading, tokens));
    r->token_count = r->mention_count = 0;
    memset((char *)r + offsetof(struct cash_reading, range_at), 0, sizeof *r - offsetof(struct cash_reading, range_at));
    cash_fold(&r->text, line->text, CASH_IN_TEXT);
    cash_fold(&r->text, line->reference, CASH_IN_REFERENCE);
    r->repeat_key =
        cash_mix(cash_hash((struct str){ r->text.at, r->text.count }) * 31 +
                     cash_hash(line->iban.length ? line->iban : line->name) * 7 + (uint64_t)line->amount_minor,
                 SALT_REPEAT);
    plain_text(&plain, line->text);
    find_words(r, &plain, CASH_IN_TEXT);
    find_tokens(r, line->text);
    if (!str_is(line->end_to_end_id, not_provided)) cash_fold(&r->text, line->end_to_end_id, CASH_IN_END_TO_END);
    find_mentions(engine, r);
    drop_overlapped(r);
    for (size_t i = 0; i < r->token_count; i++)
        for (size_t j = 0; j < r->mention_count && !r->tokens[i].used; j++)
            r->tokens[i].used = r->mentions[j].quality >= 60 && r->mentions[j].start < r->tokens[i].start + r->tokens[i].length &&
                                r->tokens[i].start < r->mentions[j].start + r->mentions[j].length;
    find_bare(engine, r);
    size_t last = line->text.length;
    r->truncated = last >= 140 || (last >= 30 && last <= 35) || (last && strchr("-/,;+", line->text.at[last - 1]));
}

uint32_t cash_item_in(const struct cash_engine *engine, struct cash_reading *r, struct str text)
{
    r->text.count = r->mention_count = 0;
    cash_fold(&r->text, text, CASH_IN_TEXT);
    find_mentions(engine, r);
    drop_overlapped(r);
    size_t best = 0;
    bool tie = false;
    for (size_t i = 1; i < r->mention_count; i++) {
        if (r->mentions[i].quality == r->mentions[best].quality) tie = true;
        if (r->mentions[i].quality > r->mentions[best].quality) best = i, tie = false;
    }
    return r->mention_count && !tie && r->mentions[best].quality >= 60 ? r->mentions[best].item + 1 : 0;
}
