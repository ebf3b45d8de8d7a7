/* What every room stands on: memory of one request, text, days, instants, exact numbers.
 * Knows nothing of the business, of a database or of a wire. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECKED __attribute__((warn_unused_result))
#define PRINTF(text_at, first) __attribute__((format(printf, text_at, first)))
#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* A promise of our own code; stays on in release. Never for what comes from outside. */
#define ensure(condition) ((condition) ? (void)0 : ensure_failed(#condition, __FILE__, __LINE__))
#define never(why) ensure_failed(why, __FILE__, __LINE__)
_Noreturn void ensure_failed(const char *condition, const char *file, int line);

/* ---- Arena: all memory of one request, freed at once. Out of memory stops the process. ---- */

struct arena;
/* `limit_bytes` is a promise of the door that sized the input; passing it stops the process. */
struct arena *arena_new(size_t limit_bytes);
void arena_reset(struct arena *arena); /* forgets all, keeps one chunk for the next request */
void arena_free(struct arena *arena);  /* NULL is fine */
size_t arena_used(const struct arena *arena);
/* Where the arena stands, and back to it: all that was taken since is gone. For an attempt that is made again. */
struct arena_mark { void *chunk, *next; size_t used, total; };
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);
size_t arena_room(const struct arena *arena); /* what its limit still allows: a reader of outside bytes refuses before it passes that */
void *arena_alloc(struct arena *arena, size_t bytes);              /* zeroed, 16-aligned, never NULL */
void *arena_array(struct arena *arena, size_t count, size_t size); /* zeroed; checks the product */
#define ARENA_NEW(arena, type) ((type *)arena_alloc(arena, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array(arena, count, sizeof(type)))

/* Appends to a growing array { at, count, room } whose memory is the arena's. */
#define LIST_OF(type)       \
    struct {                \
        type *at;           \
        size_t count, room; \
    }
#define LIST_ADD(arena, list)                                                                    \
    ((list)->count == (list)->room                                                               \
         ? (void)((list)->at = arena_grow(arena, (list)->at, &(list)->room, sizeof *(list)->at)) \
         : (void)0,                                                                              \
     &(list)->at[(list)->count++])
void *arena_grow(struct arena *arena, void *at, size_t *room, size_t size);

/* ---- Text: bytes with a length. at == NULL is "absent"; a copy ends in a zero byte. ---- */

struct str { const char *at; size_t length; };
#define STR(literal) ((struct str){ "" literal "", sizeof(literal) - 1 })
/* clang-format off */
#define STR_INIT(literal) { "" literal "", sizeof(literal) - 1 }
/* clang-format on */
#define STR_ARG(s) (int)(s).length, (s).at /* for "%.*s" */
struct str str_of(const char *z);          /* borrows; NULL gives the absent text */
struct str str_copy(struct arena *arena, const char *at, size_t length);
struct str str_keep(struct arena *arena, struct str s); /* a copy that ends in zero */
PRINTF(2, 3) struct str str_format(struct arena *arena, const char *format, ...);
PRINTF(2, 0) struct str str_format_list(struct arena *arena, const char *format, va_list list);
/* Inline: with a literal the compiler knows its length. */
static inline bool str_is(struct str s, const char *z)
{
    size_t length = strlen(z);
    return length == s.length && (!length || !memcmp(s.at, z, length));
}
static inline bool str_equal(struct str a, struct str b)
{
    return a.length == b.length && (a.length == 0 || !memcmp(a.at, b.at, a.length));
}
bool str_equal_caseless(struct str a, struct str b); /* ASCII letters */
int str_compare(struct str a, struct str b);         /* bytes, then length */
static inline bool str_starts(struct str s, const char *z)
{
    size_t length = strlen(z);
    return s.length >= length && (!length || !memcmp(s.at, z, length));
}
bool str_ends(struct str s, const char *z);
ptrdiff_t str_find(struct str s, const char *z);               /* -1: not there */
struct str str_part(struct str s, size_t from, size_t length); /* clipped to s; borrows */
struct str str_trim(struct str s);                             /* ASCII white space; borrows */
struct str str_lower(struct arena *arena, struct str s);       /* ASCII letters */
struct str str_upper(struct arena *arena, struct str s);
struct str str_join(struct arena *arena, const struct str *parts, size_t count, const char *between);
/* Cuts at the first `separator`: the part before it; *rest is what follows (absent when there is none). */
struct str str_cut(struct str s, char separator, struct str *rest);
bool str_is_utf8(struct str s);                             /* well-formed, no surrogates, no U+0000 */
size_t str_utf8_count(struct str s);                        /* code points of well-formed text */
struct str str_utf8_clip(struct str s, size_t code_points); /* at most so many; borrows */
uint64_t str_hash(struct str s);
bool str_to_int(struct str s, int64_t *out); /* whole text, optional '-', no '+', no spaces */

