/* An authenticator of our own, in software: makes a key, and says and signs what a real one would. */
#pragma once
#include "base/base.h"
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

enum { SOFT_ES256 = -7, SOFT_EDDSA = -8, SOFT_RS256 = -257 };
struct soft { EVP_PKEY *key; int algorithm; uint8_t id[16], flags; uint32_t count; };

static inline struct soft soft_make(int algorithm)
{
    struct soft soft = { .algorithm = algorithm, .flags = 5 }; /* present, verified */
    random_bytes(soft.id, sizeof soft.id);
    if (algorithm == SOFT_ES256) soft.key = EVP_EC_gen("P-256");
    else if (algorithm == SOFT_RS256) soft.key = EVP_RSA_gen(2048);
    else soft.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    ensure(soft.key);
    return soft;
}

static inline void soft_head(struct text *text, int major, uint64_t value)
{
    if (value < 24) text_add_char(text, (char)(major << 5 | (int)value));
    else if (value < 256) text_add_char(text, (char)(major << 5 | 24)), text_add_char(text, (char)value);
    else text_add_char(text, (char)(major << 5 | 25)), text_add_char(text, (char)(value >> 8)), text_add_char(text, (char)value);
}
static inline void soft_int(struct text *text, int64_t value)
{
    soft_head(text, value < 0, value < 0 ? (uint64_t)(-1 - value) : (uint64_t)value);
}
static inline void soft_bytes(struct text *text, const void *at, size_t length)
{
    soft_head(text, 2, length);
    text_add_bytes(text, at, length);
}

static inline void soft_number(struct text *text, const struct soft *soft, const char *name)
{
    BIGNUM *number = NULL;
    uint8_t bytes[512];
    ensure(EVP_PKEY_get_bn_param(soft->key, name, &number));
    int length = soft->algorithm == SOFT_ES256 ? 32 : BN_num_bytes(number);
    ensure(BN_bn2binpad(number, bytes, length) == length);
    soft_bytes(text, bytes, (size_t)length);
    BN_free(number);
}

/* The public key as COSE. */
static inline struct str soft_cose(struct arena *arena, const struct soft *soft)
{
    struct text text = text_new(arena);
    bool ec = soft->algorithm == SOFT_ES256, rsa = soft->algorithm == SOFT_RS256;
    soft_head(&text, 5, ec ? 5 : 4);
    soft_int(&text, 1), soft_int(&text, ec ? 2 : rsa ? 3 : 1);
    soft_int(&text, 3), soft_int(&text, soft->algorithm);
    if (rsa) {
        soft_int(&text, -1), soft_number(&text, soft, OSSL_PKEY_PARAM_RSA_N);
        soft_int(&text, -2), soft_number(&text, soft, OSSL_PKEY_PARAM_RSA_E);
        return text_str(&text);
    }
    soft_int(&text, -1), soft_int(&text, ec ? 1 : 6);
    soft_int(&text, -2);
    if (ec) {
        soft_number(&text, soft, OSSL_PKEY_PARAM_EC_PUB_X);
        soft_int(&text, -3), soft_number(&text, soft, OSSL_PKEY_PARAM_EC_PUB_Y);
    } else {
        uint8_t raw[32];
        size_t length = sizeof raw;
        ensure(EVP_PKEY_get_raw_public_key(soft->key, raw, &length));
        soft_bytes(&text, raw, length);
    }
    return text_str(&text);
}

static inline struct str soft_data(struct arena *arena, struct soft *soft, const char *rp_id, bool with_key)
{
    struct text text = text_new(arena);
    uint8_t hash[32];
    sha256(rp_id, strlen(rp_id), hash);
    text_add_bytes(&text, hash, sizeof hash);
    text_add_char(&text, (char)(soft->flags | (with_key ? 64 : 0)));
    for (int shift = 24; shift >= 0; shift -= 8) text_add_char(&text, (char)(soft->count >> shift));
    if (with_key) {
        text_add_bytes(&text, (uint8_t[16]){ 0 }, 16);
        text_add_char(&text, 0), text_add_char(&text, (char)sizeof soft->id);
        text_add_bytes(&text, soft->id, sizeof soft->id);
        text_add(&text, soft_cose(arena, soft));
    }
    return text_str(&text);
}

static inline struct str soft_attestation(struct arena *arena, struct soft *soft, const char *rp_id)
{
    struct text text = text_new(arena);
    struct str data = soft_data(arena, soft, rp_id, true);
    soft_head(&text, 5, 3);
    soft_head(&text, 3, 3), text_addz(&text, "fmt"), soft_head(&text, 3, 4), text_addz(&text, "none");
    soft_head(&text, 3, 7), text_addz(&text, "attStmt"), soft_head(&text, 5, 0);
    soft_head(&text, 3, 8), text_addz(&text, "authData"), soft_bytes(&text, data.at, data.length);
    return text_str(&text);
}

static inline struct str soft_client(struct arena *arena, const char *type, struct str challenge, const char *origin)
{
    return str_format(arena, "{\"type\":\"%s\",\"challenge\":\"%.*s\",\"origin\":\"%s\",\"crossOrigin\":false}", type,
                      STR_ARG(challenge), origin);
}

static inline struct str soft_sign(struct arena *arena, const struct soft *soft, struct str data, struct str client)
{
    struct text text = text_new(arena);
    uint8_t hash[32], signature[600];
    size_t length = sizeof signature;
    sha256(client.at, client.length, hash);
    text_add(&text, data);
    text_add_bytes(&text, hash, sizeof hash);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ensure(EVP_DigestSignInit(context, NULL, soft->algorithm == SOFT_EDDSA ? NULL : EVP_sha256(), NULL, soft->key) == 1);
    ensure(EVP_DigestSign(context, signature, &length, (const unsigned char *)text.at, text.length) == 1);
    EVP_MD_CTX_free(context);
    return str_copy(arena, (const char *)signature, length);
}
