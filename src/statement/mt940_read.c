#include "statement/statement_private.h"
struct fault *mt940_read(struct sink *sink, struct statement_source source) { (void)source; return FAULT(sink->keep, &statement_unknown, NULL); }
