#include "test.h"
#include "auditfile/auditfile.h"
#include "codec/xml.h"

/* ---- A small year that uses every field ---- */

#define ADD(list, ...) (*LIST_ADD(arena, list) = (__typeof__(*(list)->at))__VA_ARGS__)

static struct xaf_books small_books(struct arena *arena)
{
    struct xaf_books b = {
        .fiscal_year = STR("2026"),
        .start_on = { 20260101 },
        .end_on = { 20261231 },
        .created_on = { 20270115 },
        .currency = STR("EUR"),
        .software = STR("Florin"),
        .software_version = STR("0.1.0"),
        .rgs_version = STR("3.8"),
        .company_id = STR("12345678"),
        .company_name = STR("Bakkerij De Zon & Zonen B.V."),
        .tax_country = STR("NL"),
        .tax_id = STR("NL004495445B01"),
        .opening_on = { 20260101 },
        .declared = { 4, XAF_AMOUNT(12100 + 5000), XAF_AMOUNT(12100 + 5000) },
    };
    ADD(&b.addresses, { .street = STR("Dorpsstraat"), .number = STR("12"), .extension = STR("a"), .city = STR("Utrecht"),
                        .post_code = STR("1234 AB"), .country = STR("NL"), .property = STR("Zonhuis"), .region = STR("UT") });
    ADD(&b.addresses, { .street = STR("Postbus 1"), .city = STR("Utrecht"), .country = STR("NL"), .postal = true });
    ADD(&b.accounts, { .id = STR("0100"),
                       .description = STR("Bank"),
                       .kind = 'B',
                       .rgs_code = STR("BLimBanRba"),
                       .lead_code = STR("L1") });
    ADD(&b.accounts, { .id = STR("1300"), .description = STR("Debiteuren"), .kind = 'B' });
    ADD(&b.accounts, { .id = STR("1500"), .description = STR("Btw"), .kind = 'B' });
    ADD(&b.accounts, { .id = STR("8000"), .kind = 'P' });
    ADD(&b.vat_codes, { .id = STR("H"), .description = STR("21%"), .to_pay_account = STR("1500") });
    ADD(&b.periods, { .number = 1, .description = STR("januari"), .start_on = { 20260101 }, .end_on = { 20260131 } });
    ADD(&b.periods, { .number = 12, .start_on = { 20261201 }, .end_on = { 20261231 } });
    struct xaf_party party = { .id = STR("D1"),
                               .name = STR("Café Zürich"),
                               .contact = STR("J. Jansen"),
                               .email = STR("info@zurich.example"),
                               .kvk = STR("87654321"),
                               .tax_country = STR("NL"),
                               .tax_id = STR("NL002455799B11"),
                               .kind = 'C',
                               .credit_limit = XAF_AMOUNT(500000),
                               .opening = XAF_AMOUNT(0),
                               .closing = XAF_AMOUNT(-12100) };
    ADD(&party.addresses, { .street = STR("Gracht"), .number = STR("1"), .country = STR("NL") });
    ADD(&party.bank_accounts, { STR("NL91ABNA0417164300"), STR("ABNANL2A") });
    *LIST_ADD(arena, &b.parties) = party;
    ADD(&b.opening, { STR("1"), STR("0100"), XAF_AMOUNT(100000) });
    ADD(&b.opening, { STR("2"), STR("1500"), XAF_AMOUNT(-100000) });
    ADD(&b.journals, { .id = STR("VRK"), .description = STR("Verkoop"), .kind = 'S' });
    ADD(&b.journals, { .id = STR("BNK"), .kind = 'B', .offset_account = STR("0100"), .bank_account = STR("NL91ABNA0417164300") });
    return b;
}

struct list_source { const struct xaf_transaction *at; size_t count, next; };
static struct fault *list_next(void *context, const struct xaf_transaction **out)
{
    struct list_source *s = context;
    *out = s->next < s->count ? &s->at[s->next++] : NULL;
    return NULL;
}
static struct fault *text_take(void *context, struct str bytes)
{
    text_add(context, bytes);
    return NULL;
}

