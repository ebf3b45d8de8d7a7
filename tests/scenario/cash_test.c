#include "scenario/scene.h"
#include "cash/cash_fixture.h"

/* Everything a clerk does with bank lines, asked as a client asks it. */

#define LL(n) ((long long)(n))
#define PATH(...) str_format(work->arena, __VA_ARGS__).at

static json_t *row_of(json_t *list, int64_t id)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(list, "items"), i, row) if (number_in(row, "id") == id) return row;
    return NULL;
}

struct desk { party_id zon, maan; item_id a, b, c; struct bank_lines lines; };

static struct desk given_desk(struct work *work)
{
    struct desk d = { 0 };
    test_begin(work);
    (void)given_main_account(work);
    d.zon = cash_customer(work, "Zonnebloem Handel BV");
    d.maan = cash_customer(work, "Maan Techniek BV");
    d.a = cash_invoice_vat(work, d.zon, "2025-0101", 10000, 0);
    d.b = cash_invoice(work, d.maan, "2025-0102", 50000);
    d.c = cash_invoice(work, d.maan, "2025-0103", 7700);
    const struct pay pays[] = {
        { 40000, "2025-0102", "Maan Techniek BV", NULL, "NL20INGB0001234567", NULL },
        { 9900, "iets", "Iemand", NULL, "NL86INGB0002445588", NULL },
        { 2500, "te veel", "Zonnebloem Handel BV", NULL, "NL69INGB0123456789", NULL },
        { 3300, "verkeerde rekening", "Wie Weet", NULL, "NL86INGB0002445588", NULL },
        { 12100, "2025-0101 en nog wat", "Zonnebloem", NULL, NULL, NULL },
        { 7700, "2025-0103 misschien", "Maan", NULL, NULL, NULL },
    };
    d.lines = cash_lines(work, pays, ARRAY_LENGTH(pays), (struct date){ 20250227 }, "S1");
    test_commit(work);
    return d;
}

