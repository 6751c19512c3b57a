/*
 * What still stands at a place of a recording: the events before it that say what is so from
 * there on. Those who leave old events out keep these. Private to this folder.
 *
 * All three set kept[i] for events before `cut`; `kept` has a place for each event of the
 * recording. In this order. -1 without memory.
 */
#ifndef IOLAB_EVENT_STANDING_H
#define IOLAB_EVENT_STANDING_H

#include "event/recording.h"

/*
 * The call that a thread is in, and the one it came back from last; of connections that are open
 * how they became so; interests of epolls; settings of descriptors (O_NONBLOCK, listen, and the
 * like); the latest wait call, step and mark.
 */
int standing_latest(const struct recording *recording, size_t cut, bool *kept);

/*
 * Operations of rings that are under way, and rare kinds (MARK, CHECK, and the like), of these
 * the latest `rare`; then, of every call of which one end is kept, or of which one stands behind
 * `cut`, the other.
 */
int standing_rest(const struct recording *recording, size_t cut, size_t rare, bool *kept);

/* The start and the end of every thread that lives at `cut` or that a kept event names. */
int standing_threads(const struct recording *recording, size_t cut, bool *kept);

#endif
