#include "einvoice/rules.h"

uint32_t rule_ancestor(const struct rule_run *r, uint32_t n, uint16_t name)
{
    for (n = rule_parent(r, n); n && tree_node(r->tree, n)->name != name;) n = rule_parent(r, n);
    return n;
}

bool rule_memo(struct rule_run *r, size_t slot, bool (*test)(struct rule_run *r, uint32_t n))
{
    if (!r->memos[slot]) r->memos[slot] = test(r, 1) ? 2 : 1;
    return r->memos[slot] == 2;
}

/* ---- Text ---- */

static bool white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

struct str rule_ns(struct rule_run *r, struct str s)
{
    while (s.length && white(s.at[0])) s = (struct str){ s.at + 1, s.length - 1 };
    while (s.length && white(s.at[s.length - 1])) s.length--;
    bool plain = true;
    for (size_t i = 0; i < s.length && plain; i++)
        if (white(s.at[i]) && (s.at[i] != ' ' || white(s.at[i + 1]))) plain = false;
    if (plain) return s;
    struct text text = text_new(r->arena);
    for (size_t i = 0; i < s.length; i++)
        if (!white(s.at[i])) text_add_char(&text, s.at[i]);
        else if (!white(s.at[i + 1])) text_add_char(&text, ' ');
    return text_str(&text);
}

struct str rule_upper(struct rule_run *r, struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.at[i] >= 'a' && s.at[i] <= 'z') return str_upper(r->arena, s);
    return s;
}

struct str rule_lower(struct rule_run *r, struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.at[i] >= 'A' && s.at[i] <= 'Z') return str_lower(r->arena, s);
    return s;
}

struct str rule_part(struct str s, size_t from, size_t length)
{
    struct str skipped = str_utf8_clip(s, from - 1);
    s = str_part(s, skipped.length, s.length);
    return str_utf8_clip(s, length);
}

static ptrdiff_t find(struct str s, struct str part)
{
    const char *at = s.length && part.length ? memmem(s.at, s.length, part.at, part.length) : NULL;
    return at ? at - s.at : -1;
}

struct str rule_after(struct str s, struct str mark)
{
    ptrdiff_t at = find(s, mark);
    return at < 0 ? STR("") : str_part(s, (size_t)at + mark.length, s.length);
}

struct str rule_before(struct str s, struct str mark)
{
    ptrdiff_t at = find(s, mark);
    return at < 0 ? STR("") : str_part(s, 0, (size_t)at);
}

bool rule_filled(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (!white(s.at[i])) return true;
    return false;
}

bool rule_contains(struct str s, struct str part) { return !part.length || find(s, part) >= 0; }
bool rule_starts(struct str s, struct str part)
{
    return s.length >= part.length && !memcmp(s.at ? s.at : "", part.at, part.length);
}
bool rule_ends(struct str s, struct str part)
{
    return s.length >= part.length && (!part.length || !memcmp(s.at + s.length - part.length, part.at, part.length));
}
bool rule_yes(struct str s)
{
    s = str_trim(s);
    return str_is(s, "true") || str_is(s, "1");
}
bool rule_no(struct str s)
{
    s = str_trim(s);
    return str_is(s, "false") || str_is(s, "0");
}

bool rule_code(const struct code_list *list, struct str s)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < s.length; i++) hash = (hash ^ (uint8_t)s.at[i]) * 16777619u;
    for (uint32_t at = hash & list->mask; list->slots[at]; at = (at + 1) & list->mask)
        if (str_is(s, list->slots[at])) return true;
    return false;
}

void rule_set_add(struct rule_run *r, struct rule_set *set, struct str s)
{
    if (set->count > 8) return; /* more than a rule ever asks */
    for (size_t i = 0; i < set->seen.count; i++)
        if (str_equal(set->seen.at[i], s)) return;
    *LIST_ADD(r->arena, &set->seen) = s;
    set->count++;
}

/* ---- Numbers ---- */

enum { DIGITS_MOST = 36 };
static const struct rule_number none = { 0, 0, NO_NUMBER }, bad = { 0, 0, BAD_NUMBER };

