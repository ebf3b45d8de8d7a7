/* Between the files of this room. */
#pragma once
#include "operation/operation.h"

/* The row of what `operation` just did, inside its transaction; empties nothing. */
CHECKED struct fault *audit_write(struct work *work, const struct operation *operation);
/* What a row's hash is over. */
struct str audit_content(struct arena *arena, int64_t company_id, const struct audit_row *row);

/* Of an UPLOAD: the record it takes without the field `content`, which comes from the body. NULL: none. */
const struct record *operation_takes_beside_content(const struct operations *operations,
                                                    const struct operation *operation);
