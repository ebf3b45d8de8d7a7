/* Any bytes as a PDF: the invoice inside is found, or the file is refused; never more than the limits allow. */
#include "paper/hybrid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct str xml = { 0 };
    enum paper_hybrid_kind kind = 0;
    struct fault *fault = paper_hybrid_xml(arena, (struct str){ (const char *)data, size }, &xml, &kind);
    ensure(fault ? !xml.at : (kind == PAPER_NOT_HYBRID) == !xml.at);
    arena_free(arena);
    return 0;
}
