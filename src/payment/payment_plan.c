#include "payment/payment_private.h"

/* From open items to payments. One payment a payee and account; where there is no credit note to net, a bill that asks for a
 * structured reference gets a payment of its own, since a payment carries one reference. */

enum { TEXT_MAX = 140 }; /* of a SEPA payment, after cleaning */

static int compare_dues(const void *a, const void *b)
{
    const struct payment_due *x = a, *y = b;
    if (x->party_id.n != y->party_id.n) return x->party_id.n < y->party_id.n ? -1 : 1;
    if (x->account_id.n != y->account_id.n) return x->account_id.n < y->account_id.n ? -1 : 1;
    if (x->due_on.ymd != y->due_on.ymd) return x->due_on.ymd < y->due_on.ymd ? -1 : 1;
    return (x->id.n > y->id.n) - (x->id.n < y->id.n);
}

static bool is_structured(const struct payment_due *due)
{
    return due->reference_kind == REFERENCE_RF || due->reference_kind == REFERENCE_KENMERK;
}

/* All of it, or the part chosen. */
static int64_t pays(const struct payment_due *due) { return due->part_minor ? due->part_minor : due->amount_minor; }

static void add_part(struct work *work, struct planned *planned, const struct payment_due *due)
{
    *LIST_ADD(work->arena, &planned->parts) = (struct run_part){
        .payment_id = planned->payment.id, .item_id = { due->id.n }, .source_kind = due->source_kind, .source_id = due->source_id,
        .item_reference = due->item_reference, .amount_minor = pays(due),
        .discount_minor = due->taken_minor, .currency = due->currency,
    };
    bool fits = int_add(planned->payment.amount_minor, pays(due), &planned->payment.amount_minor);
    ensure(fits); /* amounts of the ledger are below 2^53, parts are counted */
}

static struct planned new_payment(struct work *work, const struct payment_due *first)
{
    struct planned planned = { .payment = {
                                   .id = { id_new(work) },
                                   .party_id = first->party_id,
                                   .account_id = first->account_id,
                                   .control = first->control,
                                   .party_bank_id = first->party_bank_id,
                                   .iban = first->iban,
                                   .bic = first->bic,
                                   .holder = first->holder,
                                   .currency = first->currency,
                                   .last_iban = first->last_iban,
                                   .is_changed = first->is_changed,
                                   .is_first = first->is_first,
                               } };
    planned.payment.end_to_end_id = str_format(work->arena, "FL%lld", (long long)planned.payment.id.n);
    return planned;
}

/* "2025-17, 2025-18, 2025-19 +4": whole references, as many as fit. */
static struct str free_text(struct arena *arena, const struct planned *planned)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < planned->parts.count; i++) {
        struct str reference = sepa_clean(arena, planned->parts.at[i].item_reference);
        size_t left = planned->parts.count - i;
        if (text.length + reference.length + 2 + (left > 1 ? 8 : 0) > TEXT_MAX) {
            if (!text.length) text_add(&text, str_part(reference, 0, TEXT_MAX - 8));
            if (i || left > 1) text_addf(&text, " +%zu", i ? left : left - 1);
            break;
        }
        if (i) text_addz(&text, ", ");
        text_add(&text, reference);
    }
    return text_str(&text);
}

static bool says_something(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((text.at[i] >= '0' && text.at[i] <= '9') || ((text.at[i] | 32) >= 'a' && (text.at[i] | 32) <= 'z')) return true;
    return false;
}

/* The text that a bill asks for, where it fits; else the bills' numbers; else our own number of the payment. */
static struct str text_for(struct arena *arena, const struct planned *planned, const struct payment_due *only)
{
    struct str asked = only && only->reference_kind ? sepa_clean(arena, only->reference) : (struct str){ 0 };
    if (asked.length <= TEXT_MAX && says_something(asked)) return asked;
    struct str numbers = free_text(arena, planned);
    return says_something(numbers) ? numbers : planned->payment.end_to_end_id;
}

