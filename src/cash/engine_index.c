/* What the engine knows, found by hash: items by number, digits, reference, order and amount; parties by account and name. */
#include "cash/engine_private.h"

uint64_t cash_mix(uint64_t value, enum cash_salt salt)
{
    uint64_t z = value + (uint64_t)salt * UINT64_C(0xd1342543de82ef95);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return z ? z : 1;
}

uint64_t cash_hash(struct str s)
{
    uint64_t h = 0;
    for (size_t i = 0; i < s.length; i++) h = h * CASH_HASH_BASE + (uint8_t)s.at[i];
    return h;
}

uint32_t cash_map_get(const struct cash_map *map, uint64_t key)
{
    if (!map->room) return 0;
    for (size_t i = key & (map->room - 1);; i = (i + 1) & (map->room - 1)) {
        if (map->keys[i] == key) return map->values[i];
        if (!map->keys[i]) return 0;
    }
}

static void map_grow(struct arena *arena, struct cash_map *map)
{
    struct cash_map old = *map;
    map->room = old.room ? old.room * 2 : 1024;
    map->keys = ARENA_ARRAY(arena, uint64_t, map->room);
    map->values = ARENA_ARRAY(arena, uint32_t, map->room);
    for (size_t i = 0; i < old.room; i++) {
        if (!old.keys[i]) continue;
        size_t at = old.keys[i] & (map->room - 1);
        while (map->keys[at]) at = (at + 1) & (map->room - 1);
        map->keys[at] = old.keys[i];
        map->values[at] = old.values[i];
    }
}

uint32_t *cash_map_put(struct arena *arena, struct cash_map *map, uint64_t key)
{
    if ((map->count + 1) * 2 > map->room) map_grow(arena, map);
    for (size_t i = key & (map->room - 1);; i = (i + 1) & (map->room - 1)) {
        if (map->keys[i] == key) return &map->values[i];
        if (map->keys[i]) continue;
        map->keys[i] = key;
        map->count++;
        return &map->values[i];
    }
}

struct cash_settings cash_settings_default(void)
{
    return (struct cash_settings){
        .precision_ppm = 999000, .rounding_minor = 5, .charge_minor = 2500, .difference_auto_minor = 10000
    };
}

struct cash_engine *cash_engine_new(struct arena *arena, const struct cash_settings *settings)
{
    struct cash_engine *engine = ARENA_NEW(arena, struct cash_engine);
    engine->arena = arena;
    engine->settings = settings ? *settings : cash_settings_default();
    return engine;
}

void cash_engine_settings(struct cash_engine *engine, const struct cash_settings *settings)
{
    engine->settings = *settings;
}

uint32_t cash_currency(const char currency[4])
{
    uint32_t code = 0;
    for (int i = 0; i < 3 && currency[i]; i++) code = code << 8 | (uint8_t)currency[i];
    return code;
}

static uint64_t id_key(int64_t id, enum cash_salt salt) { return cash_mix((uint64_t)id, salt); }
uint32_t cash_item_index(const struct cash_engine *engine, int64_t id)
{
    return cash_map_get(&engine->map, id_key(id, SALT_ID_ITEM));
}
uint32_t cash_party_index(const struct cash_engine *engine, int64_t id)
{
    return cash_map_get(&engine->map, id_key(id, SALT_ID_PARTY));
}
uint32_t cash_first(const struct cash_engine *engine, uint64_t key) { return cash_map_get(&engine->map, key); }
uint64_t cash_amount_key(uint32_t currency, int64_t amount)
{
    return cash_mix((uint64_t)amount ^ (uint64_t)currency << 40, SALT_AMOUNT);
}

/* Adds the item to the list of a key, once. */
static void list_item(struct cash_engine *engine, uint64_t key, uint32_t item)
{
    uint32_t *head = cash_map_put(engine->arena, &engine->map, key);
    for (uint32_t n = *head, seen = 0; n && seen < 64; n = engine->nodes.at[n - 1].next, seen++)
        if (engine->nodes.at[n - 1].item == item) return;
    *LIST_ADD(engine->arena, &engine->nodes) = (struct cash_node){ item, *head };
    *head = (uint32_t)engine->nodes.count;
}

static void list_text(struct cash_engine *engine, struct str text, enum cash_salt salt, size_t least, uint32_t item)
{
    if (text.length < least || text.length >= NUMBER_LENGTHS) return;
    engine->lengths[salt] |= UINT64_C(1) << text.length;
    list_item(engine, cash_mix(cash_hash(text), salt), item);
}

