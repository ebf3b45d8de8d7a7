/* An invoice or credit note as EN 16931 knows it, whatever syntax it came in: UBL 2.1, CII D16B, ZUGFeRD 1.
 * Pure: bytes in, struct out; no books, no database. The names follow the standard's terms; the number behind
 * each member is the standard's own (BT: a term, BG: a group). Members without a number are what Peppol,
 * NLCIUS (G-account), XRechnung's extension or Factur-X add.
 *
 * Absent, empty and present are three things: a text whose `at` is NULL was not there; length 0: it stood there, empty.
 * A number or day keeps the text as written in `raw`; it was there but could not be read when raw is not empty and the
 * value is absent. Nothing outside is trusted: a bad amount is a problem to report, never a crash.
 * Everything is the arena's, texts included; the bytes read from may go. */
#pragma once
#include "base/base.h"
#include "base/fault.h"

/* ---- Values ---- */

struct einvoice_number { struct decimal value; struct str raw; };                   /* a price, a percentage */
struct einvoice_amount { struct decimal value; struct str raw, currency; };         /* currency: as written on it, may be absent */
struct einvoice_quantity { struct decimal value; struct str raw, unit; };           /* unit: UN/ECE Rec 20/21 */
struct einvoice_day { struct date date; struct str raw; };
struct einvoice_id { struct str value, scheme, scheme_version; };                   /* scheme: 0106 (KVK), 0190 (OIN), 9944, … */
struct einvoice_flag { bool value, present; struct str raw; };
struct einvoice_period { bool present; struct einvoice_day from, to; uint32_t node; };

/* ---- Groups. `node` tells where it stood (einvoice_path, einvoice_line); 0: not read from a document. ---- */

