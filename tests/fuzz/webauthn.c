/* What an authenticator sends: CBOR, keys, client data. The first byte says which of the three is taken apart. */
#include "access/webauthn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct webauthn_place place = { STR_INIT("localhost"), STR_INIT("http://localhost:8080") };
    if (!size) return 0;
    struct arena *arena = arena_new((size_t)1 << 26);
    struct str rest = { (const char *)data + 1, size - 1 };
    struct webauthn_key key;
    if (data[0] % 3 == 0) {
        const char *wrong = webauthn_register(arena, &place, rest, &key);
        ensure(wrong || (key.credential_id.length && key.public_key.length && key.public_key.length <= size));
    } else if (data[0] % 3 == 1) {
        /* A key of any shape, with data that passes up to the signature. */
        uint8_t good[37] = { 0 };
        sha256("localhost", 9, good);
        good[32] = 5;
        ensure(webauthn_assert(arena, &place, rest, STR("{}"), (struct str){ (const char *)good, sizeof good },
                               str_part(rest, 0, 64), &key));
    } else {
        (void)webauthn_challenge(arena, &place, WEBAUTHN_GET, rest);
        (void)webauthn_place_of(arena, rest, &(struct webauthn_place){ 0 });
    }
    arena_free(arena);
    return 0;
}
