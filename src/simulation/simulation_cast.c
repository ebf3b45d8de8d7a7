/* Who there is: the company with its people and bank accounts, its customers and their habits, its suppliers. All made up; numbers
 * have right check digits. */
#include "access/access.h"
#include "sepa/iban.h"
#include "simulation/simulation_private.h"

#define COUNT(names) ((int64_t)ARRAY_LENGTH(names))
#define PICK(sim, names) ((names)[sim_between(sim, 0, COUNT(names) - 1)])

/* ---- Numbers with check digits ---- */

static struct str digits(struct simulation *sim, int count)
{
    char *z = arena_alloc(sim->arena, (size_t)count + 1);
    for (int i = 0; i < count; i++) z[i] = (char)('0' + sim_between(sim, i ? 0 : 1, 9));
    return (struct str){ z, (size_t)count };
}

struct str sim_iban(struct simulation *sim, const char *country)
{
    static const char *const banks[] = { "INGB", "RABO", "ABNA", "SNSB", "KNAB", "TRIO", "ASNB", "BUNQ" };
    struct str iban = { 0 }, bban;
    if (!strcmp(country, "DE")) bban = str_format(sim->arena, "37040044%s", digits(sim, 10).at);
    else if (!strcmp(country, "BE")) {
        long long number = sim_between(sim, 1000000000, 7999999999);
        bban = str_format(sim->arena, "%010lld%02lld", number, number % 97 ? number % 97 : 97);
    } else bban = str_format(sim->arena, "%s0%s", PICK(sim, banks), digits(sim, 9).at);
    struct fault *fault =
        iban_make(sim->arena, str_of(strcmp(country, "DE") && strcmp(country, "BE") ? "NL" : country), bban, &iban);
    ensure(!fault);
    return iban;
}

static struct str bic_of(struct str iban)
{
    return str_starts(iban, "DE") ? STR("COBADEFFXXX") : str_starts(iban, "BE") ? STR("GKCCBEBB") : iban_bic(iban);
}

/* A VAT number with its check: the elfproef in the Netherlands, mod 97 in Belgium, ISO 7064 mod 11, 10 in Germany. */
static struct str vat_of(struct simulation *sim, const char *country)
{
    if (!strcmp(country, "BE")) {
        long long number = sim_between(sim, 4000000, 7999999);
        return str_format(sim->arena, "BE0%07lld%02lld", number, 97 - number % 97);
    }
    if (!strcmp(country, "DE")) {
        struct str eight = digits(sim, 8);
        int product = 10;
        for (size_t i = 0; i < 8; i++) {
            int sum = (eight.at[i] - '0' + product) % 10;
            product = 2 * (sum ? sum : 10) % 11;
        }
        return str_format(sim->arena, "DE%s%d", eight.at, (11 - product) % 10);
    }
    for (;;) {
        struct str eight = digits(sim, 8);
        int sum = 0;
        for (int i = 0; i < 8; i++) sum += (eight.at[i] - '0') * (9 - i);
        if (sum % 11 < 10) return str_format(sim->arena, "NL%s%dB01", eight.at, sum % 11);
    }
}

/* ---- The company ---- */

static struct str password(struct arena *arena)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    uint8_t bytes[15];
    char *z = arena_alloc(arena, sizeof bytes + 3);
    size_t length = 0;
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i && i % 5 == 0) z[length++] = '-';
        z[length++] = letters[bytes[i] % (sizeof letters - 1)];
    }
    return (struct str){ z, length };
}

static struct fault *second_factor(struct simulation *sim, enum who who)
{
    struct answer started = { 0 };
    struct str code;
    struct simulation_person *p = &sim->people[who];
    TRY(sim_ask(sim, who, "me totp-start", STR("{}"), &started));
    p->secret = str_keep(sim->arena, sim_text(started.gives, "secret"));
    p->uri = str_keep(sim->arena, sim_text(started.gives, "uri"));
    TRY(simulation_code(sim->scratch, p->secret, sim->now, &code));
    return sim_ask(sim, who, "me totp-confirm", str_format(sim->scratch, "{\"code\":\"%s\"}", code.at), NULL);
}

