/* Is this invoice right? Judged by the official rules, natively: EN 16931 and what stands on it, on UBL and CII.
 * The rules are data/rules/… (README there); the verdict is the official one, rule id for rule id
 * (docs/decisions/0003: how that was measured). Fragments are judged without stopping. */
#pragma once
#include "einvoice/einvoice.h"

enum einvoice_severity { EINVOICE_FATAL = 1, EINVOICE_WARNING, EINVOICE_INFORMATION };
/* Rule sets, to be added together. */
enum {
    EINVOICE_EN16931 = 1 << 0,   /* the European standard itself */
    EINVOICE_NLCIUS = 1 << 1,    /* SI-UBL 2.0 (Netherlands) */
    EINVOICE_GACCOUNT = 1 << 2,  /* its extension for a G-rekening */
    EINVOICE_PEPPOL = 1 << 3,    /* Peppol BIS Billing 3.0 with its national rules */
    EINVOICE_XRECHNUNG = 1 << 4, /* XRechnung 3.0 (Germany), with its extension and CVD */
    EINVOICE_SELF_BILLING = 1 << 6, /* Peppol BIS Self-Billing 3.0: in the place of EINVOICE_PEPPOL */
    EINVOICE_FLORIN = 1 << 5,    /* our own: check digits, dates, numbers; warnings only */
    EINVOICE_ON_CII = 1 << 7, /* in a report: the rules are those for CII, whose release can be another */
    EINVOICE_AUTO = 0,           /* by the invoice's CustomizationID (guideline), with our own */
};

struct einvoice_problem {
    const char *rule; /* BR-CO-10 */
    enum einvoice_severity severity;
    struct str path;   /* /Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount: what to mend, or where something is missing */
    int line;          /* in the file, from 1 */
    struct str values; /* what was found: "cbc:PayableAmount = 12.00; cbc:PrepaidAmount is not there" */
    struct str english, dutch; /* what to do about it */
};
struct einvoice_report {
    unsigned
        sets; /* the rule sets used: those asked for that exist for this syntax (self-billing and the G-account are for UBL only); of a Dutch set its extension and
                    * of Peppol self-billing, when the invoice names that */
    size_t fatal, warnings; /* how many problems of each */
    bool valid;    /* no fatal problem of a rule; says nothing about the structure */
    LIST_OF(struct einvoice_problem) problems; /* by line, then rule */
    /* A kind of its own: what the XML Schema of UBL 2.1 or CII D16B would refuse (order, how often, data type, attribute), as rule
     * UBL-STRUCTURE or CII-STRUCTURE, fatal. Kept apart so that the verdict of the rules stays comparable with the official one.
     * structure_count counts all, the first 100 are told; 0: the document fits its schema. Not judged for ZUGFeRD 1. */
    LIST_OF(struct einvoice_problem) structure;
    size_t structure_count;
};

/* sets: EINVOICE_AUTO or a sum of the above. The bytes are read first; refuses what einvoice_read refuses. `invoice` may be NULL. */
CHECKED struct fault *einvoice_check(struct arena *arena, struct str bytes, unsigned sets, struct einvoice **invoice,
                                     struct einvoice_report *out);
/* The same for an invoice that einvoice_read made. ZUGFeRD 1 knows only our own rules. */
void einvoice_judge(struct arena *arena, const struct einvoice *invoice, unsigned sets, struct einvoice_report *out);
/* The same without some of our own checks. */
void einvoice_judge_without(struct arena *arena, const struct einvoice *invoice, unsigned sets, uint64_t without,
                            struct einvoice_report *out);
/* Our own checks, each of which can be left out: their ids in order; "FL-BIC FL-GTIN" (spaces or commas between) as bits. False for a
 * word that is no such id, which `unknown` then is. */
size_t einvoice_own_checks(const char *const **ids);
bool einvoice_own_choice(struct str words, uint64_t *without, struct str *unknown);
/* What EINVOICE_AUTO picks. */
unsigned einvoice_sets_of(const struct einvoice *invoice);
/* "EN 16931 1.3.16 + NLCIUS 2.0.3.12" */
struct str einvoice_sets_text(struct arena *arena, unsigned sets);
