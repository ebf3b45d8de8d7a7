/* camt → neutral statement: one pass of XML events along the grammar, straight into the structs. */
#include "statement/camt_private.h"
#include "statement/statement_private.h"

enum role { DEBTOR, CREDITOR, ULTIMATE_DEBTOR, ULTIMATE_CREDITOR, INITIATING, TRADING, ROLE_COUNT };
enum sign { UNSAID, CREDIT, DEBIT };
struct money { struct decimal exact; struct str currency; enum sign sign; bool given; };
typedef LIST_OF(struct str) texts;
typedef LIST_OF(struct statement_charge) charges;

struct camt {
    struct sink *sink;
    struct xml_scan *scan;
    struct arena *arena; /* of what is being read: the message's and the header's, then the line's */
    char *pool;          /* room for texts in that arena */
    size_t pool_left;
    struct statement message; /* what the group header says; every statement begins as its copy */
    bool has_message;
    void *scope[SCOPE_COUNT];
    unsigned events;
    struct str currency; /* kept; that of most amounts */
    struct str amount_currency; /* attribute Ccy of the amount being read */

    struct statement_balance *balance;
    struct money balance_money, money, tx_money, tx_part, instructed, charge_money;
    struct statement_line *line;
    struct statement_payment entry, *tx, *details; /* tx: the detail being read, or &entry */
    size_t detail_count, detail_room;
    struct statement_party *party, *roles[ROLE_COUNT], *recipient;
    LIST_OF(struct statement_id) ids, references;
    size_t simple_from;
    bool in_person;
    struct statement_address *address;
    texts address_lines, parts, structured;
    charges entry_charges, tx_charges;
    charges *charges; /* of the two, the one being read */
    bool charge_open;
    struct money charge_total;
};

static struct str keep(struct camt *c, struct str s)
{
    enum { POOL = 512 };
    if (s.length + 1 > c->pool_left) {
        size_t room = s.length + 1 > POOL / 2 ? s.length + 1 : POOL;
        char *at = arena_alloc(c->arena, room);
        if (room != POOL) return memcpy(at, s.at, s.length), (struct str){ at, s.length };
        c->pool = at;
        c->pool_left = POOL;
    }
    char *at = memcpy(c->pool, s.at, s.length); /* the zero behind it is there: an arena gives zeroed memory */
    c->pool += s.length + 1;
    c->pool_left -= s.length + 1;
    return (struct str){ at, s.length };
}

/* Asked at every long text and every 32nd piece: in between there is no more to come than the slack allows. */
static bool may_go_on(struct camt *c, size_t length)
{
    if (length < 256 && ++c->events & 31) return true;
    if (sink_has_room(c->sink)) return true;
    xml_scan_stop(c->scan, sink_no_room(c->sink));
    return false;
}

static void use_arena(struct camt *c, struct arena *arena)
{
    if (c->arena == arena) return;
    c->arena = arena;
    c->pool_left = 0;
}

/* ---- Amounts ---- */

static void currency_note(struct camt *c)
{
    struct str ccy = xml_scan_attribute(c->scan, "Ccy");
    if (!ccy.length) {
        c->amount_currency = (struct str){ 0 };
        return;
    }
    if (!str_equal(c->currency, ccy)) c->currency = str_keep(c->sink->keep, str_part(ccy, 0, 3));
    c->amount_currency = c->currency;
}

static void money_take(struct camt *c, struct money *m, struct str text, uint32_t *problems)
{
    bool negative = text.at[0] == '-';
    *m = (struct money){ .currency = c->amount_currency, .sign = m->sign };
    m->given = amount_parse(str_part(text, negative, text.length), &m->exact);
    if (!m->given) *problems |= PROBLEM_AMOUNT;
    if (!negative) return;
    *problems |= PROBLEM_SYNTAX; /* ISO 20022 knows no minus; some banks do */
    m->exact.units = -m->exact.units;
}

static void sign_take(struct money *m, struct str text)
{
    m->sign = str_is(text, "CRDT") ? CREDIT : str_is(text, "DBIT") ? DEBIT : UNSAID;
}

static int64_t money_minor(const struct money *m, bool debit, uint32_t *problems)
{
    int64_t minor = m->given ? amount_minor(m->exact, m->currency, problems) : 0;
    return debit ? -minor : minor;
}

