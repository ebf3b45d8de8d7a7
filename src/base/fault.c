#include "base/fault.h"
#include "translations.h" /* generated from po/nl.po: sorted { english, dutch } */

const struct fault_type input_invalid = { FAULT_INVALID, "input.invalid", "This is not valid: {why}." };
const struct fault_type input_too_large = { FAULT_LIMIT, "input.too_large", "This is too large: at most {limit}." };

struct fault *fault_new(struct arena *arena, const struct fault_type *type, const char *field,
                        const struct param *params, size_t param_count)
{
    struct fault *f = ARENA_NEW(arena, struct fault);
    struct param *kept = ARENA_ARRAY(arena, struct param, param_count ? param_count : 1);
    for (size_t i = 0; i < param_count; i++)
        kept[i] = (struct param){ params[i].name, str_keep(arena, params[i].text) };
    f->type = type;
    f->field = field ? str_copy(arena, field, strlen(field)) : (struct str){ 0 };
    f->params = kept;
    f->param_count = param_count;
    return f;
}

struct fault *fault_join(struct fault *first, struct fault *more)
{
    if (!first) return more;
    struct fault *last = first;
    while (last->next) last = last->next;
    last->next = more;
    return first;
}

void fault_within(struct arena *arena, struct fault *faults, struct str prefix)
{
    for (struct fault *f = faults; f; f = f->next)
        f->field = f->field.length ? str_format(arena, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(f->field)) : prefix;
}

static int compare_english(const void *key, const void *row)
{
    return strcmp(key, ((const struct translation *)row)->english);
}

struct str translate(enum language language, const char *english)
{
    const struct translation *found = NULL;
    if (language == DUTCH)
        found = bsearch(english, translations, translation_count, sizeof *translations, compare_english);
    return str_of(found ? found->dutch : english);
}

static struct str say_day(struct arena *arena, enum language language, struct date on)
{
    static const char *const months[][2] = {
        { "January", "januari" }, { "February", "februari" }, { "March", "maart" },
        { "April", "april" },     { "May", "mei" },           { "June", "juni" },
        { "July", "juli" },       { "August", "augustus" },   { "September", "september" },
        { "October", "oktober" }, { "November", "november" }, { "December", "december" }
    };
    return str_format(arena, "%d %s %d", date_day(on), months[date_month(on) - 1][language == DUTCH], date_year(on));
}

/* "-1250.00" with its thousands apart; false: no amount of two digits, or (`any`) no number at all. */
static bool say_amount(struct text *t, enum language language, struct str value, bool any)
{
    size_t sign = value.length && value.at[0] == '-', whole = sign;
    while (whole < value.length && value.at[whole] != '.') whole++;
    size_t behind = whole < value.length ? value.length - whole - 1 : 0;
    if (whole == sign || whole - sign > 15 || (any ? behind > 12 || (!behind && whole < value.length) : behind != 2))
        return false;
    for (size_t i = sign; i < value.length; i++)
        if (i != whole && (value.at[i] < '0' || value.at[i] > '9')) return false;
    if (sign) text_add_char(t, '-');
    for (size_t i = sign; i < whole; i++) {
        if (i > sign && (whole - i) % 3 == 0) text_add_char(t, language == DUTCH ? '.' : ',');
        text_add_char(t, value.at[i]);
    }
    if (behind) text_add_char(t, language == DUTCH ? ',' : '.');
    text_add(t, str_part(value, value.length - behind, value.length));
    return true;
}

struct str text_say(struct arena *arena, enum language language, struct str value)
{
    struct date on;
    struct text t = text_new(arena);
    if (value.length == 10 && date_parse(value, &on)) return say_day(arena, language, on);
    bool coined = value.length > 4 && value.at[3] == ' ';
    for (size_t i = 0; coined && i < 3; i++) coined = value.at[i] >= 'A' && value.at[i] <= 'Z';
    if (coined && str_starts(value, "EUR")) text_addz(&t, "€\xC2\xA0");
    else if (coined) text_addf(&t, "%.3s\xC2\xA0", value.at);
    return say_amount(&t, language, coined ? str_part(value, 4, value.length) : value, coined) ? text_str(&t) : value;
}

/* What a sentence names as a measure may have any decimals; anything else (a number of an invoice) is left as it is. */
static struct str say_param(struct arena *arena, enum language language, const struct param *param)
{
    static const char *const measures[] = { "percent", "rate", "quantity", "left", "count", "least", "most" };
    struct text t = text_new(arena);
    for (size_t i = 0; i < ARRAY_LENGTH(measures); i++)
        if (!strcmp(param->name, measures[i]) && say_amount(&t, language, param->text, true)) return text_str(&t);
    return text_say(arena, language, param->text);
}

struct str text_fill(struct arena *arena, struct str pattern, const struct param *params, size_t count)
{
    struct text t = text_new(arena);
    for (size_t i = 0; i < pattern.length;) {
        const char *close = pattern.at[i] == '{' ? memchr(pattern.at + i, '}', pattern.length - i) : NULL;
        struct str name = close ? str_part(pattern, i + 1, (size_t)(close - pattern.at) - i - 1) : (struct str){ 0 };
        size_t p = 0;
        while (close && p < count && !str_is(name, params[p].name)) p++;
        if (!close || p == count) {
            text_add_char(&t, pattern.at[i++]);
            continue;
        }
        text_add(&t, params[p].text);
        i += name.length + 2;
    }
    return text_str(&t);
}

struct str fault_text(struct arena *arena, const struct fault *fault, enum language language)
{
    struct param *said = ARENA_ARRAY(arena, struct param, fault->param_count + 1);
    for (size_t i = 0; i < fault->param_count; i++) {
        said[i] = fault->params[i];
        said[i].text = say_param(arena, language, &fault->params[i]);
    }
    return text_fill(arena, translate(language, fault->type->text), said, fault->param_count);
}
