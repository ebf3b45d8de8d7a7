/* Shared by the files of room portal. */
#pragma once
#include "portal/portal.h"

#define T(text) text /* a sentence for people that is no refusal; tools/check_po.py sees it */
#define PORTAL_PERMISSION "portal.supplier"

typedef struct { int64_t n; } portal_access_id;
typedef struct { int64_t n; } portal_session_id;

struct portal_access {
    portal_access_id id;
    party_id party_id;
    struct str kind; /* "supplier" */
    struct str email, language, secret_hash;
    int64_t invited_by;
    struct instant invited_at, expires_at, used_at;
    int64_t use_count;
    struct instant ended_at;
    int64_t ended_by;
};
extern const struct record portal_access_record;

/* By id, or since when. */
struct portal_key { int64_t id; struct str hash; int64_t of_company_id; struct instant since_at; };
extern const struct record portal_key_record;
#define PORTAL_KEY(...) GIVEN(portal_key, (&(const struct portal_key){ __VA_ARGS__ }))

/* How often something was done in the last hour; refuses portal_too_often from `most` on. */
enum { PORTAL_UPLOADS_AN_HOUR = 60, PORTAL_OPENINGS_AN_HOUR = 60, PORTAL_FILE_MAX = 20 << 20 };
CHECKED struct fault *portal_check_rate(struct work *work, const struct sql *sql, const struct portal_key *key, int64_t most);
