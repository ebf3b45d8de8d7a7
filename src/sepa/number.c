#include "sepa/iban_private.h"

const struct fault_type kvk_wrong = { FAULT_INVALID, "kvk.wrong",
                                      "{number} is not a Chamber of Commerce (KVK) number: it has 8 digits." };
const struct fault_type rsin_wrong = { FAULT_INVALID, "rsin.wrong",
                                       "{number} is not an RSIN: 9 digits that pass the elfproef." };
const struct fault_type oin_wrong = {
    FAULT_INVALID, "oin.wrong",
    "{number} is not an OIN: 20 digits, beginning with seven zeros, that hold a right RSIN or KVK number."
};
const struct fault_type creditor_id_wrong = {
    FAULT_INVALID, "creditor_id.wrong",
    "{number} is not a SEPA creditor identifier; the bank's contract for direct debits shows it (NL..ZZZ...)."
};
const struct fault_type lei_wrong = { FAULT_INVALID, "lei.wrong",
                                      "{number} is not an LEI: 20 letters and digits with right check digits." };
const struct fault_type gtin_wrong = { FAULT_INVALID, "gtin.wrong",
                                       "{number} is not a GTIN: 8, 12, 13 or 14 digits, the last a check digit." };
const struct fault_type rf_wrong = {
    FAULT_INVALID, "rf.wrong", "{number} is not an RF reference: RF, two check digits and at most 21 letters and digits."
};
const struct fault_type rf_digits_wrong = {
    FAULT_INVALID, "rf.digits_wrong", "The check digits of reference {number} are not right; a character was mistyped."
};
const struct fault_type kenmerk_wrong = {
    FAULT_INVALID, "kenmerk.wrong", "{number} is not a payment reference (betalingskenmerk): it has 7, 9 to 14, or 16 digits."
};
const struct fault_type kenmerk_digit_wrong = {
    FAULT_INVALID, "kenmerk.digit_wrong",
    "The check digit of payment reference (betalingskenmerk) {number} is not right; a digit was mistyped."
};
static const struct fault_type reference_empty = {
    FAULT_INVALID, "reference.empty", "A payment reference must not be empty; leave it out instead."
};

typedef bool (*valid_fn)(struct str);

static struct fault *parse_by(struct arena *arena, struct str typed, valid_fn valid, const struct fault_type *wrong,
                              const char *field, struct str *out)
{
    struct str number = number_clean(arena, str_part(typed, 0, 100), "-.");
    if (!valid(number))
        return FAULT(arena, wrong, field, PARAM("number", str_is_utf8(number) ? str_utf8_clip(number, 40) : STR("?")));
    *out = number;
    return NULL;
}

bool kvk_is_valid(struct str kvk) { return number_fits("8n", kvk) && !str_is(kvk, "00000000"); }
bool rsin_is_valid(struct str rsin) { return number_elfproef(rsin); }

struct fault *kvk_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    return parse_by(arena, typed, kvk_is_valid, &kvk_wrong, field, out);
}

struct fault *rsin_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    return parse_by(arena, typed, rsin_is_valid, &rsin_wrong, field, out);
}

bool oin_is_valid(struct str oin)
{
    if (!number_fits("20n", oin) || !str_starts(oin, "000000")) return false;
    struct str prefix = str_part(oin, 0, 8);
    if (str_is(prefix, "00000001")) return number_elfproef(str_part(oin, 8, 9)) && str_ends(oin, "000");
    if (str_is(prefix, "00000003")) return kvk_is_valid(str_part(oin, 8, 8)) && str_ends(oin, "0000");
    return (oin.at[6] == '0' && oin.at[7] != '0') || str_is(prefix, "00000099"); /* 99: for tests */
}

struct fault *oin_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    return parse_by(arena, typed, oin_is_valid, &oin_wrong, field, out);
}

static int mod97_of_two(struct str rest, struct str head)
{
    char z[64];
    if (!rest.length || rest.length + head.length > sizeof z) return -1;
    memcpy(z, rest.at, rest.length);
    memcpy(z + rest.length, head.at, head.length);
    return number_mod97((struct str){ z, rest.length + head.length });
}

bool creditor_id_is_valid(struct str id)
{
    if (id.length < 8 || id.length > 35 || !number_fits("2a2n3c", str_part(id, 0, 7))) return false;
    if (str_starts(id, "NL") && !number_fits("12n", str_part(id, 7, id.length))) return false;
    return mod97_of_two(str_part(id, 7, id.length), str_part(id, 0, 4)) == 1;
}

struct fault *creditor_id_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    return parse_by(arena, typed, creditor_id_is_valid, &creditor_id_wrong, field, out);
}

struct fault *creditor_id_make(struct arena *arena, struct str kvk, struct str *out)
{
    struct str number;
    TRY(kvk_parse(arena, kvk, NULL, &number));
    struct str rest = str_format(arena, "%.*s0000", STR_ARG(number));
    *out = str_format(arena, "NL%02dZZZ%.*s", number_check97(arena, rest, "NL"), STR_ARG(rest));
    return NULL;
}

bool lei_is_valid(struct str lei) { return number_fits("18c2n", lei) && number_mod97(lei) == 1; }

struct fault *lei_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    return parse_by(arena, typed, lei_is_valid, &lei_wrong, field, out);
}

int gtin_check_digit(struct str digits)
{
    int sum = 0;
    if (!number_is_digits(digits) || digits.length > 17) return -1;
    for (size_t i = 0; i < digits.length; i++) sum += (digits.at[digits.length - 1 - i] - '0') * (i % 2 ? 1 : 3);
    return (10 - sum % 10) % 10;
}