struct kept { struct arena *arena; LIST_OF(struct xaf_transaction) list; };
static struct fault *keep(void *context, const struct xaf_books *books, const struct xaf_transaction *t)
{
    struct kept *k = context;
    (void)books;
    struct xaf_transaction copy = *t;
    copy.number = str_keep(k->arena, t->number);
    copy.description = str_keep(k->arena, t->description);
    copy.source = str_keep(k->arena, t->source);
    copy.user = str_keep(k->arena, t->user);
    copy.lines.at = ARENA_ARRAY(k->arena, struct xaf_line, t->lines.count + 1);
    for (size_t i = 0; i < t->lines.count; i++) {
        struct xaf_line l = t->lines.at[i];
        struct str *texts[] = { &l.number,  &l.account,       &l.document,      &l.description, &l.party,
                                &l.invoice, &l.receipt,       &l.shipment,      &l.cost,        &l.product,
                                &l.project, &l.work_cost,     &l.bank_account,  &l.match,       &l.match_key,
                                &l.order,   &l.article_group, &l.quantity_unit, &l.bank,        &l.other_bank_account,
                                &l.currency };
        for (size_t n = 0; n < ARRAY_LENGTH(texts); n++) *texts[n] = str_keep(k->arena, *texts[n]);
        struct xaf_vat *vat = ARENA_ARRAY(k->arena, struct xaf_vat, l.vat.count + 1);
        for (size_t n = 0; n < l.vat.count; n++) vat[n] = l.vat.at[n], vat[n].code = str_keep(k->arena, vat[n].code);
        l.vat.at = vat;
        copy.lines.at[i] = l;
    }
    *LIST_ADD(k->arena, &k->list) = copy;
    return NULL;
}

struct year { struct xaf_books books; struct xaf_transaction *at; size_t count; };
static struct year small_year(struct arena *arena)
{
    struct year y = { .books = small_books(arena), .at = ARENA_ARRAY(arena, struct xaf_transaction, 2), .count = 2 };
    struct xaf_line vat_line = { .number = STR("2"),
                                 .account = STR("8000"),
                                 .amount = XAF_AMOUNT(-12100),
                                 .cost = STR("K1"),
                                 .product = STR("P1"),
                                 .project = STR("J1"),
                                 .currency = STR("USD"),
                                 .currency_amount = XAF_AMOUNT(-13000) };
    ADD(&vat_line.vat, { STR("H"), DECIMAL(2100, 2), XAF_AMOUNT(-2100) });
    y.at[0] = (struct xaf_transaction){ .journal = 0,
                                        .number = STR("2026-1"),
                                        .description = STR("verkoop"),
                                        .period = 1,
                                        .day = { 20260115 },
                                        .amount = XAF_AMOUNT(12100),
                                        .source = STR("web"),
                                        .user = STR("anna") };
    ADD(&y.at[0].lines, { .number = STR("1"),
                          .account = STR("1300"),
                          .amount = XAF_AMOUNT(12100),
                          .document = STR("F1"),
                          .effective_on = { 20260116 },
                          .settled_on = { 20260214 },
                          .description = STR("factuur 1 <€>"),
                          .party = STR("D1"),
                          .invoice = STR("F1"),
                          .match = STR("m"),
                          .match_key = STR("k"),
                          .order = STR("o"),
                          .receipt = STR("r"),
                          .shipment = STR("s"),
                          .work_cost = STR("w"),
                          .article_group = STR("a"),
                          .quantity_unit = STR("st"),
                          .quantity = XAF_AMOUNT(3),
                          .bank_account = STR("NL91ABNA0417164300"),
                          .bank = STR("ABNANL2A"),
                          .other_bank_account = STR("NL44RABO0123456789") });
    *LIST_ADD(arena, &y.at[0].lines) = vat_line;
    y.at[1] = (struct xaf_transaction){ .journal = 1, .number = STR("B-1"), .period = 12, .day = { 20261224 } };
    ADD(&y.at[1].lines, { .number = STR("1"), .account = STR("0100"), .amount = XAF_AMOUNT(5000) });
    ADD(&y.at[1].lines, { .number = STR("2"), .account = STR("1300"), .amount = XAF_AMOUNT(-5000), .party = STR("D1") });
    return y;
}