static void number_take(struct str text, int64_t *out)
{
    int64_t n;
    if (str_to_int(text, &n) && n >= 0) *out = n;
}

/* ---- Parties ---- */

static void party_open(struct camt *c, enum role role)
{
    if (!c->roles[role]) c->roles[role] = ARENA_NEW(c->arena, struct statement_party);
    c->party = c->roles[role];
    c->scope[SCOPE_PARTY] = c->party;
    c->ids.at = NULL;
    c->ids.count = c->ids.room = 0;
}

static void party_close(struct camt *c)
{
    struct statement_party *p = c->party;
    if (c->ids.count) p->ids = c->ids.at, p->id_count = c->ids.count;
    if (c->address) {
        c->address->lines = c->address_lines.at;
        c->address->line_count = c->address_lines.count;
        p->address = c->address;
    }
    c->address = NULL;
    c->address_lines = (texts){ 0 };
    c->ids.at = NULL;
    c->ids.count = c->ids.room = 0;
    c->party = NULL;
    c->scope[SCOPE_PARTY] = c->scope[SCOPE_ADDRESS] = c->scope[SCOPE_ID] = NULL;
}

static void address_open(struct camt *c)
{
    if (!c->party) return;
    if (!c->address) c->address = ARENA_NEW(c->arena, struct statement_address);
    c->scope[SCOPE_ADDRESS] = c->address;
}

static void simple_id(struct camt *c, int id, struct str text)
{
    struct statement_id *one = LIST_ADD(c->arena, &c->ids);
    *one = (struct statement_id){ .id = keep(c, text), .scheme = str_of(camt_simple_ids[id - C_ID_END]) };
}

static void owner_close(struct camt *c)
{
    struct statement *st = c->scope[SCOPE_STATEMENT];
    struct statement_party *p = c->party;
    if (c->ids.count) st->owner_id = c->ids.at[0].id;
    party_close(c);
    st->owner = p->name;
}

/* SEPA: the creditor's identifier is a private id of scheme SEPA; some banks leave the scheme out. */
static void creditor_id_take(struct camt *c)
{
    if (c->party != c->roles[CREDITOR] || !c->ids.count) return;
    const struct statement_id *one = &c->ids.at[c->ids.count - 1];
    const char *z = one->id.at;
    bool form = one->id.length >= 8 && one->id.length <= 35 && z[0] >= 'A' && z[0] <= 'Z' && z[1] >= 'A' &&
                z[1] <= 'Z' && z[2] >= '0' && z[2] <= '9' && z[3] >= '0' && z[3] <= '9';
    if (str_is(one->scheme, "SEPA") || (form && c->in_person && !one->scheme.length)) c->tx->creditor_id = one->id;
}

/* ---- Charges ---- */

static void charge_finish(struct camt *c)
{
    if (!c->charge_open) return;
    struct statement_charge *one = &c->charges->at[c->charges->count - 1];
    one->amount_minor = money_minor(&c->charge_money, c->charge_money.sign != CREDIT, &c->line->problems);
    one->currency = c->charge_money.currency;
    c->charge_open = false;
}

static struct statement_charge *charge_open(struct camt *c, bool anew)
{
    if (anew) charge_finish(c);
    if (!c->charge_open) {
        LIST_ADD(c->arena, c->charges);
        c->charge_open = true;
        c->charge_money = (struct money){ 0 };
    }
    return &c->charges->at[c->charges->count - 1];
}

static void charges_open(struct camt *c, charges *which)
{
    charge_finish(c);
    c->charges = which;
}

/* A total with nothing under it is one charge. */
static void charges_close(struct camt *c, charges *which)
{
    if (c->charges == which) charge_finish(c);
    if (c->charge_total.given && !which->count) {
        struct statement_charge *one = LIST_ADD(c->arena, which);
        *one = (struct statement_charge){ .amount_minor = money_minor(&c->charge_total, true, &c->line->problems),
                                          .currency = c->charge_total.currency };
    }
    c->charge_total = (struct money){ 0 };
}

/* ---- Details ---- */

