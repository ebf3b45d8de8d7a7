#include "base/base.h"

struct str str_of(const char *z) { return z ? (struct str){ z, strlen(z) } : (struct str){ 0 }; }

struct str str_copy(struct arena *arena, const char *at, size_t length)
{
    char *z = arena_alloc(arena, length + 1);
    if (length) memcpy(z, at, length);
    return (struct str){ z, length };
}

struct str str_keep(struct arena *arena, struct str s) { return s.at ? str_copy(arena, s.at, s.length) : s; }

struct str str_format_list(struct arena *arena, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int n = vsnprintf(NULL, 0, format, list);
    ensure(n >= 0);
    char *z = arena_alloc(arena, (size_t)n + 1);
    int written = vsnprintf(z, (size_t)n + 1, format, again);
    ensure(written == n);
    va_end(again);
    return (struct str){ z, (size_t)n };
}

struct str str_format(struct arena *arena, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    struct str s = str_format_list(arena, format, list);
    va_end(list);
    return s;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 32) : c; }

bool str_equal_caseless(struct str a, struct str b)
{
    if (a.length != b.length) return false;
    for (size_t i = 0; i < a.length; i++)
        if (lower(a.at[i]) != lower(b.at[i])) return false;
    return true;
}

int str_compare(struct str a, struct str b)
{
    size_t n = a.length < b.length ? a.length : b.length;
    int order = n ? memcmp(a.at, b.at, n) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

bool str_ends(struct str s, const char *z)
{
    size_t n = strlen(z);
    return s.length >= n && (n == 0 || !memcmp(s.at + s.length - n, z, n));
}

ptrdiff_t str_find(struct str s, const char *z)
{
    size_t n = strlen(z);
    if (!n) return 0;
    for (size_t i = 0; i + n <= s.length; i++) {
        const char *p = memchr(s.at + i, z[0], s.length - n - i + 1);
        if (!p) return -1;
        i = (size_t)(p - s.at);
        if (!memcmp(p, z, n)) return (ptrdiff_t)i;
    }
    return -1;
}

struct str str_part(struct str s, size_t from, size_t length)
{
    if (from > s.length) from = s.length;
    if (length > s.length - from) length = s.length - from;
    return (struct str){ s.at ? s.at + from : NULL, length };
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

struct str str_trim(struct str s)
{
    while (s.length && is_space(s.at[0])) s.at++, s.length--;
    while (s.length && is_space(s.at[s.length - 1])) s.length--;
    return s;
}

struct str str_lower(struct arena *arena, struct str s)
{
    char *z = arena_alloc(arena, s.length + 1);
    for (size_t i = 0; i < s.length; i++) z[i] = lower(s.at[i]);
    return (struct str){ s.at ? z : NULL, s.length };
}

struct str str_upper(struct arena *arena, struct str s)
{
    char *z = arena_alloc(arena, s.length + 1);
    for (size_t i = 0; i < s.length; i++) z[i] = upper(s.at[i]);
    return (struct str){ s.at ? z : NULL, s.length };
}

struct str str_join(struct arena *arena, const struct str *parts, size_t count, const char *between)
{
    struct text t = text_new(arena);
    for (size_t i = 0; i < count; i++) {
        if (i) text_addz(&t, between);
        text_add(&t, parts[i]);
    }
    return text_str(&t);
}

struct str str_cut(struct str s, char separator, struct str *rest)
{
    const char *p = s.length ? memchr(s.at, separator, s.length) : NULL;
    *rest = (struct str){ 0 };
    if (!p) return s;
    size_t n = (size_t)(p - s.at);
    *rest = (struct str){ p + 1, s.length - n - 1 };
    return (struct str){ s.at, n };
}

/* The length of the well-formed sequence at p (Unicode 15, table 3-7), or 0. */
static size_t utf8_step(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    if (c == 0) return 0;
    if (c < 0x80) return 1;
    size_t n = c >= 0xC2 && c <= 0xDF ? 2 : c >= 0xE0 && c <= 0xEF ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    if (!n || left < n) return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F)) return 0;
    if ((c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F)) return 0;
    return n;
}

bool str_is_utf8(struct str s)
{
    for (size_t i = 0, n; i < s.length; i += n)
        if (!(n = utf8_step((const unsigned char *)s.at + i, s.length - i))) return false;
    return true;
}

size_t str_utf8_count(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.length; i++) count += ((unsigned char)s.at[i] & 0xC0) != 0x80;
    return count;
}

struct str str_utf8_clip(struct str s, size_t code_points)
{
    size_t i = 0;
    for (size_t count = 0; i < s.length; i++)
        if (((unsigned char)s.at[i] & 0xC0) != 0x80 && count++ == code_points) break;
    return (struct str){ s.at, i };
}

uint64_t str_hash(struct str s) /* FNV-1a, then mixed */
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.length; i++) h = (h ^ (unsigned char)s.at[i]) * UINT64_C(0x100000001b3);
    h ^= h >> 32;
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

bool str_to_int(struct str s, int64_t *out)
{
    size_t i = s.length && s.at[0] == '-';
    bool negative = i == 1;
    int64_t v = 0;
    if (i == s.length) return false;
    for (; i < s.length; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return false;
        int64_t digit = s.at[i] - '0';
        if (!int_mul(v, INT64_C(10), &v) || !(negative ? int_sub(v, digit, &v) : int_add(v, digit, &v))) return false;
    }
    *out = v;
    return true;
}

static size_t int_digits(int64_t value, char z[24])
{
    char back[24];
    size_t i = sizeof back;
    uint64_t v = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    for (; v >= 100; v /= 100) {
        unsigned two = (unsigned)(v % 100);
        back[--i] = (char)('0' + two % 10);
        back[--i] = (char)('0' + two / 10);
    }
    do back[--i] = (char)('0' + v % 10);
    while (v /= 10);
    if (value < 0) back[--i] = '-';
    memcpy(z, back + i, sizeof back - i);
    return sizeof back - i;
}

struct str str_from_int(struct arena *arena, int64_t value)
{
    char z[24];
    return str_copy(arena, z, int_digits(value, z));
}

struct text text_new(struct arena *arena) { return (struct text){ .arena = arena }; }

void text_grow(struct text *t, size_t more)
{
    size_t room = (t->room ? t->room * 2 : 128) + more;
    char *at = arena_alloc(t->arena, room);
    if (t->length) memcpy(at, t->at, t->length);
    t->at = at;
    t->room = room;
}

void text_add_bytes(struct text *t, const void *at, size_t length)
{
    if (!length) return;
    memcpy(text_place(t, length), at, length);
}

void text_add(struct text *t, struct str s) { text_add_bytes(t, s.at, s.length); }
void text_addz(struct text *t, const char *z) { text_add_bytes(t, z, strlen(z)); }
void text_add_char(struct text *t, char c) { *text_place(t, 1) = c; }

void text_add_between(struct text *t, const char *before, struct str s, const char *after)
{
    size_t n = strlen(before), m = strlen(after);
    char *at = text_place(t, n + s.length + m);
    memcpy(at, before, n);
    if (s.length) memcpy(at + n, s.at, s.length);
    memcpy(at + n + s.length, after, m);
}

void text_add_int(struct text *t, int64_t value)
{
    char z[24];
    text_add_bytes(t, z, int_digits(value, z));
}

void text_addf(struct text *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add(t, str_format_list(t->arena, format, list));
    va_end(list);
}

struct str text_str(const struct text *t)
{
    struct text *open = (struct text *)(uintptr_t)t;
    *text_place(open, 0) = 0;
    return (struct str){ open->at, open->length };
}
