/* Florin's own checks (FL-…), private to this room: on the neutral invoice, so for every syntax alike. */
#pragma once
#include "einvoice/rules.h"

/* term: the standard's number of what is wrong; value: as written. */
typedef void florin_say(void *context, const char *rule, uint32_t node, const char *term, struct str value);
/* without: those not to be made, as einvoice_own_choice gives them. */
void florin_judge(struct rule_run *run, const struct einvoice *invoice, uint64_t without, florin_say *report, void *context);