struct einvoice_address {
    bool present;
    struct str line1, line2, line3; /* BT-35 36 162 · 50 51 163 · 64 65 164 · 75 76 165 */
    struct str city, post_code, region, country; /* BT-37 38 39 40 · 52 53 54 55 · 66 67 68 69 · 77 78 79 80 */
    uint32_t node;
};
struct einvoice_contact {
    bool present;
    struct str name, phone, email; /* BT-41 42 43 · 56 57 58 */
    uint32_t node;
};
struct einvoice_party { /* BG-4 seller, BG-7 buyer, BG-10 payee, BG-11 tax representative */
    bool present;
    struct str name;         /* BT-27 44 59 62: the legal name */
    struct str trading_name; /* BT-28 45 */
    LIST_OF(struct einvoice_id) ids; /* BT-29 (several), 46, 60 */
    struct einvoice_id legal_id; /* BT-30 47 61: KVK, OIN */
    struct str vat_id;       /* BT-31 48 63 */
    struct str tax_id;       /* BT-32: local tax registration */
    struct str legal_form;   /* BT-33: additional legal information */
    struct einvoice_id endpoint; /* BT-34 49: electronic address */
    struct einvoice_address address; /* BG-5 8 12 */
    struct einvoice_contact contact; /* BG-6 9 */
    struct str creditor_id;  /* BT-90 when it stands at the party (UBL: scheme SEPA) */
    uint32_t node;
};
struct einvoice_note { struct str subject; /* BT-21 */ struct str text; /* BT-22 */ uint32_t node; };
struct einvoice_reference { struct str number; /* BT-25 */ struct einvoice_day issued; /* BT-26 */ uint32_t node; };
struct einvoice_document { /* BG-24 */
    struct einvoice_id id;   /* BT-122 */
    struct str type_code;    /* 916 in CII, absent in UBL */
    struct str description;  /* BT-123 */
    struct str location;     /* BT-124: address of the document elsewhere */
    struct str mime, filename; /* of BT-125 */
    struct str content;      /* BT-125: base64 as it stood, decode with base64_parse */
    uint32_t node;
};
struct einvoice_account { /* BG-17 */
    struct str id;   /* BT-84: IBAN or another account number */
    bool proprietary; /* CII: not an IBAN */
    struct str name; /* BT-85 */
    struct str bic;  /* BT-86 */
};
struct einvoice_payment { /* BG-16, one for each time it is written */
    struct str id;        /* UBL: what payment terms refer to (G-account) */
    struct str code;      /* BT-81: 30 credit transfer, 58 SEPA, 49/59 direct debit, 48 card, … (UNTDID 4461) */
    struct str text;      /* BT-82 */
    LIST_OF(struct str) references; /* BT-83 as written here */
    struct einvoice_day due; /* UBL: PaymentDueDate of a credit note */
    bool has_account;
    struct einvoice_account account; /* BG-17 */
    bool has_card;
    struct str card_number, card_holder, card_network; /* BG-18: BT-87 88 */
    bool has_mandate;
    struct str mandate;       /* BT-89 */
    struct str payer_account; /* BT-91 */
    uint32_t node;
};
struct einvoice_terms { /* payment terms; BT-20 is the text of the first */
    struct str note;
    struct str payment_id;      /* which payment they are about (G-account) */
    struct einvoice_amount amount;
    struct einvoice_number percent, discount_percent;
    struct einvoice_day due;
    uint32_t node;
};
struct einvoice_prepayment { /* XRechnung extension BG-DEX-09: paid by a third party; UBL PrepaidPayment */
    struct str type, text;
    struct einvoice_amount amount;
    uint32_t node;
};
struct einvoice_vat { /* a category with its rate: BG-30, or of an allowance or charge */
    bool present;
    struct str category; /* BT-151 95 102 */
    struct einvoice_number rate; /* BT-152 96 103 */
    struct str scheme;   /* "VAT" */
    struct str exemption_reason, exemption_code;
    uint32_t node;
};
struct einvoice_allowance { /* BG-20 21 27 28: an allowance, or a charge */
    struct einvoice_flag charge;
    struct einvoice_amount amount;  /* BT-92 99 136 141 */
    struct einvoice_amount base;    /* BT-93 100 137 142 */
    struct einvoice_number percent; /* BT-94 101 138 143 */
    struct str reason, reason_code; /* BT-97 98 · 104 105 · 139 140 · 144 145 */
    struct einvoice_vat vat;
    uint32_t node;
};
struct einvoice_vat_total { /* BG-23 */
    struct einvoice_amount base;   /* BT-116 */
    struct einvoice_amount amount; /* BT-117 */
    struct str category;           /* BT-118 */
    struct einvoice_number rate;   /* BT-119 */
    struct str exemption_reason;   /* BT-120 */
    struct str exemption_code;     /* BT-121 */
    struct str scheme;
    uint32_t node;
};
struct einvoice_totals { /* BG-22 */
    bool present;
    struct einvoice_amount lines;      /* BT-106 */
    struct einvoice_amount allowances; /* BT-107 */
    struct einvoice_amount charges;    /* BT-108 */
    struct einvoice_amount without_vat; /* BT-109 */
    struct einvoice_amount vat;        /* BT-110, in the invoice's currency */
    struct einvoice_amount vat_accounting; /* BT-111, in the VAT accounting currency */
    struct einvoice_amount with_vat;   /* BT-112 */
    struct einvoice_amount prepaid;    /* BT-113 */
    struct einvoice_amount rounding;   /* BT-114 */
    struct einvoice_amount payable;    /* BT-115 */
    uint32_t node;
};
struct einvoice_class { struct str code; /* BT-158 */ struct str list, list_version; };
struct einvoice_property { struct str name; /* BT-160 */ struct str value; /* BT-161 */ };
struct einvoice_line { /* BG-25 */
    struct str id;   /* BT-126 */
    struct str note; /* BT-127 */
    struct einvoice_id object; /* BT-128 */
    struct einvoice_quantity quantity; /* BT-129 130 */
    struct einvoice_amount net;        /* BT-131 */
    struct str order_line;             /* BT-132 */
    struct str accounting_reference;   /* BT-133 */
    struct einvoice_period period;     /* BG-26 */
    LIST_OF(struct einvoice_allowance) allowances; /* BG-27 and BG-28, as they stood */
    struct einvoice_amount price;      /* BT-146 */
    struct einvoice_amount price_discount; /* BT-147 */
    struct einvoice_amount price_gross;    /* BT-148 */
    struct einvoice_quantity price_base;   /* BT-149 150 */
    struct einvoice_vat vat;               /* BG-30 */
    struct str name, description;          /* BT-153 154 */
    struct str seller_item, buyer_item;    /* BT-155 156 */
    struct einvoice_id standard_item;      /* BT-157: GTIN under scheme 0160 */
    LIST_OF(struct einvoice_class) classes; /* BT-158 */
    struct str origin_country;             /* BT-159 */
    LIST_OF(struct einvoice_property) properties; /* BG-32 */
    LIST_OF(struct einvoice_line) lines;   /* sub-lines (XRechnung extension, UBL) */
    struct str parent_id, status_reason;   /* sub-lines in CII: of which line, GROUP DETAIL INFORMATION */
    uint32_t node;
};

