/* Text within XML or HTML. */
#pragma once
#include "base/base.h"

/* Adds `s` with & < > " ' escaped; what is no character of XML 1.0 is left out; bytes that are no UTF-8 become "?". */
void add_escaped(struct text *text, struct str s);
