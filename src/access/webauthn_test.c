#include "test.h"
#include "access/webauthn.h"
#include "authenticator.h"

static const struct webauthn_place place = { STR_INIT("florin.example.nl"), STR_INIT("https://florin.example.nl") };
static const char rp_id[] = "florin.example.nl", origin[] = "https://florin.example.nl";

TEST(webauthn_places)
{
    static const struct { const char *url, *rp_id, *origin; } good[] = {
        { "https://Florin.Example.nl", "florin.example.nl", "https://florin.example.nl" },
        { "https://florin.example.nl:8443", "florin.example.nl", "https://florin.example.nl:8443" },
        { "http://localhost:8080", "localhost", "http://localhost:8080" },
    };
    static const char *const bad[] = {
        "", "http://127.0.0.1:8080", "https://192.0.2.7", "http://florin.example.nl", "https://[::1]:8080", "ftp://x.nl"
    };
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
        struct webauthn_place found;
        expect(webauthn_place_of(arena, str_of(good[i].url), &found));
        expect_str(good[i].rp_id, found.rp_id);
        expect_str(good[i].origin, found.origin);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        expect(!webauthn_place_of(arena, str_of(bad[i]), &(struct webauthn_place){ 0 }));
}

TEST(webauthn_client_data)
{
    struct str client = soft_client(arena, "webauthn.get", STR("abc"), origin);
    expect_str("abc", webauthn_challenge(arena, &place, WEBAUTHN_GET, client));
    expect(!webauthn_challenge(arena, &place, WEBAUTHN_CREATE, client).at);
    expect(!webauthn_challenge(arena, &place, WEBAUTHN_GET,
                               soft_client(arena, "webauthn.get", STR("abc"), "https://florin.example.nl.evil.nl"))
                .at);
    expect(!webauthn_challenge(arena, &place, WEBAUTHN_GET, STR("{\"type\":7}")).at);
    expect(!webauthn_challenge(arena, &place, WEBAUTHN_GET, STR("no json")).at);
    expect(
        !webauthn_challenge(
             arena, &place, WEBAUTHN_GET,
             STR("{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"https://florin.example.nl\",\"crossOrigin\":true}"))
             .at);
}

TEST(webauthn_keys_of_three_kinds)
{
    static const int kinds[] = { SOFT_ES256, SOFT_EDDSA, SOFT_RS256 };
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        struct soft soft = soft_make(kinds[i]);
        struct webauthn_key key, shown;
        const char *wrong = webauthn_register(arena, &place, soft_attestation(arena, &soft, rp_id), &key);
        expect_str("", str_of(wrong ? wrong : ""));
        expect_int(16, key.credential_id.length);
        expect(!memcmp(soft.id, key.credential_id.at, 16));
        soft.count = 7;
        soft.flags |= 16;
        struct str client = soft_client(arena, "webauthn.get", STR("c"), origin), data = soft_data(arena, &soft, rp_id, false);
        struct str signature = soft_sign(arena, &soft, data, client);
        expect(!webauthn_assert(arena, &place, key.public_key, client, data, signature, &shown));
        expect_int(7, shown.sign_count);
        expect(shown.is_backed_up);
        /* One bit of anything that is signed, or of the signature. */
        struct str parts[] = { client, data, signature };
        for (size_t k = 0; k < ARRAY_LENGTH(parts); k++) {
            struct str bent[3] = { client, data, signature };
            bent[k] = str_copy(arena, parts[k].at, parts[k].length);
            ((char *)(uintptr_t)bent[k].at)[parts[k].length - 1] ^= 1;
            expect(webauthn_assert(arena, &place, key.public_key, bent[0], bent[1], bent[2], &shown));
        }
        struct soft other = soft_make(kinds[i]);
        expect(webauthn_assert(arena, &place, soft_cose(arena, &other), client, data, signature, &shown));
        EVP_PKEY_free(other.key);
        EVP_PKEY_free(soft.key);
    }
}

TEST(webauthn_refuses)
{
    struct soft soft = soft_make(SOFT_ES256);
    struct webauthn_key key;
    expect_str("it is for another place",
               str_of(webauthn_register(arena, &place, soft_attestation(arena, &soft, "evil.nl"), &key)));
    soft.flags = 1; /* present only */
    expect_str("the authenticator did not verify its user",
               str_of(webauthn_register(arena, &place, soft_attestation(arena, &soft, rp_id), &key)));
    soft.flags = 5;
    struct str whole = soft_attestation(arena, &soft, rp_id);
    for (size_t length = 0; length < whole.length; length++)
        expect(webauthn_register(arena, &place, str_part(whole, 0, length), &key));
    /* A point that is not on the curve, a hundred maps in each other, a map that promises more than there is, one without end. */
    struct str bent = str_copy(arena, whole.at, whole.length);
    ((char *)(uintptr_t)bent.at)[whole.length - 1] ^= 1;
    expect(webauthn_register(arena, &place, bent, &key));
    struct text deep = text_new(arena);
    for (int i = 0; i < 100; i++) text_add_bytes(&deep, "\xa1\x01", 2);
    text_add_char(&deep, 1);
    expect(webauthn_register(arena, &place, text_str(&deep), &key));
    expect(webauthn_register(arena, &place, (struct str){ "\xbb\x7f\xff\xff\xff\xff\xff\xff\xff", 9 }, &key));
    expect(webauthn_register(arena, &place, (struct str){ "\xbf\x01\x01\xff", 4 }, &key));
    EVP_PKEY_free(soft.key);
}
