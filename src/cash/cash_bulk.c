/* Accepting many proposals at once: first what it will do, line by line, then doing just that. */
#include "cash/cash_private.h"
#include "cash.sql.h"
#include <sodium.h>

int64_t cash_claimed(const struct cash_claims *claims, item_id item)
{
    int64_t sum = 0;
    for (size_t i = 0; claims && i < claims->list.count; i++)
        if (claims->list.at[i].item_id.n == item.n) sum += claims->list.at[i].amount_minor;
    return sum;
}

static const struct fault_type bulk_changed = {
    FAULT_CONFLICT, "cash.bulk_changed", "What this would do is no longer what you looked at; look at it again."
};
struct bulk_line { bank_line_id line_id; int64_t rank; };
RECORD(bulk_line, { ID(struct bulk_line, line_id), FIELD(struct bulk_line, rank, .max = 3, OPTIONAL, .about = "left out: 1") });
struct bulk_look { LIST_OF(struct bulk_line) lines; };
RECORD(bulk_look, { LIST(struct bulk_look, lines, bulk_line, .min = 1, .max = 500) });
struct bulk_do { LIST_OF(struct bulk_line) lines; struct str hash; };
RECORD(bulk_do, { LIST(struct bulk_do, lines, bulk_line, .min = 1, .max = 500),
                  FIELD(struct bulk_do, hash, .min = 64, .max = 64, .about = "of the preview you looked at") });
struct bulk_row {
    struct { int64_t n; } id;
    struct date booked_on;
    struct str name;
    int64_t amount_minor;
    struct str currency, category, party_name, booked_to;
    int64_t item_count, given_up_minor, on_account_minor, probability_ppm;
    bool is_possible;
    struct str refusal, text;
    cash_decision_id decision_id;
};
RECORD(bulk_row, {
    ID(struct bulk_row, id, .about = "of the bank line"),
    FIELD(struct bulk_row, booked_on, OPTIONAL),
    FIELD(struct bulk_row, name, OPTIONAL),
    AMOUNT(struct bulk_row, amount_minor, .currency = "currency", OPTIONAL),
    FIELD(struct bulk_row, currency, OPTIONAL),
    FIELD(struct bulk_row, category, OPTIONAL),
    FIELD(struct bulk_row, party_name, OPTIONAL),
    FIELD(struct bulk_row, booked_to, OPTIONAL, .about = "ledger accounts, number and name, of what settles no item"),
    FIELD(struct bulk_row, item_count, OPTIONAL, .about = "open items it settles"),
    AMOUNT(struct bulk_row, given_up_minor, .currency = "currency", OPTIONAL, .about = "differences booked"),
    AMOUNT(struct bulk_row, on_account_minor, .currency = "currency", OPTIONAL),
    FIELD(struct bulk_row, probability_ppm, OPTIONAL),
    FIELD(struct bulk_row, is_possible),
    FIELD(struct bulk_row, refusal, OPTIONAL, .about = "code of why not"),
    FIELD(struct bulk_row, text, OPTIONAL, .about = "the same in words"),
    ID(struct bulk_row, decision_id, OPTIONAL, .about = "once it is done"),
});
struct bulk_sum {
    struct str currency;
    int64_t count, amount_minor;
};
RECORD(bulk_sum, { FIELD(struct bulk_sum, currency), FIELD(struct bulk_sum, count),
                   AMOUNT(struct bulk_sum, amount_minor, .currency = "currency") });
struct bulk_shown {
    int64_t count, refused_count;
    LIST_OF(struct bulk_sum) sums;
    LIST_OF(struct bulk_row) lines;
    struct str hash;
};
RECORD(bulk_shown, {
    FIELD(struct bulk_shown, count, .about = "that can be done"),
    FIELD(struct bulk_shown, refused_count),
    LIST(struct bulk_shown, sums, bulk_sum),
    LIST(struct bulk_shown, lines, bulk_row),
    FIELD(struct bulk_shown, hash, OPTIONAL, .about = "SHA-256 over all of it"),
});

/* A refusal of the database is none of a line's: nothing can be done after it. */
static bool is_of_line(const struct fault *fault)
{
    return fault->type->kind != FAULT_BROKEN && fault->type->kind != FAULT_UNREACHABLE &&
           strncmp(fault->type->code, "db.", 3) != 0;
}

static struct fault *look(struct settling *s, const struct cash_claims *claims, const struct bulk_line *of,
                          struct cash_decide *decide, struct cash_origin *origin, struct kept_explanation *e)
{
    struct work *work = s->work;
    TRY(cash_kept(work, of->line_id, of->rank ? of->rank : 1, e, &origin->model));
    origin->category = str_keep(work->arena, e->category).at;
    origin->probability_ppm = e->probability_ppm;
    origin->evidence = e->evidence;
    *decide = cash_decide_as(work, of->line_id, e);
    s->decide = decide;
    s->claims = claims;
    return cash_look(s, origin);
}

static struct fault *booked_to(struct work *work, const struct cash_decide *decide, struct str *told)
{
    struct text text = text_new(work->arena);
    for (size_t i = 0; i < decide->bookings.count; i++) {
        struct account account = { 0 };
        TRY(ledger_account_by_number(work, decide->bookings.at[i].account, &account));
        text_addf(&text, "%s%.*s %.*s", i ? ", " : "", STR_ARG(account.number), STR_ARG(account.name));
    }
    if (decide->bookings.count) *told = text_str(&text);
    return NULL;
}

