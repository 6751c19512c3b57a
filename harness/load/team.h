/*
 * The workers of a load: threads of this process, or of several that it forks. What they share, and
 * what comes of it, lies in memory that forked processes share too.
 */
#ifndef IOLAB_LOAD_TEAM_H
#define IOLAB_LOAD_TEAM_H

#include <pthread.h>
#include <sys/types.h>

#include "load/worker.h"

struct team {
    const struct load_spec *spec;
    struct exchange exchange;
    struct worker workers[LOAD_WORKERS_MOST];
    int count;
    pthread_t threads[LOAD_WORKERS_MOST];
    pid_t processes[LOAD_PROCESSES_MOST];
    sem_t ready, go, ended, leave;
    atomic_int stop;
    int64_t begin; /* ns; 0: it does not begin */
};

/* NULL without memory. The workers' histograms are there. */
struct team *team_make(const struct load_spec *spec);
void team_free(struct team *team);

/* Starts all, lets them speak when every connection is there, tells the spec's `progress`, and
   waits for their end. -1 with a failure when it could not begin, or a process of it has died. */
int team_run(struct team *team, const atomic_int *stop, struct failure *failure);

#endif