static void tx_open(struct camt *c)
{
    charges_close(c, &c->entry_charges);
    if (c->detail_count == c->detail_room) {
        size_t room = c->detail_room ? c->detail_room * 2 : 1;
        struct statement_payment *more = ARENA_ARRAY(c->arena, struct statement_payment, room);
        if (c->detail_count) memcpy(more, c->details, c->detail_count * sizeof *more);
        c->details = more;
        c->detail_room = room;
    }
    c->tx = c->scope[SCOPE_PAYMENT] = &c->details[c->detail_count++];
    c->tx_money = c->tx_part = c->instructed = (struct money){ 0 };
    memset(c->roles, 0, sizeof c->roles);
    c->references.at = NULL;
    c->references.count = c->references.room = 0;
    c->parts = c->structured = (texts){ 0 };
    c->tx_charges = (charges){ 0 };
}

static void amounts_finish(struct camt *c, struct statement_payment *p)
{
    const struct money *own = c->tx_money.given ? &c->tx_money : &c->tx_part;
    bool debit = (own->sign ? own->sign : c->money.sign) == DEBIT;
    if (own->given) p->amount_minor = money_minor(own, debit, &c->line->problems), p->currency = own->currency;
    p->reversed_sign = own->sign && c->money.sign && own->sign != c->money.sign;
    if (c->instructed.given) {
        p->original_minor = money_minor(&c->instructed, false, &c->line->problems);
        p->original_currency = c->instructed.currency;
    }
    c->tx_money = c->tx_part = c->instructed = (struct money){ 0 };
}

static void tx_close(struct camt *c)
{
    struct statement_payment *p = c->tx;
    amounts_finish(c, p);
    charges_close(c, &c->tx_charges);
    p->charges = c->tx_charges.at;
    p->charge_count = c->tx_charges.count;
    p->debtor = c->roles[DEBTOR];
    p->creditor = c->roles[CREDITOR];
    p->ultimate_debtor = c->roles[ULTIMATE_DEBTOR];
    p->ultimate_creditor = c->roles[ULTIMATE_CREDITOR];
    p->initiating = c->roles[INITIATING];
    p->trading = c->roles[TRADING];
    for (int i = 0; i < ROLE_COUNT; i++)
        if (c->roles[i]) c->roles[i]->account = account_tidy(c->arena, c->roles[i]->account, &c->roles[i]->account_is_iban);
    p->references = c->references.at;
    p->reference_count = c->references.count;
    p->remittance_parts = c->parts.at;
    p->remittance_part_count = c->parts.count;
    p->remittance = c->parts.count == 1 ? c->parts.at[0]
                    : c->parts.count    ? str_join(c->arena, c->parts.at, c->parts.count, " ")
                                        : (struct str){ 0 };
    p->structured = c->structured.at;
    p->structured_count = c->structured.count;
    c->tx = c->scope[SCOPE_PAYMENT] = &c->entry;
    c->charges = &c->entry_charges;
    memset(c->roles, 0, sizeof c->roles);
}

/* ---- Entries ---- */

static void entry_open(struct camt *c)
{
    c->line = sink_new_line(c->sink);
    use_arena(c, c->sink->line);
    c->line->source_line = xml_scan_line(c->scan);
    c->line->status = 0;
    c->scope[SCOPE_LINE] = c->line;
    memset(&c->entry, 0, sizeof c->entry);
    c->tx = c->scope[SCOPE_PAYMENT] = &c->entry;
    c->money = (struct money){ 0 };
    c->details = NULL;
    c->detail_count = c->detail_room = 0;
    c->entry_charges = c->tx_charges = (charges){ 0 };
    c->charges = &c->entry_charges;
}

static uint64_t entry_fingerprint(const struct statement_line *l)
{
    uint64_t h = fingerprint_add_int(0x666c6f72696e31, l->booked_on.ymd);
    h = fingerprint_add_int(fingerprint_add_int(h, l->valued_on.ymd), l->amount_minor);
    h = fingerprint_add(fingerprint_add(fingerprint_add(h, l->currency), l->reference), l->servicer_reference);
    h = fingerprint_add(fingerprint_add_int(h, l->status), l->additional);
    for (size_t i = 0; i < l->detail_count; i++) {
        const struct statement_payment *p = &l->details[i];
        h = fingerprint_add(fingerprint_add(fingerprint_add_int(h, p->amount_minor), p->end_to_end_id), p->transaction_id);
        h = fingerprint_add(fingerprint_add(fingerprint_add(h, p->servicer_reference), p->remittance), p->reference);
        if (p->counterparty) h = fingerprint_add(fingerprint_add(h, p->counterparty->name), p->counterparty->account);
    }
    return h;
}

