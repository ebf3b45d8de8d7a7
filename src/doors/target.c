#include "doors/target.h"
#include <ctype.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool percent_decode(struct arena *arena, struct str text, bool plus_is_space, struct str *out)
{
    bool plain = true;
    for (size_t i = 0; i < text.length; i++) plain &= text.at[i] != '%' && text.at[i] != '+';
    if (plain) {
        *out = text;
        return str_is_utf8(text);
    }
    char *z = arena_alloc(arena, text.length + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        if (c == '%') {
            int high = i + 2 < text.length ? hex_digit(text.at[i + 1]) : -1;
            int low = i + 2 < text.length ? hex_digit(text.at[i + 2]) : -1;
            if (high < 0 || low < 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) c = ' ';
        z[n++] = c;
    }
    *out = (struct str){ z, n };
    return str_is_utf8(*out);
}

bool query_parse(struct arena *arena, struct str query, struct pair *pairs, size_t *count, bool *too_many)
{
    *too_many = false;
    while (query.length) {
        struct str value, name, part = str_cut(query, '&', &query);
        if (!part.length) continue;
        if (*count == PAIRS_MAX) return *too_many = true, false;
        name = str_cut(part, '=', &value);
        if (!value.at) value = STR("");
        struct pair *pair = &pairs[*count];
        if (!percent_decode(arena, name, true, &pair->name) || !percent_decode(arena, value, true, &pair->text)) return false;
        ++*count;
    }
    return true;
}

/* "q=0.8" in thousandths; 1000 when it isn't said. */
static int weight_of(struct str parameters)
{
    while (parameters.length) {
        struct str part = str_trim(str_cut(parameters, ';', &parameters));
        if (!str_starts(part, "q=") || part.length < 3) continue;
        int weight = part.at[2] == '1' ? 1000 : 0, digit = 100;
        for (size_t i = 4; i < part.length && i < 7; i++, digit /= 10)
            if (isdigit((unsigned char)part.at[i])) weight += (part.at[i] - '0') * digit;
        return weight > 1000 ? 1000 : weight;
    }
    return 1000;
}

enum language accept_language(struct str header)
{
    int dutch = 0, english = 0;
    while (header.length) {
        struct str parameters, part = str_cut(header, ',', &header);
        struct str tag = str_trim(str_cut(part, ';', &parameters)), primary = str_cut(tag, '-', &(struct str){ 0 });
        int weight = weight_of(parameters);
        if (str_equal_caseless(primary, STR("nl")) && weight > dutch) dutch = weight;
        if (str_equal_caseless(primary, STR("en")) && weight > english) english = weight;
    }
    if (!dutch && !english) return 0;
    return dutch > english ? DUTCH : ENGLISH;
}

struct str cookie_find(struct str header, const char *name)
{
    while (header.length) {
        struct str value, part = str_trim(str_cut(header, ';', &header)), found = str_cut(part, '=', &value);
        if (value.at && str_is(found, name)) return value;
    }
    return (struct str){ 0 };
}

struct str bearer_find(struct str header)
{
    struct str token, scheme = str_cut(str_trim(header), ' ', &token);
    if (!token.at || !str_equal_caseless(scheme, STR("Bearer"))) return (struct str){ 0 };
    return str_trim(token);
}

static bool caseless_is(struct str s, const char *z) { return str_equal_caseless(s, str_of(z)); }

bool media_type_is(struct str header, const char *media_type)
{
    return caseless_is(str_trim(str_cut(header, ';', &(struct str){ 0 })), media_type);
}

bool accepts_coding(struct str header, const char *coding)
{
    while (header.length) {
        struct str parameters, part = str_cut(header, ',', &header);
        if (caseless_is(str_trim(str_cut(part, ';', &parameters)), coding)) return weight_of(parameters) > 0;
    }
    return false;
}

bool accepts_media(struct str header, const char *media_type) { return accepts_coding(header, media_type); }

bool request_id_is_sane(struct str id)
{
    for (size_t i = 0; i < id.length; i++)
        if (!isalnum((unsigned char)id.at[i]) && !strchr("._-", id.at[i])) return false;
    return id.length >= 8 && id.length <= 64;
}
