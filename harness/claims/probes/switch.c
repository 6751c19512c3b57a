/*
 * Experiment `switch`: what it costs to hand on. A token goes round in a ring of `count` threads
 * or processes on one core, each of which sleeps in read on a pipe until it comes.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claims/probes/probe.h"

struct member {
    int from, to; /* ends of pipes */
};

static void *hand_on(void *arg)
{
    const struct member *member = arg;
    char token;
    while (read(member->from, &token, 1) == 1)
        if (write(member->to, &token, 1) != 1)
            break;
    return NULL;
}

static int by_thread(struct member *member)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, hand_on, member) == 0 ? 0 : -1;
}

static int by_process(struct member *member)
{
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hand_on(member);
        _exit(0);
    }
    return child < 0 ? -1 : 0;
}

/* The token once round: the caller is a member too. */
static int once_round(void *context)
{
    const struct member *first = context;
    char token = 0;
    return write(first->to, &token, 1) == 1 && read(first->from, &token, 1) == 1 ? 0 : -1;
}

static int make_ring(struct member *members, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        int ends[2];
        if (pipe(ends) < 0)
            return -1;
        members[i].to = ends[1];
        members[(i + 1) % count].from = ends[0];
    }
    return 0;
}

static int run(const struct parameters *parameters, int (*start)(struct member *),
               double *value, struct failure *failure)
{
    int64_t count = parameters->count;
    struct member *members = calloc((size_t)count + 1, sizeof *members);
    int answer = probe_descriptors(2 * count, failure);
    probe_stay();
    if (answer == 0 && (!members || make_ring(members, count) < 0))
        answer = probe_failed(failure, "make a ring of pipes");
    for (int64_t i = 1; i < count && answer == 0; i++)
        if (start(&members[i]) < 0)
            answer = probe_failed(failure, "start the members of a ring");
    if (answer == 0)
        answer = probe_time(once_round, members, (int)(2000 / count) + 1, value,
                            "hand on a token", failure);
    *value /= (double)count;
    return answer; /* the members are left to the end of this process */
}

static int run_threads(const struct parameters *parameters, double *value,
                       struct failure *failure)
{
    return run(parameters, by_thread, value, failure);
}

static int run_processes(const struct parameters *parameters, double *value,
                         struct failure *failure)
{
    return run(parameters, by_process, value, failure);
}

static const struct way ways[] = {
    {"threads", "us",
     "a read and a write on pipes and the switch to the next thread, in a ring of threads on "
     "one core",
     run_threads},
    {"processes", "us",
     "a read and a write on pipes and the switch to the next process, in a ring on one core",
     run_processes},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEY(experiment_positive, count),
                                  EXPERIMENT_KEYS_END};

extern const struct experiment experiment_switch;
const struct experiment experiment_switch = {
    .name = "switch", .keys = keys, .ways = ways, .usual = {.count = 2}, .rounds = 5};
