/* CSV of Dutch banks → neutral statement. Columns are known by the names in the header (Dutch and English); ABN AMRO, Triodos and SNS/ASN
 * write none and are known by the form of their first row. Rows of one account in a row are one statement; when a bank gives the balance
 * after each row, opening and closing follow from it, so that the sum is proved here too. */
#include "statement/statement_private.h"

enum field {
    F_NONE,
    F_DATE,
    F_BOOKED,
    F_VALUED,
    F_ACCOUNT,
    F_CURRENCY,
    F_AMOUNT,
    F_SIGN,
    F_OTHER,
    F_NAME,
    F_ULTIMATE,
    F_INITIATING,
    F_BIC,
    F_CODE,
    F_TYPE,
    F_BATCH,
    F_END_TO_END,
    F_MANDATE,
    F_CREDITOR,
    F_REFERENCE,
    F_TEXT,
    F_NOTES,
    F_AFTER,
    F_BEFORE,
    F_RETURN,
    F_ORIGINAL,
    F_ORIGINAL_CURRENCY,
    F_RATE,
    F_SEQUENCE,
    F_OWN_BIC,
    F_ADDRESS,
    F_SERVICER,
    FIELD_COUNT
};
enum { CELLS_MAX = 64, RECORD_BYTES_MAX = 1 << 16 };

static const struct { const char *name; enum field field; } columns[] = {
    /* ING */
    { "Datum", F_DATE },
    { "Date", F_DATE },
    { "Naam / Omschrijving", F_NAME },
    { "Name / Description", F_NAME },
    { "Rekening", F_ACCOUNT },
    { "Account", F_ACCOUNT },
    { "Tegenrekening", F_OTHER },
    { "Counterparty", F_OTHER },
    { "Code", F_CODE },
    { "Af Bij", F_SIGN },
    { "Debit/credit", F_SIGN },
    { "Bedrag (EUR)", F_AMOUNT },
    { "Amount (EUR)", F_AMOUNT },
    { "Mutatiesoort", F_TYPE },
    { "MutatieSoort", F_TYPE },
    { "Transaction type", F_TYPE },
    { "Mededelingen", F_NOTES },
    { "Notifications", F_NOTES },
    { "Saldo na mutatie", F_AFTER },
    { "Resulting balance", F_AFTER },
    /* Rabobank */
    { "IBAN/BBAN", F_ACCOUNT },
    { "Munt", F_CURRENCY },
    { "Ccy", F_CURRENCY },
    { "BIC", F_OWN_BIC },
    { "Volgnr", F_SEQUENCE },
    { "Seq No", F_SEQUENCE },
    { "Rentedatum", F_VALUED },
    { "Value Date", F_VALUED },
    { "Bedrag", F_AMOUNT },
    { "Amount", F_AMOUNT },
    { "Saldo na trn", F_AFTER },
    { "Bal After Bkng", F_AFTER },
    { "Tegenrekening IBAN/BBAN", F_OTHER },
    { "Counterpty IBAN/BBAN", F_OTHER },
    { "Naam tegenpartij", F_NAME },
    { "Name Counterpty", F_NAME },
    { "Naam uiteindelijke partij", F_ULTIMATE },
    { "Name Ult Party", F_ULTIMATE },
    { "Naam initiërende partij", F_INITIATING },
    { "Name Init Party", F_INITIATING },
    { "BIC tegenpartij", F_BIC },
    { "BIC Counterpty", F_BIC },
    { "Trn Type", F_CODE },
    { "Batch ID", F_BATCH },
    { "Transactiereferentie", F_END_TO_END },
    { "Transaction Reference", F_END_TO_END },
    { "Machtigingskenmerk", F_MANDATE },
    { "Mandate Reference", F_MANDATE },
    { "Incassant ID", F_CREDITOR },
    { "Creditor ID", F_CREDITOR },
    { "Betalingskenmerk", F_REFERENCE },
    { "Payment Reference", F_REFERENCE },
    { "Omschrijving-1", F_TEXT },
    { "Omschrijving-2", F_TEXT },
    { "Omschrijving-3", F_TEXT },
    { "Description-1", F_TEXT },
    { "Description-2", F_TEXT },
    { "Description-3", F_TEXT },
    { "Reden retour", F_RETURN },
    { "Reason for return", F_RETURN },
    { "Oorspr bedrag", F_ORIGINAL },
    { "Instr Amt", F_ORIGINAL },
    { "Oorspr munt", F_ORIGINAL_CURRENCY },
    { "Instr Ccy", F_ORIGINAL_CURRENCY },
    { "Koers", F_RATE },
    { "Rate", F_RATE },
    /* Knab */
    { "Rekeningnummer", F_ACCOUNT }, { "Transactiedatum", F_DATE }, { "Valutacode", F_CURRENCY }, { "CreditDebet", F_SIGN },
    { "Tegenrekeningnummer", F_OTHER }, { "Tegenrekeninghouder", F_NAME }, { "Valutadatum", F_VALUED }, { "Betaalwijze", F_CODE },
    { "Omschrijving", F_TEXT }, { "Type betaling", F_TYPE }, { "Machtigingsnummer", F_MANDATE }, { "Adres", F_ADDRESS },
    { "Referentie", F_SERVICER }, { "Boekdatum", F_BOOKED },
    /* bunq */
    { "Interest Date", F_VALUED }, { "Name", F_NAME }, { "Naam", F_NAME }, { "Description", F_TEXT },
    /* Triodos, where it writes a header */
    { "Credit/Debet", F_SIGN }, { "Debet/Credit", F_SIGN }, { "Naam tegenrekening", F_NAME }, { "Saldo", F_AFTER },
};
/* Banks without a header. */
static const enum field abn_columns[] = {
    F_ACCOUNT, F_CURRENCY, F_DATE, F_BEFORE, F_AFTER, F_VALUED, F_AMOUNT, F_NOTES
};
static const enum field triodos_columns[] = { F_DATE,  F_ACCOUNT, F_AMOUNT, F_SIGN, F_NAME,
                                              F_OTHER, F_CODE,    F_TEXT,   F_AFTER };
