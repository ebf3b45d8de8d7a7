#include "sepa/sepa_private.h"

/* ---- What cannot be paid or collected, said for people ---- */

const struct fault_type sepa_missing = { FAULT_INVALID, "sepa.missing", "This is needed and is empty; fill it in." };
const struct fault_type sepa_too_long = { FAULT_INVALID, "sepa.too_long",
                                          "This has {length} characters; at most {limit} fit, shorten it." };
const struct fault_type sepa_characters = {
    FAULT_INVALID, "sepa.characters",
    "Banks refuse a character in \"{text}\"; use letters without accents, digits and / - ? : ( ) . , ' + only."
};
const struct fault_type sepa_slashes = {
    FAULT_INVALID, "sepa.slashes", "\"{text}\" must not begin or end with a slash or hold two together; banks refuse that."
};
const struct fault_type sepa_unwritable = {
    FAULT_INVALID, "sepa.unwritable",
    "Nothing of \"{text}\" remains in the characters that banks take; write it in Latin letters."
};
const struct fault_type sepa_code_wrong = {
    FAULT_INVALID, "sepa.code_wrong",
    "\"{text}\" is not a code of four capitals; choose one from the list or leave it out."
};
const struct fault_type sepa_amount_wrong = { FAULT_INVALID, "sepa.amount_wrong",
                                              "The amount must be between {least} and {most}." };
const struct fault_type sepa_currency_wrong = { FAULT_INVALID, "sepa.currency_wrong",
                                                "{currency} is not a currency of ISO 4217." };
const struct fault_type sepa_not_euro = {
    FAULT_INVALID, "sepa.not_euro", "A SEPA payment is in EUR, not in {currency}; make it an urgent or foreign payment."
};
const struct fault_type sepa_outside = { FAULT_INVALID, "sepa.outside",
                                         "{iban} is outside the SEPA area; make it a foreign payment." };
const struct fault_type sepa_bic_needed = {
    FAULT_INVALID, "sepa.bic_needed",
    "An account outside the European Economic Area needs the BIC of its bank; fill it in."
};
const struct fault_type sepa_bic_old = {
    FAULT_INVALID, "sepa.bic_old", "BIC {bic} can't be written in this old version of the file; use the new version."
};
const struct fault_type sepa_address_needed = {
    FAULT_INVALID, "sepa.address_needed",
    "An account outside the European Economic Area needs an address with town and country; fill them in."
};
const struct fault_type sepa_address_unstructured = {
    FAULT_INVALID, "sepa.address_unstructured",
    "Banks refuse an address without town and country in fields of their own (since 15 November 2026); fill in both, or leave the address out."
};
const struct fault_type sepa_country_wrong = { FAULT_INVALID, "sepa.country_wrong",
                                               "\"{text}\" is not a country code of two capitals (NL, BE, DE ...)." };
const struct fault_type sepa_day_early = { FAULT_INVALID, "sepa.day_early",
                                           "{day} is too early; choose {least} or later." };
const struct fault_type sepa_used_twice = { FAULT_INVALID, "sepa.used_twice",
                                            "\"{text}\" is used twice in this batch; each needs its own." };
const struct fault_type sepa_account_unknown = { FAULT_INVALID, "sepa.account_unknown",
                                                 "The batch has no account with number {number}." };
const struct fault_type sepa_choice_missing = { FAULT_INVALID, "sepa.choice_missing",
                                                "One of the choices must be made here." };
const struct fault_type sepa_not_here = {
    FAULT_INVALID, "sepa.not_here", "This is for urgent and foreign payments only; leave it empty or choose such a payment."
};
const struct fault_type sepa_two_accounts = { FAULT_INVALID, "sepa.two_accounts",
                                              "Give an IBAN or an account number, not both." };
const struct fault_type sepa_clearing_wrong = {
    FAULT_INVALID, "sepa.clearing_wrong", "The clearing system is a code of five capitals, such as USABA or GBDSC."
};
const struct fault_type sepa_batch_empty = { FAULT_INVALID, "sepa.batch_empty", "There is nothing in this batch." };
const struct fault_type sepa_batch_too_large = { FAULT_LIMIT, "sepa.batch_too_large",
                                                 "A batch holds at most {limit} payments; divide it." };
