/* Every file of ../shared/data/mt940 and ../shared/data/camt, against the JSON that others made of it. Where ours is another reading, the
 * difference stands in differences.tsv with its reason; a difference that is not listed fails, and so does a row nothing needs. */
#include "test.h"
#include "statement/statement.h"
#include <dirent.h>
#include <jansson.h>
#include <sys/stat.h>

enum { ROWS_MAX = 400, FILES_MAX = 400 };
struct difference { struct str file, path, theirs, ours; bool used; };
struct check {
    struct arena *arena;
    struct difference rows[ROWS_MAX];
    size_t row_count, failures, compared, files;
    const char *file;
};

static void differences_read(struct check *c)
{
    struct str rest = test_file(c->arena, "src/statement/differences.tsv");
    for (struct str line; rest.at;) {
        line = str_cut(rest, '\n', &rest);
        if (!line.length || line.at[0] == '#') continue;
        struct difference d;
        d.file = str_cut(line, '\t', &line);
        d.path = str_cut(line, '\t', &line);
        d.theirs = str_cut(line, '\t', &line);
        d.ours = str_cut(line, '\t', &line);
        d.used = false;
        expect(line.at && line.length > 10); /* a reason */
        expect(c->row_count < ROWS_MAX);
        c->rows[c->row_count++] = d;
    }
}

static bool fits(struct str pattern, struct str s) /* "*" at the end, or alone */
{
    if (pattern.length && pattern.at[pattern.length - 1] == '*')
        return s.length >= pattern.length - 1 && !memcmp(pattern.at, s.at, pattern.length - 1);
    return str_equal(pattern, s);
}

static bool explained(struct check *c, struct str path, struct str theirs, struct str ours)
{
    for (size_t i = 0; i < c->row_count; i++) {
        struct difference *d = &c->rows[i];
        if (!fits(d->file, str_of(c->file)) || !fits(d->path, path) || !fits(d->theirs, theirs) || !fits(d->ours, ours)) continue;
        return d->used = true;
    }
    return false;
}

/* Numbers in paths are left out, so that a row can speak of every line. */
static void compare(struct check *c, const char *path, struct str theirs, struct str ours)
{
    c->compared++;
    if (str_equal(theirs, ours) || explained(c, str_of(path), theirs, ours)) return;
    if (c->failures++ < 400) print_error("%s\t%s\t%.*s\t%.*s\n", c->file, path, STR_ARG(theirs), STR_ARG(ours));
}

static struct str json_text(struct check *c, const json_t *v)
{
    if (!v || json_is_null(v)) return STR("");
    if (json_is_string(v)) return str_copy(c->arena, json_string_value(v), json_string_length(v));
    if (json_is_boolean(v)) return json_is_true(v) ? STR("true") : STR("false");
    if (json_is_integer(v)) return str_from_int(c->arena, json_integer_value(v));
    if (json_is_real(v)) return str_format(c->arena, "%.2f", json_real_value(v));
    return STR("?");
}
static struct str at(struct check *c, const json_t *v, const char *key)
{
    return json_text(c, json_object_get(v, key));
}

static struct str packed(struct arena *arena, struct str s) /* without any white space */
{
    struct text t = text_new(arena);
    for (size_t i = 0; i < s.length; i++)
        if (!strchr(" \t\r\n", s.at[i])) text_add_char(&t, s.at[i]);
    return text_str(&t);
}

static struct str day(struct check *c, struct date d) { return d.ymd ? date_text(c->arena, d) : STR(""); }

/* "5,9", "5.90", "5": the same amount */
static struct str amount(struct check *c, struct str s, int digits)
{
    struct decimal d;
    int64_t minor;
    if (s.length && s.at[s.length - 1] == '.') s.length--;
    return decimal_parse(s, &d) && minor_from_decimal(d, digits, &minor) ? str_from_int(c->arena, minor) : s;
}

static struct str magnitude(struct check *c, int64_t minor)
{
    return str_from_int(c->arena, minor < 0 ? -minor : minor);
}

/* The :86: of a line, as it stands in raw, without line ends. */
static struct str information(struct check *c, const struct statement_line *l)
{
    ptrdiff_t from = str_find(l->raw, "\n:86:");
    struct str s = from < 0 ? STR("") : str_part(l->raw, (size_t)from + 5, l->raw.length);
    struct text t = text_new(c->arena);
    for (size_t i = 0; i < s.length; i++) {
        if (i + 5 <= s.length && !memcmp(s.at + i, "\n:86:", 5)) i += 4;
        else text_add_char(&t, s.at[i]);
    }
    return text_str(&t);
}

/* ---- svenstaro/mt940-rs: a list of messages ---- */

static const struct statement_balance *balance_of(const struct statement *s, enum balance_type type, size_t nth)
{
    for (size_t i = 0; i < s->balance_count; i++)
        if (s->balances[i].type == type && nth-- == 0) return &s->balances[i];
    return NULL;
}

