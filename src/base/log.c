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

void log_write(enum log_level level, const char *event, const struct log_value *values, size_t count)
{
    static const char *const names[] = { NULL, "debug", "info", "warning", "error" };
    char line[4096], at[28];
    size_t n;
    if (level < least) return;
    instant_format(instant_now(), at);
    n = (size_t)snprintf(line, sizeof line, "{\"at\":\"%s\",\"level\":\"%s\",\"event\":\"", at, names[level]);
    n = add(line, n, sizeof line, event, strlen(event));
    line[n++] = '"';
    for (size_t i = 0; i < count && n + 200 < sizeof line; i++) {
        n += (size_t)snprintf(line + n, sizeof line - n, ",\"%.64s\":", values[i].name);
        if (values[i].is_number) {
            n += (size_t)snprintf(line + n, sizeof line - n, "%lld", (long long)values[i].number);
        } else {
            line[n++] = '"';
            n = add(line, n, sizeof line - 64, values[i].text.at, values[i].text.length);
            line[n++] = '"';
        }
    }
    line[n++] = '}';
    line[n++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, n); /* one write: lines of threads don't mix */
    (void)written;
}
