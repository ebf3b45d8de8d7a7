/* Exchange rates: what an amount is in the base currency, rates entered by hand, and those of the European Central Bank out of its files. */
#include "codec/sheet.h"
#include "codec/xml.h"
#include "ledger/ledger_private.h"
#include "ledger.sql.h"

const struct fault_type ledger_no_rate = { FAULT_MISSING, "ledger.no_rate",
                                           "There is no exchange rate for {currency} on {day}; enter one." };
static const struct fault_type currency_unknown = { FAULT_INVALID, "ledger.currency_unknown",
                                                    "{currency} is not a currency of ISO 4217." };
static const struct fault_type rate_of_base = {
    FAULT_INVALID, "ledger.rate_of_base",
    "{currency} is the currency of the books: its rate is always 1. Choose another currency."
};
static const struct fault_type rate_changed = { FAULT_CONFLICT, "ledger.rate_changed",
                                                "Somebody changed this exchange rate; read it again." };
static const struct fault_type rate_file = {
    FAULT_INVALID, "ledger.rate_file",
    "This is not a file of exchange rates of the European Central Bank. Take the XML or the CSV (unpacked) of its euro reference rates."
};
static const struct fault_type rate_not = { FAULT_INVALID, "ledger.rate_not", "Line {line}: {found} is not a rate." };
static const struct fault_type rate_no_day = { FAULT_INVALID, "ledger.rate_no_day", "Line {line}: {found} is not a day." };
static const struct fault_type rate_many = {
    FAULT_LIMIT, "ledger.rate_many",
    "This file holds more than {max} rates. Take the one of the last 90 days, or take out what is too old."
};
static const struct fault_type rate_no_base = {
    FAULT_INVALID, "ledger.rate_no_base",
    "This file has no rate of {currency}, the currency of the books, so no other can be told from it."
};

enum { RATES_MOST = 50000, RATE_DIGITS = 10, LINES_TOLD = 20 };
#define RATES_SOURCE "ECB"

struct exchange_rate {
    rate_id id;
    struct str currency;
    struct date valid_on;
    struct decimal rate;
    struct str source;
    int64_t entered_by;
    struct instant entered_at;
    int64_t version;
    struct str entered_by_name; /* in a list */
};
LIST_STRUCT(exchange_rates, struct exchange_rate);
RECORD(exchange_rate, {
    ID(struct exchange_rate, id, .sort = true),
    FIELD(struct exchange_rate, currency, .min = 3, .max = 3, .filter = true, .sort = true),
    FIELD(struct exchange_rate, valid_on, .filter = true, .sort = true),
    FIELD(struct exchange_rate, rate, .about = "units of the base currency for one unit"),
    FIELD(struct exchange_rate, source, .min = 1, .max = 100, .filter = true,
          .about = "\"ECB\": out of a file of the European Central Bank"),
    FIELD(struct exchange_rate, entered_by, OPTIONAL),
    FIELD(struct exchange_rate, entered_at, OPTIONAL),
    FIELD(struct exchange_rate, version),
    FIELD(struct exchange_rate, entered_by_name, OPTIONAL, .about = "in a list"),
});

/* ---- What an amount is ---- */

struct fault *ledger_rate(struct work *work, struct str currency, struct date on, struct decimal *rate)
{
    struct str base = { 0 };
    struct exchange_rate row = { .currency = currency, .valid_on = on };
    bool found;
    TRY(ledger_base_currency(work, &base));
    *rate = DECIMAL(1, 0);
    if (str_equal(base, currency)) return NULL;
    TRY(db_find(work, &sql_rate_on, GIVEN(exchange_rate, &row), INTO(exchange_rate, &row), &found));
    if (!found)
        return FAULT(work->arena, &ledger_no_rate, "currency", PARAM("currency", currency),
                     PARAM("day", date_text(work->arena, on)));
    *rate = row.rate;
    return NULL;
}

static bool power_of_ten(int exponent, int64_t *out)
{
    *out = 1;
    for (int i = 0; i < exponent; i++)
        if (!int_mul(*out, 10, out)) return false;
    return true;
}

