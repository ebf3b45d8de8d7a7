/* A decision on a bank line becomes one entry out of the suspense account and the settlements it makes. Everything is looked at
 * before anything is written: what can be refused is refused while nothing has changed. */
#include "cash/cash_private.h"
#include "cash.sql.h"

static const struct fault_type cash_unknown_difference = { FAULT_INVALID, "cash.unknown_difference",
                                                           "{kind} is no difference that can be booked." };
static const struct fault_type cash_not_settled = {
    FAULT_CONFLICT, "cash.not_settled", "Item {reference} has no settlement of {amount} that this could bring back."
};
static const struct fault_type cash_item_twice = { FAULT_INVALID, "cash.item_twice",
                                                   "Item {reference} stands in this decision twice; give its amount once." };
static const struct fault_type cash_no_share = { FAULT_INVALID, "cash.no_share",
                                                 "A difference is of an item that this decision does not settle." };

static const struct fault_type cash_more_than_line = {
    FAULT_INVALID, "cash.more_than_line",
    "The parts make {parts}, which is more than the {line} of the line; settle {rest} less, or say what the difference is."
};

RECORD(reopened_row, { ID(struct reopened_row, decision_id), ID(struct reopened_row, allocation_id),
                       ID(struct reopened_row, settled_again, OPTIONAL) });

/* ---- Shares ---- */

static struct cash_group *group_for(struct settling *s, const struct open_item *item, bool reopens)
{
    for (size_t i = 0; i < s->groups.count; i++) {
        struct cash_group *g = &s->groups.at[i];
        if (g->account_id.n == item->account_id.n && g->party_id.n == item->party_id.n && g->reopens == reopens &&
            str_equal(g->currency, item->currency))
            return g;
    }
    struct cash_group *g = LIST_ADD(s->work->arena, &s->groups);
    *g = (struct cash_group){
        .account_id = item->account_id, .party_id = item->party_id, .currency = item->currency, .reopens = reopens
    };
    return g;
}

static struct str money(struct settling *s, int64_t minor, struct str currency)
{
    return minor_format(s->work->arena, minor, currency_digits(currency));
}

static struct fault *check_rest(struct settling *s, const struct open_item *item, int64_t amount_minor)
{
    int64_t rest = item->rest_minor - cash_claimed(s->claims, item->id);
    bool within = item->amount_minor >= 0 ? amount_minor > 0 && amount_minor <= rest : amount_minor < 0 && amount_minor >= rest;
    if (within) return NULL;
    return FAULT(s->work->arena, &ledger_over_allocated, "shares", PARAM("reference", item->reference),
                 PARAM("rest", money(s, rest, item->currency)), PARAM("currency", item->currency),
                 PARAM("amount", money(s, amount_minor, item->currency)));
}

/* What an amount in the item's currency is in the line's, by the day's rates; a share may say it itself. */
static struct fault *in_line_currency(struct settling *s, const struct open_item *item, const struct cash_share *share,
                                      int64_t *line_minor)
{
    int64_t base;
    *line_minor = share->amount_minor;
    if (str_equal(item->currency, s->line.currency)) return NULL;
    *line_minor = share->line_minor;
    if (share->line_minor)
        return (share->line_minor > 0) == (share->amount_minor > 0)
                   ? NULL
                   : FAULT(s->work->arena, &ledger_currency_mixed, "shares", PARAM("currency", item->currency));
    TRY(ledger_to_base(s->work, share->amount_minor, item->currency, s->line.booked_on, &base));
    if (int_mul_div(base, s->line.amount_minor, s->line.base_minor, line_minor)) return NULL; /* by the line's own rate */
    return FAULT(s->work->arena, &ledger_too_large, "shares");
}

