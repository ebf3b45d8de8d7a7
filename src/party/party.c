#include "party/party_private.h"
#include "legal_forms.txt.h"
#include "party.sql.h"
#include "sepa/iban.h"

const struct fault_type party_missing = { FAULT_MISSING, "party.missing", "There is no such customer or supplier." };
const struct fault_type party_changed = { FAULT_CONFLICT, "party.changed",
                                          "Somebody changed this customer or supplier; read it again." };
const struct fault_type party_taken = { FAULT_CONFLICT, "party.taken",
                                        "There is a customer or supplier with number {number} already." };
static const struct fault_type party_no_role = { FAULT_INVALID, "party.no_role",
                                                 "Say whether this is a customer, a supplier or both." };
static const struct fault_type party_currency = { FAULT_INVALID, "party.currency",
                                                  "{currency} is not a currency of ISO 4217." };

static const char *const deliveries[] = { NULL, "mail_pdf", "mail_ubl", "mail_hybrid", "letter" };
static const char *const references[] = { NULL, "none", "order", "buyer" };
RECORD(party, {
    ID(struct party, id, .filter = true, .sort = true),
    FIELD(struct party, number, .max = 20, .filter = true, .sort = true),
    FIELD(struct party, name, .min = 1, .max = 200, .filter = true, .sort = true),
    FIELD(struct party, name_key, .max = 200, OPTIONAL, .secret = true),
    FIELD(struct party, is_customer, .filter = true),
    FIELD(struct party, is_supplier, .filter = true),
    FIELD(struct party, kvk_number, .max = 8, OPTIONAL, .filter = true),
    FIELD(struct party, oin, .max = 20, OPTIONAL, .filter = true),
    FIELD(struct party, vat_number, .max = 20, OPTIONAL, .filter = true),
    FIELD(struct party, endpoint_scheme, .max = 10, OPTIONAL),
    FIELD(struct party, endpoint, .max = 100, OPTIONAL),
    FIELD(struct party, email, .max = 254, OPTIONAL, .filter = true),
    FIELD(struct party, phone, .max = 40, OPTIONAL),
    FIELD(struct party, language, .min = 2, .max = 2),
    FIELD(struct party, street, .max = 200, OPTIONAL),
    FIELD(struct party, postal_code, .max = 20, OPTIONAL),
    FIELD(struct party, city, .max = 100, OPTIONAL, .filter = true),
    FIELD(struct party, country, .min = 2, .max = 2, .filter = true),
    FIELD(struct party, currency, .min = 3, .max = 3, .filter = true),
    FIELD(struct party, customer_terms_days, .max = 365),
    FIELD(struct party, supplier_terms_days, .max = 365),
    ID(struct party, expense_account_id, OPTIONAL),
    ID(struct party, sales_account_id, OPTIONAL),
    ID(struct party, vat_code_id, OPTIONAL),
    FIELD(struct party, cost_center, .max = 40, OPTIONAL),
    FIELD(struct party, delivery, CHOICES(deliveries)),
    FIELD(struct party, buyer_reference, .max = 100, OPTIONAL),
    FIELD(struct party, reference_needed, CHOICES(references)),
    FIELD(struct party, is_business),
    FIELD(struct party, is_blocked, .filter = true),
    FIELD(struct party, block_reason, .max = 200, OPTIONAL),
    ID(struct party, parent_id, OPTIONAL),
    FIELD(struct party, notes, .max = 4000, OPTIONAL),
    FIELD(struct party, created_at, .sort = true),
    FIELD(struct party, version),
});
RECORD(party_key, { FIELD(struct party_key, id, .min = 1, .max = EXACT_MAX) });

struct fault *party_load(struct work *work, party_id id, struct party *party)
{
    return db_one(work, &sql_party_by_id, PARTY_KEY(id.n), INTO(party, party), &party_missing);
}

struct fault *party_by_number(struct work *work, struct str number, struct party *party, bool *found)
{
    const struct party of = { .number = number };
    return db_find(work, &sql_party_by_number, GIVEN(party, &of), INTO(party, party), found);
}

/* ---- Names ---- */

static bool legal_form(struct str word)
{
    for (struct str rest = str_of(legal_forms_txt); rest.length;)
        if (str_equal(word, str_cut(rest, '\n', &rest))) return true;
    return false;
}

/* One letter of Latin-1 Supplement without its accent. */
static char folded(unsigned char second)
{
    static const char plain[] = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";
    return second >= 0x80 && second <= 0xBF ? plain[second - 0x80] : ' ';
}

