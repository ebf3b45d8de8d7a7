#include "tests/test.h"
#include "einvoice/check.h"
#include <dirent.h>
#include <libxml/xmlschemas.h>

#define UBL(body)                                                                                             \
    STR("<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' "                            \
        "xmlns:cac='urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2' "               \
        "xmlns:cbc='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'>" body "</Invoice>")
#define PARTIES "<cac:AccountingSupplierParty/><cac:AccountingCustomerParty/>"
#define TOTAL "<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID='EUR'>1.00</cbc:PayableAmount></cac:LegalMonetaryTotal>"
#define LINE                                                                                                          \
    "<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:LineExtensionAmount currencyID='EUR'>1</cbc:LineExtensionAmount><cac:Item/>" \
    "</cac:InvoiceLine>"
#define HEAD "<cbc:ID>1</cbc:ID><cbc:IssueDate>2026-02-01</cbc:IssueDate>"

static struct einvoice_report judged(struct arena *arena, struct str bytes)
{
    struct einvoice_report report;
    expect_done(einvoice_check(arena, bytes, EINVOICE_EN16931, NULL, &report));
    return report;
}

static void expect_one(struct arena *arena, struct str bytes, const char *path, const char *part_of_english)
{
    struct einvoice_report report = judged(arena, bytes);
    if (report.structure_count != 1)
        for (size_t i = 0; i < report.structure.count; i++)
            printf("%.*s: %.*s\n", STR_ARG(report.structure.at[i].path), STR_ARG(report.structure.at[i].english));
    expect_int(1, report.structure_count);
    const struct einvoice_problem *p = &report.structure.at[0];
    expect_str("UBL-STRUCTURE", str_of(p->rule));
    expect_str(path, p->path);
    expect(str_find(p->english, part_of_english) >= 0);
    expect(p->dutch.length > 10 && str_find(p->dutch, "STRUCTURE/") < 0);
    expect_int(EINVOICE_FATAL, p->severity);
    for (size_t i = 0; i < report.problems.count; i++) expect(!strstr(report.problems.at[i].rule, "STRUCTURE"));
}

TEST(einvoice_structure_tells_what_the_schema_would_refuse)
{
    expect_int(0, judged(arena, UBL(HEAD PARTIES TOTAL LINE)).structure_count);
    expect_one(arena, UBL("<cbc:ID>1</cbc:ID>" PARTIES TOTAL LINE), "/Invoice/cbc:IssueDate", "missing");
    expect_one(arena, UBL("<cbc:IssueDate>2026-02-01</cbc:IssueDate><cbc:ID>1</cbc:ID>" PARTIES TOTAL LINE),
               "/Invoice/cbc:ID", "too late");
    expect_one(arena, UBL("<cbc:ID>1</cbc:ID>" HEAD PARTIES TOTAL LINE), "/Invoice/cbc:ID[2]", "more than once");
    expect_one(arena, UBL(HEAD "<cbc:Colour>red</cbc:Colour>" PARTIES TOTAL LINE), "/Invoice/cbc:Colour", "not known");
    expect_one(arena, UBL(HEAD "<Note>red</Note>" PARTIES TOTAL LINE), "/Invoice/Note", "not known");
    expect_one(arena, UBL(HEAD "<Note xmlns=''>red</Note>" PARTIES TOTAL LINE), "/Invoice/Note", "namespace");
    expect_one(arena, UBL(HEAD "<cbc:Note colour='red'>x</cbc:Note>" PARTIES TOTAL LINE), "/Invoice/cbc:Note",
               "attribute");
    expect_one(arena, UBL(HEAD "<cbc:Note languageID='Dutch of Holland'>x</cbc:Note>" PARTIES TOTAL LINE),
               "/Invoice/cbc:Note", "not of the kind");
    expect_one(arena, UBL(HEAD "text" PARTIES TOTAL LINE), "/Invoice", "text of its own");
    expect_one(arena,
               UBL(HEAD PARTIES
                   "<cac:LegalMonetaryTotal><cbc:PayableAmount>1.00</cbc:PayableAmount></cac:LegalMonetaryTotal>" LINE),
               "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount/@currencyID", "missing");
    expect_one(arena, UBL(HEAD PARTIES TOTAL), "/Invoice/cac:InvoiceLine", "missing");
}

