/* An invoice of our own making, for the tests and the bench of the room paper. */
#pragma once
#include "paper/paper.h"

static inline struct einvoice_amount sample_amount(int64_t units, int32_t scale)
{
    return (struct einvoice_amount){ .value = DECIMAL(units, scale) };
}
static inline struct einvoice_number sample_percent(int64_t units)
{
    return (struct einvoice_number){ .value = DECIMAL(units, 0) };
}

static inline struct einvoice_line sample_line(struct arena *arena, int i)
{
    static const char *const names[] = { "Onderhoud koelinstallatie",   "Arbeid monteur",
                                         "Voorrijkosten regio Utrecht", "Koudemiddel R32",
                                         "Filterset F7, dubbel",        "Leidingwerk, koper 22 mm" };
    static const char *const units[] = { "C62", "HUR", "C62", "KGM", "SET", "MTR" };
    int64_t price = 1250 + (i * 3797) % 18000, count = 1 + i % 4;
    struct einvoice_line line = {
        .id = str_from_int(arena, i + 1),
        .name = str_of(names[i % 6]),
        .quantity = { .value = DECIMAL(count, 0), .unit = str_of(units[i % 6]) },
        .price = sample_amount(price, 2),
        .net = sample_amount(price * count, 2),
        .vat = { .present = true, .category = STR("S"), .rate = sample_percent(i % 6 == 4 ? 9 : 21) },
        .seller_item = i % 2 ? STR("KM-20410") : (struct str){ 0 },
    };
    if (i % 6 == 0)
        line.description = STR("Jaarlijkse inspectie volgens F-gassenverordening, inclusief lekcontrole en logboek");
    return line;
}

/* A sound Dutch invoice: 21% and 9%, credit transfer with RF reference. */
static inline struct einvoice *sample_invoice(struct arena *arena, int lines)
{
    struct einvoice *e = ARENA_NEW(arena, struct einvoice);
    *e = (struct einvoice){
        .syntax = EINVOICE_UBL_INVOICE,
        .number = STR("2026-00042"),
        .type_code = STR("380"),
        .currency = STR("EUR"),
        .issued = { .date = { 20261121 } },
        .due = { .date = { 20261221 } },
        .order = STR("PO-88123"),
        .buyer_reference = STR("Afd. Techniek / J. Bakker"),
        .payment_reference = STR("RF36INV202600042"),
        .payment_terms = STR("Betaling binnen 30 dagen na factuurdatum."),
        .seller = { .present = true,
                    .name = STR("Koeltechniek De Vries B.V."),
                    .vat_id = STR("NL001234567B01"),
                    .legal_id = { .value = STR("12345678"), .scheme = STR("0106") },
                    .address = { .present = true,
                                 .line1 = STR("Handelsweg 12"),
                                 .post_code = STR("3542 AB"),
                                 .city = STR("Utrecht"),
                                 .country = STR("NL") },
                    .contact = { .present = true,
                                 .phone = STR("+31 30 123 45 67"),
                                 .email = STR("facturen@koeltechniekdevries.nl") } },
        .buyer = { .present = true,
                   .name = STR("Bakkerij Jansen & Zn."),
                   .vat_id = STR("NL009876543B02"),
                   .address = { .present = true,
                                .line1 = STR("Dorpsstraat 101"),
                                .post_code = STR("1012 LM"),
                                .city = STR("Amsterdam"),
                                .country = STR("NL") },
                   .contact = { .present = true, .name = STR("mevrouw J. Bakker") } },
        .delivery = { .present = true, .day = { .date = { 20261118 } } },
    };
    int64_t base[2] = { 0 };
    for (int i = 0; i < lines; i++) {
        *LIST_ADD(arena, &e->lines) = sample_line(arena, i);
        base[i % 6 == 4] += e->lines.at[i].net.value.units;
    }
    int64_t vat[2] = { 0 };
    for (int i = 0; i < 2; i++) {
        ensure(int_mul_div(base[i], i ? 9 : 21, 100, &vat[i]));
        if (!base[i]) continue;
        *LIST_ADD(arena, &e->vat_totals) = (struct einvoice_vat_total){ .base = sample_amount(base[i], 2),
                                                                        .amount = sample_amount(vat[i], 2),
                                                                        .category = STR("S"),
                                                                        .rate = sample_percent(i ? 9 : 21) };
    }
    int64_t net = base[0] + base[1], total = net + vat[0] + vat[1];
    e->totals = (struct einvoice_totals){ .present = true,
                                          .lines = sample_amount(net, 2),
                                          .without_vat = sample_amount(net, 2),
                                          .vat = sample_amount(vat[0] + vat[1], 2),
                                          .with_vat = sample_amount(total, 2),
                                          .payable = sample_amount(total, 2) };
    *LIST_ADD(arena, &e->payments) =
        (struct einvoice_payment){ .code = STR("30"),
                                   .has_account = true,
                                   .account = { .id = STR("NL91ABNA0417164300"),
                                                .bic = STR("ABNANL2A"),
                                                .name = STR("Koeltechniek De Vries B.V.") } };
    *LIST_ADD(arena, &e->notes) = (struct einvoice_note){
        .text = STR(
            "Vragen over deze factuur? Bel of mail ons onder vermelding van het factuurnummer. Dank voor uw vertrouwen.")
    };
    return e;
}
