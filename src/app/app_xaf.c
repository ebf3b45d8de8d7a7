/* An audit file as JSON: amounts are texts in the currency of the books, debit positive. What is absent is left out. */
#include "app/app_json.h"
#include "auditfile/auditfile.h"
#include "base/fault.h"
#include "record/record.h"

struct out { struct arena *arena; struct text *text; bool first; int digits; };

static void name(struct out *o, const char *its)
{
    if (!o->first) text_add_char(o->text, ',');
    o->first = false;
    json_add_text(o->text, str_of(its));
    text_add_char(o->text, ':');
}

static void open(struct out *o, const char *its, char bracket)
{
    if (its) name(o, its);
    else if (!o->first) text_add_char(o->text, ',');
    text_add_char(o->text, bracket);
    o->first = true;
}

static void shut(struct out *o, char bracket)
{
    text_add_char(o->text, bracket);
    o->first = false;
}

static void text_is(struct out *o, const char *its, struct str value)
{
    if (!value.length) return;
    name(o, its);
    json_add_text(o->text, value);
}

static void day_is(struct out *o, const char *its, struct date day)
{
    if (day.ymd) text_is(o, its, date_text(o->arena, day));
}

static void number_is(struct out *o, const char *its, int64_t value)
{
    name(o, its);
    text_add_int(o->text, value);
}

static void amount_is(struct out *o, const char *its, struct xaf_amount amount)
{
    if (amount.present) text_is(o, its, minor_format(o->arena, amount.minor, o->digits));
}

static void kind_is(struct out *o, char kind)
{
    if (kind) text_is(o, "kind", str_format(o->arena, "%c", kind));
}

static void totals_are(struct out *o, const char *its, const struct xaf_totals *t)
{
    open(o, its, '{');
    number_is(o, "lines", t->lines);
    amount_is(o, "debit", t->debit);
    amount_is(o, "credit", t->credit);
    shut(o, '}');
}

typedef void write_one(struct out *o, const void *one);
static void list_is(struct out *o, const char *name, const void *at, size_t count, size_t size, write_one *write)
{
    open(o, name, '[');
    for (size_t i = 0; i < count; i++) {
        open(o, NULL, '{');
        write(o, (const char *)at + i * size);
        shut(o, '}');
    }
    shut(o, ']');
}
#define LIST_IS(o, name, list, write) list_is(o, name, (list).at, (list).count, sizeof *(list).at, write)

static void address_is(struct out *o, const void *one)
{
    const struct xaf_address *a = one;
    text_is(o, "street", a->street), text_is(o, "number", a->number), text_is(o, "extension", a->extension);
    text_is(o, "property", a->property), text_is(o, "post_code", a->post_code), text_is(o, "city", a->city);
    text_is(o, "region", a->region), text_is(o, "country", a->country);
}

static void bank_account_is(struct out *o, const void *one)
{
    const struct xaf_bank_account *b = one;
    text_is(o, "number", b->number), text_is(o, "bank", b->bank);
}

static void party_is(struct out *o, const void *one)
{
    const struct xaf_party *p = one;
    text_is(o, "id", p->id), text_is(o, "name", p->name), kind_is(o, p->kind);
    text_is(o, "contact", p->contact), text_is(o, "telephone", p->telephone), text_is(o, "email", p->email);
    text_is(o, "website", p->website), text_is(o, "kvk", p->kvk), text_is(o, "tax_country", p->tax_country);
    text_is(o, "tax_id", p->tax_id), text_is(o, "relation_id", p->relation_id);
    amount_is(o, "credit_limit", p->credit_limit), amount_is(o, "opening", p->opening), amount_is(o, "closing", p->closing);
    if (p->addresses.count) LIST_IS(o, "addresses", p->addresses, address_is);
    if (p->bank_accounts.count) LIST_IS(o, "bank_accounts", p->bank_accounts, bank_account_is);
}

static void account_is(struct out *o, const void *one)
{
    const struct xaf_account *a = one;
    text_is(o, "id", a->id), text_is(o, "description", a->description), kind_is(o, a->kind);
    text_is(o, "lead_code", a->lead_code), text_is(o, "lead_description", a->lead_description);
    text_is(o, "rgs_code", a->rgs_code);
}

static void vat_code_is(struct out *o, const void *one)
{
    const struct xaf_vat_code *v = one;
    text_is(o, "id", v->id), text_is(o, "description", v->description);
    text_is(o, "to_pay_account", v->to_pay_account), text_is(o, "to_claim_account", v->to_claim_account);
}

static void period_is(struct out *o, const void *one)
{
    const struct xaf_period *p = one;
    number_is(o, "number", p->number), text_is(o, "description", p->description);
    day_is(o, "start_on", p->start_on), day_is(o, "end_on", p->end_on);
}

static void opening_line_is(struct out *o, const void *one)
{
    const struct xaf_opening_line *l = one;
    text_is(o, "number", l->number), text_is(o, "account", l->account), amount_is(o, "amount", l->amount);
}