static struct fault *write_year(struct arena *arena, enum xaf_version version, const struct year *y, struct str *out,
                                struct xaf_clips *clips)
{
    struct text *text = ARENA_NEW(arena, struct text);
    *text = text_new(arena);
    struct list_source list = { y->at, y->count, 0 };
    struct xaf_source source = { &list, list_next };
    struct xaf_sink sink = { text, text_take };
    struct fault *f = xaf_write(arena, version, &y->books, &source, &sink, clips);
    *out = text_str(text);
    return f;
}

static void expect_schema(struct arena *arena, struct str xml, enum xaf_version version)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct fault *f = xml_check_schema(arena, xml, str_format(arena, "%s/data/xsd/xaf/%s", shared,
        version == XAF_32 ? "XmlAuditfileFinancieel3.2.xsd" : "XAF_4.0_equivalent.xsd").at);
    if (f) print_error("%.*s\n", STR_ARG(str_part(xml, 0, 9000)));
    expect_done(f);
}

static bool fault_has(const struct fault *faults, const struct fault_type *type, const char *field)
{
    for (const struct fault *f = faults; f; f = f->next)
        if (f->type == type && str_is(f->field, field)) return true;
    for (const struct fault *f = faults; f; f = f->next) print_error("has %s [%.*s]\n", f->type->code, STR_ARG(f->field));
    return false;
}

static bool holds(struct str s, const char *z) { return str_find(s, z) >= 0; }

/* ---- Both versions there and back ---- */

TEST(auditfile_round_trip)
{
    struct year y = small_year(arena);
    for (enum xaf_version version = XAF_32; version <= XAF_40; version++) {
        struct str xml, again;
        struct xaf_clips clips = { 0 };
        struct xaf_unreads unread = { 0 };
        struct kept kept = { .arena = arena };
        struct year back = { .count = 0 };
        struct xaf_handler handler = { &kept, keep };
        expect_done(write_year(arena, version, &y, &xml, &clips));
        expect_schema(arena, xml, version);
        expect_done(xaf_read(arena, xml, &handler, &back.books, &unread));
        expect_int(0, unread.list.count);
        expect_int(version, back.books.version);
        expect_done(xaf_totals_check(arena, &back.books));
        expect_int(2, kept.list.count);
        back.at = kept.list.at, back.count = kept.list.count;
        expect_done(write_year(arena, version, &back, &again, NULL));
        expect(str_equal(xml, again));

        expect_str("Bakkerij De Zon & Zonen B.V.", back.books.company_name);
        expect_str("Café Zürich", back.books.parties.at[0].name);
        expect_int('C', back.books.parties.at[0].kind);
        expect_int(-100000, back.books.opening.at[1].amount.minor);
        expect_str("8000", back.books.accounts.at[3].description); /* it had none: its number */
        const struct xaf_line *l = back.at[0].lines.at;
        expect_str("factuur 1 <€>", l[0].description);
        expect_int(-12100, l[1].amount.minor);
        expect_int(20260115, l[1].effective_on.ymd);
        expect_str("2026-1", l[1].document);
        expect_int(-13000, l[1].currency_amount.minor);
        expect_str("21", decimal_format(arena, l[1].vat.at[0].percent));
        expect_int(-2100, l[1].vat.at[0].amount.minor);
        expect_str("anna", back.at[0].user);
        expect_int(12, back.at[1].period);
        expect_int(1, back.at[1].journal);
        if (version == XAF_32) {
            expect_int(3, l[0].quantity.minor);
            expect_str("L1", back.books.accounts.at[0].lead_code);
            expect_str("ABNANL2A", back.books.parties.at[0].bank_accounts.at[0].bank);
            expect_int(2, back.books.addresses.count);
            expect(back.books.addresses.at[1].postal);
            expect(!holds(xml, "BLimBanRba")); /* leadCode must not hold RGS */
        } else {
            expect_str("BLimBanRba", back.books.accounts.at[0].rgs_code);
            expect_int(-12100, back.books.parties.at[0].closing.minor);
            expect_int(20260214, l[0].settled_on.ymd);
            expect_str("NL44RABO0123456789", l[0].other_bank_account);
        }
    }
}

