#include "auditfile/auditfile_private.h"
#include "xaf_codes.h" /* generated from data/xaf_codes.txt */

const char *const audit_namespaces[XAF_40 + 1] = {
    NULL, "http://www.auditfiles.nl/XAF/3.2",
    "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0",
};

#define BOTH(e) { NULL, e, e }
#define ONLY_32(e) { NULL, e, NULL }
#define ONLY_40(e) { NULL, NULL, e }
#define EACH(a, b) { NULL, a, b }
#define AT(type, member) #member, offsetof(struct type, member)

static const struct row header[] = {
    { BOTH("fiscalYear"), AT(audit_books, fiscal_year), ROW_TEXT, { 0, 9, 9 }, .needed = true },
    { BOTH("startDate"), AT(audit_books, start_on), ROW_DAY, .needed = true },
    { BOTH("endDate"), AT(audit_books, end_on), ROW_DAY, .needed = true },
    { BOTH("curCode"), AT(audit_books, currency), ROW_CURRENCY, .needed = true },
    { BOTH("dateCreated"), AT(audit_books, created_on), ROW_DAY, .needed = true },
    { BOTH("softwareDesc"), AT(audit_books, software), ROW_TEXT, { 0, 50, 50 } },
    { BOTH("softwareVersion"), AT(audit_books, software_version), ROW_TEXT, { 0, 20, 20 } },
    { ONLY_40("RGSVersion"), AT(audit_books, rgs_version), ROW_TEXT, { 0, 0, 20 } },
};
static const struct row company[] = {
    { EACH("companyIdent", "Commercenr"), AT(audit_books, company_id), ROW_TEXT, { 0, 35, 100 } },
    { BOTH("companyName"), AT(audit_books, company_name), ROW_TEXT, { 0, 999, 255 }, .needed = true },
    { BOTH("taxRegistrationCountry"), AT(audit_books, tax_country), ROW_COUNTRY, .needed = true },
    { BOTH("taxRegIdent"), AT(audit_books, tax_id), ROW_TEXT, { 0, 30, 30 }, .needed = true },
};
static const struct row address[] = {
    { BOTH("streetname"), AT(audit_address, street), ROW_TEXT, { 0, 999, 100 } },
    { BOTH("number"), AT(audit_address, number), ROW_TEXT, { 0, 15, 15 } },
    { BOTH("numberExtension"), AT(audit_address, extension), ROW_TEXT, { 0, 999, 999 } },
    { ONLY_32("property"), AT(audit_address, property), ROW_TEXT, { 0, 50, 0 } },
    { BOTH("city"), AT(audit_address, city), ROW_TEXT, { 0, 50, 50 } },
    { BOTH("postalCode"), AT(audit_address, post_code), ROW_TEXT, { 0, 10, 10 } },
    { ONLY_32("region"), AT(audit_address, region), ROW_TEXT, { 0, 50, 0 } },
    { BOTH("country"), AT(audit_address, country), ROW_COUNTRY },
};
static const struct row party[] = {
    { BOTH("custSupID"), AT(audit_party, id), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("custSupName"), AT(audit_party, name), ROW_TEXT, { 0, 50, 50 } },
    { ONLY_32("contact"), AT(audit_party, contact), ROW_TEXT, { 0, 50, 0 } },
    { ONLY_32("telephone"), AT(audit_party, telephone), ROW_TEXT, { 0, 30, 0 } },
    { BOTH("eMail"), AT(audit_party, email), ROW_TEXT },
    { ONLY_32("website"), AT(audit_party, website), ROW_TEXT },
    { BOTH("commerceNr"), AT(audit_party, kvk), ROW_TEXT, { 0, 999, 100 } },
    { BOTH("taxRegistrationCountry"), AT(audit_party, tax_country), ROW_COUNTRY },
    { BOTH("taxRegIdent"), AT(audit_party, tax_id), ROW_TEXT, { 0, 30, 30 } },
    { ONLY_32("relationshipID"), AT(audit_party, relation_id), ROW_TEXT, { 0, 35, 0 } },
    { BOTH("custSupTp"), AT(audit_party, kind), ROW_CODE, .codes = { NULL, "BCOS", "BCS" } },
    { ONLY_32("custCreditLimit"), AT(audit_party, credit_limit), ROW_AMOUNT },
    { ONLY_40("opBalDesc"), AT(audit_party, opening), ROW_AMOUNT },
    { ONLY_40("opBalTp"), AT(audit_party, opening), ROW_SIGN },
    { ONLY_40("clBalDesc"), AT(audit_party, closing), ROW_AMOUNT },
    { ONLY_40("clBalTp"), AT(audit_party, closing), ROW_SIGN },
};
static const struct row bank_account[] = {
    { ONLY_32("bankAccNr"), AT(audit_bank_account, number), ROW_TEXT, { 0, 35, 0 }, .needed = true },
    { ONLY_32("bankIdCd"), AT(audit_bank_account, bank), ROW_TEXT, { 0, 35, 0 } },
};
static const struct row account[] = {
    { BOTH("accID"), AT(audit_account, id), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("accDesc"), AT(audit_account, description), ROW_TEXT, { 0, 999, 255 }, .needed = true },
    { BOTH("accTp"), AT(audit_account, kind), ROW_CODE, .codes = { NULL, "BMP", "BP" }, .needed = true },
    { ONLY_32("leadCode"), AT(audit_account, lead_code), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_32("leadDescription"), AT(audit_account, lead_description), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_32("leadReference"), AT(audit_account, lead_reference), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_32("leadCrossRef"), AT(audit_account, lead_cross), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_40("RGScode"), AT(audit_account, rgs_code), ROW_TEXT, { 0, 0, 255 } },
};
static const struct row vat_code[] = {
    { BOTH("vatID"), AT(audit_vat_code, id), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("vatDesc"), AT(audit_vat_code, description), ROW_TEXT, { 0, 999, 100 }, .needed = true },
    { BOTH("vatToPayAccID"), AT(audit_vat_code, to_pay_account), ROW_ID, { 0, 35, 35 } },
    { BOTH("vatToClaimAccID"), AT(audit_vat_code, to_claim_account), ROW_ID, { 0, 35, 35 } },
};
static const struct row period[] = {
    { BOTH("periodNumber"), AT(audit_period, number), ROW_NUMBER, { 0, 3, 3 }, .needed = true },
    { ONLY_32("periodDesc"), AT(audit_period, description), ROW_TEXT, { 0, 50, 0 } },
    { BOTH("startDatePeriod"), AT(audit_period, start_on), ROW_DAY, .needed = true },
    { BOTH("endDatePeriod"), AT(audit_period, end_on), ROW_DAY, .needed = true },
};
static const struct row opening[] = {
    { ONLY_32("opBalDate"), AT(audit_books, opening_on), ROW_DAY },
    { ONLY_32("opBalDesc"), AT(audit_books, opening_description), ROW_TEXT, { 0, 999, 0 } },
    { BOTH("linesCount"), AT(audit_books, opening_declared.lines), ROW_NUMBER, { 0, 10, 10 }, .needed = true },
    { BOTH("totalDebit"), AT(audit_books, opening_declared.debit), ROW_AMOUNT, .needed = true },
    { BOTH("totalCredit"), AT(audit_books, opening_declared.credit), ROW_AMOUNT, .needed = true },
};
static const struct row opening_line[] = {
    { BOTH("nr"), AT(audit_opening_line, number), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("accID"), AT(audit_opening_line, account), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("amnt"), AT(audit_opening_line, amount), ROW_AMOUNT, .needed = true },
    { BOTH("amntTp"), AT(audit_opening_line, amount), ROW_SIGN, .needed = true },
};
static const struct row transactions[] = {
    { BOTH("linesCount"), AT(audit_books, declared.lines), ROW_NUMBER, { 0, 10, 10 }, .needed = true },
    { BOTH("totalDebit"), AT(audit_books, declared.debit), ROW_AMOUNT, .needed = true },
    { BOTH("totalCredit"), AT(audit_books, declared.credit), ROW_AMOUNT, .needed = true },
};
static const struct row journal[] = {
    { BOTH("jrnID"), AT(audit_journal, id), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("desc"), AT(audit_journal, description), ROW_TEXT, .needed = true },
    { BOTH("jrnTp"), AT(audit_journal, kind), ROW_CODE, .codes = { NULL, "BCGMOPSTYZ", "BCGMOPSTYZ" } },
    { BOTH("offsetAccID"), AT(audit_journal, offset_account), ROW_ID, { 0, 35, 35 } },
    { ONLY_32("bankAccNr"), AT(audit_journal, bank_account), ROW_TEXT, { 0, 35, 0 } },
};
static const struct row transaction[] = {
    { BOTH("nr"), AT(audit_transaction, number), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("desc"), AT(audit_transaction, description), ROW_TEXT },
    { BOTH("periodNumber"), AT(audit_transaction, period), ROW_NUMBER, { 0, 3, 3 }, .needed = true },
    { BOTH("trDt"), AT(audit_transaction, day), ROW_DAY, .needed = true },
    { ONLY_32("amnt"), AT(audit_transaction, amount), ROW_AMOUNT },
    { ONLY_32("amntTp"), AT(audit_transaction, amount), ROW_SIGN },
    { EACH("sourceID", "Source"), AT(audit_transaction, source), ROW_TEXT, { 0, 35, 999 } },
    { EACH("userID", "User"), AT(audit_transaction, user), ROW_TEXT, { 0, 35, 999 } },
};
static const struct row line[] = {
    { BOTH("nr"), AT(audit_line, number), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("accID"), AT(audit_line, account), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("docRef"), AT(audit_line, document), ROW_TEXT, { 0, 999, 255 }, .needed = true },
    { BOTH("effDate"), AT(audit_line, effective_on), ROW_DAY, .needed = true },
    { ONLY_40("settDate"), AT(audit_line, settled_on), ROW_DAY },
    { BOTH("desc"), AT(audit_line, description), ROW_TEXT },
    { BOTH("amnt"), AT(audit_line, amount), ROW_AMOUNT, .needed = true },
    { BOTH("amntTp"), AT(audit_line, amount), ROW_SIGN, .needed = true },
    { ONLY_32("recRef"), AT(audit_line, match), ROW_TEXT, { 0, 999, 0 } },
    { ONLY_32("matchKeyID"), AT(audit_line, match_key), ROW_TEXT, { 0, 35, 0 } },
    { BOTH("custSupID"), AT(audit_line, party), ROW_ID, { 0, 35, 35 } },
    { BOTH("invRef"), AT(audit_line, invoice), ROW_TEXT, { 0, 999, 255 } },
    { ONLY_32("orderRef"), AT(audit_line, order), ROW_TEXT, { 0, 999, 0 } },
    { BOTH("receivingDocRef"), AT(audit_line, receipt), ROW_TEXT, { 0, 999, 255 } },
    { BOTH("shipDocRef"), AT(audit_line, shipment), ROW_TEXT, { 0, 999, 255 } },
    { EACH("costID", "cost"), AT(audit_line, cost), ROW_TEXT, { 0, 35, 999 } },
    { EACH("prodID", "product"), AT(audit_line, product), ROW_TEXT, { 0, 35, 999 } },
    { EACH("projID", "project"), AT(audit_line, project), ROW_TEXT, { 0, 35, 999 } },
    { ONLY_32("artGrpID"), AT(audit_line, article_group), ROW_TEXT, { 0, 35, 0 } },
    { BOTH("workCostArrRef"), AT(audit_line, work_cost), ROW_TEXT, { 0, 999, 255 } },
    { ONLY_32("qntityID"), AT(audit_line, quantity_unit), ROW_TEXT, { 0, 35, 0 } },
    { ONLY_32("qntity"), AT(audit_line, quantity), ROW_QUANTITY, { 0, 10, 0 } },
    { BOTH("bankAccNr"), AT(audit_line, bank_account), ROW_TEXT, { 0, 35, 35 } },
    { ONLY_32("bankIdCd"), AT(audit_line, bank), ROW_TEXT, { 0, 35, 0 } },
    { ONLY_40("offsetBankAccNr"), AT(audit_line, other_bank_account), ROW_TEXT, { 0, 0, 35 } },
};
static const struct row line_vat[] = {
    { BOTH("vatID"), AT(audit_vat, code), ROW_ID, { 0, 35, 35 }, .needed = true },
    { BOTH("vatPerc"), AT(audit_vat, percent), ROW_PERCENT, .needed = true },
    { BOTH("vatAmnt"), AT(audit_vat, amount), ROW_AMOUNT, .needed = true },
    { BOTH("vatAmntTp"), AT(audit_vat, amount), ROW_SIGN, .needed = true },
};
static const struct row line_currency[] = {
    { BOTH("curCode"), AT(audit_line, currency), ROW_CURRENCY, .needed = true },
    { BOTH("curAmnt"), AT(audit_line, currency_amount), ROW_FOREIGN, .needed = true },
};

