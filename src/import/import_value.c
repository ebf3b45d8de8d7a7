/* What stands in a cell: amounts with a comma or a point, days in any order. */
#include "import/import_private.h"

/* ---- Amounts ---- */

/* The digits with one separator left, the sign in front. "€ 1.234,50-" with ',' is "-1234.50". */
static bool plain_amount(struct str text, char decimal, char out[40], size_t *length)
{
    bool negative = false, any = false, pointed = false;
    size_t n = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c >= '0' && c <= '9') {
            if (n > 30) return false;
            out[n++] = (char)c;
            any = true;
        } else if ((char)c == decimal) {
            if (pointed) return false;
            pointed = true;
            out[n++] = '.';
        } else if (c == '-' || c == '(') {
            if (negative || (c == '(' && any)) return false;
            negative = true;
        } else if (c == '.' || c == ',' || c == '\'') {
            if (pointed || !any) return false; /* thousands stand before the decimals */
        } else if (c == ')' || c == ' ' || c == '+' ||
                   (c == 0xC2 && i + 1 < text.length && (unsigned char)text.at[i + 1] == 0xA0)) {
            i += c == 0xC2;
        } else if (c == 0xE2 && str_starts(str_part(text, i, 3), "\xE2\x82\xAC")) i += 2; /* € */
        else if (str_equal_caseless(str_part(text, i, 3), STR("EUR"))) i += 2;
        else if (c == '$' || (c == 0xC2 && i + 1 < text.length && (unsigned char)text.at[i + 1] == 0xA3)) i += c == 0xC2;
        else return false;
    }
    if (!any) return false;
    if (out[n - 1] == '.') n--;
    *length = n;
    if (negative) memmove(out + 1, out, n), out[0] = '-', ++*length;
    return true;
}

/* Thousands come in threes: "1.23" with a decimal comma is no amount. */
static bool groups_fit(struct str text, char decimal)
{
    size_t digits = 0;
    bool grouped = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        bool ends = c == decimal, groups = !ends && (c == '.' || c == ',' || c == '\'');
        if (c >= '0' && c <= '9') digits++;
        if (grouped && (groups || ends) && digits != 3) return false;
        if (ends) return true;
        if (groups) grouped = true, digits = 0;
    }
    return !grouped || digits == 3;
}

bool import_amount(struct arena *arena, struct cell cell, char decimal, int digits, int64_t *out)
{
    char plain[44];
    size_t length;
    struct decimal d;
    (void)arena;
    if (cell.kind == CELL_NUMBER) decimal = '.';
    if (!plain_amount(cell.text, decimal, plain, &length) || !groups_fit(cell.text, decimal)) return false;
    if (plain[0] == '.' || !decimal_parse((struct str){ plain, length }, &d)) return false;
    d = decimal_short(d);
    if (d.scale > digits) return false;
    return minor_from_decimal(d, digits, out) && *out <= EXACT_MAX && *out >= -EXACT_MAX;
}

char import_decimal_of(struct str text)
{
    size_t commas = 0, points = 0, behind = 0;
    char last = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        if (c == ',' || c == '.') last = c, behind = 0, c == ',' ? commas++ : points++;
        else if (c >= '0' && c <= '9') behind++;
        else if (c != '-' && c != ' ' && c != '(' && c != ')') return 0;
    }
    if (!last) return 0;
    if (commas && points) return last; /* both: the last one */
    if (commas > 1 || points > 1) return last == ',' ? '.' : ',';
    return behind == 3 ? 0 : last;
}

/* ---- Days ---- */

static bool make_day(int64_t year, int64_t month, int64_t day, struct date *out)
{
    if (year < 100) year += year < 80 ? 2000 : 1900;
    return year > 1900 && year < 2200 && date_make((int)year, (int)month, (int)day, out);
}

/* Three numbers with anything that is no digit between; *count: how many there are. */
static void day_parts(struct str text, int64_t parts[3], size_t widths[3], size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < text.length;) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            bool between = strchr("-/. ", text.at[i]) != NULL;
            if (!between || *count == 3) break;
            i++;
            continue;
        }
        size_t from = i;
        int64_t n = 0;
        for (; i < text.length && text.at[i] >= '0' && text.at[i] <= '9' && i - from < 9; i++) n = n * 10 + (text.at[i] - '0');
        if (*count == 3) break; /* a time behind it */
        parts[*count] = n, widths[(*count)++] = i - from;
    }
}

bool import_day(struct cell cell, enum import_day_order order, struct date *out)
{
    int64_t p[3] = { 0 };
    size_t w[3] = { 0 }, count;
    struct str text = str_trim(cell.text);
    day_parts(text, p, w, &count);
    if (count == 1 && w[0] == 8) return make_day(p[0] / 10000, p[0] / 100 % 100, p[0] % 100, out);
    if (count == 1 || (count == 2 && cell.kind == CELL_NUMBER)) { /* days since 30 December 1899 */
        if (w[0] != 5 || p[0] < 18264 || p[0] > 109000) return false;
        *out = date_from_days((int32_t)p[0] - 25569);
        return true;
    }
    if (count != 3) return false;
    if (w[0] == 4) return make_day(p[0], p[1], p[2], out);
    if (order == DAYS_YMD) return make_day(p[0], p[1], p[2], out);
    return order == DAYS_MDY ? make_day(p[2], p[0], p[1], out) : make_day(p[2], p[1], p[0], out);
}

enum import_day_order import_day_order_of(struct str text)
{
    int64_t p[3] = { 0 };
    size_t w[3] = { 0 }, count;
    day_parts(str_trim(text), p, w, &count);
    if (count != 3) return 0;
    if (w[0] == 4) return DAYS_YMD;
    if (p[0] > 12 && p[0] <= 31 && p[1] <= 12) return DAYS_DMY;
    if (p[1] > 12 && p[1] <= 31 && p[0] <= 12) return DAYS_MDY;
    return 0;
}
