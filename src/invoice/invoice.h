/* What we ask of customers: drafts, numbered invoices and credit notes, their documents and how they left the house.
 *
 * A draft may be changed and removed. Finalising gives it a number without gap, books it, makes its UBL, CII, PDF and hybrid
 * PDF, and keeps them in the archive under subject "invoice"; from then on nothing of it changes, the database refuses it. What
 * was wrong is put right by a credit note, which is an invoice of its own bound to the first.
 *
 * Amounts are minor units of the invoice's currency and positive on a credit note too: its kind says which way the money goes.
 * What is open, paid or overdue comes from the ledger each time it is asked and stands nowhere else. */
#pragma once
#include "archive/archive.h"
#include "einvoice/einvoice.h"
#include "outbox/message.h"
#include "party/party.h"

typedef struct { int64_t n; } invoice_id;

enum invoice_kind { INVOICE_INVOICE = 1, INVOICE_CREDIT_NOTE };
enum invoice_state { INVOICE_DRAFT = 1, INVOICE_FINAL, INVOICE_REMOVED }; /* a removed draft leaves no row */
enum { INVOICE_STATE_COUNT = INVOICE_REMOVED + 1 };
enum invoice_event { INVOICE_CHANGE = 1, INVOICE_REMOVE, INVOICE_PREVIEW, INVOICE_FINALISE, INVOICE_CREDIT, INVOICE_SEND };
enum { INVOICE_EVENT_COUNT = INVOICE_SEND + 1 };
enum invoice_state invoice_next(enum invoice_event event, enum invoice_state from); /* 0: refused */
/* Computed: of a final invoice on a day. Paid: nothing is open, by money or by credit note. */
enum invoice_payment { INVOICE_OPEN = 1, INVOICE_PARTLY_PAID, INVOICE_PAID, INVOICE_OVERDUE };
enum invoice_file_kind { INVOICE_PDF = 1, INVOICE_UBL, INVOICE_CII, INVOICE_HYBRID };

struct invoice {
    invoice_id id;
    enum invoice_kind kind;
    enum invoice_state state;
    struct str number;            /* given when finalised: "2025-00042" */
    party_id party_id;            /* the customer */
    struct str customer_name;     /* as it is now */
    struct str currency, language;
    struct date issued_on, due_on; /* given when finalised: that day, and the customer's terms after it */
    struct date delivered_on, period_from_on, period_to_on;
    struct str order_reference, buyer_reference; /* BT-13, BT-10; absent buyer_reference: the customer's own */
    struct str note;
    struct str payment_reference; /* RF reference made of the number */
    invoice_id credits_id;        /* of a credit note: the invoice it takes back, wholly or in part */
    int64_t net_minor, vat_minor, total_minor;
    int64_t base_total_minor;     /* in the base currency, at the rate of issued_on */
    enum invoice_delivery delivery; /* absent: as the customer wants */
    int64_t terms_days;             /* to pay in; 0: the customer's */
    struct instant created_at, finalised_at;
    int64_t created_by, finalised_by;
    int64_t version;
    /* computed */
    int64_t open_minor;
    enum invoice_payment payment; /* absent of a draft */
    enum outbox_state sent;       /* of its newest message; absent while there is none */
};
LIST_STRUCT(invoices, struct invoice);
extern const struct record invoice_record;

/* An allowance or charge on the whole invoice (BG-20, BG-21) is a line of its own kind: `description` is its reason, quantity 1, `price` its
 * amount; net_minor of an allowance is negative. */
enum invoice_part { INVOICE_PART_LINE = 1, INVOICE_PART_ALLOWANCE, INVOICE_PART_CHARGE };
struct invoice_line {
    invoice_id invoice_id;
    int64_t line_no;              /* from 1 */
    struct str description;
    struct str item_number;       /* ours, BT-155 */
    struct decimal quantity;      /* negative: taken back */
    struct str unit;              /* UN/ECE Recommendation 20 or 21: C62 piece, HUR hour, … */
    struct decimal price;         /* of one unit, without VAT, never negative (BR-27) */
    struct decimal discount_percent;
    int64_t discount_minor, net_minor; /* net: rounded price times quantity, less discount */
    vat_code_id vat_code_id;
    enum vat_category vat_category;    /* of the code, as it was when the line was written */
    struct decimal vat_rate;
    account_id account_id;        /* sales account */
    struct str cost_center;
    int64_t credits_line_no;      /* of a credit note: the invoice's line */
    enum invoice_part part;
    struct str reason_code;       /* UNTDID 5189 of an allowance, 7161 of a charge */
    struct decimal percent;       /* of what its lines come to, base_minor; absent: an amount was given */
    int64_t base_minor;
    struct date discount_until;   /* one of a pair that lowers what VAT is over by the discount for paying early; see invoice_early.c */
};
LIST_STRUCT(invoice_lines, struct invoice_line);
extern const struct record invoice_line_record;

