/* Customers, suppliers and their bank accounts. */
#include "import/import_private.h"
#include "import.sql.h"
#include "sepa/iban.h"

static const struct fault_type import_known_party = {
    FAULT_CONFLICT, "import.known_party",
    "{number} is here already; leave the row out, or choose to skip what is known."
};
static const struct fault_type import_twice = { FAULT_INVALID, "import.twice",
                                                "Row {row} has this too; one of the two must go." };
static const struct fault_type import_no_party = {
    FAULT_INVALID, "import.no_party",
    "There is no customer or supplier with this number, key or name; import those first, or mend the number."
};
static const struct fault_type import_two_parties = { FAULT_INVALID, "import.two_parties",
                                                      "More than one customer or supplier has this name; give the number." };
static const struct fault_type import_country = { FAULT_INVALID, "import.country",
                                                  "This is no country; write two letters such as NL." };

RECORD(known_party, {
    FIELD(struct known_party, id),
    FIELD(struct known_party, number),
    FIELD(struct known_party, name),
    FIELD(struct known_party, name_key),
    FIELD(struct known_party, is_customer),
    FIELD(struct known_party, is_supplier),
    FIELD(struct known_party, customer_terms_days),
    FIELD(struct known_party, supplier_terms_days),
});
struct key_row { struct str subject_kind, source_key; int64_t subject_id, import_id; };
LIST_STRUCT(key_rows, struct key_row);
RECORD(key_row, {
    FIELD(struct key_row, subject_kind),
    FIELD(struct key_row, source_key),
    FIELD(struct key_row, subject_id),
    FIELD(struct key_row, import_id),
});

static struct str folded(struct importing *im, struct str s) { return str_lower(im->arena, s); }

static struct fault *load_parties(struct importing *im)
{
    TRY(db_all(im->work, &sql_known_parties, NONE, INTO_LIST(known_party, &im->parties)));
    im->party_by_number = import_map_new(im->arena, im->parties.count);
    im->party_by_name = import_map_new(im->arena, im->parties.count);
    for (size_t i = 0; i < im->parties.count; i++) {
        const struct known_party *p = &im->parties.at[i];
        (void)import_map_put(im->arena, &im->party_by_number, folded(im, p->number), (int64_t)i);
        int64_t other;
        if (!import_map_put(im->arena, &im->party_by_name, p->name_key, (int64_t)i) &&
            import_map_get(&im->party_by_name, p->name_key, &other))
            (void)import_map_put(im->arena, &im->seen, str_format(im->arena, "two %.*s", STR_ARG(p->name_key)), 1);
    }
    return NULL;
}

static struct fault *load_items(struct importing *im)
{
    enum account_control control = im->file->kind == IMPORT_PAYABLES ? CONTROL_PAYABLES : CONTROL_RECEIVABLES;
    struct open_items items = { 0 };
    struct cash_past_items past = { 0 };
    if (im->file->kind == IMPORT_PAYMENTS) TRY(ledger_all_items(im->work, control, &items));
    else TRY(ledger_open_items(im->work, control, (party_id){ 0 }, &items));
    for (size_t i = 0; i < items.count; i++) {
        const struct open_item *o = &items.at[i];
        struct str with_party = str_format(im->arena, "%lld %.*s", (long long)o->party_id.n, STR_ARG(o->reference));
        if (o->kind == ITEM_PAYMENT) continue;
        (void)import_map_put(im->arena, &im->item_by_number, with_party, o->id.n);
        (void)import_map_put(im->arena, &im->item_by_number, o->reference, o->id.n);
    }
    if (im->file->kind != IMPORT_PAYMENTS && im->file->kind != IMPORT_PAID_INVOICES) return NULL;
    TRY(cash_past_items_all(im->work, &past));
    for (size_t i = 0; i < past.count; i++) {
        const struct cash_past_item *p = &past.at[i];
        struct str with_party = str_format(im->arena, "%lld %.*s", (long long)p->party_id.n, STR_ARG(p->number));
        (void)import_map_put(im->arena, &im->item_by_number, with_party, p->id);
        (void)import_map_put(im->arena, &im->item_by_number, p->number, p->id);
    }
    return NULL;
}

struct fault *import_known_load(struct importing *im)
{
    struct key_rows keys = { 0 };
    TRY(load_parties(im));
    if (im->file->kind == IMPORT_BALANCES) {
        TRY(db_all(im->work, &sql_known_accounts, NONE, INTO_LIST(account, &im->accounts)));
        for (size_t i = 0; i < im->accounts.count; i++)
            (void)import_map_put(im->arena, &im->account_by_number, im->accounts.at[i].number, (int64_t)i);
        return NULL;
    }
    TRY(db_all(im->work, &sql_import_key_all, NONE, INTO_LIST(key_row, &keys)));
    for (size_t i = 0; i < keys.count; i++)
        (void)import_map_put(im->arena, str_is(keys.at[i].subject_kind, "party") ? &im->party_by_key : &im->item_by_key,
                             keys.at[i].source_key, keys.at[i].subject_id);
    if (im->file->kind >= IMPORT_RECEIVABLES) return load_items(im);
    return NULL;
}

