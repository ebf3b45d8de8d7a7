#include "einvoice/read.h"
#include "codec/xml.h"

const struct fault_type einvoice_unknown = {
    FAULT_INVALID, "einvoice.unknown",
    "This is no e-invoice that Florin reads: it begins with <{root}>. UBL Invoice and CreditNote, CII and ZUGFeRD are read."
};

struct str read_text(const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return (struct str){ 0 };
    struct str text = str_trim(tree_node(tree, at)->text);
    return text.length ? text : STR("");
}

struct str read_child(const struct einvoice_tree *tree, uint32_t at, uint16_t name)
{
    return at ? read_text(tree, tree_child(tree, at, name)) : (struct str){ 0 };
}

uint32_t read_down(const struct einvoice_tree *tree, uint32_t at, const uint16_t *names)
{
    for (; at && *names; names++) at = tree_child(tree, at, *names);
    return at;
}

/* XML Schema's decimal allows a '+' in front, no digit before the point and none behind it. */
static bool decimal_of(struct str text, struct decimal *out)
{
    if (text.length && text.at[0] == '+') text = str_part(text, 1, text.length);
    if (str_ends(text, ".")) text.length--;
    char with_zero[48];
    bool minus = str_starts(text, "-");
    if (str_starts(text, ".") || str_starts(text, "-.")) {
        if (text.length > sizeof with_zero - 4) return false;
        int length = snprintf(with_zero, sizeof with_zero, "%s0%.*s", minus ? "-" : "", (int)(text.length - minus),
                              text.at + minus);
        text = (struct str){ with_zero, (size_t)length };
    }
    if (decimal_parse(text, out)) return true;
    while (str_find(text, ".") >= 0 && str_ends(text, "0")) text.length--; /* 19.0000000000000000000 */
    if (str_ends(text, ".")) text.length--;
    return decimal_parse(text, out);
}

struct einvoice_number read_number(const struct einvoice_tree *tree, uint32_t at)
{
    struct einvoice_number n = { .raw = read_text(tree, at) };
    if (!decimal_of(n.raw, &n.value)) n.value = (struct decimal){ 0 };
    return n;
}

struct einvoice_amount read_amount(const struct einvoice_tree *tree, uint32_t at)
{
    struct einvoice_number n = read_number(tree, at);
    return (struct einvoice_amount){ n.value, n.raw, at ? str_trim(tree_attribute(tree, at, A_currencyID)) : (struct str){ 0 } };
}

struct einvoice_quantity read_quantity(const struct einvoice_tree *tree, uint32_t at)
{
    struct einvoice_number n = read_number(tree, at);
    return (struct einvoice_quantity){ n.value, n.raw, at ? str_trim(tree_attribute(tree, at, A_unitCode)) : (struct str){ 0 } };
}

struct einvoice_day read_day(const struct einvoice_tree *tree, uint32_t at)
{
    struct einvoice_day day = { .raw = read_text(tree, at) };
    struct str date = str_part(day.raw, 0, 10); /* XML Schema allows a zone behind it: 2025-01-31Z, 2025-01-31+01:00 */
    struct str zone = str_part(day.raw, 10, 6);
    if (day.raw.length == 10 || str_is(zone, "Z") || (zone.length == 6 && (zone.at[0] == '+' || zone.at[0] == '-')))
        if (!date_parse(date, &day.date)) day.date = (struct date){ 0 };
    return day;
}

struct einvoice_id read_id(const struct einvoice_tree *tree, uint32_t at)
{
    if (!at) return (struct einvoice_id){ 0 };
    return (struct einvoice_id){ read_text(tree, at), str_trim(tree_attribute(tree, at, A_schemeID)),
                                 str_trim(tree_attribute(tree, at, A_schemeVersionID)) };
}

struct einvoice_flag read_flag(const struct einvoice_tree *tree, uint32_t at)
{
    struct einvoice_flag flag = { .raw = read_text(tree, at) };
    flag.value = str_is(flag.raw, "true") || str_is(flag.raw, "1");
    flag.present = flag.value || str_is(flag.raw, "false") || str_is(flag.raw, "0");
    return flag;
}

