/* What became of each bank line, or is proposed for it, as a table: for an auditor, and for ../shared/bench/cash. */
#include "cash/cash_past.h"
#include "cash/cash_private.h"
#include "cash_past.sql.h"
#include <jansson.h>

struct export_takes { struct date from_on, to_on; };
RECORD(export_takes, {
    FIELD(struct export_takes, from_on, OPTIONAL),
    FIELD(struct export_takes, to_on, OPTIONAL),
});
struct answer_row {
    int64_t id;
    struct str entry_id, category, parts, evidence;
    int64_t probability_ppm;
    bool is_automatic;
    struct str proposed, why_not, explanations;
    int64_t proposed_ppm;
};
RECORD(answer_row, {
    FIELD(struct answer_row, id),
    FIELD(struct answer_row, entry_id, OPTIONAL),
    FIELD(struct answer_row, category, OPTIONAL),
    JSON(struct answer_row, parts, OPTIONAL),
    JSON(struct answer_row, evidence, OPTIONAL),
    FIELD(struct answer_row, probability_ppm, OPTIONAL),
    FIELD(struct answer_row, is_automatic, OPTIONAL),
    FIELD(struct answer_row, proposed, OPTIONAL),
    FIELD(struct answer_row, why_not, OPTIONAL),
    JSON(struct answer_row, explanations, OPTIONAL),
    FIELD(struct answer_row, proposed_ppm, OPTIONAL),
});

/* The name that an item goes by outside: its id in the system it came from, else its number. Sorted by id. */
struct item_name { int64_t id; struct str name; };
struct exporting { struct arena *arena; LIST_OF(struct item_name) names; struct text text; };

