#include "payment/payment.h"
#include "target_days.txt.h"

/* The anonymous Gregorian computus (Nature, 20 April 1876; Meeus, Astronomical Algorithms, ch. 8). */
struct date easter_sunday(int year)
{
    struct date day = { 0 };
    int a = year % 19, b = year / 100, c = year % 100;
    int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
    bool made = date_make(year, n / 31, n % 31 + 1, &day);
    ensure(made);
    return day;
}

bool target_is_closed(struct date day)
{
    int64_t number = 0;
    if (date_weekday(day) >= SATURDAY) return true;
    int after_easter = date_between(easter_sunday(date_year(day)), day);
    for (struct str rest = str_of(target_days_txt); rest.length;) {
        struct str fields, kind = str_cut(str_cut(rest, '\n', &rest), ';', &fields);
        bool read = str_to_int(str_cut(fields, ';', &fields), &number);
        ensure(read);
        if (number == (str_is(kind, "easter") ? after_easter : date_month(day) * 100 + date_day(day))) return true;
    }
    return false;
}

struct date target_open_from(struct date day)
{
    while (target_is_closed(day)) day = date_add_days(day, 1);
    return day;
}
