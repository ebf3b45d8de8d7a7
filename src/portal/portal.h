/* The portal: what somebody outside may see and do who was given a link, today suppliers (leveranciersportaal).
 *
 * A link holds a secret of 256 bits of which only the hash is kept; it is of one party of one company, valid for so many days, and
 * ended at once by a person. Opening it makes a session of a few hours, bound by the schema to that link. A session is no user: it
 * has work->guest and the one permission portal.supplier, and may call what has OPERATION_GUEST, nothing else (docs/decisions/0011).
 *
 * A supplier checks a file against the rules before sending it, sends it through the same door as any bill (bill_receive_from), and
 * sees of his own invoices what is his to know: state, day and reason; never who decided, nor what was noted inside. */
#pragma once
#include "access/access.h"
#include "bill/bill.h"

/* Fills work->guest, company, permissions and language from the cookie's token; nobody when it is absent. Refuses portal_ended
 * (unknown, run out, or its link was ended) and access_csrf. `csrf` is absent when the request only reads. */
CHECKED struct fault *portal_identify(struct work *work, struct books *books, const struct operations *operations,
                                      struct str cookie, struct str csrf);

extern const struct fault_type portal_ended, portal_link_wrong, portal_too_often, portal_not_supplier, portal_file_kind,
    portal_same_file, portal_other_supplier;
extern const struct operation_table portal_accesses, portal_sessions, portal_invoices;
