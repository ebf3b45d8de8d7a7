/* The text of a payment taken apart. Banks write what camt has elements for into 65 characters a line, each in its way:
 * codewords between slashes (ABN AMRO, ING, Rabobank, Knab, Van Lanschot, bunq), numbered subfields (Germany, Triodos), labels with a
 * colon (ABN AMRO before, Mijn ING's CSV), or position alone (ING, SNS, Rabobank before). */
#include "statement/statement_private.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

struct statement_party *narrative_other(struct narrative *n)
{
    if (!n->other) n->other = ARENA_NEW(n->arena, struct statement_party);
    return n->other;
}

static void set(struct str *field, struct str value)
{
    value = str_trim(value);
    if (value.length && !field->length) *field = value;
}

static void set_said(struct str *field, struct str value)
{
    value = str_trim(value);
    if (said(value)) set(field, value);
}

static void account_set(struct narrative *n, struct statement_party *party, struct str value)
{
    value = str_trim(value);
    if (!value.length || party->account.length) return;
    party->account = account_tidy(n->arena, value, &party->account_is_iban);
}

struct str spaces_squeezed(struct arena *arena, struct str s)
{
    bool twice = false;
    for (size_t i = 1; i < s.length && !twice; i++) twice = s.at[i] == ' ' && s.at[i - 1] == ' ';
    if (!twice) return s;
    struct text t = text_new(arena);
    for (size_t i = 0; i < s.length; i++)
        if (s.at[i] != ' ' || (i && s.at[i - 1] != ' ')) text_add_char(&t, s.at[i]);
    return text_str(&t);
}

static void remittance_add(struct narrative *n, struct str text)
{
    struct statement_payment *p = n->payment;
    text = str_trim(text);
    if (!text.length) return;
    struct str parts[] = { p->remittance, text };
    p->remittance = p->remittance.length ? str_join(n->arena, parts, 2, " ") : text;
}

static void reference_set(struct narrative *n, struct str reference, struct str issuer)
{
    struct statement_payment *p = n->payment;
    reference = str_trim(reference);
    if (!reference.length || p->reference.length) return;
    p->reference = reference;
    p->reference_issuer = issuer;
    struct str *list = ARENA_ARRAY(n->arena, struct str, 1);
    list[0] = reference;
    p->structured = list;
    p->structured_count = 1;
}

/* "BETALINGSKENM.  123456789" in free text; digits may be broken by spaces and filled up with zeros before. */
static void kenmerk_in_text(struct narrative *n)
{
    ptrdiff_t at = str_find(n->text, "BETALINGSKENM");
    if (at < 0) return;
    char digits[64];
    size_t count = 0, i = (size_t)at + 13;
    while (i < n->text.length && !is_digit(n->text.at[i]) && i < (size_t)at + 24) i++;
    for (; i < n->text.length && count < sizeof digits && (is_digit(n->text.at[i]) || n->text.at[i] == ' '); i++)
        if (n->text.at[i] != ' ') digits[count++] = n->text.at[i];
    struct str all = { digits, count };
    if (count > 16 && memcmp(digits, "00000", 5) == 0) all = str_part(all, count - 16, 16);
    if (all.length < 7) return;
    reference_set(n, str_keep(n->arena, all), STR("CUR"));
}

/* ---- /KEY/value ---- */

enum word {
    W_NONE,
    W_TRTP,
    W_IBAN,
    W_BBAN,
    W_BIC,
    W_NAME,
    W_REMI,
    W_EREF,
    W_IREF,
    W_PREF,
    W_MARF,
    W_CSID,
    W_ORDP,
    W_BENM,
    W_ULTD,
    W_ULTC,
    W_INIT,
    W_ISDT,
    W_TRCD,
    W_RTRN,
    W_ADDR,
    W_PURP,
    W_CNTP,
    W_KREF,
    W_OCMT,
    W_EXCH,
    W_CHGS,
    W_NRTX,
    W_ACCW,
    W_SVCL,
    W_SUM,
    W_OTHER
};
static const struct { const char *name; enum word word; } words[] = {
    { "TRTP", W_TRTP }, { "IBAN", W_IBAN }, { "BBAN", W_BBAN }, { "BIC", W_BIC },   { "NAME", W_NAME },  { "REMI", W_REMI },
    { "EREF", W_EREF }, { "IREF", W_IREF }, { "PREF", W_PREF }, { "MARF", W_MARF }, { "CSID", W_CSID },  { "ORDP", W_ORDP },
    { "BENM", W_BENM }, { "ULTD", W_ULTD }, { "ULTC", W_ULTC }, { "ULTB", W_ULTC }, { "INIT", W_INIT },  { "ISDT", W_ISDT },
    { "TRCD", W_TRCD }, { "RTRN", W_RTRN }, { "ADDR", W_ADDR }, { "PURP", W_PURP }, { "CNTP", W_CNTP },  { "KREF", W_KREF },
    { "OCMT", W_OCMT }, { "EXCH", W_EXCH }, { "CHGS", W_CHGS }, { "CHGS1", W_CHGS }, { "CHGS2", W_CHGS }, { "NRTX", W_NRTX },
    { "ACCW", W_ACCW }, { "SVCL", W_SVCL }, { "SUM", W_SUM },   { "TYPE", W_OTHER }, { "BUSP", W_PURP },  { "SREF", W_OTHER },
    { "ADMA", W_OTHER }, { "CREF", W_OTHER }, { "ISSR", W_OTHER }, { "ULTDNM", W_OTHER }, { "FEES", W_OTHER },
};

