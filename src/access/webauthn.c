#include "access/webauthn.h"
#include <cbor.h>
#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>

enum { CLIENT_DATA_MAX = 4096, ATTESTATION_MAX = 65536, DEPTH_MAX = 6, CREDENTIAL_MAX = 1023 };
enum { USER_PRESENT = 1, USER_VERIFIED = 4, BACKED_UP = 16, HAS_KEY = 64 };
enum { ALG_ES256 = -7, ALG_EDDSA = -8, ALG_RS256 = -257 };
enum { DATA_HEAD = 37, AAGUID = 16 };

/* ---- Where we are ---- */

static bool is_ip_address(struct str host)
{
    if (str_find(host, ":") >= 0 || str_starts(host, "[")) return true;
    for (size_t i = 0; i < host.length; i++)
        if ((host.at[i] < '0' || host.at[i] > '9') && host.at[i] != '.') return false;
    return true;
}

bool webauthn_place_of(struct arena *arena, struct str public_url, struct webauthn_place *place)
{
    bool secure = str_starts(public_url, "https://"), plain = str_starts(public_url, "http://");
    if (!secure && !plain) return false;
    struct str rest = str_part(public_url, secure ? 8 : 7, public_url.length), path, port;
    rest = str_cut(rest, '/', &path);
    struct str host = str_lower(arena, rest.length && rest.at[0] == '[' ? rest : str_cut(rest, ':', &port));
    if (!host.length || is_ip_address(host) || (plain && !str_is(host, "localhost"))) return false;
    place->rp_id = host;
    place->origin = str_format(arena, "%s://%.*s", secure ? "https" : "http", STR_ARG(str_lower(arena, rest)));
    return true;
}

/* ---- What the browser says ---- */

struct str webauthn_challenge(struct arena *arena, const struct webauthn_place *place, enum webauthn_kind kind,
                              struct str client_data)
{
    struct str challenge = { 0 };
    if (!client_data.length || client_data.length > CLIENT_DATA_MAX) return challenge;
    json_t *json = json_loadb(client_data.at, client_data.length, JSON_REJECT_DUPLICATES, NULL);
    const char *type = json_string_value(json_object_get(json, "type")),
               *origin = json_string_value(json_object_get(json, "origin"));
    json_t *said = json_object_get(json, "challenge");
    bool right = type && !strcmp(type, kind == WEBAUTHN_CREATE ? "webauthn.create" : "webauthn.get") && origin &&
                 str_is(place->origin, origin) && !json_is_true(json_object_get(json, "crossOrigin"));
    if (right && json_is_string(said)) challenge = str_copy(arena, json_string_value(said), json_string_length(said));
    json_decref(json);
    return challenge;
}

/* ---- CBOR ---- */

struct scan { const uint8_t *at; size_t length, used; };

static bool scan_head(struct scan *scan, unsigned *major, uint64_t *value)
{
    if (scan->used >= scan->length) return false;
    uint8_t first = scan->at[scan->used++], small = first & 31;
    size_t bytes = small < 24 ? 0 : (size_t)1 << (small - 24);
    *major = first >> 5;
    *value = small;
    if (small > 27 || scan->length - scan->used < bytes) return false; /* 31: without a length, which CTAP2 forbids */
    if (bytes) *value = 0;
    for (size_t i = 0; i < bytes; i++) *value = *value << 8 | scan->at[scan->used++];
    return true;
}

/* One item of the kind authenticators write: lengths given and within the bytes there are, shallow, no tags. What passes is
 * small enough for libcbor to take at its word. */
static bool scan_item(struct scan *scan, int depth)
{
    unsigned major;
    uint64_t value;
    if (depth > DEPTH_MAX || !scan_head(scan, &major, &value)) return false;
    size_t left = scan->length - scan->used;
    switch (major) {
    case 0:
    case 1: return true;
    case 2:
    case 3: return value <= left && (scan->used += (size_t)value, true);
    case 4:
    case 5:
        if (value > left) return false;
        for (uint64_t i = 0; i < value * (major - 3); i++)
            if (!scan_item(scan, depth + 1)) return false;
        return true;
    case 7: return true;
    default: return false;
    }
}