DB_TEST(scenario_cash_terms_limits_and_requests)
{
    struct desk d = given_desk(work);
    struct scene s = scene_begin(work);
    POST(&s, "/cash/terms", "{\"party_id\":%lld,\"valid_from\":\"2025-01-01\",\"days\":14,\"percent\":\"2\"}", LL(d.zon.n));
    REFUSED(&s, 422, "/cash/terms", "{\"valid_from\":\"2025-01-01\",\"days\":14,\"percent\":\"100\"}");
    expect_int(1, json_array_size(json_object_get(GET(&s, "/cash/terms"), "items")));
    json_t *roles = json_object_get(GET(&s, "/roles"), "items");
    int64_t role = number_in(json_array_get(roles, 0), "id");
    REFUSED(&s, 404, "/cash/limits", "{\"role_id\":1,\"write_off_minor\":100}");
    POST(&s, "/cash/limits", "{\"role_id\":%lld,\"write_off_minor\":20000}", LL(role));
    POST(&s, "/cash/limits", "{\"role_id\":%lld,\"write_off_minor\":30000,\"version\":1}", LL(role));
    REFUSED(&s, 409, "/cash/limits", "{\"role_id\":%lld,\"write_off_minor\":1,\"version\":1}", LL(role));
    expect_int(1, json_array_size(json_object_get(GET(&s, "/cash/limits"), "items")));
    const struct str decide = str_format(
        work->arena,
        "{\"line_id\":%lld,\"shares\":[{\"item_id\":%lld,\"amount\":\"500.00\"}],\"differences\":[{\"kind\":\"write_off\",\"amount\":\"100.00\"}],\"bookings\":[],\"party_id\":%lld}",
        LL(d.lines.at[0].id.n), LL(d.b.n), LL(d.maan.n));
    /* An amount that is none, and one that its currency does not have; each with its field. */
    json_t *wrong =
        REFUSED(&s, 422, "/cash/decide", "{\"line_id\":%lld,\"shares\":[{\"item_id\":%lld,\"amount_minor\":50000}]}",
                LL(d.lines.at[0].id.n), LL(d.b.n));
    expect_str("shares[0].amount_minor",
               str_of(text_in(json_array_get(json_object_get(wrong, "problems"), 0), "field")));
    wrong = REFUSED(
        &s, 422, "/cash/decide",
        "{\"line_id\":%lld,\"shares\":[{\"item_id\":%lld,\"amount\":\"1.005\"}],\"bookings\":[{\"account\":\"4900\",\"amount\":\"0.001\"}]}",
        LL(d.lines.at[0].id.n), LL(d.b.n));
    json_t *problems = json_object_get(wrong, "problems");
    expect_str("shares[0].amount", str_of(text_in(json_array_get(problems, 0), "field")));
    expect_str("ledger.not_in_currency", str_of(text_in(json_array_get(problems, 0), "code")));
    expect_str("bookings[0].amount", str_of(text_in(json_array_get(problems, 1), "field")));
    REFUSED(&s, 422, "/cash/decide", "{\"line_id\":%lld,\"shares\":[{\"item_id\":%lld,\"amount\":\"12,50\"}]}",
            LL(d.lines.at[0].id.n), LL(d.b.n));
    json_t *refused = ask(&s, 403, "POST", "/cash/decide", decide); /* 100.00; the company allows 50.00 */
    expect_str("cash.over_limit", str_of(text_in(refused, "code")));
    json_t *request = ask(&s, 200, "POST", "/cash/requests", decide);
    ask(&s, 409, "POST", "/cash/requests", decide); /* one at a time */
    expect(!row_of(GET(&s, "/cash/queue"), d.lines.at[0].id.n));
    expect_str("waits_approval", str_of(text_in(row_of(GET(&s, "/cash/queue?waiting=true"), d.lines.at[0].id.n), "standing")));
    const char *approve = PATH("/cash/requests/%lld/approve", LL(number_in(request, "id")));
    REFUSED(&s, 403, approve, "{\"version\":1}"); /* not the one who asked */
    work->user_id = 2;
    REFUSED(&s, 422, PATH("/cash/requests/%lld/refuse", LL(number_in(request, "id"))), "{\"version\":1}");
    POST(&s, PATH("/cash/requests/%lld/refuse", LL(number_in(request, "id"))), "{\"version\":1,\"reason\":\"they will pay\"}");
    work->user_id = 1;
    request = ask(&s, 200, "POST", "/cash/requests", decide);
    work->user_id = 2;
    json_t *approved = POST(&s, PATH("/cash/requests/%lld/approve", LL(number_in(request, "id"))), "{\"version\":1}");
    expect_str("approved", str_of(text_in(approved, "state")));
    REFUSED(&s, 404, PATH("/cash/requests/%lld/approve", LL(number_in(request, "id"))), "{\"version\":2}");
    expect_int(2, json_array_size(json_object_get(GET(&s, "/cash/requests"), "items")));
    expect_str("0.00", str_of(text_in(json_object_get(GET(&s, PATH("/items/%lld", LL(d.b.n))), "item"), "rest")));
    POST(&s, PATH("/cash/decisions/%lld/undo", LL(number_in(approved, "decision_id"))), "{\"reason\":\"they paid after all\"}");
    work->user_id = 1;
    expect(json_is_true(json_object_get(GET(&s, "/ledger/verify"), "holds")));
    scene_end(&s);
}

