#include "base/base.h"

/* clang-format off */
static const int64_t tens[19] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
    1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
    1000000000000000000,
};
/* clang-format on */
enum { SCALE_MAX = 18 };

/* n ÷ d to the nearest, halves away from zero. d > 0. */
static int128 divide_round(int128 n, int128 d)
{
    int128 q = n / d, r = n % d;
    if (r < 0) r = -r;
    if (r >= d - r) q += n < 0 ? -1 : 1;
    return q;
}

static bool narrow(int128 v, int64_t *out)
{
    if (v > INT64_MAX || v < INT64_MIN) return false;
    *out = (int64_t)v;
    return true;
}

bool int_mul_div(int64_t a, int64_t b, int64_t c, int64_t *out)
{
    if (c == 0) return false;
    int128 n = (int128)a * b, d = c;
    return narrow(d < 0 ? divide_round(-n, -d) : divide_round(n, d), out);
}

bool decimal_parse(struct str s, struct decimal *out)
{
    size_t i = s.length && s.at[0] == '-', digits = 0;
    bool negative = i == 1, point = false;
    int64_t v = 0;
    int32_t scale = 0;
    for (; i < s.length; i++) {
        char c = s.at[i];
        if (c == '.' && !point && digits) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9' || (point && scale == SCALE_MAX)) return false;
        if (!int_mul(v, INT64_C(10), &v) || !int_add(v, (int64_t)(c - '0'), &v)) return false;
        digits++;
        scale += point;
    }
    if (!digits || s.at[s.length - 1] == '.' || v >= tens[18]) return false;
    *out = DECIMAL(negative ? -v : v, scale);
    return true;
}

struct str decimal_format(struct arena *arena, struct decimal d)
{
    if (!d.present) return (struct str){ 0 };
    return minor_format(arena, d.units, d.scale);
}

static int128 at_scale(struct decimal d, int32_t scale) { return (int128)d.units * tens[scale - d.scale]; }
static int32_t max_scale(struct decimal a, struct decimal b) { return a.scale > b.scale ? a.scale : b.scale; }

int decimal_compare(struct decimal a, struct decimal b)
{
    int32_t scale = max_scale(a, b);
    int128 x = at_scale(a, scale), y = at_scale(b, scale);
    return (x > y) - (x < y);
}

static bool fit(int128 v, int32_t scale, struct decimal *out)
{
    while (scale > 0 && (scale > SCALE_MAX || v > INT64_MAX || v < INT64_MIN) && v % 10 == 0) v /= 10, scale--;
    int64_t units;
    if (scale > SCALE_MAX || !narrow(v, &units)) return false;
    *out = DECIMAL(units, scale);
    return true;
}

bool decimal_add(struct decimal a, struct decimal b, struct decimal *out)
{
    int32_t scale = max_scale(a, b);
    return fit(at_scale(a, scale) + at_scale(b, scale), scale, out);
}

bool decimal_sub(struct decimal a, struct decimal b, struct decimal *out)
{
    int32_t scale = max_scale(a, b);
    return fit(at_scale(a, scale) - at_scale(b, scale), scale, out);
}

bool decimal_mul(struct decimal a, struct decimal b, struct decimal *out)
{
    return fit((int128)a.units * b.units, a.scale + b.scale, out);
}

bool decimal_round(struct decimal a, int32_t scale, struct decimal *out)
{
    ensure(scale >= 0 && scale <= SCALE_MAX);
    if (a.scale <= scale) return fit(at_scale(a, scale), scale, out);
    return fit(divide_round(a.units, tens[a.scale - scale]), scale, out);
}

/* a ÷ b = (a.units × 10^(scale + b.scale − a.scale)) ÷ b.units; refused when the shift does not fit. */
bool decimal_divide(struct decimal a, struct decimal b, int32_t scale, struct decimal *out)
{
    ensure(scale >= 0 && scale <= SCALE_MAX);
    if (b.units == 0) return false;
    int128 n = a.units, d = b.units;
    int shift = scale + b.scale - a.scale;
    for (; shift > 0; shift--)
        if (__builtin_mul_overflow(n, (int128)10, &n)) return false;
    for (; shift < 0; shift++)
        if (__builtin_mul_overflow(d, (int128)10, &d)) return false;
    return fit(d < 0 ? divide_round(-n, -d) : divide_round(n, d), scale, out);
}

struct decimal decimal_short(struct decimal a)
{
    while (a.scale > 0 && a.units % 10 == 0) a.units /= 10, a.scale--;
    return a;
}

/* ISO 4217, those with other than two digits and those in use; list one of 2024-06-25. */
/* ISO 4217, minor units: the codes that EN 16931 accepts (data/codelists/currency.csv, 2026-04; compared 2026-11-22), those that ended
 * lately (ANG, BGN, ZWL, of which old papers speak) and XAD. Without funds and metals, and without CLF and UYW, which have four. */
int currency_digits(struct str c)
{
    static const char zero[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    static const char three[] = "BHD IQD JOD KWD LYD OMR TND";
    static const char two[] =
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
        "CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
        "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
        "MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK "
        "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG "
        "YER ZAR ZMW ZWG ZWL";
    if (c.length != 3 || memchr(c.at, ' ', 3) || memchr(c.at, 0, 3)) return -1;
    if (!memcmp(c.at, "EUR", 3)) return 2; /* nearly always */
    char z[4] = { c.at[0], c.at[1], c.at[2], 0 };
    return strstr(two, z) ? 2 : strstr(zero, z) ? 0 : strstr(three, z) ? 3 : -1;
}

bool minor_parse(struct str s, int digits, int64_t *out)
{
    struct decimal d;
    if (digits < 0 || !decimal_parse(s, &d)) return false;
    d = decimal_short(d);
    if (d.scale > digits) return false;
    return narrow(at_scale(d, digits), out);
}

size_t minor_put(int64_t minor, int digits, char text[MINOR_ROOM])
{
    ensure(digits >= 0 && digits <= SCALE_MAX);
    uint64_t v = minor < 0 ? (uint64_t)0 - (uint64_t)minor : (uint64_t)minor;
    char back[MINOR_ROOM];
    size_t i = sizeof back;
    for (int made = 0; made <= digits || v; made++, v /= 10) {
        if (made && made == digits) back[--i] = '.';
        back[--i] = (char)('0' + v % 10);
    }
    if (minor < 0) back[--i] = '-';
    memcpy(text, back + i, sizeof back - i);
    return sizeof back - i;
}

struct str minor_format(struct arena *arena, int64_t minor, int digits)
{
    char text[MINOR_ROOM];
    return str_copy(arena, text, minor_put(minor, digits, text));
}

bool minor_from_decimal(struct decimal d, int digits, int64_t *out)
{
    struct decimal r;
    if (digits < 0 || !decimal_round(d, digits, &r)) return false;
    *out = r.units;
    if (r.scale < digits) return narrow(at_scale(r, digits), out);
    return true;
}

struct decimal minor_to_decimal(int64_t minor, int digits) { return DECIMAL(minor, digits); }
