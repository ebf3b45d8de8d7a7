#include "app/app.h"
#include "outbox/message.h"
#include "access/access.h"
#include "archive/archive.h"
#include "bank/bank.h"
#include "bill/bill.h"
#include "cash/cash.h"
#include "cash/cash_past.h"
#include "import/import.h"
#include "invoice/invoice.h"
#include "ledger/ledger.h"
#include "party/party.h"
#include "payment/payment.h"
#include "portal/portal.h"
#include "report/report.h"
#include "search/search.h"

/* Every room's table, in the order of rooms.txt. */
void app_operations(struct arena *arena, struct operations *out)
{
    const struct operation_table *const rooms[] = {
        &operation_operations_table,
        &outbox_operations_table,
        &outbox_messages,
        &access_sessions,
        &access_accounts,
        &access_passkeys,
        &access_factors,
        &access_people,
        &access_roles,
        &access_companies,
        &access_histories,
        &access_views,
        &archive_documents,
        &ledger_entries,
        &ledger_items,
        &ledger_charts,
        &ledger_rates,
        &ledger_vats,
        &ledger_proofs,
        &party_parties,
        &party_merges,
        &party_bank_accounts,
        &bill_arrivals,
        &bill_asks,
        &bill_forms,
        &bill_bills,
        &bill_checks,
        &bill_views,
        &bill_settings,
        &invoice_drafts,
        &search_operations,
        &invoice_operations,
        &invoice_helps,
        &invoice_styles,
        &invoice_settings,
        &bank_operations,
        &bank_early_operations,
        &cash_runs,
        &cash_learnings,
        &cash_desk,
        &cash_bulk,
        &cash_questions,
        &cash_limits,
        &cash_batches,
        &cash_settings_table,
        &payment_runs_table,
        &payment_bank_table,
        &payment_holds_table,
        &cash_exports,
        &import_operations,
        &report_figures,
        &report_opens,
        &report_months,
        &report_cash,
        &report_books,
        &report_vats,
        &report_searches,
        &report_parties,
        &portal_accesses,
        &portal_sessions,
        &portal_invoices,
    };
    struct operation_table *tables = ARENA_ARRAY(arena, struct operation_table, ARRAY_LENGTH(rooms));
    for (size_t i = 0; i < ARRAY_LENGTH(rooms); i++) tables[i] = *rooms[i];
    operations_prepare(arena, tables, ARRAY_LENGTH(rooms), out);
}

/* The command line as a person: no password, since whoever can open the books could do all of it as the program; what this adds is
 * that person's permissions, duties and name in the audit trail. What asks for a second factor still wants its code. */
struct fault *app_act_as(struct work *work, struct books *books, const struct operations *operations, struct str email,
                         struct str code, struct str company)
{
    TRY(access_act_as(work, books, operations, str_lower(work->arena, str_trim(email)), company));
    return code.length ? access_show_factor(work, books, code) : NULL;
}

/* Nothing shown: whoever can open the books from the command line acts as the program itself. */
struct fault *app_identify(struct work *work, struct books *books, const struct operations *operations,
                           struct str bearer, struct str cookie, struct str csrf, struct str company)
{
    const struct credentials shown = {
        .bearer = bearer, .session = cookie, .csrf = csrf, .company = company, .changes = csrf.at != NULL
    };
    if (work->system && !bearer.at && !cookie.at)
        return access_act_as(work, books, operations, (struct str){ 0 }, company);
    return access_identify(work, books, operations, &shown);
}
