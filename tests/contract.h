/* Holds a reply against the OpenAPI description of what was asked: a subset of JSON Schema 2020-12 (type, enum, required,
 * properties, additionalProperties, items, minimum/maximum, lengths, $ref into components, the formats date, date-time and
 * decimal). What an object's schema does not name is refused in replies even where a client must accept it: we know better. */
#pragma once
#include "base/base.h"
#include <jansson.h>

/* `path` as it was asked, below /api/v1, without its query. Absent text: the reply fits; else what doesn't. */
struct str contract_check(struct arena *arena, json_t *openapi, const char *method, struct str path, int status,
                          struct str media_type, struct str body);
struct str contract_schema_check(struct arena *arena, json_t *openapi, json_t *schema, json_t *value,
                                 const char *where);
