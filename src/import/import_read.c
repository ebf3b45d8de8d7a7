/* From the archived bytes to checked rows: headings, mapping, values, everything that is wrong. */
#include "import/import_private.h"
#include "import.sql.h"
#include <jansson.h>

const struct fault_type import_no_rows = { FAULT_INVALID, "import.no_rows",
                                           "This file has no rows below its headings." };
const struct fault_type import_unmapped = { FAULT_INVALID, "import.unmapped",
                                            "No column gives {field}; say which one does, or add it to the file." };
static const struct fault_type import_bad_mapping = {
    FAULT_INVALID, "import.bad_mapping", "This is no mapping of columns of the file to fields of this kind."
};
static const struct fault_type import_needed = { FAULT_INVALID, "import.needed", "This must be filled in." };
static const struct fault_type import_no_amount = {
    FAULT_INVALID, "import.no_amount",
    "This is no amount with decimals after a \"{sign}\"; mend it, or choose the other decimal sign."
};
static const struct fault_type import_no_day = { FAULT_INVALID, "import.no_day",
                                                 "This is no day; write it as 31-12-2025 or 2025-12-31." };
static const struct fault_type import_no_number = { FAULT_INVALID, "import.no_number", "This is no whole number." };
static const struct fault_type import_too_long = { FAULT_INVALID, "import.too_long", "This is longer than {limit} characters." };
static const struct fault_type import_cell_error = { FAULT_INVALID, "import.cell_error",
                                                     "The spreadsheet has an error in this cell; mend the formula." };

/* ---- Maps from text to a number ---- */

struct map import_map_new(struct arena *arena, size_t expected)
{
    struct map map = { .room = 64 };
    while (map.room < expected * 2) map.room *= 2;
    map.slots = ARENA_ARRAY(arena, struct slot, map.room);
    return map;
}

static struct slot *place(const struct map *map, struct str key)
{
    size_t i = str_hash(key) & (map->room - 1);
    while (map->slots[i].key.at && !str_equal(map->slots[i].key, key)) i = (i + 1) & (map->room - 1);
    return &map->slots[i];
}

bool import_map_put(struct arena *arena, struct map *map, struct str key, int64_t value)
{
    if (!map->room || (map->count + 1) * 2 > map->room) {
        struct map larger = import_map_new(arena, map->room ? map->room : 64);
        for (size_t i = 0; i < map->room; i++)
            if (map->slots[i].key.at) *place(&larger, map->slots[i].key) = map->slots[i];
        larger.count = map->count;
        *map = larger;
    }
    struct slot *slot = place(map, key);
    if (slot->key.at) return false;
    *slot = (struct slot){ key, value };
    map->count++;
    return true;
}

bool import_map_get(const struct map *map, struct str key, int64_t *value)
{
    if (!map->room || !key.at) return false;
    const struct slot *slot = place(map, key);
    if (!slot->key.at) return false;
    *value = slot->value;
    return true;
}

/* ---- Headings ---- */

static size_t headings_known(struct importing *im, enum import_kind kind, size_t row)
{
    const struct sheet_row *r = &im->sheet.rows.at[row];
    size_t known = 0;
    for (size_t i = 0; i < r->count; i++)
        known += r->cells[i].kind == CELL_TEXT && import_field_of_heading(im->arena, kind, r->cells[i].text);
    return known;
}

enum { HEAD_ROWS = 15 };
/* The first of the first rows that has most headings of the kind; titles of a report may stand above it. */
static size_t head_row(struct importing *im, enum import_kind kind, size_t *known)
{
    size_t best = 0;
    *known = 0;
    for (size_t i = 0; i < im->sheet.rows.count && i < HEAD_ROWS; i++) {
        size_t here = headings_known(im, kind, i);
        if (here > *known) *known = here, best = i;
    }
    return best;
}

static bool maps(const struct importing *im, enum import_field field) { return im->column_of[field] != 0; }

static void map_headings(struct importing *im, enum import_kind kind)
{
    memset(im->field_of, 0, sizeof im->field_of);
    memset(im->column_of, 0, sizeof im->column_of);
    if (!im->sheet.rows.count) return;
    const struct sheet_row *r = &im->sheet.rows.at[im->head];
    for (size_t i = 0; i < r->count; i++) {
        enum import_field field = import_field_of_heading(im->arena, kind, r->cells[i].text);
        if (!field || maps(im, field)) continue;
        im->field_of[i] = field;
        im->column_of[field] = i + 1;
    }
}

