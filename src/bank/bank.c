#include "bank/bank_private.h"
#include "search/search.h"
#include "bank.sql.h"
#include "sepa/iban.h"

const struct fault_type bank_missing = { FAULT_MISSING, "bank.missing", "There is no such {what}." };
const struct fault_type bank_taken = { FAULT_CONFLICT, "bank.taken",
                                       "{iban} in {currency} is one of our accounts already." };
static const struct fault_type bank_changed = { FAULT_CONFLICT, "bank.changed",
                                                "Somebody changed this bank account; read it again." };

static const char *const proofs[] = { NULL, "none", "done", "broken" };
static const char *const follow_names[] = { NULL, "first", "follows", "gap", "repeats", "unknown" };
static const char *const reference_types[] = { NULL, "none", "rf", "kenmerk", "other" };
RECORD(bank_account, {
    ID(struct bank_account, id, .sort = true, .filter = true),
    FIELD(struct bank_account, name, .min = 1, .max = 100, .filter = true, .sort = true),
    FIELD(struct bank_account, iban, .max = 34, .filter = true),
    FIELD(struct bank_account, bic, .max = 11, OPTIONAL),
    FIELD(struct bank_account, holder, .min = 1, .max = 140),
    FIELD(struct bank_account, currency, .min = 3, .max = 3),
    ID(struct bank_account, ledger_account_id),
    FIELD(struct bank_account, is_closed, .filter = true),
    FIELD(struct bank_account, version),
});
RECORD(bank_statement, {
    ID(struct bank_statement, id, .sort = true),
    ID(struct bank_statement, bank_account_id, .filter = true),
    ID(struct bank_statement, document_id),
    FIELD(struct bank_statement, kind, .filter = true),
    FIELD(struct bank_statement, dialect),
    FIELD(struct bank_statement, reference, .filter = true),
    FIELD(struct bank_statement, currency, OPTIONAL),
    FIELD(struct bank_statement, number, OPTIONAL),
    FIELD(struct bank_statement, from_on, OPTIONAL, .filter = true),
    FIELD(struct bank_statement, to_on, OPTIONAL, .filter = true, .sort = true),
    AMOUNT(struct bank_statement, opening_minor, .currency = "currency"),
    AMOUNT(struct bank_statement, closing_minor, .currency = "currency"),
    FIELD(struct bank_statement, has_balances),
    FIELD(struct bank_statement, line_count),
    FIELD(struct bank_statement, added_count),
    AMOUNT(struct bank_statement, booked_minor, .currency = "currency"),
    FIELD(struct bank_statement, proof, CHOICES(proofs), .filter = true),
    AMOUNT(struct bank_statement, difference_minor, .currency = "currency"),
    FIELD(struct bank_statement, follows, CHOICES(follow_names), .filter = true),
    AMOUNT(struct bank_statement, missing_minor, .currency = "currency"),
    FIELD(struct bank_statement, problems),
    FIELD(struct bank_statement, imported_at, .sort = true),
    FIELD(struct bank_statement, imported_by),
});
RECORD(bank_line, {
    ID(struct bank_line, id, .sort = true),
    ID(struct bank_line, bank_account_id, .filter = true),
    ID(struct bank_line, statement_id, .filter = true),
    FIELD(struct bank_line, statement_key, .secret = true),
    FIELD(struct bank_line, fingerprint, .secret = true),
    FIELD(struct bank_line, occurrence),
    FIELD(struct bank_line, number),
    FIELD(struct bank_line, booked_on, .filter = true, .sort = true),
    FIELD(struct bank_line, valued_on, OPTIONAL),
    AMOUNT(struct bank_line, amount_minor, .currency = "currency", .filter = true, .sort = true),
    FIELD(struct bank_line, currency),
    FIELD(struct bank_line, is_reversal, .filter = true),
    FIELD(struct bank_line, bank_reference, OPTIONAL),
    FIELD(struct bank_line, servicer_reference, OPTIONAL),
    FIELD(struct bank_line, code, OPTIONAL),
    FIELD(struct bank_line, name, OPTIONAL, .filter = true),
    FIELD(struct bank_line, iban, OPTIONAL, .filter = true),
    FIELD(struct bank_line, ultimate_name, OPTIONAL),
    FIELD(struct bank_line, end_to_end_id, OPTIONAL, .filter = true),
    FIELD(struct bank_line, mandate_id, OPTIONAL),
    FIELD(struct bank_line, batch_id, OPTIONAL),
    FIELD(struct bank_line, reference, OPTIONAL, .filter = true),
    FIELD(struct bank_line, reference_type, CHOICES(reference_types)),
    FIELD(struct bank_line, remittance, .max = 20000, OPTIONAL, .filter = true),
    FIELD(struct bank_line, return_reason, OPTIONAL),
    JSON(struct bank_line, details, OPTIONAL),
    FIELD(struct bank_line, problems),
    AMOUNT(struct bank_line, base_minor, .about = "in the base currency, by the rate of the day it was booked"),
    FIELD(struct bank_line, raw, .max = 100000, OPTIONAL),
});
RECORD(bank_key, { FIELD(struct bank_key, id, .min = 1, .max = EXACT_MAX) });
struct bank_iban { struct str iban, currency; };
RECORD(bank_iban, { FIELD(struct bank_iban, iban), FIELD(struct bank_iban, currency, OPTIONAL) });

