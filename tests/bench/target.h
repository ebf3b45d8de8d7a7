/* One line for each thing a benchmark is judged by; `./dev bench` gathers these lines into its table and fails when one is missed:
 *
 *     target: read and judge / libxml2's tree                   0.81 x     [at most 1 x]      met
 *
 * What stands before the numbers says what was measured against what; tools/target.py prints the same from Python. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

static inline bool target_line(const char *what, double value, const char *unit, const char *bound, double limit, bool met)
{
    printf("target: %-52s %10.4g %-8s [%s %.6g %s]  %s\n", what, value, unit, bound, limit, unit, met ? "met" : "MISSED");
    fflush(stdout);
    return met;
}
static inline bool target_at_most(const char *what, double value, const char *unit, double limit)
{
    return target_line(what, value, unit, "at most", limit, value <= limit);
}
static inline bool target_at_least(const char *what, double value, const char *unit, double limit)
{
    return target_line(what, value, unit, "at least", limit, value >= limit);
}
