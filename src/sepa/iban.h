/* Numbers people type and machines check: IBAN, BIC, VAT id, KVK, RSIN, OIN, RF reference, betalingskenmerk,
 * creditor identifier, LEI, GTIN. Pure: text in, text out.
 *
 * Every `x_parse` takes what a person typed (spaces, points, dashes, small letters are taken away where the number's
 * own rule allows it), and gives the electronic form: capitals, no separators. It refuses with one fault that names
 * what is wrong, on the `field` given (NULL: none); *out is set only when it is done. The text given lives in `arena`.
 * Every `x_is_valid` says the same of a text that is in electronic form already, and borrows. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

/* ---- IBAN (ISO 13616; structures per country in data/iban_structures.txt) ---- */

enum iban_area {
    IBAN_EEA = 1, /* the European Economic Area: never needs a BIC or an address */
    IBAN_SEPA,    /* in SEPA, outside the EEA (CH, GB, …): BIC and the payer's address are needed */
    IBAN_ELSEWHERE,
};
extern const struct fault_type iban_country_unknown, iban_length_wrong, iban_characters_wrong, iban_digits_wrong;

CHECKED struct fault *iban_parse(struct arena *arena, struct str typed, const char *field, struct str *out);
bool iban_is_valid(struct str iban);
struct str iban_format(struct arena *arena, struct str iban); /* NL91 ABNA 0417 1643 00; for display only */
struct str iban_country(struct str iban);                     /* "NL"; borrows; absent when too short */
enum iban_area iban_area(struct str iban);                    /* of a valid IBAN, by its first two letters */
bool country_is_sepa(struct str country);                     /* ISO 3166 alpha-2 */
/* The IBAN of a BBAN, its check digits computed. Refuses what no IBAN of that country can be. */
CHECKED struct fault *iban_make(struct arena *arena, struct str country, struct str bban, struct str *out);
/* The BIC and the name of a Dutch bank, by the four letters in its IBANs (data/bic_nl.txt). Absent: not Dutch, or a
 * bank the list doesn't hold. Static text. */
struct str iban_bic(struct str iban);
struct str iban_bank_name(struct str iban);

/* ---- BIC (ISO 9362): 8 or 11; positions 5-6 a country ---- */

extern const struct fault_type bic_wrong, bic_of_other_country;
CHECKED struct fault *bic_parse(struct arena *arena, struct str typed, const char *field, struct str *out);
bool bic_is_valid(struct str bic);
bool bic_fits_iban(struct str bic, struct str iban); /* same country; the French overseas areas and the Crown's count too */

/* ---- Identity numbers ---- */

extern const struct fault_type vat_id_wrong, vat_id_digits_wrong, kvk_wrong, rsin_wrong, oin_wrong, creditor_id_wrong,
    lei_wrong, gtin_wrong;

/* VAT id with its country prefix. Dutch: NL + 9 digits + B + 2 digits; the 9 digits pass the elfproef (legal persons) or
 * the whole passes mod 97-10 (sole traders since 2020). Other EU and XI: the shapes of VIES (data/vat_id_shapes.txt).
 * `country` (may be absent) is put before a number that was typed without it. Greece is EL here. */
CHECKED struct fault *vat_id_parse(struct arena *arena, struct str typed, struct str country, const char *field, struct str *out);
bool vat_id_is_valid(struct str vat_id);
/* Chamber of Commerce number: 8 digits, not all zero. Has no check digit. */
CHECKED struct fault *kvk_parse(struct arena *arena, struct str typed, const char *field, struct str *out);
bool kvk_is_valid(struct str kvk);
CHECKED struct fault *rsin_parse(struct arena *arena, struct str typed, const char *field, struct str *out);
bool rsin_is_valid(struct str rsin); /* 9 digits, elfproef */
/* Organisatie-identificatienummer: 20 digits; prefix 00000001 holds an RSIN + 000, 00000003 a KVK number + 0000. */
CHECKED struct fault *oin_parse(struct arena *arena, struct str typed, const char *field, struct str *out);
bool oin_is_valid(struct str oin);
/* SEPA creditor identifier (EPC262-08): country, 2 check digits, 3 characters business code (not in the check),
 * national part. Dutch: NL + 2 + 3 + 12 digits (KVK) + 4. At most 35. */
CHECKED struct fault *creditor_id_parse(struct arena *arena, struct str typed, const char *field, struct str *out);
bool creditor_id_is_valid(struct str id);
/* NL + check digits + ZZZ + KVK + 0000. Refuses a wrong KVK number. */
CHECKED struct fault *creditor_id_make(struct arena *arena, struct str kvk, struct str *out);
CHECKED struct fault *lei_parse(struct arena *arena, struct str typed, const char *field, struct str *out); /* ISO 17442: 20, mod 97 */
bool lei_is_valid(struct str lei);
/* GS1: GTIN-8, -12, -13, -14 (and GLN, which is 13): last digit is the check digit. */
CHECKED struct fault *gtin_parse(struct arena *arena, struct str typed, const char *field, struct str *out);
bool gtin_is_valid(struct str gtin);
int gtin_check_digit(struct str digits); /* of the number without it; -1: not digits */

/* ---- Payment references ---- */

enum reference_kind {
    REFERENCE_RF = 1,  /* ISO 11649 creditor reference; structured, issuer ISO */
    REFERENCE_KENMERK, /* Dutch betalingskenmerk; structured, issuer CUR */
    REFERENCE_FREE,    /* unstructured text */
};
struct reference { enum reference_kind kind; struct str text; }; /* kind 0 and text absent: no reference */
extern const struct fault_type rf_wrong, rf_digits_wrong, kenmerk_wrong, kenmerk_digit_wrong;

/* RF + 2 check digits + 1…21 letters and digits, mod 97-10. */
CHECKED struct fault *rf_parse(struct arena *arena, struct str typed, const char *field, struct str *out);
bool rf_is_valid(struct str rf);
/* From a number of our own ("INV-2026/00042" → RF36INV202600042): what isn't a letter or digit is left out; 1…21 remain. */
CHECKED struct fault *rf_make(struct arena *arena, struct str number, struct str *out);
struct str rf_format(struct arena *arena, struct str rf); /* in fours, for display */
/* 7 digits (no check), 9…14 (C + L + N, L is the last digit of N's length), 16 (C + 15). Weights from the right
 * 2,4,8,5,10,9,7,3,6,1; C = 11 − sum mod 11, 10 → 1, 11 → 0 (Betaalvereniging Nederland). */
CHECKED struct fault *kenmerk_parse(struct arena *arena, struct str typed, const char *field, struct str *out);
bool kenmerk_is_valid(struct str kenmerk);
CHECKED struct fault *kenmerk_make(struct arena *arena, struct str digits, struct str *out);       /* 1…15 digits → 16 */
CHECKED struct fault *kenmerk_make_short(struct arena *arena, struct str digits, struct str *out); /* 7…12 digits → 9…14 */
struct str kenmerk_format(struct arena *arena, struct str kenmerk); /* in fours, for display */
/* By kind; FREE is trimmed and must not be empty. */
CHECKED struct fault *reference_parse(struct arena *arena, enum reference_kind kind, struct str typed, const char *field,
                                      struct reference *out);
/* What a text that came without a kind most likely is: RF and kenmerk only when their check digit is right (a bare
 * 7-digit number has none, so it stays free text). */
struct reference reference_guess(struct arena *arena, struct str text);
