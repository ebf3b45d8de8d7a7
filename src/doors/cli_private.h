/* Between the files of the command-line door. */
#pragma once
#include "doors/doors.h"

bool field_is_flat(const struct field *field); /* one that fits a cell: not bytes, JSON, a record or a list */
/* Rows as an aligned table; numbers to the right. */
void table_print(FILE *out, struct arena *arena, const struct record *row, const struct any_list *rows);
/* One struct as "name  value" lines. */
void struct_print(FILE *out, struct arena *arena, struct given given);
