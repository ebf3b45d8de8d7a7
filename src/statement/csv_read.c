#include "statement/statement_private.h"
struct fault *csv_read(struct sink *sink, struct statement_source source) { (void)source; return FAULT(sink->keep, &statement_unknown, NULL); }
bool csv_knows(struct str head) { (void)head; return false; }
