/* Florin's own checks, on the neutral invoice: what no official rule looks at, and people trip over. Warnings only; their
 * sentences stand in data/rules/florin.tsv. */
#include "einvoice/florin.h"

struct checking { struct rule_run *run; const struct einvoice *invoice; uint64_t without; florin_say *say; void *context; };

static const char *const own_checks[] = {
    "FL-ATTACHMENT", "FL-BASE64", "FL-BIC", "FL-DATE",   "FL-DUE",   "FL-ENDPOINT", "FL-GLN",         "FL-GTIN",
    "FL-IBAN",       "FL-KENMERK", "FL-KVK", "FL-LINE-AMOUNT", "FL-LINE-ID", "FL-MINOR", "FL-NUMBER", "FL-OIN",
    "FL-PERIOD",     "FL-RF",      "FL-ROUND", "FL-VAT-ID",
};

size_t einvoice_own_checks(const char *const **ids)
{
    *ids = own_checks;
    return ARRAY_LENGTH(own_checks);
}

static uint64_t bit_of(struct str id)
{
    for (size_t i = 0; i < ARRAY_LENGTH(own_checks); i++)
        if (str_is(id, own_checks[i])) return (uint64_t)1 << i;
    return 0;
}

bool einvoice_own_choice(struct str words, uint64_t *bits, struct str *unknown)
{
    *bits = 0;
    while (words.length) {
        size_t length = 0;
        while (length < words.length && words.at[length] != ' ' && words.at[length] != ',') length++;
        struct str word = str_part(words, 0, length);
        words = str_part(words, length + 1, words.length);
        if (word.length && !bit_of(word)) return *unknown = word, false;
        *bits |= bit_of(word);
    }
    return true;
}

static void say(struct checking *c, const char *rule, uint32_t node, const char *term, struct str value)
{
    uint64_t bit = bit_of(str_of(rule));
    ensure(bit);
    if (!(c->without & bit)) c->say(c->context, rule, node, term, value);
}

static bool digits_only(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.at[i] < '0' || s.at[i] > '9') return false;
    return s.length > 0;
}

/* ---- Check digits ---- */