/* ---- Machines, as settings name them (host.c) ---- */
struct str host_of_url(struct str url);  /* without name, port and brackets; of a bare host itself */
bool host_is_here(struct str host);      /* this machine: localhost, 127.…, ::1 */
bool host_is_near(struct str host);      /* here, or in a private network: 10.…, 192.168.…, fd…, a name without a point */
struct str str_from_int(struct arena *arena, int64_t value);

/* A text that grows. */
struct text { struct arena *arena; char *at; size_t length, room; };
struct text text_new(struct arena *arena);
void text_add(struct text *text, struct str s);
void text_addz(struct text *text, const char *z);
void text_add_char(struct text *text, char c);
void text_add_between(struct text *text, const char *before, struct str s, const char *after); /* all three, in one step */
void text_add_bytes(struct text *text, const void *at, size_t length);
void text_add_int(struct text *text, int64_t value);
PRINTF(2, 3) void text_addf(struct text *text, const char *format, ...);
void text_grow(struct text *text, size_t more);
/* Room for so many bytes more, which are counted already and which the caller writes. */
static inline char *text_place(struct text *text, size_t bytes)
{
    if (text->room - text->length <= bytes) text_grow(text, bytes); /* one byte is kept for the zero */
    text->length += bytes;
    return text->at + text->length - bytes;
}
struct str text_str(const struct text *text); /* what stands there now; ends in zero; lives as the arena does */

/* ---- Numbers ---- */

#define EXACT_MAX ((INT64_C(1) << 53) - 1)                      /* what JavaScript holds exactly */
#define int_add(a, b, out) (!__builtin_add_overflow(a, b, out)) /* false: does not fit */
#define int_sub(a, b, out) (!__builtin_sub_overflow(a, b, out))
#define int_mul(a, b, out) (!__builtin_mul_overflow(a, b, out))
__extension__ typedef __int128 int128;
/* a × b ÷ c, to the nearest, halves away from zero (as invoices round). false: does not fit, or c is 0. */
bool int_mul_div(int64_t a, int64_t b, int64_t c, int64_t *out);

/* An exact decimal: units × 10^-scale; 18 digits, scale 0…18. No float touches money. */
struct decimal { int64_t units; int32_t scale; int32_t present; };
#define DECIMAL(units_, scale_) ((struct decimal){ (units_), (scale_), 1 })
/* "-12.340": keeps the scale; no exponent, no spaces, no '+'. */
bool decimal_parse(struct str text, struct decimal *out);
struct str decimal_format(struct arena *arena, struct decimal d); /* with its own scale; absent when not present */
int decimal_compare(struct decimal a, struct decimal b);
bool decimal_add(struct decimal a, struct decimal b, struct decimal *out); /* false: does not fit */
bool decimal_sub(struct decimal a, struct decimal b, struct decimal *out);
bool decimal_mul(struct decimal a, struct decimal b, struct decimal *out);
/* To `scale` digits, halves away from zero. */
bool decimal_round(struct decimal a, int32_t scale, struct decimal *out);
bool decimal_divide(struct decimal a, struct decimal b, int32_t scale, struct decimal *out); /* rounded likewise */
struct decimal decimal_short(struct decimal a); /* without trailing zeros behind the point */

/* ---- Money: integer minor units beside an ISO 4217 currency ---- */

