#include "party/party_private.h"
#include "party.sql.h"
#include "party_policy.txt.h"
#include "sepa/iban.h"

const struct fault_type party_bank_invalid = { FAULT_CONFLICT, "party.bank_invalid",
                                               "A bank account that is {state} can't be {act}." };
const struct fault_type party_bank_missing = { FAULT_MISSING, "party.bank_missing", "There is no such bank account." };
const struct fault_type party_bank_unusable = { FAULT_CONFLICT, "party.bank_unusable",
                                                "{party} can't be paid on {iban}: {why}." };

static const char *const states[] = { NULL, "proposed", "verified", "blocked" };
RECORD(party_bank, {
    ID(struct party_bank, id, .sort = true),
    ID(struct party_bank, party_id, .filter = true),
    FIELD(struct party_bank, iban, .max = 34, .filter = true),
    FIELD(struct party_bank, bic, .max = 11, OPTIONAL),
    FIELD(struct party_bank, holder, .min = 1, .max = 140, .about = "the name as the bank knows it"),
    FIELD(struct party_bank, state, CHOICES(states), .filter = true),
    FIELD(struct party_bank, source, .max = 100),
    FIELD(struct party_bank, proposed_by),
    FIELD(struct party_bank, proposed_at, .sort = true),
    FIELD_OF(FIELD_ID, int64_t, struct party_bank, verified_by, OPTIONAL),
    FIELD(struct party_bank, verified_at, OPTIONAL),
    FIELD(struct party_bank, channel, .max = 100, OPTIONAL, .about = "how it was verified: phone, letter, in person"),
    FIELD(struct party_bank, note, .max = 1000, OPTIONAL),
    FIELD(struct party_bank, usable_from, OPTIONAL),
    FIELD(struct party_bank, is_preferred),
    FIELD(struct party_bank, version),
});
struct verified_row { int64_t verified; };
RECORD(verified_row, { FIELD(struct verified_row, verified) });

static int cooling_days(void)
{
    int64_t days = 0;
    struct str rest, name = str_cut(str_of(party_policy_txt), ';', &rest);
    bool read = str_is(name, "bank_cooling_days") && str_to_int(str_cut(rest, ';', &rest), &days);
    ensure(read);
    return (int)days;
}

struct fault *party_bank_propose(struct work *work, struct party_bank *bank)
{
    struct party party = { 0 };
    struct party_bank before = { 0 };
    bool found;
    TRY(iban_parse(work->arena, bank->iban, "iban", &bank->iban));
    if (!bank->bic.length) bank->bic = iban_bic(bank->iban);
    TRY(party_load(work, bank->party_id, &party));
    if (!bank->holder.length) bank->holder = str_utf8_clip(party.name, 140);
    if (!bank->source.length) bank->source = STR("entered");
    const struct party_of of = { .party_id = bank->party_id, .iban = bank->iban };
    TRY(db_find(work, &sql_bank_by_iban, GIVEN(party_of, &of), INTO(party_bank, &before), &found));
    if (found && before.state != BANK_BLOCKED) return *bank = before, NULL;
    bank->id.n = found ? before.id.n : id_new(work);
    bank->state = BANK_PROPOSED;
    bank->proposed_by = work->user_id;
    bank->proposed_at = work->now;
    bank->verified_by = 0, bank->verified_at.us = 0, bank->usable_from.ymd = 0;
    bank->channel = bank->note = (struct str){ 0 };
    bank->version = found ? before.version : 1;
    if (found) TRY(db_change(work, &sql_bank_save, GIVEN(party_bank, bank), &party_changed));
    else TRY(db_run(work, &sql_bank_add, GIVEN(party_bank, bank)));
    bank->version += found;
    TRY(access_duty(work, "party_bank", bank->id.n, "party.bank_propose"));
    work_changed(work, "party_bank", bank->id.n, (struct given){ &party_bank_record, NULL }, GIVEN(party_bank, bank));
    return NULL;
}

struct fault *party_banks_of(struct work *work, party_id party, struct party_banks *banks)
{
    const struct party_of of = { .party_id = party };
    return db_all(work, &sql_banks_of, GIVEN(party_of, &of), INTO_LIST(party_bank, banks));
}

static struct fault *unusable(struct work *work, party_id id, struct str iban, const char *why)
{
    struct party party = { 0 };
    TRY(party_load(work, id, &party));
    return FAULT(work->arena, &party_bank_unusable, "iban", PARAM("party", party.name), PARAM("iban", iban.at ? iban : STR("-")),
                 PARAM("why", translate(work->language, why)));
}

struct fault *party_bank_to_pay(struct work *work, party_id id, struct str iban, struct party_bank *bank)
{
    struct party_banks banks = { 0 };
    const char *why = "no bank account is known";
    TRY(party_banks_of(work, id, &banks));
    for (size_t i = 0; i < banks.count; i++) {
        const struct party_bank *b = &banks.at[i];
        if (iban.at && !str_equal(b->iban, iban)) continue;
        if (b->state == BANK_VERIFIED && b->usable_from.ymd <= work->today.ymd) return *bank = *b, NULL;
        why = b->state == BANK_PROPOSED ? "it has not been verified by a second person"
              : b->state == BANK_BLOCKED ? "it is blocked"
                                         : "it was changed and its waiting period is not over";
    }
    return unusable(work, id, iban, why);
}

