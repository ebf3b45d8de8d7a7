/* MT940 and MT942 (SWIFT Category 9) → neutral statement. A file is lines; a field is ":TAG:" and the lines up to the next one; what stands
 * before the first field of a message is the bank's own preamble. Nothing is required: a fragment is read as far as it goes. */
#include "statement/statement_private.h"

struct buffer { char *at; size_t length, room; }; /* malloc'd: it outlives the arena of a line */
enum { FIELD_BYTES_MAX = 1 << 16, TEXT_BYTES_MAX = 1 << 18, INFO_BYTES_MAX = 1 << 14, LINE_WIDTH = 65 };
#define NEW_TEXT '\x1e' /* between two :86: of one line */

struct mt940 {
    struct sink *sink;
    struct line_reader lines;
    struct buffer field, preamble, entry, text; /* entry: the :61: being kept; text: its :86: */
    char tag[4];
    int64_t field_line, entry_line;
    bool has_entry, has_text, closed, has_account, cut; /* closed: :62: was seen. cut: "-" was seen */
    uint32_t problems; /* of the field at hand */
    enum statement_dialect dialect; /* UNKNOWN: by content only */
    struct str last_account; /* of the statement before: a page without lines is in the same dialect */
    enum statement_dialect last_dialect;
};

/* ---- Buffers ---- */

