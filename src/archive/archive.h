/* Source files, kept byte for byte under their SHA-256 before anything is parsed, for seven years at least (art. 52 AWR);
 * which thing each belongs to, versions, tags, text and search. The same bytes are stored once a company. */
#pragma once
#include "operation/operation.h"
#include "access/access.h"

typedef struct { int64_t n; } document_id;
enum document_source { DOCUMENT_UPLOAD = 1, DOCUMENT_MAIL, DOCUMENT_PORTAL, DOCUMENT_FOLDER, DOCUMENT_MADE, DOCUMENT_API };
extern const char *const archive_source_names[DOCUMENT_API + 1];
struct document {
    document_id id;
    struct str hash; /* 32 bytes */
    struct str file_name, media_type;
    int64_t byte_count;
    enum document_source source;
    struct str subject_kind; /* "bill", "invoice", "statement", …; absent while it belongs to nothing yet */
    int64_t subject_id;
    document_id replaces_id; /* the version before */
    struct str language;
    struct date keep_until;
    struct instant added_at;
    int64_t added_by;
};
LIST_STRUCT(documents, struct document);
extern const struct record document_record;

/* Keeps the bytes and adds a document over them. `document`: file_name, media_type (absent: told from the bytes), source, and
 * subject when known; the rest is filled in. *seen (may be NULL): a document with the same bytes that was there before, id 0
 * when there is none. Refuses archive_empty; the size is limited at the door. */
CHECKED struct fault *archive_keep(struct work *work, struct document *document, struct str content, struct document *seen);
CHECKED struct fault *archive_load(struct work *work, document_id id, struct document *document);
CHECKED struct fault *archive_content(struct work *work, document_id id, struct str *content);
CHECKED struct fault *archive_of(struct work *work, const char *subject_kind, int64_t subject_id, struct documents *documents);
CHECKED struct fault *archive_attach(struct work *work, document_id id, const char *subject_kind, int64_t subject_id);
/* Text found in it, for search; replaces what was there. Words are folded: lower case, accents off, digits kept. */
CHECKED struct fault *archive_index(struct work *work, document_id id, struct str text);
/* Every file against its hash: *count files read, *broken those that differ. */
CHECKED struct fault *archive_verify(struct work *work, int64_t *count, int64_t *broken);
/* "application/pdf", "application/xml", "text/csv", … by the first bytes; octet-stream when unknown. */
struct str archive_media_type(struct str content);

extern const struct fault_type archive_missing, archive_empty;
extern const struct operation_table archive_documents;
