#include "base/base.h"
#include <time.h>

/* Days ⇄ civil date by the usual era arithmetic (400-year cycles beginning on 1 March). */
static int32_t days_from_civil(int y, int m, int d)
{
    y -= m <= 2;
    int era = y / 400, yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_from_days(int32_t days, int *y, int *m, int *d)
{
    int z = days + 719468, era = z / 146097, doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = yoe + era * 400 + (*m <= 2);
}

static bool leap(int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

static int month_length(int y, int m)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return m == 2 && leap(y) ? 29 : lengths[m - 1];
}

bool date_make(int y, int m, int d, struct date *out)
{
    if (y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1 || d > month_length(y, m)) return false;
    out->ymd = y * 10000 + m * 100 + d;
    return true;
}

static bool digits(const char *p, int n, int *out)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') return false;
        v = v * 10 + p[i] - '0';
    }
    *out = v;
    return true;
}

bool date_parse(struct str s, struct date *out)
{
    int y, m, d;
    if (s.length != 10 || s.at[4] != '-' || s.at[7] != '-') return false;
    return digits(s.at, 4, &y) && digits(s.at + 5, 2, &m) && digits(s.at + 8, 2, &d) && date_make(y, m, d, out);
}

static void put(char *at, int value, int n)
{
    for (int i = n - 1; i >= 0; i--, value /= 10) at[i] = (char)('0' + value % 10);
}

void date_format(struct date date, char text[11])
{
    put(text, date_year(date), 4);
    text[4] = text[7] = '-';
    put(text + 5, date_month(date), 2);
    put(text + 8, date_day(date), 2);
    text[10] = 0;
}

struct str date_text(struct arena *arena, struct date date)
{
    char z[11];
    if (!date.ymd) return (struct str){ 0 };
    date_format(date, z);
    return str_copy(arena, z, 10);
}

int date_year(struct date d) { return d.ymd / 10000; }
int date_month(struct date d) { return d.ymd / 100 % 100; }
int date_day(struct date d) { return d.ymd % 100; }
int32_t date_days(struct date d) { return days_from_civil(date_year(d), date_month(d), date_day(d)); }

struct date date_from_days(int32_t days)
{
    int y, m, d;
    struct date out = { 0 };
    civil_from_days(days, &y, &m, &d);
    bool real = date_make(y, m, d, &out);
    ensure(real);
    return out;
}

struct date date_add_days(struct date d, int days) { return date_from_days(date_days(d) + days); }

struct date date_add_months(struct date d, int months)
{
    int n = date_year(d) * 12 + date_month(d) - 1 + months, y = n / 12, m = n % 12 + 1;
    int last = month_length(y, m), day = date_day(d);
    return (struct date){ y * 10000 + m * 100 + (day < last ? day : last) };
}

struct date date_month_end(struct date d)
{
    return (struct date){ d.ymd / 100 * 100 + month_length(date_year(d), date_month(d)) };
}

int date_between(struct date from, struct date to) { return date_days(to) - date_days(from); }

enum weekday date_weekday(struct date d) { return (enum weekday)((date_days(d) % 7 + 10) % 7 + 1); }

/* The offset in minutes behind hh:mm:ss[.ffffff]: Z, +hh:mm or -hh:mm; -1 on anything else. */
static bool offset_parse(struct str s, int *minutes)
{
    int h, m;
    if (str_is(s, "Z") || str_is(s, "z")) return *minutes = 0, true;
    if (s.length != 6 || (s.at[0] != '+' && s.at[0] != '-') || s.at[3] != ':') return false;
    if (!digits(s.at + 1, 2, &h) || !digits(s.at + 4, 2, &m) || h > 14 || m > 59) return false;
    *minutes = (h * 60 + m) * (s.at[0] == '-' ? -1 : 1);
    return true;
}

bool instant_parse(struct str s, struct instant *out)
{
    struct date date;
    int h, m, sec, minutes;
    int64_t us = 0, unit = 100000;
    if (s.length < 20 || (s.at[10] != 'T' && s.at[10] != ' ') || s.at[13] != ':' || s.at[16] != ':') return false;
    if (!date_parse(str_part(s, 0, 10), &date)) return false;
    if (!digits(s.at + 11, 2, &h) || !digits(s.at + 14, 2, &m) || !digits(s.at + 17, 2, &sec)) return false;
    if (h > 23 || m > 59 || sec > 60) return false;
    size_t i = 19;
    if (s.at[i] == '.')
        for (i++; i < s.length && s.at[i] >= '0' && s.at[i] <= '9'; i++, unit /= 10) us += (s.at[i] - '0') * unit;
    if (!offset_parse(str_part(s, i, s.length), &minutes)) return false;
    out->us = (int64_t)date_days(date) * DAY_US + ((int64_t)(h * 60 + m - minutes) * 60 + sec) * 1000000 + us;
    return true;
}

void instant_format(struct instant instant, char text[28])
{
    int64_t days = instant.us / DAY_US, us = instant.us % DAY_US;
    if (us < 0) us += DAY_US, days--;
    date_format(date_from_days((int32_t)days), text);
    int64_t s = us / 1000000;
    text[10] = 'T', text[13] = text[16] = ':', text[19] = '.', text[26] = 'Z', text[27] = 0;
    put(text + 11, (int)(s / 3600), 2);
    put(text + 14, (int)(s / 60 % 60), 2);
    put(text + 17, (int)(s % 60), 2);
    put(text + 20, (int)(us % 1000000), 6);
}

struct instant instant_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){ (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 };
}

int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* 01:00 UTC on the last Sunday of the month. */
static int64_t change_us(int year, int month)
{
    struct date end = date_month_end((struct date){ year * 10000 + month * 100 + 1 });
    struct date sunday = date_add_days(end, -(int)(date_weekday(end) % 7));
    return (int64_t)date_days(sunday) * DAY_US + INT64_C(3600) * 1000000;
}

struct date instant_day(struct instant instant)
{
    int64_t days = instant.us / DAY_US - (instant.us % DAY_US < 0);
    struct date utc = date_from_days((int32_t)days);
    int year = date_year(utc), month = date_month(utc);
    bool summer = month == 3    ? instant.us >= change_us(year, 3)
                  : month == 10 ? instant.us < change_us(year, 10)
                                : month > 3 && month < 10;
    int64_t local = instant.us + (summer ? 2 : 1) * INT64_C(3600) * 1000000;
    return date_from_days((int32_t)(local / DAY_US - (local % DAY_US < 0)));
}

struct instant instant_of_day(struct date date)
{
    return (struct instant){ (int64_t)date_days(date) * DAY_US + DAY_US / 2 };
}
