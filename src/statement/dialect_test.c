/* Files of our own writing, one for each bank and each of its ways, against what they must say (tests/data/statement/<file>.txt).
 * With STATEMENT_GOLDEN set, writes those instead: look at the difference before you commit. */
#include "test.h"
#include "statement/statement.h"

static void add(struct text *t, const char *name, struct str s)
{
    if (s.length) text_addf(t, " %s=%.*s", name, STR_ARG(s));
}

static void print_party(struct text *t, const char *name, const struct statement_party *p)
{
    if (!p) return;
    text_addf(t, "\n    %s", name);
    add(t, "name", p->name);
    add(t, p->account_is_iban ? "iban" : "account", p->account);
    add(t, "bic", p->bic);
    if (p->address) add(t, "town", p->address->town);
    for (size_t i = 0; p->address && i < p->address->line_count; i++) add(t, "address", p->address->lines[i]);
}

static void print_line(struct text *t, const struct statement_line *l)
{
    static const char *const types[] = { "", "rf", "kenmerk", "other" };
    const struct statement_payment *p = l->payment;
    text_addf(t, "  %d.%d booked %d valued %d amount %lld", l->number, l->occurrence, l->booked_on.ymd,
              l->valued_on.ymd, (long long)l->amount_minor);
    add(t, "currency", l->currency);
    if (l->reversal) text_addz(t, " reversal");
    if (l->status != STATUS_BOOK) text_addf(t, " status %d", l->status);
    if (l->problems) text_addf(t, " problems %x", l->problems);
    add(t, "ref", l->reference);
    add(t, "servicer", l->servicer_reference);
    add(t, "code", l->code.proprietary);
    add(t, "additional", l->additional);
    print_party(t, "counterparty", p->counterparty);
    print_party(t, "ultimate", p->ultimate);
    text_addz(t, "\n   ");
    add(t, "code", p->code.proprietary);
    add(t, "info", p->info);
    add(t, "e2e", p->end_to_end_id);
    add(t, "mandate", p->mandate_id);
    add(t, "creditor", p->creditor_id);
    add(t, "batch", p->batch_id);
    add(t, types[p->reference_type], p->reference);
    add(t, "return", p->return_reason);
    add(t, "original", p->original_currency);
    if (p->original_currency.length) text_addf(t, " %lld", (long long)p->original_minor);
    add(t, "rate", p->rate);
    add(t, "text", p->remittance);
    text_addz(t, "\n");
}

static struct str print(struct arena *arena, const struct statements *all)
{
    static const char *const proofs[] = { "", "none", "done", "broken" };
    struct text t = text_new(arena);
    for (size_t i = 0; i < all->count; i++) {
        const struct statement *s = &all->at[i];
        text_addf(&t, "%s %s", statement_kind_word(s->kind), statement_dialect_word(s->dialect));
        add(&t, "message", s->message_id);
        add(&t, "id", s->id);
        add(&t, s->account_is_iban ? "iban" : "account", s->account);
        add(&t, "currency", s->currency);
        add(&t, "bic", s->servicer_bic);
        add(&t, "bank", s->servicer_name);
        add(&t, "info", s->info);
        text_addf(&t, " number %lld/%lld proof %s problems %x\n", (long long)s->number, (long long)s->page,
                  proofs[s->proof], s->problems);
        for (size_t k = 0; k < s->balance_count; k++)
            text_addf(&t, "  balance %.*s %d %lld %.*s\n", STR_ARG(s->balances[k].code), s->balances[k].on.ymd,
                      (long long)s->balances[k].amount_minor, STR_ARG(s->balances[k].currency));
        for (int64_t k = 0; k < s->line_count; k++) print_line(&t, s->lines[k]);
    }
    return text_str(&t);
}

