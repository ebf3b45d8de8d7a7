#include "record/record.h"

/* OWASP "CSV injection": a sheet runs a cell that begins with one of these, behind spaces too, and in the wide forms of Asian keyboards. */
static bool would_run(const struct field *f, struct str s)
{
    static const char *const wide[] = { "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0" }; /* = + - @ */
    while (s.length && s.at[0] == ' ') s = str_part(s, 1, s.length);
    if (f->type != FIELD_TEXT || !s.length) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(wide); i++)
        if (str_starts(s, wide[i])) return true;
    return memchr("=+-@\t\r", s.at[0], 6);
}

static void add_cell(struct text *t, struct str s, bool guard)
{
    bool quote = guard;
    for (size_t i = 0; i < s.length && !quote; i++) quote = memchr(",;\"\r\n", s.at[i], 5) != NULL;
    if (!quote) {
        text_add(t, s);
        return;
    }
    text_add_char(t, '"');
    if (guard) text_add_char(t, '\'');
    for (size_t i = 0; i < s.length; i++) {
        if (s.at[i] == '"') text_add_char(t, '"');
        text_add_char(t, s.at[i]);
    }
    text_add_char(t, '"');
}

void record_add_csv_head(struct text *t, const struct record *record)
{
    bool first = true;
    for (size_t i = 0; i < record->count; i++) {
        if (!record_is_flat(&record->fields[i])) continue;
        if (!first) text_add_char(t, ',');
        first = false;
        text_add(t, field_json_name(&record->fields[i]));
    }
    text_addz(t, "\r\n");
}

void record_add_csv(struct text *t, struct given given)
{
    bool first = true;
    for (size_t i = 0; i < given.record->count; i++) {
        const struct field *f = &given.record->fields[i];
        if (!record_is_flat(f)) continue;
        if (!first) text_add_char(t, ',');
        first = false;
        struct str s = field_to_text(t->arena, given.record, f, given.at);
        add_cell(t, s, would_run(f, s));
    }
    text_addz(t, "\r\n");
}
