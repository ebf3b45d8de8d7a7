/* Who may do what: companies, people, roles, sessions, second factor, tokens, and the segregation of duties.
 *
 * A person signs in once and may belong to several companies, with a role in each. A role is a set of permissions, each the
 * `needs` of operations; a role may name them by pattern ("bill.*", "*.read"). A token acts for the person who made it, with
 * no more than that person's permissions. */
#pragma once
#include "operation/operation.h"

typedef struct { int64_t n; } person_id;
typedef struct { int64_t n; } role_id;
typedef struct { int64_t n; } session_id;

struct company {
    struct { int64_t n; } id;
    struct str name, legal_name, country, currency, language; /* ISO 3166-1, ISO 4217, "nl" or "en" */
    struct str kvk_number, vat_number, street, postal_code, city, email, phone, website, iban, bic;
    struct str brand_color; /* "#0b5fff" */
    struct str logo;        /* PNG */
    struct instant created_at;
    int64_t version;
};
extern const struct record company_record;
/* The company at hand. */
CHECKED struct fault *access_company_load(struct work *work, struct company *company);
/* Adds a company with the built-in roles and duty rules; the maker becomes administrator. Fills in id and version and makes it
 * the company at hand of `work`. The chart of accounts is the ledger's (operation "company add" does both). */
CHECKED struct fault *access_company_make(struct work *work, struct company *company);

/* Every company of the installation, for jobs and for `florin verify`. */
struct company_id_row { int64_t id; struct str name; };
LIST_STRUCT(company_id_rows, struct company_id_row);
extern const struct record company_id_row_record;
CHECKED struct fault *access_companies_all(struct work *work, struct company_id_rows *companies);
/* Whether the user at hand may add companies to this installation: refuses access_not_operator. */
CHECKED struct fault *access_check_operator(struct work *work);

/* Secrets of second factors are sealed with the newest key: those that never were, or `all`. `lost`: who has one that no key opens
 * signs in without until a new one is set up. */
CHECKED struct fault *access_seal_again(struct work *work, bool all, bool lost, int64_t *sealed, int64_t *ended);

/* What a request shows of itself. */
struct credentials {
    struct str bearer;  /* an API token */
    struct str session; /* the cookie's token */
    struct str csrf;    /* the header beside a cookie; must match when `changes` */
    struct str company; /* id or name asked for; absent: the session's, or the only one */
    bool changes;       /* not a GET */
};
/* Fills user, session, company, permissions, language and step-up into `work` from a read transaction of its own. Nothing shown:
 * done, user_id stays 0. Refuses access_unknown (wrong, ended or expired), access_csrf, access_no_company. With work->may_presume what was
 * found out before is taken from work->identities without asking, and work->confirm is left to be called inside the operation's transaction. */
CHECKED struct fault *access_identify(struct work *work, struct books *books, const struct operations *operations,
                                      const struct credentials *credentials);
struct identities *identities_new(void); /* known.c; one for a process */
void identities_free(struct identities *identities);
/* The command line acts for a person named by e-mail, or for the program itself (absent) as whoever can open the file. */
CHECKED struct fault *access_act_as(struct work *work, struct books *books, const struct operations *operations,
                                    struct str email, struct str company);
/* The person at hand shows a second factor outside a session: what asks for one may be done with this `work`. Counts as a try;
 * refuses access_wrong, access_locked. */
CHECKED struct fault *access_show_factor(struct work *work, struct books *books, struct str code);

/* What to call a person; absent when there is none of this number. */
CHECKED struct fault *access_person_name(struct work *work, int64_t id, struct str *name);

/* The program's own picture of what permissions exist, for roles' patterns. */
void access_expand(const struct operations *operations, struct str patterns, struct permissions *permissions);

/* ---- Secrets and wrong tries, for whoever lets somebody in ---- */
struct str secret_new(struct arena *arena);                     /* 32 random bytes as URL-safe text */
struct str secret_hash(struct arena *arena, struct str secret); /* SHA-256: what is stored */
/* Wrong tries by where they come from (work->address): thirty in a day, then each waits longer. The refusal after a failure must be one
 * that keeps, or it was not counted. */
CHECKED struct fault *guard_address_check(struct work *work); /* refuses access_locked */
CHECKED struct fault *guard_address_failed(struct work *work);

/* ---- Segregation of duties ---- */
/* Notes that the user at hand did `duty` ("bill.enter") on a thing. The database's own trigger refuses what a rule of the
 * company forbids after an earlier duty of the same person on the same thing: access_duty_apart names the rule. The program
 * itself (user 0) has no duties. Built-in pairs: bill.enter / bill.approve, bill.enter / payment.release,
 * party.bank_propose / party.bank_verify, party.bank_propose / payment.release, payment.propose / payment.release. */
CHECKED struct fault *access_duty(struct work *work, const char *kind, int64_t id, const char *duty);
/* Proof: how often one person did both duties of a rule to one thing, how often of that without a waiver in force (must be 0), and
 * which rules are waived today, with the last day of each (absent: none). */
CHECKED struct fault *access_duties_verify(struct work *work, int64_t *both, int64_t *unwaived, struct str *waived);

extern const struct fault_type access_unknown, access_csrf, access_no_company, access_locked, access_wrong, access_code_needed,
    access_duty_apart, access_not_operator, access_weak_password, access_taken, access_missing;
extern const struct operation_table access_sessions, access_people, access_companies, access_histories, access_views,
    access_accounts, access_roles, access_passkeys, access_factors;
