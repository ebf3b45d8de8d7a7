/* Where the generated rules (data/rules) become code. */
#include "einvoice/rules.h"
#include "einvoice_rules.h"

const struct rule_tables rule_tables = {
    rule_rows, ARRAY_LENGTH(rule_rows), rule_shows, rule_contexts, rule_profiles, ARRAY_LENGTH(rule_profiles), RULE_MEMOS,
};
