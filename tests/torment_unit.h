/* tests/torment.c: around each DB_TEST. */
#pragma once
struct books;
void torment_unit_open(struct books *books, const char *place);
void torment_unit_close(void);