static void entry_finish(struct camt *c)
{
    struct statement_line *l = c->line;
    charges_close(c, &c->entry_charges);
    l->charges = c->entry_charges.at;
    l->charge_count = c->entry_charges.count;
    if (!c->money.given) l->problems |= PROBLEM_AMOUNT;
    if (c->money.sign == UNSAID) l->problems |= PROBLEM_SIGN;
    l->amount_exact = c->money.exact;
    l->currency = c->money.currency;
    l->amount_minor = money_minor(&c->money, c->money.sign == DEBIT, &l->problems);
    if (!l->status) l->status = STATUS_INFO, l->problems |= PROBLEM_STATUS;
    l->details = c->details;
    l->detail_count = c->detail_count;
    if (c->detail_count == 1) {
        struct statement_payment *p = &c->details[0];
        if (!p->original_currency.length && c->instructed.given) {
            p->original_minor = money_minor(&c->instructed, false, &l->problems);
            p->original_currency = c->instructed.currency;
        }
        if (!p->rate.length) p->rate = c->entry.rate;
        l->payment = p;
    } else {
        amounts_finish(c, &c->entry);
        struct statement_payment *own = ARENA_NEW(c->arena, struct statement_payment);
        *own = c->entry;
        own->code = (struct statement_code){ 0 };
        l->payment = own;
    }
    for (size_t i = 0; i < c->detail_count; i++) {
        line_payment_finish(c->arena, c->sink->now, l, &c->details[i]);
        if (str_equal(c->details[i].currency, l->currency) &&
            !int_add(l->details_minor, c->details[i].amount_minor, &l->details_minor))
            l->problems |= PROBLEM_DETAILS;
    }
    l->fingerprint = entry_fingerprint(l);
}

static void status_take(struct camt *c, struct str text)
{
    enum statement_status s = str_is(text, "BOOK")   ? STATUS_BOOK
                              : str_is(text, "PDNG") ? STATUS_PENDING
                              : str_is(text, "INFO") ? STATUS_INFO
                                                     : 0;
    if (!s) c->line->problems |= PROBLEM_STATUS;
    c->line->status = s ? s : STATUS_INFO;
}

static void day_take(struct str text, struct date *day, struct instant *at, uint32_t *problems)
{
    struct instant ignored;
    if (!moment_parse(text, day, at ? at : &ignored)) *problems |= PROBLEM_DATE;
}

static void moment_take(struct camt *c, struct str text, struct date *day, struct instant *at)
{
    struct date ignored;
    struct statement *st = c->scope[SCOPE_STATEMENT];
    if (!moment_parse(text, day ? day : &ignored, at)) st->problems |= PROBLEM_DATE;
}

/* ---- Balances ---- */

static enum balance_type balance_type_of(struct str code, bool *interim)
{
    static const struct {
        const char *code;
        enum balance_type type;
    } types[] = {
        { "OPBD", BALANCE_OPENING },           { "PRCD", BALANCE_OPENING },
        { "CLBD", BALANCE_CLOSING },           { "OPAV", BALANCE_OPENING_AVAILABLE },
        { "CLAV", BALANCE_CLOSING_AVAILABLE }, { "FWAV", BALANCE_FORWARD_AVAILABLE },
        { "ITBD", BALANCE_INTERIM },           { "ITAV", BALANCE_INTERIM_AVAILABLE },
    };
    *interim = str_is(code, "ITBD") || str_is(code, "ITAV");
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
        if (str_is(code, types[i].code)) return types[i].type;
    return BALANCE_OTHER;
}

static void balance_close(struct camt *c)
{
    struct statement_balance *b = c->balance;
    b->type = balance_type_of(b->code, &b->interim);
    b->currency = c->balance_money.currency;
    if (!c->balance_money.given) b->problems |= PROBLEM_AMOUNT;
    if (c->balance_money.sign == UNSAID) b->problems |= PROBLEM_SIGN;
    b->amount_minor = money_minor(&c->balance_money, c->balance_money.sign == DEBIT, &b->problems);
    c->balance = NULL;
}

