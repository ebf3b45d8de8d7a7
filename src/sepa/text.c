#include "sepa/sepa.h"

/* U+00A0 … U+017F, in order. */
static const char *const latin[] = {
    " ", ".", ".", "GBP", ".", "JPY", "/", ".", ".", "(C)", "a", "'", "-", "", "(R)", "-", /* A0 */
    "o", "+", "2", "3", "'", "u", ".", ".", ",", "1", "o", "'", "1/4", "1/2", "3/4", "?",  /* B0 */
    "A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I", "I",        /* C0 */
    "D", "N", "O", "O", "O", "O", "O", "x", "O", "U", "U", "U", "U", "Y", "TH", "ss",       /* D0 */
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",        /* E0 */
    "d", "n", "o", "o", "o", "o", "o", ":", "o", "u", "u", "u", "u", "y", "th", "y",        /* F0 */
    "A", "a", "A", "a", "A", "a", "C", "c", "C", "c", "C", "c", "C", "c", "D", "d",         /* 100 */
    "D", "d", "E", "e", "E", "e", "E", "e", "E", "e", "E", "e", "G", "g", "G", "g",         /* 110 */
    "G", "g", "G", "g", "H", "h", "H", "h", "I", "i", "I", "i", "I", "i", "I", "i",         /* 120 */
    "I", "i", "IJ", "ij", "J", "j", "K", "k", "k", "L", "l", "L", "l", "L", "l", "L",       /* 130 */
    "l", "L", "l", "N", "n", "N", "n", "N", "n", "n", "N", "n", "O", "o", "O", "o",         /* 140 */
    "O", "o", "OE", "oe", "R", "r", "R", "r", "R", "r", "S", "s", "S", "s", "S", "s",       /* 150 */
    "S", "s", "T", "t", "T", "t", "T", "t", "U", "u", "U", "u", "U", "u", "U", "u",         /* 160 */
    "U", "u", "U", "u", "W", "w", "Y", "y", "Y", "Z", "z", "Z", "z", "Z", "z", "s",         /* 170 */
};
/* U+0386 … U+03CE */
static const char *const greek[] = {
    "A", ".", "E", "I", "I", ".", "O", ".", "Y", "O", "i",                                   /* 386 … 390 */
    "A", "V", "G", "D", "E", "Z", "I", "TH", "I", "K", "L", "M", "N", "X", "O", "P", "R", ".", /* 391 … 3A2 */
    "S", "T", "Y", "F", "CH", "PS", "O", "I", "Y", "a", "e", "i", "i", "y",                  /* 3A3 … 3B0 */
    "a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s", /* 3B1 … 3C2 */
    "s", "t", "y", "f", "ch", "ps", "o", "i", "y", "o", "y", "o",                            /* 3C3 … 3CE */
};
/* U+0400 … U+045F */
static const char *const cyrillic[] = {
    "E", "Yo", "Dj", "Gj", "Ye", "Dz", "I", "Yi", "J", "Lj", "Nj", "C", "Kj", "I", "U", "Dzh",
    "A", "B", "V", "G", "D", "E", "Zh", "Z", "I", "Y", "K", "L", "M", "N", "O", "P",
    "R", "S", "T", "U", "F", "H", "Ts", "Ch", "Sh", "Sht", "A", "Y", "Y", "E", "Yu", "Ya",
    "a", "b", "v", "g", "d", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p",
    "r", "s", "t", "u", "f", "h", "ts", "ch", "sh", "sht", "a", "y", "y", "e", "yu", "ya",
    "e", "yo", "dj", "gj", "ye", "dz", "i", "yi", "j", "lj", "nj", "c", "kj", "i", "u", "dzh",
};
static const struct { uint32_t point; const char *as; } others[] = {
    { 0x0218, "S" }, { 0x0219, "s" }, { 0x021A, "T" }, { 0x021B, "t" }, { 0x1E9E, "SS" }, { 0x2007, " " }, { 0x2009, " " },
    { 0x200B, "" }, { 0x200C, "" }, { 0x200D, "" }, { 0x2010, "-" }, { 0x2011, "-" }, { 0x2012, "-" }, { 0x2013, "-" },
    { 0x2014, "-" }, { 0x2015, "-" }, { 0x2018, "'" }, { 0x2019, "'" }, { 0x201A, "'" }, { 0x201B, "'" }, { 0x201C, "'" },
    { 0x201D, "'" }, { 0x201E, "'" }, { 0x2020, "+" }, { 0x2022, "-" }, { 0x2026, "..." }, { 0x202F, " " }, { 0x2032, "'" },
    { 0x2044, "/" }, { 0x20AC, "EUR" }, { 0x2116, "No" }, { 0x2122, "(TM)" }, { 0x2212, "-" }, { 0xFB01, "fi" }, { 0xFB02, "fl" },
    { 0xFEFF, "" },
};

static bool in_set(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("/-?:().,'+ ", c));
}

static const char *ascii_as(char c)
{
    static const struct { char c; const char *as; } table[] = {
        { '"', "'" }, { '#', "." }, { '$', "USD" }, { '%', "." }, { '&', "+" }, { '*', "." }, { ';', "," }, { '<', "(" },
        { '=', "." }, { '>', ")" }, { '@', "(at)" }, { '[', "(" }, { '\\', "/" }, { ']', ")" }, { '^', "." }, { '_', "-" },
        { '`', "'" }, { '{', "(" }, { '|', "/" }, { '}', ")" }, { '~', "-" }, { '!', "." },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        if (table[i].c == c) return table[i].as;
    return " "; /* control characters */
}

static const char *point_as(uint32_t point)
{
    if (point >= 0xA0 && point < 0xA0 + ARRAY_LENGTH(latin)) return latin[point - 0xA0];
    if (point >= 0x300 && point < 0x370) return ""; /* combining marks: the letter before them stays */
    if (point >= 0x386 && point < 0x386 + ARRAY_LENGTH(greek)) return greek[point - 0x386];
    if (point >= 0x400 && point < 0x400 + ARRAY_LENGTH(cyrillic)) return cyrillic[point - 0x400];
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        if (others[i].point == point) return others[i].as;
    return ".";
}

/* The code point at the start of s and its length in bytes; a byte that begins none is U+FFFD of length 1. */
static uint32_t point_at(struct str s, size_t *length)
{
    unsigned char c = (unsigned char)s.at[0];
    size_t n = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 0;
    *length = 1;
    if (n == 1) return c;
    if (!n || !str_is_utf8(str_part(s, 0, n)) || s.length < n) return 0xFFFD;
    uint32_t point = c & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) point = point << 6 | ((unsigned char)s.at[i] & 0x3F);
    *length = n;
    return point;
}

static void add_squeezed(struct text *t, const char *as)
{
    for (; *as; as++)
        if (*as != ' ' || (t->length && t->at[t->length - 1] != ' ')) text_add_char(t, *as);
}

bool sepa_is_clean(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (!in_set(s.at[i]) || (s.at[i] == ' ' && (!i || i + 1 == s.length || s.at[i - 1] == ' '))) return false;
    return true;
}

struct str sepa_clean(struct arena *arena, struct str s)
{
    if (!s.at) return s;
    if (sepa_is_clean(s)) return str_keep(arena, s);
    struct text t = text_new(arena);
    for (size_t i = 0, n; i < s.length; i += n) {
        uint32_t point = point_at(str_part(s, i, s.length - i), &n);
        char one[2] = { (char)point, 0 };
        add_squeezed(&t, point >= 0x80 ? point_as(point) : in_set(one[0]) ? one : ascii_as(one[0]));
    }
    return str_keep(arena, str_trim(text_str(&t)));
}
