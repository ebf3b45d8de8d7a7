/* How a company's invoices are numbered and worded. */
#include "invoice/invoice_private.h"
#include "invoice.sql.h"

static const struct fault_type invoice_number_format = {
    FAULT_INVALID, "invoice.number_format",
    "\"{format}\" is no format for numbers: letters, digits, - / . and once a row of #, one for each digit; {year} is the year."
};

static const char *const specifications[] = { NULL, "nlcius", "peppol", "en16931" };
RECORD(invoice_setting, {
    ID(struct invoice_setting, id, OPTIONAL),
    FIELD(struct invoice_setting, number_format, .min = 1, .max = 40,
          .about = "{year}-#####: the year, and the number in at least so many digits"),
    FIELD(struct invoice_setting, specification, CHOICES(specifications),
          .about = "of the UBL: NLCIUS, Peppol BIS 3 or EN 16931 itself"),
    FIELD(struct invoice_setting, payment_terms, .max = 500, OPTIONAL,
          .about = "left out: made of the customer's days"),
    FIELD(struct invoice_setting, closing, .max = 300, OPTIONAL, .about = "a line at the end of the PDF"),
    FIELD(struct invoice_setting, version, OPTIONAL, .about = "as read; 0 while nothing was set"),
});

struct fault *invoice_setting_load(struct work *work, struct invoice_setting *setting)
{
    bool found;
    TRY(db_find(work, &sql_invoice_setting, NONE, INTO(invoice_setting, setting), &found));
    if (!found) *setting = (struct invoice_setting){ .number_format = STR("{year}-#####"), .specification = INVOICE_NLCIUS };
    return NULL;
}

/* One row of #; nothing that can't stand in a file name, an RF reference or a bank's remittance line. */
struct fault *invoice_number_check(struct arena *arena, struct str format)
{
    size_t rows = 0;
    struct str rest = format;
    for (size_t i = 0; i < rest.length; i++) {
        char c = rest.at[i];
        bool begins = c == '#' && (!i || rest.at[i - 1] != '#');
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-/.#", c);
        rows += begins;
        if (str_starts(str_part(rest, i, rest.length), "{year}")) i += 5;
        else if (!plain) rows = 2;
    }
    return rows == 1 && format.length <= 20
               ? NULL
               : FAULT(arena, &invoice_number_format, "number_format", PARAM("format", format));
}

struct str invoice_number_text(struct arena *arena, struct str format, int year, int64_t number)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < format.length; i++) {
        int width = 0;
        while (i < format.length && format.at[i] == '#') width++, i++;
        if (width) text_addf(&text, "%0*lld", width, (long long)number);
        if (i == format.length) break;
        if (str_starts(str_part(format, i, format.length), "{year}")) text_addf(&text, "%04d", year), i += 5;
        else text_add_char(&text, format.at[i]);
    }
    return text_str(&text);
}

static struct fault *setting_show(struct work *work, const struct nothing *takes, struct invoice_setting *out)
{
    (void)takes;
    return invoice_setting_load(work, out);
}
CALLABLE(setting_show, nothing, invoice_setting);

static struct fault *setting_change(struct work *work, const struct invoice_setting *takes, struct invoice_setting *out)
{
    struct invoice_setting before = { 0 };
    int64_t added = 0;
    TRY(invoice_number_check(work->arena, takes->number_format));
    TRY(invoice_setting_load(work, &before));
    *out = *takes;
    out->id = before.id;
    if (!before.version) {
        out->id.n = id_new(work);
        out->version = 1;
        TRY(db_run_count(work, &sql_invoice_setting_add, GIVEN(invoice_setting, out), &added));
        if (!added) return FAULT(work->arena, &invoice_changed, "version");
    } else {
        TRY(db_change(work, &sql_invoice_setting_save, GIVEN(invoice_setting, out), &invoice_changed));
        out->version++;
    }
    work_changed(work, "invoice_setting", out->id.n, GIVEN(invoice_setting, &before), GIVEN(invoice_setting, out));
    return NULL;
}
CALLABLE(setting_change, invoice_setting, invoice_setting);

static const struct operation operations[] = {
    { "invoice-setting show", "GET", "/invoice-settings", "invoice.read", OPERATION_READS, &setting_show_call, NULL,
      "Show how invoices are numbered and worded" },
    { "invoice-setting change", "POST", "/invoice-settings", "invoice.setting", 0, &setting_change_call, NULL,
      "Choose how invoices are numbered and worded" },
};
const struct operation_table invoice_settings = { "invoice", operations, ARRAY_LENGTH(operations) };