/* What a person fills in. */
struct invoice_line_data {
    struct str description, item_number;
    struct decimal quantity;      /* absent: 1 */
    struct str unit;              /* absent: C62 */
    struct decimal price, discount_percent;
    struct str vat_code;          /* "21", "verlegd", …; absent: the customer's own */
    struct str account;           /* number; absent: the customer's own, else the account for sales */
    struct str cost_center;
};
struct invoice_allowance_data { /* on the whole invoice: an amount, or a percentage of the lines with its VAT code */
    bool charge;
    struct decimal amount, percent;
    struct str reason, reason_code; /* absent: "Discount" or "Charge" in the customer's language, 95 */
    struct str vat_code, account, cost_center; /* as of a line */
};
struct invoice_data {
    party_id party_id;
    struct str currency;          /* absent: the customer's */
    struct str order_reference, buyer_reference, note;
    struct date delivered_on, period_from_on, period_to_on;
    enum invoice_delivery delivery;
    int64_t terms_days;           /* 0: the customer's */
    LIST_OF(struct invoice_line_data) lines; /* none: of a draft that is not ready */
    LIST_OF(struct invoice_allowance_data) allowances;
};
struct invoice_change { invoice_id id; struct invoice_data data; int64_t version; }; /* in JSON its members lie side by side */
extern const struct record invoice_line_data_record, invoice_allowance_data_record, invoice_data_record, invoice_change_record;

struct invoice_document {
    enum invoice_file_kind kind;
    document_id document_id;
    struct str file_name, media_type;
    int64_t byte_count;
};
extern const struct record invoice_document_record;
/* All there is to know of one; what most operations give. */
struct invoice_shown {
    struct invoice invoice;
    struct invoice_lines lines;
    LIST_OF(struct invoice_document) documents;
    struct messages messages;              /* newest first */
    struct item_settlements settlements;   /* what paid or credited it */
    struct invoices credits;               /* credit notes on it */
};
extern const struct record invoice_shown_record;

extern const struct fault_type invoice_missing, invoice_changed, invoice_not_possible, invoice_no_customer,
    invoice_no_lines, invoice_vat_code_missing, invoice_no_reason, invoice_needs_order, invoice_needs_reference,
    invoice_needs_tax_number, invoice_not_positive, invoice_too_large, invoice_unit_unknown, invoice_over_credited,
    invoice_nothing_to_credit, invoice_no_address;

CHECKED struct fault *invoice_load(struct work *work, invoice_id id, struct invoice *invoice);
CHECKED struct fault *invoice_by_number(struct work *work, struct str number, struct invoice *invoice, bool *found);
CHECKED struct fault *invoice_lines_of(struct work *work, invoice_id id, struct invoice_lines *lines);

/* Makes a draft: `invoice` gets id, sums and version. Refuses invoice_no_customer (none, blocked or no customer),
 * invoice_vat_code_missing, invoice_unit_unknown, ledger_account_missing, a negative price, all at once. */
CHECKED struct fault *invoice_draft(struct work *work, const struct invoice_data *data, struct invoice *invoice);
/* Numbers, books, draws and keeps it. Refuses invoice_not_possible (no draft), invoice_no_lines, invoice_no_customer,
 * invoice_needs_order / _reference (BR-NL-2 and the customer's own wish), invoice_no_reason (a category without reason, BR-AE-10 …),
 * invoice_needs_tax_number (reverse charge and intra-Community supply name both VAT numbers, BR-AE-2, BR-IC-2),
 * invoice_not_positive, ledger_period_closed, ledger_no_rate. */
/* PDF and hybrid PDF of a final invoice are drawn behind its transaction, so that nobody waits for the pen; UBL and CII are kept inside. In a
 * transaction that needs them at once: now. Otherwise of those from a day on that were not drawn (the process died): for the job. */
CHECKED struct fault *invoice_draw_now(struct work *work, invoice_id id);
CHECKED struct fault *invoice_draw_due(struct work *work, struct books *books, struct date from_on, int64_t most, int64_t *drawn);
CHECKED struct fault *invoice_finalise(struct work *work, invoice_id id, int64_t version, struct invoice *invoice);
/* A final credit note over all that is not credited yet (count 0), or of some quantity of some lines. It settles against the
 * invoice as far as that is open. Refuses invoice_over_credited, invoice_nothing_to_credit. */
struct invoice_credit_line {
    int64_t line_no;
    struct decimal quantity; /* absent: all that is left of it */
};
CHECKED struct fault *invoice_credit(struct work *work, invoice_id id, struct str reason,
                                     const struct invoice_credit_line *lines, size_t count,
                                     struct invoice *credit_note);
/* Puts a message in the outbox: by mail or letter, as the customer wants or as `by` says (0: as the customer wants). Again: a new
 * message of the same documents. Refuses invoice_no_address. */
CHECKED struct fault *invoice_send(struct work *work, invoice_id id, enum invoice_delivery by, struct str to,
                                   struct message *message);
/* The same with another subject and text. */
struct invoice_send_data;
CHECKED struct fault *invoice_send_as(struct work *work, const struct invoice_send_data *send, struct message *message);
/* The invoice as EN 16931 knows it: what its documents are made of. A draft has no number yet. */
CHECKED struct fault *invoice_view(struct work *work, const struct invoice *invoice, const struct invoice_lines *lines,
                                   struct einvoice **out);

/* What the operations `invoice finalise`, `remove`, `credit` and `send` take. */
struct invoice_versioned {
    int64_t id, version;
};
struct invoice_credit_data {
    int64_t id;
    struct str reason;
    LIST_OF(struct invoice_credit_line) lines;
};
struct invoice_send_data {
    int64_t id;
    enum invoice_delivery by;
    struct str to;
    struct str title, text; /* another subject and text than ours */
};
extern const struct record invoice_versioned_record, invoice_credit_line_record, invoice_credit_data_record,
    invoice_send_data_record;

extern const struct operation_table invoice_helps, invoice_styles, invoice_drafts, invoice_operations, invoice_settings;
