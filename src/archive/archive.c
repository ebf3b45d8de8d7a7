#include "archive/archive.h"
#include "archive.sql.h"

const struct fault_type archive_missing = { FAULT_MISSING, "archive.missing", "There is no such document." };
const struct fault_type archive_empty = { FAULT_INVALID, "archive.empty", "The file is empty." };

const char *const archive_source_names[] = { NULL, "upload", "mail", "portal", "folder", "made", "api" };
RECORD(document, {
    ID(struct document, id, .sort = true),
    BYTES(struct document, hash),
    FIELD(struct document, file_name, .min = 1, .max = 255, .filter = true),
    FIELD(struct document, media_type, .max = 100, .filter = true),
    FIELD(struct document, byte_count),
    FIELD(struct document, source, CHOICES(archive_source_names), .filter = true),
    FIELD(struct document, subject_kind, .max = 40, OPTIONAL, .filter = true),
    FIELD(struct document, subject_id, OPTIONAL, .filter = true),
    ID(struct document, replaces_id, OPTIONAL),
    FIELD(struct document, language, OPTIONAL),
    FIELD(struct document, keep_until),
    FIELD(struct document, added_at, .sort = true),
    FIELD(struct document, added_by),
});
struct kept_content {
    struct str hash;
    int64_t byte_count;
    struct str content;
};
RECORD(kept_content, { BYTES(struct kept_content, hash), FIELD(struct kept_content, byte_count),
                       BYTES(struct kept_content, content) });
struct content_row {
    struct str content;
};
RECORD(content_row, { BYTES(struct content_row, content) });
struct hashed_row { struct str hash, content; };
RECORD(hashed_row, { BYTES(struct hashed_row, hash), BYTES(struct hashed_row, content) });
struct document_key { int64_t id; };
RECORD(document_key, { FIELD(struct document_key, id, .min = 1, .max = EXACT_MAX) });
struct tagged { int64_t id; struct str tag; };
RECORD(tagged, { FIELD(struct tagged, id, .min = 1, .max = EXACT_MAX), FIELD(struct tagged, tag, .min = 1, .max = 40) });
#define DOCUMENT_KEY(document) GIVEN(document_key, (&(const struct document_key){ (document).n }))

static bool begins(struct str content, const char *magic) { return str_starts(content, magic); }

struct str archive_media_type(struct str content)
{
    struct str head = str_trim(str_part(content, 0, 256));
    if (begins(content, "%PDF-")) return STR("application/pdf");
    if (begins(content, "\x89PNG")) return STR("image/png");
    if (begins(content, "\xFF\xD8\xFF")) return STR("image/jpeg");
    if (begins(content, "II*") || begins(content, "MM")) return STR("image/tiff");
    if (begins(content, "PK\x03\x04")) return STR("application/zip");
    if (begins(head, "\xEF\xBB\xBF<") || begins(head, "<") || begins(content, "\xFF\xFE<") ||
        begins(content, "\xFE\xFF"))
        return STR("application/xml");
    if (str_is_utf8(content) && str_find(head, ";") >= 0) return STR("text/csv");
    return str_is_utf8(content) ? STR("text/plain") : STR("application/octet-stream");
}

/* Seven years counts from the end of the year the document is of (art. 52 AWR, lid 4). */
static struct date keep_until(struct date today)
{
    return (struct date){ (date_year(today) + 7) * 10000 + 1231 };
}

struct fault *archive_keep(struct work *work, struct document *document, struct str content, struct document *seen)
{
    uint8_t hash[32];
    struct document before = { 0 };
    bool found;
    if (!content.length) return FAULT(work->arena, &archive_empty, "content");
    sha256(content.at, content.length, hash);
    document->hash = str_copy(work->arena, (const char *)hash, sizeof hash);
    document->id.n = id_new(work);
    document->byte_count = (int64_t)content.length;
    if (!document->media_type.length) document->media_type = archive_media_type(content);
    if (!document->file_name.length) document->file_name = STR("document");
    if (!document->source) document->source = DOCUMENT_UPLOAD;
    document->keep_until = keep_until(work->today);
    document->added_at = work->now;
    document->added_by = work->user_id;
    TRY(db_find(work, &sql_document_by_hash, GIVEN(document, document), INTO(document, &before), &found));
    if (seen) *seen = before;
    if (!found) {
        const struct kept_content kept = { document->hash, document->byte_count, content };
        TRY(db_run(work, &sql_content_add, GIVEN(kept_content, &kept)));
    }
    TRY(record_check(work->arena, GIVEN(document, document)));
    return db_run(work, &sql_document_add, GIVEN(document, document));
}