/* A page in the middle of a statement has no OPBD or CLBD: its first ITBD opens, its last closes. */
static void pages_prepare(struct statement *st)
{
    struct statement_balance *first = NULL, *last = NULL;
    bool opening = false, closing = false;
    for (size_t i = 0; i < st->balance_count; i++) {
        struct statement_balance *b = (struct statement_balance *)&st->balances[i]; /* ours until the statement is handed over */
        opening |= b->type == BALANCE_OPENING;
        closing |= b->type == BALANCE_CLOSING;
        if (b->type == BALANCE_INTERIM && !first) first = b;
        if (b->type == BALANCE_INTERIM) last = b;
    }
    if (st->kind != STATEMENT_CAMT_053 || !first || (opening && closing)) return;
    if (!opening && (closing || first != last)) first->type = BALANCE_OPENING;
    if (!closing && last->type == BALANCE_INTERIM) last->type = BALANCE_CLOSING;
}

/* ---- The statement ---- */

static void statement_open(struct camt *c)
{
    struct statement *st = sink_begin(c->sink);
    struct statement fresh = *st;
    *st = c->message;
    st->proof = fresh.proof;
    st->dialect = DIALECT_ISO20022;
    st->declared_count = st->number = st->legal_number = -1;
    st->source_line = xml_scan_line(c->scan);
    c->scope[SCOPE_STATEMENT] = st;
    use_arena(c, c->sink->keep);
}

static void statement_close(struct camt *c)
{
    pages_prepare(c->sink->now);
    c->scope[SCOPE_STATEMENT] = &c->message;
    struct fault *fault = sink_end(c->sink);
    if (fault) xml_scan_stop(c->scan, fault);
}

static void document_open(struct camt *c, enum statement_kind kind, const char *word)
{
    struct str uri = xml_scan_uri(c->scan);
    ptrdiff_t at = str_find(uri, word);
    c->has_message = true;
    c->message.kind = kind;
    c->message.version = at < 0 ? str_of(word + 5) : str_keep(c->sink->keep, str_part(uri, (size_t)at + 5, 10));
}

/* ---- The three events ---- */

static void on_open(void *context, struct xml_scan *scan, int id)
{
    struct camt *c = context;
    c->scan = scan;
    if (!may_go_on(c, 0)) return;
    switch (id) {
    case C_REPORT: document_open(c, STATEMENT_CAMT_052, "camt.052"); break;
    case C_STATEMENT: document_open(c, STATEMENT_CAMT_053, "camt.053"); break;
    case C_NOTIFICATION: document_open(c, STATEMENT_CAMT_054, "camt.054"); break;
    case C_ONE: statement_open(c); break;
    case C_RECIPIENT:
    case C_OWNER: c->roles[INITIATING] = NULL; party_open(c, INITIATING); break;
    case C_BALANCE:
        c->balance = sink_balance(c->sink);
        c->balance_money = (struct money){ 0 };
        break;
    case C_BALANCE_AMOUNT: case C_AMOUNT: case C_TX_AMOUNT: case C_TX_PART_AMOUNT: case C_INSTRUCTED_AMOUNT: case C_BATCH_TOTAL:
    case C_CHARGE_AMOUNT: case C_CHARGE_TOTAL: currency_note(c); break;
    case C_ENTRY: entry_open(c); break;
    case C_ENTRY_CODE: c->scope[SCOPE_CODE] = &c->line->code; break;
    case C_TX_CODE: c->scope[SCOPE_CODE] = &c->tx->code; break;
    case C_ENTRY_CHARGES: charges_open(c, &c->entry_charges); break;
    case C_TX_CHARGES: charges_open(c, &c->tx_charges); break;
    case C_CHARGE: charge_open(c, true); break;
    case C_TX: tx_open(c); break;
    case C_TX_REFERENCE: c->scope[SCOPE_ID] = LIST_ADD(c->arena, &c->references); break;
    case C_DEBTOR: case C_CREDITOR: case C_ULTIMATE_DEBTOR: case C_ULTIMATE_CREDITOR: case C_INITIATING: case C_TRADING:
        party_open(c, (enum role)(id - C_DEBTOR)); break;
    case C_ADDRESS: address_open(c); break;
    case C_PERSON_ID: c->in_person = true; break;
    case C_PARTY_ID: c->scope[SCOPE_ID] = LIST_ADD(c->arena, &c->ids); break;
    default: break;
    }
}
static_assert(C_TRADING - C_DEBTOR == TRADING && C_ULTIMATE_DEBTOR - C_DEBTOR == ULTIMATE_DEBTOR &&
              C_INITIATING - C_DEBTOR == INITIATING, "the roles and their ids are in one order");