static const enum field sns_columns[] = { F_DATE, F_ACCOUNT,  F_OTHER,     F_NAME,   F_ADDRESS, F_ADDRESS, F_ADDRESS,
                                          F_NONE, F_BEFORE,   F_CURRENCY,  F_AMOUNT, F_BOOKED,  F_VALUED,  F_CODE,
                                          F_TYPE, F_SEQUENCE, F_REFERENCE, F_TEXT,   F_NONE };

struct layout {
    char separator;
    enum field fields[CELLS_MAX];
    size_t count;
    bool header;
    enum statement_dialect dialect;
};
struct row { struct date on; int64_t minor, after; bool has_after; };
struct csv {
    struct sink *sink;
    struct line_reader lines;
    struct layout layout;
    char *record; /* malloc'd: a row that has line ends inside its quotes */
    size_t record_length;
    int64_t record_line, parts;
    struct row first, second, last;
    int64_t rows;
};

/* ---- Rows to cells ---- */

static bool quotes_open(struct str s)
{
    bool open = false;
    for (size_t i = 0; i < s.length; i++) open ^= s.at[i] == '"';
    return open;
}

/* Cells of a row; a quoted one may hold separators and doubled quotes. Gives how many; more than CELLS_MAX are not split. */
static size_t split(struct arena *arena, struct str s, char separator, struct str cells[CELLS_MAX])
{
    size_t count = 0, i = 0;
    for (;;) {
        struct str cell;
        size_t from = i;
        if (i < s.length && s.at[i] == '"') {
            struct text t = text_new(arena);
            for (i++; i < s.length; i++) {
                if (s.at[i] == '"' && (i + 1 >= s.length || s.at[i + 1] != '"')) break;
                if (s.at[i] == '"') i++;
                text_add_char(&t, s.at[i]);
            }
            i++;
            while (i < s.length && s.at[i] != separator) i++;
            cell = text_str(&t);
        } else {
            while (i < s.length && s.at[i] != separator) i++;
            cell = str_part(s, from, i - from);
        }
        cell = str_trim(cell);
        bool single = cell.length >= 2 && cell.at[0] == '\'' && cell.at[cell.length - 1] == '\''; /* SNS and ASN quote texts so */
        cells[count++] = single ? str_trim(str_part(cell, 1, cell.length - 2)) : cell;
        if (i >= s.length || count == CELLS_MAX) return count;
        i++;
    }
}

