#include "ledger/ledger_private.h"
#include "ledger.sql.h"
#include <sodium.h>

RECORD(proof_check, {
    FIELD(struct proof_check, name),
    FIELD(struct proof_check, holds),
    FIELD(struct proof_check, count,
          .about = "how many do not hold; of the last check, how many entries there are"),
    FIELD(struct proof_check, detail, OPTIONAL),
});
RECORD(ledger_proof, {
    LIST(struct ledger_proof, checks, proof_check),
    FIELD(struct ledger_proof, holds),
    FIELD(struct ledger_proof, hash, .about = "SHA-256 over every entry, line, item and allocation"),
});
struct verify_row {
    int64_t count, first_id;
};
RECORD(verify_row, { FIELD(struct verify_row, count), FIELD(struct verify_row, first_id, OPTIONAL) });

static const struct { const char *name; const struct sql *sql; } checks[] = {
    { "every entry sums to zero", &sql_verify_entries },
    { "every entry has at least two lines", &sql_verify_entries_lines },
    { "every line on a control account is one open item of the same amount", &sql_verify_items_lines },
    { "open items equal their control account", &sql_verify_control },
    { "every allocation sums to zero", &sql_verify_allocations },
    { "no settlement takes effect before each of its items is there", &sql_verify_effective },
    { "what is left of each item is its amount less its allocations", &sql_verify_rests },
    { "the totals by due date are the sum of their items", &sql_verify_due_totals },
    { "the monthly totals are the sum of their lines", &sql_verify_months },
    { "number series have no gap", &sql_verify_numbers },
    { "every entry has its number", &sql_verify_entry_numbers },
};

struct hashing { crypto_hash_sha256_state state; struct arena *arena; const struct record *record; };

static struct fault *hash_row(void *context, const void *row)
{
    struct hashing *h = context;
    struct str json = record_to_json(h->arena, (struct given){ h->record, row });
    crypto_hash_sha256_update(&h->state, (const unsigned char *)json.at, json.length);
    crypto_hash_sha256_update(&h->state, (const unsigned char *)"\n", 1);
    arena_reset(h->arena);
    return NULL;
}

static struct fault *hash_books(struct work *work, uint8_t out[32])
{
    const struct {
        const struct sql *sql;
        const struct record *record;
    } dumps[] = {
        { &sql_dump_entries, &entry_record },
        { &sql_dump_lines, &entry_line_row_record },
        { &sql_dump_items, &open_item_row_record },
        { &sql_dump_allocation_lines, &allocation_line_record },
    };
    struct hashing h = { .arena = arena_new((size_t)1 << 24) };
    struct fault *fault = NULL;
    crypto_hash_sha256_init(&h.state);
    for (size_t i = 0; i < ARRAY_LENGTH(dumps) && !fault; i++) {
        h.record = dumps[i].record;
        fault = db_each(work, dumps[i].sql, NONE, h.record, hash_row, &h);
    }
    crypto_hash_sha256_final(&h.state, out);
    arena_free(h.arena);
    return fault;
}

static struct fault *check_aged(struct work *work, struct ledger_proof *proof)
{
    int64_t count, first;
    TRY(ledger_verify_aged(work, &count, &first));
    struct proof_check *check = LIST_ADD(work->arena, &proof->checks);
    *check = (struct proof_check){ .name = STR("packed months are what their rows say"), .holds = !count, .count = count };
    if (count) check->detail = str_format(work->arena, "first: %lld", (long long)first);
    proof->holds = proof->holds && check->holds;
    return NULL;
}

struct fault *ledger_verify(struct work *work, struct ledger_proof *proof)
{
    uint8_t hash[32];
    struct verify_row entries = { 0 };
    proof->holds = true;
    for (size_t i = 0; i < ARRAY_LENGTH(checks); i++) {
        struct verify_row row = { 0 };
        TRY(db_one(work, checks[i].sql, NONE, INTO(verify_row, &row), &db_broken));
        struct proof_check *check = LIST_ADD(work->arena, &proof->checks);
        *check = (struct proof_check){ .name = str_of(checks[i].name), .holds = !row.count, .count = row.count };
        if (row.count) check->detail = str_format(work->arena, "first: %lld", (long long)row.first_id);
        proof->holds = proof->holds && check->holds;
    }
    TRY(check_aged(work, proof));
    TRY(hash_books(work, hash));
    TRY(db_one(work, &sql_entry_count, NONE, INTO(verify_row, &entries), &db_broken));
    proof->hash = hex_text(work->arena, hash, sizeof hash);
    *LIST_ADD(work->arena, &proof->checks) =
        (struct proof_check){ .name = STR("entries read for the hash"), .holds = true, .count = entries.count };
    return NULL;
}

static struct fault *ledger_prove(struct work *work, const struct nothing *takes, struct ledger_proof *out)
{
    (void)takes;
    return ledger_verify(work, out);
}
CALLABLE(ledger_prove, nothing, ledger_proof);

static const struct operation operations[] = {
    { "ledger verify", "GET", "/ledger/verify", "ledger.read", OPERATION_READS | OPERATION_SLOW, &ledger_prove_call, NULL,
      "Prove that the books are right, and give their hash" },
};
const struct operation_table ledger_proofs = { "ledger", operations, ARRAY_LENGTH(operations) };
