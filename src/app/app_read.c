/* florin read: what a file says, as JSON. */
#include "app/app_own.h"
#include "app/app_json.h"
#include "einvoice/einvoice.h"
#include "paper/hybrid.h"
#include "statement/statement.h"
#include <errno.h>
#include <jansson.h>

static const struct fault_type app_what = {
    FAULT_INVALID, "app.what",
    "This is no e-invoice (XML, or a PDF with one inside), bank statement (camt, MT940, CSV), file of payments (pain.001, pain.008, pain.002) or audit file (XAF)."
};
static const struct fault_type app_no_words = { FAULT_INVALID, "app.no_words",
                                                "Say which files: florin {command} FILE…" };
struct app_read_flags {
    bool json;
};
RECORD(app_read_flags, { FIELD(struct app_read_flags, json, OPTIONAL, .about = "each file on one line") });

enum { FILE_MOST = 128 << 20 };

struct fault *own_file(struct arena *arena, struct str its, struct str *bytes)
{
    bool standard = str_is(its, "-");
    FILE *f = standard ? stdin : fopen(str_keep(arena, its).at, "rb");
    int why = errno;
    struct text text = text_new(arena);
    char part[65536];
    if (!f) return FAULT(arena, &app_file, NULL, PARAM("file", its), PARAM("why", str_of(strerror(why))));
    for (size_t n; text.length <= FILE_MOST && (n = fread(part, 1, sizeof part, f)) > 0;) text_add_bytes(&text, part, n);
    why = ferror(f) ? errno : 0;
    if (!standard) fclose(f);
    if (why) return FAULT(arena, &app_file, NULL, PARAM("file", its), PARAM("why", str_of(strerror(why))));
    if (text.length > FILE_MOST) return FAULT(arena, &input_too_large, NULL, PARAM("limit", STR("128 MiB")));
    *bytes = text_str(&text);
    if (!bytes->at) *bytes = STR("");
    return NULL;
}

struct fault *own_invoice_xml(struct arena *arena, struct str bytes, struct str *xml)
{
    enum paper_hybrid_kind kind;
    *xml = bytes;
    if (!str_starts(bytes, "%PDF-")) return NULL;
    TRY(paper_hybrid_xml(arena, bytes, xml, &kind));
    return kind == PAPER_NOT_HYBRID ? FAULT(arena, &app_what, NULL) : NULL;
}

static struct fault *read_bytes(struct arena *arena, struct str bytes, struct text *out)
{
    struct str xml;
    struct statements statements;
    struct einvoice *invoice;
    if (!str_starts(bytes, "%PDF-") && statement_sniff(str_part(bytes, 0, 4096))) {
        TRY(statement_read(arena, bytes, &statements));
        text_addz(out, "{\"statements\":[");
        for (size_t i = 0; i < statements.count; i++) {
            if (i) text_add_char(out, ',');
            shape_add_json(out, &statement_shape, &statements.at[i]);
        }
        text_addz(out, "]}");
        return NULL;
    }
    bool known;
    TRY(own_read_other(arena, bytes, out, &known));
    if (known) return NULL;
    TRY(own_invoice_xml(arena, bytes, &xml));
    struct fault *fault = einvoice_read(arena, xml, &invoice);
    bool xml_like = str_find(str_part(xml, 0, 256), "<") >= 0;
    if (fault && (!xml_like || fault->type == &einvoice_unknown)) return FAULT(arena, &app_what, NULL);
    TRY(fault);
    shape_add_json(out, &einvoice_shape, invoice);
    return NULL;
}

static void print(FILE *out, struct str json, bool one_line)
{
    json_t *tree = one_line ? NULL : json_loadb(json.at, json.length, 0, NULL);
    if (tree) json_dumpf(tree, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    else fwrite(json.at, 1, json.length, out);
    fputc('\n', out);
    json_decref(tree);
}

/* A file that can't be read does not keep the next ones from being read. */
struct fault *app_read(struct own *own, int *code)
{
    struct app_read_flags flags = { 0 };
    struct words files = { 0 };
    TRY(own_flags(own, INTO(app_read_flags, &flags), &files));
    if (!files.count) return FAULT(own->arena, &app_no_words, NULL, PARAM("command", own->command));
    struct arena *arena = arena_new((size_t)1 << 34);
    for (size_t i = 0; i < files.count; i++) {
        struct str bytes;
        struct text out = text_new(arena);
        struct fault *fault = own_file(arena, files.at[i], &bytes);
        if (!fault) fault = read_bytes(arena, bytes, &out);
        if (!fault) print(own->out, text_str(&out), flags.json);
        else {
            struct own its = *own;
            its.arena = arena;
            fprintf(own->err, "%.*s: ", STR_ARG(files.at[i]));
            *code = own_refuse(&its, fault);
        }
        arena_reset(arena);
    }
    arena_free(arena);
    return NULL;
}