static void rs_balance(struct check *c, const char *path, const json_t *v, const struct statement_balance *b)
{
    if (!v || json_is_null(v)) return compare(c, path, STR(""), b ? STR("there") : STR(""));
    if (!b) return compare(c, path, STR("there"), STR(""));
    if (json_object_get(v, "is_intermediate"))
        compare(c, path, at(c, v, "is_intermediate"), b->interim ? STR("true") : STR("false"));
    compare(c, path, at(c, v, "debit_credit_indicator"),
            b->amount_minor < 0 || (b->amount_minor == 0 && str_is(at(c, v, "debit_credit_indicator"), "Debit"))
                ? STR("Debit")
                : STR("Credit"));
    compare(c, path, at(c, v, "date"), day(c, b->on));
    compare(c, path, at(c, v, "iso_currency_code"), b->currency);
    compare(c, path, amount(c, at(c, v, "amount"), 2), magnitude(c, b->amount_minor));
}

/* They put a '.' for each character SWIFT does not know; ours are the bank's. */
static struct str sanitized_like(struct check *c, struct str ours, struct str theirs)
{
    struct str copy = str_keep(c->arena, ours);
    for (size_t i = 0; i < copy.length && i < theirs.length && copy.length == theirs.length; i++)
        if (theirs.at[i] == '.' && strchr("*&_;%<>@#!=\"|", copy.at[i])) ((char *)copy.at)[i] = '.';
    return copy;
}

static void rs_information(struct check *c, const json_t *v, const struct statement_line *l)
{
    const struct statement_payment *p = l->payment;
    if (!json_is_object(v)) {
        struct str theirs = packed(c->arena, json_text(c, v));
        return compare(c, "information", theirs, sanitized_like(c, packed(c->arena, information(c, l)), theirs));
    }
    compare(c, "german.code", at(c, v, "transaction_code"), p->code.proprietary);
    compare(c, "german.text", at(c, v, "posting_text"), p->info);
    compare(c, "german.bank", at(c, v, "applicant_bin"), p->counterparty ? p->counterparty->bic : STR(""));
    compare(c, "german.account", at(c, v, "applicant_iban"), p->counterparty ? p->counterparty->account : STR(""));
    compare(c, "german.name", at(c, v, "applicant_name"), p->counterparty ? p->counterparty->name : STR(""));
    struct str raw = packed(c->arena, information(c, l)), purpose = packed(c->arena, at(c, v, "purpose")); /* all of it is there, between ?20 ?21 … */
    size_t k = 0;
    for (size_t i = 0; i < raw.length && k < purpose.length; i++) {
        if (raw.at[i] == '?' && i + 2 < raw.length && raw.at[i + 1] >= '0' && raw.at[i + 1] <= '9' &&
            purpose.at[k] != '?')
            i += 2;
        else k += raw.at[i] == purpose.at[k];
    }
    compare(c, "german.purpose", purpose, k == purpose.length ? purpose : raw);
}

static void rs_line(struct check *c, const json_t *v, const struct statement_line *l)
{
    struct str sign = at(c, v, "ext_debit_credit_indicator"), code = l->code.proprietary;
    const json_t *type = json_object_get(v, "transaction_type_ident_code"), *own = json_object_get(type, "NonStandard");
    bool debit = (l->amount_minor < 0) != l->reversal;
    compare(c, "value_date", at(c, v, "value_date"), day(c, l->valued_on));
    compare(c, "entry_date", at(c, v, "entry_date"), day(c, l->booked_on));
    if (l->amount_minor)
        compare(c, "sign", sign,
                l->reversal ? (debit ? STR("ReverseDebit") : STR("ReverseCredit"))
                : debit     ? STR("Debit")
                            : STR("Credit"));
    compare(c, "amount", amount(c, at(c, v, "amount"), 2), magnitude(c, l->amount_minor));
    compare(c, "type", own ? json_text(c, own) : json_text(c, type), str_part(code, 1, 3));
    struct str reference = at(c, v, "customer_ref");
    if (l->reference.length || !str_is(reference, "NONREF")) compare(c, "customer_ref", str_trim(reference), l->reference);
    compare(c, "bank_ref", at(c, v, "bank_ref"), l->servicer_reference);
    compare(c, "supplementary", packed(c->arena, at(c, v, "supplementary_details")), packed(c->arena, l->additional));
    rs_information(c, json_object_get(v, "information_to_account_owner"), l);
}

static void rs_compare(struct check *c, const json_t *list, const struct statements *all)
{
    compare(c, "messages", str_from_int(c->arena, (int64_t)json_array_size(list)), str_from_int(c->arena, (int64_t)all->count));
    for (size_t i = 0; i < json_array_size(list) && i < all->count; i++) {
        const json_t *v = json_array_get(list, i), *lines = json_object_get(v, "statement_lines");
        const struct statement *s = &all->at[i];
        struct str sequence = at(c, v, "sequence_no"), number = at(c, v, "statement_no");
        compare(c, "transaction_ref_no", at(c, v, "transaction_ref_no"), s->message_id);
        compare(c, "ref_to_related_msg", at(c, v, "ref_to_related_msg"), s->related);
        compare(c, "account_id", at(c, v, "account_id"), s->account_raw);
        compare(c, "number",
                sequence.length ? str_format(c->arena, "%.*s/%.*s", STR_ARG(number), STR_ARG(sequence)) : number,
                s->id);
        rs_balance(c, "opening", json_object_get(v, "opening_balance"), balance_of(s, BALANCE_OPENING, 0));
        rs_balance(c, "closing", json_object_get(v, "closing_balance"), balance_of(s, BALANCE_CLOSING, 0));
        rs_balance(c, "available", json_object_get(v, "closing_available_balance"), balance_of(s, BALANCE_CLOSING_AVAILABLE, 0));
        rs_balance(c, "forward", json_object_get(v, "forward_available_balance"), balance_of(s, BALANCE_FORWARD_AVAILABLE, 0));
        struct str theirs = packed(c->arena, at(c, v, "information_to_account_owner"));
        compare(c, "information", theirs, sanitized_like(c, packed(c->arena, s->info), theirs));
        compare(c, "lines", str_from_int(c->arena, (int64_t)json_array_size(lines)),
                str_from_int(c->arena, s->line_count));
        for (size_t k = 0; k < json_array_size(lines) && (int64_t)k < s->line_count; k++)
            rs_line(c, json_array_get(lines, k), s->lines[k]);
    }
}