DB_TEST(scenario_cash_questions_refunds_and_not_ours)
{
    struct desk d = given_desk(work);
    struct scene s = scene_begin(work);
    int64_t asked = d.lines.at[1].id.n, much = d.lines.at[2].id.n, odd = d.lines.at[3].id.n, back = d.lines.at[5].id.n;
    POST(
        &s, "/cash/settings",
        "{\"precision_ppm\":0,\"rounding_minor\":5,\"charge_minor\":2500,\"difference_auto_minor\":10000,\"discount_mode\":\"excluded\",\"discount_late_days\":3,\"write_off_minor\":5000,\"answer_days\":7,\"version\":1}");
    POST(&s, "/cash/run", "{}");
    json_t *draft = GET(&s, PATH("/cash/question?line_id=%lld&party_id=%lld", LL(asked), LL(d.zon.n)));
    expect(strstr(text_in(draft, "text"), "99,00") != NULL);
    expect_str("nl", str_of(text_in(draft, "language")));
    REFUSED(&s, 422, "/cash/questions", "{\"line_id\":%lld,\"party_id\":%lld}", LL(asked), LL(d.zon.n));
    json_t *question =
        POST(&s, "/cash/questions", "{\"line_id\":%lld,\"party_id\":%lld,\"to\":\"ap@zon.example\",\"days\":3}",
             LL(asked), LL(d.zon.n));
    expect_str("2025-03-04", str_of(text_in(question, "return_on")));
    expect(!row_of(GET(&s, "/cash/queue"), asked));
    expect_int(1, json_array_size(json_object_get(GET(&s, "/messages"), "items")));
    struct date today = work->today;
    work->today = (struct date){ 20250304 }; /* the day has come */
    expect_str("unanswered", str_of(text_in(row_of(GET(&s, "/cash/queue"), asked), "standing")));
    work->today = today;
    POST(&s, PATH("/cash/questions/%lld/answer", LL(number_in(question, "id"))), "{\"answer\":\"For order 77\",\"version\":1}");
    REFUSED(&s, 404, PATH("/cash/questions/%lld/answer", LL(number_in(question, "id"))), "{\"answer\":\"again\",\"version\":2}");
    expect_str("For order 77", str_of(text_in(row_of(GET(&s, "/cash/queue"), asked), "answer")));
    expect_int(1, json_array_size(json_object_get(GET(&s, "/cash/questions"), "items")));
    /* Given back: held for the customer, due for payment though she owes us, once her account is verified. */
    json_t *refund = POST(&s, "/cash/refund", "{\"line_id\":%lld,\"party_id\":%lld,\"reason\":\"paid too much\"}",
                          LL(much), LL(d.zon.n));
    json_t *due = GET(&s, "/payments/due?is_refund=true");
    json_t *row = row_of(due, number_in(refund, "rest_item_id"));
    expect(row != NULL);
    expect_str("unverified", str_of(text_in(row, "blocks")));
    REFUSED(&s, 422, "/cash/not-ours", "{\"line_id\":%lld,\"way\":\"send_back\",\"reason\":\"wrong account\"}", LL(odd));
    json_t *kept = POST(&s, "/cash/not-ours", "{\"line_id\":%lld,\"way\":\"keep\",\"reason\":\"wrong account\"}", LL(odd));
    expect_str("not_ours", str_of(text_in(kept, "category")));
    POST(&s, "/cash/not-ours", "{\"line_id\":%lld,\"way\":\"send_back\",\"party_id\":%lld,\"reason\":\"not for us\"}",
         LL(back), LL(d.maan.n));
    REFUSED(
        &s, 422, "/cash/refund",
        "{\"line_id\":%lld,\"party_id\":%lld,\"shares\":[{\"item_id\":%lld,\"amount\":\"121.00\"}],\"reason\":\"nothing left\"}",
        LL(d.lines.at[4].id.n), LL(d.zon.n), LL(d.a.n));
    POST(&s, PATH("/cash/decisions/%lld/undo", LL(number_in(refund, "id"))), "{\"reason\":\"she wants to keep it\"}");
    expect_int(1, json_array_size(json_object_get(GET(&s, "/payments/due?is_refund=true"), "items")));
    expect(json_is_true(json_object_get(GET(&s, "/ledger/verify"), "holds")));
    scene_end(&s);
}