static char separator_of(struct str s)
{
    static const char candidates[] = { ';', '\t', ',' };
    size_t best = 0;
    char found = 0;
    bool quoted = false;
    size_t counts[3] = { 0 };
    for (size_t i = 0; i < s.length; i++) {
        quoted ^= s.at[i] == '"';
        for (size_t k = 0; !quoted && k < 3; k++) counts[k] += s.at[i] == candidates[k];
    }
    for (size_t k = 0; k < 3; k++)
        if (counts[k] > best) best = counts[k], found = candidates[k];
    return found;
}

/* ---- Values ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int64_t digits_at(struct str s, size_t at, size_t count)
{
    int64_t n = 0;
    for (size_t i = at; i < at + count; i++) {
        if (i >= s.length || !is_digit(s.at[i])) return -1;
        n = n * 10 + (s.at[i] - '0');
    }
    return n;
}

/* 20260105, 2026-01-05, 05-01-2026, 05/01/2026 */
static bool day_parse(struct str s, struct date *day)
{
    int64_t y = -1, m = -1, d = -1;
    *day = (struct date){ 0 };
    if (s.length == 8) y = digits_at(s, 0, 4), m = digits_at(s, 4, 2), d = digits_at(s, 6, 2);
    else if (s.length >= 10 && (s.at[4] == '-' || s.at[4] == '/'))
        y = digits_at(s, 0, 4), m = digits_at(s, 5, 2), d = digits_at(s, 8, 2);
    else if (s.length >= 10 && (s.at[2] == '-' || s.at[2] == '/'))
        d = digits_at(s, 0, 2), m = digits_at(s, 3, 2), y = digits_at(s, 6, 4);
    return y > 0 && m > 0 && d > 0 && date_make((int)y, (int)m, (int)d, day);
}

/* "+1.234,56", "-1,234.56", "12,5", "€ 3": the last mark is the decimal one, unless it stands alone before three digits. */
static bool signed_parse(struct str s, struct decimal *out, bool *negative)
{
    char packed[40];
    size_t n = 0, marks = 0, last = SIZE_MAX;
    char mark = 0;
    bool mixed = false;
    *negative = false;
    for (size_t i = 0; i < s.length; i++) {
        char c = s.at[i];
        if (c == ' ' || c == '+' || (unsigned char)c >= 0x80) continue;
        if (c == '-') {
            *negative = true;
            continue;
        }
        if (n == sizeof packed || (!is_digit(c) && c != '.' && c != ',')) return false;
        if (!is_digit(c)) mixed |= mark && mark != c, mark = c, marks++, last = n;
        packed[n++] = c;
    }
    if (last != SIZE_MAX && !mixed && (marks > 1 || (n - last == 4 && n > 4 && packed[0] != '0'))) last = SIZE_MAX; /* thousands only */
    char plain[40];
    size_t length = 0;
    for (size_t i = 0; i < n; i++)
        if (is_digit(packed[i]) || i == last) plain[length++] = packed[i];
    return amount_parse((struct str){ plain, length }, out);
}

static int sign_of(struct str s)
{
    static const char *const debit[] = { "Af", "Debit", "D", "Debet", "DBIT" }, *const credit[] = { "Bij", "Credit",
                                                                                                    "C", "CRDT" };
    for (size_t i = 0; i < ARRAY_LENGTH(debit); i++)
        if (str_equal_caseless(s, str_of(debit[i]))) return -1;
    for (size_t i = 0; i < ARRAY_LENGTH(credit); i++)
        if (str_equal_caseless(s, str_of(credit[i]))) return 1;
    return 0;
}

/* ---- Layouts ---- */

static enum field field_of(struct str name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(columns); i++)
        if (str_equal_caseless(name, str_of(columns[i].name))) return columns[i].field;
    if (str_starts(name, "Naam initi")) return F_INITIATING; /* in any encoding */
    return F_NONE;
}