int64_t import_party_of(struct importing *im, enum import_field field, bool needed)
{
    struct str text = import_text(im, field), key;
    int64_t found;
    if (!text.length) return 0;
    if (import_map_get(&im->party_by_key, text, &found)) return found;
    if (import_map_get(&im->party_by_number, folded(im, text), &found)) return im->parties.at[found].id;
    key = party_name_key(im->arena, text);
    bool two = import_map_get(&im->seen, str_format(im->arena, "two %.*s", STR_ARG(key)), &found);
    if (!two && import_map_get(&im->party_by_name, key, &found)) return im->parties.at[found].id;
    if (needed) import_wrong(im, field, FAULT(im->arena, two ? &import_two_parties : &import_no_party, NULL));
    return 0;
}

/* ---- A customer or supplier ---- */

static struct str country_of(struct importing *im)
{
    static const struct {
        const char *name, *code;
    } names[] = {
        { "nederland", "NL" },
        { "netherlands", "NL" },
        { "the netherlands", "NL" },
        { "belgie", "BE" },
        { "belgium", "BE" },
        { "duitsland", "DE" },
        { "germany", "DE" },
        { "deutschland", "DE" },
        { "frankrijk", "FR" },
        { "france", "FR" },
        { "verenigd koninkrijk", "GB" },
        { "united kingdom", "GB" },
        { "luxemburg", "LU" },
        { "luxembourg", "LU" },
        { "oostenrijk", "AT" },
        { "austria", "AT" },
        { "spanje", "ES" },
        { "spain", "ES" },
        { "italie", "IT" },
        { "italy", "IT" },
        { "polen", "PL" },
        { "poland", "PL" },
        { "denemarken", "DK" },
        { "denmark", "DK" },
        { "zweden", "SE" },
        { "sweden", "SE" },
    };
    struct str text = import_text(im, F_COUNTRY);
    if (!text.length) return STR("NL");
    if (text.length == 2) return str_upper(im->arena, text);
    struct str key = party_name_key(im->arena, text);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (str_is(key, names[i].name)) return str_of(names[i].code);
    import_wrong(im, F_COUNTRY, FAULT(im->arena, &import_country, NULL));
    return STR("NL");
}

static struct str language_of(struct importing *im, struct str country)
{
    struct str text = str_lower(im->arena, import_text(im, F_LANGUAGE));
    static const char *const codes[] = { "nl", "en", "de", "fr" };
    for (size_t i = 0; i < ARRAY_LENGTH(codes); i++)
        if (str_starts(text, codes[i])) return str_of(codes[i]);
    return str_is(country, "NL") || str_is(country, "BE") ? STR("nl") : str_is(country, "DE") ? STR("de") : STR("en");
}

static void take_ibans(struct importing *im, struct str text, int64_t party, struct str bic, struct str holder)
{
    while (text.length) {
        size_t at = 0;
        while (at < text.length && !strchr(";,|", text.at[at])) at++;
        struct str one = str_trim(str_part(text, 0, at)), iban;
        text = at < text.length ? str_part(text, at + 1, text.length) : (struct str){ 0 };
        if (!one.length) continue;
        struct fault *fault = iban_parse(im->arena, one, "iban", &iban);
        if (fault) {
            import_wrong(im, F_IBAN, fault);
            continue;
        }
        if (!import_map_put(im->arena, &im->seen,
                            str_format(im->arena, "iban %lld %.*s", (long long)party, STR_ARG(iban)), im->row->number))
            continue;
        *LIST_ADD(im->arena, &im->new_banks) = (struct party_bank){
            .party_id = { party }, .iban = iban, .bic = bic, .holder = holder, .source = STR("import")
        };
    }
}

/* The same number, key or name twice in one file, or here already. True when the row is left out. */
static bool known_already(struct importing *im, struct str number, struct str key)
{
    int64_t other;
    bool there = import_map_get(&im->party_by_number, folded(im, number), &other) ||
                 import_map_get(&im->party_by_key, key, &other);
    if (there && !im->file->skip_known)
        import_wrong(im, number.length ? F_NUMBER : F_KEY,
                     FAULT(im->arena, &import_known_party, NULL, PARAM("number", number.length ? number : key)));
    if (there) return true;
    const struct {
        const char *what;
        struct str text;
        enum import_field field;
    } once[] = { { "number", folded(im, number), F_NUMBER }, { "key", key, F_KEY } };
    for (size_t i = 0; i < ARRAY_LENGTH(once); i++) {
        if (!once[i].text.length) continue;
        struct str mark = str_format(im->arena, "%s %.*s", once[i].what, STR_ARG(once[i].text));
        if (import_map_put(im->arena, &im->seen, mark, im->row->number)) continue;
        (void)import_map_get(&im->seen, mark, &other);
        import_wrong(im, once[i].field, FAULT(im->arena, &import_twice, NULL, PARAM_INT(im->arena, "row", other)));
    }
    return false;
}

static int64_t terms_of(const struct importing *im)
{
    const struct import_value *terms = &im->values[F_TERMS];
    return terms->given ? terms->number : 30;
}