struct str party_name_key(struct arena *arena, struct str name)
{
    struct text flat = text_new(arena), key = text_new(arena);
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.at[i];
        bool point = c == '.' || c == '\'';
        if (c == 0xC3 && i + 1 < name.length) text_add_char(&flat, folded((unsigned char)name.at[++i]));
        else if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) text_add_char(&flat, (char)c);
        else if (c >= 'A' && c <= 'Z') text_add_char(&flat, (char)(c + 32));
        else if (!point) text_add_char(&flat, ' '); /* "B.V." is "bv" */
    }
    for (struct str rest = text_str(&flat); rest.length;) {
        struct str word = str_cut(rest, ' ', &rest);
        if (!word.length || (key.length && legal_form(word))) continue;
        if (key.length) text_add_char(&key, ' ');
        text_add(&key, word);
    }
    return text_str(&key);
}

/* ---- Making and changing ---- */

/* Numbers in their electronic form, all that is wrong at once. */
static struct fault *normalise(struct work *work, struct party *p)
{
    struct fault *faults = NULL;
    struct arena *arena = work->arena;
    if (p->kvk_number.length) faults = fault_join(faults, kvk_parse(arena, p->kvk_number, "kvk_number", &p->kvk_number));
    if (p->oin.length) faults = fault_join(faults, oin_parse(arena, p->oin, "oin", &p->oin));
    if (p->vat_number.length)
        faults = fault_join(faults, vat_id_parse(arena, p->vat_number, p->country, "vat_number", &p->vat_number));
    if (currency_digits(p->currency) < 0)
        faults = fault_join(faults, FAULT(arena, &party_currency, "currency", PARAM("currency", p->currency)));
    if (!p->is_customer && !p->is_supplier) faults = fault_join(faults, FAULT(arena, &party_no_role, "is_customer"));
    if (p->email.length && str_find(p->email, "@") < 1)
        faults = fault_join(faults, FAULT(arena, &record_shape, "email", PARAM("shape", STR("e-mail address"))));
    p->name_key = str_utf8_clip(party_name_key(arena, p->name), 200);
    return faults;
}

struct fault *party_check(struct work *work, struct party *party)
{
    struct party shape = *party;
    struct fault *faults = normalise(work, party);
    shape.id.n = 1, shape.version = 1, shape.created_at = work->now;
    if (!shape.number.length) shape.number = STR("0");
    if (!shape.name_key.length) shape.name_key = party->name_key;
    return fault_join(faults, record_check(work->arena, GIVEN(party, &shape)));
}

struct fault *party_make(struct work *work, struct party *party)
{
    TRY(normalise(work, party));
    if (!party->id.n) party->id.n = id_new(work);
    if (!party->number.length) {
        int64_t number;
        TRY(ledger_number_next(work, "party", "party", party->id.n, &number));
        party->number = str_format(work->arena, "%lld", (long long)(10000 + number));
    }
    party->created_at = work->now;
    party->version = 1;
    TRY(record_check(work->arena, GIVEN(party, party)));
    struct fault *fault = db_run(work, &sql_party_add, GIVEN(party, party));
    if (fault && fault->type == &db_duplicate) return FAULT(work->arena, &party_taken, "number", PARAM("number", party->number));
    if (fault) return fault;
    work_changed(work, "party", party->id.n, (struct given){ &party_record, NULL }, GIVEN(party, party));
    return NULL;
}

/* ---- Finding who sent a document ---- */

const char *party_basis_name(enum party_basis basis)
{
    static const char *const names[] = { NULL, "kvk_number", "oin", "vat_number", "iban", "endpoint", "name" };
    ensure(basis < ARRAY_LENGTH(names));
    return names[basis];
}

struct party_by_iban {
    struct str iban;
    bool is_supplier, is_customer;
};
RECORD(party_by_iban, { FIELD(struct party_by_iban, iban), FIELD(struct party_by_iban, is_supplier),
                        FIELD(struct party_by_iban, is_customer) });

