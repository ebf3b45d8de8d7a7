/* What is wrong with a bill, and which other bill it may be the same as. */
#include "bill/bill_private.h"
#include "bill.sql.h"

const struct fault_type bill_fatal_problems = {
    FAULT_CONFLICT, "bill.fatal_problems", "Bill {bill} has a problem to solve first, or to release with a reason: {problem}"
};
const struct fault_type bill_duplicate = {
    FAULT_CONFLICT, "bill.duplicate",
    "Bill {bill} looks like bill {other} of {day}, from the same supplier; refuse one of them, or let somebody else release them as different."
};
static const struct fault_type no_problem = { FAULT_MISSING, "bill.no_problem",
                                              "There is no such problem on this bill that still has to be released." };
static const struct fault_type no_pair = { FAULT_MISSING, "bill.no_pair",
                                           "These two bills are not held as duplicates of each other." };
static const struct fault_type lines_differ = { FAULT_INVALID, "bill.lines_differ",
                                                "The lines add up to {sum}, but the total without VAT is {total}." };
static const struct fault_type vat_differs = {
    FAULT_INVALID, "bill.vat_differs", "The VAT of the lines adds up to {sum}, but the VAT of the bill is {total}."
};
static const struct fault_type total_differs = { FAULT_INVALID, "bill.total_differs",
                                                 "Net and VAT add up to {sum}, but the total is {total}." };
static const struct fault_type payable_differs = {
    FAULT_INVALID, "bill.payable_differs", "Total less prepaid plus rounding is {sum}, but {total} is to be paid."
};
static const struct fault_type due_early = { FAULT_INVALID, "bill.due_early",
                                             "It is due on {due}, before it was issued ({issued})." };
static const struct fault_type issued_late = { FAULT_INVALID, "bill.issued_late",
                                               "Its day of issue, {issued}, is still to come." };
static const struct fault_type supplier_open = {
    FAULT_INVALID, "bill.supplier_open", "The supplier is not known yet: {count} fit what the document shows."
};
static const struct fault_type bank_unverified = {
    FAULT_INVALID, "bill.bank_unverified",
    "Account {iban} is new for this supplier; nothing is paid to it until a second person has verified it."
};
static const struct fault_type bank_blocked = { FAULT_INVALID, "bill.bank_blocked",
                                                "Account {iban} of this supplier is blocked." };
static const struct fault_type supplier_differs = {
    FAULT_INVALID, "bill.supplier_differs", "The document says {document}, but supplier {supplier} has {known}."
};
static const struct fault_type blocked_supplier = { FAULT_INVALID, "bill.blocked_supplier",
                                                    "Supplier {supplier} is blocked." };

