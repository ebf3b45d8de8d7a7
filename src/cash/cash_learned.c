/* What was learned from the company's own history, or why nothing was; when to learn again. */
#include "cash/cash_private.h"
#include "cash.sql.h"

RECORD(cash_model_row, {
    FIELD_OF(FIELD_ID, int64_t, struct cash_model_row, id, .sort = true),
    FIELD(struct cash_model_row, version_hash, OPTIONAL, .about = "absent: nothing could be learned; `quality` says why"),
    BYTES(struct cash_model_row, content, OPTIONAL),
    FIELD(struct cash_model_row, is_used),
    JSON(struct cash_model_row, quality),
    FIELD(struct cash_model_row, trained_at),
});

static const char *const unlearned_names[] = { "", "short_history", "few_explained" };
struct trained {
    int64_t lines, right_rules, right_before, right_now, posted_rules, posted_before, posted_now;
    int64_t posted_wrong_rules, posted_wrong_before, posted_wrong_now, ece_ppm, logloss_ppm;
    int64_t history, explained;
    bool used;
    unsigned unlearned;
    struct str version;
};
RECORD(
    trained,
    {
        FIELD(struct trained, lines, .about = "held back from learning, to measure by"),
        FIELD(struct trained, right_rules, .about = "first explanation exactly right, by rules alone"),
        FIELD(struct trained, right_before, .about = "the same with the model in use so far; 0 when there was none"),
        FIELD(struct trained, right_now, .about = "the same with the new model"),
        FIELD(struct trained, posted_rules, .about = "what rules alone would have posted by themselves"),
        FIELD(struct trained, posted_before),
        FIELD(struct trained, posted_now, .about = "what the new model would have posted by itself"),
        FIELD(struct trained, posted_wrong_rules),
        FIELD(struct trained, posted_wrong_before),
        FIELD(struct trained, posted_wrong_now),
        FIELD(struct trained, ece_ppm,
              .about = "how far its probabilities are from how often it is right, in millionths"),
        FIELD(struct trained, logloss_ppm),
        FIELD(struct trained, used, .about = "the new model is better and is in use"),
        FIELD(struct trained, version, OPTIONAL, .about = "absent: nothing could be learned"),
        FIELD(struct trained, history, .about = "decided lines that were looked at"),
        FIELD(struct trained, explained,
              .about = "of these, how many had the decision among the explanations looked for"),
        FIELD(
            struct trained, unlearned, CHOICES(unlearned_names), OPTIONAL,
            .about =
                "why nothing could be learned: fewer than 300 lines were decided, or hardly any shows which explanation is right"),
    });

/* It learns again when enough was decided since the last time; when nothing could be learned then, when there is half as much history
 * again. */
enum { LESSONS = 500 };
struct lessons { int64_t count; };
RECORD(lessons, { FIELD(struct lessons, count) });

struct fault *cash_has_lessons(struct work *work, bool *lessons)
{
    struct lessons since = { 0 };
    struct cash_model_row model = { 0 }, last = { 0 };
    struct trained quality = { 0 };
    bool found;
    TRY(db_one(work, &sql_lessons, NONE, INTO(lessons, &since), &db_broken));
    TRY(db_find(work, &sql_model_last, NONE, INTO(cash_model_row, &last), &found));
    if (found && !last.version_hash.length) TRY(record_from_json(work->arena, last.quality, INTO(trained, &quality)));
    *lessons = since.count >= LESSONS && since.count >= quality.history / 2;
    if (*lessons || !found) return NULL;
    TRY(db_find(work, &sql_model_used, NONE, INTO(cash_model_row, &model), &found));
    *lessons = found && model.id == last.id && !cash_model_is_readable(model.content); /* of an older program: rules alone until it is learned anew */
    return NULL;
}

/* Also that nothing could be learned: it is not tried again every hour. */
static struct fault *keep_model(struct work *work, const struct cash_report *report, struct trained *out)
{
    const struct str nothing = STR("");
    if (report->blob.length) out->version = str_format(work->arena, "%016llx", (unsigned long long)report->version);
    struct cash_model_row row = { .id = id_new(work),
                                  .version_hash = report->blob.length ? out->version : nothing,
                                  .content = report->blob.length ? report->blob : nothing,
                                  .is_used = report->used,
                                  .trained_at = work->now };
    row.quality = record_to_json(work->arena, GIVEN(trained, out));
    if (report->used) TRY(db_run(work, &sql_model_retire, NONE));
    TRY(db_run(work, &sql_model_add, GIVEN(cash_model_row, &row)));
    work_changed(work, "cash_model", row.id, (struct given){ &trained_record, NULL }, GIVEN(trained, out));
    return NULL;
}

static struct fault *train(struct work *work, const struct nothing *takes, struct trained *out)
{
    struct cash_training *training = work->prepared;
    (void)takes;
    if (!training) TRY(cash_train_read(work, &training));
    const struct cash_report report = training->report;
    *out = (struct trained){
        .lines = report.now.lines,
        .right_rules = report.rules.right,
        .right_before = report.before.right,
        .right_now = report.now.right,
        .posted_rules = report.rules.posted,
        .posted_before = report.before.posted,
        .posted_now = report.now.posted,
        .posted_wrong_rules = report.rules.posted_wrong,
        .posted_wrong_before = report.before.posted_wrong,
        .posted_wrong_now = report.now.posted_wrong,
        .ece_ppm = report.now.ece_ppm,
        .logloss_ppm = report.now.logloss_ppm,
        .history = report.history,
        .explained = report.explained,
        .used = report.used,
        .unlearned = report.unlearned,
    };
    return keep_model(work, &report, out);
}
CALLABLE(train, nothing, trained);

LIST_STRUCT(cash_model_rows, struct cash_model_row);
static struct fault *model_list(struct work *work, const struct nothing *takes, const struct list_query *query,
                                struct cash_model_rows *rows, struct str *next)
{
    (void)takes;
    return db_list(work, &sql_model_list, NONE, query, INTO_LIST(cash_model_row, rows), next);
}
LISTABLE(model_list, nothing, cash_model_row, cash_model_rows);

static const struct operation operations[] = {
    { "cash train", "POST", "/cash/train", "cash.manage", OPERATION_SLOW, &train_call, NULL,
      "Learn from the company's own history; a model that got worse is not used" },
    { "cash models", "GET", "/cash/models", "cash.read", OPERATION_READS, NULL, &model_list_list,
      "List the models learned and how good each measured" },
};
const struct operation_table cash_learnings = { "cash", operations, ARRAY_LENGTH(operations) };
