#include "access/access_private.h"
#include "access.sql.h"
#include "duty_rules.csv.h"
#include "roles.csv.h"

const struct fault_type access_duty_apart = { FAULT_DENIED, "access.duty_apart",
                                              "Somebody else must do this: {rule}. (You did {earlier} on it.)" };
static const struct fault_type company_changed = { FAULT_CONFLICT, "access.company_changed",
                                                   "Somebody changed the company's data; read it again." };
static const struct fault_type rule_changed = { FAULT_CONFLICT, "access.rule_changed",
                                                "Somebody changed this rule; read it again." };

static const struct fault_type waiver_is_a_persons = { FAULT_DENIED, "access.waiver_is_a_persons",
                                                       "A person waives a rule, not the program: say who (--as EMAIL)." };

RECORD(company, {
    ID(struct company, id),
    FIELD(struct company, name, .min = 1, .max = 200),
    FIELD(struct company, legal_name, .max = 200, OPTIONAL),
    FIELD(struct company, country, .min = 2, .max = 2),
    FIELD(struct company, currency, .min = 3, .max = 3),
    FIELD(struct company, language, .min = 2, .max = 2),
    FIELD(struct company, kvk_number, .max = 8, OPTIONAL),
    FIELD(struct company, vat_number, .max = 20, OPTIONAL),
    FIELD(struct company, street, .max = 200, OPTIONAL),
    FIELD(struct company, postal_code, .max = 20, OPTIONAL),
    FIELD(struct company, city, .max = 100, OPTIONAL),
    FIELD(struct company, email, .max = 254, OPTIONAL),
    FIELD(struct company, phone, .max = 40, OPTIONAL),
    FIELD(struct company, website, .max = 200, OPTIONAL),
    FIELD(struct company, iban, .max = 34, OPTIONAL),
    FIELD(struct company, bic, .max = 11, OPTIONAL),
    FIELD(struct company, brand_color, .max = 7, OPTIONAL),
    BYTES(struct company, logo, .max = 1 << 20, OPTIONAL),
    FIELD(struct company, created_at),
    FIELD(struct company, version),
});
struct role_made { role_id id; struct str name; bool is_built_in; };
RECORD(role_made, { ID(struct role_made, id), FIELD(struct role_made, name), FIELD(struct role_made, is_built_in) });
struct role_grant { int64_t id; struct str permission; };
RECORD(role_grant, { FIELD(struct role_grant, id), FIELD(struct role_grant, permission) });
struct member_made { int64_t person_id; role_id role_id; };
RECORD(member_made, { FIELD(struct member_made, person_id), ID(struct member_made, role_id) });
struct duty_rule {
    int64_t id;
    struct str name, first_duty, second_duty;
    int64_t waived_by;
    struct instant waived_at, waived_until;
    struct str waived_reason;
    int64_t version;
};
LIST_STRUCT(duty_rules, struct duty_rule);
RECORD(duty_rule, {
    FIELD_OF(FIELD_ID, int64_t, struct duty_rule, id, .sort = true),
    FIELD(struct duty_rule, name),
    FIELD(struct duty_rule, first_duty),
    FIELD(struct duty_rule, second_duty),
    FIELD_OF(FIELD_ID, int64_t, struct duty_rule, waived_by, OPTIONAL),
    FIELD(struct duty_rule, waived_at, OPTIONAL),
    FIELD(struct duty_rule, waived_until, OPTIONAL, .about = "from then on it is kept again, by itself"),
    FIELD(struct duty_rule, waived_reason, OPTIONAL),
    FIELD(struct duty_rule, version, OPTIONAL),
});
struct duty {
    int64_t id;
    struct str subject_kind;
    int64_t subject_id;
    struct str duty;
    int64_t person_id;
};
RECORD(duty, { FIELD(struct duty, id), FIELD(struct duty, subject_kind), FIELD(struct duty, subject_id),
               FIELD(struct duty, duty), FIELD(struct duty, person_id) });

struct fault *access_company_load(struct work *work, struct company *company)
{
    return db_one(work, &sql_company_by_id, NONE, INTO(company, company), &access_missing);
}

RECORD(company_id_row, { FIELD(struct company_id_row, id), FIELD(struct company_id_row, name) });

struct fault *access_companies_all(struct work *work, struct company_id_rows *companies)
{
    return db_all(work, &sql_company_all, NONE, INTO_LIST(company_id_row, companies));
}

