/* What stands beside the latest of its sort. See standing.h. */
#include "event/operations.h"
#include "event/standing.h"

static void keep_rare(const struct recording *recording, size_t cut, size_t rare, bool *kept)
{
    for (size_t i = cut; i > 0 && rare > 0; i--) {
        enum event_kind kind = recording->events[i - 1].kind;
        if (kind != EVENT_MARK && kind != EVENT_RULE && kind != EVENT_CHECK &&
            kind != EVENT_SERVER && kind != EVENT_NOTE && kind != EVENT_QUIET)
            continue;
        kept[i - 1] = true;
        rare--;
    }
}

/* One that completes in silence is under way until nobody knows when: it is let go. */
static int keep_operations(const struct recording *recording, size_t cut, bool *kept)
{
    const struct event *place = recording->events + cut;
    struct operations operations;
    if (operations_find(&operations, recording) < 0)
        return -1;
    for (size_t i = 0; i < operations.count; i++) {
        const struct operation *one = &operations.items[i];
        if (one->submit < place && (!one->over || one->last >= place) &&
            !operations_says(one->submit, "CQE_SKIP_SUCCESS"))
            kept[one->submit - recording->events] = true;
    }
    operations_free(&operations);
    return 0;
}

static void keep_both_ends(const struct recording *recording, size_t cut, bool *kept)
{
    for (size_t i = 0; i < cut; i++) {
        const struct event *enter = &recording->events[i];
        const struct event *leave =
            enter->kind == EVENT_ENTER ? recording_leave(recording, enter) : NULL;
        size_t at = leave ? (size_t)(leave - recording->events) : cut;
        if (at < cut)
            kept[i] = kept[at] = kept[i] || kept[at];
        else if (leave)
            kept[i] = true;
    }
}

int standing_rest(const struct recording *recording, size_t cut, size_t rare, bool *kept)
{
    keep_rare(recording, cut, rare, kept);
    if (keep_operations(recording, cut, kept) < 0)
        return -1;
    keep_both_ends(recording, cut, kept);
    return 0;
}
