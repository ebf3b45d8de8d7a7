#include "base/base.h"
#include <unistd.h>

static enum log_level least = LOG_INFO; /* set once, at start, before any thread */

void log_set_level(enum log_level level) { least = level; }

/* Escapes into a fixed line; what does not fit is cut, never written half in a second line. */
static size_t add(char *line, size_t n, size_t room, const char *at, size_t length)
{
    for (size_t i = 0; i < length && n + 7 < room; i++) {
        unsigned char c = (unsigned char)at[i];
        if (c == '"' || c == '\\') line[n++] = '\\', line[n++] = (char)c;
        else if (c < 0x20) n += (size_t)snprintf(line + n, room - n, "\\u%04x", c);
        else line[n++] = (char)c;
    }
    return n;
}

/* The pieces of a line, without printf: a line is written for each request. */
static size_t add_plain(char *line, size_t n, size_t room, const char *at)
{
    for (; *at && n < room; at++) line[n++] = *at;
    return n;
}
static size_t add_number(char *line, size_t n, int64_t number)
{
    char digits[20];
    size_t i = sizeof digits;
    uint64_t left = number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;
    do digits[--i] = (char)('0' + left % 10);
    while (left /= 10);
    if (number < 0) line[n++] = '-';
    memcpy(line + n, digits + i, sizeof digits - i);
    return n + sizeof digits - i;
}

size_t log_line(char line[LOG_LINE], enum log_level level, const char *event, const struct log_value *values, size_t count)
{
    static const char *const names[] = { NULL, "debug", "info", "warning", "error" };
    char at[28];
    const size_t room = LOG_LINE - 200; /* for texts; behind it there is room for the name and number of one more */
    size_t n;
    if (level < least) return 0;
    instant_format(instant_now(), at);
    n = add_plain(line, 0, room, "{\"at\":\"");
    n = add_plain(line, n, room, at);
    n = add_plain(line, n, room, "\",\"level\":\"");
    n = add_plain(line, n, room, names[level]);
    n = add_plain(line, n, room, "\",\"event\":\"");
    n = add(line, n, room, event, strlen(event));
    line[n++] = '"';
    for (size_t i = 0; i < count && n < room; i++) {
        line[n++] = ',', line[n++] = '"';
        n = add_plain(line, n, n + 64, values[i].name);
        line[n++] = '"', line[n++] = ':';
        if (values[i].is_number) {
            n = add_number(line, n, values[i].number);
        } else {
            line[n++] = '"';
            n = add(line, n, room + 60, values[i].text.at, values[i].text.length);
            line[n++] = '"';
        }
    }
    line[n++] = '}';
    line[n++] = '\n';
    return n;
}

void log_write(enum log_level level, const char *event, const struct log_value *values, size_t count)
{
    char line[LOG_LINE];
    size_t n = log_line(line, level, event, values, count);
    if (!n) return;
    ssize_t written = write(STDERR_FILENO, line, n); /* one write: lines of threads don't mix */
    (void)written;
}
