/* Reading and judging e-invoices against libxml2: over the full documents of ../shared/data, in one run, as ratios.
 * Usage: bench_einvoice [folder of XML invoices]; READS=100000 for a longer look at memory. Targets: read + all rules at most 1.0 × libxml2's tree of the same bytes.
 * bench_einvoice --rounds LIST (a path a line): for each line TIMES FROM TO on standard input so many times over these documents by the rules of EN 16931; answers
 * the CPU time of the process in ns (einvoice_saxon.py). */
#include "einvoice/check.h"
#include "target.h"
#include <dirent.h>
#include <libxml/parser.h>
#include <time.h>
#include <unistd.h>

enum { FILES_MOST = 700, ROUNDS = 9 };
struct document { char *at; size_t length; };

static bool load_one(struct document *d, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    d->at = malloc((size_t)1 << 21);
    d->length = d->at ? fread(d->at, 1, (size_t)1 << 21, file) : 0;
    fclose(file);
    return true;
}

static size_t load(const char *folder, struct document *documents)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) && count < FILES_MOST;) {
        char path[1300];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".xml") && load_one(&documents[count], path)) count++;
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

enum { TREE, SAX, READ, CHECK, JOBS };
static const struct { const char *name; void (*run)(struct arena *arena, const struct document *d); } jobs[JOBS] = {
    { "libxml2 builds a tree", tree },
    { "libxml2 SAX2 events, ignored", sax },
    { "einvoice_read", read_only },
    { "einvoice_check, all its rules", judge },
};

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
static int64_t cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
} /* of this thread: what others do on the machine does not count */

/* Each job over all documents (warm), in turn with the others, some rounds; the best time of each document counts. */
static void measure(const struct document *documents, size_t count, double each_us[JOBS])
{
    static int64_t best[JOBS][FILES_MOST];
    struct arena *arena = arena_new((size_t)1 << 30);
    for (int round = 0; round < ROUNDS; round++)
        for (int job = 0; job < JOBS; job++)
            for (size_t i = 0; i < count; i++) {
                int64_t from = cpu_ns();
                jobs[job].run(arena, &documents[i]);
                arena_reset(arena);
                int64_t took = cpu_ns() - from;
                if (!round || took < best[job][i]) best[job][i] = took;
            }
    arena_free(arena);
    for (int job = 0; job < JOBS; job++) {
        int64_t total = 0, of_tree = 0;
        for (size_t i = 0; i < count; i++) total += best[job][i], of_tree += best[TREE][i];
        each_us[job] = (double)total / (double)count / 1000;
        printf("%-34s %8.1f us   %.2f x the tree\n", jobs[job].name, each_us[job], (double)total / (double)of_tree);
    }
}

static long resident_kb(void)
{
    long pages = 0, skip;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &skip, &pages) != 2) pages = 0;
    if (file) fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Memory stays flat however many are read. */
static bool flat(const struct document *documents, size_t count, size_t reads)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    long after_tenth = 0;
    for (size_t i = 0; i < reads; i++) {
        judge(arena, &documents[i % count]);
        arena_reset(arena);
        if (i == reads / 10) after_tenth = resident_kb();
    }
    arena_free(arena);
    long after = resident_kb();
    printf("resident after %zu reads %ld kB, after %zu %ld kB\n", reads / 10, after_tenth, reads, after);
    return target_at_most("memory grown between a tenth and all of the reads", (double)(after - after_tenth), "kB", 1024);
}

static size_t load_list(const char *path, struct document *documents)
{
    char line[1300];
    size_t count = 0;
    FILE *list = fopen(path, "r");
    while (list && count < FILES_MOST && fgets(line, sizeof line, list)) {
        line[strcspn(line, "\n")] = 0;
        if (load_one(&documents[count], line)) count++;
    }
    if (list) fclose(list);
    return count;
}

/* What the other side of a comparison does, in turns with it and by the same clock. */
static int answer_rounds(const char *path)
{
    struct document *documents = calloc(FILES_MOST, sizeof *documents);
    size_t files = documents ? load_list(path, documents) : 0, first, end;
    struct arena *arena = arena_new((size_t)1 << 30);
    for (int times; scanf("%d %zu %zu", &times, &first, &end) == 3;) {
        int64_t from = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
        for (int time = 0; time < times; time++)
            for (size_t i = first; i < end && i < files; i++) {
                struct einvoice_report report;
                struct str bytes = { documents[i].at, documents[i].length };
                struct fault *fault = einvoice_check(arena, bytes, EINVOICE_EN16931, NULL, &report);
                (void)fault;
                arena_reset(arena);
            }
        printf("%lld\n", (long long)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - from));
        fflush(stdout);
    }
    arena_free(arena);
    for (size_t i = 0; i < files; i++) free(documents[i].at);
    free(documents);
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 3 && !strcmp(arguments[1], "--rounds")) return answer_rounds(arguments[2]);
    const char *shared = getenv("FLORIN_SHARED"), *reads = getenv("READS");
    char folder[1024];
    snprintf(folder, sizeof folder, "%s/data/en16931/oracle", shared ? shared : "../shared");
    struct document *documents = calloc(FILES_MOST, sizeof *documents);
    size_t files = documents ? load(count > 1 ? arguments[1] : folder, documents) : 0, bytes = 0;
    if (!files) {
        printf("no documents in %s\n", folder);
        free(documents);
        return 0;
    }
    for (size_t i = 0; i < files; i++) bytes += documents[i].length;
    printf("%zu documents, %.1f kB each\n", files, (double)bytes / (double)files / 1000);
    double each_us[JOBS];
    measure(documents, files, each_us);
    bool good = target_at_most("read + all rules + structure / libxml2's tree", each_us[CHECK] / each_us[TREE], "x", 1);
    if (!flat(documents, files, reads ? strtoul(reads, NULL, 10) : 20000)) good = false;
    for (size_t i = 0; i < files; i++) free(documents[i].at);
    free(documents);
    return good ? 0 : 1;
}
