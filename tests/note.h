/* A sample room for the tests of the floor: notes, with every kind of operation there is. */
#pragma once
#include "operation/operation.h"

typedef struct { int64_t n; } note_id;
struct note {
    note_id id;
    struct str title, body;
    struct str currency;
    int64_t total_minor;
    struct date written_on;
    int64_t version;
};
struct note_add { struct str title, body, currency; int64_t total_minor; };
struct note_change { note_id id; int64_t version; struct str title; };
struct note_key { note_id id; };
LIST_STRUCT(note_rows, struct note);
extern const struct record note_record, note_add_record, note_change_record, note_key_record;
extern const struct operation_table note_table_of_operations;
extern const struct fault_type note_missing, note_changed, note_shouted;

void note_make_table(struct work *work, struct books *books); /* where it isn't there yet */
void note_fill(struct work *work, struct books *books, int64_t count); /* so many, quickly, without audit rows */
int64_t note_count(struct work *work, struct books *books);
/* The next so many runs of a writing operation meet a conflict, at their end. */
void note_conflicts(int count);
int note_runs(void); /* how often `note add` ran since the last note_conflicts */
/* The tables of this room and the operation room's own, prepared. */
void note_operations(struct arena *arena, struct operations *out);
/* "Bearer writer" and the like: nobody, guest (no permission), reader, writer (both permissions), boss (and stepped up), of
 * company `note_company`. */
struct fault *note_identify(struct work *work, struct books *books, const struct operations *operations,
                            struct str bearer, struct str cookie, struct str csrf, struct str company);
void note_strangers_out(bool out); /* from now on no stranger is known */
void note_company(int64_t company_id, const struct operations *operations);
