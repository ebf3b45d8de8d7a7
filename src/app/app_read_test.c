/* florin read and florin check: files in, JSON out. */
#include "test.h"
#include "app/app_own.h"
#include <jansson.h>
#include <unistd.h>

static const char ubl[] =
    "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\" xmlns:cac=\"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\" "
    "xmlns:cbc=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\"><cbc:ID>F \\ \"1\"</cbc:ID><cbc:IssueDate>2025-02-30</cbc:IssueDate>"
    "<cbc:Note>Één regel</cbc:Note><cac:LegalMonetaryTotal><cbc:PayableAmount currencyID=\"EUR\">12.50</cbc:PayableAmount></cac:LegalMonetaryTotal>"
    "<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode=\"H87\">3</cbc:InvoicedQuantity></cac:InvoiceLine></Invoice>";
static const char mt940[] =
    ":20:S1\r\n:25:NL91ABNA0417164300EUR\r\n:28C:1/1\r\n:60F:C250301EUR0,00\r\n:61:2503010301C10,00NTRFNONREF\r\n:86:/TRTP/SEPA/NAME/Klant BV/REMI/factuur F1\r\n"
    ":61:2503010301D2,50NTRFNONREF\r\n:86:/TRTP/SEPA/NAME/Bank/REMI/kosten\r\n:62F:C250301EUR7,50\r\n-\r\n";

struct said { struct str out, err; int code; };

static struct str all_of(struct arena *arena, FILE *f)
{
    struct text text = text_new(arena);
    char part[4096];
    rewind(f);
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;) text_add_bytes(&text, part, n);
    fclose(f);
    struct str s = text_str(&text);
    return s.at ? s : STR("");
}

static struct said run(struct arena *arena, const char *command, enum language language, size_t count, const char *const *words)
{
    struct operations *operations = ARENA_NEW(arena, struct operations);
    struct own own = { .arena = arena,
                       .operations = operations,
                       .language = language,
                       .out = tmpfile(),
                       .err = tmpfile(),
                       .count = count,
                       .words = words };
    struct said said = { .code = -1 };
    app_operations(arena, operations);
    expect(own_run(&own, str_of(command), &said.code));
    said.out = all_of(arena, own.out);
    said.err = all_of(arena, own.err);
    return said;
}

static const char *given_file(struct arena *arena, const char *content)
{
    char name[] = "/tmp/florin-read-XXXXXX";
    int fd = mkstemp(name);
    expect(fd >= 0);
    expect_int(strlen(content), write(fd, content, strlen(content)));
    close(fd);
    return str_copy(arena, name, strlen(name)).at;
}

TEST(read_gives_an_invoice_as_json)
{
    const char *words[] = { "--json", given_file(arena, ubl) };
    struct said said = run(arena, "read", ENGLISH, 2, words);
    expect_int(0, said.code);
    expect_str(
        "{\"syntax\":\"ubl\",\"number\":\"F \\\\ \\\"1\\\"\",\"issued\":\"2025-02-30\",\"notes\":[{\"text\":\"Één regel\"}],"
        "\"totals\":{\"payable\":{\"value\":\"12.50\",\"currency\":\"EUR\"}},\"lines\":[{\"id\":\"1\",\"quantity\":{\"value\":\"3\",\"unit\":\"H87\"}}]}\n",
        said.out);
    unlink(words[1]);
}

TEST(read_gives_each_line_of_a_statement)
{
    const char *words[] = { given_file(arena, mt940), given_file(arena, "hello"), "/nonexistent" };
    struct said said = run(arena, "read", ENGLISH, 3, words);
    expect_int(69, said.code); /* of the last refusal */
    expect(str_find(said.err, "app.what") >= 0 && str_find(said.err, "/nonexistent") >= 0);
    json_t *json = json_loadb(said.out.at, said.out.length, 0, NULL),
           *statement = json_array_get(json_object_get(json, "statements"), 0);
    json_t *lines = json_object_get(statement, "lines");
    expect_int(2, json_array_size(lines));
    expect(!strcmp("-2.50", json_string_value(json_object_get(json_array_get(lines, 1), "amount"))));
    expect(
        !strcmp("Klant BV",
                json_string_value(json_object_get(
                    json_object_get(json_object_get(json_array_get(lines, 0), "payment"), "counterparty"), "name"))));
    expect(!strcmp("7.50", json_string_value(json_object_get(json_object_get(statement, "closing"), "amount"))));
    expect(!strcmp("done", json_string_value(json_object_get(statement, "proof"))));
    json_decref(json);
    unlink(words[0]);
    unlink(words[1]);
}

