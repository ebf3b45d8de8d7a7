#include "paper/pdf_private.h"

bool pdf_is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0; }
static bool is_delimiter(char c) { return c && strchr("()<>[]{}/%", c) != NULL; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool more(const struct pdf_cursor *c) { return c->here < c->bytes.length; }
static char look(const struct pdf_cursor *c, size_t ahead)
{
    return c->here + ahead < c->bytes.length ? c->bytes.at[c->here + ahead] : 0;
}

void pdf_skip_space(struct pdf_cursor *c)
{
    while (more(c)) {
        if (look(c, 0) == '%')
            while (more(c) && look(c, 0) != '\n' && look(c, 0) != '\r') c->here++;
        else if (pdf_is_space(look(c, 0))) c->here++;
        else return;
    }
}

static int hex_digit(char c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static struct str parse_name(struct pdf_cursor *c)
{
    size_t from = ++c->here;
    bool escaped = false;
    for (; more(c) && !pdf_is_space(look(c, 0)) && !is_delimiter(look(c, 0)); c->here++) escaped |= look(c, 0) == '#';
    struct str raw = str_part(c->bytes, from, c->here - from);
    if (!escaped) return raw;
    struct text text = text_new(c->arena);
    for (size_t i = 0; i < raw.length; i++) {
        int high = i + 2 < raw.length && raw.at[i] == '#' ? hex_digit(raw.at[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(raw.at[i + 2]) : -1;
        if (low >= 0) i += 2;
        text_add_char(&text, low >= 0 ? (char)(high * 16 + low) : raw.at[i]);
    }
    return text_str(&text);
}

/* What follows a backslash within ( ), 7.3.4.2. */
static void parse_escape(struct pdf_cursor *c, struct text *text)
{
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    char e = look(c, 0);
    c->here++;
    const char *known = e ? strchr(from, e) : NULL;
    if (known) {
        text_add_char(text, to[known - from]);
    } else if (e >= '0' && e <= '7') {
        int value = e - '0';
        for (int i = 0; i < 2 && look(c, 0) >= '0' && look(c, 0) <= '7'; i++, c->here++)
            value = value * 8 + look(c, 0) - '0';
        text_add_char(text, (char)value);
    } else if (e == '\r') {
        if (look(c, 0) == '\n') c->here++;
    } else if (e != '\n') {
        text_add_char(text, e);
    }
}

static bool parse_literal(struct pdf_cursor *c, struct str *out)
{
    struct text text = text_new(c->arena);
    c->here++;
    for (int depth = 1; more(c);) {
        char at = look(c, 0);
        c->here++;
        if (at == '\\') {
            parse_escape(c, &text);
            continue;
        }
        if (at == '(') depth++;
        if (at == ')' && --depth == 0) return *out = text_str(&text), true;
        text_add_char(&text, at);
    }
    return false;
}

static bool parse_hex(struct pdf_cursor *c, struct str *out)
{
    struct text text = text_new(c->arena);
    int held = -1;
    for (c->here++; more(c); c->here++) {
        int digit = hex_digit(look(c, 0));
        if (look(c, 0) == '>') {
            c->here++;
            if (held >= 0) text_add_char(&text, (char)(held * 16));
            return *out = text_str(&text), true;
        }
        if (digit < 0 && !pdf_is_space(look(c, 0))) return false;
        if (digit < 0) continue;
        if (held >= 0) text_add_char(&text, (char)(held * 16 + digit));
        held = held >= 0 ? -1 : digit;
    }
    return false;
}

/* Digits only; false when there are none or too many. */
static bool parse_digits(struct pdf_cursor *c, int64_t *out)
{
    size_t from = c->here;
    int64_t value = 0;
    for (; is_digit(look(c, 0)) && c->here - from < 17; c->here++) value = value * 10 + (look(c, 0) - '0');
    *out = value;
    return c->here > from && !is_digit(look(c, 0));
}

static bool parse_number(struct pdf_cursor *c, struct pdf_value *v)
{
    bool negative = look(c, 0) == '-';
    if (negative || look(c, 0) == '+') c->here++;
    bool whole = parse_digits(c, &v->number);
    if (negative) v->number = -v->number;
    v->kind = PDF_INT;
    if (look(c, 0) == '.' || !whole) { /* a real, or a whole number nobody means: its value is not used */
        size_t from = c->here;
        while (is_digit(look(c, 0)) || look(c, 0) == '.' || look(c, 0) == '-') c->here++;
        v->kind = PDF_REAL;
        return whole || c->here > from;
    }
    size_t back = c->here;
    int64_t generation;
    if (!negative && pdf_is_space(look(c, 0))) {
        pdf_skip_space(c);
        if (parse_digits(c, &generation) && pdf_is_space(look(c, 0))) {
            pdf_skip_space(c);
            if (look(c, 0) == 'R' &&
                (pdf_is_space(look(c, 1)) || is_delimiter(look(c, 1)) || c->here + 1 == c->bytes.length)) {
                c->here++;
                v->kind = PDF_REF;
                return true;
            }
        }
    }
    c->here = back;
    return true;
}

static bool parse_word(struct pdf_cursor *c, const char *word)
{
    size_t length = strlen(word);
    if (!str_is(str_part(c->bytes, c->here, length), word)) return false;
    c->here += length;
    return true;
}

static struct pdf_value *parse_depth(struct pdf_cursor *c, int depth);

static bool parse_items(struct pdf_cursor *c, struct pdf_value *holder, bool dict, int depth)
{
    struct pdf_value **end = &holder->first;
    for (;;) {
        pdf_skip_space(c);
        if (!more(c)) return false;
        if (dict && look(c, 0) == '>' && look(c, 1) == '>') return c->here += 2, true;
        if (!dict && look(c, 0) == ']') return c->here++, true;
        struct str key = { 0 };
        if (dict) {
            if (look(c, 0) != '/') return false;
            key = parse_name(c);
        }
        struct pdf_value *item = parse_depth(c, depth + 1);
        if (!item) return false;
        item->key = key;
        *end = item;
        end = &item->next;
    }
}

static struct pdf_value *parse_depth(struct pdf_cursor *c, int depth)
{
    if (depth > PDF_DEPTH_MOST || ++c->nodes > PDF_NODES_MOST) return NULL;
    pdf_skip_space(c);
    struct pdf_value *v = ARENA_NEW(c->arena, struct pdf_value);
    char at = look(c, 0);
    if (at == '/') {
        v->kind = PDF_NAME;
        v->text = parse_name(c);
        return v;
    }
    if (at == '(') return v->kind = PDF_STRING, parse_literal(c, &v->text) ? v : NULL;
    if (at == '<' && look(c, 1) == '<')
        return c->here += 2, v->kind = PDF_DICT, parse_items(c, v, true, depth) ? v : NULL;
    if (at == '<') return v->kind = PDF_STRING, parse_hex(c, &v->text) ? v : NULL;
    if (at == '[') return c->here++, v->kind = PDF_ARRAY, parse_items(c, v, false, depth) ? v : NULL;
    if (is_digit(at) || at == '-' || at == '+' || at == '.') return parse_number(c, v) ? v : NULL;
    v->kind = PDF_BOOL;
    if (parse_word(c, "true")) return v->number = 1, v;
    if (parse_word(c, "false")) return v;
    v->kind = PDF_NULL;
    return parse_word(c, "null") ? v : NULL;
}

struct pdf_value *pdf_parse(struct pdf_cursor *c)
{
    c->nodes = 0;
    return parse_depth(c, 0);
}

struct pdf_value *pdf_key(const struct pdf_value *dict, const char *key)
{
    if (!dict || dict->kind != PDF_DICT) return NULL;
    for (struct pdf_value *v = dict->first; v; v = v->next)
        if (str_is(v->key, key)) return v;
    return NULL;
}
