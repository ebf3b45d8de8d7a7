#include "tests/test.h"
#include "einvoice/einvoice.h"
#include "codec/xml.h"
#include <dirent.h>

static struct einvoice *read_file(struct arena *arena, const char *path)
{
    struct einvoice *invoice = NULL;
    expect_done(einvoice_read(arena, test_file(arena, path), &invoice));
    return invoice;
}

/* Differences that are in the documents themselves, not in the reading. */
static const struct { const char *file, *member, *why; } genuine[] = {
    { "", "order", "UBL must give an order number when it gives the seller's: 'Dummywert'" },
    { "EN16931_", "specification", "the UBL of the triples names Peppol, the CII EN 16931 itself" },
    { "EN16931_", "process", "the same: Peppol wants a process" },
    { "EN16931_", "seller.ids", "the conversion to UBL dropped the second id" },
    { "", "seller.ids", "the UBL twin gives one id of the seller, the CII three" },
    { "", "payee.legal_id", "only the CII twin gives it" },
    { "", "preceding", "the UBL twin names two earlier invoices, the CII one" },
    { "01.0", "buyer.name", "the twins have name and trading name the other way around" },
    { "01.0", "buyer.trading_name", "the same" },
    { "01.0", "seller.contact.name", "the CII twin names a department, the UBL twin a person" },
    { "EN16931_1_Teilrechnung", "lines[0].price_gross", "the conversion to UBL dropped the gross price" },
    { "EN16931_Elektron", "documents", "the CII points into its own PDF, the UBL does not" },
    { "01.05_minimal_test", "totals.vat", "the UBL twin writes a VAT total of 0, the CII none" },
    { "01.20a", "seller.address", "other example texts" },
    { "01.21a", "seller.vat_id", "other example texts" },
    { "01.21a", "payments[0].text", "other example texts" },
    { "01.21a", "vat_totals[0].exemption_reason", "other example texts" },
    { "03.01a", "buyer.trading_name", "only the UBL twin gives one" },
    { "03.06a", "seller.address", "the UBL twin has post code and town the other way around" },
    { "03.06a", "buyer.address", "the same" },
    { "02.01a-cvd", "lines[0]", "other example texts, properties in another order" },
};
static bool explained(struct str file, struct str member)
{
    for (size_t i = 0; i < ARRAY_LENGTH(genuine); i++)
        if (str_starts(file, genuine[i].file) && str_starts(member, genuine[i].member)) return true;
    return false;
}

static size_t compare_twins(struct arena *arena, const char *folder, const char *from, const char *to)
{
    size_t pairs = 0, wrong = 0;
    DIR *dir = opendir(folder);
    expect(dir != NULL);
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct str name = str_of(entry->d_name);
        if (!str_ends(name, from)) continue;
        struct str stem = str_part(name, 0, name.length - strlen(from));
        struct str left = str_format(arena, "%s/%s", folder, entry->d_name);
        struct str right = str_format(arena, "%s/%.*s%s", folder, STR_ARG(stem), to);
        FILE *twin = fopen(right.at, "rb");
        if (!twin) continue;
        fclose(twin);
        struct einvoice_differences differences = { 0 };
        einvoice_compare(arena, read_file(arena, left.at), read_file(arena, right.at), &differences);
        for (size_t i = 0; i < differences.list.count; i++) {
            struct einvoice_difference d = differences.list.at[i];
            if (explained(stem, d.term)) continue;
            printf("%.*s: %.*s: \"%.*s\" against \"%.*s\"\n", STR_ARG(stem), STR_ARG(d.term), STR_ARG(d.left), STR_ARG(d.right));
            wrong++;
        }
        pairs++;
    }
    closedir(dir);
    expect_int(0, wrong);
    return pairs;
}

TEST(einvoice_xrechnung_twins_are_equal)
{
    const char *shared = test_shared();
    if (!shared) return;
    expect(compare_twins(arena, str_format(arena, "%s/data/xrechnung", shared).at, "_ubl.xml", "_uncefact.xml") >= 30);
}

TEST(einvoice_triples_are_equal)
{
    const char *shared = test_shared();
    if (!shared) return;
    expect_int(8, compare_twins(arena, str_format(arena, "%s/data/triples", shared).at, ".ubl.xml", ".cii.xml"));
}

#define CBC "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
#define CAC "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
#define SMALL(encoding, name)                                                                                                                          \
    "<?xml version='1.0' encoding='" encoding                                                                                                          \
    "'?>\n<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' "                                                                    \
    "xmlns:a='" CAC "' xmlns:b='" CBC                                                                                                                  \
    "'>\n<b:ID> F-1 </b:ID><b:IssueDate>2026-02-31</b:IssueDate><b:DueDate>2026-03-01</b:DueDate>\n"                                                   \
    "<b:Note>#AAI#Let op</b:Note><b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode><b:BuyerReference></b:BuyerReference>"                            \
    "<a:AccountingSupplierParty><a:Party><a:PartyName><b:Name>" name                                                                                   \
    "</b:Name></a:PartyName></a:Party></a:AccountingSupplierParty>\n"                                                                                  \
    "<a:LegalMonetaryTotal><b:PayableAmount currencyID='EUR'>12.340</b:PayableAmount><b:PrepaidAmount>twelve</b:PrepaidAmount></a:LegalMonetaryTotal>" \
    "<a:InvoiceLine><b:ID>1</b:ID><a:SubInvoiceLine><b:ID>1.1</b:ID></a:SubInvoiceLine></a:InvoiceLine></Invoice>"

