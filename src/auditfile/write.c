#include "auditfile/auditfile_private.h"

const struct fault_type xaf_missing = { FAULT_INVALID, "xaf.missing", "The audit file needs this and it is empty." };
const struct fault_type xaf_id_too_long = {
    FAULT_INVALID, "xaf.id_too_long",
    "\"{text}\" is longer than the {limit} characters that the audit file has for it; others refer to it, so it can't be cut."
};
const struct fault_type xaf_used_twice = { FAULT_INVALID, "xaf.used_twice",
                                           "\"{text}\" is used twice; in the audit file it must be unique." };
const struct fault_type xaf_unknown = { FAULT_INVALID, "xaf.unknown",
                                        "\"{text}\" is named here but is not in the master data of the audit file." };
const struct fault_type xaf_value_wrong = { FAULT_INVALID, "xaf.value_wrong",
                                            "\"{text}\" is not a value that the audit file takes here." };
const struct fault_type xaf_order_wrong = { FAULT_INVALID, "xaf.order_wrong",
                                            "Transactions must come in the order of their journals." };
const struct fault_type xaf_totals_wrong = { FAULT_INVALID, "xaf.totals_wrong",
                                             "The totals say {declared} and the lines give {counted}." };
const struct fault_type xaf_text_wrong = { FAULT_INVALID, "xaf.text_wrong", "This text is not well-formed UTF-8." };
const struct fault_type xaf_currency_digits = {
    FAULT_INVALID, "xaf.currency_digits", "Books in {currency} don't fit the audit file: it has two digits behind the point."
};

enum { FAULTS_MAX = 200, FLUSH_BYTES = 64 * 1024 };

struct ids { struct str *at; size_t count; };
struct out {
    struct arena *arena, *paper, *scratch; /* the caller's; of the text being written; of values, emptied after each transaction */
    enum xaf_version version;
    const struct xaf_books *books;
    const struct xaf_sink *sink;
    struct xaf_clips *clips;
    struct xml_writer xml;
    struct fault *first, *last, *stop; /* stop: the sink's or the source's own */
    size_t faults;
    int digits;
    char where[96]; /* "transactions[3].lines[1]." */
    struct ids accounts, parties, vat_codes, journals;
    bool writing;
};

/* ---- Faults and clips ---- */

static void add(struct out *o, const struct fault_type *type, const char *field, struct str text, struct param second)
{
    if (o->faults++ >= FAULTS_MAX) return;
    struct str shown = str_is_utf8(text) ? str_utf8_clip(text, 60) : STR("?");
    struct fault *f = FAULT(o->arena, type, NULL, PARAM("text", shown), second);
    f->field = str_format(o->arena, "%s%s", o->where, field);
    if (o->last) o->last->next = f;
    else o->first = f;
    o->last = f;
}
#define NO_PARAM PARAM("", ((struct str){ 0 }))

/* "parties[12].name" and "parties[3].name" are one row: "parties[].name". */
static bool same_field(struct str kept, const char *where, const char *field)
{
    size_t k = 0;
    const char *parts[] = { where, field };
    for (int part = 0; part < 2; part++)
        for (const char *z = parts[part]; *z; z++) {
            while (k && kept.at[k - 1] == '[' && k < kept.length && kept.at[k] >= '0' && kept.at[k] <= '9') k++;
            if (z != parts[part] && z[-1] == '[')
                while (*z >= '0' && *z <= '9') z++;
            if (k >= kept.length || kept.at[k++] != *z) return false;
        }
    return k == kept.length;
}

static void clip(struct out *o, const char *field, size_t limit)
{
    if (!o->clips || !o->writing) return;
    for (size_t i = 0; i < o->clips->list.count; i++) {
        struct xaf_clip *c = &o->clips->list.at[i];
        if (c->limit != limit || !same_field(c->field, o->where, field)) continue;
        c->times++;
        return;
    }
    *LIST_ADD(o->arena, &o->clips->list) = (struct xaf_clip){ str_format(o->arena, "%s%s", o->where, field), limit, 1 };
}

/* ---- One field ---- */

/* Whether anything is left of a text when white space and what XML cannot hold are taken away. */
static bool says(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if ((unsigned char)s.at[i] > ' ') return true;
    return false;
}

static void leaf(struct out *o, const struct row *r, struct str text)
{
    if (o->writing && !o->faults) xml_leaf(&o->xml, r->element[o->version], text);
}

