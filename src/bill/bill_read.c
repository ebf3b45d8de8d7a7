/* From a file to a bill: the bytes are kept first, then whatever can be read of them is. */
#include "bill/bill_private.h"
#include "bill.sql.h"
#include "einvoice/check.h"
#include "paper/hybrid.h"

const struct fault_type bill_same_file = { FAULT_CONFLICT, "bill.same_file",
                                           "This file is bill {bill} already, received on {day}." };
static const struct fault_type not_readable = { FAULT_INVALID, "bill.no_einvoice",
                                                "There is no e-invoice in this file; fill in the bill by hand." };
static const struct fault_type is_order = { FAULT_INVALID, "bill.is_order",
                                            "This file holds an order, not an invoice." };
static const struct fault_type amount_unread = { FAULT_INVALID, "bill.amount_unread",
                                                 "\"{text}\" can't be read as an amount; fill it in." };
static const struct fault_type amount_rounded = {
    FAULT_INVALID, "bill.amount_rounded", "{text} has more digits than the currency; it is taken as {amount}."
};
static const struct fault_type currency_unknown = {
    FAULT_INVALID, "bill.currency_unknown", "\"{text}\" is not a currency of ISO 4217; the base currency is taken."
};
static const struct fault_type day_unread = { FAULT_INVALID, "bill.day_unread",
                                              "\"{text}\" can't be read as a day; fill it in." };
static const struct fault_type iban_unread = { FAULT_INVALID, "bill.iban_unread",
                                               "Account \"{text}\" is not a valid IBAN." };
static const struct fault_type two_ibans = { FAULT_INVALID, "bill.two_ibans",
                                             "The invoice names more than one account: {text}. The first is taken." };
static const struct fault_type other_payee = { FAULT_INVALID, "bill.other_payee",
                                               "{text} is to be paid, not the supplier itself." };
static const struct fault_type other_buyer = { FAULT_INVALID, "bill.other_buyer",
                                               "This invoice is addressed to {text}, which is not this company." };
static const struct fault_type attachment_unread = { FAULT_INVALID, "bill.attachment_unread",
                                                     "Attachment {text} can't be read; ask the supplier for it." };
static const struct fault_type third_party = { FAULT_INVALID, "bill.third_party",
                                               "{amount} of it is collected for others with this invoice." };
static const struct fault_type lines_cut = {
    FAULT_INVALID, "bill.lines_cut", "The invoice has {count} lines; only the first {most} are shown as lines."
};
enum { LINES_MOST = 50000, ATTACHMENTS_MOST = 100 };

struct reading {
    struct work *work;
    const struct einvoice *invoice;
    struct bill *bill;
    struct bill_lines *lines;
    struct bill_problems *problems;
    int digits;
};

/* ---- Values: what can't be read is a problem and counts as absent ---- */

static struct str text_of(struct str s, size_t most)
{
    s = str_trim(s);
    return s.length ? str_utf8_clip(s, most) : (struct str){ 0 };
}

static void problem(struct reading *r, enum problem_severity severity, uint32_t node, struct fault *fault)
{
    struct str place = node ? einvoice_path(r->work->arena, r->invoice, node) : (struct str){ 0 };
    bill_problem_add(r->work, r->problems, severity, place, node ? einvoice_line_number(r->invoice, node) : 0, fault);
}

static int64_t amount_of(struct reading *r, const struct einvoice_amount *amount, uint32_t node)
{
    int64_t minor = 0;
    struct arena *arena = r->work->arena;
    struct str raw = text_of(amount->raw, 100);
    if (!amount->value.present && !raw.length) return 0;
    if (!amount->value.present || !minor_from_decimal(amount->value, r->digits, &minor) || minor > EXACT_MAX ||
        minor < -EXACT_MAX) {
        problem(r, PROBLEM_FATAL, node, FAULT(arena, &amount_unread, NULL, PARAM("text", raw)));
        return 0;
    }
    if (decimal_compare(minor_to_decimal(minor, r->digits), amount->value) != 0)
        problem(r, PROBLEM_WARNING, node,
                FAULT(arena, &amount_rounded, NULL, PARAM("text", raw),
                      PARAM("amount", minor_format(arena, minor, r->digits))));
    return minor;
}