static const char *const sources[] = { NULL, "document", "check" };
static const char *const problem_kinds[] = { NULL, "rule", "structure" };
static const char *const severities[] = { NULL, "fatal", "warning", "information" };
static const char *const rules[] = { NULL, "number", "amount", "iban" };
static const char *const states[] = { NULL, "received", "coded", "submitted", "approved", "refused" };
static const char *const kinds[] = { NULL, "invoice", "credit_note" };
RECORD(bill_problem, {
    ID(struct bill_problem, bill_id),
    FIELD(struct bill_problem, problem_no),
    FIELD(struct bill_problem, source, CHOICES(sources)),
    FIELD(struct bill_problem, kind, CHOICES(problem_kinds),
          .about = "of a rule; or of the structure of the XML, which blocks nothing"),
    FIELD(struct bill_problem, rule, .max = 100),
    FIELD(struct bill_problem, severity, CHOICES(severities)),
    FIELD(struct bill_problem, place, OPTIONAL, .about = "where in the document"),
    FIELD(struct bill_problem, line, .about = "of the file; 0: unknown"),
    FIELD(struct bill_problem, found, OPTIONAL),
    FIELD(struct bill_problem, english),
    FIELD(struct bill_problem, dutch),
    FIELD_OF(FIELD_ID, int64_t, struct bill_problem, released_by, OPTIONAL),
    FIELD(struct bill_problem, released_at, OPTIONAL),
    FIELD(struct bill_problem, release_reason, OPTIONAL),
});
RECORD(bill_pair_shown, {
    ID(struct bill_pair_shown, other_id),
    FIELD(struct bill_pair_shown, rule, CHOICES(rules)),
    FIELD(struct bill_pair_shown, found_at),
    FIELD_OF(FIELD_ID, int64_t, struct bill_pair_shown, released_by, OPTIONAL),
    FIELD(struct bill_pair_shown, released_at, OPTIONAL),
    FIELD(struct bill_pair_shown, release_reason, OPTIONAL),
    FIELD(struct bill_pair_shown, receipt_number),
    FIELD(struct bill_pair_shown, number, OPTIONAL),
    FIELD(struct bill_pair_shown, state, CHOICES(states)),
    FIELD(struct bill_pair_shown, currency),
    AMOUNT(struct bill_pair_shown, payable_minor, .currency = "currency"),
    FIELD(struct bill_pair_shown, issued_on, OPTIONAL),
});
struct twin_pair {
    bill_id bill_id, other_id;
    enum pair_rule rule;
    struct instant found_at;
    int64_t released_by;
    struct instant released_at;
    struct str release_reason;
};
RECORD(twin_pair, {
    ID(struct twin_pair, bill_id),
    ID(struct twin_pair, other_id),
    FIELD(struct twin_pair, rule, CHOICES(rules)),
    FIELD(struct twin_pair, found_at),
    FIELD_OF(FIELD_ID, int64_t, struct twin_pair, released_by, OPTIONAL),
    FIELD(struct twin_pair, released_at, OPTIONAL),
    FIELD(struct twin_pair, release_reason, OPTIONAL),
});
struct twin_ask {
    bill_id id;
    party_id party_id;
    struct str number_key, iban, currency;
    enum bill_kind kind;
    int64_t payable_minor;
    struct date from_on, to_on;
};
RECORD(twin_ask, {
    ID(struct twin_ask, id),
    ID(struct twin_ask, party_id, OPTIONAL),
    FIELD(struct twin_ask, number_key, OPTIONAL),
    FIELD(struct twin_ask, iban, OPTIONAL),
    FIELD(struct twin_ask, currency),
    FIELD(struct twin_ask, kind, CHOICES(kinds)),
    AMOUNT(struct twin_ask, payable_minor),
    FIELD(struct twin_ask, from_on),
    FIELD(struct twin_ask, to_on),
});
struct twin {
    bill_id id;
    enum pair_rule rule;
};
LIST_STRUCT(twins, struct twin);
RECORD(twin, { ID(struct twin, id), FIELD(struct twin, rule, CHOICES(rules)) });

/* ---- Problems ---- */

void bill_problem_add(struct work *work, struct bill_problems *problems, enum problem_severity severity, struct str place,
                 int64_t line, struct fault *fault)
{
    for (; fault && problems->count < PROBLEMS_KEPT; fault = fault->next) {
        struct text found = text_new(work->arena);
        for (size_t i = 0; i < fault->param_count; i++)
            text_addf(&found, "%s%s = %.*s", i ? "; " : "", fault->params[i].name, STR_ARG(fault->params[i].text));
        *LIST_ADD(work->arena, problems) = (struct bill_problem){
            .source = PROBLEM_DOCUMENT,
            .kind = PROBLEM_RULE,
            .rule = str_of(fault->type->code),
            .severity = severity,
            .place = str_utf8_clip(place, 500),
            .line = line,
            .found = found.length ? str_utf8_clip(text_str(&found), 1000) : (struct str){ 0 },
            .english = str_utf8_clip(fault_text(work->arena, fault, ENGLISH), 1000),
            .dutch = str_utf8_clip(fault_text(work->arena, fault, DUTCH), 1000),
        };
    }
}

