/* A turn: what a process did from one wait of a thread to the next. */
#ifndef IOLAB_JUDGE_TURN_H
#define IOLAB_JUDGE_TURN_H

#include "judge/view.h"

/*
 * The next wait of the same thread, if the process did nothing on any socket until then; else,
 * and when there is no next wait, NULL. A receive or accept that finds nothing is something done
 * only when `looks_count`.
 */
const struct call *turn_wasted(const struct view *view, const struct call *wait,
                               bool looks_count);

#endif
