/* Lines that wait for a person: what they probably settle is reserved, what they may settle is claimed. */
#include "cash/engine_private.h"

enum { CLAIM_PPM = 10000, RESERVE_PPM = 500000 };

void cash_engine_release(struct cash_engine *e, int64_t line)
{
    uint32_t index = cash_map_get(&e->map, cash_mix((uint64_t)line, SALT_WAIT));
    if (!index || !e->waits.at[index - 1].active) return;
    struct cash_wait *w = &e->waits.at[index - 1];
    w->active = false;
    for (size_t i = 0; i < w->item_count; i++) e->items.at[w->items[i]].claims--;
    for (size_t i = 0; i < w->reserved_count; i++) {
        uint32_t item = (uint32_t)w->reserved[i].item;
        e->items.at[item].reserved -= w->reserved[i].amount_minor;
        cash_item_settle(e, item, -w->reserved[i].amount_minor, 0);
    }
    if (w->party) e->parties.at[w->party - 1].waiting--;
}

/* The item turned out to be another line's: whoever had reserved it for a waiting line gives that up. */
void cash_give_way(struct cash_engine *e, uint32_t item)
{
    struct cash_known_item *it = &e->items.at[item];
    for (size_t i = 0; i < e->waits.count && it->reserved && (it->open < 0) != (it->total < 0) && it->open; i++) {
        struct cash_wait *w = &e->waits.at[i];
        for (size_t j = 0; w->active && j < w->reserved_count; j++) {
            if (w->reserved[j].item != (int64_t)item || !w->reserved[j].amount_minor) continue;
            it->reserved -= w->reserved[j].amount_minor;
            cash_item_settle(e, item, -w->reserved[j].amount_minor, 0);
            w->reserved[j].amount_minor = 0;
        }
    }
}

static void reserve(struct cash_engine *e, struct cash_wait *w, const struct cash_explanation *x, int32_t day)
{
    w->reserved = ARENA_ARRAY(e->arena, struct cash_allocation, x->allocation_count);
    for (size_t i = 0; i < x->allocation_count; i++) {
        uint32_t item = cash_item_index(e, x->allocations[i].item);
        int64_t amount = x->allocations[i].amount_minor;
        if (!item || !int_add(e->items.at[item - 1].reserved, amount, &e->items.at[item - 1].reserved)) continue;
        w->reserved[w->reserved_count++] = (struct cash_allocation){ item - 1, amount };
        cash_item_settle(e, item - 1, amount, day);
    }
}

void cash_engine_wait(struct cash_engine *e, const struct cash_line *line, const struct cash_proposal *p)
{
    cash_engine_release(e, line->id);
    uint32_t *place = cash_map_put(e->arena, &e->map, cash_mix((uint64_t)line->id, SALT_WAIT));
    if (!*place) {
        *LIST_ADD(e->arena, &e->waits) = (struct cash_wait){ 0 };
        *place = (uint32_t)e->waits.count;
    }
    struct cash_wait *w = &e->waits.at[*place - 1];
    *w = (struct cash_wait){ .active = true };
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) count += p->explanations[i].allocation_count;
    w->items = ARENA_ARRAY(e->arena, uint32_t, count + 1);
    for (size_t i = 0; i < p->count; i++) {
        const struct cash_explanation *x = &p->explanations[i];
        if (x->probability_ppm < CLAIM_PPM && i) continue;
        for (size_t j = 0; j < x->allocation_count; j++) {
            uint32_t item = cash_item_index(e, x->allocations[j].item);
            if (!item || e->items.at[item - 1].claims == UINT16_MAX) continue;
            e->items.at[item - 1].claims++;
            w->items[w->item_count++] = item - 1;
        }
    }
    const struct cash_explanation *first = &p->explanations[0];
    bool sure = first->probability_ppm >= RESERVE_PPM && first->allocation_count;
    if (sure) reserve(e, w, first, date_days(line->booked_on));
    for (size_t i = 0; i < p->count && !sure && !w->party && line->amount_minor > 0; i++)
        if (p->explanations[i].party) w->party = cash_party_index(e, p->explanations[i].party);
    if (w->party) e->parties.at[w->party - 1].waiting++;
}