static struct fault *tell(struct settling *s, const struct kept_explanation *e, const struct bulk_line *of, struct fault *refused,
                          struct bulk_row *row)
{
    struct party party = { 0 };
    *row = (struct bulk_row){ .id = { of->line_id.n }, .booked_on = s->line.booked_on, .name = s->line.name,
                              .amount_minor = s->line.amount_minor, .currency = s->line.currency, .category = e->category,
                              .item_count = (int64_t)e->shares.count, .probability_ppm = e->probability_ppm,
                              .is_possible = !refused, .on_account_minor = refused ? 0 : s->left_minor };
    for (size_t i = 0; i < e->differences.count; i++) row->given_up_minor += e->differences.at[i].amount_minor;
    if (refused) {
        row->refusal = str_of(refused->type->code);
        row->text = fault_text(s->work->arena, refused, s->work->language);
    }
    if (!refused) TRY(booked_to(s->work, s->decide, &row->booked_to));
    if (!e->party_id) return NULL;
    TRY(party_load(s->work, (party_id){ e->party_id }, &party));
    row->party_name = party.name;
    return NULL;
}

static void add_up(struct work *work, const struct bulk_row *row, struct bulk_shown *out)
{
    size_t i = 0;
    if (!row->is_possible) {
        out->refused_count++;
        return;
    }
    out->count++;
    while (i < out->sums.count && !str_equal(out->sums.at[i].currency, row->currency)) i++;
    if (i == out->sums.count) *LIST_ADD(work->arena, &out->sums) = (struct bulk_sum){ .currency = row->currency };
    out->sums.at[i].count++;
    out->sums.at[i].amount_minor += row->amount_minor;
}

static struct fault *look_at_all(struct work *work, const struct bulk_line *lines, size_t count, struct bulk_shown *out)
{
    struct cash_claims claims = { 0 };
    crypto_hash_sha256_state state;
    uint8_t hash[32];
    *out = (struct bulk_shown){ 0 };
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++) {
        struct settling s = { .work = work };
        struct cash_decide decide = { 0 };
        struct cash_origin origin = { .category = "match" };
        struct kept_explanation e = { 0 };
        struct bulk_row row = { 0 };
        struct fault *refused = NULL, *looked = look(&s, &claims, &lines[i], &decide, &origin, &e);
        for (size_t k = 0; k < i && !refused; k++)
            if (lines[k].line_id.n == lines[i].line_id.n) refused = FAULT(work->arena, &cash_decided_already, "lines");
        if (!refused || (looked && !is_of_line(looked))) refused = looked;
        if (refused && !is_of_line(refused)) return refused;
        TRY(tell(&s, &e, &lines[i], refused, &row));
        for (size_t k = 0; k < decide.shares.count && !refused; k++)
            *LIST_ADD(work->arena, &claims.list) =
                (struct cash_claim){ decide.shares.at[k].item_id, decide.shares.at[k].amount_minor };
        add_up(work, &row, out);
        *LIST_ADD(work->arena, &out->lines) = row;
        struct str json = str_format(work->arena, "%lld %d %.*s\n", (long long)lines[i].line_id.n, !refused,
                                     STR_ARG(record_to_json(work->arena, GIVEN(cash_decide, &decide))));
        crypto_hash_sha256_update(&state, (const unsigned char *)json.at, json.length);
    }
    crypto_hash_sha256_final(&state, hash);
    out->hash = hex_text(work->arena, hash, sizeof hash);
    return NULL;
}

static struct fault *preview_op(struct work *work, const struct bulk_look *takes, struct bulk_shown *out)
{
    return look_at_all(work, takes->lines.at, takes->lines.count, out);
}
CALLABLE(preview_op, bulk_look, bulk_shown);

/* One transaction: what the preview refused stays where it is and says why; all else is done, or nothing is. */
static struct fault *bulk_op(struct work *work, const struct bulk_do *takes, struct bulk_shown *out)
{
    TRY(look_at_all(work, takes->lines.at, takes->lines.count, out));
    if (!str_equal(out->hash, takes->hash)) return FAULT(work->arena, &bulk_changed, "hash");
    for (size_t i = 0; i < takes->lines.count; i++) {
        struct kept_explanation e = { 0 };
        struct cash_origin origin = { 0 };
        struct cash_decided decided = { 0 };
        if (!out->lines.at[i].is_possible) continue;
        TRY(cash_kept(work, takes->lines.at[i].line_id, takes->lines.at[i].rank ? takes->lines.at[i].rank : 1, &e,
                      &origin.model));
        origin.category = str_keep(work->arena, e.category).at;
        origin.probability_ppm = e.probability_ppm;
        origin.evidence = e.evidence;
        const struct cash_decide decide = cash_decide_as(work, takes->lines.at[i].line_id, &e);
        TRY(cash_settle(work, &decide, &origin, &decided));
        out->lines.at[i].decision_id = decided.id;
    }
    return NULL;
}
CALLABLE(bulk_op, bulk_do, bulk_shown);

static const struct operation operations[] = {
    { "cash preview", "POST", "/cash/preview", "cash.decide", OPERATION_READS | OPERATION_SLOW, &preview_op_call, NULL,
      "Show what accepting these proposals would do, without doing it" },
    { "cash bulk", "POST", "/cash/bulk", "cash.decide", OPERATION_SLOW, &bulk_op_call, NULL,
      "Accept many proposals at once, just as their preview showed" },
};
const struct operation_table cash_bulk = { "cash", operations, ARRAY_LENGTH(operations) };
