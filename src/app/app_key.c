/* florin key: the key that secrets are sealed with. And what `florin serve` does before it serves: the key must be there, and what was
 * written before there were keys is sealed. */
#include "app/app_own.h"
#include "access/access.h"

static const struct fault_type app_key_word = { FAULT_INVALID, "app.key_word",
                                                "Say what to do: florin key show, florin key rotate, or florin key lost." };
struct app_key_flags { int64_t unused; };
const struct record app_key_flags_record = { "app_key_flags", sizeof(struct app_key_flags), NULL, 0 };

static struct work program(struct arena *arena)
{
    struct work work = { .arena = arena, .now = instant_now(), .language = ENGLISH, .system = true, .source = STR("cli") };
    work.today = instant_day(work.now);
    return work;
}

struct fault *app_seal(struct arena *arena, struct books *books)
{
    struct work work = program(arena);
    int64_t sealed = 0, ended = 0;
    TRY(db_begin(&work, books));
    struct fault *fault = db_key_check(&work);
    if (!fault) fault = access_seal_again(&work, false, false, &sealed, &ended);
    if (!fault) fault = operation_seal_answers(&work);
    if (!fault) return db_commit(&work);
    db_rollback(&work);
    return fault;
}

static struct fault *show(struct own *own)
{
    struct work work = program(own->arena);
    work.reading = true;
    TRY(db_begin(&work, own->books));
    struct fault *fault = db_key_check(&work);
    db_rollback(&work);
    if (!fault) fprintf(own->out, "%.*s\n", STR_ARG(books_key_place(own->books)));
    return fault;
}

/* A new key; all second factors with it, or (lost) those that can still be read. Answers kept for a day go with their key. */
static struct fault *renew(struct own *own, bool lost)
{
    struct work work = program(own->arena);
    struct str id;
    int64_t sealed = 0, ended = 0;
    TRY(db_begin(&work, own->books));
    struct fault *fault = lost ? NULL : db_key_check(&work);
    if (!fault) fault = db_key_new(&work, &id);
    if (!fault) fault = access_seal_again(&work, true, lost, &sealed, &ended);
    if (fault) {
        db_rollback(&work);
        return fault;
    }
    TRY(db_commit(&work));
    LOG(LOG_WARNING, lost ? "key lost" : "key rotated", LOG_INT("sealed", sealed), LOG_INT("ended", ended));
    const struct param params[] = { PARAM("file", books_key_place(own->books)), PARAM_INT(own->arena, "sealed", sealed),
                                    PARAM_INT(own->arena, "ended", ended) };
    struct str text = text_fill(
        own->arena,
        translate(
            own->language,
            "A new key stands in {file}; {sealed} second factors are sealed with it. Keep that file apart from the backups, and start florin serve again where it runs."),
        params, 3);
    fprintf(own->out, "%.*s\n", STR_ARG(text));
    if (!ended) return NULL;
    text = text_fill(own->arena,
                     translate(own->language,
                               "{ended} people sign in without a second factor until they set one up anew; tell them."),
                     params, 3);
    fprintf(own->out, "%.*s\n", STR_ARG(text));
    return NULL;
}

struct fault *app_key(struct own *own, int *code)
{
    struct app_key_flags flags = { 0 };
    struct words words = { 0 };
    (void)code;
    TRY(own_flags(own, (struct into){ &app_key_flags_record, &flags }, &words));
    struct str word = words.count == 1 ? words.at[0] : (struct str){ 0 };
    bool known = str_is(word, "show") || str_is(word, "rotate") || str_is(word, "lost");
    if (!known) return FAULT(own->arena, &app_key_word, NULL);
    TRY(own_open(own));
    return str_is(word, "show") ? show(own) : renew(own, str_is(word, "lost"));
}

/* What a copy does not hold. */
void app_key_say(struct own *own, const struct books *books)
{
    const struct param file = PARAM("file", books_key_place(books));
    struct str text = text_fill(
        own->arena,
        translate(own->language, "Keep {file} too, in another place: secrets in the copy are sealed with it."), &file,
        1);
    fprintf(own->out, "%.*s\n", STR_ARG(text));
}