static size_t clip_times(const struct xaf_clips *clips, const char *field, size_t limit)
{
    for (size_t i = 0; i < clips->list.count; i++)
        if (str_is(clips->list.at[i].field, field) && clips->list.at[i].limit == limit) return clips->list.at[i].times;
    return 0;
}

TEST(auditfile_clips_are_seen)
{
    struct year y = small_year(arena);
    struct str xml;
    struct xaf_clips clips = { 0 };
    expect_done(write_year(arena, XAF_40, &y, &xml, &clips));
    expect_int(1, clip_times(&clips, "accounts[0].lead_code", 0));
    expect_int(1, clip_times(&clips, "postal_address", 0));
    expect_int(1, clip_times(&clips, "parties[0].bank_accounts", 0));
    expect_int(1, clip_times(&clips, "transactions[0].lines[0].order", 0));
    clips = (struct xaf_clips){ 0 };
    struct text sixty = text_new(arena);
    for (int i = 0; i < 60; i++) text_addz(&sixty, "é");
    y.books.parties.at[0].name = text_str(&sixty);
    struct xaf_party second = { .id = STR("D2"), .name = text_str(&sixty), .tax_country = STR("XX") };
    *LIST_ADD(arena, &y.books.parties) = second;
    expect_done(write_year(arena, XAF_32, &y, &xml, &clips));
    expect_schema(arena, xml, XAF_32);
    expect_int(2, clip_times(&clips, "parties[0].name", 50)); /* one row, twice */
    expect_int(1, clip_times(&clips, "parties[1].tax_country", 0));
    expect_int(1, clip_times(&clips, "accounts[0].rgs_code", 0));
    struct xaf_books back;
    expect_done(xaf_read(arena, xml, NULL, &back, NULL));
    expect_int(50, str_utf8_count(back.parties.at[0].name));
}

TEST(auditfile_refuses_all_at_once)
{
    struct year y = small_year(arena);
    struct str xml;
    y.books.tax_id = (struct str){ 0 };
    y.books.fiscal_year = STR("26");
    y.books.tax_country = STR("nl");
    y.books.accounts.at[1].id = STR("0100");
    y.books.accounts.at[2].kind = 'X';
    y.books.vat_codes.at[0].to_pay_account = STR("9999");
    y.books.parties.at[0].id = STR("123456789012345678901234567890123456");
    y.books.periods.at[0].number = 1000;
    y.books.opening.at[0].account = STR("7777");
    y.books.periods.at[1].start_on.ymd = 20260231;
    struct fault *f = write_year(arena, XAF_40, &y, &xml, NULL);
    expect_int(0, xml.length); /* not a byte */
    expect(fault_has(f, &xaf_missing, "tax_id") && fault_has(f, &xaf_value_wrong, "fiscal_year"));
    expect(fault_has(f, &xaf_value_wrong, "tax_country") && fault_has(f, &xaf_used_twice, "accounts"));
    expect(fault_has(f, &xaf_value_wrong, "accounts[2].kind") && fault_has(f, &xaf_unknown, "vat_codes[0].to_pay_account"));
    expect(fault_has(f, &xaf_id_too_long, "parties[0].id") && fault_has(f, &xaf_value_wrong, "periods[0].number"));
    expect(fault_has(f, &xaf_unknown, "opening[0].account") && fault_has(f, &xaf_value_wrong, "periods[1].start_on"));
    for (struct fault *one = f; one; one = one->next)
        expect(!holds(fault_text(arena, one, DUTCH), "{") &&
               !str_equal(fault_text(arena, one, DUTCH), fault_text(arena, one, ENGLISH)));

    y = small_year(arena);
    y.at[0].lines.at[0].account = STR("4000");
    y.at[0].lines.at[1].vat.at[0].code = STR("X");
    y.at[1].lines.at[1].party = STR("D9");
    y.at[1].period = 7;
    f = write_year(arena, XAF_32, &y, &xml, NULL);
    expect(fault_has(f, &xaf_unknown, "transactions[0].lines[0].account") &&
           fault_has(f, &xaf_unknown, "transactions[0].lines[1].vat.code"));
    expect(fault_has(f, &xaf_unknown, "transactions[1].lines[1].party") &&
           fault_has(f, &xaf_unknown, "transactions[1].period"));

    y = small_year(arena);
    y.books.declared.debit.minor++;
    f = expect_refused(&xaf_totals_wrong, write_year(arena, XAF_32, &y, &xml, NULL));
    expect(holds(fault_text(arena, f, ENGLISH), "4 / 171.01 / 171.00") &&
           holds(fault_text(arena, f, ENGLISH), "4 / 171.00 / 171.00"));
    y = small_year(arena);
    y.at[0].journal = 1, y.at[1].journal = 0;
    expect_refused(&xaf_order_wrong, write_year(arena, XAF_32, &y, &xml, NULL));
    y = small_year(arena);
    y.books.currency = STR("KWD");
    expect_refused(&xaf_currency_digits, write_year(arena, XAF_40, &y, &xml, NULL));
    y = small_year(arena);
    y.books.company_name = STR("\xFF");
    expect_refused(&xaf_text_wrong, write_year(arena, XAF_40, &y, &xml, NULL));
}