static struct date day_of(struct reading *r, const struct einvoice_day *day, uint32_t node)
{
    struct str raw = text_of(day->raw, 100);
    if (!day->date.ymd && raw.length)
        problem(r, PROBLEM_WARNING, node, FAULT(r->work->arena, &day_unread, NULL, PARAM("text", raw)));
    return day->date;
}

/* The text in its electronic form; as it stands when it is no such number (it may still be evidence), absent when too long. */
static struct str number_of(struct fault *fault, struct str parsed, struct str raw, size_t most)
{
    raw = text_of(raw, most + 1);
    return !fault ? parsed : str_utf8_count(raw) <= most ? raw : (struct str){ 0 };
}

/* ---- Who sent it, to whom ---- */

static void take_id(struct reading *r, const struct einvoice_id *id)
{
    struct arena *arena = r->work->arena;
    struct str number;
    if (str_is(id->scheme, "0106") && !r->bill->seller_kvk_number.at && !kvk_parse(arena, id->value, NULL, &number))
        r->bill->seller_kvk_number = number;
    if (str_is(id->scheme, "0190") && !r->bill->seller_oin.at && !oin_parse(arena, id->value, NULL, &number))
        r->bill->seller_oin = number;
    if (str_is(id->scheme, "9944") && !r->bill->seller_vat_number.at &&
        !vat_id_parse(arena, id->value, STR("NL"), NULL, &number))
        r->bill->seller_vat_number = number;
}

static void take_seller(struct reading *r)
{
    const struct einvoice_party *seller = &r->invoice->seller;
    struct bill *b = r->bill;
    struct str number = { 0 };
    b->seller_name = text_of(seller->name.length ? seller->name : seller->trading_name, 200);
    if (seller->vat_id.length)
        b->seller_vat_number =
            number_of(vat_id_parse(r->work->arena, seller->vat_id, seller->address.country, NULL, &number), number,
                      seller->vat_id, 20);
    take_id(r, &seller->legal_id);
    for (size_t i = 0; i < seller->ids.count; i++) take_id(r, &seller->ids.at[i]);
    take_id(r, &seller->endpoint);
    bool dutch = str_is(seller->address.country, "NL") && !seller->legal_id.scheme.length;
    if (dutch && !b->seller_kvk_number.at && !kvk_parse(r->work->arena, seller->legal_id.value, NULL, &number))
        b->seller_kvk_number = number;
    if (seller->endpoint.value.length && str_utf8_count(seller->endpoint.value) <= 100) {
        b->seller_endpoint = seller->endpoint.value;
        b->seller_endpoint_scheme = text_of(seller->endpoint.scheme, 10);
    }
    if (r->invoice->payee.present) {
        b->payee_name = text_of(r->invoice->payee.name, 200);
        problem(r, PROBLEM_WARNING, r->invoice->payee.node,
                FAULT(r->work->arena, &other_payee, NULL, PARAM("text", b->payee_name.at ? b->payee_name : STR("-"))));
    }
}

static void check_buyer(struct reading *r, const struct company *company)
{
    const struct einvoice_party *buyer = &r->invoice->buyer;
    struct arena *arena = r->work->arena;
    struct str number, kvk = { 0 }, vat = { 0 };
    if (buyer->vat_id.length && !vat_id_parse(arena, buyer->vat_id, buyer->address.country, NULL, &number)) vat = number;
    if (str_is(buyer->legal_id.scheme, "0106") && !kvk_parse(arena, buyer->legal_id.value, NULL, &number)) kvk = number;
    bool other_vat = vat.at && company->vat_number.at && !str_equal(vat, company->vat_number);
    bool other_kvk = kvk.at && company->kvk_number.at && !str_equal(kvk, company->kvk_number);
    struct str name = text_of(buyer->name, 200);
    if (other_vat || other_kvk)
        problem(r, PROBLEM_WARNING, buyer->node,
                FAULT(arena, &other_buyer, NULL,
                      PARAM("text", name.at  ? name
                                    : vat.at ? vat
                                             : kvk)));
}