bool gtin_is_valid(struct str gtin)
{
    bool long_enough = gtin.length == 8 || (gtin.length >= 12 && gtin.length <= 14);
    return long_enough && number_is_digits(gtin) &&
           gtin_check_digit(str_part(gtin, 0, gtin.length - 1)) == gtin.at[gtin.length - 1] - '0';
}

struct fault *gtin_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    return parse_by(arena, typed, gtin_is_valid, &gtin_wrong, field, out);
}

/* ---- ISO 11649 ---- */

static bool rf_has_shape(struct str rf)
{
    if (rf.length < 5 || rf.length > 25 || !number_fits("RF2n", str_part(rf, 0, 4))) return false;
    return number_mod97(rf) >= 0; /* only digits and capitals */
}

bool rf_is_valid(struct str rf)
{
    return rf_has_shape(rf) && mod97_of_two(str_part(rf, 4, rf.length), str_part(rf, 0, 4)) == 1;
}

struct fault *rf_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    TRY(parse_by(arena, typed, rf_has_shape, &rf_wrong, field, out));
    return parse_by(arena, typed, rf_is_valid, &rf_digits_wrong, field, out);
}

struct fault *rf_make(struct arena *arena, struct str number, struct str *out)
{
    struct text kept = text_new(arena);
    for (size_t i = 0; i < number.length; i++) {
        char c = number.at[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 32);
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) text_add_char(&kept, c);
    }
    struct str rest = text_str(&kept);
    if (!rest.length || rest.length > 21)
        return FAULT(arena, &rf_wrong, NULL, PARAM("number", str_is_utf8(number) ? str_utf8_clip(number, 40) : STR("?")));
    *out = str_format(arena, "RF%02d%.*s", number_check97(arena, rest, "RF"), STR_ARG(rest));
    return NULL;
}

struct str rf_format(struct arena *arena, struct str rf) { return number_in_fours(arena, rf); }

/* ---- Betalingskenmerk ---- */

static char kenmerk_digit(struct str behind)
{
    static const int weights[] = { 2, 4, 8, 5, 10, 9, 7, 3, 6, 1 };
    int sum = 0;
    for (size_t i = 0; i < behind.length; i++) sum += (behind.at[behind.length - 1 - i] - '0') * weights[i % 10];
    int check = 11 - sum % 11;
    return (char)('0' + (check == 10 ? 1 : check == 11 ? 0 : check));
}

static bool kenmerk_has_shape(struct str k)
{
    if (!number_is_digits(k)) return false;
    if (k.length == 7 || k.length == 16) return true;
    return k.length >= 9 && k.length <= 14 && k.at[1] - '0' == (int)(k.length - 2) % 10;
}

bool kenmerk_is_valid(struct str k)
{
    return kenmerk_has_shape(k) && (k.length == 7 || k.at[0] == kenmerk_digit(str_part(k, 1, k.length)));
}

struct fault *kenmerk_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    TRY(parse_by(arena, typed, kenmerk_has_shape, &kenmerk_wrong, field, out));
    return parse_by(arena, typed, kenmerk_is_valid, &kenmerk_digit_wrong, field, out);
}

static struct fault *kenmerk_from(struct arena *arena, struct str digits, size_t least, size_t most, struct str *number)
{
    *number = number_clean(arena, str_part(digits, 0, 100), "-.");
    if (number_is_digits(*number) && number->length >= least && number->length <= most) return NULL;
    return FAULT(arena, &kenmerk_wrong, NULL, PARAM("number", str_is_utf8(*number) ? str_utf8_clip(*number, 40) : STR("?")));
}

struct fault *kenmerk_make(struct arena *arena, struct str digits, struct str *out)
{
    struct str number;
    TRY(kenmerk_from(arena, digits, 1, 15, &number));
    struct str behind = str_format(arena, "%.*s%.*s", (int)(15 - number.length), "00000000000000", STR_ARG(number));
    *out = str_format(arena, "%c%.*s", kenmerk_digit(behind), STR_ARG(behind));
    return NULL;
}

struct fault *kenmerk_make_short(struct arena *arena, struct str digits, struct str *out)
{
    struct str number;
    TRY(kenmerk_from(arena, digits, 7, 12, &number));
    struct str behind = str_format(arena, "%c%.*s", (char)('0' + number.length % 10), STR_ARG(number));
    *out = str_format(arena, "%c%.*s", kenmerk_digit(behind), STR_ARG(behind));
    return NULL;
}

struct str kenmerk_format(struct arena *arena, struct str kenmerk) { return number_in_fours(arena, kenmerk); }

struct fault *reference_parse(struct arena *arena, enum reference_kind kind, struct str typed, const char *field,
                              struct reference *out)
{
    struct reference r = { .kind = kind };
    if (kind == REFERENCE_RF) TRY(rf_parse(arena, typed, field, &r.text));
    else if (kind == REFERENCE_KENMERK) TRY(kenmerk_parse(arena, typed, field, &r.text));
    else r.text = str_keep(arena, str_trim(typed));
    if (!r.text.length) return FAULT(arena, &reference_empty, field);
    *out = r;
    return NULL;
}

struct reference reference_guess(struct arena *arena, struct str text)
{
    struct str trimmed = str_trim(text);
    if (!trimmed.length) return (struct reference){ 0 };
    struct str number = trimmed.length <= 60 ? number_clean(arena, trimmed, "-.") : (struct str){ 0 };
    if (rf_is_valid(number)) return (struct reference){ REFERENCE_RF, number };
    if (number.length > 7 && kenmerk_is_valid(number)) return (struct reference){ REFERENCE_KENMERK, number };
    return (struct reference){ REFERENCE_FREE, str_keep(arena, trimmed) };
}
