/* A table from whatever bytes: what comes out is UTF-8 within the limits, twice the same. */
#include "codec/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sheet_limits limits = { 5000, 50, 4096, (size_t)4 << 20 };
    static struct arena *arena;
    if (!arena) arena = arena_new((size_t)1 << 30);
    arena_reset(arena);
    struct sheet sheet, again;
    struct str bytes = str_copy(arena, (const char *)data, size);
    struct fault *fault = sheet_read(arena, bytes, &limits, &sheet);
    if (fault) return 0;
    ensure(sheet.rows.count <= limits.rows && sheet.columns <= limits.columns);
    fault = sheet_read(arena, bytes, &limits, &again);
    ensure(!fault && again.rows.count == sheet.rows.count);
    for (size_t i = 0; i < sheet.rows.count; i++)
        for (size_t k = 0; k < sheet.rows.at[i].count; k++) {
            struct str text = sheet.rows.at[i].cells[k].text;
            ensure(text.length <= limits.cell_bytes);
            ensure(str_equal(text, again.rows.at[i].cells[k].text));
        }
    return 0;
}