DB_TEST(scenario_cash_bulk_does_what_it_showed)
{
    struct desk d = given_desk(work);
    struct scene s = scene_begin(work);
    POST(
        &s, "/cash/settings",
        "{\"precision_ppm\":0,\"rounding_minor\":5,\"charge_minor\":2500,\"difference_auto_minor\":10000,\"discount_mode\":\"excluded\",\"discount_late_days\":3,\"write_off_minor\":5000,\"answer_days\":7,\"version\":1}");
    POST(&s, "/cash/run", "{}");
    json_t *queue = json_object_get(GET(&s, "/cash/queue"), "items"), *line;
    size_t i;
    int64_t last = -1;
    json_array_foreach(queue, i, line) { /* what a click is worth, most first */
        expect(number_in(line, "place") >= last);
        last = number_in(line, "place");
    }
    const struct str lines =
        str_format(work->arena, "\"lines\":[{\"line_id\":%lld},{\"line_id\":%lld},{\"line_id\":%lld}]",
                   LL(d.lines.at[4].id.n), LL(d.lines.at[5].id.n), LL(d.lines.at[5].id.n));
    json_t *shown = POST(&s, "/cash/preview", "{%.*s}", STR_ARG(lines));
    expect_int(2, number_in(shown, "count"));
    expect_int(1, number_in(shown, "refused_count")); /* the same line twice */
    expect_str("198.00", str_of(text_in(json_array_get(json_object_get(shown, "sums"), 0), "amount")));
    REFUSED(&s, 409, "/cash/bulk", "{%.*s,\"hash\":\"%064d\"}", STR_ARG(lines), 0);
    json_t *done = POST(&s, "/cash/bulk", "{%.*s,\"hash\":\"%s\"}", STR_ARG(lines), text_in(shown, "hash"));
    json_t *first = json_array_get(json_object_get(done, "lines"), 0), *twin = json_array_get(json_object_get(done, "lines"), 2);
    expect(number_in(first, "decision_id") > 0);
    expect_str("cash.decided_already", str_of(text_in(twin, "refusal")));
    expect_str("0.00", str_of(text_in(json_object_get(GET(&s, PATH("/items/%lld", LL(d.a.n))), "item"), "rest")));
    REFUSED(&s, 409, "/cash/bulk", "{%.*s,\"hash\":\"%s\"}", STR_ARG(lines), text_in(shown, "hash"));
    POST(&s, PATH("/cash/decisions/%lld/undo", LL(number_in(first, "decision_id"))), "{\"reason\":\"not yet\"}");
    expect(json_is_true(json_object_get(GET(&s, "/ledger/verify"), "holds")));
    scene_end(&s);
}

static const char pain008[] =
    "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.008.001.08\"><CstmrDrctDbtInitn><GrpHdr><MsgId>M1</MsgId>"
    "</GrpHdr><PmtInf><PmtInfId>DD-2025-9</PmtInfId><ReqdColltnDt>2025-02-27</ReqdColltnDt><DrctDbtTxInf><PmtId><EndToEndId>E1</EndToEndId>"
    "</PmtId><InstdAmt Ccy=\"EUR\">121.00</InstdAmt><RmtInf><Ustrd>factuur 2025-0101</Ustrd></RmtInf></DrctDbtTxInf><DrctDbtTxInf><PmtId>"
    "<EndToEndId>E2</EndToEndId></PmtId><InstdAmt Ccy=\"EUR\">77.00</InstdAmt><RmtInf><Ustrd>2025-0103</Ustrd></RmtInf></DrctDbtTxInf></PmtInf>"
    "</CstmrDrctDbtInitn></Document>";

/* A provider's pay-out and a batch of ours: one amount each on the statement, taken apart by what came in beside it. */
static const char nothing_by_itself[] =
    "{\"precision_ppm\":0,\"rounding_minor\":5,\"charge_minor\":2500,\"difference_auto_minor\":10000,\"discount_mode\":\"excluded\",\"discount_late_days\":3,\"write_off_minor\":5000,\"answer_days\":7,\"version\":1}";

/* A provider pays out, and takes one of those payments back in its next settlement: with a reason and a fee, beside what it pays; then one
 * more, alone, so that the line goes out. Each opens just what it took back; taking the decision back closes it again. */