struct fault *ledger_to_base(struct work *work, int64_t amount_minor, struct str currency, struct date on, int64_t *base_minor)
{
    struct decimal rate;
    struct str base = { 0 };
    int digits = currency_digits(currency);
    if (digits < 0) return FAULT(work->arena, &currency_unknown, "currency", PARAM("currency", currency));
    TRY(ledger_base_currency(work, &base));
    TRY(ledger_rate(work, currency, on, &rate));
    int64_t up, down;
    int shift = rate.scale + digits - currency_digits(base);
    bool fits = power_of_ten(shift < 0 ? -shift : 0, &up) && power_of_ten(shift > 0 ? shift : 0, &down) &&
                int_mul(rate.units, up, &up) && int_mul_div(amount_minor, up, down, base_minor);
    return fits ? NULL : FAULT(work->arena, &ledger_too_large, "amount");
}

/* ---- By hand ---- */

struct rate_takes {
    struct str currency;
    struct date valid_on;
    struct decimal rate;
    struct str source;
    int64_t version;
};
RECORD(rate_takes, {
    FIELD(struct rate_takes, currency, .min = 3, .max = 3),
    FIELD(struct rate_takes, valid_on),
    FIELD(struct rate_takes, rate, .about = "units of the base currency for one unit"),
    FIELD(struct rate_takes, source, .min = 1, .max = 100),
    FIELD(struct rate_takes, version, OPTIONAL, .min = 0, .max = EXACT_MAX,
          .about = "of the rate of that day that is changed; left out: whatever there is"),
});

/* Adds it, or changes the one of that day. */
static struct fault *keep(struct work *work, struct exchange_rate *rate, const struct exchange_rate *before)
{
    rate->entered_by = work->user_id, rate->entered_at = work->now;
    if (!before) {
        rate->id.n = id_new(work), rate->version = 1;
        return db_run(work, &sql_rate_add, GIVEN(exchange_rate, rate));
    }
    rate->id = before->id, rate->version = before->version;
    TRY(db_change(work, &sql_rate_change, GIVEN(exchange_rate, rate), &rate_changed));
    rate->version++;
    return NULL;
}

static struct fault *rate_set(struct work *work, const struct rate_takes *takes, struct exchange_rate *out)
{
    struct exchange_rate before = { .currency = takes->currency, .valid_on = takes->valid_on };
    struct str base = { 0 };
    bool found;
    TRY(ledger_base_currency(work, &base));
    if (currency_digits(takes->currency) < 0)
        return FAULT(work->arena, &currency_unknown, "currency", PARAM("currency", takes->currency));
    if (str_equal(base, takes->currency)) return FAULT(work->arena, &rate_of_base, "currency", PARAM("currency", base));
    if (takes->rate.units <= 0) return FAULT(work->arena, &record_too_small, "rate", PARAM("min", STR("0.000001")));
    TRY(db_find(work, &sql_rate_of_day, GIVEN(exchange_rate, &before), INTO(exchange_rate, &before), &found));
    if (takes->version && takes->version != (found ? before.version : 0))
        return FAULT(work->arena, &rate_changed, "version");
    *out = (struct exchange_rate){
        .currency = takes->currency, .valid_on = takes->valid_on, .rate = takes->rate, .source = takes->source
    };
    TRY(keep(work, out, found ? &before : NULL));
    work_changed(work, "exchange_rate", out->id.n, (struct given){ &exchange_rate_record, found ? &before : NULL },
                 GIVEN(exchange_rate, out));
    return NULL;
}
CALLABLE(rate_set, rate_takes, exchange_rate);

static struct fault *rate_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct exchange_rates *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_rate_list, NONE, query, INTO_LIST(exchange_rate, rows), next);
}
LISTABLE(rate_list, nothing, exchange_rate, exchange_rates);

/* ---- Out of a file of the European Central Bank: units of each currency for one euro, by day ---- */

struct read_rate { struct str currency; struct date on; struct decimal for_euro; int64_t line; };
struct reading {
    struct arena *arena;
    LIST_OF(struct read_rate) rates;
    struct date on; /* XML: of the Cube at hand */
    struct fault *faults;
    int64_t told;
    bool many;
};

