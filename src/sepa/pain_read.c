/* A pain.001 or pain.008 as read: what a file of orders says, for a person to look at before it is sent or when it comes in. */
#include "sepa/sepa_private.h"
#include <stddef.h>

const struct fault_type orders_not_one = { FAULT_INVALID, "orders.not_one",
                                           "This is no file of payment orders (pain.001 or pain.008)." };

enum { DEPTH = 16, NAME = 24, ORDERS_MOST = 200000, GROUPS_MOST = 50000, TEXT_MOST = 2000 };
static const struct xml_limits limits = { (size_t)128 << 20, 64, 12000000, (size_t)1 << 20 };

struct parse {
    struct arena *arena;
    struct order_file *file;
    char names[DEPTH][NAME]; /* of the open elements, clipped; deeper ones are not of interest */
    bool too_large, in_group, in_order;
    struct str currency;
};

enum owner { OF_FILE = 1, OF_GROUP, OF_ORDER };
enum kind { IS_TEXT = 1, IS_DAY, IS_DECIMAL, IS_MORE /* texts one after another */ };
#define ROW(path, owner, type, member, kind) { path, owner, kind, offsetof(struct type, member) }
/* The end of an element's path; the first that fits says whose it is and what. */
static const struct { const char *path; enum owner owner; enum kind kind; size_t at; } rows[] = {
    ROW("GrpHdr/MsgId", OF_FILE, order_file, message_id, IS_TEXT),
    ROW("GrpHdr/CreDtTm", OF_FILE, order_file, created_at, IS_TEXT),
    ROW("GrpHdr/NbOfTxs", OF_FILE, order_file, declared_count, IS_DECIMAL),
    ROW("GrpHdr/CtrlSum", OF_FILE, order_file, declared_sum, IS_DECIMAL),
    ROW("GrpHdr/InitgPty/Nm", OF_FILE, order_file, initiator, IS_TEXT),
    ROW("PmtInf/PmtInfId", OF_GROUP, order_group, id, IS_TEXT),
    ROW("PmtInf/PmtMtd", OF_GROUP, order_group, method, IS_TEXT),
    ROW("PmtInf/NbOfTxs", OF_GROUP, order_group, declared_count, IS_DECIMAL),
    ROW("PmtInf/CtrlSum", OF_GROUP, order_group, declared_sum, IS_DECIMAL),
    ROW("PmtInf/ReqdExctnDt", OF_GROUP, order_group, requested_on, IS_DAY),
    ROW("PmtInf/ReqdExctnDt/Dt", OF_GROUP, order_group, requested_on, IS_DAY),
    ROW("PmtInf/ReqdExctnDt/DtTm", OF_GROUP, order_group, requested_on, IS_DAY),
    ROW("PmtInf/ReqdColltnDt", OF_GROUP, order_group, requested_on, IS_DAY),
    ROW("PmtInf/PmtTpInf/SvcLvl/Cd", OF_GROUP, order_group, service_level, IS_TEXT),
    ROW("PmtInf/PmtTpInf/LclInstrm/Cd", OF_GROUP, order_group, local_instrument, IS_TEXT),
    ROW("PmtInf/PmtTpInf/SeqTp", OF_GROUP, order_group, sequence, IS_TEXT),
    ROW("PmtInf/ChrgBr", OF_GROUP, order_group, charges, IS_TEXT),
    ROW("PmtInf/Dbtr/Nm", OF_GROUP, order_group, name, IS_TEXT),
    ROW("PmtInf/Cdtr/Nm", OF_GROUP, order_group, name, IS_TEXT),
    ROW("PmtInf/DbtrAcct/Id/IBAN", OF_GROUP, order_group, account, IS_TEXT),
    ROW("PmtInf/CdtrAcct/Id/IBAN", OF_GROUP, order_group, account, IS_TEXT),
    ROW("PmtInf/DbtrAgt/FinInstnId/BIC", OF_GROUP, order_group, bic, IS_TEXT),
    ROW("PmtInf/DbtrAgt/FinInstnId/BICFI", OF_GROUP, order_group, bic, IS_TEXT),
    ROW("PmtInf/CdtrAgt/FinInstnId/BIC", OF_GROUP, order_group, bic, IS_TEXT),
    ROW("PmtInf/CdtrAgt/FinInstnId/BICFI", OF_GROUP, order_group, bic, IS_TEXT),
    ROW("PmtInf/CdtrSchmeId/Id/PrvtId/Othr/Id", OF_GROUP, order_group, creditor_id, IS_TEXT),
    ROW("PmtId/EndToEndId", OF_ORDER, order, end_to_end_id, IS_TEXT),
    ROW("PmtId/InstrId", OF_ORDER, order, instruction_id, IS_TEXT),
    ROW("Amt/InstdAmt", OF_ORDER, order, amount, IS_DECIMAL),
    ROW("DrctDbtTxInf/InstdAmt", OF_ORDER, order, amount, IS_DECIMAL),
    ROW("CdtTrfTxInf/PmtTpInf/SvcLvl/Cd", OF_ORDER, order, service_level, IS_TEXT),
    ROW("CdtTrfTxInf/PmtTpInf/LclInstrm/Cd", OF_ORDER, order, local_instrument, IS_TEXT),
    ROW("CdtTrfTxInf/Cdtr/Nm", OF_ORDER, order, name, IS_TEXT),
    ROW("DrctDbtTxInf/Dbtr/Nm", OF_ORDER, order, name, IS_TEXT),
    ROW("CdtTrfTxInf/CdtrAcct/Id/IBAN", OF_ORDER, order, account, IS_TEXT),
    ROW("CdtTrfTxInf/CdtrAcct/Id/Othr/Id", OF_ORDER, order, account, IS_TEXT),
    ROW("DrctDbtTxInf/DbtrAcct/Id/IBAN", OF_ORDER, order, account, IS_TEXT),
    ROW("CdtTrfTxInf/CdtrAgt/FinInstnId/BIC", OF_ORDER, order, bic, IS_TEXT),
    ROW("CdtTrfTxInf/CdtrAgt/FinInstnId/BICFI", OF_ORDER, order, bic, IS_TEXT),
    ROW("DrctDbtTxInf/DbtrAgt/FinInstnId/BIC", OF_ORDER, order, bic, IS_TEXT),
    ROW("DrctDbtTxInf/DbtrAgt/FinInstnId/BICFI", OF_ORDER, order, bic, IS_TEXT),
    ROW("UltmtCdtr/Nm", OF_ORDER, order, ultimate, IS_TEXT),
    ROW("UltmtDbtr/Nm", OF_ORDER, order, ultimate, IS_TEXT),
    ROW("MndtRltdInf/MndtId", OF_ORDER, order, mandate_id, IS_TEXT),
    ROW("MndtRltdInf/DtOfSgntr", OF_ORDER, order, mandate_on, IS_DAY),
    ROW("Purp/Cd", OF_ORDER, order, purpose, IS_TEXT),
    ROW("RmtInf/Ustrd", OF_ORDER, order, remittance, IS_MORE),
    ROW("CdtrRefInf/Ref", OF_ORDER, order, reference, IS_TEXT),
};

