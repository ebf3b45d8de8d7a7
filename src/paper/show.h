/* Values as people read them, in Dutch or English: what the invoice's PDF and its HTML share. Private to this room. */
#pragma once
#include "einvoice/einvoice.h"

/* 1.250,00 · 1,250.00: groups of three, at least `digits` behind the point (more when the value has them). */
struct str show_decimal(struct arena *arena, enum language language, struct decimal value, int digits);
/* In the currency's own digits, rounded when there are more: € 1.250,00 · €1,250.00 · USD 1.250,00. What could not be read is
 * shown as it stood; absent when there was nothing. */
struct str show_amount(struct arena *arena, enum language language, const struct einvoice_amount *amount,
                       struct str currency);
struct str show_money(struct arena *arena, enum language language, struct decimal value, struct str currency);
struct str show_plain(struct arena *arena, enum language language, const struct einvoice_amount *amount,
                      struct str currency);
/* A unit price: at least the currency's digits, at most the price's own. */
struct str show_price(struct arena *arena, enum language language, const struct einvoice_amount *amount,
                      struct str currency);
struct str show_quantity(struct arena *arena, enum language language, const struct einvoice_quantity *quantity);
struct str show_percent(struct arena *arena, enum language language, const struct einvoice_number *percent);
struct str show_date(struct arena *arena, enum language language, struct date date); /* 21 november 2026 */
struct str show_day(struct arena *arena, enum language language, const struct einvoice_day *day);
struct str show_period(struct arena *arena, enum language language, const struct einvoice_period *period);
struct str show_country(struct arena *arena, enum language language, struct str code);
struct str show_iban(struct arena *arena, struct str account); /* in fours when valid, else as it stands */

/* Address lines from street to country, the country only when it isn't `home`. Gives how many, at most 6. */
size_t show_address(struct arena *arena, enum language language, const struct einvoice_address *address,
                    struct str home, struct str lines[6]);

/* What kind of document: "Invoice", "Credit note", … an English word of ours. */
const char *show_title(const struct einvoice *invoice);
bool show_is_credit(const struct einvoice *invoice);
/* "VAT 21%", "VAT reverse charged", … of a category and rate. */
struct str show_vat(struct arena *arena, enum language language, struct str category,
                    const struct einvoice_number *rate);
/* Why no VAT: the invoice's own words, else the category's; absent for ordinary VAT. */
struct str show_exemption(struct arena *arena, enum language language, const struct einvoice *invoice,
                          const struct einvoice_vat_total *vat);
const char *show_legal_label(const struct einvoice_party *party); /* "KVK", "OIN", "Registration no." */
/* Item numbers, period, discounts, note: what stands small below a line's name, one thing per line. */
struct str show_line_details(struct arena *arena, enum language language, const struct einvoice *invoice,
                             const struct einvoice_line *line);
struct str show_line_name(struct arena *arena, const struct einvoice_line *line);

/* How this invoice is to be paid. */
struct show_payment {
    const struct einvoice_payment *means; /* NULL: none written */
    bool transfer, debit, card;
    bool to_pay; /* an amount above 0 is left */
    struct str iban, bic, name, reference;
    bool reference_structured;
    struct str shown_reference; /* in fours when structured */
    struct einvoice_day due;
    int64_t cents; /* of EUR, 0 when the currency is another */
};
struct show_payment show_payment_of(struct arena *arena, const struct einvoice *invoice);
/* What goes into the QR code; absent when the payment can't be one. */
struct str show_epc(struct arena *arena, const struct show_payment *payment);
