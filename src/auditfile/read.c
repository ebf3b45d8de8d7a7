#include "auditfile/auditfile_private.h"

const struct fault_type audit_not_one = { FAULT_INVALID, "audit.not_one", "This is not an audit file (XAF) of version 3.2 or 4.0." };
const struct fault_type audit_date_wrong = {
    FAULT_INVALID, "audit.date_wrong", "Line {line}: \"{text}\" in {element} is not a day such as 2026-01-31."
};
const struct fault_type audit_amount_wrong = {
    FAULT_INVALID, "audit.amount_wrong", "Line {line}: \"{text}\" in {element} is not an amount such as 1250.00."
};
const struct fault_type audit_number_wrong = { FAULT_INVALID, "audit.number_wrong", "Line {line}: \"{text}\" in {element} is not a whole number." };

enum { FAULTS_MAX = 100, UNREAD_MAX = 200, STACK_MAX = 12, VALUE_MAX = 64 };
static const struct xml_limits limits = { (size_t)4 << 30, 40, (size_t)400000000, (size_t)1 << 20 };

static const struct { enum container parent; const char *element; enum container child; } tree[] = {
    { AUDIT_NOWHERE, "auditfile", AUDIT_FILE }, { AUDIT_FILE, "header", AUDIT_HEADER }, { AUDIT_FILE, "company", AUDIT_COMPANY },
    { AUDIT_COMPANY, "streetAddress", AUDIT_ADDRESS }, { AUDIT_COMPANY, "postalAddress", AUDIT_ADDRESS },
    { AUDIT_COMPANY, "customersSuppliers", AUDIT_PARTIES }, { AUDIT_PARTIES, "customerSupplier", AUDIT_PARTY },
    { AUDIT_PARTY, "streetAddress", AUDIT_PARTY_ADDRESS }, { AUDIT_PARTY, "postalAddress", AUDIT_PARTY_ADDRESS },
    { AUDIT_PARTY, "bankAccount", AUDIT_BANK_ACCOUNT }, { AUDIT_COMPANY, "generalLedger", AUDIT_LEDGER },
    { AUDIT_LEDGER, "ledgerAccount", AUDIT_ACCOUNT }, { AUDIT_COMPANY, "vatCodes", AUDIT_VAT_CODES },
    { AUDIT_VAT_CODES, "vatCode", AUDIT_VAT_CODE }, { AUDIT_COMPANY, "periods", AUDIT_PERIODS },
    { AUDIT_PERIODS, "period", AUDIT_PERIOD }, { AUDIT_COMPANY, "openingBalance", AUDIT_OPENING },
    { AUDIT_OPENING, "obLine", AUDIT_OPENING_LINE }, { AUDIT_COMPANY, "transactions", AUDIT_TRANSACTIONS },
    { AUDIT_TRANSACTIONS, "journal", AUDIT_JOURNAL }, { AUDIT_JOURNAL, "transaction", AUDIT_TRANSACTION },
    { AUDIT_TRANSACTION, "trLine", AUDIT_LINE }, { AUDIT_LINE, "vat", AUDIT_LINE_VAT }, { AUDIT_LINE, "currency", AUDIT_LINE_CURRENCY },
};

struct open_container { enum container is; void *target; size_t hint; };
struct audit_reader {
    struct arena *arena, *scratch; /* scratch: the transaction at hand */
    struct audit_handler handler;
    struct audit_books *books;
    struct audit_unreads unread;
    struct xml_reader *xml;
    struct open_container stack[STACK_MAX];
    size_t depth;      /* of containers */
    size_t skip_depth; /* of the element that is passed over with all in it; 0: none */
    const struct row *row;                /* the leaf that is open */
    struct audit_transaction transaction;
    struct fault *first, *last, *stop;
    size_t faults;
    bool too_large;
};