/* ---- How to pay ---- */

static void take_accounts(struct reading *r)
{
    struct arena *arena = r->work->arena;
    struct text others = text_new(arena);
    for (size_t i = 0; i < r->invoice->payments.count; i++) {
        const struct einvoice_payment *p = &r->invoice->payments.at[i];
        struct str iban, id = text_of(p->account.id, 60);
        if (!p->has_account || !id.length) continue;
        struct fault *fault = iban_parse(arena, id, NULL, &iban);
        if (fault) {
            if (!p->account.proprietary)
                problem(r, PROBLEM_WARNING, p->node, FAULT(arena, &iban_unread, NULL, PARAM("text", id)));
        } else if (!r->bill->iban.at) {
            r->bill->iban = iban;
        } else if (!str_equal(r->bill->iban, iban) && others.length < 300) {
            text_addf(&others, "%s%.*s", others.length ? ", " : "", STR_ARG(iban));
        }
    }
    if (others.length)
        problem(
            r, PROBLEM_WARNING, 0,
            FAULT(arena, &two_ibans, NULL,
                  PARAM("text", str_format(arena, "%.*s, %.*s", STR_ARG(r->bill->iban), STR_ARG(text_str(&others))))));
}

/* "#SKONTO#TAGE=14#PROZENT=2.25#BASISBETRAG=100.00#" in the payment terms (XRechnung, BR-DE-18): the first one counts. */
static void take_discount(struct reading *r, struct str terms)
{
    ptrdiff_t at = str_find(terms, "#SKONTO#");
    int64_t days = 0;
    struct decimal percent = { 0 }, base = { 0 }, part;
    if (at < 0 || !r->bill->issued_on.ymd) return;
    struct str rest = str_part(terms, (size_t)at + 8, terms.length);
    while (rest.length) {
        struct str value, item = str_cut(rest, '#', &rest), name = str_cut(item, '=', &value);
        bool ends = str_find(item, "\n") >= 0 || str_is(name, "SKONTO");
        if (ends) break;
        if (str_is(name, "TAGE") && !str_to_int(value, &days)) return;
        if (str_is(name, "PROZENT") && !decimal_parse(value, &percent)) return;
        if (str_is(name, "BASISBETRAG") && !decimal_parse(value, &base)) return;
    }
    if (days < 0 || days > 3650 || !percent.present || percent.units <= 0 ||
        decimal_compare(percent, DECIMAL(100, 0)) > 0)
        return;
    if (!base.present) base = minor_to_decimal(r->bill->payable_minor, r->digits);
    if (!decimal_mul(base, percent, &part) || !decimal_mul(part, DECIMAL(1, 2), &part)) return;
    int64_t minor;
    if (!minor_from_decimal(part, r->digits, &minor) || minor <= 0 || minor > r->bill->payable_minor) return;
    r->bill->discount_minor = minor;
    r->bill->discount_on = date_add_days(r->bill->issued_on, (int)days);
}

static void take_payment(struct reading *r)
{
    const struct einvoice *e = r->invoice;
    struct bill *b = r->bill;
    b->due_on = day_of(r, &e->due, 0);
    for (size_t i = 0; i < e->payments.count && !b->due_on.ymd; i++) b->due_on = e->payments.at[i].due.date;
    for (size_t i = 0; i < e->terms.count && !b->due_on.ymd; i++) b->due_on = e->terms.at[i].due.date;
    take_accounts(r);
    struct reference reference = { 0 };
    if (str_trim(e->payment_reference).length) reference = reference_guess(r->work->arena, text_of(e->payment_reference, 140));
    b->reference_kind = reference.kind;
    b->reference = reference.text;
    take_discount(r, e->payment_terms);
    for (size_t i = 0; i < e->terms.count && !b->discount_minor; i++) take_discount(r, e->terms.at[i].note);
}

/* ---- Amounts and lines ---- */

