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
static void expect_read(struct arena *arena, const char *content, const char *json)
{
    const char *words[] = { "--json", given_file(arena, content) };
    struct said said = run(arena, "read", ENGLISH, 2, words);
    if (said.code) printf("%.*s\n", STR_ARG(said.err));
    expect_int(0, said.code);
    expect_str(json, said.out);
    unlink(words[1]);
}

TEST(read_gives_files_of_payments_and_their_answers)
{
    expect_read(
        arena,
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'><CstmrCdtTrfInitn><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-01T09:00:00</CreDtTm>"
        "<NbOfTxs>2</NbOfTxs><CtrlSum>13.50</CtrlSum><InitgPty><Nm>Wij</Nm></InitgPty></GrpHdr><PmtInf><PmtInfId>M1-1</PmtInfId><PmtMtd>TRF</PmtMtd>"
        "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt><Dt>2026-03-02</Dt></ReqdExctnDt><Dbtr><Nm>Wij B.V.</Nm></Dbtr>"
        "<DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>ABNANL2A</BICFI></FinInstnId></DbtrAgt>"
        "<CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><Amt><InstdAmt Ccy='EUR'>12.50</InstdAmt></Amt><Cdtr><Nm>Zij</Nm></Cdtr>"
        "<CdtrAcct><Id><IBAN>NL20INGB0001234567</IBAN></Id></CdtrAcct><RmtInf><Ustrd>F 1</Ustrd><Ustrd>en F 2</Ustrd></RmtInf></CdtTrfTxInf>"
        "<CdtTrfTxInf><PmtId><EndToEndId>E2</EndToEndId></PmtId><Amt><InstdAmt Ccy='EUR'>1.00</InstdAmt></Amt><Cdtr><Nm>Hij</Nm></Cdtr>"
        "<RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>",
        "{\"payment_orders\":{\"kind\":\"pain.001.001.09\",\"message_id\":\"M1\",\"created_at\":\"2026-03-01T09:00:00\",\"initiator\":\"Wij\","
        "\"declared_count\":\"2\",\"declared_sum\":\"13.50\",\"groups\":[{\"id\":\"M1-1\",\"method\":\"TRF\",\"service_level\":\"SEPA\","
        "\"requested_on\":\"2026-03-02\",\"name\":\"Wij B.V.\",\"account\":\"NL91ABNA0417164300\",\"bic\":\"ABNANL2A\",\"orders\":["
        "{\"end_to_end_id\":\"E1\",\"amount\":\"12.50\",\"currency\":\"EUR\",\"name\":\"Zij\",\"account\":\"NL20INGB0001234567\",\"remittance\":\"F 1\\nen F 2\"},"
        "{\"end_to_end_id\":\"E2\",\"amount\":\"1.00\",\"currency\":\"EUR\",\"name\":\"Hij\",\"reference\":\"RF18539007547034\"}]}]}}\n");
    expect_read(
        arena,
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.008.001.08'><CstmrDrctDbtInitn><GrpHdr><MsgId>D1</MsgId></GrpHdr><PmtInf><PmtInfId>D1-1</PmtInfId><PmtMtd>DD</PmtMtd>"
        "<PmtTpInf><LclInstrm><Cd>CORE</Cd></LclInstrm><SeqTp>FRST</SeqTp></PmtTpInf><ReqdColltnDt>2026-03-09</ReqdColltnDt><Cdtr><Nm>Wij</Nm></Cdtr>"
        "<CdtrSchmeId><Id><PrvtId><Othr><Id>NL00ZZZ123456780000</Id></Othr></PrvtId></Id></CdtrSchmeId>"
        "<DrctDbtTxInf><PmtId><EndToEndId>I1</EndToEndId></PmtId><InstdAmt Ccy='EUR'>9.99</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>K7</MndtId>"
        "<DtOfSgntr>2025-12-31</DtOfSgntr></MndtRltdInf></DrctDbtTx><Dbtr><Nm>Klant</Nm></Dbtr><DbtrAcct><Id><IBAN>NL20INGB0001234567</IBAN></Id></DbtrAcct>"
        "</DrctDbtTxInf></PmtInf></CstmrDrctDbtInitn></Document>",
        "{\"payment_orders\":{\"kind\":\"pain.008.001.08\",\"message_id\":\"D1\",\"groups\":[{\"id\":\"D1-1\",\"method\":\"DD\",\"local_instrument\":\"CORE\","
        "\"sequence\":\"FRST\",\"requested_on\":\"2026-03-09\",\"name\":\"Wij\",\"creditor_id\":\"NL00ZZZ123456780000\",\"orders\":[{\"end_to_end_id\":\"I1\","
        "\"amount\":\"9.99\",\"currency\":\"EUR\",\"name\":\"Klant\",\"account\":\"NL20INGB0001234567\",\"mandate_id\":\"K7\",\"mandate_on\":\"2025-12-31\"}]}]}}\n");
    expect_read(
        arena,
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><CstmrPmtStsRpt><GrpHdr><MsgId>A1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>"
        "<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>M1-1</OrgnlPmtInfId>"
        "<TxInfAndSts><OrgnlEndToEndId>E2</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>",
        "{\"payment_status\":{\"message_id\":\"A1\",\"original_message_id\":\"M1\",\"original_message_kind\":\"pain.001.001.09\",\"status_code\":\"PART\",\"status\":\"partial\","
        "\"groups\":[{\"original_group_id\":\"M1-1\"}],\"transactions\":[{\"original_end_to_end_id\":\"E2\",\"status_code\":\"RJCT\",\"status\":\"rejected\","
        "\"reasons\":[{\"code\":\"AC04\"}]}]}}\n");
    const char *words[] = {
        "--json", given_file(arena, "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'><x/></Document>")
    };
    struct said said = run(arena, "read", ENGLISH, 2, words);
    expect(said.code == 65 && str_find(said.err, "orders.not_one") >= 0);
    unlink(words[1]);
}