static void buffer_add(struct buffer *b, struct str s)
{
    if (b->length + s.length + 1 > b->room) {
        b->room = (b->room + s.length + 1) * 2;
        b->at = realloc(b->at, b->room);
        ensure(b->at);
    }
    memcpy(b->at + b->length, s.at, s.length);
    b->length += s.length;
}
static struct str buffer_str(const struct buffer *b) { return (struct str){ b->at ? b->at : "", b->length }; }
static void buffer_take(struct buffer *to, struct buffer *from) /* exchanges them, so that nothing is copied */
{
    struct buffer old = *to;
    *to = *from;
    *from = old;
    from->length = 0;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/* ---- Dialects ---- */

static const struct { const char *code, *bic; enum statement_dialect dialect; } banks[] = {
    { "ABNA", "ABNANL2A", DIALECT_ABN_AMRO }, { "INGB", "INGBNL2A", DIALECT_ING },     { "RABO", "RABONL2U", DIALECT_RABOBANK },
    { "SNSB", "SNSBNL2A", DIALECT_SNS },      { "ASNB", "ASNBNL21", DIALECT_SNS },     { "RBRB", "RBRBNL21", DIALECT_SNS },
    { "TRIO", "TRIONL2U", DIALECT_TRIODOS },  { "KNAB", "KNABNL2H", DIALECT_KNAB },    { "BUNQ", "BUNQNL2A", DIALECT_BUNQ },
    { "FVLB", "FVLBNL22", DIALECT_VAN_LANSCHOT },
};

enum statement_dialect dialect_of_account(struct str account)
{
    if (account.length < 18) return DIALECT_UNKNOWN;
    if (str_starts(account, "DE")) return DIALECT_GERMAN;
    for (size_t i = 0; i < ARRAY_LENGTH(banks); i++)
        if (str_starts(account, "NL") && str_is(str_part(account, 4, 4), banks[i].code)) return banks[i].dialect;
    return DIALECT_UNKNOWN;
}

enum statement_dialect dialect_of_text(struct str preamble)
{
    for (size_t i = 0; i < ARRAY_LENGTH(banks); i++)
        if (str_find(preamble, banks[i].bic) >= 0) return banks[i].dialect;
    return str_find(preamble, ":940:") >= 0 ? DIALECT_RABOBANK : DIALECT_UNKNOWN;
}

static enum statement_dialect dialect_of_reference(struct str reference)
{
    if (str_starts(reference, "ABN AMRO")) return DIALECT_ABN_AMRO;
    if (str_starts(reference, "940A")) return DIALECT_RABOBANK_CLASSIC;
    if (str_starts(reference, "940S")) return DIALECT_RABOBANK;
    if (str_is(reference, "MPBZ") || str_is(reference, "INGEB")) return DIALECT_ING;
    bool knab = reference.length >= 12 && reference.at[0] == 'B' && is_digit(reference.at[1]) && is_upper(reference.at[2]) &&
                is_digit(reference.at[3]) && is_digit(reference.at[4]) && str_starts(str_part(reference, 5, 2), "MS");
    return knab ? DIALECT_KNAB : DIALECT_UNKNOWN;
}

/* ---- Pieces of fields ---- */

static bool day_parse(struct str s, struct date *day) /* YYMMDD; 80…99 are of the last century */
{
    *day = (struct date){ 0 };
    for (size_t i = 0; i < 6; i++)
        if (i >= s.length || !is_digit(s.at[i])) return false;
    int v[3];
    for (int i = 0; i < 3; i++) v[i] = (s.at[2 * i] - '0') * 10 + s.at[2 * i + 1] - '0';
    return date_make(v[0] + (v[0] < 80 ? 2000 : 1900), v[1], v[2], day);
}

/* MMDD beside a value date: of the year in which the two are closest. */
static bool entry_day_parse(struct str s, struct date value, struct date *day)
{
    int month = (s.at[0] - '0') * 10 + s.at[1] - '0', number = (s.at[2] - '0') * 10 + s.at[3] - '0', best = 400;
    if (!value.ymd) return false;
    for (int year = date_year(value) - 1; year <= date_year(value) + 1; year++) {
        struct date d;
        int apart = date_make(year, month, number, &d) ? abs(date_between(value, d)) : 400;
        if (apart < best) best = apart, *day = d;
    }
    return best < 400;
}

static struct str first_line(struct str s)
{
    struct str rest;
    return str_cut(s, '\n', &rest);
}

static struct str kept(struct mt940 *m, struct str s)
{
    return s.length ? str_keep(m->sink->keep, s) : (struct str){ 0 };
}

static struct statement *current(struct mt940 *m)
{
    if (m->sink->now) return m->sink->now;
    struct statement *st = sink_begin(m->sink);
    st->kind = STATEMENT_MT940;
    st->source_line = (int32_t)m->field_line;
    m->closed = m->has_account = m->cut = false;
    m->dialect = dialect_of_text(buffer_str(&m->preamble));
    m->preamble.length = 0;
    st->dialect = m->dialect;
    return st;
}

static void dialect_note(struct mt940 *m, enum statement_dialect found)
{
    if (found == DIALECT_UNKNOWN) return;
    bool refined = m->dialect == DIALECT_RABOBANK && found == DIALECT_RABOBANK_CLASSIC;
    if (m->dialect == DIALECT_UNKNOWN || refined) m->dialect = found;
    m->sink->now->dialect = m->dialect;
}

/* ---- :61: and its :86: ---- */

/* What :61: says in its first line; *rest is what could not be understood. */
static bool entry_parse(struct arena *arena, struct str s, struct str more, struct statement_line *l)
{
    bool known = day_parse(s, &l->valued_on);
    if (!known) l->problems |= PROBLEM_DATE;
    size_t i = 0;
    while (i < s.length && i < 6 && is_digit(s.at[i])) i++;
    if (i < 6) return false;
    if (i + 4 <= s.length && is_digit(s.at[i]) && is_digit(s.at[i + 1]) && is_digit(s.at[i + 2]) && is_digit(s.at[i + 3])) {
        if (!entry_day_parse(str_part(s, i, 4), l->valued_on, &l->booked_on)) l->problems |= PROBLEM_DATE;
        i += 4;
    }
    if (i < s.length && (s.at[i] == 'R' || s.at[i] == 'E')) {
        l->reversal = s.at[i] == 'R';
        if (s.at[i] == 'E') l->status = STATUS_PENDING;
        i++;
    }
    bool debit = i < s.length && s.at[i] == 'D';
    if (!debit && !(i < s.length && s.at[i] == 'C')) {
        l->problems |= PROBLEM_SIGN;
        return false;
    }
    i++;
    if (i < s.length && is_upper(s.at[i])) i++; /* funds code: third letter of the currency */
    size_t from = i;
    bool mark = false;
    while (i < s.length && (is_digit(s.at[i]) || s.at[i] == ',' || s.at[i] == '.')) mark |= !is_digit(s.at[i]), i++;
    if (!amount_parse(str_part(s, from, i - from), &l->amount_exact)) l->problems |= PROBLEM_AMOUNT;
    else if (!mark) l->problems |= PROBLEM_SYNTAX; /* SWIFT asks for the comma: digits may be missing */
    if (!l->currency.length) l->problems |= PROBLEM_CURRENCY;
    l->amount_minor = amount_minor(l->amount_exact, l->currency, &l->problems);
    if (debit != l->reversal) l->amount_minor = -l->amount_minor; /* RC takes a credit back: it debits */
    if (i + 4 > s.length || !is_upper(s.at[i])) {
        if (str_trim(str_part(s, i, s.length)).length) l->problems |= PROBLEM_SYNTAX;
        return false;
    }
    l->code.proprietary = str_trim(str_part(s, i, 4));
    i += 4;
    struct str rest = str_part(s, i, s.length);
    ptrdiff_t slashes = str_find(rest, "//");
    struct str own = slashes < 0 ? rest : str_part(rest, 0, (size_t)slashes);
    if (slashes >= 0) l->servicer_reference = str_trim(str_part(rest, (size_t)slashes + 2, rest.length));
    l->reference = str_trim(own);
    (void)arena;
    l->additional = str_trim(more);
    return true;
}

/* Lines of a field on one line. A full line was broken by width, others at a space; nothing around a slash. `width` 0: always joined. */
static struct str joined(struct arena *arena, struct str s, size_t width)
{
    struct text t = text_new(arena);
    size_t length = 0;
    bool first = true; /* some banks count a character of the tag in its first line */
    for (size_t i = 0; i < s.length; i++, length++) {
        char c = s.at[i];
        if (c != '\n' && c != NEW_TEXT) {
            text_add_char(&t, c);
            continue;
        }
        char before = t.length ? t.at[t.length - 1] : ' ', after = i + 1 < s.length ? s.at[i + 1] : ' ';
        bool close = c == '\n' && (!width || length + (first ? 1 : 0) >= width || before == '/' || after == '/');
        if (!close && before != ' ') text_add_char(&t, ' ');
        length = (size_t)-1;
        first = false;
    }
    return text_str(&t);
}

/* ABN AMRO's old text is columns of 32 characters: the lines are filled up again, so that the columns do not touch. */
static struct str columns(struct arena *arena, struct str s)
{
    struct text t = text_new(arena);
    size_t length = 0;
    for (size_t i = 0; i < s.length; i++) {
        bool end = s.at[i] == '\n' || s.at[i] == NEW_TEXT;
        if (!end) text_add_char(&t, s.at[i]), length++;
        else if (length < LINE_WIDTH) text_addz(&t, "  "), length = 0;
        else length = 0;
    }
    return text_str(&t);
}

/* "P000029225" is a number of the Postbank; zeros before are filling. */
static struct str giro_tidy(struct str account)
{
    size_t i = account.length && account.at[0] == 'P' && account.length <= 10;
    while (i < account.length && account.at[i] == '0') i++;
    return i && account.length - i >= 3 ? str_part(account, i, account.length) : account;
}

/* Rabobank before 2013: the other account in the reference (a 16-character column), the name behind it. */
static void classic_take(struct narrative *n, struct statement_line *l, struct str whole)
{
    struct str account = str_trim(str_part(whole, 0, 16)), name = str_trim(str_part(whole, 16, whole.length));
    l->reference = (struct str){ 0 };
    if (said(account)) {
        struct statement_party *other = narrative_other(n);
        other->account = account_tidy(n->arena, giro_tidy(account), &other->account_is_iban);
    }
    if (name.length) narrative_other(n)->name = name;
}

/* The second line of :61: holds the other account at Rabobank, a codeword text at ING ("/TRCD/00100/"). */
static void supplement_take(struct narrative *n, struct statement_line *l, enum statement_dialect dialect)
{
    struct str s = l->additional;
    ptrdiff_t code = str_find(s, "/TRCD/");
    if (code >= 0) {
        struct str rest, value = str_cut(str_part(s, (size_t)code + 6, s.length), '/', &rest);
        n->payment->code.proprietary = str_trim(value);
    }
    if (dialect != DIALECT_RABOBANK && dialect != DIALECT_SNS) return;
    struct str account = str_trim(first_line(s));
    if (dialect == DIALECT_RABOBANK && account.length && !memchr(account.at, ' ', account.length)) {
        struct statement_party *other = narrative_other(n);
        if (!other->account.length) other->account = account_tidy(n->arena, giro_tidy(account), &other->account_is_iban);
    }
}

static void sns_take(struct narrative *n, struct statement_line *l, struct str text)
{
    struct str rest, head = str_trim(str_cut(text, '\n', &rest)), name;
    struct str account = str_cut(head, ' ', &name);
    bool iban;
    account = account_tidy(n->arena, account, &iban);
    bool number = account.length == 9 || account.length == 10;
    for (size_t i = 0; number && i < account.length; i++) number = is_digit(account.at[i]);
    if (!iban && !number) {
        n->text = joined(n->arena, text, LINE_WIDTH);
        return narrative_plain(n, DIALECT_UNKNOWN);
    }
    struct statement_party *other = narrative_other(n);
    other->account = account;
    other->account_is_iban = iban;
    if (name.at) other->name = str_trim(name);
    if (l->reference.length >= 9 && str_ends(account, str_keep(n->arena, l->reference).at)) l->reference = (struct str){ 0 };
    n->text = spaces_squeezed(n->arena, joined(n->arena, rest.at ? rest : STR(""), LINE_WIDTH));
    narrative_plain(n, DIALECT_UNKNOWN);
}

static bool is_code_word(struct str s) /* instead of a reference: "it stands in :86:" */
{
    static const char *const codes[] = { "EREF", "PREF", "MARF", "KREF+", "EREF+", "IREF", "CSID" };
    for (size_t i = 0; i < ARRAY_LENGTH(codes); i++)
        if (str_is(s, codes[i])) return true;
    return !said(s);
}

static bool german_looks(struct str s)
{
    return s.length >= 6 && is_digit(s.at[0]) && is_digit(s.at[1]) && is_digit(s.at[2]) && is_digit(s.at[4]) &&
           is_digit(s.at[5]) && strchr("?>@|", s.at[3]);
}

static void narrative_take(struct narrative *n, struct statement_line *l, struct str text, struct str reference_column,
                           enum statement_dialect dialect)
{
    struct str trimmed = str_trim(text);
    bool slashed = str_starts(trimmed, "/");
    if (german_looks(trimmed)) {
        n->text = joined(n->arena, trimmed, 0);
        if (narrative_german(n)) return;
    }
    n->text = joined(n->arena, trimmed, slashed ? LINE_WIDTH : 0);
    if (slashed && narrative_structured(n)) return supplement_take(n, l, dialect);
    if (dialect == DIALECT_SNS) return sns_take(n, l, trimmed);
    if (dialect == DIALECT_ABN_AMRO) {
        n->text = columns(n->arena, trimmed);
        if (narrative_labels(n)) return;
        return narrative_plain(n, dialect);
    }
    n->text = joined(n->arena, trimmed, LINE_WIDTH);
    if (dialect == DIALECT_RABOBANK_CLASSIC) classic_take(n, l, reference_column);
    else if ((dialect == DIALECT_KNAB || dialect == DIALECT_ING) && narrative_labels(n)) return supplement_take(n, l, dialect);
    narrative_plain(n, dialect);
    supplement_take(n, l, dialect);
}

/* What a line says, line ends and the spaces before them apart. */
static uint64_t raw_fingerprint(uint64_t h, struct str s)
{
    for (struct str rest = s; rest.at;) {
        struct str one = str_cut(rest, '\n', &rest);
        while (one.length && strchr(" \t\r", one.at[one.length - 1])) one.length--;
        if (one.length) h = fingerprint_add(h, one);
    }
    return h;
}

static struct str raw_text(struct arena *arena, struct str entry, struct str text, bool has_text)
{
    struct text t = text_new(arena);
    text_addz(&t, ":61:");
    text_add(&t, entry);
    if (has_text) text_addz(&t, "\n:86:");
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == NEW_TEXT) text_addz(&t, "\n:86:");
        else text_add_char(&t, text.at[i]);
    }
    return text_str(&t);
}