static void put_text(struct out *o, const struct row *r, struct str s)
{
    size_t limit = r->limit[o->version] ? r->limit[o->version] : XAF_TEXT_MAX;
    s = str_trim(s);
    if (!says(s)) {
        if (r->needed) add(o, &xaf_missing, r->field, s, NO_PARAM);
        return;
    }
    if (!str_is_utf8(s)) return add(o, &xaf_text_wrong, r->field, s, NO_PARAM);
    struct str cut = s.length > limit ? str_utf8_clip(s, limit) : s;
    if (cut.length < s.length && r->kind == ROW_ID)
        return add(o, &xaf_id_too_long, r->field, s, PARAM_INT(o->arena, "limit", (int64_t)limit));
    if (cut.length < s.length) clip(o, r->field, limit);
    leaf(o, r, cut);
}

static void put_day(struct out *o, const struct row *r, struct date day)
{
    struct date again;
    if (!day.ymd) {
        if (r->needed) add(o, &xaf_missing, r->field, (struct str){ 0 }, NO_PARAM);
        return;
    }
    if (!date_make(date_year(day), date_month(day), date_day(day), &again))
        return add(o, &xaf_value_wrong, r->field, str_from_int(o->scratch, day.ymd), NO_PARAM);
    leaf(o, r, date_text(o->scratch, day));
}

static void put_amount(struct out *o, const struct row *r, const struct xaf_amount *a, int digits)
{
    if (!a->present) {
        if (r->needed) add(o, &xaf_missing, r->field, (struct str){ 0 }, NO_PARAM);
        return;
    }
    if (r->kind == ROW_SIGN) return leaf(o, r, a->minor < 0 ? STR("C") : STR("D"));
    if (a->minor == INT64_MIN) return add(o, &xaf_value_wrong, r->field, STR("-92233720368547758.08"), NO_PARAM);
    struct decimal d = minor_to_decimal(a->minor < 0 ? -a->minor : a->minor, digits), rounded = d;
    if (digits > 2 && !decimal_round(d, 2, &rounded)) return add(o, &xaf_value_wrong, r->field, (struct str){ 0 }, NO_PARAM);
    if (decimal_compare(d, rounded)) clip(o, r->field, 2);
    leaf(o, r, decimal_format(o->scratch, rounded));
}

static void put_number(struct out *o, const struct row *r, int64_t n)
{
    struct str text = str_from_int(o->scratch, n);
    if (n < 0 || text.length > r->limit[o->version]) return add(o, &xaf_value_wrong, r->field, text, NO_PARAM);
    leaf(o, r, text);
}

static void put_code(struct out *o, const struct row *r, struct str code, bool known)
{
    if (!code.length && r->needed) return add(o, &xaf_missing, r->field, code, NO_PARAM);
    if (!code.length) return;
    if (!known && r->needed) return add(o, &xaf_value_wrong, r->field, code, NO_PARAM);
    if (known) leaf(o, r, code);
    else clip(o, r->field, 0);
}

static void put_percent(struct out *o, const struct row *r, struct decimal percent)
{
    struct decimal three = { 0 };
    if (!percent.present) return add(o, &xaf_missing, r->field, (struct str){ 0 }, NO_PARAM);
    bool fits = percent.units >= 0 && decimal_round(percent, 3, &three) && three.units < 100000000;
    if (!fits) return add(o, &xaf_value_wrong, r->field, decimal_format(o->scratch, percent), NO_PARAM);
    if (decimal_compare(percent, three)) clip(o, r->field, 3);
    leaf(o, r, decimal_format(o->scratch, decimal_short(three)));
}

static bool is_said(const struct row *r, const void *at)
{
    switch (r->kind) {
    case ROW_TEXT:
    case ROW_ID:
    case ROW_COUNTRY:
    case ROW_CURRENCY: return ((const struct str *)at)->length > 0;
    case ROW_DAY: return ((const struct date *)at)->ymd != 0;
    case ROW_CODE: return *(const char *)at != 0;
    case ROW_AMOUNT:
    case ROW_QUANTITY:
    case ROW_FOREIGN: return ((const struct xaf_amount *)at)->present;
    case ROW_NUMBER:
    case ROW_PERCENT:
    case ROW_SIGN: break;
    }
    return false;
}