static struct fault *load_shares(struct settling *s)
{
    const struct cash_decide *d = s->decide;
    s->items = ARENA_ARRAY(s->work->arena, struct open_item, d->shares.count + 1);
    s->share_lines = ARENA_ARRAY(s->work->arena, int64_t, d->shares.count + 1);
    for (size_t i = 0; i < d->shares.count; i++) {
        struct open_item *item = &s->items[i];
        const struct cash_share *share = &d->shares.at[i];
        TRY(ledger_item_load(s->work, share->item_id, item));
        for (size_t k = 0; k < i; k++)
            if (s->items[k].id.n == item->id.n)
                return FAULT(s->work->arena, &cash_item_twice, "shares", PARAM("reference", item->reference));
        bool reopens = (share->amount_minor > 0) != (item->amount_minor > 0);
        if (!reopens) TRY(check_rest(s, item, share->amount_minor));
        TRY(in_line_currency(s, item, share, &s->share_lines[i]));
        struct cash_group *g = group_for(s, item, reopens);
        if (!int_add(g->amount_minor, share->amount_minor, &g->amount_minor) ||
            !int_add(g->line_minor, s->share_lines[i], &g->line_minor) ||
            !int_sub(s->left_minor, s->share_lines[i], &s->left_minor))
            return FAULT(s->work->arena, &ledger_too_large, "shares");
    }
    return NULL;
}

/* ---- Lines of the entry ---- */

static struct entry_line *add_line(struct settling *s, account_id account, int64_t amount_minor, struct str description)
{
    struct entry_line *line = LIST_ADD(s->work->arena, &s->lines);
    *line = (struct entry_line){
        .account_id = account, .currency = s->line.currency, .amount_minor = amount_minor, .description = description
    };
    *LIST_ADD(s->work->arena, &s->worth) = amount_minor;
    return line;
}

/* Where each difference is booked; amounts are what we receive less than the items were. NULL place: it leaves the rest open. */
static const struct { const char *kind, *received, *given; bool has_vat; } places[] = {
    { "discount", FOR_DISCOUNT_GIVEN, FOR_DISCOUNT_TAKEN, true },
    { "discount_late", FOR_DISCOUNT_GIVEN, FOR_DISCOUNT_TAKEN, true },
    { "deduction", FOR_DISCOUNT_GIVEN, FOR_DISCOUNT_TAKEN, true },
    { "surcharge", FOR_DISCOUNT_GIVEN, FOR_DISCOUNT_TAKEN, true },
    { "charge", FOR_BANK_CHARGES, FOR_BANK_CHARGES, false },
    { "provider_fee", FOR_BANK_CHARGES, FOR_BANK_CHARGES, false },
    { "rounding", FOR_ROUNDING, FOR_ROUNDING, false },
    { "write_off", FOR_WRITE_OFF, FOR_WRITE_OFF, false },
    { "short", NULL, NULL, false },
    { "over", NULL, NULL, false },
    { "typo", NULL, NULL, false },
    { "net_of_vat", NULL, NULL, false },
    { "instalment", NULL, NULL, false },
    { "contra", NULL, NULL, false },
};

/* A part of a difference: of one item, or of what no item is named for. */
struct part_of {
    const struct open_item *item;
    int64_t amount_minor;
};

