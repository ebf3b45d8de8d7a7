#include "sepa/iban_private.h"
#include "number_tables.h" /* generated from data/ */

const struct fault_type iban_country_unknown = {
    FAULT_INVALID, "iban.country_unknown", "{iban} does not begin with a country that has IBANs; check the first two letters."
};
const struct fault_type iban_length_wrong = {
    FAULT_INVALID, "iban.length_wrong",
    "An IBAN of {country} has {expected} characters, this one has {length}; check for one too many or missing."
};
const struct fault_type iban_characters_wrong = {
    FAULT_INVALID, "iban.characters_wrong", "{iban} has a letter or digit in a place where an IBAN of {country} can't have it."
};
const struct fault_type iban_digits_wrong = {
    FAULT_INVALID, "iban.digits_wrong", "The check digits of {iban} are not right; a character was mistyped or two were swapped."
};
const struct fault_type bic_wrong = {
    FAULT_INVALID, "bic.wrong", "{bic} is not a BIC: 8 or 11 letters and digits, the fifth and sixth a country."
};
const struct fault_type bic_of_other_country = {
    FAULT_INVALID, "bic.of_other_country", "BIC {bic} belongs to another country than IBAN {iban}; leave the BIC out or mend it."
};

struct str number_clean(struct arena *arena, struct str typed, const char *also_drop)
{
    char *z = arena_alloc(arena, typed.length + 1);
    size_t n = 0;
    for (size_t i = 0; i < typed.length; i++) {
        unsigned char c = (unsigned char)typed.at[i];
        bool hard_space = c == 0xC2 && i + 1 < typed.length && (unsigned char)typed.at[i + 1] == 0xA0;
        if (hard_space) i++;
        if (hard_space || c == ' ' || (c >= '\t' && c <= '\r') || (c && strchr(also_drop, c))) continue;
        z[n++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    return (struct str){ z, n };
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

bool number_is_digits(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (!is_digit(s.at[i])) return false;
    return s.length > 0;
}

static int mod97_more(int rest, struct str s)
{
    for (size_t i = 0; i < s.length && rest >= 0; i++) {
        char c = s.at[i];
        if (is_digit(c)) rest = (rest * 10 + (c - '0')) % 97;
        else if (is_capital(c)) rest = (rest * 100 + (c - 'A' + 10)) % 97;
        else rest = -1;
    }
    return rest;
}

int number_mod97(struct str s) { return s.length ? mod97_more(0, s) : -1; }

int number_check97(struct arena *arena, struct str rest, const char *prefix)
{
    int left = number_mod97(str_format(arena, "%.*s%s00", STR_ARG(rest), prefix));
    return left < 0 ? -1 : 98 - left;
}

bool number_fits(const char *shape, struct str s)
{
    size_t at = 0;
    while (*shape) {
        size_t count = 0;
        if (is_capital(*shape)) {
            if (at == s.length || s.at[at++] != *shape++) return false;
            continue;
        }
        while (is_digit(*shape)) count = count * 10 + (size_t)(*shape++ - '0');
        for (; count; count--, at++) {
            if (at == s.length) return false;
            bool digit = is_digit(s.at[at]), capital = is_capital(s.at[at]);
            if (!(*shape == 'n' ? digit : *shape == 'a' ? capital : digit || capital)) return false;
        }
        shape++;
    }
    return at == s.length;
}

bool number_elfproef(struct str s)
{
    int sum = 0;
    if (s.length != 9 || !number_is_digits(s) || str_is(s, "000000000")) return false;
    for (int i = 0; i < 8; i++) sum += (9 - i) * (s.at[i] - '0');
    return (sum - (s.at[8] - '0')) % 11 == 0;
}

struct str number_in_fours(struct arena *arena, struct str s)
{
    struct text t = text_new(arena);
    for (size_t i = 0; i < s.length; i += 4) {
        if (i) text_add_char(&t, ' ');
        text_add(&t, str_part(s, i, 4));
    }
    return text_str(&t);
}

static const struct iban_structure *structure_find(struct str country)
{
    size_t low = 0, high = ARRAY_LENGTH(iban_structures);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_compare(country, str_of(iban_structures[middle].country));
        if (!order) return &iban_structures[middle];
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

struct str iban_country(struct str iban) { return iban.length < 4 ? (struct str){ 0 } : str_part(iban, 0, 2); }

static bool check_digits_right(struct str iban)
{
    return mod97_more(mod97_more(0, str_part(iban, 4, iban.length - 4)), str_part(iban, 0, 4)) == 1 &&
           number_fits("2n", str_part(iban, 2, 2));
}

bool iban_is_valid(struct str iban)
{
    const struct iban_structure *s = iban.length < 4 ? NULL : structure_find(str_part(iban, 0, 2));
    return s && iban.length == s->length && number_fits(s->bban, str_part(iban, 4, iban.length - 4)) && check_digits_right(iban);
}

/* What a person typed, for a sentence: clipped, and only when it can be shown. */
static struct str shown(struct str s)
{
    return str_is_utf8(s) ? str_utf8_clip(s, 40) : STR("?");
}

struct fault *iban_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    struct str iban = number_clean(arena, str_part(typed, 0, 100), "-.");
    struct param p_iban = PARAM("iban", shown(iban));
    struct str country = str_part(iban, 0, 2);
    const struct iban_structure *s = structure_find(country);
    if (!s) return FAULT(arena, &iban_country_unknown, field, p_iban);
    struct param p_country = PARAM("country", country);
    if (iban.length != s->length)
        return FAULT(arena, &iban_length_wrong, field, p_iban, p_country, PARAM_INT(arena, "expected", s->length),
                     PARAM_INT(arena, "length", (int64_t)iban.length));
    if (!number_fits(s->bban, str_part(iban, 4, iban.length - 4)) || !number_fits("2n", str_part(iban, 2, 2)))
        return FAULT(arena, &iban_characters_wrong, field, p_iban, p_country);
    if (!check_digits_right(iban)) return FAULT(arena, &iban_digits_wrong, field, p_iban);
    *out = iban;
    return NULL;
}

struct str iban_format(struct arena *arena, struct str iban) { return number_in_fours(arena, iban); }

static enum iban_area area_of(struct str country)
{
    const struct iban_structure *s = structure_find(country);
    return s ? (enum iban_area)s->area : IBAN_ELSEWHERE;
}

enum iban_area iban_area(struct str iban) { return area_of(str_part(iban, 0, 2)); }

/* Parts of EEA states and of the United Kingdom that have a country code but use the IBANs of their state. */
static const struct { char part[3], state[3]; } parts_of_states[] = {
    { "AX", "FI" }, { "BL", "FR" }, { "GF", "FR" }, { "GG", "GB" }, { "GP", "FR" }, { "IM", "GB" }, { "JE", "GB" },
    { "MF", "FR" }, { "MQ", "FR" }, { "NC", "FR" }, { "PF", "FR" }, { "PM", "FR" }, { "RE", "FR" }, { "TF", "FR" },
    { "WF", "FR" }, { "YT", "FR" },
};

static struct str state_of(struct str country)
{
    for (size_t i = 0; i < ARRAY_LENGTH(parts_of_states); i++)
        if (str_is(country, parts_of_states[i].part)) return str_of(parts_of_states[i].state);
    return country;
}

bool country_is_sepa(struct str country)
{
    static const char *const outside[] = { "NC", "PF", "TF", "WF" }; /* French, with French IBANs, but outside SEPA */
    for (size_t i = 0; i < ARRAY_LENGTH(outside); i++)
        if (str_is(country, outside[i])) return false;
    return area_of(state_of(country)) != IBAN_ELSEWHERE;
}

struct fault *iban_make(struct arena *arena, struct str country, struct str bban, struct str *out)
{
    struct str rest = number_clean(arena, str_part(bban, 0, 100), "-.");
    struct str two = str_keep(arena, str_part(str_upper(arena, country), 0, 2));
    int check = structure_find(two) ? number_check97(arena, rest, two.at) : 0;
    return iban_parse(arena, str_format(arena, "%.*s%02d%.*s", STR_ARG(two), check < 0 ? 0 : check, STR_ARG(rest)), NULL, out);
}

static const struct bic_row *bank_find(struct str iban)
{
    if (iban.length != 18 || !str_starts(iban, "NL")) return NULL;
    struct str code = str_part(iban, 4, 4);
    for (size_t i = 0; i < ARRAY_LENGTH(bic_rows); i++)
        if (str_is(code, bic_rows[i].code)) return &bic_rows[i];
    return NULL;
}

struct str iban_bic(struct str iban)
{
    const struct bic_row *row = bank_find(iban);
    return str_of(row ? row->bic : NULL);
}

struct str iban_bank_name(struct str iban)
{
    const struct bic_row *row = bank_find(iban);
    return str_of(row ? row->name : NULL);
}

bool bic_is_valid(struct str bic)
{
    return number_fits("4c2a2c", bic) || number_fits("4c2a5c", bic);
}

struct fault *bic_parse(struct arena *arena, struct str typed, const char *field, struct str *out)
{
    struct str bic = number_clean(arena, str_part(typed, 0, 40), "-.");
    if (!bic_is_valid(bic)) return FAULT(arena, &bic_wrong, field, PARAM("bic", shown(bic)));
    *out = bic;
    return NULL;
}

bool bic_fits_iban(struct str bic, struct str iban)
{
    if (bic.length < 8 || iban.length < 4) return false;
    struct str state = state_of(str_part(bic, 4, 2)), country = str_part(iban, 0, 2);
    bool branch = str_is(state, "FR") && str_is(country, "MC"); /* Monaco's banks are branches of French ones */
    return str_equal(state, country) || branch;
}

/* ---- VAT ids: here because their shapes stand in the same table ---- */

const struct fault_type vat_id_wrong = {
    FAULT_INVALID, "vat_id.wrong",
    "{vat_id} does not have the form of a VAT number of {country}; check it on the invoice or in VIES."
};
const struct fault_type vat_id_digits_wrong = {
    FAULT_INVALID, "vat_id.digits_wrong", "The check digits of VAT number {vat_id} are not right; a digit was mistyped."
};

static bool vat_shape_fits(struct str vat_id)
{
    struct str country = str_part(vat_id, 0, 2), rest = str_part(vat_id, 2, vat_id.length);
    for (size_t i = 0; i < ARRAY_LENGTH(vat_shapes); i++)
        if (str_is(country, vat_shapes[i].country) && number_fits(vat_shapes[i].shape, rest)) return true;
    return false;
}

static bool vat_digits_right(struct str vat_id)
{
    if (!str_starts(vat_id, "NL")) return true;
    return number_elfproef(str_part(vat_id, 2, 9)) || (number_mod97(vat_id) == 1 && !str_is(str_part(vat_id, 2, 9), "000000000"));
}

bool vat_id_is_valid(struct str vat_id)
{
    return vat_shape_fits(vat_id) && vat_digits_right(vat_id);
}

struct fault *vat_id_parse(struct arena *arena, struct str typed, struct str country, const char *field, struct str *out)
{
    struct str vat_id = number_clean(arena, str_part(typed, 0, 40), "-./_");
    if (country.length == 2 && !vat_shape_fits(vat_id)) {
        struct str prefix = str_upper(arena, str_is(country, "GR") ? STR("EL") : country);
        if (str_is(prefix, "EL") && str_starts(vat_id, "GR")) vat_id = str_part(vat_id, 2, vat_id.length);
        struct str with = str_format(arena, "%.*s%.*s", STR_ARG(prefix), STR_ARG(vat_id));
        if (vat_shape_fits(with)) vat_id = with;
    }
    struct param p = PARAM("vat_id", shown(vat_id));
    if (!vat_shape_fits(vat_id)) {
        struct str of = country.length ? shown(country) : shown(str_part(vat_id, 0, 2));
        return FAULT(arena, &vat_id_wrong, field, p, PARAM("country", of.length ? of : STR("?")));
    }
    if (!vat_digits_right(vat_id)) return FAULT(arena, &vat_id_digits_wrong, field, p);
    *out = vat_id;
    return NULL;
}