/* ---- Operations ---- */

struct bank_propose { party_id party_id; struct str iban, bic, holder, source; };
RECORD(bank_propose, {
    ID(struct bank_propose, party_id),
    FIELD(struct bank_propose, iban, .min = 5, .max = 60),
    FIELD(struct bank_propose, bic, .max = 11, OPTIONAL),
    FIELD(struct bank_propose, holder, .max = 140, OPTIONAL),
    FIELD(struct bank_propose, source, .max = 100, OPTIONAL),
});
static struct fault *bank_propose(struct work *work, const struct bank_propose *takes, struct party_bank *out)
{
    *out = (struct party_bank){ .party_id = takes->party_id,
                                .iban = takes->iban,
                                .bic = takes->bic,
                                .holder = takes->holder,
                                .source = takes->source };
    if (out->bic.length) TRY(bic_parse(work->arena, out->bic, "bic", &out->bic));
    return party_bank_propose(work, out);
}
CALLABLE(bank_propose, bank_propose, party_bank);

static struct fault *bank_load(struct work *work, int64_t id, struct party_bank *bank)
{
    return db_one(work, &sql_bank_by_id, PARTY_KEY(id), INTO(party_bank, bank), &party_bank_missing);
}

struct bank_verify { party_bank_id id; struct str channel, note; int64_t version; };
RECORD(bank_verify, {
    ID(struct bank_verify, id),
    FIELD(struct bank_verify, channel, .min = 3, .max = 100,
          .about = "how you checked it, not the way it came in: a call to a number you knew"),
    FIELD(struct bank_verify, note, .min = 5, .max = 1000, .about = "whom you spoke, when"),
    FIELD(struct bank_verify, version, .min = 1, .max = EXACT_MAX),
});
static struct fault *bank_verify(struct work *work, const struct bank_verify *takes, struct party_bank *out)
{
    struct party_bank before = { 0 };
    struct verified_row earlier = { 0 };
    TRY(bank_load(work, takes->id.n, &before));
    if (before.state != BANK_PROPOSED)
        return FAULT(work->arena, &party_bank_invalid, "id", PARAM("state", str_of(states[before.state])),
                     PARAM("act", STR("verified")));
    TRY(access_duty(work, "party_bank", takes->id.n, "party.bank_verify"));
    const struct party_of of = { .party_id = before.party_id, .id = before.id.n };
    TRY(db_one(work, &sql_bank_count, GIVEN(party_of, &of), INTO(verified_row, &earlier), &db_broken));
    *out = before;
    out->state = BANK_VERIFIED;
    out->verified_by = work->user_id;
    out->verified_at = work->now;
    out->channel = takes->channel;
    out->note = takes->note;
    out->usable_from = earlier.verified ? date_add_days(work->today, cooling_days()) : work->today;
    out->is_preferred = true;
    out->version = takes->version;
    TRY(db_change(work, &sql_bank_save, GIVEN(party_bank, out), &party_changed));
    TRY(db_run(work, &sql_bank_prefer, GIVEN(party_of, &of)));
    TRY(bank_load(work, takes->id.n, out));
    work_changed(work, "party_bank", out->id.n, GIVEN(party_bank, &before), GIVEN(party_bank, out));
    return NULL;
}
CALLABLE(bank_verify, bank_verify, party_bank);

struct bank_block {
    party_bank_id id;
    struct str note;
    int64_t version;
};
RECORD(bank_block, { ID(struct bank_block, id), FIELD(struct bank_block, note, .min = 3, .max = 1000),
                     FIELD(struct bank_block, version, .min = 1, .max = EXACT_MAX) });
static struct fault *bank_block(struct work *work, const struct bank_block *takes, struct party_bank *out)
{
    struct party_bank before = { 0 };
    TRY(bank_load(work, takes->id.n, &before));
    *out = before;
    out->state = BANK_BLOCKED;
    out->note = takes->note;
    out->is_preferred = false;
    out->version = takes->version;
    TRY(db_change(work, &sql_bank_save, GIVEN(party_bank, out), &party_changed));
    out->version++;
    work_changed(work, "party_bank", out->id.n, GIVEN(party_bank, &before), GIVEN(party_bank, out));
    return NULL;
}
CALLABLE(bank_block, bank_block, party_bank);

static struct fault *bank_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct party_banks *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_bank_list, NONE, query, INTO_LIST(party_bank, rows), next);
}
LISTABLE(bank_list, nothing, party_bank, party_banks);

static const struct operation operations[] = {
    { "party-bank list", "GET", "/party-banks", "party.read", OPERATION_READS, NULL, &bank_list_list,
      "List the bank accounts of customers and suppliers" },
    { "party-bank propose", "POST", "/party-banks", "party.bank_propose", 0, &bank_propose_call, NULL,
      "Propose a bank account, for somebody else to verify" },
    { "party-bank verify", "POST", "/party-banks/{id}/verify", "party.bank_verify", OPERATION_STEP_UP,
      &bank_verify_call, NULL, "Verify a bank account that somebody else proposed" },
    { "party-bank block", "POST", "/party-banks/{id}/block", "party.bank_propose", 0, &bank_block_call, NULL,
      "Block a bank account: nothing is paid to it" },
};
const struct operation_table party_bank_accounts = { "party", operations, ARRAY_LENGTH(operations) };