static struct fault *people(struct simulation *sim)
{
    static const struct { const char *role, *name, *email; } all[SIMULATION_PEOPLE] = {
        [ADMINISTRATOR] = { "administrator", "Anneke de Vries", "anneke@waterland.example" },
        [PAYABLES] = { "payables clerk", "Bram Jansen", "bram@waterland.example" },
        [APPROVER] = { "approver", "Carla Smit", "carla@waterland.example" },
        [TREASURER] = { "treasurer", "Daan Bakker", "daan@waterland.example" },
        [RECEIVABLES] = { "receivables clerk", "Esra Yildiz", "esra@waterland.example" },
    };
    for (int i = 0; i < SIMULATION_PEOPLE; i++) {
        struct simulation_person *p = &sim->people[i];
        struct answer answer = { 0 };
        *p = (struct simulation_person){ .role = all[i].role,
                                         .name = str_of(all[i].name),
                                         .email = str_of(all[i].email),
                                         .password = password(sim->arena) };
        struct str with = sim->settings.without_passwords
                              ? (struct str){ "", 0 }
                              : str_format(sim->scratch, "\"password\":\"%s\",", p->password.at);
        TRY(sim_ask(sim, PROGRAM, "user add",
                    str_format(sim->scratch, "{\"email\":\"%s\",\"name\":\"%s\",\"role\":\"%s\",%s\"is_operator\":%s}",
                               all[i].email, all[i].name, all[i].role, with.at, i == ADMINISTRATOR ? "true" : "false"),
                    &answer));
        p->id = sim_number(answer.gives, "id");
        struct work as = { .arena = sim->scratch, .now = sim->now, .today = sim->today };
        TRY(access_act_as(&as, sim->books, sim->operations, p->email, str_from_int(sim->scratch, sim->company_id)));
        sim->permissions[i] = as.permissions;
        if (!sim->settings.without_passwords) TRY(second_factor(sim, (enum who)i));
    }
    return NULL;
}

static struct fault *our_account(struct simulation *sim, int which, const char *name, const char *bank,
                                 const char *currency, int64_t balance_minor, const char *number)
{
    struct our_account *a = &sim->ours[which];
    struct str iban = { 0 };
    struct answer answer = { 0 };
    struct account ledger = { 0 };
    TRY(iban_make(sim->arena, STR("NL"), str_format(sim->arena, "%s0%s", bank, digits(sim, 9).at), &iban));
    *a = (struct our_account){
        .iban = iban, .bic = iban_bic(iban), .currency = str_of(currency), .balance_minor = balance_minor
    };
    if (strcmp(number, "1000") != 0)
        TRY(sim_ask(sim, ADMINISTRATOR, "account add",
                    str_format(sim->scratch, "{\"number\":\"%s\",\"name\":\"%s\",\"kind\":\"asset\"}", number, name),
                    NULL));
    struct work work = sim_work(sim, PROGRAM);
    work.reading = true;
    TRY(db_begin(&work, sim->books));
    struct fault *fault = ledger_account_by_number(&work, str_of(number), &ledger);
    db_rollback(&work);
    if (fault) return fault;
    TRY(sim_ask(
        sim, TREASURER, "bank-account add",
        str_format(
            sim->scratch,
            "{\"name\":\"%s\",\"iban\":\"%s\",\"holder\":\"Waterland Techniek B.V.\",\"currency\":\"%s\",\"ledger_account_id\":%lld}",
            name, iban.at, currency, (long long)ledger.id.n),
        &answer));
    a->id.n = sim_number(answer.gives, "id");
    return NULL;
}