static bool has_room(struct audit_reader *r, struct arena *arena, size_t bytes)
{
    if (arena_room(arena) < ((size_t)1 << 20) + 4 * bytes) r->too_large = true;
    return !r->too_large;
}
#define GROW(r, arena, list) (has_room(r, arena, (list)->room * sizeof *(list)->at) ? LIST_ADD(arena, list) : NULL)

static bool is_of_transaction(enum container c)
{
    return c == AUDIT_TRANSACTION || c == AUDIT_LINE || c == AUDIT_LINE_VAT || c == AUDIT_LINE_CURRENCY;
}

static void note_unread(struct audit_reader *r, struct str element)
{
    struct audit_unreads *u = &r->unread;
    for (size_t i = 0; i < u->list.count; i++)
        if (str_equal(u->list.at[i].element, element)) {
            u->list.at[i].times++;
            return;
        }
    if (u->list.count < UNREAD_MAX)
        *LIST_ADD(r->arena, &u->list) = (struct audit_unread){ str_keep(r->arena, str_utf8_clip(element, 60)), 1 };
}

static void wrong(struct audit_reader *r, struct xml_reader *xml, const struct fault_type *type, const char *element, struct str text)
{
    if (r->faults++ >= FAULTS_MAX) return xml_stop(xml);
    struct fault *f = FAULT(r->arena, type, element, PARAM_INT(r->arena, "line", xml_line(xml)), PARAM("text", str_utf8_clip(text, 40)),
                            PARAM("element", str_of(element)));
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

static void set_amount(struct audit_reader *r, struct xml_reader *xml, struct audit_amount *a, int digits, const char *element, struct str text)
{
    char z[VALUE_MAX + 2];
    int64_t minor;
    if (minor_parse(plain_decimal(z, text), digits, &minor) && minor != INT64_MIN) *a = AUDIT_AMOUNT(minor);
    else wrong(r, xml, &audit_amount_wrong, element, text);
}

static void set_sign(struct audit_reader *r, struct xml_reader *xml, struct audit_amount *a, const char *element, struct str text)
{
    if (str_is(text, "C")) a->minor = -a->minor;
    else if (!str_is(text, "D")) wrong(r, xml, &audit_value_wrong, element, text);
}

static void set_value(struct audit_reader *r, struct xml_reader *xml, const struct row *row, const struct open_container *in, struct str text)
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
        text = str_utf8_clip(text, AUDIT_TEXT_MAX);
        if (text.length && has_room(r, arena, text.length)) *(struct str *)at = str_keep(arena, text);
        return;
    case ROW_DAY:
        if (!day_parse(text, at)) wrong(r, xml, &audit_date_wrong, element, text);
        return;
    case ROW_NUMBER:
        if (!str_to_int(text, at) || *(int64_t *)at < 0) wrong(r, xml, &audit_number_wrong, element, text);
        return;
    case ROW_QUANTITY: {
        int64_t n;
        if (str_to_int(text, &n)) *(struct audit_amount *)at = AUDIT_AMOUNT(n);
        else wrong(r, xml, &audit_number_wrong, element, text);
        return;
    }
    case ROW_AMOUNT: return set_amount(r, xml, at, digits_of(r->books->currency), element, text);
    case ROW_FOREIGN: return set_amount(r, xml, at, digits_of(((const struct audit_line *)in->target)->currency), element, text);
    case ROW_SIGN: return set_sign(r, xml, at, element, text);
    case ROW_CODE:
        if (text.length == 1) *(char *)at = text.at[0];
        else if (text.length) note_unread(r, str_of(element));
        return;
    case ROW_PERCENT:
        if (!decimal_parse(plain_decimal(z, text), at)) wrong(r, xml, &audit_number_wrong, element, text);
        return;
    }
}

/* ---- Containers ---- */

