#include "test.h"

struct registered { const char *name; void (*run)(struct arena *arena); void (*run_db)(struct work *work); };
static struct registered registered[4000];
static size_t registered_count;

void test_register(const char *name, void (*run)(struct arena *arena))
{
    ensure(registered_count < ARRAY_LENGTH(registered));
    registered[registered_count++] = (struct registered){ .name = name, .run = run };
}
void test_register_db(const char *name, void (*run)(struct work *work))
{
    ensure(registered_count < ARRAY_LENGTH(registered));
    registered[registered_count++] = (struct registered){ .name = name, .run_db = run };
}

void expect_int_(int64_t expected, int64_t got, const char *file, int line)
{
    if (expected == got) return;
    print_error("expected %lld, got %lld\n", (long long)expected, (long long)got);
    _fail(file, line);
}
void expect_str_(const char *expected, struct str got, const char *file, int line)
{
    if (expected ? got.at && str_is(got, expected) : !got.at) return;
    print_error("expected \"%s\", got \"%.*s\"\n", expected ? expected : "(absent)", STR_ARG(got));
    _fail(file, line);
}
static struct arena *faults_arena;
void expect_done_(struct fault *fault, const char *file, int line)
{
    if (!fault) return;
    for (struct fault *f = fault; f; f = f->next)
        print_error("refused: %s [%.*s] %.*s %s\n", f->type->code, STR_ARG(f->field),
                    STR_ARG(fault_text(faults_arena, f, ENGLISH)), f->detail ? f->detail : "");
    _fail(file, line);
}
struct fault *expect_refused_(const struct fault_type *type, struct fault *fault, const char *file, int line)
{
    for (struct fault *f = fault; f; f = f->next)
        if (f->type == type) return f;
    print_error("expected %s, got %s\n", type->code, fault ? fault->type->code : "done");
    _fail(file, line);
    return NULL;
}

struct str test_file(struct arena *arena, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) print_error("no file %s\n", path);
    assert_non_null(f);
    struct text text = text_new(arena);
    char part[65536];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;) text_add_bytes(&text, part, n);
    fclose(f);
    return text_str(&text);
}

const char *test_shared(void)
{
    static char path[512];
    const char *named = getenv("FLORIN_SHARED");
    snprintf(path, sizeof path, "%s", named ? named : "../shared");
    FILE *f = fopen(strcat(path, "/data/README.md"), "rb");
    if (!f) {
        if (getenv("FLORIN_SHARED_REQUIRED")) fail_msg("%s", "../shared is not there");
        print_message("(without ../shared: its data not used)\n");
        return NULL;
    }
    fclose(f);
    path[strlen(path) - strlen("/data/README.md")] = 0;
    return path;
}

static void run_one(void **state)
{
    struct registered *test = *state;
    struct arena *arena = arena_new((size_t)8 << 30);
    faults_arena = arena;
    test->run(arena);
    arena_free(arena);
}

/* `--shard i/n` runs every nth test from the ith on, so that n processes run them all. */
static bool in_shard(const char *shard, size_t number)
{
    unsigned i = 1, n = 1;
    if (shard && (sscanf(shard, "%u/%u", &i, &n) != 2 || i < 1 || i > n)) {
        print_error("--shard %s: expected i/n\n", shard);
        exit(64);
    }
    return number % n == i - 1;
}

int main(int count, char **words)
{
    static struct CMUnitTest tests[ARRAY_LENGTH(registered)];
    size_t chosen = 0, wanted_count = 0;
    const char *shard = count > 2 && !strcmp(words[1], "--shard") ? words[2] : NULL;
    int first = shard ? 3 : 1;
    for (size_t i = 0; i < registered_count; i++) {
        bool wanted = count <= first;
        for (int w = first; w < count; w++) wanted |= strstr(registered[i].name, words[w]) != NULL;
        if (wanted && registered[i].run && in_shard(shard, wanted_count++))
            tests[chosen++] = (struct CMUnitTest){ .name = registered[i].name,
                                                   .test_func = run_one,
                                                   .initial_state = &registered[i] };
    }
    return _cmocka_run_group_tests("unit", tests, chosen, NULL, NULL);
}
