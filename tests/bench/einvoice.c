/* Reading and judging e-invoices against libxml2: over the full documents of ../shared/data, in one run, as ratios.
 * Usage: bench_einvoice [folder of XML invoices]. Targets: read + all rules at most 1.0 × libxml2's tree of the same bytes. */
#include "einvoice/check.h"
#include <dirent.h>
#include <libxml/parser.h>

enum { FILES_MOST = 700, ROUNDS = 4 };
struct document { char *at; size_t length; };

static size_t load(const char *folder, struct document *documents)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) && count < FILES_MOST;) {
        char path[1300];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = strstr(entry->d_name, ".xml") ? fopen(path, "rb") : NULL;
        if (!file) continue;
        struct document *d = &documents[count++];
        d->at = malloc((size_t)1 << 21);
        d->length = d->at ? fread(d->at, 1, (size_t)1 << 21, file) : 0;
        fclose(file);
    }
    if (dir) closedir(dir);
    return count;
}

static void tree(struct arena *arena, const struct document *d)
{
    (void)arena;
    xmlFreeDoc(xmlReadMemory(d->at, (int)d->length, NULL, NULL,
                             XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE));
}
static void ignore_start(void *c, const xmlChar *a, const xmlChar *b, const xmlChar *u, int n, const xmlChar **ns,
                         int m, int d, const xmlChar **at)
{
    (void)c, (void)a, (void)b, (void)u, (void)n, (void)ns, (void)m, (void)d, (void)at;
}
static void sax(struct arena *arena, const struct document *d)
{
    (void)arena;
    xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC, .startElementNs = ignore_start };
    xmlSAXUserParseMemory(&handler, NULL, d->at, (int)d->length);
}
static void read_only(struct arena *arena, const struct document *d)
{
    struct einvoice *invoice;
    struct fault *fault = einvoice_read(arena, (struct str){ d->at, d->length }, &invoice);
    (void)fault;
}
static void judge(struct arena *arena, const struct document *d)
{
    struct einvoice_report report;
    struct fault *fault = einvoice_check(arena, (struct str){ d->at, d->length }, EINVOICE_AUTO, NULL, &report);
    (void)fault;
}

static double measure(const char *name, void (*run)(struct arena *arena, const struct document *d),
                      const struct document *documents, size_t count, double beside)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t from = clock_us();
        for (size_t i = 0; i < count; i++) {
            run(arena, &documents[i]);
            arena_reset(arena);
        }
        int64_t took = clock_us() - from;
        if (took < best) best = took;
    }
    arena_free(arena);
    double each = (double)best / (double)count;
    printf("%-34s %8.1f us", name, each);
    if (beside > 0) printf("   %.2f x the tree", each / beside);
    printf("\n");
    return each;
}

int main(int count, char **arguments)
{
    const char *shared = getenv("FLORIN_SHARED");
    char folder[1024];
    snprintf(folder, sizeof folder, "%s/data/en16931/oracle", shared ? shared : "../shared");
    struct document *documents = calloc(FILES_MOST, sizeof *documents);
    size_t files = documents ? load(count > 1 ? arguments[1] : folder, documents) : 0, bytes = 0;
    if (!files) {
        printf("no documents in %s\n", folder);
        return 0;
    }
    for (size_t i = 0; i < files; i++) bytes += documents[i].length;
    printf("%zu documents, %.1f kB each\n", files, (double)bytes / (double)files / 1000);
    double beside = measure("libxml2 builds a tree", tree, documents, files, 0);
    measure("libxml2 SAX2 events, ignored", sax, documents, files, beside);
    measure("einvoice_read", read_only, documents, files, beside);
    measure("einvoice_check, all its rules", judge, documents, files, beside);
    for (size_t i = 0; i < files; i++) free(documents[i].at);
    free(documents);
    return 0;
}
