#include "auditfile/auditfile_private.h"

const struct fault_type xaf_not_one = { FAULT_INVALID, "xaf.not_one",
                                        "This is not an audit file (XAF) of version 3.2 or 4.0." };
const struct fault_type xaf_date_wrong = { FAULT_INVALID, "xaf.date_wrong",
                                           "Line {line}: \"{text}\" in {element} is not a day such as 2026-01-31." };
const struct fault_type xaf_amount_wrong = { FAULT_INVALID, "xaf.amount_wrong",
                                             "Line {line}: \"{text}\" in {element} is not an amount such as 1250.00." };
const struct fault_type xaf_number_wrong = { FAULT_INVALID, "xaf.number_wrong",
                                             "Line {line}: \"{text}\" in {element} is not a whole number." };

enum { FAULTS_MAX = 100, UNREAD_MAX = 200, STACK_MAX = 12, VALUE_MAX = 64 };
static const struct xml_limits limits = { (size_t)4 << 30, 40, (size_t)400000000, (size_t)1 << 20 };

static const struct { enum container parent; const char *element; enum container child; } tree[] = {
    { XAF_NOWHERE, "auditfile", XAF_FILE }, { XAF_FILE, "header", XAF_HEADER }, { XAF_FILE, "company", XAF_COMPANY },
    { XAF_COMPANY, "streetAddress", XAF_ADDRESS }, { XAF_COMPANY, "postalAddress", XAF_ADDRESS },
    { XAF_COMPANY, "customersSuppliers", XAF_PARTIES }, { XAF_PARTIES, "customerSupplier", XAF_PARTY },
    { XAF_PARTY, "streetAddress", XAF_PARTY_ADDRESS }, { XAF_PARTY, "postalAddress", XAF_PARTY_ADDRESS },
    { XAF_PARTY, "bankAccount", XAF_BANK_ACCOUNT }, { XAF_COMPANY, "generalLedger", XAF_LEDGER },
    { XAF_LEDGER, "ledgerAccount", XAF_ACCOUNT }, { XAF_COMPANY, "vatCodes", XAF_VAT_CODES },
    { XAF_VAT_CODES, "vatCode", XAF_VAT_CODE }, { XAF_COMPANY, "periods", XAF_PERIODS },
    { XAF_PERIODS, "period", XAF_PERIOD }, { XAF_COMPANY, "openingBalance", XAF_OPENING },
    { XAF_OPENING, "obLine", XAF_OPENING_LINE }, { XAF_COMPANY, "transactions", XAF_TRANSACTIONS },
    { XAF_TRANSACTIONS, "journal", XAF_JOURNAL }, { XAF_JOURNAL, "transaction", XAF_TRANSACTION },
    { XAF_TRANSACTION, "trLine", XAF_LINE }, { XAF_LINE, "vat", XAF_LINE_VAT }, { XAF_LINE, "currency", XAF_LINE_CURRENCY },
};

struct open_container { enum container is; void *target; size_t hint; };
struct xaf_reader {
    struct arena *arena, *scratch; /* scratch: the transaction at hand */
    struct xaf_handler handler;
    struct xaf_books *books;
    struct xaf_unreads unread;
    struct xml_reader *xml;
    struct open_container stack[STACK_MAX];
    size_t depth;      /* of containers */
    size_t skip_depth; /* of the element that is passed over with all in it; 0: none */
    const struct row *row;                /* the leaf that is open */
    struct xaf_transaction transaction;
    struct fault *first, *last, *stop;
    size_t faults;
    bool too_large;
};

static bool has_room(struct xaf_reader *r, struct arena *arena, size_t bytes)
{
    if (arena_room(arena) < ((size_t)1 << 20) + 4 * bytes) r->too_large = true;
    return !r->too_large;
}
#define GROW(r, arena, list) (has_room(r, arena, (list)->room * sizeof *(list)->at) ? LIST_ADD(arena, list) : NULL)

static bool is_of_transaction(enum container c)
{
    return c == XAF_TRANSACTION || c == XAF_LINE || c == XAF_LINE_VAT || c == XAF_LINE_CURRENCY;
}

static void note_unread(struct xaf_reader *r, struct str element)
{
    struct xaf_unreads *u = &r->unread;
    for (size_t i = 0; i < u->list.count; i++)
        if (str_equal(u->list.at[i].element, element)) {
            u->list.at[i].times++;
            return;
        }
    if (u->list.count < UNREAD_MAX)
        *LIST_ADD(r->arena, &u->list) = (struct xaf_unread){ str_keep(r->arena, str_utf8_clip(element, 60)), 1 };
}

