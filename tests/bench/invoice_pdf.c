/* Milliseconds for a one-page invoice as PDF, and for its archive form (PDF/A-3b) on top. Prints one JSON line; cpu_ms is
 * what counts on a busy machine. Usage: bench_invoice_pdf [SECONDS [FILE-TO-WRITE]].
 * Compared with WeasyPrint by tests/bench/invoice_pdf_weasyprint.py. */
#include <sys/resource.h>
#include <time.h>

#include "paper_sample.h"

static int64_t cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct str made;
static int64_t draw_us, archive_us, wall_us;

/* Another customer, number, order and other amounts each time, as from one supplier's month: what a document shares with the one
 * before it is what real ones share. */
static struct einvoice *another(struct arena *arena, int64_t n)
{
    struct einvoice *e = sample_invoice(arena, 6);
    e->number = str_format(arena, "2026-%05lld", (long long)n);
    e->payment_reference = str_format(arena, "RF36INV2026%05lld", (long long)n);
    e->order = str_format(arena, "PO-%lld", (long long)(88123 + n * 7));
    e->buyer_reference = str_format(arena, "Afd. %lld / J. de Boer-%lld", (long long)(n % 90), (long long)n);
    e->buyer.name = str_format(arena, "Bakkerij Jansen & Zn. nr. %lld", (long long)n);
    e->buyer.vat_id = str_format(arena, "NL%09lldB02", (long long)(9876543 + n * 13));
    e->buyer.address.line1 = str_format(arena, "Dorpsstraat %lld", (long long)n);
    e->buyer.address.post_code = str_format(arena, "%lld LM", (long long)(1012 + n % 8000));
    e->buyer.contact.name = str_format(arena, "mevrouw J. Bakker-%lld", (long long)n);
    struct einvoice_amount *sums[] = { &e->totals.lines, &e->totals.without_vat, &e->totals.vat, &e->totals.with_vat,
                                       &e->totals.payable };
    for (size_t i = 0; i < e->lines.count; i++) {
        e->lines.at[i].price.value.units += n * 17 % 9001;
        e->lines.at[i].net.value.units += n * 17 % 9001 * e->lines.at[i].quantity.value.units;
        e->lines.at[i].seller_item = i % 2 ? str_format(arena, "KM-%lld", (long long)(20410 + n)) : (struct str){ 0 };
    }
    for (size_t i = 0; i < ARRAY_LENGTH(sums); i++) sums[i]->value.units += n * 41 % 90001;
    for (size_t i = 0; i < e->vat_totals.count; i++)
        e->vat_totals.at[i].base.value.units += n * 29 % 90001, e->vat_totals.at[i].amount.value.units += n * 6 % 9001;
    return e;
}

static bool once(bool counts, int64_t n)
{
    const struct paper_style style = { 0 };
    const struct paper_meta meta = { .title = STR_INIT("Factuur 2026-00042"),
                                     .language = DUTCH,
                                     .created_at = { INT64_C(1795000000000000) } };
    struct arena *arena = arena_new((size_t)1 << 30);
    struct einvoice *invoice = another(arena, n);
    struct str pdf, archive;
    int64_t wall = clock_us(), start = cpu_us();
    if (paper_invoice_pdf(arena, invoice, &style, DUTCH, meta.created_at, &pdf)) return false;
    int64_t middle = cpu_us();
    wall_us += counts ? clock_us() - wall : 0;
    if (paper_archive_make(arena, pdf, &meta, &archive)) return false;
    draw_us += counts ? middle - start : 0;
    archive_us += counts ? cpu_us() - middle : 0;
    if (!counts) { /* the first one: kept to be looked at */
        static char kept[1 << 20];
        made = (struct str){ kept, pdf.length < sizeof kept ? pdf.length : 0 };
        memcpy(kept, pdf.at, made.length);
    }
    arena_free(arena);
    return true;
}

int main(int count, char **words)
{
    int64_t budget_us = (count > 1 ? atoi(words[1]) : 2) * INT64_C(1000000), from = clock_us();
    if (!once(false, 42)) return 1;
    int64_t first_us = clock_us() - from, runs = 0;
    for (from = clock_us(); clock_us() - from < budget_us || runs < 3; runs++)
        if (!once(true, runs + 43)) return 1;
    FILE *out = count > 2 ? fopen(words[2], "wb") : NULL;
    if (count > 2 && (!out || fwrite(made.at, 1, made.length, out) != made.length || fclose(out))) return 1;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf(
        "{\"bench\":\"invoice_pdf\",\"runs\":%lld,\"first_ms\":%.1f,\"cpu_ms\":%.3f,\"wall_ms\":%.3f,\"archive_cpu_ms\":%.3f,"
        "\"bytes\":%zu,\"peak_mb\":%ld}\n",
        (long long)runs, (double)first_us / 1000, (double)draw_us / 1000 / (double)runs,
        (double)wall_us / 1000 / (double)runs, (double)archive_us / 1000 / (double)runs, made.length,
        usage.ru_maxrss / 1024);
    return 0;
}