static bool header_read(struct arena *arena, struct str s, struct layout *l)
{
    struct str cells[CELLS_MAX];
    bool found[FIELD_COUNT] = { false };
    l->separator = separator_of(s);
    if (!l->separator) return false;
    l->count = split(arena, s, l->separator, cells);
    for (size_t i = 0; i < l->count; i++) l->fields[i] = field_of(cells[i]), found[l->fields[i]] = true;
    l->header = true;
    l->dialect = DIALECT_UNKNOWN;
    return (found[F_DATE] || found[F_BOOKED]) && found[F_AMOUNT] && found[F_ACCOUNT];
}

static bool fixed_layout(struct layout *l, const enum field *fields, size_t count, char separator, enum statement_dialect dialect)
{
    memcpy(l->fields, fields, count * sizeof *fields);
    l->count = count;
    l->separator = separator;
    l->header = false;
    l->dialect = dialect;
    return true;
}

static bool is_account(struct str s)
{
    bool digits = s.length >= 7 && s.length <= 10;
    for (size_t i = 0; digits && i < s.length; i++) digits = is_digit(s.at[i]);
    return digits || (s.length >= 15 && s.length <= 34 && s.at[0] >= 'A' && s.at[0] <= 'Z' && is_digit(s.at[2]));
}

static bool first_row_read(struct arena *arena, struct str s, struct layout *l)
{
    struct str cells[CELLS_MAX];
    struct date day;
    struct decimal d;
    bool negative;
    char separator = separator_of(s);
    if (!separator) return false;
    size_t n = split(arena, s, separator, cells);
    if (separator == '\t' && n == 8 && is_account(cells[0]) && day_parse(cells[2], &day) && signed_parse(cells[6], &d, &negative))
        return fixed_layout(l, abn_columns, 8, separator, DIALECT_ABN_AMRO);
    if (!day_parse(cells[0], &day) || n < 2 || !is_account(cells[1])) return false;
    if (n >= 18 && n <= 20 && signed_parse(cells[10], &d, &negative))
        return fixed_layout(l, sns_columns, 19, separator, DIALECT_SNS);
    if (n >= 8 && n <= 9 && signed_parse(cells[2], &d, &negative) && sign_of(cells[3]))
        return fixed_layout(l, triodos_columns, 9, separator, DIALECT_TRIODOS);
    return false;
}

static struct str without_bom(struct str s) { return str_starts(s, "\xEF\xBB\xBF") ? str_part(s, 3, s.length) : s; }
static bool is_title(struct str s) { return str_starts(s, "KNAB EXPORT") || str_starts(s, "\"KNAB EXPORT"); }
static bool is_hint(struct str s) { return str_starts(s, "sep=") || !str_trim(s).length; } /* Excel's */

bool csv_knows(struct str head)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    bool known = false;
    head = str_part(without_bom(head), 0, 4096);
    for (int i = 0; i < 4 && head.at && !known; i++) {
        struct layout layout;
        struct str line = str_trim(str_cut(head, '\n', &head));
        if (is_title(line)) known = true;
        else if (!is_hint(line)) {
            known = header_read(arena, line, &layout) || first_row_read(arena, line, &layout);
            break;
        }
    }
    arena_free(arena);
    return known;
}

/* ---- Rows to lines ---- */

static const struct row *chronological(const struct csv *c, bool first, bool *ascending)
{
    *ascending = c->first.on.ymd <= c->last.on.ymd;
    if (c->first.on.ymd == c->last.on.ymd && c->rows > 1) *ascending = c->second.after == c->first.after + c->second.minor;
    return first == *ascending ? &c->first : &c->last;
}

static void balance_add(struct csv *c, enum balance_type type, int64_t minor, struct date on)
{
    struct statement_balance *b = sink_balance(c->sink);
    *b = (struct statement_balance){ .type = type,
                                     .code = type == BALANCE_OPENING ? STR("OPBD") : STR("CLBD"),
                                     .amount_minor = minor,
                                     .currency = c->sink->now->currency,
                                     .on = on };
}

