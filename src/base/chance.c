#include "base/base.h"
#include <openssl/evp.h>
#include <sodium.h>

/* xoshiro256** (Blackman, Vigna), seeded by splitmix64; repeatable on every machine. */
struct rng rng_new(uint64_t seed)
{
    struct rng rng;
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        rng.state[i] = z ^ (z >> 31);
    }
    return rng;
}

static uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t rng_next(struct rng *rng)
{
    uint64_t *s = rng->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

int64_t rng_between(struct rng *rng, int64_t from, int64_t to)
{
    ensure(from <= to);
    uint64_t span = (uint64_t)to - (uint64_t)from + 1;
    return span ? (int64_t)((uint64_t)from + rng_next(rng) % span) : (int64_t)rng_next(rng);
}

bool rng_chance(struct rng *rng, int permille) { return rng_between(rng, 0, 999) < permille; }

void random_bytes(void *at, size_t count)
{
    ensure(sodium_init() >= 0);
    randombytes_buf(at, count);
}

/* A long one by OpenSSL, which has the processor's own instructions; a short one without the time that takes to begin. */
void sha256(const void *at, size_t length, uint8_t out[32])
{
    enum { LONG = 4096 };
    bool done = length >= LONG ? EVP_Digest(at, length, out, NULL, EVP_sha256(), NULL) == 1
                               : crypto_hash_sha256(out, at, length) == 0;
    ensure(done);
}

struct str hex_text(struct arena *arena, const uint8_t *at, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char *z = arena_alloc(arena, length * 2 + 1);
    for (size_t i = 0; i < length; i++) z[2 * i] = digits[at[i] >> 4], z[2 * i + 1] = digits[at[i] & 15];
    return (struct str){ z, length * 2 };
}

bool hex_parse(struct str text, uint8_t *out, size_t length)
{
    size_t got = 0;
    if (text.length != length * 2) return false;
    return sodium_hex2bin(out, length, text.at, text.length, NULL, &got, NULL) == 0 && got == length;
}

struct str base64_text(struct arena *arena, const void *at, size_t length)
{
    size_t room = sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_ORIGINAL);
    char *z = arena_alloc(arena, room);
    sodium_bin2base64(z, room, at, length, sodium_base64_VARIANT_ORIGINAL);
    return (struct str){ z, strlen(z) };
}

bool base64_parse(struct arena *arena, struct str text, struct str *out)
{
    size_t room = text.length / 4 * 3 + 4, got = 0;
    unsigned char *z = arena_alloc(arena, room);
    if (sodium_base642bin(z, room, text.at ? text.at : "", text.length, " \t\r\n", &got, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    *out = (struct str){ (const char *)z, got };
    return true;
}
