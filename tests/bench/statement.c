/* camt.053 of 100,000 entries into neutral structs against a bare libxml2 SAX2 pass over the same bytes; memory at 1,000,000 entries,
 * made as they are read. Usage: bench_statement [entries [streamed entries]] */
#include "statement/statement.h"
#include "target.h"
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <sys/resource.h>
#include <time.h>

enum { RUNS = 7 };

/* ---- A statement that is made while it is read ---- */

struct maker {
    struct rng rng;
    int64_t left, number, balance;
    char piece[4096];
    size_t from, length;
    int stage; /* 0 head, 1 entries, 2 done */
};

static const char head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">\n  <BkToCstmrStmt>\n    <GrpHdr>\n      <MsgId>BENCH-1</MsgId>\n"
    "      <CreDtTm>2026-01-05T06:00:00Z</CreDtTm>\n    </GrpHdr>\n    <Stmt>\n      <Id>BENCH-1-1</Id>\n      <ElctrncSeqNb>5</ElctrncSeqNb>\n"
    "      <CreDtTm>2026-01-05T06:00:00Z</CreDtTm>\n      <Acct>\n        <Id><IBAN>NL91ABNA0417164300</IBAN></Id>\n        <Ccy>EUR</Ccy>\n"
    "        <Svcr><FinInstnId><BIC>ABNANL2A</BIC></FinInstnId></Svcr>\n      </Acct>\n      <Bal>\n        <Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp>\n"
    "        <Amt Ccy=\"EUR\">0.00</Amt>\n        <CdtDbtInd>CRDT</CdtDbtInd>\n        <Dt><Dt>2026-01-04</Dt></Dt>\n      </Bal>\n";

static int entry_print(struct maker *m)
{
    int64_t amount = rng_between(&m->rng, 100, 999999), n = m->number++;
    bool credit = rng_chance(&m->rng, 600);
    const char *side = credit ? "Dbtr" : "Cdtr";
    m->balance += credit ? amount : -amount;
    return snprintf(m->piece, sizeof m->piece,
                    "<Ntry><Amt Ccy=\"EUR\">%lld.%02lld</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts>"
                    "<BookgDt><Dt>2026-01-05</Dt></BookgDt><ValDt><Dt>2026-01-05</Dt></ValDt>"
                    "<AcctSvcrRef>05012026%010lld</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly>"
                    "<Cd>%s</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn><Prtry>"
                    "<Cd>00100</Cd><Issr>INGGROUP</Issr></Prtry></BkTxCd><NtryDtls><TxDtls>"
                    "<Refs><InstrId>INNDNL2U20260105%010lld</InstrId><EndToEndId>E2E-%lld</EndToEndId></Refs>"
                    "<AmtDtls><TxAmt><Amt Ccy=\"EUR\">%lld.%02lld</Amt></TxAmt></AmtDtls>"
                    "<RltdPties><%s><Nm>Handelsonderneming %lld B.V.</Nm><PstlAdr>"
                    "<Ctry>NL</Ctry><AdrLine>Dorpsstraat %lld</AdrLine></PstlAdr></%s>"
                    "<%sAcct><Id><IBAN>NL20INGB0001234567</IBAN></Id></%sAcct>"
                    "</RltdPties><RltdAgts><%sAgt><FinInstnId><BIC>INGBNL2A</BIC>"
                    "</FinInstnId></%sAgt></RltdAgts><RmtInf>"
                    "<Ustrd>Factuur 2026%06lld klant %lld</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n",
                    (long long)(amount / 100), (long long)(amount % 100), credit ? "CRDT" : "DBIT", (long long)n,
                    credit ? "RCDT" : "ICDT", (long long)n, (long long)n, (long long)(amount / 100),
                    (long long)(amount % 100), side, (long long)(n % 5000), (long long)(n % 300), side, side, side,
                    side, side, (long long)n, (long long)(n % 5000));
}

static int tail_print(struct maker *m)
{
    int64_t b = m->balance < 0 ? -m->balance : m->balance;
    return snprintf(
        m->piece, sizeof m->piece,
        "      <Bal>\n        <Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp>\n        <Amt Ccy=\"EUR\">%lld.%02lld</Amt>\n"
        "        <CdtDbtInd>%s</CdtDbtInd>\n        <Dt><Dt>2026-01-05</Dt></Dt>\n      </Bal>\n    </Stmt>\n  </BkToCstmrStmt>\n</Document>\n",
        (long long)(b / 100), (long long)(b % 100), m->balance < 0 ? "DBIT" : "CRDT");
}

static ptrdiff_t maker_read(void *context, char *at, size_t room)
{
    struct maker *m = context;
    size_t given = 0;
    while (given < room) {
        if (m->from == m->length) {
            if (m->stage == 3) break;
            if (m->stage == 0) m->length = (size_t)snprintf(m->piece, sizeof m->piece, "%s", head), m->stage = 1;
            else if (m->left) m->length = (size_t)entry_print(m), m->left--;
            else m->length = (size_t)tail_print(m), m->stage = 3;
            ensure(m->length < sizeof m->piece);
            m->from = 0;
        }
        size_t n = m->length - m->from < room - given ? m->length - m->from : room - given;
        memcpy(at + given, m->piece + m->from, n);
        m->from += n;
        given += n;
    }
    return (ptrdiff_t)given;
}

static struct str made(struct arena *arena, int64_t entries)
{
    struct maker m = { .rng = rng_new(1), .left = entries };
    struct text t = text_new(arena);
    char part[65536];
    for (ptrdiff_t n; (n = maker_read(&m, part, sizeof part)) > 0;) text_add_bytes(&t, part, (size_t)n);
    return text_str(&t);
}

