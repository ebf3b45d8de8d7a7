/* Which of our own checks (FL-…) a company does not want on its bills. */
#include "bill/bill_private.h"
#include "bill.sql.h"
#include "einvoice/check.h"

static const struct fault_type bill_no_check = { FAULT_INVALID, "bill.no_check",
                                                 "{check} is none of our own checks: only FL-… can be left out." };

struct bill_setting {
    struct {
        int64_t n;
    } id;
    struct str checks_off;
    int64_t version;
};
RECORD(bill_setting, {
    ID(struct bill_setting, id, OPTIONAL),
    FIELD(struct bill_setting, checks_off, .max = 500, OPTIONAL,
          .about = "ids with spaces between, such as \"FL-BIC FL-GTIN\"; left out: all checks are made"),
    FIELD(struct bill_setting, version, OPTIONAL, .about = "as read; 0 while nothing was set"),
});

static struct fault *setting_load(struct work *work, struct bill_setting *setting)
{
    bool found;
    *setting = (struct bill_setting){ 0 };
    TRY(db_find(work, &sql_bill_setting, NONE, INTO(bill_setting, setting), &found));
    if (!found) *setting = (struct bill_setting){ 0 };
    return NULL;
}

struct fault *bill_checks_off(struct work *work, uint64_t *without)
{
    struct bill_setting setting;
    struct str unknown;
    TRY(setting_load(work, &setting));
    if (!einvoice_own_choice(setting.checks_off, without, &unknown)) *without = 0; /* of an older program */
    return NULL;
}

static struct fault *bill_setting_show(struct work *work, const struct nothing *takes, struct bill_setting *out)
{
    (void)takes;
    return setting_load(work, out);
}
CALLABLE(bill_setting_show, nothing, bill_setting);

static struct fault *bill_setting_change(struct work *work, const struct bill_setting *takes, struct bill_setting *out)
{
    struct bill_setting before = { 0 };
    struct str unknown = { 0 };
    uint64_t without = 0;
    int64_t added = 0;
    if (!einvoice_own_choice(takes->checks_off, &without, &unknown))
        return FAULT(work->arena, &bill_no_check, "checks_off", PARAM("check", unknown));
    TRY(setting_load(work, &before));
    *out = *takes;
    out->id = before.id;
    if (!out->checks_off.at) out->checks_off = STR("");
    if (!before.version) {
        out->id.n = id_new(work);
        out->version = 1;
        TRY(db_run_count(work, &sql_bill_setting_add, GIVEN(bill_setting, out), &added));
        if (!added) return FAULT(work->arena, &bill_changed, "version");
    } else {
        TRY(db_change(work, &sql_bill_setting_save, GIVEN(bill_setting, out), &bill_changed));
        out->version++;
    }
    work_changed(work, "bill_setting", out->id.n, GIVEN(bill_setting, &before), GIVEN(bill_setting, out));
    return NULL;
}
CALLABLE(bill_setting_change, bill_setting, bill_setting);

static const struct operation operations[] = {
    { "bill-setting show", "GET", "/bill-settings", "bill.read", OPERATION_READS, &bill_setting_show_call, NULL,
      "Show which of our own checks are not made on bills" },
    { "bill-setting change", "POST", "/bill-settings", "bill.setting", 0, &bill_setting_change_call, NULL,
      "Choose which of our own checks (FL-…) are not made on bills" },
};
const struct operation_table bill_settings = { "bill", operations, ARRAY_LENGTH(operations) };