/* Where the fields of a container that begins go to; NULL: no room left. */
static void *target_of(struct audit_reader *r, enum container c, const struct open_container *parent, bool postal)
{
    struct audit_books *b = r->books;
    struct arena *a = r->arena;
#define ADD(arena, list, type) \
    type *made = GROW(r, arena, list); \
    if (made) *made = (type){ 0 };    \
    return made
    switch (c) {
    case AUDIT_ADDRESS:
    case AUDIT_PARTY_ADDRESS: {
        struct audit_party *party = c == AUDIT_PARTY_ADDRESS ? parent->target : NULL;
        struct audit_address *made = party ? GROW(r, a, &party->addresses) : GROW(r, a, &b->addresses);
        if (made) *made = (struct audit_address){ .postal = postal };
        return made;
    }
    case AUDIT_PARTY: { ADD(a, &b->parties, struct audit_party); }
    case AUDIT_BANK_ACCOUNT: { ADD(a, &((struct audit_party *)parent->target)->bank_accounts, struct audit_bank_account); }
    case AUDIT_ACCOUNT: { ADD(a, &b->accounts, struct audit_account); }
    case AUDIT_VAT_CODE: { ADD(a, &b->vat_codes, struct audit_vat_code); }
    case AUDIT_PERIOD: { ADD(a, &b->periods, struct audit_period); }
    case AUDIT_OPENING_LINE: { ADD(a, &b->opening, struct audit_opening_line); }
    case AUDIT_JOURNAL: { ADD(a, &b->journals, struct audit_journal); }
    case AUDIT_TRANSACTION:
        r->transaction = (struct audit_transaction){ .journal = b->journals.count - 1 };
        return &r->transaction;
    case AUDIT_LINE: { ADD(r->scratch, &r->transaction.lines, struct audit_line); }
    case AUDIT_LINE_VAT: { ADD(r->scratch, &((struct audit_line *)parent->target)->vat, struct audit_vat); }
    case AUDIT_LINE_CURRENCY: return parent->target;
    case AUDIT_NOWHERE:
    case AUDIT_FILE:
    case AUDIT_HEADER:
    case AUDIT_COMPANY:
    case AUDIT_PARTIES:
    case AUDIT_LEDGER:
    case AUDIT_VAT_CODES:
    case AUDIT_PERIODS:
    case AUDIT_OPENING:
    case AUDIT_TRANSACTIONS:
    case AUDIT_CONTAINERS: break;
    }
#undef ADD
    return b;
}

static void end_line(struct audit_reader *r, struct xml_reader *xml, struct audit_line *line)
{
    if (!line->amount.present) wrong(r, xml, &audit_amount_wrong, "amnt", (struct str){ 0 });
    if (!audit_count(&r->books->counted, line->amount.minor)) wrong(r, xml, &audit_amount_wrong, "amnt", (struct str){ 0 });
    if (line->currency_amount.present && line->amount.minor) { /* D or C counts for both amounts */
        int64_t n = line->currency_amount.minor;
        if ((n < 0) != (line->amount.minor < 0)) line->currency_amount.minor = -n;
    }
}

static void end_container(struct audit_reader *r, struct xml_reader *xml, const struct open_container *c)
{
    if (c->is == AUDIT_LINE) end_line(r, xml, c->target);
    if (c->is != AUDIT_TRANSACTION) return;
    if (r->handler.transaction && !r->faults) r->stop = r->handler.transaction(r->handler.context, r->books, &r->transaction);
    if (r->stop) xml_stop(xml);
    r->transaction = (struct audit_transaction){ 0 };
    arena_reset(r->scratch);
}

/* ---- Events ---- */

static enum audit_version version_of(struct str uri)
{
    return str_is(uri, audit_namespaces[XAF_32]) ? XAF_32 : str_is(uri, audit_namespaces[XAF_40]) ? XAF_40 : 0;
}

static const struct row *row_find(struct audit_reader *r, struct open_container *in, struct str name)
{
    struct rows rows = audit_rows(in->is);
    for (size_t i = 0; i < rows.count; i++) { /* they come in the table's order, so the next one is looked at first */
        const struct row *row = &rows.at[(in->hint + i) % rows.count];
        const char *element = row->element[r->books->version];
        if (!element || !str_is(name, element)) continue;
        in->hint = (size_t)(row - rows.at) + 1;
        return row;
    }
    return NULL;
}