static void wrong(struct xaf_reader *r, struct xml_reader *xml, const struct fault_type *type, const char *element,
                  struct str text)
{
    if (r->faults++ >= FAULTS_MAX) return xml_stop(xml);
    struct fault *f = FAULT(r->arena, type, element, PARAM_INT(r->arena, "line", xml_line(xml)),
                            PARAM("text", str_utf8_clip(text, 40)), PARAM("element", str_of(element)));
    if (r->last) r->last->next = f;
    else r->first = f;
    r->last = f;
}

/* ---- Values ---- */

/* XML Schema's decimal may begin with a plus or a point, or end with a point. */
static struct str plain_decimal(char z[VALUE_MAX + 2], struct str s)
{
    bool minus = s.length && s.at[0] == '-';
    if (s.length && (s.at[0] == '+' || minus)) s = str_part(s, 1, s.length);
    if (s.length > 1 && s.at[s.length - 1] == '.') s.length--;
    if (!s.length || s.length > VALUE_MAX - 4) return (struct str){ 0 };
    int n = snprintf(z, VALUE_MAX, "%s%s%.*s", minus ? "-" : "", s.at[0] == '.' ? "0" : "", STR_ARG(s));
    return (struct str){ z, (size_t)n };
}

static bool day_parse(struct str s, struct date *out)
{
    if (s.length > 10 && strchr("ZT+-", s.at[10])) s.length = 10; /* a zone or a time behind it */
    return date_parse(s, out);
}

static int digits_of(struct str currency)
{
    int digits = currency_digits(currency);
    return digits < 0 ? 2 : digits;
}

static void set_amount(struct xaf_reader *r, struct xml_reader *xml, struct xaf_amount *a, int digits,
                       const char *element, struct str text)
{
    char z[VALUE_MAX + 2];
    int64_t minor;
    if (minor_parse(plain_decimal(z, text), digits, &minor) && minor != INT64_MIN) *a = XAF_AMOUNT(minor);
    else wrong(r, xml, &xaf_amount_wrong, element, text);
}

static void set_sign(struct xaf_reader *r, struct xml_reader *xml, struct xaf_amount *a, const char *element, struct str text)
{
    if (str_is(text, "C")) a->minor = -a->minor;
    else if (!str_is(text, "D")) wrong(r, xml, &xaf_value_wrong, element, text);
}

static void set_value(struct xaf_reader *r, struct xml_reader *xml, const struct row *row,
                      const struct open_container *in, struct str text)
{
    void *at = (char *)in->target + row->at;
    const char *element = row->element[r->books->version];
    char z[VALUE_MAX + 2];
    struct arena *arena = is_of_transaction(in->is) ? r->scratch : r->arena;
    switch (row->kind) {
    case ROW_TEXT:
    case ROW_ID:
    case ROW_COUNTRY:
    case ROW_CURRENCY:
        text = str_utf8_clip(text, XAF_TEXT_MAX);
        if (text.length && has_room(r, arena, text.length)) *(struct str *)at = str_keep(arena, text);
        return;
    case ROW_DAY:
        if (!day_parse(text, at)) wrong(r, xml, &xaf_date_wrong, element, text);
        return;
    case ROW_NUMBER:
        if (!str_to_int(text, at) || *(int64_t *)at < 0) wrong(r, xml, &xaf_number_wrong, element, text);
        return;
    case ROW_QUANTITY: {
        int64_t n;
        if (str_to_int(text, &n)) *(struct xaf_amount *)at = XAF_AMOUNT(n);
        else wrong(r, xml, &xaf_number_wrong, element, text);
        return;
    }
    case ROW_AMOUNT: return set_amount(r, xml, at, digits_of(r->books->currency), element, text);
    case ROW_FOREIGN: return set_amount(r, xml, at, digits_of(((const struct xaf_line *)in->target)->currency), element, text);
    case ROW_SIGN: return set_sign(r, xml, at, element, text);
    case ROW_CODE:
        if (text.length == 1) *(char *)at = text.at[0];
        else if (text.length) note_unread(r, str_of(element));
        return;
    case ROW_PERCENT:
        if (!decimal_parse(plain_decimal(z, text), at)) wrong(r, xml, &xaf_number_wrong, element, text);
        return;
    }
}