TEST(check_says_everything_of_every_file_in_order)
{
    const char *words[42] = { "--json", "--rules=en16931" };
    for (size_t i = 2; i < ARRAY_LENGTH(words); i++) words[i] = given_file(arena, i % 3 ? ubl : "<no");
    struct said said = run(arena, "check", DUTCH, ARRAY_LENGTH(words), words);
    struct str rest = said.out;
    expect_int(65, said.code);
    for (size_t i = 2; i < ARRAY_LENGTH(words); i++) {
        struct str line = str_cut(rest, '\n', &rest);
        json_t *json = json_loadb(line.at, line.length, 0, NULL), *problems = json_object_get(json, "problems");
        expect(json_is_object(json));
        expect(!strcmp(words[i], json_string_value(json_object_get(json, "file"))));
        expect(!strcmp(i % 3 ? "ubl" : "unknown", json_string_value(json_object_get(json, "syntax"))));
        expect(json_is_false(json_object_get(json, "valid")));
        expect(i % 3 ? json_array_size(problems) > 5 : json_array_size(problems) == 1);
        for (size_t k = 0; k < json_array_size(problems); k++)
            for (const char *const *member = (const char *const[]){ "rule", "severity", "where", "message", NULL };
                 *member; member++)
                expect(json_is_string(json_object_get(json_array_get(problems, k), *member)));
        json_decref(json);
        unlink(words[i]);
    }
    const char *version[] = { "--version" };
    said = run(arena, "check", ENGLISH, 1, version);
    expect_int(0, said.code);
    expect(str_find(said.out, "EN 16931 1.3") >= 0 && str_find(said.out, "Peppol") >= 0);
    expect_int(65, run(arena, "check", ENGLISH, 0, words).code);
}

/* More files than the checking may run ahead, in a folder: all of them, by name; nothing else that lies there. */
TEST(check_takes_a_folder)
{
    char folder[] = "/tmp/florin-check-XXXXXX";
    expect(mkdtemp(folder));
    enum { FILES = 700 };
    for (int i = 0; i <= FILES; i++) {
        FILE *f = fopen(str_format(arena, "%s/%04d.%s", folder, i, i == FILES ? "txt" : i % 2 ? "xml" : "XML").at, "wb");
        expect(f && fputs("<no", f) >= 0 && !fclose(f));
    }
    const char *words[] = { folder, "--json" };
    struct said said = run(arena, "check", ENGLISH, 2, words);
    struct str rest = said.out;
    expect_int(65, said.code);
    for (int i = 0; i < FILES; i++) {
        struct str line = str_cut(rest, '\n', &rest),
                   begin = str_format(arena, "{\"file\":\"%s/%04d.%s\"", folder, i, i % 2 ? "xml" : "XML");
        expect(str_starts(line, begin.at));
    }
    expect_str("", rest);
    for (int i = 0; i <= FILES; i++)
        unlink(str_format(arena, "%s/%04d.%s", folder, i, i == FILES ? "txt" : i % 2 ? "xml" : "XML").at);
    expect_int(0, rmdir(folder));
}

/* A hybrid PDF and its XML beside say the same. */
TEST(read_reads_the_xml_inside_a_pdf)
{
    const char *shared = test_shared();
    if (!shared) return;
    const char *words[] = { "--json", str_format(arena, "%s/data/triples/EN16931_1_Teilrechnung.pdf", shared).at };
    const char *beside[] = { "--json", str_format(arena, "%s/data/triples/EN16931_1_Teilrechnung.cii.xml", shared).at };
    struct said inside = run(arena, "read", ENGLISH, 2, words), xml = run(arena, "read", ENGLISH, 2, beside);
    expect_int(0, inside.code);
    expect_str(xml.out.at, inside.out);
    words[0] = "--rules=auto";
    expect_int(0, run(arena, "check", ENGLISH, 2, words).code);
}