static struct einvoice *read_bytes(struct arena *arena, const char *at, size_t length)
{
    struct einvoice *invoice = NULL;
    expect_done(einvoice_read(arena, (struct str){ at, length }, &invoice));
    return invoice;
}

TEST(einvoice_tells_absent_from_empty_and_from_unreadable)
{
    const char *small = SMALL("UTF-8", "Caf\xc3\xa9");
    struct einvoice *invoice = read_bytes(arena, small, strlen(small));
    expect_int(EINVOICE_UBL_INVOICE, invoice->syntax);
    expect_str("F-1", invoice->number);
    expect_str("2026-02-31", invoice->issued.raw);
    expect_int(0, invoice->issued.date.ymd);
    expect_int(20260301, invoice->due.date.ymd);
    expect(invoice->buyer_reference.at && !invoice->buyer_reference.length);
    expect(!invoice->order.at);
    expect_str("AAI", invoice->notes.at[0].subject);
    expect_str("Let op", invoice->notes.at[0].text);
    expect_str("Caf\xc3\xa9", invoice->seller.name);
    expect_int(12340, invoice->totals.payable.value.units);
    expect_int(3, invoice->totals.payable.value.scale);
    expect_str("twelve", invoice->totals.prepaid.raw);
    expect(!invoice->totals.prepaid.value.present);
    expect(!invoice->totals.with_vat.raw.at);
    expect_str("1.1", invoice->lines.at[0].lines.at[0].id);
    expect_str("/Invoice/cac:InvoiceLine/cac:SubInvoiceLine",
               einvoice_path(arena, invoice, invoice->lines.at[0].lines.at[0].node));
    expect_int(5, einvoice_line_number(invoice, invoice->lines.at[0].node));
}

TEST(einvoice_reads_every_encoding)
{
    const char *latin = SMALL("ISO-8859-1", "Caf\xe9");
    expect_str("Caf\xc3\xa9", read_bytes(arena, latin, strlen(latin))->seller.name);
    const char *marked = "\xef\xbb\xbf" SMALL("UTF-8", "Caf\xc3\xa9");
    expect_str("Caf\xc3\xa9", read_bytes(arena, marked, strlen(marked))->seller.name);
    const char *plain = SMALL("UTF-16", "Cafe");
    size_t length = strlen(plain);
    for (int big = 0; big < 2; big++) {
        char *wide = arena_alloc(arena, 2 * length + 2);
        memcpy(wide, big ? "\xfe\xff" : "\xff\xfe", 2);
        for (size_t i = 0; i < length; i++) wide[2 + 2 * i + (size_t)big] = plain[i];
        expect_str("Cafe", read_bytes(arena, wide, 2 * length + 2)->seller.name);
        expect(einvoice_sniff((struct str){ wide, 2 * length + 2 }));
    }
}

TEST(einvoice_is_known_behind_whatever_stands_before_it)
{
    struct text before = text_new(arena);
    text_addz(&before, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- short --><!--");
    for (int i = 0; i < 600; i++) text_addz(&before, " a > b, <c/> - and -> ");
    text_addz(&before, "--><?xml-stylesheet href='a>b'?>\n\n");
    text_addz(&before, "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>");
    expect(einvoice_sniff(text_str(&before)));
    expect(einvoice_sniff(STR("<n:Invoice xmlns:n='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>")));
    expect(!einvoice_sniff(STR("<!-- xsd:Invoice-2 --><html/>"))); /* named, but no invoice */
    expect(!einvoice_sniff(STR("<!-- never closed xsd:Invoice-2")));
    expect(!einvoice_sniff(STR("no xml at all: xsd:Invoice-2")));
}

TEST(einvoice_refuses_what_is_hostile_or_no_invoice)
{
    struct einvoice *invoice;
    expect_refused(&einvoice_unknown, einvoice_read(arena, STR("<Invoice><ID>1</ID></Invoice>"), &invoice));
    expect_refused(&einvoice_unknown, einvoice_read(arena, STR("<html/>"), &invoice));
    expect_refused(&xml_malformed, einvoice_read(arena, STR("no xml"), &invoice));
    expect_refused(&xml_malformed, einvoice_read(arena, STR(""), &invoice));
    expect_refused(&xml_forbidden, einvoice_read(arena, STR("<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>"), &invoice));
    struct text deep = text_new(arena);
    for (int i = 0; i < 100000; i++) text_addz(&deep, "<a>");
    expect_refused(&input_too_large, einvoice_read(arena, text_str(&deep), &invoice));
    expect(!einvoice_sniff(STR("<html/>")));
}