static void finish_payment(struct work *work, struct planned *planned, const struct payment_due *only)
{
    struct run_payment *p = &planned->payment;
    p->state = p->amount_minor > 0 ? PAID_PROPOSED : PAID_CARRIED;
    p->reference_kind = only && is_structured(only) ? only->reference_kind : REFERENCE_FREE;
    p->reference = p->reference_kind == REFERENCE_FREE ? text_for(work->arena, planned, only) : only->reference;
    for (size_t i = 0; i < planned->parts.count; i++) planned->parts.at[i].is_live = p->state == PAID_PROPOSED;
}

/* An account that bills of this payee are to be paid on. */
struct target { int64_t party_bank_id, sum_minor; const struct payment_due *first; };
struct targets { LIST_OF(struct target) list; size_t most; }; /* most: which gets most; there the credit notes are netted */

static void find_targets(struct work *work, const struct payment_due *dues, size_t count, struct targets *targets)
{
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        if (dues[i].amount_minor < 0) continue;
        while (k < targets->list.count && targets->list.at[k].party_bank_id != dues[i].party_bank_id.n) k++;
        if (k == targets->list.count)
            *LIST_ADD(work->arena, &targets->list) = (struct target){ dues[i].party_bank_id.n, 0, &dues[i] };
        targets->list.at[k].sum_minor += pays(&dues[i]);
    }
    for (size_t k = 1; k < targets->list.count; k++)
        if (targets->list.at[k].sum_minor > targets->list.at[targets->most].sum_minor) targets->most = k;
    if (!targets->list.count) *LIST_ADD(work->arena, &targets->list) = (struct target){ .first = &dues[0] }; /* credit notes only */
}

/* What goes to one account: bills with a structured reference by themselves unless they are netted, the others together. */
static void plan_target(struct work *work, const struct payment_due *dues, size_t count, const struct target *target,
                        bool nets, struct plan *plan)
{
    struct planned together = { 0 };
    const struct payment_due *only = NULL;
    size_t bills = 0;
    for (size_t i = 0; i < count; i++) {
        const struct payment_due *due = &dues[i];
        bool credit = due->amount_minor < 0;
        if (credit ? !nets : due->party_bank_id.n != target->party_bank_id) continue;
        if (!credit && !nets && is_structured(due)) {
            struct planned *alone = LIST_ADD(work->arena, plan);
            *alone = new_payment(work, due);
            add_part(work, alone, due);
            finish_payment(work, alone, due);
            continue;
        }
        if (!together.payment.id.n) together = new_payment(work, target->first);
        if (!credit) bills++, only = due;
        add_part(work, &together, due);
    }
    if (!together.payment.id.n) return;
    finish_payment(work, &together, bills == 1 ? only : NULL);
    *LIST_ADD(work->arena, plan) = together;
}

/* All of one payee. */
static void plan_payee(struct work *work, const struct payment_due *dues, size_t count, struct plan *plan)
{
    bool has_credits = false;
    struct targets targets = { 0 };
    for (size_t i = 0; i < count; i++) has_credits |= dues[i].amount_minor < 0;
    find_targets(work, dues, count, &targets);
    for (size_t k = 0; k < targets.list.count; k++)
        plan_target(work, dues, count, &targets.list.at[k], has_credits && k == targets.most, plan);
}

void payment_plan(struct work *work, const struct payment_dues *dues, struct plan *plan)
{
    struct plan all = { 0 };
    struct payment_due *sorted = ARENA_ARRAY(work->arena, struct payment_due, dues->count + 1);
    if (dues->count) memcpy(sorted, dues->at, dues->count * sizeof *sorted);
    qsort(sorted, dues->count, sizeof *sorted, compare_dues);
    for (size_t from = 0, to; from < dues->count; from = to) {
        for (to = from + 1; to < dues->count && sorted[to].party_id.n == sorted[from].party_id.n &&
                            sorted[to].account_id.n == sorted[from].account_id.n;)
            to++;
        plan_payee(work, sorted + from, to - from, &all);
    }
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < all.count; i++)
            if ((all.at[i].payment.state == PAID_CARRIED) == (pass == 1)) *LIST_ADD(work->arena, plan) = all.at[i];
}