/* ---- my-flow/mt940: lists of fields ---- */

struct cursor { const struct statements *all; size_t statement; int64_t line, balance; const struct statement_line *last; };

static const struct statement_line *next_line(struct cursor *at_)
{
    while (at_->statement < at_->all->count && at_->line >= at_->all->at[at_->statement].line_count)
        at_->statement++, at_->line = at_->balance = 0;
    return at_->statement < at_->all->count ? at_->all->at[at_->statement].lines[at_->line++] : NULL;
}

static void flow_line(struct check *c, const json_t *v, const struct statement_line *l)
{
    struct str sign = at(c, v, "funds_code"), reference = at(c, v, "reference");
    if (!l) return compare(c, "line", STR("there"), STR(""));
    bool debit = (l->amount_minor < 0) != l->reversal;
    compare(c, "value_date", str_part(at(c, v, "value_date"), 0, 10), day(c, l->valued_on));
    compare(c, "entry_date", str_part(at(c, v, "entry_date"), 0, 10), day(c, l->booked_on));
    if (l->amount_minor)
        compare(c, "sign", sign,
                l->reversal ? (debit ? STR("return_debit") : STR("return_credit"))
                : debit     ? STR("debit")
                            : STR("credit"));
    compare(c, "amount", amount(c, at(c, v, "amount"), 2), magnitude(c, l->amount_minor));
    compare(c, "swift_code", at(c, v, "swift_code"), l->code.proprietary);
    if (l->reference.length || !str_is(reference, "NONREF")) compare(c, "reference", reference, l->reference);
    struct str parts[] = { l->servicer_reference, l->additional };
    struct str ours = l->servicer_reference.length && l->additional.length ? str_join(c->arena, parts, 2, "")
                      : l->servicer_reference.length                       ? parts[0]
                                                                           : parts[1];
    compare(c, "description", packed(c->arena, at(c, v, "transaction_description")), packed(c->arena, ours));
}

static void flow_text(struct check *c, const json_t *v, const struct cursor *cursor, const struct statement *s)
{
    const struct statement_line *l = cursor->last;
    struct str theirs = packed(c->arena, at(c, v, "content"));
    compare(c, "content", theirs, packed(c->arena, l ? information(c, l) : s->info));
    if (!l || !json_is_string(json_object_get(v, "account_number"))) return;
    const struct statement_party *p = l->payment->counterparty;
    compare(c, "account_number", at(c, v, "account_number"), p ? p->account : STR(""));
    compare(c, "bank_code", at(c, v, "bank_code"), p ? p->bic : STR(""));
    compare(c, "transaction_description", at(c, v, "transaction_description"), l->payment->info);
    struct text name = text_new(c->arena);
    for (size_t i = 0; i < json_array_size(json_object_get(v, "account_holder")); i++)
        text_add(&name, json_text(c, json_array_get(json_object_get(v, "account_holder"), i)));
    compare(c, "account_holder", packed(c->arena, text_str(&name)), p ? packed(c->arena, p->name) : STR(""));
}

static void flow_field(struct check *c, const json_t *v, struct cursor *cursor)
{
    const struct statement *s =
        &cursor->all->at[cursor->statement < cursor->all->count ? cursor->statement : cursor->all->count - 1];
    if (json_object_get(v, "swift_code")) flow_line(c, v, cursor->last = next_line(cursor));
    else if (json_object_get(v, "details")) flow_text(c, v, cursor, s);
    else if (json_object_get(v, "balance_type")) {
        if (cursor->balance >= (int64_t)s->balance_count && cursor->statement + 1 < cursor->all->count)
            s = &cursor->all->at[++cursor->statement], cursor->balance = cursor->line = 0;
        if (cursor->balance >= (int64_t)s->balance_count) return compare(c, "balance", STR("there"), STR(""));
        const struct statement_balance *b = &s->balances[cursor->balance++];
        compare(c, "balance", at(c, v, "sign"), b->amount_minor < 0 ? STR("debit") : STR("credit"));
        compare(c, "balance", at(c, v, "currency"), b->currency);
        compare(c, "balance", amount(c, at(c, v, "amount"), 2), magnitude(c, b->amount_minor));
        compare(c, "balance", str_part(at(c, v, "date"), 0, 10), day(c, b->on));
    } else if (json_object_get(v, "bank_code") || json_object_get(v, "account_number")) {
        compare(c, "account", at(c, v, "account_number"), s->account);
        compare(c, "bank", at(c, v, "bank_code"), s->servicer_bic.length ? s->servicer_bic : s->servicer_name);
        if (json_is_string(json_object_get(v, "account_currency")))
            compare(c, "currency", at(c, v, "account_currency"), s->currency);
    } else if (json_object_get(v, "sheet")) compare(c, "number", at(c, v, "content"), s->id);
    else if (json_object_get(v, "reference")) {
        struct str theirs = at(c, v, "reference");
        compare(c, "reference", theirs, str_equal(theirs, s->related) ? s->related : s->message_id);
    }
}

