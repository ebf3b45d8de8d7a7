/* Files that mean harm, or were made by a program gone wrong: by florin check, florin read and as an upload. Each gets an answer that
 * names the problem, within bounds of time and memory that are measured here. */
#include "app/app_own.h"
#include "scenario/scene.h"
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

/* says: what the answer of florin check must hold. */
struct hostile { const char *name, *says; struct str bytes; };

#define UBL "urn:oasis:names:specification:ubl:schema:xsd:"
#define ROOT                                                                                           \
    "<Invoice xmlns='" UBL "Invoice-2' xmlns:cac='" UBL "CommonAggregateComponents-2' xmlns:cbc='" UBL \
    "CommonBasicComponents-2'>"
#define TOTAL(amount)                                                     \
    "<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID='EUR'>" amount \
    "</cbc:PayableAmount></cac:LegalMonetaryTotal>"

static struct str repeat(struct arena *arena, const char *head, const char *part, size_t times, const char *tail)
{
    struct text text = text_new(arena);
    text_addz(&text, head);
    for (size_t i = 0; i < times; i++) text_addz(&text, part);
    text_addz(&text, tail);
    return text_str(&text);
}

static struct str entity_bomb(struct arena *arena)
{
    struct text text = text_new(arena);
    text_addz(&text, "<!DOCTYPE Invoice [<!ENTITY a0 'lol'>");
    for (int i = 1; i < 10; i++) {
        text_addf(&text, "<!ENTITY a%d '", i);
        for (int k = 0; k < 10; k++) text_addf(&text, "&a%d;", i - 1);
        text_addz(&text, "'>");
    }
    text_addz(&text, "]>" ROOT "<cbc:ID>&a9;</cbc:ID></Invoice>");
    return text_str(&text);
}

static struct str wide(struct arena *arena, const char *plain) /* UTF-16, little end first, no byte order mark */
{
    size_t length = strlen(plain);
    char *at = arena_alloc(arena, 2 * length);
    for (size_t i = 0; i < length; i++) at[2 * i] = plain[i], at[2 * i + 1] = 0;
    return (struct str){ at, 2 * length };
}

/* A PDF of 200 kB whose embedded invoice unpacks to 192 MiB. */
static struct str pdf_bomb(struct arena *arena)
{
    uLongf packed = 1 << 20;
    size_t length = (size_t)192 << 20;
    char *at = arena_alloc(arena, packed), *zeros = calloc(length, 1);
    expect(zeros != NULL);
    memset(zeros, ' ', length);
    expect_int(Z_OK, compress2((Bytef *)at, &packed, (const Bytef *)zeros, length, 9));
    free(zeros);
    struct text t = text_new(arena);
    text_addf(
        &t,
        "%%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R /Names <</EmbeddedFiles <</Names [(x) 3 0 R]>> >> >> endobj\n"
        "2 0 obj <</Type/Pages/Kids[]/Count 0>> endobj\n3 0 obj <</Type/Filespec /F (factur-x.xml) /EF <</F 4 0 R>> >> endobj\n"
        "4 0 obj <</Type/EmbeddedFile /Filter/FlateDecode /Length %zu>> stream\n",
        (size_t)packed);
    text_add_bytes(&t, at, packed);
    text_addz(&t, "\nendstream endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n");
    return text_str(&t);
}

static size_t hostile_files(struct arena *arena, struct hostile *out)
{
    struct text attributes = text_new(arena);
    text_addz(&attributes, "<Invoice xmlns='" UBL "Invoice-2'");
    for (int i = 0; i < 300000; i++) text_addf(&attributes, " a%d='x'", i);
    text_addz(&attributes, "/>");
    static const char nul[] = ROOT "<cbc:ID>a\0b</cbc:ID></Invoice>";
    const char *digits = "1234567890123456789012345678901234567890";
    const struct hostile files[] = {
        { "an entity bomb", "xml.forbidden", entity_bomb(arena) },
        { "100 MB of nesting", "input.too_large", repeat(arena, "", "<a>", (size_t)33 << 20, "") },
        { "one element too deep", "input.too_large", repeat(arena, ROOT, "<cac:a>", 200, "") },
        { "an amount of 40 digits", "FL-NUMBER", str_format(arena, ROOT TOTAL("%s.00") "</Invoice>", digits) },
        { "a number with an exponent of a million", "FL-NUMBER", STR(ROOT TOTAL("1e1000000") "</Invoice>") },
        { "a day that does not exist", "FL-DATE", STR(ROOT "<cbc:IssueDate>2026-02-31</cbc:IssueDate></Invoice>") },
        { "10,000 lines with one number", "FL-LINE-ID",
          repeat(
              arena, ROOT,
              "<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:LineExtensionAmount currencyID='EUR'>1.00</cbc:LineExtensionAmount></cac:InvoiceLine>",
              10000, "</Invoice>") },
        { "bytes that are no UTF-8", "xml.encoding", STR(ROOT "<cbc:ID>\xff\xfe\xc3</cbc:ID></Invoice>") },
        { "no namespaces", "einvoice.unknown", STR("<Invoice><ID>1</ID></Invoice>") },
        { "parts without their namespace", "BR-02", STR("<Invoice xmlns='" UBL "Invoice-2'><ID>1</ID></Invoice>") },
        { "UTF-16 without a byte order mark", "",
          wide(arena, "<?xml version='1.0' encoding='UTF-16'?>" ROOT "<cbc:ID>1</cbc:ID></Invoice>") },
        { "300,000 attributes", "input.too_large", text_str(&attributes) },
        { "a NUL in a text", "xml.malformed", { nul, sizeof nul - 1 } },
        { "nothing but NULs", "xml.malformed", { arena_alloc(arena, 100000), 100000 } },
        { "a file cut off", "xml.malformed", STR(ROOT "<cbc:ID>1</cbc:ID><cac:InvoiceLine><cbc:ID") },
        { "an empty file", "xml.malformed", STR("") },
        { "a text of 100 MB", "input.too_large",
          repeat(arena, ROOT "<cbc:Note>", "0123456789abcdef", (size_t)100 << 16, "</cbc:Note></Invoice>") },
        { "a PDF bomb", "pdf.too_large", pdf_bomb(arena) },
        { "a PDF cut off", "pdf.broken", STR("%PDF-1.7\n1 0 obj <</Type/Cat") },
    };
    memcpy(out, files, sizeof files);
    return ARRAY_LENGTH(files);
}