static struct fault *book_vat(struct settling *s, const struct part_of *part, account_id account, struct str kind)
{
    struct item_vats vats = { 0 };
    int64_t left = part->amount_minor, covered = 0, given = 0;
    TRY(ledger_item_vat(s->work, part->item->id, &vats));
    /* VAT lines carry the sign of turnover, the item the other one: of a part of it, the same part of each code comes back. */
    for (size_t i = 0; i < vats.count; i++) {
        const struct item_vat *v = &vats.at[i];
        int64_t here, until, vat, net, over;
        covered += v->net_minor + v->vat_minor;
        if (!int_mul_div(part->amount_minor, covered, -part->item->amount_minor, &until) ||
            !int_mul_div(part->amount_minor, v->vat_minor, -part->item->amount_minor, &vat) ||
            !int_mul_div(part->amount_minor, v->over_minor, -part->item->amount_minor, &over))
            return FAULT(s->work->arena, &ledger_too_large, "differences");
        here = until - given; /* of this code with its VAT; sums run on, so that no cent is lost between codes */
        given = until;
        net = here - vat;
        if (vat) {
            struct entry_line *line =
                add_line(s, v->account_id, vat,
                         str_format(s->work->arena, "%.*s %.*s, btw %.*s", STR_ARG(kind), STR_ARG(part->item->reference),
                                    STR_ARG(v->code)));
            line->vat_code_id = v->vat_code_id;
            line->vat_base_minor = v->net_minor ? net : over; /* in the line's currency; base follows */
        }
        if (net) {
            struct entry_line *line = add_line(s, account, net,
                                               str_format(s->work->arena, "%.*s %.*s, %.*s", STR_ARG(kind),
                                                          STR_ARG(part->item->reference), STR_ARG(v->code)));
            if (!v->vat_minor) line->vat_code_id = v->vat_code_id, line->vat_base_minor = net;
        }
        left -= here;
    }
    /* What no code covers, and what rounding left: without VAT. */
    if (left) add_line(s, account, left, str_format(s->work->arena, "%.*s %.*s", STR_ARG(kind), STR_ARG(part->item->reference)));
    return NULL;
}

/* Over the items named, in proportion to what is settled of each; sums run on, so the last one takes what rounding left. */
static struct fault *parts_of(struct settling *s, const struct cash_given_up *g, struct part_of *parts, size_t *count)
{
    const struct cash_decide *d = s->decide;
    int64_t sum = 0, so_far = 0, given = 0;
    *count = 0;
    for (size_t i = 0; i < d->shares.count; i++)
        if (!g->item_id.n || d->shares.at[i].item_id.n == g->item_id.n) sum += s->share_lines[i];
    for (size_t i = 0; i < d->shares.count && sum; i++) {
        int64_t until;
        if (g->item_id.n && d->shares.at[i].item_id.n != g->item_id.n) continue;
        so_far += s->share_lines[i];
        if (!int_mul_div(g->amount_minor, so_far, sum, &until)) return FAULT(s->work->arena, &ledger_too_large, "differences");
        if (until != given) parts[(*count)++] = (struct part_of){ &s->items[i], until - given };
        given = until;
    }
    if (!*count && g->item_id.n) return FAULT(s->work->arena, &cash_no_share, "differences");
    return NULL;
}

static struct fault *book_difference(struct settling *s, const struct cash_given_up *g)
{
    size_t place = 0, count;
    account_id account;
    while (place < ARRAY_LENGTH(places) && !str_is(g->kind, places[place].kind)) place++;
    if (place == ARRAY_LENGTH(places))
        return FAULT(s->work->arena, &cash_unknown_difference, "differences", PARAM("kind", g->kind));
    if (!places[place].received) return NULL;
    struct part_of *parts = ARENA_ARRAY(s->work->arena, struct part_of, s->decide->shares.count + 1);
    TRY(parts_of(s, g, parts, &count));
    bool ours = count ? parts[0].item->control == CONTROL_PAYABLES : s->line.amount_minor < 0 && !s->line.is_reversal;
    bool vat = places[place].has_vat && (str_is(g->kind, "surcharge") || str_is(s->setting.discount_mode, "included"));
    TRY(ledger_account_for(s->work, ours ? places[place].given : places[place].received, &account));
    if (!int_add(s->left_minor, g->amount_minor, &s->left_minor)) return FAULT(s->work->arena, &ledger_too_large, "differences");
    if (!vat || !count) return add_line(s, account, g->amount_minor, g->kind), NULL;
    for (size_t i = 0; i < count; i++) {
        bool has = parts[i].item->kind == ITEM_INVOICE || parts[i].item->kind == ITEM_CREDIT_NOTE, after = false;
        if (has && str_starts(g->kind, "discount")) TRY(cash_vat_after_discount(s->work, parts[i].item->id, &after));
        has &= !after;
        if (has) TRY(book_vat(s, &parts[i], account, g->kind));
        else add_line(s, account, parts[i].amount_minor, g->kind);
    }
    return NULL;
}

