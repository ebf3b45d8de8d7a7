/* Tests of a room stand beside it in src/<room>/<room>_test.c. A TEST runs once and gets a fresh arena. A DB_TEST runs on
 * SQLite and, where FLORIN_TEST_POSTGRES names a server, on PostgreSQL (`name@sqlite`, `name@postgres`). All tests of a
 * process share its books; each gets a fresh arena, a company of its own and a `work`: user 1, 1 March 2025 12:00 UTC,
 * English, `system`, no transaction open. Run some: build/…/unit NAME-PART… */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "base/fault.h"

struct work;
void test_register(const char *name, void (*run)(struct arena *arena));
void test_register_db(const char *name, void (*run)(struct work *work));

#define TEST(name)                                                                                        \
    static void test_##name(struct arena *arena);                                                         \
    __attribute__((constructor)) static void register_##name(void) { test_register(#name, test_##name); } \
    static void test_##name(__attribute__((unused)) struct arena *arena)
#define DB_TEST(name)                                                                                        \
    static void test_##name(struct work *work);                                                              \
    __attribute__((constructor)) static void register_##name(void) { test_register_db(#name, test_##name); } \
    static void test_##name(__attribute__((unused)) struct work *work)

#define expect(condition) assert_true(condition)
#define expect_int(a, b) expect_int_((int64_t)(a), (int64_t)(b), __FILE__, __LINE__)
#define expect_str(z, s) expect_str_(z, s, __FILE__, __LINE__)
#define expect_done(call) expect_done_(call, __FILE__, __LINE__)
#define expect_refused(type, call) expect_refused_(type, call, __FILE__, __LINE__)
void expect_int_(int64_t expected, int64_t got, const char *file, int line);
void expect_str_(const char *expected, struct str got, const char *file, int line);
void expect_done_(struct fault *fault, const char *file, int line);
struct fault *expect_refused_(const struct fault_type *type, struct fault *fault, const char *file, int line);

/* Of a DB_TEST. */
struct books;
struct books *test_books(void);
void test_begin(struct work *work);  /* a transaction; a writing one unless work->reading */
void test_commit(struct work *work); /* what a test leaves open is rolled back and fails it */

/* The bytes of a file; the test fails when it isn't there. */
struct str test_file(struct arena *arena, const char *path);
/* The data beside the project, or NULL where there is none (then the test says so and stops: `if (!shared) return`).
 * With FLORIN_SHARED_REQUIRED set, as in CI, its absence fails. */
const char *test_shared(void);