static void on_close(void *context, struct xml_scan *scan, int id)
{
    struct camt *c = context;
    c->scan = scan;
    switch (id) {
    case C_ONE: statement_close(c); break;
    case C_RECIPIENT:
        c->message.recipient = c->party;
        party_close(c);
        c->roles[INITIATING] = NULL;
        break;
    case C_OWNER:
        owner_close(c);
        c->roles[INITIATING] = NULL;
        break;
    case C_BALANCE: balance_close(c); break;
    case C_ENTRY: {
        entry_finish(c);
        struct statement_line *line = c->line;
        c->line = NULL;
        struct fault *fault = sink_line(c->sink, line);
        use_arena(c, c->sink->keep);
        if (fault) xml_scan_stop(scan, fault);
        break;
    }
    case C_TX: tx_close(c); break;
    case C_TX_REFERENCE: c->scope[SCOPE_ID] = NULL; break;
    case C_PERSON_ID: c->in_person = false; break;
    case C_PARTY_ID: creditor_id_take(c); break;
    case C_DEBTOR: case C_CREDITOR: case C_ULTIMATE_DEBTOR: case C_ULTIMATE_CREDITOR: case C_INITIATING: case C_TRADING:
        party_close(c); break;
    default: break;
    }
}

static const struct { uint16_t scope, offset; } plain[C_PLAIN_END] = {
#define CAMT_PLACE(id, scope, type, field) [C_##id] = { SCOPE_##scope, offsetof(struct type, field) },
    CAMT_PLAIN(CAMT_PLACE)
#undef CAMT_PLACE
};

static void text_of_statement(struct camt *c, int id, struct str text)
{
    struct statement *st = c->scope[SCOPE_STATEMENT];
    switch (id) {
    case C_MESSAGE_CREATED: moment_take(c, text, NULL, &st->message_created_at); break;
    case C_CREATED: moment_take(c, text, NULL, &st->created_at); break;
    case C_FROM: moment_take(c, text, &st->from_on, &st->from_at); break;
    case C_TO: moment_take(c, text, &st->to_on, &st->to_at); break;
    case C_NUMBER: number_take(text, &st->number); break;
    case C_LEGAL_NUMBER: number_take(text, &st->legal_number); break;
    case C_DECLARED: number_take(text, &st->declared_count); break;
    case C_MESSAGE_PAGE: number_take(text, &st->message_page); break;
    case C_PAGE: number_take(text, &st->page); break;
    case C_LAST_PAGE:
        st->last_page_known = true;
        st->last_page = str_is(text, "true") || str_is(text, "1");
        break;
    case C_ACCOUNT_IBAN: case C_ACCOUNT_OTHER:
        st->account_raw = keep(c, text);
        st->account = account_tidy(c->arena, st->account_raw, &st->account_is_iban);
        break;
    case C_BALANCE_CODE: c->balance->code = keep(c, text); break;
    case C_BALANCE_AMOUNT: money_take(c, &c->balance_money, text, &c->balance->problems); break;
    case C_BALANCE_SIGN: sign_take(&c->balance_money, text); break;
    case C_BALANCE_DATE: day_take(text, &c->balance->on, NULL, &c->balance->problems); break;
    default: break;
    }
}