/* ---- Containers ---- */

/* Where the fields of a container that begins go to; NULL: no room left. */
static void *target_of(struct xaf_reader *r, enum container c, const struct open_container *parent, bool postal)
{
    struct xaf_books *b = r->books;
    struct arena *a = r->arena;
#define ADD(arena, list, type) \
    type *made = GROW(r, arena, list); \
    if (made) *made = (type){ 0 };    \
    return made
    switch (c) {
    case XAF_ADDRESS:
    case XAF_PARTY_ADDRESS: {
        struct xaf_party *party = c == XAF_PARTY_ADDRESS ? parent->target : NULL;
        struct xaf_address *made = party ? GROW(r, a, &party->addresses) : GROW(r, a, &b->addresses);
        if (made) *made = (struct xaf_address){ .postal = postal };
        return made;
    }
    case XAF_PARTY: { ADD(a, &b->parties, struct xaf_party); }
    case XAF_BANK_ACCOUNT: { ADD(a, &((struct xaf_party *)parent->target)->bank_accounts, struct xaf_bank_account); }
    case XAF_ACCOUNT: { ADD(a, &b->accounts, struct xaf_account); }
    case XAF_VAT_CODE: { ADD(a, &b->vat_codes, struct xaf_vat_code); }
    case XAF_PERIOD: { ADD(a, &b->periods, struct xaf_period); }
    case XAF_OPENING_LINE: { ADD(a, &b->opening, struct xaf_opening_line); }
    case XAF_JOURNAL: { ADD(a, &b->journals, struct xaf_journal); }
    case XAF_TRANSACTION:
        r->transaction = (struct xaf_transaction){ .journal = b->journals.count - 1 };
        return &r->transaction;
    case XAF_LINE: { ADD(r->scratch, &r->transaction.lines, struct xaf_line); }
    case XAF_LINE_VAT: { ADD(r->scratch, &((struct xaf_line *)parent->target)->vat, struct xaf_vat); }
    case XAF_LINE_CURRENCY: return parent->target;
    case XAF_NOWHERE:
    case XAF_FILE:
    case XAF_HEADER:
    case XAF_COMPANY:
    case XAF_PARTIES:
    case XAF_LEDGER:
    case XAF_VAT_CODES:
    case XAF_PERIODS:
    case XAF_OPENING:
    case XAF_TRANSACTIONS:
    case XAF_CONTAINERS: break;
    }
#undef ADD
    return b;
}

static void end_line(struct xaf_reader *r, struct xml_reader *xml, struct xaf_line *line)
{
    if (!line->amount.present) wrong(r, xml, &xaf_amount_wrong, "amnt", (struct str){ 0 });
    if (!xaf_count(&r->books->counted, line->amount.minor)) wrong(r, xml, &xaf_amount_wrong, "amnt", (struct str){ 0 });
    if (line->currency_amount.present && line->amount.minor) { /* D or C counts for both amounts */
        int64_t n = line->currency_amount.minor;
        if ((n < 0) != (line->amount.minor < 0)) line->currency_amount.minor = -n;
    }
}

static void end_container(struct xaf_reader *r, struct xml_reader *xml, const struct open_container *c)
{
    if (c->is == XAF_LINE) end_line(r, xml, c->target);
    if (c->is != XAF_TRANSACTION) return;
    if (r->handler.transaction && !r->faults) r->stop = r->handler.transaction(r->handler.context, r->books, &r->transaction);
    if (r->stop) xml_stop(xml);
    r->transaction = (struct xaf_transaction){ 0 };
    arena_reset(r->scratch);
}

/* ---- Events ---- */

static enum xaf_version version_of(struct str uri)
{
    return str_is(uri, xaf_namespaces[XAF_32]) ? XAF_32 : str_is(uri, xaf_namespaces[XAF_40]) ? XAF_40 : 0;
}

static const struct row *row_find(struct xaf_reader *r, struct open_container *in, struct str name)
{
    struct rows rows = xaf_rows(in->is);
    for (size_t i = 0; i < rows.count; i++) { /* they come in the table's order, so the next one is looked at first */
        const struct row *row = &rows.at[(in->hint + i) % rows.count];
        const char *element = row->element[r->books->version];
        if (!element || !str_is(name, element)) continue;
        in->hint = (size_t)(row - rows.at) + 1;
        return row;
    }
    return NULL;
}