static bool is_given(const struct einvoice_amount *amount) { return amount->value.present; }

/* XRechnung's extension: claims of others that are collected with this invoice stand in the amount to pay and nowhere else.
 * They are the opposite of a prepaid amount. */
static void take_third_parties(struct reading *r, int64_t difference_minor)
{
    int64_t sum_minor = 0;
    for (size_t i = 0; i < r->invoice->prepayments.count; i++)
        if (!int_add(sum_minor, amount_of(r, &r->invoice->prepayments.at[i].amount, r->invoice->prepayments.at[i].node),
                     &sum_minor))
            return;
    if (!sum_minor || sum_minor != difference_minor) return;
    r->bill->prepaid_minor -= sum_minor;
    problem(
        r, PROBLEM_WARNING, 0,
        FAULT(r->work->arena, &third_party, NULL, PARAM("amount", minor_format(r->work->arena, sum_minor, r->digits))));
}

static void take_totals(struct reading *r, int64_t lines_minor)
{
    const struct einvoice_totals *t = &r->invoice->totals;
    struct bill *b = r->bill;
    int64_t groups_minor = 0;
    for (size_t i = 0; i < r->invoice->vat_totals.count; i++) {
        const struct einvoice_vat_total *v = &r->invoice->vat_totals.at[i];
        int64_t minor = amount_of(r, &v->amount, v->node);
        if (!int_add(groups_minor, minor, &groups_minor)) groups_minor = 0;
    }
    b->net_minor = is_given(&t->without_vat) ? amount_of(r, &t->without_vat, t->node) : lines_minor;
    b->vat_minor = is_given(&t->vat) ? amount_of(r, &t->vat, t->node) : groups_minor;
    b->total_minor = is_given(&t->with_vat) ? amount_of(r, &t->with_vat, t->node) : b->net_minor + b->vat_minor;
    b->prepaid_minor = amount_of(r, &t->prepaid, t->node);
    b->rounding_minor = amount_of(r, &t->rounding, t->node);
    b->payable_minor = b->total_minor - b->prepaid_minor + b->rounding_minor;
    int64_t computed_minor = b->payable_minor;
    if (is_given(&t->payable) || text_of(t->payable.raw, 10).length) b->payable_minor = amount_of(r, &t->payable, t->node);
    take_third_parties(r, b->payable_minor - computed_minor);
    const struct einvoice_amount *others[] = { &t->without_vat, &t->vat, &t->with_vat };
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        if (!is_given(others[i])) (void)amount_of(r, others[i], t->node); /* says what can't be read */
}

static void take_vat(struct bill_line *line, const struct einvoice_vat *vat)
{
    line->vat_category = text_of(vat->category, 10);
    line->vat_rate = vat->rate.value;
    line->vat_reason = text_of(vat->exemption_reason.length ? vat->exemption_reason : vat->exemption_code, 500);
}

static void take_line(struct reading *r, const struct einvoice_line *from)
{
    struct bill_line *line = LIST_ADD(r->work->arena, r->lines);
    struct decimal each;
    *line = (struct bill_line){ 0 };
    line->description = text_of(from->name, 1000);
    if (!line->description.length) line->description = text_of(from->description, 1000);
    if (!line->description.length) line->description = text_of(from->note, 1000);
    if (!line->description.length) line->description = STR("-");
    line->quantity = from->quantity.value;
    line->unit = text_of(from->quantity.unit, 20);
    line->price = from->price.value;
    bool per_more = from->price_base.value.present && decimal_compare(from->price_base.value, DECIMAL(1, 0)) != 0 &&
                    from->price_base.value.units;
    if (per_more && line->price.present && decimal_divide(line->price, from->price_base.value, 6, &each))
        line->price = decimal_short(each);
    line->net_minor = amount_of(r, &from->net, from->node);
    take_vat(line, &from->vat);
}