static void entry_dialect(struct mt940 *m, struct statement_line *l, struct str text)
{
    struct str t = str_trim(text);
    if (m->dialect != DIALECT_UNKNOWN && m->dialect != DIALECT_RABOBANK) return;
    if (m->dialect == DIALECT_RABOBANK) {
        if (t.length && t.at[0] != '/' && memchr(t.at, NEW_TEXT, t.length)) dialect_note(m, DIALECT_RABOBANK_CLASSIC);
        return;
    }
    static const char *const sns[] = { "NIOB", "NOVB", "NACC", "NGEA", "NVZB", "NVZI", "NEIC" };
    if (german_looks(t)) dialect_note(m, t.at[3] == '>' ? DIALECT_TRIODOS : DIALECT_GERMAN);
    for (size_t i = 0; i < ARRAY_LENGTH(sns); i++)
        if (str_is(l->code.proprietary, sns[i])) dialect_note(m, DIALECT_SNS);
}

static struct fault *entry_flush(struct mt940 *m)
{
    if (!m->has_entry) return NULL;
    if (64 * (m->entry.length + m->text.length + 4096) > arena_room(m->sink->line)) return sink_no_room(m->sink);
    struct statement *st = current(m);
    struct statement_line *l = sink_new_line(m->sink);
    struct arena *arena = m->sink->line;
    uint32_t problems = 0;
    struct str entry = text_utf8(arena, str_copy(arena, m->entry.at, m->entry.length), &problems);
    struct str text = text_utf8(arena, str_copy(arena, m->text.at ? m->text.at : "", m->text.length), &problems);
    struct str more = { 0 }, first = str_cut(entry, '\n', &more);
    l->source_line = (int32_t)m->entry_line;
    l->problems = problems;
    l->currency = st->currency.length ? st->currency : st->balance_count ? st->balances[0].currency : (struct str){ 0 };
    l->raw = raw_text(arena, entry, text, m->has_text);
    l->fingerprint = raw_fingerprint(raw_fingerprint(0x666c6f72696e32, entry), text);
    if (!entry_parse(arena, first, more, l)) l->problems |= PROBLEM_SYNTAX;
    entry_dialect(m, l, text);
    struct statement_payment *p = ARENA_NEW(arena, struct statement_payment);
    struct narrative n = { .arena = arena, .payment = p, .statement = st };
    size_t column = first.length < 1 ? 0 : (size_t)(l->reference.at ? l->reference.at - first.at : (ptrdiff_t)first.length);
    narrative_take(&n, l, text, str_part(first, column, first.length), m->dialect);
    if (is_code_word(l->reference)) l->reference = (struct str){ 0 };
    if (is_code_word(l->servicer_reference)) l->servicer_reference = (struct str){ 0 };
    l->additional = joined(arena, l->additional, LINE_WIDTH);
    narrative_finish(&n, l);
    l->payment = l->details = p;
    l->detail_count = 1;
    m->has_entry = m->has_text = false;
    m->entry.length = m->text.length = 0;
    return sink_line(m->sink, l);
}