/* ---- Random texts in every place: valid against the schema, or refused ---- */

/* Puts odd texts in one to four places. */
static void scramble(struct rng *rng, struct year *y)
{
    static const char *const texts[] = {
        "",   " ",   "x",   "\x01", "é\nß", "<&>\"",
        "NL", "EUR", "XXX", "1300", "D1",   "12345678901234567890123456789012345678901234567890123",
    };
    struct xaf_books *b = &y->books;
    struct xaf_party *p = b->parties.at;
    struct xaf_line *l = y->at[0].lines.at;
    struct str *any[] = {
        &b->company_name, &b->software, &b->tax_id, &b->rgs_version, &b->addresses.at[0].country, &b->addresses.at[0].street,
        &b->addresses.at[0].post_code, &b->addresses.at[1].city, &b->opening_description, &b->accounts.at[0].description,
        &b->accounts.at[0].rgs_code, &b->vat_codes.at[0].description, &b->periods.at[0].description,
        &b->journals.at[0].description, &b->journals.at[1].bank_account, &p->name, &p->email, &p->tax_country, &p->kvk,
        &p->bank_accounts.at[0].bank, &y->at[0].number, &y->at[0].description, &y->at[0].source, &y->at[0].user, &l->number,
        &l->document, &l->description, &l->party, &l->invoice, &l->cost, &l->product, &l->bank_account, &l->work_cost,
        &l->quantity_unit, &l[1].currency,
    };
    for (int64_t k = rng_between(rng, 1, 4); k > 0; k--) {
        struct str *place = any[rng_between(rng, 0, ARRAY_LENGTH(any) - 1)];
        *place = str_of(texts[rng_between(rng, 0, ARRAY_LENGTH(texts) - 1)]);
    }
    if (rng_chance(rng, 100)) l[1].currency_amount = XAF_AMOUNT(rng_between(rng, -99999999999, 99999999999));
    if (rng_chance(rng, 50)) {
        int64_t units = rng_between(rng, -9, 9999999999);
        l[1].vat.at[0].percent = DECIMAL(units, (int32_t)rng_between(rng, 0, 9));
    }
    p->kind = "CSBOX"[rng_between(rng, 0, 4)];
}

TEST(auditfile_random)
{
    struct rng rng = rng_new(32);
    size_t done = 0, refused = 0;
    for (int round = 0; round < 500; round++) {
        struct year y = small_year(arena);
        enum xaf_version version = rng_chance(&rng, 500) ? XAF_32 : XAF_40;
        struct str xml;
        struct xaf_clips clips = { 0 };
        struct xaf_books back;
        scramble(&rng, &y);
        if (write_year(arena, version, &y, &xml, &clips)) {
            refused++;
            continue;
        }
        done++;
        expect_schema(arena, xml, version);
        expect_done(xaf_read(arena, xml, NULL, &back, NULL));
        expect_done(xaf_totals_check(arena, &back));
    }
    print_message("audit file random: %zu written, %zu refused\n", done, refused);
    expect(done > 100 && refused > 50);
}