static void put_row(struct out *o, const struct row *r, const void *base)
{
    const void *at = (const char *)base + r->at;
    if (!r->element[o->version]) {
        if (is_said(r, at)) clip(o, r->field, 0);
        return;
    }
    switch (r->kind) {
    case ROW_TEXT:
    case ROW_ID: return put_text(o, r, *(const struct str *)at);
    case ROW_DAY: return put_day(o, r, *(const struct date *)at);
    case ROW_NUMBER: return put_number(o, r, *(const int64_t *)at);
    case ROW_AMOUNT:
    case ROW_SIGN: return put_amount(o, r, at, o->digits);
    case ROW_QUANTITY:
        if (((const struct xaf_amount *)at)->present) put_number(o, r, ((const struct xaf_amount *)at)->minor);
        return;
    case ROW_FOREIGN: {
        const struct xaf_line *line = base;
        int digits = currency_digits(line->currency);
        return put_amount(o, r, at, digits < 0 ? 2 : digits);
    }
    case ROW_CODE: {
        struct str code = { at, *(const char *)at ? 1 : 0 };
        return put_code(o, r, code, code.length && strchr(r->codes[o->version], code.at[0]));
    }
    case ROW_COUNTRY: return put_code(o, r, *(const struct str *)at, xaf_country_is_known(o->version, *(const struct str *)at));
    case ROW_CURRENCY: return put_code(o, r, *(const struct str *)at, xaf_currency_is_known(o->version, *(const struct str *)at));
    case ROW_PERCENT: return put_percent(o, r, *(const struct decimal *)at);
    }
}

static void put_rows(struct out *o, enum container c, const void *base)
{
    struct rows rows = xaf_rows(c);
    for (size_t i = 0; i < rows.count; i++) put_row(o, &rows.at[i], base);
}

/* ---- Containers; each is left out when it would be empty ---- */

static bool live(const struct out *o) { return o->writing && !o->faults && !o->stop; }

static void open(struct out *o, const char *element)
{
    if (live(o)) xml_open(&o->xml, element);
}
static void close(struct out *o)
{
    if (live(o)) xml_close(&o->xml);
}

static void flush(struct out *o, size_t least)
{
    struct text *t = &o->xml.text;
    if (!live(o) || t->length < least || o->xml.tag_open) return;
    text_add_char(t, '\n');
    o->stop = o->sink->take(o->sink->context, text_str(t));
    t->length = 0;
}

static bool address_is_empty(const struct xaf_address *a, enum xaf_version version)
{
    const struct str parts[] = { a->street, a->number, a->extension, a->city, a->post_code, a->property, a->region };
    for (size_t i = 0; i < (version == XAF_32 ? 7 : 5); i++)
        if (says(parts[i])) return false;
    return !xaf_country_is_known(version, a->country);
}

static void put_addresses(struct out *o, const struct xaf_address *at, size_t count)
{
    for (int postal = 0; postal < 2; postal++)
        for (size_t i = 0; i < count; i++) {
            if (at[i].postal != postal || address_is_empty(&at[i], o->version)) continue;
            if (postal && o->version == XAF_40) {
                clip(o, "postal_address", 0);
                continue;
            }
            open(o, postal ? "postalAddress" : "streetAddress");
            put_rows(o, XAF_ADDRESS, &at[i]);
            close(o);
        }
}

static void at_index(struct out *o, const char *list, size_t index)
{
    snprintf(o->where, sizeof o->where, "%s[%zu].", list, index);
}

static void check_known(struct out *o, const struct ids *ids, struct str id, const char *field);

static void put_parties(struct out *o)
{
    const struct xaf_books *b = o->books;
    if (b->parties.count) open(o, "customersSuppliers");
    for (size_t i = 0; i < b->parties.count; i++) {
        const struct xaf_party *p = &b->parties.at[i];
        at_index(o, "parties", i);
        open(o, "customerSupplier");
        put_rows(o, XAF_PARTY, p);
        put_addresses(o, p->addresses.at, p->addresses.count);
        for (size_t k = 0; k < p->bank_accounts.count; k++) {
            if (o->version == XAF_40) {
                clip(o, "bank_accounts", 0);
                break;
            }
            open(o, "bankAccount");
            put_rows(o, XAF_BANK_ACCOUNT, &p->bank_accounts.at[k]);
            close(o);
        }
        close(o);
        flush(o, FLUSH_BYTES);
        if (o->writing) arena_reset(o->scratch);
    }
    if (b->parties.count) close(o);
}