static struct fault *make_roles(struct work *work)
{
    for (struct str rest = str_of(roles_csv); rest.length;) {
        struct str patterns, name = str_cut(str_cut(rest, '\n', &rest), ';', &patterns);
        const struct role_made role = { { id_new(work) }, name, true };
        TRY(db_run(work, &sql_role_add, GIVEN(role_made, &role)));
        while (patterns.length) {
            const struct role_grant grant = { role.id.n, str_cut(patterns, ' ', &patterns) };
            TRY(db_run(work, &sql_role_permission_add, GIVEN(role_grant, &grant)));
        }
        const struct member_made member = { work->user_id, role.id };
        if (str_is(name, "administrator") && work->user_id && !work->system)
            TRY(db_run(work, &sql_member_add, GIVEN(member_made, &member)));
    }
    return NULL;
}

static struct fault *make_rules(struct work *work)
{
    for (struct str rest = str_of(duty_rules_csv); rest.length;) {
        struct duty_rule rule = { .id = id_new(work), .version = 1 };
        struct str duties;
        rule.name = str_cut(str_cut(rest, '\n', &rest), ';', &duties);
        rule.first_duty = str_cut(duties, ';', &rule.second_duty);
        TRY(db_run(work, &sql_duty_rule_add, GIVEN(duty_rule, &rule)));
    }
    return NULL;
}

struct fault *access_company_make(struct work *work, struct company *company)
{
    if (!company->id.n) company->id.n = id_new(work);
    company->created_at = work->now;
    company->version = 1;
    TRY(record_check(work->arena, GIVEN(company, company)));
    if (currency_digits(company->currency) < 0)
        return FAULT(work->arena, &record_shape, "currency", PARAM("shape", STR("ISO 4217 currency")));
    if (!str_is(company->language, "nl") && !str_is(company->language, "en"))
        return FAULT(work->arena, &record_not_choice, "language", PARAM("choices", STR("nl, en")));
    TRY(db_run(work, &sql_company_add, GIVEN(company, company)));
    work->company_id = company->id.n;
    TRY(make_roles(work));
    TRY(make_rules(work));
    work_changed(work, "company", company->id.n, (struct given){ &company_record, NULL }, GIVEN(company, company));
    return NULL;
}

/* ---- Segregation of duties ---- */

struct fault *access_duty(struct work *work, const char *kind, int64_t id, const char *name)
{
    const struct duty duty = { id_new(work), str_of(kind), id, str_of(name), work->user_id };
    struct duty_rule rule = { 0 };
    bool broken;
    if (!work->user_id) return NULL; /* the program follows rules, it does not decide */
    TRY(db_run(work, &sql_duty_rule_expire, NONE)); /* for the triggers of other rooms, which ask for waived_by */
    TRY(db_find(work, &sql_duty_broken, GIVEN(duty, &duty), INTO(duty_rule, &rule), &broken));
    if (broken) {
        struct str earlier = str_equal(rule.first_duty, duty.duty) ? rule.second_duty : rule.first_duty;
        return FAULT(work->arena, &access_duty_apart, NULL, PARAM("rule", rule.name), PARAM("earlier", earlier));
    }
    return db_run(work, &sql_duty_add, GIVEN(duty, &duty));
}

static struct fault *rule_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                               struct duty_rules *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_duty_rule_list, NONE, query, INTO_LIST(duty_rule, rows), next);
}
LISTABLE(rule_list, nothing, duty_rule, duty_rules);

enum { WAIVE_DAYS = 90 };
struct rule_waive { int64_t id; struct str reason; bool waive; int64_t days, version; };
RECORD(rule_waive, {
    FIELD(struct rule_waive, id, .min = 1, .max = EXACT_MAX),
    FIELD(struct rule_waive, reason, .min = 10, .max = 500, .about = "why one person may do both"),
    FIELD(struct rule_waive, waive, .about = "false puts the rule back"),
    FIELD(struct rule_waive, days, .min = 0, .max = 366, OPTIONAL, .about = "how long, a year at most; left out: 90"),
    FIELD(struct rule_waive, version, .min = 1, .max = EXACT_MAX),
});
struct duty_waiver {
    int64_t id, rule_id, waived_by;
    struct str reason;
    struct instant from_at, until_at;
};
RECORD(duty_waiver,
       { FIELD(struct duty_waiver, id), FIELD(struct duty_waiver, rule_id), FIELD(struct duty_waiver, waived_by),
         FIELD(struct duty_waiver, reason), FIELD(struct duty_waiver, from_at), FIELD(struct duty_waiver, until_at) });