TEST(einvoice_structure_knows_the_data_types)
{
#define DAY(day) UBL("<cbc:ID>1</cbc:ID><cbc:IssueDate>" day "</cbc:IssueDate>" PARTIES TOTAL LINE)
#define AMOUNT(amount)                                                                     \
    UBL(HEAD PARTIES "<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID='EUR'>" amount \
                     "</cbc:PayableAmount></cac:LegalMonetaryTotal>" LINE)
#define TIME(time) UBL(HEAD "<cbc:IssueTime>" time "</cbc:IssueTime>" PARTIES TOTAL LINE)
#define COPY(copy)                                   \
    UBL("<cbc:ID>1</cbc:ID><cbc:CopyIndicator>" copy \
        "</cbc:CopyIndicator><cbc:IssueDate>2026-02-01</cbc:IssueDate>" PARTIES TOTAL LINE)
#define FILE_OF(content)                                                                                                                    \
    UBL(HEAD                                                                                                                                \
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode='text/csv'>" content \
        "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>" PARTIES TOTAL LINE)
    const struct str good[] = { DAY("2024-02-29"), DAY(" 2026-01-31Z "), DAY("2026-01-31+14:00"), AMOUNT("-.5"),
                                AMOUNT("+12."),    TIME("23:59:59.5"),   TIME("24:00:00"),        COPY("1"),
                                COPY("false"),     FILE_OF("QUJD"),      FILE_OF("QU Jj\nQQ=="),  FILE_OF("") };
    const struct str bad[] = { DAY("2026-02-29"),       DAY("2026-1-31"),  DAY("31-01-2026"), DAY("0000-01-01"),
                               DAY("2026-01-31+15:00"), DAY(""),           AMOUNT(""),        AMOUNT("1,00"),
                               AMOUNT("1e3"),           AMOUNT("."),       AMOUNT("1.2.3"),   TIME("24:00:01"),
                               TIME("9:00:00"),         TIME("10:00:00."), COPY("yes"),       FILE_OF("QUJ"),
                               FILE_OF("QUJj=QQ="),     FILE_OF("QR=="),   FILE_OF("Q*==") };
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++) expect_int(0, judged(arena, good[i]).structure_count);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) expect_int(1, judged(arena, bad[i]).structure_count);
}

/* The first hundred are told, all are counted: a document of nothing but faults stays small. */
TEST(einvoice_structure_is_bounded)
{
    struct text text = text_new(arena);
    text_addz(&text, "<CreditNote xmlns='urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2'>");
    for (int i = 0; i < 5000; i++) text_addf(&text, "<x%d a='1'>y</x%d>", i, i);
    text_addz(&text, "</CreditNote>");
    struct einvoice_report report = judged(arena, text_str(&text));
    expect_int(100, report.structure.count);
    expect(report.structure_count >= 5000);
}

static void keep_first(void *context, xmlErrorPtr error)
{
    char *first = context;
    if (!*first) snprintf(first, 300, "line %d: %s", error->line, error->message);
}

static xmlSchemaPtr schema_of(struct arena *arena, const char *shared, const char *path)
{
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(str_format(arena, "%s/data/xsd/%s", shared, path).at);
    xmlSchemaPtr schema = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    return schema;
}

struct agreement { const char *folder; xmlSchemaPtr schemas[3]; size_t documents, fit, wrong; };

static void compare(struct agreement *a, struct arena *arena, const char *name)
{
    static const char *const kept[] = { NULL }; /* documents where libxml2 and we differ, with the reason beside */
    struct str bytes = test_file(arena, str_format(arena, "%s/%s", a->folder, name).at);
    struct einvoice *invoice;
    struct einvoice_report report;
    char first[300] = "";
    struct fault *fault = einvoice_check(arena, bytes, EINVOICE_EN16931, &invoice, &report);
    if (fault || invoice->syntax == EINVOICE_ZUGFERD_1) return;
    xmlSchemaValidCtxtPtr check = xmlSchemaNewValidCtxt(a->schemas[invoice->syntax - 1]);
    xmlSchemaSetValidStructuredErrors(check, (xmlStructuredErrorFunc)keep_first, first);
    xmlDocPtr document =
        xmlReadMemory(bytes.at, (int)bytes.length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_HUGE);
    bool fits = !xmlSchemaValidateDoc(check, document);
    xmlSchemaFreeValidCtxt(check);
    xmlFreeDoc(document);
    a->documents++;
    a->fit += fits;
    if (fits == !report.structure_count) return;
    for (size_t i = 0; kept[i]; i++)
        if (!strcmp(kept[i], name)) return;
    struct str ours = fits ? report.structure.at[0].english : str_of(first);
    printf("%s: %s: %.*s %.*s\n", name, fits ? "only we" : "only libxml2", STR_ARG(ours),
           STR_ARG(fits ? report.structure.at[0].path : ours));
    a->wrong++;
}

TEST(einvoice_structure_agrees_with_the_xml_schemas)
{
    static const char *const folders[] = { "oracle", "unit", "examples" };
    const char *shared = test_shared();
    if (!shared) return;
    struct agreement a = { .schemas = { schema_of(arena, shared, "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"),
                                        schema_of(arena, shared, "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"),
                                        schema_of(arena, shared,
                                                  "cii/D16B SCRDM (Subset)/uncoupled clm/CII/uncefact/data/standard/"
                                                  "CrossIndustryInvoice_100pD16B.xsd") } };
    for (size_t f = 0; f < ARRAY_LENGTH(folders) && a.schemas[0] && a.schemas[1] && a.schemas[2]; f++) {
        a.folder = str_format(arena, "%s/data/en16931/%s", shared, folders[f]).at;
        DIR *dir = opendir(a.folder);
        for (struct dirent *entry; dir && (entry = readdir(dir));) {
            if (!strstr(entry->d_name, ".xml")) continue;
            struct arena *own = arena_new((size_t)1 << 30);
            compare(&a, own, entry->d_name);
            arena_free(own);
        }
        if (dir) closedir(dir);
    }
    for (size_t i = 0; i < 3; i++) xmlSchemaFree(a.schemas[i]);
    printf("%zu documents, %zu fit their schema, %zu differ\n", a.documents, a.fit, a.wrong);
    expect(a.documents > 1700);
    expect_int(0, a.wrong);
}