struct fault *party_find(struct work *work, bool supplier, const struct party_evidence *e, struct party_matches *matches)
{
    const struct party of = { .kvk_number = e->kvk_number,
                              .oin = e->oin,
                              .vat_number = e->vat_number,
                              .endpoint_scheme = e->endpoint_scheme,
                              .endpoint = e->endpoint,
                              .name_key = party_name_key(work->arena, e->name),
                              .is_supplier = supplier,
                              .is_customer = !supplier };
    const struct party_by_iban by_iban = { e->iban, supplier, !supplier };
    const struct {
        enum party_basis basis;
        struct str value;
        const struct sql *sql;
        struct given given;
    } steps[] = {
        { BASIS_KVK, e->kvk_number, &sql_party_by_kvk_number, GIVEN(party, &of) },
        { BASIS_OIN, e->oin, &sql_party_by_oin, GIVEN(party, &of) },
        { BASIS_VAT, e->vat_number, &sql_party_by_vat_number, GIVEN(party, &of) },
        { BASIS_IBAN, e->iban, &sql_party_by_iban, GIVEN(party_by_iban, &by_iban) },
        { BASIS_ENDPOINT, e->endpoint, &sql_party_by_endpoint, GIVEN(party, &of) },
        { BASIS_NAME, of.name_key, &sql_party_by_name_key, GIVEN(party, &of) },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        struct parties found = { 0 };
        if (!steps[i].value.length) continue;
        TRY(db_all(work, steps[i].sql, steps[i].given, INTO_LIST(party, &found)));
        for (size_t k = 0; k < found.count; k++)
            *LIST_ADD(work->arena, matches) = (struct party_match){ found.at[k], steps[i].basis };
        if (found.count) return NULL;
    }
    return NULL;
}

/* ---- Contacts ---- */

static const char *const purposes[] = { NULL, "general", "billing", "collection", "orders" };
enum contact_purpose { CONTACT_GENERAL = 1, CONTACT_BILLING, CONTACT_COLLECTION, CONTACT_ORDERS };
struct contact {
    contact_id id;
    party_id party_id;
    struct str name;
    enum contact_purpose purpose;
    struct str email, phone;
    int64_t version;
};
LIST_STRUCT(contacts, struct contact);
RECORD(contact, {
    ID(struct contact, id, OPTIONAL, .about = "left out: a new one"),
    ID(struct contact, party_id),
    FIELD(struct contact, name, .min = 1, .max = 200),
    FIELD(struct contact, purpose, CHOICES(purposes)),
    FIELD(struct contact, email, .max = 254, OPTIONAL),
    FIELD(struct contact, phone, .max = 40, OPTIONAL),
    FIELD(struct contact, version, OPTIONAL),
});
RECORD(party_of, { ID(struct party_of, party_id), FIELD(struct party_of, iban, OPTIONAL),
                   FIELD(struct party_of, purpose, OPTIONAL), FIELD(struct party_of, id, OPTIONAL) });
struct email_row {
    struct str email;
};
RECORD(email_row, { FIELD(struct email_row, email) });

struct fault *party_email_for(struct work *work, party_id id, const char *purpose, struct str *email)
{
    const struct party_of of = { .party_id = id, .purpose = str_of(purpose) };
    struct email_row row = { 0 };
    struct party party = { 0 };
    bool found;
    TRY(db_find(work, &sql_contact_email, GIVEN(party_of, &of), INTO(email_row, &row), &found));
    if (found) return *email = row.email, NULL;
    TRY(party_load(work, id, &party));
    *email = party.email;
    return NULL;
}

static struct fault *contact_load(struct work *work, int64_t id, struct contact *out)
{
    const struct party_key key = { .id = id };
    bool found;
    TRY(db_find(work, &sql_contact_by_id, GIVEN(party_key, &key), INTO(contact, out), &found));
    return found ? NULL : FAULT(work->arena, &party_missing, "id");
}

static struct fault *contact_set(struct work *work, const struct contact *takes, struct contact *out)
{
    struct party party = { 0 };
    struct contact before = { 0 };
    TRY(party_load(work, takes->party_id, &party));
    *out = *takes;
    if (!takes->id.n) {
        out->id.n = id_new(work);
        out->version = 1;
        TRY(db_run(work, &sql_contact_add, GIVEN(contact, out)));
        work_changed(work, "contact", out->id.n, (struct given){ &contact_record, NULL }, GIVEN(contact, out));
        return NULL;
    }
    TRY(contact_load(work, takes->id.n, &before));
    out->party_id = before.party_id; /* a contact stays with its party */
    TRY(db_change(work, &sql_contact_save, GIVEN(contact, takes), &party_changed));
    out->version++;
    work_changed(work, "contact", out->id.n, GIVEN(contact, &before), GIVEN(contact, out));
    return NULL;
}
CALLABLE(contact_set, contact, contact);

static struct fault *contact_end(struct work *work, const struct party_key *takes, struct party_key *out)
{
    struct contact before = { 0 };
    TRY(contact_load(work, takes->id, &before));
    TRY(db_change(work, &sql_contact_end, GIVEN(party_key, takes), &party_missing));
    *out = *takes;
    work_changed(work, "contact", takes->id, GIVEN(contact, &before), (struct given){ &contact_record, NULL });
    return NULL;
}
CALLABLE(contact_end, party_key, party_key);