struct fault *einvoice_read(struct arena *arena, struct str bytes, struct einvoice **out)
{
    struct einvoice_tree *tree;
    TRY(tree_read(arena, bytes, &tree));
    struct einvoice *invoice = ARENA_NEW(arena, struct einvoice);
    invoice->tree = tree;
    const struct einvoice_node *root = tree_node(tree, 1);
    switch (root->name) {
    case E_Invoice: invoice->syntax = EINVOICE_UBL_INVOICE; break;
    case E_CreditNote: invoice->syntax = EINVOICE_UBL_CREDIT_NOTE; break;
    case E_CrossIndustryInvoice: invoice->syntax = EINVOICE_CII; break;
    case E_CrossIndustryDocument: invoice->syntax = EINVOICE_ZUGFERD_1; break;
    default:
        return FAULT(arena, &einvoice_unknown, NULL, PARAM("root", str_utf8_clip(tree->root_label, 80)));
    }
    if (invoice->syntax == EINVOICE_UBL_INVOICE || invoice->syntax == EINVOICE_UBL_CREDIT_NOTE)
        read_ubl(invoice, tree, invoice->syntax == EINVOICE_UBL_CREDIT_NOTE);
    else
        read_cii(invoice, tree, invoice->syntax == EINVOICE_ZUGFERD_1);
    *out = invoice;
    return NULL;
}

/* Past what may stand before the root element (declaration, comments, DOCTYPE), where letters are one byte or two of which
 * one is zero: where the root's tag begins, or the end when there is none within reach. */
static size_t root_of(struct str bytes)
{
    enum { FAR = 1 << 20 };
    size_t end = bytes.length < FAR ? bytes.length : FAR;
    const char *until = NULL; /* what ends the part we are in */
    char last[3] = { 0 };     /* the last characters, newest first */
    size_t open = end;        /* the last '<' outside of a comment */
    for (size_t i = 0; i < end; i++) {
        char c = bytes.at[i];
        if (!c) continue;
        last[2] = last[1], last[1] = last[0], last[0] = c;
        if (until) {
            size_t length = strlen(until);
            bool over = c == until[length - 1] && (length < 2 || last[1] == until[length - 2]) &&
                        (length < 3 || last[2] == until[length - 3]);
            if (over) until = NULL, open = end;
        } else if (c == '<') {
            open = i;
        } else if (open < end && last[1] == '<') {
            if (c != '?' && c != '!') return open;
            until = c == '?' ? "?>" : ">";
        }
        if (until && c == '-' && last[1] == '-' && *until == '>' && !until[1]) until = "-->";
    }
    return bytes.length;
}

bool einvoice_sniff(struct str bytes)
{
    static const char *const marks[] = { "xsd:Invoice-2", "xsd:CreditNote-2", "CrossIndustryInvoice:100",
                                         "CrossIndustryDocument:invoice" };
    char plain[4096]; /* without the zero bytes of UTF-16 */
    size_t length = 0;
    for (size_t i = root_of(bytes); i < bytes.length && length < sizeof plain; i++)
        if (bytes.at[i]) plain[length++] = bytes.at[i];
    for (size_t i = 0; i < ARRAY_LENGTH(marks); i++)
        if (length && memmem(plain, length, marks[i], strlen(marks[i]))) return true;
    return false;
}

struct str einvoice_path(struct arena *arena, const struct einvoice *invoice, uint32_t node)
{
    if (!invoice->tree || !node || node >= invoice->tree->nodes.count) return STR("");
    return tree_path(arena, invoice->tree, node);
}

int einvoice_line_number(const struct einvoice *invoice, uint32_t node)
{
    if (!invoice->tree || !node || node >= invoice->tree->nodes.count) return 0;
    return tree_node(invoice->tree, node)->line;
}

bool einvoice_is_credit(const struct einvoice *invoice)
{
    static const char *const credits[] = { "81",  "83",  "261", "262", "296", "308", "381",
                                           "396", "420", "458", "502", "503", "532" };
    for (size_t i = 0; i < ARRAY_LENGTH(credits); i++)
        if (str_is(invoice->type_code, credits[i])) return true;
    return false;
}
