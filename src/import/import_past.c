/* Payments of the past, with the invoices that each settled: what cash application learns from. */
#include "import/import_private.h"

static const struct fault_type import_no_invoice = {
    FAULT_INVALID, "import.no_invoice",
    "There is no invoice {number}; import the paid invoices and the open items first, or mend the number."
};
static const struct fault_type import_share_amount = {
    FAULT_INVALID, "import.share_amount",
    "Say what each invoice got, as number:amount; with more than one invoice it can't be told."
};
static const struct fault_type import_no_category = { FAULT_INVALID, "import.no_category",
                                                      "{category} is no kind of payment that is known." };

static const struct { const char *said; enum cash_category category; } categories[] = {
    { "psp", CASH_PROVIDER }, { "sdd", CASH_DEBIT_BATCH }, { "incasso", CASH_DEBIT_BATCH }, { "storno", CASH_REVERSAL },
    { "factuur", CASH_MATCH }, { "dubbel", CASH_DUPLICATE }, { "vooruitbetaling", CASH_ON_ACCOUNT }, { "overig", CASH_UNRELATED },
};
static const struct { const char *said; enum cash_difference_kind kind; } differences[] = {
    { "fee", CASH_CHARGE }, { "exvat", CASH_NET_OF_VAT }, { "pspfee", CASH_PROVIDER_FEE }, { "korting", CASH_DISCOUNT },
    { "kosten", CASH_CHARGE }, { "afronding", CASH_ROUNDING },
};

static struct str category_of(struct importing *im, bool has_invoices, int64_t party)
{
    struct str said = str_lower(im->arena, import_text(im, F_CATEGORY));
    if (!said.length) return str_of(cash_category_name(has_invoices ? CASH_MATCH : party ? CASH_ON_ACCOUNT : CASH_UNRELATED));
    for (unsigned k = 1; k < CASH_CATEGORY_COUNT; k++)
        if (str_is(said, cash_category_name((enum cash_category)k))) return said;
    for (size_t i = 0; i < ARRAY_LENGTH(categories); i++)
        if (str_is(said, categories[i].said)) return str_of(cash_category_name(categories[i].category));
    import_wrong(im, F_CATEGORY, FAULT(im->arena, &import_no_category, NULL, PARAM("category", said)));
    return said;
}

static struct str difference_of(struct importing *im)
{
    struct str said = str_lower(im->arena, import_text(im, F_DIFFERENCE));
    for (size_t i = 0; i < ARRAY_LENGTH(differences); i++)
        if (str_is(said, differences[i].said)) return str_of(cash_difference_name(differences[i].kind));
    for (unsigned k = 1; k < CASH_DIFFERENCE_COUNT; k++)
        if (str_is(said, cash_difference_name((enum cash_difference_kind)k))) return said;
    return (struct str){ 0 };
}

static bool item_named(struct importing *im, int64_t party, struct str name, int64_t *item)
{
    struct str with_party = str_format(im->arena, "%lld %.*s", (long long)party, STR_ARG(name));
    return import_map_get(&im->item_by_key, name, item) || import_map_get(&im->item_by_number, with_party, item) ||
           import_map_get(&im->item_by_number, name, item);
}

struct shares { LIST_OF(struct cash_share) list; int64_t sum_minor; };

static void take_share(struct importing *im, struct str part, int64_t party, bool only, struct shares *shares)
{
    int64_t item, minor = im->values[F_AMOUNT].number;
    ptrdiff_t colon = -1;
    for (size_t i = 0; i < part.length; i++)
        if (part.at[i] == ':') colon = (ptrdiff_t)i;
    struct str name = str_trim(colon < 0 ? part : str_part(part, 0, (size_t)colon));
    struct str amount = colon < 0 ? (struct str){ 0 } : str_trim(str_part(part, (size_t)colon + 1, part.length));
    if (!name.length) return;
    if (!item_named(im, party, name, &item))
        return import_wrong(im, F_INVOICES, FAULT(im->arena, &import_no_invoice, NULL, PARAM("number", name)));
    if (!amount.length && !only) return import_wrong(im, F_INVOICES, FAULT(im->arena, &import_share_amount, NULL));
    char sign = import_decimal_of(amount) ? import_decimal_of(amount) : im->decimal;
    if (amount.length && !import_amount(im->arena, (struct cell){ amount, CELL_TEXT }, sign, 2, &minor))
        return import_wrong(im, F_INVOICES, FAULT(im->arena, &import_share_amount, NULL));
    *LIST_ADD(im->arena, &shares->list) = (struct cash_share){ { item }, minor };
    if (!int_add(shares->sum_minor, minor, &shares->sum_minor))
        import_wrong(im, F_INVOICES, FAULT(im->arena, &ledger_too_large, NULL));
}