const struct fault_type sepa_total_too_large = {
    FAULT_INVALID, "sepa.total_too_large", "The total of this batch has too many digits for the file; divide it."
};
const struct fault_type sepa_charges_fixed = {
    FAULT_INVALID, "sepa.charges_fixed",
    "In SEPA each side pays its own bank; other sharing of charges is for urgent and foreign payments."
};
const struct fault_type sepa_signed_later = { FAULT_INVALID, "sepa.signed_later",
                                              "The mandate was signed on {signed}, after the collection on {day}." };

/* ---- Checks ---- */

void check_prefix(struct check *c, const char *list, size_t index)
{
    if (list) snprintf(c->prefix, sizeof c->prefix, "%s[%zu].", list, index);
    else c->prefix[0] = 0;
}

void check_add(struct check *c, struct fault *f)
{
    for (; f; f = f->next) {
        if (c->prefix[0]) f->field = str_format(c->arena, "%s%.*s", c->prefix, STR_ARG(f->field));
        if (c->last) c->last->next = f;
        else c->first = f;
        c->last = f;
    }
}

static struct str shown(struct str s) { return str_is_utf8(s) ? str_utf8_clip(s, 70) : STR("?"); }

void text_field_add(struct text_fields *fields, const char *field, struct str text, size_t limit, bool clipped)
{
    ensure(fields->count < ARRAY_LENGTH(fields->at));
    if (text.length) fields->at[fields->count++] = (struct text_field){ field, text, limit, clipped };
}

static bool says_something(struct str clean)
{
    for (size_t i = 0; i < clean.length; i++) {
        char c = clean.at[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
    }
    return false;
}

void check_texts(struct check *c, const struct text_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct text_field *f = &fields->at[i];
        struct str clean = sepa_is_clean(f->text) ? f->text : sepa_clean(c->arena, f->text);
        if (!says_something(str_part(clean, 0, f->limit)))
            check_add(c, FAULT(c->arena, &sepa_unwritable, f->field, PARAM("text", shown(f->text))));
        else if (!f->clipped && clean.length > f->limit)
            check_add(c, FAULT(c->arena, &sepa_too_long, f->field, PARAM_INT(c->arena, "length", (int64_t)clean.length),
                               PARAM_INT(c->arena, "limit", (int64_t)f->limit)));
    }
}

void preview_texts(struct arena *arena, struct text_changes *changes, const char *prefix, const struct text_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        struct str after = written(arena, fields->at[i].text, fields->at[i].limit);
        if (str_equal(after, fields->at[i].text)) continue;
        *LIST_ADD(arena, &changes->list) =
            (struct text_change){ str_format(arena, "%s%s", prefix, fields->at[i].field), str_keep(arena, fields->at[i].text),
                                  str_keep(arena, after) };
    }
}

void check_present(struct check *c, struct str text, const char *field)
{
    if (!text.length) check_add(c, FAULT(c->arena, &sepa_missing, field));
}

void check_id(struct check *c, struct str text, const char *field, size_t limit, bool required)
{
    if (!text.length) {
        if (required) check_present(c, text, field);
        return;
    }
    if (text.length > limit)
        check_add(c, FAULT(c->arena, &sepa_too_long, field, PARAM_INT(c->arena, "length", (int64_t)text.length),
                           PARAM_INT(c->arena, "limit", (int64_t)limit)));
    if (!sepa_is_clean(text)) check_add(c, FAULT(c->arena, &sepa_characters, field, PARAM("text", shown(text))));
    else if (text.at[0] == '/' || text.at[text.length - 1] == '/' || str_find(text, "//") >= 0)
        check_add(c, FAULT(c->arena, &sepa_slashes, field, PARAM("text", shown(text))));
}