static bool enter(struct audit_reader *r, const struct xml_element *e)
{
    const struct open_container *top = r->depth ? &r->stack[r->depth - 1] : NULL;
    enum container parent = top ? top->is : AUDIT_NOWHERE;
    for (size_t i = 0; i < ARRAY_LENGTH(tree); i++) {
        if (tree[i].parent != parent || !str_is(e->name, tree[i].element)) continue;
        ensure(r->depth < STACK_MAX); /* the tree is 8 deep */
        void *target = target_of(r, tree[i].child, top, str_is(e->name, "postalAddress"));
        if (target) r->stack[r->depth++] = (struct open_container){ tree[i].child, target, 0 };
        return true;
    }
    return false;
}

static void on_start(void *context, struct xml_reader *xml, const struct xml_element *e)
{
    struct audit_reader *r = context;
    if (r->skip_depth) return;
    if (!r->depth) {
        r->books->version = str_is(e->name, "auditfile") ? version_of(e->uri) : 0;
        if (!r->books->version) return xml_stop(xml);
    }
    const struct row *row = r->row ? NULL : r->depth ? row_find(r, &r->stack[r->depth - 1], e->name) : NULL;
    if (row) r->row = row;
    else if (r->row || !enter(r, e)) {
        note_unread(r, e->name);
        r->skip_depth = xml_depth(xml);
    }
    if (r->too_large) xml_stop(xml);
}

static void on_end(void *context, struct xml_reader *xml, struct str name, struct str text)
{
    struct audit_reader *r = context;
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

struct audit_reader *audit_reader_new(struct arena *arena, const struct audit_handler *handler)
{
    static const struct xml_handler events = { on_start, on_end };
    struct audit_reader *r = ARENA_NEW(arena, struct audit_reader);
    r->arena = arena;
    r->scratch = arena_new((size_t)1 << 30);
    if (handler) r->handler = *handler;
    r->books = ARENA_NEW(arena, struct audit_books);
    r->books->counted = (struct audit_totals){ 0, AUDIT_AMOUNT(0), AUDIT_AMOUNT(0) };
    r->xml = xml_reader_new(arena, &limits, &events, r);
    return r;
}

static struct fault *state_of(struct audit_reader *r, struct fault *xml)
{
    if (r->stop) return r->stop;
    if (r->too_large) return FAULT(r->arena, &input_too_large, NULL, PARAM("limit", STR("4 GB")));
    if (xml) return xml;
    return r->faults > FAULTS_MAX ? r->first : NULL;
}

struct fault *audit_reader_push(struct audit_reader *r, struct str bytes)
{
    return state_of(r, xml_reader_push(r->xml, bytes));
}

struct fault *audit_reader_end(struct audit_reader *r, struct audit_books *books, struct audit_unreads *unread)
{
    TRY(state_of(r, xml_reader_end(r->xml)));
    if (!r->books->version) return FAULT(r->arena, &audit_not_one, NULL);
    if (r->first) return r->first;
    *books = *r->books;
    if (unread) *unread = r->unread;
    return NULL;
}

void audit_reader_free(struct audit_reader *r)
{
    if (!r) return;
    xml_reader_free(r->xml);
    arena_free(r->scratch);
    r->xml = NULL;
    r->scratch = NULL;
}

struct fault *audit_read(struct arena *arena, struct str bytes, const struct audit_handler *handler, struct audit_books *books,
                         struct audit_unreads *unread)
{
    struct audit_reader *r = audit_reader_new(arena, handler);
    struct fault *fault = audit_reader_push(r, bytes);
    if (!fault) fault = audit_reader_end(r, books, unread);
    audit_reader_free(r);
    return fault;
}