/* ---- The other fields ---- */

static struct fault *finish(struct mt940 *m)
{
    TRY(entry_flush(m));
    if (!m->sink->now) return NULL;
    m->last_account = m->sink->now->account;
    m->last_dialect = m->sink->now->dialect;
    return sink_end(m->sink);
}

static void info_add(struct mt940 *m, struct str s)
{
    struct statement *st = current(m);
    struct arena *keep = m->sink->keep;
    s = str_trim(joined(keep, text_utf8(keep, s, &st->problems), LINE_WIDTH));
    if (!s.length || st->info.length > INFO_BYTES_MAX) return;
    struct str parts[] = { st->info, s };
    st->info = st->info.length ? str_join(keep, parts, 2, "\n") : s;
}

static bool is_currency(struct str s)
{
    return s.length == 3 && is_upper(s.at[0]) && is_upper(s.at[1]) && is_upper(s.at[2]);
}

/* "NL71RABO0123456789 EUR", "1291.99.348EUR", "50880050/0194787400888", "BPHKPLPK/320000546101", "TRIODOSBANK/0390123456" */
static void account_take(struct mt940 *m, struct str s)
{
    struct statement *st = current(m);
    s = str_trim(first_line(s));
    st->account_raw = kept(m, s);
    m->has_account = true;
    struct str account = st->account_raw,
               tail = account.length > 6 ? str_part(account, account.length - 3, 3) : (struct str){ 0 };
    char before = account.length > 6 ? account.at[account.length - 4] : 'X';
    if (is_currency(tail) && currency_digits(tail) >= 0 && (is_digit(before) || before == ' ' || before == '/')) {
        st->currency = tail;
        account = str_trim(str_part(account, 0, account.length - 3));
        if (account.length && account.at[account.length - 1] == '/') account.length--;
    }
    struct str number, bank = str_cut(account, '/', &number);
    if (number.length) {
        bool letters = bank.length && is_upper(bank.at[0]);
        if (letters && (bank.length == 8 || bank.length == 11) && !str_is(bank, "TRIODOSBANK")) st->servicer_bic = bank;
        else st->servicer_name = bank; /* a national bank code, or a name */
        account = number;
        if (str_starts(bank, "TRIODOS")) dialect_note(m, DIALECT_TRIODOS);
    }
    st->account = account_tidy(m->sink->keep, account, &st->account_is_iban);
    dialect_note(m, dialect_of_account(st->account));
    if (m->last_account.length && str_equal(m->last_account, st->account)) dialect_note(m, m->last_dialect);
}

