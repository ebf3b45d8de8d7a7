/* What must hold after each day, whatever happened on it. */
#include "simulation/simulation_private.h"

struct fault *sim_wrong(struct simulation *sim, const char *what, struct str detail)
{
    struct str said = detail.length ? str_format(sim->arena, "%s (%.*s)", what, STR_ARG(detail)) : str_of(what);
    return FAULT(sim->arena, &simulation_wrong, NULL, PARAM("day", date_text(sim->arena, sim->today)), PARAM("what", said));
}

static struct fault *check_ledger(struct simulation *sim, struct work *work, struct str *hash)
{
    struct ledger_proof proof = { 0 };
    TRY(ledger_verify(work, &proof));
    for (size_t i = 0; i < proof.checks.count; i++)
        if (!proof.checks.at[i].holds) return sim_wrong(sim, proof.checks.at[i].name.at, proof.checks.at[i].detail);
    if (hash) *hash = str_keep(sim->arena, proof.hash);
    return NULL;
}

static struct fault *check_bank(struct simulation *sim, struct work *work)
{
    struct cash_proof proof = { 0 };
    TRY(cash_verify(work, &proof));
    for (size_t i = 0; i < proof.balances.count && !proof.holds; i++) {
        const struct cash_balance *b = &proof.balances.at[i];
        if (b->suspense_minor + b->undecided_minor || b->suspense_base_minor + b->undecided_base_minor)
            return sim_wrong(
                sim, "the suspense account is not the undecided lines",
                str_format(sim->arena, "%.*s %s, %s in base", STR_ARG(b->currency),
                           minor_format(sim->arena, b->suspense_minor + b->undecided_minor, 2).at,
                           minor_format(sim->arena, b->suspense_base_minor + b->undecided_base_minor, 2).at));
    }
    for (int i = 0; i < OUR_ACCOUNTS; i++) {
        struct bank_account account = { 0 };
        int64_t balance = 0;
        struct account_amounts amounts = { 0 };
        if (!sim->ours[i].id.n || !sim->ours[i].done_on.ymd) continue;
        TRY(bank_account_load(work, sim->ours[i].id, &account));
        TRY(ledger_account_amounts(work, account.ledger_account_id, &amounts));
        for (size_t k = 0; k < amounts.count; k++)
            if (str_equal(amounts.at[k].currency, sim->ours[i].currency)) balance += amounts.at[k].amount_minor;
        if (balance != sim->ours[i].balance_minor)
            return sim_wrong(sim, "a bank account is not what its last statement says",
                             minor_format(sim->arena, balance - sim->ours[i].balance_minor, 2));
    }
    return NULL;
}

struct fault *simulation_check(struct simulation *sim, bool audit, struct str *hash)
{
    struct work work = sim_work(sim, PROGRAM);
    int64_t rows = 0;
    work.reading = true;
    TRY(db_begin(&work, sim->books));
    struct fault *fault = check_ledger(sim, &work, hash);
    if (!fault) fault = check_bank(sim, &work);
    if (!fault && audit) fault = audit_verify(&work, &rows);
    db_rollback(&work);
    if (!fault) arena_reset(sim->scratch);
    return fault;
}