TEST(read_gives_an_audit_file)
{
    static const char *const spaces[] = {
        "http://www.auditfiles.nl/XAF/3.2",
        "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0"
    };
    for (int i = 0; i < 2; i++)
        expect_read(
            arena,
            str_format(
                arena,
                "<auditfile xmlns='%s'><header><fiscalYear>2026</fiscalYear><startDate>2026-01-01</startDate><endDate>2026-12-31</endDate>"
                "<curCode>EUR</curCode><dateCreated>2027-01-05</dateCreated><softwareDesc>x</softwareDesc><softwareVersion>1</softwareVersion></header><company>"
                "<companyName>Wij</companyName><taxRegistrationCountry>NL</taxRegistrationCountry><taxRegIdent>1</taxRegIdent>"
                "<generalLedger><ledgerAccount><accID>1000</accID><accDesc>Kas</accDesc><accTp>B</accTp></ledgerAccount></generalLedger>"
                "<transactions><linesCount>1</linesCount><totalDebit>2.50</totalDebit><totalCredit>0.00</totalCredit><journal><jrnID>M</jrnID><desc>Memoriaal</desc><jrnTp>M</jrnTp>"
                "<transaction><nr>7</nr><desc>Koffie</desc><periodNumber>1</periodNumber><trDt>2026-01-02</trDt><trLine><nr>1</nr><accID>1000</accID>"
                "<docRef>B1</docRef><effDate>2026-01-02</effDate><amnt>2.50</amnt><amntTp>D</amntTp></trLine></transaction></journal></transactions></company></auditfile>",
                spaces[i])
                .at,
            str_format(
                arena,
                "{\"audit_file\":{\"version\":\"XAF %s\",\"fiscal_year\":\"2026\",\"start_on\":\"2026-01-01\",\"end_on\":\"2026-12-31\",\"created_on\":\"2027-01-05\","
                "\"currency\":\"EUR\",\"software\":\"x\",\"software_version\":\"1\",\"company_name\":\"Wij\",\"tax_country\":\"NL\",\"tax_id\":\"1\",\"parties\":[],"
                "\"accounts\":[{\"id\":\"1000\",\"description\":\"Kas\",\"kind\":\"B\"}],\"vat_codes\":[],\"periods\":[],\"opening\":[],"
                "\"journals\":[{\"id\":\"M\",\"description\":\"Memoriaal\",\"kind\":\"M\"}],\"declared\":{\"lines\":1,\"debit\":\"2.50\",\"credit\":\"0.00\"},"
                "\"counted\":{\"lines\":1,\"debit\":\"2.50\",\"credit\":\"0.00\"},\"transactions\":[{\"journal\":\"M\",\"number\":\"7\",\"description\":\"Koffie\",\"period\":1,"
                "\"day\":\"2026-01-02\",\"lines\":[{\"number\":\"1\",\"account\":\"1000\",\"amount\":\"2.50\",\"document\":\"B1\",\"effective_on\":\"2026-01-02\"}]}]}}\n",
                i ? "4.0" : "3.2")
                .at);
}

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
