#include "test.h"
#include "access/access_private.h"

DB_TEST(access_keeps_duties_apart)
{
    test_begin(work);
    expect_done(access_duty(work, "bill", 5, "bill.enter"));
    expect_done(access_duty(work, "bill", 5, "bill.code"));
    expect_done(access_duty(work, "bill", 6, "bill.approve"));
    (void)expect_refused(&access_duty_apart, access_duty(work, "bill", 5, "bill.approve"));
    (void)expect_refused(&access_duty_apart, access_duty(work, "bill", 6, "bill.enter"));
    work->user_id = 2;
    expect_done(access_duty(work, "bill", 5, "bill.approve"));
    work->user_id = 0;
    expect_done(access_duty(work, "bill", 5, "bill.enter")); /* the program decides nothing, so it has no duties */
    db_rollback(work);
}

DB_TEST(access_patterns)
{
    static const char *const names[] = { "audit.read", "bill.approve", "bill.enter", "bill.read", "ledger.read" };
    const struct operations operations = { .permissions = names, .permission_count = ARRAY_LENGTH(names) };
    struct permissions p = { 0 };
    access_expand(&operations, STR("!bill.approve *.read bill.*"), &p);
    const bool expected[] = { true, false, true, true, true };
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) expect_int(expected[i], permissions_hold(&p, (int)i));
    struct permissions none = { 0 };
    access_expand(&operations, STR("bill ledger"), &none);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) expect(!permissions_hold(&none, (int)i));
}

TEST(access_passwords)
{
    struct str hash = password_hash(arena, STR("correct horse battery"));
    expect(password_is(hash, STR("correct horse battery")));
    expect(!password_is(hash, STR("correct horse batter")));
    expect(!password_is((struct str){ 0 }, STR("")));
    (void)expect_refused(&access_weak_password, password_check_strength(arena, STR("short"), STR("a@b.nl")));
    (void)expect_refused(&access_weak_password, password_check_strength(arena, STR("aaaaaaaaaaaaaaaa"), STR("a@b.nl")));
    (void)expect_refused(&access_weak_password,
                         password_check_strength(arena, STR("Somebody@example.nl"), STR("somebody@example.nl")));
    expect_done(password_check_strength(arena, STR("correct horse battery"), STR("a@b.nl")));
}