/* ---- The two passes; time of the processor, not of the clock: the machine has other work too ---- */

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct counts {
    size_t elements, text;
};
static void bare_start(void *c, const xmlChar *a, const xmlChar *b, const xmlChar *d, int e, const xmlChar **f, int g,
                       int h, const xmlChar **i)
{
    (void)a, (void)b, (void)d, (void)e, (void)f, (void)g, (void)h, (void)i;
    ((struct counts *)c)->elements++;
}
static void bare_end(void *c, const xmlChar *a, const xmlChar *b, const xmlChar *d)
{
    (void)c, (void)a, (void)b, (void)d;
}
static void bare_text(void *c, const xmlChar *a, int length) { (void)a, ((struct counts *)c)->text += (size_t)length; }

static int64_t bare_us(struct str bytes)
{
    xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC, .startElementNs = bare_start, .endElementNs = bare_end,
                          .characters = bare_text, .ignorableWhitespace = bare_text };
    struct counts counts = { 0 };
    int64_t from = cpu_us();
    xmlParserCtxtPtr parser = xmlCreateMemoryParserCtxt(bytes.at, (int)bytes.length);
    *parser->sax = sax;
    parser->userData = &counts;
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE);
    xmlParseDocument(parser);
    ensure(parser->wellFormed && counts.elements);
    xmlFreeParserCtxt(parser);
    return cpu_us() - from;
}

struct tally { int64_t lines, amount; bool proved; };
static struct fault *tally_line(void *context, const struct statement *st, const struct statement_line *line)
{
    struct tally *t = context;
    (void)st;
    t->lines++;
    t->amount += line->amount_minor;
    ensure(line->payment->counterparty && line->payment->counterparty->account_is_iban && line->payment->remittance.length);
    return NULL;
}
static struct fault *tally_end(void *context, const struct statement *st)
{
    ((struct tally *)context)->proved = st->proof == PROOF_DONE;
    return NULL;
}
static const struct statement_handler tally_handler = { NULL, tally_line, tally_end };

static int64_t stream_us(struct str bytes, int64_t entries)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct tally tally = { 0 };
    int64_t from = cpu_us();
    struct fault *fault = statement_stream(arena, statement_source_of(&bytes), &statement_limits_stream, &tally_handler, &tally);
    int64_t us = cpu_us() - from;
    ensure(!fault && tally.lines == entries && tally.proved);
    arena_free(arena);
    return us;
}

static int64_t read_us(struct str bytes, int64_t entries)
{
    struct statements statements;
    int64_t from = cpu_us();
    struct arena *arena = arena_new((size_t)8 << 30);
    struct fault *fault = statement_read(arena, bytes, &statements);
    int64_t us = cpu_us() - from;
    if (fault) fprintf(stderr, "%s\n", fault->type->code);
    ensure(!fault && statements.count == 1 && statements.at[0].line_count == entries);
    arena_free(arena);
    return us;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static long peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static double memory(int64_t entries)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct maker maker = { .rng = rng_new(2), .left = entries };
    struct tally tally = { 0 };
    long before = peak_kb();
    int64_t from = cpu_us();
    struct fault *fault = statement_stream(arena, (struct statement_source){ maker_read, &maker },
                                           &statement_limits_stream, &tally_handler, &tally);
    ensure(!fault && tally.lines == entries && tally.proved);
    printf("camt.053 of %lld entries, streamed: %.1f s with making them, memory +%ld KB over %ld KB\n", (long long)entries,
           (double)(cpu_us() - from) / 1e6, peak_kb() - before, before);
    arena_free(arena);
    return (double)(peak_kb() - before) / 1024;
}

int main(int count, char **words)
{
    int64_t entries = count > 1 ? atoll(words[1]) : 100000, streamed = count > 2 ? atoll(words[2]) : 1000000;
    double stream[RUNS], whole[RUNS], bare[RUNS];
    memory(entries / 10); /* first, while the process is small: what the peak says then is the stream's own */
    double grown = memory(streamed), fingerprints = (double)streamed * 24 / 1048576; /* 8 bytes an entry, in a table that doubles */
    struct arena *arena = arena_new((size_t)2 << 30);
    struct str bytes = made(arena, entries);
    for (int i = 0; i < RUNS; i++) {
        bare[i] = (double)bare_us(bytes);
        stream[i] = (double)stream_us(bytes, entries) / bare[i];
        whole[i] = i < 3 ? (double)read_us(bytes, entries) / bare[i] : whole[0];
    }
    qsort(bare, RUNS, sizeof *bare, compare);
    qsort(stream, RUNS, sizeof *stream, compare);
    qsort(whole, 3, sizeof *whole, compare);
    printf("camt.053 of %lld entries, %.0f MB; bare libxml2 SAX2 pass %.0f entries/s\n", (long long)entries,
           (double)bytes.length / 1e6, (double)entries / bare[RUNS / 2] * 1e6);
    bool good = target_at_most("camt.053 streamed into structs / bare SAX2 pass", stream[RUNS / 2], "x", 1.3);
    good &= target_at_most("camt.053 read whole into structs / bare SAX2 pass", whole[1], "x", 1.3);
    good &= target_at_most("memory of a stream: fingerprints of its entries and",
                           grown > fingerprints ? grown - fingerprints : 0, "MB", 4);
    arena_free(arena);
    return good ? 0 : 1;
}