struct fault *bill_problems_write(struct work *work, const struct bill *bill, struct bill_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        struct bill_problem *p = &problems->at[i];
        p->bill_id = bill->id;
        p->problem_no = (p->source == PROBLEM_CHECK ? PROBLEM_CHECK_FROM : 1) + (int64_t)i;
    }
    return problems->count ? db_run_each(work, &sql_bill_problem_add, GIVEN(bill_problem, problems->at), problems->count) : NULL;
}

struct fault *bill_problems_of(struct work *work, bill_id id, struct bill_problems *problems)
{
    return db_all(work, &sql_bill_problems_of, BILL_KEY(id), INTO_LIST(bill_problem, problems));
}

/* ---- What the numbers, days, supplier and account say ---- */

static void check_sum(struct work *work, struct bill_problems *problems, const struct bill *bill,
                      const struct fault_type *type, int64_t sum_minor, int64_t total_minor)
{
    int digits = currency_digits(bill->currency);
    if (sum_minor == total_minor) return;
    bill_problem_add(work, problems, PROBLEM_FATAL, (struct str){ 0 }, 0,
                     FAULT(work->arena, type, NULL, PARAM("sum", minor_format(work->arena, sum_minor, digits)),
                           PARAM("total", minor_format(work->arena, total_minor, digits))));
}

static struct fault *check_amounts(struct work *work, const struct bill *b, struct bill_problems *problems)
{
    struct bill_lines lines = { 0 };
    int64_t net_minor = 0, vat_minor = 0, total_minor = 0, payable_minor = 0;
    bool fits = true;
    TRY(bill_lines_of(work, b->id, &lines));
    for (size_t i = 0; i < lines.count; i++)
        fits = fits && int_add(net_minor, lines.at[i].net_minor, &net_minor) &&
               int_add(vat_minor, lines.at[i].vat_minor, &vat_minor);
    fits = fits && int_add(b->net_minor, b->vat_minor, &total_minor) &&
           int_sub(b->total_minor, b->prepaid_minor, &payable_minor) &&
           int_add(payable_minor, b->rounding_minor, &payable_minor);
    if (!fits) return FAULT(work->arena, &ledger_too_large, "lines");
    check_sum(work, problems, b, &lines_differ, net_minor, b->net_minor);
    check_sum(work, problems, b, &vat_differs, vat_minor, b->vat_minor);
    check_sum(work, problems, b, &total_differs, total_minor, b->total_minor);
    check_sum(work, problems, b, &payable_differs, payable_minor, b->payable_minor);
    return NULL;
}

static void check_days(struct work *work, const struct bill *b, struct bill_problems *problems)
{
    struct arena *arena = work->arena;
    if (b->issued_on.ymd && b->due_on.ymd && b->due_on.ymd < b->issued_on.ymd)
        bill_problem_add(work, problems, PROBLEM_WARNING, (struct str){ 0 }, 0,
                         FAULT(arena, &due_early, NULL, PARAM("due", date_text(arena, b->due_on)),
                               PARAM("issued", date_text(arena, b->issued_on))));
    if (b->issued_on.ymd > work->today.ymd)
        bill_problem_add(work, problems, PROBLEM_WARNING, (struct str){ 0 }, 0,
                         FAULT(arena, &issued_late, NULL, PARAM("issued", date_text(arena, b->issued_on))));
}

struct fault *bill_bank_state(struct work *work, const struct bill *bill, struct str *state)
{
    struct party_banks banks = { 0 };
    *state = (struct str){ 0 };
    if (!bill->party_id.n || !bill->iban.length) return NULL;
    TRY(party_banks_of(work, bill->party_id, &banks));
    *state = STR("unknown");
    for (size_t i = 0; i < banks.count; i++)
        if (str_equal(banks.at[i].iban, bill->iban))
            *state = banks.at[i].state == BANK_VERIFIED  ? STR("verified")
                     : banks.at[i].state == BANK_BLOCKED ? STR("blocked")
                                                         : STR("proposed");
    return NULL;
}