/* An allowance or charge of the whole document is a line as any other. */
static void take_allowance(struct reading *r, const struct einvoice_allowance *from)
{
    struct bill_line *line = LIST_ADD(r->work->arena, r->lines);
    *line = (struct bill_line){ 0 };
    struct str what = translate(r->work->language, from->charge.value ? T("Charge on the whole invoice")
                                                                      : T("Discount on the whole invoice"));
    struct str reason = text_of(from->reason, 900), percent = { 0 };
    if (from->percent.value.present) {
        struct str after,
            before = str_cut(decimal_format(r->work->arena, decimal_short(from->percent.value)), '.', &after);
        percent = str_format(r->work->arena, " %.*s%s%.*s%%", STR_ARG(before),
                             !after.length                ? ""
                             : r->work->language == DUTCH ? ","
                                                          : ".",
                             STR_ARG(after));
    }
    line->description = str_format(r->work->arena, "%.*s%.*s%s%.*s", STR_ARG(what), STR_ARG(percent), reason.length ? ": " : "",
                                   STR_ARG(reason));
    int64_t minor = amount_of(r, &from->amount, from->node);
    line->net_minor = from->charge.value ? minor : -minor;
    take_vat(line, &from->vat);
}

static int64_t sum_net(const struct bill_lines *lines)
{
    int64_t sum = 0;
    for (size_t i = 0; i < lines->count; i++)
        if (!int_add(sum, lines->at[i].net_minor, &sum)) return 0;
    return sum;
}

/* In CII an extension has lines of lines beside each other: those that say so are details, or groups that hold the sum. */
static void take_lines(struct reading *r)
{
    const struct einvoice *e = r->invoice;
    size_t most = e->lines.count < LINES_MOST ? e->lines.count : LINES_MOST;
    for (size_t i = 0; i < most; i++)
        if (!e->lines.at[i].parent_id.length) take_line(r, &e->lines.at[i]);
    if (most < e->lines.count)
        problem(r, PROBLEM_WARNING, 0,
                FAULT(r->work->arena, &lines_cut, NULL, PARAM_INT(r->work->arena, "count", (int64_t)e->lines.count),
                      PARAM_INT(r->work->arena, "most", LINES_MOST)));
    for (size_t i = 0; i < e->allowances.count && i < LINES_MOST; i++) take_allowance(r, &e->allowances.at[i]);
}

/* ---- VAT: what the document says of a category, spread over the lines of that category ---- */

static bool in_group(const struct bill_line *line, const struct einvoice_vat_total *group)
{
    struct decimal none = DECIMAL(0, 0);
    return str_equal(line->vat_category, text_of(group->category, 10)) &&
           decimal_compare(line->vat_rate.present ? line->vat_rate : none,
                           group->rate.value.present ? group->rate.value : none) == 0;
}

static int64_t size_of(int64_t minor) { return minor < 0 ? -minor : minor; }

static void spread_vat(struct reading *r, const struct einvoice_vat_total *group, bool *spread)
{
    int64_t vat_minor = 0, net_minor = 0, left_minor, share;
    struct bill_line *largest = NULL;
    if (!group->amount.value.present || !minor_from_decimal(group->amount.value, r->digits, &vat_minor) ||
        size_of(vat_minor) > EXACT_MAX)
        return;
    for (size_t i = 0; i < r->lines->count; i++) {
        struct bill_line *line = &r->lines->at[i];
        if (spread[i] || !in_group(line, group)) continue;
        if (!int_add(net_minor, line->net_minor, &net_minor)) return;
        if (!largest || size_of(line->net_minor) > size_of(largest->net_minor)) largest = line;
    }
    if (!largest) return; /* VAT without a line: the sums differ, and that is a problem */
    left_minor = vat_minor;
    for (size_t i = 0; i < r->lines->count; i++) {
        struct bill_line *line = &r->lines->at[i];
        if (spread[i] || !in_group(line, group)) continue;
        spread[i] = true;
        if (!int_mul_div(vat_minor, line->net_minor, net_minor, &share) || size_of(share) > EXACT_MAX) share = 0;
        line->vat_minor = share;
        left_minor -= share;
    }
    largest->vat_minor += left_minor;
}