static void flow_compare(struct check *c, const json_t *groups, const struct statements *all)
{
    struct cursor cursor = { .all = all };
    compare(c, "groups", json_array_size(groups) ? STR("some") : STR(""), all->count ? STR("some") : STR(""));
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        if (i) { /* each group is a message */
            if (cursor.statement < i) cursor.statement = i, cursor.line = cursor.balance = 0;
        }
        cursor.last = NULL;
        for (size_t k = 0; k < json_array_size(group); k++) flow_field(c, json_array_get(group, k), &cursor);
    }
}

/* ---- webschik/mt940-js ---- */

static void js_balance(struct check *c, const json_t *v, const struct statement_balance *b)
{
    if (!b) return compare(c, "balance", STR("there"), STR(""));
    compare(c, "balance", at(c, v, "isCredit"), b->amount_minor < 0 ? STR("false") : STR("true"));
    compare(c, "balance", at(c, v, "date"), day(c, b->on));
    compare(c, "balance", at(c, v, "currency"), b->currency);
    compare(c, "balance", amount(c, at(c, v, "value"), 2), magnitude(c, b->amount_minor));
}

static void js_compare(struct check *c, const json_t *list, const struct statements *all)
{
    compare(c, "messages", str_from_int(c->arena, (int64_t)json_array_size(list)), str_from_int(c->arena, (int64_t)all->count));
    for (size_t i = 0; i < json_array_size(list) && i < all->count; i++) {
        const json_t *v = json_array_get(list, i), *lines = json_object_get(v, "transactions");
        const struct statement *s = &all->at[i];
        compare(c, "referenceNumber", at(c, v, "referenceNumber"), s->message_id);
        compare(c, "accountId", at(c, v, "accountId"), s->account_raw);
        compare(c, "number", at(c, v, "number"), str_from_int(c->arena, s->number));
        js_balance(c, json_object_get(v, "openingBalance"), s->opening);
        js_balance(c, json_object_get(v, "closingBalance"), s->closing);
        compare(c, "lines", str_from_int(c->arena, (int64_t)json_array_size(lines)), str_from_int(c->arena, s->line_count));
        for (size_t k = 0; k < json_array_size(lines) && (int64_t)k < s->line_count; k++) {
            const json_t *t = json_array_get(lines, k);
            const struct statement_line *l = s->lines[k];
            compare(c, "code", at(c, t, "code"), l->code.proprietary);
            compare(c, "isCredit", at(c, t, "isCredit"), l->amount_minor < 0 ? STR("false") : STR("true"));
            compare(c, "amount", amount(c, at(c, t, "amount"), 2), magnitude(c, l->amount_minor));
            compare(c, "valueDate", at(c, t, "valueDate"), day(c, l->valued_on));
            compare(c, "entryDate", at(c, t, "entryDate"), day(c, l->booked_on));
            compare(c, "description", packed(c->arena, at(c, t, "description")), packed(c->arena, information(c, l)));
        }
    }
}

/* ---- genkgo/camt ---- */

static struct str money_of(struct check *c, const json_t *v)
{
    if (!json_is_object(v)) return STR("");
    return str_format(c->arena, "%s %s", json_string_value(json_object_get(v, "getAmount")),
                      json_string_value(json_object_get(json_object_get(v, "getCurrency"), "getCode")));
}
static struct str ours_money(struct check *c, int64_t minor, struct str currency)
{
    return currency.length ? str_format(c->arena, "%lld %.*s", (long long)minor, STR_ARG(currency)) : STR("");
}
static struct str moment_of(struct check *c, const json_t *v) { return json_is_object(v) ? at(c, v, "0") : STR(""); }
static struct str ours_moment(struct check *c, struct instant t)
{
    char text[28];
    if (!t.us) return STR("");
    instant_format(t, text);
    return str_format(c->arena, "%.19s+00:00", text);
}
static struct str ours_day(struct check *c, struct date d, struct instant t)
{
    return t.us    ? ours_moment(c, t)
           : d.ymd ? str_format(c->arena, "%.*sT00:00:00+00:00", STR_ARG(date_text(c->arena, d)))
                   : STR("");
}

static void camt_code(struct check *c, const json_t *v, const struct statement_code *code)
{
    const json_t *domain = json_object_get(v, "getDomain"), *family = json_object_get(domain, "getFamily"),
                 *own = json_object_get(v, "getProprietary");
    compare(c, "domain", at(c, domain, "getCode"), code->domain);
    compare(c, "family", at(c, family, "getCode"), code->family);
    compare(c, "subfamily", at(c, family, "getSubFamilyCode"), code->subfamily);
    compare(c, "proprietary", at(c, own, "getCode"), code->proprietary);
    compare(c, "issuer", at(c, own, "getIssuer"), code->issuer);
}