struct fault *bill_propose_bank(struct work *work, const struct bill *bill)
{
    struct str state = { 0 };
    TRY(bill_bank_state(work, bill, &state));
    if (!str_is(state, "unknown")) return NULL; /* a blocked one stays blocked */
    struct party_bank bank = { .party_id = bill->party_id,
                               .iban = bill->iban,
                               .source = str_utf8_clip(
                                   str_format(work->arena, "bill %.*s", STR_ARG(bill_name(work, bill))), 100) };
    if (bill->payee_name.length) bank.holder = str_utf8_clip(bill->payee_name, 140);
    return party_bank_propose(work, &bank);
}

/* Found by one number while another contradicts it: a person should look. */
static void check_identity(struct work *work, struct bill_problems *problems, const struct party *party,
                           struct str document, struct str known)
{
    if (!document.length || !known.length || str_equal(document, known)) return;
    bill_problem_add(work, problems, PROBLEM_WARNING, (struct str){ 0 }, 0,
                FAULT(work->arena, &supplier_differs, NULL, PARAM("document", document), PARAM("supplier", party->name),
                      PARAM("known", known)));
}

static struct fault *check_supplier(struct work *work, const struct bill *b, struct bill_problems *problems)
{
    struct arena *arena = work->arena;
    struct party party = { 0 };
    struct party_evidence evidence;
    struct party_matches matches = { 0 };
    struct str state = { 0 }, nowhere = { 0 };
    if (!b->party_id.n) {
        bill_evidence(b, &evidence);
        TRY(party_find(work, true, &evidence, &matches));
        bill_problem_add(work, problems, PROBLEM_WARNING, nowhere, 0,
                         FAULT(arena, &supplier_open, NULL, PARAM_INT(arena, "count", (int64_t)matches.count)));
        return NULL;
    }
    TRY(party_load(work, b->party_id, &party));
    if (party.is_blocked)
        bill_problem_add(work, problems, PROBLEM_WARNING, nowhere, 0,
                         FAULT(arena, &blocked_supplier, NULL, PARAM("supplier", party.name)));
    check_identity(work, problems, &party, b->seller_kvk_number, party.kvk_number);
    check_identity(work, problems, &party, b->seller_vat_number, party.vat_number);
    TRY(bill_bank_state(work, b, &state));
    if (str_is(state, "proposed") || str_is(state, "unknown"))
        bill_problem_add(work, problems, PROBLEM_WARNING, nowhere, 0,
                         FAULT(arena, &bank_unverified, NULL, PARAM("iban", b->iban)));
    if (str_is(state, "blocked"))
        bill_problem_add(work, problems, PROBLEM_FATAL, nowhere, 0,
                         FAULT(arena, &bank_blocked, NULL, PARAM("iban", b->iban)));
    return NULL;
}

/* A release stays when the same is found again. */
static void keep_releases(struct bill_problems *now, const struct bill_problems *before)
{
    for (size_t i = 0; i < now->count; i++) {
        struct bill_problem *p = &now->at[i];
        p->source = PROBLEM_CHECK;
        for (size_t k = 0; k < before->count; k++) {
            const struct bill_problem *old = &before->at[k];
            if (old->source != PROBLEM_CHECK || !old->released_at.us || !str_equal(old->rule, p->rule) ||
                !str_equal(old->found, p->found))
                continue;
            p->released_by = old->released_by, p->released_at = old->released_at,
            p->release_reason = old->release_reason;
        }
    }
}

/* ---- Duplicates ---- */

static const struct { const struct sql *sql; enum pair_rule rule; } twin_rules[] = {
    { &sql_bill_same_number, PAIR_NUMBER }, { &sql_bill_same_amount, PAIR_AMOUNT }, { &sql_bill_same_iban, PAIR_IBAN },
};

