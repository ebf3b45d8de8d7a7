/* Any bytes as an e-invoice: refused, or read and judged by every rule set; what was read equals itself. */
#include "einvoice/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct str bytes = { (const char *)at, length };
    struct einvoice *invoice;
    struct einvoice_report report;
    unsigned all =
        EINVOICE_EN16931 | EINVOICE_NLCIUS | EINVOICE_GACCOUNT | EINVOICE_PEPPOL | EINVOICE_XRECHNUNG | EINVOICE_FLORIN;
    struct fault *fault = einvoice_read(arena, bytes, &invoice);
    if (!fault)
        einvoice_judge(arena, invoice, (all & ~(unsigned)(EINVOICE_PEPPOL | EINVOICE_FLORIN)) | EINVOICE_SELF_BILLING,
                       &report);
    if (!fault) fault = einvoice_check(arena, bytes, all, &invoice, &report);
    if (!fault) {
        struct einvoice_differences differences = { 0 };
        einvoice_compare(arena, invoice, invoice, &differences);
        ensure(!differences.list.count);
        for (size_t i = 0; i < report.problems.count; i++)
            ensure(report.problems.at[i].path.length && report.problems.at[i].dutch.length);
    }
    (void)einvoice_sniff(bytes);
    arena_free(arena);
    return 0;
}
