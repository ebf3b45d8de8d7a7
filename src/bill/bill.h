/* Payables (inkoopfacturen): a received document becomes a bill, which is checked, coded, approved and posted.
 *
 * A bill is always there, even when its file can't be read: the original bytes are in the archive before anything is parsed,
 * and what is wrong stands on the bill as problems in words. Nobody makes a supplier by receiving a bill.
 *
 * Amounts are integer minor units of the bill's currency, signed as on the document: a credit note's are positive and its
 * kind turns them when it is posted. What the document says is kept; what does not add up is a problem, never dropped.
 * Approval is bound to a SHA-256 over what is approved (supplier, number, days, amounts, IBAN, lines with their coding);
 * any later change voids it, and the schema refuses to change an approved bill. "Paid" is no state: what is open is computed
 * from the ledger (source_kind "bill", source_id the bill's id). */
#pragma once
#include "archive/archive.h"
#include "einvoice/einvoice.h"
#include "ledger/ledger.h"
#include "party/party.h"
#include "sepa/iban.h"

typedef struct { int64_t n; } bill_id;

enum bill_state { BILL_RECEIVED = 1, BILL_CODED, BILL_SUBMITTED, BILL_APPROVED, BILL_REFUSED };
enum bill_kind { BILL_INVOICE = 1, BILL_CREDIT_NOTE };
struct bill {
    bill_id id;
    int64_t receipt_number; /* ours, without gaps (stuknummer); names the bill when it has no number yet */
    enum bill_state state;
    party_id party_id;         /* absent until the supplier is known */
    struct str supplier_basis; /* how it was found: "kvk_number" … "name", "person" */
    enum bill_kind kind;
    struct str number, number_key; /* the supplier's; the key: capitals and digits only, leading zeros out */
    struct date issued_on, due_on;
    struct date booked_on; /* absent: issued_on; another day when that period is closed */
    struct str currency;
    int64_t net_minor, vat_minor, total_minor; /* BT-109, BT-110, BT-112 */
    int64_t prepaid_minor, rounding_minor;     /* BT-113, BT-114 */
    int64_t payable_minor;                     /* BT-115: what becomes the open item */
    enum reference_kind reference_kind;        /* 0: none */
    struct str reference;                      /* to pay with: RF, betalingskenmerk or free text */
    struct str iban;                           /* asked for on the document; payable only when the supplier's and verified */
    int64_t discount_minor;                    /* may be taken off when paid on or before discount_on */
    struct date discount_on;
    struct str order_reference, buyer_reference;
    /* What the document shows of who sent it: evidence for finding the supplier. */
    struct str seller_name, seller_kvk_number, seller_oin, seller_vat_number, seller_endpoint_scheme, seller_endpoint;
    struct str payee_name; /* another than the seller is to be paid (factoring) */
    document_id document_id;     /* the original; absent when entered by hand */
    document_id xml_document_id; /* the e-invoice: the original itself, or what was inside the PDF */
    struct str file_hash;        /* SHA-256 of the original, 32 bytes */
    struct str syntax;           /* "ubl", "cii", "zugferd_1", "hybrid", "file" (no e-invoice in it), "entered" */
    bool via_portal;             /* sent by the supplier through the portal */
    struct instant received_at;
    int64_t entered_by, submitted_by, approved_by, refused_by;
    struct instant submitted_at, approved_at, refused_at;
    struct str refuse_reason;
    struct str submitted_hash, approved_hash; /* hex */
    entry_id entry_id; /* what the approval posted; absent when there was nothing to post */
    struct str notes;
    int64_t version;
};
LIST_STRUCT(bills, struct bill);
extern const struct record bill_record;

/* The lines add up to net and VAT. Allowances and charges of the whole document are lines too. `vat_minor` is the line's
 * share of its category's VAT as the document has it; when the line's VAT code books VAT nowhere, it is cost. */
struct bill_line {
    bill_id bill_id;
    int64_t line_no; /* 1 … */
    struct str description;
    struct decimal quantity, price;
    struct str unit; /* UN/ECE Rec 20 */
    struct str currency; /* the bill's */
    int64_t net_minor, vat_minor;
    struct str vat_category; /* S, Z, E, AE, K, G, O … as on the document; absent when it has none */
    struct decimal vat_rate;
    struct str vat_reason;
    account_id account_id;   /* coding: absent until coded */
    vat_code_id vat_code_id;
    struct str cost_center;
    struct str coded_from; /* "supplier", "earlier bill", "person"; absent: not coded */
};
LIST_STRUCT(bill_lines, struct bill_line);
extern const struct record bill_line_record;