void bill_from_einvoice(struct work *work, const struct einvoice *e, struct bill *bill, struct bill_lines *lines,
                        struct bill_problems *problems)
{
    struct reading r = { work, e, bill, lines, problems, currency_digits(e->currency) };
    if (r.digits < 0) {
        problem(&r, PROBLEM_FATAL, 0, FAULT(work->arena, &currency_unknown, NULL, PARAM("text", text_of(e->currency, 20))));
        r.digits = currency_digits(bill->currency);
    } else {
        bill->currency = e->currency;
    }
    bill->kind = e->syntax == EINVOICE_UBL_CREDIT_NOTE || einvoice_is_credit(e) ? BILL_CREDIT_NOTE : BILL_INVOICE;
    bill->number = text_of(e->number, 100);
    bill->issued_on = day_of(&r, &e->issued, 0);
    bill->order_reference = text_of(e->order, 100);
    bill->buyer_reference = text_of(e->buyer_reference, 100);
    take_seller(&r);
    take_lines(&r);
    bool *spread = ARENA_ARRAY(work->arena, bool, lines->count + 1);
    for (size_t i = 0; i < e->vat_totals.count && i < 1000; i++) spread_vat(&r, &e->vat_totals.at[i], spread);
    take_totals(&r, sum_net(lines));
    take_payment(&r);
}

/* ---- Receiving ---- */

static void take_problem(struct bill_problems *problems, struct arena *arena, const struct einvoice_problem *p,
                         enum problem_kind kind, enum problem_severity severity)
{
    if (problems->count >= PROBLEMS_KEPT) return;
    *LIST_ADD(arena, problems) = (struct bill_problem){
        .source = PROBLEM_DOCUMENT,
        .kind = kind,
        .rule = str_of(p->rule),
        .severity = severity,
        .place = text_of(p->path, 500),
        .line = p->line,
        .found = text_of(p->values, 1000),
        .english = str_utf8_clip(p->english, 1000),
        .dutch = str_utf8_clip(p->dutch, 1000),
    };
}

/* The rules' verdict is what blocks. What only the XML Schema minds is told beside it, as a warning: its supplier should mend it,
 * but what the invoice says is read all the same. */
static struct fault *judge(struct work *work, const struct einvoice *invoice, struct bill_problems *problems)
{
    struct einvoice_report report = { 0 };
    uint64_t without = 0;
    static const enum problem_severity severities[] = { [EINVOICE_FATAL] = PROBLEM_FATAL,
                                                        [EINVOICE_WARNING] = PROBLEM_WARNING,
                                                        [EINVOICE_INFORMATION] = PROBLEM_INFORMATION };
    TRY(bill_checks_off(work, &without));
    einvoice_judge_without(work->arena, invoice, EINVOICE_AUTO, without, &report);
    for (size_t i = 0; i < report.problems.count; i++) {
        const struct einvoice_problem *p = &report.problems.at[i];
        take_problem(problems, work->arena, p, PROBLEM_RULE, severities[p->severity]);
    }
    for (size_t i = 0; i < report.structure.count; i++)
        take_problem(problems, work->arena, &report.structure.at[i], PROBLEM_STRUCTURE, PROBLEM_WARNING);
    return NULL;
}

/* Each file that stood inside the invoice is a document of its own: nothing that came with it is lost. Without an original nothing is
 * kept, and the same is said. */
static struct fault *keep_attachments(struct work *work, const struct einvoice *invoice,
                                      const struct document *original, const struct bill *bill,
                                      struct bill_problems *problems)
{
    for (size_t i = 0; i < invoice->documents.count && i < ATTACHMENTS_MOST; i++) {
        const struct einvoice_document *d = &invoice->documents.at[i];
        struct str content = { 0 }, name = text_of(d->filename.length ? d->filename : d->id.value, 255);
        if (!d->content.length) continue;
        if (!base64_parse(work->arena, d->content, &content) || !content.length) {
            bill_problem_add(work, problems, PROBLEM_WARNING, (struct str){ 0 }, 0,
                             FAULT(work->arena, &attachment_unread, NULL, PARAM("text", name.at ? name : STR("-"))));
            continue;
        }
        if (!original) continue;
        struct document document = {
            .file_name = name, .source = original->source, .subject_kind = STR("bill"), .subject_id = bill->id.n
        };
        TRY(archive_keep(work, &document, content, NULL));
    }
    return NULL;
}