enum einvoice_syntax { EINVOICE_UBL_INVOICE = 1, EINVOICE_UBL_CREDIT_NOTE, EINVOICE_CII, EINVOICE_ZUGFERD_1 };
struct einvoice_tree; /* the document's elements, for rules and for places */

struct einvoice {
    enum einvoice_syntax syntax;
    struct str specification;  /* BT-24: CustomizationID, guideline */
    struct str process;        /* BT-23: ProfileID */
    struct str number;         /* BT-1 */
    struct einvoice_day issued; /* BT-2 */
    struct str type_code;      /* BT-3: 380 invoice, 381 credit note, 384 corrected, … (UNTDID 1001) */
    struct str currency;       /* BT-5 */
    struct str vat_currency;   /* BT-6 */
    struct einvoice_day tax_point; /* BT-7 */
    struct str tax_point_code; /* BT-8, as written: UNTDID 2005 (3, 35, 432) in UBL, 2475 (5, 29, 72) in CII */
    struct einvoice_day due;   /* BT-9 */
    struct str buyer_reference; /* BT-10 */
    struct str project;        /* BT-11 */
    struct str contract;       /* BT-12 */
    struct str order;          /* BT-13: the buyer's order */
    struct str sales_order;    /* BT-14 */
    struct str receipt;        /* BT-15: receiving advice */
    struct str despatch;       /* BT-16: despatch advice */
    struct str tender;         /* BT-17: tender or lot */
    struct einvoice_id object; /* BT-18 */
    struct str accounting_reference; /* BT-19 */
    struct str payment_terms;  /* BT-20 */
    LIST_OF(struct einvoice_note) notes;           /* BG-1 */
    LIST_OF(struct einvoice_reference) preceding;  /* BG-3 */
    struct einvoice_party seller, buyer, payee, tax_representative; /* BG-4 7 10 11 */
    struct { /* BG-13 */
        bool present;
        struct str name;           /* BT-70 */
        struct einvoice_id location; /* BT-71 */
        struct einvoice_day day;   /* BT-72 */
        struct einvoice_address address; /* BG-15 */
        uint32_t node;
    } delivery;
    struct einvoice_period period; /* BG-14 */
    LIST_OF(struct einvoice_payment) payments;     /* BG-16 */
    struct str payment_reference;  /* BT-83: the first one written */
    struct str creditor_id;        /* BT-90: of the seller or payee */
    struct str mandate;            /* BT-89: the first one written */
    LIST_OF(struct einvoice_terms) terms;
    LIST_OF(struct einvoice_prepayment) prepayments;
    LIST_OF(struct einvoice_allowance) allowances; /* BG-20 and BG-21, as they stood */
    struct einvoice_totals totals;                 /* BG-22 */
    LIST_OF(struct einvoice_vat_total) vat_totals; /* BG-23 */
    LIST_OF(struct einvoice_document) documents;   /* BG-24 */
    LIST_OF(struct einvoice_line) lines;           /* BG-25 */
    const struct einvoice_tree *tree;              /* NULL when not read from a document */
};

/* ---- Reading ---- */

/* Not an invoice: another root element or namespace. */
extern const struct fault_type einvoice_unknown;

