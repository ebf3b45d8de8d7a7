/* Amounts, dates, references, accounts and texts as banks write them. */
#include "statement/statement_private.h"
#include <endian.h>

const struct fault_type statement_unknown = {
    FAULT_INVALID, "statement.unknown",
    "This is not a bank statement we know: camt.052, camt.053, camt.054, MT940, MT942 or the CSV of "
    "a Dutch bank. Ask the bank for camt.053."
};
const struct fault_type statement_malformed = { FAULT_INVALID, "statement.malformed",
                                                "The bank statement is broken at line {line}: {why}." };
const struct fault_type statement_unreadable = { FAULT_UNREACHABLE, "statement.unreadable",
                                                 "The file could not be read to its end; try again." };

struct fault *malformed_at(struct arena *arena, int64_t line, const char *why)
{
    return FAULT(arena, &statement_malformed, NULL, PARAM_INT(arena, "line", line), PARAM("why", str_of(why)));
}

const char *statement_kind_word(enum statement_kind kind)
{
    static const char *const words[] = { [STATEMENT_CAMT_052] = "camt.052", [STATEMENT_CAMT_053] = "camt.053",
                                         [STATEMENT_CAMT_054] = "camt.054", [STATEMENT_MT940] = "mt940",
                                         [STATEMENT_MT942] = "mt942",       [STATEMENT_CSV] = "csv" };
    ensure(kind >= STATEMENT_CAMT_052 && kind <= STATEMENT_CSV);
    return words[kind];
}

const char *statement_dialect_word(enum statement_dialect dialect)
{
    static const char *const words[DIALECT_COUNT] = {
        [DIALECT_UNKNOWN] = "unknown",   [DIALECT_ISO20022] = "iso20022",
        [DIALECT_ABN_AMRO] = "abn-amro", [DIALECT_ING] = "ing",
        [DIALECT_SNS] = "sns",           [DIALECT_RABOBANK_CLASSIC] = "rabobank-classic",
        [DIALECT_KNAB] = "knab",         [DIALECT_RABOBANK] = "rabobank",
        [DIALECT_BUNQ] = "bunq",         [DIALECT_VAN_LANSCHOT] = "van-lanschot",
        [DIALECT_GERMAN] = "german",     [DIALECT_TRIODOS] = "triodos",
    };
    ensure(dialect >= DIALECT_UNKNOWN && dialect <= DIALECT_GERMAN);
    return words[dialect];
}

const char *statement_problem_text(enum statement_problem problem)
{
    switch (problem) {
    case PROBLEM_AMOUNT_DECIMALS: return "An amount has more decimals than its currency; it was rounded.";
    case PROBLEM_AMOUNT: return "An amount cannot be read.";
    case PROBLEM_CURRENCY: return "A currency is missing, unknown or another than the account's.";
    case PROBLEM_DATE: return "A date is no day of the calendar.";
    case PROBLEM_SIGN: return "A line does not say whether it is debit or credit; it was read as credit.";
    case PROBLEM_SYNTAX: return "A field is not written as its format says; the line is kept as it is.";
    case PROBLEM_DETAILS: return "The details of a line do not add up to its amount.";
    case PROBLEM_BALANCE: return "The closing balance is not the opening balance plus the lines.";
    case PROBLEM_CUT_OFF: return "The opening or the closing balance is missing; the statement may be cut off.";
    case PROBLEM_ENCODING: return "The file is not UTF-8; it was read as Windows-1252.";
    case PROBLEM_STATUS: return "A line has a status we do not know; it was left out of the sum.";
    }
    never("one bit of statement_problem");
}

/* ---- Accounts and references ---- */

static int letter_value(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1; }