/* The XML of the file, its own or from inside the PDF; absent when there is none. Refusals of readers become problems. */
static struct fault *find_xml(struct work *work, const struct document *document, struct str content, struct bill *bill,
                              struct bill_problems *problems, struct str *xml)
{
    enum paper_hybrid_kind kind = PAPER_NOT_HYBRID;
    *xml = (struct str){ 0 };
    if (einvoice_sniff(content) || str_is(archive_media_type(content), "application/xml")) return *xml = content, NULL;
    if (!str_is(archive_media_type(content), "application/pdf")) return NULL;
    struct fault *fault = paper_hybrid_xml(work->arena, content, xml, &kind);
    if (fault) bill_problem_add(work, problems, PROBLEM_WARNING, (struct str){ 0 }, 0, fault);
    if (fault || kind == PAPER_NOT_HYBRID) return *xml = (struct str){ 0 }, NULL;
    if (kind == PAPER_ORDERX)
        bill_problem_add(work, problems, PROBLEM_WARNING, (struct str){ 0 }, 0, FAULT(work->arena, &is_order, NULL));
    bill->syntax = STR("hybrid");
    if (!document) return NULL;
    struct document inside = { .file_name = str_format(work->arena, "%.*s.xml",
                                                       STR_ARG(str_utf8_clip(document->file_name, 250))),
                               .media_type = STR("application/xml"),
                               .source = document->source,
                               .subject_kind = STR("bill"),
                               .subject_id = bill->id.n };
    TRY(archive_keep(work, &inside, *xml, NULL));
    bill->xml_document_id = inside.id;
    return NULL;
}

static struct str syntax_of(const struct einvoice *invoice)
{
    return invoice->syntax == EINVOICE_CII ? STR("cii") : invoice->syntax == EINVOICE_ZUGFERD_1 ? STR("zugferd_1") : STR("ubl");
}

static struct fault *read_xml(struct work *work, const struct document *document, struct str xml, struct bill *bill,
                              struct bill_lines *lines, struct bill_problems *problems)
{
    struct einvoice *invoice = NULL;
    struct company company = { 0 };
    struct fault *fault = xml.length ? einvoice_read(work->arena, xml, &invoice) : NULL;
    if (fault || !invoice) {
        bill_problem_add(work, problems, PROBLEM_WARNING, (struct str){ 0 }, 0, fault);
        bill_problem_add(work, problems, PROBLEM_WARNING, (struct str){ 0 }, 0, FAULT(work->arena, &not_readable, NULL));
        return NULL;
    }
    if (!str_is(bill->syntax, "hybrid")) {
        bill->syntax = syntax_of(invoice);
        if (document) bill->xml_document_id = document->id;
    }
    TRY(access_company_load(work, &company));
    bill_from_einvoice(work, invoice, bill, lines, problems);
    struct reading r = { work, invoice, bill, lines, problems, 2 };
    check_buyer(&r, &company);
    TRY(keep_attachments(work, invoice, document, bill, problems));
    return judge(work, invoice, problems);
}

/* The words a person would look for. */
static struct fault *index_words(struct work *work, const struct bill *bill, const struct bill_lines *lines)
{
    struct text t = text_new(work->arena);
    const struct str words[] = { bill->number,    bill->seller_name, bill->order_reference, bill->buyer_reference,
                                 bill->reference, bill->iban,        bill->payee_name };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) text_add(&t, words[i]), text_add_char(&t, '\n');
    for (size_t i = 0; i < lines->count && t.length < 100000; i++)
        text_add(&t, lines->at[i].description), text_add_char(&t, '\n');
    return archive_index(work, bill->document_id, text_str(&t));
}

