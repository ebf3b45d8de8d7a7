/* How any function refuses. NULL means done, so there is no second channel to forget.
 *
 * A type says what kind of refusal it is, a code that is API (never renamed) and one English sentence
 * that names the remedy, with {parameters}. The Dutch sentence stands in po/nl.po under the English one.
 * A fault carries the parameters, so that every door can say it in its reader's language. */
#pragma once
#include "base/base.h"

enum fault_kind {
    FAULT_INVALID = 1,  /* the input is wrong: 422, exit 65 */
    FAULT_UNKNOWN_USER, /* not signed in: 401, exit 77 */
    FAULT_DENIED,       /* signed in, but may not: 403, exit 77 */
    FAULT_MISSING,      /* there is no such thing: 404, exit 66 */
    FAULT_CONFLICT,     /* it has changed, or its state forbids it: 409, exit 75 */
    FAULT_LIMIT,        /* too large or too often: 413 or 429, exit 75 */
    FAULT_UNREACHABLE,  /* a database, a mail server: 503, exit 69 */
    FAULT_BROKEN,       /* our own mistake: 500, exit 70 */
};
enum { FAULT_KIND_COUNT = FAULT_BROKEN + 1 };

struct fault_type {
    enum fault_kind kind;
    const char *code; /* "bill.not_found" */
    const char *text; /* "There is no bill {id}." */
    bool keeps;       /* what was written before this refusal stands: a failed sign-in is counted */
};
struct param { const char *name; struct str text; };
#define PARAM(n, s) ((struct param){ (n), (s) })
#define PARAM_INT(arena, n, v) ((struct param){ (n), str_from_int(arena, v) })

struct fault {
    const struct fault_type *type;
    struct str field; /* the input at fault, "lines[2].price", or absent */
    const struct param *params;
    size_t param_count;
    const char *detail; /* for the log only: a driver's words; never shown to a stranger */
    struct fault *next; /* the next thing wrong with the same input */
};

CHECKED struct fault *fault_new(struct arena *arena, const struct fault_type *type, const char *field,
                                const struct param *params, size_t param_count);
/* FAULT(arena, &bill_not_found, "id", PARAM("id", text)) */
#define FAULT(arena, type, field, ...)                                                            \
    fault_new(arena, type, field, (const struct param[]){ { 0 } __VA_OPT__(, ) __VA_ARGS__ } + 1, \
              ARRAY_LENGTH(((const struct param[]){ { 0 } __VA_OPT__(, ) __VA_ARGS__ })) - 1)
/* Adds `more` behind what is there already; either may be NULL. All problems of one input at once. */
CHECKED struct fault *fault_join(struct fault *first, struct fault *more);
/* Puts "lines[2]." before the field of each fault of the list. */
void fault_within(struct arena *arena, struct fault *faults, struct str prefix);

enum language { ENGLISH = 1, DUTCH };
/* The sentence with its parameters filled in. */
struct str fault_text(struct arena *arena, const struct fault *fault, enum language language);
/* The Dutch of an English text of ours, from po/nl.po, or the English itself where there is none. */
struct str translate(enum language language, const char *english);
/* A value of a sentence as its reader writes it: "2026-11-20" is "20 november 2026", "EUR 1250.00" is "€ 1.250,00", "1250.00" is
 * "1.250,00"; what is something else stays as it is. */
struct str text_say(struct arena *arena, enum language language, struct str value);
/* Fills {name} by the parameter of that name. */
struct str text_fill(struct arena *arena, struct str pattern, const struct param *params, size_t count);

/* The one macro in the house that returns for you. */
#define TRY(call)                      \
    do {                               \
        struct fault *fault_ = (call); \
        if (fault_) return fault_;     \
    } while (0)

extern const struct fault_type input_invalid; /* used by all who read from outside */
extern const struct fault_type input_too_large;