struct fault *archive_load(struct work *work, document_id id, struct document *document)
{
    return db_one(work, &sql_document_by_id, DOCUMENT_KEY(id), INTO(document, document), &archive_missing);
}

struct fault *archive_content(struct work *work, document_id id, struct str *content)
{
    struct content_row row = { 0 };
    TRY(db_one(work, &sql_content_by_document, DOCUMENT_KEY(id), INTO(content_row, &row), &archive_missing));
    *content = row.content;
    return NULL;
}

struct fault *archive_of(struct work *work, const char *subject_kind, int64_t subject_id, struct documents *documents)
{
    const struct document of = { .subject_kind = str_of(subject_kind), .subject_id = subject_id };
    return db_all(work, &sql_documents_of, GIVEN(document, &of), INTO_LIST(document, documents));
}

struct fault *archive_attach(struct work *work, document_id id, const char *subject_kind, int64_t subject_id)
{
    const struct document to = { .id = id, .subject_kind = str_of(subject_kind), .subject_id = subject_id };
    return db_change(work, &sql_document_attach, GIVEN(document, &to), &archive_missing);
}

struct verifying { int64_t count, broken; };

static struct fault *verify_row(void *context, const void *at)
{
    struct verifying *v = context;
    const struct hashed_row *row = at;
    uint8_t hash[32];
    sha256(row->content.at, row->content.length, hash);
    v->count++;
    v->broken += row->hash.length != sizeof hash || memcmp(hash, row->hash.at, sizeof hash) != 0;
    return NULL;
}

struct fault *archive_verify(struct work *work, int64_t *count, int64_t *broken)
{
    struct verifying v = { 0 };
    TRY(db_each(work, &sql_content_all, NONE, &hashed_row_record, verify_row, &v));
    *count = v.count;
    *broken = v.broken;
    return NULL;
}

/* ---- Operations ---- */

struct document_upload {
    struct str file_name, media_type, subject_kind;
    int64_t subject_id, replaces_id;
    struct str content;
};
RECORD(document_upload, {
    FIELD(struct document_upload, file_name, .min = 1, .max = 255),
    FIELD(struct document_upload, media_type, .max = 100, OPTIONAL),
    FIELD(struct document_upload, subject_kind, .max = 40, OPTIONAL),
    FIELD(struct document_upload, subject_id, OPTIONAL),
    FIELD(struct document_upload, replaces_id, OPTIONAL, .about = "a document that this is a newer version of"),
    BYTES(struct document_upload, content, .min = 1, .max = 64 << 20),
});
static struct fault *document_upload(struct work *work, const struct document_upload *takes, struct document *out)
{
    *out = (struct document){ .file_name = takes->file_name,
                              .media_type = takes->media_type,
                              .source = DOCUMENT_UPLOAD,
                              .subject_kind = takes->subject_kind,
                              .subject_id = takes->subject_id,
                              .replaces_id = { takes->replaces_id } };
    if (takes->replaces_id) {
        struct document before = { 0 };
        TRY(archive_load(work, (document_id){ takes->replaces_id }, &before));
        out->subject_kind = before.subject_kind;
        out->subject_id = before.subject_id;
    }
    TRY(archive_keep(work, out, takes->content, NULL));
    work_changed(work, "document", out->id.n, (struct given){ &document_record, NULL }, GIVEN(document, out));
    if (!str_starts(out->media_type, "text/") && !str_is(out->media_type, "application/xml")) return NULL;
    return str_is_utf8(takes->content) ? archive_index(work, out->id, takes->content) : NULL;
}
CALLABLE(document_upload, document_upload, document);

struct tag_row { struct str tag; };
RECORD(tag_row, { FIELD(struct tag_row, tag) });
struct document_shown { struct document document; LIST_OF(struct tag_row) tags; };
RECORD(document_shown, { PART(struct document_shown, document, document), LIST(struct document_shown, tags, tag_row) });
static struct fault *document_show(struct work *work, const struct document_key *takes, struct document_shown *out)
{
    TRY(archive_load(work, (document_id){ takes->id }, &out->document));
    return db_all(work, &sql_tags_of, GIVEN(document_key, takes), INTO_LIST(tag_row, &out->tags));
}
CALLABLE(document_show, document_key, document_shown);

