/* A company moves in: a file is kept, mapped, looked at, written and taken back through the operations, as a client asks them. */
#include "scenario/scene.h"

#define PATH(...) str_format(work->arena, __VA_ARGS__).at
DB_TEST(scenario_import)
{
    struct scene s = scene_begin(work);
    GET(&s, "/import-examples/customers");
    json_t *shown = ask(&s, 200, "POST", "/imports?file_name=klanten.csv", STR("Code;Naam;Rood\n7;Zon;x\n8;Maan;y\n"));
    json_t *file = json_object_get(shown, "file");
    int64_t id = number_in(file, "id");
    expect_str("customers", str_of(text_in(file, "kind")));
    expect_int(3, json_array_size(json_object_get(shown, "columns")));
    shown = POST(
        &s, PATH("/imports/%lld/map", (long long)id),
        "{\"version\":%lld,\"mapping\":[{\"column\":1,\"field\":\"number\"},{\"column\":2,\"field\":\"name\"},{\"column\":3,\"field\":\"city\"}]}",
        (long long)number_in(file, "version"));
    file = json_object_get(shown, "file");
    REFUSED(&s, 422, PATH("/imports/%lld/map", (long long)id),
            "{\"version\":2,\"mapping\":[{\"column\":1,\"field\":\"colour\"}]}");
    json_t *checked = GET(&s, PATH("/imports/%lld/preview", (long long)id));
    expect_int(0, number_in(checked, "error_count"));
    expect_int(2, number_in(checked, "made_count"));
    REFUSED(&s, 409, PATH("/imports/%lld/commit", (long long)id), "{\"version\":1}");
    file = POST(&s, PATH("/imports/%lld/commit", (long long)id), "{\"version\":%lld}", (long long)number_in(file, "version"));
    expect_str("committed", str_of(text_in(file, "state")));
    GET(&s, PATH("/imports/%lld", (long long)id));
    expect_int(2, json_array_size(json_object_get(GET(&s, PATH("/imports/%lld/made", (long long)id)), "items")));
    ask(&s, 409, "POST", "/imports?file_name=again.csv", STR("Code;Naam;Rood\n7;Zon;x\n8;Maan;y\n"));
    json_t *items = ask(&s, 200, "POST", "/imports/run?file_name=open.csv&kind=receivables",
                        STR("klant,invoice,date,amount\n7,F1,2025-02-01,12.50\n8,F2,2025-02-02,\"1,000.00\"\n"));
    expect_int(2, number_in(items, "made_count"));
    ask(&s, 422, "POST", "/imports/run?file_name=open.csv&kind=receivables",
        STR("klant;factuur;datum;bedrag\n9;F1;2025-02-01;12,50\n"));
    expect_int(2, json_array_size(json_object_get(GET(&s, "/imports?sort=-created_at"), "items")));
    POST(&s, PATH("/imports/%lld/undo", (long long)number_in(items, "id")), "{\"reason\":\"wrong day\",\"version\":%lld}",
         (long long)number_in(items, "version"));
    file = json_object_get(GET(&s, PATH("/imports/%lld", (long long)id)), "file");
    REFUSED(&s, 409, PATH("/imports/%lld/undo", (long long)id), "{\"reason\":\"wrong file\",\"version\":%lld}", /* the ledger remembers them */
            (long long)number_in(file, "version"));
    file = ask(&s, 200, "POST", "/imports/run?file_name=more.csv&kind=suppliers", STR("Code;Naam\n21;Ster\n"));
    POST(&s, PATH("/imports/%lld/undo", (long long)number_in(file, "id")), "{\"reason\":\"wrong file\",\"version\":%lld}",
         (long long)number_in(file, "version"));
    scene_end(&s);
}