static void given(const char *path, struct str bytes)
{
    FILE *f = fopen(path, "wb");
    expect(f != NULL);
    expect(fwrite(bytes.at, 1, bytes.length, f) == bytes.length);
    fclose(f);
}

/* Runs it in a process of its own, which so can be measured; what it says, its seconds of processor time and what it took of memory. */
static struct str answer_of(struct arena *arena, const char *command, const char *path, int *code, double *seconds, long *mib)
{
    struct rusage before, used;
    char out[] = "/tmp/florin-hostile-out-XXXXXX";
    int fd = mkstemp(out), status = 0;
    expect(fd >= 0);
    getrusage(RUSAGE_SELF, &before);
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        const char *words[] = { "--json", path };
        struct arena *its = arena_new((size_t)1 << 33);
        struct operations *operations = ARENA_NEW(its, struct operations);
        FILE *to_file = fdopen(fd, "w");
        struct own own = { .arena = its,
                           .operations = operations,
                           .language = ENGLISH,
                           .out = to_file,
                           .err = to_file,
                           .count = 2,
                           .words = words };
        int own_code = 99;
        own_run(&own, str_of(command), &own_code);
        fflush(to_file);
        _exit(own_code);
    }
    expect(child > 0);
    expect_int(child, wait4(child, &status, 0, &used));
    *seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    *mib = used.ru_maxrss > before.ru_maxrss ? (used.ru_maxrss - before.ru_maxrss) / 1024 : 0;
    expect(WIFEXITED(status)); /* no crash */
    *code = WEXITSTATUS(status);
    close(fd);
    struct str said = test_file(arena, out);
    unlink(out);
    return said;
}

TEST(scenario_hostile_files_are_answered_within_bounds)
{
    char path[] = "/tmp/florin-hostile-XXXXXX";
    struct hostile files[32];
    size_t count = hostile_files(arena, files);
    double worst = 0;
    long most = 0;
    int fd = mkstemp(path);
    expect(fd >= 0);
    close(fd);
    for (size_t i = 0; i < count; i++) {
        static const char *const commands[] = { "check", "read" };
        given(path, files[i].bytes);
        for (int c = 0; c < (files[i].bytes.length > (size_t)16 << 20 ? 1 : 2); c++) { /* the largest by one of them */
            int code;
            double seconds;
            long mib;
            struct arena_mark mark = arena_mark(arena);
            struct str said = answer_of(arena, commands[c], path, &code, &seconds, &mib);
            bool named = c || str_find(said, files[i].says) >= 0;
            if (!said.length || !named || seconds > 20 || mib > 2000)
                print_error("%s, %s: %d, %.1f s, %ld MiB: %.*s\n", files[i].name, commands[c], code, seconds, mib,
                            (int)(said.length < 300 ? said.length : 300), said.at);
            expect(said.length && named && code != 99);
            expect(seconds <= 20);
            expect(mib <= 2000); /* with the sanitizers' own; without them a fifth */
            if (seconds > worst) worst = seconds;
            if (mib > most) most = mib;
            arena_rewind(arena, mark);
        }
    }
    unlink(path);
    printf("%d hostile files: at most %.1f s and %ld MiB each\n", (int)count, worst, most);
}

/* The same as uploads: each is a bill with a problem that names it, or is refused in words; what is too large for any upload the
 * front door stops before (doors/http_test). */
DB_TEST(scenario_hostile_uploads_are_bills_with_a_problem)
{
    struct scene s = scene_begin(work);
    struct hostile files[32];
    size_t count = hostile_files(work->arena, files);
    for (size_t i = 0; i < count; i++) {
        if (files[i].bytes.length > (size_t)16 << 20) continue; /* kept whole in two databases: two of them suffice in the test above */
        const char *target = str_format(work->arena, "/bills/receive?file_name=%d.xml", (int)i).at;
        if (!files[i].bytes.length) {
            ask(&s, 422, "POST", target, files[i].bytes);
            continue;
        }
        json_t *bill = ask(&s, 200, "POST", target, files[i].bytes);
        json_t *shown = GET(&s, str_format(work->arena, "/bills/%lld", (long long)number_in(bill, "id")).at);
        if (!json_array_size(json_object_get(shown, "problems"))) print_error("%s: no problem\n", files[i].name);
        expect(json_array_size(json_object_get(shown, "problems")) > 0);
    }
    scene_end(&s);
}