static struct fault *statement_finish(struct csv *c)
{
    bool ascending;
    if (!c->sink->now) return NULL;
    if (c->rows && c->first.has_after && c->last.has_after) {
        const struct row *oldest = chronological(c, true, &ascending), *newest = chronological(c, false, &ascending);
        int64_t opening;
        if (int_sub(oldest->after, oldest->minor, &opening)) {
            balance_add(c, BALANCE_OPENING, opening, oldest->on);
            balance_add(c, BALANCE_CLOSING, newest->after, newest->on);
        }
        c->sink->now->from_on = oldest->on;
        c->sink->now->to_on = newest->on;
    }
    return sink_end(c->sink);
}

struct cells { const struct layout *layout; struct str at[CELLS_MAX]; size_t count; };

static struct str cell(const struct cells *cells, enum field field)
{
    for (size_t i = 0; i < cells->count && i < cells->layout->count; i++)
        if (cells->layout->fields[i] == field && cells->at[i].length) return cells->at[i];
    return (struct str){ 0 };
}

static struct str all_of(struct arena *arena, const struct cells *cells, enum field field)
{
    struct str parts[CELLS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < cells->count && i < cells->layout->count; i++)
        if (cells->layout->fields[i] == field && cells->at[i].length) parts[count++] = cells->at[i];
    return count ? str_join(arena, parts, count, " ") : (struct str){ 0 };
}

static struct fault *statement_for(struct csv *c, const struct cells *cells)
{
    struct arena *keep = c->sink->keep;
    struct str account = cell(cells, F_ACCOUNT), currency = cell(cells, F_CURRENCY);
    struct statement *st = c->sink->now;
    bool iban;
    if (!currency.length) currency = STR("EUR");
    struct str tidy = account_tidy(c->sink->line, account, &iban);
    if (st && str_equal(st->account, tidy) && str_equal(st->currency, currency)) return NULL;
    TRY(statement_finish(c));
    st = sink_begin(c->sink);
    st->kind = STATEMENT_CSV;
    st->account_raw = str_keep(keep, account);
    st->account = str_keep(keep, tidy);
    st->account_is_iban = iban;
    st->currency = str_keep(keep, currency);
    st->servicer_bic = cell(cells, F_OWN_BIC).length ? str_keep(keep, cell(cells, F_OWN_BIC)) : (struct str){ 0 };
    st->dialect = c->layout.dialect != DIALECT_UNKNOWN ? c->layout.dialect : dialect_of_account(st->account);
    if (st->dialect == DIALECT_GERMAN) st->dialect = DIALECT_UNKNOWN;
    if (++c->parts > 1) st->id = str_format(keep, "%lld", (long long)c->parts); /* lets keys of lines differ when an account comes again */
    st->source_line = (int32_t)c->record_line;
    c->rows = 0;
    return NULL;
}

static int64_t minor_of(struct str s, struct str currency, struct decimal *exact, bool *negative, uint32_t *problems)
{
    if (!signed_parse(s, exact, negative)) {
        *problems |= PROBLEM_AMOUNT;
        return 0;
    }
    int64_t minor = amount_minor(*exact, currency, problems);
    return *negative ? -minor : minor;
}

static void amounts_take(struct csv *c, const struct cells *cells, struct statement_line *l)
{
    struct statement *st = c->sink->now;
    struct decimal exact;
    uint32_t ignored = 0;
    bool negative = false;
    l->currency = st->currency;
    l->amount_minor = minor_of(cell(cells, F_AMOUNT), l->currency, &l->amount_exact, &negative, &l->problems);
    struct str said_sign = cell(cells, F_SIGN);
    int sign = sign_of(said_sign);
    if (said_sign.length && !sign) l->problems |= PROBLEM_SIGN;
    if (sign) l->amount_minor = l->amount_minor * (negative ? 1 : sign); /* "Af" beside "-5,00" is one minus, not two */
    struct row row = { .on = l->booked_on, .minor = l->amount_minor };
    struct str after = cell(cells, F_AFTER), before = cell(cells, F_BEFORE);
    if (after.length) row.after = minor_of(after, l->currency, &exact, &negative, &ignored), row.has_after = !ignored;
    else if (before.length) {
        int64_t minor = minor_of(before, l->currency, &exact, &negative, &ignored);
        row.has_after = !ignored && int_add(minor, row.minor, &row.after);
    }
    if (c->rows == 0) c->first = row;
    if (c->rows == 1) c->second = row;
    c->last = row;
    c->rows++;
}