static struct fault *complete(struct importing *im)
{
    struct fault *faults = NULL;
    const struct import_kind_spec *k = im->kind;
    for (size_t i = 0; i < ARRAY_LENGTH(k->needs) && k->needs[i]; i++)
        if (!maps(im, k->needs[i]))
            faults =
                fault_join(faults, FAULT(im->arena, &import_unmapped, "mapping",
                                         PARAM("field", translate(im->work->language, import_label(k->needs[i])))));
    bool any = !k->one_of[0];
    for (size_t i = 0; i < ARRAY_LENGTH(k->one_of) && k->one_of[i]; i++) any |= maps(im, k->one_of[i]);
    if (!any)
        faults = fault_join(faults, FAULT(im->arena, &import_unmapped, "mapping",
                                          PARAM("field", translate(im->work->language, import_label(k->one_of[0])))));
    return faults;
}

/* Customers and suppliers have the same columns; a heading or the file's name tells. */
static bool of_suppliers(struct importing *im)
{
    static const char *const words[] = { "crediteur", "leverancier", "supplier", "vendor", "payable", "inkoop" };
    struct text t = text_new(im->arena);
    text_add(&t, str_lower(im->arena, im->file->file_name));
    for (size_t i = 0; i < im->sheet.rows.at[im->head].count; i++) {
        text_add_char(&t, ' ');
        text_add(&t, str_lower(im->arena, im->sheet.rows.at[im->head].cells[i].text));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (str_find(text_str(&t), words[i]) >= 0) return true;
    return false;
}

/* The kind whose needs the headings meet best: to meet all counts more than any number of fields. 0: no heading says anything. */
static enum import_kind recognise(struct importing *im)
{
    enum import_kind best = 0;
    size_t best_points = 0;
    for (enum import_kind kind = IMPORT_CUSTOMERS; kind <= IMPORT_PAYMENTS; kind++) {
        size_t known, points;
        im->head = head_row(im, kind, &known);
        im->kind = &import_kinds[kind];
        map_headings(im, kind);
        points = known + (complete(im) ? 0 : 100);
        if (kind == IMPORT_PAYMENTS && maps(im, F_INVOICES) && maps(im, F_PAID_ON)) points += 2;
        if ((kind == IMPORT_SUPPLIERS || kind == IMPORT_PAYABLES) && points && of_suppliers(im)) points++;
        if (points > best_points) best_points = points, best = kind;
    }
    return best;
}

/* ---- Decimals and the order of days, from the values ---- */

static void propose_values(struct importing *im)
{
    size_t commas = 0, points = 0, orders[4] = { 0 };
    for (size_t i = im->head + 1; i < im->sheet.rows.count && i < im->head + 2000; i++) {
        const struct sheet_row *r = &im->sheet.rows.at[i];
        for (size_t c = 0; c < r->count && c < ARRAY_LENGTH(im->field_of); c++) {
            const struct cell *cell = &r->cells[c];
            enum import_type type = import_fields[im->field_of[c]].type;
            if (cell->kind != CELL_TEXT || !im->field_of[c]) continue;
            char sign = type == IMPORT_AMOUNT || type == IMPORT_PERCENT ? import_decimal_of(cell->text) : 0;
            commas += sign == ',', points += sign == '.';
            if (type == IMPORT_DAY) orders[import_day_order_of(cell->text)]++;
        }
    }
    im->decimal = commas == points ? (im->sheet.delimiter == ',' ? '.' : ',') : commas > points ? ',' : '.';
    im->days = orders[DAYS_MDY] > orders[DAYS_DMY] ? DAYS_MDY : orders[DAYS_YMD] > orders[DAYS_DMY] ? DAYS_YMD : DAYS_DMY;
}

struct fault *import_propose(struct importing *im)
{
    size_t known;
    if (!im->file->kind) im->file->kind = recognise(im);
    if (!im->file->kind) return FAULT(im->arena, &import_no_kind, "kind");
    im->kind = &import_kinds[im->file->kind];
    im->head = head_row(im, im->file->kind, &known);
    map_headings(im, im->file->kind);
    propose_values(im);
    im->file->decimal = im->decimal == ',' ? STR(",") : STR(".");
    im->file->day_order = im->days;
    im->file->mapping = import_mapping_text(im);
    im->file->row_count = im->sheet.rows.count ? (int64_t)(im->sheet.rows.count - im->head - 1) : 0;
    return NULL;
}

struct str import_mapping_text(struct importing *im)
{
    struct text t = text_new(im->arena);
    size_t count = 0;
    text_add_char(&t, '[');
    for (size_t i = 0; i < ARRAY_LENGTH(im->field_of); i++)
        if (im->field_of[i])
            text_addf(&t, "%s{\"column\":%zu,\"field\":\"%s\"}", count++ ? "," : "", i + 1, import_fields[im->field_of[i]].name);
    text_add_char(&t, ']');
    return text_str(&t);
}

struct fault *import_mapping_take(struct importing *im, struct str mapping)
{
    json_t *json = json_loadb(mapping.at, mapping.length, 0, NULL), *one;
    size_t i;
    bool good = json_is_array(json);
    memset(im->field_of, 0, sizeof im->field_of);
    memset(im->column_of, 0, sizeof im->column_of);
    json_array_foreach(json, i, one)
    {
        json_int_t column = json_integer_value(json_object_get(one, "column"));
        enum import_field field =
            import_field_named(im->file->kind, str_of(json_string_value(json_object_get(one, "field"))));
        if (!field || column < 1 || column > (json_int_t)ARRAY_LENGTH(im->field_of) || im->column_of[field] ||
            im->field_of[column - 1]) {
            good = false;
            break;
        }
        im->field_of[column - 1] = field;
        im->column_of[field] = (size_t)column;
    }
    json_decref(json);
    return good ? NULL : FAULT(im->arena, &import_bad_mapping, "mapping");
}

struct fault *import_open(struct importing *im, struct work *work, struct import_file *file)
{
    struct str content;
    size_t known;
    im->work = work;
    im->arena = work->arena;
    im->file = file;
    TRY(archive_content(work, file->document_id, &content));
    TRY(sheet_read(work->arena, content, &sheet_limits_default, &im->sheet));
    TRY(ledger_base_currency(work, &im->base_currency));
    if (!file->kind || !file->mapping.length) return NULL;
    im->kind = &import_kinds[file->kind];
    im->head = head_row(im, file->kind, &known);
    im->decimal = str_is(file->decimal, ".") ? '.' : ',';
    im->days = file->day_order;
    return import_mapping_take(im, file->mapping);
}

/* ---- Rows ---- */

const struct import_value *import_of(const struct importing *im, enum import_field field) { return &im->values[field]; }
struct str import_text(const struct importing *im, enum import_field field)
{
    return im->values[field].given ? im->values[field].text : (struct str){ 0 };
}

static struct str heading_of(const struct importing *im, enum import_field field)
{
    if (!field || !im->column_of[field]) return (struct str){ 0 };
    const struct sheet_row *head = &im->sheet.rows.at[im->head];
    size_t column = im->column_of[field] - 1;
    return column < head->count ? head->cells[column].text : (struct str){ 0 };
}

void import_wrong(struct importing *im, enum import_field field, struct fault *fault)
{
    for (; fault; fault = fault->next) {
        enum import_field at = fault->field.length ? import_field_named(im->file->kind, fault->field) : field;
        if (!at) at = field;
        im->row_wrong = true;
        if (im->error_count++ >= IMPORT_ERRORS_MAX) continue;
        struct fault one = *fault;
        one.next = NULL;
        struct str value = at && im->column_of[at] <= im->row->count && im->column_of[at]
                               ? im->row->cells[im->column_of[at] - 1].text
                               : (struct str){ 0 };
        *LIST_ADD(im->arena, &im->errors) =
            (struct import_error){ .row = im->row->number,
                                   .column = heading_of(im, at),
                                   .field = str_of(at ? import_fields[at].name : NULL),
                                   .value = str_utf8_clip(value, 200),
                                   .code = str_of(fault->type->code),
                                   .text = fault_text(im->arena, &one, im->work->language) };
    }
}

static void take_amount(struct importing *im, enum import_field field, struct cell cell, struct import_value *value)
{
    struct str currency = import_text(im, F_CURRENCY);
    int digits = import_fields[field].type == IMPORT_PERCENT
                     ? 4
                     : currency_digits(currency.length ? currency : im->base_currency);
    if (digits < 0) digits = 2;
    if (import_amount(im->arena, cell, im->decimal, digits, &value->number)) return;
    const char sign[] = { im->decimal, 0 };
    import_wrong(im, field, FAULT(im->arena, &import_no_amount, NULL, PARAM("sign", str_copy(im->arena, sign, 1))));
    value->given = false;
}

static void take_cell(struct importing *im, enum import_field field, struct cell cell)
{
    const struct import_field_spec *spec = &import_fields[field];
    struct import_value *value = &im->values[field];
    *value = (struct import_value){ .text = cell.text, .given = cell.kind != 0 };
    if (!cell.kind) return;
    if (cell.kind == CELL_ERROR) return import_wrong(im, field, FAULT(im->arena, &import_cell_error, NULL));
    switch (spec->type) {
    case IMPORT_AMOUNT:
    case IMPORT_PERCENT: take_amount(im, field, cell, value); break;
    case IMPORT_DAY:
        value->given = import_day(cell, im->days, &value->day);
        if (!value->given) import_wrong(im, field, FAULT(im->arena, &import_no_day, NULL));
        break;
    case IMPORT_WHOLE:
        value->given = str_to_int(str_cut(cell.text, ' ', &(struct str){ 0 }), &value->number); /* "30 dagen" */
        if (!value->given) import_wrong(im, field, FAULT(im->arena, &import_no_number, NULL));
        break;
    case IMPORT_TEXT:
        if (str_utf8_count(cell.text) > (size_t)spec->max)
            import_wrong(im, field, FAULT(im->arena, &import_too_long, NULL, PARAM_INT(im->arena, "limit", spec->max)));
        break;
    }
}

static void take_row(struct importing *im)
{
    memset(im->values, 0, sizeof im->values);
    size_t currency = im->column_of[F_CURRENCY]; /* decides the decimals of amounts before it */
    for (int pass = 0; pass < 2; pass++)
        for (size_t c = 0; c < im->row->count && c < ARRAY_LENGTH(im->field_of); c++)
            if (im->field_of[c] && (c + 1 == currency) == (pass == 0)) take_cell(im, im->field_of[c], im->row->cells[c]);
    for (size_t i = 0; i < ARRAY_LENGTH(im->kind->needs) && im->kind->needs[i]; i++) {
        size_t column = im->column_of[im->kind->needs[i]];
        bool empty = !column || column > im->row->count || !im->row->cells[column - 1].kind;
        if (empty) import_wrong(im, im->kind->needs[i], FAULT(im->arena, &import_needed, NULL));
    }
}

static void look_at_row(struct importing *im)
{
    im->row_wrong = false;
    take_row(im);
    switch (im->file->kind) {
    case IMPORT_CUSTOMERS:
    case IMPORT_SUPPLIERS: import_party_row(im); break;
    case IMPORT_ACCOUNTS: import_account_row(im); break;
    case IMPORT_RECEIVABLES:
    case IMPORT_PAYABLES:
    case IMPORT_PAID_INVOICES: import_item_row(im); break;
    case IMPORT_BALANCES: import_balance_row(im); break;
    case IMPORT_PAYMENTS: import_past_row(im); break;
    }
    import_show(im);
}

struct fault *import_check_rows(struct importing *im)
{
    TRY(complete(im));
    if (im->sheet.rows.count < im->head + 2) return FAULT(im->arena, &import_no_rows, "content");
    TRY(import_known_load(im));
    for (size_t i = im->head + 1; i < im->sheet.rows.count; i++) {
        im->row = &im->sheet.rows.at[i];
        im->row_count++;
        look_at_row(im);
    }
    return NULL;
}

/* ---- The first rows, as they would become ---- */

void import_show(struct importing *im)
{
    struct text t = text_new(im->arena);
    size_t count = 0;
    if (!im->preview || im->preview->count >= im->preview_max) return;
    text_add_char(&t, '{');
    for (const enum import_field *f = im->kind->fields; *f; f++) {
        const struct import_value *v = &im->values[*f];
        if (!v->given) continue;
        struct str shown = v->text, currency = import_text(im, F_CURRENCY);
        int digits = currency_digits(currency.length ? currency : im->base_currency);
        if (import_fields[*f].type == IMPORT_AMOUNT) shown = minor_format(im->arena, v->number, digits < 0 ? 2 : digits);
        else if (import_fields[*f].type == IMPORT_DAY) shown = date_text(im->arena, v->day);
        text_addf(&t, "%s\"%s\":", count++ ? "," : "", import_fields[*f].name);
        json_add_text(&t, shown);
    }
    text_add_char(&t, '}');
    *LIST_ADD(im->arena, im->preview) = (struct import_row){ im->row->number, text_str(&t), im->row_wrong };
}