/* ---- Operations ---- */

struct party_shown {
    struct party party;
    struct contacts contacts;
    struct party_banks banks;
};
RECORD(party_shown, { PART(struct party_shown, party, party), LIST(struct party_shown, contacts, contact),
                      LIST(struct party_shown, banks, party_bank) });
static struct fault *party_show(struct work *work, const struct party_key *takes, struct party_shown *out)
{
    const struct party_of of = { .party_id = { takes->id } };
    TRY(party_load(work, of.party_id, &out->party));
    TRY(db_all(work, &sql_contacts_of, GIVEN(party_of, &of), INTO_LIST(contact, &out->contacts)));
    return party_banks_of(work, of.party_id, &out->banks);
}
CALLABLE(party_show, party_key, party_shown);

static struct fault *party_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                struct parties *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_party_list, NONE, query, INTO_LIST(party, rows), next);
}
LISTABLE(party_list, nothing, party, parties);

/* What a person fills in; the rest of struct party is the room's. Its rows stand once and are used by adding and changing. */
struct party_data {
    struct str number, name;
    bool is_customer, is_supplier;
    struct str kvk_number, oin, vat_number, endpoint_scheme, endpoint, email, phone, language, street, postal_code,
        city, country, currency;
    int64_t customer_terms_days, supplier_terms_days;
    account_id expense_account_id, sales_account_id;
    vat_code_id vat_code_id;
    struct str cost_center;
    enum invoice_delivery delivery;
    struct str buyer_reference;
    enum reference_needed reference_needed;
    bool is_consumer, is_blocked;
    struct str block_reason;
    party_id parent_id;
    struct str notes;
};
#define DATA_AT(T, member) \
    .name = #member, .offset = offsetof(struct T, data.member), .size = sizeof(((struct T *)0)->data.member)
#define DATA(T, member, ...)                                                              \
    {                                                                                     \
        DATA_AT(T, member), .type = FIELD_TYPE(((struct T *)0)->data.member), __VA_ARGS__ \
    }
#define DATA_ID(T, member)                                                         \
    {                                                                              \
        DATA_AT(T, member), .type = FIELD_ID, .min = 1, .max = EXACT_MAX, OPTIONAL \
    }
#define PARTY_ROWS(T)                                                                                                 \
    DATA(T, number, .max = 20, OPTIONAL, .about = "left out: the next one"), DATA(T, name, .min = 1, .max = 200),     \
        DATA(T, is_customer, OPTIONAL), DATA(T, is_supplier, OPTIONAL), DATA(T, kvk_number, .max = 20, OPTIONAL),     \
        DATA(T, oin, .max = 30, OPTIONAL), DATA(T, vat_number, .max = 30, OPTIONAL),                                  \
        DATA(T, endpoint_scheme, .max = 10, OPTIONAL, .about = "EAS code, such as 0106"),                             \
        DATA(T, endpoint, .max = 100, OPTIONAL), DATA(T, email, .max = 254, OPTIONAL),                                \
        DATA(T, phone, .max = 40, OPTIONAL),                                                                          \
        DATA(T, language, .min = 2, .max = 2, OPTIONAL, .about = "nl, en, de or fr; left out: nl"),                   \
        DATA(T, street, .max = 200, OPTIONAL), DATA(T, postal_code, .max = 20, OPTIONAL),                             \
        DATA(T, city, .max = 100, OPTIONAL), DATA(T, country, .min = 2, .max = 2, OPTIONAL, .about = "left out: NL"), \
        DATA(T, currency, .min = 3, .max = 3, OPTIONAL, .about = "left out: the base currency"),                      \
        DATA(T, customer_terms_days, .max = 365, OPTIONAL, .about = "left out: 30"),                                  \
        DATA(T, supplier_terms_days, .max = 365, OPTIONAL, .about = "left out: 30"), DATA_ID(T, expense_account_id),  \
        DATA_ID(T, sales_account_id), DATA_ID(T, vat_code_id), DATA(T, cost_center, .max = 40, OPTIONAL),             \
        DATA(T, delivery, CHOICES(deliveries), OPTIONAL, .about = "left out: mail_hybrid"),                           \
        DATA(T, buyer_reference, .max = 100, OPTIONAL), DATA(T, reference_needed, CHOICES(references), OPTIONAL),     \
        DATA(T, is_consumer, OPTIONAL), DATA(T, is_blocked, OPTIONAL), DATA(T, block_reason, .max = 200, OPTIONAL),   \
        DATA_ID(T, parent_id), DATA(T, notes, .max = 4000, OPTIONAL)
