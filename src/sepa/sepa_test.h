/* A batch that is right, for tests to break; and a look for a fault by its field. */
#pragma once
#include "test.h"
#include "codec/xml.h"
#include "sepa/sepa.h"

#define CREATED ((struct instant){ INT64_C(1795348800000000) }) /* 2026-11-22T12:00:00Z */

static inline bool fault_has(const struct fault *faults, const struct fault_type *type, const char *field)
{
    for (const struct fault *f = faults; f; f = f->next)
        if (f->type == type && str_is(f->field, field)) return true;
    for (const struct fault *f = faults; f; f = f->next) print_error("has %s [%.*s]\n", f->type->code, STR_ARG(f->field));
    return false;
}

static inline size_t fault_count(const struct fault *faults)
{
    size_t n = 0;
    for (; faults; faults = faults->next) n++;
    return n;
}

/* The document against the official schema; nothing where ../shared isn't. */
static inline void expect_schema(struct arena *arena, struct str xml, const char *schema)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct fault *f = xml_check_schema(arena, xml, str_format(arena, "%s/data/xsd/pain/%s.xsd", shared, schema).at);
    if (f) print_error("%.*s\n", STR_ARG(str_part(xml, 0, 20000)));
    expect_done(f);
}