enum problem_source { PROBLEM_DOCUMENT = 1, PROBLEM_CHECK };
/* What a rule says (of a standard, a profile, or our own), or what the document's XML Schema would refuse. */
enum problem_kind { PROBLEM_RULE = 1, PROBLEM_STRUCTURE };
enum problem_severity { PROBLEM_FATAL = 1, PROBLEM_WARNING, PROBLEM_INFORMATION };
/* What is wrong, in words: in the document itself, or found by our own checks. */
struct bill_problem {
    bill_id bill_id;
    int64_t problem_no;
    enum problem_source source;
    enum problem_kind kind;
    struct str rule; /* "BR-CO-10", "bill.lines_differ" */
    enum problem_severity severity;
    struct str place; /* where in the document */
    int64_t line;     /* of the file, 0 when unknown */
    struct str found, english, dutch;
    int64_t released_by;
    struct instant released_at;
    struct str release_reason;
};
LIST_STRUCT(bill_problems, struct bill_problem);
extern const struct record bill_problem_record;
CHECKED struct fault *bill_problems_of(struct work *work, bill_id id, struct bill_problems *problems);
/* Adds the fault's sentences in both languages; nothing for NULL. The parameters say what was found. */
void bill_problem_add(struct work *work, struct bill_problems *problems, enum problem_severity severity, struct str place,
                      int64_t line, struct fault *fault);

CHECKED struct fault *bill_load(struct work *work, bill_id id, struct bill *bill);
CHECKED struct fault *bill_lines_of(struct work *work, bill_id id, struct bill_lines *lines);
/* What is open of it, signed as payable_minor is: 0 until it is approved and when it is settled in full. */
CHECKED struct fault *bill_open(struct work *work, const struct bill *bill, int64_t *open_minor);

/* ---- What people and programs do; each is an operation of the same name as well ---- */

/* Keeps the bytes, then makes a bill of them: read in full from an e-invoice (XML, or inside a PDF), else empty with a problem
 * that says why. Refuses archive_empty, and bill_same_file naming the bill that this file already is. */
CHECKED struct fault *bill_receive(struct work *work, struct str file_name, enum document_source source,
                                   struct str content, struct bill *bill);

/* The same from somebody we know, whatever the document says of itself: its supplier is `from` ("portal"). */
CHECKED struct fault *bill_receive_from(struct work *work, struct str file_name, enum document_source source, struct str content,
                                        party_id from, struct bill *bill);
/* What bill_receive would read in these bytes and say of the document; keeps nothing. */
CHECKED struct fault *bill_judge(struct work *work, struct str content, struct bill *bill, struct bill_problems *problems);
/* The bill that these bytes are already. */
CHECKED struct fault *bill_by_content(struct work *work, struct str content, struct bill *bill, bool *found);
/* The evidence of who sent it, as it stands on the bill. */
void bill_evidence(const struct bill *bill, struct party_evidence *evidence);

struct bill_line_data {
    struct str description;
    struct decimal quantity, price;
    struct str currency; /* needed where the bill's has other than two digits behind the point, then the same */
    int64_t net_minor, vat_minor; /* VAT left out: computed from a code of category S */
    account_id account_id;
    vat_code_id vat_code_id;
    struct str cost_center;
};
/* The form of a bill as a person fills it in: what is left out is absent or computed. Used to enter and to change. */
struct bill_data {
    bill_id id;      /* of a change */
    int64_t version; /* of a change */
    party_id party_id;
    enum bill_kind kind; /* left out: an invoice */
    struct str number;
    struct date issued_on, due_on, booked_on; /* due_on left out: the supplier's terms */
    struct str currency;                      /* left out: the supplier's, else the base currency */
    int64_t net_minor, vat_minor, total_minor; /* all three left out: the sums of the lines */
    int64_t prepaid_minor, rounding_minor, payable_minor; /* payable left out: total - prepaid + rounding */
    struct str reference, iban, order_reference;
    int64_t discount_minor;
    struct date discount_on;
    struct str notes;
    LIST_OF(struct bill_line_data) lines; /* of a change: left out, the lines stay as they are */
};
CHECKED struct fault *bill_enter(struct work *work, const struct bill_data *data, struct bill *bill);
CHECKED struct fault *bill_change(struct work *work, const struct bill_data *data, struct bill *bill);
/* Sets who sent it; codes what is not coded from that supplier's defaults, else from its last approved bill; proposes the IBAN
 * asked for when the supplier doesn't have it (nothing is paid to it before a second person verified it). */
