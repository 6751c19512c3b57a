/*
 * One round of an experiment, in a process of its own: it may open thousands of descriptors or
 * threads, take over signals, or hang; nothing of it is left to the next round.
 */
#ifndef IOLAB_TRIAL_H
#define IOLAB_TRIAL_H

#include "claims/claim.h"

#define TRIAL_SECONDS 30 /* then it is ended */

/* -1 with a failure: this machine does not allow it, or it has hung or died. */
int trial_run(const struct measurement *measurement, const struct subjects *subjects,
              struct sample *sample, struct failure *failure);

#endif