#define ROWS(table) ((struct rows){ table, ARRAY_LENGTH(table) })
struct rows audit_rows(enum container c)
{
    switch (c) {
    case AUDIT_HEADER: return ROWS(header);
    case AUDIT_COMPANY: return ROWS(company);
    case AUDIT_ADDRESS:
    case AUDIT_PARTY_ADDRESS: return ROWS(address);
    case AUDIT_PARTY: return ROWS(party);
    case AUDIT_BANK_ACCOUNT: return ROWS(bank_account);
    case AUDIT_ACCOUNT: return ROWS(account);
    case AUDIT_VAT_CODE: return ROWS(vat_code);
    case AUDIT_PERIOD: return ROWS(period);
    case AUDIT_OPENING: return ROWS(opening);
    case AUDIT_OPENING_LINE: return ROWS(opening_line);
    case AUDIT_TRANSACTIONS: return ROWS(transactions);
    case AUDIT_JOURNAL: return ROWS(journal);
    case AUDIT_TRANSACTION: return ROWS(transaction);
    case AUDIT_LINE: return ROWS(line);
    case AUDIT_LINE_VAT: return ROWS(line_vat);
    case AUDIT_LINE_CURRENCY: return ROWS(line_currency);
    case AUDIT_NOWHERE:
    case AUDIT_FILE:
    case AUDIT_PARTIES:
    case AUDIT_LEDGER:
    case AUDIT_VAT_CODES:
    case AUDIT_PERIODS:
    case AUDIT_CONTAINERS: break;
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

bool audit_country_is_known(enum audit_version version, struct str country)
{
    return is_capitals(country, 2) && (version == XAF_40 || in_list(xaf_country_codes, country));
}

bool audit_currency_is_known(enum audit_version version, struct str currency)
{
    return is_capitals(currency, 3) && (version == XAF_40 || in_list(xaf_currency_codes, currency));
}

bool audit_count(struct audit_totals *t, int64_t minor)
{
    struct audit_amount *side = minor < 0 ? &t->credit : &t->debit;
    t->lines++;
    t->debit.present = t->credit.present = true;
    return minor < 0 ? int_sub(side->minor, minor, &side->minor) : int_add(side->minor, minor, &side->minor);
}
