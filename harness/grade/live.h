/*
 * A lab's server at work, for looking at: `iolab grade` builds and runs it in a process of its
 * own with the clients of a script that judges nothing, and its recording can be followed.
 */
#ifndef IOLAB_LIVE_H
#define IOLAB_LIVE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/failure.h"

struct live {
    char *folder;    /* holds all of it; goes with it */
    char *recording; /* may not be there yet */
    char *messages;  /* what the grading said */
    pid_t pid;       /* 0: it is over */
    int status;      /* wait status, when over */
};

/* What to run: a lab as typed; its own server, the reference, or another source. */
struct live_spec {
    const char *lab;
    const char *source; /* NULL */
    bool solution;
    const char
        *scenario; /* a script whose first check is played; NULL: the one for looking at */
};

/* -1 with a failure. live_stop in any case. */
int live_start(struct live *live, const struct live_spec *spec, struct failure *failure);

/* Waits until its recording is there. -1 with a failure when it never will: what the grading said
   last (the server does not compile, and so on). */
int live_wait(struct live *live, struct failure *failure);

/* Has it come to its end? Does not wait. */
bool live_over(struct live *live);

/* Ends it, and takes its files away. */
void live_stop(struct live *live);

#endif