static void golden(struct arena *arena, const char *name)
{
    struct statements all;
    char path[200];
    snprintf(path, sizeof path, "tests/data/statement/%s", name);
    expect_done(statement_read(arena, test_file(arena, path), &all));
    struct str got = print(arena, &all);
    strcat(path, ".txt");
    if (getenv("STATEMENT_GOLDEN")) {
        FILE *f = fopen(path, "wb");
        expect(f && fwrite(got.at, 1, got.length, f) == got.length && !fclose(f));
        return;
    }
    struct str wanted = test_file(arena, path);
    if (str_equal(wanted, got)) return;
    size_t i = 0;
    while (i < wanted.length && i < got.length && wanted.at[i] == got.at[i]) i++;
    fail_msg("%s differs: …%.*s… became …%.*s…", path, STR_ARG(str_part(wanted, i, 60)), STR_ARG(str_part(got, i, 60)));
}

TEST(statement_abn_amro)
{
    golden(arena, "abn-amro-structured.sta"), golden(arena, "abn-amro-old.sta"), golden(arena, "abn-amro.tab");
}
TEST(statement_ing)
{
    golden(arena, "ing-structured.sta"), golden(arena, "ing-old.sta"), golden(arena, "ing-942.sta"),
        golden(arena, "ing.csv");
}
TEST(statement_rabobank)
{
    golden(arena, "rabobank-structured.sta");
    golden(arena, "rabobank-classic.sta");
    golden(arena, "rabobank.csv");
}
TEST(statement_sns_and_asn) { golden(arena, "sns.sta"), golden(arena, "asn-old.sta"), golden(arena, "asn.csv"); }
TEST(statement_triodos)
{
    golden(arena, "triodos.sta"), golden(arena, "triodos-iban.sta"), golden(arena, "triodos.csv");
}
TEST(statement_knab) { golden(arena, "knab.sta"), golden(arena, "knab-old.sta"), golden(arena, "knab.csv"); }
TEST(statement_bunq) { golden(arena, "bunq.sta"), golden(arena, "bunq.csv"); }
TEST(statement_van_lanschot) { golden(arena, "van-lanschot.sta"); }
TEST(statement_german) { golden(arena, "german.sta"); }
TEST(statement_swift_plain) { golden(arena, "swift-plain.sta"); }

/* Every cut of a file is read or refused, never lost in silence: as many lines as :61: fields that are whole. */
TEST(statement_mt940_cut_anywhere)
{
    struct str whole = test_file(arena, "tests/data/statement/abn-amro-structured.sta");
    for (size_t n = 40; n < whole.length; n += 3) {
        struct statements all;
        struct str part = str_part(whole, 0, n);
        int64_t fields = 0, lines = 0;
        for (size_t i = 0; i + 6 <= n; i++) fields += !memcmp(part.at + i, "\r\n:61:", 6);
        struct fault *fault = statement_read(arena, str_keep(arena, part), &all);
        for (size_t i = 0; i < all.count; i++) lines += all.at[i].line_count;
        expect_int(fault ? 0 : fields, lines);
    }
}

TEST(statement_line_ends_do_not_matter)
{
    struct str crlf = test_file(arena, "tests/data/statement/ing-structured.sta");
    struct text lf = text_new(arena), cr = text_new(arena);
    for (size_t i = 0; i < crlf.length; i++) {
        if (crlf.at[i] != '\r') text_add_char(&lf, crlf.at[i]);
        if (crlf.at[i] != '\n') text_add_char(&cr, crlf.at[i]);
    }
    struct statements a, b, c;
    expect_done(statement_read(arena, crlf, &a));
    expect_done(statement_read(arena, text_str(&lf), &b));
    expect_done(statement_read(arena, text_str(&cr), &c));
    struct str one = print(arena, &a);
    expect(str_equal(one, print(arena, &b)) && str_equal(one, print(arena, &c)));
    for (int64_t i = 0; i < a.at[0].line_count; i++) expect(a.at[0].lines[i]->fingerprint == b.at[0].lines[i]->fingerprint);
}
