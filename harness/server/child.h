/* From the fork to the exec of a server. Everything here is async-signal-safe. */
#ifndef IOLAB_CHILD_H
#define IOLAB_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "server/box.h"
#include "server/limits.h"

/* The descriptors that the child finds. */
enum child_place {
    CHILD_INPUT,
    CHILD_OUTPUT,
    CHILD_ERROR,
    CHILD_GATE,
    CHILD_PROGRAM,
    CHILD_PLACES
};

struct child_plan {
    const char *program; /* absolute */
    const char *folder;
    char **arguments, **environment;
    struct limit_set limits;
    bool change_user; /* to `user` and `group`, of which there is nobody else */
    bool own_user_namespace;
    const struct box *box; /* NULL: none */
    uid_t user;
    gid_t group;
    int (*before_exec)(void *context);
    void *context;
};

/* What the child says at the gate: it is ready (error 0), or what failed. Then any byte in the
   other direction opens the gate; and an end of file says that exec has worked. */
struct child_report {
    int error;
    char step[60];
};

/* Fits keeper_job.child. */
void child_run(void *plan);

#endif
