#include "tests/test.h"
#include "einvoice/check.h"
#include <ctype.h>

/* The official cases and documents (../shared/data/en16931), and what is kept different from them. */
static struct str lines_of(struct arena *arena, const char *path) { return test_file(arena, path); }

static bool has_rule(const struct einvoice_report *report, struct str rule, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < report->problems.count; i++)
        if (str_is(rule, report->problems.at[i].rule)) ++*count;
    return *count > 0;
}

TEST(einvoice_official_unit_cases_of_en16931)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct str rest = lines_of(arena, str_format(arena, "%s/data/en16931/unit.tsv", shared).at);
    size_t cases = 0, wrong = 0;
    while (rest.length) {
        struct str line = str_cut(rest, '\n', &rest), cell[5];
        for (size_t i = 0; i < 5; i++) cell[i] = str_cut(line, '\t', &line);
        if (!cell[0].length || !cell[3].length) continue;
        struct arena *own = arena_new((size_t)1 << 30);
        struct einvoice_report report;
        struct str bytes = test_file(own, str_format(own, "%s/data/en16931/unit/%.*s", shared, STR_ARG(cell[0])).at);
        expect_done(einvoice_check(own, bytes, EINVOICE_EN16931, NULL, &report));
        cases++;
        for (struct str expectations = cell[3]; expectations.length;) {
            struct str expectation = str_cut(expectations, ' ', &expectations), rule;
            struct str kind = str_cut(expectation, ':', &rule), exact;
            rule = str_cut(rule, '#', &exact);
            size_t count;
            bool fires = has_rule(&report, rule, &count);
            bool good = str_is(kind, "success") ? !fires : fires;
            if (exact.length && (size_t)atoi(str_keep(own, exact).at) != count) good = false;
            if (good) continue;
            wrong++;
            printf("%.*s: %.*s, found %zu\n", STR_ARG(cell[0]), STR_ARG(expectation), count);
        }
        arena_free(own);
    }
    printf("%zu cases, %zu differ\n", cases, wrong);
    expect(cases >= 1140);
    expect_int(0, wrong);
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static struct str ids_of(struct arena *arena, const struct einvoice_report *report, enum einvoice_severity severity)
{
    const char **ids = ARENA_ARRAY(arena, const char *, report->problems.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < report->problems.count; i++)
        if (report->problems.at[i].severity == severity) ids[count++] = report->problems.at[i].rule;
    qsort(ids, count, sizeof *ids, by_name);
    struct text text = text_new(arena);
    for (size_t i = 0; i < count; i++)
        if (!i || strcmp(ids[i], ids[i - 1])) text_addf(&text, "%s%s", text.length ? " " : "", ids[i]);
    return text_str(&text);
}

TEST(einvoice_official_documents_of_en16931)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct str rest = lines_of(arena, str_format(arena, "%s/data/en16931/oracle.tsv", shared).at);
    size_t documents = 0, wrong = 0;
    (void)str_cut(rest, '\n', &rest);
    while (rest.length) {
        struct str line = str_cut(rest, '\n', &rest), cell[7];
        for (size_t i = 0; i < 7; i++) cell[i] = str_cut(line, '\t', &line);
        if (!cell[0].length) continue;
        struct arena *own = arena_new((size_t)1 << 30);
        struct einvoice_report report;
        struct str bytes = test_file(own, str_format(own, "%s/data/en16931/oracle/%.*s", shared, STR_ARG(cell[0])).at);
        expect_done(einvoice_check(own, bytes, EINVOICE_EN16931, NULL, &report));
        documents++;
        struct str fatal = ids_of(own, &report, EINVOICE_FATAL), warnings = ids_of(own, &report, EINVOICE_WARNING);
        if (str_equal(fatal, cell[5]) && str_equal(warnings, cell[6]) && report.valid == str_is(cell[4], "valid")) {
            arena_free(own);
            continue;
        }
        wrong++;
        printf("%.*s %.*s\n", STR_ARG(cell[0]), STR_ARG(cell[1]));
        if (!str_equal(fatal, cell[5])) printf("  fatal    %.*s\n  official %.*s\n", STR_ARG(fatal), STR_ARG(cell[5]));
        if (!str_equal(warnings, cell[6])) printf("  warnings %.*s\n  official %.*s\n", STR_ARG(warnings), STR_ARG(cell[6]));
        arena_free(own);
    }
    printf("%zu documents, %zu differ\n", documents, wrong);
    expect_int(615, documents);
    expect_int(0, wrong);
}
