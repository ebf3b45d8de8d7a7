#include "app/app.h"
#include "outbox/outbox.h"
#include "access/access.h"
#include "archive/archive.h"
#include "bank/bank.h"
#include "ledger/ledger.h"
#include "party/party.h"

/* Every room's table, in the order of rooms.txt. */
void app_operations(struct arena *arena, struct operations *out)
{
    const struct operation_table *const rooms[] = {
        &operation_operations_table, &outbox_operations_table, &access_sessions, &access_people, &access_companies, &archive_documents,
        &ledger_entries, &ledger_items, &ledger_charts, &ledger_proofs, &party_parties, &party_bank_accounts,
        &bank_operations,
    };
    struct operation_table *tables = ARENA_ARRAY(arena, struct operation_table, ARRAY_LENGTH(rooms));
    for (size_t i = 0; i < ARRAY_LENGTH(rooms); i++) tables[i] = *rooms[i];
    operations_prepare(arena, tables, ARRAY_LENGTH(rooms), out);
}