/* ---- Parties ---- */

uint32_t cash_party_need(struct cash_engine *engine, int64_t id)
{
    uint32_t *place = cash_map_put(engine->arena, &engine->map, id_key(id, SALT_ID_PARTY));
    if (*place) return *place;
    struct cash_known_party *party = LIST_ADD(engine->arena, &engine->parties);
    *party = (struct cash_known_party){ .id = id };
    return *place = (uint32_t)engine->parties.count;
}

uint32_t cash_payer_find(const struct cash_engine *engine, uint64_t key) { return cash_map_get(&engine->map, key); }

uint32_t cash_payer_need(struct cash_engine *engine, uint64_t key)
{
    uint32_t *place = cash_map_put(engine->arena, &engine->map, key);
    if (*place) return *place;
    *LIST_ADD(engine->arena, &engine->payers) = (struct cash_payer){ 0 };
    return *place = (uint32_t)engine->payers.count;
}

void cash_link_add(struct cash_engine *engine, uint32_t payer, uint32_t party, int count, int32_t day, bool on_file)
{
    struct cash_payer *p = &engine->payers.at[payer - 1];
    for (uint32_t n = p->links; n; n = engine->links.at[n - 1].next) {
        struct cash_link *link = &engine->links.at[n - 1];
        if (link->party != party) continue;
        if (count < 0) link->count -= link->count ? 1 : 0;
        else link->count += (uint32_t)count;
        if (day > link->last_day) link->last_day = day;
        link->on_file |= on_file;
        return;
    }
    if (count < 0) return;
    *LIST_ADD(engine->arena, &engine->links) = (struct cash_link){ party, (uint32_t)count, p->links, day, on_file };
    engine->payers.at[payer - 1].links = (uint32_t)engine->links.count;
}

static void add_name(struct cash_engine *engine, struct str name, uint32_t party)
{
    struct str key = cash_name_key(engine->arena, name);
    if (key.length < 3) return;
    uint32_t payer = cash_payer_need(engine, cash_mix(cash_hash(key), SALT_NAME));
    cash_link_add(engine, payer, party, 0, 0, true);
    for (size_t i = 0; i + 4 <= key.length && i < 60; i++) /* parts of four letters, for names that are only alike */
        list_item(engine, cash_mix(cash_hash(str_part(key, i, 4)), SALT_TRIGRAM), party);
}

void cash_engine_party(struct cash_engine *engine, const struct cash_party *in)
{
    uint32_t index = cash_party_need(engine, in->id) - 1;
    struct cash_known_party *party = &engine->parties.at[index];
    party->number = cash_compact(engine->arena, in->number, false);
    party->name = str_keep(engine->arena, in->name);
    party->key = cash_name_key(engine->arena, in->name);
    memcpy(party->country, in->country, 2);
    if (party->number.length >= 3) list_text(engine, party->number, SALT_DEBTOR, 3, index);
    add_name(engine, in->name, index);
    for (size_t i = 0; i < in->alias_count; i++) add_name(engine, in->aliases[i], index);
    for (size_t i = 0; i < in->iban_count; i++) {
        struct str iban = cash_compact(engine->arena, in->ibans[i], false);
        if (iban.length < 5) continue;
        cash_link_add(engine, cash_payer_need(engine, cash_mix(cash_hash(iban), SALT_IBAN)), index, 0, 0, true);
    }
    if (!in->parent || in->parent == in->id || engine->parties.at[index].parent) return;
    uint32_t parent = cash_party_need(engine, in->parent);
    party = &engine->parties.at[index];
    party->parent = parent;
    party->sibling = engine->parties.at[parent - 1].child;
    engine->parties.at[parent - 1].child = index + 1;
}

/* ---- Items ---- */

int cash_item_order(const struct cash_known_item *a, const struct cash_known_item *b)
{
    if (a->due != b->due) return a->due < b->due ? -1 : 1;
    if (a->sequence != b->sequence) return a->sequence < b->sequence ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* First place whose item does not come before `item`. */
static size_t open_place(const struct cash_engine *engine, const struct cash_known_party *party, uint32_t item)
{
    size_t from = 0, to = party->open_count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (cash_item_order(&engine->items.at[party->open[middle]], &engine->items.at[item]) < 0) from = middle + 1;
        else to = middle;
    }
    return from;
}