static bool enter(struct xaf_reader *r, struct xml_reader *xml, const struct xml_element *e)
{
    const struct open_container *top = r->depth ? &r->stack[r->depth - 1] : NULL;
    enum container parent = top ? top->is : XAF_NOWHERE;
    for (size_t i = 0; i < ARRAY_LENGTH(tree); i++) {
        if (tree[i].parent != parent || !str_is(e->name, tree[i].element)) continue;
        ensure(r->depth < STACK_MAX); /* the tree is 8 deep */
        xml_forget_text(xml); /* no container has text of its own */
        void *target = target_of(r, tree[i].child, top, str_is(e->name, "postalAddress"));
        if (target) r->stack[r->depth++] = (struct open_container){ tree[i].child, target, 0 };
        return true;
    }
    return false;
}

static void on_start(void *context, struct xml_reader *xml, const struct xml_element *e)
{
    struct xaf_reader *r = context;
    if (r->skip_depth) return;
    if (!r->depth) {
        r->books->version = str_is(e->name, "auditfile") ? version_of(e->uri) : 0;
        if (!r->books->version) return xml_stop(xml);
    }
    const struct row *row = r->row ? NULL : r->depth ? row_find(r, &r->stack[r->depth - 1], e->name) : NULL;
    if (row) r->row = row;
    else if (r->row || !enter(r, xml, e)) {
        note_unread(r, e->name);
        r->skip_depth = xml_depth(xml);
    }
    if (r->too_large) xml_stop(xml);
}

static void on_end(void *context, struct xml_reader *xml, struct str name, struct str text)
{
    struct xaf_reader *r = context;
    (void)name;
    if (r->skip_depth) {
        if (xml_depth(xml) == r->skip_depth) r->skip_depth = 0;
        return;
    }
    if (r->row) {
        set_value(r, xml, r->row, &r->stack[r->depth - 1], str_trim(text));
        r->row = NULL;
    } else if (r->depth) end_container(r, xml, &r->stack[--r->depth]);
    if (r->too_large) xml_stop(xml);
}

/* ---- The door ---- */

struct xaf_reader *xaf_reader_new(struct arena *arena, const struct xaf_handler *handler)
{
    static const struct xml_handler events = { on_start, on_end };
    struct xaf_reader *r = ARENA_NEW(arena, struct xaf_reader);
    r->arena = arena;
    r->scratch = arena_new((size_t)1 << 30);
    if (handler) r->handler = *handler;
    r->books = ARENA_NEW(arena, struct xaf_books);
    r->books->counted = (struct xaf_totals){ 0, XAF_AMOUNT(0), XAF_AMOUNT(0) };
    r->xml = xml_reader_new(arena, &limits, &events, r);
    return r;
}

static struct fault *state_of(struct xaf_reader *r, struct fault *xml)
{
    if (r->stop) return r->stop;
    if (r->too_large) return FAULT(r->arena, &input_too_large, NULL, PARAM("limit", STR("4 GB")));
    if (xml) return xml;
    return r->faults > FAULTS_MAX ? r->first : NULL;
}

struct fault *xaf_reader_push(struct xaf_reader *r, struct str bytes)
{
    return state_of(r, xml_reader_push(r->xml, bytes));
}

struct fault *xaf_reader_end(struct xaf_reader *r, struct xaf_books *books, struct xaf_unreads *unread)
{
    TRY(state_of(r, xml_reader_end(r->xml)));
    if (!r->books->version) return FAULT(r->arena, &xaf_not_one, NULL);
    if (r->first) return r->first;
    *books = *r->books;
    if (unread) *unread = r->unread;
    return NULL;
}

void xaf_reader_free(struct xaf_reader *r)
{
    if (!r) return;
    xml_reader_free(r->xml);
    arena_free(r->scratch);
    r->xml = NULL;
    r->scratch = NULL;
}

struct fault *xaf_read(struct arena *arena, struct str bytes, const struct xaf_handler *handler, struct xaf_books *books,
                         struct xaf_unreads *unread)
{
    struct xaf_reader *r = xaf_reader_new(arena, handler);
    struct fault *fault = xaf_reader_push(r, bytes);
    if (!fault) fault = xaf_reader_end(r, books, unread);
    xaf_reader_free(r);
    return fault;
}
