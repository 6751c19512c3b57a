/* Limits on a server, as setrlimit(2) takes them. */
#ifndef IOLAB_LIMITS_H
#define IOLAB_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "scenario/scenario.h"

#define LIMITS_MOST 7

struct limit {
    int resource;
    struct rlimit value;
};

struct limit_set {
    struct limit each[LIMITS_MOST];
    int count;
};

/* What counts against a server's limits and is not its own: the kernel counts all that a user
   has in one user namespace. */
struct strangers {
    int64_t threads;
    int64_t signals; /* that are queued */
};

/*
 * `wanted` with the defaults where it says 0; what strangers have is added. No limit that this
 * process has itself is raised.
 */
struct limit_set limits_make(const struct limits *wanted, const struct strangers *strangers,
                             bool any_memory);

/* In the child, async-signal-safe: 0 or errno. */
int limits_apply(const struct limit_set *set);

/* How many threads the user has on this machine now. */
int64_t limits_threads_of(uid_t user);

/* How many signals are queued to processes of this process's user. */
int64_t limits_signals_queued(void);

#endif
