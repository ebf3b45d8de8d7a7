#include "auditfile/auditfile_private.h"
#include "xaf_codes.h" /* generated from data/xaf_codes.txt */

const char *const xaf_namespaces[XAF_40 + 1] = {
    NULL, "http://www.auditfiles.nl/XAF/3.2",
    "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0",
};

#define BOTH(e) { NULL, e, e }
#define ONLY_32(e) { NULL, e, NULL }
#define ONLY_40(e) { NULL, NULL, e }
#define EACH(a, b) { NULL, a, b }
#define AT(type, member) #member, offsetof(struct type, member)

static const struct row header[] = {
    { BOTH("fiscalYear"), AT(xaf_books, fiscal_year), ROW_TEXT, { 0, 9, 9 }, .needed = true },
    { BOTH("startDate"), AT(xaf_books, start_on), ROW_DAY, .needed = true },
    { BOTH("endDate"), AT(xaf_books, end_on), ROW_DAY, .needed = true },
    { BOTH("curCode"), AT(xaf_books, currency), ROW_CURRENCY, .needed = true },
    { BOTH("dateCreated"), AT(xaf_books, created_on), ROW_DAY, .needed = true },
    { BOTH("softwareDesc"), AT(xaf_books, software), ROW_TEXT, { 0, 50, 50 } },
    { BOTH("softwareVersion"), AT(xaf_books, software_version), ROW_TEXT, { 0, 20, 20 } },
    { ONLY_40("RGSVersion"), AT(xaf_books, rgs_version), ROW_TEXT, { 0, 0, 20 } },
};
static const struct row company[] = {
    { EACH("companyIdent", "Commercenr"), AT(xaf_books, company_id), ROW_TEXT, { 0, 35, 100 } },
    { BOTH("companyName"), AT(xaf_books, company_name), ROW_TEXT, { 0, 999, 255 }, .needed = true },
    { BOTH("taxRegistrationCountry"), AT(xaf_books, tax_country), ROW_COUNTRY, .needed = true },
    { BOTH("taxRegIdent"), AT(xaf_books, tax_id), ROW_TEXT, { 0, 30, 30 }, .needed = true },
};
static const struct row address[] = {
    { BOTH("streetname"), AT(xaf_address, street), ROW_TEXT, { 0, 999, 100 } },
    { BOTH("number"), AT(xaf_address, number), ROW_TEXT, { 0, 15, 15 } },
    { BOTH("numberExtension"), AT(xaf_address, extension), ROW_TEXT, { 0, 999, 999 } },
    { ONLY_32("property"), AT(xaf_address, property), ROW_TEXT, { 0, 50, 0 } },
    { BOTH("city"), AT(xaf_address, city), ROW_TEXT, { 0, 50, 50 } },
    { BOTH("postalCode"), AT(xaf_address, post_code), ROW_TEXT, { 0, 10, 10 } },
    { ONLY_32("region"), AT(xaf_address, region), ROW_TEXT, { 0, 50, 0 } },
    { BOTH("country"), AT(xaf_address, country), ROW_COUNTRY },
};
static const struct row party[] = {
    { BOTH("custSupID"), AT(xaf_party, id), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("custSupName"), AT(xaf_party, name), ROW_TEXT, { 0, 50, 50 } },
    { ONLY_32("contact"), AT(xaf_party, contact), ROW_TEXT, { 0, 50, 0 } },
    { ONLY_32("telephone"), AT(xaf_party, telephone), ROW_TEXT, { 0, 30, 0 } },
    { BOTH("eMail"), AT(xaf_party, email), ROW_TEXT },
    { ONLY_32("website"), AT(xaf_party, website), ROW_TEXT },
    { BOTH("commerceNr"), AT(xaf_party, kvk), ROW_TEXT, { 0, 999, 100 } },
    { BOTH("taxRegistrationCountry"), AT(xaf_party, tax_country), ROW_COUNTRY },
    { BOTH("taxRegIdent"), AT(xaf_party, tax_id), ROW_TEXT, { 0, 30, 30 } },
    { ONLY_32("relationshipID"), AT(xaf_party, relation_id), ROW_TEXT, { 0, 35, 0 } },
    { BOTH("custSupTp"), AT(xaf_party, kind), ROW_CODE, .codes = { NULL, "BCOS", "BCS" } },
    { ONLY_32("custCreditLimit"), AT(xaf_party, credit_limit), ROW_AMOUNT },
    { ONLY_40("opBalDesc"), AT(xaf_party, opening), ROW_AMOUNT },
    { ONLY_40("opBalTp"), AT(xaf_party, opening), ROW_SIGN },
    { ONLY_40("clBalDesc"), AT(xaf_party, closing), ROW_AMOUNT },
    { ONLY_40("clBalTp"), AT(xaf_party, closing), ROW_SIGN },
};
static const struct row bank_account[] = {
    { ONLY_32("bankAccNr"), AT(xaf_bank_account, number), ROW_TEXT, { 0, 35, 0 }, .needed = true },
    { ONLY_32("bankIdCd"), AT(xaf_bank_account, bank), ROW_TEXT, { 0, 35, 0 } },
};
static const struct row account[] = {
    { BOTH("accID"), AT(xaf_account, id), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("accDesc"), AT(xaf_account, description), ROW_TEXT, { 0, 999, 255 }, .needed = true },
    { BOTH("accTp"), AT(xaf_account, kind), ROW_CODE, .codes = { NULL, "BMP", "BP" }, .needed = true },
    { ONLY_32("leadCode"), AT(xaf_account, lead_code), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_32("leadDescription"), AT(xaf_account, lead_description), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_32("leadReference"), AT(xaf_account, lead_reference), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_32("leadCrossRef"), AT(xaf_account, lead_cross), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_40("RGScode"), AT(xaf_account, rgs_code), ROW_TEXT, { 0, 0, 255 } },
};
static const struct row vat_code[] = {
    { BOTH("vatID"), AT(xaf_vat_code, id), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("vatDesc"), AT(xaf_vat_code, description), ROW_TEXT, { 0, 999, 100 }, .needed = true },
    { BOTH("vatToPayAccID"), AT(xaf_vat_code, to_pay_account), ROW_ID, { 0, 35, 35 } },
    { BOTH("vatToClaimAccID"), AT(xaf_vat_code, to_claim_account), ROW_ID, { 0, 35, 35 } },
};
static const struct row period[] = {
    { BOTH("periodNumber"), AT(xaf_period, number), ROW_NUMBER, { 0, 3, 3 }, .needed = true },
    { ONLY_32("periodDesc"), AT(xaf_period, description), ROW_TEXT, { 0, 50, 0 } },
    { BOTH("startDatePeriod"), AT(xaf_period, start_on), ROW_DAY, .needed = true },
    { BOTH("endDatePeriod"), AT(xaf_period, end_on), ROW_DAY, .needed = true },
};
static const struct row opening[] = {
    { ONLY_32("opBalDate"), AT(xaf_books, opening_on), ROW_DAY },
    { ONLY_32("opBalDesc"), AT(xaf_books, opening_description), ROW_TEXT, { 0, 999, 0 } },
    { BOTH("linesCount"), AT(xaf_books, opening_declared.lines), ROW_NUMBER, { 0, 10, 10 }, .needed = true },
    { BOTH("totalDebit"), AT(xaf_books, opening_declared.debit), ROW_AMOUNT, .needed = true },
    { BOTH("totalCredit"), AT(xaf_books, opening_declared.credit), ROW_AMOUNT, .needed = true },
};
static const struct row opening_line[] = {
    { BOTH("nr"), AT(xaf_opening_line, number), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("accID"), AT(xaf_opening_line, account), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("amnt"), AT(xaf_opening_line, amount), ROW_AMOUNT, .needed = true },
    { BOTH("amntTp"), AT(xaf_opening_line, amount), ROW_SIGN, .needed = true },
};
static const struct row transactions[] = {
    { BOTH("linesCount"), AT(xaf_books, declared.lines), ROW_NUMBER, { 0, 10, 10 }, .needed = true },
    { BOTH("totalDebit"), AT(xaf_books, declared.debit), ROW_AMOUNT, .needed = true },
    { BOTH("totalCredit"), AT(xaf_books, declared.credit), ROW_AMOUNT, .needed = true },
};
static const struct row journal[] = {
    { BOTH("jrnID"), AT(xaf_journal, id), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("desc"), AT(xaf_journal, description), ROW_TEXT, .needed = true },
    { BOTH("jrnTp"), AT(xaf_journal, kind), ROW_CODE, .codes = { NULL, "BCGMOPSTYZ", "BCGMOPSTYZ" } },
    { BOTH("offsetAccID"), AT(xaf_journal, offset_account), ROW_ID, { 0, 35, 35 } },
    { ONLY_32("bankAccNr"), AT(xaf_journal, bank_account), ROW_TEXT, { 0, 35, 0 } },
};
static const struct row transaction[] = {
    { BOTH("nr"), AT(xaf_transaction, number), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("desc"), AT(xaf_transaction, description), ROW_TEXT },
    { BOTH("periodNumber"), AT(xaf_transaction, period), ROW_NUMBER, { 0, 3, 3 }, .needed = true },
    { BOTH("trDt"), AT(xaf_transaction, day), ROW_DAY, .needed = true },
    { ONLY_32("amnt"), AT(xaf_transaction, amount), ROW_AMOUNT },
    { ONLY_32("amntTp"), AT(xaf_transaction, amount), ROW_SIGN },
    { EACH("sourceID", "Source"), AT(xaf_transaction, source), ROW_TEXT, { 0, 35, 999 } },
    { EACH("userID", "User"), AT(xaf_transaction, user), ROW_TEXT, { 0, 35, 999 } },
};
static const struct row line[] = {
    { BOTH("nr"), AT(xaf_line, number), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("accID"), AT(xaf_line, account), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("docRef"), AT(xaf_line, document), ROW_TEXT, { 0, 999, 255 }, .needed = true },
    { BOTH("effDate"), AT(xaf_line, effective_on), ROW_DAY, .needed = true },
    { ONLY_40("settDate"), AT(xaf_line, settled_on), ROW_DAY },
    { BOTH("desc"), AT(xaf_line, description), ROW_TEXT },
    { BOTH("amnt"), AT(xaf_line, amount), ROW_AMOUNT, .needed = true },
    { BOTH("amntTp"), AT(xaf_line, amount), ROW_SIGN, .needed = true },
    { ONLY_32("recRef"), AT(xaf_line, match), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_32("matchKeyID"), AT(xaf_line, match_key), ROW_TEXT, { 0, 35, 0 } },
    { BOTH("custSupID"), AT(xaf_line, party), ROW_ID, { 0, 35, 35 } },
    { BOTH("invRef"), AT(xaf_line, invoice), ROW_TEXT, { 0, 999, 255 } },
    { ONLY_32("orderRef"), AT(xaf_line, order), ROW_TEXT, { 0, 999, 0 } },
    { BOTH("receivingDocRef"), AT(xaf_line, receipt), ROW_TEXT, { 0, 999, 255 } },
    { BOTH("shipDocRef"), AT(xaf_line, shipment), ROW_TEXT, { 0, 999, 255 } },
    { EACH("costID", "cost"), AT(xaf_line, cost), ROW_TEXT, { 0, 35, 999 } },
    { EACH("prodID", "product"), AT(xaf_line, product), ROW_TEXT, { 0, 35, 999 } },
    { EACH("projID", "project"), AT(xaf_line, project), ROW_TEXT, { 0, 35, 999 } },
    { ONLY_32("artGrpID"), AT(xaf_line, article_group), ROW_TEXT, { 0, 35, 0 } },
    { BOTH("workCostArrRef"), AT(xaf_line, work_cost), ROW_TEXT, { 0, 999, 255 } },
    { ONLY_32("qntityID"), AT(xaf_line, quantity_unit), ROW_TEXT, { 0, 35, 0 } },
    { ONLY_32("qntity"), AT(xaf_line, quantity), ROW_QUANTITY, { 0, 10, 0 } },
    { BOTH("bankAccNr"), AT(xaf_line, bank_account), ROW_TEXT, { 0, 35, 35 } },
    { ONLY_32("bankIdCd"), AT(xaf_line, bank), ROW_TEXT, { 0, 35, 0 } },
    { ONLY_40("offsetBankAccNr"), AT(xaf_line, other_bank_account), ROW_TEXT, { 0, 0, 35 } },
};
static const struct row line_vat[] = {
    { BOTH("vatID"), AT(xaf_vat, code), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("vatPerc"), AT(xaf_vat, percent), ROW_PERCENT, .needed = true },
    { BOTH("vatAmnt"), AT(xaf_vat, amount), ROW_AMOUNT, .needed = true },
    { BOTH("vatAmntTp"), AT(xaf_vat, amount), ROW_SIGN, .needed = true },
};
static const struct row line_currency[] = {
    { BOTH("curCode"), AT(xaf_line, currency), ROW_CURRENCY, .needed = true },
    { BOTH("curAmnt"), AT(xaf_line, currency_amount), ROW_FOREIGN, .needed = true },
};