static void open_list(struct cash_engine *engine, uint32_t item)
{
    struct cash_known_item *it = &engine->items.at[item];
    struct cash_known_party *party = &engine->parties.at[it->party];
    if (it->open != 0 && !it->listed) {
        if (party->open_count == party->open_room)
            party->open = arena_grow(engine->arena, party->open, &party->open_room, sizeof *party->open);
        size_t at = open_place(engine, party, item);
        memmove(party->open + at + 1, party->open + at, (party->open_count - at) * sizeof *party->open);
        party->open[at] = item;
        party->open_count++;
        it->listed = true;
    } else if (it->open == 0 && it->listed) {
        size_t at = open_place(engine, party, item);
        ensure(at < party->open_count && party->open[at] == item);
        party->open_count--;
        memmove(party->open + at, party->open + at + 1, (party->open_count - at) * sizeof *party->open);
        it->listed = false;
    }
    if (it->open != 0) list_item(engine, cash_amount_key(it->currency, it->open), item);
}

/* Without the year in front (of issue, or the one before or after it) and without leading zeros. */
static struct str bare_number(struct str digits, struct date issued)
{
    int year = issued.ymd / 10000;
    for (int delta = -1; delta <= 1 && year; delta++) {
        char z[8];
        snprintf(z, sizeof z, "%04d", (year + delta) % 10000);
        if (digits.length >= 7 && str_starts(digits, z)) {
            digits = str_part(digits, 4, digits.length - 4);
            break;
        }
        if (delta <= 0 && digits.length >= 6 && str_starts(digits, z + 2)) {
            digits = str_part(digits, 2, digits.length - 2);
            break;
        }
    }
    while (digits.length > 1 && digits.at[0] == '0') digits = str_part(digits, 1, digits.length - 1);
    return digits;
}

static uint64_t sequence_of(struct str digits)
{
    uint64_t n = 0;
    for (size_t i = digits.length > 18 ? digits.length - 18 : 0; i < digits.length; i++)
        n = n * 10 + (uint64_t)(digits.at[i] - '0');
    return n;
}

void cash_engine_item(struct cash_engine *engine, const struct cash_item *in)
{
    uint32_t *place = cash_map_put(engine->arena, &engine->map, id_key(in->id, SALT_ID_ITEM));
    if (*place) { /* replaced: leave its party's list first; stale entries under old numbers are checked on use */
        struct cash_known_item *old = &engine->items.at[*place - 1];
        old->open = 0;
        open_list(engine, *place - 1);
    } else {
        *LIST_ADD(engine->arena, &engine->items) = (struct cash_known_item){ 0 };
        *place = (uint32_t)engine->items.count;
    }
    uint32_t index = *place - 1;
    struct arena *arena = engine->arena;
    struct cash_known_item item = {
        .id = in->id, .total = in->total_minor, .open = in->open_minor, .discount = in->discount_minor
    };
    item.number = cash_compact(arena, in->number, false);
    item.digits = cash_compact(arena, in->number, true);
    item.bare = bare_number(item.digits, in->issued_on);
    item.reference = cash_compact(arena, in->reference, false);
    item.order = cash_compact(arena, in->order_number, false);
    item.sequence = sequence_of(item.digits);
    item.currency = cash_currency(in->currency);
    item.issued = date_days(in->issued_on);
    item.due = in->due_on.ymd ? date_days(in->due_on) : item.issued;
    item.discount_until = in->discount_until.ymd ? date_days(in->discount_until) : 0;
    item.collect = in->collect;
    item.on_account = in->on_account;
    item.party = cash_party_need(engine, in->party) - 1;
    engine->items.at[index] = item;
    list_text(engine, item.number, SALT_NUMBER, 3, index);
    list_text(engine, item.digits, SALT_DIGITS, 4, index);
    list_text(engine, item.bare, SALT_BARE, 4, index);
    list_text(engine, item.reference, SALT_REFERENCE, 5, index);
    list_text(engine, item.order, SALT_ORDER, 4, index);
    open_list(engine, index);
}

void cash_item_settle(struct cash_engine *engine, uint32_t item, int64_t amount, int32_t day)
{
    struct cash_known_item *it = &engine->items.at[item];
    if (!int_sub(it->open, amount, &it->open)) return;
    if (it->open == 0) it->settled_on = day;
    open_list(engine, item);
}

void cash_engine_open(struct cash_engine *engine, int64_t id, int64_t open_minor)
{
    uint32_t index = cash_item_index(engine, id);
    if (!index) return;
    struct cash_known_item *item = &engine->items.at[index - 1];
    item->open = open_minor;
    if (!int_sub(open_minor, item->reserved, &item->open)) item->open = open_minor;
    open_list(engine, index - 1);
}

