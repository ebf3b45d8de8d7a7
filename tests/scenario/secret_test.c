/* Secrets that must be read again are sealed with a key outside the database: neither its file, nor its log, nor a backup shows them;
 * the key is turned and lost, and there is a way on. */
#include "test.h"
#include "access/access_private.h"
#include "app/app_own.h"
#include "db/db.h"
#include <dirent.h>
#include <liboath/oath.h>
#include <sys/stat.h>
#include <unistd.h>

struct str totp_now(struct work *work, const char *base32); /* scene.c */
static const char password[] = "correct horse battery";

/* Books in a folder of their own, as a program has them. */
struct place { struct arena *arena; struct str folder; struct books *books; struct operations all; int64_t company, user; };

static struct work on(const struct place *p)
{
    struct work work = { .arena = p->arena,
                         .now = instant_now(),
                         .language = ENGLISH,
                         .system = true,
                         .company_id = p->company,
                         .user_id = p->user,
                         .source = STR("test") };
    work.today = instant_day(work.now);
    return work;
}

static struct fault *answered(const struct place *p, struct work *work, const char *command, const char *key,
                              struct str body, struct str *json)
{
    struct answer answer = { 0 };
    struct str verb, noun = str_cut(str_of(command), ' ', &verb);
    const struct request request = { .operation = operation_by_command(&p->all, noun, verb),
                                     .body = body,
                                     .idempotency_key = str_of(key) };
    TRY(operation_answer(work, p->books, &p->all, &request, &answer));
    *json = answer.json;
    return NULL;
}

static struct str said(const struct place *p, const char *command, const char *key, const char *body)
{
    struct str json = { 0 };
    struct work work = on(p);
    expect_done(answered(p, &work, command, key, str_of(body), &json));
    return json;
}

static struct str member(struct arena *arena, struct str json, const char *name)
{
    struct str before = str_format(arena, "\"%s\":\"", name);
    int64_t at = str_find(json, before.at);
    expect(at >= 0);
    return str_keep(arena, str_cut(str_part(json, (size_t)at + before.length, json.length), '"', &(struct str){ 0 }));
}

static bool folder_holds(const struct place *p, const void *what, size_t length)
{
    bool holds = false;
    DIR *d = opendir(p->folder.at);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.' || !strcmp(e->d_name, "florin.key")) continue;
        struct str bytes = test_file(p->arena, str_format(p->arena, "%s/%s", p->folder.at, e->d_name).at);
        holds |= memmem(bytes.at, bytes.length, what, length) != NULL;
    }
    closedir(d);
    return holds;
}

static struct place given_place(struct arena *arena)
{
    struct place p = { .arena = arena };
    char name[] = "/dev/shm/florin-secret-XXXXXX";
    expect(mkdtemp(name) != NULL);
    p.folder = str_copy(arena, name, strlen(name));
    app_operations(arena, &p.all);
    expect_done(books_open(arena, p.folder, &p.books));
    expect_done(books_migrate(arena, p.books));
    expect_done(app_seal(arena, p.books));
    struct work work = on(&p);
    struct str json;
    expect_done(answered(&p, &work, "company add", NULL,
                         STR("{\"name\":\"Proef\",\"country\":\"NL\",\"currency\":\"EUR\",\"language\":\"nl\"}"),
                         &json));
    p.company = work.company_id;
    struct str user = said(
        &p, "user add", NULL,
        str_format(arena,
                   "{\"email\":\"anna@example.nl\",\"name\":\"Anna\",\"role\":\"administrator\",\"password\":\"%s\"}",
                   password)
            .at);
    expect(str_to_int(str_cut(str_part(user, 6, 30), ',', &(struct str){ 0 }), &p.user));
    return p;
}

static void remove_place(struct place *p)
{
    books_close(p->books);
    DIR *d = opendir(p->folder.at);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') unlink(str_format(p->arena, "%s/%s", p->folder.at, e->d_name).at);
    closedir(d);
    expect_int(0, rmdir(p->folder.at));
}

static void open_again(struct place *p)
{
    books_close(p->books);
    p->books = NULL;
    expect_done(books_open(p->arena, p->folder, &p->books));
}

static struct str enrolled(struct place *p)
{
    struct str secret = member(p->arena, said(p, "me totp-start", NULL, "{}"), "secret");
    struct work work = on(p);
    said(p, "me totp-confirm", NULL, str_format(p->arena, "{\"code\":\"%.*s\"}", STR_ARG(totp_now(&work, secret.at))).at);
    return secret;
}

/* The next code: each works once. */
static struct fault *steps_up(struct place *p, struct str secret, int later)
{
    struct work work = on(p);
    work.now.us += later * INT64_C(31000000);
    return access_show_factor(&work, p->books, totp_now(&work, secret.at));
}

TEST(secrets_are_not_in_the_database)
{
    struct place p = given_place(arena);
    struct stat about;
    struct str key = str_format(arena, "%s/florin.key", p.folder.at), again;
    expect(!stat(key.at, &about) && (about.st_mode & 07777) == 0600 && about.st_size == 65);
    struct str secret = enrolled(&p),
               first = said(&p, "token add", "once", "{\"name\":\"t\",\"permissions\":\"*.read\",\"days\":3}"),
               token = member(arena, first, "token");
    char *raw = NULL;
    size_t raw_length = 0;
    expect_int(OATH_OK, oath_base32_decode(secret.at, secret.length, &raw, &raw_length));
    /* The same answer again, and nowhere in clear: database, its log, a backup of it. */
    again = said(&p, "token add", "once", "{\"name\":\"t\",\"permissions\":\"*.read\",\"days\":3}");
    expect(str_equal(first, again));
    expect_done(books_copy(arena, p.books, str_format(arena, "%s/backup", p.folder.at).at));
    expect(!folder_holds(&p, raw, raw_length));
    expect(!folder_holds(&p, secret.at, secret.length));
    expect(!folder_holds(&p, token.at, token.length));
    expect(!folder_holds(&p, password, strlen(password)));
    expect(folder_holds(&p, "anna@example.nl", 15)); /* the search does find what is there */
    free(raw);
    /* Another program with the same file reads it; one that finds the file open to others refuses. */
    open_again(&p);
    expect_done(steps_up(&p, secret, 1));
    expect(!chmod(key.at, 0644));
    open_again(&p);
    (void)expect_refused(&db_key_open, app_seal(arena, p.books));
    expect(!chmod(key.at, 0600));
    remove_place(&p);
}