static void number_take(struct mt940 *m, struct str s)
{
    struct statement *st = current(m);
    struct str sheet, number;
    int64_t n;
    s = str_trim(first_line(s));
    st->id = kept(m, s);
    number = str_cut(s, '/', &sheet);
    if (str_to_int(str_trim(number), &n) && n >= 0) st->number = n;
    if (sheet.at && str_to_int(str_trim(sheet), &n) && n >= 0) st->page = n;
}

static void balance_take(struct mt940 *m, struct str s)
{
    static const struct {
        const char *tag;
        enum balance_type type;
    } types[] = {
        { "60", BALANCE_OPENING },
        { "62", BALANCE_CLOSING },
        { "64", BALANCE_CLOSING_AVAILABLE },
        { "65", BALANCE_FORWARD_AVAILABLE },
    };
    struct statement *st = current(m);
    struct statement_balance *b = sink_balance(m->sink);
    s = str_trim(first_line(s));
    b->code = str_keep(m->sink->keep, str_of(m->tag));
    b->type = BALANCE_OTHER;
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
        if (str_starts(b->code, types[i].tag)) b->type = types[i].type;
    b->interim = m->tag[2] == 'M';
    bool debit = str_starts(s, "D"), credit = str_starts(s, "C");
    if (!debit && !credit) b->problems |= PROBLEM_SIGN;
    size_t i = debit || credit;
    if (!day_parse(str_part(s, i, 6), &b->on)) b->problems |= PROBLEM_DATE;
    i += 6;
    struct str currency = str_part(s, i, 3);
    struct decimal exact = { 0 };
    if (is_currency(currency)) b->currency = kept(m, currency), i += 3;
    else b->problems |= PROBLEM_CURRENCY, b->currency = st->currency.length ? st->currency : st->balances[0].currency;
    if (!amount_parse(str_trim(str_part(s, i, s.length)), &exact)) b->problems |= PROBLEM_AMOUNT;
    b->amount_minor = amount_minor(exact, b->currency, &b->problems);
    if (debit) b->amount_minor = -b->amount_minor;
    if (!st->currency.length) st->currency = b->currency;
    if (b->type == BALANCE_CLOSING) m->closed = true;
}