/* What we make for others to act on leaves by its own operation, which knows who may and notes that it left. */
static const struct { const char *subject_kind, *command; } own_way[] = { { "payment_run", "payment file" } };
static const struct fault_type archive_own_way = {
    FAULT_DENIED, "archive.own_way", "This file leaves by its own way, which notes that it left: {command}, number {id}."
};
static struct fault *check_way(struct work *work, const struct document *document)
{
    for (size_t i = 0; i < ARRAY_LENGTH(own_way); i++)
        if (document->source == DOCUMENT_MADE && str_is(document->subject_kind, own_way[i].subject_kind))
            return FAULT(work->arena, &archive_own_way, "id", PARAM("command", str_of(own_way[i].command)),
                         PARAM_INT(work->arena, "id", document->subject_id));
    return NULL;
}

static struct fault *document_file(struct work *work, const struct document_key *takes, struct file_answer *out)
{
    struct document document = { 0 };
    TRY(archive_load(work, (document_id){ takes->id }, &document));
    TRY(check_way(work, &document));
    out->name = document.file_name;
    out->media_type = document.media_type;
    return archive_content(work, document.id, &out->content);
}
CALLABLE(document_file, document_key, file_answer);

static struct fault *document_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                   struct documents *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_document_list, NONE, query, INTO_LIST(document, rows), next);
}
LISTABLE(document_list, nothing, document, documents);

static struct fault *document_tag(struct work *work, const struct tagged *takes, struct tagged *out)
{
    struct document document = { 0 };
    TRY(archive_load(work, (document_id){ takes->id }, &document));
    TRY(db_run(work, &sql_tag_add, GIVEN(tagged, takes)));
    *out = *takes;
    work_changed(work, "document", takes->id, (struct given){ &tagged_record, NULL }, GIVEN(tagged, takes));
    return NULL;
}
CALLABLE(document_tag, tagged, tagged);

static struct fault *document_untag(struct work *work, const struct tagged *takes, struct tagged *out)
{
    struct document document = { 0 };
    int64_t removed = 0;
    TRY(archive_load(work, (document_id){ takes->id }, &document));
    TRY(db_run_count(work, &sql_tag_remove, GIVEN(tagged, takes), &removed));
    *out = *takes;
    if (removed) work_changed(work, "document", takes->id, GIVEN(tagged, takes), (struct given){ &tagged_record, NULL });
    return NULL;
}
CALLABLE(document_untag, tagged, tagged);

struct document_search {
    struct str text, subject_kind;
};
RECORD(document_search, { FIELD(struct document_search, text, .min = 2, .max = 200),
                          FIELD(struct document_search, subject_kind, .max = 40, OPTIONAL) });
struct found_document {
    int64_t id, occurrences;
    struct str file_name, media_type, subject_kind;
    int64_t subject_id;
    struct instant added_at;
};
RECORD(found_document, {
    FIELD(struct found_document, id),
    FIELD(struct found_document, occurrences),
    FIELD(struct found_document, file_name),
    FIELD(struct found_document, media_type),
    FIELD(struct found_document, subject_kind, OPTIONAL),
    FIELD(struct found_document, subject_id, OPTIONAL),
    FIELD(struct found_document, added_at),
});
LIST_STRUCT(found_documents, struct found_document);
struct found { struct found_documents documents; };
RECORD(found, { LIST(struct found, documents, found_document) });
CHECKED struct fault *archive_search(struct work *work, const struct document_search *takes, struct found *out);

/* ---- Search: words folded the same way when kept and when asked ---- */

struct word { int64_t id; struct str word; int64_t occurrences; };
LIST_STRUCT(words, struct word);
RECORD(word, { FIELD(struct word, id), FIELD(struct word, word), FIELD(struct word, occurrences) });
struct word_ask {
    struct str word, word_end, subject_kind;
};
RECORD(word_ask, { FIELD(struct word_ask, word), FIELD(struct word_ask, word_end),
                   FIELD(struct word_ask, subject_kind, OPTIONAL) });
struct text_set {
    int64_t id;
    struct str text;
};
RECORD(text_set, { FIELD(struct text_set, id), FIELD(struct text_set, text, .max = 1 << 22) });

enum { WORD_MAX = 40, WORDS_MAX = 20000, TEXT_KEPT = 1 << 20 };

/* One letter of Latin-1 Supplement and Latin Extended-A without its accent; 0: not a letter we fold. */
static char folded(unsigned code)
{
    static const char plain[] = "AAAAAAACEEEEIIIIDNOOOOO*OUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";
    if (code >= 0xC0 && code <= 0xFF) return plain[code - 0xC0];
    if (code == 0x152 || code == 0x153) return 'o';
    return 0;
}

