/* Who runs the gradings: an engine is a name and one function, chosen once. */
#ifndef IOLAB_BATCH_ENGINE_H
#define IOLAB_BATCH_ENGINE_H

#include "grading/batch/plan.h"
#include "grading/batch/progress.h"

/* Tasks to be graded once each, at most `jobs` at a time (0: as many as the engine likes). */
struct batch_round {
    struct batch_task **tasks;
    size_t count;
    int jobs;
    struct batch_progress *progress;
};

struct batch_engine {
    const char *name;
    /* Makes one attempt of each task and brings its result in. Ends early, with all that it has
       started, on a signal (batch->interrupted). -1 with a failure when nothing can go on. */
    int (*run)(struct batch *batch, struct batch_round *round, struct failure *failure);
    bool remote; /* gradings run on other machines */
};

extern const struct batch_engine batch_pool, batch_slurm;

const struct batch_engine *batch_engine_find(const char *name);

#endif
