#include "tests/test.h"
#include "einvoice/rules.h"

/* The official cases and documents (../shared/data/en16931), and what is kept different from them. */
static struct str lines_of(struct arena *arena, const char *path) { return test_file(arena, path); }

static bool has_rule(const struct einvoice_report *report, struct str rule, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < report->problems.count; i++)
        if (str_is(rule, report->problems.at[i].rule)) ++*count;
    return *count > 0;
}

TEST(einvoice_every_rule_has_a_sentence)
{
    size_t without = 0;
    for (size_t i = 0; i < rule_tables.rule_count; i++) {
        if (rule_has_sentence(rule_tables.rules[i].id)) continue;
        printf("%s\n", rule_tables.rules[i].id);
        without++;
    }
    expect(rule_tables.rule_count > 1800);
    expect_int(0, without);
}

/* One small wrong invoice: what a supplier reads. */
TEST(einvoice_problem_names_place_values_and_remedy)
{
    struct einvoice_report report;
    struct str bytes = STR("<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' "
                           "xmlns:cac='urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2' "
                           "xmlns:cbc='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'>\n"
                           "<cbc:CopyIndicator>true</cbc:CopyIndicator>\n<cac:LegalMonetaryTotal>\n"
                           "<cbc:TaxInclusiveAmount currencyID='EUR'>10.00</cbc:TaxInclusiveAmount>\n"
                           "<cbc:PayableAmount currencyID='EUR'>12.00</cbc:PayableAmount>\n</cac:LegalMonetaryTotal></Invoice>");
    expect_done(einvoice_check(arena, bytes, EINVOICE_EN16931, NULL, &report));
    expect(!report.valid);
    size_t seen = 0;
    for (size_t i = 0; i < report.problems.count; i++) {
        const struct einvoice_problem *p = &report.problems.at[i];
        if (!strcmp(p->rule, "BR-CO-16")) {
            seen++;
            expect_int(EINVOICE_FATAL, p->severity);
            expect_str("/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount", p->path);
            expect_str("cbc:PrepaidAmount —; cbc:PayableRoundingAmount —; cbc:PayableAmount = 12.00; cbc:TaxInclusiveAmount = 10.00", p->values);
            expect(str_find(p->dutch, "te betalen bedrag") >= 0);
        } else if (!strcmp(p->rule, "UBL-CR-004")) {
            seen++;
            expect_int(EINVOICE_WARNING, p->severity);
            expect_str("/Invoice/cbc:CopyIndicator", p->path);
            expect_int(2, p->line);
            expect_str("The European e-invoice (EN 16931) does not use cbc:CopyIndicator. Leave it out: the receiver will not look at it.", p->english);
        } else if (!strcmp(p->rule, "BR-02")) {
            seen++;
            expect_str("/Invoice/cbc:ID", p->path);
            expect_str("Vermeld het factuurnummer (BT-1).", p->dutch);
        }
    }
    expect_int(3, seen);
    expect_str("EN 16931 1.3.16", einvoice_sets_text(arena, report.sets));
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