/* The next word of the text, folded into `word`; false at the end. */
static bool next_word(struct str *text, char word[WORD_MAX + 1], size_t *length)
{
    *length = 0;
    for (; text->length; text->at++, text->length--) {
        unsigned char c = (unsigned char)text->at[0];
        char letter = 0;
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) letter = (char)c;
        else if (c >= 'A' && c <= 'Z') letter = (char)(c + 32);
        else if (c >= 0xC3 && c <= 0xC5 && text->length > 1) {
            letter = folded(((unsigned)c & 0x1F) << 6 | ((unsigned char)text->at[1] & 0x3F));
            if (letter >= 'A' && letter <= 'Z') letter = (char)(letter + 32);
            text->at++, text->length--;
        }
        if (letter >= '0' && letter != '*' && *length < WORD_MAX) word[(*length)++] = letter;
        else if (letter == 0 && *length) return true;
    }
    return *length > 0;
}

static int by_word(const void *a, const void *b)
{
    return str_compare(((const struct word *)a)->word, ((const struct word *)b)->word);
}

struct fault *archive_index(struct work *work, document_id id, struct str text)
{
    struct words words = { 0 };
    char z[WORD_MAX + 1];
    size_t length, distinct = 0;
    struct str rest = str_utf8_clip(text, TEXT_KEPT);
    const struct text_set set = { id.n, str_keep(work->arena, rest) };
    TRY(db_run(work, &sql_text_set, GIVEN(text_set, &set)));
    TRY(db_run(work, &sql_words_clear, DOCUMENT_KEY(id)));
    while (words.count < WORDS_MAX && next_word(&rest, z, &length))
        if (length > 1) *LIST_ADD(work->arena, &words) = (struct word){ id.n, str_copy(work->arena, z, length), 1 };
    if (!words.count) return NULL;
    qsort(words.at, words.count, sizeof *words.at, by_word);
    for (size_t i = 0; i < words.count; i++) {
        if (distinct && str_equal(words.at[distinct - 1].word, words.at[i].word)) words.at[distinct - 1].occurrences++;
        else words.at[distinct++] = words.at[i];
    }
    return db_run_each(work, &sql_word_add, GIVEN(word, words.at), distinct);
}

/* Documents that hold every word asked, each as the beginning of a word. */
struct fault *archive_search(struct work *work, const struct document_search *takes, struct found *out)
{
    char z[WORD_MAX + 1];
    size_t length;
    struct str rest = takes->text;
    for (bool first = true; next_word(&rest, z, &length); first = false) {
        struct found_documents hits = { 0 }, both = { 0 };
        struct word_ask ask = { .word = str_copy(work->arena, z, length), .subject_kind = takes->subject_kind };
        ask.word_end = str_format(work->arena, "%.*s{", STR_ARG(ask.word)); /* '{' follows 'z' */
        TRY(db_all(work, &sql_word_search, GIVEN(word_ask, &ask), INTO_LIST(found_document, &hits)));
        for (size_t i = 0; i < hits.count; i++) {
            bool again = both.count && both.at[both.count - 1].id == hits.at[i].id, held = first;
            for (size_t k = 0; k < out->documents.count && !held; k++) held = out->documents.at[k].id == hits.at[i].id;
            if (again) both.at[both.count - 1].occurrences += hits.at[i].occurrences;
            else if (held) *LIST_ADD(work->arena, &both) = hits.at[i];
        }
        out->documents = both;
    }
    return NULL;
}
CALLABLE(archive_search, document_search, found);

static const struct operation operations[] = {
    { "document upload", "POST", "/documents", "archive.write", OPERATION_UPLOAD, &document_upload_call, NULL,
      "Keep a file" },
    { "document show", "GET", "/documents/{id}", "archive.read", OPERATION_READS, &document_show_call, NULL,
      "Show what is known of a file" },
    { "document file", "GET", "/documents/{id}/file", "archive.read", OPERATION_READS | OPERATION_FILE | OPERATION_SLOW,
      &document_file_call, NULL, "Give the file itself, byte for byte" },
    { "document list", "GET", "/documents", "archive.read", OPERATION_READS, NULL, &document_list_list,
      "List the files" },
    { "document tag", "POST", "/documents/{id}/tags", "archive.write", 0, &document_tag_call, NULL, "Tag a file" },
    { "document untag", "POST", "/documents/{id}/tags/remove", "archive.write", 0, &document_untag_call, NULL,
      "Remove a tag from a file" },
    { "document search", "GET", "/documents/search", "archive.read", OPERATION_READS, &archive_search_call, NULL,
      "Find files by the words in them" },
};
const struct operation_table archive_documents = { "archive", operations, ARRAY_LENGTH(operations) };
