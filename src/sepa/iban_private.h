/* What the number files of this room share. */
#pragma once
#include "sepa/iban.h"

/* Capitals; white space and the characters of `also_drop` taken away. Anything else stays, to be refused by its rule. */
struct str number_clean(struct arena *arena, struct str typed, const char *also_drop);
bool number_is_digits(struct str s);
/* ISO 7064 mod 97-10 of digits and capitals (A = 10 … Z = 35). -1: another character, or nothing. */
int number_mod97(struct str s);
/* The two check digits that make prefix + digits + rest right, when these stand behind `prefix` and count last. */
int number_check97(struct arena *arena, struct str rest, const char *prefix);
/* "4a10n": n digits, a capitals, c both; a capital of the shape stands for itself. */
bool number_fits(const char *shape, struct str s);
bool number_elfproef(struct str nine_digits); /* weights 9…2, −1; not all zero */
struct str number_in_fours(struct arena *arena, struct str s);
