#include <qrencode.h>
#include "sepa/sepa_private.h"

static const struct fault_type epcqr_bic_needed = {
    FAULT_INVALID, "epcqr.bic_needed", "A version 1 payment code needs a BIC; give one or use version 2."
};
static const struct fault_type epcqr_version = { FAULT_INVALID, "epcqr.version", "A payment code has version 1 or 2." };
static const struct fault_type epcqr_line = {
    FAULT_INVALID, "epcqr.line", "A line in a payment code can't hold a line break or a control character."
};
static const struct fault_type epcqr_too_large = {
    FAULT_INVALID, "epcqr.too_large", "The payment code has {length} bytes; at most {limit} fit. Shorten the name or the text."
};

enum { VERSION_MAX = 13 };

static void check_line(struct check *c, struct str text, size_t limit, const char *field)
{
    size_t count = str_is_utf8(text) ? str_utf8_count(text) : 0;
    bool control = !str_is_utf8(text);
    for (size_t i = 0; i < text.length; i++) control |= (unsigned char)text.at[i] < ' ' || text.at[i] == 0x7F;
    if (control) check_add(c, FAULT(c->arena, &epcqr_line, field));
    if (count > limit)
        check_add(c, FAULT(c->arena, &sepa_too_long, field, PARAM_INT(c->arena, "length", (int64_t)count),
                           PARAM_INT(c->arena, "limit", (int64_t)limit)));
}

static void check_qr(struct check *c, const struct epcqr *qr)
{
    bool abroad = iban_is_valid(qr->iban) && iban_area(qr->iban) == IBAN_SEPA;
    if (qr->version != 1 && qr->version != 2) check_add(c, FAULT(c->arena, &epcqr_version, "version"));
    if (qr->version == 1 && !qr->bic.length) check_add(c, FAULT(c->arena, &epcqr_bic_needed, "bic"));
    else if (abroad && !qr->bic.length) check_add(c, FAULT(c->arena, &sepa_bic_needed, "bic"));
    check_bic(c, qr->bic, qr->iban, "bic", false);
    check_present(c, qr->name, "name");
    check_line(c, qr->name, 70, "name");
    check_iban(c, qr->iban, "iban");
    if (iban_is_valid(qr->iban) && iban_area(qr->iban) == IBAN_ELSEWHERE)
        check_add(c, FAULT(c->arena, &sepa_outside, "iban", PARAM("iban", qr->iban)));
    if (qr->amount_minor) check_amount(c, qr->amount_minor, SEPA_AMOUNT_MAX, 2, "amount_minor");
    check_code(c, qr->purpose, "purpose");
    if (qr->reference.kind == REFERENCE_FREE && qr->reference.text.length) check_line(c, qr->reference.text, 140, "reference");
    else check_reference(c, &qr->reference, "reference");
    check_line(c, qr->information, 70, "information");
}

struct fault *epcqr_payload(struct arena *arena, const struct epcqr *qr, struct str *out)
{
    struct check c = { .arena = arena };
    check_qr(&c, qr);
    if (c.first) return c.first;
    bool free_text = qr->reference.kind == REFERENCE_FREE;
    struct str none = { 0 }, amount = none;
    if (qr->amount_minor) amount = str_format(arena, "EUR%s", minor_format(arena, qr->amount_minor, 2).at);
    const struct str lines[] = {
        STR("BCD"), qr->version == 1 ? STR("001") : STR("002"), STR("1"), STR("SCT"), qr->bic, qr->name, qr->iban, amount,
        qr->purpose, free_text ? none : qr->reference.text, free_text ? qr->reference.text : none, qr->information,
    };
    size_t count = ARRAY_LENGTH(lines);
    while (!lines[count - 1].length) count--; /* lines behind the last one that says something are left out */
    struct text t = text_new(arena);
    for (size_t i = 0; i < count; i++) {
        if (i) text_add_char(&t, '\n');
        text_add(&t, lines[i]);
    }
    if (t.length > EPCQR_BYTES_MAX)
        return FAULT(arena, &epcqr_too_large, "name", PARAM_INT(arena, "length", (int64_t)t.length),
                     PARAM_INT(arena, "limit", EPCQR_BYTES_MAX));
    *out = text_str(&t);
    return NULL;
}

struct fault *epcqr_matrix(struct arena *arena, struct str payload, struct qr_matrix *out)
{
    struct param length = PARAM_INT(arena, "length", (int64_t)payload.length), limit = PARAM_INT(arena, "limit", EPCQR_BYTES_MAX);
    if (!payload.length || payload.length > EPCQR_BYTES_MAX) return FAULT(arena, &epcqr_too_large, NULL, length, limit);
    QRcode *code = QRcode_encodeData((int)payload.length, (const unsigned char *)payload.at, 0, QR_ECLEVEL_M);
    ensure(code && code->version <= VERSION_MAX); /* 331 bytes at level M are version 13 */
    size_t modules = (size_t)code->width * (size_t)code->width;
    uint8_t *bits = arena_alloc(arena, modules);
    for (size_t i = 0; i < modules; i++) bits[i] = code->data[i] & 1;
    *out = (struct qr_matrix){ code->width, bits };
    QRcode_free(code);
    return NULL;
}
