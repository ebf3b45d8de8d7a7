/* The kinds of import, their fields, and the headings by which a column is recognised (data/import_headers.csv). */
#include "import/import_private.h"
#include "import_headers.csv.h"

const struct import_field_spec import_fields[F_COUNT] = {
    [F_KEY] = { "key", IMPORT_TEXT, 100 },
    [F_NUMBER] = { "number", IMPORT_TEXT, 60 },
    [F_NAME] = { "name", IMPORT_TEXT, 200 },
    [F_KVK] = { "kvk_number", IMPORT_TEXT, 20 },
    [F_OIN] = { "oin", IMPORT_TEXT, 30 },
    [F_VAT] = { "vat_number", IMPORT_TEXT, 30 },
    [F_EMAIL] = { "email", IMPORT_TEXT, 254 },
    [F_PHONE] = { "phone", IMPORT_TEXT, 40 },
    [F_STREET] = { "street", IMPORT_TEXT, 190 },
    [F_HOUSE] = { "house_number", IMPORT_TEXT, 10 },
    [F_POSTAL] = { "postal_code", IMPORT_TEXT, 20 },
    [F_CITY] = { "city", IMPORT_TEXT, 100 },
    [F_COUNTRY] = { "country", IMPORT_TEXT, 60 },
    [F_CURRENCY] = { "currency", IMPORT_TEXT, 3 },
    [F_LANGUAGE] = { "language", IMPORT_TEXT, 20 },
    [F_TERMS] = { "terms_days", IMPORT_WHOLE, 0 },
    [F_IBAN] = { "iban", IMPORT_TEXT, 400 },
    [F_BIC] = { "bic", IMPORT_TEXT, 20 },
    [F_PARENT] = { "parent", IMPORT_TEXT, 100 },
    [F_NOTES] = { "notes", IMPORT_TEXT, 4000 },
    [F_PARTY] = { "party", IMPORT_TEXT, 200 },
    [F_PARTY_NAME] = { "party_name", IMPORT_TEXT, 200 },
    [F_HOLDER] = { "holder", IMPORT_TEXT, 140 },
    [F_TYPE] = { "type", IMPORT_TEXT, 40 },
    [F_ISSUED] = { "issued_on", IMPORT_DAY, 0 },
    [F_DUE] = { "due_on", IMPORT_DAY, 0 },
    [F_TOTAL] = { "total", IMPORT_AMOUNT, 0 },
    [F_OPEN] = { "open", IMPORT_AMOUNT, 0 },
    [F_DEBIT] = { "debit", IMPORT_AMOUNT, 0 },
    [F_CREDIT] = { "credit", IMPORT_AMOUNT, 0 },
    [F_PAYMENT_REFERENCE] = { "payment_reference", IMPORT_TEXT, 100 },
    [F_ORDER] = { "order_number", IMPORT_TEXT, 100 },
    [F_DISCOUNT_PERCENT] = { "discount_percent", IMPORT_PERCENT, 0 },
    [F_DISCOUNT] = { "discount", IMPORT_AMOUNT, 0 },
    [F_DISCOUNT_UNTIL] = { "discount_until", IMPORT_DAY, 0 },
    [F_COLLECT] = { "collect", IMPORT_TEXT, 40 },
    [F_DESCRIPTION] = { "description", IMPORT_TEXT, 500 },
    [F_ACCOUNT] = { "account", IMPORT_TEXT, 20 },
    [F_BALANCE] = { "balance", IMPORT_AMOUNT, 0 },
    [F_PAID_ON] = { "paid_on", IMPORT_DAY, 0 },
    [F_AMOUNT] = { "amount", IMPORT_AMOUNT, 0 },
    [F_ULTIMATE] = { "ultimate_name", IMPORT_TEXT, 200 },
    [F_REMITTANCE] = { "remittance", IMPORT_TEXT, 2000 },
    [F_REFERENCE] = { "reference", IMPORT_TEXT, 100 },
    [F_END_TO_END] = { "end_to_end_id", IMPORT_TEXT, 100 },
    [F_BATCH] = { "batch_id", IMPORT_TEXT, 100 },
    [F_CATEGORY] = { "category", IMPORT_TEXT, 40 },
    [F_INVOICES] = { "invoices", IMPORT_TEXT, 30000 },
    [F_DIFFERENCE] = { "difference", IMPORT_TEXT, 40 },
    [F_DIFFERENCE_AMOUNT] = { "difference_amount", IMPORT_AMOUNT, 0 },
    [F_SETTLEMENT] = { "settlement", IMPORT_TEXT, 100 },
    [F_PAYMENT] = { "payment", IMPORT_TEXT, 100 },
    [F_FEE] = { "fee", IMPORT_AMOUNT, 0 },
    [F_SETTLED_ON] = { "settled_on", IMPORT_DAY, 0 },
    [F_COLLECTED_ON] = { "collected_on", IMPORT_DAY, 0 },
    [F_INVOICE] = { "invoice", IMPORT_TEXT, 100 },
};