static struct fault *book_accounts(struct settling *s)
{
    for (size_t i = 0; i < s->decide->bookings.count; i++) {
        const struct cash_booking *b = &s->decide->bookings.at[i];
        struct account account = { 0 };
        TRY(ledger_account_by_number(s->work, b->account, &account));
        if (account.is_blocked)
            return FAULT(s->work->arena, &ledger_account_blocked, "bookings", PARAM("account", account.number));
        if (account.control)
            return FAULT(s->work->arena, &ledger_party_missing, "bookings", PARAM("account", account.number));
        add_line(s, account.id, -b->amount_minor, b->description);
        if (!int_sub(s->left_minor, b->amount_minor, &s->left_minor)) return FAULT(s->work->arena, &ledger_too_large, "bookings");
    }
    return NULL;
}

static struct str reference_of(const struct bank_line *line)
{
    struct str text = line->reference.length ? line->reference : line->remittance.length ? line->remittance : line->name;
    return text.length ? str_utf8_clip(text, 60) : STR("bank");
}

static void add_item_line(struct settling *s, account_id account, party_id party, struct str currency, int64_t amount_minor,
                          int64_t line_minor)
{
    struct entry_line *line = add_line(s, account, line_minor, (struct str){ 0 });
    line->currency = currency;
    line->amount_minor = amount_minor;
    line->party_id = party;
    line->item_kind = ITEM_PAYMENT;
    line->reference = reference_of(&s->line);
    line->due_on = s->line.booked_on;
}

/* What is left is held for the party: on receivables for a customer, on payables for who is a supplier only. */
static struct fault *book_rest(struct settling *s)
{
    struct party party = { 0 };
    account_id account;
    if (!s->left_minor) return NULL;
    if (!s->decide->party_id.n)
        return FAULT(s->work->arena, &cash_does_not_add_up, "shares",
                     PARAM("parts", money(s, s->line.amount_minor - s->left_minor, s->line.currency)),
                     PARAM("line", money(s, s->line.amount_minor, s->line.currency)),
                     PARAM("rest", money(s, s->left_minor, s->line.currency)));
    if ((s->left_minor > 0) != (s->line.amount_minor > 0)) /* nobody holds on account what the line did not bring */
        return FAULT(s->work->arena, &cash_more_than_line, "shares",
                     PARAM("parts", money(s, s->line.amount_minor - s->left_minor, s->line.currency)),
                     PARAM("line", money(s, s->line.amount_minor, s->line.currency)),
                     PARAM("rest", money(s, s->left_minor < 0 ? -s->left_minor : s->left_minor, s->line.currency)));
    TRY(party_load(s->work, s->decide->party_id, &party));
    TRY(ledger_account_for(s->work, party.is_customer ? FOR_RECEIVABLES : FOR_PAYABLES, &account));
    s->rest_line = s->lines.count;
    add_item_line(s, account, party.id, s->line.currency, -s->left_minor, -s->left_minor);
    return NULL;
}

/* Base amounts by the line's own rate, the one it was booked with; sums run on, so that suspense gets exactly what the line is and
 * the rounding lies in the line where it falls. An item in the base currency is worth itself: the rest is an exchange difference. */
static struct fault *fill_base(struct settling *s)
{
    int64_t worth = 0, given = 0, exchange = 0;
    bool foreign = !str_equal(s->line.currency, s->base);
    for (size_t i = 0; i < s->lines.count; i++) {
        struct entry_line *l = &s->lines.at[i];
        int64_t until, net;
        worth += s->worth.at[i];
        if (!foreign) until = worth;
        else if (!int_mul_div(worth, s->line.base_minor, s->line.amount_minor, &until))
            return FAULT(s->work->arena, &ledger_too_large, "shares");
        l->base_minor = until - given;
        given = until;
        if (foreign && str_equal(l->currency, s->base))
            exchange += l->base_minor - l->amount_minor, l->base_minor = l->amount_minor;
        if (foreign && l->vat_base_minor) {
            if (!int_mul_div(l->vat_base_minor, s->line.base_minor, s->line.amount_minor, &net))
                return FAULT(s->work->arena, &ledger_too_large, "differences");
            l->vat_base_minor = net;
        }
    }
    if (!exchange) return NULL;
    account_id account;
    TRY(ledger_account_for(s->work, FOR_EXCHANGE, &account));
    *LIST_ADD(s->work->arena, &s->lines) = (struct entry_line){ .account_id = account, .base_minor = exchange };
    return NULL;
}

