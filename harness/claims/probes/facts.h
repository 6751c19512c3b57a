/* Facts: questions with yes (1) or no (0) for an answer, which the kernel is asked. */
#ifndef IOLAB_FACTS_H
#define IOLAB_FACTS_H

#include "claims/probes/probe.h"

/* Each has the form of a way's run, see experiment.h. */
typedef int fact(const struct parameters *parameters, double *value, struct failure *failure);

fact fact_epoll_takes_files, fact_select_waits_for_files, fact_nonblocking_file_waits,
    fact_limit_ends_wait, fact_empty_answers_at_once, fact_signal_leaves_copy;

#endif