static const enum import_field party_fields[] = { F_KEY,     F_NUMBER,   F_NAME,     F_KVK,   F_OIN,    F_VAT,
                                                  F_EMAIL,   F_PHONE,    F_STREET,   F_HOUSE, F_POSTAL, F_CITY,
                                                  F_COUNTRY, F_CURRENCY, F_LANGUAGE, F_TERMS, F_IBAN,   F_BIC,
                                                  F_PARENT,  F_NOTES,    F_NONE };
static const enum import_field account_fields[] = { F_PARTY, F_NAME, F_IBAN, F_BIC, F_HOLDER, F_NONE };
static const enum import_field item_fields[] = { F_KEY,
                                                 F_PARTY,
                                                 F_PARTY_NAME,
                                                 F_NUMBER,
                                                 F_TYPE,
                                                 F_ISSUED,
                                                 F_DUE,
                                                 F_CURRENCY,
                                                 F_TOTAL,
                                                 F_OPEN,
                                                 F_DEBIT,
                                                 F_CREDIT,
                                                 F_PAYMENT_REFERENCE,
                                                 F_ORDER,
                                                 F_DISCOUNT_PERCENT,
                                                 F_DISCOUNT,
                                                 F_DISCOUNT_UNTIL,
                                                 F_COLLECT,
                                                 F_DESCRIPTION,
                                                 F_NONE };
static const enum import_field balance_fields[] = { F_ACCOUNT, F_NAME, F_DEBIT, F_CREDIT, F_BALANCE, F_NONE };
static const enum import_field past_fields[] = { F_KEY,       F_PAID_ON,    F_AMOUNT,     F_CURRENCY,
                                                 F_NAME,      F_IBAN,       F_ULTIMATE,   F_REMITTANCE,
                                                 F_REFERENCE, F_END_TO_END, F_BATCH,      F_CATEGORY,
                                                 F_PARTY,     F_INVOICES,   F_DIFFERENCE, F_DIFFERENCE_AMOUNT,
                                                 F_NONE };

const char *const import_kind_names[IMPORT_KIND_COUNT] = { NULL,       "customers", "suppliers",     "accounts", "receivables",
                                                           "payables", "balances",  "paid_invoices", "payments" };
