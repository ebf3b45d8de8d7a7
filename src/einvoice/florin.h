/* Florin's own checks (FL-…), private to this room: on the neutral invoice, so for every syntax alike. */
#pragma once
#include "einvoice/rules.h"

/* term: the standard's number of what is wrong; value: as written. */
typedef void florin_say(void *context, const char *rule, uint32_t node, const char *term, struct str value);
void florin_judge(struct rule_run *run, const struct einvoice *invoice, florin_say *report, void *context);
