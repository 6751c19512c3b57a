/* A program of ours run as a child: it ends with us, and while it runs we notice how late the
   machine wakes us. */
#ifndef IOLAB_ONE_PROCESS_H
#define IOLAB_ONE_PROCESS_H

#include "base/failure.h"

struct one_process {
    char *const *words;       /* argv; [0] is a path */
    char *const *environment; /* all of it */
    const char *output;       /* file for standard output and error; NULL: dropped */
    double seconds;           /* then it is ended (TERM, and KILL 10 s later); 0: no limit */
};

struct one_end {
    int status;      /* exit status; 128 + signal when it was killed */
    double lag;      /* seconds that we were woken later than asked for, at worst */
    int interrupted; /* number of the signal that ended it early; 0 */
};

/* SIGINT, SIGTERM and SIGHUP are held from here on, and end a child early when they come. */
void one_process_hold_signals(void);

/* -1 with a failure when it could not be started. */
int one_process(const struct one_process *process, struct one_end *end,
                struct failure *failure);

#endif