static int by_id(const void *a, const void *b)
{
    const struct item_name *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static struct fault *load_names(struct work *work, struct exporting *e)
{
    struct open_items items = { 0 };
    struct cash_facts facts = { 0 };
    struct cash_past_items past = { 0 };
    TRY(ledger_all_items(work, CONTROL_RECEIVABLES, &items));
    TRY(ledger_all_items(work, CONTROL_PAYABLES, &items));
    TRY(cash_past_items_all(work, &past));
    TRY(cash_facts_all(work, &facts));
    for (size_t i = 0; i < items.count; i++)
        *LIST_ADD(e->arena, &e->names) = (struct item_name){ items.at[i].id.n, items.at[i].reference };
    for (size_t i = 0; i < past.count; i++)
        *LIST_ADD(e->arena, &e->names) =
            (struct item_name){ past.at[i].id, past.at[i].item_key.length ? past.at[i].item_key : past.at[i].number };
    if (e->names.count) qsort(e->names.at, e->names.count, sizeof *e->names.at, by_id);
    for (size_t i = 0; i < facts.count; i++) {
        struct item_name key = { facts.at[i].item_id.n, { 0 } }, *found;
        if (!facts.at[i].item_key.length || !e->names.count) continue;
        found = bsearch(&key, e->names.at, e->names.count, sizeof key, by_id);
        if (found) found->name = facts.at[i].item_key;
    }
    return NULL;
}

static void add_name(struct exporting *e, int64_t id)
{
    struct item_name key = { id, { 0 } }, *found = NULL;
    if (e->names.count) found = bsearch(&key, e->names.at, e->names.count, sizeof key, by_id);
    if (!found) text_add_int(&e->text, id);
    else
        for (size_t i = 0; i < found->name.length; i++) /* its own separators can't stand in it */
            text_add_char(&e->text, strchr(":;+|,\"\n\r", found->name.at[i]) ? '_' : found->name.at[i]);
}

/* The words of the benchmark where ours are others. */
static const char *category_word(struct str category)
{
    static const struct {
        const char *ours, *theirs;
    } words[] = { { "match", "match" },        { "duplicate", "duplicate" }, { "on_account", "on_account" },
                  { "provider", "psp" },       { "debit_batch", "sdd" },     { "reversal", "reversal" },
                  { "unrelated", "unrelated" } };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (str_is(category, words[i].ours)) return words[i].theirs;
    return "unknown";
}

static void add_shares(struct exporting *e, const json_t *of, const char *between, bool amounts)
{
    const json_t *share;
    size_t i;
    json_array_foreach(json_object_get(of, "shares"), i, share)
    {
        if (i) text_addz(&e->text, between);
        add_name(e, json_integer_value(json_object_get(share, "item_id")));
        if (!amounts) continue;
        text_add_char(&e->text, ':');
        text_add(&e->text, minor_format(e->arena, json_integer_value(json_object_get(share, "amount_minor")), 2));
    }
}

static void add_evidence(struct exporting *e, const json_t *evidence)
{
    const json_t *one;
    size_t i;
    json_array_foreach(evidence, i, one)
    {
        const char *kind = json_string_value(json_object_get(one, "kind"));
        text_addf(&e->text, "%s%s=%lld", i ? " " : "", kind ? kind : "",
                  (long long)json_integer_value(json_object_get(one, "value")));
    }
}

static void add_head(struct exporting *e, struct str reference)
{
    for (size_t i = 0; i < reference.length; i++)
        if (!strchr(",\"\n\r", reference.at[i])) text_add_char(&e->text, reference.at[i]);
    text_add_char(&e->text, ',');
}

static void add_confidence(struct exporting *e, int64_t ppm, bool automatic)
{
    text_addf(&e->text, ",%lld.%06lld,%d,", (long long)(ppm / 1000000), (long long)(ppm % 1000000), automatic);
}

static struct fault *add_row(void *context, const void *at)
{
    struct exporting *e = context;
    const struct answer_row *row = at;
    struct str word = row->category.at ? row->category : row->proposed;
    const char *category = category_word(word);
    json_t *json = row->category.at ? json_loadb(row->parts.at ? row->parts.at : "", row->parts.length, 0, NULL)
                                    : json_loadb(row->explanations.at ? row->explanations.at : "",
                                                 row->explanations.length, 0, NULL);
    json_t *evidence = row->evidence.at ? json_loadb(row->evidence.at, row->evidence.length, 0, NULL) : NULL;
    const json_t *best = row->category.at ? json : json_array_get(json, 0);
    add_head(e, row->entry_id);
    text_addz(&e->text, category);
    text_add_char(&e->text, ',');
    if (strcmp(category, "unrelated")) add_shares(e, best, ";", true);
    add_confidence(e, row->category.at ? row->probability_ppm : row->proposed_ppm, row->is_automatic);
    for (size_t k = 1, n = 0; !row->category.at && k < json_array_size(json); k++) {
        const json_t *other = json_array_get(json, k);
        const char *kind = json_string_value(json_object_get(other, "category"));
        if (!kind || strcmp(kind, "match")) continue;
        if (n++) text_add_char(&e->text, '|');
        add_shares(e, other, "+", false);
    }
    text_addf(&e->text, ",%.*s,", STR_ARG(row->why_not.at ? row->why_not : STR("")));
    add_evidence(e, evidence ? evidence : json_object_get(best, "evidence"));
    text_addz(&e->text, "\n");
    json_decref(json);
    json_decref(evidence);
    return NULL;
}

static struct fault *cash_export(struct work *work, const struct export_takes *takes, struct file_answer *out)
{
    struct exporting e = { .arena = work->arena, .text = text_new(work->arena) };
    struct export_takes range = *takes;
    if (!range.from_on.ymd) range.from_on.ymd = 19000101;
    if (!range.to_on.ymd) range.to_on.ymd = 21991231;
    TRY(load_names(work, &e));
    text_addz(&e.text, "entry_id,category,allocations,confidence,auto,alternatives,why_not,evidence\n");
    TRY(db_each(work, &sql_answer_rows, GIVEN(export_takes, &range), &answer_row_record, add_row, &e));
    out->name = STR("cash.csv");
    out->media_type = STR("text/csv");
    out->content = text_str(&e.text);
    return NULL;
}
CALLABLE(cash_export, export_takes, file_answer);

static const struct operation operations[] = {
    { "cash export", "GET", "/cash/export", "cash.read", OPERATION_READS | OPERATION_FILE | OPERATION_SLOW,
      &cash_export_call, NULL, "Give every bank line with what it was decided or is proposed to be, as CSV" },
};
const struct operation_table cash_exports = { "cash", operations, ARRAY_LENGTH(operations) };
