/* What VAT an open item holds, as the entry that made it was booked. */
#include "ledger/ledger_private.h"
#include "ledger.sql.h"

struct item_vat_line {
    vat_code_id vat_code_id;
    account_id account_id;
    struct str code;
    struct decimal rate;
    int64_t base_minor, amount_minor, vat_base_minor;
};
LIST_STRUCT(item_vat_rows, struct item_vat_line);
RECORD(item_vat_line, {
    ID(struct item_vat_line, vat_code_id),
    ID(struct item_vat_line, account_id),
    FIELD(struct item_vat_line, code),
    FIELD(struct item_vat_line, rate),
    AMOUNT(struct item_vat_line, base_minor),
    AMOUNT(struct item_vat_line, amount_minor),
    AMOUNT(struct item_vat_line, vat_base_minor),
});

struct fault *ledger_item_vat(struct work *work, item_id id, struct item_vats *vats)
{
    struct item_vat_rows lines = { 0 };
    TRY(db_all(work, &sql_item_vat_lines, BY_ID(id), INTO_LIST(item_vat_line, &lines)));
    for (size_t i = 0; i < lines.count; i++) {
        const struct item_vat_line *l = &lines.at[i];
        struct item_vat *row = NULL;
        bool charged = l->rate.present && l->rate.units, told = false;
        for (size_t k = 0; k < vats->count; k++) {
            if (vats->at[k].vat_code_id.n != l->vat_code_id.n) continue;
            told = true;
            if (vats->at[k].account_id.n == l->account_id.n || !charged) row = &vats->at[k];
        }
        if (!row) {
            row = LIST_ADD(work->arena, vats);
            *row = (struct item_vat){ .vat_code_id = l->vat_code_id, .account_id = l->account_id, .code = l->code };
        }
        /* The net is told once a code: its turnover lines when it has no VAT, else the first of its VAT lines. */
        int64_t net = l->amount_minor;
        if (charged && (!l->base_minor || !int_mul_div(l->vat_base_minor, l->amount_minor, l->base_minor, &net))) net = 0;
        if (!charged || !told) row->net_minor += net;
        row->over_minor += net;
        if (charged) row->vat_minor += l->amount_minor;
    }
    return NULL;
}
