/* Wrong tries: of a person, of an address nobody has, and from where they come. Each is counted although what was tried is refused
 * (access_wrong keeps), and each waits longer; who asks learns nothing of who is known here. */
#include "access/access_private.h"
#include "access.sql.h"

enum { PERSON_TRIES = 5, ADDRESS_TRIES = 30, DOUBLINGS_MAX = 10 };
#define LOCK_US (INT64_C(60) * 1000000)
#define ADDRESS_LOCK_MAX_US (INT64_C(3600) * 1000000)
#define FORGET_US DAY_US

const struct fault_type access_wrong = {
    FAULT_UNKNOWN_USER, "access.wrong",
    "This e-mail address, password or code is not right; each code works only once.", .keeps = true
};
const struct fault_type access_locked = { FAULT_LIMIT, "access.locked",
                                          "Too many wrong tries. Wait {minutes} minutes and try again.", .keeps = true };

struct sign_in_try {
    struct str key;
    int64_t failed_count;
    struct instant last_at, locked_until;
};
RECORD(sign_in_try, { FIELD(struct sign_in_try, key), FIELD(struct sign_in_try, failed_count), FIELD(struct sign_in_try, last_at),
                      FIELD(struct sign_in_try, locked_until) });

/* A minute, then two, four … */
static int64_t wait_us(int64_t failed, int64_t free_tries, int64_t most_us)
{
    if (failed < free_tries) return 0;
    int64_t doublings = failed - free_tries, wait = LOCK_US << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
    return wait < most_us ? wait : most_us;
}

static struct fault *until(struct work *work, struct instant locked_until)
{
    int64_t left = locked_until.us - work->now.us;
    if (left <= 0) return NULL;
    return FAULT(work->arena, &access_locked, NULL, PARAM_INT(work->arena, "minutes", (left + LOCK_US - 1) / LOCK_US));
}

static struct fault *try_find(struct work *work, struct str key, struct sign_in_try *found)
{
    bool there;
    *found = (struct sign_in_try){ .key = key };
    return db_find(work, &sql_sign_in_try_find, GIVEN(sign_in_try, found), INTO(sign_in_try, found), &there);
}

static struct fault *try_failed(struct work *work, struct str key, int64_t free_tries, int64_t most_us)
{
    struct sign_in_try one = { 0 };
    TRY(try_find(work, key, &one));
    if (work->now.us - one.last_at.us > FORGET_US) one.failed_count = 0;
    one.key = key;
    one.failed_count++;
    one.last_at = work->now;
    /* Not "until now" where nothing is to be waited for: a request that began a moment before this one would be told to wait, and its
     * answer would differ. */
    const int64_t wait = wait_us(one.failed_count, free_tries, most_us);
    one.locked_until.us = wait ? work->now.us + wait : 1;
    const struct sign_in_try old = { .key = key, .last_at = { work->now.us - FORGET_US } };
    TRY(db_run(work, &sql_sign_in_try_forget, GIVEN(sign_in_try, &old)));
    return db_run(work, &sql_sign_in_try_set, GIVEN(sign_in_try, &one));
}

/* IPv6: the first half, which is one line of a subscriber. */
static struct str address_key(struct work *work)
{
    struct str address = work->address;
    size_t colons = 0;
    for (size_t i = 0; i < address.length; i++)
        if (address.at[i] == ':' && ++colons == 4 && str_find(address, ".") < 0) address.length = i;
    return str_format(work->arena, "address %.*s", STR_ARG(str_part(address, 0, 64)));
}

static struct str email_key(struct work *work, struct str email)
{
    struct str hash = secret_hash(work->arena, email);
    return str_format(work->arena, "email %.*s", STR_ARG(hex_text(work->arena, (const uint8_t *)hash.at, hash.length)));
}

struct fault *guard_address_check(struct work *work)
{
    struct sign_in_try one;
    if (!work->address.length) return NULL; /* no wire: the command line, a job */
    TRY(try_find(work, address_key(work), &one));
    return until(work, one.locked_until);
}

struct fault *guard_address_failed(struct work *work)
{
    return work->address.length ? try_failed(work, address_key(work), ADDRESS_TRIES, ADDRESS_LOCK_MAX_US) : NULL;
}

struct fault *guard_stranger(struct work *work, struct str email)
{
    struct sign_in_try one;
    struct str key = email_key(work, email);
    TRY(try_find(work, key, &one));
    TRY(until(work, one.locked_until));
    TRY(try_failed(work, key, PERSON_TRIES, DAY_US));
    TRY(guard_address_failed(work));
    return FAULT(work->arena, &access_wrong, NULL);
}

struct fault *guard_person_check(struct work *work, const struct person *person)
{
    return until(work, person->locked_until);
}

struct fault *guard_person_failed(struct work *work, struct person *person)
{
    person->failed_count++;
    int64_t wait = wait_us(person->failed_count, PERSON_TRIES, DAY_US);
    if (wait) person->locked_until.us = work->now.us + wait;
    TRY(person_save(work, person));
    TRY(guard_address_failed(work));
    return FAULT(work->arena, &access_wrong, NULL);
}
