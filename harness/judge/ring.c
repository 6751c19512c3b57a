/* See ring.h. */
#include "judge/ring.h"

const struct event *ring_behind(const struct view *view)
{
    return view->recording->events + view->recording->count;
}

bool ring_in_view(const struct view *view, const struct event *event)
{
    return event && event->time <= view->end;
}

const struct call *ring_act(const struct view *view, const struct operation *operation)
{
    for (size_t i = 0; i < view->act_count; i++)
        if (view->acts[i].enter == operation->submit)
            return &view->acts[i];
    return NULL;
}

enum rule_outcome ring_broken_by(struct finding *finding, const struct view *view,
                                 const struct operation *operation, char *message)
{
    const struct call *act = ring_act(view, operation);
    if (act)
        return rule_broken_by(finding, view, act, message);
    return rule_broken(finding, view, operation->submit->number, message);
}

enum rule_outcome ring_judgeable(const struct view *view)
{
    for (size_t i = 0; i < view->operations.count; i++)
        if (view->operations.items[i].submit->thread == 0)
            return RULE_UNSEEN;
    return view->operations.count ? RULE_HOLDS : rule_nothing(view);
}