/* Reads one document of at most 128 MiB; the syntax is told by root element and namespace. UTF-8 (with or without mark),
 * UTF-16, Latin-1 and whatever the XML declaration says. A fragment is read as far as it goes: what is missing is absent.
 * Refuses: what is no XML (xml_malformed), a document type or entities (xml_forbidden), too deep or too large
 * (input_too_large), an XML that is no invoice (einvoice_unknown). */
CHECKED struct fault *einvoice_read(struct arena *arena, struct str bytes, struct einvoice **out);
/* A quick look at the first bytes: is this XML an invoice? For telling files apart; never refuses. */
bool einvoice_sniff(struct str bytes);

/* /Invoice/cac:InvoiceLine[2]/cbc:ID of a node; its line in the file, from 1; 0 and "" when the invoice wasn't read. */
struct str einvoice_path(struct arena *arena, const struct einvoice *invoice, uint32_t node);
int einvoice_line_number(const struct einvoice *invoice, uint32_t node);

bool einvoice_is_credit(const struct einvoice *invoice); /* type 81 83 261 262 296 308 381 396 420 458 532 */

/* What differs between two invoices, one per member: { "lines[2].net", a, b }. Values are compared by meaning:
 * 1.0 equals 1.00, absent equals empty. */
struct einvoice_difference { struct str term, left, right; };
struct einvoice_differences { LIST_OF(struct einvoice_difference) list; };
void einvoice_compare(struct arena *arena, const struct einvoice *left, const struct einvoice *right,
                      struct einvoice_differences *out);

/* ---- Computing ---- */

/* What the lines, allowances and charges of an invoice come to. */
struct einvoice_sums {
    struct einvoice_totals totals; /* BG-22; prepaid, rounding and the VAT in accounting currency are taken over as given */
    LIST_OF(struct einvoice_vat_total) vat_totals; /* BG-23: once per category and rate, in the order they first appear */
    int64_t lines_minor, without_vat_minor, vat_minor, with_vat_minor, payable_minor;
};
/* BR-CO-10 … BR-CO-17: sums in minor units of the invoice's currency; VAT over the sum of a category and rate, rounded once,
 * halves away from zero. A line's net amount is taken as written, else computed. The reason of a category is the first that a
 * line gives. For making an invoice and for checking one. Refuses einvoice_uncountable. */
CHECKED struct fault *einvoice_compute(struct arena *arena, const struct einvoice *invoice, struct einvoice_sums *out);
/* Price × quantity ÷ price base − allowances + charges of a line, rounded where it is multiplied. false: not to be counted. */
bool einvoice_line_net(const struct einvoice_line *line, int digits, int64_t *net_minor);
/* a × b ÷ c in minor units of so many digits, exact before the one rounding (halves away from zero); c absent: 1. false: does not fit. */
bool einvoice_product(struct decimal a, struct decimal b, struct decimal c, int digits, int64_t *minor);
extern const struct fault_type einvoice_uncountable;
bool einvoice_reason_is_known(struct str code, bool charge); /* UNTDID 5189 of an allowance, 7161 of a charge */

/* ---- Writing ---- */

/* What the specification (BT-24) of an invoice may name. */
#define EINVOICE_SPECIFICATION_EN16931 "urn:cen.eu:en16931:2017"
#define EINVOICE_SPECIFICATION_NLCIUS "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0"
#define EINVOICE_SPECIFICATION_PEPPOL "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
#define EINVOICE_PROCESS_PEPPOL "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"

/* Whatever is present, in the order of the schema; a value that could not be read is written as it stood. Which of UBL's two
 * documents it becomes is told by the type code (einvoice_is_credit). What einvoice_read makes of it equals the invoice, but for
 * what the syntax has no place for: in UBL a credit note's due day without a payment, in CII a card's network, a payment's second
 * reference and the issue of prepayments' text. The invoice must be sound to be schema-valid; nothing is refused here. */
struct str einvoice_write_ubl(struct arena *arena, const struct einvoice *invoice);
struct str einvoice_write_cii(struct arena *arena, const struct einvoice *invoice);
/* Whether a code stands in a list of EN 16931: units are UN/ECE Recommendation 20 and 21. */
bool einvoice_unit_is_known(struct str code);
