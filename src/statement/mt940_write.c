/* Neutral statement → MT940 in the manner of a bank: for tests and for the demo company's bank. Lines are 65 characters wide; what
 * SWIFT's set x does not have is replaced as banks do. A batch is its one line: MT940 has no place for details. */
#include "statement/statement_private.h"

enum { WIDTH = 65 };
struct out { struct arena *arena; struct text text; enum statement_dialect dialect; const struct statement *statement; };

/* ---- Characters: SWIFT set x is a-z A-Z 0-9 / - ? : ( ) . , ' + and space ---- */

static const char *ascii_of(uint32_t c)
{
    static const char latin[] = /* U+00C0 … U+017F by their letter; '.' where there is none */
        "AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
        "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
    if (c == '&') return "+";
    if (c == '_') return "-";
    if (c == 0x20AC) return "EUR";
    if (c < 0xC0 || c >= 0xC0 + sizeof latin - 1) return ".";
    return latin + (c - 0xC0);
}

static uint32_t next_point(struct str s, size_t *i)
{
    unsigned char c = (unsigned char)s.at[(*i)++];
    if (c < 0x80) return c;
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    uint32_t point = c & (0x3F >> more);
    for (; more > 0 && *i < s.length; more--) point = point << 6 | ((unsigned char)s.at[(*i)++] & 0x3F);
    return point;
}