/* ISO 13616: two letters, two digits, at most 30 more; the first four moved behind, letters as two digits, modulo 97 = 1. */
static bool mod97_is_one(struct str s)
{
    uint64_t rest = 0;
    for (size_t i = 0; i < s.length; i++) {
        int v = letter_value(s.at[(i + 4) % s.length]);
        if (v < 0) return false;
        rest = (v > 9 ? rest * 100 : rest * 10) + (uint64_t)v;
        if (rest > (UINT64_C(1) << 55)) rest %= 97;
    }
    return rest % 97 == 1;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool iban_is_right(struct str a)
{
    return a.length >= 15 && a.length <= 34 && is_upper(a.at[0]) && is_upper(a.at[1]) && is_digit(a.at[2]) && is_digit(a.at[3]) &&
           mod97_is_one(a);
}

struct str account_tidy(struct arena *arena, struct str account, bool *is_iban)
{
    char packed[64];
    size_t n = 0;
    account = str_trim(account);
    for (size_t i = 0; i < account.length && n < sizeof packed; i++) {
        char c = account.at[i];
        if (c != ' ') packed[n++] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    *is_iban = n < sizeof packed && iban_is_right((struct str){ packed, n });
    if (*is_iban && n != account.length) return str_copy(arena, packed, n);
    return account.length ? account : (struct str){ 0 };
}

static struct str without_spaces(struct arena *arena, struct str s)
{
    if (!memchr(s.at, ' ', s.length)) return s;
    struct text t = text_new(arena);
    for (size_t i = 0; i < s.length; i++)
        if (s.at[i] != ' ') text_add_char(&t, s.at[i]);
    return text_str(&t);
}

/* Betalingskenmerk: 7 digits, or 9 to 14 with a length digit second, or 16; the first is a check digit, modulo 11
 * with the weights 2 4 8 5 10 9 7 3 6 1 from the right (Betaalvereniging Nederland). Seven digits have none. */
static bool is_kenmerk(struct str s)
{
    static const int weights[] = { 2, 4, 8, 5, 10, 9, 7, 3, 6, 1 };
    for (size_t i = 0; i < s.length; i++)
        if (!is_digit(s.at[i])) return false;
    if (s.length == 7) return true;
    if (s.length < 9 || s.length > 16 || s.length == 15) return false;
    int sum = 0;
    for (size_t i = s.length - 1, w = 0; i >= 1; i--, w++) sum += (s.at[i] - '0') * weights[w % 10];
    int check = 11 - sum % 11;
    if (check >= 10) check = 11 - check; /* 11 → 0, 10 → 1 */
    if (s.length != 16 && s.at[1] - '0' != (int)(s.length - 2) % 10) return false;
    return s.at[0] - '0' == check;
}

enum remittance_type reference_type_of(struct arena *arena, struct str *reference)
{
    if (!reference->length) return REMITTANCE_NONE;
    struct str packed = reference->length > 40 ? *reference : without_spaces(arena, *reference);
    bool rf = packed.length >= 5 && packed.length <= 25 && str_starts(packed, "RF") && is_digit(packed.at[2]) &&
              is_digit(packed.at[3]) && mod97_is_one(packed);
    if (!rf && !is_kenmerk(packed)) return REMITTANCE_OTHER;
    *reference = packed;
    return rf ? REMITTANCE_RF : REMITTANCE_KENMERK;
}

bool said(struct str s)
{
    static const char *const nothing[] = { "NONREF", "NOTPROVIDED", "NOT PROVIDED", "NOREF", "NOTAVAILABLE", "NOT AVAILABLE" };
    if (!s.length) return false;
    if (s.at[0] != 'N' && s.at[0] != 'n') return true;
    for (size_t i = 0; i < ARRAY_LENGTH(nothing); i++)
        if (str_equal_caseless(s, str_of(nothing[i]))) return false;
    return true;
}

/* ---- Fingerprint: never to change; the keys of imported lines are made of it ---- */

static uint64_t fingerprint_mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
    return h ^ (h >> 32);
}

uint64_t fingerprint_add(uint64_t h, struct str s)
{
    size_t i = 0;
    for (; i + 8 <= s.length; i += 8) {
        uint64_t word;
        memcpy(&word, s.at + i, 8);
        h = fingerprint_mix(h, le64toh(word));
    }
    uint64_t rest = 0;
    for (size_t n = 0; i + n < s.length; n++) rest |= (uint64_t)(unsigned char)s.at[i + n] << (8 * n);
    return fingerprint_mix(fingerprint_mix(h, rest), s.length);
}

uint64_t fingerprint_add_int(uint64_t h, int64_t value) { return fingerprint_mix(h, (uint64_t)value); }

/* ---- Amounts and moments ---- */

bool amount_parse(struct str s, struct decimal *out)
{
    int64_t units = 0;
    int32_t scale = 0, digits = 0;
    bool point = false;
    for (size_t i = 0; i < s.length; i++) {
        char c = s.at[i];
        if ((c == '.' || c == ',') && !point) point = true;
        else if (!is_digit(c)) return false;
        else {
            if (units > (INT64_MAX - 9) / 10 || units >= INT64_C(100000000000000000)) return false;
            units = units * 10 + (c - '0');
            digits++;
            scale += point;
            if (scale > 18) return false;
        }
    }
    *out = DECIMAL(units, scale);
    return digits > 0;
}

int64_t amount_minor(struct decimal exact, struct str currency, uint32_t *problems)
{
    int digits = str_is(currency, "EUR") ? 2 : currency_digits(currency);
    int64_t minor;
    if (digits < 0) {
        *problems |= PROBLEM_CURRENCY;
        digits = 2;
    }
    if (exact.scale == digits) return exact.units;
    if (decimal_short(exact).scale > digits) *problems |= PROBLEM_AMOUNT_DECIMALS;
    if (minor_from_decimal(exact, digits, &minor)) return minor;
    *problems |= PROBLEM_AMOUNT;
    return 0;
}

static int two(const char *at) { return is_digit(at[0]) && is_digit(at[1]) ? (at[0] - '0') * 10 + at[1] - '0' : -1; }

static bool day_parse(struct str s, struct date *day)
{
    if (s.length < 10 || s.at[4] != '-' || s.at[7] != '-') return false;
    int a = two(s.at), b = two(s.at + 2), month = two(s.at + 5), number = two(s.at + 8);
    return a >= 0 && b >= 0 && month >= 0 && number >= 0 && date_make(a * 100 + b, month, number, day);
}

bool moment_parse(struct str s, struct date *day, struct instant *at)
{
    char text[64];
    *at = (struct instant){ 0 };
    if (!day_parse(s, day)) return false;
    if (s.length == 10) return true;
    if (s.at[10] != 'T' && s.at[10] != ' ') return s.at[10] == 'Z' || s.at[10] == '+' || s.at[10] == '-'; /* a zone behind a date */
    size_t n = 0, i = 0, fraction = 0;
    bool zone = false, point = false;
    for (; i < s.length && n < sizeof text - 2; i++) { /* at most six digits of a second; Z where no zone is */
        char c = i == 10 ? 'T' : s.at[i];
        if (i > 10 && (c == 'Z' || c == '+' || c == '-')) zone = true, point = false;
        if (point && ++fraction > 6) continue;
        if (c == '.') point = true;
        text[n++] = c;
    }
    if (!zone) text[n++] = 'Z';
    return instant_parse((struct str){ text, n }, at);
}

/* ---- Windows-1252: the 27 that are not Latin-1; 0 where there is none ---- */

static uint32_t windows_1252(unsigned char c)
{
    static const uint16_t high[32] = { 0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                       0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                       0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178 };
    return c >= 0x80 && c < 0xA0 ? high[c - 0x80] : c;
}

struct str text_utf8(struct arena *arena, struct str s, uint32_t *problems)
{
    bool plain = true;
    for (size_t i = 0; i < s.length && plain; i++) plain = s.at[i] > 0;
    if (plain || str_is_utf8(s)) return s;
    struct text t = text_new(arena);
    *problems |= PROBLEM_ENCODING;
    for (size_t i = 0; i < s.length; i++) {
        uint32_t c = windows_1252((unsigned char)s.at[i]);
        if (c == 0) continue;
        if (c < 0x80) text_add_char(&t, (char)c);
        else if (c < 0x800) text_add_char(&t, (char)(0xC0 | c >> 6)), text_add_char(&t, (char)(0x80 | (c & 63)));
        else
            text_add_char(&t, (char)(0xE0 | c >> 12)), text_add_char(&t, (char)(0x80 | (c >> 6 & 63))),
                text_add_char(&t, (char)(0x80 | (c & 63)));
    }
    return text_str(&t);
}