static void put_ledger(struct out *o)
{
    const struct xaf_books *b = o->books;
    if (b->accounts.count) open(o, "generalLedger");
    for (size_t i = 0; i < b->accounts.count; i++) {
        struct xaf_account a = b->accounts.at[i];
        if (!says(a.description)) a.description = a.id;
        at_index(o, "accounts", i);
        open(o, "ledgerAccount");
        put_rows(o, XAF_ACCOUNT, &a);
        close(o);
    }
    if (b->accounts.count) close(o);
    if (b->vat_codes.count) open(o, "vatCodes");
    for (size_t i = 0; i < b->vat_codes.count; i++) {
        struct xaf_vat_code v = b->vat_codes.at[i];
        if (!says(v.description)) v.description = v.id;
        at_index(o, "vat_codes", i);
        check_known(o, &o->accounts, v.to_pay_account, "to_pay_account");
        check_known(o, &o->accounts, v.to_claim_account, "to_claim_account");
        open(o, "vatCode");
        put_rows(o, XAF_VAT_CODE, &v);
        close(o);
    }
    if (b->vat_codes.count) close(o);
    if (b->periods.count) open(o, "periods");
    for (size_t i = 0; i < b->periods.count; i++) {
        at_index(o, "periods", i);
        open(o, "period");
        put_rows(o, XAF_PERIOD, &b->periods.at[i]);
        close(o);
    }
    if (b->periods.count) close(o);
}

static void put_opening(struct out *o)
{
    struct xaf_books b = *o->books;
    if (!b.opening.count) return;
    if (!b.opening_on.ymd) b.opening_on = b.start_on;
    b.opening_declared = (struct xaf_totals){ 0, XAF_AMOUNT(0), XAF_AMOUNT(0) };
    for (size_t i = 0; i < b.opening.count; i++) {
        at_index(o, "opening", i);
        if (!xaf_count(&b.opening_declared, b.opening.at[i].amount.minor))
            add(o, &xaf_value_wrong, "amount", (struct str){ 0 }, NO_PARAM);
    }
    o->where[0] = 0;
    open(o, "openingBalance");
    put_rows(o, XAF_OPENING, &b);
    for (size_t i = 0; i < b.opening.count; i++) {
        at_index(o, "opening", i);
        check_known(o, &o->accounts, b.opening.at[i].account, "account");
        open(o, "obLine");
        put_rows(o, XAF_OPENING_LINE, &b.opening.at[i]);
        close(o);
        flush(o, FLUSH_BYTES);
    }
    close(o);
}

static void put_head(struct out *o)
{
    struct xaf_books b = *o->books;
    if (!says(b.software)) b.software = STR("Florin");
    if (!says(b.software_version)) b.software_version = STR(FLORIN_VERSION);
    o->where[0] = 0;
    open(o, "auditfile");
    if (live(o)) xml_attribute(&o->xml, "xmlns", str_of(xaf_namespaces[o->version]));
    open(o, "header");
    put_rows(o, XAF_HEADER, &b);
    close(o);
    open(o, "company");
    put_rows(o, XAF_COMPANY, &b);
    put_addresses(o, b.addresses.at, b.addresses.count);
    put_parties(o);
    put_ledger(o);
    put_opening(o);
    o->where[0] = 0;
    flush(o, FLUSH_BYTES);
}

/* ---- References ---- */