int64_t cash_engine_open_of(const struct cash_engine *engine, int64_t id)
{
    uint32_t index = cash_item_index(engine, id);
    return index ? engine->items.at[index - 1].open + engine->items.at[index - 1].reserved : 0;
}

/* ---- Own collections and provider settlements ---- */

static void add_part(struct cash_engine *engine, uint64_t key, int64_t item, int64_t amount, int64_t fee,
                     struct str description, int32_t day)
{
    uint32_t *place = cash_map_put(engine->arena, &engine->map, key);
    if (!*place) {
        *LIST_ADD(engine->arena, &engine->batches) = (struct cash_parts){ 0 };
        *place = (uint32_t)engine->batches.count;
    }
    struct cash_parts *batch = &engine->batches.at[*place - 1];
    *LIST_ADD(engine->arena, &engine->parts) = (struct cash_part){ item, amount, fee, description, 0 };
    uint32_t part = (uint32_t)engine->parts.count;
    if (batch->last) engine->parts.at[batch->last - 1].next = part;
    else batch->first = part;
    batch->last = part;
    batch->count++;
    batch->day = day;
    if (!int_add(batch->amount, amount, &batch->amount) || !int_add(batch->fee, fee, &batch->fee)) batch->amount = 0;
}

void cash_engine_collection(struct cash_engine *engine, const struct cash_collection *in)
{
    int32_t day = in->collected_on.ymd ? date_days(in->collected_on) : 0;
    struct str batch = cash_compact(engine->arena, in->batch_id, false),
               end = cash_compact(engine->arena, in->end_to_end_id, false);
    struct str about = { 0 };
    if (!in->item) about = str_keep(engine->arena, in->description.length ? in->description : in->end_to_end_id);
    if (batch.length >= 4 && batch.length < NUMBER_LENGTHS) engine->lengths[SALT_BATCH] |= UINT64_C(1) << batch.length;
    if (end.length >= 4 && end.length < NUMBER_LENGTHS) engine->lengths[SALT_END_TO_END] |= UINT64_C(1) << end.length;
    if (batch.length) add_part(engine, cash_mix(cash_hash(batch), SALT_BATCH), in->item, in->amount_minor, 0, about, day);
    if (end.length) add_part(engine, cash_mix(cash_hash(end), SALT_END_TO_END), in->item, in->amount_minor, 0, about, day);
}

void cash_engine_settlement(struct cash_engine *engine, const struct cash_settlement *in)
{
    struct str key = cash_compact(engine->arena, in->settlement, false);
    if (key.length < 4 || key.length >= NUMBER_LENGTHS) return;
    engine->lengths[SALT_SETTLEMENT] |= UINT64_C(1) << key.length;
    add_part(engine, cash_mix(cash_hash(key), SALT_SETTLEMENT), in->item, in->amount_minor, in->fee_minor,
             str_keep(engine->arena, in->description), 0);
}

/* ---- What we owe, and what currencies are worth ---- */

void cash_engine_owing(struct cash_engine *engine, const struct cash_owing *in)
{
    uint32_t *place = cash_map_put(engine->arena, &engine->map, id_key(in->id, SALT_ID_PAYABLE));
    if (*place) { engine->payables.at[*place - 1].open = in->open_minor; return; }
    struct cash_known_party *party = &engine->parties.at[cash_party_need(engine, in->party) - 1];
    *LIST_ADD(engine->arena, &engine->payables) = (struct cash_payable){
        in->id, in->open_minor, str_keep(engine->arena, in->number), cash_currency(in->currency), party->payables
    };
    party->payables = (uint32_t)engine->payables.count;
    *cash_map_put(engine->arena, &engine->map, id_key(in->id, SALT_ID_PAYABLE)) = (uint32_t)engine->payables.count;
}

void cash_payable_settle(struct cash_engine *engine, int64_t id, int64_t amount)
{
    uint32_t index = cash_map_get(&engine->map, id_key(id, SALT_ID_PAYABLE));
    if (index && !int_sub(engine->payables.at[index - 1].open, amount, &engine->payables.at[index - 1].open))
        engine->payables.at[index - 1].open = 0;
}

void cash_engine_rate(struct cash_engine *engine, const char currency[4], int64_t ppm)
{
    uint32_t wanted = cash_currency(currency);
    for (size_t i = 0; i < engine->rates.count; i++)
        if (engine->rates.at[i].currency == wanted) { engine->rates.at[i].ppm = ppm; return; }
    *LIST_ADD(engine->arena, &engine->rates) = (struct cash_rate){ wanted, ppm };
}