/* :13D: YYMMDDhhmm+0200, :13: without the zone (read as UTC) */
static void moment_take(struct mt940 *m, struct str s)
{
    struct statement *st = current(m);
    struct date day;
    char text[32];
    s = str_trim(first_line(s));
    if (s.length < 10 || !day_parse(s, &day)) {
        st->problems |= PROBLEM_DATE;
        return;
    }
    bool zone = s.length >= 15 && (s.at[10] == '+' || s.at[10] == '-');
    snprintf(text, sizeof text, "%04d-%02d-%02dT%.2s:%.2s:00%.3s%s%.2s", date_year(day), date_month(day), date_day(day),
             s.at + 6, s.at + 8, zone ? s.at + 10 : "Z", zone ? ":" : "", zone ? s.at + 13 : "");
    if (!zone) text[20] = 0;
    if (!instant_parse(str_of(text), &st->created_at)) st->problems |= PROBLEM_DATE;
}

/* :90D:2PLN186,33: so many debits. */
static void sum_take(struct mt940 *m, struct str s)
{
    struct statement *st = current(m);
    int64_t count = 0;
    for (size_t i = 0; i < s.length && i < 9 && is_digit(s.at[i]); i++) count = count * 10 + (s.at[i] - '0');
    st->declared_count = (st->declared_count < 0 ? 0 : st->declared_count) + count;
}