static struct str plain(struct out *o, struct str s)
{
    struct text t = text_new(o->arena);
    for (size_t i = 0; i < s.length;) {
        uint32_t c = next_point(s, &i);
        bool kept = c < 0x80 && c &&
                    (strchr("/-?:().,'+ ", (int)c) || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'));
        if (o->dialect == DIALECT_GERMAN && c == '?') kept = false;
        if (o->dialect == DIALECT_TRIODOS && c == '>') kept = false;
        const char *as = kept ? "" : c < 0x20 ? " " : ascii_of(c);
        if (kept) text_add_char(&t, (char)c);
        else if (c == 0x20AC) text_addz(&t, as);
        else text_add_char(&t, as[0]);
    }
    return text_str(&t);
}

/* ---- Pieces ---- */

static void line(struct out *o, const char *z) { text_addz(&o->text, z), text_addz(&o->text, "\r\n"); }

static void day(struct out *o, struct date d, bool year)
{
    if (year) text_addf(&o->text, "%02d", date_year(d) % 100);
    text_addf(&o->text, "%02d%02d", date_month(d), date_day(d));
}

static void amount(struct out *o, int64_t minor, struct str currency)
{
    int digits = currency_digits(currency);
    struct str s = minor_format(o->arena, minor < 0 ? -minor : minor, digits < 0 ? 2 : digits);
    if (o->dialect == DIALECT_RABOBANK || o->dialect == DIALECT_RABOBANK_CLASSIC)
        for (size_t n = s.length; n < 15; n++) text_add_char(&o->text, '0');
    for (size_t i = 0; i < s.length; i++) text_add_char(&o->text, s.at[i] == '.' ? ',' : s.at[i]);
    if (str_find(s, ".") < 0) text_add_char(&o->text, ',');
}

static void balance(struct out *o, const char *tag, const struct statement_balance *b)
{
    text_addf(&o->text, ":%s:%c", tag, b->amount_minor < 0 ? 'D' : 'C');
    day(o, b->on.ymd ? b->on : date_from_days(0), true);
    text_addf(&o->text, "%.*s", STR_ARG(b->currency));
    amount(o, b->amount_minor, b->currency);
    line(o, "");
}

/* Broken after every 65th character; a line may not begin with ':' or '-', which would be a field or the end. */
static void folded(struct out *o, struct str s)
{
    for (size_t i = 0; i < s.length; i += WIDTH) {
        struct str part = str_part(s, i, WIDTH);
        bool wrong = i && (part.at[0] == ':' || part.at[0] == '-');
        if (wrong) text_add_char(&o->text, '.');
        text_add(&o->text, wrong ? str_part(part, 1, part.length) : part);
        line(o, "");
    }
    if (!s.length) line(o, "");
}

/* Broken at spaces. */
static void worded(struct out *o, const char *tag, struct str s, size_t width)
{
    do {
        size_t end = s.length;
        if (end > width)
            for (end = width; end && s.at[end] != ' '; end--) continue;
        if (!end) end = width;
        struct str part = str_trim(str_part(s, 0, end));
        bool wrong = part.length && (part.at[0] == ':' || part.at[0] == '-') && !tag[0];
        text_addz(&o->text, tag);
        if (wrong) text_add_char(&o->text, '.');
        text_add(&o->text, wrong ? str_part(part, 1, part.length) : part);
        line(o, "");
        s = str_trim(str_part(s, end, s.length));
        if (o->dialect != DIALECT_RABOBANK_CLASSIC) tag = "";
    } while (s.length);
}

/* ---- :86: by manner ---- */

static void word(struct out *o, struct text *t, const char *name, struct str value, const char *behind)
{
    value = str_trim(plain(o, value));
    if (!value.length) return;
    text_addf(t, "/%s/%.*s%s", name, STR_ARG(value), behind);
}

static struct str remittance_of(struct out *o, const struct statement_payment *p)
{
    if (p->remittance.length || !p->reference.length) return plain(o, p->remittance);
    return plain(o, p->reference);
}

static const struct statement_party *other_of(const struct statement_payment *p)
{
    static const struct statement_party nobody;
    return p->counterparty ? p->counterparty : &nobody;
}

static struct str no_slashes(struct out *o, struct str s)
{
    struct str copy = plain(o, s);
    for (size_t i = 0; i < copy.length; i++)
        if (copy.at[i] == '/') ((char *)copy.at)[i] = '-';
    return copy;
}

static struct str abn_text(struct out *o, const struct statement_line *l)
{
    const struct statement_payment *p = l->payment;
    const struct statement_party *other = other_of(p);
    struct text t = text_new(o->arena);
    word(o, &t, "TRTP",
         p->info.length         ? p->info
         : p->mandate_id.length ? STR("SEPA Incasso algemeen doorlopend")
                                : STR("SEPA OVERBOEKING"),
         "");
    word(o, &t, "CSID", p->creditor_id, "");
    word(o, &t, "MARF", p->mandate_id, "");
    word(o, &t, other->account_is_iban || !other->account.length ? "IBAN" : "BBAN", other->account, "");
    word(o, &t, "BIC", other->bic, "");
    word(o, &t, "NAME", no_slashes(o, other->name), "");
    word(o, &t, "REMI", remittance_of(o, p), "");
    word(o, &t, "EREF", p->end_to_end_id.length ? p->end_to_end_id : STR("NOTPROVIDED"), "");
    word(o, &t, "RTRN", p->return_reason, "");
    if (p->ultimate) word(o, &t, l->amount_minor < 0 ? "ULTC" : "ULTD", no_slashes(o, p->ultimate->name), "");
    return text_str(&t);
}

static struct str ing_text(struct out *o, const struct statement_line *l)
{
    const struct statement_payment *p = l->payment;
    const struct statement_party *other = other_of(p);
    struct text t = text_new(o->arena);
    word(o, &t, "RTRN", p->return_reason, "/");
    word(o, &t, "EREF", p->end_to_end_id, "/");
    word(o, &t, "PREF", p->batch_id, "/");
    word(o, &t, "MARF", p->mandate_id, "/");
    word(o, &t, "CSID", p->creditor_id, "/");
    if (other->account.length || other->name.length || other->bic.length)
        text_addf(&t, "/CNTP/%.*s/%.*s/%.*s///", STR_ARG(no_slashes(o, other->account)), STR_ARG(no_slashes(o, other->bic)),
                  STR_ARG(no_slashes(o, other->name)));
    if (p->reference.length) {
        text_addf(&t, "/REMI/STRD/%s/%.*s/", p->reference_type == REMITTANCE_RF ? "ISO" : "CUR", STR_ARG(plain(o, p->reference)));
        if (p->remittance.length) text_addf(&t, "/REMI/USTD//%.*s/", STR_ARG(plain(o, p->remittance)));
    } else if (p->remittance.length) text_addf(&t, "/REMI/USTD//%.*s/", STR_ARG(plain(o, p->remittance)));
    word(o, &t, "PURP/CD", p->purpose, "/");
    if (p->ultimate)
        text_addf(&t, "/%s//NAME/%.*s/", l->amount_minor < 0 ? "ULTC" : "ULTD",
                  STR_ARG(no_slashes(o, p->ultimate->name)));
    return text_str(&t);
}

static struct str rabo_text(struct out *o, const struct statement_line *l)
{
    const struct statement_payment *p = l->payment;
    const struct statement_party *other = other_of(p);
    struct text t = text_new(o->arena);
    word(o, &t, "EREF", p->end_to_end_id, "");
    word(o, &t, "MARF", p->mandate_id, "");
    word(o, &t, "CSID", p->creditor_id, "");
    word(o, &t, "RTRN", p->return_reason, "");
    if (other->name.length) {
        text_addz(&t, l->amount_minor < 0 ? "/BENM/" : "/ORDP/");
        word(o, &t, "NAME", no_slashes(o, other->name), "");
    }
    if (o->dialect != DIALECT_RABOBANK) word(o, &t, "IBAN", other->account, ""); /* Rabobank has it in :61: */
    word(o, &t, "BIC", other->bic, "");
    struct str remittance = remittance_of(o, p);
    if (remittance.length) word(o, &t, "REMI", remittance, "");
    else text_addz(&t, "/REMI/");
    if (!l->valued_on.ymd) return text_str(&t);
    char text[11];
    date_format(l->valued_on, text);
    text_addf(&t, "/ISDT/%s", text);
    return text_str(&t);
}

static void sns_lines(struct out *o, const struct statement_line *l)
{
    const struct statement_party *other = other_of(l->payment);
    if (!other->account.length) return worded(o, ":86:", remittance_of(o, l->payment), WIDTH - 4);
    text_addf(&o->text, ":86:%.*s %.*s\r\n", STR_ARG(other->account), STR_ARG(str_part(plain(o, other->name), 0, WIDTH)));
    struct str remittance = remittance_of(o, l->payment);
    if (remittance.length) worded(o, "", remittance, WIDTH - 4);
}

/* Subfields of 27 characters: the purpose in 20 … 29, then 60 … 63; the name in 32 and 33. */
static struct str german_text(struct out *o, const struct statement_line *l)
{
    static const int places[] = { 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 60, 61, 62, 63 };
    const struct statement_payment *p = l->payment;
    const struct statement_party *other = other_of(p);
    struct text t = text_new(o->arena), purpose = text_new(o->arena);
    const struct {
        const char *name;
        struct str value;
    } words[] = {
        { "EREF+", p->end_to_end_id },
        { "KREF+", p->batch_id },
        { "MREF+", p->mandate_id },
        { "CRED+", p->creditor_id },
        { "SVWZ+", remittance_of(o, p) },
        { l->amount_minor < 0 ? "ABWE+" : "ABWA+", p->ultimate ? p->ultimate->name : (struct str){ 0 } },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (words[i].value.length) text_addz(&purpose, words[i].name), text_add(&purpose, plain(o, words[i].value));
    struct str whole = text_str(&purpose), name = plain(o, other->name);
    text_addf(&t, "%s?00%.*s?100599", l->amount_minor < 0 ? "177" : "166",
              STR_ARG(str_part(plain(o, p->info.length ? p->info : STR("UEBERWEISUNG")), 0, 27)));
    for (size_t i = 0, k = 0; i < whole.length && k < ARRAY_LENGTH(places); i += 27, k++)
        text_addf(&t, "?%d%.*s", places[k], STR_ARG(str_part(whole, i, 27)));
    if (other->bic.length) text_addf(&t, "?30%.*s", STR_ARG(other->bic));
    if (other->account.length) text_addf(&t, "?31%.*s", STR_ARG(other->account));
    for (size_t i = 0; i < name.length && i < 54; i += 27)
        text_addf(&t, "?%d%.*s", 32 + (int)(i / 27), STR_ARG(str_part(name, i, 27)));
    if (p->return_reason.length) text_addf(&t, "?34%.*s", STR_ARG(p->return_reason));
    return text_str(&t);
}

static struct str triodos_text(struct out *o, const struct statement_line *l)
{
    const struct statement_party *other = other_of(l->payment);
    struct str remittance = remittance_of(o, l->payment), name = plain(o, other->name);
    struct text t = text_new(o->arena);
    text_addz(&t, "000");
    if (other->account.length) text_addf(&t, ">10%.*s", STR_ARG(other->account));
    for (size_t i = 0; i < remittance.length && i < 27 * 10; i += 27)
        text_addf(&t, ">%d%.*s", 20 + (int)(i / 27), STR_ARG(str_part(remittance, i, 27)));
    for (size_t i = 0; i < name.length && i < 54; i += 27)
        text_addf(&t, ">%d%.*s", 32 + (int)(i / 27), STR_ARG(str_part(name, i, 27)));
    return text_str(&t);
}

static struct str knab_lines(struct out *o, const struct statement_line *l)
{
    const struct statement_party *other = other_of(l->payment);
    struct text t = text_new(o->arena);
    text_add(&t, remittance_of(o, l->payment));
    if (other->account.length)
        text_addf(&t, " REK: %.*s/NAAM: %.*s", STR_ARG(other->account), STR_ARG(no_slashes(o, other->name)));
    return text_str(&t);
}

static void information(struct out *o, const struct statement_line *l)
{
    struct str s = { 0 };
    switch (o->dialect) {
    case DIALECT_ABN_AMRO:
    case DIALECT_VAN_LANSCHOT: s = abn_text(o, l); break;
    case DIALECT_ING: s = ing_text(o, l); break;
    case DIALECT_RABOBANK:
    case DIALECT_BUNQ: s = rabo_text(o, l); break;
    case DIALECT_GERMAN: s = german_text(o, l); break;
    case DIALECT_TRIODOS: s = triodos_text(o, l); break;
    case DIALECT_SNS: return sns_lines(o, l);
    case DIALECT_KNAB: return worded(o, ":86:", knab_lines(o, l), WIDTH - 4);
    case DIALECT_UNKNOWN:
    case DIALECT_ISO20022:
    case DIALECT_RABOBANK_CLASSIC: return worded(o, ":86:", remittance_of(o, l->payment), WIDTH - 5);
    }
    text_addz(&o->text, ":86:");
    folded(o, s);
}

/* ---- Lines and statement ---- */

static struct str type_of(const struct statement_line *l)
{
    struct str code = l->code.proprietary;
    bool form = code.length == 4 && (code.at[0] == 'N' || code.at[0] == 'F' || code.at[0] == 'S');
    return form ? code : l->payment->mandate_id.length ? STR("NDDT") : STR("NTRF");
}

static void entry(struct out *o, const struct statement_line *l)
{
    bool classic = o->dialect == DIALECT_RABOBANK_CLASSIC, debit = (l->amount_minor < 0) != l->reversal;
    const struct statement_party *other = other_of(l->payment);
    text_addz(&o->text, ":61:");
    struct date value = l->valued_on.ymd ? l->valued_on : l->booked_on;
    if (value.ymd) day(o, value, true);
    if (l->booked_on.ymd && !classic && o->dialect != DIALECT_RABOBANK) day(o, l->booked_on, false);
    text_addf(&o->text, "%s%c", l->reversal ? "R" : l->status == STATUS_PENDING ? "E" : "", debit ? 'D' : 'C');
    amount(o, l->amount_minor, l->currency);
    text_add(&o->text, type_of(l));
    if (classic) {
        text_addf(&o->text, "%-16.*s%.*s\r\n", STR_ARG(other->account.length ? str_part(other->account, 0, 16) : STR("NONREF")),
                  STR_ARG(str_part(plain(o, other->name), 0, 32)));
        return information(o, l);
    }
    struct str reference = str_part(plain(o, l->reference), 0, 16);
    if (!reference.length)
        reference = l->payment->end_to_end_id.length && (o->dialect == DIALECT_RABOBANK || o->dialect == DIALECT_ING)
                        ? STR("EREF")
                        : STR("NONREF");
    text_add(&o->text, reference);
    if (l->servicer_reference.length) text_addf(&o->text, "//%.*s", STR_ARG(str_part(plain(o, l->servicer_reference), 0, 16)));
    line(o, "");
    if (o->dialect == DIALECT_RABOBANK && other->account.length) text_add(&o->text, other->account), line(o, "");
    else if (o->dialect == DIALECT_ING && l->payment->code.proprietary.length)
        text_addf(&o->text, "/TRCD/%.*s/\r\n", STR_ARG(plain(o, l->payment->code.proprietary)));
    information(o, l);
}

static void head(struct out *o)
{
    const struct statement *s = o->statement;
    struct str reference = str_part(plain(o, s->message_id), 0, 16);
    if (o->dialect == DIALECT_ABN_AMRO)
        line(o, "ABNANL2A"), line(o, "940"), line(o, "ABNANL2A"), reference = STR("ABN AMRO BANK NV");
    if (o->dialect == DIALECT_ING) line(o, "{1:F01INGBNL2ABXXX0000000000}{2:I940INGBNL2AXXXN}{4:");
    bool rabobank = o->dialect == DIALECT_RABOBANK || o->dialect == DIALECT_RABOBANK_CLASSIC;
    if (rabobank) line(o, ":940:");
    if (rabobank) {
        struct date on = s->closing ? s->closing->on : (struct date){ 0 };
        reference =
            str_format(o->arena, "940%c%02d%02d%02d", o->dialect == DIALECT_RABOBANK ? 'S' : 'A',
                       on.ymd ? date_year(on) % 100 : 0, on.ymd ? date_month(on) : 0, on.ymd ? date_day(on) : 0);
    }
    text_addf(&o->text, ":20:%.*s\r\n", STR_ARG(reference.length ? reference : STR("NONREF")));
    const char *bank = o->dialect == DIALECT_TRIODOS ? "TRIODOSBANK/" : "";
    text_addf(&o->text, ":25:%s%.*s%s%.*s\r\n", bank, STR_ARG(s->account.length ? s->account : STR("0")),
              o->dialect == DIALECT_RABOBANK || o->dialect == DIALECT_BUNQ ? " " : "",
              STR_ARG(rabobank || o->dialect == DIALECT_BUNQ || o->dialect == DIALECT_ING ? s->currency : STR("")));
    text_addz(&o->text, ":28C:");
    if (s->number >= 0) text_addf(&o->text, "%lld", (long long)s->number);
    else text_addz(&o->text, "0");
    if (s->page >= 0) text_addf(&o->text, "/%lld", (long long)s->page);
    line(o, "");
}

struct str statement_write_mt940(struct arena *arena, const struct statement *s, enum statement_dialect dialect)
{
    struct out o = { arena, text_new(arena), dialect, s };
    head(&o);
    if (s->opening) balance(&o, s->opening->interim ? "60M" : "60F", s->opening);
    for (int64_t i = 0; i < s->line_count; i++) entry(&o, s->lines[i]);
    if (s->closing) balance(&o, s->closing->interim ? "62M" : "62F", s->closing);
    for (size_t i = 0; i < s->balance_count; i++) {
        if (s->balances[i].type == BALANCE_CLOSING_AVAILABLE) balance(&o, "64", &s->balances[i]);
        if (s->balances[i].type == BALANCE_FORWARD_AVAILABLE) balance(&o, "65", &s->balances[i]);
    }
    if (dialect == DIALECT_ING)
        text_addf(&o.text, ":86:/SUM/%lld/%lld/\r\n", (long long)s->line_count, (long long)s->booked_count);
    if (dialect == DIALECT_ING) line(&o, "-}");
    else if (dialect != DIALECT_RABOBANK && dialect != DIALECT_RABOBANK_CLASSIC) line(&o, "-");
    return text_str(&o.text);
}