/* NULL: none. *used: how many bytes it took. Freed by cbor_decref. */
static cbor_item_t *cbor_read(struct str bytes, size_t *used)
{
    struct scan scan = { (const uint8_t *)bytes.at, bytes.length, 0 };
    struct cbor_load_result result;
    if (!bytes.length || !scan_item(&scan, 0)) return NULL;
    cbor_item_t *item = cbor_load((const uint8_t *)bytes.at, scan.used, &result);
    *used = scan.used;
    return item;
}

static cbor_item_t *map_find(const cbor_item_t *map, const char *name, int64_t number)
{
    if (!map || !cbor_isa_map(map)) return NULL;
    const struct cbor_pair *pairs = cbor_map_handle(map);
    for (size_t i = 0; i < cbor_map_size(map); i++) {
        const cbor_item_t *key = pairs[i].key;
        if (name ? cbor_isa_string(key) && cbor_string_is_definite(key) &&
                       str_is((struct str){ (const char *)cbor_string_handle(key), cbor_string_length(key) }, name)
                 : (number >= 0 ? cbor_isa_uint(key) && cbor_get_int(key) == (uint64_t)number
                                : cbor_isa_negint(key) && cbor_get_int(key) == (uint64_t)(-1 - number)))
            return pairs[i].value;
    }
    return NULL;
}

static struct str map_bytes(struct arena *arena, const cbor_item_t *map, const char *name, int64_t number)
{
    const cbor_item_t *item = map_find(map, name, number);
    if (!item || !cbor_isa_bytestring(item) || !cbor_bytestring_is_definite(item)) return (struct str){ 0 };
    return str_copy(arena, (const char *)cbor_bytestring_handle(item), cbor_bytestring_length(item));
}

/* 0: not there, or far from any number we know. */
static int64_t map_number(const cbor_item_t *map, int64_t number)
{
    const cbor_item_t *item = map_find(map, NULL, number);
    if (!item || !(cbor_isa_uint(item) || cbor_isa_negint(item)) || cbor_get_int(item) > 100000) return 0;
    int64_t value = (int64_t)cbor_get_int(item);
    return cbor_isa_uint(item) ? value : -1 - value;
}

/* ---- Keys ---- */