/* The codeword at `from` ("/NAME/"); *after is where its value begins. */
static enum word word_at(struct str s, size_t from, size_t *after)
{
    if (from >= s.length || s.at[from] != '/') return W_NONE;
    size_t end = from + 1;
    while (end < s.length && end - from <= 6 && (is_upper(s.at[end]) || is_digit(s.at[end]))) end++;
    if (end >= s.length || s.at[end] != '/' || end - from < 4) return W_NONE;
    struct str name = str_part(s, from + 1, end - from - 1);
    *after = end + 1;
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (str_is(name, words[i].name)) return words[i].word;
    return W_NONE;
}

static struct str without_slashes(struct str s)
{
    s = str_trim(s);
    while (s.length && s.at[s.length - 1] == '/') s = str_trim(str_part(s, 0, s.length - 1));
    while (s.length && s.at[0] == '/') s = str_trim(str_part(s, 1, s.length));
    return s;
}

static void remi_take(struct narrative *n, struct str value)
{
    struct str rest = value;
    if (str_starts(value, "STRD/")) {
        struct str issuer = str_cut(str_part(value, 5, value.length), '/', &rest);
        if (rest.at) return reference_set(n, without_slashes(rest), str_trim(issuer));
        return reference_set(n, issuer, (struct str){ 0 });
    }
    if (str_starts(value, "USTD/")) rest = str_part(value, 5, value.length);
    remittance_add(n, without_slashes(rest));
}

/* ING: /CNTP/account/bic/name/city/ */
static void cntp_take(struct narrative *n, struct str value)
{
    struct statement_party *other = narrative_other(n);
    struct str rest = value, piece = str_cut(rest, '/', &rest);
    account_set(n, other, piece);
    if (rest.at) set(&other->bic, str_cut(rest, '/', &rest));
    if (rest.at) set(&other->name, str_cut(rest, '/', &rest));
    struct str town = rest.at ? without_slashes(rest) : (struct str){ 0 };
    if (!town.length) return;
    struct statement_address *address = ARENA_NEW(n->arena, struct statement_address);
    address->town = town;
    other->address = address;
}

static void address_take(struct narrative *n, struct statement_party *party, struct str value)
{
    value = without_slashes(value);
    if (!value.length || party->address) return;
    struct statement_address *address = ARENA_NEW(n->arena, struct statement_address);
    struct str *lines = ARENA_ARRAY(n->arena, struct str, 1);
    lines[0] = value;
    address->lines = lines;
    address->line_count = 1;
    party->address = address;
}

/* "USD100,00" */
static void original_take(struct narrative *n, struct str value)
{
    struct decimal exact;
    uint32_t ignored = 0;
    value = without_slashes(value);
    if (value.length < 4 || currency_digits(str_part(value, 0, 3)) < 0 ||
        !amount_parse(str_part(value, 3, value.length), &exact))
        return;
    n->payment->original_currency = str_part(value, 0, 3);
    n->payment->original_minor = amount_minor(exact, n->payment->original_currency, &ignored);
}

static struct statement_party *party_of(struct narrative *n, struct statement_party **place)
{
    if (!*place) *place = ARENA_NEW(n->arena, struct statement_party);
    (void)n;
    return *place;
}