struct fault *sim_cast_company(struct simulation *sim)
{
    struct answer answer = { 0 };
    sim->company_kvk = digits(sim, 8);
    sim->company_vat = vat_of(sim, "NL");
    TRY(sim_ask(
        sim, PROGRAM, "company add",
        str_format(
            sim->scratch,
            "{\"name\":\"Waterland Techniek B.V.\",\"country\":\"NL\",\"currency\":\"EUR\",\"language\":\"nl\",\"kvk_number\":\"%s\",\"vat_number\":\"%s\"}",
            sim->company_kvk.at, sim->company_vat.at),
        &answer));
    sim->company_id = sim_number(answer.gives, "id");
    int64_t version = sim_number(answer.gives, "version");
    TRY(people(sim));
    TRY(our_account(sim, OUR_BANK, "Betaalrekening", "ABNA", "EUR", 18542075, "1000"));
    TRY(our_account(sim, OUR_SECOND, "Ontvangstrekening ING", "INGB", "EUR", 2310450, "1001"));
    if (sim->settings.rare) TRY(our_account(sim, OUR_DOLLARS, "Dollarrekening", "ABNA", "USD", 1250000, "1002"));
    return sim_ask(
        sim, ADMINISTRATOR, "company change",
        str_format(
            sim->scratch,
            "{\"name\":\"Waterland Techniek B.V.\",\"legal_name\":\"Waterland Techniek B.V.\",\"language\":\"nl\",\"kvk_number\":\"%s\",\"vat_number\":\"%s\","
            "\"street\":\"Havenkade 12\",\"postal_code\":\"1141 AB\",\"city\":\"Monnickendam\",\"email\":\"administratie@waterland.example\","
            "\"phone\":\"+31 299 000 000\",\"website\":\"https://waterland.example\",\"iban\":\"%s\",\"bic\":\"%s\",\"brand_color\":\"#0b5fff\",\"version\":%lld}",
            sim->company_kvk.at, sim->company_vat.at, sim->ours[OUR_BANK].iban.at, sim->ours[OUR_BANK].bic.at,
            (long long)version),
        NULL);
}

/* ---- Names and places ---- */

static const char *const families[] = { "de Boer",  "Mulder",       "van Dijk",   "Postma",   "Kuipers",  "Verhoeven",
                                        "Dekker",   "van der Meer", "Hoekstra",   "Peeters",  "Bos",      "Vermeulen",
                                        "Scholten", "van Leeuwen",  "Timmermans", "Huisman",  "Koster",   "Wagenaar",
                                        "Brouwer",  "Terpstra",     "Zijlstra",   "Molenaar", "Schipper", "Veenstra" };
static const char *const trades[] = { "Installatiebedrijf", "Garage",     "Bouwbedrijf",      "Scheepswerf",
                                      "Bakkerij",           "Hoveniers",  "Schildersbedrijf", "Machinefabriek",
                                      "Aannemersbedrijf",   "Jachthaven", "Technisch Buro",   "Loonbedrijf",
                                      "Timmerfabriek",      "Elektro" };
static const struct {
    const char *city, *postal, *street;
} places[] = {
    { "Purmerend", "1441 AC", "Gedempte Singelgracht" },
    { "Hoorn", "1621 HD", "Grote Noord" },
    { "Zwolle", "8011 PK", "Melkmarkt" },
    { "Breda", "4811 DJ", "Ginnekenstraat" },
    { "Venlo", "5911 HC", "Parade" },
    { "Groningen", "9712 HM", "Oude Boteringestraat" },
    { "Utrecht", "3511 AX", "Oudegracht" },
    { "Leiden", "2312 EK", "Nieuwe Rijn" },
    { "Goes", "4461 JB", "Lange Kerkstraat" },
    { "Almelo", "7607 EB", "Grotestraat" },
    { "Sneek", "8601 CC", "Oosterdijk" },
    { "Tilburg", "5038 EA", "Heuvelstraat" },
};

static struct fault *add_party(struct simulation *sim, enum who who, struct str json, party_id *id, struct str *number)
{
    struct answer answer = { 0 };
    TRY(sim_ask(sim, who, "party add", json, &answer));
    id->n = sim_number(answer.gives, "id");
    if (number) *number = str_keep(sim->arena, sim_text(answer.gives, "number"));
    return NULL;
}

static struct fault *bank_of_party(struct simulation *sim, party_id party, struct str iban, struct str bic, struct str holder)
{
    struct answer answer = { 0 };
    TRY(sim_ask(sim, PAYABLES, "party-bank propose",
                str_format(sim->scratch, "{\"party_id\":%lld,\"iban\":\"%s\",\"bic\":\"%.*s\",\"holder\":\"%s\"}",
                           (long long)party.n, iban.at, STR_ARG(bic), holder.at),
                &answer));
    return sim_ask(
        sim, APPROVER, "party-bank verify",
        str_format(
            sim->scratch,
            "{\"id\":%lld,\"channel\":\"telefoon\",\"note\":\"Gebeld met het nummer uit ons contract\",\"version\":%lld}",
            (long long)sim_number(answer.gives, "id"), (long long)sim_number(answer.gives, "version")),
        NULL);
}

/* ---- Customers ---- */