struct party_add {
    struct party_data data;
};
RECORD(party_add, { PARTY_ROWS(party_add) });
struct party_change { party_id id; struct party_data data; int64_t version; };
RECORD(party_change, {
    ID(struct party_change, id),
    PARTY_ROWS(party_change),
    FIELD(struct party_change, version, .min = 1, .max = EXACT_MAX),
});

static void fill_in(struct party *p, const struct party_data *d)
{
    p->name = d->name, p->is_customer = d->is_customer, p->is_supplier = d->is_supplier;
    p->kvk_number = d->kvk_number, p->oin = d->oin, p->vat_number = d->vat_number;
    p->endpoint_scheme = d->endpoint_scheme, p->endpoint = d->endpoint, p->email = d->email, p->phone = d->phone;
    p->language = d->language.at ? d->language : STR("nl");
    p->street = d->street, p->postal_code = d->postal_code, p->city = d->city;
    p->country = d->country.at ? d->country : STR("NL");
    p->currency = d->currency.at ? d->currency : p->currency;
    p->customer_terms_days = d->customer_terms_days ? d->customer_terms_days : 30;
    p->supplier_terms_days = d->supplier_terms_days ? d->supplier_terms_days : 30;
    p->expense_account_id = d->expense_account_id, p->sales_account_id = d->sales_account_id;
    p->vat_code_id = d->vat_code_id, p->cost_center = d->cost_center;
    p->delivery = d->delivery ? d->delivery : DELIVER_MAIL_HYBRID;
    p->buyer_reference = d->buyer_reference;
    p->reference_needed = d->reference_needed ? d->reference_needed : NEEDS_NO_REFERENCE;
    p->is_business = !d->is_consumer, p->is_blocked = d->is_blocked, p->block_reason = d->block_reason;
    p->parent_id = d->parent_id, p->notes = d->notes;
}

static struct fault *party_add(struct work *work, const struct party_add *takes, struct party *out)
{
    *out = (struct party){ .number = takes->data.number };
    TRY(ledger_base_currency(work, &out->currency));
    fill_in(out, &takes->data);
    return party_make(work, out);
}
CALLABLE(party_add, party_add, party);

static struct fault *party_change(struct work *work, const struct party_change *takes, struct party *out)
{
    struct party before = { 0 };
    TRY(party_load(work, takes->id, &before));
    *out = before;
    fill_in(out, &takes->data);
    TRY(normalise(work, out));
    out->version = takes->version;
    TRY(record_check(work->arena, GIVEN(party, out)));
    TRY(db_change(work, &sql_party_save, GIVEN(party, out), &party_changed));
    out->version++;
    work_changed(work, "party", out->id.n, GIVEN(party, &before), GIVEN(party, out));
    return NULL;
}
CALLABLE(party_change, party_change, party);

struct fault *party_remember_coding(struct work *work, party_id id, account_id account, vat_code_id vat_code,
                                    struct str cost_center)
{
    struct party before = { 0 }, after;
    TRY(party_load(work, id, &before));
    after = before;
    if (account.n) after.expense_account_id = account;
    if (vat_code.n) after.vat_code_id = vat_code;
    if (cost_center.length) after.cost_center = cost_center;
    bool same = after.expense_account_id.n == before.expense_account_id.n && after.vat_code_id.n == before.vat_code_id.n &&
                str_equal(after.cost_center, before.cost_center);
    if (same) return NULL;
    TRY(db_change(work, &sql_party_save, GIVEN(party, &after), &party_changed));
    after.version++;
    work_changed(work, "party", id.n, GIVEN(party, &before), GIVEN(party, &after));
    return NULL;
}

static const struct operation operations[] = {
    { "party list", "GET", "/parties", "party.read", OPERATION_READS, NULL, &party_list_list,
      "List customers and suppliers" },
    { "party show", "GET", "/parties/{id}", "party.read", OPERATION_READS, &party_show_call, NULL,
      "Show a customer or supplier with contacts and bank accounts" },
    { "party add", "POST", "/parties", "party.write", 0, &party_add_call, NULL, "Add a customer or supplier" },
    { "party change", "POST", "/parties/{id}", "party.write", 0, &party_change_call, NULL, "Change a customer or supplier" },
    { "contact set", "POST", "/contacts", "party.write", 0, &contact_set_call, NULL, "Add or change a contact" },
    { "contact end", "POST", "/contacts/{id}/end", "party.write", 0, &contact_end_call, NULL, "End a contact" },
};
const struct operation_table party_parties = { "party", operations, ARRAY_LENGTH(operations) };