static void text_of_entry(struct camt *c, int id, struct str text)
{
    struct statement_line *l = c->line;
    struct money total = { 0 };
    switch (id) {
    case C_AMOUNT:
        money_take(c, &c->money, text, &l->problems);
        if (!c->money.given) l->raw = keep(c, text);
        break;
    case C_SIGN: sign_take(&c->money, text); break;
    case C_REVERSAL: l->reversal = str_is(text, "true") || str_is(text, "1"); break;
    case C_STATUS: status_take(c, text); break;
    case C_BOOKED: day_take(text, &l->booked_on, &l->booked_at, &l->problems); break;
    case C_VALUED: day_take(text, &l->valued_on, NULL, &l->problems); break;
    case C_BATCH_COUNT: number_take(text, &l->batch_count); break;
    case C_BATCH_TOTAL:
        money_take(c, &total, text, &l->problems);
        l->batch_total_minor = money_minor(&total, false, &l->problems);
        l->batch_currency = total.currency;
        break;
    case C_CHARGE_AMOUNT:
        charge_open(c, c->charge_open && c->charge_money.given);
        money_take(c, &c->charge_money, text, &l->problems);
        break;
    case C_CHARGE_TOTAL: money_take(c, &c->charge_total, text, &l->problems); break;
    case C_CHARGE_SIGN: charge_open(c, false); sign_take(&c->charge_money, text); break;
    case C_CHARGE_INCLUDED: charge_open(c, false)->included = str_is(text, "true") || str_is(text, "1"); break;
    case C_CHARGE_TYPE: charge_open(c, false)->type = keep(c, text); break;
    case C_CHARGE_BEARER: charge_open(c, false)->bearer = keep(c, text); break;
    default: break;
    }
}

static void text_of_payment(struct camt *c, int id, struct str text)
{
    switch (id) {
    case C_TX_END_TO_END: if (said(text)) c->tx->end_to_end_id = keep(c, text); break;
    case C_TX_AMOUNT: money_take(c, &c->tx_money, text, &c->line->problems); break;
    case C_TX_PART_AMOUNT: money_take(c, &c->tx_part, text, &c->line->problems); break;
    case C_TX_SIGN: sign_take(&c->tx_money, text); break;
    case C_INSTRUCTED_AMOUNT: money_take(c, &c->instructed, text, &c->line->problems); break;
    case C_ADDRESS_LINE: *LIST_ADD(c->arena, &c->address_lines) = keep(c, text); break;
    case C_UNSTRUCTURED: *LIST_ADD(c->arena, &c->parts) = keep(c, text); break;
    case C_REFERENCE: {
        struct str one = keep(c, text);
        *LIST_ADD(c->arena, &c->structured) = one;
        if (!c->tx->reference.length) c->tx->reference = one;
        break;
    }
    case C_REFERENCE_ISSUER: if (!c->tx->reference_issuer.length) c->tx->reference_issuer = keep(c, text); break;
    case C_STRUCTURED_TEXT: *LIST_ADD(c->arena, &c->structured) = keep(c, text); break;
    default: if (id >= C_ID_END && c->party) simple_id(c, id, text); break;
    }
}

static void on_text(void *context, struct xml_scan *scan, int id, struct str text)
{
    struct camt *c = context;
    c->scan = scan;
    text = str_trim(text);
    if (!text.length) return;
    if (!may_go_on(c, text.length)) return;
    if (id < C_PLAIN_END) {
        char *base = c->scope[plain[id].scope];
        if (base) *(struct str *)(void *)(base + plain[id].offset) = keep(c, text);
    } else if (id <= C_BALANCE_DATE) text_of_statement(c, id, text);
    else if (id <= C_CHARGE_BEARER) text_of_entry(c, id, text);
    else text_of_payment(c, id, text);
}

struct fault *camt_read(struct sink *sink, struct statement_source source)
{
    static const struct xml_scan_handler handler = { on_open, on_text, on_close };
    struct camt c = { .sink = sink, .message = { .page = -1, .message_page = -1 } };
    struct xml_limits limits = { sink->limits.bytes, 64, SIZE_MAX, (size_t)1 << 20 };
    c.scope[SCOPE_STATEMENT] = &c.message;
    use_arena(&c, sink->keep);
    struct fault *fault = xml_scan_read(sink->keep, source.read, source.context, &limits, &camt_grammar, &handler, &c);
    if (fault) return fault;
    if (!c.has_message) return FAULT(sink->keep, &statement_unknown, NULL);
    if (!sink->statements) return malformed_at(sink->keep, 1, "there is no statement in it");
    return NULL;
}