static void give_habits(struct simulation *sim, struct customer *c, int64_t i)
{
    static const int late[] = { -6, -1, 0, 0, 1, 2, 3, 5, 7, 9, 12, 16, 22, 30, 41 };
    static const enum naming namings[] = { NAMES_NUMBER, NAMES_NUMBER, NAMES_NUMBER,  NAMES_RF,
                                           NAMES_RF,     NAMES_RF,     NAMES_OWN,     NAMES_OWN,
                                           NAMES_BARE,   NAMES_BARE,   NAMES_NOTHING, NAMES_WRONG };
    c->days_late = PICK(sim, late);
    c->spread = (int)sim_between(sim, 0, 5);
    c->naming = PICK(sim, namings);
    c->habit = i % 7 == 3 ? PAYS_WEEKLY : i % 11 == 5 ? PAYS_STATEMENT : PAYS_EACH;
    c->forget_permille = (int)sim_between(sim, 0, 60);
    c->part_permille = i % 9 == 2 ? 60 : 5;
    c->discount_permille = i % 10 == 4 ? 350 : 0;
    c->twice_permille = i % 6 == 1 ? 30 : 3;
    c->storno_permille = i % 13 == 6 ? 40 : 0;
    c->charge_permille = strcmp(c->country.at, "NL") != 0 ? 120 : 2;
    c->weight = i < 8 ? 9 : i < 24 ? 4 : 2;
    if (!sim->settings.rare) return;
    c->terms = 7 + (int)(i % 3) * 7;
    c->forget_permille += 250;
    c->part_permille += 60;
    c->twice_permille += 120;
    c->storno_permille += 50;
    c->charge_permille += 30;
}

static void name_customer(struct simulation *sim, struct customer *c, int64_t i)
{
    static const char *const german[] = { "Maschinenbau Krüger GmbH", "Bootswerft Ems GmbH", "Haustechnik Lindner GmbH" };
    static const char *const belgian[] = { "Garage Claes BV", "Scheepsbouw De Schelde NV", "Technieken Wouters BV" };
    if (i % 12 == 7) c->country = STR("DE"), c->name = str_of(german[i / 12 % 3]);
    else if (i % 12 == 11) c->country = STR("BE"), c->name = str_of(belgian[i / 12 % 3]);
    else
        c->country = STR("NL"),
        c->name = str_format(sim->arena, "%s %s%s", trades[i % COUNT(trades)], families[(i * 5 + 3) % COUNT(families)],
                             i % 5 == 4 ? " V.O.F." : " B.V.");
    if (c->country.at[0] != 'N' && i >= 36)
        c->name = str_format(sim->arena, "%.*s (%lld)", STR_ARG(c->name), (long long)i);
    c->vat_code = c->country.at[0] != 'N' ? "icl" : i % 10 == 8 ? "verlegd" : i % 14 == 9 ? "9" : "21";
    c->currency = STR("EUR");
}

static struct fault *make_customer(struct simulation *sim, int64_t i)
{
    struct customer *c = LIST_ADD(sim->arena, &sim->customers);
    memset(c, 0, sizeof *c);
    name_customer(sim, c, i);
    give_habits(sim, c, i);
    const struct {
        const char *city, *postal, *street;
    } at = { places[i % COUNT(places)].city, places[i % COUNT(places)].postal, places[i % COUNT(places)].street };
    bool home = c->country.at[0] == 'N';
    if (!sim->settings.rare) c->terms = i % 4 == 0 ? 14 : i % 9 == 4 ? 60 : 30;
    c->iban = sim_iban(sim, c->country.at);
    c->bic = bic_of(c->iban);
    TRY(add_party(
        sim, RECEIVABLES,
        str_format(
            sim->scratch,
            "{\"name\":\"%s\",\"is_customer\":true,%s%s%s\"vat_number\":\"%s\",\"email\":\"facturen%lld@klant.example\",\"language\":\"%s\",\"street\":\"%s %lld\",\"postal_code\":\"%s\","
            "\"city\":\"%s\",\"country\":\"%s\",\"customer_terms_days\":%d,\"reference_needed\":\"none\"}",
            c->name.at, home ? "\"kvk_number\":\"" : "", home ? digits(sim, 8).at : "", home ? "\"," : "",
            vat_of(sim, c->country.at).at, (long long)i + 1, c->country.at[0] == 'D' ? "de" : "nl", at.street,
            (long long)sim_between(sim, 1, 190),
            home                      ? at.postal
            : c->country.at[0] == 'D' ? "26721"
                                      : "2000",
            home                      ? at.city
            : c->country.at[0] == 'D' ? "Emden"
                                      : "Antwerpen",
            c->country.at, c->terms),
        &c->id, &c->number));
    if (i % 4 != 1)
        TRY(bank_of_party(sim, c->id, c->iban, c->bic, c->name)); /* the others' accounts have to be learned */
    sim->weight_sum += c->weight;
    return NULL;
}