static void word_take(struct narrative *n, enum word word, struct str value, struct statement_party **now)
{
    struct statement_payment *p = n->payment;
    struct str plain = without_slashes(value);
    switch (word) {
    case W_ORDP: case W_BENM: *now = narrative_other(n); set(&(*now)->name, plain); break;
    case W_ULTD: case W_ULTC: *now = party_of(n, &n->ultimate); set(&(*now)->name, plain); break;
    case W_INIT: *now = party_of(n, &n->initiating); set(&(*now)->name, plain); break;
    case W_NAME: set(&(*now ? *now : narrative_other(n))->name, plain); break;
    case W_ADDR: address_take(n, *now ? *now : narrative_other(n), value); break;
    case W_IBAN: case W_BBAN: account_set(n, narrative_other(n), plain); break;
    case W_ACCW: { /* account, BIC */
        struct str bic, account = str_cut(plain, ',', &bic);
        account_set(n, narrative_other(n), account);
        if (bic.at) set(&narrative_other(n)->bic, bic);
        break;
    }
    case W_BIC: set(&narrative_other(n)->bic, plain); break;
    case W_CNTP: cntp_take(n, value); break;
    case W_REMI: *now = NULL; remi_take(n, value); break;
    case W_EREF: *now = NULL; set_said(&p->end_to_end_id, plain); break;
    case W_IREF: set_said(&p->instruction_id, plain); break;
    case W_PREF: case W_KREF: set_said(&p->batch_id, plain); break;
    case W_MARF: set_said(&p->mandate_id, plain); break;
    case W_CSID: set_said(&p->creditor_id, plain); break;
    case W_TRTP: set(&p->info, plain); break;
    case W_TRCD: set(&p->code.proprietary, plain); break;
    case W_RTRN: {
        struct str text, code = str_cut(plain, '/', &text);
        set(&p->return_reason, code);
        if (text.at) set(&p->return_text, without_slashes(text));
        break;
    }
    case W_PURP: set(&p->purpose, str_starts(plain, "CD/") ? str_part(plain, 3, plain.length) : plain); break;
    case W_OCMT: original_take(n, value); break;
    case W_EXCH: set(&p->rate, plain); break;
    case W_NONE: case W_ISDT: case W_CHGS: case W_NRTX: case W_SVCL: case W_SUM: case W_OTHER: break; /* stays in raw */
    }
}

bool narrative_structured(struct narrative *n)
{
    struct str s = str_trim(n->text);
    size_t after = 0, next_after = 0;
    enum word word = word_at(s, 0, &after);
    if (word == W_NONE) return false;
    struct statement_party *now = NULL;
    while (word != W_NONE) {
        enum word next = W_NONE;
        size_t at = after;
        for (; at < s.length && next == W_NONE; at++) next = word_at(s, at, &next_after);
        size_t end = next == W_NONE ? s.length : at - 1;
        word_take(n, word, str_part(s, after, end > after ? end - after : 0), &now);
        word = next;
        after = next_after;
    }
    return true;
}

/* ---- ?20 … ---- */

static bool german_form(struct str s, char *separator)
{
    if (s.length < 6 || !is_digit(s.at[0]) || !is_digit(s.at[1]) || !is_digit(s.at[2]) || !is_digit(s.at[4]) ||
        !is_digit(s.at[5]))
        return false;
    *separator = s.at[3];
    return *separator == '?' || *separator == '>' || *separator == '@' || *separator == '|' || *separator == '+';
}

/* SEPA words inside the purpose: four letters and a plus sign. */
static const char *const sepa_words[] = { "EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "SVWZ+", "ABWA+", "ABWE+",
                                          "IBAN+", "BIC+",  "COAM+", "OAMT+", "PURP+" };

static int sepa_word_at(struct str s, size_t from)
{
    for (int i = 0; i < (int)ARRAY_LENGTH(sepa_words); i++)
        if (str_starts(str_part(s, from, 5), sepa_words[i])) return i;
    return -1;
}

static void sepa_take(struct narrative *n, int word, struct str value)
{
    struct statement_payment *p = n->payment;
    switch (word) {
    case 0: set_said(&p->end_to_end_id, value); break;
    case 1: set_said(&p->batch_id, value); break;
    case 2: set_said(&p->mandate_id, value); break;
    case 3: set_said(&p->creditor_id, value); break;
    case 6: case 7: set(&party_of(n, &n->ultimate)->name, value); break;
    case 8: account_set(n, narrative_other(n), value); break;
    case 9: set(&narrative_other(n)->bic, value); break;
    case 11: original_take(n, value); break;
    case 12: set(&p->purpose, value); break;
    default: remittance_add(n, value); break; /* SVWZ, and what has no place of its own */
    }
}