/* False: this rule can't be asked of this bill. */
static bool ask_of(const struct bill *b, enum pair_rule rule, struct twin_ask *ask)
{
    int year = date_year(b->issued_on);
    *ask = (struct twin_ask){ b->id,   b->party_id,      b->number_key, b->iban,     b->currency,
                              b->kind, b->payable_minor, b->issued_on,  b->issued_on };
    if (!b->issued_on.ymd) return false;
    if (rule == PAIR_NUMBER) {
        ask->from_on.ymd = year * 10000 + 101, ask->to_on.ymd = year * 10000 + 1231;
        return b->party_id.n && b->number_key.length;
    }
    int days = rule == PAIR_AMOUNT ? 7 : 30;
    ask->from_on = date_add_days(b->issued_on, -days), ask->to_on = date_add_days(b->issued_on, days);
    return b->payable_minor && (rule == PAIR_AMOUNT ? b->party_id.n != 0 : b->iban.length != 0);
}

static struct fault *find_pairs(struct work *work, const struct bill *bill)
{
    TRY(db_run(work, &sql_bill_pairs_clear, BILL_KEY(bill->id)));
    for (size_t i = 0; i < ARRAY_LENGTH(twin_rules); i++) {
        struct twin_ask ask;
        struct twins twins = { 0 };
        if (!ask_of(bill, twin_rules[i].rule, &ask)) continue;
        TRY(db_all(work, twin_rules[i].sql, GIVEN(twin_ask, &ask), INTO_LIST(twin, &twins)));
        for (size_t k = 0; k < twins.count; k++) {
            bill_id other = twins.at[k].id;
            bool newer = bill->id.n > other.n;
            const struct twin_pair pair = { .bill_id = newer ? bill->id : other,
                                            .other_id = newer ? other : bill->id,
                                            .rule = twin_rules[i].rule,
                                            .found_at = work->now };
            TRY(db_run(work, &sql_bill_pair_add, GIVEN(twin_pair, &pair)));
        }
    }
    return NULL;
}

struct fault *bill_pairs_of(struct work *work, bill_id id, struct bill_pairs_shown *pairs)
{
    return db_all(work, &sql_bill_pairs_of, BILL_KEY(id), INTO_LIST(bill_pair_shown, pairs));
}

struct fault *bill_recheck(struct work *work, const struct bill *bill)
{
    struct bill_problems before = { 0 }, now = { 0 };
    TRY(check_amounts(work, bill, &now));
    check_days(work, bill, &now);
    TRY(check_supplier(work, bill, &now));
    TRY(bill_problems_of(work, bill->id, &before));
    keep_releases(&now, &before);
    TRY(db_run(work, &sql_bill_checks_clear, BILL_KEY(bill->id)));
    TRY(bill_problems_write(work, bill, &now));
    return find_pairs(work, bill);
}

struct fault *bill_check_clean(struct work *work, const struct bill *bill)
{
    struct bill_problems problems = { 0 };
    struct bill_pairs_shown pairs = { 0 };
    struct fault *faults = NULL;
    TRY(bill_problems_of(work, bill->id, &problems));
    TRY(bill_pairs_of(work, bill->id, &pairs));
    for (size_t i = 0, told = 0; i < problems.count && told < 10; i++) {
        const struct bill_problem *p = &problems.at[i];
        if (p->severity != PROBLEM_FATAL || p->released_at.us) continue;
        struct str words = work->language == DUTCH ? p->dutch : p->english;
        faults = fault_join(faults, FAULT(work->arena, &bill_fatal_problems, NULL, PARAM("bill", bill_name(work, bill)),
                                          PARAM("problem", words)));
        told++;
    }
    for (size_t i = 0; i < pairs.count; i++) {
        const struct bill_pair_shown *p = &pairs.at[i];
        if (p->rule != PAIR_NUMBER || p->released_at.us || p->state == BILL_REFUSED) continue;
        struct str other = p->number.at ? p->number : str_format(work->arena, "#%lld", (long long)p->receipt_number);
        faults = fault_join(faults, FAULT(work->arena, &bill_duplicate, NULL, PARAM("bill", bill_name(work, bill)),
                                          PARAM("other", other), PARAM("day", date_text(work->arena, p->issued_on))));
    }
    return faults;
}

/* ---- The key of a number ---- */