/* A new one overseas, billed in dollars in the last weeks; nothing of it is due yet. */
static struct fault *make_overseas(struct simulation *sim)
{
    struct customer *c = LIST_ADD(sim->arena, &sim->customers);
    *c = (struct customer){ .name = STR("Harbor Pumps Inc."),
                            .country = STR("US"),
                            .currency = STR("USD"),
                            .vat_code = "export",
                            .habit = PAYS_NEVER,
                            .naming = NAMES_NUMBER,
                            .terms = 60,
                            .weight = 3 };
    if (sim->settings.rare)
        c->habit = PAYS_EACH, c->terms = 14, c->spread = 4, c->charge_permille = 150, c->part_permille = 100,
        c->twice_permille = 60, c->storno_permille = 60;
    sim->weight_sum += c->weight;
    return add_party(
        sim, RECEIVABLES,
        str_format(
            sim->scratch,
            "{\"name\":\"Harbor Pumps Inc.\",\"is_customer\":true,\"email\":\"ap@harborpumps.example\",\"language\":\"en\",\"street\":\"Pier Road 4\","
            "\"postal_code\":\"04101\",\"city\":\"Portland\",\"country\":\"US\",\"currency\":\"USD\",\"customer_terms_days\":%d}",
            c->terms),
        &c->id, &c->number);
}

struct fault *sim_cast_customers(struct simulation *sim)
{
    for (int64_t i = 0; i < sim->settings.customers; i++) {
        TRY(make_customer(sim, i));
        struct customer *c = &sim->customers.at[i];
        if (i % 15 == 10) /* the parent pays, from an account of its own */
            c->payer_name = str_format(sim->arena, "%s Beheer B.V.", families[i % COUNT(families)]),
            c->payer_iban = sim_iban(sim, "NL");
        if (i == sim->settings.customers - 1) c->habit = PAYS_NEVER;
    }
    return make_overseas(sim);
}

/* ---- Suppliers ---- */

static const struct {
    const char *name, *country, *account, *what, *category;
    int rate, day, terms;
    int64_t from_minor, to_minor;
    int weight;
    bool hybrid;
} trade[] = {
    { "Energie Waterland Levering", "NL", "4210", "Elektriciteit en gas", "S", 21, 4, 14, 85000, 140000, 0, false },
    { "Telecom Noord", "NL", "4310", "Telefonie en internet", "S", 21, 6, 14, 24900, 31200, 0, true },
    { "Schoonmaak Helder", "NL", "4220", "Schoonmaak kantoor", "S", 21, 28, 30, 62000, 62000, 0, false },
    { "Autolease De Ring", "NL", "4510", "Lease bedrijfswagens", "S", 21, 1, 8, 318000, 318000, 0, true },
    { "Assuradeur De Dijk", "NL", "4600", "Verzekeringspremie", "E", 0, 2, 30, 48000, 48000, 0, false },
    { "Accountants Verbeek", "NL", "4610", "Administratie en advies", "S", 21, 15, 30, 90000, 160000, 0, false },
    { "Wolkenwerk Software", "NL", "4320", "Abonnement software", "S", 21, 3, 30, 39900, 45900, 0, true },
    { "Cloudhaus GmbH", "DE", "4320", "Hosting", "K", 0, 9, 14, 22000, 28000, 0, false },
    { "Groothandel Stuurman", "NL", "4000", "Pompen en koppelingen", "S", 21, 0, 30, 40000, 450000, 14, false },
    { "Metaal Unie Zaandam", "NL", "4000", "Plaatstaal en profielen", "S", 21, 0, 30, 60000, 520000, 12, false },
    { "Lager en Aandrijving", "NL", "4000", "Lagers, kettingen", "S", 21, 0, 45, 15000, 90000, 9, true },
    { "Antriebstechnik Weser GmbH", "DE", "4000", "Elektromotoren", "K", 0, 0, 30, 80000, 600000, 6, false },
    { "Pneumatiek Gent NV", "BE", "4000", "Ventielen", "K", 0, 0, 30, 20000, 120000, 5, false },
    { "Transport van Gelder", "NL", "4500", "Vrachten", "S", 21, 0, 14, 9000, 65000, 8, false },
    { "Lasbedrijf Kroon", "NL", "4700", "Laswerk in onderaanneming", "AE", 0, 0, 30, 60000, 300000, 5, false },
    { "Kantoorvakhandel Pen", "NL", "4300", "Kantoorartikelen", "S", 21, 0, 14, 3500, 29000, 5, false },
    { "Lunchroom De Sluis", "NL", "4300", "Lunches", "S", 9, 0, 14, 4500, 24000, 4, false },
    { "Drukkerij Letter", "NL", "4400", "Drukwerk en folders", "S", 21, 0, 30, 18000, 95000, 2, true },
};

