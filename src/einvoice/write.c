#include "einvoice/write.h"

void write_group(struct einvoice_writer *w, const char *name)
{
    ensure(w->pending_count < ARRAY_LENGTH(w->pending));
    w->pending[w->pending_count++] = name;
}

void write_end(struct einvoice_writer *w)
{
    if (w->pending_count) w->pending_count--;
    else xml_close(&w->xml);
}

static void open_pending(struct einvoice_writer *w)
{
    for (size_t i = 0; i < w->pending_count; i++) xml_open(&w->xml, w->pending[i]);
    w->pending_count = 0;
}

void write_here(struct einvoice_writer *w)
{
    if (!w->pending_count) return;
    open_pending(w);
    xml_text(&w->xml, STR(""));
}

void write_with(struct einvoice_writer *w, const char *name, struct str text, struct write_attribute first,
                struct write_attribute second)
{
    if (!text.length) return;
    open_pending(w);
    xml_open(&w->xml, name);
    if (first.value.length) xml_attribute(&w->xml, first.name, first.value);
    if (second.value.length) xml_attribute(&w->xml, second.name, second.value);
    xml_text(&w->xml, text);
    xml_close(&w->xml);
}

void write_text(struct einvoice_writer *w, const char *name, struct str text)
{
    const struct write_attribute none = { NULL, { 0 } };
    write_with(w, name, text, none, none);
}

void write_id(struct einvoice_writer *w, const char *name, struct einvoice_id id)
{
    write_with(w, name, id.value, (struct write_attribute){ "schemeID", id.scheme },
               (struct write_attribute){ "schemeVersionID", id.scheme_version });
}

struct str write_decimal(struct arena *arena, struct decimal value, struct str raw)
{
    return value.present ? decimal_format(arena, value) : raw;
}

void write_number(struct einvoice_writer *w, const char *name, struct einvoice_number number)
{
    write_text(w, name, write_decimal(w->arena, number.value, number.raw));
}