TEST(secrets_of_before_are_sealed_at_the_start)
{
    struct place p = given_place(arena);
    struct work work = on(&p);
    struct person person = { 0 };
    static const char plain[] = "twenty bytes of old!";
    expect_done(db_begin(&work, p.books));
    expect_done(person_load(&work, p.user, &person));
    person.totp_secret = (struct str){ plain, 20 };
    person.totp_on = true;
    expect_done(person_save(&work, &person));
    expect_done(db_commit(&work));
    open_again(&p);
    expect_done(app_seal(arena, p.books));
    work = on(&p);
    work.reading = true;
    expect_done(db_begin(&work, p.books));
    expect_done(person_load(&work, p.user, &person));
    db_rollback(&work);
    expect(db_is_sealed(person.totp_secret));
    char *base32 = NULL;
    size_t length = 0;
    expect_int(OATH_OK, oath_base32_encode(plain, 20, &base32, &length));
    expect_done(steps_up(&p, str_copy(arena, base32, length), 0));
    free(base32);
    remove_place(&p);
}

static int key_command(struct place *p, const char *word, struct str *out)
{
    char *text = NULL;
    size_t length = 0;
    int code = 0;
    struct own own = { .arena = p->arena,
                       .operations = &p->all,
                       .data = p->folder,
                       .language = ENGLISH,
                       .count = 1,
                       .words = &word,
                       .out = open_memstream(&text, &length),
                       .err = tmpfile() };
    expect(own_run(&own, STR("key"), &code));
    fclose(own.out), fclose(own.err);
    *out = str_copy(p->arena, text, length);
    free(text);
    return code;
}

TEST(secrets_have_a_key_that_turns_and_may_be_lost)
{
    struct place p = given_place(arena);
    struct str out, secret = enrolled(&p), key = str_format(arena, "%s/florin.key", p.folder.at),
                    away = str_format(arena, "%s/away", p.folder.at);
    expect_int(0, key_command(&p, "show", &out));
    expect_str(str_format(arena, "%s\n", key.at).at, out);
    expect_int(65, key_command(&p, "burn", &out));
    /* Turned while the books are open: both lines stand; what was sealed is read on, here too. */
    expect_int(0, key_command(&p, "rotate", &out));
    expect_int(130, test_file(arena, key.at).length);
    expect_done(steps_up(&p, secret, 1));
    open_again(&p);
    expect_done(steps_up(&p, secret, 2));
    said(&p, "token add", "before", "{\"name\":\"t\",\"permissions\":\"*.read\",\"days\":3}");
    /* Lost: no new one is made behind our back; the sentence says what to do. */
    expect(!rename(key.at, away.at));
    open_again(&p);
    (void)expect_refused(&db_key_lost, app_seal(arena, p.books));
    (void)expect_refused(&db_key_lost, steps_up(&p, secret, 3));
    expect(access(key.at, F_OK) != 0);
    expect_int(69, key_command(&p, "rotate", &out));
    /* Put back, it goes on. */
    expect(!rename(away.at, key.at));
    expect_done(steps_up(&p, secret, 3));
    /* Lost for good: the second factor is set up anew. */
    expect(!unlink(key.at));
    expect_int(0, key_command(&p, "lost", &out));
    expect(str_find(out, "1 people") >= 0);
    open_again(&p);
    expect_done(app_seal(arena, p.books));
    struct work work = on(&p);
    struct str json = { 0 };
    struct fault *fault = answered(&p, &work, "token add", "before",
                                   STR("{\"name\":\"t\",\"permissions\":\"*.read\",\"days\":3}"), &json);
    expect(fault && !strcmp(fault->type->code, "operation.answer_lost"));
    secret = enrolled(&p);
    expect_done(steps_up(&p, secret, 1));
    remove_place(&p);
}

/* On both databases: sealed in the row, bound to it. */
DB_TEST(secrets_are_bound_to_their_row)
{
    struct str sealed, other, plain;
    test_begin(work);
    expect_done(db_seal(work, "a", 1, STR("geheim"), &sealed));
    expect_done(db_seal(work, "a", 1, STR("geheim"), &other));
    expect(db_is_sealed(sealed) && !str_equal(sealed, other));
    expect_done(db_unseal(work, "a", 1, sealed, &plain));
    expect_str("geheim", plain);
    expect_done(db_unseal(work, "a", 1, STR("was never sealed"), &plain));
    expect_str("was never sealed", plain);
    (void)expect_refused(&db_broken, db_unseal(work, "a", 2, sealed, &plain));
    (void)expect_refused(&db_broken, db_unseal(work, "b", 1, sealed, &plain));
    ((char *)(uintptr_t)sealed.at)[sealed.length - 1] ^= 1;
    (void)expect_refused(&db_broken, db_unseal(work, "a", 1, sealed, &plain));
    test_commit(work);
}