DB_TEST(scenario_cash_chargebacks)
{
    struct desk d = given_desk(work);
    struct scene s = scene_begin(work);
    POST(&s, "/cash/settings", nothing_by_itself);
    const char first
        [] =
            "settlement,payment,description,amount,fee,reason\nSTL.80,tr_1,2025-0101,121.00,1.00,\nSTL.80,tr_2,2025-0102,500.00,1.50,\n",
   second[] =
        "settlement,payment,description,amount,fee,reason\nSTL.81,tr_3,2025-0103,77.00,0.50,\nSTL.81,cb_1,terug 2025-0101,-121.00,15.00,AM04\n",
   third[] =
        "settlement,payment,description,amount,fee,invoice,reason\nSTL.82,cb_2,los,-500.00,15.00,2025-0102,fraude gemeld\n";
    ask(&s, 200, "POST", "/cash/batches?file_name=1.csv&provider=Mollie", str_of(first));
    json_t *taken = ask(&s, 200, "POST", "/cash/batches?file_name=2.csv&provider=Mollie", str_of(second));
    expect_str("-44.00", str_of(text_in(json_array_get(json_object_get(taken, "batches"), 0), "total")));
    ask(&s, 200, "POST", "/cash/batches?file_name=3.csv&provider=Mollie", str_of(third));
    work->reading = false;
    test_begin(work);
    const struct pay pays[] = { { 61850, "STL.80 Mollie", "Stg Mollie Payments", "STL.80", NULL, NULL },
                                { -5950, "STL.81 Mollie", "Stg Mollie Payments", "STL.81", NULL, NULL },
                                { -51500, "STL.82 Mollie", "Stg Mollie Payments", "STL.82", NULL, NULL } };
    struct bank_lines lines = cash_lines(work, pays, 3, (struct date){ 20250228 }, "S2");
    test_commit(work);
    POST(&s, "/cash/run", "{}");
    int64_t decisions[3] = { 0 };
    for (size_t i = 0; i < 3; i++) {
        POST(&s, "/cash/accept", "{\"line_id\":%lld,\"rank\":1}", LL(lines.at[i].id.n));
        json_t *row = json_array_get(
            json_object_get(GET(&s, PATH("/cash/decisions?bank_line_id=%lld", LL(lines.at[i].id.n))), "items"), 0);
        expect_str("provider", str_of(text_in(row, "category")));
        decisions[i] = number_in(row, "id");
    }
    work->reading = false;
    test_begin(work);
    expect_int(12100, rest_of(work, d.a)); /* open again */
    expect_int(50000, rest_of(work, d.b));
    expect_int(0, rest_of(work, d.c));
    expect_int(250 + 1550 + 1500, cash_balance_of(work, FOR_BANK_CHARGES));
    cash_proved(work);
    test_commit(work);
    json_t *why = json_array_get(json_object_get(GET(&s, PATH("/items/%lld", LL(d.a.n))), "taken_back"), 0);
    expect(str_starts(str_of(text_in(why, "reason")), "chargeback AM04: "));
    why = json_array_get(json_object_get(GET(&s, PATH("/items/%lld", LL(d.b.n))), "taken_back"), 0);
    expect_str("chargeback: fraude gemeld", str_of(text_in(why, "reason")));
    POST(&s, PATH("/cash/decisions/%lld/undo", LL(decisions[1])), "{\"reason\":\"verkeerd\"}");
    work->reading = false;
    test_begin(work);
    expect_int(0, rest_of(work, d.a)); /* as it was */
    expect_int(7700, rest_of(work, d.c));
    cash_proved(work);
    test_commit(work);
    scene_end(&s);
}

/* What was paid twice was held; it is paid back by hand, outside any payment run: the line that goes out is known for what it is. */
DB_TEST(scenario_cash_refund_by_hand)
{
    struct desk d = given_desk(work);
    struct scene s = scene_begin(work);
    POST(&s, "/cash/decide", "{\"line_id\":%lld,\"party_id\":%lld,\"shares\":[]}", LL(d.lines.at[2].id.n), LL(d.zon.n));
    work->reading = false;
    test_begin(work);
    const struct pay pays[] = { { -2500, "terugbetaling te veel ontvangen", "Zonnebloem Handel BV", NULL,
                                  "NL69INGB0123456789", NULL } };
    struct bank_lines lines = cash_lines(work, pays, 1, (struct date){ 20250228 }, "S2");
    test_commit(work);
    POST(&s, "/cash/run", "{}");
    json_t *row = json_array_get(
        json_object_get(GET(&s, PATH("/cash/decisions?bank_line_id=%lld", LL(lines.at[0].id.n))), "items"), 0);
    if (!row) {
        row = row_of(GET(&s, "/cash/queue?waiting=true"), lines.at[0].id.n);
        const char *key = text_in(json_array_get(json_object_get(row, "explanations"), 0), "key");
        expect_int(16, (int64_t)strlen(key));
        json_t *other = REFUSED(&s, 409, "/cash/accept", "{\"line_id\":%lld,\"rank\":1,\"key\":\"0123456789abcdef\"}",
                                LL(lines.at[0].id.n));
        expect_str("cash.proposal_changed", str_of(text_in(other, "code")));
        POST(&s, "/cash/accept", "{\"line_id\":%lld,\"rank\":1,\"key\":\"%s\"}", LL(lines.at[0].id.n), key);
    }
    expect_str("refund", str_of(text_in(row, "category")));
    work->reading = false;
    test_begin(work);
    struct open_items items = { 0 };
    expect_done(ledger_open_items(work, CONTROL_RECEIVABLES, d.zon, &items));
    for (size_t i = 0; i < items.count; i++) expect(items.at[i].kind != ITEM_PAYMENT || items.at[i].rest_minor == 0);
    cash_proved(work);
    test_commit(work);
    scene_end(&s);
}

