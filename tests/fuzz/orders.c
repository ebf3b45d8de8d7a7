/* Any bytes as a file of payment orders: refused, or read within its bounds. */
#include "sepa/sepa.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct order_file file;
    size_t orders = 0;
    if (!orders_read(arena, (struct str){ (const char *)at, length }, &file)) {
        for (size_t i = 0; i < file.groups.count; i++) orders += file.groups.at[i].orders.count;
        ensure(orders == file.order_count && file.groups.count);
    }
    arena_free(arena);
    return 0;
}