void check_iban(struct check *c, struct str iban, const char *field)
{
    struct str parsed;
    if (!iban.length) return check_present(c, iban, field);
    struct fault *f = iban_parse(c->arena, iban, field, &parsed);
    if (!f && !str_equal(parsed, iban)) f = FAULT(c->arena, &sepa_characters, field, PARAM("text", shown(iban)));
    check_add(c, f);
}

/* Versions before 2019 write a BIC as ISO 9362:2009 had it. */
static bool bic_is_old(struct str bic)
{
    return number_fits("6a", str_part(bic, 0, 6)) && bic.at[6] != '0' && bic.at[6] != '1' && bic.at[7] != 'O';
}

void check_bic(struct check *c, struct str bic, struct str iban, const char *field, bool old_version)
{
    if (!bic.length) return;
    if (!bic_is_valid(bic)) return check_add(c, FAULT(c->arena, &bic_wrong, field, PARAM("bic", shown(bic))));
    if (old_version && !bic_is_old(bic)) check_add(c, FAULT(c->arena, &sepa_bic_old, field, PARAM("bic", bic)));
    if (iban_is_valid(iban) && !bic_fits_iban(bic, iban))
        check_add(c, FAULT(c->arena, &bic_of_other_country, field, PARAM("bic", bic), PARAM("iban", iban)));
}

void check_code(struct check *c, struct str code, const char *field)
{
    if (code.length && !number_fits("4a", code))
        check_add(c, FAULT(c->arena, &sepa_code_wrong, field, PARAM("text", shown(code))));
}

bool address_is_absent(const struct sepa_address *a)
{
    return !(a->street.length + a->building.length + a->post_code.length + a->town.length + a->region.length +
             a->country.length + a->lines[0].length + a->lines[1].length);
}

void check_address(struct check *c, const struct sepa_address *a, const char *field, bool needed)
{
    if (address_is_absent(a)) {
        if (needed) check_add(c, FAULT(c->arena, &sepa_address_needed, field));
        return;
    }
    if (!a->town.length || !a->country.length) check_add(c, FAULT(c->arena, &sepa_address_unstructured, field));
    bool taken = str_is(a->country, "UK") || str_is(a->country, "EL"); /* said for GB and GR, but not ISO 3166 */
    if (a->country.length && (taken || !number_fits("2a", a->country))) {
        struct str at = str_format(c->arena, "%s.country", field);
        check_add(c, FAULT(c->arena, &sepa_country_wrong, at.at, PARAM("text", shown(a->country))));
    }
}

void check_day(struct check *c, struct date day, struct date least, const char *field)
{
    struct date again;
    bool is_day = day.ymd && date_make(date_year(day), date_month(day), date_day(day), &again);
    if (!is_day) return check_present(c, (struct str){ 0 }, field);
    if (day.ymd < least.ymd)
        check_add(c, FAULT(c->arena, &sepa_day_early, field, PARAM("day", date_text(c->arena, day)),
                           PARAM("least", date_text(c->arena, least))));
}

void check_amount(struct check *c, int64_t minor, int64_t most, int digits, const char *field)
{
    if (minor < 1 || minor > most)
        check_add(c, FAULT(c->arena, &sepa_amount_wrong, field, PARAM("least", minor_format(c->arena, 1, digits)),
                           PARAM("most", minor_format(c->arena, most, digits))));
}

void check_reference(struct check *c, const struct reference *r, const char *field)
{
    struct reference parsed;
    struct text_fields texts = { .count = 0 };
    if (!r->text.length) {
        if (r->kind) check_present(c, r->text, field);
        return;
    }
    switch (r->kind) {
    case REFERENCE_RF:
    case REFERENCE_KENMERK: {
        struct fault *f = reference_parse(c->arena, r->kind, r->text, field, &parsed);
        if (!f && !str_equal(parsed.text, r->text)) f = FAULT(c->arena, &sepa_characters, field, PARAM("text", shown(r->text)));
        return check_add(c, f);
    }
    case REFERENCE_FREE:
        text_field_add(&texts, field, r->text, SEPA_TEXT_MAX, false);
        return check_texts(c, &texts);
    }
    check_add(c, FAULT(c->arena, &sepa_choice_missing, field));
}