#define ROWS(table) ((struct rows){ table, ARRAY_LENGTH(table) })
struct rows xaf_rows(enum container c)
{
    switch (c) {
    case XAF_HEADER: return ROWS(header);
    case XAF_COMPANY: return ROWS(company);
    case XAF_ADDRESS:
    case XAF_PARTY_ADDRESS: return ROWS(address);
    case XAF_PARTY: return ROWS(party);
    case XAF_BANK_ACCOUNT: return ROWS(bank_account);
    case XAF_ACCOUNT: return ROWS(account);
    case XAF_VAT_CODE: return ROWS(vat_code);
    case XAF_PERIOD: return ROWS(period);
    case XAF_OPENING: return ROWS(opening);
    case XAF_OPENING_LINE: return ROWS(opening_line);
    case XAF_TRANSACTIONS: return ROWS(transactions);
    case XAF_JOURNAL: return ROWS(journal);
    case XAF_TRANSACTION: return ROWS(transaction);
    case XAF_LINE: return ROWS(line);
    case XAF_LINE_VAT: return ROWS(line_vat);
    case XAF_LINE_CURRENCY: return ROWS(line_currency);
    case XAF_NOWHERE:
    case XAF_FILE:
    case XAF_PARTIES:
    case XAF_LEDGER:
    case XAF_VAT_CODES:
    case XAF_PERIODS:
    case XAF_CONTAINERS: break;
    }
    return (struct rows){ NULL, 0 };
}

static bool is_capitals(struct str s, size_t length)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.at[i] < 'A' || s.at[i] > 'Z') return false;
    return s.length == length;
}

static bool in_list(const char *list, struct str code)
{
    char with[8];
    snprintf(with, sizeof with, " %.*s ", STR_ARG(code));
    return strstr(list, with) != NULL;
}

bool xaf_country_is_known(enum xaf_version version, struct str country)
{
    return is_capitals(country, 2) && (version == XAF_40 || in_list(xaf_country_codes, country));
}

bool xaf_currency_is_known(enum xaf_version version, struct str currency)
{
    return is_capitals(currency, 3) && (version == XAF_40 || in_list(xaf_currency_codes, currency));
}

bool xaf_count(struct xaf_totals *t, int64_t minor)
{
    struct xaf_amount *side = minor < 0 ? &t->credit : &t->debit;
    t->lines++;
    t->debit.present = t->credit.present = true;
    return minor < 0 ? int_sub(side->minor, minor, &side->minor) : int_add(side->minor, minor, &side->minor);
}