static struct fault *refuse_same_file(struct work *work, const struct bill *bill)
{
    struct bill earlier = { 0 };
    bool found;
    TRY(db_find(work, &sql_bill_by_file, GIVEN(bill, bill), INTO(bill, &earlier), &found));
    if (!found) return NULL;
    return FAULT(work->arena, &bill_same_file, "content", PARAM("bill", bill_name(work, &earlier)),
                 PARAM("day", date_text(work->arena, instant_day(earlier.received_at))),
                 PARAM_INT(work->arena, "id", earlier.id.n));
}

static struct fault *begin(struct work *work, struct bill *bill)
{
    *bill = (struct bill){ .id = { id_new(work) }, .state = BILL_RECEIVED, .kind = BILL_INVOICE, .syntax = STR("file"),
                           .received_at = work->now, .entered_by = work->user_id, .version = 1 };
    return ledger_base_currency(work, &bill->currency);
}

struct fault *bill_judge(struct work *work, struct str content, struct bill *bill, struct bill_problems *problems)
{
    struct bill_lines lines = { 0 };
    struct str xml;
    TRY(begin(work, bill));
    TRY(find_xml(work, NULL, content, bill, problems, &xml));
    return read_xml(work, NULL, xml, bill, &lines, problems);
}

struct fault *bill_by_content(struct work *work, struct str content, struct bill *bill, bool *found)
{
    uint8_t hash[32];
    sha256(content.at, content.length, hash);
    const struct bill wanted = { .file_hash = { (const char *)hash, sizeof hash } };
    return db_find(work, &sql_bill_by_file, GIVEN(bill, &wanted), INTO(bill, bill), found);
}

static struct fault *supplier_given(struct work *work, party_id from, struct bill *bill, struct bill_lines *lines)
{
    struct party party = { 0 };
    if (!from.n) return NULL;
    TRY(party_load(work, from, &party));
    return bill_apply_supplier(work, bill, lines, &party, "portal");
}

struct fault *bill_receive(struct work *work, struct str file_name, enum document_source source, struct str content,
                           struct bill *bill)
{
    return bill_receive_from(work, file_name, source, content, (party_id){ 0 }, bill);
}

struct fault *bill_receive_from(struct work *work, struct str file_name, enum document_source source, struct str content,
                                party_id from, struct bill *bill)
{
    struct bill_lines lines = { 0 };
    struct bill_problems problems = { 0 };
    struct str xml;
    TRY(begin(work, bill));
    bool named = file_name.length && str_is_utf8(file_name);
    struct document document = { .file_name = named ? str_utf8_clip(file_name, 255) : (struct str){ 0 },
                                 .source = source,
                                 .subject_kind = STR("bill"),
                                 .subject_id = bill->id.n };
    TRY(archive_keep(work, &document, content, NULL));
    bill->document_id = document.id;
    bill->via_portal = from.n != 0;
    bill->file_hash = document.hash;
    TRY(refuse_same_file(work, bill));
    TRY(find_xml(work, &document, content, bill, &problems, &xml));
    TRY(read_xml(work, &document, xml, bill, &lines, &problems));
    TRY(index_words(work, bill, &lines));
    TRY(supplier_given(work, from, bill, &lines));
    return bill_add(work, bill, &lines, &problems, "receive");
}

RECORD(bill_upload, {
    FIELD(struct bill_upload, file_name, .min = 1, .max = 255),
    BYTES(struct bill_upload, content, .min = 1, .max = 64 << 20),
});
static struct fault *receive(struct work *work, const struct bill_upload *takes, struct bill *out)
{
    return bill_receive(work, takes->file_name, DOCUMENT_UPLOAD, takes->content, out);
}
CALLABLE(receive, bill_upload, bill);

static const struct operation operations[] = {
    { "bill receive", "POST", "/bills/receive", "bill.enter", OPERATION_UPLOAD | OPERATION_SLOW, &receive_call, NULL,
      "Receive an invoice as a file: e-invoice, PDF or image" },
};
const struct operation_table bill_arrivals = { "bill", operations, ARRAY_LENGTH(operations) };