static void narrative_of(struct csv *c, const struct cells *cells, struct statement_line *l, struct statement_payment *p)
{
    struct arena *arena = c->sink->line;
    struct narrative n = { .arena = arena, .payment = p, .statement = c->sink->now };
    struct str other = cell(cells, F_OTHER), name = cell(cells, F_NAME), bic = cell(cells, F_BIC),
               notes = cell(cells, F_NOTES), text;
    if (other.length) {
        struct statement_party *party = narrative_other(&n);
        party->account = account_tidy(arena, other, &party->account_is_iban);
    }
    if (name.length) narrative_other(&n)->name = name;
    if (bic.length) narrative_other(&n)->bic = bic;
    p->remittance = all_of(arena, cells, F_TEXT);
    if (notes.length) {
        n.text = notes;
        bool taken = narrative_structured(&n) || narrative_labels(&n);
        if (!taken) narrative_plain(&n, c->layout.dialect);
    }
    if (cell(cells, F_ULTIMATE).length)
        (n.ultimate = ARENA_NEW(arena, struct statement_party))->name = cell(cells, F_ULTIMATE);
    if (cell(cells, F_INITIATING).length)
        (n.initiating = ARENA_NEW(arena, struct statement_party))->name = cell(cells, F_INITIATING);
    text = cell(cells, F_END_TO_END);
    if (said(text)) p->end_to_end_id = text;
    if (cell(cells, F_MANDATE).length) p->mandate_id = cell(cells, F_MANDATE);
    if (cell(cells, F_CREDITOR).length) p->creditor_id = cell(cells, F_CREDITOR);
    if (!p->reference.length) p->reference = cell(cells, F_REFERENCE);
    if (cell(cells, F_RETURN).length) p->return_reason = cell(cells, F_RETURN);
    if (cell(cells, F_BATCH).length) p->batch_id = cell(cells, F_BATCH);
    if (!p->info.length) p->info = cell(cells, F_TYPE);
    if (cell(cells, F_ORIGINAL_CURRENCY).length == 3) {
        struct decimal exact;
        bool negative;
        int64_t minor = minor_of(cell(cells, F_ORIGINAL), cell(cells, F_ORIGINAL_CURRENCY), &exact, &negative, &l->problems);
        p->original_minor = minor < 0 ? -minor : minor;
        p->original_currency = cell(cells, F_ORIGINAL_CURRENCY);
        p->rate = cell(cells, F_RATE);
    }
    text = all_of(arena, cells, F_ADDRESS);
    if (text.length) {
        struct statement_address *address = ARENA_NEW(arena, struct statement_address);
        struct str *lines = ARENA_ARRAY(arena, struct str, 1);
        lines[0] = text;
        address->lines = lines;
        address->line_count = 1;
        narrative_other(&n)->address = address;
    }
    narrative_finish(&n, l);
}

static void days_take(const struct cells *cells, struct statement_line *l)
{
    struct str booked = cell(cells, F_BOOKED), valued = cell(cells, F_VALUED);
    if (!booked.length) booked = cell(cells, F_DATE);
    if (!day_parse(booked, &l->booked_on)) l->problems |= PROBLEM_DATE;
    ptrdiff_t at = str_find(cell(cells, F_NOTES), "Valutadatum: "); /* ING writes it among the notes */
    if (at < 0) at = str_find(cell(cells, F_NOTES), "Value date: ");
    if (!valued.length && at >= 0) {
        struct str rest = str_part(cell(cells, F_NOTES), (size_t)at, SIZE_MAX), after;
        (void)str_cut(rest, ':', &after);
        valued = str_part(str_trim(after), 0, 10);
    }
    if (valued.length && !day_parse(valued, &l->valued_on)) l->problems |= PROBLEM_DATE;
}