static void camt_charges(struct check *c, const json_t *v, const struct statement_charge *list, size_t count)
{
    const json_t *records = json_object_get(v, "getRecords");
    if (!json_is_object(v)) return compare(c, "charges", STR("0"), str_from_int(c->arena, (int64_t)count));
    compare(c, "charges", str_from_int(c->arena, (int64_t)json_array_size(records)), str_from_int(c->arena, (int64_t)count));
    int64_t total = 0;
    for (size_t i = 0; i < json_array_size(records) && i < count; i++) {
        const json_t *r = json_array_get(records, i);
        if (!json_is_object(r)) r = json_object_get(v, "getRecord"); /* shown before: it is the first */
        total += list[i].amount_minor;
        compare(c, "charge", money_of(c, json_object_get(r, "getAmount")), ours_money(c, list[i].amount_minor, list[i].currency));
        compare(c, "charge.type", at(c, r, "getIdentification"), list[i].type);
        compare(c, "charge.included", at(c, r, "getChargesIncludedIndicator"), list[i].included ? STR("true") : STR("false"));
    }
    if (count && json_is_object(json_object_get(v, "getTotalChargesAndTaxAmount")))
        compare(c, "charge.total", money_of(c, json_object_get(v, "getTotalChargesAndTaxAmount")),
                ours_money(c, -total, list[0].currency));
}

static struct str id_of(const struct statement_party *p, const char *scheme, bool other)
{
    static const char *const simple[] = { "BIC",       "BEI",          "IBEI",          "EANGLN", "BIRTHDATE",
                                          "BIRTHCITY", "BIRTHCOUNTRY", "BIRTHPROVINCE", "DUNS",   "TAX" };
    for (size_t i = 0; i < p->id_count; i++) {
        bool is_simple = false;
        for (size_t k = 0; k < ARRAY_LENGTH(simple); k++) is_simple |= str_is(p->ids[i].scheme, simple[k]);
        if (other ? !is_simple : str_is(p->ids[i].scheme, scheme)) return p->ids[i].id;
    }
    return STR("");
}

static void camt_party(struct check *c, const json_t *v, const struct statement_party *p)
{
    static const struct statement_party nobody;
    static const struct statement_address nowhere;
    if (!p) p = &nobody;
    const json_t *address = json_object_get(v, "getAddress"), *id = json_object_get(v, "getIdentification");
    const struct statement_address *a = p->address ? p->address : &nowhere;
    compare(c, "party.name", at(c, v, "getName"), p->name);
    compare(c, "party.street", at(c, address, "getStreetName"), a->street);
    compare(c, "party.building", at(c, address, "getBuildingNumber"), a->number);
    compare(c, "party.post_code", at(c, address, "getPostCode"), a->post_code);
    compare(c, "party.town", at(c, address, "getTownName"), a->town);
    compare(c, "party.country", at(c, address, "getCountry"), a->country);
    const json_t *lines = json_object_get(address, "getAddressLines");
    compare(c, "party.lines", str_from_int(c->arena, (int64_t)json_array_size(lines)),
            str_from_int(c->arena, (int64_t)a->line_count));
    for (size_t i = 0; i < json_array_size(lines) && i < a->line_count; i++)
        compare(c, "party.line", json_text(c, json_array_get(lines, i)), a->lines[i]);
    compare(c, "party.bic", at(c, id, "getBic"), id_of(p, "BIC", false));
    compare(c, "party.id", at(c, id, "getOtherId"), id_of(p, "", true));
    compare(c, "party.birth", at(c, id, "getCityOfBirth"), id_of(p, "BIRTHCITY", false));
}

static const struct statement_party *party_named(const struct statement_payment *p, struct str class, bool agent)
{
    if (str_ends(class, "UltimateDebtor")) return p->ultimate_debtor;
    if (str_ends(class, "UltimateCreditor")) return p->ultimate_creditor;
    if (str_ends(class, agent ? "DebtorAgent" : "Debtor")) return p->debtor;
    return p->creditor;
}

static void camt_related(struct check *c, const json_t *v, const struct statement_payment *p)
{
    const json_t *related = json_object_get(v, "getRelatedParties"), *agents = json_object_get(v, "getRelatedAgents");
    for (size_t i = 0; i < json_array_size(related); i++) {
        const json_t *one = json_array_get(related, i), *type, *account;
        if (!json_is_object(one)) one = json_object_get(v, "getRelatedParty"); /* shown before: it is the first */
        if (!json_is_object(one)) continue;
        type = json_object_get(one, "getRelatedPartyType"), account = json_object_get(one, "getAccount");
        const struct statement_party *party = party_named(p, at(c, type, "__CLASS__"), false);
        camt_party(c, type, party);
        compare(c, "party.account", at(c, account, "getIdentification"), party ? party->account : STR(""));
        if (json_is_string(json_object_get(account, "getName")))
            compare(c, "party.account_name", at(c, account, "getName"), party ? party->account_name : STR(""));
    }
    for (size_t i = 0; i < json_array_size(agents); i++) {
        const json_t *one = json_array_get(agents, i);
        if (!json_is_object(one)) one = json_object_get(v, "getRelatedAgent");
        if (!json_is_object(one)) continue;
        const json_t *type = json_object_get(one, "getRelatedAgentType");
        const struct statement_party *party = party_named(p, at(c, type, "__CLASS__"), true);
        compare(c, "agent.bic", at(c, type, "getBIC"), party ? party->bic : STR(""));
        compare(c, "agent.name", at(c, type, "getName"), party ? party->agent_name : STR(""));
    }
}