struct rule_number rule_number(struct str s)
{
    if (!s.at) return none;
    s = str_trim(s);
    struct rule_number n = { 0, 0, NUMBER };
    bool minus = s.length && s.at[0] == '-', point = false;
    size_t i = s.length && (s.at[0] == '-' || s.at[0] == '+') ? 1 : 0, digits = 0, kept = 0;
    for (; i < s.length; i++) {
        if (s.at[i] == '.' && !point) { point = true; continue; }
        if (s.at[i] < '0' || s.at[i] > '9') return bad;
        digits++;
        if (point && kept >= DIGITS_MOST - 6) continue; /* far behind the point: no sum of money shows it */
        if (kept >= DIGITS_MOST) return bad;
        n.units = n.units * 10 + (s.at[i] - '0');
        kept += kept || s.at[i] != '0';
        if (point) n.scale++;
    }
    if (!digits) return bad;
    if (minus) n.units = -n.units;
    return n;
}

struct rule_number rule_date(struct str s)
{
    s = str_part(str_trim(s), 0, 10);
    struct date date;
    if (!s.at) return none;
    return date_parse(s, &date) ? rule_whole(date.ymd, 0) : bad;
}

static bool scale_up(struct rule_number *n, int32_t scale)
{
    for (; n->scale < scale; n->scale++)
        if (__builtin_mul_overflow(n->units, (int128)10, &n->units)) return false;
    return true;
}

static struct rule_number either_state(struct rule_number a, struct rule_number b)
{
    return a.state == BAD_NUMBER || b.state == BAD_NUMBER ? bad : none;
}

static bool aligned(struct rule_number *a, struct rule_number *b)
{
    int32_t scale = a->scale > b->scale ? a->scale : b->scale;
    return scale_up(a, scale) && scale_up(b, scale);
}

struct rule_number rule_add(struct rule_number a, struct rule_number b)
{
    if (a.state || b.state) return either_state(a, b);
    if (!aligned(&a, &b) || __builtin_add_overflow(a.units, b.units, &a.units)) return bad;
    return a;
}

struct rule_number rule_subtract(struct rule_number a, struct rule_number b)
{
    b.units = -b.units;
    return rule_add(a, b);
}

struct rule_number rule_multiply(struct rule_number a, struct rule_number b)
{
    if (a.state || b.state) return either_state(a, b);
    if (__builtin_mul_overflow(a.units, b.units, &a.units)) return bad;
    a.scale += b.scale;
    return a;
}

struct rule_number rule_divide(struct rule_number a, struct rule_number b)
{
    if (a.state || b.state) return either_state(a, b);
    if (!b.units) return bad;
    while (b.units % 10 == 0) b.units /= 10, b.scale--;
    if (b.units != 1 && b.units != -1) {
        if (!scale_up(&a, a.scale + 12)) return bad;
        a.units /= b.units;
    } else {
        a.units *= b.units;
    }
    a.scale -= b.scale;
    return a.scale >= 0 || scale_up(&a, 0) ? a : bad;
}

struct rule_number rule_abs(struct rule_number a)
{
    if (a.units < 0) a.units = -a.units;
    return a;
}

static struct rule_number round_to(struct rule_number a, int32_t scale)
{
    if (a.state || a.scale <= scale) return a;
    int128 power = 1;
    for (int32_t i = scale; i < a.scale; i++)
        if (__builtin_mul_overflow(power, (int128)10, &power)) return bad;
    int128 whole = a.units / power, rest = a.units % power;
    if (rest < 0) rest += power, whole--; /* downwards first */
    if (rest * 2 >= power) whole++;
    return (struct rule_number){ whole, scale, NUMBER };
}

struct rule_number rule_round(struct rule_number a) { return round_to(a, 0); }
struct rule_number rule_round2(struct rule_number a) { return round_to(a, 2); }
struct rule_number rule_length(struct str s) { return rule_whole((int64_t)str_utf8_count(s), 0); }

struct rule_number rule_places(struct str s)
{
    const char *point = s.length ? memchr(s.at, '.', s.length) : NULL;
    if (!point) return rule_whole(0, 0);
    size_t from = (size_t)(point - s.at) + 1;
    return rule_whole((int64_t)str_utf8_count(str_part(s, from, s.length)), 0);
}

bool rule_compare(struct rule_number a, enum rule_comparison how, struct rule_number b)
{
    if (a.state || b.state || !aligned(&a, &b)) return false;
    switch (how) {
    case IS: return a.units == b.units;
    case IS_NOT: return a.units != b.units;
    case LESS: return a.units < b.units;
    case AT_MOST: return a.units <= b.units;
    case MORE: return a.units > b.units;
    case AT_LEAST: return a.units >= b.units;
    }
    return false;
}
