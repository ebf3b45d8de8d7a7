/* Any bytes as a payment status report: refused or read, never more than the bounds promise. */
#include "sepa/sepa.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct status_report report;
    struct fault *fault = pain002_read(arena, (struct str){ (const char *)at, length }, &report);
    for (size_t i = 0; !fault && i < report.transactions.count; i++) {
        const struct status_transaction *t = &report.transactions.at[i];
        ensure(t->status && (t->group == SIZE_MAX || t->group < report.groups.count));
        ensure(!t->counter_name.at || str_is_utf8(t->counter_name));
    }
    for (; fault; fault = fault->next) ensure(fault_text(arena, fault, DUTCH).length);
    arena_free(arena);
    return 0;
}