static bool is(struct str name, const char *text) { return str_is(name, text); }

static void start(void *context, struct xml_reader *reader, const struct xml_element *element)
{
    struct parse *p = context;
    size_t depth = xml_depth(reader);
    if (depth <= DEPTH)
        snprintf(p->names[depth - 1], NAME, "%.*s",
                 (int)(element->name.length < NAME ? element->name.length : NAME - 1), element->name.at);
    if (depth == 1 && element->uri.length) {
        ptrdiff_t at = str_find(element->uri, "pain.");
        if (at >= 0) p->file->kind = str_keep(p->arena, str_utf8_clip(str_part(element->uri, (size_t)at, 64), 35));
    }
    bool group = depth == 3 && is(element->name, "PmtInf");
    bool order = depth == 4 && p->in_group && (is(element->name, "CdtTrfTxInf") || is(element->name, "DrctDbtTxInf"));
    if (arena_room(p->arena) < (size_t)4 << 20 || (group && p->file->groups.count >= GROUPS_MOST) ||
        (order && p->file->order_count >= ORDERS_MOST)) {
        p->too_large = true;
        xml_stop(reader);
        return;
    }
    if (group) *LIST_ADD(p->arena, &p->file->groups) = (struct order_group){ 0 };
    if (order) {
        *LIST_ADD(p->arena, &p->file->groups.at[p->file->groups.count - 1].orders) = (struct order){ 0 };
        p->file->order_count++;
        xml_forget_text(reader);
    }
    p->in_group = p->in_group || group, p->in_order = p->in_order || order;
    for (size_t i = 0; i < element->attribute_count && is(element->name, "InstdAmt"); i++)
        if (is(element->attributes[i].name, "Ccy"))
            p->currency = str_keep(p->arena, str_utf8_clip(element->attributes[i].value, 3));
}