static struct fault *missing(struct work *work, const char *what)
{
    return FAULT(work->arena, &bank_missing, NULL, PARAM("what", translate(work->language, what)));
}

struct fault *bank_account_load(struct work *work, bank_account_id id, struct bank_account *account)
{
    bool found;
    TRY(db_find(work, &sql_bank_account_by_id, BANK_KEY(id.n), INTO(bank_account, account), &found));
    return found ? NULL : missing(work, "bank account");
}

struct fault *bank_account_by_iban(struct work *work, struct str iban, struct str currency,
                                   struct bank_account *account, bool *found)
{
    const struct bank_iban key = { iban, currency };
    return db_find(work, &sql_bank_account_by_iban, GIVEN(bank_iban, &key), INTO(bank_account, account), found);
}

struct fault *bank_accounts_all(struct work *work, struct bank_accounts *accounts)
{
    return db_all(work, &sql_bank_account_list, NONE, INTO_LIST(bank_account, accounts));
}

struct fault *bank_line_load(struct work *work, bank_line_id id, struct bank_line *line)
{
    bool found;
    TRY(db_find(work, &sql_line_by_id, BANK_KEY(id.n), INTO(bank_line, line), &found));
    return found ? NULL : missing(work, "bank line");
}

struct fault *bank_lines_of(struct work *work, bank_statement_id id, struct bank_lines *lines)
{
    return db_all(work, &sql_lines_of, BANK_KEY(id.n), INTO_LIST(bank_line, lines));
}

struct fault *bank_account_make(struct work *work, struct bank_account *account)
{
    bool found;
    struct bank_account before = { 0 };
    struct account ledger = { 0 };
    TRY(iban_parse(work->arena, account->iban, "iban", &account->iban));
    if (!account->bic.length) account->bic = iban_bic(account->iban);
    if (!account->currency.at) TRY(ledger_base_currency(work, &account->currency));
    if (!account->ledger_account_id.n) TRY(ledger_account_for(work, FOR_BANK, &account->ledger_account_id));
    TRY(ledger_account_load(work, account->ledger_account_id, &ledger));
    TRY(bank_account_by_iban(work, account->iban, account->currency, &before, &found));
    if (found) return FAULT(work->arena, &bank_taken, "iban", PARAM("iban", account->iban), PARAM("currency", account->currency));
    account->id.n = id_new(work);
    account->version = 1;
    TRY(record_check(work->arena, GIVEN(bank_account, account)));
    TRY(db_run(work, &sql_bank_account_add, GIVEN(bank_account, account)));
    work_changed(work, "bank_account", account->id.n, (struct given){ &bank_account_record, NULL }, GIVEN(bank_account, account));
    return NULL;
}

struct account_day { int64_t id; struct date to_on; };
RECORD(account_day, { FIELD(struct account_day, id), FIELD(struct account_day, to_on, OPTIONAL) });

struct fault *bank_complete_until(struct work *work, struct date *day)
{
    LIST_OF(struct account_day) days = { 0 };
    TRY(db_all(work, &sql_complete_until, NONE, INTO_LIST(account_day, &days)));
    day->ymd = 0;
    for (size_t i = 0; i < days.count; i++)
        if (!i || days.at[i].to_on.ymd < day->ymd) *day = days.at[i].to_on;
    return NULL;
}

/* ---- Operations ---- */

struct bank_account_add { struct str name, iban, bic, holder, currency; account_id ledger_account_id; };
RECORD(bank_account_add, {
    FIELD(struct bank_account_add, name, .min = 1, .max = 100),
    FIELD(struct bank_account_add, iban, .min = 5, .max = 60),
    FIELD(struct bank_account_add, bic, .max = 11, OPTIONAL),
    FIELD(struct bank_account_add, holder, .min = 1, .max = 140),
    FIELD(struct bank_account_add, currency, .min = 3, .max = 3, OPTIONAL),
    ID(struct bank_account_add, ledger_account_id, OPTIONAL, .about = "left out: the account for the purpose bank"),
});
static struct fault *bank_account_add(struct work *work, const struct bank_account_add *takes, struct bank_account *out)
{
    *out = (struct bank_account){ .name = takes->name, .iban = takes->iban, .bic = takes->bic, .holder = takes->holder,
                                  .currency = takes->currency, .ledger_account_id = takes->ledger_account_id };
    return bank_account_make(work, out);
}
CALLABLE(bank_account_add, bank_account_add, bank_account);