static void purpose_take(struct narrative *n, struct str s)
{
    size_t from = 0;
    int word = -1;
    for (size_t i = 0; i <= s.length; i++) {
        int next = i < s.length ? sepa_word_at(s, i) : -1;
        if (next < 0 && i < s.length) continue;
        struct str value = str_part(s, from, i - from);
        if (word >= 0) sepa_take(n, word, value);
        else remittance_add(n, value);
        if (i == s.length) break;
        word = next;
        from = i + strlen(sepa_words[next]);
        i = from - 1;
    }
}

struct german { struct text purpose, name; struct str account, bic, ten; };

static void german_piece(struct narrative *n, struct german *g, int number, struct str value)
{
    struct statement_payment *p = n->payment;
    if ((number >= 20 && number <= 29) || (number >= 60 && number <= 63)) text_add(&g->purpose, value);
    else if (number == 32 || number == 33) text_add(&g->name, value);
    else if (number == 0) set(&p->info, value);
    else if (number == 10) g->ten = value;
    else if (number == 30) g->bic = value;
    else if (number == 31 || number == 38) g->account = value;
    else if (number == 34 && str_trim(value).length && !str_is(str_trim(value), "000")) set(&p->return_reason, value);
}

/* Triodos has '>' for '?', the other account in 10 and its own in 31. */
bool narrative_german(struct narrative *n)
{
    char separator;
    struct str s = n->text;
    if (!german_form(s, &separator)) return false;
    struct german g = { .purpose = text_new(n->arena), .name = text_new(n->arena) };
    n->payment->code.proprietary = str_part(s, 0, 3);
    for (size_t i = 3; i + 2 < s.length;) {
        size_t end = i + 3;
        while (end < s.length &&
               !(s.at[end] == separator && end + 2 < s.length && is_digit(s.at[end + 1]) && is_digit(s.at[end + 2])))
            end++;
        german_piece(n, &g, (s.at[i + 1] - '0') * 10 + s.at[i + 2] - '0', str_part(s, i + 3, end - i - 3));
        i = end;
    }
    purpose_take(n, text_str(&g.purpose));
    if (g.name.length) set(&narrative_other(n)->name, text_str(&g.name));
    if (g.bic.length) set(&narrative_other(n)->bic, g.bic);
    bool triodos = separator == '>';
    if (triodos && str_trim(g.ten).length) account_set(n, narrative_other(n), g.ten);
    if (g.account.length && !(triodos && str_equal(str_trim(g.account), n->statement->account)))
        account_set(n, narrative_other(n), g.account);
    return true;
}

/* ---- Labels ---- */

enum label { L_NONE, L_ACCOUNT, L_BIC, L_NAME, L_TEXT, L_END_TO_END, L_MANDATE, L_CREDITOR, L_OTHER };
static const struct {
    const char *text;
    enum label label;
} labels[] = {
    { "IBAN:", L_ACCOUNT },
    { "REK:", L_ACCOUNT },
    { "REKENING:", L_ACCOUNT },
    { "BIC:", L_BIC },
    { "NAAM:", L_NAME },
    { "NAME:", L_NAME },
    { "OMSCHRIJVING:", L_TEXT },
    { "DESCRIPTION:", L_TEXT },
    { "KENMERK:", L_END_TO_END },
    { "REFERENCE:", L_END_TO_END },
    { "MACHTIGING ID:", L_MANDATE },
    { "MACHTIGING:", L_MANDATE },
    { "MANDATE ID:", L_MANDATE },
    { "INCASSANT ID:", L_CREDITOR },
    { "INCASSANT:", L_CREDITOR },
    { "CREDITOR ID:", L_CREDITOR },
    { "VALUTADATUM:", L_OTHER },
    { "VALUE DATE:", L_OTHER },
    { "DATUM/TIJD:", L_OTHER },
    { "DATE/TIME:", L_OTHER },
    { "TRANSACTIEDATUM:", L_OTHER },
    { "BETALINGSKENM.:", L_OTHER },
    { "DOORLOPENDE INCASSO", L_OTHER },
    { "EENMALIGE INCASSO", L_OTHER },
    { "RECURRENT SEPA DIRECT DEBIT", L_OTHER },
    { "SINGLE SEPA DIRECT DEBIT", L_OTHER },
};

static bool starts_caseless(struct str s, const char *z)
{
    struct str head = str_part(s, 0, strlen(z));
    return str_equal_caseless(head, str_of(z));
}