static void wrong(struct reading *r, int64_t line, struct str found, const struct fault_type *type)
{
    if (r->told++ >= LINES_TOLD) return;
    r->faults = fault_join(r->faults, FAULT(r->arena, type, "content", PARAM_INT(r->arena, "line", line),
                                            PARAM("found", str_utf8_clip(found, 40))));
}

static void read_one(struct reading *r, int64_t line, struct str currency, struct str text)
{
    struct read_rate one = { .currency = str_keep(r->arena, currency), .on = r->on, .line = line };
    if (r->rates.count >= RATES_MOST) {
        r->many = true;
        return;
    }
    if (!decimal_parse(text, &one.for_euro) || one.for_euro.units <= 0) wrong(r, line, text, &rate_not);
    else *LIST_ADD(r->arena, &r->rates) = one;
}

static struct str attribute(const struct xml_element *element, const char *name)
{
    for (size_t i = 0; i < element->attribute_count; i++)
        if (str_is(element->attributes[i].name, name)) return str_trim(element->attributes[i].value);
    return (struct str){ 0 };
}

static void xml_start(void *context, struct xml_reader *reader, const struct xml_element *element)
{
    struct reading *r = context;
    if (!str_is(element->name, "Cube")) return;
    struct str time = attribute(element, "time"), currency = attribute(element, "currency");
    if (time.at && !date_parse(time, &r->on)) {
        r->on = (struct date){ 0 };
        wrong(r, xml_line(reader), time, &rate_no_day);
    }
    if (currency.at && r->on.ymd) read_one(r, xml_line(reader), currency, attribute(element, "rate"));
    if (r->many) xml_stop(reader);
}
static void xml_end(void *context, struct xml_reader *reader, struct str name, struct str text)
{
    (void)context, (void)reader, (void)name, (void)text;
}

/* "2026-11-20", or "20 November 2026" as the file of one day has it. */
static bool day_parse(struct arena *arena, struct str text, struct date *on)
{
    static const char months[] = "jan feb mar apr may jun jul aug sep oct nov dec ";
    struct str month, year, day = str_cut(str_lower(arena, text), ' ', &month);
    int64_t d, y;
    if (date_parse(text, on)) return true;
    month = str_cut(month, ' ', &year);
    if (month.length < 3 || !str_to_int(day, &d) || !str_to_int(str_trim(year), &y) || d < 1 || d > 31 || y < 1900 ||
        y > 9999)
        return false;
    for (int m = 0; m < 12; m++)
        if (!memcmp(months + m * 4, month.at, 3)) return date_make((int)y, m + 1, (int)d, on);
    return false;
}

static void read_table(struct reading *r, const struct sheet *sheet)
{
    const struct sheet_row *head = &sheet->rows.at[0];
    for (size_t i = 1; i < sheet->rows.count && !r->many; i++) {
        const struct sheet_row *row = &sheet->rows.at[i];
        struct str day = row->count ? str_trim(row->cells[0].text) : (struct str){ 0 };
        if (!day.length) continue;
        if (!day_parse(r->arena, day, &r->on)) {
            wrong(r, row->number, day, &rate_no_day);
            continue;
        }
        for (uint32_t c = 1; c < row->count && c < head->count; c++) {
            struct str currency = str_trim(head->cells[c].text), text = str_trim(row->cells[c].text);
            if (currency.length == 3 && text.length && !str_is(text, "N/A")) read_one(r, row->number, currency, text);
        }
    }
}

static struct fault *read_file(struct reading *r, struct str content)
{
    static const struct xml_handler handler = { xml_start, xml_end };
    struct sheet sheet = { 0 };
    struct str encoding, utf8 = text_to_utf8(r->arena, content, &encoding),
                         start = str_trim(str_part(utf8, 0, utf8.length < 200 ? utf8.length : 200));
    if (str_starts(start, "<")) TRY(xml_read(r->arena, content, &xml_limits_default, &handler, r));
    else {
        TRY(sheet_read(r->arena, content, &sheet_limits_default, &sheet));
        if (sheet.rows.count < 2 || !sheet.rows.at[0].count ||
            !str_is(str_lower(r->arena, str_trim(sheet.rows.at[0].cells[0].text)), "date"))
            return FAULT(r->arena, &rate_file, "content");
        read_table(r, &sheet);
    }
    if (r->many) return FAULT(r->arena, &rate_many, "content", PARAM_INT(r->arena, "max", RATES_MOST));
    if (!r->faults && !r->rates.count) return FAULT(r->arena, &rate_file, "content");
    return r->faults;
}