static void take_shares(struct importing *im, int64_t party, struct shares *shares)
{
    struct str text = import_text(im, F_INVOICES);
    bool only = str_find(text, ";") < 0 && str_find(text, "|") < 0;
    while (text.length) {
        size_t at = 0;
        while (at < text.length && text.at[at] != ';' && text.at[at] != '|') at++;
        take_share(im, str_part(text, 0, at), party, only, shares);
        text = at < text.length ? str_part(text, at + 1, text.length) : (struct str){ 0 };
    }
}

void import_past_row(struct importing *im)
{
    struct shares shares = { 0 };
    struct cash_given_up given = { .kind = difference_of(im), .amount_minor = im->values[F_DIFFERENCE_AMOUNT].number };
    int64_t party = import_party_of(im, F_PARTY, true), amount = im->values[F_AMOUNT].number;
    struct str currency = import_text(im, F_CURRENCY);
    take_shares(im, party, &shares);
    struct str category = category_of(im, shares.list.count > 0, party);
    if (im->row_wrong) return;
    int64_t left = shares.sum_minor - amount;
    if (str_is(given.kind, cash_difference_name(CASH_SHORT)) && shares.list.count && left > 0) /* short, and closed all the same */
        given.kind = str_of(cash_difference_name(CASH_DEDUCTION));
    if (!given.kind.length && shares.list.count && left && left >= -5 && left <= 5)
        given = (struct cash_given_up){ str_of(cash_difference_name(CASH_ROUNDING)), left };
    *LIST_ADD(im->arena, &im->past_lines) = (struct cash_past_line){
        .booked_on = im->values[F_PAID_ON].day,
        .amount_minor = amount,
        .currency = currency.length ? str_upper(im->arena, currency) : im->base_currency,
        .name = import_text(im, F_NAME),
        .iban = import_text(im, F_IBAN),
        .ultimate_name = import_text(im, F_ULTIMATE),
        .remittance = import_text(im, F_REMITTANCE),
        .reference = import_text(im, F_REFERENCE),
        .end_to_end_id = import_text(im, F_END_TO_END),
        .batch_id = import_text(im, F_BATCH),
        .category = category,
        .party_id = { party },
        .parts = cash_past_parts(im->arena, shares.list.at, shares.list.count, &given, given.kind.length > 0),
        .import_id = im->file->id.n,
    };
    *LIST_ADD(im->arena, &im->line_rows) = im->row->number;
}

struct fault *import_past_write(struct importing *im)
{
    bool lines = im->file->kind == IMPORT_PAYMENTS;
    size_t count = lines ? im->past_lines.count : im->past_items.count;
    int64_t *ids = ARENA_ARRAY(im->arena, int64_t, count + 1);
    struct str *keys = ARENA_ARRAY(im->arena, struct str, count + 1);
    if (lines) TRY(cash_past_lines_add(im->work, im->past_lines.at, count));
    else TRY(cash_past_items_add(im->work, im->past_items.at, count));
    for (size_t i = 0; i < count; i++) {
        ids[i] = lines ? im->past_lines.at[i].id : im->past_items.at[i].id;
        keys[i] = lines ? (struct str){ 0 } : im->past_items.at[i].item_key;
    }
    im->file->made_count = (int64_t)count;
    TRY(import_made_add(im, lines ? "past_line" : "past_item", ids, im->line_rows.at, count));
    return import_keys_add(im, "item", keys, ids, count);
}