static EVP_PKEY *key_from(OSSL_PARAM_BLD *build, const char *type)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    if (!context || !params || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        key = NULL;
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *key_p256(struct str x, struct str y)
{
    uint8_t point[65] = { 4 };
    if (x.length != 32 || y.length != 32) return NULL;
    memcpy(point + 1, x.at, 32);
    memcpy(point + 33, y.at, 32);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
        key = key_from(build, "EC");
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *key_rsa(struct str modulus, struct str exponent)
{
    if (modulus.length < 256 || modulus.length > 1024 || !exponent.length || exponent.length > 4) return NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn((const unsigned char *)modulus.at, (int)modulus.length, NULL);
    BIGNUM *e = BN_bin2bn((const unsigned char *)exponent.at, (int)exponent.length, NULL);
    EVP_PKEY *key = NULL;
    if (build && n && e && BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
        key = key_from(build, "RSA");
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return key;
}

/* *digest: NULL for EdDSA, which hashes by itself. */
static EVP_PKEY *key_of(struct arena *arena, struct str cose, const EVP_MD **digest)
{
    size_t used;
    cbor_item_t *map = cbor_read(cose, &used);
    int64_t type = map_number(map, 1), algorithm = map_number(map, 3), curve = map_number(map, -1);
    struct str x = map_bytes(arena, map, NULL, -2);
    EVP_PKEY *key = NULL;
    *digest = EVP_sha256();
    if (type == 2 && algorithm == ALG_ES256 && curve == 1) key = key_p256(x, map_bytes(arena, map, NULL, -3));
    else if (type == 3 && algorithm == ALG_RS256) key = key_rsa(map_bytes(arena, map, NULL, -1), x);
    else if (type == 1 && algorithm == ALG_EDDSA && curve == 6 && x.length == 32) {
        key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)x.at, x.length);
        *digest = NULL;
    }
    if (map) cbor_decref(&map);
    return key;
}

static bool signature_holds(struct arena *arena, struct str cose, struct str text, struct str signature)
{
    const EVP_MD *digest;
    EVP_PKEY *key = key_of(arena, cose, &digest);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool holds = key && context && signature.length && EVP_DigestVerifyInit(context, NULL, digest, NULL, key) == 1 &&
                 EVP_DigestVerify(context, (const unsigned char *)signature.at, signature.length,
                                  (const unsigned char *)text.at, text.length) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return holds;
}

/* ---- What the authenticator says ---- */

static const char *data_head(const struct webauthn_place *place, struct str data, uint8_t *flags, struct webauthn_key *key)
{
    uint8_t hash[32];
    if (data.length < DATA_HEAD) return "the authenticator's data is cut off";
    const uint8_t *at = (const uint8_t *)data.at;
    sha256(place->rp_id.at, place->rp_id.length, hash);
    if (sodium_memcmp(hash, at, sizeof hash)) return "it is for another place";
    *flags = at[32];
    if (!(*flags & USER_PRESENT) || !(*flags & USER_VERIFIED)) return "the authenticator did not verify its user";
    key->is_backed_up = *flags & BACKED_UP;
    key->sign_count = (int64_t)((uint32_t)at[33] << 24 | (uint32_t)at[34] << 16 | (uint32_t)at[35] << 8 | at[36]);
    return NULL;
}

static const char *data_key(struct arena *arena, struct str data, struct webauthn_key *key)
{
    const uint8_t *at = (const uint8_t *)data.at + DATA_HEAD + AAGUID;
    const EVP_MD *digest;
    if (data.length < DATA_HEAD + AAGUID + 2) return "the credential is cut off";
    size_t length = (size_t)at[0] << 8 | at[1], before = DATA_HEAD + AAGUID + 2, used;
    if (!length || length > CREDENTIAL_MAX || data.length - before < length) return "the credential's id is too long";
    key->credential_id = str_copy(arena, (const char *)at + 2, length);
    struct str rest = str_part(data, before + length, data.length);
    cbor_item_t *cose = cbor_read(rest, &used);
    if (!cose) return "the key is no CBOR";
    cbor_decref(&cose);
    key->public_key = str_copy(arena, rest.at, used);
    EVP_PKEY *usable = key_of(arena, key->public_key, &digest);
    EVP_PKEY_free(usable);
    return usable ? NULL : "the key is of a kind we do not know";
}

const char *webauthn_register(struct arena *arena, const struct webauthn_place *place, struct str attestation,
                              struct webauthn_key *key)
{
    size_t used;
    uint8_t flags;
    *key = (struct webauthn_key){ 0 };
    if (attestation.length > ATTESTATION_MAX) return "the attestation is too large";
    cbor_item_t *map = cbor_read(attestation, &used);
    struct str data = map_bytes(arena, map, "authData", 0);
    if (map) cbor_decref(&map);
    const char *wrong = data_head(place, data, &flags, key);
    if (wrong) return wrong;
    return flags & HAS_KEY ? data_key(arena, data, key) : "there is no key in it";
}

const char *webauthn_assert(struct arena *arena, const struct webauthn_place *place, struct str public_key,
                            struct str client_data, struct str authenticator_data, struct str signature,
                            struct webauthn_key *key)
{
    uint8_t flags, hash[32];
    *key = (struct webauthn_key){ 0 };
    if (authenticator_data.length > ATTESTATION_MAX || signature.length > 2048) return "it is too large";
    const char *wrong = data_head(place, authenticator_data, &flags, key);
    if (wrong) return wrong;
    struct text text = text_new(arena);
    sha256(client_data.at, client_data.length, hash);
    text_add(&text, authenticator_data);
    text_add_bytes(&text, hash, sizeof hash);
    return signature_holds(arena, public_key, text_str(&text), signature) ? NULL : "the signature is not right";
}