/* ---- Flat memory ---- */

struct many { struct arena *arena; struct xaf_transaction t; char number[24]; size_t next, count, peak; };
static struct fault *many_next(void *context, const struct xaf_transaction **out)
{
    struct many *m = context;
    *out = NULL;
    if (m->next == m->count) return NULL;
    snprintf(m->number, sizeof m->number, "T%zu", ++m->next);
    m->t.number = str_of(m->number);
    *out = &m->t;
    return NULL;
}
struct pipe { struct xaf_reader *reader; size_t bytes, pieces, largest; };
static struct fault *pipe_take(void *context, struct str bytes)
{
    struct pipe *p = context;
    p->bytes += bytes.length;
    p->pieces++;
    if (bytes.length > p->largest) p->largest = bytes.length;
    return xaf_reader_push(p->reader, bytes);
}

TEST(auditfile_streams)
{
    struct year y = small_year(arena);
    struct many many = { .arena = arena, .t = y.at[0], .count = 10000 };
    struct xaf_source source = { &many, many_next };
    struct pipe pipe = { .reader = xaf_reader_new(arena, NULL) };
    struct xaf_sink sink = { &pipe, pipe_take };
    struct xaf_books back;
    y.books.declared = (struct xaf_totals){ 20000, XAF_AMOUNT(10000 * 12100), XAF_AMOUNT(10000 * 12100) };
    size_t before = arena_used(arena);
    int64_t from = clock_us();
    expect_done(xaf_write(arena, XAF_40, &y.books, &source, &sink, NULL));
    expect_done(xaf_reader_end(pipe.reader, &back, NULL));
    xaf_reader_free(pipe.reader);
    print_message(
        "audit file of 20,000 lines: %zu bytes written and read in %lld ms, %zu bytes of memory, pieces of at most %zu\n",
        pipe.bytes, (long long)(clock_us() - from) / 1000, arena_used(arena) - before, pipe.largest);
    expect(arena_used(arena) - before < 200000);
    expect(pipe.pieces > 100 && pipe.largest < 100000);
    expect_int(20000, back.counted.lines);
    expect_done(xaf_totals_check(arena, &back));
}

/* ---- Reading what others wrote ---- */

TEST(auditfile_reads_by_pieces)
{
    struct year y = small_year(arena);
    struct str xml;
    struct xaf_books back;
    struct kept kept = { .arena = arena };
    expect_done(write_year(arena, XAF_32, &y, &xml, NULL));
    struct xaf_reader *r = xaf_reader_new(arena, &(struct xaf_handler){ &kept, keep });
    for (size_t i = 0; i < xml.length; i++) expect_done(xaf_reader_push(r, str_part(xml, i, 1)));
    expect_done(xaf_reader_end(r, &back, NULL));
    xaf_reader_free(r);
    expect_int(2, kept.list.count);
}

TEST(auditfile_reads_leniently)
{
    struct xaf_books b;
    struct xaf_unreads unread;
    struct kept kept = { .arena = arena };
    struct str xml = STR(
        "<a:auditfile xmlns:a='http://www.auditfiles.nl/XAF/3.2'><a:header><a:fiscalYear>2025-2026</a:fiscalYear><a:startDate>2025-07-01Z</a:startDate>"
        "<a:curCode>EUR</a:curCode></a:header><a:company><a:companyName> X </a:companyName><a:extra><a:deep>1</a:deep></a:extra><a:extra/><a:transactions>"
        "<a:linesCount>9</a:linesCount><a:totalDebit>1</a:totalDebit><a:totalCredit>1</a:totalCredit><a:journal><a:jrnID>1</a:jrnID><a:transaction><a:nr>1</a:nr>"
        "<a:trLine><a:amnt>+1.</a:amnt><a:amntTp>D</a:amntTp></a:trLine><a:trLine><a:amnt>.50</a:amnt><a:amntTp>C</a:amntTp></a:trLine>"
        "<a:trLine><a:amnt>-2.00</a:amnt><a:amntTp>C</a:amntTp></a:trLine></a:transaction></a:journal></a:transactions></a:company></a:auditfile>");
    expect_done(xaf_read(arena, xml, &(struct xaf_handler){ &kept, keep }, &b, &unread));
    expect_str("X", b.company_name);
    expect_int(20250701, b.start_on.ymd);
    expect_int(1, unread.list.count);
    expect_str("extra", unread.list.at[0].element);
    expect_int(2, unread.list.at[0].times);
    expect_int(100, kept.list.at[0].lines.at[0].amount.minor);
    expect_int(-50, kept.list.at[0].lines.at[1].amount.minor);
    expect_int(200, kept.list.at[0].lines.at[2].amount.minor);
    struct fault *f = expect_refused(&xaf_totals_wrong, xaf_totals_check(arena, &b));
    expect_str("declared", f->field);
}

