/* Between the files of this room. */
#pragma once
#include "operation/operation.h"

/* The row of what `operation` just did, inside its transaction; empties nothing. */
CHECKED struct fault *audit_write(struct work *work, const struct operation *operation);
/* The hash of the last row of the company at hand; absent: there is none. */
CHECKED struct fault *audit_last(struct work *work, struct str *hash);
/* What a row's hash is over. */
struct str audit_content(struct arena *arena, int64_t company_id, const struct audit_row *row);

/* Of an UPLOAD: the record it takes without the field `content`, which comes from the body. NULL: none. */
const struct record *operation_takes_beside_content(const struct operations *operations,
                                                    const struct operation *operation);

/* What was worked out before (figures.c): of what, and at which place of the audit trail. */
struct figure_key {
    bool is;
    uint8_t hash[32], trail[32];
};
CHECKED struct fault *figures_key_of(struct work *work, const struct operation *operation, const void *takes,
                                     struct figure_key *key);
struct str figures_find(struct work *work,
                        const struct figure_key *key); /* the answer as JSON; absent: it must be worked out */
void figures_keep(struct work *work, const struct figure_key *key, struct str json);
