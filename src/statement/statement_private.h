/* Inside the room: what the readers of camt, MT940 and CSV share. */
#pragma once
#include "statement/statement.h"

/* ---- Where finished lines go: numbers them, sums them, knows equal ones, proves the balance, calls the handler ---- */

/* All fingerprints of a statement in eight bytes each; how often, only of those that came again. malloc'd: it lives as a statement does. */
struct again { uint64_t fingerprint; int32_t count; };
struct seen { uint64_t *all; size_t used, room; struct again *again; size_t again_used, again_room; uint64_t seed; };
void seen_forget(struct seen *seen);
struct sink {
    struct arena *keep, *line; /* the same in statement_read */
    struct statement_limits limits;
    const struct statement_handler *handler;
    void *context;
    size_t keep_from, keep_bound, line_from;
    size_t statements, lines;
    struct statement *now; /* NULL between statements */
    bool told; /* on_statement_start was called */
    LIST_OF(struct statement_balance) balances;
    struct seen seen;
};
/* True while memory stays inside the bounds; to be asked at every piece of input. */
bool sink_has_room(struct sink *sink);
CHECKED struct fault *sink_no_room(struct sink *sink); /* the refusal for it */
struct statement *sink_begin(struct sink *sink);       /* ensures that none is open */
struct statement_line *sink_new_line(struct sink *sink); /* in the line's arena; payment still NULL */
struct statement_balance *sink_balance(struct sink *sink); /* of the open statement */
CHECKED struct fault *sink_line(struct sink *sink, struct statement_line *line); /* afterwards the line is gone */
CHECKED struct fault *sink_end(struct sink *sink); /* ensures that one is open */
/* Makes counterparty, reference type and the like of what the payment holds; for every payment of the line. */
void line_payment_finish(struct arena *arena, const struct statement *statement, const struct statement_line *line,
                         struct statement_payment *payment);

/* ---- Pieces ---- */

bool iban_is_right(struct str account); /* form and check digits; no spaces */
struct str account_tidy(struct arena *arena, struct str account, bool *is_iban); /* spaces out of an IBAN; others as written, trimmed */
enum remittance_type reference_type_of(struct arena *arena, struct str *reference); /* tidies RF and kenmerk */
bool said(struct str reference); /* not empty, NONREF, NOTPROVIDED, NOREF */
uint64_t fingerprint_add(uint64_t hash, struct str text);
uint64_t fingerprint_add_int(uint64_t hash, int64_t value);
/* "1234.56", ",5", "12,": digits and one decimal mark (either). False: not a number of at most 18 digits. */
bool amount_parse(struct str text, struct decimal *out);
/* Minor units without sign; sets PROBLEM_AMOUNT_DECIMALS, PROBLEM_AMOUNT, PROBLEM_CURRENCY in *problems. */
int64_t amount_minor(struct decimal exact, struct str currency, uint32_t *problems);
bool moment_parse(struct str text, struct date *day, struct instant *at); /* ISO date or date-time; no zone is read as UTC */
/* UTF-8 as it is; else Windows-1252. */
struct str text_utf8(struct arena *arena, struct str text, uint32_t *problems);

CHECKED struct fault *malformed_at(struct arena *arena, int64_t line, const char *why);

/* ---- Reading by lines, for MT940 and CSV ---- */

struct line_reader {
    struct statement_source source;
    char *buffer; /* malloc'd */
    size_t from, to, room, bytes, bytes_bound;
    int64_t number; /* of the line last given */
    bool at_end, broken_off, too_long, too_large;
    bool at_signs; /* "@@" ends a line, as some banks write it */
};
enum { LINE_BYTES_MAX = 1 << 20 };
void line_reader_open(struct line_reader *reader, struct statement_source source, size_t bytes_bound);
bool line_next(struct line_reader *reader, struct str *line); /* without its end; borrowed until the next call */
void line_reader_close(struct line_reader *reader);

/* What is ahead, without taking it: the first bytes of the file. */
struct str line_peek(struct line_reader *reader);

/* ---- Free text of a payment, taken apart as its bank writes it (MT940 :86:, CSV descriptions) ---- */

struct narrative {
    struct arena *arena;
    struct statement_payment *payment;
    struct statement_party *other, *ultimate, *initiating; /* made when first named */
    const struct statement *statement;
    struct str text; /* on one line */
};
/* Each is true when the text was of its kind; what they cannot explain ends in payment->remittance. */
bool narrative_structured(struct narrative *n);                        /* /EREF/…/REMI/… */
bool narrative_german(struct narrative *n);                            /* 166?00…?20… and Triodos' 000>10…>20… */
bool narrative_labels(struct narrative *n);                            /* IBAN: … BIC: … NAAM: … OMSCHRIJVING: … */
void narrative_plain(struct narrative *n, enum statement_dialect dialect); /* as the bank's habit is, or all of it remittance */
struct statement_party *narrative_other(struct narrative *n);
/* Puts the parties where debtor and creditor belong. */
void narrative_finish(struct narrative *n, const struct statement_line *line);
struct str spaces_squeezed(struct arena *arena, struct str text);

/* ---- The three formats ---- */

enum statement_dialect dialect_of_account(struct str account); /* by the bank's letters in the IBAN; UNKNOWN */
enum statement_dialect dialect_of_text(struct str preamble);   /* by a BIC in it */

CHECKED struct fault *camt_read(struct sink *sink, struct statement_source source);
CHECKED struct fault *mt940_read(struct sink *sink, struct statement_source source);
CHECKED struct fault *csv_read(struct sink *sink, struct statement_source source);
bool csv_knows(struct str head); /* is there a header, or a first row, of a bank we know */
