#include "codec/xml.h"

struct xml_writer xml_writer_new(struct arena *arena, bool indent)
{
    struct xml_writer w = { .text = text_new(arena), .indent = indent };
    text_addz(&w.text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    return w;
}

static void line(struct xml_writer *w)
{
    if (!w->indent) return;
    if (w->text.length && w->text.at[w->text.length - 1] != '\n') text_add_char(&w->text, '\n');
    for (size_t i = 0; i < w->depth; i++) text_addz(&w->text, "  ");
}

static void escape(struct text *t, struct str s, bool attribute)
{
    size_t from = 0;
    for (size_t i = 0; i < s.length; i++) {
        unsigned char c = (unsigned char)s.at[i];
        const char *as = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '\r' ? "&#13;" : NULL;
        if (attribute && c == '"') as = "&quot;";
        if (attribute && (c == '\n' || c == '\t')) as = c == '\n' ? "&#10;" : "&#9;";
        if (c < 0x20 && c != '\n' && c != '\t' && c != '\r') as = ""; /* XML 1.0 has no way to write it */
        if (!as) continue;
        text_add_bytes(t, s.at + from, i - from);
        text_addz(t, as);
        from = i + 1;
    }
    text_add_bytes(t, s.at + from, s.length - from);
}

static void end_tag_head(struct xml_writer *w)
{
    if (w->tag_open) text_add_char(&w->text, '>');
    w->tag_open = false;
}

void xml_open(struct xml_writer *w, const char *name)
{
    ensure(w->depth < ARRAY_LENGTH(w->open));
    end_tag_head(w);
    line(w);
    text_add_char(&w->text, '<');
    text_addz(&w->text, name);
    w->open[w->depth++] = name;
    w->tag_open = true;
    w->inline_text = false;
}

void xml_attribute(struct xml_writer *w, const char *name, struct str value)
{
    if (!value.at) return;
    ensure(w->tag_open);
    text_add_char(&w->text, ' ');
    text_addz(&w->text, name);
    text_addz(&w->text, "=\"");
    escape(&w->text, value, true);
    text_add_char(&w->text, '"');
}

void xml_text(struct xml_writer *w, struct str text)
{
    end_tag_head(w);
    escape(&w->text, text, false);
    w->inline_text = true;
}

void xml_close(struct xml_writer *w)
{
    ensure(w->depth > 0 && !w->tag_open); /* an empty element is refused by banks and by EN 16931 */
    w->depth--;
    if (!w->inline_text) line(w);
    text_addz(&w->text, "</");
    text_addz(&w->text, w->open[w->depth]);
    text_add_char(&w->text, '>');
    w->inline_text = false;
}

void xml_leaf(struct xml_writer *w, const char *name, struct str text)
{
    if (!text.length) return;
    xml_open(w, name);
    xml_text(w, text);
    xml_close(w);
}

struct str xml_done(struct xml_writer *w)
{
    ensure(w->depth == 0);
    text_add_char(&w->text, '\n');
    return text_str(&w->text);
}