struct str bill_number_key(struct arena *arena, struct str number)
{
    static const char plain[] = "AAAAAAACEEEEIIIIDNOOOOO OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO OUUUUYTY";
    struct text key = text_new(arena);
    for (size_t i = 0; i < number.length && key.length < 100; i++) {
        unsigned char c = (unsigned char)number.at[i];
        char letter = 0;
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) letter = (char)c;
        else if (c >= 'a' && c <= 'z') letter = (char)(c - 32);
        else if (c == 0xC3 && i + 1 < number.length) letter = plain[(unsigned char)number.at[++i] & 0x3F];
        bool leading = letter == '0' && !key.length;
        if (letter > ' ' && !leading) text_add_char(&key, letter);
    }
    return key.length ? text_str(&key) : (struct str){ 0 };
}

/* ---- Releasing ---- */

RECORD(bill_problem_release, {
    ID(struct bill_problem_release, id),
    FIELD(struct bill_problem_release, problem_no, OPTIONAL, .max = EXACT_MAX, .about = "left out: all that block"),
    FIELD(struct bill_problem_release, reason, .min = 5, .max = 500),
});
RECORD(bill_released, { ID(struct bill_released, id), FIELD(struct bill_released, count) });
static struct fault *problem_release(struct work *work, const struct bill_problem_release *takes, struct bill_released *out)
{
    struct bill bill = { 0 };
    TRY(bill_load(work, takes->id, &bill));
    if (bill.state == BILL_APPROVED || bill.state == BILL_REFUSED) TRY(bill_step(work, &bill, BILL_EVENT_EDIT));
    out->id = takes->id;
    TRY(db_run_count(work, &sql_bill_problem_release, GIVEN(bill_problem_release, takes), &out->count));
    if (!out->count) return FAULT(work->arena, &no_problem, "problem_no");
    work_changed(work, "bill", takes->id.n, (struct given){ &bill_problem_release_record, NULL },
                 GIVEN(bill_problem_release, takes));
    return bill_note(work, &bill, "release_problem", takes->reason);
}
CALLABLE(problem_release, bill_problem_release, bill_released);

RECORD(bill_pair_release, {
    ID(struct bill_pair_release, id),
    ID(struct bill_pair_release, other_id, .about = "the bill it looks like"),
    FIELD(struct bill_pair_release, reason, .min = 5, .max = 500),
});
struct pair_key { bill_id bill_id, other_id; struct str reason; };
RECORD(pair_key, { ID(struct pair_key, bill_id), ID(struct pair_key, other_id), FIELD(struct pair_key, reason) });
static struct fault *pair_release(struct work *work, const struct bill_pair_release *takes, struct bill_released *out)
{
    struct bill bill = { 0 }, other = { 0 };
    bool newer = takes->id.n > takes->other_id.n;
    TRY(bill_load(work, takes->id, &bill));
    TRY(bill_load(work, takes->other_id, &other));
    TRY(access_duty(work, "bill", bill.id.n, "bill.release"));
    TRY(access_duty(work, "bill", other.id.n, "bill.release"));
    const struct pair_key key = { newer ? takes->id : takes->other_id, newer ? takes->other_id : takes->id, takes->reason };
    out->id = takes->id;
    TRY(db_run_count(work, &sql_bill_pair_release, GIVEN(pair_key, &key), &out->count));
    if (!out->count) return FAULT(work->arena, &no_pair, "other_id");
    work_changed(work, "bill", takes->id.n, (struct given){ &bill_pair_release_record, NULL }, GIVEN(bill_pair_release, takes));
    return bill_note(work, &bill, "release_duplicate", takes->reason);
}
CALLABLE(pair_release, bill_pair_release, bill_released);

static const struct operation operations[] = {
    { "bill release-problem", "POST", "/bills/{id}/problems/release", "bill.release", 0, &problem_release_call, NULL,
      "Release a problem of a bill with a reason" },
    { "bill release-duplicate", "POST", "/bills/{id}/duplicates/release", "bill.release", 0, &pair_release_call, NULL,
      "Say that two bills that look alike are different" },
};
const struct operation_table bill_checks = { "bill", operations, ARRAY_LENGTH(operations) };