static void entry_begin(struct mt940 *m)
{
    if (!m->sink->now) current(m);
    buffer_take(&m->entry, &m->field);
    m->entry_line = m->field_line;
    m->has_entry = true;
}

static void text_take(struct mt940 *m)
{
    if (!m->has_entry || m->closed) return info_add(m, buffer_str(&m->field));
    char mark = NEW_TEXT;
    if (m->text.length + m->field.length > TEXT_BYTES_MAX) {
        m->sink->now->problems |= PROBLEM_SYNTAX;
        return info_add(m, buffer_str(&m->field));
    }
    if (m->has_text) buffer_add(&m->text, (struct str){ &mark, 1 });
    buffer_add(&m->text, buffer_str(&m->field));
    m->has_text = true;
}

/* What belongs to the line at hand but to no field of it. */
static void stray_take(struct mt940 *m)
{
    struct statement *st = current(m);
    st->problems |= PROBLEM_SYNTAX;
    if (!m->has_entry) return info_add(m, buffer_str(&m->field));
    text_take(m);
}

static bool begins_anew(const struct mt940 *m)
{
    const struct statement *st = m->sink->now;
    if (!st) return false;
    bool lines = m->has_entry || st->line_count;
    if (!strcmp(m->tag, "20")) return st->message_id.length || m->closed || lines;
    if (!strcmp(m->tag, "25") || !strcmp(m->tag, "25P")) return m->closed || (m->has_account && !lines && st->balance_count);
    if (m->tag[0] == '6' && m->tag[1] == '0') return m->closed;
    if (!strcmp(m->tag, "28") || !strcmp(m->tag, "28C")) return m->closed;
    return m->cut && !strcmp(m->tag, "61") && m->closed;
}

static struct fault *field_take(struct mt940 *m)
{
    struct str value = buffer_str(&m->field);
    if (!m->tag[0]) return NULL;
    while (value.length > 2 &&
           (str_ends(value, "\n-") || value.at[value.length - 1] == '\n')) /* a separator inside, and empty lines */
        value.length -= str_ends(value, "\n-") ? 2 : 1;
    m->field.length = value.length;
    if (begins_anew(m)) TRY(finish(m));
    bool line_ends = strcmp(m->tag, "86") && strcmp(m->tag, "NS") &&
                     (m->tag[0] == '6' || !strcmp(m->tag, "90D") || !strcmp(m->tag, "90C"));
    if (line_ends) TRY(entry_flush(m));
    if (!sink_has_room(m->sink)) return sink_no_room(m->sink);
    struct statement *st = current(m);
    if (!strcmp(m->tag, "20")) {
        st->message_id = kept(m, str_trim(text_utf8(m->sink->keep, first_line(value), &st->problems)));
        dialect_note(m, dialect_of_reference(st->message_id));
    } else if (!strcmp(m->tag, "21")) st->related = kept(m, str_trim(first_line(value)));
    else if (!strncmp(m->tag, "25", 2) && !m->has_entry) account_take(m, value);
    else if (!strncmp(m->tag, "28", 2)) number_take(m, value);
    else if (!strncmp(m->tag, "60", 2) || !strncmp(m->tag, "62", 2) || !strcmp(m->tag, "64") || !strcmp(m->tag, "65"))
        balance_take(m, value);
    else if (!strcmp(m->tag, "61")) entry_begin(m);
    else if (!strcmp(m->tag, "86")) text_take(m);
    else if (!strcmp(m->tag, "NS")) text_take(m); /* German banks' own: more text */
    else if (!strcmp(m->tag, "34F") || !strcmp(m->tag, "13D") || !strcmp(m->tag, "13")) {
        if (m->tag[0] == '1') moment_take(m, value);
        else if (!st->currency.length && is_currency(str_part(value, 0, 3))) st->currency = kept(m, str_part(value, 0, 3));
        if (!st->line_count) st->kind = STATEMENT_MT942;
    } else if (!strcmp(m->tag, "90D") || !strcmp(m->tag, "90C")) sum_take(m, value);
    else stray_take(m);
    return NULL;
}

/* ---- Lines to fields ---- */