void import_party_row(struct importing *im)
{
    struct str number = import_text(im, F_NUMBER), key = import_text(im, F_KEY);
    struct str street = import_text(im, F_STREET), house = import_text(im, F_HOUSE);
    struct party p = {
        .number = number, .name = import_text(im, F_NAME), .is_customer = im->file->kind == IMPORT_CUSTOMERS,
        .is_supplier = im->file->kind == IMPORT_SUPPLIERS, .kvk_number = import_text(im, F_KVK), .oin = import_text(im, F_OIN),
        .vat_number = import_text(im, F_VAT), .email = import_text(im, F_EMAIL), .phone = import_text(im, F_PHONE),
        .street = house.length ? str_format(im->arena, "%.*s %.*s", STR_ARG(street), STR_ARG(house)) : street,
        .postal_code = import_text(im, F_POSTAL), .city = import_text(im, F_CITY), .currency = import_text(im, F_CURRENCY),
        .customer_terms_days = terms_of(im), .supplier_terms_days = terms_of(im), .delivery = DELIVER_MAIL_PDF,
        .reference_needed = NEEDS_NO_REFERENCE, .is_business = true, .notes = import_text(im, F_NOTES),
    };
    if (known_already(im, number, key)) return;
    p.country = country_of(im);
    p.language = language_of(im, p.country);
    p.currency = p.currency.length ? str_upper(im->arena, p.currency) : im->base_currency;
    if (p.name.length) {
        struct fault *faults = party_check(im->work, &p);
        if (faults) import_wrong(im, F_NAME, faults);
    }
    *LIST_ADD(im->arena, &im->new_parties) = p;
    *LIST_ADD(im->arena, &im->keys) = key;
    *LIST_ADD(im->arena, &im->parents) = import_text(im, F_PARENT);
    *LIST_ADD(im->arena, &im->line_rows) = im->row->number;
    take_ibans(im, import_text(im, F_IBAN), -(int64_t)im->new_parties.count, import_text(im, F_BIC), (struct str){ 0 });
}

void import_account_row(struct importing *im)
{
    int64_t party = import_party_of(im, F_PARTY, true);
    size_t before = im->new_banks.count;
    if (party) take_ibans(im, import_text(im, F_IBAN), party, import_text(im, F_BIC), import_text(im, F_HOLDER));
    for (; before < im->new_banks.count; before++) *LIST_ADD(im->arena, &im->line_rows) = im->row->number;
}

/* ---- Writing ---- */

struct parent_set { int64_t id, parent_id; };
RECORD(parent_set, { FIELD(struct parent_set, id), FIELD(struct parent_set, parent_id) });

/* Parents are named by key or number, of this file or of what was here. */
static struct fault *set_parents(struct importing *im)
{
    struct map ids = { 0 };
    for (size_t i = 0; i < im->new_parties.count; i++) {
        const struct party *p = &im->new_parties.at[i];
        if (im->keys.at[i].length) (void)import_map_put(im->arena, &ids, im->keys.at[i], p->id.n);
        (void)import_map_put(im->arena, &ids, folded(im, p->number), p->id.n);
    }
    for (size_t i = 0; i < im->new_parties.count; i++) {
        struct str parent = im->parents.at[i];
        struct parent_set set = { .id = im->new_parties.at[i].id.n };
        int64_t at;
        if (!parent.length) continue;
        bool found = import_map_get(&ids, parent, &set.parent_id) || import_map_get(&ids, folded(im, parent), &set.parent_id) ||
                     import_map_get(&im->party_by_key, parent, &set.parent_id);
        if (!found && import_map_get(&im->party_by_number, folded(im, parent), &at))
            found = true, set.parent_id = im->parties.at[at].id;
        if (found && set.parent_id != set.id) TRY(db_run(im->work, &sql_parent_set, GIVEN(parent_set, &set)));
    }
    return NULL;
}

struct fault *import_parties_write(struct importing *im)
{
    size_t count = im->new_parties.count;
    int64_t *ids = ARENA_ARRAY(im->arena, int64_t, count + im->new_banks.count + 1);
    for (size_t i = 0; i < count; i++) {
        TRY(party_make(im->work, &im->new_parties.at[i]));
        ids[i] = im->new_parties.at[i].id.n;
    }
    TRY(import_made_add(im, "party", ids, im->line_rows.at, count));
    TRY(import_keys_add(im, "party", im->keys.at, ids, count));
    TRY(set_parents(im));
    for (size_t i = 0; i < im->new_banks.count; i++) {
        struct party_bank *bank = &im->new_banks.at[i];
        if (bank->party_id.n < 0) bank->party_id = im->new_parties.at[-bank->party_id.n - 1].id;
        TRY(party_bank_propose(im->work, bank));
        ids[i] = bank->id.n;
    }
    if (im->file->kind == IMPORT_ACCOUNTS) TRY(import_made_add(im, "party_bank", ids, im->line_rows.at, im->new_banks.count));
    im->file->made_count = (int64_t)(count ? count : im->new_banks.count);
    return NULL;
}
