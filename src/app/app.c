#include "app/app.h"
#include "outbox/outbox.h"

/* Every room's table, in the order of rooms.txt. */
void app_operations(struct arena *arena, struct operations *out)
{
    const struct operation_table *const rooms[] = {
        &operation_operations_table,
        &outbox_operations_table,
    };
    struct operation_table *tables = ARENA_ARRAY(arena, struct operation_table, ARRAY_LENGTH(rooms));
    for (size_t i = 0; i < ARRAY_LENGTH(rooms); i++) tables[i] = *rooms[i];
    operations_prepare(arena, tables, ARRAY_LENGTH(rooms), out);
}