/* ":61:", ":60F:", ":NS:" at the start of a line; gives its length, 0: none. */
static size_t tag_length(struct str s)
{
    if (s.length < 4 || s.at[0] != ':') return 0;
    if (s.at[1] == 'N' && s.at[2] == 'S' && s.at[3] == ':') return 4;
    if (!is_digit(s.at[1]) || !is_digit(s.at[2])) return 0;
    if (s.at[3] == ':') return 4;
    return s.length >= 5 && is_upper(s.at[3]) && s.at[4] == ':' ? 5 : 0;
}

static void preamble_add(struct mt940 *m, struct str s)
{
    if (m->preamble.length > 1024) return;
    buffer_add(&m->preamble, s);
    buffer_add(&m->preamble, STR("\n"));
}

static bool is_separator(struct str s)
{
    return str_is(s, "-") || str_starts(s, "-}") || str_is(s, "-XXX") || (s.length == 2 && s.at[0] == '-' && s.at[1] == 3);
}

static struct fault *field_close(struct mt940 *m)
{
    struct fault *fault = field_take(m);
    m->tag[0] = 0;
    m->field.length = 0;
    return fault;
}

static struct fault *line_take(struct mt940 *m, struct str s)
{
    while (s.length && (s.at[0] == 1 || s.at[0] == 3)) s = str_part(s, 1, s.length);
    if (m->lines.number == 1 && str_starts(s, "\xEF\xBB\xBF")) s = str_part(s, 3, s.length);
    ptrdiff_t block = str_starts(s, "{") ? str_find(s, "{4:") : -1;
    if (block >= 0) { /* SWIFT's own envelope */
        TRY(field_close(m));
        preamble_add(m, str_part(s, 0, (size_t)block));
        s = str_part(s, (size_t)block + 3, s.length);
        if (!s.length) return NULL;
    }
    size_t tag = tag_length(s);
    if (tag) {
        TRY(field_close(m));
        snprintf(m->tag, sizeof m->tag, "%.*s", (int)(tag - 2), s.at + 1);
        buffer_add(&m->field, str_part(s, tag, s.length));
        m->field_line = m->lines.number;
        return NULL;
    }
    bool in_text = m->tag[0] && (!strcmp(m->tag, "86") || !strcmp(m->tag, "NS")) && !m->closed && m->has_entry;
    if (str_starts(s, ":940:") || (is_separator(s) && !in_text)) {
        TRY(field_close(m));
        m->cut = true;
        preamble_add(m, s);
        if (m->closed || str_starts(s, ":940:")) TRY(finish(m));
        return NULL;
    }
    if (!m->tag[0]) return preamble_add(m, s), NULL;
    if (m->field.length + s.length > FIELD_BYTES_MAX)
        return malformed_at(m->sink->keep, m->lines.number, "a field is longer than 64 KB");
    buffer_add(&m->field, STR("\n"));
    buffer_add(&m->field, s);
    return NULL;
}

static struct fault *read_all(struct mt940 *m)
{
    struct str line;
    m->lines.at_signs = str_find(line_peek(&m->lines), "@@:") >= 0;
    while (line_next(&m->lines, &line)) TRY(line_take(m, line));
    if (m->lines.broken_off) return FAULT(m->sink->keep, &statement_unreadable, NULL);
    if (m->lines.too_long) return malformed_at(m->sink->keep, m->lines.number + 1, "a line is longer than a megabyte");
    if (m->lines.too_large) {
        struct str limit = str_format(m->sink->keep, "%zu bytes", m->sink->limits.bytes);
        return FAULT(m->sink->keep, &input_too_large, NULL, PARAM("limit", limit));
    }
    TRY(field_close(m));
    TRY(finish(m));
    return m->sink->statements ? NULL : malformed_at(m->sink->keep, 1, "there is no statement in it");
}

struct fault *mt940_read(struct sink *sink, struct statement_source source)
{
    struct mt940 m = { .sink = sink, .dialect = DIALECT_UNKNOWN, .last_dialect = DIALECT_UNKNOWN };
    line_reader_open(&m.lines, source, sink->limits.bytes);
    struct fault *fault = read_all(&m);
    line_reader_close(&m.lines);
    free(m.field.at);
    free(m.preamble.at);
    free(m.entry.at);
    free(m.text.at);
    return fault;
}
