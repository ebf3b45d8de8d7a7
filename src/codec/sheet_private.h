/* Between the two readers of tables. */
#pragma once
#include "codec/sheet.h"

CHECKED struct fault *sheet_read_csv(struct arena *arena, struct str bytes, const struct sheet_limits *limits,
                                     struct sheet *out);
CHECKED struct fault *sheet_read_xlsx(struct arena *arena, struct str bytes, const struct sheet_limits *limits,
                                      struct sheet *out);
/* Copies the cells; refuses more rows than the limits allow. */
CHECKED struct fault *sheet_add_row(struct arena *arena, const struct sheet_limits *limits, struct sheet *out, uint32_t number,
                                    const struct cell *cells, size_t count);
CHECKED struct fault *sheet_too_large(struct arena *arena, const char *limit);