DB_TEST(scenario_cash_batches_open_up)
{
    struct desk d = given_desk(work);
    struct scene s = scene_begin(work);
    const char csv[] = "settlement,payment,description,amount,fee\nSTL.77,tr_1,2025-0102 order 9,500.00,1.50\n";
    ask(&s, 422, "POST", "/cash/batches?file_name=x.csv", STR("a,b,c\n1,2,3\n"));
    ask(&s, 422, "POST", "/cash/batches?file_name=x.csv", STR("settlement,payment,amount\nS,t,twelve\n"));
    json_t *imported = ask(&s, 200, "POST", "/cash/batches?file_name=m.csv&provider=Mollie", str_of(csv));
    expect_int(1, number_in(imported, "added_count"));
    expect_int(1, number_in(ask(&s, 200, "POST", "/cash/batches?file_name=m.csv", str_of(csv)), "known_count"));
    ask(&s, 409, "POST", "/cash/batches?file_name=m.csv",
        STR("settlement,payment,description,amount,fee\nSTL.77,tr_1,x,400.00,1.50\n"));
    json_t *debits = ask(&s, 200, "POST", "/cash/batches?file_name=dd.xml", str_of(pain008));
    json_t *batch = json_array_get(json_object_get(debits, "batches"), 0);
    expect_int(0, number_in(batch, "unknown_count"));
    expect_str("198.00", str_of(text_in(batch, "total")));
    expect_int(2, json_array_size(json_object_get(GET(&s, "/cash/batches"), "items")));
    json_t *parts = json_object_get(GET(&s, PATH("/cash/batches/%lld", LL(number_in(batch, "id")))), "parts");
    expect_int(d.c.n, number_in(json_array_get(parts, 1), "item_id"));
    work->reading = false;
    test_begin(work);
    const struct pay pays[] = { { 49850, "STL.77 Mollie", "Stg Mollie Payments", "STL.77", NULL, NULL },
                                { 19800, "incasso", "", "DD-2025-9", NULL, NULL } };
    struct bank_lines lines = cash_lines(work, pays, 2, (struct date){ 20250228 }, "S2");
    test_commit(work);
    POST(
        &s, "/cash/settings",
        "{\"precision_ppm\":0,\"rounding_minor\":5,\"charge_minor\":2500,\"difference_auto_minor\":10000,\"discount_mode\":\"excluded\",\"discount_late_days\":3,\"write_off_minor\":5000,\"answer_days\":7,\"version\":1}");
    POST(&s, "/cash/run", "{}");
    json_t *queue = GET(&s, "/cash/queue?waiting=true");
    for (size_t i = 0; i < lines.count; i++)
        if (row_of(queue, lines.at[i].id.n)) POST(&s, "/cash/accept", "{\"line_id\":%lld,\"rank\":1}", LL(lines.at[i].id.n));
    work->reading = false;
    test_begin(work);
    expect_int(0, rest_of(work, d.a));
    expect_int(0, rest_of(work, d.b));
    expect_int(0, rest_of(work, d.c));
    expect_int(150, cash_balance_of(work, FOR_BANK_CHARGES));
    cash_proved(work);
    test_commit(work);
    scene_end(&s);
}