static int compare_ids(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static void check_known(struct out *o, const struct ids *ids, struct str id, const char *field)
{
    id = str_trim(id); /* as it is written */
    if (id.length && !bsearch(&id, ids->at, ids->count, sizeof *ids->at, compare_ids)) add(o, &xaf_unknown, field, id, NO_PARAM);
}

/* Each id of a list of structs, sorted; the same one twice is refused. `at` is the first id, `size` the struct's. */
static struct ids ids_of(struct out *o, const void *at, size_t count, size_t size, const char *list)
{
    struct ids ids = { ARENA_ARRAY(o->arena, struct str, count + 1), count };
    for (size_t i = 0; i < count; i++) ids.at[i] = str_trim(*(const struct str *)((const char *)at + i * size));
    qsort(ids.at, count, sizeof *ids.at, compare_ids);
    o->where[0] = 0;
    for (size_t i = 1; i < count; i++)
        if (ids.at[i].length && str_equal(ids.at[i], ids.at[i - 1])) add(o, &xaf_used_twice, list, ids.at[i], NO_PARAM);
    return ids;
}
#define IDS_OF(o, list, name) \
    ids_of(o, (list).count ? (const void *)&(list).at[0].id : NULL, (list).count, sizeof *(list).at, name)

static bool fiscal_year_is_right(struct str s)
{
    bool two = s.length == 9 && s.at[4] == '-';
    for (size_t i = 0; i < s.length; i++)
        if (!(two && i == 4) && (s.at[i] < '0' || s.at[i] > '9')) return false;
    return two || s.length == 4;
}

static void check_books(struct out *o)
{
    const struct xaf_books *b = o->books;
    o->accounts = IDS_OF(o, b->accounts, "accounts");
    o->parties = IDS_OF(o, b->parties, "parties");
    o->vat_codes = IDS_OF(o, b->vat_codes, "vat_codes");
    o->journals = IDS_OF(o, b->journals, "journals");
    if (b->fiscal_year.length && !fiscal_year_is_right(b->fiscal_year))
        add(o, &xaf_value_wrong, "fiscal_year", b->fiscal_year, NO_PARAM);
    o->digits = currency_digits(b->currency);
    if (o->digits > 2) add(o, &xaf_currency_digits, "currency", b->currency, PARAM("currency", b->currency));
    if (o->digits < 0) o->digits = 2;
    for (size_t i = 0; i < b->journals.count; i++) {
        struct xaf_journal j = b->journals.at[i];
        if (!says(j.description)) j.description = j.id;
        at_index(o, "journals", i);
        put_rows(o, XAF_JOURNAL, &j);
        check_known(o, &o->accounts, j.offset_account, "offset_account");
    }
}

/* ---- Transactions ---- */

static void check_period(struct out *o, int64_t number)
{
    for (size_t i = 0; i < o->books->periods.count; i++)
        if (o->books->periods.at[i].number == number) return;
    add(o, &xaf_unknown, "period", str_from_int(o->scratch, number), NO_PARAM);
}

static void put_line(struct out *o, const struct xaf_transaction *t, size_t number, size_t index, struct xaf_totals *counted)
{
    struct xaf_line line = t->lines.at[index];
    snprintf(o->where, sizeof o->where, "transactions[%zu].lines[%zu].", number, index);
    if (!says(line.document)) line.document = t->number;
    if (!line.effective_on.ymd) line.effective_on = t->day;
    check_known(o, &o->accounts, line.account, "account");
    check_known(o, &o->parties, line.party, "party");
    if (!xaf_count(counted, line.amount.minor)) add(o, &xaf_value_wrong, "amount", (struct str){ 0 }, NO_PARAM);
    open(o, "trLine");
    put_rows(o, XAF_LINE, &line);
    if (line.vat.count > 99) add(o, &xaf_value_wrong, "vat", str_from_int(o->scratch, (int64_t)line.vat.count), NO_PARAM);
    for (size_t i = 0; i < line.vat.count && i < 99; i++) {
        check_known(o, &o->vat_codes, line.vat.at[i].code, "vat.code");
        open(o, "vat");
        put_rows(o, XAF_LINE_VAT, &line.vat.at[i]);
        close(o);
    }
    if (line.currency.length && !xaf_currency_is_known(o->version, line.currency)) clip(o, "currency", 0);
    else if (line.currency.length) {
        open(o, "currency");
        put_rows(o, XAF_LINE_CURRENCY, &line);
        close(o);
    }
    close(o);
    flush(o, FLUSH_BYTES);
}

static void put_transaction(struct out *o, const struct xaf_transaction *t, size_t number, struct xaf_totals *counted)
{
    snprintf(o->where, sizeof o->where, "transactions[%zu].", number);
    check_period(o, t->period);
    open(o, "transaction");
    put_rows(o, XAF_TRANSACTION, t);
    for (size_t i = 0; i < t->lines.count; i++) put_line(o, t, number, i, counted);
    close(o);
    arena_reset(o->scratch);
}

static void open_journal(struct out *o, size_t index)
{
    struct xaf_journal j = o->books->journals.at[index];
    if (!says(j.description)) j.description = j.id;
    at_index(o, "journals", index);
    open(o, "journal");
    put_rows(o, XAF_JOURNAL, &j);
}

static bool totals_equal(const struct xaf_totals *a, const struct xaf_totals *b)
{
    return a->lines == b->lines && a->debit.minor == b->debit.minor && a->credit.minor == b->credit.minor;
}

static struct str totals_text(struct arena *arena, const struct xaf_totals *t, int digits)
{
    return str_format(arena, "%lld / %s / %s", (long long)t->lines, minor_format(arena, t->debit.minor, digits).at,
                      minor_format(arena, t->credit.minor, digits).at);
}

static void put_transactions(struct out *o, const struct xaf_source *source)
{
    struct xaf_books b = *o->books;
    struct xaf_totals counted = { 0, XAF_AMOUNT(0), XAF_AMOUNT(0) };
    size_t journal = 0, number = 0;
    bool in_journal = false;
    b.declared.debit.present = b.declared.credit.present = true;
    open(o, "transactions");
    put_rows(o, XAF_TRANSACTIONS, &b);
    while (!o->stop && o->faults < FAULTS_MAX) {
        const struct xaf_transaction *t = NULL;
        o->stop = source->next(source->context, &t);
        if (o->stop || !t) break;
        if (t->journal >= b.journals.count || (in_journal && t->journal < journal)) {
            snprintf(o->where, sizeof o->where, "transactions[%zu].", number);
            add(o, &xaf_order_wrong, "journal", (struct str){ 0 }, NO_PARAM);
            break;
        }
        if (!in_journal || t->journal != journal) {
            if (in_journal) close(o);
            open_journal(o, journal = t->journal);
            in_journal = true;
        }
        put_transaction(o, t, number++, &counted);
    }
    if (in_journal) close(o);
    close(o);
    o->where[0] = 0;
    if (!o->faults && !o->stop && !totals_equal(&b.declared, &counted))
        add(o, &xaf_totals_wrong, "declared", (struct str){ 0 }, NO_PARAM);
    if (o->first && o->first->type == &xaf_totals_wrong)
        o->first = FAULT(o->arena, &xaf_totals_wrong, "declared",
                         PARAM("declared", totals_text(o->arena, &b.declared, o->digits)),
                         PARAM("counted", totals_text(o->arena, &counted, o->digits)));
}

struct fault *xaf_write(struct arena *arena, enum xaf_version version, const struct xaf_books *books,
                        const struct xaf_source *source, const struct xaf_sink *sink, struct xaf_clips *clips)
{
    ensure(version == XAF_32 || version == XAF_40);
    struct out o = { .arena = arena, .version = version, .books = books, .sink = sink, .clips = clips };
    o.scratch = arena_new((size_t)1 << 32);
    o.paper = arena_new((size_t)1 << 32);
    check_books(&o);
    put_head(&o); /* looks only: nothing is written yet */
    if (!o.faults) {
        o.writing = true;
        o.xml = xml_writer_new(o.paper, true);
        put_head(&o);
        put_transactions(&o, source);
        close(&o);
        close(&o);
        if (live(&o)) {
            ensure(o.xml.depth == 0);
            flush(&o, 0);
        }
    }
    arena_free(o.paper);
    arena_free(o.scratch);
    return o.stop ? o.stop : o.first;
}

struct fault *xaf_totals_check(struct arena *arena, const struct xaf_books *books)
{
    struct fault *first = NULL;
    int digits = currency_digits(books->currency) < 0 ? 2 : currency_digits(books->currency);
    struct xaf_totals opening = { 0, XAF_AMOUNT(0), XAF_AMOUNT(0) };
    for (size_t i = 0; i < books->opening.count; i++)
        if (!xaf_count(&opening, books->opening.at[i].amount.minor))
            return FAULT(arena, &xaf_value_wrong, "opening", PARAM("text", STR("?")));
    if (!totals_equal(&opening, &books->opening_declared))
        first = FAULT(arena, &xaf_totals_wrong, "opening",
                      PARAM("declared", totals_text(arena, &books->opening_declared, digits)),
                      PARAM("counted", totals_text(arena, &opening, digits)));
    if (totals_equal(&books->counted, &books->declared)) return first;
    return fault_join(first, FAULT(arena, &xaf_totals_wrong, "declared",
                                   PARAM("declared", totals_text(arena, &books->declared, digits)),
                                   PARAM("counted", totals_text(arena, &books->counted, digits))));
}