/* Units of base for one unit, with ten digits that say something: `for_euro` of the base (1 when that is the euro) by that of the currency. */
static bool rate_between(struct decimal base, struct decimal currency, struct decimal *out)
{
    int scale = RATE_DIGITS;
    struct decimal rough;
    if (!decimal_divide(base, currency, RATE_DIGITS, &rough)) return false;
    for (struct decimal at = DECIMAL(1, 0); scale > 2 && decimal_compare(rough, at) >= 0 && at.units < INT64_MAX / 10;
         at.units *= 10)
        scale--;
    for (struct decimal at = DECIMAL(1, 1); scale < 16 && decimal_compare(rough, at) < 0 && at.scale < 9; at.scale++)
        scale++;
    if (!decimal_divide(base, currency, scale, out) || out->units <= 0) return false;
    *out = decimal_short(*out);
    return true;
}

struct rates_span { struct date from_on, to_on; };
RECORD(rates_span, { FIELD(struct rates_span, from_on), FIELD(struct rates_span, to_on) });
struct rates_upload { struct str file_name, content; };
RECORD(rates_upload, {
    FIELD(struct rates_upload, file_name, .min = 1, .max = 255),
    BYTES(struct rates_upload, content, .min = 1, .max = 16 << 20),
});
struct rates_imported {
    struct str file_name;
    struct date from_on, to_on;
    int64_t added, changed, same, kept;
    struct str unknown;
};
RECORD(rates_imported, {
    FIELD(struct rates_imported, file_name),
    FIELD(struct rates_imported, from_on),
    FIELD(struct rates_imported, to_on),
    FIELD(struct rates_imported, added),
    FIELD(struct rates_imported, changed, .about = "an earlier one of the bank's for that day was another"),
    FIELD(struct rates_imported, same, .about = "there already"),
    FIELD(struct rates_imported, kept, .about = "entered by hand for that day, and left as they are"),
    FIELD(struct rates_imported, unknown, OPTIONAL, .about = "currencies that are none today, left out"),
});

static int by_day(const void *a, const void *b)
{
    const struct read_rate *x = a, *y = b;
    if (x->on.ymd != y->on.ymd) return x->on.ymd < y->on.ymd ? -1 : 1;
    int way = memcmp(x->currency.at, y->currency.at, 3);
    return way ? way : x->line < y->line ? -1 : x->line > y->line;
}

/* The rate of the base for one euro, of one day's part of the file. */
static bool base_of(const struct read_rate *rates, size_t count, struct str base, struct decimal *out)
{
    *out = DECIMAL(1, 0);
    if (str_is(base, "EUR")) return true;
    for (size_t i = 0; i < count; i++)
        if (str_equal(rates[i].currency, base)) return *out = rates[i].for_euro, true;
    return false;
}

static void note_unknown(struct arena *arena, struct rates_imported *out, struct str currency)
{
    for (size_t i = 0; i + 3 <= out->unknown.length; i += 5)
        if (!memcmp(out->unknown.at + i, currency.at, 3)) return;
    if (out->unknown.length > 400) return;
    out->unknown = str_format(arena, "%.*s%s%.*s", STR_ARG(out->unknown), out->unknown.length ? ", " : "", STR_ARG(currency));
}

/* One rate against the one there is: `known` lies sorted by day and currency, *at goes along with it. */
static struct fault *keep_read(struct work *work, struct exchange_rate *rate, const struct exchange_rates *known, size_t *at,
                               struct rates_imported *out)
{
    const struct exchange_rate *before = NULL;
    while (*at < known->count && (known->at[*at].valid_on.ymd < rate->valid_on.ymd ||
                                  (known->at[*at].valid_on.ymd == rate->valid_on.ymd &&
                                   memcmp(known->at[*at].currency.at, rate->currency.at, 3) < 0)))
        ++*at;
    if (*at < known->count && known->at[*at].valid_on.ymd == rate->valid_on.ymd &&
        str_equal(known->at[*at].currency, rate->currency))
        before = &known->at[*at];
    if (before && !str_is(before->source, RATES_SOURCE)) return out->kept++, NULL;
    if (before && !decimal_compare(before->rate, rate->rate)) return out->same++, NULL;
    TRY(keep(work, rate, before));
    before ? out->changed++ : out->added++;
    return NULL;
}