/* The remainder by 97 of a text where letters count as two digits, A = 10; -1: another character. */
static int mod97(struct str s)
{
    int rest = 0;
    for (size_t i = 0; i < s.length; i++) {
        char c = s.at[i];
        int value = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : c == '+' ? 36 : c == '*' ? 37 : -1;
        if (value < 0) return -1;
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest;
}

/* NL + 9 digits + B + 2 digits: elfproef on the nine for a legal person, mod 97 over all for a sole trader (since 2020). */
static bool dutch_vat(struct str s)
{
    if (s.length != 14 || s.at[11] != 'B' || !digits_only(str_part(s, 2, 9)) || !digits_only(str_part(s, 12, 2))) return false;
    int sum = 0;
    for (int i = 0; i < 8; i++) sum += (s.at[2 + i] - '0') * (9 - i);
    return sum % 11 == s.at[10] - '0' || mod97(s) == 1;
}

static bool gtin(struct str s)
{
    if (!digits_only(s) || (s.length != 8 && s.length != 12 && s.length != 13 && s.length != 14)) return false;
    int sum = 0;
    for (size_t i = 0; i < s.length; i++) sum += (s.at[s.length - 1 - i] - '0') * (i % 2 ? 3 : 1);
    return sum % 10 == 0;
}

/* ISO 11649: RF, two check digits, up to 21 characters. */
static bool creditor_reference(struct rule_run *r, struct str s)
{
    char turned[32];
    s = rule_upper(r, s);
    if (s.length < 5 || s.length > 25) return false;
    snprintf(turned, sizeof turned, "%.*s%.4s", (int)s.length - 4, s.at + 4, s.at);
    return mod97(str_of(turned)) == 1;
}

/* A betalingskenmerk of 16 digits: weights 2 4 8 5 10 9 7 3 6 1 from the right, 11 − rest (10 → 1, 11 → 0). */
static bool payment_reference(struct str s)
{
    static const int weights[] = { 2, 4, 8, 5, 10, 9, 7, 3, 6, 1 };
    int sum = 0;
    for (size_t i = 0; i + 1 < s.length; i++) sum += (s.at[s.length - 1 - i] - '0') * weights[i % 10];
    int check = 11 - sum % 11;
    return (check == 10 ? 1 : check == 11 ? 0 : check) == s.at[0] - '0';
}

static struct str without_spaces(struct rule_run *r, struct str s)
{
    struct text text = text_new(r->arena);
    for (size_t i = 0; i < s.length; i++)
        if (s.at[i] != ' ') text_add_char(&text, s.at[i]);
    return text_str(&text);
}

/* ---- Parties ---- */

static void check_id(struct checking *c, struct einvoice_id id, uint32_t node)
{
    if (str_is(id.scheme, "0106") && !(id.value.length == 8 && digits_only(id.value))) say(c, "FL-KVK", node, "BT-30", id.value);
    if (str_is(id.scheme, "0190") && !(id.value.length == 20 && digits_only(id.value))) say(c, "FL-OIN", node, "BT-30", id.value);
    if (str_is(id.scheme, "0088") && !gtin(id.value)) say(c, "FL-GLN", node, "BT-29", id.value);
}

static void check_party(struct checking *c, const struct einvoice_party *party)
{
    struct str vat = party->vat_id;
    if (!party->present) return;
    if (str_starts(vat, "NL") && !dutch_vat(vat)) say(c, "FL-VAT-ID", party->node, "BT-31", vat);
    if (str_is(party->endpoint.scheme, "9944") && !dutch_vat(party->endpoint.value))
        say(c, "FL-VAT-ID", party->node, "BT-34", party->endpoint.value);
    check_id(c, party->legal_id, party->node);
    check_id(c, party->endpoint, party->node);
    for (size_t i = 0; i < party->ids.count; i++) check_id(c, party->ids.at[i], party->node);
    if (party->endpoint.scheme.length && str_equal(party->endpoint.scheme, party->legal_id.scheme) &&
        !str_equal(party->endpoint.value, party->legal_id.value))
        say(c, "FL-ENDPOINT", party->node, "BT-34", party->endpoint.value);
}

/* ---- Days and numbers ---- */

static void check_day(struct checking *c, struct einvoice_day day, uint32_t node, const char *term)
{
    if (day.raw.length && !day.date.ymd) say(c, "FL-DATE", node, term, day.raw);
}

static void check_period(struct checking *c, const struct einvoice_period *period, const char *term)
{
    if (period->from.date.ymd && period->to.date.ymd && period->to.date.ymd < period->from.date.ymd)
        say(c, "FL-PERIOD", period->node, term, period->to.raw);
}

/* The first element of that name, which stands in the document's head; the root when there is none. */
static uint32_t head(const struct checking *c, uint16_t ubl, uint16_t cii)
{
    const struct einvoice_tree *tree = c->run->tree;
    return tree->first[ubl] ? tree->first[ubl] : tree->first[cii] ? tree->first[cii] : 1;
}

static void check_days(struct checking *c)
{
    const struct einvoice *i = c->invoice;
    uint32_t due = head(c, E_DueDate, E_DueDateDateTime);
    check_period(c, &i->period, "BT-74");
    check_day(c, i->issued, head(c, E_IssueDate, E_IssueDateTime), "BT-2");
    check_day(c, i->due, due, "BT-9");
    check_day(c, i->tax_point, head(c, E_TaxPointDate, E_TaxPointDate), "BT-7");
    check_day(c, i->delivery.day, i->delivery.node, "BT-72");
    check_day(c, i->period.from, i->period.node, "BT-73");
    check_day(c, i->period.to, i->period.node, "BT-74");
    for (size_t l = 0; l < i->lines.count; l++) {
        check_day(c, i->lines.at[l].period.from, i->lines.at[l].node, "BT-134");
        check_day(c, i->lines.at[l].period.to, i->lines.at[l].node, "BT-135");
        check_period(c, &i->lines.at[l].period, "BT-135");
    }
    if (i->due.date.ymd && i->issued.date.ymd && i->due.date.ymd < i->issued.date.ymd) say(c, "FL-DUE", due, "BT-9", i->due.raw);
}

static void check_number(struct checking *c, struct decimal value, struct str raw, uint32_t node, const char *term)
{
    if (raw.at && !value.present) say(c, "FL-NUMBER", node, term, raw);
}

static void check_amount(struct checking *c, struct einvoice_amount amount, uint32_t node, const char *term)
{
    check_number(c, amount.value, amount.raw, node, term);
    int digits = amount.currency.length ? currency_digits(amount.currency) : currency_digits(c->invoice->currency);
    if (amount.value.present && digits >= 0 && decimal_short(amount.value).scale > digits)
        say(c, "FL-MINOR", node, term, amount.raw);
}

/* VAT that is not base × rate to the cent: allowed (the official rules give it one unit), yet both sides should know. */
static void check_rounding(struct checking *c, const struct einvoice_vat_total *v)
{
    int digits = currency_digits(c->invoice->currency);
    if (digits != 2 || !v->base.value.present || !v->amount.value.present || !v->rate.value.present) return;
    struct rule_number vat = rule_number(v->amount.raw), hundred = rule_whole(100, 0);
    struct rule_number due = rule_divide(rule_multiply(rule_number(v->base.raw), rule_number(v->rate.raw)), hundred);
    struct rule_number apart = rule_abs(rule_subtract(vat, rule_round2(due)));
    /* half a cent of a credit may be rounded either way */
    bool half = rule_compare(rule_abs(rule_subtract(vat, due)), AT_MOST, rule_whole(5, 3));
    if (!apart.state && !half && rule_compare(apart, MORE, rule_whole(0, 0)) && rule_compare(apart, AT_MOST, rule_whole(1, 0)))
        say(c, "FL-ROUND", v->node, "BT-117", v->amount.raw);
}

static void check_totals(struct checking *c)
{
    const struct einvoice_totals *t = &c->invoice->totals;
    check_amount(c, t->lines, t->node, "BT-106");
    check_amount(c, t->allowances, t->node, "BT-107");
    check_amount(c, t->charges, t->node, "BT-108");
    check_amount(c, t->without_vat, t->node, "BT-109");
    check_amount(c, t->vat, t->node, "BT-110");
    check_amount(c, t->with_vat, t->node, "BT-112");
    check_amount(c, t->prepaid, t->node, "BT-113");
    check_amount(c, t->rounding, t->node, "BT-114");
    check_amount(c, t->payable, t->node, "BT-115");
    for (size_t i = 0; i < c->invoice->vat_totals.count; i++) {
        const struct einvoice_vat_total *v = &c->invoice->vat_totals.at[i];
        check_amount(c, v->base, v->node, "BT-116");
        check_amount(c, v->amount, v->node, "BT-117");
        check_number(c, v->rate.value, v->rate.raw, v->node, "BT-119");
        check_rounding(c, v);
    }
}

/* ---- Lines ---- */

static struct rule_number read(struct str raw, int64_t without)
{
    return raw.length ? rule_number(raw) : rule_whole(without, 0);
}

/* Quantity × price ÷ base, with the line's allowances and charges, should be its amount, give or take a cent per line. */
static bool adds_up(const struct einvoice_line *line)
{
    struct rule_number base = read(line->price_base.raw, 1), slack = rule_whole(2, 2);
    if (!line->net.value.present || !line->price.value.present || !line->quantity.value.present) return true;
    if (rule_compare(base, IS, rule_whole(0, 0))) return true;
    struct rule_number sum = rule_divide(rule_multiply(rule_number(line->quantity.raw), rule_number(line->price.raw)), base);
    for (size_t i = 0; i < line->allowances.count; i++) {
        struct rule_number amount = read(line->allowances.at[i].amount.raw, 0);
        sum = line->allowances.at[i].charge.value ? rule_add(sum, amount) : rule_subtract(sum, amount);
    }
    struct rule_number apart = rule_abs(rule_subtract(sum, rule_number(line->net.raw)));
    return apart.state || rule_compare(apart, AT_MOST, slack);
}

static int by_id(const void *a, const void *b)
{
    const struct einvoice_line *const *p = a, *const *q = b;
    int order = str_compare((*p)->id, (*q)->id);
    return order ? order : (*p)->node < (*q)->node ? -1 : (*p)->node > (*q)->node;
}

static void check_lines(struct checking *c)
{
    const struct einvoice *invoice = c->invoice;
    const struct einvoice_line **sorted = ARENA_ARRAY(c->run->arena, const struct einvoice_line *, invoice->lines.count + 1);
    for (size_t i = 0; i < invoice->lines.count; i++) {
        const struct einvoice_line *line = sorted[i] = &invoice->lines.at[i];
        check_number(c, line->quantity.value, line->quantity.raw, line->node, "BT-129");
        check_number(c, line->price.value, line->price.raw, line->node, "BT-146");
        check_amount(c, line->net, line->node, "BT-131");
        if (str_is(line->standard_item.scheme, "0160") && !gtin(line->standard_item.value))
            say(c, "FL-GTIN", line->node, "BT-157", line->standard_item.value);
        if (!adds_up(line)) say(c, "FL-LINE-AMOUNT", line->node, "BT-131", line->net.raw);
    }
    if (!invoice->lines.count) return;
    qsort(sorted, invoice->lines.count, sizeof *sorted, by_id);
    for (size_t i = 1; i < invoice->lines.count; i++)
        if (sorted[i]->id.length && str_equal(sorted[i]->id, sorted[i - 1]->id))
            say(c, "FL-LINE-ID", sorted[i]->node, "BT-126", sorted[i]->id);
}

/* ---- Payment and documents ---- */

static void check_payments(struct checking *c)
{
    const struct einvoice *invoice = c->invoice;
    struct rule_run *r = c->run;
    for (size_t i = 0; i < invoice->payments.count; i++) {
        const struct einvoice_payment *p = &invoice->payments.at[i];
        struct str account = without_spaces(r, p->account.id), payer = without_spaces(r, p->payer_account), bic = p->account.bic;
        bool like_iban = account.length > 14 && !digits_only(str_part(account, 0, 2)) && digits_only(str_part(account, 2, 2));
        bool sepa = str_is(p->code, "58") || str_is(p->code, "59");
        if (account.length && (like_iban || sepa) && !p->account.proprietary && !rule_iban(r, p->node, account))
            say(c, "FL-IBAN", p->node, "BT-84", account);
        if (payer.length && sepa && !rule_iban(r, p->node, payer)) say(c, "FL-IBAN", p->node, "BT-91", payer);
        if (bic.length && bic.length != 8 && bic.length != 11 && !str_starts(bic, "SE:")) say(c, "FL-BIC", p->node, "BT-86", bic);
    }
    struct str reference = without_spaces(r, invoice->payment_reference);
    uint32_t node = invoice->payments.count ? invoice->payments.at[0].node : 1;
    if (str_starts(reference, "RF") && digits_only(str_part(reference, 2, 2)) && !creditor_reference(r, reference))
        say(c, "FL-RF", node, "BT-83", reference);
    bool dutch = str_equal_caseless(invoice->seller.address.country, STR("NL"));
    if (dutch && reference.length == 16 && digits_only(reference) && !payment_reference(reference))
        say(c, "FL-KENMERK", node, "BT-83", reference);
}

static void check_documents(struct checking *c)
{
    static const char *const forbidden[] = { ".exe", ".com", ".bat", ".cmd", ".scr",  ".js",  ".vbs",
                                             ".jar", ".msi", ".ps1", ".lnk", ".html", ".htm", ".hta" };
    for (size_t i = 0; i < c->invoice->documents.count; i++) {
        const struct einvoice_document *d = &c->invoice->documents.at[i];
        struct str name = rule_lower(c->run, d->filename), decoded;
        for (size_t f = 0; f < ARRAY_LENGTH(forbidden); f++)
            if (name.length && str_ends(name, forbidden[f])) say(c, "FL-ATTACHMENT", d->node, "BT-125", d->filename);
        if (d->content.length && d->content.length < 4096 && !base64_parse(c->run->arena, d->content, &decoded))
            say(c, "FL-BASE64", d->node, "BT-125", d->filename);
    }
}

void florin_judge(struct rule_run *run, const struct einvoice *invoice, uint64_t without, florin_say *report, void *context)
{
    struct checking checking = { run, invoice, without, report, context }, *c = &checking;
    check_party(c, &invoice->seller);
    check_party(c, &invoice->buyer);
    check_party(c, &invoice->tax_representative);
    check_days(c);
    check_totals(c);
    check_lines(c);
    check_payments(c);
    check_documents(c);
}