/* ---- What comes back ---- */

static struct fault *not_settled(struct settling *s, const struct open_item *item, int64_t amount_minor)
{
    return FAULT(s->work->arena, &cash_not_settled, "shares", PARAM("reference", item->reference),
                 PARAM("amount", money(s, -amount_minor, item->currency)));
}

/* Which settlement this share brings back: the newest of just that amount. Several shares may stand in one. */
static struct fault *find_reopened(struct settling *s, size_t share, struct cash_group *g)
{
    struct item_settlements settlements = { 0 };
    const struct open_item *item = &s->items[share];
    int64_t amount = s->decide->shares.at[share].amount_minor;
    size_t i = 0;
    TRY(ledger_item_settlements(s->work, item->id, &settlements));
    while (i < settlements.count && settlements.at[i].amount_minor != -amount) i++;
    if (i == settlements.count) return not_settled(s, item, amount);
    for (size_t k = 0; k < g->reopened.count; k++)
        if (g->reopened.at[k].id.n == settlements.at[i].id.n) return g->reopened.at[k].wanted_minor += amount, NULL;
    struct cash_reopening *r = LIST_ADD(s->work->arena, &g->reopened);
    *r = (struct cash_reopening){ .id = settlements.at[i].id, .wanted_minor = amount, .evidence = settlements.at[i].evidence };
    r->why = s->storno;
    if (!s->line.return_reason.length && !s->line.is_reversal) {
        struct str words;
        TRY(cash_taken_back(s->work, item->id, amount, &words));
        if (words.length) r->why = words;
    }
    return ledger_settlement_parts(s->work, r->id, &r->parts);
}

static bool is_reopened(const struct settling *s, item_id id)
{
    for (size_t i = 0; i < s->decide->shares.count; i++)
        if (s->items[i].id.n == id.n) return true;
    return false;
}

/* The payments of that settlement that this line takes away again, and what of it stays settled. */
static struct fault *plan_reopened(struct settling *s, struct cash_reopening *r, const struct open_item *item)
{
    int64_t wanted = r->wanted_minor;
    for (size_t k = 0; k < r->parts.count; k++) {
        struct settle_part part = r->parts.at[k];
        struct open_item other = { 0 };
        if (is_reopened(s, part.item_id)) continue;
        TRY(ledger_item_load(s->work, part.item_id, &other));
        if (other.kind == ITEM_DIFFERENCE) continue;
        if (other.kind == ITEM_PAYMENT && wanted && (part.amount_minor > 0) == (wanted > 0)) {
            int64_t take = (wanted > 0) == (part.amount_minor > wanted) ? wanted : part.amount_minor;
            *LIST_ADD(s->work->arena, &r->freed) = (struct settle_part){ other.id, take };
            wanted -= take, part.amount_minor -= take;
        }
        if (part.amount_minor) *LIST_ADD(s->work->arena, &r->again) = part;
    }
    return wanted ? not_settled(s, item, r->wanted_minor) : NULL;
}

