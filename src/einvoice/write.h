/* The writers' shared part: private to this room. A group is opened only when something is written in it, so that an absent
 * value leaves no empty element and nobody has to ask first. */
#pragma once
#include "codec/xml.h"
#include "einvoice/einvoice.h"

struct einvoice_writer { struct arena *arena; struct xml_writer xml; const char *pending[24]; size_t pending_count; };
void write_group(struct einvoice_writer *writer, const char *name);
void write_end(struct einvoice_writer *writer); /* of the innermost group */
void write_here(struct einvoice_writer *writer); /* the group stays, even when nothing stands in it */
void write_text(struct einvoice_writer *writer, const char *name, struct str text);
/* One element with up to two attributes; absent ones are left out. */
struct write_attribute {
    const char *name;
    struct str value;
};
void write_with(struct einvoice_writer *writer, const char *name, struct str text, struct write_attribute first,
                struct write_attribute second);
void write_id(struct einvoice_writer *writer, const char *name, struct einvoice_id id);
void write_number(struct einvoice_writer *writer, const char *name, struct einvoice_number number);
struct str write_decimal(struct arena *arena, struct decimal value, struct str raw); /* the value, else what stood there */

/* GROUP(writer, "cac:Party") statement: what the statement writes stands in the group. */
#define GROUP(w, name) GROUP_NUMBERED(w, name, __COUNTER__)
#define GROUP_NUMBERED(w, name, n) GROUP_NAMED(w, name, n)
#define GROUP_NAMED(w, name, n) for (bool once##n = (write_group(w, name), true); once##n; once##n = (write_end(w), false))
