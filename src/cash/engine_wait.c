/* Lines that wait for a person: what they probably settle is reserved, what they may settle is claimed. */
#include "cash/engine_private.h"

enum { CLAIM_PPM = 10000, RESERVE_PPM = 100000, SURE_PPM = 500000 };

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

static void hold(struct cash_engine *e, uint32_t item)
{
    struct cash_known_party *party = &e->parties.at[e->items.at[item].party];
    if (e->items.at[item].is_held) return;
    if (party->held_count == party->held_room) {
        uint32_t *more = ARENA_ARRAY(e->arena, uint32_t, party->held_room * 2 + 4);
        if (party->held_count) memcpy(more, party->held, party->held_count * sizeof *more);
        party->held = more;
        party->held_room = party->held_room * 2 + 4;
    }
    party->held[party->held_count++] = item;
    e->items.at[item].is_held = true;
}

/* Whether the line probably settles this item: the explanations that hold it weigh more than those that do not. */
static bool probable(const struct cash_proposal *p, int64_t item)
{
    int64_t with = 0, without = 0;
    for (size_t i = 0; i < p->count; i++) {
        bool in = false;
        for (size_t j = 0; j < p->explanations[i].allocation_count && !in; j++)
            in = p->explanations[i].allocations[j].item == item;
        *(in ? &with : &without) += p->explanations[i].probability_ppm;
    }
    return with > without && with >= RESERVE_PPM;
}

/* Of the first explanation what is probable: two sets that share all but one item are a doubt about that item only. Never more than the
 * first holds: of five equal items that any four would do, four are reserved. */
static void reserve(struct cash_engine *e, struct cash_wait *w, const struct cash_proposal *p, int32_t day)
{
    const struct cash_explanation *x = NULL;
    for (size_t i = 0; i < p->count && !x; i++)
        if (p->explanations[i].allocation_count) x = &p->explanations[i];
    if (!x) return;
    w->reserved = ARENA_ARRAY(e->arena, struct cash_allocation, x->allocation_count);
    for (size_t i = 0; i < x->allocation_count; i++) {
        const struct cash_allocation *a = &x->allocations[i];
        uint32_t item = cash_item_index(e, a->item);
        if (!item || !probable(p, a->item) ||
            !int_add(e->items.at[item - 1].reserved, a->amount_minor, &e->items.at[item - 1].reserved))
            continue;
        cash_item_settle(e, item - 1, a->amount_minor, day);
        cash_give_way(e, item - 1); /* an earlier guess that this one contradicts */
        w->reserved[w->reserved_count++] = (struct cash_allocation){ item - 1, a->amount_minor };
        hold(e, item - 1);
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
    bool sure = first->probability_ppm >= SURE_PPM && first->allocation_count;
    reserve(e, w, p, date_days(line->booked_on));
    for (size_t i = 0; i < p->count && !sure && !w->party && line->amount_minor > 0; i++)
        if (p->explanations[i].party) w->party = cash_party_index(e, p->explanations[i].party);
    if (w->party) e->parties.at[w->party - 1].waiting++;
}