static void camt_remittance(struct check *c, const json_t *v, const struct statement_payment *p)
{
    const json_t *free_ = json_object_get(v, "getUnstructuredBlocks"),
                 *blocks = json_object_get(v, "getStructuredBlocks");
    if (!json_is_object(v))
        return compare(c, "remittance", STR(""), p->remittance.length ? p->remittance : p->reference);
    compare(c, "remittance.free", str_from_int(c->arena, (int64_t)json_array_size(free_)),
            str_from_int(c->arena, (int64_t)p->remittance_part_count));
    for (size_t i = 0; i < json_array_size(free_) && i < p->remittance_part_count; i++) {
        const json_t *one = json_array_get(free_, i);
        if (json_is_object(one)) compare(c, "remittance.text", at(c, one, "getMessage"), p->remittance_parts[i]);
    }
    size_t k = 0;
    for (size_t i = 0; i < json_array_size(blocks); i++) {
        const json_t *one = json_array_get(blocks, i),
                     *reference = json_object_get(one, "getCreditorReferenceInformation");
        if (!json_is_object(one))
            one = json_object_get(v, "getStructuredBlock"),
            reference = json_object_get(one, "getCreditorReferenceInformation");
        if (json_is_string(reference))
            reference = json_object_get(v, "getCreditorReferenceInformation"); /* shown before */
        if (json_is_object(reference))
            compare(c, "remittance.reference", at(c, reference, "getRef"),
                    k < p->structured_count ? p->structured[k++] : STR(""));
        if (json_is_string(json_object_get(one, "getAdditionalRemittanceInformation")))
            compare(c, "remittance.additional", at(c, one, "getAdditionalRemittanceInformation"),
                    k < p->structured_count ? p->structured[k++] : STR(""));
    }
}

static void camt_detail(struct check *c, const json_t *v, const struct statement_payment *p)
{
    const json_t *refs = json_object_get(v, "getReference");
    const struct { const char *key; struct str ours; } all[] = {
        { "getEndToEndId", p->end_to_end_id }, { "getInstructionId", p->instruction_id }, { "getMandateId", p->mandate_id },
        { "getPaymentInformationId", p->batch_id }, { "getTransactionId", p->transaction_id }, { "getMessageId", p->message_id },
        { "getUuidEndToEndReference", p->uetr }, { "getAccountServicerReference", p->servicer_reference },
        { "getChequeNumber", p->cheque_number }, { "getClearingSystemReference", p->clearing_reference },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) compare(c, all[i].key, at(c, refs, all[i].key), all[i].ours);
    const json_t *own = json_object_get(refs, "getProprietaries");
    for (size_t i = 0; i < json_array_size(own); i++) {
        compare(c, "reference.type", at(c, json_array_get(own, i), "getType"),
                i < p->reference_count ? p->references[i].scheme : STR(""));
        compare(c, "reference.id", at(c, json_array_get(own, i), "getReference"),
                i < p->reference_count ? p->references[i].id : STR(""));
    }
    const json_t *money = json_object_get(v, "getAmount"), *part = json_object_get(v, "getAmountDetails");
    compare(c, "detail.amount", money_of(c, json_is_object(money) ? money : part),
            ours_money(c, p->amount_minor, p->currency));
    if (json_is_object(json_object_get(v, "getBankTransactionCode")))
        camt_code(c, json_object_get(v, "getBankTransactionCode"), &p->code);
    camt_charges(c, json_object_get(v, "getCharges"), p->charges, p->charge_count);
    camt_related(c, v, p);
    camt_remittance(c, json_object_get(v, "getRemittanceInformation"), p);
    compare(c, "detail.info", at(c, v, "getAdditionalTransactionInformation"), p->info);
}

static void camt_entry(struct check *c, const json_t *v, const struct statement_line *l)
{
    static const char *const statuses[] = { "", "BOOK", "PDNG", "INFO" };
    compare(c, "entry.amount", money_of(c, json_object_get(v, "getAmount")),
            ours_money(c, l->amount_minor, l->currency));
    compare(c, "entry.sign", at(c, v, "getCreditDebitIndicator"),
            l->amount_minor < 0   ? STR("DBIT")
            : l->amount_minor > 0 ? STR("CRDT")
                                  : at(c, v, "getCreditDebitIndicator"));
    compare(c, "entry.reversal", at(c, v, "getReversalIndicator"), l->reversal ? STR("true") : STR("false"));
    compare(c, "entry.status", at(c, v, "getStatus"), str_of(statuses[l->status]));
    compare(c, "entry.booked", moment_of(c, json_object_get(v, "getBookingDate")),
            ours_day(c, l->booked_on, l->booked_at));
    compare(c, "entry.valued", moment_of(c, json_object_get(v, "getValueDate")),
            ours_day(c, l->valued_on, (struct instant){ 0 }));
    compare(c, "entry.reference", at(c, v, "getReference"), l->reference);
    compare(c, "entry.servicer", at(c, v, "getAccountServicerReference"), l->servicer_reference);
    compare(c, "entry.info", at(c, v, "getAdditionalInfo"), l->additional);
    compare(c, "entry.batch", at(c, v, "getBatchPaymentId"), l->batch_id);
    camt_code(c, json_object_get(v, "getBankTransactionCode"), &l->code);
    camt_charges(c, json_object_get(v, "getCharges"), l->charges, l->charge_count);
    const json_t *details = json_object_get(v, "getTransactionDetails");
    compare(c, "details", str_from_int(c->arena, (int64_t)json_array_size(details)),
            str_from_int(c->arena, (int64_t)l->detail_count));
    for (size_t i = 0; i < json_array_size(details) && i < l->detail_count; i++) {
        const json_t *one = json_array_get(details, i);
        camt_detail(c, json_is_object(one) ? one : json_object_get(v, "getTransactionDetail"), &l->details[i]);
    }
}