/* Digits behind the point in ISO 4217: EUR 2, JPY 0, KWD 3; -1: no such currency. */
int currency_digits(struct str currency);
/* "1250.00" ⇄ 125000. Refuses more digits than the currency has. */
bool minor_parse(struct str text, int digits, int64_t *out);
struct str minor_format(struct arena *arena, int64_t minor, int digits);
enum { MINOR_ROOM = 48 };
size_t minor_put(int64_t minor, int digits, char text[MINOR_ROOM]); /* the same, where there is room; its length */
bool minor_from_decimal(struct decimal d, int digits, int64_t *out); /* rounds, halves away from zero */
struct decimal minor_to_decimal(int64_t minor, int digits);

/* ---- Days and instants ---- */

struct date { int32_t ymd; }; /* 20250131; 0: absent. Gregorian, 1900…2199 */
struct instant { int64_t us; }; /* microseconds since 1970-01-01T00:00:00Z; 0: absent */
enum weekday { MONDAY = 1, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };
#define DAY_US (INT64_C(86400) * 1000000)

bool date_make(int year, int month, int day, struct date *out); /* false: there is no such day */
bool date_parse(struct str text, struct date *out);             /* 2025-01-31, nothing else */
void date_format(struct date date, char text[11]);
struct str date_text(struct arena *arena, struct date date);
int32_t date_days(struct date date); /* since 1970-01-01 */
struct date date_from_days(int32_t days);
struct date date_add_days(struct date date, int days);
struct date date_add_months(struct date date, int months); /* 31 January + 1 month = 28 (29) February */
struct date date_month_end(struct date date);
int date_between(struct date from, struct date to); /* days; negative when `to` is earlier */
enum weekday date_weekday(struct date date);
int date_year(struct date date);
int date_month(struct date date);
int date_day(struct date date);
bool instant_parse(struct str text, struct instant *out);   /* RFC 3339 with Z or an offset */
void instant_format(struct instant instant, char text[28]); /* 2025-01-31T12:00:00.000000Z */
struct instant instant_now(void);                           /* read once, at a door */
int64_t clock_us(void);                                     /* monotonic; for measuring only */
/* The day it is in the Netherlands (Directive 2000/84/EC: summer time from the last Sunday of March
 * to the last of October, at 01:00 UTC). */
struct date instant_day(struct instant instant);
struct instant instant_of_day(struct date date); /* that day at 12:00 UTC */

/* ---- Chance, hashes, log ---- */

struct rng { uint64_t state[4]; }; /* seeded, repeatable; never for secrets */
struct rng rng_new(uint64_t seed);
uint64_t rng_next(struct rng *rng);
int64_t rng_between(struct rng *rng, int64_t from, int64_t to); /* both ends included */
bool rng_chance(struct rng *rng, int permille);
void random_bytes(void *at, size_t count); /* for secrets: the system's own */

void sha256(const void *at, size_t length, uint8_t out[32]);
struct str hex_text(struct arena *arena, const uint8_t *at, size_t length);
bool hex_parse(struct str text, uint8_t *out, size_t length); /* exactly `length` bytes */
struct str base64_text(struct arena *arena, const void *at, size_t length);
bool base64_parse(struct arena *arena, struct str text, struct str *out); /* white space between is allowed */

enum log_level { LOG_DEBUG = 1, LOG_INFO, LOG_WARNING, LOG_ERROR };
struct log_value { const char *name; struct str text; int64_t number; bool is_number; };
#define LOG_TEXT(n, s) ((struct log_value){ .name = (n), .text = (s) })
#define LOG_INT(n, v) ((struct log_value){ .name = (n), .number = (v), .is_number = true })
/* One JSON line on stderr: time, level, event and the values. Never personal or secret data: ids, counts, codes. */
void log_write(enum log_level level, const char *event, const struct log_value *values, size_t count);
void log_set_level(enum log_level least);
/* The line alone, for who gathers lines and writes many at a time; 0: of a level that is not written. */
enum { LOG_LINE = 4096 };
size_t log_line(char line[LOG_LINE], enum log_level level, const char *event, const struct log_value *values, size_t count);
#define LOG(level, event, ...)                                                                  \
    log_write(level, event, (const struct log_value[]){ { 0 } __VA_OPT__(, ) __VA_ARGS__ } + 1, \
              ARRAY_LENGTH(((const struct log_value[]){ { 0 } __VA_OPT__(, ) __VA_ARGS__ })) - 1)