static struct fault *row_take(struct csv *c, struct str record)
{
    struct arena *arena = c->sink->line;
    if (64 * (record.length + 4096) > arena_room(arena) || !sink_has_room(c->sink)) return sink_no_room(c->sink);
    struct cells cells = { .layout = &c->layout };
    uint32_t problems = 0;
    record = text_utf8(arena, str_keep(arena, record), &problems);
    cells.count = split(arena, record, c->layout.separator, cells.at);
    TRY(statement_for(c, &cells));
    struct statement_line *l = sink_new_line(c->sink);
    struct statement_payment *p = ARENA_NEW(arena, struct statement_payment);
    l->source_line = (int32_t)c->record_line;
    l->problems = problems;
    l->raw = record;
    if (cells.count + 1 < c->layout.count) l->problems |= PROBLEM_SYNTAX; /* the last column may be left out */
    days_take(&cells, l);
    amounts_take(c, &cells, l);
    l->code.proprietary = cell(&cells, F_CODE);
    l->reference = cell(&cells, F_SEQUENCE);
    l->servicer_reference = cell(&cells, F_SERVICER);
    narrative_of(c, &cells, l, p);
    l->payment = l->details = p;
    l->detail_count = 1;
    l->fingerprint = 0x666c6f72696e33;
    for (size_t i = 0; i < cells.count; i++) /* not what people can change in their bank's site, as a tag */
        if (i < c->layout.count && c->layout.fields[i] != F_NONE) l->fingerprint = fingerprint_add(l->fingerprint, cells.at[i]);
    return sink_line(c->sink, l);
}

static struct fault *start(struct csv *c, struct str record, bool *started)
{
    uint32_t ignored = 0;
    struct str s = str_trim(text_utf8(c->sink->keep, without_bom(record), &ignored));
    if (is_title(s) || is_hint(s)) return NULL;
    *started = true;
    if (header_read(c->sink->keep, s, &c->layout)) return NULL;
    if (!first_row_read(c->sink->keep, s, &c->layout)) return FAULT(c->sink->keep, &statement_unknown, NULL);
    return row_take(c, record);
}

static struct fault *read_all(struct csv *c)
{
    struct str line;
    bool started = false;
    while (line_next(&c->lines, &line)) {
        if (!c->record_length) c->record_line = c->lines.number;
        if (c->record_length + line.length + 1 > RECORD_BYTES_MAX)
            return malformed_at(c->sink->keep, c->record_line, "a row is longer than 64 KB, or its quotes do not end");
        if (c->record_length) c->record[c->record_length++] = '\n';
        memcpy(c->record + c->record_length, line.at, line.length);
        c->record_length += line.length;
        struct str record = { c->record, c->record_length };
        if (quotes_open(record)) continue;
        c->record_length = 0;
        if (!started) TRY(start(c, record, &started));
        else if (str_trim(record).length) TRY(row_take(c, record));
    }
    if (c->lines.broken_off) return FAULT(c->sink->keep, &statement_unreadable, NULL);
    if (c->lines.too_long) return malformed_at(c->sink->keep, c->lines.number + 1, "a line is longer than a megabyte");
    if (c->lines.too_large) {
        struct str limit = str_format(c->sink->keep, "%zu bytes", c->sink->limits.bytes);
        return FAULT(c->sink->keep, &input_too_large, NULL, PARAM("limit", limit));
    }
    if (c->record_length && started) TRY(row_take(c, (struct str){ c->record, c->record_length })); /* its quotes never ended */
    TRY(statement_finish(c));
    return c->sink->statements ? NULL : malformed_at(c->sink->keep, c->lines.number, "there is no row in it");
}

struct fault *csv_read(struct sink *sink, struct statement_source source)
{
    struct csv c = { .sink = sink, .record = malloc(RECORD_BYTES_MAX) };
    ensure(c.record);
    line_reader_open(&c.lines, source, sink->limits.bytes);
    struct fault *fault = read_all(&c);
    line_reader_close(&c.lines);
    free(c.record);
    return fault;
}
