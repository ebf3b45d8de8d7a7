/* florin read of what is neither an invoice nor a statement: files of payments, their answers, audit files. */
#include "app/app_own.h"
#include "app/app_json.h"
#include "sepa/sepa.h"

/* What an XML is about, by the namespace of its root within the first 4 KiB (without the zero bytes of UTF-16). */
static bool names(struct arena *arena, struct str bytes, const char *mark)
{
    struct text plain = text_new(arena);
    for (size_t i = 0; i < bytes.length && plain.length < 4096; i++)
        if (bytes.at[i]) text_add_char(&plain, bytes.at[i]);
    return str_find(text_str(&plain), mark) >= 0;
}

struct fault *own_read_other(struct arena *arena, struct str bytes, struct text *out, bool *known)
{
    *known = true;
    if (names(arena, bytes, ":xsd:pain.001.") || names(arena, bytes, ":xsd:pain.008.")) {
        struct order_file file;
        TRY(orders_read(arena, bytes, &file));
        text_addz(out, "{\"payment_orders\":");
        shape_add_json(out, &order_file_shape, &file);
    } else if (names(arena, bytes, ":xsd:pain.002.")) {
        struct status_report report;
        TRY(pain002_read(arena, bytes, &report));
        text_addz(out, "{\"payment_status\":");
        shape_add_json(out, &status_report_shape, &report);
    } else if (names(arena, bytes, "auditfiles.nl/XAF/") || names(arena, bytes, "XmlauditfileXAF")) {
        text_addz(out, "{\"audit_file\":");
        TRY(xaf_add_json(arena, out, bytes));
    } else {
        *known = false;
        return NULL;
    }
    text_add_char(out, '}');
    return NULL;
}
