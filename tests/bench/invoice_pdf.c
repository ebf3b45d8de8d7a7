/* Milliseconds for a one-page invoice as PDF, and for its archive form with the XML inside. Prints one JSON line.
 * Usage: bench_invoice_pdf [SECONDS [FILE-TO-WRITE]]. Compared with WeasyPrint by tests/bench/invoice_pdf_weasyprint.py. */
#include "paper_sample.h"

int main(int count, char **words)
{
    int64_t budget_us = (count > 1 ? atoi(words[1]) : 2) * INT64_C(1000000);
    const struct paper_style style = { 0 };
    const struct instant at = { INT64_C(1795000000000000) };
    struct str pdf = { 0 };
    int64_t first_us = 0, rest_us = 0, runs = 0, from = clock_us();
    while (clock_us() - from < budget_us || runs < 3) {
        struct arena *arena = arena_new((size_t)1 << 30);
        int64_t start = clock_us();
        if (paper_invoice_pdf(arena, sample_invoice(arena, 6), &style, DUTCH, at, &pdf)) return 1;
        if (!runs) first_us = clock_us() - start;
        else rest_us += clock_us() - start;
        if (!runs && count > 2) {
            FILE *out = fopen(words[2], "wb");
            if (!out || fwrite(pdf.at, 1, pdf.length, out) != pdf.length || fclose(out)) return 1;
        }
        runs++;
        arena_free(arena);
    }
    printf("{\"bench\":\"invoice_pdf\",\"runs\":%lld,\"first_ms\":%.2f,\"mean_ms\":%.3f,\"bytes\":%zu}\n",
           (long long)runs, (double)first_us / 1000, (double)rest_us / 1000 / (double)(runs - 1), pdf.length);
    return 0;
}