static void journal_is(struct out *o, const void *one)
{
    const struct xaf_journal *j = one;
    text_is(o, "id", j->id), text_is(o, "description", j->description), kind_is(o, j->kind);
    text_is(o, "offset_account", j->offset_account), text_is(o, "bank_account", j->bank_account);
}

static void vat_is(struct out *o, const void *one)
{
    const struct xaf_vat *v = one;
    text_is(o, "code", v->code), text_is(o, "percent", decimal_format(o->arena, v->percent));
    amount_is(o, "amount", v->amount);
}

static void line_is(struct out *o, const void *one)
{
    const struct xaf_line *l = one;
    text_is(o, "number", l->number), text_is(o, "account", l->account), amount_is(o, "amount", l->amount);
    text_is(o, "document", l->document), text_is(o, "description", l->description);
    day_is(o, "effective_on", l->effective_on), day_is(o, "settled_on", l->settled_on);
    text_is(o, "party", l->party), text_is(o, "invoice", l->invoice), text_is(o, "receipt", l->receipt);
    text_is(o, "shipment", l->shipment), text_is(o, "cost", l->cost), text_is(o, "product", l->product);
    text_is(o, "project", l->project), text_is(o, "bank_account", l->bank_account), text_is(o, "match", l->match);
    text_is(o, "order", l->order);
    if (l->vat.count) LIST_IS(o, "vat", l->vat, vat_is);
    if (l->currency_amount.present) {
        int own = currency_digits(l->currency);
        text_is(o, "currency", l->currency);
        text_is(o, "currency_amount", minor_format(o->arena, l->currency_amount.minor, own < 0 ? 2 : own));
    }
}

static void unread_is(struct out *o, const void *one)
{
    const struct xaf_unread *u = one;
    text_is(o, "element", u->element), number_is(o, "times", (int64_t)u->times);
}

/* What comes by goes into a text of its own: the master data is whole only at the end. */
static struct fault *take(void *context, const struct xaf_books *books, const struct xaf_transaction *t)
{
    struct out *o = context;
    int digits = currency_digits(books->currency);
    o->digits = digits < 0 ? 2 : digits;
    if (arena_room(o->arena) < 3 * o->text->length + ((size_t)64 << 20))
        return FAULT(o->arena, &input_too_large, NULL, PARAM("limit", STR("memory")));
    open(o, NULL, '{');
    if (t->journal < books->journals.count) text_is(o, "journal", books->journals.at[t->journal].id);
    text_is(o, "number", t->number), text_is(o, "description", t->description);
    number_is(o, "period", t->period), day_is(o, "day", t->day), amount_is(o, "amount", t->amount);
    text_is(o, "source", t->source), text_is(o, "user", t->user);
    LIST_IS(o, "lines", t->lines, line_is);
    shut(o, '}');
    return NULL;
}

struct fault *xaf_add_json(struct arena *arena, struct text *text, struct str bytes)
{
    struct text transactions = text_new(arena);
    struct out its = { .arena = arena, .text = &transactions, .first = true, .digits = 2 },
               all = { .arena = arena, .text = text, .first = true, .digits = 2 }, *o = &all;
    const struct xaf_handler handler = { &its, take };
    struct xaf_books b = { 0 };
    struct xaf_unreads unread = { 0 };
    TRY(xaf_read(arena, bytes, &handler, &b, &unread));
    int digits = currency_digits(b.currency);
    o->digits = digits < 0 ? 2 : digits;
    open(o, NULL, '{');
    text_is(o, "version", b.version == XAF_32 ? STR("XAF 3.2") : STR("XAF 4.0"));
    text_is(o, "fiscal_year", b.fiscal_year), day_is(o, "start_on", b.start_on), day_is(o, "end_on", b.end_on);
    day_is(o, "created_on", b.created_on), text_is(o, "currency", b.currency), text_is(o, "software", b.software);
    text_is(o, "software_version", b.software_version), text_is(o, "rgs_version", b.rgs_version);
    text_is(o, "company_id", b.company_id), text_is(o, "company_name", b.company_name);
    text_is(o, "tax_country", b.tax_country), text_is(o, "tax_id", b.tax_id);
    LIST_IS(o, "parties", b.parties, party_is);
    LIST_IS(o, "accounts", b.accounts, account_is);
    LIST_IS(o, "vat_codes", b.vat_codes, vat_code_is);
    LIST_IS(o, "periods", b.periods, period_is);
    LIST_IS(o, "opening", b.opening, opening_line_is);
    LIST_IS(o, "journals", b.journals, journal_is);
    totals_are(o, "declared", &b.declared);
    totals_are(o, "counted", &b.counted);
    if (unread.list.count) LIST_IS(o, "unread", unread.list, unread_is);
    open(o, "transactions", '[');
    text_add(text, text_str(&transactions));
    shut(o, ']');
    shut(o, '}');
    return NULL;
}
