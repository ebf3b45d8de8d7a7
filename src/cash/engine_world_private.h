/* A small world for the tests of the matching engine: two payers and what they owe. */
#pragma once
#include "test.h"
#include "cash/cash_engine.h"
#include "cash/engine_private.h"

#define MAY_BE_UNUSED __attribute__((unused))

struct world { struct arena *arena; struct cash_engine *engine; int64_t line; };

MAY_BE_UNUSED static struct world world_new(struct arena *arena)
{
    return (struct world){ .arena = arena, .engine = cash_engine_new(arena, NULL), .line = 1000 };
}

MAY_BE_UNUSED static void party(struct world *w, int64_t id, const char *number, const char *name, const char *iban)
{
    struct str account = str_of(iban);
    struct cash_party p = { .id = id,
                            .number = str_of(number),
                            .name = str_of(name),
                            .country = "NL",
                            .ibans = &account,
                            .iban_count = iban ? 1 : 0 };
    cash_engine_party(w->engine, &p);
}

MAY_BE_UNUSED static void item(struct world *w, int64_t id, int64_t owner, const char *number, int32_t issued, int64_t amount)
{
    struct cash_item i = { .id = id,
                           .party = owner,
                           .number = str_of(number),
                           .currency = "EUR",
                           .issued_on = { issued },
                           .due_on = date_add_days((struct date){ issued }, 30),
                           .total_minor = amount,
                           .open_minor = amount,
                           .collect = CASH_TRANSFER };
    cash_engine_item(w->engine, &i);
}

MAY_BE_UNUSED static struct cash_line line(struct world *w, int32_t day, int64_t amount, const char *iban,
                                           const char *name, const char *text)
{
    return (struct cash_line){ .id = w->line++,
                               .booked_on = { day },
                               .amount_minor = amount,
                               .currency = "EUR",
                               .iban = str_of(iban),
                               .name = str_of(name),
                               .text = str_of(text) };
}

MAY_BE_UNUSED static const char *set_text(struct arena *arena, const struct cash_explanation *x)
{
    struct text out = text_new(arena);
    int64_t ids[64];
    size_t n = 0;
    for (size_t i = 0; i < x->allocation_count && n < ARRAY_LENGTH(ids); i++) {
        size_t j = n++;
        for (; j > 0 && ids[j - 1] > x->allocations[i].item; j--) ids[j] = ids[j - 1];
        ids[j] = x->allocations[i].item;
    }
    for (size_t i = 0; i < n; i++) text_addf(&out, "%s%lld", i ? " " : "", (long long)ids[i]);
    return text_str(&out).at ? text_str(&out).at : "";
}

MAY_BE_UNUSED static bool has_evidence(const struct cash_explanation *x, enum cash_evidence_kind kind)
{
    for (size_t i = 0; i < x->evidence_count; i++)
        if (x->evidence[i].kind == kind) return true;
    return false;
}

MAY_BE_UNUSED static enum cash_difference_kind difference(const struct cash_explanation *x)
{
    return x->difference_count ? x->differences[0].kind : 0;
}

#define BAKKER "NL91ABNA0417164300"
#define VISSER "NL20INGB0001234567"

/* Bakker's items: 11 … 16; Visser's: 21, 22. Numbers of five kinds, so that a text can only be right for the one meant. */
MAY_BE_UNUSED static void sample_items(struct world *w)
{
    party(w, 1, "10417", "Bakkerij Bakker B.V.", BAKKER);
    party(w, 2, "10555", "Visser Techniek B.V.", VISSER);
    item(w, 11, 1, "2025-00123", 20250301, 12100);
    item(w, 12, 1, "2025-00124", 20250302, 24200);
    item(w, 13, 1, "2025-00125", 20250303, 36300);
    item(w, 14, 1, "2025-00126", 20250304, 48411);
    item(w, 15, 1, "2025-00310", 20250310, 60523);
    item(w, 16, 1, "2024-09871", 20241120, 72607);
    item(w, 21, 2, "2025-00200", 20250305, 9999);
    item(w, 22, 2, "2025-00201", 20250306, 8888);
}