const struct import_kind_spec import_kinds[IMPORT_KIND_COUNT] = {
    [IMPORT_CUSTOMERS] = { "customers",
                           "party",
                           party_fields,
                           { F_NAME },
                           { 0 },
                           "Debiteurnummer;Naam;KvK-nummer;Btw-nummer;E-mail;Straat;Huisnummer;Postcode;Plaats;Land;Betalingstermijn;IBAN\r\n"
                           "10001;Bakkerij De Zon B.V.;12345678;NL004495445B01;administratie@dezon.example;Dorpsstraat;1;1234 AB;Utrecht;NL;30;NL91ABNA0417164300\r\n"
                           "10002;Maan Advies;;;post@maan.example;Kade;12a;9711 AA;Groningen;NL;14;\r\n" },
    [IMPORT_SUPPLIERS] = { "suppliers",
                           "party",
                           party_fields,
                           { F_NAME },
                           { 0 },
                           "Crediteurnummer;Naam;KvK-nummer;Btw-nummer;E-mail;Straat;Huisnummer;Postcode;Plaats;Land;Betalingstermijn;IBAN\r\n"
                           "20001;Groothandel Noord B.V.;87654321;;facturen@noord.example;Haven;8;9979 XX;Eemshaven;NL;30;NL69INGB0123456789\r\n" },
    [IMPORT_ACCOUNTS] = { "accounts",
                          "account",
                          account_fields,
                          { F_PARTY, F_IBAN },
                          { 0 },
                          "Relatienummer;IBAN;Tenaamstelling\r\n10001;NL91ABNA0417164300;Bakkerij De Zon B.V.\r\n" },
    [IMPORT_RECEIVABLES] = { "receivables",
                             "item",
                             item_fields,
                             { F_PARTY, F_NUMBER, F_ISSUED },
                             { F_OPEN, F_TOTAL, F_DEBIT, F_CREDIT },
                             "Debiteurnummer;Factuurnummer;Factuurdatum;Vervaldatum;Factuurbedrag;Openstaand;Betalingskenmerk\r\n"
                             "10001;2025-0012;15-01-2025;14-02-2025;1.210,00;1.210,00;\r\n10002;2025-0015;20-01-2025;03-02-2025;605,00;302,50;\r\n"
                             "10001;2025-0016;22-01-2025;;-121,00;-121,00;\r\n" },
    [IMPORT_PAYABLES] = { "payables",
                          "item",
                          item_fields,
                          { F_PARTY, F_NUMBER, F_ISSUED },
                          { F_OPEN, F_TOTAL, F_DEBIT, F_CREDIT },
                          "Crediteurnummer;Factuurnummer;Factuurdatum;Vervaldatum;Factuurbedrag;Openstaand;Betalingskenmerk\r\n"
                          "20001;F-7781;10-01-2025;09-02-2025;2.420,00;2.420,00;\r\n" },
    [IMPORT_BALANCES] = { "balances",
                          "balance",
                          balance_fields,
                          { F_ACCOUNT },
                          { F_DEBIT, F_CREDIT, F_BALANCE },
                          "Grootboekrekening;Omschrijving;Debet;Credit\r\n1100;Bank;25.000,00;\r\n0500;Eigen vermogen;;25.000,00\r\n" },
    [IMPORT_PAID_INVOICES] = { "paid_invoices",
                               "item",
                               item_fields,
                               { F_PARTY, F_NUMBER, F_ISSUED },
                               { F_TOTAL, F_OPEN, F_DEBIT, F_CREDIT },
                               "Debiteurnummer;Factuurnummer;Factuurdatum;Vervaldatum;Factuurbedrag;Betalingskenmerk\r\n10001;2024-0980;01-12-2024;31-12-2024;847,00;\r\n" },
    [IMPORT_PAYMENTS] = { "payments",
                          "past",
                          past_fields,
                          { F_PAID_ON, F_AMOUNT },
                          { 0 },
                          "Betaaldatum;Bedrag;Naam;IBAN;Omschrijving;Klantnummer;Facturen\r\n"
                          "03-01-2025;847,00;Bakkerij De Zon;NL91ABNA0417164300;factuur 2024-0980;10001;2024-0980:847,00\r\n" },
};

/* What a person calls a field that must be there. */
const char *import_label(enum import_field field)
{
    static const struct {
        enum import_field field;
        const char *label;
    } labels[] = {
        { F_NAME, "the name" },
        { F_PARTY, "the customer or supplier" },
        { F_IBAN, "the IBAN" },
        { F_NUMBER, "the invoice number" },
        { F_ISSUED, "the invoice date" },
        { F_OPEN, "the amount that is open" },
        { F_TOTAL, "the total" },
        { F_ACCOUNT, "the ledger account" },
        { F_DEBIT, "debit, credit or balance" },
        { F_PAID_ON, "the day of payment" },
        { F_AMOUNT, "the amount" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(labels); i++)
        if (labels[i].field == field) return labels[i].label;
    return import_fields[field].name;
}

enum import_field import_field_named(enum import_kind kind, struct str name)
{
    for (const enum import_field *f = import_kinds[kind].fields; *f; f++)
        if (str_is(name, import_fields[*f].name)) return *f;
    return F_NONE;
}

/* Letters and digits only, lower case, accents off: "Factuur-nr." is "factuurnr". */
struct str import_heading_key(struct arena *arena, struct str heading)
{
    struct str key = party_name_key(arena, heading);
    struct text t = text_new(arena);
    for (size_t i = 0; i < key.length; i++)
        if (key.at[i] != ' ') text_add_char(&t, key.at[i]);
    if (str_find(heading, "%") >= 0) text_addz(&t, "%");
    return text_str(&t);
}

enum import_field import_field_of_heading(struct arena *arena, enum import_kind kind, struct str heading)
{
    struct str wanted = import_heading_key(arena, heading), group, name;
    if (!wanted.length) return F_NONE;
    for (struct str rest = str_of(import_headers_csv); rest.length;) {
        struct str line = str_cut(rest, '\n', &rest), headings;
        if (str_starts(line, "#")) continue;
        group = str_cut(line, ';', &headings);
        name = str_cut(headings, ';', &headings);
        if (!str_is(group, import_kinds[kind].group)) continue;
        while (headings.length)
            if (str_equal(wanted, import_heading_key(arena, str_cut(headings, '|', &headings))))
                return import_field_named(kind, name);
    }
    return F_NONE;
}