static struct str camt_balance_word(const struct statement_balance *b)
{
    static const char *const words[] = {
        "",        "opening", "closing", "opening_available", "closing_available", "forward_available",
        "interim", "interim", "other"
    };
    if (str_is(b->code, "ITAV")) return STR("interim_available");
    if (b->type == BALANCE_OTHER)
        return str_is(b->code, "INFO")   ? STR("information")
               : str_is(b->code, "XPCD") ? STR("expected_credit")
                                         : b->code;
    return str_of(b->interim && b->type <= BALANCE_CLOSING ? "interim" : words[b->type]);
}

static void camt_record(struct check *c, const json_t *v, const struct statement *s)
{
    const json_t *balances = json_object_get(v, "getBalances"), *account = json_object_get(v, "getAccount");
    compare(c, "id", at(c, v, "getId"), s->id);
    compare(c, "number", at(c, v, "getElectronicSequenceNumber"),
            s->number < 0 ? STR("") : str_from_int(c->arena, s->number));
    compare(c, "legal_number", at(c, v, "getLegalSequenceNumber"),
            s->legal_number < 0 ? STR("") : str_from_int(c->arena, s->legal_number));
    compare(c, "created", moment_of(c, json_object_get(v, "getCreatedOn")), ours_moment(c, s->created_at));
    compare(c, "from", moment_of(c, json_object_get(v, "getFromDate")), ours_moment(c, s->from_at));
    compare(c, "to", moment_of(c, json_object_get(v, "getToDate")), ours_moment(c, s->to_at));
    compare(c, "copy", at(c, v, "getCopyDuplicateIndicator"), s->copy);
    compare(c, "info", at(c, v, "getAdditionalInformation"), s->info);
    compare(c, "account", at(c, account, "getIdentification"), s->account);
    if (json_is_string(json_object_get(account, "getName")))
        compare(c, "account.name", at(c, account, "getName"), s->account_name);
    compare(c, "page", at(c, json_object_get(v, "getPagination"), "getPageNumber"),
            s->page < 0 ? STR("") : str_from_int(c->arena, s->page));
    compare(c, "balances", str_from_int(c->arena, (int64_t)json_array_size(balances)),
            str_from_int(c->arena, (int64_t)s->balance_count));
    for (size_t i = 0; i < json_array_size(balances) && i < s->balance_count; i++) {
        const json_t *b = json_array_get(balances, i);
        compare(c, "balance.type", at(c, b, "getType"), camt_balance_word(&s->balances[i]));
        compare(c, "balance.amount", money_of(c, json_object_get(b, "getAmount")),
                ours_money(c, s->balances[i].amount_minor, s->balances[i].currency));
        compare(c, "balance.on", str_part(moment_of(c, json_object_get(b, "getDate")), 0, 10),
                day(c, s->balances[i].on));
    }
}

/* An entry knows its record; what was shown before is only "__RECURSIVITY__". */
static void camt_compare(struct check *c, const json_t *v, const struct statements *all)
{
    const json_t *header = json_object_get(v, "getGroupHeader"), *entries = json_object_get(v, "getEntries"),
                 *records = json_object_get(v, "getRecords");
    const struct statement *first = &all->at[0];
    compare(c, "message", at(c, header, "getMessageId"), first->message_id);
    compare(c, "message.created", moment_of(c, json_object_get(header, "getCreatedOn")),
            ours_moment(c, first->message_created_at));
    compare(c, "message.info", at(c, header, "getAdditionalInformation"), first->message_info);
    compare(c, "message.page", at(c, json_object_get(header, "getPagination"), "getPageNumber"),
            first->message_page < 0 ? STR("") : str_from_int(c->arena, first->message_page));
    const json_t *recipient = json_object_get(header, "getMessageRecipient");
    compare(c, "recipient", json_is_object(recipient) ? STR("there") : STR(""),
            first->recipient ? STR("there") : STR(""));
    if (json_is_object(recipient))
        camt_party(c, recipient, first->recipient),
            compare(c, "recipient.residence", at(c, recipient, "getCountryOfResidence"), first->recipient->residence);
    compare(c, "records", str_from_int(c->arena, (int64_t)json_array_size(records)),
            str_from_int(c->arena, (int64_t)all->count));
    size_t statement = 0;
    int64_t line = 0;
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *one = json_array_get(entries, i), *record = json_object_get(one, "getRecord");
        struct str id = at(c, record, "getId"); /* of a file with two statements they show the last one's entries only */
        for (size_t k = 0; k < all->count; k++)
            if (id.length && k != statement && str_equal(all->at[k].id, id)) statement = k, line = 0;
        while (statement < all->count && line >= all->at[statement].line_count) statement++, line = 0;
        if (statement == all->count) return compare(c, "entry", STR("there"), STR(""));
        if (!json_is_object(one)) { line++; continue; }
        if (json_is_object(record)) camt_record(c, record, &all->at[statement]);
        camt_entry(c, one, all->at[statement].lines[line++]);
    }
    for (size_t i = 0; i < json_array_size(records) && i < all->count; i++)
        if (json_is_object(json_array_get(records, i))) camt_record(c, json_array_get(records, i), &all->at[i]);
}

