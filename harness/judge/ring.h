/*
 * What the rules about rings of io_uring share.
 *
 * Events stand in the order in which the tracer saw them: what the program could know of when it
 * handed an entry in stands before its SUBMIT. Entries that a thread of the kernel takes (SQPOLL)
 * are seen late, and are not judged where order matters.
 */
#ifndef IOLAB_JUDGE_RING_H
#define IOLAB_JUDGE_RING_H

#include "base/clock.h"
#include "judge/rule.h"

/* What came so shortly before the end may still be under way. */
#define RING_SETTLE (100 * CLOCK_MILLISECOND)

/* One past the last event of the recording. */
const struct event *ring_behind(const struct view *view);

/* There is such an event, and it happened before the view's end. */
bool ring_in_view(const struct view *view, const struct event *event);

/* The operation among the view's acts, or NULL. */
const struct call *ring_act(const struct view *view, const struct operation *operation);

/* As rule_broken_by, for an operation. */
enum rule_outcome ring_broken_by(struct finding *finding, const struct view *view,
                                 const struct operation *operation, char *message);

/* RULE_HOLDS when order can be judged. Else there is no operation, or a thread of the kernel took
   some of them. */
enum rule_outcome ring_judgeable(const struct view *view);

#endif
