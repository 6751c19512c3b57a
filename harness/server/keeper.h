/*
 * A keeper: a small process of ours between the caller and a program that is not ours. It is
 * process 1 of a new process namespace, or else a subreaper, forks the program, reaps all that
 * the program leaves behind, and tells the caller what became of it. When the keeper goes,
 * everything goes; and it goes when the caller does.
 *
 * Interface: keeper_start, keeper_wait, keeper_end.
 */
#ifndef IOLAB_KEEPER_H
#define IOLAB_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/failure.h"

#define KEEPER_MOST_DESCRIPTORS 8

struct keeper {
    pid_t pid;
    int pidfd, link;
    bool namespaces;
    bool first_ended; /* the program has ended, */
    int first_status; /* with this status of wait(2) */
    bool empty;       /* and nothing that it started is left */
};

struct keeper_job {
    int namespaces;         /* CLONE_NEWPID, CLONE_NEWNS; 0: process group and subreaper */
    bool own_shared_memory; /* with CLONE_NEWNS: /dev/shm is empty and goes with the keeper */
    bool hidden;         /* with CLONE_NEWNS: it sees no process in /proc that is not its own */
    int64_t most_memory; /* with CLONE_NEWPID: resident bytes of all together, beyond which
                               all is killed; 0: no limit */
    const int *descriptors; /* become 0, 1, 2 … in the child, close-on-exec from 3 on; */
    int descriptor_count;   /* it has no others */
    /* The child, a session of its own with signals at their defaults: must not return, and
       must be async-signal-safe. */
    void (*child)(void *context);
    void *context;
};

/* -1 with a failure (status MACHINE). */
int keeper_start(struct keeper *keeper, const struct keeper_job *job, struct failure *failure);

/*
 * Waits for news at most `milliseconds` (0: does not wait; -1: for ever) and fills in
 * first_ended and empty. False: no news.
 */
bool keeper_wait(struct keeper *keeper, int milliseconds);

/* Ends everything, at once, and the keeper. Safe to call twice. */
void keeper_end(struct keeper *keeper);

#endif