static struct fault *no_more(void *context, const struct xaf_books *books, const struct xaf_transaction *t)
{
    (void)books, (void)t;
    return FAULT(context, &input_invalid, "handler", PARAM("why", STR("enough")));
}

TEST(auditfile_read_refuses)
{
    struct xaf_books b;
    struct year y = small_year(arena);
    struct str xml;
    expect_refused(&xaf_not_one, xaf_read(arena, STR("<auditfile/>"), NULL, &b, NULL));
    expect_refused(&xaf_not_one, xaf_read(arena, STR("<x xmlns='http://www.auditfiles.nl/XAF/3.2'/>"), NULL, &b, NULL));
    expect_refused(&xml_malformed, xaf_read(arena, STR("<auditfile xmlns='http://www.auditfiles.nl/XAF/3.2'>"), NULL, &b, NULL));
    expect_refused(&xml_malformed, xaf_read(arena, STR(""), NULL, &b, NULL));
    expect_refused(&xml_forbidden,
                   xaf_read(arena,
                            STR("<!DOCTYPE a [<!ENTITY x 'y'>]><auditfile xmlns='http://www.auditfiles.nl/XAF/3.2'/>"),
                            NULL, &b, NULL));
    struct fault *f = xaf_read(
        arena,
        STR("<auditfile xmlns='http://www.auditfiles.nl/XAF/3.2'><header><startDate>01-01-2026</startDate></header>\n"
            "<company><periods><period><periodNumber>x</periodNumber></period></periods><transactions><totalDebit>1,00</totalDebit></transactions></company></auditfile>"),
        NULL, &b, NULL);
    expect(fault_has(f, &xaf_date_wrong, "startDate") && fault_has(f, &xaf_number_wrong, "periodNumber") &&
           fault_has(f, &xaf_amount_wrong, "totalDebit"));
    expect(holds(fault_text(arena, f->next, DUTCH), "Regel 2"));
    expect_done(write_year(arena, XAF_40, &y, &xml, NULL));
    expect_refused(&input_invalid, xaf_read(arena, xml, &(struct xaf_handler){ arena, no_more }, &b, NULL));
    for (size_t cut = 0; cut < xml.length; cut += 37) /* every early end is an error, none a crash */
        expect(xaf_read(arena, str_part(xml, 0, cut), NULL, &b, NULL) != NULL);
}

TEST(auditfile_shared_example)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct xaf_books b;
    struct xaf_unreads unread;
    expect_done(xaf_read(arena, test_file(arena, str_format(arena, "%s/data/xsd/xaf/mini_valid.xaf", shared).at), NULL,
                         &b, &unread));
    expect_int(XAF_40, b.version);
    expect_str("Voorbeeld", b.company_name);
    expect_str("3.8", b.rgs_version);
    expect_int(1, b.accounts.count);
    expect_int(0, unread.list.count);
}

/* White space between a journal's transactions is not gathered. */
TEST(auditfile_many_indented)
{
    struct text t = text_new(arena);
    struct xaf_books b;
    text_addz(&t, "<auditfile xmlns='http://www.auditfiles.nl/XAF/3.2'><company><transactions><journal>");
    for (int i = 0; i < 60000; i++) text_addz(&t, "\n                        <transaction>\n  </transaction>");
    text_addz(&t, "</journal></transactions></company></auditfile>");
    expect_done(xaf_read(arena, text_str(&t), NULL, &b, NULL));
    expect_int(1, b.journals.count);
}