/* Whether the open elements down to this depth end as the path does. */
static bool ends_so(const struct parse *p, size_t depth, const char *path)
{
    struct str rest = str_of(path);
    while (depth) {
        size_t from = rest.length;
        while (from && rest.at[from - 1] != '/') from--;
        if (!str_is(str_part(rest, from, rest.length), p->names[--depth])) return false;
        if (!from) return true;
        rest = str_part(rest, 0, from - 1);
    }
    return false;
}

static void put(struct parse *p, enum kind kind, char *at, struct str text)
{
    struct str *old = (struct str *)(void *)at;
    if (kind == IS_DAY) {
        struct date day;
        if (date_parse(str_part(text, 0, 10), &day)) memcpy(at, &day, sizeof day);
    } else if (kind == IS_DECIMAL) {
        struct decimal value;
        if (decimal_parse(text, &value)) memcpy(at, &value, sizeof value);
    } else if (kind == IS_MORE && old->length) {
        *old = str_format(p->arena, "%.*s\n%.*s", STR_ARG(*old), STR_ARG(str_utf8_clip(text, TEXT_MOST)));
    } else {
        *old = str_keep(p->arena, str_utf8_clip(text, TEXT_MOST));
    }
}

static void end(void *context, struct xml_reader *reader, struct str name, struct str text)
{
    struct parse *p = context;
    size_t depth = xml_depth(reader);
    (void)name;
    if (depth == 3) p->in_group = false;
    if (depth == 4) p->in_order = false;
    text = str_trim(text);
    if (depth > DEPTH || !text.length) return;
    struct order_group *group = p->file->groups.count ? &p->file->groups.at[p->file->groups.count - 1] : NULL;
    struct order *order = group && p->in_order ? &group->orders.at[group->orders.count - 1] : NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char *at = rows[i].owner == OF_FILE ? (char *)p->file : rows[i].owner == OF_GROUP ? (char *)group : (char *)order;
        if (!at || (rows[i].owner == OF_GROUP && (!p->in_group || p->in_order)) || !ends_so(p, depth, rows[i].path)) continue;
        put(p, rows[i].kind, at + rows[i].at, text);
        if (rows[i].at == offsetof(struct order, amount) && rows[i].owner == OF_ORDER) order->currency = p->currency;
        return;
    }
}

struct fault *orders_read(struct arena *arena, struct str bytes, struct order_file *out)
{
    static const struct xml_handler handler = { start, end };
    struct parse p = { .arena = arena, .file = out };
    *out = (struct order_file){ 0 };
    TRY(xml_read(arena, bytes, &limits, &handler, &p));
    if (p.too_large) return FAULT(arena, &input_too_large, NULL, PARAM("limit", STR("200,000 payments")));
    bool orders = str_starts(out->kind, "pain.001.") || str_starts(out->kind, "pain.008.");
    return orders && out->groups.count ? NULL : FAULT(arena, &orders_not_one, NULL);
}