static struct fault *keep_all(struct work *work, const struct read_rate *rates, size_t count, struct rates_imported *out)
{
    const struct rates_span span = { rates[0].on, rates[count - 1].on };
    struct exchange_rates known = { 0 };
    struct str base = { 0 };
    struct decimal of_base = DECIMAL(1, 0);
    size_t at = 0, days = 0;
    bool has_base = false;
    TRY(ledger_base_currency(work, &base));
    TRY(db_all(work, &sql_rates_of_days, GIVEN(rates_span, &span), INTO_LIST(exchange_rate, &known)));
    for (size_t i = 0; i < count; i++) {
        const struct read_rate *r = &rates[i];
        if (!i || r->on.ymd != rates[i - 1].on.ymd) {
            size_t more = i;
            while (more < count && rates[more].on.ymd == r->on.ymd) more++;
            has_base = base_of(r, more - i, base, &of_base);
            days += has_base;
            if (has_base && !str_is(base, "EUR")) { /* the euro itself, which the file does not list */
                struct exchange_rate euro = { .currency = STR("EUR"), .valid_on = r->on, .source = STR(RATES_SOURCE) };
                size_t from = 0;
                if (rate_between(of_base, DECIMAL(1, 0), &euro.rate)) TRY(keep_read(work, &euro, &known, &from, out));
            }
        } else if (str_equal(r->currency, rates[i - 1].currency)) continue; /* twice in one file: the first */
        struct exchange_rate rate = { .currency = r->currency, .valid_on = r->on, .source = STR(RATES_SOURCE) };
        if (!has_base || str_equal(r->currency, base)) continue;
        if (currency_digits(r->currency) < 0) note_unknown(work->arena, out, r->currency);
        else if (rate_between(of_base, r->for_euro, &rate.rate)) TRY(keep_read(work, &rate, &known, &at, out));
    }
    return days ? NULL : FAULT(work->arena, &rate_no_base, "content", PARAM("currency", base));
}

static struct fault *rate_import(struct work *work, const struct rates_upload *takes, struct rates_imported *out)
{
    struct reading reading = { .arena = work->arena };
    TRY(read_file(&reading, takes->content));
    struct read_rate *rates = reading.rates.at;
    size_t count = 0;
    for (size_t i = 0; i < reading.rates.count; i++) /* a currency has three letters: they are compared as such */
        if (rates[i].currency.length == 3) rates[count++] = rates[i];
    if (!count) return FAULT(work->arena, &rate_file, "content");
    qsort(rates, count, sizeof *rates, by_day);
    *out = (struct rates_imported){ .file_name = takes->file_name, .from_on = rates[0].on, .to_on = rates[count - 1].on };
    TRY(keep_all(work, rates, count, out));
    work_changed(work, "exchange_rates", out->to_on.ymd, (struct given){ &rates_imported_record, NULL },
                 GIVEN(rates_imported, out));
    return NULL;
}
CALLABLE(rate_import, rates_upload, rates_imported);

static const struct operation operations[] = {
    { "rate set", "POST", "/exchange-rates", "ledger.chart", 0, &rate_set_call, NULL, "Enter an exchange rate" },
    { "rate list", "GET", "/exchange-rates", "ledger.read", OPERATION_READS, NULL, &rate_list_list,
      "List the exchange rates and who entered them" },
    { "rate import", "POST", "/exchange-rates/import", "ledger.chart", OPERATION_UPLOAD | OPERATION_SLOW, &rate_import_call, NULL,
      "Take exchange rates out of a file of the European Central Bank (XML or CSV)" },
};
const struct operation_table ledger_rates = { "ledger", operations, ARRAY_LENGTH(operations) };
