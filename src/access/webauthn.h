/* WebAuthn (W3C, level 2) without its wire: what an authenticator made is checked, bytes in and facts out. Knows no database.
 *
 * Asked for: no attestation, user verification always. Keys: ES256, RS256, EdDSA (Ed25519). All bytes come from outside. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

struct webauthn_place { struct str rp_id, origin; }; /* "florin.example.nl", "https://florin.example.nl" */
/* Of the address people reach us by. False: no address, or one that passkeys do not work on (an IP address, http elsewhere than localhost). */
bool webauthn_place_of(struct arena *arena, struct str public_url, struct webauthn_place *place);

struct webauthn_key {
    struct str credential_id, public_key; /* the key as COSE */
    int64_t sign_count;                   /* 0: the authenticator does not count */
    bool is_backed_up;
};
enum webauthn_kind { WEBAUTHN_CREATE = 1, WEBAUTHN_GET };
/* What the browser says it signed: the challenge as it stands in it (borrowed of the arena); absent: it is not this kind, or of another place. */
struct str webauthn_challenge(struct arena *arena, const struct webauthn_place *place, enum webauthn_kind kind,
                              struct str client_data);
/* NULL: it holds; otherwise what does not, in words for a programmer. */
const char *webauthn_register(struct arena *arena, const struct webauthn_place *place, struct str attestation,
                              struct webauthn_key *key);
const char *webauthn_assert(struct arena *arena, const struct webauthn_place *place, struct str public_key,
                            struct str client_data, struct str authenticator_data, struct str signature,
                            struct webauthn_key *key);
