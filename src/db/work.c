#include "db/work.h"

void work_changed(struct work *work, const char *kind, int64_t id, struct given before, struct given after)
{
    struct str difference = record_difference(work->arena, before, after);
    if (!difference.at) return;
    *LIST_ADD(work->arena, &work->changes) = (struct change){ kind, id, difference };
}
