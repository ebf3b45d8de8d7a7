/* Two that are one: the double keeps its history and its number, and gives the other what it knows. It is blocked, belongs to the other, and is not found any more
 * by what a document says; its bank accounts become proposals of the other, which a second person verifies anew. */
#include "party/party_private.h"
#include "party.sql.h"

static const struct fault_type merge_itself = { FAULT_INVALID, "party.merge_itself",
                                                "A party can't be merged with itself; choose the other one." };
static const struct fault_type merge_merged = { FAULT_CONFLICT, "party.merge_merged",
                                                "{party} was merged already; choose the one it was merged into." };

struct party_merge {
    party_id id, into_id;
    int64_t version;
};
RECORD(party_merge, {
    ID(struct party_merge, id, .about = "the double"),
    ID(struct party_merge, into_id, .about = "the one that stays"),
    FIELD(struct party_merge, version, .min = 1, .max = EXACT_MAX, .about = "of the double, as you saw it"),
});

static void take(struct str *mine, struct str theirs)
{
    if (!mine->length) *mine = theirs;
}

/* What the one that stays does not know yet. */
static void fill_gaps(struct party *into, const struct party *from)
{
    take(&into->kvk_number, from->kvk_number), take(&into->oin, from->oin), take(&into->vat_number, from->vat_number);
    take(&into->email, from->email), take(&into->phone, from->phone), take(&into->buyer_reference, from->buyer_reference);
    if (!into->endpoint.length) into->endpoint_scheme = from->endpoint_scheme, into->endpoint = from->endpoint;
    if (!into->street.length && !into->city.length)
        into->street = from->street, into->postal_code = from->postal_code, into->city = from->city;
    if (!into->expense_account_id.n) into->expense_account_id = from->expense_account_id;
    if (!into->sales_account_id.n) into->sales_account_id = from->sales_account_id;
    take(&into->cost_center, from->cost_center), take(&into->notes, from->notes);
    into->is_customer |= from->is_customer, into->is_supplier |= from->is_supplier;
}

/* Found by nothing any more: its numbers went to the other, and only its own number names it. */
static void end_double(struct work *work, struct party *from, const struct party *into)
{
    from->kvk_number = from->oin = from->vat_number = from->endpoint = from->endpoint_scheme = (struct str){ 0 };
    from->name_key = str_format(work->arena, "= %.*s", STR_ARG(into->number));
    from->is_blocked = true;
    from->block_reason = str_utf8_clip(str_format(work->arena, "= %.*s %.*s", STR_ARG(into->number), STR_ARG(into->name)), 200);
    from->parent_id = into->id;
}

static bool bank_moves(const struct party_bank *bank, const struct party_banks *ours)
{
    bool known = bank->state == BANK_BLOCKED;
    for (size_t k = 0; k < ours->count; k++) known |= str_equal(ours->at[k].iban, bank->iban);
    return !known;
}

static struct fault *move_banks(struct work *work, const struct party *from, const struct party *into)
{
    struct party_banks theirs = { 0 }, ours = { 0 };
    TRY(party_banks_of(work, from->id, &theirs));
    TRY(party_banks_of(work, into->id, &ours));
    for (size_t i = 0; i < theirs.count; i++) {
        if (!bank_moves(&theirs.at[i], &ours)) continue;
        struct party_bank bank = { .party_id = into->id,
                                   .iban = theirs.at[i].iban,
                                   .bic = theirs.at[i].bic,
                                   .holder = theirs.at[i].holder,
                                   .source = str_format(work->arena, "= %.*s", STR_ARG(from->number)) };
        TRY(party_bank_propose(work, &bank));
    }
    return NULL;
}

/* Both, where they may become one. */
static struct fault *merge_load(struct work *work, party_id id, party_id into_id, struct party *from, struct party *into)
{
    if (id.n == into_id.n) return FAULT(work->arena, &merge_itself, "into_id");
    TRY(party_load(work, id, from));
    TRY(party_load(work, into_id, into));
    if (str_starts(into->name_key, "= ")) return FAULT(work->arena, &merge_merged, "into_id", PARAM("party", into->name));
    if (str_starts(from->name_key, "= ")) return FAULT(work->arena, &merge_merged, "id", PARAM("party", from->name));
    return NULL;
}

static struct fault *merge(struct work *work, const struct party_merge *takes, struct party *out)
{
    struct party from = { 0 }, into = { 0 };
    TRY(merge_load(work, takes->id, takes->into_id, &from, &into));
    const struct party from_before = from, into_before = into;
    from.version = takes->version;
    fill_gaps(&into, &from);
    end_double(work, &from, &into);
    if (into.parent_id.n == from.id.n) into.parent_id.n = 0;
    TRY(record_check(work->arena, GIVEN(party, &into)));
    TRY(db_change(work, &sql_party_save, GIVEN(party, &from), &party_changed));
    TRY(db_change(work, &sql_party_save, GIVEN(party, &into), &party_changed));
    TRY(db_run(work, &sql_contacts_move, GIVEN(party_merge, takes)));
    TRY(move_banks(work, &from_before, &into));
    from.version++, into.version++;
    work_changed(work, "party", from.id.n, GIVEN(party, &from_before), GIVEN(party, &from));
    work_changed(work, "party", into.id.n, GIVEN(party, &into_before), GIVEN(party, &into));
    *out = into;
    return NULL;
}
CALLABLE(merge, party_merge, party);

/* What a merge would do, before it does: nothing is kept. */
struct party_merge_ask {
    party_id id, into_id;
};
RECORD(party_merge_ask, { ID(struct party_merge_ask, id, .about = "the double"),
                          ID(struct party_merge_ask, into_id, .about = "the one that stays") });
struct party_merge_shown {
    struct party from, into, after;
    struct party_banks banks;
};
RECORD(party_merge_shown, {
    PART(struct party_merge_shown, from, party),
    PART(struct party_merge_shown, into, party),
    PART(struct party_merge_shown, after, party, .about = "the one that stays, with what it learned"),
    LIST(struct party_merge_shown, banks, party_bank, .about = "proposed there, to be verified anew"),
});
static struct fault *merge_preview(struct work *work, const struct party_merge_ask *takes, struct party_merge_shown *out)
{
    struct party_banks theirs = { 0 }, ours = { 0 };
    TRY(merge_load(work, takes->id, takes->into_id, &out->from, &out->into));
    out->after = out->into;
    fill_gaps(&out->after, &out->from);
    TRY(party_banks_of(work, takes->id, &theirs));
    TRY(party_banks_of(work, takes->into_id, &ours));
    for (size_t i = 0; i < theirs.count; i++)
        if (bank_moves(&theirs.at[i], &ours)) *LIST_ADD(work->arena, &out->banks) = theirs.at[i];
    return NULL;
}
CALLABLE(merge_preview, party_merge_ask, party_merge_shown);

static const struct operation operations[] = {
    { "party merge-preview", "GET", "/parties/{id}/merge/{into_id}", "party.write", OPERATION_READS, &merge_preview_call, NULL,
      "Show what merging two parties would do" },
    { "party merge", "POST", "/parties/{id}/merge", "party.write", OPERATION_STEP_UP, &merge_call, NULL,
      "Merge a customer or supplier that is there twice into the other" },
};
const struct operation_table party_merges = { "party", operations, ARRAY_LENGTH(operations) };
