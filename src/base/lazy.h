/* Libraries loaded when they are first called (docs/decisions/0006; the list: tools/lazy_libraries.txt). Calls look as always. */
#pragma once
#include "base/base.h"

struct lazy_function { const char *name; unsigned library; };
/* Made at build by tools/lazy_stubs.py. Each library's name stands behind LAZY_MARK, by which packaging finds it in the program. */
#define LAZY_MARK "lazy-library:"
extern const char *const lazy_libraries[];
extern const size_t lazy_library_count;
extern const struct lazy_function lazy_functions[];
extern void *lazy_slots[]; /* where each function is */

/* Called by a stub that has no function yet. A library that is not there: says so on stderr and ends the program with 70 (as the loader
 * would have done at the start). */
void *lazy_find(uint32_t function);
/* Loads `library` ("libpq.so.5"); a sentence when that cannot be done, else absent. */
struct str lazy_load(struct arena *arena, const char *library);
/* Loads all of them: what is missing is known before it is needed. One sentence a library. */
struct str lazy_load_all(struct arena *arena);