struct bank_account_change { bank_account_id id; struct str name, bic, holder; bool is_closed; int64_t version; };
RECORD(bank_account_change, {
    ID(struct bank_account_change, id),
    FIELD(struct bank_account_change, name, .min = 1, .max = 100),
    FIELD(struct bank_account_change, bic, .max = 11, OPTIONAL),
    FIELD(struct bank_account_change, holder, .min = 1, .max = 140),
    FIELD(struct bank_account_change, is_closed),
    FIELD(struct bank_account_change, version, .min = 1, .max = EXACT_MAX),
});
static struct fault *bank_account_change(struct work *work, const struct bank_account_change *takes, struct bank_account *out)
{
    struct bank_account before = { 0 };
    TRY(bank_account_load(work, takes->id, &before));
    *out = before;
    out->name = takes->name, out->bic = takes->bic, out->holder = takes->holder;
    out->is_closed = takes->is_closed, out->version = takes->version;
    TRY(db_change(work, &sql_bank_account_save, GIVEN(bank_account, out), &bank_changed));
    out->version++;
    work_changed(work, "bank_account", out->id.n, GIVEN(bank_account, &before), GIVEN(bank_account, out));
    return NULL;
}
CALLABLE(bank_account_change, bank_account_change, bank_account);

static struct fault *bank_account_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                       struct bank_accounts *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_bank_account_list, NONE, query, INTO_LIST(bank_account, rows), next);
}
LISTABLE(bank_account_list, nothing, bank_account, bank_accounts);

static struct fault *statement_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                    struct bank_statements *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_statement_list, NONE, query, INTO_LIST(bank_statement, rows), next);
}
LISTABLE(statement_list, nothing, bank_statement, bank_statements);

static struct fault *line_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct bank_lines *rows, struct str *next)
{
    (void)takes;
    static const char *const words[] = { "name", "iban", "remittance", "reference", "end_to_end_id", NULL };
    static const char *const indexed[] = { "booked_on", "amount", "is_reversal", NULL };
    static const struct search_fields fields = { SEARCH_LINE, words, NULL, &sql_line_plain, NULL, indexed };
    return search_list(work, &fields, &sql_line_list, NONE, query, INTO_LIST(bank_line, rows), next);
}
LISTABLE(line_list, nothing, bank_line, bank_lines);

struct statement_shown {
    struct bank_statement statement;
    struct bank_lines lines;
};
RECORD(statement_shown, { PART(struct statement_shown, statement, bank_statement),
                          LIST(struct statement_shown, lines, bank_line, .max = 1000000) });
static struct fault *statement_show(struct work *work, const struct bank_key *takes, struct statement_shown *out)
{
    bool found;
    TRY(db_find(work, &sql_statement_by_id, GIVEN(bank_key, takes), INTO(bank_statement, &out->statement), &found));
    if (!found) return missing(work, "statement");
    return bank_lines_of(work, out->statement.id, &out->lines);
}
CALLABLE(statement_show, bank_key, statement_shown);

static struct fault *line_show(struct work *work, const struct bank_key *takes, struct bank_line *out)
{
    return bank_line_load(work, (bank_line_id){ takes->id }, out);
}
CALLABLE(line_show, bank_key, bank_line);

struct statement_import {
    struct str file_name, content;
};
RECORD(statement_import, { FIELD(struct statement_import, file_name, .min = 1, .max = 255),
                           BYTES(struct statement_import, content, .min = 1, .max = 64 << 20) });
static struct fault *statement_import(struct work *work, const struct statement_import *takes,
                                      struct bank_imported *out)
{
    return bank_import(work, takes->file_name, takes->content, out);
}
CALLABLE(statement_import, statement_import, bank_imported);

static const struct operation operations[] = {
    { "bank-account list", "GET", "/bank-accounts", "bank.read", OPERATION_READS, NULL, &bank_account_list_list,
      "List our own bank accounts" },
    { "bank-account add", "POST", "/bank-accounts", "bank.manage", OPERATION_STEP_UP, &bank_account_add_call, NULL,
      "Add one of our own bank accounts" },
    { "bank-account change", "POST", "/bank-accounts/{id}", "bank.manage", OPERATION_STEP_UP, &bank_account_change_call,
      NULL, "Change or close one of our own bank accounts" },
    { "statement import", "POST", "/statements", "bank.import", OPERATION_UPLOAD | OPERATION_SLOW,
      &statement_import_call, NULL,
      "Import a bank statement (camt.053, MT940, CSV), or what comes before and beside it (camt.052, MT942, camt.054)" },
    { "statement list", "GET", "/statements", "bank.read", OPERATION_READS, NULL, &statement_list_list,
      "List the bank statements, their proofs and gaps" },
    { "statement show", "GET", "/statements/{id}", "bank.read", OPERATION_READS | OPERATION_SLOW, &statement_show_call,
      NULL, "Show a bank statement with its lines" },
    { "bank-line list", "GET", "/bank-lines", "bank.read", OPERATION_READS, NULL, &line_list_list,
      "List the lines of the bank" },
    { "bank-line show", "GET", "/bank-lines/{id}", "bank.read", OPERATION_READS, &line_show_call, NULL,
      "Show a line of the bank" },
};
const struct operation_table bank_operations = { "bank", operations, ARRAY_LENGTH(operations) };