static enum label label_at(struct str s, size_t at, size_t *after)
{
    char before = at ? s.at[at - 1] : ' ';
    if (before != ' ' && before != '/' && before != ';') return L_NONE;
    for (size_t i = 0; i < ARRAY_LENGTH(labels); i++) {
        if (labels[i].label == L_NONE || !starts_caseless(str_part(s, at, 32), labels[i].text)) continue;
        *after = at + strlen(labels[i].text);
        return labels[i].label;
    }
    return L_NONE;
}

static void label_take(struct narrative *n, enum label label, struct str value)
{
    struct statement_payment *p = n->payment;
    value = spaces_squeezed(n->arena, without_slashes(value));
    switch (label) {
    case L_ACCOUNT: account_set(n, narrative_other(n), value); break;
    case L_BIC: set(&narrative_other(n)->bic, value); break;
    case L_NAME: set(&narrative_other(n)->name, value); break;
    case L_TEXT: remittance_add(n, value); break;
    case L_END_TO_END: set_said(&p->end_to_end_id, value); break;
    case L_MANDATE: set_said(&p->mandate_id, value); break;
    case L_CREDITOR: set_said(&p->creditor_id, value); break;
    case L_NONE: case L_OTHER: break;
    }
}

/* At least an account or a name has to be there; what stands before the first label is the kind of payment ("SEPA Overboeking") or,
 * where no description is labelled, the description. */
bool narrative_labels(struct narrative *n)
{
    struct str s = n->text;
    size_t after = 0, from = 0;
    enum label label = L_NONE;
    bool known = false, described = false;
    for (size_t i = 0; i < s.length; i++) {
        enum label l = label_at(s, i, &after);
        known |= l == L_ACCOUNT || l == L_NAME || l == L_MANDATE;
        described |= l == L_TEXT;
    }
    if (!known) return false;
    for (size_t i = 0; i <= s.length; i++) {
        enum label next = i < s.length ? label_at(s, i, &after) : L_NONE;
        if (next == L_NONE && i < s.length) continue;
        struct str value = str_part(s, from, i - from);
        if (label != L_NONE) label_take(n, label, value);
        else if (described) set(&n->payment->info, spaces_squeezed(n->arena, str_trim(value)));
        else remittance_add(n, spaces_squeezed(n->arena, str_trim(value)));
        if (i == s.length) break;
        label = next;
        from = after;
        i = after - 1;
    }
    kenmerk_in_text(n);
    return true;
}

/* ---- By position ---- */

/* "0987654321 marechal s", "NL65RABO0123456789 naam", "52.89.39.882  MYCOM": an account in front. Gives how long it is. */
static size_t account_in_front(struct str s)
{
    size_t end = 0, digits = 0;
    while (end < s.length && s.at[end] != ' ') digits += is_digit(s.at[end]), end++;
    struct str word = str_part(s, 0, end);
    if (iban_is_right(word)) return end;
    bool dotted = word.length == 12 && word.at[2] == '.' && word.at[5] == '.' && word.at[8] == '.' && digits == 9;
    return dotted || (digits == word.length && (digits == 9 || digits == 10)) ? end : 0;
}

void narrative_plain(struct narrative *n, enum statement_dialect dialect)
{
    struct str s = str_trim(n->text);
    size_t account = 0;
    bool fronted = dialect == DIALECT_SNS || dialect == DIALECT_ING || dialect == DIALECT_ABN_AMRO;
    if (fronted) account = account_in_front(s);
    if (!account && dialect == DIALECT_ABN_AMRO && str_starts(s, "GIRO ")) { /* a Postbank number of old */
        struct str rest = str_trim(str_part(s, 5, s.length));
        size_t digits = 0;
        while (digits < rest.length && is_digit(rest.at[digits])) digits++;
        if (digits >= 3 && digits <= 8) s = rest, account = digits;
    }
    if (account) account_set(n, narrative_other(n), str_part(s, 0, account));
    remittance_add(n, spaces_squeezed(n->arena, str_part(s, account, s.length)));
    kenmerk_in_text(n);
}

void narrative_finish(struct narrative *n, const struct statement_line *line)
{
    struct statement_payment *p = n->payment;
    bool out = line->amount_minor < 0;
    if (line->reversal) out = !out;
    if (out) p->creditor = n->other, p->ultimate_creditor = n->ultimate;
    else p->debtor = n->other, p->ultimate_debtor = n->ultimate;
    p->initiating = n->initiating;
    if (p->remittance.length && !p->remittance_part_count) {
        struct str *part = ARENA_ARRAY(n->arena, struct str, 1);
        part[0] = p->remittance;
        p->remittance_parts = part;
        p->remittance_part_count = 1;
    }
    line_payment_finish(n->arena, n->statement, line, p);
}
