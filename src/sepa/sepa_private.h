/* What the writers of this room share: checks that collect, texts as they will be written, parts of a document. */
#pragma once
#include "codec/xml.h"
#include "sepa/iban_private.h"
#include "sepa/sepa.h"

/* ---- All faults of a batch, in order; adding is O(1) ---- */

struct check {
    struct arena *arena;
    struct fault *first, *last;
    char prefix[48]; /* "payments[12]." */
};
void check_prefix(struct check *check, const char *list, size_t index); /* list NULL: none */
void check_add(struct check *check, struct fault *fault);               /* puts the prefix before its field; NULL is fine */

/* Texts that are cleaned before they are written. */
struct text_field {
    const char *field;
    struct str text;
    size_t limit;
    bool clipped; /* names: clipped at the limit; else what is longer is refused */
};
struct text_fields { struct text_field at[48]; size_t count; };
void text_field_add(struct text_fields *fields, const char *field, struct str text, size_t limit, bool clipped);
#define PARTY_TEXTS(fields, prefix, party)                                               \
    do {                                                                                 \
        const struct sepa_party *party_ = (party);                                       \
        text_field_add(fields, prefix ".name", party_->name, SEPA_NAME_MAX, true);       \
        text_field_add(fields, prefix ".address.street", party_->address.street, 70, false);       \
        text_field_add(fields, prefix ".address.building", party_->address.building, 16, false);   \
        text_field_add(fields, prefix ".address.post_code", party_->address.post_code, 16, false); \
        text_field_add(fields, prefix ".address.town", party_->address.town, 35, false);           \
        text_field_add(fields, prefix ".address.region", party_->address.region, 35, false);       \
        text_field_add(fields, prefix ".address.lines[0]", party_->address.lines[0], 70, false);   \
        text_field_add(fields, prefix ".address.lines[1]", party_->address.lines[1], 70, false);   \
    } while (0)
enum { SEPA_NAME_MAX = 70, SEPA_TEXT_MAX = 140, SEPA_ID_MAX = 35, SEPA_MESSAGE_ID_MAX = 28 };
#define SEPA_AMOUNT_MAX INT64_C(99999999999)

void check_texts(struct check *check, const struct text_fields *fields);
void preview_texts(struct arena *arena, struct text_changes *changes, const char *prefix, const struct text_fields *fields);

/* What the previews of a batch have in common: its initiator, our account, and a payment with the texts of its own in `fields`. */
void preview_initiator(struct arena *arena, struct text_changes *changes, const struct sepa_party *initiator);
void preview_account(struct arena *arena, struct text_changes *changes, size_t index, const struct sepa_party *party);
void preview_payment(struct arena *arena, struct text_changes *changes, const char *list, size_t index,
                     struct text_fields *fields, const struct reference *reference);

void check_present(struct check *check, struct str text, const char *field);
/* Identifiers: EPC characters, no slash first or last, no two together. Not cleaned: others must find them again. */
void check_id(struct check *check, struct str text, const char *field, size_t limit, bool required);
void check_iban(struct check *check, struct str iban, const char *field);
void check_bic(struct check *check, struct str bic, struct str iban, const char *field, bool old_version);
void check_code(struct check *check, struct str code, const char *field); /* four capitals */
void check_address(struct check *check, const struct sepa_address *address, const char *field, bool needed);
void check_day(struct check *check, struct date day, struct date least, const char *field);
void check_amount(struct check *check, int64_t minor, int64_t most, int digits, const char *field);
void check_reference(struct check *check, const struct reference *reference, const char *field);
/* Each text once in the array; `list` names it: "payments". "NOTPROVIDED" may come again. */
void check_unique(struct check *check, const struct str *texts, size_t count, const char *list, const char *field);
bool address_is_absent(const struct sepa_address *address);
/* The head of a batch. A batch that is too large is refused as it is, without a look at the rest. */
CHECKED struct fault *check_batch(struct check *check, const char *list, size_t count, struct str message_id,
                                  struct instant created_at, const struct sepa_party *initiator);
void check_account_party(struct check *check, const struct sepa_party *party); /* ours: the name must be there */
void check_account_known(struct check *check, size_t account, size_t count);
void check_payment_ids(struct check *check, struct str end_to_end_id, struct str instruction_id);

/* ---- Parts of a document ---- */

struct str written(struct arena *arena, struct str text, size_t limit); /* cleaned, clipped */
void write_leaf(struct xml_writer *w, const char *name, struct str text, size_t limit); /* cleaned */
void write_name(struct xml_writer *w, const char *element, struct str name);            /* a party of a name only */
void write_party(struct xml_writer *w, const char *element, const struct sepa_party *party);
void write_address(struct xml_writer *w, const struct sepa_address *address);
void write_iban(struct xml_writer *w, const char *element, struct str iban, struct str currency);
/* BICFI or BIC, of the IBAN where it is absent; without one Othr/Id NOTPROVIDED. */
void write_agent(struct xml_writer *w, const char *element, struct str bic, struct str iban, bool old_version);
void write_reference(struct xml_writer *w, const struct reference *reference);
void write_amount(struct xml_writer *w, int64_t minor, struct str currency);
void write_total(struct xml_writer *w, const struct sepa_total *total);
void write_head(struct xml_writer *w, struct str message_id, struct instant created_at, const struct sepa_total *total,
                const struct sepa_party *initiator);
/* Opens PmtInf; the number, from 1, stands behind the message id. method: TRF, DD. */
void write_group_head(struct xml_writer *w, struct str message_id, size_t number, const char *method, bool each_booked,
                      const struct sepa_total *total);
void write_payment_ids(struct xml_writer *w, struct str instruction_id, struct str end_to_end_id);
void write_purpose(struct xml_writer *w, const char *element, struct str code); /* element/Cd, where there is one */
void write_code(struct xml_writer *w, const char *element, const char *code); /* element/Cd */

/* An initiation message (pain.001, pain.008): a head, then groups of what agrees in account, day and kind, in the order of `compare`,
   within a group in the order of the batch. The callbacks get the batch as it was given. */
struct initiation {
    struct str namespace;
    const char *root;
    struct str message_id;
    struct instant created_at;
    const struct sepa_party *initiator;
    struct sepa_total total;
    const void *batch;
    size_t count;
    bool old_version;
    int (*compare)(const void *batch, size_t a, size_t b); /* 0: of one group */
    void (*write_group)(struct xml_writer *w, const void *batch, const size_t *order, size_t count, size_t number,
                        bool old_version);
};
struct str write_initiation(struct arena *arena, const struct initiation *initiation);

/* Adds an amount to a sum with the digits of its currency. */
struct sum { int128 units; size_t count; int32_t digits; bool bad; };
void sum_add(struct sum *sum, int64_t minor, int digits);
bool sum_total(const struct sum *sum, struct sepa_total *out);