/* ---- Files ---- */

static size_t files_under(struct arena *arena, const char *folder, const char *ending, struct str *out, size_t count)
{
    DIR *d = opendir(folder);
    if (!d) return count;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        struct stat st;
        if (e->d_name[0] == '.') continue;
        struct str path = str_format(arena, "%s/%s", folder, e->d_name);
        if (stat(path.at, &st)) continue;
        if (S_ISDIR(st.st_mode)) count = files_under(arena, path.at, ending, out, count);
        else if (str_ends(path, ending) && count < FILES_MAX) out[count++] = path;
    }
    closedir(d);
    return count;
}

/* Three of the files have a comma before a closing bracket. */
static json_t *json_lenient(struct arena *arena, struct str s)
{
    struct text t = text_new(arena);
    json_error_t error;
    bool quoted = false;
    for (size_t i = 0; i < s.length; i++) {
        size_t k = i + 1;
        quoted ^= s.at[i] == '"' && (i == 0 || s.at[i - 1] != '\\');
        while (k < s.length && strchr(" \t\r\n", s.at[k])) k++;
        if (!quoted && s.at[i] == ',' && k < s.length && (s.at[k] == ']' || s.at[k] == '}')) continue;
        text_add_char(&t, s.at[i]);
    }
    return json_loadb(text_str(&t).at, t.length, 0, &error);
}

static json_t *json_beside(struct check *c, struct str path)
{
    ptrdiff_t dot = (ptrdiff_t)path.length - 1;
    while (path.at[dot] != '.') dot--;
    struct str name = str_format(c->arena, "%.*s.json", (int)dot, path.at);
    FILE *f = fopen(name.at, "rb");
    if (!f) return NULL;
    fclose(f);
    json_t *v = json_lenient(c->arena, test_file(c->arena, name.at));
    if (!v) compare(c, "json", STR("readable"), STR("not JSON"));
    return v;
}

static void finish(struct check *c, size_t files_least)
{
    expect_int(0, c->failures);
    expect(c->files >= files_least && c->compared > 500);
}

static void unused_rows(struct check *c, const char *start)
{
    for (size_t i = 0; i < c->row_count; i++)
        if (str_starts(c->rows[i].file, start) && !c->rows[i].used)
            fail_msg("differences.tsv: nothing needs %.*s %.*s", STR_ARG(c->rows[i].file), STR_ARG(c->rows[i].path));
}

static struct check *check_new(struct arena *arena)
{
    struct check *c = ARENA_NEW(arena, struct check);
    c->arena = arena;
    differences_read(c);
    return c;
}

static void mt940_file(struct check *c, struct str path, size_t prefix)
{
    struct statements all;
    c->file = path.at + prefix;
    json_t *json = json_beside(c, path);
    struct fault *fault = statement_read(c->arena, test_file(c->arena, path.at), &all);
    c->files++;
    if (fault) compare(c, "refused", STR("read"), str_of(fault->type->code));
    else if (json && str_starts(str_of(c->file), "svenstaro")) rs_compare(c, json, &all);
    else if (json && str_starts(str_of(c->file), "myflow")) flow_compare(c, json, &all);
    else if (json) js_compare(c, json, &all);
    for (size_t i = 0; i < all.count; i++) /* without JSON: at least the proof is what the file says */
        if (all.at[i].proof == PROOF_BROKEN) compare(c, "proof", STR("done"), STR("broken"));
    json_decref(json);
}

TEST(statement_shared_mt940)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct check *c = check_new(arena);
    struct str *paths = ARENA_ARRAY(arena, struct str, FILES_MAX), folder = str_format(arena, "%s/data/mt940", shared);
    size_t count = files_under(arena, folder.at, ".sta", paths, 0);
    count = files_under(arena, folder.at, ".STA", paths, count);
    for (size_t i = 0; i < count; i++) mt940_file(c, paths[i], folder.length + 1);
    finish(c, 70);
    unused_rows(c, "svenstaro");
    unused_rows(c, "myflow");
    unused_rows(c, "webschik");
}

TEST(statement_shared_camt)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct check *c = check_new(arena);
    struct str *paths = ARENA_ARRAY(arena, struct str, FILES_MAX), folder = str_format(arena, "%s/data/camt/test/data", shared);
    size_t count = files_under(arena, folder.at, ".xml", paths, 0);
    for (size_t i = 0; i < count; i++) {
        struct statements all;
        struct str path = paths[i];
        c->file = path.at + folder.length + 1;
        json_t *json = json_beside(c, path);
        struct fault *fault = statement_read(arena, test_file(arena, path.at), &all);
        c->files++;
        if (fault) compare(c, "refused", STR("read"), str_of(fault->type->code));
        else if (json) camt_compare(c, json, &all);
        json_decref(json);
    }
    finish(c, 25);
    unused_rows(c, "camt");
}
