/* What a person asks to decide: amounts as text, each in its own currency; and the decision in minor units that it is. */
#include "cash/cash_private.h"

RECORD(share_ask, {
    ID(struct share_ask, item_id),
    FIELD(struct share_ask, amount, .about = "in the item's currency, with its own sign"),
    FIELD(struct share_ask, line_amount, OPTIONAL,
          .about = "when the item is in another currency: how much of the line pays it; left out: by the day's rate"),
});
RECORD(given_up_ask, {
    FIELD(struct given_up_ask, kind, .min = 1, .max = 30),
    FIELD(struct given_up_ask, amount, .about = "in the line's currency; positive: we receive less than the items"),
    ID(struct given_up_ask, item_id, OPTIONAL, .about = "left out: of all items in proportion"),
});
RECORD(booking_ask, {
    FIELD(struct booking_ask, account, .min = 1, .max = 20, .about = "number of a ledger account"),
    FIELD(struct booking_ask, amount, .about = "in the line's currency; what came in is positive"),
    FIELD(struct booking_ask, description, .max = 500, OPTIONAL),
});
RECORD(decide_ask, {
    ID(struct decide_ask, line_id),
    LIST(struct decide_ask, shares, share_ask, .max = 5000),
    LIST(struct decide_ask, differences, given_up_ask, .max = 100),
    LIST(struct decide_ask, bookings, booking_ask, .max = 100),
    ID(struct decide_ask, party_id, OPTIONAL, .about = "who holds what is left on account"),
    FIELD(struct decide_ask, note, .max = 1000, OPTIONAL),
});

/* Exactly: what the currency has no decimals for is refused. */
static struct fault *exact(struct work *work, struct decimal amount, struct str currency, int64_t *minor,
                           const char *list, size_t at, const char *field)
{
    int digits = currency_digits(currency);
    if (minor_from_decimal(amount, digits, minor) && !decimal_compare(minor_to_decimal(*minor, digits), amount)) return NULL;
    return FAULT(work->arena, &ledger_not_in_currency, str_format(work->arena, "%s[%zu].%s", list, at, field).at,
                 PARAM("currency", currency), PARAM_INT(work->arena, "digits", digits));
}

struct fault *cash_share_asked(struct work *work, const struct share_ask *ask, size_t at, struct str line_currency,
                               struct cash_share *share)
{
    struct open_item item = { 0 };
    TRY(ledger_item_load(work, ask->item_id, &item));
    *share = (struct cash_share){ .item_id = ask->item_id };
    TRY(exact(work, ask->amount, item.currency, &share->amount_minor, "shares", at, "amount"));
    return exact(work, ask->line_amount, line_currency, &share->line_minor, "shares", at, "line_amount");
}

struct fault *cash_decide_asked(struct work *work, const struct decide_ask *ask, struct cash_decide *decide)
{
    struct arena *arena = work->arena;
    struct bank_line line = { 0 };
    struct fault *wrong = NULL;
    *decide = (struct cash_decide){ .line_id = ask->line_id, .party_id = ask->party_id, .note = ask->note };
    TRY(bank_line_load(work, ask->line_id, &line));
    for (size_t i = 0; i < ask->shares.count; i++)
        wrong = fault_join(wrong, cash_share_asked(work, &ask->shares.at[i], i, line.currency, LIST_ADD(arena, &decide->shares)));
    for (size_t i = 0; i < ask->differences.count; i++) {
        const struct given_up_ask *g = &ask->differences.at[i];
        struct cash_given_up *given = LIST_ADD(arena, &decide->differences);
        *given = (struct cash_given_up){ .kind = g->kind, .item_id = g->item_id };
        wrong = fault_join(wrong, exact(work, g->amount, line.currency, &given->amount_minor, "differences", i, "amount"));
    }
    for (size_t i = 0; i < ask->bookings.count; i++) {
        const struct booking_ask *b = &ask->bookings.at[i];
        struct cash_booking *booking = LIST_ADD(arena, &decide->bookings);
        *booking = (struct cash_booking){ .account = b->account, .description = b->description };
        wrong = fault_join(wrong, exact(work, b->amount, line.currency, &booking->amount_minor, "bookings", i, "amount"));
    }
    return wrong;
}

struct fault *cash_decide_said(struct work *work, const struct cash_decide *decide, struct decide_ask *ask)
{
    struct bank_line line = { 0 };
    *ask = (struct decide_ask){ .line_id = decide->line_id, .party_id = decide->party_id, .note = decide->note };
    TRY(bank_line_load(work, decide->line_id, &line));
    int digits = currency_digits(line.currency);
    for (size_t i = 0; i < decide->shares.count; i++) {
        const struct cash_share *share = &decide->shares.at[i];
        struct open_item item = { 0 };
        TRY(ledger_item_load(work, share->item_id, &item));
        *LIST_ADD(work->arena, &ask->shares) =
            (struct share_ask){ share->item_id, minor_to_decimal(share->amount_minor, currency_digits(item.currency)),
                                share->line_minor ? minor_to_decimal(share->line_minor, digits) : (struct decimal){ 0 } };
    }
    for (size_t i = 0; i < decide->differences.count; i++) {
        const struct cash_given_up *g = &decide->differences.at[i];
        *LIST_ADD(work->arena, &ask->differences) =
            (struct given_up_ask){ g->kind, minor_to_decimal(g->amount_minor, digits), g->item_id };
    }
    for (size_t i = 0; i < decide->bookings.count; i++) {
        const struct cash_booking *b = &decide->bookings.at[i];
        *LIST_ADD(work->arena, &ask->bookings) =
            (struct booking_ask){ b->account, minor_to_decimal(b->amount_minor, digits), b->description };
    }
    return NULL;
}