static struct fault *rule_waive(struct work *work, const struct rule_waive *takes, struct duty_rule *out)
{
    struct duty_rule before = { 0 };
    if (!work->user_id) return FAULT(work->arena, &waiver_is_a_persons, NULL);
    TRY(db_one(work, &sql_duty_rule_by_id, ACCESS_ID(takes->id), INTO(duty_rule, &before), &access_missing));
    *out = before;
    out->version = takes->version;
    out->waived_by = takes->waive ? work->user_id : 0;
    out->waived_at = takes->waive ? work->now : (struct instant){ 0 };
    out->waived_until = (struct instant){ takes->waive ? work->now.us + (takes->days ? takes->days : WAIVE_DAYS) * DAY_US : 0 };
    out->waived_reason = takes->waive ? takes->reason : (struct str){ 0 };
    TRY(db_change(work, &sql_duty_rule_waive, GIVEN(duty_rule, out), &rule_changed));
    out->version++;
    const struct duty_waiver waiver = { id_new(work), takes->id, work->user_id, takes->reason, work->now, out->waived_until };
    TRY(db_run(work, &sql_duty_waiver_end, GIVEN(duty_waiver, &waiver)));
    if (takes->waive) TRY(db_run(work, &sql_duty_waiver_add, GIVEN(duty_waiver, &waiver)));
    work_changed(work, "duty_rule", takes->id, GIVEN(duty_rule, &before), GIVEN(duty_rule, out));
    return NULL;
}
CALLABLE(rule_waive, rule_waive, duty_rule);

struct duty_count { int64_t count; };
RECORD(duty_count, { FIELD(struct duty_count, count) });

struct fault *access_duties_verify(struct work *work, int64_t *both, int64_t *unwaived, struct str *waived)
{
    struct duty_count all = { 0 }, wrong = { 0 };
    struct duty_rules now = { 0 };
    struct text text = text_new(work->arena);
    TRY(db_one(work, &sql_duty_both_count, NONE, INTO(duty_count, &all), &access_missing));
    TRY(db_one(work, &sql_duty_unwaived_count, NONE, INTO(duty_count, &wrong), &access_missing));
    TRY(db_all(work, &sql_duty_rules_waived, NONE, INTO_LIST(duty_rule, &now)));
    for (size_t i = 0; i < now.count; i++) {
        if (i) text_addz(&text, "; ");
        text_add(&text, now.at[i].name);
        text_addf(&text, " (%s)", date_text(work->arena, instant_day(now.at[i].waived_until)).at);
    }
    *both = all.count;
    *unwaived = wrong.count;
    *waived = now.count ? text_str(&text) : (struct str){ 0 };
    return NULL;
}

/* ---- The company's own data ---- */

static struct fault *company_show(struct work *work, const struct nothing *takes, struct company *out)
{
    (void)takes;
    return access_company_load(work, out);
}
CALLABLE(company_show, nothing, company);

struct company_change {
    struct str name, legal_name, language, kvk_number, vat_number, street, postal_code, city, email, phone, website,
        iban, bic, brand_color, logo;
    bool remove_logo;
    int64_t version;
};
RECORD(company_change, {
    FIELD(struct company_change, name, .min = 1, .max = 200),
    FIELD(struct company_change, legal_name, .max = 200, OPTIONAL),
    FIELD(struct company_change, language, .min = 2, .max = 2),
    FIELD(struct company_change, kvk_number, .max = 8, OPTIONAL),
    FIELD(struct company_change, vat_number, .max = 20, OPTIONAL),
    FIELD(struct company_change, street, .max = 200, OPTIONAL),
    FIELD(struct company_change, postal_code, .max = 20, OPTIONAL),
    FIELD(struct company_change, city, .max = 100, OPTIONAL),
    FIELD(struct company_change, email, .max = 254, OPTIONAL),
    FIELD(struct company_change, phone, .max = 40, OPTIONAL),
    FIELD(struct company_change, website, .max = 200, OPTIONAL),
    FIELD(struct company_change, iban, .max = 34, OPTIONAL),
    FIELD(struct company_change, bic, .max = 11, OPTIONAL),
    FIELD(struct company_change, brand_color, .max = 7, OPTIONAL),
    BYTES(struct company_change, logo, .max = 1 << 20, OPTIONAL, .about = "PNG; left out: the present one stays"),
    FIELD(struct company_change, remove_logo, OPTIONAL),
    FIELD(struct company_change, version, .min = 1, .max = EXACT_MAX),
});
static const struct fault_type company_logo = {
    FAULT_INVALID, "access.logo", "The logo must be a PNG picture of at most 1 MB and 3000 by 3000 pixels."
};
static const struct fault_type company_website = {
    FAULT_INVALID, "access.website", "\"{website}\" is no website; write it as www.example.nl or https://www.example.nl."
};
static const struct fault_type company_color = { FAULT_INVALID, "access.color",
                                                 "\"{color}\" is no colour; write it as #rrggbb, such as #0b5fff." };