static struct fault *look_at_reopened(struct settling *s)
{
    for (size_t i = 0; i < s->decide->shares.count; i++) {
        bool reopens = (s->decide->shares.at[i].amount_minor > 0) != (s->items[i].amount_minor > 0);
        if (reopens) TRY(find_reopened(s, i, group_for(s, &s->items[i], true)));
    }
    for (size_t i = 0; i < s->groups.count; i++)
        for (size_t k = 0; k < s->groups.at[i].reopened.count; k++) {
            size_t share = 0;
            while (s->items[share].party_id.n != s->groups.at[i].party_id.n) share++;
            TRY(plan_reopened(s, &s->groups.at[i].reopened.at[k], &s->items[share]));
        }
    return NULL;
}

/* ---- Settling ---- */

static struct fault *reopen(struct settling *s, struct cash_reopening *r, struct settle_parts *parts)
{
    TRY(ledger_unsettle(s->work, r->id, s->on, r->why));
    for (size_t i = 0; i < r->freed.count; i++) *LIST_ADD(s->work->arena, parts) = r->freed.at[i];
    if (r->again.count < 2) return NULL;
    struct settlement settlement = { .effective_on = s->on, .reason = STR("bank"), .evidence = r->evidence };
    TRY(ledger_settle(s->work, &settlement, r->again.at, r->again.count));
    r->settled_again = settlement.id;
    return NULL;
}

static struct fault *settle_group(struct settling *s, struct cash_group *g, struct str evidence)
{
    const struct cash_decide *d = s->decide;
    struct settle_parts parts = { 0 };
    if (g->amount_minor)
        *LIST_ADD(s->work->arena, &parts) = (struct settle_part){ s->lines.at[g->line].item_id, -g->amount_minor };
    for (size_t i = 0; i < g->reopened.count; i++) TRY(reopen(s, &g->reopened.at[i], &parts));
    for (size_t i = 0; i < d->shares.count && !g->reopens; i++) {
        const struct open_item *item = &s->items[i];
        int64_t amount = d->shares.at[i].amount_minor;
        if ((amount > 0) == (item->amount_minor > 0) && item->account_id.n == g->account_id.n &&
            item->party_id.n == g->party_id.n && str_equal(item->currency, g->currency))
            *LIST_ADD(s->work->arena, &parts) = (struct settle_part){ item->id, amount };
    }
    struct settlement settlement = { .effective_on = s->on,
                                     .reason = g->reopens ? g->reopened.at[0].why : STR("bank"),
                                     .evidence = evidence };
    return ledger_settle(s->work, &settlement, parts.at, parts.count);
}

/* ---- Looking, then posting ---- */

/* A line whose period is closed is booked in the first open day: today. */
static struct fault *choose_day(struct settling *s)
{
    struct fault *closed = ledger_check_day(s->work, s->line.booked_on);
    s->on = closed ? s->work->today : s->line.booked_on;
    return closed && closed->type != &ledger_period_closed ? closed : NULL;
}

struct fault *cash_look(struct settling *s, const struct cash_origin *origin)
{
    struct work *work = s->work;
    account_id suspense;
    struct cash_decided earlier = { 0 };
    bool found;
    TRY(bank_line_load(work, s->decide->line_id, &s->line));
    TRY(cash_decision_of_line(work, s->decide->line_id, &earlier, &found));
    if (found) return FAULT(work->arena, &cash_decided_already, "line_id");
    TRY(ledger_base_currency(work, &s->base));
    TRY(cash_setting_load(work, &s->setting));
    s->left_minor = s->line.amount_minor;
    s->storno = cash_return_words(work, &s->line);
    TRY(choose_day(s));
    TRY(ledger_account_for(work, FOR_SUSPENSE, &suspense));
    add_line(s, suspense, s->line.amount_minor, (struct str){ 0 });
    TRY(load_shares(s));
    TRY(look_at_reopened(s));
    for (size_t i = 0; i < s->decide->differences.count; i++) TRY(book_difference(s, &s->decide->differences.at[i]));
    TRY(book_accounts(s));
    for (size_t i = 0; i < s->groups.count; i++) {
        struct cash_group *g = &s->groups.at[i];
        g->line = s->lines.count;
        if (!g->amount_minor && g->line_minor)
            return FAULT(work->arena, &ledger_currency_mixed, "shares", PARAM("currency", g->currency));
        if (g->amount_minor) /* items that settle each other, invoice and credit note, need no money */
            add_item_line(s, g->account_id, g->party_id, g->currency, -g->amount_minor, -g->line_minor);
    }
    TRY(book_rest(s));
    TRY(fill_base(s));
    TRY(cash_check_limit(s, origin));
    return s->lines.count < 2 ? FAULT(work->arena, &ledger_too_few_lines, "shares") : NULL;
}

