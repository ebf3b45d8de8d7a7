/* Any bytes as a number that a person typed: what is accepted is valid, and is accepted again as it came out. */
#include "sepa/sepa.h"

static void agree(struct fault *fault, bool valid, struct str first, struct fault *again, struct str second)
{
    if (fault) return;
    ensure(valid && !again && str_equal(first, second));
}

#define BOTH_WAYS(parse, is_valid)                                      \
    do {                                                                \
        struct str one = { 0 }, two = { 0 };                            \
        struct fault *fault = parse(arena, typed, NULL, &one);          \
        struct fault *again = fault ? NULL : parse(arena, one, NULL, &two); \
        agree(fault, !fault && is_valid(one), one, again, two);         \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t length)
{
    struct arena *arena = arena_new((size_t)64 << 20);
    struct str typed = { (const char *)at, length > 4000 ? 4000 : length }, made;
    BOTH_WAYS(iban_parse, iban_is_valid);
    BOTH_WAYS(bic_parse, bic_is_valid);
    BOTH_WAYS(kvk_parse, kvk_is_valid);
    BOTH_WAYS(oin_parse, oin_is_valid);
    BOTH_WAYS(creditor_id_parse, creditor_id_is_valid);
    BOTH_WAYS(lei_parse, lei_is_valid);
    BOTH_WAYS(gtin_parse, gtin_is_valid);
    BOTH_WAYS(rf_parse, rf_is_valid);
    BOTH_WAYS(kenmerk_parse, kenmerk_is_valid);
    if (!vat_id_parse(arena, typed, STR("NL"), NULL, &made)) ensure(vat_id_is_valid(made));
    if (!rf_make(arena, typed, &made)) ensure(rf_is_valid(made));
    if (!kenmerk_make(arena, typed, &made)) ensure(kenmerk_is_valid(made));
    if (!kenmerk_make_short(arena, typed, &made)) ensure(kenmerk_is_valid(made));
    if (!iban_make(arena, STR("NL"), typed, &made)) ensure(iban_is_valid(made));
    (void)reference_guess(arena, typed);
    ensure(sepa_is_clean(sepa_clean(arena, typed)));
    arena_free(arena);
    return 0;
}