static struct fault *make_supplier(struct simulation *sim, int64_t i)
{
    struct supplier *s = LIST_ADD(sim->arena, &sim->suppliers);
    int64_t t = (i * 5 + 8) % COUNT(trade), p = (i * 7 + 5) % COUNT(places);
    bool again = i >= COUNT(trade), home = !strcmp(trade[t].country, "NL");
    struct account account = { 0 };
    *s = (struct supplier){ .account = trade[t].account,
                            .what = trade[t].what,
                            .vat_category = trade[t].category,
                            .rate = trade[t].rate,
                            .terms = trade[t].terms,
                            .day = again && trade[t].day ? (int)sim_between(sim, 2, 27) : trade[t].day,
                            .from_minor = trade[t].from_minor,
                            .to_minor = trade[t].to_minor,
                            .hybrid = trade[t].hybrid,
                            .kenmerk = home && i % 8 == 4,
                            .weight = trade[t].weight,
                            .country = str_of(trade[t].country) };
    s->name = again ? str_format(sim->arena, "%s %s", trade[t].name, families[(i * 3) % COUNT(families)])
                    : str_of(trade[t].name);
    if (home) s->name = str_format(sim->arena, "%.*s B.V.", STR_ARG(s->name));
    s->kvk = digits(sim, 8);
    s->vat = vat_of(sim, trade[t].country);
    s->iban = sim_iban(sim, trade[t].country);
    s->city = str_of(home ? places[p].city : trade[t].country[0] == 'D' ? "Bremen" : "Gent");
    s->post_code = str_of(home ? places[p].postal : trade[t].country[0] == 'D' ? "28195" : "9000");
    s->street = str_format(sim->arena, "%s %lld", home ? places[p].street : "Industriestrasse",
                           (long long)sim_between(sim, 1, 99));
    s->last_number = sim_between(sim, 100, 9000);
    struct work work = sim_work(sim, PROGRAM);
    work.reading = true;
    TRY(db_begin(&work, sim->books));
    struct fault *fault = ledger_account_by_number(&work, str_of(s->account), &account);
    db_rollback(&work);
    if (fault) return fault;
    s->account_id = account.id;
    s->coded = i % 5 != 3;
    struct str coding = !s->coded ? (struct str){ "", 0 }
                                  : str_format(sim->scratch, "\"expense_account_id\":%lld,", (long long)account.id.n);
    TRY(add_party(
        sim, PAYABLES,
        str_format(
            sim->scratch,
            "{\"name\":\"%s\",\"is_supplier\":true,%s%s%s\"vat_number\":\"%s\",\"email\":\"administratie%lld@leverancier.example\",\"street\":\"%s\",\"postal_code\":\"%s\",\"city\":\"%s\","
            "\"country\":\"%s\",%s\"supplier_terms_days\":%d}",
            s->name.at, home ? "\"kvk_number\":\"" : "", home ? s->kvk.at : "", home ? "\"," : "", s->vat.at,
            (long long)i + 1, s->street.at, s->post_code.at, s->city.at, s->country.at, coding.at, s->terms),
        &s->id, NULL));
    TRY(bank_of_party(sim, s->id, s->iban, bic_of(s->iban), s->name));
    sim->supplier_weight_sum += s->weight;
    return NULL;
}

struct fault *sim_cast_suppliers(struct simulation *sim)
{
    for (int64_t i = 0; i < sim->settings.suppliers; i++) TRY(make_supplier(sim, i));
    return NULL;
}