static struct str evidence_of(struct work *work, const struct cash_origin *origin, cash_decision_id id)
{
    struct text t = text_new(work->arena);
    text_addf(&t, "{\"decision_id\":%lld,\"by\":\"%s\",\"model\":", (long long)id.n, origin->automatic ? "program" : "person");
    json_add_text(&t, origin->model.length ? origin->model : origin->evidence.length ? STR("rules") : STR("person"));
    text_addf(&t, ",\"probability_ppm\":%lld,\"evidence\":%.*s}", (long long)origin->probability_ppm,
              STR_ARG(origin->evidence.length ? origin->evidence : STR("[]")));
    return text_str(&t);
}

static struct fault *post(struct settling *s, const struct cash_origin *origin, struct cash_decided *out)
{
    struct entry entry = { .journal = JOURNAL_BANK,
                           .dated_on = s->on,
                           .source_kind = STR("bank_line"),
                           .source_id = s->line.id.n,
                           .description = str_format(s->work->arena, "%.*s %.*s",
                                                     STR_ARG(s->line.name.length ? s->line.name : STR("-")),
                                                     STR_ARG(reference_of(&s->line))) };
    struct str evidence = evidence_of(s->work, origin, out->id);
    TRY(ledger_post(s->work, &entry, s->lines.at, s->lines.count));
    out->entry_id = entry.id;
    for (size_t i = 0; i < s->groups.count; i++) TRY(settle_group(s, &s->groups.at[i], evidence));
    return NULL;
}

static struct fault *keep_reopened(struct settling *s, cash_decision_id id)
{
    for (size_t i = 0; i < s->groups.count; i++)
        for (size_t k = 0; k < s->groups.at[i].reopened.count; k++) {
            const struct cash_reopening *r = &s->groups.at[i].reopened.at[k];
            const struct reopened_row row = { id, r->id, r->settled_again };
            TRY(db_run(s->work, &sql_reopened_add, GIVEN(reopened_row, &row)));
        }
    return NULL;
}

struct fault *cash_settle(struct work *work, const struct cash_decide *decide, const struct cash_origin *origin,
                          struct cash_decided *out)
{
    struct settling s = { .work = work, .decide = decide };
    TRY(cash_look(&s, origin));
    *out = (struct cash_decided){
        .id = { id_new(work) },
        .bank_line_id = decide->line_id,
        .category = str_of(origin->category),
        .party_id = decide->party_id,
        .amount_minor = s.line.amount_minor,
        .currency = s.line.currency,
        .decided_at = work->now,
        .decided_by = origin->automatic ? 0 : work->user_id,
        .is_automatic = origin->automatic,
        .probability_ppm = origin->probability_ppm,
        .model = origin->model.length || !origin->evidence.length ? origin->model : STR("rules"),
        .evidence = origin->evidence,
        .note = decide->note,
    };
    out->parts = record_to_json(work->arena, GIVEN(cash_decide, decide));
    TRY(post(&s, origin, out));
    TRY(db_run(work, &sql_decision_add, GIVEN(cash_decided, out)));
    TRY(keep_reopened(&s, out->id));
    if (s.rest_line) out->rest_item_id = s.lines.at[s.rest_line].item_id;
    if (!origin->automatic) TRY(cash_make_stale(work, &s));
    work_changed(work, "cash_decision", out->id.n, (struct given){ &cash_decided_record, NULL }, GIVEN(cash_decided, out));
    return NULL;
}