struct numbered { struct str text; size_t index; };
static int compare_numbered(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int order = str_compare(x->text, y->text);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

void check_unique(struct check *c, const struct str *texts, size_t count, const char *list, const char *field)
{
    struct numbered *sorted = ARENA_ARRAY(c->arena, struct numbered, count + 1);
    for (size_t i = 0; i < count; i++) sorted[i] = (struct numbered){ texts[i], i };
    qsort(sorted, count, sizeof *sorted, compare_numbered);
    for (size_t i = 1; i < count; i++) {
        if (!sorted[i].text.length || str_is(sorted[i].text, "NOTPROVIDED")) continue;
        if (!str_equal(sorted[i].text, sorted[i - 1].text)) continue;
        check_prefix(c, list, sorted[i].index);
        check_add(c, FAULT(c->arena, &sepa_used_twice, field, PARAM("text", shown(sorted[i].text))));
    }
}

/* ---- Sums ---- */

enum { SUM_DIGITS = 4 }; /* the most that a currency of ISO 4217 has */

void sum_add(struct sum *sum, int64_t minor, int digits)
{
    if (digits < 0 || digits > SUM_DIGITS || sum->bad) {
        sum->bad = true;
        return;
    }
    int64_t factor = 1;
    for (int i = digits; i < SUM_DIGITS; i++) factor *= 10;
    if (digits > sum->digits) sum->digits = digits;
    sum->units += (int128)minor * factor;
    sum->count++;
}

bool sum_total(const struct sum *sum, struct sepa_total *out)
{
    int128 units = sum->units;
    for (int i = sum->digits; i < SUM_DIGITS; i++) units /= 10;
    int128 most = INT64_C(999999999999999999);
    if (sum->bad || units > most || units < -most) return false;
    *out = (struct sepa_total){ sum->count, DECIMAL((int64_t)units, sum->digits) };
    return true;
}

/* ---- What the batches of both have in common ---- */

static void account_texts(struct text_fields *fields, const struct sepa_party *party)
{
    PARTY_TEXTS(fields, "party", party);
}

static void initiator_texts(struct text_fields *fields, const struct sepa_party *initiator)
{
    text_field_add(fields, "initiator.name", initiator->name, SEPA_NAME_MAX, true);
}

void preview_initiator(struct arena *arena, struct text_changes *changes, const struct sepa_party *initiator)
{
    struct text_fields fields = { .count = 0 };
    initiator_texts(&fields, initiator);
    preview_texts(arena, changes, "", &fields);
}

static void preview_at(struct arena *arena, struct text_changes *changes, const char *list, size_t index,
                       const struct text_fields *fields)
{
    struct check c = { .arena = arena };
    check_prefix(&c, list, index);
    preview_texts(arena, changes, c.prefix, fields);
}

void preview_account(struct arena *arena, struct text_changes *changes, size_t index, const struct sepa_party *party)
{
    struct text_fields fields = { .count = 0 };
    account_texts(&fields, party);
    preview_at(arena, changes, "accounts", index, &fields);
}

void preview_payment(struct arena *arena, struct text_changes *changes, const char *list, size_t index,
                     struct text_fields *fields, const struct reference *reference)
{
    if (reference->kind == REFERENCE_FREE) text_field_add(fields, "reference", reference->text, SEPA_TEXT_MAX, false);
    preview_at(arena, changes, list, index, fields);
}

struct fault *check_batch(struct check *c, const char *list, size_t count, struct str message_id, struct instant created_at,
                          const struct sepa_party *initiator)
{
    struct text_fields fields = { .count = 0 };
    if (count > SEPA_PAYMENTS_MAX)
        return FAULT(c->arena, &sepa_batch_too_large, list, PARAM_INT(c->arena, "limit", SEPA_PAYMENTS_MAX));
    if (!count) check_add(c, FAULT(c->arena, &sepa_batch_empty, list));
    check_id(c, message_id, "message_id", SEPA_MESSAGE_ID_MAX, true);
    if (!created_at.us) check_present(c, (struct str){ 0 }, "created_at");
    check_present(c, initiator->name, "initiator.name");
    initiator_texts(&fields, initiator);
    check_texts(c, &fields);
    check_id(c, initiator->organisation_id, "initiator.organisation_id", SEPA_ID_MAX, false);
    return NULL;
}

void check_account_party(struct check *c, const struct sepa_party *party)
{
    struct text_fields fields = { .count = 0 };
    check_present(c, party->name, "party.name");
    account_texts(&fields, party);
    check_texts(c, &fields);
    check_address(c, &party->address, "party.address", false);
}

void check_account_known(struct check *c, size_t account, size_t count)
{
    if (account >= count)
        check_add(c, FAULT(c->arena, &sepa_account_unknown, "account",
                           PARAM_INT(c->arena, "number", (int64_t)(account & INT32_MAX))));
}

void check_payment_ids(struct check *c, struct str end_to_end_id, struct str instruction_id)
{
    check_id(c, end_to_end_id, "end_to_end_id", SEPA_ID_MAX, true);
    check_id(c, instruction_id, "instruction_id", SEPA_ID_MAX, false);
}

/* ---- Parts of a document ---- */

struct str written(struct arena *arena, struct str text, size_t limit)
{
    struct str clean = sepa_is_clean(text) ? text : sepa_clean(arena, text);
    return str_trim(str_part(clean, 0, limit));
}

void write_leaf(struct xml_writer *w, const char *name, struct str text, size_t limit)
{
    xml_leaf(w, name, written(w->text.arena, text, limit));
}

void write_name(struct xml_writer *w, const char *element, struct str name)
{
    if (!name.length) return;
    xml_open(w, element);
    write_leaf(w, "Nm", name, SEPA_NAME_MAX);
    xml_close(w);
}

void write_address(struct xml_writer *w, const struct sepa_address *a)
{
    if (address_is_absent(a)) return;
    xml_open(w, "PstlAdr");
    write_leaf(w, "StrtNm", a->street, 70);
    write_leaf(w, "BldgNb", a->building, 16);
    write_leaf(w, "PstCd", a->post_code, 16);
    write_leaf(w, "TwnNm", a->town, 35);
    write_leaf(w, "CtrySubDvsn", a->region, 35);
    xml_leaf(w, "Ctry", a->country);
    for (size_t i = 0; i < ARRAY_LENGTH(a->lines); i++) write_leaf(w, "AdrLine", a->lines[i], 70);
    xml_close(w);
}

void write_party(struct xml_writer *w, const char *element, const struct sepa_party *party)
{
    xml_open(w, element);
    write_leaf(w, "Nm", party->name, SEPA_NAME_MAX);
    write_address(w, &party->address);
    if (party->organisation_id.length) {
        xml_open(w, "Id");
        xml_open(w, "OrgId");
        xml_open(w, "Othr");
        xml_leaf(w, "Id", party->organisation_id);
        xml_close(w);
        xml_close(w);
        xml_close(w);
    }
    xml_close(w);
}

void write_iban(struct xml_writer *w, const char *element, struct str iban, struct str currency)
{
    xml_open(w, element);
    xml_open(w, "Id");
    xml_leaf(w, "IBAN", iban);
    xml_close(w);
    xml_leaf(w, "Ccy", currency);
    xml_close(w);
}

void write_agent(struct xml_writer *w, const char *element, struct str bic, struct str iban, bool old_version)
{
    if (!bic.length) bic = iban_bic(iban);
    xml_open(w, element);
    xml_open(w, "FinInstnId");
    if (bic.length) xml_leaf(w, old_version ? "BIC" : "BICFI", bic);
    else {
        xml_open(w, "Othr");
        xml_leaf(w, "Id", STR("NOTPROVIDED"));
        xml_close(w);
    }
    xml_close(w);
    xml_close(w);
}

void write_reference(struct xml_writer *w, const struct reference *r)
{
    if (!r->text.length) return;
    xml_open(w, "RmtInf");
    if (r->kind == REFERENCE_FREE) write_leaf(w, "Ustrd", r->text, SEPA_TEXT_MAX);
    else {
        xml_open(w, "Strd");
        xml_open(w, "CdtrRefInf");
        xml_open(w, "Tp");
        xml_open(w, "CdOrPrtry");
        xml_leaf(w, "Cd", STR("SCOR"));
        xml_close(w);
        xml_leaf(w, "Issr", r->kind == REFERENCE_RF ? STR("ISO") : STR("CUR"));
        xml_close(w);
        xml_leaf(w, "Ref", r->text);
        xml_close(w);
        xml_close(w);
    }
    xml_close(w);
}

void write_amount(struct xml_writer *w, int64_t minor, struct str currency)
{
    xml_open(w, "InstdAmt");
    xml_attribute(w, "Ccy", currency);
    xml_text(w, minor_format(w->text.arena, minor, currency_digits(currency)));
    xml_close(w);
}

void write_total(struct xml_writer *w, const struct sepa_total *total)
{
    xml_leaf(w, "NbOfTxs", str_from_int(w->text.arena, (int64_t)total->count));
    xml_leaf(w, "CtrlSum", decimal_format(w->text.arena, total->sum));
}

void write_head(struct xml_writer *w, struct str message_id, struct instant created_at, const struct sepa_total *total,
                const struct sepa_party *initiator)
{
    char at[28];
    instant_format(created_at, at);
    xml_open(w, "GrpHdr");
    xml_leaf(w, "MsgId", message_id);
    xml_leaf(w, "CreDtTm", str_part(str_of(at), 0, 19)); /* to the second, as banks' examples have it */
    write_total(w, total);
    write_party(w, "InitgPty", &(struct sepa_party){ .name = initiator->name, .organisation_id = initiator->organisation_id });
    xml_close(w);
}

void write_group_head(struct xml_writer *w, struct str message_id, size_t number, const char *method, bool each_booked,
                      const struct sepa_total *total)
{
    xml_open(w, "PmtInf");
    xml_leaf(w, "PmtInfId", str_format(w->text.arena, "%.*s-%zu", STR_ARG(message_id), number));
    xml_leaf(w, "PmtMtd", str_of(method));
    xml_leaf(w, "BtchBookg", each_booked ? STR("false") : STR("true"));
    write_total(w, total);
}

void write_payment_ids(struct xml_writer *w, struct str instruction_id, struct str end_to_end_id)
{
    xml_open(w, "PmtId");
    xml_leaf(w, "InstrId", instruction_id);
    xml_leaf(w, "EndToEndId", end_to_end_id);
    xml_close(w);
}

void write_purpose(struct xml_writer *w, const char *element, struct str code)
{
    if (!code.length) return;
    xml_open(w, element);
    xml_leaf(w, "Cd", code);
    xml_close(w);
}

void write_code(struct xml_writer *w, const char *element, const char *code)
{
    xml_open(w, element);
    xml_leaf(w, "Cd", str_of(code));
    xml_close(w);
}

static int compare_order(const void *a, const void *b, void *initiation)
{
    const struct initiation *in = initiation;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = in->compare(in->batch, x, y);
    return order ? order : (x > y) - (x < y);
}

struct str write_initiation(struct arena *arena, const struct initiation *in)
{
    size_t groups = 0, *order = ARENA_ARRAY(arena, size_t, in->count);
    for (size_t i = 0; i < in->count; i++) order[i] = i;
    qsort_r(order, in->count, sizeof *order, compare_order, (void *)(uintptr_t)in);
    struct xml_writer w = xml_writer_new(arena, true);
    xml_open(&w, "Document");
    xml_attribute(&w, "xmlns", in->namespace);
    xml_open(&w, in->root);
    write_head(&w, in->message_id, in->created_at, &in->total, in->initiator);
    for (size_t from = 0, to; from < in->count; from = to) {
        for (to = from + 1; to < in->count && !in->compare(in->batch, order[from], order[to]);) to++;
        in->write_group(&w, in->batch, order + from, to - from, ++groups, in->old_version);
    }
    xml_close(&w);
    xml_close(&w);
    return xml_done(&w);
}