/* What others may make a link of: nothing but http and https, and nothing that ends one. */
static bool is_website(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if ((unsigned char)s.at[i] <= ' ' || strchr("\"'<>\\`", s.at[i])) return false;
    struct str rest = str_starts(s, "https://")  ? str_part(s, 8, s.length)
                      : str_starts(s, "http://") ? str_part(s, 7, s.length)
                                                 : s;
    size_t host = 0;
    while (host < rest.length && rest.at[host] != '/' && rest.at[host] != '?' && rest.at[host] != '#') host++;
    for (size_t i = 0; i < host; i++)
        if (rest.at[i] == '@' || (rest.at[i] == ':' && (i + 1 == host || rest.at[i + 1] < '0' || rest.at[i + 1] > '9')))
            return false;
    return host > 2;
}

/* What every PDF will show: the head of a PNG with a size that can be drawn; "#rrggbb". */
static struct fault *check_style(struct work *work, const struct company_change *takes)
{
    static const char head[] = "\x89PNG\r\n\x1a\n";
    struct fault *faults = NULL;
    const uint8_t *at = (const uint8_t *)takes->logo.at;
    uint8_t rgb[3];
    if (takes->logo.at) {
        bool png = takes->logo.length > 33 && !memcmp(at, head, 8) && !memcmp(at + 12, "IHDR", 4);
        uint32_t width = png ? (uint32_t)at[16] << 24 | (uint32_t)at[17] << 16 | (uint32_t)at[18] << 8 | at[19] : 0;
        uint32_t height = png ? (uint32_t)at[20] << 24 | (uint32_t)at[21] << 16 | (uint32_t)at[22] << 8 | at[23] : 0;
        if (!png || !width || !height || width > 3000 || height > 3000) faults = FAULT(work->arena, &company_logo, "logo");
    }
    if (takes->website.length && !is_website(takes->website))
        faults = fault_join(faults, FAULT(work->arena, &company_website, "website", PARAM("website", takes->website)));
    struct str color = takes->brand_color;
    if (color.length && (color.length != 7 || color.at[0] != '#' || !hex_parse(str_part(color, 1, 6), rgb, 3)))
        faults = fault_join(faults, FAULT(work->arena, &company_color, "brand_color", PARAM("color", color)));
    return faults;
}

static struct fault *company_change(struct work *work, const struct company_change *takes, struct company *out)
{
    struct company before = { 0 };
    TRY(check_style(work, takes));
    TRY(access_company_load(work, &before));
    *out = before;
    out->name = takes->name, out->legal_name = takes->legal_name, out->language = takes->language;
    out->kvk_number = takes->kvk_number, out->vat_number = takes->vat_number;
    out->street = takes->street, out->postal_code = takes->postal_code, out->city = takes->city;
    out->email = takes->email, out->phone = takes->phone, out->website = takes->website;
    out->iban = takes->iban, out->bic = takes->bic, out->brand_color = takes->brand_color;
    if (takes->logo.at) out->logo = takes->logo;
    if (takes->remove_logo) out->logo = (struct str){ 0 };
    out->version = takes->version;
    TRY(db_change(work, &sql_company_save, GIVEN(company, out), &company_changed));
    out->version++;
    work_changed(work, "company", out->id.n, GIVEN(company, &before), GIVEN(company, out));
    return NULL;
}
CALLABLE(company_change, company_change, company);

static const struct operation operations[] = {
    { "company show", "GET", "/company", "company.read", OPERATION_READS, &company_show_call, NULL,
      "Show the company's own data" },
    { "company change", "POST", "/company", "company.manage", OPERATION_STEP_UP, &company_change_call, NULL,
      "Change the company's own data" },
    { "duty list", "GET", "/duty-rules", "user.read", OPERATION_READS, NULL, &rule_list_list,
      "List the rules that keep duties apart" },
    { "duty waive", "POST", "/duty-rules/{id}", "user.manage", OPERATION_STEP_UP, &rule_waive_call, NULL,
      "Waive a rule that keeps duties apart, or put it back" },
};
const struct operation_table access_companies = { "access", operations, ARRAY_LENGTH(operations) };