CHECKED struct fault *bill_set_supplier(struct work *work, bill_id id, party_id supplier_id, int64_t version, struct bill *bill);

struct bill_line_code { int64_t line_no; account_id account_id; vat_code_id vat_code_id; struct str cost_center; };
struct bill_coding {
    bill_id id;
    int64_t version;
    account_id account_id; /* for every line that isn't coded and isn't named below */
    vat_code_id vat_code_id;
    struct str cost_center;
    LIST_OF(struct bill_line_code) lines;
    bool remember; /* as the supplier's default from now on */
};
CHECKED struct fault *bill_code(struct work *work, const struct bill_coding *coding, struct bill *bill);
/* For approval: supplier, number, days known and every line coded. */
CHECKED struct fault *bill_submit(struct work *work, bill_id id, int64_t version, struct bill *bill);
/* Posts it and makes its open item, or refuses in words: who entered it, an unresolved duplicate, a fatal problem, a closed
 * period, no exchange rate, and whatever bill_submit refuses. `version` is the one that the approver saw. */
CHECKED struct fault *bill_approve(struct work *work, bill_id id, int64_t version, struct bill *bill);
CHECKED struct fault *bill_refuse(struct work *work, bill_id id, int64_t version, struct str reason, struct bill *bill);
/* An approved bill of which nothing is settled: its posting is reversed on `on` (absent: today) and it can be changed again.
 * A refused bill is received again. Refuses ledger_reversal_settled when money is on it. */
CHECKED struct fault *bill_reopen(struct work *work, bill_id id, int64_t version, struct date on, struct str reason,
                                  struct bill *bill);

/* What the operations take that have no struct of their own above. */
struct bill_upload { struct str file_name, content; };                 /* bill receive */
struct bill_version { bill_id id; int64_t version; };                  /* bill submit, bill approve */
struct bill_supplier { bill_id id; party_id party_id; int64_t version; }; /* bill supplier */
struct bill_refusal { bill_id id; int64_t version; struct str reason; };  /* bill refuse */
struct bill_reopening { bill_id id; int64_t version; struct date on; struct str reason; }; /* bill reopen */
struct bill_problem_release { bill_id id; int64_t problem_no; struct str reason; }; /* bill release-problem; 0: all that block */
struct bill_pair_release { bill_id id, other_id; struct str reason; };              /* bill release-duplicate */
struct bill_released { bill_id id; int64_t count; };                                /* what both give */

/* ---- What waits to be paid ---- */

struct bill_payable {
    bill_id bill_id;
    item_id item_id;
    party_id party_id;
    struct str party_name, number;
    int64_t receipt_number;
    enum bill_kind kind;
    struct date issued_on, due_on;
    struct str currency;
    int64_t open_minor; /* to pay: positive; a credit note's is negative, so that a run nets by adding */
    struct str iban;    /* as asked for; party_bank_to_pay says whether it may be used. Absent: the preferred one */
    enum reference_kind reference_kind;
    struct str reference;
    int64_t discount_minor; /* signed as open_minor; 0 when there is none or it is over on `today` */
    struct date discount_on;
    struct str approved_hash;
};
LIST_STRUCT(bill_payables, struct bill_payable);
extern const struct record bill_payable_record;
/* Open items of approved bills: due on or before `until` (absent: all), or whose discount ends on or before it; credit notes
 * always, since they net. In one currency, or all when absent. By party, then due day. */
CHECKED struct fault *bill_payable(struct work *work, struct date until, struct str currency, struct bill_payables *payables);

/* Capital letters and digits only, leading zeros of the whole out: "F-2025/0017" is "F20250017", "000123" is "123".
 * Letters with an accent lose it; other signs are left out. Absent when nothing remains. */
struct str bill_number_key(struct arena *arena, struct str number);

extern const struct fault_type bill_missing, bill_changed, bill_same_file, bill_wrong_state, bill_no_supplier, bill_no_number,
    bill_no_day, bill_uncoded, bill_no_vat_code, bill_control_account, bill_duplicate, bill_fatal_problems, bill_supplier_blocked,
    bill_not_as_submitted, bill_line_currency;
extern const struct operation_table bill_asks, bill_arrivals, bill_forms, bill_bills, bill_checks, bill_views, bill_settings;
